"""From a submission to a certificate that two people signed, that the register issued, and that strangers check against it."""

from __future__ import annotations

import functools
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from evalcenter import canon, certificate, envelope, history, issuing, journal, walk
from evalcenter.candidates import openai_http
from evalcenter.errors import (
    CertificateNotValid,
    Demonstration,
    EvalcenterError,
    InputError,
    NotAllowed,
    PlanMismatch,
    SignatureInvalid,
)
from evalcenter.register import runs, tables
from tests.register.test_registering import GU, LI, PASS, ZHAO, Centre
from tests.test_continues import call, endpoint, small  # noqa: F401 - fixtures

LAB = "name: {zh: 示例评测中心, en: Example Centre}\naddress: 1 Example Road\nregister: https://centre.example/c/{id}\n"
GRANT = """\
id: NUMBER
granted: TODAY
valid_from: TODAY
valid_until: 2098-12-31
client: {name: {zh: 示例智能, en: Invented Vendor Ltd}, address: 2 Vendor Road}
scope: {zh: 闲谈, en: Small talk}
evaluated_by: {name: {zh: 李医生, en: Dr Li}, key: "E"}
decided_by: {name: Zhao Min, key: "D"}
"""


class Office(Centre):
    """A centre whose run was decided on, and the keys of both people."""

    @property
    def keys(self) -> tuple[object, ...]:
        return ("--key", self.folder / "e.pub.pem", "--key", self.folder / "d.pub.pem")

    @property
    def number(self) -> str:
        return f"EC-{journal.now()[:4]}-00001"

    @property
    def file(self) -> Path:
        return self.folder / "run" / issuing.NAME

    def decided(self) -> None:
        """Everything up to the decision; the endpoint passes for a real one."""
        (self.folder / "centre.yaml").write_text(LAB, encoding="utf-8")
        self.do("submit", self.suite, "--candidate", self.candidate(simulated=False), by=GU)
        entered = ("--register", self.where, "--by", LI, "--submission", 1, "--lab", self.folder / "centre.yaml")
        words = ("run", self.suite, "--candidate", self.candidate(simulated=False), "--quiet", *entered)
        first = call(*words, "--out", self.folder / "first")
        assert "inconclusive" in first.output.lower(), first.output
        assert call(*words, "--out", self.folder / "run", "--more", 30).exit_code == PASS
        said = self.do("decide", self.folder / "run", "--grant", "--why", "the evidence bears it", by=ZHAO)
        assert self.number in said
        for name in ("e", "d"):
            envelope.new_key(self.folder / f"{name}.pem")

    def sign(self, number: str = "") -> None:
        """Both people sign the grant of a certificate."""
        grant, text = self.folder / "grant.yaml", GRANT
        for name in ("e", "d"):
            key = envelope.fingerprint(envelope.public_key(self.folder / f"{name}.pub.pem"))
            text = text.replace(f'"{name.upper()}"', f'"{key}"')
        text = text.replace("NUMBER", number or self.number).replace("TODAY", journal.now()[:10])
        grant.write_text(text, encoding="utf-8")
        words = ("certify", self.folder / "run", "--grant", grant, "--key")
        for more in ((self.folder / "e.pem",), (self.folder / "d.pem", "--evaluated", self.folder / "e.pub.pem")):
            done = call(*words, *more)
            assert done.exit_code == 0, done.output

    def lie(self, **changes: Any) -> None:
        """Both people sign something else."""
        payload = envelope.unseal(self.file.read_bytes(), envelope.public_key(self.folder / "e.pub.pem"))
        held = replace(certificate.read(payload, ""), **changes)
        keys = [envelope.private_key(self.folder / f"{name}.pem") for name in "ed"]
        self.file.write_bytes(envelope.add(envelope.seal(certificate.statement(held), keys[0]), keys[1]))

    def issue(self, *more: object, code: int = 0) -> str:
        return self.do("issue", "--document", self.file, *self.keys, *more, by=ZHAO, code=code)

    def publish(self) -> Path:
        """The status list as it is now; its key is made the first time."""
        key, out = self.folder / "centre.pem", self.folder / "www" / "status.json"
        if not key.exists():
            envelope.new_key(key)
            out.parent.mkdir()
        self.do("publish", "--key", key, "--out", out, by=GU)
        return out

    def verify(self, file: Path, where: object, *more: object) -> tuple[int, str]:
        told = ("--register", where, "--register-key", self.folder / "centre.pub.pem")
        done = call("verify", file, *self.keys, *told, *more)
        return done.exit_code, done.output


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, small: Path, endpoint: str) -> Path:  # noqa: F811
    """An office whose certificate was signed by both."""
    with pytest.MonkeyPatch.context() as patched:
        honest(patched)
        held = Office(tmp_path_factory.mktemp("office"), small, endpoint)
        held.decided()
        held.sign()
        return held.folder


