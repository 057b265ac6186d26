"""What the pages show and store: one run, opened for writing, and everybody who reads it.

Rules this module keeps:

* One lock stands around every look at the run and every write, so that two who mark at the same moment lose nothing.
* A review is on the disk before the page that says so is sent; the same form sent twice is written once.
* A page says nothing of why an answer is read: neither its address, nor its order, nor what it shows before the marks are stored.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from evalcenter import canon, labels, plan, reviewing
from evalcenter.grade import item_at
from evalcenter.readings import Reading, Who
from evalcenter.records import Document, Example, Lang, Mark, Message, Read, Review
from evalcenter.review import LONGEST_REASON, MARKS

WORDS: Final = {state: word for word, state in MARKS.items()}
CODE: Final = 16


class NotHere(Exception):
    """There is no such answer, or not for this reader."""


class Settled(Exception):
    """The answer was read otherwise meanwhile; nothing was stored."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the reading is: for one reader, and for the run. `awaited` answers hold the verdict up, `optional` ones do not."""

    mine: int
    left: int
    awaited: int
    optional: int


@dataclass(frozen=True, slots=True)
class Turn:
    """What was asked in one turn, and the answer, with its state; None where the dialogue ended before."""

    asked: tuple[Message, ...]
    answer: str | None
    state: str


@dataclass(frozen=True, slots=True)
class Line:
    """One criterion on a page: what is asked, the reader's mark, what others said where that may be seen."""

    number: int
    text: str
    guide: str
    last: bool
    own: str
    judge: Mark | None
    two: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sample:
    """One answer to read, or that was read. `stored` says that the reader's marks are on the disk."""

    code: str
    lang: Lang
    documents: tuple[Document, ...]
    turns: tuple[Turn, ...]
    options: Mapping[str, str]
    lines: tuple[Line, ...]
    good: tuple[Example, ...]
    bad: tuple[tuple[Example, str], ...]
    stored: bool
    reason: str
    reasons: tuple[str, ...]
    judged: bool


@dataclass(frozen=True, slots=True)
class Given:
    """What a form says: marks by the number of the criterion, a reason, and whether it corrects what was stored."""

    marks: Mapping[int, str]
    reason: str
    correction: bool


Fault = Literal["missing", "reason", "long"]


