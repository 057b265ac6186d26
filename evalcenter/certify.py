"""Walks the line backwards: reads a run from its journal alone and computes everything again.

The steps of `verify`, each of which raises and none of which returns False:

1. the chain of the journal, line by line, over the exact bytes;
2. the plan: its digest, and that every answer stands at a planned position;
3. the plugins: the versions that the plan names are the ones that recompute, and the judges' words are this program's;
4. the grades: every machine grade again from its answer, the judges' from their replies, every person's from the reviews;
5. the verdict: again from the grades, of which no answer lacks one;
6. the reports beside the journal: each has the digest that the journal holds; one from before the verdict is called that.

What `verify` can't see: a whole journal written anew, with other answers, times, costs or names. That is what a signature over
the head of the chain is for (`signing.py`).
"""

from __future__ import annotations

import hashlib
from array import array
from dataclasses import dataclass
from pathlib import Path

from evalcenter import (
    boundary,
    declaration,
    envelope,
    grade,
    history,
    hooks,
    readings,
    reviewing,
    shut,
    steering,
    torn,
)
from evalcenter.ciphers import Identity
from evalcenter.errors import Incomplete, InputError, PlanMismatch, RunError, Tampered
from evalcenter.judges import panels
from evalcenter.records import Finding, Grade


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What was recomputed and found equal."""

    entries: int
    head: str
    plan_digest: str
    answers: int
    grades: int
    outcome: str | None
    evidence: tuple[str, ...]
    reports: tuple[str, ...]
    torn: bool
    unfinished: str = ""
    shut: bool = False
    """Whether the run is sealed and was not opened: marks were counted again, and not made again."""


def verify(folder: Path, plugins: hooks.Plugins, identity: Identity | None = None) -> Checked:
    """Check the run in `folder` by recomputing it. Raises Tampered, Incomplete or PlanMismatch at the first difference.

    A sealed run's marks are made again only where `identity` opens it.
    """
    return recomputed(history.load(folder, identity, shut=True), plugins)  # steps 1 and 2


def recomputed(run: history.Run, plugins: hooks.Plugins) -> Checked:
    """Steps 3 to 6, for a run whose journal was read."""
    _plugins(run, plugins)  # step 3
    _judges(run)
    shut.check(run) if run.shut else _grades(run, plugins)  # step 4
    _reviews(run)
    _verdict(run)  # step 5
    return Checked(
        entries=run.count,
        head=run.head,
        plan_digest=run.plan_digest,
        answers=len(run.responses),
        grades=len(run.grades),
        outcome=run.verdict.outcome if run.verdict else None,
        evidence=tuple(_evidence(f) for f in run.verdict.findings if f.units is not None) if run.verdict else (),
        reports=_reports(run),  # step 6
        torn=bool(torn.half_line(run.path)),
        unfinished=_unfinished(run),
        shut=run.shut,
    )


def _evidence(finding: Finding) -> str:
    return (
        f"{finding.requirement}: {finding.verdict} after {finding.units} units, {finding.for_pass} : 1 for the line, "
        f"{finding.for_fail} : 1 against it"
    )


def _unfinished(run: history.Run) -> str:
    steered = steering.Steering(run, complete=False)
    missing = steered.outstanding()
    open_ = f"{missing} of {len(run.plan.order)} samples that the verdict could need have no answer" if missing else ""
    parts = [open_] if open_ else []
    if run.verdict is None:
        parts = [f"no verdict yet; {open_ or 'every answer is there'}"]
    gone = [name for name in run.report if not (run.folder / name).exists()]
    decided = run.count if run.decided is None else run.decided.seq
    old = [name for name, seq in run.rendered.items() if seq < decided and name not in gone]
    if gone and run.verdict is not None:
        parts.append(f"reports missing: {', '.join(gone)}")
    if old:
        parts.append(f"reports from before this verdict, which may say another: {', '.join(old)}")
    return "; ".join(parts)


def _plugins(run: history.Run, plugins: hooks.Plugins) -> None:
    for planned in run.plan.plugins:
        here = hooks.find(
            getattr(plugins, planned.kind, {}), planned.kind.removesuffix("s"), planned.name, where=str(run.folder)
        )
        if here.version != planned.version:
            raise PlanMismatch(
                f"the run used {planned.name} {planned.version}; this program has {planned.name} {here.version}",
                where=str(run.folder),
                todo="verify with the version of evalcenter that the report names",
            )


def _judges(run: history.Run) -> None:
    if run.plan.panel is not None and not panels.current(run.plan.panel):
        raise PlanMismatch(
            "the judges of this run were asked in other words than this program's",
            where=str(run.folder),
            todo="verify with the version of evalcenter that the report names",
        )


def _grades(run: history.Run, plugins: hooks.Plugins) -> None:
    for position, raw in grade.again(run, array("q", run.machine), plugins):
        if run.machine.raw(position) == raw:
            continue
        held, again = run.machine[position], boundary.read(Grade, raw)
        raise Tampered(
            f"the grade at position {position} says {held.outcome}; recomputed it is {again.outcome} (or its marks differ)",
            where=str(run.folder),
        )
    for position in run.judgements.keys() | set(run.judged):
        _judged(run, position)
    rule = reviewing.rule_of(run.plan)
    for position in run.grades:
        if run.grades.offset(position) != run.machine.offset(position):
            _read_by_people(run, position, rule)
    for position in run.reviews if run.verdict is not None else ():
        if run.grades.offset(position) == run.machine.offset(position) and readings.follows(run, position, rule):
            raise Tampered(f"the verdict leaves out what people read at position {position}", where=str(run.folder))


def _judged(run: history.Run, position: int) -> None:
    """The panel's grade follows from the judges' replies, and every reply answers something that was asked."""
    try:
        said = grade.opinion(run, position)
    except InputError as problem:
        raise Tampered(f"position {position}: {problem.what}", where=str(run.folder)) from None
    machine = run.machine.get(position)
    if machine is None or grade.case(run, run.responses[position], machine) is None:
        raise Tampered(f"no judge was asked at position {position}, and one replied", where=str(run.folder))
    again = None
    if said is not None:
        again = panels.grade(said[0], run.responses[position], run.machine[position], said[1])
    if position in run.judged and run.judged[position] != again:
        raise Tampered(
            f"the judges' grade at position {position} does not follow from what they replied", where=str(run.folder)
        )


def _read_by_people(run: history.Run, position: int, rule: reviewing.Rule) -> None:
    """A person's grade is the one that follows from the reviews of the answer, by the names that stand there."""
    held = run.grades[position]
    if position not in run.machine:
        raise Tampered(f"position {position}: {held.by!r} marks what no machine marked", where=str(run.folder))
    if held != readings.follows(run, position, rule):
        raise Tampered(
            f"the grade of {held.by!r} at position {position} does not follow from the reviews of it",
            where=str(run.folder),
        )


