"""A council whose contracts are stored: the worked table of RULES 6.12, and an award of the worked tender."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from svtracker.audit.rules.events import COMMAND_LINE
from svtracker.delivery.rules.records import ClaimState, Spread
from svtracker.delivery.rules.stored import StoredContract
from svtracker.delivery.service import contracts, returns
from svtracker.delivery.service.contracts import Running, Terms
from svtracker.delivery.service.returns import Step
from svtracker.identity import service as identity
from svtracker.tenders.rules.records import StoredTender
from svtracker.tenders.service import results
from tests.tenders import stored
from tests.tenders.stored import Council

TERMS = Terms(
    reference="C-612",
    title="Worked contract of the delivery rules",
    starts_on=date(2026, 4, 1),
    ends_on=date(2028, 3, 31),
    manager_id=0,
    value=Decimal(750_000),
)
OWED = (
    Running(
        measure="X2",
        quantity=Decimal(1),
        spread=Spread.OWN,
        profile=(Decimal(1), *[Decimal(0)] * 7),
    ),
    Running(measure="X3", quantity=Decimal(104)),
    Running(measure="X4", quantity=Decimal(80)),
)
AT_THE_END = datetime(2026, 10, 1, 9, tzinfo=UTC)


def named(where: Council, name: str = "manager", **changes: Any) -> Terms:
    """The terms of the worked contract with somebody of the council as its manager."""
    return replace(TERMS, manager_id=account(where, name), **changes)


def account(where: Council, name: str) -> int:
    """Somebody of the council with an account of their own."""
    address = f"{name}@{where.id}.example"
    with where.database.writing() as session:
        found = identity.find_user(session, address)
        if found is not None:
            return found.person_id
        return identity.add_user(
            session, organisation_id=where.id, name=name, email=address, actor=COMMAND_LINE, clock=where.clock
        ).person_id


def worked(where: Council, **changes: Any) -> StoredContract:
    """The contract of RULES 6.12, nothing claimed yet."""
    terms = named(where, **changes)
    with where.database.writing() as session:
        return contracts.take_over(
            session,
            framework="example@2021.1",
            lines=OWED,
            terms=terms,
            supplier="Bidder B",
            **where.by("officer"),
        )


def step(contract: StoredContract, measure: str, state: ClaimState, **values: Any) -> Step:
    """A row about the commitment on a measure."""
    (line,) = (one for one in contract.contract.commitments if one.measure == measure)
    given = {key: Decimal(value) if key in {"claimed", "accepted"} else value for key, value in values.items()}
    return Step(commitment_id=line.id, state=state, **given)


def claimed(where: Council, contract: StoredContract, period: int, *steps: Step) -> None:
    """Rows of one period, written by the manager with the confirmation that is asked for."""
    with where.database.writing() as session:
        returns.take_steps(session, contract.id, period, steps, confirmed=True, **where.by("manager"))


def delivered(where: Council, **changes: Any) -> StoredContract:
    """The contract of RULES 6.12 with what was claimed and verified in its first two quarters."""
    contract = worked(where, **changes)
    where.clock.now = AT_THE_END
    submitted, verified = ClaimState.SUBMITTED, ClaimState.VERIFIED
    for period, measure, quantity, accepted, reason in (
        (1, "X3", "10", "10", ""),
        (1, "X4", "25", "25", ""),
        (2, "X3", "16", "12", "Four weeks were in another contract."),
        (2, "X4", "8", None, ""),
    ):
        claimed(where, contract, period, step(contract, measure, submitted, claimed=quantity))
        if accepted is not None:
            row = step(contract, measure, verified, claimed=quantity, accepted=accepted, reason=reason)
            claimed(where, contract, period, row)
    return contract


def awarded(where: Council, **changes: Any) -> StoredTender:
    """The worked tender, awarded to the bidder that came first."""
    tender = stored.evaluated(where, **changes)
    with where.database.writing() as session:
        return results.award(
            session,
            tender.id,
            bidders=["B"],
            reason="",
            minimum_wage=stored.REFERENCE.minimum_wage,
            version=where.tender(tender.id).version,
            **where.by("officer"),
        )
