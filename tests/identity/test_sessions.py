"""Sessions: looked up, used, ended, switched; what ends them, and that nothing brings them back."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from svtracker.audit.rules.events import COMMAND_LINE
from svtracker.identity import service
from svtracker.identity.rules.roles import Role
from svtracker.identity.rules.sessions import How
from svtracker.identity.service import CurrentSession, OpenedSession, User
from svtracker.kernel.exceptions import NotFoundError
from svtracker.storage.engines import Database
from tests.identity.people import FIREFOX, NOON, HandClock, add_council, check, told


def open_one(database: Database, user: User, clock: HandClock, **more: object) -> OpenedSession:
    with database.writing() as session:
        return service.open_session(
            session,
            person_id=user.person_id,
            organisation_id=user.organisation_id,
            how=How.DEMO,
            user_agent=FIREFOX,
            clock=clock,
            **more,
        )


def current(database: Database, token: str, clock: HandClock) -> CurrentSession | None:
    with database.reading() as session:
        return service.session_of(session, token, clock=clock)


def touch(database: Database, token: str, clock: HandClock) -> bool:
    with database.writing() as session:
        return service.touch(session, token, clock=clock)


def test_who_it_is(database: Database, robin: User, clock: HandClock) -> None:
    opened = open_one(database, robin, clock)
    assert current(database, opened.token, clock) == CurrentSession(
        id=opened.id,
        person_id=robin.person_id,
        name="Robin Ash",
        organisation_id=robin.organisation_id,
        roles=frozenset({Role.EVALUATOR}),
        grants=robin.grants,
        csrf=opened.csrf,
        how=How.DEMO,
        browser="Firefox on Windows",
        created_at=NOON,
        last_seen_at=NOON,
        link=None,
        touch_due=False,
    )


@pytest.mark.parametrize("token", ["", "x", "\0", "\ud800", "x" * 100_000, "' OR 1=1 --"])
def test_a_token_that_nobody_has(database: Database, robin: User, clock: HandClock, token: str) -> None:
    opened = open_one(database, robin, clock)
    assert current(database, token, clock) is None
    assert current(database, opened.token[:-1], clock) is None
    assert not touch(database, token, clock)


def test_roles_hold_from_the_day_they_are_given_for_and_end_at_once(
    database: Database, robin: User, clock: HandClock
) -> None:
    opened = open_one(database, robin, clock)
    about = {"organisation_id": robin.organisation_id, "actor": COMMAND_LINE}
    with database.writing() as session:
        tomorrow = (clock.now + timedelta(days=1)).date()
        service.grant_role(session, robin.person_id, Role.APPROVER, from_day=tomorrow, **about)
        service.end_role(session, robin.person_id, Role.EVALUATOR, **about)
    assert current(database, opened.token, clock).roles == frozenset()
    clock.on(hours=11, minutes=30)
    assert current(database, opened.token, clock) is None  # nobody used it
    opened = open_one(database, robin, clock)
    clock.on(minutes=45)
    assert current(database, opened.token, clock).roles == {Role.APPROVER}


class TestUse:
    def test_is_written_once_a_minute(self, database: Database, robin: User, clock: HandClock) -> None:
        opened = open_one(database, robin, clock)
        clock.on(seconds=59)
        assert not current(database, opened.token, clock).touch_due
        assert touch(database, opened.token, clock)
        assert current(database, opened.token, clock).last_seen_at == NOON
        clock.on(seconds=1)
        assert current(database, opened.token, clock).touch_due
        assert touch(database, opened.token, clock)
        assert current(database, opened.token, clock).last_seen_at == clock.now
        assert told(database, "session") == ["session_opened"]

    def test_keeps_it_going_for_twelve_hours_and_no_longer(
        self, database: Database, robin: User, clock: HandClock
    ) -> None:
        opened = open_one(database, robin, clock)
        for _ in range(14):
            clock.on(minutes=50)
            assert touch(database, opened.token, clock)
        clock.on(minutes=20)
        assert current(database, opened.token, clock) is None
        assert not touch(database, opened.token, clock)
        assert told(database, "session") == ["session_opened", "session_ended"]

    def test_an_hour_without_it_ends_the_session(self, database: Database, robin: User, clock: HandClock) -> None:
        opened = open_one(database, robin, clock)
        clock.on(minutes=60)
        assert current(database, opened.token, clock) is None

    def test_a_clock_that_goes_back_brings_no_session_back(
        self, database: Database, robin: User, clock: HandClock
    ) -> None:
        touched, swept = open_one(database, robin, clock), open_one(database, robin, clock)
        clock.on(minutes=60)
        assert not touch(database, touched.token, clock)
        fresh = open_one(database, robin, clock)
        clock.on(minutes=-30)
        for one in (touched, swept):
            assert current(database, one.token, clock) is None
            assert not touch(database, one.token, clock)
        assert current(database, fresh.token, clock) is not None
        assert touch(database, fresh.token, clock)
        assert check(database) == []


class TestEnding:
    def end(self, database: Database, session_id: int, user: User, clock: HandClock) -> None:
        with database.writing() as session:
            service.end_session(session, session_id, person_id=user.person_id, actor=COMMAND_LINE, clock=clock)

    def test_signing_out(self, database: Database, robin: User, clock: HandClock) -> None:
        opened = open_one(database, robin, clock)
        for _ in range(2):
            self.end(database, opened.id, robin, clock)
        assert current(database, opened.token, clock) is None
        assert told(database, "session") == ["session_opened", "session_ended"]

    def test_that_of_somebody_else_is_not_found(
        self, database: Database, wren: User, robin: User, clock: HandClock
    ) -> None:
        opened = open_one(database, robin, clock)
        for number in (opened.id, 99):
            with pytest.raises(NotFoundError, match="no session"):
                self.end(database, number, wren, clock)
        assert current(database, opened.token, clock) is not None

    def test_all_others(self, database: Database, wren: User, robin: User, clock: HandClock) -> None:
        mine = [open_one(database, robin, clock) for _ in range(3)]
        others = open_one(database, wren, clock)
        with database.writing() as session:
            ended = service.end_other_sessions(
                session, person_id=robin.person_id, keep=mine[1].id, actor=COMMAND_LINE, clock=clock
            )
        assert ended == 2
        alive = [current(database, one.token, clock) is not None for one in (*mine, others)]
        assert alive == [False, True, False, True]

    def test_the_list_has_those_that_are_going_on(
        self, database: Database, wren: User, robin: User, clock: HandClock
    ) -> None:
        lapsed = open_one(database, robin, clock)
        clock.on(minutes=30)
        going = [open_one(database, robin, clock), open_one(database, robin, clock)]
        open_one(database, wren, clock)
        clock.on(minutes=31)
        self.end(database, going[0].id, robin, clock)
        with database.reading() as session:
            found = service.list_sessions(session, person_id=robin.person_id, clock=clock)
        assert [one.id for one in found] == [going[1].id]
        assert lapsed.id not in {one.id for one in found}


class TestAnotherOrganisation:
    def switch(
        self, database: Database, opened: OpenedSession, organisation_id: int, clock: HandClock
    ) -> OpenedSession:
        with database.writing() as session:
            return service.switch_organisation(
                session, opened.token, organisation_id=organisation_id, user_agent=FIREFOX, clock=clock
            )

    def test_needs_a_role_there_and_gets_a_new_token(self, database: Database, robin: User, clock: HandClock) -> None:
        other = add_council(database, "south-vale")
        opened = open_one(database, robin, clock)
        with pytest.raises(NotFoundError, match="no organisation of yours"):
            self.switch(database, opened, other, clock)
        assert current(database, opened.token, clock) is not None
        with database.writing() as session:
            service.grant_role(session, robin.person_id, Role.VIEWER, organisation_id=other, actor=COMMAND_LINE)
        after = self.switch(database, opened, other, clock)
        assert current(database, opened.token, clock) is None
        now = current(database, after.token, clock)
        assert (now.organisation_id, now.roles) == (other, {Role.VIEWER})
        assert after.csrf != opened.csrf
        home = self.switch(database, after, robin.organisation_id, clock)
        assert current(database, home.token, clock).roles == {Role.EVALUATOR}

    def test_without_a_session_there_is_nothing_to_switch(
        self, database: Database, robin: User, clock: HandClock
    ) -> None:
        opened = open_one(database, robin, clock)
        clock.on(hours=1)
        with pytest.raises(NotFoundError, match="Sign in again"):
            self.switch(database, opened, robin.organisation_id, clock)


def test_the_account_is_asked_each_time(database: Database, wren: User, robin: User, clock: HandClock) -> None:
    """Even where a session was left open past this program, a disabled account has none."""
    opened = open_one(database, robin, clock)
    with database.writing() as session:
        session.execute(text("UPDATE account SET state = 'disabled' WHERE person_id = :one"), {"one": robin.person_id})
    assert current(database, opened.token, clock) is None


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE sign_in_session SET how = 'magic'",
        "UPDATE sign_in_session SET how = 'link'",
        "UPDATE sign_in_session SET ended_at = created_at",
        "UPDATE sign_in_session SET token_sha256 = 'same'",
        "UPDATE account SET state = 'locked'",
        "UPDATE account SET state = 'open'",
        "UPDATE account SET email_key = NULL",
        "UPDATE account SET password_set_at = created_at",
        "UPDATE role_grant SET role = 'bishop'",
        "UPDATE role_grant SET object_kind = 'tender'",
        "UPDATE role_grant SET from_day = '2026-01-02', to_day = '2026-01-01'",
    ],
)
def test_the_database_itself_refuses_what_cannot_be(
    database: Database, wren: User, robin: User, clock: HandClock, statement: str
) -> None:
    for user in (wren, robin):
        open_one(database, user, clock)
    with pytest.raises(Exception, match=r"(?i)constraint"), database.writing() as session:
        session.execute(text(statement))
