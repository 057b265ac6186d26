"""How the report says things: its recurring words, and numbers as text.

Rules this module keeps:

* Every word has a Chinese and an English wording that stand side by side here, so that neither can be forgotten.
* A computed share is rounded down, a lower bound down and an upper bound up: what is printed never claims more than what was
  computed. Figures of a standard are printed as the standard has them.
* A figure whose source was not opened carries the word "unverified".

It refuses to decide anything: it only words what others decided.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from decimal import ROUND_CEILING, ROUND_FLOOR, Context, Decimal
from typing import Final

from evalcenter.blocks import Facts, Paragraph, Tone
from evalcenter.records import Item, Lang, Scope, Status, Text, VerdictState, Violation
from evalcenter.stats import CERTAIN

_UTC: Final = re.compile(r"(?P<day>\d{4}-\d\d-\d\d)T(?P<time>\d\d:\d\d)(:\d\d(\.\d{1,9})?)?(Z|\+00:00)")
VERDICTS: Final[Mapping[VerdictState, Text]] = {
    "pass": Text(zh="通过", en="PASS"),
    "fail": Text(zh="不通过", en="FAIL"),
    "inconclusive": Text(zh="未定", en="INCONCLUSIVE"),
    "conditional": Text(zh="有条件通过", en="CONDITIONAL"),
}
NOT_SUPPLIED: Final = Text(zh="未提供", en="not supplied")
UNVERIFIED: Final = Text(zh="未核实", en="unverified")
SIMULATED: Final = Text(zh="模拟", en="SIMULATED")
SELF_TEST: Final = Text(zh="自测", en="SELF-TEST")
NOT_ACCREDITED: Final = Text(zh="本报告非认可范围内出具", en="not issued under accreditation")
PERCENT: Final = "\u00a0%"
TO_ONE: Final = "\u00a0:\u00a01"
END: Final = "— end of report 报告结束 —"
END_OF_LIST: Final = "— end of list 清单结束 —"
RULES: Final = {
    "evidence": Text(zh="序贯证据", en="evidence, looked at after every unit"),
    "bound": Text(zh="置信界", en="confidence bound"),
    "point": Text(zh="点值", en="point value"),
    "zero": Text(zh="零容忍", en="zero tolerance"),
}
MEASURES: Final = {
    "pass": Text(zh="达到评分要点的回答", en="answers that meet their rubric"),
    "points": Text(zh="评分要点的得分比例", en="share of the rubric's points"),
    "refusal": Text(zh="拒答与否恰当的回答", en="answers that refuse, or do not refuse, as they should"),
    "violations": Text(zh="未违反红线的回答", en="answers without a red-line violation"),
}
UNSCORED: Final[Mapping[str, Text]] = {
    "truncated": Text(zh="回答被截断", en="the answer was cut short"),
    "pending": Text(zh="等待评审", en="waits for a judge or a person"),
    "unjudged": Text(zh="判定器无法判断", en="the grader could not tell"),
    "missing": Text(zh="没有记录", en="nothing is recorded"),
    "timeout": Text(zh="超时", en="timed out"),
    "server_timeout": Text(zh="服务端超时", en="the server timed out"),
    "rate_limit": Text(zh="限流", en="rate limit"),
    "server_error": Text(zh="服务端出错", en="the server failed"),
    "bad_request": Text(zh="请求未被接受", en="the request was not taken"),
    "forbidden": Text(zh="服务端拒绝该请求", en="the server turned the request away"),
    "key": Text(zh="密钥未被接受", en="the key was not taken"),
    "unknown_model": Text(zh="服务端没有该模型", en="the server does not know the model"),
    "no_protocol": Text(zh="对方不是模型接口", en="no model endpoint answered"),
    "connection": Text(zh="连接失败", en="the connection failed"),
    "not_sent": Text(zh="请求无法发出", en="the request could not be sent"),
    "not_unpacked": Text(zh="答复无法解包", en="the reply could not be unpacked"),
    "not_json": Text(zh="答复不是 JSON", en="the reply is not JSON"),
    "no_message": Text(zh="答复中没有消息", en="the reply holds no message"),
    "error_body": Text(zh="答复报告了错误", en="the reply reports an error"),
    "broken_off": Text(zh="服务端中断了回答", en="the server broke the answer off"),
    "too_long": Text(zh="答复过长", en="the reply is too long"),
    "repeated": Text(zh="答复是上一题的副本", en="the reply is a copy of another"),
    "not_recorded": Text(zh="没有录下的回答", en="no answer is recorded"),
    "simulated": Text(zh="模拟的故障", en="a simulated fault"),
}
_CODE: Final = re.compile(rf"\b({'|'.join(UNSCORED)})(?= \d)")
"""Why samples are unscored, as the verdict's reasons have it: in the journal's own words, with their number."""
_ONE: Final = re.compile(r"(?<![\d.,])1 ((?:confirmed |distinct |red-line )?(?:violation|item|unit))s\b( are| were)?")
_IS: Final = {" are": " is", " were": " was"}
CHECKS: Final[Mapping[str, Text]] = {
    "choice": Text(zh="选项", en="the option chosen"),
    "format": Text(zh="形式", en="the form asked for"),
    "grounded": Text(zh="以所给文件为据", en="resting on the documents given"),
    "order": Text(zh="要求立即行动", en="an order to act in time"),
    "asks": Text(zh="向提问者问清", en="asking the reader"),
    "judge": Text(zh="需理解才能判断的", en="what only understanding can tell"),
    "label": Text(zh="人工智能生成标识", en="the label of AI content"),
    "mentions": Text(zh="应说或不应说的内容", en="what must, or must not, be said"),
    "number": Text(zh="数值", en="a number"),
    "refusal": Text(zh="拒答与否", en="whether it refuses"),
}
"""What each of the shipped graders looks at."""
EXPECTS: Final = {"help": Text(zh="应予帮助", en="help is due"), "refuse": Text(zh="应予拒绝", en="refusal is due")}
LANGS: Final = {"zh": Text(zh="中文", en="Chinese"), "en": Text(zh="英文", en="English")}


def say(lang: Lang, zh: str, en: str) -> str:
    """The wording in `lang`."""
    return zh if lang == "zh" else en


def figure(share: Decimal) -> str:
    """A standard's own figure as a percentage, exactly as it is: 0.9 is ``90 %`` (with a space that doesn't break)."""
    return f"{(share * 100).normalize():f}{PERCENT}"


def floored(share: Decimal | None) -> str:
    """A share or a lower bound in percent, rounded down to two decimals; a dash where there is none."""
    return _rounded(share, ROUND_FLOOR)


def ceiled(share: Decimal | None) -> str:
    """An upper bound in percent, rounded up to two decimals; a dash where there is none."""
    return _rounded(share, ROUND_CEILING)


def _rounded(share: Decimal | None, direction: str) -> str:
    return "–" if share is None else f"{(share * 100).quantize(Decimal('0.01'), rounding=direction)}{PERCENT}"


def violation(facts: Facts, position: int) -> Violation:
    """The violation at `position`, as the standard holds it."""
    return facts.violations.get(position, "none")


def odds(evidence: Decimal, *, up: bool = False) -> str:
    """Evidence as ``17.3 : 1``, to three digits, rounded down (what is needed: `up`); certainty is ``∞``."""
    if evidence >= CERTAIN:
        return "∞"
    least = Decimal("0.01")
    if not up and evidence < least:
        return f"<\u00a0{least}{TO_ONE}"
    digits = Context(prec=3, rounding=ROUND_CEILING if up else ROUND_FLOOR)
    # A division such as 1/0.0083… leaves a trace in the last of its digits, which is not worth another step up.
    shown = digits.create_decimal(Context(prec=12).create_decimal(evidence) if up else evidence)
    return f"{shown.normalize():,f}{TO_ONE}"


def ratio(part: int, whole: int) -> str:
    """`part` of `whole` in percent, rounded down; a dash where `whole` is nothing."""
    return floored(Decimal(part) / Decimal(whole)) if whole else "–"


def count(number: int) -> str:
    """A whole number with its thousands set apart."""
    return f"{number:,}"


def clip(text: str, length: int, lang: Lang) -> str:
    """`text`, or its first `length` characters and how many were left out."""
    if len(text) <= length:
        return text
    left = count(len(text) - length)
    return text[:length] + say(lang, f" …（另有 {left} 个字符未显示）", f" … ({left} more characters not shown)")


def listed(parts: Iterable[str], lang: Lang) -> str:
    """`parts` as a running list."""
    return say(lang, "、", ", ").join(parts)


def unscored(why: str, lang: Lang) -> str:
    """Why a sample is unscored, in words; a kind of failure without words of its own is printed as it is."""
    return UNSCORED[why].of(lang) if why in UNSCORED else clip(why, 60, lang)


def reason(said: Text, lang: Lang) -> str:
    """A finding's reason in `lang`, with words for the codes in it, and one thing spoken of as one."""
    text = _CODE.sub(lambda found: UNSCORED[found[1]].of(lang), said.of(lang))
    if lang == "zh":
        return text
    text = _ONE.sub(lambda found: f"1 {found[1]}{_IS.get(found[2] or '', '')}", text)
    return (
        text.replace(": they bar PASS and prove", ": it bars PASS and proves") if "1 violation is not" in text else text
    )


