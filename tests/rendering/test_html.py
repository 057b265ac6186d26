"""The HTML file: self-contained, escaped, readable without a network."""

from __future__ import annotations

import base64
import hashlib
import re
from collections import Counter
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise
from typing import Any, get_args

import pytest

from evalcenter.blocks import (
    Block,
    Chart,
    Curve,
    Decision,
    Excerpt,
    Fields,
    Interval,
    Notice,
    Paragraph,
    Points,
    Report,
    Ruling,
    Samples,
    SectionData,
    Signatures,
    Subheading,
    Table,
    Trace,
)
from evalcenter.rendering import html
from evalcenter.sample import Marked, Sample

EVIL = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>{{7*7}}{% if %}</style></svg></title><!--\u202e\x00"
VOID = {"meta", "br", "img", "link", "input", "hr"}


class Page(HTMLParser):
    """Collects elements, attributes and text, and checks that elements are closed in order."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, Any]]] = []
        self.text: list[str] = []
        self.open: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def sample(text: str, outcome: str = "fail", **changes: Any) -> Sample:
    """A sample with `text` wherever text may stand."""
    marked = (Marked(text=text, state="not_met", word=text, reason=text, lost=outcome == "fail"),)
    given = {"position": 7, "item": text, "lang": "en", "dimension": text, "risks": (text, "b"), "tags": (text,)}
    given |= {
        "red_line": True,
        "epoch": 1,
        "outcome": outcome,
        "word": text,
        "violation": text,
        "earned": 1,
        "possible": 3,
    }
    given |= {"by": text, "state": text, "question": text, "answer": text, "marks": marked, "reviews": (text,)}
    return Sample(**{**given, **changes})


def every_block(text: str) -> tuple[Block, ...]:
    """One block of each kind, with `text` wherever text may stand."""
    return (
        Ruling(outcome="fail", word=text, reasons=(text,)),
        Notice(title=text, text=text, tone="fail"),
        Paragraph(text=text),
        Subheading(text=text),
        Points(items=(text,)),
        Fields(rows=((text, text), (text, None))),
        Table(head=(text, text), rows=((text, text), (text, text)), tones=("fail",), align="lr", caption=text),
        Decision(title=text, outcome="conditional", word=text, rows=((text, text),), reasons=(text,), notes=(text,)),
        Chart(
            intervals=(
                Interval(
                    label=text, rate="0.5", lower="0.4", upper="0.6", line="0.9", verdict="pass", word=text, note=text
                ),
            ),
            caption=text,
        ),
        Trace(
            units=(0, 1, 2),
            curves=(
                Curve(label=text, values=("1", "4", "25"), needed="20", mark=text, tone="pass"),
                Curve(label=text, values=("1", "0.1", "0"), needed="20", mark=text, tone="fail"),
            ),
            at=0,
            verdict="pass",
            said=text,
            axis=text,
            caption=text,
        ),
        Excerpt(title=text, question=text, answer=text, findings=(text,), wanted=(text,), lang="en"),
        Samples(samples=(sample(text), sample(text, "pass", possible=None, lang="zh")), elsewhere=text),
        Signatures(roles=((text, text), (text, None))),
    )


def report(*blocks: Block, **changes: Any) -> Report:
    given = {
        "id": "EC-1",
        "lang": "zh",
        "title": "报告",
        "outcome": "pass",
        "simulated": False,
        "plan_digest": "d",
        "journal_head": "h",
        "sections": (
            SectionData(name="a", title="甲", blocks=blocks),
            SectionData(name="b", title="乙", blocks=blocks),
        ),
    }
    return Report(**{**given, **changes})


def page(made: Report) -> tuple[str, Page]:
    text = html.render(made).decode("utf-8")
    return text, Page(text)


def test_every_kind_is_tested() -> None:
    """The blocks that the tests below render are all there are."""
    assert {type(block) for block in every_block("x")} == set(get_args(Block))


def test_hostile_text_is_text() -> None:
    """Markup, template syntax and hidden characters in any field of any block are shown as text."""
    made = report(*every_block(EVIL), title=EVIL, id=EVIL, issued=EVIL)
    made = replace(made, sections=tuple(replace(s, title=EVIL) for s in made.sections))
    text, found = page(made)
    names = Counter(name for name, _ in found.elements)
    assert not names.keys() & {"img", "iframe", "object", "link", "form", "base"}
    assert (names["script"], names["input"]) == (1, 2)  # our own script, and a box to search each list of samples
    assert not [a for _, attrs in found.elements for a in attrs if a.startswith("on")]
    assert "\u202e" not in text
    assert "\x00" not in text
    assert "{{7*7}}" in text
    assert "49" not in "".join(found.text)
    assert not found.open


def test_hostile_number_stays_in_its_css_string() -> None:
    """The style sheet holds the report's number as escapes: it cannot end the string, the rule or the element."""
    text, _ = page(report(id='"; } body { display: none } </style><script>'))
    running = text[text.index("@page { @top-left") : text.index("</style>")]
    assert running.count("{") == running.count("}") == 4
    assert "display: none" not in running


