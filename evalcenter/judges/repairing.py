"""Reads the JSON that judges write, also where it is broken as local models break it.

The ladder, from the top; each rung is tried only where the one above it brought nothing:

1. The whole text is JSON.
2. What stands before the last ``</think>`` is dropped. Then, from each opening bracket on: an object or a list that is JSON (it
   stands in a code fence, or between other words).
3. From the same bracket on, read with patience: trailing commas, single or curly quotation marks, bare keys and words, Python's
   ``True`` and ``None``, full-width ``：，｛｝［］``, raw line ends and unescaped quotation marks in texts, and an end that is cut
   off. An object that is cut off itself is dropped: half an entry is no entry. Comments are not read: an answer that ends its own
   entry within the judge's copy of it could hide the judge's mark in one.

Rules this module keeps:

* It never raises. It reads at most `LONGEST` characters, from at most `STARTS` brackets, `DEEPEST` levels deep.
* Objects stay lists of pairs: which of two equal keys counts is for nobody to guess.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any, Final, NamedTuple

LONGEST: Final = 60_000
STARTS: Final = 60
DEEPEST: Final = 8
_THINKING: Final = re.compile(r"\A.*</(?:think|thinking)>", re.IGNORECASE | re.DOTALL)
_OPENING: Final = re.compile(r"[{\[｛［]")
_SPACE: Final = re.compile(r"\s*")
_COMMA: Final = ",，"
_COLON: Final = ":："
_DOUBLE: Final = '"“”＂'
_SINGLE: Final = "'‘’"
_KEY: Final = rf"(?:[{_DOUBLE}{_SINGLE}]\w{{1,40}}[{_DOUBLE}{_SINGLE}]|\w{{1,40}})\s*[{_COLON}]"
_AFTER_VALUE: Final = re.compile(rf"\s*(?:[}}｝]|[{_COMMA}]\s*(?:{_KEY}|[}}｝]|\Z)|\Z)")
_AFTER_ELEMENT: Final = re.compile(rf"\s*(?:[\]］{_COMMA}]|\Z)")
_AFTER_KEY: Final = re.compile(rf"\s*[{_COLON}]")
_WORD: Final = re.compile(rf"[^\s{_COMMA}{_COLON}{_DOUBLE}{_SINGLE}{{}}｛｝\[\]［］]+")
_CONSTANTS: Final = {"true": True, "false": False, "none": None, "null": None}
_ESCAPES: Final = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f"}


class Pairs(NamedTuple):
    """A JSON object as it was written: its keys with their values, in order, equal ones included."""

    pairs: tuple[tuple[str, Any], ...]


class Found(NamedTuple):
    """The values that `wanted` took, in order; by which rung (``strict``, ``found``, ``mended``); the text outside of them."""

    values: tuple[Any, ...]
    how: str
    rest: str


class _Broken(Exception):
    """Not readable from here, even with patience."""


def find(text: str, wanted: Callable[[Any], bool]) -> Found:
    """All values in `text` that `wanted` takes. Never raises, unless `wanted` does."""
    text = text[:LONGEST].removeprefix("\ufeff")
    try:
        value = json.loads(text, object_pairs_hook=_pairs)
    except (ValueError, RecursionError):
        return _scan(_THINKING.sub("", text), wanted)
    return Found((value,), "strict", "") if wanted(value) else Found((), "strict", text)


def _pairs(found: list[tuple[str, Any]]) -> Pairs:
    return Pairs(tuple(found))


def _scan(text: str, wanted: Callable[[Any], bool]) -> Found:
    strict = json.JSONDecoder(object_pairs_hook=_pairs)
    values: list[Any] = []
    rest: list[str] = []
    how, at, done = "found", 0, 0
    for _ in range(STARTS):
        start = _OPENING.search(text, at)
        if start is None:
            break
        at = start.end()
        rung = "found"
        try:
            value, end = strict.raw_decode(text, start.start())
        except (ValueError, RecursionError):
            rung = "mended"
            try:
                value, end = patient(text, start.start())
            except _Broken:
                continue
        if wanted(value):
            values.append(value)
            rest.append(text[done : start.start()])
            at = done = end
            how = rung if rung == "mended" else how
    return Found(tuple(values), how, "\n".join([*rest, text[done:]]))


def patient(text: str, at: int) -> tuple[Any, int]:
    """The object or list that begins at `at`, read with patience, and where it ends."""
    reader = _Reader(text, at)
    return reader.value(DEEPEST, _AFTER_ELEMENT), reader.at


class _Reader:
    """A reader of one value in `text` from `at` on; every step raises _Broken where it cannot go on."""

    def __init__(self, text: str, at: int) -> None:
        self.text, self.at = text, at

    def value(self, deep: int, after: re.Pattern[str]) -> Any:
        """The value that begins here; a text ends at a quotation mark that `after` matches behind."""
        here = self._peek()
        if here in "{｛[［" and here:
            if deep == 0:
                raise _Broken
            self.at += 1
            return self._object(deep - 1) if here in "{｛" else self._list(deep - 1)
        if here and here in _DOUBLE + _SINGLE:
            return self._text(after)
        return self._bare()

    def _peek(self) -> str:
        space = _SPACE.match(self.text, self.at)
        self.at = space.end() if space else self.at
        return self.text[self.at : self.at + 1]

    def _object(self, deep: int) -> Pairs:
        pairs: list[tuple[str, Any]] = []
        while True:
            here = self._peek()
            if not here:
                raise _Broken
            if here in "}｝":
                self.at += 1
                return Pairs(tuple(pairs))
            quoted = here in _DOUBLE + _SINGLE
            key = self._text(_AFTER_KEY) if quoted else str(self._bare())
            colon = self._peek()
            if not colon or colon not in _COLON:
                raise _Broken
            self.at += 1
            pairs.append((key, self.value(deep, _AFTER_VALUE)))
            self._comma("}｝")

    def _list(self, deep: int) -> list[Any]:
        values: list[Any] = []
        while True:
            here = self._peek()
            if not here:
                return values
            if here in "]］":
                self.at += 1
                return values
            start = self.at
            try:
                values.append(self.value(deep, _AFTER_ELEMENT))
            except _Broken:
                if self.at < len(self.text):
                    raise
                self.at = start  # cut off within this value: what came before it stands, and this is left over
                return values
            self._comma("]］")

    def _comma(self, ends: str) -> None:
        here = self._peek()
        if here and here in _COMMA:
            self.at += 1
        elif here and here not in ends:
            raise _Broken

    def _text(self, after: re.Pattern[str]) -> str:
        family = _DOUBLE if self.text[self.at] in _DOUBLE else _SINGLE
        self.at += 1
        said: list[str] = []
        while self.at < len(self.text):
            here = self.text[self.at]
            self.at += 1
            if here == "\\":
                said.append(self._escape())
            elif here in family and after.match(self.text, self.at):
                return "".join(said)
            else:
                said.append(here)
        raise _Broken

    def _escape(self) -> str:
        here = self.text[self.at : self.at + 1]
        code = self.text[self.at + 1 : self.at + 5]
        self.at += 1
        if here == "u" and re.fullmatch("[0-9a-fA-F]{4}", code):
            self.at += 4
            return chr(int(code, 16))
        return _ESCAPES.get(here, here)

    def _bare(self) -> Any:
        word = _WORD.match(self.text, self.at)
        if word is None:
            raise _Broken
        self.at = word.end()
        return _CONSTANTS.get(word[0].lower(), word[0])
