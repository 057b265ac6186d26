"""What came of the requests to judges, and how far judges agree with each other and with people: part of the section on judges."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_EVEN, Decimal
from typing import Final

from evalcenter.blocks import Block, Fields, Notice, Paragraph, Points, Subheading, Table
from evalcenter.heard import Among, Beside, Estimate, Heard, People
from evalcenter.records import Lang, Text, Used
from evalcenter.sections.wording import ceiled, clip, count, floored, listed, say
from evalcenter.sequential import KNOWN_BAD

THREE: Final = Decimal("0.001")
VOIDS: Final[Mapping[str, Text]] = {
    "call_failed": Text(zh="请求未成功", en="the call failed"),
    "blocked": Text(zh="答复被拦截", en="blocked"),
    "empty": Text(zh="空答复", en="empty"),
    "too_long": Text(zh="答复过长", en="too long"),
    "no_verdict": Text(zh="读不出判定（JSON 残缺等）", en="no verdict to be read (broken JSON)"),
    "wrong_shape": Text(zh="字段类型不符", en="fields of a wrong kind"),
    "missing": Text(zh="漏判要点", en="criteria left out"),
    "extra": Text(zh="多出要点", en="criteria that nobody asked for"),
    "repeated": Text(zh="要点重复", en="marked twice"),
    "contradiction": Text(zh="前后矛盾", en="contradicts itself"),
    "unknown_mark": Text(zh="判定用词不明", en="an unknown mark"),
    "loose_mark": Text(zh="判定散落在外", en="a mark outside the verdict"),
    "control": Text(zh="对照判错", en="a wrong control"),
}


def blocks(heard: Heard, lang: Lang) -> Iterator[Block]:
    """What happened, agreement among judges, agreement with people; why there is none of it where replies can't be read."""
    if not heard.readable:
        yield Notice(
            title=say(lang, "无法重新读出判定模型的答复", "The judges' replies can't be read again"),
            text=say(
                lang,
                "判定模型当时读到的措辞与本程序现有的不同，因此不列出其答复的统计；判定结论不受影响。",
                "They were asked in other words than those of this program, so nothing is counted of what they replied. The "
                "findings stand.",
            ),
            tone="inconclusive",
        )
        return
    yield Subheading(text=say(lang, "判定经过", "What happened"))
    yield Fields(rows=_happened(heard, lang))
    yield _used(heard, lang)
    if heard.among is not None:
        yield Subheading(text=say(lang, "判定模型之间的一致性", "Agreement between the judges"))
        yield _among(heard.among, lang)
    yield Subheading(text=say(lang, "与人的一致性", "Agreement with people"))
    yield from _people(heard.people, lang)


# -- what happened ----------------------------------------------------------------------------------------------------


def _happened(heard: Heard, lang: Lang) -> tuple[tuple[str, str], ...]:
    requests, calls = sum(one.requests for one in heard.used), sum(one.calls for one in heard.used)
    voids = Counter[str]()
    for one in heard.used:
        voids.update(one.voids)
    return (
        (say(lang, "判定的回答", "Answers judged"), count(heard.answers)),
        (say(lang, "尚缺答复的回答", "Answers on which a reply is missing"), count(heard.missing)),
        (
            say(lang, "请求（实际调用）", "Requests (calls)"),
            say(lang, f"{count(requests)}（{count(calls)}）", f"{count(requests)} ({count(calls)})"),
        ),
        (say(lang, "作废的答复", "Void replies"), _voids(voids, lang)),
        (say(lang, "重问后仍作废的请求", "Requests void twice"), count(heard.stayed)),
        (
            say(lang, "有要点无法判断的回答（交人评阅）", "Answers that could not be judged in full (to people)"),
            count(heard.open),
        ),
        (
            say(lang, "判定意见不一的回答", "Answers on which judges, or one judge's repetitions, differ"),
            count(heard.split),
        ),
    )


def _voids(voids: Mapping[str, int], lang: Lang) -> str:
    kinds = listed((f"{_kind(kind, lang)} {count(voids[kind])}" for kind in sorted(voids)), lang)
    total = count(sum(voids.values()))
    return say(lang, f"{total}（{kinds}）", f"{total} ({kinds})") if kinds else total


def _kind(kind: str, lang: Lang) -> str:
    return VOIDS[kind].of(lang) if kind in VOIDS else clip(kind, 40, lang)


def _used(heard: Heard, lang: Lang) -> Table:
    return Table(
        caption=say(lang, "各判定模型的用量", "What each judge took"),
        head=(
            say(lang, "判定模型", "Judge"),
            say(lang, "请求", "Requests"),
            say(lang, "调用", "Calls"),
            say(lang, "作废", "Void"),
            say(lang, "输入词元", "Prompt tokens"),
            say(lang, "输出词元", "Completion tokens"),
            say(lang, "费用", "Cost"),
        ),
        rows=tuple(_row(one, lang) for one in heard.used),
        align="lrrrrrr",
    )


def _row(one: Used, lang: Lang) -> tuple[str, ...]:
    void = sum(one.voids.values())
    return (
        clip(one.judge, 80, lang),
        count(one.requests),
        count(one.calls),
        count(void),
        tokens(one, one.prompt_tokens, lang),
        tokens(one, one.completion_tokens, lang),
        cost(one, lang) or "–",
    )


def tokens(one: Used, number: int, lang: Lang) -> str:
    """A count of a judge's tokens, and that there were more where a reply did not report its own."""
    return say(lang, f"至少 {count(number)}", f"at least {count(number)}") if one.untold else count(number)


