"""A whole chain is accepted; whatever is done to one past the program is named (DESIGN section 5)."""

import subprocess
import sys
from contextlib import suppress
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from svtracker.audit import service, store
from svtracker.audit.rules.chains import check_chain
from svtracker.audit.rules.events import COMMAND_LINE, START, Change, Entry, Event, chained, hash_of
from svtracker.audit.service import WHOLE_INSTALLATION
from svtracker.audit.store import Filters, Scope
from svtracker.registers import service as registers
from svtracker.storage.engines import Database

ROOT = Path(__file__).parents[2]
NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
PUT_IN = "it was put in past this program; wanted only events that it chained"


def marked(number: int, *, organisation_id: int | None = None, at: datetime = NOON) -> Event:
    return Event(
        organisation_id=organisation_id,
        at=at,
        actor=COMMAND_LINE,
        what="mark_given",
        object_kind="bid",
        object_id=f"bid-{number}",
        changes={"mark": Change(new=number)},
    )


def fill(database: Database, events: int = 6) -> Database:
    with database.writing() as session:
        for number in range(1, events + 1):
            service.record(session, marked(number))
    return database


@pytest.fixture
def filled(database: Database) -> Database:
    """A database with six events of what all share."""
    return fill(database)


def check(database: Database) -> list[str]:
    with database.reading() as session:
        return [str(problem) for problem in service.check_chains(session)]


def entries(database: Database) -> list[Entry]:
    with database.reading() as session:
        return list(service.log(session, scope=WHOLE_INSTALLATION))


def spoil(database: Database, *statements: str, **values: object) -> None:
    with database.writing() as session:
        for statement in statements:
            session.execute(text(statement), values)


def insert(database: Database, entry: Entry) -> None:
    """A row typed into the table by hand."""
    fields = asdict(entry)
    names = ", ".join(fields)
    marks = ", ".join(f":{name}" for name in fields)
    spoil(database, f"INSERT INTO audit_event (chain, {names}) VALUES (0, {marks})", **fields)


class TestAWholeChain:
    def test_is_accepted(self, filled: Database) -> None:
        assert check(filled) == []
        found = entries(filled)
        assert [one.sequence for one in found] == [1, 2, 3, 4, 5, 6]
        assert [one.previous for one in found] == [START, *(one.hash for one in found[:-1])]
        with filled.reading() as session:
            (head,) = service.list_heads(session)
        assert (head.organisation_id, head.sequence, head.hash) == (None, 6, found[-1].hash)

    def test_each_organisation_has_its_own(self, filled: Database) -> None:
        with filled.writing() as session:
            council = registers.load_demo_council(session, actor=COMMAND_LINE, clock=lambda: NOON)
            service.record(session, marked(7, organisation_id=council.id))
            service.record(session, marked(8))
        assert check(filled) == []
        found = entries(filled)
        assert [one.sequence for one in found] == [1, 2, 3, 4, 5, 6, 1, 2, 7]
        assert found[7].previous == found[6].hash
        assert found[8].previous == found[5].hash

    def test_a_clock_that_goes_back_is_recorded_as_it_stood(self, filled: Database) -> None:
        with filled.writing() as session:
            service.record(session, marked(7, at=NOON - timedelta(days=1)))
            service.record(session, marked(8, at=NOON))
        assert check(filled) == []
        assert [one.at[:10] for one in entries(filled)][-2:] == ["2026-11-21", "2026-11-22"]
        assert [one.sequence for one in entries(filled)][-2:] == [7, 8]

    def test_a_unit_of_work_that_fails_leaves_no_event(self, filled: Database) -> None:
        with suppress(ZeroDivisionError), filled.writing() as session:
            registers.load_demo_council(session, actor=COMMAND_LINE)
            service.record(session, marked(7))
            _ = 1 / 0
        with filled.reading() as session:
            assert registers.current_organisation(session) is None
        assert len(entries(filled)) == 6
        assert check(filled) == []

    def test_what_a_savepoint_takes_back_leaves_no_gap(self, filled: Database) -> None:
        with filled.writing() as session:
            nested = session.begin_nested()
            service.record(session, marked(7))
            nested.rollback()
            service.record(session, marked(8))
        assert [one.object_id for one in entries(filled)][-1] == "bid-8"
        assert check(filled) == []

    def test_four_writers_at_once_keep_it_whole(self, database: Database, database_url: str) -> None:
        with database.writing() as session:
            assert registers.load_demo_council(session, actor=COMMAND_LINE).id == 1
        racing = [sys.executable, "-m", "tests.audit.recording", database_url, "4", "20"]
        done = subprocess.run(racing, cwd=ROOT, capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr) == (0, "")
        assert check(database) == []
        with database.reading() as session:
            assert [head.sequence for head in service.list_heads(session)] == [40, 41]

    def test_an_empty_record_is_whole(self, database: Database) -> None:
        assert check(database) == []


