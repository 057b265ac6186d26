"""Signs a run, and walks the line backwards: reads it from its journal alone and computes everything again.

`verify` takes a run, `sign` verifies one and puts a signature on what it claims, `check` takes the signed file and says where
the run differs from it. Nothing is signed that was not recomputed. What is signed is a declaration by whoever holds the key;
evalcenter issues no certificate.

The steps of `verify`, each of which raises and none of which returns False:

1. the chain of the journal, line by line, over the exact bytes;
2. the plan: its digest, and that every answer stands at a planned position;
3. the plugins: the versions that the plan names are the ones that recompute, and the judges' words are this program's;
4. the grades: every machine grade again from its answer, the judges' from their replies, every person's from the reviews;
5. the verdict: again from the grades;
6. the reports beside the journal: each has the digest that the journal holds, and names this journal's chain.

What `verify` can't see: a whole journal written anew. That is what a signature over the head of the chain is for. What neither
can see: questions that were never in the suite; `check` plans the run again from the suite's files where they are given.
"""

from __future__ import annotations

import hashlib
from array import array
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from evalcenter import (
    boundary,
    canon,
    declaration,
    envelope,
    grade,
    history,
    hooks,
    plan,
    readings,
    reviewing,
    steering,
    torn,
)
from evalcenter.declaration import Declaration
from evalcenter.errors import Incomplete, InputError, PlanMismatch, RunError, Tampered, disk_refused
from evalcenter.judges import panels
from evalcenter.records import Finding, Grade
from evalcenter.suites import Loaded

NAME: Final = "attestation.dsse.json"


# -- a run ------------------------------------------------------------------------------------------------------------


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


def verify(folder: Path, plugins: hooks.Plugins) -> Checked:
    """Check the run in `folder` by recomputing it. Raises Tampered, Incomplete or PlanMismatch at the first difference."""
    return _recomputed(history.load(folder), plugins)  # steps 1 and 2


def _recomputed(run: history.Run, plugins: hooks.Plugins) -> Checked:
    _plugins(run, plugins)  # step 3
    _judges(run)
    _grades(run, plugins)  # step 4
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
    if run.verdict is None:
        return f"no verdict yet; {open_ or 'every answer is there'}"
    gone = [name for name in run.report if not (run.folder / name).exists()]
    parts = [open_] if open_ else []
    return "; ".join([*parts, *([f"reports missing: {', '.join(gone)}"] if gone else [])])


