"""Leaves a criterion to a judge or a person: the mark is always *pending*.

The judging itself (asking a model, the control criterion, a person's review) happens in ``grade.py``, where it is
cached,
blinded and audited in one place. This module refuses to guess: it reads neither the answer nor the item.
"""

from __future__ import annotations

from typing import ClassVar, Final

from evalcenter.records import Answer, Item, Mark, Text, record


@record
class Judge:
    """`guide`: what the judge is told beside the criterion's text, such as where the line is drawn."""

    guide: str = ""


class JudgeGrader:
    """Marks nothing by itself."""

    name: ClassVar[str] = "judge"
    version: ClassVar[str] = "1"
    params: ClassVar[type[Judge]] = Judge

    def mark(self, params: Judge, item: Item, answer: Answer) -> Mark:  # noqa: ARG002 - the hook's signature
        """Always pending."""
        return Mark(state="pending", reason=Text(zh="待评审员或人工判定", en="waits for a judge or a person"))


plugin: Final = JudgeGrader()
