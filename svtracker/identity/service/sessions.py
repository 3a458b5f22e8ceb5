"""Sessions: opened at sign-in, looked up for every page, used, listed and ended."""

import secrets
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from svtracker.audit.rules.events import SYSTEM, Actor, Change
from svtracker.identity import store
from svtracker.identity.rules.accounts import AccountState, token_hash
from svtracker.identity.rules.links import LinkState
from svtracker.identity.rules.roles import Grant, Role, roles_on
from svtracker.identity.rules.sessions import LIMITS, How, SessionLimits, browser_of, is_over, is_touch_due
from svtracker.identity.service.common import SESSION, name_of, person_acting, record
from svtracker.identity.store import Link, StoredSession
from svtracker.kernel.clock import Clock, system_clock
from svtracker.kernel.exceptions import NotFoundError

TOKEN_BYTES = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedSession:
    """A session that was just opened; the token goes into the cookie and is kept nowhere."""

    id: int
    token: str = field(repr=False)
    csrf: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class CurrentSession:
    """Who asks for a page: the person, the organisation they work for now, and what they may be in it today.

    `link` is the personal link of somebody who came in by one: such a session is for its task alone and has no role.
    """

    id: int
    person_id: int
    name: str
    organisation_id: int
    roles: frozenset[Role]
    grants: tuple[Grant, ...]
    csrf: str = field(repr=False)
    how: How
    browser: str
    created_at: datetime
    last_seen_at: datetime
    link: Link | None
    touch_due: bool


def open_session(
    session: Session,
    *,
    person_id: int,
    organisation_id: int,
    how: How,
    user_agent: str,
    actor: Actor | None = None,
    task_link_id: int | None = None,
    replaces: str | None = None,
    clock: Clock = system_clock,
) -> OpenedSession:
    """Opens a session with a new token, never one that the browser brought; whoever comes in acts, unless said.

    `replaces` is the token of a session that the browser had before: that one ends. Sessions that lapsed since are
    ended too, so that none comes back to life when a clock goes back.
    """
    at = clock()
    end_lapsed_sessions(session, clock=lambda: at)
    if replaces is not None:
        _end_replaced(session, replaces, at=at)
    token, csrf = secrets.token_urlsafe(TOKEN_BYTES), secrets.token_urlsafe(TOKEN_BYTES)
    added = store.add_session(
        session,
        token_sha256=token_hash(token),
        person_id=person_id,
        organisation_id=organisation_id,
        csrf=csrf,
        created_at=at,
        last_seen_at=at,
        how=how.value,
        browser=browser_of(user_agent),
        task_link_id=task_link_id,
    )
    record(
        session,
        "session_opened",
        organisation_id=organisation_id,
        kind=SESSION,
        number=added.id,
        actor=actor or person_acting(person_id),
        at=at,
        changes={"how": Change(new=how.value), "person": Change(new=person_id)},
    )
    return OpenedSession(id=added.id, token=token, csrf=csrf)


def session_of(
    session: Session, token: str, *, clock: Clock = system_clock, limits: SessionLimits = LIMITS
) -> CurrentSession | None:
    """Who has the token in their cookie; none where the session is unknown or over, or the account is not active."""
    now = clock()
    entry = store.get_entry(session, token_hash(token))
    if entry is None or is_over(entry.session, now=now, limits=limits):
        return None
    found = entry.session
    if entry.account is None and found.how is not How.LINK:
        return None
    if entry.account is not None and entry.account is not AccountState.ACTIVE:
        return None
    link = None if found.task_link_id is None else store.get_link(session, found.task_link_id, now=now)
    if found.how is How.LINK and (link is None or link.state in {LinkState.REVOKED, LinkState.OVER}):
        return None
    grants = () if found.how is How.LINK else store.list_grants(session, found.person_id)
    day = now.date()
    return CurrentSession(
        id=found.id,
        person_id=found.person_id,
        name=name_of(session, found.person_id),
        organisation_id=found.organisation_id,
        roles=roles_on(grants, organisation_id=found.organisation_id, day=day),
        grants=grants,
        csrf=found.csrf,
        how=found.how,
        browser=found.browser,
        created_at=found.created_at,
        last_seen_at=found.last_seen_at,
        link=link,
        touch_due=is_touch_due(found, now=now),
    )


def touch(session: Session, token: str, *, clock: Clock = system_clock, limits: SessionLimits = LIMITS) -> bool:
    """Writes that a session was used, at most once a minute; one that is over is ended instead.

    Says whether the session goes on. It is no event: nothing changes but a time.
    """
    now = clock()
    found = store.get_session_of_token(session, token_hash(token))
    if found is None:
        return False
    if is_over(found, now=now, limits=limits):
        _end_lapsed(session, found, at=now, limits=limits)
        return False
    if is_touch_due(found, now=now):
        store.see_session(session, found.id, at=now)
    return True


