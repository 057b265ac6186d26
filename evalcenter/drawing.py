"""Which calls a requirement reads, drawn from its scope before the first question.

Rules this module keeps:

* A call is a cell: an item and how often it was asked before. A unit is one cell, or the cells of a counterfactual set. Two
  requirements share an answer only where both drew that very cell, so that one that stops never changes what another reads.
* A longer sequence begins with the shorter one of the same seed, so that a later run can go on where one ended.
* ``expected`` draws with replacement, ``full_run`` shuffles every cell, ``domain`` takes one random variant of each template, and
  the fixed rules take distinct items.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from evalcenter.draws import Draws
from evalcenter.errors import SuiteError
from evalcenter.records import Item, Mix, Requirement

Cell = tuple[int, int]
"""An item's index and its epoch."""
Unit = tuple[Cell, ...]
Members = tuple[int, ...]
"""The items of one unit, by index."""


def units(scope: Sequence[int], items: Sequence[Item], requirement: Requirement, seed: str) -> Iterable[Unit]:
    """The units of `requirement` in the order in which they are read, from the items in `scope` (indices into `items`)."""
    draws = Draws(seed, f"stream/{requirement.draw or requirement.id}")
    if requirement.rule != "evidence":
        count = len(scope) if requirement.sample is None else min(requirement.sample, len(scope))
        return [((index, 0),) for index in draws.sample(scope, count)]
    if not scope:
        return []
    members = _grouped(scope, items, _set_of) if requirement.unit == "set" else [(index,) for index in scope]
    if requirement.claim == "expected":
        return _with_replacement(members, items, requirement, draws)
    if requirement.claim == "full_run":
        epochs = list(range(requirement.epochs))  # the same numbers for every item: a plan may hold a million of them
        cells = [_unit(one, epoch) for one in members for epoch in epochs]
    else:
        cells = [_unit((draws.choice(group),), 0) for group in _grouped(scope, items, template)]
    return draws.shuffled(cells)[: requirement.cap]


def drawable(scope: Sequence[int], items: Sequence[Item], requirement: Requirement) -> list[int]:
    """The items of `scope` that can be drawn at all: under a mix, those of its strata."""
    mix = requirement.mix
    if mix is None:
        return list(scope)
    return [index for index in scope if not mix.parts.keys().isdisjoint(_keys(items[index], mix))]


def full_length(scope: Sequence[int], items: Sequence[Item], requirement: Requirement) -> int | None:
    """How many units a full run of `scope` has; None where the claim reaches beyond the bank."""
    if requirement.rule != "evidence" or requirement.claim != "full_run":
        return None
    sets = requirement.unit == "set"
    return (len(_grouped(scope, items, _set_of)) if sets else len(scope)) * requirement.epochs


def coins(requirement: Requirement, count: int, seed: str) -> str:
    """For each unit a 1 where a person reads it though a judge passed it; empty unless the requirement is audited."""
    if requirement.grading != "audited":
        return ""
    top, bottom = requirement.audit_rate.as_integer_ratio()
    draws = Draws(seed, f"coins/{requirement.id}")
    return "".join("1" if draws.coin(top, bottom) else "0" for _ in range(count))


def template(item: Item) -> str:
    """What an item is a variant of: its cluster, its family, or itself."""
    return item.cluster or item.family or item.id


def _set_of(item: Item) -> str:
    return item.cluster or item.id


def _unit(members: Members, epoch: int) -> Unit:
    return tuple((index, epoch) for index in members)


def _grouped(scope: Sequence[int], items: Sequence[Item], name: Callable[[Item], str]) -> list[Members]:
    groups: dict[str, list[int]] = {}
    for index in scope:
        groups.setdefault(name(items[index]), []).append(index)
    return [tuple(group) for group in groups.values()]


def _with_replacement(
    members: Sequence[Members], items: Sequence[Item], requirement: Requirement, draws: Draws
) -> Iterator[Unit]:
    if requirement.cap is None:
        raise SuiteError(f"{requirement.id}: draws with replacement need a cap", todo="write cap into the standard")
    asked: Counter[Members] = Counter()
    epochs: list[int] = []  # one object for equal numbers
    strata = [(list(members), 1)] if requirement.mix is None else _strata(members, items, requirement.mix)
    total = sum(parts for _, parts in strata)
    for _ in range(requirement.cap):
        place = draws.below(total) if total > 1 else 0
        for stratum, parts in strata:  # noqa: B007 - the stratum in which `place` falls is used below
            if place < parts:
                break
            place -= parts
        drawn = draws.choice(stratum)
        epoch = asked[drawn]
        if epoch == len(epochs):
            epochs.append(epoch)
        yield _unit(drawn, epochs[epoch])
        asked[drawn] += 1


def _strata(members: Sequence[Members], items: Sequence[Item], mix: Mix) -> list[tuple[list[Members], int]]:
    found = []
    for name, parts in mix.parts.items():
        stratum = [one for one in members if name in _keys(items[one[0]], mix)]
        if not stratum:
            raise SuiteError(f"the mix names {mix.by} {name!r}, of which the bank holds nothing")
        found.append((stratum, parts))
    return found


def _keys(item: Item, mix: Mix) -> Sequence[str]:
    keys: Mapping[str, Sequence[str]] = {"dimension": (item.dimension,), "lang": (item.lang,), "tag": item.tags}
    return keys[mix.by]
