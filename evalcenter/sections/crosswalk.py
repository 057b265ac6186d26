"""Which parts of published frames the items of this run touch, with how many samples, and which were not tested.

Rules this module keeps:

* A part is claimed only where an item that was asked carries it. What the bank holds and the run did not ask is told from what
  the bank does not hold.
* Every frame says how its text was read, and that touching a part is not conforming to it.
* Sealed items are counted like all others, and nothing else is said of them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import ClassVar, Final

from evalcenter.blocks import Block, Facts, Paragraph, Subheading, Table
from evalcenter.records import Lang, Risk, Text, record
from evalcenter.sections.frames import FRAMES, NAMED, Frame, Part
from evalcenter.sections.wording import clause, clip, count, listed, say


@record
class _Reach:
    """What a run holds for one part: items in the bank, items asked, samples, and samples that did not pass."""

    part: Part
    bank: int
    asked: int
    samples: int
    failed: int


class Crosswalk:
    """A table of frames, then for each what was touched and what was not."""

    name: ClassVar[str] = "crosswalk"
    version: ClassVar[str] = "1"
    order: ClassVar[int] = 85
    title: ClassVar[Text] = Text(zh="条款对照", en="Crosswalk")

    def build(self, facts: Facts, lang: Lang) -> tuple[Block, ...]:
        """The frames in `lang`."""
        held = _Marks(facts)
        own = {suite.id for suite in facts.plan.suites}
        frames = [*(frame for frame in FRAMES if not frame.suites or own & set(frame.suites)), *_foreign(facts)]
        reached = [(frame, held.reach(_parts(facts, frame))) for frame in frames]
        reached = [(frame, reach) for frame, reach in reached if reach]
        shown = [(frame, reach) for frame, reach in reached if any(one.samples for one in reach)]
        return (
            Paragraph(
                text=say(
                    lang,
                    "下表说明本次题目触及了哪些公开文件的哪些部分。触及不等于符合：题目只从外部提问，"
                    "与条款的对应关系由本项目作出（题目自带的风险标签除外）。没有题目带有的部分，一律列为未测。",
                    "What the items of this run touch in published frames. To touch a part is not to conform to it: items ask from "
                    "outside, and the correspondence is this project's own, but for the risks that items carry themselves. What no "
                    "asked item carries is listed as not tested.",
                )
            ),
            _overview(reached, lang),
            *(block for frame, reach in shown for block in _frame(frame, reach, lang)),
            *_rest(frames, [frame for frame, _ in shown], lang),
        )


class _Marks:
    """The items by the marks that they carry, and what came of each."""

    def __init__(self, facts: Facts) -> None:
        self._items: dict[str, set[int]] = {}
        for index, item in enumerate(facts.plan.items):
            marks = {f"dimension:{item.dimension}", *(f"tag:{tag}" for tag in item.tags)}
            for mark in marks.union(*map(_prefixes, item.risks)):
                self._items.setdefault(mark, set()).add(index)
        self._samples: Counter[int] = Counter()
        self._failed: Counter[int] = Counter()
        for position, result in facts.results.items():
            self._samples[facts.plan.order[position]] += 1
            self._failed[facts.plan.order[position]] += result.outcome == "fail"

    def reach(self, parts: Sequence[Part]) -> tuple[_Reach, ...]:
        """What there is for each of `parts`."""
        return tuple(self._one(part) for part in parts)

    def _one(self, part: Part) -> _Reach:
        bank = set().union(*(self._items.get(mark, ()) for mark in part.marks))
        asked = [index for index in bank if self._samples[index]]
        return _Reach(
            part=part,
            bank=len(bank),
            asked=len(asked),
            samples=sum(self._samples[index] for index in asked),
            failed=sum(self._failed[index] for index in asked),
        )


def _prefixes(risk: str) -> Iterator[str]:
    """`risk` and what it lies under: ``bank:A.1.a`` lies under ``bank:A.1``, ``bank:A`` and ``bank``."""
    taxonomy, _, entry = risk.partition(":")
    yield taxonomy
    steps = entry.split(".")
    for n in range(1, len(steps) + 1):
        yield f"{taxonomy}:{'.'.join(steps[:n])}"


def _parts(facts: Facts, frame: Frame) -> tuple[Part, ...]:
    """The parts of `frame`; those of a taxonomy are its lowest entries, as the plan has them."""
    if frame.kind == "mapped":
        return frame.parts
    own = [risk for risk in facts.plan.risks if risk.id.partition(":")[0] == frame.id]
    parents = {f"{frame.id}:{risk.parent}" for risk in own if risk.parent} | {risk.parent for risk in own}
    return tuple(
        Part(id=risk.id.partition(":")[2], title=_titled(risk), marks=(risk.id,))
        for risk in own
        if risk.id not in parents
    )


def _titled(risk: Risk) -> Text:
    return Text(zh=clause(risk.title.zh, risk.status, "zh"), en=clause(risk.title.en, risk.status, "en"))


def _foreign(facts: Facts) -> Iterator[Frame]:
    """Taxonomies of the plan that this project does not know: a centre's own."""
    known = {frame.id for frame in FRAMES}
    for name in dict.fromkeys(risk.id.partition(":")[0] for risk in facts.plan.risks):
        if name not in known:
            own = Text(zh="由题库声明，来源见题库", en="declared by the suite, which names its source")
            yield Frame(id=name, kind="taxonomy", title=Text(zh=name, en=name), read=own)


