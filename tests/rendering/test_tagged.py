"""The tagged-PDF check: a good file passes, and each rule finds what was broken in it."""

from __future__ import annotations

import io
from collections.abc import Callable
from functools import cache
from typing import Any

import pytest

from evalcenter.errors import RunError
from evalcenter.rendering import pdf, tagged
from tests.rendering.test_html import every_block, report

pikepdf = pytest.importorskip("pikepdf")
pytest.importorskip("weasyprint", exc_type=(ImportError, OSError))

Break = Callable[[Any], None]


@cache
def good() -> bytes:
    return pdf.render(report(*every_block("好 good"), issued="2026-11-28T11:43:00Z"))


def broken(how: Break) -> bytes:
    with pikepdf.open(io.BytesIO(good())) as held:
        how(held)
        out = io.BytesIO()
        held.save(out)
    return out.getvalue()


def elements(held: Any, kind: str) -> list[Any]:
    return [one for one in tagged._elements(held) if str(one.S) == kind]


def fonts(held: Any) -> list[Any]:
    return list(held.pages[0].obj.Resources.Font.as_dict().values())


def without(place: Callable[[Any], Any], key: str) -> Break:
    def how(held: Any) -> None:
        del place(held)[key]

    return how


def renamed(kind: str, name: str) -> Break:
    def how(held: Any) -> None:
        for element in elements(held, kind):
            element.S = pikepdf.Name(name)

    return how


def no_title(held: Any) -> None:
    held.docinfo["/Title"] = pikepdf.String(" ")


def not_shown(held: Any) -> None:
    held.Root.ViewerPreferences.DisplayDocTitle = False


def nameless_bookmark(held: Any) -> None:
    held.Root.Outlines.First.Title = pikepdf.String("")


def lost_bookmark(held: Any) -> None:
    held.Root.Outlines.First.Dest = pikepdf.Array([held.make_indirect(pikepdf.Dictionary()), pikepdf.Name.Fit])


def no_elements(held: Any) -> None:
    held.Root.StructTreeRoot.K = pikepdf.Array([])


def lost_row(held: Any) -> None:
    nums = held.Root.StructTreeRoot.ParentTree.Nums
    nums[1] = None


def lost_element(held: Any) -> None:
    document = held.Root.StructTreeRoot.K[0]
    document.K = pikepdf.Array(list(document.K)[1:])


def bare_content(held: Any) -> None:
    page = held.pages[0]
    page.obj.Contents = held.make_stream(page.obj.Contents.read_bytes() + b"\n0 0 5 5 re f\n")


def type3(held: Any) -> None:
    fonts(held)[0].Subtype = pikepdf.Name.Type3


BROKEN: list[tuple[str, Break, str]] = [
    ("marked", without(lambda held: held.Root, "/MarkInfo"), "MarkInfo"),
    ("language", without(lambda held: held.Root, "/Lang"), "Lang"),
    ("title", no_title, "Title is empty"),
    ("title", not_shown, "DisplayDocTitle"),
    ("outline", without(lambda held: held.Root, "/Outlines"), "no bookmark"),
    ("outline", nameless_bookmark, "no words"),
    ("outline", lost_bookmark, "leads to no page"),
    ("tree", without(lambda held: held.Root, "/StructTreeRoot"), "StructTreeRoot is missing"),
    ("tree", no_elements, "holds no element"),
    ("tree", renamed("/Document", "/Div"), "no Document"),
    ("parents", without(lambda held: held.Root.StructTreeRoot, "/ParentTree"), "ParentTree is missing"),
    ("parents", lost_row, "no row in ParentTree"),
    ("parents", lost_element, "belong to no element"),
    ("content", bare_content, "neither tagged nor an artifact"),
    ("headings", renamed("/H1", "/P"), "not H1"),
    ("headings", renamed("/H2", "/P"), "a heading of level 3 follows one of level 1"),
    ("figures", without(lambda held: elements(held, "/Figure")[0], "/Alt"), "no Alt"),
    ("tables", renamed("/TH", "/TD"), "no heading cells"),
    ("tables", renamed("/TR", "/NonStruct"), "no rows"),
    (
        "embedded",
        without(lambda held: fonts(held)[0].DescendantFonts[0].FontDescriptor, "/FontFile3"),
        "is not embedded",
    ),
    ("embedded", type3, "Type 3"),
    ("unicode", without(lambda held: fonts(held)[0], "/ToUnicode"), "can't be searched or copied"),
]


def test_a_good_file_passes() -> None:
    """What the report's renderer makes breaks no rule."""
    assert tagged.check(good()) == ()


@pytest.mark.parametrize(("rule", "how", "said"), BROKEN, ids=[f"{rule}-{said}" for rule, _, said in BROKEN])
def test_each_rule_finds_what_was_broken(rule: str, how: Break, said: str) -> None:
    """A rule says in a sentence what is wrong with a file that breaks it, and the check repeats it."""
    raw = broken(how)
    with pikepdf.open(io.BytesIO(raw)) as held:
        found = list(tagged.RULES[rule](held))
    assert any(said in sentence for sentence in found)
    assert set(found) <= set(tagged.check(raw))


def test_every_rule_has_a_failing_file() -> None:
    """No rule is there that no file of this test breaks."""
    assert {rule for rule, _, _ in BROKEN} == set(tagged.RULES)


def test_no_heading_is_found() -> None:
    """A document without any heading is told as such."""

    def how(held: Any) -> None:
        for level in "123":
            renamed(f"/H{level}", "/P")(held)

    assert "there is no heading" in tagged.check(broken(how))


def test_a_file_that_is_none() -> None:
    """Bytes that are no PDF are one violation, not a crash."""
    assert "can't be read as a PDF" in tagged.check(b"%PDF-1.7 and then nothing")[0]


def test_what_fails_is_refused() -> None:
    """A file that breaks a rule raises an error with the sentence; one that breaks none does not."""
    tagged.must_pass(good())
    with pytest.raises(RunError, match="a Figure has no Alt"):
        tagged.must_pass(broken(without(lambda held: elements(held, "/Figure")[0], "/Alt")))


def test_a_ring_of_bookmarks_ends() -> None:
    """A chain of bookmarks that leads back to its beginning is read once."""

    def how(held: Any) -> None:
        first = held.Root.Outlines.First
        first.Next = first

    assert tagged.check(broken(how)) == ()
