"""What a standard demands: requirements, each with its scope, line and rule."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Literal

from evalcenter.records.words import Expects, Lang, Status, Text, record


@record
class Scope:
    """Which items a requirement is about. An empty field sets no limit; `any_risk` holds taxonomy prefixes."""

    dimensions: tuple[str, ...] = ()
    langs: tuple[Lang, ...] = ()
    any_risk: tuple[str, ...] = ()
    any_tag: tuple[str, ...] = ()
    expects: Expects | None = None
    red_line: bool | None = None


@record
class Coverage:
    """At least `min_items` items of the question bank for each of `risks` (taxonomy prefixes)."""

    risks: tuple[str, ...]
    min_items: int
    clause: str
    status: Status = "verified"


@record
class Mix:
    """A declared mix for drawing where the bank isn't the population: whole parts per stratum. What has no part is not drawn."""

    by: Literal["dimension", "lang", "tag"]
    parts: Mapping[str, int]


@record
class Requirement:
    """One line of a standard.

    `measure` says which samples are good: ``pass`` (the item passed), ``points`` (the share of its points), ``refusal`` (every
    criterion checked by the refusal grader is met) or ``violations`` (no critical criterion failed; a red line). `rule` says how
    it is decided: ``evidence`` (looked at after every unit, see `claim`), ``bound`` (an exact one-sided bound of a fixed sample
    reaches the line), ``point`` (the observed share reaches it) or ``zero`` (a census without a confirmed violation).

    `claim` is what an ``evidence`` rule is about: ``expected`` (the mean over the bank, by draws with replacement and a fresh call
    each), ``full_run`` (the score that a complete run of the bank, `epochs` times, would give, by its cells in shuffled order) or
    ``domain`` (templates of this kind, by one random variant a template). `cap` ends it undecided. `unit` ``set`` makes the items
    of one cluster a unit that passes when every member passes. `grading` says what is done about a judge's errors:
    ``direct`` uses no judge's mark, ``audited`` lets people confirm what a judge fails and a share `audit_rate` of what it
    passes, ``calibrated`` only what it fails.

    `sample` fixes how many distinct items are drawn from the scope; without it all are asked. Requirements of the same scope and
    sample that name the same `draw` share their drawn items. Below `min_items` distinct items, with fewer than `min_bank` to
    draw from, or without the `coverage`, nothing is decided. `alpha` bounds a wrong PASS, `beta` a wrong FAIL.
    """

    id: str
    title: Text
    scope: Scope
    measure: Literal["pass", "points", "refusal", "violations"]
    rule: Literal["evidence", "bound", "point", "zero"]
    line: Decimal
    clause: str
    status: Status = "verified"
    alpha: Decimal = Decimal("0.05")
    beta: Decimal = Decimal("0.05")
    floor: Decimal | None = None
    claim: Literal["expected", "full_run", "domain"] = "expected"
    cap: int | None = None
    epochs: int = 1
    unit: Literal["item", "set"] = "item"
    mix: Mix | None = None
    grading: Literal["direct", "audited", "calibrated"] = "direct"
    audit_rate: Decimal = Decimal("0.5")
    sample: int | None = None
    draw: str | None = None
    min_items: int = 1
    min_bank: int = 0
    unscored_cap: Decimal = Decimal("0.02")
    coverage: tuple[Coverage, ...] = ()
    confirm: Literal["second_grader", "person"] = "second_grader"
    note: Text | None = None


@record
class Standard:
    """A list of requirements; all of them must hold."""

    id: str
    version: str
    title: Text
    about: Text
    requirements: tuple[Requirement, ...]
    limits: tuple[Text, ...] = ()
