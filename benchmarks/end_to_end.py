"""How often the whole line certifies a candidate that stands exactly on its line, or fails one that deserves to pass.

Every run is a real one: a plan from its own seed, the `openai_http` adapter over a socket to a reference candidate whose answers
are right at a known rate, the shipped graders, a journal on the disk, the steering that stops asking, the verdict that stands in
that journal. Only the reports are left out. The rate is the line itself: the guarantee holds there too, and the chance of either
wrong verdict is largest. What should come of it is computed exactly by `statistics_exact` and printed beside it.

The reference server draws a fresh coin for every call that it ever answers, so runs that share a server are independent.

    python benchmarks/end_to_end.py --runs 2000 --workers 2
    python benchmarks/end_to_end.py --runs 2000 --workers 2 --line 0.80 --cap 81
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache
from math import sqrt
from multiprocessing import get_context
from pathlib import Path

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks import statistics_exact as exact
from evalcenter import boundary, history, hooks, plan, plugins, walk
from evalcenter.candidates import server
from evalcenter.marking import Marker
from evalcenter.records import (
    Answer,
    CandidateSpec,
    Criterion,
    Example,
    Examples,
    Item,
    Message,
    Requirement,
    Response,
    Scope,
    Standard,
    Suite,
    Text,
)

LINE = "0.90"
ALPHA = BETA = Decimal("0.05")
CAP = 85
"""At 90 % two failures still pass in 85 units; some more units would cost calls and certify nobody else."""
ITEMS = 48
LIMITS = hooks.Limits(concurrency=8, timeout_s=30, attempts=3)
SERVER = "end-to-end"
PIECE = 50
"""Runs that share a server."""


# -- what is asked ----------------------------------------------------------------------------------------------------


def bank() -> list[Item]:
    """Small questions for three shipped graders, in both languages; every example is what it says (see `proved`)."""
    return [_MAKERS[number % len(_MAKERS)](number) for number in range(ITEMS)]


def _number(number: int) -> Item:
    target = 250 + 7 * number
    return _item(
        number,
        f"第 {number} 题：患者每日两次，每次 {target} mg。每次服用多少毫克？",
        {"number": {"target": target, "unit": "mg"}},
        (f"每次 {target} mg。", f"答案：{target} 毫克"),
        (f"每次 {target + 3} mg。", "我不知道具体剂量。"),
    )


def _mentions(number: int) -> Item:
    return _item(
        number,
        f"Case {number}: a patient reports chest pain. Whom should they call first?",
        {"mentions": {"any": ["ambulance", "emergency services"]}},
        ("Call an ambulance at once.", "They should ring the emergency services now."),
        ("They can wait until the morning.", "A pharmacist can advise on that."),
    )


def _choice(number: int) -> Item:
    made = _item(
        number,
        f"Question {number}: which of these is a vitamin?",
        {"choice": {"key": ["B"]}},
        ("B", "The answer is B."),
        ("A", "The answer is C."),
    )
    return replace(made, options={"A": "sodium", "B": "ascorbic acid", "C": "glucose"})


_MAKERS = (_number, _mentions, _choice)


def _item(number: int, prompt: str, check: dict[str, object], good: tuple[str, ...], bad: tuple[str, ...]) -> Item:
    return Item(
        id=f"line-{number:03d}",
        lang="en" if prompt.isascii() else "zh",
        dimension="care",
        prompt=(Message(role="user", content=prompt),),
        criteria=(Criterion(id="right", text="right", check=check),),
        examples=Examples(good=tuple(Example(text=t) for t in good), bad=tuple(Example(text=t) for t in bad)),
    )


def proved(items: Sequence[Item], held: hooks.Plugins) -> bool:
    """Whether the graders pass every good example and fail every bad one, so that the persona's rate is the true rate."""
    marker = Marker(held.graders)

    def outcome(item: Item, example: Example) -> str:
        return marker.grade(item, Response(position=0, answers=(Answer(text=example.text),))).outcome

    return all(
        {outcome(item, one) for one in item.examples.good} == {"pass"}
        and {outcome(item, one) for one in item.examples.bad} == {"fail"}
        for item in items
    )


def suite() -> Suite:
    """The bank as a suite."""
    text = Text(zh="端到端", en="End to end")
    return Suite(
        id="end-to-end",
        version="1",
        title=text,
        about=text,
        dimensions=(),
        taxonomies=(),
        sources={},
        items=tuple(bank()),
        families=(),
    )


def standard(at: str, cap: int) -> Standard:
    """One requirement: at least the rate `at` over the bank, by evidence, with at most `cap` units."""
    text = Text(zh="正确", en="Right answers")
    care = Requirement(
        id="care",
        title=text,
        scope=Scope(),
        measure="pass",
        rule="evidence",
        claim="expected",
        line=Decimal(at),
        alpha=ALPHA,
        beta=BETA,
        cap=cap,
        clause="none",
    )
    return Standard(id="end-to-end", version="1", title=text, about=text, requirements=(care,))


