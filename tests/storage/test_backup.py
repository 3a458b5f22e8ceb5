"""Backup and restore: what comes back, and what is left when something fails in the middle."""

import errno
import hashlib
import io
import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
import tracemalloc
import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event, inspect, text
from typer.testing import CliRunner, Result

from svtracker.audit.rules.events import COMMAND_LINE
from svtracker.cli import app
from svtracker.kernel.exceptions import (
    BackupNotWrittenError,
    BackupUnusableError,
    DatabaseDamagedError,
    DatabaseNotEmptyError,
    DatabaseNotReadyError,
    NotRestoredError,
)
from svtracker.registers import service as registers
from svtracker.registers import store
from svtracker.storage import archive, backup, migrations
from svtracker.storage.engines import Database
from tests.databases import address_of, create_database

ROOT = Path(__file__).parents[2]
NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
ODD = "ünal “&” <b>\t’\n\\ \U0001f600 e\u0301"
KINDS = ("sqlite", "postgresql")
KILLED = -signal.SIGKILL

Place = Callable[[str], str]


def run(url: str, *words: str) -> Result:
    return CliRunner().invoke(app, list(words), env={"SVTRACKER_DATABASE_URL": url})


@dataclass(frozen=True, slots=True)
class Ended:
    """How a process ended."""

    returncode: int
    stdout: str
    stderr: str


RunFaulty = Callable[..., Ended]


@pytest.fixture(scope="module")
def run_faulty() -> Iterator[RunFaulty]:
    """Runs svtracker with words and a fault in a process of its own; all of them fork from one."""
    command = [sys.executable, "-m", "tests.storage.faults", "fork"]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as forking:

        def ask(url: str, fault: tuple[str | int, ...], *words: str) -> Ended:
            forking.stdin.write(f"{json.dumps({'url': url, 'fault': fault, 'words': words})}\n")
            forking.stdin.flush()
            return Ended(**json.loads(forking.stdout.readline()))

        yield ask
        forking.stdin.close()


@contextmanager
def opened(url: str) -> Iterator[Database]:
    database = Database(url)
    try:
        yield database
    finally:
        database.dispose()


def tables_of(url: str) -> list[str]:
    """What stands in a place; a place without a file has nothing."""
    try:
        with opened(url) as database, database.reading() as session:
            return inspect(session.connection()).get_table_names()
    except DatabaseNotReadyError:
        return []


def add_council(database: Database, slug: str) -> store.Organisation:
    with database.writing() as session:
        return registers.add_organisation(
            session,
            slug=slug,
            name=f"{slug} Council",
            short_name=slug,
            is_demo=False,
            actor=COMMAND_LINE,
            clock=lambda: NOW,
        )


@pytest.fixture
def empty_place(request: pytest.FixtureRequest) -> Place:
    """An empty place of the kind that is asked for."""
    return lambda kind: request.getfixturevalue(f"empty_{kind}_url")


