"""Asks graders for marks on every response, and a standard for its verdict; both go to the journal.

Rules this module keeps:

* Every response is graded once by the machine; a grade is never changed, only followed by a later one.
* The verdict is decided on what the journal holds, and journalled with its evidence.

Judges will be called here and nowhere else; until then a judge's criterion stays pending and is counted so.
"""

from __future__ import annotations

from evalcenter import hooks, scoring, standards
from evalcenter.history import Run
from evalcenter.marking import Marker
from evalcenter.records import Item, Scores, Verdict


def item_at(run: Run, position: int) -> Item:
    """The item that the plan asks at `position`."""
    return run.plan.items[run.plan.order[position]]


def mark(run: Run, plugins: hooks.Plugins) -> None:
    """Grade every response of `run` that has no grade yet, in the order of the plan."""
    marker = Marker(plugins.graders)
    for position in run.responses:
        if position not in run.results:
            run.write("grade", marker.grade(item_at(run, position), run.responses[position]))


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
