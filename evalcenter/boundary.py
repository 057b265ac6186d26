"""Where foreign bytes become records: the only place that imports the validation library.

Everything is validated strictly, as JSON, so that a number never becomes text by itself and an unknown field is refused.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Sequence
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, TypeVar, cast

from evalcenter import canon
from evalcenter.errors import InputError

if TYPE_CHECKING:
    import msgspec
    from pydantic import TypeAdapter

T = TypeVar("T")
Path = tuple[str | int, ...]


class Invalid(InputError):
    """Fields that do not fit a record. `problems` holds (path, message) pairs."""

    def __init__(self, problems: Iterable[tuple[Path, str]]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(f"{'.'.join(map(str, path))}: {message}" for path, message in self.problems))

    def __reduce__(self) -> tuple[type[Invalid], tuple[tuple[tuple[Path, str], ...]]]:
        return Invalid, (self.problems,)  # a worker process may raise it


@cache
def _adapter(kind: Any) -> TypeAdapter[Any]:
    from pydantic import TypeAdapter

    return TypeAdapter(kind)


def read(kind: type[T], raw: bytes | str) -> T:
    """The record of type `kind` in the JSON `raw`. Raises Invalid with the path of every field that does not fit."""
    from pydantic import ValidationError

    try:
        made: T = _adapter(cast("Hashable", kind)).validate_json(raw)
    except ValidationError as problem:
        raise Invalid(
            _plainly([(error["loc"], _words(error)) for error in problem.errors(include_url=False)])
        ) from None
    return made


def _plainly(problems: Sequence[tuple[Path, str]]) -> Iterator[tuple[Path, str]]:
    """Where a text, or one for each language, was expected, the library complains of either: one of them says what is wrong."""
    either = {place[:-1] for place, _ in problems if place[-1:] == ("str",)}
    either &= {place[:at] for place, _ in problems for at, step in enumerate(place) if step == "Text"}
    for place, words in problems:
        at = next((at for at, step in enumerate(place) if step == "Text" and place[:at] in either), None)
        if at is not None:
            whole = at == len(place) - 1
            yield place[:at] + place[at + 1 :], "expected a text, or one for each of zh and en" if whole else words
        elif place[-1:] != ("str",) or place[:-1] not in either:
            yield place, words


def exact(kind: type[T], raw: bytes) -> T | None:
    """The record of type `kind` whose canonical bytes are `raw`; None where they are anything but exactly that.

    For lines that this program wrote itself: one pass in C, and spelling the record again shows that nothing was lost. It says
    nothing of floats in free parameters.
    """
    import msgspec

    try:
        made: T = _decoder(cast("Hashable", kind)).decode(raw)
        same = canon.of_record(made) == raw
    except (msgspec.MsgspecError, ValueError, RecursionError, InputError):
        return None
    return made if same else None


def glance(kind: type[T], raw: bytes) -> T | None:
    """The fields of the record type `kind` in the JSON `raw`, whatever else is in there; None where they are not."""
    import msgspec

    try:
        made: T = _decoder(cast("Hashable", kind)).decode(raw)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return None
    return made


@cache
def _decoder(kind: Any) -> msgspec.json.Decoder[Any]:
    import msgspec

    return msgspec.json.Decoder(kind)


def convert(kind: type[T], value: Any) -> T:
    """The record of type `kind` from plain JSON types (text, integers, lists, mappings)."""
    return read(kind, canon.encode(value))


def sure(kind: type[T], value: Any) -> T:
    """As `convert`, without a second look, for what is known to hold no float: what `yamls` read, or a record's parameters."""
    return read(kind, canon.of_record(value))


@lru_cache(maxsize=1 << 14)
def _read_params(kind: Hashable, raw: bytes) -> Any:
    return read(cast("type[Any]", kind), raw)


def params(kind: type[T], value: Any) -> T:
    """A plugin's parameters, as by `sure`. The same ones are read when a suite is, and again when the first answer is marked."""
    made: T = _read_params(cast("Hashable", kind), canon.of_record(value))
    return made


def schema(kind: Any) -> dict[str, Any]:
    """The JSON Schema of a record type, for editors."""
    return dict(_adapter(kind).json_schema())


def _words(error: Any) -> str:
    if error["type"] in {"unexpected_keyword_argument", "extra_forbidden"}:
        return "unknown field"
    if error["type"] in {"missing", "missing_argument", "missing_keyword_only_argument"}:
        return "missing field"
    got = error.get("input")
    shown = "" if isinstance(got, (dict, list)) else f"; got {got!r}"
    return f"{error['msg'][:1].lower()}{error['msg'][1:]}{shown}"
