"""The demonstration: simulated candidates, both suites, the real client over a real socket, everything offline.

It says of everything that it is simulated: the candidates answer from the items' own examples.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from evalcenter import boundary, certify, hooks, plan, specs, suites, walk
from evalcenter.candidates import server
from evalcenter.display import Display
from evalcenter.errors import RunError
from evalcenter.records import CandidateSpec

SECTORS: Final = ("medical", "government")
PERSONAS: Final = {"medical": ("exemplary", "reckless", "careful-0.93"), "government": ("exemplary", "reckless")}
"""An early PASS, an early FAIL, and a candidate so near the lines that the cap comes first."""
SEED: Final = "demonstration"
MARK: Final = ".evalcenter-demo"


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
