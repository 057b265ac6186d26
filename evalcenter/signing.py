"""Signs what a run says, and puts a signed file beside the run that it is about.

`sign` recomputes a run and signs a declaration by whoever holds the key; `check` takes such a file and says where the run differs.
Nothing is signed that was not recomputed. `issuing.py` signs what two people of a centre grant, with the same steps.

Rules this module keeps:

* A signed file is never overwritten by another one. What follows from it (`SUMMARY`, for other tools) is.
* A run is compared as it is read; questions that were never in the suite are found where the suite's own files are given.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from evalcenter import banks, boundary, canon, certify, declaration, envelope, history, hooks, plan, testresult
from evalcenter.ciphers import Identity
from evalcenter.declaration import Declaration
from evalcenter.errors import Incomplete, InputError, PlanMismatch, RunError, Tampered, disk_refused
from evalcenter.rendering import pages
from evalcenter.suites import Loaded

NAME: Final = "attestation.dsse.json"
SUMMARY: Final = "attestation.test-result.dsse.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Attested:
    """A declaration whose signature holds. `run` is what was recomputed, None where no run was at hand.

    `suites` names the suites from whose files the plan was made again.
    """

    declared: Declaration
    signer: str
    run: certify.Checked | None
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
        yield from ran(self.run, self.suites)


def ran(run: certify.Checked | None, suites: Sequence[str]) -> Iterator[str]:
    """What was found of a run, in words: the same for everything that is signed."""
    if run is None:
        yield "run        NOT checked: give it with --run"
        return
    done = "counted again, but sealed and NOT made again without --identity" if run.shut else "recomputed"
    yield (
        f"run        {run.entries} journal lines, {run.grades} grades of {run.answers} answers {done}; "
        f"all that is declared was found; reports {', '.join(run.reports)}"
    )
    again = f"planned again from the files of {', '.join(suites)}: the same plan"
    yield f"questions  {again if suites else 'NOT compared with the suites: give their files with --suite'}"


@dataclass(frozen=True, slots=True)
class Against:
    """What a signed file is compared with: the run that it is about, if that is at hand, and the suites' own files.

    An `identity` opens a sealed run.
    """

    run: Path | None
    plugins: hooks.Plugins
    suites: Sequence[Loaded] = ()
    identity: Identity | None = None


def sign(folder: Path, key_path: Path, plugins: hooks.Plugins, identity: Identity | None = None) -> Path:
    """Recompute the run in `folder`, then write its declaration, signed with the key in `key_path`, beside its journal.

    Signing again with the same key gives the same file; another one is never overwritten. Raises what `verify` raises, and
    Incomplete when the run has no verdict or lacks a report.
    """
    outside(key_path, folder)
    key = envelope.private_key(key_path)
    run = history.load(folder, identity)
    checked = certify.recomputed(run, plugins)
    complete(run, checked)
    declared = declaration.of(run)
    keep(folder / NAME, envelope.seal(declaration.statement(declared), key))
    envelope.put(folder / SUMMARY, envelope.seal(testresult.statement(declared, demonstration=False), key))
    document = canon.digest(declaration.statement(declared))
    for lang, raw in pages.declaration(declared, document, envelope.fingerprint(key.public_key())).items():
        envelope.put(folder / f"declaration.{lang}.html", raw)
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
    payload = envelope.unseal(envelope.read(file), key)
    return attested(payload, str(file), envelope.fingerprint(key), Against(run, plugins, suites))


def attested(payload: bytes, where: str, signer: str, against: Against) -> Attested:
    """As `check`, for the payload of an envelope whose signature by `signer` was verified."""
    declared = declaration.read(payload, where)
    found = compare(declared, against, lambda run: declaration.differences(declared, run))
    return Attested(declared=declared, signer=signer, run=found, suites=again(declared, against))


def again(declared: Declaration, against: Against) -> tuple[str, ...]:
    """The suites from whose files the plan was made again."""
    return tuple(one.id for one in declared.suites) if against.run and against.suites else ()


def complete(run: history.Run, checked: certify.Checked) -> None:
    """Raise Incomplete unless `run` has its verdict, its reports, and a journal without a torn end: only such a run is signed."""
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


def keep(path: Path, raw: bytes) -> None:
    """Write a signed file that is new, or is there already to the byte."""
    if path.is_symlink() or path.exists():
        if not path.is_symlink() and envelope.read(path) == raw:
            return
        raise RunError("another signed file is here already", where=str(path), todo="move it away, then sign again")
    try:
        with path.open("xb") as file:
            file.write(raw)
    except OSError as problem:
        with suppress(OSError):
            path.unlink(missing_ok=True)  # half a file says nothing
        raise disk_refused(problem, path) from None


# -- a declaration against a run --------------------------------------------------------------------------------------


def compare(
    declared: Declaration, against: Against, differences: Callable[[history.Run], Iterator[str]]
) -> certify.Checked | None:
    """Recompute the run, and put it beside what is claimed of it; None where no run is at hand."""
    folder = against.run
    if folder is None:
        return None
    run = history.load(folder, against.identity, shut=True)
    if run.plan_digest != declared.plan:
        said = "; ".join(declaration.about(declared, run))
        raise PlanMismatch(
            f"what was signed is about another run: {said}", where=str(folder), todo="give the run that was signed"
        )
    checked = certify.recomputed(run, against.plugins)
    planned_again(run, against.suites, against.plugins)
    found = list(differences(run))
    if found:
        raise Tampered(f"the run is not the one that was signed: {'; '.join(found)}", where=str(folder))
    complete(run, checked)
    return checked


def planned_again(run: history.Run, suites: Sequence[Loaded], plugins: hooks.Plugins) -> None:
    """Raise PlanMismatch or Tampered unless the suites' own files give the plan of `run`; nothing where none are given."""
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
    fixed = run.plan
    pairs = [(banks.as_asked(given[head.id], fixed).suite, head.digest) for head in fixed.suites]
    drawn = plan.expand(pairs, fixed.standard, fixed.candidate, fixed.seed, plugins, boundary.convert)
    again = replace(
        drawn,
        version_rank=fixed.version_rank,
        calibrations=fixed.calibrations,
        panel=fixed.panel,
        readers=fixed.readers,
        earlier=fixed.earlier,
        probing=fixed.probing,
        sealing=fixed.sealing,
    )
    if canon.digest(again) != (run.plan_digest if fixed.sealing is None else canon.digest(fixed)):
        raise Tampered(
            "planned again from the suites' own files, the plan has other questions, rubrics or draws",
            where=str(run.folder),
        )
