"""People with an account: who they are, what they may do, when they were last here."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from svtracker.audit import store as people
from svtracker.audit.store import Person
from svtracker.identity import store
from svtracker.identity.rules.accounts import AccountState, email_key, federated_key
from svtracker.identity.rules.roles import Grant
from svtracker.identity.service.common import no_such_account
from svtracker.identity.store import Account


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """A person with an account; without name and address once they were erased."""

    person_id: int
    organisation_id: int
    name: str | None
    email: str | None
    state: AccountState
    locked_because: str | None
    grants: tuple[Grant, ...]
    created_at: datetime
    last_seen_at: datetime | None
    password_set_at: datetime | None
    has_identity_provider: bool
    version: int

    @property
    def has_password(self) -> bool:
        """Whether this person can sign in with a password."""
        return self.password_set_at is not None


def get_user(session: Session, person_id: int, *, organisation_id: int | None) -> User:
    """A person with an account at home in an organisation or with a role in it; none stands for the installation."""
    account = store.get_account(session, person_id)
    if account is None or not belongs(session, account, organisation_id):
        raise no_such_account(str(person_id))
    return made_user(session, account)


def find_user(session: Session, email: str, *, organisation_id: int | None = None) -> User | None:
    """The person with an address, whatever its capitals; of an organisation, or of the whole installation."""
    account = store.get_account_by_email_key(session, email_key(email))
    if account is None or not belongs(session, account, organisation_id):
        return None
    return made_user(session, account)


def names(session: Session) -> dict[int, str]:
    """What people are called, by their number; those whose names were erased are left out."""
    everybody = people.list_people(session, scope=people.WHOLE_INSTALLATION)
    return {one.id: one.name for one in everybody if one.name is not None}


def is_anybody(session: Session) -> bool:
    """Whether anybody has an account yet."""
    return bool(store.list_accounts(session, organisation_id=None))


def find_federated_user(session: Session, *, issuer: str, subject: str) -> User | None:
    """The person whom an identity provider means."""
    account = store.get_account_by_federated_key(session, federated_key(issuer=issuer, subject=subject))
    return None if account is None else made_user(session, account)


def list_users(session: Session, *, organisation_id: int | None) -> tuple[User, ...]:
    """The people with an account at home in an organisation or with a role in it, in the order in which they came."""
    accounts = store.list_accounts(session, organisation_id=organisation_id)
    numbers = [account.person_id for account in accounts]
    grants = store.list_grants_of(session, numbers)
    seen = store.last_seen(session, numbers)
    names = {one.id: one for one in people.list_people(session, scope=people.WHOLE_INSTALLATION)}
    return tuple(
        _made(account, names.get(account.person_id), grants.get(account.person_id, ()), seen.get(account.person_id))
        for account in accounts
    )


def user_of(session: Session, person_id: int) -> User:
    """A person with an account, whatever their organisation."""
    return get_user(session, person_id, organisation_id=None)


def made_user(session: Session, account: Account) -> User:
    """The person of an account that was read already."""
    number = account.person_id
    seen = store.last_seen(session, [number]).get(number)
    return _made(account, people.get_person(session, number), store.list_grants(session, number), seen)


def belongs(session: Session, account: Account, organisation_id: int | None) -> bool:
    """Whether an account is at home in an organisation or has a role in it; none stands for the installation."""
    if organisation_id in {None, account.organisation_id}:
        return True
    return any(one.organisation_id == organisation_id for one in store.list_grants(session, account.person_id))


def _made(account: Account, person: Person | None, grants: tuple[Grant, ...], seen: datetime | None) -> User:
    return User(
        person_id=account.person_id,
        organisation_id=account.organisation_id,
        name=None if person is None else person.name,
        email=None if person is None else person.email,
        state=account.state,
        locked_because=account.locked_because,
        grants=grants,
        created_at=account.created_at,
        last_seen_at=seen,
        password_set_at=account.password_set_at,
        has_identity_provider=account.federated_key is not None,
        version=account.version,
    )
