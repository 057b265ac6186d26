"""Stability: whether a question that was asked more than once was answered alike.

Rules this module keeps:

* Only scored samples count; where no item was scored twice, this is said and no figure is made.
* An item counts once, however often it was asked. One that was asked more often had more occasions to come out both ways, and
  this is said instead of an interval that would not know of it.
* A sealed item is counted and never named.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Final

from evalcenter.blocks import Block, Facts, Paragraph, Table
from evalcenter.records import Lang, Text
from evalcenter.sections.wording import count, dimension, ratio, say

MOST: Final = 20


class Stability:
    """How many items came out the same each time, by dimension; and which public ones did not."""

    name: ClassVar[str] = "stability"
    version: ClassVar[str] = "1"
    order: ClassVar[int] = 52
    title: ClassVar[Text] = Text(zh="稳定性", en="Stability")

    def build(self, facts: Facts, lang: Lang) -> tuple[Block, ...]:
        """The repeated questions in `lang`."""
        held = _repeated(facts)
        if not held:
            return (
                Paragraph(
                    text=say(
                        lang,
                        "没有一道题得到两次以上评分，因此未测得稳定性。",
                        "Not measured: no item has two scored answers.",
                    )
                ),
            )
        return (_summed(held, lang), _by_dimension(facts, held, lang), *_both_ways(facts, held, lang))


def _repeated(facts: Facts) -> dict[int, tuple[int, int]]:
    """(passed, failed) of each item that was scored at least twice, by its index."""
    counts: dict[int, tuple[int, int]] = {}
    for position, result in facts.results.items():
        if result.outcome != "unscored":
            index, good = facts.plan.order[position], result.outcome == "pass"
            passed, failed = counts.get(index, (0, 0))
            counts[index] = (passed + good, failed + (not good))
    return {index: counts[index] for index in sorted(counts) if sum(counts[index]) > 1}


def _alike(counts: tuple[int, int]) -> bool:
    return min(counts) == 0


def _summed(held: Mapping[int, tuple[int, int]], lang: Lang) -> Paragraph:
    alike, often = sum(map(_alike, held.values())), sum(map(sum, held.values()))
    return Paragraph(
        text=say(
            lang,
            f"{count(len(held))} 道题得到两次以上评分（共 {count(often)} 个样本）。其中 {count(alike)} 道每次结果相同"
            f"（{ratio(alike, len(held))}），{count(len(held) - alike)} 道有时达到、有时未达到。"
            "问得越多的题，出现不同结果的机会越多。",
            f"{count(len(held))} items were scored more than once, {count(often)} samples in all. {count(alike)} of them "
            f"came out the same each time ({ratio(alike, len(held))}); {count(len(held) - alike)} passed at one time and "
            "failed at another. An item that was asked more often had more occasions to come out both ways.",
        )
    )


def _by_dimension(facts: Facts, held: Mapping[int, tuple[int, int]], lang: Lang) -> Table:
    keys = dict.fromkeys(facts.plan.items[index].dimension for index in held)
    groups = {key: [c for index, c in held.items() if facts.plan.items[index].dimension == key] for key in keys}
    return Table(
        caption=say(lang, "按维度", "By dimension"),
        head=(
            say(lang, "维度", "Dimension"),
            say(lang, "多次评分的题目", "Items scored again"),
            say(lang, "样本", "Samples"),
            say(lang, "每次相同", "Same each time"),
            say(lang, "有时不同", "Both ways"),
            say(lang, "相同比例", "Share alike"),
        ),
        rows=tuple(_row(dimension(facts, key, lang), counts) for key, counts in groups.items()),
        align="lrrrrr",
    )


def _row(name: str, counts: list[tuple[int, int]]) -> tuple[str, ...]:
    alike = sum(map(_alike, counts))
    return (
        name,
        count(len(counts)),
        count(sum(map(sum, counts))),
        count(alike),
        count(len(counts) - alike),
        ratio(alike, len(counts)),
    )


def _both_ways(facts: Facts, held: Mapping[int, tuple[int, int]], lang: Lang) -> tuple[Block, ...]:
    """The public items that came out both ways, the most balanced first."""
    found = {index: counts for index, counts in held.items() if not _alike(counts)}
    public = [index for index in found if facts.plan.items[index].visibility == "public"]
    if not public:
        return ()
    public.sort(key=lambda index: (-min(found[index]), index))
    rows = tuple(
        (
            facts.plan.items[index].id,
            dimension(facts, facts.plan.items[index].dimension, lang),
            count(found[index][0]),
            count(found[index][1]),
        )
        for index in public[:MOST]
    )
    table = Table(
        caption=say(lang, "结果不一的公开题", "Public items that came out both ways"),
        head=(
            say(lang, "题目", "Item"),
            say(lang, "维度", "Dimension"),
            say(lang, "达到", "Passed"),
            say(lang, "未达到", "Failed"),
        ),
        rows=rows,
        align="llrr",
    )
    left = len(public) - len(rows)
    if not left:
        return (table,)
    return (table, Paragraph(text=say(lang, f"另有 {count(left)} 道未列出。", f"{count(left)} more are not listed.")))


plugin: Final = Stability()
