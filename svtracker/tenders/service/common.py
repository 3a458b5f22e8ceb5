"""What all services of stored tenders share: the tender that is acted on, its stage, and its events."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from svtracker.audit import service as audit
from svtracker.audit.rules.events import Actor, Change, Event
from svtracker.frameworks import service as frameworks
from svtracker.frameworks.rules.owners import Whose
from svtracker.frameworks.rules.values import Version
from svtracker.kernel.exceptions import ChangedMeanwhileError, NotFoundError, ReasonMissingError, StageError
from svtracker.tenders.loader import FindVersion, KnownVersions
from svtracker.tenders.rules.records import StoredBid, StoredTender
from svtracker.tenders.rules.stages import STAGE_WORDS, Step, may
from svtracker.tenders.store import bids, tenders

TENDER = "tender"


def tender_of(
    session: Session, number: int, *, organisation_id: int, step: Step | None = None, version: int | None = None
) -> StoredTender:
    """A tender of an organisation; that of another one is not found.

    Where a step is named, the tender must be at a stage in which it can be taken; where a version is given, it must
    still be the present one.
    """
    found = tenders.get_tender(session, number, organisation_id=organisation_id)
    if found is None:
        raise NotFoundError(what=TENDER, name=str(number), do="Choose one from the list of tenders.")
    if step is not None and not may(step, found.stage):
        raise StageError(step=step, tender=found.title, stage=STAGE_WORDS[found.stage])
    if version is not None and version != found.version:
        raise ChangedMeanwhileError(what=TENDER)
    return found


def bid_of(session: Session, tender: StoredTender, bid_id: int) -> StoredBid:
    """A bid of a tender that is open, by its number in the database."""
    for bid in bids.list_bids(session, tender.id, organisation_id=tender.organisation_id, bid_id=bid_id):
        return bid
    raise NotFoundError(what="bid", name=str(bid_id), do="Choose one from the bids of the tender.")


def save(session: Session, tender: StoredTender, values: Mapping[str, Any]) -> None:
    """Writes other values of a tender that nobody else has changed since it was read."""
    done = tenders.change_tender(
        session, tender.id, values, organisation_id=tender.organisation_id, version=tender.version
    )
    if not done:
        raise ChangedMeanwhileError(what=TENDER)


def record(
    session: Session,
    what: str,
    tender: StoredTender,
    *,
    actor: Actor,
    at: datetime,
    changes: Mapping[str, Change] | None = None,
    reason: str = "",
) -> None:
    """Adds an event about a tender. Nothing that is sealed ever stands in one."""
    event = Event(
        organisation_id=tender.organisation_id,
        at=at,
        actor=actor,
        what=what,
        object_kind=TENDER,
        object_id=str(tender.id),
        changes=changes or {},
        reason=reason,
    )
    audit.record(session, event)


def require_reason(reason: str, *, to: str) -> str:
    """The reason without blanks around it; stops where there is none."""
    if not reason.strip():
        raise ReasonMissingError(action=to)
    return reason.strip()


def versions_in(session: Session, organisation_id: int | None = None) -> tuple[FindVersion, KnownVersions]:
    """How the loader of tenders finds the versions that are loaded: the shared ones, and those of an organisation."""
    whose = Whose(organisation_id=organisation_id)

    def known() -> list[str]:
        return [one.name for one in reversed(frameworks.list_versions(session, whose=whose))]

    def find(set_id: str, version: str) -> Version | None:
        name = f"{set_id}@{version}"
        return frameworks.get_version(session, name, whose=whose) if name in known() else None

    return find, known
