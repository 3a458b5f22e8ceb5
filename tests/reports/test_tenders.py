"""Scored tenders as tables: every figure that the page shows, exact, and nothing that a spreadsheet would run."""

import io
from pathlib import Path

import pytest
from openpyxl import load_workbook

from svtracker.files.tables_out import as_csv, as_xlsx
from svtracker.frameworks.folder import find_in_folder
from svtracker.registers.loader import load_reference
from svtracker.reports.tenders import evaluation_sheets, tenders_sheet
from svtracker.tenders.rules.result import Result
from svtracker.tenders.service.files import score_file

PROJECT = Path(__file__).resolve().parents[2]


def scored(text: str) -> Result:
    reference = load_reference(PROJECT / "data/reference")
    return score_file(
        name="tender.yaml",
        data=text.encode(),
        find_version=lambda set_id, version: find_in_folder(
            PROJECT / "frameworks", set_id=set_id, version=version, indices=reference.indices
        ),
        known_versions=list,
        minimum_wage=reference.minimum_wage,
    )


@pytest.fixture(scope="module")
def worked() -> str:
    return (PROJECT / "data/demo/worked.yaml").read_text(encoding="utf-8")


def test_the_bids_sheet_holds_every_figure_of_the_worked_example(worked: str) -> None:
    bids = evaluation_sheets(scored(worked))[0]
    heads = [column.heading for column in bids.columns]
    row = dict(zip(heads, bids.rows[1], strict=True))
    assert row["Bidder"] == "B"
    assert (row["Rank"], str(row["Marks"])) == (1, "84.32")
    assert (str(row["Social value £"]), str(row["Social value %"])) == ("138691.42", "18.49")
    assert str(row["Local jobs and spend £"]) == "116364.18"


def test_lines_are_exact_not_rounded(worked: str) -> None:
    lines = evaluation_sheets(scored(worked))[1]
    values = [str(row[9]) for row in lines.rows if row[0] == "B" and row[1] == "X1"]
    assert values == ["53364.175"]


def test_a_bidder_that_looks_like_a_formula_stays_text_in_both_files(worked: str) -> None:
    result = scored(worked.replace("bidder: A", "bidder: '=1+1'"))
    sheets = evaluation_sheets(result)
    book = load_workbook(io.BytesIO(as_xlsx(sheets, title="x")))
    cells = [cell for row in book["Bids"].iter_rows() for cell in row if cell.value == "=1+1"]
    assert [cell.data_type for cell in cells] == ["s"]
    assert "\n'=1+1,assessed" in as_csv(sheets[0]).decode("utf-8-sig")


def test_the_same_result_gives_the_same_bytes(worked: str) -> None:
    sheets = evaluation_sheets(scored(worked))
    assert as_xlsx(sheets, title="x") == as_xlsx(sheets, title="x")


def test_the_list_of_tenders_says_range_first_and_that_bids_are_invented(worked: str) -> None:
    sheet = tenders_sheet([("worked", scored(worked))])
    assert sheet.about[1] == "These bids are invented."
    assert [str(cell) for cell in sheet.rows[0][4:8]] == ["0.00", "20.99", "18.49", "B"]