@pytest.fixture(scope="session")
def full_backup(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A backup with the measure sets and three councils, one of them with an odd name; nobody writes to it."""
    folder = tmp_path_factory.mktemp("full")
    url = f"sqlite:///{folder / 'full.db'}"
    migrations.upgrade(url)
    assert run(url, "frameworks", "load").exit_code == 0
    with opened(url) as database:
        for slug in ("arden", "wyre"):
            add_council(database, slug)
        with database.writing() as session:
            store.add_organisation(session, slug=ODD, name=ODD, short_name="", is_demo=False, created_at=NOW)
        backup.back_up(database, folder / "full.zip", clock=lambda: NOW)
    return folder / "full.zip"


@pytest.fixture(scope="session")
def small_backup(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A backup of a database with three councils and no more."""
    folder = tmp_path_factory.mktemp("small")
    url = f"sqlite:///{folder / 'small.db'}"
    migrations.upgrade(url)
    with opened(url) as database:
        for slug in ("arden", "wyre", "zetland"):
            add_council(database, slug)
        backup.back_up(database, folder / "small.zip", clock=lambda: NOW)
    return folder / "small.zip"


@pytest.fixture(params=KINDS)
def filled_url(request: pytest.FixtureRequest, full_backup: Path) -> str:
    """The address of a database that holds what the full backup holds."""
    url = request.getfixturevalue(f"empty_{request.param}_url")
    backup.restore(url, full_backup)
    return url


class TestRoundTrip:
    @pytest.mark.parametrize("target", KINDS)
    def test_every_row_comes_back_on_either_kind_of_database(
        self, filled_url: str, target: str, tmp_path: Path, request: pytest.FixtureRequest, full_backup: Path
    ) -> None:
        file = tmp_path / "again.zip"
        done = run(filled_url, "db", "backup", str(file))
        assert (done.exit_code, done.stderr) == (0, "")
        assert done.stdout.splitlines()[-1] == f"sha256 {hashlib.sha256(file.read_bytes()).hexdigest()}"
        url = self._other_place(request, target, tmp_path)
        done = run(url, "db", "restore", str(file))
        assert (done.exit_code, done.stderr) == (0, "")
        assert done.stdout.splitlines()[0].startswith("restored ")
        assert "each as its file says" in done.stdout
        with opened(url) as database:
            third = backup.back_up(database, tmp_path / "third.zip", clock=lambda: NOW)
        assert third == backup.check(full_backup)
        assert third.rows > 700
        assert {column.kind for table in third.tables for column in table.columns} == set(archive._KINDS)

    def test_what_is_written_afterwards_gets_a_number_of_its_own(self, filled_url: str) -> None:
        with opened(filled_url) as database:
            highest = max(one.id for one in self._councils(database))
            assert add_council(database, "after").id == highest + 1

    def test_odd_texts_and_times(self, filled_url: str) -> None:
        with opened(filled_url) as database:
            odd = self._councils(database)[-1]
        assert (odd.slug, odd.created_at, odd.is_demo) == (ODD, NOW, False)

    def test_a_backup_from_before_an_upgrade_is_brought_up_to_date(
        self, tmp_path: Path, empty_database_url: str
    ) -> None:
        old = f"sqlite:///{tmp_path / 'old.db'}"
        self._upgrade_to(old, "0001_measure_sets")
        with opened(old) as database:
            with database.writing() as session:
                session.execute(text("INSERT INTO measure_set (slug) VALUES ('kept')"))
            backup.back_up(database, tmp_path / "old.zip")
        done = run(empty_database_url, "db", "restore", str(tmp_path / "old.zip"))
        assert (done.exit_code, done.stderr) == (0, "")
        assert "ran 0002_organisations\n" in done.stdout
        assert f"migrations: at {migrations.head()}" in done.stdout
        with opened(empty_database_url) as database, database.reading() as session:
            assert session.execute(text("SELECT slug FROM measure_set")).scalars().all() == ["kept"]

    def test_the_file_is_for_its_owner_alone_and_one_state_gives_one_file(
        self, filled_url: str, tmp_path: Path
    ) -> None:
        with opened(filled_url) as database:
            for name in ("one.zip", "two.zip"):
                backup.back_up(database, tmp_path / name, clock=lambda: NOW)
        one, two = tmp_path / "one.zip", tmp_path / "two.zip"
        assert one.stat().st_mode & 0o777 == 0o600
        assert one.read_bytes() == two.read_bytes()

    def test_a_row_that_refers_to_a_later_row_of_its_own_table(self, empty_database_url: str) -> None:
        """References are checked when every row is there, in whatever order the rows come."""
        migrations.upgrade(empty_database_url)
        with opened(empty_database_url) as database, database.writing() as session:
            session.execute(text("CREATE TABLE chain (id INTEGER PRIMARY KEY, next INTEGER REFERENCES chain (id))"))
            with backup._references_checked_at_the_end(session.connection()):
                if session.connection().dialect.name == "postgresql":
                    session.execute(text("INSERT INTO chain VALUES (1, 2)"))
                    session.execute(text("INSERT INTO chain VALUES (2, NULL)"))
            nested = session.begin_nested()
            with pytest.raises(Exception, match=r"(?i)foreign key"):
                session.execute(text("INSERT INTO chain VALUES (3, 9)"))
            nested.rollback()

    @staticmethod
    def _other_place(request: pytest.FixtureRequest, kind: str, tmp_path: Path) -> str:
        if kind == "sqlite":
            return f"sqlite:///{tmp_path / 'restored' / 'restored.db'}"
        server = request.getfixturevalue("postgresql_server")
        return address_of(server, create_database(server))

    @staticmethod
    def _councils(database: Database) -> tuple[store.Organisation, ...]:
        with database.reading() as session:
            return store.list_organisations(session)

    @staticmethod
    def _upgrade_to(url: str, name: str) -> None:
        from svtracker.storage import engines

        engine = engines.migration_engine(engines.parse_url(url))
        with engine.begin() as connection:
            migrations.run(connection, to=name)
        engine.dispose()


class Writer:
    """A process that writes units of work when it is told to."""

    def __init__(self, url: str, label: str) -> None:
        self.label = label
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.storage.faults", "write", url, label],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.saved = self.told = 0

    def tell(self, units: int) -> None:
        self.told += units
        self.process.stdin.write(f"{units}\n")
        self.process.stdin.flush()

    def wait_for(self, saved: int) -> None:
        while self.saved < saved:
            line = self.process.stdout.readline()
            assert line, "the writer stopped"
            self.saved = int(line)

    def stop(self) -> None:
        self.wait_for(self.told)
        self.process.stdin.close()
        assert self.process.wait() == 0
        self.process.stdout.close()


@pytest.mark.parametrize("kind", KINDS)
def test_one_state_while_four_writers_write(
    kind: str, request: pytest.FixtureRequest, empty_place: Place, tmp_path: Path
) -> None:
    """Every row saved before the backup began is in it; of a unit of work all rows or none; writers go on."""
    url = request.getfixturevalue(f"{kind}_url")
    writers = [Writer(url, label) for label in "abcd"]
    for writer in writers:
        writer.tell(5)
    for writer in writers:
        writer.wait_for(5)
        writer.tell(20)  # still going on when the backup begins

    asked: list[str] = []

    def between_two_tables(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if "FROM measure_set" in statement:
            asked.append("measure_set")
            for writer in writers:
                writer.tell(10)
        elif re.search(r"FROM organisation(?!_)", statement):
            asked.append("organisation")
            for writer in writers:
                writer.wait_for(writer.told)

    event.listen(Engine, "before_cursor_execute", between_two_tables)
    try:
        assert run(url, "db", "backup", str(tmp_path / "b.zip")).exit_code == 0
    finally:
        event.remove(Engine, "before_cursor_execute", between_two_tables)
        for writer in writers:
            writer.stop()
    assert asked == ["measure_set", "organisation"]

    place = empty_place(kind)
    done = run(place, "db", "restore", str(tmp_path / "b.zip"))
    assert (done.exit_code, done.stderr) == (0, "")
    assert f"migrations: at {migrations.head()}" in done.stdout
    kept, now = units_of(place), units_of(url)
    for writer in writers:
        numbers = kept["measure_set"][writer.label]
        assert numbers == kept["organisation"][writer.label], "half of a unit of work"
        assert numbers == list(range(1, len(numbers) + 1)), "a unit of work without one before it"
        assert 5 <= len(numbers) <= 25
        assert now["measure_set"][writer.label] == now["organisation"][writer.label] == list(range(1, 36))


def units_of(url: str) -> dict[str, dict[str, list[int]]]:
    """The numbers of the units of work of each writer, by table."""
    found: dict[str, dict[str, list[int]]] = {}
    with opened(url) as database, database.reading() as session:
        for table in ("measure_set", "organisation"):
            found[table] = {label: [] for label in "abcd"}
            for slug in session.execute(text(f"SELECT slug FROM {table}")).scalars():
                label, _, number = slug.partition("-")
                found[table][label].append(int(number))
            for numbers in found[table].values():
                numbers.sort()
    return found


def points(last: str, statements: int) -> list[tuple[str, int]]:
    """Where to kill, once the last point has said how many statements come before it."""
    some = sorted({1, 2, statements // 4, statements // 2, statements})
    return [("statement", number) for number in some if number > 0] + [(last, 1)]


class TestKilled:
    """`kill -9` at the first, some, and the last moments; afterwards all is as before, and the next try works."""

    def test_in_the_middle_of_a_write(self, run_faulty: RunFaulty, database_url: str) -> None:
        load = ("frameworks", "load")
        last = run_faulty(database_url, ("kill", "commit", 1), *load)
        assert last.returncode == KILLED
        tried = points("commit", int(last.stderr))
        for point, number in tried:
            done = run_faulty(database_url, ("kill", point, number), *load)
            assert (done.returncode, done.stdout) == (KILLED, ""), (point, number)
            done = run(database_url, "db", "check")
            assert (done.exit_code, done.stderr) == (0, "")
            assert "measure sets: 0 versions" in done.stdout, (point, number)
        assert len(tried) >= 5
        assert run(database_url, *load).exit_code == 0
        assert "measure sets: 4 versions" in run(database_url, "db", "check").stdout

    @pytest.mark.parametrize("force", [False, True])
    def test_in_the_middle_of_a_backup(
        self, run_faulty: RunFaulty, filled_url: str, tmp_path: Path, force: bool
    ) -> None:
        folder = tmp_path / "backups"
        folder.mkdir()
        file = folder / "council.zip"
        if force:
            file.write_bytes(b"the backup of yesterday")
        words = ("db", "backup", str(file), *(["--force"] if force else []))
        last = "os.rename" if force else "os.link"
        first = run_faulty(filled_url, ("kill", last, 1), *words)
        assert (first.returncode, first.stdout) == (KILLED, "")
        tried = points(last, int(first.stderr))
        for point, number in tried:
            assert run_faulty(filled_url, ("kill", point, number), *words).returncode == KILLED, (point, number)
            if force:
                assert file.read_bytes() == b"the backup of yesterday"
            else:
                assert not file.exists()
        left = [path.name for path in folder.iterdir() if path != file]
        assert all(name.startswith(".council.zip.") and name.endswith(".part") for name in left)
        assert len(left) >= 2
        assert len(tried) >= 5
        assert run(filled_url, "db", "check").exit_code == 0
        assert run(filled_url, *words).exit_code == 0
        assert backup.check(file).rows > 700

    def test_in_the_middle_of_a_restore(
        self, run_faulty: RunFaulty, empty_database_url: str, full_backup: Path
    ) -> None:
        words = ("db", "restore", str(full_backup))
        last = "os.link" if empty_database_url.startswith("sqlite") else "commit"
        first = run_faulty(empty_database_url, ("kill", last, 1), *words)
        assert (first.returncode, first.stdout) == (KILLED, "")
        tried = points(last, int(first.stderr))
        for point, number in tried:
            assert run_faulty(empty_database_url, ("kill", point, number), *words).returncode == KILLED, (point, number)
            assert tables_of(empty_database_url) == [], (point, number)
        assert len(tried) >= 5
        done = run(empty_database_url, *words)
        assert (done.exit_code, done.stderr) == (0, "")


class TestDiskFull:
    @pytest.mark.parametrize("size", [0, 1, 20_000, 60_000])
    @pytest.mark.parametrize("force", [False, True])
    def test_while_backing_up(
        self, run_faulty: RunFaulty, filled_url: str, tmp_path: Path, size: int, force: bool
    ) -> None:
        if filled_url.startswith("sqlite") and size < 60_000:
            size = max(size, 33_000)  # SQLite's own shared memory file needs 32 KiB
        folder = tmp_path / "backups"
        folder.mkdir()
        file = folder / "council.zip"
        if force:
            file.write_bytes(b"the backup of yesterday")
        words = ("db", "backup", str(file), *(["--force"] if force else []))
        done = run_faulty(filled_url, ("limit", size), *words)
        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr == (
            f"No backup was written to {file}: File too large. Make room or name another place, and back up again.\n"
        )
        if force:
            assert file.read_bytes() == b"the backup of yesterday"
        assert list(folder.iterdir()) == ([file] if force else [])

    def test_a_device_that_takes_no_byte(self, filled_url: str) -> None:
        with opened(filled_url) as database:
            with (
                pytest.raises(OSError, match="No space left on device") as caught,
                Path("/dev/full").open("wb") as stream,
            ):
                backup.write(database, stream)
            assert caught.value.errno == errno.ENOSPC

    @pytest.mark.parametrize("size", [0, 40_000, 200_000])
    def test_while_restoring(self, run_faulty: RunFaulty, tmp_path: Path, full_backup: Path, size: int) -> None:
        folder = tmp_path / "place"
        folder.mkdir()
        done = run_faulty(f"sqlite:///{folder / 'a.db'}", ("limit", size), "db", "restore", str(full_backup))
        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr.startswith(f"Nothing was restored into {folder / 'a.db'}: ")
        assert "Traceback" not in done.stderr
        assert list(folder.iterdir()) == []


class TestWhereABackupGoes:
    def test_a_file_that_is_there_stays(self, database: Database, tmp_path: Path) -> None:
        file = tmp_path / "b.zip"
        file.write_bytes(b"the backup of yesterday")
        with pytest.raises(BackupNotWrittenError, match=r"there is a file of that name.*--force"):
            backup.back_up(database, file)
        assert file.read_bytes() == b"the backup of yesterday"
        backup.back_up(database, file, force=True)
        assert backup.check(file).migration == migrations.head()

    def test_a_file_that_somebody_else_wrote_meanwhile_stays(
        self, database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        file = tmp_path / "b.zip"
        monkeypatch.setattr(os, "fsync", lambda _: file.write_bytes(b"meanwhile"))
        with pytest.raises(BackupNotWrittenError, match="there is a file of that name"):
            backup.back_up(database, file)
        assert file.read_bytes() == b"meanwhile"
        assert {path.name for path in tmp_path.iterdir()} <= {"b.zip", "test.db", "test.db-wal", "test.db-shm"}

    @pytest.mark.parametrize("force", [False, True])
    def test_a_device_or_folder_is_never_replaced(self, database: Database, tmp_path: Path, force: bool) -> None:
        (tmp_path / "link").symlink_to(tmp_path / "elsewhere")
        for place in (Path("/dev/full"), tmp_path, tmp_path / "link"):
            with pytest.raises(BackupNotWrittenError, match="it is no ordinary file"):
                backup.back_up(database, place, force=force)
        assert Path("/dev/full").is_char_device()

    def test_a_folder_that_is_not_there(self, database: Database, tmp_path: Path) -> None:
        with pytest.raises(BackupNotWrittenError, match="No such file or directory"):
            backup.back_up(database, tmp_path / "none" / "b.zip")

    @pytest.mark.parametrize(
        "lose", [lambda handle: os.ftruncate(handle, 300), lambda handle: os.pwrite(handle, bytes(8), 120)]
    )
    def test_what_cannot_be_read_back_gets_no_name(
        self, database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lose: Callable[[int], object]
    ) -> None:
        """As where a disk says that it wrote and did not."""
        add_council(database, "arden")  # whose event comes first in the file
        folder = tmp_path / "backups"
        folder.mkdir()
        monkeypatch.setattr(os, "fsync", lose)
        with pytest.raises(BackupNotWrittenError, match="could not be read back"):
            backup.back_up(database, folder / "b.zip")
        assert list(folder.iterdir()) == []


class TestWhatCannotBeBackedUp:
    def test_a_database_without_tables(self, empty_postgresql_url: str, tmp_path: Path) -> None:
        done = run(empty_postgresql_url, "db", "backup", str(tmp_path / "b.zip"))
        assert (done.exit_code, done.stdout) == (2, "")
        assert "there is nothing in it to back up" in done.stderr
        assert list(tmp_path.iterdir()) == []

    def test_a_damaged_file_is_named(self, full_backup: Path, empty_sqlite_url: str, tmp_path: Path) -> None:
        backup.restore(empty_sqlite_url, full_backup)
        file = Path(empty_sqlite_url.removeprefix("sqlite:///"))
        data = bytearray(file.read_bytes())
        data[len(data) // 2 : len(data) // 2 + 6000] = bytes(6000)
        file.write_bytes(data)
        with opened(empty_sqlite_url) as database, pytest.raises(Exception) as caught:  # noqa: PT011
            backup.back_up(database, tmp_path / "b.zip")
        assert isinstance(caught.value, DatabaseDamagedError), caught.value
        assert not (tmp_path / "b.zip").exists()

    @pytest.mark.parametrize(
        ("change", "said"),
        [
            ("UPDATE organisation SET name = x'41'", "organisation.name holds b'A', where a text belongs"),
            ("UPDATE version SET price_year = 'then'", "version.price_year holds “then”, where a whole number belongs"),
            ("UPDATE version SET valid_from = 'soon'", "soon"),
        ],
    )
    def test_a_value_of_another_kind_is_named(
        self, change: str, said: str, full_backup: Path, empty_sqlite_url: str, tmp_path: Path
    ) -> None:
        backup.restore(empty_sqlite_url, full_backup)
        with opened(empty_sqlite_url) as database:
            with database.writing() as session:
                session.execute(text(change))
            with pytest.raises(DatabaseDamagedError, match=said):
                backup.back_up(database, tmp_path / "b.zip")
        assert not (tmp_path / "b.zip").exists()


class TestWhereARestoreGoes:
    def test_never_into_a_database_with_tables(self, database_url: str, small_backup: Path) -> None:
        before = tables_of(database_url)
        with pytest.raises(DatabaseNotEmptyError, match="is not empty"):
            backup.restore(database_url, small_backup)
        assert tables_of(database_url) == before

    @pytest.mark.parametrize("name", ["a.db", "a.db-wal", "a.db-shm", "a.db-journal"])
    def test_never_beside_what_is_left_of_another_one(self, tmp_path: Path, small_backup: Path, name: str) -> None:
        (tmp_path / name).write_bytes(b"")
        with pytest.raises(DatabaseNotEmptyError, match=f"there is a file {name}"):
            backup.restore(f"sqlite:///{tmp_path / 'a.db'}", small_backup)
        assert [path.name for path in tmp_path.iterdir()] == [name]

    def test_a_database_that_somebody_made_meanwhile_stays(
        self, tmp_path: Path, small_backup: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        file = tmp_path / "a.db"
        run_migrations = migrations.run

        def meanwhile(*arguments: Any, **more: Any) -> tuple[str, ...]:
            file.write_bytes(b"meanwhile")
            return run_migrations(*arguments, **more)

        monkeypatch.setattr(migrations, "run", meanwhile)
        with pytest.raises(DatabaseNotEmptyError):
            backup.restore(f"sqlite:///{file}", small_backup)
        assert [path.name for path in tmp_path.iterdir()] == ["a.db"]
        assert file.read_bytes() == b"meanwhile"

    def test_the_folder_is_made_and_nothing_is_left_beside(self, tmp_path: Path, small_backup: Path) -> None:
        file = tmp_path / "new" / "a.db"
        backup.restore(f"sqlite:///{file}", small_backup)
        assert list(file.parent.iterdir()) == [file]
        with closing(sqlite3.connect(file)) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def rewritten(file: Path, change: Callable[[dict[str, bytes]], None], *, rehash: bool = False) -> Path:
    """The same backup with other contents, as a sound archive; `rehash` also makes the manifest fit."""
    with zipfile.ZipFile(file) as whole:
        members = {name: whole.read(name) for name in whole.namelist()}
    change(members)
    if rehash:
        manifest = json.loads(members["manifest.json"])
        for table in manifest["tables"]:
            data = members[f"tables/{table['name']}.jsonl"]
            table.update(rows=data.count(b"\n"), sha256=hashlib.sha256(data).hexdigest())
        members["manifest.json"] = json.dumps(manifest).encode()
    changed = io.BytesIO()
    with zipfile.ZipFile(changed, "w") as archived:
        for name, data in members.items():
            archived.writestr(name, data)
    return write_beside(file, changed.getvalue())


def write_beside(file: Path, data: bytes) -> Path:
    changed = file.parent / f"changed-{hashlib.sha256(data).hexdigest()[:16]}.zip"
    changed.write_bytes(data)
    return changed


COUNCILS = "tables/organisation.jsonl"


def in_councils(change: Callable[[list[bytes]], list[bytes]]) -> Callable[[dict[str, bytes]], None]:
    def changing(members: dict[str, bytes]) -> None:
        members[COUNCILS] = b"".join(change(members[COUNCILS].splitlines(keepends=True)))

    return changing


def in_manifest(change: Callable[[dict[str, Any]], None]) -> Callable[[dict[str, bytes]], None]:
    def changing(members: dict[str, bytes]) -> None:
        manifest = json.loads(members["manifest.json"])
        change(manifest)
        members["manifest.json"] = json.dumps(manifest).encode()

    return changing


class TestFilesThatAreNoWholeBackup:
    def refused(self, file: Path, said: str, url: str) -> None:
        with pytest.raises(BackupUnusableError, match=said):
            backup.restore(url, file)
        assert tables_of(url) == []

    def test_a_file_that_was_cut_anywhere(self, small_backup: Path, empty_sqlite_url: str) -> None:
        data = small_backup.read_bytes()
        for length in [*range(0, len(data), 97), len(data) - 1]:
            self.refused(write_beside(small_backup, data[:length]), "is no backup of svtracker", empty_sqlite_url)

    def test_a_file_with_one_changed_byte_gives_the_same_rows_or_none(self, small_backup: Path) -> None:
        """Bytes that say nothing, as the time of day of a member, may change without harm."""
        data, wanted = small_backup.read_bytes(), backup.check(small_backup).tables
        refused = 0
        for place in range(0, len(data), 3):
            changed = bytearray(data)
            changed[place] ^= 0x55
            file = small_backup.parent / "flipped.zip"
            file.write_bytes(changed)
            try:
                assert backup.check(file).tables == wanted, place
            except BackupUnusableError as error:
                refused += error.file == str(file)
        assert refused > len(range(0, len(data), 3)) / 2

    @pytest.mark.parametrize(
        "change",
        [
            lambda rows: [rows[0].replace(b"arden", b"Arden"), *rows[1:]],
            lambda rows: rows[1:],
            lambda rows: [*rows, rows[0]],
            lambda rows: [rows[1], rows[0], rows[2]],
            lambda rows: [*rows[:2], rows[2][:-1]],
            lambda rows: [],
        ],
        ids=["changed", "deleted", "appended", "reordered", "last line cut", "none left"],
    )
    def test_rows_that_were_changed_are_named_by_their_table(
        self, small_backup: Path, empty_sqlite_url: str, change: Callable[[list[bytes]], list[bytes]]
    ) -> None:
        file = rewritten(small_backup, in_councils(change))
        self.refused(
            file, "the table organisation (are not those that were backed up|cannot be read)", empty_sqlite_url
        )

    @pytest.mark.parametrize(
        ("change", "said"),
        [
            (lambda manifest: manifest.update(migration="9999_later"), "the migration 9999_later.*does not know"),
            (lambda manifest: manifest.update(format_version=2), "format has the version 2, and this program reads 1"),
            (lambda manifest: manifest.update(format="minutes"), "is no backup of svtracker"),
            (lambda manifest: manifest.update(tables=manifest["tables"][1:]), "its contents and its manifest differ"),
            (lambda manifest: manifest["tables"][0].update(rows="1"), "does not say what a backup holds"),
            (lambda manifest: manifest["tables"][0].update(sha256="0" * 64), "are not those that were backed up"),
            (lambda manifest: manifest["tables"][0]["columns"][0].update(kind="odd"), "does not say what"),
            (
                lambda manifest: manifest["tables"][0]["columns"][0].update(kind="bytes"),
                r"its table \w+ is not the one",
            ),
            (lambda manifest: manifest["tables"].append(manifest["tables"][0]), r"names the table \w+ twice"),
            (lambda manifest: manifest.pop("taken_at"), "does not say what a backup holds"),
            (lambda manifest: manifest.clear(), "is no backup of svtracker"),
        ],
    )
    def test_a_manifest_that_does_not_fit(
        self, small_backup: Path, empty_sqlite_url: str, change: Callable[[dict[str, Any]], None], said: str
    ) -> None:
        self.refused(rewritten(small_backup, in_manifest(change)), said, empty_sqlite_url)

    @pytest.mark.parametrize(
        ("name", "data"), [("tables/other.jsonl", b""), ("../outside", b"x"), ("/etc/outside", b"x")]
    )
    def test_a_member_too_many(self, small_backup: Path, empty_sqlite_url: str, name: str, data: bytes) -> None:
        file = rewritten(small_backup, lambda members: members.update({name: data}))
        self.refused(file, "its contents and its manifest differ", empty_sqlite_url)

    @pytest.mark.parametrize(
        "row",
        [b"[]", b"{}", b"7", b"not json", b"\xff", b"[" * 5000, b"[1,2,3,4,5,6]", b'["a",true,1,"b","c","d","e"]'],
    )
    def test_a_row_that_does_not_fit_is_named_by_its_number(
        self, small_backup: Path, empty_database_url: str, row: bytes
    ) -> None:
        """As a hand might make it: everything fits but the row itself."""
        file = rewritten(small_backup, in_councils(lambda rows: [rows[0], row + b"\n"]), rehash=True)
        self.refused(file, "row 2 of the table organisation does not fit its columns", empty_database_url)

    def test_two_rows_of_one_key(self, small_backup: Path, empty_database_url: str) -> None:
        file = rewritten(small_backup, in_councils(lambda rows: [rows[0], rows[0]]), rehash=True)
        with pytest.raises(NotRestoredError, match=r"(?i)unique.*The place is as empty as before"):
            backup.restore(empty_database_url, file)
        assert tables_of(empty_database_url) == []

    def test_rows_in_another_order_are_another_table(self, small_backup: Path, empty_database_url: str) -> None:
        file = rewritten(small_backup, in_councils(lambda rows: rows[::-1]), rehash=True)
        self.refused(file, "the table organisation did not come back as it was", empty_database_url)

    def test_a_row_without_the_row_that_it_refers_to(self, full_backup: Path, empty_database_url: str) -> None:
        def without_sources(members: dict[str, bytes]) -> None:
            members["tables/source.jsonl"] = b""

        file = rewritten(full_backup, without_sources, rehash=True)
        with pytest.raises(NotRestoredError, match=r"measure.*source"):
            backup.restore(empty_database_url, file)
        assert tables_of(empty_database_url) == []

    @pytest.mark.parametrize("data", [b"", b"Minutes of the meeting\n" * 100, b"PK\x03\x04", bytes(1000)])
    def test_another_file(self, tmp_path: Path, empty_sqlite_url: str, data: bytes) -> None:
        (tmp_path / "b.zip").write_bytes(data)
        self.refused(tmp_path / "b.zip", "is no backup of svtracker", empty_sqlite_url)

    def test_another_archive_a_database_a_folder_and_nothing(
        self, tmp_path: Path, migrated_sqlite_file: Path, empty_sqlite_url: str
    ) -> None:
        with zipfile.ZipFile(tmp_path / "b.zip", "w") as other:
            other.writestr("minutes.txt", "Minutes")
        self.refused(tmp_path / "b.zip", "it has no manifest", empty_sqlite_url)
        self.refused(migrated_sqlite_file, "is no backup of svtracker", empty_sqlite_url)
        self.refused(tmp_path, "it is no file", empty_sqlite_url)
        self.refused(tmp_path / "none.zip", "there is no such file", empty_sqlite_url)

    def test_the_command_says_it_in_one_line(self, tmp_path: Path, empty_sqlite_url: str) -> None:
        (tmp_path / "b.zip").write_bytes(b"Minutes")
        done = run(empty_sqlite_url, "db", "restore", str(tmp_path / "b.zip"))
        assert (done.exit_code, done.stdout) == (2, "")
        assert done.stderr == (
            f"Nothing was restored from {tmp_path / 'b.zip'}: it is no backup of svtracker, or only the beginning of "
            "one. Take another copy of the backup, or an earlier backup.\n"
        )


def test_memory_stays_flat(tmp_path: Path, empty_sqlite_url: str, sqlite_url: str) -> None:
    """Files of 25 MiB altogether go out and come back in the room of a few of them."""
    with opened(sqlite_url) as database:
        with database.writing() as session:
            session.execute(text("INSERT INTO measure_set (id, slug) VALUES (1, 'large')"))
            for number in range(200):
                session.execute(
                    text(
                        "INSERT INTO version (measure_set_id, version, title, status, valid_from, price_year, licence,"
                        " about, file_name, file, sha256, loaded_at) VALUES (1, :version, 't', 'draft', '2026-01-01',"
                        " 2026, 'l', 'a', 'f', :file, 's', '2026-01-01 00:00:00.000000')"
                    ),
                    {"version": str(number), "file": bytes([number]) * 2**17},
                )
        tracemalloc.start()
        try:
            backup.back_up(database, tmp_path / "b.zip")
            written = tracemalloc.get_traced_memory()[1]
            tracemalloc.reset_peak()
            backup.restore(empty_sqlite_url, tmp_path / "b.zip")
            restored = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
    assert written < 10 * 2**20
    assert restored < 10 * 2**20


def test_every_column_of_every_table_has_a_form(database: Database) -> None:
    with database.reading() as session:
        connection = session.connection()
        for name in backup._table_names(connection):
            assert archive.columns_of(archive.table_of(connection, name))


@pytest.mark.usefixtures("database")
def test_a_backup_needs_an_address(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SVTRACKER_DATABASE_URL", f"sqlite:///{tmp_path / 'none.db'}")
    done = CliRunner().invoke(app, ["db", "backup", str(tmp_path / "b.zip")])
    assert (done.exit_code, done.stdout) == (2, "")
    assert "there is no such file" in done.stderr
    assert not (tmp_path / "b.zip").exists()
