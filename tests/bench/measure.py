"""How the benches measure: two things in turn, medians of several rounds, requests without a network."""

import gc
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

from starlette.types import ASGIApp

ROUNDS = 7


@dataclass(frozen=True)
class Timed:
    """Medians in milliseconds."""

    ours: float
    floor: float


def in_turn(ours: Callable[[], object], floor: Callable[[], object], *, times: int, floor_times: int = 0) -> Timed:
    """Both in turn, several rounds; milliseconds for one go."""
    own, bare = [], []
    for _ in range(ROUNDS):
        own.append(_milliseconds(ours, times))
        bare.append(_milliseconds(floor, floor_times or times))
    return Timed(ours=statistics.median(own), floor=statistics.median(bare))


def _milliseconds(work: Callable[[], object], times: int) -> float:
    gc.collect()
    begun = time.perf_counter()
    for _ in range(times):
        work()
    return (time.perf_counter() - begun) * 1000 / times


class Requests:
    """One application asked in this process, without a network."""

    def __init__(self, app: ASGIApp, path: str, *, cookie: str = "") -> None:
        self.app, self.path, self.cookie = app, path, cookie

    async def once(self) -> None:
        """One GET, its answer read."""
        sent = []
        path, _, query = self.path.partition("?")
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": "GET",
            "scheme": "http",
            "path": path,
            "raw_path": path.encode(),
            "query_string": query.encode(),
            "root_path": "",
            "headers": [(b"host", b"localhost"), (b"cookie", self.cookie.encode())],
            "client": ("127.0.0.1", 1),
            "server": ("127.0.0.1", 80),
        }

        async def receive() -> dict[str, object]:
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message: dict[str, object]) -> None:
            sent.append(message)

        await self.app(scope, receive, send)  # type: ignore[arg-type]
        if sent[0]["status"] != 200:
            raise RuntimeError(f"{self.path} answered {sent[0]['status']}")


async def page_bench(ours: Requests, floor: Requests, *, times: int) -> Timed:
    """A page of the application against the same template with ready data."""

    async def rounds(asked: Requests) -> float:
        begun = time.perf_counter()
        for _ in range(times):
            await asked.once()
        return (time.perf_counter() - begun) * 1000 / times

    for warm in (ours, floor):
        await warm.once()
    own, bare = [], []
    for _ in range(ROUNDS):
        own.append(await rounds(ours))
        bare.append(await rounds(floor))
    return Timed(ours=statistics.median(own), floor=statistics.median(bare))


def say(what: str, timed: Timed, goal: str) -> None:
    """One line: what, ours, the floor, how many times it."""
    print(f"{what:47} {timed.ours:9.3f}  {timed.floor:9.3f}  {timed.ours / timed.floor:6.1f}   {goal}")


Say = Callable[[str, Timed, str], None]
