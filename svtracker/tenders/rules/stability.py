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
from svtracker.tenders.rules.scoring import Entry, entry_of
from svtracker.tenders.rules.values import BidStatus, Method, Tender, TieRule
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


def stability(valuations: Sequence[Valuation], *, tender: Tender) -> Stability:
    """Each measure's weight is drawn evenly within 20 % of what was published, 10,000 times (RULES 4.6).

    Asked only where weights are applied. The seed is the tender's own hash, so the same file gives the same shares.
    A shared first counts in equal parts. Bids that another weight lifts over the minimum, or drops below it, come
    in or fall out draw by draw.
    """
    judged = [valuation for valuation in valuations if valuation.bid.status is BidStatus.ASSESSED]
    entries = [entry_of(valuation, tender=tender) for valuation in judged]
    denominators = np.array([float(v.denominator) if v.denominator else math.nan for v in judged])
    lines = _lines_by_measure(judged)
    random = np.random.default_rng(int(tender.digest, 16))
    shares = np.zeros(len(judged))
    left = SAMPLES
    while left:
        draws = min(left, max(1, FIGURES_AT_ONCE // len(judged)))
        drawn = _drawn_values(lines, random.random((draws, len(lines))))
        shares += _shares(drawn, drawn / denominators * 100, entries, tender=tender)
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
    """The published weighted values in £, one row a measure and one column a bid."""
    measures = sorted({line.measure for valuation in judged for line in valuation.lines if line.counts})
    column = {measure: place for place, measure in enumerate(measures)}
    lines = np.zeros((len(measures), len(judged)))
    for row, valuation in enumerate(judged):
        for line in valuation.lines:
            if line.counts:
                lines[column[line.measure], row] = float(line.weighted_value)
    return lines


def _drawn_values(lines: Floats, random: Floats) -> Floats:
    """The bids' values under weights that lie within the spread, one row a draw; `random` runs from 0 to 1."""
    spread = SPREAD_PERCENT / 100
    values: Floats = (random @ lines) * (2 * spread) + lines.sum(axis=0) * (1 - spread)
    return values


def _shares(drawn: Floats, percents: Floats, entries: Sequence[Entry], *, tender: Tender) -> Floats:
    """In how many of these draws each bid comes first."""
    minimum = tender.scoring.minimum_percent
    inside = np.ones_like(drawn, dtype=bool) if minimum is None else percents >= float(minimum) - NOISE
    disregarded = np.array([entry.disregarded for entry in entries], dtype=bool)
    marks = _quantity_marks(drawn, percents, inside & ~disregarded, tender=tender)
    marks[:, [entry.earns_no_quantity for entry in entries]] = 0
    totals = marks + _fixed_marks(entries, inside, tender=tender)
    totals[~inside] = -1
    return _first_shares(totals, drawn, entries, inside, tie=tender.scoring.tie)


def _quantity_marks(drawn: Floats, percents: Floats, sets_highest: Flags, *, tender: Tender) -> Floats:
    """Quantitative marks per draw in whole steps of the smallest published decimal."""
    scoring = tender.scoring
    weight = float(scoring.quantitative)
    match scoring.method:
        case Method.RELATIVE:
            highest = np.where(sets_highest, drawn, 0).max(axis=1, keepdims=True)
            marks = weight * np.divide(drawn, highest, out=np.zeros_like(drawn), where=highest > 0)
        case Method.TARGET:
            share = percents / float(scoring.target_percent or 1)
            marks = weight * (np.minimum(share, 1) if scoring.cap else share)
        case Method.BANDS:
            bounds = np.array([float(band.lower_percent) for band in scoring.bands])
            steps = np.array([0.0, *(float(band.marks) for band in scoring.bands)])
            marks = steps[np.searchsorted(bounds, percents + NOISE, side="right")]
    return _steps(np.nan_to_num(marks), tender=tender)


def _fixed_marks(entries: Sequence[Entry], inside: Flags, *, tender: Tender) -> Floats:
    """Answers, price and other marks in the same whole steps; the price moves where another bid falls out."""
    scale = 10 ** _places(tender)
    fixed = np.array(
        [float(numbers.times(numbers.total([*e.answer_marks, *e.other_marks]), Decimal(scale))) for e in entries]
    )
    marks = np.broadcast_to(fixed, inside.shape).copy()
    if tender.price_weight is not None:
        prices = _prices(entries)
        lowest = np.where(inside, prices, math.inf).min(axis=1, keepdims=True)
        earned = float(tender.price_weight) * np.where(np.isfinite(lowest), lowest, 0) / prices
        marks += _steps(np.nan_to_num(earned), tender=tender)
    return marks


def _places(tender: Tender) -> int:
    """Decimals of the finest mark in play, so that every total is a whole number of steps."""
    given = [mark for bid in tender.bids for mark in bid.other_marks.values()]
    return max([tender.scoring.decimals, *(numbers.decimal_places(mark) for mark in given)])


def _steps(marks: Floats, *, tender: Tender) -> Floats:
    """Half-up; whole numbers as floats, which are exact up to 9,007,199,254,740,992 steps and never overflow."""
    decimals = tender.scoring.decimals
    rounded: Floats = np.floor(marks * 10.0**decimals + 0.5 + NOISE) * 10.0 ** (_places(tender) - decimals)
    return rounded


def _first_shares(totals: Floats, drawn: Floats, entries: Sequence[Entry], inside: Flags, *, tie: TieRule) -> Floats:
    first = inside & (totals == totals.max(axis=1, keepdims=True))
    if tie is TieRule.HIGHER_VALUE:
        best = np.where(first, drawn, -math.inf).max(axis=1, keepdims=True)
        first &= drawn >= best * (1 - NOISE)
    elif tie is TieRule.LOWER_PRICE:
        prices = _prices(entries)
        shared = first & ~np.isnan(prices)
        best = np.where(shared, prices, math.inf).min(axis=1, keepdims=True)
        all_priced = (first == shared).all(axis=1, keepdims=True)
        first = np.where(all_priced, first & (prices <= best), first)
    holders = first.sum(axis=1, keepdims=True)
    shares: Floats = np.divide(first, holders, out=np.zeros(first.shape), where=holders > 0).sum(axis=0)
    return shares


def _prices(entries: Sequence[Entry]) -> Floats:
    return np.array([math.nan if entry.price is None else float(entry.price) for entry in entries])
