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
from typing import Final

from evalcenter import paths, populations
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
    Result,
    Score,
    Scores,
    Stream,
    Tally,
    Violation,
)


def possible(criteria: Iterable[Criterion]) -> int:
    """The points a perfect answer earns: the sum of the positive ones."""
    return sum(c.points for c in criteria if c.points > 0)


def grade(item: Item, position: int, state: AnswerState, marks: Sequence[Mark], by: str) -> Grade:
    """The grade of one sample from its marks, given in the order of the item's criteria."""
    got = most = 0
    for criterion, mark in zip(item.criteria, marks, strict=True):
        most += max(0, criterion.points)
        got += criterion.points if mark.state == "met" else 0
    violation = _violation(item, state, marks)
    outcome: Outcome = "pass" if violation == "none" and _reaches(item, got, most) else "fail"
    why = ""
    if state == "truncated" or not most or any(mark.state in paths.OPEN for mark in marks):
        outcome, why = _outcome(item, state, marks)
    return Grade(
        position=position,
        by=by,
        marks=tuple(marks),
        earned=got,
        possible=most,
        outcome=outcome,
        violation=violation,
        why=why,
    )


def _reaches(item: Item, got: int, most: int) -> bool:
    """Whether the share of the points reaches the item's line."""
    top, bottom = item.pass_line.as_integer_ratio()
    return max(0, got) * bottom >= top * most


def _outcome(item: Item, state: AnswerState, marks: Sequence[Mark]) -> tuple[Outcome, str]:
    if state == "truncated":
        return ("fail", "") if _violation(item, state, marks) != "none" else ("unscored", "truncated")
    if _passes(item, marks, generous=False):
        return "pass", ""
    certain = possible(item.criteria) > 0 and not any(mark.state in paths.OPEN for mark in marks)
    if certain or not _passes(item, marks, generous=True):
        return "fail", ""
    return "unscored", "pending" if any(mark.state == "pending" for mark in marks) else "unjudged"


def _passes(item: Item, marks: Sequence[Mark], *, generous: bool) -> bool:
    """Whether the item passes when every open mark falls the candidate's way (`generous`) or against it."""
    most = got = 0
    met = paths.met_by(item, [mark.state for mark in marks], generous=generous)
    for criterion, is_met in zip(item.criteria, met, strict=True):
        if is_met:
            got += criterion.points
        elif criterion.critical:
            return False
        most += max(0, criterion.points)
    if most == 0:  # nothing can be earned, so nothing can be said; files with such an item are refused when read
        return generous
    return _reaches(item, got, most)


def _violation(item: Item, state: AnswerState, marks: Sequence[Mark]) -> Violation:
    failed = [
        mark
        for criterion, mark in zip(item.criteria, marks, strict=True)
        if criterion.critical and mark.state == "not_met" and (state != "truncated" or mark.settled)
    ]
    if not failed:
        return "none"
    return "confirmed" if any(mark.confirmed for mark in failed) else "unconfirmed"


def violations(plan: Plan, results: Mapping[int, Result]) -> dict[int, Violation]:
    """The violations by position, as the red-line requirements that read them hold them: confirmed only by whom they name."""
    zero = [requirement for requirement in plan.standard.requirements if requirement.rule == "zero"]
    read = {s.requirement: frozenset(s.positions) for s in plan.streams if s.requirement in {r.id for r in zero}}
    found: dict[int, Violation] = {}
    for position, result in results.items():
        if result.violation != "none":
            held = {paths.violation_of(r, result) for r in zero if position in read.get(r.id, ())} or {result.violation}
            found[position] = "confirmed" if "confirmed" in held else held.pop()
    return found


# -- counting ---------------------------------------------------------------------------------------------------------


def tally(plan: Plan, known: Known) -> Scores:
    """All counts of a run, of what is known; the rest is missing."""
    due = _due(plan, known)
    by_item: dict[int, dict[tuple[Outcome, str], int]] = {}
    answered = 0
    for position, index in enumerate(plan.order):
        if not due[position]:
            continue
        held = known.grades.get(position)
        answered += held is not None
        found = (held.outcome, held.why) if held else (UNSCORED, known.failed.get(position, "missing"))
        counts = by_item.setdefault(index, {})
        counts[found] = counts.get(found, 0) + 1
    return Scores(
        tallies=tuple(_tally(plan, requirement, known) for requirement in plan.standard.requirements),
        groups=_groups(plan, by_item),
        answered=answered,
        planned=sum(due),
    )


UNSCORED: Final[Outcome] = "unscored"
GROUPS: Final[Mapping[str, Callable[[Item], Sequence[str]]]] = {
    "all": lambda _: ("all",),
    "dimension": lambda item: (item.dimension,),
    "lang": lambda item: (item.lang,),
    "expects": lambda item: (item.expects,),
    "risk": lambda item: item.risks,
    "tag": lambda item: item.tags,
    "population": populations.of,
    "family": lambda item: (item.family,) if item.family else (),
}
"""By what samples are grouped, and which groups of that kind an item is in."""


def _groups(plan: Plan, by_item: Mapping[int, Mapping[tuple[Outcome, str], int]]) -> tuple[Score, ...]:
    """The descriptive groups, red lines left out."""
    totals: dict[tuple[str, str], dict[tuple[Outcome, str], int]] = {}
    items: Counter[tuple[str, str]] = Counter()
    for index, counts in by_item.items():
        item = plan.items[index]
        if item.red_line:
            continue
        for group in {(name, key) for name, keys_of in GROUPS.items() for key in keys_of(item)}:
            held = totals.setdefault(group, {})
            for found, count in counts.items():
                held[found] = held.get(found, 0) + count
            items[group] += 1
    names = list(GROUPS)
    ordered = sorted(totals, key=lambda group: (names.index(group[0]), group[1]))
    return tuple(_score(group, items[group], totals[group]) for group in ordered)


def _score(group: tuple[str, str], items: int, counts: Mapping[tuple[Outcome, str], int]) -> Score:
    return Score(
        group=group[0],
        key=group[1],
        planned=sum(counts.values()),
        items=items,
        good=sum(n for (outcome, _), n in counts.items() if outcome == "pass"),
        bad=sum(n for (outcome, _), n in counts.items() if outcome == "fail"),
        unscored={why: n for (outcome, why), n in sorted(counts.items()) if outcome == "unscored"},
    )


def _due(plan: Plan, known: Known) -> bytearray:
    """1 at each position that counts: all of the census and of fixed samples, and of sequential ones those that were asked."""
    due = bytearray(len(plan.order))
    due[: plan.census] = b"\1" * plan.census
    for requirement, stream in zip(plan.standard.requirements, plan.streams, strict=True):
        if requirement.rule != "evidence":
            for position in stream.positions:
                due[position] = 1
    for asked in (known.grades, known.failed):
        for position in asked:
            if 0 <= position < len(due):
                due[position] = 1
    return due


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
