"""The pump asks everything once, retries in one place, and loses nothing however it ends."""

import asyncio
import gc
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from evalcenter import calling, history, journal, run, watching
from evalcenter.errors import CallFailed, DiskFull, KeyRefused, Unreachable
from evalcenter.hooks import Limits
from evalcenter.records import Answer, Message, Question
from tests.doubles import Everything, Scripted
from tests.factory import make_item, make_plan

QUICK = Limits(concurrency=4, timeout_s=5, attempts=3, backoff_s=0.001, backoff_cap_s=0.002)
ITEMS = [make_item(n) for n in range(6)]
PLAN = make_plan(ITEMS)
BUSY = {"retryable": True, "http_status": 429}


def collect(folder: Path, candidate: Scripted, limits: Limits = QUICK, plan: object = PLAN) -> history.Run:
    with history.create(folder, plan) as held:  # type: ignore[arg-type]
        run.collect(held, Everything(held), candidate, run.Manner(limits=limits))
    return history.load(folder)


def test_everything_is_asked_once(tmp_path: Path) -> None:
    """Every planned position is asked once, journalled, and the candidate closed."""
    candidate = Scripted()
    held = collect(tmp_path, candidate)
    assert {0, 1, 2, 3, 4, 5} == set(held.responses)
    assert len(candidate.asked) == 6
    assert candidate.closed
    assert held.closed == "complete"


def test_answered_positions_are_not_asked_again(tmp_path: Path) -> None:
    """A resume asks only what has no answer."""
    failing = Scripted({ITEMS[3].id: [CallFailed("http", "no", retryable=False)]})
    collect(tmp_path, failing)
    second = Scripted()
    book = held = history.resume(tmp_path)
    with book:
        run.collect(held, Everything(held), second, run.Manner(limits=QUICK))
    assert [ITEMS[3].id] == [question.item for question in second.asked]
    assert len(history.load(tmp_path).responses) == 6


def test_retries_are_bounded_and_journalled(tmp_path: Path) -> None:
    """A call is made again up to the bound; each time is in the journal, and the answer says how many it took."""
    busy = [CallFailed("rate_limit", "busy", **BUSY, retry_after=0.0) for _ in range(2)]  # type: ignore[arg-type]
    held = collect(tmp_path, Scripted({ITEMS[0].id: list(busy)}))
    assert (held.responses[0].attempts, held.retries) == (3, 2)


def test_used_up_attempts_are_a_failure_and_the_run_goes_on(tmp_path: Path) -> None:
    """A position that is never answered becomes a failure; the others are answered."""
    held = collect(tmp_path, Scripted({ITEMS[1].id: [CallFailed("server", "500") for _ in range(9)]}))
    assert (len(held.responses), held.failures[1].attempts, held.failures[1].kind) == (5, 3, "server")


def test_hopeless_call_is_not_repeated(tmp_path: Path) -> None:
    """A failure that is not retryable is not retried."""
    candidate = Scripted({ITEMS[1].id: [CallFailed("bad_request", "400", retryable=False)]})
    held = collect(tmp_path, candidate)
    assert (len(candidate.asked), held.retries, held.failures[1].attempts) == (6, 0, 1)


def test_refused_key_ends_the_run_at_once(tmp_path: Path) -> None:
    """A reason that no other call escapes ends the run with its own error; what was answered is kept."""
    fatal = CallFailed("key", "no", retryable=False, fatal=KeyRefused("the key was refused"))
    one_by_one = Limits(concurrency=1, attempts=3, backoff_s=0.001)
    with pytest.raises(KeyRefused, match="the key was refused"):
        collect(tmp_path, Scripted({ITEMS[2].id: [fatal]}), one_by_one)
    held = history.load(tmp_path)
    assert ({0, 1}, "stopped: KeyRefused") == (set(held.responses), held.closed)


@pytest.mark.parametrize("kind", sorted(calling.CONNECTION))
def test_nobody_there_ends_the_run(tmp_path: Path, kind: str) -> None:
    """When nothing was ever answered and a sample used up its attempts on connecting, the run ends as unreachable."""
    replies = {item.id: [CallFailed(kind, "refused") for _ in range(9)] for item in ITEMS}
    with pytest.raises(Unreachable, match="can't be reached"):
        collect(tmp_path, Scripted(replies))


def test_a_call_that_ended_the_run_was_not_cut_off(tmp_path: Path) -> None:
    """Where nobody is there, the call that failed for good is in the journal as a failure, and paid for as that alone."""
    candidate = Scripted({ITEMS[0].id: [CallFailed("connection", "refused", retryable=False)]})
    with history.create(tmp_path, make_plan(ITEMS[:1])) as held, pytest.raises(Unreachable):
        run.collect(held, Everything(held), candidate, run.Manner(limits=Limits(concurrency=1)))
    with history.resume(tmp_path) as again:
        assert (again.reasked, again.spent.calls) == (0, 1)


