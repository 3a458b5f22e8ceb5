"""`svtracker users`, as an operator types it."""

import json
import re
from pathlib import Path

import pytest
from sqlalchemy import text
from typer.testing import CliRunner, Result

from svtracker.audit import service as audit
from svtracker.audit.rules.events import COMMAND_LINE
from svtracker.cli import app
from svtracker.identity import service
from svtracker.registers import service as registers
from svtracker.storage.engines import Database

EMAIL = "wren.alder@north-vale.example"
PEOPLE = "name,email,roles\nRobin Ash,robin@x.example,viewer; lead evaluator\nJay Elm,jay@x.example,\n"


def run(*words: str | Path) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words])


def done(*words: str | Path) -> str:
    result = run(*words)
    assert (result.exit_code, result.stderr) == (0, "")
    return result.stdout


def refused(*words: str | Path) -> str:
    result = run(*words)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "Traceback" not in result.stderr
    return result.stderr


def add(*more: str, name: str = "Wren Alder", email: str = EMAIL) -> str:
    return done("users", "add", name, "--email", email, "--organisation", "north-vale", *more)


@pytest.fixture
def at(database: Database, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Database:
    """A council, and the settings of an installation."""
    monkeypatch.setenv("SVTRACKER_DATABASE_URL", database_url)
    monkeypatch.setenv("SVTRACKER_PUBLIC_ADDRESS", "https://sv.north-vale.example")
    with database.writing() as session:
        registers.add_organisation(
            session, slug="north-vale", name="North Vale Council", short_name="NV", is_demo=False, actor=COMMAND_LINE
        )
    return database


def test_the_first_administrator_signs_in(at: Database) -> None:
    said = add("--role", "administrator", "--role", "Policy Lead", "--link").splitlines()
    assert said[0] == "added Wren Alder to North Vale Council as administrator, policy lead"
    assert "72 hours" in said[1]
    token = said[2].removeprefix("https://sv.north-vale.example/links/")
    assert re.fullmatch(r"[\w-]{43}", token)
    service.use_set_password(at, token, "four quiet herons wade")
    found = service.attempt_sign_in(
        at, email=EMAIL, password="four quiet herons wade", address="192.0.2.1", user_agent=""
    )
    assert isinstance(found, service.SignedIn)


def test_a_list_as_words_and_as_json(at: Database) -> None:
    assert done("users", "list").startswith("There is nobody yet.")
    add("--role", "administrator")
    done(
        "users", "role", EMAIL, "lead evaluator", "--object", "tender:12", "--from", "2026-12-01", "--to", "2026-12-31"
    )
    assert done("users", "list", "--organisation", "north-vale") == (
        f"{EMAIL}  Wren Alder, active, never here: administrator (north-vale), "
        "lead evaluator of tender:12 from 2026-12-01 to 2026-12-31 (north-vale)\n"
    )
    (one,) = json.loads(done("users", "list", "--json"))
    assert (one["email"], one["organisation"], one["state"], one["has_password"]) == (
        EMAIL,
        "north-vale",
        "active",
        False,
    )
    assert one["roles"][1] == {
        "role": "lead evaluator",
        "organisation": "north-vale",
        "object": "tender:12",
        "from": "2026-12-01",
        "to": "2026-12-31",
    }


def test_roles_are_given_and_ended(at: Database) -> None:
    add("--role", "administrator")
    assert done("users", "role", EMAIL.upper(), "auditor", "--reason", "yearly") == "Wren Alder is now auditor\n"
    assert done("users", "role", EMAIL, "auditor", "--end") == "Wren Alder is no longer auditor\n"
    assert "last administrator" in refused("users", "role", EMAIL, "administrator", "--end")


def test_an_account_goes_through_its_states(at: Database) -> None:
    add("--role", "administrator")
    add(name="Robin Ash", email="robin@x.example")
    for word, state in (("lock", "locked"), ("unlock", "active"), ("disable", "disabled"), ("enable", "active")):
        assert done("users", word, "robin@x.example", "--reason", "leaves").endswith("the account of Robin Ash\n")
        assert f"Robin Ash, {state}," in done("users", "list")
    assert "last administrator" in refused("users", "disable", EMAIL, "--reason", "leaves")
    log = done("audit", "log", "--object", "account:2")
    assert log.count("because: leaves") == 4


def test_a_fresh_link_makes_the_one_before_useless(at: Database) -> None:
    add("--link")
    first, second = (done("users", "link", EMAIL).split()[-1].rpartition("/")[2] for _ in range(2))
    with at.reading() as session:
        assert service.link_of_token(session, first).state == "revoked"
        assert service.link_of_token(session, second).state == "open"


def test_erasing(at: Database) -> None:
    add("--role", "administrator")
    add(name="Robin Ash", email="robin@x.example")
    assert "erased the details of person 2" in done("users", "erase", "robin@x.example", "--reason", "asked for")
    assert "person 2  erased, disabled" in done("users", "list")
    assert "no account “robin@x.example”" in refused("users", "link", "robin@x.example")
    assert "unbroken" in done("db", "check")
    with at.reading() as session:
        assert "Robin" not in str(session.execute(text("SELECT * FROM audit_person")).all())


class TestAFile:
    def test_is_planned_then_imported_then_imported_already(self, at: Database, tmp_path: Path) -> None:
        file = tmp_path / "people.csv"
        file.write_text(PEOPLE)
        words = ("users", "import", file, "--organisation", "north-vale")
        plan = done(*words).splitlines()
        assert plan == [
            "line 2: Robin Ash, robin@x.example: added (viewer, lead evaluator)",
            "line 3: Jay Elm, jay@x.example: added",
            "2 people: 2 added, 0 roles given, 0 unchanged",
            "Nothing was saved. Run it with --commit to do this.",
        ]
        assert done("users", "list").startswith("There is nobody yet.")
        assert done(*words, "--commit").splitlines() == plan[:3]
        with at.reading() as session:
            before = audit.list_heads(session)
        assert "2 people: 0 added, 0 roles given, 2 unchanged" in done(*words, "--commit")
        with at.reading() as session:
            assert audit.list_heads(session) == before

    def test_with_faults_is_refused_as_a_whole(self, at: Database, tmp_path: Path) -> None:
        file = tmp_path / "people.csv"
        file.write_text(f"{PEOPLE}Ash,nobody,bishop\n")
        said = refused("users", "import", file, "--organisation", "north-vale", "--commit").splitlines()
        assert len(said) == 2
        assert f"{file}, line 4: email: saw “nobody”" in said[0]
        assert "roles: saw “bishop”; wanted one of policy lead" in said[1]
        assert done("users", "list").startswith("There is nobody yet.")

    @pytest.mark.parametrize(
        ("content", "said"),
        [(None, "no such file"), (b"\xff\xfe", "UTF-16"), (b"name\n", "no column “email”"), (b"", "saw nothing")],
    )
    def test_that_cannot_be_read_says_why(self, at: Database, tmp_path: Path, content: bytes | None, said: str) -> None:
        file = tmp_path / "people.csv"
        if content is not None:
            file.write_bytes(content)
        assert said in refused("users", "import", file, "--organisation", "north-vale")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["add", "Wren", "--email", EMAIL, "--organisation", "nowhere"], "There is no organisation “nowhere”"),
        (["add", "Wren", "--email", EMAIL, "--organisation", "north-vale", "--role", "bishop"], "“bishop” is no role"),
        (["add", "", "--email", "x", "--organisation", "north-vale"], "person: email: saw “x”"),
        (["add", "Wren", "--email", "there@x.example", "--organisation", "north-vale"], "one with the address"),
        (["list", "--organisation", "nowhere"], "no organisation"),
        (["link", "nobody@x.example"], "There is no account “nobody@x.example”"),
        (["lock", "there@x.example"], "--reason"),
        (["lock", "there@x.example", "--reason", " "], "say why"),
        (["role", "there@x.example", "viewer", "--object", "tender"], "KIND:ID"),
        (["role", "there@x.example", "viewer", "--object", "tender:7"], "for a whole organisation"),
        (["role", "there@x.example", "viewer", "--end"], "no role of this person"),
        (["role", "there@x.example", "evaluator", "--from", "monday"], "monday"),
        (["role", "there@x.example", "evaluator", "--from", "2026-12-02", "--to", "2026-12-01"], "before it begins"),
    ],
)
def test_what_is_wrong_is_said(at: Database, words: list[str], said: str) -> None:
    add(name="There", email="there@x.example")
    # Long lines are wrapped in the frame of a usage error.
    assert said in " ".join(refused("users", *words).split())
