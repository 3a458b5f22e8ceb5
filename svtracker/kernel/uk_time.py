"""Days and times as people in the United Kingdom say them; stored is always UTC."""

from datetime import UTC, date, datetime
from functools import cache
from zoneinfo import ZoneInfo

from svtracker.kernel import wording

ZONE = "Europe/London"
_LONGEST_YEAR = 4


@cache
def _london() -> ZoneInfo:
    return ZoneInfo(ZONE)


def local(value: datetime) -> datetime:
    """The moment by the clocks of London: 12:00 UTC on 1 July is 13:00 BST."""
    return value.astimezone(_london())


def from_local(*, day: str, month: str, year: str, time: str) -> datetime | None:
    """The moment in UTC of a day and time that were typed, or nothing where there is none.

    1, 7, 2026 and 12:00 are 11:00 UTC. The hour that is left out in March is no time; of the hour that comes twice in
    October the first one counts.
    """
    figures = [text.strip() for text in (day, month, year, *time.strip().split(":"))]
    if len(figures) != 5 or not all(text.isascii() and text.isdecimal() and len(text) <= 4 for text in figures):
        return None
    numbers = [int(text) for text in figures]
    if numbers[2] < 1900:
        return None
    try:
        said = datetime(numbers[2], numbers[1], numbers[0], numbers[3], numbers[4], tzinfo=_london())
    except ValueError:
        return None
    moment = said.astimezone(UTC)
    return moment if local(moment).replace(fold=0) == said.replace(fold=0) else None


def said(value: datetime) -> str:
    """A moment with its zone, to the minute: 1 July 2026, 12:00 BST; 1 December 2026, 12:00 GMT."""
    here = local(value)
    return f"{wording.day(here.date())}, {here:%H:%M} {here.tzname()}"


def day_from(*, day: str, month: str, year: str) -> date | None:
    """The day that was typed in three fields, or nothing where there is none: 29, 2 and 2027 are no day."""
    figures = [text.strip() for text in (day, month, year)]
    if not all(text.isascii() and text.isdecimal() and len(text) <= _LONGEST_YEAR for text in figures):
        return None
    try:
        return date(int(figures[2]), int(figures[1]), int(figures[0]))
    except ValueError:
        return None
