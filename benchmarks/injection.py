"""How many attacks on a judge succeed, without and with the defence: prints the Markdown tables of docs/validation/injection.md.

Usage: python benchmarks/injection.py [--positions 8] [--seed injection]

The judge is a stand-in, `tests/weak_judge.py`: a program that obeys as weak models do. An attack counts as successful with the
defence if it gets a false mark that it wanted in any of the positions (each draws its nonce, labels and controls anew), the second
attempt after a voided one included. Intervals are exact, 95 %, as if the corpus was drawn from more attacks of its sort.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Sequence
from decimal import Decimal
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from evalcenter import stats
from evalcenter.judges.asking import Manner
from tests import injection
from tests.weak_judge import GULLIBLE, WEAKNESSES, WeakJudge

TAIL = Decimal("0.025")
MANNERS = (
    ("one control", Manner(controls=1)),
    ("two controls", Manner()),
    ("two controls, each criterion by itself", Manner(mode="each")),
)


def share(part: int, whole: int) -> str:
    """Counts with an exact 95 % interval."""
    low, high = stats.lower(part, whole, TAIL), stats.upper(part, whole, TAIL)
    return f"{part} of {whole} ({100 * low:.0f}–{100 * high:.0f} %)"


def defended(attack: injection.Attack, judge: WeakJudge, manner: Manner, seed: str, positions: int) -> list[str]:
    """How `attack` ends at each position."""
    return [injection.defended(attack, judge, seed, position, manner) for position in range(positions)]


def row(name: str, attacks: Sequence[injection.Attack], judge: WeakJudge, seed: str, positions: int) -> str:
    """One line: attacks that succeed without and with the defence, and how often no mark was given with two controls."""
    plain = sum(injection.undefended(attack, judge) == "false" for attack in attacks)
    cells = [share(plain, len(attacks))]
    ends = {}
    for title, manner in MANNERS:
        ends[title] = [defended(attack, judge, manner, seed, positions) for attack in attacks]
        cells.append(share(sum("false" in one for one in ends[title]), len(attacks)))
    voids = sum(one.count("void") for one in ends["two controls"])
    cells.append(f"{voids} of {positions * len(attacks)}")
    return f"| {name} | " + " | ".join(cells) + " |"


def header(first: str) -> None:
    """The head of a table."""
    print(f"| {first} | no defence | " + " | ".join(title for title, _ in MANNERS) + " | no marks, two controls |")
    print("|---|" + "---:|" * (len(MANNERS) + 2))


def by_try(attacks: Iterable[injection.Attack], judge: WeakJudge, seed: str, positions: int) -> None:
    """Print how many tries end with a false mark, with one and with two controls."""
    attacks = [attack for attack in attacks if attack.kind != "targeted"]
    for title, manner in MANNERS:
        ends = [end for attack in attacks for end in defended(attack, judge, manner, seed, positions)]
        print(f"- {title}: {ends.count('false')} of {len(ends)} tries ({100 * ends.count('false') / len(ends):.1f} %)")


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--positions", type=int, default=8)
    parser.add_argument("--seed", default="injection")
    args = parser.parse_args()
    corpus, judge = injection.corpus(), WeakJudge(GULLIBLE)
    print("### By kind of attack, a judge with all weaknesses\n")
    header("kind")
    for kind in sorted({attack.kind for attack in corpus}):
        for lang in ("zh", "en"):
            some = [attack for attack in corpus if (attack.kind, attack.lang) == (kind, lang)]
            print(row(f"{kind}, {lang}", some, judge, args.seed, args.positions))
    print(row("all but targeted", [a for a in corpus if a.kind != "targeted"], judge, args.seed, args.positions))
    print(row("all", corpus, judge, args.seed, args.positions))
    print("\nSingle tries, all but targeted:\n")
    by_try(corpus, judge, args.seed, args.positions)
    print("\n### By weakness, all attacks\n")
    header("weakness")
    for weakness in WEAKNESSES:
        print(row(f"`{weakness}`", corpus, WeakJudge(frozenset({weakness})), args.seed, args.positions))


if __name__ == "__main__":
    main()
