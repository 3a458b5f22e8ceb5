"""The own organisation, the record and a forgotten password: in every window, without scripts, by keyboard alone."""

import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from svtracker.identity import service
from svtracker.identity.rules.roles import Role
from svtracker.kernel.clock import system_clock
from svtracker.messages import service as messages
from svtracker.storage.engines import Database
from tests.identity import people
from tests.identity.people import PASSWORD, HandClock
from tests.journeys.conftest import LAPTOPS, USUAL, WINDOWS
from tests.journeys.test_identity import sign_in
from tests.journeys.test_journeys import download, heading, tab_to
from tests.web.browsing import Complaints, opened
from tests.web.installation import application, serving

AUDITOR = "robin.ash@north-vale.example"
COLOUR = "#5b2a86"
NEW = "seven paper boats drift"


@pytest.fixture
def council(request: pytest.FixtureRequest, place: tuple[str, str]) -> Iterator[Database]:
    """A council with an administrator and an auditor, on the database of the journey."""
    database = Database(request.getfixturevalue(f"{place[0]}_url"))
    clock = HandClock(now=system_clock())
    number = people.add_council(database)
    for name, email, role in (
        ("Wren Alder", people.EMAIL, Role.ADMINISTRATOR),
        ("Robin Ash", AUDITOR, Role.AUDITOR),
    ):
        people.set_password(database, people.add_user(database, number, role, name=name, email=email), clock)
    yield database
    database.dispose()


@pytest.fixture
def page(request: pytest.FixtureRequest, browser: Browser, place: tuple[str, str], council: Database) -> Iterator[Page]:
    """An empty window on the council; at its end nothing may have been complained about."""
    url = request.getfixturevalue(f"{place[0]}_url")
    with (
        serving(application(url, demo=False)) as base,
        opened(browser, base_url=base, accept_downloads=True, **WINDOWS[place[1]]) as context,
    ):
        page = context.new_page()
        said = Complaints()
        said.listen(page)
        yield page
        assert [one for one in said if not any(usual in one for usual in USUAL)] == []


def enter(page: Page, email: str, first: str) -> None:
    page.goto("/sign-in")
    sign_in(page, email, PASSWORD)
    expect(heading(page, first)).to_be_visible()


def test_an_organisation_sets_what_is_its_own_and_takes_everything_along(page: Page, tmp_path: Path) -> None:
    enter(page, people.EMAIL, "People")
    page.get_by_role("navigation", name="Menu").get_by_role("link", name="Organisation").click()
    page.get_by_role("textbox", name="Colour").fill("yellow")
    page.get_by_role("button", name="Save the settings").click()
    expect(page.get_by_role("alert")).to_contain_text("yellow")
    expect(page.get_by_role("textbox", name="Colour")).to_have_value("yellow")
    page.get_by_role("textbox", name="Colour").fill(COLOUR)
    page.get_by_label("Short name").fill("The Vale")
    page.get_by_role("button", name="Save the settings").click()
    expect(page.get_by_label("Short name")).to_have_value("The Vale")
    expect(page.locator(f'link[href="/brand/{COLOUR[1:]}.css"]')).to_have_count(1)
    file = download(page, page.get_by_role("link", name="Download everything (ZIP)"), tmp_path)
    archive = zipfile.ZipFile(file)
    assert "The Vale" in archive.read("csv/organisation.csv").decode()
    assert {"README.txt", "datapackage.json"} <= set(archive.namelist())


def test_an_auditor_reads_the_record_and_draws_a_sample(page: Page, tmp_path: Path) -> None:
    enter(page, AUDITOR, "The record")
    fold = page.get_by_text("Days, people, objects")
    if fold.is_visible():  # where there is room, what it holds is always shown
        fold.click()
    page.get_by_label("What was done").select_option("role_given")
    page.get_by_role("button", name="Show events").click()
    expect(page.get_by_role("heading", name="2 events")).to_be_visible()
    page.get_by_role("link", name="account").first.click()
    expect(page.get_by_text("Role given").first).to_be_visible()
    page.goto("/audit")
    page.get_by_role("link", name="Draw a sample").click()
    page.get_by_role("button", name="Draw", exact=True).click()
    expect(page.get_by_role("alert")).to_be_visible()
    page.get_by_role("textbox", name="Seed").fill("oak and ash")
    page.get_by_label("How many events").fill("3")
    page.get_by_role("button", name="Draw", exact=True).click()
    file = download(page, page.get_by_role("link", name="Download the pack (ZIP)"), tmp_path)
    assert "README.txt" in zipfile.ZipFile(file).namelist()
    page.goto("/organisation")
    expect(page.get_by_text("Only a policy lead or an administrator changes these.")).to_be_visible()


