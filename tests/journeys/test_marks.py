"""Two evaluators mark alone, and the lead agrees with them what the bids get: with and without scripts, by keyboard."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from svtracker.identity.rules.roles import Role
from tests.journeys.conftest import USUAL, WINDOWS
from tests.journeys.test_journeys import heading, tab_to
from tests.web.browsing import Complaints, opened
from tests.web.installation import application, serving

TENDER = "Grounds maintenance of parks"
BIDS = ("A", "B", "C", "D")
LEADS = {"A": "3", "B": "4", "C": "4.5", "D": "0"}
SECONDS = {"A": "1", "B": "4", "C": "4.25", "D": "0"}


@pytest.fixture(params=WINDOWS)
def own_page(request: pytest.FixtureRequest, browser: Browser, demo_url: str, tmp_path: Path) -> Iterator[Page]:
    """An empty window on a demo of its own, because here marks are given; nothing may have been complained about."""
    file = tmp_path / "marks.db"
    shutil.copyfile(demo_url.removeprefix("sqlite:///"), file)
    with (
        serving(application(f"sqlite:///{file}")) as base,
        opened(browser, base_url=base, **WINDOWS[request.param]) as context,
    ):
        page = context.new_page()
        said = Complaints()
        said.listen(page)
        yield page
        assert [one for one in said if not any(usual in one for usual in USUAL)] == []


def sign_in(page: Page, role: Role) -> None:
    page.context.clear_cookies()
    page.goto("/sign-in")
    page.get_by_role("button", name=role.value.capitalize(), exact=True).click()
    page.get_by_role("navigation", name="Menu").get_by_role("link", name="Tenders").click()
    page.get_by_role("link", name=TENDER).click()


def open_room(page: Page, name: str) -> None:
    page.get_by_role("navigation", name="Pages of this tender").get_by_role("link", name=name).click()


def choose(page: Page, mark: str) -> None:
    """Chooses a mark that is offered, or types another one."""
    choice = page.locator(f"input[type=radio][value='{mark}']")
    if choice.count():
        choice.check()
        return
    page.get_by_label("Another mark").check()
    page.get_by_label("A mark from 0 to 5").fill(mark)


def mark_all(page: Page, role: Role, marks: dict[str, str]) -> None:
    """Declares, marks every bid, looks through the marks and hands them in."""
    sign_in(page, role)
    open_room(page, "Marks")
    page.get_by_role("button", name="Save the declaration").click()
    expect(page.get_by_role("alert")).to_contain_text("Choose whether you have a conflict of interest")
    page.get_by_label("No, I have none").check()
    page.get_by_role("button", name="Save the declaration").click()
    page.get_by_role("link", name="Begin with bid A").click()
    for place, (bidder, mark) in enumerate(marks.items()):
        expect(page.get_by_role("heading", name=f"Bid {bidder}’s answer")).to_be_visible()
        choose(page, mark)
        last = place == len(BIDS) - 1
        save = "Save and look through your marks" if last else f"Save and mark bid {BIDS[place + 1]}"
        if not place:
            page.get_by_role("button", name=save).click()
            expect(page.get_by_role("alert")).to_contain_text("Say why")
            expect(page.locator(f"input[type=radio][value='{mark}']")).to_be_checked()
        page.get_by_label("Why this mark?").fill(f"The {role.value} thinks so of {bidder}.")
        page.get_by_label("Feedback for the bidder").fill(f"{bidder} could say more.")
        page.get_by_role("button", name=save).click()
    expect(page.get_by_text("4 of 4 answers marked")).to_be_visible()
    expect(page.get_by_text(f"The {role.value} thinks so of C.")).to_be_visible()
    page.get_by_role("button", name="Submit my marks").click()
    expect(page.get_by_text("Your marks are in.")).to_be_visible()
    expect(page.get_by_role("button", name="Submit my marks")).to_have_count(0)


@pytest.mark.parametrize("own_page", ["laptop without scripts", "phone"], indirect=True)
def test_two_evaluators_mark_alone_and_the_lead_agrees(own_page: Page) -> None:
    page = own_page
    mark_all(page, Role.EVALUATOR, SECONDS)
    open_room(page, "Moderation")
    expect(page.get_by_text("Still marking: Morag Pendle.")).to_be_visible()
    expect(page.get_by_text("thinks so")).to_have_count(0)
    mark_all(page, Role.LEAD_EVALUATOR, LEADS)
    page.get_by_role("link", name="See everybody’s marks").click()
    expect(page.get_by_text("1 answer lies more than 1 apart: talk about it first.")).to_be_visible()
    row = page.get_by_role("row").filter(has=page.get_by_role("rowheader", name="Bid A"))
    expect(row.get_by_role("cell").nth(1)).to_have_text("3")
    expect(row.get_by_role("cell").nth(2)).to_have_text("1")
    expect(row).to_contain_text("Differ by 2")
    page.get_by_role("link", name="Agree the mark of bid A").click()
    for bidder in ("A", "C", "B", "D"):  # those that lie furthest apart come first
        expect(page.get_by_role("heading", name=f"Marks for bid {bidder}")).to_be_visible()
        expect(page.get_by_text(f"The evaluator thinks so of {bidder}.")).to_be_visible()
        expect(page.get_by_label("Feedback for the bidder")).to_have_value(f"{bidder} could say more.")
        choose(page, "2")
        page.get_by_label("Reason for the agreed mark").fill(f"We agree on {bidder}.")
        page.get_by_role("button", name="Save and go").click()
    expect(page.get_by_text("Both evaluators have marked, and every mark is agreed.")).to_be_visible()


@pytest.mark.parametrize("own_page", ["laptop"], indirect=True)
def test_with_the_keyboard_alone(own_page: Page) -> None:
    page = own_page
    for role in (Role.EVALUATOR, Role.LEAD_EVALUATOR):
        page.context.clear_cookies()
        page.goto("/sign-in?next=/tenders/8/marks")
        press(page, "button", role.value.capitalize())
        expect(heading(page, f"Your marks: {TENDER}")).to_be_visible()
        tab_to(page, page.get_by_label("No, I have none"))
        page.keyboard.press("Space")
        press(page, "button", "Save the declaration")
        press(page, "link", "Begin with bid A")
        for bidder in BIDS:
            expect(page.get_by_role("heading", name=f"Bid {bidder}’s answer")).to_be_visible()
            give(page, downs=3, why=f"Sound, says the {role.value} of {bidder}.")
        press(page, "button", "Submit my marks")
        expect(page.get_by_text("Your marks are in.")).to_be_visible()
    press(page, "link", "See everybody’s marks")
    press(page, "link", "Agree the mark of bid A")
    for bidder in BIDS:
        expect(page.get_by_role("heading", name=f"Marks for bid {bidder}")).to_be_visible()
        # Both gave 3, so it is proposed; one mark up it is 4.
        give(page, downs=1, why=f"Good after all: {bidder}.")
    expect(page.get_by_text("every mark is agreed")).to_be_visible()
    expect(page.get_by_role("row", name="Bid B").get_by_role("cell").last).to_have_text("4")


def press(page: Page, kind: str, name: str) -> None:
    """Goes to a link or button with Tab, and presses Enter on it."""
    tab_to(page, page.get_by_role(kind, name=name, exact=True))  # type: ignore[arg-type]  # one of the roles
    page.keyboard.press("Enter")


def give(page: Page, *, downs: int, why: str) -> None:
    """Chooses a mark with the arrow keys, types the reason, and saves."""
    tab_to(page, page.get_by_role("group").last)
    for _ in range(downs):
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    page.keyboard.type(why)
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
