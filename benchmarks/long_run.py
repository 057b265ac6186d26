"""One run of very many samples: memory, cost per sample as it grows, resuming it, and checking its journal.

A thousand items are drawn again and again (rule `evidence`, claim `expected`), one answer in ten is wrong and the line is 90 %, so
that nothing is decided before the last sample and the steering works all the way. The endpoint answers as fast as it can.

    python benchmarks/long_run.py --samples 1000000          # 1,000, 10,000, 100,000 and 1,000,000
"""

from __future__ import annotations

import argparse
import shutil
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks import bench
from evalcenter import history, journal

ITEMS = 1000
SLOTS = 64
SEED = "long"
WRONG = 10
"""One item in so many is answered wrongly."""


@dataclass(frozen=True)
class Long:
    """What one run took: CPU and wall seconds, peak MiB; resuming it when it was finished; its journal, lines checked a second.

    `passed` samples passed; `deserved` drew an item that the endpoint answers rightly.
    """

    samples: int
    cpu_s: float
    wall_s: float
    peak_mib: float
    resume_s: float
    resume_mib: float
    lines: int
    chain_per_s: float
    journal_mib: float
    requests: int
    passed: int
    deserved: int
    answered: int
    asked_on_resume: int


def measure(samples: int, folder: Path) -> Long:
    """A run of so many samples in `folder`, which must be new. Raises SystemExit where the run did not go to its end."""
    questions, suite, out = folder / "questions.jsonl", folder / "suite", folder / "run"
    folder.mkdir()
    bench.write_lines(questions, bench.bank(ITEMS), wrong=WRONG)
    bench.write_suite(suite, bench.bank(ITEMS), rule="evidence", claim="expected", cap=samples)
    with bench.endpoint(questions) as endpoint:
        ran = bench.evalcenter(
            *(
                "run",
                suite,
                "--base-url",
                endpoint.base_url,
                "--model",
                "bench",
                "--seed",
                SEED,
                "--no-probes",  # what is measured is the samples
                "--quiet",
                "--complete",
            ),
            *("--concurrency", str(SLOTS), "--out", out),
        )
        requests = endpoint.counts()["requests"]
        again = bench.evalcenter("run", "--resume", out, "--quiet")
        asked_again = endpoint.counts()["requests"] - requests
    began = time.monotonic()
    lines, _ = journal.chain(out)
    took = time.monotonic() - began
    held = history.load(out)
    return Long(
        samples=samples,
        cpu_s=ran.cpu_s,
        wall_s=ran.wall_s,
        peak_mib=ran.peak_mib,
        resume_s=again.wall_s,
        resume_mib=again.peak_mib,
        lines=lines,
        chain_per_s=lines / took,
        journal_mib=(out / journal.NAME).stat().st_size / 2**20,
        requests=requests,
        passed=sum(result.outcome == "pass" for result in held.results.values()),
        deserved=sum(_number(held.plan.items[index].id) % WRONG != WRONG // 2 for index in held.plan.order),
        answered=len(held.responses),
        asked_on_resume=asked_again,
    )


def _number(item: str) -> int:
    return int(item.removeprefix("bench-")) - bench.FIRST


def marginal(runs: Sequence[Long]) -> list[float]:
    """CPU milliseconds of one more sample, between each run and the one before."""
    return [1000 * (b.cpu_s - a.cpu_s) / (b.samples - a.samples) for a, b in pairwise(runs)]


def main() -> int:
    """Measure; the exit code says whether the limits are kept."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--samples", type=int, default=1_000_000)
    parser.add_argument("--folder", type=Path, help="Where the runs go and stay; by default they are removed.")
    given = parser.parse_args()
    sizes = [size for size in (1000, 10_000, 100_000, 1_000_000) if size < given.samples] + [given.samples]
    runs = []
    with bench.scratch() as scratch:
        for size in sizes:
            folder = (given.folder or scratch) / str(size)
            shutil.rmtree(folder, ignore_errors=True)
            folder.parent.mkdir(parents=True, exist_ok=True)
            runs.append(measure(size, folder))
            print(runs[-1], file=sys.stderr, flush=True)
            if given.folder is None:
                shutil.rmtree(folder)
    head = (
        "samples",
        "CPU s",
        "CPU ms/sample, marginal",
        "samples/s",
        "peak MiB",
        "resume s",
        "chain lines/s",
        "journal MiB",
    )
    rows = [
        (
            f"{one.samples:,}",
            one.cpu_s,
            "" if cost is None else cost,
            round(one.samples / one.wall_s),
            round(one.peak_mib),
            one.resume_s,
            round(one.chain_per_s),
            round(one.journal_mib),
        )
        for one, cost in zip(runs, [None, *marginal(runs)], strict=True)
    ]
    print(bench.table(head, rows) + "\n")
    bench.keep("long_run", {"runs": [asdict(one) for one in runs], "marginal_ms": marginal(runs)})
    last, costs = runs[-1], marginal(runs)
    complete = last.answered == last.samples == last.requests and not last.asked_on_resume
    print(
        f"{last.answered:,} answered of {last.samples:,}, {last.requests:,} asked, {last.asked_on_resume} asked on resuming\n"
    )
    code = bench.ended(
        [
            bench.Row(f"peak memory, {last.samples:,} samples", last.peak_mib, 300, "MiB", digits=0),
            bench.Row("marginal CPU at the end, times that of the first step", costs[-1] / costs[0], 1.25),
            bench.Row("resuming the finished run", last.resume_s, 60, "s", digits=1),
            bench.Row("lines of the chain verified a second", last.chain_per_s, 100_000, at_least=True, digits=0),
        ]
    )
    return code if complete else 1


if __name__ == "__main__":
    sys.exit(main())
