"""How right a judge's marks are against known truth, how steady they are, and whether place or length sways them.

Rules this module keeps:

* "Could not be judged" is a third outcome, and never dropped: each rate is given of what was judged, and again with all of
  the unjudged counted for it and against it, so that a judge cannot look better by keeping silent.
* Intervals are exact (Clopper and Pearson), tests are exact (McNemar, Fisher). All of them take marks as independent: with
  several criteria of one answer they are too sure; give one mark for each answer where that matters.
* Each interval holds on its own. Of twenty groups one is expected to miss its share at 5 %.

Sensitivity is the share of what is truly met that the judge marks met; specificity is the share of what is truly not met that
it marks not met: its catch rate. They tell of a judge only where truth was found for marks of either kind alike. Where people
looked at one kind of mark more often than at the other, neither rate is right.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, Context, Decimal
from fractions import Fraction
from itertools import combinations
from typing import Final, Literal, get_args

from evalcenter import paired, stats
from evalcenter.agreement import Share, rounded, share
from evalcenter.records import Outcome

Truth = Literal["met", "not_met"]
Mark = Literal["met", "not_met", "unjudged"]
EMPTY: Final = "nothing to compare: no answer is longer than the cut, or none is as short"
NO_PAIR: Final = "no criterion was judged in both places"
_OUTCOMES: Final[dict[str, Outcome]] = {"met": "pass", "not_met": "fail", "unjudged": "unscored"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A judge's mark beside the truth, and what it may be grouped by. `length` is the answer's, in any unit kept throughout.

    Raises ValueError for other words than the three, and for a negative length.
    """

    truth: Truth
    mark: Mark
    kind: str = ""
    language: str = ""
    length: int | None = None

    def __post_init__(self) -> None:
        if self.truth not in get_args(Truth):
            raise ValueError(
                f"{self.truth!r} is no truth; expected met or not_met (what nobody knows measures no judge)"
            )
        _check(self.mark)
        if self.length is not None and self.length < 0:
            raise ValueError(f"expected a length of 0 or more; got {self.length}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """One rate three ways: of what was judged, and of all with the unjudged counted against it (`least`) and for it (`most`)."""

    judged: Share
    least: Share
    most: Share

    @property
    def unjudged(self) -> int:
        """How many of all are open: what `most` has and `least` lacks."""
        return self.most.part - self.least.part


@dataclass(frozen=True, slots=True, kw_only=True)
class Confusion:
    """How many of each truth got each mark; the first word is the truth."""

    met_met: int
    met_not_met: int
    met_unjudged: int
    not_met_met: int
    not_met_not_met: int
    not_met_unjudged: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Accuracy:
    """Confusion counts and what follows from them. `right` depends on how much was truly met; the other two rates do not."""

    counts: Confusion
    sensitivity: Rate
    specificity: Rate
    right: Rate


@dataclass(frozen=True, slots=True, kw_only=True)
class Flips:
    """How steady a judge is on the same answers.

    `rate` is the share of criteria whose mark is not always the same: it grows with the number of judgements, `fewest` to
    `most` each. `differ` is the chance that two judgements of a criterion differ, which does not; None where none was judged twice.
    """

    rate: Rate
    differ: Decimal | None
    fewest: int
    most: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """Marks of the same criteria, judged early and late in the list. `p` is McNemar's, exact; None where `reason` says why."""

    table: paired.Table
    same: Rate
    p: Decimal | None
    reason: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Halves:
    """How often something befell short answers (up to `cut`) and longer ones. `p` is Fisher's, exact and two-sided, rounded up."""

    cut: int | None
    short: Share
    long: Share
    p: Decimal | None
    reason: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Lengths:
    """Each error of a judge by the length of the answer.

    `lenient` is marked met though not met, `strict` marked not met though met, both of what was judged; `unjudged` is of all.
    """

    lenient: Halves
    strict: Halves
    unjudged: Halves


def accuracy(judged: Iterable[Judged], alpha: Decimal) -> Accuracy:
    """Confusion counts, sensitivity, specificity and the share of right marks; `alpha` is what each interval may miss."""
    found = Counter((one.truth, one.mark) for one in judged)
    counts = Confusion(
        met_met=found["met", "met"],
        met_not_met=found["met", "not_met"],
        met_unjudged=found["met", "unjudged"],
        not_met_met=found["not_met", "met"],
        not_met_not_met=found["not_met", "not_met"],
        not_met_unjudged=found["not_met", "unjudged"],
    )
    hits, rejections = counts.met_met, counts.not_met_not_met
    met, not_met = hits + counts.met_not_met, rejections + counts.not_met_met
    return Accuracy(
        counts=counts,
        sensitivity=_rate(hits, met, counts.met_unjudged, alpha),
        specificity=_rate(rejections, not_met, counts.not_met_unjudged, alpha),
        right=_rate(hits + rejections, met + not_met, counts.met_unjudged + counts.not_met_unjudged, alpha),
    )


def by_group(judged: Iterable[Judged], alpha: Decimal, group: Callable[[Judged], str]) -> dict[str, Accuracy]:
    """`accuracy` of each group, by name; `group` says which one a mark is in, such as ``lambda one: one.kind``."""
    groups: dict[str, list[Judged]] = {}
    for one in judged:
        groups.setdefault(group(one), []).append(one)
    return {name: accuracy(groups[name], alpha) for name in sorted(groups)}


def flips(judgements: Sequence[Sequence[Mark]], alpha: Decimal) -> Flips:
    """How often repeated judgements of the same criterion on the same answer differ.

    `judgements` has one row for each criterion of each sample, with two marks or more. A row with unjudged marks and no flip among
    the others counts as one that flips in `rate.most` and as one that does not in `rate.least`; `rate.judged` is of the rows
    judged twice or more. Says nothing of who is right: a judge may be wrong in the same way each time. Raises ValueError for a
    row of one.
    """
    known = []
    for row in judgements:
        for mark in row:
            _check(mark)
        if len(row) < 2 or isinstance(row, str):
            raise ValueError(f"expected two judgements or more of each criterion; got {row!r}")
        known.append([mark for mark in row if mark != "unjudged"])
    changed = sum(len(set(marks)) > 1 for marks in known)
    silent = sum(len(set(marks)) <= 1 and len(marks) < len(row) for marks, row in zip(known, judgements, strict=True))
    twice = [marks for marks in known if len(marks) >= 2]
    differing = [
        Fraction(sum(one != other for one, other in combinations(marks, 2)), len(marks) * (len(marks) - 1) // 2)
        for marks in twice
    ]
    return Flips(
        rate=Rate(
            judged=share(changed, len(twice), alpha),
            least=share(changed, len(known), alpha),
            most=share(changed + silent, len(known), alpha),
        ),
        differ=rounded(sum(differing, Fraction(0)) / len(twice)) if twice else None,
        fewest=min(map(len, judgements), default=0),
        most=max(map(len, judgements), default=0),
    )


def placed(pairs: Sequence[tuple[Mark, Mark]], alpha: Decimal) -> Placed:
    """Whether marks change when the criteria are asked in the opposite order.

    Parameters
    ----------
    pairs : sequence of (Mark, Mark)
        For each criterion of an answer the mark it got where it stood nearer the beginning, then the one nearer the end.
    alpha : Decimal
        What each interval may miss.

    Returns
    -------
    Placed
        `same` is the share of marks that stayed. It holds mere unsteadiness too: compare it with `flips` under one order. `p`
        asks whether the changes go one way: whether a criterion gets easier, or harder, to meet towards the end. Changes that
        cancel out leave it high. Neither tells which place is right.
    """
    for pair in pairs:
        for mark in pair:
            _check(mark)
    table = paired.table([(_OUTCOMES[early], _OUTCOMES[late]) for early, late in pairs])
    return Placed(
        table=table,
        same=_rate(table.both + table.neither, table.pairs, table.unscored, alpha),
        p=paired.mcnemar(table.lost, table.gained) if table.pairs else None,
        reason=None if table.pairs else NO_PAIR,
    )


def by_length(lengths: Sequence[int], befell: Sequence[bool], alpha: Decimal, cut: int | None = None) -> Halves:
    """How often something befell the short and the long of `lengths`, with Fisher's exact p for no difference.

    Short is up to `cut`, by default the (lower) median, so that halves are uneven where lengths are tied. Raises ValueError for
    sequences of different lengths.
    """
    from scipy.stats import fisher_exact

    if len(lengths) != len(befell):
        raise ValueError(f"expected as many lengths as outcomes; got {len(lengths)} and {len(befell)}")
    at = _middle(lengths) if cut is None else cut
    short = [bool(one) for length, one in zip(lengths, befell, strict=True) if at is not None and length <= at]
    long = [bool(one) for length, one in zip(lengths, befell, strict=True) if at is not None and length > at]
    p = None
    if short and long:
        table = [[sum(half), len(half) - sum(half)] for half in (short, long)]
        steady = Context(prec=2 * stats.DIGITS).create_decimal(Decimal(float(fisher_exact(table)[1])))
        p = min(Decimal(1), steady.quantize(paired.DIGITS, ROUND_CEILING))
    return Halves(
        cut=at,
        short=share(sum(short), len(short), alpha),
        long=share(sum(long), len(long), alpha),
        p=p,
        reason=EMPTY if p is None else None,
    )


def lengths(judged: Sequence[Judged], alpha: Decimal) -> Lengths:
    """Whether a judge's errors go with the length of the answer, each kind of error apart: together they may cancel out.

    Short and long are parted at the median length of all. An association is no cause: long answers may be harder to judge, or
    come from another candidate. Three tests are made, so that a `p` under alpha / 3 is needed to say "any of them". Raises
    ValueError where a length is missing.
    """
    sizes = [one.length for one in judged if one.length is not None]
    if len(sizes) < len(judged):
        raise ValueError(f"{len(judged) - len(sizes)} of {len(judged)} marks lack the length of the answer")
    cut = _middle(sizes)

    def halves(held: Sequence[Judged], mark: Mark) -> Halves:
        return by_length([one.length or 0 for one in held], [one.mark == mark for one in held], alpha, cut)

    known = [one for one in judged if one.mark != "unjudged"]
    return Lengths(
        lenient=halves([one for one in known if one.truth == "not_met"], "met"),
        strict=halves([one for one in known if one.truth == "met"], "not_met"),
        unjudged=halves(judged, "unjudged"),
    )


def _rate(part: int, whole: int, unjudged: int, alpha: Decimal) -> Rate:
    return Rate(
        judged=share(part, whole, alpha),
        least=share(part, whole + unjudged, alpha),
        most=share(part + unjudged, whole + unjudged, alpha),
    )


def _middle(lengths: Sequence[int]) -> int | None:
    return sorted(lengths)[(len(lengths) - 1) // 2] if lengths else None


def _check(mark: str) -> None:
    if mark not in get_args(Mark):
        raise ValueError(f"{mark!r} is no mark; expected met, not_met or unjudged (a pending one waits for a person)")
