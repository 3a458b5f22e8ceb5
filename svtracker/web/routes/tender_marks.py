"""Evaluators of a tender, marking alone, and moderation (RULES 4.3)."""

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Form, Path, Request
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse, Response

from svtracker.frameworks.rules.values import Version
from svtracker.identity.service import users
from svtracker.kernel.exceptions import (
    NotAnEvaluatorError,
    NotFoundError,
    NotYetError,
    ReasonMissingError,
    RefusedError,
    StageError,
    TextNotKeptError,
)
from svtracker.tenders.rules.marking import AskedQuestion, Moderation, marking_order
from svtracker.tenders.rules.records import Evaluator, StoredBid, StoredTender
from svtracker.tenders.service import bids as bid_service
from svtracker.tenders.service import evaluation, panel, setup
from svtracker.tenders.service.evaluation import Marking
from svtracker.web.access import LEAD, OFFICER, PANEL
from svtracker.web.dependencies import LARGEST, Reading, Signed
from svtracker.web.desk import TenderNumber, acting, has, tender_for
from svtracker.web.guard import Viewer
from svtracker.web.pages import tender_marks as pages
from svtracker.web.pages import tender_moderation as moderation_pages
from svtracker.web.pages.frame import render

router = APIRouter()

BidNumber = Annotated[int, Path(ge=1, le=LARGEST)]
Words = Annotated[str, Form(max_length=40_000)]
Short = Annotated[str, Form(max_length=1_000)]

# What can no longer be saved though it was typed: it stands in the form again, under the reason.
TOO_LATE = (NotAnEvaluatorError, NotYetError, StageError)

# The fields of the form of a mark, by what the service calls them.
FIELDS = {"mark": "mark", "reason": "why", "feedback": "feedback"}

CHANGERS = OFFICER | LEAD


@router.get("/tenders/{tender:int}/marks")
def own_marks(request: Request, session: Reading, me: Signed, tender: TenderNumber) -> Response:
    """What is left to mark for who is signed in."""
    return _own_marks(request, session, me, tender_for(session, me, tender))


def _own_marks(
    request: Request, session: Session, me: Viewer, found: StoredTender, *, status: int = 200, **what: Any
) -> Response:
    marking = _marking(session, me, found)
    page = pages.own_marks_page(
        found,
        roles=me.session.roles,
        bids=_bids(session, found),
        me=_myself(marking, me),
        own=marking.own,
        evaluators=marking.evaluators,
        is_sealed=marking.is_sealed,
        **what,
    )
    return render(request, "tenders/marks.html", page, status=status)


@router.post("/tenders/{tender:int}/marks/interests")
def declare(request: Request, me: Signed, tender: TenderNumber, conflict: Short = "", what: Words = "") -> Response:
    """Says whether an evaluator has a conflict of interest with any bidder."""
    state = request.app.state
    values = {"conflict": conflict, "what": what}
    faults: dict[str, str] = {}
    if conflict not in {"no", "yes"}:
        faults["conflict"] = "Choose whether you have a conflict of interest."
    else:
        try:
            with state.database.writing() as session:
                tender_for(session, me, tender)
                evaluation.declare(
                    session,
                    tender,
                    me.session.person_id,
                    has_conflict=conflict == "yes",
                    conflict=what,
                    **_common(request, me),
                )
        except ReasonMissingError:
            faults["what"] = "Say what the conflict of interest is."
        except (RefusedError, TextNotKeptError) as refused:
            faults["what"] = _said(refused)
        else:
            return RedirectResponse(f"/tenders/{tender}/marks", status_code=303)
    with state.database.reading() as session:
        found = tender_for(session, me, tender)
        return _own_marks(request, session, me, found, status=422, values=values, faults=faults)


@router.post("/tenders/{tender:int}/marks/submit")
def submit(request: Request, me: Signed, tender: TenderNumber) -> Response:
    """Hands in the marks of one evaluator."""
    with request.app.state.database.writing() as session:
        tender_for(session, me, tender)
        evaluation.submit_marks(session, tender, me.session.person_id, **_common(request, me))
    return RedirectResponse(f"/tenders/{tender}/marks", status_code=303)


