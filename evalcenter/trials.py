"""Makes trials of a panel: labels, what the machine marked, and what the judges replied.

Rules this module keeps:

* A reply is read as it is in a run: against the request that it answers, built again from item, answers and seed.
* What a judge could not mark, for whatever reason, is unjudged in its trial, never left out.
* An answer makes one trial, however often it was labelled; what its labels disagree on is known of nobody.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from evalcenter import canon, scoring
from evalcenter.judges import asking, reading
from evalcenter.judges.asking import Ask, Manner, Place
from evalcenter.judges.reading import Marks, Void
from evalcenter.labels import Labelled
from evalcenter.pacing import Spent
from evalcenter.qualifying import Said, Trial, Tried, Used, content, kind, together
from evalcenter.records import Criterion, Grade, Item, Judge, Judgement, Mark, Outcome, Panel, ReadState, record

Replies = Mapping[str, Sequence[Sequence[tuple[Ask, Marks | Void]]]]
"""By judge: for each time that it was asked every request, with what came of it at last."""


@record
class Sent:
    """What was put to the judges: the `criteria` of `item` on `answers`, which stand at `position` there."""

    position: int
    item: Item
    answers: tuple[str, ...]
    criteria: tuple[Criterion, ...]


def pending(item: Item, machine: Grade) -> tuple[Criterion, ...]:
    """The criteria of `item` that the machine left open."""
    return tuple(c for c, mark in zip(item.criteria, machine.marks, strict=True) if mark.state == "pending")


def replies(panel: Panel, seed: str, sent: Sent, recorded: Iterable[Judgement]) -> Replies | None:
    """What the `recorded` replies to `sent` come to; None unless each judge has one for every request of the panel's epochs."""
    last: dict[tuple[str, int, int], Judgement] = {}
    for one in recorded:
        key = one.judge, one.epoch, one.request
        if key not in last or last[key].attempt <= one.attempt:
            last[key] = one
    manner = Manner(mode=panel.mode, controls=panel.controls, longest=panel.longest)
    found: dict[str, list[list[tuple[Ask, Marks | Void]]]] = {}
    for judge in panel.judges:
        name, epochs = judge.spec.name, panel.epochs
        while any((name, epochs, request) in last for request in range(len(sent.criteria))):
            epochs += 1
        for epoch in range(epochs):
            made = [_reply(sent, seed, manner, last.get((name, epoch, at)), at) for at in range(_requests(panel, sent))]
            if None in made:
                return None
            found.setdefault(name, []).append([one for one in made if one is not None])
    return found


def _requests(panel: Panel, sent: Sent) -> int:
    return 1 if panel.mode == "together" else len(sent.criteria)


def _reply(
    sent: Sent, seed: str, manner: Manner, recorded: Judgement | None, request: int
) -> tuple[Ask, Marks | Void] | None:
    if recorded is None:
        return None
    place = Place(position=sent.position, epoch=recorded.epoch, member=recorded.judge, attempt=recorded.attempt)
    ask = asking.build(sent.item, sent.answers, sent.criteria, seed, place, manner)[request]
    return ask, reading.failed(ask, recorded.failed) if recorded.answer is None else reading.reply(ask, recorded.answer)


def trial(item: Item, labelled: Labelled, machine: Grade, panel: Panel, replies: Replies) -> Trial:
    """The trial of `panel` on a `labelled` answer to `item`, which the `machine` graded as far as it can.

    `replies` hold every judge of the panel, each asked as often as the others.
    """
    said = {name: [_marked(epoch) for epoch in epochs] for name, epochs in replies.items()}
    tried = []
    for criterion, mark in zip(item.criteria, machine.marks, strict=True):
        if mark.state != "pending":
            continue
        votes = tuple(_said(judge.spec.name, criterion.id, said[judge.spec.name]) for judge in panel.judges)
        known = labelled.truth.get(criterion.id)
        tried.append(
            Tried(
                criterion=criterion.id,
                kind=kind(criterion),
                truth=None if known == "unjudged" else known,
                said=votes,
                panel=together(votes, panel),
            )
        )
    return Trial(
        item=item.id,
        content=content(item),
        lang=item.lang,
        dimension=item.dimension,
        answers=canon.digest(list(labelled.answers)),
        length=sum(map(len, labelled.answers)),
        source=labelled.source,
        bad=_bad(item, labelled, machine),
        hangs=machine.outcome == "unscored" and machine.why == "pending",
        outcome=_outcome(item, machine, {one.criterion: one.panel for one in tried}),
        criteria=tuple(tried),
    )


