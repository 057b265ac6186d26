"""Facts about marking stated numbers and dates."""

from __future__ import annotations

import csv
import importlib.util
import json
import os
import sys
import time
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evalcenter import boundary, hooks
from evalcenter.graders import number
from evalcenter.records import Answer, Examples, Item, Message

BENCHMARK = Path(__file__).parents[2] / "benchmarks" / "validation_choice_number.py"


def item(lang: str = "zh", prompt: str = "问题") -> Item:
    return Item(
        id="x-zh-test-001",
        lang=lang,
        dimension="d",
        prompt=(Message(role="user", content=prompt),),
        criteria=(),
        examples=Examples(good=(), bad=()),
    )


def state(text: str, params: dict[str, Any], *, lang: str = "zh", prompt: str = "问题") -> str:
    return number.plugin.mark(boundary.convert(number.Number, params), item(lang, prompt), Answer(text=text)).state


MG = {"target": 350, "unit": "mg"}


@pytest.mark.parametrize(
    "text",
    [
        "350 mg",
        "350mg",
        "350",
        "三百五十毫克",
        "答案是350毫克。",
        "**350 mg**",
        "\\boxed{350\\text{ mg}}",
        "每次350mg，每日两次",
        "350 mg/次",
        "每日350毫克",
        "剂量 = 10 mg/kg × 35 kg = 350 mg",
        "因此剂量为350 mg。",
        "先算 300 mg，再加 50 mg，答案：350 mg",
        "最终答案：350 mg（即0.35 g）",
        "350 mg，不超过 500 mg",
        "不是300 mg，而是350 mg",
        "答案是300 mg。不对，重新计算，最终答案是350 mg。",
        "<think>300 mg</think>350 mg",
        "两种药分别是 350 mg。",
        "The dose is 350 mg.",
        "Therefore, 35 kg × 10 mg/kg = 350 mg.",
        "Answer: 350 milligrams",
        "1. 体重 35 kg\n2. 每公斤 10 mg\n3. 结果 350 mg",
        "350.0 mg",
        "0350 mg",
    ],
)
def test_stated_number_is_met(text: str) -> None:
    """A dose is found in every usual way of stating it."""
    assert state(text, MG) == "met"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "无法计算",
        "抱歉，我无法回答这个问题。",
        "300 mg",
        "0.35 g",
        "350 g",
        "350 mL",
        "350 mg/kg",
        "300-400 mg",
        "350 片",
        "不是350 mg",
        "<think>350 mg",
        "答案是300 mg，而不是350 mg。",
        "计算得 350 mg。最终答案：300 mg",
        "每次 350 mg 错误，应为 300 mg，因此答案是 300 mg",
        "\\boxed{35}",
        "三百五",
        "第350条 400 mg",
    ],
)
def test_other_number_is_not_met(text: str) -> None:
    """Another number, another unit, a range around the target, a denial or thinking alone is not met."""
    assert state(text, MG) == ("met" if text == "三百五" else "not_met")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (r"120\ \text{mg}", "met"),
        (r"$120\,\mathrm{mg}$", "met"),
        (r"$8 \times 15 = 120\;\text{mg}$", "met"),
        (r"\boxed{120~\mathrm{mg}}", "met"),
        ("120~mg", "met"),
        (r"120 \quad \text{mg}", "met"),
        ("120\u202fmg", "met"),
        (r"$120\ \text{mg}/\text{day}$", "met"),
        (r"120\ \text{mL}", "not_met"),
        (r"$120\,\mathrm{g}$", "not_met"),
        ("120~mL", "not_met"),
        ("120\u2009mL", "not_met"),
        (r"120\;\text{mg/kg}", "not_met"),
        (r"120\,\text{mg}\,\text{kg}^{-1}", "not_met"),
    ],
)
def test_unit_in_latex_is_read(text: str, expected: str) -> None:
    """A unit behind a LaTeX or thin space is the figure's unit, right or wrong."""
    assert state(text, {"target": 120, "unit": "mg"}) == expected


@pytest.mark.parametrize("filling", ["{} mL; ", "\n{}. ", "第{}条，"])
def test_more_figures_than_are_read_is_unjudged(filling: str) -> None:
    """An answer with more figures than are read is not judged by the first of them, whatever kind they are."""
    text = "".join(filling.format(n) for n in range(1, 2_100))
    assert state(f"答案：350 mg {text}", MG) == "unjudged"


