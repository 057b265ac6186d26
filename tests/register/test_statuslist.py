"""The status list: signed, numbered, and believed only while it is fresh."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from evalcenter import canon, envelope
from evalcenter.candidates import fetching
from evalcenter.errors import InputError, RegisterError, RegisterTampered, SignatureInvalid, StatusStale
from evalcenter.register import granted, lookup, publishing, statuslist
from evalcenter.register.book import Book
from evalcenter.register.statuslist import Entry, StatusList
from tests.register import desk
from tests.register.desk import DECIDER, NOW, REGISTRAR, by
from tests.register.test_book import change

KEY = Ed25519PrivateKey.from_private_bytes(b"k" * 32)
OTHER = Ed25519PrivateKey.from_private_bytes(b"o" * 32)
ENTRY = Entry(
    document="sha256:" + "1" * 64,
    status="valid",
    since="2026-03-02T08:00:00Z",
    reason="issued",
    valid_from="2026-03-02",
    valid_until="2027-03-01",
)
LIST = StatusList(
    issuer="示例评测中心",
    sequence=3,
    issued="2026-03-02T08:00:00Z",
    next_update="2026-03-09T08:00:00Z",
    entries=30,
    head="sha256:" + "2" * 64,
    certificates={"EC-2026-00001": ENTRY},
)


@pytest.fixture
def held(tmp_path: Path) -> Book:
    return desk.opened(tmp_path / "r.db")


def file(tmp_path: Path, made: StatusList = LIST, key: Ed25519PrivateKey = KEY) -> str:
    (tmp_path / "status.json").write_bytes(statuslist.seal(made, key))
    return str(tmp_path / "status.json")


def look(where: str, now: str = "2026-03-05T00:00:00Z", seen: int | None = None, number: str = "EC-2026-00001") -> Any:
    return lookup(where, number, KEY.public_key(), now=now, seen=seen)


# -- reading ----------------------------------------------------------------------------------------------------------


def test_a_list_says_what_a_certificate_is_worth(tmp_path: Path) -> None:
    """With its own number and times."""
    found = look(file(tmp_path))
    assert (found.status, found.reason, found.sequence) == ("valid", "issued", 3)
    assert (found.issued, found.next_update, found.until) == (LIST.issued, LIST.next_update, "2027-03-01")


def test_a_certificate_that_is_not_listed_is_unknown(tmp_path: Path) -> None:
    """It is not valid, and not an error."""
    assert look(file(tmp_path), number="EC-2026-00002").status == "unknown"


@pytest.mark.parametrize("status", ["suspended", "revoked", "superseded"])
def test_what_was_taken_away_is_said(tmp_path: Path, status: Any) -> None:
    """Whatever the term."""
    made = replace(LIST, certificates={"EC-2026-00001": replace(ENTRY, status=status)})
    assert look(file(tmp_path, made)).status == status


def test_a_term_that_ended_since_has_ended(tmp_path: Path) -> None:
    """A reader counts the days, not the list."""
    made = replace(LIST, certificates={"EC-2026-00001": replace(ENTRY, valid_until="2026-03-04")})
    assert look(file(tmp_path, made)).status == "expired"


def test_a_list_out_of_date_is_refused(tmp_path: Path) -> None:
    """One second after its time nothing is known any more."""
    where = file(tmp_path)
    assert look(where, "2026-03-09T08:00:00Z").status == "valid"
    with pytest.raises(StatusStale, match="was to be renewed by 2026-03-09"):
        look(where, "2026-03-09T08:00:01Z")


def test_a_list_of_the_future_is_refused(tmp_path: Path) -> None:
    """Clocks may differ by some minutes, not by a day."""
    where = file(tmp_path)
    assert look(where, "2026-03-02T07:55:00Z").status == "valid"
    with pytest.raises(StatusStale, match="is dated"):
        look(where, "2026-03-01T08:00:00Z")


def test_an_old_list_in_place_of_a_newer_is_refused(tmp_path: Path) -> None:
    """To whoever has seen a later one."""
    where = file(tmp_path)
    assert look(where, seen=3).status == "valid"
    with pytest.raises(StatusStale, match="list 4 was seen before"):
        look(where, seen=4)


def test_a_list_by_another_key_is_refused(tmp_path: Path) -> None:
    """Anybody can make a list; only the issuer's is believed."""
    with pytest.raises(SignatureInvalid):
        look(file(tmp_path, key=OTHER))


def test_a_list_without_a_key_is_refused(tmp_path: Path) -> None:
    """Nothing is believed unsigned."""
    with pytest.raises(RegisterError, match="public key"):
        lookup(file(tmp_path), "EC-2026-00001", now=NOW)


