"""The console as a browser shows it: a whole review by two readers and an arbiter, hostile answers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from evalcenter import history, walk
from evalcenter.records import Document, Message
from tests import chromium, doubles
from tests.chromium import loaded
from tests.web import room
from tests.web.room import Room

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

pytestmark = pytest.mark.browser
COUNT = 10
LANGS = ("zh", "en")
HOSTILE = {
    "script": "<script>document.title='OWNED';fetch('/owned')</script>",
    "image": "<img src='/owned' onerror=\"document.title='OWNED'\"><svg onload=alert(1)>",
    "template": "{{7*7}} {% for x in (1).__class__.__mro__ %}{{x}}{% endfor %} ${7*7}",
    "override": "safe \u202eexe.gnp\u202c \u2066\u200b end",
    "closing": "</bdi></div></article></main></body></html><form action=https://evil.example><button>Store</button></form>",
    "link": "<meta http-equiv=refresh content='0;url=https://evil.example'><a href='javascript:alert(1)'>x</a><base href=//evil>",
    "wide": "x" * 5_000 + "长" * 2_000,
}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium.opened() as found:
        yield found


def context(browser: Browser, lang: str, **changes: Any) -> BrowserContext:
    made = browser.new_context(
        locale="zh-CN" if lang == "zh" else "en-GB", viewport={"width": 1280, "height": 900}, **changes
    )
    made.set_default_timeout(30_000)
    return made


def sign_in(made: BrowserContext, here: Room, name: str) -> Page:
    page = made.new_page()
    page.goto(here.url)
    page.fill("#token", here.tokens[name])
    page.keyboard.press("Enter")
    page.wait_for_url(f"{here.url}/")
    return page


@contextmanager
def ready(folder: Path) -> Iterator[Room]:
    """Ten answers, half Chinese and half English, for two readers and an arbiter."""
    held = [one for lang in LANGS for one in room.items(COUNT // 2, lang)]
    room.made(folder / "run", held, "好的。Fine.")
    tokens = room.people(folder / "who.json", "李医生", "Dr Wang", arbiter="Zhao")
    with room.served(folder / "run", folder / "who.json", tokens) as made:
        yield made


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Room]:
    with ready(tmp_path) as made:
        yield made


# -- a whole review ---------------------------------------------------------------------------------------------------


def read_all(page: Page, *keys: str) -> int:
    """Read everything by keyboard alone, from the page that says how far it is."""
    done = 0
    page.keyboard.press("Enter")
    while True:
        loaded(page, "form[data-marks], dl.counts")
        if page.locator("dl.counts").count():
            return done
        assert page.locator("text=SAID BY THE JUDGE").count() + page.locator("text=判官之言").count() == 0
        for key in keys:
            page.keyboard.press(key)
        page.keyboard.press("Enter")
        loaded(page, "h1 .tick")
        assert page.locator(".cited").count() == len(keys)
        done += 1
        page.keyboard.press("Enter")


@pytest.mark.parametrize("lang", LANGS)
def test_a_double_blind_review_from_the_first_answer_to_the_verdict(
    browser: Browser, tmp_path: Path, lang: str
) -> None:
    """Two readers and an arbiter read ten answers by keyboard, blind to each other and to the judge; the run then decides."""
    said = {"zh": ("等待其他评阅人", "都已评阅完毕"), "en": ("waits for other readers", "has been read")}[lang]
    with ready(tmp_path) as here:
        first, second, third = (context(browser, lang) for _ in range(3))
        one = sign_in(first, here, "李医生")
        assert one.locator("html").get_attribute("lang") == {"zh": "zh-CN", "en": "en"}[lang]
        assert read_all(one, "1", "1") == COUNT
        assert said[0] in one.inner_text("main")
        assert read_all(sign_in(second, here, "Dr Wang"), "1", "2") == COUNT
        arbiter = sign_in(third, here, "Zhao")
        settle_all(arbiter, here)
        arbiter.goto(here.url)
        assert said[1] in arbiter.inner_text("main")
        for made in (first, second, third):
            made.close()
    held = history.load(here.folder)
    assert [len(held.reviews[p]) for p in range(COUNT)] == [3] * COUNT
    assert {held.grades[p].by for p in range(COUNT)} == {"person:李医生 + Dr Wang, Zhao"}
    assert {held.results[p].states for p in range(COUNT)} == {("met", "met")}
    ended = walk.regrade(here.folder, walk.Means(plugins=doubles.plugins(), langs=()))
    assert (ended.verdict.outcome, ended.queue) == ("pass", 0)
    assert room.verified(here.folder).outcome == "pass"


def settle_all(page: Page, here: Room) -> None:
    """Settle what two readers disagree on: one criterion of each answer, with both marks and the judge's in sight."""
    for _ in range(COUNT):
        page.goto(f"{here.url}/next")
        assert page.locator("fieldset").count() == 1
        assert page.locator("fieldset dl.others > div").count() == 3
        assert "Wang" not in page.inner_text("main")
        page.keyboard.press("1")
        page.keyboard.press("Enter")
        loaded(page, "h1 .tick")


