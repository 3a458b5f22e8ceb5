"""A version of an organisation's own measure set, loaded by who sets its policy: looked at first, then loaded."""

from typing import Annotated

from fastapi import APIRouter, File, Form, Request, UploadFile
from starlette.responses import RedirectResponse, Response

from svtracker.frameworks import service
from svtracker.identity.rules.roles import Role
from svtracker.identity.service.common import person_acting
from svtracker.kernel.exceptions import RefusedError
from svtracker.web.dependencies import Signed
from svtracker.web.pages.frame import render
from svtracker.web.pages.frameworks import version_href
from svtracker.web.pages.frameworks_upload import upload_page
from svtracker.web.uploads import sent_file

router = APIRouter()

TEMPLATE = "frameworks/upload.html"


@router.get("/frameworks/upload")
def form(request: Request) -> Response:
    """The form that takes a file."""
    return render(request, TEMPLATE, upload_page())


@router.post("/frameworks/upload")
def upload(
    *,
    request: Request,
    me: Signed,
    file: Annotated[UploadFile | None, File()] = None,
    text: Annotated[str, Form()] = "",
    name: Annotated[str, Form(max_length=1_000)] = "",
    confirmed: Annotated[str, Form(max_length=100)] = "",
) -> Response:
    """Shows what is wrong with a file or what loading it would do; loads it where that was confirmed."""
    state = request.app.state
    file_name, data = sent_file(file, text, name=name or "version.yaml")
    if data is None:
        return render(request, TEMPLATE, upload_page(error="Choose a YAML file."), status=422)
    number = me.organisation.id
    role = Role.POLICY_LEAD if Role.POLICY_LEAD in me.session.roles else Role.ADMINISTRATOR
    opened = state.database.writing if confirmed else state.database.reading
    try:
        with opened() as session:
            read, outcome = service.read_upload(
                session, name=file_name, data=data, indices=state.reference.indices, organisation_id=number
            )
            if confirmed:
                service.load_version_file(
                    session,
                    read,
                    actor=person_acting(me.session.person_id, role=role.value),
                    organisation_id=number,
                    clock=state.clock,
                )
    except RefusedError as refused:
        page = upload_page(file_name=file_name, problems=refused.problems)
        return render(request, TEMPLATE, page, status=422)
    if confirmed and read.version is not None:
        return RedirectResponse(version_href(read.version), status_code=303)
    page = upload_page(file_name=file_name, text=data.decode("utf-8"), version=read.version, outcome=outcome)
    return render(request, TEMPLATE, page)
