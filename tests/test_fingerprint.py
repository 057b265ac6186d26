"""The same is told from another by an exact test whose false alarms are bounded, whatever the noise."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats as scipy_stats

from evalcenter import fingerprint
from evalcenter.fingerprint import FAR, Group, Traits, chance, distance, identity, level
from evalcenter.records import Answer, Probed
from tests.probes import COUNT, SET, Model, asked, run

TEXTS = st.text(max_size=30) | st.sampled_from(["Paris", "paris.", "巴黎", "巴黎。", "", "42"])
ANSWERS = st.builds(Answer, text=TEXTS, state=st.sampled_from(["complete", "blocked", "silent"]))


def said(text: str, state: str = "complete") -> Traits:
    return Traits(Answer(text=text, state=state))  # type: ignore[arg-type]  # tests pass plain text


def groups(*texts: str, later: int = 1) -> Group:
    held = [said(text) for text in texts]
    return Group.of(held[:-later], held[-later:])


# -- two answers ------------------------------------------------------------------------------------------------------


@given(ANSWERS, ANSWERS)
def test_a_distance_is_symmetric_and_bounded(one: Answer, other: Answer) -> None:
    """A distance is the same both ways, within 0 and the greatest, and 0 for what is the same and for nothing else."""
    apart = distance(Traits(one), Traits(other))
    assert apart == distance(Traits(other), Traits(one))
    assert 0 <= apart <= FAR
    assert (apart == 0) == ((one.text, one.state) == (other.text, other.state))


@pytest.mark.parametrize(
    ("one", "other", "apart"),
    [
        ("Paris", "Paris", 0),
        ("Paris", "paris!", 1),
        ("The city is Paris.", "The town is Paris.", 3),
        ("Paris", "you know that town, 大概", FAR),
        ("苹果", "香蕉", 7),
    ],
)
def test_what_differs_more_is_farther(one: str, other: str, apart: int) -> None:
    """Another spelling is near, other words are farther, nothing in common is farthest."""
    assert distance(said(one), said(other)) == apart


def test_another_state_is_farthest() -> None:
    """An answer that a filter blocked stands farthest from a complete one."""
    assert distance(said("", "blocked"), said("Paris")) == FAR


def test_a_long_answer_is_read_in_part() -> None:
    """Of an endless answer only the beginning is looked into; that it differs later still counts."""
    one, other = said("a" * 10**6), said("a" * (10**6 - 1) + "b")
    assert (distance(one, other), len(one.plain)) == (1, fingerprint.READ)


# -- the test ---------------------------------------------------------------------------------------------------------


@given(st.lists(st.lists(TEXTS, min_size=3, max_size=5), min_size=1, max_size=4), st.integers(1, 2))
def test_the_chance_is_the_share_of_all_ways(held: list[list[str]], later: int) -> None:
    """P is the share of all ways to choose later answers, one for each probe, that stand at least as far apart."""
    made = [groups(*texts, later=later) for texts in held]
    seen = sum(group.seen for group in made)
    ways = [sum(way) for way in product(*(group.scores for group in made))]
    assert chance(made) == Fraction(sum(way >= seen for way in ways), len(ways))


@pytest.mark.parametrize("seed", range(3))
def test_the_chance_agrees_with_scipy(seed: int) -> None:
    """An independent permutation test, which exchanges the answers within each probe, gives the same p."""
    drawn = np.random.default_rng(seed)
    made = [groups(*drawn.choice(["one", "two", "one two", "other words"], 3)) for _ in range(5)]
    scores = np.array([group.scores for group in made])

    def last(*columns: np.ndarray, axis: int) -> np.ndarray:
        return columns[-1].sum(axis=axis)

    found = scipy_stats.permutation_test(
        tuple(scores.T), last, permutation_type="samples", n_resamples=np.inf, alternative="greater", vectorized=True
    )
    assert float(chance(made)) == pytest.approx(found.pvalue, abs=1e-12)


@given(st.lists(st.lists(TEXTS, min_size=3, max_size=3), min_size=1, max_size=4))
def test_no_level_is_passed_more_often_than_it_says(held: list[list[str]]) -> None:
    """Over all orders of the answers to each probe, p at most 1/10 comes in at most a tenth of them."""
    orders = [[(*texts[:at], *texts[at + 1 :], texts[at]) for at in range(3)] for texts in held]
    chances = [chance([groups(*texts) for texts in way]) for way in product(*orders)]
    assert sum(p <= Fraction(1, 10) for p in chances) <= len(chances) / 10


def test_a_probe_that_always_says_the_same_adds_nothing() -> None:
    """Where no answer differs every way is alike, and p is 1."""
    assert chance([groups("a", "a", "a", "a")] * COUNT) == 1


def test_a_change_of_steady_answers_is_as_rare_as_it_looks() -> None:
    """Of three answers before and one later, k probes that changed have a chance of 4 to the minus k."""
    held = [groups("a", "a", "a", "b")] * 6 + [groups("a", "a", "a", "a")] * 18
    assert chance(held) == Fraction(1, 4**6)


def test_the_levels_add_up_to_alpha() -> None:
    """The levels of ever so many looks stay below alpha together."""
    spent = sum(level(Decimal("0.001"), number) for number in range(1, 200))
    assert Fraction(99, 100_000) < spent < Fraction(1, 1000)


# -- a run ------------------------------------------------------------------------------------------------------------


def test_a_steady_model_is_the_same() -> None:
    """A model that answers alike throughout is said to be the same, after any number of rounds."""
    one = Model("one")
    found = identity(SET, run(one, [one] * 5), ended=True)
    assert found is not None
    assert (found.state, len(found.looks), {look.p for look in found.looks}) == ("same", 5, {Decimal(1)})


@pytest.mark.parametrize("noise", [0, 20, 50])
def test_another_model_is_found_in_the_round_in_which_it_comes_or_soon_after(noise: int) -> None:
    """A swap between two rounds is found, though the first model does not always say the same."""
    one, other = Model("one", noise=noise), Model("other", noise=noise)
    found = identity(SET, run(one, [one, one, other, other, other]), ended=True)
    assert found is not None
    assert found.state == "drifted"
    assert next(at for at, look in enumerate(found.looks) if look.drifted) in {2, 3}


def test_one_that_came_back_is_found() -> None:
    """A model that was swapped for one round only is found; what it said later does not undo it."""
    one = Model("one")
    found = identity(SET, run(one, [one, Model("other"), one, one]), ended=True)
    assert found is not None
    assert (found.state, [look.drifted for look in found.looks][:2]) == ("drifted", [False, True])


@pytest.mark.parametrize("noise", [5, 20, 50, 100])
def test_noise_is_no_swap(noise: int) -> None:
    """A model that answers otherwise now and then, or every time, is never said to be another."""
    for name in "abcdef":
        one = Model(name, noise=noise)
        found = identity(SET, run(one, [one] * 4), ended=True)
        assert found is not None
        assert found.state != "drifted"


@pytest.mark.parametrize("name", "abcdef")
def test_more_noise_under_load_is_no_swap(name: str) -> None:
    """A model that is steady before the run and answers every fifth probe otherwise in it is not said to be another."""
    found = identity(SET, run(Model(name), [Model(name, noise=20)] * 4), ended=True)
    assert found is not None
    assert found.state == "same"


def test_a_few_probes_that_changed_for_good_are_no_swap() -> None:
    """Where three probes of a steady model change, p is small and the answers do not stand off far enough."""
    one, near = Model("one"), Model("near", base="one", own=12)
    changed = sum(one.say(at) != near.say(at) for at in range(COUNT))
    found = identity(SET, run(one, [one, near, near, near, near]), ended=True)
    assert found is not None
    assert 2 <= changed <= 4
    assert found.state == "same"
    assert min(look.p for look in found.looks) < Decimal("0.01")


def test_what_can_not_be_seen_is_not_called_the_same() -> None:
    """Where every answer is new no change could be seen, and that is said."""
    rounds = [asked("before", number, Model(f"before {number}")) for number in range(SET.repeats)]
    lines = [line for held in rounds for line in held] + asked("after", 0, Model("after"))
    found = identity(SET, lines, ended=True)
    assert found is not None
    assert (found.state, found.why) == ("untold", "noisy")


@pytest.mark.parametrize(("left", "state", "why"), [(12, "same", ""), (11, "untold", "few")])
def test_too_few_answers_tell_nothing(left: int, state: str, why: str) -> None:
    """With fewer than twelve answered probes nothing is said."""
    lines = run(Model("one"), [Model("one")])
    last = [replace(line, answer=None, failed="timeout") for line in lines[-COUNT + left :]] if left < COUNT else []
    found = identity(SET, [*lines[: -COUNT + left], *last], ended=True)
    assert found is not None
    assert (found.state, found.why) == (state, why)


def test_silence_every_time_tells_nothing() -> None:
    """A model that only thinks and never says anything can't be recognised."""
    lines = [replace(line, answer=Answer(text="", state="silent")) for line in run(Model("one"), [Model("one")])]
    found = identity(SET, lines, ended=True)
    assert found is not None
    assert (found.state, found.why, found.looks[0].compared) == ("untold", "few", 0)


