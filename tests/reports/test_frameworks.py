"""Measure sets as tables: every measure with its figures, and nothing that a spreadsheet would run."""

import csv
import hashlib
import io
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from svtracker.files.tables_out import Sheet, as_csv, as_xlsx
from svtracker.frameworks.rules.diff import difference
from svtracker.frameworks.rules.selection import Selection, select
from svtracker.frameworks.rules.values import ListName, Version
from svtracker.reports.frameworks import difference_sheets, measures_sheet, version_sheets, versions_sheet
from tests.frameworks.sample_set import EARLIER, LATER, changed, read

OLD, NEW = read(EARLIER), read(LATER)
BOTH = {"2018.1": OLD, "2021.1": NEW}


def book_of(sheets: list[Sheet]) -> Workbook:
    return load_workbook(io.BytesIO(as_xlsx(sheets, title="x")))


def table(sheet: Worksheet) -> list[dict[str, Any]]:
    """The rows below the headings; the lines above them are what the sheet is about."""
    assert sheet.freeze_panes is not None, "headings stay in view"
    top = int("".join(filter(str.isdigit, sheet.freeze_panes))) - 1
    rows = list(sheet.iter_rows(min_row=top, values_only=True))
    return [dict(zip(map(str, rows[0]), row, strict=True)) for row in rows[1:]]


def whole(version: Version) -> list[Sheet]:
    return version_sheets(version, themes=version.themes, chosen="", others=BOTH)


class TestVersion:
    def test_the_workbook_has_a_sheet_for_each_question(self) -> None:
        assert book_of(whole(NEW)).sheetnames == ["About", "Measures", "Sources", "Dropped"]
        assert book_of(whole(OLD)).sheetnames == ["About", "Measures", "Sources"]

    def test_what_it_is(self) -> None:
        about = {row["What"]: row["Answer"] for row in table(book_of(whole(NEW))["About"])}
        assert about["Version"] == "2021.1"
        assert about["For tenders opened"] == "1 April 2021 to 31 March 2026"
        assert about["Main list"] == "7 measures, for contracts from £100,000"
        assert about["Lite list"] == "1 measure, for contracts below £100,000"
        assert about["SHA-256 of the file"] == hashlib.sha256(LATER.encode()).hexdigest()
        assert "Measures in this workbook" not in about

    def test_a_measure_with_everything_behind_its_value(self) -> None:
        row = table(book_of(whole(NEW))["Measures"])[0]
        assert row["Reference"] == "B1"
        assert (row["Theme"], row["Outcome"], row["Unit"]) == ("Jobs", "Work", "full-time year")
        assert row["Unit value"] == 11579.41
        assert (row["Main"], row["Lite"], row["Record only"]) == ("yes", "yes", None)
        assert (row["Source"], row["Where it stands"], row["Source figure"]) == ("A study", "row 1", 9800)
        assert (row["Source price year"], row["Price index"], row["Years of the index"]) == (
            "2012",
            "deflator",
            "financial",
        )
        assert (row["Lowest in the source"], row["Highest in the source"]) == (9000, 10000)
        assert row["Replaces"] == "2018.1 A1 (kept): kept"
        assert (row["May also count in"], row["Also known as"], row["First year only"]) == ("B2", "NT1", "yes")

    def test_a_measure_without_a_value_has_empty_cells_not_zeros(self) -> None:
        row = next(row for row in table(book_of(whole(NEW))["Measures"]) if row["Reference"] == "B3")
        assert [row[name] for name in ("Unit value", "Source", "Source figure", "Price index")] == [None] * 4
        assert row["Kind"] == "Recorded, no value"

    def test_every_measure_once_in_the_order_of_the_file(self) -> None:
        rows = table(book_of(whole(NEW))["Measures"])
        assert [row["Reference"] for row in rows] == list(NEW.measures)

    def test_sources_with_terms_and_dropped_with_reasons(self) -> None:
        book = book_of(whole(NEW))
        study, prices = table(book["Sources"])
        assert (study["Terms"], study["Read on"].date()) == ("Open Government Licence 3.0", date(2026, 11, 21))
        assert (prices["Terms"], prices["Read on"], prices["Measures"]) == ("The source states no terms", None, 1)
        (dropped,) = table(book["Dropped"])
        assert [dropped[name] for name in ("Reference", "Version", "Measure", "Reason", "Why")] == [
            "A6",
            "2018.1",
            "Work placements",
            "never used",
            "in no tender",
        ]

    def test_a_part_says_that_it_is_a_part(self) -> None:
        themes = select(NEW, Selection(list=ListName.LITE))
        book = book_of(version_sheets(NEW, themes=themes, chosen="lite list", others=BOTH))
        assert [row["Reference"] for row in table(book["Measures"])] == ["B1"]
        assert table(book["About"])[0] == {"What": "Measures in this workbook", "Answer": "Only: lite list"}
        assert book["Measures"]["A2"].value == "Only: lite list"

    def test_text_is_wrapped_and_columns_are_wide_enough_to_read(self) -> None:
        sheet = book_of(whole(NEW))["Measures"]
        heads = {cell.value: cell for cell in sheet[3]}
        counts = heads["What counts"]
        assert sheet.cell(row=4, column=counts.column).alignment.wrap_text
        assert sheet.column_dimensions[counts.column_letter].width >= 50

    def test_the_csv_holds_exact_digits(self) -> None:
        text = as_csv(measures_sheet(NEW, themes=NEW.themes, chosen="")).decode("utf-8-sig")
        rows = {row["Reference"]: row for row in csv.DictReader(io.StringIO(text))}
        assert list(rows) == list(NEW.measures)
        assert (rows["B1"]["Unit value"], rows["B2"]["Unit value"]) == ("11579.41", "0.445")
        assert rows["B3"]["Unit value"] == ""

    @pytest.mark.parametrize("start", ["=", "+", "-", "@"])
    def test_a_title_that_looks_like_a_formula_stays_text(self, start: str) -> None:
        odd = read(changed(LATER, "title: Trees looked after", f'title: "{start}1+1"'))
        sheets = version_sheets(odd, themes=odd.themes, chosen="", others={})
        cells = [cell for row in book_of(sheets)["Measures"].iter_rows() for cell in row if cell.value == f"{start}1+1"]
        assert [cell.data_type for cell in cells] == ["s"]
        text = as_csv(sheets[1]).decode("utf-8-sig")
        titles = [row["Measure"] for row in csv.DictReader(io.StringIO(text))]
        assert f"'{start}1+1" in titles
        assert f"{start}1+1" not in titles


