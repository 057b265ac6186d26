"""What each unit of a requirement scored, in plan order, up to the first one that is not known yet.

Rules this module keeps:

* Units are taken in the order of the plan, never in the order in which answers came. The path stands still before a unit that
  has no answer yet, or that waits for a person; what lies beyond is not read.
* Nothing is dropped: a call that failed for good and an answer that can't be scored count against the candidate for PASS and in
  its favour for FAIL.
* No requirement is decided on a judge's word. ``direct`` reads machine and person only; ``audited`` and ``calibrated`` turn a
  judge's marks, and what people say of them, into scores whose mean is known whatever the judge is worth.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Literal

from evalcenter.records import Grade, Item, Mark, Outcome, Path, Plan, Requirement, Stream, Violation

ONE: Final = Decimal(1)
PERSON: Final = "person:"
JUDGE: Final = "judge:"
OPEN: Final = ("pending", "unjudged")
Standing = Literal["missing", "waiting", "ended"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is known of the samples, by position: grades by machine or person, a judge's grades, calls that failed for good."""

    grades: Mapping[int, Grade]
    judged: Mapping[int, Grade]
    failed: Mapping[int, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One unit's score, with everything unknown against the candidate and in its favour."""

    worst: Decimal
    best: Decimal
    outcome: Outcome


def walk(plan: Plan, requirement: Requirement, stream: Stream, known: Known) -> Path:
    """The path of one ``evidence`` requirement as far as it is known."""
    steps: list[Step] = []
    distinct: set[int] = set()
    ready = 0
    standing: Standing = "ended"
    for at, positions in enumerate(units(stream)):
        coin = stream.coins[at : at + 1] == "1"
        step = _unit(plan, requirement, known, positions, coin=coin)
        if isinstance(step, str):
            standing = step
            break
        steps.append(step)
        if step.outcome != "unscored":
            distinct.update(plan.order[position] for position in positions if position in known.grades)
        if not ready and len(distinct) >= requirement.min_items:
            ready = len(steps)
    return Path(
        worst=tuple(step.worst for step in steps),
        best=tuple(step.best for step in steps),
        outcomes="".join({"pass": "p", "fail": "f", "unscored": "u"}[step.outcome] for step in steps),
        ready=ready,
        standing=standing,
        cells=stream.cells,
        calibration=next((one for one in plan.calibrations if one.requirement == requirement.id), None),
    )


def units(stream: Stream) -> Iterator[tuple[int, ...]]:
    """The positions of each unit, in order."""
    start = 0
    for width in stream.widths or (1,) * len(stream.positions):
        yield stream.positions[start : start + width]
        start += width


def _unit(
    plan: Plan, requirement: Requirement, known: Known, positions: tuple[int, ...], *, coin: bool
) -> Step | Standing:
    if requirement.grading != "direct":
        return _judged(plan, requirement, known, positions[0], coin=coin)
    found = [_direct(plan, requirement, known, position) for position in positions]
    steps = [one for one in found if isinstance(one, Step)]
    if len(steps) < len(found):
        return "missing" if "missing" in found else "waiting"
    return steps[0] if len(steps) == 1 else _all(steps)


def waits(plan: Plan, requirement: Requirement, known: Known, position: int, *, coin: bool) -> bool:
    """Whether the score of one sample hangs on a person."""
    return _unit(plan, requirement, known, (position,), coin=coin) == "waiting"


def _all(steps: list[Step]) -> Step:
    """A set passes when every member passes; one that failed settles it."""
    worst, best = min(step.worst for step in steps), min(step.best for step in steps)
    failed = any(step.outcome == "fail" for step in steps)
    outcome: Outcome = "fail" if failed else "unscored" if any(s.outcome == "unscored" for s in steps) else "pass"
    return Step(worst=worst, best=best, outcome=outcome)


def _direct(plan: Plan, requirement: Requirement, known: Known, position: int) -> Step | Standing:
    item, grade = plan.items[plan.order[position]], known.grades.get(position)
    if grade is None:
        return _lost() if position in known.failed else "missing"
    outcome, why = outcome_of(requirement, item, grade)
    points = requirement.measure == "points" and why != "truncated"
    if why == "pending" or (points and any(mark.state == "pending" for mark in grade.marks)):
        return "waiting"
    if points:
        worst, best = (_share(item, grade, generous=generous) for generous in (False, True))
        return Step(worst=worst, best=best, outcome=outcome if worst == best else "unscored")
    if outcome == "unscored":
        return _lost()
    return Step(worst=Decimal(outcome == "pass"), best=Decimal(outcome == "pass"), outcome=outcome)


def _lost() -> Step:
    return Step(worst=Decimal(0), best=ONE, outcome="unscored")


def _share(item: Item, grade: Grade, *, generous: bool) -> Decimal:
    """The share of the points, floored at 0, to six digits; a failed critical criterion earns nothing."""
    met = met_by(item, grade.marks, generous=generous)
    marked = list(zip(item.criteria, met, strict=True))
    if not grade.possible or any(criterion.critical and not is_met for criterion, is_met in marked):
        return Decimal(0)
    earned = sum(criterion.points for criterion, is_met in marked if is_met)
    return (Decimal(max(0, earned)) / Decimal(grade.possible)).quantize(Decimal("0.000001"))


def met_by(item: Item, marks: Sequence[Mark], *, generous: bool) -> list[bool]:
    """Which criteria are met when every open mark falls the candidate's way (`generous`) or against it."""
    return [
        (generous == (criterion.points > 0 or criterion.critical)) if mark.state in OPEN else mark.state == "met"
        for criterion, mark in zip(item.criteria, marks, strict=True)
    ]


def _judged(plan: Plan, requirement: Requirement, known: Known, position: int, *, coin: bool) -> Step | Standing:
    """The score 1 - loss of one sample under a judge.

    A failure that the judge flags and a person confirms loses the audit rate, one that only the coin found loses 1: so the mean
    loss is the audit rate times the true failure rate, whatever the judge is. Calibrated, only flagged failures lose, and 1.
    """
    audited = requirement.grading == "audited"
    loss = requirement.audit_rate if audited else ONE
    item, grade, judged = plan.items[plan.order[position]], known.grades.get(position), known.judged.get(position)
    if grade is None:
        return Step(worst=1 - loss, best=ONE, outcome="unscored") if position in known.failed else "missing"
    outcome, why = outcome_of(requirement, item, grade)
    passed = judged is not None and outcome_of(requirement, item, judged)[0] == "pass"
    asked = not passed or (audited and coin)  # whether the plan sends this answer to a person
    if why == "pending":
        return "waiting" if asked else Step(worst=ONE, best=ONE, outcome="pass")
    if outcome == "unscored":
        return Step(worst=1 - (ONE if passed else loss), best=ONE, outcome="unscored")
    if outcome == "pass":
        return Step(worst=ONE, best=ONE, outcome="pass")
    if not asked:  # a person looked unasked: it counts against the candidate, and proves no FAIL
        return Step(worst=Decimal(0), best=ONE, outcome="fail")
    lost = ONE if passed else loss
    return Step(worst=1 - lost, best=1 - lost, outcome="fail")


def violation_of(requirement: Requirement, graded: Grade) -> Violation:
    """The violation in one graded sample; where a person must confirm, a second grader's word does not."""
    person = graded.by.startswith(PERSON)
    unheard = requirement.confirm == "person" and graded.violation == "confirmed" and not person
    return "unconfirmed" if unheard else graded.violation


def outcome_of(requirement: Requirement, item: Item, graded: Grade) -> tuple[Outcome, str]:
    """How one graded sample counts for `requirement` (good is ``pass``, bad is ``fail``), and why where it is unscored."""
    if requirement.measure in ("pass", "points"):
        return graded.outcome, graded.why
    if requirement.measure == "violations":
        read = [m for c, m in zip(item.criteria, graded.marks, strict=True) if c.critical]
        bad = graded.violation != "none"
    else:
        read = [m for c, m in zip(item.criteria, graded.marks, strict=True) if "refusal" in c.check]
        bad = graded.why != "truncated" and any(mark.state == "not_met" for mark in read)
    open_ = [mark.state for mark in read if mark.state in OPEN]
    unsure = [graded.why] if graded.why == "truncated" else open_
    if bad:
        return "fail", ""
    return ("unscored", unsure[0]) if unsure else ("pass", "")
