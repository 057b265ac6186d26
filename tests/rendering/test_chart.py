"""The chart: the same bytes for the same intervals, words as words, verdicts by shape and word."""

from __future__ import annotations

import xml.etree.ElementTree as ET  # the text parsed here is our own drawing
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalcenter.blocks import Interval
from evalcenter.rendering import chart


def interval(**changes: Any) -> Interval:
    given = {
        "label": "安全",
        "rate": "0.91",
        "lower": "0.88",
        "upper": "0.94",
        "line": "0.9",
        "verdict": "pass",
        "word": "通过",
    }
    return Interval(**{**given, **changes})


def words(svg: str) -> list[str]:
    return ["".join(node.itertext()).strip() for node in ET.fromstring(svg).iter("{http://www.w3.org/2000/svg}text")]


@pytest.mark.parametrize("width", [chart.WIDE, chart.NARROW], ids=lambda w: w.name)
def test_deterministic(width: chart.Width) -> None:
    """Drawing twice gives the same bytes, without a date."""
    once, twice = chart.draw([interval()], width), chart.draw([interval()], width)
    assert once == twice
    assert "<dc:date>" not in once


def test_words_stay_words() -> None:
    """Chinese labels, the verdict and the figures are text in the drawing."""
    found = words(chart.draw([interval(note="未核实")], chart.WIDE))
    assert "安全 (未核实)" in found
    assert "通过" in found
    assert "91.00 %  (88.00 % – 94.00 %)" in found


def test_colours_are_variables() -> None:
    """No colour of the drawing is fixed, so that dark mode and print choose."""
    svg = chart.draw([interval(verdict=v) for v in ("pass", "fail", "inconclusive", "conditional")], chart.WIDE)
    for name in ("ink", "muted", "pass", "fail", "inconclusive", "conditional"):
        assert f"var(--{name})" in svg
    assert "#0" not in svg.replace("url(#", "").replace('href="#', "")


def test_no_page_wide_style() -> None:
    """The drawing brings no style sheet and no prologue of its own into the page."""
    svg = chart.draw([interval()], chart.NARROW)
    assert svg.startswith("<svg ")
    assert "<style" not in svg
    assert "DOCTYPE" not in svg


@pytest.mark.parametrize(
    "label", ["$\\frac{", "</svg><script>alert(1)</script>", "a\nb", "&amp;", "x" * 5000, "长" * 5000]
)
def test_hostile_label(label: str) -> None:
    """A label is text whatever it holds, on one line."""
    svg = chart.draw([interval(label=label)], chart.NARROW)
    assert "<script" not in svg
    shown = words(svg)[-2:] + words(svg)[:8]
    assert all("\n" not in line and len(line) < 60 for line in shown)


def test_note_is_never_cut() -> None:
    """A long label is cut, its note is not: an unverified requirement always says so."""
    assert any(
        line.endswith("… (unverified)")
        for line in words(chart.draw([interval(label="x" * 500, note="unverified")], chart.NARROW))
    )


def test_without_figures() -> None:
    """A requirement without a sample is drawn with its line only, and a dash for its figures."""
    svg = chart.draw([interval(rate=None, lower=None, upper=None, verdict="inconclusive", word="未定")], chart.WIDE)
    assert {"未定", "–"} <= set(words(svg))


def test_a_long_label_takes_two_lines() -> None:
    """On a wide page a long label breaks between words; its note stays whole."""
    name = "Knowledge, plain words, robustness, labelling and more"
    found = words(chart.draw([interval(label=name, note="unverified")], chart.WIDE))
    assert "Knowledge, plain words, robustness," in found
    assert "labelling and more (unverified)" in found


@given(st.text(max_size=120), st.sampled_from(["", " (未核实)", " (unverified)"]))
def test_a_folded_label_keeps_its_beginning_and_its_note(label: str, note: str) -> None:
    """At most two lines, none wider than there is room for, the first from the label's beginning, the last ends with the note."""
    flat = " ".join(label.split())
    lines = chart.folded(label, note, 40)
    assert len(lines) <= 2
    assert all(chart.columns(line) <= 44 for line in lines)
    assert lines[-1].endswith(note)
    assert (flat + note).startswith(lines[0])


@pytest.mark.parametrize(
    ("lowest", "start"), [("0.95", 0.8), ("0.81", 0.7), ("0.79", 0.7), ("0.33", 0.3), ("0.25", 0.0), ("0", 0.0)]
)
def test_axis_start(lowest: str, start: float) -> None:
    """The axis starts at a round share below everything drawn."""
    assert chart._start([interval(lower=lowest)]) == pytest.approx(start)


@pytest.mark.parametrize("tenths", [0, 3, 4, 5, 6, 7, 8])
def test_ticks(tenths: int) -> None:
    """Ticks are evenly spaced, end at 100 % and start at the axis."""
    ticks = chart._ticks(tenths / 10)
    assert ticks[-1] == 1
    assert ticks[0] == pytest.approx(tenths / 10)
    assert len(ticks) <= 8
