"""A trial is what a panel said of a labelled answer, read as in a run."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evalcenter import trials
from evalcenter.judges import asking, reading
from evalcenter.judges.asking import Manner, Place
from evalcenter.records import Answer, Criterion, Judgement, Price
from tests import panels
from tests.panels import judged_item, label, make_panel, open_grade, tried

ITEM = judged_item(criteria=3)


def test_a_trial_holds_each_judges_marks_and_the_panels() -> None:
    """Two judges that differ on one criterion: their marks stand side by side, and the panel could not judge it."""
    say = {("judge-0", "c1"): "n"}
    found = tried(ITEM, label(ITEM, c0="met", c1="not_met"), make_panel(2), lambda j, _, c: say.get((j, c), "m"))
    assert [one.criterion for one in found.criteria] == ["c0", "c1", "c2"]
    assert [one.truth for one in found.criteria] == ["met", "not_met", None]
    assert [one.panel for one in found.criteria] == ["met", "unjudged", "met"]
    assert [said.marks for said in found.criteria[1].said] == [("not_met",), ("met",)]


def test_a_trial_holds_no_word_of_the_answer() -> None:
    """Of the answer only digest and length are kept."""
    found = tried(ITEM, label(ITEM, "秘密内容"), make_panel(), lambda *_: "m")
    assert "秘密" not in repr(found)
    assert found.length == 4


def test_the_place_of_a_statement_is_that_in_the_message() -> None:
    """Places count the statements of the message from 0, controls among them."""
    (ask,) = asking.build(ITEM, ["答"], ITEM.criteria, "seed", Place(position=0), Manner())
    lines = [line for line in ask.messages[-1].content.splitlines() if line.startswith("- ")]
    by_reading = {line[2:].split(":")[0]: at for at, line in enumerate(lines)}
    assert trials.places(ask) == by_reading
    assert sorted(by_reading.values()) == list(range(5))


def test_the_panel_counts_as_often_as_it_asks() -> None:
    """Of three epochs a panel that asks once reads the first; the others tell of steadiness only."""
    found = tried(ITEM, label(ITEM), make_panel(), lambda _, epoch, __: "mnn"[epoch], epochs=3)
    assert {one.panel for one in found.criteria} == {"met"}
    thrice = tried(ITEM, label(ITEM), make_panel(epochs=3), lambda _, epoch, __: "mnn"[epoch])
    assert {one.panel for one in thrice.criteria} == {"not_met"}
    assert found.criteria[0].said[0].marks == thrice.criteria[0].said[0].marks == ("met", "not_met", "not_met")


@pytest.mark.parametrize(("marks", "outcome"), [("mmm", "pass"), ("nmm", "fail"), ("umm", "unscored")])
def test_the_outcome_is_what_the_panels_marks_make_of_the_item(marks: str, outcome: str) -> None:
    """The item passes, fails or stays open by the panel's marks."""
    assert tried(ITEM, label(ITEM), make_panel(), lambda _, __, c: marks[int(c[1])]).outcome == outcome


def test_what_the_rules_fail_does_not_hang_on_the_judge() -> None:
    """An answer that fails by a rule, whatever the judge says, does not hang on it; one that waits does."""
    rule = Criterion(id="rule", text="规则", check={"says": {"word": "x"}}, critical=True)
    item = replace(ITEM, criteria=(*ITEM.criteria, rule))
    assert not tried_with(item, rule="not_met").hangs
    assert tried_with(item, rule="met").hangs


def tried_with(item, **states):
    machine, labelled, panel = open_grade(item, **states), label(item, bad=True), make_panel()
    sent = trials.Sent(position=0, item=item, answers=labelled.answers, criteria=trials.pending(item, machine))
    asked = replace(item, criteria=sent.criteria)
    found = trials.replies(panel, "seed", sent, panels.replies(asked, labelled, panel, lambda *_: "m"))
    assert found is not None
    return trials.trial(item, labelled, machine, panel, found)


def test_whether_an_answer_is_bad_follows_from_its_marks_where_nobody_says() -> None:
    """Known marks that fail the item make a bad answer, all met a good one, and too few say nothing."""
    panel = make_panel()
    assert tried(ITEM, label(ITEM, c0="not_met"), panel, lambda *_: "m").bad is True
    assert tried(ITEM, label(ITEM, c0="met", c1="met", c2="met"), panel, lambda *_: "m").bad is False
    assert tried(ITEM, label(ITEM, c1="met"), panel, lambda *_: "m").bad is None
    assert tried(ITEM, label(ITEM, bad=False, c0="not_met"), panel, lambda *_: "m").bad is False


