"""The application as a whole: first page, settings on pages, HEAD, odd addresses and choices, the JSON interface."""

import hashlib
import re
import shutil
import string
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from svtracker import __version__
from svtracker.web.access import ACCESS, Audience
from tests.guards.html_rules import parse, words
from tests.web.conftest import MakeClient
from tests.web.installation import DEMO_COUNCIL, ROOT, WORKED, application, client_of

ODD = [
    "",
    " ",
    ".",
    "..",
    "%",
    "\x00",
    "\x7f",
    "'",
    '"',
    "' OR 1=1 --",
    "<script>",
    "{{7*7}}",
    "open-toms",
    "open-toms@2021.1",
    "2021.1",
    "2021.1\x00",
    "compare",
    "download.csv",
    "J1",
    "j1",
    "Ⅻ",
    "ß" * 50,
    "\u202e",
    "😀",
    "a" * 3000,
    "-1",
    "1e309",
    "NaN",
    "null",
    "[]",
    "../../etc/passwd",
]
odd_texts = st.one_of(st.sampled_from(ODD), st.text(st.characters(exclude_categories=["Cs"]), max_size=20))
numbers = st.sampled_from(["1", "3", "8", "9", "10", "0", "99999999999999999999"])
NAMES = [
    "from",
    "to",
    "list",
    "theme",
    "kind",
    "find",
    "page",
    "hx",
    "what",
    "object",
    "person",
    "before",
    "on",
    "seed",
    "size",
]
queries = st.lists(st.tuples(st.sampled_from(NAMES), odd_texts), max_size=4)
odd_headers = st.dictionaries(
    st.sampled_from(["accept", "accept-language", "if-none-match", "hx-request", "hx-request-type", "range", "cookie"]),
    st.text(string.printable.replace("\r", "").replace("\n", "").replace("\x0b", "").replace("\x0c", ""), max_size=20),
    max_size=2,
)
CHECKS = settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
READABLE = [rule.path for rule in ACCESS if rule.method == "GET"]
CLOSED = {rule.path for rule in ACCESS if rule.who is not Audience.EVERYBODY}


class TestAnyAddress:
    """Whatever stands in an address, the answer is a page or JSON that helps, never a fault (DESIGN 5)."""

    @pytest.mark.parametrize("template", READABLE)
    @CHECKS
    @given(data=st.data())
    def test_odd_parameters(self, client: TestClient, inside: TestClient, template: str, data: st.DataObject) -> None:
        self.ask_oddly(inside if template in CLOSED else client, template, data)

    @pytest.mark.parametrize("template", [path for path in READABLE if "/frameworks/{" in path])
    @CHECKS
    @given(data=st.data())
    def test_odd_parameters_on_postgresql(
        self, client_on_postgresql: TestClient, template: str, data: st.DataObject
    ) -> None:
        self.ask_oddly(client_on_postgresql, template, data)

    def ask_oddly(self, client: TestClient, template: str, data: st.DataObject) -> None:
        is_closed = template in CLOSED
        names = re.findall(r"{(\w+)(:int)?", template)
        odd = {name: data.draw(numbers | odd_texts if is_number else odd_texts) for name, is_number in names}
        path = re.sub(r"{(\w+)(:\w+)?}", lambda name: quote(odd[name[1]], safe=""), template)
        headers = data.draw(odd_headers)
        if is_closed:
            headers.pop("cookie", None)  # an odd one would sign the administrator out; odd ones are asked elsewhere
        answer = client.get(path, params=data.draw(queries), headers=headers)
        by_link = {403} if template.startswith("/bid") else set()  # for who came by a link to that task alone
        assert answer.status_code in {200, 206, 303, 304, 307, 400, 404, 405, 409, 410, 416, 422} | by_link, path
        if answer.status_code >= 400 and path.startswith("/api/v1/"):
            assert answer.json(), path

    @CHECKS
    @given(data=st.data())
    def test_every_operation_answers_as_its_document_says(
        self, each_client: TestClient, inside: TestClient, data: st.DataObject
    ) -> None:
        for client in (each_client, inside):
            self.ask_every_operation(client, data)

    def ask_every_operation(self, client: TestClient, data: st.DataObject) -> None:
        document = client.get("/api/openapi.json").json()
        for template, methods in document["paths"].items():
            for method, operation in methods.items():
                parameters = operation.get("parameters", [])
                drawn = {one["name"]: data.draw(odd_texts) for one in parameters}
                placed = {one["name"]: quote(drawn[one["name"]], safe="") for one in parameters if one["in"] == "path"}
                if any(not value or value in {".", ".."} or "%2F" in value for value in placed.values()):
                    continue  # another address than this operation's
                query = {one["name"]: drawn[one["name"]] for one in parameters if one["in"] == "query"}
                body: dict[str, Any] = {"content": data.draw(st.binary(max_size=200))} if method == "post" else {}
                answer = client.request(method, template.format(**placed), params=query, **body)
                assert str(answer.status_code) in operation["responses"], (template, drawn)
                assert answer.headers["content-type"] == "application/json", (template, drawn)


