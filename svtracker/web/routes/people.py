"""People and their roles, for administrators; auditors read along. Every change is recorded with who and why."""

from collections.abc import Callable
from typing import Annotated, TypedDict

from fastapi import APIRouter, File, Form, Request, UploadFile
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse, Response

from svtracker.audit.rules.events import Actor
from svtracker.files.csv_reader import read_rows
from svtracker.identity.rules.roles import Role
from svtracker.identity.service import accounts, links, roles, users, users_file
from svtracker.identity.service.common import person_acting
from svtracker.identity.service.users_file import CSV_COLUMNS, CSV_LEFT_ASIDE
from svtracker.kernel.clock import Clock, parse_day
from svtracker.kernel.exceptions import (
    AccountStateError,
    AccountTakenError,
    ChangedMeanwhileError,
    HandOverNeededError,
    LastAdministratorError,
    NotFoundError,
    ReasonMissingError,
    RefusedError,
    SvtrackerError,
)
from svtracker.messages import service as messages
from svtracker.reports import people as reports
from svtracker.web.dependencies import Number, OwnSettings, Reading, Signed
from svtracker.web.downloads import CSV, XLSX, attachment
from svtracker.web.guard import Viewer
from svtracker.web.pages import people as pages
from svtracker.web.pages.frame import downloads, render
from svtracker.web.uploads import sent_file

router = APIRouter()

# What a person can put right at the form; anything else is answered by the error page.
AT_THE_FORM = (
    AccountStateError,
    ChangedMeanwhileError,
    HandOverNeededError,
    LastAdministratorError,
    ReasonMissingError,
)

NO_DAY = "Enter a day as year, month and day, as in 2026-11-22."


@router.get("/people")
def people(request: Request, session: Reading, me: Signed) -> Response:
    """Everybody with an account in the organisation."""
    page = pages.people_page(
        users.list_users(session, organisation_id=me.organisation.id),
        organisation_id=me.organisation.id,
        organisation=me.organisation.name,
        may_change=_may_change(me),
        files=downloads("/people/download", [("CSV", CSV), ("XLSX", XLSX)]),
    )
    return render(request, "identity/people.html", page)


@router.get("/people/download.{kind}")
def people_download(session: Reading, me: Signed, kind: str) -> Response:
    """The list of people as a file, in the form that can be imported again."""
    found = users.list_users(session, organisation_id=me.organisation.id)
    sheet = reports.people_sheet(found, organisation_id=me.organisation.id)
    return attachment([sheet], kind=kind, name="people", title="People")


@router.get("/people/add")
def add_form(request: Request) -> Response:
    """The form that adds a person."""
    return render(request, "identity/add.html", pages.add_page())


@router.post("/people/add")
def add(
    request: Request,
    me: Signed,
    name: Annotated[str, Form(max_length=1_000)] = "",
    email: Annotated[str, Form(max_length=1_000)] = "",
    roles: Annotated[list[str] | None, Form()] = None,
) -> Response:
    """Adds a person and sends them a link to set their password."""
    given = roles or []
    state = request.app.state
    try:
        with state.database.writing() as session:
            added = accounts.add_user(
                session,
                organisation_id=me.organisation.id,
                name=name.strip(),
                email=email.strip(),
                roles=[_role(one) for one in given],
                actor=_actor(me),
                clock=state.clock,
            )
            links.send_password_link(
                session,
                person_id=added.person_id,
                organisation_id=me.organisation.id,
                actor=_actor(me),
                clock=state.clock,
            )
    except AccountTakenError as taken:
        faults = {"email": str(taken)}
    except RefusedError as refused:
        faults = {problem.path: f"Saw {problem.seen}; wanted {problem.wanted}." for problem in refused.problems}
    else:
        return RedirectResponse(f"/people/{added.person_id}", status_code=303)
    page = pages.add_page(name=name, email=email, roles=given, faults=faults)
    return render(request, "identity/add.html", page, status=422)


@router.get("/people/import")
def import_form(request: Request) -> Response:
    """The form that takes a file of people."""
    return render(request, "identity/import.html", pages.import_page())


