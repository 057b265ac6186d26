"""Tables that people fill in, as CSV or XLSX: written so that nothing in them runs, read as what anybody may have made of them.

Rules this module keeps:

* Every cell is text, or a whole number; a spreadsheet runs none of it. The first row names the columns.
* A file that was sent is hostile: what it unpacks to, its rows and its columns are bounded before they are looked at, a
  document type or a formula is refused, and nothing outside of it is ever opened.
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from evalcenter.errors import InputError, disk_refused
from evalcenter.exporting import MISREAD, fitting, harmless
from evalcenter.rendering.plaintext import shown, visible

LONGEST_CELL: Final = 1 << 30
LARGEST: Final = 256_000_000
"""What a spreadsheet may come to, unpacked, in bytes."""
PARTS: Final = 1_000
ROWS: Final = 200_000
WIDTHS: Final = {"position": 10, "criterion": 18, "mark": 20, "reason": 36, "asks": 40, "question": 60, "answer": 80}
FORMS: Final = (".csv", ".xlsx")


@dataclass(frozen=True, slots=True)
class Row:
    """One row: where it stands, its cells as text by column, and the columns that hold a formula."""

    where: str
    cells: Mapping[str, str]
    formulas: tuple[str, ...] = field(default=())


def form(path: Path) -> str:
    """The form that a file's ending names. Raises InputError for any other."""
    ending = path.suffix.lower()
    if ending not in FORMS:
        raise InputError(
            f"no table ends in {path.suffix!r}", where=str(path), todo=f"end its name in {' or '.join(FORMS)}"
        )
    return ending


# -- out --------------------------------------------------------------------------------------------------------------


def write(
    out: Path, head: Mapping[str, str], rows: Sequence[Sequence[str | int]], choices: Mapping[str, Sequence[str]]
) -> None:
    """Write `rows` under `head` (name: heading in another language); `choices` are what a spreadsheet offers in a column.

    Raises RunError's children where the disk refuses.
    """
    raw = _csv(head, rows) if form(out) == ".csv" else _xlsx(head, rows, choices)
    try:
        out.write_bytes(raw)
    except OSError as problem:
        raise disk_refused(problem, out) from None


def _csv(head: Mapping[str, str], rows: Sequence[Sequence[str | int]]) -> bytes:
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n", quoting=csv.QUOTE_ALL)  # a bare "\r" ends a row unless it is quoted
    table.writerow(head)
    table.writerows([harmless(cell) if isinstance(cell, str) else cell for cell in row] for row in rows)
    return b"\xef\xbb\xbf" + text.getvalue().encode(errors="replace")


def _xlsx(head: Mapping[str, str], rows: Sequence[Sequence[str | int]], choices: Mapping[str, Sequence[str]]) -> bytes:
    import xlsxwriter

    raw = io.BytesIO()
    with xlsxwriter.Workbook(raw, {"in_memory": True}) as book:
        sheet = book.add_worksheet("queue")
        bold = book.add_format({"bold": True, "bottom": 1, "valign": "top"})
        plain = book.add_format({"text_wrap": True, "valign": "top"})
        filled = book.add_format(
            {"text_wrap": True, "valign": "top", "bg_color": "#fff8e1", "border": 1, "border_color": "#d9c98f"}
        )
        for column, (name, other) in enumerate(head.items()):
            sheet.set_column(column, column, WIDTHS.get(name, 24))
            sheet.write_string(0, column, f"{name} {other}".strip(), bold)
        for number, row in enumerate(rows, start=1):
            for column, (name, cell) in enumerate(zip(head, row, strict=True)):
                style = filled if name in ("mark", "reason") else plain
                if isinstance(cell, str):
                    sheet.write_string(number, column, fitting(MISREAD.sub(shown, visible(cell))), style)
                else:
                    sheet.write_number(number, column, cell, style)
        for name, offered in choices.items():
            column = list(head).index(name)
            rule = {
                "validate": "list",
                "source": list(offered),
                "error_title": "?",
                "error_message": " / ".join(offered),
            }
            sheet.data_validation(1, column, max(1, len(rows)), column, rule)
        sheet.freeze_panes(1, 3)
    return raw.getvalue()


# -- back -------------------------------------------------------------------------------------------------------------


