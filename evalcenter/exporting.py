"""Writes a run's samples as a table, one row a sample: Parquet, XLSX or CSV by the file's ending.

Rules this module keeps:

* Every planned position is a row, whatever became of it. The run is only read, also while it is being written; rows are read,
  turned and written a few at a time, so that a million of them fit.
* Of a sealed item nothing is told but its id, what counts of its answer and what the answer cost: no word of the item, of the
  candidate or of a grader.
* Parquet has every text as it is, lists as lists, and the same types whatever the rows hold. XLSX and CSV are for people: lists are
  joined, hidden characters are shown by their code points, and nothing is a formula.
* A text longer than a spreadsheet's cell is cut in XLSX, and says so. More rows than its sheet holds go onto further sheets.
* A table is there whole or not at all, and no file is written over.
"""

from __future__ import annotations

import csv
import re
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from evalcenter import attempts, history, plan, scoring
from evalcenter.errors import InputError, Tampered, disk_refused
from evalcenter.history import Run
from evalcenter.records import Failure, Grade, Item, Response
from evalcenter.rendering.plaintext import shown, visible

COLUMNS: Final[Mapping[str, str]] = {
    "position": "number",
    "item": "text",
    "epoch": "number",
    "lang": "text",
    "dimension": "text",
    "risks": "texts",
    "tags": "texts",
    "red_line": "flag",
    "sealed": "flag",
    "question": "text",
    "status": "text",
    "failure": "text",
    "calls": "number",
    "state": "text",
    "answer": "text",
    "finish_reason": "text",
    "model": "text",
    "prompt_tokens": "number",
    "completion_tokens": "number",
    "reasoning_tokens": "number",
    "latency_ms": "number",
    "outcome": "text",
    "why": "text",
    "violation": "text",
    "earned": "number",
    "possible": "number",
    "marks": "texts",
    "reasons": "texts",
    "marked_by": "text",
}
"""Each column with its kind; what they mean is in ``docs/export.md``."""
HIDDEN: Final = ("dimension", "risks", "tags", "question", "answer", "finish_reason", "model", "marks", "reasons")
"""What could tell something of a sealed item."""
PART: Final = 5_000
HEAVY: Final = 8_000_000
"""Rows in one row group of Parquet, which is in memory at a time; fewer where questions and answers have so many characters."""
BETWEEN: Final = "; "
FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What a cell begins with that some spreadsheet runs."""
CELL: Final = 32_767
SHEET: Final = 1_048_575
"""A spreadsheet's own limits: UTF-16 units in a cell; rows on a sheet, the heading left out."""
CUT: Final = " …[cut]"
MISREAD: Final = re.compile(r"\A<(?=r>)|(?<=_x[0-9A-Fa-f]{4})_(?=x[0-9A-Fa-f]{4}_)")
"""What xlsxwriter leaves unescaped: a text that looks like its own markup; the second of two escapes that share an underscore."""
Row = dict[str, Any]


def export(folder: Path, out: Path) -> int:
    """Write the samples of the run in `folder` to `out`; how many rows.

    Raises InputError where no table can stand there, RunError's children where the run can't be read or the disk refuses.
    """
    write = FORMS.get(out.suffix.lower())
    if write is None:
        raise InputError(f"no table ends in {out.suffix!r}", where=str(out), todo=f"end its name in {', '.join(FORMS)}")
    if not out.parent.is_dir():
        raise InputError("there is no such folder", where=str(out.parent), todo="make it first, or name another one")
    if out.name.startswith("report.") and out.parent.resolve() == folder.resolve():
        raise InputError("it would pass for a report of this run", where=str(out), todo="give it another name")
    _free(out)
    held = history.load(folder, shut=True)  # nothing of a sealed item is told, so no identity is needed
    try:
        with tempfile.TemporaryDirectory(dir=out.parent, prefix=".evalcenter-export-") as beside:
            whole = Path(beside) / out.name
            write(rows(held), whole)
            _free(out)
            whole.rename(out)
    except OSError as problem:
        raise disk_refused(problem, out) from None
    except OverflowError:
        raise Tampered("a count is larger than any that a run writes", where=str(held.path)) from None
    return len(held.plan.order)


def _free(out: Path) -> None:
    if out.exists() or out.is_symlink():
        raise InputError("a file is here already", where=str(out), todo="name another one, or move it away")


# -- rows -------------------------------------------------------------------------------------------------------------


def rows(held: Run) -> Iterator[Row]:
    """Each position of the plan as a row with all `COLUMNS`; what is not known, or not told, is None."""
    violations = scoring.violations(held.plan, held.results)
    for position, (_, epoch) in enumerate(attempts.cells(held.plan)):
        item = held.plan.items[held.plan.order[position]]
        row: Row = {
            **dict.fromkeys(COLUMNS),
            "position": position,
            "epoch": epoch,
            "status": "not_asked",
            **_item(item),
        }
        if position in held.responses:
            row |= _response(held.responses[position])
        elif position in held.failures:
            row |= _failure(held.failures[position])
        if position in held.grades:
            row |= _grade(held.grades[position], item)
            row["violation"] = violations.get(position, "none")
        if row["sealed"]:
            row |= dict.fromkeys(HIDDEN)
        yield row


def _item(item: Item) -> Row:
    return {
        "item": item.id,
        "lang": item.lang,
        "dimension": item.dimension,
        "risks": item.risks,
        "tags": item.tags,
        "red_line": item.red_line,
        "sealed": item.visibility == "sealed",
        "question": plan.as_text(item),
    }


