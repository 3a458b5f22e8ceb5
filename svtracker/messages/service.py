"""What a person does with messages: queue one beside a change, look at them, and send those whose turn it is.

The outbox holds no secret: the text that opens a personal link is made when the message is sent, and only its SHA-256
is kept. A message is first claimed, then sent outside any unit of work, then marked as sent: when the program stops
in between, it is sent twice rather than never.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from sqlalchemy.orm import Session

from svtracker.audit import service as audit
from svtracker.audit import store as people
from svtracker.audit.rules.events import SYSTEM, Actor, Change, Event, require_keepable
from svtracker.kernel.clock import Clock, system_clock
from svtracker.kernel.exceptions import LinkUnusableError, MailNotSentError, NotFoundError, RefusedError
from svtracker.kernel.problems import Problem, shown
from svtracker.messages import store
from svtracker.messages.rules.outbox import LINK, faults_of_message, wait_after
from svtracker.messages.senders import Sender
from svtracker.messages.store import Message
from svtracker.storage.engines import Database

LinkText = Callable[[Session, int], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What a run of the sender did: how many messages were sent, failed for now, and were cancelled."""

    sent: int
    failed: int
    cancelled: int = 0
    last_error: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Claimed:
    """A message that this run is to send, with all that it needs outside the unit of work."""

    message: Message
    mail: EmailMessage | None
    fault: str = ""


def queue(
    session: Session,
    *,
    organisation_id: int,
    to_person_id: int,
    subject: str,
    body: str,
    link_id: int | None = None,
    sealed_bid_id: int | None = None,
    actor: Actor,
    clock: Clock = system_clock,
) -> Message:
    """Puts a message into the outbox, in the unit of work of the change that it tells of.

    One about a sealed bid names it: nobody finds the message, or learns whom it went to, before `unseal`.

    `{link}` in the body is where the personal link goes. Names and addresses stay out of subject and body: the
    outbox knows its readers by number, so that erasing a person leaves nothing behind.
    """
    faults = faults_of_message(subject=subject, body=body, has_link=link_id is not None)
    if faults:
        raise RefusedError([Problem(file="message", path=path, seen=shown(seen), wanted=w) for path, seen, w in faults])
    require_keepable("subject", subject)
    require_keepable("body", body)
    reader = people.get_person(session, to_person_id)
    if reader is None or reader.email is None:
        raise NotFoundError(
            what="address of person", name=str(to_person_id), do="Give the person an email address first."
        )
    at = clock()
    added = store.add_message(
        session,
        organisation_id=organisation_id,
        to_person_id=to_person_id,
        subject=subject,
        body=body,
        link_id=link_id,
        created_at=at,
        tries=0,
        next_try_at=at,
        sealed_bid_id=sealed_bid_id,
    )
    changes = {"to": Change(new=to_person_id), "link": Change(new=link_id)} if sealed_bid_id is None else {}
    audit.record(session, _event(added, "message_queued", actor=actor, at=at, changes=changes))
    return added


def list_messages(session: Session, *, organisation_id: int | None) -> tuple[Message, ...]:
    """The messages of an organisation, the newest first; none stands for the whole installation."""
    return store.list_messages(session, organisation_id=organisation_id)


def get_message(session: Session, message_id: int, *, organisation_id: int | None) -> Message:
    """One message; that of another organisation is not found."""
    found = store.get_message(session, message_id)
    if found is None or organisation_id not in {None, found.organisation_id}:
        raise NotFoundError(what="message", name=str(message_id), do="Look for it in the list of messages.")
    return found


def has_message_since(session: Session, *, link_id: int, since: datetime) -> bool:
    """Whether a message with a link was queued since a moment, so that nobody is flooded with them."""
    return store.has_message_since(session, link_id=link_id, since=since)


def count_failing(session: Session, *, organisation_id: int) -> int:
    """How many messages of an organisation wait that could not be sent so far."""
    return store.count_failing(session, organisation_id=organisation_id)


def links_waiting(session: Session) -> frozenset[int]:
    """The personal links that messages hold which were neither sent nor cancelled."""
    return store.links_waiting(session)


def forget_links(session: Session, numbers: Sequence[int]) -> None:
    """Lets messages that were sent or cancelled hold certain personal links no longer, so that those can be deleted."""
    store.forget_links(session, numbers)


def unseal(session: Session, bid_ids: Sequence[int], *, organisation_id: int) -> None:
    """Opens the messages about bids that were sealed until now."""
    store.unseal(session, bid_ids, organisation_id=organisation_id)


def cancel_messages(session: Session, *, person_id: int, actor: Actor, reason: str, clock: Clock = system_clock) -> int:
    """Cancels what was not sent yet to a person; says how many messages that were."""
    waiting = store.list_waiting(session, person_id=person_id)
    for message in waiting:
        _cancel(session, message, actor=actor, at=clock(), reason=reason)
    return len(waiting)


