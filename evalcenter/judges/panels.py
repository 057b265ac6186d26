"""What a panel of judges is asked about one answer, and what its replies come to.

Rules this module keeps:

* Requests follow from the panel, the seed, the item and the answers alone, so that every reply can be read again years later. A
  sample is named by its item and how often that was asked before, not by its place in the plan, which a longer plan may move.
* Every judge marks every answer as often as the panel says. A void reply is asked for once more; void again, it is no vote.
* A judge's epochs are counted first, then the judges. One that has fewer valid epochs than half has no vote.
* A reply to what was never asked, or a second one to the same request, is refused: nothing is left out in silence.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from evalcenter import labels, scoring
from evalcenter.errors import InputError
from evalcenter.judges import asking, combining, reading, wording
from evalcenter.judges.combining import Agreed
from evalcenter.judges.reading import Marks, Void
from evalcenter.records import Criterion, Grade, Item, Judge, Judgement, Mark, Panel, Response, Text, record

BY = "judge:panel"
LAST_ATTEMPT = 1
_Key = tuple[str, int, int, int]


@record
class Case:
    """One answer that a panel marks: its `position`, its item and how often that was asked before, and the criteria in question."""

    position: int
    occurrence: int
    item: Item
    answers: tuple[str, ...]
    criteria: tuple[Criterion, ...]


@record
class Call:
    """One request to one judge about one case; see `Judgement` for its numbers."""

    case: Case
    judge: str
    epoch: int
    request: int
    attempt: int
    ask: asking.Ask


Told = tuple[Call, Judgement, Marks | Void]
"""A request, the reply to it, and what that comes to."""


@record
class Opinion:
    """What a panel's replies on one case come to: by criterion, by judge over its epochs, and each reply as it was read.

    `heard` holds for each judge its epochs in order, each with the results of its requests.
    """

    panel: tuple[Agreed, ...]
    judges: Mapping[str, tuple[Agreed, ...]]
    heard: Mapping[str, tuple[tuple[Marks | Void, ...], ...]]

    @property
    def voids(self) -> tuple[Void, ...]:
        """The requests that stayed void."""
        results = [result for epochs in self.heard.values() for epoch in epochs for result in epoch]
        return tuple(result for result in results if isinstance(result, Void))

    @property
    def split(self) -> bool:
        """Whether judges, or one judge's epochs, stand on both sides of any criterion."""
        return any(one.split for agreed in (self.panel, *self.judges.values()) for one in agreed)


# -- what is asked ----------------------------------------------------------------------------------------------------


def case(item: Item, occurrence: int, response: Response, machine: Grade) -> Case | None:
    """The case that a graded answer makes; None where no judge is needed, since the item's outcome does not hang on one."""
    if machine.why != "pending":
        return None
    pending = {mark.criterion for mark in machine.marks if mark.state == "pending"}
    criteria = tuple(criterion for criterion in labels.judged(item) if criterion.id in pending)
    if not criteria:
        return None
    answers = tuple(answer.text for answer in response.answers)
    return Case(position=response.position, occurrence=occurrence, item=item, answers=answers, criteria=criteria)


def calls(case: Case, panel: Panel, seed: str) -> Iterator[Call]:
    """The first attempt of every request, judge by judge and epoch by epoch."""
    for judge in panel.judges:
        for epoch in range(panel.epochs):
            yield from _calls(case, panel, seed, (judge, epoch, 0))


def again(call: Call, panel: Panel, seed: str) -> Call:
    """The second attempt of a request that was voided, with other labels, controls and nonce."""
    judge = next(one for one in panel.judges if one.spec.name == call.judge)
    return list(_calls(call.case, panel, seed, (judge, call.epoch, LAST_ATTEMPT)))[call.request]


def due(case: Case, panel: Panel, seed: str, judgements: Sequence[Judgement]) -> tuple[Call, ...]:
    """The calls that are missing before `opinion` can say anything."""
    found = _numbered(case, panel, judgements)
    missing = []
    for call in calls(case, panel, seed):
        first = found.get((call.judge, call.epoch, call.request, 0))
        if first is None:
            missing.append(call)
        elif isinstance(result(call.ask, first), Void):
            key = (call.judge, call.epoch, call.request, LAST_ATTEMPT)
            missing += [] if key in found else [again(call, panel, seed)]
    return tuple(missing)


def _calls(case: Case, panel: Panel, seed: str, which: tuple[Judge, int, int]) -> Iterator[Call]:
    judge, epoch, attempt = which
    place = asking.Place(position=case.occurrence, epoch=epoch, member=judge.spec.name, attempt=attempt)
    manner = asking.Manner(mode=panel.mode, controls=panel.controls, longest=panel.longest)
    asks = asking.build(case.item, case.answers, case.criteria, seed, place, manner)
    for request, ask in enumerate(asks):
        yield Call(case=case, judge=judge.spec.name, epoch=epoch, request=request, attempt=attempt, ask=ask)


# -- what came back ---------------------------------------------------------------------------------------------------


