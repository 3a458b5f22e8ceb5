"""What the service writes to its log: one line of JSON each, without personal data (DESIGN section 9).

A line about a request has its method, the route as the access table writes it, the status and the milliseconds. Never
the address that was asked for, its query, its body, or who asked: addresses hold names and references. A line about an
error has the kind of error and the places in the program that it came through, not its text, which may quote a form or
a row.
"""

import json
import logging
import time
import traceback
from collections.abc import Callable
from datetime import UTC, datetime
from http import HTTPMethod, HTTPStatus
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

requests = logging.getLogger("svtracker.requests")

UNKNOWN_ROUTE = "none"

# Attributes of a record of ours that go into its line as they are.
_FIELDS = ("method", "route", "status", "ms")


class JsonLine(logging.Formatter):
    """A record as one line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        """The line: time in UTC, level, who writes, what; then the fields of a request, or where an error was."""
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        line.update({name: getattr(record, name) for name in _FIELDS if hasattr(record, name)})
        if record.exc_info and record.exc_info[1] is not None:
            line["errors"] = [_error(error) for error in _chain(record.exc_info[1])]
        return json.dumps(line, ensure_ascii=False)


def start(level: str) -> None:
    """Sends everything from this level on to standard error, one line of JSON each."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLine())
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    for name in ("httpx2", "httpcore2"):  # they write every address that is asked
        logging.getLogger(name).setLevel(logging.WARNING)


class RequestLog:
    """Writes a line about every request once it is answered, and about every one that fails."""

    def __init__(self, app: ASGIApp, *, timer: Callable[[], float] = time.perf_counter) -> None:
        self.app, self.timer = app, timer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, note the status of its answer, and write the line."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        method, began = scope["method"], self.timer()
        status = int(HTTPStatus.INTERNAL_SERVER_ERROR)  # what stands outside answers for a request that fails

        async def send_and_note(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, send_and_note)
        finally:
            fields = {
                "method": method if method in HTTPMethod.__members__ else UNKNOWN_ROUTE,
                "route": route_of(scope),
                "status": status,
                "ms": round((self.timer() - began) * 1000, 1),
            }
            requests.info("request", extra=fields)


def route_of(scope: Scope) -> str:
    """The route that answered, as the access table writes it; none where no route did."""
    route = scope.get("route")
    if route is not None:
        return str(route.path)
    if "endpoint" not in scope:
        return UNKNOWN_ROUTE
    mounted = str(scope.get("root_path", "")).removeprefix(str(scope.get("app_root_path", "")))
    if mounted:
        return f"{mounted}/{{path}}"
    return UNKNOWN_ROUTE if scope.get("path_params") else str(scope["path"])


def _chain(error: BaseException | None) -> list[BaseException]:
    found: list[BaseException] = []
    while error is not None and error not in found:
        found.append(error)
        error = error.__cause__ or error.__context__
    return found


def _error(error: BaseException) -> dict[str, Any]:
    places = traceback.extract_tb(error.__traceback__)
    return {
        "kind": f"{type(error).__module__}.{type(error).__qualname__}",
        "at": [f"{place.filename}:{place.lineno} {place.name}" for place in places],
    }