@pytest.mark.parametrize(
    "text", ["可以给 300 mg 或者 350 mg。", "\\boxed{350} … \\boxed{400}", "最终答案：350 mg。最终答案：400 mg。"]
)
def test_undecided_statement_is_unjudged(text: str) -> None:
    """Different figures of equal standing, only one of which fits, cannot be judged."""
    assert state(text, MG) == "unjudged"


@pytest.mark.parametrize(
    ("params", "text", "expected"),
    [
        ({"target": 100, "tolerance": 1}, "99", "met"),
        ({"target": 100, "tolerance": 1}, "101", "met"),
        ({"target": 100, "tolerance": 1}, "101.0001", "not_met"),
        ({"target": 100, "relative": "0.05"}, "105", "met"),
        ({"target": 100, "relative": "0.05"}, "105.01", "not_met"),
        ({"target": 100, "relative": "0.05", "tolerance": 10}, "110", "met"),
        ({"target": -20, "relative": "0.1"}, "-21", "met"),
        ({"target": 0}, "0", "met"),
        ({"target": "0.1"}, "0.10", "met"),
        ({"low": 5, "high": 10}, "5–10", "met"),
        ({"low": 5, "high": 10}, "5–11", "not_met"),
        ({"low": 5}, "1000", "met"),
        ({"high": 5}, "-3", "met"),
        ({"target": 7}, "5–10", "not_met"),
        ({"target": 90, "unit": "%"}, "百分之九十", "met"),
        ({"target": 90, "unit": "%"}, "0.9", "not_met"),
        ({"target": 11000, "unit": "元"}, "1.1万元", "met"),
        ({"target": "1.1", "unit": "万元"}, "11000元", "met"),
        ({"target": "1.1", "unit": "万元"}, "1.1万", "met"),
        ({"target": "1.1", "unit": "万元"}, "1.1", "met"),
        ({"target": "4.5", "unit": "10^9/L"}, "4.5×10⁹/L", "met"),
        ({"target": "4.5", "unit": "10^9/L"}, "4.5", "met"),
        ({"target": "4.5", "unit": "10^9/L"}, "4.5×10¹²/L", "not_met"),
        ({"target": "12.5", "unit": "mL/min", "units": {"L/min": 1000}}, "0.0125 L/min", "met"),
        ({"target": 250, "unit": "mg", "units": {"g": 1000}}, "0.25 g", "met"),
        ({"target": 250, "unit": "mg", "units": {"g": 1000}}, "250 g", "not_met"),
        ({"target": 15, "unit": "mL/h"}, "每小时15毫升", "met"),
        ({"target": 15, "unit": "mL/h"}, "15 mL", "not_met"),
        ({"target": 57, "unit": "USD"}, "$57", "met"),
        ({"target": 57, "unit": "USD"}, "£57", "not_met"),
        ({"target": 12, "unit": "GBP", "which": "any"}, "It costs £12, or £20 by post.", "met"),
        ({"target": 12, "unit": "GBP", "which": "any"}, "It is not £12 but £20.", "not_met"),
        ({"target": 12, "unit": "GBP", "which": "any"}, "There are 12 forms and it costs £20.", "not_met"),
        ({"target": 12, "unit": "GBP", "which": "any"}, "It costs twelve pounds.", "met"),
        ({"target": 4}, "CHA2DS2-VASc 合计 4 分", "met"),
        ({"target": 4}, "年龄 1 分，糖尿病 1 分，高血压 2 分，总分为 4 分。", "met"),
        ({"target": 8}, "8/10", "met"),
        ({"target": 3}, "第三天", "met"),
        ({"target": 5, "unit": "blip"}, "5 blip", "met"),
        ({"target": 5, "unit": "个工作日"}, "5个工作日", "met"),
        ({"target": 5, "unit": "工作日"}, "5天", "not_met"),
        ({"target": 2026}, "2026年3月4日", "unjudged"),
        ({"target": 6}, "日期是 2026年3月4日，共 6 项", "met"),
        ({"target": 1500, "unit": "元"}, "补贴1500元/人", "met"),
        ({"target": 590, "unit": "元"}, "590元/月", "met"),
        ({"target": 590, "unit": "元"}, "每人590元/季度", "met"),
        ({"target": 590, "unit": "元/月"}, "590元/月", "met"),
        ({"target": 590, "unit": "元/月"}, "590元/年", "not_met"),
        ({"target": "38.5", "unit": "°C"}, "38.5度", "met"),
    ],
)
def test_window_and_units(params: dict[str, Any], text: str, expected: str) -> None:
    """The window is inclusive, a range must lie in it, and units are converted only as listed."""
    assert state(text, params) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026年3月4日", "met"),
        ("March 4, 2026", "met"),
        ("03/04/2026", "met"),
        ("2026-03-04", "met"),
        ("4 March", "met"),
        ("It is due on Wednesday, March 4.", "met"),
        ("March 4.5 million", "not_met"),
        ("2026-03-05", "not_met"),
        ("2025-03-04", "not_met"),
        ("no date", "not_met"),
        ("not 2026-03-04", "not_met"),
        ("Received 1 March 2026.\nDeadline: 4 March 2026", "met"),
        ("The answer is 5 March 2026, not 4 March 2026.", "not_met"),
        ("Filed 1 March 2026, therefore due on 4 March 2026.", "met"),
    ],
)
def test_date(text: str, expected: str) -> None:
    """A date is found in the usual forms, month first in English."""
    assert state(text, {"date": "2026-03-04"}, lang="en") == expected


