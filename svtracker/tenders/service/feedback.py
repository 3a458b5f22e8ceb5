"""What bidders are told about their bids: a draft from marks and lines, and what a person made of it."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from svtracker.audit.rules.events import Actor, Change
from svtracker.kernel.clock import Clock, system_clock
from svtracker.kernel.exceptions import ChangedMeanwhileError, RefusedError, SealedError
from svtracker.kernel.problems import Problem
from svtracker.tenders.rules.feedback import Feedback, draft_of
from svtracker.tenders.rules.result import Result
from svtracker.tenders.service.common import bid_of, record, require_reason, tender_of
from svtracker.tenders.store import bids as bid_store
from svtracker.tenders.store import evaluation as evaluation_store
from svtracker.tenders.store import feedback as store

LONGEST_TEXT = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class BidFeedback:
    """One bid with the draft of today and what was written, if anything was."""

    bid_id: int
    number: int
    bidder: str
    draft: str
    written: Feedback | None


def feedback_of(session: Session, number: int, result: Result, *, organisation_id: int) -> tuple[BidFeedback, ...]:
    """What each bidder is told, in the order of the bids; `result` is the tender scored under the bidders' names."""
    agreed = evaluation_store.list_agreed_marks(session, number, organisation_id=organisation_id)
    said: dict[int, dict[str, str]] = {}
    for mark in agreed:
        said.setdefault(mark.bid_id, {})[mark.question] = mark.feedback
    written = list_feedback(session, number, organisation_id=organisation_id)
    bids = {one.bidder: one for one in result.bids}
    return tuple(
        BidFeedback(
            bid_id=bid.id,
            number=bid.number,
            bidder=bid.bidder,
            draft=draft_of(result, bids[bid.bidder], said=_by_question(result, said.get(bid.id, {}))),
            written=written.get(bid.id),
        )
        for bid in bid_store.list_bids(session, number, organisation_id=organisation_id)
        if bid.counts and bid.bidder in bids
    )


def list_feedback(session: Session, number: int, *, organisation_id: int) -> Mapping[int, Feedback]:
    """What was written for each bid, by the bid."""
    return store.list_feedback(session, number, organisation_id=organisation_id)


def write_feedback(
    session: Session,
    number: int,
    *,
    organisation_id: int,
    bid_id: int,
    text: str,
    edition: int,
    actor: Actor,
    clock: Clock = system_clock,
) -> None:
    """Keeps what a bidder is told; what stood there before stays on record. Before or after the award.

    `edition` is the one that was read: where somebody wrote another meanwhile, nothing is saved.
    """
    tender = tender_of(session, number, organisation_id=organisation_id)
    if tender.opened_at is None:
        raise SealedError(what="What the bids hold", until="they are opened")
    bid = bid_of(session, tender, bid_id)
    said = require_reason(text.replace("\r\n", "\n"), to="give feedback")
    if len(said) > LONGEST_TEXT:
        seen, wanted = f"{len(said):,} characters", f"at most {LONGEST_TEXT:,} characters"
        raise RefusedError([Problem(file="feedback", path="text", seen=seen, wanted=wanted)])
    before = list_feedback(session, number, organisation_id=organisation_id).get(bid_id)
    if edition != (0 if before is None else before.edition):
        raise ChangedMeanwhileError(what="feedback")
    if before is not None and before.text == said:
        return
    at = clock()
    store.add_feedback(
        session,
        tender_id=number,
        bid_id=bid_id,
        text=said,
        person_id=actor.person_id,
        at=at,
        organisation_id=organisation_id,
    )
    changes = {
        "bid": Change(new=bid.number),
        "feedback": Change(old=None if before is None else before.text, new=said),
    }
    record(session, "feedback_written", tender, actor=actor, at=at, changes=changes)


def _by_question(result: Result, said: Mapping[str, str]) -> dict[str, str]:
    return {question.id: said.get(question.id, "") for question in result.tender.questions}
