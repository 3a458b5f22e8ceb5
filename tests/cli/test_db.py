"""`svtracker db`, on both databases."""

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text
from typer.testing import CliRunner, Result

from svtracker.cli import app
from svtracker.identity.service import attempt_sign_in
from svtracker.storage import migrations
from svtracker.storage.engines import Database
from tests.identity.people import HandClock

ROOT = Path(__file__).parents[2]


def run(*words: str) -> Result:
    return CliRunner().invoke(app, list(words))


@pytest.fixture
def at_empty(empty_database_url: str, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("SVTRACKER_DATABASE_URL", empty_database_url)
    return empty_database_url


@pytest.fixture
def at_database(database: Database, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Database:
    monkeypatch.setenv("SVTRACKER_DATABASE_URL", database_url)
    return database


def test_upgrade_says_what_ran_and_then_that_nothing_is_to_do(at_empty: str) -> None:
    first, second = run("db", "upgrade"), run("db", "upgrade")
    assert (first.exit_code, second.exit_code) == (0, 0)
    assert first.stdout.splitlines()[0] == "ran 0001_measure_sets"
    assert first.stdout.splitlines()[-1] == f"ran {migrations.head()}"
    assert second.stdout == f"nothing to do: the database is at {migrations.head()}\n"


def test_check_of_a_sound_database(at_database: Database) -> None:
    assert run("frameworks", "load").exit_code == 0
    done = run("db", "check")
    assert (done.exit_code, done.stderr) == (0, "")
    assert f"migrations: at {migrations.head()}" in done.stdout
    assert "each as its file says" in done.stdout


def test_check_names_every_problem(at_database: Database) -> None:
    assert run("frameworks", "load").exit_code == 0
    with at_database.writing() as session:
        session.execute(text("ALTER TABLE organisation ADD COLUMN motto VARCHAR"))
        session.execute(text("UPDATE measure SET title = 'Otherwise' WHERE ref = 'J1'"))
    done = run("db", "check")
    assert (done.exit_code, done.stdout) == (2, "")
    assert "motto" in done.stderr
    assert done.stderr.count("is now “Otherwise”; wanted what the file says") >= 3


def test_check_of_an_empty_database_says_what_to_do(at_empty: str) -> None:
    done = run("db", "check")
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr.endswith("Run “svtracker db upgrade” first.\n")


def test_a_refusal_of_a_real_process_is_one_line_and_no_traceback(tmp_path: Path) -> None:
    environment = {"SVTRACKER_DATABASE_URL": f"sqlite:///{tmp_path}/none.db", "PATH": "/usr/bin:/bin"}
    command = [sys.executable, "-m", "svtracker", "db", "check"]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        f"The database {tmp_path}/none.db is not ready: there is no such file. Run “svtracker db upgrade” first.\n"
    )


@pytest.mark.parametrize(
    ("variable", "value", "said"),
    [
        ("SVTRACKER_DATABASE_URL", "council.db", "saw an address that cannot be used; wanted sqlite:///"),
        ("SVTRACKER_DATABASE_URL", "postgresql:///council", "cannot be opened"),
        ("SVTRACKER_DATABASE_URL", "sqlite:///:memory:", "must be named as a file"),
        ("SVTRACKER_PORT", "eighty", "SVTRACKER_PORT: saw “eighty”; wanted a whole number from 1 to 65535"),
        ("SVTRACKER_DATABSE_URL", "x", "wanted SVTRACKER_DATABASE_URL or another"),
    ],
)
def test_a_bad_setting_is_said_in_words(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str, said: str, tmp_path: Path
) -> None:
    monkeypatch.setenv("PGHOST", str(tmp_path))
    monkeypatch.setenv(variable, value)
    done = run("db", "check")
    assert (done.exit_code, done.stdout) == (2, "")
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_tidy_says_first_what_it_would_delete(at_database: Database) -> None:
    long_ago = HandClock(now=datetime(2020, 1, 1, tzinfo=UTC))
    for _ in range(2):
        attempt_sign_in(at_database, email="x@y.example", password="x", address="", user_agent="", clock=long_ago)
    planned, done, again = run("db", "tidy"), run("db", "tidy", "--commit"), run("db", "tidy", "--commit")
    assert [one.exit_code for one in (planned, done, again)] == [0, 0, 0]
    assert planned.stdout.splitlines()[0] == "sign in attempts: 2 would be deleted"
    assert "--commit" in planned.stdout
    assert done.stdout == "sign in attempts: 2 deleted\n"
    assert again.stdout == "nothing to do: nothing that has ended is older than it may be\n"
