"""The outbox. A message knows its reader by number, and a personal link by number: it holds no address and no token.

A message about a sealed bid is as sealed as the bid: `sealed_bid_id` names the bid until it is open, and so long the
message stands in no list, and no event says whom it went to.
"""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field

from svtracker.storage.base import Row


class MessageRow(Row, table=True):
    """A message to one person; `{link}` in its body is where the personal link goes when it is sent."""

    __tablename__ = "outbox_message"
    __table_args__ = (
        CheckConstraint("sent_at IS NULL OR cancelled_at IS NULL", name="cancelled_at"),
        Index(None, "sent_at", "cancelled_at", "next_try_at"),
    )

    id: int | None = Field(default=None, primary_key=True)
    organisation_id: int = Field(foreign_key="organisation.id", index=True)
    to_person_id: int = Field(foreign_key="audit_person.id", index=True)
    subject: str
    body: str
    link_id: int | None = Field(foreign_key="personal_link.id", index=True)
    created_at: datetime
    sent_at: datetime | None
    tries: int
    next_try_at: datetime
    last_error: str | None
    cancelled_at: datetime | None
    sealed_bid_id: int | None = Field(foreign_key="bid.id", index=True)
