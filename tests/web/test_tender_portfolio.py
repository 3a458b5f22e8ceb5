"""The portfolio on its page, in its files and as JSON: one series everywhere, and nothing of bids under evaluation."""

import csv
import io
import re
import xml.etree.ElementTree as ET
import zipfile
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from fastapi import FastAPI
from httpx2 import Response
from openpyxl import load_workbook
from starlette.testclient import TestClient

from svtracker.identity.rules.roles import Role
from svtracker.reports import charts
from svtracker.reports import portfolio as reports
from svtracker.tenders.rules.portfolio import Choice, Choices
from svtracker.tenders.service import results
from svtracker.web.pages.tender_portfolio import part_of, portfolio_page
from tests.guards.html_rules import parse
from tests.guards.html_rules import words as words_of
from tests.tenders import stored
from tests.tenders.test_portfolio import row
from tests.web.council import Browser, Council, words
from tests.web.installation import client_of
from tests.web.test_tender_decision import stored_in
from tests.web.visitors import visitor

PAGE = "/tenders/portfolio"
KINDS = ("csv", "xlsx", "svg", "png")


@pytest.fixture
def filled(council: Council) -> Council:
    """A tender that is decided, and one in evaluation with bidders of its own."""
    where = stored_in(council)
    decided = stored.evaluated(where)
    with where.database.writing() as session:
        version = where.tender(decided.id).version
        common: dict[str, Any] = {"minimum_wage": None, "version": version, **where.by("officer")}
        results.award(session, decided.id, bidders=["B"], reason="", **common)
    where.clock.now = stored.CLOSES - stored.timedelta(days=10)
    with where.database.writing() as session:
        other = stored.setup.create_tender(
            session,
            reference="OPEN-1",
            title="Swifts and hedges",
            settings=stored.worked_settings(id="OPEN-1", contract_value="1111000"),
            closes_at=stored.CLOSES,
            **where.by("officer"),
        )
        stored.setup.publish(session, other.id, version=other.version, **where.by("officer"))
        stored.bids.receive(session, other.id, stored.worked_bid(0, bidder="Quince and Sons"), **where.by("officer"))
    where.clock.now = stored.CLOSES + stored.timedelta(days=1)
    with where.database.writing() as session:
        version = where.tender(other.id).version
        stored.bids.open_bids(session, other.id, version=version, **where.by("officer"))
    return council


def browser(council: Council, role: Role) -> Browser:
    return council.signed_in(council.add(f"Somebody {role.value}", role))


def text_of(answer: Response) -> str:
    """Everything that an answer says; a workbook unpacked."""
    if answer.content[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(answer.content)) as book:
            return "".join(book.read(name).decode() for name in book.namelist())
    return answer.content.decode("utf-8", errors="replace")


def test_an_officer_sees_both_and_the_figures_of_the_rules(filled: Council) -> None:
    officer = browser(filled, Role.PROCUREMENT_OFFICER)
    page = officer.get(PAGE)
    said = words(page)
    assert "The winners of 1 award promised 18.5% of the contract value." in said
    assert "1 tender is in evaluation." in said
    assert "Worked example of the scoring rules (£750,000)" in said
    told = officer.get(f"/api/v1{PAGE}").json()
    first, second = told["tenders"]
    assert (first["lowest"], first["highest"], first["winners"]) == (
        "0.00",
        "20.99",
        [{"bidder": "B", "percent": "18.49"}],
    )
    assert (second["status"], second["label"], second["winners"]) == ("open", "Swifts and hedges (£1.1m)", [])
    assert told["awards"]["weighted_percent"] == told["awards"]["mean_percent"] == "18.49"


