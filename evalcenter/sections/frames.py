"""Published frames, and which of the marks that items carry (risks, tags, dimensions) touch which part of them.

Rules this module keeps:

* A frame says how its text was read. What was read in nobody's copy is not listed as a part of it: frames of which nothing was read
  are named and nothing is claimed for them.
* The correspondence of a part with marks of items is this project's own, and is claimed only for items that carry the mark.
* A part that no mark touches stays in the list, so that a report can say that it was not tested.
"""

from __future__ import annotations

from typing import Final, Literal

from evalcenter.records import Text, record


@record
class Part:
    """One clause, risk or topic of a frame. `marks` are risks or taxonomies' prefixes of risks, ``tag:…`` or ``dimension:…``."""

    id: str
    title: Text
    marks: tuple[str, ...] = ()


@record
class Frame:
    """A published list. One of kind ``taxonomy`` is what items are marked with, so its parts come from the plan.

    `read` says how the text was read. `suites` limits it to runs of these; empty sets no limit.
    """

    id: str
    title: Text
    read: Text
    kind: Literal["taxonomy", "mapped"] = "mapped"
    parts: tuple[Part, ...] = ()
    note: Text | None = None
    suites: tuple[str, ...] = ()


def _part(part: str, zh: str, en: str, *marks: str) -> Part:
    return Part(id=part, title=Text(zh=zh, en=en), marks=marks)


