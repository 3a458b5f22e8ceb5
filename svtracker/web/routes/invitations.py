"""Inviting bidders by a personal link: who runs the tender invites, sends again, revokes; an auditor reads along."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Form, Path, Request
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse, Response

from svtracker.kernel.exceptions import RefusedError
from svtracker.tenders.service import invitations
from svtracker.web.access import OFFICER
from svtracker.web.dependencies import LARGEST, Reading, Signed
from svtracker.web.desk import TenderNumber, acting, has, tender_for
from svtracker.web.guard import Viewer
from svtracker.web.pages.frame import render
from svtracker.web.pages.invitations import invitations_page

router = APIRouter()

InvitationNumber = Annotated[int, Path(ge=1, le=LARGEST)]
FAULTS = {
    "bidder": "Enter the name of a firm that is not invited yet, on one line.",
    "name": "Enter the name of the person whom the link is for.",
    "email": "Enter an email address, as in name@firm.example.",
}


@router.get("/tenders/{tender:int}/invitations")
def invited(request: Request, session: Reading, me: Signed, tender: TenderNumber) -> Response:
    """The invited bidders, and the form for another one."""
    return _page(request, session, me, tender)


@router.post("/tenders/{tender:int}/invitations")
def invite(
    *,
    request: Request,
    me: Signed,
    tender: TenderNumber,
    bidder: Annotated[str, Form(max_length=1_000)] = "",
    name: Annotated[str, Form(max_length=1_000)] = "",
    email: Annotated[str, Form(max_length=1_000)] = "",
) -> Response:
    """Invites a bidder: a personal link goes to their contact."""
    state = request.app.state
    try:
        with state.database.writing() as session:
            tender_for(session, me, tender)
            invitations.invite(
                session,
                tender,
                bidder=bidder,
                name=name,
                email=email,
                organisation_id=me.organisation.id,
                actor=acting(me, OFFICER),
                clock=state.clock,
            )
    except RefusedError as refused:
        faults = {problem.path: FAULTS[problem.path] for problem in refused.problems}
        typed = {"bidder": bidder, "name": name, "email": email}
        with state.database.reading() as session:
            return _page(request, session, me, tender, typed=typed, faults=faults)
    return RedirectResponse(f"/tenders/{tender}/invitations", status_code=303)


@router.post("/tenders/{tender:int}/invitations/{invitation:int}/send")
def send_again(request: Request, me: Signed, tender: TenderNumber, invitation: InvitationNumber) -> Response:
    """Sends the link once more, or a new one where it was revoked or is over."""
    state = request.app.state
    with state.database.writing() as session:
        tender_for(session, me, tender)
        invitations.send_again(
            session,
            tender,
            invitation,
            organisation_id=me.organisation.id,
            actor=acting(me, OFFICER),
            clock=state.clock,
        )
    return RedirectResponse(f"/tenders/{tender}/invitations", status_code=303)


@router.post("/tenders/{tender:int}/invitations/{invitation:int}/revoke")
def revoke(request: Request, me: Signed, tender: TenderNumber, invitation: InvitationNumber) -> Response:
    """Makes the link useless and ends the visits by it."""
    state = request.app.state
    with state.database.writing() as session:
        tender_for(session, me, tender)
        invitations.revoke(
            session,
            tender,
            invitation,
            organisation_id=me.organisation.id,
            actor=acting(me, OFFICER),
            clock=state.clock,
        )
    return RedirectResponse(f"/tenders/{tender}/invitations", status_code=303)


def _page(
    request: Request,
    session: Session,
    me: Viewer,
    tender: int,
    *,
    typed: Mapping[str, str] | None = None,
    faults: Mapping[str, str] | None = None,
) -> Response:
    clock = request.app.state.clock
    found = tender_for(session, me, tender)
    page = invitations_page(
        found,
        invitations.list_invited(session, tender, organisation_id=me.organisation.id, clock=clock),
        roles=me.session.roles,
        is_officer=has(me, OFFICER),
        is_closed=found.closes_at is not None and clock() > found.closes_at,
        typed=typed,
        faults=faults,
    )
    return render(request, "tenders/invitations.html", page, status=422 if faults else 200)
