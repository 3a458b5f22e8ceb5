"""Wrecked workbooks, each made from a good one by the knife, and what a person is told about it.

`python -m tests.tenders.wrecks FOLDER` writes them all as files, to be opened and looked at.
"""

import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from svtracker.tenders.workbook.layout import layout_of
from svtracker.tenders.workbook.writing import bid_workbook
from tests.files.xlsx import parts_of, repacked
from tests.tenders.workbooks import (
    BRIEF,
    VERSION,
    at,
    filled,
    good,
    in_part,
    in_sheet,
    number,
    part_of,
    put,
    text,
    with_format,
)

Said = tuple[str, str, str]


@dataclass(frozen=True, kw_only=True)
class Wreck:
    """A wrecked workbook: all problems, or else all warnings, each as place, what was seen, part of what to do."""

    name: str
    make: Callable[[], bytes]
    problems: tuple[Said, ...] = ()
    warnings: tuple[Said, ...] = ()


LINES = {line.measure.ref: line for line in layout_of(BRIEF).lines}


def place(*key: str) -> str:
    """A field as a message names it."""
    sheet, cell = at(*key)
    return f"{sheet}, cell {cell}"


J1, S1, P1 = place("quantity", "J1"), place("quantity", "S1"), place("quantity", "P1")
UNIT_VALUE, MEASURE, REF = f"E{LINES['J1'].row}", f"B{LINES['J1'].row}", f"A{LINES['J1'].row}"


def typed(inside: str, *, kind: str | None = None, code: str | None = None, ref: str = "J1") -> Callable[[], bytes]:
    """The good workbook with something else in a quantity cell, shown by a number format."""

    def make() -> bytes:
        data, style = with_format(good(), code) if code else (good(), None)
        return put(data, at("quantity", ref), inside, kind=kind, style=style)

    return make


def locked(sheet: str, cell: str, inside: str) -> Callable[[], bytes]:
    """The good workbook with something else in a locked cell."""
    return lambda: put(good(), (sheet, cell), inside)


def other(**changes: object) -> Callable[[], bytes]:
    """A workbook that was made by another brief."""
    brief = replace(BRIEF, **changes)  # type: ignore[arg-type]
    return lambda: bid_workbook(brief, filled=filled(brief))


def with_part(name: str, content: bytes = b"x") -> Callable[[], bytes]:
    """The good workbook with one more part."""
    return lambda: repacked(good(), {name: content})


def renamed(old: str, new: str) -> bytes:
    """The good workbook with a sheet renamed, as a spreadsheet does it: formulas follow."""
    return in_part(good(), "xl/workbook.xml", f'name="{old}"', f'name="{new}"')


def moved_columns() -> bytes:
    """A column put in before the quantities: everything from F on stands one further right."""
    return _shift_columns(good(), "Commitments", first="F", last="P")


def _shift_columns(data: bytes, sheet: str, *, first: str, last: str) -> bytes:
    letters = [chr(code) for code in range(ord(last), ord(first) - 1, -1)]

    def shifted(part: bytes) -> bytes:
        xml = part.decode()
        for letter in letters:
            xml = xml.replace(f'<c r="{letter}', f'<c r="{chr(ord(letter) + 1)}')
        return xml.encode()

    return repacked(data, {part_of(sheet): shifted})


def moved_row() -> bytes:
    """Two measures with their rows exchanged, as by sorting."""
    first, second = LINES["S1"].row, LINES["S2"].row
    swapped = put(good(), ("Commitments", f"A{first}"), text("S2"))
    return put(swapped, ("Commitments", f"A{second}"), text("S1"))


def merged() -> bytes:
    """Quantities of two lines merged into one cell."""
    cells = f"G{LINES['S1'].row}:G{LINES['S2'].row}"
    return in_sheet(
        good(), "Commitments", "</sheetData>", f'</sheetData><mergeCells><mergeCell ref="{cells}"/></mergeCells>'
    )


def hidden_row() -> bytes:
    """A promised line that nobody sees."""
    row = LINES["J1"].row
    return in_sheet(good(), "Commitments", f'<row r="{row}"', f'<row r="{row}" hidden="1"')


def hidden_column() -> bytes:
    """All method statements out of sight."""
    return in_sheet(good(), "Questions", "<cols>", '<cols><col min="3" max="3" hidden="1"/>')