def test_policy() -> None:
    """The file forbids itself everything but inline style and data images."""
    _, found = page(report())
    policy = next(a["content"] for n, a in found.elements if a.get("http-equiv") == "Content-Security-Policy")
    assert policy.startswith("default-src 'none'; style-src 'unsafe-inline'; img-src data:")


def test_the_only_script_is_named_by_its_digest() -> None:
    """Where samples can be searched the policy allows the script that is in the page, and no other."""
    text, found = page(report(*every_block("x")))
    policy = next(a["content"] for n, a in found.elements if a.get("http-equiv") == "Content-Security-Policy")
    script = text.partition("<script>")[2].partition("</script>")[0]
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert policy.startswith(f"default-src 'none'; script-src 'sha256-{digest}'; style-src 'unsafe-inline'")
    assert script == html.listing.script(report(*every_block("x"))).text
    assert "innerHTML" not in script
    assert "eval" not in script


def test_no_script_without_samples() -> None:
    """A page in which nothing is to be searched has no script."""
    text, _ = page(report(Paragraph(text="x")))
    assert "<script" not in text
    assert "script-src" not in text


def test_samples_are_there_without_a_script() -> None:
    """Every sample is in the page itself, closed and whole; only the tools wait for the script."""
    text, found = page(report(*every_block("x")))
    assert [a for n, a in found.elements if n == "details"] == [{}] * 4
    assert all("hidden" in a for n, a in found.elements if a.get("class") == "tools")
    assert text.count("1/3") == 2


def test_filters_compare_our_own_numbers() -> None:
    """What a row is filtered by is a number or a word of ours, whatever the texts hold; a choice of one is none."""
    _, found = page(report(*every_block(EVIL)))
    rows = [a for n, a in found.elements if "data-outcome" in a]
    assert {a["data-dimension"] for a in rows} == {"0"}
    assert all(re.fullmatch(r"[0-9 ]+", a["data-risk"]) for a in rows)
    assert [a["data-share"] for a in rows[:2]] == ["333", "-1"]
    assert {a["name"] for n, a in found.elements if n == "select"} == {"outcome", "lang", "risk"}


def test_what_is_no_report_is_not_called_one() -> None:
    """A view for a vendor has no verdict in its title, names the report that it stands beside, and does not end one."""
    text, _ = page(report(Paragraph(text="x"), view="vendor", lang="en"))
    assert "<title>报告 · EC-1</title>" in text
    assert "Beside report" in text
    assert "end of report" not in text


def test_no_network() -> None:
    """No address is fetched: the only ones are names of formats and links within the page."""
    text, found = page(report(*every_block("x")))
    for _, attrs in found.elements:
        assert "src" not in attrs
        for name in ("href", "xlink:href"):
            assert attrs.get(name, "#").startswith("#")
    assert "@import" not in text
    assert not [u for u in re.findall(r"url\(([^)]*)\)", text) if not u.startswith("#")]


