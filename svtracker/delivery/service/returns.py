"""Claims: what was delivered in a period, submitted by the one side and verified by the other (RULES 6.2, 6.3)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy.orm import Session

from svtracker.audit.rules.events import Actor, Change
from svtracker.delivery.rules import periods as calendar
from svtracker.delivery.rules.claims import faults_of_period, faults_of_row, latest
from svtracker.delivery.rules.records import Claim, ClaimState, Commitment
from svtracker.delivery.rules.stored import StoredContract
from svtracker.delivery.service.common import record, told
from svtracker.delivery.service.contracts import get_contract
from svtracker.delivery.store import claims as store
from svtracker.delivery.store import contracts as contract_store
from svtracker.frameworks.rules.values import Kind
from svtracker.kernel import numbers
from svtracker.kernel.clock import Clock, system_clock
from svtracker.kernel.exceptions import NotFoundError, RefusedError
from svtracker.kernel.problems import Finding, Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One row to be written about a commitment in a period; quantities are for that period only, in its unit."""

    commitment_id: int
    state: ClaimState
    claimed: Decimal | None = None
    accepted: Decimal | None = None
    statement: str = ""
    reason: str = ""


def take_steps(
    session: Session,
    contract_id: int,
    period: int,
    steps: Sequence[Step],
    *,
    organisation_id: int,
    confirmed: bool = False,
    actor: Actor,
    clock: Clock = system_clock,
) -> tuple[Claim, ...]:
    """Writes a row for each step, all or none; says everything that is wrong with them at once.

    `confirmed` says that whoever submits has confirmed that these are the figures of this contract and this period.
    """
    stored = get_contract(session, contract_id, organisation_id=organisation_id)
    at = clock()
    found = store.list_claims(session, [contract_id], organisation_id=organisation_id).get(contract_id, ())
    before = {key[0]: claim for key, claim in latest(found).items() if key[1] == period}
    _require_possible(stored, period, steps, before=before, confirmed=confirmed, at=at)
    written = []
    for step in steps:
        values = {
            "contract_id": contract_id,
            "commitment_id": step.commitment_id,
            "period": period,
            "state": step.state,
            "claimed": step.claimed,
            "accepted": step.accepted,
            "statement": step.statement.strip(),
            "reason": step.reason.strip(),
            "person_id": actor.person_id,
            "at": at,
        }
        claim = store.add_claim(session, values, organisation_id=organisation_id)
        _record(session, stored, claim, before.get(step.commitment_id), actor=actor, at=at)
        written.append(claim)
    return tuple(written)


def claims_of(
    session: Session, contract_id: int, *, organisation_id: int, only_latest: bool = True
) -> tuple[Claim, ...]:
    """The rows about a contract's commitments, in the order in which they were written."""
    found = store.list_claims(session, [contract_id], organisation_id=organisation_id, only_latest=only_latest)
    return found.get(contract_id, ())


def enter_spend(
    session: Session,
    contract_id: int,
    period: int,
    amount: Decimal,
    *,
    organisation_id: int,
    actor: Actor,
    clock: Clock = system_clock,
) -> None:
    """Writes what was spent under a contract in a period, in £; what stood there before stays on record (RULES 5.3)."""
    stored = get_contract(session, contract_id, organisation_id=organisation_id)
    at = clock()
    found = list(faults_of_period(period, periods=calendar.schedule(stored.contract), at=at.date()))
    if not amount >= 0 or numbers.decimal_places(amount) > 2:
        found.append(Finding(path=("amount",), seen=numbers.plain(amount), wanted="£ of 0 or more, with pence at most"))
    if found:
        raise RefusedError([_problem(one, period=period) for one in found])
    values = {"period": period, "amount": amount, "person_id": actor.person_id, "at": at}
    contract_store.add_spend(session, contract_id, values, organisation_id=organisation_id)
    before = next((one for one in reversed(stored.contract.spend) if one.period == period), None)
    old = None if before is None else told(before.amount)
    changes = {"period": Change(new=period), "amount": Change(old=old, new=told(amount))}
    record(
        session,
        "spend_entered",
        stored.id,
        changes,
        reason="",
        organisation_id=stored.organisation_id,
        actor=actor,
        at=at,
    )


def _require_possible(
    stored: StoredContract,
    period: int,
    steps: Sequence[Step],
    *,
    before: Mapping[int, Claim],
    confirmed: bool,
    at: datetime,
) -> None:
    commitments: dict[int, Commitment] = {one.id: one for one in stored.contract.commitments}
    problems = [
        _problem(one, period=period)
        for one in faults_of_period(period, periods=calendar.schedule(stored.contract), at=at.date())
    ]
    for step in steps:
        line = commitments.get(step.commitment_id)
        if line is None:
            raise NotFoundError(what="commitment", name=str(step.commitment_id), do="Choose one of this contract.")
        row = Claim(
            id=0,
            commitment_id=line.id,
            period=period,
            state=step.state,
            claimed=step.claimed,
            accepted=step.accepted,
            reason=step.reason.strip(),
            at=at,
        )
        faults = faults_of_row(
            row, before=before.get(line.id), in_words=line.kind is Kind.NARRATIVE, confirmed=confirmed
        )
        problems += [_problem(one, period=period, measure=line.measure) for one in faults]
    if problems:
        raise RefusedError(problems)


def _problem(one: Finding, *, period: int, measure: str = "") -> Problem:
    path = ".".join([measure, *map(str, one.path)] if measure else map(str, one.path))
    return Problem(file=f"period {period}", path=path, seen=one.seen, wanted=one.wanted)


def _record(
    session: Session, stored: StoredContract, claim: Claim, before: Claim | None, *, actor: Actor, at: datetime
) -> None:
    line = next(one for one in stored.contract.commitments if one.id == claim.commitment_id)
    changes = {
        "measure": Change(new=line.measure),
        "period": Change(new=claim.period),
        "state": Change(old=None if before is None else before.state, new=claim.state),
        "claimed": Change(old=None if before is None else told(before.claimed), new=told(claim.claimed)),
    }
    if claim.accepted is not None:
        changes["accepted"] = Change(new=told(claim.accepted))
    record(
        session,
        f"claim_{claim.state.value}",
        stored.id,
        changes,
        reason=claim.reason,
        organisation_id=stored.organisation_id,
        actor=actor,
        at=at,
    )
