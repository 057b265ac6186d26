"""A whole sealed run by the commands, killed and gone on with: no byte that it leaves anywhere holds a word of a sealed item."""

from __future__ import annotations

import json
import logging
import os
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from evalcenter import banks, canon, certify, ciphers, exposures, history, journal, plugins, readings, starting, suites
from evalcenter.candidates import server
from evalcenter.ciphers import Identity
from evalcenter.records import Item
from tests import echoing, marked
from tests.web import room

ROOT = Path(__file__).parents[1]
SEED = "sealed-run"
PERSONA = "reference-mixed-0.6"
CRASH = """\
import sys
from evalcenter import cli, grade
def broken(run):
    secret = run.responses[0].answers[0].text
    raise ValueError(secret)
grade.decide = broken
cli.main(sys.argv[1:])
"""


@dataclass
class Desk:
    """Where commands are run, and everything that they may write: working folder, home, temporary folder, what they say."""

    root: Path
    said: list[Path] = field(default_factory=list)

    def call(self, *args: object, ok: tuple[int, ...] = (0,), code: str = "", **env: str) -> str:
        """What a command says, on both channels."""
        process = self.start(*args, code=code, **env)
        assert process.wait() in ok, self.said[-1].read_text("utf-8", "replace")
        return self.said[-1].read_text("utf-8", "replace")

    def start(self, *args: object, code: str = "", **env: str) -> subprocess.Popen[bytes]:
        program = ["-c", code] if code else ["-m", "evalcenter"]
        places = {"HOME": "home", "TMPDIR": "tmp", "XDG_CACHE_HOME": "home"}
        for name in (*places.values(), "cwd"):
            (self.root / name).mkdir(parents=True, exist_ok=True)
        self.said.append(self.root / f"said-{len(self.said):02d}.txt")
        with self.said[-1].open("wb") as said:
            return subprocess.Popen(
                [sys.executable, *program, *map(str, args)],
                cwd=self.root / "cwd",
                env={
                    **os.environ,
                    **{name: str(self.root / at) for name, at in places.items()},
                    "PYTHONPATH": str(ROOT),
                    **env,
                },
                stdout=said,
                stderr=subprocess.STDOUT,
            )

    @property
    def run(self) -> Path:
        return self.root / "cwd" / "run"


def killed_after(desk: Desk, process: subprocess.Popen[bytes], answers: int) -> None:
    """Kill a run once it has so many answers."""
    path = desk.run / journal.NAME
    while process.poll() is None and (not path.exists() or path.read_bytes().count(b'"kind":"response"') < answers):
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.wait()


def read_all(desk: Desk, apart: Path, identity: Identity | None, *key: object) -> None:
    """Two people read what waits, by tables; they differ on one answer."""
    asks = list(readings.queue(history.load(desk.run, identity)))
    for name, mark in (("Dr A", "met"), ("Dr B", "met")):
        table = marked.reviewed(apart / f"{name}.csv", asks, mark)
        desk.call("review", "run", "--import", table, "--reader", name, *key)


def whole(desk: Desk, apart: Path, suite: Path, url: str, identity: Identity | None, *key: object) -> None:
    """A run from its start to its verdict: killed, gone on with, judged, reviewed, gone on with."""
    named = ("--base-url", url, "--model", PERSONA, "--simulated", "--seed", SEED, "--judges", "reference-judge-0.95")
    around = ("--concurrency", 2, "--cache", "cache", "--events", "events.jsonl", "--log", "log.txt", "--attempts", 3)
    process = desk.start("run", suite, *named, "--out", "run", *around, *key)
    killed_after(desk, process, 5)
    resumed = ("run", "--resume", "run", *around[:4], "--quiet", *key)
    desk.call(*resumed, ok=(6,))
    read_all(desk, apart, identity, *key)
    desk.call(*resumed, ok=(0, 3, 4, 5, 6))


