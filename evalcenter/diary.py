"""A small file of JSON lines, each holding the digest of the line before: what is written down again and again about one thing.

Rules this module keeps:

* A line is canonical JSON ``{"data", "prev", "seq"}``; ``prev`` is the SHA-256 of the exact bytes of the line before, for the first
  line of the format's name. Nothing is edited or removed; change, drop or move a line and the chain breaks.
* One process writes at a time, and a line is on the disk before it counts. Half a line at the end is set aside.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from evalcenter import canon, torn
from evalcenter.errors import InputError, Locked, RunError, Tampered, disk_refused

GENESIS: Final = canon.digest(b"evalcenter/diary/1")
PATIENCE_S: Final = 5.0


def read(path: Path) -> list[Any]:
    """What the lines in `path` hold, as JSON types; nothing where there is no file. Raises Tampered where the chain is broken."""
    return [held for held, _ in _lines(path)]


def _lines(path: Path) -> list[tuple[Any, str]]:
    """What each whole line holds, with its digest."""
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        return []
    except OSError as problem:
        raise RunError(f"can't be read: {problem.strerror}", where=str(path)) from None
    found: list[tuple[Any, str]] = []
    for number, line in enumerate(raw.split(b"\n")[:-1]):
        try:
            held = canon.decode(line)
        except InputError as problem:
            raise Tampered(problem.what, where=f"{path}:{number + 1}") from None
        after = found[-1][1] if found else GENESIS
        if (
            not isinstance(held, dict)
            or canon.encode(held) != line
            or (held.get("prev"), held.get("seq")) != (after, number)
        ):
            raise Tampered(
                "the chain is broken: this line does not follow the one before", where=f"{path}:{number + 1}"
            )
        found.append((held.get("data"), canon.digest(line)))
    return found


def append(path: Path, data: Any) -> int:
    """Write one line behind the others; its number. Raises Locked, Tampered, or RunError when the disk refuses."""
    return follow(path, lambda _: data)


def follow(path: Path, make: Callable[[list[Any]], Any]) -> int:
    """As `append`, with what `make` says to all that the lines before hold; nobody else writes in between."""
    from filelock import FileLock, Timeout

    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(path.with_name(f"{path.name}.lock"), timeout=PATIENCE_S):
            if path.exists():
                torn.set_aside(path)
            before = _lines(path)
            head = before[-1][1] if before else GENESIS
            data = make([held for held, _ in before])
            with path.open("ab") as file:
                file.write(canon.encode({"data": data, "prev": head, "seq": len(before)}) + b"\n")
                file.flush()
                os.fsync(file.fileno())
            return len(before)
    except Timeout:
        raise Locked(
            "another process writes this file", where=str(path), todo="wait for it, or stop it first"
        ) from None
    except OSError as problem:
        raise disk_refused(problem, path) from None
