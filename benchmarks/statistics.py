"""Measures what the decisions promise, and compares it with the targets.

    python benchmarks/statistics.py [--runs 20000] [--quick] [--jobs 2]

Prints Markdown tables and the list of targets; exit code 1 if one is not met. What is called exact is computed, the rest is
simulated with the product deciding every run, from fixed seeds. --quick takes 2,000 runs and allows three standard errors for two.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from csv import DictReader
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
if __name__ == "__main__":
    sys.path[0] = str(ROOT)  # this file's own folder would hide the standard library's module of the same name

import numpy as np  # noqa: E402 - after the path is mended

from benchmarks import statistics_cost as cost  # noqa: E402
from benchmarks.statistics_exact import Measured, Procedure, Walk, certifies_falsely, ever_passes, fixed  # noqa: E402
from benchmarks.statistics_scenarios import BROKEN, LINE, STRICT, scenarios  # noqa: E402
from benchmarks.statistics_wrong import wrong_procedures  # noqa: E402
from evalcenter import stats  # noqa: E402

MEANS = (0.5, 0.8, 0.9, 0.95, 0.99)
MEDIAN_LIMITS = {0.70: 20, 0.80: 70, 0.85: 280, 0.95: 170, 0.97: 90, 0.99: 50}
"""Target 2: median calls against the fixed 1,000."""
WALD_LIMITS = {0.70: 1.40, 0.80: 1.40, 0.85: 1.40, 0.95: 1.30, 0.97: 1.30, 0.99: 1.30}
"""Target 3: mean calls against Wald's lower limit."""
OPTIMUM_RATES = (0.70, 0.80, 0.85, 0.88, 0.95, 0.97, 0.99)
LABEL_LIMITS = {0.95: 160, 0.97: 90, 0.99: 60}
RECERTIFICATION_LIMITS = {(0.93, 0.01): 0.50, (0.95, 0.01): 0.65}


@dataclass
class Target:
    """One promise: what was measured, what it may be, and whether it is met."""

    number: str
    what: str
    measured: str
    limit: str
    met: bool


@dataclass
class Report:
    """How carefully to measure, where to compute, and what came out."""

    runs: int
    errors: float
    horizon: int
    pool: ProcessPoolExecutor
    published: dict[tuple[str, str], float]
    targets: list[Target] = field(default_factory=list)

    def start(self, function: Callable[..., Any], *args: Any, **kwargs: Any) -> Future[Any]:
        """Compute in the background."""
        return self.pool.submit(function, *args, **kwargs)

    def before(self, quantity: str, case: object) -> str:
        """What was published, or a dash."""
        value = self.published.get((quantity, str(case)))
        return "-" if value is None else f"{value:g}"


def published(path: Path = ROOT / "tests" / "data" / "statistics.csv") -> dict[tuple[str, str], float]:
    """Numbers computed elsewhere, by quantity and case."""
    with path.open(encoding="utf-8", newline="") as file:
        return {(row["quantity"], row["case"]): float(row["value"]) for row in DictReader(file)}


