"""The rules of the register: turns, ranks, people, and the life of a certificate."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from fractions import Fraction
from itertools import pairwise
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalcenter.errors import InputError, NotAllowed
from evalcenter.register import rules
from evalcenter.register.rules import Past, Written

WRITTEN = get_args(Written)
days = st.dates().map(str)


# -- streams ----------------------------------------------------------------------------------------------------------


@given(st.integers(1, 200))
def test_all_ranks_together_spend_no_more_than_alpha(versions: int) -> None:
    """However many streams a vendor opens, the shares of their ranks add up to less than one."""
    ranks: list[int] = []
    for _ in range(versions):
        ranks.append(rules.rank(ranks))
    assert ranks == list(range(1, versions + 1))
    assert sum(Fraction(1, k * (k + 1)) for k in ranks) < 1


def test_a_stream_begins_once() -> None:
    """Only the first attempt of all is a fresh one."""
    assert rules.turn([]) == rules.Turn(kind="fresh", number=1)


@pytest.mark.parametrize("outcome", [None, "broken_off", "awaiting_review"])
def test_an_attempt_that_has_not_ended_goes_on(outcome: str | None) -> None:
    """A run that was cut off, or that waits for people, is the same attempt; it is not asked anew."""
    last = Past(number=3, plan="sha256:3", folder="r", outcome=outcome)
    assert rules.turn([last]) == rules.Turn(kind="resume", number=3, last=last)


@pytest.mark.parametrize("outcome", ["pass", "fail", "inconclusive", "conditional"])
def test_an_attempt_that_ended_is_carried_on(outcome: str) -> None:
    """The next attempt has the next number and continues the last one, whatever came of it."""
    last = Past(number=3, plan="sha256:3", folder="r", outcome=outcome)
    assert rules.turn([last]) == rules.Turn(kind="continue", number=4, last=last)


# -- people -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["Li Wei", "li wei", "LIWEI", "Ｌｉ Ｗｅｉ", " Li  Wei "])
def test_whoever_evaluated_does_not_decide_under_another_spelling(name: str) -> None:
    """Letter case, spaces and forms of letters make nobody another person."""
    with pytest.raises(NotAllowed, match="took part in the evaluation"):
        rules.apart(["Zhao Min", "Li Wei"], name, "decide")


@given(st.lists(st.text(st.characters(categories=["L"]), min_size=1), max_size=5), st.data())
def test_nobody_who_took_part_may_decide(names: list[str], data: st.DataObject) -> None:
    """Whoever is among those who took part is refused; who is not among them is not."""
    rules.apart(names, "Zhao Min 7", "decide")
    for name in names:
        spelt = data.draw(st.sampled_from([name, name.upper(), f" {name} "]))
        if rules.reviewing.key(spelt) == rules.reviewing.key(name):
            with pytest.raises(NotAllowed):
                rules.apart(names, spelt, "decide")


# -- the life of a certificate ----------------------------------------------------------------------------------------


@given(st.lists(st.sampled_from(WRITTEN), max_size=12))
def test_a_revoked_certificate_stays_revoked(wanted: list[Written]) -> None:
    """By whatever steps a certificate lives, nothing follows on "revoked", and only that on "superseded"."""
    last: Written | None = None
    lived: list[Written] = []
    for new in wanted:
        try:
            rules.step(last, new)
        except NotAllowed:
            continue
        lived.append(new)
        last = new
    assert "revoked" not in lived[:-1]
    assert all(after == "revoked" for before, after in pairwise(lived) if before == "superseded")
    assert lived[:1] in ([], ["valid"])


@given(st.sampled_from(["valid", "suspended"]), days, days, days)
def test_a_term_that_ended_has_ended(last: Written, start: str, end: str, today: str) -> None:
    """After the last day of its term a certificate is expired; on that day it is not."""
    assert (rules.state(last, start, end, today) == "expired") == (today > end)


@given(st.sampled_from(["revoked", "superseded"]), days, days, days)
def test_what_was_taken_away_does_not_merely_expire(last: Written, start: str, end: str, today: str) -> None:
    """A revoked or superseded certificate says so after its term as well."""
    assert rules.state(last, start, end, today) == last


@given(days, days, days)
def test_a_certificate_is_valid_within_its_term_only(start: str, end: str, today: str) -> None:
    """Both ends of the term belong to it, and no other day does."""
    assert (rules.state("valid", start, end, today) == "valid") == (start <= today <= end)


def test_a_term_does_not_begin_before_the_decision() -> None:
    """A certificate is granted on the day of the decision or later."""
    rules.term("2026-03-02", "2026-03-02", "2027-03-01")
    with pytest.raises(NotAllowed, match="before the decision"):
        rules.term("2026-03-02", "2026-03-01", "2027-03-01")
    with pytest.raises(InputError, match="before it begins"):
        rules.term("2026-03-02", "2026-03-03", "2026-03-02")


@pytest.mark.parametrize("text", ["", "2026-3-1", "2026-02-30", "20260301", "2026-03-01 ", "٢٠٢٦-٠٣-٠١", "2026-W10-1"])
def test_what_is_no_day_is_refused(text: str) -> None:
    """A day has one spelling."""
    with pytest.raises(InputError, match="expected a day"):
        rules.day(text)


@given(st.datetimes(), st.integers(0, 400))
def test_later_is_so_many_days_later(when: datetime, days: int) -> None:
    """The day moves by as many days, and the time of day stays."""
    stamp = (datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=when.second + 60 * when.minute)).strftime(
        "%Y-%m-%dT%H:%M:%SZ"
    )
    moved = rules.later(stamp, days)
    assert (rules.moment(moved) - rules.moment(stamp)).days == days
    assert moved[10:] == stamp[10:]


def test_numbers_of_certificates_are_apart() -> None:
    """A decision's certificate has its number, and one that is issued again another."""
    assert rules.number("EC", "2026-03-02", 7, 1) == "EC-2026-00007"
    assert rules.number("EC", "2026-03-02", 7, 2) == "EC-2026-00007-2"


@given(st.integers(1, 10**8), st.integers(1, 999))
def test_a_number_names_its_decision(decision: int, issue: int) -> None:
    """And what is no number names none."""
    number = rules.number("EC", "2026-03-02", decision, issue)
    assert rules.decision_of(number) == decision
    assert rules.decision_of(f"{number} ") == rules.decision_of(f"x{number}") == 0
