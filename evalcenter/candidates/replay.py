"""Replays answers that were recorded elsewhere: a platform's own logs, an air-gapped site, an earlier evaluation.

Rules this module keeps:

* Nothing is made up. A question without a recorded answer is a failed call (``not_recorded``), never a silence; an empty cell
  is a silence that was recorded. Text such as ``NA`` or ``null`` in a CSV cell is text.
* Which row answers which call is certain: rows are matched by the item's id or by the exact prompt, then by ``epoch`` and ``turn``
  where these columns are named. Two rows for one place stop the program, unless the candidate file says that repeated rows are
  epochs or turns in the file's order (``repeats: in_order``): nobody gets to choose between two recorded answers.
* A prompt is all user turns so far, each on lines of its own, with white space folded. So each turn of a dialogue has its prompt.
* Decoding is strict, and columns that are named must be there.
* Recorded answers are read by the rules of live ones: thinking is moved out, finish reasons keep their meaning.
* A CSV row with fewer or more cells than the heading stops the program: a row cut short is not a silence.
"""

from __future__ import annotations

import csv
import io
import json
import math
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, ClassVar, Final, Literal

from evalcenter import canon
from evalcenter.candidates import reading
from evalcenter.errors import CallFailed, ColumnError, EncodingError, InputError
from evalcenter.hooks import Limits
from evalcenter.records import Answer, CandidateSpec, Question, record

Format = Literal["csv", "tsv", "jsonl", "parquet"]
_SUFFIXES: Final[Mapping[str, Format]] = {
    ".csv": "csv",
    ".tsv": "tsv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".parquet": "parquet",
}
_SPACE: Final = re.compile(r"\s+")
_WHOLE: Final = re.compile(r"\s*([0-9]{1,6})(?:\.0+)?\s*")
_LONGEST_CELL: Final = 100_000_000
Fields = Mapping[str, str]
Place = tuple[str, int | None, int | None]
"""What a row answers: an item or prompt, an epoch and a turn; None where no column says."""


@record
class Settings:
    """Where the answers are and which columns hold what.

    Give `item` or `prompt` to match rows by. `turn` and `epoch` count from `counts_from`. `path` is used as it is given; messages
    number rows from 1, the heading left out. `digest` (``sha256:`` and the file's hexadecimal digest) pins the recording in the
    plan: another file under the same path is then refused.
    """

    path: str
    answer: str
    item: str | None = None
    prompt: str | None = None
    reasoning: str | None = None
    finish_reason: str | None = None
    model: str | None = None
    turn: str | None = None
    epoch: str | None = None
    counts_from: Literal[0, 1] = 0
    repeats: Literal["refuse", "in_order"] = "refuse"
    format: Format | None = None
    encoding: str = "utf-8-sig"
    digest: str | None = None

    def named(self) -> tuple[str, ...]:
        """The columns that must be there."""
        held = (
            self.answer,
            self.item,
            self.prompt,
            self.reasoning,
            self.finish_reason,
            self.model,
            self.turn,
            self.epoch,
        )
        return tuple(column for column in held if column is not None)


class Replay:
    """Opens a file of recorded answers."""

    name: ClassVar[str] = "replay"
    version: ClassVar[str] = "1"
    settings: ClassVar[type[Any]] = Settings
    recorded: ClassVar[bool] = True
    """Its answers are there already, so that nothing is gained by grading one while another is asked for."""

    def open(self, spec: CandidateSpec, settings: Settings, key: str | None, limits: Limits) -> Recording:
        """The recording. Raises InputError, EncodingError or ColumnError when the file cannot be used."""
        del spec, key, limits  # a file needs none of them
        if (settings.item is None) == (settings.prompt is None):
            raise InputError(
                "rows are matched by an item column or by a prompt column; expected exactly one of the two",
                todo="name one of them in the candidate's settings",
            )
        if settings.prompt is not None and settings.turn is not None:
            raise InputError(
                "each turn of a dialogue has its own prompt, so rows matched by prompt have no turn column",
                todo="remove `turn`, or match the rows by `item`",
            )
        return Recording(settings)


