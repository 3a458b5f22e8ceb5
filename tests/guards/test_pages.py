"""Every page and every state of it, parsed by the rules of the HTML standard; every link followed."""

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from httpx2 import Response
from starlette.testclient import TestClient

from svtracker.web.house import UNNAMED
from tests.guards.crawl import Site
from tests.guards.html_rules import faults, parse, words
from tests.guards.test_access import KINDS, REAL, filled
from tests.web.conftest import MakeClient
from tests.web.installation import DEMO_COUNCIL, SITE, WORKED

DEMO_ENDING = f" – {SITE} – {DEMO_COUNCIL}"
EMPTY_ENDING = f" – {SITE} – {UNNAMED}"

BROKEN = WORKED.replace('"750000"', "750000").replace('"2.5"', '"much"').replace("method: relative", "method: best")
RICH = WORKED.replace("bidder: A", "bidder: <b>Ann & Sons</b>").replace(
    'X2: "1"', 'X2: {offered: "2", accepted: "1", reason: "<i>late</i>"}'
)


def states(
    client: TestClient, inside: TestClient, empty: TestClient, small: TestClient
) -> Iterator[tuple[str, int, str, Response]]:
    """Pages that no link leads to: name, status, ending of the title, answer."""
    tree = "/frameworks/open-toms/2021.1"
    gets = [
        ("nothing found", 200, f"{tree}?find=qqqq&list=lite&kind=valued"),
        ("found by text", 200, f"{tree}?find=wage"),
        ("text as markup", 200, f"{tree}?find=%3Cscript%3Ealert(1)%3C/script%3E%22%27"),
        ("three filters", 200, f"{tree}?list=main&theme=JOBS&kind=valued"),
        ("compare backwards", 200, "/frameworks/open-toms/compare?from=2026.1&to=2018.1"),
        ("compare over a version", 200, "/frameworks/open-toms/compare?from=2018.1&to=2026.1"),
        ("compare a set of one", 200, "/frameworks/example/compare"),
        ("compare with itself", 422, "/frameworks/open-toms/compare?from=2021.1&to=2021.1"),
        ("compare with what is not there", 404, "/frameworks/open-toms/compare?from=2021.1&to=1066.1"),
        ("no such page", 404, "/nowhere"),
        ("no such set", 404, "/frameworks/nowhere"),
        ("no such measure", 404, f"{tree}/measures/Z99"),
        ("no such list", 404, f"{tree}?list=gold"),
        ("no such tender", 404, "/tenders/nowhere"),
        ("text too long", 422, f"{tree}?find={'a' * 300}"),
    ]
    for name, status, address in gets:
        yield name, status, DEMO_ENDING, client.get(address)
    record = [
        ("events found", 200, "/audit?kind=version&find=released"),
        ("events by a word that is markup", 200, "/audit?find=%3Cscript%3E&object=%22%3E"),
        ("older events", 200, "/audit?before=1.1"),
        ("events before the first", 404, "/audit?before=0.1"),
        ("events of unreadable days", 422, "/audit?from=monday&to=2026-13-01&kind=starship&what=x&person=x"),
        ("a history", 200, "/audit/version/open-toms@2021.1"),
        ("a history on a day", 200, "/audit/version/open-toms@2021.1?on=2001-01-01"),
        ("a history on no day", 422, "/audit/version/open-toms@2021.1?on=soon"),
        ("a history of nothing", 404, "/audit/version/nothing"),
        ("a sample", 200, "/audit/sample?seed=guard&size=3"),
        ("a sample of nothing", 200, "/audit/sample?seed=guard&size=3&to=2001-01-01"),
        ("a sample that cannot be drawn", 422, "/audit/sample?seed=&size=1001&from=x&to=y"),
        ("a pack that cannot be drawn", 422, "/audit/sample/pack.zip"),
    ]
    for name, status, address in record:
        yield name, status, DEMO_ENDING, inside.get(address)
    sent = [
        ("nothing sent", 422, ""),
        ("a broken file", 422, BROKEN),
        ("no tender file at all", 422, "good morning"),
        ("a result", 200, WORKED),
        ("a result with markup in it", 200, RICH),
    ]
    for name, status, text in sent:
        yield name, status, DEMO_ENDING, client.post("/score", data={"text": text})
    yield "a method that is not taken", 405, DEMO_ENDING, client.post("/tenders")
    yield "a file too large", 413, DEMO_ENDING, small.post("/score", data={"text": "a" * 200_000})
    yield "a form too large", 413, DEMO_ENDING, small.post("/score/download.csv", data={"text": "a" * 200_000})
    for address in (
        "/",
        "/frameworks",
        "/tenders",
        "/score",
        "/help",
        "/access",
        "/privacy",
        "/sign-in",
    ):
        yield f"empty {address}", 200, EMPTY_ENDING, empty.get(address)
    yield "empty, a set", 404, EMPTY_ENDING, empty.get("/frameworks/open-toms")
    yield "empty, a result", 422, EMPTY_ENDING, empty.post("/score", data={"text": WORKED})


@pytest.fixture
def small(make_client: MakeClient) -> TestClient:
    return make_client(max_upload_bytes=2048)


def test_every_page_is_whole(each_site: Site, site: Site) -> None:
    found = {answer.address: faults(answer.page, ending=DEMO_ENDING) for answer in each_site.pages}
    assert {address: wrong for address, wrong in found.items() if wrong} == {}
    assert len(found) >= (190 if each_site is site else 20), f"only {len(found)} pages"


