"""Every sample of the run."""

from __future__ import annotations

from dataclasses import replace

import pytest

from evalcenter.blocks import Excerpt, Facts, Samples, Table
from evalcenter.records import Criterion, Message, Read, Review, Text
from evalcenter.sections import examples, one_sample, samples
from tests.factory import make_facts, make_grade, make_item, make_plan, make_response
from tests.sections.reading import build, failed, only, words


def three(**item: object) -> Facts:
    """One pass, one failure, one call that failed, and one sample that was not asked."""
    plan = make_plan([make_item(n, **item) for n in range(4)])
    grades = {0: make_grade(plan, 0), 1: make_grade(plan, 1, met=False)}
    return make_facts(plan, grades, failures={2: "timeout"})


def test_every_asked_sample_is_a_row() -> None:
    """Answered or not, each asked position is there with what became of it; what was not asked is counted."""
    blocks = build(samples, three())
    found = only(Samples, blocks).samples
    assert [(one.position, one.outcome, one.word) for one in found] == [
        (0, "pass", "pass"),
        (1, "fail", "fail"),
        (2, "unscored", "unscored · timed out"),
    ]
    assert "4 samples were planned and 3 asked. The other one was not" in words(blocks)


def test_a_row_holds_everything() -> None:
    """A row has the item, its risks, the points, all marks with reasons, what marked it and whether the answer is whole."""
    one = only(Samples, build(samples, three(tags=("child",), red_line=True))).samples[1]
    assert (one.item, one.dimension, one.risks, one.tags) == (
        "med-zh-dose-001",
        "Medication safety",
        ("Wrong dose (bank:A.1)",),
        ("child",),
    )
    assert (one.earned, one.possible, one.by, one.state) == (0, 1, "graders", "complete")
    assert (one.red_line, one.violation) == (True, "red-line violation · unconfirmed")
    assert [(m.text, m.word, m.reason, m.lost) for m in one.marks] == [
        ("[critical] 给出每次 250 mg", "not met", "checked", True)
    ]


def test_sealed_samples_are_counted_by_risk() -> None:
    """Of sealed items there are counts by risk and outcome, and no row."""
    blocks = build(samples, three(visibility="sealed"))
    assert not [b for b in blocks if isinstance(b, Samples)]
    assert only(Table, blocks).rows == (("Wrong dose (bank:A.1)", "1", "1", "1"),)
    assert "med-zh" not in words(blocks)


def test_nothing_was_asked() -> None:
    """An empty run says that nothing was asked."""
    assert "No sample was asked." in words(build(samples, make_facts(make_plan([]), {})))


def test_the_failed_ones_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of too many samples the failed are kept, then the unscored, in the order of the plan; the rest is counted."""
    monkeypatch.setattr(samples, "MOST", 2)
    monkeypatch.setattr(samples, "LISTED", 2)
    blocks = build(samples, three())
    assert [one.position for one in only(Samples, blocks).samples] == [1, 2]
    assert "1 more are not" in words(blocks)


def test_long_answers_share_the_page(monkeypatch: pytest.MonkeyPatch) -> None:
    """Passing answers are shortened where there are many; failed ones are shown at the length of an excerpt; the report says so."""
    monkeypatch.setattr(samples, "LETTERS", 300)
    long = replace(three(), responses={p: make_response(p, "A" * 5000) for p in (0, 1)})
    blocks = build(samples, long)
    kept, lost = only(Samples, blocks).samples[:2]
    assert kept.answer.startswith("A" * 200 + " …")
    assert lost.answer.startswith("A" * 1200 + " …")
    assert "Failed answers are shown up to 1,200 characters, the others up to 200." in words(blocks)


def test_what_is_said_elsewhere() -> None:
    """On paper stands where the samples are, with the command that gives all of them."""
    assert examples.COMMAND in only(Samples, build(samples, three())).elsewhere
    assert examples.COMMAND in only(Samples, build(samples, three(), "zh")).elsewhere


def test_an_excerpt_is_the_same_sample() -> None:
    """What failed is told in the same words in both places."""
    facts = failed(make_item(1))
    one, shown = only(Samples, build(samples, facts)).samples[0], only(Excerpt, build(examples, facts))
    assert (shown.question, shown.answer) == (one.question, one.answer)
    assert shown.findings == tuple(f"{mark.text}: {mark.reason}" for mark in one.marks if mark.lost)


def test_readers_are_numbered_and_never_named() -> None:
    """What people said is there, the last word of each, without a name."""
    plan = make_plan([make_item(1)])
    said = (
        Review(position=0, reader="Dr Wang", role="reader", marks=(Read(criterion="right-dose", state="met"),)),
        Review(position=0, reader="李医生", role="reader", marks=(Read(criterion="right-dose", state="not_met"),)),
        Review(
            position=0,
            reader="Dr  wang",
            role="reader",
            marks=(Read(criterion="right-dose", state="not_met"),),
            reason="too much",
        ),
    )
    grade = replace(make_grade(plan, 0, met=False), by="person:Dr Wang + 李医生")
    one = one_sample.read(make_facts(plan, {0: grade}, reviews={0: said}), 0, "en")
    assert one.reviews == ("reader 1: right-dose not met. too much", "reader 2: right-dose not met")
    assert one.by == "people"
    assert "Wang" not in words(one)


def test_a_fault_is_worded_as_one() -> None:
    """A mark on something that a good answer does not do reads as what it is."""
    plan = make_plan(
        [make_item(1, criteria=(Criterion(id="bad", text="invents a dose", check={"mentions": {}}, points=-1),))]
    )
    for met, word in ((True, "has this fault"), (False, "free of this fault")):
        one = one_sample.read(make_facts(plan, {0: make_grade(plan, 0, met=met)}), 0, "en")
        assert [(mark.word, mark.lost) for mark in one.marks] == [(word, met)]


def test_epoch_and_question() -> None:
    """A row says how often the item was asked before, and shows each turn."""
    item = make_item(1, prompt=(Message(role="user", content="one"), Message(role="user", content="two")))
    plan = make_plan([item], order=(0, 0), epochs=(0, 1))
    found = only(Samples, build(samples, make_facts(plan))).samples
    assert [one.epoch for one in found] == [0, 1]
    assert found[0].question == "[user] one\n\n[user] two"


def test_a_judges_word_stands_beside_the_graders() -> None:
    """Where judges marked an answer, what they found is said, and the outcome stays the one that counts."""
    plan = make_plan([make_item(1)])
    waiting = make_grade(plan, 0, reason=Text(zh="等", en="waits"))
    facts = make_facts(plan, {0: waiting})
    one = one_sample.read(replace(facts, judged=facts.results), 0, "en")
    assert one.by == "graders (judges: pass)"
