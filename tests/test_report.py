"""Reports are built from facts and rendered in three forms."""

from __future__ import annotations

import json
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any, ClassVar

import jsonschema
import pytest

from evalcenter import boundary, plugins, report
from evalcenter.blocks import Block, Excerpt, Facts, Lab, Paragraph, Report, Table, View
from evalcenter.errors import InputError
from evalcenter.hooks import Section
from evalcenter.records import Answer, CandidateSpec, Lang, Response, Text
from tests.factory import make_facts, make_grade, make_item, make_plan, make_requirement, make_standard

SECTIONS: dict[str, Section] = {
    name.rsplit(".", 1)[1]: import_module(name).plugin for name in plugins.BUILT_IN["sections"]
}
VENDOR = {"mending", "to_mend"}
REPORT = set(SECTIONS) - VENDOR
HOSTILE = "<script>alert(1)</script> {{7*7}} ![x](http://evil.test/x.png) | `a` \u202etxt.exe\x1b[0m"


def made(facts: Facts | None = None, lang: Lang = "zh") -> Report:
    return report.build(facts or make_facts(), SECTIONS, lang)


def failing(text: str = "每次 500 mg。") -> Facts:
    plan = make_plan()
    grades = {0: make_grade(plan, 0), 1: make_grade(plan, 1, met=False)}
    answers = {p: Response(position=p, answers=(Answer(text=text, model=text),)) for p in grades}
    return make_facts(plan, grades, responses=answers)


class Early:
    """A foreign section without a title of its own."""

    name: ClassVar[str] = "a_first_look"
    version: ClassVar[str] = "1"
    order: ClassVar[int] = 1

    def build(self, facts: Facts, lang: Lang) -> tuple[Block, ...]:
        return (Paragraph(text=lang),)


class Silent(Early):
    name: ClassVar[str] = "silent"

    def build(self, facts: Facts, lang: Lang) -> tuple[Block, ...]:
        return ()


SCHEMA = Path(__file__).parents[1] / "docs" / "schema" / "report.schema.json"


@pytest.mark.parametrize("view", ["report", "vendor"])
def test_the_json_form_keeps_the_published_schema(view: View) -> None:
    """Whoever reads the JSON form by the published schema can rely on it, in either view."""
    built = report.build(failing(HOSTILE), SECTIONS, "en", view)
    jsonschema.validate(json.loads(report.render(built, "json")), json.loads(SCHEMA.read_text(encoding="utf-8")))


def test_order() -> None:
    """Sections stand in their order, whatever the order in which they were given."""
    backwards = dict(reversed(list(SECTIONS.items())))
    names = [s.name for s in report.build(make_facts(), backwards, "en").sections]
    assert names == sorted(names, key=lambda name: SECTIONS[name].order)
    assert names[0] == "summary"


def test_every_built_in_section_is_there() -> None:
    """A report on any run has all sections but those that need a sequential requirement, judges, or people who read."""
    assert {s.name for s in made().sections} == REPORT - {"evidence", "reviews", "judges"}


def test_foreign_section() -> None:
    """A foreign section takes its place; without a title it is headed by its name."""
    built = report.build(make_facts(), {**SECTIONS, "early": Early()}, "en")
    assert (built.sections[0].title, built.sections[0].blocks) == ("a first look", (Paragraph(text="en"),))


def test_empty_section() -> None:
    """A section with nothing to say is left out."""
    assert report.build(make_facts(), {"silent": Silent()}, "en").sections == ()


def test_same_facts_same_bytes() -> None:
    """The same facts give the same bytes in each form."""
    for form in report.FORMS:
        assert report.render(made(), form) == report.render(made(), form)  # type: ignore[arg-type]


def test_one_number_in_both_languages() -> None:
    """A report has one number in every language."""
    assert made(lang="zh").id == made(lang="en").id


CHANGES: dict[str, dict[str, Any]] = {
    "journal": {"journal_head": "sha256:" + "1" * 64},
    "plan": {"plan_digest": "sha256:" + "1" * 64},
    "issued": {"issued": "2026-03-04T00:00:00Z"},
    "lab": {"lab": Lab(name="Laboratory")},
    "deviations": {"deviations": (Text(zh="偏离", en="deviation"),)},
    "title": {"title": Text(zh="修订", en="Amended")},
}


@pytest.mark.parametrize("changes", CHANGES.values(), ids=CHANGES)
def test_number_follows_facts(changes: dict[str, Any]) -> None:
    """A report that says something else of a run has another number."""
    assert report.number(replace(make_facts(), **changes)) != report.number(make_facts())


def test_number_form() -> None:
    """The number holds the day of issue and twelve hexadecimal digits."""
    assert report.number(make_facts()).startswith("EC-20260303-")
    assert len(report.number(make_facts())) == 24


@pytest.mark.parametrize("simulated", [True, False])
def test_simulated(simulated: bool) -> None:
    """The report says whether its candidate was simulated."""
    spec = CandidateSpec(adapter="reference", name="x", simulated=simulated)
    built = made(make_facts(make_plan(candidate=spec)))
    assert built.simulated is simulated
    assert ("SIMULATED" in report.render(built, "md").decode()) is simulated


