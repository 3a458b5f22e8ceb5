"""From an empty database to the tables of today, on both databases."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, Inspector, inspect, text
from sqlmodel import SQLModel

import svtracker.delivery.tables
import svtracker.frameworks.service
import svtracker.identity.service
import svtracker.registers.service
import svtracker.tenders.tables  # noqa: F401 - fills the metadata that is compared
from svtracker.kernel.exceptions import DatabaseNotReadyError
from svtracker.storage import engines, migrations
from svtracker.storage.engines import Database

ROOT = Path(__file__).parents[2]
NAMES = sorted(file.stem for file in migrations.FOLDER.glob("versions/[0-9]*.py"))


def test_an_empty_database_is_brought_up_to_date_once(empty_database_url: str) -> None:
    assert list(migrations.upgrade(empty_database_url)) == NAMES
    assert migrations.current(empty_database_url) == migrations.head() == NAMES[-1]
    assert migrations.upgrade(empty_database_url) == ()
    migrations.require_head(empty_database_url)


def test_tables_and_classes_agree(database_url: str) -> None:
    assert len(SQLModel.metadata.tables) >= 20
    assert migrations.differences(database_url) == ()


@pytest.mark.parametrize(
    ("spoil", "seen"),
    [
        ("ALTER TABLE organisation ADD COLUMN motto VARCHAR", "remove_column"),
        ("ALTER TABLE organisation DROP COLUMN short_name", "add_column"),
        ("CREATE TABLE stray (id INTEGER)", "remove_table"),
    ],
)
def test_a_difference_is_named(database: Database, database_url: str, spoil: str, seen: str) -> None:
    with database.writing() as session:
        session.execute(text(spoil))
    (difference,) = migrations.differences(database_url)
    assert seen in difference


def constraints(inspector: Inspector) -> dict[str, Any]:
    return {
        table: {
            "check": sorted((c["name"] or "", c["sqltext"]) for c in inspector.get_check_constraints(table)),
            "unique": sorted((c["name"] or "", *c["column_names"]) for c in inspector.get_unique_constraints(table)),
            "primary": inspector.get_pk_constraint(table)["name"],
            "foreign": sorted(
                (c["name"] or "", c["referred_table"], *c["constrained_columns"], *c["referred_columns"])
                for c in inspector.get_foreign_keys(table)
            ),
            "columns": [(c["name"], str(c["type"]), c["nullable"]) for c in inspector.get_columns(table)],
        }
        for table in sorted(inspector.get_table_names())
        if table != "alembic_version"
    }


def test_migrations_and_classes_make_the_same_tables_to_the_word(
    database_url: str, empty_database_url: str, request: pytest.FixtureRequest
) -> None:
    """Alembic compares a CHECK constraint by its name alone; this compares what it says."""
    if database_url.split(":", maxsplit=1)[0] != empty_database_url.split(":", maxsplit=1)[0]:
        return
    made = _engine(empty_database_url)
    SQLModel.metadata.create_all(made)
    migrated = _engine(database_url)
    assert constraints(inspect(migrated)) == constraints(inspect(made))
    for table in constraints(inspect(migrated)).values():
        assert table["primary"].startswith("pk_")
        assert all(name.startswith("ck_") for name, _ in table["check"])
        assert all(name.startswith("fk_") for name, *_ in table["foreign"])
        assert all(name.startswith("uq_") for name, *_ in table["unique"])
    made.dispose()
    migrated.dispose()


def _engine(url: str) -> Engine:
    return engines.migration_engine(engines.parse_url(url))


def test_programs_that_migrate_at_once_wait_for_one_another(empty_database_url: str) -> None:
    racing = [sys.executable, "-m", "tests.storage.racing", "upgrade", empty_database_url, "6"]
    done = subprocess.run(racing, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert sorted(map(int, done.stdout.split())) == [0, 0, 0, 0, 0, len(NAMES)]
    assert migrations.current(empty_database_url) == migrations.head()


def test_a_migration_that_fails_leaves_the_database_as_it_was(
    empty_database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: object) -> None:
        raise RuntimeError("the last step of the upgrade failed")

    monkeypatch.setattr(migrations, "_refuse_dangling_rows", fail)
    with pytest.raises(RuntimeError, match="the last step"):
        migrations.upgrade(empty_database_url)
    assert migrations.current(empty_database_url) is None
    engine = _engine(empty_database_url)
    assert inspect(engine).get_table_names() == []
    engine.dispose()


def test_every_migration_can_be_taken_back(database_url: str) -> None:
    engine = _engine(database_url)
    with engine.begin() as connection:
        migrations.command.downgrade(migrations._config(connection), "base")
    assert inspect(engine).get_table_names() == ["alembic_version"]
    engine.dispose()
    assert list(migrations.upgrade(database_url)) == NAMES


def test_dangling_rows_are_refused(sqlite_url: str) -> None:
    engine = _engine(sqlite_url)
    with engine.begin() as connection:
        connection.exec_driver_sql("INSERT INTO theme VALUES (7, 'A', 0, 'A theme of no version')")
        with pytest.raises(RuntimeError, match="rows without the row that they refer to"):
            migrations._refuse_dangling_rows(connection)
    engine.dispose()


def test_a_database_that_is_behind_says_what_to_do(empty_database_url: str) -> None:
    migrations.upgrade(empty_database_url)
    database = Database(empty_database_url)
    with database.writing() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '0001_measure_sets'"))
    database.dispose()
    with pytest.raises(DatabaseNotReadyError, match=r"its last migration is 0001_measure_sets, .*db upgrade"):
        migrations.require_head(empty_database_url)


def test_each_migration_is_a_numbered_sentence() -> None:
    assert [name[:4] for name in NAMES] == [f"{number:04}" for number in range(1, len(NAMES) + 1)]
    for file in migrations.FOLDER.glob("versions/[0-9]*.py"):
        assert f'revision = "{file.stem}"' in file.read_text()
        assert len(file.stem) <= 32  # what the database keeps of it