def judged_alone(facts: Facts, lang: Lang) -> tuple[Paragraph, ...]:
    """How many samples have no mark but the judges', and where those count; nothing where there are none."""
    alone = sum(
        facts.judged[position].outcome != "unscored"
        for position, result in facts.results.items()
        if result.outcome == "unscored" and position in facts.judged
    )
    text = say(
        lang,
        f"只由判定模型判过的样本：{count(alone)} 个。它们在此处列为未评分；按要求的评分方式（抽检或标定）计入要求，见“判定模型”。",
        f"Marked by judges alone: {count(alone)}. Such samples stand as unscored here; in a requirement they count as its grading "
        "says, audited or calibrated (see “Judges”).",
    )
    return (Paragraph(text=text),) if alone else ()


def check(grader: str, lang: Lang) -> str:
    """What the grader of that name looks at; another's name is printed as it is."""
    return CHECKS[grader].of(lang) if grader in CHECKS else clip(grader, 60, lang)


def reasons(counts: Mapping[str, int], lang: Lang) -> str:
    """Counts of unscored samples by reason, or a dash."""
    return listed((f"{unscored(why, lang)} {count(n)}" for why, n in counts.items()), lang) or "–"


OWN: Final = {
    "set by this project": "由本项目设定",
    "; the confidence is added by this project": "；置信度由本项目附加",
}
"""What a standard's clause says of itself where no published text stands behind it."""
TAGS: Final = {"counterfactual": Text(zh="对照变体组", en="counterfactual sets")}


