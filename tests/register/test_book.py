"""The book: what is written is kept and chained, and what is done behind its back shows."""

from __future__ import annotations

import sqlite3
import tempfile
from contextlib import closing
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evalcenter import errors
from evalcenter.errors import InputError, NotAllowed, RegisterError, RegisterTampered
from evalcenter.register import book, duties, opened, parties, tables
from tests.register import desk
from tests.register.desk import DECIDER, EVALUATOR, REGISTRAR, by

NAMES = sorted(set(tables.METADATA.tables) - {"log"})


@pytest.fixture
def full(tmp_path: Path) -> Path:
    """A register with rows in most tables."""
    (tmp_path / "r.db").write_bytes(busy())
    return tmp_path / "r.db"


@cache
def busy() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        held = desk.opened(Path(folder) / "r.db")
        first = desk.certified(held)
        desk.certified(held, "2.0", replaces=first)
        duties.incident(held, "It told me to double the dose.", 1, "2026-03-01", by(REGISTRAR))
        return Path(held.where).read_bytes()


def change(path: Path, *orders: str) -> None:
    with closing(sqlite3.connect(path)) as raw:
        for order in orders:
            raw.execute(order)
        raw.commit()


def checked(path: Path) -> tuple[int, str]:
    with opened(str(path)).read() as pages:
        return book.check(pages)


def test_an_untouched_register_holds(full: Path) -> None:
    """Chain and rows agree, and the head is the log's last line."""
    with opened(str(full)).read() as pages:
        assert book.check(pages) == pages.head()


def rows(path: Path, name: str) -> int:
    with closing(sqlite3.connect(path)) as raw:
        return int(raw.execute(f"SELECT count(*) FROM {name}").fetchone()[0])


@pytest.mark.parametrize("name", NAMES)
def test_a_row_that_was_removed_shows(full: Path, name: str) -> None:
    """The last row of every table is missed."""
    if not rows(full, name):
        return
    change(full, f"DELETE FROM {name} WHERE id = (SELECT max(id) FROM {name})")
    with pytest.raises(RegisterTampered, match=f"of {name} is missing"):
        checked(full)


def test_a_row_that_was_changed_shows(full: Path) -> None:
    """A verdict that became another is found out."""
    change(full, "UPDATE decisions SET verdict = 'conditional'")
    with pytest.raises(RegisterTampered, match="row 1 of decisions was changed"):
        checked(full)


def test_a_row_that_was_slipped_in_shows(full: Path) -> None:
    """A row that no line of the log speaks of is found out."""
    change(full, "INSERT INTO vendors (id, name, key, at, who) VALUES (9, 'x', 'x', 'x', 1)")
    with pytest.raises(RegisterTampered, match="stands in no line"):
        checked(full)


@pytest.mark.parametrize(
    "order",
    [
        "DELETE FROM log WHERE seq = 5",
        "UPDATE log SET at = 'x' WHERE seq = 5",
        "UPDATE log SET data = '{}' WHERE seq = 5",
        "UPDATE log SET prev = digest WHERE seq = 5",
        "UPDATE log SET seq = seq + 100 WHERE seq > 5",
    ],
)
def test_a_log_that_was_changed_shows(full: Path, order: str) -> None:
    """Each line stands for all before it."""
    change(full, order)
    with pytest.raises(RegisterTampered, match="of the log"):
        checked(full)


def test_a_tail_that_was_cut_shows_to_whoever_noted_the_head(full: Path) -> None:
    """Rows that are taken away together with their lines leave another head."""
    with opened(str(full)).read() as pages:
        head = pages.head()
        book.noted(pages, *head)
    change(
        full,
        "DELETE FROM incidents",
        "DELETE FROM retests WHERE trigger = 'incident'",
        "DELETE FROM log WHERE name = 'incidents' OR data LIKE '%\"trigger\":\"incident\"%'",
    )
    with opened(str(full)).read() as pages:
        book.check(pages)
        with pytest.raises(RegisterTampered, match="not the one that was noted"):
            book.noted(pages, *head)


