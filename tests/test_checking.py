"""A certificate holds only as it was signed, for whom, when and about what; every attack is refused with its reason."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from evalcenter import (
    boundary,
    canon,
    certificate,
    checking,
    cli,
    declaration,
    envelope,
    history,
    issuing,
    journal,
    plan,
    signing,
    walk,
)
from evalcenter.errors import (
    CertificateError,
    CertificateNotValid,
    Demonstration,
    EvalcenterError,
    InputError,
    PlanMismatch,
    SignatureInvalid,
    StatusStale,
    Tampered,
)
from evalcenter.records import Text
from evalcenter.register import statuslist
from evalcenter.suites import Loaded
from tests.centre import CENTRE, ID, REAL, Place, granted, place
from tests.doubles import Scripted, plugins
from tests.factory import make_requirement, make_standard
from tests.test_plan import suite
from tests.test_signing import drop, edit_answer, forge_answer, forge_report, write_on
from tests.test_walk import item, means, planned

HELD = suite([item(n) for n in range(30)])  # type: ignore[misc]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of the centre with its certificate."""
    return granted(tmp_path_factory.mktemp("centre")).home


@pytest.fixture
def here(made: Path, tmp_path: Path) -> Place:
    """A copy of it that a test may spoil."""
    shutil.copytree(made, tmp_path, dirs_exist_ok=True)
    return Place(tmp_path)


def loaded(**changes: Any) -> Loaded:
    return Loaded(changes.pop("suite", HELD), changes.pop("digest", "sha256:0"), Path(), ())


# -- what holds -------------------------------------------------------------------------------------------------------


def test_a_certificate_holds(here: Place) -> None:
    """Two signatures, dates, register, run and suite files: everything is checked and said."""
    found = here.check(lookup=lambda _: here.standing(), suites=[loaded()])
    assert isinstance(found, checking.Certified)
    assert found.run is not None
    words = "\n".join(found.words())
    for said in (
        "by 某评测中心（虚构） / Invented Centre",
        "valid by the register",
        "planned again",
        "30 grades of 30",
    ):
        assert said in words
    assert "NOT" not in words


def test_what_was_not_checked_is_said(here: Place) -> None:
    """Without run and register the words say so."""
    shutil.copy(here.file, here.home / "alone.json")
    words = "\n".join(here.check(run=None).words())
    assert "status     NOT checked" in words
    assert "run        NOT checked" in words


def test_it_holds_on_its_last_day(here: Place) -> None:
    """The last day belongs to it to its last second."""
    assert here.check(run=None, at="2098-12-31T23:59:59Z")


def test_a_revocation_is_not_backdated(here: Place) -> None:
    """Asked about a day before the revocation, it held, and the later revocation is said."""
    revoked = here.standing(status="revoked", since="2098-06-01T00:00:00Z", issued="", next_update="")
    words = "\n".join(here.check(run=None, at="2098-05-31T12:00:00Z", lookup=lambda _: revoked).words())
    assert "revoked since 2098-06-01T00:00:00Z, later than this" in words


def test_a_demonstration_is_let_through_on_demand(tmp_path: Path) -> None:
    """With `demo` it verifies, and its first word is DEMONSTRATION."""
    held = granted(tmp_path, planned())
    assert next(held.check(demo=True).words()).startswith("DEMONSTRATION")


# -- attacks ----------------------------------------------------------------------------------------------------------


def reorder(folder: Path) -> None:
    lines = (folder / journal.NAME).read_bytes().splitlines(keepends=True)
    lines[5], lines[6] = lines[6], lines[5]
    (folder / journal.NAME).write_bytes(b"".join(lines))


def other_payload(here: Place, change: Callable[[bytes], bytes]) -> None:
    before = here.payload()
    assert change(before) != before
    here.signed(change(before))


def posing(here: Place, kind: str) -> None:
    """A declaration of the same run under the certificate's type, signed by both."""
    raw = declaration.statement(here.held().evidence)
    here.signed(raw.replace(b"urn:evalcenter:declaration:0.1", kind.encode()))


def of_self_test(here: Place) -> None:
    """Both sign a certificate about a run that nobody but its maker held."""
    shutil.rmtree(here.run)
    walk.start(replace(planned(), candidate=REAL), here.run, means(Scripted()))
    run = history.load(here.run)
    forged = {**run.opened[-1], "lab": canon.plain(CENTRE)}
    run.opened[:] = [forged]
    here.signed(certificate.statement(certificate.of(run, here.grant())))


