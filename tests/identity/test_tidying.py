"""What has ended goes after its time and not before, is counted first, and leaves the record whole."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import text

from svtracker.audit import service as audit
from svtracker.audit.rules.events import COMMAND_LINE
from svtracker.audit.store import WHOLE_INSTALLATION, Filters
from svtracker.identity import service
from svtracker.identity.rules.keeping import LINKS_KEPT, SESSIONS_KEPT, TRIES_KEPT
from svtracker.identity.rules.provider import FLOW_LASTS
from svtracker.identity.service import Ended, SignedIn, User, links
from svtracker.identity.service.provider import begin_flow
from svtracker.messages import service as messages
from svtracker.storage.engines import Database
from tests.identity.people import EMAIL, FIREFOX, PASSWORD, HandClock, check, hand_out, set_password

NOTHING = {"sign_in_attempts": 0, "password_requests": 0, "sign_in_flows": 0, "sessions": 0, "personal_links": 0}
MOMENT = timedelta(seconds=1)


def ended(**found: int) -> Ended:
    return Ended(**{**NOTHING, **found})


def plan(database: Database, clock: HandClock) -> Ended:
    with database.reading() as session:
        return service.plan_tidying(session, clock=clock)


def tidy(database: Database, clock: HandClock) -> Ended:
    with database.writing() as session:
        return service.tidy(session, actor=COMMAND_LINE, clock=clock)


def count(database: Database, table: str) -> int:
    with database.reading() as session:
        return session.execute(text(f"SELECT count(*) FROM {table}")).scalar_one()


def sign_in(database: Database, clock: HandClock) -> SignedIn:
    found = service.attempt_sign_in(
        database, email=EMAIL, password=PASSWORD, address="192.0.2.1", user_agent=FIREFOX, clock=clock
    )
    assert isinstance(found, SignedIn)
    return found


def end(database: Database, one: SignedIn, clock: HandClock) -> None:
    with database.writing() as session:
        service.end_session(session, one.session.id, person_id=one.person_id, actor=COMMAND_LINE, clock=clock)


@pytest.fixture(autouse=True)
def _sound(database: Database) -> Iterator[None]:
    """Whatever was deleted, the record and the accounts are as they should be."""
    yield
    assert check(database) == []
    with database.reading() as session:
        assert service.check_accounts(session) == ()


def test_tries_requests_and_flows_go_after_their_time(database: Database, clock: HandClock) -> None:
    service.attempt_sign_in(database, email=EMAIL, password="x", address="", user_agent="", clock=clock)
    service.request_password(database, email=EMAIL, address="", clock=clock)
    with database.writing() as session:
        begin_flow(session, goes_to="/", address="", clock=clock)
    clock.now += FLOW_LASTS
    assert plan(database, clock) == ended()
    clock.now += MOMENT
    assert plan(database, clock) == ended(sign_in_flows=1)
    clock.now += TRIES_KEPT
    found = plan(database, clock)
    assert found == ended(sign_in_attempts=1, password_requests=1, sign_in_flows=1)
    assert [count(database, one) for one in ("sign_in_attempt", "password_request", "sign_in_flow")] == [1, 1, 1]
    assert tidy(database, clock) == found
    assert [count(database, one) for one in ("sign_in_attempt", "password_request", "sign_in_flow")] == [0, 0, 0]


def test_a_session_goes_after_its_time_but_for_the_last_of_an_account(
    database: Database, council: int, wren: User, clock: HandClock
) -> None:
    set_password(database, wren, clock)
    first, second = sign_in(database, clock), sign_in(database, clock)
    for one in (first, second):
        end(database, one, clock)
    with database.reading() as session:
        seen = service.get_user(session, wren.person_id, organisation_id=council).last_seen_at
    clock.now += SESSIONS_KEPT
    assert plan(database, clock).sessions == 0
    clock.now += MOMENT
    assert tidy(database, clock).sessions == 1
    assert count(database, "sign_in_session") == 1
    assert tidy(database, clock) == ended()
    with database.reading() as session:
        assert service.get_user(session, wren.person_id, organisation_id=council).last_seen_at == seen


def test_a_session_that_goes_on_stays(database: Database, wren: User, clock: HandClock) -> None:
    set_password(database, wren, clock)
    opened = sign_in(database, clock)
    clock.now += timedelta(minutes=5)
    tidy(database, clock)
    with database.reading() as session:
        assert service.session_of(session, opened.session.token, clock=clock) is not None


@pytest.mark.parametrize("how", ["over", "used", "revoked"])
def test_a_link_goes_after_its_time_and_the_message_that_held_it_stays(
    database: Database, council: int, wren: User, clock: HandClock, how: str
) -> None:
    with database.writing() as session:
        link = links.send_password_link(
            session, person_id=wren.person_id, organisation_id=council, actor=COMMAND_LINE, clock=clock
        )
        token = service.new_token(session, link.id, clock=clock)
    match how:
        case "over":
            clock.now = link.expires_at
        case "used":
            service.use_set_password(database, token, PASSWORD, clock=clock)
        case "revoked":
            with database.writing() as session:
                service.revoke_link(session, link.id, organisation_id=council, actor=COMMAND_LINE, clock=clock)
    clock.now += LINKS_KEPT
    assert plan(database, clock).personal_links == 0
    clock.now += MOMENT
    assert plan(database, clock).personal_links == 0, "a message that waits holds it"
    with database.writing() as session:
        messages.cancel_messages(session, person_id=wren.person_id, actor=COMMAND_LINE, reason="old", clock=clock)
    found = plan(database, clock)
    assert found.personal_links == 1
    assert tidy(database, clock) == found
    assert [count(database, one) for one in ("personal_link", "link_token", "outbox_message")] == [0, 0, 1]


def test_a_link_stays_as_long_as_a_session_that_came_by_it(database: Database, robin: User, clock: HandClock) -> None:
    token = hand_out(database, robin, clock, task_kind="return", task_id="7")
    with database.writing() as session:
        service.enter_by_link(session, token, user_agent=FIREFOX, clock=clock)
    clock.on(days=200)
    assert tidy(database, clock) == ended(), "nobody ended the session yet"
    with database.writing() as session:
        assert service.end_lapsed_sessions(session, clock=clock) == 1
    clock.now += SESSIONS_KEPT + MOMENT
    assert tidy(database, clock) == ended(sessions=1, personal_links=1)
    assert count(database, "personal_link") == 0


def test_an_event_says_how_much_it_was_and_nothing_says_nothing(database: Database, clock: HandClock) -> None:
    def events() -> list[dict[str, dict[str, int]]]:
        with database.reading() as session:
            found = audit.log(session, scope=WHOLE_INSTALLATION, filters=Filters(object_kind="database"))
            return [one.fields for one in found]

    tidy(database, clock)
    assert events() == []
    for _ in range(3):
        service.attempt_sign_in(database, email=EMAIL, password="x", address="", user_agent="", clock=clock)
    clock.on(days=2)
    tidy(database, clock)
    assert events() == [{"sign_in_attempts": {"old": 3, "new": None}}]


def test_more_links_than_a_statement_takes(
    database: Database, robin: User, clock: HandClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("svtracker.identity.service.tidying._AT_A_TIME", 2)
    for number in range(5):
        hand_out(database, robin, clock, task_kind="return", task_id=str(number))
    clock.on(days=200)
    assert tidy(database, clock) == ended(personal_links=5)
    assert count(database, "link_token") == 0
