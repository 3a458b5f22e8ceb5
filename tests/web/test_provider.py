"""Signing in by the council's identity provider, against a real OpenID Connect server on this machine (issue 3)."""

import hashlib
import logging
import socket
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any
from urllib.parse import urlsplit

import httpx2
import pytest
from starlette.testclient import TestClient

from svtracker.audit import service as audit
from svtracker.audit.rules.events import COMMAND_LINE
from svtracker.audit.store import WHOLE_INSTALLATION
from svtracker.identity import service as identity
from svtracker.identity.rules.roles import Role
from svtracker.identity.rules.throttling import Limit
from svtracker.storage.engines import Database
from svtracker.web.app import create_app
from tests.guards.html_rules import faults, parse
from tests.identity import people
from tests.web.identity_provider import (
    CLIENT_ID,
    CLIENT_SECRET,
    FOREIGN,
    SHARED,
    SIGNING,
    Claims,
    IdentityProvider,
    provider,
    query_of,
    settings_of,
)
from tests.web.installation import ADDRESS, client_of, settings_for

# The provider’s own library says it in its thread, about a part of itself that is older than the rest.
pytestmark = pytest.mark.filterwarnings("ignore:get_jwt_config:DeprecationWarning")

RETURN = "/sign-in/provider/return"
SUBJECT = "9b1c-wren"
ROLES = "SV.Admin=administrator; SV.Mark=evaluator; SV.Mark=viewer"

NOT_OVER = "This way of signing in is over."
UNKNOWN = "There is no account here for your council account that can be used."
MISTRUSTED = "The identity provider’s answer cannot be used"
AWAY = "The identity provider does not answer"


@pytest.fixture
def clock() -> people.HandClock:
    return people.HandClock()


@pytest.fixture
def there(clock: people.HandClock) -> Iterator[IdentityProvider]:
    """The identity provider, which knows Wren."""
    with provider(clock) as running:
        running.says(SUBJECT, email=people.EMAIL, email_verified=True, name="Wren Alder")
        yield running


Here = Callable[..., TestClient]


@pytest.fixture
def here(there: IdentityProvider, clock: people.HandClock) -> Iterator[Here]:
    """A service on a database whose people come in by that provider; every call is a browser of its own."""
    with ExitStack() as stack:

        def make(url: str, **changed: Any) -> TestClient:
            values = {
                "demo": False,
                "public_address": ADDRESS,
                **settings_of(there),
                **changed,
            }
            return stack.enter_context(client_of(create_app(settings_for(url, **values), clock=clock)))

        yield make


@pytest.fixture
def database(sqlite_url: str) -> Iterator[Database]:
    opened = Database(sqlite_url)
    yield opened
    opened.dispose()


@pytest.fixture
def wren(database: Database) -> identity.User:
    """An evaluator of North Vale with an account."""
    return people.add_user(database, people.add_council(database), Role.EVALUATOR)


@pytest.fixture
def client(here: Here, wren: identity.User, sqlite_url: str) -> TestClient:
    return here(sqlite_url)


def press(client: TestClient, goes_to: str = "/account") -> str:
    """Presses the button; gives the address at the provider."""
    answer = client.post("/sign-in/provider", data={"next": goes_to})
    assert answer.status_code == 200, answer.text
    return leads_to(answer)


def leads_to(answer: httpx2.Response) -> str:
    return answer.headers["refresh"].removeprefix("0; url=")


def come_back(client: TestClient, address: str) -> httpx2.Response:
    """Follows the provider's redirect to the service."""
    assert address.startswith(ADDRESS + RETURN)
    return client.get(address.removeprefix(ADDRESS))


def sign_in(client: TestClient, there: IdentityProvider, subject: str | None = SUBJECT) -> httpx2.Response:
    """The whole way, in a browser that brings nothing."""
    client.cookies.clear()
    return come_back(client, there.sign_in(press(client), subject))


def assert_nobody_in(client: TestClient, answer: httpx2.Response, status: int, words: str) -> None:
    assert (answer.status_code, words in answer.text) == (status, True), answer.text
    assert "svtracker" not in client.cookies
    assert client.get("/account").status_code == 303


def assert_in(client: TestClient, answer: httpx2.Response, to: str = "/account") -> None:
    assert (answer.status_code, answer.headers["location"]) == (303, to), answer.text
    page = client.get("/account")
    assert page.status_code == 200
    assert "identity provider" in page.text


