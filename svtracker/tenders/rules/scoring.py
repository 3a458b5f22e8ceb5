"""Marks, statuses and ranks (RULES 3.5, 3.6, 4.2 to 4.5).

`assess` is called again and again by the firmness tests with fewer bids, so what does not depend on the other bids
(value, share, answers) is worked out once in an `Entry`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from svtracker.kernel import numbers
from svtracker.tenders.rules.values import BidStatus, Method, Scoring, Tender, TieRule, ZeroRule
from svtracker.tenders.rules.valuing import Valuation

ZERO_SHARE = Fraction(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """An assessed bid as scoring sees it: exact value and share, answers, price, and what the zero rule does.

    `value` in £ and `percent` are weighted where the tender's settings apply weights (RULES 3.2); `answers` holds
    each question's share of its weight (agreed / scale top), 0 where the zero rule takes it.
    """

    bidder: str
    value: Decimal
    percent: Fraction
    price: Decimal | None
    answers: tuple[Fraction, ...]
    answer_marks: tuple[Decimal, ...]
    other_marks: tuple[Decimal, ...]
    disregarded: bool
    no_quantity: bool

    @property
    def highest_candidate(self) -> Decimal:
        """The value with which the bid may set the highest: 0 where it is disregarded (RULES 3.5)."""
        return numbers.ZERO if self.disregarded else self.value

    @property
    def earns_no_quantity(self) -> bool:
        """The quantitative mark is 0 by the zero rule, also where the lowest band carries marks."""
        return self.disregarded or self.no_quantity


@dataclass(frozen=True, slots=True, kw_only=True)
class Marks:
    """The rounded marks of a bid; each part is rounded once, sums add the rounded parts (RULES 3.1)."""

    quantitative: Decimal
    answers: tuple[Decimal, ...]
    price: Decimal | None
    others: tuple[Decimal, ...]

    @property
    def qualitative(self) -> Decimal:
        """The marks of all questions."""
        return numbers.total(self.answers)

    @property
    def social_value(self) -> Decimal:
        """Quantity and answer together."""
        return numbers.total([self.quantitative, *self.answers])

    @property
    def total(self) -> Decimal:
        """The exact sum of the marks, by which bids are ranked (RULES 4.5)."""
        price = [] if self.price is None else [self.price]
        return numbers.total([self.quantitative, *self.answers, *price, *self.others])


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """The assessed bids with marks and ranks, in the order they were given."""

    entries: tuple[Entry, ...]
    marks: tuple[Marks, ...]
    ranks: tuple[int, ...]
    highest_value: Decimal
    lowest_price: Decimal | None

    @property
    def first(self) -> tuple[str, ...]:
        """Who holds rank 1: nobody, one, or several that share it."""
        return tuple(entry.bidder for entry, rank in zip(self.entries, self.ranks, strict=True) if rank == 1)

    @property
    def winner(self) -> str | None:
        """The single first, if there is one (RULES 4.5)."""
        return self.first[0] if len(self.first) == 1 else None


def status_of(valuation: Valuation, *, tender: Tender) -> BidStatus:
    """Below the published minimum, by exact % (weighted where applied), equal passes; else as given (RULES 3.6)."""
    given = valuation.bid.status
    minimum = tender.scoring.minimum_percent
    percent = scored_percent(valuation, tender=tender)
    if given is BidStatus.ASSESSED and minimum is not None and percent is not None and percent < minimum:
        return BidStatus.BELOW_MINIMUM
    return given


def scored_value(valuation: Valuation, *, tender: Tender) -> Decimal:
    """The value that is marked: weighted only where the published settings say so (RULES 3.2)."""
    return valuation.weighted_value if tender.weights_applied else valuation.value


def scored_percent(valuation: Valuation, *, tender: Tender) -> Fraction | None:
    """The share that is marked: weighted only where the published settings say so (RULES 3.2)."""
    return valuation.weighted_percent if tender.weights_applied else valuation.percent


def entry_of(valuation: Valuation, *, tender: Tender) -> Entry:
    """An assessed bid made ready for scoring, the zero rule applied to its answers (RULES 3.5, 4.3)."""
    bid, scoring = valuation.bid, tender.scoring
    asked = scoring.qualitative > 0
    unanswered = asked and any(question.id not in bid.qualitative for question in tender.questions)
    disregarded = scoring.zero is ZeroRule.DISREGARD and (valuation.offers_nothing or unanswered)
    answers = tuple(
        ZERO_SHARE
        if disregarded or question.id not in bid.qualitative
        else numbers.ratio(bid.qualitative[question.id], tender.qualitative_scale)
        for question in tender.questions
    )
    percent = scored_percent(valuation, tender=tender)
    return Entry(
        bidder=bid.bidder,
        value=scored_value(valuation, tender=tender),
        percent=ZERO_SHARE if percent is None else percent,
        price=bid.price,
        answers=answers,
        answer_marks=tuple(
            numbers.part_rounded(question.weight, answer, scoring.decimals)
            for question, answer in zip(tender.questions, answers, strict=True)
        ),
        other_marks=tuple(bid.other_marks[name] for name in tender.other_marks),
        disregarded=disregarded,
        no_quantity=valuation.offers_nothing,
    )


def quantity_share(entry: Entry, *, scoring: Scoring, highest_value: Decimal) -> Fraction | None:
    """The share of the quantitative weight that a bid earns, exact; nothing for bands of weight 0 (RULES 4.2, 4.6).

    At a target of 25 %, 20.99 % of contract value earn 0.84 of the weight.
    """
    if scoring.method is Method.BANDS and not scoring.quantitative:
        return None
    if entry.earns_no_quantity:
        return ZERO_SHARE
    match scoring.method:
        case Method.RELATIVE:
            return numbers.ratio(entry.value, highest_value) if highest_value else ZERO_SHARE
        case Method.TARGET:
            share = numbers.ratio(entry.percent, scoring.target_percent or 1)
            return min(Fraction(1), share) if scoring.cap else share
        case Method.BANDS:
            return numbers.ratio(band_marks(entry.percent, scoring=scoring), scoring.quantitative)


def band_marks(percent: Fraction, *, scoring: Scoring) -> Decimal:
    """The marks of the highest band whose lower bound is reached; below the lowest bound 0 (RULES 4.2)."""
    reached = [band.marks for band in scoring.bands if band.lower_percent <= percent]
    return reached[-1] if reached else numbers.ZERO


def quantitative_mark(entry: Entry, *, scoring: Scoring, highest_value: Decimal) -> Decimal:
    """The weight times the share earned, rounded half-up once to the declared decimals (RULES 3.1, 4.2)."""
    share = quantity_share(entry, scoring=scoring, highest_value=highest_value)
    return numbers.part_rounded(scoring.quantitative, ZERO_SHARE if share is None else share, scoring.decimals)


def price_mark(price: Decimal | None, *, tender: Tender, lowest_price: Decimal | None) -> Decimal | None:
    """Weight x lowest price of the assessed bids / own price, rounded half-up once (RULES 4.4).

    At weight 40, £742,000 against a lowest of £690,000 earn 37.20.
    """
    if tender.price_weight is None or price is None or lowest_price is None:
        return None
    return numbers.part_rounded(tender.price_weight, numbers.ratio(lowest_price, price), tender.scoring.decimals)


def assess(entries: Sequence[Entry], *, tender: Tender) -> Standing:
    """Marks and ranks of the assessed bids among themselves (RULES 4.2 to 4.5)."""
    highest_value = max((entry.highest_candidate for entry in entries), default=numbers.ZERO)
    lowest_price = min((entry.price for entry in entries if entry.price is not None), default=None)
    marks = tuple(
        Marks(
            quantitative=quantitative_mark(entry, scoring=tender.scoring, highest_value=highest_value),
            answers=entry.answer_marks,
            price=price_mark(entry.price, tender=tender, lowest_price=lowest_price),
            others=entry.other_marks,
        )
        for entry in entries
    )
    return Standing(
        entries=tuple(entries),
        marks=marks,
        ranks=ranks(entries, marks, tie=tender.scoring.tie),
        highest_value=highest_value,
        lowest_price=lowest_price,
    )


def ranks(entries: Sequence[Entry], marks: Sequence[Marks], *, tie: TieRule) -> tuple[int, ...]:
    """Ranks by the sum of marks; the tie rule decides between equal sums, what is still equal shares (RULES 4.5).

    Sums of 90, 90 and 80 give 1, 1 and 3 where ties are shared.
    """
    totals = [mark.total for mark in marks]
    priceless = {total for total, entry in zip(totals, entries, strict=True) if entry.price is None}
    keys = [
        (-total, _tie_key(entry, tie=tie, compares_price=total not in priceless))
        for total, entry in zip(totals, entries, strict=True)
    ]
    first_place: dict[tuple[Decimal, Decimal], int] = {}
    for place, key in enumerate(sorted(keys), start=1):
        first_place.setdefault(key, place)
    return tuple(first_place[key] for key in keys)


def _tie_key(entry: Entry, *, tie: TieRule, compares_price: bool) -> Decimal:
    if tie is TieRule.HIGHER_VALUE:
        return -entry.value
    if tie is TieRule.LOWER_PRICE and compares_price and entry.price is not None:
        return entry.price
    return numbers.ZERO
