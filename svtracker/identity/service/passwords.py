"""A password anew: for somebody who forgot theirs, and for somebody who is signed in and knows the old one.

Whoever forgot theirs asks without being signed in, and must not learn who has an account. So asking is one row in a
table, the same for every address; whether there is such an account is looked up by `answer_requests`, later and in
another thread, when no page waits for it. The answer is a mail to the address on file, or nothing.
"""

from datetime import datetime

from sqlalchemy.orm import Session

from svtracker.audit import store as people
from svtracker.audit.rules.events import SYSTEM
from svtracker.identity import hashing, store
from svtracker.identity.rules.accounts import AccountState, address_key, email_key
from svtracker.identity.rules.keeping import TRIES_KEPT
from svtracker.identity.rules.links import LinkState, Purpose
from svtracker.identity.rules.passwords import faults_of_password, prepared
from svtracker.identity.rules.throttling import PER_ADDRESS, REQUESTS_PER_ACCOUNT, wait_seconds
from svtracker.identity.service.common import ACCOUNT, person_acting, record
from svtracker.identity.service.links import QUIET, end_password_links, make_link
from svtracker.identity.service.sessions import end_sessions
from svtracker.identity.service.sign_in import Refused, begin_sign_in
from svtracker.identity.store import Account
from svtracker.kernel.clock import Clock, system_clock
from svtracker.kernel.exceptions import AccountStateError, NotFoundError, PasswordRefusedError
from svtracker.messages import service as messages
from svtracker.storage.engines import Database

_FORGOTTEN = (
    "Somebody, most likely you, asked for a new password for svtracker, the service with which your council asks for "
    "social value. Open this link and choose one.\n\n{link}\n\n"
    "It works once. Whoever has it can choose your password, so do not pass it on. If you did not ask for it, you need "
    "do nothing: your password stays as it is.\n"
)


def request_password(database: Database, *, email: str, address: str, clock: Clock = system_clock) -> int:
    """Notes that somebody forgot their password; answers how many seconds to wait where too many asked, else 0.

    The work and the answer are the same whether there is such an account or not.
    """
    now = clock()
    with database.reading() as session:
        waiting = _wait(session, email=email, address=address, now=now)
    if waiting:
        return waiting
    with database.writing() as session:
        waiting = _wait(session, email=email, address=address, now=now)
        if not waiting:
            store.forget_requests(session, before=now - TRIES_KEPT)
            store.add_request(session, account_key=email_key(email), address_key=address_key(address), at=now)
    return waiting


def answer_requests(database: Database, *, clock: Clock = system_clock) -> int:
    """Puts a message with a link into the outbox for each request that comes from somebody who can sign in.

    Says how many messages that were. Each request is a unit of work of its own, so that others can write in between.
    """
    queued = 0
    while True:
        with database.reading() as session:
            if store.next_request(session) is None:
                return queued
        with database.writing() as session:
            queued += _answer_next(session, clock=clock)


def change_password(
    database: Database,
    *,
    person_id: int,
    session_id: int,
    old: str,
    new: str,
    address: str,
    clock: Clock = system_clock,
) -> Refused | None:
    """Sets a new password for somebody who knows the old one, and ends their other sessions and links to set one.

    A wrong old password counts as a wrong try to sign in, so that whoever finds an open browser cannot guess on. It
    opens its own units of work, because hashing takes as long as a hundred pages.
    """
    with database.reading() as session:
        person, account = people.get_person(session, person_id), store.get_account(session, person_id)
    if person is None or person.email is None or account is None:
        raise NotFoundError(what="account", name="yours", do="Sign in again.")
    if account.password_hash is None:
        do = "Have a link sent to the address on file, and set one with it."
        raise AccountStateError(action="change the password", state="without a password", do=do)
    faults = faults_of_password(new, name=person.name or "", email=person.email)
    if prepared(old) == prepared(new):
        faults = (*faults, "It is the one that you have; choose another.")
    if faults:
        raise PasswordRefusedError(faults=faults)
    with database.writing() as session:
        begun = begin_sign_in(session, email=person.email, address=address, clock=clock)
    if isinstance(begun, Refused):
        return begun
    right, _ = hashing.verify(old, begun.hash)
    if not right:
        return Refused()
    made = hashing.make_hash(new)
    at = clock()
    with database.writing() as session:
        now = store.get_account(session, person_id)
        if now is None or now.state is not AccountState.ACTIVE or now.password_hash != begun.hash:
            return Refused()
        store.mark_succeeded(session, begun.attempt_id)
        store.change_account(session, person_id, password_hash=made, password_set_at=at)
        actor = person_acting(person_id)
        record(
            session,
            "password_set",
            organisation_id=now.organisation_id,
            kind=ACCOUNT,
            number=person_id,
            actor=actor,
            at=at,
        )
        end_password_links(session, person_id, actor=actor, reason="the password was changed", at=at)
        end_sessions(session, person_id=person_id, keep=session_id, because="a new password", actor=actor, at=at)
    return None


def _wait(session: Session, *, email: str, address: str, now: datetime) -> int:
    since = now - max(REQUESTS_PER_ACCOUNT.within, PER_ADDRESS.within)
    of_account = store.list_requests(session, account_key=email_key(email), since=since)
    of_address = store.list_requests(session, address_key=address_key(address), since=since)
    return max(
        wait_seconds(of_account, now=now, limit=REQUESTS_PER_ACCOUNT),
        wait_seconds(of_address, now=now, limit=PER_ADDRESS),
    )


def _answer_next(session: Session, *, clock: Clock) -> int:
    """Answers the oldest request; says how many messages that made: one or none."""
    found = store.next_request(session)
    if found is None:
        return 0
    at = clock()
    number, key = found
    store.mark_answered(session, number, at=at)
    account = store.get_account_by_email_key(session, key)
    if account is None or account.state is not AccountState.ACTIVE:
        return 0
    return _send_link(session, account, at=at)


def _send_link(session: Session, account: Account, *, at: datetime) -> int:
    """Sends somebody a link to set a password, at most once in ten minutes; one that is open goes on being open."""
    links = store.list_links(session, person_id=account.person_id, now=at)
    opened = [one for one in links if one.purpose is Purpose.SET_PASSWORD and one.state is LinkState.OPEN]
    if any(messages.has_message_since(session, link_id=one.id, since=at - QUIET) for one in opened):
        return 0
    link = (
        opened[0]
        if opened
        else make_link(
            session,
            organisation_id=account.organisation_id,
            person_id=account.person_id,
            purpose=Purpose.SET_PASSWORD,
            actor=SYSTEM,
            clock=lambda: at,
        )
    )
    messages.queue(
        session,
        organisation_id=link.organisation_id,
        to_person_id=account.person_id,
        subject="A new password for svtracker",
        body=_FORGOTTEN,
        link_id=link.id,
        actor=SYSTEM,
        clock=lambda: at,
    )
    return 1
