"""The judge grader leaves every mark to a judge or a person."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalcenter import boundary
from evalcenter.graders.judge import Judge, plugin
from evalcenter.records import Answer, Examples, Item

ITEM = Item(id="i", lang="zh", dimension="d", prompt=(), criteria=(), examples=Examples(good=(), bad=()))


@given(st.text(), st.text(), st.sampled_from(["complete", "truncated", "blocked"]))
def test_the_mark_is_always_pending(text, guide, state):
    """Whatever the answer and the guide are, the mark is pending and explained in both languages."""
    mark = plugin.mark(Judge(guide=guide), ITEM, Answer(text=text, state=state))
    assert mark.state == "pending"
    assert mark.reason.zh
    assert mark.reason.en
    assert not mark.settled


def test_the_guide_may_be_left_out():
    """A judge criterion needs no guide."""
    assert boundary.convert(Judge, {}) == Judge(guide="")


def test_unknown_parameters_are_refused():
    """A misspelt parameter is refused."""
    with pytest.raises(boundary.Invalid):
        boundary.convert(Judge, {"gide": "x"})
