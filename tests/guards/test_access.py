"""The access table is the application: both ways, and every route tried (EXEMPLARS, habit 12)."""

import asyncio
import inspect
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import RouteContext, iter_route_contexts
from httpx2 import Response
from sqlalchemy import Engine, event
from starlette.routing import Mount
from starlette.testclient import TestClient

from svtracker.identity.rules.links import Task
from svtracker.storage.engines import Database
from svtracker.web.access import ACCESS, Audience, Rule
from svtracker.web.guard import guard
from tests.web.installation import WORKED

# Real values for what stands in braces, and values that are not there; `kind` is another thing for each file.
REAL = {
    "set_id": "open-toms",
    "version": "2021.1",
    "ref": "J1",
    "key": "new-market",
    "path": "own.css",
    "number": "1",
    "tender": "1",
    "bid": "1",
    "waiver": "1",
    "contract": "1",
    "commitment": "1",
    "invitation": "1",
    "question": "answer",
    "colour": "12436d",
    "token": "nothing-is-known-of-this",
    "object_kind": "version",
    "object_id": "open-toms@2021.1",
}
UNKNOWN = {
    "set_id": "nowhere",
    "version": "1066.1",
    "ref": "Z99",
    "key": "nothing",
    "path": "nothing.css",
    "kind": "exe",
    "number": "999999",
    "tender": "999999",
    "bid": "999999",
    "waiver": "999999",
    "contract": "999999",
    "commitment": "999999",
    "invitation": "999999",
    "question": "nobody-asked-this",
    "colour": "ffffff",
    "object_kind": "starship",
    "object_id": "open-toms@1066.1/x",
}
KINDS = {
    "/contracts/download.{kind}": ("csv", "xlsx"),
    "/contracts/{contract:int}/download.{kind}": ("csv", "xlsx"),
    "/audit/download.{kind}": ("csv", "xlsx"),
    "/frameworks/download.{kind}": ("csv", "xlsx"),
    "/frameworks/{set_id}/compare/download.{kind}": ("csv", "xlsx"),
    "/frameworks/{set_id}/{version}/download.{kind}": ("yaml", "csv", "xlsx"),
    "/tenders/download.{kind}": ("csv", "xlsx"),
    "/tenders/{key}/download.{kind}": ("yaml", "csv", "xlsx", "json"),
    "/score/example/download.{kind}": ("yaml", "csv", "xlsx", "json"),
    "/score/download.{kind}": ("csv", "xlsx", "json"),
    "/people/download.{kind}": ("csv", "xlsx"),
    "/tenders/{tender:int}/evaluation/download.{kind}": ("csv", "xlsx", "json"),
    "/tenders/portfolio/download.{kind}": ("csv", "xlsx", "png", "svg"),
    "/tenders/{tender:int}/report/download.{kind}": ("xlsx", "pdf", "json"),
    "/policy/waivers/download.{kind}": ("csv", "xlsx"),
}
QUERIES = {
    "/contracts/add": {"tender": "7", "bid": "26"},
    "/audit/sample/pack.zip": {"seed": "guard", "size": "3"},
    "/frameworks/{set_id}/compare/download.{kind}": {"from": "2018.1", "to": "2021.1"},
    "/api/v1/frameworks/{set_id}/compare": {"from": "2018.1", "to": "2021.1"},
}
BODIES: dict[str, dict[str, Any]] = {
    "/score": {"data": {"text": WORKED}},
    "/score/download.{kind}": {"data": {"name": "mine.yaml", "text": WORKED}},
    "/api/v1/score": {"content": WORKED, "headers": {"content-type": "application/yaml"}},
}
# Forms that are sent with something in them, so that they reach what they are about.
FORMS: dict[str, dict[str, str]] = {
    "/contracts/add": {"tender": "7", "bid": "26"},
    "/account/organisation": {"organisation": "1"},
    "/organisation": {"version": "0"},
    "/tenders/{tender:int}/bids/late": {"place": "1"},
    "/tenders/{tender:int}/open": {"version": "1"},
    "/tenders/{tender:int}/bids/{bid:int}/answer": {"clarification": "1"},
    "/tenders/{tender:int}/setup": {"version": "1"},
    "/tenders/{tender:int}/publish": {"version": "1"},
    "/tenders/{tender:int}/amend": {"version": "1"},
    "/tenders/{tender:int}/note": {"version": "1"},
    "/people/{number}/roles": {"version": "1", "role": "viewer"},
    "/people/{number}/roles/end": {"version": "1", "role": "viewer"},
    "/people/{number}/state": {"version": "1", "action": "lock", "reason": "a test"},
    "/people/{number}/erase": {"erase_reason": "a test"},
    "/tenders/{tender:int}/evaluators": {"person": "1"},
    "/tenders/{tender:int}/evaluators/remove": {"person": "1", "reason": "a test"},
    "/tenders/{tender:int}/marks/interests": {"conflict": "no"},
    "/tenders/{tender:int}/marks/{bid:int}/{question:path}": {"mark": "3", "why": "a test"},
    "/tenders/{tender:int}/moderation/reopen": {"person": "1", "reason": "a test"},
    "/tenders/{tender:int}/moderation/{bid:int}/{question:path}": {"mark": "3", "why": "a test"},
    "/tenders/{tender:int}/decision/award": {"bid": "1", "version": "1"},
    "/policy": {"kind": "least_weight", "figure": "5", "from_day": "2999-01-01"},
    "/policy/rules/{number}": {"version": "1", "kind": "least_weight", "figure": "5", "from_day": "2999-01-01"},
    "/policy/rules/{number}/end": {"version": "1", "off_day": "2999-01-01", "reason": "a test"},
    "/tenders/{tender:int}/waivers": {"rule": "1", "figure": "10", "reason": "a test"},
    "/tenders/{tender:int}/waivers/{waiver:int}": {"decision": "approve", "reason": "a test"},
    "/bid/send": {"version": "1", "declared": "yes"},
}
# Routes that run in the server's one loop, each with the reason why nothing else waits for them.
MAY_BE_ASYNC = {
    "/api/v1/score": "reads the body as it comes and scores it in a thread",
    "/api/openapi.json": "FastAPI's own: a document that is made once",
}
# What routes depend on that runs in the one loop, each with the reason why nothing else waits for it.
WAITS_FOR_NOTHING = {
    "guard": "asks the database in a thread, and only for a browser with a session",
    "reading": "hands out a session that has asked nothing yet, and closes it in a thread",
    "signed": "reads what the guard has found",
    "settings_of": "reads what stands in memory",
    "scorer_of": "holds the session for the route, which asks",
    "shelf_of": "holds the session for the route, which asks",
    "library_of": "holds the session for the route, which asks",
    "asked_of": "reads the query of the address",
    "sent_contract": "reads the form, as the guard did before it",
    "sent_form": "reads the form, as the guard did before it",
}
# A GET that changes something, each with the reason in the access table.
CHANGES_BY_GET = ("/sign-in/provider/return",)
# What every method is that a route does not take.
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


