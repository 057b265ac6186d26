"""A suite of the tests' own, a server that counts who asked what, and the command line as processes that can be stopped."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from click.testing import CliRunner

from evalcenter import canon, certify, cli, errors, history, journal
from evalcenter.candidates import misbehaving, server
from evalcenter.candidates.misbehaving import FAULTS, Mischief, Order
from evalcenter.draws import Draws
from tests.candidates import matrix

SEED = "steady"
SLOW = "reference-slow-0.2"
DEAF = "import signal, sys; signal.signal(signal.SIGINT, signal.default_int_handler)"  # ignored in a background job
LONGEST_S = 120
TAIL = 4096
TICK_S = 0.05
"""About the time between two rounds of answers."""


class Counted(Mischief):
    """Mischief that writes down each call (model, prompt, and the fault that it met), and that can be ended."""

    def __init__(self, orders: Sequence[Order], seed: str) -> None:
        super().__init__(orders, seed)
        self.calls: list[tuple[str, str, str | None]] = []
        self.mended = False

    def next(self, asked: misbehaving.Key) -> str | None:
        """See Mischief."""
        name = None if self.mended else super().next(asked)
        self.calls.append((asked[0], asked[-1], name))
        return name

    def asked(self, model: str) -> Counter[str]:
        """How often each prompt was asked."""
        return Counter(prompt for name, prompt, _ in self.calls if name == model)

    def answered(self, model: str) -> Counter[str]:
        """How often each prompt was answered, whether the answer arrived or not."""
        return Counter(
            prompt
            for name, prompt, fault in list(self.calls)
            if name == model and (fault is None or FAULTS[fault].answers)
        )


@dataclass(kw_only=True)
class Place:
    """Where the tests' suite is served: `options` are those of every run that begins here."""

    suite: Path
    base_url: str
    counted: Counted
    options: tuple[object, ...] = ()

    def begin(self, folder: Path, model: str = SLOW, client: str = "auto") -> list[object]:
        """The command that starts a run."""
        port = self.base_url.split(":")[2].split("/")[0]
        file = candidate(self, self.suite.parent / "candidates" / f"{port}-{model}-{client}.yaml", model, client)
        return ["run", self.suite, "--candidate", file, "--seed", SEED, "--out", folder, *self.options]

    def go_on(self, folder: Path) -> list[object]:
        """The command that goes on with one."""
        return ["run", "--resume", folder, *self.options]


@contextmanager
def serving(
    suite: Path, number: int, orders: Sequence[Order] = (), seed: str = SEED, **options: object
) -> Iterator[Place]:
    """The suite of so many items on the real server. `options` are those of its runs, by name."""
    counted = Counted(orders, seed)
    given = ("--quiet", *(part for name, value in options.items() for part in (f"--{name}", value)))
    with server.running_in_background(matrix.items(number), seed=seed, mischief=counted) as base_url:
        yield Place(suite=suite, base_url=base_url, counted=counted, options=given)


def candidate(place: Place, path: Path, model: str, client: str = "auto") -> Path:
    """A candidate file for that model, asked over that client."""
    given = {
        "adapter": "openai_http",
        "name": model,
        "model": model,
        "base_url": place.base_url,
        "simulated": True,
        "probes": False,
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({**given, "settings": {"client": client}}), encoding="utf-8")
    return path


def many(place: Place, folder: Path, models: Sequence[str], client: str = "auto") -> list[object]:
    """The command that runs many candidates at once into the folder's `out`."""
    listed = folder / "candidates"
    for model in models:
        candidate(place, listed / f"{model}.yaml", model, client)
    return ["run", place.suite, "--candidates", listed, "--out", folder / "out", "--seed", SEED, *place.options]


# -- commands ---------------------------------------------------------------------------------------------------------


def started(args: Sequence[object], **more: Any) -> subprocess.Popen[str]:
    """A command as a process of its own."""
    code = f"{DEAF}; from evalcenter.cli import main; main()"
    command = [sys.executable, "-c", code, *map(str, args)]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, **more)


def ended(args: Sequence[object], **more: Any) -> tuple[int, str]:
    """A command as a process of its own, to its end: its exit code, and what it said on stderr."""
    process = started(args, **more)
    _, said = process.communicate(timeout=LONGEST_S)
    assert "Traceback" not in said, said
    return process.returncode, said


