"""What a bidder does by their personal link. No address names a tender or a bid: the link alone says whose it is."""

import re
import secrets
from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Depends, File, Form, Request, UploadFile
from sqlalchemy.orm import Session
from starlette.datastructures import FormData
from starlette.responses import RedirectResponse, Response

from svtracker.frameworks.rules.values import Version
from svtracker.identity.store import Link
from svtracker.kernel import uk_time
from svtracker.kernel.exceptions import ChangedMeanwhileError, NotFoundError, NotYetError, RefusedError
from svtracker.tenders.rules.marking import questions_of
from svtracker.tenders.rules.values import Tender
from svtracker.tenders.rules.valuing import Valuation
from svtracker.tenders.rules.warnings import Code, Compared, warnings_of_bid
from svtracker.tenders.service import bidding, bids, explaining, setup, workbooks
from svtracker.tenders.service.bidding import Bidding
from svtracker.tenders.service.bids import BidIn
from svtracker.web.bid_form import field_names, fields_of, read_bid, sent_form, texts_of, too_long
from svtracker.web.dependencies import LARGEST, Reading, Signed
from svtracker.web.downloads import JSON, XLSX, attachment
from svtracker.web.guard import Viewer
from svtracker.web.house import limits_of
from svtracker.web.pages import bidding as pages
from svtracker.web.pages.frame import Renderer, render, wants_block
from svtracker.web.pages.tender_bids import faults_of_bid
from svtracker.web.pages.tender_how import how_page
from svtracker.web.tasks import number_of
from svtracker.web.uploads import clean_name

router = APIRouter(prefix="/bid")

FORM = "tenders/bidder_form.html"
CHECK = "check"
MARK = "page"
_MARK = re.compile(r"[0-9a-f]{16}", re.ASCII)
_GROUP = re.compile(r"(?:theme-[0-9]{1,3}|answers|who)", re.ASCII)
# What a bidder can put right before sending; what else is doubted is for the evaluators.
LOOKED_AT = frozenset({Code.STATEMENT_MISSING, Code.MANDATORY_MISSING, Code.OVERLAP, Code.PART_OF_A_UNIT})


@router.get("")
def start(request: Request, session: Reading, me: Signed) -> Response:
    """Where the bidder stands, and the two ways to bid."""
    return _start(request, session, me)


@router.get("/how")
def how(request: Request, session: Reading, me: Signed) -> Response:
    """How social value will be evaluated, as published."""
    found = _bidding(session, me)
    tender = found.tender
    page = how_page(
        tender,
        roles=frozenset(),
        settled=setup.settled(session, tender),
        illustration=explaining.illustration_of(session, tender.settings, organisation_id=me.organisation.id),
        editions=setup.list_editions(session, tender.id, organisation_id=me.organisation.id),
    )
    return render(request, "tenders/setup_how.html", pages.own_how_page(page, found))


@router.get("/workbook.xlsx")
def workbook(session: Reading, me: Signed) -> Response:
    """The workbook to fill in."""
    tender = _bidding(session, me).tender
    data = workbooks.workbook_of(
        session, tender.id, organisation_id=me.organisation.id, organisation=me.organisation.name
    )
    return attachment(data, kind=XLSX, name=f"{tender.reference} bid", title=tender.title)


@router.post("/upload")
def upload(
    *,
    request: Request,
    me: Signed,
    file: Annotated[UploadFile | None, File()] = None,
    version: Annotated[int, Form(ge=0, le=LARGEST)] = 0,
) -> Response:
    """Takes a filled workbook as the draft; or shows everything that is wrong with it, and keeps the draft as it is."""
    state = request.app.state
    name = "" if file is None or not file.filename else clean_name(file.filename)
    with state.database.reading() as session:
        if file is None or not name:
            return _start(request, session, me, file_error="Choose the workbook that you filled in.")
        found = _bidding(session, me)
        read, problems = workbooks.read_own(
            session,
            found.tender.id,
            name=name,
            data=file.file.read(),
            organisation_id=me.organisation.id,
            organisation=me.organisation.name,
        )
        if read is None:
            return _start(request, session, me, problems=problems)
    content = fields_of(read.content)
    try:
        with state.database.writing() as session:
            bidding.save_draft(
                session,
                found.invitation.id,
                content,
                version=version,
                file_name=name,
                file_sha256=read.sha256,
                **_by(request, me),
            )
    except ChangedMeanwhileError:
        with state.database.reading() as session:
            said = (
                "Your draft was changed meanwhile. Look at it, then choose the workbook again if it is to replace it."
            )
            return _start(request, session, me, file_error=said)
    return RedirectResponse("/bid/check", status_code=303)


@router.get("/form")
def form(request: Request, session: Reading, me: Signed, saved: str = "", checked: str = "") -> Response:
    """The form with the draft; with what is wrong where that is asked for."""
    found = _bidding(session, me)
    _require_open(found)
    settled, version = _settled(session, found)
    draft = found.draft
    typed = {} if draft is None else draft.content
    faults = _weighed(session, found, settled, version, typed)[1] if checked else {}
    said = f"Draft saved {uk_time.said(draft.saved_at)}." if saved and draft is not None else ""
    page = pages.form_page(
        found,
        settled,
        version,
        typed=typed,
        faults=faults,
        page_mark=secrets.token_hex(8),
        based_on=0 if draft is None else draft.version,
        saved=said,
    )
    return render(request, FORM, page)


