"""Which calls are spoilt, and what is said of them."""

from collections import Counter
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalcenter.candidates import misbehaving, personas
from evalcenter.candidates.misbehaving import FAULTS, Mischief, Order
from evalcenter.errors import InputError

RETRIED = [name for name, fault in FAULTS.items() if not fault.answers]
ANSWERS = [name for name, fault in FAULTS.items() if fault.answers]
prompts = st.tuples(st.text(max_size=20))


def test_orders_are_read_as_they_are_written():
    """Names, shares and the word for every call are read; without a share every prompt is meant."""
    assert misbehaving.parse("500=0.1, always:reset=0.25,never=0") == (
        Order(fault="500", share=Decimal("0.1")),
        Order(fault="reset", share=Decimal("0.25"), always=True),
        Order(fault="never", share=Decimal(0)),
    )
    assert misbehaving.parse("429") == (Order(fault="429"),)
    assert misbehaving.parse("") == ()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("teapot", "no fault is called 'teapot'"),
        ("500=2", "no fault with its share"),
        ("500=-1", "no fault with its share"),
        ("500=x", "no fault with its share"),
        ("never:500", "no fault with its share"),
        ("500=0.6,reset=0.6", "more than 1 together"),
        ("500,always:reset", "more than 1 together"),
    ],
)
def test_an_order_that_makes_no_sense_is_refused(text, words):
    """An unknown fault, a share beyond 1 or shares beyond 1 together are refused in plain words."""
    with pytest.raises(InputError, match=words):
        misbehaving.parse(text)


def test_an_unknown_fault_is_answered_with_the_names():
    """Whoever misspells a fault is told all of them."""
    with pytest.raises(InputError) as caught:
        misbehaving.parse("429s")
    assert all(name in caught.value.todo for name in FAULTS)


def test_the_list_says_what_each_does():
    """The list has a line for each fault."""
    assert [line.split()[0] for line in misbehaving.listed().splitlines()] == list(FAULTS)


@given(prompts, st.text(max_size=8), st.sampled_from(RETRIED))
def test_a_fault_spoils_one_call_for_each_answer(asked, seed, name):
    """A fault that mends comes once before each answer, never twice in a row."""
    mischief = Mischief([Order(fault=name)], seed)
    assert [mischief.next(asked) for _ in range(6)] == [name, None] * 3


@given(prompts, st.text(max_size=8), st.sampled_from(RETRIED))
def test_a_fault_that_never_mends_spoils_every_call(asked, seed, name):
    """With `always:` no call to the prompt is answered."""
    mischief = Mischief([Order(fault=name, always=True)], seed)
    assert [mischief.next(asked) for _ in range(6)] == [name] * 6


@given(st.lists(prompts, unique=True, max_size=8), st.randoms(use_true_random=False))
def test_the_order_of_prompts_changes_nothing(asked, random):
    """What becomes of one prompt's calls does not depend on when other prompts come."""
    orders = misbehaving.parse("500=0.3,null=0.3,always:reset=0.2")
    one, other = Mischief(orders, "s"), Mischief(orders, "s")
    calls = [prompt for prompt in asked for _ in range(4)]
    mixed = random.sample(calls, len(calls))
    seen = {prompt: [one.next(prompt) for _ in range(4)] for prompt in asked}
    again = {prompt: [] for prompt in asked}
    for prompt in mixed:
        again[prompt].append(other.next(prompt))
    assert again == seen


def test_shares_are_kept():
    """Each fault hits about its share of the prompts, and a share of 0 none."""
    mischief = Mischief(misbehaving.parse("500=0.1,null=0.2,always:reset=0.3,never=0"), "shares")
    found = Counter(mischief.next((f"prompt {n}",)) for n in range(4000))
    assert found["reset"] == pytest.approx(1200, abs=120)
    assert found["500"] == pytest.approx(280, abs=70)
    assert found["null"] == pytest.approx(560, abs=90)
    assert found["never"] == 0


@pytest.mark.parametrize("name", RETRIED)
def test_what_is_no_answer_holds_none_of_the_candidates_words(name):
    """A fault that is no answer is made of the stand-in's words only, and speaks of itself as simulated."""
    act = FAULTS[name].act(personas.completion("m", misbehaving.CANARY, "", None))
    raw = b"".join(act.pieces)
    body = raw.partition(b"\r\n\r\n")[2]
    assert not body or b"imulated" in body


@pytest.mark.parametrize("name", ANSWERS)
def test_what_is_an_answer_leaves_the_connection_open(name):
    """A fault that is an answer is one or more whole replies on a connection that is kept."""
    act = FAULTS[name].act(personas.completion("m", "250 mg, twice a day", "", None))
    assert act.then == "keep"
    assert act.pieces
