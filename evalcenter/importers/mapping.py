"""How foreign rows become items: the mapping's records, and the conversion. See ``docs/import.md``.

Rules this module keeps:

* A row that can't be imported is reported with its number and the reason, and counted. Nothing is guessed, completed or repaired.
* Every row is accounted for: rows = items + refused + left out by `where`.
* A column that no row has is an error of the mapping, not of the rows.
* Where graders are given, each item must grade its own examples as it says, or its row is refused.

It writes no file: ``suites.py`` does, from :func:`items.to_yaml_ready`.
"""

from __future__ import annotations

import difflib
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from evalcenter import boundary, canon, hooks
from evalcenter.errors import ColumnError, InputError
from evalcenter.hooks import BadRow, Row
from evalcenter.importers import items, text
from evalcenter.importers.cells import MISSING, Absent, Cells, Refused, parts
from evalcenter.records import Dimension, Item, Params, Source, Text, record

_LAST_NUMBER: Final = re.compile(r"(.*?)(?<!\d)(\d{1,18})(\D{0,100})", re.ASCII | re.DOTALL)
_WHOLE: Final = re.compile(r"-?\d{1,18}", re.ASCII)


@record
class SuitePart:
    """The head of the suite that the items are written into."""

    id: str
    title: Text
    about: Text
    version: str = "1"
    dimensions: tuple[Dimension, ...] = ()
    taxonomies: tuple[str, ...] = ()
    sources: Mapping[str, Source] = field(default_factory=dict)


@record
class On:
    """The columns whose text must be equal."""

    left: str
    right: str


@record
class Join:
    """A second source with one row for each of the first; its columns are called `prefix` + name."""

    source: Params
    on: On
    prefix: str = "joined."


@record
class Derived:
    """A column made from others, derived ones among them.

    The template `of` is filled. Its text is looked up in `map`, where there is one: an unlisted text refuses the row, unless
    `default` is given. `plus` is filled to a whole number that is added to the last whole number in the text (ids of pairs).
    `map`'s values and `default` are templates too.
    """

    of: str
    map: Mapping[str, str] = field(default_factory=dict)
    default: str | None = None
    plus: str | None = None


@record
class DataMapping:
    """A whole mapping file.

    `source` has one key, the importer's name, with its parameters. `where` keeps only rows whose column holds one of the values;
    the others are left out, and counted. `missing` lists the words that stand for an empty cell.
    """

    source: Params
    suite: SuitePart
    item: items.ItemPart
    join: Join | None = None
    derive: Mapping[str, Derived] = field(default_factory=dict)
    where: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    missing: tuple[str, ...] = MISSING


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What came of an import. rows = len(items) + len(refused) + left_out.

    `files` holds the digest of every local file that was read, by its path in the mapping.
    """

    suite: SuitePart
    items: tuple[Item, ...]
    refused: tuple[BadRow, ...]
    left_out: int
    rows: int
    files: Mapping[str, str] = field(default_factory=dict)

    def reasons(self) -> dict[str, int]:
        """How many rows were refused for each kind of reason, the most frequent first."""
        return dict(Counter(row.reason.split(":", 1)[0] for row in self.refused).most_common())


# -- public -----------------------------------------------------------------------------------------------------------


def read(value: Any) -> DataMapping:
    """The mapping in plain values (a parsed YAML file). Raises Invalid or InputError when it can't be meant so."""
    if not isinstance(value, Mapping):
        raise InputError("expected a mapping with source, suite and item", todo="see docs/import.md")
    made = boundary.convert(DataMapping, dict(value))
    if made.item.options is not None:
        made.item.options.check()
    for template in items.templates(made.item):
        list(parts(template))
    _order(made.derive)
    items.check(made.item)
    return made


def _templates(rule: Derived) -> list[str]:
    return [rule.of, *rule.map.values(), *(text for text in (rule.default, rule.plus) if text is not None)]


def _order(derived: Mapping[str, Derived]) -> list[str]:
    """The derived columns, each after those it uses. Raises InputError when two use each other."""
    uses = {
        name: {column for template in _templates(rule) for _, column in parts(template)} & set(derived)
        for name, rule in derived.items()
    }
    made: list[str] = []
    while len(made) < len(uses):
        ready = [name for name in uses if name not in made and uses[name] <= set(made)]
        if not ready:
            raise InputError(f"the derived columns {sorted(set(uses) - set(made))!r} use each other in a circle")
        made.extend(ready)
    return made