@router.post("/form")
def save(request: Request, me: Signed, form: Annotated[FormData, Depends(sent_form)]) -> Response:
    """Saves what was typed, right or wrong; where the draft was changed meanwhile, shows both."""
    state = request.app.state
    texts = texts_of(form)
    with state.database.reading() as session:
        found = _bidding(session, me)
        settled, version = _settled(session, found)
    names = field_names(settled, version)
    # A browser ends lines with two characters; what came from a workbook is the same text all the same.
    typed = {name: text.replace("\r\n", "\n") for name, text in texts.items() if name in names and text.strip()}
    based_on = _based_on(texts)
    mark = texts.get(MARK, "")
    mark = mark if _MARK.fullmatch(mark) else secrets.token_hex(8)
    faults = too_long(typed)
    if faults:
        page = pages.form_page(found, settled, version, typed=typed, faults=faults, page_mark=mark, based_on=based_on)
        return _saved_or_not(request, page, status=422)
    try:
        with state.database.writing() as session:
            bidding.save_draft(
                session, found.invitation.id, {**typed, MARK: mark}, version=based_on, mark=MARK, **_by(request, me)
            )
    except ChangedMeanwhileError:
        return _both(request, me, settled, version, typed=typed, mark=mark)
    if wants_block(request):
        return _saved_block(request, me, settled, version, mark=mark)
    if texts.get("do") == CHECK:
        return RedirectResponse("/bid/check", status_code=303)
    group = texts.get("do", "")
    place = f"#{group}" if _GROUP.fullmatch(group) else ""
    return RedirectResponse(f"/bid/form?saved=yes{place}", status_code=303)


@router.get("/check")
def check(request: Request, session: Reading, me: Signed) -> Response:
    """What would be sent, with totals, and everything that stops it."""
    return _check(request, session, me)


@router.post("/send")
def send(
    request: Request,
    me: Signed,
    version: Annotated[int, Form(ge=0, le=LARGEST)],
    declared: Annotated[str, Form(max_length=10)] = "",
) -> Response:
    """Sends the bid as it was checked; the declaration goes with it."""
    state = request.app.state
    with state.database.reading() as session:
        if declared != "yes":
            return _check(request, session, me, declared_error="Confirm the declaration, then send the bid.")
        found = _bidding(session, me)
        settled, measures = _settled(session, found)
        bid, faults = read_bid({} if found.draft is None else found.draft.content, settled, measures)
    if faults:
        return RedirectResponse("/bid/check", status_code=303)
    try:
        with state.database.writing() as session:
            made = BidIn(
                **{
                    **{name: getattr(bid, name) for name in BidIn.__dataclass_fields__},
                    "details": {**bid.details, "declared": pages.DECLARED},
                }
            )
            bidding.send(session, found.invitation.id, made, version=version, **_by(request, me))
    except ChangedMeanwhileError:
        with state.database.reading() as session:
            said = "The draft was changed meanwhile. Read what stands now, then send it."
            return _check(request, session, me, declared_error=said)
    except RefusedError:
        return RedirectResponse("/bid/check", status_code=303)
    return RedirectResponse("/bid/receipt", status_code=303)


@router.get("/receipt")
def receipt(request: Request, session: Reading, me: Signed) -> Response:
    """What was sent and when, with what proves it."""
    found = _bidding(session, me)
    settled, _ = _settled(session, found)
    bid = bidding.own_bid(session, found)
    valuation = None
    if bid is not None:
        weighed, _ = bids.weigh(session, found.tender, bids.as_it_came(bid))
        valuation = None if weighed is None else weighed[0]
    page = pages.receipt_page(found, settled=settled, valuation=valuation, bid=bid, now=request.app.state.clock())
    return render(request, "tenders/bidder_receipt.html", page)


@router.get("/receipt.json")
def receipt_file(session: Reading, me: Signed) -> Response:
    """The file whose SHA-256 is that of the bid which stands."""
    found = _bidding(session, me)
    bid = bidding.own_bid(session, found)
    if bid is None:
        raise NotFoundError(what="bid", name="yours", do="There is none that stands.")
    return attachment(bids.text_of(bid).encode(), kind=JSON, name=f"{found.tender.reference} sent", title="")


@router.get("/withdraw")
def withdraw_form(request: Request, session: Reading, me: Signed) -> Response:
    """Asks once more before the bid is taken back."""
    found = _bidding(session, me)
    return render(request, "tenders/bidder_withdraw.html", pages.withdraw_page(found))


@router.post("/withdraw")
def withdraw(request: Request, me: Signed) -> Response:
    """Takes the bid back that stands."""
    state = request.app.state
    with state.database.writing() as session:
        bidding.withdraw(session, number_of(_link(me)), **_by(request, me))
    return RedirectResponse("/bid/receipt", status_code=303)


