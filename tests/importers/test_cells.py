"""Tests of cells and templates."""

import contextlib
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evalcenter.errors import InputError
from evalcenter.importers import cells
from evalcenter.importers.cells import Absent, Cells, Refused

ROW = Cells(
    7, {"Row Number": 12, "a.b": "dot", "q": " x\r\ny ", "list": ["p", "q"], "none": None, "n": "nan", "d": {"k": 1}}
)


@pytest.mark.parametrize(
    ("template", "filled"),
    [
        ("id-{row}", "id-7"),
        ("{Row Number}", "12"),
        ("{a.b}!", "dot!"),
        ("{q}", "x\ny"),
        ("{list}", "p\n\nq"),
        ("{{q}} {q}", "{q} x\ny"),
        ("  plain ", "plain"),
        ("", ""),
    ],
)
def test_a_template_takes_whole_columns(template, filled):
    """Between braces stands a column's exact name; doubled braces are braces."""
    assert ROW.fill(template) == filled


@pytest.mark.parametrize("template", ["{", "}", "a {q", "q} b", "{}", "{q}}"])
def test_single_braces_are_refused(template):
    """A brace that opens or closes nothing is an error of the mapping."""
    with pytest.raises(InputError, match="single brace"):
        list(cells.parts(template))


@pytest.mark.parametrize(
    "template", ["{q.__class__}", "{q[0]}", "{q!r}", "{q:>99999999}", "{0}", "{list[0]}", "{q.upper}"]
)
def test_attributes_indexes_and_formats_are_only_names(template):
    """What reaches into a value in other template languages is here the name of a column that is missing."""
    with pytest.raises(Absent):
        ROW.fill(template)


def test_a_cell_is_never_read_as_a_template():
    """Braces in a cell stay as they are."""
    assert Cells(1, {"q": "{row} {{x}}"}).fill("{q}") == "{row} {{x}}"


def test_a_column_called_row_wins():
    """The row's number stands for {row} only where the source has no such column."""
    assert Cells(7, {"row": "r1"}).fill("{row}") == "r1"


@pytest.mark.parametrize(
    ("column", "words"), [("none", "empty cell"), ("n", "empty cell"), ("d", "not text"), ("zz", "missing column")]
)
def test_a_missing_value_refuses_the_row(column, words):
    """An absent column, an empty cell, a word for missing, and a nested value refuse the row."""
    with pytest.raises(Refused, match=words):
        ROW.text(column)


def test_words_for_missing_can_be_chosen():
    """Which words stand for missing is the mapping's decision."""
    assert Cells(1, {"a": "nan"}, missing=("-",)).text("a") == "nan"
    with pytest.raises(Refused):
        Cells(1, {"a": " - "}, missing=("-",)).text("a")


def test_more_columns():
    """Columns can be added but not replaced."""
    assert ROW.plus({"z": "1"}).text("z") == "1"
    with pytest.raises(InputError, match="'q'"):
        ROW.plus({"q": "1"})


@pytest.mark.parametrize(
    ("value", "text"), [(True, "true"), (False, "false"), (3, "3"), (Decimal("1.50"), "1.50"), ([1, "a"], "1\n\na")]
)
def test_values_as_text(value, text):
    """Plain values have one text."""
    assert cells.as_text(value, "c") == text


@pytest.mark.parametrize(
    ("value", "made"),
    [("1,234.5", "1234.5"), ("-0.5", "-0.5"), (7, "7"), ("1e3", "1E+3"), (".5", "0.5"), (Decimal("2.10"), "2.10")],
)
def test_numbers(value, made):
    """Numbers keep their digits."""
    assert cells.number(value, "c") == Decimal(made)


@pytest.mark.parametrize(
    "value", ["12,5", "1 000", "abc", "('3 weeks', '4 days')", "12 mg", True, "1e999", "٣", "1234,567", "9" * 40]
)
def test_what_is_no_number_is_refused(value):
    """A number with another comma, a unit, or words around it is refused."""
    with pytest.raises(Refused, match="not a number"):
        cells.number(value, "c")


@given(st.text(max_size=40))
@settings(max_examples=100, deadline=None)
def test_any_template_is_filled_or_refused(template):
    """No template raises anything but the two refusals."""
    with contextlib.suppress(InputError, Refused):
        assert isinstance(ROW.fill(template), str)
