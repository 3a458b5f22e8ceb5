"""The note of a tender: what was considered before the procurement, and the checklist for small and local firms."""

from dataclasses import dataclass
from itertools import zip_longest
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from starlette.responses import RedirectResponse, Response

from svtracker.kernel.exceptions import ChangedMeanwhileError
from svtracker.tenders.rules.notes import CHECKLIST, CHECKS, MEASURES
from svtracker.tenders.service import explaining
from svtracker.tenders.service.noting import change_note, may_note
from svtracker.web.access import OFFICER
from svtracker.web.dependencies import Reading, Signed
from svtracker.web.desk import TenderNumber, acting, has, tender_for
from svtracker.web.pages.frame import render
from svtracker.web.pages.tender_note import note_page
from svtracker.web.setup_form import line

router = APIRouter()

TEMPLATE = "tenders/setup_note.html"
Long = Annotated[str, Form(max_length=20_000)]
Many = Annotated[list[Annotated[str, Form(max_length=4_000)]], Form(default_factory=list)]


@dataclass(frozen=True, kw_only=True)
class NoteForm:
    """What was sent. The rows of the checklist come in the order of its points, those of measures with their names."""

    version: Annotated[int, Form()]
    considered: Long = ""
    consultation: Long = ""
    proportion: Long = ""
    market: Long = ""
    answer: Many
    words: Many
    measure: Many
    relevance: Many


@router.get("/tenders/{tender:int}/note")
def note(request: Request, session: Reading, me: Signed, tender: TenderNumber, edit: str = "") -> Response:
    """The note to be read and printed; as a form where it is to be written."""
    found = tender_for(session, me, tender)
    may_edit = has(me, OFFICER) and may_note(found)
    page = note_page(
        found,
        roles=me.session.roles,
        note=found.note,
        version=explaining.version_of(session, found.settings, organisation_id=me.organisation.id),
        may_edit=may_edit,
        is_form=may_edit and bool(edit),
    )
    return render(request, TEMPLATE, page)


@router.post("/tenders/{tender:int}/note")
def write(request: Request, me: Signed, tender: TenderNumber, form: Annotated[NoteForm, Depends()]) -> Response:
    """Saves the note; the second of two people sees both."""
    state = request.app.state
    written = _note_of(form)
    try:
        with state.database.writing() as session:
            tender_for(session, me, tender)
            change_note(
                session,
                tender,
                organisation_id=me.organisation.id,
                note=written,
                version=form.version,
                actor=acting(me, OFFICER),
                clock=state.clock,
            )
    except ChangedMeanwhileError:
        with state.database.reading() as session:
            found = tender_for(session, me, tender)
            page = note_page(
                found,
                roles=me.session.roles,
                note=written,
                version=explaining.version_of(session, found.settings, organisation_id=me.organisation.id),
                may_edit=True,
                is_form=True,
                meanwhile=True,
            )
            return render(request, TEMPLATE, page, status=409)
    return RedirectResponse(f"/tenders/{tender}/note", status_code=303)


def _note_of(form: NoteForm) -> dict[str, object]:
    parts = {
        "considered": form.considered,
        "consultation": form.consultation,
        "proportion": form.proportion,
        "market": form.market,
    }
    made: dict[str, object] = {key: _text(text) for key, text in parts.items() if text.strip()}
    answered = {
        key: {"answer": line(answer), "words": line(words)}
        for key, answer, words in list(zip_longest(CHECKS, form.answer, form.words, fillvalue=""))[: len(CHECKS)]
        if answer.strip() or words.strip()
    }
    measures = {line(ref): line(text) for ref, text in zip(form.measure, form.relevance, strict=False) if text.strip()}
    if answered:
        made[CHECKLIST] = answered
    if measures:
        made[MEASURES] = measures
    return made


def _text(text: str) -> str:
    """The lines as they were typed, whatever ends them."""
    return "\n".join(one.rstrip() for one in text.strip().splitlines())
