"""Runs of the whole line against an endpoint that misbehaves, and what their journals say of the samples that it hit."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import count
from pathlib import Path
from typing import Any

from evalcenter import boundary, certify, history, journal, plan, plugins, starting, walk, watching
from evalcenter.candidates import misbehaving, personas, server
from evalcenter.candidates.misbehaving import FAULTS, Mischief, Order
from evalcenter.errors import CandidateError
from evalcenter.hooks import Limits
from evalcenter.records import CandidateSpec, Criterion, Example, Examples, Item, Message, Plan, Response
from tests.factory import make_item, make_requirement, make_standard
from tests.test_plan import suite

MODEL = "reference-exemplary"
SLOW = {"drip", "never"}
"""Faults that are over only when the client has had enough."""
SHORT_S = 1.0
"""Their time-out."""
HALF = {"length", "filter-finish"}
NOTHING = {"null", "filter-azure", "filter-dashscope", "filter-deepseek", "filter-zhipu"}
HELD = plugins.load()


def items(number: int) -> list[Item]:
    """So many questions with an answer of their own each."""
    return [_item(n) for n in range(number)]


def _item(n: int) -> Item:
    dose = 250 + n
    return make_item(
        n,
        prompt=(Message(role="user", content=f"Case {n}: twice a day, {dose} mg each time. How much each time?"),),
        criteria=(Criterion(id="dose", text="dose", check={"number": {"target": dose, "unit": "mg"}}),),
        examples=Examples(good=(Example(text=f"{dose} mg each time."),), bad=(Example(text="I don't know."),)),
        lang="en",
    )


def planned(asked: Sequence[Item], base_url: str, **settings: str) -> Plan:
    """A plan that asks each of the items once."""
    spec = CandidateSpec(
        adapter="openai_http", name="c", model=MODEL, base_url=base_url, simulated=True, settings=settings
    )
    standard = make_standard(make_requirement(line=Decimal("0.5")))
    return plan.expand([(suite(list(asked)), "sha256:0")], standard, spec, "plan", HELD, boundary.convert)


def limits(**changes: Any) -> Limits:
    """Limits for quick tests: short pauses, but the time for a call that a busy machine may need."""
    given = {"concurrency": 1, "timeout_s": 20.0, "attempts": 2, "backoff_s": 0.01, "backoff_cap_s": 0.02}
    return Limits(**{**given, **changes})


class Recorded(Mischief):
    """Mischief that writes down what each call met, and that can be ended."""

    def __init__(self, orders: Sequence[Order], seed: str) -> None:
        super().__init__(orders, seed)
        self.calls: list[tuple[str, str | None]] = []
        self.mended = False

    def next(self, asked: misbehaving.Key) -> str | None:
        """See Mischief."""
        name = None if self.mended else super().next(asked)
        self.calls.append((asked[-1], name))
        return name


def hit(orders: Sequence[Order], seed: str, asked: Plan) -> dict[int, str]:
    """The positions whose first call is spoilt, with the fault."""
    mischief = Mischief(orders, seed)
    found = {position: mischief.next((MODEL, prompt(asked, position))) for position in range(len(asked.order))}
    return {position: name for position, name in found.items() if name is not None}


def prompt(asked: Plan, position: int) -> str:
    """The text that the plan asks there."""
    return personas.key(plan.render(asked.items[asked.order[position]]))[-1]


def seed_for(orders: Sequence[Order], asked: Plan, clean: int, wanted: int) -> str:
    """A seed by which exactly `wanted` positions are hit, none of them among the first `clean`."""
    for number in count():
        found = hit(orders, str(number), asked)
        if len(found) == wanted and min(found) >= clean:
            return str(number)
    raise AssertionError


# -- as files ----------------------------------------------------------------------------------------------------------

SUITE = """\
id: small
version: "1"
title: {zh: 小题集, en: Small}
about: {zh: 仅供测试。, en: For tests only.}
taxonomies: []
families: []
sources: {label: {title: Package leaflet, year: 2020}}
dimensions: [{id: safety, title: {zh: 安全, en: Safety}}]
"""
STANDARD = """\
id: small
version: "1"
title: {zh: 小标准, en: Small}
about: {zh: 仅供测试。, en: For tests only.}
requirements:
  - {id: dose, title: {zh: 剂量, en: Dose}, scope: {}, measure: pass, rule: bound, line: 0.5, clause: none}
