"""Published awards and releases in and out of the database; every query names the organisation."""

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session
from sqlmodel import col

from svtracker.storage.parts import parts
from svtracker.tenders.rules.importing import StoredAward
from svtracker.tenders.rules.releases import Release, release_of
from svtracker.tenders.tables import AwardRow, DecisionRow, ReleaseRow

_AWARD = tuple(getattr(AwardRow, name) for name in StoredAward.__dataclass_fields__)


def list_releases(
    session: Session, tender_ids: Iterable[int], *, organisation_id: int
) -> dict[int, tuple[Release, ...]]:
    """The releases that were imported for tenders, in the order in which they came in."""
    found: dict[int, list[Release]] = defaultdict(list)
    for part in parts(tender_ids):
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
    for part in parts(tender_ids):
        rows = session.execute(
            select(col(AwardRow.tender_id), *_AWARD)
            .where(col(AwardRow.organisation_id) == organisation_id, col(AwardRow.tender_id).in_(part))
            .order_by(col(AwardRow.id))
        )
        for row in rows:
            values = row._asdict()
            found[values.pop("tender_id")].append(StoredAward(**values))
    return {tender_id: tuple(awards) for tender_id, awards in found.items()}


def drop_decision(session: Session, *, tender_id: int, organisation_id: int) -> None:
    """Takes away how a tender ended, as an earlier import wrote it."""
    session.execute(
        delete(DecisionRow).where(
            col(DecisionRow.organisation_id) == organisation_id, col(DecisionRow.tender_id) == tender_id
        )
    )


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
