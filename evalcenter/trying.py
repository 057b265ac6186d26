"""Tries a panel of judges on labelled answers: asks what is missing, and makes a qualification of what came back.

Rules this module keeps:

* Judges are asked as in a run, by the same requests. Answers that the rules settle without them are put too where the truth of a
  criterion is known: they tell how right a judge is, and nothing of what it catches.
* An answer that a run of the very same panel has judged already is not put again. Where it was judged several times, the first time
  counts: which one it is hangs on the order of the plan alone.
* Every reply is kept before the next is waited for; whatever stops a tryout, the same command goes on from there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from evalcenter import canon, judging, labels, qualifications, qualifying, trials
from evalcenter.judges import panels
from evalcenter.judges.panels import Case
from evalcenter.labels import Labelled
from evalcenter.marking import Marker
from evalcenter.qualifying import Qualification, Trial
from evalcenter.records import Answer, Grade, Item, Judgement, Panel, Response
from evalcenter.tryouts import Begun, Tryout, open_

Pair = tuple[Item, Labelled]


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What is wanted: which panel is tried, how often each judge is asked, for how many days it shall hold, from which seed."""

    panel: Panel
    epochs: int
    days: int
    seed: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """One labelled answer as it is put to the judges. `identity` is the digest of question, rubric and answer."""

    identity: str
    labelled: Labelled
    machine: Grade
    case: Case


@dataclass(frozen=True, slots=True, kw_only=True)
class Docket:
    """The answers to be put, what a run's replies tell already, and how many of the labels say nothing of any judge."""

    works: tuple[Work, ...]
    known: tuple[Trial, ...]
    idle: int


def docket(pairs: Iterable[Pair], known: Sequence[Trial], marker: Marker) -> Docket:
    """The answers of `pairs`, each once, but for those of which there is a `known` trial."""
    tried: dict[str, Trial] = {}
    for one in known:
        tried.setdefault(canon.digest([one.content, one.answers]), one)
    groups: dict[str, tuple[Item, list[Labelled]]] = {}
    for item, labelled in pairs:
        groups.setdefault(qualifying.content(item), (item, []))[1].append(labelled)
    works: list[Work] = []
    idle = 0
    for content, (item, held) in groups.items():
        for labelled in trials.distinct(held):
            identity = canon.digest([content, canon.digest(list(labelled.answers))])
            if identity in tried:
                continue
            response = Response(position=len(works), answers=tuple(Answer(text=text) for text in labelled.answers))
            machine = marker.grade(item, response)
            case = _case(labelled, item, response, machine)
            if case is None:
                idle += 1
            else:
                works.append(Work(identity=identity, labelled=labelled, machine=machine, case=case))
    return Docket(works=tuple(works), known=tuple(tried.values()), idle=idle)


def _case(labelled: Labelled, item: Item, response: Response, machine: Grade) -> Case | None:
    """What is put of one answer: as in a run where it hangs on a judge, else where a criterion's truth is known."""
    found = panels.case(item, 0, response, machine)
    pending = {mark.criterion for mark in machine.marks if mark.state == "pending"}
    if found is not None or not pending & labelled.truth.keys():
        return found
    criteria = tuple(criterion for criterion in labels.judged(item) if criterion.id in pending)
    answers = labelled.answers
    return Case(position=response.position, occurrence=0, item=item, answers=answers, criteria=criteria)


def begin(folder: Path, order: Order, works: Sequence[Work]) -> Tryout:
    """Open the tryout in `folder`: a new one, or one that goes on."""
    cases = tuple(work.identity for work in works)
    return open_(folder, Begun(panel=order.panel, epochs=order.epochs, seed=order.seed, cases=cases))


def missing(order: Order, held: Tryout, works: Sequence[Work]) -> int:
    """How many requests are still to be made, second attempts aside."""
    panel = _asking(order)
    return sum(len(panels.due(work.case, panel, held.seed, held.said(work.identity))) for work in works)


def ask(
    order: Order, held: Tryout, works: Sequence[Work], means: judging.Means, heard: Callable[[Judgement], None]
) -> None:
    """Put `works` to the judges as far as they said nothing yet; `heard` is told of every reply. Raises JudgeGone."""

    def keep(judgement: Judgement) -> None:
        held.keep(judgement)
        heard(judgement)

    items = {canon.digest(work.case.item): work.case.item for work in works}  # what an embedded judge marks by
    docket = judging.Docket(_asking(order), held.seed, keep, lambda *_: None)
    jury = judging.Jury(docket, replace(means, items=tuple(items.values())))
    for work in works:
        jury.add(work.case, held.said(work.identity))
    judging.work(jury)


def qualification(order: Order, held: Tryout, found: Docket) -> Qualification:
    """What the kept replies come to, all of them in."""
    panel, made = _asking(order), list(found.known)
    told: list[panels.Told] = []
    for work in found.works:
        replies = panels.told(work.case, panel, held.seed, held.said(work.identity))
        if replies is not None:
            told += replies
            made.append(trials.trial(work.labelled, work.machine, work.case, order.panel, replies))
    return Qualification(
        panel=qualifying.kept(order.panel),
        epochs=order.epochs,
        made=held.made,
        expires=qualifications.until(held.made, order.days),
        seed=held.seed,
        used=tuple(trials.used(judge, told) for judge in order.panel.judges),
        trials=tuple(made),
    )


def _asking(order: Order) -> Panel:
    return replace(order.panel, epochs=order.epochs)
