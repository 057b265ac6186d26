"""How often the fingerprint accuses an honest candidate, and how often it finds another model: the tables of docs/fingerprint.md.

Usage: EVALCENTER_REALDATA=FOLDER python benchmarks/fingerprint.py [--runs 300]

Runs are made of invented models with a stated noise (`tests/probes.py`): before the run every probe is answered three times, then
four rounds follow, the last two by the other model where there is one. Recorded answers of real models to the same prompts stand
for steady models; without the folder they are left out.
"""

from __future__ import annotations

import argparse
import csv
import os
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

sys.path.insert(0, str(Path(__file__).parents[1]))

from evalcenter.draws import Draws
from evalcenter.fingerprint import identity
from evalcenter.records import Answer, Identity, Probed
from tests.probes import COUNT, SET, Model, run

NOISE: Final = (0, 5, 10, 20, 30, 50, 80, 100)
OWN: Final = (100, 70, 50, 30, 20)
BUSY: Final = (5, 10, 20, 30)
ROUNDS: Final = 4
SWAP: Final = 2
DRAWS: Final = 100


def told(lines: Sequence[Probed]) -> Identity:
    """What is said of a run."""
    found = identity(SET, lines, ended=True)
    if found is None:
        raise ValueError("no probes were planned")
    return found


def honest(name: str, noise: int) -> Identity:
    """A run of one model."""
    one = Model(name, noise=noise)
    return told(run(one, [one] * ROUNDS))


def swapped(name: str, noise: int, own: int) -> Identity:
    """A run in which another model answers from the third round on; it has its own answers to `own` percent of the probes."""
    one, other = Model(name, noise=noise), Model(f"{name}/other", noise=noise, base=name, own=own)
    return told(run(one, [one] * SWAP + [other] * (ROUNDS - SWAP)))


def busy(name: str, noise: int) -> Identity:
    """A run of a model that is steady before it and noisy in it, as a server under load may be."""
    return told(run(Model(name), [Model(name, noise=noise)] * ROUNDS))


def shares(made: Callable[[str], Identity], runs: int) -> tuple[Counter[str], int]:
    """How often each state was said, and in how many runs p alone would have raised an alarm."""
    states: Counter[str] = Counter()
    by_p = 0
    for number in range(runs):
        found = made(str(number))
        states[found.state] += 1
        by_p += any(look.p <= look.level for look in found.looks)
    return states, by_p


# -- recorded answers -------------------------------------------------------------------------------------------------


def _read(path: Path, key: str, said: str) -> dict[str, str]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return {row[key]: row[said] for row in csv.DictReader(file)}


def recorded(folder: Path) -> list[tuple[str, dict[str, str], dict[str, str]]]:
    """Pairs of models that answered the same prompts."""
    xs = {
        name: _read(folder / "xstest" / f"xstest_v2_completions_{name}.csv", "prompt", "completion")
        for name in ("gpt4", "llama2orig", "mistralguard")
    }
    law = {
        name: _read(folder / "disc_law_eval" / f"outputs_{name}_single_pfe_results.csv", "input", "model_output")
        for name in ("GPT-3.5-turbo", "ChatLaw")
    }
    return [
        ("gpt4, llama2", xs["gpt4"], xs["llama2orig"]),
        ("gpt4, mistral", xs["gpt4"], xs["mistralguard"]),
        ("llama2, mistral", xs["llama2orig"], xs["mistralguard"]),
        ("GPT-3.5, ChatLaw (choices)", law["GPT-3.5-turbo"], law["ChatLaw"]),
    ]


def replayed(name: str, one: dict[str, str], other: dict[str, str], swap: int) -> Identity:
    """A run on prompts that both answered, in which the other answers from round `swap` on."""
    prompts = Draws(name, "prompts").sample(sorted(one.keys() & other.keys()), COUNT)
    lines = []
    for line in run(Model("any"), [Model("any")] * ROUNDS):
        number = -1 if line.phase == "before" else line.round
        texts = other if number >= swap else one
        prompt = prompts[int(line.probe[1:])]
        lines.append(Probed(phase=line.phase, round=line.round, probe=line.probe, answer=Answer(text=texts[prompt])))
    return told(lines)


def _row(title: str, found: tuple[Counter[str], int], runs: int) -> None:
    states, by_p = found
    cells = [f"{states[name] / runs:.3f}" for name in ("drifted", "untold", "same")]
    print(f"| {title} | {runs} | {' | '.join(cells)} | {by_p / runs:.4f} |", flush=True)


def main() -> None:
    """Print the tables of docs/fingerprint.md."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=300)
    runs = parser.parse_args().runs
    print("| run | runs | drifted | can't be told | same | p alone |\n|---|---|---|---|---|---|")
    for noise in NOISE:
        _row(f"honest, noise {noise} %", shares(lambda n, noise=noise: honest(n, noise), runs), runs)
    for noise in BUSY:
        _row(
            f"honest, steady before, noise {noise} % in the run",
            shares(lambda n, noise=noise: busy(n, noise), runs),
            runs,
        )
    few = max(1, runs // 5)
    for noise in NOISE:
        for own in OWN:
            _row(
                f"swapped, noise {noise} %, own answers {own} %",
                shares(lambda n, a=noise, b=own: swapped(n, a, b), few),
                few,
            )
    place = os.environ.get("EVALCENTER_REALDATA")
    for title, one, other in recorded(Path(place)) if place else ():
        for swap in (SWAP, ROUNDS):
            what = f"recorded: {title}, {'swapped' if swap < ROUNDS else 'the first alone'}"
            _row(what, shares(lambda n, a=one, b=other, s=swap: replayed(n, a, b, s), DRAWS), DRAWS)


if __name__ == "__main__":
    main()
