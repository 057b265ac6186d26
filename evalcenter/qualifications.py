"""Reads and writes the file of a qualification.

Rules this module keeps:

* The file is the canonical JSON of a `Qualification`, and its digest that of its bytes. A file that says the same in other bytes
  was edited, and is refused.
* What is read holds together: days that exist, every judge of the panel in every trial, asked as often as it says, and marks of the
  panel that follow from its judges' marks.
* It holds no answer, no prompt and no key.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Final

from evalcenter import boundary, canon
from evalcenter.errors import InputError, disk_refused
from evalcenter.qualifying import Qualification, Trial, together

LONGEST: Final = 256_000_000
"""Bytes. A trial takes about one thousand."""
_TODO: Final = "make it with `evalcenter qualify-judge`, and keep it as it was made"


def load(path: Path) -> tuple[Qualification, str]:
    """The qualification at `path` with the digest of its bytes. Raises InputError where it is not what this program writes."""
    try:
        if path.stat().st_size > LONGEST:
            raise InputError(f"larger than {LONGEST} bytes; no qualification is", where=str(path), todo=_TODO)
        raw = path.read_bytes()
    except OSError as problem:
        raise InputError(f"can't be read: {problem.strerror}", where=str(path), todo=_TODO) from None
    try:
        canon.decode(raw)
        made = boundary.read(Qualification, raw)
    except InputError as problem:
        raise InputError(f"no qualification: {problem.what}", where=str(path), todo=_TODO) from None
    if canon.encode(made) != raw:
        raise InputError("its bytes are not those that were written: it was edited", where=str(path), todo=_TODO)
    for words in _problems(made):
        raise InputError(words, where=str(path), todo=_TODO)
    return made, canon.digest(raw)


def write(path: Path, made: Qualification) -> str:
    """Write `made` to `path`, whole or not at all; the digest of the file. Raises RunError when the disk refuses."""
    raw = canon.encode(made)
    beside = path.with_name(f".{path.name}.part")
    try:
        beside.write_bytes(raw)
        beside.replace(path)
    except OSError as problem:
        raise disk_refused(problem, path) from None
    return canon.digest(raw)


def until(made: str, days: int) -> str:
    """The last of `days` days from `made` on (``YYYY-MM-DD``)."""
    return (date.fromisoformat(made) + timedelta(days=days)).isoformat()


def _problems(made: Qualification) -> Iterator[str]:
    for name in ("made", "expires"):
        if not _is_day(getattr(made, name)):
            yield f"{name} is {getattr(made, name)[:20]!r}; expected a day such as 2026-03-31"
    if made.expires < made.made:
        yield f"it expires on {made.expires}, before it was made on {made.made}"
    judges = tuple(judge.spec.name for judge in made.panel.judges)
    if not judges or len(set(judges)) < len(judges):
        yield "its panel has no judge, or two of one name"
    if made.panel.floor < 1 or not 1 <= made.panel.epochs <= made.epochs:
        yield f"its panel asks {made.panel.epochs} times with a floor of {made.panel.floor}, and was tried {made.epochs} times"
    for at, trial in enumerate(made.trials):
        yield from (f"trials.{at}: {words}" for words in _wrong(trial, made, judges))


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _wrong(trial: Trial, made: Qualification, judges: tuple[str, ...]) -> Iterator[str]:
    if trial.length < 0 or not trial.criteria:
        yield "a trial is of an answer, and of one criterion at least"
    for one in trial.criteria:
        if tuple(said.judge for said in one.said) != judges:
            yield f"{one.criterion}: its judges are not those of the panel"
        for said in one.said:
            if not made.panel.epochs <= len(said.marks) == len(said.places) <= made.epochs:
                yield f"{one.criterion}: {said.judge} marked {len(said.marks)} times"
        if together(one.said, made.panel) != one.panel:
            yield f"{one.criterion}: the panel's mark does not follow from its judges'"
