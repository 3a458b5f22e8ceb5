"""Personal links: what each opens, how often, until when, and who gets a new one."""

import hashlib
from datetime import date

import pytest
from sqlalchemy import text

from svtracker.audit import service as audit
from svtracker.audit.rules.events import COMMAND_LINE
from svtracker.identity import hashing, service
from svtracker.identity.rules.links import LinkState, Purpose
from svtracker.identity.service import User
from svtracker.identity.store import Link
from svtracker.kernel.exceptions import (
    AccountStateError,
    LinkUnusableError,
    NotFoundError,
    PasswordRefusedError,
)
from svtracker.messages import service as messages
from svtracker.storage.engines import Database
from tests.identity.people import FIREFOX, PASSWORD, HandClock, add_council, check, hand_out, set_password, told

RETURN = {"task_kind": "return", "task_id": "7"}


def link_of(database: Database, token: str, clock: HandClock) -> Link:
    with database.reading() as session:
        return service.link_of_token(session, token, clock=clock)


def enter(database: Database, token: str, clock: HandClock) -> service.OpenedSession:
    with database.writing() as session:
        return service.enter_by_link(session, token, user_agent=FIREFOX, clock=clock)


def current(database: Database, opened: service.OpenedSession, clock: HandClock) -> service.CurrentSession | None:
    with database.reading() as session:
        return service.session_of(session, opened.token, clock=clock)


def act(database: Database, function: str, link: Link, clock: HandClock, **more: object) -> Link:
    with database.writing() as session:
        return getattr(service, function)(
            session, link.id, **{"organisation_id": link.organisation_id, **more}, actor=COMMAND_LINE, clock=clock
        )


def ask_anew(database: Database, token: str, clock: HandClock) -> list[messages.Message]:
    with database.writing() as session:
        assert service.request_new_link(session, token, clock=clock) is None
        return list(messages.list_messages(session, organisation_id=None))


@pytest.fixture
def contact(database: Database, council: int) -> User:
    """Somebody of a supplier, known by name and address, without an account."""
    with database.writing() as session:
        person = audit.add_person(
            session, organisation_id=council, name="Jay Elm", email="jay@supplier.example", actor=COMMAND_LINE
        )
    return person_as_user(person.id, council)


def person_as_user(person_id: int, organisation_id: int) -> User:
    return User(
        person_id=person_id,
        organisation_id=organisation_id,
        name="Jay Elm",
        email="jay@supplier.example",
        state=None,
        locked_because=None,
        grants=(),
        created_at=None,
        last_seen_at=None,
        password_set_at=None,
        has_identity_provider=False,
        version=0,
    )


