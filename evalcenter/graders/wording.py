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
* A form feed stays, a line of its own between the answers of different turns (`marking.TURN`), so that nothing crosses it.
* Every folded character knows its place in the original, so that what is quoted as evidence is the original.

It refuses to translate: traditional characters, look-alike letters of other scripts and misspellings stay different.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from operator import itemgetter
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
    r"(?<=\d) (?=%|°|(?:[munk]?g|mcg|μg|[mdμ]?l|[mnμ]?mol|[mk]?iu|[cmk]?m|mmhg|k?pa|bpm|kcal|kj|h|min|s)(?![^\W\u2e80-\u9fff]))"
)
_KEPT: Final = frozenset("…。「」『』《》“”〔〕【】①②③④⑤⑥⑦⑧⑨")
"""What stays as it is. A circled digit is a mark, and no part of the number after it."""
_PAGE: Final = "\f"
_BREAKS: Final = frozenset("\n\r\v\x85\u2028\u2029")
_ABBREVIATION: Final = re.compile(r"(?:\b(?:e\.g|i\.e|dr|mr|mrs|ms|vs|approx|fig|prof|sec|art)|(?:^|\n)[ ]*\d{1,3})$")
_END: Final = re.compile(r"\f|[。!?\n]+[”’」』\")]*|\.+(?=[ \n\"”’)」』]|$)[\"”’)」』]*|(?<=[⺀-鿿])\.(?=[⺀-鿿])")
_REMEMBERED: Final = 8192
_ODD: Final = "\0"
_CJK: Final = "\u2e80-\u9fff“”…—\U00020000-\U0003ffff"
_RUN: Final = re.compile(rf"[ \n{_ODD}]*[\n{_ODD}][ \n{_ODD}]*| {{2,}}|(?<=[{_CJK}]) | (?=[{_CJK}])|\A | \Z")
"""What is not one character from one: white space but for single spaces between words, and characters that fold to none or many."""
_BETWEEN: Final = re.compile(r"(?<=[0-9]),(?=[0-9])")
_HYPHEN: Final = re.compile(r"(?<=(.))-(?=(.))")
_BULLET: Final = re.compile(
    r"\s*(?:[-•·●○▪◦#>]+ ?|[(\[]?(?:\d{1,3}|[一二三四五六七八九十]{1,3}|[a-z])[)\].、](?!\d) ?"
    r"|第[一二三四五六七八九十]{1,3}[,、:])"
)


@dataclass(frozen=True, slots=True)
class Folded:
    """A folded text. `spans` says where it comes from: (start, place, whole) for each part of it.

    From ``text[start]`` on, characters come from `original[place]` and those behind it one by one (`whole` false), or all from
    that one character (`whole` true).
    """

    text: str
    spans: tuple[tuple[int, int, bool], ...]
    original: str

    def place(self, at: int) -> int:
        """The index in `original` of the character that ``text[at]`` comes from."""
        start, place, whole = self.spans[bisect_right(self.spans, at, key=itemgetter(0)) - 1]
        return place if whole else place + at - start

    def find(self, place: int) -> int:
        """The first index in `text` whose character comes from `place` of the original or from behind it."""
        return bisect_left(range(len(self.text)), place, key=self.place)

    def source(self, start: int, end: int, limit: int = 160) -> str:
        """The original of ``text[start:end]``, at most `limit` characters of it."""
        if start >= end:
            return ""
        return self.original[self.place(start) : self.place(end - 1) + 1].strip()[:limit]


def _fold(char: str) -> str:
    """One character, folded; a break is a newline, other white space a space, a hidden character nothing."""
    if char in _BREAKS:
        return "\n"
    if char == _PAGE:
        return _PAGE
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


class _Table(dict[int, str]):
    """What stands for a character while white space is still to be told: its folded form, where that is one character."""

    def __missing__(self, code: int) -> str:
        folded = _fold(chr(code))
        made = folded if len(folded) == 1 and folded != _ODD else _ODD
        if len(self) < _REMEMBERED:
            self[code] = made
        return made


_TABLE: Final = _Table()