class TestUnknownChoices:
    TREE = "/frameworks/open-toms/2021.1"

    @pytest.mark.parametrize("query", ["list=gold", "theme=nowhere", "kind=golden", "list=main&kind=x"])
    @pytest.mark.parametrize("path", [TREE, f"{TREE}/download.csv", f"{TREE}/download.xlsx", f"/api/v1{TREE}"])
    def test_a_choice_that_there_is_not(self, each_client: TestClient, path: str, query: str) -> None:
        answer = each_client.get(f"{path}?{query}")
        assert answer.status_code in {404, 422}
        assert "content-disposition" not in answer.headers

    @pytest.mark.parametrize(
        "query", ["", "from=2018.1", "to=2021.1", "from=&to=", "from=1066.1&to=2021.1", "from=2021.1&to=2021.1"]
    )
    @pytest.mark.parametrize("path", ["/frameworks/open-toms/compare", "/api/v1/frameworks/open-toms/compare"])
    def test_versions_to_compare(self, each_client: TestClient, path: str, query: str) -> None:
        assert each_client.get(f"{path}?{query}").status_code in {200, 404, 422}

    def test_a_choice_that_no_page_knows_changes_nothing(self, client: TestClient) -> None:
        assert client.get(f"{self.TREE}?utm_source=mail").text == client.get(self.TREE).text

    def test_an_empty_choice_is_no_choice(self, client: TestClient) -> None:
        with_form = parse(client.get(f"{self.TREE}?find=&list=").text)
        assert words(with_form.all("main")[0]) == words(parse(client.get(self.TREE).text).all("main")[0])


class TestHead:
    @pytest.mark.parametrize("path", [path for path in READABLE if "{" not in path])
    def test_as_get_without_the_body(self, client: TestClient, path: str) -> None:
        head, got = client.head(path), client.get(path)
        assert (head.status_code, head.content) == (got.status_code, b"")
        assert dict(head.headers) == dict(got.headers)

    @pytest.mark.parametrize("path", ["/nowhere", "/static/nothing.css", "/frameworks/open-toms", "/static/own.css"])
    def test_errors_redirects_and_files(self, client: TestClient, path: str) -> None:
        head, got = client.head(path), client.get(path)
        assert (head.status_code, head.content) == (got.status_code, b"")


class TestFirstPage:
    def test_versions_newest_first_and_the_tenders(self, client: TestClient) -> None:
        page = parse(client.get("/").text)
        sections = {one.attrib.get("aria-labelledby"): one for one in page.all("section")}
        versions = [words(link) for link in sections["versions"].iter("a")]
        assert versions[:3] == ["Open TOMs 2026.1", "Open TOMs 2021.1", "Open TOMs 2018.1"]
        assert len(list(sections["tenders"].iter("li"))) == 7

    def test_an_empty_installation_says_what_to_do_next(self, empty: TestClient) -> None:
        text = words(parse(empty.get("/").text).all("main")[0])
        assert "No measure set is loaded yet" in text
        assert "There are no tenders yet" in text

    def test_the_menu_shows_where_one_is(self, client: TestClient) -> None:
        for path, label in [
            ("/", "Home"),
            ("/tenders/new-market", "Tenders"),
            ("/frameworks/open-toms/2021.1", "Measures"),
            ("/score/example", "Score a tender file"),
            ("/help/data", "Help"),
        ]:
            current = [
                words(link)
                for link in parse(client.get(path).text).all("a")
                if link.attrib.get("aria-current") == "true"
            ]
            assert current[0] == label

    def test_only_the_demo_shows_the_demo(self, make_client: MakeClient) -> None:
        client = make_client(demo=False)
        assert "The council, firms and bids here are invented" not in client.get("/").text
        assert client.get("/api/v1/tenders").json() == []
        assert client.get("/tenders/new-market").status_code == 404
        assert client.get("/score/example").status_code == 200