@router.get("/tenders/{tender:int}/marks/{bid:int}/{question:path}")
def mark_form(
    *, request: Request, session: Reading, me: Signed, tender: TenderNumber, bid: BidNumber, question: str
) -> Response:
    """One answer with its scale; who cannot mark it now is led to their list, which says why."""
    found = tender_for(session, me, tender)
    asked = _asked(session, found, bid, question)
    marking = _marking(session, me, found)
    myself = _myself(marking, me)
    may_mark = myself is not None and myself.marks and myself.declared_at is not None and myself.submitted_at is None
    if not may_mark or found.decided_at is not None:
        return RedirectResponse(f"/tenders/{tender}/marks", status_code=303)
    return _mark_form(request=request, session=session, me=me, found=found, asked=asked, marking=marking)


def _mark_form(
    *,
    request: Request,
    session: Session,
    me: Viewer,
    found: StoredTender,
    asked: tuple[StoredBid, AskedQuestion],
    marking: Marking,
    status: int = 200,
    **what: Any,
) -> Response:
    page = pages.mark_page(
        found,
        roles=me.session.roles,
        bids=_bids(session, found),
        bid=asked[0],
        question=asked[1],
        own=marking.own,
        evaluators=marking.evaluators,
        version=_version(session, found),
        **what,
    )
    return render(request, "tenders/marks_answer.html", page, status=status)


@router.post("/tenders/{tender:int}/marks/{bid:int}/{question:path}")
def mark(
    *,
    request: Request,
    me: Signed,
    tender: TenderNumber,
    bid: BidNumber,
    question: str,
    mark: Short = "",
    other: Short = "",
    why: Words = "",
    feedback: Words = "",
    then: Short = "",
) -> Response:
    """Keeps one mark and goes on to the next answer without one."""
    state = request.app.state
    values = {"mark": mark, "other": other, "why": why, "feedback": feedback}
    what: dict[str, Any] = {"values": values}
    try:
        with state.database.writing() as session:
            found = tender_for(session, me, tender)
            asked = _asked(session, found, bid, question)
            evaluation.give_mark(
                session,
                tender,
                me.session.person_id,
                bid_id=bid,
                question=question,
                mark=_chosen(mark, other),
                reason=why,
                feedback=feedback,
                **_common(request, me),
            )
            marking = _marking(session, me, found)
            order = marking_order(found, _bids(session, found))
    except RefusedError as refused:
        what["faults"], status = _faults(refused, mark=mark), 422
    except TOO_LATE as late:
        what["general"], status = str(late), 409
    else:
        given = {(one.bid_id, one.question): one for one in marking.own}
        following = None if then == "list" else pages.following_answer(order, given, after=asked)
        href = f"/tenders/{tender}/marks"
        if following is not None:
            href = pages.question_href(tender, "/marks", following[0].id, following[1].id)
        return RedirectResponse(href, status_code=303)
    with state.database.reading() as session:
        found = tender_for(session, me, tender)
        asked = _asked(session, found, bid, question)
        return _mark_form(
            request=request,
            session=session,
            me=me,
            found=found,
            asked=asked,
            marking=_marking(session, me, found),
            status=status,
            **what,
        )


@router.get("/tenders/{tender:int}/evaluators")
def evaluators(request: Request, session: Reading, me: Signed, tender: TenderNumber) -> Response:
    """Who marks, and how far everybody is."""
    return _evaluators(request, session, me, tender_for(session, me, tender))