@pytest.mark.parametrize(("lang", "tag"), [("zh", "zh-CN"), ("en", "en")])
def test_language(lang: str, tag: str) -> None:
    """The page names its language, and an excerpt names its own."""
    _, found = page(report(*every_block("x"), lang=lang))
    assert dict(found.elements)["html"]["lang"] == tag
    assert [a["lang"] for n, a in found.elements if n == "div" and a.get("class") == "said"] == [
        *("en", "en", "en", "en", "zh", "zh"),
        *("en", "en", "en", "en", "zh", "zh"),
    ]


def test_headings_in_order() -> None:
    """Headings start at one, and none skips a level."""
    _, found = page(report(*every_block("x")))
    levels = [int(n[1]) for n, _ in found.elements if re.fullmatch(r"h[1-6]", n)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_tables_have_scope_and_caption() -> None:
    """Each heading of a table says what it heads."""
    _, found = page(report(*every_block("x")))
    assert {a["scope"] for n, a in found.elements if n == "th"} == {"col", "row"}
    assert "caption" in dict(found.elements)


def test_chart_is_described() -> None:
    """Each chart has a text alternative with its figures, and the drawings themselves are hidden from readers."""
    _, found = page(report(*every_block("x")))
    labels = [a["aria-label"] for _, a in found.elements if a.get("role") == "img"]
    assert labels
    assert all(figure in label for label in labels[::2] for figure in ("0.4", "0.6", "0.9"))
    assert all(figure in label.replace("\u00a0", " ") for label in labels[1::2] for figure in ("25 : 1", "< 0.01 : 1"))
    assert all(a.get("aria-hidden") == "true" for n, a in found.elements if n == "svg")


@pytest.mark.parametrize(("simulated", "self_test"), [(True, True), (True, False), (False, True), (False, False)])
def test_marks_on_every_page(simulated: bool, self_test: bool) -> None:
    """A printed page that is torn out still says simulated and self-test, and its report's number."""
    text, _ = page(report(simulated=simulated, self_test=self_test))
    running = text[text.index("@page { @top-left") :]
    assert (html._css("SIMULATED").strip('"') in running) is simulated
    assert (html._css("SELF").strip('"') in running) is self_test
    assert html._css("EC-1") in running


def test_end_mark() -> None:
    """The report ends with its number and the end mark in both languages."""
    _, found = page(report())
    assert "— end of report 报告结束 —" in "".join(found.text[-12:])


def test_undefined_is_an_error() -> None:
    """The template may not use a name that does not exist."""
    from jinja2 import StrictUndefined

    assert html._template().environment.undefined is StrictUndefined
    assert html._template().environment.autoescape is True


def test_missing_is_said() -> None:
    """A field without a value reads "not supplied"."""
    _, found = page(report(Fields(rows=(("备案号", None),))))
    assert "未提供" in found.text


def test_section_without_contents() -> None:
    """A report of one section has no table of contents."""
    made = report()
    _, found = page(replace(made, sections=made.sections[:1]))
    assert "nav" not in dict(found.elements)


CONTRAST = [
    (ink, paper)
    for ink in ("ink", "muted", "accent", "pass", "fail", "inconclusive", "conditional")
    for paper in ("sheet", "soft")
] + [(tone, f"{tone}-soft") for tone in ("pass", "fail", "inconclusive", "conditional")]


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("ink", "paper"), CONTRAST)
def test_contrast(theme: int, ink: str, paper: str) -> None:
    """Every colour of text stands out from its ground by at least 4.5 to 1 (WCAG 2.1, 1.4.3)."""
    style = html.text("palette.css")
    light, dark = (dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6})", part)) for part in style.split("@media", 2)[:2])
    colours = dark if theme else light
    one, other = sorted((luminance(colours[ink]), luminance(colours[paper])), reverse=True)
    assert (one + 0.05) / (other + 0.05) >= 4.5


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (x / 12.92 if x <= 0.03928 else ((x + 0.055) / 1.055) ** 2.4 for x in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
