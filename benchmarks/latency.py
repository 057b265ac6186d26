"""How close a run comes to the shortest time that the endpoint's latencies allow.

The endpoint gives every answer after a latency that was drawn before: the first question to arrive waits the first one, and so
on. Taken in that order over the slots they need the *in-order ideal*. Measured are the span from the first question to the last
answer, by the endpoint's clock, and the whole process with start, plan, verdict and reports.

    python benchmarks/latency.py
    python benchmarks/latency.py --peers      # with the harnesses that `make peers` installed
"""

from __future__ import annotations

import argparse
import math
import sys
from pathlib import Path

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks import bench, contenders
from benchmarks.endpoint import ideal, latencies

CASES = (
    ("lognormal:0.2:1.0", 64, 0.97, 1.15),
    ("fixed:0.2", 256, 0.85, None),
)
"""Latencies, slots, least share of the ideal in the span, most of it for the whole process."""
ROUNDS = 3


def main() -> int:
    """Measure every contender in every case; the exit code says whether evalcenter keeps its limits."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--items", type=int, default=2000)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--peers", action="store_true")
    given = parser.parse_args()
    rows, figures = [], []
    with bench.scratch() as folder:
        asked = contenders.prepare(folder, given.items)
        for latency, slots, least, most in CASES:
            shortest = ideal(latencies(latency, given.items), slots)
            print(f"\n{latency}, {slots} in flight, {given.items} items; in-order ideal {shortest:.2f} s\n")
            lines = []
            for name, ran in contenders.all_of(given.peers):
                if name == "evalcenter, drawn":
                    continue
                told = []
                for _ in range(given.rounds if name in contenders.OURS else 1):
                    with bench.endpoint(asked.lines, latency=latency, count=given.items) as endpoint:
                        one = ran(asked, endpoint, slots)
                        span = one.counts["span_s"] or math.inf  # nothing was asked
                        told.append((shortest / span, one.process.wall_s / shortest, one))
                share, whole = bench.median(t[0] for t in told), bench.median(t[1] for t in told)
                first, one = told[0][2].counts, told[0][2]
                lines.append(
                    (name, first["span_s"], 100 * share, one.process.wall_s, whole, first["most_in_flight"], one.right)
                )
                figures.append({"case": latency, "slots": slots, "name": name, "share": share, "whole": whole})
                if name == "evalcenter":
                    rows.append(
                        bench.Row(f"span, {latency} at {slots}: share of the ideal", share, least, at_least=True)
                    )
                    if most is not None:
                        rows.append(bench.Row(f"whole process, {latency} at {slots}: times the ideal", whole, most))
            print(
                bench.table(("", "span s", "ideal / span %", "wall s", "wall / ideal", "in flight", "right"), lines),
                flush=True,
            )
    print()
    bench.keep("latency", figures)
    return bench.ended(rows)


if __name__ == "__main__":
    sys.exit(main())
