"""A tender scored as a whole: values, marks, ranks, firmness and warnings (RULES 3 and 4)."""

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from svtracker.frameworks.rules.values import Version
from svtracker.tenders.rules.firmness import (
    FlipThreshold,
    Removal,
    WeightRange,
    flip_thresholds,
    removals,
    weight_range,
)
from svtracker.tenders.rules.scoring import Entry, Marks, Standing, assess, entry_of, status_of
from svtracker.tenders.rules.values import OUT_OF_THE_RUNNING, BidStatus, Tender
from svtracker.tenders.rules.valuing import Valuation, valuation
from svtracker.tenders.rules.warnings import (
    Compared,
    Limits,
    ScoreWarning,
    warnings_of_bid,
    warnings_of_tender,
)

if TYPE_CHECKING:
    from svtracker.tenders.rules.stability import Stability


@dataclass(frozen=True, slots=True, kw_only=True)
class BidResult:
    """One bid with its value, marks and rank; marks and rank only where it is assessed (RULES 3.6)."""

    valuation: Valuation
    status: BidStatus
    marks: Marks | None
    rank: int | None
    warnings: tuple[ScoreWarning, ...]

    @property
    def bidder(self) -> str:
        """Who bids."""
        return self.valuation.bid.bidder


@dataclass(frozen=True, slots=True, kw_only=True)
class PercentRange:
    """Lowest, highest and the winner's unweighted share over the assessed bids, in %, exact."""

    lowest: Fraction | None
    highest: Fraction | None
    winner: Fraction | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Firmness:
    """How firm the result is (RULES 4.6)."""

    removals: tuple[Removal, ...]
    flip_thresholds: tuple[FlipThreshold, ...]
    weight_range: WeightRange | None
    stability: "Stability | None"


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """Everything that scoring a tender gives, in the order of the file."""

    tender: Tender
    version: Version
    bids: tuple[BidResult, ...]
    standing: Standing
    percent_range: PercentRange
    firmness: Firmness
    warnings: tuple[ScoreWarning, ...]

    @property
    def winner(self) -> str | None:
        """The single first, if there is one."""
        return self.standing.winner

    @property
    def tied(self) -> tuple[str, ...]:
        """Who shares the first rank, where it is shared (RULES 4.5)."""
        return self.standing.first if len(self.standing.first) > 1 else ()

    def bid(self, bidder: str) -> BidResult:
        """The result of one bidder."""
        return next(bid for bid in self.bids if bid.bidder == bidder)

    @property
    def ranked(self) -> tuple[BidResult, ...]:
        """The assessed bids, first rank first; equal ranks in the order of the file."""
        return tuple(sorted((bid for bid in self.bids if bid.rank is not None), key=lambda bid: bid.rank or 0))


def score(tender: Tender, *, version: Version, limits: Limits) -> Result:
    """Value every bid, mark and rank the assessed ones, and say how firm that is (RULES 3 and 4).

    The tender must have passed `checks.faults_of`. Nothing is rounded before it becomes a mark or is printed.
    """
    valuations = tuple(valuation(bid, tender=tender, version=version) for bid in tender.bids)
    statuses = tuple(status_of(valued, tender=tender) for valued in valuations)
    entries = {
        valued.bid.bidder: entry_of(valued, tender=tender)
        for valued in valuations
        if valued.bid.status is BidStatus.ASSESSED
    }
    assessed = [v for v, status in zip(valuations, statuses, strict=True) if status is BidStatus.ASSESSED]
    standing = assess([entries[valued.bid.bidder] for valued in assessed], tender=tender)
    placed = {
        entry.bidder: (marks, rank)
        for entry, marks, rank in zip(standing.entries, standing.marks, standing.ranks, strict=True)
    }
    compared = Compared.of(
        [v for v in valuations if v.bid.status not in OUT_OF_THE_RUNNING], version=version, limits=limits
    )
    bids = tuple(
        BidResult(
            valuation=valued,
            status=status,
            marks=placed[valued.bid.bidder][0] if valued.bid.bidder in placed else None,
            rank=placed[valued.bid.bidder][1] if valued.bid.bidder in placed else None,
            warnings=warnings_of_bid(
                valued,
                compared=compared,
                disregarded=status is BidStatus.ASSESSED and entries[valued.bid.bidder].disregarded,
                tender=tender,
                version=version,
                limits=limits,
            ),
        )
        for valued, status in zip(valuations, statuses, strict=True)
    )
    return Result(
        tender=tender,
        version=version,
        bids=bids,
        standing=standing,
        percent_range=_percent_range(assessed, winner=standing.winner),
        firmness=_firmness(standing, valuations, entries, tender=tender),
        warnings=warnings_of_tender(tender, version=version),
    )


def _percent_range(assessed: list[Valuation], *, winner: str | None) -> PercentRange:
    percents = {valued.bid.bidder: valued.percent for valued in assessed if valued.percent is not None}
    return PercentRange(
        lowest=min(percents.values(), default=None),
        highest=max(percents.values(), default=None),
        winner=percents.get(winner) if winner is not None else None,
    )


def _firmness(
    standing: Standing, valuations: tuple[Valuation, ...], entries: dict[str, Entry], *, tender: Tender
) -> Firmness:
    stability = None
    if tender.weights_applied and standing.entries:
        # numpy costs a tenth of a second to import; only tenders that apply weights need it
        from svtracker.tenders.rules import stability as drawing  # noqa: PLC0415

        stability = drawing.stability(
            [(valued, entries[valued.bid.bidder]) for valued in valuations if valued.bid.bidder in entries],
            tender=tender,
        )
    return Firmness(
        removals=removals(standing, tender=tender),
        flip_thresholds=flip_thresholds(standing, tender=tender),
        weight_range=weight_range(standing, tender=tender),
        stability=stability,
    )