def read(path: Path, columns: Sequence[str]) -> Iterator[Row]:
    """The rows of a table, with the cells of `columns`. Raises InputError where it is none that can be read."""
    return _rows_of_csv(path, columns) if form(path) == ".csv" else _rows_of_xlsx(path, columns)


def _rows_of_csv(path: Path, columns: Sequence[str]) -> Iterator[Row]:
    before = csv.field_size_limit(LONGEST_CELL)  # an answer may be longer than the csv module expects
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            for number, row in enumerate(csv.DictReader(file), start=2):
                yield Row(f"{path}:{number}", {name: (row.get(name) or "").strip() for name in columns})
    except (UnicodeDecodeError, csv.Error) as problem:
        raise InputError(f"not readable as CSV in UTF-8: {problem}", where=str(path)) from None
    finally:
        csv.field_size_limit(before)


def _rows_of_xlsx(path: Path, columns: Sequence[str]) -> Iterator[Row]:
    from openpyxl import load_workbook

    _bounded(path)
    try:
        book = load_workbook(path, read_only=True, data_only=False, keep_links=False)
    except Exception as problem:  # noqa: BLE001 - openpyxl raises whatever a broken file leads it to
        raise _unreadable(path, problem) from None
    try:
        for sheet in book.worksheets:
            yield from _rows_of(sheet, path, columns)
    except InputError:
        raise
    except Exception as problem:  # noqa: BLE001 - as above
        raise _unreadable(path, problem) from None
    finally:
        book.close()


def _rows_of(sheet: Any, path: Path, columns: Sequence[str]) -> Iterator[Row]:
    place = f"{path}, sheet {sheet.title!r}"
    at: dict[str, int] = {}
    for number, cells in enumerate(sheet.iter_rows(max_row=ROWS + 2, max_col=64), start=1):
        if number > ROWS + 1:
            raise InputError(f"more than {ROWS:,} rows", where=place, todo="hand in the exported rows only")
        if number == 1:
            names = [(_text(cell.value).split() or [""])[0] for cell in cells]
            at = {name: names.index(name) for name in columns if name in names}
            if missing := [name for name in columns if name not in at]:
                raise InputError(
                    f"the first row names no column {', '.join(missing)}", where=place, todo="keep the heading"
                )
            continue
        held = {name: cells[column] for name, column in at.items() if column < len(cells)}
        formulas = tuple(name for name, cell in held.items() if getattr(cell, "data_type", "") == "f")
        said = {name: _text(held[name].value) if name in held else "" for name in columns}
        if any(said.values()):
            yield Row(f"{place}, row {number}", said, formulas)


def _text(value: Any) -> str:
    """A cell as text; a whole number that a spreadsheet keeps as a fraction is one."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1 << 53:
        return str(int(value))
    return str(value).strip()


def _bounded(path: Path) -> None:
    """Refuse a file that would unpack to too much, or names a document type, before anything is unpacked whole."""
    import zlib

    try:
        with zipfile.ZipFile(path) as packed:
            words = _against(packed)
    except (
        zipfile.BadZipFile,
        zlib.error,
        OSError,
        RuntimeError,
        NotImplementedError,
        EOFError,
        ValueError,
    ) as problem:
        raise _unreadable(path, problem) from None
    if words:
        raise InputError(words, where=str(path), todo="hand in the exported table")


def _against(packed: zipfile.ZipFile) -> str:
    """What speaks against unpacking it, if anything does."""
    parts = packed.infolist()
    size = sum(part.file_size for part in parts)
    if len(parts) > PARTS or size > LARGEST:
        return f"it would unpack to {len(parts):,} parts of {size:,} bytes; at most {PARTS:,} of {LARGEST:,} are read"
    for part in parts:
        with packed.open(part) as file:
            start = file.read(4096).replace(b"\0", b"").upper()
        if b"<!DOCTYPE" in start or b"<!ENTITY" in start:
            return "it declares a document type, as no spreadsheet does"
    return ""


def _unreadable(path: Path, problem: Exception) -> InputError:
    return InputError(
        f"not readable as XLSX: {problem or type(problem).__name__}",
        where=str(path),
        todo="save it as .xlsx again, or use CSV",
    )
