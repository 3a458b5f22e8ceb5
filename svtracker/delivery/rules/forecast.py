"""Where a commitment will end if it goes on like this (RULES 6.7)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from svtracker.delivery.rules.claims import Key, latest, verified_of
from svtracker.delivery.rules.figures import Position, position
from svtracker.delivery.rules.records import Claim, ClaimState, Contract
from svtracker.delivery.rules.targets import Plan, plans
from svtracker.kernel import numbers
from svtracker.kernel.units import Unit

MOST_PERIODS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """What will be verified at the end of the term, in units; exact, with the lowest and highest case.

    `taken` are the numbers of the periods it goes by, `empty` those of them without a verified claim, which count 0.
    `shortfall` is committed less expected where that is positive, `shortfall_value` in £ (nothing where not valued).
    """

    position: Position
    rate: Fraction
    expected: Fraction
    low: Fraction
    high: Fraction
    taken: tuple[int, ...]
    empty: tuple[int, ...]
    periods_left: int

    @property
    def shortfall(self) -> Fraction:
        """Committed less expected, in units, 0 where the forecast reaches it."""
        return max(Fraction(0), Fraction(self.position.committed) - self.expected)

    @property
    def shortfall_value(self) -> Fraction | None:
        """The shortfall in £ at the frozen unit value."""
        return self.value(self.shortfall)

    def value(self, quantity: Fraction) -> Fraction | None:
        """£ of a quantity, nothing where the line is not valued."""
        unit_value = self.position.commitment.unit_value
        return None if unit_value is None else quantity * Fraction(unit_value)


@dataclass(frozen=True, slots=True, kw_only=True)
class ForecastSum:
    """The forecasts of several commitments in £; a surplus of one never lessens the shortfall of another."""

    expected: Fraction
    low: Fraction
    high: Fraction
    shortfall: Fraction
    without: int
    """How many valued commitments have no forecast, since no period has ended: nothing of them is in the sums."""


def forecast(plan: Plan, *, contract: Contract, counting: Mapping[Key, Claim], at: date) -> Forecast | None:
    """Verified so far + rate x periods not ended; the rate is the mean of the last ended periods, at most 4.

    Nothing where no period has ended. 12, 10, 0 and 14 verified in four of eight quarters: rate 9, forecast
    36 + 4 x 9 = 72, low 36 + 4 x 0 = 36, high 36 + 4 x 14 = 92; of 104 committed 32 would be missing.
    """
    line = plan.commitment
    owed = [
        one.period for one in plan.targets if line.in_force_from is None or line.in_force_from <= one.period.last_day
    ]
    ended = [period for period in owed if period.last_day <= at]
    last = ended[-MOST_PERIODS:]
    if not last:
        return None
    rows = [counting.get((line.id, period.number)) for period in last]
    each = [verified_of(row) for row in rows]
    now = position(plan, contract=contract, counting=counting, at=at)
    left = len(owed) - len(ended)
    rate = numbers.ratio(numbers.total(each), len(each))
    # A level in % goes on as it was lately; everything else adds up.
    begun, times = (numbers.ZERO, 1) if line.unit is Unit.PERCENT and left else (now.verified, left)
    return Forecast(
        position=now,
        rate=rate,
        expected=_ahead(begun, rate, times),
        low=_ahead(begun, min(each), times),
        high=_ahead(begun, max(each), times),
        taken=tuple(period.number for period in last),
        empty=tuple(
            period.number
            for period, row in zip(last, rows, strict=True)
            if row is None or row.state is not ClaimState.VERIFIED
        ),
        periods_left=left,
    )


def forecasts(contract: Contract, claims: Iterable[Claim], *, at: date) -> tuple[Forecast | None, ...]:
    """The forecast of every commitment of a contract, in their order."""
    counting = latest(claims)
    return tuple(forecast(one, contract=contract, counting=counting, at=at) for one in plans(contract))


def together(some: Iterable[Forecast | None]) -> ForecastSum:
    """The forecasts in £: sums of the valued lines, each shortfall by itself."""
    found = tuple(some)
    valued = [one for one in found if one is not None and one.position.is_valued]
    return ForecastSum(
        expected=_total(one.value(one.expected) for one in valued),
        low=_total(one.value(one.low) for one in valued),
        high=_total(one.value(one.high) for one in valued),
        shortfall=_total(one.shortfall_value for one in valued),
        without=sum(one is None for one in found),
    )


def _ahead(verified: Decimal, rate: Fraction | Decimal, periods: int) -> Fraction:
    return Fraction(verified) + Fraction(rate) * periods


def _total(values: Iterable[Fraction | None]) -> Fraction:
    return sum((value for value in values if value is not None), Fraction(0))
