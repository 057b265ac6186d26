"""Draws the figures of docs/performance.md from what the benchmarks left in ``results/``.

python benchmarks/plots.py
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks import bench

IMAGES: Final = Path(__file__).parents[1] / "docs" / "images"
OURS: Final = "#0b5394"
OTHERS: Final = "#9aa5b1"
LIMIT: Final = "#b45f06"


def read(name: str) -> Any:
    """The figures of one benchmark."""
    return json.loads((bench.RESULTS / f"{name}.json").read_text(encoding="utf-8"))["figures"]


def colour(name: str) -> str:
    """Ours stand out."""
    return OURS if name.startswith("evalcenter") else OTHERS


def cost(axes: Any) -> None:
    """CPU of one more sample, times that of the bare loop, on a logarithmic scale."""
    held = {name: row["x aiohttp loop"] for name, row in {**read("cost-shipped-peers"), **read("cost-shipped")}.items()}
    names = sorted(held, key=held.__getitem__, reverse=True)
    bars = axes.barh(names, [held[name] for name in names], color=[colour(name) for name in names], height=0.7)
    axes.bar_label(bars, labels=[f" {held[name]:.1f}" for name in names], fontsize=9)
    axes.axvline(3, color=LIMIT, linestyle="--", linewidth=1)
    axes.set_xscale("log")
    axes.set_xlabel("CPU of one more sample, times a bare aiohttp loop's (dashed: the limit of 3)")
    axes.margins(x=0.15)


def latency(axes: Any) -> None:
    """The span from the first question to the last answer, as a share of what the latencies allow."""
    rows = read("latency")
    cases = list(dict.fromkeys((row["case"], row["slots"]) for row in rows))
    names = list(dict.fromkeys(row["name"] for row in rows))[::-1]
    for at, (case, slots) in enumerate(cases):
        held = {row["name"]: 100 * row["share"] for row in rows if row["case"] == case}
        places = [place + (0.5 - at) * 0.38 for place in range(len(names))]
        shades = [colour(name) for name in names]
        label = f"{case}, {slots} in flight"
        bars = axes.barh(
            places, [held[name] for name in names], height=0.36, color=shades, alpha=1 if at == 0 else 0.55, label=label
        )
        axes.bar_label(bars, labels=[f" {held[name]:.0f} %" for name in names], fontsize=8)
    axes.set_yticks(range(len(names)), names)
    axes.set_xlim(0, 112)
    axes.set_xlabel(
        "in-order ideal / span of the asking, in % (upper bars: lognormal 200 ms at 64; lower: 200 ms at 256)"
    )


def long_run(axes: Any) -> None:
    """Cost of a sample and peak memory, as a run grows."""
    held = read("long_run")
    runs, costs = held["runs"], held["marginal_ms"]
    sizes = [run["samples"] for run in runs]
    axes.plot(sizes[1:], costs, "o-", color=OURS)
    for size, one in zip(sizes[1:], costs, strict=True):
        axes.annotate(
            f"{one:.2f} ms", (size, one), textcoords="offset points", xytext=(0, 8), ha="center", fontsize=9, color=OURS
        )
    axes.set_xscale("log")
    axes.set_ylim(0, 1.6 * max(costs))
    axes.set_xlabel("samples in one run")
    axes.set_ylabel("CPU ms of one more sample", color=OURS)
    other = axes.twinx()
    other.plot(sizes, [run["peak_mib"] for run in runs], "s--", color=LIMIT)
    other.axhline(300, color=LIMIT, linewidth=0.8, linestyle=":")
    other.set_ylim(0, 330)
    other.set_ylabel("peak memory, MiB (dotted: the limit)", color=LIMIT)


def offline(axes: Any) -> None:
    """Answers graded a second."""
    held = {name: answers / wall for name, (answers, wall, _) in read("offline_grading").items()}
    names = list(held)[::-1]
    shades = [OURS if "cores" in name else OTHERS for name in names]
    bars = axes.barh(names, [held[name] for name in names], color=shades, height=0.7)
    axes.bar_label(bars, labels=[f" {held[name]:,.0f}" for name in names], fontsize=9)
    axes.axvline(20_000, color=LIMIT, linestyle="--", linewidth=1)
    axes.set_xlabel("answers a second (dashed: the limit for grading on two cores)")
    axes.margins(x=0.15)


FIGURES: Final[dict[str, tuple[Callable[[Any], None], tuple[float, float]]]] = {
    "performance-cost": (cost, (8.4, 3.6)),
    "performance-latency": (latency, (8.4, 4.4)),
    "performance-long-run": (long_run, (8.4, 3.4)),
    "performance-offline": (offline, (8.4, 3.2)),
}


def main() -> None:
    """Draw all of them."""
    import matplotlib as mpl
    from matplotlib.figure import Figure

    mpl.rcParams.update({"svg.hashsalt": "evalcenter", "font.family": "sans-serif", "font.size": 10})
    for name, (draw, size) in FIGURES.items():
        figure = Figure(figsize=size, layout="constrained")
        axes = figure.subplots()
        axes.spines[["top", "right"]].set_visible(False)
        draw(axes)
        figure.savefig(IMAGES / f"{name}.svg", metadata={"Date": None})
        print(IMAGES / f"{name}.svg")


if __name__ == "__main__":
    main()
