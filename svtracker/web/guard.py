"""The guard before every route: who asks, whether the access table lets them in, whether a form is their own.

One dependency of the whole application, so that no route can forget it. A route that the table does not name is
answered with an error, and so is a person whom it does not name.
"""

import hmac
from dataclasses import dataclass, replace
from datetime import date

from fastapi import Request
from starlette.concurrency import run_in_threadpool

from svtracker.identity.rules.links import Task
from svtracker.identity.rules.roles import Role, roles_for
from svtracker.identity.service import sessions
from svtracker.kernel.exceptions import DatabaseBusyError, NotFoundError, SvtrackerError
from svtracker.registers import service as registers
from svtracker.registers.rules.policy import Policy
from svtracker.registers.store import Organisation
from svtracker.web import cookies
from svtracker.web.access import RULES, Audience, Rule, State
from svtracker.web.logs import route_of
from svtracker.web.security import SAFE_METHODS

TENDER, CONTRACT = "tender", "contract"
# How the number of a thing stands in an address for which somebody can have a role of their own.
IN_PATH = {TENDER: "{tender:int}", CONTRACT: "{contract:int}"}
# Where such things are listed.
LISTS = frozenset({"/contracts", "/contracts/download.{kind}", "/api/v1/contracts"})
CSRF_FIELD = "form_token"
CSRF_HEADER = "x-form-token"


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewer:
    """Who asks: their session, the organisation that they work for, and what it has set."""

    session: sessions.CurrentSession
    organisation: Organisation
    policy: Policy


class SignInNeededError(SvtrackerError):
    """Nobody is signed in, and this is not for everybody."""


class RoleMissingError(SvtrackerError):
    """Somebody is signed in whose role does not reach this."""

    def __init__(self, *, who: str, by_link: bool = False) -> None:
        self.who, self.by_link = who, by_link
        super().__init__(f"This is for: {who}. Your role does not include it.")


class FormNotOwnError(SvtrackerError):
    """A form was sent without the mark of the session that it was made for."""


async def guard(request: Request) -> None:
    """Lets a request through to its route, or raises the error that says why not.

    It runs in the server's one loop, because most requests need nothing that waits: only a browser with a session
    makes it look into the database, and that it does in a thread.
    """
    rule = RULES[request.method, route_of(request.scope)]
    if rule.state is State.DEMO and not request.app.state.settings.demo:
        raise NotFoundError(what="page", name=request.url.path, do="It is there in the demo only.")
    if rule.state is State.PROVIDER and request.app.state.provider is None:
        raise NotFoundError(what="page", name=request.url.path, do="Sign in with your email address and password.")
    viewer = None
    if cookies.token_of(request) is not None:
        viewer = _on_object(await run_in_threadpool(look_up, request), request)
    request.state.viewer = viewer
    if viewer is None:
        if rule.who is not Audience.EVERYBODY:
            raise SignInNeededError
        return
    _require_role(rule, viewer)
    if request.method not in SAFE_METHODS:
        await _require_own_form(request, viewer)


def viewer_of(request: Request) -> Viewer | None:
    """Who asks, where somebody is signed in; looked up where the guard did not come to it, as for an unknown page."""
    if not hasattr(request.state, "viewer"):
        request.state.viewer = look_up(request) if cookies.token_of(request) is not None else None
    viewer: Viewer | None = request.state.viewer
    return viewer


def look_up(request: Request) -> Viewer | None:
    """The session of the browser's cookie with its organisation; its last use is written at most once a minute."""
    token = cookies.token_of(request)
    if token is None:
        return None
    state = request.app.state
    with state.database.reading() as session:
        found = sessions.session_of(session, token, clock=state.clock)
        if found is None:
            return None
        organisation, policy = registers.get_organisation_with_policy(session, found.organisation_id)
    if found.touch_due:
        try:
            with state.database.writing() as session:
                sessions.touch(session, token, clock=state.clock)
        except DatabaseBusyError:
            pass  # a page is not refused because a time could not be noted; the next page notes it
    return Viewer(session=found, organisation=organisation, policy=policy)


def may_use(request: Request, method: str, path: str) -> bool:
    """Whether whoever asks is signed in with a role that reaches a route, so that a page leads there."""
    viewer = viewer_of(request)
    return viewer is not None and viewer.session.link is None and RULES[method, path].lets_in(viewer.session.roles)


def local_address(text: str) -> str:
    """The address where a person goes on after signing in: one of this service, or the first page."""
    is_local = text.startswith("/") and not text.startswith("//")
    return text if is_local and text.isprintable() and not set(text) & {" ", "\\"} else "/"


def _on_object(viewer: Viewer | None, request: Request) -> Viewer | None:
    """Who asks, with the roles that they have for the tender or contract of the address alone; the route does the rest.

    A list of such things is for who has a role for one of them, too; it shows no other.
    """
    if viewer is None:
        return None
    route, day = route_of(request.scope), request.app.state.clock().date()
    for kind, in_path in IN_PATH.items():
        if in_path in route:
            roles = roles_for(
                viewer.session.grants,
                organisation_id=viewer.session.organisation_id,
                object_kind=kind,
                object_id=str(request.path_params[kind]),
                day=day,
            )
            return replace(viewer, session=replace(viewer.session, roles=roles))
    if route in LISTS:
        return replace(viewer, session=replace(viewer.session, roles=viewer.session.roles | roles_in(viewer, day)))
    return viewer


def roles_in(viewer: Viewer, day: date, *, kind: str = CONTRACT) -> frozenset[Role]:
    """The roles that somebody has for single things of a kind, whichever they are."""
    return frozenset(
        one.role
        for one in viewer.session.grants
        if one.organisation_id == viewer.session.organisation_id and one.object_kind == kind and one.holds_on(day)
    )


def _require_role(rule: Rule, viewer: Viewer) -> None:
    if rule.who is Audience.EVERYBODY:
        return
    link = viewer.session.link
    if isinstance(rule.who, Task):
        lets_in = link is not None and link.task_kind == rule.who
    else:
        # Who came by a personal link is there for its task alone.
        lets_in = link is None and rule.lets_in(viewer.session.roles)
    if not lets_in:
        raise RoleMissingError(who=rule.who_words, by_link=link is not None)


async def _require_own_form(request: Request, viewer: Viewer) -> None:
    sent = request.headers.get(CSRF_HEADER)
    if sent is None:
        kind = request.headers.get("content-type", "").partition(";")[0]
        is_form = kind in {"application/x-www-form-urlencoded", "multipart/form-data"}
        field = (await request.form()).get(CSRF_FIELD) if is_form else None
        sent = field if isinstance(field, str) else ""
    if not hmac.compare_digest(sent.encode("utf-8", "surrogatepass"), viewer.session.csrf.encode()):
        raise FormNotOwnError
