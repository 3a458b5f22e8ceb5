"""`svtracker audit`, as an auditor types it."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text
from typer.testing import CliRunner, Result

from svtracker.audit import service
from svtracker.audit.rules.events import COMMAND_LINE, Actor, ActorKind, Change, Entry, Event, hash_of
from svtracker.cli import app
from svtracker.registers import service as registers
from svtracker.storage.engines import Database

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def run(*words: str | Path) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words])


@pytest.fixture
def recorded(database: Database, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Database:
    """A demo council, a person of it, and a mark that the person gave."""
    monkeypatch.setenv("SVTRACKER_DATABASE_URL", database_url)
    with database.writing() as session:
        council = registers.load_demo_council(session, actor=COMMAND_LINE, clock=lambda: NOON)
        person = service.add_person(
            session, organisation_id=council.id, name="Wren Alder", email=None, actor=COMMAND_LINE, clock=lambda: NOON
        )
        service.record(
            session,
            Event(
                organisation_id=council.id,
                at=NOON.replace(day=23),
                actor=Actor(kind=ActorKind.PERSON, person_id=person.id, role="evaluator"),
                what="mark_given",
                object_kind="bid",
                object_id="A",
                changes={"mark": Change(old=3, new=4), "final": Change(new=True)},
                reason="clear plan\n2026-11-24 00:00:00 UTC  a forged line",
            ),
        )
    return database


LAST = [
    "2026-11-23 12:00:00 UTC  Borough of Calderbrook 3  Wren Alder, evaluator: mark given, bid A",
    "    final: nothing -> yes",
    "    mark: 3 -> 4",
    "    because: clear plan 2026-11-24 00:00:00 UTC  a forged line",
]


def test_events_are_listed_in_their_order(recorded: Database) -> None:
    lines = run("audit", "log").stdout.splitlines()
    assert [line for line in lines if not line.startswith(" ")] == [
        "2026-11-22 12:00:00 UTC  Borough of Calderbrook 1  command line: organisation added, organisation calderbrook",
        "2026-11-22 12:00:00 UTC  Borough of Calderbrook 2  command line: person added, person 1",
        LAST[0],
    ]
    assert lines[1:4] == [
        "    is_demo: nothing -> yes",
        "    name: nothing -> Borough of Calderbrook",
        "    short_name: nothing -> Calderbrook",
    ]


@pytest.mark.parametrize("words", [["--object", "bid:A"], ["--since", "2026-11-23"]])
def test_a_part_of_them(recorded: Database, words: list[str]) -> None:
    assert run("audit", "log", *words).stdout.splitlines() == LAST


def test_nothing_that_fits_is_said(recorded: Database) -> None:
    assert run("audit", "log", "--since", "2030-01-01").stdout == "No event that fits.\n"
    assert json.loads(run("audit", "log", "--object", "bid:B", "--json").stdout) == {"form": 1, "events": []}


@pytest.mark.parametrize(
    ("words", "said"),
    [(["--object", "bid"], "KIND:ID"), (["--object", ":A"], "KIND:ID"), (["--since", "monday"], "monday")],
)
def test_what_cannot_be_read_is_said(recorded: Database, words: list[str], said: str) -> None:
    done = run("audit", "log", *words)
    assert (done.exit_code, done.stdout) == (2, "")
    assert said in done.stderr


def test_the_json_proves_the_chain(recorded: Database) -> None:
    """An auditor who has only the listing computes the same hashes."""
    events = json.loads(run("audit", "log", "--json").stdout)["events"]
    previous = "0" * 64
    for one in events:
        fields = {"organisation_id": one.pop("organisation"), **one}
        entry = Entry(**{name: fields[name] for name in Entry.__dataclass_fields__})
        assert hash_of(entry) == one["hash"]
        assert one["previous"] == previous
        assert json.loads(one["changes"]) == one["fields"]
        previous = one["hash"]
    assert [one["actor"] for one in events] == ["command line", "command line", "Wren Alder"]


def test_an_erased_person_stays_a_number(recorded: Database) -> None:
    with recorded.writing() as session:
        service.erase_person(session, 1, actor=COMMAND_LINE, reason="asked for", clock=lambda: NOON)
    listed = run("audit", "log").stdout
    assert "Borough of Calderbrook 3  erased person 1, evaluator: mark given, bid A" in listed
    assert "Wren" not in listed


def test_loading_measure_sets_is_recorded_with_its_reason(recorded: Database) -> None:
    assert run("frameworks", "load", "--reason", "yearly review").exit_code == 0
    lines = run("audit", "log", "--object", "version:open-toms@2021.1").stdout.splitlines()
    assert lines[0].endswith("UTC  all 3  command line: version loaded, version open-toms@2021.1")
    assert lines[1].startswith("    sha256: nothing -> ")
    assert lines[2:] == ["    status: nothing -> released", "    because: yearly review"]


def test_the_check_of_the_database_proves_the_chains(recorded: Database) -> None:
    with recorded.reading() as session:
        (head,) = service.list_heads(session)
    wanted = f"audit of organisation 1: 3 events, unbroken, the last with hash {head.hash}"
    assert run("db", "check").stdout.splitlines()[-1] == wanted
    with recorded.writing() as session:
        session.execute(text("UPDATE audit_event SET reason = 'none' WHERE sequence = 3"))
    done = run("db", "check")
    assert (done.exit_code, done.stdout) == (2, "")
    assert "audit of organisation 1: event 3: saw an event that does not have its hash" in done.stderr


class TestShow:
    def test_one_object_as_its_events_tell_it(self, recorded: Database) -> None:
        assert run("audit", "show", "bid", "A").stdout.splitlines() == [
            "bid A as known, from 1 event, the last at 2026-11-23 12:00:00 UTC",
            "    final: yes (since 2026-11-23 12:00:00 UTC)",
            "    mark: 4 (since 2026-11-23 12:00:00 UTC)",
            "    contradiction: the event of 2026-11-23 12:00:00 UTC says that mark was 3; "
            "the events before it say nothing",
        ]

    @pytest.mark.parametrize(
        ("day", "said"),
        [
            ("2026-11-22", "Nothing was recorded about bid A at the end of 2026-11-22 (UTC)."),
            ("2026-11-23", "bid A as known at the end of 2026-11-23 (UTC), from 1 event, the last at 2026-11-23 12:00"),
        ],
    )
    def test_as_known_on_a_day(self, recorded: Database, day: str, said: str) -> None:
        assert run("audit", "show", "bid", "A", "--on", day).stdout.startswith(said)

    def test_as_json(self, recorded: Database) -> None:
        told = json.loads(run("audit", "show", "bid", "A", "--on", "2026-11-23", "--json").stdout)
        place = {"organisation": 1, "sequence": 3, "at": "2026-11-23T12:00:00.000000Z"}
        assert told["known"] == {
            "on": "2026-11-23",
            "events": 1,
            "last": place,
            "fields": {"final": {"value": True, "told_by": place}, "mark": {"value": 4, "told_by": place}},
            "contradictions": [{"field": "mark", "told_by": place, "said": 3, "known": None}],
        }
        assert [one["actor"] for one in told["events"]] == ["Wren Alder"]

    @pytest.mark.parametrize("words", [["bid", "B"], ["starship", "A"], ["bid", ""], ["bid", "A' OR 1=1 --"]])
    def test_what_no_event_tells_of(self, recorded: Database, words: list[str]) -> None:
        done = run("audit", "show", *words)
        assert (done.exit_code, done.stdout) == (2, "")
        assert f"There is no event about “{' '.join(words)}”. Look for the object in the record" in done.stderr

    def test_a_day_that_is_none(self, recorded: Database) -> None:
        done = run("audit", "show", "bid", "A", "--on", "soon")
        assert done.exit_code == 2
        assert "soon" in done.stderr


class TestSample:
    def test_a_pack_is_written_and_the_same_again(self, recorded: Database, tmp_path: Path) -> None:
        done = run("audit", "sample", "--seed", "s", "--size", "2", "-o", tmp_path / "one.zip")
        assert done.stdout == f"2 of 3 events are in {tmp_path / 'one.zip'}.\n"
        run("audit", "sample", "--seed", "s", "--size", "2", "-o", tmp_path / "two.zip")
        assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()

    @pytest.mark.parametrize(
        ("words", "said"),
        [
            (["--to", "2026-11-22"], "2 of 2 events"),
            (["--from", "2026-11-23"], "1 of 1 events"),
            (["--from", "2026-11-23", "--to", "2026-11-23"], "1 of 1 events"),
            (["--to", "9999-12-31"], "3 of 3 events"),
            (["--organisation", "calderbrook"], "3 of 3 events"),
        ],
    )
    def test_of_some_days_or_one_organisation(
        self, recorded: Database, tmp_path: Path, words: list[str], said: str
    ) -> None:
        done = run("audit", "sample", "--seed", "s", "--size", "9", "-o", tmp_path / "pack.zip", *words)
        assert done.stdout.startswith(said)

    @pytest.mark.parametrize(
        ("words", "said"),
        [
            (["--seed", " ", "--size", "1"], "--seed"),
            (["--seed", "s", "--size", "0"], "--size"),
            (["--seed", "s", "--size", "1001"], "--size"),
            (["--seed", "s", "--size", "x"], "--size"),
            (["--seed", "s"], "--size"),
            (["--seed", "s", "--size", "1", "--from", "2026-11-23", "--to", "2026-11-22"], "before the first"),
            (["--seed", "s", "--size", "1", "--from", "soon"], "soon"),
            (["--seed", "s", "--size", "1", "--organisation", "nowhere"], "no organisation “nowhere”"),
        ],
    )
    def test_what_cannot_be_drawn_writes_nothing(
        self, recorded: Database, tmp_path: Path, words: list[str], said: str
    ) -> None:
        done = run("audit", "sample", "-o", tmp_path / "pack.zip", *words)
        assert (done.exit_code, done.stdout) == (2, "")
        assert said in done.stderr
        assert list(tmp_path.glob("*.zip")) == []

    def test_a_file_that_is_there_stays(self, recorded: Database, tmp_path: Path) -> None:
        (tmp_path / "pack.zip").write_text("mine")
        done = run("audit", "sample", "--seed", "s", "--size", "1", "-o", tmp_path / "pack.zip")
        assert (done.exit_code, (tmp_path / "pack.zip").read_text()) == (2, "mine")
        assert "File exists" in done.stderr