# -- without script, by hand ------------------------------------------------------------------------------------------


def test_the_console_works_without_script(browser: Browser, here: Room) -> None:
    """Marks are made and stored by what every browser has."""
    made = context(browser, "en", java_script_enabled=False)
    page = sign_in(made, here, "Dr Wang")
    page.click("a.main")
    loaded(page, "form[data-marks]")
    for group in page.locator("fieldset").all():
        group.locator("label.met").click()
    page.fill("#reason", "clear")
    page.click("form[data-marks] > button.main")
    loaded(page, "h1 .tick")
    assert "clear" in page.inner_text("main")
    made.close()


def test_a_reader_can_correct_himself(browser: Browser, here: Room) -> None:
    """The form comes back with his marks, asks for a reason, and the correction is shown."""
    made = context(browser, "en")
    page = sign_in(made, here, "Dr Wang")
    page.keyboard.press("Enter")
    loaded(page, "form[data-marks]")
    for key in ("1", "1", "Enter"):
        page.keyboard.press(key)
    page.click("text=Correct my marks")
    loaded(page, "input:checked")
    assert page.locator("input:checked").count() == 2
    page.locator("fieldset").first.locator("label.not_met").click()
    page.fill("#reason", "I read it again")
    page.keyboard.press("Control+Enter")
    loaded(page, "h1 .tick")
    assert page.locator(".criterion").first.locator(".mark").first.inner_text() == "Not met"
    made.close()


def test_single_keys_can_be_turned_off(browser: Browser, here: Room) -> None:
    """Whoever's aids use single keys turns ours off, and they stay off."""
    made = context(browser, "en")
    page = sign_in(made, here, "Dr Wang")
    page.goto(f"{here.url}/next")
    page.click("summary:has-text('Keyboard')")
    page.click("text=Turn single keys off")
    page.keyboard.press("1")
    assert page.locator("input:checked").count() == 0
    page.goto(f"{here.url}/next")
    page.keyboard.press("1")
    assert page.locator("input:checked").count() == 0
    made.close()


# -- hostile answers --------------------------------------------------------------------------------------------------


def test_hostile_answers_do_no_harm(browser: Browser, tmp_path: Path) -> None:
    """Markup, templates and hidden characters in an answer are text: nothing runs, loads, pops up, moves or grows."""
    answers = list(HOSTILE.values())
    room.made(tmp_path / "run", room.items(len(answers)), lambda n: answers[n])
    tokens = room.people(tmp_path / "who.json", "A")
    with room.served(tmp_path / "run", tmp_path / "who.json", tokens) as here:
        made = context(browser, "en")
        asked, dialogs, complaints = list[str](), list[str](), list[str]()
        page = sign_in(made, here, "A")
        page.on("request", lambda request: asked.append(request.url))
        page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda problem: complaints.append(str(problem)))
        shown = set()
        for _ in answers:
            page.goto(f"{here.url}/next")
            shown.add(page.locator(".answer .text").inner_text())
            assert page.title() == "Read an answer · evalcenter review"
            assert page.evaluate("document.scripts.length") == 1
            assert page.evaluate("document.forms.length") == 2
            assert (
                page.evaluate("document.querySelectorAll('main img, main svg, main a[href^=java], main meta').length")
                == 0
            )
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
            for key in ("1", "1", "Enter"):
                page.keyboard.press(key)
            loaded(page, "h1 .tick")
            assert page.title() == "Your marks are stored · evalcenter review"
        made.close()
    plain = {name: text for name, text in HOSTILE.items() if name not in ("override", "wide")}
    assert all(any(text in one for one in shown) for text in plain.values())
    assert any("safe ⟦U+202E⟧exe.gnp⟦U+202C⟧ ⟦U+2066⟧⟦U+200B⟧ end" in one for one in shown)
    assert not any("\u202e" in one for one in shown)
    assert (dialogs, complaints) == ([], [])
    allowed = ("/next", "/read/", "/static/")
    assert all(url.removeprefix(here.url).startswith(allowed) for url in asked), asked