def events(database: Database) -> list[tuple[str, str, dict[str, Any]]]:
    with database.reading() as session:
        told = audit.log(session, scope=WHOLE_INSTALLATION)
    return [(one.what, one.reason, one.fields) for one in told]


def names(database: Database) -> list[str]:
    return [what for what, *_ in events(database)]


# The way there


def test_the_sign_in_page_offers_the_button_only_where_a_provider_is_set_up(
    client: TestClient, here: Here, sqlite_url: str
) -> None:
    page = client.get("/sign-in", params={"next": "/account"})
    assert "Sign in with your council account" in page.text
    assert "Signing out here does not sign you out there." in page.text
    assert '<form method="post" action="/sign-in/provider">' in page.text
    assert page.text.count('name="next" value="/account"') == 2
    without = here(sqlite_url, oidc_issuer=None)
    assert "provider" not in without.get("/sign-in").text
    for method, path in (("POST", "/sign-in/provider"), ("GET", RETURN)):
        assert without.request(method, path).status_code == 404


def test_the_browser_is_sent_with_state_nonce_and_challenge(client: TestClient, there: IdentityProvider) -> None:
    address = press(client)
    assert address.startswith(f"{there.address}/oauth2/authorize?")
    query = query_of(address)
    assert {name: query[name] for name in query if name not in {"state", "nonce", "code_challenge"}} == {
        "response_type": "code",
        "client_id": CLIENT_ID,
        "redirect_uri": ADDRESS + RETURN,
        "scope": "openid email profile",
        "code_challenge_method": "S256",
    }
    assert len({query["state"], query["nonce"], query["code_challenge"]}) == 3
    assert all(len(query[name]) >= 43 for name in ("state", "nonce", "code_challenge"))
    assert query_of(press(client)).keys() == query.keys()
    assert query_of(press(client))["state"] != query["state"]
    come_back(client, there.sign_in(address, SUBJECT))
    (sent,) = there.token_requests
    digest = hashlib.sha256(sent["code_verifier"].encode()).digest()
    assert urlsafe_b64encode(digest).rstrip(b"=").decode() == query["code_challenge"]
    assert (sent["grant_type"], sent["redirect_uri"]) == ("authorization_code", ADDRESS + RETURN)


def test_a_link_cannot_begin_it_and_another_site_neither(client: TestClient) -> None:
    assert client.get("/sign-in/provider").status_code == 405
    assert client.post("/sign-in/provider", headers={"sec-fetch-site": "cross-site"}).status_code == 403


def test_who_begins_again_and_again_and_never_comes_back_waits(
    client: TestClient, there: IdentityProvider, clock: people.HandClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("svtracker.identity.service.provider.FLOWS_PER_ADDRESS", Limit(free=3))
    for _ in range(10):
        assert_in(client, sign_in(client, there))  # whoever comes back counts no more
    client.cookies.clear()
    for _ in range(4):
        press(client)
    refused = client.post("/sign-in/provider", data={"next": "/"})
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "30")
    assert "too many began to sign in and never came back" in refused.text
    assert "refresh" not in refused.headers
    clock.on(seconds=30)
    press(client)


def test_its_cookie_is_short_lived_and_out_of_reach(client: TestClient, there: IdentityProvider) -> None:
    answer = client.post("/sign-in/provider")
    (set_here,) = answer.headers.get_list("set-cookie")
    assert {part.strip() for part in set_here.split(";")[1:]} == {"HttpOnly", "Max-Age=600", "Path=/", "SameSite=lax"}
    state = query_of(leads_to(answer))["state"]
    assert state not in set_here
    away = client.post("https://social-value.council.example/sign-in/provider")
    (set_away,) = away.headers.get_list("set-cookie")
    assert set_away.startswith("__Host-svtracker-")
    assert "; Secure" in set_away
    back = come_back(client, there.sign_in(leads_to(answer), SUBJECT))
    cleared = [one for one in back.headers.get_list("set-cookie") if one.startswith(set_here.partition("=")[0])]
    assert len(cleared) == 1
    assert "Max-Age=0" in cleared[0]
    assert [name for name in client.cookies if name.startswith("svtracker-")] == []


def test_where_no_cookie_would_be_kept_nobody_is_sent(client: TestClient, there: IdentityProvider) -> None:
    answer = client.post("http://social-value.council.example/sign-in/provider")
    assert answer.status_code == 403
    assert "This address is not encrypted" in answer.text
    assert there.asked == [f"/users/{SUBJECT}"]


