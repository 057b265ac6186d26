"""The simulated judge marks by the items' examples, and errs as often as its name says."""

import asyncio
import functools
import json
from collections.abc import Iterator, Sequence
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from evalcenter import labels, plugins, suites
from evalcenter.candidates import openai_http, personas, server, simulated_judge
from evalcenter.candidates.simulated_judge import Judge, Rates
from evalcenter.draws import Draws
from evalcenter.errors import InputError
from evalcenter.hooks import Limits
from evalcenter.judges import asking, controls, reading
from evalcenter.judges.asking import Ask, Manner, Place
from evalcenter.records import Answer, CandidateSpec, Criterion, Example, Examples, Item, Message, Question
from tests import factory

SUITES = Path(__file__).parents[2] / "suites"
SHIPPED = [
    item
    for suite in ("medical", "government")
    for item in suites.load(SUITES / suite, plugins.load()).suite.items
    if labels.judged(item)
]
BY_ID = {item.id: item for item in SHIPPED}
LABELS = list(labels.of_examples(SHIPPED))
TOGETHER, EACH = Manner(), Manner(mode="each", controls=1)


def asks(item: Item, answers: Sequence[str], manner: Manner = TOGETHER, **place: int) -> tuple[Ask, ...]:
    return asking.build(item, answers, labels.judged(item), "seed", Place(position=0, **place), manner)


def marks(judge: Judge, item: Item, answers: Sequence[str], manner: Manner = TOGETHER, **place: int) -> dict[str, str]:
    """What the requests about an answer come to: the state of each criterion, or of none where a request is void."""
    found = {}
    for ask in asks(item, answers, manner, **place):
        said = reading.reply(ask, Answer(text=judge.reply(ask.messages).text))
        if isinstance(said, reading.Marks):
            assert not said.unfound
            found |= {mark.criterion: mark.state for mark in said.marks}
    return found


@functools.cache
def over_all() -> Judge:
    """A judge without errors over the shipped items, made once: it is a table of their examples."""
    return Judge(SHIPPED, Rates(right=Decimal(1)), "seed")


def perfect(*items: Item) -> Judge:
    return Judge(items, Rates(right=Decimal(1)), "seed") if items else over_all()


def wrong(judge: Judge, epochs: int) -> Iterator[bool]:
    """For each mark on the shipped examples, over many requests, whether it is wrong."""
    for label in LABELS:
        for epoch in range(epochs):
            said = marks(judge, BY_ID[label.item], label.answers, epoch=epoch)
            yield from (said[criterion] != truth for criterion, truth in label.truth.items())


def item(*criteria: Criterion, turns: int = 1, **changes: object) -> Item:
    prompt = tuple(Message(role="user", content=f"Question {n}?") for n in range(turns))
    examples = Examples(good=(Example(text="It is all well."),), bad=(Example(text="It is not.", fails=("a",)),))
    given = {"lang": "en", "prompt": prompt, "criteria": criteria or CRITERIA, "examples": examples}
    return factory.make_item(**{**given, **changes})


CRITERIA = (
    Criterion(id="a", text="Is kind", check={"judge": {}}),
    Criterion(id="b", text="Is clear", check={"judge": {"guide": "By ear."}}),
)


@pytest.mark.parametrize("manner", [TOGETHER, EACH], ids=["together", "each"])
@pytest.mark.parametrize("item", SHIPPED, ids=lambda item: item.id)
def test_without_errors_it_says_the_truth(item: Item, manner: Manner) -> None:
    """About every example of the shipped items it says exactly what the example says, in one request or one a criterion."""
    for label in labels.of_examples([item]):
        said = marks(perfect(), item, label.answers, manner)
        assert {criterion: state for criterion, state in said.items() if state != "unjudged"} == label.truth


def test_both_languages_and_dialogues_are_among_the_shipped() -> None:
    """What is said of the shipped examples is said of Chinese, English and several turns, of marks of either kind."""
    assert {BY_ID[label.item].lang for label in LABELS} == {"zh", "en"}
    assert {len(label.answers) for label in LABELS} >= {1, 2}
    assert {state for label in LABELS for state in label.truth.values()} == {"met", "not_met"}