def called(*args: object) -> int:
    """A command in this process, to its end: its exit code."""
    result = CliRunner().invoke(cli.main, [str(one) for one in args])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code


def until(ready: Any) -> None:
    """Wait until `ready()`."""
    for _ in range(LONGEST_S * 100):
        if ready():
            return
        time.sleep(0.01)
    raise AssertionError("it took too long")


def say(line: str) -> None:
    """Tell who looks on; pytest shows it under `make soak`."""
    sys.stdout.write(f"\n{line}\n")


# -- what a journal says ----------------------------------------------------------------------------------------------


def planned(folder: Path) -> bool:
    """Whether a run's plan was written whole."""
    return lines_in(folder) > 0


def lines_in(folder: Path) -> int:
    """How many whole lines its journal has."""
    path = folder / journal.NAME
    return path.read_bytes().count(b"\n") if path.is_file() else 0


def whole(folder: Path) -> bytes:
    """The whole lines of its journal."""
    path = folder / journal.NAME
    raw = path.read_bytes() if path.is_file() else b""
    return raw[: raw.rfind(b"\n") + 1]


def prompts(held: history.Run) -> dict[int, str]:
    """The text that is asked at each position."""
    return {position: matrix.prompt(held.plan, position) for position in range(len(held.plan.order))}


def answers(folder: Path) -> Counter[int]:
    """How many answers the journal holds for each position."""
    return Counter(entry.data["position"] for entry in journal.entries(folder) if entry.kind == "response")


def reasked(folder: Path) -> Counter[int]:
    """How often the journal names each position as one whose answer was lost."""
    return Counter(p for entry in journal.entries(folder) if entry.kind == "reasked" for p in entry.data["positions"])


def retried(folder: Path) -> Counter[int]:
    """How many calls failed at each position."""
    kinds = ("retry", "failure")
    return Counter(entry.data["position"] for entry in journal.entries(folder) if entry.kind in kinds)


@dataclass(frozen=True, kw_only=True)
class Moment:
    """When to stop a process, and how: when its journal has `grown` by so many bytes, or the asking is `over`; `seconds` later."""

    grown: int = 0
    over: bool = False
    seconds: float = 0.0
    how: int = signal.SIGKILL

    def wait(self, folder: Path, process: subprocess.Popen[str]) -> None:
        """Wait for it, or until the process has ended."""
        path = folder / journal.NAME
        if self.grown > 1:  # by answers, not by the plan
            until(lambda: planned(folder) or process.poll() is not None)
        begin = path.stat().st_size if path.is_file() else 0

        def reached() -> bool:
            grown = path.stat().st_size - begin if path.is_file() else 0
            if process.poll() is not None or not self.over:
                return process.poll() is not None or grown >= self.grown
            with suppress(OSError), path.open("rb") as file:
                file.seek(max(begin, begin + grown - TAIL))
                return b'"kind":"closed"' in file.read()
            return False

        until(reached)
        with suppress(subprocess.TimeoutExpired):
            process.wait(self.seconds)


@dataclass(frozen=True, kw_only=True)
class Life:
    """How an undisturbed run spends its life: seconds before, in and after the asking, and what that adds to its journal."""

    starting_s: float
    asking_s: float
    ending_s: float
    asked: int

    def words(self) -> str:
        """The three parts."""
        return f"{self.starting_s:.1f} s starting, {self.asking_s:.1f} s asking, {self.ending_s:.1f} s deciding and rendering"

    def moments(self, seed: str, number: int) -> list[Moment]:
        """So many kills, uniform over that life, in the order in which one run meets them."""
        draws, whole = Draws(seed, "moments"), self.starting_s + self.asking_s + self.ending_s
        times = sorted(draws.below(1_000_000) / 1_000_000 * whole for _ in range(number))
        found, at = [], 0.0
        for time_ in times:
            into = time_ - self.starting_s
            if into < 0:
                found.append(Moment(seconds=time_))
            elif into < self.asking_s:
                grown = int((into - at) / self.asking_s * self.asked)
                found.append(Moment(grown=grown, seconds=draws.below(1000) / 1000 * TICK_S))
                at = into
            else:
                found.append(Moment(over=True, seconds=into - self.asking_s))
        return found


