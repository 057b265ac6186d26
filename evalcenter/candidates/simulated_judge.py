"""The simulated judge: a program that marks by the items' own examples, and errs as often as it is told to.

``judge-R-V`` gives a share R of its marks rightly (0.95) and marks a control wrong in a share V of its requests (0). It shows how
the line behaves with a judge of known error, and says nothing about any model.

Rules this module keeps:

* It reads what a judge reads: the messages of ``judges.asking``. It knows an answer by its question and its text, a criterion by
  its wording, and a control because it knows how controls are worded.
* An answer that is no example, one that was cut, and a criterion of which the example says nothing get ``cannot_tell``.
* What is drawn depends on the seed, the judge's name and the request, and on nothing else: the same request gets the same reply.
* Every reason begins with the sign of simulation.

It is pure: it neither sleeps nor fails itself, it says what should happen.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from functools import cache
from typing import Final, NamedTuple

from evalcenter import canon, labels
from evalcenter.candidates import personas, reading
from evalcenter.draws import Draws
from evalcenter.errors import InputError
from evalcenter.judges import asking, controls, quoting, wording
from evalcenter.records import Item, Lang, Message, record

NAME: Final = "judge-0.95"
RIGHT: Final = Decimal("0.95")
REASONS: Final[Mapping[Lang, Mapping[str, str]]] = {
    "zh": {"example": "依题目自带的示例判定。", "control": "依回答的字面判定。", "unknown": "没有示例能说明这一条。"},
    "en": {
        "example": "By the item's own examples.",
        "control": "By the wording of the answer.",
        "unknown": "No example says anything of this.",
    },
}
_NUMBER: Final = r"[0-9]{1,3}(?:\.[0-9]{1,9})?"
_NAME: Final = re.compile(rf"(?:{personas.PREFIX})?judge(?:-(?P<right>{_NUMBER})(?:-(?P<void>{_NUMBER}))?)?")
_STATEMENT: Final = re.compile(r"- ([A-Z][0-9]+): (.+)")
_OTHER: Final[Mapping[str, str]] = {"met": "not_met", "not_met": "met"}
_EVIDENCE: Final = 60

Key = tuple[tuple[str, ...], tuple[str, ...]]
"""The questions and the answers of an example, as they are shown."""
ANY: Final[tuple[str, ...]] = ()
"""Stands for any answer to the questions."""
UNKNOWN: Final = "cannot_tell"


@record
class Rates:
    """How often a judge is right: the share of its marks, and the share of its requests with a wrong control."""

    right: Decimal = RIGHT
    void: Decimal = Decimal(0)


class Shown(NamedTuple):
    """What a request shows: questions and answers by turn, and each label with its statement."""

    lang: Lang
    questions: tuple[str, ...]
    answers: tuple[str, ...]
    statements: tuple[tuple[str, str], ...]


class _Said(NamedTuple):
    label: str
    mark: str
    why: str


def parse(name: str) -> Rates | None:
    """The rates of the judge called `name`; None where no judge is called so. Raises InputError for a rate above 1."""
    found = _NAME.fullmatch(name)
    if found is None:
        return None
    rates = Rates(right=Decimal(found["right"] or RIGHT), void=Decimal(found["void"] or 0))
    if max(rates.right, rates.void) > 1:
        raise InputError(f"{name!r}: a rate lies between 0 and 1")
    return rates


class Judge:
    """One simulated judge, which knows the examples of `items`. It remembers nothing."""

    def __init__(self, items: Iterable[Item], rates: Rates, seed: str) -> None:
        self._rates, self._seed = rates, seed
        self._known = _known(items)

    def reply(self, messages: Sequence[Message]) -> personas.Reply:
        """Its reply to a request; what is no request to a judge gets the statement that nothing is scripted for it."""
        shown = read(messages[-1].content) if messages else None
        if shown is None:
            return personas.Reply(text=personas.UNSCRIPTED, scripted=False)
        asked = canon.digest([reading.clean(message.content) for message in messages])
        purpose = f"reference/judge/{self._rates.right}/{self._rates.void}/{asked}"
        said = self._spoilt(
            [self._marked(shown, *one, purpose) for one in shown.statements], Draws(self._seed, purpose)
        )
        entries = [_entry(shown, one) for one in said]
        return personas.Reply(text=json.dumps({"marks": entries}, ensure_ascii=False))

    def _marked(self, shown: Shown, label: str, statement: str, purpose: str) -> _Said:
        truth = self._truth(shown, statement)
        if truth == UNKNOWN:
            return _Said(label, UNKNOWN, "unknown")
        if truth is not None:
            right = personas.coin(Draws(self._seed, f"{purpose}/{label}"), self._rates.right)
            return _Said(label, truth if right else _OTHER[truth], "example")
        holds = controls.holds(shown.lang, statement, "\n".join(shown.answers))
        if holds is not None:
            return _Said(label, "met" if holds else "not_met", "control")
        return _Said(label, UNKNOWN, "unknown")

    def _truth(self, shown: Shown, statement: str) -> str | None:
        """The truth of a criterion, or that it is not known; None where the item has no such criterion."""
        last = (*[labels.UNSAID] * (len(shown.answers) - 1), *shown.answers[-1:])
        for answers in (shown.answers, last, ANY):
            known = self._known.get((shown.questions, answers), {})
            if statement in known:
                return known[statement]
        return None

    def _spoilt(self, said: list[_Said], draws: Draws) -> list[_Said]:
        """`said` with one of its controls wrong, where a draw wants it."""
        spots = [at for at, one in enumerate(said) if one.why == "control"]
        if spots and personas.coin(draws, self._rates.void):
            at = draws.choice(spots)
            said[at] = said[at]._replace(mark=_OTHER[said[at].mark])
        return said


def _known(items: Iterable[Item]) -> Mapping[Key, Mapping[str, str]]:
    """What is true of each example by the criteria's wording: not known where two of one text contradict each other, nor of ANY."""
    known: dict[Key, dict[str, str]] = {}
    for item in items:
        questions = asking.questions(item)
        worded = {criterion.id: asking.statement(criterion, item) for criterion in labels.judged(item)}
        known.setdefault((questions, ANY), {}).update(dict.fromkeys(worded.values(), UNKNOWN))
        for label in labels.of_examples([item]):
            answers = tuple(quoting.shown(answer).head.strip() for answer in label.answers)
            held = known.setdefault((questions, answers), {})
            for name, state in label.truth.items():
                held[worded[name]] = state if held.get(worded[name], state) == state else UNKNOWN
    return known


