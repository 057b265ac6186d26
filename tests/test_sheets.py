"""A table goes out and comes back as a spreadsheet; what a stranger made of it is read safely, and every wrong row is named."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from evalcenter import history, review, sheets
from evalcenter.errors import InputError
from tests.web import room

HOSTILE = [
    '=HYPERLINK("http://x.example","click")',
    "+1+1",
    "-2+3",
    "@SUM(1)",
    "{=1+1}",
    "http://x.example/",
    "<r>x</r>",
    "_x0041_",
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A run of three answers with two criteria each, for two readers."""
    room.made(tmp_path / "run", room.items(3), "=1+1")
    return tmp_path / "run"


def handed_out(folder: Path, reader: str, role: Any = "reader") -> Path:
    out = folder.parent / f"{reader}.xlsx"
    review.give(folder, out, reader, role)
    return out


def fill(path: Path, marks: Mapping[int, str] | str, reason: str = "") -> Path:
    """Fill in the marks by row, as a spreadsheet program would."""
    book = openpyxl.load_workbook(path)
    sheet = book["queue"]
    for row in range(2, sheet.max_row + 1):
        mark = marks if isinstance(marks, str) else marks.get(row, "")
        if mark:
            sheet.cell(row, 3).value = mark
            sheet.cell(row, 4).value = reason or None
    book.save(path)
    return path


def refusal(folder: Path, path: Path) -> str:
    before = history.load(folder).count
    with pytest.raises(InputError) as caught:
        review.take(folder, path, "Dr Li")
    assert history.load(folder).count == before
    return str(caught.value)


# -- out --------------------------------------------------------------------------------------------------------------


def test_the_spreadsheet_offers_the_marks_and_runs_nothing(folder: Path) -> None:
    """Every cell is text or a number, the heading stays in sight, and the column of marks has a list."""
    sheet = openpyxl.load_workbook(handed_out(folder, "Dr Li"))["queue"]
    assert [str(cell.value).split()[0] for cell in sheet[1]] == list(review.COLUMNS)
    assert all(cell.data_type in ("s", "n", "inlineStr") for row in sheet.iter_rows() for cell in row)
    assert sheet.cell(2, 7).value == "=1+1"
    assert sheet.freeze_panes == "D2"
    (rule,) = sheet.data_validations.dataValidation
    assert (rule.type, rule.formula1) == ("list", '"met 满足,not_met 未满足,cannot_tell 无法判断"')


def test_hostile_texts_stay_text(tmp_path: Path) -> None:
    """Formulas, links and a spreadsheet's own escapes come out as they went in."""
    room.made(tmp_path / "run", room.items(len(HOSTILE)), lambda n: HOSTILE[n])
    sheet = openpyxl.load_workbook(handed_out(tmp_path / "run", "Dr Li"))["queue"]
    cells = [sheet.cell(row, 7) for row in range(2, sheet.max_row + 1)]
    assert all(cell.data_type == "s" and cell.hyperlink is None for cell in cells)
    assert {cell.value for cell in cells} >= set(HOSTILE) - {"<r>x</r>"}


# -- back -------------------------------------------------------------------------------------------------------------


def test_two_readers_and_an_arbiter_by_spreadsheet(folder: Path) -> None:
    """Each hands in a table of his own; the arbiter's shows what the two said, and settles it."""
    review.take(folder, fill(handed_out(folder, "Dr Li"), "met 满足", "clear"), "Dr Li")
    assert review.give(folder, None, "dr li") == "0 marks on 0 answers wait for dr li"
    review.take(
        folder, fill(handed_out(folder, "Dr Wang"), {n: "met" if n % 2 else "未满足" for n in range(2, 8)}), "Dr Wang"
    )
    path = handed_out(folder, "Zhao", "arbiter")
    shown = [str(cell.value) for cell in openpyxl.load_workbook(path)["queue"]["E"]][1:]
    assert len(shown) == 3
    assert all("[1] met: clear" in words and "[2] not_met" in words for words in shown)
    review.take(folder, fill(path, "cannot_tell 无法判断"), "Zhao", "arbiter")
    held = history.load(folder)
    assert {held.grades[p].by for p in range(3)} == {"person:Dr Li + Dr Wang, Zhao"}
    assert {state for p in range(3) for state in held.results[p].states} == {"met", "unjudged"}
    assert held.reviews[0][0].reason == "clear"
    room.verified(folder)


def test_an_answer_is_read_when_all_of_it_is_marked(folder: Path) -> None:
    """Half an answer in one table and half in the next make one reading."""
    review.take(folder, fill(handed_out(folder, "Dr Li"), {2: "met"}), "Dr Li")
    assert review.give(folder, None, "Dr Li").startswith("6 marks on 3 answers")
    review.take(folder, fill(handed_out(folder, "Dr Li"), {3: "not_met"}), "Dr Li")
    assert review.give(folder, None, "Dr Li").startswith("4 marks on 2 answers")


