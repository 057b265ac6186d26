"""Makes calls to one endpoint: paced, timed, and made again where they failed for a while.

Rules this module keeps:

* At most `concurrency` calls are in flight, and fewer while the endpoint pushes back (``pacing.py``).
* A call that failed is made again at most `attempts` times, after the pause that the endpoint asked for or one of its own. The
  jitter hangs on the seed and the place of the call, so a run pauses alike on every machine.
* What is not worth another try is raised at once; what no other call could do better ends everything (`CallFailed.fatal`).
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Final

from evalcenter import hooks
from evalcenter.draws import Draws
from evalcenter.errors import CallFailed, CandidateError
from evalcenter.pacing import Pace
from evalcenter.records import Answer, Question

GRACE_S: Final = 5.0
"""Added to a call's own time-out before the pump gives up on an adapter that does not keep it."""
LONGEST_PAUSE_S: Final = 600.0
CONNECTION: Final = frozenset({"connection", "dns", "tls", "timeout"})
"""Kinds of failure that say that nobody answered, as opposed to somebody answering badly."""
Asked = Callable[[Question], Awaitable[Answer]]
BUSY: Final = frozenset({429, 503, 529})
"""Statuses with which an endpoint says that it is asked too much."""


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
        self.waiting = Waiting()

    @property
    def room(self) -> bool:
        """Whether one more call may be in flight."""
        return self.pace.room(self.flying)


class Waiting:
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


class Caller:
    """Calls one endpoint through `client`; whoever makes the calls says what becomes of each by the methods at the end."""

    quiet = False
    """Whether what an endpoint said stays out of every error, for it may quote a sealed item."""

    def __init__(self, client: hooks.Candidate, limits: hooks.Limits, endpoint: Endpoint, seed: str) -> None:
        self.client, self.limits, self.endpoint, self.pace, self._seed = client, limits, endpoint, endpoint.pace, seed
        self._answer = client.ask if getattr(client, "punctual", False) else self._in_time

    async def call(self, question: Question, asked: Asked | None = None) -> tuple[Answer, int]:
        """The answer, and how many calls it took. Raises CallFailed with the number of its attempts, or its fatal error.

        The client is asked as usual, or as `asked` does.
        """
        answering, attempt = asked or self._answer, 1
        while True:
            expected = await self._gate()
            began = time.monotonic()
            self.started()
            try:
                answer = await answering(question)
            except TimeoutError:
                problem = CallFailed("timeout", f"no answer within {self.limits.timeout_s:g} s")
            except CallFailed as raised:
                problem = raised
            else:
                self.pace.corrected(time.monotonic(), self.answered(question, answer) - expected)
                self.pace.went_well()
                return answer, attempt
            if problem.fatal is not None:
                raise unworded(problem.fatal) if self.quiet else problem.fatal
            problem.latency_ms = round((time.monotonic() - began) * 1000)
            self._pushed_back(problem, began)
            problem.attempts = attempt
            if not problem.retryable or attempt >= self.limits.attempts or self.over():
                raise problem
            self.again(question, attempt, problem)
            if problem.retry_after is None:
                await asyncio.sleep(self._pause(question.position, attempt))
            attempt += 1

    async def _in_time(self, question: Question) -> Answer:
        async with asyncio.timeout(self.limits.timeout_s + GRACE_S):
            return await self.client.ask(question)

    async def _gate(self) -> int:
        """Wait for the endpoint's pauses and the rate limits; how many tokens the call is expected to take."""
        while (pause := self.pace.wait(time.monotonic())) > 0:
            await asyncio.sleep(pause)
        expected = 0 if self.pace.free else self.usual()
        self.pace.started(time.monotonic(), expected)
        return expected

    def _pushed_back(self, problem: CallFailed, began: float) -> None:
        pause = problem.retry_after
        if pause is None and problem.http_status not in BUSY and problem.kind != "timeout":
            return
        before = int(self.pace.allowed)
        pause = None if pause is None else min(max(0.0, pause), LONGEST_PAUSE_S)
        self.pace.pushed_back(time.monotonic(), began, pause)
        if int(self.pace.allowed) != before or pause:
            self.slowed(int(self.pace.allowed), pause or 0.0)

    def _pause(self, position: int, attempt: int) -> float:
        jitter = Draws(self._seed, f"backoff/{position}/{attempt}")
        full = min(self.limits.backoff_cap_s, self.limits.backoff_s * 2 ** (attempt - 1))
        return float(full * (0.5 + jitter.below(1000) / 2000))

    # -- what becomes of a call

    def usual(self) -> int:
        """How many tokens a call usually takes."""
        return 0

    def started(self) -> None:
        """One more call is made."""

    def answered(self, question: Question, answer: Answer) -> int:  # noqa: ARG002 - for whoever counts
        """A call brought an answer; how many tokens it took."""
        return 0

    def again(self, question: Question, attempt: int, problem: CallFailed) -> None:
        """A call failed and will be made again."""

    def over(self) -> bool:
        """Whether no call may start any more."""
        return False

    def slowed(self, allowed: int, pause_s: float) -> None:
        """The endpoint pushed back."""


def unworded(problem: CandidateError) -> CandidateError:
    """The same error without the endpoint's own words."""
    what = "the endpoint can't be asked; what it said is left out, for it may quote a sealed item"
    return type(problem)(what, where=problem.where, todo=problem.todo)


def first(problems: BaseExceptionGroup[BaseException]) -> BaseException:
    """The one problem to report: a candidate's own error before anything it caused."""
    flat = [first(p) if isinstance(p, BaseExceptionGroup) else p for p in problems.exceptions]
    return next((p for p in flat if isinstance(p, CandidateError)), flat[0])
