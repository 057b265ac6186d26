"""Counts what the judges of a run said: for the report, from the journal alone.

Rules this module keeps:

* Every recorded reply is read once, against the request that it answers, and counted under what it comes to.
* A figure of the judges is set beside the finding that corrects it, over the units that the finding read, and is never one itself.
* With people the judges are compared on answers only that no judge chose (`reviewed`).
* Judges that were asked in other words than this program's are not read: what they replied can't be told from here.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

from evalcenter import (
    agreement,
    grade,
    judging,
    outlook,
    paths,
    quality,
    readings,
    reviewed,
    sequential,
    standards,
    trials,
)
from evalcenter.agreement import Coefficient, Share
from evalcenter.heard import Among, Beside, Estimate, Hanging, Heard, People, Weighed
from evalcenter.history import Run
from evalcenter.judges import panels
from evalcenter.judges.panels import Opinion, Told
from evalcenter.qualifying import Qualification, Trial
from evalcenter.records import Finding, Panel, Path, Requirement, Stream

ALPHA: Final = quality.ALPHA
DRAWN: Final = 1_000_000
"""So many draws are spent on the interval of alpha; with very many marks it rests on fewer resamples, and on 39 at least."""
LEAST: Final = 39


def heard(run: Run) -> Heard | None:
    """What the judges of a decided run said; None where its plan names none."""
    panel = run.plan.panel
    if panel is None:
        return None
    own = tuple(judge.spec.name for judge in panel.judges if judging.same(judge.spec, run.plan.candidate))
    weighed = _weighed(run)
    if not panels.current(panel):
        return Heard(readable=False, own=own, requirements=weighed)
    settled = {one.position: one for one in reviewed.of_reviews(run)}
    count = _Count(panel)
    for position in sorted(run.judgements):
        found = grade.case(run, run.responses[position], run.machine[position])
        if found is None:
            continue
        replies = panels.told(found, panel, run.plan.seed, run.judgements[position])
        if replies is None:
            count.missing += 1
            continue
        count.add(replies, panels.counted(found, panel, replies))
        if position in settled:
            label, machine = settled[position].labelled, run.machine[position]
            count.tried.append(trials.trial(label, machine, found, panel, replies))
    return Heard(
        own=own,
        answers=count.answers,
        missing=count.missing,
        open=count.open,
        split=count.split,
        stayed=count.stayed,
        used=tuple(taking.used() for taking in count.taking.values()),
        among=_among(count.marks, run.plan.seed) if len(panel.judges) > 1 and count.marks else None,
        people=_people(panel, run.plan.seed, count.tried) if count.tried else None,
        requirements=weighed,
    )


class _Count:
    """What is added up over all answers that were put to a panel."""

    def __init__(self, panel: Panel) -> None:
        self._panel = panel
        self.taking = {judge.spec.name: trials.Taking(judge) for judge in panel.judges}
        self.answers = self.missing = self.open = self.split = self.stayed = 0
        self.marks: list[list[str | None]] = []
        self.tried: list[Trial] = []

    def add(self, replies: Sequence[Told], said: Opinion) -> None:
        """One answer, with everything that was said of it."""
        for _, reply, result in replies:
            self.taking[reply.judge].add(reply, result)
        self.answers += 1
        self.open += any(one.state == "unjudged" for one in said.panel)
        self.split += said.split
        self.stayed += len(said.voids)
        if len(self._panel.judges) > 1:
            for votes in zip(*said.judges.values(), strict=True):
                self.marks.append([None if one.state == "unjudged" else one.state for one in votes])


# -- agreement --------------------------------------------------------------------------------------------------------


def _among(marks: list[list[str | None]], seed: str) -> Among:
    raw = agreement.raw(marks, ALPHA)
    resamples = min(agreement.RESAMPLES, max(LEAST, DRAWN // len(marks)))
    return Among(
        marks=len(marks),
        raw=_share(raw.unanimous),
        ac1=_coefficient(agreement.ac1(marks, ALPHA, quality.STATES)),
        alpha=_coefficient(agreement.krippendorff_alpha(marks, ALPHA, seed, resamples)),
    )


def _people(panel: Panel, seed: str, tried: Sequence[Trial]) -> People:
    held = Qualification(panel=panel, epochs=panel.epochs, made="", expires="", seed=seed, used=(), trials=tuple(tried))
    found = quality.figures(held, ALPHA)
    return People(
        answers=found.answers,
        labels=found.labels,
        bad=found.caught.most.whole,
        caught=_share(found.caught.judged),
        raters=tuple(_beside(one) for one in found.raters),
    )


def _beside(rater: quality.Rater) -> Beside:
    whole = rater.whole.accuracy
    return Beside(
        name="" if rater.name == quality.PANEL else rater.name,
        unjudged=whole.right.unjudged,
        sensitivity=_share(whole.sensitivity.judged),
        specificity=_share(whole.specificity.judged),
        ac1=_coefficient(rater.whole.ac1),
        kappa=_coefficient(rater.whole.kappa),
    )


def _share(one: Share) -> Estimate:
    return Estimate(value=one.rate, lower=one.lower, upper=one.upper, part=one.part, whole=one.whole)


def _coefficient(one: Coefficient) -> Estimate:
    return Estimate(value=one.value, lower=one.lower, upper=one.upper, whole=one.items)


# -- beside the findings ----------------------------------------------------------------------------------------------


def _weighed(run: Run) -> tuple[Weighed, ...]:
    """For each requirement under a judge what the judges' marks alone would say, and what people did and would have to do."""
    standard = standards.spent(run.plan.standard, run.plan.version_rank)
    penalty = standards.penalty(standard)
    found = {} if run.verdict is None else {finding.requirement: finding for finding in run.verdict.findings}
    tallies = {tally.requirement: tally.path for tally in grade.scores(run).tallies}
    waiting = {position for position, _ in readings.queue(run)}
    made = []
    for requirement, stream in zip(standard.requirements, run.plan.streams, strict=True):
        path, finding = tallies.get(requirement.id), found.get(requirement.id)
        if requirement.grading != "direct" and path is not None and finding is not None:
            under = _Under(requirement=requirement, stream=stream, path=path, finding=finding, penalty=penalty)
            made.append(_one(run, under, waiting))
    return tuple(made)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Under:
    """One requirement under a judge, as far as it was decided."""

    requirement: Requirement
    stream: Stream
    path: Path
    finding: Finding
    penalty: int

    @property
    def units(self) -> int:
        """How many units the finding read, each of one answer."""
        return self.finding.units or 0


