"""What is changed past this program: named by the check, and of no use to whoever did it."""

from collections.abc import Iterator
from datetime import date

import pytest
from sqlalchemy import text
from typer.testing import CliRunner

from svtracker.audit.rules.events import COMMAND_LINE
from svtracker.cli import app
from svtracker.identity import service
from svtracker.identity.rules.roles import Role
from svtracker.identity.service import User
from svtracker.storage.engines import Database
from tests.identity.people import HandClock, add_council, set_password

ABOUT = {"organisation_id": None, "actor": COMMAND_LINE, "reason": "leaves"}


@pytest.fixture
def lived_in(database: Database, wren: User, robin: User, clock: HandClock) -> Iterator[tuple[int, int]]:
    """A council in which everything has happened that can happen to an account; numbers of Wren and Robin."""
    other = add_council(database, "south-vale")
    set_password(database, wren, clock)
    set_password(database, robin, clock)
    with database.writing() as session:
        add = {"organisation_id": robin.organisation_id, "actor": COMMAND_LINE}
        jay = service.add_user(session, name="Jay Elm", email="jay@x.example", roles=[Role.VIEWER], **add)
        service.erase_user(session, jay.person_id, **ABOUT)
        days = {"from_day": date(2026, 12, 1), "to_day": date(2026, 12, 31)}
        service.grant_role(session, robin.person_id, Role.APPROVER, **add)
        service.grant_role(session, robin.person_id, Role.APPROVER, **days, **add)
        service.grant_role(session, robin.person_id, Role.VIEWER, organisation_id=other, actor=COMMAND_LINE)
        service.end_role(session, robin.person_id, Role.APPROVER, **add)
        service.lock_user(session, robin.person_id, **ABOUT)
        service.unlock_user(session, robin.person_id, **ABOUT)
        service.disable_user(session, robin.person_id, **ABOUT)
        service.enable_user(session, robin.person_id, **ABOUT)
        where = {"object_kind": "tender", "object_id": "7"}
        service.grant_role(session, robin.person_id, Role.LEAD_EVALUATOR, **where, **days, **add)
        details = {"name": "Robin Birch", "email": "robin.birch@x.example"}
        service.change_user(session, robin.person_id, organisation_id=None, actor=COMMAND_LINE, **details)
        join = {"issuer": "https://id.example", "subject": "7"}
        service.join_identity_provider(session, wren.person_id, organisation_id=None, actor=COMMAND_LINE, **join)
    return wren.person_id, robin.person_id


def check(database: Database) -> list[str]:
    with database.reading() as session:
        return [str(problem) for problem in service.check_accounts(session)]


def test_what_this_program_did_is_right(
    database: Database, database_url: str, lived_in: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert check(database) == []
    monkeypatch.setenv("SVTRACKER_DATABASE_URL", database_url)
    done = CliRunner().invoke(app, ["db", "check"])
    assert (done.exit_code, done.stderr) == (0, "")
    assert "accounts: 3 people, each as the events tell\n" in done.stdout


@pytest.mark.parametrize(
    ("statement", "seen"),
    [
        (
            "UPDATE role_grant SET role = 'administrator' WHERE role = 'evaluator'",
            [
                "saw the role “administrator” in organisation 1, which no event tells of",
                "saw no role “evaluator” in organisation 1; wanted the role that an event tells of",
            ],
        ),
        (
            "UPDATE role_grant SET to_day = NULL WHERE role = 'lead evaluator'",
            [
                "saw the role “lead evaluator” of tender:7 from 2026-12-01 in organisation 1, which no event",
                "saw no role “lead evaluator” of tender:7 from 2026-12-01 to 2026-12-31 in organisation 1",
            ],
        ),
        (
            "UPDATE role_grant SET ended_at = NULL WHERE role = 'approver'",
            [
                "saw the role “approver” from 2026-12-01 to 2026-12-31 in organisation 1, which no event",
                "saw the role “approver” in organisation 1, which no event",
            ],
        ),
        ("DELETE FROM role_grant WHERE organisation_id = 2", ["saw no role “viewer” in organisation 2"]),
        (
            "UPDATE account SET state = 'disabled' WHERE person_id = 2",
            ["saw the state “disabled”, which no event tells of; wanted “active”, as the last event says"],
        ),
        (
            "UPDATE account SET email_key = 'x' WHERE person_id = 2",
            ["saw the key of another address; wanted the key of the address on file"],
        ),
        (
            "UPDATE account SET password_hash = NULL, password_set_at = NULL WHERE person_id = 2",
            ["saw no password; wanted the password that an event tells of"],
        ),
        (
            "UPDATE account SET password_hash = 'x', password_set_at = created_at WHERE person_id = 3",
            ["saw a password that no event tells of; wanted no password"],
        ),
        (
            "UPDATE account SET federated_key = 'x' WHERE person_id = 2",
            ["saw an identity provider that no event tells of"],
        ),
        (
            "UPDATE account SET state = 'active', email_key = 'x' WHERE person_id = 3",
            ["saw the state “active”, which no event tells of", "saw the key of another address"],
        ),
    ],
)
def test_what_was_changed_is_named(
    database: Database, lived_in: tuple[int, int], statement: str, seen: list[str]
) -> None:
    with database.writing() as session:
        session.execute(text(statement))
    found = check(database)
    assert len(found) == len(seen)
    for problem, wanted in zip(found, seen, strict=True):
        assert wanted in problem


def test_an_account_that_was_put_in_or_taken_away_is_named(database: Database, lived_in: tuple[int, int]) -> None:
    with database.writing() as session:
        for name in ("link_token", "sign_in_session", "personal_link", "role_grant"):
            session.execute(text(f"DELETE FROM {name}"))
        session.execute(text("DELETE FROM account WHERE person_id = 2"))
        session.execute(
            text("INSERT INTO audit_person (id, organisation_id, name, salt, sha256) VALUES (9, 1, 'Robin', 'a', 'b')")
        )
        session.execute(
            text(
                "INSERT INTO account (person_id, organisation_id, email_key, state, created_at, version) "
                "VALUES (9, 1, 'x', 'active', '2026-11-22 12:00:00', 1)"
            )
        )
    found = check(database)
    assert "accounts: person 2: saw nothing; wanted an account that events tell of" in found
    assert any("person 9: saw an account that no event tells of: it was put in past" in one for one in found)
