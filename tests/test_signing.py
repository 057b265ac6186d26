"""A signed declaration says what the run says, and nothing that differs from the run gets through."""

import json
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from evalcenter import boundary, canon, cli, declaration, envelope, history, journal, plan, signing, walk
from evalcenter.errors import Incomplete, InputError, PlanMismatch, RunError, SignatureInvalid, Tampered
from evalcenter.records import Answer, Plan, SuiteHead
from evalcenter.suites import Loaded
from tests.doubles import Scripted, plugins
from tests.factory import make_requirement, make_standard
from tests.test_plan import FAMILY, suite
from tests.test_walk import SPEC, forge, item, means, planned, walked, wrong_answer

SIGNED = signing.NAME


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A signed run in ``run``, with the keys beside it."""
    home = tmp_path_factory.mktemp("certify")
    walked(home / "run")
    envelope.new_key(home / "k.pem")
    signing.sign(home / "run", home / "k.pem", plugins())
    return home


@pytest.fixture
def home(made: Path, tmp_path: Path) -> Path:
    """A copy of it that a test may spoil."""
    shutil.copytree(made, tmp_path, dirs_exist_ok=True)
    return tmp_path


def check(home: Path, run: str | None = "run", **more: Any) -> signing.Attested:
    folder = None if run is None else home / run
    return signing.check(home / "run" / SIGNED, home / "k.pub.pem", folder, plugins(), **more)


def payload(home: Path) -> bytes:
    return envelope.unseal((home / "run" / SIGNED).read_bytes(), envelope.public_key(home / "k.pub.pem"))


def signed_anew(home: Path, raw: bytes) -> None:
    """Put a good signature on anything: the signer lies, or signs what something else gave it."""
    (home / "run" / SIGNED).write_bytes(envelope.seal(raw, envelope.private_key(home / "k.pem")))


def declared_anew(home: Path, **changes: Any) -> None:
    held = declaration.read(payload(home), "")
    signed_anew(home, declaration.statement(replace(held, **changes)))


def run_of(folder: Path, made: Plan) -> Path:
    walk.start(made, folder, means(Scripted()))
    return folder


# -- what holds -------------------------------------------------------------------------------------------------------


def test_a_signed_run_checks(home: Path) -> None:
    """Signature, journal, grades, verdict and reports all hold."""
    found = check(home)
    assert found.declared.verdict.outcome == "pass"
    assert found.run is not None
    assert (found.run.grades, len(found.run.reports)) == (30, 3)


def test_what_is_declared(home: Path) -> None:
    """The statement is in-toto's, names candidate and reports as its subjects, and holds no float and no certificate."""
    held = canon.decode(payload(home))
    run = history.load(home / "run")
    assert held["predicateType"] == "urn:evalcenter:declaration:0.1"
    assert [one["name"] for one in held["subject"]] == ["candidate", "report.en.html", "report.en.json", "report.en.md"]
    assert held["subject"][0]["digest"]["sha256"] == canon.digest(SPEC).removeprefix("sha256:")
    said = held["predicate"]
    assert (said["kind"], said["simulated"]) == ("declaration", True)
    assert (said["plan"], said["journal"]) == (run.plan_digest, {"entries": run.count, "head": run.head})
    assert said["verdict"]["findings"][0]["good"] == 30
    assert isinstance(said["verdict"]["findings"][0]["lower"], str)
    assert (said["started"], said["decided"]) == (run.first, run.decided.at if run.decided else "")


def test_a_failed_run_is_declared_too(tmp_path: Path) -> None:
    """A declaration of FAIL says FAIL."""
    walked(tmp_path / "run", Scripted(default="no"))
    envelope.new_key(tmp_path / "k.pem")
    signing.sign(tmp_path / "run", tmp_path / "k.pem", plugins())
    found = check(tmp_path)
    assert found.declared.verdict.outcome == "fail"
    assert any("FAIL (simulated" in line for line in found.words())


