"""Where the time comes from, so that a test can set it; and days as people type them."""

from collections.abc import Callable
from datetime import UTC, date, datetime

Clock = Callable[[], datetime]


def system_clock() -> datetime:
    """The present moment in UTC."""
    return datetime.now(UTC)


def parse_day(text: str) -> date | None:
    """The day that a text holds as year, month and day, or nothing where it is none.

    2026-11-22 is one; 20261122, 2026-W47-7 and 22/11/2026, of which the library takes the first two, are refused.
    """
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if day.isoformat() == text else None
