"""What LibreOffice works out in a bidder's workbook is what the rules work out, to the penny; `make test-office`.

Every result is taken out of the workbooks before LibreOffice gets them, so that none of ours can be read back. The
name of this file keeps it out of `make test`, which needs no LibreOffice.
"""

import random
import re
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from svtracker.files.workbook_reader import Cell, CellKind, read_workbook
from svtracker.frameworks.folder import find_in_folder
from svtracker.frameworks.rules.values import Kind, Version
from svtracker.kernel import numbers
from svtracker.kernel.units import WHOLE_UNITS, Unit
from svtracker.registers.loader import load_reference
from svtracker.tenders.rules.values import Commitment, Denominator
from svtracker.tenders.workbook.helpers import HELPERS, quantity_of
from svtracker.tenders.workbook.layout import layout_of, valuation_of
from svtracker.tenders.workbook.values import BidContent, HelperLine, WorkbookBrief
from svtracker.tenders.workbook.writing import bid_workbook
from tests.files.xlsx import parts_of, repacked
from tests.office.libreoffice import resaved
from tests.tenders.example import EXAMPLE, ROOT
from tests.tenders.workbooks import BRIEF, BY_PRICE, TENDER, at, bid_of, filled, number, promised, put, text

SEED = 20261122
_MOST = Decimal(6_000_000_000)


def _open_toms() -> Version:
    found = find_in_folder(
        ROOT / "frameworks",
        set_id="open-toms",
        version="2026.1",
        indices=load_reference(ROOT / "data" / "reference").indices,
    )
    assert found is not None
    return found


def _brief(version: Version, **changes: object) -> WorkbookBrief:
    tender = replace(TENDER, framework=version.name, leave_out=(), mandatory=(), measure_weights={}, **changes)  # type: ignore[arg-type]
    return replace(BRIEF, tender=tender, version=version)


OPEN_TOMS = _brief(_open_toms())
WORKED = _brief(EXAMPLE, contract_value=Decimal(750_000))
# RULES 4.7: value and % of the contract value of the four bids.
OF_THE_RULES = {
    "A": (
        {"X1": "5", "X2": "1", "X3": "104", "X4": "80", "X5": "2500", "X6": "40000", "X7": "35"},
        "157442.07",
        "20.99",
    ),
    "B": ({"X1": "2.5", "X3": "52", "X4": "240", "X5": "10000", "X6": "150000", "X7": "60"}, "138691.42", "18.49"),
    "C": ({"X4": "75.5", "X5": "500"}, "1787.28", "0.24"),
    "D": ({}, "0.00", "0.00"),
    # The edge of RULES 4.7: 53,364.175 and 1,287.275 sum to 54,651.45, not .46.
    "edge": ({"X1": "2.5", "X4": "75.5"}, "54651.45", "7.29"),
}


def _content(brief: WorkbookBrief, quantities: dict[str, str]) -> BidContent:
    commitments = tuple(
        promised(line.measure.ref, quantities[line.measure.ref])
        if line.measure.ref in quantities
        else Commitment(measure=line.measure.ref, detailed=True)
        for line in layout_of(brief).lines
    )
    return replace(filled(brief), commitments=commitments, helpers={})


