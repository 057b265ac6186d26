"""Who looks on while a run goes: the one interface, nobody, and several at once.

Rules this module keeps:

* Whoever looks on changes nothing: what is asked, kept and decided is the same with and without.
* For a sample there is one call when it is settled, and one for each call that failed; nothing is computed for nobody.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Literal, Protocol

from evalcenter.errors import CallFailed
from evalcenter.history import Run
from evalcenter.records import Failure, Judgement, Response, Verdict
from evalcenter.stats import Decision

Stage = Literal["asking", "grading", "judging", "deciding", "rendering"]


class Watch(Protocol):
    """Whoever looks on while a run goes: the progress display, an event stream. The last word is `ended` or `stopped`."""

    def began(self, held: Run) -> None:
        """A run was begun, or is gone on with."""

    def stage(self, name: Stage) -> None:
        """This part of the line begins, and the one before it is over."""

    def answered(self, response: Response) -> None:
        """One position was answered."""

    def retried(self, position: int, failure: CallFailed) -> None:
        """One call failed and will be made again; the failure says which attempt it was and how long it took."""

    def failed(self, failure: Failure, latency_ms: int) -> None:
        """One position used up its attempts; its last call took so long."""

    def slowed(self, allowed: int, pause_s: float) -> None:
        """The endpoint pushed back: so many calls may be in flight now, and none starts for so many seconds."""

    def judged(self, judgement: Judgement) -> None:
        """A judge replied to one request, or it never will."""

    def moved(self, requirement: str, decided: Decision) -> None:
        """The evidence on one requirement moved on."""

    def closed(self, why: str) -> None:
        """The asking is over."""

    def decided(self, verdict: Verdict) -> None:
        """The verdict stands in the journal."""

    def ended(self, state: str, reports: Sequence[Path]) -> None:
        """All is done: the verdict's outcome or ``awaiting_review``, and where the reports are."""

    def stopped(self, problem: BaseException) -> None:
        """This ended the run; told by whoever started it."""


class Nobody:
    """A Watch that does nothing."""

    def began(self, held: Run) -> None:
        """Do nothing."""

    def stage(self, name: Stage) -> None:
        """Do nothing."""

    def answered(self, response: Response) -> None:
        """Do nothing."""

    def retried(self, position: int, failure: CallFailed) -> None:
        """Do nothing."""

    def failed(self, failure: Failure, latency_ms: int) -> None:
        """Do nothing."""

    def slowed(self, allowed: int, pause_s: float) -> None:
        """Do nothing."""

    def judged(self, judgement: Judgement) -> None:
        """Do nothing."""

    def moved(self, requirement: str, decided: Decision) -> None:
        """Do nothing."""

    def closed(self, why: str) -> None:
        """Do nothing."""

    def decided(self, verdict: Verdict) -> None:
        """Do nothing."""

    def ended(self, state: str, reports: Sequence[Path]) -> None:
        """Do nothing."""

    def stopped(self, problem: BaseException) -> None:
        """Do nothing."""


class Several:
    """A Watch that passes everything on to each of `watches`, in their order."""

    def __init__(self, *watches: Watch) -> None:
        self.watches = watches

    def began(self, held: Run) -> None:
        """Pass it on."""
        for watch in self.watches:
            watch.began(held)

    def stage(self, name: Stage) -> None:
        """Pass it on."""
        for watch in self.watches:
            watch.stage(name)

    def answered(self, response: Response) -> None:
        """Pass it on."""
        for watch in self.watches:
            watch.answered(response)

    def retried(self, position: int, failure: CallFailed) -> None:
        """Pass it on."""
        for watch in self.watches:
            watch.retried(position, failure)

    def failed(self, failure: Failure, latency_ms: int) -> None:
        """Pass it on."""
        for watch in self.watches:
            watch.failed(failure, latency_ms)

    def slowed(self, allowed: int, pause_s: float) -> None:
        """Pass it on."""
        for watch in self.watches:
            watch.slowed(allowed, pause_s)

    def judged(self, judgement: Judgement) -> None:
        """Pass it on."""
        for watch in self.watches:
            watch.judged(judgement)

    def moved(self, requirement: str, decided: Decision) -> None:
        """Pass it on."""
        for watch in self.watches:
            watch.moved(requirement, decided)

    def closed(self, why: str) -> None:
        """Pass it on."""
        for watch in self.watches:
            watch.closed(why)

    def decided(self, verdict: Verdict) -> None:
        """Pass it on."""
        for watch in self.watches:
            watch.decided(verdict)

    def ended(self, state: str, reports: Sequence[Path]) -> None:
        """Pass it on."""
        for watch in self.watches:
            watch.ended(state, reports)

    def stopped(self, problem: BaseException) -> None:
        """Pass it on."""
        for watch in self.watches:
            watch.stopped(problem)