def test_the_page_that_leads_on_needs_nothing_new_of_our_policy(client: TestClient, there: IdentityProvider) -> None:
    elsewhere = "https://login.council.example/authorize"
    there.change_document = lambda document: document.update(authorization_endpoint=elsewhere)
    answer = client.post("/sign-in/provider")
    assert answer.headers["refresh"].startswith(f"0; url={elsewhere}?response_type=code&client_id={CLIENT_ID}&")
    assert f'href="{elsewhere}?response_type=code&amp;client_id={CLIENT_ID}&amp;' in answer.text
    assert "Go on to login.council.example" in answer.text
    for page in (answer, client.get("/sign-in")):
        assert "; form-action 'self';" in page.headers["content-security-policy"]


def test_its_pages_are_whole(client: TestClient, there: IdentityProvider) -> None:
    there.says("stranger", email="stranger@north-vale.example", email_verified=True)
    pages = [
        client.get("/sign-in"),
        client.post("/sign-in/provider"),
        client.get(RETURN),
        client.get(RETURN, params={"error": "access_denied"}),
        sign_in(client, there, "stranger"),
    ]
    assert [faults(parse(page.text), ending=" – Social value – north-vale Council") for page in pages] == [[]] * 5


def test_what_the_provider_publishes_is_fetched_once_an_hour(
    client: TestClient, there: IdentityProvider, clock: people.HandClock
) -> None:
    def fetched() -> tuple[int, int]:
        return there.asked.count("/.well-known/openid-configuration"), there.asked.count("/jwks")

    for _ in range(3):
        sign_in(client, there)
    assert fetched() == (1, 1)
    clock.on(minutes=59)
    sign_in(client, there)
    assert fetched() == (1, 1)
    clock.on(minutes=1)
    sign_in(client, there)
    assert fetched() == (2, 2)


def test_new_keys_of_the_provider_are_looked_for_once_a_minute(
    client: TestClient, there: IdentityProvider, clock: people.HandClock
) -> None:
    there.published = [type(SIGNING).generate_key(2048, {"kid": "older"})]
    for _ in range(3):
        assert_nobody_in(client, sign_in(client, there), 502, MISTRUSTED)
    assert there.asked.count("/jwks") == 1
    there.published = [SIGNING]
    clock.on(minutes=1)
    assert_in(client, sign_in(client, there))
    assert there.asked.count("/jwks") == 2


# Who is let in


def test_the_first_time_by_address_and_then_by_the_providers_number(
    database_url: str, here: Here, there: IdentityProvider
) -> None:
    database = Database(database_url)
    people.add_user(database, people.add_council(database), Role.EVALUATOR)
    client = here(database_url)
    assert_in(client, sign_in(client, there))
    assert "Wren Alder" in client.get("/account").text
    assert names(database)[-2:] == ["identity_provider_joined", "session_opened"]
    there.says(SUBJECT, email="somebody.else@north-vale.example", email_verified=True)
    again = here(database_url)
    assert_in(again, sign_in(again, there))
    assert names(database).count("identity_provider_joined") == 1
    with database.reading() as session:
        assert audit.check_chains(session) == ()
    database.dispose()


def test_capitals_in_the_address_make_no_difference(client: TestClient, there: IdentityProvider) -> None:
    there.says(SUBJECT, email=people.EMAIL.upper(), email_verified="true")
    assert_in(client, sign_in(client, there))


def test_the_providers_other_word_for_a_verified_address_counts(client: TestClient, there: IdentityProvider) -> None:
    there.says(SUBJECT, email=people.EMAIL, xms_edov=1)
    assert_in(client, sign_in(client, there))


@pytest.mark.parametrize(
    "claims",
    [
        {"email": people.EMAIL},
        {"email": people.EMAIL, "email_verified": False},
        {"email": people.EMAIL, "email_verified": "false", "xms_edov": 0},
        {"email": people.EMAIL, "email_verified": 2},
        {"email": [people.EMAIL], "email_verified": True},
        {"email_verified": True, "preferred_username": people.EMAIL},
    ],
)
def test_an_address_that_nobody_verified_opens_nothing(
    client: TestClient, there: IdentityProvider, database: Database, claims: Claims
) -> None:
    before = events(database)
    there.says(SUBJECT, **claims)
    words = "Nobody has confirmed the email address of your council account."
    assert_nobody_in(client, sign_in(client, there), 403, words)
    assert events(database) == before


