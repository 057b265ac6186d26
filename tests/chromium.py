"""Chromium for tests that look at pages; where it is not installed they are skipped by name."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, Page


def path() -> str:
    """Where Chromium is."""
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if found is None:
        pytest.skip("chromium is not installed")
    return found


@contextmanager
def opened() -> Iterator[Browser]:
    """Chromium, driven; it brings a loop of its own, in which no run can be walked."""
    from playwright.sync_api import expect, sync_playwright

    executable = path()
    expect.set_options(timeout=30_000)
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=executable, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()


def loaded(page: Page, what: str) -> None:
    """Wait for a page with `what` on it, the whole of it, and for its keyboard."""
    page.wait_for_selector(what)
    page.wait_for_load_state()
