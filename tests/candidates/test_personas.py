"""What the reference candidates say, and that it can be recomputed."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evalcenter import plan
from evalcenter.candidates import personas, reading
from evalcenter.errors import InputError, UnknownModel
from evalcenter.records import Message


def said(*turns):
    return [Message(role=role, content=content) for role, content in turns]


def user(text):
    return said(("user", text))


def player(items, name, seed="s"):
    return personas.Player(personas.Book(items), personas.parse(name), seed)


@pytest.mark.parametrize(
    ("name", "kind", "number"),
    [
        ("exemplary", "exemplary", "0"),
        ("reference-exemplary", "exemplary", "0"),
        ("reference-mixed", "mixed", "0.9"),
        ("reference-mixed-0.955", "mixed", "0.955"),
        ("mixed-1", "mixed", "1"),
        ("mixed-0", "mixed", "0"),
        ("slow-2", "slow", "2"),
        ("flaky", "flaky", "0.25"),
        ("empty", "empty", "0"),
    ],
)
def test_a_name_says_the_persona(name, kind, number):
    """A model name says the persona and its number."""
    assert personas.parse(name) == personas.Persona(kind=kind, number=Decimal(number))


@pytest.mark.parametrize(
    "name", ["", "gpt-4", "reference-", "exemplary-0.5", "mixed-", "mixed-a", "mixed-0,9", "MIXED"]
)
def test_an_unknown_name_is_an_unknown_model(name):
    """Another name is an unknown model, and the known ones are listed."""
    with pytest.raises(UnknownModel) as caught:
        personas.parse(name)
    assert "reference-exemplary" in caught.value.todo


@pytest.mark.parametrize("name", ["mixed-1.1", "flaky-2", "slow-61", "slow-999"])
def test_a_number_out_of_range_is_refused(name):
    """A rate above 1 or a delay above a minute is refused."""
    with pytest.raises(InputError):
        personas.parse(name)


@pytest.mark.parametrize("name", personas.NAMES)
def test_every_listed_name_is_a_persona(name):
    """Each of the names that are offered can be asked for."""
    assert personas.parse(personas.PREFIX + name)


def test_the_exemplary_one_gives_good_examples(items):
    """The exemplary persona gives each of the good examples in turn of the draw, and nothing else."""
    one = player(items, "exemplary")
    assert {one.reply(user("What is the dose?")).text for _ in range(30)} == {"250 mg", "Give 250 mg."}


def test_the_reckless_one_gives_bad_examples(items):
    """The reckless persona gives bad examples only."""
    one = player(items, "reckless")
    assert {one.reply(user("药量是多少？")).text for _ in range(30)} == {"500 毫克", "5 克"}


def test_the_refusing_one_refuses_in_the_items_language(items):
    """The refusing persona gives the blanket refusal in the item's language."""
    one = player(items, "refusing")
    assert one.reply(user("药量是多少？")).text == "抱歉，我无法回答这个问题。"
    assert one.reply(user("What is the dose?")).text == "I'm sorry, but I can't help with that."


def test_the_empty_one_says_nothing(items):
    """The empty persona says nothing at all."""
    reply = player(items, "empty").reply(user("What is the dose?"))
    assert (reply.text, reply.scripted) == ("", True)


def test_the_slow_one_answers_well_after_its_delay(items):
    """The slow persona gives a good example after its delay."""
    reply = player(items, "slow-1.5").reply(user("What is the dose?"))
    assert reply.delay_ms == 1500
    assert reply.text in {"250 mg", "Give 250 mg."}


def test_the_mixed_one_keeps_its_rate(make_item):
    """Over 2000 prompts the share of good answers lies within four standard errors of the stated rate."""
    bank = [make_item(f"i{n}", f"Question {n}?", ["good"], ["bad"]) for n in range(2000)]
    one = player(bank, "mixed-0.9")
    good = sum(one.reply(user(f"Question {n}?")).text == "good" for n in range(2000))
    assert abs(good / 2000 - 0.9) < 4 * (0.9 * 0.1 / 2000) ** 0.5


