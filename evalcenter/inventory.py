"""Says what suites and plans hold, and writes the schemas that editors use.

It counts and describes; it never decides whether something is good.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from math import ceil
from pathlib import Path
from typing import Any

from evalcenter import boundary, sequential, stats
from evalcenter.blocks import Lab, Report
from evalcenter.certificate import Certificate
from evalcenter.commitments import Commitment, Proof
from evalcenter.declaration import Declaration
from evalcenter.errors import disk_refused
from evalcenter.grants import Grant
from evalcenter.plan import render, script
from evalcenter.records import CandidateSpec, Item, Plan, Requirement, Standard, Suite, Taxonomy


def count(suite: Suite) -> dict[str, Any]:
    """The items, criteria and families of `suite`, by dimension, language, grader and visibility."""
    return {
        "id": suite.id,
        "version": suite.version,
        "title": {"zh": suite.title.zh, "en": suite.title.en},
        "items": len(suite.items),
        "criteria": sum(len(item.criteria) for item in suite.items),
        "families": [
            {"id": f.id, "generator": f.generator, "dimension": f.dimension, "langs": list(f.langs), "count": f.count}
            for f in suite.families
        ],
        "by_dimension": _by(item.dimension for item in suite.items),
        "by_lang": _by(item.lang for item in suite.items),
        "by_grader": _by(grader for item in suite.items for grader in _graders(item)),
        "by_visibility": _by(item.visibility for item in suite.items),
        "red_lines": sum(item.red_line for item in suite.items),
        "must_refuse": sum(item.expects == "refuse" for item in suite.items),
        "dialogues": sum(sum(m.role == "user" for m in item.prompt) > 1 for item in suite.items),
        "with_documents": sum(bool(item.documents) for item in suite.items),
    }


def _graders(item: Item) -> list[str]:
    return [next(iter(criterion.check)) for criterion in item.criteria]


def _by(names: Any) -> dict[str, int]:
    return dict(sorted(Counter(names).items()))


def as_json(found: Sequence[dict[str, Any]]) -> str:
    """The counts for machines."""
    return json.dumps(list(found), ensure_ascii=False, indent=2)


def as_text(found: Sequence[dict[str, Any]]) -> str:
    """The counts for people."""
    lines: list[str] = []
    for one in found:
        lines += [f"{one['id']} {one['version']}  {one['title']['zh']} / {one['title']['en']}"]
        lines += [f"  items {one['items']}, criteria {one['criteria']}, red lines {one['red_lines']}"]
        lines += [
            f"  must refuse {one['must_refuse']}, dialogues {one['dialogues']}, with documents {one['with_documents']}"
        ]
        for name in ("by_dimension", "by_lang", "by_grader", "by_visibility"):
            lines.append(f"  {name[3:]}: " + ", ".join(f"{key} {held}" for key, held in one[name].items()))
        for family in one["families"]:
            langs = "+".join(family["langs"])
            lines.append(
                f"  family {family['id']}: {family['count']} fresh items per language ({langs}), {family['generator']}"
            )
    return "\n".join(lines)


def plan_text(planned: Plan) -> str:
    """What a run of `planned` asks, requirement by requirement, and what it takes to pass."""
    characters = sum(len(m.content) for index in planned.order for m in planned.items[index].prompt)
    lines = [
        f"standard   {planned.standard.id} {planned.standard.version}",
        f"seed       {planned.seed}",
        f"samples    {len(planned.order)} calls or dialogues, {planned.census} of them red lines; about {characters} characters",
        f"cost       {_cost(planned, characters)}",
        f"probes     {_probes(planned)}",
        *_sealed(planned),
        "",
    ]
    for requirement, stream in zip(planned.standard.requirements, planned.streams, strict=True):
        units = len(stream.widths or stream.positions)
        if requirement.rule == "evidence":
            words = _stops(requirement, units) + _tried(planned, requirement)
            lines.append(f"{requirement.id}: at most {units} units from {stream.bank} items; {words}")
        else:
            lines.append(f"{requirement.id}: {units} of {stream.bank} items; {_takes(requirement, units)}")
    return "\n".join(lines)


def _probes(planned: Plan) -> str:
    """What the fingerprint takes besides."""
    held = planned.probing
    if held is None:
        return "none; whether the model changes during the run can't be told"
    count, width = len(held.probes), held.stretch
    return (
        f"{held.id} {held.version}: {held.repeats * count} short calls before the first question, {count} behind the last, "
        f"and {count} among the first {width} questions, the next {2 * width}, the next {4 * width}, …"
    )


def _sealed(planned: Plan) -> list[str]:
    """What a plan asks of sealed banks, and what is retired there."""
    lines = []
    for bank in planned.sealing.banks if planned.sealing is not None else ():
        gone = f"; {len(bank.retired)} retired, seen in {bank.limit} runs" if bank.limit is not None else ""
        lines.append(f"sealed     {bank.suite}, {bank.items} items under {bank.root}{gone}")
    return lines


def _cost(planned: Plan, characters: int) -> str:
    """What the run may take at most: prompts at a token a character, answers at their longest."""
    calls = sum(len(script(render(planned.items[index]))) for index in planned.order)
    longest, price = planned.candidate.sampling.max_tokens, planned.candidate.price
    answers = (
        f"{calls * longest} tokens of answers" if longest else "answers of unlimited length (no max_tokens is set)"
    )
    words = f"at most {calls} calls without retries, about {characters} tokens of prompts, {answers}"
    if price is None:
        return f"{words}; no prices are given"
    if not longest:
        return f"{words}; the prompts cost about {characters * price.prompt / 1_000_000:.2f} {price.currency}"
    money = (characters * price.prompt + calls * longest * price.completion) / 1_000_000
    return f"{words}; at most about {money:.2f} {price.currency}"


def _tried(planned: Plan, requirement: Requirement) -> str:
    """How many known-bad answers the judges caught, where a requirement rests on that."""
    if requirement.grading != "calibrated":
        return ""
    held = next((one for one in planned.calibrations if one.requirement == requirement.id), None)
    shown, caught = (held.shown, held.caught) if held else (0, 0)
    short = f", {sequential.KNOWN_BAD} are needed" if shown < sequential.KNOWN_BAD else ""
    return f"; the judges caught {caught} of {shown} known-bad answers{short}"


def _stops(requirement: Requirement, units: int) -> str:
    """The decision chart of a sequential requirement, as far as it is simple to state."""
    if requirement.grading != "direct" or requirement.measure == "points":
        return f"{requirement.grading} scores; passes at evidence {1 / requirement.alpha:f} to 1"
    needs = [stats.chart(requirement.line, failures, requirement.alpha) for failures in range(3)]
    if units < needs[0]:
        return (
            f"too few: even without a failure {needs[0]} are needed, so it can't pass before the bank is gone through"
        )
    words = "a full run of a bank needs no more" if requirement.claim == "full_run" else "and so on"
    return f"passes after {needs[0]} without a failure, {needs[1]} with one, {needs[2]} with two ({words})"


def _takes(requirement: Requirement, n: int) -> str:
    if n < max(requirement.min_items, requirement.sample or 0):
        return f"too few: at least {max(requirement.min_items, requirement.sample or 0)} are needed, so it can't pass"
    if requirement.rule == "zero":
        return "passes without a violation"
    if requirement.rule == "point":
        return f"passes from {ceil(requirement.line * n)} good (a point rule)"
    if n < (least := stats.needed(requirement.line, 0, requirement.alpha)):
        return f"too few: even without a failure {least} are needed, so it can't pass"
    most = next(bad for bad in range(n, -1, -1) if stats.lower(n - bad, n, requirement.alpha) >= requirement.line)
    return f"passes with at most {most} bad"


def write_schemas(folder: Path) -> tuple[Path, ...]:
    """Write the JSON Schemas of what people write, of the report, of what is signed and what a bank publishes. Raises RunError."""
    kinds: dict[str, Any] = {
        "suite": Suite,
        "items": list[Item],
        "standard": Standard,
        "taxonomy": Taxonomy,
        "candidate": CandidateSpec,
        "lab": Lab,
        "report": Report,
        "grant": Grant,
        "certificate": Certificate,
        "declaration": Declaration,
        "commitment": Commitment,
        "proof": Proof,
    }
    written = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, kind in kinds.items():
            path = folder / f"{name}.schema.json"
            path.write_text(schema_text(name, kind), encoding="utf-8")
            written.append(path)
    except OSError as problem:
        raise disk_refused(problem, folder) from None
    return tuple(written)


def schema_text(name: str, kind: Any) -> str:
    """The schema of one kind of file as text, with the short forms of items that the reader also takes."""
    made = boundary.schema(kind)
    if name == "suite":
        made["properties"].pop("items")
        made["required"].remove("items")
        made["properties"]["taxonomies"] = {"type": "array", "items": {"type": "string"}}
    if name == "items":
        item = made["$defs"]["Item"]["properties"]
        item["prompt"] = {"anyOf": [{"type": "string"}, item["prompt"]]}
        examples = made["$defs"]["Examples"]["properties"]
        for kind_ in ("good", "bad"):
            examples[kind_]["items"] = {"anyOf": [{"type": "string"}, examples[kind_]["items"]]}
    made = {"$schema": "https://json-schema.org/draft/2020-12/schema", **made}
    return json.dumps(made, ensure_ascii=False, indent=2) + "\n"
