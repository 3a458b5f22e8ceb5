"""Evaluators, their marks, and the marks that moderation agreed."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session
from sqlmodel import col

from svtracker.tenders.rules.records import AgreedMark, Evaluator, StoredMark
from svtracker.tenders.tables import AgreedMarkRow, EvaluatorRow, MarkRow, TenderRow

_EVALUATOR = tuple(getattr(EvaluatorRow, name) for name in Evaluator.__dataclass_fields__)
_MARK = tuple(getattr(MarkRow, name) for name in StoredMark.__dataclass_fields__)
_AGREED = tuple(getattr(AgreedMarkRow, name) for name in AgreedMark.__dataclass_fields__)


def add_evaluator(session: Session, values: Mapping[str, Any], *, organisation_id: int) -> None:
    """Writes somebody who is to mark the bids of a tender."""
    session.execute(insert(EvaluatorRow).values(organisation_id=organisation_id, **values))


def list_evaluators(session: Session, tender_id: int, *, organisation_id: int) -> tuple[Evaluator, ...]:
    """Who marks the bids of a tender, the lead first, then in the order in which they were added."""
    rows = session.execute(
        select(*_EVALUATOR)
        .where(col(EvaluatorRow.organisation_id) == organisation_id, col(EvaluatorRow.tender_id) == tender_id)
        .order_by(col(EvaluatorRow.is_lead).desc(), col(EvaluatorRow.id))
    )
    return tuple(Evaluator(**row._asdict()) for row in rows)


def list_tenders_of(session: Session, person_id: int, *, organisation_id: int) -> dict[int, Evaluator]:
    """The tenders whose bids a person marks, by number."""
    rows = session.execute(
        select(col(EvaluatorRow.tender_id), *_EVALUATOR).where(
            col(EvaluatorRow.organisation_id) == organisation_id, col(EvaluatorRow.person_id) == person_id
        )
    )
    found = {}
    for row in rows:
        values = row._asdict()
        tender_id = values.pop("tender_id")
        found[tender_id] = Evaluator(**values)
    return found


def list_opened(session: Session, *, organisation_id: int) -> frozenset[int]:
    """The tenders whose bids are open."""
    wanted = (col(TenderRow.organisation_id) == organisation_id, col(TenderRow.opened_at).is_not(None))
    return frozenset(row.id for row in session.execute(select(col(TenderRow.id)).where(*wanted)))


def list_unsealed(session: Session, *, organisation_id: int) -> frozenset[int]:
    """The tenders whose marks are open: somebody marks, and everybody who does has submitted."""
    found = session.execute(
        select(col(EvaluatorRow.tender_id))
        .where(
            col(EvaluatorRow.organisation_id) == organisation_id,
            col(EvaluatorRow.removed_at).is_(None),
            col(EvaluatorRow.has_conflict).is_not(True),
        )
        .group_by(col(EvaluatorRow.tender_id))
        .having(func.count() == func.count(col(EvaluatorRow.submitted_at)))
    )
    return frozenset(found.scalars())


def change_evaluator(
    session: Session, tender_id: int, person_id: int, values: Mapping[str, Any], *, organisation_id: int
) -> None:
    """Writes how far an evaluator is."""
    session.execute(
        update(EvaluatorRow)
        .where(
            col(EvaluatorRow.organisation_id) == organisation_id,
            col(EvaluatorRow.tender_id) == tender_id,
            col(EvaluatorRow.person_id) == person_id,
        )
        .values(**values)
    )


def add_mark(session: Session, values: Mapping[str, Any], *, organisation_id: int) -> None:
    """Writes one evaluator's mark for one answer."""
    session.execute(insert(MarkRow).values(organisation_id=organisation_id, **values))


def list_marks(
    session: Session, tender_id: int, *, organisation_id: int, person_id: int | None
) -> tuple[StoredMark, ...]:
    """The latest mark for each answer: of one evaluator, or of all of them once nothing is sealed."""
    wanted = [col(MarkRow.organisation_id) == organisation_id, col(MarkRow.tender_id) == tender_id]
    if person_id is not None:
        wanted.append(col(MarkRow.person_id) == person_id)
    rows = session.execute(select(*_MARK).where(*wanted).order_by(col(MarkRow.id)))
    latest = {(row.bid_id, row.question, row.person_id): StoredMark(**row._asdict()) for row in rows}
    return tuple(latest.values())


def add_agreed_mark(session: Session, values: Mapping[str, Any], *, organisation_id: int) -> None:
    """Writes the mark that moderation agreed for one answer."""
    session.execute(insert(AgreedMarkRow).values(organisation_id=organisation_id, **values))


def list_agreed_marks(session: Session, tender_id: int, *, organisation_id: int) -> tuple[AgreedMark, ...]:
    """The latest agreed mark for each answer of a tender."""
    rows = session.execute(
        select(*_AGREED)
        .where(col(AgreedMarkRow.organisation_id) == organisation_id, col(AgreedMarkRow.tender_id) == tender_id)
        .order_by(col(AgreedMarkRow.id))
    )
    return tuple({(row.bid_id, row.question): AgreedMark(**row._asdict()) for row in rows}.values())
