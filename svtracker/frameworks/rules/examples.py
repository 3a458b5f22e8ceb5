"""A quantity of a measure worked through, so that a bidder sees how it is counted and what it comes to."""

from dataclasses import dataclass
from decimal import Decimal

from svtracker.frameworks.rules.values import Measure
from svtracker.kernel import numbers
from svtracker.kernel.units import Unit, fte_years, person_hours


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A case in words, the sum that leads to its quantity (empty where there is none), and its value in £."""

    case: str
    working: str
    quantity: Decimal
    value: Decimal


def example(measure: Measure) -> Example | None:
    """A case for the unit of a measure at its unit value; none where it has no value.

    2 full-time people and 1 half-time person for 2 years are (2 + 0.5) x 24 / 12 = 5 full-time years, or 2.5 where
    only the first year of each person counts (RULES 2.4); at £21,345.67 a year 5 of them are £106,728.35.
    """
    if measure.unit_value is None:
        return None
    case, working, quantity = _years(measure) if measure.unit is Unit.FTE_YEAR else _CASES.get(measure.unit, _ANY)
    return Example(case=case, working=working, quantity=quantity, value=numbers.times(quantity, measure.unit_value))


def _years(measure: Measure) -> tuple[str, str, Decimal]:
    years = fte_years(full_time_equivalents=Decimal("2.5"), months=Decimal(24), first_year_only=measure.first_year_only)
    time = "1 year, the first of each person" if measure.first_year_only else "2 years"
    return "2 full-time people and 1 half-time person for 2 years", f"(2 + 0.5) × {time}", years


_ANY = ("A quantity of 4", "", Decimal(4))
_CASES = {
    Unit.PERSON: ("3 people", "", Decimal(3)),
    Unit.PERSON_WEEK: ("2 people for 26 weeks each", "2 × 26 weeks", Decimal(52)),
    Unit.STAFF_HOUR: ("6 members of staff for 8 hours each", "6 × 8 hours", Decimal(48)),
    Unit.EXPERT_HOUR: ("2 specialists for 10 hours each", "2 × 10 hours", Decimal(20)),
    Unit.PERSON_HOUR: (
        "A session of 2 hours with 8 people",
        "2 hours × 8 people",
        person_hours(hours=Decimal(2), people=Decimal(8)),
    ),
    Unit.GBP_SPENT: ("Orders of £40,000", "", Decimal(40_000)),
    Unit.GBP_INVESTED: ("Gifts of £750", "", Decimal(750)),
    Unit.TONNE: ("2.5 tonnes", "", Decimal("2.5")),
    Unit.TCO2E: ("2.5 tonnes", "", Decimal("2.5")),
    Unit.MILE: ("3,000 miles", "", Decimal(3_000)),
}