@pytest.fixture
def office(made: Path, tmp_path: Path, small: Path, endpoint: str, monkeypatch: pytest.MonkeyPatch) -> Office:  # noqa: F811
    """A copy of it."""
    honest(monkeypatch)
    shutil.copytree(made, tmp_path, dirs_exist_ok=True)
    held = Office.__new__(Office)
    held.folder, held.suite, held.url, held.where = tmp_path, small, endpoint, str(tmp_path / "register.db")
    return held


def honest(patched: pytest.MonkeyPatch) -> None:
    """The reference endpoint passes for a real one, and a report is one line."""

    def write(held: history.Run, *_: object, **__: object) -> tuple[Path, ...]:
        path = held.folder / "report.en.md"
        path.write_text(f"{held.plan_digest}, {len(list(held.folder.glob('again')))}\n")
        return (path,)

    patched.setattr(openai_http.Endpoint, "_check_simulated", lambda *_: None)
    patched.setattr(walk, "write_reports", write)


@contextmanager
def web(folder: Path) -> Iterator[str]:
    """A static web server of `folder`."""

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(folder))) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}/status.json"
        finally:
            server.shutdown()
            thread.join(10)


# -- the whole way ----------------------------------------------------------------------------------------------------


def test_from_a_submission_to_a_certificate_and_its_end(office: Office) -> None:
    """Issued, it holds by database, file and address; superseded, revoked and expired it is refused by each."""
    assert f"issued {office.number}" in office.issue()
    first = shutil.move(office.file, office.folder / "first.json")
    office.publish()
    refused = CertificateNotValid.exit_code
    with web(office.folder / "www") as address:
        places = (office.where, office.folder / "www" / "status.json", address)

        def told(file: Path, *more: object) -> list[tuple[int, bool, bool]]:
            done = [office.verify(file, place, *more) for place in places]
            return [(code, "valid by the register" in said, "superseded since" in said) for code, said in done]

        assert told(first, "--run", office.folder / "run") == [(0, True, False)] * 3
        second = f"{office.number}-2"
        office.sign(second)
        office.issue("--replaces", office.number)
        assert told(first)[1] == (0, True, False)  # until the list is published, its readers can't know
        office.publish()
        assert told(first) == [(refused, False, True)] * 3
        assert told(office.file) == [(0, True, False)] * 3
        assert told(office.file, "--at", "2099-01-01") == [(refused, False, False)] * 3
        office.do("status", second, "revoked", "--reason", "wrong_result", "--why", "a grader was wrong", by=ZHAO)
        list_ = office.publish()
        assert told(office.file) == [(refused, False, False)] * 3
        assert "revoked since" in office.verify(office.file, address)[1]
        public = office.folder / "centre.pub.pem"
        listed = call("register", "lookup", address, second, "--key", public, "--seen", 3)
        assert (listed.exit_code, "revoked" in listed.output) == (refused, True)
        assert "all as they were written" in office.do("check", "--against", list_, "--key", public)


def test_what_is_issued_is_what_the_file_says(office: Office) -> None:
    """Number, term, scope and digest are taken from it."""
    office.issue()
    (row,) = office.rows(tables.certificates)
    payload = envelope.unseal(office.file.read_bytes(), envelope.public_key(office.folder / "e.pub.pem"))
    assert [row[name] for name in ("number", "document", "valid_from", "valid_until", "scope")] == [
        office.number,
        canon.digest(payload),
        journal.now()[:10],
        "2098-12-31",
        "闲谈 / Small talk",
    ]


