"""Bids in: received under seal, late ones decided, opened all at once."""

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from svtracker.audit.rules.events import Actor, Change, canonical
from svtracker.frameworks.rules.values import Version
from svtracker.kernel import numbers, uk_time
from svtracker.kernel.clock import Clock, system_clock
from svtracker.kernel.exceptions import NotFoundError, NotYetError, RefusedError, SealedError
from svtracker.kernel.problems import Problem
from svtracker.messages import service as messages
from svtracker.registers import suppliers
from svtracker.registers.rules.suppliers import Details, Sighting, company_number, match, postcode
from svtracker.tenders.loader import load_content
from svtracker.tenders.rules.records import OwnBid, SealedBid, Source, StoredBid, StoredTender
from svtracker.tenders.rules.settings import tender_part
from svtracker.tenders.rules.stages import Stage, Step
from svtracker.tenders.rules.values import BidStatus, Commitment, Tender
from svtracker.tenders.rules.valuing import Valuation, valuation
from svtracker.tenders.service.common import record, require_reason, save, tender_of, versions_in
from svtracker.tenders.service.standing import note_standing
from svtracker.tenders.store import bids as store
from svtracker.tenders.store import invitations

BEFORE_OPENING = frozenset({Stage.DRAFT, Stage.PUBLISHED})


@dataclass(frozen=True, slots=True, kw_only=True)
class LineIn:
    """One line as the bidder wrote it, with the inputs of its quantity helper, if one was used."""

    commitment: Commitment
    worked: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class BidIn:
    """A bid as it comes in: `answers` holds the text for each question, `price` is in £.

    `details` say which firm it is (company number, postcode); who that is here is looked up at the opening, so that
    nobody learns before from the register of suppliers who bids.
    """

    bidder: str
    price: Decimal | None
    answers: Mapping[str, str]
    lines: Sequence[LineIn]
    source: Source
    status: BidStatus = BidStatus.ASSESSED
    status_because: str = ""
    details: Mapping[str, str] = field(default_factory=dict)
    contact_id: int | None = None
    invitation_id: int | None = None
    file_name: str = ""
    file_sha256: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """That a bid came in: its number, when, whether late, and whether it replaces one of the same bidder.

    `number` counts the bids of the tender, so it is for nobody who bids; `sha256` proves what the bid holds.
    """

    id: int
    number: int
    sha256: str
    received_at: datetime
    is_late: bool
    replaces: bool


def problems_of_bid(session: Session, tender: StoredTender, bid: BidIn) -> tuple[Problem, ...]:
    """Everything that is wrong with a bid for this tender, before anything is kept of it (RULES 3.7)."""
    return weigh(session, tender, bid)[1]


def weigh(
    session: Session, tender: StoredTender, bid: BidIn
) -> tuple[tuple[Valuation, Tender, Version] | None, tuple[Problem, ...]]:
    """What a bid would be worth, with the tender and version it was valued by, or everything that is wrong with it."""
    part: dict[str, Any] = {key: value for key, value in tender_part(tender.settings).items() if key != "other_marks"}
    content = {"tender": part, "bids": [_content(bid)]}
    find, known = versions_in(session, tender.organisation_id)
    found, problems = load_content(content, find_version=find, known_versions=known)
    if found is None:
        return None, problems
    loaded, version = found
    return (valuation(loaded.bids[0], tender=loaded, version=version), loaded, version), ()