def end_session(
    session: Session,
    session_id: int,
    *,
    person_id: int,
    because: str = "signed out",
    actor: Actor,
    clock: Clock = system_clock,
) -> None:
    """Ends one session of a person; that of somebody else is not found, and one that has ended stays as it is."""
    mine = {one.id: one for one in store.list_open_sessions(session, person_id=person_id)}
    if session_id in mine:
        end(session, mine[session_id], because=because, actor=actor, at=clock())
        return
    ended = store.get_session(session, session_id)
    if ended is None or ended.person_id != person_id:
        raise NotFoundError(what="session", name=str(session_id), do="Look for it in the list of your sessions.")


def list_sessions(
    session: Session, *, person_id: int, clock: Clock = system_clock, limits: SessionLimits = LIMITS
) -> tuple[StoredSession, ...]:
    """The sessions of a person that are going on, the one used last first."""
    now = clock()
    found = store.list_open_sessions(session, person_id=person_id)
    return tuple(one for one in found if not is_over(one, now=now, limits=limits))


def end_other_sessions(
    session: Session, *, person_id: int, keep: int, actor: Actor, clock: Clock = system_clock
) -> int:
    """Ends every session of a person but one; says how many that were."""
    return end_sessions(session, person_id=person_id, keep=keep, because="ended elsewhere", actor=actor, at=clock())


def switch_organisation(
    session: Session,
    token: str,
    *,
    organisation_id: int,
    user_agent: str,
    clock: Clock = system_clock,
    limits: SessionLimits = LIMITS,
) -> OpenedSession:
    """Goes on in another organisation in which the person has a role, or at home, with a new session and token."""
    current = session_of(session, token, clock=clock, limits=limits)
    account = None if current is None else store.get_account(session, current.person_id)
    if current is None or account is None or current.link is not None:
        raise NotFoundError(what="session", name="yours", do="Sign in again.")
    day = clock().date()
    with_a_role = any(one.organisation_id == organisation_id and one.holds_on(day) for one in current.grants)
    if organisation_id != account.organisation_id and not with_a_role:
        raise NotFoundError(
            what="organisation of yours", name=str(organisation_id), do="Choose one from the list on your account page."
        )
    return open_session(
        session,
        person_id=current.person_id,
        organisation_id=organisation_id,
        how=current.how,
        user_agent=user_agent,
        replaces=token,
        clock=clock,
    )


def end_lapsed_sessions(session: Session, *, clock: Clock = system_clock, limits: SessionLimits = LIMITS) -> int:
    """Ends the sessions that nobody used for too long or that are too old; says how many that were."""
    now = clock()
    lapsed = store.list_lapsed_sessions(session, used_before=now - limits.idle, begun_before=now - limits.absolute)
    for one in lapsed:
        _end_lapsed(session, one, at=now, limits=limits)
    return len(lapsed)


def end_sessions(
    session: Session,
    *,
    person_id: int | None = None,
    task_link_id: int | None = None,
    keep: int | None = None,
    because: str,
    actor: Actor,
    at: datetime,
) -> int:
    """Ends the sessions of a person or of a link, all but one where that is said; says how many that were."""
    if person_id is None and task_link_id is None:
        raise ValueError("Sessions are ended by person or by link.")
    found = store.list_open_sessions(session, person_id=person_id, task_link_id=task_link_id)
    ending = [one for one in found if one.id != keep]
    for one in ending:
        end(session, one, because=because, actor=actor, at=at)
    return len(ending)


def end(session: Session, found: StoredSession, *, because: str, actor: Actor, at: datetime) -> None:
    """Ends a session that was found, once."""
    if store.end_session(session, found.id, ended_at=at, because=because):
        record(
            session,
            "session_ended",
            organisation_id=found.organisation_id,
            kind=SESSION,
            number=found.id,
            actor=actor,
            at=at,
            changes={"because": Change(new=because), "person": Change(new=found.person_id)},
        )


def _end_replaced(session: Session, token: str, *, at: datetime) -> None:
    before = store.get_session_of_token(session, token_hash(token))
    if before is not None:
        end(session, before, because="another sign-in", actor=person_acting(before.person_id), at=at)


def _end_lapsed(session: Session, found: StoredSession, *, at: datetime, limits: SessionLimits) -> None:
    idle = at - found.last_seen_at >= limits.idle
    end(session, found, because="not used for too long" if idle else "too old", actor=SYSTEM, at=at)
