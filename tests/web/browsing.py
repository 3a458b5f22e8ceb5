"""A real browser: Chromium on the path or in CHROMIUM, started without a sandbox since tests may run as root."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Error, Page, Request, sync_playwright

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
        page.on("console", self._console)
        page.on("pageerror", self._error)
        page.on("requestfailed", self._failed)

    def stop(self, page: Page) -> None:
        page.remove_listener("console", self._console)
        page.remove_listener("pageerror", self._error)
        page.remove_listener("requestfailed", self._failed)

    def _console(self, said: ConsoleMessage) -> None:
        if said.type in {"error", "warning"}:
            self.append(f"{said.location.get('url')}: {said.text}")

    def _error(self, error: Error) -> None:
        self.append(str(error))

    def _failed(self, asked: Request) -> None:
        self.append(f"{asked.url}: {asked.failure}")
