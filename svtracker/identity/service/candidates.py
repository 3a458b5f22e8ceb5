"""Who can be named for one tender or contract, from the people of an organisation."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from svtracker.identity.rules.accounts import AccountState
from svtracker.identity.rules.roles import Role, roles_on
from svtracker.identity.service.users import User, list_users

# Whoever gives roles, checks the record or works for a supplier or another body does not evaluate and does not follow
# contracts, unless an administrator gave them that role as well.
NEVER_NAMED = frozenset({Role.ADMINISTRATOR, Role.AUDITOR, Role.SUPPLIER_CONTACT, Role.PARTNERSHIP_VIEWER})


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """Somebody who can be named: with the role in all of the organisation already, or given it for this one thing."""

    person_id: int
    name: str
    has_role: bool


def list_candidates(
    session: Session,
    *,
    organisation_id: int,
    roles: frozenset[Role],
    day: date,
    left_out: Collection[int] = (),
) -> tuple[Candidate, ...]:
    """Who can be named for one of these roles: those who have it first, then by name."""
    found = [
        Candidate(
            person_id=user.person_id,
            name=user.name or f"Person {user.person_id}",
            has_role=not roles.isdisjoint(roles_on(user.grants, organisation_id=organisation_id, day=day)),
        )
        for user in list_users(session, organisation_id=organisation_id)
        if user.person_id not in left_out
        and fault_of_candidate(user, organisation_id=organisation_id, roles=roles, day=day) is None
    ]
    return tuple(sorted(found, key=lambda one: (not one.has_role, one.name.casefold(), one.person_id)))


def fault_of_candidate(user: User, *, organisation_id: int, roles: frozenset[Role], day: date) -> str | None:
    """Why somebody cannot be named for one of these roles; nothing where they can."""
    name = user.name or f"person {user.person_id}"
    if user.state is not AccountState.ACTIVE:
        return f"{name}, whose account is {user.state}"
    held = roles_on(user.grants, organisation_id=organisation_id, day=day)
    barred = [role.value for role in Role if role in held & NEVER_NAMED]
    if barred and held.isdisjoint(roles):
        return f"{name}, who is {barred[0]}"
    return None
