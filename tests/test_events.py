"""Events say what happens, in the documented fields, and never a word that could be a secret."""

import json
import logging
import re
from dataclasses import replace
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from evalcenter import errors, events, logs, outlets, walk, watching
from evalcenter.errors import CallFailed
from evalcenter.hooks import Limits
from evalcenter.records import Answer, Failure, Plan, Question, Response
from evalcenter.stats import Decision
from tests.doubles import Scripted, plugins
from tests.factory import make_requirement
from tests.test_steering import items, planned, rate
from tests.test_walk import Brief

ROOT = Path(__file__).parents[1]
DOCUMENT = (ROOT / "docs" / "observing.md").read_text("utf-8")
QUICK = Limits(concurrency=1, attempts=2, backoff_s=0.001)
SECRET = "sk-key-0123456789 and 第 3 题"


class Kept(events.Teller):
    """Keeps its events."""

    def __init__(self, candidate: str = "") -> None:
        super().__init__(candidate)
        self.told: list[events.Event] = []

    def tell(self, event: events.Event) -> None:
        self.told.append(event)

    def named(self, name: str) -> list[events.Event]:
        return [event for event in self.told if event["event"] == name]


def plan(count: int = 30, **changes: Any) -> Plan:
    """A run of one requirement by evidence and one by bound."""
    held = items("dosing", count, **changes) + items("plain", 3, **changes)
    return planned(held, rate("dosing"), make_requirement(line=Decimal("0.5")))


def means(candidate: Scripted, watch: watching.Watch) -> walk.Means:
    return walk.Means(plugins=plugins(candidate, [Brief()]), limits=QUICK, langs=("en",), watch=watch)


def walked(folder: Path, candidate: Scripted, made: Plan | None = None) -> Kept:
    kept = Kept()
    walk.start(made or plan(), folder, means(candidate, kept))
    return kept


def busy() -> CallFailed:
    return CallFailed("rate_limit", SECRET, http_status=429, retry_after=0.01)


def lost() -> CallFailed:
    return CallFailed("refused", SECRET, http_status=400, retryable=False)


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Kept:
    """What a run with some trouble tells."""
    answer = Answer(text="yes", prompt_tokens=7, completion_tokens=3, latency_ms=20)
    candidate = Scripted({"dosing-001": [busy(), answer], "dosing-002": [lost() for _ in range(9)]})
    return walked(tmp_path_factory.mktemp("run"), candidate)


# -- what is told -----------------------------------------------------------------------------------------------------


def test_the_line_is_told_from_end_to_end(told: Kept) -> None:
    """A run begins, goes through its stages and ends, in this order."""
    names = [e["stage"] if e["event"] == "stage" else e["event"] for e in told.told]
    line = [name for name in names if name not in {"answered", "retried", "failed", "slowed", "moved"}]
    assert line == ["began", "asking", "closed", "grading", "deciding", "decided", "rendering", "ended"]
    assert (told.told[0]["planned"], told.told[0]["answered"]) == (len(plan().order), 0)
    assert told.named("ended")[0]["reports"][0].endswith("report.en.html")
    assert told.named("closed")[0]["why"] == "complete"


def test_a_sample_is_told_with_what_it_took(told: Kept) -> None:
    """Attempts, state, time and tokens of an answer are told, and what was not reported is null."""
    again = next(e for e in told.named("answered") if e["item"] == "dosing-001")
    assert (again["attempts"], again["state"], again["latency_ms"]) == (2, "complete", 20)
    assert (again["prompt_tokens"], again["completion_tokens"]) == (7, 3)
    other = next(e for e in told.named("answered") if e["item"] == "dosing-003")
    assert (other["prompt_tokens"], other["completion_tokens"]) == (None, None)


def test_trouble_is_told_with_its_kind_and_status(told: Kept) -> None:
    """A failed call is told with which attempt it was, its kind and its HTTP status, and whether it was given up."""
    retried, failed, slowed = (told.named(name)[0] for name in ("retried", "failed", "slowed"))
    assert (retried["item"], retried["attempt"], retried["kind"], retried["status"]) == (
        "dosing-001",
        1,
        "rate_limit",
        429,
    )
    assert (failed["item"], failed["attempts"], failed["kind"], failed["status"]) == ("dosing-002", 1, "refused", 400)
    assert (slowed["allowed"], slowed["pause_s"]) == (1, 0.01)