def receive(
    session: Session,
    number: int,
    bid: BidIn,
    *,
    organisation_id: int,
    actor: Actor,
    clock: Clock = system_clock,
) -> Receipt:
    """Takes a bid in and seals it: until the opening nobody sees more than that it came.

    A bid of the same bidder stays with its times and is replaced. One that comes after the closing time is kept as
    late and waits for a decision. Refused with everything that is wrong with it. The event holds no more than the
    SHA-256 of the bid with a random text, so that the record proves it later and tells nothing now.
    """
    tender = tender_of(session, number, organisation_id=organisation_id, step=Step.RECEIVE)
    problems = problems_of_bid(session, tender, bid)
    if problems:
        raise RefusedError(problems)
    at = clock()
    is_late = tender.closes_at is not None and at > tender.closes_at
    bidder = " ".join(bid.bidder.split())
    before = store.standing_of(session, number, bidder, organisation_id=organisation_id)
    # A late bid leaves the one that came in time as it is until somebody has decided on it.
    if before is not None and not is_late:
        store.change_bid(session, before, {"replaced_at": at}, organisation_id=organisation_id)
    place = store.next_number(session, number, organisation_id=organisation_id)
    nonce = secrets.token_hex(16)
    lines = [_line_values(line) for line in bid.lines]
    values = {
        "tender_id": number,
        "number": place,
        "bidder": bidder,
        "contact_id": bid.contact_id,
        "invitation_id": bid.invitation_id,
        "details": dict(bid.details),
        "source": bid.source,
        "received_at": at,
        "is_late": is_late,
        "is_admitted": None if is_late else True,
        "admitted_because": "",
        "status": bid.status,
        "status_because": bid.status_because,
        "price": bid.price,
        "other_marks": {},
        "answers": dict(bid.answers),
        "file_name": bid.file_name,
        "file_sha256": bid.file_sha256,
        "nonce": nonce,
        "sha256": seal_of(
            bidder=bidder, details=bid.details, price=bid.price, answers=bid.answers, lines=lines, nonce=nonce
        ),
        "version": 1,
    }
    bid_id = store.add_bid(session, values, lines, organisation_id=organisation_id)
    changes = {"bid": Change(new=place), "sha256": Change(new=str(values["sha256"])), "late": Change(new=is_late)}
    record(session, "bid_received", tender, actor=actor, at=at, changes=changes)
    return Receipt(
        id=bid_id,
        number=place,
        sha256=str(values["sha256"]),
        received_at=at,
        is_late=is_late,
        replaces=before is not None and not is_late,
    )


def withdraw(
    session: Session,
    number: int,
    *,
    invitation_id: int,
    organisation_id: int,
    actor: Actor,
    clock: Clock = system_clock,
) -> OwnBid:
    """Takes the bid back that stands from one link, before the closing time; what it holds stays sealed for good.

    The event names no bidder: until the opening nobody learns who bids, or who does so no more.
    """
    tender = tender_of(session, number, organisation_id=organisation_id, step=Step.RECEIVE)
    at = clock()
    if tender.closes_at is not None and at > tender.closes_at:
        raise NotYetError(
            step="take a bid back by the link", why="the closing time is over. Ask who runs the tender to note it."
        )
    own = store.list_own(session, invitation_id, organisation_id=organisation_id)
    standing = next((one for one in own if one.replaced_at is None), None)
    if standing is None:
        raise NotFoundError(what="bid", name="yours", do="There is none that stands.")
    values = {"replaced_at": at, "withdrawn_at": at}
    store.change_bid(session, standing.id, values, organisation_id=organisation_id)
    changes = {"sha256": Change(old=standing.sha256)}
    record(session, "bid_taken_back", tender, actor=actor, at=at, changes=changes)
    return standing


def decide_late(
    session: Session,
    number: int,
    place: int,
    *,
    organisation_id: int,
    is_admitted: bool,
    reason: str,
    actor: Actor,
    clock: Clock = system_clock,
) -> None:
    """Admits a late bid to the evaluation, or leaves it out, with a reason; before the bids are opened."""
    tender = tender_of(session, number, organisation_id=organisation_id, step=Step.RECEIVE)
    why = require_reason(reason, to="decide on a late bid")
    late = [one for one in list_sealed(session, number, organisation_id=organisation_id) if one.number == place]
    if not late or not late[0].is_late:
        raise NotFoundError(what="late bid", name=str(place), do="Choose one from the bids that came in late.")
    values = {"is_admitted": is_admitted, "admitted_because": why}
    store.change_bid(session, late[0].id, values, organisation_id=organisation_id)
    changes = {"bid": Change(new=place), "admitted": Change(old=late[0].is_admitted, new=is_admitted)}
    record(session, "late_bid_decided", tender, actor=actor, at=clock(), changes=changes, reason=why)


