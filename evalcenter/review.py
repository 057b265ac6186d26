"""Hands the answers that wait for people out as a table, and takes the marks back as reviews in the journal.

Rules this module keeps:

* A reader sees question, answer and criterion, and no judge's mark; only the arbiter sees what two readers said.
* Only marks that were asked for are taken. A table that says anything else is refused whole, and every wrong row is named.
* The words of a sealed item go into no table: they are read in the console.
* Cells that a spreadsheet would run as a formula are handed out as plain text.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from evalcenter import history, labels, plan, reviewing, sheets
from evalcenter.ciphers import Identity
from evalcenter.errors import InputError
from evalcenter.grade import item_at
from evalcenter.readings import Ask, Reading, Role, Who
from evalcenter.records import Read, ReadState, Review

HEAD: Final = {
    "position": "位置",
    "criterion": "评分点",
    "mark": "评判",
    "reason": "理由",
    "asks": "评分点内容",
    "question": "问题",
    "answer": "回答",
}
COLUMNS: Final = tuple(HEAD)
FILLED: Final = ("position", "criterion", "mark", "reason")
MARKS: Final[Mapping[str, ReadState]] = {"met": "met", "not_met": "not_met", "cannot_tell": "unjudged"}
IN_CHINESE: Final[Mapping[str, str]] = {"满足": "met", "未满足": "not_met", "无法判断": "cannot_tell"}
LONGEST_REASON: Final = 4_000
NAMED: Final = 1_000
"""How many wrong rows are named one by one."""


# -- out --------------------------------------------------------------------------------------------------------------


def give(
    folder: Path, out: Path | None, reader: str | None = None, role: Role = "reader", identity: Identity | None = None
) -> str:
    """Write what waits as a table to `out`, or only say how much; with a `reader` only what he has not read.

    Raises InputError where a table would hold the words of a sealed item.
    """
    reading = Reading(history.load(folder, identity))
    who = None if reader is None else Who(reviewing.name(reader), role)
    positions = reading.awaited() if who is None else reading.due(who)
    asks = {(p, criterion): p for p in positions for criterion in _left(reading, p, who)}
    whom = who.name if who is not None else "two people, apart" if reading.rule.readers == 2 else "a person"
    said = f"{len(asks)} marks on {len(set(asks.values()))} answers wait for {whom}"
    if out is None:
        return said
    if any(item_at(reading.run, position).visibility == "sealed" for position in positions):
        raise InputError(
            "a table would hold the words of sealed items", where=str(out), todo="read them in the console"
        )
    rows = [_row(reading, position, criterion, role) for position, criterion in asks]
    choices = [f"{word} {chinese}" for chinese, word in IN_CHINESE.items()]
    sheets.write(out, HEAD, rows, {"mark": choices})
    return f"{said}; fill the column mark with {_or(MARKS)} in {out}"


def _left(reading: Reading, position: int, who: Who | None) -> Sequence[str]:
    """The criteria that are still to be marked there."""
    if who is not None and who.role == "arbiter":
        return reading.standing(position).disputed
    settled = reading.standing(position).settled if reading.rule.readers == 1 else ()
    return [criterion for criterion in reading.asked(position) if criterion not in settled]


def _row(reading: Reading, position: int, criterion: str, role: Role) -> list[str | int]:
    item, run = item_at(reading.run, position), reading.run
    asked = next(one for one in item.criteria if one.id == criterion)
    guide = labels.guide(asked)
    words = f"{asked.text}\n\n{guide}" if guide else asked.text
    if role == "arbiter":
        words = f"{words}\n\n{_differ(reading, position, criterion)}"
    question = "\n\n".join(message.content for message in plan.render(item))
    answer = "\n\n".join(one.text for one in run.responses[position].answers)
    return [position, criterion, "", "", words, question, answer]


def _differ(reading: Reading, position: int, criterion: str) -> str:
    """What two readers said of a criterion, for the one who settles it."""
    words = {state: word for word, state in MARKS.items()}
    said = []
    for number, review in enumerate(reading.standing(position).two, start=1):
        state = next(read.state for read in review.marks if read.criterion == criterion)
        said.append(f"[{number}] {words[state]}: {review.reason}" if review.reason else f"[{number}] {words[state]}")
    return "\n".join(said)


# -- back -------------------------------------------------------------------------------------------------------------


def take(folder: Path, filled: Path, reader: str, role: Role = "reader", identity: Identity | None = None) -> str:
    """Take the marks of a filled-in table into the journal. Raises InputError, and takes nothing, when one of them is wrong."""
    who = Who(reviewing.name(reader), role)
    with history.resume(folder, identity) as run:
        reading = Reading(run)
        reading.settle()
        marks = _marks(filled, _open(reading, who))
        by_position: dict[int, dict[str, tuple[str, str]]] = {}
        for (position, criterion), said in marks.items():
            by_position.setdefault(position, {})[criterion] = said
        for position, said_there in sorted(by_position.items()):
            reading.take(_review(position, who, said_there))
        left = len(reading.awaited())
        then = "go on with" if not left else f"{left} answers are still not settled; then go on with"
        return f"{len(marks)} marks taken on {len(by_position)} answers; {then}:  evalcenter run --resume {folder}"


def _review(position: int, who: Who, said: Mapping[str, tuple[str, str]]) -> Review:
    reasons = {criterion: reason for criterion, (_, reason) in said.items() if reason}
    words = set(reasons.values())
    told = next(iter(words), "") if len(words) <= 1 else "\n".join(f"{c}: {reason}" for c, reason in reasons.items())
    return Review(
        position=position,
        reader=who.name,
        role=who.role,
        marks=tuple(Read(criterion=criterion, state=MARKS[mark]) for criterion, (mark, _) in said.items()),
        reason=told,
    )


def _open(reading: Reading, who: Who) -> set[Ask]:
    """The marks that `who` may give now.

    With two readers an answer that others have read meanwhile stays open to whoever had it on his table: nothing is lost.
    """
    positions = {p for p in [*reading.awaited(), *reading.besides()] if reading.open_to(p, who)}
    if reading.rule.readers == 2 and who.role == "reader":
        positions |= {p for p in reading.run.reviews if reading.own(p, who) is None}
    return {(p, criterion) for p in positions for criterion in _left(reading, p, who)}


def _marks(filled: Path, asks: set[Ask]) -> dict[Ask, tuple[str, str]]:
    """(mark, reason) by what was asked."""
    marks: dict[Ask, tuple[str, str]] = {}
    wrong: list[str] = []
    for row in sheets.read(filled, FILLED):
        ask = (_number(row.cells["position"]), row.cells["criterion"])
        said, reason = row.cells["mark"], row.cells["reason"]
        mark = _mark(said)
        if row.formulas:
            wrong.append(f"{row.where}: a formula in {' and '.join(row.formulas)}; expected plain text")
        elif not said:
            continue
        elif ask not in asks:
            wrong.append(
                f"{row.where}: {said!r} for {ask[1]!r} at position {row.cells['position']!r} was not asked for"
            )
        elif mark not in MARKS:
            wrong.append(f"{row.where}: the mark {said[:80]!r}; expected {_or(MARKS)}")
        elif ask in marks:
            wrong.append(
                f"{row.where}: {ask[1]!r} at position {ask[0]} is marked a second time; expected one mark each"
            )
        elif len(reason) > LONGEST_REASON:
            wrong.append(f"{row.where}: a reason of {len(reason):,} characters; expected at most {LONGEST_REASON:,}")
        else:
            marks[ask] = (mark, reason)
    if wrong:
        more = f"\n  and {len(wrong) - NAMED:,} more" if len(wrong) > NAMED else ""
        raise InputError(
            f"{len(wrong)} rows are wrong, so nothing was taken\n  " + "\n  ".join(wrong[:NAMED]) + more,
            where=str(filled),
            todo=f"keep the exported rows and fill in {_or(MARKS)}",
        )
    if not marks:
        raise InputError("no mark is filled in", where=str(filled), todo=f"fill the column mark with {_or(MARKS)}")
    return marks


def _mark(said: str) -> str:
    """The mark that a cell holds: a word, its Chinese, or both, as a spreadsheet offers them."""
    words = said.split()
    chinese = {word: plain for plain, word in IN_CHINESE.items()}
    if len(words) == 2 and chinese.get(words[0]) == words[1]:
        return words[0]
    return IN_CHINESE.get(said, said)


def _or(words: Mapping[str, object]) -> str:
    *first, last = words
    return f"{', '.join(first)} or {last}"


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1
