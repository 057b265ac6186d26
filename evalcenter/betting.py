"""Evidence about a mean, by bets on each next score: computed as scores come, in blocks, without going back.

Rules this module keeps:

* What `Evidence` gives for a sequence does not depend on how it was cut into parts, but for the last digits, on which no decision
  rests (`stats.crossed`).
* Memory does not grow with the sequence: blocks of `BLOCK` scores are worked on at a time.

What the numbers mean, and their sources, are in `stats.evidence`.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import ArrayLike, NDArray

BETS: Final = 20
FEW: Final = 8
"""So many different scores are counted instead of added up one by one, which is the same and faster."""
SLACK: Final = 1e-9
"""How far from its line a sum of scores may be by rounding alone."""
BLOCK: Final = 16_384
GROUP: Final = 8
"""So many factors are multiplied before a logarithm is taken, where only the last value counts."""
_NOTHING: Final = 1e-300


class Evidence:
    """The logarithm of the evidence for "the mean is at least `line`" (`against`: below it), score by score.

    `bank` is the number of cells of a full run. Raises ValueError for a line that is not between 0 and 1, for scores outside [0,
    1], and for more scores than there are cells.
    """

    def __init__(self, line: Decimal | float, bank: int | None = None, *, against: bool = False) -> None:
        import numpy as np

        p = float(line)
        if not 0 < p < 1:
            raise ValueError(f"a line of {p} can be neither proved nor refuted; expected a line between 0 and 1")
        bets = np.arange(1, BETS + 1) / BETS
        self._p, self._bets = (1 - p, bets / 3) if against else (p, bets)
        self._bank, self._against = bank, against
        self._count = 0
        self._sum: NDArray[np.float64] = np.zeros(())
        self._logs: NDArray[np.float64] = np.zeros(BETS)

    def extend(self, scores: ArrayLike) -> NDArray[np.float64]:
        """The evidence after each further score; shape (..., n) as `scores`, whose leading axes are runs of their own."""
        import numpy as np

        x = self._checked(scores)
        made = np.empty(x.shape)
        for at in range(0, x.shape[-1], BLOCK):
            made[..., at : at + BLOCK] = self._block(self._claimed(x[..., at : at + BLOCK]))
        return made

    def last(self, scores: ArrayLike) -> float:
        """The evidence after the last of one run's further scores."""
        import numpy as np

        x = self._checked(scores)
        whole = len(x) - x.sum() if self._against else x.sum()
        end = self._settled(
            np.zeros(1), np.asarray(self._sum + whole, dtype=np.float64)[None], self._count + len(x) - 1
        )[0]
        if end:  # certain or lost, whatever was bet on the way
            return float(end)
        for at in range(0, len(x), BLOCK):
            self._total(self._claimed(x[at : at + BLOCK]))
        return float(_mixture(self._logs[None].copy())[0])

    def _checked(self, scores: ArrayLike) -> NDArray[Any]:
        import numpy as np

        x = np.asarray(scores)
        x = x if x.dtype in (np.bool_, np.float64) else x.astype(np.float64)
        if x.ndim == 0 or (x.size and not (x.min() >= 0 and x.max() <= 1)):
            raise ValueError("expected a sequence of scores between 0 and 1")
        if self._bank is not None and self._count + x.shape[-1] > self._bank:
            raise ValueError(f"{self._count + x.shape[-1]} scores can't come from a full run of {self._bank} cells")
        return x

    def _claimed(self, x: NDArray[Any]) -> NDArray[np.float64]:
        """Scores as numbers, as the claim counts them."""
        import numpy as np

        return 1 - x.astype(np.float64) if self._against else x.astype(np.float64, copy=False)

    def _block(self, x: NDArray[np.float64]) -> NDArray[np.float64]:
        import numpy as np

        if not x.shape[-1]:
            return x
        sums = self._sum[..., None] + np.cumsum(x, axis=-1)
        logs = self._logs[..., None, :] + (self._counted(x) if self._bank is None else self._full_run(x, sums))
        begin, self._count = self._count, self._count + x.shape[-1]
        self._sum, self._logs = sums[..., -1], logs[..., -1, :].copy()
        return self._settled(_mixture(logs), sums, begin)

    def _counted(self, x: NDArray[np.float64]) -> NDArray[np.float64]:
        """The logarithms of the running products of ``1 + f (x - p) / p``, one column a bet."""
        import numpy as np

        p, bets = self._p, self._bets
        if (values := np.unique(x)).size > FEW:
            return np.cumsum(_log(1 + bets * ((x - p) / p)[..., None]), axis=-2)
        seen = np.cumsum(x[..., None] == values, axis=-2, dtype=np.float64)  # how often each value came so far
        return np.asarray(seen @ _log(1 + bets * ((values - p) / p)[:, None]))

    def _full_run(self, x: NDArray[np.float64], sums: NDArray[np.float64]) -> NDArray[np.float64]:
        import numpy as np

        return np.cumsum(_log(self._factors(x, sums)), axis=-2)

    def _factors(self, x: NDArray[np.float64], sums: NDArray[np.float64]) -> NDArray[np.float64]:
        """What each bet multiplies by, at the mean that is still needed to stand on the line."""
        import numpy as np

        p, bank, before = self._p, self._bank or 0, sums - x
        t = np.arange(self._count, self._count + x.shape[-1])
        # Out of these ranges the claim is certain or lost, which `_settled` says.
        mean = np.clip((bank * p - before) / (bank - t), SLACK / bank, 1.0)
        room = np.maximum((1 - p) - (t - before) / bank, SLACK / bank)
        grown = np.minimum(1.0, self._bets * ((1 - p) / room)[..., None])
        return np.asarray(1 + grown * ((x - mean) / mean)[..., None])

    def _total(self, x: NDArray[np.float64]) -> None:
        """Go on by `x` without saying what the evidence was on the way."""
        import numpy as np

        sums = self._sum + np.cumsum(x)
        if self._bank is None:
            values, counts = np.unique(x, return_counts=True)
            self._logs = self._logs + counts @ _log(1 + self._bets * ((values - self._p) / self._p)[:, None])
        else:
            factors = self._factors(x, sums)
            whole = len(x) - len(x) % GROUP
            groups = factors[:whole].reshape(-1, GROUP, BETS).prod(axis=1)
            self._logs = self._logs + _log(groups).sum(axis=0) + _log(factors[whole:]).sum(axis=0)
        self._sum, self._count = sums[-1], self._count + len(x)

    def _settled(self, path: NDArray[np.float64], total: NDArray[np.float64], begin: int) -> NDArray[np.float64]:
        """`path` with what is certain in a full run: a mean of at least the line whatever is left, or none such."""
        import numpy as np

        if self._bank is None:
            return path
        left = self._bank - np.arange(begin + 1, begin + total.shape[-1] + 1)
        needed = self._bank * self._p
        certain = total > needed + SLACK if self._against else total >= needed - SLACK
        lost = total + left <= needed + SLACK if self._against else total + left < needed - SLACK
        return np.where(certain, np.inf, np.where(lost, -np.inf, path))


def _log(factors: NDArray[np.float64]) -> NDArray[np.float64]:
    """Logarithms, where a bet that lost everything is merely far below all others: minus infinity would not add up."""
    import numpy as np

    return np.asarray(np.log(np.maximum(factors, _NOTHING)))


def _mixture(logs: NDArray[np.float64]) -> NDArray[np.float64]:
    """The logarithm of the mean over the bets (last axis) of what `logs` are the logarithms of."""
    import numpy as np

    top = logs.max(axis=-1, keepdims=True)
    np.subtract(logs, top, out=logs)  # in place: a batch of runs fills the memory otherwise
    np.exp(logs, out=logs)
    return np.asarray(top[..., 0] + np.log(logs.mean(axis=-1)))
