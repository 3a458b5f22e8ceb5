"""The people of the demo: one invented person for each role, let in by a press of a button and never otherwise."""

from collections.abc import Mapping
from types import MappingProxyType

from sqlalchemy.orm import Session

from svtracker.audit.rules.events import Actor
from svtracker.identity.rules.roles import Role
from svtracker.identity.rules.sessions import How
from svtracker.identity.service.accounts import add_user
from svtracker.identity.service.sessions import OpenedSession, open_session
from svtracker.identity.service.users import find_user
from svtracker.kernel.clock import Clock, system_clock
from svtracker.kernel.exceptions import NotFoundError

NAMES: Mapping[Role, str] = MappingProxyType(
    {
        Role.POLICY_LEAD: "Isla Fenwick",
        Role.PROCUREMENT_OFFICER: "Tariq Holloway",
        Role.LEAD_EVALUATOR: "Morag Pendle",
        Role.EVALUATOR: "Dev Ashworth",
        Role.CONTRACT_MANAGER: "Ruth Calloway",
        Role.DEPUTY_CONTRACT_MANAGER: "Owen Thackray",
        Role.APPROVER: "Helen Marsden",
        Role.SUPPLIER_CONTACT: "Piotr Lindley",
        Role.VIEWER: "Councillor Grace Oldroyd",
        Role.AUDITOR: "Samuel Kettlewell",
        Role.ADMINISTRATOR: "Priya Netherton",
        Role.PARTNERSHIP_VIEWER: "Joan Hebblethwaite",
    }
)


def address_of(role: Role) -> str:
    """The address of the demo's person with a role; `.example` reaches nobody."""
    return f"{role.value.replace(' ', '.')}@calderbrook.example"


def load_demo_people(
    session: Session, *, organisation_id: int, actor: Actor, clock: Clock = system_clock
) -> Mapping[Role, int]:
    """Adds the demo's people where they are not there yet; a second run changes nothing. Answers their numbers."""
    numbers = {}
    for role, name in NAMES.items():
        known = find_user(session, address_of(role))
        if known is None:
            known = add_user(
                session,
                organisation_id=organisation_id,
                name=name,
                email=address_of(role),
                roles=[role],
                actor=actor,
                clock=clock,
            )
        numbers[role] = known.person_id
    return numbers


def enter_demo(
    session: Session,
    role: Role,
    *,
    organisation_id: int,
    user_agent: str,
    replaces: str | None = None,
    clock: Clock = system_clock,
) -> OpenedSession:
    """Opens a session as the demo's person with that role."""
    person = find_user(session, address_of(role), organisation_id=organisation_id)
    if person is None:
        raise NotFoundError(what="person of the demo", name=role.value, do="Start the demo again with “make run”.")
    return open_session(
        session,
        person_id=person.person_id,
        organisation_id=organisation_id,
        how=How.DEMO,
        user_agent=user_agent,
        replaces=replaces,
        clock=clock,
    )
