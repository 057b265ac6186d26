"""The journal of a run: an append-only file of JSON lines, each holding the digest of the line before.

Rules this module keeps:

* A line is canonical JSON ``{"at", "data", "kind", "prev", "seq"}``; ``prev`` is the SHA-256 of the exact bytes of the line
  before (without its line end), for the first line of the format's name. Change, drop or move a line and the chain breaks.
* The first line is the plan. Nothing is ever edited or removed; a correction is a later line.
* One process writes (a lock file), every line is flushed as it is written, and the disk is synced at most once a second and at
  the end, so a kill loses at most the line that was being written. Half a line at the end is set aside, and said.
* This is the only place that reads the wall clock.

The kinds of lines are in ``KINDS`` and, with an example each, in ``docs/journal.md``.
"""

from __future__ import annotations

import errno
import hashlib
import os
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from io import FileIO
from pathlib import Path
from types import TracebackType
from typing import Any, Final, TypeVar

from evalcenter import boundary, canon
from evalcenter.errors import DiskFull, Incomplete, InputError, Locked, RunError, Tampered
from evalcenter.paths import JUDGE, PERSON, Known
from evalcenter.records import Failure, Grade, Plan, Response, Verdict

T = TypeVar("T")
NAME: Final = "journal.jsonl"
GENESIS: Final = canon.digest(b"evalcenter/journal/1")
SYNC_S: Final = 1.0
KINDS: Final = (
    "plan",
    "opened",
    "response",
    "failure",
    "retry",
    "grade",
    "verdict",
    "report",
    "closed",
    "recovered",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One verified line: its number, kind, UTC time, data, and its own digest."""

    seq: int
    kind: str
    at: str
    data: Any
    digest: str


def now() -> str:
    """The wall clock as UTC text, to the second."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


# -- reading ----------------------------------------------------------------------------------------------------------


def entries(folder: Path) -> Iterator[Entry]:
    """Every whole line of the journal in `folder`, verified on the way. Half a line at the end is left out.

    Raises Incomplete when there is no journal, Tampered at the first line that does not follow from the one before.
    """
    path = folder / NAME
    previous, number = GENESIS, 0
    try:
        with path.open("rb") as file:
            for number, line in enumerate(file):
                if not line.endswith(b"\n"):
                    return
                entry = _entry(line[:-1], number, previous, f"{path}:{number + 1}")
                previous = entry.digest
                yield entry
    except FileNotFoundError:
        raise Incomplete(
            f"there is no {NAME}",
            where=str(folder),
            todo="check the folder's name; without its journal a run can't be read",
        ) from None
    except OSError as problem:
        raise RunError(f"the journal can't be read: {problem.strerror}", where=str(path)) from None


def _entry(line: bytes, number: int, previous: str, where: str) -> Entry:
    try:
        held = canon.decode(line)
        if not isinstance(held, dict):
            raise Tampered("not a journal line: it holds no fields", where=where)
        entry = Entry(seq=held["seq"], kind=held["kind"], at=held["at"], data=held["data"], digest=canon.digest(line))
        prev = held["prev"]
    except (InputError, KeyError, TypeError) as problem:
        raise Tampered(f"not a journal line: {problem}", where=where) from None
    if prev != previous:
        raise Tampered(f"the chain is broken: this line follows {prev}, the line before is {previous}", where=where)
    if entry.seq != number or len(held) != 5 or canon.encode(held) != line:
        raise Tampered(f"line {number} calls itself {entry.seq}, or is not in canonical form", where=where)
    if entry.kind not in KINDS:
        raise Tampered(
            f"an unknown kind of entry, {entry.kind!r}", where=where, todo="read it with the version that wrote it"
        )
    return entry


@dataclass(slots=True)
class Run:
    """What a journal says, gathered: the plan, and the latest word on every position."""

    folder: Path
    plan: Plan
    plan_digest: str
    head: str
    count: int
    first: str
    last: str
    responses: dict[int, Response] = field(default_factory=dict)
    failures: dict[int, Failure] = field(default_factory=dict)
    grades: dict[int, Grade] = field(default_factory=dict)
    machine: dict[int, Grade] = field(default_factory=dict)
    judged: dict[int, Grade] = field(default_factory=dict)
    retries: int = 0
    recovered: int = 0
    opened: list[Any] = field(default_factory=list)
    verdict: Verdict | None = None
    decided: Entry | None = None
    finished: str = ""
    report: dict[str, str] = field(default_factory=dict)
    closed: str | None = None

    def take(self, grade: Grade) -> None:
        """Keep a grade: `grades` holds the latest by a person, else the machine's; `machine` and `judged` theirs."""
        self.overtake()
        if grade.by.startswith(JUDGE):
            self.judged[grade.position] = grade
            return
        read = self.grades.get(grade.position)
        if not grade.by.startswith(PERSON):
            self.machine[grade.position] = grade
            if read is not None and read.by.startswith(PERSON):
                return
        self.grades[grade.position] = grade

    def overtake(self) -> None:
        """A verdict that does not know what came after it is none."""
        self.verdict = self.decided = None

    @property
    def known(self) -> Known:
        """What the run knows of its samples."""
        failed = {position: failure.kind for position, failure in self.failures.items()}
        return Known(grades=self.grades, judged=self.judged, failed=failed)


def load(folder: Path) -> Run:
    """The run in `folder`, its chain verified. Raises RunError's children."""
    lines = entries(folder)
    first = next(lines, None)
    if first is None or first.kind != "plan":
        raise Incomplete(
            "the journal does not start with a plan",
            where=str(folder / NAME),
            todo="start the run again in a new folder",
        )
    run = Run(
        folder=folder,
        plan=_typed(Plan, first, folder),
        plan_digest=canon.digest(first.data),
        head=first.digest,
        count=1,
        first=first.at,
        last=first.at,
    )
    for entry in lines:
        _apply(run, entry)
        run.head, run.count, run.last = entry.digest, entry.seq + 1, entry.at
    return run


def _apply(run: Run, entry: Entry) -> None:
    match entry.kind:
        case "response":
            response = _typed(Response, entry, run.folder)
            _once(run, response.position, entry)
            run.responses[response.position] = response
            run.failures.pop(response.position, None)
            run.overtake()
            run.finished = entry.at
        case "failure":
            failure = _typed(Failure, entry, run.folder)
            run.failures[failure.position] = failure
            run.overtake()
            run.finished = entry.at
        case "grade":
            grade = _typed(Grade, entry, run.folder)
            if grade.position not in run.responses:
                raise Tampered(
                    f"entry {entry.seq} grades position {grade.position}, which has no answer", where=str(run.folder)
                )
            run.take(grade)
        case "verdict":
            run.verdict, run.decided = _typed(Verdict, entry, run.folder), entry
        case "report":
            run.report.update(_typed(dict[str, str], entry, run.folder))
        case "retry":
            run.retries += 1
        case "recovered":
            run.recovered += 1
        case "opened":
            run.opened.append(entry.data)
            run.closed = None
        case "closed":
            run.closed = str(entry.data.get("why", ""))
        case _:
            raise Tampered(f"a second plan at entry {entry.seq}", where=str(run.folder / NAME))


def _once(run: Run, position: int, entry: Entry) -> None:
    if position in run.responses or not 0 <= position < len(run.plan.order):
        raise Tampered(
            f"entry {entry.seq} answers position {position}, which is answered already or was never planned",
            where=str(run.folder / NAME),
        )


def _typed(kind: type[T], entry: Entry, folder: Path) -> T:
    try:
        return boundary.convert(kind, entry.data)
    except InputError as problem:
        raise Tampered(f"entry {entry.seq} is no {entry.kind}: {problem}", where=str(folder / NAME)) from None


# -- writing ----------------------------------------------------------------------------------------------------------


class Journal:
    """The journal of one run, open for appending. Use it as a context manager; `create` starts one, `resume` goes on."""

    def __init__(self, folder: Path) -> None:
        from filelock import FileLock

        self.folder = folder
        self.seq, self.head = 0, GENESIS
        self._synced = time.monotonic()
        self._file: FileIO | None = None
        self._lock = FileLock(folder / "lock")

    @classmethod
    def create(cls, folder: Path, plan: Plan) -> Journal:
        """A new journal in a new or empty `folder`, with the plan as its first line. Raises RunError when one is there."""
        _make(folder)
        if (folder / NAME).exists():
            raise RunError(
                "this folder holds a run already", where=str(folder), todo="go on with --resume, or give another --out"
            )
        journal = cls(folder)
        journal._open("x")
        journal.append("plan", plan)
        return journal

    @classmethod
    def resume(cls, folder: Path) -> tuple[Journal, Run]:
        """The journal in `folder`, ready to be continued, and what it says. Sets half a line at the end aside."""
        if not (folder / NAME).is_file():
            raise Incomplete(f"there is no {NAME}", where=str(folder), todo="check the folder's name")
        journal = cls(folder)
        journal._take_lock()
        try:
            torn = _set_torn_aside(folder)
            run = load(folder)
        except BaseException:
            journal._lock.release()
            raise
        journal.seq, journal.head = run.count, run.head
        journal._open("a")
        if torn:
            journal.append("recovered", {"bytes": len(torn), "digest": canon.digest(torn)})
        return journal, run

    def _take_lock(self) -> None:
        from filelock import Timeout

        try:
            self._lock.acquire(timeout=0)
        except Timeout:
            raise Locked(
                "another process is writing this run", where=str(self.folder), todo="wait for it, or stop it first"
            ) from None
        except OSError as problem:
            raise disk_error(problem, self.folder) from None

    def _open(self, mode: str) -> None:
        if not self._lock.is_locked:
            self._take_lock()
        try:
            # Unbuffered: what a full disk refused must not wait in a buffer and land behind something else later.
            self._file = FileIO(self.folder / NAME, mode)
        except OSError as problem:
            self._lock.release()
            raise disk_error(problem, self.folder) from None

    def append(self, kind: str, data: Any) -> Entry:
        """Write one line and hand it to the operating system. Raises DiskFull or RunError when the disk refuses."""
        if self._file is None:
            raise RunError("the journal is closed", where=str(self.folder))
        held = {"seq": self.seq, "kind": kind, "at": now(), "prev": self.head, "data": canon.plain(data)}
        line = canon.encode(held)
        try:
            _write(self._file, line + b"\n")
            if time.monotonic() - self._synced >= SYNC_S:
                self._sync()
        except OSError as problem:
            self._abandon()
            raise disk_error(problem, self.folder) from None
        entry = Entry(seq=self.seq, kind=kind, at=str(held["at"]), data=held["data"], digest=canon.digest(line))
        self.seq, self.head = self.seq + 1, entry.digest
        return entry

    def _sync(self) -> None:
        if self._file is not None:
            os.fsync(self._file.fileno())
            self._synced = time.monotonic()

    def _abandon(self) -> None:
        """Take nothing more: half a line may stand at the end, and nothing may be written behind it."""
        broken, self._file = self._file, None
        if broken is not None:
            with suppress(OSError):
                broken.close()

    def close(self) -> None:
        """Sync and let go. Closing twice is fine."""
        try:
            if self._file is not None:
                self._sync()
                self._file.close()
        except OSError as problem:
            raise disk_error(problem, self.folder) from None
        finally:
            self._file = None
            self._lock.release()

    def __enter__(self) -> Journal:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _write(file: FileIO, raw: bytes) -> None:
    """Write all of `raw`; an unbuffered file may take it in parts."""
    left = memoryview(raw)
    while left:
        left = left[file.write(left) :]


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as problem:
        raise disk_error(problem, folder) from None


def _set_torn_aside(folder: Path) -> bytes:
    path = folder / NAME
    raw = path.read_bytes()
    end = raw.rfind(b"\n") + 1
    torn = raw[end:]
    if torn:
        aside = folder / f"torn-{hashlib.sha256(torn).hexdigest()[:12]}.bin"
        try:
            aside.write_bytes(torn)
            os.truncate(path, end)
        except OSError as problem:
            raise disk_error(problem, folder) from None
    return torn


def disk_error(problem: OSError, folder: Path) -> RunError:
    """The error that says why the disk refused."""
    if problem.errno in (errno.ENOSPC, errno.EDQUOT):
        return DiskFull(
            "the disk is full",
            where=str(folder),
            todo="free some space, then go on with `evalcenter run --resume FOLDER`",
        )
    return RunError(f"can't write here: {problem.strerror}", where=str(folder), todo="check the folder's rights")
