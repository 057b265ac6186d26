"""Imports public datasets as they are published and runs them through HTTP against the reference server.

    EVALCENTER_REALDATA=FOLDER python benchmarks/imported_through_http.py [NAME …]

For each mapping in ``datasets/mappings`` it prints a line of a Markdown table: rows, items, refused rows, the verdict of the
exemplary and of a mixed reference candidate, calls, and whether the journal recomputes. The candidates are simulated: they
answer from the items' own examples, so the table shows that the line carries the data, and says nothing about any model.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from pathlib import Path

from evalcenter import boundary, certify, importing, plan, plugins, specs, suites, walk
from evalcenter.candidates import server
from evalcenter.hooks import Limits, Plugins
from evalcenter.records import CandidateSpec

MAPPINGS = Path(__file__).parents[1] / "datasets" / "mappings"
NAMES = (
    "cmexam",
    "medqa_us",
    "pubmedqa",
    "safetybench_zh",
    "disc_law_single_pfe",
    "disc_law_single_pae",
    "disc_law_single_lbk",
    "disc_law_multi_pae",
    "h2o_gov_choice",
    "h2o_gov_tokens",
)
PERSONAS = ("reference-exemplary", "reference-mixed-0.8")
SEED = "imported"


def main() -> None:
    """Print the table."""
    root = os.environ.get("EVALCENTER_REALDATA")
    if not root:
        sys.exit("EVALCENTER_REALDATA is not set; it names the folder of public data")
    held = plugins.load()
    print("| mapping | rows | items | refused | calls | exemplary | mixed 0.8: good | verdict | recomputed | seconds |")
    print("|---|---|---|---|---|---|---|---|---|---|")
    for name in sys.argv[1:] or NAMES:
        with tempfile.TemporaryDirectory() as folder:
            print(_line(name, Path(root), Path(folder), held), flush=True)


def _line(name: str, root: Path, folder: Path, held: Plugins) -> str:
    began = time.monotonic()
    done = importing.convert(MAPPINGS / f"{name}.yaml", root, folder / "suite", held)
    loaded = suites.load(folder / "suite", held)
    items = plan.bank([loaded.suite], SEED, held.generators, boundary.convert)
    standard, _ = specs.load_standard("", loaded)
    outcomes, calls, good, recomputed = [], 0, 0, 0
    with server.running_in_background(items, seed=SEED) as base_url:
        for persona in PERSONAS:
            spec = CandidateSpec(adapter="openai_http", name=persona, model=persona, base_url=base_url, simulated=True)
            planned = walk.prepare([loaded], standard, spec, SEED, held)
            means = walk.Means(plugins=held, limits=Limits(concurrency=32), langs=("en",))
            ended = walk.start(planned, folder / persona, means)
            recomputed += certify.verify(folder / persona, held).grades
            calls += len(planned.order)
            good = ended.verdict.findings[0].good
            outcomes.append(ended.verdict.outcome.upper())
    spent = time.monotonic() - began
    return (
        f"| {name} | {done.rows} | {done.items} | {len(done.refused)} | {calls} | {outcomes[0]} | {good}/{done.items} | "
        f"{outcomes[1]} | {recomputed} | {spent:.0f} |"
    )


if __name__ == "__main__":
    main()
