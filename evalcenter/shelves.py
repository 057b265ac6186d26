"""What a run knows of its samples, by position: a value in memory, or a record on the disk that is read when it is asked for.

Rules this module keeps:

* A million positions cost a few bytes each, and nothing where nothing is known.
* What is read from the disk is a record in its canonical form, to the byte; anything else is Tampered.
"""

from __future__ import annotations

import os
import weakref
from array import array
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Final, Generic, Protocol, TypeVar

from evalcenter import boundary, journal
from evalcenter.errors import InputError, RunError, Tampered
from evalcenter.journal import Entry
from evalcenter.records import Plan

T = TypeVar("T")
NONE: Final = -1


class Column(Mapping[int, T]):
    """One value in memory for each position that has one."""

    def __init__(self, length: int) -> None:
        self._length, self._held, self._count = length, list[T | None](), 0

    def put(self, position: int, value: T) -> None:
        """Hold `value`, in place of the one before."""
        if not self._held:
            self._held = [None] * self._length
        self._count += self._held[position] is None
        self._held[position] = value

    def drop(self, position: int) -> None:
        """Hold nothing there any more."""
        if self._count and position in self:
            self._held[position] = None
            self._count -= 1

    def __getitem__(self, position: int) -> T:
        value = self._held[position] if 0 <= position < len(self._held) else None
        if value is None:
            raise KeyError(position)
        return value

    def get(self, position: int, default: Any = None) -> Any:
        """As of any mapping, without an exception inside."""
        value = self._held[position] if 0 <= position < len(self._held) else None
        return default if value is None else value

    def __contains__(self, position: object) -> bool:
        return isinstance(position, int) and 0 <= position < len(self._held) and self._held[position] is not None

    def __iter__(self) -> Iterator[int]:
        return (position for position, value in enumerate(self._held) if value is not None)

    def __len__(self) -> int:
        return self._count


class Shelf(Mapping[int, T], Generic[T]):
    """Records of one kind by position, each read from the journal when it is asked for."""

    def __init__(self, lines: Lines, kind: type[T], length: int) -> None:
        self._lines, self._kind, self._length = lines, kind, length
        self._at: array[int] = array("q")
        self._count = 0

    def put(self, position: int, offset: int) -> None:
        """The record of `position` is the line at `offset`."""
        if not self._at:
            self._at = array("q", [NONE]) * self._length
        self._count += (self._at[position] == NONE) - (offset == NONE)
        self._at[position] = offset

    def drop(self, position: int) -> None:
        """`position` has none any more."""
        if self._count and position in self:
            self._at[position] = NONE
            self._count -= 1

    def offset(self, position: int) -> int:
        """Where the line begins; -1 where there is none."""
        return self._at[position] if 0 <= position < len(self._at) else NONE

    def __getitem__(self, position: int) -> T:
        offset = self.offset(position)
        if offset == NONE:
            raise KeyError(position)
        return typed(self._kind, self._lines.entry(offset), self._lines.path)

    def raw(self, position: int) -> bytes:
        """The bytes of the record, as they stand there."""
        return self._lines.entry(self._at[position]).raw

    def __contains__(self, position: object) -> bool:
        return isinstance(position, int) and self.offset(position) != NONE

    def __iter__(self) -> Iterator[int]:
        return (position for position, offset in enumerate(self._at) if offset != NONE)

    def __len__(self) -> int:
        return self._count


class Pile(Mapping[int, tuple[T, ...]], Generic[T]):
    """Several records of one kind by position, in the order in which they were written; read when they are asked for."""

    def __init__(self, lines: Lines, kind: type[T]) -> None:
        self._lines, self._kind = lines, kind
        self._at: dict[int, list[int]] = {}

    def put(self, position: int, offset: int) -> None:
        """One more record of `position` is the line at `offset`."""
        self._at.setdefault(position, []).append(offset)

    def __getitem__(self, position: int) -> tuple[T, ...]:
        entries = [self._lines.entry(offset) for offset in self._at[position]]
        return tuple([typed(self._kind, entry, self._lines.path) for entry in entries])

    def __iter__(self) -> Iterator[int]:
        return iter(self._at)

    def __len__(self) -> int:
        return len(self._at)


def compact(plan: Plan) -> Plan:
    """The same plan in less memory: one that was read holds a number of its own for every position, and few are different."""
    seen: dict[int, int] = {}
    order, epochs = (tuple([seen.setdefault(n, n) for n in numbers]) for numbers in (plan.order, plan.epochs))
    return replace(plan, order=order, epochs=epochs)


class Opener(Protocol):
    """Whoever opens what is sealed in a line (``ciphers.py``)."""

    def open(self, kind: str, seq: int, raw: bytes, where: str = "") -> bytes:
        """The data as it was before it was sealed. Raises Tampered."""


class Lines:
    """Single lines of a journal, read again by where they begin, and opened where there is an `opener`."""

    FIRST: Final = 4096

    def __init__(self, path: Path, opener: Opener | None = None) -> None:
        self.path, self._opener = path, opener
        self._descriptor: int | None = None

    def __reduce__(self) -> tuple[type[Lines], tuple[Path, Opener | None]]:
        return Lines, (self.path, self._opener)  # another process opens the file for itself

    def entry(self, offset: int) -> Entry:
        """The line at `offset`. Raises RunError or Tampered where it is gone."""
        try:
            if self._descriptor is None:
                self._descriptor = os.open(self.path, os.O_RDONLY)
                weakref.finalize(self, os.close, self._descriptor)
            line = self._line(self._descriptor, offset)
        except OSError as problem:
            raise RunError(f"the journal can't be read: {problem.strerror}", where=str(self.path)) from None
        entry = journal.split(line, offset, digested=False)
        if entry is None:
            raise Tampered("the journal changed while it was read", where=f"{self.path}, byte {offset}")
        if self._opener is None:
            return entry
        where = f"{self.path}:{entry.seq + 1}"
        return entry._replace(raw=self._opener.open(entry.kind, entry.seq, entry.raw, where))

    def _line(self, descriptor: int, offset: int) -> bytes:
        read, size = b"", self.FIRST
        while not read.endswith(b"\n"):
            more = os.pread(descriptor, size, offset + len(read))
            if not more:
                break
            end = more.find(b"\n")
            read, size = read + (more if end < 0 else more[: end + 1]), size * 4
        return read


def typed(kind: type[T], entry: Entry, path: Path) -> T:
    """The record that an entry holds. Raises Tampered where it is none, or not spelled canonically."""
    if kind in journal.SPELLED and (made := boundary.exact(kind, entry.raw)) is not None:
        return made
    try:
        plain(entry, path)
        return boundary.read(kind, entry.raw)
    except InputError as problem:
        raise Tampered(f"entry {entry.seq} is no {entry.kind}: {problem}", where=f"{path}:{entry.seq + 1}") from None


def plain(entry: Entry, path: Path) -> Any:
    """What an entry holds, as JSON types. Raises Tampered where it is not spelled canonically."""
    try:
        return entry.data
    except InputError as problem:
        raise Tampered(f"entry {entry.seq}: {problem}", where=f"{path}:{entry.seq + 1}") from None
