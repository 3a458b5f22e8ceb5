"""Bids on pages: received under seal, opened, compared, and each line behind its figure."""

from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Depends, File, Form, Request, UploadFile
from sqlalchemy.orm import Session
from starlette.datastructures import FormData
from starlette.responses import RedirectResponse, Response

from svtracker.frameworks.rules.values import Version
from svtracker.kernel import wording
from svtracker.kernel.exceptions import (
    NotFoundError,
    NotYetError,
    ReasonMissingError,
    RefusedError,
    SvtrackerError,
)
from svtracker.kernel.problems import Problem
from svtracker.reports import tenders as reports
from svtracker.tenders.rules.records import Clarification, StoredBid, StoredLine, StoredTender
from svtracker.tenders.rules.values import BidStatus, Tender
from svtracker.tenders.service import bids, evaluation, results, setup, workbooks
from svtracker.tenders.service.results import Scored
from svtracker.web.access import INVITED_READERS, LEAD, OFFICER
from svtracker.web.bid_form import LONGEST_FIELD, read_bid, sent_form, texts_of
from svtracker.web.dependencies import LARGEST, Pin, Reading, Sheets, Signed
from svtracker.web.desk import TenderNumber, acting, has, tender_for
from svtracker.web.downloads import CSV, JSON, XLSX, attachment
from svtracker.web.guard import Viewer
from svtracker.web.house import limits_of
from svtracker.web.pages import tender_bids as pages
from svtracker.web.pages.evaluation import evaluation_page
from svtracker.web.pages.frame import downloads, render
from svtracker.web.pages.frameworks import measure_href
from svtracker.web.pages.tender_columns import Look
from svtracker.web.pages.tender_table import WHOLE_BID
from svtracker.web.uploads import clean_name

router = APIRouter()

# Who lets less of a line count, and says where a bid stands.
DECIDERS = OFFICER | LEAD


@router.get("/tenders/{tender:int}/bids")
def received(request: Request, session: Reading, me: Signed, tender: TenderNumber) -> Response:
    """How many bids came in; once they are open, by name."""
    return _bids_page(request, session, me, tender_for(session, me, tender))


@router.get("/tenders/{tender:int}/bids/add")
def type_form(request: Request, session: Reading, me: Signed, tender: TenderNumber) -> Response:
    """The form in which a bid is typed that came in on paper."""
    found = tender_for(session, me, tender)
    settled, version = _settled(session, found)
    return render(
        request, "tenders/bid_add.html", pages.typed_bid_page(found, settled, version, roles=me.session.roles)
    )


@router.post("/tenders/{tender:int}/bids/add")
def type_in(
    request: Request, me: Signed, tender: TenderNumber, form: Annotated[FormData, Depends(sent_form)]
) -> Response:
    """Takes a typed bid in and seals it; or shows the form again with everything that is wrong."""
    state = request.app.state
    typed = {name: value[:LONGEST_FIELD] for name, value in texts_of(form).items()}
    with state.database.reading() as session:
        found = tender_for(session, me, tender)
        settled, version = _settled(session, found)
    bid, faults = read_bid(typed, settled, version)
    if not faults:
        try:
            with state.database.writing() as session:
                bids.receive(session, tender, bid, **_by(request, me))
        except RefusedError as refused:
            faults = pages.faults_of_bid(refused.problems, version.measures)
        else:
            return RedirectResponse(f"/tenders/{tender}/bids", status_code=303)
    page = pages.typed_bid_page(found, settled, version, roles=me.session.roles, typed=typed, faults=faults)
    return render(request, "tenders/bid_add.html", page, status=422)


@router.get("/tenders/{tender:int}/workbook.xlsx")
def workbook(session: Reading, me: Signed, tender: TenderNumber) -> Response:
    """The workbook that bidders fill in."""
    found = tender_for(session, me, tender)
    by = {"organisation_id": me.organisation.id, "organisation": me.organisation.name}
    data = workbooks.workbook_of(session, tender, **by)  # type: ignore[arg-type]  # the service's own keywords
    return attachment(data, kind=XLSX, name=f"{found.reference} bid", title=found.title)


