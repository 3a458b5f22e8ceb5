"""One's own marks and the moderation of a tender as JSON; what is sealed on pages is sealed here."""

from datetime import datetime
from typing import Any

from fastapi import APIRouter

from svtracker.audit.rules.events import at_text
from svtracker.identity.service import users
from svtracker.kernel import numbers
from svtracker.tenders.rules.marking import Moderation, marking_order, scale_of
from svtracker.tenders.service import bids as bid_service
from svtracker.tenders.service import evaluation
from svtracker.web.api.responses import CLOSED, NOT_FOUND
from svtracker.web.dependencies import Reading, Signed
from svtracker.web.desk import TenderNumber, tender_for
from svtracker.web.pages.tender_marks import names_of
from svtracker.web.routes.tender_marks import is_barred, opened_marks

router = APIRouter(prefix="/api/v1", tags=["tenders"])


@router.get("/tenders/{tender:int}/marks", summary="One's own marks", responses={**CLOSED, **NOT_FOUND})
def own_marks(session: Reading, me: Signed, tender: TenderNumber) -> dict[str, Any]:
    """The marks that the reader gave, answer by answer, and what is left; never those of anybody else."""
    found = tender_for(session, me, tender)
    here, person = me.organisation.id, me.session.person_id
    marking = evaluation.marking_of(session, tender, person, organisation_id=here)
    myself = next((one for one in marking.evaluators if one.person_id == person), None)
    bids = bid_service.list_bids(session, tender, organisation_id=here) if found.opened_at is not None else ()
    given = {(one.bid_id, one.question): one for one in marking.own}
    return {
        "tender": found.id,
        "scale": scale_of(found),
        "declared": _moment(None if myself is None else myself.declared_at),
        "has_conflict": None if myself is None else myself.has_conflict,
        "submitted": _moment(None if myself is None else myself.submitted_at),
        "answers": [
            {
                "bid": bid.id,
                "bidder": bid.bidder,
                "question": question.id,
                "mark": None if mark is None else numbers.plain(mark.mark),
                "reason": None if mark is None else mark.reason,
                "feedback": None if mark is None else mark.feedback,
                "given": _moment(None if mark is None else mark.at),
            }
            for bid, question in marking_order(found, bids)
            if myself is not None
            for mark in [given.get((bid.id, question.id))]
        ],
    }


@router.get(
    "/tenders/{tender:int}/moderation",
    summary="All evaluators' marks and the agreed ones",
    responses={**CLOSED, **NOT_FOUND},
)
def moderation(session: Reading, me: Signed, tender: TenderNumber) -> dict[str, Any]:
    """Who has submitted, and once all have, every mark with its reason; `answers` is null while marks are sealed."""
    found = tender_for(session, me, tender)
    marking = evaluation.marking_of(session, tender, me.session.person_id, organisation_id=me.organisation.id)
    opened = opened_marks(session, me, found, marking)
    people = [one for one in marking.evaluators if one.marks]
    called = names_of([one.person_id for one in marking.evaluators], users.names(session))
    return {
        "tender": found.id,
        "scale": scale_of(found),
        "sealed": marking.is_sealed,
        "taking_part": not is_barred(marking, me),
        "evaluators": [
            {
                "person": one.person_id,
                "name": called[one.person_id],
                "lead": one.is_lead,
                "submitted": _moment(one.submitted_at),
            }
            for one in people
        ],
        "answers": None if opened is None else [_answer(one, called) for one in opened],
    }


def _answer(one: Moderation, called: dict[int, str]) -> dict[str, Any]:
    return {
        "bid": one.bid.id,
        "bidder": one.bid.bidder,
        "question": one.question.id,
        "marks": [
            {
                "person": mark.person_id,
                "name": called[mark.person_id],
                "mark": numbers.plain(mark.mark),
                "reason": mark.reason,
                "feedback": mark.feedback,
            }
            for mark in one.marks
        ],
        "spread": numbers.plain(one.spread),
        "agreed": None
        if one.agreed is None
        else {
            "mark": numbers.plain(one.agreed.mark),
            "reason": one.agreed.reason,
            "feedback": one.agreed.feedback,
            "on": _moment(one.agreed.at),
            "overtaken": one.is_overtaken,
        },
    }


def _moment(value: datetime | None) -> str | None:
    return None if value is None else at_text(value)