def test_evidence_is_told_when_it_moves(told: Kept) -> None:
    """Each requirement by evidence is told as it moves, the same never twice in a row, and the decision last."""
    moved = told.named("moved")
    assert {e["requirement"] for e in moved} == {"dosing"}
    bare = [{k: v for k, v in e.items() if k != "at"} for e in moved]
    assert all(one != other for one, other in pairwise(bare))
    assert moved[-1]["for_pass"] > moved[0]["for_pass"] == 1.0


def test_a_resumed_run_says_so(tmp_path: Path) -> None:
    """Going on tells what was answered before."""
    kept = Kept()
    refused = CallFailed("key", SECRET, fatal=errors.KeyRefused(SECRET))
    with pytest.raises(errors.KeyRefused):
        walk.start(plan(), tmp_path, means(Scripted({"dosing-005": [refused]}), kept))
    assert kept.told[-1]["why"] == "stopped: KeyRefused"
    again = Kept()
    walk.resume(tmp_path, means(Scripted(), again))
    assert again.told[0]["resumed"] is True
    assert again.told[0]["answered"] == len(kept.named("answered")) > 0


def test_the_end_is_told_once(told: Kept) -> None:
    """What goes wrong after the end is not the run's end."""
    kept = Kept()
    kept.stopped(errors.DiskFull("full"))
    kept.stopped(KeyboardInterrupt())
    assert [(e["error"], e["exit_code"]) for e in kept.told] == [("DiskFull", 35)]


@pytest.mark.parametrize(
    ("problem", "error", "code"),
    [
        (errors.KeyRefused(SECRET, where=SECRET, todo=SECRET), "KeyRefused", 22),
        (KeyboardInterrupt(SECRET), "interrupted", 130),
        (SystemExit(130), "interrupted", 130),
        (ZeroDivisionError(SECRET), "ZeroDivisionError", 1),
    ],
)
def test_what_stopped_a_run_is_told_without_its_words(problem: BaseException, error: str, code: int) -> None:
    """An error is told by its name, what that name means, and its exit code; its words may be a server's."""
    kept = Kept("c")
    kept.stopped(problem)
    assert (kept.told[0]["error"], kept.told[0]["exit_code"], kept.told[0]["candidate"]) == (error, code, "c")
    assert SECRET not in json.dumps(kept.told, ensure_ascii=False)
    assert kept.told[0]["meaning"]


# -- what is never told -----------------------------------------------------------------------------------------------


def test_sealed_items_are_told_by_position_alone(tmp_path: Path) -> None:
    """Neither the text nor the id of a sealed item is in any event."""
    made = plan(visibility="sealed")
    kept = walked(tmp_path, Scripted({"dosing-001": [busy()], "dosing-002": [lost() for _ in range(9)]}), made)
    assert {e["item"] for e in kept.told if "item" in e} == {None}
    assert not [item.id for item in made.items if item.id in json.dumps(kept.told, ensure_ascii=False)]


def test_no_foreign_word_is_told(tmp_path: Path) -> None:
    """Prompts, answers, a server's words, and names that it gives itself are in no event, not even as a failure's kind."""

    def leaks(question: Question) -> Answer:
        said = question.messages[-1].content
        return Answer(text=f"yes {SECRET}", reasoning=said, model=said, finish_reason=SECRET)

    replies = {i.id: [CallFailed(SECRET, SECRET), leaks, leaks] for i in plan().items}
    kept = walked(tmp_path, Scripted(replies))
    words = json.dumps(kept.told, ensure_ascii=False)
    assert len(kept.named("answered")) > 10
    assert {e["kind"] for e in kept.named("retried")} == {"other"}
    for secret in (SECRET, "sk-key", "每次服用", *(i.prompt[0].content for i in plan().items)):
        assert secret not in words


# -- the two ways to write them ---------------------------------------------------------------------------------------


def hostile() -> Kept:
    """Names that a terminal would obey."""
    return Kept("c\x1b[2J\n\u202e一")


def test_lines_are_json_in_ascii(tmp_path: Path) -> None:
    """One line an event, in ASCII, that reads back as it was; a foreign name can't break a line or steer a terminal."""
    outlet = outlets.appended(tmp_path / "e", events.fits)
    lines = events.Lines(outlet, hostile().candidate)
    lines.stage("asking")
    lines.slowed(3, float("nan"))
    outlet.close()
    raw = (tmp_path / "e").read_bytes()
    first, second = map(json.loads, raw.splitlines())
    assert (first["candidate"], first["stage"], second["pause_s"]) == (hostile().candidate, "asking", None)
    assert raw.isascii()
    assert b"\x1b" not in raw
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", first["at"])


