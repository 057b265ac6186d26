"""Builds a section on small facts and reads its blocks."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from evalcenter.blocks import (
    Block,
    Facts,
)
from evalcenter.records import (
    Lang,
    Requirement,
    Text,
)
from tests.factory import make_facts, make_grade, make_plan, make_requirement, make_response, make_standard


def build(section: Any, facts: Facts, lang: Lang = "en") -> tuple[Block, ...]:
    made: tuple[Block, ...] = section.plugin.build(facts, lang)
    return made


def words(blocks: Any) -> str:
    """All text of `blocks`, with plain spaces."""
    if isinstance(blocks, str):
        return blocks.replace("\u00a0", " ")
    if isinstance(blocks, tuple):
        return "\n".join(words(part) for part in blocks)
    if hasattr(blocks, "__dataclass_fields__"):
        return "\n".join(words(getattr(blocks, name)) for name in blocks.__dataclass_fields__)
    return ""


def only(kind: Any, blocks: tuple[Block, ...]) -> Any:
    found = [block for block in blocks if isinstance(block, kind)]
    assert len(found) == 1
    return found[0]


def failed(*items: Any, standard: Any = None, text: str = "每次 500 mg。", **mark: Any) -> Facts:
    """Facts in which every one of `items` failed."""
    plan = make_plan(items, standard=standard or make_standard())
    grades = {p: make_grade(plan, p, met=False, **mark) for p in range(len(items))}
    return make_facts(plan, grades, responses={p: make_response(p, text) for p in grades})


def red(**changes: Any) -> Requirement:
    return make_requirement(
        id="red", title=Text(zh="红线", en="Red line"), rule="zero", measure="violations", line=Decimal(1), **changes
    )
