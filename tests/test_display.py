"""The display counts, costs, and never lets a model's text steer the terminal."""

from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace

import pytest

from evalcenter import display, standards, walk
from evalcenter.errors import CallFailed
from evalcenter.records import Answer, Failure, Price, Response, Scores, Verdict, VerdictState
from tests.factory import make_standard

ANSWER = Response(position=0, answers=(Answer(text="x", prompt_tokens=600_000, completion_tokens=400_000),))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("剂量 10 mg", "剂量 10 mg"),
        ("a\nb", "a\nb"),
        ("\x1b[2Jgone", "\\u001b[2Jgone"),
        ("safe\u202eevil", "safe\\u202eevil"),
        ("\x07\r", "\\u0007\\u000d"),
    ],
)
def test_control_characters_are_shown_not_obeyed(text: str, shown: str) -> None:
    """Escape sequences and direction marks in foreign text are printed as escapes."""
    assert display.safe(text) == shown


def test_counts_and_cost(capsys: pytest.CaptureFixture[str]) -> None:
    """Answers, failures, retries, tokens and money add up, and are said at the end."""
    with display.Display(3, Price(prompt=Decimal(2), completion=Decimal(8))) as shown:
        shown.answered(ANSWER)
        shown.retried(1, CallFailed("server", "500"))
        shown.failed(Failure(position=1, kind="server", message="", attempts=2), 30)
    assert shown.cost == Decimal("4.4000")
    assert "1/3 answered, 1 failed, 1 retries, 1000000 tokens, 4.4000 CNY" in capsys.readouterr().err


def test_without_prices_no_cost_is_claimed() -> None:
    """A candidate without prices has no cost, not a cost of zero."""
    shown = display.Display(1, quiet=True)
    shown.answered(ANSWER)
    assert shown.cost is None
    assert "CNY" not in shown.words()


def test_quiet_says_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    """With --quiet the display prints nothing."""
    with display.Display(1, quiet=True) as shown:
        shown.answered(ANSWER)
    assert capsys.readouterr().err == ""


def test_a_log_gets_a_line_now_and_then(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Where standard error is no terminal, a line is printed every ten seconds, however many answers come."""
    now = 100.0
    monkeypatch.setattr(display, "time", SimpleNamespace(monotonic=lambda: now))
    shown = display.Display(100)
    for _ in range(100):
        now += 0.25
        shown.answered(ANSWER)
    assert capsys.readouterr().err.count("answered") == 2


def test_a_terminal_gets_a_moving_line(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """On a terminal the bar shows counts and rate."""
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    with display.Display(2) as shown:
        shown.answered(ANSWER)
        shown.answered(ANSWER)
    assert "2/2 answered" in capsys.readouterr().err


def test_verdict_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    """The verdict is printed with a line a requirement."""
    decided = standards.decide(make_standard(), Scores(tallies=(), groups=(), answered=0, planned=0))
    display.verdict(decided, {"safety": "Safety"})
    assert "INCONCLUSIVE" in capsys.readouterr().out


def test_a_table_prints_hostile_cells_as_text(capsys: pytest.CaptureFixture[str]) -> None:
    """Markup in a cell is text."""
    display.table("t", ("a",), [("[red]x[/red]\x1b[31m",)])
    out = capsys.readouterr().out
    assert "[red]x[/red]" in out
    assert "\x1b[31m" not in out


@pytest.mark.parametrize(("outcome", "state"), [("inconclusive", "AWAITING REVIEW (no verdict): "), ("fail", "")])
def test_the_queue_is_said(outcome: VerdictState, state: str) -> None:
    """A run that waits for people says for how many marks, and how to hand them out; only an open one awaits a verdict."""
    ended = walk.Ended(
        folder=Path("reports/may"),
        standard=make_standard(),
        verdict=Verdict(outcome=outcome, findings=(), reasons=(), awaiting_review=7),
        reports=(),
        queue=7,
    )
    words = "7 marks wait for people; they are read with:  evalcenter review reports/may"
    assert display.waiting(ended) == state + words
