"""Asks the candidate every planned sample that is still needed and writes each outcome to the journal. The only async room.

Rules this module keeps:

* At most `concurrency` calls are in flight to one endpoint, fewer while it pushes back; a worker takes the next position as soon
  as it is free. Rate limits, an endpoint's Retry-After and the budget hold for retries too.
* Retries happen here and nowhere else: a bounded number of attempts, the endpoint's Retry-After honoured, otherwise doubling
  pauses with jitter from the plan's seed. Every retry is in the journal.
* An answered position is never asked again, also after a resume. A position whose attempts are used up becomes a Failure and
  the run goes on; it is asked again when the run is resumed.
* Calls end early only for a reason that no other call can escape: a refused key, an unknown model, nobody there. When the budget is
  spent or the run's time is over, no call starts any more, and what was learned stands.
* Which call comes next is asked of the course each time, so that nothing is asked for a requirement that is decided.
* Every stop (end, Ctrl-C, error) is journalled, and the journal is synced.
* Runs that go on together share an `Endpoint` where they ask the same one, and nothing else. An error of one is its own.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final, Protocol

from evalcenter import flying, hooks, plan
from evalcenter.draws import Draws
from evalcenter.errors import CallFailed, CandidateError, RunError, Unreachable
from evalcenter.history import Run
from evalcenter.pacing import Pace, tokens
from evalcenter.records import Answer, Failure, Message, Question, Response
from evalcenter.watching import Nobody, Watch

GRACE_S: Final = 5.0
"""Added to a call's own time-out before the pump gives up on an adapter that does not keep it."""
LONGEST_PAUSE_S: Final = 600.0
CONNECTION: Final = frozenset({"connection", "dns", "tls", "timeout"})
"""Kinds of failure that say that nobody answered, as opposed to somebody answering badly."""
BUSY: Final = frozenset({429, 503, 529})
"""Statuses with which an endpoint says that it is asked too much."""


class Course(Protocol):
    """Whoever says which calls are needed, and learns what came of them."""

    def take(self) -> int | None:
        """The next position to ask, never one twice; None when there is none for now."""

    def answered(self, response: Response) -> None:
        """One position was answered, and the answer is in the journal."""

    def gave_up(self, failure: Failure) -> None:
        """One position used up its attempts."""


class Memory(Protocol):
    """Answers that were given before to the very same question (see ``cache.py``)."""

    def find(self, question: Question) -> Answer | None:
        """The answer, if there is one."""

    def keep(self, question: Question, answer: Answer) -> None:
        """Keep a complete answer."""


class Endpoint:
    """Who is asked: how many calls are in flight there and when the next may start, whichever run makes them."""

    def __init__(self, limits: hooks.Limits) -> None:
        self.pace = Pace(
            limits.concurrency,
            adaptive=limits.adaptive,
            requests=limits.requests_per_minute,
            tokens=limits.tokens_per_minute,
        )
        self.flying = 0
        self.waiting = _Waiting()

    @property
    def room(self) -> bool:
        """Whether one more call may be in flight."""
        return self.pace.room(self.flying)


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """How a run asks. Without an `endpoint` it shares its own with nobody; without a `memory` every question is asked."""

    limits: hooks.Limits
    watch: Watch = field(default_factory=Nobody)
    endpoint: Endpoint | None = None
    memory: Memory | None = None


def collect(held: Run, course: Course, candidate: hooks.Candidate, manner: Manner) -> None:
    """`ask` in an event loop of its own. Ctrl-C raises KeyboardInterrupt; the journal says so, even where nothing was asked yet."""
    asking = ask(held, course, candidate, manner)
    try:
        asyncio.run(asking)
    except KeyboardInterrupt:
        if held.closed is None:  # it came before the first step
            with suppress(RunError):
                _closed(held, manner.watch, "interrupted")
        raise
    finally:
        asking.close()