def _evaluators(
    request: Request, session: Session, me: Viewer, found: StoredTender, *, status: int = 200, **what: Any
) -> Response:
    here = me.organisation.id
    may_change = has(me, CHANGERS)
    named = evaluation.list_evaluators(session, found.id, organisation_id=here)
    candidates = (
        panel.list_candidates(session, found.id, organisation_id=here, clock=request.app.state.clock)
        if may_change
        else ()
    )
    page = pages.evaluators_page(
        found,
        roles=me.session.roles,
        evaluators=named,
        names=users.names(session),
        candidates=candidates,
        me=me.session.person_id,
        may_change=may_change,
        # A fellow evaluator learns that somebody does not mark, and not what stands in the way.
        sees_conflicts=not me.session.roles <= PANEL or has(me, LEAD),
        **what,
    )
    return render(request, "tenders/evaluators.html", page, status=status)


@router.post("/tenders/{tender:int}/evaluators")
def name_evaluator(
    request: Request, me: Signed, tender: TenderNumber, person: Short = "", lead: Short = ""
) -> Response:
    """Names an evaluator, or makes one the lead."""

    def change(session: Session) -> None:
        number = _person(person)
        if number is None:
            raise NotFoundError(what="person", name=person, do="Choose one from the list.")
        panel.name_evaluator(session, tender, number, is_lead=bool(lead), **_common(request, me, CHANGERS))

    return _changed_panel(request, me, tender, change, field="person", values={"person": person, "lead": lead})


@router.post("/tenders/{tender:int}/evaluators/remove")
def remove_evaluator(
    *, request: Request, me: Signed, tender: TenderNumber, person: Short = "", reason: Words = "", instead: Short = ""
) -> Response:
    """Takes an evaluator out with a reason, and names another in their place where one is chosen."""

    def change(session: Session) -> None:
        number = _person(person)
        if number is None:
            raise NotFoundError(what="evaluator", name=person, do="Choose one from the list.")
        panel.drop_evaluator(
            session, tender, number, reason=reason, replacement=_person(instead), **_common(request, me, CHANGERS)
        )

    values = {"reason": reason, "instead": instead}
    return _changed_panel(request, me, tender, change, field="reason", values=values, place=person)


def _changed_panel(
    request: Request,
    me: Viewer,
    tender: int,
    change: Callable[[Session], None],
    *,
    field: str,
    values: dict[str, str],
    place: str = "",
) -> Response:
    state = request.app.state
    what: dict[str, Any] = {"values": values, "place": place}
    try:
        with state.database.writing() as session:
            tender_for(session, me, tender)
            change(session)
    except ReasonMissingError:
        what["faults"], status = {"reason": "Say why: the reason is kept in the record."}, 422
    except NotFoundError as missing:
        if missing.what == "tender":
            raise
        what["faults"], status = {field if place else "person": "Choose somebody from the list."}, 422
    except (RefusedError, TextNotKeptError) as refused:
        what["faults"], status = {field: _said(refused)}, 422
    except TOO_LATE as late:
        what["general"], status = str(late), 409
    else:
        return RedirectResponse(f"/tenders/{tender}/evaluators", status_code=303)
    with state.database.reading() as session:
        return _evaluators(request, session, me, tender_for(session, me, tender), status=status, **what)


@router.get("/tenders/{tender:int}/moderation")
def moderation(request: Request, session: Reading, me: Signed, tender: TenderNumber) -> Response:
    """How the marks lie; while anybody is marking, only who that is."""
    return _moderation(request, session, me, tender_for(session, me, tender))


def _moderation(
    request: Request, session: Session, me: Viewer, found: StoredTender, *, status: int = 200, **what: Any
) -> Response:
    marking = _marking(session, me, found)
    page = moderation_pages.moderation_page(
        found,
        roles=me.session.roles,
        bids=_bids(session, found),
        evaluators=marking.evaluators,
        names=users.names(session),
        found=opened_marks(session, me, found, marking),
        leads=_leads(marking, me),
        is_barred=is_barred(marking, me),
        **what,
    )
    return render(request, "tenders/moderation.html", page, status=status)


