"""Reads where an answer asks its reader for something, and what each such request is about.

Rules this module keeps:

* A request is a question, words that ask ("tell me", 请先告诉我), words that have something looked up or measured, or words
  that say that something is not known yet. It reaches to the end of its sentence and over the list that it opens.
* A request for "it" or 这些 reaches back over the sentence or the list before.
* A question is none where it is rhetorical, stands in quotation marks, or is answered by the sentence behind it. What others
  will ask, what is denied ("no need to tell me"), and a check that is put off are no requests.
* All gaps are bounded and every sentence is read once, so the work is linear in the length of the answer.

It refuses to understand: a request in words that are not listed (`request_terms`) is not seen.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Final, Literal

from evalcenter.graders import negation, wording
from evalcenter.graders import request_terms as terms

Kind = Literal["question", "tell", "check", "without"]
LIMIT: Final = 500
_BACK: Final = 400
_NEAR: Final = 160
_WORDS: Final[tuple[tuple[Kind, re.Pattern[str]], ...]] = (
    ("tell", terms.TELL),
    ("check", terms.CHECK),
    ("without", terms.WITHOUT),
)


@dataclass(frozen=True, slots=True)
class Request:
    """One request: how it asks, where its words stand, and the span of what it is about."""

    kind: Kind
    at: int
    said: int
    start: int
    end: int


class Requests:
    """One folded answer and its requests, in the order of their words; `stopped` where there were too many to read."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._sentences = list(_sentences(text))
        self._starts = [start for start, _ in self._sentences]
        self._quoted = list(_quoted(text))
        self.amounts = [place.start() for place in islice(terms.AMOUNT.finditer(text), LIMIT) if self._stated(place)]
        found = sorted(islice(self._requests(), LIMIT + 1), key=lambda request: request.at)
        self.stopped = len(found) > LIMIT
        self.found = found[:LIMIT]

    def about(self, start: int, end: int) -> Request | None:
        """The first request that the place ``text[start:end]`` is asked for by."""
        return next((one for one in self.found if one.start <= start < one.end and self._asks(one, start, end)), None)

    def sentence(self, at: int) -> tuple[int, int]:
        """The span of the sentence around a place."""
        return self._sentences[bisect_right(self._starts, at) - 1]

    # -- where requests stand -----------------------------------------------------------------------------------------

    def _requests(self) -> Iterator[Request]:
        for number, (start, end) in enumerate(self._sentences):
            following = self._sentences[number + 1] if number + 1 < len(self._sentences) else (end, end)
            if self._question(start, end, following):
                yield Request("question", start, end, self._back(number, start, end), end)
            if self._rhetorical(start, end):
                continue
            for kind, pattern in _WORDS:
                for place in pattern.finditer(self.text, start, end):
                    if self._counts(kind, place, start, end):
                        low = self._back(number, start, end) if kind in {"tell", "without"} else start
                        yield Request(kind, place.start(), place.end(), low, self._list(end))

    def _question(self, start: int, end: int, following: tuple[int, int]) -> bool:
        body = self.text[start:end].rstrip("\"”’」』') \n")
        if not (body.endswith("?") or (not body.isascii() and terms.BARE_ASK.search(body[-12:]))):
            return False
        if self._rhetorical(start, end) or self._in_quotes(start + len(body) - 1):
            return False
        said = self.text[max(start, start + len(body) - _NEAR) : start + len(body)]
        if terms.THEIRS.search(said[:-1]):
            return False
        return not (terms.ANSWERED.match(self.text[following[0] : following[1]].lstrip(" ")) and body.endswith("?"))

    def _rhetorical(self, start: int, end: int) -> bool:
        body = self.text[start:end]
        return "?" in body and terms.RHETORICAL.search(body[wording.bullet(body) :][:_NEAR]) is not None

    def _counts(self, kind: Kind, place: re.Match[str], start: int, end: int) -> bool:
        """Whether words that ask do so of the reader, and now."""
        before = self.text[max(start, place.start() - _NEAR) : place.start()]
        clause = before[max(before.rfind(mark) for mark in ",;:(") + 1 :]
        after = self.text[place.end() : min(end, place.end() + _NEAR)]
        theirs = terms.THEIRS.search(before + place[0].strip(" ,.;:\n")[:6])
        free = kind != "without" and place[0].startswith(("才", "before"))
        if theirs or self._in_quotes(place.start()) or (terms.CONDITION.search(clause) and not free):
            return False
        if kind == "without":
            return True
        if self._denied(place, start, end):
            return False
        return (
            not terms.CHANGE.match(after.lstrip(" ,")) if kind == "tell" else self._ahead(place, before, clause, after)
        )

    def _ahead(self, place: re.Match[str], before: str, clause: str, after: str) -> bool:
        """Whether a check is due now: it is not put off, and not only a word behind an amount."""
        near = re.split(r"[,;。]|\band\b(?= \w+ \w+ing)", after)[0]
        if terms.LATER.search(clause + place[0] + near):
            return False
        return bool(terms.FIRST.search(before + place[0] + after)) or not any(at < place.start() for at in self.amounts)

    def _denied(self, place: re.Match[str], start: int, end: int) -> str:
        lead = terms.LEAD.match(place[0]) if place[0].isascii() else None
        at = place.start() + (lead.end() if lead else 0)
        low = max(start, at - negation.BEFORE)
        window = self.text[low : min(end, place.end() + negation.AFTER)]
        return negation.denied(window, at - low, place.end() - low, "")

    def _stated(self, place: re.Match[str]) -> bool:
        """Whether an amount is named as one, and not asked about or denied."""
        start, end = self.sentence(place.start())
        low = max(self.text.rfind(mark, start, place.start()) for mark in ",;:") + 1
        after = re.search(r"[,;:?]", self.text[place.end() : end])
        clause = self.text[max(low, start) : place.end() + (after.end() if after else 0)]
        asked = "?" in clause or ("?" in self.text[start:end] and terms.ASKING.search(clause))
        return not asked and not self._denied(place, start, end)

    def _list(self, end: int) -> int:
        """The end of the list that a sentence opens, or `end`: the following lines with a bullet or a number."""
        if self.text[end - 1 : end] != "\n" and self.text[end : end + 1] != "\n":
            return end
        at = end + (self.text[end - 1 : end] != "\n")
        while at < len(self.text):
            stop = self.text.find("\n", at)
            stop = len(self.text) if stop < 0 else stop
            line = self.text[at:stop]
            if line.strip() and (not wording.bullet(line) or line.startswith("\f")):
                break
            end, at = stop, stop + 1
        return end

    def _back(self, number: int, start: int, end: int) -> int:
        """Where what a request asks for begins: at its sentence, or before it where it asks for "it"."""
        body = self.text[start:end]
        if number == 0 or len(body) > 90 or not terms.PRONOUN.search(body):
            return start
        low = self._sentences[number - 1][0]
        while number > 1 and wording.bullet(self.text[low : low + 12]) and start - low < _BACK:
            number -= 1
            low = self._sentences[number - 1][0]
        return max(low, start - _BACK, self.text.rfind("\f", 0, start) + 1)

    def _in_quotes(self, at: int) -> bool:
        index = bisect_right(self._quoted, (at, len(self.text))) - 1
        return index >= 0 and self._quoted[index][0] < at <= self._quoted[index][1]

    # -- one place ----------------------------------------------------------------------------------------------------

    def _asks(self, request: Request, start: int, end: int) -> bool:
        """Whether a request asks for a place within its span, and does not only name it on the way."""
        low, high = self.sentence(start)
        before = self.text[max(low, start - _NEAR) : start]
        after = self.text[end : min(high, end + _NEAR)]
        comma = max(before.rfind(mark) for mark in ",;:(—")
        clause = before[comma + 1 :]
        own = low <= request.at < high
        if own and terms.CONDITION.search(clause) and request.kind != "without":
            return False
        if request.kind == "question":
            last = after.rsplit(";", 1)
            apart = len(last) == 2 and not terms.PRONOUN.search(last[1])
            return not ("," in after and terms.ADVICE.search(clause)) and not apart
        rest = re.split("[,;:。]", after)[0]
        advice = terms.ADVICE.search(clause) or terms.BY.search(clause + self.text[start:end] + rest)
        if advice and not (start - len(clause) <= request.at < start):
            return False
        if request.kind == "check":
            passive = terms.PASSIVE.match(self.text, request.at)
            between = self.text[end : min(request.at, end + _NEAR)]
            beyond = start < request.at and not passive and re.search(r"[,;:。\n]|\band\b", between)
            return not beyond and not terms.LATER.search(rest)
        return start > request.at or not self.text.startswith(("without a", "without the"), request.at)


def _sentences(text: str) -> Iterator[tuple[int, int]]:
    """Spans of the sentences; none are empty."""
    return (span for span in wording.sentences(text) if span[0] < span[1])


def _quoted(text: str) -> Iterator[tuple[int, int]]:
    """Spans of what stands in double quotation marks, within one line, in order."""
    for found in re.finditer(r"“[^”\n]{1,400}”|\"[^\"\n]{1,400}\"|「[^」\n]{1,400}」", text):
        yield found.start(), found.end() - 1
