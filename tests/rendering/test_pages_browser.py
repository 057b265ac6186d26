"""The pages of certificates and declarations as a browser shows and prints them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from evalcenter.rendering import pages
from tests import chromium
from tests.centre import place
from tests.rendering.test_pages import DOCUMENT, full

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.browser
KINDS = ("certificate", "demonstration", "full", "declaration")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Each kind of page in each language, as ``KIND.LANG.html``."""
    home = tmp_path_factory.mktemp("pages")
    here = place(home)
    here.evaluate()
    held = here.held()
    kinds = {
        "certificate": pages.certificate(held, DOCUMENT),
        "demonstration": pages.certificate(replace(held, demonstration=True), DOCUMENT),
        "full": pages.certificate(full(held), DOCUMENT),
        "declaration": pages.declaration(replace(held.evidence, simulated=True), DOCUMENT, DOCUMENT),
    }
    for kind, in_langs in kinds.items():
        for lang, raw in in_langs.items():
            (home / f"{kind}.{lang}.html").write_bytes(raw)
    return home


@pytest.fixture(scope="module")
def browser(made: Path) -> Iterator[Browser]:
    """Chromium; the pages are made first, for the browser brings a loop of its own in which no run can be walked."""
    with chromium.opened() as found:
        yield found


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("kind", KINDS)
def test_pages_are_accessible(browser: Browser, made: Path, kind: str, scheme: str) -> None:
    """Axe finds nothing to complain of, in either language, on light or dark screens."""
    from axe_playwright_python.sync_playwright import Axe

    for lang in ("zh", "en"):
        context = browser.new_context(bypass_csp=True, color_scheme=scheme)  # type: ignore[arg-type]  # plain text
        page = context.new_page()
        page.goto((made / f"{kind}.{lang}.html").as_uri())
        assert [one["id"] for one in Axe().run(page).response["violations"]] == []
        context.close()


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("kind", KINDS)
def test_pages_fit_their_screen(browser: Browser, made: Path, kind: str, width: int) -> None:
    """Nothing has to be scrolled sideways, however long the words are."""
    page = browser.new_page(viewport={"width": width, "height": 900})
    for lang in ("zh", "en"):
        page.goto((made / f"{kind}.{lang}.html").as_uri())
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.close()


@pytest.mark.parametrize("kind", KINDS)
def test_pages_print_on_one_sheet(browser: Browser, made: Path, kind: str) -> None:
    """Printed from a browser, a page is one sheet of A4."""
    page = browser.new_page()
    for lang in ("zh", "en"):
        page.goto((made / f"{kind}.{lang}.html").as_uri())
        printed = page.pdf(prefer_css_page_size=True, print_background=True)
        assert printed.count(b"/Type /Page\n") == 1
    page.close()