class TestAChangedEvent:
    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("at", "2026-11-22T12:00:00.000001Z"),
            ("at", "yesterday"),
            ("actor_kind", "svtracker serve"),
            ("role", "auditor"),
            ("what", "mark_taken_back"),
            ("object_kind", "lot"),
            ("object_id", "bid-5"),
            ("changes", '{"mark":{"new":5,"old":null}}'),
            ("changes", "not even JSON"),
            ("reason", "asked to"),
            ("hash", "0" * 64),
        ],
    )
    def test_is_named(self, filled: Database, field: str, value: str) -> None:
        self.changed(filled, field, value, number=4)

    @pytest.mark.parametrize("number", [1, 6])
    def test_is_named_at_either_end(self, filled: Database, number: int) -> None:
        self.changed(filled, "object_id", "bid-3", number=number)

    def changed(self, filled: Database, field: str, value: str, *, number: int) -> None:
        spoil(filled, f"UPDATE audit_event SET {field} = :value WHERE sequence = :number", value=value, number=number)
        assert check(filled) == [
            f"audit of what all share: event {number}: saw an event that does not have its hash: it was changed after "
            "it was recorded; wanted the event as it was recorded"
        ]

    def test_with_a_new_hash_no_longer_fits_the_next(self, filled: Database) -> None:
        changed = replace(entries(filled)[3], reason="asked to")
        update = "UPDATE audit_event SET reason = 'asked to', hash = :hash WHERE sequence = 4"
        spoil(filled, update, hash=hash_of(changed))
        assert check(filled) == [
            "audit of what all share: event 5: saw the hash of another event before it than that of event 4 as it "
            "stands now; wanted the hash of the event before it"
        ]

    def test_the_last_with_a_new_hash_no_longer_fits_the_head(self, filled: Database) -> None:
        last = entries(filled)[5]
        changed = replace(last, reason="x")
        spoil(filled, "UPDATE audit_event SET reason = 'x', hash = :hash WHERE sequence = 6", hash=hash_of(changed))
        (problem,) = check(filled)
        assert "head: saw a head with another hash than that of event 6" in problem

    def test_several_are_each_named(self, filled: Database) -> None:
        spoil(filled, "UPDATE audit_event SET reason = 'x' WHERE sequence IN (2, 3, 6)")
        assert [problem.split(": ")[1] for problem in check(filled)] == ["event 2", "event 3", "event 6"]

    def test_moved_to_another_organisation_is_seen_in_both(self, filled: Database) -> None:
        with filled.writing() as session:
            council = registers.load_demo_council(session, actor=COMMAND_LINE)
        update = "UPDATE audit_event SET chain = :id, organisation_id = :id, sequence = 2 WHERE sequence = 6"
        spoil(filled, update, id=council.id)
        first, second = check(filled)
        assert first == "audit of what all share: event 6: saw nothing; wanted event 6, which was deleted"
        assert second.startswith(f"audit of organisation {council.id}: event 2: saw an event")
        assert "it was put in past this program" in second


class TestADeletedEvent:
    @pytest.mark.parametrize(
        ("where", "places"),
        [
            ("sequence = 1", ["event 1"]),
            ("sequence = 3", ["event 3"]),
            ("sequence IN (2, 3, 4)", ["events 2 to 4"]),
            ("sequence IN (2, 5)", ["event 2", "event 5"]),
            ("sequence = 6", ["event 6"]),
            ("sequence > 4", ["events 5 to 6"]),
            ("sequence > 0", ["events 1 to 6"]),
        ],
    )
    def test_is_named(self, filled: Database, where: str, places: list[str]) -> None:
        spoil(filled, f"DELETE FROM audit_event WHERE {where}")
        assert check(filled) == [
            f"audit of what all share: {place}: saw nothing; wanted {place}, which "
            f"{'were' if place.startswith('events') else 'was'} deleted"
            for place in places
        ]

    def test_closing_the_gap_does_not_hide_it(self, filled: Database) -> None:
        spoil(
            filled,
            "DELETE FROM audit_event WHERE sequence = 3",
            "UPDATE audit_event SET sequence = -sequence WHERE sequence > 3",
            "UPDATE audit_event SET sequence = -sequence - 1 WHERE sequence < 0",
        )
        problems = check(filled)
        assert problems != []
        assert any("event 6: saw nothing; wanted event 6, which was deleted" in problem for problem in problems)