@router.post("/tenders/{tender:int}/bids/upload")
def upload(
    *,
    request: Request,
    me: Signed,
    tender: TenderNumber,
    files: Annotated[list[UploadFile] | None, File()] = None,
    check: Annotated[str, Form(max_length=10)] = "",
) -> Response:
    """Takes bidders' workbooks in, all or none; or only says what is wrong with them."""
    sent = [(clean_name(one.filename), one.file.read()) for one in files or () if one.filename]
    where: dict[str, Any] = {"organisation_id": me.organisation.id, "organisation": me.organisation.name}
    if not sent:
        return _bids_again(request, me, tender, error="Choose one workbook or more, or an archive with them.")
    with request.app.state.database.reading() as session:
        tender_for(session, me, tender)
        found, problems, aside = workbooks.check_files(session, tender, sent, **where)
    if problems or check:
        return _bids_again(request, me, tender, problems=problems, checked=len(found), aside=aside)
    with request.app.state.database.writing() as session:
        workbooks.take_in(session, tender, found, **_by(request, me))
    return RedirectResponse(f"/tenders/{tender}/bids", status_code=303)


@router.post("/tenders/{tender:int}/bids/late")
def decide_late(
    *,
    request: Request,
    me: Signed,
    tender: TenderNumber,
    place: Annotated[int, Form(ge=1, le=LARGEST)],
    admit: Annotated[str, Form(max_length=10)] = "",
    reason: Annotated[str, Form(max_length=5_000)] = "",
) -> Response:
    """Admits a late bid, or leaves it out, with a reason."""

    def decide(session: Session) -> None:
        bids.decide_late(session, tender, place, is_admitted=admit == "yes", reason=reason, **_by(request, me))

    fault = _tried(request, me, tender, decide)
    if fault is None:
        return RedirectResponse(f"/tenders/{tender}/bids", status_code=303)
    return _bids_again(request, me, tender, error=fault, typed={"reason": reason})


@router.post("/tenders/{tender:int}/open")
def open_bids(
    request: Request, me: Signed, tender: TenderNumber, version: Annotated[int, Form(ge=0, le=LARGEST)]
) -> Response:
    """Opens all bids at once."""

    def opening(session: Session) -> None:
        bids.open_bids(session, tender, version=version, **_by(request, me))

    fault = _tried(request, me, tender, opening)
    if fault is None:
        return RedirectResponse(f"/tenders/{tender}/evaluation", status_code=303)
    return _bids_again(request, me, tender, error=fault)


@router.get("/tenders/{tender:int}/evaluation")
def compare(
    *, request: Request, session: Reading, me: Signed, tender: TenderNumber, pin: Pin = "", sheets: Sheets = ""
) -> Response:
    """The bids side by side: marks first, then money, then each measure; one may be pinned beside the measures."""
    found = tender_for(session, me, tender)
    scored = _scored(request, session, me, found)
    opened = bids.list_bids(session, tender, organisation_id=me.organisation.id, with_lines=False)
    base = f"/tenders/{tender}"
    result = scored.result
    numbers_of = {bid.bidder: bid.id for bid in opened if bid.counts}
    hrefs = {
        (bid.bidder, ref): f"{base}/bids/{numbers_of[bid.bidder]}" + (f"/lines/{ref}" if ref else "")
        for bid in result.bids
        for ref in (WHOLE_BID, *(line.measure for line in bid.valuation.lines))
    }
    page = evaluation_page(
        result,
        caption="",
        crumbs=(),
        files=downloads(f"{base}/evaluation/download", [("Workbook (XLSX)", XLSX), ("CSV", CSV), ("JSON", JSON)]),
        hrefs=hrefs,
        look=Look(
            path=f"{base}/evaluation",
            names={bidder: str(number) for bidder, number in numbers_of.items()},
            pinned=pin,
            on_sheets=bool(sheets),
        ),
    )
    asked = evaluation.list_clarifications(session, opened, organisation_id=me.organisation.id)
    compared = pages.compare_page(
        page,
        found,
        _settled(session, found)[0],
        roles=me.session.roles,
        missing=scored.missing,
        waiting=[one for one in asked if one.answer is None],
    )
    return render(request, "tenders/compare.html", compared)