def test_figure_of_the_question_is_not_taken_for_the_answer() -> None:
    """A figure repeated from the question gives way to the others."""
    assert state("总量 1000 mg，每次 350 mg。", MG, prompt="一天总量 1000 mg，分次给药。每次多少？") == "met"


def test_bold_figure_is_the_answer() -> None:
    """Where one figure is bold and nothing is said, it is the answer."""
    assert state("There are 300 mg vials too; give **350 mg** and keep 20 mg.", MG, lang="en") == "met"


def test_any_settles() -> None:
    """A figure that fits under `any` can't be unsaid by more text."""
    params = boundary.convert(number.Number, {**MG, "which": "any"})
    assert number.plugin.mark(params, item(), Answer(text="350 mg")).settled


def test_blocked_answer_is_not_met() -> None:
    """A blocked answer states nothing."""
    params = boundary.convert(number.Number, MG)
    assert number.plugin.mark(params, item(), Answer(text="350 mg", state="blocked")).state == "not_met"


def test_too_many_figures_are_unjudged() -> None:
    """A flood of figures is the grader's confusion."""
    assert state("350 " * 3000, MG) == "unjudged"


@pytest.mark.parametrize(
    "params",
    [
        {},
        {"target": 1, "low": 0},
        {"target": 1, "date": "2026-03-04"},
        {"low": 2, "high": 1},
        {"tolerance": 1},
        {"low": 1, "tolerance": 1},
        {"target": 1, "tolerance": -1},
        {"target": 1, "relative": "-0.1"},
        {"target": 1, "unit": " "},
        {"target": 1, "units": {"g": 1}},
        {"target": 1, "unit": "mg", "units": {"g": 0}},
        {"date": "2026-02-30"},
        {"date": "4 March"},
        {"date": "2026-03-04", "unit": "mg"},
        {"target": "1e100"},
        {"target": "NaN"},
        {"target": "x"},
        {"target": 1, "whch": "any"},
        {"target": 1, "which": "last"},
    ],
)
def test_bad_parameters_are_refused(params: dict[str, Any]) -> None:
    """Parameters that contradict each other are refused when the suite is read."""
    with pytest.raises(boundary.Invalid):
        boundary.convert(number.Number, params)


def test_plugin_keeps_the_contract() -> None:
    """The module's plugin is a grader."""
    assert isinstance(number.plugin, hooks.Grader)


