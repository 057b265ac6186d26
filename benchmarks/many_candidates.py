"""Many candidates in one process: hundreds of simulated endpoints' models, a few hundred questions each, and what that costs.

All candidates are answered by one endpoint process after a given latency; they are at one address, so they share its slots. What
the slots allow at best is the in-order ideal over all calls.

    python benchmarks/many_candidates.py --candidates 352 --items 200
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks import bench
from benchmarks.endpoint import ideal, latencies

LATENCY = "lognormal:0.2:1.0"


def write_candidates(folder: Path, count: int, base_url: str) -> None:
    """So many candidate files."""
    folder.mkdir()
    for number in range(count):
        told = {
            "adapter": "openai_http",
            "name": f"reference-{number:03d}",
            "model": f"reference-{number:03d}",
            "base_url": base_url,
        }
        (folder / f"{number:03d}.yaml").write_text(json.dumps(told | {"simulated": True}), encoding="utf-8")


def main() -> int:
    """Measure; the exit code says whether every candidate came to its verdict with every answer asked once."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--candidates", type=int, default=352)
    parser.add_argument("--items", type=int, default=200)
    parser.add_argument("--slots", type=int, default=256)
    parser.add_argument("--latency", default=LATENCY)
    given = parser.parse_args()
    calls = given.candidates * given.items
    shortest = ideal(latencies(given.latency, calls), given.slots)
    with bench.scratch() as folder:
        bench.write_lines(folder / "lines.jsonl", bench.bank(given.items), wrong=10)
        bench.write_suite(folder / "suite", bench.bank(given.items))
        with bench.endpoint(folder / "lines.jsonl", latency=given.latency, count=calls) as endpoint:
            write_candidates(folder / "candidates", given.candidates, endpoint.base_url)
            arguments = (
                "run",
                folder / "suite",
                "--candidates",
                folder / "candidates",
                "--out",
                folder / "out",
                "--no-probes",
                "--quiet",
            )
            first = bench.evalcenter(*arguments, "--concurrency", str(given.slots))
            counts = endpoint.counts()
            again = bench.evalcenter(*arguments, "--concurrency", str(given.slots))
            asked_again = endpoint.counts()["requests"] - counts["requests"]
        told = json.loads((folder / "out" / "summary.json").read_text(encoding="utf-8"))["candidates"]
        reports = len(list((folder / "out").glob("*/report.en.html")))
    decided = sum(one["state"] in {"pass", "fail", "inconclusive"} for one in told)
    print(
        f"{given.candidates} candidates x {given.items} items = {calls:,} samples over {given.slots} slots, {given.latency}\n"
    )
    rows = [
        ("wall s", first.wall_s),
        ("in-order ideal of the asking, s", shortest),
        ("span of the asking, s", counts["span_s"]),
        ("CPU ms a sample, verdicts and reports included", 1000 * first.cpu_s / calls),
        ("CPU s a candidate", first.cpu_s / given.candidates),
        ("peak memory of the largest process, MiB", round(first.peak_mib)),
        ("the same command again, s", again.wall_s),
        ("questions asked by it", asked_again),
        ("candidates with a verdict", decided),
        ("reports", reports),
    ]
    print(bench.table(("", ""), rows) + "\n")
    bench.keep("many_candidates", dict(rows))
    whole = decided == reports == given.candidates and counts["requests"] == calls and not asked_again
    print("every candidate has its verdict, every sample was asked once" if whole else "**something is missing**")
    return 0 if whole else 1


if __name__ == "__main__":
    sys.exit(main())
