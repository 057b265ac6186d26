"""The figures of a panel and of each of its judges, from their trials.

Rules this module keeps:

* All figures are those of `accuracy` and `agreement`, with their rules: what is unjudged counts both ways, what is not defined is
  None with a reason, intervals take marks as independent (several criteria of one answer are not, so they are too sure).
* A judge's mark is what its repeated marks come to, as often as the panel asks it; flips, place and the agreement with itself read
  all of them.
* For a criterion that costs points ``met`` is the bad news: there the sensitivity is the share of bad things found. For all others
  the specificity is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from evalcenter import accuracy, agreement
from evalcenter.accuracy import Accuracy, Flips, Judged, Lengths, Placed, Rate
from evalcenter.agreement import Coefficient, Ratings
from evalcenter.qualifying import Qualification, Said, Trial, Tried, own
from evalcenter.records import ReadState, Used

ALPHA: Final = Decimal("0.05")
PANEL: Final = "panel"
STATES: Final = ("met", "not_met")
_Case = tuple[Trial, Tried]


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Marks held against the truth, over one group of criteria; AC1 and kappa leave the unjudged out."""

    group: str
    accuracy: Accuracy
    ac1: Coefficient
    kappa: Coefficient


@dataclass(frozen=True, slots=True, kw_only=True)
class Steadiness:
    """How one judge's marks on the same criterion of the same answer differ: None of it where it was asked once."""

    flips: Flips
    alpha: Coefficient
    placed: Placed


@dataclass(frozen=True, slots=True, kw_only=True)
class Rater:
    """One judge, or the panel: all its figures. `kinds` are by kind of criterion and language, ``critical zh``."""

    name: str
    whole: Figures
    kinds: tuple[Figures, ...]
    dimensions: tuple[Figures, ...]
    lengths: Lengths
    steadiness: Steadiness | None
    used: Used | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Among:
    """How far the judges of a panel agree, whoever is right; kappa for two of them only."""

    ac1: Coefficient
    alpha: Coefficient
    kappa: Coefficient | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Quality:
    """The panel first, then its judges. `caught` is of the known-bad answers that hang on the judge, `passed` of the good ones."""

    answers: int
    labels: int
    caught: Rate
    passed: Rate
    raters: tuple[Rater, ...]
    among: Among | None


def figures(qualification: Qualification, alpha: Decimal = ALPHA) -> Quality:
    """The figures of a qualified panel; each interval misses with probability `alpha`, and the seed is the qualification's."""
    panel, cases = qualification.panel, list(_cases(qualification.trials))
    raters = [_rater(PANEL, cases, lambda tried: tried.panel, alpha)]
    for at, judge in enumerate(panel.judges):
        raters.append(_judge(qualification, at, judge.spec.name, cases, alpha))
    tried = [one for trial in qualification.trials for one in trial.criteria]
    table = [[_valid(own(said.marks[: panel.epochs])) for said in one.said] for one in tried]
    return Quality(
        answers=len(qualification.trials),
        labels=len(cases),
        caught=_outcomes(qualification.trials, alpha, bad=True),
        passed=_outcomes(qualification.trials, alpha, bad=False),
        raters=tuple(raters),
        among=_among(table, qualification.seed, alpha) if len(panel.judges) > 1 and table else None,
    )


def _cases(trials: Sequence[Trial]) -> Iterator[_Case]:
    """Every criterion whose truth is known."""
    return ((trial, tried) for trial in trials for tried in trial.criteria if tried.truth is not None)


def _outcomes(trials: Sequence[Trial], alpha: Decimal, *, bad: bool) -> Rate:
    """Of the bad answers that hang on the judge those that were not passed, of the good ones those that were."""
    marks = [
        Judged(truth="not_met" if bad else "met", mark={"pass": "met", "fail": "not_met"}.get(one.outcome, "unjudged"))  # type: ignore[arg-type]  # the three marks
        for one in trials
        if one.hangs and one.bad is bad
    ]
    found = accuracy.accuracy(marks, alpha)
    return found.specificity if bad else found.sensitivity


