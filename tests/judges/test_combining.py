"""Several judges' votes are counted, never filled in."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalcenter.errors import InputError
from evalcenter.judges import combining, reading
from tests.judges import cases

VOTES = st.lists(st.sampled_from(["met", "not_met", "cannot_tell", "void"]), max_size=9)


@pytest.mark.parametrize(
    ("votes", "floor", "state"),
    [
        (["met", "met", "not_met"], 2, "met"),
        (["not_met", "not_met", "met"], 2, "not_met"),
        (["met", "not_met"], 1, "unjudged"),
        (["met", "void", "void"], 2, "unjudged"),
        (["met", "void", "void"], 1, "met"),
        (["cannot_tell", "cannot_tell", "met"], 1, "met"),
        (["void", "void"], 1, "unjudged"),
        ([], 1, "unjudged"),
    ],
)
def test_majority_with_a_floor(votes: list[str], floor: int, state: str) -> None:
    """More valid votes decide; a tie, or fewer valid votes than the floor, could not be judged."""
    (agreed,) = combining.combine(["a"], [{"a": vote} for vote in votes], floor)
    assert agreed.state == state


@given(VOTES, st.integers(1, 4))
def test_counts_are_kept(votes: list[str], floor: int) -> None:
    """Every vote is in the counts, and their order does not matter."""
    (agreed,) = combining.combine(["a"], [{"a": vote} for vote in votes], floor)
    assert agreed.met + agreed.not_met + agreed.cannot_tell + agreed.void == len(votes)
    assert combining.combine(["a"], [{"a": vote} for vote in reversed(votes)], floor) == (agreed,)


@given(VOTES, st.integers(1, 4))
def test_a_mark_has_its_votes(votes: list[str], floor: int) -> None:
    """What is met or not met had at least the floor's valid votes, and more on its side."""
    (agreed,) = combining.combine(["a"], [{"a": vote} for vote in votes], floor)
    if agreed.state != "unjudged":
        ours, theirs = (agreed.met, agreed.not_met) if agreed.state == "met" else (agreed.not_met, agreed.met)
        assert ours > theirs
        assert ours + theirs >= floor


def test_a_void_request_is_a_void_vote_on_each_of_its_criteria() -> None:
    """A judge whose reply was voided has no say on any criterion of that request."""
    ask = cases.make_ask()
    assert combining.ballot([reading.failed(ask, "HTTP 500")]) == dict.fromkeys(["c0", "c1", "c2", "c3"], "void")


def test_a_criterion_that_a_ballot_leaves_out_is_void() -> None:
    """A judge that was not asked about a criterion counts as void there."""
    assert combining.combine(["a", "b"], [{"a": "met"}], 1)[1].void == 1


def test_disagreement_is_seen() -> None:
    """A majority against a vote is split; one beside a judge that cannot tell is not."""
    against, beside = (
        combining.combine(["a"], [{"a": "met"}, {"a": "met"}, {"a": third}], 1)[0]
        for third in ("not_met", "cannot_tell")
    )
    assert (against.split, beside.split) == (True, False)


def test_epochs_first_then_judges() -> None:
    """What one judge's epochs come to is one ballot among the judges."""
    steady = combining.combine(["a"], [{"a": "met"}] * 3, 1)
    torn = combining.combine(["a"], [{"a": "met"}, {"a": "not_met"}], 1)
    (agreed,) = combining.combine(["a"], [combining.ballot(steady), combining.ballot(torn)], 1)
    assert (agreed.state, agreed.met, agreed.cannot_tell) == ("met", 1, 1)


def test_a_judge_votes_once() -> None:
    """Two results on the same criterion in one ballot are an error."""
    void = reading.failed(cases.make_ask(), "x")
    with pytest.raises(InputError, match="twice"):
        combining.ballot([void, void])


def test_a_floor_of_nothing_is_refused() -> None:
    """A floor below one valid vote is an error."""
    with pytest.raises(InputError, match="at least 1"):
        combining.combine(["a"], [], 0)