@pytest.mark.parametrize("role", [Role.VIEWER, Role.CONTRACT_MANAGER, Role.EVALUATOR, Role.POLICY_LEAD])
def test_others_see_decided_tenders_and_nothing_of_bids_under_evaluation(filled: Council, role: Role) -> None:
    reader = browser(filled, role)
    for path in (PAGE, f"{PAGE}?status=open", f"/api/v1{PAGE}", *(f"{PAGE}/download.{kind}" for kind in KINDS)):
        answer = reader.get(path)
        assert answer.status_code == 200, path
        text = text_of(answer)
        for hidden in ("Swifts", "Quince", "1111000", "£1.1m", "OPEN-1"):
            assert hidden not in text, (path, hidden)
    assert "Worked example" in words(reader.get(PAGE))
    if role in {Role.VIEWER, Role.CONTRACT_MANAGER}:
        assert reader.get("/tenders/1/decision").status_code == 403
        assert reader.get("/tenders/1").status_code == 403
        assert 'href="/tenders/1"' not in reader.get(PAGE).text


def test_it_is_for_nobody_else(filled: Council) -> None:
    for role in (Role.ADMINISTRATOR, Role.SUPPLIER_CONTACT, Role.PARTNERSHIP_VIEWER):
        assert browser(filled, role).get(PAGE).status_code == 403
    assert filled.browser().get(PAGE).status_code == 303


@pytest.fixture(scope="module")
def officer(demo: FastAPI) -> Iterator[TestClient]:
    with client_of(demo) as opened:
        yield visitor(demo, opened, Role.PROCUREMENT_OFFICER).client


def test_page_picture_table_and_json_have_the_same_series(officer: TestClient) -> None:
    told = officer.get(f"/api/v1{PAGE}").json()["tenders"]
    series = [(one["label"], one["lowest"], one["highest"], [w["percent"] for w in one["winners"]]) for one in told]
    assert len(series) == 8
    page = parse(officer.get(PAGE).text)
    table = next(one for one in page.all("table") if "sv-table--range" in one.attrib["class"])
    shown = [[words_of(cell) for cell in line] for line in table.findall("tbody/tr")]
    assert [line[0].startswith(label) for line, (label, *_) in zip(shown, series, strict=True)] == [True] * 8
    for line, (_, low, high, won) in zip(shown, series, strict=True):
        assert _fits(line[3], low)
        assert _fits(line[5], high)
        assert _fits(line[4], won[0]) if won else line[4] in {"abandoned", "in evaluation"}
    rows = list(csv.DictReader(io.StringIO(officer.get(f"{PAGE}/download.csv").content.decode("utf-8-sig"))))
    assert [(one["Tender"], one["Lowest %"], one["Highest %"]) for one in rows] == [one[:3] for one in series]
    svg = officer.get(f"{PAGE}/download.svg").content
    texts = ["".join(one.itertext()) for one in ET.fromstring(svg).iter("{http://www.w3.org/2000/svg}text")]
    assert [one for one in texts if "£" in one] == [label for label, *_ in series]
    assert [one.removeprefix("winner ") for one in texts if one.startswith("winner ")] == [
        line[4] for line, one in zip(shown, series, strict=True) if one[3]
    ]


def _fits(shown: str, percent: str) -> bool:
    """Whether both are one exact figure, rounded once to one decimal and once to two: 7.9% and 7.95 may be."""
    return abs(Decimal(shown.removesuffix("%")) - Decimal(percent)) <= Decimal("0.055")


def test_one_read_model_feeds_page_and_picture() -> None:
    """The positions on the page are the figures of the picture, for a part that is not the first too."""
    rows = [row(1 + place % 28, value=str(100_000 + place), won=str(Decimal(place) / 7)[:9]) for place in range(1, 121)]
    whole = reports.portfolio_answer(made := _portfolio(rows), chosen={})
    nothing = Choices(years=(), categories=(), directorates=())
    for part in (1, 2, 3):
        page = portfolio_page(made, choice=Choice(), choices=nothing, part=part, may_open=True)
        shown = part_of(made, part)
        chart = reports.chart_of(shown, of=len(made.rows), organisation="North Vale", chosen="")
        assert [bar.label for bar in chart.bars] == [one.label for one in page.rows]
        for bar, line in zip(chart.bars, page.rows, strict=True):
            (at,) = line.winners_at
            (won,) = bar.winners
            assert abs(Fraction(at.removesuffix("%")) * chart.top / 100 - Fraction(won)) < Fraction(1, 100)
    assert [len(part_of(made, part)) for part in (1, 2, 3, 4)] == [50, 50, 20, 0]
    assert len(whole["tenders"]) == 120


