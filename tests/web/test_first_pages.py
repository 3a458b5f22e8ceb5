"""Where each role goes on after signing in, and what the home page says needs it today."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from sqlalchemy import text
from starlette.testclient import TestClient

from svtracker.identity.rules.roles import Role
from svtracker.web.access import ACCESS, RULES
from svtracker.web.first_pages import FIRST_PAGES, first_of
from tests.identity.people import EMAIL
from tests.web.council import Council, words
from tests.web.installation import application, client_of
from tests.web.visitors import BY_LINK, SIGNED_OUT, visitor


@pytest.fixture
def demo(demo_url: str, tmp_path: Path) -> FastAPI:
    """The demo in a database of its own, because people sign in."""
    shutil.copyfile(demo_url.removeprefix("sqlite:///"), tmp_path / "own.db")
    return application(f"sqlite:///{tmp_path / 'own.db'}")


@pytest.fixture
def demo_client(demo: FastAPI) -> Iterator[TestClient]:
    with client_of(demo) as client:
        yield client


def today(page: str) -> tuple[str, str] | None:
    """The sentence of the home page and where its link leads."""
    found = re.search(r'id="today".*?<p>(.*?) <a class="govuk-link" href="([^"]+)">', page, re.DOTALL)
    return (found[1], found[2]) if found else None


def test_every_role_has_one_that_lets_it_in() -> None:
    assert set(FIRST_PAGES) == set(Role)
    for role, page in FIRST_PAGES.items():
        assert RULES["GET", page.href].lets_in([role]), role
    assert {rule.path for rule in ACCESS} >= {page.href for page in FIRST_PAGES.values()}


@pytest.mark.parametrize("role", list(Role))
def test_each_role_of_the_demo_goes_on_to_its_page_and_home_leads_there(
    demo: FastAPI, demo_client: TestClient, role: Role
) -> None:
    entered = demo_client.post("/sign-in/demo", data={"role": role.value})
    assert entered.headers["location"] == FIRST_PAGES[role].href
    assert demo_client.get(entered.headers["location"]).status_code == 200
    sentence, href = today(demo_client.get("/").text) or ("", "")
    assert sentence.endswith(".")
    assert href == FIRST_PAGES[role].href


def test_who_asked_for_a_page_gets_that_one(demo_client: TestClient) -> None:
    entered = demo_client.post("/sign-in/demo", data={"role": "auditor", "next": "/help"})
    assert entered.headers["location"] == "/help"


@pytest.mark.parametrize("who", [SIGNED_OUT, BY_LINK])
def test_nobody_else_is_told_anything(demo: FastAPI, demo_client: TestClient, who: str) -> None:
    visitor(demo, demo_client, who)
    assert today(demo_client.get("/").text) is None


def test_of_several_roles_the_first_of_the_table_decides() -> None:
    assert first_of([Role.AUDITOR, Role.ADMINISTRATOR]) is FIRST_PAGES[Role.ADMINISTRATOR]
    assert first_of([Role.ADMINISTRATOR, Role.POLICY_LEAD]) is FIRST_PAGES[Role.POLICY_LEAD]
    assert first_of([]) is None


class TestInACouncil:
    def test_the_administrator_is_told_who_cannot_sign_in_and_what_was_not_sent(self, council: Council) -> None:
        wren = council.browser()
        assert wren.sign_in(EMAIL).headers["location"] == "/people"
        assert today(wren.get("/").text) == ("1 person can sign in, and no message failed.", "/people")
        council.add("Robin Ash", Role.VIEWER, password=None)
        assert today(wren.get("/").text) == ("1 person has no way to sign in yet: no password was set.", "/people")
        wren.send("/account/password/link")
        with council.database.writing() as session:
            session.execute(text("UPDATE outbox_message SET last_error = 'nobody is there'"))
        assert today(wren.get("/").text) == ("1 message could not be sent yet.", "/messages")
        assert wren.get("/messages").status_code == 200

    def test_a_role_for_one_tender_counts(self, council: Council) -> None:
        robin = council.add("Robin Ash")
        council.role(robin, Role.EVALUATOR, object_kind="tender", object_id="7")
        browser = council.browser()
        assert browser.sign_in(robin.email or "").headers["location"] == "/tenders"
        assert today(browser.get("/").text) == ("There is no tender yet.", "/tenders")

    def test_without_a_role_home_is_the_first_page(self, council_on_sqlite: Council) -> None:
        robin = council_on_sqlite.add("Robin Ash")
        browser = council_on_sqlite.browser()
        assert browser.sign_in(robin.email or "").headers["location"] == "/"
        assert today(browser.get("/").text) is None

    def test_the_auditor_is_told_of_the_last_event_and_the_policy_lead_of_drafts(self, council: Council) -> None:
        auditor = council.add("Robin Ash", Role.AUDITOR)
        lead = council.add("Jay Elm", Role.POLICY_LEAD)
        page = words(council.signed_in(auditor).get("/"))
        assert "The last event was recorded on 22 November 2026: session opened." in page
        assert "No version is a draft; 0 versions are loaded." in words(council.signed_in(lead).get("/"))
