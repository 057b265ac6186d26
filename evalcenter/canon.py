"""Canonical bytes and digests of records.

Rules this module keeps:

* One value has one spelling: JSON with sorted keys, no spaces, UTF-8 without escapes, decimals as text.
* A float, a set, bytes or any other type is refused: it has no single spelling.
* Reading refuses duplicate keys, floats, and ``NaN``: a text that two readers could understand differently is not evidence.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Hashable, Mapping
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Any, Final, cast

from evalcenter.errors import InputError

if TYPE_CHECKING:
    import msgspec

_LEAVES: Final = frozenset({str, int, bool, type(None)})


def plain(value: Any) -> Any:
    """`value` as JSON types: records become mappings, tuples lists, decimals text. Raises InputError on anything else."""
    kind = type(value)
    if kind in _LEAVES:
        return value
    if kind is tuple or kind is list:
        return [v if type(v) in _LEAVES else plain(v) for v in value]
    if kind is dict:
        return {_key(k): v if type(v) in _LEAVES else plain(v) for k, v in value.items()}
    names = _names(cast("Hashable", kind))
    if names is not None:
        return {name: v if type(v := getattr(value, name)) in _LEAVES else plain(v) for name in names}
    return _odd(value)


@cache
def _names(kind: Any) -> tuple[str, ...] | None:
    """The fields of a record's class; None where it is none."""
    return tuple(f.name for f in dataclasses.fields(kind)) if dataclasses.is_dataclass(kind) else None


def _odd(value: Any) -> Any:
    """What is not of the common types themselves."""
    if isinstance(value, Decimal):
        if not value.is_finite():
            raise InputError(f"the number {value} is not finite, so it cannot be written down")
        return str(value)
    if isinstance(value, (bool, int, str)):
        return value
    if isinstance(value, Mapping):
        return {_key(k): plain(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(v) for v in value]
    raise InputError(f"a {type(value).__name__} has no canonical spelling; expected text, an integer or a decimal")


def _key(key: Any) -> str:
    if isinstance(key, str):
        return key
    raise InputError(f"the key {key!r} is not text")


def encode(value: Any) -> bytes:
    """The canonical bytes of `value` (no line end)."""
    return of_record(value if _common(value) else plain(value))


def _common(value: Any) -> bool:
    """Whether `value` is made of records, lists, mappings and leaves of the common types themselves: nothing can go wrong."""
    kind = type(value)
    if kind in _LEAVES:
        return True
    if kind is tuple or kind is list:
        return all(type(v) in _LEAVES or _common(v) for v in value)
    if kind is dict:
        return all(type(k) is str and (type(v) in _LEAVES or _common(v)) for k, v in value.items())
    if kind is Decimal:
        return bool(value.is_finite())
    names = _names(cast("Hashable", kind))
    return names is not None and all(type(v := getattr(value, name)) in _LEAVES or _common(v) for name in names)


def of_record(value: Any) -> bytes:
    """The canonical bytes of what is known to hold only text, integers, finite decimals, lists, mappings and such records.

    That is every record without free parameters; where a type checker vouches for it, nothing is looked at twice.
    """
    try:
        return _encoder().encode(value)
    except UnicodeEncodeError as problem:
        near = problem.object[max(0, problem.start - 9) : problem.start]
        raise InputError(f"the text holds a lone surrogate near {near!r}") from None


@cache
def _encoder() -> msgspec.json.Encoder:
    import msgspec

    return msgspec.json.Encoder(order="sorted")


def digest(value: Any) -> str:
    """``sha256:`` and the hexadecimal digest of `value`'s canonical bytes, or of `value` itself where it is bytes."""
    raw = value if isinstance(value, bytes) else encode(value)
    return "sha256:" + hashlib.sha256(raw).hexdigest()


def decode(raw: bytes | str) -> Any:
    """Read JSON strictly. Raises InputError on bad JSON, duplicate keys, floats and non-finite numbers."""
    try:
        return json.loads(raw, object_pairs_hook=_unique, parse_float=_no_float, parse_constant=_no_float)
    except (
        ValueError,
        RecursionError,
    ) as problem:  # ValueError: bad JSON, bad UTF-8, an integer of thousands of digits
        raise InputError(f"not readable as JSON: {problem}") from None


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for key, value in pairs:
        if key in made:
            raise InputError(f"the key {key!r} occurs twice in one JSON object")
        made[key] = value
    return made


def _no_float(text: str) -> Any:
    raise InputError(f"the number {text} is a float; expected an integer or a decimal written as text")