def twice(here: Place) -> None:
    same = here.held().evaluated_by
    here.lie(decided_by=replace(same, name=Text(zh="王三", en=" a. EXAMPLE ")))


def one_key(here: Place) -> None:
    here.lie(decided_by=replace(here.held().decided_by, key=here.held().evaluated_by.key))


def in_the_register(**changes: Any) -> Callable[[Place], dict[str, Any]]:
    return lambda here: {"lookup": lambda _: here.standing(**changes)}


def on(at: str) -> Callable[[Place], dict[str, Any]]:
    return lambda _: {"at": at}


def keys(*names: str) -> Callable[[Place], dict[str, Any]]:
    return lambda here: {"keys": tuple(here.home / f"{name}.pub.pem" for name in names)}


def nothing(_: Place) -> dict[str, Any]:
    return {}


def spoil(change: Callable[[Path], None]) -> Callable[[Place], dict[str, Any]]:
    def attack(here: Place) -> dict[str, Any]:
        at = here.at
        change(here.run)
        return {"at": at}

    return attack


def signed(change: Callable[[Place], None]) -> Callable[[Place], dict[str, Any]]:
    def attack(here: Place) -> dict[str, Any]:
        at = here.at
        change(here)
        return {"at": at}

    return attack


def replaced(old: bytes, new: bytes) -> Callable[[Place], dict[str, Any]]:
    return signed(lambda here: other_payload(here, lambda raw: raw.replace(old, new, 1)))


def replayed(**changes: Any) -> Callable[[Place], dict[str, Any]]:
    def attack(here: Place) -> dict[str, Any]:
        made = replace(planned(), candidate=replace(REAL, **changes))
        walk.start(made, here.home / "another", replace(means(Scripted()), lab=CENTRE))
        return {"run": "another"}

    return attack


def failed(here: Place) -> Any:
    said = here.held().evidence
    return replace(said, verdict=replace(said.verdict, outcome="fail"))


def forged_summary(here: Place) -> None:
    raw = envelope.seal(b'{"predicate":{"result":"PASSED"}}', envelope.private_key(here.home / "d.pem"))
    (here.run / issuing.SUMMARY).write_bytes(raw)


def foreign_summary(here: Place) -> None:
    payload = envelope.unseal((here.run / issuing.SUMMARY).read_bytes(), envelope.public_key(here.keys[1]))
    (here.run / issuing.SUMMARY).write_bytes(envelope.seal(payload, envelope.private_key(here.home / "other.pem")))


