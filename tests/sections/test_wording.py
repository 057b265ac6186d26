"""Numbers and words of the report."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evalcenter import candidates
from evalcenter.records import Lang, Risk, Scope, Text
from evalcenter.sections import wording
from tests.factory import make_facts, make_plan

NB = "\u00a0"


@pytest.mark.parametrize(
    ("share", "shown"), [("0.9", "90"), ("0.95", "95"), ("0.995", "99.5"), ("1", "100"), ("0", "0"), ("0.05", "5")]
)
def test_figure(share: str, shown: str) -> None:
    """A standard's figure is printed as it is, without an exponent."""
    assert wording.figure(Decimal(share)) == f"{shown}{NB}%"


@pytest.mark.parametrize(
    ("share", "down", "up"),
    [
        ("0.899996", "89.99", "90.00"),
        ("0.999999", "99.99", "100.00"),
        ("0.5", "50.00", "50.00"),
        ("0.000001", "0.00", "0.01"),
    ],
)
def test_outward(share: str, down: str, up: str) -> None:
    """A lower bound is rounded down and an upper bound up."""
    assert wording.floored(Decimal(share)) == f"{down}{NB}%"
    assert wording.ceiled(Decimal(share)) == f"{up}{NB}%"


def test_nothing() -> None:
    """Where there is nothing to divide by there is a dash, never a zero."""
    assert wording.floored(None) == wording.ceiled(None) == wording.ratio(0, 0) == "–"


@given(st.integers(0, 5000), st.integers(1, 5000))
@settings(deadline=None, max_examples=200)
def test_ratio_never_flatters(good: int, more: int) -> None:
    """A share is shown as 100 % only when all were good."""
    assert wording.ratio(good, good + more) != f"100.00{NB}%"


@pytest.mark.parametrize(
    ("time", "shown"),
    [
        ("2026-03-02T01:05:09Z", "2026-03-02 01:05 UTC"),
        ("2026-03-02T01:05:09.123456+00:00", "2026-03-02 01:05 UTC"),
        ("2026-03-02T01:05+08:00", "2026-03-02T01:05+08:00"),
        ("", ""),
        ("yesterday", "yesterday"),
    ],
)
def test_when(time: str, shown: str) -> None:
    """A UTC time is shortened; any other form is printed as it is, never read as UTC."""
    assert wording.when(time) == shown


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_clip(lang: str) -> None:
    """What is cut off is counted."""
    assert wording.clip("x" * 10, 10, lang) == "x" * 10  # type: ignore[arg-type]
    assert "1,990" in wording.clip("x" * 2000, 10, lang)  # type: ignore[arg-type]


@pytest.mark.parametrize(("lang", "mark"), [("zh", "未核实"), ("en", "unverified")])
def test_unverified(lang: str, mark: str) -> None:
    """A clause whose source was not opened carries the word; a verified one doesn't."""
    assert mark in wording.clause("9.3", "unverified", lang)  # type: ignore[arg-type]
    assert wording.clause("9.3", "verified", lang) == "9.3"  # type: ignore[arg-type]


def test_risk() -> None:
    """A risk is named by its title and id, marked when unverified, and by its id when no taxonomy lists it."""
    facts = make_facts(make_plan(risks=(Risk(id="a:1", title=Text(zh="甲", en="A"), status="unverified"),)))
    assert wording.risk(facts, "a:1", "en") == "A (a:1) (unverified)"
    assert wording.risk(facts, "b:2", "zh") == "b:2"


def test_dimension() -> None:
    """A dimension that no suite declares is named by its id."""
    assert wording.dimension(make_facts(), "safety", "en") == "Medication safety"
    assert wording.dimension(make_facts(), "other", "en") == "other"


@pytest.mark.parametrize(
    ("scope", "shown"),
    [
        (Scope(), "all items"),
        (Scope(dimensions=("safety",), langs=("zh",)), "Medication safety, Chinese"),
        (Scope(any_risk=("bank:A.1",), any_tag=("child",)), "Wrong dose (bank:A.1), child"),
        (Scope(expects="refuse", red_line=False), "refusal is due, not red-line"),
        (Scope(red_line=True), "red-line items"),
    ],
)
def test_scope(scope: Scope, shown: str) -> None:
    """Every limit of a scope is named."""
    assert wording.scope(make_facts(), scope, "en") == shown


