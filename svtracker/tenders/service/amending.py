"""Telling the people who mark a tender, and the bidders who were invited, that what was published has changed."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from svtracker.audit.rules.events import Actor
from svtracker.kernel.clock import Clock, system_clock
from svtracker.tenders.rules.records import StoredTender
from svtracker.tenders.service.evaluation import list_evaluators
from svtracker.tenders.service.invitations import tell_invited
from svtracker.tenders.service.setup import amend, get_tender
from svtracker.tenders.service.telling import tell

SUBJECT = "A tender that you mark was amended"
BODY = """The published settings of the tender {reference} were amended.

Why: {reason}

Sign in and open the tender to see what changed. The settings that were published before are kept beside the new ones.
"""


def amend_and_tell(
    session: Session,
    number: int,
    *,
    organisation_id: int,
    settings: Mapping[str, object],
    closes_at: datetime | None,
    reason: str,
    version: int,
    actor: Actor,
    clock: Clock = system_clock,
) -> tuple[StoredTender, int]:
    """Amends a published tender and queues a message to each of its evaluators and invited bidders with an address.

    A bidder's link lasts as long as the new closing time asks for.

    Gives the tender and how many messages were queued; where nothing differs, nothing is done and nobody is told.
    """
    before = get_tender(session, number, organisation_id=organisation_id)
    after = amend(
        session,
        number,
        organisation_id=organisation_id,
        settings=settings,
        closes_at=closes_at,
        reason=reason,
        version=version,
        actor=actor,
        clock=clock,
    )
    named = () if after == before else list_evaluators(session, number, organisation_id=organisation_id)
    told = tell(
        session,
        [one.person_id for one in named if one.removed_at is None],
        organisation_id=organisation_id,
        subject=SUBJECT,
        body=BODY,
        values={"reference": after.reference, "reason": reason.strip()},
        actor=actor,
        clock=clock,
    )
    if after != before:
        told += tell_invited(session, after, reason=reason, actor=actor, clock=clock)
    return after, told
