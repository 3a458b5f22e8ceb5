"""Somebody signs in with the council's accounts, in a real browser that holds to our policy (issue 3)."""

import re
from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from playwright.sync_api import Browser, Page, Route, expect

from svtracker.identity.rules.roles import Role
from svtracker.storage.engines import Database
from svtracker.web.app import create_app
from tests.guards.test_browser import look
from tests.identity import people
from tests.web.browsing import Complaints, opened
from tests.web.identity_provider import IdentityProvider, provider, settings_of
from tests.web.installation import serving, settings_for

# The provider’s own library says it in its thread, about a part of itself that is older than the rest.
pytestmark = pytest.mark.filterwarnings("ignore:get_jwt_config:DeprecationWarning")

BUTTON = "Sign in with your council account"


@pytest.fixture
def there() -> Iterator[IdentityProvider]:
    with provider() as running:
        running.says("9b1c-wren", email=people.EMAIL, email_verified=True)
        yield running


@pytest.fixture
def app(database: Database, database_url: str, there: IdentityProvider) -> FastAPI:
    people.add_user(database, people.add_council(database), Role.EVALUATOR)
    return create_app(settings_for(database_url, demo=False, **settings_of(there)))


@pytest.fixture
def window(browser: Browser, app: FastAPI) -> Iterator[Page]:
    """A browser at the service, which now knows its own address."""
    with serving(app) as address:
        app.state.settings = app.state.settings.model_copy(update={"public_address": address})
        with opened(browser, base_url=address) as context:
            yield context.new_page()


def test_somebody_signs_in_with_the_councils_account_and_out_again(window: Page, there: IdentityProvider) -> None:
    said = Complaints()
    said.listen(window)
    window.goto("/account")
    expect(window).to_have_url(re.compile(r"/sign-in\?next="))
    window.get_by_role("button", name=BUTTON).click()
    expect(window).to_have_url(re.compile(re.escape(f"{there.address}/oauth2/authorize")))
    # The provider’s own pages complain, and the picture of a page that leads on at once is not waited for.
    assert [one for one in said if not one.startswith(("https://cdn.", there.address)) and "ABORTED" not in one] == []
    said.stop(window)
    window.get_by_role("textbox").fill("9b1c-wren")
    window.get_by_role("button", name="Authorize").click()
    expect(window.get_by_role("heading", level=1, name="Wren Alder")).to_be_visible()
    expect(window).to_have_url(re.compile(r"/account$"))
    said.clear()
    said.listen(window)
    expect(window.get_by_role("table")).to_contain_text("identity provider")
    window.get_by_role("button", name="Sign out", exact=True).click()
    expect(window.get_by_role("link", name="Sign in", exact=True)).to_be_visible()
    assert said == []


def test_somebody_who_refuses_there_is_told_here(window: Page) -> None:
    window.goto("/sign-in")
    window.get_by_role("button", name=BUTTON).click()
    window.get_by_role("button", name="Deny").click()
    expect(window.get_by_role("heading", level=1, name="You are not signed in")).to_be_visible()
    window.get_by_role("link", name="Sign in", exact=True).click()
    expect(window.get_by_role("button", name=BUTTON)).to_be_visible()


def test_two_tabs_of_one_browser_both_come_in(window: Page) -> None:
    other = window.context.new_page()
    for tab, place in ((window, "/account"), (other, "/help")):
        tab.goto(f"/sign-in?next={place}")
        tab.get_by_role("button", name=BUTTON).click()
        tab.get_by_role("textbox").fill("9b1c-wren")
    for tab, place in ((window, "/account"), (other, "/help")):
        tab.get_by_role("button", name="Authorize").click()
        expect(tab).to_have_url(re.compile(f"{place}$"))
        expect(tab.get_by_role("link", name="Wren Alder")).to_be_visible()
    assert [one["name"] for one in window.context.cookies() if "svtracker-" in one["name"]] == []


def test_a_provider_may_send_people_on_to_another_one(window: Page, there: IdentityProvider) -> None:
    """As the provider of many councils does, to the federation server of one: our policy for forms is not asked."""
    there.sends_on_to = there.address.replace("localhost", "127.0.0.1")
    window.goto("/sign-in?next=/account")
    window.get_by_role("button", name=BUTTON).click()
    expect(window).to_have_url(re.compile(re.escape(f"{there.sends_on_to}/oauth2/authorize")))
    window.go_back()
    expect(window.get_by_role("button", name=BUTTON)).to_be_visible()
    window.go_forward()
    window.get_by_role("textbox").fill("9b1c-wren")
    window.get_by_role("button", name="Authorize").click()
    expect(window.get_by_role("heading", level=1, name="Wren Alder")).to_be_visible()


def test_its_pages_can_be_used_by_everybody(window: Page) -> None:
    window.route(re.compile(r"/sign-in/provider$"), _without_leading_on)
    window.goto("/sign-in")
    look(window, [])
    window.get_by_role("button", name=BUTTON).click()
    expect(window.get_by_role("button", name="Go on to localhost")).to_be_visible()
    look(window, [])
    window.goto("/sign-in/provider/return?error=access_denied")
    look(window, [])


def _without_leading_on(route: Route) -> None:
    """The page that leads on, as a browser shows it that does not."""
    answer = route.fetch()
    route.fulfill(response=answer, headers={name: v for name, v in answer.headers.items() if name != "refresh"})
