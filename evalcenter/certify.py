"""Walks the line backwards: reads a run from its journal alone and computes everything again.

The steps, each of which raises and none of which returns False:

1. the chain of the journal, line by line, over the exact bytes;
2. the plan: its digest, and that every answer stands at a planned position;
3. the plugins: the versions that the plan names are the ones that recompute;
4. the grades: every machine grade again from its answer;
5. the verdict: again from the grades;
6. the reports beside the journal: each has the digest that the journal holds, and names this journal's chain.

What it can't see: a whole journal written anew. That is what a signature over the head of the chain is for.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from evalcenter import canon, grade, hooks, journal, standards
from evalcenter.errors import PlanMismatch, RunError, Tampered
from evalcenter.marking import MACHINE, Marker


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What was recomputed and found equal."""

    entries: int
    head: str
    plan_digest: str
    answers: int
    grades: int
    outcome: str | None
    reports: tuple[str, ...]
    torn: bool


def verify(folder: Path, plugins: hooks.Plugins) -> Checked:
    """Check the run in `folder` by recomputing it. Raises Tampered, Incomplete or PlanMismatch at the first difference."""
    run = journal.load(folder)  # steps 1 and 2
    _plugins(run, plugins)  # step 3
    _grades(run, plugins)  # step 4
    _verdict(run)  # step 5
    return Checked(
        entries=run.count,
        head=run.head,
        plan_digest=run.plan_digest,
        answers=len(run.responses),
        grades=len(run.grades),
        outcome=run.verdict.outcome if run.verdict else None,
        reports=_reports(run),  # step 6
        torn=not (folder / journal.NAME).read_bytes().endswith(b"\n"),
    )


def _plugins(run: journal.Run, plugins: hooks.Plugins) -> None:
    for planned in run.plan.plugins:
        here = hooks.find(getattr(plugins, planned.kind), planned.kind, planned.name, where=str(run.folder))
        if here.version != planned.version:
            raise PlanMismatch(
                f"the run used {planned.name} {planned.version}; this program has {planned.name} {here.version}",
                where=str(run.folder),
                todo="verify with the version of evalcenter that the report names",
            )


def _grades(run: journal.Run, plugins: hooks.Plugins) -> None:
    marker = Marker(plugins.graders)
    for position, held in sorted(run.grades.items()):
        if held.by == MACHINE:
            again = marker.grade(grade.item_at(run, position), run.responses[position])
            if again != held:
                raise Tampered(
                    f"the grade at position {position} says {held.outcome}; recomputed it is {again.outcome}",
                    where=str(run.folder),
                )


def _verdict(run: journal.Run) -> None:
    if run.verdict is None:
        return
    again = standards.decide(run.plan.standard, grade.scores(run))
    if again != run.verdict:
        raise Tampered(
            f"the verdict says {run.verdict.outcome}; recomputed it is {again.outcome}, or its evidence differs",
            where=str(run.folder),
        )


def _reports(run: journal.Run) -> tuple[str, ...]:
    found = []
    for name, digest in run.report.items():
        path = run.folder / name
        if path.parent != run.folder:
            raise Tampered(f"the journal names a report outside the run, {name!r}", where=str(run.folder))
        try:
            raw = path.read_bytes()
        except FileNotFoundError:
            continue  # a report can be rendered again; only one that is there must be the right one
        except OSError as problem:
            raise RunError(f"can't be read: {problem.strerror}", where=str(path)) from None
        if canon.digest(raw) != digest:
            raise Tampered("this report is not the one that the journal names", where=str(path))
        found.append(name)
    return tuple(found)
