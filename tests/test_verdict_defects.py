"""Defects of the sequential verdict that were found by trying to break it: each stays mended."""

import csv
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from evalcenter import (
    attempts,
    boundary,
    history,
    paths,
    plan,
    readings,
    review,
    scoring,
    sequential,
    specs,
    standards,
    walk,
)
from evalcenter.errors import PlanMismatch, SuiteError
from evalcenter.paths import Known
from evalcenter.records import Calibration, Coverage, Criterion, Mark, Mix, Text
from tests.doubles import Scripted, plugins
from tests.factory import make_item, make_plan, make_standard, results
from tests.test_paths import AUDITED, DIRECT, known, setting
from tests.test_plan import RED, SEQUENTIAL, SPEC, attempt, suite
from tests.test_sequential import CALIBRATED, FLOOR, FULL, HELD, LINE, find, path, words
from tests.test_specs import STANDARD, standard, with_fields
from tests.test_walk import means


def audited_pass() -> Any:
    held = replace(AUDITED, audit_rate=Decimal("0.5"), min_items=86)
    plan_ = setting(held, 86, coins="10" * 43)
    said = "".join("p" if at % 2 == 0 else "…" for at in range(86))
    return held, plan_, known(plan_, said, "p" * 86)


def test_an_audited_pass_is_not_barred_by_its_unread_answers() -> None:
    """An audited requirement that steering decided as PASS is a PASS in the verdict."""
    held, plan_, known_ = audited_pass()
    found = paths.walk(plan_, held, plan_.streams[0], known_)
    assert sequential.decision(held, found, 1).grade == "pass"
    assert standards.decide(plan_.standard, scoring.tally(plan_, known_)).outcome == "pass"


def test_nobody_is_awaited_after_an_audited_pass() -> None:
    """Answers that the plan sends to nobody are not awaited."""
    _, plan_, known_ = audited_pass()
    assert standards.decide(plan_.standard, scoring.tally(plan_, known_)).awaiting_review == 0


def test_a_waiting_path_is_awaited() -> None:
    """A direct path that stands still for a person is counted as awaiting review."""
    plan_ = setting(DIRECT, 3)
    verdict = standards.decide(plan_.standard, scoring.tally(plan_, known(plan_, "pp…")))
    assert verdict.findings[0].waiting
    assert verdict.awaiting_review > 0


def test_open_points_are_not_for_the_candidate() -> None:
    """+1 met, -1 pending, pass line 0: the share is between 0 and 1, not surely 1."""
    item = make_item(
        criteria=tuple(Criterion(id=n, text="c", check={"mentions": {}}, points=p) for n, p in (("a", 1), ("b", -1))),
        pass_line=Decimal(0),
    )
    held = replace(DIRECT, measure="points")
    plan_ = make_plan([item], standard=make_standard(held), census=0)
    marks = [Mark(criterion=n, state=s, reason=Text(zh="x", en="x")) for n, s in (("a", "met"), ("b", "pending"))]
    grade = scoring.grade(item, 0, "complete", marks, "graders")
    found = paths.walk(plan_, held, plan_.streams[0], Known(grades=results({0: grade}), judged={}, failed={}))
    assert found.standing == "waiting" or found.worst == (Decimal(0),)


def test_open_points_are_not_against_the_candidate() -> None:
    """+1 not met, +1 unjudged, pass line 1 (a sure fail): the share may be 1/2, so FAIL may not count it as 0."""
    item = make_item(criteria=tuple(Criterion(id=n, text="c", check={"mentions": {}}) for n in "ab"))
    held = replace(DIRECT, measure="points")
    plan_ = make_plan([item], standard=make_standard(held), census=0)
    marks = [Mark(criterion=n, state=s, reason=Text(zh="x", en="x")) for n, s in (("a", "not_met"), ("b", "unjudged"))]
    grade = scoring.grade(item, 0, "complete", marks, "graders")
    found = paths.walk(plan_, held, plan_.streams[0], Known(grades=results({0: grade}), judged={}, failed={}))
    assert found.best[0] >= Decimal("0.5")


def test_a_full_run_pass_has_its_bound_at_the_line() -> None:
    """A full run exactly on its line passes, with a lower bound not below it."""
    found = find(FULL, path("p" * 8 + "ff", cells=10, standing="ended"))
    assert found.verdict == "pass"
    assert found.lower >= FULL.line


def test_a_calibrated_judge_with_a_floor_does_not_deny_the_line() -> None:
    """When the line itself was reached, the words do not say that it was not."""
    found = find(replace(CALIBRATED, floor=Decimal("0.8")), path("p" * 300, calibration=HELD))
    assert found.lower >= CALIBRATED.line
    assert "not the line" not in words(found)


@pytest.mark.parametrize("standing", ["missing", "waiting"])
def test_a_stream_with_samples_is_not_called_empty(standing: Any) -> None:
    """A requirement whose first answer is not in yet is not said to have no sample."""
    assert "No sample belongs" not in words(find(LINE, path("", standing=standing)))


@pytest.mark.parametrize(("held", "said", "changes"), [(FLOOR, "ppppppf" * 10, {}), (LINE, "p" * 60, {"ready": 0})])
def test_an_interval_that_misses_the_line_is_not_said_to_hold_it(held: Any, said: Any, changes: Any) -> None:
    """The words at a spent cap are true of the bounds."""
    found = find(held, path(said, standing="ended", **changes))
    assert found.verdict == "inconclusive"
    assert ("holds the line" in words(found)) == (found.lower <= held.line <= found.upper)


