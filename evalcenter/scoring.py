"""The one arithmetic: marks become grades, grades become counts.

Rules this module keeps:

* earned = the signed sum of the points of met criteria, kept signed; possible = the sum of the positive points. Only for
  deciding is the share earned/possible floored at 0.
* An item passes when its share reaches its line and no critical criterion failed.
* What is not known stays open: a mark that is pending or could not be judged counts both ways, and the sample is scored only
  when its outcome is the same either way.
* Silence is the candidate's own: every criterion is not met. A truncated answer is unscored, except that a critical violation
  already in the text counts.
* Every planned sample is counted exactly once: good, bad, or unscored with its reason.
* Red lines are outside every mean: the descriptive groups leave them out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction

from evalcenter import paths
from evalcenter.paths import Known
from evalcenter.records import (
    AnswerState,
    Criterion,
    Grade,
    Item,
    Mark,
    Outcome,
    Plan,
    Requirement,
    Score,
    Scores,
    Stream,
    Tally,
    Violation,
)


def possible(criteria: Iterable[Criterion]) -> int:
    """The points a perfect answer earns: the sum of the positive ones."""
    return sum(c.points for c in criteria if c.points > 0)


def earned(criteria: Iterable[Criterion], met: Iterable[bool]) -> int:
    """The signed sum of the points of met criteria."""
    return sum(c.points for c, is_met in zip(criteria, met, strict=True) if is_met)


def grade(item: Item, position: int, state: AnswerState, marks: Sequence[Mark], by: str) -> Grade:
    """The grade of one sample from its marks, given in the order of the item's criteria."""
    outcome, why = _outcome(item, state, marks)
    return Grade(
        position=position,
        by=by,
        marks=tuple(marks),
        earned=earned(item.criteria, (mark.state == "met" for mark in marks)),
        possible=possible(item.criteria),
        outcome=outcome,
        violation=_violation(item, state, marks),
        why=why,
    )


def _outcome(item: Item, state: AnswerState, marks: Sequence[Mark]) -> tuple[Outcome, str]:
    if state == "truncated":
        return ("fail", "") if _violation(item, state, marks) != "none" else ("unscored", "truncated")
    if _passes(item, marks, generous=False):
        return "pass", ""
    if not _passes(item, marks, generous=True):
        return "fail", ""
    return "unscored", "pending" if any(mark.state == "pending" for mark in marks) else "unjudged"


def _passes(item: Item, marks: Sequence[Mark], *, generous: bool) -> bool:
    """Whether the item passes when every open mark falls the candidate's way (`generous`) or against it."""
    met = paths.met_by(item, marks, generous=generous)
    if any(criterion.critical and not is_met for criterion, is_met in zip(item.criteria, met, strict=True)):
        return False
    most = possible(item.criteria)
    if most == 0:  # nothing can be earned, so nothing can be said; files with such an item are refused when read
        return generous
    return Fraction(max(0, earned(item.criteria, met)), most) >= Fraction(item.pass_line)


def _violation(item: Item, state: AnswerState, marks: Sequence[Mark]) -> Violation:
    failed = [
        mark
        for criterion, mark in zip(item.criteria, marks, strict=True)
        if criterion.critical and mark.state == "not_met" and (state != "truncated" or mark.settled)
    ]
    if not failed:
        return "none"
    return "confirmed" if any(mark.confirmed for mark in failed) else "unconfirmed"


# -- counting ---------------------------------------------------------------------------------------------------------


def tally(plan: Plan, known: Known) -> Scores:
    """All counts of a run, of what is known; the rest is missing."""
    grades, failed = known.grades, known.failed

    def group(name: str, key: str, positions: Iterable[int]) -> Score:
        return _score(plan, name, key, list(positions), grades, failed)

    asked = [plan.items[index] for index in plan.order]
    due = _due(plan, known)
    counted = [position for position in sorted(due) if not asked[position].red_line]
    keys: dict[str, Callable[[Item], Sequence[str]]] = {
        "all": lambda _: ("all",),
        "dimension": lambda item: (item.dimension,),
        "lang": lambda item: (item.lang,),
        "expects": lambda item: (item.expects,),
        "risk": lambda item: item.risks,
        "tag": lambda item: item.tags,
        "family": lambda item: (item.family,) if item.family else (),
    }
    groups = tuple(
        group(name, value, (p for p in counted if value in keys_of(asked[p])))
        for name, keys_of in keys.items()
        for value in sorted({value for p in counted for value in keys_of(asked[p])})
    )
    return Scores(
        tallies=tuple(_tally(plan, requirement, known) for requirement in plan.standard.requirements),
        groups=groups,
        answered=sum(position in grades for position in due),
        planned=len(due),
    )


