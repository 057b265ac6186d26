"""Which calls are in flight, on the disk: so that a killed run knows afterwards what it may ask twice.

Rules this module keeps:

* A slot is taken before a call goes out and freed when its outcome is in the journal; a call that was cut off leaves its slot.
* A slot of a position that was answered may still name it until the slot is taken again: whoever reads the file knows the answers.
* The file is a hint about calls whose answers were lost. What was answered is in the journal alone, and nothing here overrules it.
"""

from __future__ import annotations

import os
import struct
from contextlib import suppress
from pathlib import Path
from typing import Final

from evalcenter.errors import RunError, disk_refused

NAME: Final = "in-flight.bin"
_SLOT: Final = struct.Struct("<q")
_MOST: Final = 100_000
"""More slots than any run has; the rest of a foreign file is not read."""


class Slots:
    """Slots for calls in flight, kept in the run's folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._free: list[int] = []
        self._made = 0
        try:
            self._descriptor = os.open(folder / NAME, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o644)
        except OSError as problem:
            raise disk_refused(problem, folder) from None

    def take(self, position: int) -> int:
        """Write down that `position` is asked; the slot to free."""
        if not self._free:
            self._free.append(self._made)
            self._made += 1
        slot = self._free.pop()
        self._write(slot, position + 1)
        return slot

    def free(self, slot: int, *, answered: bool) -> None:
        """The call in this slot is settled."""
        if not answered:
            self._write(slot, 0)
        self._free.append(slot)

    def _write(self, slot: int, value: int) -> None:
        try:
            os.pwrite(self._descriptor, _SLOT.pack(value), slot * _SLOT.size)
        except OSError as problem:
            raise disk_refused(problem, self._folder) from None

    def close(self) -> None:
        """Let go of the file; it is removed when nothing is in flight."""
        with suppress(RunError):  # it is a hint, and the disk may be why we stop
            for slot in self._free:
                self._write(slot, 0)
        os.close(self._descriptor)
        if not left(self._folder):
            forget(self._folder)


def left(folder: Path) -> list[int]:
    """The positions that were in flight when the last process stopped, sorted."""
    try:
        with (folder / NAME).open("rb") as file:
            raw = file.read(_MOST * _SLOT.size)
    except OSError:
        return []
    held = _SLOT.iter_unpack(raw[: len(raw) // _SLOT.size * _SLOT.size])
    return sorted({value - 1 for (value,) in held if value > 0})


def forget(folder: Path) -> None:
    """Remove the file."""
    with suppress(OSError):
        (folder / NAME).unlink()
