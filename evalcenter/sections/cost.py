"""What the run used: calls, retries, tokens, time and money. What the endpoint did not report is said, never guessed."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_EVEN, Decimal
from typing import ClassVar, Final

from evalcenter.blocks import Block, Facts, Fields
from evalcenter.records import Answer, Lang, Text
from evalcenter.sections.wording import count, say

MILLION: Final = 1_000_000


class Cost:
    """Calls, tokens, latency and price."""

    name: ClassVar[str] = "cost"
    version: ClassVar[str] = "1"
    order: ClassVar[int] = 70
    title: ClassVar[Text] = Text(zh="用量与费用", en="Use and cost")

    def build(self, facts: Facts, lang: Lang) -> tuple[Block, ...]:
        """The figures in `lang`."""
        answers = [answer for response in facts.responses.values() for answer in response.answers]
        prompt = [a.prompt_tokens for a in answers if a.prompt_tokens is not None]
        completion = [a.completion_tokens for a in answers if a.completion_tokens is not None]
        reasoning = [a.reasoning_tokens for a in answers if a.reasoning_tokens is not None]
        return (
            Fields(
                rows=(
                    (say(lang, "回答", "Answers"), count(len(answers))),
                    (say(lang, "重试", "Retries"), count(facts.retries)),
                    (say(lang, "未得到回答的样本", "Samples without an answer"), count(len(facts.failures))),
                    (say(lang, "输入词元", "Prompt tokens"), _sum(prompt, len(answers), lang)),
                    (say(lang, "输出词元", "Completion tokens"), _sum(completion, len(answers), lang)),
                    (say(lang, "其中推理词元", "Of these, reasoning"), _sum(reasoning, len(answers), lang)),
                    (say(lang, "延迟", "Latency"), _latency(answers, lang)),
                    (say(lang, "费用", "Cost"), _price(facts, prompt, completion, len(answers), lang)),
                )
            ),
        )


def _sum(reported: Sequence[int], answers: int, lang: Lang) -> str:
    if not reported:
        return say(lang, "服务端未报告", "not reported by the endpoint")
    if len(reported) == answers:
        return count(sum(reported))
    return say(
        lang,
        f"至少 {count(sum(reported))}（{count(answers)} 个回答中 {count(len(reported))} 个有报告）",
        f"at least {count(sum(reported))} (reported by {count(len(reported))} of {count(answers)} answers)",
    )


def _latency(answers: Sequence[Answer], lang: Lang) -> str:
    times = sorted(answer.latency_ms for answer in answers)
    if not times:
        return "–"
    middle, most, last = (times[min(len(times) - 1, len(times) * share // 100)] for share in (50, 90, 100))
    return say(
        lang,
        f"中位 {count(middle)} ms，90 % 不超过 {count(most)} ms，最长 {count(last)} ms",
        f"median {count(middle)} ms, 90 % within {count(most)} ms, longest {count(last)} ms",
    )


def _price(facts: Facts, prompt: Sequence[int], completion: Sequence[int], answers: int, lang: Lang) -> str | None:
    price = facts.plan.candidate.price
    if price is None:
        return None
    money = (price.prompt * sum(prompt) + price.completion * sum(completion)) / MILLION
    shown = f"{money.quantize(Decimal('0.01'), rounding=ROUND_HALF_EVEN)} {price.currency}"
    if len(prompt) == len(completion) == answers:
        return shown
    return say(lang, f"至少 {shown}", f"at least {shown}")


plugin: Final = Cost()
