"""The units of work: what readers see, how writers queue, and what a person reads when the database fails."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError

from svtracker.kernel.exceptions import DatabaseBusyError, DatabaseNotReadyError, DatabaseUnavailableError
from svtracker.storage import engines
from svtracker.storage.engines import Database

ROOT = Path(__file__).parents[2]


@pytest.fixture
def counter(database: Database) -> Database:
    with database.writing() as session:
        session.execute(text("CREATE TABLE counter (value INTEGER NOT NULL)"))
        session.execute(text("INSERT INTO counter VALUES (0)"))
    return database


def value(database: Database) -> int:
    with database.reading() as session:
        return session.execute(text("SELECT value FROM counter")).scalar_one()


def test_fifty_competing_writers_lose_no_update(counter: Database, database_url: str) -> None:
    racing = [sys.executable, "-m", "tests.storage.racing", "add", database_url, "50", "8"]
    done = subprocess.run(racing, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert value(counter) == 400


def test_a_unit_of_work_saves_everything_or_nothing(counter: Database) -> None:
    with counter.writing() as session:
        session.execute(text("UPDATE counter SET value = 1"))
    assert value(counter) == 1
    with suppress(ZeroDivisionError), counter.writing() as session:
        session.execute(text("UPDATE counter SET value = 2"))
        _ = 1 / 0
    assert value(counter) == 1


def test_a_service_cannot_commit(counter: Database) -> None:
    with counter.writing() as session:
        session.execute(text("UPDATE counter SET value = 1"))
        with pytest.raises(RuntimeError, match="A service never commits"):
            session.commit()
        assert value(counter) == 0
        session.rollback()
    assert value(counter) == 0


def test_a_reader_cannot_write(counter: Database) -> None:
    with (
        pytest.raises(DBAPIError, match=r"readonly database|read-only transaction"),
        counter.reading() as session,
    ):
        session.execute(text("UPDATE counter SET value = 1"))


def test_a_reader_sees_one_state_and_blocks_nobody(counter: Database) -> None:
    question = text("SELECT value FROM counter")
    with counter.reading() as reader:
        assert reader.execute(question).scalar_one() == 0
        with counter.writing() as writer:
            writer.execute(text("UPDATE counter SET value = 1"))
            assert reader.execute(question).scalar_one() == 0
        assert value(counter) == 1
        assert reader.execute(question).scalar_one() == 0


@pytest.fixture
def impatient(counter: Database, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    monkeypatch.setattr(engines, "WAIT_SECONDS", 0.01)
    opened = Database(database_url)
    yield opened
    opened.dispose()


def test_a_writer_who_waits_too_long_is_told(counter: Database, impatient: Database) -> None:
    with counter.writing() as first:
        first.execute(text("UPDATE counter SET value = 1"))
        with (
            pytest.raises(DatabaseBusyError, match="Nothing was saved: somebody else"),
            impatient.writing() as second,
        ):
            second.execute(text("UPDATE counter SET value = 2"))
    assert value(counter) == 1


def test_a_missing_table_says_what_to_do(database: Database) -> None:
    with (
        pytest.raises(DatabaseNotReadyError, match=r"counter.*Run “svtracker db upgrade” first"),
        database.reading() as session,
    ):
        session.execute(text("SELECT value FROM counter"))


def test_a_foreign_key_is_enforced(database: Database) -> None:
    with database.writing() as session:
        session.execute(text("CREATE TABLE parent (id INTEGER PRIMARY KEY)"))
        session.execute(text("CREATE TABLE child (parent INTEGER REFERENCES parent (id))"))
        with pytest.raises(IntegrityError):
            session.execute(text("INSERT INTO child VALUES (7)"))
        session.rollback()


@pytest.mark.parametrize(
    ("setting", "wanted"),
    [
        ("journal_mode", "wal"),
        ("synchronous", 2),
        ("busy_timeout", 30_000),
        ("foreign_keys", 1),
        ("secure_delete", 1),
    ],
)
def test_sqlite_settings(sqlite_url: str, setting: str, wanted: object) -> None:
    database = Database(sqlite_url)
    for unit in (database.reading, database.writing):
        with unit() as session:
            assert session.execute(text(f"PRAGMA {setting}")).scalar_one() == wanted
    database.dispose()


def test_reading_never_creates_a_file(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'none.db'}")
    for unit in (database.reading, database.writing):
        with pytest.raises(DatabaseNotReadyError, match="there is no such file"), unit() as session:
            session.execute(text("SELECT 1"))
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    file = tmp_path / "notes.db"
    file.write_text("Minutes of the meeting\n" * 100)
    database = Database(f"sqlite:///{file}")
    with pytest.raises(DatabaseUnavailableError, match="file is not a database"), database.reading() as session:
        session.execute(text("SELECT 1"))
    database.dispose()
    assert file.read_text().startswith("Minutes")


def test_a_server_that_does_not_answer_is_named_without_its_password(tmp_path: Path) -> None:
    database = Database(f"postgresql://officer:secret@/council?host={tmp_path}")
    with pytest.raises(DatabaseUnavailableError) as caught, database.writing() as session:
        session.execute(text("SELECT 1"))
    assert "officer:***@/council" in str(caught.value)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("council.db", "this is no address of a database"),
        ("", "this is no address of a database"),
        ("sqlite://", "must be named as a file"),
        ("sqlite:///:memory:", "must be named as a file"),
        ("mysql://officer:secret@localhost/council", "with sqlite and postgresql, not with mysql"),
        ("oracle+nothing://localhost", "not with oracle"),
    ],
)
def test_an_address_that_cannot_be_used(url: str, why: str) -> None:
    with pytest.raises(DatabaseUnavailableError, match=why) as caught:
        Database(url)
    assert "secret" not in str(caught.value)