def test_somebody_without_an_account_is_told_whom_to_ask(
    client: TestClient, there: IdentityProvider, database: Database
) -> None:
    before = events(database)
    there.says("stranger", email="stranger@north-vale.example", email_verified=True)
    answer = sign_in(client, there, "stranger")
    assert_nobody_in(client, answer, 403, UNKNOWN)
    assert "Ask an administrator of north-vale Council to add you" in answer.text
    assert events(database) == before
    with database.reading() as session:
        assert len(identity.list_users(session, organisation_id=None)) == 1


@pytest.mark.parametrize("action", ["lock_user", "disable_user"])
@pytest.mark.parametrize("came_before", [True, False])
def test_one_who_is_locked_or_disabled_is_refused_as_a_stranger_is(
    client: TestClient,
    there: IdentityProvider,
    database: Database,
    wren: identity.User,
    action: str,
    came_before: bool,
) -> None:
    if came_before:
        assert_in(client, sign_in(client, there))
    about: dict[str, Any] = {"organisation_id": None, "actor": COMMAND_LINE, "reason": "a long leave"}
    with database.writing() as session:
        getattr(identity, action)(session, wren.person_id, **about)
    there.says("stranger", email="stranger@north-vale.example", email_verified=True)
    client.cookies.clear()
    before = events(database)
    answer = sign_in(client, there)
    assert_nobody_in(client, answer, 403, UNKNOWN)
    assert answer.text == sign_in(client, there, "stranger").text
    assert events(database) == before


def test_an_account_of_another_organisation_is_not_opened(
    client: TestClient, there: IdentityProvider, database: Database
) -> None:
    other = people.add_council(database, "south-vale")
    people.add_user(database, other, Role.ADMINISTRATOR, email="ash@south-vale.example")
    there.says("ash", email="ash@south-vale.example", email_verified=True)
    assert_nobody_in(client, sign_in(client, there, "ash"), 403, UNKNOWN)


def test_an_address_that_passed_to_somebody_else_does_not_open_the_account(
    client: TestClient, there: IdentityProvider
) -> None:
    assert_in(client, sign_in(client, there))
    client.cookies.clear()
    there.says("newcomer", email=people.EMAIL, email_verified=True)
    assert_nobody_in(client, sign_in(client, there, "newcomer"), 403, UNKNOWN)


def test_the_same_number_from_another_provider_is_another_person(
    here: Here, there: IdentityProvider, wren: identity.User, database: Database, sqlite_url: str
) -> None:
    with database.writing() as session:
        identity.join_identity_provider(
            session,
            wren.person_id,
            organisation_id=None,
            issuer="https://another.example",
            subject=SUBJECT,
            actor=COMMAND_LINE,
        )
    client = here(sqlite_url)
    assert_nobody_in(client, sign_in(client, there), 403, UNKNOWN)


def test_an_organisation_that_is_not_there_yet_is_named(here: Here, there: IdentityProvider, sqlite_url: str) -> None:
    client = here(sqlite_url, oidc_organisation="east-vale")
    assert_nobody_in(client, sign_in(client, there), 503, "SVTRACKER_OIDC_ORGANISATION")


def test_a_session_is_new_and_the_one_before_ends(client: TestClient, there: IdentityProvider) -> None:
    assert_in(client, sign_in(client, there))
    first = client.cookies["svtracker"]
    page = client.get("/sign-in").text
    mark = page.partition('name="form_token" value="')[2].partition('"')[0]
    assert client.post("/sign-in/provider").status_code == 403  # a form without the mark of the session
    answer = client.post("/sign-in/provider", data={"next": "/account", "form_token": mark})
    assert_in(client, come_back(client, there.sign_in(leads_to(answer), SUBJECT)))
    assert client.cookies["svtracker"] != first
    client.cookies.clear()
    client.cookies["svtracker"] = first
    assert client.get("/account").status_code == 303


def test_a_token_that_the_browser_brought_is_never_used(client: TestClient, there: IdentityProvider) -> None:
    client.cookies.set("svtracker", "planted", domain="localhost.local")
    come_back(client, there.sign_in(press(client), SUBJECT))
    assert "planted" not in client.cookies.values()


@pytest.mark.parametrize(
    ("wanted", "to"),
    [
        ("/tenders?sort=name", "/tenders?sort=name"),
        ("https://elsewhere.example/", "/tenders"),
        ("//elsewhere.example", "/tenders"),
        ("/\\elsewhere.example", "/tenders"),
        ("javascript:alert(1)", "/tenders"),
        ("/" + "a" * 3000, "/tenders"),
    ],
)
def test_afterwards_a_person_goes_on_here_and_nowhere_else(
    client: TestClient, there: IdentityProvider, wanted: str, to: str
) -> None:
    assert_in(client, come_back(client, there.sign_in(press(client, wanted), SUBJECT)), to)


