"""Reads YAML as plain text, integers, booleans, lists and mappings, and remembers on which line each of them stands.

Rules this module keeps:

* No type is guessed beyond ``true``, ``false``, ``null``, and whole numbers: ``0.90``, ``2026-03-04``, ``12:30``, ``no`` and
  ``007`` stay the text that was written.
* Duplicate keys, aliases and tags are refused: they let a file say two things, or grow without bound, or run code.
* Every complaint names file and line.
"""

from __future__ import annotations

import gc
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import yaml

from evalcenter.errors import EncodingError, SuiteError

MAX_BYTES: Final = 32_000_000
DEEPEST: Final = 100
"""More levels than any file that people write has."""
_INTEGER: Final = re.compile(r"-?(0|[1-9][0-9]{0,17})")
_TAG: Final = "tag:yaml.org,2002:"
_TAGS: Final = {
    _TAG + name for name in ("str", "int", "float", "bool", "null", "timestamp", "merge", "value", "seq", "map")
}
_TEXT: Final = _TAG + "str"
_UNTAGGED: Final = (None, "!")
_QUOTED: Final = ("'", '"', "|", ">")
_CONSTANTS: Final = {"true": True, "false": False, "null": None, "~": None, "": None}
_Loader: Final[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True)
class Document:
    """One parsed file: its plain `value` and its `raw` bytes. Which line says what is looked up when somebody asks."""

    path: Path
    raw: bytes
    value: Any

    @cached_property
    def _node(self) -> Any:
        return yaml.compose(self.raw.decode("utf-8-sig"), Loader=_Loader)

    def where(self, path: Sequence[str | int] = ()) -> str:
        """``file:line`` of the deepest part of `path` that the file holds."""
        node, line = self._node, self._node.start_mark.line if self._node is not None else 0
        for step in path:
            found = _step(node, step)
            if found is None:
                break
            line, node = found
        return f"{self.path}:{line + 1}"


def _step(node: Any, step: str | int) -> tuple[int, Any] | None:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == str(step):
                return key.start_mark.line, value
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
        return node.value[step].start_mark.line, node.value[step]
    return None


def read(path: Path) -> Document:
    """The YAML document in the file `path`. Raises SuiteError or EncodingError, each with file and line."""
    try:
        raw = path.read_bytes()
    except OSError as problem:
        raise SuiteError(
            f"can't be read: {problem.strerror}", where=str(path), todo="check the path and its rights"
        ) from None
    return parse(raw, path)


def parse(raw: bytes, path: Path) -> Document:
    """The YAML document in `raw`; `path` is only for messages."""
    if len(raw) > MAX_BYTES:
        raise SuiteError(f"{len(raw)} bytes; at most {MAX_BYTES} are read", where=str(path), todo="split the file")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        line = raw.count(b"\n", 0, problem.start) + 1
        raise EncodingError(
            f"not UTF-8: byte 0x{raw[problem.start]:02x}", where=f"{path}:{line}", todo="save the file as UTF-8"
        ) from None
    try:
        with _no_collection():
            value = _document(iter(_Loader(text).get_event, None), path)
    except yaml.YAMLError as problem:
        mark = getattr(problem, "problem_mark", None)
        words = getattr(problem, "problem", None) or "not YAML"
        raise SuiteError(f"not valid YAML: {words}", where=f"{path}:{mark.line + 1 if mark else 1}") from None
    return Document(path, raw, value)


@contextmanager
def _no_collection() -> Iterator[None]:
    """Pause the search for garbage: a tree of many nodes holds none, and looking through it takes half of the time."""
    pausing = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if pausing:
            gc.enable()


# The value is made from the parser's events as they come: nodes in between would take two fifths more time.


def _document(events: Iterator[Any], path: Path) -> Any:
    """The value of the one document in a stream; None where it holds none."""
    value, begun = None, False
    for event in events:
        if isinstance(event, yaml.DocumentStartEvent):
            if begun:
                raise _refused("a second document begins", path, event, "write one document a file")
            value, begun = _value(next(events), events, path, 0), True
    return value


def _value(event: Any, events: Iterator[Any], path: Path, depth: int) -> Any:
    """The value that begins with `event`, read to its end."""
    kind = type(event)
    if kind is yaml.ScalarEvent:
        return _scalar(event, path)
    if kind is yaml.AliasEvent:
        raise _refused("aliases (*name) are not read", path, event, "write the value out")
    _check_tag(event, path)
    if depth == DEEPEST:
        raise _refused("nested too deeply", path, event, "flatten the file")
    return (_sequence if kind is yaml.SequenceStartEvent else _mapping)(events, path, depth + 1)


def _sequence(events: Iterator[Any], path: Path, depth: int) -> list[Any]:
    made: list[Any] = []
    while type(child := next(events)) is not yaml.SequenceEndEvent:
        made.append(_value(child, events, path, depth))
    return made


def _mapping(events: Iterator[Any], path: Path, depth: int) -> dict[str, Any]:
    made: dict[str, Any] = {}
    while type(key := next(events)) is not yaml.MappingEndEvent:
        if type(key) is not yaml.ScalarEvent:
            raise _refused("a key must be plain text", path, key)
        if key.value in made:
            raise _refused(f"the key {key.value!r} occurs twice", path, key, "keep one of them")
        made[key.value] = _value(next(events), events, path, depth)
    return made


def _check_tag(event: Any, path: Path) -> None:
    if event.tag not in _UNTAGGED and event.tag not in _TAGS:
        raise _refused(f"the tag {event.tag} is not read", path, event, "remove the tag")


def _refused(what: str, path: Path, event: Any, todo: str = "") -> SuiteError:
    return SuiteError(what, where=f"{path}:{event.start_mark.line + 1}", todo=todo)


def _scalar(event: Any, path: Path) -> Any:
    if event.tag is not None:
        _check_tag(event, path)
    value = event.value
    if event.style in _QUOTED:
        return value
    if value.lower() in _CONSTANTS:
        return _CONSTANTS[value.lower()]
    if (event.implicit[0] if event.tag in _UNTAGGED else event.tag != _TEXT) and _INTEGER.fullmatch(value):
        return int(value)
    return value
