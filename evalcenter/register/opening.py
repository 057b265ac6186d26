"""Opens a register: SQLite in a file by default, PostgreSQL where its URL is given; makes it, and brings an older one forward.

Rules this module keeps:

* A register is never made by a slip of the hand: only `make` makes one, and only `forward` changes its form.
* A form that this program does not know, older or newer, is refused before anything is read.
* A password in a URL is never shown.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from sqlalchemy import URL, Connection, Engine, create_engine, event, inspect, make_url, pool
from sqlalchemy.exc import ArgumentError, DBAPIError

from evalcenter.errors import MissingExtra, RegisterError

WAIT_MS: Final = 60_000
"""How long a writer waits for the one before it."""
FORMS: Final = ("0001", "0002")
"""The forms that a register had, the newest last: the names of the migrations."""


def address(where: str) -> URL:
    """The database that `where` names: a file, or a URL of SQLite or PostgreSQL. Raises RegisterError for anything else."""
    if "://" not in where:
        return URL.create("sqlite", database=str(Path(where)))
    try:
        url = make_url(where)
    except ArgumentError:
        raise RegisterError(
            "this is no URL of a database", todo="give a file, or postgresql://USER@HOST/DATABASE"
        ) from None
    if url.get_backend_name() == "postgresql":
        return url.set(drivername="postgresql+psycopg")
    if url.drivername == "sqlite" and url.database not in (None, "", ":memory:"):
        return url
    raise RegisterError(
        f"a register can't be kept in {url.get_backend_name()}", todo="give a file, or postgresql://USER@HOST/DATABASE"
    )


def shown(url: URL) -> str:
    """How a database is named to people: without its password."""
    return url.database or "" if is_file(url) else url.render_as_string(hide_password=True)


def is_file(url: URL) -> bool:
    """Whether the register is a file."""
    return url.get_backend_name() == "sqlite"


def engine(where: str, *, new: bool = False) -> Engine:
    """The engine of the database at `where`; a file must be there unless it is `new`. Nothing is opened yet."""
    url = address(where)
    if is_file(url):
        path = Path(url.database or "")
        if new:
            _touch(path)
        elif not path.is_file():
            raise RegisterError(
                "there is no register here", where=str(path), todo="make one:  evalcenter register init"
            )
        made = create_engine(url, poolclass=pool.NullPool)
        event.listen(made, "connect", _plain)
        event.listen(made, "begin", _begin)
        return made
    try:
        return create_engine(url, poolclass=pool.NullPool, connect_args={"connect_timeout": 10})
    except ModuleNotFoundError:
        raise MissingExtra(
            "a register in PostgreSQL needs the package psycopg", todo="pip install 'evalcenter[postgresql]'"
        ) from None


def _touch(path: Path) -> None:
    """An empty file that only its owner may read: people's names stand in a register."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600))
    except OSError as problem:
        raise RegisterError(f"can't be made: {problem.strerror}", where=str(path)) from None


def _plain(connection: Any, _: Any) -> None:
    connection.isolation_level = None  # we say ourselves when a transaction begins
    for order in (
        f"PRAGMA busy_timeout={WAIT_MS}",
        "PRAGMA foreign_keys=ON",
        "PRAGMA synchronous=FULL",  # what was recorded survives a loss of power
    ):
        connection.execute(order).close()


def _begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


@contextmanager
def reading(held: Engine) -> Iterator[Connection]:
    """A look at the register as it was at one moment. Raises RegisterError where the database refuses."""
    with _said(held), held.connect() as plain:
        here = plain if is_file(held.url) else plain.execution_options(isolation_level="REPEATABLE READ")
        with here.begin():
            yield here


@contextmanager
def writing(held: Engine) -> Iterator[Connection]:
    """The one write of this moment: others wait for its end. Raises RegisterError where the database refuses."""
    with _said(held), held.connect() as plain, plain.execution_options(writes=True) as here, here.begin():
        if not is_file(held.url):
            here.exec_driver_sql("SELECT pg_advisory_xact_lock(4937013)")
        yield here


@contextmanager
def _said(held: Engine) -> Iterator[None]:
    try:
        yield
    except DBAPIError as problem:
        said = str(problem.orig).strip().splitlines()
        raise RegisterError(
            f"the database refused: {said[0] if said else type(problem.orig).__name__}", where=shown(held.url)
        ) from None
    except (OverflowError, UnicodeEncodeError):  # before they reach the database
        raise RegisterError("a number that is too large, or a text that is none", where=shown(held.url)) from None


# -- its form ---------------------------------------------------------------------------------------------------------


def make(where: str) -> Engine:
    """A database with all tables, at `where`; one whose making was cut off is made whole.

    Raises RegisterError where a register, or something else, is there already.
    """
    held = engine(where, new=True)
    form = _form(held)
    if form is not None and not (form == FORMS[-1] and _unwritten(held)):
        raise RegisterError("a register is here already", where=shown(held.url))
    if form is None and is_file(held.url) and _tables(held):
        raise RegisterError("a database of something else is here", where=shown(held.url), todo="name another file")
    _upgrade(held)
    if is_file(held.url):
        with held.connect() as connection:
            connection.exec_driver_sql("COMMIT")
            connection.exec_driver_sql("PRAGMA journal_mode=WAL")
    return held


def forward(where: str) -> tuple[str, str]:
    """Bring an older register to this program's form; (the form before, the form now)."""
    held = engine(where)
    before = _form(held)
    if before is None:
        raise RegisterError("this is no register", where=shown(held.url), todo="make one:  evalcenter register init")
    if before not in FORMS:
        raise _newer(before, held)
    _upgrade(held)
    return before, FORMS[-1]


def current(where: str, *, older: bool = False) -> Engine:
    """The register at `where`, in this program's form or, with `older`, one before. Raises RegisterError for another."""
    held = engine(where)
    form = _form(held)
    if form == FORMS[-1]:
        if _unwritten(held):
            raise RegisterError(
                "the making of this register was cut off",
                where=shown(held.url),
                todo="make it:  evalcenter register init",
            )
        return held
    if form is None:
        raise RegisterError("this is no register", where=shown(held.url), todo="make one:  evalcenter register init")
    if form in FORMS and older:
        return held
    if form in FORMS:
        raise RegisterError(
            f"the register has the form {form}, this program's is {FORMS[-1]}",
            where=shown(held.url),
            todo="keep a copy (evalcenter register backup FILE), then:  evalcenter register migrate",
        )
    raise _newer(form, held)


def _newer(form: str, held: Engine) -> RegisterError:
    return RegisterError(
        f"the register has the form {form!r}, which this program does not know",
        where=shown(held.url),
        todo="use the newer evalcenter that wrote it",
    )


def _form(held: Engine) -> str | None:
    with reading(held) as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        return connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()


def _unwritten(held: Engine) -> bool:
    """Whether no row was ever written into the tables of a register."""
    with reading(held) as connection:
        return connection.exec_driver_sql("SELECT 1 FROM log LIMIT 1").first() is None


def _tables(held: Engine) -> list[str]:
    with reading(held) as connection:
        return inspect(connection).get_table_names()


def _upgrade(held: Engine, to: str = "head") -> None:
    from alembic import command

    with writing(held) as connection:
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, to)


def _config() -> Any:
    from alembic.config import Config

    made = Config()
    made.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    made.set_main_option("path_separator", "os")
    return made
