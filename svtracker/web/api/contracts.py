"""Contracts as JSON: the figures of their pages."""

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request

from svtracker.delivery.answer import contract_answer, progress_answer
from svtracker.delivery.service import progress
from svtracker.web.api.responses import CLOSED, NOT_FOUND
from svtracker.web.contract_desk import ContractNumber, contract_for, contracts_for, today_of
from svtracker.web.dependencies import Reading, Signed

router = APIRouter(prefix="/api/v1", tags=["contracts"])

At = Annotated[date | None, Query(description="The day, as 2026-09-30; today without it")]
Elapsed = Annotated[bool, Query(description="Count the part of the running period that has passed as due")]


@router.get("/contracts", summary="What contracts promised and what came of it", responses=CLOSED)
def list_contracts(
    request: Request, session: Reading, me: Signed, at: At = None, *, elapsed: Elapsed = False
) -> list[dict[str, Any]]:
    """Each contract with its four figures in £, the one that ends first at the top."""
    day = today_of(request)
    found = progress.standings_of(session, contracts_for(session, me, day), at=at or day, elapsed=elapsed)
    return [
        {
            **contract_answer(one.stored),
            **progress_answer(one.stored.contract, one.positions, at=at or day, elapsed=elapsed, policy=me.policy),
        }
        for one in found
    ]


@router.get("/contracts/{contract:int}", summary="One contract with its commitments", responses={**NOT_FOUND, **CLOSED})
def get_contract(
    *,
    request: Request,
    session: Reading,
    me: Signed,
    contract: ContractNumber,
    at: At = None,
    elapsed: Elapsed = False,
) -> dict[str, Any]:
    """What it is, the four figures, and those of each commitment by quantity and in £."""
    day = today_of(request)
    stored = contract_for(session, me, contract, day)
    found = progress.standing_of(session, stored, at=at or day, elapsed=elapsed)
    return {
        **contract_answer(stored),
        **progress_answer(stored.contract, found.positions, at=at or day, elapsed=elapsed, policy=me.policy),
    }
