"""A register for tests, with people, a vendor, and models to submit; and the ends of runs that never were."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from evalcenter import canon
from evalcenter.blocks import Attempt
from evalcenter.records import CandidateSpec, Earlier, Plan
from evalcenter.register import book, granted, parties, streams
from evalcenter.register.book import Book
from evalcenter.register.rules import By
from evalcenter.register.streams import End, Running, Submitted
from tests.factory import make_plan

NOW = "2026-03-02T08:00:00Z"
REGISTRAR, EVALUATOR, DECIDER, BOTH = "Gu Ping", "Dr Li", "Zhao Min", "Wang Fang"
VENDOR = "示例智能科技有限公司"


def by(name: str, now: str = NOW) -> By:
    return By(name=name, now=now)


def spec(version: str = "1.0", **changes: Any) -> CandidateSpec:
    given: dict[str, Any] = {"adapter": "openai_http", "name": "Candidate", "model": "care-7b", "vendor": VENDOR}
    return CandidateSpec(**{**given, "version": version, **changes})


def opened(where: Path) -> Book:
    """A new register in the file `where` with four people and one vendor."""
    where.write_bytes(_template())
    where.chmod(0o600)
    return book.opened(str(where))


@cache
def _template() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        filled(f"{folder}/r.db")
        return Path(f"{folder}/r.db").read_bytes()


def filled(where: str) -> Book:
    """A register made at `where`, with four people and one vendor."""
    held = book.made(where, "示例评测中心", "EC", by(REGISTRAR))
    for name, *roles in ((EVALUATOR, "evaluator"), (DECIDER, "decider"), (BOTH, "evaluator", "decider")):
        parties.person(held, name, roles, by(REGISTRAR))  # type: ignore[arg-type]  # tests pass plain text
    parties.vendor(held, VENDOR, "91310000MA1K00000X", by(REGISTRAR))
    return held


def planned(version: str = "1.0", rank: int = 1, seed: str = "seed", **changes: Any) -> Plan:
    return make_plan(candidate=spec(version), version_rank=rank, seed=seed, **changes)


def submitted(held: Book, version: str = "1.0", **changes: Any) -> Submitted:
    plan = planned(version, **changes)
    model = parties.model(held, plan.candidate, by(REGISTRAR))
    return streams.submit(held, model, banks(plan), plan.standard, by(REGISTRAR))


def running(plan: Plan, continues: Plan | None = None) -> Running:
    if continues is not None:
        plan = replace(plan, earlier=Earlier(head=canon.digest("head"), positions=len(continues.order)))
    before = canon.digest(continues) if continues is not None else None
    return Running(plan=plan, digest=canon.digest(plan), folder="reports/run", continues=before)


@dataclass
class Ran:
    """One attempt that was begun and ended."""

    plan: Plan
    begun: Attempt
    end: End


def end(plan: Plan, outcome: str = "pass", *readers: str, entries: int = 9) -> End:
    return End(
        plan=canon.digest(plan),
        outcome=outcome,
        head=canon.digest(f"{outcome}{entries}"),
        entries=entries,
        readers=dict.fromkeys(readers, "reader"),
        holds=lambda held, _: held <= entries,
    )


def attempted(
    held: Book, made: Submitted, outcome: str = "pass", *readers: str, who: str = EVALUATOR, version: str = "1.0"
) -> Ran:
    """A first attempt on a submission, from its first question to its verdict."""
    plan = planned(version, made.rank)
    begun = streams.begin(held, made.number, running(plan), by(who))
    ended = end(plan, outcome, *readers)
    streams.end(held, ended, by(who))
    return Ran(plan, begun, ended)


def certified(held: Book, version: str = "1.0", replaces: str = "", now: str = NOW, **changes: Any) -> str:
    """A certificate for a version that passed: its number."""
    ran = attempted(held, submitted(held, version), version=version)
    number = streams.decide(held, ran.end, "granted", "the evidence bears it", by(DECIDER, now))
    granted.issue(
        held, paper(number, ran.end, **{"granted": now[:10], "replaces": replaces, **changes}), by(DECIDER, now)
    )
    return number


def paper(number: str, about: End | None = None, **changes: Any) -> granted.Paper:
    """What a signed certificate says, by default of the first version's run that passed."""
    about = about or end(planned())
    given: dict[str, Any] = {
        "number": number,
        "document": canon.digest(f"certificate {number}"),
        "granted": NOW[:10],
        "valid_from": NOW[:10],
        "valid_until": "2027-03-01",
        "scope": "Chinese medical questions",
        "plan": about.plan,
        "heads": (about.head,),
        "verdict": about.outcome,
        "evaluated_by": ("李医生", EVALUATOR),
        "decided_by": (DECIDER,),
        "client": ("Example Ltd", VENDOR),
        "body": ("示例评测中心",),
    }
    return granted.Paper(**{**given, **changes})


def banks(plan: Plan) -> list[streams.Bank]:
    return [streams.bank(one, one.digest) for one in plan.suites]


def calls(name: str, number: str, model: int) -> parties.Calls:
    return parties.Calls(name=name, number=number, vendor=VENDOR, model=model)
