"""The page that imports tenders from OCDS packages: first what would happen, then the import."""

from typing import Annotated

from fastapi import APIRouter, File, Form, Request, UploadFile
from starlette.responses import RedirectResponse, Response

from svtracker.kernel.exceptions import RefusedError
from svtracker.tenders.service import importing
from svtracker.web.access import OFFICER
from svtracker.web.dependencies import Signed
from svtracker.web.desk import acting
from svtracker.web.pages.frame import render
from svtracker.web.pages.tenders_import import tenders_import_page
from svtracker.web.uploads import can_be_sent_again, sent_files

router = APIRouter()

TEMPLATE = "tenders/import.html"


@router.get("/tenders/import")
def import_form(request: Request) -> Response:
    """The form that takes OCDS packages."""
    return render(request, TEMPLATE, tenders_import_page())


@router.post("/tenders/import")
def import_tenders(
    *,
    request: Request,
    me: Signed,
    file: Annotated[list[UploadFile] | None, File()] = None,
    text: Annotated[list[str] | None, Form()] = None,
    name: Annotated[list[str] | None, Form()] = None,
    confirmed: Annotated[str, Form()] = "",
) -> Response:
    """Shows what OCDS packages would do; does it where that was confirmed."""
    files = sent_files(file or (), text or (), name or (), name="package.json")
    if not files:
        return render(request, TEMPLATE, tenders_import_page(error="Choose an OCDS package."), status=422)
    state, number = request.app.state, me.organisation.id
    try:
        if confirmed:
            with state.database.writing() as session:
                importing.import_releases(
                    session, files, organisation_id=number, actor=acting(me, OFFICER), clock=state.clock
                )
            return RedirectResponse("/tenders", status_code=303)
        with state.database.reading() as session:
            plan = importing.plan_import(session, files, organisation_id=number)
    except RefusedError as refused:
        return render(request, TEMPLATE, tenders_import_page(problems=refused.problems), status=422)
    sent = [(own, data.decode("utf-8-sig")) for own, data in files]
    if not can_be_sent_again([again for _, again in sent], limit=state.settings.max_upload_bytes):
        page = tenders_import_page(error="The files are too large for this page. Import them by the command instead.")
        return render(request, TEMPLATE, page, status=422)
    return render(request, TEMPLATE, tenders_import_page(plan=plan, files=sent))
