"""Everything about people and messages travels in a backup, between both kinds of database."""

from pathlib import Path

import pytest
from sqlalchemy import text

from svtracker.audit.rules.events import COMMAND_LINE
from svtracker.identity import service
from svtracker.identity.service import User
from svtracker.messages import service as messages
from svtracker.storage import backup
from svtracker.storage.engines import Database
from tests.identity.people import FIREFOX, PASSWORD, HandClock, check, hand_out, set_password

TABLES = {
    "account",
    "role_grant",
    "sign_in_session",
    "sign_in_attempt",
    "personal_link",
    "link_token",
    "outbox_message",
}


@pytest.mark.parametrize("target", ["sqlite", "postgresql"])
def test_a_session_a_link_and_a_message_go_on_in_the_restored_place(
    database: Database, robin: User, clock: HandClock, tmp_path: Path, request: pytest.FixtureRequest, target: str
) -> None:
    set_password(database, robin, clock)
    attempt = {"email": robin.email, "password": PASSWORD, "address": "192.0.2.1", "user_agent": FIREFOX}
    signed_in = service.attempt_sign_in(database, **attempt, clock=clock)
    token = hand_out(database, robin, clock, task_kind="return", task_id="7")
    with database.writing() as session:
        queued = messages.queue(
            session,
            organisation_id=robin.organisation_id,
            to_person_id=robin.person_id,
            subject="News",
            body="News",
            actor=COMMAND_LINE,
            clock=clock,
        )
    manifest = backup.back_up(database, tmp_path / "one.zip", clock=clock)
    assert {table.name for table in manifest.tables if table.rows} >= TABLES
    url = request.getfixturevalue(f"empty_{target}_url")
    backup.restore(url, tmp_path / "one.zip")
    restored = Database(url)
    with restored.reading() as session:
        assert service.session_of(session, signed_in.session.token, clock=clock).name == "Robin Ash"
        assert service.link_of_token(session, token, clock=clock).task_id == "7"
        assert messages.get_message(session, queued.id, organisation_id=None) == queued
        assert service.check_accounts(session) == ()
    assert isinstance(service.attempt_sign_in(restored, **attempt, clock=clock), service.SignedIn)
    assert check(restored) == []
    with restored.writing() as session:
        assert session.execute(text("SELECT COUNT(*) FROM sign_in_attempt")).scalar_one() == 2
    restored.dispose()