"""


def written(folder: Path, number: int) -> Path:
    """The same items as a suite in a new folder, with a standard that asks each of them once."""
    (folder / "items").mkdir(parents=True)
    (folder / "suite.yaml").write_text(SUITE, encoding="utf-8")
    (folder / "standard.yaml").write_text(STANDARD, encoding="utf-8")
    asked = [
        {
            "id": item.id,
            "lang": "en",
            "dimension": "safety",
            "sources": ["label"],
            "prompt": item.prompt[0].content,
            "criteria": [{"id": "dose", "text": "the dose", "check": dict(item.criteria[0].check)}],
            "examples": {"good": [item.examples.good[0].text], "bad": [item.examples.bad[0].text]},
        }
        for item in items(number)
    ]
    (folder / "items" / "all.yaml").write_text(json.dumps(asked), encoding="utf-8")
    return folder


# -- one run ----------------------------------------------------------------------------------------------------------


@dataclass
class Ran:
    """A run: the error that stopped it, or the exit code of its verdict; the journal's lines; the gathered run."""

    folder: Path
    stopped: CandidateError | None = None
    code: int | None = None
    outcome: str = ""
    lines: list[tuple[str, Any]] = field(default_factory=list)
    held: history.Run = field(init=False)

    def read(self) -> Ran:
        """Read the journal as it is now, after checking all of it."""
        certify.verify(self.folder, HELD)
        self.lines = [(entry.kind, entry.data) for entry in journal.entries(self.folder)]
        self.held = history.load(self.folder)
        return self

    def retried(self, position: int) -> list[str]:
        """The kinds of the calls that were made again there."""
        return [data["kind"] for kind, data in self.lines if kind == "retry" and data["position"] == position]

    def said(self, position: int) -> str:
        """What became of a sample, as the table says it."""
        held, again = self.held, self.retried(position)
        if position in held.responses:
            response: Response = held.responses[position]
            words = {"complete": "answered"}.get(response.state, response.state)
            return f"{words} after {_calls(again)}" if again else words
        if position in held.failures:
            failure = held.failures[position]
            return f"no answer after {_calls([*again, failure.kind])}"
        return f"not asked again; {self.end()}"

    def end(self) -> str:
        """How the run ended, as the table says it."""
        if self.stopped is not None:
            return f"the run stops: {type(self.stopped).__name__} ({self.stopped.exit_code})"
        return f"{self.outcome.upper()} ({self.code})"


def _calls(kinds: Sequence[str]) -> str:
    return f"{len(kinds)} failed call{'s'[: len(kinds) > 1]} ({', '.join(dict.fromkeys(kinds))})"


def walked(folder: Path, made: Plan, bounds: Limits, watch: watching.Watch | None = None) -> Ran:
    """Walk the line in a new folder, or go on in one that holds a run."""
    means = walk.Means(plugins=HELD, limits=bounds, watch=watch or watching.Nobody(), langs=())
    ran = Ran(folder)
    try:
        ended = walk.resume(folder, means) if folder.exists() else walk.start(made, folder, means)
    except CandidateError as problem:
        ran.stopped = problem
    else:
        ran.code, ran.outcome = starting.outcome(ended), ended.verdict.outcome
    return ran.read()


@contextmanager
def serving(asked: Sequence[Item], orders: Sequence[Order] = (), seed: str = "s") -> Iterator[tuple[str, Recorded]]:
    """The real server with these faults: its address, and what it did."""
    mischief = Recorded(orders, seed)
    with server.running_in_background(asked, seed=seed, mischief=mischief) as base_url:
        yield base_url, mischief