class TestReorderedEvents:
    def swapped(self, database: Database, first: int, second: int) -> list[str]:
        spoil(
            database,
            f"UPDATE audit_event SET sequence = -1 WHERE sequence = {first}",
            f"UPDATE audit_event SET sequence = {first} WHERE sequence = {second}",
            f"UPDATE audit_event SET sequence = {second} WHERE sequence = -1",
        )
        return check(database)

    @pytest.mark.parametrize(("first", "second"), [(1, 2), (2, 3), (2, 5), (1, 6), (5, 6)])
    def test_are_named_with_their_places(self, filled: Database, first: int, second: int) -> None:
        assert self.swapped(filled, first, second) == [
            f"audit of what all share: event {now}: saw the event that was recorded as event {then}: events were "
            "reordered; wanted the events in the order in which they were recorded"
            for now, then in ((first, second), (second, first))
        ]

    def test_turned_round_as_a_whole(self, filled: Database) -> None:
        spoil(
            filled,
            "UPDATE audit_event SET sequence = -sequence",
            "UPDATE audit_event SET sequence = sequence + 7",
        )
        problems = check(filled)
        assert [problem.count("were reordered") for problem in problems] == [1] * 6
        assert "event 1: saw the event that was recorded as event 6" in problems[0]

    def test_moved_past_the_end(self, filled: Database) -> None:
        spoil(filled, "UPDATE audit_event SET sequence = 12 WHERE sequence = 4")
        (problem,) = check(filled)
        assert "event 12: saw the event that was recorded as event 4: events were reordered" in problem


class TestAnAppendedEvent:
    @pytest.mark.parametrize("proper", [True, False])
    def test_past_the_head_is_named(self, filled: Database, proper: bool) -> None:
        with filled.reading() as session:
            head = store.get_head(session, organisation_id=None)
        forged = chained(marked(7), after=head)
        if not proper:
            forged = replace(forged, hash="f" * 64)
        insert(filled, forged)
        assert check(filled) == [
            f"audit of what all share: event 7: saw an event after event 6, which the head names as the last: {PUT_IN}"
        ]

    def test_with_the_head_moved_to_it_is_named(self, filled: Database) -> None:
        forged = chained(marked(7), after=None)
        insert(filled, replace(forged, sequence=7))
        spoil(filled, "UPDATE audit_head SET sequence = 7, hash = :hash", hash=forged.hash)
        assert check(filled) == [
            "audit of what all share: event 7: saw an event whose hash and link do not belong to this chain: " + PUT_IN
        ]

    def test_in_the_place_of_a_deleted_one_is_named(self, filled: Database) -> None:
        spoil(filled, "DELETE FROM audit_event WHERE sequence = 3")
        forged = chained(marked(9), after=None)
        insert(filled, replace(forged, sequence=3))
        (problem,) = check(filled)
        assert "event 3: saw an event whose hash and link do not belong to this chain" in problem

    def test_a_number_is_given_once(self, filled: Database) -> None:
        """The database refuses it; where its constraint was taken away, the check says it."""
        chain = entries(filled)
        (finding,) = check_chain([*chain[:3], chain[2], *chain[3:]], head=None)[:1]
        assert (finding.place, finding.seen.split(":")[0]) == ("event 3", "a second event with this number")


class TestAWrongLink:
    def test_is_named(self, filled: Database) -> None:
        spoil(filled, "UPDATE audit_event SET previous = :other WHERE sequence = 4", other="a" * 64)
        assert check(filled) == [
            "audit of what all share: event 4: saw the hash of another event before it than that of event 3 as it "
            "stands now; wanted the hash of the event before it"
        ]


