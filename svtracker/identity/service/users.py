"""People with an account: added by form or file, given roles, locked, disabled, erased."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy.orm import Session

from svtracker.audit import service as audit
from svtracker.audit import store as people
from svtracker.audit.rules.events import SYSTEM, Actor, ActorKind, Change
from svtracker.audit.store import Person
from svtracker.files.csv_reader import CsvRow
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
from svtracker.identity.rules.roles import Grant, Role, fault_of_grant, owned_on, roles_on
from svtracker.identity.service.common import ACCOUNT, account_of, name_of, no_such_account, record
from svtracker.identity.service.links import revoke_links_of
from svtracker.identity.service.sessions import end_sessions
from svtracker.identity.store import Account
from svtracker.kernel.clock import Clock, system_clock
from svtracker.kernel.exceptions import (
    AccountStateError,
    AccountTakenError,
    ChangedMeanwhileError,
    HandOverNeededError,
    LastAdministratorError,
    NotFoundError,
    ReasonMissingError,
    RefusedError,
)
from svtracker.kernel.problems import Problem, shown
from svtracker.messages import service as messages

SAID_BY_PROVIDER = "said by the identity provider"

CSV_COLUMNS = ("name", "email", "roles")
# What a list that was downloaded says besides; an import leaves it aside.
CSV_LEFT_ASIDE = ("other roles", "state", "last seen (utc)")

_NAME_WANTED = f"a name on one line, of at most {LONGEST_NAME} characters"
_EMAIL_WANTED = f"an email address of at most {LONGEST_EMAIL} characters, as in wren.alder@council.example"


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
    has_password: bool
    has_identity_provider: bool
    version: int


class UserAction(StrEnum):
    """What a row of a file does."""

    ADDED = "added"
    ROLES_GIVEN = "roles given"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedUser:
    """What one row of a file of people does, or would do."""

    line: int
    name: str
    email: str
    roles: tuple[Role, ...]
    action: UserAction


@dataclass(frozen=True, slots=True, kw_only=True)
class UsersPlan:
    """What a file of people does, row by row, and whether it was done."""

    rows: tuple[PlannedUser, ...]
    done: bool

    def count(self, action: UserAction) -> int:
        """How many rows do that."""
        return sum(row.action is action for row in self.rows)


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
    problems = _faults_of_details(name=name, email=email)
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
        _give(session, Grant(person_id=person.id, organisation_id=organisation_id, role=role), actor=actor, at=at)
    return get_user(session, person.id, organisation_id=organisation_id)


def get_user(session: Session, person_id: int, *, organisation_id: int | None) -> User:
    """A person with an account at home in an organisation or with a role in it; none stands for the installation."""
    account = store.get_account(session, person_id)
    if account is None or not _belongs(session, account, organisation_id):
        raise no_such_account(str(person_id))
    return _user(session, account)


def find_user(session: Session, email: str, *, organisation_id: int | None = None) -> User | None:
    """The person with an address, whatever its capitals; of an organisation, or of the whole installation."""
    account = store.get_account_by_email_key(session, email_key(email))
    if account is None or not _belongs(session, account, organisation_id):
        return None
    return _user(session, account)


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
    return None if account is None else _user(session, account)


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
    problems = _faults_of_details(name=name, email=email)
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


def grant_role(
    session: Session,
    person_id: int,
    role: Role,
    *,
    organisation_id: int,
    object_kind: str | None = None,
    object_id: str | None = None,
    from_day: date | None = None,
    to_day: date | None = None,
    actor: Actor,
    reason: str = "",
    version: int | None = None,
    clock: Clock = system_clock,
) -> User:
    """Gives a person a role in an organisation: for all of it, or for one tender or contract, from a day to a day.

    One who is not known in that organisation is not found, unless the command line gives the role. The same role
    given again changes nothing.
    """
    account = _known_account(session, person_id, organisation_id=organisation_id, actor=actor, version=version)
    if account.state is AccountState.DISABLED:
        raise AccountStateError(action="give a role", state=account.state.value, do="Enable the account first.")
    grant = Grant(
        person_id=person_id,
        organisation_id=organisation_id,
        role=role,
        object_kind=object_kind,
        object_id=object_id,
        from_day=from_day,
        to_day=to_day,
    )
    fault = fault_of_grant(grant)
    if fault is not None:
        raise RefusedError([Problem(file="role", path="", seen=f"a role that {fault}", wanted="a role that can hold")])
    if grant not in store.list_grants(session, person_id):
        _give(session, grant, actor=actor, at=clock(), reason=reason)
        store.change_account(session, person_id)
    return _user_of(session, person_id)


def end_role(
    session: Session,
    person_id: int,
    role: Role,
    *,
    organisation_id: int,
    object_kind: str | None = None,
    object_id: str | None = None,
    actor: Actor,
    reason: str = "",
    version: int | None = None,
    clock: Clock = system_clock,
) -> User:
    """Ends a role of a person; the last administrator of an organisation keeps that one."""
    _known_account(session, person_id, organisation_id=organisation_id, actor=actor, version=version)
    at = clock()
    grant = Grant(
        person_id=person_id,
        organisation_id=organisation_id,
        role=role,
        object_kind=object_kind,
        object_id=object_id,
    )
    held = [one for one in store.list_grants(session, person_id) if _same(one, grant)]
    if not held:
        raise NotFoundError(what="role of this person", name=role.value, do="Look at the roles that the person has.")
    if role is Role.ADMINISTRATOR and object_kind is None:
        _require_another_administrator(session, person_id, organisation_id=organisation_id, day=at.date())
    store.end_grants(session, grant, ended_at=at)
    store.change_account(session, person_id)
    record(
        session,
        "role_ended",
        organisation_id=organisation_id,
        kind=ACCOUNT,
        number=person_id,
        actor=actor,
        at=at,
        changes=_changes_of(grant, given=False),
        reason=reason,
    )
    return _user_of(session, person_id)


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
        return _user(session, account)
    at = clock()
    _require_nothing_owned(session, person_id, owns=owns, day=at.date())
    _require_other_administrators(session, account, day=at.date())
    _change_state(session, account, AccountState.DISABLED, what="account_disabled", actor=actor, at=at, reason=reason)
    _shut_out(session, person_id, because="the account was disabled", actor=actor, at=at)
    revoke_links_of(session, person_id, actor=actor, reason="the account was disabled", clock=lambda: at)
    return _user_of(session, person_id)


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
    return _user_of(session, person_id)


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
        _require_other_administrators(session, account, day=at.date())
        _change_state(session, account, AccountState.LOCKED, what="account_locked", actor=actor, at=at, reason=reason)
        _shut_out(session, person_id, because="the account was locked", actor=actor, at=at)
    return _user_of(session, person_id)


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
    return _user_of(session, person_id)


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
    store.change_account(
        session, person_id, email_key=None, password_hash=None, password_set_at=None, federated_key=None
    )
    audit.erase_person(session, person_id, actor=actor, reason=reason, clock=lambda: at)
    return _user_of(session, person_id)


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
    return _user_of(session, person_id)


def follow_provider(
    session: Session, person_id: int, roles: frozenset[Role], *, organisation_id: int, at: datetime
) -> None:
    """Makes the roles that came from the identity provider those that it says now.

    A role that a person gave stays, as does one for a single tender or contract, and the last administrator.
    """
    said_before = store.list_provider_roles(session, person_id, organisation_id=organisation_id)
    whole = [one for one in store.list_grants(session, person_id) if _is_whole(one, organisation_id)]
    held = {one.role for one in whole}
    given = [role for role in Role if role in roles and role not in held]
    ended = [role for role in Role if role in said_before and role not in roles]
    if Role.ADMINISTRATOR in ended and _is_last_administrator(
        session, person_id, organisation_id=organisation_id, day=at.date()
    ):
        ended.remove(Role.ADMINISTRATOR)
    for role in given:
        grant = Grant(person_id=person_id, organisation_id=organisation_id, role=role)
        _give(session, grant, actor=SYSTEM, at=at, reason=SAID_BY_PROVIDER, by_provider=True)
    for role in ended:
        store.end_provider_grant(session, person_id, role, organisation_id=organisation_id, ended_at=at)
        record(
            session,
            "role_ended",
            organisation_id=organisation_id,
            kind=ACCOUNT,
            number=person_id,
            actor=SYSTEM,
            at=at,
            changes={"role": Change(old=role.value)},
            reason=SAID_BY_PROVIDER,
        )
    if given or ended:
        store.change_account(session, person_id)


def add_users_from_rows(
    session: Session,
    rows: Sequence[CsvRow],
    *,
    file: str,
    organisation_id: int,
    actor: Actor,
    commit: bool,
    clock: Clock = system_clock,
) -> UsersPlan:
    """Adds the people of a file, or says what that would do; refused as a whole with everything that is wrong.

    Roles stand in one cell with a semicolon between. Somebody who is there already gets the roles that are missing
    and keeps all others; a second run changes nothing.
    """
    problems: list[Problem] = []
    planned: list[PlannedUser] = []
    first_lines: dict[str, int] = {}
    for row in rows:
        found, faults = _planned(session, row, file=file, organisation_id=organisation_id)
        problems += faults
        key = email_key(found.email)
        if found.email and key in first_lines:
            wanted = f"each person once: the address stands in line {first_lines[key]} already"
            problems.append(Problem(file=file, path="email", seen=shown(found.email), wanted=wanted, line=row.line))
        first_lines.setdefault(key, row.line)
        planned.append(found)
    if problems:
        raise RefusedError(problems)
    if commit:
        for one in planned:
            _carry_out(session, one, organisation_id=organisation_id, actor=actor, clock=clock)
    return UsersPlan(rows=tuple(planned), done=commit)


def _planned(
    session: Session, row: CsvRow, *, file: str, organisation_id: int
) -> tuple[PlannedUser, tuple[Problem, ...]]:
    name, email = row.values["name"], row.values["email"]
    words = [word.strip() for word in row.values["roles"].split(";") if word.strip()]
    known = {role.value: role for role in Role}
    problems = [
        Problem(file=file, path=one.path, seen=one.seen, wanted=one.wanted, line=row.line)
        for one in _faults_of_details(name=name, email=email)
    ]
    problems += [
        Problem(file=file, path="roles", seen=shown(word), wanted=f"one of {', '.join(known)}", line=row.line)
        for word in words
        if word.casefold() not in known
    ]
    roles = tuple(dict.fromkeys(known[word.casefold()] for word in words if word.casefold() in known))
    action = UserAction.ADDED
    account = store.get_account_by_email_key(session, email_key(email))
    if account is not None and account.organisation_id != organisation_id:
        wanted = "an address that has no account yet"
        problems.append(Problem(file=file, path="email", seen=shown(email), wanted=wanted, line=row.line))
    elif account is not None:
        held = {one.role for one in store.list_grants(session, account.person_id) if _is_whole(one, organisation_id)}
        missing = tuple(role for role in roles if role not in held)
        action = UserAction.ROLES_GIVEN if missing else UserAction.UNCHANGED
        if missing and account.state is AccountState.DISABLED:
            wanted = "somebody whose account is not disabled"
            problems.append(Problem(file=file, path="email", seen=shown(email), wanted=wanted, line=row.line))
        roles = missing
    return PlannedUser(line=row.line, name=name, email=email, roles=roles, action=action), tuple(problems)


def _carry_out(session: Session, one: PlannedUser, *, organisation_id: int, actor: Actor, clock: Clock) -> None:
    if one.action is UserAction.ADDED:
        add_user(
            session,
            organisation_id=organisation_id,
            name=one.name,
            email=one.email,
            roles=one.roles,
            actor=actor,
            clock=clock,
        )
        return
    account = store.get_account_by_email_key(session, email_key(one.email))
    if account is not None:
        for role in one.roles:
            grant_role(session, account.person_id, role, organisation_id=organisation_id, actor=actor, clock=clock)


def _faults_of_details(*, name: str, email: str) -> tuple[Problem, ...]:
    faults = []
    if not is_name(name):
        faults.append(Problem(file="person", path="name", seen=shown(name), wanted=_NAME_WANTED))
    if not is_email(email):
        faults.append(Problem(file="person", path="email", seen=shown(email), wanted=_EMAIL_WANTED))
    return tuple(faults)


def _give(
    session: Session, grant: Grant, *, actor: Actor, at: datetime, reason: str = "", by_provider: bool = False
) -> None:
    store.add_grant(session, grant, created_at=at, by_provider=by_provider)
    record(
        session,
        "role_given",
        organisation_id=grant.organisation_id,
        kind=ACCOUNT,
        number=grant.person_id,
        actor=actor,
        at=at,
        changes=_changes_of(grant, given=True),
        reason=reason,
    )


def _changes_of(grant: Grant, *, given: bool) -> Mapping[str, Change]:
    values: dict[str, str | date] = {"role": grant.role.value}
    if grant.object_kind is not None:
        values["object"] = f"{grant.object_kind}:{grant.object_id}"
    if grant.from_day is not None:
        values["from_day"] = grant.from_day
    if grant.to_day is not None:
        values["to_day"] = grant.to_day
    return {name: Change(new=value) if given else Change(old=value) for name, value in values.items()}


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


def _known_account(
    session: Session, person_id: int, *, organisation_id: int, actor: Actor, version: int | None
) -> Account:
    """The account of somebody who is known in an organisation; the command line knows everybody."""
    everywhere = None if actor.kind is ActorKind.COMMAND_LINE else organisation_id
    account = store.get_account(session, person_id)
    if account is None or not _belongs(session, account, everywhere):
        raise no_such_account(str(person_id))
    if version is not None and version != account.version:
        raise ChangedMeanwhileError(what="account")
    return account


def _belongs(session: Session, account: Account, organisation_id: int | None) -> bool:
    if organisation_id in {None, account.organisation_id}:
        return True
    return any(one.organisation_id == organisation_id for one in store.list_grants(session, account.person_id))


def _require_nothing_owned(session: Session, person_id: int, *, owns: Sequence[str], day: date) -> None:
    """That a person leaves nothing behind: no role for one tender or contract, and nothing that the caller names."""
    left = (*owned_on(store.list_grants(session, person_id), day=day), *owns)
    if left:
        raise HandOverNeededError(name=name_of(session, person_id), owns=left)


def _require_other_administrators(session: Session, account: Account, *, day: date) -> None:
    """That every organisation of which an active account is administrator keeps another one."""
    if account.state is not AccountState.ACTIVE:
        return
    grants = store.list_grants(session, account.person_id)
    for organisation_id in {one.organisation_id for one in grants}:
        if Role.ADMINISTRATOR in roles_on(grants, organisation_id=organisation_id, day=day):
            _require_another_administrator(session, account.person_id, organisation_id=organisation_id, day=day)


def _require_another_administrator(session: Session, person_id: int, *, organisation_id: int, day: date) -> None:
    if _is_last_administrator(session, person_id, organisation_id=organisation_id, day=day):
        raise LastAdministratorError(name=name_of(session, person_id))


def _is_last_administrator(session: Session, person_id: int, *, organisation_id: int, day: date) -> bool:
    return store.list_administrators(session, organisation_id=organisation_id, day=day) == {person_id}


def _same(one: Grant, other: Grant) -> bool:
    """Whether two grants are of one role for one object, whatever their days."""
    return (one.organisation_id, one.role, one.object_kind, one.object_id) == (
        other.organisation_id,
        other.role,
        other.object_kind,
        other.object_id,
    )


def _is_whole(grant: Grant, organisation_id: int) -> bool:
    """Whether a grant is for all of an organisation and for good."""
    return (grant.organisation_id, grant.object_kind, grant.from_day, grant.to_day) == (
        organisation_id,
        None,
        None,
        None,
    )


def _user_of(session: Session, person_id: int) -> User:
    return get_user(session, person_id, organisation_id=None)


def _user(session: Session, account: Account) -> User:
    number = account.person_id
    seen = store.last_seen(session, [number]).get(number)
    return _made(account, people.get_person(session, number), store.list_grants(session, number), seen)


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
        has_password=account.password_hash is not None,
        has_identity_provider=account.federated_key is not None,
        version=account.version,
    )