def _response(response: Response) -> Row:
    answers, last = response.answers, response.answers[-1]
    texts = [answer.text for answer in answers]
    return {
        "status": "answered",
        "calls": response.attempts,
        "state": response.state,
        "answer": texts[0] if len(texts) == 1 else "\n\n".join(f"[{n}] {text}" for n, text in enumerate(texts, 1)),
        "finish_reason": last.finish_reason,
        "model": last.model,
        "prompt_tokens": _sum(answer.prompt_tokens for answer in answers),
        "completion_tokens": _sum(answer.completion_tokens for answer in answers),
        "reasoning_tokens": _sum(answer.reasoning_tokens for answer in answers),
        "latency_ms": sum(answer.latency_ms for answer in answers),
    }


def _sum(told: Iterator[int | None]) -> int | None:
    """The sum, where every turn told its number."""
    total = 0
    for number in told:
        if number is None:
            return None
        total += number
    return total


def _failure(failure: Failure) -> Row:
    return {"status": "failed", "failure": failure.kind, "calls": failure.attempts}


def _grade(grade: Grade, item: Item) -> Row:
    return {
        "outcome": grade.outcome,
        "why": grade.why or None,
        "earned": grade.earned,
        "possible": grade.possible,
        "marks": [f"{mark.criterion}={mark.state}" for mark in grade.marks],
        "reasons": [f"{mark.criterion}: {mark.reason.of(item.lang)}" for mark in grade.marks],
        "marked_by": grade.by,
    }


# -- the three forms --------------------------------------------------------------------------------------------------


def schema() -> Any:
    """`COLUMNS` with their types, as pyarrow has them."""
    import pyarrow as pa

    kinds = {"number": pa.int64(), "text": pa.string(), "texts": pa.list_(pa.string()), "flag": pa.bool_()}
    return pa.schema([(name, kinds[kind]) for name, kind in COLUMNS.items()])


def table(held: Run) -> Any:
    """The samples of a run as one pyarrow table, as the Parquet form has them; all of it is in memory."""
    import pyarrow as pa

    parts = [pa.Table.from_pylist(part, schema=schema()) for part in _parts(rows(held))]
    return pa.concat_tables([schema().empty_table(), *parts])


def _parquet(samples: Iterator[Row], out: Path) -> None:
    import pyarrow as pa
    from pyarrow import parquet

    typed = schema()
    with out.open("xb") as file, parquet.ParquetWriter(file, typed) as writer:
        for part in _parts(samples):
            writer.write_table(pa.Table.from_pylist(part, schema=typed))


def _parts(samples: Iterator[Row]) -> Iterator[list[Row]]:
    part: list[Row] = []
    weight = 0
    for row in samples:
        part.append(row)
        weight += len(row["question"] or "") + len(row["answer"] or "")
        if len(part) == PART or weight >= HEAVY:
            yield part
            part, weight = [], 0
    if part:
        yield part


def _csv(samples: Iterator[Row], out: Path) -> None:
    with out.open("x", encoding="utf-8-sig", newline="") as file:  # the mark tells Excel that it is UTF-8
        table = csv.writer(file, lineterminator="\n", quoting=csv.QUOTE_NONNUMERIC)
        table.writerow(COLUMNS)
        for row in samples:
            cells = map(_cell, row.values())
            table.writerow([harmless(cell) if isinstance(cell, str) else cell for cell in cells])


def _xlsx(samples: Iterator[Row], out: Path) -> None:
    import xlsxwriter
    from xlsxwriter.exceptions import FileCreateError

    options = {"constant_memory": True, "tmpdir": str(out.parent), "use_zip64": True}
    try:
        with xlsxwriter.Workbook(out, options) as book:
            sheet = _sheet(book)
            for number, row in enumerate(samples):
                if number and number % SHEET == 0:
                    sheet = _sheet(book)
                for column, cell in enumerate(map(_cell, row.values())):
                    _put(sheet, number % SHEET + 1, column, cell)
    except FileCreateError as problem:
        raise problem.args[0] from None  # what the disk said


def _sheet(book: Any) -> Any:
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, COLUMNS)
    sheet.freeze_panes(1, 2)
    return sheet


def _put(sheet: Any, row: int, column: int, cell: Any) -> None:
    """One cell, by its type: a text is never taken for a number, a link or a formula."""
    if isinstance(cell, str):
        sheet.write_string(row, column, fitting(MISREAD.sub(shown, cell)))
    elif isinstance(cell, bool):
        sheet.write_boolean(row, column, cell)
    elif cell is not None:
        sheet.write_number(row, column, cell)


def _cell(value: Any) -> Any:
    """A value as one cell for a reader's eyes."""
    if isinstance(value, (list, tuple)):
        value = BETWEEN.join(value)
    return visible(value) if isinstance(value, str) else value


def harmless(cell: str) -> str:
    """`cell` as a text that no spreadsheet runs when it opens a CSV."""
    return f"'{cell}" if cell.startswith(FORMULA) else cell


def fitting(cell: str) -> str:
    """`cell`, or as much of it as a spreadsheet's cell holds."""
    units = cell.encode("utf-16-le")
    if len(units) <= 2 * CELL:
        return cell
    return units[: 2 * (CELL - len(CUT))].decode("utf-16-le", "ignore") + CUT


FORMS: Final[Mapping[str, Callable[[Iterator[Row], Path], None]]] = {
    ".parquet": _parquet,
    ".xlsx": _xlsx,
    ".csv": _csv,
}
