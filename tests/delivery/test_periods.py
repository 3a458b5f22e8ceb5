"""Periods of a contract: their days at every edge, and what has ended (RULES 6.1, 6.4, 6.9)."""

from datetime import date
from fractions import Fraction

import pytest

from svtracker.delivery.rules import periods as calendar
from svtracker.delivery.rules.records import Contract, PeriodKind, VariationKind
from tests.delivery.made import contract, variation

MONTH, QUARTER, YEAR, CALENDAR = (
    PeriodKind.MONTH,
    PeriodKind.QUARTER,
    PeriodKind.YEAR,
    PeriodKind.CALENDAR_QUARTER,
)


def term(first: str, last: str, kind: PeriodKind, **more: object) -> Contract:
    return contract(starts_on=date.fromisoformat(first), ends_on=date.fromisoformat(last), periods=kind, **more)


def days(made: Contract) -> list[str]:
    return [f"{one.first_day} {one.last_day} {one.days}" for one in calendar.schedule(made)]


@pytest.mark.parametrize(
    ("first", "last", "kind", "wanted"),
    [
        ("2026-04-01", "2026-12-31", QUARTER, ["04-01 06-30 91", "07-01 09-30 92", "10-01 12-31 92"]),
        # From the middle of a month each period runs to the day before the same day.
        ("2026-04-15", "2026-07-14", MONTH, ["04-15 05-14 30", "05-15 06-14 31", "06-15 07-14 30"]),
        # The term ends within a period.
        ("2026-04-01", "2026-08-10", QUARTER, ["04-01 06-30 91", "07-01 08-10 41"]),
        # From the 31st: the last of shorter months, and the 31st again.
        ("2026-01-31", "2026-04-29", MONTH, ["01-31 02-27 28", "02-28 03-30 31", "03-31 04-29 30"]),
        # Calendar quarters are cut by the term at both ends.
        ("2026-02-10", "2026-08-01", CALENDAR, ["02-10 03-31 50", "04-01 06-30 91", "07-01 08-01 32"]),
        ("2026-03-31", "2026-04-01", CALENDAR, ["03-31 03-31 1", "04-01 04-01 1"]),
        ("2026-05-01", "2026-05-01", YEAR, ["05-01 05-01 1"]),
    ],
)
def test_days_of_the_periods(first: str, last: str, kind: PeriodKind, wanted: list[str]) -> None:
    found = [
        f"{one.first_day:%m-%d} {one.last_day:%m-%d} {one.days}" for one in calendar.schedule(term(first, last, kind))
    ]
    assert found == wanted


def test_29_february_is_counted() -> None:
    assert days(term("2028-01-01", "2028-03-31", QUARTER)) == ["2028-01-01 2028-03-31 91"]
    assert days(term("2028-02-01", "2028-02-29", MONTH)) == ["2028-02-01 2028-02-29 29"]


def test_a_contract_from_29_february_does_not_drift() -> None:
    assert days(term("2028-02-29", "2032-03-31", YEAR)) == [
        "2028-02-29 2029-02-27 365",
        "2029-02-28 2030-02-27 365",
        "2030-02-28 2031-02-27 365",
        "2031-02-28 2032-02-28 366",
        "2032-02-29 2032-03-31 32",
    ]


def test_a_contract_that_was_taken_over_has_the_periods_from_that_day_on() -> None:
    made = term("2024-04-01", "2027-03-31", QUARTER, taken_over_on=date(2026, 11, 15))
    assert days(made) == ["2026-11-15 2026-12-31 47", "2027-01-01 2027-03-31 90"]
    assert [one.number for one in calendar.schedule(made)] == [1, 2]


@pytest.mark.parametrize(
    ("made", "are_equal"),
    [
        (term("2026-04-01", "2027-03-31", QUARTER), True),
        (term("2026-04-01", "2027-03-31", MONTH), True),
        (term("2026-05-01", "2029-04-30", YEAR), True),
        (term("2026-04-01", "2027-03-30", QUARTER), False),
        (term("2026-04-15", "2027-04-14", MONTH), False),
        (term("2026-04-01", "2027-03-31", CALENDAR), False),
        (term("2026-04-01", "2027-03-31", QUARTER, taken_over_on=date(2026, 7, 1)), True),
        (term("2026-04-01", "2027-03-31", QUARTER, taken_over_on=date(2026, 7, 2)), False),
    ],
)
def test_when_periods_count_alike(made: Contract, are_equal: bool) -> None:
    assert calendar.are_equal(calendar.schedule(made), contract=made) is are_equal


