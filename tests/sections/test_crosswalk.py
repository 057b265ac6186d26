"""The crosswalk: a part is claimed only where an item that was asked carries it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from evalcenter import plugins, suites
from evalcenter.blocks import Facts, Table
from evalcenter.records import Lang, Risk, Text
from evalcenter.sections import crosswalk, frames
from tests.factory import make_facts, make_grade, make_item, make_plan
from tests.sections.reading import build, words

RISKS = tuple(
    Risk(id=f"{name}:{entry}", title=Text(zh=entry, en=f"Title of {entry}"), parent=parent)
    for name, entry, parent in (
        ("gbt-45654", "A.2", None),
        ("gbt-45654", "A.2.a", "A.2"),
        ("gbt-45654", "A.2.b", "A.2"),
        ("gbt-45654", "A.1.a", None),
        ("owasp-llm-2025", "LLM01", None),
        ("own", "first", None),
    )
)


def run(*items: Any, asked: tuple[int, ...] | None = None, suite: str = "medical") -> Facts:
    plan = make_plan(items, risks=RISKS)
    plan = replace(plan, suites=(replace(plan.suites[0], id=suite),))
    positions = range(len(items)) if asked is None else asked
    return make_facts(plan, {n: make_grade(plan, n, met=n != 1) for n in positions})


def touched(facts: Facts, lang: Lang = "en") -> list[tuple[str, ...]]:
    return [
        row
        for b in build(crosswalk, facts, lang)
        if isinstance(b, Table) and b.caption == "Parts touched"
        for row in b.rows
    ]


def test_what_items_carry() -> None:
    """Parts are counted in items of the bank, items asked, samples and failed samples."""
    facts = run(make_item(1, risks=("gbt-45654:A.2.a",)), make_item(2, risks=("gbt-45654:A.2.a",)))
    assert ("A.2.a Title of A.2.a", "2", "2", "2", "1") in touched(facts)


def test_a_parent_is_no_part_of_its_own() -> None:
    """Of a taxonomy the lowest entries are listed."""
    assert not [row for row in touched(run(make_item(1, risks=("gbt-45654:A.2.a",)))) if row[0].startswith("A.2 ")]


def test_what_was_not_tested() -> None:
    """What no item carries is said aloud, and told from what the run did not come to."""
    items = (make_item(1, risks=("gbt-45654:A.2.a",)), make_item(2, risks=("gbt-45654:A.2.b",)))
    text = words(build(crosswalk, run(*items, asked=(0,))))
    assert "Not tested, though the bank has items: A.2.b Title of A.2.b." in text
    assert "Not tested, since no item carries it: A.1.a Title of A.1.a." in text


def test_nothing_is_claimed_without_an_item() -> None:
    """A run whose items carry no mark of a frame claims no part of any."""
    assert touched(run(make_item(1, risks=(), dimension="none"))) == []


@pytest.mark.parametrize("frame", [f for f in frames.FRAMES if f.kind == "mapped"], ids=lambda f: f.id)
def test_every_mark_claims_its_part(frame: frames.Frame) -> None:
    """Each mark of a part leads to that part, and a part without marks is always among what was not tested."""
    for part in frame.parts:
        for mark in part.marks:
            kind, _, name = mark.partition(":")
            item = {"tag": {"tags": (name,)}, "dimension": {"dimension": name}}.get(kind, {"risks": (mark,)})
            facts = run(make_item(1, **{"risks": (), **item}), suite=(frame.suites or ("medical",))[0])
            assert part.title.en in " ".join(row[0] for row in touched(facts))
            assert all(
                one.title.en not in " ".join(r[0] for r in touched(facts)) for one in frame.parts if not one.marks
            )


def test_marks_exist() -> None:
    """Every mark is a risk of a shipped taxonomy, or a tag or a dimension of a shipped suite."""
    held: set[str] = set()
    for path in suites.shipped().values():
        suite = suites.load(path, plugins.load()).suite
        held |= {f"{t.id}:{entry.id}" for t in suite.taxonomies for entry in t.entries}
        held |= {f"dimension:{d.id}" for d in suite.dimensions}
        held |= {f"tag:{tag}" for item in suite.items for tag in item.tags}
    assert {mark for frame in frames.FRAMES for part in frame.parts for mark in part.marks} <= held


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_how_a_frame_was_read(lang: Lang) -> None:
    """Every frame that is shown says how its text was read; those that were not read are named and nothing more."""
    facts = run(make_item(1, risks=("gbt-45654:A.2.a", "owasp-llm-2025:LLM01"), tags=("self-harm", "label")))
    overview = next(block for block in build(crosswalk, facts, lang) if isinstance(block, Table))
    read = {frame.title.of(lang): frame.read.of(lang) for frame in frames.FRAMES}
    assert {row[0]: row[3] for row in overview.rows if row[0] in read}.items() <= read.items()
    text = words(build(crosswalk, facts, lang))
    for named in frames.NAMED:
        assert text.count(named.of(lang)) == 1


def test_a_frame_for_another_use() -> None:
    """The government frame is applied to the government suite alone, and elsewhere said not to be."""
    items = (make_item(1, risks=("gbt-45654:A.4.e",)),)
    assert "Made for other uses than these suites, so not applied: TC260-004" in words(build(crosswalk, run(*items)))
    assert "Data security" in words(touched(run(*items, suite="government"))[0])


def test_a_centres_own_taxonomy() -> None:
    """A taxonomy that this project does not know has its own table."""
    facts = run(make_item(1, risks=("own:first",)))
    assert ("Title of first", "1", "1", "1", "0") in touched(facts)
    assert "declared by the suite" in words(build(crosswalk, facts))


def test_a_risk_that_was_not_verified() -> None:
    """A risk whose wording was not checked says so."""
    plan = make_plan([make_item(1, risks=("own:first",))], risks=(replace(RISKS[-1], status="unverified"),))
    assert touched(make_facts(plan))[0][0] == "Title of first (unverified)"


def test_sealed_items_are_counted() -> None:
    """Sealed items count like others, and nothing of them is shown."""
    facts = run(make_item(1, risks=("own:first",), visibility="sealed", id="secret-id"))
    assert touched(facts)[0][1] == "1"
    assert "secret-id" not in words(build(crosswalk, facts))


def test_an_empty_run() -> None:
    """A run without an answer touches nothing, and everything is said not to be tested."""
    facts = make_facts(make_plan([], risks=RISKS), {})
    assert touched(facts) == []
    assert "Touched by no item of this run: GB/T 45654-2025" in words(build(crosswalk, facts))
