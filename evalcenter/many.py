"""Runs one plan against many candidates at once, in one process: a run folder and reports each, and a summary of all.

Rules this module keeps:

* All candidates are asked the same questions in the same order: one plan, one seed.
* Those at one address share its concurrency and its rate limits; those at different addresses wait for each other in nothing.
* What ends one candidate (a refused key, nobody there, a spent budget) is written into its line of the summary; the others go on.
* Called again with the same folder, it goes on: a finished run is taken as it is, a stopped one resumed, a missing one begun. A
  folder that holds a run of another plan is refused, and left alone.
* The asking is done here; verdicts and reports are made in processes of their own, so that no answer waits for a chart.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Final, Protocol
from urllib.parse import urlsplit

from evalcenter import canon, crew, grade, history, hooks, journal, judging, run, torn, walk, watching
from evalcenter.calling import Endpoint
from evalcenter.ciphers import Identity
from evalcenter.errors import EXIT, EvalcenterError, InputError, PlanMismatch, disk_refused
from evalcenter.records import CandidateSpec, Lang, Plan, Plugin, Sealing, Verdict
from evalcenter.rendering.markdown import escape
from evalcenter.walk import Means

SUMMARY: Final = "summary.json"
TABLE: Final = "summary.md"
_NOT_A_NAME: Final = re.compile(r"[^\w.-]+")
_WORST_FIRST: Final = ("fail", "inconclusive", "awaiting_review", "conditional", "pass")


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What became of one candidate: how its run ended (`state`), or the error that kept it from ending."""

    name: str
    folder: Path
    state: str = ""
    verdict: Verdict | None = None
    answered: int = 0
    calls: int = 0
    tokens: int = 0
    cost: str = ""
    error: str = ""
    exit_code: int = 0


class Board(Protocol):
    """Whoever looks on while many candidates are run."""

    def watch(self, name: str) -> watching.Watch:
        """Who looks on at one of them."""

    def finished(self, result: Result) -> None:
        """One of them is done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """What many runs need besides their plan. `keys` holds each candidate's key by name, `at_once` how many are asked at a time."""

    means: Means
    out: Path
    board: Board
    keys: Mapping[str, str | None] = field(default_factory=dict)
    at_once: int = 32
    workers: int = 2
    sealings: Mapping[str, Sealing] = field(default_factory=dict)
    """How each candidate's run is sealed, by its name: every run has a key of its own."""


def folders(specs: Sequence[CandidateSpec], out: Path) -> dict[str, Path]:
    """Each candidate's run folder by its name. Raises InputError where two would share one."""
    found: dict[str, Path] = {}
    taken: dict[str, str] = {}
    for spec in specs:
        folder = _NOT_A_NAME.sub("-", spec.name).strip("-.") or "candidate"
        if (other := taken.setdefault(folder.casefold(), spec.name)) != spec.name or spec.name in found:
            raise InputError(f"the candidates {other!r} and {spec.name!r} would share a folder", todo="rename one")
        found[spec.name] = out / folder
    return found


def seed_of(specs: Sequence[CandidateSpec], out: Path, identity: Identity | None = None) -> str | None:
    """The seed of the runs that `out` holds already; None where it holds none."""
    for folder in folders(specs, out).values():
        if torn.begun(folder / journal.NAME):
            return history.load(folder, identity, shut=True).plan.seed
    return None


def for_candidate(planned: Plan, spec: CandidateSpec, plugins: hooks.Plugins) -> Plan:
    """`planned` with another candidate; nothing that is asked changes."""
    adapter = hooks.find(plugins.adapters, "adapter", spec.adapter)
    kept = [one for one in planned.plugins if one.kind != "adapters"]
    held = sorted([*kept, Plugin(kind="adapters", name=adapter.name, version=adapter.version)], key=_named)
    probing = planned.probing if spec.probes and getattr(adapter, "probed", False) else None
    made = replace(planned, candidate=spec, plugins=tuple(held), probing=probing)
    judging.check(made)
    return made


