"""What is signed about a run: a declaration, as the predicate of an in-toto Statement.

Rules this module keeps:

* A declaration is made from the journal alone. It holds digests, counts, decimal text and the verdict; no prompt, no answer, no
  address of an endpoint.
* Its bytes are canonical: the same run gives the same statement, and a statement in any other form is refused.
* Each claim that a run does not bear out has a sentence of its own.

It refuses to be called a certificate: only an accredited third party could issue one, and evalcenter knows none.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final, Literal

from evalcenter import boundary, canon, envelope, history, journal
from evalcenter.errors import Incomplete, InputError
from evalcenter.records import Verdict, record

TYPE: Final = "urn:evalcenter:declaration:0.1"


@record
class Named:
    """Something with a version, and the digest of its content."""

    id: str
    version: str
    digest: str


@record
class Described:
    """The candidate as it was named. `digest` is that of its whole descriptor, for a remote endpoint has no digest."""

    name: str
    model: str
    version: str | None
    vendor: str | None
    filing_number: str | None
    digest: str


@record
class Head:
    """The journal: how many lines were signed, and the digest of the last one."""

    entries: int
    head: str


@record
class Declaration:
    """What is signed: the verdict on a candidate, and the digests of everything that it rests on."""

    kind: Literal["declaration"] = "declaration"
    simulated: bool
    candidate: Described
    standard: Named
    suites: tuple[Named, ...]
    plan: str
    journal: Head
    reports: Mapping[str, str]
    verdict: Verdict
    environment: Mapping[str, str]
    started: str
    finished: str
    decided: str


# -- to bytes and back ------------------------------------------------------------------------------------------------


def read(payload: bytes, where: str) -> Declaration:
    """The declaration in a statement whose signature was verified. Raises InputError when it is none."""
    try:
        declared = boundary.convert(Declaration, envelope.predicate(payload, TYPE))
        written = statement(declared)
    except InputError as problem:
        raise InputError(f"not a declaration: {problem.what}", where=where) from None
    if written != payload:  # also refuses a second spelling, and subjects that do not belong to what is said
        raise InputError("not a declaration: its form is not the canonical one, or its subjects differ", where=where)
    for name in declared.reports:
        if not plain_name(name):
            raise InputError(f"not a declaration: {name!r} is not the name of a report", where=where)
    return declared


def statement(declared: Declaration) -> bytes:
    """The canonical bytes of the statement: its subjects are the candidate's descriptor and the reports."""
    subjects = [("candidate", declared.candidate.digest), *sorted(declared.reports.items())]
    return envelope.statement(subjects, TYPE, declared)


def plain_name(name: str) -> bool:
    """Whether `name` is the name of a file in this folder, and nothing else, on every system."""
    return name not in {"", ".", ".."} and name.isprintable() and not set(name) & set("/\\:")


# -- from a run -------------------------------------------------------------------------------------------------------


def of(run: history.Run) -> Declaration:
    """What can be declared of `run`. Raises Incomplete when it has no verdict."""
    if run.verdict is None or run.decided is None:
        raise Incomplete("the run has no verdict", where=str(run.folder), todo="run `evalcenter grade` on it first")
    spec, standard = run.plan.candidate, run.plan.standard
    return Declaration(
        simulated=spec.simulated,
        candidate=Described(
            name=spec.name,
            model=spec.model,
            version=spec.version,
            vendor=spec.vendor,
            filing_number=spec.filing_number,
            digest=canon.digest(spec),
        ),
        standard=Named(id=standard.id, version=standard.version, digest=canon.digest(standard)),
        suites=tuple(Named(id=s.id, version=s.version, digest=s.digest) for s in run.plan.suites),
        plan=run.plan_digest,
        journal=Head(entries=run.count, head=run.head),
        reports=run.report,
        verdict=run.verdict,
        environment=dict(run.opened[-1]["environment"]) if run.opened else {},
        started=run.first,
        finished=run.finished or run.first,
        decided=run.decided.at,
    )


# -- against a run ----------------------------------------------------------------------------------------------------


def about(declared: Declaration, run: history.Run) -> Iterator[str]:
    """One sentence for each way in which `run` was planned otherwise than `declared` says."""
    spec, standard = run.plan.candidate, run.plan.standard
    if declared.candidate.digest != canon.digest(spec):
        yield f"its candidate is {declared.candidate.name!r}, the run's is {spec.name!r} (or is described otherwise)"
    if declared.standard.digest != canon.digest(standard):
        yield (
            f"its standard is {declared.standard.id} {declared.standard.version}, "
            f"the run's is {standard.id} {standard.version} (or has another content)"
        )
    here = {suite.id: suite.digest for suite in run.plan.suites}
    if {suite.id: suite.digest for suite in declared.suites} != here:
        yield f"its suites are not the run's, {', '.join(here)}, or have another content"
    yield f"its plan is {declared.plan}, the run's is {run.plan_digest}"


def differences(declared: Declaration, run: history.Run) -> Iterator[str]:
    """One sentence for each claim that the run does not bear out. The plan is known to be the same."""
    if run.count > declared.journal.entries and _holds(run.folder, declared.journal):
        yield (
            f"the journal was written on: {declared.journal.entries} lines were signed, it has {run.count}; "
            "if that was meant, sign it again"
        )
    elif (run.count, run.head) != (declared.journal.entries, declared.journal.head):
        yield (
            f"{declared.journal.entries} journal lines ending in {declared.journal.head} were signed, "
            f"here are {run.count} ending in {run.head}"
        )
    again = of(run)
    if canon.digest(again.verdict) != canon.digest(declared.verdict):
        yield (
            f"the declared verdict is {declared.verdict.outcome}, "
            f"the run's is {again.verdict.outcome} (or its findings differ)"
        )
    for name in sorted(declared.reports.keys() | again.reports.keys()):
        if declared.reports.get(name) != again.reports.get(name):
            yield f"the report {name} is not the one that was signed"
    if again.simulated != declared.simulated:
        yield f"the declaration says simulated: {declared.simulated}, the plan says {again.simulated}"
    for field in ("candidate", "standard", "suites", "environment", "started", "finished", "decided"):
        if canon.digest(getattr(again, field)) != canon.digest(getattr(declared, field)):
            yield f"the declared {field} is not what the run says"


def _holds(folder: Path, signed: Head) -> bool:
    return any(e.seq == signed.entries - 1 and e.digest == signed.head for e in journal.entries(folder))