def _link(me: Viewer) -> Link:
    """The link by which the bidder came; the guard lets nobody else in."""
    if me.session.link is None:
        raise NotFoundError(what="page", name="/bid", do="Open your personal link.")
    return me.session.link


def _by(request: Request, me: Viewer) -> dict[str, Any]:
    return {
        "link_id": _link(me).id,
        "organisation_id": me.organisation.id,
        "clock": request.app.state.clock,
    }


def _bidding(session: Session, me: Viewer) -> Bidding:
    return bidding.bidding_of(session, number_of(_link(me)), organisation_id=me.organisation.id)


def _require_open(found: Bidding) -> None:
    if not found.may_send:
        raise NotYetError(step="bid", why="bids are taken in no more. What you sent can still be read.")


def _settled(session: Session, found: Bidding) -> tuple[Tender, Version]:
    settled = setup.settled(session, found.tender)
    if settled is None:
        raise NotYetError(step="bid", why="the tender is still being set up.")
    return settled


def _based_on(texts: Mapping[str, str]) -> int:
    text = texts.get("version", "")
    return int(text) if re.fullmatch(r"[0-9]{1,9}", text, re.ASCII) else 0


def _weighed(
    session: Session, found: Bidding, settled: Tender, version: Version, typed: Mapping[str, str]
) -> tuple[Valuation | None, dict[str, str], BidIn]:
    """What the draft would be worth, what is wrong with it by the names of the fields, and the bid that it makes."""
    bid, faults = read_bid(typed, settled, version)
    made = bidding.as_bid(found, bid)
    if faults:
        return None, faults, made
    weighed, problems = bids.weigh(session, found.tender, made)
    if weighed is None:
        return None, faults_of_bid(problems, version.measures), made
    return weighed[0], {}, made


def _start(request: Request, session: Session, me: Viewer, **more: Any) -> Response:
    page = pages.start_page(
        _bidding(session, me), organisation=me.organisation.name, now=request.app.state.clock(), **more
    )
    return render(request, "tenders/bidder_start.html", page, status=422 if more else 200)


def _check(request: Request, session: Session, me: Viewer, *, declared_error: str | None = None) -> Response:
    found = _bidding(session, me)
    _require_open(found)
    settled, version = _settled(session, found)
    typed = {} if found.draft is None else found.draft.content
    valuation, faults, made = (
        (None, {}, None) if found.draft is None else _weighed(session, found, settled, version, typed)
    )
    looks: list[str] = []
    if valuation is not None:
        limits = limits_of(me.policy)
        said = warnings_of_bid(
            valuation,
            compared=Compared.of([valuation], version=version, limits=limits),
            disregarded=False,
            tender=settled,
            version=version,
            limits=limits,
        )
        looks = [one.message for one in said if one.code in LOOKED_AT]
        looks += [
            f"There is no answer to “{one.title}”."
            for one in questions_of(found.tender)
            if not typed.get(f"answer-{one.id}", "").strip()
        ]
    page = pages.check_page(
        found,
        settled,
        typed=typed,
        faults=faults,
        valuation=valuation,
        looks=looks,
        worked={} if made is None else {line.commitment.measure: line.worked for line in made.lines},
        now=request.app.state.clock(),
        declared_error=declared_error,
    )
    return render(request, "tenders/bidder_check.html", page, status=422 if declared_error else 200)


def _both(
    request: Request, me: Viewer, settled: Tender, version: Version, *, typed: Mapping[str, str], mark: str
) -> Response:
    """The form with what was typed here, and beside it what somebody saved meanwhile."""
    with request.app.state.database.reading() as session:
        found = _bidding(session, me)
    draft = found.draft
    saved = {} if draft is None else {name: text for name, text in draft.content.items() if name != MARK}
    differs = [
        (name, saved.get(name, ""), typed.get(name, ""))
        for name in sorted({*saved, *typed})
        if saved.get(name, "") != typed.get(name, "")
    ]
    page = pages.form_page(
        found,
        settled,
        version,
        typed=typed,
        faults={},
        page_mark=mark,
        based_on=0 if draft is None else draft.version,
        differs=differs,
    )
    return _saved_or_not(request, page, status=409)


def _saved_block(request: Request, me: Viewer, settled: Tender, version: Version, *, mark: str) -> Response:
    with request.app.state.database.reading() as session:
        found = _bidding(session, me)
    draft = found.draft
    page = pages.form_page(
        found,
        settled,
        version,
        typed={},
        faults={},
        page_mark=mark,
        based_on=0 if draft is None else draft.version,
        saved="" if draft is None else f"Draft saved {uk_time.said(draft.saved_at)}.",
    )
    return _block(request, page)


def _saved_or_not(request: Request, page: pages.BidFormPage, *, status: int) -> Response:
    """The whole form; where a script saves in the background only what became of that, and the form stays."""
    if wants_block(request):
        said = "Not saved: press “Save the draft” to see why."
        return _block(request, pages.not_saved(page, said))
    return render(request, FORM, page, status=status)


def _block(request: Request, page: pages.BidFormPage) -> Response:
    renderer: Renderer = request.app.state.renderer
    return renderer.block(request, FORM, "saved", page)
