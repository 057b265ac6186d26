"""The chart of a path: the same bytes for the same trace, words as words, a scale that holds whatever the evidence is."""

from __future__ import annotations

import xml.etree.ElementTree as ET  # the text parsed here is our own drawing
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest

from evalcenter.blocks import Curve, Trace
from evalcenter.rendering import path_chart

WIDTHS = pytest.mark.parametrize("width", [path_chart.WIDE, path_chart.NARROW], ids=lambda w: w.name)


def curve(**changes: Any) -> Curve:
    given = {"label": "不低于 90 %", "values": ("1", "3", "25"), "needed": "20", "mark": "通过", "tone": "pass"}
    return Curve(**{**given, **changes})


def trace(*curves: Curve, **changes: Any) -> Trace:
    given = {
        "units": (0, 1, 2),
        "curves": curves or (curve(), curve(label="低于 90 %", values=("1", "0.1", "0"), mark="不通过", tone="fail")),
        "at": 0,
        "verdict": "pass",
        "said": "通过：读到 2 个单元",
        "axis": "单元",
        "caption": "",
    }
    return Trace(**{**given, **changes})


def words(svg: str) -> list[str]:
    found = ET.fromstring(svg).iter("{http://www.w3.org/2000/svg}text")
    return ["".join(node.itertext()).strip().replace("\u00a0", " ") for node in found]


@WIDTHS
def test_deterministic(width: path_chart.Width) -> None:
    """Drawing twice gives the same bytes, without a date."""
    once = path_chart.draw(trace(), width)
    assert once == path_chart.draw(trace(), width)
    assert "<dc:date>" not in once


@WIDTHS
def test_words_stay_words(width: path_chart.Width) -> None:
    """The decision, the claims, the axis and what is needed are text in the drawing."""
    found = words(path_chart.draw(trace(), width))
    for said in ("通过：读到 2 个单元", "不低于 90 %", "低于 90 %", "单元", "1 : 1", "10 : 1", "1 : 100"):
        assert said in found


def test_equal_marks_share_a_line() -> None:
    """Where both claims need the same evidence one line says so; otherwise each has its own."""
    assert "通过 / 不通过 20 : 1" in words(path_chart.draw(trace(), path_chart.WIDE))
    apart = trace(curve(), curve(mark="不通过", needed="33.33333"))
    found = words(path_chart.draw(apart, path_chart.WIDE))
    assert {"通过 20 : 1", "不通过 33.4 : 1"} <= set(found)


def test_colours_are_variables() -> None:
    """No colour of the drawing is fixed, so that dark mode and print choose."""
    drawn = [
        path_chart.draw(trace(verdict=verdict), path_chart.WIDE)
        for verdict in ("pass", "fail", "inconclusive", "conditional")
    ]
    for svg, name in zip(drawn, ("pass", "fail", "inconclusive", "conditional"), strict=True):
        assert f"var(--{name})" in svg
        assert "#0" not in svg.replace("url(#", "").replace('href="#', "")


@pytest.mark.parametrize("text", ["$\\frac{", "</svg><script>alert(1)</script>", "a\nb", "x" * 5000, "长" * 5000])
@WIDTHS
def test_hostile_words(text: str, width: path_chart.Width) -> None:
    """Words are text whatever they hold, on one line that fits."""
    hostile = trace(curve(label=text, mark=text), said=text, axis=text)
    svg = path_chart.draw(hostile, width)
    assert "<script" not in svg
    assert all("\n" not in line and len(line) <= width.letters for line in words(svg))


@pytest.mark.parametrize("values", [("1", "0", "0"), ("1", "1E+12", "1E+12"), ("1", "1E-300", "1E+12"), ("1",)])
def test_any_evidence(values: tuple[str, ...]) -> None:
    """Nothing at all, certainty, and a path without a unit are drawn inside the picture."""
    units = tuple(range(len(values)))
    svg = path_chart.draw(trace(curve(values=values), units=units), path_chart.NARROW)
    _, _, width, height = (float(x) for x in ET.fromstring(svg).attrib["viewBox"].split())
    lines = [node.attrib["d"].split() for node in ET.fromstring(svg).iter("{http://www.w3.org/2000/svg}path")]
    drawn = [d for d in lines if set(d[::3]) <= {"M", "L"} and len(d) > 6]
    points = [(float(x), float(y)) for d in drawn for x, y in zip(d[1::3], d[2::3], strict=True)]
    assert all(-8 <= x <= width + 8 and -8 <= y <= height + 8 for x, y in points)


def test_range() -> None:
    """The scale goes from a hundredth at most to above everything needed, and no more than three powers of ten above."""
    low, high = path_chart._range(trace(curve(values=("1", "1E-9", "1E+12"))))
    assert low == -2 - path_chart.BELOW
    assert high == pytest.approx(1.30103 + path_chart.ABOVE + 0.4)
    low, high = path_chart._range(trace(curve(values=("1", "1", "2"))))
    assert low == -1 - path_chart.BELOW
    assert high == pytest.approx(1.30103 + 0.4)


@pytest.mark.parametrize("high", [1.7, 3.2, 6.0, 9.5])
def test_ticks(high: float) -> None:
    """Ticks are evenly spaced powers of ten within the picture, and one to one is among them."""
    ticks = path_chart._ticks(-2.25, high)
    assert ticks[0.0] == "1 : 1"
    assert len({b - a for a, b in pairwise(ticks)}) == 1
    assert -2.25 <= min(ticks) <= max(ticks) <= high
    assert len(ticks) <= 9


def test_legend_wraps() -> None:
    """Claims that do not fit beside each other stand on rows of their own."""
    curves = tuple(curve(label="证据" * 8) for _ in range(4))
    assert [len(row) for row in path_chart._legend(trace(*curves), path_chart.NARROW)] == [1, 1, 1, 1]
    assert [len(row) for row in path_chart._legend(trace(*curves), path_chart.WIDE)] == [2, 2]


def test_long_path() -> None:
    """A long path stays small: what is drawn is what the trace holds."""
    units = tuple(range(0, 100_000, 250))
    long = trace(curve(values=tuple(str(1 + n % 7) for n in range(len(units)))), units=units)
    svg = path_chart.draw(long, path_chart.WIDE)
    assert len(svg) < 60_000
    assert "80,000" in words(svg)


def test_size_differs() -> None:
    """The narrow picture is narrower."""
    sizes = [
        float(ET.fromstring(path_chart.draw(trace(), width)).attrib["viewBox"].split()[2])
        for width in (path_chart.WIDE, path_chart.NARROW)
    ]
    assert sizes[0] > 2 * sizes[1]


def test_decision_is_marked_on_its_curve() -> None:
    """The mark stands on the curve that decided: another one gives another picture."""
    first = trace()
    assert path_chart.draw(first, path_chart.WIDE) != path_chart.draw(replace(first, at=1), path_chart.WIDE)
