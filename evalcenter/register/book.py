"""The book: rows are read and added through it, and each row that is added is chained into the log.

Rules this module keeps:

* A row and its line in the log are written together or not at all, and one writer at a time writes.
* The log's last digest stands for all rows: whoever has noted it sees when one is missing, changed or added behind its back.
* Nothing is written in nobody's name: `who` is a person of the register with the role that the write takes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import Connection, Engine, Table, func, insert, select

from evalcenter import canon, reviewing
from evalcenter.errors import InputError, NotAllowed, RegisterError, RegisterTampered
from evalcenter.register import opening, rules, tables
from evalcenter.register.rules import By, Role

Row = Mapping[str, Any]
START: Final = "sha256:" + "0" * 64
LONGEST: Final = 4_000
"""Characters of one text."""


@dataclass(frozen=True, slots=True)
class Pages:
    """The register as it is at one moment."""

    connection: Connection
    where: str

    def all(self, table: Table, **fits: Any) -> list[Row]:
        """The rows of `table` in which these columns have these values, in the order in which they were written."""
        asked = select(table).order_by(table.c.id)
        for name, value in fits.items():
            asked = asked.where(table.c[name] == value)
        return [{str(name): value for name, value in row.items()} for row in self.connection.execute(asked).mappings()]

    def last(self, table: Table, **fits: Any) -> Row | None:
        """The latest such row; None where there is none."""
        held = self.all(table, **fits)
        return held[-1] if held else None

    def one(self, table: Table, number: int, what: str = "") -> Row:
        """The row of that number. Raises RegisterError where there is none."""
        found = self.last(table, id=number)
        if found is None:
            raise RegisterError(f"there is no {what or table.name} {number}", where=self.where)
        return found

    def person(self, name: str, role: Role | None = None) -> Row:
        """The person of that name, however it is spelt, who has that role. Raises NotAllowed where there is none."""
        found = self.last(tables.people, key=reviewing.key(name))
        held = self.last(tables.roles, person=found["id"]) if found is not None else None
        has = held["roles"].split() if held is not None else []
        if found is None or not has:
            raise NotAllowed(
                f"{name!r} is not among the register's people",
                where=self.where,
                todo="a registrar adds people:  evalcenter register person NAME --role …",
            )
        if role is not None and role not in has:
            raise NotAllowed(f"{found['name']!r} is no {role}, only {' and '.join(has)}", where=self.where)
        return found

    def head(self) -> tuple[int, str]:
        """(how many lines the log has, the digest of the last one)."""
        asked = select(tables.log.c.seq, tables.log.c.digest).order_by(tables.log.c.seq.desc()).limit(1)
        row = self.connection.execute(asked).first()
        return (0, START) if row is None else (int(row[0]), str(row[1]))


@dataclass(frozen=True, slots=True)
class Snapshot(Pages):
    """The register at one moment, for reading only: each table is fetched once, and looked up in memory."""

    held: dict[tuple[str, ...], dict[Any, list[Row]]] = field(default_factory=dict)

    def all(self, table: Table, **fits: Any) -> list[Row]:
        """As `Pages.all`."""
        name, by = str(table.name), tuple(sorted(fits))
        index = self.held.get((name, *by))
        if index is None:
            rows = Pages.all(self, table) if not by else self.all(table)
            index = {}
            for row in rows:
                index.setdefault(tuple(row[column] for column in by), []).append(row)
            self.held[(name, *by)] = index
        return index.get(tuple(fits[column] for column in by), [])


@dataclass(frozen=True, slots=True)
class Pen(Pages):
    """The register while one writes; `at` is the moment of all its rows, `who` the number of the person who writes them."""

    at: str = ""
    who: int | None = None

    def add(self, table: Table, **values: Any) -> int:
        """Add a row, and its line in the log; the row's number."""
        number = int(self.connection.execute(select(func.coalesce(func.max(table.c.id), 0))).scalar_one()) + 1
        row = {"id": number, **values, "at": self.at, "who": self.who}
        if table is tables.people and self.who is None:
            row["who"] = number  # the first person of all
        self.connection.execute(insert(table).values(**row))
        seq, prev = self.head()
        line = {"seq": seq + 1, "at": self.at, "name": str(table.name), "row": number, "prev": prev}
        data = canon.encode(_logged(str(table.name), row)).decode()
        digest = canon.digest({**line, "data": data})
        self.connection.execute(insert(tables.log).values(**line, data=data, digest=digest))
        return number


