"""Says which planned call is still needed: a requirement that is decided asks for no more. Grades each answer as it comes.

Rules this module keeps:

* Calls are taken in the order of the plan. The census and fixed samples are asked in full; a sequential requirement until it is
  decided, and at most `ahead` units beyond one that waits for a person or for a slow answer.
* A decision rests on outcomes in plan order, never on the order in which answers come; answers that were in flight when a
  requirement was decided are kept and not used.
* An overall FAIL ends the asking, unless the rest is wanted for the report (`complete`).
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from evalcenter import paths, standards
from evalcenter.grade import Hearing, item_at, verdict
from evalcenter.history import Run
from evalcenter.marking import Marker
from evalcenter.paths import Walk
from evalcenter.records import Failure, Plan, Requirement, Response, Stream
from evalcenter.sequential import Lookout
from evalcenter.stats import Decision
from evalcenter.watching import Watch

AHEAD: Final = 64
STRIDE: Final = 64
"""A path of n units is looked at again after n / STRIDE more, so that steering costs the same for every answer of a long run. What
decided is found again unit by unit, so the verdict does not know of it; at most one call in STRIDE is asked in vain."""
NOT_READ: Final = -1
UNDECIDED: Final = Decision(grade="undecided", units=0, for_pass=0.0, for_fail=0.0)


@dataclass(slots=True, kw_only=True)
class Course:
    """How far one sequential requirement has come."""

    requirement: Requirement
    stream: Stream
    units: int
    reads: array[int]
    """For each position of the plan the unit that reads it, or -1."""
    walk: Walk
    lookout: Lookout
    decided: Decision = UNDECIDED
    known: int = 0
    """How many units were looked at."""
    front: int = 0
    """How many units from the start have all their answers."""
    front_at: int = 0
    """Where the unit behind them begins in the stream's positions."""
    next_at: int = 0
    """The first of the stream's positions that was not taken yet."""
    stands: int | None = None
    """The unit that waits for a person, or a judge."""

    @property
    def from_here(self) -> int:
        """The unit from which it looks ahead."""
        return self.front if self.stands is None else self.stands

    @property
    def open(self) -> bool:
        """Whether it asks for more."""
        return self.decided.grade == "undecided"

    def width(self, unit: int) -> int:
        """How many positions a unit takes."""
        return self.stream.widths[unit] if self.stream.widths else 1


def _course(plan: Plan, requirement: Requirement, stream: Stream, penalty: int) -> Course:
    reads = array("i", [NOT_READ]) * len(plan.order)
    at = 0
    for unit, width in enumerate(stream.widths or (1,) * len(stream.positions)):
        for position in stream.positions[at : at + width]:
            reads[position] = unit
        at += width
    units = len(stream.widths) or len(stream.positions)
    return Course(
        requirement=requirement,
        stream=stream,
        units=units,
        reads=reads,
        walk=Walk(plan, requirement, stream),
        lookout=Lookout(requirement, penalty),
    )


@dataclass(slots=True)
class _Queue:
    """Positions that are asked in full, in the order of the plan."""

    wanted: bytearray
    at: int = 0
    left: int = field(init=False)

    def __post_init__(self) -> None:
        self.left = self.wanted.count(1)

    def first(self) -> int | None:
        """The first one that is left."""
        self.at = self.wanted.find(1, self.at) if self.left else len(self.wanted)
        return self.at if self.left else None

    def want(self, position: int) -> None:
        """Ask this one too."""
        if not self.wanted[position]:
            self.wanted[position], self.left, self.at = 1, self.left + 1, min(self.at, position)

    def done(self, position: int) -> None:
        """This one was taken."""
        self.left -= self.wanted[position]
        self.wanted[position] = 0


