"""A certificate holds on the days of its term, and as its register says of this very document at this moment."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalcenter import standing
from evalcenter.errors import CertificateNotValid, StatusStale
from tests.centre import Told

DAYS = st.dates(date(2020, 1, 1), date(2090, 12, 31)).map(str)
TIMES = st.times().map(lambda time: time.strftime("T%H:%M:%SZ"))
STATES = ("suspended", "revoked", "expired", "superseded")


def refuses(error: type[Exception], rule: Any, *given: Any) -> bool:
    try:
        rule(*given)
    except error:
        return True
    return False


def told(**changes: Any) -> Told:
    return Told(**{"certificate": "C-1", "document": "sha256:1", **changes})


@given(DAYS, DAYS, DAYS, TIMES)
def test_it_holds_on_the_days_of_its_term_and_no_other(first: str, last: str, day: str, time: str) -> None:
    """From the first second of its first day to the last of its last."""
    assert refuses(CertificateNotValid, standing.dated, first, last, day + time) is not (first <= day <= last)


@given(st.sampled_from(STATES), DAYS, DAYS, TIMES)
def test_a_bad_status_counts_from_its_moment_on(status: str, since: str, day: str, time: str) -> None:
    """Asked about a time before, a register that answers for any moment lets it hold; from that second on it does not."""
    held = told(status=status, since=since + "T12:00:00Z", issued="", next_update="")
    assert refuses(CertificateNotValid, standing.holds, held, "C-1", "sha256:1", day + time) is (
        held.since <= day + time
    )


@given(DAYS, TIMES)
def test_a_list_past_its_time_counts_for_nothing(day: str, time: str) -> None:
    """Whatever it says, also that a certificate is valid."""
    held = told(next_update="2050-06-01T00:00:00Z")
    assert refuses(StatusStale, standing.holds, held, "C-1", "sha256:1", day + time) is (day + time > held.next_update)


@pytest.mark.parametrize("status", ["valid", *STATES, "unknown"])
@pytest.mark.parametrize(("certificate", "document"), [("C-2", "sha256:1"), ("C-1", "sha256:2")])
def test_it_is_about_one_document(status: str, certificate: str, document: str) -> None:
    """What is said of another document, or under another id, lets nothing hold."""
    held = told(status=status, since="2099-01-01T00:00:00Z")
    assert refuses(CertificateNotValid, standing.holds, held, certificate, document, "2026-01-01T00:00:00Z")
