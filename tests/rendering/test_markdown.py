"""Markdown in which nothing of a text is markup, read back with a CommonMark parser."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from evalcenter import blocks
from evalcenter.rendering import markdown

PARSER = MarkdownIt("commonmark").enable("table").enable("strikethrough")
HOSTILE = [
    "![x](http://evil.test/a.png)",
    "[link](javascript:alert(1))",
    "<img src=x onerror=alert(1)>",
    "<http://evil.test>",
    "# heading",
    "- item",
    "1. item",
    "1) item",
    "> quote",
    "***",
    "---",
    "===",
    "~~~",
    "```\ncode\n```",
    "a | b",
    "`code`",
    "**bold** _italic_ ~~gone~~",
    "&lt;script&gt;",
    "\\`x`",
    "[ref]: http://evil.test",
    "http://evil.test www.evil.test a@evil.test",
    "    indented",
    "+ plus",
    "Setext\n===",
]


def tokens(text: str) -> list[Token]:
    found = []
    for token in PARSER.parse(text):
        found += [token, *(token.children or [])]
    return found


def shown(text: str) -> str:
    return "".join(t.content for t in tokens(text) if t.type in {"text", "text_special"})


@pytest.mark.parametrize("text", HOSTILE)
def test_escape(text: str) -> None:
    """Escaped text is one paragraph that shows exactly the text."""
    found = tokens(markdown.escape(text))
    assert {t.type for t in found} <= {"paragraph_open", "paragraph_close", "inline", "text", "text_special"}
    assert shown(markdown.escape(text)) == " ".join(text.split())


@given(st.text(st.characters(codec="utf-8")))
@settings(deadline=None, max_examples=300)
def test_escape_any(text: str) -> None:
    """No text at all escapes its escape."""
    found = tokens(markdown.escape(text))
    assert {t.type for t in found} <= {"paragraph_open", "paragraph_close", "inline", "text", "text_special"}


@pytest.mark.parametrize("text", ["http://evil.test", "HTTPS://evil.test", "www.evil.test"])
def test_no_bare_link(text: str) -> None:
    """A bare address is broken up, so that readers that link addresses by themselves do not link it."""
    assert text not in markdown.escape(text)


@given(st.text(st.sampled_from("`~ \na|<>!["), max_size=60))
@settings(deadline=None, max_examples=300)
def test_fence(text: str) -> None:
    """A fence holds its whole text and nothing follows it."""
    found = PARSER.parse("\n".join(markdown.fence(text)))
    assert [t.type for t in found] == ["fence"]
    assert found[0].content == text + "\n"


def test_table_cells() -> None:
    """A cell with bars and line breaks stays one cell, and a short row is filled up."""
    block = blocks.Table(head=("a", "b"), rows=(("x | y\n| z |", "<b>"), ("only",)), align="lr", caption="c")
    found = tokens("\n".join(markdown._table(block, "en")))
    cells = [found[at + 1].content for at, t in enumerate(found) if t.type == "td_open"]
    assert len(cells) == 4
    assert "x" in cells[0]
    assert "z" in cells[0]
    assert not [t for t in found if t.type.startswith("html")]


def test_trace() -> None:
    """The path of the evidence is a table from its first unit to its last, of a few rows however long it is."""
    values = tuple(str(1 + unit) for unit in range(401))
    curve = blocks.Curve(label="for | it", values=values, needed="20", mark="PASS", tone="pass")
    trace = blocks.Trace(
        units=tuple(range(401)), curves=(curve,), at=0, verdict="pass", said="PASS", axis="units", caption=""
    )
    lines = markdown._trace(trace, "en")
    assert lines[0].replace("\u00a0", " ") == "**✓ PASS** (PASS at 20 : 1)"
    cells = [t.content.replace("\u00a0", " ") for t in tokens("\n".join(lines[2:])) if t.type == "text"]
    assert cells[-2:] == ["400", "401 : 1"]
    assert len(lines) == 2 + 2 + markdown.ROWS + 1
    assert markdown._trace(replace(trace, caption="a note"), "en")[-1] == "a note"


def test_samples_are_elsewhere() -> None:
    """Samples that nobody could search here are a sentence that says where they are."""
    assert markdown._samples(blocks.Samples(samples=(), elsewhere="in the *HTML*"), "en") == ["in the \\*HTML\\*"]


def test_what_a_good_answer_does() -> None:
    """An excerpt that says what was wanted lists it behind what was missed."""
    block = blocks.Excerpt(title="t", question="q", answer="a", findings=("f",), wanted=("w | x",))
    lines = markdown._excerpt(block, "en")
    assert lines[-4:] == ["", "**What a good answer does**", "", "- w \\| x"]


def test_every_block_has_a_form() -> None:
    """Each kind of block can be written."""
    assert set(markdown._FORMS) == set(blocks.Block.__args__)
