"""What a journal says, gathered: the plan, and the latest word on every position.

Rules this module keeps:

* What was answered and graded stays on the disk and is read again when it is asked for; in memory is only where it stands and
  what counts of it, so that a run of a million samples fits.
* A response, grade or failure is a record in its canonical form, to the byte, and every position is answered once. Anything else
  is Tampered.
* What is sealed is opened line by line, when it is asked for; without an identity a sealed run is `shut`: what counts can be read,
  and of its texts nothing but that they are there.
* What a running program knows is what it wrote: `Run.write` writes a line and takes it in, as `load` does with a line it reads.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Final

from evalcenter import boundary, canon, ciphers, fingerprint, flying, journal, torn
from evalcenter.ciphers import Codec, Identity
from evalcenter.errors import Incomplete, RunError, Tampered
from evalcenter.glances import Seen, Tells
from evalcenter.journal import Entry, Journal
from evalcenter.pacing import Spent, tokens
from evalcenter.paths import JUDGE, PERSON, Known, judgeable
from evalcenter.plan import fits
from evalcenter.records import (
    Failure,
    Grade,
    Judgement,
    Plan,
    Probed,
    Response,
    Result,
    Review,
    Scores,
    Verdict,
)
from evalcenter.shelves import NONE, Column, Lines, Pile, Shelf, compact, plain, typed
from evalcenter.usage import Told

_RESPONSE_END: Final = re.compile(rb',"attempts":([0-9]{1,18}),"position":(0|[1-9][0-9]{0,17})\}')
"""How a response ends. The rest of it is looked at when it is read, and every time a run is verified."""


class Run:
    """The plan of a run, and the latest word on every position.

    `results` holds what counts of the latest grade by a person, else the machine's; `grades` that grade itself, `machine` and
    `judged` the machine's and the judges' own; `judgements` and `reviews` are all that were written on a position. `book` is the
    journal while it is open for writing, `codec` what hides and opens the texts of a sealed run.
    """

    def __init__(self, folder: Path, plan: Plan, first: Entry, codec: Codec | None = None) -> None:
        self.folder, self.path, self.plan, self.codec = folder, folder / journal.NAME, plan, codec
        self.book: Journal | None = None
        lines, length = Lines(self.path, codec), len(plan.order)
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
        self.judgements = Pile(lines, Judgement)
        self.reviews = Pile(lines, Review)
        self.probes: list[Probed] = []
        self.probed_at = NONE
        """How many answers there were when a probe was last asked behind the last question."""
        self.judgeable: Final = judgeable(plan)
        self.known: Final = Known(grades=self.results, judged=self.by_judge, failed=self.failed)
        self.retries = self.recovered = self.reasked = self.remembered = 0
        self.vain = 0
        """Calls that led to no answer that stands: those of every failure, and those that a stop cut off."""
        self._tried: dict[int, int] = {}
        self._spent: Spent | None = None
        self.opened: list[Any] = []
        self.scores: Scores | None = None
        self.verdict: Verdict | None = None
        self.decided: Entry | None = None
        self.finished = ""
        self.report: dict[str, str] = {}
        self.rendered: dict[str, int] = {}
        self.closed: str | None = None
        self._seen: dict[Result, Result] = {}

    @property
    def shut(self) -> bool:
        """Whether the texts of this run can't be read: it is sealed, and was opened without an identity."""
        return self.plan.sealing is not None and self.codec is None

    # -- writing

    def write(self, kind: str, data: Any) -> Entry:
        """Write one line to the journal, and take it in. Raises RunError where the journal is not open.

        `data` is a record, or the canonical bytes of one.
        """
        if self.book is None:
            raise RunError("this run was opened for reading", where=str(self.folder))
        entry = self.book.append(kind, data)
        if type(data) is bytes:
            self.read(entry)
            return entry
        self._apply(entry, data)
        self._moved_on(entry)
        return entry

    def sync(self) -> None:
        """Bring what was written to the disk itself, so that not even a loss of power undoes it."""
        if self.book is not None:
            self.book.sync()

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
        if entry.kind == "response" and (end := _RESPONSE_END.fullmatch(entry.raw, entry.raw.rfind(b',"attempts":'))):
            self._answer(int(end[2]), entry, remembered=end[1] == b"0")
        elif entry.kind == "grade" and (seen := boundary.glance(Seen, entry.raw)) is not None:
            self._grade(seen.position, seen.result(), entry)
        else:
            self._apply(entry, _data(entry, self.path))
        self._moved_on(entry)

    @property
    def spent(self) -> Spent:
        """What the run has spent; what was spent before it was opened is counted when it is first asked for."""
        if self._spent is None:
            self._spent = Spent(calls=self.vain)
            for response in self.responses.values():
                self.add(response, self._spent)
            for one in self.probes:
                self.add_probe(one, self._spent)
        return self._spent

    def add(self, response: Response, spent: Spent) -> None:
        """Add to `spent` what an answer of this run took."""
        spent.calls += response.attempts
        for answer in response.answers[-response.attempts :] if response.attempts else ():  # asked, not remembered
            asked = 0 if answer.prompt_tokens is not None else self._characters(response.position)
            spent.add(*tokens(asked, answer))

    def add_probe(self, probed: Probed, spent: Spent) -> None:
        """Add to `spent` what a probe took."""
        spent.calls += probed.attempts
        if probed.answer is not None and self.plan.probing is not None:
            prompt = next(probe.prompt for probe in self.plan.probing.probes if probe.id == probed.probe)
            spent.add(*tokens(len(prompt), probed.answer))

    def told(self) -> Iterator[Told]:
        """What every answer tells of itself, in the order of the plan, without its text where that can be left unread."""
        for position in self.responses:
            glanced = boundary.glance(Tells, self.responses.raw(position))
            yield from (self.responses[position] if glanced is None else glanced).answers

    def _characters(self, position: int) -> int:
        """The length of the prompt that the plan asks there."""
        return sum(len(message.content) for message in self.plan.items[self.plan.order[position]].prompt)

    def _moved_on(self, entry: Entry) -> None:
        self.head, self.count, self.last = entry.digest, entry.seq + 1, entry.at

    def _apply(self, entry: Entry, data: Any) -> None:
        match entry.kind:
            case "response":
                self._answer(data.position, entry, remembered=data.attempts == 0)
            case "failure":
                self.fail(self._unanswered(data.position, entry), data.kind, entry.offset)
                self.vain += data.attempts
                self._tried.pop(data.position, None)
                self.finished = entry.at
            case "grade":
                self._grade(data.position, Result.of(data), entry)
            case "judgement" | "review":
                pile = self.judgements if entry.kind == "judgement" else self.reviews
                pile.put(self._answered(data.position, entry), entry.offset)
                self.overtake()
            case "probe":
                self._probe(data, entry)
            case "verdict":
                self.verdict, self.decided = data, entry
            case "report":
                self.report.update(data)
                self.rendered.update(dict.fromkeys(data, entry.seq))
            case "retry":
                self.retries += 1
                position = data.get("position", NONE)
                self._tried[position] = self._tried.get(position, 0) + 1
            case "reasked":
                self.reasked += len(data["positions"])
                self.vain += sum(1 + self._tried.pop(position, 0) for position in data["positions"])
            case "recovered":
                self.recovered += 1
            case "plan":
                raise self._tampered(entry, f"a second plan at entry {entry.seq}")
            case _:
                self.opened += [data] if entry.kind == "opened" else []
                self.closed = str(data.get("why", "")) if entry.kind == "closed" else None

    def _probe(self, probed: Probed, entry: Entry) -> None:
        if words := fingerprint.wrong(self.plan.probing, self.probes, probed):
            raise self._tampered(entry, f"entry {entry.seq}: {words}")
        self.probes.append(probed)
        if probed.phase == "after":
            self.probed_at = len(self.responses)
        self.overtake()

    def _answered(self, position: int, entry: Entry) -> int:
        if self.responses.offset(position) != NONE:
            return position
        words = f"entry {entry.seq} is a {entry.kind} on position {position}, which has no answer"
        raise self._tampered(entry, words)

    def _grade(self, position: int, result: Result, entry: Entry) -> None:
        self._keep(self._answered(position, entry), result, entry.offset)

    def _answer(self, position: int, entry: Entry, *, remembered: bool) -> None:
        self._unanswered(position, entry)
        self.responses.put(position, entry.offset)
        self._tried.pop(position, None)
        self.remembered += remembered
        self.failures.drop(position)
        self.failed.drop(position)
        self.overtake()
        self.finished = entry.at

    def _unanswered(self, position: int, entry: Entry) -> int:
        if not 0 <= position < len(self.plan.order):
            raise self._tampered(entry, f"entry {entry.seq} is about position {position}, which was never planned")
        if self.responses.offset(position) != NONE:
            verb = "answers" if entry.kind == "response" else "fails"
            raise self._tampered(entry, f"entry {entry.seq} {verb} position {position}, which is answered already")
        return position

    def _tampered(self, entry: Entry, words: str) -> Tampered:
        return Tampered(words, where=f"{self.path}:{entry.seq + 1}")

    def fail(self, position: int, kind: str, offset: int = NONE) -> None:
        """A call at `position` failed for good."""
        self.failures.put(position, offset)
        self.failed.put(position, kind)
        self.overtake()

    def take(self, grade: Grade) -> None:
        """Keep what counts of a grade that stands in no journal."""
        self._keep(grade.position, Result.of(grade), NONE)

    def _keep(self, position: int, result: Result, offset: int) -> None:
        self.overtake()
        result = self._shared(result)
        if result.by.startswith(JUDGE):
            self.judged.put(position, offset)
            self.by_judge.put(position, result)
            return
        before = self.results.get(position)
        if not result.by.startswith(PERSON):
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
    "judgement": Judgement,
    "review": Review,
    "probe": Probed,
    "verdict": Verdict,
    "report": dict[str, str],
}


