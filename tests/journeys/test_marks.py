"""Two evaluators mark alone and the lead agrees with them: with and without scripts, by keyboard.

And once the whole way of a tender, from its set-up to the report on the decision.
"""

import json
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from fastapi import FastAPI
from playwright.sync_api import Browser, Page, expect

from svtracker.identity.rules.roles import Role
from svtracker.tenders.rules.values import Commitment
from svtracker.tenders.service import setup, workbooks
from svtracker.tenders.workbook.layout import layout_of
from svtracker.tenders.workbook.values import BidContent, Bidder
from svtracker.tenders.workbook.writing import bid_workbook
from tests.journeys.conftest import USUAL, WINDOWS
from tests.journeys.test_journeys import heading, tab_to
from tests.tenders.stored import WORKED
from tests.web.browsing import Complaints, opened
from tests.web.installation import application, serving

TENDER = "Grounds maintenance of parks"
BIDS = ("A", "B", "C", "D")
LEADS = {"A": "3", "B": "4", "C": "4.5", "D": "0"}
SECONDS = {"A": "1", "B": "4", "C": "4.25", "D": "0"}


@pytest.fixture
def app(demo_url: str, tmp_path: Path) -> FastAPI:
    """A demo of its own, because here marks are given."""
    file = tmp_path / "marks.db"
    shutil.copyfile(demo_url.removeprefix("sqlite:///"), file)
    return application(f"sqlite:///{file}")


@pytest.fixture(params=WINDOWS)
def own_page(request: pytest.FixtureRequest, browser: Browser, app: FastAPI) -> Iterator[Page]:
    """An empty window on it; nothing may have been complained about."""
    with (
        serving(app) as base,
        opened(browser, base_url=base, **WINDOWS[request.param]) as context,
    ):
        page = context.new_page()
        said = Complaints()
        said.listen(page)
        yield page
        assert [one for one in said if not any(usual in one for usual in USUAL)] == []


def sign_in(page: Page, role: Role, tender: str = TENDER) -> None:
    page.context.clear_cookies()
    page.goto("/sign-in")
    page.get_by_role("button", name=role.value.capitalize(), exact=True).click()
    page.get_by_role("navigation", name="Menu").get_by_role("link", name="Tenders").click()
    page.get_by_role("link", name=tender).click()


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


def mark_all(page: Page, role: Role, marks: dict[str, str], tender: str = TENDER) -> None:
    """Declares, marks every bid, looks through the marks and hands them in."""
    bids = list(marks)
    sign_in(page, role, tender)
    open_room(page, "Marks")
    page.get_by_role("button", name="Save the declaration").click()
    expect(page.get_by_role("alert")).to_contain_text("Choose whether you have a conflict of interest")
    page.get_by_label("No, I have none").check()
    page.get_by_role("button", name="Save the declaration").click()
    page.get_by_role("link", name="Begin with bid A").click()
    for place, (bidder, mark) in enumerate(marks.items()):
        expect(page.get_by_role("heading", name=f"Bid {bidder}’s answer")).to_be_visible()
        choose(page, mark)
        last = place == len(bids) - 1
        save = "Save and look through your marks" if last else f"Save and mark bid {bids[place + 1]}"
        if not place:
            page.get_by_role("button", name=save).click()
            expect(page.get_by_role("alert")).to_contain_text("Say why")
            expect(page.locator(f"input[type=radio][value='{mark}']")).to_be_checked()
        page.get_by_label("Why this mark?").fill(f"The {role.value} thinks so of {bidder}.")
        page.get_by_label("Feedback for the bidder").fill(f"{bidder} could say more.")
        page.get_by_role("button", name=save).click()
    expect(page.get_by_text(f"{len(bids)} of {len(bids)} answers marked")).to_be_visible()
    expect(page.get_by_text(f"The {role.value} thinks so of {bids[-1]}.")).to_be_visible()
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


NEW = "Planting along the river"