class TestAChangedHead:
    @pytest.mark.parametrize(
        ("change", "seen"),
        [
            ("sequence = 9", "a head that counts 9 events"),
            ("sequence = 4", "a head that counts 4 events"),
            ("hash = 'f'", "a head with another hash than that of event 6"),
        ],
    )
    def test_is_named(self, filled: Database, change: str, seen: str) -> None:
        last = entries(filled)[-1]
        spoil(filled, f"UPDATE audit_head SET {change}")
        assert check(filled) == [
            f"audit of what all share: head: saw {seen}: the head was changed; "
            f"wanted the head as it was left: 6 events, the last with {last.hash}"
        ]

    def test_taken_away_is_named(self, filled: Database) -> None:
        spoil(filled, "DELETE FROM audit_head")
        (problem,) = check(filled)
        assert "head: saw no head: the head was changed" in problem

    def test_wound_back_makes_the_rest_appended(self, filled: Database) -> None:
        spoil(filled, "UPDATE audit_head SET sequence = 5, hash = :hash", hash=entries(filled)[4].hash)
        (problem,) = check(filled)
        assert "event 6: saw an event after event 5, which the head names as the last" in problem


class TestLookingThingsUp:
    def test_the_history_of_one_object(self, filled: Database) -> None:
        with filled.writing() as session:
            service.record(session, marked(2, at=NOON + timedelta(hours=1)))
        with filled.reading() as session:
            found = service.history(session, scope=WHOLE_INSTALLATION, object_kind="bid", object_id="bid-2")
        assert [(one.sequence, one.fields) for one in found] == [
            (2, {"mark": {"old": None, "new": 2}}),
            (7, {"mark": {"old": None, "new": 2}}),
        ]

    def test_an_organisation_sees_its_own_and_what_all_share(self, database: Database) -> None:
        with database.writing() as session:
            ours, theirs = (
                registers.add_organisation(
                    session, slug=slug, name=slug, short_name=slug, is_demo=False, actor=COMMAND_LINE
                ).id
                for slug in ("ours", "theirs")
            )
            for number, organisation_id in enumerate((None, ours, theirs)):
                service.record(session, marked(number, organisation_id=organisation_id))
        with database.reading() as session:
            found = [one.object_id for one in service.log(session, scope=Scope(organisation_id=ours))]
            shared = [one.object_id for one in service.log(session, scope=Scope(organisation_id=None))]
        assert found == ["ours", "bid-0", "bid-1"]
        assert shared == ["bid-0"]

    @pytest.mark.parametrize(
        ("filters", "found"),
        [
            (Filters(since=NOON + timedelta(hours=2)), [3, 4]),
            (Filters(before=NOON + timedelta(hours=2)), [1, 2]),
            (Filters(since=NOON + timedelta(hours=1), before=NOON + timedelta(hours=2)), [2]),
            (Filters(object_kind="bid", object_id="bid-3"), [3]),
            (Filters(object_kind="lot"), []),
            (Filters(what="mark_given"), [1, 2, 3, 4]),
            (Filters(what="mark_taken_back"), []),
            (Filters(actor_id=1), []),
        ],
    )
    def test_filters(self, database: Database, filters: Filters, found: list[int]) -> None:
        with database.writing() as session:
            for number in range(1, 5):
                service.record(session, marked(number, at=NOON + timedelta(hours=number - 1)))
        with database.reading() as session:
            log = service.log(session, scope=WHOLE_INSTALLATION, filters=filters)
            assert [one.sequence for one in log] == found


def test_many_events_at_once_are_chained_as_one_by_one(filled: Database) -> None:
    """Of several chains by turns; to a chain that has events and to one that has none."""
    with filled.writing() as session:
        council = registers.add_organisation(
            session, slug="arden", name="Arden", short_name="Arden", is_demo=False, actor=COMMAND_LINE
        ).id
        events = [marked(number, organisation_id=(None, council)[number % 2]) for number in range(7, 17)]
        service.record_all(session, events)
        service.record_all(session, [])
    with filled.writing() as session:
        service.record(session, marked(17))
    assert check(filled) == []
    found = [(one.organisation_id, one.sequence, one.object_id) for one in entries(filled) if one.object_kind == "bid"]
    shared = [number for number in range(1, 18) if number < 7 or number % 2 == 0 or number == 17]
    assert [place for place in found if place[0] is None] == [
        (None, sequence, f"bid-{number}") for sequence, number in enumerate(shared, start=1)
    ]
    assert [name for owner, _, name in found if owner == council] == [f"bid-{number}" for number in range(7, 17, 2)]
