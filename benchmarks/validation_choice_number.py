"""How far the choice and number graders agree with published marks: prints the tables of docs/validation/choice.md and number.md.

Usage: python benchmarks/validation_choice_number.py FOLDER

FOLDER is the public data folder (the one that EVALCENTER_REALDATA names). Every row on which a grader differs is listed with its
text shortened. Gold is never changed.
"""

from __future__ import annotations

import argparse
import ast
import csv
import json
import os
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

from evalcenter import boundary, scoring
from evalcenter.graders import choice, number
from evalcenter.records import Answer, Criterion, Examples, Item, Lang, Mark, Message, Text

LAW = {
    "outputs_GPT-3.5-turbo_multi_pae_results.csv": "mcq_mult_pae.csv",
    "outputs_GPT-3.5-turbo_single_pfe_results.csv": "mcq_sing_pfe.csv",
    "outputs_ChatLaw_single_pfe_results.csv": "mcq_sing_pfe.csv",
}
CALCULATORS = ("outputs_Qwen_QwQ-32B_zero_shot.jsonl", "outputs_BytedTsinghua-SIA_DAPO-Qwen-32B_zero_shot.jsonl")


@dataclass(frozen=True)
class Compared:
    """One row: the published verdict and ours ("right", "wrong" or "unjudged")."""

    row: str
    published: str
    ours: str
    about: str


def table(path: Path) -> list[dict[str, str]]:
    """The rows of a CSV file."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def records(path: Path) -> list[dict[str, Any]]:
    """The objects of a JSONL file."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def question(lang: Lang, prompt: str, options: Mapping[str, str] | None = None) -> Item:
    """An item that holds no more than a prompt and its options."""
    return Item(
        id="row", lang=lang, dimension="d", prompt=(Message(role="user", content=prompt),), criteria=(), options=options or {},
        examples=Examples(good=(), bad=()),
    )  # fmt: skip


def short(text: str, length: int = 90) -> str:
    """The end of `text` on one line, fit for a table cell."""
    flat = " ".join(text.split()).replace("|", "/")
    return flat if len(flat) <= length else "… " + flat[-length:]


OURS = {"met": "right", "not_met": "wrong", "unjudged": "unjudged"}


# -- choice -----------------------------------------------------------------------------------------------------------


def law(folder: Path, outputs: str) -> tuple[list[Compared], list[str]]:
    """DISC-Law-Eval: the marks compared, and the rows where the letters read differ from the published extraction."""
    answered, asked = table(folder / "disc_law_eval" / outputs), table(folder / "disc_law_eval" / LAW[outputs])
    compared, letters = [], []
    for at, (row, source) in enumerate(zip(answered, asked, strict=True)):
        if row["input"] != source["input"]:
            raise SystemExit(f"{outputs}, row {at}: the question file does not match")
        item = question("zh", row["input"], {letter: source[letter] for letter in "ABCD"})
        key = choice.Choice(key=tuple(source["output"].strip()))
        mark = choice.plugin.mark(key, item, Answer(text=row["model_output"]))
        published = {"1": "right", "0": "wrong"}[row["correctness"]]
        compared.append(Compared(str(at), published, OURS[mark.state], short(row["model_output"])))
        said = choice.read(item, row["model_output"])[0]
        read = "".join(sorted(said.letters)) if said else ""
        if row.get("extract_ans") is not None and read != "".join(sorted(row["extract_ans"])):
            letters.append(
                f"| {at} | {row['extract_ans'] or '(none)'} | {read or '(none)'} | {short(row['model_output'], 160)} |"
            )
    return compared, letters


def explanations(folder: Path) -> list[Compared]:
    """CMExam: people's explanations that end on the answer, read as if they were model answers; the key is published."""
    compared, skipped = [], 0
    for at, row in enumerate(table(folder / "cmexam" / "val_1500.csv")):
        text, key = row["Explanation"], row["Answer"].strip()
        if text == "nan" or not any(letter in text for letter in "ABCDEＡＢＣＤＥ"):
            continue
        options = dict(
            part.split(" ", 1) for part in row["Options"].replace("\\n", "\n").split("\n") if part[1:2] == " "
        )
        item = question("zh", row["Question"], options)
        said, why, _ = choice.read(item, text)
        if said is None and why == "none":
            skipped += 1
            continue
        mark = choice.plugin.mark(choice.Choice(key=tuple(key)), item, Answer(text=text))
        read = "".join(sorted(said.letters)) if said else "-"
        compared.append(Compared(str(at), "right", OURS[mark.state], f"key {key}, read {read}: {short(text, 200)}"))
    print(f"{skipped} explanations name no option in a way that is read as a choice; they are left out below.\n")
    return compared


# -- number -----------------------------------------------------------------------------------------------------------


def windows(row: Mapping[str, str]) -> list[dict[str, Any]]:
    """The published window of a MedCalc-Bench row as parameters; a pair of weeks and days as two checks."""
    truth = row["Ground Truth Answer"]
    if "/" in truth:
        return [{"date": datetime.strptime(truth, "%m/%d/%Y").date().isoformat()}]  # noqa: DTZ007  a calendar date has no zone
    if "(" in truth:
        return [{"target": int(part), "which": "any"} for part in truth.replace("'", " ").split() if part.isdigit()]
    return [{"low": row["Lower Limit"], "high": row["Upper Limit"]}]


