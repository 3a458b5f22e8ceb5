"""The log searched, part by part, and told of one object: the same on both databases, never past the walls."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from svtracker.audit import service
from svtracker.audit.rules.days import day_bounds
from svtracker.audit.rules.events import COMMAND_LINE, Actor, ActorKind, Change, Entry, Event
from svtracker.audit.store import WHOLE_INSTALLATION, Filters, Scope
from svtracker.kernel.exceptions import NotFoundError, TextNotKeptError, TooManyEventsError
from svtracker.registers import service as registers
from svtracker.reports.audit import sample_pack
from svtracker.storage.engines import Database

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
OURS, THEIRS = Scope(organisation_id=1), Scope(organisation_id=2)


def note(session: Session, number: int = 0, *, organisation: int | None = 1, **changed: Any) -> Entry:
    plain = {
        "organisation_id": organisation,
        "at": NOON + timedelta(minutes=number),
        "actor": COMMAND_LINE,
        "what": "mark_given",
        "object_kind": "bid",
        "object_id": "A",
    }
    return service.record(session, Event(**{**plain, **changed}))


@pytest.fixture
def councils(database: Database) -> Database:
    """Two councils, each with the event that added it."""
    with database.writing() as session:
        for slug in ("north-vale", "south-vale"):
            registers.add_organisation(
                session,
                slug=slug,
                name=slug.title(),
                short_name=slug,
                is_demo=False,
                actor=COMMAND_LINE,
                clock=lambda: NOON,
            )
    return database


def all_parts(session: Session, filters: Filters, *, scope: Scope = OURS, size: int = 7) -> list[tuple[Entry, ...]]:
    parts, before = [], None
    while True:
        part = service.search(session, scope=scope, filters=filters, before=before, size=size)
        parts.append(part.entries)
        if part.following is None:
            return parts
        before = part.following


class TestParts:
    @pytest.mark.parametrize("filters", [Filters(), Filters(object_kind="bid"), Filters(find=("fair",))])
    def test_every_event_stands_in_one_part_newest_first(self, councils: Database, filters: Filters) -> None:
        with councils.writing() as session:
            for number in range(30):
                note(session, number, organisation=(1, None, 2)[number % 3], reason="fair" if number % 2 else "unfair")
        with councils.reading() as session:
            wanted = list(service.log(session, scope=OURS, filters=filters))
            parts = all_parts(session, filters)
        assert [one for part in parts for one in part] == wanted[::-1]
        assert [len(part) for part in parts[:-1]] == [7] * (len(parts) - 1)
        assert len(wanted) >= 20

    def test_a_kept_address_shows_the_same_events_when_more_were_recorded(self, councils: Database) -> None:
        with councils.writing() as session:
            for number in range(10):
                note(session, number)
        with councils.reading() as session:
            first = service.search(session, scope=OURS, filters=Filters(), size=4)
            second = service.search(session, scope=OURS, filters=Filters(), before=first.following, size=4)
        with councils.writing() as session:
            note(session, 11)
        with councils.reading() as session:
            again = service.search(session, scope=OURS, filters=Filters(), before=first.following, size=4)
        assert again.entries == second.entries

    def test_the_last_part_may_be_full(self, councils: Database) -> None:
        with councils.writing() as session:
            for number in range(6):
                note(session, number)
        with councils.reading() as session:
            assert [len(part) for part in all_parts(session, Filters())] == [7]

    @pytest.mark.parametrize(
        "before",
        ["1.1", "1.99", "2.1", "9.1", "x", "", ".", "1", "1.", "-1.2", "1.2.3", "１.2", "1.99999999999999999999", "\0"],
    )
    def test_a_part_that_there_is_not(self, councils: Database, before: str) -> None:
        """Before the first event, beyond the last, of another organisation, or no place at all."""
        with councils.writing() as session:
            note(session)
        with councils.reading() as session, pytest.raises(NotFoundError, match="Start with the newest events"):
            service.search(session, scope=OURS, filters=Filters(), before=before)

    def test_how_many_were_recorded_counts_what_one_may_see(self, councils: Database) -> None:
        with councils.writing() as session:
            note(session)
            note(session, organisation=None)
        with councils.reading() as session:
            counts = [
                service.search(session, scope=scope, filters=Filters()).recorded
                for scope in (OURS, THEIRS, WHOLE_INSTALLATION)
            ]
        assert counts == [3, 2, 4]


WORDS = {
    "reason": ("Moderation: “clear plan”, 100%", {}),
    "capitals": ("FAIR ÉCOLE", {}),
    "value": ("", {"bidder": Change(old="Ashdown & Sons", new='The "Old" Mill')}),
    "strokes": ("", {"path": Change(new="C:\\new\nline")}),
    "number": ("", {"mark": Change(old=3, new=47)}),
    "deep": ("", {"lots": Change(new={"North": ["one", "two"]})}),
}


class TestWords:
    @pytest.mark.parametrize(
        ("find", "wanted"),
        [
            ("clear", {"reason"}),
            ("CLEAR plan", {"reason"}),
            ("lear pla", {"reason"}),
            ("clear mill", set()),
            ("100%", {"reason"}),
            ("%", {"reason"}),
            ("_", set()),
            ("fair", {"capitals"}),
            ("É", {"capitals"}),
            ("é", set()),
            ("école", set()),
            ("ashdown", {"value"}),
            ('"old"', {"value"}),
            ("old", {"value"}),
            ("new", {"strokes"}),
            ("C:\\new", {"strokes"}),
            ("c:\\NEW", {"strokes"}),
            ("null", set()),
            ("47", {"number"}),
            ("mark", {"number"}),
            ("north", {"deep"}),
            ("two", {"deep"}),
            ("plan\0", set()),
            ("\ud83d", set()),
        ],
    )
    def test_words_in_reason_and_fields(self, councils: Database, find: str, wanted: set[str]) -> None:
        with councils.writing() as session:
            for name, (reason, changes) in WORDS.items():
                note(session, what="tried", object_id=name, reason=reason, changes=changes)
        filters = Filters(what="tried", find=tuple(find.split()))
        with councils.reading() as session:
            found = service.search(session, scope=OURS, filters=filters)
            listed = list(service.log(session, scope=OURS, filters=filters))
        assert {one.object_id for one in found.entries} == wanted == {one.object_id for one in listed}

    @pytest.mark.parametrize("field", ["object_kind", "object_id", "what"])
    @pytest.mark.parametrize("held", ["\0", "a\0", "\ud83d", "no such thing"])
    def test_what_no_event_can_hold_is_not_found(self, councils: Database, field: str, held: str) -> None:
        with councils.reading() as session:
            assert service.search(session, scope=OURS, filters=Filters(**{field: held})).entries == ()


class TestDays:
    @pytest.mark.parametrize(
        ("first", "last", "hours"),
        [
            ("2026-11-22", None, [0, 12, 24, 47]),
            (None, "2026-11-22", [-1, 0, 12]),
            ("2026-11-22", "2026-11-22", [0, 12]),
            ("2026-11-23", "2026-11-23", [24, 47]),
            ("0001-01-01", "9999-12-31", [-1, 0, 12, 24, 47]),
            ("9999-12-31", None, []),
            (None, "0001-01-01", []),
        ],
    )
    def test_both_days_are_included(
        self, councils: Database, first: str | None, last: str | None, hours: list[int]
    ) -> None:
        midnight = datetime(2026, 11, 22, tzinfo=UTC)
        with councils.writing() as session:
            for hour in (-1, 0, 12, 24, 47):
                note(session, at=midnight + timedelta(hours=hour), what="tried", object_id=str(hour))
        days = [None if day is None else datetime.fromisoformat(day).date() for day in (first, last)]
        since, before = day_bounds(*days)
        with councils.reading() as session:
            found = service.log(session, scope=OURS, filters=Filters(what="tried", since=since, before=before))
            assert [int(one.object_id) for one in found] == hours


class TestWalls:
    def test_events_and_people_of_another_organisation_are_not_there(self, councils: Database) -> None:
        with councils.writing() as session:
            theirs = service.add_person(session, organisation_id=2, name="Wren", email=None, actor=COMMAND_LINE)
            acting = Actor(kind=ActorKind.PERSON, person_id=theirs.id, role="administrator")
            note(session, organisation=2, what="secret_deed", object_id="hidden")
            note(session, organisation=None, what="shared_deed", object_id="shared", actor=acting)
        with councils.reading() as session:
            known, people = service.choices(session, scope=OURS)
            part = service.search(session, scope=OURS, filters=Filters())
            shared = service.tell(session, scope=OURS, object_kind="bid", object_id="shared")
            drawn = service.draw(session, scope=OURS, filters=Filters(), size=100, seed="s")
            entries, named = service.all_that_fit(session, scope=OURS, filters=Filters())
            with pytest.raises(NotFoundError, match="no event about “bid hidden”"):
                service.tell(session, scope=OURS, object_kind="bid", object_id="hidden")
        assert "secret_deed" not in known.whats
        assert "shared_deed" in known.whats
        assert known.actors == {theirs.id}
        assert people == part.people == shared.people == drawn.people == named == {}
        for seen in (part.entries, drawn.entries, drawn.histories, entries):
            assert {one.organisation_id for one in seen} == {None, 1}
        assert {head.organisation_id for head in drawn.heads} == {None, 1}

    def test_an_organisation_that_is_none_sees_what_all_share(self, councils: Database) -> None:
        with councils.writing() as session:
            note(session, organisation=None)
        with councils.reading() as session:
            part = service.search(session, scope=Scope(organisation_id=None), filters=Filters())
        assert [one.organisation_id for one in part.entries] == [None]


class TestTaking:
    def test_more_than_a_file_takes_is_refused(self, councils: Database, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(service, "LARGEST_FILE", 5)
        with councils.writing() as session:
            for number in range(4):
                note(session, number)
        with councils.reading() as session:
            assert len(service.all_that_fit(session, scope=OURS, filters=Filters())[0]) == 5
        with councils.writing() as session:
            note(session, 5)
        with councils.reading() as session, pytest.raises(TooManyEventsError, match="More than 5 events fit"):
            service.all_that_fit(session, scope=OURS, filters=Filters())

    def test_a_seed_that_cannot_be_written_is_refused(self, councils: Database) -> None:
        with councils.reading() as session, pytest.raises(TextNotKeptError):
            service.draw(session, scope=OURS, filters=Filters(), size=1, seed="a\0b")

    def test_the_same_seed_gives_the_same_bytes_on_both_databases(
        self, sqlite_url: str, postgresql_url: str, tmp_path: Path
    ) -> None:
        packs = []
        for url in (sqlite_url, postgresql_url):
            database = Database(url)
            with database.writing() as session:
                for slug in ("north-vale", "south-vale"):
                    registers.add_organisation(
                        session,
                        slug=slug,
                        name=slug.title(),
                        short_name=slug,
                        is_demo=False,
                        actor=COMMAND_LINE,
                        clock=lambda: NOON,
                    )
                for number in range(60):
                    note(
                        session,
                        number,
                        organisation=(1, None)[number % 2],
                        object_id=f"{'Éa B_b'[number % 6]}{number % 7}",
                        reason="=1+1",
                        changes={"mark": Change(old=number, new=number + 1)},
                    )
            for _ in range(2):
                with database.reading() as session:
                    drawn = service.draw(session, scope=OURS, filters=Filters(), size=20, seed="spring")
                packs.append(sample_pack(drawn, organisations={1: "North Vale"}))
            database.dispose()
        assert len(set(packs)) == 1

    def test_another_seed_gives_another_pack(self, councils: Database) -> None:
        with councils.writing() as session:
            for number in range(20):
                note(session, number)
        with councils.reading() as session:
            drawn = [service.draw(session, scope=OURS, filters=Filters(), size=3, seed=seed) for seed in ("a", "b")]
        assert len({sample_pack(one, organisations={}) for one in drawn}) == 2


class TestChoices:
    def test_what_is_new_is_offered_at_once(self, councils: Database) -> None:
        with councils.reading() as session:
            assert service.choices(session, scope=OURS)[0].whats == {"organisation_added"}
        with councils.writing() as session:
            note(session, what="mark_given", object_kind="bid")
            note(session, organisation=None, what="version_loaded", object_kind="version")
        with councils.reading() as session:
            ours, theirs = (service.choices(session, scope=scope)[0] for scope in (OURS, THEIRS))
        assert ours.whats == {"organisation_added", "mark_given", "version_loaded"}
        assert theirs.whats == {"organisation_added", "version_loaded"}
        assert theirs.kinds == {"organisation", "version"}

    def test_a_chain_that_is_shorter_than_before_is_read_anew(self, councils: Database) -> None:
        with councils.writing() as session:
            note(session, what="mark_given")
        with councils.reading() as session:
            assert "mark_given" in service.choices(session, scope=OURS)[0].whats
        with councils.writing() as session:
            session.execute(text("DELETE FROM audit_event WHERE what = 'mark_given'"))
            session.execute(text("UPDATE audit_head SET sequence = 1"))
        with councils.reading() as session:
            assert service.choices(session, scope=OURS)[0].whats == {"organisation_added"}
