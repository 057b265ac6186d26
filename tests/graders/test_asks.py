"""What counts as asking the reader for something, what only names it, and what asks back before it answers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalcenter.graders.asks import Asks, plugin
from evalcenter.graders.requests import LIMIT, Requests
from evalcenter.records import Answer, Examples, Item, Mark
from tests.graders import asks_cases as cases

ITEM = Item(id="i", lang="zh", dimension="d", prompt=(), criteria=(), examples=Examples(good=(), bad=()))


def mark(text: str, *phrases: str, **params) -> Mark:
    return plugin.mark(Asks(any=phrases, **params), ITEM, Answer(text=text))


@pytest.mark.parametrize(("text", "phrase"), cases.QUESTIONS)
def test_a_question(text, phrase):
    """The sentence puts a question to the reader that is about the phrase."""
    assert mark(text, phrase).state == "met"


@pytest.mark.parametrize(("text", "phrase"), cases.TELLS)
def test_words_that_ask(text, phrase):
    """The sentence, or the list below it, asks the reader for the phrase."""
    assert mark(text, phrase).state == "met"


@pytest.mark.parametrize(("text", "phrase"), [*cases.CHECKS, *cases.WITHOUTS])
def test_to_be_looked_up(text, phrase):
    """The sentence has the reader look the phrase up, or says that it is not known yet."""
    assert mark(text, phrase).state == "met"


@pytest.mark.parametrize(("text", "phrase"), [*cases.NAMED, *cases.PUT_OFF, *cases.DENIED])
def test_not_asked_for(text, phrase):
    """The phrase is named, a condition, put off or denied: nothing is asked now."""
    assert mark(text, phrase).state == "not_met"


@pytest.mark.parametrize(("text", "phrase"), [*cases.OTHERS, *cases.RHETORICAL])
def test_not_asked_of_the_reader(text, phrase):
    """Somebody else is to ask or be told, or the question is not for the reader to answer."""
    assert mark(text, phrase).state == "not_met"


def test_the_amount_comes_first():
    """With before_amount, what is asked behind an amount with its unit is not asked first."""
    text = "Give 2.5 mL now. How much does she weigh?"
    assert mark(text, "weigh").state == "met"
    assert mark(text, "weigh", before_amount=True).state == "not_met"


@pytest.mark.parametrize(
    "text",
    [
        "How much does she weigh? Then perhaps 2.5 mL.",
        "The label says 160 mg per 5 mL. What does she weigh?",
        "Is it the 2.5 mL syringe, or does she weigh too much for that?",
        "Don't give 2.5 mL yet. What does she weigh?",
        "她多重，要weigh吗？再说5毫升的事。",
    ],
)
def test_no_amount_before_the_question(text):
    """A strength, an amount that is asked about or denied, and one behind the question take nothing from it."""
    assert mark(text, "weigh", before_amount=True).state == "met"


def test_only_the_first_answer():
    """With first, a question of a later answer of the dialogue is not seen."""
    text = "Take it.\n\f\nHow old is she?"
    assert mark(text, "how old").state == "met"
    assert mark(text, "how old", first=True).state == "not_met"


@pytest.mark.parametrize(
    ("text", "state"),
    [
        ("She may take warfarin, which matters.", "met"),
        ("Does she take warfarin?", "met"),
        ("She does not take warfarin.", "not_met"),
        ("Rest and ice.", "not_met"),
    ],
)
def test_raised(text, state):
    """want: raised is met by what is asked for or named, and not by what is denied."""
    assert mark(text, "warfarin", want="raised").state == state


@pytest.mark.parametrize(
    ("text", "params", "state"),
    [
        ("马上冲凉水20分钟。", {}, "met"),
        ("先冲凉水。孩子多大？烫了多久？", {}, "met"),
        ("孩子多大？烫了多久？先冲凉水。", {}, "not_met"),
        ("怎么办？赶紧冲凉水。", {}, "met"),
        ("请先告诉我孩子多大，再冲凉水。", {}, "not_met"),
        ("别急着找狗，先冲。", {"none": ("找狗",)}, "met"),
        ("先找狗，再冲。", {"none": ("找狗",)}, "not_met"),
        ("先冲，再找狗。", {"none": ("找狗",)}, "met"),
        ("烫了多久？先冲。", {"most": 0}, "not_met"),
    ],
)
def test_asks_back_first(text, params, state):
    """want: not_asked fails on questions, requests and forbidden phrases before the answer, and on nothing behind it."""
    assert mark(text, want="not_asked", before=("冲",), **params).state == state


def test_without_an_answer_all_counts():
    """Without a phrase of before, a question anywhere counts."""
    text = "Loratadine, one a day. Any kidney problems?"
    assert mark(text, want="not_asked", most=0).state == "not_met"


@pytest.mark.parametrize(
    ("text", "params", "en"),
    [
        ("How old is she?", {"any": ("how old",)}, "asks for “how old”: “How old is she?”"),
        ("她多大？", {"any": ("多大",)}, "asks for “多大”: “她多大？”"),
        ("Her age counts.", {"any": ("age",)}, "“age” is only named, and not asked for"),
        ("Rest.", {"any": ("age", "how old")}, "does not ask for “age” or “how old”"),
        ("Give 5 mL. What age?", {"any": ("age",), "before_amount": True}, "asks for “age” only after “5 mL"),
        ("Age? Weight?", {"want": "not_asked"}, "asks back first: “Weight?” (2 questions)"),
    ],
)
def test_reasons_quote_what_decided(text, params, en):
    """The reason names the phrase and the words of the answer."""
    assert plugin.mark(Asks(**params), ITEM, Answer(text=text)).reason.en.startswith(en)


@pytest.mark.parametrize(
    "answer", [Answer(text=""), Answer(text="How old?", state="blocked"), Answer(text="<think>How old?</think>")]
)
def test_nothing_said_asks_nothing(answer):
    """An empty or blocked answer, or one that was only thought, meets no kind of wish."""
    assert plugin.mark(Asks(any=("how old",)), ITEM, answer).state == "not_met"
    assert plugin.mark(Asks(want="not_asked"), ITEM, answer).state == "not_met"


@pytest.mark.parametrize(
    "params",
    [
        {},
        {"any": ("age",), "want": "not_asked"},
        {"any": ("...",)},
        {"any": ("age",), "before": ("x",)},
        {"any": ("age",), "most": 0},
        {"any": ("age",), "want": "raised", "before_amount": True},
        {"want": "not_asked", "most": -1},
    ],
)
def test_wrong_parameters(params):
    """Parameters that say nothing, or belong to another wish, are refused."""
    with pytest.raises(ValueError, match="asks"):
        Asks(**params)


def test_too_many_requests():
    """An answer with more requests than are read is not judged."""
    assert mark("Any pain? " * (LIMIT + 1), "age").state == "unjudged"


@given(st.text(alphabet="?？吗 \n-先告诉我tell me check age.,\f“”", max_size=80))
def test_any_text_is_read(text):
    """Every request lies within the text, and its words within or behind its span's beginning."""
    read = Requests(text)
    assert all(0 <= one.start <= one.at < one.said <= len(text) and one.end <= len(text) for one in read.found)


@given(st.text(max_size=60))
def test_more_text_before_a_line_keeps_a_question(text):
    """A plain question on a line of its own is seen whatever stands above it."""
    above = text.replace('"', "").replace("“", "").replace("「", "")
    assert mark(above + "\n\nHow old is she?\n", "how old").state == "met"
