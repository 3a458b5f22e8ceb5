"""Messages, in and out of the database."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, func, insert, or_, select, update
from sqlalchemy.orm import Session
from sqlmodel import col

from svtracker.messages.rules.outbox import IMPOSSIBLE_WAIT, MessageState
from svtracker.messages.tables import MessageRow
from svtracker.storage.walls import across


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
    sealed_bid_id: int | None = None

    @property
    def state(self) -> MessageState:
        """What has become of it."""
        if self.sent_at is not None:
            return MessageState.SENT
        return MessageState.WAITING if self.cancelled_at is None else MessageState.CANCELLED


# Why a statement means the rows of all organisations.
_BY_NUMBER = "a number, of message, person or link, is one row's alone; whoever asks compares the organisation"
_WHOLE = "the outbox is sent, listed on the command line and tidied for the whole installation"

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
    col(MessageRow.sealed_bid_id),
)


def add_message(session: Session, **values: Any) -> Message:
    """Writes a new message."""
    return _message(session.execute(insert(MessageRow).values(values).returning(*_COLUMNS)).one())


def get_message(session: Session, message_id: int) -> Message | None:
    """The message of that number; none where it is sealed."""
    asked = select(*_COLUMNS).where(col(MessageRow.id) == message_id, col(MessageRow.sealed_bid_id).is_(None))
    asked = across(asked, _BY_NUMBER)
    row = session.execute(asked).one_or_none()
    return None if row is None else _message(row)


def list_messages(session: Session, *, organisation_id: int | None) -> tuple[Message, ...]:
    """The messages of an organisation, or all, the newest first; without those that are sealed."""
    asked = select(*_COLUMNS).where(col(MessageRow.sealed_bid_id).is_(None)).order_by(col(MessageRow.id).desc())
    if organisation_id is None:
        asked = across(asked, _WHOLE)
    else:
        asked = asked.where(col(MessageRow.organisation_id) == organisation_id)
    return tuple(_message(row) for row in session.execute(asked))


def next_due(session: Session, *, now: datetime) -> Message | None:
    """The waiting message whose turn it is; one whose time lies too far ahead was written by a wrong clock."""
    due = or_(col(MessageRow.next_try_at) <= now, col(MessageRow.next_try_at) > now + IMPOSSIBLE_WAIT)
    asked = select(*_COLUMNS).where(*_waiting(), due).order_by(col(MessageRow.next_try_at), col(MessageRow.id)).limit(1)
    row = session.execute(across(asked, _WHOLE)).one_or_none()
    return None if row is None else _message(row)


def list_waiting(session: Session, *, person_id: int) -> tuple[Message, ...]:
    """The messages to a person that were neither sent nor cancelled."""
    asked = select(*_COLUMNS).where(*_waiting(), col(MessageRow.to_person_id) == person_id).order_by(col(MessageRow.id))
    return tuple(_message(row) for row in session.execute(across(asked, _BY_NUMBER)))


def has_message_since(session: Session, *, link_id: int, since: datetime) -> bool:
    """Whether a message with a link was queued since a moment."""
    asked = select(col(MessageRow.id)).where(
        col(MessageRow.link_id) == link_id, col(MessageRow.created_at) > since, col(MessageRow.cancelled_at).is_(None)
    )
    return session.execute(across(asked.limit(1), _BY_NUMBER)).one_or_none() is not None


def count_failing(session: Session, *, organisation_id: int) -> int:
    """How many messages of an organisation wait that were tried in vain."""
    asked = select(func.count()).where(
        *_waiting(), col(MessageRow.organisation_id) == organisation_id, col(MessageRow.last_error).is_not(None)
    )
    return session.execute(asked).scalar_one()


def links_waiting(session: Session) -> frozenset[int]:
    """The personal links that waiting messages hold."""
    asked = select(col(MessageRow.link_id)).where(*_waiting(), col(MessageRow.link_id).is_not(None))
    found = session.execute(across(asked, _WHOLE)).scalars()
    return frozenset(number for number in found if number is not None)


def forget_links(session: Session, numbers: Sequence[int]) -> None:
    """Takes certain personal links out of messages."""
    forgetting = across(update(MessageRow).where(col(MessageRow.link_id).in_(numbers)), _WHOLE)
    session.execute(forgetting.values({"link_id": None}))


def unseal(session: Session, bid_ids: Sequence[int], *, organisation_id: int) -> None:
    """Lets messages about certain bids be read like all others."""
    where = (col(MessageRow.organisation_id) == organisation_id, col(MessageRow.sealed_bid_id).in_(bid_ids))
    session.execute(update(MessageRow).where(*where).values({"sealed_bid_id": None}))


def change_message(session: Session, message_id: int, **values: Any) -> bool:
    """Writes some columns of a message that was neither sent nor cancelled; says whether there was one."""
    where = (col(MessageRow.id) == message_id, *_waiting())
    changing = across(update(MessageRow).where(*where), _BY_NUMBER).values(values).returning(col(MessageRow.id))
    return session.execute(changing).one_or_none() is not None


def _waiting() -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return col(MessageRow.sent_at).is_(None), col(MessageRow.cancelled_at).is_(None)


def _message(row: Row[*tuple[Any, ...]]) -> Message:
    return Message(**row._asdict())