def load(value: Any, root: Path, plugins: hooks.Plugins) -> Imported:
    """Read the sources named by a mapping, relative to `root`, and convert their rows."""
    made = read(value)
    joined = rows(made.join.source, root, plugins.importers) if made.join is not None else None
    found = rows(made.source, root, plugins.importers)
    imported = convert_rows(made, found, joined=joined, graders=plugins.graders)
    sources = [made.source, *([made.join.source] if made.join is not None else [])]
    return replace(imported, files=dict(_digests(sources, root)))


def rows(source: Params, root: Path, importers: Mapping[str, hooks.Importer]) -> Iterator[Row | BadRow]:
    """The rows of one source."""
    if len(source) != 1 or not isinstance(next(iter(source.values())), Mapping):
        raise InputError(
            f"a source is one importer's name with its parameters, such as {{csv: {{path: …}}}}; got {source!r}"
        )
    name, params = next(iter(source.items()))
    importer = hooks.find(importers, "importer", name)
    return importer.rows(boundary.convert(importer.params, dict(params)), root)  # type: ignore[no-any-return]


def _digests(sources: Iterable[Params], root: Path) -> Iterator[tuple[str, str]]:
    for source in sources:
        for params in source.values():
            for path in (params.get("path"), *params.get("data_files", ())):
                if isinstance(path, str) and (root / path).is_file():
                    yield path, text.digest(root, path)


def convert_rows(
    mapping: DataMapping | Mapping[str, Any],
    found: Iterable[Row | BadRow],
    *,
    joined: Iterable[Row | BadRow] | None = None,
    graders: Mapping[str, hooks.Grader] | None = None,
) -> Imported:
    """Items from rows. Raises ColumnError when the mapping names a column that no row has."""
    made = mapping if isinstance(mapping, DataMapping) else read(mapping)
    work = _Work(made, graders or {}, _joined(made.join, joined))
    for row in found:
        work.take(row)
    work.finish()
    return Imported(
        suite=made.suite,
        items=tuple(work.items.values()),
        refused=tuple(work.refused),
        left_out=work.left_out,
        rows=work.rows,
    )


def suite_to_yaml_ready(imported: Imported) -> dict[str, Any]:
    """The content of suite.yaml for the imported items; a dimension that `suite` does not name gets its id as title."""
    head: dict[str, Any] = canon.plain(imported.suite)
    named = {dimension["id"] for dimension in head["dimensions"]}
    for found in sorted({item.dimension for item in imported.items} - named):
        head["dimensions"].append({"id": found, "title": {"zh": found, "en": found}})
    return {**head, "families": []}


# -- the conversion ---------------------------------------------------------------------------------------------------