@router.get("/tenders/{tender:int}/evaluation/download.{kind}")
def compare_download(request: Request, session: Reading, me: Signed, tender: TenderNumber, kind: str) -> Response:
    """The comparison as a file."""
    found = tender_for(session, me, tender)
    result = _scored(request, session, me, found).result
    if kind == JSON:
        return attachment(reports.answer_bytes(result), kind=kind, name=found.reference, title=found.title)
    sheets = reports.evaluation_sheets(result)
    return attachment(sheets[:1] if kind == CSV else sheets, kind=kind, name=found.reference, title=found.title)


@router.get("/tenders/{tender:int}/bids/{bid:int}")
def one_bid(request: Request, session: Reading, me: Signed, tender: TenderNumber, bid: TenderNumber) -> Response:
    """Everything that one bidder wrote."""
    found = tender_for(session, me, tender)
    return _bid_page(request, session, me, found, _bid(session, me, found, bid))


@router.post("/tenders/{tender:int}/bids/{bid:int}/status")
def change_status(
    *,
    request: Request,
    me: Signed,
    tender: TenderNumber,
    bid: TenderNumber,
    status: Annotated[str, Form(max_length=20)] = "",
    reason: Annotated[str, Form(max_length=5_000)] = "",
) -> Response:
    """Excludes a bid, notes that it was withdrawn, or takes it back."""

    def change(session: Session) -> None:
        evaluation.change_status(session, tender, bid_id=bid, status=_status(status), reason=reason, **_by(request, me))

    return _bid_changed(request, me, tender, bid, change, field="reason", typed={"reason": reason, "status": status})


@router.post("/tenders/{tender:int}/bids/{bid:int}/marks")
def other_marks(
    request: Request,
    me: Signed,
    tender: TenderNumber,
    bid: TenderNumber,
    form: Annotated[FormData, Depends(sent_form)],
) -> Response:
    """Keeps the marks that come finished from elsewhere."""
    given = {
        name.removeprefix("mark-"): value[:100]
        for name, value in form.items()
        if name.startswith("mark-") and isinstance(value, str)
    }

    def change(session: Session) -> None:
        found = tender_for(session, me, tender)
        settled, _ = _settled(session, found)
        marks = {name: text for name, text in given.items() if name in settled.other_marks}
        evaluation.give_other_marks(session, tender, bid_id=bid, marks=marks, **_by(request, me))

    typed = {f"mark-{name}": value for name, value in given.items()}
    return _bid_changed(request, me, tender, bid, change, field="mark", typed=typed)


@router.post("/tenders/{tender:int}/bids/{bid:int}/ask")
def ask(
    *,
    request: Request,
    me: Signed,
    tender: TenderNumber,
    bid: TenderNumber,
    measure: Annotated[str, Form(max_length=100)] = "",
    question: Annotated[str, Form(max_length=20_000)] = "",
) -> Response:
    """Notes a question to a bidder, about a line or about the whole bid."""

    def change(session: Session) -> None:
        evaluation.ask(session, tender, bid_id=bid, measure=measure or None, question=question, **_by(request, me))

    return _bid_changed(
        request, me, tender, bid, change, field="question", typed={"question": question}, line=measure or None
    )


@router.post("/tenders/{tender:int}/bids/{bid:int}/answer")
def answer(
    *,
    request: Request,
    me: Signed,
    tender: TenderNumber,
    bid: TenderNumber,
    clarification: Annotated[int, Form(ge=1, le=LARGEST)],
    measure: Annotated[str, Form(max_length=100)] = "",
    text: Annotated[str, Form(max_length=20_000)] = "",
) -> Response:
    """Notes what a bidder answered."""

    def change(session: Session) -> None:
        evaluation.answer(session, tender, clarification, text=text, **_by(request, me))

    return _bid_changed(
        request, me, tender, bid, change, field=f"text-{clarification}", typed={"text": text}, line=measure or None
    )


