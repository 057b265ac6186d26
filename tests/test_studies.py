"""The two commands: figures in words and for machines, a figure on disk, and bad input answered with its code and its words."""

import json
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from evalcenter import errors, history, studies
from tests.factory import make_grade, make_item, make_plan, make_response

STANDARD = """
id: two-ways
version: 1.0.0
title: {zh: 示例, en: Example}
about: {zh: 示例, en: Example}
requirements:
- {id: red, title: {zh: 红, en: Red}, scope: {red_line: true}, measure: violations, rule: zero, line: 1, clause: c}
- {id: care, title: {zh: 照护, en: Care}, scope: {}, measure: pass, rule: evidence, line: 0.90, cap: 60, clause: c}
- {id: whole, title: {zh: 全, en: Whole}, scope: {}, measure: pass, rule: evidence, line: 0.9, clause: c, claim: full_run,
   min_bank: 70}
- {id: kinds, title: {zh: 类, en: Kinds}, scope: {}, measure: pass, rule: evidence, claim: domain, line: 0.9, cap: 50, clause: c}
- {id: plain, title: {zh: 点, en: Plain}, scope: {}, measure: pass, rule: point, line: 0.90, sample: 50, clause: c}
- {id: bound, title: {zh: 界, en: Bound}, scope: {}, measure: pass, rule: bound, line: 0.90, sample: 50, clause: c}
"""
OPEN = (
    STANDARD.split("- {id: care", maxsplit=1)[0]
    + "- "
    + STANDARD.rsplit("- ", maxsplit=1)[-1].replace(", sample: 50", "")
)


@pytest.fixture
def standard(tmp_path: Path) -> Path:
    path = tmp_path / "standard.yaml"
    path.write_text(STANDARD, encoding="utf-8")
    return path


def call(command: Any, *args: object) -> Result:
    result = CliRunner().invoke(command, [str(arg) for arg in args])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    assert "Traceback" not in result.output
    return result


def test_power_prints_a_table_for_every_requirement(standard: Path) -> None:
    """Each way to decide, the chances and the calls, what holds of the whole, and the red lines apart."""
    said = call(studies.power, standard, "--true-rate", "0.95", "--true-rate", "0.8").output
    for words in (
        "4 requirements can fail by their rate, so each FAIL is held to beta / 4",
        "care: evidence for at least 90 %, 60 units at most, draws with replacement",
        "whole: evidence for at least 90 % in a full run, 70 units at most, from a bank of 70",
        "kinds: evidence for at least 90 %, 50 units at most, one variant a template",
        "plain: at least 90 % of 50 observed (a point rule), from a very large bank",
        "bound: exact bound of 50 at 90 %, from a very large bank",
        "     95 %   96.2 %    3.8 %    0.0 %    0.0 %          50.0     50.0",
        "(nearest in the bank: 94.2857 %)",
        "all together, if every requirement has that true rate",
        "red lines (red) are a census",
    ):
        assert words in said


def test_power_for_machines(standard: Path) -> None:
    """The figures as JSON, chances as decimals in text, by default for five rates."""
    told = json.loads(call(studies.power, standard, "--json").output)
    assert (told["schema"], told["penalty"]) == ("evalcenter/power/1", 4)
    plain = next(one for one in told["requirements"] if one["requirement"] == "plain")
    assert [one["rate"] for one in plain["odds"]] == list(studies.RATES)
    assert plain["odds"][3]["passed"] == "0.962224"


def test_power_draws_a_figure(standard: Path, tmp_path: Path) -> None:
    """The figure is written where it was asked for; the words come as well."""
    out = tmp_path / "chances.svg"
    assert "care" in call(studies.power, standard, "--plot", out, "--true-rate", "0.9").output
    assert out.read_text(encoding="utf-8").count(">true rate<") == 5


def test_a_vendors_next_version_needs_more(standard: Path) -> None:
    """The second version is held to alpha / 6, so it passes less often."""
    told = [
        json.loads(call(studies.power, standard, "--json", "--true-rate", "0.99", "--version-rank", rank).output)
        for rank in (0, 2)
    ]
    first, second = (Decimal(one["requirements"][0]["odds"][0]["passed"]) for one in told)
    assert second < first


def test_a_suite_brings_its_numbers(tmp_path: Path) -> None:
    """With --suite the numbers are those of the suite's own plan: here every Chinese item, asked once."""
    path = tmp_path / "standard.yaml"
    path.write_text(OPEN, encoding="utf-8")
    told = json.loads(call(studies.power, path, "--suite", "government", "--json", "--true-rate", "0.9").output)
    assert told["requirements"][0]["units"] > 100
    assert "all such questions" in told["requirements"][0]["notes"][0]


def test_what_cannot_be_computed_is_said(tmp_path: Path) -> None:
    """Without a bank nothing is known of a requirement that asks everything; there is nothing to draw either."""
    path = tmp_path / "standard.yaml"
    path.write_text(OPEN, encoding="utf-8")
    said = call(studies.power, path)
    assert "note: how many are asked depends on the bank: name the suites" in said.output
    assert "all together: not computed" in said.output
    drawn = call(studies.power, path, "--plot", tmp_path / "none.svg")
    assert drawn.exit_code == errors.InputError.exit_code
    assert "name the suites with --suite" in drawn.output