class _Work:
    """One import while it runs."""

    def __init__(
        self, mapping: DataMapping, graders: Mapping[str, hooks.Grader], joined: Mapping[str, Row | None] | None
    ) -> None:
        self.mapping, self.graders, self.joined = mapping, graders, joined
        self.items: dict[int, Item] = {}
        self.refused: list[BadRow] = []
        self.left_out = self.rows = 0
        self._ids: dict[str, int] = {}
        self._questions: dict[str, int] = {}
        self._contradicted: dict[int, int] = {}
        self._derived_order = _order(mapping.derive)
        self._columns: set[str] = set()
        self._absent: set[str] = set()

    def take(self, row: Row | BadRow) -> None:
        """Turn one row into an item, or into a reason."""
        self.rows += 1
        if isinstance(row, BadRow):
            self.refused.append(BadRow(number=row.number, reason=f"unreadable row: {row.reason}"))
            return
        self._columns.update(row.fields)
        try:
            cells = self._cells(row)
            if any(cells.text(column) not in kept for column, kept in self.mapping.where.items()):
                self.left_out += 1
                return
            item = self._item(row, self._derived(cells))
        except Refused as problem:
            if isinstance(problem, Absent):
                self._absent.add(problem.column)
            self.refused.append(BadRow(number=row.number, reason=str(problem)))
            return
        self.items[row.number] = item

    def finish(self) -> None:
        """Take back items that later rows made doubtful. Raises ColumnError for a named column that no row had."""
        for column in sorted(self._absent - self._columns):
            known = sorted(name for name in self._columns if len(name) <= 100)[:40]
            near = difflib.get_close_matches(column, known, n=1)
            raise ColumnError(
                f"no row has the column {column!r}; there are {known!r}",
                todo=f"did you mean {near[0]!r}?" if near else "mend the column's name in the mapping",
            )
        for number, other in self._contradicted.items():
            self._take_back(number, f"contradicting key: row {other} asks the same and has another key")
        while alone := [n for n, item in self.items.items() if item.twin is not None and not self._has_twin(item)]:
            for number in alone:
                self._take_back(number, f"no twin: {self.items[number].twin!r} was not imported, or names another twin")
        self.refused.sort(key=lambda row: row.number)

    def _take_back(self, number: int, reason: str) -> None:
        del self._ids[self.items.pop(number).id]
        self.refused.append(BadRow(number=number, reason=reason))

    def _has_twin(self, item: Item) -> bool:
        other = self._ids.get(item.twin or "")
        return other is not None and self.items[other].twin == item.id

    def _item(self, row: Row, cells: Cells) -> Item:
        item = items.build(self.mapping.item, cells)
        if item.id in self._ids:
            raise Refused(f"duplicate id: {item.id!r} is taken by row {self._ids[item.id]}")
        asked = canon.digest([item.prompt, list(item.options.values()), item.documents])
        if asked in self._questions:
            first = self._questions[asked]
            if self.items[first].criteria != item.criteria:
                self._contradicted[first] = row.number
                raise Refused(f"contradicting key: row {first} asks the same and has another key")
            raise Refused(f"duplicate question: the same as row {first}")
        if self.mapping.suite.dimensions and item.dimension not in {d.id for d in self.mapping.suite.dimensions}:
            raise Refused(f"unknown dimension: {item.dimension!r} is not declared in `suite`")
        items.prove(item, self.graders)
        self._ids[item.id] = self._questions[asked] = row.number
        return item

    def _cells(self, row: Row) -> Cells:
        fields = dict(row.fields)
        if self.mapping.join is not None and self.joined is not None:
            join = self.mapping.join
            found = _partner(self.joined, Cells(row.number, fields, self.mapping.missing).text(join.on.left))
            added = {f"{join.prefix}{name}": value for name, value in found.fields.items()}
            self._columns.update(added)
            clash = sorted(set(added) & set(fields))
            if clash:
                raise InputError(f"the join brings a second column {clash[0]!r}", todo="give it another `prefix`")
            fields |= added
        return Cells(row.number, fields, self.mapping.missing)

    def _derived(self, cells: Cells) -> Cells:
        for name in self._derived_order:
            cells = cells.plus({name: _derive(self.mapping.derive[name], cells)})
        return cells


def _derive(rule: Derived, cells: Cells) -> str:
    text = cells.fill(rule.of)
    if rule.map:
        if text not in rule.map and rule.default is None:
            raise Refused(f"unlisted value: {rule.of!r} gives {text[:60]!r}")
        text = cells.fill(rule.map.get(text, rule.default or ""))
    if rule.plus is not None:
        last = _LAST_NUMBER.fullmatch(text)
        added = cells.fill(rule.plus)
        if last is None or not _WHOLE.fullmatch(added):
            raise Refused(f"nothing to add to: {text[:60]!r} plus {added[:20]!r}")
        width = len(last[2]) if last[2].startswith("0") else 1
        text = f"{last[1]}{int(last[2]) + int(added):0{width}d}{last[3]}"
    return text


def _joined(join: Join | None, found: Iterable[Row | BadRow] | None) -> dict[str, Row | None] | None:
    """The second source's rows by key; None for a key that several rows have."""
    if join is None:
        return None
    if found is None:
        raise InputError("the mapping joins two sources, but only one was given")
    by_key: dict[str, Row | None] = {}
    for row in found:
        if isinstance(row, BadRow):
            raise InputError(
                f"row {row.number} of the joined source can't be read: {row.reason}", todo="mend that file first"
            )
        try:
            key = Cells(row.number, row.fields).text(join.on.right)
        except Absent as problem:
            raise ColumnError(
                f"row {row.number} of the joined source has no column {problem.column!r}; it has {sorted(row.fields)!r}"
            ) from None
        except Refused:
            continue
        by_key[key] = None if key in by_key else row
    return by_key


def _partner(joined: Mapping[str, Row | None], key: str) -> Row:
    if key not in joined:
        raise Refused(f"no partner: the joined source has no row {key[:60]!r}")
    found = joined[key]
    if found is None:
        raise Refused(f"several partners: the joined source has the key {key[:60]!r} more than once")
    return found