def test_it_errs_as_often_as_it_is_told() -> None:
    """Of many marks by a judge that is right in 80 %, so many are right that the exact test has nothing against 80 %."""
    errors = list(wrong(Judge(SHIPPED, Rates(right=Decimal("0.8")), "seed"), 8))
    assert len(errors) > 1000
    assert binomtest(sum(errors), len(errors), 0.2).pvalue > 0.001


def test_a_request_is_always_answered_alike_and_an_epoch_is_another_request() -> None:
    """The same request gets the same reply from a new judge; over epochs the errors fall differently."""
    label = next(label for label in LABELS if len(labels.judged(BY_ID[label.item])) == 1)
    held = BY_ID[label.item]
    half = Rates(right=Decimal("0.5"))
    replies = [Judge(SHIPPED, half, "seed").reply(asks(held, label.answers)[0].messages) for _ in range(2)]
    assert replies[0] == replies[1]
    said = {str(marks(Judge(SHIPPED, half, "seed"), held, label.answers, epoch=epoch)) for epoch in range(20)}
    assert len(said) == 2


def test_judges_of_other_names_and_seeds_err_apart() -> None:
    """Another seed and another rate draw anew."""
    judges = [
        Judge(SHIPPED, Rates(right=Decimal(right)), seed) for right, seed in (("0.5", "a"), ("0.5", "b"), ("0.50", "a"))
    ]
    said = [list(wrong(judge, 2)) for judge in judges]
    assert said[0] != said[1]
    assert said[0] != said[2]


def test_controls_are_wrong_as_often_as_it_is_told() -> None:
    """A share of the requests gets one wrong control, and is void for it; without that share none is."""
    held = item()
    for share, void in (("0.3", 0.3), ("0", 0.0)):
        judge = Judge([held], Rates(right=Decimal(1), void=Decimal(share)), "seed")
        empty = [marks(judge, held, ["It is all well."], epoch=epoch) == {} for epoch in range(300)]
        assert binomtest(sum(empty), 300, void).pvalue > 0.001


def test_what_it_does_not_know_it_cannot_tell() -> None:
    """An answer that is no example could not be judged, nor one of which only the whole is known to be bad."""
    held = item(examples=Examples(good=(Example(text="Good."),), bad=(Example(text="It is all bad."),)))
    assert marks(perfect(held), held, ["Something else."]) == {"a": "unjudged", "b": "unjudged"}
    assert marks(perfect(held), held, ["It is all bad."]) == {"a": "unjudged", "b": "unjudged"}
    assert marks(perfect(held), item(prompt=(Message(role="user", content="Why?"),)), ["It is all well."]) == {
        "a": "unjudged",
        "b": "unjudged",
    }


def test_an_answer_that_was_cut_is_not_known() -> None:
    """Of an answer whose middle is not shown it says nothing, though its beginning and end are an example's."""
    text = "It is all well. " * 40
    held = item(examples=Examples(good=(Example(text=text),), bad=(Example(text="It is not.", fails=("a",)),)))
    assert marks(perfect(held), held, [text]) == {"a": "met", "b": "met"}
    assert marks(perfect(held), held, [text], Manner(longest=100)) == {"a": "unjudged", "b": "unjudged"}


def test_a_criterion_worded_like_a_control_is_still_a_criterion() -> None:
    """A criterion is marked by the examples even where its wording is that of a control."""
    text = controls.draw(Draws("seed", "control"), "en", "", "", truth=False).text
    held = item(Criterion(id="a", text=text, check={"judge": {}}))
    assert controls.holds("en", text, "It is not.") is not None
    assert marks(perfect(held), held, ["Something else."]) == {"a": "unjudged"}
    assert marks(perfect(held), held, ["It is all well."]) == {"a": "met"}


def test_contradicting_examples_are_not_known() -> None:
    """The same text as a good and as a bad answer gets no mark on what they disagree on."""
    examples = Examples(good=(Example(text="So be it."),), bad=(Example(text="So be it.\n", fails=("a",)),))
    held = item(examples=examples)
    assert marks(perfect(held), held, ["So be it."]) == {"a": "unjudged", "b": "met"}


