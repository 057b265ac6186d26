"""The chart of page one: every requirement with its line, its interval and its verdict, as SVG text.

Rules this module keeps:

* The same intervals give the same bytes: no dates, no random identifiers.
* Words stay words (``svg.fonttype: none``), so that they can be searched, read aloud and set in the reader's own fonts.
* Verdicts differ in shape and word, not in colour alone; colours are CSS variables, so that dark mode and print can set them.
* Labels are text: mathematics is never parsed, and the SVG writer escapes markup.
* On a wide page label, scale, figures and verdict stand beside each other, so that nothing is drawn over a word; on a narrow
  one the words stand above the scale.

matplotlib is imported when a chart is drawn.
"""

from __future__ import annotations

import re
import unicodedata
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal
from io import StringIO
from typing import TYPE_CHECKING, Any, Final

from evalcenter.blocks import Interval
from evalcenter.sections.wording import ceiled, floored

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SHAPES: Final = {"pass": "o", "fail": "X", "inconclusive": "o", "conditional": "D"}
VARIABLES: Final = {
    "#010101": "var(--ink)",
    "#020202": "var(--muted)",
    "#030303": "var(--hair)",
    "#040404": "var(--sheet)",
    "#050505": "var(--pass)",
    "#060606": "var(--fail)",
    "#070707": "var(--inconclusive)",
    "#080808": "var(--conditional)",
}
INK, MUTED, HAIR, SHEET = "#010101", "#020202", "#030303", "#040404"
COLOURS: Final = {"pass": "#050505", "fail": "#060606", "inconclusive": "#070707", "conditional": "#080808"}
HEAD: Final = 0.42
WORD: Final = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Width:
    """How wide a chart and how high a row is drawn, in inches of 72 points.

    `letters` of a label fit on a line. `beside` is the room left and right of the scale, where the words stand beside it and the
    figures are written out; without it the words stand above the scale.
    """

    name: str
    inches: float
    row: float
    letters: int
    beside: tuple[float, float] | None = None

    @property
    def level(self) -> float:
        """Where in its row the scale lies, from the top."""
        return 0.5 if self.beside else 0.72


WIDE: Final = Width(name="wide", inches=9.0, row=0.34, letters=38, beside=(2.65, 3.35))
NARROW: Final = Width(name="narrow", inches=4.3, row=0.5, letters=52)


def draw(intervals: Sequence[Interval], width: Width) -> str:
    """An SVG element with one row for each interval, top to bottom."""
    import matplotlib as mpl
    from matplotlib.figure import Figure

    settings = {"svg.fonttype": "none", "svg.hashsalt": f"evalcenter/{width.name}", "font.size": 10}
    height = width.row * len(intervals) + HEAD
    with mpl.rc_context(settings), warnings.catch_warnings():
        warnings.filterwarnings(
            "ignore", message="Glyph .* missing from"
        )  # the reader's fonts draw the words, not ours
        figure = Figure(figsize=(width.inches, height))
        left, right = (inches / width.inches for inches in width.beside or (0, 0))
        axes = figure.add_axes((left, HEAD / height, 1 - left - right, 1 - HEAD / height))
        low, level = _start(intervals), width.level
        _frame(axes, low, len(intervals), width)
        for row, interval in enumerate(intervals):
            (_beside if width.beside else _above)(axes, interval, row, width)
            _bar(axes, interval, row + level, 0.26 if width.beside else 0.17)
        out = StringIO()
        figure.savefig(
            out, format="svg", transparent=True, metadata=dict.fromkeys(("Creator", "Date", "Format", "Type"))
        )
    return inline(out.getvalue())


def _start(intervals: Sequence[Interval]) -> float:
    """Where the axis starts: the tenth below everything drawn, at most 0.8; below 0.3 it starts at 0."""
    shown = [Decimal(x) for i in intervals for x in (i.line, i.rate, i.lower) if x is not None]
    least = (min([*shown, Decimal("0.85")]) - Decimal("0.02")).quantize(Decimal("0.1"), rounding=ROUND_FLOOR)
    return float(least) if least >= Decimal("0.3") else 0.0


def _ticks(low: float) -> list[float]:
    """Round shares from `low`, a whole number of tenths, to 1."""
    span = round((1 - low) * 10)
    step = {1: 0.02, 2: 0.05}.get(span, 0.1 if span <= 7 else 0.2)
    steps = round((1 - low) / step)
    return [round(1 - step * left, 4) for left in range(steps, -1, -1)]


def _frame(axes: Axes, low: float, rows: int, width: Width) -> None:
    margin = (1 - low) * 0.012
    axes.set_xlim(low - margin, 1 + margin)
    axes.set_ylim(rows, 0)
    axes.set_yticks([])
    ticks = _ticks(low)
    axes.set_xticks(ticks, [f"{tick * 100:.3g} %" for tick in ticks], color=MUTED, fontsize=9)
    if width.beside is None:  # the scale reaches the edges of the drawing
        axes.get_xticklabels()[0].set_horizontalalignment("left")
        axes.get_xticklabels()[-1].set_horizontalalignment("right")
    axes.tick_params(axis="x", length=0)
    for level in (row + width.level for row in range(rows)):
        axes.plot([low, 1], [level] * 2, color=HAIR, linewidth=1, solid_capstyle="butt")
        axes.vlines(ticks, level - 0.1, level + 0.1, color=HAIR, linewidth=1)
    axes.patch.set_visible(False)
    for side in axes.spines.values():
        side.set_visible(False)


