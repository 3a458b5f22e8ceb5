"""The page of an organisation's own settings: saved, refused at the field, second of two, seen in what is scored."""

import io
import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from svtracker.identity.rules.roles import Role
from tests.guards.html_rules import parse
from tests.web.installation import WORKED, application, client_of
from tests.web.visitors import SIGNED_OUT, add_elsewhere, visitor

PAGE = "/organisation"
NAMES = {"name": "Borough of Calderbrook", "short_name": "Calderbrook", "brand_colour": "#5b2a86"}
FIGURES = {
    "high_percent": "20",
    "concentration_percent": "50",
    "fte_percent": "50",
    "median_times": "10",
    "on_track_percent": "100",
    "slightly_behind_percent": "80",
    "behind_percent": "50",
}


@pytest.fixture
def app(demo_url: str, tmp_path: Path) -> FastAPI:
    shutil.copyfile(demo_url.removeprefix("sqlite:///"), tmp_path / "own.db")
    return application(f"sqlite:///{tmp_path / 'own.db'}")


@pytest.fixture
def lead(app: FastAPI) -> Iterator[TestClient]:
    with client_of(app) as client:
        someone = visitor(app, client, Role.POLICY_LEAD)
        client.headers.update(someone.own_form)
        yield client


def save(client: TestClient, **changed: str) -> object:
    return client.post(PAGE, data={"version": "0", **NAMES, **FIGURES, **changed})


def field(text: str, name: str) -> str:
    (found,) = [one for one in parse(text).all("input") if one.attrib.get("name") == name]
    return found.attrib["value"]


def test_saved_settings_are_seen_by_everybody(app: FastAPI, lead: TestClient) -> None:
    answer = save(lead)
    assert (answer.status_code, answer.headers["location"]) == (303, PAGE)
    assert field(lead.get(PAGE).text, "high_percent") == "20"
    assert lead.get("/api/v1/organisation").json() | {"version": 1} == {
        "slug": "calderbrook",
        **NAMES,
        **FIGURES,
        "version": 1,
    }
    visitor(app, lead, SIGNED_OUT)
    assert 'href="/brand/5b2a86.css"' in lead.get("/").text
    assert lead.get("/brand/5b2a86.css").text == ":root { --sv-brand: #5b2a86; }\n"


def test_a_lower_limit_doubts_more(lead: TestClient) -> None:
    """Bid A of the worked example promises 20.99 % of contract value: above 20 %, not above 50 %."""
    before = lead.post("/api/v1/score", content=WORKED).json()["bids"][0]["warnings"]
    assert save(lead).status_code == 303
    after = lead.post("/api/v1/score", content=WORKED).json()["bids"][0]["warnings"]
    assert "high_percent" not in [one["code"] for one in before]
    assert "high_percent" in [one["code"] for one in after]
    assert "20.99% of the contract value" in lead.get("/score/example").text


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"high_percent": "much"}, "Saw “much”; wanted a plain figure"),
        ({"high_percent": "1e3"}, "Saw “1e3”; wanted a plain figure"),
        ({"high_percent": ""}, "Saw an empty text; wanted a plain figure"),
        ({"brand_colour": "#ffdd00"}, "wanted a darker colour: at least 4.5 to 1"),
        ({"brand_colour": "red; } body { display: none"}, "wanted a colour as # and six digits"),
        ({"behind_percent": "90"}, "wanted less than the band above it, 80"),
        ({"name": " "}, "wanted a name on one line"),
        ({"name": "a\r\nb"}, "wanted a name on one line"),
        ({"short_name": "x" * 41}, "wanted one line of at most 40 characters"),
    ],
)
def test_what_is_wrong_stands_at_its_field_and_nothing_is_lost(
    lead: TestClient, changed: dict[str, str], said: str
) -> None:
    answer = save(lead, median_times="7", **changed)
    assert answer.status_code == 422
    assert said in answer.text
    assert field(answer.text, "median_times") == "7", "what was typed is still there"
    assert [one for one in parse(answer.text).all("p") if "govuk-error-message" in one.attrib.get("class", "")]
    assert lead.get("/api/v1/organisation").json()["version"] == 0


def test_the_second_of_two_sees_both_and_loses_nothing(lead: TestClient) -> None:
    assert save(lead, high_percent="30").status_code == 303
    answer = save(lead, high_percent="60")
    assert answer.status_code == 409
    assert "Somebody else saved these settings" in answer.text
    assert "Set now: <b>30</b>" in answer.text
    assert field(answer.text, "high_percent") == "60"
    assert lead.get("/api/v1/organisation").json()["high_percent"] == "30"
    again = save(lead, high_percent="60", version=field(answer.text, "version"))
    assert again.status_code == 303
    assert lead.get("/api/v1/organisation").json()["high_percent"] == "60"


@pytest.mark.parametrize("colour", ["ffffff", "12436", "12436dd", "12436g", "..%2Fown"])
def test_a_colour_that_there_is_not(lead: TestClient, colour: str) -> None:
    assert lead.get(f"/brand/{colour}.css").status_code == 404


def test_an_auditor_reads_and_has_no_button(app: FastAPI, lead: TestClient) -> None:
    auditor = visitor(app, lead, Role.AUDITOR)
    page = auditor.client.get(PAGE)
    assert page.status_code == 200
    assert "Save the settings" not in page.text


class TestExport:
    BUTTON = "Download everything (ZIP)"

    @pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.AUDITOR])
    def test_is_one_file_that_nobody_keeps(self, app: FastAPI, role: Role) -> None:
        with client_of(app) as client:
            visitor(app, client, role)
            assert self.BUTTON in client.get(PAGE).text
            answer = client.get(f"{PAGE}/export.zip")
        assert (answer.status_code, answer.headers["content-type"]) == (200, "application/zip")
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["content-disposition"].startswith('attachment; filename="calderbrook-20')
        archive = zipfile.ZipFile(io.BytesIO(answer.content))
        assert archive.testzip() is None
        assert {"README.txt", "datapackage.json", "csv/account.csv", "json/audit_event.jsonl"} <= set(
            archive.namelist()
        )

    def test_is_not_for_who_sets_the_policy(self, lead: TestClient) -> None:
        assert self.BUTTON not in lead.get(PAGE).text
        assert lead.get(f"{PAGE}/export.zip").status_code == 403

    def test_the_other_organisation_is_not_in_it(self, app: FastAPI) -> None:
        add_elsewhere(app.state.database)
        with client_of(app) as client:
            visitor(app, client, Role.AUDITOR)
            archive = zipfile.ZipFile(io.BytesIO(client.get(f"{PAGE}/export.zip").content))
        everything = b"".join(archive.read(name) for name in archive.namelist())
        assert b"Ada Birch" not in everything
        assert b"Elsewhere" not in everything