def _overview(reached: Sequence[tuple[Frame, Sequence[_Reach]]], lang: Lang) -> Table:
    return Table(
        caption=say(lang, "公开文件一览", "The frames at a glance"),
        head=(
            say(lang, "文件", "Frame"),
            say(lang, "触及的部分", "Parts touched"),
            say(lang, "未测的部分", "Parts not tested"),
            say(lang, "文本如何读到", "How its text was read"),
        ),
        rows=tuple(
            (
                frame.title.of(lang),
                count(sum(one.samples > 0 for one in reach)),
                count(sum(not one.samples for one in reach)),
                frame.read.of(lang),
            )
            for frame, reach in reached
        ),
        align="lrrl",
    )


def _frame(frame: Frame, reach: Sequence[_Reach], lang: Lang) -> Iterator[Block]:
    yield Subheading(text=frame.title.of(lang))
    if frame.note is not None:
        yield Paragraph(text=frame.note.of(lang))
    yield Table(
        caption=say(lang, "触及的部分", "Parts touched"),
        head=(
            say(lang, "部分", "Part"),
            say(lang, "题库中题数", "Items in the bank"),
            say(lang, "问到的题目", "Items asked"),
            say(lang, "样本", "Samples"),
            say(lang, "未达到", "Failed"),
        ),
        rows=tuple(
            (_name(one.part, lang), count(one.bank), count(one.asked), count(one.samples), count(one.failed))
            for one in reach
            if one.samples
        ),
        align="lrrrr",
    )
    yield from _untested(reach, lang)


def _untested(reach: Sequence[_Reach], lang: Lang) -> Iterator[Block]:
    """What was not tested: what the run did not come to, and what the bank does not hold."""
    silent = [_name(one.part, lang) for one in reach if one.bank and not one.samples]
    missing = [_name(one.part, lang) for one in reach if not one.bank]
    join = say(lang, "；", "; ").join
    if silent:
        yield Paragraph(
            text=say(
                lang,
                f"未测（题库中有题，本次没有问到）：{join(silent)}。",
                f"Not tested, though the bank has items: {join(silent)}.",
            )
        )
    if missing:
        yield Paragraph(
            text=say(
                lang,
                f"未测（没有题目带有）：{join(missing)}。",
                f"Not tested, since no item carries it: {join(missing)}.",
            )
        )


def _name(part: Part, lang: Lang) -> str:
    """The part's id with its title; an id in plain small letters says nothing that the title does not."""
    title = clip(part.title.of(lang), 160, lang)
    return f"{part.id} {title}" if part.id and not part.id.islower() else title


def _rest(frames: Sequence[Frame], shown: Sequence[Frame], lang: Lang) -> Iterator[Block]:
    """Frames that nothing in the run touches, that are for other uses, or that nothing may be claimed for."""
    untouched = [frame.title.of(lang) for frame in frames if frame not in shown]
    elsewhere = [frame.title.of(lang) for frame in FRAMES if frame not in frames]
    yield Subheading(text=say(lang, "未作对照的文件", "Frames without a crosswalk"))
    if untouched:
        yield Paragraph(
            text=say(
                lang,
                f"本次没有题目触及：{listed(untouched, lang)}。",
                f"Touched by no item of this run: {listed(untouched, lang)}.",
            )
        )
    if elsewhere:
        yield Paragraph(
            text=say(
                lang,
                f"适用于其他用途，未作对照：{listed(elsewhere, lang)}。",
                f"Made for other uses than these suites, so not applied: {listed(elsewhere, lang)}.",
            )
        )
    named = listed((text.of(lang) for text in NAMED), lang)
    yield Paragraph(
        text=say(
            lang,
            f"仅列名：{named}。其文本未打开，因此不对任何条款作对照，本报告也不构成其符合性的证据。",
            f"Named only: {named}. Their texts were not opened, so nothing is mapped to them, and this report is no evidence of "
            "conformity with them.",
        )
    )


plugin: Final = Crosswalk()