def _reviews(run: history.Run) -> None:
    """Every review marks what was asked of people, each criterion once: agreement is counted from them."""
    rule = reviewing.rule_of(run.plan)
    for position, reviews in run.reviews.items():
        machine = run.machine.get(position)
        asked = () if machine is None else rule.asked(grade.item_at(run, position), machine)
        for review in reviews:
            named = [read.criterion for read in review.marks]
            if len(set(named)) < len(named) or not set(named) <= set(asked):
                raise Tampered(
                    f"a review at position {position} marks what was not asked, or something twice",
                    where=str(run.folder),
                )


def _verdict(run: history.Run) -> None:
    if run.verdict is None:
        return
    for position in run.responses:
        if position not in run.machine:
            raise Tampered(f"the verdict leaves out the answer at position {position}", where=str(run.folder))
    waiting = None if run.shut else next(grade.unjudged(run), None)
    if waiting is not None:
        raise Tampered(
            f"the verdict leaves out what the judges say at position {waiting[0].position}", where=str(run.folder)
        )
    again = grade.verdict(run)
    if again != run.verdict:
        raise Tampered(
            f"the verdict says {run.verdict.outcome}; recomputed it is {again.outcome}, or its evidence differs",
            where=str(run.folder),
        )


def _reports(run: history.Run) -> tuple[str, ...]:
    found = []
    for name, digest in run.report.items():
        if not declaration.plain_name(name):
            raise Tampered(f"the journal names a report outside the run, {name!r}", where=str(run.folder))
        path = run.folder / name
        try:
            with envelope.open_plain(path) as file:
                held = hashlib.file_digest(file, "sha256").hexdigest()
        except Incomplete:
            continue  # a report can be rendered again; only one that is there must be the right one
        except OSError as problem:
            raise RunError(f"can't be read: {problem.strerror}", where=str(path)) from None
        if f"sha256:{held}" != digest:
            raise Tampered("this report is not the one that the journal names", where=str(path))
        found.append(name)
    for path in sorted(run.folder.glob("report.*")):
        if path.name not in run.report:
            raise Tampered(
                "the journal names no such report",
                where=str(path),
                todo="remove it, or render the reports of this run again",
            )
    return tuple(found)
