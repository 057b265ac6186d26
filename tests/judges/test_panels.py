"""What a panel is asked, and what its replies come to, follows from the replies alone."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evalcenter.errors import InputError
from evalcenter.judges import panels
from evalcenter.judges.panels import Call, Case
from evalcenter.records import Answer, CandidateSpec, Judge, Judgement, Panel
from tests.judges import cases

SEED = "seed"


def judge(name: str) -> Judge:
    return Judge(spec=CandidateSpec(adapter="x", name=name, model=name), family=name)


def panel(*names: str, **changes: object) -> Panel:
    return Panel(judges=tuple(judge(name) for name in names or ("a",)), **changes)  # type: ignore[arg-type]


def make_case(position: int = 7, occurrence: int = 0) -> Case:
    item = cases.make_item("en")
    return Case(
        position=position, occurrence=occurrence, item=item, answers=(cases.GOOD["en"],), criteria=item.criteria
    )


def replied(call: Call, text: str | None) -> Judgement:
    return Judgement(
        position=call.case.position,
        judge=call.judge,
        epoch=call.epoch,
        request=call.request,
        attempt=call.attempt,
        answer=None if text is None else Answer(text=text),
        failed="" if text is not None else "status: 400",
    )


def said(call: Call, mark: str = "met", **changes: str) -> Judgement:
    return replied(call, cases.verdict(cases.said(call.ask, mark, **changes)))


def states(found: panels.Opinion | None) -> dict[str, str]:
    assert found is not None
    return {one.criterion: one.state for one in found.panel}


def test_every_judge_is_asked_in_every_epoch() -> None:
    """Three judges with two epochs make six calls, no two of them alike."""
    made = list(panels.calls(make_case(), panel("a", "b", "c", epochs=2), SEED))
    assert [(call.judge, call.epoch) for call in made] == [(j, e) for j in "abc" for e in (0, 1)]
    assert len({call.ask.messages for call in made}) == 6


def test_each_criterion_may_have_a_request_of_its_own() -> None:
    """In the strict mode there is one request for each criterion."""
    made = list(panels.calls(make_case(), panel(mode="each"), SEED))
    assert [list(call.ask.labels.values()) for call in made] == [["c0"], ["c1"], ["c2"], ["c3"]]
    assert [call.request for call in made] == [0, 1, 2, 3]


def test_requests_do_not_hang_on_the_place_in_the_plan() -> None:
    """A longer plan that moves the sample asks the same, so that its replies can be read there too."""
    here, there = (list(panels.calls(make_case(position), panel(), SEED)) for position in (7, 12))
    assert [call.ask for call in here] == [call.ask for call in there]


def test_two_samples_of_one_item_are_asked_differently() -> None:
    """A second answer to the same item gets other labels and another nonce, even where it says the same."""
    first, second = (next(panels.calls(make_case(0, occurrence), panel(), SEED)) for occurrence in (0, 1))
    assert first.ask.nonce != second.ask.nonce


def test_nothing_is_said_before_every_reply_is_there() -> None:
    """With one of two judges silent there is no opinion, and its call is due."""
    both = panel("a", "b")
    first, second = panels.calls(make_case(), both, SEED)
    assert panels.opinion(make_case(), both, SEED, [said(first)]) is None
    assert panels.due(make_case(), both, SEED, [said(first)]) == (second,)


@pytest.mark.parametrize("text", ["", "I refuse.", '{"marks": []}', None])
def test_a_void_reply_is_asked_for_once_more(text: str | None) -> None:
    """What brings no marks is due again with other labels; void again, nothing more is due and nothing is marked."""
    one = panel()
    (first,) = panels.calls(make_case(), one, SEED)
    (second,) = panels.due(make_case(), one, SEED, [replied(first, text)])
    assert second.attempt == 1
    assert second.ask.nonce != first.ask.nonce
    both = [replied(first, text), replied(second, text)]
    assert panels.due(make_case(), one, SEED, both) == ()
    found = panels.opinion(make_case(), one, SEED, both)
    assert set(states(found).values()) == {"unjudged"}
    assert found is not None
    assert len(found.voids) == 1


def test_a_wrong_control_voids_the_reply() -> None:
    """A judge that marks every statement met gets the false control wrong, and none of its marks counts."""
    one = panel()
    (first,) = panels.calls(make_case(), one, SEED)
    flattered = replied(first, cases.verdict(dict.fromkeys([*first.ask.labels, *first.ask.controls], "met")))
    (second,) = panels.due(make_case(), one, SEED, [flattered])
    found = panels.opinion(make_case(), one, SEED, [flattered, said(second, "not_met")])
    assert set(states(found).values()) == {"not_met"}


def test_the_majority_decides_and_the_counts_stay() -> None:
    """Two against one decide, and the mark says how many stood on either side."""
    three = panel("a", "b", "c", floor=2)
    a, b, c = panels.calls(make_case(), three, SEED)
    found = panels.opinion(make_case(), three, SEED, [said(a), said(b, "not_met"), said(c, "not_met", c1="met")])
    assert states(found) == {"c0": "not_met", "c1": "met", "c2": "not_met", "c3": "not_met"}
    assert found is not None
    assert found.split
    assert (found.panel[0].met, found.panel[0].not_met) == (1, 2)


def test_a_panel_that_lost_its_votes_marks_nothing() -> None:
    """With a floor of two, one judge alone marks nothing, however sure it is."""
    two = panel("a", "b", floor=2)
    a, b = panels.calls(make_case(), two, SEED)
    again = panels.again(b, two, SEED)
    found = panels.opinion(make_case(), two, SEED, [said(a), replied(b, ""), replied(again, "")])
    assert set(states(found).values()) == {"unjudged"}


def test_a_judge_with_too_few_valid_epochs_has_no_vote() -> None:
    """One valid epoch of three is no vote."""
    one = panel(epochs=3)
    first, *others = panels.calls(make_case(), one, SEED)
    void = [reply for call in others for reply in (replied(call, ""), replied(panels.again(call, one, SEED), ""))]
    assert set(states(panels.opinion(make_case(), one, SEED, [said(first), *void])).values()) == {"unjudged"}


@pytest.mark.parametrize("change", [{"judge": "z"}, {"epoch": 5}, {"request": 3}, {"position": 8}, {"attempt": 1}])
def test_replies_to_what_was_never_asked_are_refused(change: dict[str, object]) -> None:
    """A reply by a stranger, of another epoch, request or position, or a second attempt without a first, is no evidence."""
    one = panel()
    (call,) = panels.calls(make_case(), one, SEED)
    with pytest.raises(InputError, match="never asked"):
        panels.opinion(make_case(), one, SEED, [said(call), replace(said(call), **change)])  # type: ignore[arg-type]


def test_the_same_reply_twice_is_refused() -> None:
    """Nothing is counted twice."""
    one = panel()
    (call,) = panels.calls(make_case(), one, SEED)
    with pytest.raises(InputError, match="never asked"):
        panels.opinion(make_case(), one, SEED, [said(call), said(call)])


@settings(max_examples=30)
@given(st.permutations(range(4)), st.lists(st.sampled_from(["met", "not_met", "cannot_tell"]), min_size=4, max_size=4))
def test_the_order_of_replies_changes_nothing(order: list[int], words: list[str]) -> None:
    """What replies come to does not hang on which of them came first."""
    two = panel("a", "b", epochs=2)
    heard = [said(call, word) for call, word in zip(panels.calls(make_case(), two, SEED), words, strict=True)]
    mixed = [heard[at] for at in order]
    assert panels.opinion(make_case(), two, SEED, mixed) == panels.opinion(make_case(), two, SEED, heard)


def test_a_stamped_panel_is_current_until_the_words_change() -> None:
    """The plan holds what the judges read: other words are another panel."""
    made = panels.stamped(panel())
    assert panels.current(made)
    assert not panels.current(replace(made, words={**made.words, "en": "sha256:0"}))
