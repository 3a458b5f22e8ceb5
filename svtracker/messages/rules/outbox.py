"""What a message may be, when it is tried again, and what has become of it."""

from datetime import timedelta
from enum import StrEnum

LINK = "{link}"

LONGEST_SUBJECT = 200
LONGEST_BODY = 20_000

FIRST_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(hours=6)

# No try is ever set so far ahead, unless the clock was wrong when it was set.
IMPOSSIBLE_WAIT = 2 * LONGEST_WAIT


class MessageState(StrEnum):
    """What has become of a message."""

    WAITING = "waiting"
    SENT = "sent"
    CANCELLED = "cancelled"


def wait_after(tries: int) -> timedelta:
    """How long to wait after a number of tries: 1 minute after the first, then twice as long, at most 6 hours."""
    return min(FIRST_WAIT * (1 << min(max(tries, 1) - 1, 20)), LONGEST_WAIT)


def faults_of_message(*, subject: str, body: str, has_link: bool) -> tuple[tuple[str, str, str], ...]:
    """What is wrong with a message: field, what was seen, what is wanted; nothing where it can be sent."""
    faults = []
    if not 0 < len(subject) <= LONGEST_SUBJECT or not subject.isprintable() or subject != subject.strip():
        faults.append(("subject", subject, f"one line of at most {LONGEST_SUBJECT} characters"))
    if not body.strip() or len(body) > LONGEST_BODY:
        faults.append(("body", body, f"a text of at most {LONGEST_BODY:,} characters"))
    if has_link != (LINK in body):
        wanted = f"{LINK} where the personal link goes" if has_link else f"no {LINK}: this message has no personal link"
        faults.append(("body", body, wanted))
    return tuple(faults)
