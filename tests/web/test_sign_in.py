"""Coming in and going out in a browser: passwords, links, sessions and their cookie, on each database."""

import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from sqlalchemy import text
from typer.testing import CliRunner

from svtracker.audit.rules.events import COMMAND_LINE
from svtracker.cli import app as command_line
from svtracker.identity import hashing, service
from svtracker.identity.rules.links import Purpose
from svtracker.identity.rules.roles import Role
from svtracker.identity.service import Refused, User, demo
from svtracker.kernel.clock import system_clock
from svtracker.web.app import create_app
from svtracker.web.cookies import PLAIN, SECURE
from tests.identity.people import EMAIL, PASSWORD, hand_out, told
from tests.web.council import Browser, Council, at_field, client_at, cookie_of, words
from tests.web.installation import application, settings_for

HTTPS = "https://sv.north-vale.example"
REFUSED = "Email address and password do not belong together, or the account cannot be used."
NEW_PASSWORD = "seven paper boats drift"

# What must never lead away from the service, and where it leads instead.
NEXTS = [
    "//evil.example",
    "///evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "/a\\..\\..//evil.example",
    "https://evil.example",
    "https:evil.example",
    "http:///evil.example",
    "HTTPS://evil.example/people",
    "//[evil",
    "//[::1",
    "javascript:alert(1)",
    "data:text/html,x",
    "/people\r\nSet-Cookie: a=b",
    "/people\nx",
    "/\t/evil.example",
    " //evil.example",
    "/ /evil.example",
    "/\x00",
    "people",
    "",
]
LOCAL_NEXTS = ["/people", "/people?find=a", "/frameworks/open-toms/2021.1?list=lite", "/%0d%0aSet-Cookie:%20a=b", "/é"]


def run(*said: str) -> str:
    result = CliRunner().invoke(command_line, list(said))
    assert (result.exit_code, result.stderr) == (0, "")
    return result.stdout


def limits_of(council: Council, function: str, user: User) -> None:
    with council.database.writing() as session:
        getattr(service, function)(session, user.person_id, organisation_id=None, actor=COMMAND_LINE, reason="leaves")


def attempts(council: Council) -> int:
    with council.database.reading() as session:
        return session.execute(text("SELECT count(*) FROM sign_in_attempt")).scalar_one()


def sessions_of(council: Council, user: User) -> int:
    with council.database.reading() as session:
        return len(service.list_sessions(session, person_id=user.person_id, clock=council.clock))


