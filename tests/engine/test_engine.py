"""A real engine, llama.cpp's server, is asked, measured, interrupted and refused as the documentation says.

The model behind it is tiny and random, so its answers are nonsense; everything else is real: the server, its token counts, its
limits and its errors. ``tests/engine/run.sh`` starts it. The engine's own counters are the second witness to what the journal says.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from evalcenter import errors, history, journal, plan, yamls
from evalcenter.records import Answer, Message

pytestmark = pytest.mark.engine

ROOT = Path(__file__).parents[2]
KEY = "EVALCENTER_ENGINE_KEY"
SHORT, LONG, STEADY = 16, 3000, 400
ITEMS = 12
PATIENCE_S = 240
SLOTS = 4
"""The engine's slots (``--parallel`` in run.sh)."""
STANDARD = """\
id: engine
version: "1"
title: {zh: 引擎测试, en: Engine test}
about: {zh: 仅供测试。, en: For tests only.}
requirements:
  - {id: red, title: {zh: 红线, en: Red lines}, scope: {red_line: true}, measure: violations, rule: zero, line: 1, clause: none}
  - {id: rest, title: {zh: 其余, en: The rest}, scope: {red_line: false}, measure: pass, rule: bound, line: 0.9, clause: none}
"""


@dataclass(frozen=True)
class Engine:
    """Where the server listens, what its model is called, and the same model behind a router that knows models by name."""

    url: str
    router: str
    model: str

    def call(self, path: str, body: Any = None) -> Any:
        """The reply of one of the engine's own endpoints, read without evalcenter."""
        request = urllib.request.Request(
            self.url.removesuffix("/v1") + path, headers={"Authorization": f"Bearer {key()}"}
        )
        if body is not None:
            request.data = json.dumps(body).encode()
            request.add_header("Content-Type", "application/json")
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=60) as reply:
            raw = reply.read().decode()
        return raw if path == "/metrics" else json.loads(raw)

    def counter(self, name: str) -> int:
        """One of the engine's own counters, such as the tokens it has ever made."""
        found = re.search(rf"^llamacpp:{name} (\S+)$", self.call("/metrics"), re.MULTILINE)
        assert found, f"the engine counts no {name}"
        return int(float(found[1]))

    def prompt_tokens(self, messages: list[Message]) -> int:
        """How many tokens the engine itself makes of these messages."""
        said = [{"role": message.role, "content": message.content} for message in messages]
        prompt = self.call("/apply-template", {"messages": said})["prompt"]
        return len(self.call("/tokenize", {"content": prompt, "add_special": True, "parse_special": True})["tokens"])


def key() -> str:
    return os.environ[KEY]


@pytest.fixture(scope="session")
def engine() -> Engine:
    """The engine that run.sh started. Without one these tests fail: they were asked for by name."""
    names = ("EVALCENTER_ENGINE_URL", "EVALCENTER_ENGINE_ROUTER_URL", "EVALCENTER_ENGINE_MODEL")
    if not all(os.environ.get(name) for name in (*names, KEY)):
        pytest.fail("no engine is running: use `make test-engine`")
    return Engine(*(os.environ[name] for name in names))


