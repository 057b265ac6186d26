"""Asks the candidate every planned sample that is still needed and writes each outcome to the journal. The only async room.

Rules this module keeps:

* At most `concurrency` calls are in flight; a worker takes the next position as soon as it is free.
* Retries happen here and nowhere else: a bounded number of attempts, the endpoint's Retry-After honoured, otherwise doubling
  pauses with jitter from the plan's seed. Every retry is in the journal.
* An answered position is never asked again, also after a resume. A position whose attempts are used up becomes a Failure and
  the run goes on; it is asked again when the run is resumed.
* Calls end early only for a reason that no other call can escape: a refused key, an unknown model, nobody there.
* Which call comes next is asked of the course each time, so that nothing is asked for a requirement that is decided.
* Every stop (end, Ctrl-C, error) is journalled, and the journal is synced.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import replace
from typing import Final, Protocol

from evalcenter import hooks, plan
from evalcenter.draws import Draws
from evalcenter.errors import CallFailed, CandidateError, RunError, Unreachable
from evalcenter.journal import Journal, Run
from evalcenter.records import Answer, Failure, Message, Question, Response
from evalcenter.stats import Decision

GRACE_S: Final = 5.0
"""Added to a call's own time-out before the pump gives up on an adapter that does not keep it."""
LONGEST_PAUSE_S: Final = 600.0
CONNECTION: Final = frozenset({"connection", "dns", "tls", "timeout"})
"""Kinds of failure that say that nobody answered, as opposed to somebody answering badly."""


class Watch(Protocol):
    """Whoever looks on while a run goes: the progress display, or nobody."""

    def answered(self, response: Response) -> None:
        """One position was answered."""

    def retried(self, failure: CallFailed) -> None:
        """One call failed and will be made again."""

    def failed(self, failure: Failure) -> None:
        """One position used up its attempts."""

    def moved(self, requirement: str, decided: Decision) -> None:
        """The evidence on one requirement moved on."""


class Course(Protocol):
    """Whoever says which calls are needed, and learns what came of them."""

    def take(self) -> int | None:
        """The next position to ask, never one twice; None when there is none for now."""

    def answered(self, response: Response) -> None:
        """One position was answered, and the answer is in the journal."""

    def gave_up(self, failure: Failure) -> None:
        """One position used up its attempts."""


class Nobody:
    """A Watch that does nothing."""

    def answered(self, response: Response) -> None:
        """Do nothing."""

    def retried(self, failure: CallFailed) -> None:
        """Do nothing."""

    def failed(self, failure: Failure) -> None:
        """Do nothing."""

    def moved(self, requirement: str, decided: Decision) -> None:
        """Do nothing."""


def collect(
    held: Run, course: Course, journal: Journal, candidate: hooks.Candidate, limits: hooks.Limits, watch: Watch
) -> None:
    """Ask every position of `held`'s plan that `course` takes.

    Raises the CandidateError that ended the run early, or KeyboardInterrupt; the journal says so before.
    """
    pump = _Pump(held, course, journal, candidate, limits, watch)
    try:
        asyncio.run(pump.run())
    except BaseException as problem:
        with suppress(RunError):  # the disk may be why we stop; the first problem is the one to report
            interrupted = isinstance(problem, KeyboardInterrupt)
            journal.append("closed", {"why": "interrupted" if interrupted else f"stopped: {type(problem).__name__}"})
        raise
    journal.append("closed", {"why": "complete"})


def close(candidate: hooks.Candidate) -> None:
    """Let go of a candidate that was opened and never asked."""
    asyncio.run(candidate.close())