def _marked(epoch: Sequence[tuple[Ask, Marks | Void]]) -> dict[str, tuple[ReadState, int]]:
    """By criterion: the mark, and the place of its statement."""
    found: dict[str, tuple[ReadState, int]] = {}
    for ask, result in epoch:
        marks = {mark.criterion: mark.state for mark in result.marks} if isinstance(result, Marks) else {}
        for label, place in places(ask).items():
            if label in ask.labels:
                state = marks.get(ask.labels[label], "unjudged")
                found[ask.labels[label]] = "unjudged" if state == "pending" else state, place
    return found


def places(ask: Ask) -> Mapping[str, int]:
    """Where the statement of each label stands in the list of `ask`, from 0. A label occurs nowhere else in the message."""
    text = ask.messages[-1].content
    order = sorted((*ask.labels, *ask.controls), key=lambda label: text.find(f"- {label}: "))
    return {label: place for place, label in enumerate(order)}


def _said(judge: str, criterion: str, epochs: Sequence[Mapping[str, tuple[ReadState, int]]]) -> Said:
    return Said(
        judge=judge,
        marks=tuple(epoch[criterion][0] for epoch in epochs),
        places=tuple(epoch[criterion][1] for epoch in epochs),
    )


def _outcome(item: Item, machine: Grade, marks: Mapping[str, ReadState]) -> Outcome:
    filled: list[Mark] = [replace(m, state=marks.get(m.criterion, m.state)) for m in machine.marks]
    return scoring.grade(item, machine.position, "complete", filled, "judge:panel").outcome


def _bad(item: Item, labelled: Labelled, machine: Grade) -> bool | None:
    """Whether the answer must fail: as it is labelled, else as its known marks have it."""
    if labelled.bad is not None:
        return labelled.bad
    return {"fail": True, "pass": False}.get(_outcome(item, machine, labelled.truth))


def used(judge: Judge, replies: Iterable[tuple[Judgement, Marks | Void]]) -> Used:
    """What `judge` took for `replies`, each with what it came to."""
    requests = calls = untold = 0
    spent, voids = Spent(), Counter[str]()
    for reply, result in replies:
        requests, calls = requests + 1, calls + reply.calls
        if isinstance(result, Void):
            voids[result.kind] += 1
        if reply.answer is not None:
            spent.add(reply.answer.prompt_tokens or 0, reply.answer.completion_tokens or 0)
            untold += None in (reply.answer.prompt_tokens, reply.answer.completion_tokens)
    price = judge.spec.price
    return Used(
        judge=judge.spec.name,
        requests=requests,
        calls=calls,
        voids=dict(sorted(voids.items())),
        prompt_tokens=spent.prompt,
        completion_tokens=spent.completion,
        untold=untold,
        cost=None if price is None else spent.money(price),
        currency="" if price is None else price.currency,
    )


# -- labels -----------------------------------------------------------------------------------------------------------


def distinct(labelled: Iterable[Labelled]) -> tuple[Labelled, ...]:
    """Each answer to each item once, in order of first mention; what its labels disagree on is known of nobody."""
    groups: dict[tuple[str, tuple[str, ...]], list[Labelled]] = {}
    for one in labelled:
        groups.setdefault((one.item, one.answers), []).append(one)
    return tuple(_merged(group) for group in groups.values())


def _merged(group: Sequence[Labelled]) -> Labelled:
    truths: dict[str, set[ReadState]] = {}
    for one in group:
        for criterion, state in one.truth.items():
            truths.setdefault(criterion, set()).add(state)
    bads = {one.bad for one in group if one.bad is not None}
    agreed = {criterion: states.pop() for criterion, states in truths.items() if len(states) == 1}
    return replace(group[0], truth=agreed, bad=bads.pop() if len(bads) == 1 else None)
