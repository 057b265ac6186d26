"""What counts as a mention of a phrase, and what as its denial."""

from __future__ import annotations

import sys
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalcenter import boundary
from evalcenter.graders import negation
from evalcenter.graders.mentions import LIMIT, Mentions, Reading, plugin
from evalcenter.records import Answer, Examples, Item, Mark
from tests.graders import verge_cases
from tests.graders.mention_cases import ASSERTED, DENIED
from tests.graders.rejection_cases import KEPT, REJECTED

BUDGET = 8 if sys.gettrace() else 1  # seconds of processor time; a coverage run is slower

ITEM = Item(id="i", lang="zh", dimension="d", prompt=(), criteria=(), examples=Examples(good=(), bad=()))


def mark(text: str, **params) -> Mark:
    return plugin.mark(Mentions(**params), ITEM, Answer(text=text))


def mentioned(text: str, phrase: str) -> bool:
    return mark(text, any=(phrase,)).state == "met"


@pytest.mark.parametrize(("text", "phrase"), [*ASSERTED, *KEPT, *verge_cases.ASSERTED])
def test_asserted(text, phrase):
    """The phrase is asserted, so it is a mention."""
    assert mentioned(text, phrase)


@pytest.mark.parametrize(("text", "phrase"), [*DENIED, *REJECTED, *verge_cases.DENIED])
def test_denied(text, phrase):
    """The phrase stands in the text, but is denied, so it is no mention."""
    assert list(Reading(text).find(phrase))
    assert not mentioned(text, phrase)


@pytest.mark.parametrize(("text", "phrase"), [*DENIED, *REJECTED, *verge_cases.DENIED])
def test_a_denied_phrase_breaks_no_prohibition(text, phrase):
    """A denied phrase is no mention for `none` either."""
    assert mark(text, none=(phrase,)).state == "met"


@pytest.mark.parametrize(("text", "phrase"), [*ASSERTED, *KEPT, *DENIED, *REJECTED])
def test_ignore_counts_every_occurrence(text, phrase):
    """With negation: ignore every occurrence is a mention."""
    assert mark(text, any=(phrase,), negation="ignore").state == "met"


@pytest.mark.parametrize(
    ("text", "phrase", "found"),
    [
        ("请  立即 拨打 120。", "立即拨打120", True),
        ("ＣＡＬＬ　９１１ now", "call 911", True),
        ("Follow-up in two weeks", "follow up", True),
        ("Take 5 mg daily", "5mg", True),
        ("Take 5mg daily", "5 mg", True),
        ("Take 0.5 mg daily", "5 mg", False),
        ("Take 15 mg daily", "5 mg", False),
        ("Take 1,250 mg daily", "250 mg", False),
        ("拨打1201", "120", False),
        ("start now", "art", False),
        ("antibiotics help", "antibiotic", True),
        ("b12 helps", "12", False),
        ("CT检查", "CT", True),
        ("take it with\nfood and water", "with food", True),
        ("用药提醒\n停药", "提醒停药", False),
        ("na\u00efve", "naive", True),
        ("停\u200b药", "停药", True),
        ("\u202e停\u202c药", "停药", True),
        ("停\ufe0f药", "停药", True),
        ("**停**药", "停药", True),
        ("请先联系医生，再决定是否停药", "联系...停药", True),
        ("请先联系医生。再决定是否停药", "联系...停药", False),
        ("请先联系医生，再决定是否停药", "联系……停药", True),
        ("联系" + "好" * 300 + "停药", "联系...停药", False),
        ("联系但不提", "联系...停药", False),
        ("Visit www.example.org. Then rest.", "www.example.org", True),
        ("See e.g. your doctor... or not", "your doctor", True),
        ("利伐沙班15 mg每日1次", "15 mg", True),
        ("利伐沙班15mg每日1次", "15 mg", True),
        ("利伐沙班15 mg每日1次", "5 mg", False),
        ("编号7720316，24小时内有效", "7720316", True),
        ("请拨打120，999急救也可", "120", True),
        ("请拨打120，999急救也可", "999", True),
        ("共１，２５０元", "250", False),
        ("共1,250元", "250", False),
        ("2,5 mg一天", "5 mg", False),
        ("Please don't take it", "n't take", True),
        ("You shouldn’t just sleep it off", "n't...sleep it off", True),
        ("Please take it", "n't take", False),
        ("Don't undertake it", "n't take", False),
    ],
)
def test_spelling(text, phrase, found):
    """Case, width, spaces and hidden characters make no difference; words and numbers are whole."""
    assert mentioned(text, phrase) is found


def test_a_phrase_may_hold_its_denial():
    """A denial that is part of the phrase is looked for like any other word."""
    assert mentioned("不要停药", "不要停药")
    assert not mentioned("停药", "不要停药")


def test_one_asserted_place_is_enough():
    """A phrase that is denied in one place and asserted in another is a mention."""
    assert mark("不要停药。但三天后停药。", none=("停药",)).state == "not_met"


def test_all_wants_one_of_every_group():
    """`all` holds when every group has one of its alternatives."""
    groups = (("拨打120", "叫救护车"), ("平卧",))
    assert mark("叫救护车，并让病人平卧。", all=groups).state == "met"
    missing = mark("叫救护车。", all=groups)
    assert missing.state == "not_met"
    assert "平卧" in missing.reason.zh


def test_the_reason_names_phrase_and_denial():
    """A mark says which phrase decided, what denied it, and quotes the sentence as it was written."""
    seen = mark("您好。请**不要**自行停药。谢谢。", any=("自行停药",))
    assert seen.reason.zh == "“自行停药”被“不要”否定"
    assert seen.excerpt == "请**不要**自行停药。"


