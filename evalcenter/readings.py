"""What waits for people, in which order each of them reads it, and the writing down of what they say.

Rules this module keeps:

* Failures of a red line come first, then what the verdict waits for, in an order drawn from the plan's seed: nothing in it tells an
  answer that a judge failed from one that the audit's coin picked. What people may look at besides comes last, and is optional.
* Nobody is given an answer that he has read; an arbiter only what two others disagree on.
* A review is a line of its own, on the disk before anything else happens; the grade that follows from it is written behind it. One
  that a kill kept from being written is written when the run is opened again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Final, Literal

from evalcenter import history, paths, reviewing, steering
from evalcenter.draws import Draws
from evalcenter.errors import InputError
from evalcenter.grade import item_at, opinion
from evalcenter.records import Grade, Requirement, Review, Stream
from evalcenter.reviewing import Standing

Ask = tuple[int, str]
Role = Literal["reader", "arbiter"]
Concerns = Callable[[history.Run], Mapping[int, int]]
"""Graded positions that people may look at besides what is awaited, each with its rank; lower ranks are offered first."""
SPLIT: Final = 0
VOIDED: Final = 1
NARROW: Final = 2
MARGIN: Final = Fraction(1, 10)


@dataclass(frozen=True, slots=True)
class Who:
    """Somebody who reads, and in which role."""

    name: str
    role: Role = "reader"


# -- what waits -------------------------------------------------------------------------------------------------------


def queue(run: history.Run) -> dict[Ask, str]:
    """The marks that the verdict waits for, by (position, criterion), with the text of the criterion, in plan order."""
    rule, asks = reviewing.rule_of(run.plan), {}
    decided = {c.requirement.id for c in steering.Steering(run, complete=True).courses if not c.open}
    waiting = {
        position
        for requirement, stream in zip(run.plan.standard.requirements, run.plan.streams, strict=True)
        if requirement.id not in decided  # what was in flight then is read by nobody
        for position in _waiting(run, requirement, stream)
    }
    for position in sorted(waiting):
        item, graded = item_at(run, position), run.grades[position]
        asked = rule.asked(item, run.machine[position])
        for criterion, mark in zip(item.criteria, graded.marks, strict=True):
            if criterion.id in asked and mark.reason != reviewing.READ:
                asks[position, criterion.id] = criterion.text
    return asks


def _waiting(run: history.Run, requirement: Requirement, stream: Stream) -> Sequence[int]:
    """The positions whose score for `requirement` hangs on a person."""
    graded = [p for p in stream.positions if p in run.results]
    if requirement.rule != "evidence":
        pending = [p for p in graded if paths.outcome_of(requirement, item_at(run, p), run.results[p])[1] == "pending"]
        zero = requirement.rule == "zero"
        crossed = [p for p in graded if zero and paths.violation_of(requirement, run.results[p]) == "unconfirmed"]
        return [*pending, *crossed]
    known = run.known
    return [
        position
        for at, unit in enumerate(paths.units(stream))
        for position in unit
        if paths.waits(run.plan, requirement, known, position, coin=stream.coins[at : at + 1] == "1")
    ]


def by_panel(run: history.Run) -> Mapping[int, int]:
    """What the panel's own marks are doubtful on.

    Judges, or one judge's repeated marks, differ; or some could not be judged; or a tenth of the points would turn the outcome.
    """
    found: dict[int, int] = {}
    panel = run.plan.panel
    several = panel is not None and (len(panel.judges) > 1 or panel.epochs > 1)
    for position, result in run.by_judge.items():
        line = Fraction(item_at(run, position).pass_line)
        said = opinion(run, position) if several else None
        if said is not None and said[1].split:
            found[position] = SPLIT
        elif "unjudged" in result.states:
            found[position] = VOIDED
        elif result.possible and abs(Fraction(max(0, result.earned), result.possible) - line) <= MARGIN:
            found[position] = NARROW
    return found


class Reading:
    """The reading of one run: what waits for whom, and how a review is taken. It remembers until something is written."""

    def __init__(self, run: history.Run, concerns: Concerns = by_panel) -> None:
        self.run, self._concerns = run, concerns
        self.rule = reviewing.rule_of(run.plan)
        self._asked: dict[int, tuple[str, ...]] = {}
        self._held: dict[int, tuple[Review, ...]] = {}
        self._awaited: list[int] | None = None

    @cached_property
    def _ranks(self) -> Mapping[int, int]:
        return self._concerns(self.run)  # no judge is asked while people read

    # -- one answer

    def asked(self, position: int) -> tuple[str, ...]:
        """The criteria that people mark there, all of them; none where there is no grade yet."""
        if position not in self._asked:
            graded = position in self.run.machine
            self._asked[position] = (
                self.rule.asked(item_at(self.run, position), self.run.machine[position]) if graded else ()
            )
        return self._asked[position]

    def reviews(self, position: int) -> tuple[Review, ...]:
        """All reviews of it, in the order of the journal."""
        if position not in self._held:
            self._held[position] = self.run.reviews.get(position, ())
        return self._held[position]

    def standing(self, position: int) -> Standing:
        """How far its reading has come."""
        return reviewing.standing(self.rule.readers, self.asked(position), self.reviews(position))

    def own(self, position: int, who: Who) -> Review | None:
        """What `who` said of it last, where that is all that was asked of him."""
        held = reviewing.latest(self.reviews(position), who.name, who.role)
        due = self.due_marks(position, who) if who.role == "reader" else ()
        return held if held is not None and reviewing.complete(due, held) else None

    def due_marks(self, position: int, who: Who) -> tuple[str, ...]:
        """The criteria that `who` marks there: an arbiter only what is disputed."""
        return self.asked(position) if who.role == "reader" else self.standing(position).disputed

    # -- all of them

    def awaited(self) -> list[int]:
        """The positions that the verdict waits for, in the order of reading."""
        if self._awaited is None:
            waiting = {position for position, _ in queue(self.run)}
            self._awaited = sorted(waiting, key=lambda p: (not self._crossed(p), self._drawn(p)))
        return self._awaited

    def besides(self) -> list[int]:
        """What people may look at besides, in the order of reading. Nothing that a person has graded is among it."""
        waiting = set(self.awaited())
        ranks = self._ranks
        open_ = [p for p in ranks if p not in waiting and not self._by_person(p) and self.asked(p)]
        return sorted(open_, key=lambda p: (ranks[p], self._drawn(p)))

    def due(self, who: Who, *, besides: bool = True) -> list[int]:
        """What `who` has still to read, in order; what is optional only where nothing that is awaited is left to him."""
        found = [position for position in self.awaited() if self.open_to(position, who)]
        if found or not besides:
            return found
        return [position for position in self.besides() if self.open_to(position, who)]

    def open_to(self, position: int, who: Who) -> bool:
        """Whether `who` may read it now: he has not, and there is room for him."""
        found = self.standing(position)
        mine = reviewing.key(who.name)
        if who.role == "arbiter":
            return bool(found.disputed) and mine not in {reviewing.key(review.reader) for review in found.two}
        if self.rule.readers == 2:
            return len(found.two) < 2 and self.own(position, who) is None
        return len(found.settled) < len(self.asked(position))

    def read_by(self, who: Who) -> list[int]:
        """What `who` has read so far, in the order of the plan."""
        return sorted(position for position in self.run.reviews if self.own(position, who) is not None)

    def _by_person(self, position: int) -> bool:
        return self.run.results[position].by.startswith(paths.PERSON)

    def _crossed(self, position: int) -> bool:
        """Whether a red line seems to be crossed there, by machine or panel."""
        judged = self.run.by_judge.get(position)
        seen = (self.run.results[position], judged) if judged is not None else (self.run.results[position],)
        return position in self.rule.red and any(result.violation != "none" for result in seen)

    def _drawn(self, position: int) -> int:
        return Draws(self.run.plan.seed, f"reading/{position}").below(1 << 62)

    # -- writing

    def take(self, review: Review) -> bool:
        """Write a review, then the grade that follows; False where it says what the same person said last.

        Raises InputError where it marks what was not asked, or not all of it was said before, RunError's children where it can't
        be written. Whoever calls holds the run alone.
        """
        who = Who(review.reader, review.role)
        asked = self.asked(review.position)
        odd = [read.criterion for read in review.marks if read.criterion not in asked]
        if odd or not review.marks:
            raise InputError(
                f"the review at position {review.position} marks {', '.join(map(repr, odd)) or 'nothing'}; asked for were "
                f"{', '.join(asked) or 'none'}"
            )
        if who.role == "arbiter" and any(
            reviewing.key(one.reader) == reviewing.key(who.name) for one in self.standing(review.position).two
        ):
            raise InputError(
                f"{who.name!r} has read the answer at position {review.position}, so another has to settle it"
            )
        before = reviewing.latest(self.reviews(review.position), who.name, who.role)
        whole = reviewing.joined(before, review)
        if before is not None and (dict(_said(before)), before.reason) == (dict(_said(whole)), whole.reason):
            self.run.sync()
            return False
        self.run.write("review", whole)
        del self._held[whole.position]
        self.run.sync()
        self._grade(whole.position)
        return True

    def settle(self) -> int:
        """Write every grade that follows from the reviews and is not there; how many were missing."""
        return sum(self._grade(position) for position in sorted(self.run.reviews))

    def _grade(self, position: int) -> bool:
        grade = follows(self.run, position, self.rule)
        if grade is None or grade == self.run.grades[position]:
            return False
        self.run.write("grade", grade)
        self.run.sync()
        self._awaited = None
        return True


def follows(run: history.Run, position: int, rule: reviewing.Rule) -> Grade | None:
    """The person's grade that follows from the reviews at `position`; None without one, or where no machine graded."""
    reviews = run.reviews.get(position, ())
    if not reviews or position not in run.machine:
        return None
    state = run.responses[position].state
    return reviewing.follows(rule, item_at(run, position), state, run.machine[position], reviews)


def settle(run: history.Run) -> int:
    """As `Reading.settle`, of a run that is open for writing."""
    return Reading(run).settle() if run.reviews else 0


def _said(review: Review) -> list[tuple[str, str]]:
    return [(read.criterion, read.state) for read in review.marks]
