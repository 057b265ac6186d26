"""An import writes a suite that loads, and nothing over anything."""

from pathlib import Path

import pytest

from evalcenter import importing, plugins, suites
from evalcenter.errors import InputError, RunError, SuiteError
from tests.test_cli import GOOD, MAPPING


def prepared(folder: Path, table: str = GOOD, mapping: str = MAPPING) -> Path:
    (folder / "data.csv").write_text(table, encoding="utf-8")
    path = folder / "map.yaml"
    path.write_text(mapping.replace("{SOURCE}", "{csv: {path: data.csv}}"), encoding="utf-8")
    return path


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    """The imported suite has the items of the table, and is counted."""
    held = plugins.load()
    done = importing.convert(prepared(tmp_path), tmp_path, tmp_path / "out", held)
    assert (done.rows, done.items, done.refused, done.left_out) == (2, 2, (), 0)
    assert [item.id for item in suites.load(tmp_path / "out", held).suite.items] == ["mini-1", "mini-2"]
    assert done.words() == f"2 rows: 2 items written to {tmp_path / 'out'}, 0 refused"


def test_many_items_are_cut_into_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A large import is written in several files."""
    monkeypatch.setattr(importing, "ITEMS_A_FILE", 1)
    importing.convert(prepared(tmp_path), tmp_path, tmp_path / "out", plugins.load())
    assert len(list((tmp_path / "out" / "items").iterdir())) == 2


def test_numbers_that_look_like_others_stay_text(tmp_path: Path) -> None:
    """Cells such as 007, 1e5, no and 2026-01-01 come back as they were."""
    table = "no,question,A,B,key\n007,1e5,no,2026-01-01,A\n"
    importing.convert(prepared(tmp_path, table), tmp_path, tmp_path / "out", plugins.load())
    (item,) = suites.load(tmp_path / "out", plugins.load()).suite.items
    assert (item.id, item.prompt[0].content, dict(item.options)) == ("mini-007", "1e5", {"A": "no", "B": "2026-01-01"})


def test_nothing_imported_is_an_error(tmp_path: Path) -> None:
    """A table without a single good row writes no suite and says why."""
    table = "no,question,A,B,key\n1,x,a,b,Z\n"
    with pytest.raises(InputError, match="none of 1 rows became an item"):
        importing.convert(prepared(tmp_path, table), tmp_path, tmp_path / "out", plugins.load())
    assert not (tmp_path / "out").exists()


def test_a_broken_mapping_names_its_line(tmp_path: Path) -> None:
    """A mapping with an unknown field is refused with file and line."""
    with pytest.raises(SuiteError, match=r"map\.yaml:5.*unknown field"):
        importing.convert(
            prepared(tmp_path, mapping=MAPPING.replace("lang:", "lnag:")), tmp_path, tmp_path / "o", plugins.load()
        )


def test_an_unwritable_place(tmp_path: Path) -> None:
    """A place that can't be written is an error, not a crash."""
    with pytest.raises(RunError, match="can't write here"):
        importing.convert(prepared(tmp_path), tmp_path, Path("/proc/none"), plugins.load())