def test_hostile_suites_and_judges_do_no_harm(browser: Browser, tmp_path: Path) -> None:
    """What a suite's author or a judge wrote is text as well."""
    bad = HOSTILE["script"] + HOSTILE["image"] + HOSTILE["override"]
    held = [
        room.make_item(
            1,
            prompt=(Message(role="user", content=bad),),
            documents=(Document(id="d", title=bad, text=bad),),
            options={"A": bad},
            criteria=tuple(room.replace(one, text=bad) for one in room.criteria("zh")),
        )
    ]
    room.made(tmp_path / "run", held, "fine", said=bad)
    tokens = room.people(tmp_path / "who.json", "A")
    with room.served(tmp_path / "run", tmp_path / "who.json", tokens) as here:
        made = context(browser, "zh")
        page = sign_in(made, here, "A")
        seen = list[str]()
        page.on("dialog", lambda dialog: (seen.append(dialog.message), dialog.dismiss()))
        page.on("console", lambda message: seen.append(message.text))
        page.goto(f"{here.url}/next")
        for key in ("1", "1", "Enter"):
            page.keyboard.press(key)
        page.wait_for_selector(".cited")
        assert page.locator("main script, main img, main svg").count() == 0
        assert "OWNED" not in page.title()
        assert seen == []
        made.close()


# -- for everybody ----------------------------------------------------------------------------------------------------


def serious(page: Page) -> list[str]:
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page).response["violations"]
    return [
        f"{one['id']}: {node['html'][:200]}"
        for one in found
        if one["impact"] in ("serious", "critical")
        for node in one["nodes"]
    ]


@pytest.mark.parametrize(("lang", "scheme"), [("zh", "light"), ("en", "dark")])
def test_every_page_is_fit_for_a_screen_reader(browser: Browser, here: Room, lang: str, scheme: str) -> None:
    """Nothing serious is found by axe on any page, in either language, light or dark."""
    made = context(browser, lang, color_scheme=scheme)
    page = made.new_page()
    page.goto(f"{here.url}/sign-in")
    found = {"sign in": serious(page)}
    page.fill("#token", "x.y")
    page.keyboard.press("Enter")
    loaded(page, "#errors")
    found["wrong token"] = serious(page)
    page.close()
    page = sign_in(made, here, "Dr Wang")
    found["home"] = serious(page)
    page.goto(f"{here.url}/next")
    page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
    found["sample"] = serious(page)
    page.evaluate("document.querySelector('form[data-marks]').noValidate = true")
    page.click("form[data-marks] > button.main")
    loaded(page, "#errors")
    found["missing"] = serious(page)
    assert page.evaluate("document.activeElement.id") == "errors"
    for key in ("1", "2", "Enter"):
        page.keyboard.press(key)
    loaded(page, "h1 .tick")
    found["stored"] = serious(page)
    page.goto(f"{page.url}?correct=1")
    found["correction"] = serious(page)
    page.goto(f"{here.url}/nowhere")
    found["nowhere"] = serious(page)
    read_rest(made, here)
    page = sign_in(made, here, "Zhao")
    page.goto(f"{here.url}/next")
    found["arbiter"] = serious(page)
    assert page.locator("fieldset").count() >= 1
    assert {name: complaints for name, complaints in found.items() if complaints} == {}
    made.close()


def read_rest(made: BrowserContext, here: Room) -> None:
    """Let the other reader differ on one answer, so that there is something to settle."""
    made.clear_cookies()
    client = room.Client(here.url)
    client.sign_in(here.tokens["李医生"])
    while (path := client.next()) != "/":
        client.mark(path, "not_met", "not_met")


@pytest.mark.parametrize("lang", LANGS)
def test_nothing_reaches_over_the_edge_of_a_telephone(browser: Browser, here: Room, lang: str) -> None:
    """Every page fits, and marks are large enough to hit with a thumb."""
    made = browser.new_context(locale="zh-CN" if lang == "zh" else "en-GB", viewport={"width": 360, "height": 740})
    page = sign_in(made, here, "Dr Wang")
    for path in ("/", "/next"):
        page.goto(f"{here.url}{path}")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    boxes = [label.bounding_box() for label in page.locator(".choices label").all()]
    assert boxes
    assert all(box is not None and box["height"] >= 44 and box["width"] >= 44 for box in boxes)
    made.close()
