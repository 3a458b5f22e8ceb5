"""A bidder's workbook: the same bytes from the same brief, and every commitment back as it was typed."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from svtracker.files.workbook_reader import CellKind, read_workbook
from svtracker.frameworks.rules.values import Category, ListName
from svtracker.kernel import numbers
from svtracker.kernel.units import LARGEST_QUANTITY
from svtracker.tenders.rules.values import Commitment
from svtracker.tenders.workbook.helpers import HELPERS, Unit, quantity_of
from svtracker.tenders.workbook.layout import layout_of, valuation_of
from svtracker.tenders.workbook.values import HelperLine
from svtracker.tenders.workbook.writing import bid_workbook
from tests.tenders.workbooks import (
    BRIEF,
    BY_PRICE,
    at,
    bid_of,
    brief_of,
    filled,
    good,
    number,
    promised,
    put,
    read,
    text,
)


def test_the_same_brief_gives_the_same_bytes() -> None:
    assert bid_workbook(BRIEF) == bid_workbook(BRIEF)
    assert bid_workbook(BRIEF) != bid_workbook(replace(BRIEF, edition=2))


def test_an_empty_workbook_asks_for_name_price_and_confirmation_and_nothing_else() -> None:
    bid, problems = read(bid_workbook(BRIEF))
    assert bid is None
    assert [str(problem) for problem in problems] == [
        "bid.xlsx: Price and declaration, cell B3: saw nothing; wanted the name of the bidder",
        "bid.xlsx: Price and declaration, cell B8: saw nothing; wanted a price in £: this tender gives marks for price",
        "bid.xlsx: Price and declaration, cell B11: saw nothing; wanted “I confirm” from the list: without it this is "
        "no bid",
    ]


def test_everything_that_was_filled_in_comes_back_the_same() -> None:
    bid = bid_of(good())
    assert bid.content == filled()
    assert bid.warnings == ()
    assert (bid.file, len(bid.sha256)) == ("bid.xlsx", 64)


def test_blank_zero_and_not_applicable_are_three_things() -> None:
    lines = {line.measure: line for line in bid_of(good()).content.commitments}
    assert lines["S2"] == Commitment(measure="S2", detailed=True)
    assert (lines["I1"].offered, lines["I1"].accepted) == (Decimal(0), Decimal(0))
    assert (lines["J2"].offered, lines["J2"].not_applicable) == (None, True)


def test_the_measures_are_those_that_the_tender_offers() -> None:
    def refs(**changes: object) -> list[str]:
        return [line.measure.ref for line in layout_of(brief_of(**changes)).lines]

    assert "V1" not in refs()
    assert [ref for ref in refs() if ref.startswith("R")] == ["R1", "R2"]
    assert refs(record_only=False, list=ListName.LITE, leave_out=(), mandatory=(), measure_weights={}) == ["J1", "P1"]


def test_helpers_keep_their_numbers_and_give_the_quantity() -> None:
    bid = bid_of(good())
    offered = {line.measure: line.offered for line in bid.content.commitments}
    assert offered["J3"] == Decimal("12.5")  # first year only: (10 + 2.5) x 12 / 12
    assert offered["H1"] == Decimal(16)
    assert bid.content.helpers["J3"][1].inputs["full_time_share"] == Decimal("0.5")
    assert set(bid.content.helpers) == {"J3", "H1"}


@pytest.mark.parametrize(
    ("months", "first_year_only", "quantity"),
    [("24", False, "25"), ("18", False, "18.75"), ("6", False, "6.25"), ("24", True, "12.5"), ("6", True, "6.25")],
)
def test_full_time_years_follow_the_worked_example(months: str, first_year_only: bool, quantity: str) -> None:
    """RULES 2.4: 10 full-time and 5 half-time people."""
    lines = (
        HelperLine(about="", inputs={"people": Decimal(10), "months": Decimal(months)}),
        HelperLine(
            about="", inputs={"people": Decimal(5), "full_time_share": Decimal("0.5"), "months": Decimal(months)}
        ),
    )
    assert quantity_of(Unit.FTE_YEAR, lines, first_year_only=first_year_only) == Decimal(quantity)


def test_full_time_years_are_rounded_once_over_all_lines() -> None:
    third = HelperLine(about="", inputs={"people": Decimal(1), "months": Decimal(1), "contract_share": Decimal("0.4")})
    assert quantity_of(Unit.FTE_YEAR, [third] * 3, first_year_only=False) == Decimal("0.1")


def test_pounds_invested_are_cash_hours_and_materials() -> None:
    inputs = {"cash": Decimal(500), "hours": Decimal(10), "hourly_rate": Decimal(17), "materials": Decimal(80)}
    assert quantity_of(Unit.GBP_INVESTED, [HelperLine(about="", inputs=inputs)], first_year_only=False) == 750


def test_the_workbook_shows_the_totals_that_the_rules_give() -> None:
    workbook, _ = read_workbook(name="x", data=good())
    assert workbook is not None
    layout, worth = layout_of(BRIEF), valuation_of(filled(), brief=BRIEF)
    shown = {key: workbook.sheets[sheet].cells[place] for key, (sheet, place) in layout.totals.items()}
    assert worth.percent is not None
    assert worth.weighted_percent is not None
    assert {key: cell.number for key, cell in shown.items()} == {
        "value": numbers.round_half_up(worth.value, 2),
        "percent": numbers.round_half_up(worth.percent, 2),
        **{category.value: numbers.round_half_up(worth.by_category[category], 2) for category in Category},
        "weighted_value": numbers.round_half_up(worth.weighted_value, 2),
        "weighted_percent": numbers.round_half_up(worth.weighted_percent, 2),
    }
    assert all(cell.formula for cell in shown.values())


def test_a_share_of_the_own_price_follows_the_price() -> None:
    bid = bid_of(good(BY_PRICE), BY_PRICE)
    assert bid.valuation.denominator == Decimal("742000.50")
    assert bid.warnings == ()


def test_a_price_is_asked_for_only_where_the_tender_uses_it() -> None:
    free = brief_of(price_weight=None)
    assert ("price",) not in layout_of(free).fields
    content = replace(filled(free), price=None)
    assert bid_of(bid_workbook(free, filled=content), free).content.price is None


def test_without_marks_for_answers_no_question_is_asked() -> None:
    none = brief_of(scoring=replace(BRIEF.tender.scoring, qualitative=Decimal(0)))
    assert "Questions" not in [sheet.name for sheet in layout_of(none).form.sheets]
    assert bid_of(bid_workbook(none, filled=replace(filled(none), answers={})), none).content.answers == {}


def test_text_that_looks_like_a_formula_stays_text() -> None:
    evil = replace(BRIEF, title='=HYPERLINK("http://x.example","y")', organisation="@SUM(1)")
    workbook, _ = read_workbook(name="x", data=bid_workbook(evil))
    assert workbook is not None
    title = workbook.sheets["Instructions"].cells["A1"]
    assert (title.kind, title.formula, title.text) == (CellKind.TEXT, None, evil.title)


def test_totals_of_a_program_that_does_not_calculate_are_a_warning() -> None:
    sheet, place = layout_of(BRIEF).totals["value"]
    stale = put(good(), (sheet, place), "<f>SUM(1)</f><v>1</v>")
    (warning,) = bid_of(stale).warnings
    assert warning.path == f"{sheet}, cell {place}"
    assert warning.seen == "£1"
    assert "it counts" in warning.wanted
    uncounted = good()
    for sheet, place in layout_of(BRIEF).totals.values():
        uncounted = put(uncounted, (sheet, place), "<f>SUM(1)</f>")
    (warning,) = bid_of(uncounted).warnings
    assert "does not calculate" in warning.wanted


_WORDS = st.text(alphabet=st.characters(exclude_categories=["C", "Zl", "Zp"]), max_size=60).map(str.strip)


@settings(max_examples=15)
@given(data=st.data())
def test_any_quantities_come_back_exactly(data: st.DataObject) -> None:
    base = filled()
    commitments = []
    for line in layout_of(BRIEF).lines:
        ref = line.measure.ref
        words = data.draw(_WORDS) or None
        if line.is_narrative:
            commitments.append(Commitment(measure=ref, text=words, detailed=True))
            continue
        value = line.measure.unit_value or Decimal(1)
        most = min(LARGEST_QUANTITY, numbers.round_down(Decimal(6_000_000_000) / value, 4))
        quantity = data.draw(st.none() | st.just("n/a") | st.decimals(min_value=0, max_value=most, places=4))
        if quantity is None or isinstance(quantity, str):
            commitments.append(
                Commitment(measure=ref, not_applicable=quantity == "n/a", statement=words, detailed=True)
            )
        else:
            commitments.append(promised(ref, quantity, words))
    name = " ".join(data.draw(_WORDS).split()) or "A"
    content = replace(
        base,
        bidder=replace(base.bidder, name=name),
        commitments=tuple(commitments),
        helpers={},
        answers={key: words for key in ("q1", "q2") if (words := data.draw(_WORDS))},
    )
    bid = bid_of(bid_workbook(BRIEF, filled=content))
    assert bid.content == content
    assert bid.valuation == valuation_of(content, brief=BRIEF)


@settings(max_examples=15)
@given(data=st.data())
def test_any_numbers_of_a_helper_come_back_exactly(data: st.DataObject) -> None:
    helpers, quantities = {}, {}
    for line in layout_of(BRIEF).lines:
        unit = line.measure.unit
        if unit not in HELPERS or data.draw(st.booleans()):
            continue
        lines = tuple(
            HelperLine(
                about=data.draw(_WORDS),
                inputs={
                    each.key: data.draw(
                        st.decimals(min_value=0, max_value=min(each.highest, Decimal(500)), places=each.decimals)
                    )
                    for each in HELPERS[unit].inputs
                },
            )
            for _ in range(3)
        )
        helpers[line.measure.ref] = lines
        quantity = quantity_of(unit, lines, first_year_only=line.measure.first_year_only)
        assert quantity is not None
        quantities[line.measure.ref] = quantity
    commitments = tuple(
        promised(line.measure.ref, quantities[line.measure.ref])
        if line.measure.ref in quantities
        else Commitment(measure=line.measure.ref, detailed=True)
        for line in layout_of(BRIEF).lines
    )
    content = replace(filled(), commitments=commitments, helpers=helpers)
    assert bid_of(bid_workbook(BRIEF, filled=content)).content == content


def test_spaces_alone_are_a_blank_cell() -> None:
    data = put(good(), at("statement", "J1"), text("   "))
    bid = bid_of(put(data, at("quantity", "S2"), text(" ")))
    lines = {line.measure: line for line in bid.content.commitments}
    assert (lines["J1"].statement, lines["S2"].offered) == (None, None)


def test_a_quantity_that_helpers_give_too_may_be_typed_as_well_if_it_is_the_same() -> None:
    lines = {line.measure: line for line in bid_of(put(good(), at("quantity", "H1"), number("16"))).content.commitments}
    assert lines["H1"].offered == 16


def test_every_unit_that_has_a_helper_in_the_rules_has_one_in_the_workbook() -> None:
    assert set(HELPERS) == {Unit.FTE_YEAR, Unit.PERSON_HOUR, Unit.GBP_INVESTED}