@router.post("/tenders/{tender:int}/moderation/reopen")
def reopen(request: Request, me: Signed, tender: TenderNumber, person: Short = "", reason: Words = "") -> Response:
    """Opens one evaluator's marks again, with a reason; everybody's are sealed until they are in."""
    state = request.app.state
    number = _person(person)
    try:
        with state.database.writing() as session:
            tender_for(session, me, tender)
            if number is None:
                raise NotFoundError(what="evaluator", name=person, do="Choose one from the list.")
            evaluation.reopen_marks(session, tender, number, reason=reason, **_common(request, me, LEAD))
    except ReasonMissingError:
        fault = "Say why: the reason is kept in the record."
    except (RefusedError, TextNotKeptError) as refused:
        fault = _said(refused)
    else:
        return RedirectResponse(f"/tenders/{tender}/moderation", status_code=303)
    with state.database.reading() as session:
        what: dict[str, Any] = {"place": person, "values": {"reason": reason}, "faults": {"reason": fault}}
        return _moderation(request, session, me, tender_for(session, me, tender), status=422, **what)


@router.get("/tenders/{tender:int}/moderation/{bid:int}/{question:path}")
def agree_form(
    *, request: Request, session: Reading, me: Signed, tender: TenderNumber, bid: BidNumber, question: str
) -> Response:
    """One answer in moderation; while the marks are sealed, the page that says who is still marking."""
    found = tender_for(session, me, tender)
    asked = _asked(session, found, bid, question)
    marking = _marking(session, me, found)
    opened = opened_marks(session, me, found, marking)
    if opened is None:
        return RedirectResponse(f"/tenders/{tender}/moderation", status_code=303)
    return _agree_form(
        request=request, session=session, me=me, found=found, asked=asked, opened=opened, leads=_leads(marking, me)
    )


def _agree_form(
    *,
    request: Request,
    session: Session,
    me: Viewer,
    found: StoredTender,
    asked: tuple[StoredBid, AskedQuestion],
    opened: tuple[Moderation, ...],
    leads: bool,
    status: int = 200,
    **what: Any,
) -> Response:
    one = next(each for each in opened if (each.bid.id, each.question.id) == (asked[0].id, asked[1].id))
    page = moderation_pages.agree_page(
        found, roles=me.session.roles, found=opened, one=one, names=users.names(session), leads=leads, **what
    )
    return render(request, "tenders/moderation_answer.html", page, status=status)


@router.post("/tenders/{tender:int}/moderation/{bid:int}/{question:path}")
def agree(
    *,
    request: Request,
    me: Signed,
    tender: TenderNumber,
    bid: BidNumber,
    question: str,
    mark: Short = "",
    other: Short = "",
    why: Words = "",
    feedback: Words = "",
    then: Short = "",
) -> Response:
    """Keeps the mark that the evaluators agreed, beside their own."""
    state = request.app.state
    what: dict[str, Any] = {"values": {"mark": mark, "other": other, "why": why, "feedback": feedback}}
    try:
        with state.database.writing() as session:
            found = tender_for(session, me, tender)
            asked = _asked(session, found, bid, question)
            evaluation.agree(
                session,
                tender,
                bid_id=bid,
                question=question,
                mark=_chosen(mark, other),
                reason=why,
                feedback=feedback,
                **_common(request, me, LEAD),
            )
            opened = opened_marks(session, me, found, _marking(session, me, found)) or ()
    except RefusedError as refused:
        what["faults"], status = _faults(refused, mark=mark), 422
    except TOO_LATE as late:
        what["general"], status = str(late), 409
    else:
        return RedirectResponse(_after_agreeing(found, opened, asked, then=then), status_code=303)
    with state.database.reading() as session:
        found = tender_for(session, me, tender)
        asked = _asked(session, found, bid, question)
        marking = _marking(session, me, found)
        known = opened_marks(session, me, found, marking)
        if known is None:
            raise NotYetError(step="agree a mark", why="not everybody has submitted their marks.")
        return _agree_form(
            request=request,
            session=session,
            me=me,
            found=found,
            asked=asked,
            opened=known,
            leads=_leads(marking, me),
            status=status,
            **what,
        )


