r"""Random choices that can be recomputed years later on any platform: counter-mode SHA-256 of a seed.

Block number ``i`` (0, 1, 2, …) of the stream named ``purpose`` is ``SHA-256(UTF-8("evalcenter/draws/1\n" + seed + "\n" +
purpose + "\n" + decimal(i)))``; its 32 bytes are read as four big-endian unsigned 64-bit words, in order. A number below
``n`` is ``word mod n``, where words ≥ ``n * floor(2**64 / n)`` are skipped, so that no value is favoured. The test vectors are
in ``tests/test_draws.py`` and ``docs/formats.md``.

Two purposes give independent streams: nothing that one part of a plan draws can shift what another part draws.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import TypeVar

T = TypeVar("T")
_WORD = 1 << 64
_FOUR = struct.Struct(">4Q")


class Draws:
    """A stream of random choices from `seed` for one `purpose`."""

    def __init__(self, seed: str, purpose: str) -> None:
        self._prefix = f"evalcenter/draws/1\n{seed}\n{purpose}\n"
        self._words = self._stream()

    def _stream(self) -> Iterator[int]:
        block = 0
        while True:
            yield from _FOUR.unpack(hashlib.sha256(f"{self._prefix}{block}".encode()).digest())
            block += 1

    def below(self, n: int) -> int:
        """A whole number from 0 to n - 1, each equally likely. Raises ValueError unless n is 1 to 2**64."""
        limit = _limit(n)
        word = next(self._words)
        while word >= limit:
            word = next(self._words)
        return word % n

    def between(self, low: int, high: int, step: int = 1) -> int:
        """One of low, low + step, … not above high."""
        return low + step * self.below((high - low) // step + 1)

    def choice(self, options: Sequence[T]) -> T:
        """One of `options`."""
        return options[self.below(len(options))]

    def choices(self, options: Sequence[T], count: int) -> list[T]:
        """`count` times one of `options`, as so many calls of `choice` would give them."""
        n = len(options)
        limit = _limit(n)
        fit = (word for word in self._words if word < limit)
        return [options[word % n] for word in islice(fit, count)]

    def shuffled(self, options: Sequence[T]) -> list[T]:
        """`options` in random order (Fisher–Yates, from the end)."""
        order = list(options)
        for last in range(len(order) - 1, 0, -1):
            other = self.below(last + 1)
            order[last], order[other] = order[other], order[last]
        return order

    def sample(self, options: Sequence[T], count: int) -> list[T]:
        """`count` different ones of `options`, in random order."""
        if count > len(options):
            raise ValueError(f"cannot draw {count} from {len(options)}")
        return self.shuffled(options)[:count]

    def coin(self, numerator: int, denominator: int) -> bool:
        """True with probability numerator / denominator."""
        return self.below(denominator) < numerator


def _limit(n: int) -> int:
    """Words from here on are skipped."""
    if not 1 <= n <= _WORD:
        raise ValueError(f"cannot draw below {n}; expected 1 to 2**64")
    return _WORD - _WORD % n