def test_the_list_of_versions() -> None:
    rows = table(book_of([versions_sheet([NEW, OLD])])["Measure sets"])
    assert [row["Version"] for row in rows] == ["2021.1", "2018.1"]
    assert [(row["Main"], row["Lite"], row["Record only"], row["All measures"]) for row in rows] == [
        (7, 1, 1, 8),
        (6, 0, 0, 6),
    ]
    assert rows[0]["Valid from"].date() == date(2021, 4, 1)
    assert (rows[0]["Replaces"], rows[1]["Replaces"]) == ("2018.1", None)


class TestDifferences:
    def rows(self) -> list[dict[str, Any]]:
        return table(book_of(difference_sheets(OLD, NEW, difference(OLD, NEW)))["Differences"])

    def of(self, what: str) -> list[dict[str, Any]]:
        return [row for row in self.rows() if row["What"] == what]

    def test_every_kind_of_difference(self) -> None:
        assert [row["Reference in 2021.1"] for row in self.of("New")] == ["B2", "R1", "R2"]
        (dropped,) = self.of("Dropped")
        assert (dropped["Reference in 2018.1"], dropped["Reason"], dropped["Why"]) == (
            "A6",
            "never used",
            "in no tender",
        )
        (merged,) = self.of("Merged")
        assert (merged["Reference in 2018.1"], merged["Reference in 2021.1"]) == ("A3, A4", "B4")
        assert merged["In 2018.1"] == "A3 Volunteering hours; A4 Coaching hours"
        (split,) = self.of("Split")
        assert split["Reference in 2021.1"] == "B5, B6"

    def test_values_with_their_change(self) -> None:
        (valued,) = self.of("Another unit value")
        assert (valued["Unit value in 2018.1"], valued["Unit value in 2021.1"]) == (10798.47, 11579.41)
        assert valued["Change in %"] == 7.23

    def test_the_change_of_a_value_in_another_unit_is_not_given(self) -> None:
        text = changed(
            LATER, "ref: B1\n            title: Local people employed", "ref: B1\n            title: Local jobs"
        )
        text = changed(text, "unit: fte_year", "unit: person").replace("            first_year_only: true\n", "")
        new = read(text)
        rows = table(book_of(difference_sheets(OLD, new, difference(OLD, new)))["Differences"])
        (valued,) = [row for row in rows if row["What"] == "Another unit value"]
        assert (valued["Change in %"], valued["Reason"]) == (None, "counted in another unit")
        (unit,) = [row for row in rows if row["What"] == "Counted in another unit"]
        assert (unit["In 2018.1"], unit["In 2021.1"]) == ("full-time year", "person")

    def test_names_lists_and_locality(self) -> None:
        assert [(row["In 2018.1"], row["In 2021.1"]) for row in self.of("Renamed")] == [
            ("Local jobs", "Local people employed"),
            ("Trees planted", "Trees looked after"),
        ]
        assert [(row["In 2018.1"], row["In 2021.1"]) for row in self.of("On other lists")] == [
            ("main", "main and lite")
        ]
        assert [row["In 2021.1"] for row in self.of("Local or anywhere")] == ["Anywhere"]

    def test_measures_per_list(self) -> None:
        rows = table(book_of(difference_sheets(OLD, NEW, difference(OLD, NEW)))["Measures per list"])
        assert rows == [
            {"List": "Main", "2018.1": 6, "2021.1": 7},
            {"List": "Lite", "2018.1": 0, "2021.1": 1},
            {"List": "Record only", "2018.1": 0, "2021.1": 1},
        ]

    def test_the_csv_is_the_table_of_differences(self) -> None:
        text = as_csv(difference_sheets(OLD, NEW, difference(OLD, NEW))[0]).decode("utf-8-sig")
        rows = list(csv.DictReader(io.StringIO(text)))
        assert len(rows) == len(self.rows())
        (valued,) = [row for row in rows if row["What"] == "Another unit value"]
        assert Decimal(valued["Unit value in 2021.1"]) == Decimal("11579.41")
