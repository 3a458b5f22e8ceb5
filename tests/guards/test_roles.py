"""The access table holds: every route asked by everybody who can knock, on both sides of the wall (issue: walls)."""

import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from httpx2 import Response
from starlette.testclient import TestClient

from svtracker.identity.rules.links import Task
from svtracker.identity.rules.roles import Role
from svtracker.identity.service.demo import NAMES
from svtracker.web.access import ACCESS, Audience, Rule, State
from tests.guards.test_access import QUERIES, REAL, paths_of, sent_with
from tests.web.installation import application, client_of
from tests.web.visitors import (
    BY_BID_LINK,
    BY_LINK,
    ELSEWHERE,
    SIGNED_OUT,
    Visitor,
    add_elsewhere,
    add_somebody,
    visitor,
)

ROLES = tuple(Role)
EVERYBODY = (SIGNED_OUT, BY_LINK, BY_BID_LINK, ELSEWHERE, *ROLES)

# A person of the demo's council who is none of the visitors, because here they are locked, erased and more.
SOMEBODY = len(ROLES) + 1

LET_IN, SIGN_IN, WRONG_ROLE = "let in", "sign in first", "wrong role"


@pytest.fixture
def app(demo_url: str, tmp_path: Path) -> FastAPI:
    """The demo in a database of its own, because here everybody sends everything; with another organisation."""
    file = tmp_path / "walls.db"
    shutil.copyfile(demo_url.removeprefix("sqlite:///"), file)
    made = application(f"sqlite:///{file}")
    assert add_somebody(made.state.database) == SOMEBODY
    add_elsewhere(made.state.database)
    return made


@pytest.fixture
def walled(app: FastAPI) -> Iterator[TestClient]:
    with client_of(app) as client:
        yield client


def knock(who: Visitor, rule: Rule) -> Response:
    number = str(SOMEBODY) if rule.path.startswith(("/people", "/api/v1/people")) else "1"
    path = paths_of(rule.path, {**REAL, "number": number})[0]
    body = sent_with(rule.path) if rule.method == "POST" else {}
    headers = {**who.own_form, **body.pop("headers", {})}
    return who.client.request(rule.method, path, params=QUERIES.get(rule.path), headers=headers, **body)


def verdict(answer: Response) -> str:
    """What the guard said; what the route itself said of an unreal form is not asked here."""
    if answer.status_code == 401 or answer.headers.get("location", "").startswith("/sign-in?next="):
        return SIGN_IN
    refused = answer.status_code == 403 and "your role does not reach this" in answer.text
    return WRONG_ROLE if refused else LET_IN


def expected(rule: Rule, who: str | Role) -> str:
    """What the table says, read here once more and by other words than the guard's."""
    if rule.who is Audience.EVERYBODY:
        return LET_IN
    if who == SIGNED_OUT:
        return SIGN_IN
    if isinstance(rule.who, Task):
        return LET_IN if who == BY_BID_LINK and rule.who is Task.BID else WRONG_ROLE
    if who in {BY_LINK, BY_BID_LINK}:
        return WRONG_ROLE
    role = Role.ADMINISTRATOR if who == ELSEWHERE else Role(who)
    return LET_IN if rule.who is Audience.SIGNED_IN or role in rule.who else WRONG_ROLE


def test_every_route_lets_in_whom_the_table_names_and_nobody_else(
    app: FastAPI, walled: TestClient, record_property: Callable[[str, object], None]
) -> None:
    wrong, faults, counted = [], [], Counter[str]()
    said: dict[tuple[str, str], set[str]] = {}
    for rule in ACCESS:
        for who in EVERYBODY:
            answer = knock(visitor(app, walled, who), rule)
            found = verdict(answer)
            counted[found] += 1
            said.setdefault((rule.method, rule.path), set()).add(found)
            if found != expected(rule, who):
                wrong.append((rule.method, rule.path, str(who), found))
            if answer.status_code >= 500:
                faults.append((rule.method, rule.path, str(who), answer.status_code))
    assert wrong == []
    assert faults == []
    closed = [rule for rule in ACCESS if rule.who is not Audience.EVERYBODY]
    for rule in closed:
        assert said[rule.method, rule.path] >= {LET_IN, SIGN_IN, WRONG_ROLE}, rule
    assert sum(counted.values()) == len(ACCESS) * len(EVERYBODY)
    record_property(
        "seen",
        f"access: {len(ACCESS)} routes x {len(EVERYBODY)} visitors = {sum(counted.values())} tried: "
        + ", ".join(f"{number} {word}" for word, number in sorted(counted.items()))
        + f"; {len(closed)} routes are closed to somebody",
    )


def test_what_belongs_to_another_organisation_is_not_found(app: FastAPI, walled: TestClient) -> None:
    """People, messages and links of the demo's council do not exist for the administrator next door."""
    tried = []
    for rule in ACCESS:
        if "{number}" not in rule.path or rule.path.startswith("/account"):
            continue
        answer = knock(visitor(app, walled, ELSEWHERE), rule)
        tried.append((rule.method, rule.path, answer.status_code))
    assert [one for one in tried if one[2] != 404] == []
    assert len(tried) >= 9


def test_lists_hold_nothing_of_another_organisation(app: FastAPI, walled: TestClient) -> None:
    """The bytes of every answer that is open to an administrator are searched for the people next door."""
    searched = 0
    for who, foreign in ((ELSEWHERE, [*NAMES.values(), "Nils Rook"]), (Role.ADMINISTRATOR, ["Ada Birch"])):
        for rule in ACCESS:
            if rule.method != "GET" or rule.who is Audience.EVERYBODY or isinstance(rule.who, Task):
                continue
            answer = knock(visitor(app, walled, who), rule)
            assert [name for name in foreign if name in answer.text] == [], (who, rule.path)
            searched += 1
    assert searched >= 24


def test_the_demo_door_is_not_there_in_a_real_installation(demo_url: str) -> None:
    rules = [rule for rule in ACCESS if rule.state is State.DEMO]
    with client_of(application(demo_url, demo=False)) as client:
        for rule in rules:
            answer = client.post(rule.path, data={"role": "administrator"})
            assert answer.status_code == 404
            assert "set-cookie" not in answer.headers
    assert len(rules) == 1


def test_a_route_that_the_table_does_not_name_answers_nobody(demo_url: str) -> None:
    app = application(demo_url)
    app.get("/forgotten")(lambda: "figures")
    with client_of(app) as client:
        answer = client.get("/forgotten")
    assert answer.status_code == 500
    assert "figures" not in answer.text


def test_who_only_reads_changes_nothing() -> None:
    """The table itself: no path twice, no GET that changes without a reason, nothing open to readers."""
    assert len({(rule.method, rule.path) for rule in ACCESS}) == len(ACCESS)
    for rule in ACCESS:
        assert bool(rule.why_get) == (rule.method == "GET" and rule.changes), rule
        if rule.changes and isinstance(rule.who, frozenset):
            assert Role.AUDITOR not in rule.who, f"an auditor never writes: {rule}"
            assert Role.VIEWER not in rule.who, rule
