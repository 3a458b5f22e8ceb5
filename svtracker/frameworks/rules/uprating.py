"""Bringing a source figure to the price year of a version: the unit value and its working (RULES 2.7)."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from svtracker.frameworks.rules.values import NO_INDEX, Kind, ValueBasis, Version
from svtracker.kernel import numbers
from svtracker.kernel.exceptions import UnitValueMissingError
from svtracker.registers.rules.figures import IndexValue, NoIndexValue, PriceIndex, index_for


@dataclass(frozen=True, slots=True, kw_only=True)
class Uprated:
    """A unit value in £, the exact figure before it was rounded, and how it came about.

    `index_from` and `index_to` are what the index stands at in both years; none where no index is used.
    """

    value: Decimal
    exact: Fraction
    forecast: bool
    working: str
    index_from: IndexValue | None = None
    index_to: IndexValue | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NotUprated:
    """Why a figure cannot be brought to a year."""

    reason: str


def uprate(*, figure: Decimal, from_year: int, to_year: int, series: str, index: PriceIndex) -> Uprated | NotUprated:
    """A source figure in £ brought to the prices of another year: figure x index(to) / index(from), rounded once.

    9,800 of 2012-13 in 2021-22 prices is 9,800 x 87.9486 / 74.4335 = 11,579.41 (RULES 2.7). Where an end lies
    after the last outturn of the index the result is a forecast.
    """
    start = index_for(index=index, year=from_year, series=series)
    end = index_for(index=index, year=to_year, series=series)
    if isinstance(start, NoIndexValue):
        return NotUprated(reason=start.reason)
    if isinstance(end, NoIndexValue):
        return NotUprated(reason=end.reason)
    exact = Fraction(figure) * end.value / start.value
    value = rounded_unit_value(exact)
    working = (
        f"{numbers.plain(figure)} x {_short(end.value)} / {_short(start.value)} = {numbers.plain(value)}; "
        f"{index.id}, {series} years: {start.working}; {end.working}"
    )
    return Uprated(
        value=value,
        exact=exact,
        forecast=start.forecast or end.forecast,
        working=working,
        index_from=start,
        index_to=end,
    )


def rounded_unit_value(exact: Fraction) -> Decimal:
    """Half-up to pence where the unrounded figure is £1 or more, to 4 decimals below £1 (RULES 2.7).

    11,579.4106 becomes 11,579.41; 0.43995 becomes 0.44 (0.4400); 0.99999 becomes 1.0000.
    """
    return numbers.round_half_up(exact, 2 if exact >= 1 else 4)


def wanted_unit_value(*, basis: ValueBasis, price_year: int, index: PriceIndex | None) -> Uprated | NotUprated:
    """The unit value that a value basis leads to in the price year of its version.

    With `index: none` it is the figure itself, whatever its decimals; otherwise it is the uprated figure.
    """
    if basis.index == NO_INDEX:
        working = f"{numbers.plain(basis.figure)}, the figure of the source as it stands (index: none)"
        return Uprated(value=basis.figure, exact=Fraction(basis.figure), forecast=False, working=working)
    if index is None:
        return NotUprated(reason=f"there is no index {basis.index}")
    if basis.price_year is None:
        return NotUprated(reason="the source price year is missing")
    return uprate(figure=basis.figure, from_year=basis.price_year, to_year=price_year, series=basis.year, index=index)


def expected_unit_value(*, version: Version, ref: str, on: date) -> Decimal:
    """The unit value in £ that a measure has in a version; asking for one that is not there is an error.

    Nothing is ever calculated in its place: the error names version, measure and date (RULES 2.7).
    """
    measure = version.measures.get(ref)
    if measure is None:
        why = "the version has no such measure"
    elif measure.kind is not Kind.VALUED:
        why = f"the measure is {measure.kind}, not valued"
    elif measure.unit_value is None:
        why = "the measure is valued, but its value is missing"
    else:
        return measure.unit_value
    raise UnitValueMissingError(version=version.name, measure=ref, date=on.isoformat(), why=why)


def _short(value: Fraction) -> str:
    return numbers.trimmed(numbers.round_half_up(value, 4))