def runs(planned: Plan, specs: Sequence[CandidateSpec], around: Field) -> list[tuple[Plan, Path]]:
    """Each candidate's plan, as its run will be sealed, and its folder."""
    places = folders(specs, around.out)
    return [(_sealed(for_candidate(planned, s, around.means.plugins), s, around), places[s.name]) for s in specs]


def _sealed(planned: Plan, spec: CandidateSpec, around: Field) -> Plan:
    return replace(planned, sealing=around.sealings.get(spec.name, planned.sealing))


def _named(plugin: Plugin) -> tuple[str, str]:
    return plugin.kind, plugin.name


def run_all(planned: Plan, specs: Sequence[CandidateSpec], around: Field) -> tuple[Result, ...]:
    """Walk the line for each candidate; the results in their order. The summary is written, also when it is interrupted."""
    crowd = _Crowd(planned, specs, around)
    try:
        asyncio.run(crowd.go())
    finally:
        write_summary(around.out, planned, crowd.results())
    return crowd.results()


class _Crowd:
    def __init__(self, planned: Plan, specs: Sequence[CandidateSpec], around: Field) -> None:
        self.planned, self.specs, self.around = planned, specs, around
        self.folders = folders(specs, around.out)
        self.done: dict[str, Result] = {}
        self.endpoints: dict[str, Endpoint] = {}
        self.room = asyncio.Semaphore(around.at_once)

    def results(self) -> tuple[Result, ...]:
        return tuple(self.done[spec.name] for spec in self.specs if spec.name in self.done)

    async def go(self) -> None:
        with ProcessPoolExecutor(self.around.workers, get_context("spawn"), crew.belong) as pool:
            try:
                async with asyncio.TaskGroup() as group:
                    for spec in self.specs:
                        group.create_task(self._one(spec, pool))
            except BaseException:
                pool.shutdown(wait=False, cancel_futures=True)
                raise

    async def _one(self, spec: CandidateSpec, pool: ProcessPoolExecutor) -> None:
        folder, watch = self.folders[spec.name], self.around.board.watch(spec.name)
        try:
            async with self.room:
                await self._asked(spec, folder, watch)
            watch.stage("grading")  # and deciding and rendering, which can't be looked at from here
            end = partial(_end, spec.name, folder, self.around.means.langs, self.around.means.identity)
            result, ended = await asyncio.get_running_loop().run_in_executor(pool, end)
        except EvalcenterError as problem:
            result = failed(spec.name, folder, problem)
            watch.stopped(problem)
        else:
            watch.decided(ended.verdict)
            watch.ended(ended.state, ended.reports)
        self.done[spec.name] = result
        self.around.board.finished(result)

    async def _asked(self, spec: CandidateSpec, folder: Path, watch: watching.Watch) -> None:
        """Ask what is still to ask; the run's folder then holds all answers, and is closed."""
        means = replace(self.around.means, key=self.around.keys.get(spec.name), watch=watch)
        planned = _sealed(for_candidate(self.planned, spec, means.plugins), spec, self.around)
        candidate = walk.open_candidate(spec, means)
        try:
            held = _held(folder, planned, means.identity)
        except BaseException:
            await candidate.close()
            raise
        with held:
            watch.began(held)
            if walk.outstanding(held, means) or next(grade.unjudged(held), None) is not None:
                desk = walk.begin(held, means)
                await run.ask(held, desk, candidate, walk.manner(held, means, desk, self._endpoint(spec)))
            else:
                await candidate.close()

    def _endpoint(self, spec: CandidateSpec) -> Endpoint:
        """The endpoint that the candidate shares with the others at its address."""
        return self.endpoints.setdefault(address(spec), Endpoint(self.around.means.limits))


def address(spec: CandidateSpec) -> str:
    """What candidates at one endpoint have in common; one without an address shares with nobody."""
    try:
        parts = urlsplit((spec.base_url or "").strip())
        port = parts.port or {"http": 80, "https": 443}.get(parts.scheme)
    except ValueError:  # nothing can be sent there; opening the candidate says so
        return spec.name
    return f"{parts.scheme}://{parts.hostname}:{port}" if parts.hostname else spec.name


