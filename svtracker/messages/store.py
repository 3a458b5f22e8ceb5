"""Messages, in and out of the database."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, insert, or_, select, update
from sqlalchemy.orm import Session
from sqlmodel import col

from svtracker.messages.rules.outbox import IMPOSSIBLE_WAIT, MessageState
from svtracker.messages.tables import MessageRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A message in the outbox: it knows its reader and its personal link by number."""

    id: int
    organisation_id: int
    to_person_id: int
    subject: str
    body: str
    link_id: int | None
    created_at: datetime
    sent_at: datetime | None
    tries: int
    next_try_at: datetime
    last_error: str | None
    cancelled_at: datetime | None

    @property
    def state(self) -> MessageState:
        """What has become of it."""
        if self.sent_at is not None:
            return MessageState.SENT
        return MessageState.WAITING if self.cancelled_at is None else MessageState.CANCELLED


_COLUMNS = (
    col(MessageRow.id),
    col(MessageRow.organisation_id),
    col(MessageRow.to_person_id),
    col(MessageRow.subject),
    col(MessageRow.body),
    col(MessageRow.link_id),
    col(MessageRow.created_at),
    col(MessageRow.sent_at),
    col(MessageRow.tries),
    col(MessageRow.next_try_at),
    col(MessageRow.last_error),
    col(MessageRow.cancelled_at),
)


def add_message(session: Session, **values: Any) -> Message:
    """Writes a new message."""
    return _message(session.execute(insert(MessageRow).values(values).returning(*_COLUMNS)).one())


def get_message(session: Session, message_id: int) -> Message | None:
    """The message of that number."""
    row = session.execute(select(*_COLUMNS).where(col(MessageRow.id) == message_id)).one_or_none()
    return None if row is None else _message(row)


def list_messages(session: Session, *, organisation_id: int | None) -> tuple[Message, ...]:
    """The messages of an organisation, or all, the newest first."""
    asked = select(*_COLUMNS).order_by(col(MessageRow.id).desc())
    if organisation_id is not None:
        asked = asked.where(col(MessageRow.organisation_id) == organisation_id)
    return tuple(_message(row) for row in session.execute(asked))


def next_due(session: Session, *, now: datetime) -> Message | None:
    """The waiting message whose turn it is; one whose time lies too far ahead was written by a wrong clock."""
    due = or_(col(MessageRow.next_try_at) <= now, col(MessageRow.next_try_at) > now + IMPOSSIBLE_WAIT)
    asked = select(*_COLUMNS).where(*_waiting(), due).order_by(col(MessageRow.next_try_at), col(MessageRow.id)).limit(1)
    row = session.execute(asked).one_or_none()
    return None if row is None else _message(row)


def list_waiting(session: Session, *, person_id: int) -> tuple[Message, ...]:
    """The messages to a person that were neither sent nor cancelled."""
    asked = select(*_COLUMNS).where(*_waiting(), col(MessageRow.to_person_id) == person_id).order_by(col(MessageRow.id))
    return tuple(_message(row) for row in session.execute(asked))


def has_message_since(session: Session, *, link_id: int, since: datetime) -> bool:
    """Whether a message with a link was queued since a moment."""
    asked = select(col(MessageRow.id)).where(
        col(MessageRow.link_id) == link_id, col(MessageRow.created_at) > since, col(MessageRow.cancelled_at).is_(None)
    )
    return session.execute(asked.limit(1)).one_or_none() is not None


def links_waiting(session: Session) -> frozenset[int]:
    """The personal links that waiting messages hold."""
    asked = select(col(MessageRow.link_id)).where(*_waiting(), col(MessageRow.link_id).is_not(None))
    return frozenset(number for number in session.execute(asked).scalars() if number is not None)


def forget_links(session: Session, numbers: Sequence[int]) -> None:
    """Takes certain personal links out of messages."""
    session.execute(update(MessageRow).where(col(MessageRow.link_id).in_(numbers)).values({"link_id": None}))


def change_message(session: Session, message_id: int, **values: Any) -> bool:
    """Writes some columns of a message that was neither sent nor cancelled; says whether there was one."""
    where = (col(MessageRow.id) == message_id, *_waiting())
    changing = update(MessageRow).where(*where).values(values).returning(col(MessageRow.id))
    return session.execute(changing).one_or_none() is not None


def _waiting() -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return col(MessageRow.sent_at).is_(None), col(MessageRow.cancelled_at).is_(None)


def _message(row: Row[*tuple[Any, ...]]) -> Message:
    return Message(**row._asdict())
