"""Half a line at the end of a journal: what a kill, or a full disk, leaves of the line that was being written.

Rules this module keeps:

* Nothing is thrown away: half a line is moved into a file beside the journal, named by its digest.
* A journal without one whole line was never begun; a new run may take its place.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Final

from evalcenter import envelope
from evalcenter.errors import RunError, disk_refused

BLOCK: Final = 65536


def begun(path: Path) -> bool:
    """Whether a run was begun: the first line of the journal at `path` is whole. Before that nothing was ever asked."""
    try:
        with path.open("rb") as file:
            return file.readline().endswith(b"\n")
    except FileNotFoundError:
        return False
    except OSError as problem:
        raise RunError(f"the journal can't be read: {problem.strerror}", where=str(path)) from None


def set_unbegun_aside(path: Path) -> None:
    """Move a journal without one whole line out of a new run's way. Raises RunError where a run was begun."""
    if begun(path):
        raise RunError(
            "this folder holds a run already", where=str(path.parent), todo="go on with --resume, or give another --out"
        )
    try:
        if path.exists():
            path.replace(_aside(path, half_line(path)))
    except OSError as problem:
        raise disk_refused(problem, path.parent) from None


def _aside(path: Path, half: bytes) -> Path:
    return path.with_name(f"torn-{hashlib.sha256(half).hexdigest()[:12]}.bin")


def set_aside(path: Path) -> bytes:
    """Move half a line at the end of the journal at `path` into a file of its own; what was moved."""
    half = half_line(path)
    if half:
        try:
            envelope.put(_aside(path, half), half)
            os.truncate(path, path.stat().st_size - len(half))
        except OSError as problem:
            raise disk_refused(problem, path.parent) from None
    return half


def half_line(path: Path) -> bytes:
    """What stands behind the last line end of the journal at `path`."""
    half = b""
    try:
        with path.open("rb") as file:
            left = file.seek(0, os.SEEK_END)
            while left and b"\n" not in half:
                step = min(left, BLOCK)
                left -= step
                file.seek(left)
                half = file.read(step) + half
    except OSError as problem:
        raise RunError(f"the journal can't be read: {problem.strerror}", where=str(path)) from None
    return half[half.rfind(b"\n") + 1 :]