def _plugins(run: history.Run, plugins: hooks.Plugins) -> None:
    for planned in run.plan.plugins:
        here = hooks.find(
            getattr(plugins, planned.kind), planned.kind.removesuffix("s"), planned.name, where=str(run.folder)
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


def _verdict(run: history.Run) -> None:
    if run.verdict is None:
        return
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


# -- a signed run -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Attested:
    """A declaration whose signature holds. `run` is what was recomputed, None where no run was at hand.

    `suites` names the suites from whose files the plan was made again.
    """

    declared: Declaration
    signer: str
    run: Checked | None
    suites: tuple[str, ...]

    def words(self) -> Iterator[str]:
        """What was checked and what was not, line by line."""
        said = self.declared
        yield f"signature  by {self.signer}"
        simulated = " (simulated candidate)" if said.simulated else ""
        yield f"verdict    {said.verdict.outcome.upper()}{simulated}, decided {said.decided}"
        yield f"kind       {said.kind} by whoever holds that key; no certificate"
        version = said.candidate.version or "not given"
        yield f"candidate  {said.candidate.name}, version {version}; descriptor {said.candidate.digest}"
        yield f"standard   {said.standard.id} {said.standard.version}, {said.standard.digest}"
        yield from (f"suite      {suite.id} {suite.version}, {suite.digest}" for suite in said.suites)
        if self.run is None:
            yield "run        NOT checked: give it with --run"
            return
        yield (
            f"run        {self.run.entries} journal lines, {self.run.grades} grades of {self.run.answers} answers recomputed; "
            f"all that is declared was found; reports {', '.join(self.run.reports)}"
        )
        again = f"planned again from the files of {', '.join(self.suites)}: the same plan"
        yield f"questions  {again if self.suites else 'NOT compared with the suites: give their files with --suite'}"


def sign(folder: Path, key_path: Path, plugins: hooks.Plugins) -> Path:
    """Recompute the run in `folder`, then write its declaration, signed with the key in `key_path`, beside its journal.

    Signing again with the same key gives the same file; another one is never overwritten. Raises what `verify` raises, and
    Incomplete when the run has no verdict or lacks a report.
    """
    outside(key_path, folder)
    key = envelope.private_key(key_path)
    run = history.load(folder)
    checked = _recomputed(run, plugins)
    _complete(run, checked)
    raw = envelope.seal(declaration.statement(declaration.of(run)), key)
    _keep(folder / NAME, raw)
    return folder / NAME


def outside(key_path: Path, folder: Path) -> None:
    """Raise InputError when a private key would lie in a run's folder, which is handed to others."""
    if key_path.resolve().is_relative_to(folder.resolve()):
        raise InputError(
            "a private key must not lie in the run's folder", where=str(key_path), todo="keep it elsewhere"
        )


def check(
    file: Path, public_key: Path, run: Path | None, plugins: hooks.Plugins, suites: Sequence[Loaded] = ()
) -> Attested:
    """Check the signed declaration in `file`, and what it says of `run` if that is given, by recomputing it.

    With `suites`, the plan is made again from their files. Raises SignatureInvalid, InputError when the file is no
    declaration, PlanMismatch when it is about another plan, Tampered or Incomplete when the run is not what was signed.
    """
    key = envelope.public_key(public_key)
    declared = declaration.read(envelope.unseal(envelope.read(file), key), str(file))
    found = None if run is None else _compare(declared, run, plugins, suites)
    return Attested(
        declared=declared,
        signer=envelope.fingerprint(key),
        run=found,
        suites=tuple(one.id for one in declared.suites) if found and suites else (),
    )


def _complete(run: history.Run, checked: Checked) -> None:
    if run.verdict is None or run.decided is None or not run.report:
        raise Incomplete(
            "the run has no verdict or no report yet", where=str(run.folder), todo="run `evalcenter grade` on it first"
        )
    old = {name for name, seq in run.rendered.items() if seq < run.decided.seq}
    for names, what in (
        (old, "were rendered before the verdict"),
        (run.report.keys() - set(checked.reports), "are missing"),
    ):
        if names:
            raise Incomplete(
                f"these reports {what}: {', '.join(sorted(names))}",
                where=str(run.folder),
                todo="render them with `evalcenter report`",
            )
    if checked.torn:
        raise Incomplete(
            "half a line stands at the journal's end", where=str(run.folder), todo="set it aside with `run --resume`"
        )


def _keep(path: Path, raw: bytes) -> None:
    if path.is_symlink() or path.exists():
        if not path.is_symlink() and envelope.read(path) == raw:
            return
        raise RunError("another declaration is here already", where=str(path), todo="move it away, then sign again")
    try:
        with path.open("xb") as file:
            file.write(raw)
    except OSError as problem:
        with suppress(OSError):
            path.unlink(missing_ok=True)  # half a file says nothing
        raise disk_refused(problem, path) from None


# -- a declaration against a run --------------------------------------------------------------------------------------


def _compare(declared: Declaration, folder: Path, plugins: hooks.Plugins, suites: Sequence[Loaded]) -> Checked:
    run = history.load(folder)
    if run.plan_digest != declared.plan:
        said = "; ".join(declaration.about(declared, run))
        raise PlanMismatch(
            f"the declaration is about another run: {said}", where=str(folder), todo="give the run that was signed"
        )
    checked = _recomputed(run, plugins)
    _planned_again(run, suites, plugins)
    differences = list(declaration.differences(declared, run))
    if differences:
        raise Tampered(f"the run is not the one that was signed: {'; '.join(differences)}", where=str(folder))
    _complete(run, checked)
    return checked


def _planned_again(run: history.Run, suites: Sequence[Loaded], plugins: hooks.Plugins) -> None:
    if not suites:
        return
    given = {one.suite.id: one for one in suites}
    for head in run.plan.suites:
        if head.id not in given:
            raise PlanMismatch(f"the run also asks the suite {head.id!r}", todo="give every suite of the run, or none")
        if given[head.id].digest != head.digest:
            raise PlanMismatch(
                f"the suite {head.id!r} has the digest {given[head.id].digest}, the run was planned with {head.digest}",
                todo=f"give version {head.version} of it",
            )
    pairs = [(given[head.id].suite, head.digest) for head in run.plan.suites]
    fixed = run.plan
    drawn = plan.expand(pairs, fixed.standard, fixed.candidate, fixed.seed, plugins, boundary.convert)
    again = replace(
        drawn,
        version_rank=fixed.version_rank,
        calibrations=fixed.calibrations,
        panel=fixed.panel,
        readers=fixed.readers,
        earlier=fixed.earlier,
        probing=fixed.probing,
    )
    if canon.digest(again) != run.plan_digest:
        raise Tampered(
            "planned again from the suites' own files, the plan has other questions, rubrics or draws",
            where=str(run.folder),
        )
