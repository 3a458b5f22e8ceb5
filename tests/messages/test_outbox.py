"""The outbox: nothing is lost, nothing is sent to whom it should not, and no header can be smuggled in."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.orm import Session

from svtracker.audit import service as audit
from svtracker.audit.rules.events import COMMAND_LINE
from svtracker.audit.store import WHOLE_INSTALLATION, Filters
from svtracker.identity import service as identity
from svtracker.identity.rules.links import Purpose
from svtracker.kernel.exceptions import MailNotSentError, NotFoundError, RefusedError, TextNotKeptError
from svtracker.messages import service
from svtracker.messages.rules.outbox import LONGEST_WAIT, faults_of_message, wait_after
from svtracker.messages.service import Message, Sent
from svtracker.registers import service as registers
from svtracker.storage.engines import Database

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
FROM = "social-value@north-vale.example"
TO = "wren.alder@north-vale.example"


@dataclass
class Post:
    """A sender that keeps what it is given, or fails as it is told."""

    failing: Callable[[EmailMessage], None] = lambda mail: None
    sent: list[EmailMessage] = field(default_factory=list)

    def send(self, message: EmailMessage) -> None:
        self.failing(message)
        self.sent.append(message)


def away(_: EmailMessage) -> None:
    raise MailNotSentError(why="the mail server is away", server_away=True)


def refused(_: EmailMessage) -> None:
    raise MailNotSentError(why="the mail server refused it with 550", server_away=False)


@pytest.fixture
def council(database: Database) -> int:
    with database.writing() as session:
        return registers.add_organisation(
            session, slug="north-vale", name="North Vale", short_name="NV", is_demo=False, actor=COMMAND_LINE
        ).id


@pytest.fixture
def wren(database: Database, council: int) -> int:
    return add_person(database, council)


def add_person(database: Database, council: int, email: str | None = TO) -> int:
    with database.writing() as session:
        return audit.add_person(session, organisation_id=council, name="Wren Alder", email=email, actor=COMMAND_LINE).id


def queue(database: Database, council: int, person: int, **more: object) -> Message:
    about = {"subject": "Your return is due", "body": "The return for October is due.", "clock": lambda: NOON, **more}
    with database.writing() as session:
        return service.queue(session, organisation_id=council, to_person_id=person, actor=COMMAND_LINE, **about)


def no_link(_: Session, number: int) -> str:
    raise AssertionError(f"nobody asked for link {number}")


def send(database: Database, sender: Post, *, at: datetime = NOON, link_text: service.LinkText = no_link) -> Sent:
    return service.send_due(database, sender=sender, sender_address=FROM, link_text=link_text, clock=lambda: at)


def listed(database: Database) -> list[Message]:
    with database.reading() as session:
        return list(reversed(service.list_messages(session, organisation_id=None)))


def told(database: Database) -> list[str]:
    with database.reading() as session:
        events = audit.log(session, scope=WHOLE_INSTALLATION, filters=Filters(object_kind="message"))
        return [one.what for one in events]


class TestSending:
    def test_each_message_once_the_oldest_first(self, database: Database, council: int, wren: int) -> None:
        for subject in ("One", "Two", "Three"):
            queue(database, council, wren, subject=subject)
        post = Post()
        assert send(database, post) == Sent(sent=3, failed=0)
        assert [one["Subject"] for one in post.sent] == ["One", "Two", "Three"]
        assert send(database, post, at=NOON + timedelta(days=9)) == Sent(sent=0, failed=0)
        assert {one.state for one in listed(database)} == {"sent"}
        assert told(database) == ["message_queued"] * 3 + ["message_sent"] * 3

    def test_what_it_looks_like(self, database: Database, council: int, wren: int) -> None:
        queue(database, council, wren, subject="Größe: 5 £", body="Grüße — “wren”\n.\n\nLine\n")
        post = Post()
        send(database, post)
        read = message_from_bytes(post.sent[0].as_bytes(), policy=policy.default)
        assert (read["From"], read["To"], read["Subject"]) == (f"svtracker <{FROM}>", TO, "Größe: 5 £")
        assert read.get_content().replace("\r\n", "\n") == "Grüße — “wren”\n.\n\nLine\n"
        assert (read["Auto-Submitted"], read["Date"].datetime) == ("auto-generated", NOON)
        assert read["Message-ID"].endswith("@north-vale.example>")

    def test_a_message_belongs_to_its_organisation(self, database: Database, council: int, wren: int) -> None:
        message = queue(database, council, wren)
        with database.reading() as session:
            assert service.get_message(session, message.id, organisation_id=council) == message
            assert service.list_messages(session, organisation_id=council + 1) == ()
            for number, of in ((message.id, council + 1), (99, council), (99, None)):
                with pytest.raises(NotFoundError, match="no message"):
                    service.get_message(session, number, organisation_id=of)


class TestWhenTheServerIsAway:
    def test_nothing_is_lost_and_it_is_tried_again_ever_more_rarely(
        self, database: Database, council: int, wren: int
    ) -> None:
        queue(database, council, wren)
        now, waits = NOON, []
        for tries in range(1, 13):
            found = send(database, Post(away), at=now)
            assert found == Sent(sent=0, failed=1, last_error="the mail server is away")
            (message,) = listed(database)
            assert (message.tries, message.last_error, message.state) == (tries, "the mail server is away", "waiting")
            waits.append((message.next_try_at - now) / timedelta(minutes=1))
            assert send(database, Post(), at=message.next_try_at - timedelta(seconds=1)) == Sent(sent=0, failed=0)
            now = message.next_try_at
        assert waits == [1, 2, 4, 8, 16, 32, 64, 128, 256, 360, 360, 360]
        assert send(database, Post(), at=now) == Sent(sent=1, failed=0)
        assert told(database) == ["message_queued", "message_sent"]

    def test_the_others_do_not_wait_for_it_in_vain(self, database: Database, council: int, wren: int) -> None:
        for _ in range(5):
            queue(database, council, wren)
        assert send(database, Post(away)).failed == 1
        assert send(database, Post()).sent == 4
        assert send(database, Post(), at=NOON + timedelta(minutes=1)).sent == 1

    def test_one_that_is_refused_does_not_stop_the_others(self, database: Database, council: int, wren: int) -> None:
        for subject in ("Bad", "Good", "Good"):
            queue(database, council, wren, subject=subject)
        post = Post(lambda mail: refused(mail) if mail["Subject"] == "Bad" else None)
        found = send(database, post)
        assert (found.sent, found.failed, found.last_error) == (2, 1, "the mail server refused it with 550")

    def test_a_stop_in_the_middle_sends_twice_rather_than_never(
        self, database: Database, council: int, wren: int, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        queue(database, council, wren)
        post = Post()

        def stop(*_: object, **__: object) -> None:
            raise KeyboardInterrupt

        with monkeypatch.context() as patched:
            patched.setattr(service, "_mark_sent", stop)
            with pytest.raises(KeyboardInterrupt):
                send(database, post)
        assert send(database, post) == Sent(sent=0, failed=0)  # not at once again
        assert send(database, post, at=NOON + timedelta(minutes=1)) == Sent(sent=1, failed=0)
        assert len({one["Message-ID"] for one in post.sent}) == 1
        assert len(post.sent) == 2

    def test_two_who_send_at_once_do_not_take_the_same(self, database: Database, council: int, wren: int) -> None:
        for _ in range(3):
            queue(database, council, wren)
        second = Post()
        first = Post(lambda _: send(database, second) and None)
        assert send(database, first).sent == 1
        assert (len(first.sent), len(second.sent)) == (1, 2)

    def test_a_time_that_a_wrong_clock_set_is_not_waited_for(self, database: Database, council: int, wren: int) -> None:
        queue(database, council, wren, clock=lambda: NOON + timedelta(days=400))
        assert send(database, Post()) == Sent(sent=1, failed=0)

    def test_no_unit_of_work_is_open_while_it_sends(self, database: Database, council: int, wren: int) -> None:
        queue(database, council, wren)
        wrote = []

        def write(_: EmailMessage) -> None:
            with database.writing() as session:
                wrote.append(session.execute(text("SELECT 1")).scalar_one())

        assert send(database, Post(write)).sent == 1
        assert wrote == [1]


class TestWhoGetsIt:
    def test_an_erased_reader_gets_nothing(self, database: Database, council: int, wren: int) -> None:
        queue(database, council, wren)
        with database.writing() as session:
            audit.erase_person(session, wren, actor=COMMAND_LINE, reason="asked for")
        post = Post()
        assert send(database, post) == Sent(sent=0, failed=0, cancelled=1)
        assert (post.sent, listed(database)[0].state) == ([], "cancelled")
        assert told(database) == ["message_queued", "message_cancelled"]

    @pytest.mark.parametrize("email", [None, "nobody"])
    def test_somebody_without_an_address_cannot_be_written_to(
        self, database: Database, council: int, email: str | None
    ) -> None:
        person = 99 if email else add_person(database, council, email)
        with pytest.raises(NotFoundError, match="no address of person"):
            queue(database, council, person)
        assert listed(database) == []

    @pytest.mark.parametrize("email", ["a@b\nBcc: x@y.example", "a@b\r\n\r\nbody", "@", "a b@c", "<a@b>, x@y.example"])
    def test_an_address_that_was_put_in_past_this_program_smuggles_nothing_in(
        self, database: Database, council: int, email: str
    ) -> None:
        queue(database, council, add_person(database, council, email))
        post = Post()
        found = send(database, post)
        assert (found.sent, found.failed, post.sent) == (0, 1, [])
        assert listed(database)[0].last_error == "the address on file cannot be written in a mail"

    def test_cancelled_messages_are_not_sent(self, database: Database, council: int, wren: int) -> None:
        queue(database, council, wren)
        with database.writing() as session:
            assert service.cancel_messages(session, person_id=wren, actor=COMMAND_LINE, reason="x") == 1
            assert service.cancel_messages(session, person_id=wren, actor=COMMAND_LINE, reason="x") == 0
        assert send(database, Post()) == Sent(sent=0, failed=0)


class TestLinks:
    def link(self, database: Database, council: int, wren: int) -> int:
        with database.writing() as session:
            return identity.make_link(
                session,
                organisation_id=council,
                person_id=wren,
                purpose=Purpose.TASK,
                task_kind="return",
                task_id="7",
                actor=COMMAND_LINE,
                clock=lambda: NOON,
            ).id

    def test_the_token_is_made_when_the_message_is_sent(self, database: Database, council: int, wren: int) -> None:
        number = self.link(database, council, wren)
        queue(database, council, wren, body="Press here:\n\n{link}\n", link_id=number)
        with database.reading() as session:
            assert session.execute(text("SELECT COUNT(*) FROM link_token")).scalar_one() == 0
        post = Post()
        send(database, post, link_text=identity.link_text("https://sv.north-vale.example", clock=lambda: NOON))
        (line,) = [one for one in post.sent[0].get_content().splitlines() if one.startswith("https://")]
        token = line.removeprefix("https://sv.north-vale.example/links/")
        with database.reading() as session:
            assert identity.link_of_token(session, token, clock=lambda: NOON).id == number
            outbox = str(session.execute(text("SELECT * FROM outbox_message")).all())
        assert token not in outbox
        assert "{link}" in outbox
        assert listed(database)[0].body == "Press here:\n\n{link}\n"

    def test_a_message_whose_link_was_revoked_is_cancelled(self, database: Database, council: int, wren: int) -> None:
        number = self.link(database, council, wren)
        queue(database, council, wren, body="{link}", link_id=number)
        with database.writing() as session:
            identity.revoke_link(session, number, organisation_id=council, actor=COMMAND_LINE, clock=lambda: NOON)
        found = send(database, Post(), link_text=identity.link_text("https://x.example", clock=lambda: NOON))
        assert found == Sent(sent=0, failed=0, cancelled=1)


class TestWhatAMessageMayBe:
    @pytest.mark.parametrize(
        ("about", "said"),
        [
            ({"subject": ""}, "message: subject: saw an empty text; wanted one line"),
            ({"subject": "News\nBcc: x@y.example"}, "message: subject"),
            ({"subject": "News\r\n\r\nbody"}, "message: subject"),
            ({"subject": "N\0"}, "message: subject"),
            ({"subject": "N" * 201}, "message: subject"),
            ({"body": " \n"}, "message: body: saw blank characters"),
            ({"body": "x" * 20_001}, "message: body"),
            ({"body": "{link}"}, "this message has no personal link"),
            ({"link_id": 7}, "{link} where the personal link goes"),
        ],
    )
    def test_what_is_refused(
        self, database: Database, council: int, wren: int, about: dict[str, str], said: str
    ) -> None:
        with pytest.raises(RefusedError) as caught:
            queue(database, council, wren, **about)
        assert said in str(caught.value)
        assert listed(database) == []

    @pytest.mark.parametrize("body", ["x\0", "x\ud800"])
    def test_a_text_that_no_database_keeps(self, database: Database, council: int, wren: int, body: str) -> None:
        with pytest.raises(TextNotKeptError, match="The body holds a character"):
            queue(database, council, wren, body=body)

    @given(st.text(max_size=250), st.text(max_size=300))
    def test_what_is_let_through_has_one_line_of_subject(self, subject: str, body: str) -> None:
        if not faults_of_message(subject=subject, body=body, has_link=False):
            assert len(subject.splitlines()) == 1
            mail = service.mail_of(
                Message(
                    id=1,
                    organisation_id=1,
                    to_person_id=1,
                    subject=subject,
                    body=body,
                    link_id=None,
                    created_at=NOON,
                    sent_at=None,
                    tries=0,
                    next_try_at=NOON,
                    last_error=None,
                    cancelled_at=None,
                ),
                to=TO,
                sender_address=FROM,
                link="",
            )
            assert set(mail.keys()) == {
                "From",
                "To",
                "Subject",
                "Date",
                "Message-ID",
                "Auto-Submitted",
                "Content-Type",
                "Content-Transfer-Encoding",
                "MIME-Version",
            }

    @given(st.integers(-5, 10_000))
    def test_waits_grow_and_stay_within_six_hours(self, tries: int) -> None:
        assert timedelta(minutes=1) <= wait_after(tries) <= wait_after(tries + 1) <= LONGEST_WAIT


def test_no_event_holds_subject_body_or_address(database: Database, council: int, wren: int) -> None:
    queue(database, council, wren, subject="Quite secret", body="Most secret")
    send(database, Post())
    with database.reading() as session:
        rows = str(session.execute(text("SELECT * FROM audit_event")).all())
        assert audit.check_chains(session) == ()
    assert not any(word in rows for word in ("secret", "@"))
