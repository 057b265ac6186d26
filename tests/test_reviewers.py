"""Tokens are shown once and kept nowhere; the file of reviewers says who may sign in and nothing that signs anybody in."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from evalcenter import cli, reviewers
from evalcenter.errors import InputError


def call(*args: object) -> Result:
    return CliRunner().invoke(cli.main, [str(one) for one in args])


def test_a_token_is_printed_once_and_kept_nowhere(tmp_path: Path) -> None:
    """It stands alone on standard output; the file is the owner's, and holds no part of its secret half."""
    book = tmp_path / "who.json"
    done = call("reviewer", "add", "  Dr　Li ", "--reviewers", book)
    token = done.stdout.strip()
    assert (done.exit_code, token.count("\n")) == (0, 0)
    text = book.read_text("utf-8")
    assert token.split(".")[1] not in text
    assert stat.S_IMODE(book.stat().st_mode) == 0o600
    known = reviewers.known(reviewers.load(book), token)
    assert known is not None
    assert (known.name, known.role) == ("Dr Li", "reader")
    assert token not in call("reviewer", "list", "--reviewers", book).output


@pytest.mark.parametrize("token", ["", ".", "x", "x.y", "é.é"])
def test_what_is_no_token_is_nobodys(tmp_path: Path, token: str) -> None:
    """Also where there is nobody at all."""
    assert reviewers.known(reviewers.Book(), token) is None
    reviewers.add(tmp_path / "who.json", "A", "reader", "")
    assert reviewers.known(reviewers.load(tmp_path / "who.json"), token) is None


def test_one_token_is_not_anothers(tmp_path: Path) -> None:
    """Each opens one name, and none after it is removed."""
    book = tmp_path / "who.json"
    one, other = (reviewers.add(book, name, "reader", "") for name in ("A", "B"))
    assert [getattr(reviewers.known(reviewers.load(book), token), "name", "") for token in (one, other)] == ["A", "B"]
    assert call("reviewer", "remove", "a", "--reviewers", book).exit_code == 0
    assert [reviewers.known(reviewers.load(book), token) is None for token in (one, other)] == [True, False]


def test_names_are_refused_in_words(tmp_path: Path) -> None:
    """A second token for a person, a name for two, and a removal of nobody are errors of input."""
    book = tmp_path / "who.json"
    call("reviewer", "add", "Dr Li", "--arbiter", "--reviewers", book)
    for command in (("add", "DR LI"), ("add", "A, B"), ("add", "\u202eA"), ("remove", "Dr Wang")):
        done = call("reviewer", *command, "--reviewers", book)
        assert (done.exit_code, "Traceback" in done.output) == (InputError.exit_code, False)
    assert "arbiter" in call("reviewer", "list", "--reviewers", book).output


@pytest.mark.parametrize("raw", [b"", b"[]", b'{"reviewers":[{"name":"A"}]}', b"\xff"])
def test_a_file_of_another_kind_is_refused(tmp_path: Path, raw: bytes) -> None:
    """It is never taken for a list of nobody, and never written over."""
    book = tmp_path / "who.json"
    book.write_bytes(raw)
    assert call("reviewer", "add", "A", "--reviewers", book).exit_code == InputError.exit_code
    assert book.read_bytes() == raw


def test_a_list_of_nobody_says_what_to_do(tmp_path: Path) -> None:
    """Without reviewers the command names the one that adds them."""
    done = call("reviewer", "list", "--reviewers", tmp_path / "who.json")
    assert (done.exit_code, "reviewer add" in done.output) == (InputError.exit_code, True)
