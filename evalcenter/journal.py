"""The journal of a run: an append-only file of JSON lines, each holding the digest of the line before.

Rules this module keeps:

* A line is canonical JSON ``{"at", "data", "kind", "prev", "seq"}``; ``prev`` is the SHA-256 of the exact bytes of the line
  before (without its line end), for the first line of the format's name. Change, drop or move a line and the chain breaks.
* The first line is the plan. Nothing is ever edited or removed; a correction is a later line.
* One process writes (a lock file), every line is flushed as it is written, and the disk is synced at most once a second and at
  the end, so a kill loses at most the line that was being written. Half a line at the end is set aside, and said.
* What a seal hides is hidden before it reaches the file, and whoever reads a line gets it as it stands there.
* This is the only place that reads the wall clock.

The kinds of lines are in ``KINDS`` and, with an example each, in ``docs/journal.md``. What they add up to is in ``history.py``.
"""

from __future__ import annotations

import errno
import hashlib
import os
import re
import time
from collections.abc import Iterator
from contextlib import suppress
from functools import lru_cache
from io import BufferedReader, FileIO
from pathlib import Path
from types import TracebackType
from typing import Any, Final, NamedTuple, Protocol

from evalcenter import canon, envelope, torn
from evalcenter.errors import Incomplete, InputError, Locked, RunError, Tampered, disk_refused
from evalcenter.records import Failure, Grade, Response

NAME: Final = "journal.jsonl"
LOCK: Final = "lock"
GENESIS: Final = canon.digest(b"evalcenter/journal/1")
SYNC_S: Final = 1.0
KINDS: Final = (
    "plan",
    "opened",
    "response",
    "failure",
    "retry",
    "reasked",
    "grade",
    "judgement",
    "review",
    "probe",
    "verdict",
    "report",
    "closed",
    "recovered",
)
_KNOWN: Final = frozenset(KINDS)
SPELLED: Final = (Response, Grade, Failure)
"""Records without free parameters, which nothing needs to look through before they are written."""
BLOCK: Final = 65536
MOST: Final = 1 << 30
"""Bytes of one line, of which the first, with the plan, is the longest."""
_HEAD: Final = re.compile(rb'\{"at":"([0-9TZ:-]{20})","data":')
_TAIL: Final = re.compile(rb',"kind":"([a-z]+)","prev":"(sha256:[0-9a-f]{64})","seq":(0|[1-9][0-9]{0,17})\}')
"""What stands before and after the data of a line, in canonical form."""
_LONGEST_TAIL: Final = 200
_SECOND: Final = "%Y-%m-%dT%H:%M:%SZ"
PROBED_S: Final = 0.25
"""How long a writer tries to take the lock: whoever looks whether it is taken holds it for a moment."""
_HEAD_LENGTH: Final = 36
_AROUND: Final = len('{"at":"","data":,"kind":"","prev":"","seq":}') + 1
"""How much longer a line is, with its end, than what stands in it."""


class Entry(NamedTuple):
    """One line: its number, kind, UTC time, the bytes of its data, the line before's digest, its own, where it begins."""

    seq: int
    kind: str
    at: str
    raw: bytes
    prev: str
    digest: str
    offset: int

    @property
    def data(self) -> Any:
        """The data as plain JSON types. Raises InputError where its bytes are not canonical JSON."""
        held = canon.decode(self.raw)
        if canon.encode(held) != self.raw:
            raise InputError("not in canonical form")
        return held

    @property
    def end(self) -> int:
        """Where the line after it begins."""
        return self.offset + _AROUND + sum(map(len, (self.at, self.raw, self.kind, self.prev, str(self.seq))))


def now() -> str:
    """The wall clock as UTC text, to the second."""
    return time.strftime(_SECOND, time.gmtime())


def nanoseconds() -> int:
    """The wall clock as nanoseconds since 1970, for spans; nothing that is kept."""
    return time.time_ns()


# -- reading ----------------------------------------------------------------------------------------------------------


