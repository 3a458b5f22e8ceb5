"""Every kind of page and every state of it in a real browser: axe, sideways scroll, console, security policy."""

import shutil
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import axe_playwright_python
import pytest
from fastapi import FastAPI
from playwright.sync_api import Browser, Page, expect
from starlette.testclient import TestClient

from svtracker.audit.rules.events import COMMAND_LINE
from svtracker.identity import service
from svtracker.identity.rules.links import Purpose
from svtracker.identity.rules.roles import Role
from svtracker.storage import migrations
from svtracker.tenders.service import bids
from tests.delivery.registers import as_csv
from tests.guards.test_access import REAL, filled, routes
from tests.tenders.published import look_alike
from tests.web.browsing import DESK, HEIGHT, PHONE, Complaints, opened, started
from tests.web.installation import ADDRESS, WORKED, application, serving
from tests.web.tender_files import as_json, broken, everywhere, many
from tests.web.visitors import add_moderated, add_somebody, bidder, bidding_link, give_every_role, take_contract_back

AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
# Every rule of axe, and one that it leaves out by itself: targets of 24 px (WCAG 2.2 AA).
RUN_AXE = """async inside => {
    const found = await axe.run(inside || document, {rules: {'target-size': {enabled: true}}})
    const where = nodes => nodes.slice(0, 3).map(node => node.html.slice(0, 160)).join(' | ')
    return found.violations.map(one => `${one.id}: ${where(one.nodes)}`)
}"""
OPEN_DETAILS = """() => {
    const closed = [...document.querySelectorAll('details:not([open])')]
    closed.forEach(one => { one.open = true; one.classList.add('opened-by-test') })
    return closed.length
}"""
SCROLLS = "() => document.scrollingElement.scrollWidth - document.documentElement.clientWidth"
WIDTHS = (320, PHONE, 768, DESK, 1920)
AXE_WIDTHS = (PHONE, DESK)

TREE = "/frameworks/open-toms/2021.1"
# Addresses by what is looked at.
PAGES = {
    "home": "/",
    "sets": "/frameworks",
    "version": "/frameworks/open-toms/2026.1",
    "version with dropped measures": TREE,
    "filtered": f"{TREE}?list=lite&kind=valued",
    "found": f"{TREE}?find=wage",
    "nothing found": f"{TREE}?find=qqqq&theme=JOBS",
    "compare": "/frameworks/open-toms/compare?from=2018.1&to=2021.1",
    "compare backwards": "/frameworks/open-toms/compare?from=2026.1&to=2018.1",
    "measure with an index": f"{TREE}/measures/J3",
    "measure with a forecast": "/frameworks/open-toms/2026.1/measures/E1",
    "measure without a value": f"{TREE}/measures/B4",
    "measure that was dropped": "/frameworks/open-toms/2018.1/measures/J1",
    "measure in words": f"{TREE}/measures/I2",
    "tenders": "/tenders",
    "example": "/score/example",
    "form": "/score",
    "help": "/help",
    "words": "/help/glossary",
    "how scoring works": "/help/scoring",
    "measures explained": "/help/measures",
    "files explained": "/help/data",
    "accessibility": "/accessibility",
    "privacy": "/privacy",
    "who may use what": "/access",
    "interface": "/api/docs",
    "sign in to the demo": "/sign-in",
    "forgot the password": "/sign-in/forgotten",
    "tender with a tie": "/tenders/accommodation-rough-sleepers",
    "tender by bands": "/tenders/chilled-frozen-food",
    "tender by the relative method": "/tenders/smart-corridor",
    "tender with a pinned bid": "/tenders/smart-corridor?pin=2",
}
# Made by the same templates as those above: looked at for width and console alone.
ALIKE = {
    "version without a forerunner": "/frameworks/open-toms/2018.1",
    "version of one set": "/frameworks/example/2021.1",
    "compare values": "/frameworks/open-toms/compare?from=2021.1&to=2026.1",
    "tender of clinics": "/tenders/integrated-sexual-health",
    "tender of copiers": "/tenders/multi-functional-devices",
    "tender of a market": "/tenders/new-market",
    "tender that was abandoned": "/tenders/road-corridor",
}
# Addresses that answer with an error: Chromium itself says so to the console.
ERRORS = {
    "link that nobody made": f"/links/{REAL['token']}",
    "not found": "/nowhere",
    "no such measure": f"{TREE}/measures/Z99",
    "no such list": f"{TREE}?list=gold",
    "too long": f"{TREE}?find={'a' * 300}",
    "compare with itself": "/frameworks/open-toms/compare?from=2021.1&to=2021.1",
    "compare with nothing": "/frameworks/open-toms/compare?from=2021.1&to=1066.1",
}
EMPTY = {f"empty {path}": path for path in ("/", "/frameworks", "/tenders", "/score", "/help", "/sign-in")}

