"""How far automatic judges agree with people on public data: prints the Markdown tables of docs/validation/judges.md.

Usage: python benchmarks/validation_judges.py [FOLDER] [--coverage]

FOLDER is the public data folder; without it, the one that EVALCENTER_REALDATA names. Every interval is a 95 % one. ``--coverage``
adds how often the approximate intervals hold the true value on simulated pairs of raters (a few minutes, seeded).
"""

from __future__ import annotations

import argparse
import ast
import csv
import io
import json
import os
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from decimal import Decimal
from fractions import Fraction
from itertools import combinations
from pathlib import Path

from evalcenter import accuracy, agreement
from evalcenter.accuracy import Halves, Judged, Mark, Truth
from evalcenter.agreement import Coefficient, Share
from evalcenter.draws import Draws

ALPHA = Decimal("0.05")
SEED = "validation_judges"
PEOPLE = ("human1", "human2", "human3")
JUDGES = ("llama3_cf", "gpt4_cf", "llamaguard2_cf", "harmbench_cf")
CLASSES = ("0", "1")
TRUTHS: Mapping[str, Truth] = {"1": "met", "0": "not_met"}
MARKS: Mapping[str, Mark] = {"1": "met", "0": "not_met"}
WRITERS = ("gpt-4", "bianque-v2")
ASPECTS = ("Proactivity", "Accuracy", "Helpfulness", "Linguistic Quality")
SAID = re.compile(r"^(\w[\w ]*): ([1-5])$", re.MULTILINE)
POPULATIONS = {
    "even, 85 % agree": (45, 5, 10, 40),
    "95 % of one category, 95 % agree": (92, 3, 2, 3),
    "80 % of one category, 85 % agree": (75, 10, 5, 10),
}


def short(value: Decimal | None) -> str:
    """Three decimals, or a dash."""
    return "–" if value is None else f"{value:.3f}"


def coefficient(found: Coefficient) -> str:
    """A coefficient with its interval."""
    return short(found.value) + ("" if found.lower is None else f" [{short(found.lower)}, {short(found.upper)}]")


def share(found: Share) -> str:
    """A share with counts and interval."""
    return f"{found.part} of {found.whole}: {short(found.rate)} [{short(found.lower)}, {short(found.upper)}]"


def halves(name: str, found: Halves) -> str:
    """One line of a table of short and long answers."""
    return (
        f"| {name} | {found.cut} | {share(found.short)} | {share(found.long)} | {'–' if found.p is None else found.p} |"
    )


def jailbreakbench(folder: Path) -> list[dict[str, str]]:
    """The rows of the judge comparison; its bytes are Mac-Roman with UTF-8 among them, which touches no label."""
    raw = (folder / "jailbreakbench" / "judge-comparison.csv").read_bytes()
    return list(csv.DictReader(io.StringIO(raw.decode("mac_roman"), newline="")))


def among(rows: list[dict[str, str]], raters: tuple[str, ...]) -> str:
    """One line of a table: how far `raters` agree."""
    table = [[row[rater] for rater in raters] for row in rows]
    raw = agreement.raw(table, ALPHA)
    kappa = coefficient(agreement.kappa(table, ALPHA)) if len(raters) == 2 else "–"
    cells = (
        " and ".join(raters),
        short(raw.pairs),
        share(raw.unanimous),
        coefficient(agreement.ac1(table, ALPHA, CLASSES)),
        kappa,
        coefficient(agreement.krippendorff_alpha(table, ALPHA, SEED)),
    )
    return "| " + " | ".join(cells) + " |"


def judge_comparison(folder: Path) -> None:
    """Print three people and four judges on the same 174 answers."""
    rows = jailbreakbench(folder)
    head = "| raters | pairs that agree | unanimous | AC1 | kappa | alpha |\n|---|---:|---|---|---|---|"
    print(f"### JailbreakBench: is the answer a jailbreak? {len(rows)} answers\n\n{head}")
    for raters in (*combinations(PEOPLE, 2), PEOPLE, *(("human_majority", judge) for judge in JUDGES), JUDGES):
        print(among(rows, raters))
    print("\n| judge, against the majority of people | right | sensitivity | specificity | agrees with one person |")
    print("|---|---|---|---|---:|")
    for judge in JUDGES:
        marks = judged(rows, judge)
        found = accuracy.accuracy(marks, ALPHA)
        cells = (found.right, found.sensitivity, found.specificity)
        one = Fraction(sum(row[judge] == row[person] for row in rows for person in PEOPLE), len(rows) * len(PEOPLE))
        print(f"| {judge} | " + " | ".join(share(rate.judged) for rate in cells) + f" | {float(one):.3f} |")
    print("\n| judge, error | up to characters | short answers | long answers | p (Fisher) |\n|---|---:|---|---|---:|")
    for judge in JUDGES:
        by_length = accuracy.lengths(judged(rows, judge), ALPHA)
        print(halves(f"{judge}, calls it a jailbreak, people do not", by_length.lenient))
        print(halves(f"{judge}, misses a jailbreak", by_length.strict))
    print()


def judged(rows: list[dict[str, str]], judge: str) -> list[Judged]:
    """A judge's marks beside the majority of people; "met" is a jailbreak."""
    return [
        Judged(truth=TRUTHS[row["human_majority"]], mark=MARKS[row[judge]], length=len(row["target_response"]))
        for row in rows
    ]


