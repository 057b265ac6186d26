"""Marks whether an answer says, or does not say, given phrases.

Rules this module keeps:

* Phrases and answers are compared after folding (``wording.py``): case, width, spaces and hidden characters make no difference;
  an English phrase matches whole words, of which ``n't`` is one. ``...`` in a phrase is a gap of at most 200 characters within one
  sentence.
* A phrase that the answer denies is not a mention, whether it is wanted or forbidden; what counts as denied is listed in
  ``negation.py``. A denial inside the phrase itself ("不要停药") is part of the phrase. With ``negation: ignore`` every occurrence
  counts.
* One asserted occurrence is a mention, however often the phrase is denied elsewhere: adding text never takes a mention
  away,
  except text that turns on the phrase itself (an answer to its question, a rejection of its report).

It refuses to understand: synonyms are the author's to list. An answer that denies one phrase more than 500 times is
not judged.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import ClassVar, Final, Literal

from evalcenter.graders import negation, wording
from evalcenter.records import Answer, Item, Mark, Text, record

GAP: Final = 200
_SURE: Final = re.compile(r"[0-9A-Za-z\u4e00-\u9fff]")
"""What stays a character to look for however it is folded."""
_FOLDED: Final = re.compile(r"[0-9a-z\u4e00-\u9fff]+")
"""A phrase that is folded already."""
_DOTS: Final = re.compile(r"\.{3,}|…+")
LIMIT: Final = 500


@record
class Mentions:
    """What must and must not be said; at least one phrase must be given, and everything given must hold.

    `any`: one of these. `all`: of every group, one. `none`: none of these.
    """

    any: tuple[str, ...] = ()
    all: tuple[tuple[str, ...], ...] = ()
    none: tuple[str, ...] = ()
    negation: Literal["respect", "ignore"] = "respect"

    def __post_init__(self) -> None:
        phrases = [*self.any, *self.none, *(phrase for group in self.all for phrase in group)]
        if not phrases or any(not group for group in self.all):
            raise ValueError("mentions needs phrases under any, all or none, and at least one in every group of all")
        if any(not _SURE.search(phrase) and not parts(phrase) for phrase in phrases):
            raise ValueError("a phrase of mentions holds no letter, digit or character to look for")


@dataclass(frozen=True, slots=True)
class Found:
    """One place of a phrase: the span of the folded answer to quote, the word that denies it, or "", and its own span."""

    quote: tuple[int, int]
    denial: str
    place: tuple[int, int]


@lru_cache(maxsize=64)
def reading(text: str) -> Reading:
    """The reading of an answer, made once for all the criteria that it is put to."""
    return Reading(text)


class Reading:
    """An answer, folded once, with its sentences and the headings that forbid the lists under them."""

    def __init__(self, text: str) -> None:
        self.folded = wording.fold(text)
        self._edges = wording.edges(self.folded)
        self.sentences = list(wording.sentences(self.folded.text))
        self._starts = [start for start, _ in self.sentences]
        self._lines = [0, *(found.end() for found in re.finditer("\n", self.folded.text))]
        self._bans = list(_bans(self.folded.text))

    def find(self, phrase: str) -> Iterator[Found]:
        """Every place of the raw phrase, in order."""
        first, *rest = parts(phrase)
        text = self.folded.text
        if first not in text:
            return
        later = [list(wording.find(text, part, self._edges)) for part in rest]
        if not all(later):
            return
        for start, end in wording.find(text, first, self._edges):
            at = bisect_right(self._starts, start) - 1
            span = self.sentences[at]
            if not rest and end > span[1]:  # the phrase itself holds a full stop
                span = (span[0], max(stop for _, stop in self.sentences[: at + 2]))
            close = _gaps(later, end, span[1])
            if close >= 0:
                following = self.sentences[at + 1] if at + 1 < len(self.sentences) else (0, 0)
                denial = self._denial(span, start, close, text[following[0] : following[1]])
                yield Found((max(span[0], start - 60), max(span[1], close)), denial, (start, close))

    def _denial(self, span: tuple[int, int], start: int, end: int, following: str) -> str:
        text = self.folded.text
        low = max(span[0], start - negation.BEFORE)
        window = text[low : min(max(span[1], end), end + negation.AFTER)]
        word = negation.denied(window, start - low, end - low, following[:90].lstrip())
        line = bisect_right(self._lines, start) - 1
        if word or not self._bans[line]:
            return word
        own = text[self._lines[line] : start]
        return "" if re.search(r"[,;:。!?—(]", own[wording.bullet(own) :]) else self._bans[line]


def _bans(text: str) -> Iterator[str]:
    """For each line, the word of the heading above that forbids it as a member of its list, or ""."""
    ban = ""
    for line in text.split("\n"):
        if wording.bullet(line):
            yield ban
        else:
            yield ""
            ban = negation.forbids(line[-negation.BEFORE :])


@lru_cache(maxsize=8192)
def parts(phrase: str) -> tuple[str, ...]:
    """The folded parts of a phrase between its gaps (``...`` or ``……``)."""
    if _FOLDED.fullmatch(phrase):
        return (phrase,)
    folded = (wording.fold(part).text for part in _DOTS.split(phrase))
    return tuple(part for part in folded if any(char.isalnum() for char in part))


def _gaps(later: list[list[tuple[int, int]]], at: int, stop: int) -> int:
    """The end of the last part, each of `later` (a part's places) within GAP characters of the one before, or -1."""
    for places in later:
        index = bisect_left(places, (at, 0))
        if index == len(places) or places[index][0] > at + GAP or places[index][1] > stop:
            return -1
        at = places[index][1]
    return at


class Search:
    """Looks for phrases in one answer, and remembers where it had to stop."""

    def __init__(self, text: str, *, respect: bool) -> None:
        self.reading, self.respect, self.stopped = reading(text), respect, False

    def first(self, phrases: tuple[str, ...]) -> tuple[str, Found] | None:
        """The first phrase that is mentioned, with its place."""
        text = self.reading.folded.text
        for phrase in phrases:
            if parts(phrase)[0] not in text:
                continue
            for number, found in enumerate(self.reading.find(phrase)):
                if not (self.respect and found.denial):
                    return phrase, found
                if number >= LIMIT:
                    self.stopped = True
                    break
        return None

    def denied(self, phrases: tuple[str, ...]) -> tuple[str, Found] | None:
        """The first phrase that occurs at all."""
        return next(((phrase, found) for phrase in phrases for found in self.reading.find(phrase)), None)

    def excerpt(self, found: Found) -> str:
        """The original of the sentence that decided."""
        return self.reading.folded.source(*found.quote)


class MentionsGrader:
    """Met when the wanted phrases are asserted and none of the forbidden ones is."""

    name: ClassVar[str] = "mentions"
    version: ClassVar[str] = "3"
    params: ClassVar[type[Mentions]] = Mentions

    def mark(self, params: Mentions, item: Item, answer: Answer) -> Mark:  # noqa: ARG002 - the hook's signature
        """Met or not met. A forbidden phrase decides first, and more text cannot take it away."""
        seen = Search(answer.text, respect=params.negation == "respect")
        bad = seen.first(params.none)
        if bad:
            phrase, found = bad
            reason = Text(zh=f"出现了不应出现的“{phrase}”", en=f"says “{phrase}”, which it should not")
            return Mark(state="not_met", reason=reason, excerpt=seen.excerpt(found), settled=True)
        evidence: list[tuple[str, Found]] = []
        for group in [*([params.any] if params.any else []), *params.all]:
            good = seen.first(group)
            if good is None:
                return _stopped() if seen.stopped else _missing(group, seen)
            evidence.append(good)
        if seen.stopped:
            return _stopped()
        if not evidence:
            names = "、".join(params.none[:3])
            return Mark(state="met", reason=Text(zh=f"没有出现“{names}”", en=f"does not say “{names}”"))
        said = "、".join(f"“{phrase}”" for phrase, _ in evidence[:4])
        return Mark(
            state="met",
            reason=Text(zh=f"提到了{said}", en=f"says {said.replace('、', ', ')}"),
            excerpt=seen.excerpt(evidence[0][1]),
            settled=not params.none,
        )


def _stopped() -> Mark:
    return Mark(
        state="unjudged",
        reason=Text(
            zh=f"同一短语被否定超过 {LIMIT} 次，无法判断",
            en=f"one phrase is denied more than {LIMIT} times; not judged",
        ),
    )


def _missing(group: tuple[str, ...], seen: Search) -> Mark:
    """The mark for a group of which nothing is asserted; it names the denial where there is one."""
    names = "、".join(f"“{phrase}”" for phrase in group[:3])
    near = seen.denied(group)
    if near is None:
        return Mark(
            state="not_met", reason=Text(zh=f"没有提到{names}", en=f"does not say {names.replace('、', ' or ')}")
        )
    phrase, found = near
    reason = Text(zh=f"“{phrase}”被“{found.denial}”否定", en=f"“{phrase}” is denied by “{found.denial}”")
    return Mark(state="not_met", reason=reason, excerpt=seen.excerpt(found))


plugin: Final = MentionsGrader()