def test_no_question_answer_or_address_is_declared(tmp_path: Path) -> None:
    """What the candidate was asked and said, and where it lives, stays in the run."""
    spec = replace(SPEC, base_url="http://secret-host.example/v1", system="secret-system")
    run_of(tmp_path / "run", replace(planned(), candidate=spec))
    envelope.new_key(tmp_path / "k.pem")
    signing.sign(tmp_path / "run", tmp_path / "k.pem", plugins())
    for word in (b"secret", b"\xe6\xaf\xab\xe5\x85\x8b", b'"yes"'):
        assert word not in payload(tmp_path)


def test_signing_again_changes_nothing(home: Path) -> None:
    """The same run and key give the same file."""
    before = (home / "run" / SIGNED).read_bytes()
    assert signing.sign(home / "run", home / "k.pem", plugins()) == home / "run" / SIGNED
    assert before == (home / "run" / SIGNED).read_bytes()


def test_without_the_run_only_the_signature_is_checked(home: Path) -> None:
    """A declaration can be read without its run, and says that the run was not checked."""
    shutil.copy(home / "run" / SIGNED, home / "alone.json")
    found = signing.check(home / "alone.json", home / "k.pub.pem", None, plugins())
    assert found.run is None
    assert any("NOT checked" in line for line in found.words())


def test_a_moved_run_checks(home: Path) -> None:
    """A run may be handed over and lie anywhere."""
    shutil.copytree(home / "run", home / "elsewhere")
    assert check(home, "elsewhere").run is not None


# -- what is not signed -----------------------------------------------------------------------------------------------


def test_a_tampered_run_is_not_signed(home: Path) -> None:
    """What does not recompute gets no signature."""
    (home / "run" / SIGNED).unlink()
    forge(home / "run", "response", wrong_answer)
    with pytest.raises(Tampered, match="recomputed it is fail"):
        signing.sign(home / "run", home / "k.pem", plugins())
    assert not (home / "run" / SIGNED).exists()


def test_a_run_without_verdict_is_not_signed(home: Path, tmp_path: Path) -> None:
    """A run that was only started is incomplete."""
    with history.create(tmp_path / "started", planned()):
        pass
    with pytest.raises(Incomplete, match="no verdict"):
        signing.sign(tmp_path / "started", home / "k.pem", plugins())
    with pytest.raises(Incomplete, match="no verdict"):
        declaration.of(history.load(tmp_path / "started"))


def test_a_run_without_its_reports_is_not_signed(home: Path) -> None:
    """What an officer reads must be there when it is signed."""
    (home / "run" / "report.en.md").unlink()
    with pytest.raises(Incomplete, match=r"are missing: report\.en\.md"):
        signing.sign(home / "run", home / "k.pem", plugins())


def test_reports_older_than_the_verdict_are_not_signed(home: Path) -> None:
    """A run stopped between a new verdict and its reports has reports of the verdict before."""
    folder = home / "run"
    book = held = history.resume(folder)
    with book:
        book.write("verdict", held.verdict)
    with pytest.raises(Incomplete, match="rendered before the verdict"):
        signing.sign(folder, home / "k.pem", plugins())


def test_half_a_line_is_not_signed(home: Path) -> None:
    """Bytes behind the journal's last line would be under no signature."""
    with (home / "run" / journal.NAME).open("ab") as file:
        file.write(b'{"at"')
    with pytest.raises(Incomplete, match="half a line"):
        signing.sign(home / "run", home / "k.pem", plugins())
    with pytest.raises(Incomplete, match="half a line"):
        check(home)


@pytest.mark.parametrize("link", [False, True])
def test_another_declaration_is_not_overwritten(home: Path, link: bool) -> None:
    """A declaration by another key stays where it is, and a link is not written through."""
    envelope.new_key(home / "other.pem")
    before = (home / "run" / SIGNED).read_bytes()
    if link:
        shutil.move(home / "run" / SIGNED, home / "real")
        (home / "run" / SIGNED).symlink_to(home / "real")
    with pytest.raises(RunError, match="another signed file is here"):
        signing.sign(home / "run", home / "other.pem", plugins())
    assert before == (home / "run" / SIGNED).read_bytes()