def test_every_wrong_row_is_named(folder: Path) -> None:
    """All of them at once, each with sheet, row, what was got and what is expected."""
    path = handed_out(folder, "Dr Li")
    book = openpyxl.load_workbook(path)
    sheet = book["queue"]
    marks = ["yes", "met", "=1+1", "Met", "not_met", "met"]
    for row, mark in enumerate(marks, 2):
        sheet.cell(row, 3).value = mark
    sheet.cell(3, 1).value = 99
    sheet.append([sheet.cell(7, 1).value, sheet.cell(7, 2).value, "not_met"])
    book.save(path)
    said = refusal(folder, path)
    assert said.startswith(f"{path}: 5 rows are wrong, so nothing was taken")
    for row, words in ((2, "'yes'"), (3, "'99'"), (4, "a formula in mark"), (5, "'Met'"), (8, "a second time")):
        (line,) = [line for line in said.splitlines() if f"sheet 'queue', row {row}:" in line]
        assert words in line
    assert "expected met, not_met or cannot_tell" in said


def test_numbers_that_a_spreadsheet_made_fractions_of_are_read(folder: Path) -> None:
    """A position that comes back as 1.0 is 1; one that comes back as 1.5 is none."""
    path = fill(handed_out(folder, "Dr Li"), "met")
    book = openpyxl.load_workbook(path)
    for row in range(2, 8):
        book["queue"].cell(row, 1).value = float(book["queue"].cell(row, 1).value)
    book.save(path)
    assert review.take(folder, path, "Dr Li").startswith("6 marks taken")


def packed(path: Path, parts: Mapping[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        for name, raw in parts.items():
            made.writestr(name, raw)
    return path


def changed(path: Path, name: str, old: bytes, new: bytes) -> Path:
    """The same workbook with one part of it changed."""
    with zipfile.ZipFile(path) as made:
        parts = {part.filename: made.read(part) for part in made.infolist()}
    parts[name] = parts[name].replace(old, new, 1)
    return packed(path, parts)


def test_a_bomb_is_not_unpacked(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A small file that would unpack to more than is read, or to too many parts, is refused before that."""
    monkeypatch.setattr(sheets, "LARGEST", 1_000_000)
    bomb = packed(folder.parent / "bomb.xlsx", {"xl/worksheets/sheet1.xml": b"0" * 2_000_000})
    assert "would unpack to" in refusal(folder, bomb)
    many = packed(folder.parent / "many.xlsx", {f"{n}": b"" for n in range(sheets.PARTS + 1)})
    assert "would unpack to" in refusal(folder, many)


def test_a_document_type_is_refused(folder: Path) -> None:
    """Entities that would grow, or name files of ours, are never read."""
    bad = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
    path = handed_out(folder, "Dr Li")
    changed(path, "xl/worksheets/sheet1.xml", b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>', bad)
    assert "document type" in refusal(folder, path)


def test_more_rows_than_are_read_are_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A sheet that says that it has a million rows is not walked through."""
    monkeypatch.setattr(sheets, "ROWS", 100)
    path = handed_out(folder, "Dr Li")
    book = openpyxl.load_workbook(path)
    book["queue"].cell(1_000_000, 1).value = 1
    book.save(path)
    assert "more than 100 rows" in refusal(folder, path)


@pytest.mark.parametrize("raw", [b"", b"PK\x03\x04", b"\x89PNG", b"position,criterion,mark\n0,kind,met\n"])
def test_what_is_no_spreadsheet_is_refused_in_words(folder: Path, raw: bytes) -> None:
    """A file of another kind under this ending does not come as a defect."""
    path = folder.parent / "other.xlsx"
    path.write_bytes(raw)
    assert "not readable as XLSX" in refusal(folder, path)


def test_a_broken_part_is_refused_in_words(folder: Path) -> None:
    """A workbook with a part that is no XML, or lacks one, is not readable."""
    path = handed_out(folder, "Dr Li")
    assert "not readable as XLSX" in refusal(folder, changed(path, "xl/workbook.xml", b"<", b"\0<"))
    with zipfile.ZipFile(handed_out(folder, "Dr Wang")) as made:
        some = {part.filename: made.read(part) for part in made.infolist() if "sheet1" not in part.filename}
    assert "xlsx" in refusal(folder, packed(folder.parent / "less.xlsx", some)).lower()


def test_a_heading_that_is_gone_is_said(folder: Path) -> None:
    """Without the columns nothing can be told apart."""
    path = folder.parent / "bare.xlsx"
    book = openpyxl.Workbook()
    book.active.append([0, "kind", "met"])
    book.save(path)
    assert "names no column position" in refusal(folder, path)


def test_another_ending_is_refused(folder: Path) -> None:
    """A table is .csv or .xlsx, on the way out and back."""
    with pytest.raises(InputError, match=r"no table ends in '\.ods'"):
        review.give(folder, folder / "queue.ods")