def test_a_late_outage_does_not_end_the_run(tmp_path: Path) -> None:
    """Once something was answered, an outage costs its samples and not the run."""
    replies = {item.id: [CallFailed("connection", "reset") for _ in range(9)] for item in ITEMS[3:]}
    held = collect(tmp_path, Scripted(replies), Limits(concurrency=1, attempts=2, backoff_s=0.001))
    assert (len(held.responses), len(held.failures)) == (3, 3)


def test_dialogue_carries_its_answers(tmp_path: Path) -> None:
    """In a scripted dialogue each call holds the turns and answers before it."""
    turns = tuple(Message(role="user", content=f"turn {n}") for n in range(3))
    candidate = Scripted({ITEMS[0].id: [Answer(text="one"), Answer(text="two"), Answer(text="three")]})
    held = collect(tmp_path, candidate, plan=make_plan([make_item(0, prompt=turns)]))
    assert [answer.text for answer in held.responses[0].answers] == ["one", "two", "three"]
    said = [(m.role, m.content) for m in candidate.asked[-1].messages]
    assert said == [
        ("user", "turn 0"),
        ("assistant", "one"),
        ("user", "turn 1"),
        ("assistant", "two"),
        ("user", "turn 2"),
    ]


@pytest.mark.parametrize("state", ["truncated", "silent", "blocked"])
def test_dialogue_ends_at_the_first_incomplete_answer(tmp_path: Path, state: str) -> None:
    """A dialogue is not carried on over an answer that is not one."""
    turns = tuple(Message(role="user", content=f"turn {n}") for n in range(3))
    candidate = Scripted({ITEMS[0].id: [Answer(text="one"), Answer(text="", state=state)]})  # type: ignore[arg-type]
    held = collect(tmp_path, candidate, plan=make_plan([make_item(0, prompt=turns)]))
    assert (2, state) == (len(held.responses[0].answers), held.responses[0].state)


def test_concurrency_is_bounded(tmp_path: Path) -> None:
    """No more calls are in flight than allowed, and as many as allowed."""
    seen: list[int] = []

    class Counting(Scripted):
        flying = 0

        async def ask(self, question: Question) -> Answer:
            self.flying += 1
            seen.append(self.flying)
            await asyncio.sleep(0.005)
            self.flying -= 1
            return Answer(text="x")

    collect(tmp_path, Counting(), Limits(concurrency=3))
    assert max(seen) == 3


def test_adapter_that_never_returns_is_timed_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A call whose adapter does not keep its own time-out is given up by the pump."""

    class Hanging(Scripted):
        async def ask(self, question: Question) -> Answer:
            if question.position == 5:
                await asyncio.sleep(60)
            return Answer(text="x")

    monkeypatch.setattr(calling, "GRACE_S", 0.02)
    held = collect(tmp_path, Hanging(), Limits(concurrency=1, timeout_s=0.02, attempts=1))
    assert (held.failures[5].kind, len(held.responses)) == ("timeout", 5)


@pytest.mark.parametrize(("attempt", "low", "high"), [(1, 0.25, 0.5), (3, 1.0, 2.0), (30, 15.0, 30.0)])
def test_pauses(tmp_path: Path, attempt: int, low: float, high: float) -> None:
    """Pauses double up to a cap, with jitter from the plan's seed."""
    with history.create(tmp_path, PLAN) as held:
        pump = run._Pump(held, Everything(held), None, run.Manner(limits=Limits()))  # type: ignore[arg-type]
        assert low <= pump._pause(0, attempt) <= high
        assert pump._pause(0, attempt) == pump._pause(0, attempt) != pump._pause(1, attempt)
        pump.slots.close()


def test_watch_sees_everything(tmp_path: Path) -> None:
    """The display hears of answers, retries and failures."""
    heard: list[str] = []

    class Watch(watching.Nobody):
        def answered(self, response: object) -> None:
            heard.append("answered")

        def retried(self, position: int, failure: object) -> None:
            heard.append("retried")

        def failed(self, failure: object, latency_ms: int) -> None:
            heard.append("failed")

        def moved(self, requirement: str, decided: object) -> None:
            raise AssertionError("the pump knows of no evidence")

    replies = {ITEMS[0].id: [CallFailed("server", "500") for _ in range(9)]}
    with history.create(tmp_path, PLAN) as held:
        run.collect(held, Everything(held), Scripted(replies), run.Manner(limits=QUICK, watch=Watch()))
    assert (heard.count("answered"), heard.count("retried"), heard.count("failed")) == (5, 2, 1)