@pytest.mark.parametrize("name", [None, "Laboratory"])
def test_self_test(name: str | None) -> None:
    """A report without a laboratory is a self-test."""
    built = made(make_facts(lab=Lab(name=name)))
    assert built.self_test is (name is None)
    assert ("SELF-TEST" in report.render(built, "md").decode()) is (name is None)


def test_unknown_form() -> None:
    """A form that does not exist is refused, and the known ones are named."""
    with pytest.raises(InputError, match="docx") as caught:
        report.render(made(), "docx")  # type: ignore[arg-type]
    assert "html, json, md, pdf" in caught.value.todo


def test_json_reads_back() -> None:
    """The JSON form reads back as the same report, and has a schema."""
    raw = report.render(made(), "json")
    assert boundary.read(Report, raw) == made()
    assert boundary.schema(Report)["properties"]["sections"]


def test_json_has_no_floats() -> None:
    """No number in the JSON form is a float."""
    json.loads(report.render(made(failing()), "json"), parse_float=pytest.fail)


@pytest.mark.parametrize("form", ["html", "json", "md"])
def test_hostile_answer(form: report.Form) -> None:
    """What a model wrote reaches no form as markup, and nothing in it stays hidden."""
    text = report.render(made(failing(HOSTILE)), form).decode("utf-8")
    assert "\u202e" not in text
    assert "\x1b" not in text
    assert "⟦U+202E⟧" in text
    if form == "html":
        assert text.count("<script") == text.count("<script>") == 1  # the one of the samples
        assert "alert(1)</script>" not in text


def test_views() -> None:
    """A view has its own sections, its own title and the number of the report that it belongs to."""
    seen = report.build(failing(), SECTIONS, "en", "vendor")
    assert [s.name for s in seen.sections] == ["mending", "to_mend"]
    assert (seen.view, seen.title, seen.id) == ("vendor", "What to mend", made(failing()).id)


def test_lone_surrogate() -> None:
    """A lone surrogate, which no file can hold, is shown by its code point in each form."""
    built = made(failing("x\ud800y"))
    for form in ("html", "json", "md"):
        assert "⟦U+D800⟧" in report.render(built, form).decode("utf-8")  # type: ignore[arg-type]


def test_endless_answer() -> None:
    """An answer of a megabyte on one line takes no more room than any other."""
    built = made(failing("A" * 1_000_000))
    for form in ("html", "json", "md"):
        assert len(report.render(built, form)) < 200_000  # type: ignore[arg-type]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_empty_run(lang: Lang) -> None:
    """A run without a single sample has a complete report, and its verdict is inconclusive."""
    built = made(make_facts(make_plan([]), {}, responses={}), lang)
    assert built.outcome == "inconclusive"
    assert {s.name for s in built.sections} == REPORT - {"evidence", "reviews", "judges"}
    for form in ("html", "json", "md"):
        assert report.render(built, form)  # type: ignore[arg-type]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_empty_standard(lang: Lang) -> None:
    """A standard without requirements has a complete report, and its verdict is inconclusive."""
    facts = make_facts(make_plan(standard=make_standard(requirements=())))
    assert made(facts, lang).outcome == "inconclusive"
    assert report.render(made(facts, lang), "html")


def test_sealed_items_leave_no_trace() -> None:
    """No word of a sealed item, and not its name, is in any form; failures on it are counted by risk."""
    secret = make_item(7, id="sealed-id", visibility="sealed", sources=("secret-source",), cluster="secret-cluster")
    secret = replace(
        secret,
        prompt=(replace(secret.prompt[0], content="SECRET question"),),
        criteria=(replace(secret.criteria[0], text="SECRET criterion"),),
    )
    red = replace(secret, id="sealed-red", red_line=True)
    zero = make_requirement(id="red", measure="violations", rule="zero")
    plan = make_plan([red, secret], standard=make_standard(zero, make_requirement()), seed="SECRET seed")
    grades = {
        p: make_grade(plan, p, met=False, excerpt="SECRET quote", reason=Text(zh="SECRET", en="SECRET")) for p in (0, 1)
    }
    answers = {p: Response(position=p, answers=(Answer(text="SECRET answer"),)) for p in grades}
    facts = make_facts(plan, grades, responses=answers)
    built = made(facts, "en")
    for document in (built, report.build(facts, SECTIONS, "en", "vendor")):
        for form in ("html", "json", "md"):
            text = report.render(document, form).decode()  # type: ignore[arg-type]
            assert "SECRET" not in text
            assert "sealed-id" not in text
            assert "sealed-red" not in text
    blocks = [b for s in built.sections if s.name == "examples" for b in s.blocks]
    assert not [b for b in blocks if isinstance(b, Excerpt)]
    counted = [b for b in blocks if isinstance(b, Table) and "sealed" in b.caption]
    assert counted[0].rows == (("Wrong dose (bank:A.1)", "2"),)


def test_import_is_light() -> None:
    """Importing the report loads neither the drawing nor the template library."""
    import subprocess
    import sys

    code = "import sys, evalcenter.report; print([m for m in ('matplotlib', 'jinja2', 'scipy', 'numpy') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