@pytest.fixture(scope="module")
def sealed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Desk, Identity]:
    """A desk after a whole sealed run and everything that can be done with one, and the identity that opens it."""
    apart, desk = tmp_path_factory.mktemp("apart"), Desk(tmp_path_factory.mktemp("sealed"))
    key = apart / "key.age"
    desk.call("seal", "--new-identity", key)
    identity = ciphers.identity(key)
    desk.call("seal", marked.suite(apart), "--to", f"{key}.pub", "--out", "bank")
    bank = desk.root / "cwd" / "bank"
    given = ("--identity", key)
    items = banks.load(bank, identity, plugins.load()).suite.items
    with (
        server.running_in_background(items, seed=SEED) as behind,
        echoing.running(behind, every=11, pause_s=0.02) as url,
    ):
        whole(desk, apart, bank, url, identity, *given)
        _registered(desk, url, given)
    _told(desk, given)
    _refused(desk, given)
    tokens = room.people(apart / "who.json", "Dr C")
    with room.served(desk.run, apart / "who.json", tokens, identity=identity) as here:
        assert room.Client(here.url).sign_in(tokens["Dr C"]).status == 303
    return desk, identity


def _registered(desk: Desk, url: str, given: tuple[object, ...]) -> None:
    """An attempt that a register knows, a decision on it, and a look whether it is still the same model."""
    lines = (f"name: {PERSONA}", "adapter: openai_http", f"model: {PERSONA}", "vendor: ACME", 'version: "1"')
    (desk.root / "cwd" / "acme.yaml").write_text(
        "\n".join((*lines, f"base_url: {url}", "simulated: true", "")), "utf-8"
    )
    book = ("--register", "register.db", "--by")
    desk.call("register", "init", "--centre", "Centre", "--prefix", "EC", *book, "Gu")
    desk.call("register", "person", "Li", "--role", "evaluator", *book, "Gu")
    desk.call("register", "person", "Zhao", "--role", "decider", *book, "Gu")
    desk.call("register", "vendor", "ACME", *book, "Gu")
    desk.call("register", "submit", "bank", "--candidate", "acme.yaml", *book, "Gu", *given)
    asked = (
        "run",
        "bank",
        "--candidate",
        "acme.yaml",
        "--submission",
        1,
        "--judges",
        "reference-judge-0.95",
        "--quiet",
    )
    desk.call(*asked, "--out", "attempt", *book, "Li", *given, ok=(0, 3, 4, 5, 6))
    decide = ("register", "decide", "attempt", "--refuse", "--why", "no", *book, "Zhao")
    desk.call(*decide, ok=(37,))
    desk.call(*decide, *given, ok=(51,))  # opened and recomputed; people still have to read
    desk.call("watch", "acme.yaml", "--against", "attempt", ok=(0, 4, 7))


def _told(desk: Desk, given: tuple[object, ...]) -> None:
    """Everything that tells of a run or a bank."""
    for command in (
        ("report", "run", "--pdf", *given),
        ("report", "run", "--for", "vendor", *given),
        ("export", "run", "--out", "run.csv"),
        ("export", "run", "--out", "run.xlsx"),
        ("export", "run", "--out", "run.parquet"),
        ("status", "run", "--json"),
        ("verify-journal", "run"),
        ("verify-journal", "run", *given),
        ("compare", "run", "run", *given),
        ("review", "run", "--count", *given),
        ("plan", "bank", "--json", *given),
        ("plan", "bank", *given),
        ("suites", "bank", *given),
        ("lint", "bank", *given),
        ("exposures", "bank", "--add", "run"),
    ):
        desk.call(*command)
    desk.call("plan", "bank", EVALCENTER_IDENTITY=Path(str(given[1])).read_text("utf-8"))
    desk.call("certify", "run", "--key", desk.root / "home" / "sign.pem", "--new-key", *given)
    signer = ("--key", desk.root / "home" / "sign.pub.pem")
    desk.call("bundle", "run", "--out", "run.zip", "--suite", "bank")
    desk.call("bundle", "run", "--out", "same.zip", "--commitment", "bank/commitment.json")
    desk.call("verify", "run.zip", *signer)
    desk.call("verify", "run.zip", *signer, *given)
    desk.call("verify", "run/attestation.dsse.json", "--run", "run", "--suite", "bank", *signer, *given)
    desk.call("grade", "run", *given, ok=(0, 3, 4, 5, 6))


