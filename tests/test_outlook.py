"""How many more answers people would have to read is foreseen by the product's own decisions; on the line nothing is."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evalcenter import outlook, sequential
from evalcenter.paths import Known
from evalcenter.records import Qualified
from tests.factory import make_grade, make_plan, make_standard, results
from tests.panels import judged_item
from tests.test_sequential import AUDITED, CALIBRATED, HELD, LINE, lossy, path


def ahead(said: str, read: int, requirement=AUDITED, **changes):
    return outlook.labels_needed(requirement, lossy(said, **changes), read, 1)


def test_what_is_foreseen_is_what_then_decides() -> None:
    """After 40 flawless answers, of which people read 20, the units are those after which the product passes it."""
    found = ahead("p" * 40, 20)
    whole = sequential.decision(AUDITED, lossy("p" * (40 + found.units)), 1)
    assert (whole.grade, whole.units) == ("pass", 40 + found.units)
    assert sequential.decision(AUDITED, lossy("p" * (39 + found.units)), 1).grade == "undecided"
    assert (found.grade, found.labels) == ("pass", -(-found.units // 2))


@given(st.text("pfc", min_size=1, max_size=40), st.data())
@settings(max_examples=25, deadline=None)
def test_an_outlook_is_decided_when_answers_go_on_as_they_came(said: str, data: st.DataObject) -> None:
    """Where a number is given the repeated answers decide at just that unit; people read one at least, and no more than all."""
    read = data.draw(st.integers(0, len(said)))
    found = ahead(said, read)
    if found is not None:
        units = len(said) + found.units
        longer = lossy((said * (units // len(said) + 1))[:units])
        decided = sequential.decision(AUDITED, longer, 1)
        assert (decided.grade, decided.units) == (found.grade, units)
        assert 1 <= found.labels <= max(1, found.units)


def test_a_rate_on_the_line_has_no_outlook() -> None:
    """One failure in ten on a line of 90 %, all flagged: no number of such answers would settle it."""
    assert ahead(("p" * 9 + "f") * 10, 60) is None


def test_more_failures_need_more() -> None:
    """The nearer to the line, the more people would have to read."""
    needed = [ahead("p" * (60 - bad) + "f" * bad, 35).labels for bad in (0, 1, 2)]
    assert needed == sorted(set(needed))


def test_a_failing_candidate_is_foreseen_to_fail() -> None:
    """Half of the answers bad: the outlook is a FAIL."""
    assert ahead("pf" * 2, 3).grade == "fail"


def test_a_decided_requirement_needs_nothing() -> None:
    """What is decided, rests on no judge, or has read nothing yet has no outlook."""
    assert ahead("p" * 300, 150) is None
    assert ahead("f" * 30, 30) is None
    assert ahead("", 0) is None
    assert outlook.labels_needed(LINE, path("p" * 10), 0, 1) is None


def test_a_cap_is_left_out_of_sight() -> None:
    """A requirement that ended at its cap can be carried on, so the outlook looks beyond it."""
    assert ahead("p" * 40, 20, standing="ended") == ahead("p" * 40, 20)


def test_distinct_items_are_foreseen_to_come_as_soon_as_they_can() -> None:
    """Where too few distinct items were scored, nothing is decided before there can be enough."""
    wide = replace(AUDITED, min_items=150)
    assert ahead("p" * 60, 30, wide, ready=0).units == 90


def test_a_calibrated_judge_is_foreseen_conditionally() -> None:
    """Under a calibrated judge the outlook is CONDITIONAL; without its qualification there is none."""
    held = path("p" * 40, calibration=HELD)
    assert outlook.labels_needed(CALIBRATED, held, 4, 1).grade == "conditional"
    expired = Qualified(digest="sha256:1", made="2026-01-01", expires="2026-03-31", standing="expired")
    assert outlook.labels_needed(CALIBRATED, replace(held, qualified=expired), 4, 1) is None
    assert outlook.labels_needed(CALIBRATED, path("p" * 40), 4, 1) is None


def test_odd_counts_are_refused() -> None:
    """People can't have read more units than there are."""
    for read in (-1, 5):
        with pytest.raises(ValueError, match="expected 0 to 4 units"):
            ahead("pppp", read)


def test_what_people_read_is_counted_on_the_path() -> None:
    """Units on the path whose latest grade is a person's count; those beyond it do not."""
    held = replace(AUDITED, unscored_cap=Decimal(1))
    plan = make_plan([judged_item(n) for n in range(4)], standard=make_standard(held))
    by = ["machine", "person:a", "person:a", "person:a"]
    grades = {at: replace(make_grade(plan, at), by=who) for at, who in enumerate(by)}
    known = Known(grades=results(grades), judged={}, failed={})
    assert outlook.read_by_people(held, plan.streams[0], known, lossy("ppp")) == 2
    with pytest.raises(ValueError, match="rests on no judge"):
        outlook.read_by_people(LINE, plan.streams[0], known, lossy("ppp"))
