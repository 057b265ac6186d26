"""What lets the graders pass by most places of a text changes nothing of what they find."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evalcenter.graders import acts, closing, dates, numerals

PATTERNS = {
    "figure": (numerals._FIGURE, numerals._BEGINS),
    "conclusion": (closing._ANSWER, closing._BEGINS),
    **{
        name: (pattern, acts._BEGINS)
        for name, pattern in vars(acts).items()
        if isinstance(pattern, re.Pattern) and pattern.pattern.startswith(acts._BEGINS)
    },
}
PIECES = st.one_of(
    st.sampled_from(
        [
            "I can't",
            "i cannot help",
            "don't",
            "couldn't",
            "not",
            "cannot",
            "sorry, but",
            "is illegal",
            "unethical",
            "instead",
            "however",
            "let's",
            "resources",
            "so So\nSo",
            "final answer",
            "the answer is",
            "therefore",
            "total is",
            "答案",
            "所以",
            "因此",
            "故障",
            "总之",
            "违法",
            "咨询",
            "建议您",
            "如有",
            "ai违法",
            "我不能支持",
            "12",
            "3.5",
            ".5",
            "1,200",
            "B12",
            "x10",
            "RMB5",
            "COVID-19",
            "twenty-five",
            "two and",
            "半片",
            "三分之二",
            "百分之五",
            "½",
            "10:30",
            "第三",
            "二十",
            "mg",
            "月",
        ]
    ),
    st.text(alphabet="an't sof.c，。 \n0１五半e-'_É", max_size=6),
)
TEXTS = st.lists(PIECES, max_size=12).map("".join) | st.lists(PIECES, max_size=12).map(" ".join)


@pytest.mark.parametrize("name", PATTERNS)
@given(text=TEXTS)
@settings(max_examples=60)
def test_a_pattern_finds_what_it_finds_without_its_shortcut(name: str, text: str) -> None:
    """A pattern matches the same places, with the same groups, as it does where every place is looked at."""
    pattern, shortcut = PATTERNS[name]
    whole = re.compile(pattern.pattern.removeprefix(shortcut), pattern.flags)
    assert whole.pattern != pattern.pattern
    assert [(m.span(), m.groups()) for m in pattern.finditer(text)] == [
        (m.span(), m.groups()) for m in whole.finditer(text)
    ]


def test_there_are_shortcuts_to_test() -> None:
    """The patterns of acts are found by their shortcut, so none is left out."""
    assert len(PATTERNS) >= 12


@given(TEXTS)
def test_what_is_left_out_of_an_english_sentence_is_chinese(text: str) -> None:
    """The Chinese patterns, which are not put to sentences of ASCII alone, find nothing in them."""
    said = text.encode("ascii", "ignore").decode()
    assert not any(pattern.search(said) for pattern in (acts._DECLINE_ZH, acts._NO_ZH, acts._LIMIT_ZH))


@pytest.mark.parametrize("month", dates._MONTHS)
def test_every_month_is_a_sign_of_a_date(month: str) -> None:
    """A text with the short name of a month, in any case, is read for dates."""
    assert all(dates._SIGN.search(word) for word in (month, month.title(), month.upper()))