class TestFromNothingToTheAccount:
    def test_by_form_and_mail(self, council: Council, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        """An administrator adds a person; the mail has a link; the link sets a password; the password lets in."""
        council.clock.now = system_clock()  # the command that sends has no other
        wren = council.signed_in()
        added = wren.send("/people/add", on="/people/add", name="Robin Ash", email="Robin@X.example", roles="viewer")
        assert added.status_code == 303
        assert re.fullmatch(r"/people/\d+", added.headers["location"])
        waiting = wren.get("/messages")
        assert "1 message waiting." in words(waiting)
        assert "Robin Ash" in words(waiting)

        monkeypatch.setenv("SVTRACKER_DATABASE_URL", council.url)
        monkeypatch.setenv("SVTRACKER_MAIL", f"file:{tmp_path / 'mail'}")
        monkeypatch.setenv("SVTRACKER_PUBLIC_ADDRESS", HTTPS)
        assert run("messages", "send") == "sent 1 message, 0 failed, 0 cancelled\n"
        (mail,) = (tmp_path / "mail").iterdir()
        written = mail.read_text(encoding="utf-8").replace("=\n", "").replace("=\r\n", "")
        (link,) = re.findall(rf"{re.escape(HTTPS)}(/links/[\w-]{{43}})", written)

        robin = council.browser()
        form = robin.get(link)
        assert (form.status_code, "Set your password" in words(form)) == (200, True)
        assert "set-cookie" not in form.headers
        done = robin.send(link, on=link, password=NEW_PASSWORD)
        assert (done.status_code, done.headers["location"]) == (303, "/sign-in")
        entered = robin.sign_in("robin@x.example", NEW_PASSWORD, next="/account")
        assert (entered.status_code, entered.headers["location"]) == (303, "/account")
        account = words(robin.get("/account"))
        assert "Robin Ash" in account
        assert "You work for north-vale Council as viewer." in account
        assert "Firefox on Windows this one password" in account
        out = robin.send("/sign-out", on="/account")
        assert (out.status_code, out.headers["location"], robin.cookies) == (303, "/", {})
        assert robin.get("/account").headers["location"] == "/sign-in?next=%2Faccount"

    def test_by_command(self, council: Council, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("SVTRACKER_DATABASE_URL", council.url)
        monkeypatch.setenv("SVTRACKER_PUBLIC_ADDRESS", HTTPS)
        council.clock.now = system_clock()
        said = run("users", "add", "Jay Elm", "--email", "jay@x.example", "--organisation", "north-vale", "--link")
        path = urlsplit(said.splitlines()[-1]).path
        jay = council.browser()
        assert jay.send(path, on=path, password=NEW_PASSWORD).status_code == 303
        assert jay.sign_in("jay@x.example", NEW_PASSWORD).status_code == 303
        assert "so far without a role" in words(jay.get("/account"))
        assert words(jay.get(path)).count("This link was used") >= 1

    def test_an_empty_installation_says_what_to_do(self, empty: object) -> None:
        answer = empty.get("/sign-in")
        assert "Nobody has an account here yet." in words(answer)
        assert "svtracker users add" in words(answer)


class TestNotLettingIn:
    @pytest.mark.parametrize("who", ["wrong", "unknown", "locked", "disabled", "erased", "without a password"])
    def test_has_one_page_and_one_status(self, council: Council, who: str) -> None:
        robin = council.add("Robin Ash", password=None if who == "without a password" else PASSWORD)
        function = {"locked": "lock_user", "disabled": "disable_user", "erased": "erase_user"}.get(who)
        if function:
            limits_of(council, function, robin)
        email = "robin.asp@north-vale.example" if who == "unknown" else robin.email
        browser = council.browser()
        answer = browser.sign_in(email, "a wrong password" if who == "wrong" else PASSWORD)
        expected = council.browser().sign_in("nobody.atall@north-vale.example", "x")
        assert answer.status_code == expected.status_code == 403
        assert at_field(answer, "email") == REFUSED
        assert answer.text.replace(email, "") == expected.text.replace("nobody.atall@north-vale.example", "")
        assert dict(answer.headers).keys() == dict(expected.headers).keys()
        assert browser.cookies == {}

    def test_keeps_the_address_and_never_the_password(self, council_on_sqlite: Council) -> None:
        answer = council_on_sqlite.browser().sign_in(EMAIL, "a wrong password", next="/people")
        assert f'value="{EMAIL}"' in answer.text
        assert 'name="next" value="/people"' in answer.text
        assert "a wrong password" not in answer.text

    @pytest.mark.parametrize("fields", [{}, {"email": EMAIL}, {"password": PASSWORD}, {"email": " ", "password": "x"}])
    def test_half_a_form_is_said_at_the_field_and_is_no_try(
        self, council_on_sqlite: Council, fields: dict[str, str]
    ) -> None:
        answer = council_on_sqlite.browser().send("/sign-in", **fields)
        assert answer.status_code == 422
        assert at_field(answer, "email") == "Enter your email address and your password."
        assert attempts(council_on_sqlite) == 0

    @pytest.mark.parametrize("email", ["\x00", "%", "' OR 1=1 --", "ſ@x.example", "a" * 1000, "<script>", "😀"])
    def test_odd_addresses(self, council: Council, email: str) -> None:
        answer = council.browser().sign_in(email, "\x00")
        assert answer.status_code == 403
        assert "<script>" not in answer.text


class TestThrottling:
    def test_too_many_tries_are_told_to_wait(self, council: Council) -> None:
        browser = council.browser()
        for _ in range(6):
            assert browser.sign_in(EMAIL, "wrong").status_code == 403
        answer = browser.sign_in(EMAIL)
        assert answer.status_code == 429
        assert answer.headers["retry-after"] == "30"
        assert at_field(answer, "email") == "There were too many tries that failed. Wait 30 seconds, then try again."
        assert browser.cookies == {}
        council.clock.on(seconds=30)
        assert browser.sign_in(EMAIL).status_code == 303

    def test_an_account_that_there_is_not_waits_alike(self, council_on_sqlite: Council) -> None:
        browser = council_on_sqlite.browser()
        for _ in range(6):
            browser.sign_in("nobody@x.example", "wrong")
        answer = browser.sign_in("nobody@x.example", "wrong")
        assert (answer.status_code, answer.headers["retry-after"]) == (429, "30")

    def test_minutes_are_said_as_minutes(self, council_on_sqlite: Council) -> None:
        browser = council_on_sqlite.browser()
        for _ in range(6):
            browser.sign_in(EMAIL, "wrong")
        for seconds in (30, 60, 120):
            council_on_sqlite.clock.on(seconds=seconds)
            browser.sign_in(EMAIL, "wrong")
        answer = browser.sign_in(EMAIL)
        assert answer.headers["retry-after"] == "240"
        assert "Wait 4 minutes, then try again." in words(answer)

    def test_ten_thousand_tries_on_many_accounts_from_many_addresses(
        self, council: Council, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Nobody gets in, the table is small again a day later, and who has nothing to do with it signs in at once."""
        sqlite = council.database.url.get_backend_name() == "sqlite"
        tries = 10_000 if sqlite else 1_000
        monkeypatch.setattr(hashing, "verify", lambda password, _: (password == PASSWORD, None))
        robin = council.add("Robin Ash")
        found = [
            service.attempt_sign_in(
                council.database,
                email=EMAIL if number % 10 == 0 else f"guess{number % 200}@north-vale.example",
                password=f"guess {number}",
                address=f"198.51.100.{number % 100}",
                user_agent="",
                clock=council.clock,
            )
            for number in range(tries)
        ]
        assert {type(one) for one in found} == {Refused}
        assert attempts(council) <= 200 * 6 + 6
        assert council.signed_in(robin, address="203.0.113.9").is_signed_in
        council.clock.on(hours=24, seconds=1)
        assert council.signed_in().is_signed_in
        assert attempts(council) == 1


class TestTheCookie:
    def test_over_https_it_is_bound_to_the_host(self, council_on_sqlite: Council) -> None:
        answer = council_on_sqlite.browser(HTTPS).sign_in(EMAIL)
        cookie = cookie_of(answer)
        assert cookie["name"] == SECURE == "__Host-svtracker"
        assert {name: cookie[name] for name in ("path", "samesite", "secure", "httponly")} == {
            "path": "/",
            "samesite": "lax",
            "secure": "",
            "httponly": "",
        }
        # A browser refuses `__Host-` with a domain; and without an end the cookie goes when the browser is closed.
        assert not {"domain", "max-age", "expires"} & cookie.keys()
        assert re.fullmatch(r"[\w-]{43}", cookie["value"])

    @pytest.mark.parametrize("base_url", ["http://localhost", "http://127.0.0.1:8000", "http://[::1]:8000"])
    def test_on_the_machine_itself_it_has_a_plain_name(self, council_on_sqlite: Council, base_url: str) -> None:
        cookie = cookie_of(council_on_sqlite.browser(base_url).sign_in(EMAIL))
        assert cookie["name"] == PLAIN
        assert "secure" not in cookie
        assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == ("", "lax", "/")

    @pytest.mark.parametrize(
        "host", ["sv.north-vale.example", "localhost.x.example", "192.0.2.7", "127.0.0.1.x.example"]
    )
    def test_elsewhere_without_encryption_nobody_is_let_in(self, council_on_sqlite: Council, host: str) -> None:
        browser = council_on_sqlite.browser(f"http://{host}")
        answer = browser.sign_in(EMAIL)
        assert answer.status_code == 403
        assert "This address is not encrypted" in at_field(answer, "email")
        assert "set-cookie" not in answer.headers
        assert attempts(council_on_sqlite) == 0

    def test_a_plain_cookie_says_nothing_over_https(self, council_on_sqlite: Council) -> None:
        """Another program on a neighbouring host could plant that name; the one with the prefix nobody can."""
        token = council_on_sqlite.signed_in().cookies[PLAIN]
        browser = council_on_sqlite.browser(HTTPS)
        browser.client.cookies.set(PLAIN, token)
        assert not browser.is_signed_in

    def test_none_is_set_before_somebody_signs_in(self, council_on_sqlite: Council) -> None:
        browser = council_on_sqlite.browser()
        for path in ("/", "/sign-in", "/account", "/people", "/help", "/nowhere", "/links/x", "/api/v1/account"):
            assert "set-cookie" not in browser.get(path).headers, path
        assert "set-cookie" not in browser.sign_in(EMAIL, "wrong").headers
        assert "set-cookie" not in browser.send("/sign-in").headers

    def test_what_a_session_is_shown_is_kept_by_no_proxy(self, council_on_sqlite: Council) -> None:
        browser = council_on_sqlite.signed_in()
        for path in ("/account", "/people", "/people/1", "/people/download.csv", "/api/v1/people", "/messages", "/"):
            assert browser.get(path).headers["cache-control"] == "private, no-cache", path

    @pytest.mark.parametrize("token", ["x" * 43, "x" * 10_000, "'", "\x7f", "a b", '"', "é"])
    def test_an_odd_one_is_nobody(self, council: Council, token: str) -> None:
        answer = council.browser().get("/account", headers={"cookie": f"{PLAIN}={token}".encode()})
        assert answer.status_code == 303


class TestSessions:
    def test_a_planted_token_is_never_taken_over(self, council: Council) -> None:
        """Session fixation: whoever set the cookie before gains nothing by the sign-in of another."""
        robin = council.add("Robin Ash", Role.VIEWER)
        attacker = council.signed_in(robin)
        planted = attacker.cookies[PLAIN]
        victim = council.browser()
        victim.client.cookies.set(PLAIN, planted)
        answer = victim.send("/sign-in", on="/sign-in", email=EMAIL, password=PASSWORD)
        assert answer.status_code == 303
        assert cookie_of(answer)["value"] != planted
        assert not attacker.is_signed_in
        made_up = council.browser()
        made_up.client.cookies.set(PLAIN, "planted")
        assert cookie_of(made_up.sign_in(EMAIL))["value"] != "planted"

    def test_each_sign_in_has_a_new_token_and_ends_the_one_before(self, council: Council) -> None:
        browser = council.signed_in()
        before, mark = browser.cookies[PLAIN], browser.form_token()
        assert browser.sign_in(EMAIL).status_code == 303
        assert browser.cookies[PLAIN] != before
        assert browser.form_token() != mark
        old = council.browser()
        old.client.cookies.set(PLAIN, before)
        assert not old.is_signed_in
        assert sessions_of(council, council.wren) == 1

    @pytest.mark.parametrize(("minutes", "goes_on"), [(59, True), (60, False)])
    def test_one_that_nobody_uses_ends(self, council: Council, minutes: int, goes_on: bool) -> None:
        browser = council.signed_in()
        council.clock.on(minutes=minutes)
        assert browser.is_signed_in is goes_on

    def test_one_that_is_used_goes_on_until_it_is_too_old(self, council: Council) -> None:
        browser = council.signed_in()
        for _ in range(23):
            council.clock.on(minutes=30)
            assert browser.is_signed_in
        council.clock.on(minutes=29, seconds=59)
        assert browser.is_signed_in
        council.clock.on(seconds=1)
        assert not browser.is_signed_in

    def test_a_form_sent_after_the_end_says_so_and_changes_nothing(self, council: Council) -> None:
        browser = council.signed_in()
        mark = browser.form_token()
        council.clock.on(hours=2)
        fields = {"name": "Robin Ash", "email": "robin@x.example", "form_token": mark}
        answer = browser.client.post("/people/add", data=fields)
        assert answer.status_code == 401
        assert "Sign in, and send it again. What you typed is still there when you go back" in words(answer)
        assert council.signed_in().get("/api/v1/people").json()[1:] == []

    def test_a_clock_that_goes_back_neither_ends_nor_revives_one(self, council: Council) -> None:
        goes_on = council.signed_in()
        council.clock.on(minutes=-50)
        assert goes_on.is_signed_in
        council.clock.on(minutes=50)
        ended = council.signed_in()
        ended.send("/sign-out")
        ended.client.cookies.set(PLAIN, "x")
        council.clock.on(hours=2)
        later = council.signed_in()  # which ends what has lapsed
        assert later.is_signed_in
        council.clock.on(hours=-2)
        assert not goes_on.is_signed_in

    def test_they_outlive_a_restart(self, council: Council) -> None:
        browser = council.signed_in()
        again = create_app(settings_for(council.url, demo=False), clock=council.clock)
        restarted = Council(app=again, clock=council.clock, organisation_id=council.organisation_id, wren=council.wren)
        other = restarted.browser()
        other.client.cookies.set(PLAIN, browser.cookies[PLAIN])
        assert other.is_signed_in
        assert other.send("/people/add", name="Robin Ash", email="robin@x.example").status_code == 303
        again.state.database.dispose()

    def test_one_elsewhere_is_ended(self, council: Council) -> None:
        here, there, third = council.signed_in(), council.signed_in(), council.signed_in()
        page = here.get("/account")
        assert "2 other browsers of yours signed in too." in words(page)
        ends = re.findall(r"/account/sessions/\d+/end", page.text)
        assert len(ends) == 2
        assert here.send(ends[1], on="/account").headers["location"] == "/account"
        assert [one.is_signed_in for one in (here, there, third)] == [True, False, True]
        assert here.send(ends[1], on="/account").status_code == 303  # again is no fault

    def test_all_others_are_ended(self, council: Council) -> None:
        here, there, third = council.signed_in(), council.signed_in(), council.signed_in()
        assert here.send("/account/sessions/others/end", on="/account").status_code == 303
        assert [one.is_signed_in for one in (here, there, third)] == [True, False, False]
        assert "Sign out everywhere else" not in here.get("/account").text

    def test_those_of_somebody_else_are_not_found(self, council: Council) -> None:
        robin = council.signed_in(council.add("Robin Ash", Role.VIEWER))
        wren = council.signed_in()
        mine, none = (robin.send(f"/account/sessions/{number}/end") for number in (2, 999_999))
        assert mine.status_code == none.status_code == 404
        assert mine.text.replace("“2”", "") == none.text.replace("“999999”", "")
        assert wren.is_signed_in

    @pytest.mark.parametrize("function", ["lock_user", "disable_user", "erase_user"])
    def test_an_account_that_is_stopped_is_out_at_once(self, council: Council, function: str) -> None:
        robin = council.add("Robin Ash", Role.VIEWER)
        browser = council.signed_in(robin)
        limits_of(council, function, robin)
        assert not browser.is_signed_in

    def test_a_role_that_ends_counts_at_once(self, council: Council) -> None:
        robin = council.add("Robin Ash", Role.AUDITOR)
        browser = council.signed_in(robin)
        assert browser.get("/people").status_code == 200
        wren = council.signed_in()
        version = re.search('name="version" value="([^"]+)"', wren.get(f"/people/{robin.person_id}").text).group(1)
        assert wren.send(f"/people/{robin.person_id}/roles/end", role="auditor", version=version).status_code == 303
        assert browser.get("/people").status_code == 403

    def test_signing_out_twice_leads_home(self, council_on_sqlite: Council) -> None:
        browser = council_on_sqlite.signed_in()
        mark = browser.form_token()
        assert browser.send("/sign-out").headers["location"] == "/"
        again = browser.client.post("/sign-out", data={"form_token": mark})
        assert (again.status_code, again.headers["location"]) == (303, "/")
        assert told(council_on_sqlite.database, "session") == ["session_opened", "session_ended"]

    def test_a_new_password_ends_them_all(self, council: Council) -> None:
        browser, other = council.signed_in(), council.signed_in()
        answer = browser.send("/account/password/link", on="/account/password")
        assert "Look at your mail" in words(answer)
        token = hand_out(council.database, council.wren, council.clock)
        assert council.browser().send(f"/links/{token}", password=NEW_PASSWORD).status_code == 303
        assert [one.is_signed_in for one in (browser, other)] == [False, False]
        assert council.browser().sign_in(EMAIL).status_code == 403
        assert council.browser().sign_in(EMAIL, NEW_PASSWORD).status_code == 303


class TestWhereSomebodyGoesOn:
    @pytest.mark.parametrize("goes_to", NEXTS)
    def test_never_elsewhere(self, council_on_sqlite: Council, goes_to: str) -> None:
        browser = council_on_sqlite.browser()
        form = browser.get("/sign-in", params={"next": goes_to})
        assert form.status_code == 200
        assert 'name="next" value="/"' in form.text
        answer = browser.sign_in(EMAIL, next=goes_to)
        assert (answer.status_code, answer.headers["location"]) == (303, "/people")
        assert len(answer.headers.get_list("set-cookie")) == 1

    @pytest.mark.parametrize("goes_to", LOCAL_NEXTS)
    def test_to_the_page_that_was_asked_for(self, council_on_sqlite: Council, goes_to: str) -> None:
        answer = council_on_sqlite.browser().sign_in(EMAIL, next=goes_to)
        location = answer.headers["location"]
        assert location.startswith("/")
        assert not location.startswith("//")
        assert location.isascii()
        assert urlsplit(location).netloc == ""
        assert len(answer.headers.get_list("set-cookie")) == 1

    def test_a_closed_page_asks_to_sign_in_and_is_shown_then(self, council_on_sqlite: Council) -> None:
        browser = council_on_sqlite.browser()
        sent = browser.get("/people?x=1&y=%2F").headers["location"]
        assert sent == "/sign-in?next=%2Fpeople%3Fx%3D1%26y%3D%252F"
        (kept,) = re.findall('name="next" value="([^"]+)"', browser.get(sent).text)
        answer = browser.sign_in(EMAIL, next=kept.replace("&amp;", "&"))
        assert answer.headers["location"] == "/people?x=1&y=%2F"


class TestLinks:
    @pytest.fixture
    def robin(self, council: Council) -> User:
        return council.add("Robin Ash", Role.SUPPLIER_CONTACT, password=None)

    @pytest.fixture
    def task(self, council: Council, robin: User) -> str:
        return "/links/" + hand_out(council.database, robin, council.clock, task_kind="return", task_id="7")

    @pytest.fixture
    def first(self, council: Council, robin: User) -> str:
        return "/links/" + hand_out(council.database, robin, council.clock)

    def test_looking_changes_nothing(self, council: Council, task: str, first: str) -> None:
        """Mail programs open links to look at them."""
        before = told(council.database, "link"), told(council.database, "session")
        for path in (task, first):
            for _ in range(3):
                answer = council.browser().get(path)
                assert answer.status_code == council.browser().client.head(path).status_code == 200
                assert "set-cookie" not in answer.headers
        assert (told(council.database, "link"), told(council.database, "session")) == before

    def test_pressing_begins_a_session_for_the_task_alone(self, council: Council, robin: User, task: str) -> None:
        browser = council.browser()
        assert "It opens one task and nothing else." in words(browser.get(task))
        begun = browser.send(task, on=task)
        assert (begun.status_code, begun.headers["location"]) == (303, "/")
        assert "Robin Ash" in words(browser.get("/"))
        for path in ("/account", "/people", "/messages", "/personal-links", "/api/v1/account", "/api/v1/people"):
            assert browser.get(path).status_code == 403, path
        for path in ("/account/password/link", "/account/sessions/others/end", "/people/add", "/people/import"):
            assert browser.send(path).status_code == 403, path
        assert browser.get("/tenders").status_code == 200
        for link in ("/people", "/account"):
            assert f'href="{link}"' not in browser.get("/").text

    def test_it_can_be_used_again_and_left(self, council: Council, task: str) -> None:
        browser = council.browser()
        browser.send(task, on=task)
        assert "Leave" in words(browser.get("/"))
        out = browser.send("/sign-out")
        assert (out.status_code, out.headers["location"], browser.cookies) == (303, "/", {})
        assert told(council.database, "session")[-1] == "session_ended"
        assert browser.send(task, on=task).status_code == 303

    @pytest.mark.parametrize(
        ("state", "title"),
        [
            ("submitted", "This task is done"),
            ("revoked", "This link was withdrawn"),
            ("over", "This link is over"),
        ],
    )
    def test_one_that_is_closed_says_why(
        self, council: Council, robin: User, task: str, state: str, title: str
    ) -> None:
        entered = council.browser()
        entered.send(task, on=task)
        self.close(council, state)
        browser = council.browser()
        for answer in (browser.get(task), browser.send(task)):
            assert answer.status_code == 410
            assert title in words(answer)
            assert "set-cookie" not in answer.headers
            assert ("Send me a new link" in words(answer)) is (state == "over")
            assert "Begin" not in words(answer)
        if state != "submitted":  # who has sent it in may still read what they sent
            assert "Leave" not in words(entered.get("/"))

    def close(self, council: Council, state: str) -> None:
        with council.database.writing() as session:
            (link,) = [
                one
                for one in service.list_links(session, organisation_id=council.organisation_id, clock=council.clock)
                if one.purpose is Purpose.TASK
            ]
            where = {"organisation_id": council.organisation_id, "actor": COMMAND_LINE, "clock": council.clock}
            if state == "submitted":
                service.submit_link(session, link.id, **where)
            elif state == "revoked":
                service.revoke_link(session, link.id, **where)
            else:
                council.clock.on(days=60)

    def test_one_for_a_password_is_used_once(self, council: Council, first: str) -> None:
        browser = council.browser()
        assert browser.send(first, on=first, password=NEW_PASSWORD).status_code == 303
        for answer in (browser.get(first), browser.send(first, password="another paper boat")):
            assert answer.status_code == 410
            assert "This link was used" in words(answer)
        assert council.browser().sign_in("robin.ash@north-vale.example", NEW_PASSWORD).status_code == 303

    def test_one_for_a_password_is_over_after_three_days(self, council: Council, first: str) -> None:
        council.clock.on(hours=72)
        answer = council.browser().send(first, password=NEW_PASSWORD)
        assert answer.status_code == 410
        assert "This link is over" in words(answer)

    @pytest.mark.parametrize(
        ("password", "said"),
        [
            ("", "It has 0 characters"),
            ("short", "It has 5 characters"),
            ("robin ash walks here", "It holds your name"),
            ("aaaaaaaaaaaaaaaa", "one character, or one simple run"),
            ("x9" * 101 + "!", "longer than 200 characters"),
        ],
    )
    def test_what_is_wrong_with_a_password_stands_at_the_field(
        self, council: Council, first: str, password: str, said: str
    ) -> None:
        browser = council.browser()
        answer = browser.send(first, on=first, password=password)
        assert answer.status_code == 422
        assert said in at_field(answer, "password")
        assert f'value="{password}"' not in answer.text
        assert browser.send(first, on=first, password=NEW_PASSWORD).status_code == 303

    def test_asking_for_a_new_one_says_the_same_to_everybody(self, council: Council, task: str, first: str) -> None:
        council.clock.on(days=60)
        answers = [
            council.browser().send(f"{path}/new")
            for path in (task, first, "/links/nothing-is-known-of-this", "/links/%00", f"/links/{'x' * 500}")
        ]
        assert {answer.status_code for answer in answers} == {200}
        assert len({answer.text for answer in answers}) == 1
        assert "It goes nowhere else." in words(answers[0])
        wren = council.signed_in()
        assert [one["subject"] for one in wren.get("/api/v1/messages").json()] == ["Your new link to svtracker"] * 2
        for _ in range(3):
            council.browser().send(f"{task}/new")
        assert len(wren.get("/api/v1/messages").json()) == 2, "one message in ten minutes"

    def test_an_unknown_one_looks_like_one_that_is_over(self, council: Council, task: str) -> None:
        council.clock.on(days=60)
        unknown = "/links/nothing-is-known-of-this"
        known, other = council.browser().get(task), council.browser().get(unknown)
        assert known.status_code == other.status_code == 410
        assert known.text.replace(task, unknown) == other.text
        known, other = council.browser().send(task), council.browser().send(unknown)
        assert known.status_code == other.status_code == 410
        assert known.text.replace(task, unknown) == other.text

    def test_without_encryption_it_begins_nothing(self, council: Council, task: str, first: str) -> None:
        browser = council.browser("http://sv.north-vale.example")
        for path, title in ((task, "Your task"), (first, "Set your password")):
            answer = browser.send(path, on=path, password=NEW_PASSWORD)
            assert answer.status_code == 403
            assert "This address is not encrypted" in words(answer)
            assert title in words(answer)
            assert "set-cookie" not in answer.headers
        assert told(council.database, "session") == []

    def test_a_list_shows_them_and_withdraws_one(self, council: Council, task: str) -> None:
        entered = council.browser()
        entered.send(task, on=task)
        wren = council.signed_in()
        page = wren.get("/personal-links")
        assert "Robin Ash return 7 open" in words(page)
        assert task.removeprefix("/links/") not in page.text + wren.get("/api/v1/personal-links").text
        (revoke,) = re.findall(r"/personal-links/\d+/revoke", page.text)
        assert wren.send(revoke, on="/personal-links").headers["location"] == "/personal-links"
        assert "withdrawn" in words(wren.get("/personal-links"))
        assert "Leave" not in words(entered.get("/"))
        assert council.browser().get(task).status_code == 410


class TestTheDemo:
    @pytest.fixture
    def demo_copy(self, demo_url: str, tmp_path: Path) -> Iterator[Callable[[], Browser]]:
        """A new browser at a demo of the test's own."""
        file = shutil.copyfile(demo_url.removeprefix("sqlite:///"), tmp_path / "demo.db")
        app = application(f"sqlite:///{file}")
        yield lambda: Browser(client=client_at(app))
        app.state.database.dispose()

    @pytest.mark.parametrize("role", Role)
    def test_each_role_comes_in_with_one_press(self, role: Role, demo_copy: Callable[[], Browser]) -> None:
        browser = demo_copy()
        assert "the council and its people are invented" in words(browser.get("/sign-in"))
        assert demo.NAMES[role] in words(browser.get("/sign-in"))
        answer = browser.send("/sign-in/demo", role=role.value, next="/account")
        assert (answer.status_code, answer.headers["location"]) == (303, "/account")
        account = browser.get("/account")
        assert demo.NAMES[role] in words(account)
        assert "Send me a link" not in words(account)
        assert browser.get("/api/v1/account").json()["roles"] == [role.value]

    def test_a_role_that_there_is_not(self, demo_copy: Callable[[], Browser]) -> None:
        answer = demo_copy().send("/sign-in/demo", role="<b>king</b>")
        assert answer.status_code == 404
        assert "&lt;b&gt;king&lt;/b&gt;" in answer.text
        assert "set-cookie" not in answer.headers

    def test_an_administrator_begins_at_the_people(self, demo_copy: Callable[[], Browser]) -> None:
        browser = demo_copy()
        assert browser.send("/sign-in/demo", role="administrator").headers["location"] == "/people"
        assert browser.send("/sign-in/demo", role="viewer", next="//evil.example").headers["location"] == "/contracts"

    def test_there_is_no_such_door_in_a_council(self, council_on_sqlite: Council) -> None:
        browser = council_on_sqlite.browser()
        assert "One press" not in browser.get("/sign-in").text
        answer = browser.send("/sign-in/demo", role="administrator")
        assert (answer.status_code, browser.cookies) == (404, {})
