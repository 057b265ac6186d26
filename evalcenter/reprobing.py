"""Asks a candidate the probes of an ended run again, and says whether it is still the model that was tested.

Rules this module keeps:

* The run is only read. Each new round is compared with all rounds of the run, and held to a level of its own: all the rounds since
  the run raise a false alarm with probability at most the run's alpha, however often one looks.
* A candidate that is described otherwise than the run's (model, version, system prompt, sampling, settings) is not compared: it
  would answer otherwise for that alone. Its address may have changed.
* Every round is written down with its answers, so that what is said of it can be computed again (`drift`).
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

from evalcenter import attempts, boundary, canon, diary, fingerprint, history, hooks, journal, probing
from evalcenter.calling import CONNECTION, Caller, Endpoint
from evalcenter.errors import CallFailed, InputError, PlanMismatch, Tampered, Unreachable
from evalcenter.records import CandidateSpec, Look, Probed, record

RUN_TODO: Final = "give a run that took a fingerprint and found no change of model"


@record
class Drift:
    """What one round since the end of a run says: the `number`-th, from 1, asked at the UTC time `at`.

    `against` is the digest of the run's plan, `fingerprint` that of its answers before the run. `news` are the names of versions
    that the endpoint gave only now. Where it can't be told, `why` says for what reason.
    """

    at: str
    number: int
    against: str
    fingerprint: str
    state: Literal["same", "drifted", "untold"]
    why: Literal["", "few", "noisy"]
    look: Look
    news: tuple[str, ...] = ()


@record
class Round:
    """One line of the history: what was said, and the answers that it rests on."""

    drift: Drift
    probed: tuple[Probed, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """The run that a candidate is compared with. Raises InputError for one that can't say who was tested."""

    run: history.Run
    digest: str

    @classmethod
    def of(cls, folder: Path) -> Reference:
        """The run in `folder`, its chain verified."""
        run = history.load(folder, shut=True)  # probes and their answers are never sealed
        if run.plan.probing is None:
            raise InputError("this run took no fingerprint", where=str(folder), todo=RUN_TODO)
        found = fingerprint.identity(run.plan.probing, run.probes, ended=True)
        if found is None or found.digest is None or found.state == "drifted":
            raise InputError(
                "this run can't say who was tested: the model changed, or its probes were never all asked, or too few answered",
                where=str(folder),
                todo=RUN_TODO,
            )
        return cls(run=run, digest=found.digest)

    def check(self, spec: CandidateSpec) -> None:
        """Raise PlanMismatch where `spec` describes another candidate than the run's."""
        here, there = attempts.tested(spec), attempts.tested(self.run.plan.candidate)
        other = [name for name in here.__dataclass_fields__ if getattr(here, name) != getattr(there, name)]
        if other:
            raise PlanMismatch(
                f"the candidate differs from the run's in: {', '.join(other)}",
                where=str(self.run.folder),
                todo="give the candidate file of that run; only address, key and price may differ",
            )


def drift(reference: Reference, probed: Sequence[Probed], number: int, at: str) -> Drift:
    """What a round of answers says, as the `number`-th since the run. Raises InputError where it is no whole round."""
    run, asked = reference.run, reference.run.plan.probing
    if asked is None or {(one.phase, one.probe) for one in probed} != {("since", probe.id) for probe in asked.probes}:
        raise InputError("this is no round of the run's probes")
    look, seeing = fingerprint.Rounds(asked, [*run.probes, *probed]).since(number)
    why = "" if look.drifted else fingerprint.untold(look, seeing)
    known = {(name, said) for one in run.probes for name, said in one.told.items()}
    news = {(name, said) for one in probed for name, said in one.told.items()} - known
    return Drift(
        at=at,
        number=number,
        against=run.plan_digest,
        fingerprint=reference.digest,
        state="drifted" if look.drifted else "untold" if why else "same",
        why=why,
        look=look,
        news=tuple(f"{name}: {said}" for name, said in sorted(news)),
    )


def earlier(path: Path, reference: Reference) -> list[Drift]:
    """The rounds since this run that the history in `path` holds, each recomputed. Raises Tampered where one says otherwise."""
    return _recomputed(diary.read(path), path, reference)


def _recomputed(lines: Sequence[Any], path: Path, reference: Reference) -> list[Drift]:
    found: list[Drift] = []
    for number, held in enumerate(lines, 1):
        try:
            line: Round = boundary.convert(Round, held)
        except InputError as problem:
            raise Tampered(f"not a round of probes: {problem.what}", where=f"{path}:{number}") from None
        if line.drift.against != reference.run.plan_digest:
            continue
        if drift(reference, line.probed, len(found) + 1, line.drift.at) != line.drift:
            raise Tampered("what this line says does not follow from its answers", where=f"{path}:{number}")
        found.append(line.drift)
    return found


def began(rounds: Sequence[Drift]) -> Drift | None:
    """The round in which the drift that still goes on was first seen: none since found the same model. None where none does."""
    first = None
    for one in rounds:
        if one.state == "same":
            first = None
        elif one.state == "drifted":
            first = first or one
    return first


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """How the candidate is reached, and where each round is written down."""

    adapters: Any
    limits: hooks.Limits
    key: str | None
    history: Path


def again(reference: Reference, spec: CandidateSpec, means: Means) -> Drift:
    """Ask the run's probes once more, and write down what came of it.

    Raises PlanMismatch for another candidate, Tampered for a history that was changed, CandidateError where nobody can be asked.
    """
    reference.check(spec)
    number = len(earlier(means.history, reference)) + 1
    adapter: hooks.Adapter = hooks.find(means.adapters, "adapter", spec.adapter)
    opened = adapter.open(spec, boundary.convert(adapter.settings, dict(spec.settings)), means.key, means.limits)
    probed = asyncio.run(_round(opened, reference.run, number, means.limits))
    if all(one.failed in CONNECTION for one in probed):
        raise Unreachable(
            "the candidate can't be reached: no probe was answered",
            where=spec.base_url or spec.name,
            todo="check the base URL and that the server runs",
        )
    made: list[Drift] = []

    def line(lines: list[Any]) -> Any:
        """The round behind all that are there by now: another process may have written one meanwhile."""
        behind = len(_recomputed(lines, means.history, reference)) + 1
        made.append(drift(reference, probed, behind, journal.now()))
        return canon.plain(Round(drift=made[0], probed=tuple(probed)))

    diary.follow(means.history, line)
    return made[0]


async def _round(client: hooks.Candidate, run: history.Run, number: int, limits: hooks.Limits) -> list[Probed]:
    caller = Caller(client, limits, Endpoint(limits), run.plan.seed)
    probed = []
    try:
        for probe in probing.drawn(run.plan, "since", number):
            due = probing.Due("since", number, probe)
            try:
                probed.append(await probing.ask(caller, due))
            except CallFailed as problem:
                probed.append(due.failed(problem))
    finally:
        await client.close()
    return probed
