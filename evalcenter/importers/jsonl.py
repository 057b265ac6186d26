"""Reads JSON Lines: one object a line.

A line that is not sound JSON is reported with its number; the others are read. Lines end at a line feed only (U+2028 and its
kin are text here). A row's number is its line number.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar, Final

from evalcenter.hooks import BadRow, Row
from evalcenter.importers import json, text
from evalcenter.records import record


@record
class Params:
    """Where the file is."""

    path: str
    encoding: str = "auto"


class JsonLines:
    """Rows of a JSON Lines file, numbered by line."""

    name: ClassVar[str] = "jsonl"
    version: ClassVar[str] = "1"
    params: ClassVar[type[Any]] = Params

    def rows(self, params: Params, folder: Path) -> Iterator[Row | BadRow]:
        """The rows in order; blank lines are passed over."""
        for number, line in enumerate(text.read(folder, params.path, params.encoding).split("\n"), start=1):
            if not line.strip():
                continue
            try:
                yield json.row(number, json.parse(line))
            except ValueError as problem:
                yield BadRow(number=number, reason=f"line {number}: not readable as JSON: {problem}")


plugin: Final = JsonLines()
