"""How far the refusal grader agrees with people: prints the Markdown tables of docs/validation/refusal.md.

Usage: python benchmarks/validation_refusal.py [FOLDER] [--leave-one-out] [--held-out] [--adjudicate] [--differences]

FOLDER is the public data folder; without it, the one that EVALCENTER_REALDATA names. The rules were written with all
three files of XSTest in view. ``--leave-one-out`` chooses the thresholds on two of them and prints the third. ``--held-out`` adds
the answers of JailbreakBench, opened once, after the rules of version 2 were fixed; for later versions they are seen.
``--differences`` lists every row on which grader and label differ. ``--adjudicate`` says who is right by two blind readings of
each of them, kept in ``refusal_readings.csv`` with 75 rows on which grader and label agree, mixed in as a control.
"""

from __future__ import annotations

import argparse
import csv
import io
import itertools
import json
import os
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path

from evalcenter.graders import refusal
from evalcenter.graders.refusal import classify

KINDS = {"1_full_compliance": "complied", "3_partial_refusal": "partly", "2_full_refusal": "refused"}
CLASSES = ("refused", "partly", "complied")
DEVELOPED_ON = ("gpt4", "llama2orig", "mistralguard")
READINGS = Path(__file__).with_name("refusal_readings.csv")
THRESHOLDS = {"LECTURE": (2, 3), "ITEMS": (3, 4, 5), "ENOUGH": (20, 40, 80)}


def rows(path: Path, encoding: str = "utf-8") -> list[dict[str, str]]:
    """The rows of a CSV file."""
    return list(csv.DictReader(io.StringIO(path.read_bytes().decode(encoding), newline="")))


def share(part: int, whole: int) -> str:
    """A share as text, with its counts."""
    return f"{part} of {whole} ({100 * part / whole:.1f} %)" if whole else "0 of 0"


def confusion(counts: Mapping[tuple[str, str], int], label: str) -> None:
    """Print counts of (label, grader's class) as a table with recall."""
    print(f"| {label} | " + " | ".join(f"grader: {kind}" for kind in CLASSES) + " | recall |")
    print("|---|" + "---:|" * 4)
    for truth in CLASSES:
        line = [counts.get((truth, kind), 0) for kind in CLASSES]
        if sum(line):
            print(
                f"| {truth} | " + " | ".join(map(str, line)) + f" | {share(counts.get((truth, truth), 0), sum(line))} |"
            )
    print()


def xstest(folder: Path, name: str, *, differences: bool) -> Counter[tuple[str, str]]:
    """Print one file of XSTest; return its counts of (human label, grader's class)."""
    table = rows(folder / "xstest" / f"xstest_v2_completions_{name}.csv")
    pairs = [(KINDS[row["final_label"]], str(classify(row["completion"])[0]), row) for row in table]
    counts = Counter((truth, kind) for truth, kind, _ in pairs)
    print(f"### XSTest, {name}\n")
    confusion(counts, "human label")
    print(f"- Three classes: {agreement(counts)}.")
    print(
        f"- Refused or not: {share(sum(n for (a, b), n in counts.items() if (a == 'refused') == (b == 'refused')), len(pairs))}."
    )
    alike = sum(row["annotation_1"] == row["annotation_2"] for row in table)
    single = sum(row["annotation_1"] == row["final_label"] for row in table)
    print(f"- The two human readers agree with each other: {share(alike, len(table))};")
    print(f"  the first reader agrees with the final label: {share(single, len(table))}.\n")
    if differences:
        for truth, kind, row in sorted(pairs, key=lambda pair: pair[:2]):
            if truth != kind:
                print(f"    {row['id']}: people {truth}, grader {kind}: {row['completion'].strip()[:160]!r}")
        print()
    return counts


def agreement(counts: Mapping[tuple[str, str], int]) -> str:
    """The share on the diagonal."""
    return share(sum(n for (a, b), n in counts.items() if a == b), sum(counts.values()))


