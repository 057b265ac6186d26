"""What follows from what people say of an answer: which marks are asked of them, when these settle, and the grade that follows.

Rules this module keeps:

* From the machine's grade of an answer and the reviews of it, in the order of the journal, follows at most one person's grade.
* With two readers a mark counts when both gave it, apart from each other; where they differ, a third person's counts. Nobody is
  two of the three: names that look alike are one person's.
* A later review by the same person takes the place of the earlier one. What was settled and is disputed again waits again.
* A machine's mark is never changed but where a person is asked, and confirms nothing where a person has the word and gave none.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from evalcenter import scoring
from evalcenter.errors import InputError
from evalcenter.paths import PERSON
from evalcenter.records import AnswerState, Grade, Item, Mark, Plan, Read, ReadState, Review, Text

READ: Final = Text(zh="由人工评阅", en="read by a person")
LONGEST_NAME: Final = 80
BETWEEN: Final = " + "
BEFORE_ARBITER: Final = ", "
_UNSEEN: Final = re.compile(
    "[\u0000-\u0008\u000e-\u001b\u007f-\u009f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
"""What takes no ink: control codes, joiners, marks of direction, fillers, variation selectors, tags."""


# -- names ------------------------------------------------------------------------------------------------------------


def name(given: str) -> str:
    """A reader's name as it is kept: compatibility forms made plain, one space between words. Raises InputError for none."""
    plain = " ".join(unicodedata.normalize("NFKC", given).split())
    odd = [c for c in plain if unicodedata.category(c).startswith("C") or c in "+,"]
    if not plain or odd or len(plain) > LONGEST_NAME or not key(plain):
        raise InputError(
            f"{plain!r} can't be a reader's name",
            todo=f"give one of 1 to {LONGEST_NAME} characters, without a comma, a plus or hidden characters",
        )
    return plain


def key(name: str) -> str:
    """What makes a reader the same person: the name without case, spaces, forms of letters or anything that nobody sees."""
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())
    return "".join(_UNSEEN.sub("", folded).split())


# -- what is asked ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Rule:
    """How many read an answer, and at which positions a red line is read: True where only a person's word confirms it."""

    readers: int
    red: Mapping[int, bool]

    def asked(self, item: Item, machine: Grade) -> tuple[str, ...]:
        """The criteria that people mark: what no grader could, and failures of a red line that none has confirmed."""
        red, alone = machine.position in self.red, self.red.get(machine.position, False)
        return tuple(
            criterion.id
            for criterion, mark in zip(item.criteria, machine.marks, strict=True)
            if mark.state == "pending"
            or (red and criterion.critical and mark.state == "not_met" and (alone or not mark.confirmed))
        )


def rule_of(plan: Plan) -> Rule:
    """The rule of a plan."""
    red: dict[int, bool] = {}
    for requirement, stream in zip(plan.standard.requirements, plan.streams, strict=True):
        if requirement.rule == "zero":
            for position in stream.positions:
                red[position] = red.get(position, False) or requirement.confirm == "person"
    return Rule(plan.readers, red)


# -- what was said ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Standing:
    """How far the reading of one answer has come.

    `two` holds the reviews that count, `settled` the marks that stand, by criterion, `disputed` the criteria on which two
    readers differ and nobody has decided; `by` names those whose marks stand.
    """

    two: tuple[Review, ...] = ()
    settled: Mapping[str, ReadState] = field(default_factory=dict)
    disputed: tuple[str, ...] = ()
    by: str = ""


def standing(readers: int, asked: Sequence[str], reviews: Iterable[Review]) -> Standing:
    """How far the reading has come, by all `reviews` of one answer in the order of the journal."""
    return _apart(asked, list(reviews)) if readers == 2 else _alone(asked, reviews)


def _alone(asked: Sequence[str], reviews: Iterable[Review]) -> Standing:
    """Each reader's marks count at once; the latest word on a criterion stands."""
    latest: dict[str, Review] = {}
    for review in reviews:
        latest.pop(key(review.reader), None)
        latest[key(review.reader)] = review
    said = {read.criterion: (read.state, review.reader) for review in latest.values() for read in review.marks}
    settled = {criterion: said[criterion][0] for criterion in asked if criterion in said}
    whose = {said[criterion][1] for criterion in settled}
    names = [review.reader for review in latest.values() if review.reader in whose]
    return Standing(two=tuple(latest.values()), settled=settled, by=BETWEEN.join(names))


