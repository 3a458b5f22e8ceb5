"""The outbox is emptied while the service runs, on both databases; a fault on the way is logged and tried again."""

import logging
import threading
from email.message import EmailMessage
from pathlib import Path

import pytest

from svtracker.audit.rules.events import COMMAND_LINE
from svtracker.identity import service
from svtracker.identity.service import links
from svtracker.kernel.clock import system_clock
from svtracker.kernel.exceptions import MailNotSentError
from svtracker.messages import senders
from svtracker.messages import service as messages
from svtracker.registers import service as registers
from svtracker.settings import Settings
from svtracker.storage.engines import Database
from svtracker.web.postman import Postman
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
    postman = Postman(settings, database, clock=system_clock, every_seconds=0.01)
    postman.start()
    assert sender.tried.acquire(timeout=LONG)
    postman.stop()
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
    postman = Postman(settings, database, clock=system_clock, every_seconds=0.01)
    with caplog.at_level(logging.WARNING):
        postman.start()
        assert sender.tried.acquire(timeout=LONG)
        postman.stop()
    assert "messages wait in the outbox" in caplog.text
    assert "wren" not in caplog.text.casefold()
    assert states(database) == ["waiting"]


def test_without_a_way_to_send_it_never_starts(database: Database, database_url: str) -> None:
    postman = Postman(settings_for(database_url), database, clock=system_clock)
    postman.start()
    assert [one for one in threading.enumerate() if one.name == "postman"] == []
    postman.stop()
