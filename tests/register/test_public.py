"""The register's pages: what anybody may read, and that nothing else is there."""

from __future__ import annotations

import re
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from evalcenter.errors import InputError
from evalcenter.register import granted, parties
from evalcenter.register.book import Book
from evalcenter.web import serving
from tests import chromium
from tests.register import desk
from tests.register.desk import BOTH, DECIDER, EVALUATOR, REGISTRAR, by
from tests.web.room import Client
from tests.web.test_browser import HOSTILE, serious

if TYPE_CHECKING:
    from playwright.sync_api import Browser


@dataclass
class Shown:
    """A register that is served."""

    url: str
    book: Book
    numbers: list[str]


@contextmanager
def served(held: Book, numbers: list[str]) -> Iterator[Shown]:
    bound = serving.Bound(port=0)
    with serving.listening(bound) as (port, sock):
        server = serving.register_server(held, bound, port, clock=lambda: "2026-06-01T08:00:00Z")
        thread = threading.Thread(target=lambda: server.run(sockets=[sock]), daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.005)
        try:
            yield Shown(f"http://127.0.0.1:{port}", held, numbers)
        finally:
            server.should_exit = True
            thread.join(10)


def full(path: Path) -> tuple[Book, list[str]]:
    """A register with a certificate in every state but one."""
    held = desk.opened(path)
    one = desk.certified(held)
    parties.learn(held, 1, "filing_number", "沪-示例-2026-7", by(REGISTRAR))
    parties.learn(held, 1, "fingerprint", "sha256:" + "f" * 64, by(REGISTRAR))
    parties.application(held, desk.calls("诊间助手", "登-2026-77", 1), by(REGISTRAR))
    two = desk.certified(held, "1.1", replaces=one)
    three = desk.certified(held, "1.2")
    granted.change(held, three, "revoked", "wrong_result", "secret words", by(DECIDER))
    four = desk.certified(held, "1.3", valid_until="2026-04-01")
    five = desk.certified(held, "1.4", valid_from="2026-07-01")
    return held, [one, two, three, four, five]


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Shown]:
    held, numbers = full(tmp_path / "r.db")
    with served(held, numbers) as shown:
        yield shown


def test_anybody_may_look(here: Shown) -> None:
    """There is a form, and nothing to sign in to."""
    page = Client(here.url).get("/")
    assert (page.status, 'name="q"' in page.text) == (200, True)
    assert "password" not in page.text


@pytest.mark.parametrize(
    ("wanted", "count"),
    [("care-7b", 5), ("1.2", 1), ("沪-示例-2026-7", 1), ("登-2026-77", 1), ("示例智能", 5), ("nothing", 0), ("", 0)],
)
def test_certificates_are_found(here: Shown, wanted: str, count: int) -> None:
    """By model, version, filing number, registration number and vendor."""
    from urllib.parse import quote

    page = Client(here.url).get(f"/?q={quote(wanted)}")
    assert len(re.findall(r'href="/certificate/', page.text)) == count


def test_each_state_is_said_in_words(here: Shown) -> None:
    """In both languages, not by colour alone."""
    words = {
        "zh": ["本证书已由新证书替代", "本证书目前有效", "本证书已撤销", "有效期已过", "有效期尚未开始"],
        "en": ["has taken its place", "is valid now", "was revoked", "term has ended", "has not begun"],
    }
    for lang, said in words.items():
        for number, part in zip(here.numbers, said, strict=True):
            page = Client(here.url).get(f"/certificate/{number}?lang={lang}")
            assert page.status == 200
            assert part in page.text


def test_a_certificate_says_what_it_is_about(here: Shown) -> None:
    """Model, filing, standard, attempt and rank, digests, applications, its successor."""
    text = Client(here.url).get(f"/certificate/{here.numbers[0].lower()}").text
    for part in (
        *("care-7b", "沪-示例-2026-7", "登-2026-77", "诊间助手", "example 1", "medical 1.0.0", here.numbers[1]),
        *("Attempt 1 on this version; submission 1", "sha256:" + "f" * 64, desk.paper(here.numbers[0]).document),
    ):
        assert part in text


def test_nobody_is_named(here: Shown) -> None:
    """Neither who evaluated nor who decided, nor what they wrote."""
    client = Client(here.url)
    for path in ("/", "/?q=care", *(f"/certificate/{number}" for number in here.numbers)):
        text = client.get(path).text
        assert not [name for name in (REGISTRAR, EVALUATOR, DECIDER, BOTH, "secret words") if name in text]