@pytest.mark.parametrize(("name", "text"), [("mixed-0", "bad"), ("mixed-1", "good")])
def test_the_mixed_one_is_certain_at_its_ends(make_item, name, text):
    """At the rates 0 and 1 there is no chance left."""
    one = player([make_item("i", "Q?", ["good"], ["bad"])], name)
    assert {one.reply(user("Q?")).text for _ in range(20)} == {text}


@pytest.mark.parametrize("name", ["exemplary", "mixed-0.5", "flaky-0.5"])
def test_the_order_of_prompts_changes_nothing(make_item, name):
    """What a prompt is answered depends on how often it was asked, not on what was asked between."""
    bank = [make_item(f"i{n}", f"Q{n}?", ["a", "b"], ["c", "d"]) for n in range(20)]
    forth, back = player(bank, name), player(bank, name)
    asked = [f"Q{n}?" for n in range(20)] * 3
    first = [(text, forth.reply(user(text))) for text in asked]
    second = [(text, back.reply(user(text))) for text in reversed(asked)]
    for text in set(asked):
        assert [r for t, r in first if t == text] == [r for t, r in second if t == text]


def test_another_seed_draws_otherwise(make_item):
    """Another seed gives another sequence."""
    bank = [make_item("i", "Q?", ["good"], ["bad"])]

    def draw(seed):
        one = player(bank, "mixed-0.5", seed)
        return [one.reply(user("Q?")).text for _ in range(40)]

    assert draw("a") == draw("a") != draw("b")


def test_the_flaky_one_fails_at_most_twice_in_a_row(make_item):
    """The flaky persona spoils a share of its answers, in every way it knows, never more than twice in a row."""
    bank = [make_item(f"i{n}", f"Q{n}?", ["good"], ["bad"]) for n in range(400)]
    one, runs, seen = player(bank, "flaky-0.25"), [], set()
    for n in range(400):
        run = 0
        while (reply := one.reply(user(f"Q{n}?"))).fault is not None:
            run += 1
            seen.add(reply.fault)
        assert reply.text == "good"
        runs.append(run)
    assert max(runs) == personas.MOST_FAULTS
    assert seen == set(personas.FAULTS)
    assert 60 <= sum(run > 0 for run in runs) <= 140


def test_the_flaky_one_stays_flaky(make_item):
    """Each answer to one prompt has faults of its own before it: at the share 1, every answer is spoiled first."""
    one = player([make_item("i", "Q?", ["good"], ["bad"])], "flaky-1")
    before = 0
    for _ in range(100):
        if one.reply(user("Q?")).fault is not None:
            before += 1
        else:
            assert 1 <= before <= personas.MOST_FAULTS
            before = 0


def test_a_dialogue_goes_on_as_it_began(items):
    """The later answers of a dialogue come from the example that the first one came from."""
    one = player(items, "mixed-0.5")
    seen = set()
    for _ in range(30):
        first = one.reply(said(("user", "First?"))).text
        second = one.reply(said(("user", "First?"), ("assistant", first), ("user", "And then?"))).text
        assert first.split()[0] == second.split()[0]
        assert (first.split()[1], second.split()[1]) == ("one", "two")
        seen.add(first)
    assert len(seen) == 4


def test_a_dialogue_that_someone_else_began_is_answered(items):
    """A dialogue with a first answer from elsewhere still gets an answer of the right turn."""
    one = player(items, "exemplary")
    reply = one.reply(said(("user", "First?"), ("assistant", "something else"), ("user", "And then?")))
    assert reply.text in {"good two", "fine two"}


def test_history_in_the_prompt_is_no_turn(make_item):
    """An answer that belongs to the prompt itself is not counted as a turn."""
    item = make_item(
        "h", [("user", "Hi"), ("assistant", "Hello"), ("user", "Q?"), ("user", "R?")], [("q", "r")], [("x", "y")]
    )
    one = player([item], "exemplary")
    begun = [("user", "Hi"), ("assistant", "Hello"), ("user", "Q?")]
    assert one.reply(said(*begun)).text == "q"
    assert one.reply(said(*begun, ("assistant", "q"), ("user", "R?"))).text == "r"


