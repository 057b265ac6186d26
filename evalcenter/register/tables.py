"""The tables of the register. Every one of them is only ever added to; what changes is a new row that comes later.

Each row has a number, the moment it was written and who wrote it (None: the program, when the register was made). `log` holds
for every row its digest, chained. `APART` names the columns of which the log holds a digest only, so that a text which the law
wants forgotten can be blanked without breaking the chain.
"""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import Column, ForeignKey, Integer, MetaData, Table, Text, UniqueConstraint

METADATA: Final = MetaData()
APART: Final = frozenset({("incidents", "text")})


def _table(name: str, *columns: Any) -> Table:
    return Table(
        name,
        METADATA,
        Column("id", Integer, primary_key=True, autoincrement=False),
        *columns,
        Column("at", Text, nullable=False),
        Column("who", Integer, ForeignKey("people.id")),
    )


def _of(name: str, table: str | None = None, *, nullable: bool = False, unique: bool = False) -> Column[Any]:
    return Column(name, Integer, ForeignKey(f"{table or f'{name}s'}.id"), nullable=nullable, unique=unique, index=True)


def _text(name: str, *, nullable: bool = False, unique: bool = False) -> Column[Any]:
    return Column(name, Text, nullable=nullable, unique=unique)


def _count(name: str) -> Column[Any]:
    return Column(name, Integer, nullable=False)


centre = _table("centre", _text("name"), _text("prefix"))

# who takes part
people = _table("people", _text("name"), _text("key", unique=True))
roles = _table("roles", _of("person", "people"), _text("roles"))
vendors = _table(
    "vendors", _text("name"), _text("key", unique=True), Column("code", Text, nullable=True, unique=True, index=True)
)
models = _table(
    "models",
    _of("vendor"),
    _text("name"),
    _text("version"),
    _text("key"),
    _text("descriptor"),
    UniqueConstraint("vendor", "key"),
)
facts = _table("model_facts", _of("model"), _text("kind"), _text("value"))
applications = _table("applications", _of("model"), _of("vendor"), _text("name"), _text("number", unique=True))

# what is evaluated
submissions = _table(
    "submissions",
    _of("model"),
    _of("vendor"),
    _text("suites"),
    _text("bank"),
    _text("standard"),
    _text("standard_version"),
    _text("standard_digest"),
    _count("rank"),
    UniqueConstraint("vendor", "standard", "rank"),
)
abandoned = _table("abandoned", _of("submission", unique=True), _text("why"))
attempts = _table(
    "attempts",
    _of("submission"),
    _count("number"),
    _text("plan", unique=True),
    _text("seed"),
    _text("folder"),
    _text("continues", nullable=True),
    UniqueConstraint("submission", "number"),
)
ends = _table("ends", _of("attempt"), _text("outcome"), _text("head"), _count("entries"))
parts = _table("parts", _of("attempt"), _text("name"), _text("key"), _text("part"), UniqueConstraint("attempt", "key"))
decisions = _table(
    "decisions", _of("attempt", unique=True), _text("decision"), _text("verdict"), _text("head"), _text("why")
)

# what is certified
certificates = _table(
    "certificates",
    _of("decision"),
    _text("number", unique=True),
    _text("document", unique=True),
    _text("valid_from"),
    _text("valid_until"),
    _text("scope"),
)
events = _table(
    "status_events",
    _of("certificate"),
    _text("status"),
    _text("reason"),
    _text("why"),
    _of("successor", "certificates", nullable=True),
)
retests = _table("retests", _of("certificate"), _text("trigger"), _text("due"), _text("note"))
retested = _table("retested", _of("retest", unique=True), _of("submission", nullable=True), _text("why"))
replacements = _table(
    "replacements", _text("standard"), _text("version"), _text("by_version"), UniqueConstraint("standard", "version")
)

# what the public says
incidents = _table("incidents", _of("model", nullable=True), _text("text"), _text("received"))
outcomes = _table("incident_outcomes", _of("incident"), _text("state"), _text("item", nullable=True), _text("why"))

publications = _table("publications", _text("document"), _text("next_update"))

log = Table(
    "log",
    METADATA,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("at", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("row", Integer, nullable=False),
    Column("data", Text, nullable=False),
    Column("prev", Text, nullable=False),
    Column("digest", Text, nullable=False),
    UniqueConstraint("name", "row"),
)
