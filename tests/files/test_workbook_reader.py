"""A stranger's workbook: what is read of it, to the digit, and what is refused before it can cost anything."""

import contextlib
import io
import json
import struct
import tracemalloc
import zipfile
from datetime import date
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from svtracker.files import workbook_parser
from svtracker.files.tables_out import Column, Sheet, as_xlsx
from svtracker.files.workbook_reader import Cell, CellKind, Limits, Workbook, read_workbook
from tests.files.xlsx import book, cell, packed, parts_of, repacked

QUICK = Limits(seconds=5)


def read(data: bytes, *, limits: Limits = QUICK) -> Workbook:
    workbook, problems = read_workbook(name="bid.xlsx", data=data, limits=limits)
    assert workbook is not None, problems
    return workbook


def refused(data: bytes, *, limits: Limits = QUICK) -> str:
    workbook, problems = read_workbook(name="bid.xlsx", data=data, limits=limits)
    assert workbook is None
    assert len(problems) == 1
    return str(problems[0])


def only(data: bytes) -> Cell:
    (found,) = next(iter(read(data).sheets.values())).cells.values()
    return found


# What cells hold


@pytest.mark.parametrize(
    ("digits", "number"),
    [
        ("0", "0"),
        ("-0", "0"),
        ("12.50", "12.5"),
        ("7.0000000000000007E-2", "0.07"),
        ("0.30000000000000004", "0.3"),
        ("1.5E+3", "1500"),
        ("999999999.9999", "999999999.9999"),
        ("21345.67", "21345.67"),
        (" 5 ", "5"),
    ],
)
def test_a_number_keeps_the_digits_that_a_spreadsheet_keeps(digits: str, number: str) -> None:
    found = only(book(cell("B2", f"<v>{digits}</v>")))
    assert (found.kind, found.number) == (CellKind.NUMBER, Decimal(number))


@pytest.mark.parametrize("digits", ["12,5", "1 200", "NaN", "1e999", "0x10", "1_000", "٣", "--1", "1e-99"])
def test_what_no_spreadsheet_writes_as_a_number_is_broken_and_not_guessed(digits: str) -> None:
    found = only(book(cell("B2", f"<v>{digits}</v>")))
    assert (found.kind, found.number, found.text) == (CellKind.BROKEN, None, digits)


def test_texts_come_from_the_cell_or_from_the_shared_strings() -> None:
    data = book(
        '<row r="1"><c r="A1" t="s"><v>1</v></c><c r="B1" t="inlineStr">'
        "<is><r><t>in </t></r><r><t>line</t></r></is></c>"
        '<c r="C1" t="str"><f>UPPER("x")</f><v>X</v></c><c r="D1" t="s"><v>9</v></c><c r="E1" t="s"/></row>',
        strings=("zero", "one_x000D_\ntwo"),
    )
    cells = read(data).sheets["Sheet"].cells
    assert cells["A1"].text == "one\r\ntwo"
    assert cells["B1"].text == "in line"
    assert (cells["C1"].text, cells["C1"].formula) == ("X", 'UPPER("x")')
    assert cells["D1"].kind is CellKind.BROKEN
    assert "E1" not in cells


def test_phonetic_readings_are_no_part_of_a_text() -> None:
    data = repacked(
        book(cell("A1", "<v>0</v>", kind="s"), strings=("x",)),
        {"xl/sharedStrings.xml": b"<sst><si><t>name</t><rPh sb='0' eb='1'><t>reading</t></rPh></si></sst>"},
    )
    assert only(data).text == "name"


def test_a_formula_comes_with_its_last_result_or_says_that_it_has_none() -> None:
    calculated = only(book(cell("A1", "<f>2*12</f><v>24</v>")))
    assert (calculated.number, calculated.formula, calculated.seen) == (Decimal(24), "2*12", "the formula “=2*12” (24)")
    assert only(book(cell("A1", "<f>2*12</f><v></v>"))).kind is CellKind.NOT_CALCULATED
    assert only(book(cell("A1", "<f>2*12</f>"))).seen == "the formula “=2*12”"
    assert only(book(cell("A1", '<f t="shared" si="0"/><v>1</v>'))).seen == "a formula (1)"
    empty = only(book(cell("A1", '<f>""</f><v></v>', kind="str")))
    assert (empty.kind, empty.text) == (CellKind.TEXT, "")


@pytest.mark.parametrize(
    ("inside", "kind", "seen"),
    [
        ("<v>#REF!</v>", "e", "the error #REF!"),
        ("<v>1</v>", "b", "TRUE"),
        ("<v>2026-11-22</v>", "d", "“2026-11-22”"),
        ("<v>yes</v>", "b", "“yes”"),
    ],
)
def test_other_kinds_of_cell_are_shown_as_a_person_sees_them(inside: str, kind: str, seen: str) -> None:
    assert only(book(cell("A1", inside, kind=kind))).seen == seen