def _refused(desk: Desk, given: tuple[object, ...]) -> None:
    """What ends in an error: no key, a defect, servers that repeat what they are asked."""
    desk.call("report", "run", ok=(37,))
    desk.call("run", "bank", "--base-url", "http://127.0.0.1:1/v1", "--model", "m", "--out", "none", ok=(37,))
    half = desk.root / "cwd" / "half"
    shutil.copytree(desk.run, half)
    lines = (half / journal.NAME).read_bytes().splitlines(keepends=True)
    first = next(at for at, line in enumerate(lines) if b'"kind":"response"' in line and b'"position":0}' in line)
    (half / journal.NAME).write_bytes(b"".join(lines[: first + 1]))
    desk.call("grade", "half", *given, code=CRASH, ok=(1,))
    for status, code in ((401, 22), (500, 21)):
        with echoing.running(status=status) as url:
            out = f"refused-{status}"
            asked = ("--base-url", url, "--model", PERSONA, "--seed", SEED, "--attempts", 1, "--concurrency", 1)
            desk.call("run", "bank", *asked, "--out", out, *given, ok=(code, 4, 6))


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """A desk after the same run on the same suite, which is not sealed."""
    apart, desk = tmp_path_factory.mktemp("apart"), Desk(tmp_path_factory.mktemp("plain"))
    suite = marked.suite(apart)
    items: tuple[Item, ...] = suites.load(suite, plugins.load()).suite.items
    with (
        server.running_in_background(items, seed=SEED) as behind,
        echoing.running(behind, every=11, pause_s=0.02) as url,
    ):
        whole(desk, apart, suite, url, None)
    return desk


def test_the_search_finds_every_kind_of_word_in_a_run_that_is_not_sealed(plain: Desk) -> None:
    """In the journal of the same run without a seal each kind of mark is found, so the search can find them."""
    assert set(marked.KINDS) <= marked.found(plain.root).keys()


def test_no_byte_that_a_sealed_run_leaves_holds_a_word_of_an_item(sealed: tuple[Desk, Identity]) -> None:
    """Run folder, bank, cache, temporary and working folder, home, and all that was said: no mark stands anywhere."""
    desk, _ = sealed
    assert marked.found(desk.root) == {}
    assert len(list(marked.files(desk.root))) > 60


def test_the_words_are_there_for_whoever_has_the_identity(sealed: tuple[Desk, Identity]) -> None:
    """Opened, the same journal holds question, answer, judge's reply, review and a server's words again."""
    desk, identity = sealed
    run = history.load(desk.run, identity)
    held = [canon.encode(run.plan), *map(run.responses.raw, run.responses), *map(run.machine.raw, run.machine)]
    held += [canon.encode(pile) for position in run.judgements for pile in run.judgements[position]]
    held += [canon.encode(pile) for position in run.reviews for pile in run.reviews[position]]
    found = set().union(*map(marked.kinds, held))
    assert found >= set(marked.KINDS) - {"server", "item", "point", "bunch"}  # names have numbers, also in memory


def test_chain_and_verdict_hold_without_the_identity(sealed: tuple[Desk, Identity]) -> None:
    """Whoever has no key recomputes chain, counts and verdict; whoever has it, the marks as well."""
    desk, identity = sealed
    without, with_it = (certify.verify(desk.run, plugins.load(), one) for one in (None, identity))
    assert without.shut
    assert not with_it.shut
    assert (without.head, without.outcome, without.grades) == (with_it.head, with_it.outcome, with_it.grades)
    assert without.outcome is not None