# Roles


def roles_of(database: Database, wren: identity.User) -> set[Role]:
    with database.reading() as session:
        user = identity.get_user(session, wren.person_id, organisation_id=None)
    return {grant.role for grant in user.grants if grant.object_kind is None}


def told_of_roles(database: Database) -> list[tuple[str, str]]:
    told = []
    for what, reason, fields in events(database):
        if what in {"role_given", "role_ended"} and reason:
            assert reason == "said by the identity provider"
            told.append((what, fields["role"]["new" if what == "role_given" else "old"]))
    return told


def test_roles_follow_the_claim_at_each_sign_in(database_url: str, here: Here, there: IdentityProvider) -> None:
    database = Database(database_url)
    council = people.add_council(database)
    people.add_user(database, council, Role.ADMINISTRATOR, name="Robin Ash", email="robin.ash@north-vale.example")
    wren = people.add_user(database, council, Role.AUDITOR)
    client = here(database_url, oidc_roles=ROLES)

    def come(**claims: Any) -> set[Role]:
        there.says(SUBJECT, email=people.EMAIL, email_verified=True, **claims)
        client.cookies.clear()
        assert_in(client, sign_in(client, there))
        return roles_of(database, wren)

    assert come(roles=["SV.Mark", "Something.Else"]) == {Role.AUDITOR, Role.EVALUATOR, Role.VIEWER}
    assert come(roles=["SV.Mark"]) == {Role.AUDITOR, Role.EVALUATOR, Role.VIEWER}
    assert told_of_roles(database) == [("role_given", "evaluator"), ("role_given", "viewer")]
    assert come(roles="SV.Admin") == {Role.AUDITOR, Role.ADMINISTRATOR}
    with database.writing() as session:
        identity.grant_role(
            session,
            wren.person_id,
            Role.EVALUATOR,
            organisation_id=council,
            object_kind="tender",
            object_id="new-market",
            actor=COMMAND_LINE,
        )
    assert come() == {Role.AUDITOR}
    assert come(roles=[7, None, {"SV.Admin": True}]) == {Role.AUDITOR}
    assert sorted(told_of_roles(database)) == [
        ("role_ended", "administrator"),
        ("role_ended", "evaluator"),
        ("role_ended", "viewer"),
        ("role_given", "administrator"),
        ("role_given", "evaluator"),
        ("role_given", "viewer"),
    ]
    with database.reading() as session:
        user = identity.get_user(session, wren.person_id, organisation_id=None)
        assert [grant.object_id for grant in user.grants] == [None, "new-market"]
        assert audit.check_chains(session) == ()
    database.dispose()


def test_a_role_that_an_administrator_gave_is_not_the_providers_to_end(
    here: Here, there: IdentityProvider, database: Database, wren: identity.User, sqlite_url: str
) -> None:
    client = here(sqlite_url, oidc_roles=ROLES)
    there.says(SUBJECT, email=people.EMAIL, email_verified=True, roles=["SV.Mark"])
    assert_in(client, sign_in(client, there))
    client.cookies.clear()
    there.says(SUBJECT, email=people.EMAIL, email_verified=True, roles=[])
    assert_in(client, sign_in(client, there))
    assert roles_of(database, wren) == {Role.EVALUATOR}
    assert told_of_roles(database) == [("role_given", "viewer"), ("role_ended", "viewer")]


def test_the_last_administrator_stays_one(
    here: Here, there: IdentityProvider, database: Database, wren: identity.User, sqlite_url: str
) -> None:
    client = here(sqlite_url, oidc_roles=ROLES)
    for claim in (["SV.Admin"], []):
        there.says(SUBJECT, email=people.EMAIL, email_verified=True, roles=claim)
        client.cookies.clear()
        assert_in(client, sign_in(client, there))
    assert Role.ADMINISTRATOR in roles_of(database, wren)
    assert ("role_ended", "administrator") not in told_of_roles(database)


def test_roles_come_from_the_claim_that_was_named_and_from_none_where_nothing_was_agreed(
    here: Here, there: IdentityProvider, database: Database, wren: identity.User, sqlite_url: str
) -> None:
    claims = {"email": people.EMAIL, "email_verified": True, "roles": ["SV.Admin"], "groups": ["SV.Mark"]}
    there.says(SUBJECT, **claims)
    client = here(sqlite_url)
    assert_in(client, sign_in(client, there))
    assert roles_of(database, wren) == {Role.EVALUATOR}
    named = here(sqlite_url, oidc_roles=ROLES, oidc_roles_claim="groups")
    assert_in(named, sign_in(named, there))
    assert roles_of(database, wren) == {Role.EVALUATOR, Role.VIEWER}


