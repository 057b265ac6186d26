"""Tells from answers to the same probes at several times whether one and the same model gave them.

Rules this module keeps:

* Noise is measured, never assumed: every probe is answered several times before the run, and later rounds are compared with that.
* The test is exact. If nothing changed, any of the answers to a probe were as likely as any others to come last. Over all ways to
  choose as many of each probe's answers as came last, `p` is the share of those that stand off at least as far as what was seen.
* A look takes the last one, two and three rounds as the later ones; its p is the least of the three, times their number. The n-th
  look of a run is drifted at p <= alpha / (n (n + 1)), so that all its looks together raise a false alarm with probability at most
  alpha, however many there are.
* A look is drifted only where the answers also moved off far. A handful of probes that are answered otherwise, and answers that
  scatter more under load than before, are no swap.
* "The same" is said only where the change of two probes in three would have been noticed. Anything else can't be told.
* No figure here enters a rate; no answer to a probe is ever marked.

It is pure: it asks nobody and reads nothing.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Context, Decimal
from fractions import Fraction
from functools import cached_property
from itertools import combinations, pairwise
from math import prod
from typing import Final, Literal

from evalcenter import canon
from evalcenter.records import Answer, Identity, Look, Probed, Probing

LEAST: Final = 12
"""A round is compared if so many probes were answered in it and at least twice before."""
SHIFT: Final = Fraction(3, 20)
"""How far answers must have moved off, on average over the probes and as a share of `FAR`, before a look is drifted."""
ALONE: Final = Fraction(3, 10)
"""The same where the last round stands alone: of one answer nobody knows how far it scatters."""
Phase = Literal["during", "after", "since"]
Places = list[tuple[Phase, int]]
LATER: Final = 3
EARLIER: Final = 3
"""A look takes the last 1, 2 and 3 rounds as later ones, and so many of the first among those before them as earlier ones."""
FAR: Final = 8
"""The distance of two answers that have nothing in common."""
READ: Final = 2000
"""So many characters of an answer are looked into; its length and its whole text count besides."""


# -- two answers ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Traits:
    """What is compared of an answer."""

    answer: Answer

    @cached_property
    def plain(self) -> str:
        """Its letters and digits, in one case and one form."""
        said = unicodedata.normalize("NFKC", self.answer.text[:READ]).casefold()
        return "".join(one if one.isalnum() else " " for one in said)

    @cached_property
    def first(self) -> str:
        """Its first word, or where words are not apart, its first sign."""
        word = next(iter(self.plain.split()), "")
        return word if word.isascii() else word[:1]

    @cached_property
    def length(self) -> int:
        """Its length, as the power of two above it."""
        return len(self.answer.text).bit_length()

    @cached_property
    def pairs(self) -> Counter[str]:
        """Its pairs of neighbouring letters and digits."""
        said = self.plain.replace(" ", "")
        return Counter(map("".join, pairwise(said))) if len(said) > 1 else Counter([said])

    def digest(self) -> str:
        """What a fingerprint holds of it."""
        return canon.digest([self.answer.state, self.answer.text, self.plain, self.first, self.length])


def distance(one: Traits, other: Traits) -> int:
    """How far two answers are apart: 0 where they are the same text, `FAR` where they share nothing or one is no answer."""
    if one.answer.state != other.answer.state:
        return FAR
    if one.answer.text == other.answer.text:
        return 0
    apart = 1 + (one.length != other.length)
    if one.plain.split() == other.plain.split():
        return apart
    shared = (one.pairs & other.pairs).total()
    most = one.pairs.total() + other.pairs.total()
    return apart + 2 + 2 * (one.first != other.first) + (2 * most - 4 * shared) // most


# -- two times --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Group:
    """The answers to one probe as distances: `apart[i][j]` between answers i and j; the last `later` of them came later."""

    apart: tuple[tuple[int, ...], ...]
    later: int = 1

    @classmethod
    def of(cls, earlier: Sequence[Traits], later: Sequence[Traits]) -> Group:
        """The distances of all these answers."""
        held = (*earlier, *later)
        return cls(tuple(tuple(distance(one, other) for other in held) for one in held), len(later))

    @property
    def first(self) -> int:
        """How many answers came before."""
        return len(self.apart) - self.later

    def between(self, chosen: Sequence[int]) -> int:
        """How far the answers numbered `chosen` stand from all others together."""
        return sum(sum(self.apart[i]) for i in chosen) - sum(self.apart[i][j] for i in chosen for j in chosen)

    @property
    def seen(self) -> int:
        """How far the later answers stand from the earlier ones together."""
        return self.between(range(self.first, len(self.apart)))

    @property
    def scores(self) -> list[int]:
        """The same for every way to choose as many answers."""
        return [self.between(chosen) for chosen in combinations(range(len(self.apart)), self.later)]

    @property
    def shift(self) -> Fraction:
        """How far the later answers moved off, as a share of `FAR`: their distance from the earlier ones, less the usual within.

        Answers that only scatter more than before have not moved: what is usual is the mean of both sides' own distances.
        """
        later = self._within(range(self.first, len(self.apart)))
        own = self._within(range(self.first))
        usual = own if later is None or own is None else (own + later) / 2
        return (Fraction(self.seen, self.first * self.later) - (usual or 0)) / FAR

    def _within(self, places: range) -> Fraction | None:
        """The mean distance of these answers from each other; None of a single one."""
        pairs = [self.apart[i][j] for i, j in combinations(places, 2)]
        return Fraction(sum(pairs), len(pairs)) if pairs else None

    @property
    def outside(self) -> bool:
        """Whether a later answer stands farther from every earlier one than any of those from each other."""
        noise = max(self.apart[i][j] for i, j in combinations(range(self.first), 2))
        return any(min(row[: self.first]) > noise for row in self.apart[self.first :])

    def had(self, apart: int | None) -> Group:
        """The same, had there been one later answer, so far from every earlier one; with None, had it been the first of those."""
        known = [row[: self.first] for row in self.apart[: self.first]]
        row = known[0] if apart is None else (apart,) * self.first
        return Group((*((*one, far) for one, far in zip(known, row, strict=True)), (*row, 0)))


def chance(groups: Sequence[Group]) -> Fraction:
    """The exact p: the share of all ways to choose later answers, one way for each probe, that stand at least as far apart.

    The ways are counted as coefficients of a product of polynomials, which is one product of whole numbers.
    """
    scores = [group.scores for group in groups]
    ways = prod(map(len, scores))
    width = ways.bit_length() + 1
    counts = prod(sum(1 << width * score for score in one) for one in scores)
    tail = counts >> width * sum(group.seen for group in groups)
    return Fraction(tail % ((1 << width) - 1), ways)  # the sum of all coefficients that are left


def level(alpha: Decimal, number: int) -> Fraction:
    """The level of the `number`-th look, from 1: the levels of all looks add up to `alpha`."""
    return Fraction(alpha) / (number * (number + 1))


def sees(groups: Sequence[Group], at: Fraction) -> bool:
    """Whether one later round would be drifted at the level `at`, had two probes in three been answered quite otherwise in it.

    Two in three in the order of their noise; the others as the first time. Only earlier answers are read.
    """
    ranked = sorted(groups, key=lambda group: sum(map(sum, group.had(None).apart)))
    made = [group.had(FAR if place % 3 else None) for place, group in enumerate(ranked)]
    return _drifted(made, chance(made), at)


def _drifted(groups: Sequence[Group], p: Fraction, at: Fraction) -> bool:
    if len(groups) < LEAST or p > at:
        return False
    alone = max(group.later for group in groups) == 1
    return sum(group.shift for group in groups) >= (ALONE if alone else SHIFT) * len(groups)


def _rounded(share: Fraction, direction: str) -> Decimal:
    return Context(prec=6, rounding=direction).divide(Decimal(share.numerator), Decimal(share.denominator))


# -- a run ------------------------------------------------------------------------------------------------------------


def wrong(probing: Probing | None, earlier: Sequence[Probed], one: Probed) -> str:
    """Why `one` can't stand behind the `earlier` lines of a run, in words; empty where it can."""
    if probing is None or one.phase == "since":
        return "no probes were planned" if probing is None else "a run has no probes from after its end"
    if one.probe not in {probe.id for probe in probing.probes} or one.round < 0:
        return f"the probe {one.probe!r} was never planned"
    if one.phase == "before" and one.round >= probing.repeats:
        return f"every probe is asked {probing.repeats} times before the run"
    if (one.answer is None) != bool(one.failed):
        return "a probe is either answered or failed"
    for known in earlier:
        if (known.phase, known.round, known.probe) == (one.phase, one.round, one.probe) and known.answer is not None:
            return f"the probe {one.probe!r} was answered already in round {one.round} {one.phase}"
    return ""


