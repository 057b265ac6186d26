"""Stand-ins for plugins: a grader that looks for words, a generator that counts, a candidate that follows a script."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from evalcenter import hooks
from evalcenter.draws import Draws
from evalcenter.history import Run
from evalcenter.records import (
    Answer,
    CandidateSpec,
    Criterion,
    Example,
    Examples,
    Failure,
    Item,
    Lang,
    Mark,
    Message,
    Question,
    Response,
    Text,
    record,
)


@record
class Word:
    """The word to look for."""

    word: str


class Says:
    """Met when the answer holds the word; the word "?" can't be judged, "…" waits for a judge, "boom" breaks."""

    name: ClassVar[str] = "says"
    version: ClassVar[str] = "1"
    params: ClassVar[type[Any]] = Word

    def mark(self, params: Word, item: Item, answer: Answer) -> Mark:
        if params.word == "boom":
            raise ZeroDivisionError(params.word)
        special = {"?": "unjudged", "…": "pending"}
        state = special.get(params.word, "met" if params.word in answer.text else "not_met")
        return Mark(state=state, reason=Text(zh="词", en=f"looked for {params.word}"))  # type: ignore[arg-type]


class Avoids(Says):
    """Met when the answer does not hold the word, and settled when it does."""

    name: ClassVar[str] = "avoids"

    def mark(self, params: Word, item: Item, answer: Answer) -> Mark:
        found = params.word in answer.text
        return Mark(state="not_met" if found else "met", reason=Text(zh="词", en="avoids"), settled=found)


class Refuses(Says):
    """Met when the answer says no."""

    name: ClassVar[str] = "refusal"


@record
class Range:
    """How many different questions there are."""

    different: int = 1000


class Counts:
    """Asks for the double of a number."""

    name: ClassVar[str] = "counts"
    version: ClassVar[str] = "1"
    params: ClassVar[type[Any]] = Range

    def make(self, params: Range, lang: Lang, draws: Draws) -> Item:
        number = draws.below(params.different)
        return Item(
            id="generated",
            lang=lang,
            dimension="",
            prompt=(Message(role="user", content=f"double {number}"),),
            criteria=(Criterion(id="right", text="right", check={"says": {"word": f"={number * 2}"}}),),
            examples=Examples(good=(Example(text=f"={number * 2}"),), bad=(Example(text="=-1"),)),
        )


class Everything:
    """A course that asks every position that has no answer, in order, and keeps what came of it."""

    def __init__(self, held: Run) -> None:
        self.left = [p for p in range(len(held.plan.order)) if p not in held.responses]
        self.settled: list[int] = []

    def take(self) -> int | None:
        return self.left.pop(0) if self.left else None

    def answered(self, response: Response) -> None:
        self.settled.append(response.position)

    def gave_up(self, failure: Failure) -> None:
        self.settled.append(failure.position)


Reply = Answer | Exception | Callable[[Question], Answer]


@dataclass
class Scripted:
    """A candidate that answers by item id (a list is used up call by call), and remembers what it was asked."""

    replies: dict[str, list[Any]] = field(default_factory=dict)
    asked: list[Question] = field(default_factory=list)
    closed: bool = False
    default: str = "yes"

    async def ask(self, question: Question) -> Answer:
        self.asked.append(question)
        queue = self.replies.get(question.item)
        if not queue:
            return Answer(text=self.default)
        reply = queue.pop(0)
        if isinstance(reply, BaseException):
            raise reply
        return reply(question) if callable(reply) else reply

    async def close(self) -> None:
        self.closed = True


@record
class NoSettings:
    """Nothing to set."""


class ScriptedAdapter:
    """Opens one prepared Scripted candidate."""

    name: ClassVar[str] = "scripted"
    version: ClassVar[str] = "1"
    settings: ClassVar[type[Any]] = NoSettings

    def __init__(self, candidate: Scripted) -> None:
        self.candidate = candidate

    def open(self, spec: CandidateSpec, settings: Any, key: str | None, limits: hooks.Limits) -> Scripted:
        return self.candidate


def plugins(candidate: Scripted | None = None, sections: Sequence[Any] = ()) -> hooks.Plugins:
    """All stand-ins as a registry."""
    found: dict[str, list[tuple[str, Any]]] = {
        "graders": [("tests", Says()), ("tests", Avoids()), ("tests", Refuses())],
        "generators": [("tests", Counts())],
        "adapters": [("tests", ScriptedAdapter(candidate or Scripted()))],
        "sections": [("tests", section) for section in sections],
    }
    return hooks.Plugins(**{kind: hooks.named(kind, given) for kind, given in found.items()})
