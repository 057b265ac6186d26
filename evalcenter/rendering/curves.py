"""The operating characteristic of a standard as one SVG: the chance of PASS and of FAIL against the true rate.

Rules this module keeps:

* Requirements that are decided by the same rule share a panel, so that ten alike make one curve, not ten.
* The same standard gives the same bytes: no dates, no random identifiers. Words stay words (``svg.fonttype: none``) and are never
  parsed as mathematics.
* PASS and FAIL differ in stroke and word, not in colour alone.
* From a bank the curve is computed at rates that the bank can have, never between them.

matplotlib is imported when the figure is drawn.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from decimal import Decimal
from io import StringIO
from typing import TYPE_CHECKING, Final

from evalcenter import power
from evalcenter.bars import percent
from evalcenter.prospects import Case

if TYPE_CHECKING:
    from matplotlib.axes import Axes

PASS, FAIL, INK, MUTED, HAIR = "#1b6e3c", "#a3262a", "#1d2329", "#5b6670", "#c9d0d6"
PANEL: Final = (4.6, 3.3)
"""Width and height of a panel, in inches of 72 points."""
POINTS: Final = 60
"""At how many rates a curve is computed at most."""
LETTERS: Final = 62
BELOW, ABOVE = Decimal("0.10"), Decimal("0.06")


def draw(cases: Sequence[Case]) -> str:
    """An SVG document with one panel for each way to decide among `cases`. Raises ValueError when none can be computed."""
    import matplotlib as mpl
    from matplotlib.figure import Figure

    held = panels(cases)
    if not held:
        raise ValueError("no requirement is decided by a rate that can be computed")
    columns = min(2, len(held))
    rows = -(-len(held) // columns)
    with mpl.rc_context({"svg.fonttype": "none", "svg.hashsalt": "evalcenter/curves", "font.size": 9}):
        figure = Figure(figsize=(PANEL[0] * columns, PANEL[1] * rows))
        grid = figure.subplots(rows, columns, squeeze=False)
        for axes, panel in zip(grid.flat, held, strict=False):
            _panel(axes, panel)
        for axes in list(grid.flat)[len(held) :]:
            axes.set_visible(False)
        figure.subplots_adjust(
            left=0.55 / PANEL[0] / columns,
            right=1 - 0.15 / PANEL[0] / columns,
            bottom=0.5 / PANEL[1] / rows,
            top=1 - 0.5 / PANEL[1] / rows,
            hspace=0.42,
            wspace=0.2,
        )
        out = StringIO()
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message="Glyph .* missing from")  # the reader's fonts draw the words
            figure.savefig(out, format="svg", metadata=dict.fromkeys(("Creator", "Date", "Format", "Type")))
    return out.getvalue()


def panels(cases: Sequence[Case]) -> list[list[Case]]:
    """The cases that can be computed, grouped by how they are decided."""
    found: dict[object, list[Case]] = {}
    for case in cases:
        if case.n:
            found.setdefault(_kind(case), []).append(case)
    return list(found.values())


def _kind(case: Case) -> tuple[object, ...]:
    one = case.requirement
    kind = (one.rule, one.line, one.floor, one.alpha, case.n, case.n is None or case.n < case.least, case.barred)
    if one.rule == "point":
        return kind
    return (*kind, one.beta, case.penalty, case.bank if one.rule == "evidence" else None)


def _panel(axes: Axes, cases: Sequence[Case]) -> None:
    axes.axvline(float(cases[0].requirement.line), color=INK, linewidth=1)
    axes.axhline(0.05, color=HAIR, linewidth=1)
    distinct = {case.bank: case for case in cases}
    for nth, case in enumerate(distinct.values()):
        found = power.odds(case, rates(case))
        true = [float(one.true) for one in found]
        stroke, where = ("-", "--")[nth > 0], _where(case, many=len(distinct) > 1)
        for word, colour, thick in (("PASS", PASS, 2.0), ("FAIL", FAIL, 1.1)):
            chances = [float(one.passed if word == "PASS" else one.failed) for one in found]
            axes.plot(true, chances, color=colour, linewidth=thick, linestyle=stroke, label=f"{word}{where}")
    axes.set_title(_title(cases[0]), loc="left", fontsize=9.5, color=INK, weight="bold", pad=17, parse_math=False)
    names = ", ".join(dict.fromkeys(case.requirement.id for case in cases))
    names = names if len(names) <= LETTERS else names[: LETTERS - 1] + "…"
    axes.text(0, 1.03, names, transform=axes.transAxes, color=MUTED, fontsize=8, parse_math=False)
    axes.set_ylim(-0.02, 1.02)
    axes.set_yticks([0, 0.05, 0.25, 0.5, 0.75, 1], ["0", "5 %", "25 %", "50 %", "75 %", "100 %"])
    axes.xaxis.set_major_formatter(lambda share, _: f"{share * 100:.4g} %")
    axes.tick_params(colors=MUTED, labelsize=8)
    axes.set_xlabel("true rate", color=MUTED, fontsize=8)
    axes.legend(loc="center left", frameon=False, fontsize=7.5, labelcolor=INK)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    for side in ("left", "bottom"):
        axes.spines[side].set_color(HAIR)


def rates(case: Case) -> list[Decimal]:
    """The true rates at which the curve of `case` is computed: from below the line (the floor) to above it, 1 at most."""
    line, floor = case.requirement.line, case.requirement.floor
    low = max(Decimal(0), (line if floor is None else floor) - BELOW)
    high = min(Decimal(1), line + ABOVE)
    if case.bank is None:
        return [low + (high - low) * step / POINTS for step in range(POINTS + 1)]
    most, least = power.failing(case, low), power.failing(case, high)
    by = max(1, (most - least) // POINTS)
    return [1 - Decimal(failed) / case.bank for failed in range(most, least - 1, -by)]


def _where(case: Case, *, many: bool) -> str:
    if case.bank is not None:
        return f", bank of {case.bank}"
    return ", very large bank" if many else ""


def _title(case: Case) -> str:
    one, n = case.requirement, case.n
    line = percent(one.line)
    if one.rule == "point":
        return f"point rule: at least {line} of {n}"
    if one.rule == "bound":
        return f"exact bound of {n}: at least {line}"
    how = "full run of" if case.bank == n else "at most"
    return f"evidence: at least {line}, {how} {n}"