def _judge(qualification: Qualification, at: int, name: str, cases: Sequence[_Case], alpha: Decimal) -> Rater:
    epochs = qualification.panel.epochs
    made = _rater(name, cases, lambda tried: own(tried.said[at].marks[:epochs]), alpha)
    said = [tried.said[at] for trial in qualification.trials for tried in trial.criteria]
    return Rater(
        name=made.name,
        whole=made.whole,
        kinds=made.kinds,
        dimensions=made.dimensions,
        lengths=made.lengths,
        steadiness=_steadiness(said, qualification.seed, alpha),
        used=next((one for one in qualification.used if one.judge == name), None),
    )


def _rater(name: str, cases: Sequence[_Case], mark: Callable[[Tried], ReadState], alpha: Decimal) -> Rater:
    def grouped(key: Callable[[_Case], str]) -> tuple[Figures, ...]:
        groups: dict[str, list[_Case]] = {}
        for case in cases:
            groups.setdefault(key(case), []).append(case)
        return tuple(_figures(group, groups[group], mark, alpha) for group in sorted(groups))

    return Rater(
        name=name,
        whole=_figures("all", cases, mark, alpha),
        kinds=grouped(lambda case: f"{case[1].kind} {case[0].lang}"),
        dimensions=grouped(lambda case: case[0].dimension),
        lengths=accuracy.lengths(_judged(cases, mark), alpha),
        steadiness=None,
        used=None,
    )


def _judged(cases: Sequence[_Case], mark: Callable[[Tried], ReadState]) -> list[Judged]:
    return [
        Judged(truth=tried.truth, mark=mark(tried), kind=tried.kind, language=trial.lang, length=trial.length)
        for trial, tried in cases
        if tried.truth is not None
    ]


def _figures(group: str, cases: Sequence[_Case], mark: Callable[[Tried], ReadState], alpha: Decimal) -> Figures:
    judged = _judged(cases, mark)
    table = [(one.truth, _valid(one.mark)) for one in judged]
    return Figures(
        group=group,
        accuracy=accuracy.accuracy(judged, alpha),
        ac1=agreement.ac1(table, alpha, STATES),
        kappa=agreement.kappa(table, alpha),
    )


def _valid(mark: ReadState) -> str | None:
    return None if mark == "unjudged" else mark


def _steadiness(said: Sequence[Said], seed: str, alpha: Decimal) -> Steadiness | None:
    repeated = [one for one in said if len(one.marks) > 1]
    if not repeated:
        return None
    most = max(len(one.marks) for one in repeated)
    table: Ratings = [[_valid(m) for m in one.marks] + [None] * (most - len(one.marks)) for one in repeated]
    pairs = [pair for one in repeated for pair in _apart(one)]
    return Steadiness(
        flips=accuracy.flips([one.marks for one in repeated], alpha),
        alpha=agreement.krippendorff_alpha(table, alpha, seed),
        placed=accuracy.placed(pairs, alpha),
    )


def _apart(said: Said) -> Iterator[tuple[ReadState, ReadState]]:
    """The marks where the statement stood nearest to the beginning, and nearest to the end; nothing where it never moved."""
    placed = sorted(zip(said.places, range(len(said.places)), said.marks, strict=True))
    if placed[0][0] != placed[-1][0]:
        last = next(one for one in placed if one[0] == placed[-1][0])
        yield placed[0][2], last[2]


def _among(table: Ratings, seed: str, alpha: Decimal) -> Among:
    return Among(
        ac1=agreement.ac1(table, alpha, STATES),
        alpha=agreement.krippendorff_alpha(table, alpha, seed),
        kappa=agreement.kappa(table, alpha) if len(table[0]) == 2 else None,
    )
