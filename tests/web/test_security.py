"""What every answer carries, what no request gets past: headers, foreign sites, size, odd paths, faults (DESIGN 5)."""

import logging
from collections.abc import Iterator

import pytest
from httpx2 import Response
from starlette.testclient import TestClient

from tests.web.conftest import MakeClient
from tests.web.installation import WORKED

WANTED = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
FORM = {"text": WORKED}
FOREIGN = {"sec-fetch-site": "cross-site"}
TEN_MB = 10 * 1000 * 1000


class Faulty:
    """A database that fails in a way that nobody has thought of."""

    def reading(self) -> None:
        raise ZeroDivisionError("the password is secret")

    def dispose(self) -> None:
        """There is nothing to close."""


def chunks() -> Iterator[bytes]:
    """Ten megabytes whose size nobody says beforehand."""
    yield b"text="
    for _ in range(100):
        yield b"a" * (TEN_MB // 100)


@pytest.fixture
def faulty(make_client: MakeClient) -> TestClient:
    """An installation in which something fails that should not."""
    client = make_client()
    client.app.state.database = Faulty()
    return client


@pytest.fixture
def every_answer(client: TestClient, faulty: TestClient) -> dict[str, tuple[int, Response]]:
    """One answer of every kind, with the status that it should have."""
    chunked = {"content-type": "application/x-www-form-urlencoded"}
    return {
        "page": (200, client.get("/tenders")),
        "head": (200, client.head("/tenders")),
        "json": (200, client.get("/api/v1/tenders")),
        "openapi": (200, client.get("/api/openapi.json")),
        "download": (200, client.get("/tenders/download.xlsx")),
        "style": (200, client.get("/static/own.css")),
        "script": (200, client.get("/static/app.js")),
        "style that is kept": (304, client.get("/static/own.css", headers={"if-none-match": _tag(client)})),
        "redirect": (307, client.get("/frameworks/open-toms")),
        "redirect of a slash": (307, client.get("/tenders/")),
        "no such page": (404, client.get("/nowhere")),
        "no such file": (404, client.get("/static/nothing.css")),
        "no such json": (404, client.get("/api/v1/tenders/nothing")),
        "wrong method": (405, client.post("/tenders")),
        "foreign": (403, client.post("/score", data=FORM, headers=FOREIGN)),
        "broken file": (422, client.post("/score", data={"text": "a: ["})),
        "broken json": (422, client.post("/api/v1/score", content="a: [")),
        "broken form": (400, client.post("/score", content=b"--", headers={"content-type": "multipart/form-data"})),
        "too large": (413, client.post("/score", data={"text": "a" * TEN_MB})),
        "too large, chunked": (413, client.post("/score", content=chunks(), headers=chunked)),
        "too large, json": (413, client.post("/api/v1/score", content=b"a" * TEN_MB)),
        "fault": (500, faulty.get("/tenders")),
        "fault, json": (500, faulty.get("/api/v1/tenders")),
    }


def _tag(client: TestClient) -> str:
    return client.get("/static/own.css").headers["etag"]


def test_every_answer_carries_the_headers(every_answer: dict[str, tuple[int, Response]]) -> None:
    for name, (status, answer) in every_answer.items():
        assert answer.status_code == status, name
        assert {header: answer.headers.get(header) for header in WANTED} == WANTED, name
        policy = answer.headers.get("content-security-policy", "")
        rules = dict(rule.split(" ", 1) for rule in policy.split("; ")) if policy else {}
        assert rules.get("default-src") == "'none'", name
        assert (rules["script-src"], rules["style-src"]) == ("'self'", "'self'"), name
        assert (rules["base-uri"], rules["frame-ancestors"]) == ("'none'", "'none'"), name
        assert rules["form-action"] == "'self'", name
        assert "unsafe" not in policy, name
        assert "*" not in policy, name
        assert "set-cookie" not in answer.headers, name
    assert len(every_answer) >= 23


def test_errors_are_pages_for_people_and_json_for_programs(every_answer: dict[str, tuple[int, Response]]) -> None:
    for name, (status, answer) in every_answer.items():
        if status < 400 or name == "foreign":
            continue
        if "json" in name:
            assert set(answer.json()) <= {"error", "problems"}, name
        else:
            assert answer.headers["content-type"] == "text/html; charset=utf-8", name
            assert "<h1" in answer.text, name


def test_a_fault_tells_the_person_nothing_inner_and_the_log_nothing_sent(
    faulty: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG, logger="svtracker"):
        answer = faulty.post("/score", data={"text": WORKED.replace("bidder: A", "bidder: Secretive Ltd")})
    assert answer.status_code == 500
    assert "Sorry, there is a problem with the service" in answer.text
    assert not [
        word for word in ("Traceback", "ZeroDivision", "password", "sqlite", ".py", "Secretive") if word in answer.text
    ]
    said = [record.getMessage() for record in caplog.records if record.name.startswith("svtracker")]
    assert said == ["request", "unexpected error at POST /score"]
    assert "Secretive" not in caplog.text


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"sec-fetch-site": "anything"},
        {"sec-fetch-site": "cross-site", "origin": "http://localhost"},
        {"origin": "https://elsewhere.example"},
        {"origin": "http://localhost:8000"},
        {"origin": "http://localhost.elsewhere.example"},
        {"origin": "null"},
        {"origin": ""},
    ],
)
@pytest.mark.parametrize("path", ["/score", "/score/download.csv", "/api/v1/score"])
def test_what_another_site_sends_is_refused(client: TestClient, path: str, headers: dict[str, str]) -> None:
    answer = client.post(path, data={"name": "mine.yaml", **FORM}, headers=headers)
    assert answer.status_code == 403
    assert answer.text.startswith("This request came from another website, so it was refused and nothing was changed.")


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"sec-fetch-site": "same-origin"},
        {"sec-fetch-site": "none"},
        {"origin": "http://localhost"},
        {"origin": "https://localhost"},
        {"sec-fetch-site": "same-origin", "origin": "https://behind-a-proxy.example"},
        {"host": "social-value.council.example", "origin": "https://social-value.council.example"},
        {"host": "127.0.0.1:8000", "origin": "http://127.0.0.1:8000"},
        {"host": "[::1]:8000", "origin": "http://[::1]:8000"},
    ],
)
def test_what_its_own_pages_and_programs_send_is_taken(client: TestClient, headers: dict[str, str]) -> None:
    assert client.post("/score", data=FORM, headers=headers).status_code == 200


