"""What an item's question says, and what an answer may repeat of it."""

import pytest

from evalcenter.graders import choice_sheet as sheet
from evalcenter.graders.choice_forms import MASK
from evalcenter.records import Message
from tests.factory import make_item

ITEM = make_item(
    prompt=(Message(role="user", content="下列哪一项是错误的用法？"),),
    options={"Ａ": "饭后服用。", "B": "睡前服用", "C": "12"},
)


def test_a_question_is_read_once() -> None:
    """Two answers to one item share what its question says."""
    assert sheet.paper(ITEM) is sheet.paper(make_item(7, prompt=ITEM.prompt, options=ITEM.options))


def test_letters_and_wordings() -> None:
    """Letters are folded; wordings lose their full stop, stand longest first, and bare numbers are none."""
    told = sheet.paper(ITEM)
    assert told.letters == "ABC"
    assert told.wordings == (("A", "饭后服用"), ("B", "睡前服用"))
    assert (told.reverse, told.asked) == (True, "wrong")


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("A", "A"),
        ("下列哪一项 是错误\n的用法？\nA", "A"),
        ("A. 饭后服用。\nB. 睡前服用\nC. 12\n选B", "选B"),
        ("A. 饭后服用。\nB. 睡前服用\nC. 12", "A. 饭后服用。\nB. 睡前服用\nC. 12"),
    ],
)
def test_an_echo_is_no_answer(text: str, rest: str) -> None:
    """The question and the block of options go, whatever the white space; options alone stay, for they may be the answer."""
    assert sheet.without_echo(text, sheet.paper(ITEM)) == rest


def test_wordings_are_masked() -> None:
    """An option's own words are masked, and said to be quoted."""
    assert sheet.masked("应当睡前服用", sheet.paper(ITEM)) == (f"应当{MASK}", frozenset("B"))
