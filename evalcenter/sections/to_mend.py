"""For the vendor: every failed or unscored sample on a public item, by cause, with what a good answer does.

Rules this module keeps:

* The groups are those of the overview, in its order, and the worst sample of a group comes first.
* Of more than `MOST` samples the first are shown, and the rest is counted.
* Nothing of a sealed item is here.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Final

from evalcenter.blocks import Block, Facts, Paragraph, Subheading, View
from evalcenter.records import Lang, Text
from evalcenter.sections import mending, one_sample
from evalcenter.sections.examples import COMMAND
from evalcenter.sections.wording import count, item_at, say

MOST: Final = 5_000


class ToMend:
    """The samples of the vendor's view."""

    name: ClassVar[str] = "to_mend"
    version: ClassVar[str] = "1"
    order: ClassVar[int] = 20
    view: ClassVar[View] = "vendor"
    title: ClassVar[Text] = Text(zh="逐条整改", en="Sample by sample")

    def build(self, facts: Facts, lang: Lang) -> tuple[Block, ...]:
        """The samples in `lang`; items stay in their own language."""
        return tuple(_groups(facts, lang))


def _groups(facts: Facts, lang: Lang) -> Iterator[Block]:
    left = MOST
    for key, positions in mending.grouped(facts).items():
        title, advice = mending.titled(facts, key, lang)
        yield Subheading(text=say(lang, f"{title}（{count(len(positions))}）", f"{title} ({count(len(positions))})"))
        yield Paragraph(text=advice)
        for position in positions[:left]:
            yield one_sample.excerpt(one_sample.read(facts, position, lang), lang, item_at(facts, position).criteria)
        if len(positions) > left:
            more = count(len(positions) - left)
            yield Paragraph(
                text=say(
                    lang,
                    f"本组另有 {more} 个未列出；全部样本的表格：{COMMAND}（RUN 为运行目录）。",
                    f"{more} more of this group are not shown; all samples as a table: {COMMAND} (RUN is the run's folder).",
                )
            )
        left = max(0, left - len(positions))


plugin: Final = ToMend()
