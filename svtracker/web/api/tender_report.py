"""The evaluation report as JSON: the answer that was frozen with the decision, and what its SHA-256 is taken over."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request

from svtracker.web.api.responses import CLOSED, NOT_FOUND
from svtracker.web.dependencies import Reading, Signed
from svtracker.web.desk import TenderNumber
from svtracker.web.routes.tender_report import report_for

router = APIRouter(prefix="/api/v1", tags=["tenders"])


@router.get(
    "/tenders/{tender:int}/report", summary="The scored tender as it was frozen", responses={**NOT_FOUND, **CLOSED}
)
def report(
    request: Request,
    session: Reading,
    me: Signed,
    tender: TenderNumber,
    anonymous: Annotated[str, Query(max_length=10, description="“yes” for Bidder A, B …")] = "",
) -> dict[str, Any]:
    """The answer of a score with the decision. `frozen` holds both texts: SHA-256 over document, line feed, answer."""
    return report_for(request, session, me, tender, is_anonymous=anonymous == "yes")[1].answer
