"""The report as a PDF: its text can be read, found and copied, and nothing hostile breaks it."""

from __future__ import annotations

import io
import re
import shutil
import socket
import subprocess
import sys
from dataclasses import replace
from functools import cache
from typing import Any

import pytest

from evalcenter import errors, logos
from evalcenter.blocks import Excerpt, Fields, Paragraph, Report, SectionData, Subheading, Table
from evalcenter.rendering import pdf, tagged
from tests.rendering.test_html import EVIL, every_block, report

pikepdf = pytest.importorskip("pikepdf")
pytest.importorskip("weasyprint", exc_type=(ImportError, OSError))

ISSUED = "2026-11-28T11:43:00.000Z"


def text(raw: bytes) -> str:
    """The text of a PDF, as a reader copies it, without spaces and line breaks."""
    if shutil.which("pdftotext") is None:
        pytest.skip("needs pdftotext of poppler-utils")
    done = subprocess.run(["pdftotext", "-", "-"], input=raw, capture_output=True, check=True)
    return re.sub(r"\s", "", done.stdout.decode("utf-8"))


@cache
def sample() -> tuple[Report, bytes]:
    made = report(*every_block("应当转诊 refer"), issued=ISSUED, title="测试报告", simulated=True)
    return made, pdf.render(made)


def test_chinese_can_be_copied_in_order() -> None:
    """The words of a Chinese report are text in the file, in the order of the report."""
    made = report(
        *(Paragraph(text=said) for said in ("先确认呼吸", "再拨打急救电话", "最后记录时间")),
        Table(head=("要求", "判定"), rows=(("用药安全", "不通过"),)),
    )
    found = text(pdf.render(made))
    words = ("报告", "先确认呼吸", "再拨打急救电话", "最后记录时间", "要求", "判定", "用药安全", "不通过")
    places = [found.index(word) for word in words]
    assert places == sorted(places)


def test_chart_words_are_text() -> None:
    """What a chart says is text as well, and its figure says it in words."""
    _, raw = sample()
    with pikepdf.open(io.BytesIO(raw)) as held:
        alts = [str(one.Alt) for one in tagged._elements(held) if "/Alt" in one]
    assert any("观测 0.5" in alt for alt in alts)
    assert any("25:1" in re.sub(r"\s", "", alt) for alt in alts)
    assert "50.00%(40.00%–60.00%)" in text(raw)


def test_bookmarks_are_the_headings() -> None:
    """The outline has every heading of the report in its order."""
    made = report(Subheading(text="一"), Paragraph(text="x"), Subheading(text="二"), title="总题")
    assert tagged.headings_of(pdf.render(made)) == ("总题", "1 甲", "一", "二", "2 乙", "一", "二")


def test_document_says_what_it_is() -> None:
    """Language, title and dates are the report's own."""
    _, raw = sample()
    with pikepdf.open(io.BytesIO(raw)) as held:
        assert str(held.Root.Lang) == "zh-CN"
        assert str(held.docinfo["/Title"]) == "测试报告 · 通过 · EC-1"
        assert str(held.docinfo["/CreationDate"]).startswith("D:20261128114300")
        assert "/ModDate" not in held.docinfo
        assert str(held.docinfo["/Creator"]).startswith("evalcenter ")


def test_same_report_same_bytes() -> None:
    """The same report gives the same file, whenever it is rendered."""
    made, raw = sample()
    assert pdf.render(made) == raw


def test_heads_and_page_numbers_are_artifacts() -> None:
    """Every page shows the report's number and its own, and a reader who listens is told neither on each page."""
    _, raw = sample()
    with pikepdf.open(io.BytesIO(raw)) as held:
        for page in held.pages:
            assert b"/Artifact" in page.obj.Contents.read_bytes()
            steps = pikepdf.parse_content_stream(page, operators="BDC")
            kinds = [str(step.operands[1].get("/Type", "")) for step in steps if str(step.operands[0]) == "/Artifact"]
            assert "/Pagination" in kinds
        count = len(held.pages)
    assert f"1/{count}" in text(raw)
    assert text(raw).count("EC-1") >= count


def test_names_with_values_are_labelled_items() -> None:
    """A list of fields is a list in the tags: each item has a label and a body."""
    raw = pdf.render(report(Fields(rows=(("编号", "1"), ("日期", None)))))
    with pikepdf.open(io.BytesIO(raw)) as held:
        lists = [one for one in tagged._elements(held) if str(one.S) == "/L"]
        kinds = [[str(kid.S) for kid in item.K] for item in lists[0].K]
    assert kinds == [["/Lbl", "/LBody"]] * 2


def test_contents_lead_to_their_sections() -> None:
    """The list of contents links to the pages that it names."""
    sections = tuple(SectionData(name=n, title=n, blocks=(Paragraph(text=n),)) for n in ("a", "b", "c"))
    raw = pdf.render(report(sections=sections))
    with pikepdf.open(io.BytesIO(raw)) as held:
        links = [note for page in held.pages for note in page.obj.get("/Annots", ()) if str(note.Subtype) == "/Link"]
        pages = {page.obj.objgen for page in held.pages}
        assert {str(link.Dest) for link in links} == {"s2", "s3"}
        assert {tagged._place(held, link)[0].objgen for link in links} <= pages


