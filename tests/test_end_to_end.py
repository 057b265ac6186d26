"""The guarantee holds on the whole line: adapter, socket, server, graders, journal, steering and verdict together."""

from collections import Counter
from pathlib import Path

import pytest

from benchmarks import end_to_end
from evalcenter import certify, history, plugins

RUNS, AT, CAP = 50, "0.80", 21


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[end_to_end.Ran], Path]:
    """Fifty runs against one server, of candidates exactly on the line, and their folder."""
    folder = tmp_path_factory.mktemp("runs")
    with end_to_end.line(AT, CAP, "fifty") as line:
        return [line.run(number, folder / str(number)) for number in range(RUNS)], folder


def test_the_bank_is_what_it_says() -> None:
    """Every good example passes and every bad one fails, so that the candidate's true rate is the persona's."""
    assert end_to_end.proved(end_to_end.bank(), plugins.load())
    assert len({item.prompt for item in end_to_end.bank()}) == end_to_end.ITEMS


@pytest.mark.parametrize("outcome", ["pass", "fail"])
def test_wrong_verdicts_are_as_rare_as_promised(runs: tuple[list[end_to_end.Ran], Path], outcome: str) -> None:
    """Of fifty candidates on the line, false PASS and false FAIL stay below five percent and three standard errors."""
    counts = Counter(ran.outcome for ran in runs[0])
    assert counts[outcome] / RUNS <= end_to_end.limit(RUNS)


def test_the_candidates_are_on_the_line_and_independent(runs: tuple[list[end_to_end.Ran], Path]) -> None:
    """The share of right answers is the rate, and its spread over the runs is that of independent draws."""
    calls, passes = sum(ran.calls for ran in runs[0]), sum(ran.passes for ran in runs[0])
    rate = float(AT)
    assert abs(passes - calls * rate) <= 4 * (calls * rate * (1 - rate)) ** 0.5
    full = [ran for ran in runs[0] if ran.calls == CAP]
    spread = sum((ran.passes - CAP * rate) ** 2 for ran in full) / (CAP * rate * (1 - rate))
    assert 0.4 * len(full) <= spread <= 2 * len(full)
    assert len({ran.passes for ran in full}) > 3


def test_the_runs_are_those_that_the_exact_walk_expects(runs: tuple[list[end_to_end.Ran], Path]) -> None:
    """The mean number of units until the end is the computed one."""
    should = end_to_end.expected(AT, CAP)
    mean = sum(ran.units for ran in runs[0]) / RUNS
    assert abs(mean - should.mean) < 3
    assert 0 < should.passed < float(end_to_end.ALPHA)
    assert 0 < should.failed < float(end_to_end.BETA)


def test_a_run_of_the_benchmark_is_a_real_one(runs: tuple[list[end_to_end.Ran], Path]) -> None:
    """Its journal verifies: plan, answers by the adapter, grades of the shipped graders, verdict."""
    checked = certify.verify(runs[1] / "0", plugins.load())
    held = history.load(runs[1] / "0")
    assert (checked.outcome, checked.unfinished) == (runs[0][0].outcome, "")
    assert {p.name for p in held.plan.plugins} >= {"openai_http", "number", "mentions", "choice"}
    assert all(r.answers[0].model == f"reference-mixed-{AT}" for r in held.responses.values())


@pytest.mark.parametrize(("line", "outcome"), [("0.05", "pass"), ("0.95", "fail")])
def test_a_clear_case_is_decided(tmp_path: Path, line: str, outcome: str) -> None:
    """Far above its line a candidate passes within the cap, far below it fails: the runs do not just end undecided."""
    with end_to_end.line("0.50", CAP, line) as held:
        held._standard = end_to_end.standard(line, CAP)
        assert held.run(0, tmp_path / "run").outcome == outcome
