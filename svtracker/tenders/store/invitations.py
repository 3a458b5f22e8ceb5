"""Bidders who were invited by a personal link, and what they have typed so far."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session
from sqlmodel import col

from svtracker.tenders.rules.records import Draft, Invitation
from svtracker.tenders.tables import DraftRow, InvitationRow

_INVITATION = tuple(getattr(InvitationRow, name) for name in Invitation.__dataclass_fields__)
_DRAFT = tuple(getattr(DraftRow, name) for name in Draft.__dataclass_fields__)


def add_invitation(session: Session, values: Mapping[str, Any], *, organisation_id: int) -> int:
    """Writes an invitation; answers its number."""
    number = session.execute(
        insert(InvitationRow).values(organisation_id=organisation_id, **values).returning(col(InvitationRow.id))
    ).scalar_one()
    return int(number or 0)


def get_invitation(session: Session, number: int, *, organisation_id: int) -> Invitation | None:
    """An invitation by its number."""
    row = session.execute(
        select(*_INVITATION).where(
            col(InvitationRow.organisation_id) == organisation_id, col(InvitationRow.id) == number
        )
    ).one_or_none()
    return None if row is None else Invitation(**row._asdict())


def list_invitations(session: Session, tender_id: int, *, organisation_id: int) -> tuple[Invitation, ...]:
    """The invitations to a tender, in the order in which they were made."""
    rows = session.execute(
        select(*_INVITATION)
        .where(col(InvitationRow.organisation_id) == organisation_id, col(InvitationRow.tender_id) == tender_id)
        .order_by(col(InvitationRow.id))
    )
    return tuple(Invitation(**row._asdict()) for row in rows)


def get_draft(session: Session, invitation_id: int, *, organisation_id: int) -> Draft | None:
    """What a bidder has typed so far."""
    row = session.execute(
        select(*_DRAFT).where(
            col(DraftRow.organisation_id) == organisation_id, col(DraftRow.invitation_id) == invitation_id
        )
    ).one_or_none()
    if row is None:
        return None
    values = row._asdict()
    return Draft(**{**values, "content": json.loads(values["content"])})


def add_draft(session: Session, invitation_id: int, values: Mapping[str, Any], *, organisation_id: int) -> None:
    """Writes the first draft of an invitation."""
    session.execute(
        insert(DraftRow).values(
            organisation_id=organisation_id, invitation_id=invitation_id, **_written(values), version=1
        )
    )


def change_draft(
    session: Session, invitation_id: int, values: Mapping[str, Any], *, version: int, organisation_id: int
) -> None:
    """Writes another draft in place of the one of that version."""
    session.execute(
        update(DraftRow)
        .where(
            col(DraftRow.organisation_id) == organisation_id,
            col(DraftRow.invitation_id) == invitation_id,
            col(DraftRow.version) == version,
        )
        .values(**_written(values), version=version + 1)
    )


def forget_drafts(session: Session, tender_id: int, *, organisation_id: int) -> None:
    """Deletes all drafts of a tender."""
    invited = select(col(InvitationRow.id)).where(
        col(InvitationRow.organisation_id) == organisation_id, col(InvitationRow.tender_id) == tender_id
    )
    session.execute(
        delete(DraftRow).where(
            col(DraftRow.organisation_id) == organisation_id, col(DraftRow.invitation_id).in_(invited)
        )
    )


def draft_values(
    content: Mapping[str, str], *, file_name: str, file_sha256: str | None, at: datetime
) -> dict[str, Any]:
    """The columns of a draft."""
    return {"content": dict(content), "file_name": file_name, "file_sha256": file_sha256, "saved_at": at}


def _written(values: Mapping[str, Any]) -> dict[str, Any]:
    # In ASCII, so that a character which no database keeps does not cost a bidder what they typed.
    return {key: json.dumps(value) if isinstance(value, dict) else value for key, value in values.items()}
