"""The page that imports a contracts register: its columns to be confirmed, what would happen, then the import."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, File, Form, Request, UploadFile
from starlette.responses import RedirectResponse, Response

from svtracker.delivery.loader import load_register
from svtracker.delivery.rules.register_columns import Choice, Field
from svtracker.delivery.service import importing
from svtracker.reports.register import listed_sheet
from svtracker.web.access import CONTRACT_MAKERS
from svtracker.web.dependencies import Signed
from svtracker.web.desk import acting
from svtracker.web.downloads import CSV, attachment
from svtracker.web.pages.contracts_import import Sent, contracts_import_page
from svtracker.web.pages.frame import render
from svtracker.web.uploads import can_be_sent_again, clean_name, packed, stem_of, unpacked

router = APIRouter()

TEMPLATE = "contracts/import.html"
NOTHING = "Choose a contracts register."
TOO_LARGE = "The file is too large for this page. Import it by the command instead."
LONGEST_PLACE = 4


@router.get("/contracts/import")
def import_form(request: Request) -> Response:
    """The form that takes a contracts register."""
    return render(request, TEMPLATE, contracts_import_page())


@router.post("/contracts/import")
def import_register(
    *,
    request: Request,
    me: Signed,
    file: Annotated[UploadFile | None, File()] = None,
    kept: Annotated[str, Form()] = "",
    name: Annotated[str, Form(max_length=1_000)] = "",
    column: Annotated[list[str] | None, Form()] = None,
    planned: Annotated[str, Form(max_length=1_000)] = "",
    do: Annotated[str, Form(max_length=20)] = "",
) -> Response:
    """Shows what a register would do, or the rows that it leaves out as a file; imports it where that was confirmed.

    Columns that were changed after the plan was made are shown with a new plan first.
    """
    state, number = request.app.state, me.organisation.id
    limit = state.settings.max_upload_bytes
    if file is not None and file.filename:
        own, data = clean_name(file.filename), file.file.read()
    elif kept:
        own, again = clean_name(name or "register"), unpacked(kept, limit=limit)
        if again is None:
            return render(request, TEMPLATE, contracts_import_page(error=NOTHING), status=422)
        data = again
    else:
        return render(request, TEMPLATE, contracts_import_page(error=NOTHING), status=422)
    loaded = load_register(name=own, data=data, at=state.clock(), choice=_choice(column or ()))
    sent = Sent(name=own, kept=packed(data), columns=loaded.columns)
    if loaded.register is not None and do == "listed":
        sheet = listed_sheet(loaded.register.listed)
        return attachment([sheet], kind=CSV, name=f"{stem_of(own)}-listed", title="Rows that are not imported")
    if not can_be_sent_again([sent.kept], limit=limit):
        return render(request, TEMPLATE, contracts_import_page(error=TOO_LARGE), status=422)
    if loaded.register is None:
        page = contracts_import_page(sent=sent, problems=loaded.problems, notes=loaded.notes)
        return render(request, TEMPLATE, page, status=422)
    if do == "import" and planned in {sent.planned, ""}:
        with state.database.writing() as session:
            importing.import_register(
                session,
                loaded.register,
                organisation_id=number,
                actor=acting(me, CONTRACT_MAKERS),
                clock=state.clock,
            )
        return RedirectResponse("/contracts", status_code=303)
    with state.database.reading() as session:
        plan = importing.plan_import(session, loaded.register, organisation_id=number)
    page = contracts_import_page(sent=sent, plan=plan, notes=loaded.notes, changed=do == "import")
    return render(request, TEMPLATE, page)


def _choice(places: Sequence[str]) -> Choice:
    """What a person said about the columns: a place for each field in its order, or nothing for none of them."""
    if len(places) != len(Field):
        return {}
    return {field: _place(text) for field, text in zip(Field, places, strict=True)}


def _place(text: str) -> int | None:
    if not text:
        return None
    return int(text) if text.isascii() and text.isdigit() and len(text) <= LONGEST_PLACE else -1