def _due(plan: Plan, known: Known) -> set[int]:
    """The positions that count: all of the census and of fixed samples, and of sequential ones those that were asked."""
    fixed = {
        position
        for requirement, stream in zip(plan.standard.requirements, plan.streams, strict=True)
        if requirement.rule != "evidence"
        for position in stream.positions
    }
    asked = known.grades.keys() | known.failed.keys()
    return fixed | set(range(plan.census)) | {position for position in asked if 0 <= position < len(plan.order)}


def _tally(plan: Plan, requirement: Requirement, known: Known) -> Tally:
    stream = next(s for s in plan.streams if s.requirement == requirement.id)
    if requirement.rule == "evidence":
        return _walked(plan, requirement, stream, known)
    counts: Counter[str] = Counter()
    unscored: Counter[str] = Counter()
    items: set[int] = set()
    violations: Counter[str] = Counter()
    for position in stream.positions:
        outcome, why = _outcome_at(plan, requirement, known, position)
        counts[outcome] += 1
        if outcome == "unscored":
            unscored[why] += 1
        else:
            items.add(plan.order[position])
        if position in known.grades:
            violations[paths.violation_of(requirement, known.grades[position])] += 1
    return Tally(
        requirement=requirement.id,
        planned=len(stream.positions),
        items=len(items),
        good=counts["pass"],
        bad=counts["fail"],
        unscored=dict(sorted(unscored.items())),
        unconfirmed=violations["unconfirmed"],
        confirmed=violations["confirmed"],
        bank=stream.bank,
        covers=stream.covers,
    )


def _walked(plan: Plan, requirement: Requirement, stream: Stream, known: Known) -> Tally:
    """The counts of a sequential requirement: units, as far as its path goes."""
    path = paths.walk(plan, requirement, stream, known)
    unscored: Counter[str] = Counter()
    items: set[int] = set()
    for positions, letter in zip(
        paths.units(stream), path.outcomes, strict=False
    ):  # the path may end before the stream
        if letter == "u":
            reasons = (_outcome_at(plan, requirement, known, position)[1] for position in positions)
            unscored[next((why for why in reasons if why), "unjudged")] += 1
        else:
            items.update(plan.order[position] for position in positions if position in known.grades)
    return Tally(
        requirement=requirement.id,
        planned=len(path.outcomes),
        items=len(items),
        good=path.outcomes.count("p"),
        bad=path.outcomes.count("f"),
        unscored=dict(sorted(unscored.items())),
        unconfirmed=0,
        confirmed=0,
        bank=stream.bank,
        covers=stream.covers,
        path=path,
    )


def _outcome_at(plan: Plan, requirement: Requirement, known: Known, position: int) -> tuple[Outcome, str]:
    """How the sample at `position` counts, and why where it is unscored."""
    if position not in known.grades:
        return "unscored", known.failed.get(position, "missing")
    return paths.outcome_of(requirement, plan.items[plan.order[position]], known.grades[position])


def _score(
    plan: Plan, name: str, key: str, positions: Sequence[int], grades: Mapping[int, Grade], failed: Mapping[int, str]
) -> Score:
    unscored: Counter[str] = Counter()
    counts: Counter[str] = Counter()
    for position in positions:
        held = grades.get(position)
        counts[held.outcome if held else "unscored"] += 1
        if held is None or held.outcome == "unscored":
            unscored[held.why if held else failed.get(position, "missing")] += 1
    return Score(
        group=name,
        key=key,
        planned=len(positions),
        items=len({plan.order[position] for position in positions}),
        good=counts["pass"],
        bad=counts["fail"],
        unscored=dict(sorted(unscored.items())),
    )
