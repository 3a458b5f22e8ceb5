"""What the routes of contracts share: the contract of an address, who may come to it, and the day of today."""

from datetime import date
from typing import Annotated

from fastapi import Path, Request
from sqlalchemy.orm import Session

from svtracker.delivery.rules.stored import StoredContract
from svtracker.delivery.service import contracts, managers
from svtracker.identity.rules.roles import Role
from svtracker.kernel import uk_time
from svtracker.kernel.exceptions import NotFoundError
from svtracker.web.access import CONTRACT_READERS
from svtracker.web.dependencies import LARGEST
from svtracker.web.guard import CONTRACT, Viewer

# The number of a contract in an address.
ContractNumber = Annotated[int, Path(ge=1, le=LARGEST)]


def today_of(request: Request) -> date:
    """The day by the clocks of London."""
    return uk_time.local(request.app.state.clock()).date()


def comes_to_all(me: Viewer, day: date) -> bool:
    """Whether the reader has a role for all contracts of the organisation, and not for some of them alone."""
    return any(
        one.role in CONTRACT_READERS
        and one.object_kind is None
        and one.organisation_id == me.organisation.id
        and one.holds_on(day)
        for one in me.session.grants
    )


def own_numbers(me: Viewer, day: date) -> frozenset[int]:
    """The numbers of the contracts that the reader was named for."""
    return frozenset(
        int(one.object_id)
        for one in me.session.grants
        if one.object_kind == CONTRACT
        and one.object_id is not None
        and one.organisation_id == me.organisation.id
        and one.holds_on(day)
    )


def contracts_for(session: Session, me: Viewer, day: date) -> tuple[StoredContract, ...]:
    """The contracts that the reader may come to, each with its manager; the one that ends first at the top."""
    found = contracts.list_contracts(session, organisation_id=me.organisation.id)
    if not comes_to_all(me, day):
        own = own_numbers(me, day)
        found = tuple(one for one in found if one.id in own)
    named = managers.managers_of(session, organisation_id=me.organisation.id, day=day)
    return tuple(contracts.with_manager(one, next(iter(named.get(one.id, ())), None)) for one in found)


def contract_for(session: Session, me: Viewer, number: int, day: date) -> StoredContract:
    """A contract of the organisation that the reader may come to, with its manager; any other is not found."""
    found = contracts.get_contract(session, number, organisation_id=me.organisation.id)
    if not comes_to_all(me, day) and number not in own_numbers(me, day):
        raise NotFoundError(what="contract", name=str(number), do="You see the contracts for which you were named.")
    named = managers.managers_of(session, organisation_id=me.organisation.id, day=day)
    return contracts.with_manager(found, next(iter(named.get(number, ())), None))


def deputies_of(session: Session, me: Viewer, number: int, day: date) -> tuple[int, ...]:
    """Who stands in for the manager of a contract on a day."""
    named = managers.managers_of(
        session, organisation_id=me.organisation.id, day=day, role=Role.DEPUTY_CONTRACT_MANAGER
    )
    return named.get(number, ())
