"""What carries a message away: a mail server, or a folder for development and tests."""

import re
import smtplib
import ssl
import tempfile
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit

from svtracker.kernel.exceptions import MailNotSentError, MailNotSetUpError

SECONDS = 30

# Where messages in a folder come from, as long as no address is set.
DEVELOPMENT_ADDRESS = "svtracker@localhost"

_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
_NOT_IN_A_NAME = re.compile(r"[^A-Za-z0-9.-]+")


class Sender(Protocol):
    """Sends one message, or says why it did not."""

    def send(self, message: EmailMessage) -> None:
        """Sends it; raises `MailNotSentError` where it could not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SmtpSender:
    """Hands messages to a mail server, over an encrypted connection where `starttls` is set, else in the clear."""

    host: str
    port: int
    address: str
    starttls: bool
    user: str | None = None
    password: str | None = field(default=None, repr=False)

    def send(self, message: EmailMessage) -> None:
        """Sends one message over a connection of its own."""
        try:
            with smtplib.SMTP(self.host, self.port, timeout=SECONDS) as server:
                if self.starttls:
                    server.starttls(context=ssl.create_default_context())
                if self.user is not None:
                    server.login(self.user, self.password or "")
                server.send_message(message, from_addr=self.address)
        except smtplib.SMTPRecipientsRefused as error:
            code, said = next(iter(error.recipients.values()))
            # A server that refuses for now (4xx) may take the next message, as this one later.
            raise MailNotSentError(why=_answer(code, said), server_away=False) from None
        except (smtplib.SMTPDataError, smtplib.SMTPSenderRefused) as error:
            raise MailNotSentError(why=_answer(error.smtp_code, error.smtp_error), server_away=False) from None
        except smtplib.SMTPAuthenticationError as error:
            # What it says may repeat the user or the password.
            raise MailNotSentError(
                why=f"the mail server refused user and password ({error.smtp_code})", server_away=True
            ) from None
        except (smtplib.SMTPException, OSError) as error:
            why = f"the mail server {self.host}:{self.port} could not be used ({type(error).__name__})"
            raise MailNotSentError(why=why, server_away=not isinstance(error, smtplib.SMTPNotSupportedError)) from error
        except (UnicodeError, ValueError) as error:
            raise MailNotSentError(why="it cannot be written as mail", server_away=False) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class FileSender:
    """Writes each message as a file that mail programs open; one that is sent again replaces itself."""

    folder: Path

    def send(self, message: EmailMessage) -> None:
        """Writes one message: the whole file, or none."""
        name = _NOT_IN_A_NAME.sub("-", str(message["Message-ID"]).strip("<>").partition("@")[0]) or "message"
        try:
            written = message.as_bytes(policy=SMTP)
        except (UnicodeError, ValueError) as error:
            raise MailNotSentError(why="it cannot be written as mail", server_away=False) from error
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile(dir=self.folder, suffix=".part", delete=False) as part:
                part.write(written)
            Path(part.name).replace(self.folder / f"{name}.eml")
        except OSError as error:
            raise MailNotSentError(why=f"{self.folder}: {error.strerror}", server_away=True) from error


def sender_of(mail: str | None, *, mail_from: str | None) -> Sender:
    """The sender that the settings name.

    `smtp://user:password@host:587` wants an encrypted connection (STARTTLS) from every server but one on this
    machine; `file:folder` writes into a folder.
    """
    if mail is None:
        raise MailNotSetUpError(why="there is no way to send mail")
    if mail.startswith("file:"):
        return FileSender(folder=Path(mail.removeprefix("file:")))
    if mail_from is None:
        raise MailNotSetUpError(why="there is no address to send mail from")
    try:
        parts = urlsplit(mail)
        host, port = parts.hostname, parts.port or 587
    except ValueError:
        host, port = None, 0
    if host is None or parts.scheme != "smtp":
        raise MailNotSetUpError(why="the address of the mail server cannot be used")
    return SmtpSender(
        host=host,
        port=port,
        address=mail_from,
        starttls=host not in _LOOPBACK,
        user=None if parts.username is None else unquote(parts.username),
        password=None if parts.password is None else unquote(parts.password),
    )


def _answer(code: int, said: bytes | str) -> str:
    """That a server refused, by its number; what it says may hold the address."""
    return f"the mail server refused it with {code}" if said else f"the mail server refused it ({code})"
