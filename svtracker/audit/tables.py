"""The tables of the record. Events are only ever added: no code of svtracker changes or deletes one."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field

from svtracker.audit.rules.events import ActorKind
from svtracker.storage.base import Row, one_of, secret, walled_by

# The number 0 stands for the chain of what all organisations share, so that a unique constraint covers it as well.
_OF_ITS_ORGANISATION = "chain = COALESCE(organisation_id, 0)"


class EventRow(Row, table=True):
    """One event of a chain, with every field that its hash is taken over as it was written."""

    __tablename__ = "audit_event"
    __table_args__ = (
        UniqueConstraint("chain", "sequence"),
        CheckConstraint(_OF_ITS_ORGANISATION, name="chain"),
        CheckConstraint("(actor_kind = 'person') = (actor_id IS NOT NULL)", name="actor_id"),
        one_of("actor_kind", ActorKind),
        Index(None, "object_kind", "object_id"),
        walled_by("chain"),
    )

    id: int | None = Field(default=None, primary_key=True)
    chain: int
    organisation_id: int | None = Field(foreign_key="organisation.id")
    sequence: int
    at: str
    actor_kind: str
    actor_id: int | None = Field(foreign_key="audit_person.id")
    role: str
    what: str
    object_kind: str
    object_id: str
    changes: str
    reason: str
    previous: str
    hash: str


class HeadRow(Row, table=True):
    """The end of a chain: the number and the hash of its last event."""

    __tablename__ = "audit_head"
    __table_args__ = (CheckConstraint(_OF_ITS_ORGANISATION, name="chain"), walled_by("chain"))

    chain: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    organisation_id: int | None = Field(foreign_key="organisation.id")
    sequence: int
    hash: str


class PersonRow(Row, table=True):
    """The personal values of one person: the only place for them; all else knows the person by number.

    Erasing blanks name, email and salt. What stays is the tombstone: when, by whom, why, and the hash of what was
    removed, from which nobody can guess it without the salt.
    """

    __tablename__ = "audit_person"
    __table_args__ = (
        CheckConstraint("(erased_at IS NULL) = (name IS NOT NULL)", name="name"),
        CheckConstraint("erased_at IS NULL OR email IS NULL", name="email"),
        CheckConstraint("(erased_at IS NULL) = (salt IS NOT NULL)", name="salt"),
        CheckConstraint("(erased_at IS NULL) = (erased_by_kind IS NULL)", name="erased_by_kind"),
        CheckConstraint("(erased_at IS NULL) = (erased_because IS NULL)", name="erased_because"),
    )

    id: int | None = Field(default=None, primary_key=True)
    organisation_id: int | None = Field(foreign_key="organisation.id")
    name: str | None
    email: str | None
    salt: str | None = Field(sa_column_kwargs=secret("It keeps the hash of an erased person from being guessed."))
    sha256: str
    erased_at: datetime | None
    erased_by_kind: str | None
    erased_by_id: int | None = Field(foreign_key="audit_person.id")
    erased_because: str | None