def test_a_text_that_the_law_wants_forgotten_can_be_blanked(full: Path) -> None:
    """An incident's text may be emptied, and not rewritten."""
    before = checked(full)
    change(full, "UPDATE incidents SET text = ''")
    assert checked(full) == before
    change(full, "UPDATE incidents SET text = 'something else'")
    with pytest.raises(RegisterTampered):
        checked(full)


def test_a_write_that_fails_leaves_nothing(tmp_path: Path) -> None:
    """What a rule refuses half-way is not written at all."""
    held = desk.opened(tmp_path / "r.db")
    before = checked(tmp_path / "r.db")
    with pytest.raises(NotAllowed, match="nobody would be registrar"):
        parties.person(held, REGISTRAR, ["decider"], by(REGISTRAR))
    assert checked(tmp_path / "r.db") == before


# -- who may write ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "words"), [("Nobody", "not among"), (EVALUATOR, "no registrar"), (DECIDER, "no reg")])
def test_only_a_registrar_adds_a_vendor(tmp_path: Path, name: str, words: str) -> None:
    """A stranger, and who has another role, are refused."""
    held = desk.opened(tmp_path / "r.db")
    with pytest.raises(NotAllowed, match=words):
        parties.vendor(held, "Another", None, by(name))


def test_a_person_whose_roles_are_taken_away_writes_no_more(tmp_path: Path) -> None:
    """The latest roles count."""
    held = desk.opened(tmp_path / "r.db")
    parties.person(held, "Sun Li", ["registrar"], by(REGISTRAR))
    parties.person(held, REGISTRAR, [], by("sun li"))
    with pytest.raises(NotAllowed, match="not among"):
        parties.vendor(held, "Another", None, by(REGISTRAR))


def test_two_spellings_are_one_person(tmp_path: Path) -> None:
    """Who is added again under another spelling is the same person with other roles."""
    held = desk.opened(tmp_path / "r.db")
    one = parties.person(held, "Chen Jie", ["evaluator"], by(REGISTRAR))
    assert parties.person(held, "CHEN JIE", ["decider"], by(REGISTRAR)) == one


@given(st.text(max_size=30))
@settings(max_examples=40)
def test_a_text_is_kept_or_refused(text: str) -> None:
    """What is kept is printable, not empty, and its own plain form."""
    try:
        kept = book.text(text, "it")
    except InputError:
        return
    assert kept == text.strip() == book.text(kept, "it")
    assert all(c.isprintable() or c == "\n" for c in kept)


# -- vendors and models -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "code"),
    [("示例智能 科技有限公司", None), ("Other Ltd", "91310000ma1k00000x"), ("Other Ltd", "９1310000-MA1K 00000X")],
)
def test_a_vendor_is_added_once(tmp_path: Path, name: str, code: str | None) -> None:
    """Neither another spelling nor another name under the same code is another vendor."""
    held = desk.opened(tmp_path / "r.db")
    with pytest.raises(NotAllowed, match="here already"):
        parties.vendor(held, name, code, by(REGISTRAR))


def test_what_no_database_takes_is_an_error(tmp_path: Path) -> None:
    """A number beyond all, and a name that is no text, are told as what they are."""
    held = desk.opened(tmp_path / "r.db")
    with pytest.raises(RegisterError, match="too large"):
        parties.learn(held, 10**20, "filing_number", "x", by(REGISTRAR))
    with pytest.raises(RegisterError, match="a text that is none"):
        parties.vendor(held, "Other Ltd", None, by("\udcff"))


def test_a_changed_model_is_another_version(tmp_path: Path) -> None:
    """The same version with another system prompt is refused; at another address it is the same."""
    held = desk.opened(tmp_path / "r.db")
    one = parties.model(held, desk.spec(), by(REGISTRAR))
    assert parties.model(held, desk.spec(base_url="http://other.example/v1", key_env="K"), by(REGISTRAR)) == one
    with pytest.raises(NotAllowed, match="described otherwise"):
        parties.model(held, desk.spec(system="Always agree."), by(REGISTRAR))


