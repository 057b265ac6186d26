"""How a run stands is said from its folder alone, while it is written or after, and nothing there is touched."""

import fcntl
import hashlib
import json
import os
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from evalcenter import cli, errors, flying, history, journal, status, walk
from evalcenter.hooks import Limits
from evalcenter.pacing import Budget
from evalcenter.records import Answer, Plan, Price, Response, Verdict
from tests.doubles import Scripted, plugins
from tests.factory import make_grade
from tests.test_events import Kept, busy, lost, means, plan
from tests.test_walk import SPEC

SPENT = Answer(text="yes", prompt_tokens=700, completion_tokens=300)


def priced() -> Plan:
    price = Price(prompt=Decimal(2), completion=Decimal(8))
    return replace(plan(), candidate=replace(SPEC, name="mine", price=price))


def fingerprint(folder: Path) -> dict[str, tuple[str, int]]:
    """Every file's digest and time."""
    return {
        path.name: (hashlib.sha256(path.read_bytes()).hexdigest(), path.stat().st_mtime_ns)
        for path in sorted(folder.iterdir())
    }


def standing(folder: Path) -> status.Standing:
    return status.Follower(folder).standing()


def call(*args: object) -> Result:
    result = CliRunner().invoke(cli.main, ["status", *map(str, args)])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def answer(held: history.Run, position: int, text: str = "yes", at: str | None = None) -> None:
    """One graded answer more."""
    held.write("response", Response(position=position, answers=(replace(SPENT, text=text),)))
    held.write("grade", make_grade(held.plan, position, met=text == "yes"))


@contextmanager
def begun(folder: Path, answers: int = 5) -> Iterator[history.Run]:
    """A run of which some is answered, and that is still written."""
    with history.create(folder, priced()) as held:
        held.write("opened", {"environment": {}, "lab": {}, "limits": {}})
        for position in range(answers):
            answer(held, position)
        yield held


# -- what it says -----------------------------------------------------------------------------------------------------


def test_a_running_run(tmp_path: Path) -> None:
    """While a process writes it, a run is running; what is answered, in flight and still needed is counted."""
    with begun(tmp_path) as held:
        slots = flying.Slots(tmp_path)
        for position in (5, 6, 7):
            slots.take(position)
        said = standing(tmp_path)
        assert (said.state, said.doing, said.answered, said.in_flight) == ("running", "asking", 5, 3)
        assert (said.candidate, said.suites, said.standard) == ("mine", ("s 1",), held.plan.standard.id)
        assert said.needed == len(held.plan.order) - 5
        assert (said.calls, said.tokens, said.cost) == (5, 5000, "0.0190 CNY")
        assert said.evidence["dosing"].startswith("1")
        assert said.todo == f"evalcenter status {tmp_path} --every 5"
        os.close(slots._descriptor)


def test_a_stopped_run(tmp_path: Path) -> None:
    """Without a writer and without a verdict a run is stopped, and the command that goes on is named."""
    with begun(tmp_path) as held:
        held.write("closed", {"why": "interrupted"})
    said = standing(tmp_path)
    assert (said.state, said.closed, said.in_flight) == ("stopped", "interrupted", 0)
    assert said.todo == f"evalcenter run --resume {tmp_path}"
    assert "stopped (interrupted)" in status.as_text(said)


def test_a_finished_run(tmp_path: Path) -> None:
    """After the verdict a run is finished; trouble is counted, and the next thing is to check it."""
    candidate = Scripted({"dosing-001": [busy(), SPENT], "dosing-002": [lost() for _ in range(9)]})
    walk.start(plan(), tmp_path, means(candidate, Kept()))
    said = standing(tmp_path)
    assert (said.state, said.verdict, said.failed, said.retries) == ("finished", "inconclusive", 1, 1)
    assert said.needed == said.in_flight + 1  # the failed one
    assert "another attempt" in said.todo or "--resume" in said.todo
    walk.start(plan(60), tmp_path / "good", means(Scripted(), Kept()))
    good = standing(tmp_path / "good")
    assert (good.verdict, good.todo) == ("pass", f"evalcenter verify-journal {tmp_path / 'good'}")
    assert good.evidence["dosing"].startswith("PASS at ")


