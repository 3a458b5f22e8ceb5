"""The decision on a tender: what bidders are told, the award or the end without one, each confirmed once more."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse, Response

from svtracker.audit import service as audit
from svtracker.audit.store import Person, Scope
from svtracker.kernel.exceptions import (
    ChangedMeanwhileError,
    NotFoundError,
    NotYetError,
    ReasonMissingError,
    RefusedError,
    StageError,
)
from svtracker.tenders.rules.deciding import can_be_awarded, needs_reason
from svtracker.tenders.rules.records import Decision, StoredTender
from svtracker.tenders.rules.stages import STAGE_WORDS, Step, may
from svtracker.tenders.service import bids, feedback, results, setup
from svtracker.tenders.service.feedback import BidFeedback
from svtracker.tenders.service.results import Scored
from svtracker.web.access import OFFICER
from svtracker.web.dependencies import Reading, Signed
from svtracker.web.desk import TenderNumber, acting, has, tender_for
from svtracker.web.guard import Viewer
from svtracker.web.house import limits_of
from svtracker.web.pages import tender_decision as pages
from svtracker.web.pages.frame import render
from svtracker.web.pages.tender_decision import Typed

router = APIRouter()

Text = Annotated[str, Form(max_length=40_000)]
WHY = "Say why: the reason is kept in the record."
CHOOSE = "Choose at least one bid."


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Everything that the page and its JSON are made of."""

    tender: StoredTender
    scored: Scored | None
    feedback: tuple[BidFeedback, ...]
    numbers_of: Mapping[str, int]
    decision: Decision | None
    people: Mapping[int, Person]


def found(request: Request, session: Session, me: Viewer, number: int) -> Found:
    """The tender with its result; nothing of its bids before they are opened."""
    tender = tender_for(session, me, number)
    own: dict[str, Any] = {"organisation_id": me.organisation.id}
    scored = None
    told: tuple[BidFeedback, ...] = ()
    numbers_of: dict[str, int] = {}
    if tender.opened_at is not None:
        scored = results.score_tender(session, number, **scoring(request, me))
        told = feedback.feedback_of(session, number, scored.result, **own)
        numbers_of = {one.bidder: one.number for one in bids.list_bids(session, number, **own) if one.counts}
    people = audit.list_people(session, scope=Scope(organisation_id=me.organisation.id))
    return Found(
        tender=tender,
        scored=scored,
        feedback=told,
        numbers_of=numbers_of,
        decision=results.get_decision(session, number, **own),
        people={one.id: one for one in people},
    )


def scoring(request: Request, me: Viewer) -> dict[str, Any]:
    """How a tender of the reader's organisation is scored: its limits, and the minimum wage of the day."""
    return {
        "organisation_id": me.organisation.id,
        "minimum_wage": request.app.state.reference.minimum_wage,
        "limits": limits_of(me.policy),
    }


@router.get("/tenders/{tender:int}/decision")
def decision(request: Request, session: Reading, me: Signed, tender: TenderNumber) -> Response:
    """Who leads, what is missing, what bidders are told; after the decision how it ended."""
    return _page(request, me, found(request, session, me, tender))


@router.post("/tenders/{tender:int}/decision/feedback")
def write_feedback(
    *,
    request: Request,
    me: Signed,
    tender: TenderNumber,
    bid: Annotated[int, Form(ge=0, le=2**62)] = 0,
    edition: Annotated[int, Form(ge=0, le=2**62)] = 0,
    text: Text = "",
) -> Response:
    """Saves what one bidder is told."""
    state = request.app.state
    try:
        with state.database.writing() as session:
            tender_for(session, me, tender)
            feedback.write_feedback(
                session,
                tender,
                organisation_id=me.organisation.id,
                bid_id=bid,
                text=text,
                edition=edition,
                actor=acting(me, OFFICER),
                clock=state.clock,
            )
    except ReasonMissingError:
        fault = "Write what the bidder is told."
    except (ChangedMeanwhileError, RefusedError) as refused:
        fault = str(refused)
    else:
        return RedirectResponse(f"/tenders/{tender}/decision#bid-{bid}", status_code=303)
    return _again(request, me, tender, Typed(feedback={bid: text}, faults={f"feedback-{bid}": fault}))