@pytest.mark.parametrize("path", ["/certificate/EC-2026-99999", "/nowhere", "/certificate/", "/read/1", "/sign-in"])
def test_what_is_not_there_is_said(here: Shown, path: str) -> None:
    """With a page of its own."""
    page = Client(here.url).get(path)
    assert (page.status, "no certificate of that number" in page.text) == (404, True)


@pytest.mark.parametrize("path", ["/", "/certificate/EC-2026-00001", "/static/console.css"])
def test_nothing_can_be_written(here: Shown, path: str) -> None:
    """Only GET is answered, and the register stays as it is."""
    before = Path(here.book.where).read_bytes()
    assert Client(here.url).post(path, {"q": "x"}).status == 405
    assert Path(here.book.where).read_bytes() == before


@pytest.mark.parametrize("hostile", [*HOSTILE.values(), "' OR 1=1 --", "%", "\x00", "a" * 5_000])
def test_what_is_looked_for_is_text(here: Shown, hostile: str) -> None:
    """It is no markup, no template and no order to the database."""
    from urllib.parse import quote

    page = Client(here.url).get(f"/?q={quote(hostile)}")
    assert page.status == 200
    assert 'href="/certificate/' not in page.text
    assert "<script>document" not in page.text
    assert "49" not in re.findall(r'value="([^"]*)"', page.text)


def test_hostile_names_are_text(tmp_path: Path) -> None:
    """A vendor, a model and a scope may be called anything."""
    held = desk.opened(tmp_path / "r.db")
    number = desk.certified(held, scope="<img src=x onerror=alert(1)> {{7*7}}")
    with served(held, [number]) as shown:
        text = Client(shown.url).get(f"/certificate/{number}").text
    assert "<img" not in text
    assert "{{7*7}}" in text


def test_pages_forbid_the_rest(here: Shown) -> None:
    """The same policy as on the console: nothing from elsewhere, no frame, nothing kept; another host is turned away."""
    page = Client(here.url).get("/")
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert (page.headers["x-frame-options"], page.headers["cache-control"]) == ("DENY", "no-store")
    assert "server" not in page.headers
    assert Client(here.url).get("/", Host="evil.example").status == 421


def test_a_broken_register_is_said_without_its_place(here: Shown) -> None:
    """A page says that it can't be read now, and not where it lies."""
    with closing(sqlite3.connect(here.book.where)) as raw:
        raw.execute("PRAGMA foreign_keys=OFF")
        raw.execute("DROP TABLE status_events")
        raw.commit()
    page = Client(here.url).get(f"/certificate/{here.numbers[0]}")
    assert (page.status, str(here.book.where) in page.text) == (503, False)


def test_another_host_needs_an_address(tmp_path: Path) -> None:
    """To listen beyond this machine, somebody says what readers type."""
    desk.opened(tmp_path / "r.db")
    with pytest.raises(InputError, match="other machines"):
        serving.serve_register(str(tmp_path / "r.db"), serving.Bound(host="0.0.0.0", port=0))


# -- in a browser -----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium.opened() as found:
        yield found


@pytest.mark.browser
@pytest.mark.parametrize(("lang", "scheme"), [("zh", "light"), ("en", "dark"), ("zh", "dark"), ("en", "light")])
def test_the_pages_are_fit_for_a_screen_reader_and_a_telephone(
    browser: Browser, here: Shown, lang: str, scheme: Any
) -> None:
    """Nothing serious is found by axe, and nothing reaches over the edge."""
    made = browser.new_context(
        locale="zh-CN" if lang == "zh" else "en-GB", color_scheme=scheme, viewport={"width": 360, "height": 740}
    )
    page = made.new_page()
    found = {}
    for path in ("/", "/?q=care", "/?q=nothing", *(f"/certificate/{one}" for one in here.numbers), "/nowhere"):
        page.goto(f"{here.url}{path}")
        assert page.locator("html").get_attribute("lang") == {"zh": "zh-CN", "en": "en"}[lang]
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
        found[path] = serious(page)
    assert {path: complaints for path, complaints in found.items() if complaints} == {}
    made.close()


@pytest.mark.browser
def test_a_certificate_is_looked_up_by_hand(browser: Browser, here: Shown) -> None:
    """From the form to the certificate, by keyboard; the other language keeps what was looked for."""
    made = browser.new_context(locale="en-GB")
    page = made.new_page()
    page.goto(here.url)
    page.fill("#q", "care-7b 1.2")
    page.keyboard.press("Enter")
    chromium.loaded(page, ".hits")
    page.click("text=中文")
    chromium.loaded(page, "html[lang=zh-CN] .hits")
    assert page.locator(".hits > li").count() == 1
    page.click(".hits a")
    chromium.loaded(page, ".facts")
    assert "已撤销" in page.inner_text("main")
    made.close()
