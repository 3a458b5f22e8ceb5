"""A password anew: asked for without being signed in, answered when nobody waits, changed with the old one."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from sqlalchemy import event, text

from svtracker.audit.rules.events import COMMAND_LINE
from svtracker.identity import hashing, service
from svtracker.identity.rules.accounts import email_key
from svtracker.identity.service import Refused, SignedIn, User
from svtracker.identity.service.passwords import QUIET
from svtracker.kernel.exceptions import AccountStateError, PasswordRefusedError
from svtracker.messages import service as messages
from svtracker.storage.engines import Database
from tests.identity.people import EMAIL, FIREFOX, PASSWORD, HandClock, check, hand_out, set_password, told

NEW = "seven paper boats drift"
NOBODY = "nobody.here@north-vale.example"


def ask(database: Database, clock: HandClock, email: str = EMAIL, address: str = "192.0.2.1") -> int:
    return service.request_password(database, email=email, address=address, clock=clock)


def outbox(database: Database) -> list[messages.Message]:
    with database.reading() as session:
        return list(reversed(messages.list_messages(session, organisation_id=None)))


def sign_in(database: Database, clock: HandClock, password: str) -> SignedIn | Refused:
    return service.attempt_sign_in(
        database, email=EMAIL, password=password, address="192.0.2.1", user_agent=FIREFOX, clock=clock
    )


@contextmanager
def statements(database: Database) -> Iterator[list[str]]:
    """Every statement that either engine runs meanwhile."""
    said: list[str] = []

    def note(_: object, __: object, statement: str, *___: object) -> None:
        said.append(statement)

    for engine in (database._read, database._write):
        event.listen(engine, "before_cursor_execute", note)
    yield said
    for engine in (database._read, database._write):
        event.remove(engine, "before_cursor_execute", note)


class TestForgotten:
    def test_asking_is_the_same_work_whether_there_is_such_an_account_or_not(
        self, database: Database, wren: User, clock: HandClock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        hashed: list[str] = []
        monkeypatch.setattr(hashing, "verify", lambda *_: hashed.append("verify"))
        with statements(database) as known:
            assert ask(database, clock) == 0
        with statements(database) as unknown:
            assert ask(database, clock, NOBODY) == 0
        assert known == unknown
        assert any(one.startswith("INSERT INTO password_request") for one in known)
        assert [one for one in known if "account." in one or "audit_person" in one] == [], "asking looks nobody up"
        assert outbox(database) == []
        assert hashed == []

    def test_only_somebody_who_can_sign_in_is_sent_a_link(
        self, database: Database, council: int, wren: User, robin: User, clock: HandClock
    ) -> None:
        with database.writing() as session:
            service.lock_user(
                session, robin.person_id, organisation_id=council, actor=COMMAND_LINE, reason="away", clock=clock
            )
        for email in (NOBODY, robin.email or "", "  WREN.ALDER@north-vale.example "):
            assert ask(database, clock, email) == 0
        assert service.answer_requests(database, clock=clock) == 1
        assert service.answer_requests(database, clock=clock) == 0
        (message,) = outbox(database)
        assert (message.to_person_id, message.subject) == (wren.person_id, "A new password for svtracker")
        assert EMAIL not in message.body
        assert "Wren" not in message.body
        assert check(database) == []

    def test_the_link_sets_a_password_and_forgets_who_asked(
        self, database: Database, wren: User, clock: HandClock
    ) -> None:
        ask(database, clock)
        service.answer_requests(database, clock=clock)
        (message,) = outbox(database)
        with database.writing() as session:
            token = service.new_token(session, message.link_id or 0, clock=clock)
        service.use_set_password(database, token, NEW, clock=clock)
        assert isinstance(sign_in(database, clock, NEW), SignedIn)
        with database.reading() as session:
            assert session.execute(text("SELECT count(*) FROM password_request")).scalar_one() == 0

    def test_the_table_holds_neither_address_nor_account(
        self, database: Database, wren: User, clock: HandClock
    ) -> None:
        ask(database, clock)
        with database.reading() as session:
            row = session.execute(text("SELECT * FROM password_request")).mappings().one()
        assert row["account_key"] == email_key(EMAIL)
        assert "192.0.2.1" not in str(dict(row))

    def test_one_mail_in_ten_minutes_and_links_that_are_open_stay_open(
        self, database: Database, wren: User, clock: HandClock
    ) -> None:
        invited = hand_out(database, wren, clock)
        for _ in range(3):
            ask(database, clock)
            service.answer_requests(database, clock=clock)
            clock.on(minutes=1)
        assert len(outbox(database)) == 1
        clock.on(minutes=QUIET / timedelta(minutes=1))
        ask(database, clock)
        service.answer_requests(database, clock=clock)
        first, second = outbox(database)
        assert first.link_id == second.link_id
        service.use_set_password(database, invited, NEW, clock=clock)

    @pytest.mark.parametrize("email", [EMAIL, NOBODY])
    def test_who_asks_too_often_waits(self, database: Database, wren: User, clock: HandClock, email: str) -> None:
        assert [ask(database, clock, email) for _ in range(6)] == [0, 0, 0, 0, 30, 30]
        clock.on(seconds=30)
        assert [ask(database, clock, email) for _ in range(2)] == [0, 60]
        assert ask(database, clock, "somebody.else@north-vale.example") == 0

    def test_one_address_of_the_network_cannot_ask_for_everybody(self, database: Database, clock: HandClock) -> None:
        waits = [ask(database, clock, f"person{number}@north-vale.example") for number in range(53)]
        assert waits == [0] * 51 + [30, 30]
        assert ask(database, clock, EMAIL, address="198.51.100.7") == 0

    def test_requests_are_forgotten_after_a_day(self, database: Database, clock: HandClock) -> None:
        ask(database, clock)
        clock.on(hours=25)
        ask(database, clock, NOBODY)
        with database.reading() as session:
            assert session.execute(text("SELECT account_key FROM password_request")).scalars().all() == [
                email_key(NOBODY)
            ]

    def test_erasing_somebody_forgets_that_they_asked(
        self, database: Database, council: int, robin: User, clock: HandClock
    ) -> None:
        ask(database, clock, robin.email or "")
        with database.writing() as session:
            service.erase_user(
                session, robin.person_id, organisation_id=council, actor=COMMAND_LINE, reason="asked", clock=clock
            )
        assert service.answer_requests(database, clock=clock) == 0
        with database.reading() as session:
            assert session.execute(text("SELECT count(*) FROM password_request")).scalar_one() == 0


class TestChanging:
    @pytest.fixture
    def entered(self, database: Database, wren: User, clock: HandClock) -> list[SignedIn]:
        """Two browsers in which Wren is signed in."""
        set_password(database, wren, clock)
        return [sign_in(database, clock, PASSWORD) for _ in range(2)]  # type: ignore[misc]  # the password is right

    def change(
        self, database: Database, entered: list[SignedIn], clock: HandClock, old: str = PASSWORD, new: str = NEW
    ) -> Refused | None:
        return service.change_password(
            database,
            person_id=entered[0].person_id,
            session_id=entered[0].session.id,
            old=old,
            new=new,
            address="192.0.2.1",
            clock=clock,
        )

    def going_on(self, database: Database, entered: list[SignedIn], clock: HandClock) -> list[bool]:
        with database.reading() as session:
            return [service.session_of(session, one.session.token, clock=clock) is not None for one in entered]

    def test_sets_the_new_one_and_ends_the_other_sessions_and_links(
        self, database: Database, wren: User, entered: list[SignedIn], clock: HandClock
    ) -> None:
        hand_out(database, wren, clock)
        assert self.change(database, entered, clock) is None
        assert self.going_on(database, entered, clock) == [True, False]
        assert sign_in(database, clock, PASSWORD) == Refused()
        assert isinstance(sign_in(database, clock, NEW), SignedIn)
        assert told(database, "account")[-1] == "password_set"
        assert told(database, "link")[-1] == "link_revoked"
        assert check(database) == []
        with database.reading() as session:
            assert service.check_accounts(session) == ()

    def test_a_wrong_old_password_changes_nothing_and_counts_as_a_try(
        self, database: Database, entered: list[SignedIn], clock: HandClock
    ) -> None:
        tried = [self.change(database, entered, clock, old="wrong wrong wrong") for _ in range(7)]
        assert tried == [Refused()] * 6 + [Refused(wait_seconds=30)]
        assert self.change(database, entered, clock) == Refused(wait_seconds=30)
        assert self.going_on(database, entered, clock) == [True, True]
        clock.on(seconds=30)
        assert self.change(database, entered, clock) is None

    @pytest.mark.parametrize(("new", "fault"), [("short", "5 characters"), (PASSWORD, "the one that you have")])
    def test_a_bad_new_password_is_refused(
        self, database: Database, entered: list[SignedIn], clock: HandClock, new: str, fault: str
    ) -> None:
        with pytest.raises(PasswordRefusedError, match=fault):
            self.change(database, entered, clock, new=new)
        assert isinstance(sign_in(database, clock, PASSWORD), SignedIn)

    def test_who_has_none_is_told_to_have_a_link_sent(self, database: Database, wren: User, clock: HandClock) -> None:
        with pytest.raises(AccountStateError, match="Have a link sent"):
            service.change_password(
                database, person_id=wren.person_id, session_id=1, old="", new=NEW, address="", clock=clock
            )

    def test_a_password_that_was_set_by_a_link_meanwhile_stays(
        self, database: Database, wren: User, entered: list[SignedIn], clock: HandClock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        token, make = hand_out(database, wren, clock), hashing.make_hash

        def make_meanwhile(password: str) -> str:
            monkeypatch.setattr(hashing, "make_hash", make)
            service.use_set_password(database, token, "nine tall lamps flicker", clock=clock)
            return make(password)

        monkeypatch.setattr(hashing, "make_hash", make_meanwhile)
        assert self.change(database, entered, clock) == Refused()
        assert isinstance(sign_in(database, clock, "nine tall lamps flicker"), SignedIn)
