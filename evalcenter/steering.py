"""Says which planned call is still needed: a requirement that is decided asks for no more. Grades each answer as it comes.

Rules this module keeps:

* Calls are taken in the order of the plan. The census and fixed samples are asked in full; a sequential requirement until it is
  decided, and at most `ahead` units beyond one that waits for a person or for a slow answer.
* A decision rests on outcomes in plan order, never on the order in which answers come; answers that were in flight when a
  requirement was decided are kept and not used.
* An overall FAIL ends the asking, unless the rest is wanted for the report (`complete`).
"""

from __future__ import annotations

from bisect import bisect_right
from collections import deque
from dataclasses import dataclass
from itertools import accumulate
from typing import Final

from evalcenter import paths, sequential, standards
from evalcenter.grade import item_at, verdict
from evalcenter.journal import Journal, Run
from evalcenter.marking import Marker
from evalcenter.records import Failure, Requirement, Response, Stream
from evalcenter.run import Watch
from evalcenter.stats import Decision

AHEAD: Final = 64
STRIDE: Final = 64
"""A path of n units is looked at again after n / STRIDE more, so that steering costs the same for every answer of a long run. What
decided is found again unit by unit, so the verdict does not know of it; at most one call in STRIDE is asked in vain."""


@dataclass(slots=True, kw_only=True)
class Course:
    """How far one sequential requirement has come."""

    requirement: Requirement
    stream: Stream
    ends: list[int]
    """Where each unit ends within the stream's positions."""
    decided: Decision
    known: int = 0
    """How many units were looked at."""
    front: int = 0
    """How many units from the start have all their answers."""
    stands: int | None = None
    """The unit that waits for a person."""

    @property
    def from_here(self) -> int:
        """The unit from which it looks ahead."""
        return self.front if self.stands is None else self.stands

    @property
    def open(self) -> bool:
        """Whether it asks for more."""
        return self.decided.grade == "undecided"


class Steering:
    """Which calls a run still needs, by what `run` knows."""

    def __init__(self, run: Run, *, complete: bool, ahead: int = AHEAD, watch: Watch | None = None) -> None:
        self.run, self.complete, self._ahead, self._watch = run, complete, ahead, watch
        self._standard = standards.spent(run.plan.standard, run.plan.version_rank)
        self._penalty = standards.penalty(self._standard)
        self._fixed: set[int] = set(range(run.plan.census))
        self._readers: dict[int, list[tuple[Course, int]]] = {}
        self.courses: list[Course] = []
        self._red: dict[int, list[Requirement]] = {}
        for requirement, stream in zip(self._standard.requirements, run.plan.streams, strict=True):
            self._add(requirement, stream)
        self._failed = any(self._crossed(position) for position in self._red)
        for course in self.courses:
            self._advance(course)
            self._follow(course)
        self._fixed |= self._lost()
        self._left = deque(p for p in range(len(run.plan.order)) if p not in run.responses)

    def _add(self, requirement: Requirement, stream: Stream) -> None:
        if requirement.rule == "zero":
            for position in stream.positions:
                self._red.setdefault(position, []).append(requirement)
        if requirement.rule != "evidence":
            self._fixed.update(stream.positions)
            return
        ends = list(accumulate(stream.widths or (1,) * len(stream.positions)))
        undecided = Decision(grade="undecided", units=0, for_pass=0.0, for_fail=0.0)
        course = Course(requirement=requirement, stream=stream, ends=ends, decided=undecided)
        self.courses.append(course)
        for at, position in enumerate(stream.positions):
            self._readers.setdefault(position, []).append((course, bisect_right(ends, at)))

    def _lost(self) -> set[int]:
        """Calls that failed for good below a decision that came out INCONCLUSIVE: a resumed run makes them again."""
        run, closed = self.run, [course for course in self.courses if not course.open]
        if not run.failures or not closed:
            return set()
        unsettled = {finding.requirement for finding in verdict(run).findings if finding.verdict == "inconclusive"}
        return {
            position
            for course in closed
            if course.requirement.id in unsettled
            for position in course.stream.positions
            if position in run.failures
        }

    def take(self) -> int | None:
        """The next position to ask; None when nothing can be asked now, or nothing more is needed."""
        early: list[int] = []
        taken = None
        while self._left and taken is None and not self.over:
            position = self._left.popleft()
            if self._needed(position):
                taken = position
            elif any(course.open for course, _ in self._readers.get(position, ())):
                early.append(position)  # too far ahead by now
        self._left.extendleft(reversed(early))
        return taken

    def outstanding(self) -> int:
        """How many positions can be asked now; none of them is taken."""
        return 0 if self.over else sum(self._needed(position) for position in self._left)

    @property
    def over(self) -> bool:
        """Whether a FAIL is certain (by a rate, or by a red line) and nothing more is wanted for the report."""
        return not self.complete and self._failed

    def _needed(self, position: int) -> bool:
        return position in self._fixed or any(
            course.open and unit < course.from_here + self._ahead for course, unit in self._readers.get(position, ())
        )

    def moved(self, position: int) -> None:
        """Take note that `run` knows something new of `position`."""
        self._failed = self._failed or self._crossed(position)
        for course, unit in self._readers.get(position, ()):
            if course.open and unit <= course.front:
                self._advance(course)
                last = course.front == len(course.ends)
                if last or unit < course.known or course.front > course.known + course.known // STRIDE:
                    self._follow(course)

    def _crossed(self, position: int) -> bool:
        """Whether a red line was crossed there for certain."""
        grade = self.run.grades.get(position)
        readers = self._red.get(position, ())
        return grade is not None and any(paths.violation_of(r, grade) == "confirmed" for r in readers)

    def _advance(self, course: Course) -> None:
        """Move the front over every unit that has its answers, or has failed for good."""
        run, positions = self.run, course.stream.positions
        while course.front < len(course.ends):
            start = course.ends[course.front - 1] if course.front else 0
            unit = positions[start : course.ends[course.front]]
            if not all(position in run.grades or position in run.failures for position in unit):
                return
            course.front += 1

    def _follow(self, course: Course) -> None:
        path = paths.walk(self.run.plan, course.requirement, course.stream, self.run.known)
        course.known = len(path.worst)
        course.stands = course.known if path.standing == "waiting" else None
        course.decided = sequential.decision(course.requirement, path, self._penalty)
        self._failed = self._failed or course.decided.grade == "fail"
        if self._watch is not None:
            self._watch.moved(course.requirement.id, course.decided)


class Desk:
    """The course of a run: grades each answer, writes the grade down, and lets the steering say what comes next."""

    def __init__(self, steering: Steering, journal: Journal, marker: Marker) -> None:
        self._steering, self._journal, self._marker = steering, journal, marker

    def take(self) -> int | None:
        """The next position to ask."""
        return self._steering.take()

    def answered(self, response: Response) -> None:
        """Grade an answer."""
        run = self._steering.run
        run.responses[response.position] = response
        run.failures.pop(response.position, None)
        grade = self._marker.grade(item_at(run, response.position), response)
        self._journal.append("grade", grade)
        run.take(grade)
        self._steering.moved(response.position)

    def gave_up(self, failure: Failure) -> None:
        """Note a call that failed for good: it counts against both sides."""
        self._steering.run.failures[failure.position] = failure
        self._steering.moved(failure.position)
