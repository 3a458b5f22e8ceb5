"""How firm a result is: removals, flip thresholds, the range of the weight (RULES 4.6)."""

import math
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from svtracker.kernel import numbers
from svtracker.tenders.rules.scoring import Entry, Standing, assess, quantity_share
from svtracker.tenders.rules.values import Method, Tender


@dataclass(frozen=True, slots=True, kw_only=True)
class Removal:
    """What happens when one bid that is not first is taken out and everything is worked out again.

    `lead` is by how many marks the winner then leads the next bid; nothing where nobody has won or nobody is next.
    """

    removed: str
    winner: str | None
    reversal: bool
    lead: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FlipThreshold:
    """Under `relative`, `ahead` stands before `behind` exactly while the highest value is above this (£, exact)."""

    ahead: str
    behind: str
    highest_value_above: Fraction
    now: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class WeightRange:
    """The quantitative weights, of all social value marks, at which nobody has more than the winner.

    Both ends belong to it and are rounded inwards to 2 decimals. `below` and `above` name who overtakes the winner
    just outside, where anybody does.
    """

    winner: str
    low: Decimal
    high: Decimal
    of: Decimal
    below: str | None
    above: str | None


def removals(standing: Standing, *, tender: Tender) -> tuple[Removal, ...]:
    """Each assessed bid that is not first is removed in turn and everything is worked out again (RULES 4.6).

    Only a bid that alone holds the highest value or the lowest price moves another bid's mark, so only then is
    there anything to work out again.
    """
    first, winner = set(standing.first), standing.winner
    best = sorted(zip(standing.marks, standing.entries, strict=True), key=lambda one: one[0].total)[-3:]
    at_highest = [entry for entry in standing.entries if entry.highest_candidate == standing.highest_value]
    at_lowest = [entry for entry in standing.entries if entry.price == standing.lowest_price]
    moves_others = [held[0] for held in (at_highest, at_lowest) if len(held) == 1]
    found = []
    for entry in standing.entries:
        if entry.bidder in first:
            continue
        if entry in moves_others:
            after = assess([other for other in standing.entries if other is not entry], tender=tender)
            now, marks = after.winner, sorted(marks.total for marks in after.marks)
        else:
            now, marks = winner, [marks.total for marks, other in best if other is not entry]
        lead = numbers.minus(marks[-1], marks[-2]) if now is not None and len(marks) > 1 else None
        reversal = winner is not None and now != winner
        found.append(Removal(removed=entry.bidder, winner=now, reversal=reversal, lead=lead))
    return tuple(found)


def flip_thresholds(standing: Standing, *, tender: Tender) -> tuple[FlipThreshold, ...]:
    """Under `relative`: above which highest value a bid with better other marks passes one with more value.

    s* = W (v_j - v_i) / (Q_i - Q_j) for every pair with Q_i > Q_j and v_j > v_i, listed where s* > v_j (RULES 4.6).
    Quantitative 20, Q 70 and 66, values £100,000 and £180,000: s* is £400,000.
    """
    if tender.scoring.method is not Method.RELATIVE:
        return ()
    weight = Fraction(tender.scoring.quantitative)
    others = [
        (
            entry.bidder,
            Fraction(entry.highest_candidate),
            Fraction(numbers.minus(marks.total, marks.quantitative)),
        )
        for entry, marks in zip(standing.entries, standing.marks, strict=True)
    ]
    scale = math.lcm(*(part.denominator for _, value, other in others for part in (value, other)), weight.denominator)
    whole = [(bidder, int(value * scale), int(other * scale)) for bidder, value, other in others]
    whole_weight = int(weight * scale)
    highest = Fraction(standing.highest_value)
    found = []
    for ahead, value_ahead, other_ahead in whole:
        for behind, value_behind, other_behind in whole:
            lead = other_ahead - other_behind
            gap = value_behind - value_ahead
            if lead > 0 and gap > 0 and whole_weight * gap > value_behind * lead:
                threshold = Fraction(whole_weight * gap, lead * scale)
                found.append(
                    FlipThreshold(ahead=ahead, behind=behind, highest_value_above=threshold, now=highest > threshold)
                )
    return tuple(sorted(found, key=lambda flip: flip.highest_value_above))


def weight_range(standing: Standing, *, tender: Tender) -> WeightRange | None:
    """The closed range of the quantitative weight in which no bid has more than the winner (RULES 4.6).

    mark(w) = w a + (S - w) b + others, with S the quantitative and qualitative weight together. In RULES 4.7 bid B
    is first from 5.90 to 13.50 of 20.
    """
    scoring, winner = tender.scoring, standing.winner
    if winner is None or not scoring.qualitative:
        return None
    if scoring.method is Method.BANDS and not scoring.quantitative:
        return None
    whole = Fraction(scoring.quantitative) + Fraction(scoring.qualitative)
    lines = {
        entry.bidder: _mark_by_weight(entry, fixed, standing=standing, tender=tender, whole=whole)
        for entry, fixed in zip(standing.entries, _fixed_marks(standing), strict=True)
    }
    start, slope = lines.pop(winner)
    low, high, below, above = Fraction(0), whole, None, None
    for bidder, (other_start, other_slope) in lines.items():
        rise, lead = slope - other_slope, start - other_start
        if rise > 0 and -lead / rise > low:
            low, below = -lead / rise, bidder
        elif rise < 0 and -lead / rise < high:
            high, above = -lead / rise, bidder
        elif rise == 0 and lead < 0:
            return None
    inner_low, inner_high = numbers.round_up(low, 2), numbers.round_down(high, 2)
    if inner_low > inner_high:
        return None
    return WeightRange(
        winner=winner,
        low=inner_low,
        high=inner_high,
        of=numbers.total([scoring.quantitative, scoring.qualitative]),
        below=below,
        above=above,
    )


def _fixed_marks(standing: Standing) -> list[Fraction]:
    return [
        Fraction(numbers.total([*([] if marks.price is None else [marks.price]), *marks.others]))
        for marks in standing.marks
    ]


def _mark_by_weight(
    entry: Entry, fixed: Fraction, *, standing: Standing, tender: Tender, whole: Fraction
) -> tuple[Fraction, Fraction]:
    quantity = quantity_share(entry, scoring=tender.scoring, highest_value=standing.highest_value) or Fraction(0)
    answer = answer_share(entry, tender=tender)
    return whole * answer + fixed, quantity - answer


def answer_share(entry: Entry, *, tender: Tender) -> Fraction:
    """The share of the qualitative weight that the answers earn: their weighted mean (RULES 4.6)."""
    weights = [Fraction(question.weight) for question in tender.questions]
    earned = sum((w * a for w, a in zip(weights, entry.answers, strict=True)), Fraction(0))
    return earned / sum(weights) if sum(weights) else Fraction(0)
