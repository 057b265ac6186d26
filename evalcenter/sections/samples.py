"""Every sample on a public item, to search, filter and open; those on sealed items as counts by risk.

Rules this module keeps:

* Every position that was asked is a row, whether it was answered or not. Of more than `MOST` only `LISTED` are, the failed ones
  first, then the unscored ones; what is left out is said, and how to get at it.
* Of a sealed item nothing is shown but what became of it, by risk.
* Failed answers are shown at the length of an excerpt. The others share `LETTERS` characters, so that many samples fit a page.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import ClassVar, Final

from evalcenter.blocks import Block, Facts, Paragraph, Samples, Table
from evalcenter.records import Lang, Text
from evalcenter.sections import one_sample
from evalcenter.sections.examples import COMMAND
from evalcenter.sections.one_sample import FULL, OUTCOMES, Lengths
from evalcenter.sections.wording import count, item_at, risk, say

MOST: Final = 5_000
"""A page of so many opens and filters at once in a browser (``benchmarks/report_page.py``)."""
LISTED: Final = 500
"""Of a longer run only so many: nobody reads more in a page, and a million samples take no more memory than they need."""
LETTERS: Final = 1_500_000
LEAST, SHORT = 200, 80
"""So much of an answer, and of a reason, is shown at least."""
TURN: Final = {"fail": 0, "unscored": 1, "pass": 2}


class EverySample:
    """All samples of the run."""

    name: ClassVar[str] = "samples"
    version: ClassVar[str] = "1"
    order: ClassVar[int] = 95
    title: ClassVar[Text] = Text(zh="全部样本", en="Every sample")

    def build(self, facts: Facts, lang: Lang) -> tuple[Block, ...]:
        """The samples in `lang`; items stay in their own language."""
        asked = sorted({*facts.results, *facts.failures})
        asked = [position for position in asked if position < len(facts.plan.order)]
        if not asked:
            return (Paragraph(text=say(lang, "没有问过任何样本。", "No sample was asked.")),)
        sealed = [p for p in asked if item_at(facts, p).visibility == "sealed"]
        public = [p for p in asked if item_at(facts, p).visibility != "sealed"]
        return (_said(facts, public, len(sealed), lang), *_sealed(facts, sealed, lang), *_listed(facts, public, lang))


def outcome(facts: Facts, position: int) -> str:
    """What became of the sample at `position`: pass, fail or unscored."""
    return facts.results[position].outcome if position in facts.results else "unscored"


def _said(facts: Facts, public: Sequence[int], sealed: int, lang: Lang) -> Paragraph:
    asked, planned = len(public) + sealed, len(facts.plan.order)
    rest = planned - asked
    text = say(
        lang,
        f"计划 {count(planned)} 个样本，问了 {count(asked)} 个。",
        f"{count(planned)} samples were planned and {count(asked)} asked.",
    )
    if rest:
        text += say(
            lang,
            f"其余 {count(rest)} 个没有问到：无需它们即可判定，或运行未到该处。",
            f" The other {'one was' if rest == 1 else f'{count(rest)} were'} not: it was decided without them, "
            "or the run did not reach them.",
        )
    if sealed:
        text += say(
            lang,
            f"其中 {count(sealed)} 个为密封题，只按风险给出数量。",
            f" {count(sealed)} of those asked are on sealed items and only counted, by risk.",
        )
    return Paragraph(text=text)


def _sealed(facts: Facts, positions: Sequence[int], lang: Lang) -> tuple[Block, ...]:
    if not positions:
        return ()
    found: dict[str, Counter[str]] = {}
    for position in positions:
        for key in item_at(facts, position).risks or ("",):
            found.setdefault(key, Counter())[outcome(facts, position)] += 1
    rows = (
        (
            risk(facts, key, lang) if key else say(lang, "（未标风险）", "(no risk named)"),
            *(count(found[key][name]) for name in OUTCOMES),
        )
        for key in sorted(found)
    )
    return (
        Table(
            caption=say(
                lang,
                "密封题的样本，按风险（一题可属多项风险）",
                "Samples on sealed items by risk (an item may carry several)",
            ),
            head=(say(lang, "风险", "Risk"), *(word.of(lang) for word in OUTCOMES.values())),
            rows=tuple(rows),
            align="lrrr",
        ),
    )


def _listed(facts: Facts, public: Sequence[int], lang: Lang) -> tuple[Block, ...]:
    if not public:
        return ()
    turn = sorted(public, key=lambda position: (TURN[outcome(facts, position)], position))
    chosen = sorted(turn if len(turn) <= MOST else turn[:LISTED])
    failed = sum(outcome(facts, position) == "fail" for position in chosen)
    others = _length(len(chosen) - failed)
    rows = tuple(
        one_sample.read(facts, position, lang, FULL if outcome(facts, position) == "fail" else others)
        for position in chosen
    )
    elsewhere = say(
        lang,
        f"公开题的 {count(len(rows))} 个样本逐条列于 HTML 与 JSON 形式的报告；表格：{COMMAND}（RUN 为运行目录）。",
        f"The {count(len(rows))} samples on public items are listed one by one in the report's HTML and JSON forms; "
        f"as a table: {COMMAND} (RUN is the run's folder).",
    )
    return (*_left_out(len(rows), len(public) - len(rows), others, lang), Samples(samples=rows, elsewhere=elsewhere))


def _length(others: int) -> Lengths:
    answer = min(FULL.answer, max(LEAST, LETTERS // max(1, others)))
    question, reason = (most * answer // FULL.answer for most in (FULL.question, FULL.reason))
    return Lengths(question=question, answer=answer, reason=max(SHORT, reason))


def _left_out(listed: int, left: int, others: Lengths, lang: Lang) -> tuple[Paragraph, ...]:
    said = []
    if left:
        said.append(
            say(
                lang,
                f"以下列出 {count(listed)} 个：先列未达到的，再列未评分的；另有 {count(left)} 个未列出。",
                f"{count(listed)} are listed, failed ones before unscored ones and these before the rest; "
                f"{count(left)} more are not.",
            )
        )
    if others.answer < FULL.answer:
        said.append(
            say(
                lang,
                f"未达到的回答最多显示 {count(FULL.answer)} 个字符，其余最多 {count(others.answer)} 个。",
                f"Failed answers are shown up to {count(FULL.answer)} characters, the others up to {count(others.answer)}.",
            )
        )
    return (Paragraph(text=say(lang, "", " ").join(said)),) if said else ()


plugin: Final = EverySample()