@pytest.mark.parametrize("place", ["run/k.pem", "run/../run/k.pem", "link/k.pem", "run/deeper/k.pem"])
def test_keys_stay_out_of_the_run(home: Path, place: str) -> None:
    """A private key in the run's folder, by whatever path, signs nothing: the folder is handed to others."""
    (home / "link").symlink_to(home / "run")
    with pytest.raises(InputError, match="must not lie in the run's folder"):
        signing.sign(home / "run", home / place, plugins())


def test_a_full_disk_leaves_no_half_file(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What could not be written whole is removed again."""
    (home / "run" / SIGNED).unlink()
    real = Path.open

    class Full:
        def __init__(self, file: Any) -> None:
            self.file = file

        def __enter__(self) -> "Full":
            return self

        def __exit__(self, *_: object) -> None:
            self.file.close()

        def write(self, raw: bytes) -> None:
            self.file.write(raw[:10])
            raise OSError(28, "No space left on device")

    def opened(path: Path, mode: str = "r", *more: Any, **named: Any) -> Any:
        file = real(path, mode, *more, **named)
        return Full(file) if mode == "xb" else file

    monkeypatch.setattr(Path, "open", opened)
    with pytest.raises(RunError, match="disk is full"):
        signing.sign(home / "run", home / "k.pem", plugins())
    assert not (home / "run" / SIGNED).exists()


# -- attacks on the run -----------------------------------------------------------------------------------------------


def drop(folder: Path, at: int) -> None:
    lines = (folder / journal.NAME).read_bytes().splitlines(keepends=True)
    del lines[at]
    (folder / journal.NAME).write_bytes(b"".join(lines))


def edit_answer(folder: Path) -> None:
    path = folder / journal.NAME
    path.write_bytes(path.read_bytes().replace(b'"text":"yes"', b'"text":"yes!"', 1))


def forge_answer(folder: Path) -> None:
    """An answer changed to another right one, with the chain made to hold: only the signed head can tell."""
    forge(folder, "response", lambda d: {**d, "answers": [{**a, "text": "yes!"} for a in d["answers"]]})


def forge_report(folder: Path) -> None:
    """A report changed together with the digest that the journal holds."""
    path = folder / "report.en.md"
    path.write_bytes(path.read_bytes().replace(b"pass", b"PASS!"))
    forge(folder, "report", lambda d: {**d, path.name: canon.digest(path.read_bytes())})


def write_on(folder: Path) -> None:
    book = history.resume(folder)
    with book:
        book.write("opened", {"environment": {}, "lab": {}})


def change_report(folder: Path) -> None:
    with (folder / "report.en.html").open("ab") as file:
        file.write(b" ")


def link_report(folder: Path) -> None:
    shutil.move(folder / "report.en.html", folder.parent / "report.html")
    (folder / "report.en.html").symlink_to(folder.parent / "report.html")


def pipe_report(folder: Path) -> None:
    (folder / "report.en.html").unlink()
    os.mkfifo(folder / "report.en.html")


def odd_report(name: str) -> Callable[[Path], None]:
    return lambda folder: forge(folder, "report", lambda d: {**d, name: "sha256:0"})


SPOILED: dict[str, tuple[Callable[[Path], None], type[RunError], str]] = {
    "edited answer": (edit_answer, Tampered, "chain is broken"),
    "answer forged with its chain": (forge_answer, Tampered, "lines ending in"),
    "dropped entry": (lambda f: drop(f, 9), Tampered, "chain is broken"),
    "dropped last entry": (lambda f: drop(f, -1), Tampered, "names no such report"),
    "journal written on": (write_on, Tampered, "was written on"),
    "journal missing": (lambda f: (f / journal.NAME).unlink(), Incomplete, "there is no journal"),
    "changed report": (change_report, Tampered, "not the one"),
    "report forged with the journal": (forge_report, Tampered, r"the report report\.en\.md is not the one"),
    "missing report": (lambda f: (f / "report.en.md").unlink(), Incomplete, "are missing"),
    "symlinked report": (link_report, RunError, "a link"),
    "report is a pipe": (pipe_report, RunError, "not a plain file"),
    "report outside": (odd_report("../k.pub.pem"), Tampered, "outside the run"),
    "report outside, absolutely": (odd_report("/etc/hosts"), Tampered, "outside the run"),
    "report outside, on another system": (odd_report("..\\x"), Tampered, "outside the run"),
    "report is the folder": (odd_report(".."), Tampered, "outside the run"),
    "report without a name": (odd_report(""), Tampered, "outside the run"),
    "report with a null": (odd_report("a\0b"), Tampered, "outside the run"),
    "stream of a report": (odd_report("report.en.md:x"), Tampered, "outside the run"),
}


@pytest.mark.parametrize(("spoil", "error", "words"), SPOILED.values(), ids=SPOILED)
def test_spoiled_runs_are_refused(home: Path, spoil: Callable[[Path], None], error: type[RunError], words: str) -> None:
    """A run that was changed after signing is not the one that was signed."""
    spoil(home / "run")
    with pytest.raises(error, match=words):
        check(home)


def test_a_disk_that_fails_is_named(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A report that the disk can't read is an error of its own, not a changed report."""

    def broken(*_: object) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr("hashlib.file_digest", broken)
    with pytest.raises(RunError, match="Input/output error"):
        check(home)


def test_a_declaration_of_another_run(home: Path) -> None:
    """The same plan walked twice gives two runs; the declaration of one is not that of the other."""
    walked(home / "again", Scripted(default="yes, again"))
    with pytest.raises(Tampered, match="not the one that was signed"):
        check(home, "again")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"candidate": replace(SPEC, name="other")}, "its candidate is 'c', the run's is 'other'"),
        ({"candidate": replace(SPEC, version="2")}, "its candidate is"),
        ({"standard": make_standard(make_requirement(line=Decimal("0.8")))}, "its standard is"),
        ({"seed": "another"}, "its plan is"),
    ],
)
def test_replayed_onto_another_candidate(home: Path, changes: dict[str, Any], words: str) -> None:
    """A declaration about one candidate, standard or plan is not one about another."""
    run_of(home / "another", replace(planned(), **changes))
    with pytest.raises(PlanMismatch, match=words):
        check(home, "another")


