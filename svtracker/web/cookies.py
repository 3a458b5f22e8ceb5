"""The one cookie: the token of a session, for this host alone, out of reach of scripts."""

from fastapi import Request
from starlette.responses import Response

from svtracker.web.security import is_loopback

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


def can_be_kept(request: Request) -> bool:
    """Whether the browser would keep the cookie: over https, or on the machine itself."""
    return _is_secure(request) is (request.url.scheme == "https")


def _is_secure(request: Request) -> bool:
    return request.url.scheme == "https" or not is_loopback(request.url.hostname)


def _name(request: Request) -> str:
    return SECURE if _is_secure(request) else PLAIN
