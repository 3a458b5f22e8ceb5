"""Answers that a browser may keep: it asks again each time, and gets nothing where nothing is new."""

import hashlib

from starlette.requests import Request
from starlette.responses import Response


def validated(request: Request, response: Response, *, vary: str | None = None) -> Response:
    """The answer with a mark of its content; only “not modified” where the browser holds the same content.

    `vary` names the request header on which the content depends besides the address.
    """
    tag = f'"{hashlib.sha256(response.body).hexdigest()[:32]}"'
    headers = {"ETag": tag, "Cache-Control": "no-cache"}
    if vary is not None:
        headers["Vary"] = vary
    if _holds(request.headers.get("if-none-match", ""), tag):
        return Response(status_code=304, headers=headers)
    response.headers.update(headers)
    return response


def _holds(held: str, tag: str) -> bool:
    return any(one.strip().removeprefix("W/") in {tag, "*"} for one in held.split(","))