def _by_chance(brief: WorkbookBrief, chance: random.Random) -> BidContent:
    """A bid with quantities as people write them, some worked out on the sheet of helpers."""
    commitments, helpers = [], {}
    for line in layout_of(brief).lines:
        measure = line.measure
        words = chance.choice(["How we do it.", None])
        draw = chance.random()
        if line.is_narrative:
            commitments.append(Commitment(measure=measure.ref, text=words, detailed=True))
        elif draw < 0.15:
            commitments.append(Commitment(measure=measure.ref, detailed=True))
        elif draw < 0.25:
            commitments.append(Commitment(measure=measure.ref, not_applicable=True, detailed=True))
        elif draw < 0.6 and measure.unit in HELPERS:
            lines = tuple(_line_by_chance(measure.unit, chance) for _ in range(chance.randint(1, 3)))
            lines += (HelperLine(about="", inputs={}),) * (3 - len(lines))
            quantity = quantity_of(measure.unit, lines, first_year_only=measure.first_year_only)
            assert quantity is not None
            helpers[measure.ref] = lines
            commitments.append(promised(measure.ref, quantity, words))
        else:
            places = 0 if measure.unit in WHOLE_UNITS else chance.randint(0, 4)
            whole = chance.randrange(0, 10 ** chance.randint(1, 9))
            quantity = numbers.round_down(numbers.ratio(whole, 10**places), places)
            while numbers.times(quantity, measure.unit_value or Decimal(1)) > _MOST:
                quantity = numbers.round_down(numbers.ratio(quantity, 1000), places)
            commitments.append(promised(measure.ref, quantity, words))
    return replace(filled(brief), commitments=tuple(commitments), helpers=helpers)


def _line_by_chance(unit: Unit, chance: random.Random) -> HelperLine:
    helper = HELPERS[unit]
    inputs = {}
    for each in helper.inputs:
        if not each.optional or chance.random() < 0.8:
            most = int(min(each.highest, Decimal(60)) * 10**each.decimals)
            inputs[each.key] = numbers.round_down(
                numbers.ratio(chance.randint(0, most), 10**each.decimals), each.decimals
            )
    if unit is Unit.GBP_INVESTED and ("hours" in inputs) != ("hourly_rate" in inputs):
        inputs |= {"hours": Decimal("1.5"), "hourly_rate": Decimal("17.05")}
    return HelperLine(about="A group", inputs=inputs)


def _cases() -> Iterator[tuple[str, WorkbookBrief, BidContent]]:
    yield "every-kind-of-line", BRIEF, filled()
    yield "share-of-the-price", BY_PRICE, filled(BY_PRICE)
    yield "blank", OPEN_TOMS, layout_content(OPEN_TOMS)
    for name, (quantities, _, _) in OF_THE_RULES.items():
        yield f"rules-{name}", WORKED, _content(WORKED, quantities)
    chance = random.Random(SEED)
    briefs = (OPEN_TOMS, BRIEF, replace(OPEN_TOMS, tender=replace(OPEN_TOMS.tender, denominator=Denominator.BID_PRICE)))
    for trial in range(9):
        brief = briefs[trial % 3]
        yield f"chance-{trial}", brief, _by_chance(brief, chance)


def layout_content(brief: WorkbookBrief) -> BidContent:
    """A bid that promises nothing."""
    return _content(brief, {})


CASES = {name: (brief, content) for name, brief, content in _cases()}
RED = {
    "comma": ("quantity", text("12,5")),
    "below-zero": ("quantity", number("-1")),
    "five-decimals": ("quantity", number("0.00001")),
    "too-large": ("quantity", number("1E10")),
    "line-too-large": ("quantity", number("600000")),
    "both": ("applies", text("n/a")),
    "another-word": ("applies", text("maybe")),
}


def without_results(data: bytes) -> bytes:
    """The workbook with the result of every formula taken out."""

    def stripped(part: bytes) -> bytes:
        return re.sub(rb"</f><v>[^<]*</v>", b"</f>", part)

    sheets = [name for name in parts_of(data) if name.startswith("xl/worksheets/sheet")]
    bare = repacked(data, dict.fromkeys(sheets, stripped))
    assert all(b"</f><v>" not in content for content in parts_of(bare).values())
    return bare


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """All workbooks of this file as LibreOffice saves them."""
    given = {name: without_results(bid_workbook(brief, filled=content)) for name, (brief, content) in CASES.items()}
    for name, (field, inside) in RED.items():
        given[f"red-{name}"] = without_results(put(bid_workbook(BRIEF, filled=filled()), at(field, "J1"), inside))
    folder: Path = tmp_path_factory.mktemp("office")
    return resaved(given, folder)


