"""What a journal says, gathered: the plan, and the latest word on every position.

Rules this module keeps:

* What was answered and graded stays on the disk and is read again when it is asked for; in memory is only where it stands and
  what counts of it, so that a run of a million samples fits.
* A response, grade or failure is a record in its canonical form, to the byte, and every position is answered once. Anything else
  is Tampered.
* What a running program knows is what it wrote: `Run.write` writes a line and takes it in, as `load` does with a line it reads.
"""

from __future__ import annotations

import os
import weakref
from array import array
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Generic, TypeVar

from evalcenter import boundary, canon, flying, journal
from evalcenter.errors import Incomplete, InputError, RunError, Tampered
from evalcenter.journal import Entry, Journal
from evalcenter.pacing import Spent, tokens
from evalcenter.paths import JUDGE, PERSON, Known, Result
from evalcenter.records import Failure, Grade, Plan, Response, Scores, Verdict

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
        if position in self:
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
        if position in self:
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

    def __contains__(self, position: object) -> bool:
        return isinstance(position, int) and self.offset(position) != NONE

    def __iter__(self) -> Iterator[int]:
        return (position for position, offset in enumerate(self._at) if offset != NONE)

    def __len__(self) -> int:
        return self._count


class Lines:
    """Single lines of a journal, read again by where they begin."""

    FIRST: Final = 4096

    def __init__(self, path: Path) -> None:
        self.path = path
        self._descriptor: int | None = None

    def entry(self, offset: int) -> Entry:
        """The line at `offset`. Raises RunError or Tampered where it is gone."""
        try:
            if self._descriptor is None:
                self._descriptor = os.open(self.path, os.O_RDONLY)
                weakref.finalize(self, os.close, self._descriptor)
            line = self._line(self._descriptor, offset)
        except OSError as problem:
            raise RunError(f"the journal can't be read: {problem.strerror}", where=str(self.path)) from None
        entry = journal.split(line, offset)
        if entry is None:
            raise Tampered("the journal changed while it was read", where=f"{self.path}, byte {offset}")
        return entry

    def _line(self, descriptor: int, offset: int) -> bytes:
        read, size = b"", self.FIRST
        while not read.endswith(b"\n"):
            more = os.pread(descriptor, size, offset + len(read))
            if not more:
                break
            end = more.find(b"\n")
            read, size = read + (more if end < 0 else more[: end + 1]), size * 4
        return read


class Run:
    """The plan of a run, and the latest word on every position.

    `results` holds what counts of the latest grade by a person, else the machine's; `grades` that grade itself, `machine` and
    `judged` the machine's and a judge's own. `book` is the journal while it is open for writing.
    """

    def __init__(self, folder: Path, plan: Plan, first: Entry, book: Journal | None = None) -> None:
        self.folder, self.path, self.plan, self.book = folder, folder / journal.NAME, plan, book
        lines, length = Lines(self.path), len(plan.order)
        self.plan_digest = canon.digest(first.raw)
        self.head, self.count, self.first, self.last = first.digest, 1, first.at, first.at
        self.responses = Shelf(lines, Response, length)
        self.failures = Shelf(lines, Failure, length)
        self.grades = Shelf(lines, Grade, length)
        self.machine = Shelf(lines, Grade, length)
        self.judged = Shelf(lines, Grade, length)
        self.results: Column[Result] = Column(length)
        self.by_judge: Column[Result] = Column(length)
        self.failed: Column[str] = Column(length)
        self.known: Final = Known(grades=self.results, judged=self.by_judge, failed=self.failed)
        self.retries = self.recovered = self.reasked = 0
        self.spent = Spent()
        self.opened: list[Any] = []
        self.scores: Scores | None = None
        self.verdict: Verdict | None = None
        self.decided: Entry | None = None
        self.finished = ""
        self.report: dict[str, str] = {}
        self.closed: str | None = None
        self._seen: dict[Result, Result] = {}

    # -- writing

    def write(self, kind: str, data: Any) -> Entry:
        """Write one line to the journal, and take it in. Raises RunError where the journal is not open."""
        if self.book is None:
            raise RunError("this run was opened for reading", where=str(self.folder))
        entry = self.book.append(kind, data)
        self._apply(entry, data)
        self._moved_on(entry)
        return entry

    def close(self) -> None:
        """Sync the journal and let go of it. Closing twice is fine."""
        if self.book is not None:
            self.book.close()

    def __enter__(self) -> Run:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # -- taking in

    def read(self, entry: Entry) -> None:
        """Take in a line of the journal. Raises Tampered where it says what can't be."""
        data = _data(entry, self.path)
        self._apply(entry, data)
        if isinstance(data, (Response, Failure)):
            self.spent.calls += data.attempts
        if isinstance(data, Response):
            for answer in data.answers:
                asked = 0 if answer.prompt_tokens is not None else self._characters(data.position)
                self.spent.add(*tokens(asked, answer))
        self._moved_on(entry)

    def _characters(self, position: int) -> int:
        """The length of the prompt that the plan asks there."""
        return sum(len(message.content) for message in self.plan.items[self.plan.order[position]].prompt)

    def _moved_on(self, entry: Entry) -> None:
        self.head, self.count, self.last = entry.digest, entry.seq + 1, entry.at

    def _apply(self, entry: Entry, data: Any) -> None:
        match entry.kind:
            case "response":
                self._answer(data, entry)
            case "failure":
                self.fail(self._planned(data.position, entry), data.kind, entry.offset)
                self.finished = entry.at
            case "grade":
                if data.position not in self.responses:
                    raise self._tampered(
                        entry, f"entry {entry.seq} grades position {data.position}, which has no answer"
                    )
                self.take(data, entry.offset)
            case "verdict":
                self.verdict, self.decided = data, entry
            case "report":
                self.report.update(data)
            case "retry":
                self.retries += 1
            case "reasked":
                self.reasked += len(data["positions"])
            case "recovered":
                self.recovered += 1
            case "opened":
                self.opened.append(data)
                self.closed = None
            case "closed":
                self.closed = str(data.get("why", ""))
            case _:
                raise self._tampered(entry, f"a second plan at entry {entry.seq}")

    def _answer(self, response: Response, entry: Entry) -> None:
        position = self._planned(response.position, entry)
        if position in self.responses:
            raise self._tampered(entry, f"entry {entry.seq} answers position {position}, which is answered already")
        self.responses.put(position, entry.offset)
        self.failures.drop(position)
        self.failed.drop(position)
        self.overtake()
        self.finished = entry.at

    def _planned(self, position: int, entry: Entry) -> int:
        if 0 <= position < len(self.plan.order):
            return position
        raise self._tampered(entry, f"entry {entry.seq} is about position {position}, which was never planned")

    def _tampered(self, entry: Entry, words: str) -> Tampered:
        return Tampered(words, where=f"{self.path}:{entry.seq + 1}")

    def fail(self, position: int, kind: str, offset: int = NONE) -> None:
        """A call at `position` failed for good."""
        self.failures.put(position, offset)
        self.failed.put(position, kind)
        self.overtake()

    def take(self, grade: Grade, offset: int = NONE) -> None:
        """Keep a grade, and where it stands."""
        self.overtake()
        result = self._shared(Result.of(grade))
        position, machine = grade.position, not grade.by.startswith(PERSON)
        if grade.by.startswith(JUDGE):
            self.judged.put(position, offset)
            self.by_judge.put(position, result)
            return
        before = self.results.get(position)
        if machine:
            self.machine.put(position, offset)
            if before is not None and before.by.startswith(PERSON):
                return
        self.grades.put(position, offset)
        self.results.put(position, result)

    def _shared(self, result: Result) -> Result:
        """The one copy of equal results: there are few different ones, however many samples."""
        return self._seen.setdefault(result, result)

    def overtake(self) -> None:
        """A verdict that does not know what came after it is none."""
        self.verdict = self.decided = self.scores = None


