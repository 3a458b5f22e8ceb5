"""What every answer carries and what every request must pass: headers, origin, size (DESIGN section 5).

Written as plain ASGI: a `BaseHTTPMiddleware` costs a fifth of a page's time.
"""

from collections.abc import Callable
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
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

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers[name] = value
            await send(message)

        await self.app(scope, receive, send_with_headers)


class DeclaredSize:
    """Answers a request that says itself that it is too large with a page that helps; the framework stops the others.

    What the browser is still sending is read and thrown away up to a bound, since a browser that is cut off shows
    its own error instead of ours.
    """

    def __init__(self, app: ASGIApp, *, limit: int, refusal: Callable[[Request], Response]) -> None:
        self.app, self.limit, self.refusal = app, limit, refusal

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer 413 where its declared length is above the limit."""
        declared = Headers(scope=scope).get("content-length", "0") if scope["type"] == "http" else "0"
        if not declared.isdigit() or int(declared) <= self.limit:
            await self.app(scope, receive, send)
            return
        thrown_away, more = 0, True
        while more and thrown_away < READ_AND_THROWN_AWAY:
            message = await receive()
            thrown_away += len(message.get("body", b""))
            more = message.get("more_body", False)
        await self.refusal(Request(scope))(scope, receive, send)


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
    return origin is not None and urlsplit(origin).netloc != headers.get("host")
