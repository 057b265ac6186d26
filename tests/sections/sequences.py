"""Facts of a run whose sequential requirements read what a test writes down: p passed, f failed, u unscored, w waits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from evalcenter import scoring, standards
from evalcenter.blocks import Facts
from evalcenter.paths import Known
from evalcenter.records import Calibration, Grade, Mark, Plan, Requirement, Standard, Stream, Text
from tests.factory import make_facts, make_grade, make_item, make_plan, make_requirement, make_standard, results


def sequential(**changes: Any) -> Requirement:
    """A requirement by evidence, at 90 % of at most 60 units."""
    return make_requirement(**{"rule": "evidence", "cap": 60, **changes})


def read(outcomes: str | Mapping[str, str], *requirements: Requirement, units: int = 60, **changes: Any) -> Facts:
    """Facts in which each requirement has a stream of `units` items of its own and reads `outcomes`, from the start."""
    asked = requirements or (sequential(),)
    standard = make_standard(*asked)
    plan = _plan(standard, units, changes)
    grades: dict[int, Grade] = {}
    failures: dict[int, str] = {}
    for at, requirement in enumerate(asked):
        letters = outcomes if isinstance(outcomes, str) else outcomes[requirement.id]
        for unit, letter in enumerate(letters):
            position = at * units + unit
            if letter == "u":
                failures[position] = "timeout"
            else:
                grades[position] = (
                    _waiting(plan, position) if letter == "w" else make_grade(plan, position, met=letter == "p")
                )
    scores = scoring.tally(plan, Known(grades=results(grades), judged={}, failed=failures))
    verdict = standards.decide(standard, scores, plan.version_rank)
    return make_facts(plan, grades, failures=failures, scores=scores, verdict=verdict)


def _waiting(plan: Plan, position: int) -> Grade:
    item = plan.items[plan.order[position]]
    marks = [Mark(criterion=c.id, state="pending", reason=Text(zh="待判", en="waits")) for c in item.criteria]
    return scoring.grade(item, position, "complete", marks, "graders")


def _plan(standard: Standard, units: int, changes: dict[str, Any]) -> Plan:
    total = units * len(standard.requirements)
    plan = make_plan([make_item(number) for number in range(1, total + 1)], standard=standard, **changes)
    streams = tuple(
        Stream(
            requirement=r.id,
            positions=tuple(range(at * units, (at + 1) * units)),
            bank=units,
            cells=units if r.claim == "full_run" else None,
            coins="1" * units if r.grading == "audited" else "",
        )
        for at, r in enumerate(standard.requirements)
    )
    return replace(plan, streams=streams)


def calibrated(caught: int = 80, shown: int = 80, requirement: str = "safety") -> tuple[Calibration, ...]:
    """A judge that caught so many of so many known-bad answers."""
    return (Calibration(requirement=requirement, shown=shown, caught=caught, source="a file"),)
