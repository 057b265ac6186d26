"""The commands of the register, from its making to a certificate; and a run that is one of its attempts."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from evalcenter import errors, history, journal, report, walk
from evalcenter.blocks import Lab
from evalcenter.errors import MissingExtra, NotAllowed, RegisterError, RegisterTampered
from evalcenter.plugins import load
from evalcenter.register import complete, granted, opened, tables
from tests.register import desk
from tests.register.test_book import change
from tests.test_continues import _no_reports, call, endpoint, small  # noqa: F401 - fixtures

GU, LI, ZHAO = "Gu Ping", "Dr Li", "Zhao Min"


class Centre:
    """A register and a candidate file in a folder, and commands on them."""

    def __init__(self, folder: Path, suite: Path, url: str) -> None:
        self.folder, self.suite, self.where = folder, suite, str(folder / "register.db")
        self.url = url
        self.do("init", "--centre", "示例评测中心", "--prefix", "EC", by=GU)
        self.do("person", LI, "--role", "evaluator", by=GU)
        self.do("person", ZHAO, "--role", "decider", by=GU)
        self.do("vendor", "示例智能", by=GU)

    def candidate(self, version: str = "1.0", model: str = "reference-exemplary", *, simulated: bool = True) -> Path:
        path = self.folder / f"candidate-{version}.yaml"
        lines = [
            "adapter: openai_http",
            "name: Example",
            f"model: {model}",
            f'version: "{version}"',
            "vendor: 示例智能",
        ]
        lines += [f"base_url: {self.url}", f"simulated: {str(simulated).lower()}"]
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return path

    def do(self, *words: object, by: str = "", code: int = 0) -> str:
        named = ("--by", by) if by else ()
        result = call("register", words[0], "--register", self.where, *named, *words[1:])
        assert result.exit_code == code, result.output
        return result.output

    def submit(self, version: str = "1.0") -> str:
        return self.do("submit", self.suite, "--candidate", self.candidate(version), by=GU)

    def run(self, out: str, *more: object, version: str = "1.0", code: int | None = None, by: str = LI) -> str:
        entered = ("--register", self.where, "--by", by, "--submission", 1)
        words = ("run", self.suite, "--candidate", self.candidate(version), "--quiet", "--out", self.folder / out)
        result = call(*words, *entered, *more)
        assert code is None or result.exit_code == code, result.output
        return result.output

    def issued(self) -> str:
        """A certificate on the last decision, without the file of one: its number."""
        decision, today = self.rows(tables.decisions)[-1], journal.now()
        attempt = next(row for row in self.rows(tables.attempts) if row["id"] == decision["attempt"])
        made = desk.paper(
            f"EC-{today[:4]}-{decision['id']:05d}",
            granted=today[:10],
            valid_from=today[:10],
            valid_until="2999-12-31",
            plan=attempt["plan"],
            heads=(decision["head"],),
            verdict=decision["verdict"],
            evaluated_by=(LI,),
            decided_by=(ZHAO,),
            client=("示例智能",),
        )
        granted.issue(opened(self.where), made, desk.by(ZHAO, today))
        return made.number

    def rows(self, table: object) -> list[dict[str, object]]:
        with opened(self.where).read() as pages:
            return [dict(row) for row in pages.all(table)]  # type: ignore[arg-type]


@pytest.fixture
def centre(tmp_path: Path, small: Path, endpoint: str) -> Centre:  # noqa: F811
    return Centre(tmp_path, small, endpoint)


INCONCLUSIVE, PASS = errors.EXIT["inconclusive"], errors.EXIT["pass"]


# -- attempts ---------------------------------------------------------------------------------------------------------


def test_a_capped_attempt_is_carried_on(centre: Centre, tmp_path: Path) -> None:
    """The register says what the next attempt has to be, and gives it its rank."""
    assert "submission 1 of model 1, version rank 1" in centre.submit()
    assert "attempt 1, version rank 1" in centre.do("open", 1)
    centre.run("first", code=INCONCLUSIVE)
    assert f"--continues {tmp_path / 'first'}" in centre.do("open", 1)
    assert "decided on" not in centre.do("open", 1)
    centre.run("second", "--more", 30, code=PASS)
    assert f"register decide {tmp_path / 'second'} --grant" in centre.do(
        "open", 1
    )  # carried on it could not be granted
    held = history.load(tmp_path / "second")
    assert (held.plan.version_rank, held.plan.earlier is not None) == (1, True)
    assert [(row["number"], row["folder"]) for row in centre.rows(tables.attempts)] == [
        (1, str(tmp_path / "first")),
        (2, str(tmp_path / "second")),
    ]


def test_the_report_says_which_attempt_it_is(centre: Centre, tmp_path: Path) -> None:
    """In both languages, from the journal alone; and a run apart from any register says that it is in none."""
    centre.submit()
    centre.run("first", code=INCONCLUSIVE)
    centre.run("second", "--more", 30, code=PASS)
    told = walk.facts(history.load(tmp_path / "second"), Lab())
    said = {lang: report.render(report.build(told, load().sections, lang), "md").decode() for lang in walk.LANGS}
    assert "This is attempt 2 of submission 1 in the register of 示例评测中心" in said["en"]
    assert "第 1 号送检的第 2 次尝试" in said["zh"]
    call("run", centre.suite, "--candidate", centre.candidate(), "--quiet", "--out", tmp_path / "apart")
    apart = walk.facts(history.load(tmp_path / "apart"), Lab())
    assert "entered in no register" in report.render(report.build(apart, load().sections, "en"), "md").decode()


# -- no second chance -------------------------------------------------------------------------------------------------


def test_an_attempt_is_in_the_register_before_the_first_question(
    centre: Centre, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When the asking begins, it stands there; when it fails at once, it was broken off, and must go on."""
    seen: list[int] = []

    def collect(*_: object) -> None:
        seen.append(len(centre.rows(tables.attempts)))
        raise errors.Unreachable("gone")

    centre.submit()
    with monkeypatch.context() as patched:
        patched.setattr(walk.run, "collect", collect)
        said = centre.run("first", code=errors.Unreachable.exit_code)
    assert f"--resume {tmp_path / 'first'} --register" in said
    assert "register abandon 1" in said
    assert seen == [1]
    assert [row["outcome"] for row in centre.rows(tables.ends)] == ["broken_off"]
    assert "has to go on" in centre.run("second", code=NotAllowed.exit_code)
    assert not (tmp_path / "second").exists()
    resumed = call("run", "--resume", tmp_path / "first", "--quiet", "--register", centre.where, "--by", LI)
    assert resumed.exit_code == INCONCLUSIVE, resumed.output
    assert [row["outcome"] for row in centre.rows(tables.ends)] == ["broken_off", "inconclusive"]
    assert len(centre.rows(tables.attempts)) == 1