@pytest.fixture(scope="session")
def suite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twelve items of the shipped government suite, Chinese and English in turn, with documents, options and dialogues."""
    folder = tmp_path_factory.mktemp("suites") / "small"
    shipped = ROOT / "suites" / "government"
    shutil.copytree(ROOT / "suites" / "taxonomies", folder.parent / "taxonomies")
    (folder / "items").mkdir(parents=True)
    head = plain(shipped / "suite.yaml") | {"families": [], "id": "small"}
    write(folder / "suite.yaml", head)
    write(folder / "items" / "small.yaml", picked(shipped))
    (folder / "standard.yaml").write_text(STANDARD, encoding="utf-8")
    return folder


def plain(path: Path) -> Any:
    return yamls.read(path).value


def write(path: Path, value: Any) -> None:
    path.write_text(json.dumps(value, ensure_ascii=False, default=str), encoding="utf-8")  # JSON is YAML


def picked(shipped: Path) -> list[Any]:
    """One item of every file in turn, without twins, until there are enough."""
    files = [plain(path) for path in sorted((shipped / "items").glob("*.yaml"))]
    left = {"zh": [], "en": []}
    for number in range(max(map(len, files))):
        for items in files:
            if number < len(items) and not items[number].get("twin"):
                left[items[number]["lang"]].append(items[number])
    found = [item for pair in zip(left["zh"], left["en"], strict=False) for item in pair][:ITEMS]
    assert len(found) == ITEMS
    return found


# -- running evalcenter ----------------------------------------------------------------------------------------------


def candidate(tmp_path: Path, engine: Engine, *, max_tokens: int = SHORT, **changes: Any) -> Path:
    """A candidate file; `extra` goes into the request's body."""
    extra = changes.pop("extra", {})
    spec = {
        "adapter": "openai_http",
        "name": "Random model",
        "model": engine.model,
        "base_url": engine.url,
        "key_env": KEY,
        "sampling": {"temperature": 1, "max_tokens": max_tokens},
        "settings": {"extra_body": {"top_k": 0, "top_p": 1, "min_p": 0, **extra}},
    }
    path = tmp_path / "candidate.yaml"
    write(path, spec | changes)
    return path


def command(*args: object) -> list[str]:
    return [sys.executable, "-m", "evalcenter", *map(str, args)]


