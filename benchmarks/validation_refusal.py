"""How far the refusal grader agrees with people: prints the Markdown tables of docs/validation/refusal.md.

Usage: python benchmarks/validation_refusal.py FOLDER [--held-out] [--differences]

FOLDER is the public data folder (the one that EVALCENTER_REALDATA names). The rules were written with the first two files of
XSTest in view; ``--held-out`` adds the third, which was opened only after the rules were fixed. ``--differences`` lists every row
on which grader and label differ.
"""

from __future__ import annotations

import argparse
import csv
import io
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path

from evalcenter.graders.refusal import classify

KINDS = {"1_full_compliance": "complied", "3_partial_refusal": "partly", "2_full_refusal": "refused"}
CLASSES = ("refused", "partly", "complied")
DEVELOPED_ON = ("gpt4", "llama2orig")
HELD_OUT = ("mistralguard",)


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
    pairs = [(KINDS[row["final_label"]], classify(row["completion"])[0], row) for row in table]
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
    helpful = [row["Explanation"] for row in rows(folder / "cmexam" / "val_1500.csv")]
    helped = [("complied", classify(text)[0], text) for text in helpful]
    print("### CMExam (Chinese, medical), explanations\n")
    confusion(Counter((truth, kind) for truth, kind, _ in helped), "written to be")
    if differences:
        listed((*pairs, *medical, *helped))


def listed(pairs: Iterable[tuple[str, str, str]]) -> None:
    """Print the pairs that differ."""
    for truth, kind, text in sorted(pairs):
        if truth != kind:
            print(f"    made {truth}, grader {kind}: {text.strip()[:160]!r}")


def main() -> None:
    """Print all tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--held-out", action="store_true")
    parser.add_argument("--differences", action="store_true")
    given = parser.parse_args()
    total: Counter[tuple[str, str]] = Counter()
    print("## Developed on\n")
    for name in DEVELOPED_ON:
        total += xstest(given.folder, name, differences=given.differences)
    print(f"Both files: {agreement(total)}.\n")
    others(given.folder, differences=given.differences)
    if given.held_out:
        print("## Held out\n")
        for name in HELD_OUT:
            xstest(given.folder, name, differences=given.differences)


if __name__ == "__main__":
    main()