def _entry(shown: Shown, said: _Said) -> Mapping[str, str]:
    return {
        "label": said.label,
        "evidence": shown.answers[-1][:_EVIDENCE].strip() if said.mark == "met" else "",
        "reason": f"{personas.SIGN} {REASONS[shown.lang][said.why]}",
        "mark": said.mark,
    }


# -- reading a request ------------------------------------------------------------------------------------------------


def read(text: str) -> Shown | None:
    """What the user message `text` of a request to a judge shows; None where it is no such request. It takes one pass."""
    parts: dict[str, list[str]] = {"question": [], "answer": []}
    lang: Lang | None = None
    statements: list[tuple[str, str]] = []
    inside: list[str] = []
    closing = kind = ""
    for line in text.split("\n"):
        if closing:
            if line == closing:
                parts[kind].append("\n".join(inside))
                closing, inside = "", []
            else:
                inside.append(line)
        elif fence := _opened(line):
            closing, kind, lang = fence
        elif found := _STATEMENT.fullmatch(line):
            statements.append((found[1], found[2]))
    if lang is None or not parts["answer"] or not statements:
        return None
    answers = tuple(answer.strip() for answer in parts["answer"])
    return Shown(lang, tuple(parts["question"]), answers, tuple(statements))


def _opened(line: str) -> tuple[str, str, Lang] | None:
    """The closing fence that belongs to the opening one `line`, what stands between them, and in which language."""
    if not (line.startswith(quoting.OPEN) and line.endswith(quoting.CLOSE)):
        return None
    named = line[1:-1].split(" ")
    if len(named) not in (2, 3) or named[1] not in _fences():
        return None
    kind, lang, end = _fences()[named[1]]
    return f"{line[:-1]} {end}{quoting.CLOSE}", kind, lang


@cache
def _fences() -> Mapping[str, tuple[str, Lang, str]]:
    """What each name of a fence holds, in which language, and the word for its end."""
    worded = {lang: wording.words(lang) for lang in wording.LANGS}
    return {
        words[kind]: (kind, lang, words["end"]) for lang, words in worded.items() for kind in ("question", "answer")
    }
