"""Roles: given and ended by an administrator, or as the identity provider says."""

from collections.abc import Mapping
from datetime import date, datetime

from sqlalchemy.orm import Session

from svtracker.audit.rules.events import SYSTEM, Actor, ActorKind, Change
from svtracker.identity import store
from svtracker.identity.rules.accounts import AccountState
from svtracker.identity.rules.roles import Grant, Role, fault_of_grant, roles_on
from svtracker.identity.service.common import ACCOUNT, name_of, no_such_account, record
from svtracker.identity.service.users import User, belongs, user_of
from svtracker.identity.store import Account
from svtracker.kernel.clock import Clock, system_clock
from svtracker.kernel.exceptions import (
    AccountStateError,
    ChangedMeanwhileError,
    LastAdministratorError,
    NotFoundError,
    RefusedError,
)
from svtracker.kernel.problems import Problem

SAID_BY_PROVIDER = "said by the identity provider"


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
        give(session, grant, actor=actor, at=clock(), reason=reason)
        store.change_account(session, person_id)
    return user_of(session, person_id)


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
    return user_of(session, person_id)


def follow_provider(
    session: Session, person_id: int, roles: frozenset[Role], *, organisation_id: int, at: datetime
) -> None:
    """Makes the roles that came from the identity provider those that it says now.

    A role that a person gave stays, as does one for a single tender or contract, and the last administrator.
    """
    said_before = store.list_provider_roles(session, person_id, organisation_id=organisation_id)
    whole = [one for one in store.list_grants(session, person_id) if is_whole(one, organisation_id)]
    held = {one.role for one in whole}
    given = [role for role in Role if role in roles and role not in held]
    ended = [role for role in Role if role in said_before and role not in roles]
    if Role.ADMINISTRATOR in ended and _is_last_administrator(
        session, person_id, organisation_id=organisation_id, day=at.date()
    ):
        ended.remove(Role.ADMINISTRATOR)
    for role in given:
        grant = Grant(person_id=person_id, organisation_id=organisation_id, role=role)
        give(session, grant, actor=SYSTEM, at=at, reason=SAID_BY_PROVIDER, by_provider=True)
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


def give(
    session: Session, grant: Grant, *, actor: Actor, at: datetime, reason: str = "", by_provider: bool = False
) -> None:
    """Writes a role that is given, with its event."""
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


def require_other_administrators(session: Session, account: Account, *, day: date) -> None:
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


def is_whole(grant: Grant, organisation_id: int) -> bool:
    """Whether a grant is for all of an organisation and for good."""
    return (grant.organisation_id, grant.object_kind, grant.from_day, grant.to_day) == (
        organisation_id,
        None,
        None,
        None,
    )


def _known_account(
    session: Session, person_id: int, *, organisation_id: int, actor: Actor, version: int | None
) -> Account:
    """The account of somebody who is known in an organisation; the command line knows everybody."""
    everywhere = None if actor.kind is ActorKind.COMMAND_LINE else organisation_id
    account = store.get_account(session, person_id)
    if account is None or not belongs(session, account, everywhere):
        raise no_such_account(str(person_id))
    if version is not None and version != account.version:
        raise ChangedMeanwhileError(what="account")
    return account


def _changes_of(grant: Grant, *, given: bool) -> Mapping[str, Change]:
    values: dict[str, str | date] = {"role": grant.role.value}
    if grant.object_kind is not None:
        values["object"] = f"{grant.object_kind}:{grant.object_id}"
    if grant.from_day is not None:
        values["from_day"] = grant.from_day
    if grant.to_day is not None:
        values["to_day"] = grant.to_day
    return {name: Change(new=value) if given else Change(old=value) for name, value in values.items()}


def _same(one: Grant, other: Grant) -> bool:
    """Whether two grants are of one role for one object, whatever their days."""
    return (one.organisation_id, one.role, one.object_kind, one.object_id) == (
        other.organisation_id,
        other.role,
        other.object_kind,
        other.object_id,
    )
