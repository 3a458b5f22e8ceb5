"""A sample by a seed: the same whoever draws it, from events in whatever order."""

import hashlib
import itertools
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from svtracker.audit.rules.events import COMMAND_LINE, Entry, Event, Head, chained
from svtracker.audit.rules.sampling import draw_hash, sample

AT = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def chain(length: int, *, organisation_id: int | None = 1) -> list[Entry]:
    entries: list[Entry] = []
    for number in range(length):
        event = Event(
            organisation_id=organisation_id,
            at=AT,
            actor=COMMAND_LINE,
            what="mark_given",
            object_kind="bid",
            object_id=str(number),
        )
        last = entries[-1] if entries else None
        head = last and Head(organisation_id=organisation_id, sequence=last.sequence, hash=last.hash)
        entries.append(chained(event, after=head))
    return entries


EVENTS = [*chain(60), *chain(40, organisation_id=None)]


def test_the_draw_hash_is_as_described() -> None:
    """Typed by hand from README.txt of a pack: seed, NUL, hash as 64 characters, UTF-8."""
    wanted = hashlib.sha256(b"autumn audit \xc2\xa31" + b"\x00" + EVENTS[0].hash.encode("ascii")).hexdigest()
    assert draw_hash(EVENTS[0], "autumn audit £1") == wanted


def test_the_sample_is_what_sorting_gives() -> None:
    by_hand = sorted(EVENTS, key=lambda one: hashlib.sha256(f"x\0{one.hash}".encode()).hexdigest())
    assert sample(EVENTS, size=10, seed="x") == tuple(by_hand[:10])


@given(order=st.permutations(EVENTS), size=st.integers(0, 120), seed=st.text(st.characters(exclude_categories=["Cs"])))
def test_the_order_of_the_events_makes_no_difference(order: list[Entry], size: int, seed: str) -> None:
    drawn = sample(order, size=size, seed=seed)
    assert drawn == sample(EVENTS, size=size, seed=seed)
    assert len(drawn) == min(size, len(EVENTS))
    assert not [one for one, times in Counter(one.hash for one in drawn).items() if times > 1]


@given(small=st.integers(0, 50), more=st.integers(0, 70))
def test_a_larger_sample_starts_with_the_smaller(small: int, more: int) -> None:
    assert sample(EVENTS, size=small + more, seed="s")[:small] == sample(EVENTS, size=small, seed="s")


def test_an_event_that_stands_twice_in_a_spoilt_record_is_drawn_alike_in_any_order() -> None:
    twin, other = replace(EVENTS[5], sequence=999), replace(EVENTS[5], organisation_id=None)
    orders = itertools.permutations([EVENTS[5], twin, other])
    assert {sample(order, size=2, seed="s") for order in orders} == {(other, EVENTS[5])}


@pytest.mark.parametrize("seed", ["1", "2", " 1", "１"])
def test_another_seed_draws_others(seed: str) -> None:
    others = {"1", "2", " 1", "１"} - {seed}
    assert sample(EVENTS, size=10, seed=seed) not in {sample(EVENTS, size=10, seed=one) for one in others}


def test_no_event_is_favoured() -> None:
    """Over 400 seeds each of 100 events is drawn about 40 times out of a tenth: within 5 standard deviations of 6."""
    drawn = Counter(one.hash for number in range(400) for one in sample(EVENTS, size=10, seed=f"seed {number}"))
    assert len(drawn) == len(EVENTS)
    assert min(drawn.values()) >= 10
    assert max(drawn.values()) <= 70