def others(folder: Path, *, differences: bool) -> None:
    """Print the files whose class is known by how they were made, not by a human label."""
    table = rows(folder / "jade_db" / "jade_alignment_hard_zh.gb18030.csv", "gb18030")
    made = {"refused": "安全有用回答", "complied": "违规回答"}
    pairs = [(truth, classify(row[column])[0], row[column]) for row in table for truth, column in made.items()]
    print("### JADE alignment (Chinese), by construction\n")
    confusion(Counter((truth, kind) for truth, kind, _ in pairs), "written to be")
    safe = [
        row["safe_response"]
        for path in sorted((folder / "med_safety_bench" / "test_gpt4").glob("*.csv"))
        for row in rows(path)
    ]
    medical = [("refused", classify(text)[0], text) for text in safe]
    print("### MedSafetyBench (English, medical), safe responses\n")
    confusion(Counter((truth, kind) for truth, kind, _ in medical), "written to be")
    helped = [(name, "complied", classify(text)[0], text) for name, text in answers(folder)]
    for title, rows_of in itertools.groupby(helped, key=lambda row: row[0]):
        print(f"### {title}\n")
        confusion(Counter(row[1:3] for row in rows_of), "written to be")
    if differences:
        listed((*pairs, *medical, *(row[1:] for row in helped)))


def answers(folder: Path) -> Iterable[tuple[str, str]]:
    """(title, text) of answers that refuse nothing, by how they were made."""
    for row in rows(folder / "cmexam" / "val_1500.csv"):
        yield "CMExam (Chinese, medical), explanations", row["Explanation"]
    for entry in json.loads((folder / "pubmedqa" / "ori_pqal_first500.json").read_text("utf-8")).values():
        yield "PubMedQA (English, medical), conclusions", entry["LONG_ANSWER"]
    for line in (folder / "healthbench" / "judge_responses_60.jsonl").read_text("utf-8").splitlines():
        yield "HealthBench (mostly English, medical), model answers", json.loads(line)["prompt_response"][-1]["content"]
    for entry in json.loads((folder / "disc_law_eval" / "qa_short_answer.json").read_text("utf-8")):
        yield "DISC-Law-Eval (Chinese, law), reference answers", entry["output"]


def leave_one_out(folder: Path) -> None:
    """Choose the thresholds on two files of XSTest, print the agreement on the third."""
    labelled = {name: rows(folder / "xstest" / f"xstest_v2_completions_{name}.csv") for name in DEVELOPED_ON}
    right: dict[tuple[int, ...], dict[str, int]] = {}
    before = {name: getattr(refusal, name) for name in THRESHOLDS}
    for values in itertools.product(*THRESHOLDS.values()):
        for name, value in zip(THRESHOLDS, values, strict=True):
            setattr(refusal, name, value)
        right[values] = {
            name: sum(classify(row["completion"])[0] == KINDS[row["final_label"]] for row in table)
            for name, table in labelled.items()
        }
    for name, value in before.items():
        setattr(refusal, name, value)
    print(
        f"### Thresholds chosen on two files ({', '.join(THRESHOLDS)})\n\n| left out | chosen | agreement | worst and best |"
    )
    print("|---|---|---:|---:|")
    for out in DEVELOPED_ON:
        best = max(right, key=lambda values: sum(n for name, n in right[values].items() if name != out))
        reach = [counts[out] for counts in right.values()]
        print(f"| {out} | {best} | {share(right[best][out], len(labelled[out]))} | {min(reach)} to {max(reach)} |")
    print()


def adjudicate(folder: Path) -> None:
    """Print who is right where grader and label differ. A row that nobody read stops it: the readings are of one version."""
    with READINGS.open(encoding="utf-8", newline="") as file:
        readings = {(row["file"], row["id"]): (row["reading_1"], row["reading_2"]) for row in csv.DictReader(file)}
    sides: Counter[tuple[str, str, str]] = Counter()
    agreeing: Counter[str] = Counter()
    read: Counter[str] = Counter()
    kept: Counter[str] = Counter()
    for name in DEVELOPED_ON:
        for row in rows(folder / "xstest" / f"xstest_v2_completions_{name}.csv"):
            people, kind = KINDS[row["final_label"]], str(classify(row["completion"])[0])
            pair = readings.get((name, row["id"]))
            if people != kind:
                if pair is None:
                    raise SystemExit(f"{name} {row['id']}: grader and label differ, and nobody has read it")
                sides[
                    people, kind, {(kind, kind): "grader", (people, people): "people"}.get(pair, "neither, or unsure")
                ] += 1
                continue
            agreeing[people] += 1
            if pair is not None:
                read[people] += 1
                kept[people] += pair == (people, people)
    _print_sides(sides)
    whole, right = sum(agreeing.values()), sum(n for (*_, side), n in sides.items() if side == "grader")
    total = whole + sum(sides.values())
    print(f"\nBefore adjudication {share(whole, total)}, after it {share(whole + right, total)}.")
    held = sum(agreeing[kind] * kept[kind] / read[kind] for kind in CLASSES)
    print(
        f"Control: both readings equal the common class in {share(sum(kept.values()), sum(read.values()))} of the rows"
    )
    print("on which grader and label agree. Weighted by class, grader and readings agree in about")
    print(f"{100 * (held + right) / total:.0f} % of all rows.\n")


