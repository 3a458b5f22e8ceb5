"""The scored tender as other programs get it: the JSON of FORMATS 2, the same from command, page and API."""

from decimal import Decimal
from fractions import Fraction
from typing import Any

from svtracker.kernel import numbers
from svtracker.tenders.rules.result import BidResult, Firmness, Result
from svtracker.tenders.rules.scoring import Marks
from svtracker.tenders.rules.values import Denominator, Tender
from svtracker.tenders.rules.valuing import Line
from svtracker.tenders.rules.warnings import ScoreWarning
from svtracker.tenders.schema import NOT_APPLICABLE

Answer = dict[str, Any]


def answer_of(result: Result) -> Answer:
    """The whole answer: decimals as texts, money and shares with two decimals, marks as declared (FORMATS, head)."""
    tender, version = result.tender, result.version
    by_price = tender.denominator is Denominator.BID_PRICE
    return {
        "tender": tender.id,
        "framework": {"id": version.set_id, "version": version.version, "sha256": version.sha256},
        "list": tender.list.value,
        "denominator": {
            "basis": tender.denominator.value,
            "amount": None if by_price else _two(tender.contract_value),
        },
        "method": tender.scoring.method.value,
        "weights_applied": tender.weights_applied,
        "bids": [_bid(bid, tender=tender) for bid in result.bids],
        "winner": result.winner,
        "tied": list(result.tied),
        "range": {
            "lowest": _two(result.percent_range.lowest),
            "highest": _two(result.percent_range.highest),
            "winner": _two(result.percent_range.winner),
        },
        "robustness": _firmness(result.firmness),
        "warnings": _warnings(result.warnings),
    }


def _two(value: numbers.Exact | None) -> str | None:
    return None if value is None else numbers.plain(numbers.round_half_up(value, 2))


def _plain(value: Decimal | None) -> str | None:
    return None if value is None else numbers.plain(value)


def _bid(bid: BidResult, *, tender: Tender) -> Answer:
    valued = bid.valuation
    largest = valued.largest_line
    return {
        "bidder": bid.bidder,
        "status": bid.status.value,
        "denominator": _two(valued.denominator),
        "lines": [_line(line) for line in valued.lines],
        "value": _two(valued.value),
        "weighted_value": _two(valued.weighted_value),
        "by_category": {category.value: _two(value) for category, value in valued.by_category.items()},
        "percent": _two(valued.percent),
        "weighted_percent": _two(valued.weighted_percent),
        "largest_line": None if largest is None else {"measure": largest.measure, "percent": _two(largest.percent)},
        "marks": None if bid.marks is None else _marks(bid.marks, tender=tender),
        "total": None if bid.marks is None else numbers.plain(bid.marks.total),
        "rank": bid.rank,
        "warnings": _warnings(bid.warnings),
    }


def _line(line: Line) -> Answer:
    blank = NOT_APPLICABLE if line.commitment.not_applicable else None
    answer = {
        "measure": line.measure,
        "kind": line.kind.value,
        "unit": line.unit.value,
        "offered": blank if line.offered is None else numbers.plain(line.offered),
        "accepted": blank if line.accepted is None else numbers.plain(line.accepted),
        "unit_value": _plain(line.unit_value),
        "weight": numbers.plain(line.weight),
        "value": numbers.trimmed(line.value),
        "weighted_value": numbers.trimmed(line.weighted_value),
        "reason": line.commitment.reason,
    }
    return answer if line.commitment.text is None else {**answer, "text": line.commitment.text}


def _marks(marks: Marks, *, tender: Tender) -> Answer:
    answer: Answer = {
        "quantitative": numbers.plain(marks.quantitative),
        "qualitative": numbers.plain(marks.qualitative),
        "social_value": numbers.plain(marks.social_value),
    }
    if tender.questions_named:
        answer["questions"] = {
            question.id: numbers.plain(mark) for question, mark in zip(tender.questions, marks.answers, strict=True)
        }
    if tender.price_weight is not None:
        answer["price"] = _plain(marks.price)
    return answer | {name: numbers.plain(mark) for name, mark in zip(tender.other_marks, marks.others, strict=True)}


def _firmness(firmness: Firmness) -> Answer:
    weight, stability = firmness.weight_range, firmness.stability
    return {
        "removals": [
            {"removed": removal.removed, "winner": removal.winner, "reversal": removal.reversal}
            for removal in firmness.removals
        ],
        "flip_thresholds": [
            {
                "ahead": flip.ahead,
                "behind": flip.behind,
                "highest_value_above": _two(flip.highest_value_above),
                "now": flip.now,
            }
            for flip in firmness.flip_thresholds
        ],
        "quantitative_weight_range": None
        if weight is None
        else {"winner": weight.winner, "from": numbers.plain(weight.low), "to": numbers.plain(weight.high)},
        "stability": None
        if stability is None
        else {
            "spread_percent": str(stability.spread_percent),
            "samples": stability.samples,
            "seed": stability.seed,
            "first": [
                {"bidder": first.bidder, "share": _four(first.share), "from": _four(first.low), "to": _four(first.high)}
                for first in stability.first
            ],
        },
    }


def _four(share: float) -> str:
    return numbers.plain(numbers.round_half_up(Fraction(share), 4))


def _warnings(warnings: tuple[ScoreWarning, ...]) -> list[Answer]:
    return [{"code": warning.code.value, "message": warning.message} for warning in warnings]