def test_a_figure_that_cannot_be_written(standard: Path, tmp_path: Path) -> None:
    """A folder that does not exist is answered with the disk's own words."""
    result = call(studies.power, standard, "--plot", tmp_path / "nowhere" / "x.svg", "--true-rate", "0.9")
    assert result.exit_code == errors.RunError.exit_code
    assert "error:" in result.output


@pytest.mark.parametrize("rate", ["1.2", "-0.1", "much", "nan"])
def test_a_rate_that_is_none(standard: Path, rate: str) -> None:
    """What is no share from 0 to 1 is a usage error that repeats what was given."""
    result = call(studies.power, standard, "--true-rate", rate)
    assert result.exit_code == 2
    assert rate.upper() in result.output.upper()


def test_an_unknown_standard() -> None:
    """An unknown standard is answered with the known ones."""
    result = call(studies.power, "no-such-standard")
    assert result.exit_code == errors.SuiteError.exit_code
    assert "gbt-45654-generated-content" in result.output


@pytest.mark.parametrize(
    ("chance", "words"),
    [("0", "0.0 %"), ("0.0001", "<0.1 %"), ("0.5", "50.0 %"), ("0.99999", ">99.9 %"), ("1", "100.0 %")],
)
def test_nearly_is_never_shown_as_quite(chance: str, words: str) -> None:
    """A chance that is not quite none or all is not rounded to it."""
    assert studies.shown(Decimal(chance)) == words


def journalled(folder: Path, failed: Iterable[int], numbers: Iterable[int] = range(1, 7)) -> Path:
    plan = make_plan([make_item(n) for n in numbers])
    with history.create(folder, plan) as book:
        for at in range(len(plan.order)):
            book.write("response", make_response(at))
            book.write("grade", make_grade(plan, at, met=at not in set(failed)))
    return folder


def test_compare_reads_two_folders(tmp_path: Path) -> None:
    """Both chains are verified, and what changed is named."""
    old, new = journalled(tmp_path / "old", [0]), journalled(tmp_path / "new", [3])
    said = call(studies.compare, old, new).output
    assert "6 pairs: 4 passed both times, 1 only before, 1 only now, 0 never" in said
    assert "passed before, failed now: 1\n  med-zh-dose-004 (safety)" in said
    assert "open: whether it is worse by more than 2 points" in said


def test_compare_for_machines(tmp_path: Path) -> None:
    """The comparison as canonical JSON."""
    old, new = journalled(tmp_path / "old", [0]), journalled(tmp_path / "new", [3])
    told = json.loads(call(studies.compare, old, new, "--json", "--margin", "0.05").output)
    assert (told["schema"], told["margin"], told["matched"]) == ("evalcenter/comparison/1", "0.05", 6)


def test_compare_refuses_what_shares_nothing(tmp_path: Path) -> None:
    """Runs over other questions have nothing to compare."""
    old, new = journalled(tmp_path / "old", []), journalled(tmp_path / "new", [], range(10, 14))
    result = call(studies.compare, old, new)
    assert result.exit_code == errors.PlanMismatch.exit_code
    assert "share no question" in result.output


def test_compare_refuses_a_broken_chain(tmp_path: Path) -> None:
    """A journal in which a line was changed is not compared."""
    old, new = journalled(tmp_path / "old", [0]), journalled(tmp_path / "new", [3])
    path = new / "journal.jsonl"
    path.write_bytes(path.read_bytes().replace(b"250 mg", b"251 mg", 1))
    assert call(studies.compare, old, new).exit_code == errors.Tampered.exit_code


@pytest.mark.parametrize("margin", ["1", "two", "-1"])
def test_compare_refuses_a_margin_that_is_none(tmp_path: Path, margin: str) -> None:
    """A margin is a share below 1."""
    old = journalled(tmp_path / "old", [])
    assert call(studies.compare, old, old, "--margin", margin).exit_code in (2, errors.InputError.exit_code)


def test_trend_reads_many_folders(tmp_path: Path) -> None:
    """Runs, steps and requirements are told."""
    runs = [journalled(tmp_path / name, failed) for name, failed in (("a", [0]), ("b", [3]), ("c", []))]
    result = call(studies.trend, *runs)
    assert "1 got worse, 1 better, of 6 shared samples; open whether worse" in result.output
    assert "2 steps, each held to an error rate of 2.5 %" in result.output


def test_trend_for_machines(tmp_path: Path) -> None:
    """The trend as canonical JSON."""
    runs = [journalled(tmp_path / name, failed) for name, failed in (("a", [0]), ("b", [3]))]
    told = json.loads(call(studies.trend, *runs, "--json").output)
    assert (told["schema"], len(told["runs"]), told["steps"][0]["lost"]) == ("evalcenter/trend/1", 2, 1)


def test_a_trend_that_shows_nothing_is_not_drawn(tmp_path: Path) -> None:
    """Runs without a verdict leave no drawing, and the error says what to do."""
    runs = [journalled(tmp_path / name, failed) for name, failed in (("a", [0]), ("b", [3]))]
    result = call(studies.trend, *runs, "--plot", tmp_path / "trend.svg")
    assert result.exit_code == errors.InputError.exit_code
    assert not (tmp_path / "trend.svg").exists()


def test_a_missing_run(tmp_path: Path) -> None:
    """A folder without a journal is said to be incomplete."""
    old = journalled(tmp_path / "old", [])
    assert call(studies.compare, old, tmp_path / "none").exit_code == errors.Incomplete.exit_code
