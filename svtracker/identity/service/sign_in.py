"""Signing in with a password: the same answer, and the same work, for everybody whom it does not let in.

It runs in three steps, because Argon2 must not run inside a unit of work: a try is written down as one that failed,
so that many tries at once are counted too; the password is verified outside, exactly once, also where there is no such
account; and only then is the try marked as one that succeeded and the session opened.
"""

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from svtracker.identity import hashing, store
from svtracker.identity.rules.accounts import AccountState, address_key, email_key
from svtracker.identity.rules.keeping import TRIES_KEPT
from svtracker.identity.rules.sessions import How
from svtracker.identity.rules.throttling import PER_ACCOUNT, PER_ADDRESS, wait_seconds
from svtracker.identity.service.common import name_of
from svtracker.identity.service.sessions import OpenedSession, open_session
from svtracker.kernel.clock import Clock, system_clock
from svtracker.storage.engines import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """Somebody who is let in, with the session that was opened."""

    person_id: int
    name: str
    organisation_id: int
    session: OpenedSession


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """Nobody is let in. Why is not said: unknown, wrong, locked and disabled are one; or how long to wait first."""

    wait_seconds: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class SignIn:
    """A try to sign in that was written down: with which hash the password is to be compared."""

    attempt_id: int
    person_id: int | None
    hash: str = field(repr=False)


def attempt_sign_in(
    database: Database,
    *,
    email: str,
    password: str,
    address: str,
    user_agent: str,
    replaces: str | None = None,
    clock: Clock = system_clock,
) -> SignedIn | Refused:
    """Lets somebody in with the right password, unless there were too many wrong ones.

    It opens its own units of work, against the rule of the house, because a hash takes as long as a hundred pages:
    inside one, everybody who saves something would wait for everybody who signs in.
    """
    # Most of a flood of tries ends here, without a single write.
    with database.reading() as session:
        waiting = _wait(session, email=email, address=address, now=clock())
    if waiting:
        return Refused(wait_seconds=waiting)
    with database.writing() as session:
        begun = begin_sign_in(session, email=email, address=address, clock=clock)
    if isinstance(begun, Refused):
        return begun
    right, newer = hashing.verify(password, begun.hash)
    if not right:
        return Refused()
    with database.writing() as session:
        return finish_sign_in(session, begun, newer=newer, user_agent=user_agent, replaces=replaces, clock=clock)


def begin_sign_in(session: Session, *, email: str, address: str, clock: Clock = system_clock) -> SignIn | Refused:
    """Writes a try down, or says how long to wait; tries older than a day are forgotten."""
    now = clock()
    waiting = _wait(session, email=email, address=address, now=now)
    if waiting:
        return Refused(wait_seconds=waiting)
    store.forget_attempts(session, before=now - TRIES_KEPT)
    key = email_key(email)
    attempt_id = store.add_attempt(session, account_key=key, address_key=address_key(address), at=now)
    account = store.get_account_by_email_key(session, key)
    if account is None or account.password_hash is None or account.state is not AccountState.ACTIVE:
        return SignIn(attempt_id=attempt_id, person_id=None, hash=hashing.DUMMY)
    return SignIn(attempt_id=attempt_id, person_id=account.person_id, hash=account.password_hash)


def finish_sign_in(
    session: Session,
    begun: SignIn,
    *,
    newer: str | None = None,
    user_agent: str,
    replaces: str | None = None,
    clock: Clock = system_clock,
) -> SignedIn | Refused:
    """Opens the session of somebody whose password was right, unless the account changed in the meantime."""
    account = None if begun.person_id is None else store.get_account(session, begun.person_id)
    if account is None or account.state is not AccountState.ACTIVE or account.password_hash != begun.hash:
        return Refused()
    store.mark_succeeded(session, begun.attempt_id)
    if newer is not None:
        store.replace_hash(session, account.person_id, old=begun.hash, new=newer)
    opened = open_session(
        session,
        person_id=account.person_id,
        organisation_id=account.organisation_id,
        how=How.PASSWORD,
        user_agent=user_agent,
        replaces=replaces,
        clock=clock,
    )
    return SignedIn(
        person_id=account.person_id,
        name=name_of(session, account.person_id),
        organisation_id=account.organisation_id,
        session=opened,
    )


def _wait(session: Session, *, email: str, address: str, now: datetime) -> int:
    since = now - max(PER_ACCOUNT.within, PER_ADDRESS.within)
    of_account = store.list_account_failures(session, account_key=email_key(email), since=since)
    of_address = store.list_address_failures(session, address_key=address_key(address), since=since)
    return max(
        wait_seconds(of_account, now=now, limit=PER_ACCOUNT), wait_seconds(of_address, now=now, limit=PER_ADDRESS)
    )