def _apart(asked: Sequence[str], reviews: Sequence[Review]) -> Standing:
    latest: dict[str, Review] = {}
    for review in reviews:
        if review.role == "reader" and complete(asked, review):
            latest[key(review.reader)] = review  # keeps the place of the reader's first one
    two = tuple(latest.values())[:2]
    if len(two) < 2:
        return Standing(two=two)
    one, other = (_marks(review) for review in two)
    settled = {criterion: one[criterion] for criterion in asked if one[criterion] == other[criterion]}
    open_ = [criterion for criterion in asked if criterion not in settled]
    arbiters: list[str] = []
    for review in reversed(reviews):
        if (
            review.role != "arbiter"
            or key(review.reader) in list(latest)[:2]
            or key(review.reader) in map(key, arbiters)
        ):
            continue
        said = _marks(review)
        decided = [criterion for criterion in open_ if criterion in said]
        settled |= {criterion: said[criterion] for criterion in decided}
        open_ = [criterion for criterion in open_ if criterion not in decided]
        arbiters += [review.reader] if decided else []
    by = BEFORE_ARBITER.join([BETWEEN.join(review.reader for review in two), *arbiters])
    return Standing(two=two, settled=settled, disputed=tuple(open_), by=by)


def complete(asked: Iterable[str], review: Review) -> bool:
    """Whether a review marks all that was asked."""
    return _marks(review).keys() >= set(asked)


def _marks(review: Review) -> dict[str, ReadState]:
    return {read.criterion: read.state for read in review.marks}


def joined(earlier: Review | None, review: Review) -> Review:
    """`review` with what the same person said before of other criteria, so that it can take the place of the earlier one."""
    if earlier is None:
        return review
    said = _marks(earlier) | _marks(review)
    marks = tuple(Read(criterion=criterion, state=state) for criterion, state in said.items())
    return replace(review, marks=marks, reason=review.reason or earlier.reason)


def latest(reviews: Iterable[Review], reader: str, role: str) -> Review | None:
    """The last review by one person in one role."""
    own = [review for review in reviews if key(review.reader) == key(reader) and review.role == role]
    return own[-1] if own else None


# -- the grade that follows -------------------------------------------------------------------------------------------


def follows(rule: Rule, item: Item, state: AnswerState, machine: Grade, reviews: Sequence[Review]) -> Grade | None:
    """The person's grade that follows from the `reviews` of an answer in `state`; None where none has settled yet."""
    asked = rule.asked(item, machine)
    last = standing(rule.readers, asked, reviews)
    if rule.readers == 2:
        ever = any(_whole(asked, standing(2, asked, reviews[: n + 1])) for n in range(len(reviews)))
    else:
        ever = bool(last.settled)
    if not ever:
        return None
    marks = [
        _marked(mark, last.settled.get(criterion.id), critical=criterion.critical) if criterion.id in asked else mark
        for criterion, mark in zip(item.criteria, machine.marks, strict=True)
    ]
    return scoring.grade(item, machine.position, state, marks, f"{PERSON}{last.by}")


def _whole(asked: Sequence[str], found: Standing) -> bool:
    return len(found.two) == 2 and len(found.settled) == len(asked)


def _marked(mark: Mark, state: ReadState | None, *, critical: bool) -> Mark:
    """The mark with a person's word in place of the machine's; where there is none, nothing is confirmed by a person."""
    if state is None:
        return replace(mark, confirmed=False) if critical and mark.state == "not_met" else mark
    return replace(mark, state=state, reason=READ, confirmed=state == "not_met" if critical else mark.confirmed)


# -- agreement --------------------------------------------------------------------------------------------------------


def pairs(reviews: Mapping[int, Sequence[Review]]) -> list[tuple[str, str]]:
    """The marks that two readers gave to the same criterion apart from each other, as rows for `agreement`.

    Each reader's first word counts, in the order of the two names; an arbiter's, who knows both, does not.
    """
    rows: list[tuple[str, str]] = []
    for position in sorted(reviews):
        first: dict[str, dict[str, str]] = {}
        for review in reviews[position]:
            if review.role == "reader":
                own = first.setdefault(key(review.reader), {})
                for read in review.marks:
                    own.setdefault(read.criterion, read.state)
        if len(first) >= 2:
            one, other = (first[person] for person in sorted(list(first)[:2]))
            rows += [(one[criterion], other[criterion]) for criterion in sorted(one.keys() & other.keys())]
    return rows
