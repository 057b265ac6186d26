"""The whole line in one call: plan, run, grade, decide, report; and the same line again from where it stopped.

Rules this module keeps:

* A candidate is opened (which sends nothing) before its plan is written, so that a file which holds a key is refused before
  anything of it reaches the disk; the plan is journalled before the first question.
* A resumed run continues its own plan: nothing that is measured can be changed on the way.
* What a report says comes from the journal alone, so that it can be rendered again to the same bytes.
"""

from __future__ import annotations

import platform
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Final, Literal

from evalcenter import (
    __version__,
    attempts,
    boundary,
    canon,
    carrying,
    deviations,
    envelope,
    grade,
    hearings,
    history,
    hooks,
    judging,
    plan,
    probing,
    qualifying,
    readings,
    report,
    run,
    scoring,
    sealing,
    steering,
    usage,
    watching,
)
from evalcenter.blocks import Attempt, Facts, Lab, View, both
from evalcenter.cache import Cache
from evalcenter.calling import Endpoint
from evalcenter.ciphers import Identity
from evalcenter.errors import Incomplete, RunError
from evalcenter.judges import panels
from evalcenter.marking import Marker
from evalcenter.records import CandidateSpec, Lang, Panel, Plan, Probing, Standard, Verdict
from evalcenter.suites import Loaded

PACKAGES: Final = ("openai", "pydantic", "numpy", "scipy", "matplotlib", "jinja2", "aiohttp")
LANGS: Final[tuple[Lang, ...]] = ("zh", "en")
FORMS: Final[tuple[report.Form, ...]] = ("html", "json", "md")


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """What a run needs besides its plan: plugins, limits, the key if there is one, who looks on, who issues the report."""

    plugins: hooks.Plugins
    limits: hooks.Limits = field(default_factory=hooks.Limits)
    key: str | None = None
    watch: watching.Watch = field(default_factory=watching.Nobody)
    lab: Lab = field(default_factory=Lab)
    langs: Sequence[Lang] | None = None
    """The languages of the reports; None leaves it to the profile, and that may leave it at all of them."""
    forms: Sequence[report.Form] = FORMS
    complete: bool = True
    """Whether a run goes on to its other decisions once it has failed."""
    cache: Path | None = None
    """A folder of answers to take from, and to keep them in."""
    judge_keys: Mapping[str, str | None] = field(default_factory=dict)
    """The key of each judge, by its name."""
    register: Callable[[history.Run], Attempt] | None = None
    """Enters the run in a register before it asks, and says which attempt it is."""
    identity: Identity | None = None
    """What opens a sealed run."""

    @property
    def judges(self) -> judging.Means:
        """How the judges are reached."""
        return judging.Means(adapters=self.plugins.adapters, limits=self.limits, keys=self.judge_keys)


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What a plan fixes besides suites, standard, candidate and seed; by the probes of `probing` the candidate is recognised."""

    version_rank: int = 0
    panel: Panel | None = None
    brought: qualifying.Brought | None = None
    """The qualification of the panel, where there is one."""
    readers: Literal[1, 2] = 1
    probing: Probing | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How a run ended: its verdict by which standard, the reports by file name, and how many marks wait for a person."""

    folder: Path
    standard: Standard
    verdict: Verdict
    reports: tuple[Path, ...]
    queue: int = 0

    @property
    def state(self) -> str:
        """The verdict's outcome, or ``awaiting_review``, which is no verdict: only marks by people are missing."""
        waits = self.verdict.outcome == "inconclusive" and self.queue and not self.verdict.swapped
        return "awaiting_review" if waits else self.verdict.outcome


def prepare(
    suites: Sequence[Loaded],
    standard: Standard,
    candidate: CandidateSpec,
    seed: str,
    plugins: hooks.Plugins,
    terms: Terms | None = None,
) -> Plan:
    """The plan for these suites, this standard and this candidate. Raises InputError for a qualification without judges."""
    terms = terms or Terms()
    pairs = [(loaded.suite, loaded.digest) for loaded in suites]
    drawn = plan.expand(pairs, standard, candidate, seed, plugins, boundary.convert)
    panel = None if terms.panel is None else panels.stamped(terms.panel)
    made = replace(drawn, version_rank=terms.version_rank, panel=panel, readers=terms.readers, probing=terms.probing)
    judging.check(made)
    if terms.brought is None:
        return made
    bank = plan.bank([suite for suite, _ in pairs], seed, plugins.generators, boundary.convert)
    return qualifying.bring(made, terms.brought, bank)


def start(planned: Plan, folder: Path, means: Means, earlier: history.Run | None = None) -> Ended:
    """Walk the line from a new plan, with the answers of an `earlier` attempt. Raises RunError when `folder` holds a run."""
    if earlier is not None:
        carrying.allowed(earlier, means.lab)
        planned = attempts.carrying(planned, earlier.plan, earlier.head)
    candidate = open_candidate(planned.candidate, means)
    try:
        held = history.create(folder, planned, means.identity)
    except RunError:
        run.close(candidate)
        raise
    with held:
        means.watch.began(held)
        if earlier is not None:
            carrying.carry(earlier, held)
        return _go(held, candidate, means)


