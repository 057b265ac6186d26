"""How many more answers people would have to read until an open requirement under a judge is decided.

Rules this module keeps:

* It is foreseen that answers go on as they came: the units that were read are repeated, in their order, until the product itself
  decides. Nothing is drawn, and no second formula for the evidence stands here.
* It promises nothing. What comes may be better or worse than what came; within a few points of the line it will often be far off.
* Where that never decides (a rate on the line, a judge without its qualification), no number is given.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from math import ceil
from typing import Final

from evalcenter import paths, sequential, stats
from evalcenter.paths import Known
from evalcenter.records import Path, Requirement, Stream

MOST: Final = 100_000
"""Units that are looked ahead."""
_SETTLED: Final = ("pass", "fail", "conditional")


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """So many more `units` of which people would read `labels`, until the requirement is decided as `grade`."""

    grade: stats.Grade
    units: int
    labels: int


def labels_needed(requirement: Requirement, path: Path, read: int, penalty: int) -> Outlook | None:
    """What would settle a requirement under ``audited`` or ``calibrated`` grading.

    Parameters
    ----------
    requirement : Requirement
        With the error rates that its decision is held to (see `standards.spent`).
    path : Path
        As far as it goes; its cap is left out of sight, for another attempt may raise it.
    read : int
        How many of its units people have read, 0 <= read <= units.
    penalty : int
        As in `standards.penalty`.

    Returns
    -------
    Outlook or None
        At least one label. None where nothing was read yet, where it is decided already, where the grading is ``direct``, or where
        `MOST` units of the same kind would not settle it.
    """
    n = path.units
    if not 0 <= read <= n:
        raise ValueError(f"expected 0 to {n} units that people read; got {read}")
    if requirement.grading == "direct" or not n:
        return None
    if sequential.decision(requirement, replace(path, standing="missing"), penalty).grade in _SETTLED:
        return None
    times = 2
    while True:
        decided = sequential.decision(requirement, _longer(path, times, requirement.min_items), penalty)
        if decided.grade in _SETTLED:
            more = decided.units - n
            return Outlook(grade=decided.grade, units=more, labels=max(1, ceil(more * Fraction(read, n))))
        if times * n >= MOST or decided.grade == "inconclusive":
            return None
        times = min(2 * times, -(-MOST // n))


def _longer(path: Path, times: int, least: int) -> Path:
    """`path` over and over; enough distinct items are taken to come as soon as they can."""
    return replace(
        path,
        worst=tuple(path.worst) * times,
        best=tuple(path.best) * times,
        outcomes=path.outcomes * times,
        ready=path.ready or max(path.units + 1, least),
        standing="missing",
    )


def read_by_people(requirement: Requirement, stream: Stream, known: Known, path: Path) -> int:
    """How many of the units in `path`, each of one answer, a person has read. Raises ValueError under ``direct`` grading."""
    if requirement.grading == "direct":
        raise ValueError(f"{requirement.id} rests on no judge")
    grades = (known.grades.get(position) for position in stream.positions[: path.units])
    return sum(grade is not None and grade.by.startswith(paths.PERSON) for grade in grades)
