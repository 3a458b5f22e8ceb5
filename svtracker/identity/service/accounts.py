"""Accounts: added, given another name or address, locked, disabled, erased, joined to the identity provider."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy.orm import Session

from svtracker.audit import service as audit
from svtracker.audit import store as people
from svtracker.audit.rules.events import Actor, Change
from svtracker.identity import store
from svtracker.identity.rules.accounts import (
    LONGEST_EMAIL,
    LONGEST_NAME,
    AccountState,
    email_key,
    federated_key,
    is_email,
    is_name,
    is_reason,
)
from svtracker.identity.rules.roles import Grant, Role, owned_on
from svtracker.identity.service.common import ACCOUNT, account_of, name_of, record
from svtracker.identity.service.links import revoke_links_of
from svtracker.identity.service.roles import give, require_other_administrators
from svtracker.identity.service.sessions import end_sessions
from svtracker.identity.service.users import User, get_user, made_user, user_of
from svtracker.identity.store import Account
from svtracker.kernel.clock import Clock, system_clock
from svtracker.kernel.exceptions import (
    AccountStateError,
    AccountTakenError,
    ChangedMeanwhileError,
    HandOverNeededError,
    NotFoundError,
    ReasonMissingError,
    RefusedError,
)
from svtracker.kernel.problems import Problem, shown
from svtracker.messages import service as messages

_NAME_WANTED = f"a name on one line, of at most {LONGEST_NAME} characters"
_EMAIL_WANTED = f"an email address of at most {LONGEST_EMAIL} characters, as in wren.alder@council.example"


def add_user(
    session: Session,
    *,
    organisation_id: int,
    name: str,
    email: str,
    roles: Sequence[Role] = (),
    actor: Actor,
    clock: Clock = system_clock,
) -> User:
    """Adds a person with an account, without a password, and with roles for all of the organisation.

    An address has one account on the whole installation, whatever its capitals.
    """
    problems = faults_of_details(name=name, email=email)
    if problems:
        raise RefusedError(problems)
    key = email_key(email)
    if store.get_account_by_email_key(session, key) is not None:
        raise AccountTakenError(email=email)
    at = clock()
    person = audit.add_person(
        session, organisation_id=organisation_id, name=name, email=email, actor=actor, clock=lambda: at
    )
    store.add_account(session, person_id=person.id, organisation_id=organisation_id, email_key=key, created_at=at)
    record(
        session,
        "account_added",
        organisation_id=organisation_id,
        kind=ACCOUNT,
        number=person.id,
        actor=actor,
        at=at,
        changes={"state": Change(new=AccountState.ACTIVE.value)},
    )
    for role in dict.fromkeys(roles):
        give(session, Grant(person_id=person.id, organisation_id=organisation_id, role=role), actor=actor, at=at)
    return get_user(session, person.id, organisation_id=organisation_id)


def change_user(
    session: Session,
    person_id: int,
    *,
    organisation_id: int | None,
    name: str,
    email: str,
    actor: Actor,
    reason: str = "",
    version: int | None = None,
    clock: Clock = system_clock,
) -> User:
    """Gives a person another name or address; links and messages go to the new address from now on."""
    account = account_of(session, person_id, organisation_id=organisation_id, version=version)
    problems = faults_of_details(name=name, email=email)
    if problems:
        raise RefusedError(problems)
    before = people.get_person(session, person_id)
    key = email_key(email)
    other = store.get_account_by_email_key(session, key)
    if other is not None and other.person_id != person_id:
        raise AccountTakenError(email=email)
    after = audit.change_person(session, person_id, name=name, email=email, actor=actor, reason=reason, clock=clock)
    if after != before:
        store.change_account(session, account.person_id, email_key=key)
    return get_user(session, person_id, organisation_id=None)


def disable_user(
    session: Session,
    person_id: int,
    *,
    organisation_id: int | None,
    owns: Sequence[str] = (),
    actor: Actor,
    reason: str,
    version: int | None = None,
    clock: Clock = system_clock,
) -> User:
    """Closes the account of somebody who leaves, and ends their sessions and links.

    Refused while they have a role for one tender or contract, or own something else that others depend on (`owns`, in
    words), and for the last administrator.
    """
    account = _to_change(
        session, person_id, "disable an account", organisation_id=organisation_id, reason=reason, version=version
    )
    if account.state is AccountState.DISABLED:
        return made_user(session, account)
    at = clock()
    _require_nothing_owned(session, person_id, owns=owns, day=at.date())
    require_other_administrators(session, account, day=at.date())
    _change_state(session, account, AccountState.DISABLED, what="account_disabled", actor=actor, at=at, reason=reason)
    _shut_out(session, person_id, because="the account was disabled", actor=actor, at=at)
    revoke_links_of(session, person_id, actor=actor, reason="the account was disabled", clock=lambda: at)
    return user_of(session, person_id)


def enable_user(
    session: Session,
    person_id: int,
    *,
    organisation_id: int | None,
    actor: Actor,
    reason: str,
    version: int | None = None,
    clock: Clock = system_clock,
) -> User:
    """Opens an account that was disabled; its roles hold again, its sessions and links do not."""
    account = _to_change(
        session, person_id, "enable an account", organisation_id=organisation_id, reason=reason, version=version
    )
    if account.email_key is None:
        do = "The details of this person were erased: add the person anew."
        raise AccountStateError(action="enable the account", state="erased", do=do)
    if account.state is AccountState.LOCKED:
        raise AccountStateError(action="enable the account", state=account.state.value, do="Unlock it instead.")
    if account.state is AccountState.DISABLED:
        _change_state(
            session, account, AccountState.ACTIVE, what="account_enabled", actor=actor, at=clock(), reason=reason
        )
    return user_of(session, person_id)


def lock_user(
    session: Session,
    person_id: int,
    *,
    organisation_id: int | None,
    actor: Actor,
    reason: str,
    version: int | None = None,
    clock: Clock = system_clock,
) -> User:
    """Stops an account for now, and ends its sessions; only an administrator does, never a number of wrong guesses."""
    account = _to_change(
        session, person_id, "lock an account", organisation_id=organisation_id, reason=reason, version=version
    )
    if account.state is AccountState.DISABLED:
        raise AccountStateError(action="lock the account", state=account.state.value, do="Nobody can sign in to it.")
    if account.state is AccountState.ACTIVE:
        at = clock()
        require_other_administrators(session, account, day=at.date())
        _change_state(session, account, AccountState.LOCKED, what="account_locked", actor=actor, at=at, reason=reason)
        _shut_out(session, person_id, because="the account was locked", actor=actor, at=at)
    return user_of(session, person_id)


def unlock_user(
    session: Session,
    person_id: int,
    *,
    organisation_id: int | None,
    actor: Actor,
    reason: str,
    version: int | None = None,
    clock: Clock = system_clock,
) -> User:
    """Lets somebody sign in again whose account was locked."""
    account = _to_change(
        session, person_id, "unlock an account", organisation_id=organisation_id, reason=reason, version=version
    )
    if account.state is AccountState.DISABLED:
        raise AccountStateError(action="unlock the account", state=account.state.value, do="Enable it instead.")
    if account.state is AccountState.LOCKED:
        _change_state(
            session, account, AccountState.ACTIVE, what="account_unlocked", actor=actor, at=clock(), reason=reason
        )
    return user_of(session, person_id)


def erase_user(
    session: Session,
    person_id: int,
    *,
    organisation_id: int | None,
    owns: Sequence[str] = (),
    actor: Actor,
    reason: str,
    clock: Clock = system_clock,
) -> User:
    """Disables an account and blanks all that is known of its person; what they did stays in the record by number."""
    at = clock()
    account = _to_change(
        session, person_id, "erase the details of a person", organisation_id=organisation_id, reason=reason
    )
    if account.email_key is None:
        raise NotFoundError(what="person", name=str(person_id), do="The details were erased before.")
    disable_user(
        session,
        person_id,
        organisation_id=organisation_id,
        owns=owns,
        actor=actor,
        reason=reason,
        clock=lambda: at,
    )
    revoke_links_of(session, person_id, actor=actor, reason="the person was erased", clock=lambda: at)
    messages.cancel_messages(session, person_id=person_id, actor=actor, reason="the reader was erased", clock=clock)
    store.forget_attempts(session, account_key=account.email_key)
    store.forget_requests(session, account_key=account.email_key)
    store.change_account(
        session, person_id, email_key=None, password_hash=None, password_set_at=None, federated_key=None
    )
    audit.erase_person(session, person_id, actor=actor, reason=reason, clock=lambda: at)
    return user_of(session, person_id)


def join_identity_provider(
    session: Session,
    person_id: int,
    *,
    organisation_id: int | None,
    issuer: str,
    subject: str,
    actor: Actor,
    clock: Clock = system_clock,
) -> User:
    """Says whom an identity provider means by a subject: from now on it signs this person in."""
    account = account_of(session, person_id, organisation_id=organisation_id)
    key = federated_key(issuer=issuer, subject=subject)
    other = store.get_account_by_federated_key(session, key)
    if other is not None and other.person_id != person_id:
        raise ChangedMeanwhileError(what="account that the identity provider means")
    if account.federated_key != key:
        store.change_account(session, person_id, federated_key=key)
        record(
            session,
            "identity_provider_joined",
            organisation_id=account.organisation_id,
            kind=ACCOUNT,
            number=person_id,
            actor=actor,
            at=clock(),
            changes={"issuer": Change(new=issuer)},
        )
    return user_of(session, person_id)


def faults_of_details(*, name: str, email: str) -> tuple[Problem, ...]:
    """What is wrong with a name and an address, all at once."""
    faults = []
    if not is_name(name):
        faults.append(Problem(file="person", path="name", seen=shown(name), wanted=_NAME_WANTED))
    if not is_email(email):
        faults.append(Problem(file="person", path="email", seen=shown(email), wanted=_EMAIL_WANTED))
    return tuple(faults)


def _to_change(
    session: Session,
    person_id: int,
    action: str,
    *,
    organisation_id: int | None,
    reason: str,
    version: int | None = None,
) -> Account:
    if not reason.strip():
        raise ReasonMissingError(action=action)
    if not is_reason(reason):
        seen = "a reason with a character that nobody can read"
        raise RefusedError([Problem(file="account", path="reason", seen=seen, wanted="a reason in plain text")])
    return account_of(session, person_id, organisation_id=organisation_id, version=version)


def _change_state(
    session: Session, account: Account, state: AccountState, *, what: str, actor: Actor, at: datetime, reason: str
) -> None:
    because = reason if state is AccountState.LOCKED else None
    store.change_account(session, account.person_id, state=state.value, locked_because=because)
    record(
        session,
        what,
        organisation_id=account.organisation_id,
        kind=ACCOUNT,
        number=account.person_id,
        actor=actor,
        at=at,
        changes={"state": Change(old=account.state.value, new=state.value)},
        reason=reason,
    )


def _shut_out(session: Session, person_id: int, *, because: str, actor: Actor, at: datetime) -> None:
    end_sessions(session, person_id=person_id, because=because, actor=actor, at=at)


def _require_nothing_owned(session: Session, person_id: int, *, owns: Sequence[str], day: date) -> None:
    """That a person leaves nothing behind: no role for one tender or contract, and nothing that the caller names."""
    left = (*owned_on(store.list_grants(session, person_id), day=day), *owns)
    if left:
        raise HandOverNeededError(name=name_of(session, person_id), owns=left)