def resume(folder: Path, means: Means) -> Ended:
    """Walk on from where the run in `folder` stopped, asking no answered position again."""
    with history.resume(folder, means.identity) as held:
        return go_on(held, means)


def go_on(held: history.Run, means: Means) -> Ended:
    """Walk on with a run that was opened for writing, from where it stopped.

    Raises Incomplete where it stopped before an earlier run's answers were all carried over.
    """
    if held.plan.earlier is not None and not held.opened:
        raise Incomplete(
            "the earlier run's answers were not all carried over; going on would ask them again",
            where=str(held.folder),
            todo="carry the earlier run on again, into a new folder",
        )
    means.watch.began(held)
    if not outstanding(held, means) and next(grade.unjudged(held), None) is None:
        return _finish(held, means)
    return _go(held, open_candidate(held.plan.candidate, means), means)


def regrade(folder: Path, means: Means) -> Ended:
    """Grade what has no grade yet and decide, without asking the candidate anything."""
    with history.resume(folder, means.identity) as held:
        means.watch.began(held)
        return _finish(held, means)


def render(folder: Path, means: Means, view: View = "report") -> tuple[Path, ...]:
    """Render the reports of a decided run again; nothing is graded or decided. Raises Incomplete without a verdict.

    Another `view` stands beside the reports as ``<view>.<language>.<form>``, and the run is only read for it.
    """
    if view == "report":
        with history.resume(folder, means.identity) as held:
            return _rendered(held, means, again=True)
    held = history.load(folder, means.identity)
    told, made = facts(held, _lab(held, means)), {}
    for lang in _langs(held, means):
        built = report.build(told, means.plugins.sections, lang, view)
        made.update({folder / f"{view}.{lang}.{form}": report.render(built, form) for form in means.forms})
    return _all_written(made)


def _go(held: history.Run, candidate: hooks.Candidate, means: Means) -> Ended:
    desk = begin(held, means)
    run.collect(held, desk, candidate, manner(held, means, desk))
    return _finish(held, means)


def begin(held: history.Run, means: Means) -> steering.Desk:
    """Write down that the asking begins, and grade what was answered before; the course of what is still to ask."""
    opened: dict[str, Any] = {"environment": environment(), "lab": _lab(held, means), "limits": means.limits.words()}
    if means.cache is not None:
        opened["cache"] = str(means.cache)
    if means.register is not None:
        opened["attempt"] = canon.plain(means.register(held))
    held.write("opened", opened)
    grade.mark(held, means.plugins)
    means.watch.stage("asking")
    steered, adapter = _steering(held, means), means.plugins.adapters.get(held.plan.candidate.adapter)
    later = steered.blind and getattr(adapter, "recorded", False)  # what is there already is graded all at once
    panel = held.plan.panel
    hearing = None if panel is None else grade.Hearing(held, means.judges, means.watch, steered.moved)
    return steering.Desk(steered, None if later else Marker(means.plugins.graders), hearing)


def manner(held: history.Run, means: Means, desk: steering.Desk, endpoint: Endpoint | None = None) -> run.Manner:
    """How the calls of `held` are made."""
    jury = None if desk.hearing is None else desk.hearing.jury
    memory = None if means.cache is None else Cache(means.cache, held.plan)
    return run.Manner(limits=means.limits, watch=means.watch, endpoint=endpoint, memory=memory, jury=jury)


def outstanding(held: history.Run, means: Means) -> bool:
    """Whether `held` still has something to ask; where its model was swapped it has not."""
    probes = probing.Course(held)
    return not probes.drifted and (_steering(held, means).outstanding() > 0 or probes.close())


def _steering(held: history.Run, means: Means) -> steering.Steering:
    ahead = max(steering.AHEAD, 2 * means.limits.concurrency)  # no slot waits for a slow answer
    return steering.Steering(held, complete=means.complete, ahead=ahead, watch=means.watch)


def open_candidate(spec: CandidateSpec, means: Means) -> hooks.Candidate:
    """A candidate that is ready to be asked; nothing is sent yet. Raises CandidateError or InputError."""
    adapter: hooks.Adapter = hooks.find(means.plugins.adapters, "adapter", spec.adapter)
    return adapter.open(spec, boundary.convert(adapter.settings, dict(spec.settings)), means.key, means.limits)


def _finish(held: history.Run, means: Means) -> Ended:
    watch = means.watch
    watch.stage("grading")
    grade.mark(held, means.plugins)
    grade.judge(held, means.judges, watch)
    readings.settle(held)
    watch.stage("deciding")
    verdict = grade.decide(held)
    watch.decided(verdict)
    watch.stage("rendering")
    reports = _standing(held, report_paths(held.folder, _langs(held, means), means.forms)) or _rendered(held, means)
    queue = len(readings.queue(held))
    ended = Ended(folder=held.folder, standard=held.plan.standard, verdict=verdict, reports=reports, queue=queue)
    watch.ended(ended.state, reports)
    return ended


