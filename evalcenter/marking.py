"""Puts the graders to an item's criteria: one response in, one mark a criterion out.

Rules this module keeps:

* A grader sees only the answer's text and state, never a position, a persona or another grader's mark.
* Silence never reaches a grader: every criterion is not met.
* A failed critical criterion is put to its second check at once; only that check's own "not met" confirms the failure.
* A grader that raises is a defect: it stops the grading, and names itself and the item.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from evalcenter import boundary, hooks, scoring
from evalcenter.errors import PluginError
from evalcenter.records import Answer, Criterion, Grade, Item, Mark, Params, Response, Text

MACHINE: Final = "machine"
TURN: Final = "\n\f\n"
"""What stands between the answers of a dialogue that are read together: a line that ends question and list (`wording`)."""
SILENCE: Final = Text(zh="模型没有给出答案", en="the candidate gave no answer")


class Marker:
    """Marks responses with `graders`, reading each check's parameters once."""

    def __init__(self, graders: Mapping[str, hooks.Grader]) -> None:
        self._graders = graders
        self._read: dict[tuple[str, str, str], tuple[hooks.Grader, Any]] = {}

    def grade(self, item: Item, response: Response) -> Grade:
        """The machine's grade of `response` to `item`."""
        return scoring.grade(item, response.position, response.state, self.marks(item, response), MACHINE)

    def marks(self, item: Item, response: Response) -> tuple[Mark, ...]:
        """One mark for each criterion, in the order of the criteria."""
        if response.state == "silent":
            return tuple(Mark(criterion=c.id, state="not_met", reason=SILENCE) for c in item.criteria)
        return tuple(self._mark(item, criterion, response) for criterion in item.criteria)

    def _mark(self, item: Item, criterion: Criterion, response: Response) -> Mark:
        answer = response.answers[-1]
        if criterion.over == "all":
            answer = replace(answer, text=TURN.join(a.text for a in response.answers))
        mark = _named(criterion.id, self._ask(item, criterion, "check", criterion.check, answer))
        if mark.state != "not_met" or criterion.confirm is None:
            return mark
        second = self._ask(item, criterion, "confirm", criterion.confirm, answer)
        return replace(mark, confirmed={"not_met": True, "met": False}.get(second.state))

    def _ask(self, item: Item, criterion: Criterion, part: str, check: Params, answer: Answer) -> Mark:
        key = (item.id, criterion.id, part)
        if key not in self._read:
            name, params = hooks.single(check)
            grader = hooks.find(self._graders, "grader", name, where=f"{item.id}, {criterion.id}")
            self._read[key] = grader, boundary.params(grader.params, params)
        grader, read = self._read[key]
        try:
            return grader.mark(read, item, answer)
        except Exception as problem:
            words = (
                type(problem).__name__ if item.visibility == "sealed" else repr(problem)
            )  # they may quote the answer
            raise PluginError(
                f"the grader {grader.name!r} broke on {item.id}, {criterion.id}: {words}",
                todo="the answers are safe in the journal; mend the grader and run `evalcenter grade` again",
            ) from problem


def _named(criterion: str, mark: Mark) -> Mark:
    """The mark with its criterion; `replace` would take as long as many a grader."""
    return Mark(
        state=mark.state,
        reason=mark.reason,
        criterion=criterion,
        excerpt=mark.excerpt,
        settled=mark.settled,
        confirmed=mark.confirmed,
    )
