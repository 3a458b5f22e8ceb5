"""A real browser, a real server on each database; the width of a laptop and of a phone; with scripts and without."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.web.browsing import DESK, PHONE, Complaints, opened, started
from tests.web.installation import application, serving

WINDOWS = {
    "laptop": {"width": DESK, "java_script_enabled": True},
    "laptop without scripts": {"width": DESK, "java_script_enabled": False},
    "phone": {"width": PHONE, "java_script_enabled": True, "has_touch": True, "is_mobile": True},
    "phone without scripts": {"width": PHONE, "java_script_enabled": False, "has_touch": True, "is_mobile": True},
}
DATABASES = {"sqlite": "demo_url", "postgresql": "demo_url_on_postgresql"}
# Every window on the embedded database; on the other one the two that differ most.
PLACES = [
    *(("sqlite", window) for window in WINDOWS),
    ("postgresql", "laptop"),
    ("postgresql", "phone without scripts"),
]
# What Chromium itself says of a page with errors, and of an answer that becomes a file.
USUAL = ("the server responded with a status of 422", "net::ERR_ABORTED")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    expect.set_options(timeout=10_000)
    with started() as browser:
        yield browser


@pytest.fixture(scope="module")
def serve(request: pytest.FixtureRequest) -> Iterator[Callable[[str], str]]:
    """The address of a running service on a database; each is started when it is first asked for."""
    with ExitStack() as stack:

        @cache
        def start(database: str) -> str:
            url = request.getfixturevalue(DATABASES[database])
            return stack.enter_context(serving(application(url)))

        yield start


@pytest.fixture(params=PLACES, ids=" ".join)
def place(request: pytest.FixtureRequest) -> tuple[str, str]:
    """The database and the window of a journey."""
    return request.param


@pytest.fixture
def page(browser: Browser, serve: Callable[[str], str], place: tuple[str, str]) -> Iterator[Page]:
    """An empty window on a service; at its end nothing may have been complained about."""
    database, window = place
    with opened(browser, base_url=serve(database), accept_downloads=True, **WINDOWS[window]) as context:
        opened_page = context.new_page()
        said = Complaints()
        said.listen(opened_page)
        yield opened_page
        assert [one for one in said if not any(usual in one for usual in USUAL)] == []


@pytest.fixture
def has_scripts(place: tuple[str, str]) -> bool:
    return "without" not in place[1]
