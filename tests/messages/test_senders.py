"""Senders: a real mail server on loopback, and a folder."""

import socket
import ssl
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from svtracker.kernel.exceptions import MailNotSentError, MailNotSetUpError
from svtracker.messages.senders import FileSender, SmtpSender, sender_of

CERTIFICATE = Path(__file__).parent / "loopback.pem"
FROM = "social-value@north-vale.example"


class Mailbox:
    """What a mail server received, and what it says to the next message."""

    def __init__(self) -> None:
        self.received: list[Envelope] = []
        self.signed_in: list[bytes] = []
        self.rcpt, self.data = "250 OK", "250 OK"

    async def handle_RCPT(  # noqa: N802 - the names and order of aiosmtpd
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.rcpt.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.rcpt

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        self.received.append(envelope)
        return self.data

    def authenticate(
        self, server: SMTP, session: Session, envelope: Envelope, how: str, data: LoginPassword
    ) -> AuthResult:
        self.signed_in.append(data.login)
        return AuthResult(success=data.password == b"p:a@ss", handled=False)


@pytest.fixture
def encrypting() -> Iterator[tuple[Mailbox, int]]:
    """A mail server that takes nothing before STARTTLS, and its port."""
    with socket.create_server(("127.0.0.1", 0)) as found:
        port = found.getsockname()[1]
    box, context = Mailbox(), ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(CERTIFICATE)
    server = Controller(
        box,
        hostname="127.0.0.1",
        port=port,
        tls_context=context,
        require_starttls=True,
        authenticator=box.authenticate,
    )
    server.start()
    yield box, port
    server.stop()


@pytest.fixture
def mailbox() -> Iterator[tuple[Mailbox, int]]:
    """A mail server without encryption, and its port."""
    with socket.create_server(("127.0.0.1", 0)) as found:
        port = found.getsockname()[1]
    box = Mailbox()
    server = Controller(
        box,
        hostname="127.0.0.1",
        port=port,
        authenticator=box.authenticate,
        auth_require_tls=False,
    )
    server.start()
    yield box, port
    server.stop()


def mail(**headers: str) -> EmailMessage:
    message = EmailMessage(policy=policy.SMTP)
    for name, value in {
        "From": f"svtracker <{FROM}>",
        "To": "wren.alder@north-vale.example",
        "Subject": "Größe",
        "Message-ID": "<message-7.20261122120000@north-vale.example>",
        **headers,
    }.items():
        message[name] = value
    message.set_content("Grüße\n.\n..\nEnd\n")
    return message


def plain(port: int, **more: object) -> SmtpSender:
    return SmtpSender(host="127.0.0.1", port=port, address=FROM, starttls=False, **more)


class TestAMailServer:
    def test_gets_the_whole_message(self, mailbox: tuple[Mailbox, int]) -> None:
        box, port = mailbox
        plain(port).send(mail())
        (envelope,) = box.received
        assert (envelope.mail_from, envelope.rcpt_tos) == (FROM, ["wren.alder@north-vale.example"])
        read = message_from_bytes(envelope.content, policy=policy.default)
        assert read["Subject"] == "Größe"
        assert read.get_content().replace("\r\n", "\n") == "Grüße\n.\n..\nEnd\n"

    def test_signs_in_where_the_settings_say_so(self, mailbox: tuple[Mailbox, int]) -> None:
        box, port = mailbox
        sender_of(f"smtp://officer:p%3Aa%40ss@127.0.0.1:{port}", mail_from=FROM).send(mail())
        assert (len(box.received), box.signed_in) == (1, [b"officer"])

    def test_a_wrong_password_is_told_without_repeating_it(self, mailbox: tuple[Mailbox, int]) -> None:
        box, port = mailbox
        with pytest.raises(MailNotSentError, match=r"refused user and password \(535\)") as caught:
            plain(port, user="officer", password="wrong").send(mail())
        assert caught.value.server_away
        assert box.received == []
        assert "wrong" not in f"{caught.value}{plain(port, user='officer', password='wrong')!r}"

    @pytest.mark.parametrize(("answer", "code"), [("550 wren.alder@x is unknown", 550), ("451 later", 451)])
    @pytest.mark.parametrize("step", ["rcpt", "data"])
    def test_one_message_that_is_refused(self, mailbox: tuple[Mailbox, int], step: str, answer: str, code: int) -> None:
        box, port = mailbox
        setattr(box, step, answer)
        with pytest.raises(MailNotSentError, match=f"refused it with {code}") as caught:
            plain(port).send(mail())
        assert not caught.value.server_away
        assert "wren" not in str(caught.value)  # what a server answers may hold the address
        setattr(box, step, "250 OK")
        plain(port).send(mail())

    def test_one_that_is_away_says_so(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as found:
            port = found.getsockname()[1]
        with pytest.raises(MailNotSentError, match=f"mail server 127.0.0.1:{port} could not be used") as caught:
            plain(port).send(mail())
        assert caught.value.server_away

    def test_one_that_does_not_encrypt_gets_neither_password_nor_message(self, mailbox: tuple[Mailbox, int]) -> None:
        box, port = mailbox
        sender = SmtpSender(host="127.0.0.1", port=port, address=FROM, starttls=True, user="officer", password="p:a@ss")
        with pytest.raises(MailNotSentError, match="could not be used"):
            sender.send(mail())
        assert (box.received, box.signed_in) == ([], [])


class TestAnEncryptedConnection:
    @pytest.fixture
    def sender(self, encrypting: tuple[Mailbox, int]) -> SmtpSender:
        return SmtpSender(
            host="127.0.0.1", port=encrypting[1], address=FROM, starttls=True, user="officer", password="p:a@ss"
        )

    def test_carries_password_and_message(
        self, encrypting: tuple[Mailbox, int], sender: SmtpSender, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
        sender.send(mail())
        assert (len(encrypting[0].received), encrypting[0].signed_in) == (1, [b"officer"])

    def test_to_somebody_with_a_certificate_that_nobody_vouches_for_is_refused(
        self, encrypting: tuple[Mailbox, int], sender: SmtpSender
    ) -> None:
        with pytest.raises(MailNotSentError, match=r"could not be used \(SSLCertVerificationError\)"):
            sender.send(mail())
        assert (encrypting[0].received, encrypting[0].signed_in) == ([], [])


class TestAFolder:
    def test_gets_a_file_that_mail_programs_open(self, tmp_path: Path) -> None:
        FileSender(folder=tmp_path / "mail").send(mail())
        (file,) = (tmp_path / "mail").iterdir()
        assert file.name == "message-7.20261122120000.eml"
        assert message_from_bytes(file.read_bytes(), policy=policy.default)["Subject"] == "Größe"

    def test_a_message_sent_twice_is_one_file(self, tmp_path: Path) -> None:
        for _ in range(2):
            FileSender(folder=tmp_path).send(mail())
        assert len(list(tmp_path.iterdir())) == 1

    @pytest.mark.parametrize("number", ["../../etc/passwd", "/etc/passwd", "..", "\\x"])
    def test_no_message_leaves_the_folder(self, tmp_path: Path, number: str) -> None:
        folder = tmp_path / "mail"
        FileSender(folder=folder).send(mail(**{"Message-ID": f"<{number}@x>"}))
        assert [path.parent for path in tmp_path.rglob("*.eml")] == [folder]

    def test_one_that_cannot_be_written_says_so(self, tmp_path: Path) -> None:
        (tmp_path / "mail").write_text("no folder")
        with pytest.raises(MailNotSentError) as caught:
            FileSender(folder=tmp_path / "mail").send(mail())
        assert caught.value.server_away
        assert list(tmp_path.iterdir()) == [tmp_path / "mail"]


class TestSettings:
    @pytest.mark.parametrize(
        ("address", "wanted"),
        [
            ("smtp://mail.council.example", ("mail.council.example", 587, True, None, None)),
            ("smtp://o:p%40@mail.council.example:25", ("mail.council.example", 25, True, "o", "p@")),
            ("smtp://127.0.0.1:1025", ("127.0.0.1", 1025, False, None, None)),
            ("smtp://[::1]:1025", ("::1", 1025, False, None, None)),
            ("smtp://localhost", ("localhost", 587, False, None, None)),
            ("smtp://localhost.evil.example", ("localhost.evil.example", 587, True, None, None)),
        ],
    )
    def test_only_this_machine_is_spoken_to_in_the_clear(
        self, address: str, wanted: tuple[str, int, bool, str | None, str | None]
    ) -> None:
        found = sender_of(address, mail_from=FROM)
        assert isinstance(found, SmtpSender)
        assert (found.host, found.port, found.starttls, found.user, found.password) == wanted

    @pytest.mark.parametrize(
        ("address", "mail_from", "said"),
        [
            (None, FROM, "there is no way to send mail"),
            ("smtp://host", None, "no address to send mail from"),
            ("smtp://", FROM, "cannot be used"),
            ("smtp://host:x", FROM, "cannot be used"),
            ("smtp://[::1", FROM, "cannot be used"),
        ],
    )
    def test_what_is_missing_says_what_to_set(self, address: str | None, mail_from: str | None, said: str) -> None:
        with pytest.raises(MailNotSetUpError, match=f"{said}.* Set SVTRACKER_MAIL"):
            sender_of(address, mail_from=mail_from)

    def test_a_folder_needs_no_address(self) -> None:
        assert sender_of("file:var/mail", mail_from=None) == FileSender(folder=Path("var/mail"))
