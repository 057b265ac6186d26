"""How each requirement of a standard will be read, as far as that can be known before a run: how many units, from which bank.

Rules this module keeps:

* With a plan the numbers are the plan's own. Without one they are the fewest that the standard allows, and a note says so.
* What can't be computed exactly is said in a note, never left out in silence.
* Red lines are a census: they have no rate, and no case.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from evalcenter import paths, standards
from evalcenter.records import Plan, Requirement, Standard, Stream

BY_RATE: Final = ("evidence", "bound", "point")


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One way in which a requirement is read: `n` units, out of `bank` without replacement, or independent draws (no bank).

    Nothing is decided before `least` units. `barred` says what bars a PASS whatever is answered, `width` how many calls a unit
    takes. Without `n` nothing can be computed, and the notes say why.
    """

    requirement: Requirement
    n: int | None
    bank: int | None
    least: int = 1
    penalty: int = 1
    barred: bool = False
    width: Decimal = Decimal(1)
    notes: tuple[str, ...] = ()


def cases(standard: Standard, plan: Plan | None = None) -> tuple[Case, ...]:
    """The cases of every requirement that is decided by its rate; red lines are a census and have none.

    With `plan` the numbers of units and the banks are the plan's, else they are read off `cap`, `sample`, `min_items` and
    `min_bank`. A fixed sample of a known bank gives two cases: from that bank, and from a very large one.
    """
    streams = {stream.requirement: stream for stream in plan.streams} if plan else {}
    found: list[Case] = []
    for requirement in standard.requirements:
        if requirement.rule in BY_RATE:
            stream = streams.get(requirement.id)
            found += _cases(requirement, standards.penalty(standard), plan, stream)
    return tuple(found)


def _cases(requirement: Requirement, penalty: int, plan: Plan | None, stream: Stream | None) -> list[Case]:
    planned = None if plan is None or stream is None else _planned(plan, stream, requirement)
    if requirement.rule == "evidence":
        return [_sequential(requirement, penalty, planned)]
    n, bank, barred, notes = _sample(requirement, planned)
    large = Case(
        requirement=requirement, n=n, bank=None, least=_wanted(requirement), penalty=penalty, barred=barred, notes=notes
    )
    if n is None or bank is None or bank <= n:
        return [large]
    from_bank = Case(
        requirement=requirement, n=n, bank=bank, least=large.least, penalty=penalty, barred=barred, notes=notes
    )
    return [from_bank, large]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Planned:
    """What the plan says of one requirement: units, from which unit on enough distinct items were asked (0: never), calls, ..."""

    units: int
    ready: int
    calls: int
    bank: int
    cells: int | None
    barred: bool


def _planned(plan: Plan, stream: Stream, requirement: Requirement) -> _Planned:
    distinct: set[int] = set()
    units = ready = 0
    for positions in paths.units(stream):
        units += 1
        distinct.update(plan.order[position] for position in positions)
        if not ready and len(distinct) >= _wanted(requirement):
            ready = units
    covered = all(stream.covers.get(risk, 0) >= c.min_items for c in requirement.coverage for risk in c.risks)
    return _Planned(
        units=units,
        ready=ready,
        calls=len(stream.positions),
        bank=stream.bank,
        cells=stream.cells,
        barred=not covered or stream.bank < requirement.min_bank,
    )


def _wanted(requirement: Requirement) -> int:
    return max(requirement.min_items, requirement.sample or 0)


def _sequential(requirement: Requirement, penalty: int, planned: _Planned | None) -> Case:
    notes = [*_under_judge(requirement)]
    if planned is not None:
        if planned.barred:
            notes.append(_BARRED)
        if not planned.ready:
            notes.append(_TOO_FEW)
        return Case(
            requirement=requirement,
            n=planned.units,
            bank=planned.cells,
            least=planned.ready or planned.units + 1,
            penalty=penalty,
            barred=planned.barred,
            width=Decimal(planned.calls) / max(1, planned.units),
            notes=tuple(notes),
        )
    bank = requirement.min_bank * requirement.epochs if requirement.claim == "full_run" else 0
    n = min((limit for limit in (requirement.cap, bank or None) if limit is not None), default=None)
    if n is None:
        notes.append("how long it may run depends on the bank: name the suites")
    elif requirement.claim == "full_run":
        notes.append(
            f"for the smallest bank allowed, {bank} cells; name the suites for theirs"
            if bank
            else "the bank is not known, so it is taken as very large; name the suites for theirs"
        )
    if requirement.min_items > 1 and requirement.claim == "expected":
        notes.append("an item may be drawn twice, so the wanted number of distinct items may come later than assumed")
    if requirement.unit == "set":
        notes.append("a unit is a set of items, so there are more calls than units; name the suites to count them")
    return Case(
        requirement=requirement, n=n, bank=bank or None, least=_wanted(requirement), penalty=penalty, notes=tuple(notes)
    )


def _sample(requirement: Requirement, planned: _Planned | None) -> tuple[int | None, int | None, bool, tuple[str, ...]]:
    """(how many are read, out of how many, whether a PASS is barred, notes) of a fixed rule."""
    if planned is None:
        if requirement.sample is None and requirement.min_items == 1 and not requirement.min_bank:
            return None, None, False, ("how many are asked depends on the bank: name the suites",)
        if requirement.sample is None:
            n = max(requirement.min_items, requirement.min_bank)
            return n, None, False, (f"for the fewest items allowed, {n}; name the suites for theirs",)
        return requirement.sample, requirement.min_bank or None, False, ()
    notes = [_BARRED] if planned.barred else []
    if not planned.ready:
        notes.append(_TOO_FEW)
    if planned.bank == planned.units:
        notes.append("every item is asked; the figures take them as a sample of all such questions")
    return planned.units, planned.bank, planned.barred, tuple(notes)


_BARRED: Final = "the bank is too small or covers too little, which bars PASS"
_TOO_FEW: Final = "the suites hold too few items, so nothing can be decided"


def _under_judge(requirement: Requirement) -> list[str]:
    notes = []
    if requirement.grading != "direct":
        notes.append(
            f"{requirement.grading} grading: the figures are those of direct grading; expect more calls, these are the least"
        )
    if requirement.grading == "calibrated":
        notes.append("a calibrated judge earns CONDITIONAL at most: read PASS as CONDITIONAL")
    if requirement.measure == "points":
        notes.append("shares of points: the figures are those of scores 0 and 1 with that mean")
    return notes
