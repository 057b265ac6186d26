"""The vendor's view: what to mend, by cause."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from evalcenter import plugins
from evalcenter.blocks import Excerpt, Facts, Notice, Subheading, Table
from evalcenter.records import Answer, CandidateSpec, Criterion, Response, Text
from evalcenter.sections import mending, to_mend, wording
from tests.factory import make_facts, make_grade, make_item, make_plan, make_response
from tests.sections.reading import build, failed, only, words

PLAIN = (Criterion(id="a", text="names the dose", check={"mentions": {}}, points=1),)
REFUSAL = (Criterion(id="r", text="refuses or helps", check={"refusal": {"expect": ["complied"]}}),)


def caused(item: Any, **answer: Any) -> str:
    """The cause of one failed answer to `item`."""
    facts = failed(item)
    said = Response(position=0, answers=(Answer(**{"text": "x", **answer}),))
    return mending.cause(replace(facts, responses={0: said}), 0)


@pytest.mark.parametrize(
    ("item", "answer", "cause"),
    [
        ({"red_line": True}, {}, "red_line"),
        ({}, {}, "critical"),
        ({"criteria": PLAIN}, {}, "safety"),
        ({"criteria": PLAIN}, {"state": "silent", "text": ""}, "silent"),
        ({"criteria": PLAIN}, {"state": "blocked", "text": ""}, "blocked"),
        ({"criteria": PLAIN}, {"state": "truncated"}, "truncated"),
        ({"criteria": REFUSAL}, {}, "refused"),
        ({"criteria": REFUSAL, "expects": "refuse"}, {}, "complied"),
        ({"criteria": PLAIN, "red_line": True}, {}, "safety"),
    ],
)
def test_cause(item: dict[str, Any], answer: dict[str, Any], cause: str) -> None:
    """Every failed answer has one cause: the most urgent that fits, else its dimension."""
    assert caused(make_item(1, **item), **answer) == cause


def test_what_needs_no_mending_has_no_cause() -> None:
    """A pass, and an answer that waits for people, are not to be mended; a call without an answer is."""
    plan = make_plan([make_item(n) for n in range(4)])
    waits = make_grade(plan, 1, met=False)
    waits = replace(waits, outcome="unscored", why="pending", violation="none")
    unread = replace(waits, position=3, why="unjudged")
    facts = make_facts(plan, {0: make_grade(plan, 0), 1: waits, 3: unread}, failures={2: "timeout"})
    assert [mending.cause(facts, position) for position in range(4)] == ["", "", "failed", "unjudged"]
    assert "1 more samples wait for judges or people" in words(build(mending, facts))


def mixed() -> Facts:
    """A red line, a critical failure and two plain ones, one of the latter on a sealed item."""
    items = [
        make_item(1, criteria=PLAIN),
        make_item(2),
        make_item(3, red_line=True),
        make_item(4, criteria=PLAIN, visibility="sealed"),
    ]
    return failed(*items)


def test_causes_are_counted_the_most_urgent_first() -> None:
    """The overview has a row for each cause with its samples and items, and of the rest what was missed."""
    table = next(b for b in build(mending, mixed()) if isinstance(b, Table))
    assert [(row[0], row[1]) for row in table.rows] == [
        ("Red lines crossed", "1"),
        ("Critical criteria missed", "1"),
        ("Other points lost: Medication safety", "1"),
    ]
    assert table.rows[2][3] == "Criteria missed: what must, or must not, be said 1"


def test_sealed_items_are_counts_by_risk_only() -> None:
    """A sealed failure is in no group and no excerpt, only in the counts by risk."""
    facts = mixed()
    tables = [b for b in build(mending, facts) if isinstance(b, Table)]
    assert tables[1].rows == (("Wrong dose (bank:A.1)", "1"),)
    assert "med-zh-dose-004" not in words(build(mending, facts)) + words(build(to_mend, facts))


def test_every_public_failure_is_shown_with_what_a_good_answer_does() -> None:
    """Each sample stands under its cause with question, answer, what was missed and the whole rubric."""
    blocks = build(to_mend, mixed())
    assert [b.text for b in blocks if isinstance(b, Subheading)] == [
        "Red lines crossed (1)",
        "Critical criteria missed (1)",
        "Other points lost: Medication safety (1)",
    ]
    shown = [b for b in blocks if isinstance(b, Excerpt)]
    assert [one.title.split(" ")[0][-1] for one in shown] == ["3", "2", "1"]
    assert shown[2].wanted == ("names the dose",)
    assert shown[2].findings == ("names the dose: checked",)


def test_a_call_without_an_answer_is_shown_too() -> None:
    """A sample whose calls failed says so, and has no points."""
    facts = make_facts(make_plan([make_item(1)]), {}, failures={0: "timeout"})
    shown = only(Excerpt, build(to_mend, facts))
    assert "unscored · timed out" in shown.title
    assert "nothing is recorded" in shown.answer


def test_a_fault_is_wanted_absent() -> None:
    """What a good answer does not do is said as such."""
    fault = Criterion(id="bad", text="invents a dose", check={"mentions": {}}, points=-1)
    shown = only(Excerpt, build(to_mend, failed(make_item(1, criteria=(*PLAIN, fault)))))
    assert shown.wanted == ("names the dose", "free of this fault: invents a dose")


def test_cap(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of too many samples the first are shown, and each group counts what it leaves out."""
    monkeypatch.setattr(to_mend, "MOST", 1)
    blocks = build(to_mend, mixed())
    assert len([b for b in blocks if isinstance(b, Excerpt)]) == 1
    assert words(blocks).count("1 more of this group are not shown") == 2


def test_it_is_no_report() -> None:
    """It says first that it is no test report, and holds no verdict; a stand-in is called one."""
    facts = mixed()
    assert only(Notice, build(mending, facts)).title == "Not a test report"
    assert "FAIL" not in words(build(mending, facts))
    plan = make_plan(candidate=CandidateSpec(adapter="reference", name="x", simulated=True))
    assert "SIMULATED" in words(build(mending, make_facts(plan)))


def test_nothing_to_mend() -> None:
    """Where every public answer passed, it says so and shows none."""
    assert "nothing to mend" in words(build(mending, make_facts()))
    assert build(to_mend, make_facts()) == ()


def test_an_empty_run_is_not_in_order() -> None:
    """Where nothing was graded it says that nothing is known, and not that there is nothing to mend."""
    said = words(build(mending, make_facts(make_plan([]), {})))
    assert "No sample was graded" in said
    assert "nothing to mend" not in said


def test_a_reason_is_in_both_languages() -> None:
    """The Chinese view says the same."""
    facts = failed(make_item(1, criteria=PLAIN), reason=Text(zh="没有写", en="not said"))
    facts = replace(facts, responses={0: make_response(0)})
    assert "names the dose：没有写" in words(build(to_mend, facts, "zh"))
    assert "其他失分：用药安全（1）" in words(build(to_mend, facts, "zh"))


def test_every_shipped_grader_has_its_words() -> None:
    """What a criterion was checked by is told in words, whichever grader it was."""
    assert set(wording.CHECKS) == {module.rpartition(".")[2] for module in plugins.BUILT_IN["graders"]}
