"""What a bidder is told about its own bid, in words: written from its marks and lines, before any award (RULES 5.1)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from svtracker.kernel import numbers, wording
from svtracker.tenders.rules import findings
from svtracker.tenders.rules.result import BidResult, Result
from svtracker.tenders.rules.values import BidStatus
from svtracker.tenders.rules.valuing import Line, denominator_words


@dataclass(frozen=True, slots=True, kw_only=True)
class Feedback:
    """What was written for one bid; `edition` counts how often it was written."""

    bid_id: int
    text: str
    person_id: int | None
    at: datetime
    edition: int


def draft_of(result: Result, bid: BidResult, *, said: Mapping[str, str]) -> str:
    """A first text for one bidder: its own marks, what moderation said of each answer, and lines that count for less.

    `said` holds the feedback of the agreed marks by question. No other bid is named and no figure of one is told.
    """
    return "\n\n".join(_paragraphs(result, bid, said))


def _paragraphs(result: Result, bid: BidResult, said: Mapping[str, str]) -> Iterator[str]:
    yield _standing(result, bid)
    yield _value(result, bid)
    if bid.marks is not None:
        for name, weight, mark in findings.parts_of(bid.marks, tender=result.tender):
            of = f" of {numbers.plain(weight)}" if weight is not None else ""
            text = next((said[one.id] for one in result.tender.questions if _name_of(result, one.id) == name), "")
            yield f"{name}: {wording.marks(mark)}{of} marks.{f' {text.strip()}' if text.strip() else ''}"
    reduced = [_reduced(line) for line in bid.valuation.lines if line.offered != line.accepted]
    if reduced:
        yield "\n".join(["These commitments count for less than was offered:", *reduced])


def _name_of(result: Result, question: str) -> str:
    if not result.tender.questions_named:
        return findings.ANSWER
    return next(one.title for one in result.tender.questions if one.id == question)


def _standing(result: Result, bid: BidResult) -> str:
    match bid.status:
        case BidStatus.ASSESSED if bid.marks is not None and bid.rank is not None:
            shared = sum(one.rank == bid.rank for one in result.ranked) > 1
            of = wording.counted(len(result.ranked), "assessed bid")
            place = f"{'shared ' if shared else ''}{wording.ordinal(bid.rank)} of {of}"
            return f"Your bid has {wording.marks(bid.marks.total)} marks and is {place}."
        case BidStatus.BELOW_MINIMUM:
            minimum = wording.percent(result.tender.scoring.minimum_percent or numbers.ZERO)
            return f"Your bid is below the published minimum of {minimum} social value, so it has no rank."
        case BidStatus.EXCLUDED:
            return "Your bid was excluded, so it has no rank."
        case _:
            return "Your bid was withdrawn."


def _value(result: Result, bid: BidResult) -> str:
    valued = bid.valuation
    if valued.offers_nothing:
        return "It holds no commitment that has a social value in £."
    share = ""
    if valued.percent is not None:
        share = f", {wording.percent_fixed(valued.percent)} of {denominator_words(result.tender)}"
    return f"Your commitments are worth {wording.pounds(valued.value)} of social value{share}."


def _reduced(line: Line) -> str:
    accepted = wording.grouped(line.accepted) if line.accepted is not None else "0"
    reason = (line.commitment.reason or "").strip()
    return (
        f"- {line.measure} {line.of.title}: {accepted} of {wording.quantity(line.offered, line.unit)}. {reason}".strip()
    )
