"""The four pictures that say a verdict by their shape, as SVG: a tick in a disc, a cross in a square, a half diamond, a question.

Parts are of the class ``fill``, ``line`` or ``cut``; a style sheet, or `standing` where there is none, gives them their colours.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

ICONS: Final[Mapping[str, str]] = {
    "pass": '<circle cx="12" cy="12" r="11" class="fill"/><path d="M6.5 12.5l3.8 3.8 7.4-8" class="cut"/>',
    "fail": '<path d="M2 2h20v20H2z" class="fill"/><path d="M7.5 7.5l9 9m0-9l-9 9" class="cut"/>',
    "conditional": '<path d="M12 1.5L22.5 12 12 22.5 1.5 12z" class="line"/><path d="M12 1.5L12 22.5 1.5 12z" class="fill"/>',
    "inconclusive": (
        '<circle cx="12" cy="12" r="10.2" class="line"/>'
        '<path d="M8.6 9.6a3.4 3.4 0 1 1 5 3c-1 .6-1.6 1.1-1.6 2.1M12 17.2v.9" class="line"/>'
    ),
}
VIEW: Final = 'viewBox="0 0 24 24"'


def parts(tone: str) -> str:
    """What stands inside the SVG element of `tone`; a tone without a verdict has the question."""
    return ICONS.get(tone, ICONS["inconclusive"])


def standing(tone: str, colour: str) -> str:
    """The icon of `tone` as an SVG file of its own, in one colour on white."""
    drawn = parts(tone)
    for name, style in (
        ("fill", f'fill="{colour}" stroke="{colour}"'),
        ("line", f'fill="none" stroke="{colour}" stroke-width="2.6"'),
        ("cut", 'fill="none" stroke="#fff" stroke-width="2.8" stroke-linecap="round" stroke-linejoin="round"'),
    ):
        drawn = drawn.replace(f'class="{name}"', style)
    return f'<svg xmlns="http://www.w3.org/2000/svg" {VIEW}>{drawn}</svg>'