def far_cell() -> bytes:
    """A note in the last corner of a sheet, which makes some programs ask for all cells before it."""
    return in_sheet(
        good(), "Commitments", "</sheetData>", '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
    )


def entity_bomb() -> bytes:
    """A billion laughs."""
    laughs = "".join(f'<!ENTITY l{n} "&l{n - 1};&l{n - 1};">' for n in range(1, 40))
    bomb = f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY l0 "ha">{laughs}]><sst><si><t>&l39;</t></si></sst>'
    return repacked(good(), {"xl/sharedStrings.xml": bomb.encode()})


def fifty_megabytes() -> bytes:
    """A workbook with a film in it."""
    return good() + bytes(50 * 1024 * 1024)


def zip_bomb() -> bytes:
    """Sixty megabytes of nothing, packed small."""
    return repacked(good(), {"xl/worksheets/sheet99.xml": bytes(60 * 1024 * 1024)})


def old_format() -> bytes:
    """An .xls under the name of an .xlsx."""
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "Workbook".encode("utf-16-le") + bytes(2048)


def no_hidden_sheet() -> bytes:
    """The sheet that says for which tender the workbook was made, taken out."""
    return in_part(good(), "xl/workbook.xml", 'name="svtracker"', 'name="something else"')


def no_sheet() -> bytes:
    """The helpers deleted."""
    parts = parts_of(good())
    xml = parts["xl/workbook.xml"].decode()
    before, _, rest = xml.partition('<sheet name="Helpers"')
    return repacked(good(), {"xl/workbook.xml": (before + rest.partition("/>")[2]).encode()})


def own_sheet() -> bytes:
    """A sheet of the bidder's own with conditions on it."""
    data = in_part(good(), "xl/workbook.xml", "</sheets>", '<sheet name="Terms" sheetId="99" r:id="rId99"/></sheets>')
    relation = (
        '<Relationship Id="rId99" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" '
        'Target="worksheets/sheet99.xml"/></Relationships>'
    )
    data = in_part(data, "xl/_rels/workbook.xml.rels", "</Relationships>", relation)
    row = f"<row r='1'><c r='A1' t='inlineStr'>{text('Only if')}</c></row>"
    sheet = f"<worksheet><sheetData>{row}</sheetData></worksheet>"
    return repacked(data, {"xl/worksheets/sheet99.xml": sheet.encode()})


def other_order() -> bytes:
    """The sheets in another order, which changes nothing."""
    xml = parts_of(good())["xl/workbook.xml"].decode()
    head, _, rest = xml.partition("<sheets>")
    sheets, _, tail = rest.partition("</sheets>")
    first, second, *others = sheets.split("/>")[:-1]
    turned = "/>".join([second, first, *others, ""])
    return repacked(good(), {"xl/workbook.xml": f"{head}<sheets>{turned}</sheets>{tail}".encode()})


def nothing_filled_in() -> bytes:
    """Sent back as it came."""
    return bid_workbook(BRIEF)


def beside(sheet: str, cell: str, words: str) -> Callable[[], bytes]:
    """A note typed where nobody asked for one."""
    row = "".join(letter for letter in cell if letter.isdigit())

    def make() -> bytes:
        new = f'<c r="{cell}" t="inlineStr">{text(words)}</c></row>'
        xml = parts_of(good())[part_of(sheet)].decode()
        at_row = xml.index(f'<row r="{row}"')
        end = xml.index("</row>", at_row)
        return repacked(good(), {part_of(sheet): (xml[:end] + new + xml[end + 6 :]).encode()})

    return make


_A_NUMBER = "a number in digits"
_SENT = "as it was sent out"
_HELP = place("helper", "H1", "0", "people")

