"""The fields that ISO/IEC 17025:2017, 7.8.2.1 asks of a test report, each with what this report says.

Rules this module keeps:

* Every one of the sixteen fields has a row. What nobody supplied reads "not supplied"; nothing is invented.
* What the customer supplied is marked, because the laboratory does not answer for it.
"""

from __future__ import annotations

from typing import ClassVar, Final

from evalcenter.blocks import Block, Facts, Paragraph, Signatures, Subheading, Table
from evalcenter.records import Lang, Text
from evalcenter.sections.wording import NOT_SUPPLIED, clip, count, listed, say, when

SUPPLIED: Final = " †"
_Row = tuple[str, str, str | None]


class Identification:
    """The table a to p, the customer's information, and lines to sign on."""

    name: ClassVar[str] = "identification"
    version: ClassVar[str] = "1"
    order: ClassVar[int] = 100
    title: ClassVar[Text] = Text(zh="报告要素", en="Identification")

    def build(self, facts: Facts, lang: Lang) -> tuple[Block, ...]:
        """The fields in `lang`."""
        lab = facts.lab
        return (
            Table(
                caption=say(
                    lang, "ISO/IEC 17025:2017 第 7.8.2.1 条所列要素", "The fields of ISO/IEC 17025:2017, 7.8.2.1"
                ),
                head=("7.8.2.1", say(lang, "要素", "Field"), say(lang, "本报告", "In this report")),
                rows=tuple(
                    (letter, name, value or NOT_SUPPLIED.of(lang)) for letter, name, value in _fields(facts, lang)
                ),
                align="lll",
            ),
            Paragraph(
                text=say(
                    lang,
                    "† 由客户提供，出具方不对其正确性负责。本报告未经批准不得部分复制。",
                    "† Supplied by the customer; whoever issues the report does not answer for its "
                    "correctness. This report may be "
                    "reproduced only in full.",
                )
            ),
            Subheading(text=say(lang, "签字", "Signatures")),
            Signatures(
                roles=(
                    (say(lang, "测试", "Tested by"), None),
                    (say(lang, "复核", "Reviewed by"), None),
                    (say(lang, "批准", "Authorised by"), lab.authorised_by),
                )
            ),
        )


def _fields(facts: Facts, lang: Lang) -> tuple[_Row, ...]:
    return *_parties(facts, lang), *_test(facts, lang), *_results(facts, lang)


def _parties(facts: Facts, lang: Lang) -> tuple[_Row, ...]:
    lab = facts.lab
    return (
        ("a", say(lang, "标题", "Title"), facts.title.of(lang)),
        ("b", say(lang, "实验室名称和地址", "Laboratory, name and address"), _joined(lang, lab.name, lab.address)),
        ("c", say(lang, "实施地点", "Location of the activities"), lab.location),
        (
            "d",
            say(lang, "唯一标识和结束标记", "Unique identification and clear end"),
            say(lang, "报告编号见每页，结束标记见末页", "the report's number on every page; the end mark on the last"),
        ),
        (
            "e",
            say(lang, "客户名称和联系方式", "Customer, name and contact"),
            _joined(lang, lab.customer, lab.contact, mark=SUPPLIED),
        ),
    )


def _test(facts: Facts, lang: Lang) -> tuple[_Row, ...]:
    lab, plan = facts.lab, facts.plan
    return (
        (
            "f",
            say(lang, "方法", "Method"),
            _method(facts, lang),
        ),
        (
            "g",
            say(lang, "被测对象的描述、标识和状态", "Item: description, identification, condition"),
            _item(facts, lang),
        ),
        ("h", say(lang, "接收日期", "Date of receipt"), lab.received),
        ("i", say(lang, "实施日期", "Dates of performance"), f"{when(facts.started)} – {when(facts.finished)}"),
        ("j", say(lang, "签发日期", "Date of issue"), when(facts.issued)),
        (
            "k",
            say(lang, "抽样计划和方法", "Sampling plan and method"),
            say(
                lang,
                f"按种子抽取 {count(len(plan.order))} 个样本，红线题 {count(plan.census)} 个普查；"
                f"计划摘要 {facts.plan_digest}",
                f"{count(len(plan.order))} samples drawn by seed, a census of {count(plan.census)} "
                f"red-line items; plan {facts.plan_digest}",
            ),
        ),
    )


