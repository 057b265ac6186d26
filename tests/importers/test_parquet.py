"""Tests of the Parquet importer and of plain values."""

import datetime as dt
from decimal import Decimal

import pyarrow as pa
import pytest
from pyarrow import parquet as pq

from evalcenter.errors import InputError
from evalcenter.hooks import BadRow, Importer, Row
from evalcenter.importers import parquet, values


def rows(folder, table, **params):
    """The rows of a table written to a file."""
    pq.write_table(table, folder / "d.parquet")
    return list(parquet.plugin.rows(parquet.Params(path="d.parquet", **params), folder))


def test_it_is_an_importer():
    """The plugin has every part of the importer interface."""
    assert isinstance(parquet.plugin, Importer)


def test_values_become_plain(tmp_path):
    """Floats become decimals, missing values None, lists and structs stay nested."""
    table = pa.table(
        {"a": [1.1, float("nan")], "b": [["x", "y"], None], "c": [{"k": 1}, {"k": None}], "d": ["是", "否"]}
    )
    assert rows(tmp_path, table) == [
        Row(number=1, fields={"a": Decimal("1.1"), "b": ["x", "y"], "c": {"k": 1}, "d": "是"}),
        Row(number=2, fields={"a": None, "b": None, "c": {"k": None}, "d": "否"}),
    ]


def test_bytes_are_a_bad_row(tmp_path):
    """A value that is no text, number or list is reported."""
    assert isinstance(rows(tmp_path, pa.table({"a": [b"x"]}))[0], BadRow)


def test_columns_can_be_chosen(tmp_path):
    """Only the named columns are read, and a missing one is an error."""
    table = pa.table({"a": [1], "b": [2]})
    assert rows(tmp_path, table, columns=("b",))[0].fields == {"b": 2}
    with pytest.raises(InputError, match="'c'"):
        rows(tmp_path, table, columns=("c",))


def test_two_columns_of_one_name_are_refused(tmp_path):
    """Two columns of one name can't be told apart."""
    with pytest.raises(InputError, match="share one name"):
        rows(tmp_path, pa.Table.from_arrays([pa.array([1]), pa.array([2])], names=["a", "a"]))


def test_another_file_is_refused(tmp_path):
    """A file that is not Parquet is refused."""
    (tmp_path / "d.parquet").write_bytes(b"PAR1 not really")
    with pytest.raises(InputError, match="not readable as Parquet"):
        list(parquet.plugin.rows(parquet.Params(path="d.parquet"), tmp_path))


@pytest.mark.parametrize(
    ("value", "made"),
    [
        (float("inf"), None),
        (Decimal("NaN"), None),
        (0.1, Decimal("0.1")),
        (dt.date(2026, 3, 4), "2026-03-04"),
        ((1, "x"), [1, "x"]),
        ({1: 2.5}, {"1": Decimal("2.5")}),
        (pa.scalar("x").as_py(), "x"),
        (True, True),
    ],
)
def test_plain_values(value, made):
    """Every value has one plain form without floats."""
    assert values.plain(value) == made


def test_arrays_become_lists():
    """An array of a numeric library becomes a list."""
    import numpy as np

    assert values.plain(np.array([1, 2])) == [1, 2]


def test_unknown_objects_are_refused():
    """An object without a plain form is refused."""
    with pytest.raises(ValueError, match="object"):
        values.plain(object())
