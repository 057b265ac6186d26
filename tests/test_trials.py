"""A trial is what a panel said of a labelled answer, read as in a run."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evalcenter import trials
from evalcenter.judges import panels as judges
from evalcenter.records import Answer, Price, Response
from tests import panels
from tests.panels import SEED, heard, judged_item, label, make_panel, open_grade, put, replied, tried

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
    (call,) = judges.calls(put(ITEM, label(ITEM)), make_panel(), SEED)
    lines = [line[2:].split(":")[0] for line in call.ask.messages[-1].content.splitlines() if line.startswith("- ")]
    assert len(lines) == 5
    assert trials.places(call.ask) == {name: lines.index(mark) for mark, name in call.ask.labels.items()}


@given(st.data())
@settings(max_examples=40, deadline=None)
def test_a_trials_marks_are_those_of_a_run(data: st.DataObject) -> None:
    """Whatever the judges reply, the panel's marks in a trial are the ones that the panel's grade has in a run."""
    panel = make_panel(
        data.draw(st.integers(1, 3)), epochs=data.draw(st.integers(1, 3)), floor=data.draw(st.integers(1, 2))
    )
    said = {}
    case = put(ITEM, label(ITEM))
    recorded = panels.replies(case, panel, lambda *key: said.setdefault(key, data.draw(st.sampled_from("mnu"))))
    opinion, told = judges.opinion(case, panel, SEED, recorded), judges.told(case, panel, SEED, recorded)
    made = trials.trial(label(ITEM), open_grade(ITEM), case, panel, told)
    assert [(one.criterion, one.panel) for one in made.criteria] == [(a.criterion, a.state) for a in opinion.panel]
    again = judges.grade(case, Response(position=0, answers=(Answer(text="x"),)), open_grade(ITEM), opinion)
    assert made.outcome == again.outcome


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


def test_whether_an_answer_is_bad_follows_from_its_marks_where_nobody_says() -> None:
    """Known marks that fail the item make a bad answer, all met a good one, and too few say nothing."""
    panel = make_panel()
    assert tried(ITEM, label(ITEM, c0="not_met"), panel, lambda *_: "m").bad is True
    assert tried(ITEM, label(ITEM, c0="met", c1="met", c2="met"), panel, lambda *_: "m").bad is False
    assert tried(ITEM, label(ITEM, c1="met"), panel, lambda *_: "m").bad is None
    assert tried(ITEM, label(ITEM, bad=False, c0="not_met"), panel, lambda *_: "m").bad is False


@pytest.mark.parametrize(("answer", "failed"), [(Answer(text="我认为很好"), ""), (None, "timeout")])
def test_a_void_reply_is_unjudged(answer: Answer | None, failed: str) -> None:
    """A reply that is no verdict at both attempts, and calls that failed, leave every criterion of their request unjudged."""
    panel, case = make_panel(), put(ITEM, label(ITEM))
    (first,) = judges.calls(case, panel, SEED)
    both = [heard(call, answer, failed=failed) for call in (first, judges.again(first, panel, SEED))]
    told = judges.told(case, panel, SEED, both)
    made = trials.trial(label(ITEM), open_grade(ITEM), case, panel, told)
    assert {one.said[0].marks for one in made.criteria} == {("unjudged",)}
    assert judges.told(case, panel, SEED, both[:1]) is None


def test_the_second_attempt_counts() -> None:
    """Where a request was asked again, marks and places are those of the later one, whatever order the replies come in."""
    panel, case = make_panel(), put(ITEM, label(ITEM))
    (first,) = judges.calls(case, panel, SEED)
    again = judges.again(first, panel, SEED)
    told = judges.told(case, panel, SEED, [replied(again, lambda *_: "m"), heard(first, Answer(text="?"))])
    made = trials.trial(label(ITEM), open_grade(ITEM), case, panel, told)
    assert [one.said[0].marks for one in made.criteria] == [("met",)] * 3
    assert {one.criterion: one.said[0].places[0] for one in made.criteria} == trials.places(again.ask)


@pytest.mark.parametrize("mode", ["together", "each"])
def test_without_every_reply_there_is_none(mode) -> None:
    """Where a judge, an epoch or a request of the panel is missing, the answer makes no trial."""
    panel, case = make_panel(2, mode=mode, epochs=2), put(ITEM, label(ITEM))
    whole = panels.replies(case, panel, lambda *_: "m")
    assert len(judges.told(case, panel, SEED, whole)) == len(whole) == (4 if mode == "together" else 12)
    for at in range(len(whole)):
        assert judges.told(case, panel, SEED, whole[:at] + whole[at + 1 :]) is None


def test_what_a_judge_took_is_added_up() -> None:
    """Requests, calls, voids by kind, tokens, and their price by the judge's file; another's replies are not counted."""
    panel, case = make_panel(2), put(ITEM, label(ITEM))
    price = Price(prompt=Decimal(2), completion=Decimal(8))
    one, other = judges.calls(case, panel, SEED)
    again = judges.again(one, panel, SEED)
    good, dumb = Answer(text="", prompt_tokens=1000, completion_tokens=500), Answer(text="")
    said = [heard(one, good, calls=2), heard(again, None, failed="x"), heard(other, dumb)]
    told = [
        (call, reply, judges.result(call.ask, reply)) for call, reply in zip((one, again, other), said, strict=True)
    ]
    judge = panel.judges[0]
    found = trials.used(replace(judge, spec=replace(judge.spec, price=price)), told)
    assert (found.requests, found.calls, found.untold) == (2, 3, 0)
    assert found.voids == {"call_failed": 1, "empty": 1}
    assert (found.prompt_tokens, found.completion_tokens) == (1000, 500)
    assert (found.cost, found.currency) == (Decimal("0.006"), "CNY")
    assert trials.used(panel.judges[1], told) == replace(
        found,
        judge="judge-1",
        requests=1,
        calls=1,
        voids={"empty": 1},
        prompt_tokens=0,
        completion_tokens=0,
        untold=1,
        cost=None,
        currency="",
    )


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