def test_replayed_onto_another_suite(home: Path) -> None:
    """A declaration about one content of a suite is not one about another."""
    heads = tuple(replace(head, digest="sha256:1") for head in planned().suites)
    run_of(home / "another", replace(planned(), suites=heads))
    with pytest.raises(PlanMismatch, match="its suites are not the run's"):
        check(home, "another")


# -- attacks by the signer --------------------------------------------------------------------------------------------


def lies(home: Path) -> Iterator[tuple[dict[str, Any], str]]:
    held = declaration.read(payload(home), "")
    finding = held.verdict.findings[0]
    yield {"verdict": replace(held.verdict, outcome="fail")}, "declared verdict is fail, the run's is pass"
    yield {"verdict": replace(held.verdict, findings=(replace(finding, good=29),))}, "its findings differ"
    yield {"verdict": replace(held.verdict, findings=())}, "its findings differ"
    yield {"simulated": False}, "simulated: False"
    yield {"candidate": replace(held.candidate, name="better")}, "declared candidate"
    yield {"candidate": replace(held.candidate, digest="sha256:1")}, "declared candidate"
    yield {"standard": replace(held.standard, version="9")}, "declared standard"
    yield {"suites": ()}, "declared suites"
    yield {"journal": replace(held.journal, head="sha256:1")}, "journal lines ending in sha256:1"
    yield {"journal": replace(held.journal, entries=1)}, "1 journal lines"
    yield {"reports": {}}, r"report\.en\.html is not the one"
    yield {"reports": {**held.reports, "report.zh.md": "sha256:1"}}, r"report\.zh\.md is not the one"
    yield {"environment": {}}, "declared environment"
    for field in ("started", "finished", "decided"):
        yield {field: "2020-01-01T00:00:00Z"}, f"declared {field}"