# What is not let through


def test_a_refusal_at_the_provider_is_told_and_its_words_are_not_repeated(
    client: TestClient, there: IdentityProvider
) -> None:
    words = "refused or broken off at the identity provider"
    back = there.sign_in(press(client), None)
    assert query_of(back)["error"] == "access_denied"
    assert_nobody_in(client, come_back(client, back), 403, words)
    state = query_of(press(client))["state"]
    assert_nobody_in(client, client.get(RETURN, params={"state": state, "error": "access_denied"}), 403, words)
    assert_nobody_in(client, client.get(RETURN, params={"state": state, "code": "any"}), 400, NOT_OVER)
    state = query_of(press(client))["state"]
    sent = {"state": state, "error": "server_error", "error_description": "Call 0123 456 and pay"}
    answer = client.get(RETURN, params=sent)
    assert_nobody_in(client, answer, 502, MISTRUSTED)
    assert "0123" not in answer.text


def test_a_wrong_state_lets_nobody_in(client: TestClient, there: IdentityProvider) -> None:
    code = query_of(there.sign_in(press(client), SUBJECT))["code"]
    for state in ("", "wrong", "a" * 3000, "\x00", "é"):
        answer = client.get(RETURN, params={"code": code, "state": state})
        assert_nobody_in(client, answer, 400, NOT_OVER)
    assert there.token_requests == []


def test_a_state_with_the_cookie_of_another_way_lets_nobody_in(
    client: TestClient, there: IdentityProvider, here: Here, sqlite_url: str
) -> None:
    """Somebody begins here, signs in there, and hands the address back to another browser that has a way of its own."""
    attacker = here(sqlite_url)
    handed = there.sign_in(press(attacker), SUBJECT)
    press(client)
    (name,) = [name for name in attacker.cookies if name.startswith("svtracker-")]
    (own,) = [client.cookies[mine] for mine in client.cookies if mine.startswith("svtracker-")]
    client.cookies[name] = own
    assert_nobody_in(client, come_back(client, handed), 400, NOT_OVER)
    assert there.token_requests == []


def test_a_state_is_used_once(database_url: str, here: Here, there: IdentityProvider) -> None:
    database = Database(database_url)
    people.add_user(database, people.add_council(database))
    client = here(database_url)
    address = press(client)
    kept = dict(client.cookies)
    back = there.sign_in(address, SUBJECT)
    assert_in(client, come_back(client, back))
    client.cookies.clear()
    client.cookies.update(kept)
    assert_nobody_in(client, come_back(client, back), 400, NOT_OVER)
    assert_nobody_in(client, come_back(client, there.sign_in(address, SUBJECT)), 400, NOT_OVER)
    assert len(there.token_requests) == 1
    database.dispose()


def test_a_browser_without_the_cookie_is_not_let_in(client: TestClient, there: IdentityProvider) -> None:
    back = there.sign_in(press(client), SUBJECT)
    client.cookies.clear()
    assert_nobody_in(client, come_back(client, back), 400, NOT_OVER)
    assert there.token_requests == []


@pytest.mark.parametrize("minutes", [10, -10, 60 * 24])
def test_whoever_takes_ten_minutes_begins_again(
    client: TestClient, there: IdentityProvider, clock: people.HandClock, minutes: int
) -> None:
    back = there.sign_in(press(client), SUBJECT)
    clock.on(minutes=minutes)
    assert_nobody_in(client, come_back(client, back), 400, NOT_OVER)


def test_whoever_takes_less_is_let_in_and_what_was_never_finished_is_forgotten(
    client: TestClient, there: IdentityProvider, clock: people.HandClock, database: Database
) -> None:
    press(client)
    address = press(client)
    clock.on(minutes=9, seconds=59)
    assert_in(client, come_back(client, there.sign_in(address, SUBJECT)))
    assert rows(database) == 1
    clock.on(minutes=5)
    client.cookies.clear()
    press(client)
    assert rows(database) == 1


def rows(database: Database) -> int:
    from sqlalchemy import text

    with database.reading() as session:
        return session.execute(text("SELECT count(*) FROM sign_in_flow")).scalar_one()


