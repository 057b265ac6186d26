"""Answers of which it is known what a judge ought to say.

Rules this module keeps:

* A criterion's good state is ``met``; where meeting it costs points, and it is not critical, it is ``not_met``.
* In a good example every judge criterion is at its good state. In a bad one those that it `fails` are at their bad state, and the
  others at their good one.
* A bad example that names nothing says nothing of single criteria: it is known to be bad, and that is all.
* An answer that would never reach a judge is no label: one with a silent turn, or with more or fewer turns than the prompt asks.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from evalcenter import hooks, plan
from evalcenter.records import Criterion, Example, Item, ReadState, record

EXAMPLES: Final = "examples"
"""The source of labels that come from the items' own examples."""
UNSAID: Final = "…"
"""What stands for the earlier turns of a dialogue in an example that gives the last answer only."""


@record
class Labelled:
    """An answer to the item called `item`, one text per user turn, with its known truth.

    `truth` holds the judge criteria whose mark is known. `bad` says whether the answer must fail its item; None where that is not
    known. `source` is ``examples``, ``reviews`` or the name of a file.
    """

    item: str
    answers: tuple[str, ...]
    truth: Mapping[str, ReadState]
    bad: bool | None
    source: str


def judged(item: Item) -> tuple[Criterion, ...]:
    """The criteria of `item` that are left to a judge, in order."""
    return tuple(criterion for criterion in item.criteria if hooks.single(criterion.check)[0] == "judge")


def guide(criterion: Criterion) -> str:
    """Where the line of a judge criterion is drawn, in the suite's own words; empty where it says nothing, or no judge is asked."""
    name, params = hooks.single(criterion.check)
    return str(params.get("guide", "")) if name == "judge" else ""


def state(criterion: Criterion, *, good: bool) -> ReadState:
    """The mark on `criterion` that speaks for an answer (`good`), or the one that speaks against it."""
    wanted = criterion.points >= 0 or criterion.critical
    return "met" if wanted == good else "not_met"


def truth(item: Item, example: Example, *, good: bool) -> Mapping[str, ReadState]:
    """What is true of `example`, a good or a bad one of `item`, by judge criterion; without those of which nothing is known."""
    if not good and not example.fails:
        return {}
    failed = () if good else example.fails
    return {criterion.id: state(criterion, good=criterion.id not in failed) for criterion in judged(item)}


def said(item: Item, example: Example) -> tuple[str, ...]:
    """What `example` answers, turn by turn. A single text answers the last turn of a dialogue."""
    turns = len(plan.script(item.prompt))
    return example.turns or (UNSAID,) * (turns - 1) + (example.text,)


def of_examples(items: Iterable[Item]) -> Iterator[Labelled]:
    """The labels that the examples of `items` give, the good ones of an item first. Items without a judge criterion give none."""
    for item in items:
        if not judged(item):
            continue
        turns = len(plan.script(item.prompt))
        for good, examples in ((True, item.examples.good), (False, item.examples.bad)):
            for example in examples:
                answers = said(item, example)
                if len(answers) == turns and all(answer.strip() for answer in answers):
                    known = truth(item, example, good=good)
                    yield Labelled(item=item.id, answers=answers, truth=known, bad=not good, source=EXAMPLES)