def _print_sides(sides: Counter[tuple[str, str, str]]) -> None:
    columns = ("grader", "people", "neither, or unsure")
    print(
        "| people → grader | rows | grader is right | people are right | neither, or the readings differ |\n"
        "|---|---:|---:|---:|---:|"
    )
    for truth, kind in sorted({key[:2] for key in sides}):
        line = [sides[truth, kind, side] for side in columns]
        print(f"| {truth} → {kind} | {sum(line)} | " + " | ".join(map(str, line)) + " |")
    line = [sum(n for key, n in sides.items() if key[2] == side) for side in columns]
    print(f"| all | {sum(line)} | " + " | ".join(map(str, line)) + " |")


def jailbreakbench(folder: Path, *, differences: bool) -> None:
    """Print the held-out answers of JailbreakBench: jailbroken or not by the majority of three people.

    "Not jailbroken" is not "refused": an answer to a harmless question, or a useless one to a harmful question, is neither.
    The harmless questions come from XSTest, and are told apart.
    """
    harmless = {row["prompt"].strip() for row in rows(folder / "xstest" / "xstest_v2_completions_gpt4.csv")}
    names = {"1": "jailbroken", "0": "not jailbroken"}
    found = [
        (
            "harmless" if {row["goal"].strip(), row["prompt"].strip()} & harmless else "harmful",
            names[row["human_majority"]],
            str(classify(row["target_response"])[0]),
            row["target_response"],
        )
        for row in rows(folder / "jailbreakbench" / "judge-comparison.csv", "mac_roman")
    ]
    counts = Counter(row[:3] for row in found)
    print("| question | people | " + " | ".join(f"grader: {kind}" for kind in CLASSES) + " |\n|---|---|" + "---:|" * 3)
    for group, name in (("harmful", "jailbroken"), ("harmful", "not jailbroken"), ("harmless", "not jailbroken")):
        print(f"| {group} | {name} | " + " | ".join(str(counts[group, name, kind]) for kind in CLASSES) + " |")
    right = sum(n for (_, name, kind), n in counts.items() if (name == "jailbroken") == (kind != "refused"))
    print(f"\n- *refused* against *not jailbroken*, all rows: {share(right, len(found))}.\n")
    if differences:
        listed(row[1:] for row in found if (row[1] == "jailbroken") != (row[2] != "refused"))


def listed(pairs: Iterable[tuple[str, str, str]]) -> None:
    """Print the pairs that differ."""
    for truth, kind, text in sorted(pairs):
        if truth != kind:
            print(f"    made {truth}, grader {kind}: {text.strip()[:160]!r}")


def main() -> None:
    """Print all tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, nargs="?", default=os.environ.get("EVALCENTER_REALDATA"))
    parser.add_argument("--leave-one-out", action="store_true")
    parser.add_argument("--held-out", action="store_true")
    parser.add_argument("--adjudicate", action="store_true")
    parser.add_argument("--differences", action="store_true")
    given = parser.parse_args()
    if given.folder is None:
        parser.error("name the public data folder, or set EVALCENTER_REALDATA")
    given.folder = Path(given.folder)
    total: Counter[tuple[str, str]] = Counter()
    print("## In view\n")
    for name in DEVELOPED_ON:
        total += xstest(given.folder, name, differences=given.differences)
    print(f"All three files: {agreement(total)}.\n")
    others(given.folder, differences=given.differences)
    if given.leave_one_out:
        leave_one_out(given.folder)
    if given.adjudicate:
        print("## Who is right where they differ\n")
        adjudicate(given.folder)
    if given.held_out:
        print("## Held out: JailbreakBench\n")
        jailbreakbench(given.folder, differences=given.differences)


if __name__ == "__main__":
    main()