WRECKS: tuple[Wreck, ...] = (
    # Numbers that could mean two things
    Wreck(name="comma as point", make=typed(text("12,5")), problems=((J1, "“12,5”", _A_NUMBER),)),
    Wreck(name="blank between digits", make=typed(text("1 200")), problems=((J1, "“1 200”", _A_NUMBER),)),
    Wreck(name="comma between thousands", make=typed(text("40,000")), problems=((J1, "“40,000”", _A_NUMBER),)),
    Wreck(name="pound sign typed", make=typed(text("£ 300"), ref="S1"), problems=((S1, "“£ 300”", _A_NUMBER),)),
    Wreck(name="number stored as text", make=typed(text("12.5")), problems=((J1, "the text “12.5”", "type it again"),)),
    Wreck(name="words beside the number", make=typed(text("3 people")), problems=((J1, "“3 people”", _A_NUMBER),)),
    Wreck(name="a range", make=typed(text("10-12")), problems=((J1, "“10-12”", _A_NUMBER),)),
    Wreck(name="n/a in the quantity", make=typed(text("n/a")), problems=((J1, "“n/a”", "under “Does not apply”"),)),
    Wreck(name="digits broken in the file", make=typed(number("12,5")), problems=((J1, "“12,5”", _A_NUMBER),)),
    Wreck(
        name="percentage", make=typed(number("0.05"), code="0%"), problems=((J1, "5%", "formatted as a percentage"),)
    ),
    Wreck(name="percentage as text", make=typed(text("5 %")), problems=((J1, "“5 %”", _A_NUMBER),)),
    Wreck(name="money in hours", make=typed(number("300"), code="£#,##0"), problems=((J1, "£300", "as money"),)),
    Wreck(
        name="a date",
        make=typed(number("45748"), code="dd/mm/yyyy"),
        problems=((J1, "the date 1 April 2025", _A_NUMBER),),
    ),
    Wreck(name="yes or no", make=typed("<v>1</v>", kind="b"), problems=((J1, "TRUE", _A_NUMBER),)),
    Wreck(name="an error", make=typed("<v>#REF!</v>", kind="e"), problems=((J1, "the error #REF!", _A_NUMBER),)),
    Wreck(name="below zero", make=typed(number("-2")), problems=((J1, "−2", "0 or more"),)),
    Wreck(name="five decimals", make=typed(number("0.12345")), problems=((J1, "0.12345", "at most 4 decimals"),)),
    Wreck(
        name="too large",
        make=typed(number("1E+9"), ref="Q1"),
        problems=((place("quantity", "Q1"), "1,000,000,000", "at most 999,999,999.9999"),),
    ),
    Wreck(
        name="a line beyond what is added",
        make=typed(number("999999"), ref="J1"),
        problems=((J1, "a line of £19,999,980,000.00", "at most £9,999,999,999"),),
    ),
    # Formulas
    Wreck(
        name="formula with its result",
        make=typed("<f>2*12</f><v>24</v>"),
        problems=((J1, "the formula “=2*12” (24)", "the number itself"),),
    ),
    Wreck(
        name="formula without a result",
        make=typed("<f>2*12</f>"),
        problems=((J1, "the formula “=2*12”", "the number itself"),),
    ),
    Wreck(
        name="formula that points into another workbook",
        make=typed("<f>[1]Costs!A1</f><v>24</v>"),
        problems=((J1, "the formula “=[1]Costs!A1” (24)", "the number itself"),),
    ),
    Wreck(
        name="formula with an error",
        make=typed("<f>1/0</f><v>#DIV/0!</v>", kind="e"),
        problems=((J1, "the formula “=1/0” (the error #DIV/0!)", "the number itself"),),
    ),
    Wreck(
        name="formula where words are due",
        make=lambda: put(good(), at("statement", "J1"), '<f>HYPERLINK("http://x.example")</f><v>x</v>', kind="str"),
        problems=((place("statement", "J1"), 'the formula “=HYPERLINK("http://x.example")” (“x”)', "words"),),
    ),
    # Two answers to one question
    Wreck(
        name="n/a beside a quantity",
        make=lambda: put(good(), at("applies", "J1"), text("n/a")),
        problems=((place("applies", "J1"), "n/a beside 2.5", "one of the two"),),
    ),
    Wreck(
        name="another word than n/a",
        make=lambda: put(good(), at("applies", "S2"), text("maybe")),
        problems=((place("applies", "S2"), "“maybe”", "“n/a” from the list"),),
    ),
    Wreck(
        name="typed and worked out differently",
        make=typed(number("17"), ref="H1"),
        problems=((place("quantity", "H1"), "17 here and 16 on the sheet of helpers", "one of the two"),),
    ),
    Wreck(
        name="half a line of a helper",
        make=lambda: put(good(), at("helper", "H1", "0", "people"), ""),
        problems=((_HELP, "an empty cell", "a number under “People present”"),),
    ),
    Wreck(
        name="share above one",
        make=lambda: put(good(), at("helper", "J3", "1", "full_time_share"), number("50")),
        problems=((place("helper", "J3", "1", "full_time_share"), "50", "at most 1"),),
    ),
    # What was locked
    Wreck(
        name="unit value raised",
        make=locked("Commitments", UNIT_VALUE, number("200000")),
        problems=((f"Commitments, cell {UNIT_VALUE}", "200,000 in a locked cell", f"20,000, {_SENT}"),),
    ),
    Wreck(
        name="measure reworded",
        make=locked("Commitments", MEASURE, text("People employed anywhere")),
        problems=((f"Commitments, cell {MEASURE}", "“People employed anywhere” in a locked cell", _SENT),),
    ),
    Wreck(
        name="declaration weakened",
        make=locked("Price and declaration", "B10", text("I do not bind the bidder.")),
        problems=(("Price and declaration, cell B10", "“I do not bind the bidder.” in a locked cell", _SENT),),
    ),
    Wreck(
        name="contract value changed",
        make=locked("Instructions", "B8", number("1")),
        problems=(("Instructions, cell B8", "1 in a locked cell", f"750,000, {_SENT}"),),
    ),
    Wreck(
        name="question reworded",
        make=locked("Questions", "B4", text("Anything else?")),
        problems=(("Questions, cell B4", "“Anything else?” in a locked cell", _SENT),),
    ),
    Wreck(
        name="columns moved",
        make=moved_columns,
        problems=tuple(
            (f"Commitments, cell {chr(code)}5", f"stands in {chr(code + 1)}5", _SENT)
            for code in range(ord("F"), ord("O"))
        ),
    ),
    Wreck(
        name="rows sorted",
        make=moved_row,
        problems=(
            (
                f"Commitments, cell A{LINES['S1'].row}",
                f"“S2”; “S1” stands in A{LINES['S2'].row} (and 1 more row)",
                _SENT,
            ),
        ),
    ),
    Wreck(
        name="cells merged",
        make=merged,
        problems=((S1, f"the merged cells G{LINES['S1'].row}:G{LINES['S2'].row}", "unmerge"),),
    ),
    Wreck(
        name="sheet renamed",
        make=lambda: renamed("Commitments", "Commitments (2)"),
        problems=(("Commitments", "the sheet under the name “Commitments (2)”", "the name “Commitments” again"),),
    ),
    Wreck(name="sheet deleted", make=no_sheet, problems=(("Helpers", "no such sheet", _SENT),)),
    # Not this workbook
    Wreck(
        name="another tender",
        make=other(key="13"),
        problems=(("svtracker, cell B2", "a workbook of another tender (“13”)", "“Grounds maintenance”, edition 1"),),
    ),
    Wreck(
        name="another edition",
        make=other(edition=2, digest="c" * 64),
        problems=(("svtracker, cell B3", "a workbook of another edition of this tender (“2”)", "edition 1"),),
    ),
    Wreck(
        name="other settings under the same number",
        make=other(digest="c" * 64),
        problems=(("svtracker, cell B4", "a workbook of another edition of this tender", "edition 1"),),
    ),
    Wreck(
        name="another version of the measures",
        make=other(version=replace(VERSION, version="2030.1")),
        problems=(("svtracker, cell B5", "a workbook with another version of the measures (“book@2030.1”)", "2021.1"),),
    ),
    Wreck(
        name="another state of the version",
        make=other(version=replace(VERSION, sha256="c" * 64)),
        problems=(("svtracker, cell B6", "a workbook with another state of the measures", "edition 1"),),
    ),
    Wreck(
        name="key taken out",
        make=no_hidden_sheet,
        problems=(("", "a workbook that was not made for this tender, or whose hidden sheet was taken out", _SENT),),
    ),
    Wreck(
        name="nothing filled in",
        make=nothing_filled_in,
        problems=(
            ("Price and declaration, cell B3", "nothing", "the name of the bidder"),
            ("Price and declaration, cell B8", "nothing", "a price in £"),
            ("Price and declaration, cell B11", "nothing", "I confirm"),
        ),
    ),
    # Who bids, and for how much
    Wreck(
        name="company number as a number",
        make=lambda: put(good(), at("bidder", "company_number"), number("1234567")),
        problems=((place("bidder", "company_number"), "the number 1,234,567", "an apostrophe"),),
    ),
    Wreck(
        name="price of nothing",
        make=lambda: put(good(), at("price"), number("0")),
        problems=((place("price"), "0", "above 0"),),
    ),
    Wreck(
        name="price with three decimals",
        make=lambda: put(good(), at("price"), number("742000.505")),
        problems=((place("price"), "742,000.505", "at most 2 decimals"),),
    ),
    Wreck(
        name="confirmed with conditions",
        make=lambda: put(good(), at("confirmed"), text("I confirm, subject to contract")),
        problems=((place("confirmed"), "“I confirm, subject to contract”", "“I confirm” from the list"),),
    ),
    Wreck(
        name="a bell in the name",
        make=lambda: put(good(), at("bidder", "name"), text("North_x0007_gate")),
        problems=((place("bidder", "name"), "“North gate” with a character that cannot be shown", "typed anew"),),
    ),
    # Files that are not opened, or not to the end
    Wreck(name="macros", make=with_part("xl/vbaProject.bin"), problems=(("", "macros", "without macros"),)),
    Wreck(
        name="links to other workbooks",
        make=with_part("xl/externalLinks/externalLink1.xml"),
        problems=(("", "links to other workbooks", "without links"),),
    ),
    Wreck(
        name="embedded file",
        make=with_part("xl/embeddings/oleObject1.bin"),
        problems=(("", "embedded objects", "without embedded files"),),
    ),
    Wreck(
        name="entity bomb",
        make=entity_bomb,
        problems=(("xl/sharedStrings.xml", "a declaration of a document type or of entities", "without declarations"),),
    ),
    Wreck(name="zip bomb", make=zip_bomb, problems=(("", "bytes packed into", "when unpacked"),)),
    Wreck(name="fifty megabytes", make=fifty_megabytes, problems=(("", "a file of 52,", "at most 10 MiB"),)),
    Wreck(name="old format renamed", make=old_format, problems=(("", "the old format .xls", ".xlsx"),)),
    Wreck(name="CSV renamed", make=lambda: b"Ref,Quantity\nJ1,5\n", problems=(("", "a text or CSV file", ".xlsx"),)),
    Wreck(name="cut off", make=lambda: good()[:-4000], problems=(("", "a damaged archive", "whole"),)),
    # Read, with a word of warning
    Wreck(
        name="hidden row",
        make=hidden_row,
        warnings=(
            (J1, "2.5 in a hidden row or column", "it was read"),
            (place("statement", "J1"), "“By our own people.” in a hidden row or column", "it was read"),
        ),
    ),
    Wreck(
        name="hidden column",
        make=hidden_column,
        warnings=(
            (place("answer", "q1"), "“We train. Then we hire.” in a hidden row or column", "it was read"),
            (place("answer", "q2"), "“@home, -5 % a year” in a hidden row or column", "it was read"),
        ),
    ),
    Wreck(
        name="far cell", make=far_cell, warnings=(("Commitments, cell XFD1048576", "1 beside the form", "not read"),)
    ),
    Wreck(
        name="a note beside a line",
        make=beside("Commitments", f"Z{LINES['J1'].row}", "only if we win lot 2"),
        warnings=((f"Commitments, cell Z{LINES['J1'].row}", "“only if we win lot 2” beside the form", "not read"),),
    ),
    Wreck(
        name="a sheet of one's own",
        make=own_sheet,
        warnings=(("Terms", "a sheet of the bidder’s own", "it was not read"),),
    ),
    Wreck(
        name="sheets in another order",
        make=other_order,
        warnings=(("", "the sheets in the order Commitments, Instructions", "the order Instructions"),),
    ),
    Wreck(
        name="comments and pictures",
        make=lambda: repacked(good(), {"xl/comments1.xml": b"<x/>", "xl/media/image1.png": b"x"}),
        warnings=(("", "comments beside cells", "not read"), ("", "pictures", "not read")),
    ),
    Wreck(
        name="total typed over",
        make=locked("Commitments", "B3", number("999999")),
        warnings=(("Commitments, cell B3", "£999,999", "it counts"),),
    ),
    Wreck(
        name="text that looks like a formula",
        make=lambda: put(good(), at("statement", "J1"), text("=cmd|' /C calc'!A0")),
    ),
)


def main() -> None:
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for wreck in WRECKS:
        (folder / f"{wreck.name.replace(' ', '-').replace('/', '')}.xlsx").write_bytes(wreck.make())


if __name__ == "__main__":
    main()