def _data(entry: Entry, path: Path) -> Any:
    if entry.kind in _KINDS:
        return typed(_KINDS[entry.kind], entry, path)
    data = plain(entry, path)
    if not isinstance(data, dict):
        raise Tampered(f"entry {entry.seq} is no {entry.kind}: it holds no fields", where=f"{path}:{entry.seq + 1}")
    if entry.kind == "opened" and not _opens(data):
        raise Tampered(f"entry {entry.seq} is no opened: it lacks lab or environment", where=f"{path}:{entry.seq + 1}")
    named = data.get("positions") if entry.kind == "reasked" else [data.get("position", NONE)]
    if not isinstance(named, list) or not all(type(position) is int for position in named):
        raise Tampered(f"entry {entry.seq} is no {entry.kind}: it names no positions", where=f"{path}:{entry.seq + 1}")
    return data


def _opens(data: Mapping[str, Any]) -> bool:
    environment = data.get("environment")
    return (
        isinstance(environment, dict) and all(isinstance(said, str) for said in environment.values()) and "lab" in data
    )


# -- opening ----------------------------------------------------------------------------------------------------------


def load(folder: Path, identity: Identity | None = None, *, shut: bool = False) -> Run:
    """The run in `folder`, its chain verified. Raises RunError's children.

    A sealed one needs an `identity`, unless it may stay `shut`.
    """
    run, first = begun(folder, identity, shut=shut)
    for entry in journal.entries(folder, first):
        run.read(entry)
    return run