def table(title: str, heads: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print a Markdown table."""
    print(f"\n## {title}\n\n| {' | '.join(heads)} |\n|{'---|' * len(heads)}")
    for row in rows:
        print(f"| {' | '.join(str(cell) for cell in row)} |", flush=True)


def share(value: float) -> str:
    """A rate with four digits."""
    return f"{value:.4f}"


# -- tables -----------------------------------------------------------------------------------------------------------


def charts(report: Report) -> None:
    """The decision charts, to be printed before a run."""
    lines = ("0.80", "0.90", "0.95", "0.99")
    rows = [(line, *(stats.chart(float(line), f, 0.05) for f in range(9))) for line in lines]
    same = all(report.published["pass chart", f"{row[0]} {f}"] == row[f + 1] for row in rows for f in range(9))
    table("PASS as soon as so many are done, by failures among them", ("line", *map(str, range(9))), rows)
    fails = {f: cost.largest_certified(f) for f in (3, 4, 5, 6, 8, 10, 16)}
    same = same and all(report.published["fail chart", f"0.90 {f}"] == n for f, n in fails.items())
    table("FAIL at line 0.90, one dimension", ("failures", *map(str, fails)), [("in at most", *fails.values())])
    report.targets.append(Target("-", "decision charts", "36 + 7 cells", "equal to the prototype's", same))


def false_certification(report: Report) -> dict[str, Measured]:
    """Every setting at its boundary."""
    started = {one.name: report.start(certifies_falsely, one, report.runs) for one in scenarios()}
    found: dict[str, Measured] = {name: future.result() for name, future in started.items()}
    rows = [
        (name, share(m.rate), f"{m.runs} runs" if m.runs else "exact", share(m.limit(report.errors)),
         report.before("false certification", name), "yes" if m.keeps(report.errors) else "NO")
        for name, m in found.items()
    ]  # fmt: skip
    table("False certification at the boundary", ("scenario", "rate", "how", "accepted", "prototype", "kept"), rows)
    accepted = Measured(0, report.runs).limit(report.errors)
    kept = sum(m.keeps(report.errors) for m in found.values())
    simulated, exact = (
        max((m.rate for m in found.values() if bool(m.runs) is is_), default=0) for is_ in (True, False)
    )
    met = kept == len(found) >= 20
    what = f"false certification in {len(found)} scenarios"
    measured = f"{kept} kept; worst exact {exact:.4f}, simulated {simulated:.4f}"
    report.targets.append(Target("1", what, measured, f"0.05 (simulated {accepted:.4f})", met))
    return found


def wrong(report: Report) -> None:
    """The procedures that the check must find out."""
    started = {
        name: [(one, report.start(certifies_falsely, one, report.runs)) for one in settings]
        for name, settings in wrong_procedures().items()
    }
    rows, caught = [], 0
    for name, settings in started.items():
        found: list[tuple[Procedure, Measured]] = [(one, future.result()) for one, future in settings]
        caught += any(not m.keeps(report.errors) for _, m in found)
        rows += [
            (name, one.name, share(m.rate), f"{m.runs} runs" if m.runs else "exact",
             report.before("wrong procedure", f"{name}: {one.name}"), "keeps alpha" if m.keeps(report.errors) else "broken")
            for one, m in found
        ]  # fmt: skip
    table("Wrong procedures", ("procedure", "setting", "false PASS", "how", "prototype", "found"), rows)
    met = caught == len(started) == 12
    report.targets.append(Target("7", "wrong procedures found out", f"{caught} of {len(started)}", "12 of 12", met))


def calls(report: Report) -> dict[float, float]:
    """Calls to a decision at .90; the mean calls of a full run are returned by rate."""
    rates = (*cost.RATES[:4], LINE, *cost.RATES[4:])
    expected = {r: report.start(cost.expected_calls, r, LINE, report.horizon) for r in rates if r != LINE}
    full = {r: report.start(cost.full_run_calls, round(2000 * r), LINE, 2000) for r in rates}
    rows: list[Sequence[object]] = []
    ours: dict[float, Walk] = {}
    finite: dict[float, Walk] = {}
    for r in rates:
        finite[r] = full[r].result()
        right, undecided = cost.fixed_thousand(round(2000 * r))
        one = expected[r].result() if r in expected else None
        if one is not None:
            ours[r] = one
        best, key = cost.OPTIMUM.get(r), f"{r:.2f}"
        rows.append((
            key, f"{cost.wald(r, LINE):.0f}", best or "-",
            f"{one.mean:.0f} ({one.median})" if one else "-",
            f"{report.before('mean calls, expected', key)} ({report.before('median calls, expected', key)})",
            f"{finite[r].mean:.0f} ({finite[r].median})",
            report.before("mean calls, full run of 2000", key),
            f"{one.mean / cost.wald(r, LINE):.2f}" if one else "-", f"{finite[r].mean / best:.2f}" if best else "-",
            f"{one.mean / 10:.1f} %" if one else "-", f"{right:.2f} / {undecided:.2f}",
        ))  # fmt: skip
    heads = (
        "true", "Wald", "best possible, full run", "expected: mean (median)", "prototype", "full run of 2000: mean (median)",
        "prototype", "/ Wald", "/ best", "of the fixed 1000", "fixed exact 1000: right / undecided",
    )  # fmt: skip
    table(f"Calls to a decision, line .90 (exact; at most {report.horizon})", heads, rows)
    medians = ", ".join(f"{ours[r].median / 10:.1f}" for r in MEDIAN_LIMITS)
    met = all(ours[r].median <= limit for r, limit in MEDIAN_LIMITS.items())
    limits = ", ".join(f"{limit / 10:g}" for limit in MEDIAN_LIMITS.values())
    report.targets.append(Target("2", "median calls, % of 1000, at .70 .80 .85 .95 .97 .99", medians, limits, met))
    ratios = {r: ours[r].mean / cost.wald(r, LINE) for r in WALD_LIMITS}
    met = all(ratios[r] <= limit for r, limit in WALD_LIMITS.items())
    limits = ", ".join(f"{limit:g}" for limit in WALD_LIMITS.values())
    measured = ", ".join(f"{ratio:.2f}" for ratio in ratios.values())
    report.targets.append(Target("3", "mean calls / Wald at the same rates", measured, limits, met))
    worst = max(finite[r].mean / cost.OPTIMUM[r] for r in OPTIMUM_RATES)
    report.targets.append(Target("3", "mean calls / best possible, full run", f"{worst:.3f}", "1.15", worst <= 1.15))
    return {r: one.mean for r, one in finite.items()}


def small_bank(report: Report) -> None:
    """Calls at .95 with a bank of 500."""
    rates = (0.80, 0.85, 0.90, 0.97, 0.98, 0.99, 1.00)
    full = {r: report.start(cost.small_bank_calls, r, report.runs) for r in rates}
    expected = {r: report.start(cost.expected_calls, r, 0.95, 6000) for r in rates}
    rows = [
        (f"{r:.2f}", f"{cost.wald(r, 0.95):.0f}",
         f"{full[r].result().calls.mean():.0f} ({np.median(full[r].result().calls):.0f})",
         report.before("mean calls at 0.95, full run of 500", f"{r:.2f}"),
         f"{expected[r].result().mean:.0f} ({expected[r].result().median})",
         report.before("mean calls at 0.95, expected", f"{r:.2f}"))
        for r in rates
    ]  # fmt: skip
    heads = ("true", "Wald", f"full run of 500 ({report.runs} runs)", "prototype", "expected (exact)", "prototype")
    table("Calls to a decision, line .95: mean (median)", heads, rows)


def judges(report: Report, found: dict[str, Measured]) -> None:
    """Calls and labels with a judge of .90/.85."""
    runs, rates = max(500, report.runs // 5), (0.70, 0.80, 0.85, 0.93, 0.95, 0.97, 0.99)
    audit = {r: report.start(cost.audited_cost, r, STRICT, runs) for r in rates}
    better = {r: report.start(cost.audited_cost, r, (0.95, 0.95), runs) for r in LABEL_LIMITS}
    calibrated = report.start(_calibrated, tuple(rates[3:]))
    labels, rows = {}, []
    for r in rates:
        one, key = audit[r].result(), f"{r:.2f}"
        labels[r] = one.labels
        other = better[r].result() if r in better else None
        known = calibrated.result().get(r)
        before = f"{report.before('mean calls, audited', key)} / {report.before('mean labels, audited', key)}"
        rows.append((
            key, f"{one.calls:.0f} / {one.labels:.0f}", before, f"{other.calls:.0f} / {other.labels:.0f}" if other else "-",
            f"{known.calls:.0f} / {known.labels:.0f} ({known.passed:.2f})" if known else "-",
            f"{cost.corrected_power(r, report.runs):.2f}" if known else "-",
        ))  # fmt: skip
    heads = (
        "true", f"audited .90/.85 ({runs} runs)", "prototype", "audited .95/.95", "calibrated on 100, exact (P(PASS))",
        "Rogan-Gladen delta, 200 + 1000: P(PASS)",
    )  # fmt: skip
    table("Calls / human labels with a judge, line .90", heads, rows)
    print(f"\nNo judge saves the last {cost.physical_floor():.1f} labels: unaudited passes could all be misses.")
    broken = found[f"judge .{BROKEN[0] * 100:.0f}/.{BROKEN[1] * 100:.0f}, audited"]
    met = all(labels[r] <= limit for r, limit in LABEL_LIMITS.items()) and broken.keeps(report.errors)
    measured = ", ".join(f"{labels[r]:.0f}" for r in LABEL_LIMITS) + f"; {broken.rate:.4f}"
    limit = ", ".join(map(str, LABEL_LIMITS.values())) + f"; {broken.limit(report.errors):.4f}"
    what = "labels, audited, at .95 .97 .99; false certification at a catch rate of .40"
    report.targets.append(Target("4", what, measured, limit, met))


def _calibrated(rates: tuple[float, ...]) -> dict[float, cost.JudgeCost]:
    return {r: cost.calibrated_cost(r) for r in rates}


def coverage(report: Report) -> None:
    """How often each bound is ever wrong."""
    kinds = [("full run of 1000", 1000), ("expected", None)]
    started = [
        (name, mean, side, report.start(cost.misses, mean, report.runs, bank, upper=side == "upper"))
        for name, bank in kinds for mean in MEANS for side in ("lower", "upper")
    ]  # fmt: skip
    started += [
        ("domain", icc, side, report.start(cost.domain_misses, icc, report.runs, upper=side == "upper"))
        for icc in (0, 0.1, 0.3) for side in ("lower", "upper")
    ]  # fmt: skip
    found = [(name, case, side, future.result()) for name, case, side, future in started]
    rows = [
        (name, f"ICC {case}" if name == "domain" else case, side, share(m.rate), f"{m.runs} runs" if m.runs else "exact",
         report.before(f"{side} bound ever wrong, {name}", case), "yes" if m.keeps(report.errors) else "NO")
        for name, case, side, m in found
    ]  # fmt: skip
    heads = ("scores", "mean", "bound", "ever wrong", "how", "prototype", "kept")
    table("Bounds: ever wrong within 1,000 scores, alpha .05 a side", heads, rows)
    worst = max((m for *_, m in found), key=lambda m: m.rate)
    met = all(m.keeps(report.errors) for *_, m in found)
    report.targets.append(
        Target("5", "a bound ever wrong, worst case", share(worst.rate), share(worst.limit(report.errors)), met)
    )


def recertification(report: Report, full: dict[float, float]) -> None:
    """Calls to certify a new version with the old one's outcomes."""
    runs, cases = max(500, report.runs // 5), ((0.93, 0.01), (0.95, 0.005), (0.95, 0.01), (0.95, 0.02))
    started = {case: report.start(cost.recertification_calls, *case, runs) for case in cases}
    rows, part = [], {}
    for case, future in started.items():
        mean = float(future.result().calls.mean())
        part[case] = mean / full[case[0]]
        before = report.before("mean calls, re-certification", f"{case[0]:.2f} {case[1]}")
        rows.append((case[0], f"{case[1]:.1%}", f"{mean:.0f}", before, f"{full[case[0]]:.0f}", f"{part[case]:.0%}"))
    heads = (
        "both versions",
        "flips each way",
        f"calls ({runs} runs)",
        "prototype",
        "without the old outcomes",
        "share",
    )
    table("Re-certification of a new version, full run of 2000", heads, rows)
    met = all(part[case] <= limit for case, limit in RECERTIFICATION_LIMITS.items())
    measured = ", ".join(f"{part[case]:.0%}" for case in RECERTIFICATION_LIMITS)
    report.targets.append(
        Target("6", "re-certification at .93, .95, 1 % flips: share of calls", measured, "50%, 65%", met)
    )


def rest(report: Report) -> None:
    """Agreement, retries, speed."""
    worst, differ = cost.disagreement()
    met = worst <= 1e-9 and differ == 0
    measured = f"{worst:.1e}; {differ} other stops or grades"
    report.targets.append(Target("8", "independent implementation, 80 streams", measured, "1e-9; 0", met))
    pooled = ever_passes(0.895, LINE, 3000)
    best = 1 - (1 - fixed(1790, 900, 1000, 2000)) ** 3
    what = f"three sessions at true .895, pooled (best of three by the point threshold: {best:.2f})"
    report.targets.append(Target("9", what, share(pooled), "0.05", pooled <= 0.05))
    seconds = cost.decision_seconds()
    what = "one decision over 3,000 scores"
    report.targets.append(Target("-", what, f"{seconds * 1000:.1f} ms", "50 ms", seconds <= 0.05))
    part = 10 if report.runs >= 10_000 else 40
    seconds = cost.run_seconds(3000, part)
    what = f"20,000 runs of 3,000 scores, one core (1 in {part} measured)"
    report.targets.append(Target("-", what, f"{seconds:.0f} s", "60 s", seconds <= 60))


def main() -> int:
    """Print the tables and the targets."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=20_000)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    runs, errors, horizon = (2000, 3, 3000) if options.quick else (options.runs, 2, 10_000)
    start = time.perf_counter()
    with ProcessPoolExecutor(options.jobs) as pool:
        report = Report(runs, errors, horizon, pool, published())
        charts(report)
        found = false_certification(report)
        wrong(report)
        full = calls(report)
        for step in (small_bank, partial(judges, found=found), coverage, partial(recertification, full=full)):
            step(report)
    rest(report)  # times something: nothing else is running by now
    rows = [
        (t.number, t.what, t.measured, t.limit, "met" if t.met else "NOT met")
        for t in sorted(report.targets, key=_order)
    ]
    table("Targets", ("#", "what", "measured", "limit", ""), rows)
    print(f"\n{runs} runs, {time.perf_counter() - start:.0f} s.")
    return 0 if all(t.met for t in report.targets) else 1


def _order(target: Target) -> tuple[bool, str]:
    return target.number == "-", target.number


if __name__ == "__main__":
    sys.exit(main())