@dataclass(frozen=True, slots=True)
class Book:
    """A register that is open."""

    engine: Engine

    @property
    def where(self) -> str:
        """How it is named to people."""
        return opening.shown(self.engine.url)

    @contextmanager
    def read(self) -> Iterator[Pages]:
        """A look at it."""
        with opening.reading(self.engine) as connection:
            yield Snapshot(connection, self.where)

    @contextmanager
    def write(self, by: By, role: Role) -> Iterator[Pen]:
        """Write in somebody's name, who must have `role`. All of it is kept, or nothing."""
        rules.moment(by.now)
        with opening.writing(self.engine) as connection:
            person = Pages(connection, self.where).person(by.name, role)
            yield Pen(connection, self.where, by.now, person["id"])


def opened(where: str) -> Book:
    """The register at `where`: a file, or a URL of PostgreSQL. Raises RegisterError where there is none, or of another form."""
    return Book(opening.current(where))


def made(where: str, name: str, prefix: str, by: By) -> Book:
    """A new register of the centre `name`, with its first registrar. `prefix` begins the numbers of its certificates."""
    name, registrar = text(name, "the centre's name"), reviewing.name(by.name)
    if not (prefix.isascii() and prefix.isalnum() and 2 <= len(prefix) <= 12):
        raise InputError(f"{prefix!r} can't begin a certificate's number", todo="give 2 to 12 letters and digits")
    book = Book(opening.make(where))
    with opening.writing(book.engine) as connection:
        pen = Pen(connection, book.where, by.now)
        if pen.all(tables.centre):
            raise RegisterError("a register is here already", where=book.where)
        person = pen.add(tables.people, name=registrar, key=reviewing.key(registrar))
        own = Pen(connection, book.where, by.now, person)
        own.add(tables.roles, person=person, roles="registrar")
        own.add(tables.centre, name=name, prefix=prefix.upper())
    return book


def text(given: str, what: str) -> str:
    """A text as it is kept. Raises InputError where it is empty, too long, or holds hidden characters."""
    plain = given.strip()
    if not plain or len(plain) > LONGEST:
        raise InputError(f"{what} has {len(plain)} characters; expected 1 to {LONGEST}")
    odd = [c for c in plain if not c.isprintable() and c != "\n"]
    if odd:
        raise InputError(f"{what} holds the hidden character U+{ord(odd[0]):04X}")
    return plain


# -- checking ---------------------------------------------------------------------------------------------------------


def check(pages: Pages) -> tuple[int, str]:
    """The head of the log, once the chain and every row were found to be as they were written. Raises RegisterTampered."""
    seq, prev = 0, START
    said: dict[str, dict[int, Row]] = {name: {} for name in tables.METADATA.tables if name != "log"}
    for line in pages.connection.execute(select(tables.log).order_by(tables.log.c.seq)).mappings():
        seq += 1
        held = {name: line[name] for name in ("seq", "at", "name", "row", "prev", "data")}
        if line["seq"] != seq or line["prev"] != prev or canon.digest(held) != line["digest"]:
            raise RegisterTampered(f"line {seq} of the log is missing or was changed", where=pages.where)
        prev = str(line["digest"])
        said.setdefault(line["name"], {})[line["row"]] = canon.decode(line["data"])
    for name, rows in said.items():
        _compare(pages, name, rows)
    return seq, prev


def noted(pages: Pages, seq: int, digest: str) -> None:
    """Raise RegisterTampered where the log does not hold, at line `seq`, the digest that somebody noted."""
    asked = select(tables.log.c.digest).where(tables.log.c.seq == seq)
    if pages.connection.execute(asked).scalar() != digest:
        raise RegisterTampered(
            f"line {seq} of the log is not the one that was noted: rows are missing, or this is another register",
            where=pages.where,
        )


def _compare(pages: Pages, name: str, rows: Mapping[int, Row]) -> None:
    table = tables.METADATA.tables.get(name)
    if table is None:
        raise RegisterTampered(f"the log speaks of {name!r}, which is no table of a register", where=pages.where)
    here = {row["id"]: row for row in pages.all(table)}
    for number in sorted(rows.keys() | here.keys()):
        if number not in here:
            raise RegisterTampered(f"row {number} of {name} is missing", where=pages.where)
        if number not in rows:
            raise RegisterTampered(f"row {number} of {name} stands in no line of the log", where=pages.where)
        if not _same(name, here[number], rows[number]):
            raise RegisterTampered(f"row {number} of {name} was changed", where=pages.where)


def _same(name: str, row: Row, said: Row) -> bool:
    """Whether a row is as it was written; a column that came later holds nothing, a text that was blanked is no change."""
    now = _logged(name, row)
    blanked = {key for key in now if (name, key) in tables.APART and row[key] == ""}
    return all(now[key] == said.get(key) for key in now if key not in blanked) and said.keys() <= now.keys()


def _logged(name: str, row: Row) -> Row:
    return {key: canon.digest(value) if (name, key) in tables.APART else value for key, value in row.items()}


def listed(rows: Sequence[Row], name: str) -> list[Any]:
    """One column of `rows`."""
    return [row[name] for row in rows]
