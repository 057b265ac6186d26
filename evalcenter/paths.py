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
from typing import Final, Literal, overload

from evalcenter.records import Grade, Item, MarkState, Outcome, Path, Plan, Requirement, Result, Stream, Violation

ONE: Final = Decimal(1)
NOTHING: Final = Decimal(0)
PERSON: Final = "person:"
JUDGE: Final = "judge:"
OPEN: Final = ("pending", "unjudged")
Standing = Literal["missing", "waiting", "ended"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is known of the samples, by position: grades by machine or person, a judge's grades, calls that failed for good."""

    grades: Mapping[int, Result]
    judged: Mapping[int, Result]
    failed: Mapping[int, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One unit's score, with everything unknown against the candidate and in its favour."""

    worst: Decimal
    best: Decimal
    outcome: Outcome


class AllOrNothing(Sequence[Decimal]):
    """Scores that are 0 or 1, read off the letters of their outcomes: 1 for those of `full`. They take no room of their own."""

    __slots__ = ("_full", "_outcomes")

    def __init__(self, outcomes: str, full: str) -> None:
        self._outcomes, self._full = outcomes, full

    def __len__(self) -> int:
        return len(self._outcomes)

    @overload
    def __getitem__(self, at: int) -> Decimal: ...
    @overload
    def __getitem__(self, at: slice) -> tuple[Decimal, ...]: ...
    def __getitem__(self, at: int | slice) -> Decimal | tuple[Decimal, ...]:
        if isinstance(at, slice):
            return tuple([ONE if letter in self._full else NOTHING for letter in self._outcomes[at]])
        return ONE if self._outcomes[at] in self._full else NOTHING

    def __eq__(self, other: object) -> bool:
        return isinstance(other, (tuple, AllOrNothing)) and self[:] == tuple(other)

    def __hash__(self) -> int:
        return hash(self[:])


def all_or_nothing(requirement: Requirement) -> bool:
    """Whether each unit of `requirement` passes, fails or is unscored, and nothing in between."""
    return requirement.measure != "points" and requirement.grading == "direct"


class Walk:
    """The way along the units of one ``evidence`` requirement; it goes on from where it stood as more becomes known."""

    def __init__(self, plan: Plan, requirement: Requirement, stream: Stream) -> None:
        self._plan, self._requirement, self._stream = plan, requirement, stream
        self._plain = all_or_nothing(requirement)
        self._worst: list[Decimal] = []
        self._best: list[Decimal] = []
        self._outcomes = bytearray()
        self._distinct: set[int] = set()
        self._ready = 0
        self._at = 0
        self._length = len(stream.widths) or len(stream.positions)
        self._standing: Standing = "missing"

    @property
    def units(self) -> int:
        """How many units it has passed."""
        return len(self._outcomes)

    def go(self, known: Known) -> Path:
        """The path as far as it is `known` by now. What was passed before is not looked at again."""
        plan, positions, order = self._plan, self._stream.positions, self._plan.order
        least = self._requirement.min_items
        self._standing = "ended"
        while len(self._outcomes) < self._length:
            done = len(self._outcomes)
            width = self._stream.widths[done] if self._stream.widths else 1
            unit = positions[self._at : self._at + width]
            coin = self._stream.coins[done : done + 1] == "1"
            step = _unit(plan, self._requirement, known, unit, coin=coin)
            if isinstance(step, str):
                self._standing = step
                break
            if not self._plain:
                self._worst.append(step.worst)
                self._best.append(step.best)
            self._outcomes += step.outcome[:1].encode()
            self._at += width
            if not self._ready:
                if step.outcome != "unscored":
                    self._distinct.update(order[position] for position in unit if position in known.grades)
                if len(self._distinct) >= least:
                    self._ready = len(self._outcomes)
        return self._path()

    def _path(self) -> Path:
        named, said = self._requirement.id, self._outcomes.decode()
        return Path(
            worst=AllOrNothing(said, "p") if self._plain else tuple(self._worst),
            best=AllOrNothing(said, "pu") if self._plain else tuple(self._best),
            outcomes=said,
            ready=self._ready,
            standing=self._standing,
            cells=self._stream.cells,
            calibration=next((one for one in self._plan.calibrations if one.requirement == named), None),
            qualified=None if self._plan.panel is None else self._plan.panel.qualification,
        )


_PLAIN: Final[Mapping[Outcome, Step]] = {
    "pass": Step(worst=ONE, best=ONE, outcome="pass"),
    "fail": Step(worst=Decimal(0), best=Decimal(0), outcome="fail"),
    "unscored": Step(worst=Decimal(0), best=ONE, outcome="unscored"),
}


def walk(plan: Plan, requirement: Requirement, stream: Stream, known: Known) -> Path:
    """The path of one ``evidence`` requirement as far as it is known."""
    return Walk(plan, requirement, stream).go(known)


def judgeable(plan: Plan) -> bytearray:
    """1 at each position of which some requirement reads a judge's mark; empty where nobody judges."""
    read = bytearray(len(plan.order) if plan.panel is not None else 0)
    for requirement, stream in zip(plan.standard.requirements, plan.streams, strict=True):
        if requirement.grading != "direct" and read:
            for position in stream.positions:
                read[position] = 1
    return read


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
        return _PLAIN["unscored"] if position in known.failed else "missing"
    outcome, why = outcome_of(requirement, item, grade)
    points = requirement.measure == "points" and why != "truncated"
    if why == "pending" or (points and "pending" in grade.states):
        return "waiting"
    if points:
        worst, best = (_share(item, grade, generous=generous) for generous in (False, True))
        return Step(worst=worst, best=best, outcome=outcome if worst == best else "unscored")
    return _PLAIN[outcome]


def _share(item: Item, grade: Result, *, generous: bool) -> Decimal:
    """The share of the points, floored at 0, to six digits; a failed critical criterion earns nothing."""
    met = met_by(item, grade.states, generous=generous)
    marked = list(zip(item.criteria, met, strict=True))
    if not grade.possible or any(criterion.critical and not is_met for criterion, is_met in marked):
        return Decimal(0)
    earned = sum(criterion.points for criterion, is_met in marked if is_met)
    return (Decimal(max(0, earned)) / Decimal(grade.possible)).quantize(Decimal("0.000001"))


def met_by(item: Item, states: Sequence[MarkState], *, generous: bool) -> list[bool]:
    """Which criteria are met when every open mark falls the candidate's way (`generous`) or against it."""
    return [
        (generous == (criterion.points > 0 or criterion.critical)) if state in OPEN else state == "met"
        for criterion, state in zip(item.criteria, states, strict=True)
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
    if why == "pending" and asked:
        return "missing" if judged is None and plan.panel is not None else "waiting"  # judges come before people
    if outcome == "pass" or why == "pending":
        return Step(worst=ONE, best=ONE, outcome="pass")
    if outcome == "unscored":
        return Step(worst=1 - (ONE if passed else loss), best=ONE, outcome="unscored")
    if not asked:  # a person looked unasked: it counts against the candidate, and proves no FAIL
        return Step(worst=Decimal(0), best=ONE, outcome="fail")
    lost = ONE if passed else loss
    return Step(worst=1 - lost, best=1 - lost, outcome="fail")


def violation_of(requirement: Requirement, graded: Grade | Result) -> Violation:
    """The violation in one graded sample; where a person must confirm, a second grader's word does not."""
    person = graded.by.startswith(PERSON)
    unheard = requirement.confirm == "person" and graded.violation == "confirmed" and not person
    return "unconfirmed" if unheard else graded.violation


def outcome_of(requirement: Requirement, item: Item, graded: Result) -> tuple[Outcome, str]:
    """How one graded sample counts for `requirement` (good is ``pass``, bad is ``fail``), and why where it is unscored."""
    if requirement.measure in ("pass", "points"):
        return graded.outcome, graded.why
    if requirement.measure == "violations":
        read = [s for c, s in zip(item.criteria, graded.states, strict=True) if c.critical]
        bad = graded.violation != "none"
    else:
        read = [s for c, s in zip(item.criteria, graded.states, strict=True) if "refusal" in c.check]
        bad = graded.why != "truncated" and "not_met" in read
    open_ = [state for state in read if state in OPEN]
    unsure = [graded.why] if graded.why == "truncated" else open_
    if bad:
        return "fail", ""
    return ("unscored", unsure[0]) if unsure else ("pass", "")
