"""What an organisation sets for itself, and its colour as a style sheet."""

import tempfile
from decimal import Decimal
from typing import Annotated

from fastapi import APIRouter, Form, Request
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse, Response

from svtracker.audit.rules.events import Actor
from svtracker.identity.rules.roles import Role
from svtracker.identity.service.common import person_acting
from svtracker.kernel import numbers
from svtracker.kernel.exceptions import ChangedMeanwhileError, NotFoundError, OrganisationTakenError, RefusedError
from svtracker.kernel.problems import Problem, shown
from svtracker.registers import service as registers
from svtracker.registers.rules.policy import FIGURES, Policy, faults_of_policy
from svtracker.reports import leaving
from svtracker.web.access import EXPORTERS, OWN_SETTERS
from svtracker.web.dependencies import Reading, Signed
from svtracker.web.downloads import ZIP, sent_from
from svtracker.web.guard import Viewer
from svtracker.web.house import house_of
from svtracker.web.pages.frame import render
from svtracker.web.pages.organisation import organisation_page

router = APIRouter()

NO_FIGURE = "a plain figure, as in 50 or 12.5"
FOR_EVER = "public, max-age=31536000, immutable"


@router.get("/brand/{colour}.css")
def brand(colour: str) -> Response:
    """The one line of style in which organisations differ; a colour on which white cannot be read is not found."""
    if list(faults_of_policy(Policy(brand_colour=f"#{colour}"))):
        raise NotFoundError(what="colour", name=colour, do="Set it on the page of your organisation.")
    text = f":root {{ --sv-brand: #{colour}; }}\n"
    return Response(text, media_type="text/css", headers={"Cache-Control": FOR_EVER})


@router.get("/organisation")
def settings(request: Request, session: Reading, me: Signed) -> Response:
    """The settings of the organisation."""
    return _page(request, session, me)


@router.get("/organisation/export.zip")
def export(request: Request, session: Reading, me: Signed) -> Response:
    """Everything about the organisation as open files; it is made on the disk, so that memory stays flat."""
    file = tempfile.TemporaryFile()  # noqa: SIM115 - it is closed when it was sent
    try:
        leaving.write_export(session, me.organisation, file, clock=request.app.state.clock)
        file.seek(0)
    except BaseException:
        file.close()
        raise
    return sent_from(file, kind=ZIP, name=f"{me.organisation.slug}-{request.app.state.clock():%Y-%m-%d}")


@router.post("/organisation")
def change(
    *,
    request: Request,
    me: Signed,
    version: Annotated[int, Form()],
    name: Annotated[str, Form(max_length=1_000)] = "",
    short_name: Annotated[str, Form(max_length=1_000)] = "",
    brand_colour: Annotated[str, Form(max_length=100)] = "",
    high_percent: Annotated[str, Form(max_length=100)] = "",
    concentration_percent: Annotated[str, Form(max_length=100)] = "",
    fte_percent: Annotated[str, Form(max_length=100)] = "",
    median_times: Annotated[str, Form(max_length=100)] = "",
    on_track_percent: Annotated[str, Form(max_length=100)] = "",
    slightly_behind_percent: Annotated[str, Form(max_length=100)] = "",
    behind_percent: Annotated[str, Form(max_length=100)] = "",
) -> Response:
    """Saves the settings, all or none of them; or shows the form with what is wrong, or with what is there now."""
    given = (
        high_percent,
        concentration_percent,
        fte_percent,
        median_times,
        on_track_percent,
        slightly_behind_percent,
        behind_percent,
    )
    figures = dict(zip(FIGURES, (text.strip() for text in given), strict=True))
    names = {"name": name.strip(), "short_name": short_name.strip()}
    typed = {**names, "brand_colour": brand_colour.strip(), **figures}
    read = {place: numbers.parse_decimal(text) for place, text in figures.items()}
    problems = [_no_figure(place, figures[place]) for place, value in read.items() if value is None]
    state = request.app.state
    changed_meanwhile = False
    if not problems:
        values: dict[str, Decimal] = {place: value for place, value in read.items() if value is not None}
        policy = Policy(brand_colour=typed["brand_colour"].lower(), **values)
        try:
            with state.database.writing() as session:
                registers.change_settings(
                    session,
                    me.organisation.id,
                    **names,
                    policy=policy,
                    actor=_actor(me),
                    version=version,
                    clock=state.clock,
                )
                house = house_of(session, state.settings)
        except RefusedError as refused:
            problems = list(refused.problems)
        except OrganisationTakenError as taken:
            place = taken.what.replace(" ", "_")
            wanted = f"a {taken.what} that {taken.name} does not have already"
            problems = [Problem(file="settings", path=place, seen=shown(taken.value), wanted=wanted)]
        except ChangedMeanwhileError:
            changed_meanwhile = True
        else:
            state.renderer.house = house
            return RedirectResponse("/organisation", status_code=303)
    with state.database.reading() as session:
        return _page(request, session, me, typed=typed, problems=problems, changed_meanwhile=changed_meanwhile)


def _page(
    request: Request,
    session: Session,
    me: Viewer,
    *,
    typed: dict[str, str] | None = None,
    problems: list[Problem] | None = None,
    changed_meanwhile: bool = False,
) -> Response:
    stored = registers.get_policy(session, me.organisation.id)
    page = organisation_page(
        registers.get_organisation(session, me.organisation.id),
        stored.policy,
        version=stored.version,
        may_change=not OWN_SETTERS.isdisjoint(me.session.roles),
        may_export=not EXPORTERS.isdisjoint(me.session.roles),
        typed=typed,
        problems=problems or (),
        changed_meanwhile=changed_meanwhile,
    )
    status = 409 if changed_meanwhile else 422 if problems else 200
    return render(request, "identity/organisation.html", page, status=status)


def _no_figure(place: str, text: str) -> Problem:
    return Problem(file="settings", path=place, seen=shown(text), wanted=NO_FIGURE)


def _actor(me: Viewer) -> Actor:
    role = Role.POLICY_LEAD if Role.POLICY_LEAD in me.session.roles else Role.ADMINISTRATOR
    return person_acting(me.session.person_id, role=role.value)
