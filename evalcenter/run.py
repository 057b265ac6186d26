"""Asks the candidate every planned sample that is still needed and writes each outcome to the journal.

Rules this module keeps:

* A worker takes the next position as soon as it is free; how a call is made, paced and made again is ``calling.py``'s. Every retry
  is in the journal.
* An answered position is never asked again, also after a resume. A position whose attempts are used up becomes a Failure and
  the run goes on; it is asked again when the run is resumed.
* Calls end early only for a reason that no other call can escape: a refused key, an unknown model, nobody there. When the budget is
  spent or the run's time is over, no call starts any more, and what was learned stands.
* Which call comes next is asked of the course each time, so that nothing is asked for a requirement that is decided.
* Probes (``probing.py``) are asked before the first question, among the questions and behind the last one. Where they show that
  the model behind the endpoint changed, no call starts any more.
* Judges work beside the asking, since what they say may make more calls needed, or fewer.
* Every stop (end, Ctrl-C, error) is journalled, and the journal is synced.
* Runs that go on together share an `Endpoint` where they ask the same one, and nothing else. An error of one is its own.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Protocol

from evalcenter import flying, hooks, plan, probing
from evalcenter.calling import CONNECTION, Caller, Endpoint, Waiting, first
from evalcenter.errors import CallFailed, RunError, Unreachable
from evalcenter.history import Run
from evalcenter.pacing import tokens
from evalcenter.records import Answer, Failure, Message, Question, Response
from evalcenter.watching import Nobody, Watch


class Course(Protocol):
    """Whoever says which calls are needed, and learns what came of them."""

    def take(self) -> int | None:
        """The next position to ask, never one twice; None when there is none for now."""

    def answered(self, response: Response) -> None:
        """One position was answered, and the answer is in the journal."""

    def gave_up(self, failure: Failure) -> None:
        """One position used up its attempts."""


class Jury(Protocol):
    """Judges that mark answers while others are still asked for; see ``judging.py``."""

    @property
    def busy(self) -> bool:
        """Whether a judge has yet to say something."""

    def sit(self, group: asyncio.TaskGroup, stirred: Callable[[], None]) -> None:
        """Begin to work in `group`; `stirred` is called whenever an answer was judged."""

    def rise(self) -> None:
        """Nothing more will come: end when nothing is left to judge."""

    async def close(self) -> None:
        """Let go of the judges' connections."""


