"""The samples of a report as a browser shows them: searched, filtered, sorted, opened, and read without a script."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from evalcenter import report
from evalcenter.blocks import Facts
from tests import chromium
from tests.factory import make_facts, make_grade, make_item, make_plan, make_response
from tests.test_report import SECTIONS

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser
COUNT = 230
HOSTILE = "<script>document.title='OWNED'</script><img src=x onerror=\"document.title='OWNED'\"> \u202eexe" + "x" * 3000


def facts() -> Facts:
    """Many samples, the first two of which failed; English and Chinese items by turns."""
    items = [make_item(n, lang=("zh", "en")[n % 2], red_line=n == 5, risks=(f"bank:A.{n % 3}",)) for n in range(COUNT)]
    plan = make_plan(items)
    answers = {p: make_response(p, HOSTILE if p == 0 else f"answer number {p}") for p in range(COUNT)}
    return make_facts(plan, {p: make_grade(plan, p, met=p > 1) for p in range(COUNT)}, responses=answers)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium.opened() as found:
        yield found


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("pages")
    told = facts()
    made = {}
    for lang in ("zh", "en"):
        made[lang] = folder / f"{lang}.html"
        made[lang].write_bytes(report.render(report.build(told, SECTIONS, lang), "html"))
        made[f"vendor-{lang}"] = folder / f"vendor-{lang}.html"
        made[f"vendor-{lang}"].write_bytes(report.render(report.build(told, SECTIONS, lang, "vendor"), "html"))
    return made


@contextmanager
def shown(browser: Browser, path: Path, width: int = 1280, **changes: Any) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": width, "height": 900}, **changes)
    context.set_default_timeout(30_000)
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda problem: said.append(str(problem)))
    page.goto(path.as_uri())
    yield page
    assert said == []
    context.close()


def rows(page: Page) -> list[str]:
    return page.locator(".samples .no").all_text_contents()


def listed(page: Page, numbers: list[str]) -> None:
    """Wait until just these rows are shown, in this order."""
    from playwright.sync_api import expect

    expect(page.locator(".samples .no")).to_have_text(numbers)


def begins(page: Page, numbers: list[str]) -> None:
    """Wait until the first rows are these."""
    from playwright.sync_api import expect

    for at, number in enumerate(numbers):
        expect(page.locator(".samples .no").nth(at)).to_have_text(number)


def opened(page: Page, number: int) -> None:
    """Wait until so many rows are open."""
    from playwright.sync_api import expect

    expect(page.locator(".samples details[open]")).to_have_count(number)


def counted(page: Page, number: int) -> None:
    """Wait until so many rows are shown."""
    from playwright.sync_api import expect

    expect(page.locator(".samples ol > li")).to_have_count(number)


def count(page: Page) -> str:
    return page.inner_text(".shown")


def test_a_hundred_at_a_time(browser: Browser, pages: dict[str, Path]) -> None:
    """A page begins with a hundred rows; the button under them adds more and moves on to the first of these."""
    with shown(browser, pages["en"]) as page:
        counted(page, 100)
        assert count(page) == "230 of 230 samples match, the first 100 are shown"
        page.click(".further")
        counted(page, 200)
        assert page.evaluate("document.activeElement.querySelector('.no').textContent") == "100"
        page.click(".further")
        counted(page, 230)
        assert not page.is_visible(".further")


def test_filters(browser: Browser, pages: dict[str, Path]) -> None:
    """Filters narrow the samples together, the count follows, and one button clears them."""
    with shown(browser, pages["en"]) as page:
        page.select_option("[name=outcome]", "fail")
        listed(page, ["0", "1"])
        page.select_option("[name=lang]", label="English")
        listed(page, ["1"])
        assert count(page) == "1 of 230 samples match"
        page.click("text=Clear filters")
        counted(page, 100)
        page.select_option("[name=red]", label="red lines only")
        listed(page, ["5"])
        page.click("text=Clear filters")
        page.select_option("[name=risk]", label="bank:A.0")
        begins(page, ["0", "3", "6"])


def test_search(browser: Browser, pages: dict[str, Path]) -> None:
    """Searching finds every word anywhere in a sample, whatever its case or width, also in what is closed or not shown yet."""
    with shown(browser, pages["zh"]) as page:
        page.fill(".tools input", "ＡNSWER number 22")
        counted(page, 12)
        listed(page, ["22", "122", *(f"22{n}" for n in range(10))])
        page.fill(".tools input", "第 229 题")
        counted(page, 1)
        assert count(page) == "230 个样本中符合条件的有 1 个"


def test_sorting(browser: Browser, pages: dict[str, Path]) -> None:
    """A column sorts up, then down; numbers by size; the status says by what."""
    with shown(browser, pages["en"]) as page:
        page.click(".heads >> text=No.")
        page.click(".heads >> text=No.")
        begins(page, ["229", "228"])
        assert count(page).endswith(", by No., descending")
        page.click(".heads >> text=Outcome")
        begins(page, ["0", "1", "2"])


def test_keyboard(browser: Browser, pages: dict[str, Path]) -> None:
    """A row opens by keyboard; all that are shown open and close by a button."""
    with shown(browser, pages["en"]) as page:
        page.focus(".samples summary")
        page.keyboard.press("Enter")
        opened(page, 1)
        assert page.is_visible(".samples [open] .marks")
        page.click("text=Expand all shown")
        opened(page, 100)
        page.click("text=Close all")
        opened(page, 0)


def test_hostile_answers_stay_text(browser: Browser, pages: dict[str, Path]) -> None:
    """An answer that holds markup runs nothing, whether it is opened, searched or sorted."""
    with shown(browser, pages["en"]) as page:
        page.fill(".tools input", "OWNED")
        counted(page, 1)
        page.click(".samples summary")
        assert "OWNED" not in page.title()
        assert page.locator(".samples img, .samples script").count() == 0
        assert page.locator("script").count() == 1


def test_without_a_script(browser: Browser, pages: dict[str, Path]) -> None:
    """Where scripts are off every sample is there and opens, and no tool that could not work is shown."""
    with shown(browser, pages["en"], java_script_enabled=False) as page:
        assert len(rows(page)) == COUNT
        assert not page.is_visible(".tools")
        assert not page.is_visible(".further")
        page.click(".samples summary >> nth=1")
        assert page.is_visible(".samples [open] .marks")


def test_on_paper(browser: Browser, pages: dict[str, Path]) -> None:
    """Printed, the samples give way to a sentence that says where they are."""
    with shown(browser, pages["en"]) as page:
        page.emulate_media(media="print")
        assert not page.is_visible(".samples")
        assert "listed one by one in the report's HTML and JSON forms" in page.inner_text(".on-paper")


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("name", ["zh", "en", "vendor-zh", "vendor-en"])
def test_no_sideways_scrolling(browser: Browser, pages: dict[str, Path], name: str, width: int) -> None:
    """Nothing reaches over the edge, closed or open, whatever a model wrote."""
    with shown(browser, pages[name], width) as page:
        page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
        assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0


@pytest.mark.parametrize("name", ["zh", "en", "vendor-en"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe(browser: Browser, pages: dict[str, Path], name: str, scheme: str) -> None:
    """Axe finds nothing serious, with samples closed and open, light and dark."""
    from axe_playwright_python.sync_playwright import Axe

    with shown(browser, pages[name], color_scheme=scheme, bypass_csp=True) as page:
        page.evaluate("for (const one of [...document.querySelectorAll('details')].slice(0, 3)) one.open = true")
        found = Axe().run(page).response["violations"]
        grave = [
            f"{one['id']}: {n['html'][:200]}"
            for one in found
            if one["impact"] in ("serious", "critical")
            for n in one["nodes"]
        ]
        assert grave == []