@given(st.data())
def test_a_changed_byte_is_refused(data: st.DataObject) -> None:
    """Wherever it is: the signature, the form, or the payload."""
    raw = bytearray(statuslist.seal(LIST, KEY))
    at = data.draw(st.integers(0, len(raw) - 2))
    raw[at] = data.draw(st.integers(0, 255).filter(lambda byte: byte != raw[at]))
    try:
        again = statuslist.unseal(bytes(raw), KEY.public_key())
    except (SignatureInvalid, InputError):
        return
    assert again == LIST  # the key's hint is not signed, and not read


@pytest.mark.parametrize(
    "changes",
    [
        {"sequence": "3"},
        {"sequence": 3.0},
        {"extra": 1},
        {"issued": "yesterday"},
        {"certificates": {"EC-2026-00001": {}}},
        {"schema": "evalcenter/status-list/9"},
    ],
)
def test_a_signed_file_that_is_no_list_is_refused(changes: dict[str, Any]) -> None:
    """A signature makes no list."""
    body = {**canon.plain(LIST), **changes}
    payload = json.dumps(
        {
            "_type": envelope.STATEMENT,
            "predicate": body,
            "predicateType": statuslist.TYPE,
            "subject": [{"digest": {"sha256": "2" * 64}, "name": "register"}],
        },
        sort_keys=True,
        separators=(",", ":"),
        ensure_ascii=False,
    ).encode()
    with pytest.raises(InputError):
        statuslist.unseal(envelope.seal(payload, KEY), KEY.public_key())


def test_a_declaration_is_no_list() -> None:
    """Another predicate by the same key is refused."""
    payload = envelope.statement([("candidate", "sha256:" + "0" * 64)], "urn:evalcenter:declaration:0.1", {})
    with pytest.raises(InputError, match="predicateType"):
        statuslist.unseal(envelope.seal(payload, KEY), KEY.public_key())


# -- publishing -------------------------------------------------------------------------------------------------------


def test_a_published_list_says_what_the_register_says(held: Book, tmp_path: Path) -> None:
    """For every certificate, and for those that were superseded by which."""
    first = desk.certified(held)
    second = desk.certified(held, "2.0", replaces=first)
    publishing.publish(held, KEY, tmp_path / "status.json", by(REGISTRAR))
    for number in (first, second):
        listed, kept = look(str(tmp_path / "status.json"), number=number), lookup(held.where, number, now=NOW)
        assert replace(listed, sequence=None, issued="", next_update="") == kept
    assert look(str(tmp_path / "status.json"), number=first).successor == second


def test_nobody_is_named_in_a_list(held: Book, tmp_path: Path) -> None:
    """Nor is anything that somebody wrote of a certificate."""
    number = desk.certified(held)
    granted.change(held, number, "suspended", "incident", "Ms Q complained", by(DECIDER))
    publishing.publish(held, KEY, tmp_path / "s.json", by(REGISTRAR))
    payload = envelope.unseal((tmp_path / "s.json").read_bytes(), KEY.public_key()).decode()
    for words in (REGISTRAR, DECIDER, desk.EVALUATOR, "complained", "Chinese medical", desk.VENDOR, "care-7b"):
        assert words not in payload


def test_lists_are_numbered(held: Book, tmp_path: Path) -> None:
    """Each takes the place of the one before."""
    out = tmp_path / "s.json"
    assert [publishing.publish(held, KEY, out, by(REGISTRAR)).sequence for _ in range(3)] == [1, 2, 3]
    assert statuslist.unseal(out.read_bytes(), KEY.public_key()).sequence == 3


def test_an_older_register_does_not_take_a_list_s_place(held: Book, tmp_path: Path) -> None:
    """A copy from before is found out by what stands there."""
    before = Path(held.where).read_bytes()
    out = tmp_path / "s.json"
    publishing.publish(held, KEY, out, by(REGISTRAR))
    (tmp_path / "old.db").write_bytes(before)
    from evalcenter.register import opened

    with pytest.raises(StatusStale, match="an older copy"):
        publishing.publish(opened(str(tmp_path / "old.db")), KEY, out, by(REGISTRAR))


def test_an_older_register_that_went_on_is_found_out(held: Book, tmp_path: Path) -> None:
    """However many rows and lists it made since: it does not hold what the list in that place was made from."""
    number, out = desk.certified(held), tmp_path / "s.json"
    (tmp_path / "old.db").write_bytes(Path(held.where).read_bytes())
    granted.change(held, number, "revoked", "wrong_result", "x", by(DECIDER))
    publishing.publish(held, KEY, out, by(REGISTRAR))
    from evalcenter.register import opened

    old = opened(str(tmp_path / "old.db"))
    for name in "abc":
        publishing.publish(old, KEY, tmp_path / name, by(REGISTRAR))
    with pytest.raises(StatusStale, match="does not hold"):
        publishing.publish(old, KEY, out, by(REGISTRAR))
    assert statuslist.unseal(out.read_bytes(), KEY.public_key()).certificates[number].status == "revoked"