def _after_agreeing(
    found: StoredTender, opened: tuple[Moderation, ...], asked: tuple[StoredBid, AskedQuestion], *, then: str
) -> str:
    one = next(each for each in opened if (each.bid.id, each.question.id) == (asked[0].id, asked[1].id))
    following = None if then == "list" else moderation_pages.following_of(found, opened, one)
    if following is None:
        return f"/tenders/{found.id}/moderation"
    return pages.question_href(found.id, "/moderation", following.bid.id, following.question.id)


def opened_marks(session: Session, me: Viewer, found: StoredTender, marking: Marking) -> tuple[Moderation, ...] | None:
    """Everybody's marks, once all are in; nothing for who has a conflict of interest, and while one is missing."""
    if found.opened_at is None or marking.is_sealed or is_barred(marking, me):
        return None
    return evaluation.moderation(session, found.id, organisation_id=me.organisation.id)


def is_barred(marking: Marking, me: Viewer) -> bool:
    """Whether the reader declared a conflict of interest, and so takes no part in moderation."""
    return any(one.person_id == me.session.person_id and one.has_conflict for one in marking.evaluators)


def _leads(marking: Marking, me: Viewer) -> bool:
    myself = _myself(marking, me)
    return has(me, LEAD) and myself is not None and myself.is_lead and myself.marks


def _marking(session: Session, me: Viewer, found: StoredTender) -> Marking:
    return evaluation.marking_of(session, found.id, me.session.person_id, organisation_id=me.organisation.id)


def _myself(marking: Marking, me: Viewer) -> Evaluator | None:
    return next((one for one in marking.evaluators if one.person_id == me.session.person_id), None)


def _bids(session: Session, found: StoredTender) -> tuple[StoredBid, ...]:
    """The bids of an opened tender; none of one whose bids are sealed."""
    if found.opened_at is None:
        return ()
    return bid_service.list_bids(session, found.id, organisation_id=found.organisation_id)


def _asked(session: Session, found: StoredTender, bid: int, question: str) -> tuple[StoredBid, AskedQuestion]:
    pairs = marking_order(found, _bids(session, found))
    for one, asked in pairs:
        if (one.id, asked.id) == (bid, question):
            return one, asked
    is_bid = any(one.id == bid for one, _ in pairs)
    what, name = ("answer to mark", question) if is_bid else ("bid to mark", str(bid))
    raise NotFoundError(what=what, name=name, do="Choose one from the list of answers.")


def _version(session: Session, found: StoredTender) -> Version | None:
    settled = setup.settled(session, found)
    return None if settled is None else settled[1]


def _common(request: Request, me: Viewer, roles: frozenset[Any] = PANEL) -> dict[str, Any]:
    return {
        "organisation_id": me.organisation.id,
        "actor": acting(me, roles),
        "clock": request.app.state.clock,
    }


def _chosen(mark: str, other: str) -> str:
    return other if mark in {"", pages.TYPED} else mark


def _faults(refused: RefusedError, *, mark: str) -> dict[str, str]:
    """What is wrong, by the field where it stands."""
    fields = {**FIELDS, "mark": "other" if mark == pages.TYPED else "mark"}
    return {fields[one.path]: _words(one.path, one.seen, one.wanted) for one in refused.problems}


def _words(path: str, seen: str, wanted: str) -> str:
    if path == "reason" and seen == "nothing":
        return "Say why: a mark stands only with its reason."
    return f"Choose or type {wanted}." if path == "mark" else f"Saw {seen}; wanted {wanted}."


def _said(refused: RefusedError | TextNotKeptError) -> str:
    if isinstance(refused, TextNotKeptError):
        return str(refused)
    return " ".join(f"Saw {one.seen}; wanted {one.wanted}." for one in refused.problems)


def _person(text: str) -> int | None:
    number = int(text) if text.isascii() and text.isdecimal() and len(text) < 16 else None
    return number or None
