"""What tenders draw: the range of their bids in % of contract value, who won, all awards in one figure (DESIGN 4.3)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from svtracker.kernel import numbers
from svtracker.tenders.rules.result import Result
from svtracker.tenders.rules.values import BidStatus, Denominator, Method, OutcomeStatus, Tender
from svtracker.tenders.rules.valuing import Valuation

# Enough that a percentage printed with one or two decimals is the exact one rounded once (RULES 3.1).
KEPT_DECIMALS = 12
VALUE_DECIMALS = 8


class Counts(StrEnum):
    """Whether a tender enters sums and means, and why not."""

    YES = "yes"
    HAS_LOTS = "has lots"
    NO_AWARD = "no award"


@dataclass(frozen=True, slots=True, kw_only=True)
class Winner:
    """A bid that was awarded, and its social value in % of the denominator."""

    bidder: str
    percent: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What the bids of one tender promise, in % of the denominator; the winners once it is awarded."""

    method: Method
    denominator: Denominator
    bids: int
    lowest: Decimal | None
    highest: Decimal | None
    winners: tuple[Winner, ...]
    winner_value: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PortfolioRow:
    """One tender of the portfolio. A lot is a tender of its own; its tender then counts in no sum (RULES 3.9)."""

    tender_id: int
    reference: str
    title: str
    lot: str | None
    has_lots: bool
    is_invented: bool
    category: str | None
    directorate: str | None
    framework: str | None
    contract_value: Decimal
    status: OutcomeStatus
    opened_at: datetime
    decided_at: datetime | None
    standing: Standing

    @property
    def winner_percent(self) -> Decimal | None:
        """The winner's %, the mean of them where an award names several."""
        winners = self.standing.winners
        if len(winners) < 2:
            return winners[0].percent if winners else None
        return numbers.round_half_up(
            numbers.ratio(numbers.total(one.percent for one in winners), len(winners)), KEPT_DECIMALS
        )

    @property
    def counts(self) -> Counts:
        """Whether the tender enters sums and means."""
        if self.status is not OutcomeStatus.AWARDED or not self.standing.winners:
            return Counts.NO_AWARD
        return Counts.HAS_LOTS if self.has_lots else Counts.YES

    @property
    def more_was_offered(self) -> bool:
        """Whether an assessed bid offered more than every winner."""
        best = max((one.percent for one in self.standing.winners), default=None)
        return best is not None and self.standing.highest is not None and self.standing.highest > best


@dataclass(frozen=True, slots=True, kw_only=True)
class Portfolio:
    """The tenders of a filter, highest winner first, and their awards in one figure."""

    rows: tuple[PortfolioRow, ...]
    awards: int
    """How many awards enter the figures; a tender with lots is left to its lots."""
    contract_value: Decimal
    winner_value: Decimal
    weighted: Fraction | None
    """The winners' social value as % of the contract values, all awards together."""
    mean: Fraction | None
    middle: Fraction | None
    lowest: Decimal | None
    highest: Decimal | None
    more_offered: int
    abandoned: int
    in_evaluation: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Which tenders are wanted; tenders for training are never among them.

    Years are those in which bids were opened, both included; `category` is how the CPV code begins.
    """

    first_year: int | None = None
    last_year: int | None = None
    category: str | None = None
    directorate: str | None = None
    status: OutcomeStatus | None = None
    decided_only: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What can be chosen from."""

    years: tuple[int, ...]
    categories: tuple[str, ...]
    directorates: tuple[str, ...]


def standing_of(
    tender: Tender, bids: Iterable[tuple[Valuation, BidStatus]], *, bidders: Sequence[str] = ()
) -> Standing:
    """What the bids of a tender promise: the range over those that are assessed, and the bids that were awarded.

    In RULES 4.7 four bids lie between 0 % and 20.99 %; B, awarded, has 18.49 %.
    """
    found = list(bids)
    assessed = [
        valued.percent for valued, status in found if status is BidStatus.ASSESSED and valued.percent is not None
    ]
    won = [valued for valued, _ in found if valued.bid.bidder in bidders and valued.percent is not None]
    value = numbers.ratio(numbers.total(one.value for one in won), len(won)) if won else None
    return Standing(
        method=tender.scoring.method,
        denominator=tender.denominator,
        bids=len(found),
        lowest=_kept(min(assessed, default=None)),
        highest=_kept(max(assessed, default=None)),
        winners=tuple(
            Winner(bidder=one.bid.bidder, percent=numbers.round_half_up(one.percent, KEPT_DECIMALS))
            for one in sorted(won, key=lambda one: bidders.index(one.bid.bidder))
            if one.percent is not None
        ),
        winner_value=None if value is None else numbers.round_half_up(value, VALUE_DECIMALS),
    )


def standing_of_result(result: Result, *, bidders: Sequence[str] = ()) -> Standing:
    """The same of a tender that is scored already."""
    return standing_of(result.tender, [(bid.valuation, bid.status) for bid in result.bids], bidders=bidders)


def portfolio_of(rows: Iterable[PortfolioRow]) -> Portfolio:
    """The rows in the order of the chart, and the awards in one figure: weighted by contract value, mean, middle.

    £200,000 promised on £1m and £10,000 on £100,000 are 19.09 % weighted, 15 % in the mean.
    """
    ordered = sorted(rows, key=_order)
    counting = [row for row in ordered if row.counts is Counts.YES]
    percents = [row.winner_percent for row in counting if row.winner_percent is not None]
    contract_value = numbers.total(row.contract_value for row in counting)
    winner_value = numbers.total(row.standing.winner_value or numbers.ZERO for row in counting)
    return Portfolio(
        rows=tuple(ordered),
        awards=len(counting),
        contract_value=contract_value,
        winner_value=winner_value,
        weighted=numbers.ratio(winner_value, contract_value) * 100 if counting else None,
        mean=numbers.ratio(numbers.total(percents), len(percents)) if percents else None,
        middle=_middle(sorted(percents)),
        lowest=min(percents, default=None),
        highest=max(percents, default=None),
        more_offered=sum(row.more_was_offered for row in counting),
        abandoned=sum(row.status is OutcomeStatus.ABANDONED and not row.has_lots for row in ordered),
        in_evaluation=sum(row.status is OutcomeStatus.OPEN and not row.has_lots for row in ordered),
    )


def opened_on(row: PortfolioRow) -> date:
    """The day on which the bids of a tender were opened."""
    return row.opened_at.date()


_GROUPS = {OutcomeStatus.AWARDED: 0, OutcomeStatus.OPEN: 1, OutcomeStatus.ABANDONED: 2}


def _order(row: PortfolioRow) -> tuple[int, Decimal, Decimal, str, int]:
    """Highest winner first, then those in evaluation, abandoned ones last; among equals the highest bid first."""
    highest = row.standing.highest or numbers.ZERO
    return _GROUPS[row.status], -(row.winner_percent or numbers.ZERO), -highest, row.title, row.tender_id


def _middle(ordered: Sequence[Decimal]) -> Fraction | None:
    """The middle one, or the mean of the two in the middle: 12.7 of 5.2, 12.7, 31.5."""
    if not ordered:
        return None
    half = len(ordered) // 2
    return Fraction(ordered[half]) if len(ordered) % 2 else (Fraction(ordered[half - 1]) + Fraction(ordered[half])) / 2


def _kept(value: Fraction | None) -> Decimal | None:
    return None if value is None else numbers.round_half_up(value, KEPT_DECIMALS)
