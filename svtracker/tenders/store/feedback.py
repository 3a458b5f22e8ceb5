"""What bidders are told about their bids; the latest row stands."""

from datetime import datetime

from sqlalchemy import insert, select
from sqlalchemy.orm import Session
from sqlmodel import col

from svtracker.tenders.rules.feedback import Feedback
from svtracker.tenders.tables import FeedbackRow


def add_feedback(
    session: Session,
    *,
    tender_id: int,
    bid_id: int,
    text: str,
    person_id: int | None,
    at: datetime,
    organisation_id: int,
) -> None:
    """Writes what a bidder is told from now on."""
    session.execute(
        insert(FeedbackRow).values(
            organisation_id=organisation_id, tender_id=tender_id, bid_id=bid_id, text=text, person_id=person_id, at=at
        )
    )


def list_feedback(session: Session, tender_id: int, *, organisation_id: int) -> dict[int, Feedback]:
    """What stands for each bid of a tender, by the bid."""
    rows = session.execute(
        select(col(FeedbackRow.bid_id), col(FeedbackRow.text), col(FeedbackRow.person_id), col(FeedbackRow.at))
        .where(col(FeedbackRow.organisation_id) == organisation_id, col(FeedbackRow.tender_id) == tender_id)
        .order_by(col(FeedbackRow.id))
    )
    found: dict[int, Feedback] = {}
    for row in rows:
        edition = found[row.bid_id].edition + 1 if row.bid_id in found else 1
        found[row.bid_id] = Feedback(**row._asdict(), edition=edition)
    return found
