"""How long a session lasts: until nobody used it for a while, or until it is old; and what a browser is called."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol


class How(StrEnum):
    """How somebody came in."""

    PASSWORD = "password"  # noqa: S105 - a word, not a password
    IDENTITY_PROVIDER = "identity provider"
    DEMO = "demo"
    LINK = "link"


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionLimits:
    """After how long without use a session is over, and after how long in any case."""

    idle: timedelta = timedelta(minutes=60)
    absolute: timedelta = timedelta(hours=12)


LIMITS = SessionLimits()

TOUCH_AFTER = timedelta(minutes=1)


class Lasting(Protocol):
    """What the rule needs to know of a session."""

    @property
    def created_at(self) -> datetime:
        """When it began."""

    @property
    def last_seen_at(self) -> datetime:
        """When it was last used."""

    @property
    def ended_at(self) -> datetime | None:
        """When it was ended, where it was."""


def is_over(session: Lasting, *, now: datetime, limits: SessionLimits = LIMITS) -> bool:
    """Whether a session has ended, was not used for too long, or is too old.

    Last used at 9:00, it is over at 10:00; begun at 9:00, it is over at 21:00. A clock that goes back never makes a
    session that was ended alive again; one that is still going simply goes on, unless its beginning lies so far ahead
    that the clock must have been wrong when it was written.
    """
    if session.ended_at is not None:
        return True
    return now - session.last_seen_at >= limits.idle or abs(now - session.created_at) >= limits.absolute


def is_touch_due(session: Lasting, *, now: datetime) -> bool:
    """Whether the time of last use is to be written: at most once a minute, so that reading pages costs no writes."""
    return now - session.last_seen_at >= TOUCH_AFTER


# A name is looked for in this order, because most browsers also claim to be those further down.
_BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("CriOS/", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS = (
    ("Windows", "Windows"),
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Macintosh", "Mac"),
    ("CrOS", "Chromebook"),
    ("Linux", "Linux"),
)


def browser_of(user_agent: str) -> str:
    """A browser in few words, so that a person knows it again and nothing more is kept: “Firefox on Windows”."""
    browser = next((name for sign, name in _BROWSERS if sign in user_agent), "another browser")
    system = next((f" on {name}" for sign, name in _SYSTEMS if sign in user_agent), "")
    return f"{browser}{system}"