def entries(folder: Path, behind: Entry | None = None) -> Iterator[Entry]:
    """Every whole line of the journal in `folder`, its place in the chain verified. Half a line at the end is left out.

    Of a journal that grows only the lines `behind` an earlier one are read. The data is left as bytes. Raises Incomplete when there
    is no journal, Tampered at the first line that does not follow from the one before.
    """
    path = folder / NAME
    previous, offset, start = (GENESIS, 0, 0) if behind is None else (behind.digest, behind.end, behind.seq + 1)
    try:
        with _opened(folder) as file:
            file.seek(offset)
            for number, line in enumerate(iter(lambda: file.readline(MOST), b""), start):
                if len(line) == MOST:
                    raise Tampered(f"a line of {MOST} bytes or more; no journal has one", where=f"{path}:{number + 1}")
                entry = split(line, offset)
                if entry is None or entry.prev != previous or entry.seq != number or entry.kind not in _KNOWN:
                    if not line.endswith(b"\n"):
                        return
                    raise _wrong(entry, previous, number, f"{path}:{number + 1}")
                previous, offset = entry.digest, offset + len(line)
                yield entry
    except OSError as problem:
        raise RunError(f"the journal can't be read: {problem.strerror}", where=str(path)) from None


def _opened(folder: Path) -> BufferedReader:
    """The journal in `folder`, which must be a plain file: a pipe would keep us waiting, and a device would never end."""
    try:
        return envelope.open_plain(folder / NAME, links=True)
    except Incomplete:
        raise Incomplete(
            f"there is no {NAME}",
            where=str(folder),
            todo="check the folder's name; without its journal a run can't be read",
        ) from None


def _wrong(entry: Entry | None, previous: str, number: int, where: str) -> Tampered:
    """Why a line does not stand where it should."""
    if entry is None:
        return Tampered("not a journal line in canonical form", where=where)
    if entry.prev != previous or entry.seq != number:
        words = f"the chain is broken: line {entry.seq} follows {entry.prev}, line {number} behind {previous} was due"
        return Tampered(words, where=where)
    return Tampered(
        f"an unknown kind of entry, {entry.kind!r}", where=where, todo="read it with the version that wrote it"
    )


def chain(folder: Path) -> tuple[int, str]:
    """How many whole lines the journal in `folder` has, and the digest of the last; raises as `entries` does.

    Only the chain is looked at: a line's data may be anything, but not other than what was chained.
    """
    count, previous = 0, GENESIS.encode()
    try:
        with _opened(folder) as file:
            for line in iter(lambda: file.readline(MOST), b""):
                at = line.rfind(b',"kind":"', max(0, len(line) - _LONGEST_TAIL))
                end = _TAIL.fullmatch(line, at, len(line) - 1) if at > 0 else None
                if end is None or end[2] != previous or int(end[3]) != count or not _HEAD.match(line):
                    break
                previous = b"sha256:" + hashlib.sha256(line[:-1]).hexdigest().encode()
                count += 1
            else:
                return count, previous.decode()
    except (OSError, RunError):
        pass
    for entry in entries(folder):  # says what is wrong, and leaves half a line at the end out
        count, previous = entry.seq + 1, entry.digest.encode()
    return count, previous.decode()


def is_written(folder: Path) -> bool:
    """Whether a process writes the run in `folder` now. Nothing is written; the lock is shared for a moment where it is free."""
    import fcntl  # not on every system; there a run is never seen while it is written

    try:
        descriptor = os.open(folder / LOCK, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOFOLLOW)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError as problem:  # where there is no flock, the file itself is the lock
        return problem.errno in (errno.EAGAIN, errno.EWOULDBLOCK, errno.EACCES, errno.ENOSYS)
    finally:
        os.close(descriptor)  # lets go of the lock
    return False


def split(line: bytes, offset: int, *, digested: bool = True) -> Entry | None:
    """The parts of a line (with its line end), its own digest left empty unless `digested`; None where it is none.

    The data is not looked into.
    """
    at = line.rfind(b',"kind":"', max(0, len(line) - _LONGEST_TAIL))
    end = _TAIL.fullmatch(line, at, len(line) - 1) if at > 0 else None
    begin = _HEAD.match(line, 0, at) if end is not None else None
    if end is None or begin is None or not _is_a_time(begin[1]):
        return None
    kind, previous, number = end.groups()
    return Entry(
        int(number),
        kind.decode(),
        begin[1].decode(),
        line[_HEAD_LENGTH:at],
        previous.decode(),
        "sha256:" + hashlib.sha256(line[:-1]).hexdigest() if digested else "",
        offset,
    )


@lru_cache(maxsize=1024)
def _is_a_time(at: bytes) -> bool:
    """Whether `at` is a second as `now` spells it; lines of one second are looked at once."""
    try:
        return time.strftime(_SECOND, time.strptime(at.decode(), _SECOND)).encode() == at
    except ValueError:
        return False


