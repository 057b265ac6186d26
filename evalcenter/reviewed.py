"""What people settled in runs, as labels for a judge.

Rules this module keeps:

* Only answers that people read whatever the judge had said are labels: all of a ``direct`` requirement, and of an ``audited`` one
  those that the coin sent to a person, flagged or not. The coins are thrown before the run and know nothing of the judge, so these
  answers are a fair sample and need no weights. What was read because the judge failed it would show the judge as it is told to be
  seen: it catches all of those. Under ``calibrated`` grading nothing else is read, so it gives no label.
* Of a sequence only units before the first that waits for a person are taken, of a fixed sample nothing until all is read: readers
  begin with what a judge failed.
* Where the run's panel is the one to be qualified, its recorded replies are the trials, and nobody is asked again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from evalcenter import paths, qualifying
from evalcenter import trials as trying
from evalcenter.history import Run
from evalcenter.judges import panels
from evalcenter.labels import Labelled
from evalcenter.qualifying import Trial
from evalcenter.records import Item, Panel, ReadState, Requirement, Stream

REVIEWS: Final = "reviews"
_READ: Final[dict[str, ReadState]] = {"met": "met", "not_met": "not_met"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """One answer that people settled, with its item as the run asked it."""

    position: int
    item: Item
    labelled: Labelled


def of_reviews(run: Run) -> Iterator[Settled]:
    """The complete answers of `run` that people settled and that are a fair sample, in the order of the plan."""
    for position in sorted(fair(run)):
        counts = run.results.get(position)
        if counts is None or not counts.by.startswith(paths.PERSON):  # read from the disk is only what a person read
            continue
        grade, response = run.grades[position], run.responses[position]
        if response.state != "complete":
            continue
        item, machine = run.plan.items[run.plan.order[position]], run.machine[position]
        truth = {
            theirs.criterion: _READ[theirs.state]
            for ours, theirs in zip(machine.marks, grade.marks, strict=True)
            if ours.state == "pending" and theirs.state in _READ
        }
        if truth:
            answers = tuple(answer.text for answer in response.answers)
            bad = {"pass": False, "fail": True}.get(grade.outcome)
            labelled = Labelled(item=item.id, answers=answers, truth=truth, bad=bad, source=REVIEWS)
            yield Settled(position=position, item=item, labelled=labelled)


def fair(run: Run) -> set[int]:
    """The positions that people read, or would have read, whatever the judge had said of them."""
    found: set[int] = set()
    for requirement, stream in zip(run.plan.standard.requirements, run.plan.streams, strict=True):
        found.update(_fair(run, requirement, stream))
    return found


def _fair(run: Run, requirement: Requirement, stream: Stream) -> Iterable[int]:
    if requirement.grading == "calibrated":
        return []
    if requirement.rule != "evidence":
        return stream.positions if all(_is_read(run, requirement, position) for position in stream.positions) else []
    path = paths.walk(run.plan, requirement, stream, run.known)
    units = zip(paths.units(stream), range(path.units), strict=False)
    audited = requirement.grading == "audited"
    return [p for unit, at in units for p in unit if not audited or stream.coins[at : at + 1] == "1"]


def _is_read(run: Run, requirement: Requirement, position: int) -> bool:
    result, item = run.results.get(position), run.plan.items[run.plan.order[position]]
    return result is None or paths.outcome_of(requirement, item, result)[1] != "pending"


def trials(run: Run, settled: Iterable[Settled], panel: Panel) -> Iterator[Trial]:
    """The trials that the replies in `run` make of `settled` answers; none where another panel was asked, or in another way.

    An answer that was put to no judge makes no trial.
    """
    theirs, seed = run.plan.panel, run.plan.seed
    if theirs is None or qualifying.asked(theirs) != qualifying.asked(panel):
        return
    for one in settled:
        position, machine = one.position, run.machine[one.position]
        occurrence = run.plan.epochs[position] if run.plan.epochs else 0
        case = panels.case(one.item, occurrence, run.responses[position], machine)
        replies = None if case is None else panels.told(case, theirs, seed, run.judgements.get(position, ()))
        if case is not None and replies is not None:
            yield trying.trial(one.labelled, machine, case, panel, replies)