class Recording:
    """Recorded answers, by what they answer."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._held: dict[Place, list[Answer]] = {}
        self._history: dict[int, int] = {}
        first: dict[Place, int] = {}
        sure = settings.epoch is not None and (settings.turn is not None or settings.prompt is not None)
        for number, fields in _rows(settings):
            place = self._place(number, fields)
            if place in first and (sure or settings.repeats == "refuse"):
                raise InputError(
                    f"the rows {first[place]} and {number} answer the same question",
                    where=settings.path,
                    todo="remove one, name the epoch or turn column that tells them apart, or set `repeats: in_order`",
                )
            first.setdefault(place, number)
            self._held.setdefault(place, []).append(self._answer(fields))

    async def ask(self, question: Question) -> Answer:
        """The recorded answer. Raises CallFailed (``not_recorded``) where there is none."""
        settings = self._settings
        turn = self._turn(question)
        key = (
            fold("\n".join(m.content for m in question.messages if m.role == "user"))
            if settings.prompt
            else question.item
        )
        place = (
            key,
            question.epoch if settings.epoch is not None else None,
            turn if settings.turn is not None else None,
        )
        left = self._held.get(place, [])
        # What no column says is told by the file's order. A turn matched by prompt needs no telling.
        unsaid = [
            *([question.epoch] if settings.epoch is None else []),
            *([turn] if settings.turn is None and settings.prompt is None else []),
        ]
        if len([number for number in unsaid if number]) > 1:
            raise CallFailed(
                "not_recorded",
                f"no column says which row answers turn {turn} of epoch {question.epoch} of {question.item}",
                retryable=False,
            )
        at = sum(unsaid)
        if at >= len(left):
            raise CallFailed(
                "not_recorded", f"no answer is recorded for {question.item} (turn {turn})", retryable=False
            )
        return left[at]

    async def close(self) -> None:
        """Nothing is held open."""

    def _turn(self, question: Question) -> int:
        """The number of answers given since the scripted part: the first call at a position shows how much of it is history."""
        said = sum(message.role == "assistant" for message in question.messages)
        return said - self._history.setdefault(question.position, said)

    def _place(self, number: int, fields: Fields) -> Place:
        settings = self._settings
        column = settings.item or settings.prompt or ""
        key = fields[column].strip() if settings.item else fold(fields[column])
        if not key:
            raise InputError(f"the column {column!r} is empty in row {number}", where=settings.path)
        return key, self._count(number, fields, settings.epoch), self._count(number, fields, settings.turn)

    def _count(self, number: int, fields: Fields, column: str | None) -> int | None:
        if column is None:
            return None
        whole = _WHOLE.fullmatch(fields[column])
        value = int(whole[1]) - self._settings.counts_from if whole else -1
        if value < 0:
            raise InputError(
                f"row {number}: {fields[column][:40]!r} in the column {column!r} is not a whole number "
                f"from {self._settings.counts_from}",
                where=self._settings.path,
            )
        return value

    def _answer(self, fields: Fields) -> Answer:
        settings = self._settings
        return reading.recorded(
            fields[settings.answer],
            reasoning=fields[settings.reasoning] if settings.reasoning else "",
            finish_reason=fields[settings.finish_reason].strip() if settings.finish_reason else None,
            model=fields[settings.model].strip() if settings.model else None,
        )


def fold(text: str) -> str:
    """`text` with each run of white space as one space, and none at its ends."""
    return _SPACE.sub(" ", text).strip()


# -- the file ---------------------------------------------------------------------------------------------------------


def _rows(settings: Settings) -> Iterator[tuple[int, Fields]]:
    """The rows that hold anything, numbered from 1, with the named columns as text."""
    path = Path(settings.path)
    form = settings.format or _SUFFIXES.get(path.suffix.lower())
    if form is None:
        raise InputError(
            f"the suffix {path.suffix!r} names no format",
            where=settings.path,
            todo=f"expected {', '.join(_SUFFIXES)}, or set `format`",
        )
    raw = _raw(path)
    if settings.digest is not None and canon.digest(raw) != settings.digest:
        raise InputError(
            f"the file is not the one that was recorded: its digest is {canon.digest(raw)}, expected {settings.digest}",
            where=settings.path,
            todo="give the file that the candidate file's digest was taken from",
        )
    if form == "parquet":
        rows = _parquet(raw, path)
    else:
        text = _decoded(raw, path, settings.encoding)
        rows = _jsonl(text, path) if form == "jsonl" else _csv(text, path, "\t" if form == "tsv" else ",")
    held = list(rows)
    if not held:
        raise InputError("the file holds no rows", where=settings.path)
    known = dict.fromkeys(column for _, fields in held for column in fields)
    missing = [column for column in settings.named() if column not in known]
    if missing:
        raise ColumnError(
            f"there is no column {', '.join(map(repr, missing))}; the columns are {', '.join(map(repr, known))}",
            where=settings.path,
            todo="name columns that the file has in the candidate's settings",
        )
    for number, fields in held:
        if settings.answer not in fields:
            raise InputError(f"row {number} has no field {settings.answer!r}", where=settings.path)
        yield number, {column: _text(fields.get(column), number, path) for column in settings.named()}


def _raw(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as problem:
        raise InputError(f"can't be read: {problem.strerror}", where=str(path), todo="check the path") from None


def _decoded(raw: bytes, path: Path, encoding: str) -> str:
    try:
        return raw.decode(encoding).removeprefix("\ufeff")
    except UnicodeDecodeError as problem:
        raise EncodingError(
            f"not {encoding}: byte {problem.start}, line {raw.count(10, 0, problem.start) + 1}: {problem.reason}",
            where=str(path),
            todo="name the file's own encoding, such as `encoding: gb18030`",
        ) from None
    except LookupError:
        raise InputError(
            f"the encoding {encoding!r} is not known", where=str(path), todo="name utf-8-sig or gb18030"
        ) from None


def _csv(text: str, path: Path, delimiter: str) -> Iterator[tuple[int, Mapping[str, Any]]]:
    before = csv.field_size_limit(_LONGEST_CELL)
    try:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
        lines = [(reader.line_num, cells) for cells in reader if cells]
    except csv.Error as problem:
        raise InputError(f"not readable as CSV: {problem}", where=f"{path}:{reader.line_num}") from None
    finally:
        csv.field_size_limit(before)
    heading = lines[0][1] if lines else []
    if len(set(heading)) < len(heading):
        raise ColumnError("two columns have the same name", where=f"{path}:1", todo="rename one")
    for number, (line, cells) in enumerate(lines[1:], start=1):
        if len(cells) != len(heading):
            raise InputError(
                f"row {number} has {len(cells)} cells; the heading has {len(heading)}",
                where=f"{path}:{line}",
                todo="mend the row; nothing here can tell which cell is missing",
            )
        yield number, dict(zip(heading, cells, strict=True))


def _jsonl(text: str, path: Path) -> Iterator[tuple[int, Mapping[str, Any]]]:
    number = 0
    for line, content in enumerate(text.split("\n"), start=1):
        if not content.strip():
            continue
        number += 1
        try:
            fields = json.loads(content)
        except (ValueError, RecursionError):
            fields = None
        if not isinstance(fields, dict):
            raise InputError("not a JSON object", where=f"{path}:{line}", todo="write one object on each line")
        yield number, fields


def _parquet(raw: bytes, path: Path) -> Iterator[tuple[int, Mapping[str, Any]]]:
    import pandas as pd

    try:
        frame = pd.read_parquet(io.BytesIO(raw))
    except (OSError, ValueError) as problem:
        raise InputError(f"not readable as Parquet: {str(problem)[:200]}", where=str(path)) from None
    filled = frame.astype(object).where(frame.notna(), None)
    for number, row in enumerate(filled.itertuples(index=False, name=None), start=1):
        yield number, dict(zip(map(str, frame.columns), row, strict=True))


def _text(value: Any, number: int, path: Path) -> str:
    """A cell as text: a missing value is empty, a whole number loses its ``.0``. Raises InputError for what is no text."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, str):
        return reading.clean(value)
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return str(int(value)) if value == value // 1 else repr(value)
    raise InputError(f"row {number} holds a {type(value).__name__} where text is expected", where=str(path))


plugin: Final = Replay()