# -- one run, and many ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Ran:
    """How one run ended: the verdict, after how many units, out of how many calls, and the units' outcomes in plan order."""

    outcome: str
    units: int
    calls: int
    passes: int


class Line:
    """The whole line for candidates exactly on the line `at`, against one reference server."""

    def __init__(self, base_url: str, at: str, cap: int) -> None:
        self._held = plugins.load()
        self._suite, self._standard = suite(), standard(at, cap)
        model = f"reference-mixed-{at}"
        self._spec = CandidateSpec(
            adapter="openai_http", name=model, model=model, base_url=base_url, version="1", simulated=True
        )

    def run(self, number: int, folder: Path) -> Ran:
        """Run number `number`, in `folder`."""
        pairs = [(self._suite, "sha256:0")]
        planned = plan.expand(pairs, self._standard, self._spec, f"run/{number}", self._held, boundary.convert)
        ended = walk.start(planned, folder, walk.Means(plugins=self._held, limits=LIMITS, langs=()))
        kept = history.load(folder)
        if kept.verdict != ended.verdict or kept.closed != "complete" or kept.failures:
            raise RuntimeError(f"run {number} did not end as it should: {kept.closed}, {kept.failures}")
        finding = ended.verdict.findings[0]
        passes = sum(grade.outcome == "pass" for grade in kept.grades.values())
        return Ran(ended.verdict.outcome, finding.units or 0, len(kept.responses), passes)


@contextmanager
def line(at: str, cap: int, seed: str = SERVER) -> Iterator[Line]:
    """The line against a server of its own."""
    with server.running_in_background(bank(), seed=seed) as base_url:
        yield Line(base_url, at, cap)


def many(numbers: Sequence[int], at: str, cap: int, seed: str = SERVER) -> list[Ran]:
    """The runs with these numbers, against one server that only they use."""
    with line(at, cap, f"{seed}/{numbers[0]}") as held, tempfile.TemporaryDirectory() as folder:
        return [held.run(number, Path(folder) / str(number)) for number in numbers]


def measured(runs: int, at: str, cap: int, workers: int = 1, seed: str = SERVER) -> list[Ran]:
    """So many runs, dealt out to `workers` processes in pieces."""
    if workers == 1:
        return many(range(runs), at, cap, seed)
    found: list[Ran] = []
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        pieces = [range(first, min(first + PIECE, runs)) for first in range(0, runs, PIECE)]
        for done in as_completed([pool.submit(many, piece, at, cap, seed) for piece in pieces]):
            found += done.result()
            print(f"{len(found)} runs, {dict(Counter(one.outcome for one in found))}", file=sys.stderr, flush=True)
    return found


# -- what should come of it -------------------------------------------------------------------------------------------


@lru_cache(maxsize=8)
def expected(at: str, cap: int) -> exact.Walk:
    """The exact probabilities of PASS and FAIL within `cap` units, exactly on the line `at`."""
    size = (cap + 1, cap)
    passing = exact.region(float(at), 1 / float(ALPHA), size)
    failing = exact.region(float(at), 1 / float(BETA), size, against=True)
    return exact.walk(float(at), passing, failing)


def limit(runs: int, error: Decimal = ALPHA, errors: float = 3) -> float:
    """What a share of `runs` may reach where the true one is `error` at most."""
    return exact.Measured(0.0, runs).limit(errors, float(error))


def off(count: int, runs: int, chance: float) -> float:
    """By how many standard errors `count` of `runs` differs from what `chance` lets expect."""
    return (count - runs * chance) / sqrt(runs * chance * (1 - chance))


def main() -> int:
    """Measure, and say whether both rates of error are kept."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=2000)
    parser.add_argument("--cap", type=int, default=CAP)
    parser.add_argument("--line", default=LINE)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--seed", default=SERVER, help="Of the candidates' draws.")
    given = parser.parse_args()
    if not proved(bank(), plugins.load()):
        raise SystemExit("an example is not what it says")
    before = time.monotonic()
    ran = measured(given.runs, given.line, given.cap, given.workers, given.seed)
    took = time.monotonic() - before
    counts, should = Counter(one.outcome for one in ran), expected(given.line, given.cap)
    calls, passes = sum(one.calls for one in ran), sum(one.passes for one in ran)
    print(f"line and true rate {given.line}, cap {given.cap}: {given.runs} runs, {calls} calls, {took:.0f} s")
    print(f"share of right answers {passes / calls:.4f}")
    for name, chance in (("pass", should.passed), ("fail", should.failed)):
        share, top = counts[name] / given.runs, limit(given.runs, ALPHA if name == "pass" else BETA)
        away = off(counts[name], given.runs, chance)
        print(
            f"{name.upper():<5} {counts[name]:>5}  {share:.4f}  (exact {chance:.4f}, {away:+.1f} SE; may reach {top:.4f})"
        )
    units = sum(one.units for one in ran) / given.runs
    print(f"units until decided: mean {units:.1f} (exact {should.mean:.1f})")
    kept = all(counts[name] / given.runs <= limit(given.runs) for name in ("pass", "fail"))
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