ATTACKS: dict[str, tuple[Callable[[Place], dict[str, Any]], type[EvalcenterError], str]] = {
    "edited answer": (spoil(edit_answer), Tampered, "chain is broken"),
    "answer forged with its chain": (spoil(forge_answer), Tampered, "lines ending in"),
    "dropped entry": (spoil(lambda f: drop(f, 9)), Tampered, "chain is broken"),
    "reordered journal": (spoil(reorder), Tampered, "chain is broken"),
    "journal written on": (spoil(write_on), Tampered, "was written on"),
    "report forged with the journal": (spoil(forge_report), Tampered, r"the report report\.en\.md is not the one"),
    "swapped suite": (lambda _: {"suites": [loaded(digest="sha256:1")]}, PlanMismatch, "has the digest sha256:1"),
    "wrong key": (keys("other"), SignatureInvalid, "no signature here is by the key"),
    "one right key of two": (
        keys("e", "other"),
        SignatureInvalid,
        "the key of 李二 / B. Example, who decided, was not given",
    ),
    "one key only": (keys("d"), SignatureInvalid, "the key of 张一 / A. Example, who evaluated, was not given"),
    "one key twice": (keys("e", "e"), InputError, "one key was given twice"),
    "one signature of two": (
        signed(lambda here: here.signed(here.payload(), "e")),
        SignatureInvalid,
        "one signature of two: 李二 / B. Example, who decided, has not signed",
    ),
    "one signature twice": (signed(lambda here: here.signed(here.payload(), "e", "e")), SignatureInvalid, "of two"),
    "same person twice": (signed(twice), InputError, "same person twice"),
    "one key for two people": (signed(one_key), InputError, "same person twice"),
    "expired": (on("2099-01-01T00:00:00Z"), CertificateNotValid, "expired: it held until 2098-12-31"),
    "not yet valid": (on("2020-01-01T00:00:00Z"), CertificateNotValid, "not yet valid"),
    "revoked": (
        in_the_register(status="revoked", reason="key compromised"),
        CertificateNotValid,
        r"revoked since 2026-01-01T00:00:00Z \(key compromised\)",
    ),
    "suspended": (in_the_register(status="suspended"), CertificateNotValid, "suspended since"),
    "superseded": (in_the_register(status="superseded"), CertificateNotValid, "superseded since"),
    "unknown to the register": (in_the_register(status="unknown"), CertificateNotValid, "knows no certificate"),
    "stale status list": (in_the_register(next_update="2026-01-02T00:00:00Z"), StatusStale, "stale"),
    "another document under the id": (
        in_the_register(document="sha256:1"),
        CertificateNotValid,
        "another document under the id",
    ),
    "standing of another certificate": (in_the_register(certificate="IC-2"), CertificateNotValid, "another document"),
    "replayed onto another model": (replayed(name="other"), PlanMismatch, "its candidate is 'c', the run's is 'other'"),
    "replayed onto another version": (replayed(version="2"), PlanMismatch, "its candidate is"),
    "self-test posing as a certificate": (
        signed(lambda here: posing(here, certificate.TYPE)),
        InputError,
        "not a certificate",
    ),
    "declaration in the place of a certificate": (
        signed(lambda here: posing(here, declaration.TYPE)),
        CertificateError,
        "a self-test",
    ),
    "certificate of a self-test": (signed(of_self_test), Tampered, "the run is a self-test"),
    "summary in the place of a certificate": (
        signed(lambda here: shutil.copy(here.run / issuing.SUMMARY, here.file) and None),
        InputError,
        "the summary for other tools",
    ),
    "a float": (replaced(b'"good":30', b'"good":30.0'), InputError, "float"),
    "duplicate keys": (
        replaced(b'"demonstration":', b'"demonstration":false,"demonstration":'),
        InputError,
        "occurs twice",
    ),
    "an unknown field": (
        replaced(b'"demonstration":', b'"accredited":true,"demonstration":'),
        InputError,
        "accredited",
    ),
    "spaces": (replaced(b":", b": "), InputError, "canonical"),
    "another subject": (replaced(b'"name":"candidate"', b'"name":"model"'), InputError, "subjects"),
    "a later version of the format": (replaced(b"certificate:0.1", b"certificate:0.2"), InputError, "predicateType"),
    "huge file": (signed(lambda here: here.file.write_bytes(b"x" * 5_000_000) and None), InputError, "more than"),
    "demonstration passed off as real": (
        signed(lambda here: here.lie(evidence=replace(here.held().evidence, simulated=True))),
        InputError,
        "not marked as a demonstration",
    ),
    "a FAIL that is certified": (
        signed(lambda here: here.lie(evidence=failed(here))),
        InputError,
        "its verdict is fail, for which nothing is granted",
    ),
    "granted before the verdict": (
        signed(lambda here: here.lie(granted="2020-01-01")),
        InputError,
        "before the verdict",
    ),
    "another centre": (
        signed(lambda here: here.lie(body=replace(here.held().body, name="Ministry"))),
        Tampered,
        "certificate's body is not what the run says",
    ),
    "claimed accreditation": (
        signed(lambda here: here.lie(body=replace(here.held().body, accreditation="CNAS L0000"))),
        Tampered,
        "certificate's body is not what the run says",
    ),
    "another register": (
        signed(lambda here: here.lie(status=f"https://elsewhere.example/{ID}")),
        Tampered,
        "certificate's status is not what the run says",
    ),
    "a register that runs scripts": (
        signed(lambda here: here.lie(status=f"javascript:alert('{ID}')")),
        InputError,
        "address of its status",
    ),
    "another subject in words": (
        signed(lambda here: here.lie(subject=Text(zh="权重", en="weights"))),
        InputError,
        "what its subject is",
    ),
    "an invented fingerprint": (signed(lambda here: here.lie(fingerprint="sha256:1")), Tampered, "fingerprint"),
    "report outside the run": (
        signed(lambda here: here.lie(evidence=replace(here.held().evidence, reports={"../x": "sha256:1"}))),
        InputError,
        "not the name of a report",
    ),
    "forged summary": (
        signed(forged_summary),
        Tampered,
        "summary for other tools says something else",
    ),
    "summary by another hand": (
        signed(foreign_summary),
        SignatureInvalid,
        "no signature here",
    ),
}


@pytest.mark.parametrize(("attack", "error", "words"), ATTACKS.values(), ids=ATTACKS)
def test_attacks_are_refused(
    here: Place, attack: Callable[[Place], dict[str, Any]], error: type[EvalcenterError], words: str
) -> None:
    """Each attack on a certificate is refused, with its own error and reason."""
    with pytest.raises(error, match=words):
        here.check(**attack(here))


