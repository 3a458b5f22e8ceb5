"""What all services of contracts share: what a contract is called in the record, and its events."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

from sqlalchemy.orm import Session

from svtracker.audit import service as audit
from svtracker.audit.rules.events import Actor, Change, Event
from svtracker.kernel import numbers

CONTRACT = "contract"


def record(
    session: Session,
    what: str,
    number: int,
    changes: Mapping[str, Change],
    *,
    reason: str = "",
    organisation_id: int,
    actor: Actor,
    at: datetime,
) -> None:
    """Adds an event about a contract."""
    event = Event(
        organisation_id=organisation_id,
        at=at,
        actor=actor,
        what=what,
        object_kind=CONTRACT,
        object_id=str(number),
        changes=changes,
        reason=reason,
    )
    audit.record(session, event)


def told(value: Decimal | None) -> str | None:
    """A figure as it stands in an event: its digits without zeros that say nothing."""
    return None if value is None else numbers.trimmed(value)