def test_a_forbidden_mention_is_settled():
    """More text cannot take a forbidden mention away."""
    seen = mark("可以自行停药。", none=("自行停药",))
    assert (seen.state, seen.settled, seen.excerpt) == ("not_met", True, "可以自行停药。")


def test_an_absent_phrase_is_not_settled():
    """A phrase that is not there may still come."""
    assert not mark("你好", none=("停药",)).settled
    assert mark("停药", any=("停药",)).settled


@pytest.mark.parametrize(
    "given", [{}, {"all": [[]]}, {"any": ["。"]}, {"any": [""]}, {"anything": ["a"]}, {"any": "text"}]
)
def test_parameters_that_check_nothing_are_refused(given):
    """Parameters without a phrase to look for are refused when the suite is read."""
    with pytest.raises(boundary.Invalid):
        boundary.convert(Mentions, given)


def test_parameters_are_read_from_plain_data():
    """Lists and texts become the parameters' record."""
    assert boundary.convert(Mentions, {"all": [["a", "b"]], "negation": "ignore"}).all == (("a", "b"),)


@pytest.mark.parametrize("extra", ["今天天气很好。", "The sky is blue. ", "\n- 其他\n", "！"])
@pytest.mark.parametrize(("text", "phrase"), [*ASSERTED, *KEPT])
def test_another_sentence_before_takes_nothing_away(text, phrase, extra):
    """A sentence without bearing on the phrase, put first, never removes a mention."""
    assert mentioned(f"{extra}\n{text}", phrase)


@given(st.lists(st.sampled_from([text for text, _ in ASSERTED + DENIED]), max_size=4), st.sampled_from(ASSERTED))
def test_other_paragraphs_take_nothing_away(others, case):
    """Whole paragraphs before an asserted phrase never remove the mention."""
    text, phrase = case
    assert mentioned("\n\n".join([*others, text]), phrase)


@given(st.text(max_size=200), st.text(min_size=1, max_size=8))
def test_any_text_is_read(text, phrase):
    """No text makes the grader raise, and a forbidden phrase is never both said and not said."""
    try:
        params = Mentions(any=(phrase,))
    except ValueError:
        return
    said = plugin.mark(params, ITEM, Answer(text=text)).state
    assert mark(text, none=(phrase,)).state == ("not_met" if said == "met" else "met")


@given(st.text(alphabet="不要停药，。没有 notavoid?!：\n\u200b", max_size=120))
def test_hidden_characters_change_nothing(text):
    """Zero-width characters between the letters change no mark."""
    spread = "\u200b".join(text)
    for phrase in ("停药", "void"):
        assert mentioned(text, phrase) == mentioned(spread, phrase)


@pytest.mark.parametrize(
    "text",
    [
        "不" * 100_000,
        "不要停药" * 25_000,
        "停药" * 50_000,
        "(" * 100_000,
        "“" * 100_000,
        "停a\u0301" * 33_000,
        "\u200b不\u200b要" * 25_000,
        "or," * 33_000,
        'you said "' * 10_000,
        "不要停药," * 20_000,
        "停药?不" * 25_000,
        "".join(f"不要停药{i}" for i in range(12_000)),
        "不要:" * 33_000 + "停药",
        "\n- 停药" * 20_000,
        "\u202e\u2066" * 50_000,
        "不要停药,停药" * 14_000,
        "自行停药很" * 20_000,
        "stopping 停药 is " * 6_000,
        "dangerous for 停药 to " * 5_000,
        "not 停药 and not " * 6_000,
        "😀" * 100_000,
    ],
    ids=lambda text: text[:6],
)
def test_hostile_text_is_read_in_time(text):
    """A hundred thousand hostile characters are marked in less than a second."""
    started = time.process_time()
    mark(text, any=("没有的词", "不...药"), none=("停药",))
    assert time.process_time() - started < BUDGET


def test_a_flood_of_denials_is_not_judged():
    """More denials of one phrase than are read leave the mark unjudged instead of guessed."""
    flood = "".join(f"不要停药{i}。" for i in range(LIMIT + 10))
    assert mark(flood, none=("停药",)).state == "unjudged"
    assert mark(flood, any=("停药",)).state == "unjudged"


@pytest.mark.parametrize(
    ("heading", "word"),
    [
        ("请避免以下行为:", "避免"),
        ("avoid:", "avoid"),
        ("things you should not do:", "not"),
        ("如果不舒服，请:", ""),
        ("不要惊慌，按以下步骤:", ""),
        ("不要停药", ""),
    ],
)
def test_forbidding_headings(heading, word):
    """A heading forbids its list when its last clause holds a prohibition."""
    assert negation.forbids(heading.replace("，", ",")) == word


def test_version():
    """The behaviour has changed since version 2, and so has the version."""
    assert plugin.version == "3"


@pytest.mark.parametrize(
    "text",
    [
        "户口本、a、b、c、d、e都都都带",
        "“户口本的内容内容,该内容",
        "户口本(不用(带",
        "says 户口本, which is very ",
        "if 户口本 don't the the the ",
    ],
)
def test_rejections_are_fast(text):
    """What stands after a phrase is read in bounded time, however often it stands there."""
    hostile = "".join(f"{text}{number}" for number in range(100_000 // (len(text) + 4)))
    began = time.process_time()
    mark(hostile, any=("户口本",), none=("居住证",))
    assert time.process_time() - began < BUDGET
