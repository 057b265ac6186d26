"""The register's read-only pages in the same application as the review console."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner

from evalcenter import cli
from evalcenter.errors import RegisterError
from tests.register import desk
from tests.register.desk import DECIDER, EVALUATOR, REGISTRAR
from tests.web import room
from tests.web.room import Client, Room

LI = "Dr Li"


@dataclass
class Both:
    """A console with a register beside it, and the number of a certificate."""

    room: Room
    file: Path
    number: str

    @property
    def anybody(self) -> Client:
        return Client(self.room.url)


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Both]:
    room.made(tmp_path / "run", room.items(2))
    tokens = room.people(tmp_path / "who.json", LI)
    held = desk.opened(tmp_path / "r.db")
    first = desk.certified(held)
    desk.certified(held, "2.0", replaces=first)
    with room.served(tmp_path / "run", tmp_path / "who.json", tokens, register=held) as made:
        yield Both(made, tmp_path / "r.db", first)


@pytest.mark.parametrize("path", ["/register", "/register/", "/register/?q=care", "/register/certificate/{}"])
def test_anybody_reads_the_register_and_nobody_else_the_console(here: Both, path: str) -> None:
    """Its pages take no session and name nobody; the others lead to the form to sign in."""
    page = here.anybody.get(path.format(here.number))
    assert (page.status, "示例评测中心" in page.text) == (200, True)
    assert not [name for name in (REGISTRAR, EVALUATOR, DECIDER) if name in page.text]
    assert here.anybody.get("/").headers["location"] == "/sign-in"


def test_its_links_stay_under_it(here: Both) -> None:
    """From the search to a certificate, to the one in its place, and back: every link answers."""
    client = here.anybody
    seen = ""
    for path in ("/register/?q=care", f"/register/certificate/{here.number}", "/register/nowhere"):
        seen += client.get(path).text
    links = set(re.findall(r'(?:href|action)="(/[^"]*)"', seen))
    assert links - {"/"} > {"/register/", "/static/console.css", f"/register/certificate/{here.number}"}
    assert {path: client.get(path).status for path in links - {"/"}} == dict.fromkeys(links - {"/"}, 200)


def test_what_is_not_there_is_said_by_the_register(here: Both) -> None:
    """With its own page, in either language."""
    page = here.anybody.get("/register/certificate/EC-1?lang=zh")
    assert (page.status, "没有这个编号的证书" in page.text) == (404, True)


@pytest.mark.parametrize("path", ["/register", "/register/", "/register/certificate/EC-2026-00001", "/register/x"])
def test_nothing_is_written_through_it(here: Both, path: str) -> None:
    """Only GET is answered, also to somebody who is signed in."""
    client, before = here.anybody, here.file.read_bytes()
    client.sign_in(here.room.tokens[LI])
    assert client.post(path, {"q": "x"}).status == 405
    assert here.file.read_bytes() == before


def test_the_same_guard_stands_before_it(here: Both) -> None:
    """Another host is turned away, and a page forbids the rest."""
    assert here.anybody.get("/register/", Host="evil.example").status == 421
    page = here.anybody.get("/register/")
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert page.headers["cache-control"] == "no-store"


def test_they_lead_to_each_other(here: Both) -> None:
    """A reader finds the register from the console, and the way back."""
    client = here.anybody
    client.sign_in(here.room.tokens[LI])
    assert 'href="/register/"' in client.get("/").text
    assert re.search(r'<a href="/">[^<]*console', client.get("/register/").text)


def test_without_a_register_there_is_none(tmp_path: Path) -> None:
    """No link, and no page."""
    room.made(tmp_path / "run", room.items(2))
    tokens = room.people(tmp_path / "who.json", LI)
    with room.served(tmp_path / "run", tmp_path / "who.json", tokens) as made:
        client = Client(made.url)
        client.sign_in(tokens[LI])
        assert "/register" not in client.get("/").text
        assert client.get("/register").status == 404


def test_a_register_that_is_none_is_refused(tmp_path: Path) -> None:
    """Before anybody is let in."""
    room.made(tmp_path / "run", room.items(2))
    room.people(tmp_path / "who.json", LI)
    words = ["review", str(tmp_path / "run"), "--reviewers", str(tmp_path / "who.json"), "--port", "0"]
    done = CliRunner().invoke(cli.main, [*words, "--register", str(tmp_path / "no.db")])
    assert (done.exit_code, "no register here" in done.output) == (RegisterError.exit_code, True)
