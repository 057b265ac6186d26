"""What foreign readers return, as plain values without floats.

A float becomes the decimal text that it prints as; what is not a number becomes None, because it marks a missing value in
every reader that uses it. Arrays become lists, timestamps ISO text. Bytes and other objects are refused.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from evalcenter.hooks import BadRow, Row


def plain(value: Any) -> Any:
    """`value` as text, integers, decimals, booleans, None, lists and mappings. Raises ValueError on anything else."""
    if value is None or isinstance(value, (bool, int, str, Decimal)):
        return None if isinstance(value, Decimal) and not value.is_finite() else value
    if isinstance(value, float):
        return Decimal(repr(value)) if math.isfinite(value) else None
    if isinstance(value, (dt.datetime, dt.date, dt.time)):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(key): plain(held) for key, held in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(held) for held in value]
    if hasattr(value, "tolist"):
        return plain(value.tolist())
    raise ValueError(f"a value of the type {type(value).__name__} can't be imported")


def rows(found: Iterable[Mapping[str, Any]]) -> Iterable[Row | BadRow]:
    """Rows numbered from 1; one with a value that can't be imported is a BadRow."""
    for number, fields in enumerate(found, start=1):
        try:
            yield Row(number=number, fields={str(key): plain(value) for key, value in fields.items()})
        except ValueError as problem:
            yield BadRow(number=number, reason=str(problem))