class Console:
    """The reading of one run by several people at once."""

    def __init__(self, reading: Reading) -> None:
        self._reading, self._lock = reading, threading.RLock()
        self._codes: dict[str, int] = {}

    def progress(self, who: Who) -> Progress:
        """How far it is."""
        with self._lock:
            awaited = self._reading.due(who, besides=False)
            optional = [] if awaited else self._reading.due(who)
            held = len(self._reading.read_by(who))
            return Progress(held, len(awaited), len(self._reading.awaited()), len(optional))

    def next(self, who: Who) -> str | None:
        """The address of what `who` reads next."""
        with self._lock:
            due = self._reading.due(who)
            return self._code(due[0]) if due else None

    def sample(self, code: str, who: Who) -> Sample:
        """One answer as `who` may see it now. Raises NotHere where it is not for him."""
        with self._lock:
            position = self._position(code)
            own = self._reading.own(position, who)
            if own is None and not self._reading.open_to(position, who):
                raise NotHere
            return self._sample(code, position, who, own)

    def store(self, code: str, who: Who, given: Given) -> tuple[Fault, ...]:
        """Store a review; what is wrong with the form otherwise. Raises NotHere, Settled, and RunError's children."""
        with self._lock:
            position = self._position(code)
            asked = self._reading.asked(position)
            said = {asked[number - 1]: MARKS[mark] for number, mark in given.marks.items() if number <= len(asked)}
            own = self._reading.own(position, who)
            if own is not None and not given.correction:
                if {read.criterion: read.state for read in own.marks} == said and own.reason == given.reason:
                    self._reading.run.sync()
                    return ()
                raise Settled
            if own is None and not (self._reading.open_to(position, who) or self._was_open(position, who)):
                raise Settled
            due = self._due(position, who, own)
            faults: list[Fault] = ["missing"] if set(due) - said.keys() else []
            faults += ["reason"] if given.correction and not given.reason else []
            faults += ["long"] if len(given.reason) > LONGEST_REASON else []
            if not faults:
                marks = tuple(Read(criterion=criterion, state=said[criterion]) for criterion in due)
                self._reading.take(
                    Review(position=position, reader=who.name, role=who.role, marks=marks, reason=given.reason)
                )
            return tuple(faults)

    def _was_open(self, position: int, who: Who) -> bool:
        """Whether two others were faster than a reader who had it on his desk: his marks are kept all the same."""
        return who.role == "reader" and len(self._reading.standing(position).two) == 2

    def _due(self, position: int, who: Who, own: Review | None) -> tuple[str, ...]:
        if own is not None:  # a correction says again what was said
            return tuple(read.criterion for read in own.marks)
        return self._reading.due_marks(position, who)

    # -- addresses

    def _code(self, position: int) -> str:
        seed = self._reading.run.plan.seed
        code = canon.digest(f"evalcenter/console/1\n{seed}\n{position}".encode()).removeprefix("sha256:")[:CODE]
        self._codes[code] = position
        return code

    def _position(self, code: str) -> int:
        if code not in self._codes:
            for position in [*self._reading.awaited(), *self._reading.besides(), *self._reading.run.reviews]:
                self._code(position)
        if code not in self._codes:
            raise NotHere
        return self._codes[code]

    # -- one answer

    def _sample(self, code: str, position: int, who: Who, own: Review | None) -> Sample:
        run, item = self._reading.run, item_at(self._reading.run, position)
        answers = run.responses[position].answers
        turns = []
        for number, messages in enumerate(plan.script(item.prompt)):
            answer = answers[number] if number < len(answers) else None
            said = (answer.text, answer.state) if answer else (None, "complete")
            turns.append(Turn(tuple(messages), *said))
        open_ = own is not None or who.role == "arbiter"
        names = {criterion.id: criterion.text for criterion in item.criteria}
        standing = self._reading.standing(position)
        return Sample(
            code=code,
            lang=item.lang,
            documents=item.documents,
            turns=tuple(turns),
            options=item.options,
            lines=self._lines(position, who, own, several=len(turns) > 1),
            good=item.examples.good,
            bad=tuple((one, "; ".join(names[name] for name in one.fails)) for one in item.examples.bad),
            stored=own is not None,
            reason=own.reason if own is not None else "",
            reasons=tuple(review.reason for review in standing.two) if who.role == "arbiter" else (),
            judged=open_ and position in run.judged,
        )

    def _lines(self, position: int, who: Who, own: Review | None, *, several: bool) -> tuple[Line, ...]:
        item, asked = item_at(self._reading.run, position), self._reading.asked(position)
        due, said = self._due(position, who, own), _words(own)
        two = [_words(review) for review in self._reading.standing(position).two] if who.role == "arbiter" else []
        judged = self._judged(position) if own is not None or who.role == "arbiter" else {}
        lines = []
        for number, named in enumerate(asked, start=1):
            if named not in due:
                continue
            criterion = next(one for one in item.criteria if one.id == named)
            lines.append(
                Line(
                    number=number,
                    text=criterion.text,
                    guide=labels.guide(criterion),
                    last=several and criterion.over == "last",
                    own=said.get(named, ""),
                    judge=judged.get(named),
                    two=tuple(one[named] for one in two),
                )
            )
        return tuple(lines)

    def _judged(self, position: int) -> Mapping[str, Mark]:
        """The panel's marks by criterion; where no judge was asked, those that a grader gave."""
        run = self._reading.run
        shelf = run.judged if position in run.judged else run.machine
        return {mark.criterion: mark for mark in shelf[position].marks if mark.state != "pending"}


def _words(review: Review | None) -> dict[str, str]:
    return {} if review is None else {read.criterion: WORDS[read.state] for read in review.marks}


def who(name: str, role: Literal["reader", "arbiter"]) -> Who:
    """Somebody who is signed in."""
    return Who(reviewing.name(name), role)