def test_a_log_has_levels_and_plain_lines(tmp_path: Path) -> None:
    """Time, level, event and fields on one line; retries warn, failures are errors, answers are details."""
    outlet = outlets.appended(tmp_path / "l", logs.fits)
    log = logs.Log(logs.logger(outlet), hostile().candidate)
    log.stage("asking")
    log.answered(Response(position=4, answers=(Answer(text="x"),)))
    log.retried(4, busy())
    log.failed(Failure(position=4, kind="timeout", message=SECRET, attempts=2), 30)
    log.moved("r", Decision(grade="undecided", units=1, for_pass=0.1, for_fail=0.1))
    log.moved("r", Decision(grade="pass", units=2, for_pass=9.0, for_fail=-9.0))
    log.stopped(errors.DiskFull("full"))
    outlet.close()
    lines = (tmp_path / "l").read_text("utf-8").splitlines()
    levels = [line.split()[1] for line in lines]
    assert levels == ["INFO", "DEBUG", "WARNING", "ERROR", "DEBUG", "INFO", "ERROR"]
    assert lines[3].endswith("position=4 item=null attempts=2 kind=timeout status=null latency_ms=30")
    assert all(line.isprintable() for line in lines)
    assert SECRET not in "\n".join(lines)


def test_a_logger_that_is_handed_over_is_used(caplog: pytest.LogCaptureFixture) -> None:
    """A program of one's own hands over its own logger, with its own level."""
    mine = logging.getLogger("mine")
    with caplog.at_level(logging.INFO, logger="mine"):
        log = logs.Log(mine)
        log.answered(Response(position=4, answers=(Answer(text="x"),)))
        log.closed("complete")
    assert [record.getMessage() for record in caplog.records] == ['closed candidate="" why=complete']


def test_making_a_log_configures_nothing(tmp_path: Path) -> None:
    """The root logger and the list of loggers are as they were."""
    before = (logging.root.level, list(logging.root.handlers), set(logging.root.manager.loggerDict))
    outlet = outlets.appended(tmp_path / "l", logs.fits)
    logs.logger(outlet)
    outlet.close()
    assert before == (logging.root.level, list(logging.root.handlers), set(logging.root.manager.loggerDict))


@pytest.mark.parametrize("line", [b"", b"{}\n", b"[1]\n", b'{"at":"2026","kind":"plan"}\n', b"name: x\n", b"\xff\n"])
def test_other_files_are_not_taken_for_these(line: bytes) -> None:
    """What is no event is no event stream, and no log."""
    assert not events.fits(line)
    assert not logs.fits(line)


# -- the documentation ------------------------------------------------------------------------------------------------


def documented() -> dict[str, tuple[str, ...]]:
    """The table of events in the documentation."""
    rows = re.findall(r"^\| `(\w+)` \| ([^|]*) \|", DOCUMENT, re.MULTILINE)
    return {event: tuple(re.findall(r"`(\w+)`", fields)) for event, fields in rows}


def test_the_table_of_events_is_true() -> None:
    """Every event and every field of it is in the documentation, and no other."""
    assert documented() == events.FIELDS


def test_every_happening_is_an_event() -> None:
    """There is an event for each method of Watch, of its name."""
    assert set(events.FIELDS) == {name for name in vars(watching.Watch) if not name.startswith("_")}


def test_every_event_has_its_fields(told: Kept) -> None:
    """No event has more fields than are documented, or fewer."""
    for event in told.told:
        assert tuple(event) == ("at", "event", "candidate", *events.FIELDS[event["event"]])
    assert {e["event"] for e in told.told} == set(events.FIELDS) - {"stopped", "judged"}


def test_what_happens_is_the_same_with_nobody_there(tmp_path: Path) -> None:
    """Looking on changes nothing of what is asked, answered and decided."""
    seen = walk.start(plan(), tmp_path / "a", means(Scripted(), Kept()))
    unseen = walk.start(plan(), tmp_path / "b", replace(means(Scripted(), Kept()), watch=watching.Nobody()))
    assert seen.verdict == unseen.verdict
