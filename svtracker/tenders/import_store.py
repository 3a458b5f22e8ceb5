"""Tenders, awards and releases as an import reads and writes them; every query names the organisation."""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from itertools import islice
from typing import Any

from sqlalchemy import Row, delete, insert, select, update
from sqlalchemy.orm import Session
from sqlmodel import col

from svtracker.audit.rules.events import canonical
from svtracker.tenders.rules.importing import StoredAward
from svtracker.tenders.rules.records import Decision, StoredTender
from svtracker.tenders.rules.releases import Release, release_of
from svtracker.tenders.rules.stages import Stage
from svtracker.tenders.rules.values import OutcomeStatus
from svtracker.tenders.tables import AwardRow, DecisionRow, ReleaseRow, TenderRow

# How many values stand in one query; SQLite takes some tens of thousands.
_AT_ONCE = 500

_TENDER = tuple(getattr(TenderRow, name) for name in StoredTender.__dataclass_fields__)
_AWARD = tuple(getattr(AwardRow, name) for name in StoredAward.__dataclass_fields__)


def find_tenders(session: Session, ocids: Iterable[str], *, organisation_id: int) -> dict[str, StoredTender]:
    """The tenders of an organisation that have these ocids."""
    found: dict[str, StoredTender] = {}
    for part in _parts(ocids):
        rows = session.execute(
            select(*_TENDER).where(col(TenderRow.organisation_id) == organisation_id, col(TenderRow.ocid).in_(part))
        )
        found |= {row.ocid: _tender(row) for row in rows}
    return found


def list_references(session: Session, *, organisation_id: int) -> frozenset[str]:
    """The references that tenders of an organisation have."""
    rows = session.execute(select(col(TenderRow.reference)).where(col(TenderRow.organisation_id) == organisation_id))
    return frozenset(rows.scalars())


def list_releases(
    session: Session, tender_ids: Iterable[int], *, organisation_id: int
) -> dict[int, tuple[Release, ...]]:
    """The releases that were imported for tenders, in the order in which they came in."""
    found: dict[int, list[Release]] = defaultdict(list)
    for part in _parts(tender_ids):
        rows = session.execute(
            select(col(ReleaseRow.tender_id), col(ReleaseRow.content))
            .where(col(ReleaseRow.organisation_id) == organisation_id, col(ReleaseRow.tender_id).in_(part))
            .order_by(col(ReleaseRow.id))
        )
        for row in rows:
            found[row.tender_id].append(release_of(json.loads(row.content)))
    return {tender_id: tuple(releases) for tender_id, releases in found.items()}


def list_awards(
    session: Session, tender_ids: Iterable[int], *, organisation_id: int
) -> dict[int, tuple[StoredAward, ...]]:
    """The published awards of tenders."""
    found: dict[int, list[StoredAward]] = defaultdict(list)
    for part in _parts(tender_ids):
        rows = session.execute(
            select(col(AwardRow.tender_id), *_AWARD)
            .where(col(AwardRow.organisation_id) == organisation_id, col(AwardRow.tender_id).in_(part))
            .order_by(col(AwardRow.id))
        )
        for row in rows:
            values = row._asdict()
            found[values.pop("tender_id")].append(StoredAward(**values))
    return {tender_id: tuple(awards) for tender_id, awards in found.items()}


def add_tender(session: Session, values: Mapping[str, Any], *, organisation_id: int) -> StoredTender:
    """Writes a tender that an import brings."""
    written = {"organisation_id": organisation_id, **_written(values)}
    return _tender(session.execute(insert(TenderRow).returning(*_TENDER), [written]).one())


def change_tender(session: Session, tender: StoredTender, values: Mapping[str, Any]) -> None:
    """Writes other values of a tender and counts its version on."""
    session.execute(
        update(TenderRow)
        .where(col(TenderRow.organisation_id) == tender.organisation_id, col(TenderRow.id) == tender.id)
        .values(**_written(values), version=tender.version + 1)
    )


def put_decision(
    session: Session, decision: Decision | None, *, tender_id: int, organisation_id: int, is_first: bool
) -> None:
    """Writes how a tender ended, in place of what an earlier import wrote; takes it away where it is open again."""
    if not is_first:
        session.execute(
            delete(DecisionRow).where(
                col(DecisionRow.organisation_id) == organisation_id, col(DecisionRow.tender_id) == tender_id
            )
        )
    if decision is not None:
        values = {name: getattr(decision, name) for name in Decision.__dataclass_fields__}
        values |= {"bidders": canonical(list(decision.bidders))}
        session.execute(insert(DecisionRow), [{"organisation_id": organisation_id, "tender_id": tender_id, **values}])


def add_releases(
    session: Session, releases: Sequence[Release], *, tender_id: int, organisation_id: int, at: datetime
) -> None:
    """Writes the releases that an import brings for a tender."""
    if releases:
        session.execute(
            insert(ReleaseRow),
            [
                {
                    "organisation_id": organisation_id,
                    "tender_id": tender_id,
                    "key": release.id,
                    "at": release.at,
                    "content": release.text,
                    "sha256": release.sha256,
                    "imported_at": at,
                }
                for release in releases
            ],
        )


def put_awards(
    session: Session,
    rows: Sequence[tuple[str, int | None, Decimal | None, Any, str]],
    *,
    stored: Sequence[StoredAward],
    tender_id: int,
    organisation_id: int,
) -> None:
    """Makes the published awards of a tender those that are given; a row that is right already is left alone."""
    before = {row.key: row for row in stored}
    wanted = {key for key, *_ in rows}
    gone = [row.id for row in stored if row.key not in wanted]
    if gone:
        session.execute(
            delete(AwardRow).where(col(AwardRow.organisation_id) == organisation_id, col(AwardRow.id).in_(gone))
        )
    new = []
    for key, supplier_id, value, on, status in rows:
        values = {"supplier_id": supplier_id, "value": value, "on": on, "status": status}
        row = before.get(key)
        if row is None:
            new.append({"organisation_id": organisation_id, "tender_id": tender_id, "key": key, **values})
        elif any(getattr(row, name) != one for name, one in values.items()):
            session.execute(
                update(AwardRow)
                .where(col(AwardRow.organisation_id) == organisation_id, col(AwardRow.id) == row.id)
                .values(**values)
            )
    if new:
        session.execute(insert(AwardRow), new)


def _parts(values: Iterable[Any]) -> Iterator[list[Any]]:
    rest = iter(values)
    while part := list(islice(rest, _AT_ONCE)):
        yield part


def _written(values: Mapping[str, Any]) -> dict[str, Any]:
    return {key: canonical(value) if key in {"settings", "note"} else value for key, value in values.items()}


def _tender(row: Row[Any]) -> StoredTender:
    values = row._asdict()
    values["stage"] = Stage(values["stage"])
    values["outcome"] = OutcomeStatus(values["outcome"])
    values["settings"] = json.loads(values["settings"])
    values["note"] = json.loads(values["note"])
    return StoredTender(**values)
