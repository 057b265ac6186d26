"""Decides one requirement on the path of its evidence, and says why in words.

Rules this module keeps:

* The first unit at which the evidence is enough decides; later ones are not read, wherever they stand.
* Under a judge the scores are one minus a loss whose mean is known (see `paths`), so the line is moved to where that mean would
  be: ``1 - a (1 - line)`` where a share a of what the judge passes is audited, ``1 - c (1 - line)`` where a judge catches at least
  c of the failures with confidence 1 - alpha/2, at evidence 2/alpha.
* A calibrated judge is trusted in one thing that nothing proves (it catches as much of this candidate's failures), so it earns
  CONDITIONAL at most; with too few known-bad answers behind it, or none that it caught, nothing.
* What is drawn of a path (`trace`) is the very evidence that decided it, up to the unit that did.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import TYPE_CHECKING, Any, Final, Literal

from evalcenter import bars, stats
from evalcenter.betting import Evidence
from evalcenter.paths import all_or_nothing
from evalcenter.records import Finding, Path, Requirement, Tally, Text, VerdictState

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

DIGITS: Final = Decimal("0.000001")
KNOWN_BAD: Final = 59
"""Fewer known-bad answers can't show that a judge catches 95 % of them, even if it caught all."""
FAILURES: Final = 8
"""Up to how many failures a decision chart is written out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Frame:
    """How a requirement's lines read on the scale of its scores, and back."""

    rule: stats.Rule
    slope: Decimal
    """The mean score is ``1 - slope (1 - rate)``, or at most that where a judge is calibrated."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """The evidence for one claim after some of the units that were read, as ratios, and how much of it `needed` is."""

    claim: Literal["line", "against", "floor", "under"]
    """At least the line; below the floor (the line where there is none); at least the floor; below the line."""
    ratios: tuple[Decimal, ...]
    needed: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """What a path proved on the way, and the decision at its end."""

    curves: tuple[Curve, ...]
    decided: stats.Decision


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """With `failures` failed units: PASS as soon as `passes` are done; FAIL where they all fall in the first `fails`."""

    failures: int
    passes: int | None
    fails: int | None


def decision(requirement: Requirement, path: Path, penalty: int) -> stats.Decision:
    """What the path decides, and after how many units; ``undecided`` asks for more."""
    if short_of_labels(requirement, path):
        return stats.Decision(grade="inconclusive", units=path.units, for_pass=0.0, for_fail=0.0)
    rule = _frame(requirement, path, penalty).rule
    low, high = _sides(requirement, path)
    found = stats.decide(low, rule, high, _over_the_cap(requirement, path))
    if found.grade == "pass" and requirement.grading == "calibrated":
        return stats.Decision(grade="conditional", units=found.units, for_pass=found.for_pass, for_fail=found.for_fail)
    return found


class Lookout:
    """Watches a path that grows, and says when it may be decided; it goes on from where it looked last.

    That nothing is decided yet is found on the new units alone; a decision is always that of `decision`, on the whole path.
    """

    def __init__(self, requirement: Requirement, penalty: int) -> None:
        self._requirement, self._penalty = requirement, penalty
        self._seen = 0
        self._claims: tuple[tuple[Evidence, float], ...] = ()
        self._at = (0.0, 0.0)

    def look(self, path: Path) -> stats.Decision:
        """The decision on `path`, which begins with what was seen before."""
        if path.standing == "ended" or short_of_labels(self._requirement, path):
            return decision(self._requirement, path, self._penalty)
        if not self._claims:
            rule = _frame(self._requirement, path, self._penalty).rule
            self._claims = tuple(_claims(rule))
        begin, self._seen = self._seen, len(path.outcomes)
        new = _sides(self._requirement, path, begin)
        moved = [claim.extend(new[at % 2]) for at, (claim, _) in enumerate(self._claims)]
        over = [stats.crossed(path_, needed_) for path_, (_, needed_) in zip(moved, self._claims, strict=True)]
        found = over[0].any() or over[1].any() or (len(over) > 2 and (over[2] & over[3]).any())
        if self._seen > begin:
            self._at = float(moved[0][-1]), float(moved[1][-1])
        if found and path.ready:
            return decision(self._requirement, path, self._penalty)
        return stats.Decision(grade="undecided", units=self._seen, for_pass=self._at[0], for_fail=self._at[1])


def _claims(rule: stats.Rule) -> Iterator[tuple[Evidence, float]]:
    """What could decide, with the evidence that each needs: for and against in turns."""
    to_pass, to_fail = float(1 / rule.alpha), float(rule.penalty / rule.beta)
    yield Evidence(rule.line, rule.bank), to_pass
    yield Evidence(rule.failing, rule.bank, against=True), to_fail
    if rule.floor is not None:
        yield Evidence(rule.floor, rule.bank), to_pass
        yield Evidence(rule.missing, rule.bank, against=True), to_fail


def _sides(requirement: Requirement, path: Path, begin: int = 0) -> tuple[NDArray[Any], NDArray[Any]]:
    """The scores of the units from `begin` on: what is not known against the candidate, and in its favour.

    Truth values where each unit is all or nothing, which take an eighth of the room of numbers.
    """
    import numpy as np

    if all_or_nothing(requirement):
        letters = _letters(path)[begin:]
        return letters == ord("p"), letters != ord("f")
    low, high = ([float(x) for x in side[begin:]] for side in (path.worst, path.best))
    return np.array(low), np.array(high)


def _letters(path: Path) -> NDArray[np.uint8]:
    import numpy as np

    return np.frombuffer(path.outcomes.encode("ascii"), dtype=np.uint8)


def _over_the_cap(requirement: Requirement, path: Path) -> NDArray[np.bool_]:
    """After each unit, whether too many of those so far are unscored for a PASS; later ones may bring the share down again.

    The cap is a fraction, and whole numbers are compared: a share exactly at the cap is not over it.
    """
    import numpy as np

    top, bottom = requirement.unscored_cap.as_integer_ratio()
    kind = np.int64 if bottom < 10**9 else object  # products of more digits than 64 bits hold are left to Python
    unscored = np.cumsum(_letters(path) == ord("u")).astype(kind)
    return np.asarray(unscored * bottom > top * np.arange(1, len(unscored) + 1).astype(kind), dtype=bool)


def finding(requirement: Requirement, tally: Tally, path: Path, penalty: int) -> Finding:
    """The finding on one requirement, with its evidence and its bounds at the unit that decided."""
    decided = decision(requirement, path, penalty)
    frame = _frame(requirement, path, penalty)
    outcomes = path.outcomes[: decided.units]
    low, high = (side[: decided.units] for side in _sides(requirement, path))
    lower, upper = _bounds(requirement, frame, low, high, penalty)
    in_the_way = bars.barring(requirement, tally, decided.units, outcomes.count("u"))
    verdict: VerdictState = "inconclusive" if decided.grade in ("undecided", "inconclusive") else decided.grade  # type: ignore[assignment]
    reasons = _why(requirement, path, decided, lower, upper)
    if in_the_way and verdict in ("pass", "conditional"):
        verdict, reasons = "inconclusive", ()
    if verdict == "inconclusive":
        reasons = (*in_the_way, *reasons)
    return Finding(
        requirement=requirement.id,
        verdict=verdict,
        good=outcomes.count("p"),
        bad=outcomes.count("f"),
        unscored=outcomes.count("u"),
        rate=_rate(requirement, frame, path, outcomes),
        lower=lower,
        upper=upper,
        reasons=reasons,
        uncovered=bars.uncovered(requirement, tally),
        units=decided.units,
        for_pass=stats.ratio(decided.for_pass),
        for_fail=stats.ratio(decided.for_fail),
        waiting=decided.grade == "undecided" and path.standing == "waiting",
    )


def needed(requirement: Requirement, penalty: int) -> tuple[Decimal, Decimal]:
    """The evidence at which a requirement passes, and at which it fails."""
    return 1 / _level(requirement), penalty / requirement.beta


def _every(units: int) -> range:
    return range(1, units + 1)


def trace(
    requirement: Requirement, path: Path, penalty: int, at: Callable[[int], Sequence[int]] = _every
) -> Trace | None:
    """The evidence of the path up to the unit that decided; None where its scores prove nothing (see `decision`).

    `at` chooses the units after which it is told, from how many there are; 0 is before the first. By default after every one.
    """
    decided = decision(requirement, path, penalty)
    if short_of_labels(requirement, path) or not decided.units:
        return None
    rule = _frame(requirement, path, penalty).rule
    low, high = (side[: decided.units] for side in _sides(requirement, path))
    to_pass, to_fail = needed(requirement, penalty)
    units = at(decided.units)

    def curve(claim: Literal["line", "against", "floor", "under"], line: Decimal) -> Curve:
        against = claim in ("against", "under")
        found = stats.evidence(high if against else low, line, rule.bank, against=against)
        return Curve(
            claim=claim,
            ratios=tuple(stats.ratio(float(found[unit - 1])) if unit else Decimal(1) for unit in units),
            needed=to_fail if against else to_pass,
        )

    curves = [curve("line", rule.line), curve("against", rule.failing)]
    if rule.floor is not None:
        curves += [curve("floor", rule.floor), curve("under", rule.missing)]
    return Trace(curves=tuple(curves), decided=decided)


def chart(requirement: Requirement, most: int, penalty: int, bank: int | None = None) -> tuple[Row, ...]:
    """The decisions that 0 to 8 failures in at most `most` units lead to, for units that pass or fail without a judge.

    Without `bank` only the numbers count, whatever their order; in a full run of `bank` units the failures come first.
    """
    to_pass, to_fail = needed(requirement, penalty)
    refuted = requirement.line if requirement.floor is None else requirement.floor
    rows = []
    for failures in range(min(FAILURES, most) + 1):
        scores = [0.0] * failures + [1.0] * (most - failures)
        passed = stats.crossed(stats.evidence(scores, requirement.line, bank), to_pass)
        failed = stats.crossed(stats.evidence(scores, refuted, bank, against=True), to_fail)
        passed[: max(0, failures - 1)] = failed[: max(0, failures - 1)] = False  # not all of the failures are in yet
        rows.append(
            Row(
                failures=failures,
                passes=int(passed.argmax()) + 1 if passed.any() else None,
                fails=int(failed.nonzero()[0][-1]) + 1 if failed.any() else None,
            )
        )
    return tuple(rows)


def _level(requirement: Requirement) -> Decimal:
    """The error rate that the evidence is held to; a calibrated judge has spent half of it on its catch rate."""
    return requirement.alpha / 2 if requirement.grading == "calibrated" else requirement.alpha


def _frame(requirement: Requirement, path: Path, penalty: int) -> _Frame:
    slope, alpha = Decimal(1), _level(requirement)
    if requirement.grading == "audited":
        slope = requirement.audit_rate
    elif requirement.grading == "calibrated":
        held = path.calibration  # a judge that was never tried may have missed everything
        slope = stats.lower(held.caught, held.shown, alpha) if held is not None and held.shown else Decimal(0)

    def moved(line: Decimal) -> Decimal:
        return 1 - slope * (1 - line)

    floor = None if requirement.floor is None else moved(requirement.floor)
    refuted = requirement.line if requirement.floor is None else requirement.floor
    rule = stats.Rule(
        line=moved(requirement.line),
        alpha=alpha,
        beta=requirement.beta,
        floor=floor,
        # What a calibrated judge does not flag loses nothing, so a low mean score proves a low rate as it stands.
        against=refuted if requirement.grading == "calibrated" else moved(refuted),
        refuted=requirement.line if requirement.grading == "calibrated" else None,
        penalty=penalty,
        bank=path.cells,
        cap=path.units if path.standing == "ended" else None,
        least=path.ready or path.units + 1,
    )
    return _Frame(rule=rule, slope=slope)


def _bounds(
    requirement: Requirement, frame: _Frame, worst: NDArray[Any], best: NDArray[Any], penalty: int
) -> tuple[Decimal | None, Decimal | None]:
    if not len(worst):
        return None, None
    low, _ = stats.bounds(worst, frame.rule.alpha, frame.rule.bank, now=True)
    _, high = stats.bounds(best, requirement.beta / penalty, frame.rule.bank, now=True)
    if frame.slope == 0:
        return Decimal(0), high

    def back(mean: Decimal, rounding: str) -> Decimal:
        return max(Decimal(0), 1 - (1 - mean) / frame.slope).quantize(DIGITS, rounding=rounding)

    # A calibrated judge's mean score is at least the rate, so its upper bound holds for the rate as it stands.
    upper = back(high, ROUND_CEILING) if requirement.grading == "audited" else high
    return back(low, ROUND_FLOOR), upper


def _rate(requirement: Requirement, frame: _Frame, path: Path, outcomes: str) -> Decimal | None:
    """The mean of the scored units, read back to the scale of the rate; under a judge this is the corrected estimate."""
    scored = len(outcomes) - outcomes.count("u")
    if not scored or frame.slope == 0:
        return None
    if all_or_nothing(requirement):
        earned = Decimal(outcomes.count("p"))
    else:
        earned = sum((one for one, outcome in zip(path.worst, outcomes, strict=False) if outcome != "u"), Decimal(0))
    mean = earned / scored
    return max(Decimal(0), 1 - (1 - mean) / frame.slope).quantize(DIGITS)


def short_of_labels(requirement: Requirement, path: Path) -> bool:
    """Whether the judges behind a ``calibrated`` requirement are not qualified enough for anything to rest on them."""
    if requirement.grading != "calibrated":
        return False
    held, qualified = path.calibration, path.qualified
    holds = qualified is None or qualified.standing == "valid"
    return not holds or held is None or held.shown < KNOWN_BAD or not held.caught


def _why(
    requirement: Requirement, path: Path, decided: stats.Decision, lower: Decimal | None, upper: Decimal | None
) -> tuple[Text, ...]:
    if short_of_labels(requirement, path):
        return (bars.unqualified(path, KNOWN_BAD),)
    if lower is None or upper is None:
        return (bars.nothing() if path.standing == "ended" else _stands(path),)
    if decided.grade == "conditional":
        return (_conditional(requirement, lower),)
    return (_said(requirement, path, decided, bars.at_least(lower), bars.at_most(upper)),)


def _said(requirement: Requirement, path: Path, decided: stats.Decision, low: str, high: str) -> Text:
    line, n = bars.percent(requirement.line), decided.units
    ratio = _shown(decided.for_pass if decided.grade != "fail" else decided.for_fail)
    if decided.grade == "pass":
        return Text(
            zh=f"第 {n} 个单元后，“不低于 {line}”的证据达到 {ratio} 比 1；下限 {low}。",
            en=f"After {n} units the evidence for at least {line} stands at {ratio} to 1; the lower bound is {low}.",
        )
    if decided.grade == "fail":
        refuted = bars.percent(requirement.line if requirement.floor is None else requirement.floor)
        return Text(
            zh=f"第 {n} 个单元后，“低于 {refuted}”的证据达到 {ratio} 比 1；上限 {high}。",
            en=f"After {n} units the evidence for less than {refuted} stands at {ratio} to 1; the upper bound is {high}.",
        )
    if decided.grade == "inconclusive":
        return Text(
            zh=f"{n} 个单元用完上限，仍不足以判定：界 {low} 至 {high}，要求 {line}。",
            en=f"The cap of {n} units is spent and nothing can be decided: bounds {low} to {high}, line {line}.",
        )
    return _stands(path)


def _conditional(requirement: Requirement, lower: Decimal) -> Text:
    line, low = bars.percent(requirement.line), bars.at_least(lower)
    if requirement.grading == "calibrated" and (requirement.floor is None or lower >= requirement.line):
        return Text(
            zh=f"下限 {low} 达到要求 {line}，但依赖“判定模型对本候选同样灵敏”这一未经证明的假设，故只给有条件结论。",
            en=f"The lower bound {low} reaches the line {line}, but only if the judge catches as much here as in its calibration.",
        )
    floor = bars.percent(requirement.floor if requirement.floor is not None else requirement.line)
    return Text(
        zh=f"下限 {low} 达到底线 {floor}，未达到要求 {line}。",
        en=f"The lower bound {low} reaches the floor {floor}, not the line {line}.",
    )


def _stands(path: Path) -> Text:
    n = path.units
    if path.standing == "waiting":
        return Text(
            zh=f"{n} 个单元之后，下一份回答等待人工评阅，本项要求暂停。",
            en=f"After {n} units the next one waits for a person, and the requirement stands still.",
        )
    return Text(
        zh=f"{n} 个单元之后尚无结论，后续样本尚未作答。",
        en=f"Nothing is decided after {n} units, and the next sample has no answer yet.",
    )


def _shown(logarithm: float) -> str:
    ratio = stats.ratio(logarithm)
    return f"{ratio:.0f}" if ratio < stats.CERTAIN else "∞"