def open_bids(
    session: Session,
    number: int,
    *,
    organisation_id: int,
    version: int,
    actor: Actor,
    clock: Clock = system_clock,
) -> StoredTender:
    """Opens all bids at once: the settings are locked for good, and the evaluation begins.

    Not before the closing time, without a bid, or while a late bid waits for its decision.
    """
    tender = tender_of(session, number, organisation_id=organisation_id, step=Step.OPEN, version=version)
    at = clock()
    if tender.closes_at is not None and at <= tender.closes_at:
        raise NotYetError(step=Step.OPEN, why=f"bids may come in until {uk_time.said(tender.closes_at)}.")
    sealed = [one for one in list_sealed(session, number, organisation_id=organisation_id) if one.replaced_at is None]
    waiting = [str(one.number) for one in sealed if one.is_admitted is None]
    if waiting:
        raise NotYetError(step=Step.OPEN, why=f"late bid {', '.join(waiting)} waits for a decision.")
    if not any(one.is_admitted for one in sealed):
        raise NotYetError(step=Step.OPEN, why="no bid came in. A tender without bids can be abandoned.")
    for found in store.list_bids(session, number, organisation_id=organisation_id):
        _replace_earlier(session, tender, found, at=at)
    _know_suppliers(session, tender, actor=actor, clock=clock)
    save(session, tender, {"stage": Stage.OPENED, "opened_at": at})
    invitations.forget_drafts(session, number, organisation_id=organisation_id)
    opened = store.list_bids(session, number, organisation_id=organisation_id)
    messages.unseal(session, [one.id for one in opened], organisation_id=organisation_id)
    changes: dict[str, Change] = {"stage": Change(old=tender.stage, new=Stage.OPENED)}
    for one in opened:
        changes[f"bid_{one.number}"] = Change(new={"bidder": one.bidder, "sha256": one.sha256, "counts": one.counts})
    record(session, "bids_opened", tender, actor=actor, at=at, changes=changes)
    done = tender_of(session, number, organisation_id=organisation_id)
    note_standing(session, done)
    return done


def list_sealed(session: Session, number: int, *, organisation_id: int) -> tuple[SealedBid, ...]:
    """What may be known of the bids of a tender before they are opened: that they came, when, and whether late."""
    return store.list_sealed(session, number, organisation_id=organisation_id)


def list_bids(session: Session, number: int, *, organisation_id: int, with_lines: bool = True) -> tuple[StoredBid, ...]:
    """The bids of a tender, with their lines unless told otherwise; sealed for everybody until they are opened."""
    tender = tender_of(session, number, organisation_id=organisation_id)
    if tender.opened_at is None:
        raise SealedError(what="What the bids hold", until="they are opened")
    return store.list_bids(session, number, organisation_id=organisation_id, with_lines=with_lines)


def seal_of(
    *,
    bidder: str,
    details: Mapping[str, str],
    price: Decimal | None,
    answers: Mapping[str, str],
    lines: Sequence[Mapping[str, Any]],
    nonce: str,
) -> str:
    """The SHA-256 over all that a bidder wrote, with a random text so that nobody finds it by guessing."""
    text = sealed_text(bidder=bidder, details=details, price=price, answers=answers, lines=lines, nonce=nonce)
    return hashlib.sha256(text.encode()).hexdigest()


def sealed_text(
    *,
    bidder: str,
    details: Mapping[str, str],
    price: Decimal | None,
    answers: Mapping[str, str],
    lines: Sequence[Mapping[str, Any]],
    nonce: str,
) -> str:
    """The text over which the SHA-256 of a bid is taken: one JSON object, which its bidder may keep."""
    said: dict[str, Any] = {
        "bidder": bidder,
        "details": details,
        "price": None if price is None else numbers.trimmed(price),
        "answers": answers,
        "lines": [
            {key: numbers.trimmed(value) if isinstance(value, Decimal) else value for key, value in line.items()}
            for line in lines
        ],
        "nonce": nonce,
    }
    return canonical(said)


def seal_again(bid: StoredBid) -> str:
    """The same over a bid as it stands in the database: differs where anybody changed it there."""
    return hashlib.sha256(text_of(bid).encode()).hexdigest()


