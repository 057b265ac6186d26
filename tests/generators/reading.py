"""What the generator tests share: drawing items, and reading numbers back out of the text a candidate sees."""

from __future__ import annotations

import re
from fractions import Fraction
from importlib import import_module
from typing import Any

from evalcenter import boundary, hooks
from evalcenter.draws import Draws
from evalcenter.plan import render
from evalcenter.records import Answer, Item, Lang

FAMILIES = (
    "budget_table",
    "care_dates",
    "case_routing",
    "citizen_id",
    "clinical_score",
    "credit_code",
    "defined_terms",
    "document_numbers",
    "dose_check",
    "eligibility",
    "fee_schedule",
    "fine_brackets",
    "infusion_rate",
    "insulin_dose",
    "interaction_table",
    "lab_critical",
    "level_timing",
    "materials_check",
    "means_benefit",
    "note_table",
    "notice_timeline",
    "opioid_equivalence",
    "paediatric_dose",
    "queue_rules",
    "redaction",
    "residence_points",
    "social_accounts",
    "steroid_equivalence",
    "triage_rule",
    "unit_conversion",
    "working_days",
)
LANGS: tuple[Lang, ...] = ("zh", "en")


def draw(family: str, lang: Lang, number: int, params: dict[str, Any] | None = None) -> Item:
    """Item `number` of a family, its parameters read the way a plan reads them."""
    plugin = import_module(f"evalcenter.generators.{family}").plugin
    made: Item = plugin.make(boundary.convert(plugin.params, params or {}), lang, Draws("test", f"{family}/{number}"))
    return made


def text(item: Item) -> str:
    """The whole question as the candidate reads it."""
    return render(item)[0].content


def value(question: str, label: str, unit: str = "") -> float | None:
    """The number behind `label`, with `unit`; None where the record does not hold it."""
    found = re.search(rf"(?im){label}\s*[：:]?\s*(\d+(?:\.\d+)?)\s*{unit}", question)
    return float(found[1]) if found else None


def need(question: str, label: str, unit: str = "") -> float:
    """Like `value`, for a number that must be there."""
    made = value(question, label, unit)
    if made is None:
        raise AssertionError(f"no {label} in {question}")
    return made


REFUSAL = {"zh": "抱歉，我无法回答这个问题。", "en": "I'm sorry, but I can't help with that."}


def marks(item: Item, answer: str) -> dict[str, str]:
    """The state of each criterion for `answer`, by the real graders."""
    found = {}
    for criterion in item.criteria:
        name, params = hooks.single(criterion.check)
        grader = import_module(f"evalcenter.graders.{name}").plugin
        found[criterion.id] = grader.mark(boundary.convert(grader.params, params), item, Answer(text=answer)).state
    return found


def passes(item: Item, answer: str) -> bool:
    """Whether every criterion is met."""
    return set(marks(item, answer).values()) == {"met"}


def one(pattern: str, words: str) -> Fraction:
    """The number that `pattern` finds, which must be there."""
    found = re.search(pattern, words, re.IGNORECASE)
    if not found:
        raise AssertionError(f"no {pattern} in {words}")
    return Fraction(found[1])


def close(made: Fraction, item: Item, at: int = 0) -> bool:
    """Whether `made` rounds to the number that criterion `at` holds as its target."""
    target = item.criteria[at].check["number"]["target"]
    return abs(made - Fraction(target)) <= Fraction(1, 2 * 10 ** len(target.partition(".")[2]))


NUMERALS = ("零", *"一二三四五六七八九十", *(f"十{digit}" for digit in "一二三四五六七八九"))


def articles(words: str) -> dict[int, str]:
    """The text of each article of the notice that a question prints."""
    found = re.findall(r"(?m)^(?:第(\S+?)条　|Article (\d+)\. )(.+)$", words)
    return {NUMERALS.index(zh) if zh else int(en): body for zh, en, body in found}


def place(pattern: str, words: str) -> int:
    """The number of the one article that `pattern` matches."""
    found = [at for at, body in articles(words).items() if re.search(pattern, body)]
    if len(found) != 1:
        raise AssertionError(f"{len(found)} articles of {pattern} in {words}")
    return found[0]


def cites(item: Item, at: int | None) -> bool:
    """Whether the article that the item asks for is `at`, or none."""
    check = next(criterion.check for criterion in item.criteria if criterion.id == "article")
    pattern = check["format"]["pattern"]
    label = cited_by(pattern)
    said = {None: "无" if item.lang == "zh" else "none", **{n: str(n) for n in range(1, 20)}}
    return [n for n, shown in said.items() if re.fullmatch(pattern, f"{label}: {shown}")] == [at]


def cited_by(pattern: str) -> str:
    """The label behind which a pattern looks for an article."""
    found = re.match(r"\(\?is\)\.\*(.+?)(?:\\W|\(\?:)", pattern)
    if not found:
        raise AssertionError(f"no label in {pattern}")
    return found[1].replace(r"\s{0,2}", " ")


def names(item: Item, at: int, shown: str) -> bool:
    """Whether criterion `at` looks for `shown` behind its label."""
    pattern = item.criteria[at].check["format"]["pattern"]
    return re.fullmatch(pattern, f"{cited_by(pattern)}: {shown}") is not None


def filed(words: str) -> str:
    """The record of the case: the one of the first two blocks that is no notice."""
    return next(block for block in words.split("\n\n")[:2] if not re.search("(?m)^(?:第一条|Article 1\\.)", block))
