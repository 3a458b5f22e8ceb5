"""The price index and the minimum wage: what they say for a year or a day, and what they do not say."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from svtracker.registers.rules.figures import (
    IndexSeries,
    IndexValue,
    MinimumWage,
    NoIndexValue,
    PriceIndex,
    WageRate,
    index_for,
    year_name,
)

FINANCIAL = IndexSeries(
    base="2023-24 = 100",
    last_outturn=2023,
    index={2012: Decimal("74.4335"), 2021: Decimal("87.9486"), 2023: Decimal(100)},
    growth_percent={2024: Decimal("2.37467"), 2025: Decimal("2.38597")},
)
CALENDAR = IndexSeries(
    base="2023 = 100", last_outturn=2023, index={2022: Decimal("93.191"), 2023: Decimal(100)}, growth_percent={}
)
INDEX = PriceIndex(
    id="deflator",
    title="A deflator",
    publisher="A ministry",
    href="https://example.org/deflator",
    licence="OGL-UK-3.0",
    retrieved=date(2026, 11, 21),
    series={"financial": FINANCIAL, "calendar": CALENDAR},
)


def stands_at(year: int, series: str = "financial") -> IndexValue | NoIndexValue:
    return index_for(index=INDEX, year=year, series=series)


class TestIndexFor:
    def test_an_outturn(self) -> None:
        assert stands_at(2012) == IndexValue(value=Fraction("74.4335"), forecast=False, working="74.4335 in 2012-13")

    def test_the_last_outturn_is_no_forecast(self) -> None:
        assert stands_at(2023) == IndexValue(value=Fraction(100), forecast=False, working="100 in 2023-24")

    def test_a_forecast_is_chained_exactly(self) -> None:
        found = stands_at(2025)
        assert isinstance(found, IndexValue)
        assert found.value == Fraction("102.37467") * Fraction("1.0238597")
        assert found.forecast
        assert found.working == (
            "104.8173 in 2025-26, a forecast: 100 in 2023-24 "
            "with growth of 2.37467 % for 2024-25, 2.38597 % for 2025-26"
        )

    def test_calendar_years_have_their_own_series(self) -> None:
        assert stands_at(2022, "calendar") == IndexValue(
            value=Fraction("93.191"), forecast=False, working="93.191 in 2022"
        )

    @pytest.mark.parametrize(
        ("year", "series", "reason"),
        [
            (1950, "financial", "deflator has no financial figure for 1950-51 (it runs from 2012-13 to 2025-26)"),
            (2013, "financial", "deflator has no financial figure for 2013-14 (it runs from 2012-13 to 2025-26)"),
            (2026, "financial", "deflator has no financial figure for 2026-27 (its forecast ends with 2025-26)"),
            (9999, "financial", "deflator has no financial figure for 9999-00 (its forecast ends with 2025-26)"),
            (2024, "calendar", "deflator has no calendar figure for 2024 (its forecast ends with 2023)"),
            (2012, "lunar", "deflator has no series “lunar” (it has: financial, calendar)"),
        ],
    )
    def test_a_year_outside_names_index_year_and_series(self, year: int, series: str, reason: str) -> None:
        assert stands_at(year, series) == NoIndexValue(reason=reason)

    @given(st.integers(min_value=-(10**6), max_value=10**6), st.sampled_from(["financial", "calendar", ""]))
    def test_no_year_raises(self, year: int, series: str) -> None:
        found = stands_at(year, series)
        assert isinstance(found, NoIndexValue) or found.value > 0


@pytest.mark.parametrize(
    ("year", "series", "name"),
    [
        (2012, "financial", "2012-13"),
        (1999, "financial", "1999-00"),
        (2008, "financial", "2008-09"),
        (2012, "calendar", "2012"),
    ],
)
def test_year_name(year: int, series: str, name: str) -> None:
    assert year_name(year, series) == name


def rate(day: date, amount: str, band: str = "") -> WageRate:
    return WageRate(
        from_day=day, gbp_per_hour=Decimal(amount), legislation="a law", href="https://example.org/law", band=band
    )


class TestMinimumWage:
    WAGE = MinimumWage(
        id="wage",
        title="Minimum wage",
        publisher="The law",
        href="https://example.org",
        licence="OGL-UK-3.0",
        retrieved=date(2026, 11, 21),
        note="",
        hours_per_year=Decimal(1950),
        rates=(
            rate(date(2021, 4, 1), "8.91", "23 and over"),
            rate(date(2020, 4, 1), "8.72"),
            rate(date(2021, 4, 1), "8.36", "21 to 22"),
        ),
    )

    @pytest.mark.parametrize(
        ("day", "amount"),
        [
            (date(2020, 4, 1), "17004"),
            (date(2021, 3, 31), "17004"),
            (date(2021, 4, 1), "17374.50"),
            (date(2030, 1, 1), "17374.50"),
        ],
    )
    def test_the_rate_in_force_times_the_hours(self, day: date, amount: str) -> None:
        assert self.WAGE.full_time_year(day) == Decimal(amount)

    def test_before_the_first_rate_there_is_none(self) -> None:
        assert self.WAGE.full_time_year(date(2020, 3, 31)) is None
        assert self.WAGE.rate_on(date(2020, 3, 31)) is None
