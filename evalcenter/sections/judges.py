"""Who judged and what they are worth: the judges' own figures beside the findings, never in place of them.

Rules this module keeps:

* A simulated judge, and one that is the candidate itself, are announced before any figure is.
* What the judges' marks alone would say stands beside what was decided, so that nobody takes one for the other.
* Nothing that a judge or a candidate wrote is shown, and no address.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import ROUND_CEILING, Context
from typing import ClassVar, Final

from evalcenter.blocks import Block, Facts, Fields, Notice, Paragraph, Points, Subheading, Table, Tone
from evalcenter.heard import Heard, Weighed
from evalcenter.records import Finding, Judge, Lang, Panel, Qualified, Requirement, Text
from evalcenter.sections import judges_said
from evalcenter.sections.wording import (
    NOT_SUPPLIED,
    SIMULATED,
    VERDICTS,
    ceiled,
    clip,
    count,
    figure,
    floored,
    listed,
    ratio,
    say,
    tone,
)
from evalcenter.sequential import KNOWN_BAD
from evalcenter.standards import spent

FORMS: Final[Mapping[str, Text]] = {
    "none": Text(zh="仅凭指令", en="the words alone"),
    "json": Text(zh="JSON 模式", en="JSON mode"),
    "schema": Text(zh="JSON 模式约束", en="JSON schema"),
}
STANDINGS: Final[Mapping[str, Text]] = {
    "valid": Text(zh="有效", en="holds"),
    "expired": Text(zh="计划当日不在有效期内", en="did not hold on the day of the plan"),
    "other": Text(zh="属于其他判定模型或其他问法", en="is of other judges, or of another way of asking"),
}
GRADINGS: Final[Mapping[str, Text]] = {
    "audited": Text(zh="抽检", en="audited"),
    "calibrated": Text(zh="经标定", en="calibrated"),
}


_WORDS: Final = Text(zh="措辞摘要", en="Words, digest")


class Judges:
    """The panel, its qualification, its marks beside the findings, what happened, and how far it agrees."""

    name: ClassVar[str] = "judges"
    version: ClassVar[str] = "1"
    order: ClassVar[int] = 35
    title: ClassVar[Text] = Text(zh="判定模型", en="Judges")

    def build(self, facts: Facts, lang: Lang) -> tuple[Block, ...]:
        """The section in `lang`; nothing where no judge takes part in anything."""
        panel = facts.plan.panel
        graded = any(requirement.grading != "direct" for requirement in facts.plan.standard.requirements)
        if panel is None:
            return _without(lang) if graded else ()
        heard = facts.heard
        return (
            *notices(panel, heard, lang),
            Subheading(text=say(lang, "由谁判定，如何提问", "Who judged, and how they were asked")),
            _who(panel, lang),
            Points(items=_manner(panel, lang)),
            Fields(
                rows=(
                    (say(lang, "问法版本", "Way of asking, version"), panel.asking),
                    *((f"{_WORDS.of(lang)} ({key})", panel.words[key]) for key in sorted(panel.words)),
                )
            ),
            Subheading(text=say(lang, "判定模型的标定", "What the judges are known to be worth")),
            *_qualification(facts, panel.qualification, lang),
            *_beside(facts, heard, lang),
            *(() if heard is None else judges_said.blocks(heard, lang)),
        )


def _without(lang: Lang) -> tuple[Block, ...]:
    return (
        Paragraph(
            text=say(
                lang,
                "有要求允许由判定模型参与评分，但本次测试没有安排判定模型：凡规则不能判定的回答全部由人评阅。",
                "A requirement lets judges take part, but the plan named none: every answer that the rules leave open is read by "
                "people.",
            )
        ),
    )


def notices(panel: Panel | None, heard: Heard | None, lang: Lang) -> Iterator[Notice]:
    """What must be known of the judges before any figure: that they are simulated, or the candidate itself."""
    if panel is None:
        return
    simulated = [clip(judge.spec.name, 80, lang) for judge in panel.judges if judge.spec.simulated]
    if simulated:
        names = listed(simulated, lang)
        yield Notice(
            title=f"{SIMULATED.zh} {SIMULATED.en}",
            text=say(
                lang,
                f"以下判定模型是模拟程序，不是模型：{names}。下列数字只说明程序如何运作，不说明任何判定模型的好坏。",
                f"These judges are programs in the place of a model: {names}. Their figures show how the program works and say "
                "nothing about any judge.",
            ),
            tone="fail",
        )
    if heard is not None and heard.own:
        names = listed((clip(name, 80, lang) for name in heard.own), lang)
        yield Notice(
            title=say(lang, "被测对象参与了对自己的判定", "The candidate judged itself"),
            text=say(
                lang,
                f"判定模型 {names} 与被测对象是同一地址的同一模型。这是测试方特意允许的；它对自己回答的判定不能视为独立意见。",
                f"The judge {names} is the same model at the same address as the candidate. Whoever ran the test allowed it on "
                "purpose. What it says of its own answers is no independent opinion.",
            ),
            tone="fail",
        )


# -- who, and how -----------------------------------------------------------------------------------------------------


def _who(panel: Panel, lang: Lang) -> Table:
    return Table(
        caption=say(lang, "判定模型", "The judges"),
        head=(
            say(lang, "名称", "Name"),
            say(lang, "模型", "Model"),
            say(lang, "系列", "Family"),
            say(lang, "版本", "Version"),
            say(lang, "温度", "Temperature"),
            say(lang, "答复格式", "Form of reply"),
        ),
        rows=tuple(_judge(judge, lang) for judge in panel.judges),
        align="llllrl",
    )


def _judge(judge: Judge, lang: Lang) -> tuple[str, ...]:
    spec, missing = judge.spec, NOT_SUPPLIED.of(lang)
    name = clip(spec.name, 80, lang)
    if spec.simulated:
        name += say(lang, f"（{SIMULATED.zh}）", f" ({SIMULATED.en})")
    temperature = spec.sampling.temperature
    return (
        name,
        clip(spec.model or missing, 80, lang),
        clip(judge.family, 80, lang),
        clip(spec.version or missing, 80, lang),
        "–" if temperature is None else str(temperature),
        FORMS[judge.structured].of(lang),
    )


def _manner(panel: Panel, lang: Lang) -> tuple[str, ...]:
    judges, floor, controls = map(count, (len(panel.judges), panel.floor, panel.controls))
    often = say(lang, f" {count(panel.epochs)} 次", f"{count(panel.epochs)} times" if panel.epochs > 1 else "once")
    manner = {
        "together": say(
            lang, "每份回答的全部评分要点在一次请求中判定。", "All criteria of an answer are marked in one request."
        ),
        "each": say(lang, "每条评分要点单独用一次请求判定。", "Every criterion is marked in a request of its own."),
    }
    return (
        manner[panel.mode],
        say(
            lang,
            f"每个判定模型对每份回答判定{often}，合成一票；{judges} 票中有效的少于 {floor} 票或两边相等，即无法判断。",
            f"Each judge marks every answer {often} and has one vote. A criterion with fewer than {floor} valid votes of {judges}, "
            "or with as many on either side, could not be judged.",
        ),
        say(
            lang,
            f"每次请求另有 {controls} 条真假已知的对照陈述，与评分要点混排。对照判错、答复不完整或格式有误的，整次请求作废，"
            "重问一次；再作废即为无法判断，交人评阅。",
            f"Every request also holds {controls} statements whose truth is known, mixed with the criteria. A wrong control, or a "
            "reply that is broken or incomplete, voids the request; it is asked once more, and void again the answer goes to "
            "people.",
        ),
        say(
            lang,
            f"判定模型读到问题、资料和回答（超过 {count(panel.longest)} 个字符的部分截去），不知道被测对象是谁，也看不到其他判定。",
            f"Judges read the question, its documents and the answer (cut beyond {count(panel.longest)} characters). They know "
            "neither the candidate nor what other judges said.",
        ),
    )


# -- qualification ----------------------------------------------------------------------------------------------------


def _qualification(facts: Facts, held: Qualified | None, lang: Lang) -> Iterator[Block]:
    standard = facts.plan.standard.requirements
    calibrated = any(requirement.grading == "calibrated" for requirement in standard)
    if held is None:
        yield Paragraph(text=say(lang, "没有提供标定文件。", "No qualification of the judges was given."))
    else:
        yield Fields(
            rows=(
                (say(lang, "标定文件摘要", "Digest of the qualification"), held.digest),
                (
                    say(lang, "有效期", "Holds"),
                    say(lang, f"{held.made} 至 {held.expires}", f"{held.made} to {held.expires}"),
                ),
                (say(lang, "状态", "Standing"), STANDINGS[held.standing].of(lang)),
            )
        )
    if calibrated and (held is None or held.standing != "valid"):
        yield Paragraph(
            text=say(
                lang,
                "因此，凡“经标定”评分的要求一律未定：判定模型自己的结论不作任何依据。",
                "So every finding under calibrated grading is INCONCLUSIVE: a judge's own word decides nothing.",
            ),
            tone="inconclusive",
        )
    if any(requirement.grading == "audited" for requirement in standard):
        yield Paragraph(
            text=say(
                lang,
                "“抽检”评分的要求不需要标定：判定模型判为不合格的由人确认，判为合格的按事先抛定的硬币由人抽读，对判定模型的好坏不作假设。",
                "A finding under audited grading needs no qualification: people confirm what the judges fail and read a share of "
                "what they pass, by coins thrown in advance, and nothing is assumed about the judges.",
            )
        )


# -- beside the findings ----------------------------------------------------------------------------------------------


def _beside(facts: Facts, heard: Heard | None, lang: Lang) -> Iterator[Block]:
    if heard is None or not heard.requirements:
        return
    standard = spent(facts.plan.standard, facts.plan.version_rank)
    requirements = {requirement.id: requirement for requirement in standard.requirements}
    found = {finding.requirement: finding for finding in facts.verdict.findings}
    rows = [(requirements[one.requirement], one, found[one.requirement]) for one in heard.requirements]
    tones: tuple[Tone, ...] = tuple(tone(finding.verdict) for _, _, finding in rows)
    yield Subheading(text=say(lang, "判定模型的说法与判定结论", "What the judges say, and what was decided"))
    yield Table(
        caption=say(
            lang,
            "“只信判定模型”一列不作任何判定依据；结论依据的是校正后的数字",
            "The column “judges alone” decides nothing; the finding rests on the corrected figures",
        ),
        head=(
            say(lang, "要求", "Requirement"),
            say(lang, "评分方式", "Grading"),
            say(lang, "只信判定模型", "Judges alone"),
            say(lang, "校正后（下限 – 上限）", "Corrected (bounds)"),
            say(lang, "回答", "Answers"),
            say(lang, "人已读", "Read by people"),
            say(lang, "待人读", "Waiting"),
            say(lang, "结论", "Finding"),
        ),
        rows=tuple(_row(*row, lang) for row in rows),
        tones=tones,
        align="llllrrrl",
    )
    said = tuple(words for row in rows for words in _outlook(*row, lang))
    if said:
        yield Points(items=said)


def _row(requirement: Requirement, one: Weighed, finding: Finding, lang: Lang) -> tuple[str, ...]:
    share = f"{count(one.good)}/{count(one.judged)} = {ratio(one.good, one.judged)}" if one.judged else "–"
    return (
        f"{requirement.title.of(lang)} ≥ {figure(requirement.line)}",
        GRADINGS[requirement.grading].of(lang),
        share,
        f"{floored(finding.rate)} ({floored(finding.lower)} – {ceiled(finding.upper)})",
        count(one.units),
        count(one.read),
        count(one.waiting),
        VERDICTS[finding.verdict].of(lang),
    )


def _outlook(requirement: Requirement, one: Weighed, finding: Finding, lang: Lang) -> Iterator[str]:
    title = requirement.title.of(lang)
    if requirement.grading == "calibrated" and one.shown is not None and one.caught is not None:
        yield say(
            lang,
            f"{title}：标定时给判定模型看过 {count(one.shown)} 份已知不合格的回答，识别出 {count(one.caught)} 份。",
            f"{title}: in their qualification the judges were shown {count(one.shown)} known-bad answers and caught "
            f"{count(one.caught)}.",
        )
    if finding.verdict == "inconclusive" and one.hanging is not None:
        yield f"{title}{say(lang, '：', ': ')}{_hanging(one, lang)}"


def _hanging(one: Weighed, lang: Lang) -> str:
    digits = Context(prec=2, rounding=ROUND_CEILING)  # what is foreseen is not known to the last answer
    labels = count(int(digits.create_decimal(one.labels or 0)))
    return {
        "labels": say(
            lang,
            f"如果之后的回答与已读到的相仿，再由人评阅约 {labels} 份回答即可判定；这只是推算，不是承诺。",
            f"if what comes is like what came, about {labels} more answers read by people would settle it. That is foreseen, "
            "not promised.",
        ),
        "nothing": say(
            lang,
            "还没有读到任何回答，无从推算需要由人再评阅多少份。",
            "nothing was read yet, so how many answers people would have to read can't be foreseen.",
        ),
        "qualification": say(
            lang,
            f"由人再评阅多少份都不能判定：缺的是有效的标定（至少 {count(KNOWN_BAD)} 份已知不合格的回答，且有被识别出的）。",
            f"no number of answers read by people would settle it: what is missing is a qualification that holds, on "
            f"{count(KNOWN_BAD)} known-bad answers at least, some of them caught.",
        ),
        "other": say(
            lang,
            "证据已经足够，妨碍判定的是别的条件（见逐项判定），再由人评阅也无济于事。",
            "its evidence is enough; something else is in the way (see its finding), and more reading would not settle it.",
        ),
        "unforeseen": say(
            lang,
            "照目前的情形推算，再评阅多少份都未必能判定（可能正处在要求附近）。",
            "as it stands, no number of answers read by people is foreseen to settle it; its rate may be close to the line.",
        ),
    }[one.hanging or "unforeseen"]


plugin: Final = Judges()
