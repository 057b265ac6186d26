"""What the report does not show. A limit that always holds is always printed; the standard's own come first."""

from __future__ import annotations

from typing import ClassVar, Final

from evalcenter.blocks import Block, Facts, Points
from evalcenter.records import Lang, Text
from evalcenter.sections.wording import NOT_ACCREDITED, count, say


class LimitsOfTheReport:
    """The standard's limits, then those of every test of this kind, then those of this run."""

    name: ClassVar[str] = "limits"
    version: ClassVar[str] = "1"
    order: ClassVar[int] = 90
    title: ClassVar[Text] = Text(zh="局限", en="Limits")

    def build(self, facts: Facts, lang: Lang) -> tuple[Block, ...]:
        """The limits in `lang`."""
        own = (limit.of(lang) for limit in facts.plan.standard.limits)
        return (Points(items=(*own, *_always(lang), *_here(facts, lang))),)


def _always(lang: Lang) -> tuple[str, ...]:
    return (
        say(
            lang,
            "结果只涉及被测对象在测试期间经所述地址提供的版本，不适用于其他版本、其他部署或之后的变更。",
            "The results relate only to what the named endpoint served during the test; not to other "
            "versions, other deployments or "
            "later changes.",
        ),
        say(
            lang,
            "置信界以题目从题库中抽取、各次调用互不影响为前提；题库之外的情形不在其内。",
            "The bounds rest on items drawn from the bank and on calls that do not influence each "
            "other; they say nothing of "
            "cases outside the bank.",
        ),
        say(
            lang,
            "判定器按写明的规则工作，可能误判；每个判定都可凭日志复核。",
            "Graders follow written rules and can be wrong; every mark can be checked against the journal.",
        ),
        say(
            lang,
            "公开题可能已进入模型的训练数据，此时成绩偏高。",
            "Public items may have been in a model's training data, in which case its results are flattered.",
        ),
    )


def _here(facts: Facts, lang: Lang) -> tuple[str, ...]:
    found = []
    unverified = sum(r.status == "unverified" for r in facts.plan.standard.requirements)
    if unverified:
        found.append(
            say(
                lang,
                f"{count(unverified)} 项要求的数值所据原文未核实，正式引用前须核对。",
                f"The figures of {count(unverified)} requirements are unverified: their source was not opened.",
            )
        )
    if facts.plan.candidate.simulated:
        found.append(
            say(
                lang,
                "被测对象是模拟的：结果不说明任何模型的能力。",
                "The candidate was simulated: the results say nothing about any model.",
            )
        )
    if facts.plan.panel is not None:
        found.append(
            say(
                lang,
                "判定模型可能看错，也可能被回答中的话左右；对照陈述和抽读只能限制、不能排除这种情形。",
                "Judges can be wrong, and can be talked over by what an answer says; controls and reading by people limit that and "
                "do not rule it out.",
            )
        )
    if facts.plan.sealing is not None:
        found.append(
            say(
                lang,
                "密封题在存储中加密，但提问时不能加密：被测接口看到了每一道被问的密封题，远程判定模型还看到了题目和回答。",
                "Sealed items are encrypted where they are kept, not where they are asked: the candidate's endpoint saw each one "
                "that it was asked, and a remote judge saw item and answer.",
            )
        )
    if facts.lab.accreditation is None:
        found.append(say(lang, NOT_ACCREDITED.zh + "。", f"This report is {NOT_ACCREDITED.en}."))
    return tuple(found)


plugin: Final = LimitsOfTheReport()
