"""Taking a tender over from its file (FORMATS 2): bids, accepted quantities, agreed marks and outcome, in one go."""

from collections.abc import Mapping
from datetime import UTC, datetime, time
from typing import Any

from sqlalchemy.orm import Session

from svtracker.audit.rules.events import Actor
from svtracker.files.yaml_reader import read_document
from svtracker.kernel.clock import Clock, system_clock
from svtracker.kernel.exceptions import RefusedError
from svtracker.registers.rules.figures import MinimumWage
from svtracker.tenders.loader import load_tender
from svtracker.tenders.rules.records import Source, StoredTender
from svtracker.tenders.rules.settings import REASONS
from svtracker.tenders.rules.values import Bid, BidStatus, OutcomeStatus, Tender
from svtracker.tenders.rules.warnings import Limits
from svtracker.tenders.service import bids as incoming
from svtracker.tenders.service import evaluation, results, setup
from svtracker.tenders.service.bids import BidIn, LineIn
from svtracker.tenders.service.common import save, tender_of, versions_in
from svtracker.tenders.store import bids as bid_store
from svtracker.tenders.store import evaluation as evaluation_store

NOT_IN_THE_FILE = "The words of this answer are not in the file."
TAKEN_OVER = "Taken over from a tender file."


def take_over(
    session: Session,
    *,
    name: str,
    data: bytes,
    organisation_id: int,
    minimum_wage: MinimumWage | None,
    limits: Limits | None = None,
    actor: Actor,
    clock: Clock = system_clock,
) -> StoredTender:
    """Adds a tender with everything that its file says; refused with every problem of the file, and then nothing is.

    It passes through the same steps as one that was set up here, so the record tells all of them. A file without an
    outcome becomes a tender in evaluation.
    """
    find, known = versions_in(session, organisation_id)
    loaded, problems = load_tender(name=name, data=data, find_version=find, known_versions=known)
    if loaded is None:
        raise RefusedError(problems)
    tender = loaded[0]
    opened = clock() if tender.opened is None else datetime.combine(tender.opened, time(12), tzinfo=UTC)

    def at_opening() -> datetime:
        return opened

    document: Any = read_document(name=name, data=data).value
    part = {key: value for key, value in document["tender"].items() if key not in {"opened", "outcome", "invented"}}
    settings: dict[str, object] = {"tender": _as_text(part), REASONS: dict.fromkeys(_set_apart(tender), TAKEN_OVER)}
    common: dict[str, Any] = {"organisation_id": organisation_id, "actor": actor}
    added = setup.create_tender(
        session,
        reference=tender.id,
        title=tender.title,
        settings=settings,
        closes_at=opened,
        is_invented=tender.invented,
        clock=at_opening,
        **common,
    )
    setup.publish(session, added.id, version=added.version, clock=at_opening, **common)
    for bid in tender.bids:
        incoming.receive(session, added.id, _bid_in(bid), clock=at_opening, **common)
    _open(session, added.id, opened=opened, common=common)
    for bid, stored in zip(tender.bids, _stored(session, added), strict=True):
        _evaluate(session, added.id, bid, stored.id, common=common, clock=at_opening)
    if tender.outcome.status is not OutcomeStatus.OPEN:
        _end(session, added.id, tender, common, minimum_wage=minimum_wage, limits=limits, opened=opened)
    return tender_of(session, added.id, organisation_id=organisation_id)


def _stored(session: Session, tender: StoredTender) -> tuple[Any, ...]:
    return bid_store.list_bids(session, tender.id, organisation_id=tender.organisation_id)


def _open(session: Session, number: int, *, opened: datetime, common: Mapping[str, Any]) -> None:
    """Opens the bids at the moment that the file names, which is also the closing time that it does not tell."""
    tender = tender_of(session, number, organisation_id=common["organisation_id"])
    save(session, tender, {"closes_at": None})
    again = tender_of(session, number, organisation_id=common["organisation_id"])
    incoming.open_bids(session, number, version=again.version, clock=lambda: opened, **common)


def _set_apart(tender: Tender) -> tuple[str, ...]:
    return (*tender.leave_out, *tender.mandatory, *tender.measure_weights)


def _as_text(value: object) -> Any:
    """A plain value of a file as it is kept: dates as text."""
    if isinstance(value, Mapping):
        return {key: _as_text(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_as_text(inner) for inner in value]
    return value if value is None or isinstance(value, bool | int | str) else str(value)


def _bid_in(bid: Bid) -> BidIn:
    return BidIn(
        bidder=bid.bidder,
        price=bid.price,
        answers=dict.fromkeys(bid.qualitative, NOT_IN_THE_FILE),
        lines=[LineIn(commitment=one) for one in bid.commitments],
        source=Source.FILE,
        status=bid.status,
        status_because="" if bid.status is BidStatus.ASSESSED else TAKEN_OVER,
    )


def _evaluate(session: Session, number: int, bid: Bid, bid_id: int, *, common: Mapping[str, Any], clock: Clock) -> None:
    for one in bid.commitments:
        if one.accepted is not None and one.accepted != one.offered:
            evaluation.accept_line(
                session,
                number,
                bid_id=bid_id,
                measure=one.measure,
                accepted=f"{one.accepted:f}",
                reason=one.reason or TAKEN_OVER,
                clock=clock,
                **common,
            )
    for question, mark in bid.qualitative.items():
        values = {
            "tender_id": number,
            "bid_id": bid_id,
            "question": question,
            "mark": mark,
            "reason": TAKEN_OVER,
            "feedback": "",
            "person_id": common["actor"].person_id,
            "at": clock(),
        }
        evaluation_store.add_agreed_mark(session, values, organisation_id=common["organisation_id"])
    marks = {name: f"{mark:f}" for name, mark in bid.other_marks.items()}
    evaluation.give_other_marks(session, number, bid_id=bid_id, marks=marks, clock=clock, **common)


def _end(
    session: Session,
    number: int,
    tender: Tender,
    common: Mapping[str, Any],
    *,
    minimum_wage: MinimumWage | None,
    limits: Limits | None,
    opened: datetime,
) -> None:
    outcome = tender.outcome
    on = opened if outcome.on is None else datetime.combine(outcome.on, time(12), tzinfo=UTC)
    version = tender_of(session, number, organisation_id=common["organisation_id"]).version
    more: dict[str, Any] = {"minimum_wage": minimum_wage, "limits": limits, "version": version, "clock": lambda: on}
    if outcome.status is OutcomeStatus.ABANDONED:
        results.abandon(session, number, reason=outcome.reason or TAKEN_OVER, **more, **common)
    elif outcome.bidder is not None:
        scored = results.score_tender(
            session, number, organisation_id=common["organisation_id"], minimum_wage=minimum_wage, limits=limits
        )
        reason = outcome.reason or ("" if scored.result.winner == outcome.bidder else TAKEN_OVER)
        results.award(session, number, bidders=[outcome.bidder, *outcome.also], reason=reason, **more, **common)
