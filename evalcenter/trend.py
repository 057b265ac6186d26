"""Follows many runs through time: what each requirement came to, and what changed from one run to the next.

Rules this module keeps:

* Runs stand in the order in which they began, whatever the order they were named in. A run is named once.
* Two neighbours are compared as `compare` does it, question by question. All steps are looked at together, so each one is held to
  the error rate divided by their number: one wrong word in the whole trend has probability at most `compare.ALPHA`.
* Neighbours that share no question are shown and not compared, and the reason is said. A trend of shares alone proves nothing, and
  is called what it is.
* A requirement that a run's standard does not have, or has with another line, is shown so.

It reads runs, and neither asks, grades nor decides anything.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from evalcenter import compare, paired
from evalcenter.bars import at_least, at_most, percent
from evalcenter.errors import InputError, PlanMismatch
from evalcenter.history import Run
from evalcenter.paired import Answer
from evalcenter.records import Finding

NONE: Final = "no verdict"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stand:
    """One run: whose, when it began (UTC text), by which standard, and how it was decided (`verdict` is empty before that)."""

    folder: str
    candidate: str
    version: str
    began: str
    standard: str
    head: str
    verdict: str
    simulated: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What changed from run `at` - 1 to run `at` (counted from 0). `refused` says why two neighbours could not be compared."""

    at: int
    answer: Answer | None = None
    matched: int = 0
    lost: int = 0
    gained: int = 0
    red_lines: tuple[str, ...] = ()
    p: Decimal | None = None
    notes: tuple[str, ...] = ()
    refused: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """One requirement through all runs: its line and its finding in each, None where a run has none."""

    requirement: str
    lines: tuple[Decimal | None, ...]
    findings: tuple[Finding | None, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trend:
    """Runs in the order in which they began; `alpha` is the error rate of each step."""

    schema: str
    margin: Decimal
    alpha: Decimal
    runs: tuple[Stand, ...]
    steps: tuple[Step, ...]
    courses: tuple[Course, ...]


def follow(runs: Sequence[Run], margin: Decimal) -> Trend:
    """The trend of two runs or more. Raises InputError for fewer, for the same run twice, or for a margin outside [0, 1)."""
    if len(runs) < 2:
        raise InputError(
            f"a trend needs two runs at least, {len(runs)} was given", todo="name the folders of more runs"
        )
    ordered = sorted(runs, key=lambda run: (run.first, str(run.folder)))
    for one, other in itertools.pairwise(ordered):
        if one.head == other.head:
            raise InputError(
                "the same run was named twice", where=f"{one.folder} and {other.folder}", todo="name it once"
            )
    alpha = compare.ALPHA / (len(ordered) - 1)
    return Trend(
        schema="evalcenter/trend/1",
        margin=margin,
        alpha=alpha,
        runs=tuple(_stand(run) for run in ordered),
        steps=tuple(_step(at, old, new, margin, alpha) for at, (old, new) in enumerate(itertools.pairwise(ordered), 1)),
        courses=_courses(ordered),
    )


def _stand(run: Run) -> Stand:
    plan = run.plan
    return Stand(
        folder=str(run.folder),
        candidate=plan.candidate.name,
        version=plan.candidate.version or "",
        began=run.first,
        standard=f"{plan.standard.id} {plan.standard.version}",
        head=run.head,
        verdict=run.verdict.outcome if run.verdict else "",
        simulated=plan.candidate.simulated,
    )


def _step(at: int, old: Run, new: Run, margin: Decimal, alpha: Decimal) -> Step:
    try:
        found = compare.compare(old, new, margin, alpha)
    except PlanMismatch as problem:
        return Step(at=at, refused=problem.what)
    return Step(
        at=at,
        answer=found.answer,
        matched=found.matched,
        lost=found.table.lost,
        gained=found.table.gained,
        red_lines=tuple(change.item for change in found.regressions if change.red_line),
        p=found.p,
        notes=found.notes,
    )


def _courses(runs: Sequence[Run]) -> tuple[Course, ...]:
    lines = [{one.id: one.line for one in run.plan.standard.requirements} for run in runs]
    found = [{one.requirement: one for one in run.verdict.findings} if run.verdict else {} for run in runs]
    names = dict.fromkeys(name for held in lines for name in held)
    return tuple(
        Course(
            requirement=name,
            lines=tuple(held.get(name) for held in lines),
            findings=tuple(held.get(name) for held in found),
        )
        for name in names
    )


# -- words ------------------------------------------------------------------------------------------------------------


def words(found: Trend) -> str:
    """The trend for people: runs, steps with what got worse first, then every requirement."""
    return "\n".join(_lines(found))


def _lines(found: Trend) -> Iterator[str]:
    for at, run in enumerate(found.runs, 1):
        mark = " SIMULATED" if run.simulated else ""
        who = f"{run.candidate} {run.version}".strip()
        yield f"run {at:<3} {run.began[:16]}  {(run.verdict or NONE).upper():<13} {who}{mark}; {run.standard}; {run.folder}"
    yield ""
    each = f", each held to an error rate of {at_most(found.alpha)}" if len(found.steps) > 1 else ""
    yield f"{len(found.steps)} step{'s' if len(found.steps) > 1 else ''}{each}:"
    for step in found.steps:
        yield f"  {step.at} to {step.at + 1}: {_step_words(step, found.margin)}"
        yield from (f"    RED LINE  {item} passed before, fails now" for item in step.red_lines)
        yield from (f"    note: {note}" for note in step.notes)
    for course in found.courses:
        yield ""
        yield f"{course.requirement}:"
        for at, (line, finding) in enumerate(zip(course.lines, course.findings, strict=True), 1):
            yield f"  run {at:<3} {_stands(line, finding)}"


def _step_words(step: Step, margin: Decimal) -> str:
    if step.answer is None:
        return f"not compared: {step.refused}"
    by = percent(margin).removesuffix(" %")
    said = {"not_worse": "proved not worse", "worse": "proved worse", "open": "open whether worse"}[step.answer]
    p = "" if step.p is None else f"; McNemar {paired.shown(step.p)}"
    return f"{step.lost} got worse, {step.gained} better, of {step.matched} shared samples; {said} by more than {by} points{p}"


def _stands(line: Decimal | None, finding: Finding | None) -> str:
    if line is None:
        return "not in this run's standard"
    if finding is None:
        return f"{NONE}; line {percent(line)}"
    text = f"{finding.verdict.upper():<13} line {percent(line)}"
    if finding.rate is None or finding.lower is None or finding.upper is None:
        return f"{text}; nothing observed"
    return f"{text}; {at_least(finding.rate)} (between {at_least(finding.lower)} and {at_most(finding.upper)})"
