"""Lots of a tender: each is scored as a tender of its own, and begins with the settings of the whole (RULES 3.9)."""

from sqlalchemy.orm import Session

from svtracker.audit.rules.events import Actor
from svtracker.kernel.clock import Clock, system_clock
from svtracker.kernel.exceptions import NotYetError, RefusedError
from svtracker.kernel.problems import Problem, shown
from svtracker.tenders.rules.records import StoredTender
from svtracker.tenders.service.common import TENDER
from svtracker.tenders.service.setup import copy_tender, get_tender, list_lots

LONGEST_LOT = 20


def add_lot(
    session: Session,
    number: int,
    *,
    organisation_id: int,
    lot: str,
    reference: str,
    title: str,
    actor: Actor,
    clock: Clock = system_clock,
) -> StoredTender:
    """Adds a lot with the settings of its tender, which may then differ; it has its own value, bids and result."""
    tender = get_tender(session, number, organisation_id=organisation_id)
    if tender.parent_id is not None:
        raise NotYetError(step="add a lot to a lot", why="add it to the whole tender.")
    if tender.decided_at is not None:
        raise NotYetError(step="add a lot", why="the tender is decided.")
    name = " ".join(lot.split())
    taken = {one.lot for one in list_lots(session, number, organisation_id=organisation_id)}
    wanted = None
    if not 0 < len(name) <= LONGEST_LOT or not name.isprintable():
        wanted = f"one line of 1 to {LONGEST_LOT} characters"
    elif name in taken:
        wanted = "a name that no other lot of the tender has"
    if wanted is not None:
        raise RefusedError([Problem(file=TENDER, path="lot", seen=shown(lot), wanted=wanted)])
    return copy_tender(
        session,
        number,
        organisation_id=organisation_id,
        reference=reference,
        title=title,
        lot=name,
        actor=actor,
        clock=clock,
    )