def test_two_tabs_do_not_disturb_one_another(database_url: str, here: Here, there: IdentityProvider) -> None:
    database = Database(database_url)
    people.add_user(database, people.add_council(database))
    client = here(database_url)
    first, second = press(client, "/tenders"), press(client, "/help")
    assert_in(client, come_back(client, there.sign_in(second, SUBJECT)), "/help")
    assert_in(client, come_back(client, there.sign_in(first, SUBJECT)), "/tenders")
    database.dispose()


def hours(number: float) -> Callable[[Claims], object]:
    def later(claims: Claims) -> None:
        claims.update({name: int(claims[name] + number * 3600) for name in ("iat", "exp")})

    return later


LIES: dict[str, Callable[[Claims], object]] = {
    "another nonce": lambda claims: claims.update(nonce="another"),
    "no nonce": lambda claims: claims.pop("nonce"),
    "an empty nonce": lambda claims: claims.update(nonce=""),
    "another audience": lambda claims: claims.update(aud="another-client"),
    "other audiences": lambda claims: claims.update(aud=["another-client", "a-third"]),
    "another audience that names us too": lambda claims: claims.update(aud="another-client", azp=CLIENT_ID),
    "no audience": lambda claims: claims.pop("aud"),
    "two audiences and nobody named": lambda claims: claims.update(aud=[CLIENT_ID, "another-client"]),
    "made for another": lambda claims: claims.update(azp="another-client"),
    "another issuer": lambda claims: claims.update(iss="https://elsewhere.example"),
    "an issuer that only begins alike": lambda claims: claims.update(iss=claims["iss"] + "/"),
    "no issuer": lambda claims: claims.pop("iss"),
    "expired": hours(-1.05),
    "no expiry": lambda claims: claims.pop("exp"),
    "an expiry in words": lambda claims: claims.update(exp="tomorrow"),
    "issued later": hours(0.05),
    "no time of issue": lambda claims: claims.pop("iat"),
    "no subject": lambda claims: claims.pop("sub"),
    "an empty subject": lambda claims: claims.update(sub=""),
    "a subject that is a number": lambda claims: claims.update(sub=7),
    "a subject that is too long": lambda claims: claims.update(sub="a" * 256),
}


@pytest.mark.parametrize("lie", LIES.values(), ids=LIES.keys())
def test_an_id_token_that_does_not_fit_lets_nobody_in(
    client: TestClient,
    there: IdentityProvider,
    database: Database,
    lie: Callable[[Claims], object],
    caplog: pytest.LogCaptureFixture,
) -> None:
    before = events(database)
    there.change = lie
    with caplog.at_level(logging.INFO, logger="svtracker"):
        assert_nobody_in(client, sign_in(client, there), 502, MISTRUSTED)
    assert events(database) == before
    (said,) = [one.getMessage() for one in caplog.records if one.name == "svtracker.identity.provider"]
    assert said.startswith("the identity provider cannot be believed: its ID token failed: ")


@pytest.mark.parametrize("fits", [hours(-1.01), hours(0.01), lambda claims: claims.update(aud=[CLIENT_ID])])
def test_an_id_token_that_just_fits_lets_in(
    client: TestClient, there: IdentityProvider, fits: Callable[[Claims], object]
) -> None:
    there.change = fits
    assert_in(client, sign_in(client, there))


@pytest.mark.parametrize(
    ("key", "algorithm"), [(FOREIGN, "RS256"), (SHARED, "HS256"), (SIGNING, "none")], ids=["foreign", "shared", "none"]
)
def test_a_signature_that_is_not_the_providers_lets_nobody_in(
    client: TestClient, there: IdentityProvider, key: Any, algorithm: str
) -> None:
    there.key, there.algorithm = key, algorithm
    assert_nobody_in(client, sign_in(client, there), 502, MISTRUSTED)


def test_a_shared_secret_does_not_sign_even_where_it_stands_among_the_keys(
    client: TestClient, there: IdentityProvider
) -> None:
    there.key, there.algorithm = SHARED, "HS256"
    there.published = [type(SHARED).import_key(CLIENT_SECRET.encode(), {"kid": "of-the-provider"})]  # type: ignore[list-item]
    assert_nobody_in(client, sign_in(client, there), 502, MISTRUSTED)


def test_an_answer_of_another_provider_is_not_taken(client: TestClient, there: IdentityProvider) -> None:
    back = there.sign_in(press(client), SUBJECT)
    assert_nobody_in(client, come_back(client, f"{back}&iss=https://elsewhere.example"), 502, MISTRUSTED)
    back = there.sign_in(press(client), SUBJECT)
    assert_in(client, come_back(client, f"{back}&iss={there.address}"))


