"""Deleting what has ended and is kept no longer: tries, ways of signing in, sessions, personal links.

What stays for good is the record: who signed in and out and which links there were stands in its events, by number.
"""

from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from svtracker.audit import service as audit
from svtracker.audit.rules.events import Actor, Change, Event
from svtracker.identity import store
from svtracker.identity.rules.keeping import LINKS_KEPT, SESSIONS_KEPT, TRIES_KEPT
from svtracker.identity.rules.provider import FLOW_LASTS
from svtracker.kernel.clock import Clock, system_clock
from svtracker.messages import service as messages

# A database takes a statement with so many values in it, and not with any number.
_AT_A_TIME = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How many rows of each kind have ended and are kept no longer."""

    sign_in_attempts: int
    password_requests: int
    sign_in_flows: int
    sessions: int
    personal_links: int

    def __bool__(self) -> bool:
        """Whether there is anything."""
        return any(asdict(self).values())


def plan_tidying(session: Session, *, clock: Clock = system_clock) -> Ended:
    """What `tidy` would delete now."""
    now = clock()
    return Ended(
        sign_in_attempts=store.count_attempts(session, before=now - TRIES_KEPT),
        password_requests=store.count_requests(session, before=now - TRIES_KEPT),
        sign_in_flows=store.count_flows(session, before=now - FLOW_LASTS),
        sessions=store.count_ended_sessions(session, before=now - SESSIONS_KEPT),
        personal_links=len(_closed_links(session, now=now)),
    )


def tidy(session: Session, *, actor: Actor, clock: Clock = system_clock) -> Ended:
    """Deletes what has ended and is kept no longer, and records how much that was; a second run finds nothing."""
    now = clock()
    found = plan_tidying(session, clock=lambda: now)
    if not found:
        return found
    links = _closed_links(session, now=now)
    store.forget_attempts(session, before=now - TRIES_KEPT)
    store.forget_requests(session, before=now - TRIES_KEPT)
    store.forget_flows(session, before=now - FLOW_LASTS)
    store.forget_ended_sessions(session, before=now - SESSIONS_KEPT)
    for start in range(0, len(links), _AT_A_TIME):
        batch = links[start : start + _AT_A_TIME]
        messages.forget_links(session, batch)
        store.forget_links(session, batch)
    audit.record(
        session,
        Event(
            organisation_id=None,
            at=now,
            actor=actor,
            what="database_tidied",
            object_kind="database",
            object_id="this",
            changes={name: Change(old=number) for name, number in asdict(found).items() if number},
        ),
    )
    return found


def _closed_links(session: Session, *, now: datetime) -> list[int]:
    """Links that were closed long ago and that nothing holds: no session that is kept, no message that waits."""
    closed = store.list_closed_links(session, before=now - LINKS_KEPT, sessions_before=now - SESSIONS_KEPT)
    waiting = messages.links_waiting(session)
    return [number for number in closed if number not in waiting]
