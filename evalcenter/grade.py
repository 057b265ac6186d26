"""Asks graders for marks on every response, and a standard for its verdict; both go to the journal.

Rules this module keeps:

* Every response is graded once by the machine; a grade is never changed, only followed by a later one.
* The verdict is decided on what the journal holds, and journalled with its evidence.

Judges will be called here and nowhere else; until then a judge's criterion stays pending and is counted so.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from evalcenter import canon, crew, hooks, scoring, standards
from evalcenter.history import Run
from evalcenter.marking import Marker
from evalcenter.records import Item, Response, Scores, Verdict
from evalcenter.shelves import Shelf

CHUNK: Final = 1024
"""Answers that a worker grades at a time."""
FEW: Final = 1000
"""A worker is started for so many answers; fewer are graded sooner without one."""


def item_at(run: Run, position: int) -> Item:
    """The item that the plan asks at `position`."""
    return run.plan.items[run.plan.order[position]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """What a worker needs to grade positions of a run: it reads their answers itself."""

    items: tuple[Item, ...]
    order: tuple[int, ...]
    responses: Shelf[Response]
    marker: Marker

    def grades(self, positions: Sequence[int]) -> list[bytes]:
        """The grades of answered `positions`, each as its canonical bytes.

        Those of one kind are marked one after another, whatever their order: what their grader needs is then at hand.
        """
        marker, items, order, responses = self.marker, self.items, self.order, self.responses
        made: dict[int, bytes] = {}
        for at in sorted(positions, key=self._kind):
            made[at] = canon.of_record(marker.grade(items[order[at]], responses[at]))
        return [made[at] for at in positions]

    def _kind(self, position: int) -> tuple[str, int]:
        index = self.order[position]
        return next((name for criterion in self.items[index].criteria for name in criterion.check), ""), index


def again(run: Run, positions: Sequence[int], plugins: hooks.Plugins) -> Iterator[tuple[int, bytes]]:
    """Each of the answered `positions` with the machine's grade of it, graded now, on all cores where there are many."""
    bench = Bench(items=run.plan.items, order=run.plan.order, responses=run.responses, marker=Marker(plugins.graders))
    hands = min(crew.cores(), len(positions) // FEW)
    for part, graded in zip(
        crew.chunks(positions, CHUNK),
        crew.spread(Bench.grades, bench, crew.chunks(positions, CHUNK), hands=hands),
        strict=True,
    ):
        yield from zip(part, graded, strict=True)


def mark(run: Run, plugins: hooks.Plugins) -> None:
    """Grade every response of `run` that has no grade yet, in the order of the plan."""
    due = array("q", (position for position in run.responses if position not in run.results))
    for _, raw in again(run, due, plugins):
        run.write("grade", raw)


def scores(run: Run) -> Scores:
    """The counts of `run`, made once for what it knows."""
    if run.scores is None:
        run.scores = scoring.tally(run.plan, run.known)
    return run.scores


def verdict(run: Run) -> Verdict:
    """The verdict of the plan's standard on what `run` knows."""
    return standards.decide(run.plan.standard, scores(run), run.plan.version_rank)


def decide(run: Run) -> Verdict:
    """The verdict on `run`, written to the journal. One that stands there, with nothing new behind it, stands."""
    if run.verdict is not None:
        return run.verdict
    decided = verdict(run)
    run.write("verdict", decided)
    return decided
