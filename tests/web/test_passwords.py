"""A password anew on the pages: forgotten, and changed; nobody learns from them who has an account."""

import pytest
from sqlalchemy import text

from svtracker.identity import service
from svtracker.identity.rules.roles import Role
from tests.identity.people import EMAIL, PASSWORD
from tests.web.council import Council, at_field, words

NEW = "seven paper boats drift"
NOBODY = "nobody.here@north-vale.example"
FORM = "/sign-in/forgotten"


class TestForgotten:
    def test_the_answer_is_the_same_whoever_asks(self, council: Council) -> None:
        robin = council.add("Robin Ash", Role.EVALUATOR, password=None)
        pages = set()
        for email in (EMAIL, NOBODY, robin.email, EMAIL.upper()):
            answer = council.browser().send(FORM, on=FORM, email=email)
            assert (answer.status_code, answer.headers.get("set-cookie")) == (200, None)
            pages.add(answer.text)
        assert len(pages) == 1
        assert "Look at your mail" in pages.pop()
        service.answer_requests(council.database, clock=council.clock)
        outbox = council.signed_in().get("/messages").text
        assert outbox.count("A new password for svtracker") == 2
        assert NOBODY not in outbox

    def test_nobody_who_is_signed_out_sees_the_outbox(self, council_on_sqlite: Council) -> None:
        browser = council_on_sqlite.browser()
        browser.send(FORM, on=FORM, email=EMAIL)
        service.answer_requests(council_on_sqlite.database, clock=council_on_sqlite.clock)
        for path in ("/messages", "/messages/1", "/personal-links"):
            answer = browser.get(path)
            assert answer.headers["location"].startswith("/sign-in?next=")
            assert "password" not in answer.text
        assert browser.get("/api/v1/messages").status_code == 401

    @pytest.mark.parametrize("email", [EMAIL, NOBODY])
    def test_who_asks_too_often_is_told_how_long_to_wait(self, council: Council, email: str) -> None:
        browser = council.browser()
        answers = [browser.send(FORM, email=email) for _ in range(5)]
        assert [one.status_code for one in answers] == [200] * 4 + [429]
        assert answers[-1].headers["retry-after"] == "30"
        assert at_field(answers[-1], "email") == "There were too many requests. Wait 30 seconds, then try again."

    @pytest.mark.parametrize("email", ["", "wren", "wren@", "@", "a b@x.example", "wren@x.example\r\nBcc: a@b.example"])
    def test_what_is_no_address_is_said_at_the_field(self, council_on_sqlite: Council, email: str) -> None:
        answer = council_on_sqlite.browser().send(FORM, email=email)
        assert answer.status_code == 422
        assert at_field(answer, "email").startswith("Enter your email address")
        with council_on_sqlite.database.reading() as session:
            assert session.execute(text("SELECT count(*) FROM password_request")).scalar_one() == 0

    def test_without_mail_the_page_says_what_to_do(self, council_on_sqlite: Council) -> None:
        assert "This service sends no mail yet." in words(council_on_sqlite.browser().get(FORM))

    def test_the_way_there_is_on_the_page_to_sign_in(self, council_on_sqlite: Council) -> None:
        assert f'href="{FORM}"' in council_on_sqlite.browser().get("/sign-in").text


class TestChanging:
    def test_the_new_one_holds_and_the_other_browser_is_signed_out(self, council: Council) -> None:
        browser, other = council.signed_in(), council.signed_in()
        answer = browser.send("/account/password", on="/account/password", old=PASSWORD, new=NEW)
        assert (answer.status_code, answer.headers["location"]) == (303, "/account#password")
        assert [one.is_signed_in for one in (browser, other)] == [True, False]
        assert [council.browser().sign_in(EMAIL, one).status_code for one in (PASSWORD, NEW)] == [403, 303]

    def test_what_is_wrong_stands_at_its_field(self, council_on_sqlite: Council) -> None:
        browser = council_on_sqlite.signed_in()
        wrong = browser.send("/account/password", old="wrong wrong wrong", new=NEW)
        assert (wrong.status_code, at_field(wrong, "old")) == (422, "This is not your present password.")
        short = browser.send("/account/password", old=PASSWORD, new="short")
        assert (short.status_code, at_field(short, "new")[:20]) == (422, "It has 5 characters;")
        assert [PASSWORD in one.text for one in (wrong, short)] == [False, False]
        for _ in range(6):
            last = browser.send("/account/password", old="wrong wrong wrong", new=NEW)
        assert (last.status_code, last.headers["retry-after"]) == (429, "30")
        assert council_on_sqlite.browser().sign_in(EMAIL).status_code == 429

    def test_a_link_is_there_for_who_forgot_it(self, council_on_sqlite: Council) -> None:
        browser = council_on_sqlite.signed_in()
        answer = browser.send("/account/password/link", on="/account/password")
        assert "Look at your mail" in words(answer)
