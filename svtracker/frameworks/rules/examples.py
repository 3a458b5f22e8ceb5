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
    case, working, quantity = _case(measure.unit, first_year_only=measure.first_year_only)
    return Example(case=case, working=working, quantity=quantity, value=numbers.times(quantity, measure.unit_value))


def _case(unit: Unit, *, first_year_only: bool) -> tuple[str, str, Decimal]:
    match unit:
        case Unit.FTE_YEAR:
            years = fte_years(full_time_equivalents=Decimal("2.5"), months=Decimal(24), first_year_only=first_year_only)
            time = "1 year, the first of each person" if first_year_only else "2 years"
            return "2 full-time people and 1 half-time person for 2 years", f"(2 + 0.5) × {time}", years
        case Unit.PERSON_WEEK:
            return "2 people for 26 weeks each", "2 × 26 weeks", Decimal(52)
        case Unit.STAFF_HOUR:
            return "6 members of staff for 8 hours each", "6 × 8 hours", Decimal(48)
        case Unit.EXPERT_HOUR:
            return "2 specialists for 10 hours each", "2 × 10 hours", Decimal(20)
        case Unit.PERSON_HOUR:
            hours = person_hours(hours=Decimal(2), people=Decimal(8))
            return "A session of 2 hours with 8 people", "2 hours × 8 people", hours
        case Unit.GBP_SPENT:
            return "Orders of £40,000", "", Decimal(40_000)
        case Unit.GBP_INVESTED:
            return "Gifts of £750", "", Decimal(750)
        case Unit.TONNE | Unit.TCO2E:
            return "2.5 tonnes", "", Decimal("2.5")
        case Unit.MILE:
            return "3,000 miles", "", Decimal(3_000)
        case Unit.PERSON:
            return "3 people", "", Decimal(3)
        case _:
            return "A quantity of 4", "", Decimal(4)
