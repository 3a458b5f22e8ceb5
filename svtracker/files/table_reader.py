"""Reads a table of a stranger whatever its columns are called: a CSV file or a workbook, as rows of text.

What the columns mean is not asked here. Of a workbook every visible sheet is a table of its own, and every cell the
text that a person would type: a day as 2026-04-01, a number in plain digits, a formula as its result.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from svtracker.files.csv_reader import read_lines
from svtracker.files.workbook_reader import Cell, CellKind, WorkbookSheet, position, read_workbook
from svtracker.kernel import numbers
from svtracker.kernel.problems import Problem

_WORKBOOK = b"PK\x03\x04"


@dataclass(frozen=True, slots=True, kw_only=True)
class TableRow:
    """One row that holds something: its line in the file or row in the sheet, and its cells from the first column."""

    line: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """The rows of one sheet; of a CSV file the name is empty."""

    name: str
    rows: tuple[TableRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tables:
    """What stands in a file, or why it cannot be read; `notes` say what had to be understood to read it."""

    tables: tuple[Table, ...] = ()
    problems: tuple[Problem, ...] = ()
    notes: tuple[str, ...] = ()


def read_tables(*, name: str, data: bytes) -> Tables:
    """Every table of a file; never raises on content. What it is says its beginning, not its name."""
    if data.startswith(_WORKBOOK):
        workbook, problems = read_workbook(name=name, data=data)
        if workbook is None or problems:
            return Tables(problems=problems)
        visible = [sheet for sheet in workbook.sheets.values() if not sheet.is_hidden]
        return Tables(tables=tuple(Table(name=sheet.name, rows=tuple(_rows(sheet))) for sheet in visible))
    read = read_lines(name=name, data=data)
    if read.problems:
        return Tables(problems=read.problems)
    rows = tuple(TableRow(line=line, cells=tuple(cells)) for line, cells in read.lines)
    return Tables(tables=(Table(name="", rows=rows),), notes=read.notes)


def _rows(sheet: WorkbookSheet) -> Iterator[TableRow]:
    by_row: dict[int, dict[int, str]] = {}
    for place, cell in sheet.cells.items():
        text = _text(cell)
        if text.strip():
            column, row = position(place)
            by_row.setdefault(row, {})[column] = text
    for row in sorted(by_row):
        cells = by_row[row]
        yield TableRow(line=row, cells=tuple(cells.get(column, "") for column in range(1, max(cells) + 1)))


def _text(cell: Cell) -> str:
    match cell.kind:
        case CellKind.DAY if cell.moment is not None:
            return cell.moment.date().isoformat()
        case CellKind.NUMBER if cell.number is not None:
            return numbers.trimmed(_as_written(cell.number))
        case CellKind.TRUE_FALSE:
            return "Yes" if cell.text == "1" else "No"
        case CellKind.NOT_CALCULATED | CellKind.BROKEN | CellKind.ERROR:
            return cell.seen
        case _:
            return cell.text


def _as_written(number: Decimal) -> Decimal:
    """A workbook keeps 0.1 as 0.10000000000000001: 15 digits are what a person sees."""
    return numbers.significant(number, 15)
