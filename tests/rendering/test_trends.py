"""A trend is drawn with one panel a requirement, the same bytes each time."""

import xml.etree.ElementTree as ET
from dataclasses import replace
from decimal import Decimal

import pytest

from evalcenter.records import Finding
from evalcenter.rendering import trends
from evalcenter.trend import Course, Trend


def finding(rate: str | None, verdict: str = "pass") -> Finding:
    share = None if rate is None else Decimal(rate)
    return Finding(
        requirement="r",
        verdict=verdict,
        good=1,
        bad=0,
        unscored=0,
        rate=share,
        lower=share,
        upper=share,
        reasons=(),  # type: ignore[arg-type]
    )


def course(name: str, *rates: str | None) -> Course:
    found = tuple(None if rate is None else finding(rate) for rate in rates)
    return Course(requirement=name, lines=(Decimal("0.9"),) * len(rates), findings=found)


def made(*courses: Course) -> Trend:
    return Trend(
        schema="evalcenter/trend/1", margin=Decimal("0.02"), alpha=Decimal("0.05"), runs=(), steps=(), courses=courses
    )


def words(svg: str) -> list[str]:
    return ["".join(node.itertext()) for node in ET.fromstring(svg).iter("{http://www.w3.org/2000/svg}text")]


def test_every_requirement_has_its_panel() -> None:
    """Each requirement with a figure is named in the drawing; one without is left out."""
    told = words(trends.draw(made(course("emergency", "0.9", "0.8"), course("crisis", "0.5"), course("silent", None))))
    assert {"emergency", "crisis"} <= set(told)
    assert "silent" not in told


def test_the_same_trend_gives_the_same_bytes() -> None:
    """No date and no random identifier gets into the drawing."""
    told = made(course("emergency", "0.9", None, "0.8"))
    assert trends.draw(told) == trends.draw(told)


def test_all_panels_share_one_scale_that_holds_everything() -> None:
    """The scale begins below the lowest figure and line of any panel."""
    told = words(trends.draw(made(course("a", "0.95"), course("b", "0.62"))))
    assert told.count("60 %") == told.count("100 %") == 2


def test_names_are_hostile() -> None:
    """A requirement's name is neither markup nor mathematics, and its hidden characters are shown."""
    told = words(trends.draw(made(course("<b>$x^2$\u202e", "0.9"))))
    assert any(word.startswith("<b>$x^2$") and "\u202e" not in word for word in told)


def test_a_trend_without_a_figure_is_not_drawn() -> None:
    """Where no run was decided there is nothing to draw."""
    with pytest.raises(ValueError, match="no requirement has a figure"):
        trends.draw(made(course("a", None)))


def test_verdicts_differ_in_shape() -> None:
    """PASS, FAIL, INCONCLUSIVE and CONDITIONAL have different markers or faces, so that grey print tells them apart."""
    assert len({(marker, face) for marker, face, _ in trends.MARKS.values()}) == 4


def test_a_changed_verdict_changes_the_drawing() -> None:
    """The mark of a run is that of its verdict."""
    one = course("a", "0.9")
    other = replace(one, findings=(finding("0.9", "fail"),))
    assert trends.draw(made(one)) != trends.draw(made(other))
