"""Who follows a contract: its named manager, and a deputy on the days that are set."""

from collections.abc import Mapping
from datetime import date, datetime

from sqlalchemy.orm import Session

from svtracker.audit.rules.events import Actor
from svtracker.delivery.service.common import CONTRACT
from svtracker.identity import service as identity
from svtracker.identity.rules.roles import Role
from svtracker.identity.service import candidates
from svtracker.identity.service.candidates import Candidate, fault_of_candidate
from svtracker.kernel.exceptions import RefusedError
from svtracker.kernel.problems import Problem

MANAGERS = frozenset({Role.CONTRACT_MANAGER, Role.DEPUTY_CONTRACT_MANAGER})


def list_candidates(session: Session, *, organisation_id: int, day: date) -> tuple[Candidate, ...]:
    """Who can be named manager of a contract: those with the role first, then by name."""
    return candidates.list_candidates(session, organisation_id=organisation_id, roles=MANAGERS, day=day)


def require_candidates(session: Session, *people: int | None, organisation_id: int, day: date) -> None:
    """Stops where somebody who is to be named cannot be."""
    users = {user.person_id: user for user in identity.list_users(session, organisation_id=organisation_id)}
    problems = []
    for person_id in people:
        if person_id is None:
            continue
        user = users.get(person_id)
        fault = (
            f"person {person_id}, who is not one of yours"
            if user is None
            else fault_of_candidate(user, organisation_id=organisation_id, roles=MANAGERS, day=day)
        )
        if fault is not None:
            problems.append(Problem(file=CONTRACT, path="manager", seen=fault, wanted="somebody in the list"))
    if problems:
        raise RefusedError(problems)


def name_manager(
    session: Session, number: int, person_id: int, *, organisation_id: int, actor: Actor, at: datetime
) -> None:
    """Gives somebody the role of contract manager for this contract."""
    identity.grant_role(
        session,
        person_id,
        Role.CONTRACT_MANAGER,
        organisation_id=organisation_id,
        object_kind=CONTRACT,
        object_id=str(number),
        actor=actor,
        clock=lambda: at,
    )


def name_deputy(
    session: Session,
    number: int,
    person_id: int,
    *,
    from_day: date | None,
    to_day: date | None,
    organisation_id: int,
    actor: Actor,
    at: datetime,
) -> None:
    """Gives somebody the role of deputy for this contract, on the days that are set."""
    identity.grant_role(
        session,
        person_id,
        Role.DEPUTY_CONTRACT_MANAGER,
        organisation_id=organisation_id,
        object_kind=CONTRACT,
        object_id=str(number),
        from_day=from_day,
        to_day=to_day,
        actor=actor,
        clock=lambda: at,
    )


def managers_of(
    session: Session, *, organisation_id: int, day: date, role: Role = Role.CONTRACT_MANAGER
) -> Mapping[int, tuple[int, ...]]:
    """Who is named manager (or deputy) of each contract on a day, by the number of the contract."""
    found: dict[int, tuple[int, ...]] = {}
    for user in identity.list_users(session, organisation_id=organisation_id):
        for grant in user.grants:
            if (
                grant.role is role
                and grant.organisation_id == organisation_id
                and grant.object_kind == CONTRACT
                and grant.object_id is not None
                and grant.holds_on(day)
            ):
                number = int(grant.object_id)
                found[number] = (*found.get(number, ()), user.person_id)
    return found