class Steering:
    """Which calls a run still needs, by what `run` knows."""

    def __init__(self, run: Run, *, complete: bool, ahead: int = AHEAD, watch: Watch | None = None) -> None:
        self.run, self.complete, self._ahead, self._watch = run, complete, ahead, watch
        self._standard = standards.spent(run.plan.standard, run.plan.version_rank)
        self._penalty = standards.penalty(self._standard)
        self.courses: list[Course] = []
        self._red: dict[int, list[Requirement]] = {}
        fixed = bytearray(len(run.plan.order))
        fixed[: run.plan.census] = b"\1" * run.plan.census
        for requirement, stream in zip(self._standard.requirements, run.plan.streams, strict=True):
            self._add(requirement, stream, fixed)
        self._taken = bytearray(len(run.plan.order))
        for position in run.responses:
            self._taken[position], fixed[position] = 1, 0
        self._failed = any(self._crossed(position) for position in self._red)
        for course in self.courses:
            self._advance(course)
            self._follow(course)
        self._fixed = _Queue(fixed)
        for position in self._lost():
            self._fixed.want(position)

    def _add(self, requirement: Requirement, stream: Stream, fixed: bytearray) -> None:
        if requirement.rule == "zero":
            for position in stream.positions:
                self._red.setdefault(position, []).append(requirement)
        if requirement.rule == "evidence":
            self.courses.append(_course(self.run.plan, requirement, stream, self._penalty))
            return
        for position in stream.positions:
            fixed[position] = 1

    def _lost(self) -> set[int]:
        """Calls that failed for good below a decision that came out INCONCLUSIVE: a resumed run makes them again."""
        run, closed = self.run, [course for course in self.courses if not course.open]
        if not run.failed or not closed:
            return set()
        unsettled = {finding.requirement for finding in verdict(run).findings if finding.verdict == "inconclusive"}
        return {
            position
            for course in closed
            if course.requirement.id in unsettled
            for position in course.stream.positions
            if position in run.failed
        }

    def take(self) -> int | None:
        """The next position to ask; None when nothing can be asked now, or nothing more is needed."""
        if self.over:
            return None
        first = self._fixed.first()
        heads = [position for course in self.courses if (position := self._head(course)) is not None]
        position = min([*heads, first] if first is not None else heads, default=None)
        if position is not None:
            self._taken[position] = 1
            self._fixed.done(position)
        return position

    def _head(self, course: Course) -> int | None:
        """The first of the course's calls that is needed and was not taken."""
        if not course.open:
            return None
        positions, taken = course.stream.positions, self._taken
        at = course.next_at
        while at < len(positions) and taken[positions[at]]:
            at += 1
        course.next_at = at
        if at == len(positions) or course.reads[positions[at]] >= course.from_here + self._ahead:
            return None
        return positions[at]

    def outstanding(self) -> int:
        """How many positions can be asked now; none of them is taken."""
        if self.over:
            return 0
        ahead = {position for course in self.courses if course.open for position in self._window(course)}
        return self._fixed.left + sum(not self._fixed.wanted[position] for position in ahead)

    def at_most(self) -> int:
        """How many positions may still be asked, if no requirement is decided before its last unit."""
        if self.over:
            return 0
        wanted = bytearray(self._fixed.wanted)
        for course in self.courses:
            if course.open:
                for position in course.stream.positions[course.next_at :]:
                    wanted[position] = not self._taken[position]
        return wanted.count(1)

    def _window(self, course: Course) -> Iterator[int]:
        """The course's calls that are needed and were not taken."""
        last = course.from_here + self._ahead
        for position in course.stream.positions[course.next_at :]:
            if course.reads[position] >= last:
                return
            if not self._taken[position]:
                yield position

    @property
    def over(self) -> bool:
        """Whether a FAIL is certain (by a rate, or by a red line) and nothing more is wanted for the report."""
        return not self.complete and self._failed

    @property
    def blind(self) -> bool:
        """Whether no grade can change what is asked: nothing is decided on the way, and nothing ends the asking."""
        return not self.courses and (self.complete or not self._red)

    def moved(self, position: int) -> None:
        """Take note that `run` knows something new of `position`."""
        self._failed = self._failed or self._crossed(position)
        for course in self.courses:
            unit = course.reads[position]
            if unit != NOT_READ and course.open and unit <= course.front:
                self._advance(course)
                last = course.front == course.units
                due = course.front > course.known + course.known // STRIDE
                if last or due or unit < course.known or unit == course.stands:
                    self._follow(course, again=unit < course.known)

    def _crossed(self, position: int) -> bool:
        """Whether a red line was crossed there for certain."""
        readers = self._red.get(position)
        grade = self.run.results.get(position) if readers else None
        return grade is not None and any(paths.violation_of(r, grade) == "confirmed" for r in readers or ())

    def _advance(self, course: Course) -> None:
        """Move the front over every unit that has its answers, or has failed for good."""
        results, failed, positions = self.run.results, self.run.failed, course.stream.positions
        while course.front < course.units:
            end = course.front_at + course.width(course.front)
            for position in positions[course.front_at : end]:
                if position not in results and position not in failed:
                    return
            course.front, course.front_at = course.front + 1, end

    def _follow(self, course: Course, *, again: bool = False) -> None:
        if again:
            course.walk = Walk(self.run.plan, course.requirement, course.stream)
            course.lookout = Lookout(course.requirement, self._penalty)
        path = course.walk.go(self.run.known)
        course.known = path.units
        # It waits for a person, or for a judge where the answers are there.
        stands = path.standing == "waiting" or (path.standing == "missing" and course.known < course.front)
        course.stands = course.known if stands else None
        course.decided = course.lookout.look(path)
        self._failed = self._failed or course.decided.grade == "fail"
        if self._watch is not None:
            self._watch.moved(course.requirement.id, course.decided)


class Desk:
    """The course of a run: grades each answer, writes the grade down, and lets the steering say what comes next.

    Without a `marker` the answers are left to be graded all at once, later; that is for a steering that is blind to grades. A
    `hearing` puts what needs a judge to the judges.
    """

    def __init__(self, steering: Steering, marker: Marker | None, hearing: Hearing | None = None) -> None:
        self._steering, self._marker, self.hearing = steering, marker, hearing

    def take(self) -> int | None:
        """The next position to ask."""
        return self._steering.take()

    def answered(self, response: Response) -> None:
        """Grade an answer."""
        if self._marker is None:
            return
        run = self._steering.run
        graded = self._marker.grade(item_at(run, response.position), response)
        run.write("grade", graded)
        if self.hearing is not None:
            self.hearing.put(response, graded)
        self._steering.moved(response.position)

    def gave_up(self, failure: Failure) -> None:
        """Note a call that failed for good: it counts against both sides."""
        self._steering.moved(failure.position)
