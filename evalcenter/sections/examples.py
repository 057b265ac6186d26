"""What failed and why: excerpts of the answers, which criteria they missed, and the grader's reason.

Rules this module keeps:

* Nothing of a sealed item is shown but how many failed, by risk.
* All failures are shown up to `MOST`, and `OTHERS` of the other answers, drawn by the plan's seed. The report says how many were
  left out, and how to get at them.
* The worst come first: confirmed violations, then unconfirmed ones, then missed critical criteria, then the fewest points.
* Every text is shortened: a single answer cannot fill the report.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from fractions import Fraction
from typing import ClassVar, Final

from evalcenter import hooks
from evalcenter.blocks import Block, Excerpt, Facts, Paragraph, Subheading, Table
from evalcenter.draws import Draws
from evalcenter.records import Criterion, Lang, Text
from evalcenter.sections import one_sample
from evalcenter.sections.wording import check, count, dimension, item_at, risk, say, violation

MOST: Final = 200
"""With the lengths of an excerpt, a report of any run stays below a few megabytes, which a browser shows at once."""
OTHERS: Final = 5
COMMAND: Final = "evalcenter export RUN --out samples.parquet"
WORST: Final = {"confirmed": 0, "unconfirmed": 1, "none": 2}


class Examples:
    """The worst public failures in full enough to be mended, the sealed ones as counts."""

    name: ClassVar[str] = "examples"
    version: ClassVar[str] = "2"
    order: ClassVar[int] = 40
    title: ClassVar[Text] = Text(zh="未达到的回答", en="What failed and why")

    def build(self, facts: Facts, lang: Lang) -> tuple[Block, ...]:
        """The failures in `lang`; items stay in their own language."""
        graded = [p for p in sorted(facts.results) if p < len(facts.plan.order)]
        failed = [p for p in graded if facts.results[p].outcome == "fail"]
        sealed = [p for p in failed if item_at(facts, p).visibility == "sealed"]
        if not graded:
            return (Paragraph(text=say(lang, "没有任何回答得到评分。", "No answer was graded.")),)
        if not failed:
            none = Paragraph(text=say(lang, "没有评为未达到的回答。", "No answer was graded as failed."))
            return (none, _whole(lang), *_others(facts, graded, lang))
        public = sorted(
            (p for p in failed if item_at(facts, p).visibility == "public"), key=lambda p: badness(facts, p)
        )
        return (
            _overview(facts, failed, len(sealed), lang),
            _by_check(facts, failed, lang),
            *sealed_failures(facts, sealed, lang),
            _whole(lang),
            *_worst(facts, public, lang),
            *_others(facts, graded, lang),
        )


def badness(facts: Facts, position: int) -> tuple[int, bool, Fraction, int]:
    """How a graded sample stands among others, the worst first."""
    result, item = facts.results[position], item_at(facts, position)
    critical = any(c.critical and state == "not_met" for c, state in zip(item.criteria, result.states, strict=False))
    share = Fraction(max(0, result.earned), result.possible) if result.possible else Fraction(0)
    return WORST[violation(facts, position)], not critical, share, position


def _overview(facts: Facts, failed: Sequence[int], sealed: int, lang: Lang) -> Paragraph:
    graded, all_failed = count(len(facts.results)), count(len(failed))
    return Paragraph(
        text=say(
            lang,
            f"{graded} 个评分样本中有 {all_failed} 个未达到，其中 {count(sealed)} 个为密封题，只给出数量。",
            f"{all_failed} of {graded} graded samples failed; {count(sealed)} of them are on sealed "
            "items, which are only counted.",
        )
    )


def _by_check(facts: Facts, failed: Sequence[int], lang: Lang) -> Table:
    missed: Counter[tuple[str, str]] = Counter()
    for position in failed:
        item = item_at(facts, position)
        for criterion, state in zip(item.criteria, facts.results[position].states, strict=False):
            if one_sample.lost(criterion, state):
                missed[item.dimension, _check(criterion)] += 1
    return Table(
        caption=say(lang, "未满足的要点，按维度和判定方式", "Criteria missed, by dimension and kind of check"),
        head=(say(lang, "维度", "Dimension"), say(lang, "判定方式", "Check"), say(lang, "要点数", "Criteria")),
        rows=tuple(
            (dimension(facts, d, lang), check(grader, lang), count(n))
            for (d, grader), n in sorted(missed.items(), key=_most_first)
        ),
        align="llr",
    )


def _most_first(entry: tuple[tuple[str, str], int]) -> tuple[int, tuple[str, str]]:
    return -entry[1], entry[0]


def _check(criterion: Criterion) -> str:
    return hooks.single(criterion.check)[0]


def sealed_failures(facts: Facts, positions: Sequence[int], lang: Lang) -> tuple[Block, ...]:
    """How many samples on sealed items failed, by risk; nothing where none did."""
    if not positions:
        return ()
    risks: Counter[str] = Counter(key for p in positions for key in item_at(facts, p).risks or ("",))
    rows = (
        (risk(facts, key, lang) if key else say(lang, "（未标风险）", "(no risk named)"), count(risks[key]))
        for key in sorted(risks)
    )
    return (
        Table(
            caption=say(
                lang,
                "密封题的未达到样本，按风险（一题可属多项风险）",
                "Failures on sealed items by risk (an item may carry several)",
            ),
            head=(say(lang, "风险", "Risk"), say(lang, "未达到", "Failed")),
            rows=tuple(rows),
            align="lr",
        ),
    )


def _worst(facts: Facts, positions: Sequence[int], lang: Lang) -> tuple[Block, ...]:
    if not positions:
        return ()
    left = len(positions) - MOST
    if left <= 0:
        said = say(lang, f"全部 {len(positions)} 个，最差的在前", f"All {len(positions)}, the worst first")
    else:
        said = say(
            lang,
            f"最差的 {MOST} 个；另有 {count(left)} 个未列出",
            f"The worst {MOST}; {count(left)} more are not shown",
        )
    return (Subheading(text=said), *(_excerpt(facts, position, lang) for position in positions[:MOST]))


def _others(facts: Facts, graded: Sequence[int], lang: Lang) -> tuple[Block, ...]:
    """A few of the answers that did not fail, drawn by the plan's seed, so that a reader sees what passes."""
    public = [p for p in graded if facts.results[p].outcome != "fail" and item_at(facts, p).visibility == "public"]
    if not public:
        return ()
    drawn = sorted(Draws(facts.plan.seed, "report/others").sample(public, min(OTHERS, len(public))))
    said = say(
        lang,
        f"其余 {count(len(public))} 个公开题回答中按种子抽取的 {len(drawn)} 个",
        f"{len(drawn)} of the other {count(len(public))} answers to public items, drawn by seed",
    )
    return (Subheading(text=said), *(_excerpt(facts, position, lang) for position in drawn))


def _whole(lang: Lang) -> Paragraph:
    """Said in every report with an answer: whatever is shown, something is left out, be it the end of a long text."""
    return Paragraph(
        text=say(
            lang,
            f"全部样本的表格：{COMMAND}（或 .xlsx、.csv；RUN 为运行目录）。以下仅为节选；密封题在表格中也不含文本。",
            f"All samples as a table: {COMMAND} (or .xlsx, .csv; RUN is the run's folder). Below are excerpts; "
            "the table too has no text of sealed items.",
        )
    )


def _excerpt(facts: Facts, position: int, lang: Lang) -> Excerpt:
    return one_sample.excerpt(one_sample.read(facts, position, lang), lang)


plugin: Final = Examples()
