"""What a bid's commitments are worth in £, and as a share of the denominator (RULES 3.1 to 3.4)."""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from svtracker.frameworks.rules.values import Category, Kind, Measure, Version, Weighting
from svtracker.kernel import numbers
from svtracker.kernel.units import Unit
from svtracker.tenders.rules.values import Bid, Commitment, Denominator, Tender

ONE = Decimal(1)


class Line(NamedTuple):
    """A commitment with its unit value and what it adds: `value` in £, exact; 0 where the line is not valued.

    `offered` is what the bidder wrote, `accepted` what the evaluators let count, both in `unit`s. A named tuple
    because a large tender has tens of thousands of them, and it is made four times as fast.
    """

    commitment: Commitment
    of: Measure
    kind: Kind
    unit_value: Decimal | None
    weight: Decimal
    value: Decimal
    weighted_value: Decimal
    measure: str
    unit: Unit
    offered: Decimal | None
    accepted: Decimal | None

    @property
    def counts(self) -> bool:
        """Whether the line holds an accepted quantity above zero on a valued measure (RULES 3.5)."""
        return self.kind is Kind.VALUED and self.accepted is not None and self.accepted > 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """The largest line of a bid and its share of the bid's unweighted value, in % and exact."""

    measure: str
    percent: Fraction


@dataclass(frozen=True, slots=True, kw_only=True)
class Valuation:
    """A bid in £ and %, exact: unweighted and weighted, split by category (RULES 2.8, 3.2, 3.3).

    `percent` and `weighted_percent` are nothing where the denominator is: a bid without a price under `bid_price`.
    """

    bid: Bid
    lines: tuple[Line, ...]
    value: Decimal
    weighted_value: Decimal
    by_category: dict[Category, Decimal]
    denominator: Decimal | None
    percent: Fraction | None
    weighted_percent: Fraction | None
    largest_line: Share | None

    @property
    def without_local_economic(self) -> Decimal:
        """The value without local jobs and local spend, which are most of it in published results (RULES 2.8)."""
        return numbers.minus(self.value, self.by_category[Category.LOCAL_ECONOMIC])

    @property
    def offers_nothing(self) -> bool:
        """No accepted quantity above zero on a valued line (RULES 3.5)."""
        return not any(line.counts for line in self.lines)


def counted_kind(measure: Measure, tender: Tender) -> Kind:
    """Valued, unless the measure needs a weight that this tender does not give: then recorded (RULES 2.6)."""
    needs_weight = measure.weighting is Weighting.REQUIRED and measure.ref not in tender.measure_weights
    return Kind.RECORDED if measure.kind is Kind.VALUED and needs_weight else measure.kind


def line_of(commitment: Commitment, *, measure: Measure, tender: Tender) -> Line:
    """A line is accepted quantity x unit value, exact; weighted it is multiplied by the measure's weight.

    2.5 full-time years at £21,345.67 are £53,364.175 (RULES 3.1, 3.2).
    """
    kind = counted_kind(measure, tender)
    unit_value = measure.unit_value if kind is Kind.VALUED else None
    weight = tender.measure_weights.get(measure.ref, ONE)
    value = numbers.ZERO
    if unit_value is not None and commitment.accepted is not None:
        value = numbers.times(commitment.accepted, unit_value)
    weighted_value = value if weight is ONE else numbers.times(value, weight)
    return Line(
        commitment,
        measure,
        kind,
        unit_value,
        weight,
        value,
        weighted_value,
        measure.ref,
        measure.unit,
        commitment.offered,
        commitment.accepted,
    )


def percent_of(value: Decimal, denominator: Decimal | None) -> Fraction | None:
    """Social value as a share of the denominator: value / denominator x 100, exact (RULES 3.3).

    £157,442.07 of £750,000 is 20.99 % when it is printed.
    """
    return numbers.percent(value, denominator) if denominator is not None else None


def valuation(bid: Bid, *, tender: Tender, version: Version) -> Valuation:
    """The bid's lines summed, in £ and as a share of the published denominator (RULES 3.1 to 3.3)."""
    lines = tuple(
        line_of(commitment, measure=version.measures[commitment.measure], tender=tender)
        for commitment in bid.commitments
    )
    by_category = dict.fromkeys(Category, numbers.ZERO)
    for line in lines:
        category = line.of.category
        by_category[category] = numbers.plus(by_category[category], line.value)
    value = numbers.total(by_category.values())
    weighted_value = numbers.total(line.weighted_value for line in lines)
    by_price = tender.denominator is Denominator.BID_PRICE
    denominator = bid.price if by_price else tender.contract_value
    return Valuation(
        bid=bid,
        lines=lines,
        value=value,
        weighted_value=weighted_value,
        by_category=by_category,
        denominator=denominator,
        percent=percent_of(value, denominator),
        weighted_percent=percent_of(weighted_value, denominator),
        largest_line=_largest(lines, value),
    )


def _largest(lines: tuple[Line, ...], value: Decimal) -> Share | None:
    if not value:
        return None
    largest = max(lines, key=lambda line: line.value)
    return Share(measure=largest.measure, percent=numbers.percent(largest.value, value))


def denominator_words(tender: Tender) -> str:
    """What the shares of this tender are shares of, in words."""
    return "its own price" if tender.denominator is Denominator.BID_PRICE else "the contract value"
