"""A bidder's workbook comes back: the whole bid, or every problem at once with sheet and cell (DESIGN section 5).

Nothing is read by guess. A cell that could mean two things is a problem at that cell, a locked cell that differs from
what was sent out is named, and a workbook with one problem gives no bid.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from decimal import Decimal

from svtracker.files.workbook_form import FormCell, FormSheet
from svtracker.files.workbook_reader import Cell, CellKind, Workbook, WorkbookSheet, place_of, position, read_workbook
from svtracker.files.yaml_reader import capped
from svtracker.kernel import numbers, wording
from svtracker.kernel.problems import Problem, shown
from svtracker.kernel.units import DECIMALS, LARGEST_LINE, LARGEST_QUANTITY, Unit
from svtracker.tenders.rules.checks import why_price
from svtracker.tenders.rules.values import Commitment
from svtracker.tenders.rules.valuing import line_of
from svtracker.tenders.workbook.formulas import NOT_APPLICABLE
from svtracker.tenders.workbook.helpers import HELPERS, LINES, Input, missing, quantity_of
from svtracker.tenders.workbook.layout import (
    COMMITMENTS,
    CONFIRMED,
    DECLARATION,
    HIDDEN,
    LARGEST_PRICE,
    Key,
    Layout,
    Line,
    Place,
    key_of,
    layout_of,
    questions_of,
    valuation_of,
)
from svtracker.tenders.workbook.values import BidContent, Bidder, HelperLine, WorkbookBid, WorkbookBrief

_NOT_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_POSTCODE = re.compile(r"[A-Z]{1,2}[0-9][A-Z0-9]? ?[0-9][A-Z]{2}", re.ASCII)
_COMPANY = re.compile(r"[A-Z0-9]{2}[0-9]{6}", re.ASCII)
_A_NUMBER = "a number in digits, as 2.5 or 40000: no comma, £, % or words"
_TYPE_AGAIN = "a number: type it again, the cell holds it as text"
_AS_SENT = "as it was sent out: copy what you typed into a fresh workbook"
_MOST_NAMED = 12


def read_bid_workbook(
    *, name: str, data: bytes, brief: WorkbookBrief
) -> tuple[WorkbookBid | None, tuple[Problem, ...]]:
    """The bid of a workbook that `bid_workbook` made for this brief, or nothing and all problems at once.

    Blank, zero and not applicable stay three things; the numbers behind a quantity that was worked out on the sheet of
    helpers are kept, and the quantity is worked out anew from them. The workbook's own totals are only compared.
    """
    workbook, problems = read_workbook(name=name, data=data)
    if workbook is None:
        return None, problems
    foreign = tuple(_not_this_one(workbook, brief))
    if foreign:
        return None, foreign
    reading = _Reading(workbook, brief)
    content = reading.content()
    if reading.problems:
        return None, capped(reading.problems)
    reading.compare_totals(content)
    return (
        WorkbookBid(
            file=name,
            sha256=hashlib.sha256(data).hexdigest(),
            content=content,
            valuation=valuation_of(content, brief=brief),
            warnings=capped(reading.warnings) if reading.warnings else (),
        ),
        (),
    )


def _not_this_one(workbook: Workbook, brief: WorkbookBrief) -> Iterator[Problem]:
    """Why the workbook was not made for this tender and edition."""
    sheet = workbook.sheets.get(HIDDEN)
    wanted = f"the workbook of “{brief.title}”, edition {brief.edition}, as it was sent out"
    if sheet is None:
        seen = "a workbook that was not made for this tender, or whose hidden sheet was taken out"
        yield Problem(file=workbook.name, path="", seen=seen, wanted=wanted)
        return
    said: dict[str, tuple[str, str]] = {}
    for place, cell in sheet.cells.items():
        column, row = position(place)
        if column == 1 and cell.kind is CellKind.TEXT:
            value = sheet.cells.get(f"B{row}")
            said.setdefault(cell.text, (f"B{row}", value.text if value is not None else ""))
    expected = key_of(brief)
    for key, words in _SAID_BY_KEY.items():
        where, found = said.get(key, ("", ""))
        if found != expected[key]:
            path = place_of(HIDDEN, where) if where else HIDDEN
            seen = f"a workbook {words} ({shown(found)})"
            yield Problem(file=workbook.name, path=path, seen=seen, wanted=f"{wanted} ({shown(expected[key])})")
            return


# In this order: what differs first explains what differs after it.
_SAID_BY_KEY = {
    "layout": "made by another release of this program",
    "tender": "of another tender",
    "edition": "of another edition of this tender",
    "version": "with another version of the measures",
    "version_sha256": "with another state of the measures",
    "digest": "of another edition of this tender",
}


class _Reading:
    """One workbook held against its layout; problems stop the bid, warnings do not."""

    def __init__(self, workbook: Workbook, brief: WorkbookBrief) -> None:
        self.workbook, self.brief = workbook, brief
        self.layout: Layout = layout_of(brief)
        self.problems: list[Problem] = []
        self.warnings: list[Problem] = []
        self.standing: frozenset[str] = frozenset()

    def content(self) -> BidContent:
        """What the bidder filled in, as far as the sheets stand as they were sent out."""
        sheets = {sheet.name: sheet for sheet in self.layout.form.sheets if not sheet.hidden}
        self._other_sheets(sheets)
        there = [sheet for sheet in sheets.values() if self._is_there(sheet)]
        self.standing = frozenset(sheet.name for sheet in there if self._stands(sheet))
        for name in (name for name in sheets if name in self.standing):
            self._locked_cells(sheets[name])
            self._beside(sheets[name])
        helpers = self._helpers()
        return BidContent(
            bidder=self._bidder(),
            price=self._price(),
            confirmed=self._confirmed(),
            answers=self._answers(),
            commitments=tuple(self._commitment(line, helpers) for line in self.layout.lines),
            helpers={ref: lines for ref, lines in helpers.items() if any(line.inputs or line.about for line in lines)},
        )

    # Sheets as a whole

    def _other_sheets(self, wanted: Mapping[str, FormSheet]) -> None:
        found = [name for name in self.workbook.sheets if name != HIDDEN]
        for name in found:
            sheet = self.workbook.sheets[name]
            if name in wanted and sheet.is_hidden:
                self._warn(name, "a hidden sheet", "every sheet in view; what is typed there was read")
            elif name not in wanted and sheet.cells and not self._new_name_of(name, wanted):
                self._warn(name, "a sheet of the bidder’s own", "nothing here; it was not read")
        order = [name for name in found if name in wanted]
        if order != [name for name in wanted if name in order]:
            self._warn("", f"the sheets in the order {wording.listed(order)}", f"the order {wording.listed([*wanted])}")
        for words in self.workbook.left_aside:
            self._warn("", words, "words in the cells; these were not read")

    def _is_there(self, sheet: FormSheet) -> bool:
        if sheet.name in self.workbook.sheets:
            return True
        now = next((name for name in self.workbook.sheets if self._new_name_of(name, {sheet.name: sheet})), None)
        seen = f"the sheet under the name {shown(now)}" if now else "no such sheet"
        do = f"the name “{sheet.name}” again" if now else f"the sheet “{sheet.name}” {_AS_SENT}"
        self._mend(sheet.name, seen, do)
        return False

    def _new_name_of(self, name: str, sheets: Mapping[str, FormSheet]) -> bool:
        """Whether a sheet of another name is one of these, by its title."""
        title = self.workbook.sheets[name].cells.get("A1")
        return (
            title is not None
            and name not in {sheet.name for sheet in self.layout.form.sheets}
            and any(_same(title, each.cells["A1"].value) for each in sheets.values() if "A1" in each.cells)
        )

    def _stands(self, form: FormSheet) -> bool:
        """Whether rows and columns stand where they stood; one problem for each that was moved."""
        found = self.workbook.sheets[form.name]
        before = len(self.problems)
        head = self.layout.heads.get(form.name)
        if head is not None:
            places = [place for place in form.cells if position(place)[1] == head]
            self._moved(form, found, places, "column")
        self._moved_rows(form, found)
        for merged in found.merged:
            first = merged.partition(":")[0]
            self._mend(place_of(form.name, first), f"the merged cells {merged}", "each cell by itself: unmerge them")
        return len(self.problems) == before

    def _moved(self, form: FormSheet, found: WorkbookSheet, places: list[str], what: str) -> None:
        elsewhere = {_squeezed(cell.text): place for place, cell in found.cells.items() if cell.kind is CellKind.TEXT}
        for place in places:
            wanted = form.cells[place].value
            cell = found.cells.get(place)
            if not isinstance(wanted, str) or not wanted or (cell is not None and _same(cell, wanted)):
                continue
            now = elsewhere.get(_squeezed(wanted))
            seen = cell.seen if cell is not None else "an empty cell"
            moved = f"; {shown(wanted)} stands in {now}" if now else ""
            where = place_of(form.name, place)
            self._mend(where, f"{seen}{moved}", f"the {what} {shown(wanted)} here, {_AS_SENT}")

    def _moved_rows(self, form: FormSheet, found: WorkbookSheet) -> None:
        """On the sheet of commitments each row is known by its reference: the first that stands elsewhere is named."""
        if form.name != COMMITMENTS:
            return
        rows = {line.row: line.measure.ref for line in self.layout.lines}
        off = [row for row, ref in rows.items() if not _same(found.cells.get(f"A{row}"), ref)]
        if not off:
            return
        row = off[0]
        cell, ref = found.cells.get(f"A{row}"), rows[row]
        now = next((place for place, other in found.cells.items() if place[0] == "A" and _same(other, ref)), None)
        seen = cell.seen if cell is not None else "an empty cell"
        moved = f"; “{ref}” stands in {now}" if now else ""
        more = f" (and {wording.counted(len(off) - 1, 'more row')})" if len(off) > 1 else ""
        self._mend(place_of(form.name, f"A{row}"), f"{seen}{moved}{more}", f"the row of “{ref}” here, {_AS_SENT}")

    def _locked_cells(self, form: FormSheet) -> None:
        found = self.workbook.sheets[form.name]
        for place, wanted in form.cells.items():
            if wanted.rule is not None or wanted.formula is not None or wanted.value in {None, ""}:
                continue
            cell = found.cells.get(place)
            if not _same(cell, wanted.value):
                seen = cell.seen if cell is not None else "an empty cell"
                self._mend(place_of(form.name, place), f"{seen} in a locked cell", f"{_as_words(wanted)}, {_AS_SENT}")

    def _beside(self, form: FormSheet) -> None:
        """What nobody asked for, and what nobody sees: said, because it is not counted or not seen."""
        found = self.workbook.sheets[form.name]
        named = 0
        for place, cell in found.cells.items():
            wanted = form.cells.get(place)
            is_ours = wanted is not None and (wanted.rule or wanted.formula or wanted.value not in {None, ""})
            if not is_ours and cell.seen.strip() and (cell.kind is not CellKind.TEXT or cell.text.strip()):
                named += 1
                if named <= _MOST_NAMED:
                    self._warn(place_of(form.name, place), f"{cell.seen} beside the form", "nothing; it was not read")
            if wanted is not None and wanted.rule is not None and found.hides(place) and _holds(cell):
                self._warn(
                    place_of(form.name, place), f"{cell.seen} in a hidden row or column", "it in view; it was read"
                )
        if named > _MOST_NAMED:
            more = wording.counted(named - _MOST_NAMED, "more cell")
            self._warn(form.name, f"{more} beside the form", "nothing; they were not read")

    # What was typed

    def _cell(self, key: Key) -> tuple[str, Cell | None]:
        """Where a field stands, in words, and what is in it; nothing for a blank one."""
        sheet, place = self.layout.fields[key]
        cell = self.workbook.sheets[sheet].cells.get(place) if sheet in self.standing else None
        return place_of(sheet, place), cell if cell is not None and _holds(cell) else None

    def _number(self, key: Key, *, highest: Decimal, decimals: int, money: bool) -> Decimal | None:
        where, cell = self._cell(key)
        if cell is None:
            return None
        wanted = _why_no_number(cell) or _why_not_this_number(cell, highest=highest, decimals=decimals, money=money)
        if wanted is None:
            return cell.number
        kept_as = "the text " if wanted == _TYPE_AGAIN else ""
        self._mend(where, f"{kept_as}{cell.seen}", wanted)
        return None

    def _words(self, key: Key, *, longest: int | None = None) -> str:
        where, cell = self._cell(key)
        if cell is None:
            return ""
        if cell.formula is not None or cell.kind not in {CellKind.TEXT, CellKind.NUMBER}:
            self._mend(where, cell.seen, "words")
            return ""
        if cell.kind is CellKind.NUMBER and cell.number is not None:
            if key[0] == "bidder" and key[1] in {"company_number", "postcode"}:
                self._mend(where, f"the number {cell.seen}", "a text: type an apostrophe before it, as in '01234567")
                return ""
            return numbers.plain(cell.number)
        text = cell.text.replace("\r\n", "\n").replace("\r", "\n").strip()
        if _NOT_TEXT.search(text):
            self._mend(where, f"{cell.seen} with a character that cannot be shown", "the text typed anew")
        elif longest is not None and len(text) > longest:
            self._mend(where, f"a text of {wording.counted(len(text), 'character')}", f"at most {longest}")
        return text

    def _choice(self, key: Key, option: str) -> bool:
        where, cell = self._cell(key)
        if cell is None:
            return False
        if cell.kind is CellKind.TEXT and cell.formula is None and _squeezed(cell.text) == _squeezed(option):
            return True
        self._mend(where, cell.seen, f"“{option}” from the list, or an empty cell")
        return False

    def _commitment(self, line: Line, helpers: Mapping[str, tuple[HelperLine, ...]]) -> Commitment:
        ref = line.measure.ref
        applies_not = self._choice(("applies", ref), NOT_APPLICABLE)
        words = self._words(("statement", ref)) or None
        if line.is_narrative:
            if applies_not and words:
                where, cell = self._cell(("applies", ref))
                self._mend(where, "n/a beside a description", "one of the two: clear the other")
            return Commitment(measure=ref, not_applicable=applies_not, text=words, detailed=True)
        key = ("quantity", ref)
        where, cell = self._cell(key)
        money = line.measure.unit in _MONEY_UNITS
        quantity = self._number(key, highest=LARGEST_QUANTITY, decimals=DECIMALS, money=money)
        worked_out = None
        if ref in helpers:
            worked_out = quantity_of(line.measure.unit, helpers[ref], first_year_only=line.measure.first_year_only)
        if cell is not None and worked_out is not None and quantity is not None and quantity != worked_out:
            seen = f"{numbers.plain(quantity)} here and {numbers.plain(worked_out)} on the sheet of helpers"
            self._mend(where, seen, "one of the two: clear the other")
        if applies_not and (cell is not None or worked_out is not None):
            seen = f"n/a beside {cell.seen if cell is not None else numbers.plain(worked_out or numbers.ZERO)}"
            self._mend(place_of(*self.layout.fields["applies", ref]), seen, "one of the two: clear the other")
        offered = quantity if cell is not None else worked_out
        if offered is not None and cell is None and offered > LARGEST_QUANTITY:
            wanted = f"a quantity of at most {wording.grouped(LARGEST_QUANTITY)}"
            self._mend(where, f"{numbers.plain(offered)} from the sheet of helpers", wanted)
        commitment = Commitment(
            measure=ref,
            offered=offered,
            accepted=offered,
            not_applicable=applies_not,
            statement=words,
            detailed=True,
        )
        valued = line_of(commitment, measure=line.measure, tender=self.brief.tender)
        most = max(valued.value, valued.weighted_value)
        if most > LARGEST_LINE:
            wanted = f"a line of at most {wording.pounds(LARGEST_LINE, places=0)}"
            self._mend(where, f"a line of {wording.pounds(most)}", wanted)
        return commitment

    def _helpers(self) -> dict[str, tuple[HelperLine, ...]]:
        found = {}
        for line in self.layout.lines:
            measure = line.measure
            if ("helper", measure.ref, "0", "about") not in self.layout.fields:
                continue
            inputs = HELPERS[measure.unit].inputs
            found[measure.ref] = tuple(self._helper_line(line, str(number), inputs) for number in range(LINES))
        return found

    def _helper_line(self, line: Line, number: str, inputs: tuple[Input, ...]) -> HelperLine:
        key = ("helper", line.measure.ref, number)
        before = len(self.problems)
        typed = {
            each.key: value
            for each in inputs
            if (value := self._number((*key, each.key), highest=each.highest, decimals=each.decimals, money=each.money))
            is not None
        }
        lacking = missing(line.measure.unit, typed)
        if lacking is not None and len(self.problems) == before:
            heading = next(each.heading for each in inputs if each.key == lacking)
            where = place_of(*self.layout.fields[*key, lacking])
            self._mend(where, "an empty cell", f"a number under “{heading}”, or the line empty")
        return HelperLine(about=self._words((*key, "about")), inputs=typed)

    def _bidder(self) -> Bidder:
        said = {
            key[1]: " ".join(self._words(key, longest=self._longest(key)).split())
            for key in self.layout.fields
            if key[0] == "bidder"
        }
        where, cell = self._cell(("bidder", "name"))
        if cell is None:
            self._missing(where, "the name of the bidder")
        for key, pattern, words in (
            ("company_number", _COMPANY, "a company number of 8 characters, as 01234567 or SC123456"),
            ("postcode", _POSTCODE, "a postcode, as HD1 2TT"),
        ):
            if said[key] and not pattern.fullmatch(said[key].upper()):
                self._warn(place_of(*self.layout.fields["bidder", key]), shown(said[key]), f"{words}; kept as typed")
        return Bidder(**said)

    def _longest(self, key: Key) -> int:
        sheet, place = self.layout.fields[key]
        rule = next(form for form in self.layout.form.sheets if form.name == sheet).cells[place].rule
        return getattr(rule, "longest", 0)

    def _price(self) -> Decimal | None:
        key = ("price",)
        if key not in self.layout.fields:
            return None
        where, cell = self._cell(key)
        if cell is None:
            self._missing(where, f"a price in £: {why_price(self.brief.tender)}")
            return None
        price = self._number(key, highest=LARGEST_PRICE, decimals=2, money=True)
        if price is not None and price == 0:
            self._mend(where, "0", "a price in £ above 0")
        return price

    def _confirmed(self) -> bool:
        where, cell = self._cell(("confirmed",))
        confirmed = self._choice(("confirmed",), CONFIRMED)
        if cell is None:
            self._missing(where, f"“{CONFIRMED}” from the list: without it this is no bid")
        return confirmed

    def _answers(self) -> dict[str, str]:
        said = {key: self._words(("answer", key)) for key, _, _ in questions_of(self.brief.tender)}
        return {key: words for key, words in said.items() if words}

    def _missing(self, where: str, wanted: str) -> None:
        """A blank cell on the declaration, unless the sheet itself is not as it was."""
        if DECLARATION in self.standing:
            self._mend(where, "nothing", wanted)

    # Totals

    def compare_totals(self, content: BidContent) -> None:
        """What the workbook itself shows against what the rules give, to the penny."""
        ours = layout_of(self.brief, content)
        sheets = {sheet.name: sheet for sheet in ours.form.sheets}
        shown_by_workbook: list[tuple[Place, FormCell, Cell | None]] = [
            ((sheet, place), sheets[sheet].cells[place], self.workbook.sheets[sheet].cells.get(place))
            for sheet, place in ours.totals.values()
        ]
        if all(cell is None or cell.kind is CellKind.NOT_CALCULATED for _, _, cell in shown_by_workbook):
            (sheet, place), _, _ = shown_by_workbook[0]
            wanted = "totals: the file was last saved by a program that does not calculate; ours count"
            self._warn(place_of(sheet, place), "formulas without a result", wanted)
            return
        for (sheet, place), wanted_cell, cell in shown_by_workbook:
            figure = wanted_cell.value if isinstance(wanted_cell.value, Decimal) else None
            given = cell.number if cell is not None else None
            if figure is None or (given is not None and numbers.round_half_up(given, 2) == figure):
                continue
            seen = cell.seen if cell is not None and cell.formula is None else _given(cell)
            self._warn(
                place_of(sheet, place), seen, f"{wording.grouped(figure)}, worked out from the quantities; it counts"
            )

    def _mend(self, path: str, seen: str, wanted: str) -> None:
        self.problems.append(Problem(file=self.workbook.name, path=path, seen=seen, wanted=wanted))

    def _warn(self, path: str, seen: str, wanted: str) -> None:
        self.warnings.append(Problem(file=self.workbook.name, path=path, seen=seen, wanted=wanted))


_MONEY_UNITS = frozenset({Unit.GBP_SPENT, Unit.GBP_INVESTED})


def _holds(cell: Cell) -> bool:
    """Whether a person sees something in the cell: blanks alone are nothing."""
    return cell.formula is not None or cell.kind is not CellKind.TEXT or bool(cell.text.strip())


def _why_no_number(cell: Cell) -> str | None:
    """What was wanted where a cell holds no number that was typed as one."""
    if cell.formula is not None:
        return "the number itself, not a formula"
    if cell.kind is CellKind.NUMBER:
        return None
    if cell.kind is CellKind.TEXT and numbers.parse_decimal(cell.text.strip()) is not None:
        return _TYPE_AGAIN
    if _squeezed(cell.text) == NOT_APPLICABLE:
        return f"“{NOT_APPLICABLE}” under “Does not apply”, or {_A_NUMBER}"
    return _A_NUMBER


def _why_not_this_number(cell: Cell, *, highest: Decimal, decimals: int, money: bool) -> str | None:
    """What was wanted where a number means something else here, or does not fit."""
    number = cell.number if cell.number is not None else numbers.ZERO
    if cell.is_percentage:
        return f"{_A_NUMBER}; the cell is formatted as a percentage"
    if cell.is_money and not money:
        return f"{_A_NUMBER}; the cell is formatted as money"
    if number < 0:
        return "a number of 0 or more"
    if number > highest:
        return f"a number of at most {wording.grouped(highest)}"
    if numbers.decimal_places(number) > decimals:
        return f"a number with at most {decimals} decimals"
    return None


def _same(cell: Cell | None, wanted: str | Decimal | None) -> bool:
    """Whether a locked cell still says what was sent out; programs may change its line breaks."""
    if cell is None:
        return wanted in {None, ""}
    if isinstance(wanted, Decimal):
        return cell.kind is CellKind.NUMBER and cell.number == wanted
    return cell.kind is CellKind.TEXT and _squeezed(cell.text) == _squeezed(wanted or "")


def _squeezed(text: str) -> str:
    return " ".join(text.split()).casefold()


def _as_words(cell: FormCell) -> str:
    return wording.grouped(cell.value) if isinstance(cell.value, Decimal) else shown(cell.value)


def _given(cell: Cell | None) -> str:
    """What a formula gave, without the formula, which is ours."""
    if cell is None:
        return "nothing"
    return "a formula without a result" if cell.kind is CellKind.NOT_CALCULATED else replace(cell, formula=None).seen