@pytest.mark.parametrize("name", CASES)
def test_a_workbook_survives_libreoffice_and_its_totals_are_ours(name: str, saved: dict[str, bytes]) -> None:
    brief, content = CASES[name]
    bid = bid_of(saved[name], brief)
    assert bid.content == content
    # A total that differs by a penny would be a warning.
    assert bid.warnings == ()
    assert bid.valuation == valuation_of(content, brief=brief)


@pytest.mark.parametrize("name", CASES)
def test_every_formula_gives_in_libreoffice_what_the_rules_give(name: str, saved: dict[str, bytes]) -> None:
    brief, content = CASES[name]
    workbook, problems = read_workbook(name=name, data=saved[name])
    assert workbook is not None, problems
    counted = 0
    for sheet in layout_of(brief, content).form.sheets:
        for place, cell in sheet.cells.items():
            if cell.formula is None:
                continue
            counted += 1
            given = workbook.sheets[sheet.name].cells.get(place)
            assert given is not None, f"{name}: {sheet.name} {place}"
            assert given.formula, f"{name}: {sheet.name} {place} is no formula any more"
            assert same(given, cell.value), f"{name}: {sheet.name} {place}: {given.text} for {cell.value}"
    assert counted > 20


def same(cell: Cell, value: str | Decimal | None) -> bool:
    """Whether a result is the same, to the 15 digits that a spreadsheet keeps."""
    if isinstance(value, Decimal):
        return cell.number is not None and numbers.significant(cell.number, 13) == numbers.significant(value, 13)
    return cell.kind is CellKind.TEXT and cell.text == (value or "")


@pytest.mark.parametrize("name", OF_THE_RULES)
def test_libreoffice_gives_the_worked_figures_of_the_rules(name: str, saved: dict[str, bytes]) -> None:
    workbook, _ = read_workbook(name=name, data=saved[f"rules-{name}"])
    assert workbook is not None
    _, value, percent = OF_THE_RULES[name]
    totals = layout_of(WORKED).totals
    found = {key: workbook.sheets[sheet].cells[place].number for key, (sheet, place) in totals.items()}
    assert (found["value"], found["percent"]) == (Decimal(value), Decimal(percent))


@pytest.mark.parametrize("name", RED)
def test_what_cannot_be_read_is_red_before_it_is_sent(name: str, saved: dict[str, bytes]) -> None:
    workbook, _ = read_workbook(name=name, data=saved[f"red-{name}"])
    assert workbook is not None
    layout = layout_of(BRIEF, filled())
    sheet = workbook.sheets["Commitments"]
    row = next(line.row for line in layout.lines if line.measure.ref == "J1")
    checks = [place for place, cell in sheet.cells.items() if cell.formula and cell.text.startswith("Mend")]
    assert [int("".join(filter(str.isdigit, place))) for place in checks] == [row]
    (to_mend,) = [
        cell for place, cell in sheet.cells.items() if place.endswith("3") and "COUNTIF(" in (cell.formula or "")
    ]
    assert to_mend.number == 1


def test_locks_and_rules_survive_libreoffice(saved: dict[str, bytes]) -> None:
    parts = parts_of(saved["every-kind-of-line"])
    sheets = [content for name, content in parts.items() if name.startswith("xl/worksheets/sheet")]
    assert all(b"<sheetProtection" in content for content in sheets)
    assert sum(content.count(b"<dataValidation ") for content in sheets) > 20
    assert sum(content.count(b"<cfRule ") for content in sheets) > 5


def test_the_workbooks_hold_something_of_every_kind() -> None:
    lines = [line for brief, _ in CASES.values() for line in layout_of(brief).lines]
    assert {line.kind for line in lines} == set(Kind)
    assert {line.measure.unit for line in lines} >= set(HELPERS)
    assert any(content.helpers for _, content in CASES.values())
