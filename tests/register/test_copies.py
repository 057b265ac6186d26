"""Copies, older forms, and many who write at once."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text

from evalcenter.errors import RegisterError, RegisterTampered
from evalcenter.register import book, copies, lookup, opened, opening, parties, tables
from evalcenter.register.book import Book
from tests.register import desk, writers
from tests.register.desk import REGISTRAR, by
from tests.register.test_book import busy, change

DATA = Path(__file__).parent / "data"


@pytest.fixture
def full(tmp_path: Path) -> Path:
    (tmp_path / "r.db").write_bytes(busy())
    return tmp_path / "r.db"


def checked(where: str | Path) -> tuple[int, str]:
    with opened(str(where)).read() as pages:
        return book.check(pages)


# -- copies -----------------------------------------------------------------------------------------------------------


def test_a_copy_is_the_register(full: Path, tmp_path: Path) -> None:
    """It holds the same rows, only its owner reads it, and a register comes of it again."""
    head = copies.backup(str(full), tmp_path / "copy.db")
    assert head == checked(full) == checked(tmp_path / "copy.db")
    assert (tmp_path / "copy.db").stat().st_mode & 0o077 == 0
    assert copies.restore(tmp_path / "copy.db", str(tmp_path / "again.db")) == head
    assert lookup(str(tmp_path / "again.db"), "EC-2026-00002", now=desk.NOW).status == "valid"


def test_a_copy_is_read_where_nothing_can_be_written(full: Path, tmp_path: Path) -> None:
    """It keeps no write-ahead log, which takes a folder to write in; the register that comes of it has one again."""
    copies.backup(str(full), tmp_path / "copy.db")
    copies.restore(tmp_path / "copy.db", str(tmp_path / "again.db"))
    kept: dict[str, str] = {}
    for name in ("copy.db", "again.db"):
        with closing(sqlite3.connect(tmp_path / name)) as raw:
            kept[name] = raw.execute("PRAGMA journal_mode").fetchone()[0]
    assert kept == {"copy.db": "delete", "again.db": "wal"}


def test_a_copy_of_what_others_are_writing_is_one_moment_of_it(full: Path, tmp_path: Path) -> None:
    """What a writer has not finished is not in it."""
    held = opened(str(full))
    with opening.writing(held.engine) as connection:
        connection.execute(text("DELETE FROM parts"))
        copies.backup(str(full), tmp_path / "copy.db")
        connection.rollback()
    assert checked(tmp_path / "copy.db") == checked(full)


def test_nothing_is_overwritten(full: Path, tmp_path: Path) -> None:
    """Neither by a copy nor by a register that comes of one."""
    (tmp_path / "there").write_bytes(b"mine")
    for act in (
        lambda: copies.backup(str(full), tmp_path / "there"),
        lambda: copies.restore(full, str(tmp_path / "there")),
        lambda: copies.backup(str(full), full),
    ):
        with pytest.raises(RegisterError, match="here already"):
            act()
    assert (tmp_path / "there").read_bytes() == b"mine"
    checked(full)


def test_a_tampered_copy_becomes_no_register(full: Path, tmp_path: Path) -> None:
    """And leaves nothing behind."""
    change(full, "UPDATE decisions SET verdict = 'conditional'")
    with pytest.raises(RegisterTampered):
        copies.restore(full, str(tmp_path / "again.db"))
    assert not (tmp_path / "again.db").exists()


def test_a_damaged_copy_becomes_no_register(full: Path, tmp_path: Path) -> None:
    """Pages that are gone are noticed."""
    raw = full.read_bytes()
    full.write_bytes(raw[: len(raw) // 2])
    with pytest.raises(RegisterError):
        copies.restore(full, str(tmp_path / "again.db"))
    assert not (tmp_path / "again.db").exists()


def test_what_is_no_copy_becomes_no_register(tmp_path: Path) -> None:
    """A file that is not there, or is something else."""
    (tmp_path / "x").write_bytes(b"something else")
    for name in ("x", "y"):
        with pytest.raises(RegisterError):
            copies.restore(tmp_path / name, str(tmp_path / "again.db"))
    assert not (tmp_path / "again.db").exists()


def test_a_server_is_copied_by_its_own_means(full: Path) -> None:
    """A copy of PostgreSQL is refused with what to use."""
    with pytest.raises(RegisterError, match="PostgreSQL"):
        copies.restore(full, "postgresql://u@h/d")


# -- half made, or something else ---------------------------------------------------------------------------------------


def test_a_register_whose_making_was_cut_off_is_made_again(tmp_path: Path) -> None:
    """With its tables and nobody in it, it is refused with what to do; `init` finishes it."""
    where = str(tmp_path / "r.db")
    opening.make(where)
    with pytest.raises(RegisterError, match="cut off"):
        opened(where)
    desk.filled(where)
    checked(where)
    with pytest.raises(RegisterError, match="here already"):
        desk.filled(where)


def test_a_database_of_something_else_becomes_no_register(tmp_path: Path) -> None:
    """It keeps the tables that it had."""
    with closing(sqlite3.connect(tmp_path / "cookies.db")) as raw:
        raw.execute("CREATE TABLE cookies (a)")
    with pytest.raises(RegisterError, match="something else"):
        desk.filled(str(tmp_path / "cookies.db"))
    with closing(sqlite3.connect(tmp_path / "cookies.db")) as raw:
        assert raw.execute("SELECT name FROM sqlite_master").fetchall() == [("cookies",)]


# -- older forms ------------------------------------------------------------------------------------------------------


def older(path: Path) -> Path:
    with closing(sqlite3.connect(path)) as raw:
        raw.executescript((DATA / "form-0001.sql").read_text(encoding="utf-8"))
    return path


def test_an_older_register_is_brought_forward_with_all_it_holds(tmp_path: Path) -> None:
    """Every row, the chain and every certificate are as they were; what is new can be used."""
    path = older(tmp_path / "old.db")
    with pytest.raises(RegisterError, match="has the form 0001"):
        opened(str(path))
    with closing(sqlite3.connect(path)) as raw:
        rows, head = raw.execute(
            "SELECT count(*), max(digest) FILTER (WHERE seq = (SELECT max(seq) FROM log)) FROM log"
        ).fetchone()
    assert opening.forward(str(path)) == ("0001", "0002")
    assert checked(path) == (rows, head)
    assert lookup(str(path), "EC-2026-00001", now=desk.NOW).status == "superseded"
    assert lookup(str(path), "EC-2026-00002", now=desk.NOW).status == "valid"
    held = opened(str(path))
    parties.vendor(held, "A new one", "91310000XXXXXXXXXX", by(REGISTRAR))
    assert desk.certified(held, "3.0") == "EC-2026-00003"
    checked(path)


def test_an_older_register_is_copied_before_it_is_brought_forward(tmp_path: Path) -> None:
    """As it is, checked; and a register of that form comes of the copy."""
    path = older(tmp_path / "old.db")
    head = copies.backup(str(path), tmp_path / "copy.db")
    assert copies.restore(tmp_path / "copy.db", str(tmp_path / "again.db")) == head
    for name in ("copy.db", "again.db"):
        with pytest.raises(RegisterError, match="has the form 0001"):
            opened(str(tmp_path / name))
    opening.forward(str(tmp_path / "again.db"))
    assert checked(tmp_path / "again.db") == head
    change(path, "UPDATE vendors SET name = 'x'")
    with pytest.raises(RegisterTampered):
        copies.backup(str(path), tmp_path / "bad.db")
    assert not (tmp_path / "bad.db").exists()


def test_a_register_of_this_form_is_left_as_it_is(full: Path) -> None:
    """Bringing it forward again changes nothing."""
    head = checked(full)
    assert opening.forward(str(full)) == ("0002", "0002")
    assert checked(full) == head


def test_a_register_of_the_future_is_refused(full: Path) -> None:
    """Whatever is asked of it."""
    change(full, "UPDATE alembic_version SET version_num = '0099'")
    for act in (opened, opening.forward):
        with pytest.raises(RegisterError, match="does not know"):
            act(str(full))


def test_a_step_that_fails_leaves_the_older_form(tmp_path: Path) -> None:
    """A migration happens whole or not at all."""
    path = older(tmp_path / "old.db")
    change(path, "CREATE TABLE incidents (id INTEGER)")  # what the step is about to make
    with pytest.raises(RegisterError, match="refused"):
        opening.forward(str(path))
    change(path, "DROP TABLE incidents")
    with closing(sqlite3.connect(path)) as raw:
        assert raw.execute("SELECT version_num FROM alembic_version").fetchone() == ("0001",)
        assert "code" not in [row[1] for row in raw.execute("PRAGMA table_info(vendors)")]
    assert opening.forward(str(path)) == ("0001", "0002")


def test_the_steps_lead_to_the_tables(tmp_path: Path) -> None:
    """What the migrations make is what the program uses, and the last step is the form that it expects."""
    alike(desk.filled(str(tmp_path / "new.db")))


def alike(held: Book) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext
    from alembic.script import ScriptDirectory

    with opening.reading(held.engine) as connection:
        assert compare_metadata(MigrationContext.configure(connection), tables.METADATA) == []
    steps = ScriptDirectory.from_config(opening._config()).walk_revisions()
    assert tuple(reversed([step.revision for step in steps])) == opening.FORMS


# -- many at once -----------------------------------------------------------------------------------------------------


def none_lost(where: str, processes: int = 20, each: int = 2) -> None:
    """Twenty writers lose nothing: every number and rank is given once, and the chain holds."""
    told, total = writers.at_once(writers.submit, where, processes, each), processes * each
    assert sorted(number for number, _, _ in told) == list(range(1, total + 1))
    assert sorted(rank for _, rank, _ in told) == list(range(1, total + 1))
    assert {attempt for _, _, attempt in told} == {1}
    with opened(where).read() as pages:
        book.check(pages)
        for table in (tables.submissions, tables.attempts, tables.ends):
            assert len(pages.all(table)) == total


def test_twenty_processes_lose_no_attempt(tmp_path: Path) -> None:
    """Each has its own number and rank, and all of them are there."""
    desk.opened(tmp_path / "r.db")
    none_lost(str(tmp_path / "r.db"))


def test_of_many_fresh_starts_at_once_one_is_taken(tmp_path: Path) -> None:
    """Six runs with six seeds race for one submission: one is its attempt, the others are refused."""
    held = desk.opened(tmp_path / "r.db")
    desk.submitted(held)
    assert sorted(writers.at_once(writers.race, held.where, 6, 1)) == [(0,)] * 5 + [(1,)]


def test_a_writer_that_is_killed_leaves_a_whole_register(tmp_path: Path) -> None:
    """What it was about to write is not there, and the next one writes."""
    held = desk.opened(tmp_path / "r.db")
    code = (
        f"import sys, os, signal; sys.path.insert(0, {str(DATA.parents[2])!r})\n"
        "from evalcenter.register import opened, tables\nfrom tests.register import desk\n"
        f"with opened({held.where!r}).write(desk.by(desk.REGISTRAR), 'registrar') as pen:\n"
        "    pen.add(tables.vendors, name='half', key='half', code=None)\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == -9
    before = checked(tmp_path / "r.db")
    assert parties.vendor(held, "half", None, by(REGISTRAR)) == 2
    assert checked(tmp_path / "r.db")[0] == before[0] + 1
