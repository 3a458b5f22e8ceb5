"""Tenders, what was published of them, and how they ended."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Row, func, insert, select, update
from sqlalchemy.orm import Session
from sqlmodel import col

from svtracker.audit.rules.events import canonical
from svtracker.storage.parts import parts
from svtracker.tenders.rules.records import BidResult, Decision, Edition, StoredTender
from svtracker.tenders.rules.stages import Stage
from svtracker.tenders.rules.values import BidStatus, OutcomeStatus
from svtracker.tenders.tables import BidResultRow, BidRow, DecisionRow, EditionRow, TenderRow

_COLUMNS = tuple(getattr(TenderRow, name) for name in StoredTender.__dataclass_fields__)


def add_tender(session: Session, values: Mapping[str, Any]) -> StoredTender:
    """Writes a new tender; its reference must be free in its organisation."""
    row = session.execute(insert(TenderRow).values(**_written(values)).returning(*_COLUMNS)).one()
    return _tender(row)


def get_tender(session: Session, number: int, *, organisation_id: int) -> StoredTender | None:
    """A tender of an organisation by its number."""
    row = session.execute(
        select(*_COLUMNS).where(col(TenderRow.organisation_id) == organisation_id, col(TenderRow.id) == number)
    ).one_or_none()
    return None if row is None else _tender(row)


def find_reference(session: Session, reference: str, *, organisation_id: int) -> StoredTender | None:
    """A tender of an organisation by its reference."""
    row = session.execute(
        select(*_COLUMNS).where(
            col(TenderRow.organisation_id) == organisation_id, col(TenderRow.reference) == reference
        )
    ).one_or_none()
    return None if row is None else _tender(row)


def find_processes(session: Session, ocids: Iterable[str], *, organisation_id: int) -> dict[str, StoredTender]:
    """The tenders of an organisation that have these ocids, by ocid."""
    found: dict[str, StoredTender] = {}
    for part in parts(ocids):
        rows = session.execute(
            select(*_COLUMNS).where(col(TenderRow.organisation_id) == organisation_id, col(TenderRow.ocid).in_(part))
        )
        found |= {row.ocid: _tender(row) for row in rows}
    return found


def list_references(session: Session, *, organisation_id: int) -> frozenset[str]:
    """The references that tenders of an organisation have."""
    rows = session.execute(select(col(TenderRow.reference)).where(col(TenderRow.organisation_id) == organisation_id))
    return frozenset(rows.scalars())


def list_tenders(session: Session, *, organisation_id: int) -> tuple[StoredTender, ...]:
    """All tenders of an organisation, the newest first."""
    rows = session.execute(
        select(*_COLUMNS).where(col(TenderRow.organisation_id) == organisation_id).order_by(col(TenderRow.id).desc())
    )
    return tuple(_tender(row) for row in rows)


def list_lots(session: Session, parent_id: int, *, organisation_id: int) -> tuple[StoredTender, ...]:
    """The lots of a tender, in the order in which they were added."""
    rows = session.execute(
        select(*_COLUMNS)
        .where(col(TenderRow.organisation_id) == organisation_id, col(TenderRow.parent_id) == parent_id)
        .order_by(col(TenderRow.id))
    )
    return tuple(_tender(row) for row in rows)


def change_tender(
    session: Session, number: int, values: Mapping[str, Any], *, organisation_id: int, version: int
) -> bool:
    """Writes other values of a tender and counts its version on; false where it is not at that version any more."""
    done: Any = session.execute(
        update(TenderRow)
        .where(
            col(TenderRow.organisation_id) == organisation_id,
            col(TenderRow.id) == number,
            col(TenderRow.version) == version,
        )
        .values(**_written(values), version=version + 1)
    )
    return bool(done.rowcount == 1)


def add_edition(session: Session, edition: Edition, *, tender_id: int, organisation_id: int) -> None:
    """Writes what was published."""
    session.execute(
        insert(EditionRow).values(
            organisation_id=organisation_id,
            tender_id=tender_id,
            number=edition.number,
            settings=canonical(edition.settings),  # type: ignore[arg-type]
            sha256=edition.sha256,
            published_at=edition.published_at,
            person_id=edition.person_id,
            reason=edition.reason,
        )
    )


def list_editions(session: Session, tender_id: int, *, organisation_id: int) -> tuple[Edition, ...]:
    """What was published of a tender, the first first."""
    columns = [getattr(EditionRow, name) for name in Edition.__dataclass_fields__]
    rows = session.execute(
        select(*columns)
        .where(col(EditionRow.organisation_id) == organisation_id, col(EditionRow.tender_id) == tender_id)
        .order_by(col(EditionRow.number))
    )
    return tuple(Edition(**{**row._asdict(), "settings": json.loads(row.settings)}) for row in rows)


def add_decision(session: Session, decision: Decision, *, tender_id: int, organisation_id: int) -> None:
    """Writes how a tender ended."""
    session.execute(
        insert(DecisionRow).values(
            organisation_id=organisation_id,
            tender_id=tender_id,
            outcome=decision.outcome,
            bidders=canonical(list(decision.bidders)),
            on=decision.on,
            reason=decision.reason,
            person_id=decision.person_id,
            at=decision.at,
            document=decision.document,
            answer=decision.answer,
            sha256=decision.sha256,
        )
    )


def get_decision(session: Session, tender_id: int, *, organisation_id: int) -> Decision | None:
    """How a tender ended, where it has."""
    columns = [getattr(DecisionRow, name) for name in Decision.__dataclass_fields__]
    row = session.execute(
        select(*columns).where(
            col(DecisionRow.organisation_id) == organisation_id, col(DecisionRow.tender_id) == tender_id
        )
    ).one_or_none()
    if row is None:
        return None
    values = row._asdict()
    values["outcome"] = OutcomeStatus(values["outcome"])
    values["bidders"] = tuple(json.loads(values["bidders"]))
    return Decision(**values)


def put_results(
    session: Session, results: Mapping[int, Mapping[str, Any]], *, tender_id: int, organisation_id: int
) -> None:
    """Writes what a scoring gave each bid, in place of what stood there."""
    session.execute(
        BidResultRow.__table__.delete().where(  # type: ignore[attr-defined]
            col(BidResultRow.organisation_id) == organisation_id, col(BidResultRow.tender_id) == tender_id
        )
    )
    rows = [
        {"bid_id": bid_id, "tender_id": tender_id, "organisation_id": organisation_id, **values}
        for bid_id, values in results.items()
    ]
    if rows:
        session.execute(insert(BidResultRow), rows)


def list_results(session: Session, *, organisation_id: int) -> dict[int, tuple[BidResult, ...]]:
    """What the last scoring gave each bid, by the number of its tender."""
    columns = [getattr(BidResultRow, name) for name in BidResult.__dataclass_fields__]
    rows = session.execute(
        select(col(BidResultRow.tender_id), *columns)
        .where(col(BidResultRow.organisation_id) == organisation_id)
        .order_by(col(BidResultRow.bid_id))
    )
    found: dict[int, list[BidResult]] = {}
    for row in rows:
        values = row._asdict()
        place = found.setdefault(values.pop("tender_id"), [])
        place.append(BidResult(**{**values, "status": BidStatus(values["status"])}))
    return {tender_id: tuple(results) for tender_id, results in found.items()}


def count_bids(session: Session, *, organisation_id: int) -> dict[int, int]:
    """How many bids stand for each tender, those that were replaced left out."""
    rows = session.execute(
        select(col(BidRow.tender_id), func.count().label("bids"))
        .where(col(BidRow.organisation_id) == organisation_id, col(BidRow.replaced_at).is_(None))
        .group_by(col(BidRow.tender_id))
    )
    return {row.tender_id: row.bids for row in rows}


def _written(values: Mapping[str, Any]) -> dict[str, Any]:
    return {key: canonical(value) if key in {"settings", "note"} else value for key, value in values.items()}


def _tender(row: Row[Any]) -> StoredTender:
    values = row._asdict()
    values["stage"] = Stage(values["stage"])
    values["outcome"] = OutcomeStatus(values["outcome"])
    values["settings"] = json.loads(values["settings"])
    values["note"] = json.loads(values["note"])
    return StoredTender(**values)
