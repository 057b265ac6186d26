"""Counts what several judges, or one judge several times, say of the same criteria.

Rules this module keeps:

* A criterion is met or not met where more of the valid votes say so; only "met" and "not met" are valid votes.
* With fewer valid votes than the floor, or as many on either side, it could not be judged. No vote is ever filled in.
* The counts stay: who disagreed is seen, also where a majority was found.
* What came out may be counted again: first the epochs of each judge, then the judges.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, Literal

from evalcenter.errors import InputError
from evalcenter.judges.reading import Marks, Void
from evalcenter.records import MarkState, record

Vote = Literal["met", "not_met", "cannot_tell", "void"]
_VOTES: Final[Mapping[str, Vote]] = {"met": "met", "not_met": "not_met"}


@record
class Agreed:
    """What the votes on one criterion come to; `split` where valid votes differ."""

    criterion: str
    state: MarkState
    met: int
    not_met: int
    cannot_tell: int
    void: int

    @property
    def split(self) -> bool:
        """Whether valid votes stand on both sides."""
        return self.met > 0 and self.not_met > 0


def ballot(results: Iterable[Marks | Void | Agreed]) -> dict[str, Vote]:
    """One judge's votes from the results of all its requests on a sample. Raises InputError where a criterion occurs twice."""
    votes: dict[str, Vote] = {}
    for result in results:
        for criterion, vote in _votes(result).items():
            if criterion in votes:
                raise InputError(f"one ballot votes twice on {criterion!r}")
            votes[criterion] = vote
    return votes


def _votes(result: Marks | Void | Agreed) -> dict[str, Vote]:
    if isinstance(result, Void):
        return dict.fromkeys(result.criteria, "void")
    if isinstance(result, Agreed):
        silent = result.void > 0 and not (result.met or result.not_met or result.cannot_tell)
        return {result.criterion: "void" if silent else _VOTES.get(result.state, "cannot_tell")}
    return {mark.criterion: _VOTES.get(mark.state, "cannot_tell") for mark in result.marks}


def combine(criteria: Sequence[str], ballots: Sequence[Mapping[str, Vote]], floor: int) -> tuple[Agreed, ...]:
    """What `ballots` come to, criterion by criterion; a criterion that a ballot leaves out counts as void there.

    Raises InputError for a `floor` below 1: a mark without a vote is no mark.
    """
    if floor < 1:
        raise InputError(f"the floor on valid votes must be at least 1; got {floor}")
    return tuple(
        _agreed(criterion, [votes.get(criterion, "void") for votes in ballots], floor) for criterion in criteria
    )


def _agreed(criterion: str, votes: Sequence[Vote], floor: int) -> Agreed:
    counts = Counter(votes)
    met, not_met = counts["met"], counts["not_met"]
    state: MarkState = "unjudged"
    if met + not_met >= floor and met != not_met:
        state = "met" if met > not_met else "not_met"
    return Agreed(
        criterion=criterion,
        state=state,
        met=met,
        not_met=not_met,
        cannot_tell=counts["cannot_tell"],
        void=counts["void"],
    )