_KINDS: Final[Mapping[str, Any]] = {
    "plan": Plan,
    "response": Response,
    "failure": Failure,
    "grade": Grade,
    "verdict": Verdict,
    "report": dict[str, str],
}


def _data(entry: Entry, path: Path) -> Any:
    if entry.kind in _KINDS:
        return typed(_KINDS[entry.kind], entry, path)
    data = _plain(entry, path)
    if not isinstance(data, dict):
        raise Tampered(f"entry {entry.seq} is no {entry.kind}: it holds no fields", where=f"{path}:{entry.seq + 1}")
    if entry.kind == "reasked" and not isinstance(data.get("positions"), list):
        raise Tampered(f"entry {entry.seq} is no {entry.kind}: it names no positions", where=f"{path}:{entry.seq + 1}")
    return data


def typed(kind: type[T], entry: Entry, path: Path) -> T:
    """The record that an entry holds. Raises Tampered where it is none, or not spelled canonically."""
    if kind in journal.SPELLED and (made := boundary.exact(kind, entry.raw)) is not None:
        return made
    try:
        return boundary.convert(kind, _plain(entry, path))
    except InputError as problem:
        raise Tampered(f"entry {entry.seq} is no {entry.kind}: {problem}", where=f"{path}:{entry.seq + 1}") from None


def _plain(entry: Entry, path: Path) -> Any:
    try:
        return entry.data
    except InputError as problem:
        raise Tampered(f"entry {entry.seq}: {problem}", where=f"{path}:{entry.seq + 1}") from None


# -- opening ----------------------------------------------------------------------------------------------------------


def load(folder: Path) -> Run:
    """The run in `folder`, its chain verified. Raises RunError's children."""
    lines = journal.entries(folder)
    first = next(lines, None)
    if first is None or first.kind != "plan":
        raise Incomplete(
            "the journal does not start with a plan",
            where=str(folder / journal.NAME),
            todo="start the run again in a new folder",
        )
    run = Run(folder, typed(Plan, first, folder / journal.NAME), first)
    for entry in lines:
        run.read(entry)
    return run


def create(folder: Path, plan: Plan) -> Run:
    """A new run in a new or empty `folder`, open for writing. Raises RunError when one is there."""
    book = Journal.create(folder)
    return Run(folder, plan, book.append("plan", plan), book)


def resume(folder: Path) -> Run:
    """The run in `folder`, open for writing. Half a line at its end is set aside; calls that a kill cut off are written down."""
    book = Journal.take(folder)
    try:
        half = journal.set_torn_aside(folder)
        run = load(folder)
        book.go_on(run.count, run.head)
        run.book = book
        if half:
            run.write("recovered", {"bytes": len(half), "digest": canon.digest(half)})
        cut_off = [p for p in flying.left(folder) if p < len(run.plan.order) and p not in run.responses]
        if cut_off:
            run.write("reasked", {"positions": cut_off})
        flying.forget(folder)
    except BaseException:
        book.close()
        raise
    return run
