"""The evidence and the decision once more: one score and one bet at a time, in decimals of fifty digits.

Written from the formulas alone, to be compared with the product. It shares no code with it and is slow on purpose.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal, localcontext
from math import log
from typing import NamedTuple

INFINITY = Decimal("Infinity")


class Case(NamedTuple):
    """What is claimed: a mean of at least `line` (`against`: below it), over fresh draws or over a full run of `bank` cells."""

    line: Decimal
    bank: int | None = None
    against: bool = False


def evidence(scores: Sequence[Decimal], case: Case) -> list[Decimal]:
    """The evidence, not its logarithm, after every score; infinite once certain and 0 once impossible."""
    with localcontext() as context:
        context.prec = 50
        return _evidence(scores, case)


def _evidence(scores: Sequence[Decimal], case: Case) -> list[Decimal]:
    line, parts = (1 - case.line, 60) if case.against else (case.line, 20)
    scores = [1 - x for x in scores] if case.against else list(scores)
    bets = [Decimal(j) / parts for j in range(1, 21)]
    wealth = [Decimal(1)] * 20
    path = []
    scored = Decimal(0)
    for t, x in enumerate(scores):
        mean, growth = line, Decimal(1)
        if case.bank is not None:
            mean = (case.bank * line - scored) / (case.bank - t)
            room = (1 - line) - (t - scored) / case.bank
            growth = (1 - line) / room if room > 0 else INFINITY
        if 0 <= mean <= 1:
            for j in range(20):
                bet = min(Decimal(1), bets[j] * growth)
                # (0 - m) / m is -1 for every m, 0 included; a score above 0 then makes the claim certain
                wealth[j] *= 1 - bet if x == 0 or mean == 0 else 1 + bet * (x - mean) / mean
        scored += x
        path.append(_settled(sum(wealth, Decimal(0)) / 20, scored, t + 1, case, line))
    return path


def _settled(value: Decimal, scored: Decimal, t: int, case: Case, line: Decimal) -> Decimal:
    if case.bank is None:
        return value
    needed, most = case.bank * line, scored + case.bank - t
    if scored > needed or (scored == needed and not case.against):
        return INFINITY
    if most < needed or (most == needed and case.against):
        return Decimal(0)
    return value


def log_evidence(scores: Sequence[Decimal], case: Case) -> list[float]:
    """The natural logarithm of `evidence`."""
    return [
        float("-inf") if e == 0 else float("inf") if e == INFINITY else float(e.ln()) for e in evidence(scores, case)
    ]


def decide(scores: Sequence[Decimal], line: Decimal, bank: int | None, alpha: Decimal) -> tuple[str, int]:
    """PASS or FAIL and after how many scores, without a floor; ("undecided", all) if neither."""
    threshold = log(1 / alpha) + 1e-6
    wins = log_evidence(scores, Case(line, bank))
    loses = log_evidence(scores, Case(line, bank, against=True))
    for t, (won, lost) in enumerate(zip(wins, loses, strict=True), start=1):
        if won >= threshold:
            return "pass", t
        if lost >= threshold:
            return "fail", t
    return "undecided", len(scores)