def test_full_disk_ends_the_run_with_its_own_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk that fills up in mid-run is the error that is reported, and what was written stays readable."""
    with history.create(tmp_path, PLAN) as held:
        real, count = journal._write, [0]

        def fill(file: object, raw: bytes) -> None:
            count[0] += 1
            if count[0] > 3:
                raise OSError(28, "No space left on device")
            real(file, raw)  # type: ignore[arg-type]

        monkeypatch.setattr(journal, "_write", fill)
        with pytest.raises(DiskFull):
            run.collect(held, Everything(held), Scripted(), run.Manner(limits=Limits(concurrency=1)))
    assert len(history.load(tmp_path).responses) == 3


def test_nothing_left_to_ask(tmp_path: Path) -> None:
    """A plan without positions is complete at once."""
    held = collect(tmp_path, Scripted(), plan=make_plan([]))
    assert held.closed == "complete"


@pytest.mark.parametrize("first", [lambda asking: None, lambda asking: asking.throw(asyncio.CancelledError())])
def test_interrupt_before_the_first_step_is_journalled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, first: Callable[[Any], object]
) -> None:
    """Ctrl-C between the plan and the first question is said in the journal, and leaves nothing that was never awaited."""

    def interrupted(asking: Any) -> None:
        with suppress(asyncio.CancelledError):
            first(asking)
        raise KeyboardInterrupt

    monkeypatch.setattr(asyncio, "run", interrupted)
    with history.create(tmp_path, make_plan([])) as held, pytest.raises(KeyboardInterrupt):
        run.collect(held, Everything(held), Scripted(), run.Manner(limits=Limits()))
    gc.collect()
    assert history.load(tmp_path).closed == "interrupted"


# -- real processes ---------------------------------------------------------------------------------------------------

PROGRAM = """
import asyncio, signal, sys
from pathlib import Path
from evalcenter import history, journal, run, watching
from evalcenter.hooks import Limits
from evalcenter.records import Answer
from tests.doubles import Everything
from tests.factory import make_item, make_plan

class Slow:
    async def ask(self, question):
        with open(sys.argv[2], "a") as log:
            log.write(f"{question.position}\\n")
        await asyncio.sleep(0.004)
        return Answer(text="x" * 2000)
    async def close(self): pass

signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background job begins with it ignored
folder = Path(sys.argv[1])
plan = make_plan([make_item(n) for n in range(120)])
if (folder / journal.NAME).exists():
    held = history.resume(folder)
else:
    held = history.create(folder, plan)
with held:
    run.collect(held, Everything(held), Slow(), run.Manner(limits=Limits(concurrency=4)))
"""


def start(folder: Path, log: Path) -> subprocess.Popen[bytes]:
    root = Path(__file__).parents[1]
    return subprocess.Popen([sys.executable, "-c", PROGRAM, str(folder), str(log)], cwd=root, stderr=subprocess.DEVNULL)


def lines_in(path: Path) -> int:
    return path.read_bytes().count(b"\n") if path.exists() else 0


def test_killed_at_many_moments_nothing_is_lost_or_asked_twice(tmp_path: Path) -> None:
    """Killed at eight moments, a run ends with every position answered once, and only calls in flight asked again."""
    folder, log = tmp_path / "run", tmp_path / "asked"
    kills = 0
    for stop_at in range(14, 126, 14):
        process = start(folder, log)
        deadline = time.monotonic() + 30
        while lines_in(folder / journal.NAME) < stop_at and process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.002)
        process.kill()
        process.communicate()
        kills += 1
        answered = set(history.load(folder).responses) if lines_in(folder / journal.NAME) else set()
        assert len(answered) >= stop_at - 14 - kills * 3
    process = start(folder, log)
    process.communicate(timeout=60)
    held = history.load(folder)
    assert (process.returncode, len(held.responses), held.closed) == (0, 120, "complete")
    asked = log.read_text().splitlines()
    assert len(asked) <= 120 + 4 * kills


def test_interrupt_ends_cleanly(tmp_path: Path) -> None:
    """Ctrl-C journals the interruption and leaves a run that resumes."""
    folder, log = tmp_path / "run", tmp_path / "asked"
    process = start(folder, log)
    while lines_in(folder / journal.NAME) < 10:
        time.sleep(0.005)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=30)
    held = history.load(folder)
    assert held.closed == "interrupted"
    assert 0 < len(held.responses) < 120
    again = start(folder, log)
    again.communicate(timeout=60)
    assert again.returncode == 0
    assert len(history.load(folder).responses) == 120
