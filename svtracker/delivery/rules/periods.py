"""The periods of a contract: where they begin and end, which have ended, and in which year they count (RULES 6.1).

Months, quarters and years are counted from the first day of the contract, always from that day, so that a start on
the 31st or on 29 February never drifts: 31 January, 28 February, 31 March. Calendar quarters begin in January, April,
July and October, and the first and last are cut by the term.
"""

import calendar
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from fractions import Fraction
from itertools import count

from svtracker.delivery.rules.records import Contract, Period, PeriodKind, VariationKind
from svtracker.kernel import numbers

ONE_DAY = timedelta(days=1)
MONTHS = {PeriodKind.MONTH: 1, PeriodKind.QUARTER: 3, PeriodKind.YEAR: 12, PeriodKind.CALENDAR_QUARTER: 3}
TERM_CHANGES = frozenset({VariationKind.EXTENSION, VariationKind.TERMINATION})

_APRIL = 4


def months_later(day: date, months: int) -> date:
    """The same day so many months later, or the last of a month that is too short: 31 January and 1 give 28 February.

    29 February 2028 and 12 give 28 February 2029; 48 give 29 February 2032.
    """
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if year > date.max.year:
        return date.max
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def first_schedule(contract: Contract) -> tuple[Period, ...]:
    """The periods as they were at award, or from the day on which a running contract was taken over (RULES 5.4)."""
    begins = contract.taken_over_on or contract.starts_on
    return _cut(contract, number=1, first_day=begins, last_day=contract.ends_on)


def changed_schedule(
    periods: Sequence[Period], *, contract: Contract, effective_on: date, ends_on: date
) -> tuple[Period, ...]:
    """The periods after an extension or a termination: those ended before it took effect stay as they are (RULES 5.3).

    The others are cut anew up to the new last day. A contract by quarters from 1 April that is terminated on
    15 August has a last period from 1 July to 15 August; one whose short last period is extended before that period
    has ended gets it at full length.
    """
    kept = tuple(period for period in periods if period.last_day < effective_on)
    first_day = kept[-1].last_day + ONE_DAY if kept else periods[0].first_day
    return (*kept, *_cut(contract, number=len(kept) + 1, first_day=first_day, last_day=ends_on))


def schedule(contract: Contract) -> tuple[Period, ...]:
    """The periods of a contract as they are after every approved change of its term."""
    periods = first_schedule(contract)
    for change in contract.approved:
        if change.kind in TERM_CHANGES and change.ends_on is not None:
            periods = changed_schedule(
                periods, contract=contract, effective_on=change.effective_on, ends_on=change.ends_on
            )
    return periods


def last_day(contract: Contract) -> date:
    """The last day of a contract after every approved change of its term."""
    ends = [one.ends_on for one in contract.approved if one.kind in TERM_CHANGES and one.ends_on is not None]
    return ends[-1] if ends else contract.ends_on


def are_equal(periods: Sequence[Period], *, contract: Contract) -> bool:
    """Whether these periods count alike, whatever their days: whole months, quarters or years from the 1st (RULES 6.1).

    Calendar quarters, periods from the middle of a month and periods that the term cuts short count by their days.
    """
    if contract.periods is PeriodKind.CALENDAR_QUARTER:
        return False
    whole = MONTHS[contract.periods]
    return all(
        period.first_day.day == 1
        and (period.first_day.month - contract.starts_on.month) % whole == 0
        and period.last_day + ONE_DAY == months_later(period.first_day, whole)
        for period in periods
    )


def ended(periods: Sequence[Period], *, at: date) -> tuple[Period, ...]:
    """The periods whose last day is that day or earlier (RULES 6.1): on 30 June the quarter from April has ended."""
    return tuple(period for period in periods if period.last_day <= at)


def current(periods: Sequence[Period], *, at: date) -> Period | None:
    """The period that is running on a day, nothing outside the term and on the last day of a period."""
    return next((period for period in periods if period.first_day <= at < period.last_day), None)


def elapsed_share(period: Period, *, at: date) -> Fraction:
    """Days elapsed / days of the period, the first and the day itself counted (RULES 6.4).

    On 15 August 46 of the 92 days from 1 July to 30 September have elapsed: 1/2.
    """
    days = (at - period.first_day).days + 1
    return numbers.ratio(max(0, min(days, period.days)), period.days)


def financial_year(day: date) -> int:
    """The year from April to March in which a day lies, by the year in which it begins: 31 March 2027 is in 2026."""
    return day.year if day.month >= _APRIL else day.year - 1


def year_words(year: int) -> str:
    """How a financial year is written: 2026-27."""
    return f"{year}-{(year + 1) % 100:02}"


def of_year(periods: Sequence[Period], *, year: int) -> tuple[Period, ...]:
    """The periods that count in a financial year: those whose last day lies in it (RULES 6.9)."""
    return tuple(period for period in periods if financial_year(period.last_day) == year)


def _cut(contract: Contract, *, number: int, first_day: date, last_day: date) -> tuple[Period, ...]:
    return tuple(
        Period(number=place, first_day=first, last_day=last)
        for place, (first, last) in enumerate(_stretches(contract, first_day, last_day), start=number)
    )


def _stretches(contract: Contract, first_day: date, last_day: date) -> Iterator[tuple[date, date]]:
    begins = first_day
    for boundary in _boundaries(contract):
        if begins > last_day:
            return
        if boundary > begins:
            ends = min(boundary - ONE_DAY, last_day) if boundary < date.max else last_day
            yield begins, ends
            begins = ends + ONE_DAY if ends < date.max else date.max
            if ends == last_day:
                return


def _boundaries(contract: Contract) -> Iterator[date]:
    """The days on which a period may begin, after the first."""
    start, months = contract.starts_on, MONTHS[contract.periods]
    if contract.periods is PeriodKind.CALENDAR_QUARTER:
        start = date(start.year, start.month - (start.month - 1) % 3, 1)
    return (months_later(start, place * months) for place in count(1))
