"""Makes visible what a text could hide.

Rules this module keeps:

* Characters that change how a reader sees other characters (bidirectional controls, zero-width characters, control codes,
  tags, lone surrogates) are shown by their code point, as ``⟦U+202E⟧``. Line breaks and tabs stay; so does the joiner inside an
  emoji, where it hides nothing.
* Everything else stays as it is: evidence is not rewritten.
* Applying it twice is applying it once.
"""

from __future__ import annotations

import re
from typing import Final

_EMOJI: Final = "\u2600-\u27bf\u2b00-\u2bff\ufe0f\U0001f000-\U0001faff"
_HIDDEN: Final = re.compile(
    "[\u0000-\u0008\u000b-\u001f\u007f-\u009f"  # control codes except tab and line feed
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\uffa0"  # invisible letters and marks
    "\u200b\u200c\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\uffff"  # zero width, bidirectional, separators
    "\ud800-\udfff\U000e0000-\U000e0fff]"  # lone surrogates, tags and variation selectors without a glyph
    f"|(?<![{_EMOJI}])\u200d|\u200d(?![{_EMOJI}])"
)


def visible(text: str) -> str:
    """`text` with everything hidden in it shown by its code point."""
    return _HIDDEN.sub(shown, text.replace("\r\n", "\n"))


def shown(found: re.Match[str]) -> str:
    """One character by its code point."""
    return f"⟦U+{ord(found.group()):04X}⟧"