def test_a_certificate_without_a_number_is_refused(here: Place) -> None:
    """Both may sign one whose id is empty; it is none, and that is said."""
    here.lie(id="")
    with pytest.raises(InputError, match="the id '' is not"):
        here.check(at=f"{here.grant().granted}T12:00:00Z")


def test_a_revocation_counts_at_once(here: Place) -> None:
    """What a list says has happened, whatever the clock of whoever wrote it or of whoever reads it."""
    revoked = here.standing(
        status="revoked", since="2098-05-31T12:05:00Z", issued="2098-05-31T11:58:00Z", next_update=""
    )
    with pytest.raises(CertificateNotValid, match="is revoked since"):
        here.check(run=None, at="2098-05-31T12:00:00Z", lookup=lambda _: revoked)


def test_a_demonstration_is_refused(tmp_path: Path) -> None:
    """Nobody may rely on a certificate of a stand-in, and it does not verify by itself."""
    with pytest.raises(Demonstration, match="DEMONSTRATION"):
        granted(tmp_path, planned()).check()


def test_an_unmarked_simulated_judge_is_found(here: Place) -> None:
    """A certificate that hides a simulated judge differs from its run."""
    run = history.load(here.run)
    run.plan = replace(run.plan, candidate=replace(REAL, simulated=True))
    assert any("demonstration" in words for words in certificate.differences(here.held(), run))


def test_a_doctored_plan_is_found(tmp_path: Path) -> None:
    """Two good signatures over a plan with easier rubrics: the suite's own files give it away."""
    standard = make_standard(make_requirement(line=Decimal("0.9")))
    drawn = plan.expand([(HELD, "sha256:0")], standard, REAL, "seed", plugins(), boundary.convert)
    criteria = tuple(replace(c, check={"says": {"word": ""}}) for c in drawn.items[0].criteria)
    held = granted(tmp_path, replace(drawn, items=tuple(replace(i, criteria=criteria) for i in drawn.items)))
    assert held.check()
    with pytest.raises(Tampered, match="other questions, rubrics or draws"):
        held.check(suites=[loaded()])


def test_a_declaration_asks_no_register(here: Place) -> None:
    """A declaration stands in no register; whoever asks one gets to know that it is no certificate."""
    signing.sign(here.run, here.home / "e.pem", plugins())
    ask = checking.Ask(
        keys=here.keys[:1], against=signing.Against(None, plugins()), at="2026-01-01", lookup=lambda _: here.standing()
    )
    with pytest.raises(CertificateError, match="no certificate"):
        checking.check(here.run / signing.NAME, ask)


def test_a_declaration_beside_a_certificate_holds_too(here: Place) -> None:
    """A run may carry both; the declaration says that it is no certificate."""
    signing.sign(here.run, here.home / "e.pem", plugins())
    ask = checking.Ask(keys=here.keys[:1], against=signing.Against(here.run, plugins()), at="2026-01-01")
    assert any("no certificate" in line for line in checking.check(here.run / signing.NAME, ask).words())


# -- the commands -----------------------------------------------------------------------------------------------------


def call(*args: object) -> Result:
    result = CliRunner().invoke(cli.main, [str(a) for a in args])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


GRANT = """\
id: {id}
granted: {today}
valid_from: {today}
valid_until: 2098-12-31
client: {{name: Vendor Ltd, address: 2 Vendor Road}}
scope: {{zh: 用药问答, en: Answers on medication}}
evaluated_by: {{name: A. Example, key: "{e}"}}
decided_by: {{name: B. Example, key: "{d}"}}
"""


