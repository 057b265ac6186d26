"""What the answers of a run took together: tokens, time, and the names that the endpoint gave itself. One pass over all of them."""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from typing import Final, Protocol

from evalcenter.blocks import Counted, Usage

MODELS: Final = 5
"""So many of the endpoint's own names are kept."""


class Told(Protocol):
    """What an answer tells of itself."""

    @property
    def model(self) -> str | None: ...  # noqa: D102 - as in records.Answer
    @property
    def prompt_tokens(self) -> int | None: ...  # noqa: D102
    @property
    def completion_tokens(self) -> int | None: ...  # noqa: D102
    @property
    def reasoning_tokens(self) -> int | None: ...  # noqa: D102
    @property
    def latency_ms(self) -> int: ...  # noqa: D102


def usage(answers: Iterable[Told]) -> Usage:
    """What `answers` took together."""
    sums, counts = [0, 0, 0], [0, 0, 0]
    times: array[int] = array("q")
    models: set[str] = set()
    for answer in answers:
        times.append(answer.latency_ms)
        if answer.model:
            models.add(answer.model)
        for at, told in enumerate((answer.prompt_tokens, answer.completion_tokens, answer.reasoning_tokens)):
            if told is not None:
                sums[at] += told
                counts[at] += 1
    prompt, completion, reasoning = (Counted(tokens=t, answers=n) for t, n in zip(sums, counts, strict=True))
    return Usage(
        answers=len(times),
        prompt=prompt,
        completion=completion,
        reasoning=reasoning,
        latency_ms=_latency(sorted(times)),
        models=tuple(sorted(models)[:MODELS]),
    )


def _latency(times: list[int]) -> tuple[int, int, int] | None:
    if not times:
        return None
    middle, most, last = (times[min(len(times) - 1, len(times) * share // 100)] for share in (50, 90, 100))
    return middle, most, last