class _Pump:
    def __init__(
        self,
        held: Run,
        course: Course,
        journal: Journal,
        candidate: hooks.Candidate,
        limits: hooks.Limits,
        watch: Watch,
    ) -> None:
        self.plan, self.course, self.journal, self.candidate = held.plan, course, journal, candidate
        self.limits, self.watch, self.anything = limits, watch, bool(held.responses)
        self.flying = 0
        self.landed = asyncio.Event()

    async def run(self) -> None:
        try:
            async with asyncio.TaskGroup() as group:
                for _ in range(self.limits.concurrency):
                    group.create_task(self._work())
        except BaseExceptionGroup as problems:
            raise _first(problems) from None
        finally:
            await self.candidate.close()

    async def _work(self) -> None:
        while True:
            position = self.course.take()
            if position is not None:
                await self._settle(plan.question(self.plan, position))
            elif self.flying:  # what is in flight may make more calls needed
                self.landed.clear()
                await self.landed.wait()
            else:
                return

    async def _settle(self, question: Question) -> None:
        self.flying += 1
        try:
            response = await self._dialogue(question)
        except CallFailed as problem:
            self._give_up(question, problem)
        else:
            self.anything = True
            self.journal.append("response", response)
            self.course.answered(response)
            self.watch.answered(response)
        finally:
            self.flying -= 1
            self.landed.set()

    async def _dialogue(self, question: Question) -> Response:
        said: list[Message] = []
        answers: list[Answer] = []
        attempts = 0
        for part in plan.script(question.messages):
            said.extend(part)
            answer, tries = await self._ask(replace(question, messages=tuple(said)))
            attempts += tries
            answers.append(answer)
            if answer.state != "complete":
                break
            said.append(Message(role="assistant", content=answer.text))
        return Response(position=question.position, answers=tuple(answers), attempts=attempts)

    async def _ask(self, question: Question) -> tuple[Answer, int]:
        jitter = Draws(self.plan.seed, f"backoff/{question.position}")
        attempt = 1
        while True:
            try:
                async with asyncio.timeout(self.limits.timeout_s + GRACE_S):
                    return await self.candidate.ask(question), attempt
            except TimeoutError:
                problem = CallFailed("timeout", f"no answer within {self.limits.timeout_s:g} s")
            except CallFailed as raised:
                problem = raised
            if problem.fatal is not None:
                raise problem.fatal
            if not problem.retryable or attempt >= self.limits.attempts:
                problem.attempts = attempt
                raise problem
            self.journal.append("retry", _retry(question.position, attempt, problem))
            self.watch.retried(problem)
            await asyncio.sleep(self._pause(problem, attempt, jitter))
            attempt += 1

    def _pause(self, problem: CallFailed, attempt: int, jitter: Draws) -> float:
        if problem.retry_after is not None:
            return min(max(0.0, problem.retry_after), LONGEST_PAUSE_S)
        full = min(self.limits.backoff_cap_s, self.limits.backoff_s * 2 ** (attempt - 1))
        return float(full * (0.5 + jitter.below(1000) / 2000))

    def _give_up(self, question: Question, problem: CallFailed) -> None:
        failure = Failure(
            position=question.position,
            kind=problem.kind,
            message=problem.message[:500],
            attempts=problem.attempts,
            http_status=problem.http_status,
        )
        self.journal.append("failure", failure)
        self.course.gave_up(failure)
        self.watch.failed(failure)
        if problem.kind in CONNECTION and not self.anything:
            raise Unreachable(
                f"the candidate can't be reached: {problem.message}",
                where=self.plan.candidate.base_url or self.plan.candidate.name,
                todo="check the base URL and that the server runs, then go on with --resume",
            )


def _retry(position: int, attempt: int, problem: CallFailed) -> dict[str, object]:
    return {
        "position": position,
        "attempt": attempt,
        "kind": problem.kind,
        "http_status": problem.http_status,
        "message": problem.message[:200],
    }


def _first(problems: BaseExceptionGroup[BaseException]) -> BaseException:
    """The one problem to report: a candidate's own error before anything it caused."""
    flat = [_first(p) if isinstance(p, BaseExceptionGroup) else p for p in problems.exceptions]
    return next((p for p in flat if isinstance(p, CandidateError)), flat[0])
