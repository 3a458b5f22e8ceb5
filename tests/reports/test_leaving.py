"""Everything about one organisation, nothing of another, no secret, and no table forgotten; on both databases."""

import csv
import hashlib
import importlib
import io
import json
import pkgutil
import re
import subprocess
import sys
import zipfile
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import text
from sqlmodel import SQLModel

import svtracker
from svtracker.audit.rules.events import COMMAND_LINE
from svtracker.identity import service
from svtracker.identity.rules.roles import Role
from svtracker.identity.service import links
from svtracker.registers import service as registers
from svtracker.reports.leaving import exported_tables, reason_left_out, write_export
from svtracker.storage.base import LEFT_OUT, SECRET, left_out
from svtracker.storage.engines import Database
from svtracker.storage.ownership import path_to_owner, rows_of
from tests.identity import people
from tests.identity.people import PASSWORD, HandClock

for _module in pkgutil.walk_packages(svtracker.__path__, "svtracker."):
    if _module.name.endswith(".tables"):
        importlib.import_module(_module.name)

# Columns whose name sounds like a secret and that are none, each with the reason.
NO_SECRETS = {
    ("account", "password_set_at"): "a time",
    ("audit_event", "hash"): "proves the event",
    ("audit_head", "hash"): "proves the chain",
    ("audit_person", "sha256"): "cannot be guessed without the salt",
    ("bid", "file_sha256"): "proves the workbook",
    ("bid", "nonce"): "needed to prove the bid once it is open; before that the bid is left out",
    ("bid", "sha256"): "proves the bid",
    ("mark", "nonce"): "needed to prove the mark once nothing is sealed; before that the mark is left out",
    ("contract", "framework_sha256"): "names the version of the measures",
    ("mark", "sha256"): "proves the mark",
    ("published_award", "key"): "the name of an award",
    ("published_release", "key"): "the name of a release",
    ("published_release", "sha256"): "proves the release",
    ("source", "key"): "the name of a source",
    ("tender_decision", "sha256"): "proves the result",
    ("tender_edition", "sha256"): "proves what was published",
    ("version", "sha256"): "proves the file",
}
SOUNDS = re.compile("hash|token|csrf|secret|salt|nonce|verifier|password|key|sha256")


class Pack:
    """An export as somebody reads it who has nothing but the file."""

    def __init__(self, data: bytes) -> None:
        self.archive = zipfile.ZipFile(io.BytesIO(data))
        self.index: dict[str, Any] = json.loads(self.archive.read("datapackage.json"))
        self.resources = {one["name"]: one for one in self.index["resources"]}

    def rows(self, table: str) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.archive.read(f"json/{table}.jsonl").splitlines()]

    def csv(self, table: str) -> list[dict[str, str]]:
        return list(csv.DictReader(io.StringIO(self.archive.read(f"csv/{table}.csv").decode("utf-8-sig"))))

    @property
    def all_bytes(self) -> bytes:
        return b"\n".join(self.archive.read(name) for name in self.archive.namelist())


@pytest.fixture(autouse=True)
def _quick_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    people.hash_quickly(monkeypatch)


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def two(database: Database, clock: HandClock) -> tuple[int, int]:
    """Two organisations with everything that one can have: people, roles, sessions, links, messages, policy."""
    found = []
    for slug in ("north-vale", "south-vale"):
        number = people.add_council(database, slug)
        email = f"wren@{slug}.example"
        wren = people.add_user(database, number, Role.ADMINISTRATOR, name=f"Wren of {slug}", email=email)
        people.set_password(database, wren, clock)
        service.attempt_sign_in(
            database, email=email, password=PASSWORD, address="192.0.2.1", user_agent="", clock=clock
        )
        with database.writing() as session:
            links.send_password_link(
                session, person_id=wren.person_id, organisation_id=number, actor=COMMAND_LINE, clock=clock
            )
            stored = registers.get_policy(session, number)
            registers.change_settings(
                session,
                number,
                name=f"={slug} Council",
                short_name=slug,
                policy=stored.policy,
                actor=COMMAND_LINE,
                version=stored.version,
                clock=clock,
            )
        found.append(number)
    return found[0], found[1]


def exported(database: Database, number: int, clock: HandClock) -> Pack:
    stream = io.BytesIO()
    with database.reading() as session:
        write_export(session, registers.get_organisation(session, number), stream, clock=clock)
    return Pack(stream.getvalue())


def test_no_table_is_forgotten(database: Database, two: tuple[int, int], clock: HandClock) -> None:
    pack = exported(database, two[0], clock)
    left_out = {one["table"]: one["reason"] for one in pack.index["left_out"]}
    assert pack.resources.keys() | left_out.keys() == set(SQLModel.metadata.tables)
    assert pack.resources.keys() & left_out.keys() == set()
    assert len(pack.resources) >= 10