class Memory(Protocol):
    """Answers that were given before to the very same question (see ``cache.py``)."""

    def find(self, question: Question) -> Answer | None:
        """The answer, if there is one."""

    def keep(self, question: Question, answer: Answer) -> None:
        """Keep a complete answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """How a run asks.

    Without an `endpoint` it shares its own with nobody; without a `memory` every question is asked. A `jury` marks on the way.
    """

    limits: hooks.Limits
    watch: Watch = field(default_factory=Nobody)
    endpoint: Endpoint | None = None
    memory: Memory | None = None
    jury: Jury | None = None


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
    _closed(held, manner.watch, pump.stopped_by or "complete")


def _closed(held: Run, watch: Watch, why: str) -> None:
    held.write("closed", {"why": why})
    watch.closed(why)


def close(candidate: hooks.Candidate) -> None:
    """Let go of a candidate that was opened and never asked."""
    asyncio.run(candidate.close())


class _Pump(Caller):
    def __init__(self, held: Run, course: Course, candidate: hooks.Candidate, manner: Manner) -> None:
        super().__init__(candidate, manner.limits, manner.endpoint or Endpoint(manner.limits), held.plan.seed)
        self.held, self.plan, self.course = held, held.plan, course
        self.watch, self.memory, self.jury = manner.watch, manner.memory, manner.jury
        self.probing = probing.Course(held)
        self.asked = len(held.responses)
        self.anything = bool(held.responses or held.probes)
        self.quiet = held.plan.sealing is not None
        self.slots = flying.Slots(held.folder)
        self.flying = 0
        self.stopped_by = ""
        self._ends = None if self.limits.deadline_s is None else time.monotonic() + self.limits.deadline_s
        self._idle = Waiting()

    async def run(self) -> None:
        try:
            async with asyncio.TaskGroup() as group:
                if self.jury is None:
                    self._all_work(group)
                    return
                self.jury.sit(group, self._idle.wake_all)
                async with asyncio.TaskGroup() as asking:
                    self._all_work(asking)
                self.jury.rise()
        except BaseExceptionGroup as problems:
            raise first(problems) from None
        finally:
            await self.client.close()
            if self.jury is not None:
                await self.jury.close()

    def _all_work(self, group: asyncio.TaskGroup) -> None:
        for _ in range(self.limits.concurrency):
            group.create_task(self._work())

    # -- which call comes next, and when

    async def _work(self) -> None:
        while True:
            if not self.endpoint.room:
                await self.endpoint.waiting.wait()
                continue
            due = self._due()
            if due is not None:
                self._idle.wake()  # there may be more
                await (self._settle(due) if isinstance(due, int) else self._probe(due))
                continue
            self.endpoint.waiting.wake()  # this run has no use for the room
            if not self.flying and (self.jury is None or not self.jury.busy):
                if self._out(self.probing.left) or not self.probing.close():
                    self._idle.wake_all()
                    return
                continue
            await self._idle.wait()  # what is in flight, or before a judge, may make more calls needed

    def _due(self) -> int | probing.Due | None:
        """The next call: a probe's, or a position's."""
        if self.probing.closing:
            return None if self._out(self.probing.left) else self.probing.take(self.asked)
        if self.over():
            return None
        return self.probing.take(self.asked) or (None if self.probing.first else self.course.take())

    def over(self) -> bool:
        """Whether no question may be asked any more, for reasons of budget or time, or because nobody knows who answers.

        The probes behind the last question are kept back from the budget.
        """
        if self.probing.closing:
            return bool(self._out(self.probing.left))
        if not self.stopped_by and self.probing.drifted:
            self.stopped_by = f"swapped: {self.probing.drifted}"
        self.stopped_by = self.stopped_by or self._out(0)
        return bool(self.stopped_by)

    def _out(self, given: int) -> str:
        """What is used up, in words; empty where a call may start. `given` of the calls that are kept back may be used."""
        if self._ends is not None and time.monotonic() >= self._ends:
            return f"deadline: {self.limits.deadline_s:g} s are over"
        if self.limits.budget is None:
            return ""
        kept = max(0, self.probing.left - given)
        words = self.held.spent.over(self.limits.budget, self.plan.candidate.price, self.flying, kept)
        return f"budget: {words}" if words else ""

    async def _settle(self, position: int) -> None:
        self.asked += 1
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
        if problem is not None:
            self._check_reached(problem)

    def _check_reached(self, problem: CallFailed) -> None:
        """Raise Unreachable where nothing was ever answered and nobody was there."""
        if problem.kind in CONNECTION and not self.anything:
            raise Unreachable(
                f"the candidate can't be reached: {problem.kind if self.quiet else problem.message}",
                where=self.plan.candidate.base_url or self.plan.candidate.name,
                todo="check the base URL and that the server runs, then go on with --resume",
            )

    async def _probe(self, due: probing.Due) -> None:
        self.flying, self.endpoint.flying = self.flying + 1, self.endpoint.flying + 1
        try:
            probed = await probing.ask(self, due)
            self.probing.keep(probed)
            self.anything = True
        except CallFailed as problem:
            self._check_reached(problem)
            self.probing.keep(due.failed(problem))
        finally:
            self.flying, self.endpoint.flying = self.flying - 1, self.endpoint.flying - 1
            self.endpoint.waiting.wake(2)
            self._idle.wake_all()

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
            return await self.call(question)
        known = self.memory.find(question)
        if known is not None:
            return known, 0
        answer, tries = await self.call(question)
        self.memory.keep(question, answer)
        return answer, tries

    # -- what becomes of a call

    def usual(self) -> int:
        """How many tokens a call usually takes."""
        return self.held.spent.usual

    def started(self) -> None:
        """One more call is paid for."""
        self.held.spent.calls += 1

    def answered(self, question: Question, answer: Answer) -> int:
        """Count what an answer took."""
        prompt, completion = tokens(sum(len(message.content) for message in question.messages), answer)
        self.held.spent.add(prompt, completion)
        return prompt + completion

    def again(self, question: Question, attempt: int, problem: CallFailed) -> None:
        """Write down that a call failed and is made again."""
        place = {"probe": question.item} if question.position == probing.NOWHERE else {"position": question.position}
        self.held.write("retry", {**place, **_retry(attempt, problem)})
        if question.position != probing.NOWHERE:
            self.watch.retried(question.position, problem)

    def slowed(self, allowed: int, pause_s: float) -> None:
        """Tell that the endpoint pushed back."""
        self.watch.slowed(allowed, pause_s)

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


def _retry(attempt: int, problem: CallFailed) -> dict[str, object]:
    return {
        "attempt": attempt,
        "kind": problem.kind,
        "http_status": problem.http_status,
        "message": problem.message[:200],
    }
