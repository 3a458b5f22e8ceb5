"""Coming in and going out: by password, in the demo by one press, by a personal link; and the own account."""

from typing import Annotated

from fastapi import APIRouter, Form, Query, Request
from starlette.responses import RedirectResponse, Response

from svtracker.audit.rules.events import Actor
from svtracker.identity.rules.links import LinkState, Purpose
from svtracker.identity.rules.roles import Role
from svtracker.identity.service import demo, links, sessions, sign_in, users
from svtracker.identity.service.common import person_acting
from svtracker.identity.store import Link as StoredLink
from svtracker.kernel.exceptions import NotFoundError, PasswordRefusedError
from svtracker.registers import service as registers
from svtracker.web import cookies
from svtracker.web.dependencies import Number, OwnSettings, Reading, Signed
from svtracker.web.first_pages import goes_on_to
from svtracker.web.guard import Viewer, local_address, viewer_of
from svtracker.web.pages import sign_in as pages
from svtracker.web.pages.frame import render
from svtracker.web.tasks import first_page, what_for

router = APIRouter()

UNSAFE_ADDRESS = (
    "This address is not encrypted, so a browser would not keep you signed in. Open the service at its https address."
)


@router.get("/sign-in")
def form(
    request: Request, settings: OwnSettings, session: Reading, goes_to: Annotated[str, Query(alias="next")] = "/"
) -> Response:
    """The form to sign in."""
    page = pages.sign_in_page(
        goes_to=local_address(goes_to),
        demo=settings.demo,
        nobody_yet=not users.is_anybody(session),
        provider=settings.provider,
    )
    return render(request, "identity/sign_in.html", page)


@router.post("/sign-in")
def with_password(
    request: Request,
    settings: OwnSettings,
    email: Annotated[str, Form(max_length=1_000)] = "",
    password: Annotated[str, Form(max_length=10_000)] = "",
    goes_to: Annotated[str, Form(alias="next")] = "/",
) -> Response:
    """Lets somebody in with the right password."""
    wanted = local_address(goes_to)

    def again(error: str, status: int) -> Response:
        page = pages.sign_in_page(
            email=email, goes_to=wanted, error=error, demo=settings.demo, provider=settings.provider
        )
        return render(request, "identity/sign_in.html", page, status=status)

    if not cookies.can_be_kept(request):
        return again(UNSAFE_ADDRESS, 403)
    if not email.strip() or not password:
        return again("Enter your email address and your password.", 422)
    state = request.app.state
    found = sign_in.attempt_sign_in(
        state.database,
        email=email,
        password=password,
        address=network_address(request),
        user_agent=_browser(request),
        replaces=cookies.token_of(request),
        clock=state.clock,
    )
    if isinstance(found, sign_in.Refused):
        refused = again(pages.refusal(found.wait_seconds), 429 if found.wait_seconds else 403)
        if found.wait_seconds:
            refused.headers["Retry-After"] = str(found.wait_seconds)
        return refused
    return entered_first(request, found.session.token, wanted=wanted)


@router.post("/sign-in/demo")
def as_role(
    request: Request, role: Annotated[str, Form()] = "", goes_to: Annotated[str, Form(alias="next")] = "/"
) -> Response:
    """Comes in as the demo's person with a role."""
    known = {one.value: one for one in Role}
    if role not in known:
        raise NotFoundError(what="role", name=role, do="Choose one that the page offers.")
    state = request.app.state
    with state.database.writing() as session:
        organisation = registers.current_organisation(session)
        if organisation is None or not organisation.is_demo:
            raise NotFoundError(what="demo", name="here", do="Sign in with your own account.")
        opened = demo.enter_demo(
            session,
            known[role],
            organisation_id=organisation.id,
            user_agent=_browser(request),
            replaces=cookies.token_of(request),
            clock=state.clock,
        )
    return entered_first(request, opened.token, wanted=local_address(goes_to))


@router.post("/sign-out")
def sign_out(request: Request) -> Response:
    """Ends the session, where there still is one, and takes the cookie."""
    state = request.app.state
    me = viewer_of(request)
    if me is not None:
        with state.database.writing() as session:
            sessions.end_session(
                session, me.session.id, person_id=me.session.person_id, actor=_myself(me), clock=state.clock
            )
    response = RedirectResponse("/", status_code=303)
    cookies.take(request, response)
    return response


@router.get("/links/{token}")
def link(request: Request, session: Reading, token: str) -> Response:
    """What a personal link is for; looking changes nothing, since mail programs look at links too."""
    found = links.link_of_token(session, token, clock=request.app.state.clock)
    if found is not None and found.purpose is Purpose.SET_PASSWORD and found.state is LinkState.OPEN:
        return render(request, "identity/password.html", pages.password_page(token))
    return _link(request, token, found, what_for=what_for(session, found), status=200)


