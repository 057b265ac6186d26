"""The demonstration: simulated candidates, both suites, the real client over a real socket, everything offline.

It says of everything that it is simulated: the candidates answer from the items' own examples, and in the part that only a judge or
a person can mark, judge and readers mark by these examples too.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from evalcenter import boundary, certify, grade, history, hooks, labels, plan, readings, specs, suites, walk
from evalcenter.candidates import server
from evalcenter.display import Display
from evalcenter.draws import Draws
from evalcenter.errors import RunError
from evalcenter.records import CandidateSpec, Read, ReadState, Review

SECTORS: Final = ("medical", "government")
PERSONAS: Final = {"medical": ("exemplary", "reckless", "careful-0.93"), "government": ("exemplary", "reckless")}
"""An early PASS, an early FAIL, and a candidate so near the lines that the cap comes first."""
SEED: Final = "demonstration"
MARK: Final = ".evalcenter-demo"
CONVERSATIONS: Final = "medical-conversations"
JUDGE: Final = "reference-judge-0.95"
SLIPS: Final = 20
"""One in so many marks of the second simulated reader is wrong, so that an arbiter is needed."""


def show(out: Path, plugins: hooks.Plugins, *, quiet: bool) -> Iterator[str]:
    """Run the demonstration into `out` and say what came of it, line by line."""
    _clear(out)
    loaded = {name: suites.load(suites.find(name), plugins) for name in SECTORS}
    items = plan.bank([one.suite for one in loaded.values()], SEED, plugins.generators, boundary.convert)
    with server.running_in_background(items, seed=SEED) as base_url:
        yield f"reference candidate on {base_url} (simulated: it answers from the items' own examples)"
        for sector, one in loaded.items():
            standard, _ = specs.load_standard("", one)
            for persona in PERSONAS[sector]:
                planned = walk.prepare([one], standard, _spec(persona, base_url), SEED, plugins)
                folder = out / f"{sector}-{persona}"
                with Display(len(planned.order), quiet=quiet) as watch:
                    ended = walk.start(
                        planned, folder, walk.Means(plugins=plugins, watch=watch, complete=persona != "reckless")
                    )
                checked = certify.verify(folder, plugins)
                asked = f"{checked.answers} of at most {len(planned.order)} samples asked"
                yield (
                    f"{sector:<11} {persona:<12} {ended.verdict.outcome.upper():<13} {asked}, "
                    f"{checked.grades} grades recomputed and equal"
                )
                yield from (f"  {path}" for path in ended.reports if path.suffix == ".html")
        yield from _judged(loaded["medical"], base_url, out, walk.Means(plugins=plugins))


def _judged(one: suites.Loaded, base_url: str, out: Path, means: walk.Means) -> Iterator[str]:
    """A run under a judge, whose marks people check: both are simulated, and mark by the items' examples."""
    standard, _ = specs.load_standard(CONVERSATIONS, one)
    terms = walk.Terms(panel=specs.panel(JUDGE), readers=2)
    planned = walk.prepare([one], standard, _spec("careful-0.93", base_url), SEED, means.plugins, terms)
    folder = out / "medical-conversations"
    ended, read = walk.start(planned, folder, means), 0
    while ended.queue:
        read += _read(folder)
        ended = walk.resume(folder, means)
    checked = certify.verify(folder, means.plugins)
    yield (
        f"{'medical':<11} {'careful-0.93':<12} {ended.verdict.outcome.upper():<13} {checked.answers} answers before a simulated "
        f"judge, {read} of them read by simulated readers, {checked.grades} grades recomputed and equal"
    )
    yield from (f"  {path}" for path in ended.reports if path.suffix == ".html")


def _read(folder: Path) -> int:
    """Simulated readers read what waits, apart from each other, and a third settles; how many answers were read."""
    with history.resume(folder) as run:
        known = {(one.item, one.answers): one.truth for one in labels.of_examples(run.plan.items)}
        reading = readings.Reading(run)
        waiting = reading.awaited()
        for who in (
            readings.Who("simulated reader 1"),
            readings.Who("simulated reader 2"),
            readings.Who("simulated arbiter", "arbiter"),
        ):
            for position in reading.due(who, besides=False):
                said = tuple(answer.text for answer in run.responses[position].answers)
                truth = known.get((grade.item_at(run, position).id, said), {})
                slips = Draws(SEED, f"reader/{who.name}/{position}").below(SLIPS) == 0 and who.name.endswith("2")
                marks = tuple(_mark(name, truth, slips=slips) for name in reading.due_marks(position, who))
                reason = "[simulated · 模拟]"
                reading.take(Review(position=position, reader=who.name, role=who.role, marks=marks, reason=reason))
        return len(waiting)


def _mark(criterion: str, truth: Mapping[str, ReadState], *, slips: bool) -> Read:
    state = truth.get(criterion, "unjudged")
    wrong: Mapping[ReadState, ReadState] = {"met": "not_met", "not_met": "met", "unjudged": "unjudged"}
    return Read(criterion=criterion, state=wrong[state] if slips else state)


def _spec(persona: str, base_url: str) -> CandidateSpec:
    return CandidateSpec(
        adapter="openai_http",
        name=f"reference-{persona}",
        model=f"reference-{persona}",
        base_url=base_url,
        version="1",
        vendor="evalcenter",
        simulated=True,
    )


def _clear(out: Path) -> None:
    """Remove an earlier demonstration, and nothing else."""
    if out.exists() and any(out.iterdir()) and not (out / MARK).is_file():
        raise RunError("this folder is not an earlier demonstration", where=str(out), todo="give another --out")
    if out.exists():
        shutil.rmtree(out)
    out.mkdir(parents=True)
    (out / MARK).write_text("made by `evalcenter demo`; replaced by the next one\n", encoding="utf-8")
