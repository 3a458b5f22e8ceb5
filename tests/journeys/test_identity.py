"""From an empty database to a council at work: the first administrator, people, roles, a lock, a file, signing out."""

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect
from typer.testing import CliRunner

from svtracker.cli import app as command_line
from tests.journeys.conftest import LAPTOPS, USUAL, WINDOWS
from tests.journeys.test_journeys import heading, tab_to
from tests.web.browsing import Complaints, opened
from tests.web.installation import application, serving

PASSWORD = "four quiet herons wade"
EMAIL = "wren.alder@north-vale.example"
FILE = "name,email,roles\nEve Sorrel,eve@x.example,viewer; approver\nJay Elm,jay@x.example,\n"
# A form that was refused, or that is over: Chromium itself says so to the console.
REFUSED = (*USUAL, "the server responded with a status of 403", "the server responded with a status of 410")


def run(*said: str) -> str:
    result = CliRunner().invoke(command_line, list(said))
    assert (result.exit_code, result.stderr) == (0, "")
    return result.stdout


@pytest.fixture
def empty_url(request: pytest.FixtureRequest, place: tuple[str, str]) -> str:
    """An empty place, on the database of the journey."""
    return request.getfixturevalue(f"empty_{place[0]}_url")


@pytest.fixture
def link(empty_url: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """The path of the first administrator's link, as the commands of the README give it in an empty place."""
    monkeypatch.setenv("SVTRACKER_DATABASE_URL", empty_url)
    run("db", "upgrade")
    run("organisations", "add", "North Vale Council", "--slug", "north-vale", "--short-name", "North Vale")
    said = run(
        *("users", "add", "Wren Alder", "--email", EMAIL, "--organisation", "north-vale"),
        *("--role", "administrator", "--link"),
    )
    return urlsplit(said.splitlines()[-1]).path


@pytest.fixture
def own_page(browser: Browser, place: tuple[str, str], link: str, empty_url: str) -> Iterator[Page]:
    """An empty window on the new installation; at its end nothing may have been complained about."""
    with (
        serving(application(empty_url, demo=False)) as base,
        opened(browser, base_url=base, **WINDOWS[place[1]]) as context,
    ):
        page = context.new_page()
        said = Complaints()
        said.listen(page)
        yield page
        assert [one for one in said if not any(usual in one for usual in REFUSED)] == []


def sign_in(page: Page, email: str, password: str) -> None:
    page.get_by_label("Email address").fill(email)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in", exact=True).click()


def test_a_council_is_set_up(own_page: Page, link: str, tmp_path: Path) -> None:
    page = own_page
    page.goto(link)
    page.get_by_label("New password").fill("short")
    page.get_by_role("button", name="Set the password").click()
    expect(page.get_by_role("alert")).to_contain_text("It has 5 characters")
    page.get_by_label("New password").fill(PASSWORD)
    page.get_by_role("button", name="Set the password").click()
    expect(heading(page, "Sign in")).to_be_visible()
    sign_in(page, EMAIL, "a wrong password")
    expect(page.get_by_role("alert")).to_contain_text("do not belong together")
    sign_in(page, EMAIL, PASSWORD)
    expect(heading(page, "People")).to_be_visible()
    page.get_by_role("link", name="Wren Alder").first.click()
    expect(page.get_by_text("You work for North Vale Council as administrator.")).to_be_visible()

    page.get_by_role("navigation", name="Menu").get_by_role("link", name="People").click()
    page.get_by_role("link", name="Add a person").click()
    page.get_by_label("Name").fill("Robin Ash")
    page.get_by_role("button", name="Add and send the link").click()
    expect(page.get_by_role("alert")).to_contain_text("an email address")
    expect(page.get_by_label("Name")).to_have_value("Robin Ash")
    page.get_by_label("Email address").fill("robin.ash@north-vale.example")
    page.get_by_label("Viewer", exact=True).check()
    page.get_by_role("button", name="Add and send the link").click()
    expect(heading(page, "Robin Ash")).to_be_visible()

    page.get_by_label("Role", exact=True).select_option("auditor")
    page.get_by_role("button", name="Give the role").click()
    expect(page.get_by_text("Robin Ash can sign in and has the role viewer and auditor.")).to_be_visible()
    page.get_by_role("button", name="End the role Auditor").click()
    expect(page.get_by_text("Robin Ash can sign in and has the role viewer.")).to_be_visible()
    page.get_by_role("button", name="Lock").click()
    expect(page.get_by_role("alert")).to_be_visible()
    page.get_by_label("Reason").first.fill("is away")
    page.get_by_role("button", name="Lock").click()
    expect(page.get_by_text("The account of Robin Ash is locked, because: is away.")).to_be_visible()
    page.get_by_label("Reason").first.fill("is back")
    page.get_by_role("button", name="Unlock").click()
    expect(page.get_by_text("Robin Ash can sign in and has the role viewer.")).to_be_visible()

    page.get_by_role("link", name="People", exact=True).first.click()
    page.get_by_role("link", name="Add people from a file").click()
    file = tmp_path / "people.csv"
    file.write_text(FILE, encoding="utf-8")
    page.locator("input[type=file]").set_input_files(file)
    page.get_by_role("button", name="Show what would happen").click()
    expect(page.get_by_text("2 people would be added")).to_be_visible()
    page.get_by_role("button", name="Import").click()
    expect(page.get_by_text("4 people have an account, 1 administrator among them.")).to_be_visible()
    page.get_by_role("link", name="Messages").click()
    expect(page.get_by_text("1 message waiting.")).to_be_visible()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("link", name="Sign in")).to_be_visible()
    page.goto("/people")
    expect(heading(page, "Sign in")).to_be_visible()
    page.goto(link)
    expect(heading(page, "This link was used")).to_be_visible()


@pytest.mark.parametrize("place", LAPTOPS, indirect=True, ids=" ".join)
def test_with_the_keyboard_alone(own_page: Page, link: str) -> None:
    page = own_page
    page.goto(link)
    tab_to(page, page.get_by_label("New password"))
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(heading(page, "Sign in")).to_be_visible()
    tab_to(page, page.get_by_label("Email address"))
    page.keyboard.type(EMAIL)
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    tab_to(page, page.get_by_role("navigation", name="Menu").get_by_role("link", name="People"))
    page.keyboard.press("Enter")
    tab_to(page, page.get_by_role("link", name="Add a person"))
    page.keyboard.press("Enter")
    tab_to(page, page.get_by_label("Name"))
    page.keyboard.type("Robin Ash")
    tab_to(page, page.get_by_label("Email address"))
    page.keyboard.type("robin.ash@north-vale.example")
    tab_to(page, page.get_by_label("Viewer", exact=True))
    page.keyboard.press("Space")
    tab_to(page, page.get_by_role("button", name="Add and send the link"))
    page.keyboard.press("Enter")
    expect(page.get_by_text("Robin Ash can sign in and has the role viewer.")).to_be_visible()
    tab_to(page, page.get_by_role("button", name=re.compile("End the role")))
    page.keyboard.press("Enter")
    expect(page.get_by_text("No role yet.")).to_be_visible()
    tab_to(page, page.get_by_role("button", name="Sign out"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="Sign in")).to_be_visible()
