"""Whether the first bid stays first when the weights of the measures are a little different (RULES 4.6).

The only rule that works with floats: its result is an estimate with an interval, and nothing is marked by it.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from svtracker.kernel import numbers
from svtracker.tenders.rules.scoring import Entry
from svtracker.tenders.rules.values import Method, Tender, TieRule
from svtracker.tenders.rules.valuing import Valuation

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

SPREAD_PERCENT = 20
SAMPLES = 10_000
WILSON_95 = 1.959963984540054
# Far below any published decimal, far above the noise of a float sum: 0.5 stays half-up.
NOISE = 1e-9
# Draws are judged in parts of so many figures each, so that a thousand bids need no gigabyte.
FIGURES_AT_ONCE = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstShare:
    """In how many draws a bid comes first, as a share of 1, with the 95 % Wilson interval of that share."""

    bidder: str
    share: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Stability:
    """How often each bid comes first when every measure's weight is drawn within the spread."""

    spread_percent: int
    samples: int
    seed: str
    first: tuple[FirstShare, ...]


def stability(bids: Sequence[tuple[Valuation, Entry]], *, tender: Tender) -> Stability:
    """Each measure's weight is drawn evenly within 20 % of what was published, 10,000 times (RULES 4.6).

    Asked only where weights are applied. The seed is the tender's own hash, so the same file gives the same shares.
    A shared first counts in equal parts. Bids that another weight lifts over the minimum, or drops below it, come
    in or fall out draw by draw. `bids` are those that were given in as assessed.
    """
    judged, entries = [valuation for valuation, _ in bids], [entry for _, entry in bids]
    denominators = _column([float(v.denominator) if v.denominator else math.nan for v in judged])
    lines = _lines_by_measure(judged)
    random = np.random.default_rng(int(tender.digest, 16))
    shares = np.zeros(len(judged))
    left = SAMPLES
    while left:
        draws = min(left, max(1, FIGURES_AT_ONCE // len(judged)))
        drawn = _drawn_values(lines, random.random((lines.shape[1], draws)))
        shares += _shares(drawn, denominators, entries, tender=tender)
        left -= draws
    return Stability(
        spread_percent=SPREAD_PERCENT,
        samples=SAMPLES,
        seed=tender.digest,
        first=tuple(
            FirstShare(bidder=valuation.bid.bidder, share=float(won) / SAMPLES, low=low, high=high)
            for valuation, won in zip(judged, shares, strict=True)
            for low, high in [wilson(float(won), SAMPLES)]
        ),
    )


def wilson(successes: float, samples: int) -> tuple[float, float]:
    """The 95 % Wilson interval of a share: 9,996 of 10,000 gives 0.9990 to 0.9998."""
    square = WILSON_95**2
    share = successes / samples
    middle = (share + square / (2 * samples)) / (1 + square / samples)
    spread = math.sqrt(max(0.0, share * (1 - share)) / samples + square / (4 * samples**2))
    half = WILSON_95 * spread / (1 + square / samples)
    return max(0.0, middle - half), min(1.0, middle + half)


def _lines_by_measure(judged: Sequence[Valuation]) -> Floats:
    """The published weighted values in £, one row a bid and one column a measure."""
    measures = sorted({line.measure for valuation in judged for line in valuation.lines if line.value})
    column = {measure: place for place, measure in enumerate(measures)}
    lines = np.zeros((len(judged), len(measures)))
    for row, valuation in enumerate(judged):
        for line in valuation.lines:
            if line.value:
                lines[row, column[line.measure]] = float(line.weighted_value)
    return lines


def _drawn_values(lines: Floats, random: Floats) -> Floats:
    """The bids' values under weights within the spread, one row a bid, one column a draw; `random` is 0 to 1."""
    spread = SPREAD_PERCENT / 100
    values: Floats = (lines * (2 * spread)) @ random
    values += lines.sum(axis=1, keepdims=True) * (1 - spread)
    return values


def _shares(drawn: Floats, denominators: Floats, entries: Sequence[Entry], *, tender: Tender) -> Floats:
    """In how many of these draws each bid comes first."""
    minimum = tender.scoring.minimum_percent
    # Shares of the denominator are needed only where marks or a minimum hang on them.
    relative = tender.scoring.method is Method.RELATIVE and minimum is None
    percents = drawn if relative else drawn * (100 / denominators)
    # Nobody falls out where there is no minimum, and then nothing has to be masked.
    inside = None if minimum is None else percents >= float(minimum) - NOISE
    marks = _quantity_marks(drawn, percents, _sets_highest(entries, inside), tender=tender)
    marks[[entry.earns_no_quantity for entry in entries]] = 0
    marks += _fixed_marks(entries, inside, tender=tender)
    if inside is not None:
        marks[~inside] = -1
    return _first_shares(marks, drawn, entries, tie=tender.scoring.tie)


def _sets_highest(entries: Sequence[Entry], inside: Flags | None) -> Flags | None:
    """Which bids may set the highest value, draw by draw; nothing where all may."""
    may: Flags = np.array([[not entry.disregarded] for entry in entries], dtype=bool)
    if inside is None:
        return None if may.all() else may
    return inside & may


def _quantity_marks(drawn: Floats, percents: Floats, sets_highest: Flags | None, *, tender: Tender) -> Floats:
    """Quantitative marks per draw in whole steps of the smallest published decimal."""
    scoring = tender.scoring
    weight = float(scoring.quantitative)
    match scoring.method:
        case Method.RELATIVE:
            highest = (drawn if sets_highest is None else np.where(sets_highest, drawn, 0)).max(axis=0)
            marks = drawn * (weight / np.where(highest > 0, highest, math.inf))
        case Method.TARGET:
            marks = percents * (weight / float(scoring.target_percent or 1))
            if scoring.cap:
                np.minimum(marks, weight, out=marks)
        case Method.BANDS:
            bounds = np.array([float(band.lower_percent) for band in scoring.bands])
            steps = np.array([0.0, *(float(band.marks) for band in scoring.bands)])
            marks = steps[np.searchsorted(bounds, percents + NOISE, side="right")]
    return _steps(marks, tender=tender)


def _fixed_marks(entries: Sequence[Entry], inside: Flags | None, *, tender: Tender) -> Floats:
    """Answers, price and other marks in the same whole steps; the price moves where another bid falls out."""
    scale = Decimal(10 ** _places(tender))
    given = [numbers.total([*entry.answer_marks, *entry.other_marks]) for entry in entries]
    marks = _column([float(numbers.times(mark, scale)) for mark in given])
    if tender.price_weight is None:
        return marks
    prices = _prices(entries)
    lowest = prices.min(axis=0) if inside is None else np.where(inside, prices, math.inf).min(axis=0)
    earned = float(tender.price_weight) * np.where(np.isfinite(lowest), lowest, 0) / prices
    return marks + _steps(earned, tender=tender)


def _places(tender: Tender) -> int:
    """Decimals of the finest mark in play, so that every total is a whole number of steps."""
    given = [mark for bid in tender.bids for mark in bid.other_marks.values()]
    return max([tender.scoring.decimals, *(numbers.decimal_places(mark) for mark in given)])


def _steps(marks: Floats, *, tender: Tender) -> Floats:
    """Half-up; whole numbers as floats, which are exact up to 9,007,199,254,740,992 steps and never overflow."""
    decimals = tender.scoring.decimals
    rounded: Floats = marks * 10.0**decimals
    rounded += 0.5 + NOISE
    np.floor(rounded, out=rounded)
    if (finer := _places(tender) - decimals) > 0:
        rounded *= 10.0**finer
    return rounded


def _first_shares(totals: Floats, drawn: Floats, entries: Sequence[Entry], *, tie: TieRule) -> Floats:
    """A draw in which nobody is inside counts for nobody; a shared first counts in equal parts."""
    best_total = totals.max(axis=0)
    first = (totals == best_total) & (best_total >= 0)
    if tie is TieRule.HIGHER_VALUE:
        best = np.where(first, drawn, -math.inf).max(axis=0)
        first &= drawn >= best * (1 - NOISE)
    elif tie is TieRule.LOWER_PRICE:
        prices = _prices(entries)
        shared = first & ~np.isnan(prices)
        best = np.where(shared, prices, math.inf).min(axis=0)
        all_priced = (first == shared).all(axis=0)
        first = np.where(all_priced, first & (prices <= best), first)
    holders = np.maximum(first.sum(axis=0), 1)
    shares: Floats = first @ (1 / holders)
    return shares


def _prices(entries: Sequence[Entry]) -> Floats:
    return _column([math.nan if entry.price is None else float(entry.price) for entry in entries])


def _column(figures: Sequence[float]) -> Floats:
    """One figure a bid, standing upright so that it meets every draw."""
    return np.array(figures, dtype=np.float64).reshape(-1, 1)