@pytest.mark.parametrize(
    ("code", "seen"),
    [
        ("General", "45,000.5"),
        ("0%", "4,500,050%"),
        ("£#,##0.00", "£45,000.5"),
        ("[$£-809]#,##0", "£45,000.5"),
        ('"£"#,##0', "£45,000.5"),
        ('#,##0 "days"', "45,000.5"),
        ("[Red]0.00", "45,000.5"),
        ("d mmm yyyy", "the date 15 March 2023"),
        ("[$-809]dd/mm/yyyy;@", "the date 15 March 2023"),
        ("[h]:mm", "the date 15 March 2023"),
    ],
)
def test_a_number_is_seen_through_its_format(code: str, seen: str) -> None:
    assert only(book(cell("A1", "<v>45000.5</v>", style=1), formats=(code,))).seen == seen


def test_dates_count_from_1900_with_its_false_leap_day_or_from_1904() -> None:
    def day_of(digits: str, properties: str = "") -> date | None:
        found = only(book(cell("A1", f"<v>{digits}</v>", style=1), formats=("d/m/yyyy",), properties=properties))
        assert found.kind is CellKind.DAY
        return found.moment.date() if found.moment else None

    assert day_of("1") == date(1900, 1, 1)
    assert day_of("59") == date(1900, 2, 28)
    assert day_of("61") == date(1900, 3, 1)
    assert day_of("1", '<workbookPr date1904="1"/>') == date(1904, 1, 2)
    assert day_of("-1") is None
    assert day_of("99999999") is None


def test_hidden_and_merged_places_are_known() -> None:
    data = book(
        '<row r="1"><c r="A1"><v>1</v></c></row><row r="2" hidden="1"><c r="B2"><v>2</v></c></row>',
        state="veryHidden",
        before='<cols><col min="3" max="4" hidden="1"/></cols>',
        after='<mergeCells><mergeCell ref="A4:B6"/></mergeCells>',
    )
    sheet = read(data).sheets["Sheet"]
    assert sheet.is_hidden
    assert [place for place in ("A1", "B2", "C1", "D9", "E1") if sheet.hides(place)] == ["B2", "C1", "D9"]
    assert sheet.merges("B5") == "A4:B6"
    assert sheet.merges("C5") is None


def test_a_cell_in_the_last_corner_costs_one_entry() -> None:
    found = read(book(cell("A1", "<v>1</v>") + cell("XFD1048576", "<v>2</v>")), limits=Limits(memory=200 * 1024**2))
    assert list(found.sheets["Sheet"].cells) == ["A1", "XFD1048576"]


def test_places_are_counted_where_the_file_does_not_name_them() -> None:
    found = read(book("<row><c><v>1</v></c><c><v>2</v></c></row><row><c><v>3</v></c></row>"))
    assert {place: each.text for place, each in found.sheets["Sheet"].cells.items()} == {
        "A1": "1",
        "B1": "2",
        "A2": "3",
    }


def test_a_workbook_is_read_as_the_usual_library_reads_it() -> None:
    made = openpyxl.Workbook()
    sheet = made.active
    assert sheet is not None
    rows = [["a", 1, 2.5, None, True], ["=A1", "x" * 500, -3, 0.07, "two\nlines"], [date(2026, 11, 22), 1e15, "", 7, 8]]
    for row in rows:
        sheet.append(row)
    out = io.BytesIO()
    made.save(out)
    cells = read(out.getvalue()).sheets["Sheet"].cells
    theirs = openpyxl.load_workbook(io.BytesIO(out.getvalue())).active
    assert theirs is not None
    for row in theirs.iter_rows():
        for each in row:
            ours = cells.get(each.coordinate)
            match each.value:
                case None:
                    assert ours is None
                case bool():
                    assert ours is not None
                    assert ours.text == str(int(each.value))
                case int() | float():
                    assert ours is not None
                    assert ours.number == Decimal(repr(each.value)).normalize()
                case str() if each.data_type == "f":
                    assert ours is not None
                    assert ours.formula == each.value[1:]
                case str():
                    assert ours is not None
                    assert ours.text == each.value
                case _:
                    assert ours is not None
                    assert ours.moment == each.value


def test_pictures_and_notes_that_nobody_reads_are_named() -> None:
    data = book(more={"xl/media/image1.png": b"x", "xl/comments1.xml": b"<x/>", "xl/charts/chart1.xml": b"<x/>"})
    assert set(read(data).left_aside) == {"pictures", "comments beside cells", "charts"}


# What is refused