class TestToATask:
    def test_opens_a_session_for_that_task_alone(self, database: Database, contact: User, clock: HandClock) -> None:
        token = hand_out(database, contact, clock, **RETURN)
        found = current(database, enter(database, token, clock), clock)
        assert (found.person_id, found.name, found.how) == (contact.person_id, "Jay Elm", "link")
        assert (found.roles, found.grants) == (frozenset(), ())
        assert (found.link.task_kind, found.link.task_id, found.link.state) == ("return", "7", "open")

    def test_gives_somebody_with_roles_none_of_them(self, database: Database, wren: User, clock: HandClock) -> None:
        found = current(database, enter(database, hand_out(database, wren, clock, **RETURN), clock), clock)
        assert (found.roles, found.grants) == (frozenset(), ())

    def test_can_be_used_again_until_it_is_submitted(self, database: Database, contact: User, clock: HandClock) -> None:
        token = hand_out(database, contact, clock, **RETURN)
        first, second = enter(database, token, clock), enter(database, token, clock)
        link = link_of(database, token, clock)
        assert act(database, "submit_link", link, clock).state is LinkState.SUBMITTED
        with pytest.raises(LinkUnusableError, match="it is submitted"):
            enter(database, token, clock)
        with pytest.raises(LinkUnusableError, match="it is submitted"):
            act(database, "submit_link", link, clock)
        # Both who are in can still read what was sent, and see that it was.
        assert [current(database, one, clock).link.state for one in (first, second)] == ["submitted"] * 2
        clock.on(hours=1)
        assert current(database, first, clock) is None

    def test_every_mail_has_a_token_of_its_own_and_each_works(
        self, database: Database, contact: User, clock: HandClock
    ) -> None:
        first = hand_out(database, contact, clock, **RETURN)
        link = link_of(database, first, clock)
        with database.writing() as session:
            second = service.new_token(session, link.id, clock=clock)
        assert first != second
        assert link_of(database, second, clock) == link
        with database.reading() as session:
            kept = session.execute(text("SELECT sha256 FROM link_token ORDER BY id")).scalars().all()
        assert kept == [hashlib.sha256(one.encode()).hexdigest() for one in (first, second)]

    def test_is_over_at_the_end_of_its_last_day(self, database: Database, contact: User, clock: HandClock) -> None:
        token = hand_out(database, contact, clock, **RETURN, due=date(2026, 12, 1))
        opened = enter(database, token, clock)
        clock.on(days=23, hours=11, minutes=59)
        assert link_of(database, token, clock).state is LinkState.OPEN
        opened = enter(database, token, clock)
        clock.on(minutes=1)
        assert link_of(database, token, clock).state is LinkState.OVER
        assert current(database, opened, clock) is None
        with pytest.raises(LinkUnusableError, match="it is over"):
            enter(database, token, clock)

    def test_revoked_it_ends_what_it_opened(self, database: Database, contact: User, clock: HandClock) -> None:
        token = hand_out(database, contact, clock, **RETURN)
        opened = enter(database, token, clock)
        link = act(database, "revoke_link", link_of(database, token, clock), clock, reason="wrong person")
        assert link.state is LinkState.REVOKED
        assert current(database, opened, clock) is None
        assert act(database, "revoke_link", link, clock) == link
        for again in (lambda: enter(database, token, clock), lambda: act(database, "submit_link", link, clock)):
            with pytest.raises(LinkUnusableError, match="it is revoked"):
                again()
        with database.writing() as session, pytest.raises(LinkUnusableError):
            service.new_token(session, link.id, clock=clock)
        assert told(database, "link") == ["link_made", "link_handed_out", "link_revoked"]
        assert told(database, "session") == ["session_opened", "session_ended"]
        assert check(database) == []

    def test_of_an_account_that_is_locked_opens_nothing_until_it_is_unlocked(
        self, database: Database, wren: User, robin: User, clock: HandClock
    ) -> None:
        token = hand_out(database, robin, clock, **RETURN)
        why = {"organisation_id": None, "actor": COMMAND_LINE, "reason": "leaves"}
        with database.writing() as session:
            service.lock_user(session, robin.person_id, **why)
        with pytest.raises(LinkUnusableError, match="it is revoked"):
            enter(database, token, clock)
        with database.writing() as session:
            service.unlock_user(session, robin.person_id, **why)
        assert current(database, enter(database, token, clock), clock).person_id == robin.person_id

    def test_that_of_another_organisation_is_not_found(
        self, database: Database, contact: User, clock: HandClock
    ) -> None:
        other = add_council(database, "south-vale")
        link = link_of(database, hand_out(database, contact, clock, **RETURN), clock)
        for function in ("revoke_link", "submit_link"):
            with pytest.raises(NotFoundError, match="no link"):
                act(database, function, link, clock, organisation_id=other)
        with database.reading() as session:
            assert service.list_links(session, organisation_id=other, clock=clock) == ()
            assert service.list_links(session, organisation_id=contact.organisation_id, clock=clock) == (link,)

    def test_cannot_set_a_password(self, database: Database, wren: User, clock: HandClock) -> None:
        token = hand_out(database, wren, clock, **RETURN)
        with pytest.raises(LinkUnusableError, match="not known here"):
            service.use_set_password(database, token, PASSWORD, clock=clock)

    @pytest.mark.parametrize("about", [{}, {"task_kind": "return"}, {"task_id": "7"}])
    def test_names_its_task(self, database: Database, contact: User, about: dict[str, str]) -> None:
        with database.writing() as session, pytest.raises(ValueError, match="names its kind and number"):
            service.make_link(
                session,
                organisation_id=contact.organisation_id,
                person_id=contact.person_id,
                purpose=Purpose.TASK,
                actor=COMMAND_LINE,
                **about,
            )

    def test_for_somebody_who_was_erased_there_is_none(
        self, database: Database, contact: User, clock: HandClock
    ) -> None:
        with database.writing() as session:
            audit.erase_person(session, contact.person_id, actor=COMMAND_LINE, reason="asked for")
        with pytest.raises(NotFoundError, match="no person"):
            hand_out(database, contact, clock, **RETURN)


