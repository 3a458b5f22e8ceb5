"""The demo's contracts: the winners of its tenders with two years of invented returns, every state among them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from svtracker.audit.rules.events import Actor
from svtracker.delivery.rules import periods as calendar
from svtracker.delivery.rules.records import ClaimState, Commitment, Period, PeriodKind
from svtracker.delivery.rules.stored import StoredContract
from svtracker.delivery.rules.targets import plans
from svtracker.delivery.service import contracts, returns
from svtracker.delivery.service.contracts import Terms
from svtracker.delivery.service.returns import Step
from svtracker.frameworks.rules.values import Kind
from svtracker.identity.rules.roles import Role
from svtracker.kernel import numbers
from svtracker.kernel.clock import Clock, system_clock
from svtracker.kernel.units import Unit
from svtracker.registers.rules.figures import MinimumWage
from svtracker.tenders.service import setup
from svtracker.tenders.service.demo import load_demo as load_council

# How far back each contract began, in quarters before the present one, by the reference of its tender's file.
BEGAN = (8, 7, 5, 8, 6, 4)
TERMS = (48, 60, 36, 48, 24, 36)

# What of its target a commitment claims in a quarter, and what of the claim is accepted, in %: taken in turn.
CLAIMED = (95, 100, 90, 110, 100, 60, 105, 100, 120)
ACCEPTED = (100, 100, 90, 100, 100, 100, 80, 100, 100, 100)
# How well each contract does, in % of that.
DOES = (95, 112, 80, 105, 50, 100)
MISSING = 61  # one claim of so many is missing
PART = "The ledger shows less than the return says."
AGAIN = "The supplier sent better evidence after the figure was published."
SENT_BACK = "No names or dates stand in the evidence: who worked where, and when?"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    """One claim of the demo: what is said of it in the end, and of how much."""

    line: Commitment
    claimed: Decimal | None
    accepted: Decimal | None
    state: ClaimState


def load_demo(
    session: Session,
    folder: Path,
    *,
    minimum_wage: MinimumWage | None,
    actor: Actor,
    clock: Clock = system_clock,
) -> None:
    """Adds the demo's council with its people, tenders and contracts where they are not there yet."""
    council, people = load_council(session, folder, minimum_wage=minimum_wage, actor=actor, clock=clock)
    load_demo_contracts(session, organisation_id=council, people=people, actor=actor, clock=clock)


def load_demo_contracts(
    session: Session, *, organisation_id: int, people: Mapping[Role, int], actor: Actor, clock: Clock = system_clock
) -> tuple[StoredContract, ...]:
    """Makes a contract of every award of the demo where there is none yet; a second run changes nothing."""
    if contracts.list_contracts(session, organisation_id=organisation_id):
        return ()
    now = clock()
    common: dict[str, Any] = {"organisation_id": organisation_id, "actor": actor}
    waiting = sorted(contracts.waiting_awards(session, organisation_id=organisation_id), key=lambda one: one.tender_id)
    made = []
    for place, one in enumerate(waiting):
        starts_on = _quarters_before(now.date(), BEGAN[place % len(BEGAN)])
        tender = setup.get_tender(session, one.tender_id, organisation_id=organisation_id)
        terms = Terms(
            reference=f"{one.reference}-C",
            title=one.title,
            starts_on=starts_on,
            ends_on=calendar.months_later(starts_on, TERMS[place % len(TERMS)]) - timedelta(days=1),
            manager_id=people[Role.CONTRACT_MANAGER],
            deputy_id=people[Role.DEPUTY_CONTRACT_MANAGER] if place == 0 else None,
            periods=PeriodKind.QUARTER,
            estimated_value=_with_tax(tender.contract_value),
            directorate=("Places", "People", "Resources")[place % 3],
        )
        began = datetime.combine(starts_on, time(9), tzinfo=UTC) - timedelta(days=20)
        contract = contracts.make_contract(
            session, one.tender_id, bidder=one.bidder, terms=terms, clock=_at(began), **common
        )
        _deliver(session, contract, place, now=now, common=common)
        made.append(contract)
    return tuple(made)


