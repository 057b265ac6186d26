"""Made-up models that answer probes, and rounds of their answers, for tests and benchmarks of the fingerprint."""

from __future__ import annotations

from collections.abc import Sequence

from evalcenter.draws import Draws
from evalcenter.records import Answer, Probe, Probed, Probing

COUNT = 24
SET = Probing(
    id="made",
    version="1",
    digest="sha256:" + "1" * 64,
    probes=tuple(Probe(id=f"p{at:02d}", lang="en", prompt=f"probe {at}?") for at in range(COUNT)),
)
VARIANTS = 6
KEPT = 2
"""One word in so many is kept from a model's usual answer to a variant of it."""


class Model:
    """Answers each probe as usual, or with probability `noise` (in percent) by a variant that shares about half of its words.

    Of two models with the same `base` this one has its own usual answers to about `own` percent of the probes.
    """

    def __init__(self, name: str, *, noise: int = 0, base: str = "", own: int = 100) -> None:
        self._noise = noise
        self._usual = [
            self._words(name if Draws(name, f"own/{at}").below(100) < own else base, at) for at in range(COUNT)
        ]
        self._calls = Draws(name, "calls")

    @staticmethod
    def _words(name: str, at: int) -> list[str]:
        draws = Draws(name, f"words/{at}")
        usual = [_word(draws) for _ in range(draws.between(1, 9))]
        varied = [" ".join(word if draws.below(KEPT) else _word(draws) for word in usual) for _ in range(VARIANTS)]
        return [" ".join(usual), *varied]

    def say(self, at: int) -> str:
        """One answer to the probe numbered `at`."""
        varied = self._calls.below(100) < self._noise
        return self._usual[at][1 + self._calls.below(VARIANTS) if varied else 0]


def _word(draws: Draws) -> str:
    return "".join(draws.choice("abcdefghijklmnopqrstuvwxyz") for _ in range(draws.between(2, 8)))


def asked(phase: str, number: int, model: Model) -> list[Probed]:
    """One whole round."""
    return [
        Probed(phase=phase, round=number, probe=probe.id, answer=Answer(text=model.say(at)))  # type: ignore[arg-type]
        for at, probe in enumerate(SET.probes)
    ]


def run(before: Model, later: Sequence[Model]) -> list[Probed]:
    """The probes of a run: as often as the set says before it, then each round by one of `later`, the last behind it."""
    lines = [line for number in range(SET.repeats) for line in asked("before", number, before)]
    for number, model in enumerate(later):
        lines += asked("during" if number < len(later) - 1 else "after", number, model)
    return lines
