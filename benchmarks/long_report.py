"""The reports of a run of very many samples: how long they take, how large they are, how a browser takes them.

The run's journal is written without an endpoint: answers of the benchmarks' bank, one in four wrong, graded by the shipped graders.
Timed is the whole process of `evalcenter report`: reading the journal, both languages, HTML, JSON and Markdown. Chromium then opens
the page, and says how long it took to lay it out, and to scroll through it.

    python benchmarks/long_report.py --samples 100000
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import sys
import tempfile
from pathlib import Path

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks import bench
from evalcenter import boundary, grade, history, plan, plugins, specs, suites, walk
from evalcenter.records import Answer, CandidateSpec, Response

ITEMS = 1000
CHROMIUM = "chromium"
TIMED = """
<script>addEventListener("load", () => {
  const laid = performance.now(), height = document.body.scrollHeight;
  for (let at = 0; at < height; at += 500) { scrollTo(0, at); document.body.getBoundingClientRect(); }
  const scrolled = performance.now() - laid, nodes = document.getElementsByTagName("*").length;
  document.title = JSON.stringify({laid_ms: laid, scrolled_ms: scrolled, height: height, nodes: nodes});
});</script>
"""
"""Put behind a copy of the page that allows scripts, which the page itself does not: what it cost, as the page's title."""


def write_run(samples: int, folder: Path) -> None:
    """A run of so many answered, graded and decided samples in ``folder/run``; no endpoint was asked."""
    asked = list(bench.bank(ITEMS))
    bench.write_suite(folder / "suite", asked, rule="evidence", claim="expected", cap=samples)
    held = plugins.load()
    loaded = suites.load(folder / "suite", held)
    standard, _ = specs.load_standard("", loaded)
    spec = CandidateSpec(
        adapter="openai_http", name="bench", model="bench", base_url="http://127.0.0.1:1/v1", simulated=True
    )
    planned = plan.expand([(loaded.suite, loaded.digest)], standard, spec, "long", held, boundary.convert)
    with history.create(folder / "run", planned) as run:
        run.write("opened", {"environment": walk.environment(), "lab": {}, "limits": {}})
        for position, index in enumerate(planned.order):
            one = asked[int(planned.items[index].id.removeprefix("bench-")) - bench.FIRST]
            text = one.wrong if position % 4 == 0 else one.reply
            answer = Answer(
                text=text, model="bench", prompt_tokens=60, completion_tokens=40, latency_ms=200 + position % 700
            )
            run.write("response", Response(position=position, answers=(answer,)))
        run.write("closed", {"why": "complete"})
        grade.mark(run, held)
        grade.decide(run)


def browser(page: Path) -> dict[str, float]:
    """What the page costs Chromium: milliseconds until it is laid out, and to scroll through it; its height and elements."""
    with tempfile.TemporaryDirectory() as profile:
        timed = Path(profile) / "timed.html"
        free = re.sub(
            r"<meta http-equiv=.Content-Security-Policy.[^>]*>", "", page.read_text(encoding="utf-8"), count=1
        )
        timed.write_text(free + TIMED, encoding="utf-8")
        flags = ("--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking")
        ran = bench.run(
            [CHROMIUM, *flags, "--disable-component-update", f"--user-data-dir={profile}", "--dump-dom", timed.as_uri()]
        )
    title = ran.said.split("<title>", 1)[1].split("</title>", 1)[0]
    told: dict[str, float] = json.loads(title.replace("&quot;", '"'))
    return told


def main() -> int:
    """Measure; the exit code says whether the limit is kept."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--samples", type=int, default=100_000)
    parser.add_argument("--keep", type=Path, help="Leave the run here, to be looked at.")
    given = parser.parse_args()
    with bench.scratch() as folder:
        write_run(given.samples, folder)
        ran = bench.evalcenter("report", folder / "run")
        pages = {path.name: path.stat().st_size for path in sorted((folder / "run").glob("report.*"))}
        seen = (
            {lang: browser(folder / "run" / f"report.{lang}.html") for lang in ("zh", "en")}
            if shutil.which(CHROMIUM)
            else {}
        )
        if given.keep:
            shutil.copytree(folder / "run", given.keep)
    print(
        f"{given.samples:,} samples, {os.cpu_count()} cores; CPU {ran.cpu_s:.1f} s, peak memory {ran.peak_mib:.0f} MiB\n"
    )
    print(bench.table(("file", "KiB"), [(name, round(size / 1024)) for name, size in pages.items()]) + "\n")
    head = ("in Chromium", "laid out ms", "scrolled through ms", "pixels high", "elements")
    print(
        bench.table(
            head, [(n, *(round(t[k]) for k in ("laid_ms", "scrolled_ms", "height", "nodes"))) for n, t in seen.items()]
        )
        + "\n"
    )
    bench.keep(
        "long_report",
        {"samples": given.samples, "wall_s": ran.wall_s, "cpu_s": ran.cpu_s, "pages": pages, "browser": seen},
    )
    return bench.ended([bench.Row(f"reports of {given.samples:,} samples", ran.wall_s, 30, "s", digits=1)])


if __name__ == "__main__":
    sys.exit(main())
