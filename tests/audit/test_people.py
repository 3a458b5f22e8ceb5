"""People whom events know by number: added, changed, erased, and what is done to them past the program."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text

from svtracker.audit import service
from svtracker.audit.rules.events import COMMAND_LINE, Actor, ActorKind, Change, Event
from svtracker.audit.service import WHOLE_INSTALLATION
from svtracker.audit.store import Person, Scope
from svtracker.kernel.exceptions import NotFoundError, ReasonMissingError, TextNotKeptError
from svtracker.registers import service as registers
from svtracker.storage.engines import Database

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
NAME, EMAIL = "Wren Alder-Moss", "wren.alder-moss@calderbrook.example"


@pytest.fixture
def wren(database: Database) -> Person:
    """A person of the demo council who has done something."""
    with database.writing() as session:
        council = registers.load_demo_council(session, actor=COMMAND_LINE, clock=lambda: NOON)
        person = service.add_person(
            session, organisation_id=council.id, name=NAME, email=EMAIL, actor=COMMAND_LINE, clock=lambda: NOON
        )
        service.record(
            session,
            Event(
                organisation_id=council.id,
                at=NOON,
                actor=Actor(kind=ActorKind.PERSON, person_id=person.id, role="evaluator"),
                what="mark_given",
                object_kind="bid",
                object_id="A",
                changes={"mark": Change(new=4)},
            ),
        )
    return person


def check(database: Database) -> list[str]:
    with database.reading() as session:
        return [str(problem) for problem in service.check_chains(session)]


def spoil(database: Database, statement: str, **values: object) -> None:
    with database.writing() as session:
        session.execute(text(statement), values)


def erase(database: Database, person: Person) -> Person:
    with database.writing() as session:
        return service.erase_person(
            session, person.id, actor=COMMAND_LINE, reason="asked for by the person", clock=lambda: NOON
        )


def told(database: Database, person: Person) -> list[tuple[str, dict]]:
    with database.reading() as session:
        found = service.history(session, scope=WHOLE_INSTALLATION, object_kind="person", object_id=str(person.id))
    return [(one.what, one.fields) for one in found]


def test_no_event_holds_a_name_or_an_address(database: Database, wren: Person) -> None:
    with database.writing() as session:
        service.change_person(session, wren.id, name="Wren Alder", email=EMAIL, actor=COMMAND_LINE)
    with database.reading() as session:
        rows = session.execute(text("SELECT * FROM audit_event")).all()
    assert len(rows) == 4
    assert not any(word in str(rows) for word in ("Wren", "Alder", "@"))


def test_a_change_names_the_fields(database: Database, wren: Person) -> None:
    with database.writing() as session:
        same = service.change_person(session, wren.id, name=NAME, email=EMAIL, actor=COMMAND_LINE)
        after = service.change_person(session, wren.id, name="Wren Alder", email=None, actor=COMMAND_LINE)
    assert same == wren
    assert (after.name, after.email) == ("Wren Alder", None)
    assert told(database, wren) == [
        ("person_added", {"sha256": {"old": None, "new": wren.sha256}}),
        (
            "person_changed",
            {
                "sha256": {"old": wren.sha256, "new": after.sha256},
                "fields": {"old": None, "new": ["name", "email"]},
            },
        ),
    ]
    assert check(database) == []


def test_two_people_with_the_same_details_have_different_hashes(database: Database, wren: Person) -> None:
    with database.writing() as session:
        other = service.add_person(session, organisation_id=None, name=NAME, email=EMAIL, actor=COMMAND_LINE)
    assert other.sha256 != wren.sha256


class TestErasing:
    def test_blanks_the_row_and_leaves_a_tombstone(self, database: Database, wren: Person) -> None:
        erased = erase(database, wren)
        assert erased == Person(
            id=wren.id,
            organisation_id=wren.organisation_id,
            name=None,
            email=None,
            salt=None,
            sha256=wren.sha256,
            erased_at=NOON,
            erased_by_kind="command line",
            erased_by_id=None,
            erased_because="asked for by the person",
        )
        assert told(database, wren)[-1] == ("person_erased", {"sha256": {"old": wren.sha256, "new": None}})

    def test_keeps_every_chain_whole(self, database: Database, wren: Person) -> None:
        with database.reading() as session:
            before = list(service.log(session, scope=WHOLE_INSTALLATION))
        erase(database, wren)
        assert check(database) == []
        with database.reading() as session:
            after = list(service.log(session, scope=WHOLE_INSTALLATION))
        assert after[: len(before)] == before
        assert [(one.what, one.reason) for one in after[len(before) :]] == [
            ("person_erased", "asked for by the person")
        ]

    def test_leaves_no_trace_in_the_file(self, sqlite_url: str) -> None:
        file = Path(sqlite_url.removeprefix("sqlite:///"))
        database = Database(sqlite_url)
        with database.writing() as session:
            person = service.add_person(session, organisation_id=None, name=NAME, email=EMAIL, actor=COMMAND_LINE)
        database.dispose()
        assert NAME.encode() in file.read_bytes()
        erase(database, person)
        database.dispose()
        left = b"".join(path.read_bytes() for path in file.parent.glob(f"{file.name}*"))
        assert not any(word.encode() in left for word in (NAME, EMAIL, person.salt))

    @pytest.mark.parametrize("reason", ["", "  \n"])
    def test_needs_a_reason(self, database: Database, wren: Person, reason: str) -> None:
        with database.writing() as session, pytest.raises(ReasonMissingError, match=r"erase the details .* say why"):
            service.erase_person(session, wren.id, actor=COMMAND_LINE, reason=reason)
        assert check(database) == []

    def test_is_done_once(self, database: Database, wren: Person) -> None:
        erase(database, wren)
        with pytest.raises(NotFoundError, match=r"The details were erased on 2026-11-22\."):
            erase(database, wren)
        with database.writing() as session, pytest.raises(NotFoundError, match="erased on"):
            service.change_person(session, wren.id, name=NAME, email=None, actor=COMMAND_LINE)

    def test_of_nobody(self, database: Database) -> None:
        with database.writing() as session, pytest.raises(NotFoundError, match="no person “7”"):
            service.erase_person(session, 7, actor=COMMAND_LINE, reason="asked for")


class TestPastTheProgram:
    @pytest.mark.parametrize(
        ("statement", "seen"),
        [
            ("UPDATE audit_person SET name = 'Robin Ash'", "details that were changed without an event"),
            ("UPDATE audit_person SET email = NULL", "details that were changed without an event"),
            ("UPDATE audit_person SET salt = 'a'", "details that were changed without an event"),
            (
                "UPDATE audit_person SET name = NULL, email = NULL, salt = NULL, erased_at = '2026-11-22 12:00:00', "
                "erased_by_kind = 'command line', erased_because = 'no reason'",
                "details that were removed without an event",
            ),
        ],
    )
    def test_changed_details_are_named(self, database: Database, wren: Person, statement: str, seen: str) -> None:
        spoil(database, statement)
        assert check(database) == [
            f"people: person {wren.id}: saw {seen}; wanted the details that the last event about this person tells of"
        ]

    def test_changed_details_with_a_new_hash_are_named(self, database: Database, wren: Person) -> None:
        salt, sha256 = service._sealed(name="Robin Ash", email=None)
        change = "UPDATE audit_person SET name = 'Robin Ash', email = NULL, salt = :salt, sha256 = :sha256"
        spoil(database, change, salt=salt, sha256=sha256)
        (problem,) = check(database)
        assert "details that were changed without an event" in problem

    def test_a_changed_tombstone_is_named(self, database: Database, wren: Person) -> None:
        erase(database, wren)
        spoil(database, "UPDATE audit_person SET sha256 = 'f'")
        (problem,) = check(database)
        assert "saw a tombstone that was changed" in problem

    def test_details_that_come_back_are_named(self, database: Database, wren: Person) -> None:
        erase(database, wren)
        spoil(
            database,
            "UPDATE audit_person SET name = :name, salt = :salt, erased_at = NULL, erased_by_kind = NULL, "
            "erased_because = NULL",
            name=wren.name,
            salt=wren.salt,
        )
        (problem,) = check(database)
        assert "saw details that have come back after they were erased" in problem

    def test_a_person_put_in_is_named(self, database: Database, wren: Person) -> None:
        spoil(database, "INSERT INTO audit_person (name, salt, sha256) VALUES ('Robin Ash', 'a', 'b')")
        (problem,) = check(database)
        assert "saw a person whom no event tells of: put in past this program" in problem

    def test_a_person_taken_away_is_named(self, database: Database) -> None:
        with database.writing() as session:
            person = service.add_person(session, organisation_id=None, name=NAME, email=None, actor=COMMAND_LINE)
        spoil(database, "DELETE FROM audit_person")
        assert check(database) == [f"people: person {person.id}: saw nothing; wanted a person whom events tell of"]


def test_a_name_that_no_database_keeps_is_refused(database: Database) -> None:
    with database.writing() as session, pytest.raises(TextNotKeptError, match="The name holds a character"):
        service.add_person(session, organisation_id=None, name="W\0", email=None, actor=COMMAND_LINE)


def test_an_organisation_sees_its_own_people(database: Database, wren: Person) -> None:
    with database.reading() as session:
        own = service.list_people(session, scope=Scope(organisation_id=wren.organisation_id))
        other = service.list_people(session, scope=Scope(organisation_id=wren.organisation_id + 1))
    assert (own, other) == ((wren,), ())
