"""Questions before a claim is submitted: is this figure meant? (RULES 6.8)

A published report once said £113m for £13m. A question never refuses a claim; it wants a reason.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from svtracker.delivery.rules.claims import Key, claimed_of, verified_of
from svtracker.delivery.rules.records import Claim, ClaimState
from svtracker.delivery.rules.targets import Plan
from svtracker.kernel import numbers, wording

TIMES = Decimal(10)


class Doubt(StrEnum):
    """Why a claim is asked about."""

    TEN_TIMES_BEFORE = "ten_times_before"
    ABOVE_REMAINING = "above_remaining"


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked about one claim, in words."""

    doubt: Doubt
    message: str


def remaining(plan: Plan, *, period: int, counting: Mapping[Key, Claim]) -> Decimal:
    """What of a commitment no other period has used up, never below 0: of a verified claim what was accepted, else
    what is claimed.

    104 weeks, 12 of 16 verified in one quarter and 13 submitted in another: 79 remain.
    """
    others = (
        verified_of(row) if row.state is ClaimState.VERIFIED else claimed_of(row)
        for (commitment, number), row in counting.items()
        if commitment == plan.commitment.id and number != period
    )
    return max(numbers.ZERO, numbers.minus(plan.quantity, numbers.total(others)))


def questions(quantity: Decimal, *, plan: Plan, period: int, counting: Mapping[Key, Claim]) -> tuple[Question, ...]:
    """What is asked before a quantity is submitted: 10 times the previous period or more, or above what remains.

    Nothing is compared with a previous period without a claim, or with a claim of 0. 113 after 11 is asked about
    (10 x 11 = 110), 109 is not.
    """
    return tuple(_questions(quantity, plan=plan, period=period, counting=counting))


def _questions(quantity: Decimal, *, plan: Plan, period: int, counting: Mapping[Key, Claim]) -> Iterator[Question]:
    unit = plan.commitment.unit
    before = claimed_of(counting.get((plan.commitment.id, period - 1))) if period > 1 else numbers.ZERO
    if before > 0 and quantity >= numbers.times(before, TIMES):
        message = (
            f"{wording.quantity(quantity, unit)} is at least {TIMES} times the previous period, "
            f"{wording.quantity(before, unit)}. If it is right, say why."
        )
        yield Question(doubt=Doubt.TEN_TIMES_BEFORE, message=message)
    left = remaining(plan, period=period, counting=counting)
    if quantity > left:
        message = (
            f"{wording.quantity(quantity, unit)} is more than the {wording.quantity(left, unit)} that remain of this "
            "commitment. If it is right, say why."
        )
        yield Question(doubt=Doubt.ABOVE_REMAINING, message=message)
