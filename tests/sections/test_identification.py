"""What ISO/IEC 17025:2017, 7.8.2.1 asks for: each field, what it says, and where it stands."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest

from evalcenter import report
from evalcenter.blocks import Facts, Fields, Lab, Points, Signatory, Signatures, Table
from evalcenter.plugins import load
from evalcenter.records import Lang, Text
from evalcenter.sections import identification
from tests.factory import make_facts, make_plan, make_response
from tests.sections.reading import build, only, words

LAB = Lab(
    name=Text(zh="中心", en="Centre"),
    address="1 Road",
    location="Room 1",
    enquiries="centre@example.org",
    customer="Vendor",
    contact="mail@example.org",
    authorised_by="C",
    received="2026-03-01",
)
HELD = {
    "a": "Test report",
    "b": "Centre; 1 Road; centre@example.org",
    "c": "Room 1",
    "d": "the report's number; in print on every page, with its page and how many there are; the end mark at the end",
    "e": "Vendor; mail@example.org †",
    "f": "Example standard, example 1; medical 1.0.0",
    "g": "Candidate †; version not supplied †; filing number not supplied †; vendor not supplied †; endpoint not supplied; model "
    "asked for not supplied; model named by the endpoint not supplied; condition: as it was served during the test; 2 samples "
    "answered, 0 without an answer",
    "h": "received: 2026-03-01; questions drawn by 2026-03-02 01:00 UTC",
    "i": "2026-03-02 01:00 UTC – 2026-03-02 02:30 UTC",
    "j": "2026-03-03 00:00 UTC",
    "k": "2 samples drawn by seed, a census of 0 red-line items; plan ",
    "l": "the results relate only to the candidate named, during the test",
    "m": "shares in percent, latency in milliseconds",
    "n": "none recorded",
    "o": "C",
    "p": "marks were given by: graders",
}
"""Every letter of 7.8.2.1, with what the report says there (its beginning where digests follow)."""
SHOWN = {
    "a": "head",
    "f": "Method",
    "g": "Result",
    "i": "Result",
    "j": "head",
    "k": "Method",
    "n": "Method",
}
"""Where the fields stand that are not in the section itself."""


def rows(facts: Facts, lang: Lang = "en") -> dict[str, tuple[str, ...]]:
    return {row[0]: row for row in only(Table, build(identification, facts, lang)).rows}


def test_every_letter_is_there() -> None:
    """Every field of ISO/IEC 17025:2017, 7.8.2.1 has a row, in order, and is held by the table above."""
    assert "".join(rows(make_facts())) == "".join(HELD) == "abcdefghijklmnop"


@pytest.mark.parametrize(("letter", "said"), HELD.items(), ids=list(HELD))
def test_field(letter: str, said: str) -> None:
    """Each field says what is known of it."""
    assert rows(make_facts(lab=LAB))[letter][2].startswith(said)


def test_what_nobody_supplied() -> None:
    """What nobody supplied reads so; nothing else does."""
    held = rows(make_facts())
    assert [letter for letter, row in held.items() if row[2] == "not supplied"] == ["b", "c", "e", "o"]
    assert held["h"][2].startswith("received: not supplied")
    assert all(all(row) for row in held.values())


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_where(lang: Lang) -> None:
    """Every place that is named is a section of the report, under the title that it has there."""
    built = report.build(make_facts(lab=LAB), load().sections, lang)
    titles = {section.title for section in built.sections}
    named = {name for row in rows(make_facts(lab=LAB), lang).values() for name in re.findall("“([^”]+)”", row[3])}
    assert named <= titles
    assert named


@pytest.mark.parametrize(("letter", "place"), SHOWN.items(), ids=list(SHOWN))
def test_the_value_stands_where_the_table_says(letter: str, place: str) -> None:
    """A field that is said to stand elsewhere does stand there."""
    facts = make_facts(lab=LAB, deviations=(Text(zh="停", en="It stopped."),))
    built = report.build(facts, load().sections, "en")
    found = {section.title: words(section.blocks) for section in built.sections}
    found["head"] = f"{built.title} {built.issuer}"
    shown = {
        "a": "Test report",
        "f": "The decision rule in full",
        "g": "Candidate",
        "i": "2026-03-02 01:00 UTC – 2026-03-02 02:30 UTC",
        "j": "",
        "k": "were drawn by the seed",
        "n": "It stopped.",
    }[letter]
    assert shown in found[place]
    assert place in rows(facts)[letter][3]


def test_issued_at_the_head() -> None:
    """The date of issue and the report's number stand at the head of the page."""
    page = report.render(report.build(make_facts(lab=LAB), load().sections, "en"), "html").decode()
    head = page[page.index('<header class="mast">') : page.index("</header>")]
    assert "2026-03-03 00:00 UTC" in head
    assert report.number(make_facts(lab=LAB)) in head
    assert "counter(page)" in page
    assert "end of report" in page