def test_what_is_left_out_says_why() -> None:
    """A new table that belongs to no organisation is marked with `left_out` where it is defined, with the reason."""
    silent = [table.name for table, reason in exported_tables() if reason == "It belongs to no organisation."]
    assert silent == []
    marked = [table for table in SQLModel.metadata.tables.values() if LEFT_OUT in table.info]
    assert [table.name for table in marked if len(str(table.info[LEFT_OUT])) < 20] == []


def test_what_sounds_like_a_secret_is_one_or_is_listed_here() -> None:
    sounding = {
        (table.name, column.name)
        for table, reason in exported_tables()
        if reason is None
        for column in table.columns
        if SOUNDS.search(column.name) and SECRET not in column.info
    }
    assert sounding - NO_SECRETS.keys() == set(), "mark the column with `secret`, or list it with its reason"
    known = {(table.name, column.name) for table in SQLModel.metadata.tables.values() for column in table.columns}
    assert NO_SECRETS.keys() - known == set(), "no such column"


def test_every_row_of_the_organisation_is_in_it_and_none_of_the_other(
    database: Database, two: tuple[int, int], clock: HandClock
) -> None:
    """Counted once more by hand: by the column alone where a table has it."""
    packs = [exported(database, number, clock) for number in two]
    for name, resource in packs[0].resources.items():
        table = SQLModel.metadata.tables[name]
        column = "id" if name == "organisation" else "organisation_id"
        if column not in table.c:
            continue
        with database.reading() as session:
            wanted = [
                session.execute(text(f"SELECT count(*) FROM {name} WHERE {column} = {number}")).scalar_one()
                for number in two
            ]
        assert [len(pack.rows(name)) for pack in packs] == wanted, name
        assert resource["rows"] == wanted[0]
        assert {row[column] for row in packs[0].rows(name)} <= {two[0]}
    filled = [name for name, one in packs[0].resources.items() if one["rows"]]
    assert len(filled) >= 9, filled
    assert b"south-vale" not in packs[0].all_bytes
    assert b"north-vale" in packs[0].all_bytes


def test_no_secret_is_in_it(database: Database, two: tuple[int, int], clock: HandClock) -> None:
    data = exported(database, two[0], clock).all_bytes.decode()
    with database.reading() as session:
        secrets = [
            value
            for asked in (
                "SELECT password_hash FROM account",
                "SELECT email_key FROM account",
                "SELECT token_sha256 FROM sign_in_session",
                "SELECT csrf FROM sign_in_session",
                "SELECT sha256 FROM link_token",
                "SELECT salt FROM audit_person",
            )
            for value in session.execute(text(asked)).scalars()
        ]
    assert len(secrets) >= 12
    assert [one for one in secrets if one in data] == []
    assert "argon2" not in data
    assert PASSWORD not in data


def test_json_holds_what_is_there_and_csv_runs_in_no_spreadsheet(
    database: Database, two: tuple[int, int], clock: HandClock
) -> None:
    pack = exported(database, two[0], clock)
    (row,) = pack.rows("organisation")
    assert (row["name"], row["is_demo"], row["created_at"]) == (
        "=north-vale Council",
        False,
        "2026-11-22T12:00:00.000000Z",
    )
    (line,) = pack.csv("organisation")
    assert (line["name"], line["is_demo"]) == ("'=north-vale Council", "false")
    (policy,) = pack.rows("organisation_policy")
    assert policy["high_percent"] == "50"
    assert pack.csv("organisation_policy")[0]["high_percent"] == "50"


def test_the_index_says_what_each_file_and_column_is(
    database: Database, two: tuple[int, int], clock: HandClock
) -> None:
    pack = exported(database, two[0], clock)
    for name, one in pack.resources.items():
        assert one["description"], name
        assert hashlib.sha256(pack.archive.read(one["path"])).hexdigest() == one["sha256"]
        assert hashlib.sha256(pack.archive.read(one["json"]["path"])).hexdigest() == one["json"]["sha256"]
        fields = one["schema"]["fields"]
        assert all(field["description"] and field["type"] for field in fields)
        assert all(set(row) == {field["name"] for field in fields} for row in pack.rows(name))
    (state,) = [one for one in pack.resources["account"]["schema"]["fields"] if one["name"] == "state"]
    assert state["constraints"]["enum"] == ["active", "locked", "disabled"]
    assert {one["column"] for one in pack.resources["account"]["left_out"]} == {
        "email_key",
        "password_hash",
        "federated_key",
    }
    assert "Rows that all organisations share are left out." in pack.resources["audit_event"]["description"]


