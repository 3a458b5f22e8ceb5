"""What all services of identity share: finding the account that somebody may act on, and its events."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from svtracker.audit import service as audit
from svtracker.audit import store as people
from svtracker.audit.rules.events import Actor, ActorKind, Change, Event
from svtracker.identity import store
from svtracker.identity.store import Account
from svtracker.kernel.exceptions import ChangedMeanwhileError, NotFoundError

ACCOUNT, SESSION, LINK = "account", "session", "link"


def account_of(session: Session, person_id: int, *, organisation_id: int | None, version: int | None = None) -> Account:
    """The account of a person whose home is that organisation; none stands for the whole installation.

    That of another organisation is not found. Where a version is given, it must still be the present one.
    """
    account = store.get_account(session, person_id)
    if account is None or organisation_id not in {None, account.organisation_id}:
        raise no_such_account(str(person_id))
    if version is not None and version != account.version:
        raise ChangedMeanwhileError(what="account")
    return account


def no_such_account(name: str) -> NotFoundError:
    """That there is no account of that name here."""
    return NotFoundError(what="account", name=name, do="Look for it in the list of people.")


def name_of(session: Session, person_id: int) -> str:
    """What a person is called, or the number once the name was erased."""
    person = people.get_person(session, person_id)
    return f"person {person_id}" if person is None or person.name is None else person.name


def person_acting(person_id: int, *, role: str = "") -> Actor:
    """A person who does something with their own account."""
    return Actor(kind=ActorKind.PERSON, person_id=person_id, role=role)


def record(
    session: Session,
    what: str,
    *,
    organisation_id: int,
    kind: str,
    number: int,
    actor: Actor,
    at: datetime,
    changes: Mapping[str, Change] | None = None,
    reason: str = "",
) -> None:
    """Adds an event about an account, a session or a link; no password, token or hash ever stands in one."""
    event = Event(
        organisation_id=organisation_id,
        at=at,
        actor=actor,
        what=what,
        object_kind=kind,
        object_id=str(number),
        changes=changes or {},
        reason=reason,
    )
    audit.record(session, event)