def test_heads_of_tables_stand_on_every_page() -> None:
    """A table that goes on over the page has its head again."""
    made = report(Table(head=("独特表头", "值"), rows=tuple((f"行{n}", "1") for n in range(120))))
    raw = pdf.render(made)
    with pikepdf.open(io.BytesIO(raw)) as held:
        pages = len(held.pages)
    assert text(raw).count("独特表头") >= pages - 1 > 3


@pytest.mark.parametrize(
    "evil", [EVIL, "", " ", "\u200b", "a" * 200, "字" * 200, "😀\U00013000\ue000", "url(http://x/)"]
)
def test_hostile_text_survives(evil: str) -> None:
    """Markup, controls, nothing at all, endless words and letters that no font has make a file that passes the check."""
    raw = pdf.render(report(*every_block(evil), title=evil or "t"))
    assert tagged.check(raw) == ()


def test_markup_and_controls_are_text() -> None:
    """Markup is shown as text, and a character that turns the reading around by its code point."""
    found = text(pdf.render(report(Paragraph(text="<b>ok</b> \u202e绿"))))
    assert "<b>ok</b>⟦U+202E⟧绿" in found


def test_a_very_long_answer_is_set() -> None:
    """An answer of 100,000 characters is set whole, over as many pages as it takes."""
    answer = ("他说“请等一等”。 Take 5 mg now. " * 4000)[:100_000]
    block = Excerpt(title="t", question="q", answer=answer, findings=())
    raw = pdf.render(report(sections=(SectionData(name="a", title="甲", blocks=(block,)),)))
    assert text(raw).count("Take") - answer.count("Take") == 0  # a page ends between words


def test_a_letter_without_a_font_is_shown_by_its_code_point() -> None:
    """What no font here can draw is said in words, never left out or printed as a box."""
    assert "⟦U+E000⟧" in text(pdf.render(report(Paragraph(text="a\ue000b"))))


def test_missing_fonts_are_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where letters of the report's language have no font, nothing is made and the error names letters and fonts."""
    monkeypatch.setattr(pdf, "_set", lambda *_: (b"", {"测", "试"}))
    with pytest.raises(errors.MissingExtra, match="2 of the report's characters: 测") as caught:
        pdf.render(report(Paragraph(text="测试")))
    assert "fonts-noto-cjk" in caught.value.todo


def test_missing_library_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the extra the error says what to install."""
    monkeypatch.setitem(sys.modules, "weasyprint", None)
    with pytest.raises(errors.MissingExtra, match="weasyprint") as caught:
        pdf.render(report())
    assert "evalcenter[pdf]" in caught.value.todo


def test_no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """No socket is opened while a PDF is made."""

    def refuse(*_: Any, **__: Any) -> None:
        raise AssertionError("a socket was opened")

    monkeypatch.setattr(socket, "socket", refuse)
    assert pdf.render(report(*every_block("http://example.org/x.png")))


@pytest.mark.parametrize("url", ["http://example.org/x", "file:///etc/hostname", "data:text/css,a", "evalcenter:other"])
def test_foreign_addresses_end_the_rendering(url: str) -> None:
    """Any address but one of our own drawings ends the rendering."""
    fatal = __import__("weasyprint.urls", fromlist=["x"]).FatalURLFetchingError
    with pytest.raises(fatal):
        pdf._set(f'<html lang="en"><body><img src="{url}" alt="x"></body></html>', {"icon-pass": "<svg/>"}, None)


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_the_logo_is_a_picture_with_words(kind: str) -> None:
    """A centre's logo is drawn on the first page, and what it is stands beside it for a reader who does not see it."""
    drawn = io.BytesIO()
    pytest.importorskip("PIL.Image").new("RGB", (240, 60), "teal").save(drawn, kind)
    raw = drawn.getvalue()
    made = pdf.render(replace(report(Paragraph(text="x")), issuer="Centre", logo=logos.embedded(raw)))
    with pikepdf.open(io.BytesIO(made)) as file:
        assert [one for one in file.objects if isinstance(one, pikepdf.Stream) and one.get("/Subtype") == "/Image"]
        alts = [str(one["/Alt"]) for one in file.objects if isinstance(one, pikepdf.Dictionary) and "/Alt" in one]
    assert [alt for alt in alts if alt in ("Logo of the issuer", "出具机构标志")]


def test_a_file_that_fails_is_not_made(monkeypatch: pytest.MonkeyPatch) -> None:
    """What does not pass the tagged-PDF check is refused."""
    monkeypatch.setattr(tagged, "check", lambda raw: ("a Figure has no Alt",))
    with pytest.raises(errors.RunError, match="a Figure has no Alt"):
        pdf.render(report())
