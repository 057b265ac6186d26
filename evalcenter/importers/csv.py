"""Reads CSV and TSV files.

Rules this module keeps:

* A row with more or fewer cells than the heading is reported with its line, never shifted or padded.
* Quoting that breaks stops the import: behind a stray quotation mark rows can't be told apart.
* Every cell stays the text that was written; no number, date or missing value is guessed.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar, Final

from evalcenter.errors import InputError
from evalcenter.hooks import BadRow, Row
from evalcenter.importers import text
from evalcenter.records import record


@record
class Params:
    """Where the file is and how it is written. `columns` names the columns of a file without a heading."""

    path: str
    encoding: str = "auto"
    delimiter: str = ","
    columns: tuple[str, ...] = ()


class Csv:
    """Rows of a CSV file; a row's number counts data rows from 1, reasons name the line in the file."""

    name: ClassVar[str] = "csv"
    version: ClassVar[str] = "1"
    params: ClassVar[type[Any]] = Params

    def rows(self, params: Params, folder: Path) -> Iterator[Row | BadRow]:
        """The rows in order. Raises InputError on broken quoting or headings."""
        if len(params.delimiter) != 1 or params.delimiter in '"\r\n':
            raise InputError(f"the delimiter {params.delimiter!r} is not one character", where=params.path)
        content = text.read(folder, params.path, params.encoding)
        records = _records(content, params)
        columns = params.columns or _heading(next(records, (1, []))[1], params.path)
        _unique(columns, params.path)
        number = 0
        for line, cells in records:
            if not cells:
                continue
            number += 1
            yield _row(number, line, columns, cells)


def _row(number: int, line: int, columns: tuple[str, ...], cells: list[str]) -> Row | BadRow:
    if len(cells) != len(columns):
        return BadRow(number=number, reason=f"line {line}: {len(cells)} cells; the heading has {len(columns)}")
    if any("\0" in cell for cell in cells):
        return BadRow(number=number, reason=f"line {line}: a cell holds a NUL character")
    return Row(number=number, fields=dict(zip(columns, cells, strict=True)))


def _records(content: str, params: Params) -> Iterator[tuple[int, list[str]]]:
    """Each record with the line it begins on."""
    reader = csv.reader(io.StringIO(content, newline=""), delimiter=params.delimiter, strict=True)
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as problem:
            raise InputError(
                f"not readable as CSV from here on: {problem}",
                where=f"{params.path}:{line}",
                todo="mend the quotation marks of this line; a cell may hold 131072 characters at most",
            ) from None
        yield line, cells


def _heading(cells: list[str], path: str) -> tuple[str, ...]:
    if not any(cell.strip() for cell in cells):
        raise InputError("the first line holds no column names", where=f"{path}:1", todo="name them with `columns`")
    return tuple(cell or f"column_{at}" for at, cell in enumerate(cells, start=1))


def _unique(columns: tuple[str, ...], path: str) -> None:
    double = sorted({c for c in columns if columns.count(c) > 1})
    if double:
        raise InputError(
            f"the column names {double!r} occur twice",
            where=f"{path}:1",
            todo="rename the columns in a copy of the file",
        )


plugin: Final = Csv()
