"""Practice against sealed: whether a candidate does better on public items than on sealed ones of the same dimension.

Rules this module keeps:

* Red-line items stand apart, as everywhere; of sealed items there are counts by dimension and nothing else.
* Where a run holds no sealed items, or no dimension holds both kinds, this is said and no figure is made.
* An item counts once, by the first of its samples in the plan: many answers to one question say nothing of other questions.
* A gap is called one only where chance does not explain it: the bounds of the two rates leave a space between them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import ClassVar, Final

from evalcenter import stats
from evalcenter.blocks import Block, Facts, Paragraph, Table, Tone
from evalcenter.records import Lang, Text
from evalcenter.sections.wording import count, dimension, listed, ratio, say

ERROR: Final = Decimal("0.05")
"""How often any of the intervals may be wrong: each has four bounds, which share it with those of the other dimensions."""
_Counts = Mapping[tuple[str, str], Counter[str]]


class Practice:
    """Public and sealed items of each dimension, side by side."""

    name: ClassVar[str] = "practice"
    version: ClassVar[str] = "1"
    order: ClassVar[int] = 53
    title: ClassVar[Text] = Text(zh="公开题与密封题", en="Public and sealed items")

    def build(self, facts: Facts, lang: Lang) -> tuple[Block, ...]:
        """The gap in `lang`, or why there is none."""
        held = _counts(facts)
        both = sorted(key for key, kind in held if kind == "sealed" and (key, "public") in held)
        if not any(kind == "sealed" for _, kind in held):
            return (_none(lang, "本次运行没有密封题", "the run holds no sealed items"),)
        if not both:
            return (_none(lang, "没有一个维度同时有公开题和密封题", "no dimension holds both public and sealed items"),)
        each = ERROR / (4 * len(both))
        gaps = {key: _gap(held[key, "public"], held[key, "sealed"], each) for key in both}
        ahead = [dimension(facts, key, lang) for key, (least, _) in gaps.items() if least > 0]
        tones: list[Tone] = ["inconclusive" if gaps[key][0] > 0 else "neutral" for key in both]
        return (
            Paragraph(
                text=say(
                    lang,
                    "公开题可能已进入模型的训练数据，密封题没有公布过。同一维度公开题明显好于密封题，说明公开题的成绩可能偏高。"
                    "每题只计一次，取计划次序中的第一个样本。各区间合起来有 95 % 的把握，未评分的对两个方向都按不利计，"
                    "并假定题目是该维度题目的随机样本。"
                    "题目难度不同也会造成差值。",
                    "Public items may have been in a model's training data; sealed ones were never published. Where public items "
                    "of a dimension come out clearly better, their results may be flattered. Each item counts once, by its first "
                    "sample in the plan. All intervals together hold with 95 %, with what is unscored counted both ways and "
                    "the items taken for a random sample of their dimension. Items of unequal difficulty make a gap too.",
                )
            ),
            Table(
                caption=say(lang, "各维度的差值", "The gap by dimension"),
                head=(
                    say(lang, "维度", "Dimension"),
                    say(lang, "公开题", "Public items"),
                    say(lang, "公开题达到率", "Public share"),
                    say(lang, "密封题", "Sealed items"),
                    say(lang, "密封题达到率", "Sealed share"),
                    say(lang, "差值的区间（百分点）", "Gap, in points"),
                ),
                rows=tuple((dimension(facts, key, lang), *_row(held, key, gaps[key])) for key in both),
                tones=tuple(tones),
                align="lrrrrr",
            ),
            Paragraph(text=_said(ahead, lang)),
        )


def _none(lang: Lang, zh: str, en: str) -> Paragraph:
    return Paragraph(
        text=say(lang, f"未测：{zh}，因此无从比较。", f"Not measured: {en}, so there is nothing to compare.")
    )


def _counts(facts: Facts) -> _Counts:
    """Outcomes by (dimension, visibility)."""
    found: dict[tuple[str, str], Counter[str]] = {}
    seen: set[int] = set()
    for position in sorted(facts.results):
        index = facts.plan.order[position]
        item = facts.plan.items[index]
        if not item.red_line and index not in seen:
            seen.add(index)
            found.setdefault((item.dimension, item.visibility), Counter())[facts.results[position].outcome] += 1
    return found


def _gap(public: Counter[str], sealed: Counter[str], alpha: Decimal) -> tuple[Decimal, Decimal]:
    """Bounds of the public rate minus the sealed one, of four bounds that are each wrong with probability `alpha`."""
    (low, high), (least, most) = _bounds(public, alpha), _bounds(sealed, alpha)
    return low - most, high - least


def _bounds(found: Counter[str], alpha: Decimal) -> tuple[Decimal, Decimal]:
    good, n = found["pass"], found.total()
    return stats.lower(good, n, alpha), stats.upper(good + found["unscored"], n, alpha)


def _row(held: _Counts, key: str, gap: tuple[Decimal, Decimal]) -> tuple[str, ...]:
    cells: list[str] = []
    for kind in ("public", "sealed"):
        found = held[key, kind]
        cells += [count(found.total()), ratio(found["pass"], found["pass"] + found["fail"])]
    return (*cells, f"{_points(gap[0], ROUND_FLOOR)} – {_points(gap[1], ROUND_CEILING)}")


def _points(share: Decimal, direction: str) -> str:
    return f"{(share * 100).quantize(Decimal('0.01'), rounding=direction):+f}".replace("-", "−")


def _said(ahead: list[str], lang: Lang) -> str:
    if not ahead:
        return say(
            lang,
            "没有一个维度的公开题明显好于密封题；区间宽的维度只是看不出来。",
            "In no dimension do public items come out clearly better. Where an interval is wide, a gap could not have been seen.",
        )
    return say(
        lang,
        f"公开题明显好于密封题的维度：{listed(ahead, lang)}。这些维度应以密封题的结果为准。",
        f"Public items come out clearly better in: {listed(ahead, lang)}. There the sealed items' results are the ones to trust.",
    )


plugin: Final = Practice()