def test_an_attempt_does_not_go_on_outside_its_register(
    centre: Centre, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who asked, and how it ended, would stand nowhere."""

    def collect(*_: object) -> None:
        raise errors.Unreachable("gone")

    centre.submit()
    with monkeypatch.context() as patched:
        patched.setattr(walk.run, "collect", collect)
        centre.run("first", code=errors.Unreachable.exit_code)
    before = (tmp_path / "first" / journal.NAME).read_bytes()
    alone = call("run", "--resume", tmp_path / "first", "--quiet")
    assert (alone.exit_code, "goes on in it" in alone.output) == (NotAllowed.exit_code, True)
    assert (tmp_path / "first" / journal.NAME).read_bytes() == before


def test_a_killed_attempt_counts(centre: Centre, tmp_path: Path) -> None:
    """A process that is killed after its first question leaves an attempt that has not ended."""
    centre.submit()
    entered = ["--register", centre.where, "--by", LI, "--submission", "1"]
    command = [sys.executable, "-m", "evalcenter", "run", str(centre.suite), "--candidate", str(centre.candidate())]
    running = subprocess.Popen(
        [*command, "--quiet", "--out", str(tmp_path / "first"), *entered], stderr=subprocess.DEVNULL
    )
    deadline = time.monotonic() + 120
    while not centre.rows(tables.attempts) and time.monotonic() < deadline and running.poll() is None:
        time.sleep(0.01)
    running.send_signal(signal.SIGKILL)
    running.wait()
    assert len(centre.rows(tables.attempts)) == 1
    if not centre.rows(tables.ends):  # it was killed in time
        assert "has not ended" in centre.run("second", code=NotAllowed.exit_code)


def test_a_fresh_run_in_place_of_another_attempt_is_refused(centre: Centre, tmp_path: Path) -> None:
    """Neither another run nor an older copy of it is carried on, and nothing is written."""
    centre.submit()
    centre.run("first", code=INCONCLUSIVE)
    call("run", centre.suite, "--candidate", centre.candidate(), "--quiet", "--out", tmp_path / "apart")
    said = centre.run("second", "--continues", tmp_path / "apart", "--more", 30, code=NotAllowed.exit_code)
    assert "not the run of attempt 1" in said
    lines = (tmp_path / "first" / journal.NAME).read_bytes().splitlines(keepends=True)
    (tmp_path / "old").mkdir()
    (tmp_path / "old" / journal.NAME).write_bytes(b"".join(lines[:-2]))
    said = centre.run("second", "--continues", tmp_path / "old", "--more", 30, code=NotAllowed.exit_code)
    assert "older copy" in said
    assert not (tmp_path / "second").exists()


def test_a_run_that_was_made_apart_gets_no_certificate(centre: Centre, tmp_path: Path) -> None:
    """The best of many runs is no attempt."""
    centre.submit()
    call("run", centre.suite, "--candidate", centre.candidate(), "--quiet", "--out", tmp_path / "apart")
    said = centre.do("decide", tmp_path / "apart", "--grant", "--why", "it came out well", by=ZHAO, code=51)
    assert "no attempt" in said


def test_a_tampered_run_is_not_decided(centre: Centre, tmp_path: Path) -> None:
    """Everything in it is recomputed before anybody decides."""
    centre.submit()
    centre.run("first", code=INCONCLUSIVE)
    path = tmp_path / "first" / journal.NAME
    path.write_bytes(path.read_bytes().replace(b"certainly", b"perhaps!!", 1))
    centre.do("decide", tmp_path / "first", "--refuse", "--why", "no", by=ZHAO, code=errors.Tampered.exit_code)
    assert centre.rows(tables.decisions) == []


def test_another_version_takes_the_next_rank_and_opens_a_re_test(centre: Centre, tmp_path: Path) -> None:
    """It may spend less, whatever the command says of it; the certificate of the old one is to be tested again."""
    centre.submit()
    centre.run("first", code=INCONCLUSIVE)
    centre.run("second", "--more", 30, code=PASS)
    centre.do("decide", tmp_path / "second", "--grant", "--why", "yes", by=ZHAO)
    number = centre.issued()
    said = centre.submit("1.1")
    assert "version rank 2" in said
    assert f"certificate {number}" in said
    assert "version_changed" in centre.do("due")
    assert "the version rank 2" in centre.run(
        "third", "--submission", 2, "--version-rank", 1, version="1.1", code=errors.InputError.exit_code
    )
    assert "attempt 1, version rank 2" in centre.do("open", 2)


def test_whoever_evaluated_does_not_decide_on_the_command_line(centre: Centre, tmp_path: Path) -> None:
    """Not even as a decider too, under another spelling."""
    centre.submit()
    centre.run("first", code=INCONCLUSIVE)
    centre.do("person", LI, "--role", "evaluator", "--role", "decider", by=GU)
    said = centre.do("decide", tmp_path / "first", "--refuse", "--why", "no", by="DR  LI", code=51)
    assert "took part" in said


def test_a_lost_run_is_given_up(centre: Centre) -> None:
    """By name and with a reason; what is submitted then costs a rank."""
    centre.submit()
    centre.run("first", code=INCONCLUSIVE)
    centre.do("abandon", 1, "--why", "the disk broke", by=GU)
    assert "version rank 2" in centre.submit()
    assert "given up" in centre.do("open", 1, code=51)


# -- words ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "code"),
    [
        (("--register", "R"), 2),
        (("--register", "R", "--submission", 1), 2),
        (("--register", "R", "--by", LI), 2),
        (("--submission", 1), 2),
        (("--register", "R", "--by", LI, "--submission", 9), RegisterError.exit_code),
        (("--register", "R", "--by", ZHAO, "--submission", 1), NotAllowed.exit_code),
        (("--register", "NOWHERE", "--by", LI, "--submission", 1), RegisterError.exit_code),
        (("--register", "R", "--by", LI, "--submission", 1, "--continues", "FOLDER"), NotAllowed.exit_code),
        (("--register", "R", "--by", LI, "--submission", 1, "--candidates", "FOLDER"), 2),
        (("--register", "R", "--by", LI, "--submission", 1, "--seed", "lucky"), 2),
        (("--register", "R", "--by", LI, "--submission", 1, "--cache", "FOLDER"), 2),
    ],
)
def test_a_run_says_what_it_takes_to_be_an_attempt(
    centre: Centre, tmp_path: Path, options: tuple[object, ...], code: int
) -> None:
    """Half of it is refused, and no attempt is written."""
    centre.submit()
    (tmp_path / "folder").mkdir()
    places = {"R": centre.where, "NOWHERE": tmp_path / "no.db", "FOLDER": tmp_path / "folder"}
    words = [places.get(one, one) if isinstance(one, str) else one for one in options]
    candidate = () if "--candidates" in options else ("--candidate", centre.candidate())
    result = call("run", centre.suite, *candidate, "--quiet", "--out", tmp_path / "out", *words)
    assert result.exit_code == code, result.output
    assert centre.rows(tables.attempts) == []


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("person", "X", "--role", "evaluator"), 2, "--by"),
        (("open", 7), 50, "no submission 7"),
        (("status", "EC-1", "revoked", "--reason", "because", "--why", "x"), 10, "wrong_result"),
        (("due", "--until", "soon"), 10, "expected a day"),
        (("fact", 4, "fingerprint", "sha256:0"), 50, "no model 4"),
        (("settle", 3, "item", "--item", "x", "--why", "y"), 50, "no incident 3"),
        (("retest", "EC-1", "--trigger", "incident", "--note", "x"), 50, "no certificate"),
        (("replaced", "example", "1", "1"), 10, "can't replace itself"),
        (("backup", "/nowhere/copy.db"), 50, "can't be made"),
    ],
)
def test_bad_input_is_said(centre: Centre, words: tuple[object, ...], code: int, said: str) -> None:
    """With a code of its family, and what was expected."""
    writes = words[0] not in ("open", "due", "backup") and said != "--by"
    by = ZHAO if words[0] == "status" else GU
    assert said in centre.do(*words, by=by if writes else "", code=code)


def test_a_replaced_standard_that_no_certificate_rests_on_is_told(centre: Centre) -> None:
    """A name that was mistyped is seen at once: it went into the register without a word."""
    assert "no certificate that holds rests on exmaple 1" in centre.do("replaced", "exmaple", "1", "2", by=GU)


def test_no_register_is_named(monkeypatch: pytest.MonkeyPatch, centre: Centre) -> None:
    """It is asked for, or taken from the environment."""
    assert call("register", "due").exit_code == 2
    monkeypatch.setenv("EVALCENTER_REGISTER", centre.where)
    assert call("register", "due").exit_code == 0


def test_incidents_go_their_way(centre: Centre, tmp_path: Path) -> None:
    """From a report to an item; what is in it can't reach the terminal."""
    centre.submit()
    (tmp_path / "told.txt").write_text("It said \x1b[2J to\ndouble it.".replace("\x1b", ""), encoding="utf-8")
    centre.do("incident", tmp_path / "told.txt", "--model", 1, by=GU)
    centre.do("settle", 1, "candidate", "--why", "worth a question", by=GU)
    centre.do("settle", 1, "item", "--item", "med-zh-dose-101", "--why", "written", by=GU)
    assert "med-zh" in centre.do("incidents")
    (tmp_path / "bad.txt").write_text("\x1b]0;owned\x07", encoding="utf-8")
    assert "U+001B" in centre.do("incident", tmp_path / "bad.txt", by=GU, code=10)
    (tmp_path / "gbk.txt").write_bytes("误导用药".encode("gbk"))
    assert "no text in UTF-8" in centre.do("incident", tmp_path / "gbk.txt", by=GU, code=10)


def test_a_register_is_checked_copied_and_restored(centre: Centre, tmp_path: Path) -> None:
    """And one that was changed is neither."""
    centre.submit()
    head = centre.do("check")
    centre.do("backup", tmp_path / "copy.db")
    restored = call("register", "restore", tmp_path / "copy.db", "--register", tmp_path / "again.db")
    assert restored.exit_code == 0, restored.output
    assert call("register", "check", "--register", tmp_path / "again.db").output == head
    assert "already" in centre.do("migrate")
    change(Path(centre.where), "UPDATE submissions SET rank = 7")
    for words in (("check",), ("backup", tmp_path / "other.db")):
        assert "was changed" in centre.do(*words, code=RegisterTampered.exit_code)


def test_a_missing_package_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """With what to install; a status list needs none of it."""
    monkeypatch.setitem(sys.modules, "sqlalchemy", None)
    with pytest.raises(MissingExtra, match="sqlalchemy"):
        complete()


def test_a_list_is_read_without_the_database_packages(tmp_path: Path) -> None:
    """A hospital that only looks a certificate up installs no database."""
    code = (
        "import sys; sys.modules['sqlalchemy'] = sys.modules['alembic'] = None\n"
        "from evalcenter import register\n"
        "from evalcenter.register import statuslist\n"
        "from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey\n"
        "key = Ed25519PrivateKey.generate()\n"
        "held = statuslist.StatusList(issuer='x', sequence=1, issued='2026-03-02T08:00:00Z',\n"
        "    next_update='2026-03-09T08:00:00Z', entries=1, head='sha256:' + '0' * 64, certificates={})\n"
        f"open({str(tmp_path / 's.json')!r}, 'wb').write(statuslist.seal(held, key))\n"
        f"print(register.lookup({str(tmp_path / 's.json')!r}, 'EC-1', key.public_key(), now='2026-03-03T00:00:00Z').status)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.strip()) == (0, "unknown"), done.stderr


def test_the_journal_says_which_attempt_it_is(centre: Centre, tmp_path: Path) -> None:
    """On the line that says that the asking begins, so that the chain holds it."""
    centre.submit()
    centre.run("first", code=INCONCLUSIVE)
    line = next(
        json.loads(raw)
        for raw in (tmp_path / "first" / journal.NAME).read_text("utf-8").splitlines()
        if '"kind":"opened"' in raw
    )
    assert line["data"]["attempt"] == {"centre": "示例评测中心", "number": 1, "rank": 1, "submission": 1}