def routes(app: FastAPI) -> Iterator[tuple[str, str, RouteContext]]:
    """Every method and path that the application answers; HEAD goes with GET."""
    for route in iter_route_contexts(app.routes):
        if isinstance(route.original_route, Mount):
            yield "GET", f"{route.path}/{{path}}", route
        else:
            yield from ((method, route.path, route) for method in sorted(route.methods - {"HEAD"}))


def paths_of(path: str, values: dict[str, str]) -> list[str]:
    """The path with real values, once for each kind of file."""
    kinds = KINDS.get(path, ("",))
    return [filled(path, {"kind": kind, **values}) for kind in kinds]


def filled(path: str, values: dict[str, str]) -> str:
    """The path with values; one that may hold slashes is marked as `:path` in the application, a number as `:int`."""
    return path.replace(":path}", "}").replace(":int}", "}").format(**values)


def sent_with(template: str) -> dict[str, Any]:
    """What a form or program sends to that route."""
    return dict(BODIES.get(template) or {"data": FORMS.get(template, {})})


def ask(client: TestClient, method: str, path: str, template: str) -> Response:
    body = sent_with(template) if method == "POST" else {}
    return client.request(method, path, params=QUERIES.get(template), **body)


def test_the_access_table_and_the_application_name_the_same_routes(demo: FastAPI) -> None:
    answered = [(method, path) for method, path, _ in routes(demo)]
    listed = [(rule.method, rule.path) for rule in ACCESS]
    assert sorted(answered) == sorted(listed)
    assert len(set(listed)) == len(listed) >= 37


def test_every_route_that_reads_answers_what_is_there(
    client: TestClient, inside: TestClient, bidding: TestClient
) -> None:
    tried = [
        (rule.method, path, ask(_knocking(rule, client, inside, bidding), rule.method, path, rule.path).status_code)
        for rule in ACCESS
        for path in paths_of(rule.path, REAL)
        if not rule.changes
    ]
    # A personal link that nobody made looks like one that is over.
    assert [one for one in tried if not 200 <= one[2] < 400] == [("GET", f"/links/{REAL['token']}", 410)]
    assert len(tried) >= 65, f"only {len(tried)} requests"