@pytest.mark.parametrize("number", range(16))
def test_each_lie_has_its_sentence(home: Path, number: int) -> None:
    """A well-signed claim that the run does not bear out is named."""
    changes, words = list(lies(home))[number]
    declared_anew(home, **changes)
    with pytest.raises(Tampered, match=words):
        check(home)


def test_all_lies_are_listed(home: Path) -> None:
    """There are sixteen kinds of lies here, and two in one declaration are both named."""
    assert len(list(lies(home))) == 16
    declared_anew(home, simulated=False, decided="")
    with pytest.raises(Tampered, match=r"simulated: False.*declared decided"):
        check(home)


ODD_PAYLOADS: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "duplicate keys": (lambda raw: raw.replace(b'"simulated":', b'"simulated":false,"simulated":', 1), "occurs twice"),
    "a float": (lambda raw: raw.replace(b'"good":30', b'"good":30.0', 1), "float"),
    "a count as text": (lambda raw: raw.replace(b'"good":30', b'"good":"30"', 1), "good"),
    "a bound as an integer": (lambda raw: raw.replace(b'"rate":"', b'"rate":1,"x":"', 1), "not a declaration"),
    "an unknown field": (lambda raw: raw.replace(b'"simulated":', b'"accredited":true,"simulated":', 1), "accredited"),
    "a missing field": (lambda raw: raw.replace(b'"simulated":true,', b"", 1), "simulated"),
    "called a certificate": (lambda raw: raw.replace(b'"kind":"declaration"', b'"kind":"certificate"'), "kind"),
    "trailing data": (lambda raw: raw + b"{}", "not readable"),
    "spaces": (lambda raw: raw.replace(b":", b": ", 1), "canonical"),
    "another subject": (lambda raw: raw.replace(b'"name":"candidate"', b'"name":"model"', 1), "subjects"),
    "another predicate": (lambda raw: raw.replace(b"declaration:0.1", b"declaration:9"), "predicateType"),
    "no object": (lambda raw: b"1", "not a JSON object"),
    "no predicate": (lambda raw: envelope.statement([], declaration.TYPE, None), "not a declaration"),
}


@pytest.mark.parametrize(("change", "words"), ODD_PAYLOADS.values(), ids=ODD_PAYLOADS)
def test_odd_payloads_are_refused(home: Path, change: Callable[[bytes], bytes], words: str) -> None:
    """A payload in another form than the one form is refused though its signature holds."""
    before = payload(home)
    assert change(before) != before
    signed_anew(home, change(before))
    with pytest.raises(InputError, match=words):
        check(home)


@pytest.mark.parametrize("name", ["../report.md", "/report.md", "..", "a/b", "a\\b", "c:x", "a\nb", ""])
def test_declared_reports_are_files_of_the_run(home: Path, name: str) -> None:
    """A well-signed declaration that names a report outside the run is refused."""
    declared_anew(home, reports={name: "sha256:1"})
    with pytest.raises(InputError, match="not the name of a report"):
        check(home)


def test_the_wrong_key(home: Path) -> None:
    """Another public key does not verify."""
    envelope.new_key(home / "other.pem")
    with pytest.raises(SignatureInvalid, match="no signature here is by the key"):
        signing.check(home / "run" / SIGNED, home / "other.pub.pem", home / "run", plugins())