def test_a_dialogue_is_known_by_all_its_turns_or_by_its_last() -> None:
    """An example with a text for each turn needs all of them; one with a single text answers the last turn, after any other."""
    examples = Examples(
        good=(Example(turns=("Well.", "It is fine.")),), bad=(Example(text="It is not fine.", fails=("a", "b")),)
    )
    held = item(turns=2, examples=examples)
    said = {
        answers: set(marks(perfect(held), held, answers).values())
        for answers in (("Well.", "It is fine."), ("Hm.", "It is fine."), ("Hm.", "It is not fine."))
    }
    assert list(said.values()) == [{"met"}, {"unjudged"}, {"not_met"}]


def test_replies_say_that_they_are_simulated() -> None:
    """Every reason begins with the sign of simulation, in the language of the item."""
    for held in (SHIPPED[0], item()):
        (ask,) = asks(held, ["Something else."])
        reasons = [one["reason"] for one in json.loads(perfect().reply(ask.messages).text)["marks"]]
        assert all(reason.startswith("[simulated · 模拟] ") for reason in reasons)


@given(
    st.text(max_size=300),
    st.sampled_from(["", "⟦0123456789ab QUESTION⟧\n", "⟦0123456789ab ANSWER⟧\n⟦0123456789ab ANSWER END⟧\n- K12: "]),
)
def test_no_request_breaks_it(text: str, before: str) -> None:
    """Whatever is sent to it, it answers."""
    assert perfect(item()).reply([Message(role="user", content=before + text)]).text


def test_what_is_no_request_to_a_judge_is_unscripted() -> None:
    """A plain question gets the statement that nothing is scripted for it."""
    reply = perfect().reply([Message(role="user", content="- K12: hello")])
    assert (reply.text, reply.scripted) == (personas.UNSCRIPTED, False)


@pytest.mark.parametrize(
    ("name", "rates"),
    [
        ("reference-judge", Rates()),
        ("reference-judge-0.9", Rates(right=Decimal("0.9"))),
        ("judge-1", Rates(right=Decimal(1))),
        ("reference-judge-0.9-0.02", Rates(right=Decimal("0.9"), void=Decimal("0.02"))),
        ("reference-mixed-0.9", None),
        ("reference-judge-", None),
        ("reference-judge-x", None),
    ],
)
def test_names(name: str, rates: Rates | None) -> None:
    """A name gives the share of right marks, then the share of requests with a wrong control."""
    assert simulated_judge.parse(name) == rates


@pytest.mark.parametrize("name", ["reference-judge-1.1", "reference-judge-0.9-2"])
def test_a_rate_is_at_most_one(name: str) -> None:
    """A rate above 1 is refused."""
    with pytest.raises(InputError, match="a rate lies between 0 and 1"):
        simulated_judge.parse(name)


def test_it_is_served_over_a_socket() -> None:
    """Asked over a real socket by the real client, it marks an example of each language by its truth."""
    chosen = [next(label for label in LABELS if BY_ID[label.item].lang == lang) for lang in ("zh", "en")]
    requests = [asks(BY_ID[label.item], label.answers)[0] for label in chosen]
    with server.running_in_background(SHIPPED) as base_url:
        answers = asyncio.run(_answers(base_url, requests))
    for label, ask, answer in zip(chosen, requests, answers, strict=True):
        said = reading.reply(ask, answer)
        assert isinstance(said, reading.Marks)
        assert {mark.criterion: mark.state for mark in said.marks} == label.truth


async def _answers(base_url: str, requests: Sequence[Ask]) -> list[Answer]:
    spec = CandidateSpec(adapter="openai_http", name="j", model="reference-judge-1", base_url=base_url, simulated=True)
    judge = openai_http.plugin.open(spec, openai_http.Settings(), None, Limits(timeout_s=5, concurrency=2))
    try:
        return [await judge.ask(Question(position=0, epoch=0, item="i", messages=ask.messages)) for ask in requests]
    finally:
        await judge.close()
