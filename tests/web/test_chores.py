"""The outbox is emptied while the service runs, on both databases; a fault on the way is logged and tried again."""

import logging
import threading
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest
from sqlalchemy import text

from svtracker.audit import service as audit
from svtracker.audit.rules.events import COMMAND_LINE
from svtracker.audit.store import WHOLE_INSTALLATION
from svtracker.identity import service
from svtracker.identity.service import links
from svtracker.kernel.clock import system_clock
from svtracker.kernel.exceptions import DatabaseBusyError, MailNotSentError
from svtracker.messages import senders
from svtracker.messages import service as messages
from svtracker.registers import service as registers
from svtracker.settings import Settings
from svtracker.storage.engines import Database
from svtracker.web.chores import Chores
from tests.identity.people import HandClock
from tests.web.installation import settings_for

LONG = 30


class Noting:
    """A sender that notes what it is given, and fails as often as it is told to."""

    def __init__(self, *, failing: int = 0) -> None:
        self.sent: list[EmailMessage] = []
        self.failing = failing
        self.tried = threading.Semaphore(0)

    def send(self, message: EmailMessage) -> None:
        self.tried.release()
        if self.failing:
            self.failing -= 1
            raise MailNotSentError(why="nobody is there", server_away=True)
        self.sent.append(message)


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    return settings_for(database_url, mail=f"file:{tmp_path}", mail_from="svtracker@north-vale.example")


def write_a_message(database: Database) -> None:
    with database.writing() as session:
        council = registers.add_organisation(
            session, slug="nv", name="North Vale", short_name="NV", is_demo=False, actor=COMMAND_LINE
        ).id
        person = service.add_user(
            session, organisation_id=council, name="Wren Alder", email="wren@north-vale.example", actor=COMMAND_LINE
        )
        links.send_password_link(session, person_id=person.person_id, organisation_id=council, actor=COMMAND_LINE)


def states(database: Database) -> list[str]:
    with database.reading() as session:
        return [one.state.value for one in messages.list_messages(session, organisation_id=None)]


def test_what_waits_is_sent_while_the_service_runs(
    database: Database, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    sender = Noting()
    monkeypatch.setattr(senders, "sender_of", lambda *_, **__: sender)
    write_a_message(database)
    chores = Chores(settings, database, clock=system_clock, every_seconds=0.01)
    chores.start()
    assert sender.tried.acquire(timeout=LONG)
    chores.stop()
    (mail,) = sender.sent
    assert mail["To"] == "wren@north-vale.example"
    assert f"{settings.public_address}/links/" in mail.get_content()
    assert states(database) == ["sent"]


def test_a_fault_is_logged_without_names_and_nothing_is_lost(
    database: Database, settings: Settings, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    sender = Noting(failing=1)
    monkeypatch.setattr(senders, "sender_of", lambda *_, **__: sender)
    write_a_message(database)
    chores = Chores(settings, database, clock=system_clock, every_seconds=0.01)
    with caplog.at_level(logging.WARNING):
        chores.start()
        assert sender.tried.acquire(timeout=LONG)
        chores.stop()
    assert "messages wait in the outbox" in caplog.text
    assert "wren" not in caplog.text.casefold()
    assert states(database) == ["waiting"]


def test_without_a_way_to_send_messages_wait_and_requests_are_answered_all_the_same(
    database: Database, database_url: str
) -> None:
    write_a_message(database)
    clock = HandClock(now=system_clock() + timedelta(hours=1))
    service.request_password(database, email="Wren@north-vale.example", address="192.0.2.1", clock=clock)
    Chores(settings_for(database_url), database, clock=clock).do()
    assert states(database) == ["waiting", "waiting"]


def test_it_stops_when_the_service_does(database: Database, database_url: str) -> None:
    before = set(threading.enumerate())  # other services of these tests may run in this process
    chores = Chores(settings_for(database_url), database, clock=system_clock)
    chores.start()
    (thread,) = set(threading.enumerate()) - before
    assert thread.name == "chores"
    chores.stop()
    assert not thread.is_alive()


def test_what_has_ended_is_deleted_once_a_day(database: Database, database_url: str) -> None:
    clock = HandClock()
    chores = Chores(settings_for(database_url), database, clock=clock)

    def left() -> int:
        with database.reading() as session:
            return session.execute(text("SELECT count(*) FROM sign_in_attempt")).scalar_one()

    chores.do()
    service.attempt_sign_in(database, email="x@y.example", password="x", address="", user_agent="", clock=clock)
    clock.on(hours=23, minutes=59)
    chores.do()
    assert left() == 1, "it is not a day old"
    clock.on(minutes=2)
    chores.do()
    assert left() == 0
    with database.reading() as session:
        (event,) = audit.log(session, scope=WHOLE_INSTALLATION)
    assert (event.what, event.actor_kind) == ("database_tidied", "svtracker serve")


def test_a_fault_in_one_chore_keeps_none_of_the_others_from_being_done(
    database: Database, database_url: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def away(*_: object, **__: object) -> int:
        raise DatabaseBusyError(seconds=30)

    clock = HandClock()
    service.attempt_sign_in(database, email="x@y.example", password="x", address="", user_agent="", clock=clock)
    clock.on(days=2)
    monkeypatch.setattr("svtracker.web.chores.answer_requests", away)
    Chores(settings_for(database_url), database, clock=clock).do()
    assert "the outbox could not be gone through" in caplog.text
    with database.reading() as session:
        assert session.execute(text("SELECT count(*) FROM sign_in_attempt")).scalar_one() == 0
