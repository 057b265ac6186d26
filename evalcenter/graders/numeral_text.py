"""Text made ready for figures to be read: one spelling of width, spaces, dashes and LaTeX, with the way back to the original.

Rules this module keeps:

* Every character that is left knows its place in the original; LaTeX commands, emphasis marks and hidden characters go.
* Folding is linear in the length of the text.

It refuses to read: what a figure is, ``numerals.py`` says.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

_LATEX: Final[tuple[tuple[tuple[str, ...], re.Pattern[str], str], ...]] = (
    (("\\",), re.compile(r"(?<=\d)\\[dt]?frac(?=\{\d{1,9}\}\{\d{1,9}\})"), " "),
    (("\\",), re.compile(r"\\[dt]?frac(?=\{\d{1,9}\}\{\d{1,9}\})"), ""),
    (("}{",), re.compile(r"(?<=\d)\}\{(?=\d)"), "/"),
    (("~",), re.compile(r"(?<=\d)~(?=[ ]?(?:\\(?:text|mathrm|rm|si|operatorname)\b|[A-Za-zμµ%]))"), "\u2009"),
    (("\\",), re.compile(r"\\(?:text|mathrm|mathbf|textbf|rm|bf|operatorname|textrm|mathit|ce)\b[ ]?\{?"), ""),
    (("\\",), re.compile(r"\\(?:left|right|displaystyle)\b"), ""),
    (("\\",), re.compile(r"\\times\b|\\cdot\b"), "×"),
    (("\\",), re.compile(r"\\(?:approx|simeq)\b"), "≈"),
    (("\\",), re.compile(r"\\(?:pm)\b"), "±"),
    (("\\",), re.compile(r"\\div\b"), "÷"),
    (("\\",), re.compile(r"\\mu\b"), "μ"),
    (("\\",), re.compile(r"\\(?:sim)\b"), "~"),
    (("\\",), re.compile(r"\^\{?\\circ\}?|\\degree\b"), "°"),
    (("\\", "{,}"), re.compile(r"\\[,;:! ]|\{,\}|\\q?quad\b"), "\u2009"),
    (("\\", "$"), re.compile(r"\\(?=[%$¥])|(?<=[\d}])\$(?!\d)|\$(?=\\)|\$(?=[^$\n]{1,60}[\d}]\$(?!\d))"), ""),
    (("**", "__", "`"), re.compile(r"\*\*(?![\d(])|(?<![\d)])\*\*|__|`"), ""),
)  # fmt: skip
"""What a text must hold (one of these) for a pattern to match, the pattern, and what stands for its matches."""
_DRESSED: Final = re.compile(r"[\\{}~$*_`\u200b]")
"""One of these stands in every text that any of these patterns changes."""
_BRACES: Final = re.compile(r"(?<=[\w%°²³\u200b])\}|(?<=\u200b)\{(?=\d)")
_GROUPED: Final = re.compile(r"(?<=\d)\{,\}(?=\d{3})")
_KEPT: Final = frozenset("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻½⅓⅔¼¾⅕⅖⅗⅘⅙⅚⅛⅜⅝⅞…°℃℉㎡①②③④⑤⑥⑦⑧⑨")
_AS: Final = str.maketrans(
    {"µ": "μ", "○": "〇", "◯": "〇"}
    | dict.fromkeys("−－﹣‐‑‒", "-")
    | dict.fromkeys("～〜∼˜", "~")
    | dict.fromkeys("\u2009\u202f\u00a0\u2007\u200a\u2008", "\u2009")
    | dict.fromkeys("\u3000\t\u2002\u2003\u2004\u2005\u2006\u205f", " ")
    | dict.fromkeys("’‘′", "'")
)  # fmt: skip


def _plain(char: str) -> str:
    """One character, folded: full width to half width, hidden characters to nothing; always at most one character."""
    char = char.translate(_AS)
    if char in _KEPT or char in "\u2009 \n，。；：、！？（）":
        return char
    if unicodedata.category(char) in {"Cf", "Mn", "Me", "Cc", "Cs"}:
        return ""
    folded = unicodedata.normalize("NFKC", char)
    return folded if len(folded) == 1 else char


class _Table(dict[int, str]):
    """What stands for a character; `_GONE` for a hidden one."""

    def __missing__(self, code: int) -> str:
        made = _plain(chr(code)) or _GONE
        if len(self) < _REMEMBERED:
            self[code] = made
        return made


_GONE: Final = "\0"
_REMEMBERED: Final = 8192
_TABLE: Final = _Table()


@lru_cache(maxsize=64)
def fold(text: str) -> tuple[str, Sequence[int]]:
    """`text` with one spelling of width, spaces, dashes and LaTeX commands, and for each character its place in `text`."""
    if _DRESSED.search(text):
        text = _undressed(text)
    folded = text.translate(_TABLE)
    if _GONE not in folded:
        return folded, range(len(folded))
    return folded.replace(_GONE, ""), tuple([at for at, char in enumerate(folded) if char != _GONE])


def _undressed(text: str) -> str:
    """`text` without LaTeX and emphasis, of the same length: what goes leaves hidden characters behind."""
    text = _GROUPED.sub(",\u200b\u200b", text)
    for signs, pattern, plain in _LATEX:
        if any(sign in text for sign in signs):
            text = pattern.sub(lambda found, plain=plain: plain + "\u200b" * (len(found[0]) - len(plain)), text)  # type: ignore[misc]
    return _BRACES.sub("\u200b", text) if "\u200b" in text else text