def test_a_void_reply_is_unjudged() -> None:
    """A reply that is no verdict, and a call that failed, leave every criterion of their request unjudged."""
    panel, labelled = make_panel(), label(ITEM)
    sent = trials.Sent(position=0, item=ITEM, answers=labelled.answers, criteria=ITEM.criteria)
    for answer, failed in ((Answer(text="我认为很好"), ""), (None, "timeout")):
        reply = Judgement(position=0, judge="judge-0", epoch=0, request=0, attempt=1, answer=answer, failed=failed)
        found = trials.replies(panel, "seed", sent, [reply])
        assert found is not None
        made = trials.trial(ITEM, labelled, open_grade(ITEM), panel, found)
        assert {one.said[0].marks for one in made.criteria} == {("unjudged",)}


def test_the_second_attempt_counts() -> None:
    """Where a request was asked again, the later reply is read, whatever order they come in."""
    panel, labelled = make_panel(), label(ITEM)
    sent = trials.Sent(position=0, item=ITEM, answers=labelled.answers, criteria=ITEM.criteria)
    (ask,) = asking.build(
        ITEM, labelled.answers, ITEM.criteria, "seed", Place(position=0, member="judge-0", attempt=1), Manner()
    )
    again = Answer(text=panels.verdict(panels.said(ask)))
    pair = [
        Judgement(position=0, judge="judge-0", epoch=0, request=0, attempt=1, answer=again),
        Judgement(position=0, judge="judge-0", epoch=0, request=0, attempt=0, answer=Answer(text="?")),
    ]
    found = trials.replies(panel, "seed", sent, pair)
    assert found is not None
    assert isinstance(found["judge-0"][0][0][1], reading.Marks)


@pytest.mark.parametrize("mode", ["together", "each"])
def test_without_every_reply_there_is_none(mode) -> None:
    """Where a judge, an epoch or a request of the panel is missing, the answer makes no trial."""
    panel, labelled = make_panel(2, mode=mode, epochs=2), label(ITEM)
    sent = trials.Sent(position=0, item=ITEM, answers=labelled.answers, criteria=ITEM.criteria)
    whole = panels.replies(ITEM, labelled, panel, lambda *_: "m")
    assert trials.replies(panel, "seed", sent, whole) is not None
    for at in range(len(whole)):
        assert trials.replies(panel, "seed", sent, whole[:at] + whole[at + 1 :]) is None


def test_what_a_judge_took_is_added_up() -> None:
    """Requests, calls, voids by kind, tokens, and their price by the judge's file."""
    judge = make_panel().judges[0]
    price = Price(prompt=Decimal(2), completion=Decimal(8))
    (ask,) = asking.build(ITEM, ["答"], ITEM.criteria, "seed", Place(position=0), Manner())
    good, dumb = Answer(text="", prompt_tokens=1000, completion_tokens=500), Answer(text="")
    told = [
        (
            Judgement(position=0, judge="judge-0", epoch=0, request=0, attempt=0, answer=good, calls=2),
            reading.parse(ask, ""),
        ),
        (Judgement(position=1, judge="judge-0", epoch=0, request=0, attempt=0, answer=dumb), reading.parse(ask, "?")),
        (Judgement(position=2, judge="judge-0", epoch=0, request=0, attempt=0, answer=None), reading.failed(ask, "x")),
    ]
    found = trials.used(replace(judge, spec=replace(judge.spec, price=price)), told)
    assert (found.requests, found.calls, found.untold) == (3, 4, 1)
    assert found.voids == {"call_failed": 1, "empty": 1, "no_verdict": 1}
    assert (found.prompt_tokens, found.completion_tokens) == (1000, 500)
    assert (found.cost, found.currency) == (Decimal("0.006"), "CNY")
    assert trials.used(judge, told).cost is None


def test_labels_of_one_answer_are_one() -> None:
    """The same answer labelled twice is asked once, with all that is known of it; what is contradicted is known of nobody."""
    first, second = label(ITEM, bad=True, c0="met", c1="met"), label(ITEM, c1="not_met", c2="met")
    other = label(ITEM, "另一个回答", c0="met")
    found = trials.distinct([first, other, second])
    assert [one.answers for one in found] == [first.answers, other.answers]
    assert (dict(found[0].truth), found[0].bad) == ({"c0": "met", "c2": "met"}, True)
    assert trials.distinct([first, replace(first, bad=False)])[0].bad is None


@given(st.lists(st.tuples(st.sampled_from("ab"), st.sampled_from(["met", "not_met"])), max_size=6))
@settings(max_examples=40, deadline=None)
def test_merging_keeps_only_what_nobody_contradicts(said) -> None:
    """A criterion's truth stays where all labels that know it agree, whatever their order."""
    found = trials.distinct([label(ITEM, **{name: state}) for name, state in said])
    expected = {n: {s for m, s in said if m == n}.pop() for n, _ in said if len({s for m, s in said if m == n}) == 1}
    assert [dict(one.truth) for one in found] == ([expected] if said else [])
    assert trials.distinct([label(ITEM, **{n: s}) for n, s in reversed(said)]) == found
