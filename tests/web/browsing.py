"""A real browser: Chromium on the path or in CHROMIUM, started without a sandbox since tests may run as root."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome")
MISSING = "The browser tests need Chromium: install the package chromium, or set CHROMIUM to its path."
DESK, PHONE = 1280, 390
HEIGHT = 900


def chromium_path() -> str | None:
    """Where Chromium is: what CHROMIUM names, else the first of the usual names on the path."""
    named = os.environ.get("CHROMIUM", "")
    return shutil.which(named) if named else next(filter(None, map(shutil.which, NAMES)), None)


@contextmanager
def started() -> Iterator[Browser]:
    """A browser for as long as it is needed."""
    path = chromium_path()
    if path is None:
        pytest.fail(MISSING, pytrace=False)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path)
        yield browser
        browser.close()


@contextmanager
def opened(browser: Browser, *, width: int = DESK, **options: Any) -> Iterator[BrowserContext]:
    """A window of its own, which gives up after ten seconds of waiting."""
    context = browser.new_context(viewport={"width": width, "height": HEIGHT}, **options)
    context.set_default_timeout(10_000)
    yield context
    context.close()


class Complaints(list[str]):
    """What a page says to its console, the errors that it throws, and what it could not load."""

    def listen(self, page: Page) -> None:
        page.on("console", lambda said: self._add(page, said.text) if said.type in {"error", "warning"} else None)
        page.on("pageerror", lambda error: self._add(page, str(error)))
        page.on("requestfailed", lambda asked: self._add(page, f"{asked.url} {asked.failure}"))

    def _add(self, page: Page, text: str) -> None:
        self.append(f"{page.url}: {text}")