# -- one row ----------------------------------------------------------------------------------------------------------


@dataclass
class Row:
    """What was observed of one fault: on one call, on every call for one sample, and on every call of the run."""

    once: str
    always: str
    all: str

    def line(self, name: str, about: str) -> str:
        """The row as the table has it."""
        return f"| {name} | {about} | {self.once} | {self.always} | {self.all} |"


COUNT = 6
"""Samples of a run: as few as can pass, or fail, a line of 50 %."""
SHARE = (Decimal(1) / COUNT).quantize(Decimal("0.000000001"))


def row(folder: Path, name: str) -> Row:
    """The row of a fault that the server knows by name."""
    with ThreadPoolExecutor(3) as pool:  # most of the time goes by in waiting
        once = pool.submit(sampled, folder / "once", Order(fault=name, share=SHARE))
        always = pool.submit(sampled, folder / "always", Order(fault=name, share=SHARE, always=True))
        all_ = pool.submit(everything, folder / "all", name)
        return Row(once.result(), always.result(), all_.result().end())


def sampled(folder: Path, order: Order) -> str:
    """What becomes of the one sample, not the first, that meets the fault. Everything else is answered, at last this one too."""
    asked = items(COUNT)
    made = planned(asked, "http://127.0.0.1:1/v1")
    seed = seed_for([order], made, 1, 1)
    [position] = hit([order], seed, made)
    bounds = limits(timeout_s=SHORT_S) if order.fault in SLOW else limits()
    with serving(asked, [order], seed) as (base_url, mischief):
        made = planned(asked, base_url)
        ran = walked(folder, made, bounds)
        mischief.mended = True
        check_resumed(ran, walked(folder, made, limits()))
    check_calls(mischief, made)
    check_texts(ran, mischief)
    if ran.stopped is None:
        assert set(ran.held.responses) | {position} == set(range(COUNT))
    return ran.said(position)


def everything(folder: Path, name: str) -> Ran:
    """A run in which every call meets the fault."""
    asked = items(COUNT)
    bounds = limits(concurrency=COUNT, timeout_s=SHORT_S if name in SLOW else 20.0)
    with serving(asked, [Order(fault=name, always=True)]) as (base_url, mischief):
        ran = walked(folder, planned(asked, base_url), bounds)
    check_texts(ran, mischief)
    return ran


# -- what holds for all of them ---------------------------------------------------------------------------------------


def check_resumed(ran: Ran, again: Ran) -> None:
    """Once the endpoint is well, a resumed run has one answer for every position, and the old lines stand as they were."""
    assert again.stopped is None
    assert not again.held.failures
    answered = [data["position"] for kind, data in again.lines if kind == "response"]
    assert sorted(answered) == list(range(len(again.held.plan.order)))
    assert again.lines[: len(ran.lines)] == ran.lines


def check_calls(mischief: Recorded, made: Plan) -> None:
    """Each prompt was answered by one call, and that was the last."""
    for position in range(len(made.order)):
        met = [name for text, name in mischief.calls if text == prompt(made, position)]
        assert [name is None or FAULTS[name].answers for name in met] == [False] * (len(met) - 1) + [True]


def check_texts(ran: Ran, mischief: Recorded) -> None:
    """Every answer is what the candidate said to that very question, as far as the fault let it through."""
    last = dict(mischief.calls)
    made = ran.held.plan
    for position, response in ran.held.responses.items():
        whole = made.items[made.order[position]].examples.good[0].text
        name = last[prompt(made, position)]
        left = {**dict.fromkeys(HALF, whole[: len(whole) // 2]), **dict.fromkeys(NOTHING, "")}
        assert response.answers[0].text == left.get(name or "", whole)
        assert misbehaving.CANARY not in repr(response)