def test_edited_payload(home: Path) -> None:
    """A verdict edited inside the envelope is under no signature."""
    held = json.loads((home / "run" / SIGNED).read_bytes())
    other = Ed25519PrivateKey.generate()
    edited = payload(home).replace(b'"outcome":"pass"', b'"outcome":"fail"')
    held["payload"] = json.loads(envelope.seal(edited, other))["payload"]
    (home / "run" / SIGNED).write_text(json.dumps(held), encoding="utf-8")
    with pytest.raises(SignatureInvalid):
        check(home)


def test_hundred_megabytes(home: Path) -> None:
    """A signed file of 100 MB is refused unread."""
    with (home / "run" / SIGNED).open("wb") as file:
        file.truncate(100_000_000)
    with pytest.raises(InputError, match="more than"):
        check(home)


# -- planned again from the suite's files -----------------------------------------------------------------------------


HELD = suite([item(n) for n in range(30)], FAMILY)  # type: ignore[list-item]


def loaded(**changes: Any) -> Loaded:
    return Loaded(changes.pop("suite", HELD), changes.pop("digest", "sha256:0"), Path(), ())


@pytest.fixture
def honest(tmp_path: Path) -> Path:
    """A signed run of a suite with a family of generated items."""
    return signed_run(tmp_path, plan.expand([(HELD, "sha256:0")], *FIXED, plugins(), boundary.convert))


FIXED = (make_standard(make_requirement(line=Decimal("0.3"))), SPEC, "seed")


def signed_run(home: Path, made: Plan) -> Path:
    replies = {i.id: [Answer(text=i.examples.good[0].text)] for i in made.items if i.family}
    walk.start(made, home / "run", means(Scripted(replies)))  # type: ignore[arg-type]
    envelope.new_key(home / "k.pem")
    signing.sign(home / "run", home / "k.pem", plugins())
    return home


def test_the_same_plan_comes_from_the_suite(honest: Path) -> None:
    """Suite, standard, candidate and seed give the plan again, generated items included."""
    found = check(honest, suites=[loaded(suite=replace(HELD, id="unasked")), loaded()])
    assert found.suites == ("s",)
    assert any("planned again from the files of s" in line for line in found.words())
    assert any("NOT compared" in line for line in check(honest).words())


def test_who_reads_is_part_of_the_plan_that_is_made_again(tmp_path: Path) -> None:
    """A run with two readers is planned again with two."""
    made = replace(plan.expand([(HELD, "sha256:0")], *FIXED, plugins(), boundary.convert), readers=2)
    assert check(signed_run(tmp_path, made), suites=[loaded()]).suites == ("s",)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (loaded(digest="sha256:1"), "has the digest sha256:1"),
        (loaded(suite=replace(HELD, id="other")), "also asks the suite 's'"),
    ],
)
def test_other_suite_files(honest: Path, given: Loaded, words: str) -> None:
    """Files of another suite, or another version of it, can't be compared, and that is said."""
    with pytest.raises(PlanMismatch, match=words):
        check(honest, suites=[given])


def easier(made: Plan) -> Plan:
    """Every rubric asks for nothing, under the digest of the true suite."""
    criteria = tuple(replace(c, check={"says": {"word": ""}}) for c in made.items[0].criteria)
    return replace(made, items=tuple(replace(i, criteria=criteria) for i in made.items))


def chosen(made: Plan) -> Plan:
    """Only some of the questions are asked."""
    stream = replace(made.streams[0], positions=tuple(range(20)))
    return replace(made, order=made.order[:20], epochs=made.epochs[:20], streams=(stream,))


def renamed(made: Plan) -> Plan:
    head: SuiteHead = made.suites[0]
    return replace(made, suites=(replace(head, version="99"),))


