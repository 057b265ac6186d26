"""What a verdict rests on does not depend on the order in which answers arrive: it is the same to the byte."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evalcenter import calling, canon, grade, history, journal, run, standards, steering
from evalcenter.hooks import Limits
from evalcenter.marking import Marker
from evalcenter.records import Plan, Question
from evalcenter.stats import Decision
from tests.doubles import plugins
from tests.test_steering import BANK, MIXED, Says, Simulated, items, mixed, planned, rate
from tests.virtual import Clock

Latency = Callable[[Question], float]
"""How many seconds the answer to a question takes."""


def decided(made: Plan, says: Says, latency: Latency, concurrency: int, folder: Path) -> history.Run:
    """A run through the real pump and the real steering on a clock that jumps, decided and closed."""
    limits = Limits(concurrency=concurrency, attempts=1, adaptive=False)
    with pytest.MonkeyPatch.context() as patch, history.create(folder, made) as held:
        Clock(patch, run, calling)
        ahead = max(steering.AHEAD, 2 * concurrency)
        desk = steering.Desk(steering.Steering(held, complete=True, ahead=ahead), Marker(plugins().graders))
        candidate = Simulated(says, latency)
        run.collect(held, desk, candidate, run.Manner(limits=limits))
        grade.decide(held)
    return history.load(folder)


def used(held: history.Run) -> dict[str, list[bytes]]:
    """For each requirement the grades that it read, in the order of its sequence, to the byte."""
    assert held.verdict is not None
    found = {}
    for finding, stream in zip(held.verdict.findings, held.plan.streams, strict=True):
        units = finding.units if finding.units is not None else len(stream.widths or stream.positions)
        read = stream.positions[: sum(stream.widths[:units]) if stream.widths else units]
        found[stream.requirement] = [
            held.failed[position].encode() if position in held.failed else canon.encode(held.grades[position])
            for position in read
        ]
    return found


def arrivals(held: history.Run) -> list[int]:
    """The positions in the order in which their answers came."""
    return [entry.data["position"] for entry in journal.entries(held.folder) if entry.kind == "response"]


# -- any order --------------------------------------------------------------------------------------------------------

LATENCIES = st.lists(st.sampled_from([0.0, 0.001, 0.4, 1.0, 1.0, 7.0, 90.0]), min_size=1, max_size=40)


@settings(max_examples=12)
@given(
    st.text(max_size=3),
    st.sampled_from([(60, 0), (85, 3), (96, 0)]),
    LATENCIES,
    st.sampled_from(["any", "wrong ones late", "wrong ones soon"]),
    st.sampled_from([2, 7, 150]),
)
def test_what_a_verdict_rests_on_is_the_same_in_any_order(
    seed: str, share: tuple[int, int], pauses: list[float], kind: str, concurrency: int
) -> None:
    """Whatever takes how long, findings and the grades they rest on are those of asking one at a time, to the byte."""
    made, says = planned(BANK, *MIXED, seed=seed), mixed(seed, *share)

    def latency(question: Question) -> float:
        pause = pauses[question.position % len(pauses)]
        late = (says(question) != "yes") is (kind == "wrong ones late")
        return pause if kind == "any" or not late else pause + 30.0

    with tempfile.TemporaryDirectory() as name:
        one = decided(made, says, lambda _: 0.0, 1, Path(name) / "one")
        other = decided(made, says, latency, concurrency, Path(name) / "other")
        assert canon.encode(other.verdict) == canon.encode(one.verdict)
        assert used(other) == used(one)


# -- slow answers that are the wrong ones -----------------------------------------------------------------------------


def by_arrival(held: history.Run) -> Decision:
    """What counting answers as they arrive would have decided: the run's own evidence, its sequence in that order."""
    standard = standards.spent(held.plan.standard, held.plan.version_rank)
    [requirement], [stream] = standard.requirements, held.plan.streams
    course = steering._course(held.plan, requirement, replace(stream, positions=tuple(arrivals(held))), 1)
    return course.lookout.look(course.walk.go(held.known))


@pytest.mark.parametrize(
    ("line", "right", "late", "fair", "naive"),
    [("0.85", 65, "no", "fail", "pass"), ("0.80", 90, "yes", "pass", "fail")],
    ids=["wrong answers are slow", "right answers are slow"],
)
def test_a_slow_answer_counts_in_its_place(
    tmp_path: Path, line: str, right: int, late: str, fair: str, naive: str
) -> None:
    """Where slow answers are of one kind the verdict is that of the plan's order; counting arrivals would have turned it round."""
    made = planned(items("a", 40), rate("a", line=Decimal(line)), seed="slow")
    says = mixed("slow", right)
    held = decided(made, says, lambda q: 60.0 if says(q) == late else 1.0, 100, tmp_path / "run")
    one = decided(made, says, lambda _: 0.0, 1, tmp_path / "one")
    assert (one.verdict.outcome, one.verdict.findings[0].units <= 50) == (fair, True)
    assert canon.encode(held.verdict) == canon.encode(one.verdict)
    assert used(held) == used(one)
    assert arrivals(held) != sorted(arrivals(held))
    assert by_arrival(held).grade == naive
