"""Contracts on their pages: made of an award, followed by its four figures, open only to those whose work it is."""

import io
import re
from datetime import UTC, date, datetime

import pytest
from openpyxl import load_workbook

from svtracker.delivery.service import contracts
from svtracker.identity.rules.roles import Role
from svtracker.tenders.rules.records import StoredTender
from tests.delivery import stored as here
from tests.tenders import stored
from tests.web.council import Browser, Council, words
from tests.web.test_tender_decision import stored_in

AT = datetime(2026, 9, 30, 12, tzinfo=UTC)


@pytest.fixture
def where(council: Council) -> stored.Council:
    return stored_in(council)


def by(council: Council, role: Role) -> Browser:
    return council.signed_in(council.add(f"Somebody {role.value}", role))


def awarded(where: stored.Council) -> tuple[StoredTender, int]:
    tender = here.awarded(where)
    return tender, stored.bid_ids(where, tender)["B"]


def filled(browser: Browser, tender: StoredTender, bid: int, **changes: str) -> dict[str, str]:
    page = browser.get(f"/contracts/add?tender={tender.id}&bid={bid}").text
    people = re.findall(r'<option value="(\d+)">', page)
    values = {
        "tender": str(tender.id),
        "bid": str(bid),
        "title": "Grounds maintenance",
        "reference": "C-77",
        "manager": people[0],
        "deputy": "",
        "periods": "quarter",
        "value": "£742,000.50",
        "estimated_value": "",
        "directorate": "Places",
        "starts_on-day": "1",
        "starts_on-month": "4",
        "starts_on-year": "2027",
        "ends_on-day": "31",
        "ends_on-month": "3",
        "ends_on-year": "2029",
    }
    return values | {name.replace("__", "-"): value for name, value in changes.items()}


class TestAdd:
    def test_an_award_becomes_a_contract(self, council: Council, where: stored.Council) -> None:
        tender, bid = awarded(where)
        officer = by(council, Role.PROCUREMENT_OFFICER)
        listed = officer.get("/contracts").text
        assert f"/contracts/add?tender={tender.id}&amp;bid={bid}" in listed
        made = officer.send("/contracts/add", **filled(officer, tender, bid))
        assert made.status_code == 303
        page = words(officer.get(made.headers["location"]))
        assert "Grounds maintenance" in page
        assert "April 2027 to March 2029" in page
        assert "£742,000.50" not in page
        assert "Nothing is due by" in page
        with where.database.reading() as session:
            (contract,) = contracts.list_contracts(session, organisation_id=where.id)
        assert str(contract.contract.value) == "742000.50000000"
        again = officer.get(f"/contracts/add?tender={tender.id}&bid={bid}")
        assert again.headers["location"] == f"/contracts/{contract.id}"

    @pytest.mark.parametrize(
        ("changes", "said"),
        [
            ({"manager": ""}, "Choose who follows this contract."),
            ({"manager": "999999"}, "Enter somebody in the list."),
            ({"title": " "}, "Enter a title."),
            ({"reference": ""}, "Enter a reference."),
            ({"value": "a lot"}, "Enter pounds as a figure"),
            ({"value": "-1"}, "Enter pounds as a figure"),
            ({"starts_on__day": "31", "starts_on__month": "2"}, "Enter the first day"),
            ({"ends_on__year": "2026"}, "the first day, or later"),
            ({"periods": "fortnight"}, "Choose month"),
        ],
    )
    def test_what_is_wrong_stands_at_its_field(
        self, council: Council, where: stored.Council, changes: dict[str, str], said: str
    ) -> None:
        tender, bid = awarded(where)
        officer = by(council, Role.PROCUREMENT_OFFICER)
        sent = filled(officer, tender, bid, **changes)
        answer = officer.send("/contracts/add", **sent)
        assert answer.status_code == 422
        assert said in words(answer)
        kept = sent["directorate"]
        assert f'value="{kept}"' in answer.text
        with where.database.reading() as session:
            assert contracts.list_contracts(session, organisation_id=where.id) == ()

    def test_not_of_a_bid_that_did_not_win(self, council: Council, where: stored.Council) -> None:
        tender = here.awarded(where)
        other = stored.bid_ids(where, tender)["A"]
        officer = by(council, Role.PROCUREMENT_OFFICER)
        assert officer.get(f"/contracts/add?tender={tender.id}&bid={other}").status_code == 404


