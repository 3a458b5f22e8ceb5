"""Links for people without an account: how long each can be used, and what has become of it."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum

DAYS_AFTER_DUE = 14
SET_PASSWORD_HOURS = 72


class Purpose(StrEnum):
    """What a link is for."""

    SET_PASSWORD = "set_password"  # noqa: S105 - a word, not a password
    TASK = "task"


class Task(StrEnum):
    """What somebody without an account is asked to do: the kind of a task. Its number is that of what it is about.

    One for bids is the number of an invitation to bid.
    """

    BID = "bid"


class LinkState(StrEnum):
    """What has become of a link."""

    OPEN = "open"
    USED = "used"
    SUBMITTED = "submitted"
    REVOKED = "revoked"
    OVER = "over"


@dataclass(frozen=True, slots=True, kw_only=True)
class Times:
    """When a link can no longer be used, and what happened to it before."""

    expires_at: datetime
    used_at: datetime | None
    submitted_at: datetime | None
    revoked_at: datetime | None


def expiry(due: date | None, *, created: date, days: int = DAYS_AFTER_DUE) -> date:
    """The last day of a link to a task: some days after the task is due, and never less than 14 from its creation.

    Due on 30 April, made on 1 April: 14 May. Due on 3 April, made on 1 April, with 2 days: 15 April. Without a day
    on which the task is due, the days count from the creation.
    """
    least = created + timedelta(days=DAYS_AFTER_DUE)
    return max(least, (created if due is None else due) + timedelta(days=days))


def expires_at(purpose: Purpose, *, due: date | None, created_at: datetime, days: int = DAYS_AFTER_DUE) -> datetime:
    """The moment from which a link is over: the end (UTC) of its last day, or 72 hours after it was made.

    A link to a task that is due on 30 April is over at the first moment of 15 May.
    """
    if purpose is Purpose.SET_PASSWORD:
        return created_at + timedelta(hours=SET_PASSWORD_HOURS)
    last = expiry(due, created=created_at.astimezone(UTC).date(), days=days)
    return datetime.combine(last + timedelta(days=1), time(), tzinfo=UTC)


def state_of(purpose: Purpose, times: Times, *, now: datetime) -> LinkState:
    """What has become of a link: revoked before all else, then submitted or used, then over.

    A link to a task can be used again and again until it is submitted; one that sets a password, once.
    """
    if times.revoked_at is not None:
        return LinkState.REVOKED
    if times.submitted_at is not None:
        return LinkState.SUBMITTED
    if purpose is Purpose.SET_PASSWORD and times.used_at is not None:
        return LinkState.USED
    return LinkState.OVER if now >= times.expires_at else LinkState.OPEN