def send_due(
    database: Database,
    *,
    sender: Sender,
    sender_address: str,
    link_text: LinkText,
    actor: Actor = SYSTEM,
    clock: Clock = system_clock,
) -> Sent:
    """Sends every message whose turn it is, one at a time, oldest first.

    One that fails is tried again after 1 minute, then twice as long, at most 6 hours. Where the mail server is away,
    the run stops, so that not every message waits for it in vain.
    """
    began = clock()
    sent = failed = cancelled = 0
    last_error = None
    while True:
        with database.writing() as session:
            claimed = _claim(
                session, now=began, sender_address=sender_address, link_text=link_text, actor=actor, clock=clock
            )
        if claimed is None:
            return Sent(sent=sent, failed=failed, cancelled=cancelled, last_error=last_error)
        if claimed.mail is None and not claimed.fault:
            cancelled += 1
            continue
        error = _send(claimed, sender)
        with database.writing() as session:
            if error is None:
                _mark_sent(session, claimed.message, actor=actor, at=clock())
                sent += 1
                continue
            store.change_message(session, claimed.message.id, last_error=error.why)
        failed += 1
        last_error = error.why
        if error.server_away:
            return Sent(sent=sent, failed=failed, cancelled=cancelled, last_error=last_error)


def _claim(
    session: Session, *, now: datetime, sender_address: str, link_text: LinkText, actor: Actor, clock: Clock
) -> _Claimed | None:
    """The next message, its next try already set: whatever happens now, it is not lost and not tried at once again."""
    message = store.next_due(session, now=now)
    if message is None:
        return None
    at = clock()
    reader = people.get_person(session, message.to_person_id)
    if reader is None or reader.email is None:
        _cancel(session, message, actor=actor, at=at, reason="the reader has no address any more")
        return _Claimed(message=message, mail=None)
    try:
        link = "" if message.link_id is None else link_text(session, message.link_id)
    except LinkUnusableError as error:
        _cancel(session, message, actor=actor, at=at, reason=f"its personal link is {error.state}")
        return _Claimed(message=message, mail=None)
    tries = message.tries + 1
    # At least a little after the run began, whatever the clock says: each message is tried once in a run.
    next_try_at = max(at, now) + wait_after(tries)
    store.change_message(session, message.id, tries=tries, next_try_at=next_try_at)
    try:
        mail = mail_of(message, to=reader.email, sender_address=sender_address, link=link)
    except (ValueError, MessageError, IndexError):  # what the library raises at an address that it cannot write
        return _Claimed(message=message, mail=None, fault="the address on file cannot be written in a mail")
    return _Claimed(message=message, mail=mail)


def mail_of(message: Message, *, to: str, sender_address: str, link: str) -> EmailMessage:
    """The mail that carries a message; no field can smuggle in a header of its own, because the library refuses it."""
    mail = EmailMessage(policy=SMTP)
    mail["From"] = Address(display_name="svtracker", addr_spec=sender_address)
    mail["To"] = Address(addr_spec=to)
    mail["Subject"] = message.subject
    mail["Date"] = format_datetime(message.created_at)
    # One message keeps one number, so that a mail program shows a message that was sent twice once.
    mail["Message-ID"] = f"<message-{message.id}.{message.created_at:%Y%m%d%H%M%S}@{sender_address.rpartition('@')[2]}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(message.body.replace(LINK, link))
    return mail


def _send(claimed: _Claimed, sender: Sender) -> MailNotSentError | None:
    if claimed.mail is None:
        return MailNotSentError(why=claimed.fault, server_away=False)
    try:
        sender.send(claimed.mail)
    except MailNotSentError as error:
        return error
    return None


def _mark_sent(session: Session, message: Message, *, actor: Actor, at: datetime) -> None:
    if store.change_message(session, message.id, sent_at=at, last_error=None):
        audit.record(session, _event(message, "message_sent", actor=actor, at=at))


def _cancel(session: Session, message: Message, *, actor: Actor, at: datetime, reason: str) -> None:
    if store.change_message(session, message.id, cancelled_at=at):
        audit.record(session, _event(message, "message_cancelled", actor=actor, at=at, reason=reason))


def _event(
    message: Message,
    what: str,
    *,
    actor: Actor,
    at: datetime,
    changes: dict[str, Change] | None = None,
    reason: str = "",
) -> Event:
    return Event(
        organisation_id=message.organisation_id,
        at=at,
        actor=actor,
        what=what,
        object_kind="message",
        object_id=str(message.id),
        changes=changes or {},
        reason=reason,
    )
