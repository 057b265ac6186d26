"""A long run in whole processes, against an endpoint that answers at once: nothing is lost, and little memory is taken."""

import pytest

from benchmarks import bench, long_run

SAMPLES = 20_000


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> long_run.Long:
    return long_run.measure(SAMPLES, tmp_path_factory.mktemp("long") / "run")


def test_every_sample_is_asked_and_answered_once(ran: long_run.Long) -> None:
    """As many requests reached the endpoint, and as many answers stand in the journal, as samples were planned."""
    assert (ran.requests, ran.answered) == (SAMPLES, SAMPLES)


def test_every_answer_is_graded_as_it_deserves(ran: long_run.Long) -> None:
    """As many samples pass as drew an item that the endpoint answers rightly: some nine in ten, and none by another reason."""
    assert ran.passed == ran.deserved
    assert 0.88 < ran.passed / SAMPLES < 0.92


def test_a_finished_run_asks_nothing_when_it_is_resumed(ran: long_run.Long) -> None:
    """Resuming it sends no request."""
    assert ran.asked_on_resume == 0


def test_memory_is_bounded(ran: long_run.Long) -> None:
    """The process that asks, grades and reports never holds more than half of what a million samples may take."""
    assert 20 < ran.peak_mib < 150


def test_the_journal_holds_a_line_for_each_answer_and_grade(ran: long_run.Long) -> None:
    """Plan, start, two lines a sample, end, verdict and reports: nothing more, so nothing was asked or graded twice."""
    assert ran.lines == 2 * SAMPLES + 5


def test_a_figure_beyond_its_limit_is_seen() -> None:
    """The table says "missed", and the exit code is 1, where a limit is not kept in either direction."""
    rows = [bench.Row("most", 2.0, 1.0), bench.Row("least", 1.0, 2.0, at_least=True)]
    assert bench.limits(rows).count("**missed**") == 2
    assert bench.ended(rows) == 1
    assert bench.ended([bench.Row("most", 1.0, 1.0), bench.Row("least", 2.0, 2.0, at_least=True)]) == 0