@router.post("/links/{token}")
def use_link(request: Request, token: str, password: Annotated[str, Form(max_length=10_000)] = "") -> Response:
    """Sets the password that was typed, or begins the task of the link."""
    state = request.app.state
    is_safe = cookies.can_be_kept(request)
    with state.database.reading() as session:
        found = links.link_of_token(session, token, clock=state.clock)
    if found is not None and found.purpose is Purpose.SET_PASSWORD and found.state is LinkState.OPEN:
        if not is_safe:
            page = pages.password_page(token, faults=[UNSAFE_ADDRESS])
            return render(request, "identity/password.html", page, status=403)
        try:
            links.use_set_password(state.database, token, password, clock=state.clock)
        except PasswordRefusedError as refused:
            page = pages.password_page(token, faults=refused.faults)
            return render(request, "identity/password.html", page, status=422)
        return RedirectResponse("/sign-in", status_code=303)
    if found is None or found.state is not LinkState.OPEN or not is_safe:
        return _link(request, token, found, what_for="", error=None if is_safe else UNSAFE_ADDRESS, status=403)
    with state.database.writing() as session:
        opened = links.enter_by_link(
            session, token, user_agent=_browser(request), replaces=cookies.token_of(request), clock=state.clock
        )
    return _entered(request, opened.token, to=first_page(found))


@router.post("/links/{token}/new")
def ask_for_link(request: Request, token: str) -> Response:
    """Sends a new link to the address on file; the answer is the same whether there is one or not."""
    state = request.app.state
    with state.database.writing() as session:
        links.request_new_link(session, token, clock=state.clock)
    return render(request, "identity/asked.html", pages.asked_page())


@router.get("/account")
def account(request: Request, session: Reading, me: Signed) -> Response:
    """The own account."""
    mine = me.session
    user = users.get_user(session, mine.person_id, organisation_id=None)
    within = {user.organisation_id, *(grant.organisation_id for grant in mine.grants)}
    page = pages.account_page(
        mine,
        organisation=me.organisation,
        organisations=[one for one in registers.list_organisations(session) if one.id in within],
        sessions=sessions.list_sessions(session, person_id=mine.person_id, clock=request.app.state.clock),
        password_set_at=user.password_set_at,
    )
    return render(request, "identity/account.html", page)


@router.post("/account/organisation")
def switch(request: Request, organisation: Annotated[int, Form()]) -> Response:
    """Goes on in another organisation in which the person has a role."""
    state = request.app.state
    with state.database.writing() as session:
        opened = sessions.switch_organisation(
            session,
            cookies.token_of(request) or "",
            organisation_id=organisation,
            user_agent=_browser(request),
            clock=state.clock,
        )
    return _entered(request, opened.token, to="/account")


@router.post("/account/sessions/others/end")
def end_others(request: Request, me: Signed) -> Response:
    """Ends every other session of the person."""
    state = request.app.state
    with state.database.writing() as session:
        sessions.end_other_sessions(
            session, person_id=me.session.person_id, keep=me.session.id, actor=_myself(me), clock=state.clock
        )
    return RedirectResponse("/account", status_code=303)


@router.post("/account/sessions/{number}/end")
def end_one(request: Request, me: Signed, number: Number) -> Response:
    """Ends one session of the person; their own present one signs them out."""
    state = request.app.state
    with state.database.writing() as session:
        sessions.end_session(
            session,
            number,
            person_id=me.session.person_id,
            because="ended elsewhere",
            actor=_myself(me),
            clock=state.clock,
        )
    return RedirectResponse("/account" if number != me.session.id else "/", status_code=303)


def entered_first(request: Request, token: str, *, wanted: str) -> Response:
    """Lets somebody in, to the page that they asked for or to the first one of their role."""
    state = request.app.state
    with state.database.reading() as session:
        to = goes_on_to(session, token, wanted, clock=state.clock)
    return _entered(request, token, to=to)


def network_address(request: Request) -> str:
    """The address of the network from which somebody asks."""
    return request.client.host if request.client is not None else ""


def _link(
    request: Request,
    token: str,
    found: StoredLink | None,
    *,
    what_for: str,
    status: int,
    error: str | None = None,
) -> Response:
    """What a personal link is for; “gone” where it opens nothing more."""
    is_open = found is not None and found.state is LinkState.OPEN
    page = pages.link_page(token, found, what_for=what_for, error=error if is_open else None)
    return render(request, "identity/link.html", page, status=status if is_open else 410)


def _entered(request: Request, token: str, *, to: str) -> Response:
    response = RedirectResponse(to, status_code=303)
    cookies.put(request, response, token)
    return response


def _browser(request: Request) -> str:
    return request.headers.get("user-agent", "")


def _myself(me: Viewer) -> Actor:
    return person_acting(me.session.person_id)
