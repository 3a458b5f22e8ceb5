"""The state of an object as its events tell it: folding, days, and events that contradict each other."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from svtracker.audit.rules.events import COMMAND_LINE, Change, Entry, Event, chained
from svtracker.audit.rules.known import known_on

START = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
DAY = START.date()


def entry(*, at: datetime = START, what: str = "mark_given", kind: str = "bid", **changes: Change) -> Entry:
    return chained(
        Event(
            organisation_id=3,
            at=at,
            actor=COMMAND_LINE,
            what=what,
            object_kind=kind,
            object_id="A",
            changes=changes,
        ),
        after=None,
    )


def state(entries: list[Entry], day: date | None = None) -> dict[str, object]:
    return {field.name: field.value for field in known_on(entries, day).fields}


TOLD = [
    entry(mark=Change(new=3), bidder=Change(new="Ashdown")),
    entry(at=START + timedelta(days=1), mark=Change(old=3, new=4)),
    entry(at=START + timedelta(days=2), mark=Change(old=4), final=Change(new=True)),
]


@pytest.mark.parametrize(
    ("day", "wanted"),
    [
        (DAY - timedelta(days=1), {}),
        (DAY, {"bidder": "Ashdown", "mark": 3}),
        (DAY + timedelta(days=1), {"bidder": "Ashdown", "mark": 4}),
        (DAY + timedelta(days=2), {"bidder": "Ashdown", "final": True, "mark": None}),
        (DAY + timedelta(days=900), {"bidder": "Ashdown", "final": True, "mark": None}),
        (None, {"bidder": "Ashdown", "final": True, "mark": None}),
    ],
)
def test_only_events_up_to_the_end_of_the_day_count(day: date | None, wanted: dict[str, object]) -> None:
    assert state(TOLD, day) == wanted
    assert known_on(TOLD, day).contradictions == ()


@pytest.mark.parametrize(
    ("at", "counts"),
    [
        (datetime(2026, 11, 22, 23, 59, 59, 999999, tzinfo=UTC), True),
        (datetime(2026, 11, 23, 0, 0, tzinfo=UTC), False),
        (datetime(2026, 11, 22, 0, 0, tzinfo=UTC), True),
    ],
)
def test_a_day_ends_at_midnight_utc(at: datetime, counts: bool) -> None:
    known = known_on([entry(at=at, mark=Change(new=3))], DAY)
    assert (known.events, known.last is not None) == ((1, True) if counts else (0, False))


def test_each_field_says_which_event_told_it() -> None:
    known = known_on(TOLD, None)
    assert {one.name: one.told_by for one in known.fields} == {"bidder": TOLD[0], "mark": TOLD[2], "final": TOLD[2]}
    assert (known.events, known.last) == (3, TOLD[2])


@pytest.mark.parametrize(
    ("before", "said"),
    [
        (Change(new=3), 4),
        (Change(new=3), None),
        (Change(new=3), "3"),
        (Change(new=1), True),
        (Change(new=0), False),
        (Change(new=["a", "b"]), ["b", "a"]),
        (None, "draft"),
    ],
)
def test_an_old_value_that_does_not_fit_is_a_contradiction(before: Change | None, said: object) -> None:
    first = [] if before is None else [entry(mark=before)]
    second = entry(mark=Change(old=said, new=9))
    known = known_on([*first, second], None)
    (found,) = known.contradictions
    assert (found.field, found.told_by, found.said) == ("mark", second, said)
    assert found.known == (None if before is None else before.new)
    assert state([*first, second]) == {"mark": 9}, "the last event counts all the same"


def test_a_contradiction_after_the_day_is_not_known_on_the_day() -> None:
    told = [TOLD[0], entry(at=START + timedelta(days=1), mark=Change(old=5, new=6))]
    assert known_on(told, DAY).contradictions == ()
    assert len(known_on(told, DAY + timedelta(days=1)).contradictions) == 1


def test_which_details_of_a_person_changed_is_no_state() -> None:
    """Each change names the fields anew, so a second one does not contradict the first."""
    changed = {"what": "person_changed", "kind": "person", "fields": Change(new=["name"])}
    told = [
        entry(kind="person", what="person_added", sha256=Change(new="a")),
        entry(**changed, sha256=Change(old="a", new="b")),
        entry(**changed, sha256=Change(old="b", new="c")),
    ]
    assert state(told) == {"sha256": "c"}
    assert known_on(told, None).contradictions == ()
    assert len(known_on([entry(fields=Change(new=1)), entry(fields=Change(new=2))], None).contradictions) == 1


@pytest.mark.parametrize("changes", ["", "{", "[]", "7", '{"mark":4}', '{"mark":null}', '{"mark":[1]}'])
def test_a_spoilt_event_is_read_as_far_as_it_goes(changes: str) -> None:
    known = known_on([TOLD[0], replace(TOLD[1], changes=changes)], None)
    assert {one.name: one.value for one in known.fields} == {"bidder": "Ashdown", "mark": 3}
    assert known.events == 2


values = st.none() | st.booleans() | st.integers() | st.text(st.characters(exclude_categories=["Cs"]), max_size=5)
steps = st.lists(st.tuples(st.integers(0, 3), st.dictionaries(st.sampled_from("abc"), values, max_size=3)), max_size=12)


def told_by(steps: list[tuple[int, dict[str, object]]]) -> list[Entry]:
    """Events that fit each other: every old value is the one before; days pass between them."""
    at, now, entries = START, {}, []
    for days, new in steps:
        at += timedelta(days=days)
        entries.append(entry(at=at, **{name: Change(old=now.get(name), new=value) for name, value in new.items()}))
        now |= new
    return entries


@given(steps=steps, day=st.integers(-1, 40))
def test_the_fold_is_the_last_value_of_each_field(steps: list, day: int) -> None:
    wanted: dict[str, object] = {}
    passed = 0
    for days, new in steps:
        passed += days
        if passed <= day:
            wanted |= new
    known = known_on(told_by(steps), DAY + timedelta(days=day))
    assert {one.name: one.value for one in known.fields} == wanted
    assert known.contradictions == ()


@given(steps=steps, data=st.data())
def test_one_old_value_changed_is_one_contradiction(steps: list, data: st.DataObject) -> None:
    entries = told_by(steps)
    places = [(number, name) for number, one in enumerate(entries) for name in one.fields]
    if not places:
        return
    number, name = data.draw(st.sampled_from(places))
    changes = {field: Change(old=one["old"], new=one["new"]) for field, one in entries[number].fields.items()}
    changes[name] = Change(old="something else", new=changes[name].new)
    entries[number] = entry(at=datetime.fromisoformat(entries[number].at), **changes)
    (found,) = known_on(entries, None).contradictions
    assert (found.field, found.told_by, found.said) == (name, entries[number], "something else")
