"""What every answer carries and what every request must pass: headers, origin, size (DESIGN section 5).

Written as plain ASGI: a `BaseHTTPMiddleware` costs a fifth of a page's time.
"""

from collections.abc import Callable
from http import HTTPStatus

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

READ_AND_THROWN_AWAY = 32 * 1024 * 1024

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})

CONTENT_SECURITY_POLICY = "; ".join(
    [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    ]
)

HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}


class SecurityHeaders:
    """Puts the same headers on every answer, errors and files among them."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and add the headers to the start of its answer."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        has_cookie = "cookie" in Headers(scope=scope)

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers[name] = value
                # What a browser with a session is shown is for nobody else: no proxy on the way keeps it.
                if has_cookie and "cache-control" not in headers:
                    headers["Cache-Control"] = "private, no-cache"
            await send(message)

        await self.app(scope, receive, send_with_headers)


class BodyLimit:
    """Answers a request whose body is larger than the limit of its address with a page that helps.

    FastAPI's own limit stands outside every middleware and answers in two words, without our headers. Where the
    request says itself that it is too large, what the browser is still sending is read and thrown away up to a bound,
    since a browser that is cut off shows its own error instead of ours.
    """

    def __init__(self, app: ASGIApp, *, limit_of: Callable[[str], int], refusal: Callable[[Request], Response]) -> None:
        self.app, self.limit_of, self.refusal = app, limit_of, refusal

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer 413 where its body is above the limit, declared or not."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        limit = self.limit_of(scope["path"])
        declared = Headers(scope=scope).get("content-length", "0")
        if declared.isdigit() and int(declared) > limit:
            await self._throw_away(receive)
            response = await run_in_threadpool(self.refusal, Request(scope))
            await response(scope, receive, send)
            return
        received = 0

        async def counted() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > limit:
                raise HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
            return message

        await self.app(scope, counted, send)

    async def _throw_away(self, receive: Receive) -> None:
        thrown_away, more = 0, True
        while more and thrown_away < READ_AND_THROWN_AWAY:
            message = await receive()
            thrown_away += len(message.get("body", b""))
            more = message.get("more_body", False)


class HeadAsGet:
    """Answers HEAD as GET is answered, without the body, so that link checkers and monitors need no GET."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, a HEAD as GET with its body left out."""
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self.app(scope, receive, send)
            return

        async def send_without_body(message: Message) -> None:
            if message["type"] == "http.response.body":
                message = {**message, "body": b""}
            await send(message)

        inner = {**scope, "method": "GET"}
        try:
            await self.app(inner, receive, send_without_body)
        finally:
            scope.update({**inner, "method": "HEAD"})  # what stands outside asks which route answered


class OwnOriginOnly:
    """Refuses a changing request that another site sent: by `Sec-Fetch-Site`, or by `Origin` where that is missing.

    A program that sends neither (a script with the JSON interface) is no browser and cannot be made to act for one.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer 403 where it comes from elsewhere."""
        if scope["type"] == "http" and scope["method"] not in SAFE_METHODS and _is_foreign(Headers(scope=scope)):
            refusal = PlainTextResponse(
                "This request came from another website, so it was refused and nothing was changed. "
                "Open the page here and send it again.",
                status_code=403,
            )
            await refusal(scope, receive, send)
            return
        await self.app(scope, receive, send)


def _is_foreign(headers: Headers) -> bool:
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site not in {"same-origin", "none"}
    origin = headers.get("origin")
    # Cut by hand: what is no address at all makes `urlsplit` raise, and is no origin of ours either.
    return origin is not None and origin.partition("://")[2] != headers.get("host")
