"""RULES 4.7 and the reversal example to the digit on pages of a stored tender, in its JSON and in its report."""

import io
import json
from decimal import Decimal
from typing import Any

import pytest
from openpyxl import load_workbook

from svtracker.tenders.rules.records import Source, StoredTender
from svtracker.tenders.rules.values import BidStatus, Commitment
from svtracker.tenders.service import bids, evaluation, setup
from svtracker.tenders.service.bids import BidIn, LineIn
from tests.guards.html_rules import ParsedPage, parse, words
from tests.tenders import stored
from tests.web.council import Council
from tests.web.installation import ROOT
from tests.web.test_tender_decision import Desk, desk_of, stored_in

GOLDEN = json.loads((ROOT / "tests" / "tenders" / "golden" / "worked.json").read_text(encoding="utf-8"))
BANDS = [["0", "0"], ["1", "2"], ["5", "4"], ["10", "6"], ["15", "8"], ["20", "10"]]
# The table of RULES 4.7, by the name of the row on the page.
ROWS = {
    "Marks": ["83.20", "84.32", "79.92", "74.00"],
    "Social value: quantity of 10": ["10.00", "8.81", "0.11", "0.00"],
    "Social value: answer of 10": ["6.00", "8.00", "10.00", "0.00"],
    "Price of 40": ["37.20", "39.51", "37.81", "40.00"],
    "Quality": ["30", "28", "32", "34"],
    "Social value": ["£157,442", "£138,691", "£1,787", "£0"],
    "Share of contract value": ["20.99%", "18.49%", "0.24%", "0.00%"],
    "Without local jobs and spend": ["£33,914", "£22,327", "£1,787", "£0"],
}


def compared(desk: Desk) -> tuple[dict[str, list[str]], str]:
    """The rows of the comparison by their name, and everything that its page says."""
    answer = desk.officer.get(f"/tenders/{desk.tender.id}/evaluation")
    assert answer.status_code == 200
    page = parse(answer.text)
    return rows_of(page), words(page.all("main")[0])


def rows_of(page: ParsedPage) -> dict[str, list[str]]:
    table = next(one for one in page.all("table") if "sv-table--bids" in one.attrib["class"])
    return {words(row.find("th")): [figure(cell) for cell in row.findall("td")] for row in table.findall("tbody/tr")}


def figure(cell: Any) -> str:
    """What stands in a cell, without the numbers of the checks that speak of it."""
    for sign in [one for one in cell.iter("a") if one.attrib["class"] == "sv-flag"]:
        sign.text, sign[:] = "", []
    return words(cell)


def answer_of(desk: Desk) -> dict[str, Any]:
    return desk.officer.get(f"/api/v1/tenders/{desk.tender.id}/evaluation").json()


def test_the_worked_example_on_the_page_in_json_and_in_the_report(council: Council) -> None:
    where = stored_in(council)
    desk = desk_of(council, where, stored.evaluated(where))
    rows, text = compared(desk)
    assert {name: rows[name] for name in ROWS} == ROWS
    assert "Bid B is first with 84.32 marks, 1.12 ahead of bid A." in text
    assert "while the quantity counts for 5.90 to 13.50 of the 20 social value marks" in text
    assert "£318,381.72" in text
    answer = answer_of(desk)
    assert answer["missing"] == []
    assert {part: answer[part] for part in GOLDEN} == GOLDEN
    report = f"/tenders/{desk.tender.id}/report"
    page = words(parse(desk.officer.get(report).text).all("main")[0])
    book = load_workbook(io.BytesIO(desk.officer.get(f"{report}/download.xlsx").content), data_only=True)
    cells = {str(cell) for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row}
    for bid in GOLDEN["bids"]:
        assert f"£{Decimal(bid['value']):,.2f}" in page
        assert bid["total"] in page
        assert {str(float(bid["value"])), str(int(Decimal(bid["value"])))} & cells
    told = desk.officer.get(f"{report}/download.json").json()["answer"]
    assert told["bids"] == GOLDEN["bids"]
    assert told["robustness"] == GOLDEN["robustness"]


@pytest.mark.parametrize(
    ("scoring", "marks"),
    [
        ({"method": "target", "target_percent": "25"}, ["8.40", "7.40", "0.10", "0.00"]),
        ({"method": "target", "target_percent": "10"}, ["10.00", "10.00", "0.24", "0.00"]),
        ({"method": "bands", "bands": BANDS}, ["10.00", "8.00", "0.00", "0.00"]),
    ],
)
def test_the_other_methods_on_the_page(council_on_sqlite: Council, scoring: dict[str, Any], marks: list[str]) -> None:
    where = stored_in(council_on_sqlite)
    published = {**stored.WORKED["tender"]["scoring"], **scoring}
    desk = desk_of(council_on_sqlite, where, stored.opened(where, scoring=published))
    assert compared(desk)[0]["Social value: quantity of 10"] == marks


