"""Examples say what a judge ought to say, as far as they say anything."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalcenter import labels
from evalcenter.records import Criterion, Example, Examples, Item, Message
from tests import factory

NAMES = ("a", "b", "c", "d")
CRITERIA = st.builds(
    lambda checks, points, critical: tuple(
        Criterion(id=name, text=name, check={check: {}}, points=worth, critical=must)
        for name, check, worth, must in zip(NAMES, checks, points, critical, strict=True)
    ),
    st.tuples(*[st.sampled_from(["judge", "number"])] * 4),
    st.tuples(*[st.integers(-3, 3)] * 4),
    st.tuples(*[st.booleans()] * 4),
)
FAILS = st.lists(st.sampled_from(NAMES), unique=True).map(tuple)


def item(criteria: tuple[Criterion, ...], *, turns: int = 1, **examples: tuple[Example, ...]) -> Item:
    prompt = tuple(Message(role="user", content=f"q{n}") for n in range(turns))
    given = {"good": (Example(text="yes"),), "bad": (Example(text="no"),), **examples}
    return factory.make_item(criteria=criteria, prompt=prompt, examples=Examples(**given))


def judge(name: str, **changes: object) -> Criterion:
    return Criterion(id=name, text=name, check={"judge": {}}, **changes)


@given(CRITERIA)
def test_a_good_example_is_good_throughout(criteria: tuple[Criterion, ...]) -> None:
    """In a good example each judge criterion, and no other, is at its good state, whatever else the example names."""
    held = item(criteria)
    expected = {c.id: labels.state(c, good=True) for c in criteria if "judge" in c.check}
    assert labels.truth(held, Example(text="yes", fails=("a",)), good=True) == expected


@given(CRITERIA, FAILS)
def test_a_bad_example_fails_what_it_names(criteria: tuple[Criterion, ...], fails: tuple[str, ...]) -> None:
    """A bad example has the judge criteria that it names at their bad state and the others at their good one."""
    truth = labels.truth(item(criteria), Example(text="no", fails=fails), good=False)
    expected = {c.id: labels.state(c, good=c.id not in fails) for c in criteria if "judge" in c.check}
    assert truth == (expected if fails else {})


@given(CRITERIA, FAILS)
def test_labels_and_truth_agree(criteria: tuple[Criterion, ...], fails: tuple[str, ...]) -> None:
    """Each example of an item with a judge gives one label, with its truth and whether it is bad; other items give none."""
    bad = Example(text="no", fails=fails)
    held = item(criteria, bad=(bad,))
    found = [(one.answers, one.truth, one.bad) for one in labels.of_examples([held])]
    good = (("yes",), labels.truth(held, held.examples.good[0], good=True), False)
    assert found == ([good, (("no",), labels.truth(held, bad, good=False), True)] if labels.judged(held) else [])


@given(CRITERIA)
def test_the_two_states_differ(criteria: tuple[Criterion, ...]) -> None:
    """The mark that speaks against an answer is the other one; only a fault that costs points is better not met."""
    for criterion in criteria:
        assert {labels.state(criterion, good=good) for good in (True, False)} == {"met", "not_met"}
        costs = criterion.points < 0 and not criterion.critical
        assert (labels.state(criterion, good=True) == "not_met") == costs


def test_a_bad_example_that_names_nothing_is_only_bad() -> None:
    """Where nothing is named, no criterion has a truth, but the answer is known to be bad."""
    (_, bad) = labels.of_examples([item((judge("a"),))])
    assert (bad.truth, bad.bad) == ({}, True)


def test_a_single_text_answers_the_last_turn() -> None:
    """In a dialogue an example with one text leaves the earlier answers open."""
    held = item((judge("a"),), turns=2, good=(Example(text="yes"), Example(turns=("well", "yes"))))
    assert [one.answers for one in labels.of_examples([held])][:2] == [("…", "yes"), ("well", "yes")]


def test_what_never_reaches_a_judge_is_no_label() -> None:
    """A silent turn or a wrong number of turns gives no label."""
    good = (Example(text=" \n"), Example(turns=("yes",)), Example(turns=("", "yes")))
    held = item((judge("a"),), turns=2, good=good)
    assert [one.bad for one in labels.of_examples([held])] == [True]


@pytest.mark.parametrize(
    ("check", "words"),
    [({"judge": {"guide": "by its tone"}}, "by its tone"), ({"judge": {}}, ""), ({"mentions": {"any": ["x"]}}, "")],
)
def test_a_guide_is_a_judges_alone(check: dict[str, object], words: str) -> None:
    """A judge criterion's guide is what its suite says; other criteria have none."""
    assert labels.guide(Criterion(id="c", text="c", check=check)) == words
