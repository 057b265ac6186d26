"""Tests of the CSV importer."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evalcenter.errors import EncodingError, InputError
from evalcenter.hooks import BadRow, Importer, Row
from evalcenter.importers import csv


def rows(folder, content, **params):
    """The rows of `content` written to a file."""
    (folder / "d.csv").write_bytes(content if isinstance(content, bytes) else content.encode())
    return list(csv.plugin.rows(csv.Params(path="d.csv", **params), folder))


def test_it_is_an_importer():
    """The plugin has every part of the importer interface."""
    assert isinstance(csv.plugin, Importer)


def test_cells_stay_text(tmp_path):
    """Numbers, dates and words for missing values stay the text that was written."""
    assert rows(tmp_path, "a,b,c\n007,nan,1.50\n") == [Row(number=1, fields={"a": "007", "b": "nan", "c": "1.50"})]


def test_line_breaks_and_quotes_inside_cells(tmp_path):
    """A quoted cell may hold commas, quotation marks and line ends; numbers count rows, not lines."""
    found = rows(tmp_path, 'a,b\r\n"x,\r\n""y""",1\r\nz,2\r\n')
    assert [(row.number, row.fields["a"]) for row in found] == [(1, 'x,\r\n"y"'), (2, "z")]


@pytest.mark.parametrize(("line", "count"), [("1,2,3", 3), ("1", 1)])
def test_ragged_rows_are_reported_with_their_line(tmp_path, line, count):
    """A row with too many or too few cells is a bad row that names its line; the rows around it are read."""
    found = rows(tmp_path, f'a,b\n"x\ny",1\n{line}\n3,4\n')
    assert found[1] == BadRow(number=2, reason=f"line 4: {count} cells; the heading has 2")
    assert found[2] == Row(number=3, fields={"a": "3", "b": "4"})


def test_a_nul_character_is_reported(tmp_path):
    """A cell with a NUL character is a bad row that names its line."""
    assert rows(tmp_path, b"a,b\nx\0,1\n")[0] == BadRow(number=1, reason="line 2: a cell holds a NUL character")


@pytest.mark.parametrize("content", ['a,b\n"x"y,1\n', 'a,b\n"never closed,1\n2,3\n'])
def test_broken_quoting_stops_the_import(tmp_path, content):
    """Behind a stray quotation mark no row is trusted."""
    with pytest.raises(InputError, match=r"d\.csv:2: not readable as CSV"):
        rows(tmp_path, content)


def test_a_huge_cell_stops_the_import(tmp_path):
    """A cell above the reader's limit stops the import with its line."""
    with pytest.raises(InputError, match=r"d\.csv:2.*field larger"):
        rows(tmp_path, "a,b\n" + "x" * 200_000 + ",1\n")


def test_duplicate_column_names_are_refused(tmp_path):
    """Two columns of one name can't be told apart."""
    with pytest.raises(InputError, match=r"\['a'\] occurs? twice|'a'"):
        rows(tmp_path, "a,b,a\n1,2,3\n")


@pytest.mark.parametrize("content", ["", "\n1,2\n", " , \n1,2\n"])
def test_a_file_without_column_names_is_refused(tmp_path, content):
    """An empty first line names no columns."""
    with pytest.raises(InputError, match="no column names"):
        rows(tmp_path, content)


def test_an_unnamed_column_gets_its_position(tmp_path):
    """A column with an empty name is called by its position."""
    assert rows(tmp_path, ",b\n1,2\n")[0].fields == {"column_1": "1", "b": "2"}


def test_columns_can_be_given(tmp_path):
    """A file without a heading is read with the names given."""
    assert rows(tmp_path, "1\t2\n", delimiter="\t", columns=("x", "y"))[0].fields == {"x": "1", "y": "2"}


@pytest.mark.parametrize("delimiter", ["", ";;", '"', "\n"])
def test_an_unfit_delimiter_is_refused(tmp_path, delimiter):
    """A delimiter is one character that quoting does not use."""
    with pytest.raises(InputError, match="delimiter"):
        rows(tmp_path, "a;b\n", delimiter=delimiter)


def test_blank_lines_are_passed_over(tmp_path):
    """An empty line is no row."""
    assert [row.fields["a"] for row in rows(tmp_path, "a,b\n1,2\n\n3,4\n")] == ["1", "3"]


def test_gb18030_needs_no_name(tmp_path):
    """A Chinese file in GB18030 is read without naming the encoding."""
    assert rows(tmp_path, "问题,答案\n发热怎么办,多喝水\n".encode("gb18030"))[0].fields["问题"] == "发热怎么办"


def test_undecodable_bytes_stop_the_import(tmp_path):
    """No row of a file in an unknown encoding is read."""
    with pytest.raises(EncodingError, match="byte 4"):
        rows(tmp_path, b"a,b\n\xff\xff,1\n")


CELL = st.text(st.characters(codec="utf-8", exclude_characters="\0", exclude_categories=("Cs",)), max_size=12)


@given(st.lists(st.tuples(CELL, CELL), min_size=1, max_size=5))
@settings(max_examples=60, deadline=None)
def test_what_is_written_is_read(tmp_path_factory, cells):
    """Any cells written with quotation marks come back unchanged."""
    content = "a,b\n" + "".join(",".join('"' + c.replace('"', '""') + '"' for c in pair) + "\n" for pair in cells)
    found = rows(tmp_path_factory.mktemp("csv"), content)
    assert [(row.fields["a"], row.fields["b"]) for row in found] == cells
