"""Run by deepeval's Python: ask as an application would, then evaluate its test cases with a measure of one's own."""

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

from deepeval import evaluate
from deepeval.evaluate import AsyncConfig, CacheConfig, DisplayConfig
from deepeval.metrics import BaseMetric
from deepeval.test_case import LLMTestCase
from openai import AsyncOpenAI


class Includes(BaseMetric):
    """Whether an answer includes the gold words."""

    def __init__(self) -> None:
        self.threshold = 1.0

    def measure(self, test_case: LLMTestCase, *_: Any, **__: Any) -> float:
        """See BaseMetric."""
        self.score = float((test_case.expected_output or "") in (test_case.actual_output or ""))
        self.success = self.score >= self.threshold
        return self.score

    async def a_measure(self, test_case: LLMTestCase, *_: Any, **__: Any) -> float:
        """See BaseMetric."""
        return self.measure(test_case)

    def is_successful(self) -> bool:
        """See BaseMetric."""
        return bool(self.success)

    @property
    def __name__(self) -> str:
        return "Includes"


async def answered(base_url: str, questions: list[dict[str, Any]], slots: int) -> list[LLMTestCase]:
    """A test case for every question, in their order, with so many calls in flight."""
    cases: list[LLMTestCase | None] = [None] * len(questions)
    left = iter(enumerate(questions))
    async with AsyncOpenAI(api_key="none", base_url=base_url) as client:

        async def work() -> None:
            for at, one in left:
                messages: Any = [{"role": "user", "content": one["prompt"]}]
                reply = await client.chat.completions.create(model="bench", messages=messages)
                said = reply.choices[0].message.content
                cases[at] = LLMTestCase(input=one["prompt"], actual_output=said, expected_output=one["gold"])

        await asyncio.gather(*(work() for _ in range(slots)))
    return [case for case in cases if case]


def main() -> None:
    """Ask and evaluate."""
    base_url, questions, slots, results = sys.argv[1:]
    with Path(questions).open(encoding="utf-8") as lines:
        asked = [json.loads(line) for line in lines]
    cases = asyncio.run(answered(base_url, asked, int(slots)))
    display = DisplayConfig(results_folder=results, inspect_after_run=False)  # there is nobody to ask
    cache = CacheConfig(write_cache=False)  # by default the whole run is written again after every case
    concurrent = AsyncConfig(max_concurrent=int(slots))
    evaluate(cases, [Includes()], async_config=concurrent, display_config=display, cache_config=cache)


if __name__ == "__main__":
    main()
