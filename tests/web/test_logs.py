"""The log: one line of JSON per request, with nothing in it that says who asked for what."""

import io
import json
import logging
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient
from starlette.types import Receive, Scope, Send

from svtracker.storage.engines import Database
from svtracker.web import logs
from svtracker.web.access import ACCESS
from tests.web.conftest import MakeClient
from tests.web.installation import ROOT

SECRET = "Alex-Example-07700900123"  # an invented person, and a number that nobody has

Lines = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def lines() -> Iterator[Lines]:
    """What svtracker has logged since it was last asked for, every line read as JSON."""
    stream, logger = io.StringIO(), logging.getLogger("svtracker")
    handler, level = logging.StreamHandler(stream), logger.level
    handler.setFormatter(logs.JsonLine())
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)

    def read() -> list[dict[str, Any]]:
        written = stream.getvalue().splitlines()
        stream.seek(0)
        stream.truncate()
        return [json.loads(line) for line in written]

    yield read
    logger.removeHandler(handler)
    logger.setLevel(level)


def requests(found: list[dict[str, Any]]) -> list[tuple[str, str, int]]:
    return [(line["method"], line["route"], line["status"]) for line in found if line["logger"] == "svtracker.requests"]


@pytest.mark.parametrize(
    ("method", "path", "line"),
    [
        ("GET", "/", ("GET", "/", 200)),
        ("GET", "/tenders/new-market", ("GET", "/tenders/{key}", 200)),
        ("HEAD", "/tenders/new-market", ("HEAD", "/tenders/{key}", 200)),
        ("GET", "/api/v1/frameworks/open-toms/2021.1", ("GET", "/api/v1/frameworks/{set_id}/{version}", 200)),
        ("GET", "/static/own.css", ("GET", "/static/{path}", 200)),
        ("GET", "/api/openapi.json", ("GET", "/api/openapi.json", 200)),
        ("GET", f"/tenders/{SECRET}", ("GET", "/tenders/{key}", 404)),
        ("GET", f"/static/{SECRET}", ("GET", "/static/{path}", 404)),
        ("GET", f"/{SECRET}", ("GET", "none", 404)),
        ("DELETE", f"/tenders/{SECRET}", ("DELETE", "/tenders/{key}", 405)),
        (SECRET, "/", ("none", "none", 405)),
    ],
)
def test_a_line_names_method_route_and_status(
    client: TestClient, lines: Lines, method: str, path: str, line: tuple[str, str, int]
) -> None:
    client.request(method, path)
    (found,) = [one for one in lines() if one["logger"] == "svtracker.requests"]
    if method != SECRET:
        assert (found["method"], found["route"], found["status"]) == line
    assert SECRET not in json.dumps(found)
    assert set(found) == {"time", "level", "logger", "message", "method", "route", "status", "ms"}
    assert found["ms"] >= 0


def test_nothing_that_was_sent_is_in_the_log(client: TestClient, lines: Lines) -> None:
    sent = {"user-agent": SECRET, "cookie": f"a={SECRET}", "referer": f"http://x/{SECRET}", "x-forwarded-for": SECRET}
    client.get(f"/frameworks/open-toms/2021.1?find={SECRET}", headers=sent)
    client.post("/score", data={"text": SECRET}, headers=sent)
    client.post("/api/v1/score", content=SECRET, headers={**sent, "content-type": "application/yaml"})
    client.post("/score", data={"text": SECRET}, headers={"sec-fetch-site": "cross-site"})
    found = lines()
    assert requests(found) == [
        ("GET", "/frameworks/{set_id}/{version}", 200),
        ("POST", "/score", 422),
        ("POST", "/api/v1/score", 422),
        ("POST", "none", 403),
    ]
    assert SECRET not in json.dumps(found)


def test_every_route_is_written_as_the_access_table_writes_it(client: TestClient, lines: Lines) -> None:
    for rule in ACCESS:
        client.request(
            rule.method, re.sub(r"{(\w+)(:\w+)?}", lambda one: "1" if one[2] == ":int" else one[1], rule.path)
        )
    written = {(method, route) for method, route, _ in requests(lines())}
    assert written == {(rule.method, rule.path) for rule in ACCESS}


def test_an_error_says_where_and_never_what(
    make_client: MakeClient, lines: Lines, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = make_client()

    def fail(*_: object, **__: object) -> None:
        raise RuntimeError(f"{SECRET} cannot be read") from KeyError(SECRET)

    monkeypatch.setattr("svtracker.web.routes.home.home_page", fail)
    assert client.get(f"/?q={SECRET}").status_code == 500
    found = lines()
    assert requests(found) == [("GET", "/", 500)]
    (told,) = [line for line in found if "errors" in line]
    assert told["level"] == "error"
    assert told["message"] == "unexpected error at GET /"
    assert [error["kind"] for error in told["errors"]] == ["builtins.RuntimeError", "builtins.KeyError"]
    assert any("test_logs.py" in place and place.endswith(" fail") for place in told["errors"][0]["at"])
    assert SECRET not in json.dumps(found)


@pytest.mark.parametrize(("level", "written"), [("info", ["one", "two"]), ("warning", ["two"]), ("error", [])])
def test_the_level_of_the_settings(level: str, written: list[str]) -> None:
    program = (
        "from svtracker.web import logs\n"
        f"logs.start({level!r})\n"
        "logs.requests.info('one')\n"
        "logs.requests.warning('two')\n"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert [json.loads(line)["message"] for line in done.stderr.splitlines()] == written


def test_milliseconds_are_those_of_the_timer(lines: Lines) -> None:
    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body"})

    times = iter([10.0, 10.25])
    TestClient(logs.RequestLog(answer, timer=lambda: next(times))).get("/")
    (line,) = [one for one in lines() if one["logger"] == "svtracker.requests"]
    assert (line["ms"], line["status"]) == (250.0, 204)


class TestHealth:
    def test_a_database_that_lacks_a_table(self, make_client: MakeClient, lines: Lines, database_url: str) -> None:
        client = make_client(url=database_url, demo=False)
        assert client.get("/health").status_code == 200
        from sqlalchemy import text

        with client.app.state.database.writing() as session:
            session.execute(text("ALTER TABLE version RENAME TO was_version"))
        answer = client.get("/health")
        assert (answer.status_code, answer.json()["status"]) == (503, "unavailable")
        assert answer.json()["why"] == "The database does not exist or lacks a table. Run “svtracker db upgrade”."
        assert ("GET", "/health", 503) in requests(lines())

    def test_a_server_that_does_not_answer(self, make_client: MakeClient, tmp_path: Any) -> None:
        client = make_client()
        client.app.state.database = Database(f"postgresql://officer:secret@/council?host={tmp_path}")
        answer = client.get("/health")
        assert answer.status_code == 503
        assert "cannot be opened or reached" in answer.json()["why"]
        assert "secret" not in answer.text
        assert str(tmp_path) not in answer.text

    def test_a_file_that_is_no_database(self, make_client: MakeClient, tmp_path: Any) -> None:
        client = make_client()
        (tmp_path / "notes.db").write_text("Minutes of the meeting\n" * 100)
        client.app.state.database = Database(f"sqlite:///{tmp_path / 'notes.db'}")
        answer = client.get("/health")
        assert (answer.status_code, answer.json()["status"]) == (503, "unavailable")
