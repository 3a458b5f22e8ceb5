"""Tenders as JSON: the answer of FORMATS 2, the same object as `svtracker score --json`."""

from datetime import datetime
from typing import Any

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool

from svtracker.audit.rules.events import at_text
from svtracker.kernel import numbers
from svtracker.tenders.answer import Answer, answer_of
from svtracker.tenders.rules.records import StoredBid
from svtracker.tenders.service import bids, importing, results
from svtracker.web.api.responses import NOT_FOUND, REFUSED
from svtracker.web.dependencies import Reading, Scoring, Shelved, Signed
from svtracker.web.desk import TenderNumber, tender_for
from svtracker.web.house import limits_of

router = APIRouter(prefix="/api/v1", tags=["tenders"])

_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "description": "A tender file (FORMATS 2), as JSON or YAML.",
        "content": {
            "application/json": {"schema": {"type": "object"}},
            "application/yaml": {"schema": {"type": "string"}},
        },
    }
}


@router.get("/tenders", summary="All tenders with the range of their bids")
def tenders(shelf: Shelved) -> list[dict[str, Any]]:
    """Each tender with its key, title, contract value, status and the range of social value % of its bids."""
    return [
        {
            "key": key,
            "tender": result.tender.id,
            "title": result.tender.title,
            "contract_value": f"{result.tender.contract_value:f}",
            "status": result.tender.outcome.status.value,
            "invented": result.tender.invented,
            "bids": len(result.bids),
            **{name: answer_of(result)[name] for name in ("framework", "method", "winner", "tied", "range")},
        }
        for key, result in shelf.all()
    ]


@router.get("/tenders/{tender:int}", summary="A stored tender of the organisation", responses=NOT_FOUND)
def stored(session: Reading, me: Signed, tender: TenderNumber) -> dict[str, Any]:
    """Where a tender stands, with its settings, the number of its bids and the awards that were published of it."""
    found = tender_for(session, me, tender)
    return {
        "number": found.id,
        "reference": found.reference,
        "title": found.title,
        "stage": found.stage.value,
        "outcome": found.outcome.value,
        "invented": found.is_invented,
        "training": found.is_training,
        "settings": found.settings,
        "bids": results.count_bids(session, organisation_id=me.organisation.id).get(tender, 0),
        "awards": [
            {
                "supplier": one.supplier,
                "value": None if one.value is None else f"{numbers.round_half_up(one.value, 2):f}",
                "on": None if one.on is None else one.on.isoformat(),
                "status": one.status,
            }
            for one in importing.list_awards(session, tender, organisation_id=me.organisation.id)
        ],
        "closes_at": _moment(found.closes_at),
        "published_at": _moment(found.published_at),
        "opened_at": _moment(found.opened_at),
        "decided_at": _moment(found.decided_at),
    }


@router.get("/tenders/{tender:int}/bids", summary="The bids of a stored tender", responses=NOT_FOUND)
def stored_bids(session: Reading, me: Signed, tender: TenderNumber) -> dict[str, Any]:
    """How many bids came in and when; their names and prices once they are open."""
    found = tender_for(session, me, tender)
    by: dict[str, Any] = {"organisation_id": me.organisation.id}
    opened = bids.list_bids(session, tender, **by) if found.opened_at is not None else ()
    names = {bid.number: bid for bid in opened}
    return {
        "tender": found.id,
        "opened_at": _moment(found.opened_at),
        "bids": [
            {
                "number": one.number,
                "received_at": _moment(one.received_at),
                "late": one.is_late,
                "admitted": one.is_admitted,
                "replaced_at": _moment(one.replaced_at),
                "withdrawn_at": _moment(one.withdrawn_at),
                **_opened(names.get(one.number)),
            }
            for one in bids.list_sealed(session, tender, **by)
        ],
    }


@router.get("/tenders/{tender:int}/evaluation", summary="A stored tender, scored", responses=NOT_FOUND)
def stored_evaluation(request: Request, session: Reading, me: Signed, tender: TenderNumber) -> Answer:
    """The answer of FORMATS 2 for the bids as they stand; `missing` names marks that are not in yet."""
    found = tender_for(session, me, tender)
    scored = results.score_tender(
        session,
        found.id,
        organisation_id=me.organisation.id,
        minimum_wage=request.app.state.reference.minimum_wage,
        limits=limits_of(me.policy),
    )
    return {**answer_of(scored.result), "missing": list(scored.missing)}


def _opened(bid: StoredBid | None) -> dict[str, Any]:
    if bid is None:
        return {}
    return {
        "bid": bid.id,
        "bidder": bid.bidder,
        "status": bid.status.value,
        "price": None if bid.price is None else numbers.plain(numbers.round_half_up(bid.price, 2)),
        "source": bid.source.value,
        "sha256": bid.sha256,
    }


def _moment(value: datetime | None) -> str | None:
    return None if value is None else at_text(value)


@router.get("/tenders/{key}", summary="A scored tender", responses=NOT_FOUND)
def tender(shelf: Shelved, key: str) -> Answer:
    """The whole answer for one tender."""
    return answer_of(shelf.get(key))


@router.post("/score", summary="Score a tender file", responses=REFUSED, openapi_extra=_BODY)
async def score(request: Request, scorer: Scoring) -> Answer:
    """Score what is sent; nothing is stored. All problems come at once where it cannot be scored."""
    data = await request.body()
    is_json = "json" in request.headers.get("content-type", "")
    name = "tender.json" if is_json else "tender.yaml"
    return await run_in_threadpool(lambda: answer_of(scorer.score(name=name, data=data)))
