"""Panels that were tried: judges that mark what a test writes down, and the trials and qualifications that come of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from evalcenter import canon, scoring, trials
from evalcenter.judges import asking, panels
from evalcenter.labels import Labelled
from evalcenter.qualifying import Qualification, Said, Trial, Tried, content, kind, together
from evalcenter.records import (
    Answer,
    CandidateSpec,
    Criterion,
    Grade,
    Item,
    Judge,
    Judgement,
    Mark,
    Panel,
    Response,
    Text,
)
from tests.factory import make_item
from tests.judges.cases import said, verdict

SEED = "seed"
WORDS = {"m": "met", "n": "not_met", "u": "unjudged"}
MARKS = {"m": "met", "n": "not_met", "u": "cannot_tell"}
WAITS = Text(zh="待判", en="waits")


def make_panel(count: int = 1, **changes: Any) -> Panel:
    """A panel of `count` judges, called judge-0 and so on."""
    judges = tuple(
        Judge(spec=CandidateSpec(adapter="openai_http", name=f"judge-{n}", model=f"m{n}"), family=f"family-{n}")
        for n in range(count)
    )
    return Panel(**{"judges": judges, "asking": asking.VERSION, "words": {"zh": "sha256:1"}, **changes})


def judged_item(number: int = 1, criteria: int = 1, **changes: Any) -> Item:
    """An item of which all criteria are a judge's; the first is critical."""
    made = tuple(
        Criterion(id=f"c{n}", text=f"第 {n} 条要求", check={"judge": {}}, critical=n == 0) for n in range(criteria)
    )
    return make_item(number, **{"criteria": made, **changes})


def open_grade(item: Item, **states: str) -> Grade:
    """The machine's grade: everything that a judge is asked waits; `states` by criterion, with _ for -."""
    marks = [Mark(criterion=c.id, state=states.get(c.id, "pending"), reason=WAITS) for c in item.criteria]  # type: ignore[arg-type]
    return scoring.grade(item, 0, "complete", marks, "machine")


def label(item: Item, text: str = "每次 500 mg。", bad: bool | None = None, **truth: str) -> Labelled:
    """A label with its truth by criterion."""
    return Labelled(item=item.id, answers=(text,), truth=truth, bad=bad, source="examples")  # type: ignore[arg-type]


def put(item: Item, labelled: Labelled, machine: Grade | None = None, position: int = 0) -> panels.Case:
    """The case that a labelled answer makes."""
    response = Response(position=position, answers=tuple(Answer(text=text) for text in labelled.answers))
    made = panels.case(item, 0, response, machine or open_grade(item))
    assert made is not None
    return made


def replies(case: panels.Case, panel: Panel, say: Callable[[str, int, str], str]) -> list[Judgement]:
    """What each judge replied at the first attempt, with the marks that `say` gives for (judge, epoch, criterion)."""
    return [replied(call, say) for call in panels.calls(case, panel, SEED)]


def replied(call: panels.Call, say: Callable[[str, int, str], str]) -> Judgement:
    """One reply, with the marks that `say` gives for (judge, epoch, criterion)."""
    marks = {name: MARKS[say(call.judge, call.epoch, name)] for name in call.ask.labels.values()}
    return heard(call, Answer(text=verdict(said(call.ask, **marks)), prompt_tokens=100, completion_tokens=10))


def heard(call: panels.Call, answer: Answer | None, **changes: Any) -> Judgement:
    """The reply `answer` to one request."""
    given: dict[str, Any] = {
        "position": call.case.position,
        "judge": call.judge,
        "epoch": call.epoch,
        "request": call.request,
        "attempt": call.attempt,
        "answer": answer,
    }
    return Judgement(**{**given, **changes})


def tried(
    item: Item,
    labelled: Labelled,
    panel: Panel,
    say: Callable[[str, int, str], str],
    machine: Grade | None = None,
    epochs: int | None = None,
) -> Trial:
    """The trial that comes of such replies."""
    case, asking_ = put(item, labelled, machine), replace(panel, epochs=epochs or panel.epochs)
    told = panels.told(case, asking_, SEED, replies(case, asking_, say))
    assert told is not None
    return trials.trial(labelled, machine or open_grade(item), case, panel, told)


def written(item: Item, panel: Panel, marks: Sequence[Sequence[str]], **changes: Any) -> Trial:
    """A trial without requests: `marks` holds for each criterion and judge a letter an epoch (m, n, u)."""
    criteria = tuple(_tried(c, panel, said_, "not_met") for c, said_ in zip(item.criteria, marks, strict=True))
    filled = {one.criterion: one.panel for one in criteria}
    outcome = open_grade(item, **filled).outcome
    given: dict[str, Any] = {
        "item": item.id,
        "content": content(item),
        "lang": item.lang,
        "dimension": item.dimension,
        "answers": canon.digest(["a"]),
        "length": 10,
        "source": "examples",
        "bad": True,
        "hangs": True,
        "outcome": outcome,
        "criteria": criteria,
    }
    return Trial(**{**given, **changes})


def _tried(criterion: Criterion, panel: Panel, marks: Sequence[str], truth: str) -> Tried:
    votes = tuple(
        Said(
            judge=judge.spec.name,
            marks=tuple(WORDS[letter] for letter in letters),  # type: ignore[misc]
            places=tuple(range(len(letters))),
        )
        for judge, letters in zip(panel.judges, marks, strict=True)
    )
    return Tried(criterion=criterion.id, kind=kind(criterion), truth=truth, said=votes, panel=together(votes, panel))  # type: ignore[arg-type]


def make_qualification(*held: Trial, **changes: Any) -> Qualification:
    """A qualification of one judge that holds in the first quarter of 2026."""
    given: dict[str, Any] = {
        "panel": make_panel(),
        "epochs": 1,
        "made": "2026-01-01",
        "expires": "2026-03-31",
        "seed": SEED,
        "used": (),
        "trials": held,
    }
    return Qualification(**{**given, **changes})
