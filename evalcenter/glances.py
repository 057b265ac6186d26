"""What is looked at of a line without reading the rest of it: the counts of a grade, and what answers tell but for their texts.

Nothing here is checked against the canonical form: that is done when a record is read, and every time a run is verified.
"""

from __future__ import annotations

from dataclasses import dataclass

from evalcenter.records import MarkState, Outcome, Result, Violation


@dataclass(frozen=True, slots=True)
class State:
    """The state of one mark."""

    state: MarkState


@dataclass(frozen=True, slots=True)
class Seen:
    """What counts of a grade, and where. Its words are looked at when it is read, and every time a run is verified."""

    position: int
    by: str
    marks: tuple[State, ...]
    earned: int
    possible: int
    outcome: Outcome
    violation: Violation
    why: str

    def result(self) -> Result:
        """What counts."""
        states = tuple([mark.state for mark in self.marks])
        return Result(self.by, states, self.earned, self.possible, self.outcome, self.violation, self.why)


@dataclass(frozen=True, slots=True)
class Told:
    """What an answer tells of itself, but for its text."""

    model: str | None
    prompt_tokens: int | None
    completion_tokens: int | None
    reasoning_tokens: int | None
    latency_ms: int


@dataclass(frozen=True, slots=True)
class Tells:
    """What the answers of one response tell of themselves."""

    answers: tuple[Told, ...]