# What an administrator is shown, who has added a person and sent a link; {number} is that person.
INSIDE = {
    "account": "/account",
    "change the password": "/account/password",
    "people": "/people",
    "person": "/people/{number}",
    "person who is locked": "/people/1",
    "person who was erased": "/people/2",
    "person with limits": "/people/5",
    "add a person": "/people/add",
    "add people from a file": "/people/import",
    "import tenders": "/tenders/import",
    "import contracts": "/contracts/import",
    "personal links": "/personal-links",
    "messages": "/messages",
    "message": "/messages/1",
    "organisation": "/organisation",
    "own tenders": "/tenders",
    "a tender": "/tenders/1",
    "a tender that is marked": "/tenders/8",
    "a tender open for bids": "/tenders/9",
    "a tender that is set up": "/tenders/10",
    "add a tender": "/tenders/add",
    "evaluators": "/tenders/8/evaluators",
    "evaluators of a decided tender": "/tenders/1/evaluators",
    "marks to give": "/tenders/8/marks",
    "marks handed in": "/tenders/11/marks",
    "marks of a decided tender": "/tenders/1/marks",
    "an answer to mark": "/tenders/8/marks/{bid}/answer",
    "moderation under seal": "/tenders/8/moderation",
    "moderation": "/tenders/11/moderation",
    "an answer in moderation": "/tenders/11/moderation/{bid}/answer",
    "bids that are open": "/tenders/8/bids",
    "bids under seal": "/tenders/9/bids",
    "type a bid in": "/tenders/9/bids/add",
    "invited bidders": "/tenders/9/invitations",
    "compare the bids of a tender": "/tenders/8/evaluation",
    "contracts": "/contracts",
    "make a contract": "/contracts/add?tender=7&bid=26",
    "a contract": "/contracts/1",
    "a commitment": "/contracts/1/commitments/1",
    "a bid": "/tenders/1/bids/1",
    "a line of a bid": "/tenders/1/bids/1/lines/J1",
    "a tender set up": "/tenders/10/setup",
    "a tender set up with faults": "/tenders/10/setup?saved=yes",
    "settings that are locked": "/tenders/9/setup",
    "publish a tender": "/tenders/10/publish",
    "policy rules": "/policy",
    "a policy rule": "/policy/rules/1",
    "register of waivers": "/policy/waivers",
    "waivers of a tender": "/tenders/10/waivers",
    "waivers of a published tender": "/tenders/9/waivers",
    "amend a tender": "/tenders/9/amend",
    "a decision to be made": "/tenders/1/decision",
    "a decision made": "/tenders/2/decision",
    "a decision that waits for marks": "/tenders/8/decision",
    "a decision before the opening": "/tenders/9/decision",
    "load a version": "/frameworks/upload",
    "how bids are evaluated": "/tenders/9/how",
    "add a lot": "/tenders/9/lots/add",
    "copy a tender": "/tenders/9/copy",
    "a note": "/tenders/9/note",
    "a note that is written": "/tenders/9/note?edit=yes",
    "how bids are evaluated, not set": "/tenders/10/how",
    "the portfolio": "/tenders/portfolio",
    "the portfolio, chosen": "/tenders/portfolio?from=2019&to=2020&status=awarded",
    "the portfolio, nothing found": "/tenders/portfolio?directorate=Nowhere",
    "an evaluation report": "/tenders/2/report",
    "an evaluation report, anonymised": "/tenders/2/report?anonymous=yes",
    "the record": "/audit",
    "the record, chosen": "/audit?kind=version&find=released",
    "the record, nothing found": "/audit?find=qqqq",
    "a history": "/audit/version/open-toms@2021.1",
    "a history before it began": "/audit/version/open-toms@2021.1?on=2001-01-01",
    "form of a sample": "/audit/sample",
    "a sample": "/audit/sample?seed=guard&size=3",
    "a sample of no days": "/audit/sample?seed=guard&size=3&to=2001-01-01",
}
# By the link of a bidder who has typed something that is wrong, and of one who has sent a bid.
TYPING, SENDER = "Elks of the very-long-and-unbroken-name-of-a-supplier-in-Calderbrook Limited", "Elands"
BIDDING = {
    "a bidder begins": (TYPING, "/bid"),
    "a bidder begins again": (SENDER, "/bid"),
    "how bids are evaluated, for a bidder": (TYPING, "/bid/how"),
    "a bid that is typed": (TYPING, "/bid/form"),
    "a bid with faults": (TYPING, "/bid/form?checked=yes"),
    "a bid that cannot be sent": (TYPING, "/bid/check"),
    "a bid to be sent": (SENDER, "/bid/check"),
    "nothing sent": (TYPING, "/bid/receipt"),
    "a receipt": (SENDER, "/bid/receipt"),
    "a bid to be taken back": (SENDER, "/bid/withdraw"),
}
INSIDE_ERRORS = {
    "a record of bad days": "/audit?from=monday&to=2026-13-01&kind=starship&person=x",
    "a history of no day": "/audit/version/open-toms@2021.1?on=soon",
    "a sample without a seed": "/audit/sample?seed=&size=0&from=x",
    "no such object": "/audit/starship/enterprise",
}