def test_a_filing_number_that_came_later_changes_no_model(tmp_path: Path) -> None:
    """It is a fact that was learnt of the same version."""
    held = desk.opened(tmp_path / "r.db")
    one = parties.model(held, desk.spec(), by(REGISTRAR))
    assert parties.model(held, desk.spec(filing_number="Shanghai-X-20260301"), by(REGISTRAR)) == one
    with held.read() as pages:
        assert parties.named(pages, one)["filing_number"] == "Shanghai-X-20260301"


def test_an_application_needs_a_filed_model(tmp_path: Path) -> None:
    """A registration (登记号) rests on a filing (备案号)."""
    held = desk.opened(tmp_path / "r.db")
    one = parties.model(held, desk.spec(), by(REGISTRAR))
    with pytest.raises(NotAllowed, match="备案号"):
        parties.application(held, desk.calls("Clinic", "D-1", one), by(REGISTRAR))
    parties.learn(held, one, "filing_number", "Shanghai-X-20260301", by(REGISTRAR))
    assert parties.application(held, desk.calls("Clinic", "D-1", one), by(REGISTRAR)) == 1
    with pytest.raises(NotAllowed, match="here already"):
        parties.application(held, desk.calls("Clinic again", " ｄ-1", one), by(REGISTRAR))


@pytest.mark.parametrize("field", ["vendor", "version"])
def test_a_model_needs_a_vendor_and_a_version(tmp_path: Path, field: str) -> None:
    """A candidate file that names none is refused with what to write."""
    held = desk.opened(tmp_path / "r.db")
    with pytest.raises(InputError, match=f"names no {field}"):
        parties.model(held, desk.spec(**{"version": "1.0", field: None}), by(REGISTRAR))


# -- opening ----------------------------------------------------------------------------------------------------------


def test_a_register_is_made_once(full: Path) -> None:
    """Making one where one is touches nothing."""
    before = checked(full)
    with pytest.raises(RegisterError, match="here already"):
        desk.filled(str(full))
    assert checked(full) == before


def test_there_is_no_register_by_a_slip_of_the_hand(tmp_path: Path) -> None:
    """A name that does not exist is refused, and nothing is made."""
    with pytest.raises(RegisterError, match="no register here"):
        opened(str(tmp_path / "typo.db"))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("raw", [b"", b"SQLite format 3\0 and then not", b"{}" * 5_000])
def test_a_file_that_is_no_register_is_refused(tmp_path: Path, raw: bytes) -> None:
    """An empty file, a broken database and something else are no register."""
    (tmp_path / "r.db").write_bytes(raw)
    with pytest.raises(RegisterError, match=r"no register|refused"):
        opened(str(tmp_path / "r.db"))


@pytest.mark.parametrize("url", ["mysql://u:secret@h/d", "sqlite://", "nonsense://", "http://x"])
def test_another_kind_of_database_is_refused(url: str) -> None:
    """It is said without the password."""
    with pytest.raises(RegisterError) as refused:
        opened(url)
    assert "secret" not in str(refused.value)


def test_a_password_is_never_shown() -> None:
    """A server that does not answer is named without it."""
    with pytest.raises(RegisterError) as refused:
        opened("postgresql://who:s3cret@127.0.0.1:1/register")
    assert "s3cret" not in str(refused.value)
    assert "127.0.0.1" in str(refused.value)


@pytest.mark.parametrize("prefix", ["", "X", "TOOLONGPREFIX1", "E C", "中心"])
def test_a_prefix_is_letters_and_digits(tmp_path: Path, prefix: str) -> None:
    """A certificate's number can be typed on any keyboard."""
    with pytest.raises(InputError, match="can't begin"):
        book.made(str(tmp_path / "r.db"), "Centre", prefix, by(REGISTRAR))
    assert list(tmp_path.iterdir()) == []


def test_only_its_owner_reads_a_register(tmp_path: Path) -> None:
    """People's names stand in it."""
    desk.filled(str(tmp_path / "new" / "r.db"))
    assert (tmp_path / "new" / "r.db").stat().st_mode & 0o077 == 0


def test_the_codes_of_the_register_are_its_own() -> None:
    """Each of its errors has a code that no other has."""
    names = ("RegisterError", "NotAllowed", "RegisterTampered", "StatusStale", "CertificateNotValid")
    assert [errors.codes()[name] for name in names] == [50, 51, 52, 53, 54]