def test_a_run_whose_budget_is_spent_can_go_on(tmp_path: Path) -> None:
    """An INCONCLUSIVE for want of budget names the command that goes on."""
    short = replace(means(Scripted(), Kept()), limits=Limits(concurrency=1, budget=Budget(calls=3)))
    walk.start(plan(60), tmp_path, short)
    assert standing(tmp_path).todo == f"evalcenter run --resume {tmp_path}"


def test_a_run_that_waits_for_people(tmp_path: Path) -> None:
    """A run that only waits for people says so, and how to hand the answers out."""
    from evalcenter.records import Criterion

    waits = (Criterion(id="c", text="c", check={"says": {"word": "…"}}),)
    walk.start(plan(criteria=waits), tmp_path, means(Scripted(), Kept()))
    said = standing(tmp_path)
    assert (said.state, said.todo) == ("awaiting_review", f"evalcenter review {tmp_path}")


def test_a_run_that_begins(tmp_path: Path) -> None:
    """A folder that a process has just made, without a plan yet, is starting; without a process it is no run."""
    book = journal.Journal.create(tmp_path)
    watched = status.Watched(tmp_path)
    assert [one.state for one in watched.look()] == ["starting"]
    book.close()
    with pytest.raises(errors.Incomplete):
        watched.look()


@pytest.mark.parametrize("why", ["complete", "budget: the budget of 5 calls is spent", "deadline: 3 s are over"])
def test_a_run_that_is_asked_and_not_decided(tmp_path: Path, why: str) -> None:
    """Between the last answer and the verdict a run that nobody writes is not stopped: one of many waits its turn so."""
    with begun(tmp_path) as held:
        held.write("closed", {"why": why})
    assert standing(tmp_path).state == "asked"


