"""What a page needs to let a reader search samples: the choices of each filter, and where each sample stands in them.

Rules this module keeps:

* A filter compares numbers and words of ours, never what a model wrote: dimensions and risks are numbered here.
* The script is our own file, and the page's policy names it by its digest, so that nothing else runs.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Final

from evalcenter.blocks import Report, Samples
from evalcenter.records import Lang
from evalcenter.sample import Sample
from evalcenter.sections.one_sample import OUTCOMES
from evalcenter.sections.wording import LANGS, listed, say, tone

if TYPE_CHECKING:
    from markupsafe import Markup

RANKS: Final = {"fail": 0, "unscored": 1, "pass": 2}
Options = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One sample's place in the filters and orders, and what stands in its row besides its own fields."""

    tone: str
    rank: int
    share: int
    dimension: str
    risk: str
    red: str
    missed: str
    facts: Options


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """The choices of each filter as (value, words), and a row for each sample in their order."""

    outcome: Options
    dimension: Options
    lang: Options
    risk: Options
    red: Options
    rows: tuple[Row, ...]


def listing(samples: Sequence[Sample], lang: Lang) -> Listing:
    """The filters over `samples`, with choices that occur in them and no others."""
    dimensions = _numbered(one.dimension for one in samples)
    risks = _numbered(risk for one in samples for risk in one.risks)
    outcomes, langs, reds = ({pick(one) for one in samples} for pick in (_outcome, _lang, _red))
    red = {"yes": say(lang, "仅红线题", "red lines only"), "no": say(lang, "除红线题", "without red lines")}
    return Listing(
        outcome=tuple((key, OUTCOMES[key].of(lang)) for key in RANKS if key in outcomes),
        dimension=tuple((number, words) for words, number in dimensions.items()),
        lang=tuple((key, LANGS[key].of(lang)) for key in LANGS if key in langs),
        risk=tuple((number, words) for words, number in risks.items()),
        red=tuple((key, word) for key, word in red.items() if key in reds),
        rows=tuple(_row(one, dimensions, risks, lang) for one in samples),
    )


def _numbered(words: Iterable[str]) -> dict[str, str]:
    return {word: str(number) for number, word in enumerate(sorted(set(words)))}


def _outcome(one: Sample) -> str:
    return one.outcome


def _lang(one: Sample) -> str:
    return one.lang


def _red(one: Sample) -> str:
    return "yes" if one.red_line else "no"


def _row(one: Sample, dimensions: Mapping[str, str], risks: Mapping[str, str], lang: Lang) -> Row:
    told = (
        (say(lang, "红线", "Red line"), one.violation),
        (say(lang, "风险", "Risks"), listed(one.risks, lang)),
        (say(lang, "标签", "Tags"), listed(one.tags, lang)),
        (say(lang, "此前问过", "Asked before"), str(one.epoch) if one.epoch else ""),
        (say(lang, "回答", "Answer"), one.state),
        (say(lang, "评分者", "Marked by"), one.by),
    )
    return Row(
        tone=tone(one.outcome),
        rank=RANKS[one.outcome],
        share=-1 if not one.possible or one.earned is None else max(0, 1000 * one.earned // one.possible),
        dimension=dimensions[one.dimension],
        risk=" ".join(risks[risk] for risk in one.risks),
        red=_red(one),
        missed=say(lang, "；", "; ").join(mark.text for mark in one.marks if mark.lost),
        facts=tuple((name, value) for name, value in told if value),
    )


# -- the script -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """The script of a page and what its policy says of it; both empty where nothing is to be searched."""

    text: str | Markup = ""
    policy: str | Markup = ""


def script(report: Report) -> Script:
    """The script that `report` needs."""
    from markupsafe import Markup

    if not any(isinstance(block, Samples) for section in report.sections for block in section.blocks):
        return Script()
    text = _script()
    digest = base64.b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode("ascii")
    return Script(text=Markup(text), policy=Markup(f"script-src 'sha256-{digest}'; "))  # noqa: S704 (our own file)


@cache
def _script() -> str:
    return files("evalcenter.rendering").joinpath("samples.js").read_text(encoding="utf-8").replace("\r\n", "\n")


def words(lang: Lang) -> Mapping[str, object]:
    """What the page says around the samples."""
    return {name: say(lang, *both) for name, both in WORDS.items()} | {
        "langs": {key: word.of(lang) for key, word in LANGS.items()}
    }


WORDS: Final = {
    "search": ("搜索题目、问题、回答与理由", "Search items, questions, answers and reasons"),
    "search_samples": ("查找样本", "Find samples"),
    "all": ("全部", "all"),
    "outcome": ("结果", "Outcome"),
    "dimension": ("维度", "Dimension"),
    "lang": ("语言", "Language"),
    "risk": ("风险", "Risk"),
    "red_line": ("红线题", "Red line"),
    "item": ("题目", "Item"),
    "points": ("得分", "Points"),
    "number_short": ("序号", "No."),
    "open": ("展开所示样本", "Expand all shown"),
    "close": ("全部收起", "Close all"),
    "reset": ("清除条件", "Clear filters"),
    "colon": ("：", ": "),
    "found": ("{all} 个样本中符合条件的有 {n} 个", "{n} of {all} samples match"),
    "first": ("，显示前 {m} 个", ", the first {m} are shown"),
    "further": ("再显示 100 个", "Show 100 more"),
    "up": ("，按{by}升序", ", by {by}, ascending"),
    "down": ("，按{by}降序", ", by {by}, descending"),
    "wanted": ("合格的回答应当", "What a good answer does"),
}
