"""Asks graders for marks on every response, and a standard for its verdict; both go to the journal.

Rules this module keeps:

* Every response is graded once by the machine; a grade is never changed, only followed by a later one.
* What only a judge can mark stays pending in the machine's grade; the panel's grade stands beside it, and follows from the judges'
  replies in the journal.
* The verdict is decided on what the journal holds, and journalled with its evidence.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from evalcenter import canon, crew, fingerprint, hooks, judging, plan, scoring, standards
from evalcenter.errors import RunError, Tampered
from evalcenter.history import Run
from evalcenter.judges import panels
from evalcenter.judges.panels import Case, Opinion
from evalcenter.marking import Marker
from evalcenter.records import Grade, Identity, Item, Judgement, Response, Scores, Verdict
from evalcenter.shelves import Shelf
from evalcenter.watching import Watch

CHUNK: Final = 1024
"""Answers that a worker grades at a time."""
FEW: Final = 1000
"""A worker is started for so many answers; fewer are graded sooner without one."""


def item_at(run: Run, position: int) -> Item:
    """The item that the plan asks at `position`."""
    return run.plan.items[run.plan.order[position]]


def whole(response: Response, turns: int | None) -> bool:
    """Whether a response answers each of its `turns`, or ends at the first incomplete answer; None where they are sealed."""
    complete = [answer.state == "complete" for answer in response.answers]
    if not complete or not all(complete[:-1]):
        return False
    return turns is None or len(complete) == turns or (len(complete) < turns and not complete[-1])


def in_pieces(position: int) -> Tampered:
    """What to raise of a response that is not `whole`."""
    return Tampered(f"the response at position {position} does not answer the turns of its question, each once")


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
            item, response = items[order[at]], responses[at]
            if not whole(response, len(plan.script(item.prompt))):
                raise in_pieces(at)
            made[at] = canon.of_record(marker.grade(item, response))
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
    return standards.decide(run.plan.standard, scores(run), run.plan.version_rank, identity(run))


def identity(run: Run) -> Identity | None:
    """Whether one model answered throughout, by what `run` knows; None where no probes were planned."""
    return fingerprint.identity(run.plan.probing, run.probes, ended=run.probed_at == len(run.responses))


def decide(run: Run) -> Verdict:
    """The verdict on `run`, written to the journal. One that stands there, with nothing new behind it, stands."""
    if run.verdict is not None:
        return run.verdict
    decided = verdict(run)
    run.write("verdict", decided)
    return decided


# -- judges -----------------------------------------------------------------------------------------------------------


def case(run: Run, response: Response, machine: Grade) -> Case | None:
    """The case that an answer makes for the panel; None where no requirement reads a judge's mark of it, or none is needed."""
    if run.plan.panel is None or not run.judgeable[response.position]:
        return None
    occurrence = run.plan.epochs[response.position] if run.plan.epochs else 0
    return panels.case(item_at(run, response.position), occurrence, response, machine)


def unjudged(run: Run) -> Iterator[tuple[Case, tuple[Judgement, ...]]]:
    """The cases that wait for a judge, in the order of the plan, with what was said of each before a stop."""
    if run.plan.panel is None:
        return
    for position in run.machine:
        if run.judgeable[position] and position not in run.judged:
            found = case(run, run.responses[position], run.machine[position])
            if found is not None:
                yield found, run.judgements.get(position, ())


def opinion(run: Run, position: int) -> tuple[Case, Opinion] | None:
    """What the judges' replies at `position` come to, with what was put to them; None where some are missing, or none was needed.

    Raises InputError where a reply answers nothing that was asked.
    """
    panel, machine = run.plan.panel, run.machine.get(position)
    found = None if panel is None or machine is None else case(run, run.responses[position], machine)
    if panel is None or found is None:
        return None
    said = panels.opinion(found, panel, run.plan.seed, run.judgements.get(position, ()))
    return None if said is None else (found, said)


class Hearing:
    """The judges of an open run: what is put to them, and what they say goes to its journal.

    `moved` is told of every position on which the panel's grade was written down.
    """

    def __init__(
        self, run: Run, means: judging.Means, watch: Watch, moved: Callable[[int], None] | None = None
    ) -> None:
        if run.plan.panel is None:
            raise RunError("the plan names no judges", where=str(run.folder))
        self._run, self._watch, self._moved = run, watch, moved
        docket = judging.Docket(run.plan.panel, run.plan.seed, self._keep, self._settled)
        self.jury = judging.Jury(docket, replace(means, items=run.plan.items, quiet=run.plan.sealing is not None))
        for found, said in unjudged(run):
            self.jury.add(found, said)

    def put(self, response: Response, machine: Grade) -> None:
        """Put an answer to the judges, where one is needed."""
        found = case(self._run, response, machine)
        if found is not None:
            self.jury.add(found)

    def _keep(self, judgement: Judgement) -> None:
        self._run.write("judgement", judgement)
        self._watch.judged(judgement)

    def _settled(self, found: Case, said: Opinion) -> None:
        position = found.position
        self._run.write("grade", panels.grade(found, self._run.responses[position], self._run.machine[position], said))
        if self._moved is not None:
            self._moved(position)


def judge(run: Run, means: judging.Means, watch: Watch) -> None:
    """Put what still waits for a judge to the judges, beside nothing else. Raises JudgeGone; what was said stays."""
    if next(unjudged(run), None) is not None:
        watch.stage("judging")
        judging.work(Hearing(run, means, watch).jury)
