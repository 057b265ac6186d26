"""A trend as one SVG: a small panel for each requirement, its share and bounds in every run against the line required.

Rules this module keeps:

* All panels have the same scale, so that two compare by eye. A run without a figure leaves a gap that nothing is joined over.
* PASS, FAIL and the rest differ in the shape of the mark, not in colour alone. A line that changed is drawn where it changed.
* The same trend gives the same bytes: no dates, no random identifiers. Words stay words and are never parsed as mathematics.

matplotlib is imported when the figure is drawn.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from decimal import Decimal
from io import StringIO
from typing import TYPE_CHECKING, Final

from evalcenter.rendering.curves import FAIL, HAIR, INK, MUTED, PASS
from evalcenter.rendering.plaintext import visible
from evalcenter.trend import Course, Trend

if TYPE_CHECKING:
    from matplotlib.axes import Axes

PANEL: Final = (3.6, 1.9)
"""Width and height of a panel, in inches of 72 points."""
COLUMNS: Final = 3
NAMED: Final = 8
"""With more runs than this, not every tick has its number."""
MARKS: Final = {
    "pass": ("o", PASS, PASS),
    "fail": ("X", FAIL, FAIL),
    "inconclusive": ("o", "white", MUTED),
    "conditional": ("D", "white", INK),
}
"""Marker, face and edge of a verdict."""


def draw(trend: Trend) -> str:
    """An SVG document with one panel for each requirement of `trend`. Raises ValueError when no requirement has a figure."""
    import matplotlib as mpl
    from matplotlib.figure import Figure

    held = [course for course in trend.courses if any(f is not None and f.rate is not None for f in course.findings)]
    if not held:
        raise ValueError("no requirement has a figure in any of the runs")
    low = _bottom(held)
    columns = min(COLUMNS, len(held))
    rows = -(-len(held) // columns)
    with mpl.rc_context({"svg.fonttype": "none", "svg.hashsalt": "evalcenter/trends", "font.size": 9}):
        figure = Figure(figsize=(PANEL[0] * columns, PANEL[1] * rows + 0.5))
        grid = figure.subplots(rows, columns, squeeze=False)
        for axes, course in zip(grid.flat, held, strict=False):
            _panel(axes, course, low)
        for axes in list(grid.flat)[len(held) :]:
            axes.set_visible(False)
        _legend(figure)
        figure.tight_layout(h_pad=1.2, w_pad=1.2, rect=(0, 0, 1, 1 - 0.3 / (PANEL[1] * rows + 0.5)))
        out = StringIO()
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message="Glyph .* missing from")  # the reader's fonts draw the words
            figure.savefig(out, format="svg", metadata=dict.fromkeys(("Creator", "Date", "Format", "Type")))
    return out.getvalue()


def _bottom(courses: Sequence[Course]) -> float:
    """Where every panel's scale begins: the first tenth below all that is drawn."""
    drawn = [line for course in courses for line in course.lines if line is not None]
    found = [finding for course in courses for finding in course.findings if finding is not None]
    drawn += [share for one in found for share in (one.rate, one.lower) if share is not None and one.rate is not None]
    return max(0, int(min(drawn) * 10 - Decimal("0.2"))) / 10


def _panel(axes: Axes, course: Course, low: float) -> None:
    total = len(course.findings)
    for at, line in enumerate(course.lines, 1):
        if line is not None:
            axes.plot([at - 0.5, at + 0.5], [float(line)] * 2, color=INK, linewidth=1)
    before: tuple[int, float] | None = None
    for at, finding in enumerate(course.findings, 1):
        if finding is None or finding.rate is None:
            before = None
            continue
        rate = float(finding.rate)
        if finding.lower is not None and finding.upper is not None:
            axes.plot([at, at], [float(finding.lower), float(finding.upper)], color=MUTED, linewidth=2.2, alpha=0.6)
        if before is not None:
            axes.plot([before[0], at], [before[1], rate], color=MUTED, linewidth=0.8, zorder=1)
        marker, face, edge = MARKS[finding.verdict]
        axes.plot(
            [at],
            [rate],
            marker,
            markersize=6,
            markerfacecolor=face,
            markeredgecolor=edge,
            linestyle="none",
            zorder=3,
            clip_on=False,
        )
        before = (at, rate)
    axes.set_title(visible(course.requirement), loc="left", fontsize=9, color=INK, weight="bold", parse_math=False)
    axes.set_xlim(0.5, total + 0.5)
    axes.set_ylim(low, 1.0 + (1 - low) * 0.04)
    every = -(-total // NAMED)
    axes.set_xticks(range(1, total + 1, every), [str(n) for n in range(1, total + 1, every)])
    ticks = [low + (1 - low) * step / 4 for step in range(5)]
    axes.set_yticks(ticks, [f"{tick * 100:.4g} %" for tick in ticks])
    axes.grid(axis="y", color=HAIR, linewidth=0.5)
    axes.set_axisbelow(True)
    axes.tick_params(colors=MUTED, labelsize=7.5)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    for side in ("left", "bottom"):
        axes.spines[side].set_color(HAIR)


def _legend(figure: object) -> None:
    from matplotlib.lines import Line2D

    shown = [
        Line2D([], [], marker=marker, markerfacecolor=face, markeredgecolor=edge, linestyle="none", label=word.upper())
        for word, (marker, face, edge) in MARKS.items()
    ]
    shown.append(Line2D([], [], color=INK, linewidth=1, label="line required"))
    shown.append(Line2D([], [], color=MUTED, linewidth=2.2, alpha=0.6, label="bounds"))
    figure.legend(handles=shown, loc="upper left", ncols=6, frameon=False, fontsize=8, labelcolor=INK)  # type: ignore[attr-defined]