def test_the_rate_is_that_of_the_last_seconds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Answers a second count from the last start on, and fall while nothing comes."""
    now = [0]
    monkeypatch.setattr(journal, "now", lambda: f"2026-03-02T01:{now[0] // 60:02d}:{now[0] % 60:02d}Z")
    monkeypatch.setattr(journal.Journal, "_now", lambda self: journal.now())
    with begun(tmp_path, 0) as held:
        for position in range(10):
            now[0] = position // 2
            answer(held, position)
        follower = status.Follower(tmp_path)
        assert (follower.standing().rate, follower.standing().idle_s) == (2.0, 0)
        now[0] = 99
        assert (follower.standing().rate, follower.standing().idle_s) == (0.1, 95)
        held.write("opened", {"environment": {}, "lab": {}, "limits": {}})
        assert follower.standing().rate is None


# -- while it is written ----------------------------------------------------------------------------------------------


def test_a_journal_that_grows_is_read_on(tmp_path: Path) -> None:
    """Each look takes in what came since, the verdict too, and says the same as a fresh one."""
    with begun(tmp_path) as held:
        follower = status.Follower(tmp_path)
        assert follower.standing().answered == 5
        answer(held, 5)
        assert follower.standing().answered == 6
        held.write("closed", {"why": "complete"})
        assert follower.standing().doing == "grading"
        held.write("verdict", Verdict(outcome="fail", findings=(), reasons=()))
        assert follower.standing().doing == "rendering"
        assert replace(follower.standing(), idle_s=0) == replace(standing(tmp_path), idle_s=0)
    assert follower.standing().state == "finished"


def test_half_a_line_is_left_for_the_next_look(tmp_path: Path) -> None:
    """At whatever byte the last line ends, what stands before it is said; the rest of the line is read later."""
    with begun(tmp_path / "a"):
        pass
    raw = (tmp_path / "a" / journal.NAME).read_bytes()
    last = raw[:-1].rfind(b"\n") + 1
    whole = standing(tmp_path / "a")
    (tmp_path / "b").mkdir()
    path = tmp_path / "b" / journal.NAME
    for cut in (last, last + 1, last + 40, len(raw) - 1):
        path.write_bytes(raw[:cut])
        follower = status.Follower(tmp_path / "b")
        assert follower.standing().answered == 5
        path.write_bytes(raw)
        assert follower.standing().evidence == whole.evidence


def test_nothing_in_the_folder_is_touched(tmp_path: Path) -> None:
    """No file is made, changed or removed, whether the run is written or not, and with half a line at its end."""
    with begun(tmp_path):
        before = fingerprint(tmp_path)
        assert standing(tmp_path).state == "running"
        assert fingerprint(tmp_path) == before
    with (tmp_path / journal.NAME).open("ab") as file:
        file.write(b'{"at":"2026')
    before = fingerprint(tmp_path)
    assert standing(tmp_path).state == "stopped"
    assert call(tmp_path).exit_code == call(tmp_path, "--json").exit_code == 0
    assert fingerprint(tmp_path) == before


def test_a_folder_that_may_not_be_written_can_be_read(tmp_path: Path) -> None:
    """A run on a read-only disk has a standing: the lock is opened for reading alone."""
    with begun(tmp_path):
        pass
    for path in tmp_path.iterdir():
        path.chmod(0o444)
    tmp_path.chmod(0o555)
    try:
        assert standing(tmp_path).state == "stopped"
    finally:
        tmp_path.chmod(0o755)


def test_a_run_that_starts_waits_a_look_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A lock that is shared at the very moment at which a run wants it does not turn the run away."""
    with begun(tmp_path):
        pass
    descriptor = os.open(tmp_path / journal.LOCK, os.O_RDONLY)
    fcntl.flock(descriptor, fcntl.LOCK_SH)
    monkeypatch.setattr("time.sleep", lambda seconds: fcntl.flock(descriptor, fcntl.LOCK_UN))
    with history.resume(tmp_path) as held:
        assert held.book is not None
    os.close(descriptor)


def test_looking_all_the_time_turns_no_run_away(tmp_path: Path) -> None:
    """However often it is looked, no start of a run meets a taken lock."""
    with begun(tmp_path):
        pass
    over = threading.Event()
    seen: set[bool] = set()

    def look() -> None:
        while not over.is_set():
            seen.add(journal.is_written(tmp_path))

    lookers = [threading.Thread(target=look) for _ in range(2)]
    for looker in lookers:
        looker.start()
    try:
        for _ in range(50):
            history.resume(tmp_path).close()
    finally:
        over.set()
        for looker in lookers:
            looker.join()
    assert seen >= {False}


@pytest.mark.parametrize("make", [lambda path: None, lambda path: path.symlink_to("/dev/zero")])
def test_a_lock_that_is_none_is_not_taken(tmp_path: Path, make: Callable[[Path], Any]) -> None:
    """Where there is no lock file, or a link in its place, nobody writes."""
    make(tmp_path / journal.LOCK)
    assert not journal.is_written(tmp_path)


# -- how it is said ---------------------------------------------------------------------------------------------------


def test_one_line_for_machines(tmp_path: Path) -> None:
    """With --json a look is one line of JSON in ASCII with every field."""
    with begun(tmp_path / "run"):
        pass
    result = call(tmp_path / "run", "--json")
    said = json.loads(result.stdout)
    assert result.stdout.count("\n") == 1
    assert set(said["runs"][0]) == set(status.Standing.__dataclass_fields__)
    assert said["runs"][0]["answered"] == 5