def _deliver(session: Session, contract: StoredContract, place: int, *, now: datetime, common: dict[str, Any]) -> None:
    ended = calendar.ended(calendar.schedule(contract.contract), at=now.date())
    for period in ended:
        is_last = period.number == len(ended)
        rows = tuple(_rows(contract, period, place, is_last=is_last))
        sent = datetime.combine(period.last_day, time(10), tzinfo=UTC) + timedelta(days=9)
        for step, days in ((_sent, 0), (_decided, 5), (_again, 30), (_once_more, 33)):
            steps = [done for row in rows if (done := step(row, period, place)) is not None]
            at = min(sent + timedelta(days=days), now)
            if steps:
                returns.take_steps(session, contract.id, period.number, steps, confirmed=True, clock=_at(at), **common)


def _rows(contract: StoredContract, period: Period, place: int, *, is_last: bool) -> Iterator[_Row]:
    """The claims of a period. Of the last one some wait, one was returned, one is a draft; a few are missing."""
    for turn, plan in enumerate(plans(contract.contract)):
        line = plan.commitment
        key = place + 3 * turn + 2 * period.number
        target = next(one.quantity for one in plan.targets if one.period.number == period.number)
        if line.unit is Unit.PERCENT:
            target = plan.quantity
        claimed = _share(target, CLAIMED[key % len(CLAIMED)] * DOES[place % len(DOES)] // 100, line)
        if key % MISSING == 0:
            continue
        state = ClaimState.VERIFIED
        if is_last:
            state = (ClaimState.SUBMITTED, ClaimState.RETURNED, ClaimState.DRAFT, ClaimState.SUBMITTED)[turn % 4]
        accepted = None if claimed is None else _share(claimed, ACCEPTED[key % len(ACCEPTED)], line)
        yield _Row(line=line, claimed=claimed, accepted=accepted, state=state)


def _sent(row: _Row, _: Period, __: int) -> Step:
    state = ClaimState.DRAFT if row.state is ClaimState.DRAFT else ClaimState.SUBMITTED
    words = "As agreed; the records are with the contract manager." if row.claimed is None else ""
    return Step(commitment_id=row.line.id, state=state, claimed=row.claimed, statement=words)


def _decided(row: _Row, _: Period, __: int) -> Step | None:
    if row.state is ClaimState.RETURNED:
        return Step(commitment_id=row.line.id, state=ClaimState.RETURNED, claimed=row.claimed, reason=SENT_BACK)
    if row.state is not ClaimState.VERIFIED:
        return None
    reason = "" if row.accepted == row.claimed else PART
    return Step(
        commitment_id=row.line.id,
        state=ClaimState.VERIFIED,
        claimed=row.claimed,
        accepted=row.accepted,
        reason=reason,
    )


def _is_corrected(row: _Row, period: Period, place: int) -> bool:
    """Whether the claim was verified and corrected later: once in each of two contracts, one is still open."""
    return (
        row.state is ClaimState.VERIFIED
        and row.line.unit is Unit.STAFF_HOUR
        and (place, period.number)
        in {
            (0, 3),
            (1, 2),
        }
    )


def _again(row: _Row, period: Period, place: int) -> Step | None:
    if not _is_corrected(row, period, place):
        return None
    return Step(commitment_id=row.line.id, state=ClaimState.REOPENED, claimed=row.claimed, reason=AGAIN)


def _once_more(row: _Row, period: Period, place: int) -> Step | None:
    if place != 0 or not _is_corrected(row, period, place):
        return None
    return Step(
        commitment_id=row.line.id, state=ClaimState.VERIFIED, claimed=row.claimed, accepted=row.claimed, reason=AGAIN
    )


def _share(quantity: Decimal, percent: int, line: Commitment) -> Decimal | None:
    """So much of a quantity, with one decimal; a level in % stays below 100. Nothing for a commitment in words."""
    if line.kind is Kind.NARRATIVE:
        return None
    found = numbers.part_rounded(quantity, numbers.ratio(Decimal(percent), Decimal(100)), 1)
    return min(found, Decimal(100)) if line.unit is Unit.PERCENT else found


def _at(moment: datetime) -> Clock:
    return lambda: moment


def _with_tax(value: Decimal | None) -> Decimal | None:
    return None if value is None else numbers.times(value, Decimal("1.2"))


def _quarters_before(day: date, quarters: int) -> date:
    """The first day of the quarter that began so many quarters before the present one."""
    first = date(day.year, 3 * ((day.month - 1) // 3) + 1, 1)
    return calendar.months_later(first, -3 * quarters)
