"""The options that let others look on: what they refuse, what they survive, and that no secret is in a byte of what they write."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from evalcenter import cli, errors, events, history, many, walk
from evalcenter.candidates import server
from evalcenter.options import many as decorated
from tests import small
from tests.test_spans import Collector

ROOT = Path(__file__).parents[1]
SEED = "observing-tests"
KEY = "sk-hostile-0123456789"
ANSWER = "the answer that nobody may read"


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    """The reference server over the small suite."""
    with server.running_in_background(small.bank(SEED), seed=SEED) as base_url:
        yield base_url


@pytest.fixture
def unrendered(monkeypatch: pytest.MonkeyPatch) -> None:
    """Reports take most of a short run's time, and are told elsewhere."""
    monkeypatch.setattr(walk, "write_reports", lambda *told, **_: ())


def run(*args: object, env: dict[str, str] | None = None) -> Result:
    result = CliRunner().invoke(cli.main, ["run", *map(str, args), "--quiet"], env=env or {})
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def asked(endpoint: str, out: Path, *more: object) -> tuple[object, ...]:
    named = ("--base-url", endpoint, "--model", "reference-exemplary", "--simulated", "--seed", SEED)
    return (small.suite(), *named, "--out", out, *more)


def told(path: Path) -> list[events.Event]:
    return [json.loads(line) for line in path.read_bytes().splitlines()]


# -- what they write --------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("unrendered")
def test_events_and_log_tell_a_run_and_its_resumption(endpoint: str, tmp_path: Path) -> None:
    """The same files go on when a run is resumed; the last line tells how it ended and its exit code."""
    given = ("--events", tmp_path / "events", "--log", tmp_path / "log")
    first = run(*asked(endpoint, tmp_path / "run", *given, "--budget-calls", 20, "--no-probes"))
    assert first.exit_code == errors.EXIT["inconclusive"]
    second = run("--resume", tmp_path / "run", *given)
    ends = [event for event in told(tmp_path / "events") if event["event"] == "ended"]
    assert [end["exit_code"] for end in ends] == [first.exit_code, second.exit_code] == [4, 0]
    answered = [event["position"] for event in told(tmp_path / "events") if event["event"] == "answered"]
    assert sorted(answered) == sorted(history.load(tmp_path / "run").responses)
    log = (tmp_path / "log").read_text("utf-8").splitlines()
    assert len(log) == len(told(tmp_path / "events"))


def test_an_error_before_the_run_is_told(endpoint: str, tmp_path: Path) -> None:
    """What keeps a run from beginning is told too, with its exit code."""
    result = run("nonsuch", "--base-url", endpoint, "--model", "m", "--events", tmp_path / "events")
    assert [(e["event"], e["exit_code"]) for e in told(tmp_path / "events")] == [("stopped", result.exit_code)]
    usage = run(small.suite(), "--more", "3", "--base-url", endpoint, "--model", "m", "--events", tmp_path / "events")
    assert told(tmp_path / "events")[-1]["exit_code"] == usage.exit_code == 2


