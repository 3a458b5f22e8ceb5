"""The pages of the record as an auditor meets them, on both databases: words, walls, parts, files, bad addresses."""

import csv
import io
import json
import shutil
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from fastapi import FastAPI, Request
from openpyxl import load_workbook
from starlette.testclient import TestClient

from svtracker.audit import service
from svtracker.audit.rules.events import COMMAND_LINE, Actor, ActorKind, Change, Event
from svtracker.audit.rules.known import known_on
from svtracker.audit.service import Told
from svtracker.frameworks.rules.selection import Selection
from svtracker.identity.rules.roles import Role
from svtracker.identity.rules.sessions import How
from svtracker.identity.service import CurrentSession
from svtracker.registers import service as registers
from svtracker.registers.rules.policy import DEFAULT
from svtracker.storage.engines import Database
from svtracker.web.guard import Viewer, guard
from svtracker.web.pages.audit import LONGEST_HISTORY, MOST_CONTRADICTIONS, object_href, told_page
from svtracker.web.pages.frameworks import version_page
from tests.databases import address_of, create_database
from tests.frameworks.sample_set import LATER, read
from tests.guards.html_rules import ParsedPage, parse, words
from tests.web.installation import application, client_of

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
LONG = "f" * 64
SCRIPT = "<script>alert(1)</script>"


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def recorded_url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The address of a database that the tests here only read, on each of the two."""
    if request.param == "sqlite":
        migrated = request.getfixturevalue("migrated_sqlite_file")
        url = f"sqlite:///{shutil.copyfile(migrated, tmp_path_factory.mktemp('record') / 'record.db')}"
    else:
        server: psycopg.Connection = request.getfixturevalue("postgresql_server")
        url = address_of(server, create_database(server, template=request.getfixturevalue("migrated_postgresql_name")))
    opened = Database(url)
    fill(opened)
    opened.dispose()
    return url


@pytest.fixture(scope="module")
def recorded(recorded_url: str) -> Iterator[TestClient]:
    with client_of(read_by_an_auditor(application(recorded_url, demo=False))) as client:
        yield client


def read_by_an_auditor(app: FastAPI) -> FastAPI:
    """The guard lets an auditor of the first organisation in: a real sign-in would add to the record that is read."""
    with app.state.database.reading() as session:
        organisation = registers.list_organisations(session)[0]
    now = datetime.now(UTC)
    mine = CurrentSession(
        id=1,
        person_id=1,
        name="Ada Rook",
        organisation_id=organisation.id,
        roles=frozenset({Role.AUDITOR}),
        grants=(),
        csrf="",
        how=How.PASSWORD,
        browser="",
        created_at=now,
        last_seen_at=now,
        link=None,
        touch_due=False,
    )

    def let_in(request: Request) -> None:
        request.state.viewer = Viewer(session=mine, organisation=organisation, policy=DEFAULT)

    app.dependency_overrides[guard] = let_in
    return app


def fill(database: Database) -> None:
    """Two councils. Of the first: two people, one erased, 60 marks; of the second a secret."""
    with database.writing() as session:
        for slug, name in (("north-vale", "North Vale"), ("south-vale", "South Vale")):
            registers.add_organisation(
                session,
                slug=slug,
                name=name,
                short_name=name,
                is_demo=False,
                actor=COMMAND_LINE,
                clock=lambda: NOON,
            )
        wren, ash = (
            service.add_person(
                session, organisation_id=1, name=name, email=None, actor=COMMAND_LINE, clock=lambda: NOON
            )
            for name in ("Wren Alder", "Robin Ash")
        )
        for number in range(60):
            event = Event(
                organisation_id=1,
                at=NOON + timedelta(hours=number),
                actor=Actor(kind=ActorKind.PERSON, person_id=(wren, ash)[number % 2].id, role="evaluator"),
                what="mark_given",
                object_kind="bid",
                object_id="lot 1/A",
                changes={"mark": Change(old=number or None, new=number + 1)},
                reason=f"{SCRIPT} fair" if number == 59 else "",
            )
            service.record(session, event)
        service.record(
            session,
            Event(
                organisation_id=None,
                at=NOON,
                actor=COMMAND_LINE,
                what="version_loaded",
                object_kind="version",
                object_id="open-toms@2021.1",
                changes={"sha256": Change(new=LONG)},
            ),
        )
        service.record(
            session,
            Event(
                organisation_id=2,
                at=NOON,
                actor=COMMAND_LINE,
                what="secret_deed",
                object_kind="plan",
                object_id="hidden",
            ),
        )
        service.erase_person(session, ash.id, actor=COMMAND_LINE, reason="asked for", clock=lambda: NOON)


def page(client: TestClient, address: str, status: int = 200) -> ParsedPage:
    answer = client.get(address)
    assert answer.status_code == status, answer.text
    assert answer.headers["cache-control"] == "no-store"
    return parse(answer.text)


def rows(page: ParsedPage, kind: str = "sv-events") -> list[list[str]]:
    tables = [one for one in page.all("table") if kind in one.attrib["class"].split()]
    return [[words(cell) for cell in row] for one in tables for row in one.findall("tbody/tr")]


def links(page: ParsedPage, label: str) -> list[str]:
    return [one.attrib["href"] for one in page.all("a") if words(one).startswith(label)]


class TestLog:
    def test_events_stand_in_words_newest_first(self, recorded: TestClient) -> None:
        found = rows(page(recorded, "/audit"))
        assert len(found) == 50
        assert found[0] == [
            "Person erased erased person 2 event 64 of North Vale",
            "22 November 2026 12:00:00 UTC",
            "command line",
            f"SHA-256 {found[0][3].split()[1]} → became nothing Because: asked for",
        ]
        assert found[1][0] == "Version loaded version open-toms@2021.1 event 1 of all organisations"
        assert found[1][3] == "SHA-256 nothing → became ffffffffffff…"
        assert found[2] == [
            "Mark given bid lot 1/A event 63 of North Vale",
            "24 November 2026 23:00:00 UTC",
            "erased person 2 evaluator",
            f"mark 59 → became 60 Because: {SCRIPT} fair",
        ]
        assert found[3][2] == "Wren Alder evaluator"

    def test_older_events_follow(self, recorded: TestClient) -> None:
        first = page(recorded, "/audit")
        (older,) = links(first, "Older events")
        second = page(recorded, older)
        assert len(rows(second)) == 15
        assert rows(second)[-1][0].startswith("Organisation added organisation north-vale")
        assert links(second, "Older events") == []
        assert links(second, "Newest events") == ["/audit"]
        assert not {one[0] for one in rows(first)} & {one[0] for one in rows(second)}

    def test_the_filters_of_a_part_stay(self, recorded: TestClient) -> None:
        (older,) = links(page(recorded, "/audit?what=mark_given&from=2026-11-22"), "Older events")
        second = page(recorded, older)
        assert len(rows(second)) == 10
        assert links(second, "Newest events") == ["/audit?from=2026-11-22&what=mark_given"]

    @pytest.mark.parametrize(
        ("query", "count"),
        [
            ("what=mark_given&to=2026-11-22", 12),
            ("kind=version", 1),
            ("kind=organisation", 1),
            ("object=lot+1/A&to=2026-11-22", 12),
            ("object=open-toms", 0),
            ("person=1&from=2026-11-24", 12),
            ("person=2&from=2026-11-24&to=2026-11-24", 12),
            ("find=FAIR", 1),
            ("find=script+fair", 1),
            ("find=script+unfair", 0),
            ("from=2027-01-01", 0),
            ("from=&to=&what=&kind=&object=&person=&find=&before=", 50),
        ],
    )
    def test_a_part_of_the_record(self, recorded: TestClient, query: str, count: int) -> None:
        found = page(recorded, f"/audit?{query}")
        assert len(rows(found)) == count
        assert bool(links(found, "show all events")) is (count == 0)
        assert bool(links(found, "CSV")) is (count > 0)

    def test_what_was_chosen_stands_there_in_words(self, recorded: TestClient) -> None:
        found = page(recorded, "/audit?what=mark_given&person=2&from=2026-11-22&find=fair")
        (said,) = [words(one) for one in found.all("h2") if one.attrib.get("id") == "events"]
        assert said == "1 event that fit: mark given, by erased person 2, from 22 November 2026, “fair”"
        chosen = [words(one) for one in found.all("option") if "selected" in one.attrib]
        assert chosen == ["Mark given", "Any kind", "erased person 2"]

    def test_another_organisation_is_not_there(self, recorded: TestClient) -> None:
        for address in ("/audit", "/audit?before=1.14", "/api/v1/audit", "/audit/download.csv"):
            text = recorded.get(address).text
            assert "secret" not in text, address
            assert "South Vale" not in text, address
        assert recorded.get("/audit/plan/hidden").status_code == 404
        assert recorded.get("/api/v1/audit/plan/hidden").status_code == 404
        assert recorded.get("/audit?what=secret_deed").status_code == 422
        assert recorded.get("/audit?before=2.2").status_code == 404

    @pytest.mark.parametrize(
        ("query", "fields"),
        [
            ("from=monday", ["from"]),
            ("from=2026-02-30", ["from"]),
            ("from=20261122", ["from"]),
            ("from=2026-11-22T00:00", ["from"]),
            ("to=22/11/2026", ["to"]),
            ("from=2026-11-23&to=2026-11-22", ["to"]),
            ("what=Mark+given", ["what"]),
            ("kind=starship", ["kind"]),
            ("person=99", ["person"]),
            ("person=Wren", ["person"]),
            ("person=²&kind=%00&from=x", ["from", "kind", "person"]),
        ],
    )
    def test_what_cannot_be_read_is_said_at_its_field(
        self, recorded: TestClient, query: str, fields: list[str]
    ) -> None:
        found = page(recorded, f"/audit?{query}", 422)
        assert [one.attrib["id"] for one in found.all("p") if "govuk-error-message" in one.attrib.get("class", "")] == [
            f"{name}-error" for name in fields
        ]
        assert rows(found) == []
        for address in (f"/audit/download.csv?{query}", f"/api/v1/audit?{query}"):
            assert recorded.get(address).status_code == 422

    @pytest.mark.parametrize("query", ["before=1.1", "before=0.1&to=2026-11-21", "before=x", "before=1.999"])
    @pytest.mark.parametrize("base", ["/audit", "/api/v1/audit"])
    def test_a_part_that_there_is_not(self, recorded: TestClient, base: str, query: str) -> None:
        answer = recorded.get(f"{base}?{query}")
        assert answer.status_code == 404
        assert "Start with the newest events" in answer.text

    @pytest.mark.parametrize("name", ["find", "object", "from", "before", "person"])
    def test_a_text_far_too_long(self, recorded: TestClient, name: str) -> None:
        assert recorded.get("/audit", params={name: "a" * 5000}).status_code == 422


class TestFiles:
    def test_the_table_has_what_was_chosen(self, recorded: TestClient) -> None:
        answer = recorded.get("/audit/download.csv?what=mark_given")
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["content-disposition"] == 'attachment; filename="record.csv"'
        found = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
        assert len(found) == 60
        assert [one["Number"] for one in found] == [str(number) for number in range(4, 64)]
        assert {one["Who"] for one in found} == {"Wren Alder", "erased person 2"}

    def test_the_workbook_says_what_was_chosen(self, recorded: TestClient) -> None:
        answer = recorded.get("/audit/download.xlsx?what=mark_given&person=1")
        sheet = load_workbook(io.BytesIO(answer.content)).active
        assert sheet["A2"].value == "Only: mark given, by Wren Alder"
        assert sheet.max_row == 3 + 1 + 30

    @pytest.mark.parametrize("kind", ["zip", "json", "pdf"])
    def test_another_kind_of_file(self, recorded: TestClient, kind: str) -> None:
        assert recorded.get(f"/audit/download.{kind}").status_code == 404

    def test_too_many_for_a_file(self, recorded: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(service, "LARGEST_FILE", 10)
        answer = recorded.get("/audit/download.csv")
        assert answer.status_code == 422
        assert "More than 10 events fit" in answer.text
        assert recorded.get("/audit/download.csv?kind=version").status_code == 200


class TestJson:
    def test_following_next_reads_the_whole_record(self, recorded: TestClient) -> None:
        address, events = "/api/v1/audit", []
        while address:
            answer = recorded.get(address)
            assert answer.headers["cache-control"] == "no-store"
            part = answer.json()
            events += part["events"]
            address = part["next"]
        assert len(events) == part["recorded"] == 65
        assert len({one["hash"] for one in events}) == 65
        assert [one["sequence"] for one in events if one["organisation"] == 1] == list(range(64, 0, -1))

    def test_the_filters_stay_in_next(self, recorded: TestClient) -> None:
        part = recorded.get("/api/v1/audit?what=mark_given&find=").json()
        assert part["next"] == "/api/v1/audit?what=mark_given&before=1.14"
        assert {one["what"] for one in recorded.get(part["next"]).json()["events"]} == {"mark_given"}

    def test_a_history_is_what_the_command_prints(self, recorded: TestClient) -> None:
        answer = recorded.get("/api/v1/audit/bid/lot%201%2FA?on=2026-11-22").json()
        assert answer["known"]["fields"]["mark"]["value"] == 12
        assert (answer["known"]["on"], answer["known"]["events"], len(answer["events"])) == ("2026-11-22", 12, 60)
        assert recorded.get("/api/v1/audit/bid/lot%201%2FA?on=soon").json()["error"]["what"].startswith("The day must")


class TestHistory:
    ADDRESS = "/audit/bid/lot%201%2FA"

    def test_first_event_first_with_the_state(self, recorded: TestClient) -> None:
        found = page(recorded, self.ADDRESS)
        told = rows(found)
        assert len(told) == 60
        assert told[0][3] == "mark nothing → became 1"
        assert rows(found, "sv-state") == [["mark", "60", "24 November 2026", "erased person 2"]]
        assert links(found, "The record") == ["/audit"]

    @pytest.mark.parametrize(
        ("day", "count", "state"),
        [
            ("2026-11-21", 0, []),
            ("2026-11-22", 12, [["mark", "12", "22 November 2026", "erased person 2"]]),
            ("2026-11-23", 36, [["mark", "36", "23 November 2026", "erased person 2"]]),
            ("2030-01-01", 60, [["mark", "60", "24 November 2026", "erased person 2"]]),
        ],
    )
    def test_as_known_on_a_day(self, recorded: TestClient, day: str, count: int, state: list[list[str]]) -> None:
        found = page(recorded, f"{self.ADDRESS}?on={day}")
        assert len(rows(found)) == count
        assert rows(found, "sv-state") == state
        assert bool(links(found, "Show the whole history")) is (count < 60)

    def test_a_person_by_name_until_erased(self, recorded: TestClient) -> None:
        assert links(page(recorded, "/audit?find=sha256&kind=person&what=person_added"), "Wren Alder (person 1)")
        assert "Robin" not in recorded.get("/audit/person/2").text

    def test_every_link_of_the_log_is_found(self, recorded: TestClient) -> None:
        hrefs = {one.attrib["href"] for one in page(recorded, "/audit").all("a") if "href" in one.attrib}
        hrefs = {one for one in hrefs if one.startswith("/audit/") and "download" not in one}
        assert self.ADDRESS in hrefs
        for href in hrefs:
            assert recorded.get(href).status_code == 200, href

    @pytest.mark.parametrize("day", ["soon", "2026-11-31", "2026-1-1", "٢٠٢٦-11-22", "%00"])
    def test_a_day_that_is_none(self, recorded: TestClient, day: str) -> None:
        found = page(recorded, f"{self.ADDRESS}?on={day}", 422)
        assert [one.attrib["id"] for one in found.all("p") if one.attrib.get("id", "").endswith("-error")] == [
            "on-error"
        ]

    @pytest.mark.parametrize("address", ["/audit/bid/B", "/audit/starship/A", "/audit/bid/", "/audit/b%00d/%00"])
    def test_what_no_event_tells_of(self, recorded: TestClient, address: str) -> None:
        answer = recorded.get(address)
        assert answer.status_code == 404
        assert "There is no event about" in answer.text

    @pytest.mark.parametrize("name", ["a/b", "..", "a b", "a?b", "a#b", "%2e", "é@1", "../../etc"])
    def test_any_object_has_an_address_of_its_own(self, name: str) -> None:
        """Nothing in a name leads a browser to another page."""
        path = object_href("bid", name).removeprefix("/audit/bid/")
        assert not {"/", "?", "#", " "} & set(path)

    def test_a_long_history_shows_its_end_and_leads_to_the_rest(self, database: Database) -> None:
        with database.writing() as session:
            registers.add_organisation(
                session, slug="a", name="A", short_name="A", is_demo=False, actor=COMMAND_LINE, clock=lambda: NOON
            )
            for number in range(LONGEST_HISTORY + 3):
                changes = {"mark": Change(old=-1, new=number)}
                event = Event(
                    organisation_id=1,
                    at=NOON,
                    actor=COMMAND_LINE,
                    what="mark_given",
                    object_kind="bid",
                    object_id="A",
                    changes=changes,
                )
                service.record(session, event)
            told = service.tell(session, scope=service.WHOLE_INSTALLATION, object_kind="bid", object_id="A")
        made = told_page(told, on="", organisations={})
        assert (len(made.rows), made.number, made.earlier) == (LONGEST_HISTORY, LONGEST_HISTORY + 3, "3 earlier events")
        assert made.rows[-1].changes[0].new == str(LONGEST_HISTORY + 2)
        assert len(made.contradictions) == MOST_CONTRADICTIONS + 1
        assert made.contradictions[0] == (
            "Event 2 of 22 November 2026 says that mark was “-1” before; the events before it say nothing."
        )
        assert made.contradictions[-1] == "And 183 more, which the JSON of this history lists."

    def test_a_spoilt_time_is_shown_as_it_is(self, recorded: TestClient) -> None:
        with recorded.app.state.database.reading() as session:
            told = service.tell(session, scope=service.WHOLE_INSTALLATION, object_kind="bid", object_id="lot 1/A")
        spoilt = tuple(replace(one, at="yesterday") for one in told.entries)
        made = told_page(
            Told(
                object_kind="bid",
                object_id="lot 1/A",
                entries=spoilt,
                people=told.people,
                known=known_on(spoilt, NOON.date()),
            ),
            on="",
            organisations={},
        )
        assert made.answer == "Nothing was recorded by then: the first event is of yesterday."


class TestSample:
    def test_the_form_shows_what_is_drawn_and_leads_to_the_pack(self, recorded: TestClient) -> None:
        found = page(recorded, "/audit/sample?seed=spring+%26+autumn&size=5&from=2026-11-22&to=2026-11-23")
        drawn = rows(found)
        assert len(drawn) == 5
        (href,) = links(found, "Download the pack")
        answer = recorded.get(href)
        assert answer.headers["content-type"] == "application/zip"
        assert answer.headers["cache-control"] == "no-store"
        with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
            events = json.loads(archive.read("events.json"))["events"]
            histories = json.loads(archive.read("histories.json"))["events"]
        numbers = [
            f"event {one['sequence']} of {'North Vale' if one['organisation'] else 'all organisations'}"
            for one in events
        ]
        assert [row[0].endswith(number) for row, number in zip(drawn, numbers, strict=True)] == [True] * 5
        assert {one["organisation"] for one in histories} <= {None, 1}
        assert recorded.get(href).content == answer.content

    @pytest.mark.parametrize(
        ("query", "fields"),
        [
            ("seed=&size=", ["seed", "size"]),
            ("seed=+&size=5", ["seed"]),
            ("seed=a&size=0", ["size"]),
            ("seed=a&size=1001", ["size"]),
            ("seed=a&size=-1", ["size"]),
            ("seed=a&size=1e3", ["size"]),
            ("seed=a&size=²", ["size"]),
            ("seed=a&size=99999999999999999999", ["size"]),
            ("seed=a", ["size"]),
            ("size=5", ["seed"]),
            ("seed=%00&size=5", ["seed"]),
            (f"seed={'a' * 201}&size=5", ["seed"]),
            ("seed=a&size=5&from=x&to=y", ["from", "to"]),
            ("seed=a&size=5&from=2026-11-23&to=2026-11-22", ["to"]),
        ],
    )
    @pytest.mark.parametrize("base", ["/audit/sample", "/audit/sample/pack.zip"])
    def test_what_cannot_be_drawn(self, recorded: TestClient, base: str, query: str, fields: list[str]) -> None:
        found = page(recorded, f"{base}?{query}", 422)
        errors = [one.attrib["id"] for one in found.all("p") if "govuk-error-message" in one.attrib.get("class", "")]
        assert errors == [f"{name}-error" for name in fields]

    def test_fewer_events_than_asked_for(self, recorded: TestClient) -> None:
        found = page(recorded, "/audit/sample?seed=a&size=1000&to=2026-11-21")
        assert "There is nothing to draw from" in words(found.all("main")[0])
        found = page(recorded, "/audit/sample?seed=a&size=1000")
        assert "Every event is in the sample: 65 events recorded on all days" in words(found.all("main")[0])


class TestVersionPage:
    def test_its_history_is_offered_to_those_who_may_see_it(self) -> None:
        version = read(LATER)
        hrefs = [
            version_page(version, selection=Selection(), others={}, sees_record=sees).history_href
            for sees in (False, True)
        ]
        assert hrefs == [None, "/audit/version/sample@2021.1"]

    def test_nobody_else_is_led_there(self, client: TestClient, inside: TestClient) -> None:
        page = "/frameworks/open-toms/2021.1"
        assert "/audit/version" not in client.get(page).text
        assert 'href="/audit/version/open-toms@2021.1"' in inside.get(page).text