@pytest.mark.parametrize("own_page", ["laptop without scripts"], indirect=True)
def test_the_whole_way_from_the_set_up_to_the_report(own_page: Page, app: FastAPI, tmp_path: Path) -> None:
    page = own_page
    closing = set_up(page)
    number = page.url.rpartition("/")[2]
    open_room(page, "Bids")
    type_bid_in(page)
    upload_bid(page, app, int(number))
    expect(page.get_by_text("2 bids received.")).to_be_visible()
    expect(page.get_by_role("button", name="Open all bids")).to_have_count(0)
    app.state.clock = lambda: closing + timedelta(hours=1)
    sign_in(page, Role.PROCUREMENT_OFFICER, NEW)
    open_room(page, "Bids")
    page.get_by_role("button", name="Open all bids").click()
    expect(page.get_by_role("rowheader", name="Spend with suppliers in the borough")).to_be_visible()
    for place, quality in enumerate(("30", "28")):
        open_room(page, "Compare")
        page.locator("thead th.sv-num > a:first-child").nth(place).click()
        page.get_by_label("Quality").fill(quality)
        page.get_by_role("button", name="Save the marks").click()
    open_room(page, "Evaluators")
    for person, leads in (("Morag Pendle", True), ("Dev Ashworth", False)):
        page.get_by_label("Person").select_option(label=person)
        page.get_by_label("Leads the evaluation").set_checked(leads)
        page.get_by_role("button", name="Name the evaluator").click()
    mark_all(page, Role.EVALUATOR, {"A": "3", "B": "4"}, NEW)
    mark_all(page, Role.LEAD_EVALUATOR, {"A": "3", "B": "4"}, NEW)
    page.get_by_role("link", name="See everybody’s marks").click()
    page.get_by_role("link", name="Agree the mark of bid A").click()
    for bidder, mark in (("A", "3"), ("B", "4")):
        choose(page, mark)
        page.get_by_label("Reason for the agreed mark").fill(f"We agree on {bidder}.")
        page.get_by_role("button", name="Save and go").click()
    sign_in(page, Role.PROCUREMENT_OFFICER, NEW)
    open_room(page, "Decision")
    expect(page.get_by_text("Bid B is first with 84.81 marks, 1.16 ahead of bid A.")).to_be_visible()
    for told in page.get_by_role("button", name="Save the feedback").all():
        told.click()
    page.get_by_role("checkbox", name="Bid B").check()
    page.get_by_role("button", name="Look through the award").click()
    page.get_by_role("button", name="Award to").click()
    expect(page.get_by_text("Awarded", exact=True).first).to_be_visible()
    open_room(page, "Report")
    expect(page.get_by_text("We agree on B.").first).to_be_visible()
    with page.expect_download() as downloading:
        page.get_by_role("link", name="JSON").click()
    file = tmp_path / "report.json"
    downloading.value.save_as(file)
    answer = json.loads(file.read_text(encoding="utf-8"))["answer"]
    assert [(bid["bidder"], bid["value"], bid["total"]) for bid in answer["bids"]] == [
        ("A", "157442.07", "83.65"),
        ("B", "138691.42", "84.81"),
    ]


def set_up(page: Page) -> datetime:
    """The officer begins a tender with the settings of another one and publishes it; when bids close."""
    page.goto("/sign-in")
    page.get_by_role("button", name="Procurement officer", exact=True).click()
    page.goto("/tenders/add")
    page.get_by_label("Title").fill(NEW)
    page.get_by_label("Your reference").fill("CB-2026-099")
    page.get_by_label("Start with the settings of").select_option(label=f"{TENDER} (CB-2026-014)")
    page.get_by_role("button", name="Add the tender and set it up").click()
    closing = (datetime.now(UTC) + timedelta(days=30)).replace(hour=12, minute=0, second=0, microsecond=0)
    for label, value in (("Day", closing.day), ("Month", closing.month), ("Year", closing.year), ("Time", "12:00")):
        page.get_by_label(label, exact=True).fill(str(value))
    page.get_by_role("button", name="Save the draft").first.click()
    page.get_by_role("link", name="publish").first.click()
    page.get_by_label("I have read the settings").check()
    page.get_by_role("button", name="Publish the tender").click()
    page.get_by_role("navigation", name="Pages of this tender").get_by_role("link", name="Overview").click()
    return closing


def type_bid_in(page: Page) -> None:
    """The officer types bid A in."""
    given = WORKED["bids"][0]
    page.get_by_role("link", name="Type a bid in").click()
    page.get_by_label("Name of the bidder").fill("A")
    page.get_by_label("Price in £").fill(given["price"])
    page.locator("textarea[name^=answer-]").fill("How A will do it.")
    for ref, quantity in given["commitments"].items():
        page.locator(f"#quantity-{ref}").fill(quantity)
    page.get_by_role("button", name="Save and seal the bid").click()


def upload_bid(page: Page, app: FastAPI, number: int) -> None:
    """The officer takes in the workbook that bidder B has filled in."""
    given = WORKED["bids"][1]
    with app.state.database.reading() as session:
        tender = setup.get_tender(session, number, organisation_id=1)
        brief = workbooks.brief_of(session, tender, organisation="Borough of Calderbrook")
    quantities = {ref: Decimal(quantity) for ref, quantity in given["commitments"].items()}
    content = BidContent(
        bidder=Bidder(name="B", postcode="HD1 2TT", contact="Contracts desk", email="bids@b.example"),
        price=Decimal(given["price"]),
        confirmed=True,
        answers={"answer": "How B will do it."},
        commitments=tuple(
            Commitment(
                measure=line.measure.ref,
                offered=quantities.get(line.measure.ref),
                accepted=quantities.get(line.measure.ref),
                statement="By our own people." if line.measure.ref in quantities else None,
                detailed=True,
            )
            for line in layout_of(brief).lines
        ),
    )
    page.locator("input[type=file]").set_input_files(
        {"name": "b.xlsx", "mimeType": "application/octet-stream", "buffer": bid_workbook(brief, filled=content)}
    )
    page.get_by_role("button", name="Take the bids in").click()


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
