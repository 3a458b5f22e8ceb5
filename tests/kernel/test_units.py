"""Units and the quantity helpers (RULES 2.3, 2.4)."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from svtracker.kernel import units
from svtracker.kernel.units import WORDS, Unit, fte_years, gbp_invested, person_hours

# RULES 2.4: 10 full-time and 5 half-time people.
TEAM = Decimal(10) + 5 * Decimal("0.5")


@pytest.mark.parametrize(
    ("months", "whole_term", "first_year"), [("24", "25", "12.5"), ("18", "18.75", "12.5"), ("6", "6.25", "6.25")]
)
def test_full_time_years_of_ten_full_time_and_five_half_time_people(
    months: str, whole_term: str, first_year: str
) -> None:
    assert fte_years(full_time_equivalents=TEAM, months=Decimal(months)) == Decimal(whole_term)
    found = fte_years(full_time_equivalents=TEAM, months=Decimal(months), first_year_only=True)
    assert found == Decimal(first_year)


@pytest.mark.parametrize(
    ("people", "months", "wanted"),
    [
        ("10", "3", "2.5000"),  # within a quarter, as a return counts it
        ("1", "1", "0.0833"),
        ("1", "0.0006", "0.0001"),  # 0.00005 goes up
        ("0.5", "12", "0.5000"),
        ("0.3333", "12", "0.3333"),
        ("4", "0", "0.0000"),
    ],
)
def test_full_time_years_have_four_decimals_half_up(people: str, months: str, wanted: str) -> None:
    assert str(fte_years(full_time_equivalents=Decimal(people), months=Decimal(months))) == wanted


def test_a_share_of_time_on_the_contract_multiplies() -> None:
    on_the_contract = Decimal("0.4")
    assert fte_years(full_time_equivalents=2 * on_the_contract, months=Decimal(18)) == Decimal("1.2")


@settings(max_examples=100, deadline=None, derandomize=True, database=None)
@given(st.integers(0, 10_000), st.integers(0, 120))
def test_the_first_year_is_never_more_than_the_whole_term(hundredths: int, months: int) -> None:
    people = Decimal(hundredths) / 100
    whole = fte_years(full_time_equivalents=people, months=Decimal(months))
    first = fte_years(full_time_equivalents=people, months=Decimal(months), first_year_only=True)
    assert first == (whole if months <= 12 else fte_years(full_time_equivalents=people, months=Decimal(12)))
    assert first <= whole


def test_person_hours_and_money_invested() -> None:
    assert person_hours(hours=Decimal(2), people=Decimal(8)) == 16
    assert person_hours(hours=Decimal("1.5"), people=Decimal(7)) == Decimal("10.5")
    found = gbp_invested(cash=Decimal(500), hours=Decimal(10), hourly_rate=Decimal(17), materials=Decimal(80))
    assert found == 750


def test_the_list_of_units_is_the_one_of_the_rules() -> None:
    assert [unit.value for unit in Unit] == [
        "fte_year", "person", "person_week", "staff_hour", "expert_hour", "person_hour", "gbp_spent", "gbp_invested",
        "tonne", "tco2e", "mile", "visit", "item", "percent", "text",
    ]  # fmt: skip
    assert set(WORDS) == set(Unit)
    assert len({words.meaning for words in WORDS.values()}) == len(Unit)
    assert {Unit.PERSON, Unit.ITEM, Unit.VISIT} == units.WHOLE_UNITS


def test_the_largest_figures_are_those_of_the_design() -> None:
    assert (Decimal("999999999.9999"), Decimal("9999999.9999")) == (units.LARGEST_QUANTITY, units.LARGEST_UNIT_VALUE)
    assert (units.LARGEST_LINE, units.DECIMALS) == (9_999_999_999, 4)