@pytest.mark.parametrize("how", ["failed", "silent"])
def test_who_answered_too_few_probes_has_no_fingerprint(how: str) -> None:
    """Twelve probes answered in words make one, eleven none: a digest of nothing would be the same for every model."""
    mute = {"answer": Answer(text="", state="silent")} if how == "silent" else {"answer": None, "failed": "refused"}
    digests = {}
    for left in (11, 12):
        said = {probe.id for probe in SET.probes[:left]}
        lines = [one if one.probe in said else replace(one, **mute) for one in run(Model("one"), [])]  # type: ignore[arg-type]
        found = identity(SET, lines, ended=True)
        digests[left] = None if found is None else found.digest
    assert digests[11] is None
    assert digests[12] is not None


def test_without_a_last_round_nothing_is_said() -> None:
    """A run that ended before its last round of probes may have been swapped since."""
    one = Model("one")
    found = identity(SET, run(one, [one, one]), ended=False)
    assert found is not None
    assert (found.state, found.why) == ("untold", "unasked")


def test_a_round_that_is_not_whole_is_not_compared() -> None:
    """Half a round is no look."""
    one = Model("one")
    lines = [*run(one, [one]), *asked("during", 7, Model("other"))[:-1]]
    found = identity(SET, lines, ended=True)
    assert found is not None
    assert len(found.looks) == 1