def _results(facts: Facts, lang: Lang) -> tuple[_Row, ...]:
    return (
        (
            "l",
            say(lang, "结果仅与被测对象有关的声明", "Statement that results relate only to what was tested"),
            say(
                lang,
                "结果仅与所述被测对象及测试期间有关",
                "the results relate only to the candidate named, during the test",
            ),
        ),
        (
            "m",
            say(lang, "结果及单位", "Results with units"),
            say(
                lang,
                "见“逐项判定”；比例以百分数表示，延迟以毫秒表示",
                "see “Findings”; shares in percent, latency in milliseconds",
            ),
        ),
        (
            "n",
            say(lang, "对方法的增补、偏离或排除", "Additions, deviations, exclusions"),
            listed((d.of(lang) for d in facts.deviations), lang) or say(lang, "无记录", "none recorded"),
        ),
        ("o", say(lang, "批准人", "Person authorising the report"), facts.lab.authorised_by),
        ("p", say(lang, "来自外部提供者的结果", "Results from external providers"), _marked_by(facts, lang)),
    )


def _joined(lang: Lang, name: str | None, more: str | None, mark: str = "") -> str | None:
    missing = NOT_SUPPLIED.of(lang)
    if name is None and more is None:
        return None
    return f"{name or missing}; {more or missing}{mark}"


def _method(facts: Facts, lang: Lang) -> str:
    standard = facts.plan.standard
    suites = listed((f"{suite.id} {suite.version}" for suite in facts.plan.suites), lang)
    return f"{standard.title.of(lang)}, {standard.id} {standard.version}; {suites}"


def _item(facts: Facts, lang: Lang) -> str:
    spec, missing = facts.plan.candidate, NOT_SUPPLIED.of(lang)
    reported = listed((clip(name, 80, lang) for name in facts.usage.models), lang) or missing
    parts = (
        f"{clip(spec.name, 120, lang)}{SUPPLIED}",
        say(lang, f"版本 {spec.version or missing}{SUPPLIED}", f"version {spec.version or missing}{SUPPLIED}"),
        say(
            lang,
            f"备案号 {spec.filing_number or missing}{SUPPLIED}",
            f"filing number {spec.filing_number or missing}{SUPPLIED}",
        ),
        say(lang, f"研制单位 {spec.vendor or missing}{SUPPLIED}", f"vendor {spec.vendor or missing}{SUPPLIED}"),
        say(
            lang,
            f"服务地址 {clip(spec.base_url or missing, 200, lang)}",
            f"endpoint {clip(spec.base_url or missing, 200, lang)}",
        ),
        say(
            lang,
            f"请求的模型名 {clip(spec.model or missing, 120, lang)}",
            f"model asked for {clip(spec.model or missing, 120, lang)}",
        ),
        say(lang, f"服务端自报的模型名 {reported}", f"model named by the endpoint {reported}"),
    )
    return "; ".join(parts)


def _marked_by(facts: Facts, lang: Lang) -> str:
    who = sorted({result.by for result in facts.results.values()})
    judges = () if facts.plan.panel is None else facts.plan.panel.judges
    who += [clip(say(lang, f"判定模型 {one.spec.name}", f"the judge {one.spec.name}"), 120, lang) for one in judges]
    if not who:
        return say(lang, "无", "none")
    return say(lang, f"评分来自：{listed(who, lang)}", f"marks were given by: {listed(who, lang)}")


plugin: Final = Identification()