@lru_cache(maxsize=64)
def fold(text: str) -> Folded:
    """`text` in one spelling. Linear in its length; any text is accepted."""
    rough = text.translate(_TABLE)
    made: list[str] = []
    spans: list[tuple[int, int, bool]] = []
    length = at = 0
    for found in _RUN.finditer(rough):
        start = found.start()
        if start > at:
            spans.append((length, at, False))
            made.append(rough[at:start])
            length += start - at
        at = found.end()
        for part, place in _told(text, rough, start, at, made[-1][-1] if made else ""):
            spans.append((length, place, True))
            made.append(part)
            length += len(part)
    if at < len(rough):
        spans.append((length, at, False))
        made.append(rough[at:])
    joined = "".join(made)
    if "-" in joined:
        joined = _HYPHEN.sub(_unhyphened, joined)
    drop = [found.start() for found in _UNIT.finditer(joined)] if " " in joined else []
    return _without(joined, spans, drop, text) if drop else Folded(joined, tuple(spans), text)


def _told(text: str, rough: str, start: int, end: int, before: str) -> Iterator[tuple[str, int]]:
    """What a run of white space and odd characters folds to, in parts with the place each comes from."""
    waiting, broken = -1, 0
    opening = not before
    for place in range(start, end):
        char = text[place]
        folded = rough[place] if rough[place] in " \n" else _fold(char)
        if char == "*" and (opening or broken) and text[place + 1 : place + 2] == " ":
            folded = "-"  # a bullet, not an emphasis
        if not folded:
            continue
        if folded in {" ", "\n"}:
            waiting, broken = (place if waiting < 0 else waiting), broken + (folded == "\n")
            continue
        if waiting >= 0 and before:
            between = _gap(before, folded[0], broken=broken, small="a" <= char <= "z")
            if between:
                yield between, waiting
        yield folded, place
        waiting, broken, opening, before = -1, 0, False, folded[-1]
    if waiting >= 0 and before and end < len(text):
        between = _gap(before, rough[end], broken=broken, small="a" <= text[end] <= "z")
        if between:
            yield between, waiting


def _unhyphened(found: re.Match[str]) -> str:
    return " " if _latin(found[1]) and _latin(found[2]) else "-"


def _without(joined: str, spans: list[tuple[int, int, bool]], drop: list[int], text: str) -> Folded:
    """The folded text without the characters at `drop`, which is in order."""
    made: list[str] = []
    kept: list[tuple[int, int, bool]] = []
    length = 0
    for (start, place, whole), (end, _, _) in zip(spans, [*spans[1:], (len(joined), 0, False)], strict=True):
        at = start
        for gap in [*drop[bisect_left(drop, start) : bisect_left(drop, end)], end]:
            if gap > at:
                kept.append((length, place if whole else place + at - start, whole))
                made.append(joined[at:gap])
                length += gap - at
            at = gap + 1
    return Folded("".join(made), tuple(kept), text)


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
    """Whether ``text[start:end]`` does not begin or end within a word or a number. "n't" is a word of its own."""
    before, after = text[start - 1 : start], text[end : end + 1]
    first, last = text[start], text[end - 1]
    if _latin(first) and before and _latin(before) and not text.startswith("n't", start):
        return False
    if first.isdigit() and before and (before.isdigit() or _latin(before) or _joined(text, start - 1)):
        return False
    if _latin(last) and after and (_latin(after) or after.isdigit()):
        return False
    return not (last.isdigit() and after and (after.isdigit() or _joined(text, end)))


def _joined(text: str, at: int) -> bool:
    """Whether the mark at `at` joins two groups of digits into one number."""
    return text[at] in ".," and text[at - 1 : at].isdigit() and text[at + 1 : at + 2].isdigit()


def edges(folded: Folded) -> str:
    """The folded text, of the same length, in which a Chinese comma between two plain digits joins no number."""

    def told(found: re.Match[str]) -> str:
        place = folded.place(found.start())
        around = folded.original[place - 1 : place + 2]
        return "、" if around[1:2] == "，" and (around[0] + around[2:]).isascii() else ","

    return _BETWEEN.sub(told, folded.text) if "，" in folded.original else folded.text


def find(text: str, phrase: str, told: str = "") -> Iterator[tuple[int, int]]:
    """Spans of a folded `phrase` in a folded `text`: whole words, the last one with or without -s, -es or 's.

    `told`: what `edges` makes of the text, where words and numbers end; the text itself where it is not given.
    """
    told, stop = told or text, len(text)
    at = text.find(phrase) if phrase else -1
    while at >= 0:
        for tail in ("", "s", "es", "'s"):
            until = at + len(phrase) + len(tail)
            if tail and not (
                phrase[-3:].isalpha() and phrase[-3:].isascii() and text.startswith(tail, until - len(tail))
            ):
                continue
            if until <= stop and whole(told, at, until):
                yield at, until
                break
        at = text.find(phrase, at + 1)