class TestFigures:
    @pytest.fixture
    def contract(self, where: stored.Council) -> int:
        number = here.delivered(where).id
        where.clock.now = AT
        return number

    def test_the_page_shows_the_worked_table(self, council: Council, contract: int) -> None:
        manager = by(council, Role.CONTRACT_MANAGER)
        page = words(manager.get(f"/contracts/{contract}"))
        for figure in ("£31,414", "£18,038", "£4,680", "£3,910", "21% of due", "Far behind", "2 of 8 quarters"):
            assert figure in page
        told = manager.get(f"/api/v1/contracts/{contract}").json()
        assert (told["committed"], told["due"], told["verified"]) == ("31413.72", "18037.86", "3910.39")
        assert told["achievement_percent"] == "21.21"
        in_august = manager.get(f"/api/v1/contracts/{contract}?at=2026-08-15&elapsed=true").json()
        assert in_august["due"] == "16923.21"

    def test_a_figure_is_opened_up_to_its_rows(self, council: Council, contract: int) -> None:
        manager = by(council, Role.CONTRACT_MANAGER)
        page = manager.get(f"/contracts/{contract}").text
        links = re.findall(rf"/contracts/{contract}/commitments/\d+", page)
        texts = [words(manager.get(link)) for link in dict.fromkeys(links)]
        (weeks,) = [text for text in texts if "Four weeks were in another contract." in text]
        assert "16 weeks claimed, 12 weeks accepted" in weeks

    def test_files_hold_the_same_figures(self, council: Council, contract: int) -> None:
        manager = by(council, Role.CONTRACT_MANAGER)
        for path in ("/contracts/download.xlsx", f"/contracts/{contract}/download.xlsx"):
            book = load_workbook(io.BytesIO(manager.get(path).content))
            cells = {cell.value for row in book["Contracts"].iter_rows() for cell in row}
            assert {31413.72, 18037.86, 4680.27, 3910.39, 21.21, 21.68, "far behind"} <= cells
        assert "12" in manager.get(f"/contracts/{contract}/download.csv").text

    def test_first_page_and_list_of_a_manager(self, council: Council, contract: int) -> None:
        manager = by(council, Role.CONTRACT_MANAGER)
        assert "1 claim waits to be verified, over 1 contract." in words(manager.get("/"))
        assert "21% of what is due by 30 September 2026 is verified" in words(manager.get("/contracts"))


class TestWho:
    def test_a_deputy_comes_to_their_contract_on_their_days(self, council: Council, where: stored.Council) -> None:
        first = here.worked(where)
        second = here.worked(where, reference="C-613")
        deputy = council.add("Dora Elm")
        council.role(
            deputy,
            Role.DEPUTY_CONTRACT_MANAGER,
            object_kind="contract",
            object_id=str(second.id),
            to_day=date(2026, 12, 24),
        )
        browser = council.signed_in(deputy)
        assert browser.get(f"/contracts/{second.id}").status_code == 200
        assert browser.get(f"/contracts/{first.id}").status_code == 403
        listed = browser.get("/contracts").text
        assert f"/contracts/{second.id}" in listed
        assert f'"/contracts/{first.id}"' not in listed
        assert [one["number"] for one in browser.get("/api/v1/contracts").json()] == [second.id]
        where.clock.now = datetime(2026, 12, 25, 9, tzinfo=UTC)
        again = council.signed_in(deputy)
        assert again.get(f"/contracts/{second.id}").status_code == 403

    @pytest.mark.parametrize("role", [Role.SUPPLIER_CONTACT, Role.PARTNERSHIP_VIEWER, Role.EVALUATOR])
    def test_it_is_nobody_elses(self, council: Council, where: stored.Council, role: Role) -> None:
        number = here.worked(where).id
        browser = by(council, role)
        for path in ("/contracts", f"/contracts/{number}", "/api/v1/contracts", f"/api/v1/contracts/{number}"):
            assert browser.get(path).status_code == 403
