"""The cells of one row, and templates that are filled from them.

A template is text with ``{Column}`` in it. Between the braces stands a column's exact name and nothing else: no attribute, no
index, no format. ``{row}`` is the row's number, unless the source has a column of that name. ``{{`` and ``}}`` are braces.

Rules this module keeps:

* A missing value is never filled in: an absent column, an empty cell, or a word that stands for missing (``nan``) refuses the row.
* A list of texts is written as paragraphs; a nested value has no text and refuses the row.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, Final

from evalcenter.errors import InputError

MISSING: Final = ("nan", "NaN")
_PART: Final = re.compile(r"\{\{|\}\}|\{([^{}]+)\}|[{}]")
_NUMBER: Final = re.compile(
    r"[-+]?((\d{1,3}(,\d{3}){1,9}|\d{1,30})(\.\d{1,30})?|\.\d{1,30})([eE][-+]?\d{1,2})?", re.ASCII
)


class Refused(Exception):
    """This row can't be imported. The text is ``kind: detail``, so that reasons can be counted by kind."""


class Absent(Refused):
    """The row lacks a column that the mapping names."""

    def __init__(self, column: str) -> None:
        self.column = column
        super().__init__(f"missing column: {column!r}")


def parts(template: str) -> Iterator[tuple[str, str | None]]:
    """(literal, column) pairs. Raises InputError on a single brace."""
    at = 0
    for found in _PART.finditer(template):
        literal, column = template[at : found.start()], found.group(1)
        at = found.end()
        if column is not None:
            yield literal, column
        elif found.group() in {"{{", "}}"}:
            yield literal + found.group()[0], None
        else:
            raise InputError(
                f"a single brace in the template {template[:80]!r}", todo="double it, or close the column's name"
            )
    yield template[at:], None


class Cells:
    """One row's cells by column name."""

    def __init__(self, number: int, fields: Mapping[str, Any], missing: tuple[str, ...] = MISSING) -> None:
        self.number, self._fields, self._words = number, fields, missing

    def plus(self, fields: Mapping[str, Any]) -> Cells:
        """These cells with more columns. Raises InputError when a column is there already."""
        clash = sorted(set(fields) & set(self._fields))
        if clash:
            raise InputError(
                f"the source already has a column {clash[0]!r}", todo="give the derived column another name"
            )
        return Cells(self.number, {**self._fields, **fields}, self._words)

    def has(self, column: str) -> bool:
        """Whether the column is there and holds something."""
        return not self.missing(self._fields.get(column))

    def value(self, column: str) -> Any:
        """The cell's value. Raises Refused when it is missing."""
        if column not in self._fields:
            if column == "row":
                return self.number
            raise Absent(column)
        found = self._fields[column]
        if self.missing(found):
            raise Refused(f"empty cell: {column!r}")
        return found

    def text(self, column: str) -> str:
        """The cell as text, with line ends as line feeds and without space around it."""
        return as_text(self.value(column), column)

    def fill(self, template: str) -> str:
        """The template with every column's text in its place."""
        made = [literal + (self.text(column) if column is not None else "") for literal, column in parts(template)]
        return "".join(made).strip()

    def missing(self, value: Any) -> bool:
        """Whether a value stands for nothing."""
        if isinstance(value, str):
            return not value.strip() or value.strip() in self._words
        return value is None or value in ([], {})


def as_text(value: Any, column: str) -> str:
    """A plain value as text; a list of plain values as paragraphs. Raises Refused on nested values."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, Decimal)):
        return str(value)
    if isinstance(value, str):
        return value.replace("\r\n", "\n").replace("\r", "\n").strip()
    if isinstance(value, list) and not any(held is None or isinstance(held, (list, dict)) for held in value):
        return "\n\n".join(as_text(held, column) for held in value)
    raise Refused(f"not text: {column!r} holds a nested value")


def number(value: Any, column: str) -> Decimal:
    """A cell as a decimal number; digits may be grouped by commas. Raises Refused on anything else."""
    written = as_text(value, column)
    if not _NUMBER.fullmatch(written):
        raise Refused(f"not a number: {column!r} holds {written[:60]!r}")
    return Decimal(written.replace(",", ""))
