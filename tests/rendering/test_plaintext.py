"""What hides in a text is shown."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evalcenter.rendering.plaintext import visible

HIDDEN = {
    "right-to-left override": ("invoice\u202egnp.exe", "invoice⟦U+202E⟧gnp.exe"),
    "isolate": ("\u2066x\u2069", "⟦U+2066⟧x⟦U+2069⟧"),
    "arabic letter mark": ("\u061c", "⟦U+061C⟧"),
    "zero width space": ("pass\u200bword", "pass⟦U+200B⟧word"),
    "byte order mark": ("\ufeffx", "⟦U+FEFF⟧x"),
    "escape sequence": ("\x1b[31mred", "⟦U+001B⟧[31mred"),
    "null": ("a\x00b", "a⟦U+0000⟧b"),
    "carriage return alone": ("safe\rFAKE", "safe⟦U+000D⟧FAKE"),
    "line separator": ("a\u2028b", "a⟦U+2028⟧b"),
    "soft hyphen": ("pass\u00adword", "pass⟦U+00AD⟧word"),
    "tag characters": ("\U000e0041", "⟦U+E0041⟧"),
    "lone surrogate": ("\ud800", "⟦U+D800⟧"),
    "blank hangul letter": ("\u3164", "⟦U+3164⟧"),
    "joiner between letters": ("a\u200db", "a⟦U+200D⟧b"),
}


@pytest.mark.parametrize(("text", "shown"), HIDDEN.values(), ids=HIDDEN)
def test_hidden(text: str, shown: str) -> None:
    """A character that changes how others are seen is shown by its code point."""
    assert visible(text) == shown


@pytest.mark.parametrize("text", ["", "每次 250 mg。\n\t遵医嘱", "مرحبا", "é ü ñ", "👩\u200d⚕\ufe0f", "x ≥ 5 \u00a0%"])
def test_kept(text: str) -> None:
    """Ordinary text of any script, line breaks and emoji stay as they are."""
    assert visible(text) == text


def test_windows_line_ends() -> None:
    """A Windows line end is a line end."""
    assert visible("a\r\nb") == "a\nb"


@given(st.text(st.characters(categories=None)))
@settings(deadline=None, max_examples=200)
def test_nothing_hidden_is_left(text: str) -> None:
    """What comes out has no control or surrogate, can be encoded, and does not change a second time."""
    shown = visible(text)
    shown.encode("utf-8")
    assert not [x for x in shown if unicodedata.category(x) in {"Cc", "Cs"} and x not in "\n\t"]
    assert visible(shown) == shown