@pytest.mark.usefixtures("unrendered")
def test_standard_output_holds_events_alone(endpoint: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """With --events - every line on standard output is an event, and the verdict's table is on standard error."""
    result = run(*asked(endpoint, tmp_path / "run", "--events", "-"))
    assert (result.exit_code, result.stdout) == (0, "")
    lines = capfd.readouterr().out.splitlines()
    assert {"began", "answered", "ended"} <= {json.loads(line)["event"] for line in lines}
    assert "PASS Every requirement is met." in result.stderr


def test_a_reader_that_goes_away_costs_nothing(endpoint: str, tmp_path: Path) -> None:
    """A run whose events nobody reads any more says so once and ends as it would have."""
    command = [sys.executable, "-m", "evalcenter", "run", *map(str, asked(endpoint, tmp_path / "run", "--events", "-"))]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        assert running.stderr is not None
        running.stdout.readline()
        running.stdout.close()
        said = running.stderr.read()
    assert running.returncode == 0, said
    assert said.count("the run goes on") == 1
    assert "Traceback" not in said


@pytest.mark.usefixtures("unrendered")
def test_a_full_disk_under_the_events_costs_nothing(endpoint: str, tmp_path: Path) -> None:
    """Events that can't be kept are said once, and the run ends as it would have."""
    result = run(*asked(endpoint, tmp_path / "run", "--events", "/dev/full", "--log", "/dev/full"))
    assert result.exit_code == errors.InputError.exit_code
    result = run(*asked(endpoint, tmp_path / "run", "--events", "/dev/full"))
    assert result.exit_code == 0
    assert result.stderr.count("/dev/full: No space left on device") == 1


def test_ctrl_c_is_told(endpoint: str, tmp_path: Path) -> None:
    """An interrupted run tells that its asking is over, and then what ended it, with its exit code."""
    slow = [part if part != "reference-exemplary" else "reference-slow" for part in asked(endpoint, tmp_path / "run")]
    command = [sys.executable, "-m", "evalcenter", "run", *map(str, slow), "--events", "-"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        lines = [running.stdout.readline()]
        while '"answered"' not in lines[-1].partition("candidate")[0]:
            lines.append(running.stdout.readline())
        running.send_signal(signal.SIGINT)
        lines += running.stdout.readlines()
    assert running.returncode == errors.INTERRUPTED
    last = [json.loads(line) for line in lines][-2:]
    assert [event["event"] for event in last] == ["closed", "stopped"]
    assert (last[1]["error"], last[1]["exit_code"]) == ("interrupted", errors.INTERRUPTED)


# -- what they refuse -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--events", "{}/nowhere/events"], "can't write here"),
        (["--log", "{}/nowhere/log"], "can't write here"),
        (["--events", "{}/old"], "holds something else"),
        (["--log", "{}/old"], "holds something else"),
        (["--events", "{}/run/events"], "the run's own folder"),
        (["--events", "{}/both", "--log", "{}/both"], "can't share a file"),
        (["--events", "{}/both", "--log", "{}/run/../both"], "can't share a file"),
    ],
)
def test_a_bad_file_is_refused_before_anything_is_sent(tmp_path: Path, options: list[str], words: str) -> None:
    """Nobody is asked, no run begins, and the old file is as it was."""
    (tmp_path / "old").write_text("something else\n", "utf-8")
    (tmp_path / "run").mkdir()
    given = [option.format(tmp_path) for option in options]
    result = run(*asked("http://127.0.0.1:9/v1", tmp_path / "run", *given))
    assert result.exit_code == errors.InputError.exit_code
    assert words in result.stderr
    assert list((tmp_path / "run").iterdir()) == []
    assert (tmp_path / "old").read_text("utf-8") == "something else\n"


def test_a_missing_extra_is_refused_before_anything_is_sent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """--trace without OpenTelemetry ends with its own exit code and says what to install."""
    monkeypatch.setitem(sys.modules, "opentelemetry.sdk.trace", None)
    result = run(*asked("http://127.0.0.1:9/v1", tmp_path / "run", "--trace"))
    assert result.exit_code == errors.MissingExtra.exit_code
    assert "pip install 'evalcenter[otel]'" in result.stderr
    assert not (tmp_path / "run").exists()


def test_the_options_are_documented() -> None:
    """Every option for looking on, and those of status, are in the page on looking on."""
    document = (ROOT / "docs" / "observing.md").read_text("utf-8")
    commands = {name: cli.main.commands[name] for name in ("run", "status")}
    named = {o for p in commands["status"].params for o in p.opts if o.startswith("--")} | {
        "--events",
        "--log",
        "--trace",
    }
    assert named <= set(re.findall(r"--[a-z]+", document))
    assert {"--events", "--log", "--trace"} <= {o for p in commands["run"].params for o in p.opts}
    assert callable(decorated)


# -- many candidates --------------------------------------------------------------------------------------------------


def test_each_line_names_its_candidate(endpoint: str, tmp_path: Path) -> None:
    """Of many candidates each is told from its beginning to its own end, errors with their exit codes."""
    folder = tmp_path / "c"
    folder.mkdir()
    for name in ("reference-exemplary", "reference-nonsuch"):
        words = f"adapter: openai_http\nname: {name}\nmodel: {name}\nbase_url: {endpoint}\nsimulated: true\n"
        (folder / f"{name}.yaml").write_text(words, "utf-8")
    given = ("--candidates", folder, "--out", tmp_path / "out", "--seed", SEED)
    result = run(small.suite(), *given, "--events", tmp_path / "events", "--log", tmp_path / "log")
    lasts = {event["candidate"]: event for event in told(tmp_path / "events")}
    assert lasts["reference-exemplary"]["event"] == "ended"
    assert len(lasts["reference-exemplary"]["reports"]) == 6
    assert (lasts["reference-nonsuch"]["error"], lasts["reference-nonsuch"]["exit_code"]) == ("UnknownModel", 23)
    assert set(lasts) == {"reference-exemplary", "reference-nonsuch"}
    assert result.exit_code == errors.UnknownModel.exit_code
    status = CliRunner().invoke(cli.main, ["status", str(tmp_path / "out")])
    assert (status.exit_code, "2 candidates" in status.stdout) == (0, True)