def test_the_customers_part_is_marked() -> None:
    """What the customer supplied carries a mark, and the mark is explained."""
    blocks = build(identification, make_facts(lab=LAB))
    assert "Supplied by the customer" in words(only(Points, blocks).items)
    assert rows(make_facts(lab=LAB))["e"][2].endswith("†")


def test_reported_models() -> None:
    """The names that the endpoint gave are printed, shortened."""
    answers = {0: make_response(0, model="served-model"), 1: make_response(1, model="M" * 5000)}
    text = rows(make_facts(responses=answers))["g"][2]
    assert "served-model" in text
    assert len(text) < 600
    assert rows(make_facts(make_plan([]), {}))["p"][2] == "none"


def test_statement_of_conformity() -> None:
    """The statement names the results, the standard, which requirements hold, and the rule; its clause was not seen."""
    facts = make_facts()
    held = dict(only(Fields, build(identification, facts)).rows)
    assert held["Standard"] == "Example standard, example 1"
    assert held["Requirements left open"] == "Medication safety"
    assert "Method" in held["Decision rule"]
    assert held["Clause"] == "ISO/IEC 17025:2017, 7.8.6 (unverified)"
    passed = replace(facts.verdict, findings=(replace(facts.verdict.findings[0], verdict="pass"),))
    held = dict(only(Fields, build(identification, replace(facts, verdict=passed))).rows)
    assert held["Requirements met"] == "Medication safety"
    assert "Requirements left open" not in held


def test_statements() -> None:
    """What must be said with the results is said, and then what the centre adds."""
    lab = replace(LAB, disclaimers=(Text(zh="不是许可", en="No permission."), "Plain."))
    said = only(Points, build(identification, make_facts(lab=lab))).items
    assert "relate only to the candidate named" in said[0]
    assert "only in full" in said[1]
    assert said[-2:] == ("No permission.", "Plain.")


def test_usual_signatures() -> None:
    """Without signatories there is a line for each usual role, the authorising one with its name."""
    roles = only(Signatures, build(identification, make_facts(lab=LAB))).roles
    assert roles == (("Tested by", None), ("Reviewed by", None), ("Authorised by", "C"))


@pytest.mark.parametrize(
    ("lab", "roles"),
    [
        ({"authorised_by": "B"}, (("Head", "A"), ("主任", "B"))),
        ({"authorised_by": "C"}, (("Head", "A"), ("主任", "B"), ("Authorised by", "C"))),
        ({"authorised_by": None}, (("Head", "A"), ("主任", "B"))),
    ],
)
def test_signatories(lab: dict[str, Any], roles: Any) -> None:
    """The profile's signatories sign; who authorises the report signs too, once."""
    held = (Signatory(role=Text(zh="负责人", en="Head"), name="A"), Signatory(role="主任", name="B"))
    facts = make_facts(lab=replace(LAB, signatories=held, **lab))
    assert only(Signatures, build(identification, facts)).roles == roles


@pytest.mark.parametrize(
    ("by", "lang", "said"),
    [
        ("machine", "zh", "评分来自：评分程序"),
        ("machine", "en", "marks were given by: the graders"),
        ("person:Wang + Li", "zh", "评分来自：评阅人 Wang + Li"),
        ("person:Wang + Li", "en", "marks were given by: the readers Wang + Li"),
        ("person:Wang", "en", "marks were given by: the reader Wang"),
    ],
)
def test_who_marked_is_said_in_words(by: str, lang: Lang, said: str) -> None:
    """What the journal calls ``machine`` and ``person:`` is named in words."""
    facts = make_facts()
    facts = replace(facts, results={p: result._replace(by=by) for p, result in facts.results.items()})
    table = next(b for b in build(identification, facts, lang) if isinstance(b, Table))
    assert table.rows[-1][2] == said
