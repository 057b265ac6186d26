"""Inspect: a task file with its own data set reader and scorer."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

from benchmarks.peers import INSIDE, Asked, Call, offline, program


def call(asked: Asked) -> Call:
    """Its `eval` command."""
    logs, task = (
        asked.out / "logs",
        f"{INSIDE / 'inspect_task.py'}@bench",
    )  # without the name, only a relative path is taken
    command = (
        *(program("inspect-ai", "inspect"), "eval", task),
        *("-T", f"questions={asked.questions}", "--model", "openai-api/bench/bench", "--log-dir", logs),
        *("--max-connections", str(asked.slots)),
    )
    return Call(command, lambda _: right(logs), {"BENCH_BASE_URL": asked.base_url, "BENCH_API_KEY": "none"})


def right(logs: Path) -> int:
    """From the head of its log, which only its own command can unpack: the share and the number of samples."""
    command = (program("inspect-ai", "inspect"), "log", "dump", "--header-only", next(logs.glob("*.eval")))
    told = subprocess.run(command, env={**os.environ, **offline(logs.parent)}, capture_output=True, check=True)
    results = json.loads(told.stdout)["results"]
    return round(results["scores"][0]["metrics"]["accuracy"]["value"] * results["completed_samples"])
