"""Read by lm-eval beside its task file: an answer is right if it includes the gold words."""

from typing import Any


def includes(doc: dict[str, Any], results: list[str]) -> dict[str, float]:
    """The task's `process_results`."""
    return {"includes": float(doc["gold"] in results[0])}
