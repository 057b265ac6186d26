"""EvalScope: a benchmark and a measure of one's own, as its documentation shows; no built-in pair asks for inclusion."""

from __future__ import annotations

import json
from pathlib import Path

from benchmarks.peers import INSIDE, Asked, Call, program


def call(asked: Asked) -> Call:
    """The script that registers the benchmark and runs it."""
    results = asked.out / "results"
    command = (
        *(program("evalscope", "python"), INSIDE / "evalscope_run.py", asked.base_url, asked.questions),
        *(str(asked.slots), results),
    )
    return Call(command, lambda _: right(results), {"MODELSCOPE_CACHE": f"{asked.out / 'modelscope'}"})


def right(results: Path) -> int:
    """From its report: the mean and the number of samples."""
    told = json.loads(next(results.rglob("reports/bench/bench.json")).read_bytes())["metrics"][0]
    return round(told["score"] * told["num"])