def test_a_code_that_is_not_one_lets_nobody_in(
    client: TestClient, there: IdentityProvider, caplog: pytest.LogCaptureFixture
) -> None:
    for code in ("", "invented"):
        state = query_of(press(client))["state"]
        with caplog.at_level(logging.INFO, logger="svtracker"):
            answer = client.get(RETURN, params={"state": state, "code": code})
        assert_nobody_in(client, answer, 502, MISTRUSTED)
    assert "it refused the code: invalid_" in caplog.text
    there.token_answer = '{"error": "call 0123", "error_description": "at once"}'
    assert_nobody_in(client, sign_in(client, there), 502, MISTRUSTED)
    assert "it refused the code: another error" in caplog.text
    assert "0123" not in caplog.text
    assert "invented" not in caplog.text


@pytest.mark.parametrize("text", ["", "<html>", "[]", "7", "{}", '{"id_token": 7}', '{"id_token": "a.b.c"}', '{"a":'])
def test_a_strange_answer_to_the_code_lets_nobody_in(client: TestClient, there: IdentityProvider, text: str) -> None:
    there.token_answer = text
    assert_nobody_in(client, sign_in(client, there), 502, MISTRUSTED)


@pytest.mark.parametrize(
    "change",
    [
        {"issuer": "https://elsewhere.example"},
        {"issuer": None},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"token_endpoint": "http://login.council.example/token"},
        {"token_endpoint": None},
        {"jwks_uri": "file:///etc/passwd"},
        {"jwks_uri": "https://user:password@login.council.example/keys"},
    ],
)
def test_a_discovery_document_that_does_not_fit_is_not_used(
    client: TestClient, there: IdentityProvider, change: Claims
) -> None:
    there.change_document = lambda document: document.update(change)
    answer = client.post("/sign-in/provider")
    assert_nobody_in(client, answer, 502, MISTRUSTED)
    assert [name for name in client.cookies if name.startswith("svtracker-")] == []


def test_a_provider_that_is_away_when_somebody_starts_is_told(
    client: TestClient, there: IdentityProvider, clock: people.HandClock
) -> None:
    there.status = 503
    answer = client.post("/sign-in/provider")
    assert_nobody_in(client, answer, 503, AWAY)
    assert answer.headers["retry-after"] == "60"
    there.status = None
    assert client.post("/sign-in/provider").status_code == 503  # it is asked again after some seconds, not at once
    clock.on(seconds=5)
    assert_in(client, sign_in(client, there))


def test_an_address_where_nobody_listens_is_told(here: Here, wren: identity.User, sqlite_url: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
    client = here(sqlite_url, oidc_issuer=f"http://127.0.0.1:{port}")
    assert_nobody_in(client, client.post("/sign-in/provider"), 503, AWAY)


@pytest.mark.parametrize("status", [500, 503])
def test_a_provider_that_is_away_when_somebody_returns_is_told(
    client: TestClient, there: IdentityProvider, clock: people.HandClock, status: int
) -> None:
    back = there.sign_in(press(client), SUBJECT)
    there.status = status
    assert_nobody_in(client, come_back(client, back), 503, AWAY)
    there.status = None
    clock.on(seconds=5)
    assert_in(client, sign_in(client, there))


def test_no_secret_and_nothing_personal_is_logged(
    client: TestClient, there: IdentityProvider, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        back = there.sign_in(press(client), SUBJECT)
        come_back(client, back)
        there.change = LIES["expired"]
        sign_in(client, there)
    parts = [*query_of(back).values(), CLIENT_SECRET, people.EMAIL, SUBJECT, there.token_requests[0]["code_verifier"]]
    said = [one.getMessage() for one in caplog.records if not one.name.startswith("oidc_provider_mock")]
    assert said
    # The tests themselves speak to the service and the provider by the same library, in addresses.
    own = [one for one in said if "HTTP Request" not in one]
    assert [part for part in parts if part in " ".join(own)] == []
    assert CLIENT_SECRET not in repr(client.app.state.settings)
    assert CLIENT_SECRET not in repr(client.app.state.provider.provider)


def test_the_secret_goes_to_the_token_endpoint_alone(client: TestClient, there: IdentityProvider) -> None:
    ways = ["client_secret_post"]
    there.change_document = lambda document: document.update(token_endpoint_auth_methods_supported=ways)
    assert_in(client, sign_in(client, there))
    (sent,) = there.token_requests
    assert sent["client_secret"] == CLIENT_SECRET
    assert urlsplit(there.address).hostname == "localhost"
