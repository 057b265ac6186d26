"""Hands the answers that wait for a person out as a table, and takes the marks back as grades in the journal.

Rules this module keeps:

* A reader sees question, answer and criterion, and no judge's mark. A person's grade never edits an earlier one; it follows it.
* Only marks that were asked for are taken, each ``met`` or ``not_met``; a table that says anything else is refused whole.
* Cells that a spreadsheet would run as a formula are handed out as plain text.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from evalcenter import exporting, history, paths, plan, scoring, steering
from evalcenter.errors import InputError, disk_refused
from evalcenter.grade import item_at
from evalcenter.records import Criterion, Grade, Mark, Requirement, Stream, Text

COLUMNS: Final = ("position", "criterion", "mark", "asks", "question", "answer")
MARKS: Final = ("met", "not_met")
READ: Final = Text(zh="由人工评阅", en="read by a person")
LONGEST_CELL: Final = 1 << 30
Ask = tuple[int, str]


def queue(run: history.Run) -> dict[Ask, str]:
    """The marks that wait for a person, by (position, criterion), with the text of the criterion, in plan order."""
    asks: dict[Ask, str] = {}
    decided = {c.requirement.id for c in steering.Steering(run, complete=True).courses if not c.open}
    for requirement, stream in zip(run.plan.standard.requirements, run.plan.streams, strict=True):
        if requirement.id in decided:  # what was in flight then is read by nobody
            continue
        for position in _waiting(run, requirement, stream):
            for criterion in item_at(run, position).criteria:
                if _asked(run, requirement, position, criterion.id):
                    asks[position, criterion.id] = criterion.text
    return dict(sorted(asks.items()))


def _waiting(run: history.Run, requirement: Requirement, stream: Stream) -> Sequence[int]:
    """The positions whose score for `requirement` hangs on a person."""
    graded = [p for p in stream.positions if p in run.results]
    if requirement.rule != "evidence":
        pending = [p for p in graded if paths.outcome_of(requirement, item_at(run, p), run.results[p])[1] == "pending"]
        zero = requirement.rule == "zero"
        crossed = [p for p in graded if zero and paths.violation_of(requirement, run.results[p]) == "unconfirmed"]
        return [*pending, *crossed]
    known = run.known
    return [
        position
        for at, unit in enumerate(paths.units(stream))
        for position in unit
        if paths.waits(run.plan, requirement, known, position, coin=stream.coins[at : at + 1] == "1")
    ]


def _asked(run: history.Run, requirement: Requirement, position: int, criterion: str) -> bool:
    item, grade = item_at(run, position), run.grades[position]
    mark = next(m for c, m in zip(item.criteria, grade.marks, strict=True) if c.id == criterion)
    critical = next(c.critical for c in item.criteria if c.id == criterion)
    if requirement.rule == "zero":
        settled = mark.reason == READ or (bool(mark.confirmed) and requirement.confirm == "second_grader")
        return critical and (mark.state == "pending" or (mark.state == "not_met" and not settled))
    return mark.state == "pending"


# -- out and back -----------------------------------------------------------------------------------------------------


def give(folder: Path, out: Path | None) -> str:
    """Write the queue as CSV to `out`, or only say how long it is."""
    run = history.load(folder)
    asks = queue(run)
    said = f"{len(asks)} marks on {len({position for position, _ in asks})} answers wait for a person"
    if out is None:
        return said
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n", quoting=csv.QUOTE_ALL)  # a bare "\r" ends a row unless it is quoted
    table.writerow(COLUMNS)
    for (position, criterion), words in asks.items():
        item = item_at(run, position)
        question = "\n\n".join(message.content for message in plan.render(item))
        answer = "\n\n".join(one.text for one in run.responses[position].answers)
        table.writerow([position, criterion, "", *(exporting.harmless(cell) for cell in (words, question, answer))])
    try:
        out.write_bytes(b"\xef\xbb\xbf" + text.getvalue().encode())
    except OSError as problem:
        raise disk_refused(problem, out) from None
    return f"{said}; fill the column mark with {' or '.join(MARKS)} in {out}"


def take(folder: Path, filled: Path, reader: str) -> str:
    """Take the marks of a filled-in table into the journal. Raises InputError, and takes nothing, when one of them is wrong."""
    with history.resume(folder) as run:
        marks = _marks(filled, queue(run))
        by_position: dict[int, dict[str, str]] = {}
        for (position, criterion), mark in marks.items():
            by_position.setdefault(position, {})[criterion] = mark
        for position, read in sorted(by_position.items()):
            run.write("grade", person_grade(run, position, read, reader))
        return f"{len(marks)} marks taken on {len(by_position)} answers; go on with:  evalcenter run --resume {folder}"


def _marks(filled: Path, asks: Mapping[Ask, str]) -> dict[Ask, str]:
    marks: dict[Ask, str] = {}
    before = csv.field_size_limit(LONGEST_CELL)  # an answer may be longer than the csv module expects
    try:
        with filled.open(encoding="utf-8-sig", newline="") as file:
            for number, row in enumerate(csv.DictReader(file), start=2):
                ask = (_number(row.get("position")), row.get("criterion") or "")
                mark = (row.get("mark") or "").strip()
                if mark and (ask not in asks or mark not in MARKS or ask in marks):
                    raise InputError(
                        f"{mark!r} for {ask[1]!r} at position {ask[0]} was not asked for, or is said twice",
                        where=f"{filled}:{number}",
                        todo=f"keep the exported rows and fill in {' or '.join(MARKS)}",
                    )
                if mark:
                    marks[ask] = mark
    except (UnicodeDecodeError, csv.Error) as problem:
        raise InputError(f"not readable as CSV in UTF-8: {problem}", where=str(filled)) from None
    finally:
        csv.field_size_limit(before)
    if not marks:
        raise InputError(
            "no mark is filled in", where=str(filled), todo=f"fill the column mark with {' or '.join(MARKS)}"
        )
    return marks


def _number(text: str | None) -> int:
    return int(text) if text is not None and text.isascii() and text.isdigit() and len(text) < 10 else -1


def person_grade(run: history.Run, position: int, read: Mapping[str, str], reader: str) -> Grade:
    """The grade at `position` with the marks that a person gave in place of the machine's."""
    item, graded = item_at(run, position), run.grades[position]
    marks = tuple(
        _marked(mark, read[criterion.id], critical=criterion.critical) if criterion.id in read else mark
        for criterion, mark in zip(item.criteria, graded.marks, strict=True)
    )
    return scoring.grade(item, position, run.responses[position].state, marks, f"{paths.PERSON}{reader}")


def _marked(mark: Mark, state: str, *, critical: bool) -> Mark:
    confirmed = state == "not_met" if critical else mark.confirmed
    return replace(mark, state=state, reason=READ, confirmed=confirmed)  # type: ignore[arg-type]  # one of MARKS


def given(criterion: Criterion, machine: Mark, read: Mark) -> bool:
    """Whether `read` is what a person may have made of the machine's mark."""
    asked = machine.state == "pending" or (criterion.critical and machine.state == "not_met")
    return asked and read.state in MARKS and read == _marked(machine, read.state, critical=criterion.critical)
