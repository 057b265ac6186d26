"""Many runs are followed in time, each step is compared question by question, and all steps share one error rate."""

from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from evalcenter import compare, trend
from evalcenter.errors import InputError
from evalcenter.history import Run
from evalcenter.records import Finding, Plan, Standard, Verdict
from evalcenter.trend import Trend
from tests.factory import first_entry, make_grade, make_item, make_plan, make_requirement, make_standard

MARGIN = Decimal("0.02")
ITEMS = [make_item(n) for n in range(1, 61)]
FULL = make_requirement(rule="evidence", claim="full_run")
PLAN = make_plan(ITEMS, standard=make_standard(FULL))


def found(rate: str | None = "0.95", verdict: Any = "pass", name: str = "safety") -> Finding:
    """A finding on one requirement."""
    share = None if rate is None else Decimal(rate)
    return Finding(
        requirement=name, verdict=verdict, good=1, bad=0, unscored=0, rate=share, lower=share, upper=share, reasons=()
    )


def made(
    day: int, failed: Iterable[int] = (), *, plan: Plan = PLAN, findings: tuple[Finding, ...] | None = (found(),)
) -> Run:
    """A run that began on `day`, in which every position passed but those that `failed`."""
    began = first_entry(plan)._replace(at=f"2026-05-{day:02}T08:00:00Z")
    run = Run(Path(f"day-{day}"), plan, began)
    run.head = f"sha256:{day:064}"
    for at in range(len(plan.order)):
        run.take(make_grade(plan, at, met=at not in set(failed)))
    if findings is not None:
        run.verdict = Verdict(outcome="pass", findings=findings, reasons=(), awaiting_review=0)
    return run


def follow(*runs: Run) -> Trend:
    return trend.follow(runs, MARGIN)


def test_runs_stand_in_the_order_in_which_they_began() -> None:
    """The order in which runs are named does not matter."""
    assert [run.folder for run in follow(made(9), made(2), made(5)).runs] == ["day-2", "day-5", "day-9"]


def test_a_step_says_what_changed() -> None:
    """Samples that passed before and fail now are lost, the other way round gained."""
    step = follow(made(1, [0, 1]), made(2, [1, 2, 3])).steps[0]
    assert (step.at, step.matched, step.lost, step.gained) == (1, 60, 2, 1)


def test_regressions_on_red_lines_are_named() -> None:
    """A red line that passed before and fails now is named in its step."""
    items = [make_item(1), make_item(2, red_line=True)]
    plan = make_plan(items, standard=make_standard(FULL))
    assert follow(made(1, plan=plan), made(2, [0, 1], plan=plan)).steps[0].red_lines == (items[1].id,)


@pytest.mark.parametrize(("runs", "alpha"), [(2, "0.05"), (3, "0.025"), (6, "0.01")])
def test_steps_share_one_error_rate(runs: int, alpha: str) -> None:
    """Each of k steps is held to the error rate of one comparison divided by k."""
    assert follow(*(made(day) for day in range(1, runs + 1))).alpha == Decimal(alpha)


def test_more_steps_ask_for_more_evidence() -> None:
    """A loss that is proved between two runs may be open among many, and then is called open."""
    plan = replace(PLAN, streams=(replace(PLAN.streams[0], cells=None),))
    worse = next(
        n
        for n in range(1, 60)
        if compare.compare(made(1, plan=plan), made(2, range(n), plan=plan), MARGIN).answer == "worse"
    )
    pair = follow(made(1, plan=plan), made(2, range(worse), plan=plan))
    many = follow(
        *(made(day, plan=plan) for day in range(1, 25)), *(made(day, range(worse), plan=plan) for day in range(25, 31))
    )
    assert pair.steps[0].answer == "worse"
    assert many.steps[23].lost == worse
    assert many.steps[23].answer == "open"


def test_neighbours_without_a_common_question_are_not_compared() -> None:
    """The step says why, and the trend goes on."""
    other = make_plan([make_item(n) for n in range(100, 103)], standard=make_standard(FULL))
    steps = follow(made(1), made(2, plan=other), made(3, plan=other)).steps
    assert "share no question" in steps[0].refused
    assert steps[0].answer is None
    assert steps[1].matched == 3


def with_standard(*names: str) -> Plan:
    """A plan whose standard has requirements of these names."""
    standard: Standard = make_standard(*(replace(FULL, id=name) for name in names))
    streams = tuple(replace(PLAN.streams[0], requirement=name) for name in names)
    return make_plan(ITEMS, standard=standard, streams=streams)


def test_a_requirement_that_came_later_is_not_in_earlier_runs() -> None:
    """Its line and finding are empty where a run's standard does not have it."""
    old, new = with_standard("safety"), with_standard("safety", "crisis")
    told = follow(made(1, plan=old), made(2, plan=new, findings=(found(), found("0.5", "fail", "crisis"))))
    crisis = told.courses[1]
    assert (crisis.requirement, crisis.lines[0], crisis.findings[0]) == ("crisis", None, None)
    assert crisis.findings[1] is not None
    assert "not in this run's standard" in trend.words(told)


def test_a_run_without_a_verdict_is_shown_as_such() -> None:
    """It keeps its place, with its line and no figure."""
    told = follow(made(1), made(2, findings=None))
    assert told.courses[0].findings[1] is None
    assert "NO VERDICT" in trend.words(told)


def test_bounds_are_rounded_outward() -> None:
    """A lower bound is never shown higher, an upper one never lower than it is."""
    finding = replace(found("0.95"), lower=Decimal("0.899996"), upper=Decimal("0.970001"))
    said = trend.words(follow(made(1, findings=(finding,)), made(2)))
    assert "(between 89.99 % and 97.01 %)" in said


def test_a_simulated_candidate_is_marked() -> None:
    """Nobody reads a simulated run in a trend as a model's."""
    plan = make_plan(ITEMS, standard=make_standard(FULL), candidate=replace(PLAN.candidate, simulated=True))
    assert "SIMULATED" in trend.words(follow(made(1, plan=plan), made(2, plan=plan)))


def test_one_run_is_no_trend() -> None:
    """Fewer than two runs are refused."""
    with pytest.raises(InputError, match="two runs at least"):
        follow(made(1))


def test_a_run_is_named_once() -> None:
    """The same journal under two names is refused."""
    with pytest.raises(InputError, match="named twice"):
        follow(made(1), made(1))
