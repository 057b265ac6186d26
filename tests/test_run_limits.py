"""What the pump may spend and how hard it may push, on a clock that jumps."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path

import pytest

from evalcenter import calling, flying, history, run, watching
from evalcenter.errors import CallFailed
from evalcenter.hooks import Limits
from evalcenter.pacing import Budget
from evalcenter.records import Answer, Message, Price, Question
from tests.doubles import Everything, Scripted
from tests.factory import make_item, make_plan
from tests.virtual import Clock

ITEMS = [make_item(n) for n in range(40)]
PLAN = make_plan(ITEMS)
LIMITS = Limits(concurrency=8, attempts=3, backoff_s=0.01, backoff_cap_s=0.02)
Reply = Callable[[int, float], Answer]


@dataclass
class Endpoint:
    """Answers its n-th call after `latency` seconds with what `reply(n, now)` returns or raises; notes when each began."""

    clock: Clock
    reply: Reply = lambda n, now: Answer(text="yes", prompt_tokens=10, completion_tokens=10)
    latency: float = 1.0
    began: list[float] = field(default_factory=list)
    flying: int = 0
    most: list[int] = field(default_factory=list)

    async def ask(self, question: Question) -> Answer:
        number = len(self.began)
        self.began.append(self.clock.now)
        self.flying += 1
        self.most.append(self.flying)
        try:
            await asyncio.sleep(self.latency)
            return self.reply(number, self.clock.now)
        finally:
            self.flying -= 1

    async def close(self) -> None:
        """Nothing to let go of."""


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch, run, calling)


class Slowed(watching.Nobody):
    """Notes what the endpoint did to the pace."""

    def __init__(self) -> None:
        self.seen: list[tuple[int, float]] = []

    def slowed(self, allowed: int, pause_s: float) -> None:
        self.seen.append((allowed, pause_s))


def collect(folder: Path, endpoint: Endpoint, limits: Limits, watch: watching.Watch | None = None) -> history.Run:
    priced = replace(
        PLAN,
        candidate=replace(PLAN.candidate, price=Price(currency="CNY", prompt=Decimal(0), completion=Decimal(100_000))),
    )
    with history.create(folder, priced) as held:
        run.collect(held, Everything(held), endpoint, run.Manner(limits=limits, watch=watch or watching.Nobody()))
    return history.load(folder)


def busy(first: int, retry_after: float | None = None) -> Reply:
    """Refuses its first calls."""

    def reply(number: int, now: float) -> Answer:
        if number < first:
            raise CallFailed("rate_limit", "busy", http_status=429, retry_after=retry_after)
        return Answer(text="yes")

    return reply


def test_retry_after_holds_all_calls(tmp_path: Path, clock: Clock) -> None:
    """While the endpoint wants to be left alone, nothing is sent to it; then everything is answered."""
    endpoint = Endpoint(clock, busy(1, retry_after=60.0))
    held = collect(tmp_path, endpoint, LIMITS)
    refused_at = endpoint.began[0] + endpoint.latency
    assert not [began for began in endpoint.began if refused_at < began < refused_at + 60]
    assert len(held.responses) == len(ITEMS)


def test_no_pause_is_longer_than_the_longest(tmp_path: Path, clock: Clock) -> None:
    """An endpoint that asks for a year gets ten minutes."""
    endpoint = Endpoint(clock, busy(1, retry_after=3e7))
    collect(tmp_path, endpoint, LIMITS)
    assert max(endpoint.began) - min(endpoint.began) < calling.LONGEST_PAUSE_S + 60


def test_push_back_lowers_what_is_in_flight_and_success_raises_it(tmp_path: Path, clock: Clock) -> None:
    """Fewer calls at once after a refusal, then more again."""
    endpoint, seen = Endpoint(clock, busy(1)), Slowed()
    collect(tmp_path, endpoint, LIMITS, seen)
    assert seen.seen == [(4, 0.0)]
    assert (max(endpoint.most[8:12]), max(endpoint.most[20:]) > 5) == (4, True)


def test_fixed_mode_keeps_its_concurrency(tmp_path: Path, clock: Clock) -> None:
    """With a fixed concurrency a refusal does not lower it."""
    endpoint = Endpoint(clock, busy(8))
    collect(tmp_path, endpoint, replace(LIMITS, adaptive=False))
    assert max(endpoint.most[8:]) == LIMITS.concurrency


def test_requests_per_minute(tmp_path: Path, clock: Clock) -> None:
    """40 calls at 60 a minute take at least 38 s, retries included in the count."""
    endpoint = Endpoint(clock, latency=0.001)
    collect(tmp_path, endpoint, replace(LIMITS, requests_per_minute=60))
    assert 38 <= max(endpoint.began) - min(endpoint.began) <= 40


def test_retries_keep_the_rate(tmp_path: Path, clock: Clock) -> None:
    """A refused call counts against the rate like any other."""
    endpoint = Endpoint(clock, busy(20), latency=0.001)
    collect(tmp_path, endpoint, replace(LIMITS, requests_per_minute=60, attempts=9))
    assert max(endpoint.began) - min(endpoint.began) >= 58


def test_tokens_per_minute(tmp_path: Path, clock: Clock) -> None:
    """40 calls of 20 tokens at 1,200 a minute take about 40 s once it is known what a call takes."""
    endpoint = Endpoint(clock, latency=0.001)
    collect(tmp_path, endpoint, replace(LIMITS, concurrency=1, tokens_per_minute=1200))
    assert 36 <= max(endpoint.began) - min(endpoint.began) <= 90


@pytest.mark.parametrize(
    ("budget", "calls"),
    [(Budget(calls=13), 13), (Budget(tokens=260), 13), (Budget(money=Decimal(13)), 13)],
)
def test_budget_ends_the_asking(tmp_path: Path, clock: Clock, budget: Budget, calls: int) -> None:
    """Once the budget is spent nothing more is asked, and what was learned stands (20 tokens or 1 CNY a call)."""
    endpoint = Endpoint(clock)
    held = collect(tmp_path, endpoint, replace(LIMITS, concurrency=1, budget=budget))
    assert (len(endpoint.began), len(held.responses)) == (calls, calls)
    assert str(held.closed).startswith("budget: ")


@pytest.mark.parametrize("budget", [Budget(calls=13), Budget(tokens=260), Budget(money=Decimal(13))])
def test_budget_holds_with_many_in_flight(tmp_path: Path, clock: Clock, budget: Budget) -> None:
    """Calls in flight are counted, so that a full house spends no more once it is known what a call takes."""
    endpoint = Endpoint(clock)
    collect(tmp_path, endpoint, replace(LIMITS, budget=budget))
    assert len(endpoint.began) == 13 if budget.calls else len(endpoint.began) <= 13 + LIMITS.concurrency


def test_budget_counts_what_earlier_parts_of_the_run_spent(tmp_path: Path, clock: Clock) -> None:
    """A resumed run has only what is left."""
    first = Endpoint(clock)
    collect(tmp_path, first, replace(LIMITS, budget=Budget(calls=5)))
    second = Endpoint(clock)
    with history.resume(tmp_path) as held:
        run.collect(held, Everything(held), second, run.Manner(limits=replace(LIMITS, budget=Budget(calls=12))))
    assert (len(first.began), len(second.began)) == (5, 7)


def test_calls_that_failed_before_a_stop_stay_paid_for(tmp_path: Path, clock: Clock) -> None:
    """What failed for good is still spent when it is asked again after a resume, and answered: also in a run that is read anew."""
    collect(tmp_path, Endpoint(clock, busy(1000)), replace(LIMITS, adaptive=False))
    with history.resume(tmp_path) as held:
        assert held.spent.calls == 40 * LIMITS.attempts
        run.collect(held, Everything(held), Endpoint(clock), run.Manner(limits=LIMITS))
    assert len(held.responses) == 40
    assert history.load(tmp_path).spent.calls == held.spent.calls == 40 * LIMITS.attempts + 40


def test_calls_that_a_kill_cut_off_are_paid_for(tmp_path: Path, clock: Clock) -> None:
    """A call in flight at a kill counts as one, with those that had failed for the same sample before."""
    with history.create(tmp_path, PLAN) as held:
        held.write("retry", {"position": 3, "attempt": 1, "kind": "timeout", "http_status": None, "message": ""})
        held.write("retry", {"position": 3, "attempt": 2, "kind": "timeout", "http_status": None, "message": ""})
        slots = flying.Slots(tmp_path)
        for position in (3, 5):
            slots.take(position)
    with history.resume(tmp_path) as again:
        assert (again.reasked, again.spent.calls) == (2, 4)


def test_turns_before_the_one_that_failed_are_paid_for(tmp_path: Path) -> None:
    """The failure of a dialogue counts the calls of its answered turns too."""
    turns = tuple(Message(role="user", content=text) for text in ("first", "second"))
    item = make_item(1, prompt=turns)
    candidate = Scripted({item.id: [Answer(text="yes"), CallFailed("bad", "no", retryable=False)]})
    with history.create(tmp_path, make_plan([item])) as held:
        run.collect(held, Everything(held), candidate, run.Manner(limits=LIMITS))
    assert history.load(tmp_path).spent.calls == held.spent.calls == len(candidate.asked) == 2


def test_retries_are_paid_for(tmp_path: Path, clock: Clock) -> None:
    """A call that failed was a call, and none is made over the budget for its sake."""
    endpoint = Endpoint(clock, busy(1000))
    collect(tmp_path, endpoint, replace(LIMITS, concurrency=1, budget=Budget(calls=7)))
    assert len(endpoint.began) == 7


def test_deadline_ends_the_asking(tmp_path: Path, clock: Clock) -> None:
    """When the time is over no call starts; those in flight are waited for."""
    endpoint = Endpoint(clock, latency=10.0)
    held = collect(tmp_path, endpoint, replace(LIMITS, deadline_s=15.0))
    assert (len(held.responses), held.closed) == (16, "deadline: 15 s are over")


def test_run_without_limits_is_complete(tmp_path: Path, clock: Clock) -> None:
    """Where nothing limits it, everything is asked and the journal says complete."""
    held = collect(tmp_path, Endpoint(clock), LIMITS)
    assert (len(held.responses), held.closed) == (40, "complete")