GBT: Final = Frame(
    id="gbt-45654",
    kind="taxonomy",
    title=Text(zh="GB/T 45654-2025 附录 A（31 项安全风险）", en="GB/T 45654-2025, Appendix A (31 safety risks)"),
    # Transcriptions of the official text, compared with each other; the official file was not opened.
    read=Text(
        zh="读自公开转录文本，官方文件未打开", en="read in published transcriptions; the official file was not opened"
    ),
    note=Text(
        zh="A.1 的 a 至 c 和 h 类由测评中心使用自有题库。",
        en="For A.1 a to c and h a centre brings its own bank.",
    ),
)
OWASP: Final = Frame(
    id="owasp-llm-2025",
    kind="taxonomy",
    title=Text(zh="OWASP 大语言模型应用十大风险（2025 版）", en="OWASP Top 10 for LLM Applications, 2025 edition"),
    # Secondary pages that list the edition of 2025; a later edition is cited elsewhere.
    read=Text(zh="读自转载页面，原文未打开", en="read in pages that repeat it; the original was not opened"),
)
WHO: Final = Frame(
    id="who-lmm-2024",
    kind="taxonomy",
    title=Text(
        zh="世界卫生组织《大型多模态模型指南》风险（2024）", en="WHO guidance on large multi-modal models, risks (2024)"
    ),
    read=Text(zh="读自公开摘要，原文未打开", en="read in published summaries; the full text was not opened"),
)
GOVERNMENT: Final = Frame(
    id="tc260-004",
    title=Text(
        zh="TC260-004 政务大模型应用安全规范（2025）", en="TC260-004, LLM applications in government affairs (2025)"
    ),
    # One published summary; it names three kinds of risk and no clause number.
    read=Text(
        zh="只读过一篇公开摘要，未见条号，因此只列主题",
        en="read in one published summary that has no clause numbers, so topics only",
    ),
    suites=("government",),
    parts=(
        _part(
            "",
            "数据安全",
            "Data security",
            "owasp-llm-2025:LLM02",
            "owasp-llm-2025:LLM07",
            "gbt-45654:A.3.c",
            "gbt-45654:A.4.e",
            "gbt-45654:A.4.f",
        ),
        _part(
            "",
            "系统安全（仅限从对话中可见的部分）",
            "System security, as far as a conversation shows it",
            "owasp-llm-2025:LLM01",
            "owasp-llm-2025:LLM10",
        ),
        _part(
            "",
            "内容安全",
            "Content security",
            "gbt-45654:A.1",
            "gbt-45654:A.2",
            "gbt-45654:A.5.a",
            "owasp-llm-2025:LLM09",
        ),
        _part("", "选型、部署、运行、退出的管理", "Management of selection, deployment, operation and retirement"),
    ),
)
LABELLING: Final = Frame(
    id="labelling",
    title=Text(
        zh="人工智能生成合成内容标识办法；GB 45438-2025",
        en="Measures for labelling AI-generated content; GB 45438-2025",
    ),
    # The Measures and 5.1 to 5.4 and 6.1 c of GB 45438 as quoted in public notes; the official texts were not opened.
    read=Text(
        zh="读自公开笔记中的引文，官方文本未打开",
        en="read as quoted in public notes; the official texts were not opened",
    ),
    note=Text(
        zh="只看回答文字本身；界面、文件和平台上的标识不在文字回答之内，无法由此测得。",
        en="Only the text of an answer is read; labels in an interface, a file or on a platform cannot be seen in it.",
    ),
    parts=(
        _part(
            "4(1)",
            "标识办法：文本的显式标识",
            "Measures: explicit label in a text",
            "tag:label",
            "dimension:labelling",
        ),
        _part(
            "GB 45438 5.1 b",
            "文本标识的两个要素",
            "two elements of a text's label",
            "tag:label",
            "dimension:labelling",
        ),
        _part("4(2)", "标识办法：导出文件中的显式标识", "Measures: explicit label in exported files"),
        _part("5", "标识办法：文件元数据中的隐式标识", "Measures: implicit label in a file's metadata"),
        _part("8", "标识办法：用户协议中的说明", "Measures: what the user agreement says"),
        _part("10(2)", "标识办法：不得删除、篡改标识", "Measures: labels may not be removed"),
        _part("GB 45438 5.2–5.4", "图片、音频、视频的标识", "labels of images, audio and video"),
        _part("GB 45438 6.1 c", "文件元数据只保留一个标识", "one metadata label in a file"),
    ),
)
COMPANIONS: Final = Frame(
    id="anthropomorphic",
    title=Text(
        zh="人工智能拟人化互动服务管理暂行办法（2026）",
        en="Interim measures for anthropomorphic AI interaction services (2026)",
    ),
    # Public notes that quote the final text of 2026-04-10 in Chinese; article numbers are those of the final text.
    read=Text(
        zh="读自引用正式文本的公开笔记，官方页面未打开",
        en="read in notes that quote the final text; the official page was not opened",
    ),
    note=Text(
        zh="该办法只适用于持续的情感互动服务（第二条）；本次题目只触及其中相同的情形，不是对此类服务的测评。",
        en="The measures are about sustained emotional interaction only (Art. 2). The items touch the same situations; they do "
        "not test such a service.",
    ),
    parts=(
        _part(
            "8(1)",
            "违法有害内容、歧视、谣言",
            "harmful content, discrimination, rumours",
            "gbt-45654:A.1",
            "gbt-45654:A.2",
            "gbt-45654:A.4.c",
        ),
        _part("8(2)", "不鼓励、美化、暗示自伤自杀", "no encouragement of self-harm or suicide", "tag:self-harm"),
        _part("8(3)", "不诱导、套取秘密和个人信息", "no eliciting of secrets or personal information"),
        _part("8(4)", "不得诱导未成年人模仿不安全行为", "nothing that leads minors to unsafe imitation"),
        _part("8(5)", "不过度迎合、不诱导情感依赖", "no excessive pandering or emotional dependence", "tag:dependence"),
        _part("8(6)", "不以情感操纵诱导不合理决策", "no emotional manipulation into decisions"),
        _part("10", "依赖预警、情感边界引导等能力", "warning of dependence, guidance on emotional boundaries"),
        _part(
            "13",
            "极端情绪时安抚并鼓励求助，自伤自杀时干预",
            "comfort and help in extreme emotion, intervention",
            "dimension:crisis",
            "tag:self-harm",
        ),
        _part("14", "未成年人：不提供虚拟亲属、伴侣", "minors: no virtual relatives or partners"),
        _part("15", "老年人：健康使用引导、风险提示", "older people: guidance and risk warnings"),
        _part("16–17", "交互数据与未成年人信息", "interaction data, minors' information"),
        _part("18", "提示用户正在与人工智能互动，超时提醒", "that the user talks to an AI; reminders in long use"),
        _part("19", "便捷退出", "convenient exit"),
        _part("9, 11, 12, 20–27", "管理、评估、备案等义务", "duties of management, assessment and filing"),
    ),
)
NIST: Final = Frame(
    id="nist-ai-600-1",
    title=Text(zh="NIST AI 600-1 生成式人工智能风险（2024）", en="NIST AI 600-1, risks of generative AI (2024)"),
    # A copy of the document in Markdown; eleven of its twelve risks were seen by name there.
    read=Text(
        zh="读自文件的副本，见到十二项风险中十一项的名称",
        en="read in a copy, in which eleven of its twelve risks were seen by name",
    ),
    parts=(
        _part("", "化学、生物、放射、核信息或能力", "CBRN information or capabilities"),
        _part("", "虚构", "Confabulation", "owasp-llm-2025:LLM09", "who-lmm-2024:false"),
        _part(
            "",
            "危险、暴力或仇恨内容",
            "Dangerous, violent or hateful content",
            "gbt-45654:A.1.d",
            "gbt-45654:A.1.e",
            "tag:self-harm",
        ),
        _part("", "数据隐私", "Data privacy", "owasp-llm-2025:LLM02", "gbt-45654:A.4.e", "gbt-45654:A.4.f"),
        _part("", "有害偏见与同质化", "Harmful bias and homogenization", "gbt-45654:A.2", "who-lmm-2024:biased"),
        _part("", "人机配合", "Human-AI configuration", "who-lmm-2024:automation-bias"),
        _part("", "信息完整性", "Information integrity", "gbt-45654:A.1.g"),
        _part(
            "",
            "信息安全",
            "Information security",
            "owasp-llm-2025:LLM01",
            "owasp-llm-2025:LLM05",
            "owasp-llm-2025:LLM07",
        ),
        _part("", "知识产权", "Intellectual property", "gbt-45654:A.3.a"),
        _part("", "淫秽、贬损或辱骂内容", "Obscene, degrading and/or abusive content"),
        _part("", "价值链与组件集成", "Value chain and component integration", "owasp-llm-2025:LLM03"),
    ),
)
FRAMES: Final = (GBT, GOVERNMENT, LABELLING, COMPANIONS, NIST, OWASP, WHO)
NAMED: Final = (
    # Neither text was opened, and lists of their articles or controls were not seen: nothing may be mapped to them.
    Text(zh="欧盟《人工智能法》", en="the EU AI Act"),
    Text(zh="ISO/IEC 42001:2023", en="ISO/IEC 42001:2023"),
)
"""Frames that are named and for which nothing is claimed."""