def test_without_probes_there_is_no_identity() -> None:
    """Nothing planned, nothing said."""
    assert identity(None, (), ended=True) is None


def test_the_fingerprint_is_of_the_answers_before_the_run() -> None:
    """The same answers before the run give the same digest in any order, others another; later answers count for nothing."""
    one, other = Model("one"), Model("other")
    lines = run(one, [one])
    digests = [
        found.digest
        for held in (lines, lines[COUNT:] + lines[:COUNT], run(one, [other]), run(other, [other]), lines[1:])
        if (found := identity(SET, held, ended=True)) is not None
    ]
    assert digests[0] == digests[1] == digests[2] != digests[3]
    assert digests[4] is None


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"probe": "zz"}, "never planned"),
        ({"round": 3}, "asked 3 times"),
        ({"failed": "timeout"}, "either answered or failed"),
        ({"round": -1}, "never planned"),
        ({}, "answered already"),
    ],
)
def test_a_line_that_can_not_be_is_named(changes: dict[str, object], words: str) -> None:
    """A probe that was never planned, came too often, or is both answered and failed, is refused in words."""
    line = Probed(phase="before", round=0, probe="p00", answer=Answer(text="a"))
    assert words in fingerprint.wrong(SET, [line], replace(line, **changes))  # type: ignore[arg-type]


def test_a_failed_probe_may_be_answered_later() -> None:
    """What failed is replaced by an answer; without probes in the plan every line is wrong."""
    line = Probed(phase="before", round=0, probe="p00", answer=Answer(text="a"))
    failed = replace(line, answer=None, failed="timeout")
    assert fingerprint.wrong(SET, [failed], line) == ""
    assert fingerprint.wrong(None, [], line) == "no probes were planned"
