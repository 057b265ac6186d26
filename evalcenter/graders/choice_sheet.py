"""The question that an answer answers, as a choice is read from it: letters, wordings, what may be echoed; for ``choice.py``.

Rules this module keeps:

* What an item says is read once for all the answers to it.
* The question, its documents and the block of all options are no answer where an answer repeats them, whatever the white space;
  an option's own wording is masked, since it may hold letters and cues.
* Parts of fewer than eight characters are no echo.

It refuses to read a choice: it says what is left to be read.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from evalcenter.graders import choice_forms as forms
from evalcenter.graders.choice_forms import MASK, Asked
from evalcenter.records import Item

ECHO: Final = 8
LETTERS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_DROPPED: Final = re.compile(
    r"\\(?:text|textbf|mathrm|mathbf|textit|bf|rm|operatorname|displaystyle)\b|[*`$\u200b-\u200f\ufeff\u2060\u00ad]|__"
)


def fold(text: str) -> str:
    """`text` without emphasis and hidden characters, its letters in half width."""
    bare = _DROPPED.sub("", text)
    return bare if bare.isascii() else bare.translate(_TABLE)


def _plain(char: str) -> str:
    if unicodedata.category(char) == "Cs":
        return " "
    folded = unicodedata.normalize("NFKC", char)
    return folded if len(folded) == 1 and folded.isascii() and folded.isalpha() else char


class _Table(dict[int, str]):
    """What stands for a character: `_plain`, remembered."""

    def __missing__(self, code: int) -> str:
        made = _plain(chr(code))
        if len(self) < _REMEMBERED:
            self[code] = made
        return made


_REMEMBERED: Final = 8192
_TABLE: Final = _Table()


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """What an item's question says, read once for all the answers to it.

    `letters` are its options', "A" to "H" where it has none. `wordings` are the options' own, longest first. `echoes` are the
    question, its documents and the block of its options without white space, in the order in which they are cut; `lines` those of
    the first two. `reverse` and `asked`: see `_direction`.
    """

    letters: str
    wordings: tuple[tuple[str, str], ...]
    echoes: tuple[str, ...]
    block: str
    lines: frozenset[str]
    reverse: bool
    asked: Asked


def paper(item: Item) -> Paper:
    """What the question of `item` says."""
    asked = [message.content for message in item.prompt if message.role == "user"]
    asked += [document.text for document in item.documents]
    return _paper(tuple(item.options.items()), tuple(asked), item.prompt[-1].content)


@lru_cache(maxsize=1024)
def _paper(given: tuple[tuple[str, str], ...], asked: tuple[str, ...], last: str) -> Paper:
    options = {fold(letter): option for letter, option in given}
    folded = [fold(part) for part in asked]
    wordings = [
        (letter, fold(option).strip().rstrip("。."))
        for letter, option in sorted(options.items(), key=lambda pair: -len(pair[1]))
    ]
    block = "\n".join(f"{letter}. {fold(option)}" for letter, option in options.items())
    reverse, direction = _direction(last[-400:])
    return Paper(
        letters="".join(sorted(letter for letter in options if len(letter) == 1 and letter in LETTERS)) or LETTERS[:8],
        wordings=tuple(
            (letter, wording) for letter, wording in wordings if len(wording) >= 2 and not wording.isdigit()
        ),
        echoes=tuple(map(_tight, folded)),
        block=_tight(block) if len(options) > 1 else "",
        lines=frozenset(_tight(line) for part in folded for line in part.splitlines()),
        reverse=reverse,
        asked=direction,
    )


def _direction(tail: str) -> tuple[bool, Asked]:
    """Whether the question's last clause asks for what is wrong; the same, or unclear where the whole question differs from it."""
    sentences = re.split(r"(?<=[。?？\n])|(?<=\.)\s", tail)
    questions = [part for part in sentences if re.search(r"[?？]|哪|下列|以下|\bwhich\b", part, re.IGNORECASE)]
    question = questions[-1] if questions else tail
    clauses = [clause for clause in re.split(r"[，。,;；\n]|\. ", question) if clause.strip()]
    reverse = bool(clauses) and forms.REVERSE.search(clauses[-1]) is not None
    if reverse != (forms.REVERSE.search(question) is not None):
        return reverse, "unclear"
    return reverse, "wrong" if reverse else "right"


def without_echo(text: str, told: Paper) -> str:
    """The text without the question, its documents and the block of all its options, where these are repeated."""
    rest = text
    for part in told.echoes:
        rest = _cut(rest, part)
    rest = "\n".join(row for row in rest.splitlines() if len(row) < ECHO or _tight(row) not in told.lines)
    without = _cut(rest, told.block)
    return (without if without.strip() or rest != text else rest).strip()


def _tight(text: str) -> str:
    return "".join(text.split())


def _cut(text: str, wanted: str) -> str:
    """`text` without `wanted`, whatever the white space; parts of fewer than eight characters stay."""
    if not ECHO <= len(wanted) <= len(text) or wanted not in _tight(text):
        return text
    places = [at for at, char in enumerate(text) if not char.isspace()]
    tight = "".join(text[at] for at in places)
    pieces, at = [], 0
    while (found := tight.find(wanted, at)) >= 0:
        pieces.append(text[places[at] : places[found]] if found > at else "")
        at = found + len(wanted)
    return "\n".join([*pieces, text[places[at] :] if at < len(places) else ""])


def masked(text: str, told: Paper) -> tuple[str, frozenset[str]]:
    """The text with the options' own wording masked (it may hold letters and cues), and the options that were quoted."""
    quoted = set()
    for letter, wording in told.wordings:
        if wording in text:
            quoted.add(letter)
            text = text.replace(wording, MASK)
    return text, frozenset(quoted)
