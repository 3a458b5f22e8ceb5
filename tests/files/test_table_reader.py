"""Tables of strangers: CSV files in what shape they come, and the sheets of workbooks, as rows of text."""

import io
from datetime import date

import pytest
import xlsxwriter

from svtracker.files.table_reader import Table, TableRow, read_tables


def rows(data: bytes | str) -> list[tuple[int, tuple[str, ...]]]:
    read = read_tables(name="table.csv", data=data.encode() if isinstance(data, str) else data)
    assert read.problems == ()
    return [(row.line, row.cells) for table in read.tables for row in table.rows]


@pytest.mark.parametrize(
    ("data", "wanted"),
    [
        ("a,b\n1,2\n", [(1, ("a", "b")), (2, ("1", "2"))]),
        ("a;b,c;d\n1;2;3\n", [(1, ("a", "b,c", "d")), (2, ("1", "2", "3"))]),
        ("a\tb\n", [(1, ("a", "b"))]),
        # Names twice, rows of other lengths, empty rows and line breaks inside cells stand as they are.
        ('a,a\n\n,,\n"1\n2"\n3,4,5\n', [(1, ("a", "a")), (4, ("1\n2",)), (6, ("3", "4", "5"))]),
        ("\ufeffa,b\n", [(1, ("a", "b"))]),
        ("\ufeff\ufeffa,b\n", [(1, ("a", "b"))]),
        (b"caf\xe9,\xa31\n", [(1, ("café", "£1"))]),
        ("ï»¿a,£\n", [(1, ("a", "£"))]),
        ("ï»¿a,Â£,â€œxâ€\x9d\n", [(1, ("a", "£", "“x”"))]),
        (b"\xef\xbb\xbfa,\xa3\n", [(1, ("a", "£"))]),
    ],
)
def test_csv_files(data: bytes | str, wanted: list[tuple[int, tuple[str, ...]]]) -> None:
    assert rows(data) == wanted


@pytest.mark.parametrize(
    ("data", "seen"),
    [
        (b"", "nothing"),
        (b"\n\n", "nothing"),
        (b"a,\x81\n", "text that is not UTF-8, perhaps in the old Windows-1252"),
        (b"a,\x00\n", "a control character"),
        (b'a,"b\n', "a quote that is not closed"),
        (b"%PDF-1.4", "a PDF document"),
        (b"\xd0\xcf\x11\xe0", "an old spreadsheet or document"),
    ],
)
def test_what_cannot_be_read(data: bytes, seen: str) -> None:
    read = read_tables(name="table.csv", data=data)
    assert read.tables == ()
    assert [one.seen for one in read.problems] == [seen]


def test_the_visible_sheets_of_a_workbook() -> None:
    data = io.BytesIO()
    with xlsxwriter.Workbook(data, {"in_memory": True}) as workbook:
        first, hidden, last = (workbook.add_worksheet(name) for name in ("One", "Hidden", "Empty"))
        hidden.hide()
        hidden.write(0, 0, "nobody sees it")
        first.write(1, 1, "text ")
        first.write_number(1, 3, 0.1)
        first.write_number(2, 0, 1e15)
        first.write_number(2, 1, 7689604)
        first.write_datetime(3, 0, date(2026, 4, 1), workbook.add_format({"num_format": "dd/mm/yyyy"}))
        first.write_boolean(3, 1, True)
        first.write_formula(3, 2, "=1+1", None, 2)
        first.write_formula(3, 3, "=NA()", None, "#N/A")
        last.set_column(0, 0, 20)
    read = read_tables(name="table.xlsx", data=data.getvalue())
    assert read.tables == (
        Table(
            name="One",
            rows=(
                TableRow(line=2, cells=("", "text ", "", "0.1")),
                TableRow(line=3, cells=("1000000000000000", "7689604")),
                TableRow(line=4, cells=("2026-04-01", "Yes", "2", "the formula “=NA()” (the error #N/A)")),
            ),
        ),
        Table(name="Empty", rows=()),
    )
