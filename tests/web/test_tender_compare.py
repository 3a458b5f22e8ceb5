"""Comparing bids: one pinned beside the measures by a plain link, many of them by rank and in parts for paper."""

from typing import Any

import pytest
from starlette.testclient import TestClient

from svtracker.tenders.rules.result import Result
from svtracker.web.pages.evaluation import EvaluationPage, evaluation_page
from svtracker.web.pages.tender_columns import BESIDE, ON_A_SHEET, Look
from tests.guards.html_rules import ParsedPage, parse, words
from tests.tenders.example import result_of
from tests.web.tender_files import as_json, many

ADDRESS = "/score/example"


def heads(page: ParsedPage) -> list[str]:
    table = next(one for one in page.all("table") if "sv-table--bids" in one.attrib["class"])
    return [words(next(head.iter("b"))) for head in table.findall("thead/tr/th")]


def first_row(page: ParsedPage) -> list[str]:
    table = next(one for one in page.all("table") if "sv-table--bids" in one.attrib["class"])
    return [words(cell) for cell in table.findall("tbody/tr")[0].findall("td")]


def pins(page: ParsedPage) -> dict[str, str]:
    return {words(one): one.attrib["href"] for one in page.all("a") if "sv-pin" in one.attrib.get("class", "")}


def test_a_bid_is_pinned_by_a_link_and_stands_first(client: TestClient) -> None:
    plain = parse(client.get(ADDRESS).text)
    assert heads(plain) == ["Bid A", "Bid B", "Bid C", "Bid D"]
    link = pins(plain)["Pin Bid C"]
    pinned = parse(client.get(link).text)
    assert heads(pinned) == ["Bid C", "Bid A", "Bid B", "Bid D"]
    assert first_row(pinned) == ["79.92", "83.20", "84.32", "74.00"]
    assert len([one for one in pinned.all("td") if "sv-pinned" in one.attrib.get("class", "")]) > 10
    assert heads(parse(client.get(pins(pinned)["Unpin Bid C"]).text)) == heads(plain)


def test_the_numbers_of_the_checks_stay_whoever_is_pinned(client: TestClient) -> None:
    def checks(address: str) -> list[str]:
        page = parse(client.get(address).text)
        return [words(one) for one in page.all("li") if one.attrib.get("id", "").startswith("check-")]

    assert checks(ADDRESS) == checks(f"{ADDRESS}?pin=4") != []


@pytest.mark.parametrize("pin", ["9", "nobody", "0", "<b>"])
def test_a_bid_that_is_not_there_cannot_be_pinned(client: TestClient, pin: str) -> None:
    answer = client.get(ADDRESS, params={"pin": pin})
    assert answer.status_code == 404
    assert "Pin one of the bids of the comparison." in answer.text


def test_a_bid_of_a_stored_tender_is_pinned_by_its_number(inside: TestClient) -> None:
    address = "/tenders/8/evaluation"
    links = pins(parse(inside.get(address).text))
    pinned = inside.get(links["Pin Bid D"])
    assert heads(parse(pinned.text)) == ["Bid D", "Bid A", "Bid B", "Bid C"]
    assert inside.get(f"{address}?pin=1").status_code == 404


def scored(*, bids: int) -> Result:
    """The worked example with its four bids over and over, each dearer than the one before."""
    return result_of(as_json(many(bids)))


def page_of(result: Result, **looked: Any) -> EvaluationPage:
    names = {bid.bidder: str(place) for place, bid in enumerate(result.bids, start=1)}
    return evaluation_page(result, caption="", crumbs=(), look=Look(path="/x", names=names, **looked))


def columns(page: EvaluationPage) -> list[list[str]]:
    return [[bid.name for bid in table.bids] for table in page.tables]


def test_few_bids_keep_the_order_of_the_file_and_many_stand_by_rank() -> None:
    few = page_of(scored(bids=BESIDE))
    assert columns(few) == [[f"F{place:02}" for place in range(BESIDE)]]
    assert not few.is_wide
    result = scored(bids=BESIDE + 1)
    many = page_of(result)
    assert many.is_wide
    assert columns(many) == [[bid.bidder for bid in sorted(result.bids, key=lambda bid: bid.rank or 99)]]
    assert columns(many) != [[bid.bidder for bid in result.bids]]


def test_parts_for_paper_hold_every_bid_once_and_the_pinned_one_each_time() -> None:
    result = scored(bids=45)
    whole = page_of(result)
    assert whole.print_note == "On paper stand the first 20 of 45 bids."
    assert whole.sheets_href == "/x?sheets=yes#bids"
    parts = page_of(result, on_sheets=True)
    assert [len(one) for one in columns(parts)] == [15, 15, 15]
    assert [name for one in columns(parts) for name in one] == columns(whole)[0]
    assert (parts.print_note, parts.sheets_href) == ("", "/x#bids")
    pinned = page_of(result, on_sheets=True, pinned="2")
    assert {one[0] for one in columns(pinned)} == {"F01"}
    assert all(len(one) <= ON_A_SHEET for one in columns(pinned))
    assert sorted(name for one in columns(pinned) for name in one[1:]) == sorted(
        bid.bidder for bid in result.bids if bid.bidder != "F01"
    )
    assert pinned.tables[1].title == "Bids 16 to 30 of 44 by rank, beside F01"


def test_many_checks_are_folded_by_bid_and_none_is_lost() -> None:
    few, many = page_of(scored(bids=4)), page_of(scored(bids=60))
    assert few.checks_of_bids == ()
    assert len(few.checks) == few.number_of_checks
    assert len(many.checks) < 5
    numbers = [one.number for one in (*many.checks, *(one for bid in many.checks_of_bids for one in bid.checks))]
    assert numbers == list(range(1, many.number_of_checks + 1))
