"""The demonstration: simulated candidates, both suites, the real client over a real socket, everything offline.

It says of everything that it is simulated: the candidates answer from the items' own examples, and in the part that only a judge or
a person can mark, judge and readers mark by these examples too. The centre that grants a certificate at the end is invented, its
people are, and their keys are thrown away: the certificate says DEMONSTRATION, and `verify` refuses it without ``--demo``.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Final

from evalcenter import (
    boundary,
    certify,
    crew,
    envelope,
    grade,
    history,
    hooks,
    issuing,
    labels,
    plan,
    readings,
    specs,
    suites,
    walk,
)
from evalcenter.blocks import Lab
from evalcenter.candidates import server
from evalcenter.display import Display
from evalcenter.draws import Draws
from evalcenter.errors import NotGranted, RunError
from evalcenter.grants import Grant, Party, Person
from evalcenter.journal import Entry
from evalcenter.records import CandidateSpec, Read, ReadState, Review, Text

SECTORS: Final = ("medical", "government")
PERSONAS: Final = {"medical": ("exemplary", "reckless", "careful-0.93"), "government": ("exemplary", "reckless")}
"""An early PASS, an early FAIL, and a candidate so near the lines that the cap comes first."""
SEED: Final = "demonstration"
MARK: Final = ".evalcenter-demo"
CONVERSATIONS: Final = "medical-conversations"
JUDGE: Final = "reference-judge-0.95"
ADDRESS: Final = Text(zh="某市示例路 1 号（虚构）", en="1 Example Road, Invented City")
CENTRE: Final = Lab(
    name=Text(zh="演示评测中心（虚构）", en="Demonstration Centre (invented)"),
    address=ADDRESS,
    register="https://register.example/certificate/{id}",
)
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
                        planned,
                        folder,
                        walk.Means(plugins=plugins, watch=watch, complete=persona != "reckless", lab=CENTRE),
                    )
                checked = certify.verify(folder, plugins)
                asked = f"{checked.answers} of at most {len(planned.order)} samples asked"
                yield (
                    f"{sector:<11} {persona:<12} {ended.verdict.outcome.upper():<13} {asked}, "
                    f"{checked.grades} grades recomputed and equal"
                )
                yield from (f"  {path}" for path in ended.reports if path.suffix == ".html")
        yield from _judged(loaded["medical"], base_url, out, walk.Means(plugins=plugins))
    yield from _certified(out, plugins)


def _certified(out: Path, plugins: hooks.Plugins) -> Iterator[str]:
    """A certificate for whoever passed, checked by another process, and none for whoever failed."""
    keys = out / "keys"
    keys.mkdir()
    for name in ("evaluator", "decider"):
        envelope.new_key(keys / f"{name}.pem")
    public = tuple(keys / f"{name}.pub.pem" for name in ("evaluator", "decider"))
    passed, failed = out / "medical-exemplary", out / "medical-reckless"
    grant = _grant(history.load(passed).decided, public)
    for mine, first in ((keys / "evaluator.pem", None), (keys / "decider.pem", public[0])):
        issued = issuing.issue(passed, grant, (mine, first), plugins)
    yield f"certificate {grant.id}, DEMONSTRATION: an invented centre, two invented people, keys to be thrown away"
    yield from (f"  {passed / f'certificate.{lang}.html'}" for lang in ("zh", "en"))
    words = ["verify", str(issued.path), "--key", str(public[0]), "--key", str(public[1]), "--run", str(passed)]
    for more in ("", " --demo"):
        code, said = crew.apart([*words, *more.split()])
        first_line = said.strip().splitlines()[0].removeprefix(f"error: {issued.path}: ")
        yield f"  another process: verify{more} → exit code {code}: {first_line}"
    try:
        issuing.issue(failed, replace(grant, id="DEMO-0002"), (keys / "evaluator.pem", None), plugins)
    except NotGranted as problem:
        yield f"no certificate for reckless: {problem.what}"


def _grant(decided: Entry | None, public: Sequence[Path]) -> Grant:
    today = date.fromisoformat((decided.at if decided else "")[:10])
    evaluator, decider = (envelope.fingerprint(envelope.public_key(path)) for path in public)
    return Grant(
        id="DEMO-0001",
        granted=today.isoformat(),
        valid_from=today.isoformat(),
        valid_until=(today + timedelta(days=364)).isoformat(),
        client=Party(name=Text(zh="某科技公司（虚构）", en="Invented Vendor Ltd"), address=ADDRESS),
        scope=Text(zh="仅供演示，不涉及任何真实产品。", en="For demonstration alone; no real product is meant."),
        evaluated_by=Person(name=Text(zh="张一（虚构）", en="A. Example (invented)"), key=evaluator),
        decided_by=Person(name=Text(zh="李二（虚构）", en="B. Example (invented)"), key=decider),
        demonstration=True,
    )


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
