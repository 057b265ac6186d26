"""What is decided on a run: scores, tallies, findings and the verdict."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Literal

from evalcenter.records.plans import Calibration, Qualified
from evalcenter.records.words import Text, VerdictState, record


@record
class Score:
    """Counts over a named group of samples; `planned` counts those without an answer too."""

    group: str
    key: str
    planned: int
    items: int
    good: int
    bad: int
    unscored: Mapping[str, int]


@record
class Path:
    """What the units of one ``evidence`` requirement scored, in plan order, as far as they are known without a gap.

    `worst` counts what is not known against the candidate, `best` in its favour; they differ where a unit is unscored.
    `outcomes` has one letter a unit: p, f or u (unscored). `ready` is the unit from which enough distinct items are scored
    (0 while there are too few). It stands still because the next unit is ``missing`` or ``waiting`` for a person, or ended. A
    `calibration` rests on what the panel is `qualified` by.
    """

    worst: Sequence[Decimal]
    best: Sequence[Decimal]
    outcomes: str
    ready: int
    standing: Literal["missing", "waiting", "ended"]
    cells: int | None = None
    calibration: Calibration | None = None
    qualified: Qualified | None = None

    @property
    def units(self) -> int:
        """How many units it has."""
        return len(self.outcomes)


@record
class Tally:
    """What one requirement is decided on, over its own stream."""

    requirement: str
    planned: int
    items: int
    good: int
    bad: int
    unscored: Mapping[str, int]
    unconfirmed: int
    confirmed: int
    bank: int
    covers: Mapping[str, int]
    path: Path | None = None


@record
class Scores:
    """All tallies and the descriptive scores of a run."""

    tallies: tuple[Tally, ...]
    groups: tuple[Score, ...]
    answered: int
    planned: int


@record
class Finding:
    """The decision on one requirement, with its evidence. Bounds are rounded outward to six significant digits.

    An ``evidence`` rule adds how many `units` it used and the evidence on both sides at that moment (how many times likelier than
    on the line; 1E+12 stands for certainty), whether its PASS also stands `alone` (all such single statements of one verdict are
    wrong with probability at most alpha), and whether the next unit is `waiting` for a person.
    """

    requirement: str
    verdict: VerdictState
    good: int
    bad: int
    unscored: int
    rate: Decimal | None
    lower: Decimal | None
    upper: Decimal | None
    reasons: tuple[Text, ...]
    uncovered: tuple[str, ...] = ()
    units: int | None = None
    for_pass: Decimal | None = None
    for_fail: Decimal | None = None
    alone: bool = False
    waiting: bool = False


@record
class Look:
    """What one round of probes says, compared with those before the run and the rounds since.

    Of `compared` probes `changed` were answered farther from every earlier answer than those stand from each other. `p` bounds the
    chance of as much difference where nothing changed, rounded up; to be `drifted` it must not lie above its `level`.
    """

    phase: Literal["during", "after", "since"]
    round: int
    compared: int
    changed: int
    p: Decimal
    level: Decimal
    drifted: bool


@record
class Identity:
    """Whether one and the same model answered throughout: what the probes tell, and the fingerprint's `digest`.

    Where it can't be told, `why` says for what reason: the probes were ``unasked`` at the end, too ``few`` were answered, or the
    answers are too ``noisy``.
    """

    state: Literal["same", "drifted", "untold"]
    why: Literal["", "unasked", "few", "noisy"] = ""
    looks: tuple[Look, ...] = ()
    digest: str | None = None


@record
class Verdict:
    """The decision on the whole standard. `identity` is None where no probes were planned."""

    outcome: VerdictState
    findings: tuple[Finding, ...]
    reasons: tuple[Text, ...]
    awaiting_review: int = 0
    identity: Identity | None = None

    @property
    def swapped(self) -> bool:
        """Whether the model behind the endpoint changed: nothing that is asked or read later can make it a PASS."""
        return self.identity is not None and self.identity.state == "drifted"
