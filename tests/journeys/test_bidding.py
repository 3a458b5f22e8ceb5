"""A bidder bids by their link: on a phone without scripts, with the keyboard alone."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from svtracker.identity import service
from tests.journeys.conftest import USUAL
from tests.journeys.test_journeys import heading, tab_to
from tests.journeys.test_marks import press
from tests.web.browsing import PHONE, Complaints, opened
from tests.web.installation import application, serving
from tests.web.visitors import bidding_link

TENDER = "Tree planting and care"


@pytest.fixture
def arrived(browser: Browser, demo_url: str, tmp_path: Path) -> Iterator[Page]:
    """A phone without scripts at the page of a bidder's link; nothing may have been complained about."""
    file = tmp_path / "bidding.db"
    shutil.copyfile(demo_url.removeprefix("sqlite:///"), file)
    app = application(f"sqlite:///{file}")
    link = bidding_link(app.state.database)
    with app.state.database.writing() as session:
        token = service.new_token(session, link.id)
    phone = {"width": PHONE, "java_script_enabled": False, "has_touch": True, "is_mobile": True}
    with serving(app) as base, opened(browser, base_url=base, **phone) as context:
        page = context.new_page()
        said = Complaints()
        said.listen(page)
        page.goto(f"/links/{token}")
        yield page
        assert [one for one in said if not any(usual in one for usual in USUAL)] == []


def type_into(page: Page, label: str, text: str) -> None:
    tab_to(page, page.get_by_label(label, exact=True), at_most=200)
    page.keyboard.press("Control+A")
    page.keyboard.type(text)


def test_a_bidder_bids_by_link_with_the_keyboard_on_a_phone_without_scripts(arrived: Page) -> None:
    page = arrived
    expect(heading(page, f"Bid for {TENDER}")).to_be_visible()
    press(page, "button", "Begin")
    expect(heading(page, TENDER)).to_be_visible()
    press(page, "link", "How it is evaluated")
    expect(page.get_by_role("heading", name="From your offer to your marks")).to_be_visible()
    press(page, "link", "Your bid")
    type_into(page, "Your price in £", "742000")
    type_into(page, "Quantity of X1 Local people employed on the contract", "many")
    type_into(page, "How X1 will be delivered", "Two apprentices from the ward.")
    press(page, "button", "Save the draft")
    expect(page.get_by_text("Draft saved")).to_be_visible()
    press(page, "link", "Check and send")
    expect(page.get_by_role("alert")).to_contain_text("X1: Enter a quantity in digits")
    expect(page.get_by_role("button", name="Send the bid")).to_have_count(0)
    tab_to(page, page.get_by_role("alert").get_by_role("link"))
    page.keyboard.press("Enter")
    field = page.get_by_label("Quantity of X1 Local people employed on the contract", exact=True)
    expect(field).to_have_value("many")
    expect(field).to_be_focused()
    page.keyboard.press("Control+A")
    page.keyboard.type("2.5")
    press(page, "button", "Save and check")
    expect(page.get_by_text("£53,364.18").first).to_be_visible()
    press(page, "button", "Send the bid")
    expect(page.get_by_role("alert")).to_contain_text("Confirm the declaration")
    tab_to(page, page.get_by_role("checkbox"))
    page.keyboard.press("Space")
    press(page, "button", "Send the bid")
    expect(heading(page, "What you sent")).to_be_visible()
    expect(page.get_by_role("row").nth(1)).to_contain_text("stands")
    press(page, "link", "take it back")
    press(page, "button", "Take the bid back")
    expect(page.get_by_text("No bid of yours stands.")).to_be_visible()
    press(page, "link", "Send your draft again")
    tab_to(page, page.get_by_role("checkbox"))
    page.keyboard.press("Space")
    press(page, "button", "Send the bid")
    expect(page.get_by_role("row")).to_have_count(5)  # two bids, one line, and the heads of both tables
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE
