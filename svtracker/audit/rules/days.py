"""Days as bounds of moments, in UTC."""

from datetime import UTC, date, datetime, time, timedelta

# Nothing was recorded before and nothing will be after; beyond, a moment has no text of the usual length.
_FIRST, _LAST = date(1970, 1, 1), date(9998, 12, 31)


def day_bounds(first: date | None, last: date | None) -> tuple[datetime | None, datetime | None]:
    """The moment from which on, and the moment before which, an event is of these days; both days are included.

    22 to 23 November 2026 is from 22 November 00:00 on, and before 24 November 00:00.
    """
    since = None if first is None else _start(first)
    before = None if last is None else _start(last) + timedelta(days=1)
    return since, before


def _start(day: date) -> datetime:
    return datetime.combine(min(max(day, _FIRST), _LAST), time(tzinfo=UTC))
