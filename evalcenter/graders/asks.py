"""Marks whether an answer asks its reader for something, or answers without asking back.

Rules this module keeps:

* `want: asked`: one of the phrases stands in a request (`requests`) to the reader.
* `want: raised`: one of the phrases stands in the answer, asked for or only named, and is not denied.
* `want: not_asked`: before the answer comes, no more than `most` bare questions are put to the reader, no words ask for
  facts (请先告诉我), and nothing of `none` is said. The answer comes with the first phrase of `before`;
  without one, everything counts.
* `first`: only the first answer of a dialogue is read. `before_amount`: a request counts only ahead of any amount with a unit.
* The words that decided are quoted.

It refuses to weigh: what needs to be asked is for the author of the item. An answer with more than 500 requests is not judged.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from itertools import islice
from typing import ClassVar, Final, Literal

from evalcenter.graders import closing, mentions
from evalcenter.graders.mentions import parts
from evalcenter.graders.requests import LIMIT, Request, Requests
from evalcenter.records import Answer, Item, Mark, Text, record


@record
class Asks:
    """`any`: phrases for what is asked, as in `mentions`; see the module for the rest.

    `most`, `before` and `none` belong to `want: not_asked`; `before_amount` to `want: asked`.
    """

    any: tuple[str, ...] = ()
    want: Literal["asked", "raised", "not_asked"] = "asked"
    first: bool = False
    before_amount: bool = False
    before: tuple[str, ...] = ()
    none: tuple[str, ...] = ()
    most: int = 1

    def __post_init__(self) -> None:
        if (self.want == "not_asked") == bool(self.any):
            raise ValueError("asks needs phrases under any, and with want: not_asked none of them")
        if any(not parts(phrase) for phrase in (*self.any, *self.before, *self.none)):
            raise ValueError("a phrase of asks holds no letter, digit or character to look for")
        if self.want != "not_asked" and (self.before or self.none or self.most != 1):
            raise ValueError("before, none and most of asks belong to want: not_asked")
        if self.before_amount and self.want != "asked":
            raise ValueError("before_amount of asks belongs to want: asked")
        if self.most < 0:
            raise ValueError(f"most of asks must be 0 or more, got {self.most}")


@lru_cache(maxsize=64)
def _reading(text: str) -> _Reading:
    """The reading of an answer, made once for all the criteria that it is put to."""
    return _Reading(text)


class _Reading:
    """One answer, its requests, and the places of phrases in it."""

    def __init__(self, text: str) -> None:
        self.reading = mentions.reading(text)
        self.requests = Requests(self.reading.folded.text)

    def places(self, phrases: tuple[str, ...]) -> Iterator[tuple[str, mentions.Found]]:
        """Every place of the phrases, at most 500 of each."""
        for phrase in phrases:
            for found in islice(self.reading.find(phrase), LIMIT):
                yield phrase, found

    def quote(self, start: int, end: int) -> str:
        return self.reading.folded.source(start, end, 80)

    def sentence(self, at: int) -> str:
        low, high = self.requests.sentence(at)
        return self.reading.folded.source(max(low, at - 80), high)


class AsksGrader:
    """See the module's rules."""

    name: ClassVar[str] = "asks"
    version: ClassVar[str] = "1"
    params: ClassVar[type[Asks]] = Asks

    def mark(self, params: Asks, item: Item, answer: Answer) -> Mark:  # noqa: ARG002 - the hook's signature
        """Met or not met, with the words that decided. What was only thought asks nothing."""
        text = closing.spoken(answer.text)
        text = (text.split("\f", 1)[0] if params.first else text).strip()
        if answer.state == "blocked" or not text:
            return Mark(state="not_met", reason=Text(zh="回答为空或被拦截", en="the answer is empty or was blocked"))
        read = _reading(text)
        if params.want == "not_asked":
            return _not_asked(params, read)
        if read.requests.stopped:
            return _unjudged()
        return _asked(params, read)


def _asked(params: Asks, read: _Reading) -> Mark:
    late: tuple[str, mentions.Found] | None = None
    amount = min(read.requests.amounts, default=None) if params.before_amount else None
    named = list(islice(read.places(params.any), LIMIT))
    for phrase, found in named:
        request = read.requests.about(*found.place)
        if request is None:
            continue
        if amount is None or found.place[0] < amount:
            words = read.quote(request.at, min(request.said, request.at + 80))
            reason = Text(zh=f"问到“{phrase}”：“{words}”", en=f"asks for “{phrase}”: “{words}”")
            return Mark(state="met", reason=reason, excerpt=read.sentence(found.place[0]))
        late = late or (phrase, found)
    if late is not None and amount is not None:
        said = read.quote(amount, amount + 12)
        reason = Text(zh=f"说了“{said}”之后才问“{late[0]}”", en=f"asks for “{late[0]}” only after “{said}”")
        return Mark(state="not_met", reason=reason, excerpt=read.sentence(amount))
    return _named(params, read, named)


def _named(params: Asks, read: _Reading, named: list[tuple[str, mentions.Found]]) -> Mark:
    """The mark where nothing is asked for."""
    if not named:
        names = "、".join(f"“{phrase}”" for phrase in params.any[:3])
        return Mark(
            state="not_met", reason=Text(zh=f"没有问到{names}", en=f"does not ask for {names.replace('、', ' or ')}")
        )
    if params.want == "raised":
        said = next(((phrase, found) for phrase, found in named if not found.denial), None)
        if said is not None:
            reason = Text(zh=f"提到了“{said[0]}”", en=f"names “{said[0]}”")
            return Mark(state="met", reason=reason, excerpt=read.sentence(said[1].place[0]))
    phrase, found = named[0]
    reason = Text(zh=f"“{phrase}”只是提到，没有问", en=f"“{phrase}” is only named, and not asked for")
    return Mark(state="not_met", reason=reason, excerpt=read.sentence(found.place[0]))


def _not_asked(params: Asks, read: _Reading) -> Mark:
    answered = (found.place[0] for _, found in read.places(params.before) if not found.denial)
    end = min(answered, default=len(read.reading.folded.text))
    if read.requests.stopped and end > read.requests.found[-1].at:
        return _unjudged()
    bad = next(
        ((phrase, found) for phrase, found in read.places(params.none) if not found.denial and found.place[0] < end),
        None,
    )
    if bad is not None:
        reason = Text(zh=f"回答之前先说“{bad[0]}”", en=f"says “{bad[0]}” before it answers")
        return Mark(state="not_met", reason=reason, excerpt=read.sentence(bad[1].place[0]))
    asking = [request for request in read.requests.found if request.at < end and request.kind in {"question", "tell"}]
    told = next((request for request in asking if request.kind == "tell"), None)
    questions = [request for request in asking if request.kind == "question" and request.said <= end]
    if told is None and len(questions) <= params.most:
        return Mark(state="met", reason=Text(zh="没有先反问", en="does not ask back first"))
    return _asks_back(read, told or questions[-1], len(questions))


def _asks_back(read: _Reading, request: Request, count: int) -> Mark:
    words = read.quote(request.at, min(request.said, request.at + 80))
    reason = Text(zh=f"先反问：“{words}”（问句 {count} 个）", en=f"asks back first: “{words}” ({count} questions)")
    return Mark(state="not_met", reason=reason, excerpt=read.sentence(request.at))


def _unjudged() -> Mark:
    return Mark(
        state="unjudged",
        reason=Text(zh=f"问了超过 {LIMIT} 处，无法判断", en=f"asks more than {LIMIT} times; not judged"),
    )


plugin: Final = AsksGrader()
