"""Signing in by the council's identity provider: the way there, and the way back."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Form, Query, Request
from starlette.responses import Response

from svtracker.identity.provider import ProviderClient
from svtracker.identity.rules.provider import said
from svtracker.identity.service import provider as service
from svtracker.identity.store import Flow
from svtracker.kernel import wording
from svtracker.kernel.exceptions import NotFoundError, ProviderAwayError, ProviderMistrustedError
from svtracker.registers import service as registers
from svtracker.web import cookies
from svtracker.web.dependencies import OwnSettings
from svtracker.web.errors import NOTHING_CHANGED, answer
from svtracker.web.guard import local_address
from svtracker.web.pages.frame import render
from svtracker.web.pages.sign_in import onward_page
from svtracker.web.routes.sign_in import UNSAFE_ADDRESS, entered_first, network_address

router = APIRouter()

RETURN = "/sign-in/provider/return"
# Longer than any that a provider gives; what is longer is not looked at.
LONGEST = 4_000
LONGEST_ADDRESS = 2_000

NOT_SIGNED_IN = "You are not signed in"
NOBODY = "Nobody was signed in."


@router.post("/sign-in/provider")
def start(
    request: Request, settings: OwnSettings, goes_to: Annotated[str, Form(alias="next", max_length=10_000)] = "/"
) -> Response:
    """Sends the browser to the identity provider. A POST, so that no link can begin it."""
    if not cookies.can_be_kept(request):
        return _not_let_in(request, what=UNSAFE_ADDRESS, why=NOBODY, do="Type the address again, with https.")
    state, client = request.app.state, _client(request)
    with state.database.reading() as session:
        waiting = service.wait_for_flow(session, address=network_address(request), clock=state.clock)
    if waiting:
        return _too_many(request, waiting)
    try:
        document = client.document(now=state.clock())
    except (ProviderAwayError, ProviderMistrustedError) as error:
        return _out_of_order(request, error)
    wanted = local_address(goes_to)
    with state.database.writing() as session:
        begun = service.begin_flow(
            session,
            goes_to=wanted if len(wanted) <= LONGEST_ADDRESS else "/",
            address=network_address(request),
            clock=state.clock,
        )
    address = client.address(
        document,
        redirect_uri=settings.public_address + RETURN,
        state=begun.state,
        nonce=begun.nonce,
        verifier=begun.verifier,
    )
    # No redirect: browsers hold our policy for forms against every redirect that follows one, and a provider may send
    # people on to others whom we do not know, as to the federation server of a council. A page may lead anywhere.
    response = render(request, "identity/onward.html", onward_page(address, name=client.provider.name))
    response.headers["Refresh"] = f"0; url={address}"
    cookies.put_flow(request, response, state=begun.state, token=begun.cookie)
    return response


@router.get(RETURN)
def come_back(
    request: Request,
    settings: OwnSettings,
    *,
    state: Annotated[str, Query(max_length=LONGEST)] = "",
    code: Annotated[str, Query(max_length=LONGEST)] = "",
    error: Annotated[str, Query(max_length=LONGEST)] = "",
    iss: Annotated[str | None, Query(max_length=LONGEST)] = None,
) -> Response:
    """Lets the person in whom the identity provider sends back with a code, or says why not."""
    token = cookies.flow_of(request, state)
    flow = None
    if token is not None:
        with request.app.state.database.writing() as session:
            flow = service.take_flow(session, cookie=token, state=state, clock=request.app.state.clock)
    if error == "access_denied":  # some providers leave the state out here, and a person is told all the same
        response = _not_let_in(
            request,
            what="The sign-in was refused or broken off at the identity provider.",
            why=f"You pressed “cancel” there, or your council does not let your account use this service. {NOBODY}",
            do="Sign in again. If that ends here too, ask whoever runs the accounts of your council.",
        )
    elif flow is None:
        response = _not_let_in(
            request,
            what="This way of signing in is over.",
            why="It was begun more than ten minutes ago, was finished already, or was begun in another browser or at "
            f"another address. {NOBODY}",
            do=f"Begin again at {settings.public_address}/sign-in. If you are signed in already, just go on.",
            status=HTTPStatus.BAD_REQUEST,
        )
    elif error or iss not in {None, _client(request).provider.issuer}:
        # Another error than a refusal, or the answer of another provider (RFC 9207). What it says of itself is not
        # repeated, since anybody can write that into an address.
        response = _out_of_order(request, ProviderMistrustedError())
    else:
        response = _finish(request, settings, flow, code)
    if state:
        cookies.take_flow(request, response, state)
    return response


def _finish(request: Request, settings: OwnSettings, flow: Flow, code: str) -> Response:
    state, client = request.app.state, _client(request)
    try:
        claims = client.claims(
            code=code,
            redirect_uri=settings.public_address + RETURN,
            nonce=flow.nonce,
            verifier=flow.verifier,
            now=state.clock(),
        )
    except (ProviderAwayError, ProviderMistrustedError) as error:
        return _out_of_order(request, error)
    with state.database.writing() as session:
        try:
            organisation = registers.find_organisation(session, client.provider.organisation)
        except NotFoundError:
            return _not_let_in(
                request,
                what="There is no organisation yet whose people come in this way.",
                why=NOBODY,
                do="Tell whoever runs this service: SVTRACKER_OIDC_ORGANISATION must be the word of an organisation in "
                "“svtracker organisations list”.",
                status=HTTPStatus.SERVICE_UNAVAILABLE,
            )
        found = service.enter_by_provider(
            session,
            said(client.provider, claims),
            organisation_id=organisation.id,
            user_agent=request.headers.get("user-agent", ""),
            replaces=cookies.token_of(request),
            clock=state.clock,
        )
    match found:
        case service.NotLetIn.UNKNOWN:
            return _not_let_in(
                request,
                what=f"There is no account here for {client.provider.name} that can be used.",
                why=f"Accounts are not made by themselves, and some may not be used for now. {NOBODY}",
                do=f"Ask an administrator of {organisation.name} to add you with the email address of your council "
                "account, or to look at the state of your account. Then sign in again.",
            )
        case service.NotLetIn.ADDRESS_NOT_VERIFIED:
            return _not_let_in(
                request,
                what=f"Nobody has confirmed the email address of {client.provider.name}.",
                why=f"Whoever signs in for the first time is known by a confirmed address. {NOBODY}",
                do="Ask whoever runs the accounts of your council to confirm the address, or to let the identity "
                "provider say that it is confirmed. The README of this service says how.",
            )
        case opened:
            # The address was checked when it was kept; it is checked again where it is used.
            return entered_first(request, opened.token, wanted=local_address(flow.goes_to))


def _client(request: Request) -> ProviderClient:
    client: ProviderClient = request.app.state.provider
    return client


def _out_of_order(request: Request, error: ProviderAwayError | ProviderMistrustedError) -> Response:
    away = isinstance(error, ProviderAwayError)
    response = answer(
        request,
        status=HTTPStatus.SERVICE_UNAVAILABLE if away else HTTPStatus.BAD_GATEWAY,
        title="The identity provider does not answer" if away else "The identity provider’s answer cannot be used",
        what=str(error),
        why="Your council’s accounts are kept by another service, and that one is away for now."
        if away
        else "What it sent did not fit what was asked, or could not be proven to come from it.",
        do="Try again in a few minutes. Whoever has a password here can sign in with it meanwhile.",
    )
    if away:
        response.headers["Retry-After"] = "60"
    return response


def _too_many(request: Request, waiting: int) -> Response:
    refused = _not_let_in(
        request,
        what="From your part of the network too many began to sign in and never came back.",
        why=NOBODY,
        do=f"Wait {wording.wait(waiting)}, then try again. Whoever has a password here can sign in with it meanwhile.",
        status=HTTPStatus.TOO_MANY_REQUESTS,
    )
    refused.headers["Retry-After"] = str(waiting)
    return refused


def _not_let_in(
    request: Request, *, what: str, why: str, do: str, status: HTTPStatus = HTTPStatus.FORBIDDEN
) -> Response:
    why = why if why.endswith(NOTHING_CHANGED) else f"{why} {NOTHING_CHANGED}"
    return answer(request, status=status, title=NOT_SIGNED_IN, what=what, why=why, do=do)
