"""deepeval: it has no client to ask with, so the answers come from the `openai` package, as its documentation shows it."""

from __future__ import annotations

import json
from pathlib import Path

from benchmarks.peers import INSIDE, Asked, Call, program


def call(asked: Asked) -> Call:
    """The script of a user of the library."""
    results = asked.out / "results"
    command = (
        *(program("deepeval", "python"), INSIDE / "deepeval_run.py", asked.base_url, asked.questions, str(asked.slots)),
        results,
    )
    return Call(command, lambda _: right(results), OFF | {"DEEPEVAL_CACHE_FOLDER": f"{asked.out / 'deepeval'}"})


OFF = {
    "DEEPEVAL_TELEMETRY_OPT_OUT": "1",
    "DEEPEVAL_DISABLE_DOTENV": "1",  # what a user keeps in the current folder is no part of this
    "CONFIDENT_OPEN_BROWSER": "0",
}


def right(results: Path) -> int:
    """From its result file."""
    return int(json.loads(next(results.rglob("test_run_*.json")).read_bytes())["testPassed"])
