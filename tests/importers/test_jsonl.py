"""Tests of the JSON Lines importer."""

from evalcenter.hooks import BadRow, Importer
from evalcenter.importers import jsonl


def rows(folder, content):
    """The rows of `content` written to a file."""
    (folder / "d.jsonl").write_bytes(content.encode())
    return list(jsonl.plugin.rows(jsonl.Params(path="d.jsonl"), folder))


def test_it_is_an_importer():
    """The plugin has every part of the importer interface."""
    assert isinstance(jsonl.plugin, Importer)


def test_a_malformed_line_is_reported_and_the_others_are_read(tmp_path):
    """A bad line is a bad row with its line number; blank lines count as lines but not as rows."""
    found = rows(tmp_path, '{"a": 1}\r\n\n{"a": \n[1]\n{"a": 1, "a": 2}\n{"a": 5}')
    assert [(row.number, isinstance(row, BadRow)) for row in found] == [
        (1, False),
        (3, True),
        (4, True),
        (5, True),
        (6, False),
    ]
    assert found[1].reason.startswith("line 3: not readable as JSON")


def test_a_unicode_line_separator_is_text(tmp_path):
    """U+2028 inside a string does not end the line."""
    assert rows(tmp_path, '{"a": "x\u2028y"}\n')[0].fields == {"a": "x\u2028y"}