def test_somebody_who_forgot_their_password_gets_a_link_and_changes_it_again(page: Page, council: Database) -> None:
    page.goto("/sign-in")
    page.get_by_role("link", name="Forgot your password?").click()
    page.get_by_role("button", name="Send me a link").click()
    expect(page.get_by_role("alert")).to_contain_text("Enter your email address")
    page.get_by_label("Email address").fill(AUDITOR)
    page.get_by_role("button", name="Send me a link").click()
    expect(heading(page, "Look at your mail")).to_be_visible()
    assert service.answer_requests(council) == 1
    with council.writing() as session:
        (message,) = messages.list_messages(session, organisation_id=None)
        token = service.new_token(session, message.link_id or 0)
    page.goto(f"/links/{token}")
    page.get_by_label("New password").fill(NEW)
    page.get_by_role("button", name="Set the password").click()
    sign_in(page, AUDITOR, NEW)
    expect(heading(page, "The record")).to_be_visible()
    page.goto("/account")
    page.get_by_role("link", name="Change your password").click()
    page.get_by_label("Present password").fill("it was another")
    page.get_by_label("New password").fill(PASSWORD)
    page.get_by_role("button", name="Change the password").click()
    expect(page.get_by_role("alert")).to_contain_text("This is not your present password.")
    page.get_by_label("Present password").fill(NEW)
    page.get_by_label("New password").fill(PASSWORD)
    page.get_by_role("button", name="Change the password").click()
    expect(heading(page, "Robin Ash")).to_be_visible()


@pytest.mark.parametrize("place", LAPTOPS, indirect=True, ids=" ".join)
class TestWithTheKeyboardAlone:
    def test_the_organisation(self, page: Page) -> None:
        enter(page, people.EMAIL, "People")
        tab_to(page, page.get_by_role("navigation", name="Menu").get_by_role("link", name="Organisation"))
        page.keyboard.press("Enter")
        tab_to(page, page.get_by_label("Short name"))
        page.keyboard.press("Control+a")
        page.keyboard.type("The Vale")
        tab_to(page, page.get_by_label("Behind from", exact=True))
        page.keyboard.press("Control+a")
        page.keyboard.type("99")
        tab_to(page, page.get_by_role("button", name="Save the settings"))
        page.keyboard.press("Enter")
        expect(page.get_by_role("alert")).to_be_visible()
        tab_to(page, page.get_by_role("alert").get_by_role("link").first)
        page.keyboard.press("Enter")
        expect(page.locator(":focus")).to_have_value("99")
        page.keyboard.press("Control+a")
        page.keyboard.type("40")
        tab_to(page, page.get_by_role("button", name="Save the settings"))
        page.keyboard.press("Enter")
        expect(page.get_by_label("Short name")).to_have_value("The Vale")
        tab_to(page, page.get_by_role("link", name="Download everything (ZIP)"))
        with page.expect_download() as waiting:
            page.keyboard.press("Enter")
        assert waiting.value.suggested_filename.startswith("north-vale-")

    def test_the_record(self, page: Page) -> None:
        enter(page, AUDITOR, "The record")
        tab_to(page, page.get_by_label("Find in reason or fields"))
        page.keyboard.type("auditor")
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", name="1 event")).to_be_visible()
        tab_to(page, page.get_by_role("link", name="account").first)
        page.keyboard.press("Enter")
        expect(page.get_by_text("Role given").first).to_be_visible()
        tab_to(page, page.get_by_role("navigation", name="Menu").get_by_role("link", name="Record"))
        page.keyboard.press("Enter")
        tab_to(page, page.get_by_role("link", name="Draw a sample"))
        page.keyboard.press("Enter")
        tab_to(page, page.get_by_role("textbox", name="Seed"))
        page.keyboard.type("oak and ash")
        tab_to(page, page.get_by_label("How many events"))
        page.keyboard.type("3")
        tab_to(page, page.get_by_role("button", name="Draw", exact=True))
        page.keyboard.press("Enter")
        tab_to(page, page.get_by_role("link", name="Download the pack (ZIP)"))
        with page.expect_download() as waiting:
            page.keyboard.press("Enter")
        assert waiting.value.suggested_filename.startswith("sample-")
