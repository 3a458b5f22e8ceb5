"""A stored tender as a tender file (FORMATS 2): the one form that is scored, frozen, exported and performed again."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from svtracker.kernel import numbers
from svtracker.tenders.rules.marking import THE_ANSWER, questions_of
from svtracker.tenders.rules.records import AgreedMark, Decision, StoredBid, StoredLine, StoredTender
from svtracker.tenders.rules.settings import tender_part
from svtracker.tenders.rules.values import BidStatus

Content = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Assembled:
    """The content of a tender file, and which parts of the result are not in yet.

    `missing` holds `questions` where an answer has no agreed mark, and the name of every other mark that a bid lacks.
    These parts are left out of the content, so that no bid is shown with a mark that nobody gave.
    """

    content: Content
    missing: tuple[str, ...]


QUESTIONS = "questions"
# What stands for a text that names people or firms.
IN_THE_RECORD = "A reason is in the full record."


def assemble(
    tender: StoredTender,
    bids: Sequence[StoredBid],
    agreed: Iterable[AgreedMark],
    *,
    decision: Decision | None = None,
) -> Assembled:
    """The tender file of a stored tender with the bids that count."""
    part: Content = dict(tender_part(tender.settings))
    counting = [bid for bid in bids if bid.counts]
    in_the_running = [bid for bid in counting if bid.status is BidStatus.ASSESSED]
    marks = {(mark.bid_id, mark.question): mark.mark for mark in agreed}
    asked: tuple[str, ...] = tuple(question.id for question in questions_of(tender))
    missing = []
    if any(
        (bid.id, question) not in marks for bid in in_the_running for question in asked if bid.answers.get(question)
    ):
        missing.append(QUESTIONS)
        part.pop("questions", None)
        part["scoring"] = {**part["scoring"], "qualitative": "0"}
        asked = ()
    names = [str(name) for name in part.get("other_marks", ())]
    lacking = [name for name in names if any(name not in bid.other_marks for bid in in_the_running)]
    missing += lacking
    if lacking:
        part["other_marks"] = [name for name in names if name not in lacking]
    part |= {"invented": tender.is_invented or tender.is_training}
    if tender.opened_at is not None:
        part["opened"] = tender.opened_at.date().isoformat()
    if decision is not None:
        part["outcome"] = {
            "status": decision.outcome.value,
            "bidder": next(iter(decision.bidders), None),
            "also": list(decision.bidders[1:]),
            "on": decision.on.isoformat(),
            "reason": decision.reason or None,
        }
    named = "questions" in part
    content = {
        "tender": part,
        "bids": [
            _bid(bid, marks, asked=asked, named=named, other_marks=part.get("other_marks", ())) for bid in counting
        ],
    }
    return Assembled(content=content, missing=tuple(missing))


def _bid(
    bid: StoredBid,
    marks: Mapping[tuple[int, str], Decimal],
    *,
    asked: Sequence[str],
    named: bool,
    other_marks: Iterable[str],
) -> Content:
    given = {
        question: numbers.plain(marks[bid.id, question])
        for question in asked
        if bid.answers.get(question) and (bid.id, question) in marks
    }
    return {
        "bidder": bid.bidder,
        "status": bid.status.value,
        "price": None if bid.price is None else numbers.trimmed(bid.price),
        "qualitative": given if named else given.get(THE_ANSWER),
        "other_marks": {name: numbers.plain(bid.other_marks[name]) for name in other_marks if name in bid.other_marks},
        "commitments": {line.measure: _line(line) for line in bid.lines},
    }


def _line(line: StoredLine) -> object:
    if line.not_applicable:
        return "n/a"
    if line.offered is None and not line.text:
        return None
    is_short = line.statement is None and not line.text and not line.reason and line.outside_area is None
    if is_short and line.offered is not None and line.accepted == line.offered:
        return numbers.trimmed(line.offered)
    written: Content = {
        "offered": None if line.offered is None else numbers.trimmed(line.offered),
        "accepted": None if line.accepted in {None, line.offered} else numbers.trimmed(line.accepted),
        "reason": line.reason or None,
        "statement": line.statement or None,
        "outside_area": None if line.outside_area is None else numbers.trimmed(line.outside_area),
        "text": line.text or None,
    }
    return {key: value for key, value in written.items() if value is not None}


def anonymised(content: Content) -> tuple[Content, Mapping[str, str]]:
    """The same tender with Bidder A, Bidder B … in the order of the bids, and which letter each bidder has.

    Method statements and reasons are left out: they name people and firms.
    """
    letters = {bid["bidder"]: f"Bidder {_letters(place)}" for place, bid in enumerate(content["bids"])}
    bids = [
        {**bid, "bidder": letters[bid["bidder"]], "commitments": _unworded(bid["commitments"])}
        for bid in content["bids"]
    ]
    part = dict(content["tender"])
    if part.get("outcome"):
        outcome = part["outcome"]
        part["outcome"] = {
            **outcome,
            "bidder": letters.get(outcome.get("bidder")),
            "also": [letters[one] for one in outcome.get("also") or ()],
            "reason": IN_THE_RECORD if outcome.get("reason") else None,
        }
    return {"tender": part, "bids": bids}, letters


def _unworded(commitments: Mapping[str, Any]) -> Content:
    def plain(line: Any) -> Any:
        if not isinstance(line, dict):
            return line
        kept = {key: value for key, value in line.items() if key in {"offered", "accepted", "outside_area"}}
        if "reason" in line:
            kept["reason"] = IN_THE_RECORD
        return kept or None

    return {ref: plain(line) for ref, line in commitments.items()}


def _letters(place: int) -> str:
    """A, B, … Z, AA, AB, …"""
    text = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        text = chr(ord("A") + rest) + text
    return text