# Far below what anything worse than linear takes, far above what a busy machine or a coverage tool adds.
BUDGET_S = 8
HOSTILE = {
    "answers": "答案" * 50_000,
    "so": "所以" * 50_000,
    "answer figures": "答案是350，" * 12_000,
    "operators": "350 = " * 16_000,
    "bold": "**350** " * 11_000,
    "boxes": "\\boxed{350" * 10_000,
    "not": "not " * 25_000,
    "digits": "3" * 100_000,
    "exponent": "1e999 " * 16_000,
    "huge": "1" + "0" * 400,
    "nul": "350\x00mg",
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_text_is_marked_in_time(text: str) -> None:
    """100 kB made to be slow costs no more than its length."""
    start = time.process_time()
    state(text, MG)
    assert time.process_time() - start < BUDGET_S


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet=st.characters() | st.sampled_from("0123456789.,-–/×^= 答案是因此mg{}\\*\n"), max_size=150))
def test_any_text_is_marked(text: str) -> None:
    """No text makes the grader raise, and text without a digit or numeral is never met."""
    for params in (MG, {"target": 5}, {"date": "2026-03-04"}, {**MG, "which": "any"}):
        assert state(text, params) in {"met", "not_met", "unjudged"}


@settings(max_examples=150, deadline=None)
@given(st.decimals(-1000, 1000, places=2), st.decimals(-1000, 1000, places=2), st.decimals(0, 50, places=1))
def test_window_is_exact(said: Decimal, target: Decimal, tolerance: Decimal) -> None:
    """A plain number is met exactly when it lies in the window."""
    inside = abs(said - target) <= tolerance
    assert state(str(said), {"target": str(target), "tolerance": str(tolerance)}) == ("met" if inside else "not_met")


@pytest.mark.realdata
@pytest.mark.parametrize(
    "outputs", ["outputs_Qwen_QwQ-32B_zero_shot.jsonl", "outputs_BytedTsinghua-SIA_DAPO-Qwen-32B_zero_shot.jsonl"]
)
def test_agrees_with_published_verdicts(outputs: str) -> None:
    """On the recorded answers of two models every verdict equals the published one."""
    root = os.environ.get("EVALCENTER_REALDATA")
    if not root:
        pytest.skip("EVALCENTER_REALDATA does not name the public data folder")
    folder = Path(root) / "medcalc_bench"
    with (folder / "test_data_500.csv").open(encoding="utf-8-sig", newline="") as file:
        gold = {row["Row Number"]: row for row in csv.DictReader(file)}
    rows = [json.loads(line) for line in (folder / outputs).read_text(encoding="utf-8").splitlines()]
    assert len(rows) == 57
    differing = [
        row["Row Number"]
        for row in rows
        if all(
            state(str(row["LLM Answer"]), check, lang="en") == "met" for check in checks(gold[str(row["Row Number"])])
        )
        != (row["Result"] == "Correct")
    ]
    assert differing == []


@pytest.mark.realdata
def test_reads_recorded_working_and_scores() -> None:
    """Long working is read as measured in docs/validation/number.md, and published rubric scores are recomputed exactly."""
    root = os.environ.get("EVALCENTER_REALDATA")
    if not root:
        pytest.skip("EVALCENTER_REALDATA does not name the public data folder")
    spec = importlib.util.spec_from_file_location("validation", BENCHMARK)
    measured = importlib.util.module_from_spec(spec)
    sys.modules["validation"] = measured
    spec.loader.exec_module(measured)
    agreed = {
        name: sum(c.published == c.ours for c in measured.calculators(Path(root), name, "LLM Explanation"))
        for name in measured.CALCULATORS
    }
    assert list(agreed.values()) >= [52, 55]
    assert [c.ours for c in measured.rubrics(Path(root))] == ["right"] * 60
    explained = measured.explanations(Path(root))
    assert sum(c.ours == "right" for c in explained) >= 1074
    assert sum(c.ours == "wrong" for c in explained) <= 6


def checks(row: dict[str, str]) -> list[dict[str, Any]]:
    """The published window of a row as parameters; a pair of weeks and days as two checks."""
    truth = row["Ground Truth Answer"]
    if "/" in truth:
        return [{"date": datetime.strptime(truth, "%m/%d/%Y").date().isoformat()}]  # noqa: DTZ007  a calendar date has no zone
    if "(" in truth:
        numbers = [part for part in truth.replace("'", " ").split() if part.isdigit()]
        return [{"target": int(part), "which": "any"} for part in numbers]
    return [{"low": row["Lower Limit"], "high": row["Upper Limit"]}]