def begun(folder: Path, identity: Identity | None = None, *, shut: bool = False) -> tuple[Run, Entry]:
    """The run in `folder` as its first line has it, which is its plan; and that line. What came after is still to be read."""
    first = next(journal.entries(folder), None)
    path = folder / journal.NAME
    if first is None or first.kind != "plan":
        raise Incomplete(
            "the journal does not start with a plan",
            where=str(path),
            todo="start the run again in a new folder" if first else "start the run again; nothing was asked yet",
        )
    plan = compact(typed(Plan, first, path))
    if not fits(plan):
        raise Tampered("the plan names questions or positions that it does not have", where=f"{path}:1")
    codec = None if shut and identity is None else ciphers.codec(plan, identity, str(path))
    return Run(folder, plan if codec is None else codec.plan(plan, str(path)), first, codec), first


def create(folder: Path, plan: Plan, identity: Identity | None = None) -> Run:
    """A new run in a new or empty `folder`, open for writing. Raises RunError when one is there, Sealed without its identity."""
    codec = ciphers.codec(plan, identity, str(folder))
    book = Journal.create(folder)
    book.seal = codec
    run = Run(folder, plan, book.append("plan", plan if codec is None else codec.planned(plan)), codec)
    run.book = book
    return run


def resume(folder: Path, identity: Identity | None = None) -> Run:
    """The run in `folder`, open for writing. Half a line at its end is set aside; calls that a kill cut off are written down."""
    book = Journal.take(folder)
    try:
        half = torn.set_aside(folder / journal.NAME)
        run = load(folder, identity)
        book.go_on(run.count, run.head)
        book.seal, run.book = run.codec, book
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