@pytest.mark.parametrize("method", ["get", "head"])
def test_another_site_may_link_here(client: TestClient, method: str) -> None:
    assert client.request(method, "/tenders", headers=FOREIGN).status_code == 200


@pytest.mark.parametrize("host", ["elsewhere.example", "x'\"><script>alert(1)</script>", "a" * 5000, ""])
def test_the_name_that_a_browser_used_stands_on_no_page(client: TestClient, host: str) -> None:
    for path in ("/", "/score", "/api/docs", "/api/openapi.json", "/nowhere"):
        answer = client.get(path, headers={"host": host})
        assert answer.status_code in {200, 404}
        assert not host or host not in answer.text
    assert client.get("/frameworks/open-toms", headers={"host": host}).headers["location"].startswith("/frameworks/")


@pytest.mark.parametrize(
    "path",
    [
        "/static/../pyproject.toml",
        "/static/%2e%2e/pyproject.toml",
        "/static/..%2fpyproject.toml",
        "/static/..%5cpyproject.toml",
        "/static//etc/passwd",
        "/static/%00own.css",
        "/static/vendor",
        "/static/",
        "/tenders/..%2f..%2fpyproject",
        "/tenders/..%2freference%2fnational-minimum-wage",
        "/tenders/worked%00/download.yaml",
        "/frameworks/..%2f..%2fdata/2021.1",
        "/frameworks/open-toms/..%2f..%2fexample%2f2021.1",
        "/frameworks/open-toms/2021.1/download.yaml%00.csv",
        "/frameworks/open-toms/2021.1/download.%2e%2e%2fyaml",
    ],
)
def test_no_path_leads_out_of_what_is_offered(each_client: TestClient, path: str) -> None:
    answer = each_client.get(path)
    assert answer.status_code == 404
    assert "[project]" not in answer.text
    assert "root:" not in answer.text


@pytest.mark.parametrize("way", ["declared", "chunked", "a file", "a lie"])
@pytest.mark.parametrize("path", ["/score", "/score/download.csv", "/api/v1/score"])
def test_ten_megabytes_are_refused_however_they_come(client: TestClient, path: str, way: str) -> None:
    form = {"content-type": "application/x-www-form-urlencoded"}
    match way:
        case "declared":
            answer = client.post(path, content=b"text=" + b"a" * TEN_MB, headers=form)
        case "chunked":
            answer = client.post(path, content=chunks(), headers=form)
        case "a lie":
            answer = client.post(path, content=chunks(), headers={**form, "content-length": "7"})
        case _:
            answer = client.post(path, files={"file": ("tender.yaml", b"a" * TEN_MB)})
    assert answer.status_code == 413
    assert "The file is larger than 2 MB, so it was not read." in answer.text


def test_the_form_says_at_its_field_that_a_file_is_too_large(client: TestClient) -> None:
    answer = client.post("/score", files={"file": ("tender.yaml", b"a" * TEN_MB)})
    assert '<a href="#file">The file is larger than 2 MB, so it was not read.</a>' in answer.text
    assert 'id="file-error"' in answer.text
    assert 'aria-describedby="file-hint file-error"' in answer.text


def test_what_is_just_within_the_limit_is_read(make_client: MakeClient) -> None:
    client = make_client(max_upload_bytes=200_000)
    filled = f"{WORKED}\n# {'a' * (150_000 - len(WORKED))}\n"
    assert client.post("/score", data={"text": filled}).status_code == 200
    assert client.post("/score", data={"text": filled + "#" * 200_000}).status_code == 413


@pytest.mark.parametrize("number", [1500, 5000])
def test_a_form_of_very_many_fields_is_refused(client: TestClient, number: int) -> None:
    answer = client.post("/score", files=[(f"f{n}", (f"f{n}.yaml", b"a")) for n in range(number)])
    assert answer.status_code == 400
    assert "<h1" in answer.text
