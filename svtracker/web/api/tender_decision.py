"""The decision on a tender as JSON: the same that its page shows."""

from typing import Any

from fastapi import APIRouter, Request

from svtracker.audit.rules.events import at_text
from svtracker.tenders.rules import findings
from svtracker.web.api.responses import CLOSED, NOT_FOUND
from svtracker.web.dependencies import Reading, Signed
from svtracker.web.desk import TenderNumber
from svtracker.web.routes.tender_decision import found

router = APIRouter(prefix="/api/v1", tags=["tenders"])


@router.get(
    "/tenders/{tender:int}/decision", summary="How a tender stands or was decided", responses={**NOT_FOUND, **CLOSED}
)
def decision(request: Request, session: Reading, me: Signed, tender: TenderNumber) -> dict[str, Any]:
    """Who leads and how firm that is, what is missing, what bidders are told; the decision once there is one."""
    here = found(request, session, me, tender)
    result = None if here.scored is None else here.scored.result
    made = here.decision
    return {
        "number": here.tender.id,
        "reference": here.tender.reference,
        "stage": here.tender.stage.value,
        "leads": None if result is None else findings.answer(result),
        "firm": None if result is None else findings.firm_summary(result),
        "missing": [] if here.scored is None or made is not None else list(here.scored.missing),
        "feedback": [
            {
                "bid": one.number,
                "bidder": one.bidder,
                "draft": one.draft,
                "text": None if one.written is None else one.written.text,
                "at": None if one.written is None else at_text(one.written.at),
            }
            for one in here.feedback
        ],
        "decision": None
        if made is None
        else {
            "outcome": made.outcome.value,
            "bidders": list(made.bidders),
            "on": made.on.isoformat(),
            "at": at_text(made.at),
            "reason": made.reason,
            "sha256": made.sha256,
        },
    }
