"""How many calls may be in flight, and when the next may start: adaptive concurrency, rate limits, pauses, a budget.

Rules this module keeps:

* Concurrency starts at its limit, falls to half when the endpoint pushes back (at most once for calls that were under way
  together), and grows by one for every full round of answers.
* A Retry-After holds every new call to the endpoint back, not only the one that was refused.
* A rate limit is spread evenly: no more than one second's worth starts at once.
* A budget is never passed by a call that starts when it is spent; what is in flight is counted at what calls have taken so far.

It is pure: the time comes in as seconds of a monotonic clock.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from evalcenter.records import Answer, Price

LEAST: Final = 1.0
BURST_S: Final = 1.0
MILLION: Final = 1_000_000
FIRST_GUESS: Final = 1000
"""Tokens of a call before any has been counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """What a whole run may spend; None sets no limit. Money is in the currency of the candidate's price."""

    calls: int | None = None
    tokens: int | None = None
    money: Decimal | None = None


@dataclass(slots=True, kw_only=True)
class Spent:
    """What a run has spent: calls, and tokens by kind."""

    calls: int = 0
    prompt: int = 0
    completion: int = 0
    answers: int = 0

    def add(self, prompt: int, completion: int) -> None:
        """One answer's tokens."""
        self.prompt += prompt
        self.completion += completion
        self.answers += 1

    @property
    def tokens(self) -> int:
        """All tokens."""
        return self.prompt + self.completion

    @property
    def usual(self) -> int:
        """What one answer has taken so far, in tokens."""
        return self.tokens // self.answers if self.answers else FIRST_GUESS

    def money(self, price: Price) -> Decimal:
        """What the tokens cost."""
        return (self.prompt * price.prompt + self.completion * price.completion) / MILLION

    def over(self, budget: Budget, price: Price | None, flying: int = 0, kept: int = 0) -> str:
        """Which part of `budget` one more call would pass, in words; empty where none. `kept` calls are kept back for later."""
        flying += kept
        if budget.calls is not None and self.calls + kept >= budget.calls:
            return f"the budget of {budget.calls} calls is spent"
        expected = self.usual * flying if self.answers else 0
        if budget.tokens is not None and self.tokens + expected >= budget.tokens:
            return f"the budget of {budget.tokens} tokens is spent"
        if budget.money is not None and price is not None and self.answers:
            share = Decimal(self.answers + flying) / self.answers
            if self.money(price) * share >= budget.money:
                return f"the budget of {budget.money} {price.currency} is spent"
        return ""


def tokens(asked: int, answer: Answer) -> tuple[int, int]:
    """Prompt and completion tokens of a call with a prompt of `asked` characters.

    Where the endpoint reports none, they are taken as one a character, which is seldom too few.
    """
    prompt = asked if answer.prompt_tokens is None else answer.prompt_tokens
    if answer.completion_tokens is None:
        return prompt, len(answer.text) + len(answer.reasoning)
    return prompt, answer.completion_tokens


class Rate:
    """So many units a minute, spread evenly; a start may run ahead by a second's worth."""

    def __init__(self, per_minute: int | None) -> None:
        self._interval = 60 / per_minute if per_minute else 0.0
        self._free_at = float("-inf")

    def wait(self, now: float) -> float:
        """Seconds until the next unit is free."""
        return max(0.0, self._free_at - now - BURST_S)

    def take(self, now: float, units: int = 1) -> None:
        """Use `units`, which may be negative: given back."""
        if self._interval:
            self._free_at = max(self._free_at, now) + units * self._interval


class Pace:
    """When one more call may start."""

    def __init__(
        self, most: int, *, adaptive: bool = True, requests: int | None = None, tokens: int | None = None
    ) -> None:
        self.allowed = float(most)
        self._most, self._adaptive = float(most), adaptive
        self._requests, self._tokens = Rate(requests), Rate(tokens)
        self._held_until = float("-inf")
        self._cut_at = float("-inf")
        self.free = not (requests or tokens)

    def room(self, flying: int) -> bool:
        """Whether one more call may be in flight."""
        return flying < int(self.allowed)

    def wait(self, now: float) -> float:
        """Seconds until one more call may start, by pauses and rate limits."""
        held = self._held_until - now
        if self.free:
            return max(held, 0.0)
        return max(held, self._requests.wait(now), self._tokens.wait(now), 0.0)

    def started(self, now: float, tokens: int) -> None:
        """A call starts; it is expected to take so many `tokens`."""
        if not self.free:
            self._requests.take(now)
            self._tokens.take(now, tokens)

    def corrected(self, now: float, tokens: int) -> None:
        """A call took so many tokens more than was expected (or fewer, below 0)."""
        if not self.free:
            self._tokens.take(now, tokens)

    def went_well(self) -> None:
        """A call was answered."""
        if self.allowed < self._most:
            self.allowed = min(self._most, self.allowed + 1 / self.allowed)

    def pushed_back(self, now: float, began: float, pause: float | None) -> None:
        """The endpoint refused a call that began at `began` for being too busy, or left it without an answer."""
        if pause is not None:
            self._held_until = max(self._held_until, now + pause)
        if self._adaptive and began > self._cut_at:
            self.allowed = max(LEAST, self.allowed / 2)
            self._cut_at = now
