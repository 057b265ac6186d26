"""The register in a real PostgreSQL server, which is started for these tests where its programs are installed."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from evalcenter.errors import NotAllowed, RegisterError, RegisterTampered
from evalcenter.register import book, granted, lookup, opened, opening, streams
from tests.register import desk, test_copies, writers
from tests.register.desk import DECIDER, by


def programs() -> Path | None:
    """Where the newest server's programs are; Debian puts them beside each other by version."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda one: int(one.parts[-3]))
    here = shutil.which("initdb")
    return found[-1].parent if found else Path(here).parent if here else None


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """A server of our own on a socket of our own; the URL of its databases, without their name."""
    at = programs()
    if at is None:
        pytest.skip("PostgreSQL is not installed")
    folder = Path(tempfile.mkdtemp(prefix="pg"))
    user = {"user": "postgres"} if os.geteuid() == 0 else {}  # the server refuses to run as root
    if user:
        who = pwd.getpwnam("postgres")
        os.chown(folder, who.pw_uid, who.pw_gid)

    def call(*words: str) -> None:
        subprocess.run(words, check=True, cwd=folder, stdout=subprocess.DEVNULL, **user)  # type: ignore[call-overload]

    options = f"-c listen_addresses= -c unix_socket_directories={folder} -c fsync=off -c max_connections=60"
    call(str(at / "initdb"), "-D", f"{folder}/data", "-A", "trust", "-U", "tester", "-E", "UTF8", "--no-sync")
    call(str(at / "pg_ctl"), "-D", f"{folder}/data", "-o", options, "-l", f"{folder}/log", "-w", "start")
    try:
        yield f"postgresql://tester@/{{}}?host={folder}"
    finally:
        call(str(at / "pg_ctl"), "-D", f"{folder}/data", "-m", "immediate", "-w", "stop")
        shutil.rmtree(folder)


@pytest.fixture
def where(server: str, request: pytest.FixtureRequest) -> str:
    """The URL of an empty database."""
    name = f"t{abs(hash(request.node.name))}"
    with opening.engine(server.format("postgres")).connect() as raw:
        raw.execution_options(isolation_level="AUTOCOMMIT").execute(text(f"CREATE DATABASE {name}"))
    return server.format(name)


def test_a_register_lives_in_postgresql(where: str) -> None:
    """From its making to a certificate that is revoked; the chain holds."""
    held = desk.filled(where)
    first = desk.certified(held)
    second = desk.certified(held, "2.0", replaces=first)
    granted.change(held, second, "revoked", "wrong_result", "a grader was wrong", by(DECIDER))
    assert [lookup(where, number, now=desk.NOW).status for number in (first, second)] == ["superseded", "revoked"]
    with opened(where).read() as pages:
        assert book.check(pages)[0] > 30


def test_the_steps_lead_to_the_tables_there_too(where: str) -> None:
    """What the migrations make is what the program uses."""
    test_copies.alike(desk.filled(where))


def test_it_is_made_once(where: str) -> None:
    """A second making is refused, and an empty database is no register."""
    with pytest.raises(RegisterError, match="no register"):
        opened(where)
    desk.filled(where)
    with pytest.raises(RegisterError, match="here already"):
        desk.filled(where)


def test_an_older_form_is_brought_forward_there_too(where: str) -> None:
    """From the first form to this one."""
    held = opening.engine(where)
    opening._upgrade(held, "0001")
    with pytest.raises(RegisterError, match="has the form 0001"):
        opened(where)
    assert opening.forward(where) == ("0001", "0002")
    test_copies.alike(book.Book(held))


def test_a_row_that_was_removed_shows_there_too(where: str) -> None:
    """The database is not believed, the chain is."""
    held = desk.filled(where)
    desk.certified(held)
    with held.engine.begin() as raw:
        raw.execute(text("DELETE FROM ends"))
    with pytest.raises(RegisterTampered, match="of ends is missing"), held.read() as pages:
        book.check(pages)


def test_twenty_processes_lose_no_attempt_there_either(where: str) -> None:
    """Each has its own number and rank, and all of them are there."""
    desk.filled(where)
    test_copies.none_lost(where)


def test_of_many_fresh_starts_at_once_one_is_taken_there_too(where: str) -> None:
    """Six runs race for one submission, and one is its attempt."""
    held = desk.filled(where)
    desk.submitted(held)
    assert sorted(writers.at_once(writers.race, where, 6, 1)) == [(0,)] * 5 + [(1,)]


def test_a_write_that_fails_leaves_nothing_there_either(where: str) -> None:
    """What a rule refuses half-way is not written."""
    held = desk.filled(where)
    ran = desk.attempted(held, desk.submitted(held), "fail")
    with held.read() as pages:
        before = pages.head()
    with pytest.raises(NotAllowed):
        streams.decide(held, desk.end(ran.plan, "inconclusive", entries=12), "granted", "fine", by(DECIDER))
    with held.read() as pages:
        assert pages.head() == before


def test_a_server_that_is_not_there_is_said(server: str) -> None:
    """With its address, and no traceback."""
    with pytest.raises(RegisterError, match="the database refused"):
        opened(server.format("nowhere"))
