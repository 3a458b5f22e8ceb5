"""What an award needs before it can be made (RULES 5.1)."""

from collections.abc import Sequence

from svtracker.tenders.rules.result import BidResult, Result
from svtracker.tenders.rules.values import BidStatus


def can_be_awarded(result: Result) -> tuple[BidResult, ...]:
    """The bids that can be awarded: those that are assessed, first rank first."""
    return tuple(bid for bid in result.ranked if bid.status is BidStatus.ASSESSED)


def needs_reason(result: Result, bidders: Sequence[str]) -> bool:
    """Whether an award to these needs a reason: to another than the single first, or to more than one.

    In RULES 4.7 an award to B alone needs none; one to A, or to B and A, does.
    """
    return tuple(bidders) != (result.winner,)
