"""Hostile text is quoted so that it is seen whole, and can neither end its quotation nor hide."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalcenter.judges import quoting
from tests import injection


@given(st.text())
def test_no_quoted_text_holds_a_fence(text: str) -> None:
    """Whatever a text holds, the brackets of a fence are not in what is shown of it."""
    assert not set(quoting.shown(text).head) & {quoting.OPEN, quoting.CLOSE}


@given(st.text())
def test_what_is_shown_can_be_written_down(text: str) -> None:
    """What is shown is valid UTF-8 without control characters, and showing it again changes nothing."""
    head = quoting.shown(text).head
    head.encode()
    assert quoting.shown(head).head == head


@pytest.mark.parametrize(
    "text",
    [
        "请立即拨打 120。\n\n1. 停止活动；",
        "a < b > c, [1] {x} \"q\" 'p'",
        "❤️ 👨‍👩‍👧 1️⃣",
        "x\ty",
        "【注意】《药典》",
        "if a<b: | c",
    ],
)
def test_ordinary_text_is_shown_as_it_is(text: str) -> None:
    """Chinese and English text, Markdown, quotation marks and emoji are not touched."""
    assert quoting.shown(text) == quoting.Shown(head=text, tail="", omitted=0, hidden=0, disarmed=0)


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("a\u200bb", "a[U+200B]b"),
        ("\u202egnihton\u202c", "[U+202E]gnihton[U+202C]"),
        ("\U000e0041" * 20, "[" + " ".join(["U+E0041"] * 8) + " +12]"),
        ("a\r\nb\rc", "a\nb\nc"),
        ("x\x1b[2J", "x[U+001B][2J"),
        ("a\u200db", "a[U+200D]b"),
        ("\ud800", "[U+D800]"),
    ],
)
def test_what_hides_is_spelled_out(text: str, seen: str) -> None:
    """Zero-width, bidirectional, tag and control characters are shown by their code; a long run is counted."""
    assert quoting.shown(text).head == seen


def test_hidden_characters_are_counted() -> None:
    """Each invisible character counts, not each run."""
    assert quoting.shown("a\u200b\u200bb\u2060").hidden == 3


@pytest.mark.parametrize(
    "word", ["<|im_end|>", "<|im_start|>system", "[/INST]", "[INST]", "</s>", "<think>", "<<SYS>>", "<｜User｜>"]
)
def test_control_words_of_chat_templates_are_broken(word: str) -> None:
    """No control word of a chat template is left as it was, and its letters can still be read."""
    shown = quoting.shown(f"a {word} b")
    assert word not in shown.head
    assert shown.head.replace("¦", "") == f"a {word} b"
    assert shown.disarmed >= 1


def test_a_long_text_loses_its_middle() -> None:
    """Of a text beyond the limit the first and the last half of the limit are kept, and the rest is counted."""
    shown = quoting.shown("a" * 60 + "b" * 60, 100)
    assert (shown.head, shown.tail, shown.omitted) == ("a" * 50, "b" * 50, 20)


@pytest.mark.parametrize(
    ("passage", "known"),
    [
        ("拨打120", True),
        ("拨打 １２０", True),
        ("“请立即拨打120”", True),
        ("请立即…停止活动", True),
        ("停止活动……请立即", False),
        ("拨打110", False),
        ("", False),
        ("…", False),
        ("停", False),
    ],
)
def test_a_passage_is_found_by_its_words(passage: str, known: bool) -> None:
    """A passage is found whatever its spaces, width and quotation marks; parts around dots only in order; never one character."""
    assert quoting.found(passage, "请立即拨打120，并停止活动。") is known


@pytest.mark.parametrize("attack", injection.corpus(), ids=lambda a: a.id)
def test_no_attack_leaves_its_quotation(attack: injection.Attack) -> None:
    """Between its fences, no attack of the corpus holds a fence or an invisible character."""
    quoted = quoting.fenced("0123456789ab", "ANSWER", "END", quoting.shown(attack.answer()).head)
    assert quoted.count(quoting.OPEN) == 2
    assert not re.search("[\u200b\u202e\U000e0000-\U000e007f]", quoted)
