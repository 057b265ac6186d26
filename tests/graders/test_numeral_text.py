"""Text made ready for figures: LaTeX and hidden characters go, and every character keeps its place."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evalcenter.graders.numeral_text import fold


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        (r"$\frac{3}{4}$ \text{mg}", "3/4 mg"),
        (r"4.5 \times 10^9", "4.5 × 10^9"),
        ("**120** mg", "120 mg"),
        ("１２\u200b０ｍｇ", "120mg"),
        ("1{,}234", "1,234"),
    ],
)
def test_one_spelling(text: str, plain: str) -> None:
    """LaTeX, width and hidden characters make no difference."""
    assert fold(text)[0] == plain


@settings(deadline=None)
@given(st.text(st.sampled_from("0159.,{}$\\*_`~ mgｍ１\u200b\u0301中fractimes"), max_size=40))
def test_places_point_into_the_original(text: str) -> None:
    """There is one place for each folded character, in order, inside the original."""
    folded, places = fold(text)
    assert len(places) == len(folded)
    assert list(places) == sorted(set(places))
    assert all(0 <= place < len(text) for place in places)