def test_of_two_that_publish_at_once_the_later_list_stands(held: Book, tmp_path: Path) -> None:
    """Whoever numbered a list and was overtaken leaves the later one where it is."""
    out, writes = tmp_path / "s.json", []

    class Overtaken(Book):
        def write(self, by: Any, role: Any) -> Any:
            writes.append(role)
            if len(writes) == 2:
                publishing.publish(held, KEY, out, by)
            return super().write(by, role)

    assert publishing.publish(Overtaken(held.engine), KEY, out, by(REGISTRAR)).sequence == 1
    assert statuslist.unseal(out.read_bytes(), KEY.public_key()).sequence == 2


@pytest.mark.parametrize("raw", [b"not a list", b"{}"])
def test_another_file_is_not_overwritten(held: Book, tmp_path: Path, raw: bytes) -> None:
    """Whatever stands there stays."""
    (tmp_path / "s.json").write_bytes(raw)
    with pytest.raises(InputError, match="not a status list"):
        publishing.publish(held, KEY, tmp_path / "s.json", by(REGISTRAR))
    assert (tmp_path / "s.json").read_bytes() == raw


def test_another_centre_s_list_is_not_overwritten(held: Book, tmp_path: Path) -> None:
    """A list by another key is somebody else's."""
    where = file(tmp_path, key=OTHER)
    with pytest.raises(InputError, match="not a status list by this key"):
        publishing.publish(held, KEY, Path(where), by(REGISTRAR))


def test_a_tampered_register_publishes_nothing(held: Book, tmp_path: Path) -> None:
    """The chain is checked first."""
    number = desk.certified(held)
    granted.change(held, number, "revoked", "wrong_result", "x", by(DECIDER))
    change(Path(held.where), "DELETE FROM status_events WHERE id = 2")
    with pytest.raises(RegisterTampered):
        publishing.publish(held, KEY, tmp_path / "s.json", by(REGISTRAR))
    assert not (tmp_path / "s.json").exists()


# -- from a web server ------------------------------------------------------------------------------------------------


class Web(BaseHTTPRequestHandler):
    """Serves what the test says."""

    raw: ClassVar[bytes] = b""

    def do_GET(self) -> None:
        match self.path:
            case "/status.json":
                self._send(200, self.raw)
            case "/moved":
                self._send(302, b"", ("Location", "/status.json"))
            case "/file":
                self._send(302, b"", ("Location", "file:///etc/hostname"))
            case "/round":
                self._send(302, b"", ("Location", "/round"))
            case "/large":
                self._send(200, b"x" * (envelope.MAX_BYTES + 1))
            case "/slow":
                self.send_response(200)
                self.send_header("Content-Length", "1000")
                self.end_headers()
                try:
                    for _ in range(1000):
                        self.wfile.write(b"x")
                        self.wfile.flush()
                        time.sleep(0.05)
                except OSError:
                    return
            case "/short":
                self.send_response(200)
                self.send_header("Content-Length", "1000")
                self.end_headers()
                self.wfile.write(b"x")
            case _:
                self._send(404, b"no")

    def _send(self, status: int, raw: bytes, *headers: tuple[str, str]) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(raw)))
        for name, value in headers:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(raw)

    def log_message(self, *_: Any) -> None:
        pass


@contextmanager
def served(raw: bytes) -> Iterator[str]:
    Web.raw = raw
    server = ThreadingHTTPServer(("127.0.0.1", 0), Web)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.mark.parametrize("path", ["/status.json", "/moved"])
def test_a_list_is_read_from_a_web_server(path: str) -> None:
    """Also where it has moved to."""
    with served(statuslist.seal(LIST, KEY)) as url:
        assert look(f"{url}{path}").status == "valid"


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/nowhere", "404"),
        ("/round", "fetched"),
        ("/file", "fetched"),
        ("/large", "more than"),
        ("/short", "cut short"),
    ],
)
def test_what_a_web_server_does_wrong_is_said(path: str, words: str) -> None:
    """Nothing there, no end, another place than the web, too much, too little."""
    with served(b"") as url, pytest.raises(RegisterError, match=words):
        look(f"{url}{path}")


def test_a_server_that_drips_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    """A byte now and then holds nobody up for longer than the limit."""
    with served(b"") as url, pytest.raises(RegisterError, match="not all there"):
        fetching.fetch(f"{url}/slow", 1000, seconds=0.3)


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/s.json", "http://", "http://[::1/"])
def test_a_server_that_is_not_there_is_said(url: str) -> None:
    """With its address."""
    with pytest.raises((RegisterError, InputError)):
        look(url)


@pytest.mark.parametrize("url", ["file:///etc/hostname", "ftp://h/s.json", "data:,x"])
def test_nothing_is_fetched_from_elsewhere(url: str) -> None:
    """Only the web is asked."""
    with pytest.raises(InputError, match="no address of a web server"):
        fetching.fetch(url, 10)
