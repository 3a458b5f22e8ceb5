"""Bids with their lines, what counts of each, and the questions that were asked about them."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session
from sqlmodel import col

from svtracker.audit.rules.events import canonical
from svtracker.tenders.rules.records import Clarification, OwnBid, SealedBid, Source, StoredBid, StoredLine
from svtracker.tenders.rules.values import BidStatus
from svtracker.tenders.tables import AcceptanceRow, BidRow, ClarificationRow, CommitmentRow

_BID = tuple(getattr(BidRow, name) for name in StoredBid.__dataclass_fields__ if name != "lines")
_SEALED = tuple(getattr(BidRow, name) for name in SealedBid.__dataclass_fields__)
_LINE_NAMES = tuple(name for name in StoredLine.__dataclass_fields__ if name not in {"accepted", "reason"})
_LINE = tuple(getattr(CommitmentRow, name) for name in _LINE_NAMES)
_OWN = tuple(getattr(BidRow, name) for name in OwnBid.__dataclass_fields__)
_CLARIFICATION = tuple(getattr(ClarificationRow, name) for name in Clarification.__dataclass_fields__)


def add_bid(
    session: Session, values: Mapping[str, Any], lines: Sequence[Mapping[str, Any]], *, organisation_id: int
) -> int:
    """Writes a bid with its lines; answers its number."""
    bid_id = session.execute(
        insert(BidRow).values(organisation_id=organisation_id, **_written(values)).returning(col(BidRow.id))
    ).scalar_one()
    if lines:
        session.execute(
            insert(CommitmentRow),
            [{"organisation_id": organisation_id, "bid_id": bid_id, **_written(line)} for line in lines],
        )
    return int(bid_id or 0)


def next_number(session: Session, tender_id: int, *, organisation_id: int) -> int:
    """The number of the next bid of a tender, counted from 1 in the order in which they come in."""
    found = session.execute(
        select(func.max(col(BidRow.number))).where(
            col(BidRow.organisation_id) == organisation_id, col(BidRow.tender_id) == tender_id
        )
    ).scalar_one()
    return (found or 0) + 1


def list_sealed(session: Session, tender_id: int, *, organisation_id: int) -> tuple[SealedBid, ...]:
    """What may be known of the bids of a tender before they are opened."""
    rows = session.execute(
        select(*_SEALED)
        .where(col(BidRow.organisation_id) == organisation_id, col(BidRow.tender_id) == tender_id)
        .order_by(col(BidRow.number))
    )
    return tuple(SealedBid(**row._asdict()) for row in rows)


def list_own(session: Session, invitation_id: int, *, organisation_id: int) -> tuple[OwnBid, ...]:
    """The bids that came by one link, the last one first; for whoever has the link."""
    rows = session.execute(
        select(*_OWN)
        .where(col(BidRow.organisation_id) == organisation_id, col(BidRow.invitation_id) == invitation_id)
        .order_by(col(BidRow.number).desc())
    )
    return tuple(OwnBid(**row._asdict()) for row in rows)


def list_answered(session: Session, tender_id: int, *, organisation_id: int) -> dict[int, bool]:
    """By the number of an invitation to a tender from which a bid came: whether the last one was not taken back."""
    rows = session.execute(
        select(col(BidRow.invitation_id), col(BidRow.withdrawn_at))
        .where(
            col(BidRow.organisation_id) == organisation_id,
            col(BidRow.tender_id) == tender_id,
            col(BidRow.invitation_id).is_not(None),
        )
        .order_by(col(BidRow.number))
    )
    return {row.invitation_id: row.withdrawn_at is None for row in rows}


def standing_of(session: Session, tender_id: int, bidder: str, *, organisation_id: int) -> int | None:
    """The bid of a bidder that came in time, which a new one would replace."""
    return session.execute(
        select(col(BidRow.id)).where(
            col(BidRow.organisation_id) == organisation_id,
            col(BidRow.tender_id) == tender_id,
            func.lower(col(BidRow.bidder)) == func.lower(bidder),
            col(BidRow.replaced_at).is_(None),
            col(BidRow.is_late).is_(False),
        )
    ).scalar_one_or_none()


def change_bid(session: Session, bid_id: int, values: Mapping[str, Any], *, organisation_id: int) -> None:
    """Writes what becomes of a bid: never what the bidder wrote."""
    session.execute(
        update(BidRow)
        .where(col(BidRow.organisation_id) == organisation_id, col(BidRow.id) == bid_id)
        .values(**_written(values), version=BidRow.version + 1)
    )


def list_bids(
    session: Session, tender_id: int, *, organisation_id: int, bid_id: int | None = None, with_lines: bool = True
) -> tuple[StoredBid, ...]:
    """The bids of a tender as they came in, or one of them, with their lines and what counts of each.

    A bid that its bidder took back before the closing time is in no list.
    """
    wanted = [
        col(BidRow.organisation_id) == organisation_id,
        col(BidRow.tender_id) == tender_id,
        col(BidRow.withdrawn_at).is_(None),
    ]
    if bid_id is not None:
        wanted.append(col(BidRow.id) == bid_id)
    rows = session.execute(select(*_BID).where(*wanted).order_by(col(BidRow.number))).all()
    lines = _lines(session, [row.id for row in rows], organisation_id=organisation_id) if with_lines else {}
    return tuple(_bid(row._asdict(), lines.get(row.id, ())) for row in rows)


def add_acceptance(
    session: Session,
    line_id: int,
    *,
    accepted: Decimal,
    reason: str,
    person_id: int | None,
    at: datetime,
    organisation_id: int,
) -> None:
    """Writes what counts of a line from now on."""
    session.execute(
        insert(AcceptanceRow).values(
            organisation_id=organisation_id,
            commitment_id=line_id,
            accepted=accepted,
            reason=reason,
            person_id=person_id,
            at=at,
        )
    )


def add_clarification(session: Session, values: Mapping[str, Any], *, organisation_id: int) -> int:
    """Writes a question to a bidder; answers its number."""
    number = session.execute(
        insert(ClarificationRow).values(organisation_id=organisation_id, **values).returning(col(ClarificationRow.id))
    ).scalar_one()
    return int(number or 0)


def get_clarification(session: Session, number: int, *, organisation_id: int) -> Clarification | None:
    """A question to a bidder by its number."""
    row = session.execute(
        select(*_CLARIFICATION).where(
            col(ClarificationRow.organisation_id) == organisation_id, col(ClarificationRow.id) == number
        )
    ).one_or_none()
    return None if row is None else Clarification(**row._asdict())


def answer_clarification(
    session: Session, number: int, *, answer: str, person_id: int | None, at: datetime, organisation_id: int
) -> None:
    """Writes the answer to a question."""
    session.execute(
        update(ClarificationRow)
        .where(col(ClarificationRow.organisation_id) == organisation_id, col(ClarificationRow.id) == number)
        .values(answer=answer, answered_by=person_id, answered_at=at)
    )


def list_clarifications(session: Session, bid_ids: Iterable[int], *, organisation_id: int) -> tuple[Clarification, ...]:
    """The questions that were asked about bids, in the order in which they were asked."""
    rows = session.execute(
        select(*_CLARIFICATION)
        .where(
            col(ClarificationRow.organisation_id) == organisation_id,
            col(ClarificationRow.bid_id).in_(list(bid_ids)),
        )
        .order_by(col(ClarificationRow.id))
    )
    return tuple(Clarification(**row._asdict()) for row in rows)


def _written(values: Mapping[str, Any]) -> dict[str, Any]:
    return {key: canonical(value) if isinstance(value, Mapping) else value for key, value in values.items()}


def _lines(session: Session, bid_ids: Sequence[int], *, organisation_id: int) -> dict[int, tuple[StoredLine, ...]]:
    rows = session.execute(
        select(col(CommitmentRow.bid_id), *_LINE)
        .where(col(CommitmentRow.organisation_id) == organisation_id, col(CommitmentRow.bid_id).in_(bid_ids))
        .order_by(col(CommitmentRow.id))
    ).all()
    latest = _acceptances(session, bid_ids, organisation_id=organisation_id)
    found: dict[int, list[StoredLine]] = defaultdict(list)
    # A tender may have thousands of lines: a row is taken apart by place, and what most lines leave empty is not read.
    for bid_id, *row in rows:
        values = dict(zip(_LINE_NAMES, row, strict=True))
        accepted, reason = latest.get(values["id"], (values["offered"], ""))
        values["worked"] = {} if values["worked"] == "{}" else json.loads(values["worked"])
        found[bid_id].append(StoredLine(**values, accepted=accepted, reason=reason))
    return {bid_id: tuple(lines) for bid_id, lines in found.items()}


def _acceptances(session: Session, bid_ids: Sequence[int], *, organisation_id: int) -> dict[int, tuple[Decimal, str]]:
    rows = session.execute(
        select(col(AcceptanceRow.commitment_id), col(AcceptanceRow.accepted), col(AcceptanceRow.reason))
        .join(CommitmentRow, col(CommitmentRow.id) == col(AcceptanceRow.commitment_id))
        .where(
            col(AcceptanceRow.organisation_id) == organisation_id,
            col(CommitmentRow.organisation_id) == organisation_id,
            col(CommitmentRow.bid_id).in_(bid_ids),
        )
        .order_by(col(AcceptanceRow.id))
    )
    return {row.commitment_id: (row.accepted, row.reason) for row in rows}


def _bid(values: dict[str, Any], lines: tuple[StoredLine, ...]) -> StoredBid:
    values["source"] = Source(values["source"])
    values["status"] = BidStatus(values["status"])
    values["other_marks"] = {name: Decimal(mark) for name, mark in json.loads(values["other_marks"]).items()}
    values["answers"] = json.loads(values["answers"])
    values["details"] = json.loads(values["details"])
    return StoredBid(**values, lines=lines)