def test_evidence_of_six_digits_is_written_exactly() -> None:
    """After three failures the evidence for 90 % is exactly 0.225625 (= 36100/160000), whatever the last bit of exp and log."""
    assert find(LINE, path("fff")).for_pass == Decimal("0.225625")


def test_half_filled_marks_are_asked_again(tmp_path: Path) -> None:
    """An answer of which a person marked one criterion and left one open stays in the queue."""
    item = make_item(1, criteria=tuple(Criterion(id=n, text=n, check={"says": {"word": "…"}}) for n in "ab"))
    made = plan.expand(
        [(suite([item]), "sha256:0")], make_standard(replace(DIRECT, cap=1)), SPEC, "s", plugins(), boundary.convert
    )
    walk.start(made, tmp_path / "run", means(Scripted()))
    assert len(readings.queue(history.load(tmp_path / "run"))) == 2
    review.give(tmp_path / "run", tmp_path / "q.csv")
    rows = list(csv.reader((tmp_path / "q.csv").read_text(encoding="utf-8-sig").splitlines()))
    rows[1][2] = "met"
    with (tmp_path / "q.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(rows)
    review.take(tmp_path / "run", tmp_path / "q.csv", "me")
    assert list(readings.queue(history.load(tmp_path / "run"))) == [(0, "b")]


def test_another_attempt_keeps_its_calibration() -> None:
    """A judge's calibration is fixed by the first attempt: choosing a better one later spends its alpha/2 again."""
    old = (Calibration(requirement="all", shown=60, caught=50, source="s"),)
    new = (Calibration(requirement="all", shown=600, caught=599, source="t"),)
    with pytest.raises(PlanMismatch):
        attempts.carrying(replace(attempt(10), calibrations=new), replace(attempt(), calibrations=old), "sha256:1")


@pytest.mark.parametrize(
    "fields",
    [
        ("line: 0.99999999999999999999",),
        ("grading: audited", "audit_rate: 0.000000000000000000001"),
        ("claim: domain", "unit: set"),
        ("claim: expected", "epochs: 3"),
        ("claim: domain", "epochs: 3"),
        ("cap: 10", "min_items: 40"),
    ],
)
def test_what_is_ignored_or_cannot_be_decided_is_refused(tmp_path: Path, fields: Any) -> None:
    """A field that would be ignored, and a number that breaks the arithmetic later, is refused when the standard is read."""
    with pytest.raises(SuiteError):
        specs.load_standard(standard(tmp_path, with_fields(*fields)))


@pytest.mark.parametrize("field", ["cap: 10", "claim: full_run", "epochs: 3"])
def test_fixed_rules_ignore_nothing(tmp_path: Path, field: Any) -> None:
    """A fixed rule with a cap, a claim or epochs is refused, as with grading, mix and unit."""
    with pytest.raises(SuiteError):
        specs.load_standard(standard(tmp_path, with_fields(field, text=STANDARD)))


def test_the_bank_of_a_mix_is_what_it_draws_from() -> None:
    """Items that a mix never draws neither fill the bank nor cover a risk."""
    held = replace(
        SEQUENTIAL,
        mix=Mix(by="lang", parts={"zh": 1}),
        coverage=(Coverage(risks=("bank:A.1",), min_items=1, clause="c"),),
    )
    items = [make_item(1, criteria=RED_CRITERIA, risks=()), make_item(2, criteria=RED_CRITERIA, lang="en")]
    made = plan.expand([(suite(items), "sha256:0")], make_standard(held), SPEC, "s", plugins(), boundary.convert)
    assert (made.streams[0].bank, dict(made.streams[0].covers)) == (1, {"bank:A.1": 0})


RED_CRITERIA = (Criterion(id="c", text="c", check={"says": {"word": "yes"}}),)


def test_an_unscored_member_is_no_scored_item() -> None:
    """In a set that failed, a member whose call failed does not count towards the minimum of scored items."""
    held = replace(DIRECT, unit="set", min_items=2)
    plan_ = setting(held, 2, widths=(2,))
    assert paths.walk(plan_, held, plan_.streams[0], known(plan_, "fx")).ready == 0


@pytest.mark.parametrize("line", ["0.85", "0.9"])
def test_a_decision_waits_for_its_share_of_unscored(line: Any) -> None:
    """Two lost calls in a flawless sequence of 500 do not end it inconclusive: the PASS comes once they are below the cap."""
    held = replace(LINE, line=Decimal(line), unscored_cap=Decimal("0.02"))
    found = find(held, path("uu" + "p" * 498, standing="ended"))
    assert found.verdict == "pass"


def test_another_number_of_streams_is_a_mismatch() -> None:
    """Plans with another number of requirements are refused as such."""
    with pytest.raises(PlanMismatch):
        attempts.places(attempt(), attempt(10, RED, SEQUENTIAL, replace(SEQUENTIAL, id="more")))


def test_a_floor_proved_once_and_no_longer_is_no_conditional() -> None:
    """CONDITIONAL needs the floor to stand when it is decided, so that its lower bound lies there."""
    found = find(FLOOR, path(("p" * 10 + "f") * 10, standing="ended"))
    assert found.verdict == "conditional"
    assert found.lower >= FLOOR.floor