def test_unscored_reasons() -> None:
    """Known reasons have words; an unknown kind of failure is printed as it is, shortened."""
    assert wording.reasons({"truncated": 2, "http_502": 1}, "en") == "the answer was cut short 2, http_502 1"
    assert wording.reasons({}, "zh") == "–"
    assert len(wording.unscored("x" * 1000, "en")) < 120


@pytest.mark.parametrize(
    ("state", "zh", "en"),
    [
        ("pass", "通过", "PASS"),
        ("fail", "不通过", "FAIL"),
        ("inconclusive", "未定", "INCONCLUSIVE"),
        ("conditional", "有条件通过", "CONDITIONAL"),
    ],
)
def test_verdicts(state: str, zh: str, en: str) -> None:
    """The four verdicts have these words."""
    assert wording.VERDICTS[state] == Text(zh=zh, en=en)  # type: ignore[index]


@pytest.mark.parametrize(
    ("evidence", "up", "shown"),
    [
        ("17.38", False, "17.3 : 1"),
        ("20", True, "20 : 1"),
        ("33.33333333333333333333333333", True, "33.4 : 1"),
        ("120.0000000000000000000000001", True, "120 : 1"),
        ("0.5", False, "0.5 : 1"),
        ("0.001", False, "< 0.01 : 1"),
        ("0", False, "< 0.01 : 1"),
        ("12345.6", False, "12,300 : 1"),
        ("1E+12", False, "∞"),
    ],
)
def test_odds(evidence: str, up: bool, shown: str) -> None:
    """Evidence is rounded down, what is needed up, and certainty is infinite."""
    assert wording.odds(Decimal(evidence), up=up).replace("\u00a0", " ") == shown


@pytest.mark.parametrize(
    ("lang", "shown"),
    [
        ("zh", "62 道红线题未评分（没有记录 60, 限流 2）。"),
        ("en", "62 are unscored (nothing is recorded 60, rate limit 2)."),
    ],
)
def test_a_reason_names_no_code(lang: Lang, shown: str) -> None:
    """Why samples are unscored is said in words inside a finding's reason too, in both languages."""
    said = Text(zh="62 道红线题未评分（missing 60, rate_limit 2）。", en="62 are unscored (missing 60, rate_limit 2).")
    assert wording.reason(said, lang) == shown


def test_every_failure_has_words() -> None:
    """Each kind of failed call that the adapters report, and each state of an unscored answer, has words of its own."""
    sources = [p.read_text(encoding="utf-8") for p in Path(candidates.__file__).parent.glob("*.py")]
    kinds = {kind for text in sources for kind in re.findall(r'CallFailed\(\s*"([a-z_]+)"', text)}
    assert len(kinds) > 8
    assert kinds <= set(wording.UNSCORED)


@pytest.mark.parametrize(
    ("held", "shown"),
    [
        ("1 confirmed violations in 62 red-line items.", "1 confirmed violation in 62 red-line items."),
        (
            "1 violations are not confirmed by a person: they bar PASS and prove no FAIL.",
            "1 violation is not confirmed by a person: it bars PASS and proves no FAIL.",
        ),
        (
            "Only 1 distinct items were scored; at least 20 are needed.",
            "Only 1 distinct item was scored; at least 20 are needed.",
        ),
        ("1 red-line items are unscored (missing 1).", "1 red-line item is unscored (nothing is recorded 1)."),
        ("After 1 units the next one waits.", "After 1 unit the next one waits."),
        ("After 21 units and 1,001 units, 0.1 units.", "After 21 units and 1,001 units, 0.1 units."),
        (
            "2 violations are not confirmed by a person: they bar",
            "2 violations are not confirmed by a person: they bar",
        ),
    ],
)
def test_one_is_no_plural(held: str, shown: str) -> None:
    """A reason that counts one of something speaks of one; the verdict keeps its words, since it is recomputed to the letter."""
    assert wording.reason(Text(zh="", en=held), "en") == shown