def as_it_came(bid: StoredBid) -> BidIn:
    """A bid of the database as what came in, to be valued as its bidder wrote it."""
    return BidIn(
        bidder=bid.bidder,
        price=bid.price,
        answers=bid.answers,
        lines=[
            LineIn(
                commitment=Commitment(
                    measure=line.measure,
                    offered=line.offered,
                    accepted=line.offered,
                    not_applicable=line.not_applicable,
                    text=line.text or None,
                    statement=line.statement or None,
                    outside_area=line.outside_area,
                    detailed=line.statement is not None,
                )
            )
            for line in bid.lines
        ],
        source=bid.source,
    )


def text_of(bid: StoredBid) -> str:
    """The text behind the SHA-256 of a bid, from what stands in the database."""
    lines = [
        {
            "measure": line.measure,
            "offered": line.offered,
            "not_applicable": line.not_applicable,
            "text": line.text,
            "statement": line.statement,
            "outside_area": line.outside_area,
            "worked": line.worked,
        }
        for line in bid.lines
    ]
    return sealed_text(
        bidder=bid.bidder, details=bid.details, price=bid.price, answers=bid.answers, lines=lines, nonce=bid.nonce
    )


def _replace_earlier(session: Session, tender: StoredTender, bid: StoredBid, *, at: datetime) -> None:
    """An admitted late bid takes the place of what its bidder sent before."""
    if not (bid.is_late and bid.is_admitted and bid.replaced_at is None):
        return
    for other in store.list_bids(session, tender.id, organisation_id=tender.organisation_id):
        same = other.bidder.casefold() == bid.bidder.casefold() and other.number < bid.number
        if same and other.replaced_at is None:
            store.change_bid(session, other.id, {"replaced_at": at}, organisation_id=tender.organisation_id)


def _know_suppliers(session: Session, tender: StoredTender, *, actor: Actor, clock: Clock) -> None:
    """Says of each bid that names its firm by number or place which supplier that is, and adds those who are new."""
    at = clock()
    seen = {
        bid.id: Sighting(details=details, at=at)
        for bid in store.list_bids(session, tender.id, organisation_id=tender.organisation_id)
        if (details := _details_of(bid)).company_number or details.postcode
    }
    if not seen:
        return
    known = suppliers.list_suppliers(session, organisation_id=tender.organisation_id)
    by: dict[str, Any] = {"organisation_id": tender.organisation_id, "actor": actor, "clock": clock}
    matching = match(known, seen.values())
    found = suppliers.keep_suppliers(session, matching.entries, **by)
    for bid_id, sighting in seen.items():
        values = {"supplier_id": found[matching.places[sighting]]}
        store.change_bid(session, bid_id, values, organisation_id=tender.organisation_id)


def _details_of(bid: StoredBid) -> Details:
    return Details(
        name=bid.bidder,
        company_number=company_number(bid.details.get("company_number", "")),
        postcode=postcode(bid.details.get("postcode", "")),
    )


def _line_values(line: LineIn) -> dict[str, Any]:
    commitment = line.commitment
    return {
        "measure": commitment.measure,
        "offered": commitment.offered,
        "not_applicable": commitment.not_applicable,
        "text": commitment.text or "",
        "statement": (commitment.statement or "") if commitment.detailed else None,
        "outside_area": commitment.outside_area,
        "worked": dict(line.worked),
    }


def _content(bid: BidIn) -> dict[str, Any]:
    """The bid with the keys of a tender file; marks come later."""
    return {
        "bidder": bid.bidder,
        "status": bid.status.value,
        "price": None if bid.price is None else numbers.plain(bid.price),
        "commitments": {line.commitment.measure: _commitment(line.commitment) for line in bid.lines},
    }


def _commitment(one: Commitment) -> object:
    if one.not_applicable:
        return "n/a"
    written = {
        "offered": None if one.offered is None else numbers.plain(one.offered),
        "statement": one.statement,
        "outside_area": None if one.outside_area is None else numbers.plain(one.outside_area),
        "text": one.text,
    }
    return {key: value for key, value in written.items() if value is not None} or None