def _held(folder: Path, planned: Plan, identity: Identity | None) -> history.Run:
    if not torn.begun(folder / journal.NAME):
        return history.create(folder, planned, identity)
    held = history.resume(folder, identity)
    if canon.digest(_unsealed(held.plan)) == canon.digest(_unsealed(planned)):
        return held
    held.close()
    raise PlanMismatch(
        "this folder holds a run of another plan: another candidate file, suite, standard or seed",
        where=str(folder),
        todo="give another --out",
    )


def _unsealed(planned: Plan) -> Plan:
    """A plan without what is drawn anew for every run."""
    banks = () if planned.sealing is None else planned.sealing.banks
    return replace(planned, sealing=None if not banks else Sealing(run="", key="", recipients=(), banks=banks))


# -- in a process of its own ------------------------------------------------------------------------------------------


def _end(
    name: str, folder: Path, langs: Sequence[Lang] | None, identity: Identity | None = None
) -> tuple[Result, walk.Ended]:
    """Decide a run and render its reports."""
    from evalcenter.plugins import load

    ended = walk.regrade(folder, Means(plugins=load(), langs=langs, identity=identity))
    return _ended(name, ended, identity), ended


def _ended(name: str, ended: walk.Ended, identity: Identity | None) -> Result:
    held = history.load(ended.folder, identity)
    price = held.plan.candidate.price
    return Result(
        name=name,
        folder=ended.folder,
        state=ended.state,
        verdict=ended.verdict,
        answered=len(held.responses),
        calls=held.spent.calls,
        tokens=held.spent.tokens,
        cost="" if price is None else f"{held.spent.money(price).quantize(Decimal('0.0001'))} {price.currency}",
        exit_code=EXIT[ended.state],
    )


def failed(name: str, folder: Path, problem: EvalcenterError) -> Result:
    """The result of a candidate that could not be run to its end."""
    return Result(name=name, folder=folder, error=str(problem), exit_code=problem.exit_code)


# -- what is said of all of them --------------------------------------------------------------------------------------


def exit_code(results: Sequence[Result]) -> int:
    """The first error's, else the worst verdict's."""
    for result in results:
        if result.error:
            return result.exit_code
    states = {result.state for result in results}
    return next((EXIT[state] for state in _WORST_FIRST if state in states), 0)


def write_summary(out: Path, planned: Plan, results: Sequence[Result]) -> None:
    """Write what became of all candidates into `out`, for machines and for people."""
    try:
        out.mkdir(parents=True, exist_ok=True)
        (out / SUMMARY).write_bytes(canon.encode(_summary(planned, results)) + b"\n")
        (out / TABLE).write_text(_table(planned, results), encoding="utf-8")
    except OSError as problem:
        raise disk_refused(problem, out) from None


def _summary(planned: Plan, results: Sequence[Result]) -> dict[str, object]:
    return {
        "standard": planned.standard.id,
        "suites": [{"id": one.id, "version": one.version, "digest": one.digest} for one in planned.suites],
        "candidates": [_line(result) for result in results],
    }


def _line(result: Result) -> dict[str, object]:
    findings = result.verdict.findings if result.verdict is not None else ()
    return {
        "name": result.name,
        "folder": result.folder.name,
        "state": result.state or "error",
        "error": result.error,
        "exit_code": result.exit_code,
        "answered": result.answered,
        "calls": result.calls,
        "tokens": result.tokens,
        "cost": result.cost,
        "findings": {finding.requirement: finding.verdict for finding in findings},
    }


def _table(planned: Plan, results: Sequence[Result]) -> str:
    rows = ["| candidate | verdict | answered | calls | tokens | cost | folder |", "| --- " * 7 + "|"]
    for result in results:
        said = result.state.replace("_", " ").upper() or f"error {result.exit_code}: {result.error}"
        counts = (result.answered, result.calls, result.tokens, result.cost)
        cells = (result.name, said, *counts, result.folder.name)
        rows.append(f"| {' | '.join(escape(str(cell)) for cell in cells)} |")
    return f"# {escape(planned.standard.id)}: {len(results)} candidates\n\n" + "\n".join(rows) + "\n"
