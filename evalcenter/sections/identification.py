"""The fields that ISO/IEC 17025:2017, 7.8.2.1 asks of a test report, what this report says in each, and where.

Rules this module keeps:

* Every one of the sixteen fields has a row. What nobody supplied reads "not supplied"; nothing is invented.
* What the customer supplied is marked, because the laboratory does not answer for it.
* A clause whose text was not seen is marked as unverified.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Final

from evalcenter.blocks import Block, Facts, Fields, Lab, Points, Signatures, Subheading, Table, worded
from evalcenter.paths import PERSON
from evalcenter.records import Lang, Text
from evalcenter.sections import probes
from evalcenter.sections.wording import NOT_SUPPLIED, clause, clip, count, listed, say, when

SUPPLIED: Final = " †"
HEAD: Final = Text(zh="报告首部", en="head of the report")
PAGES: Final = Text(zh="每页页眉、页脚，末页", en="head and foot of every page; last page")
HERE: Final = Text(zh="本节", en="this section")
_Row = tuple[str, str, str | None, str]


class Identification:
    """The table a to p, the statement of conformity, what must be said with the results, and lines to sign on."""

    name: ClassVar[str] = "identification"
    version: ClassVar[str] = "2"
    order: ClassVar[int] = 100
    title: ClassVar[Text] = Text(zh="报告要素", en="Identification")

    def build(self, facts: Facts, lang: Lang) -> tuple[Block, ...]:
        """The fields in `lang`."""
        return (
            Table(
                caption=say(
                    lang, "ISO/IEC 17025:2017 第 7.8.2.1 条所列要素", "The fields of ISO/IEC 17025:2017, 7.8.2.1"
                ),
                head=(
                    "7.8.2.1",
                    say(lang, "要素", "Field"),
                    say(lang, "本报告", "In this report"),
                    say(lang, "所在位置", "Where"),
                ),
                rows=tuple(
                    (letter, name, value or NOT_SUPPLIED.of(lang), where)
                    for letter, name, value, where in _fields(facts, lang)
                ),
                align="llll",
            ),
            Subheading(text=say(lang, "符合性声明", "Statement of conformity")),
            Fields(rows=_conformity(facts, lang)),
            Subheading(text=say(lang, "声明", "Statements")),
            Points(items=tuple(_statements(facts, lang))),
            Subheading(text=say(lang, "签字", "Signatures")),
            Signatures(roles=tuple(_lines(facts.lab, lang))),
        )


def _fields(facts: Facts, lang: Lang) -> tuple[_Row, ...]:
    return *_parties(facts, lang), *_test(facts, lang), *_results(facts, lang)


def _place(lang: Lang, zh: str, en: str) -> str:
    """A section of the report, by its title."""
    return say(lang, f"“{zh}”", f"“{en}”")


def _parties(facts: Facts, lang: Lang) -> tuple[_Row, ...]:
    lab, here = facts.lab, HERE.of(lang)
    return (
        ("a", say(lang, "标题", "Title"), facts.title.of(lang), HEAD.of(lang)),
        (
            "b",
            say(lang, "实验室名称和地址", "Laboratory, name and address"),
            _joined(lang, worded(lab.name, lang), worded(lab.address, lang), *_enquiries(lab, lang)),
            here,
        ),
        ("c", say(lang, "实施地点", "Location of the activities"), worded(lab.location, lang), here),
        (
            "d",
            say(lang, "唯一标识和结束标记", "Unique identification and clear end"),
            say(
                lang,
                "报告编号；打印时每页有编号、页码和总页数；结束标记在末尾",
                "the report's number; in print on every page, with its page and how many there are; the end mark at the end",
            ),
            PAGES.of(lang),
        ),
        (
            "e",
            say(lang, "客户名称和联系方式", "Customer, name and contact"),
            _joined(lang, worded(lab.customer, lang), worded(lab.contact, lang), mark=SUPPLIED),
            here,
        ),
    )


def _enquiries(lab: Lab, lang: Lang) -> tuple[str, ...]:
    said = worded(lab.enquiries, lang)
    return () if said is None else (said,)


def _test(facts: Facts, lang: Lang) -> tuple[_Row, ...]:
    lab, plan = facts.lab, facts.plan
    drawn = say(lang, f"题目不晚于 {when(facts.started)} 抽取", f"questions drawn by {when(facts.started)}")
    received = NOT_SUPPLIED.of(lang) if lab.received is None else lab.received
    return (
        ("f", say(lang, "方法", "Method"), _method(facts, lang), _place(lang, "方法", "Method")),
        (
            "g",
            say(lang, "被测对象的描述、标识和状态", "Item: description, identification, condition"),
            _item(facts, lang),
            _place(lang, "结论", "Result"),
        ),
        (
            "h",
            say(lang, "接收日期和抽样日期", "Date of receipt, and of sampling"),
            say(lang, f"接收：{received}；{drawn}", f"received: {received}; {drawn}"),
            HERE.of(lang),
        ),
        (
            "i",
            say(lang, "实施日期", "Dates of performance"),
            f"{when(facts.started)} – {when(facts.finished)}",
            _place(lang, "结论", "Result"),
        ),
        ("j", say(lang, "签发日期", "Date of issue"), when(facts.issued), HEAD.of(lang)),
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
            _place(lang, "方法", "Method"),
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
            HERE.of(lang),
        ),
        (
            "m",
            say(lang, "结果及单位", "Results with units"),
            say(
                lang,
                "比例以百分数表示，延迟以毫秒表示",
                "shares in percent, latency in milliseconds",
            ),
            say(lang, "“逐项判定”“红线”“分项得分”", "“Findings”, “Red lines”, “Scores”"),
        ),
        (
            "n",
            say(lang, "对方法的增补、偏离或排除", "Additions, deviations, exclusions"),
            listed((d.of(lang) for d in facts.deviations), lang) or say(lang, "无记录", "none recorded"),
            _place(lang, "方法", "Method"),
        ),
        (
            "o",
            say(lang, "批准人", "Person authorising the report"),
            worded(facts.lab.authorised_by, lang),
            HERE.of(lang),
        ),
        (
            "p",
            say(lang, "来自外部提供者的结果", "Results from external providers"),
            _marked_by(facts, lang),
            HERE.of(lang),
        ),
    )


def _joined(lang: Lang, name: str | None, more: str | None, *rest: str, mark: str = "") -> str | None:
    missing = NOT_SUPPLIED.of(lang)
    if name is None and more is None and not rest:
        return None
    return "; ".join((name or missing, more or missing, *rest)) + mark


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
        say(
            lang,
            f"状态：按测试期间所提供的原样；{count(len(facts.responses))} 个样本得到回答，{count(len(facts.failures))} 个没有",
            f"condition: as it was served during the test; {count(len(facts.responses))} samples answered, "
            f"{count(len(facts.failures))} without an answer",
        ),
        probes.sentence(facts, lang),
    )
    return "; ".join(parts)


def _marked_by(facts: Facts, lang: Lang) -> str:
    who = sorted({_marker(result.by, lang) for result in facts.results.values()})
    judges = () if facts.plan.panel is None else facts.plan.panel.judges
    who += [clip(say(lang, f"判定模型 {one.spec.name}", f"the judge {one.spec.name}"), 120, lang) for one in judges]
    if not who:
        return say(lang, "无", "none")
    return say(lang, f"评分来自：{listed(who, lang)}", f"marks were given by: {listed(who, lang)}")


def _marker(by: str, lang: Lang) -> str:
    """Who the journal says gave a grade, in words."""
    if by == "machine":
        return say(lang, "评分程序", "the graders")
    if not by.startswith(PERSON):
        return by
    names = by.removeprefix(PERSON)
    return say(lang, f"评阅人 {names}", f"the reader{'s' if ' + ' in names else ''} {names}")


def _conformity(facts: Facts, lang: Lang) -> tuple[tuple[str, str], ...]:
    """To which results the statement applies, which requirements are met or not, and by which rule."""
    titles = {r.id: r.title.of(lang) for r in facts.plan.standard.requirements}
    decided = {
        state: [titles.get(f.requirement, f.requirement) for f in facts.verdict.findings if f.verdict == state]
        for state in ("pass", "conditional", "fail", "inconclusive")
    }
    names = {
        "pass": say(lang, "达到的要求", "Requirements met"),
        "conditional": say(lang, "有条件达到的要求", "Requirements met conditionally"),
        "fail": say(lang, "未达到的要求", "Requirements not met"),
        "inconclusive": say(lang, "未定的要求", "Requirements left open"),
    }
    standard = facts.plan.standard
    return (
        (
            say(lang, "适用的结果", "Results it applies to"),
            say(lang, "“逐项判定”中的全部结果", "all results in “Findings”"),
        ),
        (say(lang, "依据的标准", "Standard"), f"{standard.title.of(lang)}, {standard.id} {standard.version}"),
        *((names[state], listed(found, lang)) for state, found in decided.items() if found),
        (
            say(lang, "判定规则", "Decision rule"),
            say(
                lang,
                "见“结论”的一句话说明和“方法”中的全文，含错误率",
                "one sentence in “Result”, in full in “Method”, with its error rates",
            ),
        ),
        (
            say(lang, "条款", "Clause"),
            clause("ISO/IEC 17025:2017, 7.8.6", "unverified", lang),
        ),
    )


def _statements(facts: Facts, lang: Lang) -> Iterator[str]:
    yield say(
        lang,
        "结果仅与所述被测对象及测试期间有关。",
        "The results relate only to the candidate named, as it was served during the test.",
    )
    yield say(lang, "本报告只可全文复制，不得部分复制。", "This report may be reproduced only in full.")
    yield say(
        lang,
        "† 由客户提供，出具方不对其正确性负责。",
        "† Supplied by the customer; whoever issues the report does not answer for its correctness.",
    )
    for words in facts.lab.disclaimers:
        yield worded(words, lang) or ""


def _lines(lab: Lab, lang: Lang) -> Iterator[tuple[str, str | None]]:
    """Who signs: the profile's signatories, or a line for each usual role; whoever authorises the report among them."""
    authorising = worded(lab.authorised_by, lang)
    held = tuple((worded(one.role, lang) or "", worded(one.name, lang)) for one in lab.signatories)
    yield from held or (
        (say(lang, "测试", "Tested by"), None),
        (say(lang, "复核", "Reviewed by"), None),
    )
    if not held or (authorising is not None and authorising not in {name for _, name in held}):
        yield say(lang, "批准", "Authorised by"), authorising


plugin: Final = Identification()