PLAN = (
    "name,email,roles\nEve Sorrel,eve@x.example,viewer; evaluator\nPriya Netherton,administrator@calderbrook.example,\n"
)
PROBLEMS = f"name,email,roles\n,{'x' * 90},king\nEve Sorrel,eve@x.example,viewer\nEve,eve@x.example,\n"
NAME = "Bartholomew Featherstonehaugh-Cholmondeley of the very-long-and-unbroken-name"

# Routes that give a document or lead on.
NO_PAGES = {
    "/tenders/{tender:int}/workbook.xlsx",
    "/bid/workbook.xlsx",
    "/bid/receipt.json",
    "/api/openapi.json",
    "/frameworks/{set_id}",
    "/audit/sample/pack.zip",
    "/brand/{colour}.css",
    "/organisation/export.zip",
    "/sign-in/provider/return",
}
LONG = "Consortium for the very-long-and-unbroken-name-of-a-supplier-in-Calderbrook Limited"


def send_text(page: Page, text: str) -> None:
    page.get_by_text("Paste the text instead").click()
    page.get_by_label("Text of the tender file").fill(text)
    page.get_by_role("button", name="Score this tender").click()


def send_file(page: Page, data: bytes) -> None:
    page.locator("input[type=file]").set_input_files(
        {"name": "tender.yaml", "mimeType": "application/yaml", "buffer": data}
    )
    page.get_by_role("button", name="Score this tender").click()


# What stands on the page after a file was sent, and how it was sent.
SENT: dict[str, tuple[str, Callable[[Page], None]]] = {
    "a result": ("Take the result along", lambda page: send_text(page, WORKED)),
    "a result in long words": ("Take the result along", lambda page: send_text(page, as_json(everywhere(LONG)))),
    "a result of many bids": ("Take the result along", lambda page: send_text(page, as_json(many(23)))),
    "a broken file": ("What to put right", lambda page: send_text(page, as_json(broken()))),
    "no tender file": ("What to put right", lambda page: send_file(page, b"\x89PNG\r\n\x00")),
    "an empty form": ("There is a problem", lambda page: send_text(page, " ")),
    "a file too large": ("There is a problem", lambda page: send_file(page, b"#" * 3_000_000)),
}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with started() as browser:
        yield browser


