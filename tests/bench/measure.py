"""How the benches measure: two things in turn, medians of several rounds, requests without a network.

What counts is the time of the processor, here and in processes that were started and have ended, so that other work
on the machine moves no figure. The ratio is the median of the rounds' own ratios: each pair was measured side by side.
"""

import gc
import resource
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from starlette.types import ASGIApp

ROUNDS = 7


@dataclass(frozen=True)
class Timed:
    """Medians: milliseconds of both, and how many times the floor ours is."""

    ours: float
    floor: float
    ratio: float


def in_turn(
    ours: Callable[[], object],
    floor: Callable[[], object],
    *,
    times: int,
    floor_times: int = 0,
    rounds: int = ROUNDS,
) -> Timed:
    """Both in turn, several rounds; milliseconds for one go."""
    return _medians([(_milliseconds(ours, times), _milliseconds(floor, floor_times or times)) for _ in range(rounds)])


def _medians(pairs: Sequence[tuple[float, float]]) -> Timed:
    return Timed(
        ours=statistics.median(own for own, _ in pairs),
        floor=statistics.median(bare for _, bare in pairs),
        ratio=statistics.median(own / bare for own, bare in pairs),
    )


def _milliseconds(work: Callable[[], object], times: int) -> float:
    gc.collect()
    begun = _spent()
    for _ in range(times):
        work()
    return (_spent() - begun) * 1000 / times


def _spent() -> float:
    """Seconds of the processor until now, in this process and in those that it started and that have ended."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


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
        gc.collect()
        begun = _spent()
        for _ in range(times):
            await asked.once()
        return (_spent() - begun) * 1000 / times

    for warm in (ours, floor):
        await warm.once()
    return _medians([(await rounds(ours), await rounds(floor)) for _ in range(ROUNDS)])


def say(what: str, timed: Timed, goal: str) -> None:
    """One line: what, ours, the floor, how many times it."""
    print(f"{what:47} {timed.ours:9.3f}  {timed.floor:9.3f}  {timed.ratio:6.1f}   {goal}")


Say = Callable[[str, Timed, str], None]