def unescaped(text: str) -> str:
    r"""`text` with the line breaks and backslashes that were recorded as ``\\n`` and ``\\\\``."""
    return re.sub(r"\\n(?![a-z])", "\n", text.replace("\\\\", "\\"))


def calculators(folder: Path, outputs: str, field: str) -> list[Compared]:
    """MedCalc-Bench: `field` of every recorded answer against the published result."""
    gold = {row["Row Number"]: row for row in table(folder / "medcalc_bench" / "test_data_500.csv")}
    compared = []
    for row in records(folder / "medcalc_bench" / outputs):
        source = gold[str(row["Row Number"])]
        item = question("en", source["Question"])
        text = unescaped(str(row[field]))
        states = {
            number.plugin.mark(boundary.convert(number.Number, params), item, Answer(text=text)).state
            for params in windows(source)
        }
        ours = "wrong" if "not_met" in states else "unjudged" if "unjudged" in states else "right"
        published = {"Correct": "right", "Incorrect": "wrong"}[row["Result"]]
        window = f"{source['Lower Limit']} to {source['Upper Limit']}"
        about = f"{source['Calculator Name']}; window {window}; answer {row['LLM Answer']}: {short(text, 160)}"
        compared.append(Compared(str(row["Row Number"]), published, ours, about))
    return compared


# -- scores -----------------------------------------------------------------------------------------------------------


def _mark(criterion: str, recorded: dict[str, Any]) -> Mark:
    met = recorded["response_dict"]["criteria_met"]
    return Mark(criterion=criterion, state="met" if met else "not_met", reason=Text(zh="", en=""))


def _rubric(criteria: list[Criterion]) -> Item:
    prompt = (Message(role="user", content="?"),)
    none = Examples(good=(), bad=())
    return Item(id="row", lang="en", dimension="all", prompt=prompt, criteria=tuple(criteria), examples=none)


def rubrics(folder: Path) -> list[Compared]:
    """HealthBench: the published score recomputed from the recorded marks with exact arithmetic."""
    compared = []
    for at, row in enumerate(records(folder / "healthbench" / "judge_responses_60.jsonl")):
        marks = ast.literal_eval(row["responses"])
        criteria = [Criterion(id=str(n), text="", check={}, points=mark["points"]) for n, mark in enumerate(marks)]
        given = [_mark(criterion.id, mark) for criterion, mark in zip(criteria, marks, strict=True)]
        graded = scoring.grade(_rubric(criteria), at, "complete", given, "judge:recorded")
        exact = Fraction(graded.earned, graded.possible)
        published = Fraction(Decimal(str(row["score"])))
        # The published score is rounded to ten digits, so half a unit of the tenth is equality.
        equal = abs(exact - published) <= Fraction(1, 2 * 10**10)
        compared.append(Compared(str(at), "right", "right" if equal else "wrong", f"{exact} against {row['score']}"))
    return compared


# -- printing ---------------------------------------------------------------------------------------------------------


def report(title: str, compared: Iterable[Compared]) -> None:
    """Print counts, agreement and every differing row."""
    rows = list(compared)
    counts = Counter((c.published, c.ours) for c in rows)
    agreed = sum(n for (published, ours), n in counts.items() if published == ours)
    print(f"### {title}\n\n| published | ours: right | ours: wrong | ours: unjudged |\n|---|---:|---:|---:|")
    for published in ("right", "wrong"):
        print(f"| {published} | " + " | ".join(str(counts[published, ours]) for ours in OURS.values()) + " |")
    print(f"\n{agreed} of {len(rows)} agree ({100 * agreed / max(1, len(rows)):.1f} %).\n")
    different = [c for c in rows if c.published != c.ours]
    if different:
        print("| row | published | ours | answer |\n|---|---|---|---|")
        print("\n".join(f"| {c.row} | {c.published} | {c.ours} | {c.about} |" for c in different) + "\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, nargs="?", default=os.environ.get("EVALCENTER_REALDATA"))
    folder = parser.parse_args().folder
    if folder is None:
        parser.error("name the folder of public data, or set EVALCENTER_REALDATA")
    folder = Path(folder)
    for outputs in LAW:
        compared, letters = law(folder, outputs)
        report(f"choice: {outputs}", compared)
        if letters:
            print(
                "Letters read otherwise:\n\n| row | published | ours | answer |\n|---|---|---|---|\n"
                + "\n".join(letters)
                + "\n"
            )
    report("choice: CMExam explanations", explanations(folder))
    for outputs in CALCULATORS:
        report(f"number: {outputs}, the answer field", calculators(folder, outputs, "LLM Answer"))
        report(f"number: {outputs}, the explanation", calculators(folder, outputs, "LLM Explanation"))
    report("scores: HealthBench", rubrics(folder))


if __name__ == "__main__":
    main()
