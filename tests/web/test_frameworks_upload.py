"""A policy lead loads a version of the organisation's own by page; nobody of another organisation finds it."""

import re
import shutil
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest
from fastapi import FastAPI
from httpx2 import Response
from starlette.testclient import TestClient

from svtracker.identity.rules.roles import Role
from tests.web.council import at_field, words
from tests.web.installation import ROOT, application, client_of
from tests.web.visitors import ELSEWHERE, SIGNED_OUT, add_elsewhere, visitor

PAGE = "/frameworks/upload"
EXAMPLE = (ROOT / "frameworks" / "example" / "2021.1.yaml").read_text(encoding="utf-8")
OWN = re.sub(r"(?m)^id: .*$", "id: vale-toms", EXAMPLE, count=1)
HIDDEN = [
    "/frameworks/vale-toms",
    "/frameworks/vale-toms/2021.1",
    "/frameworks/vale-toms/2021.1/download.yaml",
    "/frameworks/vale-toms/2021.1/download.csv",
    "/frameworks/vale-toms/2021.1/measures/X1",
    "/frameworks/vale-toms/compare",
    "/api/v1/frameworks/vale-toms/2021.1",
    "/api/v1/frameworks/vale-toms/2021.1/measures/X1",
]
LISTS = ["/", "/frameworks", "/frameworks/download.csv", "/api/v1/frameworks", "/score"]


@pytest.fixture
def app(demo_url: str, tmp_path: Path) -> FastAPI:
    shutil.copyfile(demo_url.removeprefix("sqlite:///"), tmp_path / "own.db")
    made = application(f"sqlite:///{tmp_path / 'own.db'}")
    add_elsewhere(made.state.database)
    return made


@pytest.fixture
def client(app: FastAPI) -> Iterator[TestClient]:
    with client_of(app) as opened:
        yield opened


def become(app: FastAPI, client: TestClient, who: str | Role) -> None:
    someone = visitor(app, client, who)
    client.headers.pop("x-form-token", None)
    client.headers.update(someone.own_form)


def send(client: TestClient, text: str, **more: str) -> Response:
    return client.post(PAGE, data={"text": text, "name": "mine.yaml", **more})


def test_first_it_is_shown_and_then_loaded(app: FastAPI, client: TestClient) -> None:
    become(app, client, Role.POLICY_LEAD)
    assert f'href="{PAGE}"' in client.get("/frameworks").text
    planned = send(client, OWN)
    assert planned.status_code == 200
    assert "would be loaded. Nothing has been changed yet." in words(planned)
    assert client.get("/frameworks/vale-toms/2021.1").status_code == 404
    (kept,) = re.findall(r"<textarea[^>]*>\n?(.*?)</textarea>", planned.text, re.DOTALL)
    loaded = send(client, unescape(kept), confirmed="yes")
    assert (loaded.status_code, loaded.headers["location"]) == (303, "/frameworks/vale-toms/2021.1")
    assert client.get("/frameworks/vale-toms/2021.1/download.yaml").text.strip() == OWN.strip()
    assert "Your own." in words(client.get("/frameworks"))
    again = send(client, unescape(kept))
    assert "is loaded already, byte for byte" in words(again)
    assert 'name="confirmed"' not in again.text


def test_a_file_by_the_form_is_taken_as_it_is(app: FastAPI, client: TestClient) -> None:
    become(app, client, Role.POLICY_LEAD)
    planned = client.post(PAGE, files={"file": ("vale.yaml", OWN.encode(), "application/yaml")})
    assert "vale.yaml" in planned.text
    assert "would be loaded" in words(planned)


def test_everything_that_is_wrong_is_said_at_once(app: FastAPI, client: TestClient) -> None:
    become(app, client, Role.POLICY_LEAD)
    broken = OWN.replace("unit: fte_year", "unit: bananas").replace("price_year: 2021", "price_year: soon", 1)
    refused = send(client, broken)
    assert refused.status_code == 422
    assert "mine.yaml cannot be used." in at_field(refused, "file")
    assert "bananas" in words(refused)
    assert "soon" in words(refused)
    for text, said in ((EXAMPLE, "a name of your own"), ("", "Choose a YAML file."), ("[", "mine.yaml")):
        answer = send(client, text, confirmed="yes")
        assert (answer.status_code, said in words(answer)) == (422, True), said


def test_nobody_else_finds_it_anywhere(app: FastAPI, client: TestClient) -> None:
    become(app, client, Role.POLICY_LEAD)
    assert send(client, OWN, confirmed="yes").status_code == 303
    for who in (Role.POLICY_LEAD, Role.VIEWER, Role.SUPPLIER_CONTACT):
        become(app, client, who)
        assert [path for path in HIDDEN if client.get(path).status_code not in {200, 307}] == []
        assert "vale-toms" in client.get("/api/v1/frameworks").text
    for other in (ELSEWHERE, SIGNED_OUT):
        become(app, client, other)
        assert [path for path in HIDDEN if client.get(path).status_code != 404] == []
        for path in LISTS:
            answer = client.get(path)
            assert (answer.status_code, "vale-toms" in answer.text) == (200, False), path
        if other == ELSEWHERE:
            assert "vale-toms" not in client.get("/audit").text


def test_a_tender_is_scored_with_it_by_its_organisation_alone(app: FastAPI, client: TestClient) -> None:
    worked = (ROOT / "data" / "demo" / "worked.yaml").read_text(encoding="utf-8")
    own = worked.replace("example@2021.1", "vale-toms@2021.1")
    assert own != worked
    become(app, client, Role.POLICY_LEAD)
    send(client, OWN, confirmed="yes")
    assert client.post("/api/v1/score", content=own).json()["framework"]["id"] == "vale-toms"
    become(app, client, ELSEWHERE)
    refused = client.post("/api/v1/score", content=own)
    assert refused.status_code == 422
    assert "vale-toms@2021.1" in refused.text  # what was typed
    become(app, client, SIGNED_OUT)
    assert client.post("/api/v1/score", content=own).status_code == 422


@pytest.mark.parametrize("role", [Role.PROCUREMENT_OFFICER, Role.AUDITOR, Role.VIEWER])
def test_it_is_for_who_sets_the_policy(app: FastAPI, client: TestClient, role: Role) -> None:
    become(app, client, role)
    assert client.get(PAGE).status_code == 403
    assert send(client, OWN, confirmed="yes").status_code == 403
    assert f'href="{PAGE}"' not in client.get("/frameworks").text
