"""What published settings would give three invented bids, so that their effect is seen before anybody bids."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from svtracker.kernel import numbers
from svtracker.tenders.rules.scoring import Entry, assess
from svtracker.tenders.rules.values import Method, Tender

# The bids, by the share in % that their social value is of what the tender measures it against.
SHARES = (Decimal(2), Decimal(10), Decimal(25))
# The answer of the example is agreed at three fifths of the scale: 3 of 5.
ANSWER_SHARE = Fraction(3, 5)


@dataclass(frozen=True, slots=True, kw_only=True)
class InventedBid:
    """One bid of the example: its share in %, its value in £, and its mark; none where it is below the minimum.

    `without_the_best` is its mark once the best bid of the example has dropped out; none for that bid itself.
    """

    name: str
    percent: Decimal
    value: Decimal
    mark: Decimal | None
    without_the_best: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Illustration:
    """The example: three bids, and what answers earn that are all agreed at `agreed` of the scale."""

    method: Method
    quantitative: Decimal
    qualitative: Decimal
    scale: int
    agreed: Decimal
    answer_mark: Decimal
    bids: tuple[InventedBid, ...]


def illustrate(tender: Tender) -> Illustration:
    """The marks of three bids that offer 2, 10 and 25 % of the contract value.

    With a target rate of 25 % and 10 marks they are 0.80, 4.00 and 10.00. A bidder's own price, where it is the
    denominator, is taken to be the contract value.
    """
    minimum = tender.scoring.minimum_percent
    entries = [_entry(share, tender=tender) for share in SHARES]
    assessed = [entry for entry in entries if minimum is None or entry.percent >= minimum]
    marks = _marks(assessed, tender=tender)
    without = _marks(assessed[:-1], tender=tender)
    agreed = numbers.round_half_up(ANSWER_SHARE * tender.qualitative_scale, 0)
    part = numbers.ratio(agreed, tender.qualitative_scale)
    return Illustration(
        method=tender.scoring.method,
        quantitative=tender.scoring.quantitative,
        qualitative=tender.scoring.qualitative,
        scale=tender.qualitative_scale,
        agreed=agreed,
        answer_mark=numbers.total(
            numbers.round_half_up(Fraction(question.weight) * part, tender.scoring.decimals)
            for question in tender.questions
        ),
        bids=tuple(
            InventedBid(
                name=entry.bidder,
                percent=share,
                value=entry.value,
                mark=marks.get(entry.bidder),
                without_the_best=without.get(entry.bidder),
            )
            for entry, share in zip(entries, SHARES, strict=True)
        ),
    )


def _entry(share: Decimal, *, tender: Tender) -> Entry:
    value = numbers.times(numbers.times(tender.contract_value, share), Decimal("0.01"))
    return Entry(
        bidder="ABC"[SHARES.index(share)],
        value=value,
        percent=Fraction(share),
        price=None,
        answers=(),
        answer_marks=(),
        other_marks=(),
        disregarded=False,
        no_quantity=False,
    )


def _marks(entries: Sequence[Entry], *, tender: Tender) -> dict[str, Decimal]:
    standing = assess(entries, tender=tender)
    return {entry.bidder: mark.quantitative for entry, mark in zip(standing.entries, standing.marks, strict=True)}