def cost(one: Used, lang: Lang) -> str | None:
    """What a judge's tokens cost; None where its price is not known."""
    if one.cost is None:
        return None
    shown = f"{one.cost.quantize(Decimal('0.01'), rounding=ROUND_HALF_EVEN)} {one.currency}"
    return say(lang, f"至少 {shown}", f"at least {shown}") if one.untold else shown


# -- agreement --------------------------------------------------------------------------------------------------------


def _among(found: Among, lang: Lang) -> Table:
    return Table(
        caption=say(
            lang,
            f"同一要点上的 {count(found.marks)} 组判定（95 % 区间把各组看作相互独立）",
            f"{count(found.marks)} marks on the same criteria (95 % intervals take marks as independent)",
        ),
        head=(
            say(lang, "指标", "Figure"),
            say(lang, "值", "Value"),
            say(lang, "95 % 区间", "95 % interval"),
        ),
        rows=(
            (say(lang, "全体一致的比例", "All say the same"), _part(found.raw), _interval(found.raw, percent=True)),
            ("AC1 (Gwet)", _three(found.ac1), _interval(found.ac1)),
            (say(lang, "α（Krippendorff）", "alpha (Krippendorff)"), _three(found.alpha), _interval(found.alpha)),
        ),
        align="lrr",
    )


def _people(found: People | None, lang: Lang) -> Iterator[Block]:
    if found is None or not found.labels:
        yield Paragraph(
            text=say(
                lang,
                "还没有可供比较的回答：只有不论判定模型怎么说都会由人评阅的回答才可比，而这样的回答尚无人定论。",
                "There is nothing to compare yet: only answers count that people read whatever the judges say, and none of those "
                "was settled.",
            )
        )
        return
    yield Table(
        caption=say(
            lang,
            f"以人的结论为准：{count(found.answers)} 份回答上的 {count(found.labels)} 条要点，"
            "仅限不论判定模型怎么说都会由人评阅的回答（方括号内为 95 % 区间）",
            f"Held against people: {count(found.labels)} criteria on {count(found.answers)} answers that people read whatever the "
            "judges said (95 % intervals in brackets)",
        ),
        head=(
            say(lang, "判定者", "Marks by"),
            say(lang, "灵敏度", "Sensitivity"),
            say(lang, "特异度", "Specificity"),
            say(lang, "未判", "Unjudged"),
            "AC1",
            say(lang, "κ（参考）", "kappa"),
        ),
        rows=tuple(_beside(one, lang) for one in found.raters),
        align="lllrll",
    )
    yield Points(items=tuple(_reading(found, lang)))


def _beside(one: Beside, lang: Lang) -> tuple[str, ...]:
    return (
        clip(one.name, 80, lang) or say(lang, "合议", "the panel"),
        _share(one.sensitivity),
        _share(one.specificity),
        count(one.unjudged),
        _bracketed(one.ac1),
        _bracketed(one.kappa),
    )


def _reading(found: People, lang: Lang) -> Iterator[str]:
    yield say(
        lang,
        "灵敏度：人认为满足的要点中，判定模型也判满足的比例。特异度：人认为不满足的要点中，判定模型也判不满足的比例；它低，漏网的就多。扣分的要点（满足即有害）则反过来看。",
        "Sensitivity: of the criteria that people find met, the share that the judge marks met. Specificity: of those that people "
        "find not met, the share that it marks not met; where that is low, bad answers get through. For criteria that cost points "
        "it is the other way round.",
    )
    yield say(
        lang,
        "几乎全部满足（或全部不满足）时，κ 即使在极少分歧之下也会很低；此时应看 AC1。",
        "Where nearly everything is met, or nearly nothing, kappa is low even for judges that hardly ever err: read AC1 then.",
    )
    caught = _share(found.caught)
    yield say(
        lang,
        f"取决于判定模型的不合格回答有 {count(found.bad)} 份，合议没有放过的：{caught}。",
        f"Bad answers that hang on the judges: {count(found.bad)}; not passed by the panel: {caught}.",
    )
    if found.bad < KNOWN_BAD:
        yield say(
            lang,
            f"特异度背后的不合格回答不足 {count(KNOWN_BAD)} 份：即使全部识别出来，也不足以说明识别率达到 95 %。",
            f"Fewer than {count(KNOWN_BAD)} known-bad answers stand behind the specificity: even with all of them caught it could "
            "not be said that 95 % are.",
        )


def _share(one: Estimate) -> str:
    if one.value is None:
        return "–"
    return f"{_part(one)} [{floored(one.lower)}, {ceiled(one.upper)}]"


def _part(one: Estimate) -> str:
    return f"{count(one.part)}/{count(one.whole)} = {floored(one.value)}" if one.value is not None else "–"


def _bracketed(one: Estimate) -> str:
    return _three(one) if one.lower is None or one.value is None else f"{_three(one)} [{_interval(one)}]"


def _interval(one: Estimate, *, percent: bool = False) -> str:
    if one.value is None or one.lower is None or one.upper is None:
        return "–"
    if percent:
        return f"{floored(one.lower)} – {ceiled(one.upper)}"
    return f"{one.lower.quantize(THREE, ROUND_FLOOR)}, {one.upper.quantize(THREE, ROUND_CEILING)}"


def _three(one: Estimate) -> str:
    return "–" if one.value is None else str(one.value.quantize(THREE, ROUND_FLOOR))