@router.get("/tenders/{tender:int}/bids/{bid:int}/lines/{ref}")
def line(
    *, request: Request, session: Reading, me: Signed, tender: TenderNumber, bid: TenderNumber, ref: str
) -> Response:
    """What stands behind one figure of the comparison."""
    found = tender_for(session, me, tender)
    return _line_page(request, session, me, found, bid=_bid(session, me, found, bid), ref=ref)


@router.post("/tenders/{tender:int}/bids/{bid:int}/lines/{ref}")
def accept(
    *,
    request: Request,
    me: Signed,
    tender: TenderNumber,
    bid: TenderNumber,
    ref: str,
    accepted: Annotated[str, Form(max_length=100)] = "",
    reason: Annotated[str, Form(max_length=5_000)] = "",
) -> Response:
    """Lets less of a line count than was offered, or all of it again, with a reason."""

    def change(session: Session) -> None:
        evaluation.accept_line(
            session, tender, bid_id=bid, measure=ref, accepted=accepted, reason=reason, **_by(request, me)
        )

    state = request.app.state
    try:
        with state.database.writing() as session:
            tender_for(session, me, tender)
            change(session)
    except (RefusedError, ReasonMissingError) as stopped:
        place = "accepted" if isinstance(stopped, RefusedError) else "reason"
        with state.database.reading() as session:
            found = tender_for(session, me, tender)
            return _line_page(
                request,
                session,
                me,
                found,
                bid=_bid(session, me, found, bid),
                ref=ref,
                typed={"accepted": accepted, "reason": reason},
                faults={place: _words(stopped)},
            )
    return RedirectResponse(f"/tenders/{tender}/evaluation", status_code=303)


def _by(request: Request, me: Viewer) -> dict[str, Any]:
    return {
        "organisation_id": me.organisation.id,
        "actor": acting(me, DECIDERS),
        "clock": request.app.state.clock,
    }


def _words(stopped: SvtrackerError) -> str:
    """What stopped a form, for its field."""
    if isinstance(stopped, RefusedError):
        return " ".join(f"Saw {one.seen}; wanted {one.wanted}." for one in stopped.problems)
    return str(stopped)


def _tried(request: Request, me: Viewer, tender: int, do: Callable[[Session], None]) -> str | None:
    """Does it in one unit of work; answers what stopped it, where a person can put that right at the form."""
    try:
        with request.app.state.database.writing() as session:
            tender_for(session, me, tender)
            do(session)
    except (RefusedError, ReasonMissingError, NotYetError) as stopped:
        return _words(stopped)
    return None


def _bids_again(
    request: Request,
    me: Viewer,
    tender: int,
    *,
    error: str | None = None,
    typed: Mapping[str, str] | None = None,
    problems: Sequence[Problem] = (),
    checked: int | None = None,
    aside: Sequence[str] = (),
) -> Response:
    with request.app.state.database.reading() as session:
        return _bids_page(
            request,
            session,
            me,
            tender_for(session, me, tender),
            error=error,
            typed=typed,
            problems=problems,
            checked=checked,
            aside=aside,
        )


def _bids_page(
    request: Request,
    session: Session,
    me: Viewer,
    tender: StoredTender,
    *,
    error: str | None = None,
    typed: Mapping[str, str] | None = None,
    problems: Sequence[Problem] = (),
    checked: int | None = None,
    aside: Sequence[str] = (),
) -> Response:
    by: dict[str, Any] = {"organisation_id": me.organisation.id}
    page = pages.bids_page(
        tender,
        roles=me.session.roles,
        sealed=bids.list_sealed(session, tender.id, **by),
        bids=bids.list_bids(session, tender.id, **by) if tender.opened_at is not None else (),
        is_officer=has(me, OFFICER),
        sees_invited=has(me, INVITED_READERS),
        is_closed=tender.closes_at is None or request.app.state.clock() > tender.closes_at,
        error=error,
        typed=typed,
        problems=problems,
        checked=checked,
        aside=aside,
    )
    return render(request, "tenders/bids.html", page, status=422 if error or problems else 200)


