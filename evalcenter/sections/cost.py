"""What the run used: calls, retries, tokens, time and money. What the endpoint did not report is said, never guessed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from decimal import ROUND_HALF_EVEN, Decimal
from typing import ClassVar, Final

from evalcenter.blocks import Block, Counted, Facts, Fields, Usage
from evalcenter.records import Lang, Text
from evalcenter.sections import judges_said
from evalcenter.sections.wording import clip, count, say

MILLION: Final = 1_000_000


class Cost:
    """Calls, tokens, latency and price."""

    name: ClassVar[str] = "cost"
    version: ClassVar[str] = "1"
    order: ClassVar[int] = 70
    title: ClassVar[Text] = Text(zh="用量与费用", en="Use and cost")

    def build(self, facts: Facts, lang: Lang) -> tuple[Block, ...]:
        """The figures in `lang`."""
        used = facts.usage
        return (
            Fields(
                rows=(
                    (say(lang, "回答", "Answers"), count(used.answers)),
                    (say(lang, "重试", "Retries"), count(facts.retries)),
                    (say(lang, "未得到回答的样本", "Samples without an answer"), count(len(facts.failures))),
                    (say(lang, "输入词元", "Prompt tokens"), _sum(used.prompt, used.answers, lang)),
                    (say(lang, "输出词元", "Completion tokens"), _sum(used.completion, used.answers, lang)),
                    (say(lang, "其中推理词元", "Of these, reasoning"), _sum(used.reasoning, used.answers, lang)),
                    (say(lang, "延迟", "Latency"), _latency(used, lang)),
                    (say(lang, "用时", "Time from first to last"), _took(facts, lang)),
                    (say(lang, "费用", "Cost"), _price(facts, lang)),
                    *_probes(facts, lang),
                    *_judges(facts, lang),
                )
            ),
        )


def _probes(facts: Facts, lang: Lang) -> Iterator[tuple[str, str | None]]:
    """What the probes took besides."""
    if facts.probed.answers:
        prompt, completion = (
            _sum(used, facts.probed.answers, lang) for used in (facts.probed.prompt, facts.probed.completion)
        )
        yield (
            say(lang, "探针（未计入上面各项）", "Probes, not counted above"),
            say(
                lang,
                f"{count(facts.probed.answers)} 个回答；输入词元 {prompt}，输出词元 {completion}",
                f"{count(facts.probed.answers)} answers; tokens: {prompt} prompt, {completion} completion",
            ),
        )


def _judges(facts: Facts, lang: Lang) -> Iterator[tuple[str, str | None]]:
    """What each judge took besides."""
    for one in () if facts.heard is None else facts.heard.used:
        name = clip(one.judge, 80, lang)
        prompt, completion = (judges_said.tokens(one, n, lang) for n in (one.prompt_tokens, one.completion_tokens))
        yield (
            say(lang, f"判定模型 {name} 的词元", f"Tokens of the judge {name}"),
            say(lang, f"输入 {prompt}，输出 {completion}", f"{prompt} prompt, {completion} completion"),
        )
        yield say(lang, f"判定模型 {name} 的费用", f"Cost of the judge {name}"), judges_said.cost(one, lang)


def _sum(reported: Counted, answers: int, lang: Lang) -> str:
    if not reported.answers:
        return say(lang, "服务端未报告", "not reported by the endpoint")
    if reported.answers == answers:
        return count(reported.tokens)
    return say(
        lang,
        f"至少 {count(reported.tokens)}（{count(answers)} 个回答中 {count(reported.answers)} 个有报告）",
        f"at least {count(reported.tokens)} (reported by {count(reported.answers)} of {count(answers)} answers)",
    )


def _latency(used: Usage, lang: Lang) -> str:
    if used.latency_ms is None:
        return "–"
    middle, most, last = used.latency_ms
    return say(
        lang,
        f"中位 {count(middle)} ms，90 % 不超过 {count(most)} ms，最长 {count(last)} ms",
        f"median {count(middle)} ms, 90 % within {count(most)} ms, longest {count(last)} ms",
    )


def _took(facts: Facts, lang: Lang) -> str | None:
    """How long the run took, pauses included; None where its times have another form."""
    try:
        seconds = round(
            (datetime.fromisoformat(facts.finished) - datetime.fromisoformat(facts.started)).total_seconds()
        )
    except (ValueError, TypeError):
        return None
    hours, minutes = divmod(max(0, seconds) // 60, 60)
    if not hours and not minutes:
        return say(lang, f"{seconds} 秒", f"{seconds} s")
    return say(lang, f"{count(hours)} 小时 {minutes} 分", f"{count(hours)} h {minutes} min")


def _price(facts: Facts, lang: Lang) -> str | None:
    price, used = facts.plan.candidate.price, facts.usage
    if price is None:
        return None
    money = (price.prompt * used.prompt.tokens + price.completion * used.completion.tokens) / MILLION
    shown = f"{money.quantize(Decimal('0.01'), rounding=ROUND_HALF_EVEN)} {price.currency}"
    if used.prompt.answers == used.completion.answers == used.answers:
        return shown
    return say(lang, f"至少 {shown}", f"at least {shown}")


plugin: Final = Cost()
