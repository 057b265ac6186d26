"""Reads one JSON document that holds rows: a list of objects, or an object whose values are the rows.

Rules this module keeps:

* The whole document must be sound JSON without duplicate keys, or nothing is read.
* Numbers keep their decimal text; nothing becomes a float.
* In the mapping form each row's key becomes a column, so that it can be used as an id or joined on.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, ClassVar, Final

from evalcenter.errors import InputError
from evalcenter.hooks import BadRow, Row
from evalcenter.importers import text
from evalcenter.records import record


@record
class Params:
    """Where the document is, and where in it the rows are.

    `at` names the keys that lead to the rows, from the outside in. When the rows are the values of an object, each row's key
    is put into the column `key`.
    """

    path: str
    encoding: str = "auto"
    at: tuple[str, ...] = ()
    key: str = "key"


class Json:
    """Rows of a JSON document, numbered from 1."""

    name: ClassVar[str] = "json"
    version: ClassVar[str] = "1"
    params: ClassVar[type[Any]] = Params

    def rows(self, params: Params, folder: Path) -> Iterator[Row | BadRow]:
        """The rows in order. Raises InputError when the document is not JSON or holds no rows."""
        try:
            held = parse(text.read(folder, params.path, params.encoding))
        except ValueError as problem:
            raise InputError(
                f"not readable as JSON: {problem}", where=params.path, todo="for one object a line use `jsonl`"
            ) from None
        for step in params.at:
            if not isinstance(held, dict) or step not in held:
                raise InputError(f"no key {step!r} on the way to the rows", where=params.path, todo="mend `at`")
            held = held[step]
        if isinstance(held, dict):
            yield from _keyed(held, params)
        elif isinstance(held, list):
            for number, value in enumerate(held, start=1):
                yield row(number, value)
        else:
            raise InputError("expected a list of objects, or an object of objects", where=params.path)


def _keyed(held: dict[str, Any], params: Params) -> Iterator[Row | BadRow]:
    for number, (key, value) in enumerate(held.items(), start=1):
        made = row(number, value)
        if isinstance(made, Row) and params.key in made.fields:
            made = BadRow(number=number, reason=f"a column is already called {params.key!r}")
        yield Row(number=number, fields={params.key: key, **made.fields}) if isinstance(made, Row) else made


def row(number: int, value: Any) -> Row | BadRow:
    """One parsed value as a row."""
    if isinstance(value, dict):
        return Row(number=number, fields=value)
    return BadRow(number=number, reason=f"expected an object, got {type(value).__name__}")


def parse(content: str) -> Any:
    """Strict JSON with decimals. Raises ValueError on bad JSON, duplicate keys, NaN, and nesting without end."""
    try:
        return json.loads(content, parse_float=_decimal, parse_constant=_no_constant, object_pairs_hook=_unique)
    except RecursionError:
        raise ValueError("nested too deeply") from None


def _decimal(written: str) -> Decimal:
    try:
        return Decimal(written)
    except InvalidOperation:
        raise ValueError(f"the number {written[:40]} is out of range") from None


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not a JSON number")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        keys = [key for key, _ in pairs]
        raise ValueError(f"the key {next(k for k in keys if keys.count(k) > 1)!r} occurs twice in one object")
    return made


plugin: Final = Json()
