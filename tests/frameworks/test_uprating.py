"""Unit values from source figures: the witness of RULES 2.7, rounding, forecasts, and what is never calculated."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from svtracker.frameworks.rules.uprating import (
    NotUprated,
    Uprated,
    expected_unit_value,
    rounded_unit_value,
    uprate,
    wanted_unit_value,
)
from svtracker.frameworks.rules.values import Series, ValueBasis
from svtracker.kernel.exceptions import UnitValueMissingError
from tests.frameworks.sample_set import DEFLATOR, LATER, read

YEARS = st.sampled_from([2012, 2018, 2021, 2023, 2024, 2025, 2026])
FIGURES = st.decimals(min_value="0.0001", max_value="9999999", places=4)


def uprated(figure: str, from_year: int, to_year: int, series: str = "financial") -> Uprated:
    found = uprate(figure=Decimal(figure), from_year=from_year, to_year=to_year, series=series, index=DEFLATOR)
    assert isinstance(found, Uprated)
    return found


class TestUprate:
    def test_the_witness(self) -> None:
        found = uprated("9800", 2012, 2021)
        assert found.value == Decimal("11579.41")
        assert str(found.value) == "11579.41"
        assert found.exact == Fraction(9800) * Fraction("87.9486") / Fraction("74.4335")
        assert not found.forecast
        assert found.working == (
            "9800 x 87.9486 / 74.4335 = 11579.41; deflator, financial years: 74.4335 in 2012-13; 87.9486 in 2021-22"
        )

    def test_a_forecast_says_so_at_either_end(self) -> None:
        assert uprated("100", 2023, 2024).value == Decimal("102.37")
        assert uprated("100", 2023, 2024).forecast
        assert uprated("100", 2024, 2023).forecast
        assert not uprated("100", 2021, 2023).forecast

    def test_calendar_years_give_another_value(self) -> None:
        assert uprated("9800", 2012, 2021, "calendar").value == Decimal("11589.57")

    def test_a_year_outside_is_a_reason_and_no_figure(self) -> None:
        found = uprate(figure=Decimal(1), from_year=1950, to_year=2021, series="financial", index=DEFLATOR)
        assert found == NotUprated(
            reason="deflator has no financial figure for 1950-51 (it runs from 2012-13 to 2026-27)"
        )
        later = uprate(figure=Decimal(1), from_year=2021, to_year=2031, series="financial", index=DEFLATOR)
        assert later == NotUprated(
            reason="deflator has no financial figure for 2031-32 (its forecast ends with 2026-27)"
        )

    @given(FIGURES, YEARS)
    def test_the_same_year_changes_nothing_but_the_rounding(self, figure: Decimal, year: int) -> None:
        found = uprate(figure=figure, from_year=year, to_year=year, series="financial", index=DEFLATOR)
        assert isinstance(found, Uprated)
        assert found.exact == Fraction(figure)
        assert found.value == rounded_unit_value(Fraction(figure))

    @given(FIGURES, YEARS, YEARS)
    def test_there_and_back_is_exact(self, figure: Decimal, first: int, second: int) -> None:
        there = uprate(figure=figure, from_year=first, to_year=second, series="financial", index=DEFLATOR)
        back = uprate(figure=Decimal(1), from_year=second, to_year=first, series="financial", index=DEFLATOR)
        assert isinstance(there, Uprated)
        assert isinstance(back, Uprated)
        assert there.exact * back.exact == Fraction(figure)

    @given(FIGURES, FIGURES, YEARS, YEARS)
    def test_a_larger_figure_never_has_a_smaller_value_of_the_same_rounding(
        self, one: Decimal, other: Decimal, first: int, second: int
    ) -> None:
        low, high = (
            uprate(figure=figure, from_year=first, to_year=second, series="financial", index=DEFLATOR)
            for figure in sorted((one, other))
        )
        assert isinstance(low, Uprated)
        assert isinstance(high, Uprated)
        assert low.value <= high.value


class TestRounding:
    @pytest.mark.parametrize(
        ("exact", "value"),
        [
            ("1", "1.00"),
            ("1.004", "1.00"),
            ("1.005", "1.01"),
            ("11579.4050", "11579.41"),
            ("0.99999", "1.0000"),
            ("0.99994", "0.9999"),
            ("0.42345", "0.4235"),
            ("0.42344999", "0.4234"),
            ("0.00004", "0.0000"),
        ],
    )
    def test_pence_from_a_pound_on_and_four_decimals_below(self, exact: str, value: str) -> None:
        assert str(rounded_unit_value(Fraction(exact))) == value

    @given(st.fractions(min_value=0, max_value=10**7))
    def test_never_off_by_more_than_half_of_the_last_digit(self, exact: Fraction) -> None:
        half = Fraction(1, 200) if exact >= 1 else Fraction(1, 20000)
        assert abs(Fraction(rounded_unit_value(exact)) - exact) <= half


def basis(*, index: str, price_year: int | None = 2012) -> ValueBasis:
    return ValueBasis(
        source="study",
        at="row 1",
        figure=Decimal(9800),
        price_year=price_year,
        year=Series.FINANCIAL,
        index=index,
        forecast=False,
        range=None,
    )


class TestWantedUnitValue:
    def test_with_an_index(self) -> None:
        found = wanted_unit_value(basis=basis(index="deflator"), price_year=2021, index=DEFLATOR)
        assert isinstance(found, Uprated)
        assert found.value == Decimal("11579.41")

    def test_without_an_index_it_is_the_figure(self) -> None:
        found = wanted_unit_value(basis=basis(index="none", price_year=None), price_year=2021, index=None)
        assert isinstance(found, Uprated)
        assert (found.value, found.forecast, found.index_to) == (Decimal(9800), False, None)

    def test_what_is_missing_is_named(self) -> None:
        assert wanted_unit_value(basis=basis(index="other"), price_year=2021, index=None) == NotUprated(
            reason="there is no index other"
        )
        without_year = basis(index="deflator", price_year=None)
        assert wanted_unit_value(basis=without_year, price_year=2021, index=DEFLATOR) == NotUprated(
            reason="the source price year is missing"
        )


class TestExpectedUnitValue:
    def test_a_valued_measure(self) -> None:
        assert expected_unit_value(version=read(LATER), ref="B1", on=date(2021, 5, 1)) == Decimal("11579.41")

    def test_a_valued_measure_without_its_value(self) -> None:
        version = read(LATER)
        version.measures["B1"] = replace(version.measures["B1"], unit_value=None)
        with pytest.raises(UnitValueMissingError, match="the measure is valued, but its value is missing"):
            expected_unit_value(version=version, ref="B1", on=date(2021, 5, 1))

    @pytest.mark.parametrize(
        ("ref", "why"),
        [
            ("B3", "the measure is recorded, not valued"),
            ("R2", "the measure is narrative, not valued"),
            ("Z9", "the version has no such measure"),
        ],
    )
    def test_nothing_is_calculated_in_its_place(self, ref: str, why: str) -> None:
        with pytest.raises(UnitValueMissingError) as caught:
            expected_unit_value(version=read(LATER), ref=ref, on=date(2021, 5, 1))
        assert str(caught.value) == f"Measure {ref} of sample@2021.1 has no unit value on 2021-05-01: {why}."