def healthbench(folder: Path) -> None:
    """Print what the recorded marks allow without anybody's truth beside them."""
    lines = (folder / "healthbench" / "judge_responses_60.jsonl").read_text("utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    met: Counter[str] = Counter()
    all_of: Counter[str] = Counter()
    for row in rows:
        for mark in ast.literal_eval(row["responses"]):
            kinds = [tag for tag in mark["tags"] if tag.startswith("axis:")]
            for kind in (*kinds, "negative points" if mark["points"] < 0 else "positive points"):
                all_of[kind] += 1
                met[kind] += mark["response_dict"]["criteria_met"]
    print(f"### HealthBench: marks of one judge, {len(rows)} answers\n\n| criteria | marked met |\n|---|---|")
    for kind in sorted(all_of):
        print(f"| {kind} | {share(agreement.share(met[kind], all_of[kind], ALPHA))} |")
    sizes = [len(row["prompt_response"][-1]["content"]) for row in rows]
    found = accuracy.by_length(sizes, [row["score"] >= 0.5 for row in rows], ALPHA)
    print("\n| answers | up to characters | short answers | long answers | p (Fisher) |\n|---|---:|---|---|---:|")
    print(halves("score of 0.5 or more", found) + "\n")


def disc_medllm(folder: Path) -> None:
    """Print what the raw texts of one judge allow: are they read whole, does it tell its aspects apart, does length go along."""
    print("### DISC-MedLLM: GPT-4's scores of consultations in Chinese\n")
    print(
        "| consultations by | texts read whole | four aspects: pairs that agree | alpha | full marks in each aspect |"
    )
    print("|---|---|---:|---|---|")
    by_length = []
    for writer in WRITERS:
        path = folder / "disc_medllm" / f"result_{writer}_cmb-clin.jsonl"
        rows = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
        said = [dict(SAID.findall(row["scores"])) for row in rows]
        whole = [scores for scores in said if set(scores) == set(ASPECTS)]
        table = [[scores[aspect] for aspect in ASPECTS] for scores in whole]
        alpha = agreement.krippendorff_alpha(table, ALPHA, SEED)
        full = ", ".join(f"{aspect} {sum(one[aspect] == '5' for one in whole)}" for aspect in ASPECTS)
        pairs = short(agreement.raw(table, ALPHA).pairs)
        print(f"| {writer} | {len(whole)} of {len(rows)} | {pairs} | {coefficient(alpha)} | {full} |")
        perfect = [set(scores.values()) == {"5"} for scores in said]
        by_length.append((writer, accuracy.by_length([doctor(row["prompt"]) for row in rows], perfect, ALPHA)))
    print("\n| 5 in all aspects | up to characters | short | long | p (Fisher) |\n|---|---:|---|---|---:|")
    for writer, found in by_length:
        print(halves(writer, found))
    print()


def doctor(prompt: str) -> int:
    """How many characters the doctor says in the dialogue at the end of a judge's prompt."""
    talk = prompt.rpartition("[start of conversation]")[2].partition("[end of conversation]")[0]
    turns = re.split(r"^(patient|doctor): ", talk, flags=re.MULTILINE)
    return sum(len(text.strip()) for who, text in zip(turns[1::2], turns[2::2], strict=True) if who == "doctor")


def truths(cells: Iterable[int]) -> tuple[Fraction, Fraction, Fraction]:
    """AC1, kappa and alpha of a whole population of two raters' pairs: yes/yes, yes/no, no/yes, no/no of a hundred."""
    both, one, other, neither = (Fraction(cell, 100) for cell in cells)
    agreed, first, second = both + neither, both + one, both + other
    yes = (first + second) / 2
    chances = (2 * yes * (1 - yes), first * second + (1 - first) * (1 - second), yes**2 + (1 - yes) ** 2)
    ac1, kappa, alpha = ((agreed - chance) / (1 - chance) for chance in chances)
    return ac1, kappa, alpha


def coverage(size: int, runs: int) -> None:
    """Print how often intervals from `size` pairs of ratings hold the true value; no interval counts apart."""
    for name, cells in POPULATIONS.items():
        kinds = [("y", "y")] * cells[0] + [("y", "n")] * cells[1] + [("n", "y")] * cells[2] + [("n", "n")] * cells[3]
        draws = Draws(SEED, f"coverage/{name}/{size}")
        held, none = [0, 0, 0], [0, 0, 0]
        for run in range(runs):
            table = [draws.choice(kinds) for _ in range(size)]
            found = (
                agreement.ac1(table, ALPHA, ("y", "n")),
                agreement.kappa(table, ALPHA),
                agreement.krippendorff_alpha(table, ALPHA, str(run), 199),
            )
            for at, (one, true) in enumerate(zip(found, truths(cells), strict=True)):
                if one.lower is None or one.upper is None:
                    none[at] += 1
                else:
                    held[at] += one.lower <= true <= one.upper
        shares = (f"{held[at] / max(1, runs - none[at]):.3f} ({none[at]})" for at in range(3))
        print(f"| {name} | {size} | {runs} | " + " | ".join(shares) + " |")


def main() -> None:
    """Print all tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="?", default=os.environ.get("EVALCENTER_REALDATA"))
    parser.add_argument("--coverage", action="store_true")
    args = parser.parse_args()
    if not args.folder:
        parser.error("name the folder of public data, or set EVALCENTER_REALDATA")
    judge_comparison(Path(args.folder))
    healthbench(Path(args.folder))
    disc_medllm(Path(args.folder))
    if args.coverage:
        print("### How often 95 % intervals hold the true value (in brackets: runs without an interval)\n")
        print("| raters | items | runs | AC1 | kappa | alpha, 199 resamples |\n|---|---:|---:|---:|---:|---:|")
        for size in (20, 50, 150):
            coverage(size, 500)


if __name__ == "__main__":
    main()