def _portfolio(rows: list[Any]) -> Any:
    from svtracker.tenders.rules.portfolio import portfolio_of

    return portfolio_of(rows)


def test_a_picture_is_the_same_twice_and_takes_any_title(demo: FastAPI, officer: TestClient) -> None:
    for kind, begins in (("png", b"\x89PNG"), ("svg", b"<?xml")):
        one = officer.get(f"{PAGE}/download.{kind}")
        assert one.content.startswith(begins)
        demo.state.kept = type(demo.state.kept)()
        assert officer.get(f"{PAGE}/download.{kind}").content == one.content
    odd = row(1, value="5", won="1", title="$\\frac{<script>}$ & “x” " + "x" * 200)
    chart = reports.chart_of([odd], of=1, organisation="A & B", chosen="")
    ET.fromstring(charts.range_chart(chart, kind="svg"))
    assert charts.range_chart(reports.chart_of([], of=0, organisation="A", chosen=""), kind="png")


def test_the_workbook_has_a_chart_that_people_can_edit(officer: TestClient) -> None:
    book = load_workbook(io.BytesIO(officer.get(f"{PAGE}/download.xlsx").content))
    assert book.sheetnames == ["Tenders", "Chart"]
    (chart,) = book["Chart"]._charts
    names = [one.val.numRef.f for one in chart.series]
    (first, last) = map(int, re.findall(r"\$(\d+)", names[0]))
    table = book["Tenders"]
    heads = {table.cell(first - 1, place).value: place for place in range(1, table.max_column + 1)}
    assert (last - first + 1, table.max_row) == (8, last)
    letters = [table.cell(1, heads[name]).column_letter for name in ("Lowest %", "Highest %", "Winner %")]
    assert names == [f"Tenders!${one}${first}:${one}${last}" for one in letters]
    assert chart.hiLowLines is not None


@pytest.mark.parametrize(
    ("query", "labels"),
    [
        ("from=2021&to=2021&status=awarded", ["New market", "Smart corridor", "Multi-functional devices"]),
        ("category=85", ["Integrated sexual health", "Accommodation for rough sleepers"]),
        ("status=abandoned", ["Road corridor"]),
        ("directorate=Nowhere", []),
    ],
)
def test_a_choice_holds_on_the_page_and_in_what_is_taken_along(
    officer: TestClient, query: str, labels: list[str]
) -> None:
    told = officer.get(f"/api/v1{PAGE}?{query}").json()
    assert [one["title"] for one in told["tenders"]] == labels
    page = officer.get(f"{PAGE}?{query}")
    assert ("No tender fits." in words(page)) == (not labels)
    assert ("download.svg?" in page.text) == bool(labels)
    for kind in KINDS:
        assert officer.get(f"{PAGE}/download.{kind}?{query}").status_code == 200


@pytest.mark.parametrize("query", ["from=last", "to=20211", "status=won", "part=0", "part=x", "category=" + "4" * 30])
def test_an_odd_choice_is_refused_in_words(officer: TestClient, query: str) -> None:
    assert officer.get(f"{PAGE}?{query}").status_code == 422


def test_the_axis_ends_above_the_highest_bid() -> None:
    assert [charts.axis_of([Decimal(one)]) for one in ("0", "9.9", "41.2", "60", "119.9", "1700")] == [
        (10, 10),
        (10, 10),
        (50, 10),
        (80, 20),
        (120, 20),
        (2000, 500),
    ]
