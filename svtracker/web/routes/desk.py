"""The tenders of an organisation: the list, a new one, and where one stands."""

from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from starlette.responses import RedirectResponse, Response

from svtracker.kernel.exceptions import NotFoundError, ReferenceTakenError, RefusedError
from svtracker.tenders.rules.stages import Stage
from svtracker.tenders.service import importing, results, setup
from svtracker.web.access import OFFICER
from svtracker.web.dependencies import Reading, Signed
from svtracker.web.desk import TenderNumber, acting, tender_for
from svtracker.web.pages.desk import add_tender_page, overview_page
from svtracker.web.pages.frame import render
from svtracker.web.pages.tender_words import settings_facts

router = APIRouter()


@router.get("/tenders/add")
def add_form(request: Request, session: Reading, me: Signed) -> Response:
    """The form that begins a tender."""
    known = setup.list_tenders(session, organisation_id=me.organisation.id)
    return render(request, "tenders/add.html", add_tender_page(known))


@router.post("/tenders/add")
def add(
    *,
    request: Request,
    me: Signed,
    title: Annotated[str, Form(max_length=1_000)] = "",
    reference: Annotated[str, Form(max_length=1_000)] = "",
    source: Annotated[str, Form(max_length=20)] = "",
    training: Annotated[str, Form(max_length=10)] = "",
) -> Response:
    """Begins a tender, empty or with the settings of another one."""
    state = request.app.state
    common: dict[str, Any] = {"organisation_id": me.organisation.id, "actor": acting(me, OFFICER), "clock": state.clock}
    names: dict[str, Any] = {"reference": reference, "title": title, "is_training": bool(training)}
    try:
        with state.database.writing() as session:
            if source.isdecimal():
                added = setup.copy_tender(session, int(source[:15]), **names, **common)
            else:
                added = setup.create_tender(session, **names, **common, is_invented=me.organisation.is_demo)
    except RefusedError as refused:
        faults = {problem.path: f"Enter {problem.wanted}." for problem in refused.problems}
    except ReferenceTakenError as taken:
        faults = {"reference": str(taken)}
    except NotFoundError:
        faults = {"source": "Choose one of the tenders in the list."}
    else:
        return RedirectResponse(f"/tenders/{added.id}/setup", status_code=303)
    with state.database.reading() as session:
        known = setup.list_tenders(session, organisation_id=me.organisation.id)
    values = {"title": title, "reference": reference, "source": source, "training": training}
    return render(request, "tenders/add.html", add_tender_page(known, values=values, faults=faults), status=422)


@router.get("/tenders/{tender:int}")
def overview(request: Request, session: Reading, me: Signed, tender: TenderNumber) -> Response:
    """One tender: where it stands and what comes next."""
    found = tender_for(session, me, tender)
    organisation_id = me.organisation.id
    settled = setup.settled(session, found)
    page = overview_page(
        found,
        roles=me.session.roles,
        bids=results.count_bids(session, organisation_id=organisation_id).get(tender, 0),
        problems=setup.problems_of(session, found, clock=request.app.state.clock) if found.stage is Stage.DRAFT else (),
        facts=settings_facts(settled[0]) if settled else (),
        editions=setup.list_editions(session, tender, organisation_id=organisation_id),
        awards=importing.list_awards(session, tender, organisation_id=organisation_id),
        lots=setup.list_lots(session, tender, organisation_id=organisation_id),
        parent=None
        if found.parent_id is None
        else setup.get_tender(session, found.parent_id, organisation_id=organisation_id),
    )
    return render(request, "tenders/overview.html", page)
