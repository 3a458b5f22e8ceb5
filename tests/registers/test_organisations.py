"""Adding organisations: what is refused, and that the demo never stands beside a real one; by service and command."""

import json

import pytest
from typer.testing import CliRunner, Result

from svtracker.audit.rules.events import COMMAND_LINE, SERVE
from svtracker.cli import app
from svtracker.kernel.exceptions import DemoMixedError, OrganisationTakenError, RefusedError
from svtracker.registers import service
from svtracker.storage.engines import Database

REAL = {"name": "North Vale Council", "slug": "north-vale", "short_name": "North Vale"}


def add(database: Database, **changed: str) -> service.Organisation:
    with database.writing() as session:
        return service.add_organisation(session, **{**REAL, **changed}, is_demo=False, actor=COMMAND_LINE)


def load_demo(database: Database) -> service.Organisation:
    with database.writing() as session:
        return service.load_demo_council(session, actor=SERVE)


def names(database: Database) -> list[str]:
    with database.reading() as session:
        return [one.name for one in service.list_organisations(session)]


OTHER = {"name": "South Vale Council", "slug": "south-vale", "short_name": "South Vale"}


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"slug": "north-vale"}, "North Vale Council has the slug “north-vale” already"),
        ({"name": "NORTH VALE council"}, "North Vale Council has the name “NORTH VALE council” already"),
        ({"short_name": "north vale"}, "North Vale Council has the short name “north vale” already"),
    ],
)
def test_what_is_taken_is_refused(database: Database, changed: dict[str, str], said: str) -> None:
    add(database)
    with pytest.raises(OrganisationTakenError, match=f"No organisation was added: {said}.*organisations list"):
        add(database, **{**OTHER, **changed})
    assert names(database) == ["North Vale Council"]
    add(database, **OTHER)
    assert names(database) == ["North Vale Council", "South Vale Council"]


@pytest.mark.parametrize(
    "slug", ["", " ", "North", "north vale", "-north", "north-", "a--b", "ä", "a/b", "a" * 41, "é"]
)
def test_a_slug_that_cannot_stand_in_an_address(database: Database, slug: str) -> None:
    with pytest.raises(RefusedError, match=r"organisation: slug: saw .*; wanted lower-case letters"):
        add(database, slug=slug)
    assert names(database) == []


@pytest.mark.parametrize("name", ["", " ", " North", "North ", "No\nrth", "No\x00rth", "N" * 121])
def test_a_name_that_cannot_stand_on_a_page(database: Database, name: str) -> None:
    with pytest.raises(RefusedError) as caught:
        add(database, name=name, short_name=name)
    assert [problem.path for problem in caught.value.problems] == ["name", "short name"]
    assert names(database) == []


def test_a_real_organisation_never_joins_the_demo(database: Database) -> None:
    load_demo(database)
    with pytest.raises(DemoMixedError, match=r"holds the demo, Borough of Calderbrook.*SVTRACKER_DATABASE_URL"):
        add(database)
    assert names(database) == ["Borough of Calderbrook"]
    load_demo(database)
    assert names(database) == ["Borough of Calderbrook"]


@pytest.mark.parametrize("slug", ["north-vale", service.DEMO_SLUG])
def test_the_demo_never_joins_a_real_organisation(database: Database, slug: str) -> None:
    """Not even one that took the demo's slug."""
    add(database, slug=slug)
    with pytest.raises(DemoMixedError, match="The demo was not loaded: this database holds North Vale Council"):
        load_demo(database)
    assert names(database) == ["North Vale Council"]


@pytest.fixture
def command(database_url: str, monkeypatch: pytest.MonkeyPatch) -> Database:
    monkeypatch.setenv("SVTRACKER_DATABASE_URL", database_url)
    return Database(database_url)


def run(*words: str) -> Result:
    return CliRunner().invoke(app, ["organisations", *words])


ADD = ("add", "North Vale Council", "--slug", "north-vale", "--short-name", "North Vale")


class TestCommands:
    def test_add_and_list(self, command: Database) -> None:
        assert "There is no organisation yet" in run("list").stdout
        assert json.loads(run("list", "--json").stdout) == []
        done = run(*ADD)
        assert (done.exit_code, done.stdout, done.stderr) == (0, "added North Vale Council (north-vale)\n", "")
        assert run("list").stdout == "north-vale  North Vale Council (North Vale)\n"
        (listed,) = json.loads(run("list", "--json").stdout)
        assert {key: listed[key] for key in REAL} == REAL
        assert (listed["is_demo"], listed["created_at"][-6:]) == (False, "+00:00")
        command.dispose()

    def test_a_second_time_is_refused(self, command: Database) -> None:
        run(*ADD)
        done = run(*ADD)
        assert (done.exit_code, done.stdout) == (2, "")
        assert done.stderr.startswith("No organisation was added: North Vale Council has the slug")
        assert names(command) == ["North Vale Council"]
        command.dispose()

    def test_the_demo_is_marked_and_refuses_company(self, command: Database) -> None:
        load_demo(command)
        assert run("list").stdout == "calderbrook  Borough of Calderbrook (Calderbrook), the demo\n"
        done = run(*ADD)
        assert (done.exit_code, done.stdout) == (2, "")
        assert "this database holds the demo" in done.stderr
        command.dispose()

    def test_serving_the_demo_beside_a_real_organisation_is_refused(
        self, command: Database, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("uvicorn.run", lambda *_, **__: pytest.fail("it serves"))
        run(*ADD)
        done = CliRunner().invoke(app, ["serve", "--demo"])
        assert done.exit_code == 2
        assert "The demo was not loaded: this database holds North Vale Council." in done.stderr
        assert names(command) == ["North Vale Council"]
        command.dispose()
