"""Replays recorded answers of real models through the whole line: import, plan, replay, grade, decide, verify.

    EVALCENTER_REALDATA=FOLDER python benchmarks/recorded_through_replay.py

Each recording is joined to the imported items by row or by the id that it carries itself, and written as a small CSV of item and
answer, which the `replay` candidate reads. The table sets our grades beside the published marks on the same rows. Questions without
a recorded answer are unscored, so such a run stays inconclusive; that is what it should be.
"""

from __future__ import annotations

import csv
import json
import os
import sys
import tempfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evalcenter import certify, history, importing, plugins, specs, suites, walk
from evalcenter.hooks import Limits, Plugins
from evalcenter.records import CandidateSpec

MAPPINGS = Path(__file__).parents[1] / "datasets" / "mappings"
Row = Mapping[str, Any]


@dataclass(frozen=True)
class Recording:
    """A file of recorded answers: which mapping it answers, and where item, answer and published mark stand."""

    file: str
    mapping: str
    item: Callable[[int, Row], str]
    answer: str
    right: Callable[[Row], bool]


def _disc(name: str) -> Callable[[int, Row], str]:
    return lambda number, _: f"{name}-{number}"


def _complied(row: Row) -> bool:
    return str(row["final_label"]).startswith("1")


RECORDINGS = (
    *(
        Recording(
            f"disc_law_eval/outputs_{file}.csv",
            mapping,
            _disc(mapping.replace("_", "-")),
            "model_output",
            lambda r: r["correctness"] == "1",
        )
        for file, mapping in (
            ("GPT-3.5-turbo_single_pfe_results", "disc_law_single_pfe"),
            ("ChatLaw_single_pfe_results", "disc_law_single_pfe"),
            ("GPT-3.5-turbo_multi_pae_results", "disc_law_multi_pae"),
        )
    ),
    *(
        Recording(
            f"medcalc_bench/outputs_{model}_zero_shot.jsonl",
            "medcalc_numbers",
            lambda _, r: f"medcalc-{r['Row Number']}",
            "LLM Answer",
            lambda r: r["Result"] == "Correct",
        )
        for model in ("Qwen_QwQ-32B", "BytedTsinghua-SIA_DAPO-Qwen-32B")
    ),
    *(
        Recording(
            f"xstest/xstest_v2_completions_{model}.csv",
            "xstest_safe",
            lambda _, r: f"xstest-{r['id']}",
            "completion",
            _complied,
        )
        for model in ("gpt4", "llama2orig", "mistralguard")
    ),
)


def main() -> None:
    """Print the table."""
    root = os.environ.get("EVALCENTER_REALDATA")
    if not root:
        sys.exit("EVALCENTER_REALDATA is not set; it names the folder of public data")
    held = plugins.load()
    print("| recording | items | recorded | ours: good | published: good | marks that differ | verdict | recomputed |")
    print("|---|---:|---:|---:|---:|---:|---|---:|")
    for recording in RECORDINGS:
        with tempfile.TemporaryDirectory() as folder:
            print(_line(recording, Path(root), Path(folder), held), flush=True)


def _rows(path: Path) -> list[Row]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return [json.loads(line) for line in file] if path.suffix == ".jsonl" else list(csv.DictReader(file))


def _line(recording: Recording, root: Path, folder: Path, held: Plugins) -> str:
    importing.convert(MAPPINGS / f"{recording.mapping}.yaml", root, folder / "suite", held)
    loaded = suites.load(folder / "suite", held)
    known = {item.id for item in loaded.suite.items}
    rows = {recording.item(n, row): row for n, row in enumerate(_rows(root / recording.file), 1)}
    rows = {name: row for name, row in rows.items() if name in known}
    _write(folder / "answers.csv", ((name, row[recording.answer]) for name, row in rows.items()))
    settings = {"path": str(folder / "answers.csv"), "item": "item", "answer": "answer"}
    spec = CandidateSpec(adapter="replay", name=Path(recording.file).stem, settings=settings)
    standard, _ = specs.load_standard("", loaded)
    planned = walk.prepare([loaded], standard, spec, "replay", held)
    ended = walk.start(planned, folder / "run", walk.Means(plugins=held, limits=Limits(attempts=1), langs=("en",)))
    run = history.load(folder / "run")
    ours = {run.plan.items[run.plan.order[p]].id: g.outcome == "pass" for p, g in run.grades.items()}
    theirs = {name: recording.right(row) for name, row in rows.items()}
    differ = sum(ours[name] != theirs[name] for name in ours)
    checked = certify.verify(folder / "run", held)
    return (
        f"| {spec.name} | {len(known)} | {len(rows)} | {sum(ours.values())} | {sum(theirs.values())} | {differ} | "
        f"{ended.verdict.outcome.upper()} | {checked.grades} |"
    )


def _write(path: Path, pairs: Iterable[tuple[str, Any]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["item", "answer"])
        writer.writerows(pairs)


if __name__ == "__main__":
    main()