def test_an_error_from_another_process_keeps_its_words(tmp_path: Path) -> None:
    """What goes wrong while a verdict is made elsewhere comes back whole."""
    import pickle

    with pytest.raises(errors.Incomplete) as caught:
        many._end("c", tmp_path, ("en",))
    back = pickle.loads(pickle.dumps(caught.value))
    assert (str(back), back.exit_code) == (str(caught.value), errors.Incomplete.exit_code)


# -- secrets ----------------------------------------------------------------------------------------------------------


class Hostile(ThreadingHTTPServer):
    """An endpoint that says key and prompt again wherever it can: in errors, in its own name, in why it ended.

    Some questions it never answers; after `refuses` calls it refuses the key.
    """

    def __init__(self, refuses: int) -> None:
        self.calls, self.refuses, self.lock = 0, refuses, threading.Lock()
        super().__init__(("127.0.0.1", 0), _Echoes)


class _Echoes(BaseHTTPRequestHandler):
    server: Hostile
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        prompt = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["messages"][-1]["content"]
        echo = f"{self.headers['Authorization']} {prompt}"
        with self.server.lock:
            self.server.calls += 1
            count = self.server.calls
        if count > self.server.refuses:
            self._say(401, {"error": {"message": echo, "type": echo, "code": echo}})
        elif len(prompt) % 7 == 0:
            self._say(400, {"error": {"message": echo, "type": echo, "code": echo}})
        elif count % 3 == 0:
            self._say(500, {"error": {"message": echo, "type": echo}})
        else:
            message = {"role": "assistant", "content": ANSWER, "reasoning_content": echo}
            choice = {"index": 0, "message": message, "finish_reason": "stop" if count % 2 else echo}
            self._say(200, {"id": f"{count}", "model": echo, "choices": [choice]})

    def _say(self, status: int, body: Any) -> None:
        raw = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(raw)))
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(raw)

    def log_message(self, *args: Any) -> None:
        pass


@pytest.fixture(scope="module")
def sealed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small suite with every written item sealed."""
    folder = shutil.copytree(small.suite(), tmp_path_factory.mktemp("suite") / "small")
    for path in (folder / "items").glob("*.yaml"):
        path.write_text(
            re.sub(r"^(- id: .*)$", r"\1\n  visibility: sealed", path.read_text("utf-8"), flags=re.MULTILINE), "utf-8"
        )
    return folder


@pytest.mark.usefixtures("unrendered")
@pytest.mark.parametrize("refuses", [25, 10**6])
def test_no_secret_is_in_any_byte(tmp_path: Path, sealed: Path, refuses: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Events, log, spans and status of a run at a hostile endpoint hold no key, no question, no answer, no sealed item's id."""
    with Hostile(refuses) as hostile, Collector() as collector:
        for one in (hostile, collector):
            threading.Thread(target=one.serve_forever, daemon=True).start()
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", f"http://127.0.0.1:{collector.server_address[1]}")
        base = f"http://127.0.0.1:{hostile.server_address[1]}/v1"
        named = ("--base-url", base, "--model", "m", "--key-env", "HOSTILE_KEY", "--seed", SEED, "--attempts", 2)
        given = ("--events", tmp_path / "events", "--log", tmp_path / "log", "--trace", "--stop-at-fail", "--no-probes")
        result = run(sealed, *named, "--out", tmp_path / "run", *given, env={"HOSTILE_KEY": KEY})
        for one in (hostile, collector):
            one.shutdown()
    assert result.exit_code == (errors.KeyRefused.exit_code if refuses == 25 else errors.EXIT["fail"]), result.output
    status = [
        CliRunner().invoke(cli.main, ["status", str(tmp_path / "run"), *more]).output for more in ([], ["--json"])
    ]
    written = {
        "events": (tmp_path / "events").read_bytes(),
        "log": (tmp_path / "log").read_bytes(),
        "spans": b"".join(collector.bodies),
        "status": "".join(status).encode(),
    }
    assert all(len(raw) > 500 for raw in written.values())
    assert {"retried", "failed"} <= {event["event"] for event in told(tmp_path / "events")}
    held = history.load(tmp_path / "run").plan
    hidden = [item for item in held.items if item.visibility == "sealed"]
    secrets = [KEY, KEY[3:], "Bearer", ANSWER, ANSWER[4:20], *(item.id for item in hidden)]
    secrets += [message.content[at : at + 12] for i in held.items for message in i.prompt for at in (0, 20)]
    for secret in filter(lambda text: len(text) > 5, secrets):
        for spelled in (secret, json.dumps(secret)[1:-1]):
            found = [name for name, raw in written.items() if spelled.encode() in raw]
            assert found == [], f"{secret!r} in {found}"
    assert os.environ.get("HOSTILE_KEY") is None
