"""Questions whose answer is one JSON object, each criterion looking at some of its fields.

Rules this module keeps:

* A criterion is a JSON Schema that asks for its own fields only, so that a wrong field fails its criterion and no other.
* The prompt names the fields in words and never shows a filled or empty object in a code fence: an echo of it is no answer.
* Numbers in schemas are whole; a value with decimals is asked for as text.

It refuses to fill in anything: what a record does not hold is null, or is named in a list of its own.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from evalcenter.draws import Draws
from evalcenter.generators.drafting import Draft, item, say
from evalcenter.records import Criterion, Item, Lang


@dataclass(frozen=True, slots=True, kw_only=True)
class Slip:
    """A named mistake: fields with the wrong values that it gives, and the criteria that fail by it."""

    how: str
    changed: Mapping[str, Any]
    fails: tuple[str, ...]


def exact(value: Any) -> dict[str, Any]:
    """A schema for just this whole number, truth value or null, or this text with or without capitals."""
    if isinstance(value, str):
        return {"enum": list(dict.fromkeys((value, value.capitalize(), value.title())))}
    return {"const": value}


def same_set(values: Sequence[str]) -> dict[str, Any]:
    """A schema for a list that holds these texts and no other, in any order."""
    if not values:
        return {"type": "array", "maxItems": 0}
    count = len(values)
    return {"type": "array", "items": {"enum": list(values)}, "minItems": count, "maxItems": count, "uniqueItems": True}


def criterion(name: str, text: str, fields: Mapping[str, Mapping[str, Any]]) -> Criterion:
    """A criterion that the answer's JSON holds `fields`, each by its schema."""
    schema = {"type": "object", "required": sorted(fields), "properties": {key: dict(fields[key]) for key in fields}}
    return Criterion(id=name, text=text, check={"format": {"json_schema": schema}})


def form_item(
    lang: Lang,
    draws: Draws,
    prompt: str,
    criteria: tuple[Criterion, ...],
    right: Mapping[str, Any],
    slips: Sequence[Slip],
) -> Item:
    """The item whose right answer is `right`. Slips that change nothing are left out."""
    made = _written(right)
    good = (
        made,
        say(
            lang,
            f"整理如下：\n\n```json\n{_written(right, indent=2)}\n```",
            f"Here it is:\n\n```json\n{_written(right, indent=2)}\n```",
        ),
        f"```json\n{made}\n```\n" + say(lang, "以上依据题目所给的资料。", "This rests on what the question gives."),
    )
    bad: dict[str, tuple[str, ...]] = {}
    for at, slip in enumerate(slips):
        wrong = {**right, **slip.changed}
        if wrong != dict(right):
            text = _written(wrong)
            bad.setdefault(f"{slip.how}\n```json\n{text}\n```" if at % 2 else text, slip.fails)
    shown = list(bad.items())
    return item(lang, Draft(prompt=prompt, criteria=criteria, good=good, bad=tuple(draws.shuffled(shown))))


def _written(value: Mapping[str, Any], indent: int | None = None) -> str:
    return json.dumps(value, ensure_ascii=False, indent=indent)