async def ask(held: Run, course: Course, candidate: hooks.Candidate, manner: Manner) -> None:
    """Ask every position of `held`'s plan that `course` takes; each outcome is written to `held`.

    Raises the CandidateError that ended the run early, or CancelledError; the journal says so before.
    """
    pump = _Pump(held, course, candidate, manner)
    try:
        await pump.run()
    except BaseException as problem:
        with suppress(RunError):  # the disk may be why we stop; the first problem is the one to report
            interrupted = isinstance(problem, (KeyboardInterrupt, asyncio.CancelledError))
            _closed(held, manner.watch, "interrupted" if interrupted else f"stopped: {type(problem).__name__}")
        raise
    finally:
        pump.slots.close()
    _closed(held, manner.watch, pump.over or "complete")


def _closed(held: Run, watch: Watch, why: str) -> None:
    held.write("closed", {"why": why})
    watch.closed(why)


def close(candidate: hooks.Candidate) -> None:
    """Let go of a candidate that was opened and never asked."""
    asyncio.run(candidate.close())


class _Waiting:
    """Workers that wait until something changes."""

    def __init__(self) -> None:
        self._parked: deque[asyncio.Future[None]] = deque()

    async def wait(self) -> None:
        """Wait until it is one's turn to look again."""
        parked = asyncio.get_running_loop().create_future()
        self._parked.append(parked)
        try:
            await parked
        except asyncio.CancelledError:
            if not parked.cancelled():
                self.wake()  # the turn was given to one that is gone
            raise

    def wake(self, count: int = 1) -> None:
        """Let the first `count` look again."""
        while self._parked and count:
            parked = self._parked.popleft()
            if not parked.done():
                parked.set_result(None)
                count -= 1

    def wake_all(self) -> None:
        """Let all look again."""
        self.wake(len(self._parked))