@pytest.mark.parametrize(
    ("bidder", "measure", "values", "marks"),
    [
        ("B", "X6", ["157442.07", "75691.42", "1787.28", "0.00"], ["10.00", "4.81", "0.11", "0.00"]),
        ("A", "X1", ["50713.72", "138691.42", "1787.28", "0.00"], ["3.66", "10.00", "0.13", "0.00"]),
    ],
)
def test_a_rejected_line_moves_the_marks_as_the_rules_say(
    council_on_sqlite: Council, bidder: str, measure: str, values: list[str], marks: list[str]
) -> None:
    where = stored_in(council_on_sqlite)
    desk = desk_of(council_on_sqlite, where, stored.opened(where))
    reject(desk, bidder, measure)
    assert [bid["value"] for bid in answer_of(desk)["bids"]] == values
    assert compared(desk)[0]["Social value: quantity of 10"] == marks


def reject(desk: Desk, bidder: str, measure: str) -> None:
    number = stored.bid_ids(desk.stored, desk.tender)[bidder]
    with desk.stored.database.writing() as session:
        evaluation.accept_line(
            session,
            desk.tender.id,
            bid_id=number,
            measure=measure,
            accepted="0",
            reason="Not for this contract.",
            **desk.stored.by("officer"),
        )


# The reversal example: values, and the marks for all that is not social value.
REVERSAL = {"A": ("100000", "70"), "B": ("180000", "66"), "C": ("600000", "40")}


def reversal(where: stored.Council, **scoring: str) -> StoredTender:
    """Three bids with marks, opened; social value counts for 20, relative unless told otherwise."""
    changes: dict[str, Any] = {
        "id": "REVERSAL",
        "contract_value": "1000000",
        "scoring": {"quantitative": "20", "qualitative": "0", "decimals": 2, **scoring},
        "other_marks": ["rest"],
    }
    part = {key: value for key, value in stored.worked_settings(**changes)["tender"].items() if key != "price"}
    common = where.by("officer")
    with where.database.writing() as session:
        added = setup.create_tender(
            session,
            reference="REVERSAL",
            title="Reversal",
            settings={"tender": part},
            closes_at=stored.CLOSES,
            **common,
        )
        tender = setup.publish(session, added.id, version=added.version, **common)
        for bidder, (value, _) in REVERSAL.items():
            given = Commitment(measure="X5", offered=Decimal(value), accepted=Decimal(value))
            lines, source = [LineIn(commitment=given)], Source.TYPED
            bids.receive(
                session,
                tender.id,
                BidIn(bidder=bidder, price=None, answers={}, lines=lines, source=source),
                **common,
            )
    where.clock.now = stored.CLOSES + stored.timedelta(days=1)
    with where.database.writing() as session:
        opened = bids.open_bids(session, tender.id, version=where.tender(tender.id).version, **common)
    for bidder, number in stored.bid_ids(where, opened).items():
        with where.database.writing() as session:
            evaluation.give_other_marks(
                session, opened.id, bid_id=number, marks={"rest": REVERSAL[bidder][1]}, **common
            )
    return opened


def test_the_reversal_example_on_the_page_and_in_json(council: Council) -> None:
    where = stored_in(council)
    desk = desk_of(council, where, reversal(where, method="relative"))
    rows, text = compared(desk)
    assert rows["Marks"] == ["73.33", "72.00", "60.00"]
    assert "Without bid C, bid B would win by 4.89 marks." in text
    assert "£400,000.00" in text
    robustness = answer_of(desk)["robustness"]
    assert {"removed": "C", "winner": "B", "reversal": True} in robustness["removals"]
    assert {"ahead": "A", "behind": "B", "highest_value_above": "400000.00", "now": True} in robustness[
        "flip_thresholds"
    ]
    report = words(parse(desk.officer.get(f"/tenders/{desk.tender.id}/report").text).all("main")[0])
    assert "Without bid C, bid B would win by 4.89 marks." in report
    with where.database.writing() as session:
        gone = stored.bid_ids(where, desk.tender)["C"]
        evaluation.change_status(
            session,
            desk.tender.id,
            bid_id=gone,
            status=BidStatus.WITHDRAWN,
            reason="The firm withdrew.",
            **where.by("officer"),
        )
    assert [cell.removesuffix("–none") for cell in compared(desk)[0]["Marks"]] == ["81.11", "86.00", ""]


def test_under_a_target_nothing_reverses(council_on_sqlite: Council) -> None:
    where = stored_in(council_on_sqlite)
    desk = desk_of(council_on_sqlite, where, reversal(where, method="target", target_percent="20"))
    rows, text = compared(desk)
    assert rows["Marks"] == ["80.00", "84.00", "60.00"]
    assert "would win" not in text
    assert not any(one["reversal"] for one in answer_of(desk)["robustness"]["removals"])