def _settled(session: Session, tender: StoredTender) -> tuple[Tender, Version]:
    found = setup.settled(session, tender)
    if found is None:
        raise NotYetError(step="show its bids", why="the tender is still being set up.")
    return found


def _scored(request: Request, session: Session, me: Viewer, tender: StoredTender) -> Scored:
    return results.score_tender(
        session,
        tender.id,
        organisation_id=me.organisation.id,
        minimum_wage=request.app.state.reference.minimum_wage,
        limits=limits_of(me.policy),
    )


def _bid(session: Session, me: Viewer, tender: StoredTender, number: int) -> StoredBid:
    for bid in bids.list_bids(session, tender.id, organisation_id=me.organisation.id):
        if bid.id == number:
            return bid
    raise NotFoundError(what="bid", name=str(number), do="Choose one from the bids of the tender.")


def _status(text: str) -> BidStatus:
    if text not in {BidStatus.ASSESSED, BidStatus.EXCLUDED, BidStatus.WITHDRAWN}:
        raise NotFoundError(what="status of a bid", name=text, do="Choose assessed, excluded or withdrawn.")
    return BidStatus(text)


def _bid_changed(
    request: Request,
    me: Viewer,
    tender: int,
    bid: int,
    change: Callable[[Session], None],
    *,
    field: str,
    typed: Mapping[str, str],
    line: str | None = None,
) -> Response:
    """Makes a change to a bid and goes back to where it was made, or shows that page with what is wrong."""
    fault = _tried(request, me, tender, change)
    if fault is None:
        tail = "" if line is None else f"/lines/{line}"
        return RedirectResponse(f"/tenders/{tender}/bids/{bid}{tail}", status_code=303)
    with request.app.state.database.reading() as session:
        found = tender_for(session, me, tender)
        one = _bid(session, me, found, bid)
        faults = {field: fault}
        if line is not None:
            return _line_page(request, session, me, found, bid=one, ref=line, typed=typed, faults=faults)
        return _bid_page(request, session, me, found, one, typed=typed, faults=faults)


def _bid_page(
    request: Request,
    session: Session,
    me: Viewer,
    tender: StoredTender,
    bid: StoredBid,
    *,
    typed: Mapping[str, str] | None = None,
    faults: Mapping[str, str] | None = None,
) -> Response:
    settled, version = _settled(session, tender)
    page = pages.bid_page(
        tender,
        bid,
        settled,
        version,
        roles=me.session.roles,
        asked=_asked(session, me, bid),
        may_decide=has(me, DECIDERS) and tender.decided_at is None,
        typed=typed,
        faults=faults,
    )
    return render(request, "tenders/bid.html", page, status=422 if faults else 200)


def _asked(session: Session, me: Viewer, bid: StoredBid) -> Sequence[Clarification]:
    return evaluation.list_clarifications(session, [bid], organisation_id=me.organisation.id)


def _line_page(
    request: Request,
    session: Session,
    me: Viewer,
    tender: StoredTender,
    *,
    bid: StoredBid,
    ref: str,
    typed: Mapping[str, str] | None = None,
    faults: Mapping[str, str] | None = None,
) -> Response:
    found: StoredLine | None = next((one for one in bid.lines if one.measure == ref), None)
    if found is None:
        name = wording.the_bidder(bid.bidder)
        raise NotFoundError(what="line", name=ref, do=f"Choose one from the lines of {name}.")
    _, version = _settled(session, tender)
    page = pages.line_page(
        tender,
        bid,
        found,
        version.measures[ref],
        roles=me.session.roles,
        measure_href=measure_href(version, ref),
        asked=[one for one in _asked(session, me, bid) if one.measure == ref],
        may_decide=has(me, DECIDERS) and tender.decided_at is None,
        typed=typed,
        faults=faults,
    )
    return render(request, "tenders/line.html", page, status=422 if faults else 200)