def test_the_commands_grant_and_verify(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Evaluator, decider and reader each have one command, and every refusal its exit code."""
    monkeypatch.setattr("evalcenter.plugins.load", plugins)
    held = place(tmp_path)
    e, d = (envelope.fingerprint(envelope.public_key(key)) for key in held.keys)
    grant = tmp_path / "grant.yaml"
    grant.write_text(GRANT.format(id=ID, today=journal.now()[:10], e=e, d=d), encoding="utf-8")
    first = call("certify", held.run, "--grant", grant, "--key", tmp_path / "e.pem")
    assert (first.exit_code, "whoever decides signs" in first.output) == (0, True), first.output
    both = ("--key", held.keys[0], "--key", held.keys[1])
    assert call("verify", held.file, *both).exit_code == SignatureInvalid.exit_code
    second = call("certify", held.run, "--grant", grant, "--key", tmp_path / "d.pem", "--evaluated", held.keys[0])
    assert (second.exit_code, "by both" in second.output) == (0, True), second.output
    done = call("verify", held.file, *both, "--run", held.run)
    assert (done.exit_code, f"certificate {ID}" in done.output) == (0, True), done.output
    assert call("verify", held.file, *both, "--at", "2099-01-01").exit_code == CertificateNotValid.exit_code
    assert call("verify", held.file, *both, "--at", "soon").exit_code == InputError.exit_code
    assert call("verify", held.file, "--key", held.keys[0]).exit_code == SignatureInvalid.exit_code


def test_a_key_is_made_before_anything_is_signed(tmp_path: Path) -> None:
    """With its fingerprint, which a grant names; nothing is overwritten."""
    done = call("new-key", tmp_path / "k.pem")
    assert (done.exit_code, envelope.fingerprint(envelope.public_key(tmp_path / "k.pub.pem")) in done.output) == (
        0,
        True,
    )
    before = (tmp_path / "k.pem").read_bytes()
    assert call("new-key", tmp_path / "k.pem").exit_code == InputError.exit_code
    assert (tmp_path / "k.pem").read_bytes() == before


@pytest.mark.parametrize(
    ("status", "document", "code"),
    [
        ("valid", "", 0),
        ("revoked", "", CertificateNotValid.exit_code),
        ("suspended", "", CertificateNotValid.exit_code),
        ("valid", "sha256:" + "0" * 64, CertificateNotValid.exit_code),
        (None, "", CertificateNotValid.exit_code),
    ],
)
def test_the_command_asks_a_status_list(here: Place, status: str | None, document: str, code: int) -> None:
    """With the centre's signed list the standing of this very document decides; a certificate that is not in it is unknown."""
    now, held = journal.now(), here.held()
    entry = statuslist.Entry(
        document=document or canon.digest(here.payload()),
        status=status or "valid",  # type: ignore[arg-type]
        since=now,
        reason="",
        valid_from=held.valid_from,
        valid_until=held.valid_until,
    )
    made = statuslist.StatusList(
        issuer="Invented Centre",
        sequence=1,
        issued=now,
        next_update="2098-01-01T00:00:00Z",
        entries=1,
        head="sha256:" + "1" * 64,
        certificates={ID: entry} if status else {},
    )
    file = here.home / "status.json"
    file.write_bytes(statuslist.seal(made, here_key(here)))
    both = ("--key", here.keys[0], "--key", here.keys[1])
    done = call("verify", here.file, *both, "--register", file, "--register-key", here.home / "other.pub.pem")
    assert (done.exit_code, "valid by the register, told" in done.output) == (code, code == 0), done.output
    wrong = call("verify", here.file, *both, "--register", file, "--register-key", here.keys[0])
    assert wrong.exit_code == SignatureInvalid.exit_code


def here_key(here: Place) -> Ed25519PrivateKey:
    """The key that signs the centre's list."""
    key = envelope.private_key(here.home / "other.pem")
    assert isinstance(key, Ed25519PrivateKey)
    return key


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("B. Example", "a.example", "same person twice"),
        ("valid_until: 2098-12-31", "valid_until: 2020-12-31", "out of order"),
        ("valid_until: 2098-12-31", "valid_until: 2098-13-31", "expected a day"),
        ("id: IC-2026-0001", "id: ../x", "the id"),
        ("sha256:", "sha512:", "expected the fingerprint"),
        ("Vendor Ltd", "' '", "blank"),
        ("2 Vendor Road", "x" * 200, "longer"),
        ("id:", "accredited: true\nid:", "accredited"),
    ],
)
def test_odd_grants_are_refused(tmp_path: Path, old: str, new: str, words: str) -> None:
    """A grant that can't be given is refused with file and line."""
    (tmp_path / "run").mkdir()
    envelope.new_key(tmp_path / "k.pem")
    text = GRANT.format(id=ID, today="2026-03-01", e="sha256:" + "a" * 64, d="sha256:" + "b" * 64)
    assert old in text
    (tmp_path / "grant.yaml").write_text(text.replace(old, new), encoding="utf-8")
    done = call("certify", tmp_path / "run", "--key", tmp_path / "k.pem", "--grant", tmp_path / "grant.yaml")
    assert (done.exit_code, words in done.output, "grant.yaml" in done.output) == (11, True, True), done.output
