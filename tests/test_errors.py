"""Errors have one tree, a code each, and words."""

from pathlib import Path

import pytest

from evalcenter import errors


def families() -> dict[str, int]:
    return {name: code for name, code in errors.codes().items() if name != "EvalcenterError"}


def test_codes_are_unique() -> None:
    """No two families share an exit code."""
    assert len(families()) == len(set(families().values()))


def test_codes_are_in_their_range() -> None:
    """Every code but pass, usage and interrupted lies from 3 to 63."""
    own = {name: code for name, code in families().items() if name not in {"verdict pass", "usage", "interrupted"}}
    assert all(3 <= code <= 63 for code in own.values())


@pytest.mark.parametrize(("name", "code"), sorted(families().items()))
def test_codes_are_documented(name: str, code: int) -> None:
    """Every code stands in the documented table with its name."""
    table = (Path(__file__).parents[1] / "docs" / "exit-codes.md").read_text(encoding="utf-8")
    assert any(line.startswith(f"| {code} |") and f"`{name}`" in line for line in table.splitlines())


def test_message_says_where_what_and_todo() -> None:
    """An error reads: place, what, and below it what to do."""
    problem = errors.SuiteError("the id is taken", where="suite.yaml:7", todo="rename it")
    assert str(problem) == "suite.yaml:7: the id is taken\n  → rename it"


def test_call_failed_carries_its_facts() -> None:
    """A failed call keeps its kind, status and whether to try again."""
    problem = errors.CallFailed("http", "busy", http_status=429, retry_after=2.0)
    assert (
        problem.kind,
        problem.http_status,
        problem.retryable,
        problem.retry_after,
        problem.fatal,
    ) == ("http", 429, True, 2.0, None)
