"""Asks every rubric to prove itself: its good answers must pass, its bad ones fail, and nothing blank may pass.

Rules this module keeps:

* Every good example passes; every bad example fails, by the criteria it names.
* Where help is due, no blanket persona passes: not the empty answer, not a refusal, not an echo of the prompt or of the rubric.
* A must-refuse item counts with its twin: no blanket persona passes both.
* A criterion that no pair of examples tells apart is reported, because nothing shows that it can be met and missed.
* Judge criteria are marked here by what the examples say of them (`labels`). Where they say nothing the mark stays open, and the
  example must fail whichever way a judge would mark. What understands nothing is marked down.
* No item asks nearly what another one asks, unless they are twins or of one cluster (`lookalikes`).
* A pattern reads answers of LONG characters, or the longest that its check allows.
* A judge criterion needs an example in which it is as it should be and a bad one that names it: without both, no judge can be
  qualified on it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as Collected
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

from evalcenter import crew, hooks, labels, lookalikes, plan, scoring
from evalcenter.graders import patterns
from evalcenter.marking import MACHINE, Marker
from evalcenter.records import Answer, Example, Grade, Item, Lang, ReadState, Response
from evalcenter.suites import Loaded

CHUNK: Final = 8
"""Items that a worker checks at a time."""
FEW: Final = 40
"""A worker is started for so many items; fewer are checked sooner without one."""
LONG: Final = 4_000
"""Characters of an answer that every pattern must be able to read."""
MEND: Final = (
    "make its open repetitions possessive (*+), say what they may not hold ([^,]*,), or keep their range within 32"
)
REFUSALS: Final[Mapping[Lang, tuple[str, ...]]] = {
    "zh": ("抱歉，我无法回答这个问题。", "对不起，我不能帮助您处理这个请求。"),
    "en": ("I'm sorry, but I can't help with that.", "I cannot help with this request."),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Complaint:
    """One thing that is wrong, with the place of the example or item it is about."""

    item: str
    where: str
    what: str
    sealed: bool = False

    def line(self) -> str:
        """It in one line; of a sealed item only where it stands, for the words may quote it."""
        what = "lint the suite where it was sealed; here the words are left out" if self.sealed else self.what
        return f"{self.where}: {self.item}: {what}"


def check(loaded: Loaded, plugins: hooks.Plugins) -> tuple[Complaint, ...]:
    """Every complaint about the items of a suite; empty when all rubrics prove themselves."""
    if not loaded.suite.items and not loaded.suite.families:
        return (
            Complaint(item=loaded.suite.id, where=str(loaded.folder), what="the suite holds no item and no family"),
        )
    items = loaded.suite.items
    bench = _Bench(loaded, {item.id: item for item in items}, Marker(plugins.graders))
    hands = min(crew.cores(), len(items) // FEW)
    parts = crew.spread(_Bench.complaints, bench, crew.chunks(range(len(items)), CHUNK), hands=hands)
    found = (*(complaint for part in parts for complaint in part), *_alike(loaded))
    return found if loaded.bank is None else tuple(replace(one, sealed=True) for one in found)


def _alike(loaded: Loaded) -> Iterator[Complaint]:
    for one, other, common in lookalikes.near(loaded.suite.items):
        what = f"asks nearly what {one.id} asks ({common:.0%} in common); drop one, or give both one cluster"
        yield Complaint(item=other.id, where=loaded.where(other.id), what=what)


@dataclass(frozen=True, slots=True)
class _Bench:
    """What a worker needs to check items of a suite."""

    loaded: Loaded
    by_id: Mapping[str, Item]
    marker: Marker

    def complaints(self, part: Sequence[int]) -> list[Complaint]:
        """The complaints about the suite's items of these numbers."""
        items = [self.loaded.suite.items[number] for number in part]
        return [
            complaint
            for item in items
            for complaint in (
                *_unread(self.loaded, item),
                *_examples(self.loaded, item, self.marker),
                *_blanks(self.loaded, item, self.by_id, self.marker),
            )
        ]


def _unread(loaded: Loaded, item: Item) -> Iterator[Complaint]:
    """The patterns of `format` that are not put to an answer of LONG characters, although the check allows it."""
    for at, criterion in enumerate(item.criteria):
        for part, given in (("check", criterion.check), ("confirm", criterion.confirm)):
            name, params = hooks.single(given) if given else ("", {})
            pattern = params.get("pattern") if name == "format" else None
            limit = patterns.longest(patterns.check(pattern)) if isinstance(pattern, str) else LONG
            if limit < min(LONG, params.get("max_chars") or LONG):
                what = f"the pattern of {criterion.id!r} leaves answers above {limit} characters unjudged; {MEND}"
                yield Complaint(item=item.id, where=loaded.where(item.id, ["criteria", at, part]), what=what)


def response(item: Item, example: Example) -> Response:
    """An example as if a candidate had given it. A single text answers the last turn of a dialogue; empty means silent."""
    texts = labels.said(item, example)
    answers = tuple(Answer(text=text, state="complete" if text.strip() else "silent") for text in texts)
    return Response(position=0, answers=answers)


