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
from evalcenter.judges import panels
from evalcenter.judges.asking import Ask
from evalcenter.judges.panels import Call, Case
from evalcenter.judges.reading import Marks, Void
from evalcenter.labels import Labelled
from evalcenter.pacing import Spent
from evalcenter.qualifying import Said, Trial, Tried, Used, content, kind, together
from evalcenter.records import Grade, Item, Judge, Judgement, Mark, Outcome, Panel, ReadState

Told = tuple[Call, Judgement, Marks | Void]
"""A request, the reply to it, and what that comes to."""


def told(case: Case, panel: Panel, seed: str, recorded: Sequence[Judgement]) -> tuple[Told, ...] | None:
    """Every reply to `case`, in the order in which requests are made; None while one is missing.

    Raises InputError where one answers nothing that was asked.
    """
    if panels.opinion(case, panel, seed, recorded) is None:
        return None
    held = {(one.judge, one.epoch, one.request, one.attempt): one for one in recorded}
    found: list[Told] = []
    for call in panels.calls(case, panel, seed):
        for made in (call, panels.again(call, panel, seed)):
            said = held.get((made.judge, made.epoch, made.request, made.attempt))
            if said is not None:
                found.append((made, said, panels.result(made.ask, said)))
    return tuple(found)


def trial(labelled: Labelled, machine: Grade, case: Case, panel: Panel, replies: Sequence[Told]) -> Trial:
    """The trial of `panel` on a `labelled` answer, of which the `machine` left the criteria of `case` open.

    The `replies` are those of every judge of the panel, each asked as often as the others.
    """
    item, known = case.item, dict(labelled.truth)
    tried = []
    for criterion in case.criteria:
        said = tuple(_said(judge.spec.name, criterion.id, replies) for judge in panel.judges)
        truth = known.get(criterion.id)
        tried.append(
            Tried(
                criterion=criterion.id,
                kind=kind(criterion),
                truth=None if truth == "unjudged" else truth,
                said=said,
                panel=together(said, panel),
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


def _said(judge: str, criterion: str, replies: Sequence[Told]) -> Said:
    last: dict[int, tuple[ReadState, int]] = {}
    for call, _, result in replies:
        place = places(call.ask).get(criterion) if call.judge == judge else None
        if place is not None:
            last[call.epoch] = _state(criterion, result), place
    marked = [last[epoch] for epoch in sorted(last)]
    return Said(judge=judge, marks=tuple(mark for mark, _ in marked), places=tuple(place for _, place in marked))


def _state(criterion: str, result: Marks | Void) -> ReadState:
    found = (
        next((m.state for m in result.marks if m.criterion == criterion), None) if isinstance(result, Marks) else None
    )
    return found if found in ("met", "not_met") else "unjudged"


def places(ask: Ask) -> Mapping[str, int]:
    """Where the statement of each criterion stands in the list of `ask`, from 0. A label occurs nowhere else in the message."""
    text = ask.messages[-1].content
    order = sorted((*ask.labels, *ask.controls), key=lambda label: text.find(f"- {label}: "))
    return {ask.labels[label]: place for place, label in enumerate(order) if label in ask.labels}


def _outcome(item: Item, machine: Grade, marks: Mapping[str, ReadState]) -> Outcome:
    filled: list[Mark] = [replace(m, state=marks.get(m.criterion, m.state)) for m in machine.marks]
    return scoring.grade(item, machine.position, "complete", filled, "judge:panel").outcome


def _bad(item: Item, labelled: Labelled, machine: Grade) -> bool | None:
    """Whether the answer must fail: as it is labelled, else as its known marks have it."""
    if labelled.bad is not None:
        return labelled.bad
    return {"fail": True, "pass": False}.get(_outcome(item, machine, labelled.truth))


def used(judge: Judge, replies: Iterable[Told]) -> Used:
    """What `judge` took for its own of `replies`."""
    requests = calls = untold = 0
    spent, voids = Spent(), Counter[str]()
    for _, reply, result in replies:
        if reply.judge != judge.spec.name:
            continue
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