def call(*args: object, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """One command of evalcenter in a process of its own; it must not show a traceback or the key."""
    given = {**os.environ, **(env or {})}
    done = subprocess.run(command(*args), capture_output=True, text=True, timeout=300, check=False, env=given)
    assert "Traceback" not in done.stderr, done.stderr
    assert key() not in done.stdout + done.stderr
    return done


def run(suite: Path, spec: Path, out: Path, *more: object) -> subprocess.CompletedProcess[str]:
    return call(
        "run", suite, "--candidate", spec, "--out", out, "--seed", "engine", "--concurrency", 4, "--quiet", *more
    )


def answers(held: history.Run) -> list[Answer]:
    return [answer for response in held.responses.values() for answer in response.answers]


@pytest.fixture(scope="module")
def short(engine: Engine, suite: Path, tmp_path_factory: pytest.TempPathFactory) -> history.Run:
    """A finished run with so few tokens that most answers are cut off."""
    folder = tmp_path_factory.mktemp("short")
    done = run(suite, candidate(folder, engine, max_tokens=SHORT), folder / "run")
    assert done.returncode in {errors.EXIT["fail"], errors.EXIT["inconclusive"]}, done.stdout + done.stderr
    return history.load(folder / "run")


@dataclass(frozen=True)
class Measured:
    """A finished run, and how many tokens the engine says it made meanwhile."""

    run: history.Run
    made: int


@pytest.fixture(scope="module")
def full(engine: Engine, suite: Path, tmp_path_factory: pytest.TempPathFactory) -> Measured:
    """A finished run with enough tokens for every answer to end by itself."""
    folder = tmp_path_factory.mktemp("full")
    before = engine.counter("tokens_predicted_total")
    done = run(suite, candidate(folder, engine, max_tokens=LONG), folder / "run")
    assert done.returncode == errors.EXIT["fail"], done.stdout + done.stderr
    return Measured(history.load(folder / "run"), engine.counter("tokens_predicted_total") - before)


# -- what a run writes down ------------------------------------------------------------------------------------------


def test_the_small_suite_proves_itself(suite: Path) -> None:
    """The twelve items lint, so their rubrics can tell good from bad."""
    done = call("lint", suite)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("length", ["short", "full"])
def test_every_sample_is_answered(length: str, short: history.Run, full: Measured) -> None:
    """Every planned sample has an answer of the named model at the first attempt, and none failed."""
    held = short if length == "short" else full.run
    assert sorted(held.responses) == list(range(ITEMS))
    assert (held.failures, held.retries, held.closed) == ({}, 0, "complete")
    assert {answer.model for answer in answers(held)} == {os.environ["EVALCENTER_ENGINE_MODEL"]}


def test_prompt_tokens_are_those_of_the_planned_question(engine: Engine, full: Measured) -> None:
    """The recorded prompt tokens of every turn are what the engine counts for exactly the planned messages."""
    for position, response in full.run.responses.items():
        said: list[Message] = []
        question = plan.question(full.run.plan, position)
        for part, answer in zip(plan.script(question.messages), response.answers, strict=False):
            said.extend(part)
            assert answer.prompt_tokens == engine.prompt_tokens(said) > 0
            said.append(Message(role="assistant", content=answer.text))


def test_completion_tokens_are_those_that_the_engine_made(full: Measured) -> None:
    """The recorded completion tokens add up to the engine's own counter."""
    assert sum(answer.completion_tokens or 0 for answer in answers(full.run)) == full.made > 0


def test_answers_that_are_cut_off_are_unscored(short: history.Run) -> None:
    """``finish_reason: length`` at exactly the limit is truncated and unscored, unless a violation was already said; others end."""
    cut = [answer for answer in answers(short) if answer.finish_reason == "length"]
    assert cut
    for answer in answers(short):
        assert (answer.state == "truncated") == (answer.finish_reason == "length")
        assert (answer.completion_tokens == SHORT) if answer in cut else ((answer.completion_tokens or 0) <= SHORT)
    outcomes = Counter(
        (short.grades[position].outcome, short.grades[position].why)
        for position, response in short.responses.items()
        if response.state == "truncated"
    )
    assert outcomes["unscored", "truncated"] > 0
    assert set(outcomes) <= {("unscored", "truncated"), ("fail", "")}


def test_answers_that_end_by_themselves_are_scored(full: Measured) -> None:
    """With room enough every answer stops by itself, is complete, and nonsense passes nowhere."""
    assert {answer.finish_reason for answer in answers(full.run)} == {"stop"}
    assert {answer.state for answer in answers(full.run)} <= {"complete", "silent"}
    assert {grade.outcome for grade in full.run.grades.values()} == {"fail"}


def test_a_dialogue_goes_on_while_its_answers_end(full: Measured) -> None:
    """Some item has several turns, and each of them was asked with the engine's own earlier answers."""
    assert any(len(response.answers) > 1 for response in full.run.responses.values())


def test_nonsense_does_not_pass(short: history.Run, full: Measured) -> None:
    """Whole nonsense is a proved FAIL by rate, cut-off nonsense is never a PASS, and a red line that only passes saves neither."""
    for held in (short, full.run):
        assert held.verdict is not None
        assert held.verdict.outcome in {"fail", "inconclusive"}
        assert {f.requirement: f.good for f in held.verdict.findings}["rest"] == 0
    assert full.run.verdict is not None
    assert {f.requirement: f.verdict for f in full.run.verdict.findings}["rest"] == "fail"


@pytest.mark.parametrize("length", ["short", "full"])
def test_the_journal_verifies(length: str, short: history.Run, full: Measured) -> None:
    """verify-journal recomputes every grade, the verdict and the reports; the key is in no file."""
    held = short if length == "short" else full.run
    done = call("verify-journal", held.folder)
    assert done.returncode == 0, done.stderr
    assert f"recomputed {ITEMS} grades of {ITEMS} answers" in done.stdout
    assert all(key().encode() not in path.read_bytes() for path in held.folder.rglob("*") if path.is_file())


# -- what the engine refuses -----------------------------------------------------------------------------------------


def refused(done: subprocess.CompletedProcess[str], error: type[errors.EvalcenterError], *words: str) -> None:
    assert done.returncode == error.exit_code, done.stdout + done.stderr
    for word in words:
        assert word in done.stderr


def test_one_model_answers_to_any_name(engine: Engine, suite: Path, tmp_path: Path) -> None:
    """llama.cpp's server with one model ignores the name that is asked for: evalcenter can't tell, and records what it says."""
    run(suite, candidate(tmp_path, engine, model="not-there"), tmp_path / "run")
    held = history.load(tmp_path / "run")
    assert len(held.responses) == ITEMS
    assert len({answer.model for answer in answers(held)}) == 1


def test_unknown_model(engine: Engine, suite: Path, tmp_path: Path) -> None:
    """The router, which knows its models, refuses an unknown one: UnknownModel, before anything is answered."""
    refused(
        run(suite, candidate(tmp_path, engine, base_url=engine.router, model="not-there"), tmp_path / "run"),
        errors.UnknownModel,
    )
    held = history.load(tmp_path / "run")
    assert (held.responses, held.closed) == ({}, "stopped: UnknownModel")


def test_known_model_behind_the_router(engine: Engine, suite: Path, tmp_path: Path) -> None:
    """The router loads the model it knows while the first questions wait, and answers them all."""
    run(suite, candidate(tmp_path, engine, base_url=engine.router), tmp_path / "run")
    held = history.load(tmp_path / "run")
    assert (len(held.responses), held.failures) == (ITEMS, {})


def test_wrong_path(engine: Engine, suite: Path, tmp_path: Path) -> None:
    """A base URL at which nothing speaks the protocol is Unreachable, with a hint at /v1."""
    spec = candidate(tmp_path, engine, base_url=engine.url.replace("/v1", "/api/v9"))
    refused(run(suite, spec, tmp_path / "run"), errors.Unreachable, "/v1")


def test_wrong_key(engine: Engine, suite: Path, tmp_path: Path) -> None:
    """A key that the engine does not take is KeyRefused, and is shown nowhere."""
    spec = candidate(tmp_path, engine, key_env="WRONG_KEY")
    done = call("run", suite, "--candidate", spec, "--out", tmp_path / "run", env={"WRONG_KEY": "wrong-key-654321"})
    refused(done, errors.KeyRefused)
    assert "wrong-key-654321" not in done.stdout + done.stderr + (tmp_path / "run" / journal.NAME).read_text("utf-8")


def test_a_request_that_the_engine_refuses(engine: Engine, suite: Path, tmp_path: Path) -> None:
    """A bad request is refused once a sample, not repeated, and the run ends INCONCLUSIVE with every failure written down."""
    spec = candidate(tmp_path, engine, extra={"response_format": {"type": "nonsense"}})
    done = run(suite, spec, tmp_path / "run")
    assert done.returncode == errors.EXIT["inconclusive"], done.stdout + done.stderr
    held = history.load(tmp_path / "run")
    assert (len(held.failures), held.responses, held.retries) == (ITEMS, {}, 0)
    assert {(failure.kind, failure.http_status) for failure in held.failures.values()} == {("bad_request", 400)}
    assert call("verify-journal", tmp_path / "run").returncode == 0


def test_a_prompt_that_is_longer_than_the_context(engine: Engine, suite: Path, tmp_path: Path) -> None:
    """A prompt that does not fit is a failure of its own sample, in the engine's words; the others are answered."""
    shutil.copytree(suite.parent, tmp_path / "suites")
    folder = tmp_path / "suites" / suite.name
    items = plain(folder / "items" / "small.yaml")
    items[0]["documents"] = [{"id": "long", "title": "Long", "text": "一二三四五六七八九十" * 2000}]
    write(folder / "items" / "small.yaml", items)
    run(folder, candidate(tmp_path, engine), tmp_path / "run")
    held = history.load(tmp_path / "run")
    (failure,) = held.failures.values()
    assert (failure.kind, failure.http_status, failure.attempts) == ("bad_request", 400, 1)
    assert "context" in failure.message
    assert len(held.responses) == ITEMS - 1
    assert held.verdict is not None
    assert held.verdict.outcome != "pass"


# -- load and interruption -------------------------------------------------------------------------------------------


def endless(tmp_path: Path, engine: Engine) -> Path:
    """A candidate whose every answer runs to its limit: long enough to be watched and interrupted."""
    return candidate(tmp_path, engine, max_tokens=STEADY, extra={"ignore_eos": True})


@contextmanager
def running(suite: Path, spec: Path, out: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A run in a process of its own, killed at the end if it still runs."""
    args = command(
        "run", suite, "--candidate", spec, "--out", out, "--seed", "engine", "--concurrency", SLOTS, "--quiet"
    )
    process = subprocess.Popen(args, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.kill()
        process.wait(timeout=60)


def written(folder: Path, kind: str) -> int:
    path = folder / journal.NAME
    return path.read_bytes().count(b'"kind":"%s"' % kind.encode()) if path.exists() else 0


def test_calls_run_side_by_side(engine: Engine, suite: Path, tmp_path: Path) -> None:
    """At concurrency 4 the engine works on up to four requests at once, and never on more."""
    seen: Counter[int] = Counter()
    with running(suite, endless(tmp_path, engine), tmp_path / "run") as process:
        deadline = time.monotonic() + PATIENCE_S
        while process.poll() is None:
            assert time.monotonic() < deadline
            seen[engine.counter("requests_processing") + engine.counter("requests_deferred")] += 1
            time.sleep(0.05)
    assert max(seen) == SLOTS, seen
    assert len(history.load(tmp_path / "run").responses) == ITEMS


def test_a_killed_run_goes_on(engine: Engine, suite: Path, tmp_path: Path) -> None:
    """After kill -9 in mid-run the answers are kept, only the rest is asked, and the journal verifies."""
    folder = tmp_path / "run"
    with running(suite, endless(tmp_path, engine), folder) as process:
        deadline = time.monotonic() + PATIENCE_S
        while written(folder, "response") < 3:
            assert process.poll() is None, "the run ended before it could be killed"
            assert time.monotonic() < deadline
            time.sleep(0.01)
        process.send_signal(signal.SIGKILL)
        process.wait(timeout=60)
    before = history.load(folder).responses
    assert 3 <= len(before) < ITEMS
    while engine.counter("requests_processing"):  # the engine notices by and by that nobody waits for the answers
        assert time.monotonic() < deadline
        time.sleep(0.05)
    made = engine.counter("tokens_predicted_total")
    done = call("run", "--resume", folder, "--quiet", "--concurrency", SLOTS)
    assert done.returncode in {errors.EXIT["fail"], errors.EXIT["inconclusive"]}, done.stderr
    after = history.load(folder)
    assert {position: after.responses[position] for position in before} == before
    rest = [a for position, r in after.responses.items() if position not in before for a in r.answers]
    assert engine.counter("tokens_predicted_total") - made == sum(answer.completion_tokens or 0 for answer in rest)
    assert sorted(after.responses) == list(range(ITEMS))
    assert written(folder, "response") == ITEMS
    assert call("verify-journal", folder).returncode == 0


def test_several_runs_at_once(engine: Engine, suite: Path, tmp_path: Path) -> None:
    """Three runs with more calls than the engine has slots wait their turn: all samples answered, none twice."""

    def one(number: int) -> history.Run:
        folder = tmp_path / str(number)
        folder.mkdir()
        run(suite, candidate(folder, engine, max_tokens=200), folder / "run")
        return history.load(folder / "run")

    with ThreadPoolExecutor(3) as pool:
        runs = list(pool.map(one, range(3)))
    for held in runs:
        assert (sorted(held.responses), held.failures) == (list(range(ITEMS)), {})
        assert written(held.folder, "response") == ITEMS
