"""Organisations, and the demo council."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy.exc import IntegrityError

from svtracker.audit.rules.events import SERVE
from svtracker.kernel.exceptions import RefusedError
from svtracker.registers import service, store
from svtracker.storage.engines import Database

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)


def test_the_demo_council_is_added_once(database: Database) -> None:
    with database.writing() as session:
        first = service.load_demo_council(session, actor=SERVE, clock=lambda: NOW)
    with database.writing() as session:
        assert service.load_demo_council(session, actor=SERVE, clock=lambda: NOW + timedelta(days=1)) == first
    with database.reading() as session:
        assert store.list_organisations(session) == (first,)
    assert (first.name, first.is_demo, first.created_at) == ("Borough of Calderbrook", True, NOW)


def test_an_empty_database_has_no_organisation(database: Database) -> None:
    with database.reading() as session:
        assert service.current_organisation(session) is None


def test_the_organisation_added_first_is_the_current_one(database: Database) -> None:
    with database.writing() as session:
        for name in ("Zetland", "Arden"):
            store.add_organisation(
                session, slug=name.lower(), name=name, short_name=name, is_demo=False, created_at=NOW
            )
    with database.reading() as session:
        assert service.current_organisation(session).slug == "zetland"
        assert store.get_organisation(session, slug="arden").name == "Arden"
        assert store.get_organisation(session, slug="other") is None


def test_a_slug_is_used_once(database: Database) -> None:
    with database.writing() as session:
        service.load_demo_council(session, actor=SERVE)
        nested = session.begin_nested()
        with pytest.raises(IntegrityError):
            store.add_organisation(session, slug="calderbrook", name="B", short_name="B", is_demo=False, created_at=NOW)
        nested.rollback()


def test_times_come_back_in_utc(database: Database) -> None:
    in_india = NOW.astimezone(timezone(timedelta(hours=5, minutes=30)))
    with database.writing() as session:
        service.load_demo_council(session, actor=SERVE, clock=lambda: in_india)
    with database.reading() as session:
        found = service.current_organisation(session).created_at
    assert (found, found.tzinfo) == (NOW, UTC)


def test_reference_figures_with_a_problem_are_refused(tmp_path) -> None:
    (tmp_path / "index.yaml").write_text("id: other\n")
    with pytest.raises(RefusedError, match=r"index\.yaml"):
        service.reference_figures(tmp_path)
