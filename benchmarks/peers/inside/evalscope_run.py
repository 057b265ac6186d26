"""Run by EvalScope's Python: the questions as a benchmark of one's own, with a measure of one's own."""

import sys
from typing import Any

from evalscope import TaskConfig, run_task
from evalscope.api.benchmark import BenchmarkMeta, DefaultDataAdapter
from evalscope.api.dataset import DatasetDict, Sample
from evalscope.api.metric import Metric
from evalscope.api.registry import register_benchmark, register_metric

BASE_URL, QUESTIONS, SLOTS, RESULTS = sys.argv[1:]


@register_metric(name="includes")
class Includes(Metric):
    """Whether an answer includes the gold words; its own `acc` with `allow_inclusion` asks for the whole answer among several."""

    def apply(self, predictions: list[str], references: list[str]) -> list[float]:
        """See Metric."""
        return [float(gold in said) for said, gold in zip(predictions, references, strict=True)]


@register_benchmark(
    BenchmarkMeta(
        name="bench",
        pretty_name="Bench",
        description="Questions of the benchmarks",
        dataset_id=QUESTIONS,
        eval_split="test",
        metric_list=["includes"],
        prompt_template="{question}",
    )
)
class Bench(DefaultDataAdapter):
    """One sample a line."""

    def load_from_disk(self, **_: Any) -> DatasetDict:
        """See DefaultDataAdapter."""
        return super().load_from_disk(use_local_loader=True)

    def record_to_sample(self, record: dict[str, Any]) -> Sample:
        """See DefaultDataAdapter."""
        return Sample(input=record["prompt"], target=record["gold"])


run_task(
    TaskConfig(
        model="bench",
        api_url=BASE_URL,
        api_key="none",
        eval_type="openai_api",
        datasets=["bench"],
        eval_batch_size=int(SLOTS),
        work_dir=RESULTS,
    )
)