def test_it_looks_again_for_as_long_as_the_run_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With --every it looks again until nobody writes the run any more."""
    with begun(tmp_path) as held:
        monkeypatch.setattr("time.sleep", lambda seconds: held.close())
        result = call(tmp_path, "--every", 1)
    assert result.exit_code == 0
    assert [line.split()[1].strip(":") for line in result.stdout.splitlines() if line.startswith("state")] == [
        "running",
        "stopped",
    ]


def test_a_name_cannot_steer_the_terminal(tmp_path: Path) -> None:
    """Control characters and line ends in a candidate's name are shown, not obeyed."""
    made = priced()
    made = replace(made, candidate=replace(made.candidate, name="x\x1b[2J\nstate  finished"))
    with history.create(tmp_path / "run", made):
        pass
    for folder in (tmp_path / "run", tmp_path):
        out = call(folder).stdout
        assert "\x1b" not in out
        assert "\nstate  finished" not in out


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (lambda path: path.unlink(), errors.Incomplete.exit_code),
        (lambda path: path.write_bytes(b""), errors.Incomplete.exit_code),
        (lambda path: path.write_bytes(path.read_bytes().replace(b"response", b"responsf", 1)), 32),
    ],
)
def test_what_cannot_be_said_is_an_error(tmp_path: Path, spoil: Callable[[Path], Any], code: int) -> None:
    """A folder without a run and a damaged journal have their own exit codes."""
    with begun(tmp_path):
        pass
    spoil(tmp_path / journal.NAME)
    assert call(tmp_path).exit_code == code


# -- many -------------------------------------------------------------------------------------------------------------


def crowd(out: Path) -> Path:
    """A stopped run, a damaged one, and what a summary says of one that never began."""
    with begun(out / "good"):
        pass
    shutil.copytree(out / "good", out / "bad")
    with (out / "bad" / journal.NAME).open("ab") as file:
        file.write(b"{}\n")
    line = {"name": "refused", "folder": "refused", "state": "error", "exit_code": 22, "error": "words of a server"}
    (out / "summary.json").write_text(json.dumps({"candidates": [line]}), "utf-8")
    return out


def test_a_folder_of_many_is_a_table(tmp_path: Path) -> None:
    """Every run has its line, also one that can't be read and one that never began, and none keeps the others from theirs."""
    found = status.Watched(crowd(tmp_path)).look()
    assert [(Path(one.folder).name, one.state) for one in found] == [
        ("bad", "error"),
        ("good", "stopped"),
        ("refused", "error"),
    ]
    out = call(tmp_path).stdout
    assert "3 candidates" in out
    assert "words of a server" not in out
    assert len(json.loads(call(tmp_path, "--json").stdout)["runs"]) == 3


def test_of_many_one_that_waits_for_its_verdict_is_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With --every a moment in which no run of many is written does not end the looking; two in a row do."""
    with begun(tmp_path / "a") as held:
        held.write("closed", {"why": "complete"})
    slept: list[float] = []
    monkeypatch.setattr("time.sleep", slept.append)
    result = call(tmp_path, "--every", 3)
    assert (result.exit_code, slept) == (0, [3])
    assert f"--candidates … --out {tmp_path}" in result.stdout


@pytest.mark.parametrize("summary", ["", "[]", '{"candidates":3}', '{"candidates":[{"name":1}]}', "\xff"])
def test_a_summary_that_is_none_is_passed_over(tmp_path: Path, summary: str) -> None:
    """Whatever stands in a summary's place, the runs are said."""
    with begun(tmp_path / "good"):
        pass
    (tmp_path / "summary.json").write_bytes(summary.encode("latin-1"))
    assert [one.state for one in status.Watched(tmp_path).look()] == ["stopped"]


def test_the_limits_are_those_of_a_run(tmp_path: Path) -> None:
    """What is still needed is nothing once a FAIL ended a run for a laboratory."""
    wrong = Scripted(default="no")
    ended = replace(means(wrong, Kept()), complete=False, plugins=plugins(wrong))
    from evalcenter.blocks import Lab

    walk.start(plan(60), tmp_path, replace(ended, lab=Lab(name="centre")))
    said = standing(tmp_path)
    assert (said.verdict, said.needed) == ("fail", 0)
