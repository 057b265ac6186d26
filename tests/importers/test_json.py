"""Tests of the JSON importer."""

from decimal import Decimal

import pytest

from evalcenter.errors import InputError
from evalcenter.hooks import BadRow, Importer, Row
from evalcenter.importers import json


def rows(folder, content, **params):
    """The rows of `content` written to a file."""
    (folder / "d.json").write_text(content, encoding="utf-8")
    return list(json.plugin.rows(json.Params(path="d.json", **params), folder))


def test_it_is_an_importer():
    """The plugin has every part of the importer interface."""
    assert isinstance(json.plugin, Importer)


def test_a_list_of_objects(tmp_path):
    """The objects of a list are rows, numbered from 1, and numbers keep their decimal text."""
    found = rows(tmp_path, '[{"a": 1.10}, {"a": null}]')
    assert found == [Row(number=1, fields={"a": Decimal("1.10")}), Row(number=2, fields={"a": None})]


def test_an_object_of_objects(tmp_path):
    """The keys of an object become a column."""
    assert rows(tmp_path, '{"21": {"q": "x"}}', key="pmid") == [Row(number=1, fields={"pmid": "21", "q": "x"})]


def test_the_key_column_must_be_free(tmp_path):
    """A row that already has the key's column is reported."""
    assert rows(tmp_path, '{"21": {"key": "x"}}')[0] == BadRow(number=1, reason="a column is already called 'key'")


def test_rows_further_inside(tmp_path):
    """The rows may lie behind named keys."""
    assert rows(tmp_path, '{"data": {"rows": [{"a": 1}]}}', at=("data", "rows"))[0].fields == {"a": 1}


@pytest.mark.parametrize("content", ["[1, {}]", '{"a": 1, "b": {}}'])
def test_a_row_must_be_an_object(tmp_path, content):
    """A value that is no object is a bad row."""
    assert isinstance(rows(tmp_path, content)[0], BadRow)


@pytest.mark.parametrize(
    "content",
    [
        "[",
        '{"a": {}}{"b": {}}',
        '[{"a": 1, "a": 2}]',
        '[{"a": NaN}]',
        '[{"a": 1e99999999999999999999}]',
        "[" * 100_000,
        "[" + "9" * 5000 + "]",
    ],
)
def test_unsound_json_is_refused(tmp_path, content):
    """Bad JSON, duplicate keys, NaN, numbers out of range and endless nesting stop the import."""
    with pytest.raises(InputError, match="not readable as JSON"):
        rows(tmp_path, content)


@pytest.mark.parametrize(("content", "at"), [('"text"', ()), ("3", ()), ('{"a": 1}', ("b",)), ("[]", ("b",))])
def test_a_document_without_rows_is_refused(tmp_path, content, at):
    """A document that is neither a list nor an object, and a wrong way to the rows, are refused."""
    with pytest.raises(InputError):
        rows(tmp_path, content, at=at)
