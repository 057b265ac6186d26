"""The report as a browser shows it."""

from __future__ import annotations

import html as escapes
import json
import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from evalcenter import report
from evalcenter.heard import Among, People
from evalcenter.records import Text
from tests.factory import make_facts, make_plan, make_requirement, make_standard
from tests.sections.test_judges import HEARD, beside, judge, panel, rate
from tests.sections.test_judges import facts as judged
from tests.test_report import HOSTILE, failing, made

pytestmark = pytest.mark.browser
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--allow-file-access-from-files",
]
LONG = "x" * 20_000 + HOSTILE * 20

# The page that measures stands around the report; nothing is put into the report. Its own policy does not bind the frame.
WRAPPER = """<!DOCTYPE html><meta charset="utf-8"><body style="margin:0">
<iframe id="f" src="report.html" style="width:{width}px;height:900px;border:0"></iframe><pre id="out"></pre><script>
document.getElementById("f").onload = function () {{
  var d = this.contentDocument, w = d.defaultView, e = d.documentElement;
  var wide = Array.from(d.body.querySelectorAll("*")).filter(function (x) {{
    return x.getBoundingClientRect().right > e.clientWidth + 1 && !x.closest("svg") && !x.closest("thead");
  }}).map(function (x) {{ return x.tagName + "." + x.className; }});
  document.getElementById("out").textContent = JSON.stringify({{
    client: e.clientWidth, scroll: e.scrollWidth, wide: wide.slice(0, 5), scripts: d.scripts.length,
    word: d.querySelector(".ruling .word").textContent,
    rows: Math.round(d.querySelector(".ruling .word").getBoundingClientRect().height
      / parseFloat(w.getComputedStyle(d.querySelector(".ruling .word")).lineHeight)),
    font: parseFloat(w.getComputedStyle(d.body).fontSize),
    drawings: Array.from(d.querySelectorAll(".chart svg")).filter(function (s) {{
      return s.getBoundingClientRect().width > 0;
    }}).length
  }});
}};
</script>"""


@pytest.fixture(scope="module")
def chromium() -> str:
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if found is None:
        pytest.skip("chromium is not installed")
    return found


def measured(chromium: str, folder: Path, page: bytes, width: int) -> dict[str, object]:
    (folder / "report.html").write_bytes(page)
    wrapper = folder / "wrapper.html"
    wrapper.write_text(WRAPPER.format(width=width), encoding="utf-8")
    command = [
        chromium,
        *FLAGS,
        f"--user-data-dir={folder / 'profile'}",
        "--virtual-time-budget=5000",
        "--window-size=1400,1000",
    ]
    done = subprocess.run(
        [*command, "--dump-dom", wrapper.as_uri()], capture_output=True, text=True, timeout=60, check=True
    )
    found = re.search(r'<pre id="out">(\{.*?\})</pre>', done.stdout, re.DOTALL)
    assert found, done.stdout[-500:]
    result: dict[str, object] = json.loads(escapes.unescape(found.group(1)))
    return result


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("text", ["每次 500 mg。", LONG], ids=["plain", "hostile"])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_no_sideways_scrolling(chromium: str, tmp_path: Path, lang: str, text: str, width: int) -> None:
    """Nothing reaches over the edge of a telephone or a desk, whatever a model wrote."""
    page = report.render(made(failing(text), lang), "html")  # type: ignore[arg-type]
    seen = measured(chromium, tmp_path, page, width)
    assert seen["client"] in (width, width - 15)  # a scroll bar takes 15
    assert (seen["scroll"], seen["wide"]) == (seen["client"], [])
    assert seen["scripts"] == 1  # the one that searches the samples
    assert seen["drawings"] == 1


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_the_longest_verdict_is_not_broken(chromium: str, tmp_path: Path, width: int) -> None:
    """INCONCLUSIVE stands on one line, on a telephone too."""
    page = report.render(made(make_facts(make_plan(), {}), "en"), "html")
    seen = measured(chromium, tmp_path, page, width)
    assert (seen["word"], seen["rows"]) == ("INCONCLUSIVE", 1)


def test_the_measure_sees_an_overflow(chromium: str, tmp_path: Path) -> None:
    """The measurement itself reports a page that is too wide."""
    page = report.render(made(), "html").replace(b"</main>", b'<p style="width:2000px">wide</p></main>')
    seen = measured(chromium, tmp_path, page, 390)
    assert seen["wide"] == ["P."]


def test_print(chromium: str, tmp_path: Path) -> None:
    """A printed report has A4 pages with real text, and each of them carries the report's number."""
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext is not installed")
    many = [make_requirement(id=f"r{n}", title=Text(zh=f"要求 {n}", en=f"Requirement {n}")) for n in range(12)]
    built = made(make_facts(make_plan(standard=make_standard(*many))))
    (tmp_path / "report.html").write_bytes(report.render(built, "html"))
    pdf = tmp_path / "report.pdf"
    flags = [*FLAGS, f"--user-data-dir={tmp_path / 'profile'}", "--no-pdf-header-footer", f"--print-to-pdf={pdf}"]
    subprocess.run([chromium, *flags, (tmp_path / "report.html").as_uri()], capture_output=True, timeout=60, check=True)
    text = subprocess.run(["pdftotext", "-layout", str(pdf), "-"], capture_output=True, check=True).stdout.decode(
        "utf-8"
    )
    pages = text.split("\f")[:-1]
    assert len(pages) > 2
    assert all(built.id in page and "自测" in page for page in pages)
    assert "报告结束" in pages[-1]


@pytest.mark.parametrize("width", [390, 1100])
def test_the_section_on_judges_fits(chromium: str, tmp_path: Path, width: int) -> None:
    """Tables of judges with long names and wide intervals run off no page, on a telephone or on a screen."""
    people = People(answers=25, labels=30, bad=20, caught=rate(18, 20), raters=(beside(), beside("Judge-A-" * 20)))
    among = Among(marks=58, raw=rate(52, 58), ac1=rate(0, 58), alpha=rate(0, 58))
    told = judged(
        heard=replace(HEARD, people=people, among=among, own=("Judge A",)), panel=panel(judge("Judge-A-" * 20))
    )
    for lang in ("zh", "en"):
        found = measured(chromium, tmp_path, report.render(made(told, lang), "html"), width)
        assert found["scroll"] == found["client"]
        assert found["wide"] == []
