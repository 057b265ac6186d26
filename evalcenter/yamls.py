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
_INTEGER: Final = re.compile(r"-?(0|[1-9][0-9]{0,17})")
_TAG: Final = "tag:yaml.org,2002:"
_TAGS: Final = {
    _TAG + name for name in ("str", "int", "float", "bool", "null", "timestamp", "merge", "value", "seq", "map")
}
_INT, _STR, _MAP, _SEQ = (_TAG + name for name in ("int", "str", "map", "seq"))
_CONSTANTS: Final = {"true": True, "false": False, "null": None, "~": None, "": None}


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """Tells whole numbers from other plain text, and nothing else: what text means is `_scalar`'s to say."""

    def resolve(self, kind: Any, value: Any, implicit: Any) -> str:
        """The tag of a node that carries none."""
        if kind is yaml.ScalarNode:
            return _INT if implicit[0] and _INTEGER.fullmatch(value) else _STR
        return _MAP if kind is yaml.MappingNode else _SEQ


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
            value = _plain(yaml.compose(text, Loader=_Loader), path, set())
    except yaml.YAMLError as problem:
        mark = getattr(problem, "problem_mark", None)
        words = getattr(problem, "problem", None) or "not YAML"
        raise SuiteError(f"not valid YAML: {words}", where=f"{path}:{mark.line + 1 if mark else 1}") from None
    except RecursionError:
        raise SuiteError("nested too deeply", where=str(path), todo="flatten the file") from None
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


def _plain(node: Any, path: Path, seen: set[int]) -> Any:
    if node is None:
        return None
    if id(node) in seen:
        raise _refused("aliases (*name) are not read", path, node, "write the value out")
    seen.add(id(node))
    if node.tag not in _TAGS:
        raise _refused(f"the tag {node.tag} is not read", path, node, "remove the tag")
    if isinstance(node, yaml.ScalarNode):
        return _scalar(node)
    if isinstance(node, yaml.SequenceNode):
        return [_plain(child, path, seen) for child in node.value]
    made: dict[str, Any] = {}
    for key, child in node.value:
        if not isinstance(key, yaml.ScalarNode):
            raise _refused("a key must be plain text", path, key)
        if key.value in made:
            raise _refused(f"the key {key.value!r} occurs twice", path, key, "keep one of them")
        made[key.value] = _plain(child, path, seen)
    return made


def _refused(what: str, path: Path, node: Any, todo: str = "") -> SuiteError:
    return SuiteError(what, where=f"{path}:{node.start_mark.line + 1}", todo=todo)


def _scalar(node: Any) -> Any:
    quoted = node.style in ("'", '"', "|", ">")
    if not quoted and node.value.lower() in _CONSTANTS:
        return _CONSTANTS[node.value.lower()]
    if not quoted and node.tag != _STR and _INTEGER.fullmatch(node.value):
        return int(node.value)
    return node.value
