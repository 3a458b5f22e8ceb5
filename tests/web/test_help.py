"""Help: the words, how scoring works with figures that are true, and the pages that the law asks for."""

import re

import pytest
from starlette.testclient import TestClient

from svtracker.web.access import ACCESS
from tests.guards.html_rules import ParsedPage, parse, words
from tests.web.conftest import MakeClient
from tests.web.installation import ROOT, WORKED


def page_of(client: TestClient, path: str) -> ParsedPage:
    answer = client.get(path)
    assert answer.status_code == 200
    return parse(answer.text)


def text_of(client: TestClient, path: str) -> str:
    return words(page_of(client, path).all("main")[0])


# RULES section 1: every word that stands there in its first column.
WORDS = [
    "Measure set",
    "Version",
    "Theme, outcome, measure",
    "Unit",
    "Unit value",
    "List",
    "Tender",
    "Bid",
    "Commitment",
    "Offered and accepted quantity",
    "Social value",
    "Social value %",
    "Contract",
    "Target",
    "Return",
    "Evidence",
    "Committed, due, claimed, verified",
    "Social value: quantity",
    "Social value: answer",
    "KPI",
    "Release",
]


def test_the_glossary_has_every_word_once(client: TestClient) -> None:
    page = page_of(client, "/help/glossary")
    terms = [words(term) for term in page.all("dt")] or [words(term) for term in page.all("th")]
    assert [word for word in WORDS if word not in terms] == []
    assert len(terms) == len(set(terms))


class TestScoringIsExplainedWithTrueFigures:
    """The worked example on the help page is the example that is scored (RULES 4.7)."""

    def test_its_totals_are_those_of_the_program(self, client: TestClient) -> None:
        text = text_of(client, "/help/scoring")
        answer = client.post("/api/v1/score", content=WORKED).json()
        for bid in answer["bids"]:
            assert bid["total"] in text, bid["bidder"]
            assert bid["percent"] in text, bid["bidder"]
            assert bid["marks"]["quantitative"] in text, bid["bidder"]

    def test_how_firm_it_is(self, client: TestClient) -> None:
        text = text_of(client, "/help/scoring")
        for figure in ("318,381.72", "5.90", "13.50"):
            assert figure in text

    def test_every_method_and_test_is_named(self, client: TestClient) -> None:
        text = text_of(client, "/help/scoring").lower()
        for word in (
            "target rate",
            "relative",
            "bands",
            "lowest price",
            "half up",
            "not applicable",
            "blank",
            "contract value",
        ):
            assert word in text, word


def test_files_and_commands_are_explained(client: TestClient) -> None:
    page = page_of(client, "/help/data")
    text = words(page.all("main")[0])
    for command in ("svtracker score", "svtracker frameworks check", "svtracker frameworks load"):
        assert command in text
    assert "/api/docs" in " ".join(page.links)
    for key in ("tender", "scoring", "bids", "commitments", "framework", "contract_value"):
        assert key in text


def test_the_small_tender_file_on_the_page_scores(client: TestClient) -> None:
    example = next(one for one in page_of(client, "/help/data").all("pre") if "tender:" in "".join(one.itertext()))
    answer = client.post("/api/v1/score", content="".join(example.itertext()).strip())
    assert answer.status_code == 200, answer.text
    assert len(answer.json()["bids"]) == 2


def test_measures_are_explained(client: TestClient) -> None:
    text = text_of(client, "/help/measures").lower()
    for word in ("main", "lite", "record only", "source", "price", "index", "released"):
        assert word in text, word


def test_the_accessibility_statement_has_its_parts(client: TestClient) -> None:
    page = page_of(client, "/accessibility")
    text = words(page.all("main")[0])
    assert "Web Content Accessibility Guidelines, version 2.2, level AA" in text
    assert "Equality Advisory" in text
    assert "mailto:social-value@calderbrook.example" in page.links
    assert re.search(r"\d{1,2} [A-Z][a-z]+ 20\d\d", text), "no day on which it was prepared"


def test_the_privacy_notice_is_true(client: TestClient) -> None:
    text = text_of(client, "/privacy")
    assert "cookies" in text
    assert "ico.org.uk" in " ".join(page_of(client, "/privacy").links)
    for path in ("/", "/score", "/tenders", "/frameworks/open-toms/2021.1", "/static/own.css"):
        assert "set-cookie" not in client.get(path).headers
    for file in [*(ROOT / "templates").rglob("*.html"), ROOT / "static" / "app.js"]:
        assert not re.search(r"localStorage|sessionStorage|document\.cookie", file.read_text(encoding="utf-8")), file


def test_the_access_page_lists_every_route(client: TestClient) -> None:
    text = text_of(client, "/access")
    for rule in ACCESS:
        assert rule.path in text, rule.path
    who = {rule.who_words for rule in ACCESS}
    assert len(page_of(client, "/access").all("tr")) == len(ACCESS) + len(who)
    assert all(words[1:] in text for words in who)


@pytest.mark.parametrize("path", ["/", "/help", "/accessibility", "/nowhere"])
def test_a_problem_can_be_reported_from_every_page(make_client: MakeClient, path: str) -> None:
    page = parse(make_client(support_address="tell@us.example").get(path).text)
    link = next(one for one in page.all("a") if words(one) == "Report a problem")
    assert link.attrib["href"] == "mailto:tell@us.example"
