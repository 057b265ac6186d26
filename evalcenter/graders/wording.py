"""Text made comparable: one spelling for width, case, spaces and hidden characters, with the way back to the original.

Rules this module keeps:

* Folding is compatibility decomposition without combining marks, then case folding. Characters without a width
  (zero-width
  spaces and joiners, direction marks, soft hyphens, variation selectors) and the emphasis marks ``*`` and ``````
  vanish, so a
  word cannot be hidden by putting them inside it.
* Spaces vanish next to Chinese characters and between a number and its unit; other runs become one space. A hyphen
  between
  letters is a space. A line break stays, unless a Latin
  word stands before it and the next line goes on with a small letter.
* Every folded character knows its place in the original, so that what is quoted as evidence is the original.

It refuses to translate: traditional characters, look-alike letters of other scripts and misspellings stay different.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

_SAME: Final = str.maketrans(
    {
        **dict.fromkeys("‘’‛`´′", "'"),
        **dict.fromkeys("‐‑‒–−﹣－", "-"),
        **dict.fromkeys("―─", "—"),
        **dict.fromkeys("ᅟᅠㅤﾠ*", ""),
        "｡": "。",
    }
)
_UNIT: Final = re.compile(
    r"(?<=\d) (?=%|°|(?:[munk]?g|mcg|μg|[mdμ]?l|[mnμ]?mol|[mk]?iu|[cmk]?m|mmhg|k?pa|bpm|kcal|kj|h|min|s)\b)"
)
_KEPT: Final = frozenset("…。「」『』《》“”〔〕【】")
_BREAKS: Final = frozenset("\n\r\v\f\x85\u2028\u2029")
_ABBREVIATION: Final = re.compile(r"(?:\b(?:e\.g|i\.e|dr|mr|mrs|ms|vs|approx|fig|prof|sec|art)|(?:^|\n)[ ]*\d{1,3})$")
_END: Final = re.compile(r"[。!?\n]+[”’」』\")]*|\.+(?=[ \n\"”’)」』]|$)[\"”’)」』]*|(?<=[⺀-鿿])\.(?=[⺀-鿿])")
_BULLET: Final = re.compile(
    r"\s*(?:[-•·●○▪◦#>]+ ?|[(\[]?(?:\d{1,3}|[一二三四五六七八九十]{1,3}|[a-z])[)\].、](?!\d) ?"
    r"|第[一二三四五六七八九十]{1,3}[,、:])"
)


@dataclass(frozen=True, slots=True)
class Folded:
    """A folded text. `places[i]` is the index in `original` of the character that ``text[i]`` comes from."""

    text: str
    places: tuple[int, ...]
    original: str

    def source(self, start: int, end: int, limit: int = 160) -> str:
        """The original of ``text[start:end]``, at most `limit` characters of it."""
        if start >= end:
            return ""
        return self.original[self.places[start] : self.places[end - 1] + 1].strip()[:limit]


@lru_cache(maxsize=8192)
def _fold(char: str) -> str:
    """One character, folded; a break is a newline, other white space a space, a hidden character nothing."""
    if char in _BREAKS:
        return "\n"
    if char.isspace():
        return " "
    plain = char.translate(_SAME)
    if plain in _KEPT:
        return plain
    parts = unicodedata.normalize("NFKD", plain).casefold()
    kept = "".join(part for part in parts if unicodedata.category(part) not in {"Mn", "Me", "Cf", "Cc", "Cs"})
    return " " if kept.isspace() else kept.strip().translate(_SAME)


def is_cjk(char: str) -> bool:
    """Whether `char` is a Chinese character or a mark of Chinese punctuation."""
    return "\u2e80" <= char <= "\u9fff" or char in "“”…—" or "\U00020000" <= char <= "\U0003ffff"


def _gap(before: str, after: str, *, broken: int, small: bool) -> str:
    """What stands for white space between two folded characters; `broken` counts line breaks."""
    if broken:
        return " " if broken == 1 and small and before.isascii() and (before.isalpha() or before == ",") else "\n"
    if is_cjk(before) or is_cjk(after):
        return ""
    return " "


def fold(text: str) -> Folded:
    """`text` in one spelling. Linear in its length; any text is accepted."""
    made: list[str] = []
    places: list[int] = []
    waiting, broken, start = -1, 0, True
    for place, char in enumerate(text):
        folded = _fold(char)
        if char == "*" and start and text[place + 1 : place + 2] == " ":
            folded = "-"  # a bullet, not an emphasis
        if not folded:
            continue
        if folded in {" ", "\n"}:
            waiting, broken = (place if waiting < 0 else waiting), broken + (folded == "\n")
            start = start or folded == "\n"
            continue
        if waiting >= 0 and made:
            between = _gap(made[-1], folded[0], broken=broken, small="a" <= char <= "z")
            made.extend(between)
            places.extend([waiting] * len(between))
        waiting, broken, start = -1, 0, False
        made.extend(folded)
        places.extend([place] * len(folded))
    for at in range(1, len(made) - 1):
        if made[at] == "-" and _latin(made[at - 1]) and _latin(made[at + 1]):
            made[at] = " "
    joined = "".join(made)
    drop = {found.start() for found in _UNIT.finditer(joined)}
    if drop:
        joined = "".join(char for at, char in enumerate(joined) if at not in drop)
        places = [place for at, place in enumerate(places) if at not in drop]
    return Folded(joined, tuple(places), text)


def _latin(char: str) -> bool:
    return char.isalpha() and char < "\u2e80"


def sentences(text: str) -> Iterator[tuple[int, int]]:
    """Spans of the sentences of a folded text, their end marks included. A line break ends a sentence."""
    start = 0
    for found in _END.finditer(text):
        if found[0].startswith(".") and _ABBREVIATION.search(text, max(0, found.start() - 8), found.start()):
            continue
        yield start, found.end()
        start = found.end()
    if start < len(text):
        yield start, len(text)


def bullet(line: str) -> int:
    """How many characters of a folded line are its bullet or its number; 0 where there is none."""
    found = _BULLET.match(line)
    return found.end() if found else 0


def whole(text: str, start: int, end: int) -> bool:
    """Whether ``text[start:end]`` does not begin or end within a word or a number."""
    before, after = text[start - 1 : start], text[end : end + 1]
    first, last = text[start], text[end - 1]
    if _latin(first) and before and _latin(before):
        return False
    if first.isdigit() and before and (before.isdigit() or _latin(before) or _joined(text, start - 1)):
        return False
    if _latin(last) and after and (_latin(after) or after.isdigit()):
        return False
    return not (last.isdigit() and after and (after.isdigit() or _joined(text, end)))


def _joined(text: str, at: int) -> bool:
    """Whether the mark at `at` joins two groups of digits into one number."""
    return text[at] in ".," and text[at - 1 : at].isdigit() and text[at + 1 : at + 2].isdigit()


def find(text: str, phrase: str, start: int = 0, end: int | None = None) -> Iterator[tuple[int, int]]:
    """Spans of a folded `phrase` in a folded `text`: whole words, the last one with or without -s, -es or 's."""
    stop = len(text) if end is None else end
    at = text.find(phrase, start, stop) if phrase else -1
    while at >= 0:
        for tail in ("", "s", "es", "'s"):
            until = at + len(phrase) + len(tail)
            if tail and not (
                phrase[-3:].isalpha() and phrase[-3:].isascii() and text.startswith(tail, until - len(tail))
            ):
                continue
            if until <= stop and whole(text, at, until):
                yield at, until
                break
        at = text.find(phrase, at + 1, stop)
