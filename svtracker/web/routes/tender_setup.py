"""Setting a tender up on pages: the form, publishing, amending what was published."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse, Response

from svtracker.frameworks import service as frameworks
from svtracker.frameworks.rules.owners import Whose
from svtracker.kernel.exceptions import (
    ChangedMeanwhileError,
    ReasonMissingError,
    ReferenceTakenError,
    RefusedError,
    StageError,
)
from svtracker.kernel.problems import Problem, shown
from svtracker.tenders.rules.records import StoredTender
from svtracker.tenders.rules.settings import Settings
from svtracker.tenders.rules.stages import STAGE_WORDS, Stage, Step
from svtracker.tenders.service import explaining, lots, policy_rules, setup
from svtracker.tenders.service.amending import amend_and_tell
from svtracker.web.access import OFFICER
from svtracker.web.dependencies import Reading, Signed
from svtracker.web.desk import TenderNumber, acting, has, tender_for
from svtracker.web.guard import Viewer
from svtracker.web.pages.frame import Renderer, render, wants_block
from svtracker.web.pages.tender_how import how_page, published_page
from svtracker.web.pages.tender_setup import SetupPage, copy_page, differences, publish_page, rows_of, setup_page
from svtracker.web.setup_form import SentForm, SetupForm, closing_of, faults_at_fields, line, settings_of

router = APIRouter()

FORM = "tenders/setup.html"
COPY = "tenders/setup_copy.html"
Text = Annotated[str, Form(max_length=1_000)]
USE_PROPOSAL = "use_proposal"
SHOW = "show"
EXAMPLE = "example"


@router.get("/tenders/{tender:int}/setup")
def setup_form(request: Request, session: Reading, me: Signed, tender: TenderNumber, saved: str = "") -> Response:
    """The settings: as a form for who sets a draft up, to be read for everybody else and after publication."""
    found = tender_for(session, me, tender)
    if found.stage is not Stage.DRAFT or not has(me, OFFICER):
        return render(request, "tenders/setup_read.html", _published(request, session, me, found))
    problems = setup.problems_of(session, found, clock=request.app.state.clock)
    state = _state_of(found)
    page = _page(request, session, me, found, state=state, problems=problems, saved=bool(saved), strict=bool(saved))
    return render(request, FORM, page)


@router.post("/tenders/{tender:int}/setup")
def save(request: Request, me: Signed, tender: TenderNumber, form: SentForm) -> Response:
    """Saves what was typed, right or wrong, and shows it with all that is still wrong; for htmx only the example."""
    state = request.app.state
    with state.database.reading() as session:
        before = tender_for(session, me, tender)
        settings, closes_at = settings_of(form, before=before.settings), closing_of(form)
        if wants_block(request):
            return _example_block(request, session, me, before, (settings, closes_at, _names(form)))
        if form.do == USE_PROPOSAL:
            settings = _with_proposal(session, me, settings, day=state.clock().date())
    typed = settings, closes_at, _names(form)
    problems: Sequence[Problem] = ()
    meanwhile = False
    try:
        with state.database.writing() as session:
            setup.change_tender(
                session,
                tender,
                organisation_id=me.organisation.id,
                reference=form.reference,
                title=form.title,
                directorate=line(form.directorate) or None,
                closes_at=closes_at,
                settings=settings,
                note=before.note,
                version=form.version,
                actor=acting(me, OFFICER),
                clock=state.clock,
            )
    except RefusedError as refused:
        problems = refused.problems
    except ReferenceTakenError as taken:
        wanted = f"a reference that {taken.title} does not have already"
        problems = [Problem(file="settings", path="reference", seen=shown(taken.reference), wanted=wanted)]
    except ChangedMeanwhileError:
        meanwhile = True
    else:
        return RedirectResponse(f"/tenders/{tender}/setup?saved=yes", status_code=303)
    with state.database.reading() as session:
        now = tender_for(session, me, tender)
        others = setup.problems_of(session, replace(now, settings=settings, closes_at=closes_at), clock=state.clock)
        page = _page(
            request,
            session,
            me,
            now,
            state=typed,
            problems=[*problems, *(one for one in others if one.path not in {"tender.id", "tender.title"})],
            strict=True,
            meanwhile=meanwhile,
        )
        return render(request, FORM, page, status=409 if meanwhile else 422)


@router.get("/tenders/{tender:int}/publish")
def publish_form(request: Request, session: Reading, me: Signed, tender: TenderNumber) -> Response:
    """What publishing locks, to be confirmed; or what is still missing."""
    found = tender_for(session, me, tender)
    if found.stage is not Stage.DRAFT:
        return RedirectResponse(f"/tenders/{tender}/setup", status_code=303)
    return render(request, "tenders/setup_publish.html", _confirmation(request, session, me, found))


@router.post("/tenders/{tender:int}/publish")
def publish(
    *,
    request: Request,
    me: Signed,
    tender: TenderNumber,
    version: Annotated[int, Form()],
    confirmed: Annotated[str, Form(max_length=10)] = "",
) -> Response:
    """Publishes the tender once it was confirmed; from then on its settings are locked (RULES 4.1)."""
    state = request.app.state
    missing = None
    if confirmed:
        try:
            with state.database.writing() as session:
                setup.publish(
                    session,
                    tender,
                    organisation_id=me.organisation.id,
                    version=version,
                    actor=acting(me, OFFICER),
                    clock=state.clock,
                )
        except RefusedError:
            pass  # the page lists what is missing
        else:
            return RedirectResponse(f"/tenders/{tender}", status_code=303)
    else:
        missing = "Confirm that the settings may be locked."
    with state.database.reading() as session:
        page = _confirmation(request, session, me, tender_for(session, me, tender), error=missing)
        return render(request, "tenders/setup_publish.html", page, status=422)


@router.get("/tenders/{tender:int}/amend")
def amend_form(request: Request, session: Reading, me: Signed, tender: TenderNumber) -> Response:
    """The same form with what was published, to change it with a reason."""
    found = tender_for(session, me, tender)
    if found.stage is not Stage.PUBLISHED:
        return RedirectResponse(f"/tenders/{tender}/setup", status_code=303)
    page = _page(request, session, me, found, state=_state_of(found), problems=(), amends=True)
    return render(request, FORM, page)


@router.post("/tenders/{tender:int}/amend")
def amend(request: Request, me: Signed, tender: TenderNumber, form: SentForm) -> Response:
    """Publishes other settings with a reason, or shows what would change; what was published before is kept."""
    state = request.app.state
    with state.database.reading() as session:
        before = _amendable(session, me, tender)
        settings, closes_at = settings_of(form, before=before.settings), closing_of(form)
        names = _names_of(before)
        if wants_block(request):
            return _example_block(request, session, me, before, (settings, closes_at, names), amends=True)
        if form.do == USE_PROPOSAL:
            settings = _with_proposal(session, me, settings, day=state.clock().date())
    problems: Sequence[Problem] = ()
    meanwhile, reason_missing = False, None
    is_asked = form.do not in {USE_PROPOSAL, SHOW}
    if is_asked and not differences(_state_of(before), (settings, closes_at, names)):
        reason_missing = "Nothing differs from what was published, so there is nothing to amend."
    elif is_asked:
        try:
            with state.database.writing() as session:
                amend_and_tell(
                    session,
                    tender,
                    organisation_id=me.organisation.id,
                    settings=settings,
                    closes_at=closes_at,
                    reason=form.reason,
                    version=form.version,
                    actor=acting(me, OFFICER),
                    clock=state.clock,
                )
        except RefusedError as refused:
            problems = refused.problems
        except ReasonMissingError:
            reason_missing = "Say why the tender is amended: bidders and evaluators read it."
        except ChangedMeanwhileError:
            meanwhile = True
        else:
            return RedirectResponse(f"/tenders/{tender}/setup", status_code=303)
    with state.database.reading() as session:
        now = _amendable(session, me, tender)
        if not problems:
            changed = replace(now, settings=settings, closes_at=closes_at)
            problems = setup.problems_of(session, changed, clock=state.clock)
        page = _page(
            request,
            session,
            me,
            now,
            state=(settings, closes_at, names),
            problems=problems,
            amends=True,
            strict=True,
            meanwhile=meanwhile,
            reason=form.reason,
            reason_missing=reason_missing,
        )
        is_fine = not is_asked and not problems
        return render(request, FORM, page, status=200 if is_fine else 409 if meanwhile else 422)


@router.get("/tenders/{tender:int}/how")
def how(request: Request, session: Reading, me: Signed, tender: TenderNumber) -> Response:
    """How social value will be evaluated: the page that goes to the bidders, printed or as a file."""
    found = tender_for(session, me, tender)
    page = how_page(
        found,
        roles=me.session.roles,
        settled=setup.settled(session, found),
        illustration=explaining.illustration_of(session, found.settings, organisation_id=me.organisation.id),
        editions=setup.list_editions(session, tender, organisation_id=me.organisation.id),
    )
    return render(request, "tenders/setup_how.html", page)


@router.get("/tenders/{tender:int}/lots/add")
def lot_form(request: Request, session: Reading, me: Signed, tender: TenderNumber) -> Response:
    """The form that adds a lot."""
    found = tender_for(session, me, tender)
    number = len(setup.list_lots(session, tender, organisation_id=me.organisation.id)) + 1
    names = {"lot": str(number), "title": found.title, "reference": f"{found.reference}-{number}"}
    return render(request, COPY, copy_page(found, roles=me.session.roles, is_lot=True, values=names))


@router.get("/tenders/{tender:int}/copy")
def copy_form(request: Request, session: Reading, me: Signed, tender: TenderNumber) -> Response:
    """The form that copies a tender."""
    found = tender_for(session, me, tender)
    names = {"lot": "", "title": found.title, "reference": ""}
    return render(request, COPY, copy_page(found, roles=me.session.roles, is_lot=False, values=names))


@router.post("/tenders/{tender:int}/lots/add")
def add_lot(
    *, request: Request, me: Signed, tender: TenderNumber, lot: Text = "", title: Text = "", reference: Text = ""
) -> Response:
    """Adds a lot, which begins with the settings of the tender (RULES 3.9)."""
    return _copied(request, me, tender, {"lot": lot, "title": title, "reference": reference}, is_lot=True)


@router.post("/tenders/{tender:int}/copy")
def copy(request: Request, me: Signed, tender: TenderNumber, title: Text = "", reference: Text = "") -> Response:
    """Copies a tender, without bids, dates and people."""
    return _copied(request, me, tender, {"lot": "", "title": title, "reference": reference}, is_lot=False)


def _copied(request: Request, me: Viewer, number: int, names: dict[str, str], *, is_lot: bool) -> Response:
    state = request.app.state
    common: dict[str, Any] = {
        "organisation_id": me.organisation.id,
        "title": names["title"],
        "reference": names["reference"],
        "actor": acting(me, OFFICER),
        "clock": state.clock,
    }
    try:
        with state.database.writing() as session:
            if is_lot:
                added = lots.add_lot(session, number, lot=names["lot"], **common)
            else:
                added = setup.copy_tender(session, number, **common)
    except RefusedError as refused:
        faults = {problem.path: f"Enter {problem.wanted}." for problem in refused.problems}
    except ReferenceTakenError as taken:
        faults = {"reference": str(taken)}
    else:
        return RedirectResponse(f"/tenders/{added.id}/setup", status_code=303)
    with state.database.reading() as session:
        found = tender_for(session, me, number)
        page = copy_page(found, roles=me.session.roles, is_lot=is_lot, values=names, faults=faults)
        return render(request, COPY, page, status=422)


State = tuple[Settings, datetime | None, Mapping[str, str]]


def _names(form: SetupForm) -> dict[str, str]:
    return {"title": line(form.title), "reference": form.reference.strip(), "directorate": line(form.directorate)}


def _names_of(tender: StoredTender) -> dict[str, str]:
    return {"title": tender.title, "reference": tender.reference, "directorate": tender.directorate or ""}


def _state_of(tender: StoredTender) -> State:
    return tender.settings, tender.closes_at, _names_of(tender)


def _amendable(session: Session, me: Viewer, number: int) -> StoredTender:
    found = tender_for(session, me, number)
    if found.stage is not Stage.PUBLISHED:
        raise StageError(step=Step.AMEND, tender=found.title, stage=STAGE_WORDS[found.stage])
    return found


def _page(
    request: Request,
    session: Session,
    me: Viewer,
    tender: StoredTender,
    *,
    state: State,
    problems: Sequence[Problem],
    amends: bool = False,
    meanwhile: bool = False,
    **more: Any,
) -> SetupPage:
    settings, closes_at, names = state
    version = explaining.version_of(session, settings, organisation_id=me.organisation.id)
    rows = rows_of(settings, version)
    stored = _state_of(tender)
    return setup_page(
        tender,
        roles=me.session.roles,
        settings=settings,
        closes_at=closes_at,
        names=names,
        faults=faults_at_fields(problems, settings=settings, rows=rows),
        rows=rows,
        version=version,
        versions=frameworks.list_versions(session, whose=Whose(organisation_id=me.organisation.id)),
        proposal=explaining.proposal_of(
            session, settings, day=request.app.state.clock().date(), organisation_id=me.organisation.id
        ),
        illustration=explaining.illustration_of(session, settings, organisation_id=me.organisation.id),
        checks=policy_rules.checks_of(session, replace(tender, settings=settings), clock=request.app.state.clock),
        amends=amends,
        meanwhile=meanwhile,
        differs=differences(state, stored) if meanwhile else differences(stored, state) if amends else (),
        **more,
    )


def _example_block(
    request: Request, session: Session, me: Viewer, tender: StoredTender, state: State, *, amends: bool = False
) -> Response:
    renderer: Renderer = request.app.state.renderer
    page = _page(request, session, me, tender, state=state, problems=(), amends=amends)
    return renderer.block(request, FORM, EXAMPLE, page)


def _with_proposal(session: Session, me: Viewer, settings: Mapping[str, object], *, day: Any) -> dict[str, object]:
    proposal = explaining.proposal_of(session, settings, day=day, organisation_id=me.organisation.id)
    made = dict(settings)
    if proposal is not None:
        part: Any = made["tender"]
        made["tender"] = {**part, "framework": proposal.version.name, "list": proposal.list.value}
    return made


def _confirmation(
    request: Request, session: Session, me: Viewer, tender: StoredTender, *, error: str | None = None
) -> Any:
    settled = setup.settled(session, tender)
    problems = setup.problems_of(session, tender, clock=request.app.state.clock)
    faults = faults_at_fields(problems, settings=tender.settings, rows={})
    return publish_page(
        tender, roles=me.session.roles, settled=None if settled is None else settled[0], faults=faults, error=error
    )


def _published(request: Request, session: Session, me: Viewer, tender: StoredTender) -> Any:
    return published_page(
        tender,
        roles=me.session.roles,
        settled=setup.settled(session, tender),
        illustration=explaining.illustration_of(session, tender.settings, organisation_id=me.organisation.id),
        editions=setup.list_editions(session, tender.id, organisation_id=me.organisation.id),
        may_amend=has(me, OFFICER) and tender.stage is Stage.PUBLISHED,
        checks=policy_rules.checks_of(session, tender, clock=request.app.state.clock),
    )