@pytest.fixture(scope="module")
def base(demo_url: str) -> Iterator[str]:
    with serving(application(demo_url)) as address:
        yield address


@pytest.fixture(scope="module")
def inside_base(demo_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, FastAPI]]:
    """The demo in a database of its own: somebody was added, locked, erased, given a role for a time, sent a task."""
    file = tmp_path_factory.mktemp("browser") / "inside.db"
    shutil.copyfile(demo_url.removeprefix("sqlite:///"), file)
    app = application(f"sqlite:///{file}")
    add_somebody(app.state.database)
    give_every_role(app.state.database)
    add_moderated(app.state.database)
    take_contract_back(app.state.database)
    with app.state.database.writing() as session:
        by = {"organisation_id": 1, "actor": COMMAND_LINE}
        service.lock_user(session, 1, reason=f"left the {LONG}", **by)
        service.erase_user(session, 2, reason="asked for it", **by)
        contract = {"object_kind": "contract", "object_id": "12"}
        days = {"from_day": date(2026, 11, 1), "to_day": date(2026, 11, 30)}
        service.grant_role(session, 5, Role.DEPUTY_CONTRACT_MANAGER, **contract, **days, **by)
        service.change_user(session, 3, name=NAME, email=f"{'evaluator' * 7}@calderbrook.example", **by)
    with serving(app) as address:
        yield address, app


def sign_in(page: Page, base: str, role: Role) -> None:
    page.context.clear_cookies()
    go(page, f"{base}/sign-in")
    page.get_by_role("button", name=role.value.capitalize(), exact=True).click()
    page.wait_for_url(lambda address: not address.endswith("/sign-in"))
    page.wait_for_load_state("networkidle")  # a picture that is still on its way would be broken off by the next page


@pytest.fixture(scope="module")
def inside_window(browser: Browser, inside_base: tuple[str, FastAPI]) -> Iterator[Page]:
    """A window in which the demo's administrator is signed in."""
    with opened(browser) as context:
        page = context.new_page()
        sign_in(page, inside_base[0], Role.ADMINISTRATOR)
        yield page


@pytest.fixture
def said_inside(inside_window: Page) -> Iterator[list[str]]:
    complaints = Complaints()
    complaints.listen(inside_window)
    yield complaints
    complaints.stop(inside_window)