@router.post("/people/import")
def import_people(
    *,
    request: Request,
    me: Signed,
    file: Annotated[UploadFile | None, File()] = None,
    text: Annotated[str, Form()] = "",
    name: Annotated[str, Form()] = "",
    confirmed: Annotated[str, Form()] = "",
) -> Response:
    """Shows what a file of people would do; does it where that was confirmed."""
    state = request.app.state
    file_name, data = sent_file(file, text, name=name or "people.csv")

    def again(status: int = 422, **what: object) -> Response:
        page = pages.import_page(file_name=file_name, **what)  # type: ignore[arg-type]  # the page's own keywords
        return render(request, "identity/import.html", page, status=status)

    if data is None:
        return again(error="Choose a CSV file.")
    read = read_rows(name=file_name, data=data, columns=CSV_COLUMNS, left_aside=CSV_LEFT_ASIDE)
    if read.problems:
        return again(problems=read.problems)
    opened = state.database.writing if confirmed else state.database.reading
    try:
        with opened() as session:
            plan = users_file.add_users_from_rows(
                session,
                read.rows,
                file=file_name,
                organisation_id=me.organisation.id,
                actor=_actor(me),
                commit=bool(confirmed),
                clock=state.clock,
            )
    except RefusedError as refused:
        return again(problems=refused.problems)
    if plan.done:
        return RedirectResponse("/people", status_code=303)
    return again(status=200, plan=plan, text=data.decode("utf-8-sig"))


@router.get("/people/{number}")
def person(request: Request, session: Reading, me: Signed, number: Number) -> Response:
    """One person."""
    return _person(request, session, me, number)


@router.post("/people/{number}/roles")
def give_role(
    *,
    request: Request,
    me: Signed,
    number: Number,
    version: Annotated[int, Form()],
    role: Annotated[str, Form()] = "",
    from_day: Annotated[str, Form()] = "",
    to_day: Annotated[str, Form()] = "",
) -> Response:
    """Gives a person a role for all of the organisation, from a day to a day where days are given."""
    typed = {"role": role, "from_day": from_day, "to_day": to_day}
    days = {place: parse_day(typed[place]) for place in ("from_day", "to_day")}
    faults = {place: NO_DAY for place, day in days.items() if typed[place] and day is None}
    if not role:
        faults["role"] = "Choose a role."
    if faults:
        return _again(request, me, number, typed=typed, faults=faults)

    def change(session: Session, common: Common) -> None:
        roles.grant_role(session, number, _role(role), from_day=days["from_day"], to_day=days["to_day"], **common)

    return _changed(request, me, number, change, place="role", typed=typed, version=version)


@router.post("/people/{number}/roles/end")
def end_role(
    *,
    request: Request,
    me: Signed,
    number: Number,
    version: Annotated[int, Form()],
    role: Annotated[str, Form()] = "",
    of: Annotated[str, Form()] = "",
) -> Response:
    """Ends a role of a person."""
    kind, _, name = of.partition(":")

    def change(session: Session, common: Common) -> None:
        roles.end_role(session, number, _role(role), object_kind=kind or None, object_id=name or None, **common)

    return _changed(request, me, number, change, place="role", typed={}, version=version)


@router.post("/people/{number}/state")
def change_state(
    *,
    request: Request,
    me: Signed,
    number: Number,
    version: Annotated[int, Form()],
    action: Annotated[str, Form()] = "",
    reason: Annotated[str, Form(max_length=2_000)] = "",
) -> Response:
    """Locks, unlocks, closes or opens an account, with a reason."""

    def change(session: Session, common: Common) -> None:
        match action:
            case "lock":
                accounts.lock_user(session, number, reason=reason, **common)
            case "unlock":
                accounts.unlock_user(session, number, reason=reason, **common)
            case "enable":
                accounts.enable_user(session, number, reason=reason, **common)
            case "disable":
                accounts.disable_user(session, number, reason=reason, **common)
            case _:
                raise NotFoundError(what="action", name=action, do="Choose one that the page offers.")

    return _changed(request, me, number, change, place="reason", typed={"reason": reason}, version=version)


@router.post("/people/{number}/link")
def send_link(request: Request, me: Signed, number: Number) -> Response:
    """Sends a person a link to set their password."""
    state = request.app.state
    with state.database.writing() as session:
        users.get_user(session, number, organisation_id=me.organisation.id)
        links.send_password_link(
            session, person_id=number, organisation_id=me.organisation.id, actor=_actor(me), clock=state.clock
        )
    return RedirectResponse("/messages", status_code=303)