def test_every_route_says_not_found_for_what_is_not_there(
    client: TestClient, inside: TestClient, bidding: TestClient
) -> None:
    tried = []
    for rule in ACCESS:
        if rule.changes:
            continue  # asked in test_roles, where a form is somebody's own
        for name, value in UNKNOWN.items():
            if f"{{{name}}}" not in rule.path.replace(":path}", "}"):
                continue
            kind = KINDS.get(rule.path, ("",))[0]
            path = filled(rule.path, {**REAL, "kind": kind, name: value})
            answer = ask(_knocking(rule, client, inside, bidding), rule.method, path, rule.path)
            tried.append((rule.method, path, answer.status_code))
            assert value in answer.text or "no page at this address" in answer.text, path
    assert [one for one in tried if one[2] != 404] == []
    assert len(tried) >= 25, f"only {len(tried)} requests"


def test_every_route_refuses_other_methods(client: TestClient) -> None:
    taken: dict[str, set[str]] = {}
    for rule in ACCESS:
        taken.setdefault(rule.path, set()).add(rule.method)
    tried = [
        (method, path, client.request(method, paths_of(path, REAL)[0]).status_code)
        for path, methods in taken.items()
        for method in METHODS
        if method not in methods
    ]
    assert [one for one in tried if one[2] != 405] == []
    assert len(tried) >= 140, f"only {len(tried)} requests"


def test_routes_run_in_threads_so_that_a_query_holds_nobody_up(demo: FastAPI) -> None:
    in_the_loop = {
        path for _, path, route in routes(demo) if _is_async(getattr(route.original_route, "endpoint", None))
    }
    assert in_the_loop == set(MAY_BE_ASYNC), "list a new one with its reason, take out one that is not there"


def test_what_routes_depend_on_runs_in_threads_too(demo: FastAPI) -> None:
    wanted = {
        call
        for _, _, route in routes(demo)
        if hasattr(route.original_route, "dependant")
        for call in _calls(route.original_route.dependant)
    }
    assert wanted
    assert {call.__name__ for call in wanted if _is_async(call)} == set(WAITS_FOR_NOTHING)
    assert guard in wanted


def test_no_statement_runs_in_the_loop(client: TestClient, inside: TestClient, bidding: TestClient) -> None:
    asked = {"in a thread": 0, "in the loop": 0}

    def note(*_: object) -> None:
        try:
            asyncio.get_running_loop()
        except RuntimeError:
            asked["in a thread"] += 1
        else:
            asked["in the loop"] += 1

    for name in ("before_cursor_execute", "rollback"):
        event.listen(Engine, name, note)
    try:
        for rule in ACCESS:
            if not rule.changes:
                ask(_knocking(rule, client, inside, bidding), rule.method, paths_of(rule.path, REAL)[0], rule.path)
    finally:
        for name in ("before_cursor_execute", "rollback"):
            event.remove(Engine, name, note)
    assert asked["in a thread"] > 100
    assert asked["in the loop"] == 0


def test_errors_are_answered_in_threads_too(demo: FastAPI) -> None:
    own = {error: call for error, call in demo.exception_handlers.items() if call.__module__.startswith("svtracker.")}
    assert len(own) >= 4
    assert [error for error, call in own.items() if _is_async(call)] == []


def test_no_request_writes(
    client: TestClient, inside: TestClient, bidding: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the table says that a route changes nothing, no writing unit of work is opened; for nobody signed in.

    Once a minute the guard notes that a session was used, which is no change that anybody made.
    """
    assert inside.get("/account").status_code == 200
    assert bidding.get("/bid").status_code == 200
    opened: list[str] = []
    monkeypatch.setattr(Database, "writing", lambda self: opened.append("writing"))
    for rule in ACCESS:
        if not rule.changes:
            ask(_knocking(rule, client, inside, bidding), rule.method, paths_of(rule.path, REAL)[0], rule.path)
    assert opened == []
    assert [rule.path for rule in ACCESS if rule.method == "GET" and rule.changes] == list(CHANGES_BY_GET)


def _knocking(rule: Rule, client: TestClient, inside: TestClient, bidding: TestClient) -> TestClient:
    """Nobody in particular where everybody is let in, a bidder by their link, else the administrator."""
    if isinstance(rule.who, Task):
        return bidding
    return client if rule.who is Audience.EVERYBODY else inside


def _calls(dependant: Dependant) -> Iterator[Any]:
    for inner in dependant.dependencies:
        yield inner.call
        yield from _calls(inner)


def _is_async(call: object) -> bool:
    return inspect.iscoroutinefunction(call) or inspect.isasyncgenfunction(call)
