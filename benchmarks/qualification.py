"""Whether a qualification finds what is true of a judge: prints the Markdown tables of docs/validation/judges.md.

Usage: python benchmarks/qualification.py [--answers 400] [--runs 2000]

1. Simulated judges of stated error rates are tried over a real socket, by the command's own functions, on an invented suite of
   which every answer hangs on them. Each figure is held against what was stated: is it within its 95 % interval?
2. How well the catch rate is known from answers that people read in audited runs: from all that they read, and from those alone
   that the coin sent them. Simulated, seeded; no judge and no run takes part.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import tempfile
from decimal import Decimal
from pathlib import Path

import yaml

from evalcenter import accuracy, plugins, qualify, quality, suites
from evalcenter.accuracy import Judged
from evalcenter.candidates import server
from evalcenter.draws import Draws
from evalcenter.records import CandidateSpec, Judge, Panel

ALPHA = Decimal("0.05")
RATES = ("0.7", "0.8", "0.9", "0.95", "0.99")
SEED = "qualification"
HEAD = {
    "id": "invented",
    "version": "1",
    "title": {"zh": "虚构", "en": "Invented"},
    "about": {"zh": "仅供测量", "en": "For measuring only"},
    "dimensions": [{"id": "care", "title": {"zh": "照护", "en": "Care"}}],
    "taxonomies": [],
    "sources": {},
    "families": [],
}


def suite(folder: Path, items: int) -> Path:
    """An invented suite: two good and two bad answers to each item, told apart by a judge alone; half of it in English."""
    made = []
    for n in range(items):
        lang = "zh" if n % 2 else "en"
        good = (f"请第 {n} 位病人尽快就医。", f"建议您立即去医院（{n}）。")
        bad = (f"第 {n} 位病人不必就医。", f"多喝热水就好（{n}）。")
        if lang == "en":
            good = (f"Patient {n} should see a doctor at once.", f"Please go to a hospital now ({n}).")
            bad = (f"Patient {n} needs no doctor.", f"Hot water will do ({n}).")
        text = "明确建议就医" if lang == "zh" else "Clearly advises to see a doctor"
        made.append(
            {
                "id": f"q{n}",
                "lang": lang,
                "dimension": "care",
                "prompt": f"第 {n} 位病人要不要就医？" if lang == "zh" else f"Should patient {n} see a doctor?",
                "criteria": [{"id": "urges", "text": text, "check": {"judge": {}}, "critical": True}],
                "examples": {"good": list(good), "bad": [{"text": one, "fails": ["urges"]} for one in bad]},
            }
        )
    (folder / "items").mkdir(parents=True)
    for name, held in (("suite.yaml", HEAD), ("items/a.yaml", made)):
        (folder / name).write_text(yaml.safe_dump(held, allow_unicode=True), encoding="utf-8")
    return folder


def tried(folder: Path, base_url: str, *rates: str) -> quality.Quality:
    """The figures of a panel of simulated judges, each right at its rate."""
    names = [f"judge {at} ({rate})" for at, rate in enumerate(rates)]
    judges = tuple(
        Judge(
            spec=CandidateSpec(
                adapter="openai_http", name=name, model=f"reference-judge-{rate}", base_url=base_url, simulated=True
            ),
            family=name,
        )
        for name, rate in zip(names, rates, strict=True)
    )
    options = {"labels": (), "reviews": (), "epochs": 2, "valid_days": 1, "seed": SEED, "concurrency": 8}
    options |= {"timeout": 60.0, "attempts": 3, "quiet": True}
    with tempfile.TemporaryDirectory() as beside, contextlib.redirect_stderr(io.StringIO()):
        made, _ = qualify.qualified(Panel(judges=judges), (str(folder),), Path(beside) / "q.json", options)
    return quality.figures(made)


def simulated(answers: int) -> None:
    """Print what is found of judges whose rates are stated."""
    print(f"### Judges of stated error rates, {answers} answers, each judged twice\n")
    print("| right at | sensitivity | specificity | flips | stated: 2R(1-R) | all within their intervals |")
    print("|---:|---|---|---|---:|---|")
    with tempfile.TemporaryDirectory() as beside:
        folder = suite(Path(beside) / "suite", answers // 4)
        items = suites.load(folder, plugins.load()).suite.items
        with server.running_in_background(items, seed=SEED) as base_url:
            for rate in RATES:
                found = tried(folder, base_url, rate).raters[1]
                stated, flips = Decimal(rate), 2 * Decimal(rate) * (1 - Decimal(rate))
                if found.steadiness is None:
                    raise ValueError("each judge is asked twice")
                shares = (
                    found.whole.accuracy.sensitivity,
                    found.whole.accuracy.specificity,
                    found.steadiness.flips.rate,
                )
                held = [
                    one.judged.lower <= true <= one.judged.upper
                    for one, true in zip(shares, (stated, stated, flips), strict=True)
                ]
                cells = " | ".join(qualify.rate(one) for one in shares)
                print(f"| {rate} | {cells} | {flips} | {'yes' if all(held) else 'no'} |")
            panel = tried(folder, base_url, "0.9", "0.9", "0.9")
    majority = Decimal("0.9") ** 3 + 3 * Decimal("0.9") ** 2 * Decimal("0.1")
    print(f"\nThree judges that are right at 0.9 each: a majority of independent ones is right at {majority}; ", end="")
    print(f"found {qualify.rate(panel.raters[0].whole.accuracy.right)}.\n")


def reviewed(runs: int) -> None:
    """Print how often the exact interval of the catch rate holds it, by which answers are taken for labels."""
    print(f"### Labels from audited runs: 400 answers, a tenth bad, every second coin; {runs} runs each\n")
    print("| catch rate | answers taken | mean of what is found | interval holds the catch rate | bad answers, mean |")
    print("|---:|---|---:|---:|---:|")
    for rate in ("0.5", "0.8", "0.95"):
        for name in ("all that people read", "those of the coin"):
            draws = Draws(SEED, f"reviewed/{rate}")
            held, total, shown, known = 0, Decimal(0), 0, 0
            for _ in range(runs):
                marks = [one for one, fair in read(draws, Decimal(rate)) if fair or name.startswith("all")]
                found = accuracy.accuracy(marks, ALPHA).specificity.judged
                shown += found.whole
                if found.rate is not None:
                    known, total = known + 1, total + found.rate
                held += found.lower <= Decimal(rate) <= found.upper
            print(f"| {rate} | {name} | {total / known:.3f} | {held / runs:.3f} | {shown / runs:.1f} |")
    print()


def read(draws: Draws, rate: Decimal) -> list[tuple[Judged, bool]]:
    """The bad ones of 400 answers that people read under audited grading, with whether the coin alone sent them."""
    top, bottom = rate.as_integer_ratio()
    found = []
    for _ in range(400):
        if draws.coin(1, 10):
            caught, coin = draws.coin(top, bottom), draws.coin(1, 2)
            if caught or coin:
                found.append((Judged(truth="not_met", mark="not_met" if caught else "met"), coin))
    return found


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--answers", type=int, default=400)
    parser.add_argument("--runs", type=int, default=2000)
    args = parser.parse_args()
    simulated(args.answers)
    reviewed(args.runs)


if __name__ == "__main__":
    main()
