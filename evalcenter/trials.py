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
from evalcenter.judges.asking import Ask
from evalcenter.judges.panels import Case, Told
from evalcenter.judges.reading import Marks, Void
from evalcenter.labels import Labelled
from evalcenter.pacing import Spent
from evalcenter.qualifying import Said, Trial, Tried, content, kind, together
from evalcenter.records import Grade, Item, Judge, Judgement, Mark, Outcome, Panel, ReadState, Used


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
    took = Taking(judge)
    for _, reply, result in replies:
        if reply.judge == judge.spec.name:
            took.add(reply, result)
    return took.used()


class Taking:
    """Adds up what one judge takes, reply by reply."""

    def __init__(self, judge: Judge) -> None:
        self._judge = judge
        self._requests = self._calls = self._untold = 0
        self._spent, self._voids = Spent(), Counter[str]()

    def add(self, reply: Judgement, result: Marks | Void) -> None:
        """One reply of this judge, and what it comes to."""
        self._requests, self._calls = self._requests + 1, self._calls + reply.calls
        if isinstance(result, Void):
            self._voids[result.kind] += 1
        if reply.answer is not None:
            self._spent.add(reply.answer.prompt_tokens or 0, reply.answer.completion_tokens or 0)
            self._untold += None in (reply.answer.prompt_tokens, reply.answer.completion_tokens)

    def used(self) -> Used:
        """The sum so far."""
        price = self._judge.spec.price
        return Used(
            judge=self._judge.spec.name,
            requests=self._requests,
            calls=self._calls,
            voids=dict(sorted(self._voids.items())),
            prompt_tokens=self._spent.prompt,
            completion_tokens=self._spent.completion,
            untold=self._untold,
            cost=None if price is None else self._spent.money(price),
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
