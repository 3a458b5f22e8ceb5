"""The tables of identity. A person stands in them by number only: name and address are in the table of people."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Index, false
from sqlmodel import Field

from svtracker.identity.rules.accounts import AccountState
from svtracker.identity.rules.links import Purpose
from svtracker.identity.rules.roles import Role
from svtracker.identity.rules.sessions import How
from svtracker.storage.base import Row, left_out, one_of, secret


class AccountRow(Row, table=True):
    """How one person signs in. The SHA-256 of the address finds the account; erasing the person blanks it too."""

    __tablename__ = "account"
    __table_args__ = (
        one_of("state", AccountState),
        CheckConstraint("(state = 'locked') = (locked_because IS NOT NULL)", name="locked_because"),
        CheckConstraint("(password_hash IS NULL) = (password_set_at IS NULL)", name="password_set_at"),
        CheckConstraint("email_key IS NOT NULL OR state = 'disabled'", name="email_key"),
    )

    person_id: int = Field(primary_key=True, foreign_key="audit_person.id", sa_column_kwargs={"autoincrement": False})
    organisation_id: int = Field(foreign_key="organisation.id")
    email_key: str | None = Field(unique=True, sa_column_kwargs=secret("It lets in whoever knows the address."))
    password_hash: str | None = Field(sa_column_kwargs=secret("It helps to guess the password."))
    federated_key: str | None = Field(unique=True, sa_column_kwargs=secret("It says whom an identity provider means."))
    state: str
    locked_because: str | None
    created_at: datetime
    password_set_at: datetime | None
    version: int


class GrantRow(Row, table=True):
    """A role that a person was given in an organisation, for all of it or for one object."""

    __tablename__ = "role_grant"
    __table_args__ = (
        one_of("role", Role),
        CheckConstraint("(object_kind IS NULL) = (object_id IS NULL)", name="object_id"),
        CheckConstraint("to_day >= from_day", name="to_day"),
        Index(None, "organisation_id", "role"),
    )

    id: int | None = Field(default=None, primary_key=True)
    person_id: int = Field(foreign_key="account.person_id", index=True)
    organisation_id: int = Field(foreign_key="organisation.id")
    role: str
    object_kind: str | None
    object_id: str | None
    from_day: date | None
    to_day: date | None
    created_at: datetime
    ended_at: datetime | None
    by_provider: bool = Field(sa_column_kwargs={"server_default": false()})


class LinkRow(Row, table=True):
    """A link for one person to one task, or to set a password."""

    __tablename__ = "personal_link"
    __table_args__ = (
        one_of("purpose", Purpose),
        CheckConstraint("(purpose = 'task') = (task_kind IS NOT NULL)", name="task_kind"),
        CheckConstraint("(purpose = 'task') = (task_id IS NOT NULL)", name="task_id"),
        CheckConstraint("submitted_at IS NULL OR purpose = 'task'", name="submitted_at"),
    )

    id: int | None = Field(default=None, primary_key=True)
    organisation_id: int = Field(foreign_key="organisation.id", index=True)
    person_id: int = Field(foreign_key="audit_person.id", index=True)
    purpose: str
    task_kind: str | None
    task_id: str | None
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None
    submitted_at: datetime | None
    revoked_at: datetime | None


class TokenRow(Row, table=True):
    """One of the texts that open a link, as its SHA-256: each mail carries its own, and none is kept."""

    __tablename__ = "link_token"
    __table_args__ = (left_out("Each row opens a personal link; the links themselves are exported."),)

    id: int | None = Field(default=None, primary_key=True)
    link_id: int = Field(foreign_key="personal_link.id", index=True)
    sha256: str = Field(unique=True)
    created_at: datetime


class SessionRow(Row, table=True):
    """A browser that is signed in, known by the SHA-256 of the token in its cookie."""

    __tablename__ = "sign_in_session"
    __table_args__ = (
        one_of("how", How),
        CheckConstraint("(how = 'link') = (task_link_id IS NOT NULL)", name="task_link_id"),
        CheckConstraint("(ended_at IS NULL) = (ended_because IS NULL)", name="ended_because"),
        Index(None, "ended_at", "last_seen_at"),
    )

    id: int | None = Field(default=None, primary_key=True)
    token_sha256: str = Field(unique=True, sa_column_kwargs=secret("It says which cookie is signed in."))
    person_id: int = Field(foreign_key="audit_person.id", index=True)
    organisation_id: int = Field(foreign_key="organisation.id")
    csrf: str = Field(sa_column_kwargs=secret("It lets a form through."))
    created_at: datetime
    last_seen_at: datetime
    ended_at: datetime | None
    ended_because: str | None
    how: str
    browser: str
    task_link_id: int | None = Field(foreign_key="personal_link.id", index=True)


class FlowRow(Row, table=True):
    """Somebody who is at the identity provider just now, known by the SHA-256 of a cookie of ten minutes."""

    __tablename__ = "sign_in_flow"
    __table_args__ = (
        Index(None, "address_key", "created_at"),
        left_out("What is under way for ten minutes belongs to no organisation yet."),
    )

    id: int | None = Field(default=None, primary_key=True)
    cookie_sha256: str = Field(unique=True)
    state: str
    nonce: str
    verifier: str
    goes_to: str
    created_at: datetime = Field(index=True)
    address_key: str


class AttemptRow(Row, table=True):
    """A try to sign in, kept for a day, by SHA-256 of address and account.

    It refers to no account, so that a try at an account that does not exist looks the same.
    """

    __tablename__ = "sign_in_attempt"
    __table_args__ = (
        Index(None, "account_key", "at"),
        Index(None, "address_key", "at"),
        left_out("Tries are kept for a day and belong to no organisation: there may be no such account."),
    )

    id: int | None = Field(default=None, primary_key=True)
    account_key: str
    address_key: str
    at: datetime = Field(index=True)
    succeeded: bool


class RequestRow(Row, table=True):
    """Somebody forgot their password, kept for a day, by SHA-256 of address and account.

    It refers to no account: who asks, and whether there is such an account, is looked up when it is answered.
    """

    __tablename__ = "password_request"
    __table_args__ = (
        Index(None, "account_key", "at"),
        Index(None, "address_key", "at"),
        left_out("Requests are kept for a day and belong to no organisation: there may be no such account."),
    )

    id: int | None = Field(default=None, primary_key=True)
    account_key: str
    address_key: str
    at: datetime = Field(index=True)
    answered_at: datetime | None = Field(index=True)
