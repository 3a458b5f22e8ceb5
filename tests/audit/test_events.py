"""The form of an event and its hash: one way to write it, whatever it says."""

import hashlib
import json
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from svtracker.audit.rules.events import (
    COMMAND_LINE,
    START,
    Actor,
    ActorKind,
    Change,
    Event,
    Head,
    at_text,
    canonical,
    chained,
    hash_of,
)
from svtracker.kernel.exceptions import TextNotKeptError

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)

texts = st.text(st.characters(exclude_categories=["Cs"]))
values = st.recursive(
    st.none() | st.booleans() | st.integers() | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=12,
)


def event(**changed: object) -> Event:
    plain = {
        "organisation_id": 3,
        "at": NOON,
        "actor": COMMAND_LINE,
        "what": "bid_marked",
        "object_kind": "bid",
        "object_id": "A",
    }
    return Event(**{**plain, **changed})


@given(value=st.dictionaries(texts, values, max_size=6), chance=st.randoms())
def test_the_order_of_keys_makes_no_difference(value: dict[str, object], chance) -> None:
    keys = list(value)
    chance.shuffle(keys)
    assert canonical({key: value[key] for key in keys}) == canonical(value)


@given(value=values)
def test_what_is_written_can_be_read_back(value: object) -> None:
    assert json.loads(canonical(value)) == value
    assert canonical(json.loads(canonical(value))) == canonical(value)


@given(first=texts, second=texts)
def test_different_texts_have_different_hashes(first: str, second: str) -> None:
    one, other = (chained(event(changes={"statement": Change(new=text)}), after=None).hash for text in (first, second))
    assert (one == other) == (first == second)


def test_decimals_and_dates_are_texts() -> None:
    value = {"b": Decimal("2.50"), "a": [date(2026, 4, 1), NOON, Decimal("1E+3"), ActorKind.SERVE, None, True]}
    assert canonical(value) == (
        '{"a":["2026-04-01","2026-11-22T12:00:00.000000Z","1000","svtracker serve",null,true],"b":"2.50"}'
    )


@pytest.mark.parametrize("value", [1.5, b"x", object(), {1: "a"}, {"deep": [{"deeper": 0.1}]}])
def test_what_has_no_one_form_is_refused(value: object) -> None:
    with pytest.raises(TypeError):
        canonical(value)


@pytest.mark.parametrize("value", ["NaN", "Infinity"])
def test_a_figure_is_finite(value: str) -> None:
    with pytest.raises(ValueError, match="finite"):
        canonical([Decimal(value)])


@pytest.mark.parametrize(
    "changed",
    [
        {"reason": "a\0b"},
        {"object_id": "\ud83d"},
        {"actor": Actor(kind=ActorKind.PERSON, person_id=1, role="lead\0")},
    ],
)
def test_a_character_that_no_database_keeps_is_refused(changed: dict[str, object]) -> None:
    with pytest.raises(TextNotKeptError, match="holds a character that cannot be stored, and nothing was saved"):
        event(**changed)


def test_two_halves_of_a_character_are_not_the_character() -> None:
    """JSON would write both the same way, so one event could be put in the place of the other."""
    with pytest.raises(TextNotKeptError):
        canonical("\ud83d\ude00")
    assert json.loads(canonical("\U0001f600")) == "\U0001f600"


@pytest.mark.parametrize(
    "changed",
    [
        {"at": datetime(2026, 11, 22, 12, 0)},  # noqa: DTZ001
        {"what": "Bid marked"},
        {"what": ""},
        {"object_kind": "bid:A"},
    ],
)
def test_an_event_is_well_formed(changed: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="must "):
        event(**changed)


@pytest.mark.parametrize(("kind", "person_id"), [(ActorKind.PERSON, None), (ActorKind.SERVE, 4)])
def test_a_person_who_acts_has_a_number(kind: ActorKind, person_id: int | None) -> None:
    with pytest.raises(ValueError, match="has a number"):
        Actor(kind=kind, person_id=person_id)


def test_times_are_in_utc_to_the_microsecond() -> None:
    in_india = datetime(2026, 11, 22, 1, 0, 0, 5, tzinfo=timezone(timedelta(hours=5, minutes=30)))
    assert at_text(in_india) == "2026-11-21T19:30:00.000005Z"


def test_the_form_never_changes() -> None:
    """Typed by hand from the description at the top of the module: an auditor's own program would do the same."""
    entry = chained(
        event(
            changes={"mark": Change(old=Decimal("3.5"), new=4)},
            reason="Moderation: “clear plan”",
            actor=Actor(kind=ActorKind.PERSON, person_id=7, role="evaluator"),
        ),
        after=Head(organisation_id=3, sequence=11, hash="ab" * 32),
    )
    changes = r"{\"mark\":{\"new\":4,\"old\":\"3.5\"}}"
    written = (
        '{"actor_id":7,"actor_kind":"person","at":"2026-11-22T12:00:00.000000Z",'
        f'"changes":"{changes}","form":1,"object_id":"A","object_kind":"bid",'
        f'"organisation":3,"previous":"{"ab" * 32}","reason":"Moderation: “clear plan”","role":"evaluator",'
        '"sequence":12,"what":"bid_marked"}'
    )
    assert entry.hash == hashlib.sha256(written.encode("utf-8")).hexdigest()


def test_the_first_event_follows_sixty_four_zeros() -> None:
    first = chained(event(), after=None)
    assert (first.sequence, first.previous) == (1, START) == (1, "0" * 64)


@pytest.mark.parametrize(
    "changed",
    [
        {"organisation_id": 4},
        {"organisation_id": None},
        {"at": NOON + timedelta(microseconds=1)},
        {"actor": Actor(kind=ActorKind.SERVE)},
        {"actor": Actor(kind=ActorKind.COMMAND_LINE, role="operator")},
        {"what": "bid_excluded"},
        {"object_kind": "lot"},
        {"object_id": "B"},
        {"changes": {"mark": Change(new=4)}},
        {"reason": "because"},
    ],
)
def test_every_field_is_in_the_hash(changed: dict[str, object]) -> None:
    assert chained(event(**changed), after=None).hash != chained(event(), after=None).hash


def test_place_and_link_are_in_the_hash() -> None:
    entry = chained(event(), after=None)
    assert len({entry.hash, hash_of(entry, sequence=2), hash_of(entry, previous="1" * 64)}) == 3