class TestSettingsOnPages:
    def test_names_and_addresses(self, make_client: MakeClient) -> None:
        client = make_client(
            council_name="Ash & <b>Elm</b> Council",
            support_address="help@ash.example",
            source_href="https://code.example/svtracker?a=1&b=2",
        )
        page = parse(client.get("/help").text)
        assert words(page.all("title")[0]).endswith(" – Social value – Ash & <b>Elm</b> Council")
        assert {"mailto:help@ash.example", "https://code.example/svtracker?a=1&b=2"} <= set(page.links)
        assert page.errors == ()

    def test_by_themselves(self, client: TestClient) -> None:
        page = parse(client.get("/").text)
        assert DEMO_COUNCIL in words(page.all("header")[0])
        assert "Source code" not in words(page.all("footer")[0])
        assert f"Version {__version__}." in words(page.all("footer")[0])


class TestFiles:
    def test_an_address_changes_with_its_content(self, client: TestClient) -> None:
        links = [link for link in parse(client.get("/").text).links if link.startswith("/static/")]
        assert len(links) >= 5
        for link in links:
            path, query = urlsplit(link).path, urlsplit(link).query
            content = (ROOT / path.removeprefix("/")).read_bytes()
            assert query == f"v={hashlib.sha256(content).hexdigest()[:12]}"
            answer = client.get(link)
            assert answer.content == content
            assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"

    def test_without_its_mark_a_file_is_kept_for_minutes(self, client: TestClient) -> None:
        assert client.get("/static/own.css").headers["cache-control"] == "public, max-age=300"


class TestInterface:
    def test_the_document_names_every_route_of_the_interface(self, client: TestClient) -> None:
        document = client.get("/api/openapi.json").json()
        named = {(method.upper(), path) for path, methods in document["paths"].items() for method in methods}
        listed = {(rule.method, re.sub(r":\w+}", "}", rule.path)) for rule in ACCESS}
        assert named == {one for one in listed if one[1].startswith("/api/v1/")}

    def test_the_page_says_all_that_the_document_says(self, client: TestClient) -> None:
        document = client.get("/api/openapi.json").json()
        text = words(parse(client.get("/api/docs").text).all("main")[0])
        for path, methods in document["paths"].items():
            for method, operation in methods.items():
                assert f"{method.upper()} {path}" in text
                assert operation["summary"] in text
                for said in operation["responses"].values():
                    assert said["description"] in text

    def test_health(self, each_client: TestClient, empty: TestClient) -> None:
        assert each_client.get("/health").json() == {"status": "ok", "version": __version__, "measure_set_versions": 4}
        assert empty.get("/health").json()["measure_set_versions"] == 0

    def test_errors_are_json_with_what_why_and_do(self, client: TestClient) -> None:
        for path in ("/api/v1/nowhere", "/api/v1/tenders/nothing", "/api/v1/frameworks/nowhere/2021.1"):
            answer = client.get(path)
            assert answer.status_code == 404
            assert set(answer.json()["error"]) == {"what", "why", "do"}
            assert all(answer.json()["error"].values())

    def test_the_interface_takes_no_form(self, client: TestClient) -> None:
        """A form of another page cannot be made to look like a file."""
        answer = client.post("/api/v1/score", data={"text": WORKED})
        assert answer.status_code == 422


class TestDatabaseAway:
    """Somebody who meets a database that is not there is told to try again, and never where it is."""

    @pytest.mark.parametrize("path", ["/", "/frameworks", "/tenders", "/sign-in", "/api/v1/frameworks"])
    def test_a_page_says_try_again(self, demo_url: str, tmp_path: Path, path: str) -> None:
        file = tmp_path / "moved.db"
        shutil.copyfile(demo_url.removeprefix("sqlite:///"), file)
        with client_of(application(f"sqlite:///{file}")) as client:
            client.app.state.database.dispose()
            file.rename(tmp_path / "elsewhere.db")
            answer = client.get(path)
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "60")
        assert str(tmp_path) not in answer.text
        assert "Try again in a minute" in answer.text