@pytest.mark.parametrize(
    ("at", "ended", "running"),
    [
        ("2026-03-31", 0, None),
        ("2026-04-01", 0, 1),
        ("2026-06-29", 0, 1),
        ("2026-06-30", 1, None),
        ("2026-07-01", 1, 2),
        ("2027-03-31", 4, None),
        ("2027-04-01", 4, None),
    ],
)
def test_a_period_has_ended_on_its_last_day(at: str, ended: int, running: int | None) -> None:
    made = calendar.schedule(term("2026-04-01", "2027-03-31", QUARTER))
    day = date.fromisoformat(at)
    assert len(calendar.ended(made, at=day)) == ended
    found = calendar.current(made, at=day)
    assert (None if found is None else found.number) == running


@pytest.mark.parametrize(
    ("at", "share"),
    [
        ("2026-06-30", Fraction(0)),
        ("2026-07-01", Fraction(1, 92)),
        ("2026-08-15", Fraction(1, 2)),
        ("2026-09-30", Fraction(1)),
        ("2026-10-01", Fraction(1)),
    ],
)
def test_elapsed_days_count_both_ends(at: str, share: Fraction) -> None:
    second = calendar.schedule(term("2026-04-01", "2027-03-31", QUARTER))[1]
    assert calendar.elapsed_share(second, at=date.fromisoformat(at)) == share


@pytest.mark.parametrize(
    ("day", "year", "words"),
    [
        ("2027-03-31", 2026, "2026-27"),
        ("2027-04-01", 2027, "2027-28"),
        ("2000-01-01", 1999, "1999-00"),
        ("2028-02-29", 2027, "2027-28"),
    ],
)
def test_financial_years_begin_in_april(day: str, year: int, words: str) -> None:
    assert calendar.financial_year(date.fromisoformat(day)) == year
    assert calendar.year_words(year) == words


def test_a_year_has_the_periods_that_end_in_it() -> None:
    made = calendar.schedule(term("2026-02-15", "2027-02-14", QUARTER))
    assert [one.last_day.isoformat() for one in made] == ["2026-05-14", "2026-08-14", "2026-11-14", "2027-02-14"]
    assert [one.number for one in calendar.of_year(made, year=2026)] == [1, 2, 3, 4]
    assert calendar.of_year(made, year=2025) == ()
    months = calendar.schedule(term("2026-03-31", "2026-06-29", MONTH))
    assert [calendar.financial_year(one.last_day) for one in months] == [2026, 2026, 2026]
    assert [one.last_day.isoformat() for one in months] == ["2026-04-29", "2026-05-30", "2026-06-29"]


EXTENDED, ENDED_EARLY = VariationKind.EXTENSION, VariationKind.TERMINATION


@pytest.mark.parametrize(
    ("first", "last", "kind", "change", "effective", "new_last", "wanted"),
    [
        # Terminated within the second quarter: it is cut, and the others are gone.
        ("2026-04-01", "2027-03-31", QUARTER, ENDED_EARLY, "2026-08-01", "2026-08-15", ["04-01 06-30", "07-01 08-15"]),
        # Terminated at the end of a period.
        ("2026-04-01", "2027-03-31", QUARTER, ENDED_EARLY, "2026-09-30", "2026-09-30", ["04-01 06-30", "07-01 09-30"]),
        # A short last period that is still running when the extension takes effect gets its full length.
        (
            "2026-04-01",
            "2026-08-10",
            QUARTER,
            EXTENDED,
            "2026-08-10",
            "2026-10-31",
            ["04-01 06-30", "07-01 09-30", "10-01 10-31"],
        ),
        # One that has ended stays as it was reported on.
        (
            "2026-04-01",
            "2026-08-10",
            QUARTER,
            EXTENDED,
            "2026-08-11",
            "2026-10-31",
            ["04-01 06-30", "07-01 08-10", "08-11 09-30", "10-01 10-31"],
        ),
        # Also where the extension is agreed after a gap: the term has none.
        ("2026-04-01", "2026-06-30", QUARTER, EXTENDED, "2026-09-01", "2026-09-30", ["04-01 06-30", "07-01 09-30"]),
    ],
)
def test_changes_of_the_term(
    first: str, last: str, kind: PeriodKind, change: VariationKind, effective: str, new_last: str, wanted: list[str]
) -> None:
    varied = variation(change, date.fromisoformat(effective), ends_on=date.fromisoformat(new_last))
    made = term(first, last, kind, variations=(varied,))
    found = calendar.schedule(made)
    assert [f"{one.first_day:%m-%d} {one.last_day:%m-%d}" for one in found] == wanted
    assert [one.number for one in found] == list(range(1, len(found) + 1))
    assert calendar.last_day(made) == date.fromisoformat(new_last)


def test_a_variation_that_nobody_approved_changes_nothing() -> None:
    proposed = variation(ENDED_EARLY, date(2026, 8, 1), ends_on=date(2026, 8, 15), approved_by=None, approved_at=None)
    made = term("2026-04-01", "2027-03-31", QUARTER, variations=(proposed,))
    assert calendar.schedule(made) == calendar.first_schedule(made)
    assert calendar.last_day(made) == date(2027, 3, 31)