def _one(run: Run, under: _Under, waiting: Collection[int]) -> Weighed:
    read = under.stream.positions[: under.units]
    outcomes = [_believed(run, under.requirement, position) for position in read]
    settled = under.finding.verdict != "inconclusive"
    labels, hanging = (None, None) if settled else _needed(run, under)
    held = under.path.calibration
    return Weighed(
        requirement=under.requirement.id,
        units=under.units,
        good=outcomes.count("pass"),
        judged=len(outcomes) - outcomes.count("unscored"),
        read=sum(position in run.results and run.results[position].by.startswith(paths.PERSON) for position in read),
        waiting=0 if settled else sum(position in waiting for position in under.stream.positions),
        labels=labels,
        hanging=hanging,
        shown=None if held is None else held.shown,
        caught=None if held is None else held.caught,
    )


def _believed(run: Run, requirement: Requirement, position: int) -> str:
    """How an answer would count if its judges' marks were believed; where none was asked, by the rules alone."""
    item, counts = run.plan.items[run.plan.order[position]], run.by_judge.get(position)
    if counts is None:
        counts = run.results.get(position)
        if counts is None or counts.by.startswith(paths.PERSON):
            return "unscored"
    return paths.outcome_of(requirement, item, counts)[0]


def _needed(run: Run, under: _Under) -> tuple[int | None, Hanging]:
    """How many more answers people would have to read, or what else it hangs on."""
    requirement, path = under.requirement, under.path
    decided = sequential.decision(requirement, path, under.penalty)
    if requirement.grading == "calibrated" and sequential.short_of_labels(requirement, path):
        return None, "qualification"
    if decided.grade in ("pass", "conditional", "fail"):
        return None, "other"
    if not path.units:
        return None, "nothing"
    read = outlook.read_by_people(requirement, under.stream, run.known, path)
    found = outlook.labels_needed(requirement, path, read, under.penalty)
    return (None, "unforeseen") if found is None else (found.labels, "labels")