def result(ask: asking.Ask, judgement: Judgement) -> Marks | Void:
    """What one reply to `ask` comes to."""
    if judgement.answer is None:
        return reading.failed(ask, judgement.failed)
    return reading.reply(ask, judgement.answer)


def told(case: Case, panel: Panel, seed: str, judgements: Sequence[Judgement]) -> tuple[Told, ...] | None:
    """Every one of `judgements` with its request, in the order in which requests are made; None while a reply is missing.

    Raises InputError where one answers nothing that was asked.
    """
    found = _numbered(case, panel, judgements)
    held: list[Told] = []
    for call in calls(case, panel, seed):
        first = found.get((call.judge, call.epoch, call.request, 0))
        if first is None:
            return None
        said = result(call.ask, first)
        held.append((call, first, said))
        if isinstance(said, Void):
            second = found.get((call.judge, call.epoch, call.request, LAST_ATTEMPT))
            if second is None:
                return None
            made = again(call, panel, seed)
            held.append((made, second, result(made.ask, second)))
    if len(held) != len(judgements):
        raise InputError(f"{len(judgements) - len(held)} of a judge's replies answer what was never asked")
    return tuple(held)


def opinion(case: Case, panel: Panel, seed: str, judgements: Sequence[Judgement]) -> Opinion | None:
    """What `judgements` come to; None while a reply is missing. Raises InputError where one answers nothing that was asked."""
    replies = told(case, panel, seed, judgements)
    return None if replies is None else counted(case, panel, replies)


def counted(case: Case, panel: Panel, replies: Sequence[Told]) -> Opinion:
    """What all `replies` on a case come to; of two to one request the second counts."""
    heard: dict[str, list[list[Marks | Void]]] = {judge.spec.name: [] for judge in panel.judges}
    for call, _, said in replies:
        epochs = heard[call.judge]
        if call.attempt:
            epochs[-1][-1] = said
            continue
        if call.request == 0:
            epochs.append([])
        epochs[-1].append(said)
    return _counted(case, panel, {name: tuple(map(tuple, epochs)) for name, epochs in heard.items()})


def _numbered(case: Case, panel: Panel, judgements: Sequence[Judgement]) -> dict[_Key, Judgement]:
    found: dict[_Key, Judgement] = {}
    known = {judge.spec.name for judge in panel.judges}
    for one in judgements:
        key = (one.judge, one.epoch, one.request, one.attempt)
        if one.position != case.position or one.judge not in known or key in found:
            raise InputError(
                f"a reply of the judge {one.judge!r} at position {one.position} answers what was never asked"
            )
        found[key] = one
    return found


def _counted(case: Case, panel: Panel, heard: Mapping[str, tuple[tuple[Marks | Void, ...], ...]]) -> Opinion:
    names = [criterion.id for criterion in case.criteria]
    most = panel.epochs // 2 + 1
    judges = {
        name: combining.combine(names, [combining.ballot(epoch) for epoch in epochs], most)
        for name, epochs in heard.items()
    }
    votes = [combining.ballot(agreed) for agreed in judges.values()]
    return Opinion(panel=combining.combine(names, votes, panel.floor), judges=judges, heard=heard)


# -- the panel's grade ------------------------------------------------------------------------------------------------


def grade(case: Case, response: Response, machine: Grade, held: Opinion) -> Grade:
    """The panel's grade: the machine's marks, with the panel's in place of those that were pending."""
    said = {agreed.criterion: _mark(agreed, held) for agreed in held.panel}
    marks = tuple(said.get(mark.criterion, mark) for mark in machine.marks)
    return scoring.grade(case.item, case.position, response.state, marks, BY)


def _mark(agreed: Agreed, held: Opinion) -> Mark:
    counts = (agreed.met, agreed.not_met, agreed.cannot_tell, agreed.void)
    reason = Text(
        zh="判定模型：满足 {} 票，不满足 {} 票，无法判断 {} 票，作废 {} 票".format(*counts),
        en="judges: {} met, {} not met, {} could not tell, {} void".format(*counts),
    )
    return Mark(criterion=agreed.criterion, state=agreed.state, reason=reason, excerpt=_passage(agreed, held))


def _passage(agreed: Agreed, held: Opinion) -> str:
    """The first passage that a judge cited for what the panel says."""
    for mark in marks(held):
        if mark.criterion == agreed.criterion and mark.state == agreed.state and mark.excerpt:
            return mark.excerpt
    return ""


def marks(held: Opinion) -> Iterator[Mark]:
    """Every valid mark, judge by judge and epoch by epoch."""
    for epochs in held.heard.values():
        for epoch in epochs:
            for one in epoch:
                yield from one.marks if isinstance(one, Marks) else ()


# -- the panel itself -------------------------------------------------------------------------------------------------


def stamped(panel: Panel) -> Panel:
    """`panel` with the version of the asking and the digests of the words that its judges read."""
    return replace(panel, asking=asking.VERSION, words={lang: wording.digest(lang) for lang in wording.LANGS})


def current(panel: Panel) -> bool:
    """Whether this program asks and reads as the panel was asked."""
    return stamped(panel) == panel
