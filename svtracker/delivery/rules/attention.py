"""What of a contract needs somebody, the most urgent first: the next action, the at-risk list, unowned contracts."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from svtracker.delivery.rules import periods as calendar
from svtracker.delivery.rules.claims import latest
from svtracker.delivery.rules.figures import Position, Status, figures, positions
from svtracker.delivery.rules.forecast import forecasts, together
from svtracker.delivery.rules.kpis import clock
from svtracker.delivery.rules.records import Claim, ClaimState, Contract, Kpi, KpiRating
from svtracker.kernel import numbers, wording
from svtracker.registers.rules.policy import DEFAULT, Policy


class Concern(StrEnum):
    """Why a contract needs somebody, in the order of urgency."""

    NO_MANAGER = "no_manager"
    RATING_OVERDUE = "rating_overdue"
    NO_CLAIM = "no_claim"
    TO_VERIFY = "to_verify"
    RETURNED = "returned"
    NO_SPEND = "no_spend"
    BEHIND = "behind"
    SHORTFALL = "shortfall"
    ENDED = "ended"


AT_RISK = frozenset({Concern.BEHIND, Concern.SHORTFALL})
"""What says that a promise may not be kept; everything else is work that is due."""

TO_VERIFY = frozenset({ClaimState.SUBMITTED, ClaimState.REOPENED})
"""Where a claim waits for the contract manager."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attention:
    """One thing to do or to know, in words."""

    concern: Concern
    message: str


def attention(
    contract: Contract,
    claims: Iterable[Claim],
    *,
    at: date,
    kpis: Sequence[Kpi] = (),
    ratings: Sequence[KpiRating] = (),
    policy: Policy = DEFAULT,
) -> tuple[Attention, ...]:
    """Everything about a contract that needs somebody on a day; the first is the next action, none where all is well.

    A contract is at risk where it is behind by the organisation's bands, or where its forecast misses a commitment.
    """
    rows = tuple(claims)
    found = [
        *_manager(contract),
        *_ratings(contract, kpis, ratings, at=at),
        *_claims(contract, rows),
        *_periods(positions(contract, rows, at=at)),
        *_risks(contract, rows, at=at, policy=policy),
        *_end(contract, at=at),
    ]
    order = list(Concern)
    return tuple(sorted(found, key=lambda one: order.index(one.concern)))


def is_at_risk(some: Iterable[Attention]) -> bool:
    """Whether a promise of the contract may not be kept."""
    return any(one.concern in AT_RISK for one in some)


def _manager(contract: Contract) -> Iterator[Attention]:
    if contract.manager_id is None:
        yield Attention(concern=Concern.NO_MANAGER, message="Nobody manages this contract: name a contract manager.")


def _ratings(contract: Contract, kpis: Sequence[Kpi], ratings: Sequence[KpiRating], *, at: date) -> Iterator[Attention]:
    for due in clock(contract, kpis, ratings, at=at):
        if due.is_overdue:
            message = f"Rate “{due.kpi.title}”: the rating was due by {wording.day(due.by)}."
            yield Attention(concern=Concern.RATING_OVERDUE, message=message)


def _claims(contract: Contract, claims: Sequence[Claim]) -> Iterator[Attention]:
    own = {one.id for one in contract.commitments}
    states = [row.state for (commitment, _), row in latest(claims).items() if commitment in own]
    waiting = sum(state in TO_VERIFY for state in states)
    returned = states.count(ClaimState.RETURNED)
    if waiting:
        message = f"Verify {wording.counted(waiting, 'claim')}."
        yield Attention(concern=Concern.TO_VERIFY, message=message)
    if returned:
        verb = "was" if returned == 1 else "were"
        message = f"{wording.counted(returned, 'claim')} {verb} returned to the supplier and not submitted again."
        yield Attention(concern=Concern.RETURNED, message=message)


def _periods(some: Sequence[Position]) -> Iterator[Attention]:
    missing = sorted({period for one in some for period in one.missing})
    if missing:
        numbered = wording.listed([str(period) for period in missing])
        message = f"Claims are missing for {'periods' if missing[1:] else 'period'} {numbered}."
        yield Attention(concern=Concern.NO_CLAIM, message=message)
    unknown = [one.commitment.measure for one in some if one.due is None]
    if unknown:
        message = f"Enter what was spent: what is due of {wording.listed(unknown)} is unknown without it."
        yield Attention(concern=Concern.NO_SPEND, message=message)


def _risks(contract: Contract, claims: Sequence[Claim], *, at: date, policy: Policy) -> Iterator[Attention]:
    sums = figures(positions(contract, claims, at=at))
    status, capped = sums.status(policy), sums.of_due.capped
    if status in {Status.BEHIND, Status.FAR_BEHIND}:
        words = status.value.replace("_", " ")
        share = "" if capped is None else f": {wording.percent(capped)} of what is due is verified"
        yield Attention(concern=Concern.BEHIND, message=f"The contract is {words}{share}.")
    if at < calendar.last_day(contract):
        short = together(forecasts(contract, claims, at=at)).shortfall
        if numbers.round_half_up(short, 2):
            message = f"If it goes on like this, {wording.pounds(short)} of what is committed will be missing."
            yield Attention(concern=Concern.SHORTFALL, message=message)


def _end(contract: Contract, *, at: date) -> Iterator[Attention]:
    ends = calendar.last_day(contract)
    if ends <= at:
        message = f"The contract ended on {wording.day(ends)}: close it with its report."
        yield Attention(concern=Concern.ENDED, message=message)
