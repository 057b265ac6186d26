"""Reads a set of labelled answers that somebody else made: one row for each criterion of each answer, as CSV or JSON Lines.

Columns: ``item`` and ``criterion`` by their ids, ``truth`` (``met`` or ``not_met``), and the answer as ``answer``, or as
``turn_1``, ``turn_2``, … where the item is a dialogue.

Rules this module keeps:

* A set is taken whole or not at all: every row that is wrong is named with its number and the reason.
* Only criteria that a judge marks are labelled, each once for an answer; other columns are refused, for a name may be mistyped.
* Whether the answer must fail its item is not asked: it follows from the marks.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from evalcenter import labels, plan
from evalcenter.errors import InputError
from evalcenter.hooks import BadRow, Row
from evalcenter.importers import csv, jsonl
from evalcenter.labels import Labelled
from evalcenter.records import Item, ReadState

COLUMNS: Final = ("item", "criterion", "truth", "answer")
TRUTHS: Final[Mapping[str, ReadState]] = {"met": "met", "not_met": "not_met"}
_TURN: Final = re.compile(r"turn_([1-9][0-9]?)")
_Answer = tuple[str, tuple[str, ...]]


class _Refused(Exception):
    """This row can't be taken; the text says why."""


def load(path: Path, items: Mapping[str, Item]) -> tuple[Labelled, ...]:
    """The labelled answers in `path` to `items`, by id, in order of first mention.

    Raises InputError with every row that is wrong, and for a file without rows.
    """
    found: dict[_Answer, dict[str, ReadState]] = {}
    wrong: list[str] = []
    for row in _rows(path):
        try:
            _take(row, items, found)
        except _Refused as problem:
            wrong.append(f"row {row.number}: {problem}")
    if wrong:
        listed = "\n".join(wrong)
        raise InputError(
            f"{len(wrong)} rows are wrong\n{listed}", where=str(path), todo="mend these rows; none was taken"
        )
    if not found:
        raise InputError("no row holds a label", where=str(path), todo=f"give the columns {', '.join(COLUMNS)}")
    return tuple(
        Labelled(item=item, answers=answers, truth=truths, bad=None, source=path.name)
        for (item, answers), truths in found.items()
    )


def _take(row: Row | BadRow, items: Mapping[str, Item], found: dict[_Answer, dict[str, ReadState]]) -> None:
    if isinstance(row, BadRow):
        raise _Refused(row.reason)
    answer, criterion, truth = _read(row, items)
    truths = found.setdefault(answer, {})
    if criterion in truths:
        again = "again" if truths[criterion] == truth else "and otherwise before"
        raise _Refused(f"the truth of {criterion!r} on this answer was said {again}")
    truths[criterion] = truth


def _rows(path: Path) -> Iterator[Row | BadRow]:
    if path.suffix.lower() == ".csv":
        return csv.plugin.rows(csv.Params(path=path.name), path.parent)
    if path.suffix.lower() == ".jsonl":
        return jsonl.plugin.rows(jsonl.Params(path=path.name), path.parent)
    raise InputError("neither a .csv nor a .jsonl file", where=str(path), todo="save the labels as one of them")


def _read(row: Row, items: Mapping[str, Item]) -> tuple[_Answer, str, ReadState]:
    unknown = [name for name in row.fields if name not in COLUMNS and not _TURN.fullmatch(name)]
    if unknown:
        raise _Refused(f"the column {unknown[0][:40]!r} is none of {', '.join(COLUMNS)}, turn_1, turn_2, …")
    named, criterion, truth = (_text(row.fields, name).strip() for name in COLUMNS[:3])
    item = items.get(named)
    if item is None:
        raise _Refused(f"no suite that was named has an item {named[:80]!r}")
    known = [one.id for one in labels.judged(item)]
    if criterion not in known:
        raise _Refused(f"{named} has no criterion {criterion[:80]!r} for a judge; it has {', '.join(known) or 'none'}")
    if truth not in TRUTHS:
        raise _Refused(f"the truth is {truth[:40]!r}; expected met or not_met")
    return (named, _answers(row.fields, item)), criterion, TRUTHS[truth]


def _answers(fields: Mapping[str, Any], item: Item) -> tuple[str, ...]:
    wanted = len(plan.script(item.prompt))
    said = {int(found[1]): _text(fields, name) for name in fields if (found := _TURN.fullmatch(name))}
    turns = [said[number] for number in sorted(said) if said[number].strip()]
    single = _text(fields, "answer")
    if single.strip() and turns:
        raise _Refused("both an answer and turns are given")
    given = tuple(turns) if turns else (single,)
    if len(given) != wanted or (turns and [number for number in sorted(said) if said[number].strip()][-1] != wanted):
        raise _Refused(f"{len(given)} answers are given; {item.id} asks for {wanted}")
    if not all(answer.strip() for answer in given):
        raise _Refused("the answer is empty; silence is never put to a judge")
    return given


def _text(fields: Mapping[str, Any], name: str) -> str:
    held = fields.get(name)
    if held is None:
        return ""
    if not isinstance(held, str):
        raise _Refused(f"the column {name} holds a {type(held).__name__}; expected text")
    try:
        held.encode()
    except UnicodeEncodeError:
        raise _Refused(f"the column {name} holds half a character") from None
    return held