@pytest.mark.parametrize(
    ("data", "seen"),
    [
        (b"", "an empty file"),
        (b"name,quantity\nJ1,5\n", "a text or CSV file"),
        (b"\xd0\xcf\x11\xe0" + b"\0" * 600, "the old format .xls"),
        (b"\xd0\xcf\x11\xe0" + "EncryptedPackage".encode("utf-16-le") * 2, "a workbook with a password"),
        (b"%PDF-1.7", "a PDF document"),
        (b"<html><table>", "a web page"),
        (b"\x00\x01\x02\x03" * 9, "a file of another kind"),
        (b"PK\x03\x04" + b"x" * 100, "a damaged archive"),
        (packed({"a.txt": "x"}), "an archive that is no workbook"),
        (packed({"mimetype": "application/vnd.oasis.opendocument.spreadsheet"}), "an OpenDocument file"),
        (packed({"[Content_Types].xml": "x", "word/document.xml": "x"}), "a text document"),
        (packed({"[Content_Types].xml": "x", "xl/workbook.bin": "x"}), "the binary format .xlsb"),
        (book(more={"xl/vbaProject.bin": b"x"}), "macros"),
        (book(more={"XL\\VBAPROJECT.BIN": b"x"}), "macros"),
        (book(more={"xl/macrosheets/sheet1.xml": b"x"}), "macros of Excel 4"),
        (book(more={"xl/externalLinks/externalLink1.xml": b"x"}), "links to other workbooks"),
        (book(more={"xl/embeddings/oleObject1.bin": b"x"}), "embedded objects"),
        (book(more={"xl/connections.xml": b"x"}), "data connections"),
        (book(more={"xl/Worksheets/Sheet1.xml": b"x"}), "two parts of one name"),
    ],
)
def test_another_kind_of_file_is_refused_by_its_bytes(data: bytes, seen: str) -> None:
    message = refused(data)
    assert message.startswith("bid.xlsx: saw ")
    assert seen in message
    assert "; wanted " in message


def test_a_zip_with_a_password_is_refused() -> None:
    data = bytearray(book())
    at = data.find(b"PK\x01\x02")
    data[at + 8] |= 1
    assert "a password" in refused(bytes(data))


def test_fifty_megabytes_are_refused_unopened(monkeypatch: pytest.MonkeyPatch) -> None:
    def opened(*_: object, **__: object) -> None:
        raise AssertionError

    monkeypatch.setattr(zipfile, "ZipFile", opened)
    monkeypatch.setattr("subprocess.run", opened)
    assert "a file of 52,428,800 bytes" in refused(b"PK\x03\x04" + bytes(50 * 1024**2 - 4))


def test_a_refusal_by_size_costs_no_memory() -> None:
    data = b"PK\x03\x04" + bytes(50 * 1024**2)
    tracemalloc.start()
    read_workbook(name="x.xlsx", data=data)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 100_000


