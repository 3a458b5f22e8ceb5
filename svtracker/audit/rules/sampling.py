"""A sample of events that anyone can draw again: by the seed and the hashes of the events alone."""

import hashlib
import heapq
from collections.abc import Iterable
from typing import Protocol, TypeVar

LARGEST_SAMPLE = 1000
LONGEST_SEED = 200


class Marked(Protocol):
    """What is drawn by: the hash of an event, and its place, which decides where a spoilt record has a hash twice."""

    @property
    def organisation_id(self) -> int | None: ...  # noqa: D102
    @property
    def sequence(self) -> int: ...  # noqa: D102
    @property
    def hash(self) -> str: ...  # noqa: D102


Event = TypeVar("Event", bound=Marked)


def draw_hash(entry: Marked, seed: str) -> str:
    """SHA-256 over the seed, a NUL and the hash of an event: what decides which events are drawn."""
    return hashlib.sha256(f"{seed}\0{entry.hash}".encode()).hexdigest()


def sample(entries: Iterable[Event], *, size: int, seed: str) -> tuple[Event, ...]:
    """The events with the smallest draw hashes, the smallest first, in whatever order the events come.

    A larger sample with the same seed starts with the smaller one: the first 25 of 40 are the sample of 25.
    """
    return tuple(
        heapq.nsmallest(
            size, entries, key=lambda entry: (draw_hash(entry, seed), entry.organisation_id or 0, entry.sequence)
        )
    )