def lived(command: Sequence[object], folder: Path) -> Life:
    """Run a command undisturbed; how its life went."""
    began = time.monotonic()
    process = started(command)
    Moment(grown=1).wait(folder, process)
    asking = time.monotonic()
    Moment(over=True).wait(folder, process)
    over = time.monotonic()
    process.communicate(timeout=LONGEST_S)
    assert process.returncode == 0
    offsets = {entry.kind: entry.offset for entry in journal.entries(folder)}
    return Life(
        starting_s=asking - began,
        asking_s=over - asking,
        ending_s=time.monotonic() - over,
        asked=offsets["closed"] - offsets["opened"],
    )


@dataclass
class Stops:
    """One run that is stopped again and again: what stood in its journal at each stop must stand there ever after."""

    place: Place
    folder: Path
    model: str = SLOW
    client: str = "auto"
    kills: int = 0
    interrupts: int = 0
    cut_short: int = 0
    """How often the endpoint stopped it."""
    phases: Counter[str] = field(default_factory=Counter)
    """In which part of the line the kills fell."""
    _before: bytes = b""
    _settled: Mapping[int, int] = field(default_factory=dict)
    """How often each position that is answered by now was asked until then."""

    def look(self) -> str:
        """Check what is there now: readable, nothing gone or changed, and no answered position asked since the last look.

        In which part of the line the process was that wrote the newest lines.
        """
        now = whole(self.folder)
        assert now.startswith(self._before)
        new, self._before = now[len(self._before) :], now
        if not now:
            return _phase(new)
        held, asked = history.load(self.folder), self.place.counted.asked(self.model)
        texts = prompts(held)
        assert all(asked[texts[position]] == count for position, count in self._settled.items())
        assert self._settled.keys() <= set(held.responses)
        self._settled = {position: asked[texts[position]] for position in held.responses}
        return _phase(new)

    @property
    def stops(self) -> int:
        """How often it was stopped."""
        return self.kills + self.interrupts + self.cut_short

    def command(self) -> list[object]:
        """The command that goes on with the run, or begins it where no plan was written yet."""
        begun = planned(self.folder)
        return self.place.go_on(self.folder) if begun else self.place.begin(self.folder, self.model, self.client)

    def until_done(self, moments: Iterable[Moment]) -> int:
        """Stop the run at each of the moments, one process after the other, then let it go on to its end; its exit code."""
        for moment in moments:
            process = started(self.command())
            moment.wait(self.folder, process)
            process.send_signal(moment.how)
            _, said = process.communicate(timeout=LONGEST_S)
            assert "Traceback" not in said, said
            if process.returncode not in (-moment.how, errors.INTERRUPTED):
                self.look()
                return process.returncode  # it had ended before
            self.kills += moment.how == signal.SIGKILL
            self.interrupts += moment.how == signal.SIGINT
            self.phases[self.look()] += 1
        code, _ = ended(self.command())
        self.look()
        return code

    def check(self, concurrency: int) -> int:
        """What holds once every sample has its answer; how many calls were made again although they had been answered.

        That is right for those that the journal names, and for those of which it says that no answer arrived in time.
        """
        held = history.load(self.folder)
        assert certify.verify(self.folder, matrix.HELD).unfinished == ""
        assert answers(self.folder) == dict.fromkeys(range(len(held.plan.order)), 1)
        asked, named, failed = self.place.counted.answered(self.model), reasked(self.folder), retried(self.folder)
        twice = {position: asked[text] - 1 for position, text in prompts(held).items() if asked[text] > 1}
        assert all(named[position] + failed[position] >= times for position, times in twice.items())
        assert named.total() <= self.stops * concurrency
        assert held.reasked == named.total()
        return sum(twice.values())


def _phase(new: bytes) -> str:
    """In which part of the line a process was stopped that wrote these lines."""
    kinds = [line[line.rfind(b'"kind":"') + 8 :].split(b'"')[0] for line in new.splitlines()]
    if any(kind in (b"verdict", b"report") for kind in kinds):
        return "rendering"
    if b"closed" in kinds:
        return "deciding"
    return "asking" if b"opened" in kinds else "starting"


def verdict(folder: Path) -> bytes:
    """The verdict, to the byte."""
    return canon.encode(history.load(folder).verdict)