def _beside(axes: Axes, interval: Interval, row: int, width: Width) -> None:
    """The words of a row, left and right of its scale."""
    lines = folded(interval.label, _note(interval), width.letters)
    size = 10 if columns(lines[0]) <= width.letters and len(lines) == 1 else 8.5
    for nth, line in enumerate(lines):
        _text(axes, 0, row + 0.52 + 0.4 * (nth - (len(lines) - 1) / 2), line, color=INK, size=size)
    word = fitted(interval.word, WORD)
    _text(axes, 1, row + 0.52, word, color=COLOURS[interval.verdict], weight="bold", ha="right")
    _text(axes, 1 - 1.27 / width.inches, row + 0.52, _figures(interval) or "–", color=MUTED, size=9, ha="right")


def _above(axes: Axes, interval: Interval, row: int, width: Width) -> None:
    """The words of a row, above its scale."""
    word, note = fitted(interval.word, WORD), _note(interval)
    label = fitted(interval.label, width.letters - columns(word + note) - 3) + note
    _text(axes, 0, row + 0.3, label, color=INK)
    _text(axes, 1, row + 0.3, word, color=COLOURS[interval.verdict], weight="bold", ha="right")


def _text(axes: Axes, x: float, y: float, words: str, **how: Any) -> None:
    """`words` at a share `x` of the figure's width, level with row `y`."""
    from matplotlib.transforms import blended_transform_factory

    where = blended_transform_factory(axes.figure.transFigure, axes.transData)
    axes.text(x, y, words, transform=where, va="center", parse_math=False, clip_on=False, **how)


def _note(interval: Interval) -> str:
    return f" ({fitted(interval.note, WORD)})" if interval.note else ""


def _bar(axes: Axes, interval: Interval, level: float, reach: float) -> None:
    colour, line = COLOURS[interval.verdict], float(interval.line)
    if interval.lower is not None and interval.upper is not None:
        axes.plot(
            [float(interval.lower), float(interval.upper)],
            [level, level],
            color=colour,
            linewidth=5,
            alpha=0.42,
            solid_capstyle="butt",
        )
    axes.plot(
        [line, line], [level - reach, level + reach], color=INK, linewidth=1.8, solid_capstyle="butt"
    )  # longer than a dot
    if interval.rate is not None:
        hollow = interval.verdict == "inconclusive"
        axes.plot(
            [float(interval.rate)],
            [level],
            marker=SHAPES[interval.verdict],
            markersize=7.5,
            markerfacecolor=SHEET if hollow else colour,
            markeredgecolor=colour if hollow else SHEET,
            markeredgewidth=1.6 if hollow else 0.8,
            linestyle="none",
            clip_on=False,
        )


def _figures(interval: Interval) -> str:
    if interval.rate is None or interval.lower is None or interval.upper is None:
        return ""
    rate, lower, upper = (
        floored(Decimal(interval.rate)),
        floored(Decimal(interval.lower)),
        ceiled(Decimal(interval.upper)),
    )
    return f"{rate}  ({lower} – {upper})".replace("\u00a0", " ")


def columns(text: str) -> int:
    """How many Latin letters wide `text` is: a wide letter takes two."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


def fitted(text: str, letters: int) -> str:
    """`text` on one line of at most `letters` columns (one at least); what is left out is shown by an ellipsis."""
    flat = " ".join(text.split())
    if columns(flat) <= letters:
        return flat
    used, kept = 1, ""
    for letter in flat:
        used += columns(letter)
        if used > letters:
            break
        kept += letter
    return kept + "…"


def folded(label: str, note: str, letters: int) -> list[str]:
    """`label` with its `note` on one line of `letters` columns, or on two; the note is never cut short."""
    flat = " ".join(label.split())
    if columns(flat + note) <= letters:
        return [flat + note]
    letters = letters * 10 // 9  # two lines are set smaller
    kept = fitted(flat, letters + 1).removesuffix("…")
    if len(kept) < len(flat) and " " in kept and flat[len(kept)] != " ":
        kept = kept[: kept.rindex(" ")]
    rest = flat[len(kept) :].strip()
    last = (fitted(rest, letters - columns(note)) if rest else "") + note
    return [kept.strip(), last] if last else [kept]


def inline(svg: str) -> str:
    """The bare element: no prologue, no page-wide style, sized by the page, coloured by its variables."""
    element = svg[svg.index("<svg") :]
    element = re.sub(r'<style type="text/css">.*?</style>', "", element, count=1, flags=re.DOTALL)
    element = re.sub(r'(<svg[^>]*?) width="[^"]*"', r"\1", element, count=1)
    element = re.sub(r'(<svg[^>]*?) height="[^"]*"', r"\1", element, count=1)
    element = re.sub(r"<svg ", '<svg aria-hidden="true" focusable="false" ', element, count=1)
    return re.sub("|".join(VARIABLES), lambda found: VARIABLES[found.group()], element).strip()
