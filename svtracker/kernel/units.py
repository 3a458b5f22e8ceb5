"""The closed list of units that a measure may count in, and the quantity helpers (RULES 2.3, 2.4)."""

from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from svtracker.kernel import numbers

LARGEST_QUANTITY = Decimal("999999999.9999")
LARGEST_UNIT_VALUE = Decimal("9999999.9999")
LARGEST_LINE = Decimal(9_999_999_999)
DECIMALS = 4


class Unit(StrEnum):
    """What one of a measure is (RULES 2.3)."""

    FTE_YEAR = "fte_year"
    PERSON = "person"
    PERSON_WEEK = "person_week"
    STAFF_HOUR = "staff_hour"
    EXPERT_HOUR = "expert_hour"
    PERSON_HOUR = "person_hour"
    GBP_SPENT = "gbp_spent"
    GBP_INVESTED = "gbp_invested"
    TONNE = "tonne"
    TCO2E = "tco2e"
    MILE = "mile"
    VISIT = "visit"
    ITEM = "item"
    PERCENT = "percent"
    TEXT = "text"


class UnitWords(NamedTuple):
    """How a unit is written: one of it, several of it, and what it means in a sentence."""

    one: str
    many: str
    meaning: str


WORDS: dict[Unit, UnitWords] = {
    Unit.FTE_YEAR: UnitWords("full-time year", "full-time years", "one person in a full-time job for one year"),
    Unit.PERSON: UnitWords("person", "people", "one person, counted once"),
    Unit.PERSON_WEEK: UnitWords("week", "weeks", "one week of one person"),
    Unit.STAFF_HOUR: UnitWords("staff hour", "staff hours", "one hour of a member of staff"),
    Unit.EXPERT_HOUR: UnitWords("expert hour", "expert hours", "one hour of a specialist’s professional time"),
    Unit.PERSON_HOUR: UnitWords(
        "person hour", "person hours", "one hour of one person who takes part: length x people present"
    ),
    Unit.GBP_SPENT: UnitWords("£ spent", "£ spent", "one pound spent with a supplier"),
    Unit.GBP_INVESTED: UnitWords(
        "£ invested",
        "£ invested",
        "one pound given in cash, in staff time at an hourly rate, or in materials",
    ),
    Unit.TONNE: UnitWords("tonne", "tonnes", "1,000 kilograms"),
    Unit.TCO2E: UnitWords("tonne of CO₂e", "tonnes of CO₂e", "one tonne of carbon dioxide, or gases that warm as much"),
    Unit.MILE: UnitWords("mile", "miles", "one mile not driven, or driven another way"),
    Unit.VISIT: UnitWords("visit", "visits", "one visit"),
    Unit.ITEM: UnitWords("item", "items", "one thing that can be counted"),
    Unit.PERCENT: UnitWords("per cent", "per cent", "a share of 100; it never has a value in pounds"),
    Unit.TEXT: UnitWords("text", "text", "a description; it has no quantity"),
}

# A part of one of these cannot be delivered (RULES 3.8, `part_of_a_unit`).
WHOLE_UNITS = frozenset({Unit.PERSON, Unit.ITEM, Unit.VISIT})


def fte_years(*, full_time_equivalents: Decimal, months: Decimal, first_year_only: bool = False) -> Decimal:
    """Full-time years: full-time equivalents x months worked on the contract / 12, to 4 decimals (RULES 2.4).

    With `first_year_only` at most the first 12 months of each person count. 12.5 full-time equivalents for
    18 months are 18.75 full-time years, or 12.5 in the first year only.
    """
    counted = min(months, Decimal(12)) if first_year_only else months
    return numbers.round_half_up(numbers.ratio(numbers.times(full_time_equivalents, counted), 12), DECIMALS)


def person_hours(*, hours: Decimal, people: Decimal) -> Decimal:
    """Person hours: length of the session x people present. 2 hours with 8 people are 16 (RULES 2.3)."""
    return numbers.times(hours, people)


def gbp_invested(*, cash: Decimal, hours: Decimal, hourly_rate: Decimal, materials: Decimal) -> Decimal:
    """£ invested: cash + hours x hourly rate + materials. 500 + 10 x 17 + 80 is £750 (RULES 2.3)."""
    return numbers.total([cash, numbers.times(hours, hourly_rate), materials])