def _standing(held: history.Run, paths: tuple[Path, ...]) -> tuple[Path, ...]:
    """The reports of the verdict that stands at `paths`, where they are what was rendered for it; else none."""
    decided = held.decided
    if (
        decided is None
        or {path.name for path in paths} != held.report.keys()
        or min(held.rendered.values(), default=-1) < decided.seq
    ):
        return ()
    try:
        same = all(canon.digest(path.read_bytes()) == held.report[path.name] for path in paths)
    except OSError:
        return ()
    return paths if same else ()


def _rendered(held: history.Run, means: Means, *, again: bool = False) -> tuple[Path, ...]:
    written = write_reports(held, means, _lab(held, means), _langs(held, means), again=again)
    digests = {path.name: canon.digest(path.read_bytes()) for path in written}
    if digests.items() - held.report.items():
        held.write("report", digests)
    return written


def _lab(held: history.Run, means: Means) -> Lab:
    if means.lab != Lab() or not held.opened:
        return means.lab
    return boundary.convert(Lab, held.opened[-1]["lab"])


def _langs(held: history.Run, means: Means) -> Sequence[Lang]:
    return (_lab(held, means).langs or LANGS) if means.langs is None else means.langs


# -- the report -------------------------------------------------------------------------------------------------------


def write_reports(
    held: history.Run, means: Means, lab: Lab, langs: Sequence[Lang], *, again: bool = False
) -> tuple[Path, ...]:
    """Render the reports of a decided run into its folder; all before one is written, so that none is lost to another's failure.

    Rendering them `again` never touches what was signed: RunError where they would become others.
    """
    told = facts(held, lab)
    made = {}
    for lang in langs:
        built = report.build(told, means.plugins.sections, lang)
        made.update({report_path(held.folder, lang, form): report.render(built, form) for form in means.forms})
    news = {path.name: canon.digest(raw) for path, raw in made.items()}.items() - held.report.items()
    if again and news and any(held.folder.glob("*.dsse.json")):
        raise RunError(
            "this run is signed, and other reports than the signed ones would end that",
            where=str(held.folder),
            todo="copy its journal.jsonl into a folder of its own and render there, or move the signed file away",
        )
    return _all_written(made)


def report_paths(folder: Path, langs: Sequence[Lang], forms: Sequence[report.Form] = FORMS) -> tuple[Path, ...]:
    """Where the reports of a run stand."""
    return tuple(report_path(folder, lang, form) for lang in langs for form in forms)


def report_path(folder: Path, lang: Lang, form: report.Form) -> Path:
    """Where one report stands."""
    return folder / f"report.{lang}.{form}"


def _all_written(made: Mapping[Path, bytes]) -> tuple[Path, ...]:
    for path, raw in made.items():
        envelope.put(path, raw)
    return tuple(made)


def facts(held: history.Run, lab: Lab) -> Facts:
    """What the report of a decided run may say. Raises Incomplete when nothing was decided yet."""
    if held.verdict is None or held.decided is None:
        raise Incomplete(
            "the run has no verdict yet", where=str(held.folder), todo="run `evalcenter grade` on it first"
        )
    used = usage.usage(held.told())
    used = replace(used, models=sealing.named(held.plan, used.models))
    return Facts(
        plan=held.plan,
        plan_digest=held.plan_digest,
        journal_head=held.decided.digest,
        entries=held.decided.seq + 1,
        started=held.first,
        finished=held.finished or held.first,
        issued=held.decided.at,
        responses=held.responses,
        grades=held.grades,
        results=held.results,
        violations=scoring.violations(held.plan, held.results),
        usage=used,
        failures=held.failed,
        retries=held.retries,
        scores=grade.scores(held),
        verdict=held.verdict,
        environment=dict(held.opened[-1]["environment"]) if held.opened else {},
        lab=lab,
        held_by_issuer=carrying.held_by(held, lab),
        deviations=(*deviations.words(held, used.models), *map(both, lab.deviations)),
        reviews=held.reviews,
        machine=held.machine,
        judged=held.by_judge,
        probed=usage.usage(one.answer for one in held.probes if one.answer is not None),
        heard=hearings.heard(held),
        attempt=_attempt(held),
    )


def _attempt(held: history.Run) -> Attempt | None:
    """Which attempt the run is, as it was said when it was last opened for asking."""
    said = [opened["attempt"] for opened in held.opened if "attempt" in opened]
    return boundary.convert(Attempt, said[-1]) if said else None


def environment() -> Mapping[str, str]:
    """Versions of what runs here."""
    found = {"evalcenter": __version__, "python": platform.python_version(), "platform": platform.system()}
    for name in PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "not installed"
    return found
