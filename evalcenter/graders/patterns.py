"""How much work a regular expression may make: read before it is used, since nothing can stop it once it runs.

Rules this module keeps:

* A group that is repeated more than eight times may hold no choice of its own (``|``, ``?``, ``*``, ``+``, ``{n,m}``), unless
  the repetition is possessive (``*+``) or the choice stands in a lookaround or an atomic group. Otherwise the number of ways to
  match can double with every character.
* Open repetitions that can be divided in several ways multiply; the length of text that a pattern may be put to shrinks with
  their number. One that is followed by a character it cannot match (``[^,]*,``) can be divided in one way only.

It refuses to prove a refused pattern harmless: the author makes it possessive.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

FEW: Final = 8
WORK: Final = 20_000_000
LONGEST: Final = 100_000
MAX_PATTERN: Final = 2_000
DEPTH: Final = 50
_QUANTIFIER: Final = re.compile(r"(?:[*+?]|\{\d+,?\d*\}|\{,\d+\})[+?]?")
_OPEN: Final = re.compile(r"\(\?(?:[:>=!]|<[=!]|P<\w+>|[aiLmsux-]+:)|\(")
_WHOLE: Final = re.compile(r"\(\?(?:[aiLmsux]+|P=\w+|#[^)]*)\)")
_ATOM: Final = re.compile(r"\[\^?\]?(?:\\.|[^\]\\])*\]|\\.|[^()|]", re.DOTALL)
_SHIELDED: Final = frozenset({"(?>", "(?=", "(?!", "(?<=", "(?<!"})


@lru_cache(maxsize=512)
def check(pattern: str) -> int:
    """How many open repetitions of `pattern` multiply. Raises ValueError where it does not compile or may run away."""
    if len(pattern) > MAX_PATTERN:
        raise ValueError(f"a pattern may have at most {MAX_PATTERN} characters")
    try:
        re.compile(pattern)
    except (re.error, OverflowError, RecursionError) as problem:
        raise ValueError(f"not a regular expression: {problem}") from None
    return _branches(pattern, 0, 0)[0].peak


def longest(multiplied: int) -> int:
    """How long a text may be that a pattern with so many multiplying repetitions is put to."""
    return LONGEST if multiplied < 2 else min(LONGEST, int(WORK ** (1 / multiplied)))


@dataclass(slots=True)
class _Cost:
    """`ways`: repetitions that a later failure goes back into; `peak`: the most that multiply anywhere; `choice`: see the rules."""

    ways: int = 0
    peak: int = 0
    choice: bool = False

    def follow(self, other: _Cost, *, times: int = 1, closed: bool = False) -> None:
        """Count what comes next in a sequence, `times` over; a `closed` part is never gone back into."""
        self.peak = max(self.peak, self.ways + times * other.peak)
        if not closed:
            self.ways += times * other.ways
            self.choice |= other.choice


def _branches(pattern: str, at: int, depth: int) -> tuple[_Cost, int]:
    """The cost of the alternatives that begin at `at`, and where they end (at a closing bracket or the end)."""
    if depth > DEPTH:
        raise ValueError("the pattern is nested too deeply")
    total, at = _sequence(pattern, at, depth)
    while at < len(pattern) and pattern[at] == "|":
        branch, at = _sequence(pattern, at + 1, depth)
        total = _Cost(max(total.ways, branch.ways), max(total.peak, branch.peak), choice=True)
    return total, at


def _sequence(pattern: str, at: int, depth: int) -> tuple[_Cost, int]:
    cost = _Cost()
    while at < len(pattern) and pattern[at] not in "|)":
        whole = _WHOLE.match(pattern, at)
        if whole:
            at = whole.end()
            continue
        start, opened = at, _OPEN.match(pattern, at)
        if opened:
            inner, at = _branches(pattern, opened.end(), depth + 1)
            at += 1
        else:
            inner = _Cost()
            atom = _ATOM.match(pattern, at)
            at = atom.end() if atom else at + 1
        closed = opened is not None and opened[0] in _SHIELDED
        quantifier = _QUANTIFIER.match(pattern, at)
        if not quantifier:
            cost.follow(inner, closed=closed)
            continue
        at = quantifier.end()
        one_way = not opened and _one_way(pattern[start : quantifier.start()], pattern[at : at + 2])
        _repeat(cost, inner, quantifier[0], at, closed=closed, one_way=one_way)
    return cost, at


def _repeat(cost: _Cost, inner: _Cost, quantifier: str, at: int, *, closed: bool, one_way: bool) -> None:
    """Count a repeated part."""
    possessive = len(quantifier) > 1 and quantifier[-1] == "+"
    least, most = _span(quantifier)
    if inner.choice and not closed and not possessive and most > FEW:
        raise ValueError(
            f"the repetition that ends at character {at} holds a choice; make it possessive ({quantifier}+)"
        )
    wide = most - least > 32
    turns = 1 if most > FEW else most
    part = _Cost(inner.ways * turns + wide, inner.peak * turns + wide, choice=inner.choice or most > least)
    if one_way:
        part.ways = 0
    cost.follow(part, closed=closed or possessive)


def _span(quantifier: str) -> tuple[int, int]:
    if quantifier[0] != "{":
        return {"*": (0, LONGEST), "+": (1, LONGEST), "?": (0, 1)}[quantifier[0]]
    least, comma, most = quantifier.strip("{}+?").partition(",")
    low = int(least or 0)
    return low, int(most) if most else LONGEST if comma else low


def _one_way(atom: str, following: str) -> bool:
    """Whether a repeated single character is followed by a literal that it cannot be."""
    literal = following[1:2] if following[:1] == "\\" and following[1:2] in ".()[]{}*+?|^$/-" else following[:1]
    if not literal or (literal in "\\.()[]{}*+?|^$" and following[:1] != "\\") or atom == ".":
        return False
    return re.fullmatch(atom, literal, re.IGNORECASE) is None