def test_a_kill_loses_nothing_of_a_sealed_run(sealed: tuple[Desk, Identity]) -> None:
    """It was resumed after a kill, and what was in flight was asked again."""
    desk, identity = sealed
    run = history.load(desk.run, identity)
    assert len(run.opened) >= 2
    assert run.reviews


def test_a_defect_is_told_without_its_words(sealed: tuple[Desk, Identity]) -> None:
    """A traceback names its frames and the kind of error, and none of its words."""
    desk, _ = sealed
    told = next(text for path in desk.said if "ValueError" in (text := path.read_text("utf-8", "replace")))
    assert "its words are left out" in told
    assert ", in broken" in told


@pytest.mark.parametrize("name", ["asyncio", "openai._base_client"])
def test_with_an_identity_libraries_log_nothing(name: str, caplog: pytest.LogCaptureFixture) -> None:
    """The openai package (2.8 with OPENAI_LOG=debug) would write down what it sends; asyncio, what a call raised."""
    loud = logging.getLogger(name)
    with caplog.at_level(logging.DEBUG, name), starting._discreet():
        loud.error("qzxprompt")
    assert caplog.messages == []
    with caplog.at_level(logging.DEBUG, name):
        loud.error("heard again")
    assert caplog.messages == ["heard again"]


def test_a_sealed_run_takes_and_keeps_no_answer_in_a_cache(sealed: tuple[Desk, Identity]) -> None:
    """The cache that was given stays empty."""
    desk, _ = sealed
    assert list(marked.files(desk.root / "cwd" / "cache")) == []


def test_what_was_asked_is_counted_for_the_vendor(sealed: tuple[Desk, Identity]) -> None:
    """Each item was seen in the run, and those that refused calls showed too."""
    desk, _ = sealed
    bank = desk.root / "cwd" / "bank"
    seen = exposures.seen(bank, banks.published(bank / banks.COMMITMENT).root)
    assert set(seen) == {PERSONA, "ACME"}
    assert len(seen[PERSONA]) == 8


def test_a_bundle_holds_the_commitment_and_verifies_without_the_identity(sealed: tuple[Desk, Identity]) -> None:
    """In the place of the bank's items stands what was published; chain, counts and verdict hold for whoever has the file."""
    desk, _ = sealed
    with zipfile.ZipFile(desk.root / "cwd" / "run.zip") as packed:
        names = packed.namelist()
        assert packed.read("commitments/marked.json") == (desk.root / "cwd" / "bank" / banks.COMMITMENT).read_bytes()
    assert not [name for name in names if name.startswith("suites/")]
    assert (desk.root / "cwd" / "same.zip").read_bytes() == (desk.root / "cwd" / "run.zip").read_bytes()
    said = [text for path in desk.said if (text := path.read_text("utf-8", "replace")).startswith("bundle ")]
    assert ["NOT made again without --identity" in text for text in said] == [True, False]


def test_planned_again_from_its_bank_a_sealed_run_is_the_same(sealed: tuple[Desk, Identity]) -> None:
    """With the bank and the identity, the plan follows from bank, seed and standard, probes and sealing included."""
    desk, _ = sealed
    assert any("planned again from the files of marked" in path.read_text("utf-8", "replace") for path in desk.said)


def test_answers_to_probes_stay_readable(sealed: tuple[Desk, Identity]) -> None:
    """Probes are public, and without the key it can be seen whether one model gave all answers."""
    desk, _ = sealed
    run = history.load(desk.run, shut=True)
    answers = [one.answer.text for one in run.probes if one.answer is not None]
    assert answers
    assert not any(text.startswith("sealed:") for text in answers)
    assert run.verdict is not None
    assert run.verdict.identity is not None


def test_events_name_no_sealed_item(sealed: tuple[Desk, Identity]) -> None:
    """Events tell of a sealed sample by its position alone."""
    desk, _ = sealed
    lines = (desk.root / "cwd" / "events.jsonl").read_text("utf-8").splitlines()
    answered = [line for line in map(json.loads, lines) if line["event"] == "answered"]
    assert answered
    assert all(line["item"] is None for line in answered)
