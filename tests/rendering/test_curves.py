"""The operating characteristic is drawn once for each way to decide, with words as words and the same bytes every time."""

from decimal import Decimal
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from evalcenter import power, prospects
from evalcenter.prospects import Case
from evalcenter.rendering import curves
from tests.factory import make_requirement, make_standard

POINT = make_requirement(id="point", rule="point", sample=40, min_bank=90)
SAME = make_requirement(id="same", rule="point", sample=40, min_bank=90)
BOUND = make_requirement(id="bound", rule="bound", sample=40)
FULL = make_requirement(id="full", rule="evidence", claim="full_run", min_bank=60, floor=Decimal("0.8"))
CAPPED = make_requirement(id="capped", rule="evidence", cap=50, line=Decimal("0.99"))
OPEN = make_requirement(id="open", rule="bound")


def drawn(*requirements: Any) -> str:
    return curves.draw(prospects.cases(make_standard(*requirements)))


def words(svg: str) -> list[str]:
    return [element.text or "" for element in ET.fromstring(svg).iter() if element.tag.endswith("}text")]


def test_alike_requirements_share_a_panel() -> None:
    """Two point rules alike, one bound, two of evidence, and one whose length is unknown: four panels."""
    found = curves.panels(prospects.cases(make_standard(POINT, SAME, BOUND, FULL, CAPPED, OPEN)))
    assert [sorted({case.requirement.id for case in panel}) for panel in found] == [
        ["point", "same"],
        ["bound"],
        ["full"],
        ["capped"],
    ]


def test_when_enough_distinct_items_are_read_makes_no_panel() -> None:
    """Requirements that differ only in the draw that brings enough distinct items look alike, and share a panel."""
    cases = [Case(requirement=make_requirement(rule="evidence"), n=50, bank=None, least=least) for least in (5, 6, 51)]
    assert [len(panel) for panel in curves.panels(cases)] == [2, 1]


def test_words_stay_words() -> None:
    """Titles, names and the legend are text in the figure."""
    said = words(drawn(POINT, SAME, BOUND, FULL, CAPPED))
    for word in (
        "point rule: at least 90 % of 40",
        "point, same",
        "PASS, bank of 90",
        "FAIL, very large bank",
        "exact bound of 40: at least 90 %",
        "evidence: at least 90 %, full run of 60",
        "evidence: at least 99 %, at most 50",
    ):
        assert word in said


def test_the_same_bytes_every_time() -> None:
    """Drawing again changes nothing, and no date or tool's name is inside."""
    one = drawn(BOUND, FULL, CAPPED)
    assert one == drawn(BOUND, FULL, CAPPED)
    assert "dc:date" not in one
    assert "Matplotlib" not in one


def test_names_are_never_mathematics() -> None:
    """A hostile id is text; a long list of ids ends in an ellipsis."""
    said = words(drawn(make_requirement(id="$x^2$<b>&", rule="point", sample=30)))
    assert "$x^2$<b>&" in said
    many = [make_requirement(id=f"requirement-{n}", rule="point", sample=30) for n in range(9)]
    assert any(word.endswith("…") for word in words(drawn(*many)))


@pytest.mark.parametrize("bank", [None, 60, 1000])
def test_rates_are_such_as_the_bank_can_have(bank: int | None) -> None:
    """The curve runs upwards from below the line to above it, at most 1, at whole numbers of the bank's cells."""
    case = Case(requirement=make_requirement(rule="evidence"), n=50, bank=bank)
    held = curves.rates(case)
    assert held == sorted(held)
    assert held[0] < Decimal("0.9") < held[-1] <= 1
    assert len(held) <= 2 * curves.POINTS
    if bank:
        assert all(abs(one.true - one.rate) < Decimal("0.000001") for one in power.odds(case, held))


def test_nothing_to_draw_is_an_error() -> None:
    """Without a requirement whose chances can be computed there is no figure."""
    with pytest.raises(ValueError, match="no requirement"):
        drawn(OPEN)
