"""What a run brings: questions, answers, marks, grades, judgements and reviews."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from decimal import Decimal
from typing import Literal, NamedTuple

from evalcenter.records.suites import Message
from evalcenter.records.words import AnswerState, MarkState, Outcome, ReadState, Text, Violation, record


@record
class Question:
    """One call to the candidate: a position of the plan with the messages to send. `item` is the item's id."""

    position: int
    epoch: int
    item: str
    messages: tuple[Message, ...]


@record
class Answer:
    """One reply of the candidate. Token counts are None where the endpoint reported none; latency in milliseconds."""

    text: str
    state: AnswerState = "complete"
    reasoning: str = ""
    finish_reason: str | None = None
    model: str | None = None
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    reasoning_tokens: int | None = None
    latency_ms: int = 0


@record
class Response:
    """The candidate's answers at one position: one per user turn. A dialogue ends at the first incomplete answer."""

    position: int
    answers: tuple[Answer, ...]
    attempts: int = 1

    @property
    def state(self) -> AnswerState:
        """The state of the last answer, which is the first one that was not complete, if any."""
        return self.answers[-1].state


@record
class Probed:
    """What came of one probe: the answer, or why there was none (`failed`).

    It belongs to the `round`-th asking of the whole set in its phase, from 0: of a run, or ``since`` it ended. `told` is what the
    reply said of the version behind the endpoint beside the answer: its ``system_fingerprint`` and headers that name one.
    `attempts` calls were made.
    """

    phase: Literal["before", "during", "after", "since"]
    round: int
    probe: str
    answer: Answer | None
    failed: str = ""
    told: Mapping[str, str] = field(default_factory=dict)
    attempts: int = 1


@record
class Failure:
    """A call that brought no answer. It is never a response; `attempts` calls were made."""

    position: int
    kind: str
    message: str
    attempts: int
    http_status: int | None = None


@record
class Mark:
    """What a grader says of one criterion.

    ``unjudged``: the grader could not tell. ``pending``: a judge or a person has yet to be asked. `settled` means that
    more text could not have changed the mark. `confirmed` is the second check's word on a failed critical criterion.
    """

    state: MarkState
    reason: Text
    criterion: str = ""
    excerpt: str = ""
    settled: bool = False
    confirmed: bool | None = None


@record
class Grade:
    """All marks on one sample. `earned` is the signed sum of the points of met criteria."""

    position: int
    by: str
    marks: tuple[Mark, ...]
    earned: int
    possible: int
    outcome: Outcome
    violation: Violation
    why: str = ""


@record
class Judgement:
    """What came of one request to a judge: its reply, or why there was none.

    `request` numbers the requests on one answer from 0, `attempt` is 1 where the first reply was void; `calls` were made.
    """

    position: int
    judge: str
    epoch: int
    request: int
    attempt: int
    answer: Answer | None
    failed: str = ""
    calls: int = 1


@record
class Used:
    """What one judge took: requests (second attempts included), calls, replies that were no marks by kind, tokens and their price.

    `untold` replies came without counts of tokens. `cost` is None where the price is not known.
    """

    judge: str
    requests: int
    calls: int
    voids: Mapping[str, int]
    prompt_tokens: int
    completion_tokens: int
    untold: int
    cost: Decimal | None = None
    currency: str = ""


@record
class Read:
    """What a reader says of one criterion."""

    criterion: str
    state: ReadState


@record
class Review:
    """What one reader says of the answer at `position`, and why. A later one by the same reader takes the place of an earlier.

    An ``arbiter`` has seen what two readers disagreed on, and settles it.
    """

    position: int
    reader: str
    role: Literal["reader", "arbiter"]
    marks: tuple[Read, ...]
    reason: str = ""


class Result(NamedTuple):
    """What counts of one grade: everything but its position and its words. `states` are the marks, in the criteria's order."""

    by: str
    states: tuple[MarkState, ...]
    earned: int
    possible: int
    outcome: Outcome
    violation: Violation
    why: str

    @classmethod
    def of(cls, grade: Grade) -> Result:
        """What counts of `grade`."""
        return cls(
            by=grade.by,
            states=tuple([mark.state for mark in grade.marks]),
            earned=grade.earned,
            possible=grade.possible,
            outcome=grade.outcome,
            violation=grade.violation,
            why=grade.why,
        )
