"""The invited bidders of a tender as JSON, from the same values as the page."""

from typing import Any

from fastapi import APIRouter, Request

from svtracker.audit.rules.events import at_text
from svtracker.tenders.service import invitations
from svtracker.web.api.responses import NOT_FOUND
from svtracker.web.dependencies import Reading, Signed
from svtracker.web.desk import TenderNumber, tender_for

router = APIRouter(prefix="/api/v1", tags=["tenders"])


@router.get("/tenders/{tender:int}/invitations", summary="The invited bidders of a stored tender", responses=NOT_FOUND)
def invited(request: Request, session: Reading, me: Signed, tender: TenderNumber) -> dict[str, Any]:
    """Who was invited and what became of the link; that a bid came by it is said once the bids are open."""
    found = tender_for(session, me, tender)
    listed = invitations.list_invited(
        session, tender, organisation_id=me.organisation.id, clock=request.app.state.clock
    )
    return {
        "tender": found.id,
        "invited": [
            {
                "invitation": one.number,
                "bidder": one.bidder,
                "contact": one.name,
                "email": one.email,
                "state": one.state.value,
                "invited_at": at_text(one.invited_at),
                "used_at": None if one.used_at is None else at_text(one.used_at),
                "until": None if one.until is None else at_text(one.until),
            }
            for one in listed
        ],
    }
