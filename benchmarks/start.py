"""What starting costs: the help, linting a suite, and everything up to the first request.

python benchmarks/start.py
"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import replace
from pathlib import Path

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks import bench, contenders

BARE = (sys.executable, "-c", "pass")
OPENAI = (sys.executable, "-c", "import openai")


def first_request(asked: contenders.Questions, endpoint: bench.Endpoint) -> float:
    """CPU seconds of a run until its first question left: that call ends it."""
    code = (
        "import resource, sys\n"
        "from evalcenter.candidates import wire\n"
        "def stop(*_):\n"
        "    used, kin = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)\n"
        "    print(used.ru_utime + used.ru_stime + kin.ru_utime + kin.ru_stime, flush=True)\n"
        "    import os; os._exit(0)\n"
        "wire._Connection.ask = stop\n"
        "from evalcenter.cli import main\n"
        "main(sys.argv[1:])\n"
    )
    arguments = (
        "run",
        asked.suite,
        "--base-url",
        endpoint.base_url,
        "--model",
        "bench",
        "--quiet",
        "--out",
        asked.out / "first",
    )
    return float(json.loads(bench.run([sys.executable, "-c", code, *arguments]).said))


def main() -> int:
    """Measure; the exit code says whether the limits are kept."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    helps, lints, firsts, imports, bares = [], [], [], [], []
    with bench.scratch() as folder:
        asked = contenders.prepare(folder, 1000)
        asked.out.mkdir()
        with bench.endpoint(asked.lines) as endpoint:
            for number in range(given.rounds):
                bares.append(bench.run(BARE).cpu_s)
                helps.append(bench.run([Path(sys.executable).parent / "evalcenter", "--help"]).cpu_s)
                lints.append(bench.evalcenter("lint", asked.suite).wall_s)
                imports.append(bench.run(OPENAI).cpu_s)
                out = replace(asked, out=asked.out / str(number))
                firsts.append(first_request(out, endpoint))
    allowed = max(1.0, bench.median(1.5 * one for one in imports))
    print(
        bench.table(
            ("", "s"),
            [("a bare interpreter, CPU", bench.median(bares)), ("`import openai`, CPU", bench.median(imports))],
        )
    )
    print()
    rows = [
        bench.Row("`evalcenter --help`, CPU", bench.median(helps), 0.15, "s", digits=3),
        bench.Row("`evalcenter lint`, 1,000 items, wall", bench.median(lints), 2.0, "s"),
        bench.Row("first request of 1,000 items, CPU until then", bench.median(firsts), allowed, "s"),
    ]
    bench.keep("start", {row.name: [row.measured, row.limit] for row in rows})
    return bench.ended(rows)


if __name__ == "__main__":
    sys.exit(main())
