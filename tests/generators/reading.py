"""What the generator tests share: drawing items, and reading numbers back out of the text a candidate sees."""

from __future__ import annotations

import re
from importlib import import_module
from typing import Any

from evalcenter import boundary
from evalcenter.draws import Draws
from evalcenter.plan import render
from evalcenter.records import Item, Lang

FAMILIES = ("clinical_score", "dose_check", "eligibility")
LANGS: tuple[Lang, ...] = ("zh", "en")


def draw(family: str, lang: Lang, number: int, params: dict[str, Any] | None = None) -> Item:
    """Item `number` of a family, its parameters read the way a plan reads them."""
    plugin = import_module(f"evalcenter.generators.{family}").plugin
    made: Item = plugin.make(boundary.convert(plugin.params, params or {}), lang, Draws("test", f"{family}/{number}"))
    return made


def text(item: Item) -> str:
    """The whole question as the candidate reads it."""
    return render(item)[0].content


def value(question: str, label: str, unit: str = "") -> float | None:
    """The number behind `label`, with `unit`; None where the record does not hold it."""
    found = re.search(rf"(?im){label}\s*[：:]?\s*([\d.]+)\s*{unit}", question)
    return float(found[1]) if found else None


def need(question: str, label: str, unit: str = "") -> float:
    """Like `value`, for a number that must be there."""
    made = value(question, label, unit)
    if made is None:
        raise AssertionError(f"no {label} in {question}")
    return made