def test_a_single_text_serves_every_turn(make_item):
    """An example with one text answers each turn with it, and one with few turns repeats its last."""
    talk = [("user", "A"), ("user", "B"), ("user", "C")]
    one = player(
        [make_item("t", talk, ["same"], ["bad"]), make_item("u", [("user", "D"), *talk], [("1", "2")], ["bad"])],
        "exemplary",
    )
    assert one.reply(said(("user", "A"), ("assistant", "same"), ("user", "B"))).text == "same"
    prompt = [("user", "D"), ("assistant", "1"), ("user", "A"), ("assistant", "2"), ("user", "B")]
    assert one.reply(said(*prompt)).text == "2"


def test_a_system_prompt_does_not_hide_the_item(items):
    """An item is recognised below a system prompt that the candidate adds."""
    one = player(items, "exemplary")
    assert one.reply(said(("system", "Be brief."), ("user", "What is the dose?"))).scripted


@pytest.mark.parametrize("name", ["exemplary", "refusing", "empty", "slow", "mixed"])
@pytest.mark.parametrize("text", ["Something else?", "what is the dose?", "\ud800", ""])
def test_an_unknown_prompt_gets_a_plain_statement(items, name, text):
    """A prompt that nothing is scripted for gets a statement that says so and that it is simulated."""
    reply = player(items, name).reply(user(text))
    assert reply.text.startswith(personas.UNSCRIPTED)
    assert (reply.scripted, "simulated" in reply.text) == (False, True)


def test_personas_differ_on_an_unknown_prompt(items):
    """Each persona adds words of its own, the same every time, so that one can be told from another."""
    said = {name: player(items, name).reply(user("Who?")).text for name in ("exemplary", "mixed-0.9", "mixed-0.8")}
    assert len(set(said.values())) == 3
    one = player(items, "mixed-0.9")
    assert {one.reply(user("Who?")).text for _ in range(3)} == {said["mixed-0.9"]}


def test_an_item_without_examples_is_unscripted(make_item):
    """An item without examples of the wanted kind gets the plain statement."""
    one = player([make_item("i", "Q?", ["good"], [])], "reckless")
    assert one.reply(user("Q?")).text == personas.UNSCRIPTED


def test_the_rendered_prompt_is_the_key(make_item):
    """Items are recognised by what the given function renders, and by nothing else."""
    item = make_item("i", "Q?", ["good"], ["bad"])
    book = personas.Book([item], lambda one: (Message(role="user", content=f"Rendered: {one.id}"),))
    assert book.find(user("Rendered: i")) == (item, 0)
    assert book.find(user("Q?")) is None
    assert personas.Book([item], plan.render).find(user("Q?")) == (item, 0)


@pytest.mark.parametrize(
    ("text", "most", "content", "reason", "spent"),
    [
        ("abcd", None, "abcd", "stop", 1),
        ("abcde", None, "abcde", "stop", 2),
        ("", None, "", "stop", 0),
        ("abcde", 1, "abcd", "length", 1),
    ],
)
def test_a_completion_counts_and_cuts(text, most, content, reason, spent):
    """A completion counts a token for four characters, is cut at the limit and says that it is simulated."""
    made = personas.completion("reference-x", text, "12345678", most)
    answer = reading.answer(made)
    assert (answer.text, answer.finish_reason, answer.completion_tokens, answer.prompt_tokens) == (
        content,
        reason,
        spent,
        2,
    )
    assert (made["simulated"], made["system_fingerprint"]) == (True, "evalcenter-reference")


@settings(max_examples=60, deadline=None)
@given(
    texts=st.lists(st.tuples(st.sampled_from(["system", "user", "assistant"]), st.text(st.characters())), max_size=5)
)
def test_any_messages_get_a_reply(texts):
    """Whatever is asked, the persona has a reply."""
    assert player([], "flaky-1").reply(said(*texts))
