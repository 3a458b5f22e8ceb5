"""Reading a price index and the minimum wage: a figure with its working, or the reason why there is none."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from svtracker.kernel import numbers

FINANCIAL = "financial"
CALENDAR = "calendar"


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexSeries:
    """One series of a price index: outturn by year, and forecast growth in per cent for the years after it."""

    base: str
    last_outturn: int
    index: Mapping[int, Decimal]
    growth_percent: Mapping[int, Decimal]


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceIndex:
    """A published price index, with its terms and its series by name (RULES 2.7)."""

    id: str
    title: str
    publisher: str
    href: str
    licence: str
    retrieved: date
    series: Mapping[str, IndexSeries]


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexValue:
    """What an index stands at in a year, exactly; `forecast` where it is chained beyond the last outturn."""

    value: Fraction
    forecast: bool
    working: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NoIndexValue:
    """Why an index has no figure for a year."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WageRate:
    """A statutory rate in £ an hour, from a day on, and the law that sets it."""

    from_day: date
    gbp_per_hour: Decimal
    legislation: str
    href: str
    band: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MinimumWage:
    """The national minimum wage for adults by day, and the hours of a full-time year."""

    id: str
    title: str
    publisher: str
    href: str
    licence: str
    retrieved: date
    note: str
    hours_per_year: Decimal
    rates: tuple[WageRate, ...]

    def rate_on(self, on: date) -> WageRate | None:
        """The highest rate among those in force on a day; none before the first rate known."""
        begun = [rate for rate in self.rates if rate.from_day <= on]
        latest = max((rate.from_day for rate in begun), default=None)
        in_force = [rate for rate in begun if rate.from_day == latest]
        return max(in_force, key=lambda rate: rate.gbp_per_hour, default=None)

    def full_time_year(self, on: date) -> Decimal | None:
        """What one full-time year at the minimum wage costs in £, for the check of RULES 3.8.

        On 1 May 2021 the rate was £8.91 an hour; with 1,950 hours a year that is £17,374.50. None before the
        first rate known.
        """
        rate = self.rate_on(on)
        return None if rate is None else numbers.times(rate.gbp_per_hour, self.hours_per_year)


def year_name(year: int, series: str) -> str:
    """A year as people write it: `2012-13` for the financial year from April 2012, `2012` for the calendar year."""
    return f"{year}-{(year + 1) % 100:02d}" if series == FINANCIAL else str(year)


def index_for(*, index: PriceIndex, year: int, series: str) -> IndexValue | NoIndexValue:
    """What a price index stands at in a year: its outturn, or the last outturn chained with forecast growth.

    With 100 in 2023-24 and a forecast growth of 2.37467 %, the index for 2024-25 is 100 x 1.0237467 = 102.37467,
    and it is marked as a forecast (RULES 2.7).
    """
    named = index.series.get(series)
    if named is None:
        known = ", ".join(index.series) or "none"
        return NoIndexValue(reason=f"{index.id} has no series “{series}” (it has: {known})")
    name = year_name(year, series)
    if year <= named.last_outturn:
        outturn = named.index.get(year)
        if outturn is None:
            first = year_name(min(named.index), series)
            last = year_name(max(named.growth_percent, default=named.last_outturn), series)
            reason = f"{index.id} has no {series} figure for {name} (it runs from {first} to {last})"
            return NoIndexValue(reason=reason)
        return IndexValue(value=Fraction(outturn), forecast=False, working=f"{numbers.plain(outturn)} in {name}")
    return _chained(index=index, named=named, year=year, series=series)


def _chained(*, index: PriceIndex, named: IndexSeries, year: int, series: str) -> IndexValue | NoIndexValue:
    start = named.index[named.last_outturn]
    value = Fraction(start)
    steps: list[str] = []
    for step in range(named.last_outturn + 1, year + 1):
        growth = named.growth_percent.get(step)
        if growth is None:
            last = year_name(max(named.growth_percent, default=named.last_outturn), series)
            name = year_name(year, series)
            reason = f"{index.id} has no {series} figure for {name} (its forecast ends with {last})"
            return NoIndexValue(reason=reason)
        value *= 1 + Fraction(growth) / 100
        steps.append(f"{numbers.plain(growth)} % for {year_name(step, series)}")
    working = (
        f"{numbers.plain(numbers.round_half_up(value, 4))} in {year_name(year, series)}, a forecast: "
        f"{numbers.plain(start)} in {year_name(named.last_outturn, series)} with growth of {', '.join(steps)}"
    )
    return IndexValue(value=value, forecast=True, working=working)