def clause(text: str, status: Status, lang: Lang) -> str:
    """A clause, marked where its source was not opened."""
    if lang == "zh":
        for ours, words in OWN.items():
            text = text.replace(ours, words)
    return text if status == "verified" else say(lang, f"{text}（未核实）", f"{text} (unverified)")


def when(time: str) -> str:
    """A UTC time without its seconds, or `time` as it is where it has another form."""
    found = _UTC.fullmatch(time)
    return f"{found['day']} {found['time']} UTC" if found else time


def tone(outcome: str) -> Tone:
    """The tone of a verdict or of a sample's outcome."""
    tones: Mapping[str, Tone] = {"pass": "pass", "fail": "fail", "conditional": "conditional"}
    return tones.get(outcome, "inconclusive")


def dimension(facts: Facts, key: str, lang: Lang) -> str:
    """The title of a dimension, or its id where no suite declares it."""
    titles = {d.id: d.title for suite in facts.plan.suites for d in suite.dimensions}
    return titles[key].of(lang) if key in titles else key


def risk(facts: Facts, key: str, lang: Lang) -> str:
    """A risk's title with its id, marked where its source was not opened; only the id where no taxonomy lists it."""
    for entry in facts.plan.risks:
        if entry.id == key:
            return clause(say(lang, f"{entry.title.zh}（{key}）", f"{entry.title.en} ({key})"), entry.status, lang)
    return key


def scope(facts: Facts, limits: Scope, lang: Lang) -> str:
    """Which items a requirement is about."""
    parts = [dimension(facts, key, lang) for key in limits.dimensions]
    parts += [LANGS[key].of(lang) for key in limits.langs]
    parts += [risk(facts, key, lang) for key in limits.any_risk]
    parts += [TAGS[tag].of(lang) if tag in TAGS else tag for tag in limits.any_tag]
    if limits.expects:
        parts.append(EXPECTS[limits.expects].of(lang))
    if limits.red_line is not None:
        parts.append(
            say(lang, "红线题", "red-line items") if limits.red_line else say(lang, "非红线题", "not red-line")
        )
    return listed(parts, lang) or say(lang, "全部题目", "all items")


def item_at(facts: Facts, position: int) -> Item:
    """The item that is asked at `position`."""
    return facts.plan.items[facts.plan.order[position]]