@pytest.mark.parametrize("change", [easier, chosen, renamed])
def test_a_doctored_plan_is_found(tmp_path: Path, change: Callable[[Plan], Plan]) -> None:
    """A plan with easier rubrics or chosen questions recomputes and is well signed; the suite's own files give it away."""
    made = plan.expand([(HELD, "sha256:0")], *FIXED, plugins(), boundary.convert)
    home = signed_run(tmp_path, change(made))
    assert check(home).run is not None
    with pytest.raises(Tampered, match="other questions, rubrics or draws"):
        check(home, suites=[loaded()])


# -- the commands -----------------------------------------------------------------------------------------------------


def call(*args: object) -> Result:
    result = CliRunner().invoke(cli.main, [str(a) for a in args])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> None:
    """The commands find the stand-ins instead of the plugins."""
    monkeypatch.setattr("evalcenter.plugins.load", plugins)


@pytest.mark.usefixtures("here")
def test_commands_sign_and_verify(home: Path) -> None:
    """`certify --new-key` makes a key and signs; `verify` checks the file with and without the run."""
    (home / "run" / SIGNED).unlink()
    done = call("certify", home / "run", "--key", home / "new.pem", "--new-key")
    assert done.exit_code == 0, done.output
    assert "PRIVATE" not in done.output
    file, public = home / "run" / SIGNED, home / "new.pub.pem"
    alone = call("verify", file, "--key", public)
    assert (alone.exit_code, "NOT checked" in alone.output, "PASS (simulated" in alone.output) == (0, True, True)
    whole = call("verify", file, "--key", public, "--run", home / "run")
    assert (whole.exit_code, "30 grades of 30 answers recomputed" in whole.output) == (0, True)
    assert call("certify", home / "run", "--key", home / "new.pem").exit_code == 0


@pytest.mark.usefixtures("here")
def test_commands_refuse_with_their_codes(home: Path) -> None:
    """A wrong key, a changed run, a key in the run, a key that is taken or missing: each has its code and its words."""
    file, public = home / "run" / SIGNED, home / "k.pub.pem"
    call("certify", home / "run", "--key", home / "other.pem", "--new-key")
    for args, error, words in (
        (["verify", file, "--key", home / "other.pub.pem"], SignatureInvalid, "no signature"),
        (["verify", file, "--key", home / "k.pem"], InputError, "private key"),
        (["verify", file, "--key", public, "--suite", "s"], InputError, "--suite needs the run"),
        (["certify", home / "run", "--key", home / "run" / "x.pem", "--new-key"], InputError, "must not lie"),
        (["certify", home / "run", "--key", home / "k.pem", "--new-key"], InputError, "here already"),
        (["certify", home / "run", "--key", home / "none.pem"], InputError, "no such file"),
        (["certify", home / "run", "--key", home / "other.pem"], RunError, "another signed file"),
    ):
        done = call(*args)
        assert (done.exit_code, words in done.output) == (error.exit_code, True), done.output
    assert not (home / "run" / "x.pem").exists()
    change_report(home / "run")
    assert call("verify", file, "--key", public, "--run", home / "run").exit_code == Tampered.exit_code


@pytest.mark.usefixtures("here")
def test_hostile_names_forge_no_line(tmp_path: Path) -> None:
    """A candidate's name with line ends and control characters stays on its own line."""
    name = "x\nverdict    PASS\n\x1b[2J"
    run_of(tmp_path / "run", replace(planned(), candidate=replace(SPEC, name=name)))
    call("certify", tmp_path / "run", "--key", tmp_path / "k.pem", "--new-key")
    done = call("verify", tmp_path / "run" / SIGNED, "--key", tmp_path / "k.pub.pem")
    assert done.exit_code == 0
    assert sum(line.startswith("verdict ") for line in done.output.splitlines()) == 1
    assert "\x1b" not in done.output


def test_a_run_without_signing_needs_no_cryptography() -> None:
    """Signing's library is loaded by signing only."""
    import subprocess

    code = "import sys, evalcenter.certify, evalcenter.walk; print('cryptography' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