# -- writing ----------------------------------------------------------------------------------------------------------


class Seal(Protocol):
    """Whoever hides secret texts before a line is written (``ciphers.py``)."""

    def seal(self, kind: str, seq: int, raw: bytes) -> bytes:
        """The canonical bytes of a line's data, without its secrets."""


class Journal:
    """The journal of one run, open for appending. Use it as a context manager; `create` starts one, `take` and `go_on` go on.

    Where there is a `seal`, it has its word on every line behind the plan.
    """

    def __init__(self, folder: Path) -> None:
        from filelock import FileLock

        self.folder = folder
        self.seq, self.head, self.size = 0, GENESIS, 0
        self._synced = time.monotonic()
        self._file: FileIO | None = None
        self._lock = FileLock(folder / LOCK)
        self._stamp = (-1, "")
        self.seal: Seal | None = None

    @classmethod
    def create(cls, folder: Path) -> Journal:
        """A new journal in a new or empty `folder`; its first line is the plan. Raises RunError when one is there."""
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as problem:
            raise disk_refused(problem, folder) from None
        journal = cls(folder)
        journal._take_lock()
        try:
            torn.set_unbegun_aside(folder / NAME)
        except RunError:
            journal._lock.release()
            raise
        journal._open("x")
        return journal

    @classmethod
    def take(cls, folder: Path) -> Journal:
        """The journal in `folder`, locked for this process but not open yet. Raises Locked while another one writes it."""
        if not (folder / NAME).is_file():
            raise Incomplete(f"there is no {NAME}", where=str(folder), todo="check the folder's name")
        journal = cls(folder)
        journal._take_lock()
        return journal

    def go_on(self, count: int, head: str) -> None:
        """Open it for appending behind its first `count` lines, the last of which has the digest `head`."""
        self._open("a")
        self.seq, self.head, self.size = count, head, (self.folder / NAME).stat().st_size

    def _take_lock(self) -> None:
        from filelock import Timeout

        try:
            self._lock.acquire(timeout=PROBED_S, poll_interval=PROBED_S / 25)
        except Timeout:
            raise Locked(
                "another process is writing this run", where=str(self.folder), todo="wait for it, or stop it first"
            ) from None
        except OSError as problem:
            raise disk_refused(problem, self.folder) from None

    def _open(self, mode: str) -> None:
        try:
            # Unbuffered: what a full disk refused must not wait in a buffer and land behind something else later.
            self._file = FileIO(self.folder / NAME, mode)
        except OSError as problem:
            self._lock.release()
            raise disk_refused(problem, self.folder) from None

    def append(self, kind: str, data: Any) -> Entry:
        """Write one line and hand it to the operating system. Raises DiskFull or RunError when the disk refuses.

        Bytes are data that is spelled canonically already.
        """
        if self._file is None:
            raise RunError("the journal is closed", where=str(self.folder))
        raw = (
            data if type(data) is bytes else canon.of_record(data) if isinstance(data, SPELLED) else canon.encode(data)
        )
        if self.seal is not None and kind != "plan":
            raw = self.seal.seal(kind, self.seq, raw)
        at = self._now()
        line = b'{"at":"%b","data":%b,"kind":"%b","prev":"%b","seq":%d}' % (
            at.encode(),
            raw,
            kind.encode(),
            self.head.encode(),
            self.seq,
        )
        try:
            _write(self._file, line + b"\n")
            if time.monotonic() - self._synced >= SYNC_S:
                self._sync()
        except OSError as problem:
            self._abandon()
            raise disk_refused(problem, self.folder) from None
        entry = Entry(self.seq, kind, at, raw, self.head, canon.digest(line), self.size)
        self.seq, self.head, self.size = self.seq + 1, entry.digest, self.size + len(line) + 1
        return entry

    def _now(self) -> str:
        """`now`, spelled once a second."""
        second = int(time.time())
        if second != self._stamp[0]:
            self._stamp = second, now()
        return self._stamp[1]

    def sync(self) -> None:
        """Sync the disk now. Raises DiskFull or RunError when it refuses, or refused before."""
        if self._file is None:
            raise RunError("the journal is closed", where=str(self.folder))
        try:
            self._sync()
        except OSError as problem:
            self._abandon()
            raise disk_refused(problem, self.folder) from None

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
            raise disk_refused(problem, self.folder) from None
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
