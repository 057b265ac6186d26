"""What one more sample costs the client: CPU of whole processes, set against a bare aiohttp loop on the same questions.

A process asks 1,000 questions, another one 10,000; the difference, over 9,000, is the marginal CPU of a sample: for evalcenter with
reading the items, grading, the journal on the disk, the verdict and the reports. `evalcenter, drawn` draws the samples from 1,000
items instead, as most standards do. The loop is measured in the same round, so that all meet the same machine; the ratio is the
median over the rounds.

    python benchmarks/cost.py
    python benchmarks/cost.py --mix even      # graders that take longer, each as often as the others
    python benchmarks/cost.py --peers         # with the harnesses that `make peers` installed: 200 and 2,000 questions
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks import bench, contenders

BASE = "aiohttp loop"
LIMIT, AIM = 3.0, 1.5


@dataclass(frozen=True)
class Cost:
    """CPU milliseconds of one more sample, CPU seconds of what is fixed, peak memory in MiB at the larger size."""

    marginal_ms: float
    fixed_s: float
    peak_mib: float
    samples_per_s: float


def measure(
    contender: contenders.Contender, sizes: Sequence[contenders.Questions], endpoint: bench.Endpoint, slots: int
) -> Cost:
    """One contender at both sizes. Raises SystemExit where an answer was lost, asked twice or found wrong."""
    small, large = (contender(asked, endpoint, slots) for asked in sizes)
    for asked, took in zip(sizes, (small, large), strict=True):
        if (took.right, took.counts["requests"]) != (asked.count,) * 2:
            raise SystemExit(
                f"{asked.count} questions: {took.right} right, {took.counts}, exit code {took.process.code}"
            )
    more = sizes[1].count - sizes[0].count
    marginal = (large.process.cpu_s - small.process.cpu_s) / more
    fixed = small.process.cpu_s - marginal * sizes[0].count
    return Cost(1000 * marginal, fixed, large.process.peak_mib, sizes[1].count / large.process.wall_s)


def main() -> int:
    """Measure; the exit code says whether evalcenter keeps its limit."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--mix", choices=bench.MIXES, default="shipped")
    parser.add_argument("--slots", type=int, default=64)
    parser.add_argument("--peers", action="store_true")
    given = parser.parse_args()
    counts = (200, 2000) if given.peers else (1000, 10_000)
    costs: dict[str, list[Cost]] = {}
    with bench.scratch() as folder:
        sizes = [contenders.prepare(folder, count, given.mix) for count in counts]
        with bench.endpoint(sizes[1].lines) as endpoint:
            for _ in range(given.rounds):
                for name, contender in contenders.all_of(given.peers):
                    costs.setdefault(name, []).append(measure(contender, sizes, endpoint, given.slots))
                    print(f"{name}: {costs[name][-1].marginal_ms:.3f} ms", file=sys.stderr, flush=True)
    base = [cost.marginal_ms for cost in costs[BASE]]
    ratios = {name: [c.marginal_ms / b for c, b in zip(each, base, strict=True)] for name, each in costs.items()}
    print(
        f"{counts[0]} and {counts[1]} questions, {given.mix} mix, {given.slots} slots, {given.rounds} rounds, medians\n"
    )
    head = ("", "CPU ms/sample", "x aiohttp loop", "lowest", "highest", "fixed CPU s", "samples/s", "peak MiB")
    rows = [
        (
            name,
            bench.median(cost.marginal_ms for cost in each),
            bench.median(ratios[name]),
            min(ratios[name]),
            max(ratios[name]),
            bench.median(cost.fixed_s for cost in each),
            round(bench.median(cost.samples_per_s for cost in each)),
            round(bench.median(cost.peak_mib for cost in each)),
        )
        for name, each in sorted(costs.items(), key=lambda pair: bench.median(ratios[pair[0]]))
    ]
    print(bench.table(head, rows) + "\n")
    figures = {row[0]: dict(zip(head[1:], row[1:], strict=True)) for row in rows}
    bench.keep(f"cost-{given.mix}{'-peers' if given.peers else ''}", figures)
    ratio = bench.median(ratios["evalcenter"])
    return bench.ended([bench.Row(f"CPU of one more sample, {given.mix} mix: times the aiohttp loop's", ratio, LIMIT)])


if __name__ == "__main__":
    sys.exit(main())