def test_every_state_is_whole(client: TestClient, inside: TestClient, empty: TestClient, small: TestClient) -> None:
    wrong, tried = {}, 0
    for name, status, ending, answer in states(client, inside, empty, small):
        tried += 1
        assert answer.status_code == status, name
        assert answer.headers["content-type"] == "text/html; charset=utf-8", name
        page = parse(answer.text)
        if own := faults(page, ending=ending):
            wrong[name] = own
        title = words(page.all("title")[0])
        # A form with errors says so first, where a screen reader begins (GOV.UK style).
        has_errors = bool(
            [one for one in page.all("div") if "govuk-error-summary" in one.attrib.get("class", "").split()]
        )
        assert title.startswith("Error: ") is has_errors, name
    assert wrong == {}
    assert tried >= 30


def test_every_title_is_given_once(each_site: Site, site: Site) -> None:
    """A person with many tabs open tells them apart; a filtered tree is the page that it filters."""
    titles: dict[str, str] = {}
    for answer in each_site.pages:
        if urlsplit(answer.address).query:
            continue
        title = words(answer.page.all("title")[0])
        assert title not in titles, f"{answer.address} and {titles[title]} are both “{title}”"
        titles[title] = answer.address
    assert len(titles) >= (150 if each_site is site else 20)


def test_every_internal_link_answers(each_site: Site, site: Site) -> None:
    dead = [
        (one.address, one.response.status_code, one.found_on)
        for one in each_site.answers.values()
        if one.response.status_code >= 400
    ]
    assert dead == []
    assert len(each_site.answers) >= (450 if each_site is site else 25), f"only {len(each_site.answers)} addresses"


def test_every_link_into_a_page_meets_its_place(site: Site) -> None:
    missing = [
        (found_on, target, place)
        for found_on, target, place in site.places
        if target in site.answers and site.answers[target].is_page and place not in site.answers[target].page.ids
    ]
    assert missing == []
    assert len(site.places) >= 10


def test_links_that_lead_out_are_safe(site: Site) -> None:
    odd = [link for link in site.outside if not link.startswith(("https://", "mailto:"))]
    assert odd == []
    assert len(site.outside) >= 5


def test_every_page_can_be_reached_from_the_first(site: Site, site_inside: Site) -> None:
    """What the access table lists and a link can ask for is linked from somewhere, downloads among it."""
    reached = {urlsplit(address).path for address in [*site.answers, *site_inside.answers]}
    wanted = {
        "/frameworks/open-toms/2018.1",
        "/frameworks/open-toms/2021.1/measures/J1",
        "/frameworks/open-toms/compare",
        "/score/example",
        "/audit",
        "/audit/sample",
        "/audit/version/open-toms@2021.1",
        "/help/glossary",
        "/help/scoring",
        "/help/measures",
        "/help/data",
        "/accessibility",
        "/privacy",
        "/access",
        "/api/docs",
        "/api/openapi.json",
        "/sign-in",
        "/account",
        "/people",
        "/people/1",
        "/people/add",
        "/people/import",
        "/personal-links",
        "/messages",
        "/messages/1",
    }
    for template, kinds in KINDS.items():
        if template != "/score/download.{kind}":
            wanted |= {filled(template, {**REAL, "kind": k}) for k in kinds}
    assert wanted - reached == set()


def test_every_download_is_a_file(site: Site) -> None:
    tried = 0
    for answer in site.answers.values():
        kind = urlsplit(answer.address).path.rpartition("download.")[2]
        if "/download." not in answer.address or answer.response.status_code >= 400:
            continue
        tried += 1
        said = answer.response.headers["content-disposition"]
        assert said.startswith('attachment; filename="'), answer.address
        assert said.endswith(f'.{kind}"'), answer.address
        assert answer.response.content.startswith({"xlsx": b"PK", "csv": b"\xef\xbb\xbf"}.get(kind, b"")), (
            answer.address
        )
        assert len(answer.response.content) > 40, answer.address
    assert tried >= 100


def test_pages_of_the_demo_say_that_its_bids_are_invented(site: Site) -> None:
    told = [one for one in site.pages if urlsplit(one.address).path.startswith(("/tenders", "/score/example"))]
    assert len(told) >= 9
    assert [one.address for one in told if "invented" not in words(one.page.all("main")[0])] == []


def test_every_form_of_somebody_signed_in_is_their_own(site_inside: Site, inside: TestClient) -> None:
    """A form that changes or computes something carries the mark of the session; without it the guard refuses it."""
    pages = [one.page for one in site_inside.pages]
    token = next(one.attrib["value"] for one in pages[0].all("input") if one.attrib.get("name") == "form_token")
    result = inside.post("/score", data={"text": WORKED, "form_token": token})
    assert result.status_code == 200
    assert inside.post("/score", data={"text": WORKED}).status_code == 403
    pages += [parse(inside.get("/score").text), parse(inside.get("/sign-in").text), parse(result.text)]
    forms = [form for page in pages for form in page.all("form") if form.attrib.get("method") == "post"]
    marks = [[one for one in form.iter() if one.attrib.get("name") == "form_token"] for form in forms]
    assert [len(found) for found in marks] == [1] * len(forms)
    assert len(forms) >= 60
