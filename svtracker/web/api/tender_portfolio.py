"""The portfolio of tenders as JSON: the figures of its page."""

from typing import Any

from fastapi import APIRouter

from svtracker.reports.portfolio import portfolio_answer
from svtracker.tenders.service import standing
from svtracker.web.api.responses import CLOSED
from svtracker.web.dependencies import Reading, Signed
from svtracker.web.pages.tender_portfolio import query_of
from svtracker.web.routes.tender_portfolio import Wanted

router = APIRouter(prefix="/api/v1", tags=["tenders"])


@router.get("/tenders/portfolio", summary="What tenders draw, and who won", responses=CLOSED)
def portfolio(session: Reading, me: Signed, choice: Wanted) -> dict[str, Any]:
    """Each tender with the range of its bids in % and its winners, highest winner first; all awards in one figure.

    Tenders for training are left out; a tender with lots counts in no sum.
    """
    found = standing.portfolio(session, choice, organisation_id=me.organisation.id)
    return portfolio_answer(found, chosen=query_of(choice))