@router.post("/people/{number}/erase")
def erase(
    request: Request, me: Signed, number: Number, erase_reason: Annotated[str, Form(max_length=2_000)] = ""
) -> Response:
    """Blanks what is known of a person; what they did stays in the record by number."""

    def change(session: Session, common: Common) -> None:
        accounts.erase_user(
            session,
            number,
            organisation_id=common["organisation_id"],
            actor=common["actor"],
            reason=erase_reason,
            clock=common["clock"],
        )

    typed = {"erase_reason": erase_reason}
    return _changed(request, me, number, change, place="erase_reason", typed=typed, version=None)


@router.get("/personal-links")
def personal_links(request: Request, session: Reading, me: Signed) -> Response:
    """The personal links of the organisation."""
    found = links.list_links(session, organisation_id=me.organisation.id, clock=request.app.state.clock)
    page = pages.links_page(found, names=users.names(session), may_change=_may_change(me))
    return render(request, "identity/links.html", page)


@router.post("/personal-links/{number}/revoke")
def revoke(request: Request, me: Signed, number: Number) -> Response:
    """Withdraws a personal link."""
    state = request.app.state
    with state.database.writing() as session:
        links.revoke_link(session, number, organisation_id=me.organisation.id, actor=_actor(me), clock=state.clock)
    return RedirectResponse("/personal-links", status_code=303)


@router.get("/messages")
def outbox(request: Request, settings: OwnSettings, session: Reading, me: Signed) -> Response:
    """The outbox of the organisation."""
    found = messages.list_messages(session, organisation_id=me.organisation.id)
    page = pages.messages_page(found, names=users.names(session), can_send=settings.mail is not None)
    return render(request, "identity/messages.html", page)


@router.get("/messages/{number}")
def message(request: Request, session: Reading, me: Signed, number: Number) -> Response:
    """One message."""
    found = messages.get_message(session, number, organisation_id=me.organisation.id)
    return render(request, "identity/message.html", pages.message_page(found, names=users.names(session)))


class Common(TypedDict):
    """What every change to a person needs: in which organisation, by whom, to which version of them, when."""

    organisation_id: int
    actor: Actor
    version: int | None
    clock: Clock


def _changed(
    request: Request,
    me: Viewer,
    number: int,
    change: Callable[[Session, Common], None],
    *,
    place: str,
    typed: dict[str, str],
    version: int | None,
) -> Response:
    """Makes a change to a person and shows them; or shows the form again with what was typed and what is wrong."""
    state = request.app.state
    common = Common(organisation_id=me.organisation.id, actor=_actor(me), version=version, clock=state.clock)
    try:
        with state.database.writing() as session:
            # Somebody of another organisation is not found, whatever is to be changed.
            users.get_user(session, number, organisation_id=me.organisation.id)
            change(session, common)
    except RefusedError as refused:
        return _again(request, me, number, typed=typed, faults={place: "; ".join(one.seen for one in refused.problems)})
    except AT_THE_FORM as error:
        return _again(request, me, number, typed=typed, faults={place: str(error)}, error=error)
    return RedirectResponse(f"/people/{number}", status_code=303)


def _again(
    request: Request,
    me: Viewer,
    number: int,
    *,
    typed: dict[str, str],
    faults: dict[str, str],
    error: SvtrackerError | None = None,
) -> Response:
    status = 409 if isinstance(error, ChangedMeanwhileError) else 422
    with request.app.state.database.reading() as session:
        return _person(request, session, me, number, typed=typed, faults=faults, status=status)


def _person(
    request: Request,
    session: Session,
    me: Viewer,
    number: int,
    *,
    typed: dict[str, str] | None = None,
    faults: dict[str, str] | None = None,
    status: int = 200,
) -> Response:
    page = pages.person_page(
        users.get_user(session, number, organisation_id=me.organisation.id),
        organisation_id=me.organisation.id,
        may_change=_may_change(me),
        on=request.app.state.clock().date(),
        typed=typed,
        faults=faults,
    )
    return render(request, "identity/person.html", page, status=status)


def _role(word: str) -> Role:
    known = {role.value: role for role in Role}
    if word not in known:
        raise NotFoundError(what="role", name=word, do="Choose one that the page offers.")
    return known[word]


def _may_change(me: Viewer) -> bool:
    return Role.ADMINISTRATOR in me.session.roles


def _actor(me: Viewer) -> Actor:
    return person_acting(me.session.person_id, role=Role.ADMINISTRATOR.value)