class TestToSetAPassword:
    def test_works_once_ends_all_sessions_and_is_told(self, database: Database, wren: User, clock: HandClock) -> None:
        set_password(database, wren, clock)
        before = service.attempt_sign_in(
            database, email=wren.email, password=PASSWORD, address="", user_agent="", clock=clock
        )
        token = hand_out(database, wren, clock)
        assert service.use_set_password(database, token, "another herons wade", clock=clock) == wren.person_id
        assert current(database, before.session, clock) is None
        with pytest.raises(LinkUnusableError, match="it is used"):
            service.use_set_password(database, token, "a third herons wade", clock=clock)
        assert link_of(database, token, clock).state is LinkState.USED
        assert told(database, "account")[-2:] == ["password_set"] * 2
        assert check(database) == []

    def test_opens_no_session(self, database: Database, wren: User, clock: HandClock) -> None:
        with pytest.raises(LinkUnusableError, match="not known here"):
            enter(database, hand_out(database, wren, clock), clock)

    def test_a_password_that_is_refused_can_be_tried_again(
        self, database: Database, wren: User, clock: HandClock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        token = hand_out(database, wren, clock)
        with monkeypatch.context() as patched:
            patched.setattr(hashing, "make_hash", None)  # nothing is hashed for a password that is refused
            with pytest.raises(PasswordRefusedError, match=r"The password was not set\. It holds your name") as caught:
                service.use_set_password(database, token, "wren alder at home", clock=clock)
        assert len(caught.value.faults) == 1
        assert service.use_set_password(database, token, PASSWORD, clock=clock) == wren.person_id

    def test_is_over_after_72_hours(self, database: Database, wren: User, clock: HandClock) -> None:
        token = hand_out(database, wren, clock)
        clock.on(hours=72)
        with pytest.raises(LinkUnusableError, match="it is over"):
            service.use_set_password(database, token, PASSWORD, clock=clock)

    def test_a_fresh_one_makes_the_one_before_useless(self, database: Database, wren: User, clock: HandClock) -> None:
        first, second = hand_out(database, wren, clock), hand_out(database, wren, clock)
        with pytest.raises(LinkUnusableError, match="it is revoked"):
            service.use_set_password(database, first, PASSWORD, clock=clock)
        assert service.use_set_password(database, second, PASSWORD, clock=clock) == wren.person_id

    def test_used_by_two_at_once_it_works_once(
        self, database: Database, wren: User, clock: HandClock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        token, make_hash = hand_out(database, wren, clock), hashing.make_hash

        def slowly(password: str) -> str:
            monkeypatch.setattr(hashing, "make_hash", make_hash)
            service.use_set_password(database, token, "the faster of two", clock=clock)
            return make_hash(password)

        monkeypatch.setattr(hashing, "make_hash", slowly)
        with pytest.raises(LinkUnusableError, match="it is used"):
            service.use_set_password(database, token, PASSWORD, clock=clock)

    @pytest.mark.parametrize("function", ["lock_user", "disable_user"])
    def test_of_an_account_that_is_not_active_is_useless(
        self, database: Database, wren: User, robin: User, clock: HandClock, function: str
    ) -> None:
        token = hand_out(database, robin, clock)
        with database.writing() as session:
            getattr(service, function)(
                session, robin.person_id, organisation_id=None, actor=COMMAND_LINE, reason="leaves"
            )
        with pytest.raises(LinkUnusableError, match="it is revoked"):
            service.use_set_password(database, token, PASSWORD, clock=clock)
        with pytest.raises(AccountStateError, match="Enable or unlock it first"):
            hand_out(database, robin, clock)

    def test_for_somebody_without_an_account_there_is_none(
        self, database: Database, contact: User, clock: HandClock
    ) -> None:
        with pytest.raises(NotFoundError, match="no account"):
            hand_out(database, contact, clock)

    @pytest.mark.parametrize("token", ["", "x", "\0", "\ud800", "x" * 100_000])
    def test_a_token_that_nobody_has(self, database: Database, wren: User, clock: HandClock, token: str) -> None:
        hand_out(database, wren, clock)
        with pytest.raises(LinkUnusableError, match="not known here"):
            service.use_set_password(database, token, PASSWORD, clock=clock)


class TestANewOne:
    def test_goes_to_the_address_on_file_with_the_same_link(
        self, database: Database, contact: User, clock: HandClock
    ) -> None:
        token = hand_out(database, contact, clock, **RETURN)
        (message,) = ask_anew(database, token, clock)
        assert (message.to_person_id, message.link_id) == (contact.person_id, link_of(database, token, clock).id)
        assert "{link}" in message.body
        assert link_of(database, token, clock).state is LinkState.OPEN

    def test_of_one_that_is_over_is_made_for_the_same_task(
        self, database: Database, contact: User, clock: HandClock
    ) -> None:
        token = hand_out(database, contact, clock, **RETURN)
        old = link_of(database, token, clock)
        clock.on(days=30)
        (message,) = ask_anew(database, token, clock)
        assert message.link_id != old.id
        with database.writing() as session:
            new = service.link_of_token(session, service.new_token(session, message.link_id, clock=clock), clock=clock)
        assert (new.task_kind, new.task_id, new.person_id, new.state) == ("return", "7", contact.person_id, "open")
        assert link_of(database, token, clock).state is LinkState.OVER

    def test_nobody_is_flooded(self, database: Database, contact: User, clock: HandClock) -> None:
        token = hand_out(database, contact, clock, **RETURN)
        clock.on(days=30)
        for minutes, many in ((0, 1), (5, 1), (4, 1), (2, 2)):
            clock.on(minutes=minutes)
            for _ in range(3):
                assert len(ask_anew(database, token, clock)) == many
        with database.reading() as session:
            assert len(service.list_links(session, organisation_id=contact.organisation_id, clock=clock)) == 2

    @pytest.mark.parametrize("what", ["unknown", "submitted", "revoked", "erased"])
    def test_is_not_sent_and_nothing_is_said(
        self, database: Database, contact: User, clock: HandClock, what: str
    ) -> None:
        token = hand_out(database, contact, clock, **RETURN)
        link = link_of(database, token, clock)
        match what:
            case "unknown":
                token = "unknown"
            case "submitted" | "revoked":
                act(database, {"submitted": "submit_link", "revoked": "revoke_link"}[what], link, clock)
            case "erased":
                with database.writing() as session:
                    audit.erase_person(session, contact.person_id, actor=COMMAND_LINE, reason="asked for")
        assert ask_anew(database, token, clock) == []

    @pytest.mark.parametrize("about", [{}, RETURN])
    def test_is_not_sent_to_an_account_that_is_locked(
        self, database: Database, wren: User, robin: User, clock: HandClock, about: dict[str, str]
    ) -> None:
        token = hand_out(database, robin, clock, **about)
        with database.writing() as session:
            service.lock_user(session, robin.person_id, organisation_id=None, actor=COMMAND_LINE, reason="leaves")
        assert ask_anew(database, token, clock) == []

    def test_to_set_a_password_is_good_for_72_hours_again(
        self, database: Database, wren: User, clock: HandClock
    ) -> None:
        token = hand_out(database, wren, clock)
        clock.on(hours=80)
        (message,) = ask_anew(database, token, clock)
        with database.writing() as session:
            fresh = service.new_token(session, message.link_id, clock=clock)
        assert service.use_set_password(database, fresh, PASSWORD, clock=clock) == wren.person_id


def test_the_address_of_a_link() -> None:
    assert service.address_of("https://sv.council.example/", "abc") == "https://sv.council.example/links/abc"
