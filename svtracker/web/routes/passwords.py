"""A password anew: asked for by somebody who forgot theirs, changed by somebody who is signed in."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import RedirectResponse, Response

from svtracker.identity.rules.accounts import is_email
from svtracker.identity.service import links, passwords, users
from svtracker.identity.service.common import person_acting
from svtracker.kernel.exceptions import PasswordRefusedError
from svtracker.web import cookies
from svtracker.web.dependencies import OwnSettings, Reading, Signed
from svtracker.web.pages import passwords as pages
from svtracker.web.pages.frame import render
from svtracker.web.pages.sign_in import asked_page, refusal
from svtracker.web.routes.sign_in import UNSAFE_ADDRESS, network_address

router = APIRouter()

EMAIL_WANTED = "Enter your email address, as in wren.alder@council.example."
OLD_WRONG = "This is not your present password."


@router.get("/sign-in/forgotten")
def forgotten(request: Request, settings: OwnSettings) -> Response:
    """The form for somebody who forgot their password."""
    page = pages.forgotten_page(sends_mail=settings.mail is not None)
    return render(request, "identity/forgotten.html", page)


@router.post("/sign-in/forgotten")
def ask_for_password(
    request: Request, settings: OwnSettings, email: Annotated[str, Form(max_length=1_000)] = ""
) -> Response:
    """Notes the request; the answer is the same, and comes as soon, whether there is such an account or not."""

    def again(error: str, status: int) -> Response:
        page = pages.forgotten_page(email=email, error=error, sends_mail=settings.mail is not None)
        return render(request, "identity/forgotten.html", page, status=status)

    if not is_email(email.strip()):
        return again(EMAIL_WANTED, 422)
    state = request.app.state
    waiting = passwords.request_password(
        state.database, email=email, address=network_address(request), clock=state.clock
    )
    if waiting:
        refused = again(pages.too_many(waiting), 429)
        refused.headers["Retry-After"] = str(waiting)
        return refused
    return render(request, "identity/asked.html", pages.forgotten_told_page())


@router.get("/account/password")
def change_form(request: Request, session: Reading, me: Signed) -> Response:
    """The form for somebody who knows their password."""
    user = users.get_user(session, me.session.person_id, organisation_id=None)
    page = pages.change_password_page(has_password=user.has_password)
    return render(request, "identity/change_password.html", page)


@router.post("/account/password")
def change(
    request: Request,
    me: Signed,
    old: Annotated[str, Form(max_length=10_000)] = "",
    new: Annotated[str, Form(max_length=10_000)] = "",
) -> Response:
    """Sets the new password where the old one is right, and ends the other sessions."""
    state = request.app.state

    def again(status: int, *, error: str | None = None, faults: tuple[str, ...] = ()) -> Response:
        page = pages.change_password_page(has_password=True, error=error, faults=faults)
        return render(request, "identity/change_password.html", page, status=status)

    if not cookies.can_be_kept(request):
        return again(403, error=UNSAFE_ADDRESS)
    try:
        refused = passwords.change_password(
            state.database,
            person_id=me.session.person_id,
            session_id=me.session.id,
            old=old,
            new=new,
            address=network_address(request),
            clock=state.clock,
        )
    except PasswordRefusedError as error:
        return again(422, faults=error.faults)
    if refused is None:
        return RedirectResponse("/account#password", status_code=303)
    if not refused.wait_seconds:
        return again(422, error=OLD_WRONG)
    answer = again(429, error=refusal(refused.wait_seconds))
    answer.headers["Retry-After"] = str(refused.wait_seconds)
    return answer


@router.post("/account/password/link")
def send_link(request: Request, me: Signed) -> Response:
    """Sends the person a link that sets a new password."""
    state = request.app.state
    with state.database.writing() as session:
        links.send_password_link(
            session,
            person_id=me.session.person_id,
            organisation_id=me.organisation.id,
            actor=person_acting(me.session.person_id),
            clock=state.clock,
        )
    return render(request, "identity/asked.html", asked_page())