# -- what is not issued -----------------------------------------------------------------------------------------------


def one_signature(office: Office) -> None:
    payload = envelope.unseal(office.file.read_bytes(), envelope.public_key(office.folder / "e.pub.pem"))
    office.file.write_bytes(envelope.seal(payload, envelope.private_key(office.folder / "d.pem")))


def held(office: Office) -> certificate.Certificate:
    payload = envelope.unseal(office.file.read_bytes(), envelope.public_key(office.folder / "e.pub.pem"))
    return certificate.read(payload, "")


def named(role: str, name: str) -> Any:
    return lambda office: office.lie(**{role: replace(getattr(held(office), role), name=name)})


def of_another_run(office: Office) -> None:
    office.lie(evidence=replace(held(office).evidence, plan="sha256:" + "0" * 64))


def of_an_older_journal(office: Office) -> None:
    said = held(office).evidence
    office.lie(evidence=replace(said, journal=replace(said.journal, head="sha256:" + "0" * 64)))


def of_a_fail(office: Office) -> None:
    said = held(office).evidence
    office.lie(evidence=replace(said, verdict=replace(said.verdict, outcome="fail")))


def declared(office: Office) -> None:
    done = call("certify", office.folder / "run", "--key", office.folder / "e.pem")
    assert done.exit_code == 0, done.output
    shutil.copy(office.folder / "run" / "attestation.dsse.json", office.file)


REFUSED: dict[str, tuple[Any, type[EvalcenterError], str]] = {
    "one signature": (one_signature, SignatureInvalid, "has not signed"),
    "a demonstration": (lambda o: o.lie(demonstration=True), Demonstration, "DEMONSTRATION"),
    "a fail": (of_a_fail, InputError, "nothing is granted"),
    "a declaration": (declared, InputError, "not a certificate"),
    "one person twice": (named("decided_by", "dr li"), InputError, "same person twice"),
    "a stranger who evaluated": (named("evaluated_by", "A. Stranger"), NotAllowed, "that was Dr Li"),
    "a stranger who decided": (named("decided_by", "A. Stranger"), NotAllowed, "that was Zhao Min"),
    "another client": (
        named("client", "A. Competitor"),
        NotAllowed,
        "granted to A. Competitor; by the register that is 示例智能",
    ),
    "another centre": (named("body", "A. Body"), NotAllowed, "issued by A. Body; by the register that is 示例评测中心"),
    "another run": (of_another_run, NotAllowed, "another run than attempt 2 of submission 1"),
    "another end of the run": (of_an_older_journal, NotAllowed, "was decided on when it ended with"),
    "another number": (lambda o: o.lie(id="EC-2026-00007", status=None), NotAllowed, "no decision grants"),
}


@pytest.mark.parametrize(("change", "error", "words"), REFUSED.values(), ids=REFUSED)
def test_what_was_not_granted_is_not_issued(
    office: Office, change: Any, error: type[EvalcenterError], words: str
) -> None:
    """Each is refused with its reason, and nothing is written."""
    change(office)
    assert words in office.issue(code=error.exit_code)
    assert office.rows(tables.certificates) == []


def test_a_report_that_is_rendered_before_the_signatures_changes_nothing(office: Office) -> None:
    """The journal grew by a report; with the run at hand that is seen, without it the certificate is refused."""
    office.file.unlink()
    (office.folder / "run" / "again").touch()
    done = call("report", office.folder / "run", "--lab", office.folder / "centre.yaml")
    assert done.exit_code == 0, done.output
    assert len(runs.heads(office.folder / "run")) > 1
    office.sign()
    assert "name it with --run" in office.issue(code=NotAllowed.exit_code)
    assert "not the run" in office.issue("--run", office.folder / "first", code=PlanMismatch.exit_code)
    office.issue("--run", office.folder / "run")


def test_whoever_evaluated_does_not_issue_it(office: Office) -> None:
    """Not even as a decider too."""
    office.do("person", LI, "--role", "evaluator", "--role", "decider", by=GU)
    words = ("issue", "--document", office.file, *office.keys)
    assert "issue its certificate" in office.do(*words, by=LI, code=NotAllowed.exit_code)