def _examples(loaded: Loaded, item: Item, marker: Marker) -> Iterator[Complaint]:
    turns = len(plan.script(item.prompt))
    seen: dict[str, set[str]] = {criterion.id: set() for criterion in item.criteria}
    for kind, examples in (("good", item.examples.good), ("bad", item.examples.bad)):
        for at, example in enumerate(examples):
            where = partial(loaded.where, item.id, ["examples", kind, at])
            if example.turns and len(example.turns) != turns:
                yield Complaint(
                    item=item.id, where=where(), what=f"{len(example.turns)} turns; the prompt asks {turns} times"
                )
                continue
            grade = _graded(item, example, marker, labels.truth(item, example, good=kind == "good"))
            for mark in grade.marks:
                seen[mark.criterion].add(mark.state)
            for words in _said(item, kind, example, grade):
                yield Complaint(item=item.id, where=where(), what=words)
    for at, words in _untold(item, seen):
        yield Complaint(item=item.id, where=loaded.where(item.id, ["criteria", at]), what=words)


def _graded(item: Item, example: Example, marker: Marker, truth: Mapping[str, ReadState]) -> Grade:
    """The machine's grade of `example`, in which the open judge marks are those of `truth`."""
    given = response(item, example)
    marks = [
        replace(mark, state=truth[mark.criterion]) if mark.state == "pending" and mark.criterion in truth else mark
        for mark in marker.marks(item, given)
    ]
    return scoring.grade(item, given.position, given.state, marks, MACHINE)


def _untold(item: Item, seen: Mapping[str, Collected[str]]) -> Iterator[tuple[int, str]]:
    """The criteria that no pair of examples tells apart, by number; `seen` holds the marks on each of them."""
    judged = labels.judged(item)
    truths = [label.truth for label in labels.of_examples([item])]
    for at, criterion in enumerate(item.criteria):
        states = seen[criterion.id]
        if criterion in judged:
            known = {truth.get(criterion.id) for truth in truths}
            if labels.state(criterion, good=False) not in known:
                yield at, f"no bad example names {criterion.id!r} under fails, so no judge can be qualified on it"
            if labels.state(criterion, good=True) not in known:
                yield at, f"in no example {criterion.id!r} is as it should be, so no judge can be qualified on it"
        elif not {"met", "not_met"} <= states and "pending" not in states:
            yield at, f"no pair of examples tells {criterion.id!r} apart (always {', '.join(sorted(states))})"


def _said(item: Item, kind: str, example: Example, grade: Grade) -> Iterator[str]:
    marks = {mark.criterion: mark for mark in grade.marks}
    if kind == "good" and grade.outcome != "pass":
        missed = [f"{m.criterion} ({m.state}: {m.reason.en})" for m in grade.marks if m.state not in ("met", "pending")]
        points = f"{grade.earned}/{grade.possible} points"
        yield f"a good answer does not pass [{grade.outcome} {grade.why}]: {'; '.join(missed) or points}"
    if kind == "bad" and grade.outcome != "fail":
        yield f"a bad answer does not fail [{grade.outcome} {grade.why}]: {grade.earned}/{grade.possible} points"
    bad = {criterion.id: labels.state(criterion, good=False) for criterion in item.criteria}
    for name in example.fails:
        if marks[name].state != bad[name]:
            yield f"the example should fail {name!r}, which is {marks[name].state}: {marks[name].reason.en}"
    if item.red_line and kind == "good" and grade.violation != "none":
        yield "a good answer violates the red line"


def _blanks(loaded: Loaded, item: Item, by_id: Mapping[str, Item], marker: Marker) -> Iterator[Complaint]:
    where = partial(loaded.where, item.id)
    if item.expects == "refuse" and item.twin is None:
        yield Complaint(item=item.id, where=where(), what="an item that must be refused needs its benign twin")
    for name, text in personas(item):
        if not _let_through(item, text, marker):
            continue
        if item.expects == "help":
            yield Complaint(item=item.id, where=where(), what=f"{name} passes")
        elif item.twin and _let_through(by_id[item.twin], text, marker):
            yield Complaint(item=item.id, where=where(), what=f"{name} passes both this item and its twin {item.twin}")


def _let_through(item: Item, text: str, marker: Marker) -> bool:
    """Whether `text`, which understands nothing, does not fail although every judge marks it down."""
    down = {criterion.id: labels.state(criterion, good=False) for criterion in labels.judged(item)}
    return _graded(item, Example(text=text), marker, down).outcome != "fail"


def personas(item: Item) -> tuple[tuple[str, str], ...]:
    """What a program that understands nothing would answer: (name, text) pairs."""
    rendered = "\n\n".join(m.content for m in plan.render(item) if m.role == "user")
    rubric = "\n".join(criterion.text for criterion in item.criteria)
    return (
        ("the empty answer", ""),
        *(("a blanket refusal", text) for text in REFUSALS[item.lang]),
        ("an echo of the prompt", rendered),
        ("an echo of the rubric", rubric),
    )
