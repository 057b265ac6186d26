"""What a report with thousands of samples costs the reader's browser: to open, to search, to filter, to sort.

The run is written without an endpoint, as in ``long_report.py``, and Chromium opens the report of it. Timed are the first paint,
the whole page, and every act from the event until the second frame after it, five times each, of which the middle one is reported.
Two frames without any act stand beside them: that is what waiting for the screen alone takes.

    python benchmarks/report_page.py --samples 3000
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
from pathlib import Path
from typing import Any

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks import bench, long_report

TIMES = 5
LIMIT_MS = 250
"""What an act may take at most, the two frames counted."""
TIMED = """async ([act, times]) => {
  const frames = () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  const box = document.querySelector(".samples"), tools = box.querySelector(".tools");
  const [search, ...filters] = tools.querySelectorAll("input, select"), buttons = tools.querySelectorAll("button");
  const heads = box.querySelectorAll(".heads button"), further = box.querySelector(".further");
  const rows = () => box.querySelectorAll("ol > li").length;
  const changed = (one, value) => { one.value = value; one.dispatchEvent(new Event(one.type === "search" ? "input" : "change")); };
  const typed = async (words) => { changed(search, words); await new Promise((done) => setTimeout(done, 121)); };
  const acts = {
    none: () => 0, search: () => typed("dose"), "search again": () => typed("答案"), filter: () => changed(filters[0], "fail"),
    sort: () => heads[2].click(), open: () => buttons[0].click(), "show more": () => further.click(),
  };
  box.scrollIntoView();
  const took = [];
  for (let at = 0; at < times; at += 1) {
    buttons[2].disabled = false; buttons[2].click(); buttons[1].click();
    await frames();
    const before = performance.now();
    await acts[act]();
    await frames();
    took.push(performance.now() - before);
  }
  return { middle: took.sort((a, b) => a - b)[Math.floor(times / 2)], rows: rows(), said: box.querySelector(".shown").textContent };
}"""
OPENED = """() => {
  const [page] = performance.getEntriesByType("navigation"), [paint] = performance.getEntriesByName("first-contentful-paint");
  return { painted: paint.startTime, whole: page.loadEventEnd, elements: document.getElementsByTagName("*").length };
}"""
ACTS = ("none", "filter", "search", "search again", "sort", "open", "show more")


def measured(page: Path) -> tuple[dict[str, float], dict[str, Any]]:
    """What opening `page` takes, and every act on it, in milliseconds; with the 120 ms that the search waits for more letters."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        browser = play.chromium.launch(
            executable_path=shutil.which(long_report.CHROMIUM), args=["--no-sandbox", "--disable-gpu"]
        )
        seen = browser.new_page(viewport={"width": 1280, "height": 900})
        seen.goto(page.as_uri())
        opened = seen.evaluate(OPENED)
        took = {act: seen.evaluate(TIMED, [act, TIMES]) for act in ACTS}
        browser.close()
    return opened, took


def main() -> int:
    """Measure; the exit code says whether the limit is kept."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--samples", type=int, default=3000)
    given = parser.parse_args()
    with bench.scratch() as folder:
        long_report.write_run(given.samples, folder)
        ran = bench.evalcenter("report", folder / "run")
        found = {lang: (path := folder / "run" / f"report.{lang}.html", measured(path)) for lang in ("zh", "en")}
        sizes = {lang: path.stat().st_size for lang, (path, _) in found.items()}
    print(f"{given.samples:,} samples, {os.cpu_count()} cores; reports made in {ran.wall_s:.1f} s\n")
    rows = [
        (lang, round(sizes[lang] / 1024), *(round(opened[key]) for key in ("painted", "whole", "elements")))
        for lang, (_, (opened, _)) in found.items()
    ]
    print(bench.table(("page", "KiB", "first paint ms", "whole ms", "elements"), rows) + "\n")
    acts = [(act, *(round(took[act]["middle"]) for _, (_, took) in found.values())) for act in ACTS]
    print(bench.table(("middle of five, ms", *found), acts) + "\n")
    slowest = max(one["middle"] for _, (_, took) in found.values() for one in took.values())
    return bench.ended([bench.Row(f"slowest act on {given.samples:,} samples", slowest, LIMIT_MS, "ms")])


if __name__ == "__main__":
    sys.exit(main())
