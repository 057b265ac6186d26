"""Who is measured: evalcenter's command line, plain loops, and other harnesses by their own adapters where `make peers` put them.

Every contender is a whole process that gets the same questions and the same endpoint, and counts only where it found every answer
right.
"""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from benchmarks import bench, peers
from evalcenter import history

OURS: Final = ("evalcenter", "aiohttp loop")
ITEMS: Final = 1000
"""From so many items the samples are drawn where they are drawn."""
LOOPS: Final = {"aiohttp loop": "aiohttp", "openai loop": "openai", "openai loop, `post`": "openai-post"}


@dataclass(frozen=True)
class Questions:
    """The same questions as a suite, as a smaller one to draw from, as lines of JSON; and where a contender leaves things."""

    suite: Path
    drawn: Path
    lines: Path
    count: int
    out: Path


@dataclass(frozen=True)
class Took:
    """What a contender took, what the endpoint saw of it, and how many answers it found right."""

    process: bench.Ran
    counts: dict[str, Any]
    right: int


Contender = Callable[[Questions, bench.Endpoint, int], Took]


def prepare(folder: Path, count: int, mix: str = "shipped") -> Questions:
    """The first `count` questions, written down."""
    made = Questions(
        suite=folder / f"suite-{count}",
        drawn=folder / f"drawn-{count}",
        lines=folder / f"lines-{count}.jsonl",
        count=count,
        out=folder / f"out-{count}",
    )
    bench.write_lines(made.lines, bench.bank(count, mix))
    bench.write_suite(made.suite, bench.bank(count, mix))
    line = "0.999999"  # never reached, so that all are asked
    bench.write_suite(made.drawn, bench.bank(min(count, ITEMS), mix), rule="evidence", cap=count, line=line)
    return made


def evalcenter(asked: Questions, endpoint: bench.Endpoint, slots: int) -> Took:
    """`evalcenter run`, with its grades, journal, verdict and reports; every item once."""
    return _run(asked, asked.suite, endpoint, slots)


def drawn(asked: Questions, endpoint: bench.Endpoint, slots: int) -> Took:
    """The same over as many samples, drawn from fewer items."""
    return _run(asked, asked.drawn, endpoint, slots)


def _run(asked: Questions, suite: Path, endpoint: bench.Endpoint, slots: int) -> Took:
    shutil.rmtree(asked.out, ignore_errors=True)
    endpoint.reset()
    ran = bench.evalcenter(
        *(
            "run",
            suite,
            "--base-url",
            endpoint.base_url,
            "--model",
            "bench",
            "--seed",
            "bench",
            "--no-probes",
            "--quiet",
        ),
        *("--concurrency", str(slots), "--out", asked.out),
    )
    counts = endpoint.counts()
    return Took(ran, counts, passed(asked.out))


def passed(folder: Path) -> int:
    """How many answers of a run were graded as passed."""
    return sum(result.outcome == "pass" for result in history.load(folder).results.values())


def loop(kind: str) -> Contender:
    """One of the plain loops."""

    def ask(asked: Questions, endpoint: bench.Endpoint, slots: int) -> Took:
        endpoint.reset()
        script = bench.HERE / "loops.py"
        ran = bench.run([sys.executable, script, kind, endpoint.base_url, asked.lines, "--concurrency", str(slots)])
        return Took(ran, endpoint.counts(), int(json.loads(ran.said)["right"]) if ran.code == 0 else 0)

    return ask


def all_of(with_peers: bool, loops: Sequence[str] = tuple(LOOPS)) -> Iterator[tuple[str, Contender]]:  # noqa: FBT001
    """The contenders by name, evalcenter first."""
    yield "evalcenter", evalcenter
    yield "evalcenter, drawn", drawn
    for name in loops:
        yield name, loop(LOOPS[name])
    if with_peers:
        yield from ((name, peer(name)) for name in peers.installed())


def peer(name: str) -> Contender:
    """Another harness, by its own adapter, in its own environment."""

    def ask(asked: Questions, endpoint: bench.Endpoint, slots: int) -> Took:
        shutil.rmtree(asked.out, ignore_errors=True)
        asked.out.mkdir()
        endpoint.reset()
        call = peers.call(name, base_url=endpoint.base_url, questions=asked.lines, slots=slots, out=asked.out)
        ran = bench.run(call.command, env=call.env)
        return Took(ran, endpoint.counts(), call.right(ran.said) if ran.code in bench.OK else 0)

    return ask