@pytest.fixture(scope="module")
def empty_base(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    url = f"sqlite:///{tmp_path_factory.mktemp('nothing') / 'empty.db'}"
    migrations.upgrade(url)
    with serving(application(url, demo=False)) as address:
        yield address


@pytest.fixture(scope="module")
def window(browser: Browser) -> Iterator[Page]:
    with opened(browser) as context:
        yield context.new_page()


@pytest.fixture
def said(window: Page) -> Iterator[list[str]]:
    """What the pages of this test say to the console, less Chromium's own word on an error page."""
    complaints = Complaints()
    complaints.listen(window)
    yield complaints
    complaints.stop(window)


def look(page: Page, said: list[str], *, with_axe: bool = True) -> None:
    """Everything that a page must keep at every width, with every `<details>` as it comes and open."""
    assert [one for one in said if "the server responded with a status of 4" not in one] == []
    wrong = list(_wide(page))
    if with_axe:
        page.evaluate(AXE)
        wrong += _axe(page)
    if page.evaluate(OPEN_DETAILS):
        wrong += [f"with everything open, {one}" for one in _wide(page)]
        if with_axe:
            wrong += [f"inside what was opened, {one}" for one in _axe(page, inside=".opened-by-test")]
    assert wrong == []


def _wide(page: Page) -> Iterator[str]:
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": HEIGHT})
        beyond = page.evaluate(SCROLLS)
        if beyond > 0:
            yield f"at {width} px the page scrolls sideways by {beyond} px"


def _axe(page: Page, *, inside: str | None = None) -> Iterator[str]:
    for width in AXE_WIDTHS:
        page.set_viewport_size({"width": width, "height": HEIGHT})
        for violation in page.evaluate(RUN_AXE, inside):
            yield f"at {width} px {violation}"


def go(page: Page, address: str) -> int:
    page.set_viewport_size({"width": DESK, "height": HEIGHT})
    answer = page.goto(address)
    assert answer is not None
    return answer.status


@pytest.mark.parametrize("name", PAGES)
def test_pages(window: Page, said: list[str], base: str, name: str) -> None:
    assert go(window, f"{base}{PAGES[name]}") == 200
    look(window, said)


@pytest.mark.parametrize("name", ALIKE)
def test_pages_of_the_same_kind(window: Page, said: list[str], base: str, name: str) -> None:
    assert go(window, f"{base}{ALIKE[name]}") == 200
    look(window, said, with_axe=False)


@pytest.mark.parametrize("name", ERRORS)
def test_errors(window: Page, said: list[str], base: str, name: str) -> None:
    assert go(window, f"{base}{ERRORS[name]}") >= 400
    look(window, said)


@pytest.mark.parametrize("name", EMPTY)
def test_an_empty_installation(window: Page, said: list[str], empty_base: str, name: str) -> None:
    assert go(window, f"{empty_base}{EMPTY[name]}") == 200
    look(window, said)


@pytest.mark.parametrize("name", SENT)
def test_what_was_sent(window: Page, said: list[str], base: str, name: str) -> None:
    heading, send = SENT[name]
    go(window, f"{base}/score")
    send(window)
    expect(window.get_by_role("heading", name=heading)).to_be_visible()
    look(window, said)


@pytest.mark.parametrize("name", INSIDE)
def test_pages_of_an_administrator(
    inside_window: Page, said_inside: list[str], inside_base: tuple[str, FastAPI], name: str
) -> None:
    base, app = inside_base
    known = {"number": len(Role) + 1, "bid": first_bid(app, INSIDE[name])}
    assert go(inside_window, base + INSIDE[name].format(**known)) == 200
    look(inside_window, said_inside)


@pytest.fixture(scope="module")
def bidding(browser: Browser, inside_base: tuple[str, FastAPI]) -> Iterator[Callable[[str], Page]]:
    """A window in which a bidder of that name has come in by their link."""
    base, app = inside_base
    bid = {"quantity-X1": "2.5", "statement-X1": LONG, "answer-answer": LONG, "price": "742000"}
    worked = {"helper-X2-1-about": LONG, "helper-X2-1-people": "2", "helper-X2-1-months": "24"}
    faults = {"quantity-X3": "many", "statement-X4": LONG, "helper-X1-1-people": "1", "postcode": "x"}
    client = TestClient(app, base_url=ADDRESS, follow_redirects=False)
    for name, typed in ((TYPING, {**bid, **faults}), (SENDER, {**bid, **worked})):
        own = bidder(app, client, name).own_form
        client.post("/bid/form", data={**typed, "version": "0"}, headers=own)
        client.post("/bid/send", data={"version": "1", "declared": "yes"}, headers=own)
    with opened(browser) as context:
        page = context.new_page()
        page.set_default_timeout(20_000)
        here = [""]

        def come_in(name: str) -> Page:
            if here[0] != name:
                context.clear_cookies()
                with app.state.database.writing() as session:
                    token = service.new_token(session, link_of[name])
                go(page, f"{base}/links/{token}")
                page.get_by_role("button", name="Begin").click()
                page.wait_for_load_state("networkidle")  # the next page would break off what is still on its way
                here[0] = name
            return page

        link_of = {name: bidding_link(app.state.database, name).id for name in (TYPING, SENDER)}
        yield come_in


@pytest.mark.parametrize("name", BIDDING)
def test_pages_of_a_bidder(bidding: Callable[[str], Page], inside_base: tuple[str, FastAPI], name: str) -> None:
    who, address = BIDDING[name]
    page = bidding(who)
    complaints = Complaints()
    complaints.listen(page)
    assert go(page, inside_base[0] + address) == 200
    look(page, complaints)
    complaints.stop(page)


def first_bid(app: FastAPI, address: str) -> int:
    """The number of the first bid of the tender in an address that asks for one."""
    if "{bid}" not in address:
        return 0
    with app.state.database.reading() as session:
        return bids.list_bids(session, int(address.split("/")[2]), organisation_id=1)[0].id


def import_text(page: Page, text: str) -> None:
    page.locator("input[type=file]").set_input_files(
        {"name": "people.csv", "mimeType": "text/csv", "buffer": text.encode()}
    )
    page.get_by_role("button", name="Show what would happen").click()


@pytest.mark.parametrize(("text", "heading"), [(PLAN, "What would happen"), (PROBLEMS, "What to put right")])
def test_an_import(
    inside_window: Page, said_inside: list[str], inside_base: tuple[str, FastAPI], text: str, heading: str
) -> None:
    go(inside_window, f"{inside_base[0]}/people/import")
    import_text(inside_window, text)
    expect(inside_window.get_by_role("heading", name=heading)).to_be_visible()
    look(inside_window, said_inside)


@pytest.mark.parametrize(
    ("files", "heading"),
    [([look_alike()], "Releases that cannot be used"), ([b"<html>", b"{}"], "What to put right")],
)
def test_an_import_of_tenders(
    inside_window: Page,
    said_inside: list[str],
    inside_base: tuple[str, FastAPI],
    files: list[bytes],
    heading: str,
) -> None:
    go(inside_window, f"{inside_base[0]}/tenders/import")
    inside_window.locator("input[type=file]").set_input_files(
        [
            {"name": f"{number}.json", "mimeType": "application/json", "buffer": data}
            for number, data in enumerate(files)
        ]
    )
    inside_window.get_by_role("button", name="Show what would happen").click()
    expect(inside_window.get_by_role("heading", name=heading)).to_be_visible()
    look(inside_window, said_inside)


@pytest.mark.parametrize(
    ("data", "heading"),
    [(as_csv().encode(), "Rows that are left out"), (b"Title,Reference,Start date\n", "What to put right")],
)
def test_an_import_of_contracts(
    inside_window: Page, said_inside: list[str], inside_base: tuple[str, FastAPI], data: bytes, heading: str
) -> None:
    go(inside_window, f"{inside_base[0]}/contracts/import")
    register = {"name": "register.csv", "mimeType": "text/csv", "buffer": data}
    inside_window.locator("input[type=file]").set_input_files(register)
    inside_window.get_by_role("button", name="Show what would happen").click()
    expect(inside_window.get_by_role("heading", name=heading)).to_be_visible()
    look(inside_window, said_inside)


@pytest.mark.parametrize(
    ("path", "button"),
    [
        ("/people/add", "Add and send the link"),
        ("/people/import", "Show what would happen"),
        ("/tenders/import", "Show what would happen"),
        ("/contracts/import", "Show what would happen"),
        ("/people/4", "Give the role"),
        ("/people/4", "Close"),
        ("/people/4", "Erase for good"),
        ("/tenders/8/evaluators", "Name the evaluator"),
        ("/tenders/8/marks/{bid}/answer", "Save and stop here"),
        ("/tenders/11/moderation/{bid}/answer", "Save and see all marks"),
    ],
)
def test_a_form_of_an_administrator_that_is_refused(
    inside_window: Page, said_inside: list[str], inside_base: tuple[str, FastAPI], path: str, button: str
) -> None:
    base, app = inside_base
    go(inside_window, base + path.format(bid=first_bid(app, path)))
    if "moderation" in path:
        inside_window.get_by_label("Another mark").check()
    if button == "Erase for good":
        inside_window.get_by_text("Erase the details of this person").click()
    inside_window.get_by_role("button", name=button, exact=True).click()
    expect(inside_window.get_by_role("heading", name="There is a problem")).to_be_visible()
    look(inside_window, said_inside)


@pytest.mark.parametrize("name", INSIDE_ERRORS)
def test_errors_inside(
    inside_window: Page, said_inside: list[str], inside_base: tuple[str, FastAPI], name: str
) -> None:
    assert go(inside_window, inside_base[0] + INSIDE_ERRORS[name]) >= 400
    look(inside_window, said_inside)


def test_what_is_not_for_a_role(browser: Browser, inside_base: tuple[str, FastAPI]) -> None:
    with opened(browser) as context:
        page = context.new_page()
        sign_in(page, inside_base[0], Role.VIEWER)
        complaints = Complaints()
        complaints.listen(page)
        assert go(page, f"{inside_base[0]}/people") == 403
        look(page, complaints)


def test_a_form_sent_after_the_session_ended(browser: Browser, inside_base: tuple[str, FastAPI]) -> None:
    with opened(browser) as context:
        page = context.new_page()
        sign_in(page, inside_base[0], Role.ADMINISTRATOR)
        go(page, f"{inside_base[0]}/people/add")
        context.clear_cookies()
        complaints = Complaints()
        complaints.listen(page)
        page.get_by_role("button", name="Add and send the link").click()
        expect(page.get_by_role("heading", name="Sign in first")).to_be_visible()
        look(page, complaints)


@pytest.mark.parametrize("kind", ["password", "password refused", "task", "asked", "unknown", "sign in refused"])
def test_links_and_what_is_refused(window: Page, said: list[str], inside_base: tuple[str, FastAPI], kind: str) -> None:
    base, app = inside_base
    paths = {"unknown": "/links/nothing", "sign in refused": "/sign-in", "asked": "/links/nothing"}
    go(window, base + (paths.get(kind) or f"/links/{new_link(app, task=kind == 'task')}"))
    if kind == "password refused":
        window.get_by_label("New password").fill("nils")
        window.get_by_role("button", name="Set the password").click()
    elif kind == "asked":
        window.get_by_role("button", name="Send me a new link").click()
        expect(window.get_by_role("heading", name="Look at your mail")).to_be_visible()
    elif kind == "sign in refused":
        window.get_by_label("Email address").fill("nobody@x.example")
        window.get_by_role("button", name="Sign in", exact=True).click()
    if "refused" in kind:
        expect(window.get_by_role("heading", name="There is a problem")).to_be_visible()
    look(window, said)


def new_link(app: FastAPI, *, task: bool) -> str:
    """The text of a new link for the person who was added."""
    about = (
        {"purpose": Purpose.TASK, "task_kind": "return", "task_id": "7"} if task else {"purpose": Purpose.SET_PASSWORD}
    )
    with app.state.database.writing() as session:
        made = service.make_link(session, organisation_id=1, person_id=len(Role) + 1, actor=COMMAND_LINE, **about)
        return service.new_token(session, made.id)


def test_every_kind_of_page_is_looked_at(demo: FastAPI) -> None:
    """A new kind of page comes into this list: its address fits no address above."""
    inside = [filled(address, REAL) for address in INSIDE.values()]
    bidders = [address for _, address in BIDDING.values()]
    looked_at = {_kind(address) for address in [*PAGES.values(), *ERRORS.values(), *inside, *bidders]}
    offered = {_kind(rule) for rule in _page_routes(demo)}
    assert offered - looked_at == set()


def _page_routes(demo: FastAPI) -> Iterator[str]:
    for method, path, _ in routes(demo):
        is_page = method == "GET" and not path.startswith(("/api/v1", "/static", "/health")) and "download" not in path
        if is_page and path not in NO_PAGES:
            yield filled(path, REAL)


def _kind(address: str) -> str:
    """Pages of one template: the address without what stands for one thing or another."""
    parts = address.partition("?")[0].strip("/").split("/")
    if parts[0] not in {"tenders", "frameworks"}:
        return "/".join(parts)
    if parts[0] == "tenders" and (parts[1:2] == ["add"] or any(part.isdigit() for part in parts)):
        return "/".join("1" if part.isdigit() else part for part in parts)
    return f"{parts[0]} {len(parts)} {'compare' if 'compare' in parts else ''}"