def test_the_record_can_be_proven_with_what_the_text_says_and_nothing_else(
    database: Database, two: tuple[int, int], clock: HandClock, tmp_path: Path
) -> None:
    pack = exported(database, two[0], clock)
    pack.archive.extractall(tmp_path)
    read_me = (tmp_path / "README.txt").read_text()
    program = dedent(read_me[read_me.index("    import hashlib") : read_me.index("  Compare the length")])

    def run() -> str:
        done = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=True)
        return done.stdout

    with database.reading() as session:
        head = session.execute(text(f"SELECT sequence, hash FROM audit_head WHERE chain = {two[0]}")).one()
    assert run() == f"{head[0]} events: the chain is whole {head[1]}\n"
    file = tmp_path / "json" / "audit_event.jsonl"
    whole = file.read_text().splitlines(keepends=True)
    for broken in (whole[:-1], whole[1:], [whole[0].replace('"what": "', '"what": "not_'), *whole[1:]]):
        file.write_text("".join(broken))
        assert "THE CHAIN IS BROKEN" in run()


def test_memory_stays_flat(database: Database, two: tuple[int, int], clock: HandClock) -> None:
    """Rows are fetched a few at a time, never all."""
    with database.writing() as session:
        for number in range(1_200):
            session.execute(
                text(
                    "INSERT INTO role_grant (person_id, organisation_id, role, created_at, by_provider) "
                    f"VALUES (1, {two[0]}, 'viewer', '2026-11-22', {'false' if number else 'true'})"
                )
            )
    asked: list[Any] = []
    with database.reading() as session:
        sa.event.listen(session, "do_orm_execute", lambda state: asked.append(state.execution_options.get("yield_per")))
        found = write_export(session, registers.get_organisation(session, two[0]), io.BytesIO(), clock=clock)
    assert found.rows["role_grant"] == 1_201
    # The first say whose they are, and what is sealed.
    assert set(asked[3:]) <= {500, 5}
    assert len(asked) > 20


class TestOwnership:
    def test_a_row_belongs_to_the_organisation_of_what_it_hangs_on(self) -> None:
        metadata = sa.MetaData()
        sa.Table("organisation", metadata, sa.Column("id", sa.Integer, primary_key=True))
        column, refers = sa.Column, sa.ForeignKey
        sa.Table(
            "shared",
            metadata,
            column("id", sa.Integer, primary_key=True),
            column("organisation_id", sa.ForeignKey("organisation.id"), nullable=True),
        )
        sa.Table(
            "own",
            metadata,
            column("id", sa.Integer, primary_key=True),
            column("organisation_id", refers("organisation.id"), nullable=False),
        )
        child = sa.Table(
            "child",
            metadata,
            column("id", sa.Integer, primary_key=True),
            column("a_shared_id", refers("shared.id"), nullable=False),
            column("own_id", refers("own.id"), nullable=False),
            column("partner_id", refers("organisation.id"), nullable=False),
            column("above_id", refers("child.id"), nullable=True),
        )
        grandchild = sa.Table(
            "grandchild",
            metadata,
            column("id", sa.Integer, primary_key=True),
            column("child_id", refers("child.id"), nullable=False),
        )
        alone = sa.Table("alone", metadata, column("partner_id", refers("organisation.id"), primary_key=True))
        for table, wanted in ((metadata.tables["own"], []), (child, ["own"]), (grandchild, ["child", "own"])):
            path = path_to_owner(table)
            assert path is not None
            assert [one.referred_table.name for one in path] == wanted
        assert path_to_owner(alone) is None
        assert reason_left_out(alone) == "It belongs to no organisation."
        engine = sa.create_engine("sqlite://")
        metadata.create_all(engine)
        with engine.begin() as connection:
            connection.execute(sa.text("INSERT INTO organisation VALUES (1), (2)"))
            connection.execute(sa.text("INSERT INTO shared VALUES (1, NULL)"))
            connection.execute(sa.text("INSERT INTO own VALUES (1, 1), (2, 2)"))
            connection.execute(sa.text("INSERT INTO child VALUES (1, 1, 1, 2, NULL), (2, 1, 2, 1, 1), (3, 1, 1, 1, 2)"))
            connection.execute(sa.text("INSERT INTO grandchild VALUES (10, 1), (20, 2), (30, 3)"))
            assert connection.execute(rows_of(grandchild, 1, grandchild.c.id)).scalars().all() == [10, 30]
            assert connection.execute(rows_of(grandchild, 2, grandchild.c.id)).scalars().all() == [20]
        with pytest.raises(ValueError, match="belong to no organisation"):
            rows_of(alone, 1)
        engine.dispose()

    def test_a_table_that_hangs_on_one_that_is_left_out_is_left_out_too(self) -> None:
        metadata = sa.MetaData()
        refers = sa.ForeignKey
        sa.Table("above", metadata, sa.Column("id", sa.Integer, primary_key=True), **left_out("It is a test of that."))
        child = sa.Table("child", metadata, sa.Column("above_id", refers("above.id"), primary_key=True))
        assert reason_left_out(child) == "It hangs on above. It is a test of that."
