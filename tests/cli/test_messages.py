"""`svtracker messages`, as an operator and a timer type it."""

import json
import socket
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from svtracker.audit.rules.events import COMMAND_LINE
from svtracker.cli import app
from svtracker.identity import service as identity
from svtracker.identity.rules.links import Purpose
from svtracker.messages import service
from svtracker.registers import service as registers
from svtracker.storage.engines import Database

EMAIL = "wren.alder@north-vale.example"


def run(*words: str) -> Result:
    return CliRunner().invoke(app, ["messages", *words])


@pytest.fixture
def at(database: Database, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Database:
    """A council, somebody of it, and a message with a personal link."""
    monkeypatch.setenv("SVTRACKER_DATABASE_URL", database_url)
    monkeypatch.setenv("SVTRACKER_PUBLIC_ADDRESS", "https://sv.north-vale.example")
    with database.writing() as session:
        council = registers.add_organisation(
            session, slug="north-vale", name="North Vale", short_name="NV", is_demo=False, actor=COMMAND_LINE
        )
        about = {"organisation_id": council.id, "actor": COMMAND_LINE}
        user = identity.add_user(session, name="Wren Alder", email=EMAIL, **about)
        link = identity.make_link(session, person_id=user.person_id, purpose=Purpose.SET_PASSWORD, **about)
        service.queue(
            session,
            to_person_id=user.person_id,
            subject="Your account",
            body="Set your password:\n{link}\n",
            link_id=link.id,
            **about,
        )
    return database


def test_what_waits_is_listed_without_address_or_link(at: Database) -> None:
    done = run("list")
    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout.rstrip().endswith("to person 1: Your account  waiting")
    (one,) = json.loads(run("list", "--json").stdout)
    assert (one["subject"], one["state"], one["tries"], one["to_person"]) == ("Your account", "waiting", 0, 1)
    assert "wren" not in done.stdout
    assert "sv.north-vale" not in json.dumps(one)


def test_sending_into_a_folder(at: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SVTRACKER_MAIL", f"file:{tmp_path / 'mail'}")
    assert run("send").stdout == "sent 1 message, 0 failed, 0 cancelled\n"
    (file,) = (tmp_path / "mail").iterdir()
    mail = message_from_bytes(file.read_bytes(), policy=policy.default)
    assert mail["To"] == EMAIL
    token = mail.get_content().partition("https://sv.north-vale.example/links/")[2].split()[0]
    assert identity.use_set_password(at, token, "four quiet herons wade") == 1
    assert run("send").stdout == "sent 0 messages, 0 failed, 0 cancelled\n"
    assert run("list").stdout.rstrip().endswith("sent")


def test_a_mail_server_that_is_away(at: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as found:
        port = found.getsockname()[1]
    monkeypatch.setenv("SVTRACKER_MAIL", f"smtp://127.0.0.1:{port}")
    monkeypatch.setenv("SVTRACKER_MAIL_FROM", "social-value@north-vale.example")
    done = run("send")
    assert (done.exit_code, done.stdout) == (1, "sent 0 messages, 1 failed, 0 cancelled\n")
    assert "could not be used (ConnectionRefusedError). What was not sent waits in the outbox" in done.stderr
    assert "waiting; tried 1 times, last: the mail server" in run("list").stdout


def test_without_a_way_to_send(at: Database) -> None:
    done = run("send")
    assert (done.exit_code, done.stdout) == (2, "")
    assert "Set SVTRACKER_MAIL" in done.stderr


def test_an_empty_outbox(database: Database, database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SVTRACKER_DATABASE_URL", database_url)
    assert run("list").stdout == "The outbox is empty.\n"
    assert json.loads(run("list", "--json").stdout) == []
