"""What a panel of judges is worth, as far as it was tried on answers of which the truth is known.

Rules this module keeps:

* A trial belongs to the question and the rubric that were judged (`content`): once these change it counts no more. Which
  requirement it speaks for is read off the item as it stands in the plan's bank.
* A known-bad answer is caught where the panel's marks do not let its item pass. One that could not be judged is caught too: under
  ``calibrated`` grading only what a judge passes is never seen by a person.
* Only answers whose outcome hangs on the judge are counted. What the rules fail without it would flatter it; and as such
  failures are always seen, the catch rate of all failures is no lower than the one that is counted here.
* The same answer to the same item counts once, as caught only where it was caught every time.
* What was qualified is the judges, their words and the manner of asking, together. Other than their keys and prices nothing may
  differ; a qualification of anything else, or on another day than it holds for, is worth nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Literal

from evalcenter import canon, drawing, plan
from evalcenter.errors import InputError
from evalcenter.judges import combining
from evalcenter.records import (
    Calibration,
    Criterion,
    Item,
    Lang,
    Outcome,
    Panel,
    Plan,
    Qualified,
    ReadState,
    Requirement,
    Standard,
    Used,
    record,
)

Kind = Literal["critical", "wanted", "unwanted"]
Truth = Literal["met", "not_met"]


@record
class Said:
    """What one judge said of one criterion, each time that it was asked, and where the statement stood in the list (0 first)."""

    judge: str
    marks: tuple[ReadState, ...]
    places: tuple[int, ...]


@record
class Tried:
    """One criterion of an answer: its truth, None where nobody knows it, what each judge said, and the panel's mark."""

    criterion: str
    kind: Kind
    truth: Truth | None
    said: tuple[Said, ...]
    panel: ReadState


@record
class Trial:
    """One labelled answer as a panel marked it, without a word of it.

    `content` and `answers` are digests: of the question with its rubric, and of the answer, whose `length` is in characters. `bad`
    says whether the answer must fail its item (None: not known), `hangs` whether that is left to the judge, `outcome` what the
    panel's marks made of it.
    """

    item: str
    content: str
    lang: Lang
    dimension: str
    answers: str
    length: int
    source: str
    bad: bool | None
    hangs: bool
    outcome: Outcome
    criteria: tuple[Tried, ...]


@record
class Qualification:
    """The trials of a panel, and the days (``YYYY-MM-DD``) between which they hold.

    Every judge was asked `epochs` times, at least as often as the panel asks it: what is more tells of its steadiness only.
    """

    schema: Literal["evalcenter/qualification/1"] = "evalcenter/qualification/1"
    panel: Panel
    epochs: int
    made: str
    expires: str
    seed: str
    used: tuple[Used, ...]
    trials: tuple[Trial, ...]


@record
class Brought:
    """A qualification as a plan brings it: with the digest of its file, on the day (``YYYY-MM-DD``) of the plan."""

    qualification: Qualification
    digest: str
    today: str


# -- what a trial rests on ---------------------------------------------------------------------------------------------


def kind(criterion: Criterion) -> Kind:
    """What a mark on `criterion` means: it fails the item, it earns points, or it costs some."""
    if criterion.critical:
        return "critical"
    return "unwanted" if criterion.points < 0 else "wanted"


def content(item: Item) -> str:
    """The digest of what of `item` bears on a mark or on its outcome. Its examples do not: more of them change no label."""
    return canon.digest([item.id, item.lang, item.prompt, item.options, item.documents, item.criteria, item.pass_line])


def own(marks: Sequence[ReadState]) -> ReadState:
    """What one judge's repeated marks on a criterion come to; with fewer valid ones than half of them it has none."""
    return _counted(marks, len(marks) // 2 + 1)


def together(said: Sequence[Said], panel: Panel) -> ReadState:
    """The panel's mark: each judge's own first, then the judges'. Epochs beyond the panel's are not read."""
    return _counted([own(one.marks[: panel.epochs]) for one in said], panel.floor)


def _counted(marks: Sequence[ReadState], floor: int) -> ReadState:
    votes: list[Mapping[str, combining.Vote]] = [{"": "cannot_tell" if m == "unjudged" else m} for m in marks]
    (agreed,) = combining.combine(("",), votes, floor)
    return "unjudged" if agreed.state == "pending" else agreed.state


# -- what it is worth -------------------------------------------------------------------------------------------------


def kept(panel: Panel) -> Panel:
    """`panel` as far as it bears on its marks: without keys and prices."""
    judges = (replace(one, spec=replace(one.spec, key_env=None, price=None)) for one in panel.judges)
    return replace(panel, judges=tuple(judges), own=False, qualification=None)


def asked(panel: Panel) -> str:
    """The digest of how a panel marks; in which order its judges are named says nothing."""
    held = kept(panel)
    return canon.digest(replace(held, judges=tuple(sorted(held.judges, key=canon.encode))))


def bring(drawn: Plan, brought: Brought, bank: Sequence[Item]) -> Plan:
    """The plan `drawn` from `bank` with what its panel's qualification is worth in it. Raises InputError without a panel."""
    if drawn.panel is None:
        raise InputError(
            "a qualification says nothing where no judge is asked", todo="name the judges, or leave it out"
        )
    qualified = standing(brought.qualification, brought.digest, drawn.panel, brought.today)
    held: tuple[Calibration, ...] = ()
    if qualified.standing == "valid":
        held = calibrations(brought.qualification, brought.digest, drawn.standard, bank)
    return replace(drawn, panel=replace(drawn.panel, qualification=qualified), calibrations=held)


def standing(qualification: Qualification, digest: str, panel: Panel, today: str) -> Qualified:
    """What `qualification`, whose file has `digest`, is worth for `panel` on the day `today`."""
    same = asked(qualification.panel) == asked(panel)
    holds = qualification.made <= today <= qualification.expires
    return Qualified(
        digest=digest,
        made=qualification.made,
        expires=qualification.expires,
        standing="other" if not same else "valid" if holds else "expired",
    )


def calibrations(
    qualification: Qualification, digest: str, standard: Standard, items: Sequence[Item]
) -> tuple[Calibration, ...]:
    """For each requirement under ``calibrated`` grading how many known-bad answers were shown and caught.

    `items` are the bank that the plan draws from. Of a requirement that does not measure whether an item passes nothing is known.
    """
    return tuple(
        Calibration(requirement=one.id, shown=len(found), caught=sum(found.values()), source=digest)
        for one in standard.requirements
        if one.grading == "calibrated"
        for found in [_caught(qualification, one, items)]
    )


def _caught(
    qualification: Qualification, requirement: Requirement, items: Sequence[Item]
) -> dict[tuple[str, str], bool]:
    """The distinct known-bad answers to items in the scope of `requirement`, and whether each was caught."""
    if requirement.measure != "pass":
        return {}
    scope = [at for at, item in enumerate(items) if plan.measured(requirement, item)]
    contents = {items[at].id: content(items[at]) for at in drawing.drawable(scope, items, requirement)}
    found: dict[tuple[str, str], bool] = {}
    for one in qualification.trials:
        if one.bad and one.hangs and contents.get(one.item) == one.content:
            key = one.item, one.answers
            found[key] = found.get(key, True) and one.outcome != "pass"
    return found


def outdated(qualification: Qualification, items: Sequence[Item]) -> int:
    """How many trials are on questions or rubrics that are not those of `items` any more."""
    contents = {item.id: content(item) for item in items}
    return sum(contents.get(one.item) != one.content for one in qualification.trials)
