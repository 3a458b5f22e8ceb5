"""What is made once: pages by what they are made of, and answers that a browser may keep."""

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable

from starlette.requests import Request
from starlette.responses import Response

PLACES = 128


class Kept:
    """The pages that were asked for last, each under a key that names everything it is made of.

    Such a key holds the hash of each file that the page was made from, so nothing that is kept is ever out of date.
    """

    def __init__(self, places: int = PLACES) -> None:
        self._places = places
        self._held: OrderedDict[Hashable, bytes] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Hashable, make: Callable[[], bytes]) -> bytes:
        """What is kept under the key, made now where it is not."""
        with self._lock:
            if key in self._held:
                self._held.move_to_end(key)
                return self._held[key]
        made = make()
        with self._lock:
            self._held[key] = made
            if len(self._held) > self._places:
                self._held.popitem(last=False)
        return made


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