def test_what_grows_too_much_when_unpacked_is_refused_unopened(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("subprocess.run", None)
    bomb = book(more={"xl/worksheets/sheet2.xml": b" " * 30_000_000})
    assert "30,0" in refused(bomb)
    many = packed({"[Content_Types].xml": "x", **{f"xl/{number}": "" for number in range(2001)}})
    assert "2,002 or more files" in refused(many)


def test_a_directory_that_claims_few_entries_and_holds_many_is_refused() -> None:
    data = bytearray(packed({"[Content_Types].xml": "x", **{f"xl/{'n' * 200}{number}": "" for number in range(8000)}}))
    end = data.rfind(b"PK\x05\x06")
    struct.pack_into("<HH", data, end + 8, 1, 1)
    assert "an archive of" in refused(bytes(data))


@pytest.mark.parametrize(
    "part", ["xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/workbook.xml", "xl/styles.xml", "_rels/.rels"]
)
def test_entities_are_refused_wherever_they_stand(part: str) -> None:
    lol = "".join(
        f'<!ENTITY l{n} "{"&l" + str(n - 1) + ";" if n else "ha"}{"&l" + str(n - 1) + ";" if n else "ha"}">'
        for n in range(40)
    )
    bomb = f"<?xml version='1.0'?><!DOCTYPE x [{lol}]><x>&l39;</x>"
    assert "a declaration of a document type" in refused(repacked(book(), {part: bomb.encode()}))
    wide = "<?xml version='1.0' encoding='UTF-16'?><!DOCTYPE x SYSTEM 'file:///etc/passwd'><x/>"
    assert "a declaration of a document type" in refused(repacked(book(), {part: wide.encode("utf-16")}))


def test_a_sheet_that_never_ends_is_stopped_by_the_number_of_cells() -> None:
    rows = "".join(f'<row r="{row}"><c r="A{row}"><v>1</v></c></row>' for row in range(1, 3000))
    assert "more than 1,000 filled cells" in refused(book(rows), limits=Limits(cells=1000))


def test_a_parser_that_takes_too_long_or_too_much_is_ended() -> None:
    slow = book('<row r="1"/>' + "<x/>" * 4_000_000)
    assert "too much memory or time" in refused(slow, limits=Limits(seconds=1, times=100_000))
    large = book(strings=tuple("x" * 30_000 for _ in range(3_000)))
    assert "memory" in refused(large, limits=Limits(memory=64 * 1024**2, times=100_000))


@pytest.mark.parametrize(
    ("rows", "seen"),
    [
        (cell("A1", "<v>1</v>") + cell("A1", "<v>2</v>"), "row 1 after row 1"),
        ('<row r="1"><c r="A1"><v>1</v></c><c r="A1"><v>2</v></c></row>', "the cell A1 where it cannot stand"),
        ('<row r="1"><c r="A2"><v>1</v></c></row>', "the cell A2 where it cannot stand"),
        (cell("XFE1", "<v>1</v>"), "the cell XFE1 where it cannot stand"),
        ('<row r="1048577"/>', "row 1048577"),
        ("<row r='1'>", "XML that is cut off or broken"),
        ("&nbsp;", "XML that is cut off or broken"),
    ],
)
def test_a_sheet_that_two_programs_would_read_differently_is_refused(rows: str, seen: str) -> None:
    message = refused(book(rows, name="Costs"))
    assert "sheet “Costs”" in message
    assert seen in message


def test_a_damaged_part_is_refused() -> None:
    data = bytearray(book(cell("A1", "<v>1</v>")))
    at = data.find(b"xl/worksheets/sheet1.xml") + len("xl/worksheets/sheet1.xml") + 5
    data[at] ^= 0xFF
    assert "damaged" in refused(bytes(data))


def test_a_part_that_lies_about_its_size_is_refused() -> None:
    data = bytearray(book(cell("A1", "<v>1</v>") + "<row r='2'/>" * 5000))
    at = data.find(b"PK\x01\x02")
    while data[at + 46 : at + 46 + 24] != b"xl/worksheets/sheet1.xml":
        at = data.find(b"PK\x01\x02", at + 1)
    struct.pack_into("<I", data, at + 24, 300)
    assert "damaged" in refused(bytes(data))


def test_the_parser_leaves_nothing_on_the_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    read(book(cell("A1", "<v>1</v>")))
    assert list(tmp_path.iterdir()) == []


# Nothing raises

GOOD = book(
    '<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1"><f>1+1</f><v>2</v></c></row>', strings=("a",), formats=("0%",)
)
SHEET = parts_of(GOOD)["xl/worksheets/sheet1.xml"]


@settings(max_examples=25)
@given(data=st.binary(max_size=300))
@example(data=b"PK\x05\x06" + bytes(18))
@example(data=b"PK\x03\x04PK\x05\x06" + bytes(18))
def test_no_bytes_raise(data: bytes) -> None:
    for each in (data, b"PK\x03\x04" + data, GOOD[:-22] + data):
        workbook, problems = read_workbook(name="x.xlsx", data=each, limits=QUICK)
        assert (workbook is None) == bool(problems)


@settings(max_examples=25)
@given(at=st.integers(0, len(GOOD) - 1), value=st.integers(0, 255), cut=st.integers(0, len(GOOD)))
def test_no_damage_to_a_good_workbook_raises(at: int, value: int, cut: int) -> None:
    changed = bytearray(GOOD)
    changed[at] = value
    for each in (bytes(changed), GOOD[:cut]):
        workbook, problems = read_workbook(name="x.xlsx", data=each, limits=QUICK)
        assert (workbook is None) == bool(problems)


@settings(max_examples=400)
@given(at=st.integers(0, len(SHEET) - 1), new=st.binary(max_size=8), part=st.sampled_from(sorted(parts_of(GOOD))))
def test_the_parser_gives_an_answer_or_a_refusal_to_any_damage_inside_a_part(at: int, new: bytes, part: str) -> None:
    def damaged(content: bytes) -> bytes:
        place = at % max(1, len(content))
        return content[:place] + new + content[place + 4 :]

    with contextlib.suppress(workbook_parser.RefusedError):
        json.dumps(workbook_parser.parse(repacked(GOOD, {part: damaged}), most_cells=100, most_text=1000))


@given(texts=st.lists(st.text(min_size=1, max_size=40).filter(str.isprintable), min_size=1, max_size=5))
def test_any_text_comes_back_as_a_spreadsheet_writes_it(texts: list[str]) -> None:
    rows = tuple((text,) for text in texts)
    data = as_xlsx([Sheet(name="S", about=(), columns=(Column(heading="h"),), rows=rows)], title="t")
    cells = workbook_parser.parse(data, most_cells=100, most_text=10_000)["sheets"][0]["cells"]
    assert [cells[f"A{row}"][1] for row in range(2, 2 + len(texts))] == texts