@router.post("/tenders/{tender:int}/decision/award")
def award(
    *,
    request: Request,
    me: Signed,
    tender: TenderNumber,
    bid: Annotated[list[int] | None, Form()] = None,
    reason: Text = "",
    version: Annotated[int, Form(ge=0, le=2**62)] = 0,
    confirmed: Annotated[str, Form(max_length=10)] = "",
) -> Response:
    """Repeats an award with all that it freezes; sent again from there, it is made."""
    state = request.app.state
    with state.database.reading() as session:
        here = found(request, session, me, tender)
        editions = setup.list_editions(session, tender, organisation_id=me.organisation.id)
    scored = here.scored
    if scored is None or not may(Step.DECIDE, here.tender.stage):
        raise StageError(step=Step.DECIDE, tender=here.tender.title, stage=STAGE_WORDS[here.tender.stage])
    chosen = tuple(dict.fromkeys(bid or ()))
    possible = {here.numbers_of[one.bidder]: one.bidder for one in can_be_awarded(scored.result)}
    bidders = tuple(name for number, name in possible.items() if number in chosen)
    faults = {}
    if not bidders:
        faults["bid"] = CHOOSE
    elif needs_reason(scored.result, bidders) and not reason.strip():
        faults["reason"] = f"{WHY} This is not an award to the first bid alone."
    if not faults and confirmed:
        try:
            with state.database.writing() as session:
                results.award(
                    session,
                    tender,
                    bidders=bidders,
                    reason=reason,
                    version=version,
                    actor=acting(me, OFFICER),
                    clock=state.clock,
                    **scoring(request, me),
                )
        except (ChangedMeanwhileError, NotYetError, NotFoundError) as refused:
            faults["bid"] = str(refused)
        else:
            return RedirectResponse(f"/tenders/{tender}/decision", status_code=303)
    if faults:
        return _again(request, me, tender, Typed(bids=chosen, award_reason=reason, faults=faults))
    page = pages.confirm_award(
        here.tender,
        roles=me.session.roles,
        scored=scored,
        bidders=bidders,
        chosen=[here.numbers_of[name] for name in bidders],
        reason=reason.strip(),
        editions=editions,
        without_feedback=[one.bidder for one in here.feedback if one.written is None],
    )
    return render(request, "tenders/decision_confirm.html", page)


@router.post("/tenders/{tender:int}/decision/abandon")
def abandon(
    *,
    request: Request,
    me: Signed,
    tender: TenderNumber,
    reason: Text = "",
    version: Annotated[int, Form(ge=0, le=2**62)] = 0,
    confirmed: Annotated[str, Form(max_length=10)] = "",
) -> Response:
    """Repeats that a tender ends without an award, and why; sent again from there, it ends."""
    state = request.app.state
    with state.database.reading() as session:
        here = found(request, session, me, tender)
        editions = setup.list_editions(session, tender, organisation_id=me.organisation.id)
    if not may(Step.ABANDON, here.tender.stage):
        raise StageError(step=Step.ABANDON, tender=here.tender.title, stage=STAGE_WORDS[here.tender.stage])
    fault = None if reason.strip() else WHY
    if fault is None and confirmed:
        try:
            with state.database.writing() as session:
                results.abandon(
                    session,
                    tender,
                    reason=reason,
                    version=version,
                    actor=acting(me, OFFICER),
                    clock=state.clock,
                    **scoring(request, me),
                )
        except ChangedMeanwhileError as refused:
            fault = str(refused)
        else:
            return RedirectResponse(f"/tenders/{tender}/decision", status_code=303)
    if fault is not None:
        return _again(request, me, tender, Typed(abandon_reason=reason, faults={"abandon-reason": fault}))
    page = pages.confirm_abandon(
        here.tender, roles=me.session.roles, scored=here.scored, reason=reason.strip(), editions=editions
    )
    return render(request, "tenders/decision_confirm.html", page)


def _again(request: Request, me: Viewer, tender: int, typed: Typed) -> Response:
    """The page with what was typed and what is wrong with it."""
    with request.app.state.database.reading() as session:
        return _page(request, me, found(request, session, me, tender), typed)


def _page(request: Request, me: Viewer, here: Found, typed: Typed | None = None) -> Response:
    page = pages.decision_page(
        here.tender,
        roles=me.session.roles,
        may_decide=has(me, OFFICER),
        scored=here.scored,
        feedback=here.feedback,
        numbers_of=here.numbers_of,
        decision=here.decision,
        people=here.people,
        typed=typed,
    )
    return render(request, "tenders/decision.html", page, status=200 if typed is None else 422)
