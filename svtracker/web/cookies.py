"""The cookies: the token of a session, and that of a way to the identity provider; for this host, not for scripts."""

from fastapi import Request
from starlette.responses import Response

from svtracker.identity.rules.accounts import token_hash
from svtracker.identity.rules.provider import FLOW_LASTS, is_loopback

PLAIN = "svtracker"
# Browsers take a cookie of this name only over https and for the very host that set it.
SECURE = "__Host-svtracker"

# Longer than any token of ours; what is longer is not looked for.
LONGEST = 100


def token_of(request: Request) -> str | None:
    """The token that the browser brought, where it brought one."""
    token = request.cookies.get(_name(request))
    return token if token and len(token) <= LONGEST else None


def put(request: Request, response: Response, token: str) -> None:
    """Gives the browser its token until it is closed; the session itself ends by the clock of the server."""
    response.set_cookie(_name(request), token, path="/", secure=_is_secure(request), httponly=True, samesite="lax")


def take(request: Request, response: Response) -> None:
    """Takes the token from the browser."""
    response.delete_cookie(_name(request), path="/", secure=_is_secure(request), httponly=True, samesite="lax")


def put_flow(request: Request, response: Response, *, state: str, token: str) -> None:
    """Gives the browser the cookie of one way to the identity provider and back, for ten minutes.

    Each way has a cookie of its own, so that two tabs do not disturb one another. It is `lax` because the browser comes
    back from another site; it opens nothing without the state that belongs to it.
    """
    response.set_cookie(
        _flow_name(request, state),
        token,
        max_age=int(FLOW_LASTS.total_seconds()),
        path="/",
        secure=_is_secure(request),
        httponly=True,
        samesite="lax",
    )


def flow_of(request: Request, state: str) -> str | None:
    """The cookie of the way that this state belongs to, where the browser brought it."""
    token = request.cookies.get(_flow_name(request, state))
    return token if token and len(token) <= LONGEST else None


def take_flow(request: Request, response: Response, state: str) -> None:
    """Takes that cookie from the browser."""
    name = _flow_name(request, state)
    response.delete_cookie(name, path="/", secure=_is_secure(request), httponly=True, samesite="lax")


def can_be_kept(request: Request) -> bool:
    """Whether the browser would keep the cookie: over https, or on the machine itself."""
    return _is_secure(request) is (request.url.scheme == "https")


def _is_secure(request: Request) -> bool:
    return request.url.scheme == "https" or not is_loopback(request.url.hostname)


def _flow_name(request: Request, state: str) -> str:
    return f"{_name(request)}-{token_hash(state)[:16]}"


def _name(request: Request) -> str:
    return SECURE if _is_secure(request) else PLAIN