class Rounds:
    """The answers of a run by round, in the order in which the rounds began; a failed call has none."""

    def __init__(self, probing: Probing, probed: Sequence[Probed]) -> None:
        self.probing = probing
        self._held: dict[tuple[Phase | Literal["before"], int], dict[str, Traits | None]] = {}
        for one in probed:
            answer = None if one.answer is None else Traits(one.answer)
            self._held.setdefault((one.phase, one.round), {})[one.probe] = answer
        first = [self._held.get(("before", number), {}) for number in range(probing.repeats)]
        self.begun = all(map(self._whole, first))
        """Whether every probe was asked as often as it should be before the run."""
        self.before = {probe.id: _answered(first, probe.id) for probe in probing.probes}

    def _whole(self, held: Mapping[str, Traits | None]) -> bool:
        return len(held) == len(self.probing.probes)

    def later(self) -> Places:
        """Every whole round after the first question."""
        return [(p, number) for (p, number), held in self._held.items() if p != "before" and self._whole(held)]

    def groups(self, earlier: Places, later: Places) -> list[Group]:
        """The probes that were answered before the run or in `earlier` rounds at least twice, and in `later` ones.

        One that was answered in silence every time says nothing.
        """
        found = []
        for probe, first in self.before.items():
            old = [*first, *_answered([self._held[one] for one in earlier], probe)]
            new = _answered([self._held[one] for one in later], probe)
            if len(old) > 1 and new and any(one.answer.state != "silent" for one in (*old, *new)):
                found.append(Group.of(old, new))
        return found

    def looks(self) -> Iterator[tuple[Look, bool]]:
        """Every whole round after the first question as a look, and whether it would have seen a change; see `sees`."""
        rounds = self.later()
        for number in range(1, len(rounds) + 1):
            sizes = range(1, min(number, LATER) + 1)
            cuts = [(rounds[: number - size][:EARLIER], rounds[number - size : number]) for size in sizes]
            yield self._look(cuts, level(self.probing.alpha, number))

    def since(self, number: int) -> tuple[Look, bool]:
        """The last round as the `number`-th look since a run ended, compared with all that is known from before."""
        *known, last = self.later()
        return self._look([(known, [last])], level(self.probing.alpha, number))

    def _look(self, cuts: Sequence[tuple[Places, Places]], at: Fraction) -> tuple[Look, bool]:
        """What the last round says by the `cuts` between earlier and later rounds; the first has the last one alone."""
        cut = [self.groups(*one) for one in cuts]
        chances = [chance(groups) * len(cuts) for groups in cut]
        best = min(range(len(cut)), key=chances.__getitem__)
        phase, place = cuts[0][1][-1]
        made = Look(
            phase=phase,
            round=place,
            compared=len(cut[0]),
            changed=sum(group.outside for group in cut[best]),
            p=_rounded(min(chances[best], Fraction(1)), ROUND_CEILING),
            level=_rounded(at, ROUND_FLOOR),
            drifted=any(_drifted(groups, p, at) for groups, p in zip(cut, chances, strict=True)),
        )
        return made, sees(cut[0], at / len(cuts))

    def digest(self) -> str | None:
        """The digest of the set and of what is compared of every answer before the run.

        None until all were asked, and where too few were answered to tell one model from another.
        """
        spoken = [held for held in self.before.values() if any(one.answer.state != "silent" for one in held)]
        if not self.begun or len(spoken) < LEAST:
            return None
        told = {probe: sorted(one.digest() for one in held) for probe, held in self.before.items()}
        return canon.digest({"set": self.probing.digest, "repeats": self.probing.repeats, "answers": told})


def _answered(rounds: Sequence[Mapping[str, Traits | None]], probe: str) -> list[Traits]:
    return [answer for one in rounds if (answer := one.get(probe)) is not None]


def identity(probing: Probing | None, probed: Sequence[Probed], *, ended: bool) -> Identity | None:
    """What the probes of a run tell; None where none were planned. `ended`: a whole round came behind the last question."""
    if probing is None:
        return None
    rounds = Rounds(probing, probed)
    seen = list(rounds.looks())
    looks, digest = tuple(look for look, _ in seen), rounds.digest()
    if any(look.drifted for look in looks):
        return Identity(state="drifted", looks=looks, digest=digest)
    why = untold(*seen[-1]) if ended and seen else "unasked"
    return Identity(state="untold" if why else "same", why=why, looks=looks, digest=digest)


def untold(look: Look, seeing: bool) -> Literal["", "few", "noisy"]:  # noqa: FBT001 - as `Rounds` gives them
    """Why a look that is not drifted does not say that it is still the same model; empty where it does."""
    if look.compared < LEAST:
        return "few"
    return "" if seeing else "noisy"
