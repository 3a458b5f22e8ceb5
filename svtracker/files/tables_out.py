"""Writes tables as CSV and XLSX so that no spreadsheet runs what somebody typed (DESIGN section 5).

A cell is a text, an exact decimal, a whole number, a date or nothing. Text that starts like a formula stays text: in
XLSX by its type, in CSV by an apostrophe in front.
"""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from svtracker.kernel import numbers

Cell = str | Decimal | int | date | None

_RUNS_IN_A_SPREADSHEET = ("=", "+", "-", "@", "\t", "\r", "\n")
# Excel keeps 15 significant digits; a longer figure travels as text so that no digit is lost.
_EXACT_DIGITS = 15
_NEVER_CHANGES = datetime(2026, 1, 1)  # noqa: DTZ001 - a workbook's own date has no zone; fixed, so that bytes agree
_LONGEST_SHEET_NAME = 31


class Style(StrEnum):
    """How a column is shown in a workbook; it changes no figure."""

    TEXT = "text"
    LONG_TEXT = "long_text"
    WHOLE = "whole"
    NUMBER = "number"
    MONEY = "money"
    UNIT_VALUE = "unit_value"
    PERCENT = "percent"
    DATE = "date"


_FORMATS: dict[Style, dict[str, object]] = {
    Style.TEXT: {},
    Style.LONG_TEXT: {"text_wrap": True},
    Style.WHOLE: {"num_format": "#,##0", "align": "right"},
    Style.NUMBER: {"num_format": "#,##0.####", "align": "right"},
    Style.MONEY: {"num_format": "£#,##0.00", "align": "right"},
    Style.UNIT_VALUE: {"num_format": "£#,##0.00##", "align": "right"},
    Style.PERCENT: {"num_format": '0.00"%"', "align": "right"},
    Style.DATE: {"num_format": "d mmm yyyy", "align": "right"},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column: its heading, how it is shown, how wide it is in characters."""

    heading: str
    style: Style = Style.TEXT
    width: int = 14


class Marker(StrEnum):
    """The sign of a series in a chart of ranges."""

    END = "long_dash"
    WINNER = "circle"


@dataclass(frozen=True, slots=True, kw_only=True)
class RangeChart:
    """A chart that a spreadsheet draws and people can edit: for each row a line from the lowest to the highest figure.

    `series` are columns of the table with the sign of each; `names` is the column that names a row.
    """

    of: str
    names: int
    series: tuple[tuple[int, Marker], ...]
    axis: str
    rows: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One table. `about` are the lines above it in a workbook: what it is, of when, what to know.

    A sheet with a chart of another sheet of the workbook has no table of its own.
    """

    name: str
    about: tuple[str, ...]
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    chart: RangeChart | None = None


def as_csv(sheet: Sheet) -> bytes:
    """The table alone, headings first, UTF-8 with a byte-order mark so that Excel shows £ as £."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([_csv_cell(column.heading) for column in sheet.columns])
    writer.writerows([[_csv_cell(cell) for cell in row] for row in sheet.rows])
    return out.getvalue().encode("utf-8-sig")


def csv_line(cells: Sequence[Cell]) -> bytes:
    """One line of such a table, for one that is too long to be held at once; the mark stands before the first."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerow([_csv_cell(cell) for cell in cells])
    return out.getvalue().encode()


def _csv_cell(cell: Cell) -> str:
    match cell:
        case None:
            return ""
        case Decimal():
            return numbers.plain(cell)
        case date():
            return cell.isoformat()
        case str():
            return f"'{cell}" if cell.startswith(_RUNS_IN_A_SPREADSHEET) else cell
        case _:
            return str(cell)


def as_xlsx(sheets: Sequence[Sheet], *, title: str) -> bytes:
    """A readable workbook: one sheet a table, headings that stay in view, a filter, set up to print."""
    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(out, options) as workbook:
        workbook.set_properties({"title": title, "created": _NEVER_CHANGES})
        styles = {style: workbook.add_format({"valign": "top", **given}) for style, given in _FORMATS.items()}
        heading = workbook.add_format({"bold": True, "text_wrap": True, "valign": "bottom", "bottom": 1})
        strong = workbook.add_format({"bold": True, "font_size": 14})
        names: set[str] = set()
        for sheet in sheets:
            _write(workbook, sheet, name=_free_name(sheet.name, names), styles=styles, heading=heading, strong=strong)
        for sheet in sheets:
            if sheet.chart is not None:
                _draw(workbook, sheet, sheet.chart, next(one for one in sheets if one.name == sheet.chart.of))
    return out.getvalue()


def _free_name(name: str, taken: set[str]) -> str:
    clean = "".join("-" if character in "[]:*?/\\'" else character for character in name)[:_LONGEST_SHEET_NAME]
    free, number = clean, 2
    while free.lower() in taken:
        free = f"{clean[: _LONGEST_SHEET_NAME - 4]} ({number})"
        number += 1
    taken.add(free.lower())
    return free


def _write(
    workbook: Workbook, sheet: Sheet, *, name: str, styles: dict[Style, Format], heading: Format, strong: Format
) -> None:
    page: Worksheet = workbook.add_worksheet(name)
    top = 0
    for place, line in enumerate(sheet.about):
        page.write_string(top, 0, line, strong if place == 0 else None)
        top += 1
    top += bool(sheet.about)
    for column, shown in enumerate(sheet.columns):
        page.set_column(column, column, shown.width)
        page.write_string(top, column, shown.heading, heading)
    for line_number, row in enumerate(sheet.rows, start=top + 1):
        for column, (cell, shown) in enumerate(zip(row, sheet.columns, strict=True)):
            _write_cell(page, line_number, column, cell, styles[shown.style])
    if sheet.columns:
        page.freeze_panes(top + 1, 1)
    if sheet.rows:
        page.autofilter(top, 0, top + len(sheet.rows), len(sheet.columns) - 1)
    if sheet.columns:
        page.repeat_rows(top)
    page.set_landscape()
    page.set_paper(9)
    page.fit_to_pages(1, 0)


def _draw(workbook: Workbook, sheet: Sheet, chart: RangeChart, table: Sheet) -> None:
    """The chart below the lines of its sheet; its figures stay in the table, so that a change there changes it."""
    drawn = workbook.add_chart({"type": "line"})
    head = len(table.about) + bool(table.about)
    first, last = head + 1, head + chart.rows
    for column, marker in chart.series:
        colour = "#12436D"
        look = {"type": marker.value, "size": 9, "border": {"color": colour}, "fill": {"color": colour}}
        drawn.add_series(
            {
                "name": [table.name, head, column],
                "categories": [table.name, first, chart.names, last, chart.names],
                "values": [table.name, first, column, last, column],
                "line": {"none": True},
                "marker": look,
            }
        )
    drawn.set_high_low_lines({"line": {"color": "#ABCAE6", "width": 7}})
    drawn.set_title({"name": sheet.about[0], "name_font": {"size": 14}})
    drawn.set_y_axis({"name": chart.axis, "min": 0, "major_gridlines": {"visible": True, "line": {"color": "#D6DADE"}}})
    drawn.set_x_axis({"num_font": {"rotation": -45}})
    drawn.set_legend({"position": "top"})
    drawn.show_blanks_as("gap")
    drawn.set_size({"width": 360 + 45 * chart.rows, "height": 560})
    page = workbook.get_worksheet_by_name(sheet.name)
    page.insert_chart(len(sheet.about) + 1, 0, drawn, {"description": sheet.about[0]})


def _write_cell(page: Worksheet, row: int, column: int, cell: Cell, style: Format) -> None:
    match cell:
        case None:
            page.write_blank(row, column, None, style)
        case Decimal() if len(cell.as_tuple().digits) > _EXACT_DIGITS:
            page.write_string(row, column, numbers.plain(cell), style)
        case Decimal() | int():
            page.write_number(row, column, float(cell), style)
        case date():
            page.write_datetime(row, column, datetime(cell.year, cell.month, cell.day), style)  # noqa: DTZ001 - a day has no zone
        case _:
            page.write_string(row, column, cell, style)