class _Pump:
    def __init__(self, held: Run, course: Course, candidate: hooks.Candidate, manner: Manner) -> None:
        self.held, self.plan, self.course, self.candidate = held, held.plan, course, candidate
        self.limits, self.watch, self.memory = manner.limits, manner.watch, manner.memory
        self.anything = bool(held.responses)
        self._answer = candidate.ask if getattr(candidate, "punctual", False) else self._in_time
        self.endpoint = manner.endpoint or Endpoint(manner.limits)
        self.pace = self.endpoint.pace
        self.slots = flying.Slots(held.folder)
        self.flying = 0
        self.over = ""
        self._ends = None if self.limits.deadline_s is None else time.monotonic() + self.limits.deadline_s
        self._idle = _Waiting()

    async def run(self) -> None:
        try:
            async with asyncio.TaskGroup() as group:
                for _ in range(self.limits.concurrency):
                    group.create_task(self._work())
        except BaseExceptionGroup as problems:
            raise _first(problems) from None
        finally:
            await self.candidate.close()

    # -- which call comes next, and when

    async def _work(self) -> None:
        while True:
            if not self.endpoint.room:
                await self.endpoint.waiting.wait()
                continue
            position = None if self._finished() else self.course.take()
            if position is not None:
                self._idle.wake()  # there may be more
                await self._settle(position)
                continue
            self.endpoint.waiting.wake()  # this run has no use for the room
            if not self.flying:
                self._idle.wake_all()
                return
            await self._idle.wait()  # what is in flight may make more calls needed

    def _finished(self) -> bool:
        """Whether no call may start any more, for reasons of budget or time."""
        if not self.over and self._ends is not None and time.monotonic() >= self._ends:
            self.over = f"deadline: {self.limits.deadline_s:g} s are over"
        if not self.over and self.limits.budget is not None:
            words = self.held.spent.over(self.limits.budget, self.plan.candidate.price, self.flying)
            self.over = f"budget: {words}" if words else ""
        return bool(self.over)

    async def _settle(self, position: int) -> None:
        self.flying, self.endpoint.flying = self.flying + 1, self.endpoint.flying + 1
        slot = self.slots.take(position)
        question = plan.question(self.plan, position)
        problem: CallFailed | None = None
        try:
            response = await self._dialogue(question)
        except CallFailed as raised:
            problem = raised
            self._give_up(question, problem)
        else:
            self.anything = True
            self.held.write("response", response)
            self.course.answered(response)
            self.watch.answered(response)
        finally:
            self.flying, self.endpoint.flying = self.flying - 1, self.endpoint.flying - 1
            self.endpoint.waiting.wake(2)  # one may be let in for this one, and one more where it went well
            self._idle.wake(1 if self.flying else self.limits.concurrency)
        self.slots.free(slot, answered=problem is None)
        if problem is not None and problem.kind in CONNECTION and not self.anything:
            raise Unreachable(
                f"the candidate can't be reached: {problem.message}",
                where=self.plan.candidate.base_url or self.plan.candidate.name,
                todo="check the base URL and that the server runs, then go on with --resume",
            )

    # -- one sample

    async def _dialogue(self, question: Question) -> Response:
        parts = plan.script(question.messages)
        if len(parts) == 1:
            answer, tries = await self._ask(question)
            return Response(position=question.position, answers=(answer,), attempts=tries)
        said: list[Message] = []
        answers: list[Answer] = []
        attempts = 0
        for part in parts:
            said.extend(part)
            turn = Question(position=question.position, epoch=question.epoch, item=question.item, messages=tuple(said))
            try:
                answer, tries = await self._ask(turn)
            except CallFailed as problem:
                problem.attempts += attempts  # the turns before were asked, too
                raise
            attempts += tries
            answers.append(answer)
            if answer.state != "complete":
                break
            said.append(Message(role="assistant", content=answer.text))
        return Response(position=question.position, answers=tuple(answers), attempts=attempts)

    async def _ask(self, question: Question) -> tuple[Answer, int]:
        """The answer, and how many calls it took: none where it is remembered."""
        if self.memory is None:
            return await self._call(question)
        known = self.memory.find(question)
        if known is not None:
            return known, 0
        answer, tries = await self._call(question)
        self.memory.keep(question, answer)
        return answer, tries

    async def _call(self, question: Question) -> tuple[Answer, int]:
        attempt = 1
        while True:
            expected = await self._gate()
            began = time.monotonic()
            self.held.spent.calls += 1
            try:
                answer = await self._answer(question)
            except TimeoutError:
                problem = CallFailed("timeout", f"no answer within {self.limits.timeout_s:g} s")
            except CallFailed as raised:
                problem = raised
            else:
                self._went_well(question, answer, expected)
                return answer, attempt
            if problem.fatal is not None:
                raise problem.fatal
            problem.latency_ms = round((time.monotonic() - began) * 1000)
            self._pushed_back(problem, began)
            problem.attempts = attempt
            if not problem.retryable or attempt >= self.limits.attempts or self._finished():
                raise problem
            self.held.write("retry", _retry(question.position, attempt, problem))
            self.watch.retried(question.position, problem)
            if problem.retry_after is None:
                await asyncio.sleep(self._pause(question.position, attempt))
            attempt += 1

    async def _in_time(self, question: Question) -> Answer:
        async with asyncio.timeout(self.limits.timeout_s + GRACE_S):
            return await self.candidate.ask(question)

    async def _gate(self) -> int:
        """Wait for the endpoint's pauses and the rate limits; how many tokens the call is expected to take."""
        while (pause := self.pace.wait(time.monotonic())) > 0:
            await asyncio.sleep(pause)
        expected = 0 if self.pace.free else self.held.spent.usual
        self.pace.started(time.monotonic(), expected)
        return expected

    def _went_well(self, question: Question, answer: Answer, expected: int) -> None:
        prompt, completion = tokens(sum(len(message.content) for message in question.messages), answer)
        self.held.spent.add(prompt, completion)
        self.pace.corrected(time.monotonic(), prompt + completion - expected)
        self.pace.went_well()

    def _pushed_back(self, problem: CallFailed, began: float) -> None:
        pause = problem.retry_after
        if pause is None and problem.http_status not in BUSY and problem.kind != "timeout":
            return
        before = int(self.pace.allowed)
        pause = None if pause is None else min(max(0.0, pause), LONGEST_PAUSE_S)
        self.pace.pushed_back(time.monotonic(), began, pause)
        if int(self.pace.allowed) != before or pause:
            self.watch.slowed(int(self.pace.allowed), pause or 0.0)

    def _pause(self, position: int, attempt: int) -> float:
        jitter = Draws(self.plan.seed, f"backoff/{position}/{attempt}")
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
        self.held.write("failure", failure)
        self.course.gave_up(failure)
        self.watch.failed(failure, problem.latency_ms)


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
