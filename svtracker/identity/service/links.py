"""Personal links: made, handed out, used, submitted, revoked, asked for anew."""

import secrets
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from svtracker.audit import store as people
from svtracker.audit.rules.events import SYSTEM, Actor, Change
from svtracker.identity import hashing, store
from svtracker.identity.rules.accounts import AccountState, token_hash
from svtracker.identity.rules.links import DAYS_AFTER_DUE, SET_PASSWORD_HOURS, LinkState, Purpose, Task, expires_at
from svtracker.identity.rules.passwords import faults_of_password
from svtracker.identity.rules.sessions import How
from svtracker.identity.service.common import ACCOUNT, LINK, account_of, person_acting, record
from svtracker.identity.service.sessions import TOKEN_BYTES, OpenedSession, end_sessions, open_session
from svtracker.identity.store import Link
from svtracker.kernel.clock import Clock, system_clock
from svtracker.kernel.exceptions import AccountStateError, LinkUnusableError, NotFoundError, PasswordRefusedError
from svtracker.messages import service as messages
from svtracker.storage.engines import Database

# Where pages stand that a personal link opens.
PATH = "/links/"

# Whoever asks for a new link again and again gets one message in this time.
QUIET = timedelta(minutes=10)

_UNKNOWN = "not known here"
_BY_LINK = "personal link"

_SET_PASSWORD = (
    "You have an account with svtracker, the service with which your council asks for social value. Open this link "
    f"within {SET_PASSWORD_HOURS} hours and choose a password.\n\n{{link}}\n\n"
    "Whoever has this link can choose your password, so do not pass it on. If you did not expect it, tell whoever "
    "runs the service.\n"
)

_NEW_LINK = (
    "You asked for a new link to svtracker.\n\n{link}\n\n"
    "Whoever has this link can act for you, so do not pass it on. If you did not ask for it, you need do nothing.\n"
)


def make_link(
    session: Session,
    *,
    organisation_id: int,
    person_id: int,
    purpose: Purpose,
    task_kind: str | None = None,
    task_id: str | None = None,
    due: date | None = None,
    days: int = DAYS_AFTER_DUE,
    actor: Actor,
    clock: Clock = system_clock,
) -> Link:
    """Makes a link for a person: to one task, or to set a password, which ends those made before for the same.

    A text that opens it is made with `new_token`, or when a message with it is sent.
    """
    if (purpose is Purpose.TASK) != (task_kind is not None) or (task_kind is None) != (task_id is None):
        raise ValueError("A link to a task names its kind and number, and a link to set a password neither.")
    at = clock()
    person = people.get_person(session, person_id)
    if person is None or person.erased_at is not None:
        raise NotFoundError(what="person", name=str(person_id), do="Look for the person in the list of people.")
    if purpose is Purpose.SET_PASSWORD:
        account = account_of(session, person_id, organisation_id=None)
        if account.state is not AccountState.ACTIVE:
            do = "Enable or unlock it first."
            raise AccountStateError(action="make a link to set a password", state=account.state.value, do=do)
        end_password_links(session, person_id, actor=actor, reason="another link was made", at=at)
    added = store.add_link(
        session,
        now=at,
        organisation_id=organisation_id,
        person_id=person_id,
        purpose=purpose.value,
        task_kind=task_kind,
        task_id=task_id,
        created_at=at,
        expires_at=expires_at(purpose, due=due, created_at=at, days=days),
    )
    changes = {
        "person": Change(new=person_id),
        "purpose": Change(new=purpose.value),
        "expires_at": Change(new=added.expires_at),
    }
    if task_kind is not None:
        changes["task"] = Change(new=f"{task_kind}:{task_id}")
    _record(session, added, "link_made", actor=actor, clock=lambda: at, changes=changes)
    return added


def new_token(session: Session, link_id: int, *, actor: Actor = SYSTEM, clock: Clock = system_clock) -> str:
    """A new text that opens a link, for one mail or one hand; only its SHA-256 is kept."""
    at = clock()
    link = store.get_link(session, link_id, now=at)
    if link is None:
        raise LinkUnusableError(state=_UNKNOWN)
    _require_open(session, link)
    token = secrets.token_urlsafe(TOKEN_BYTES)
    store.add_token(session, link_id=link_id, sha256=token_hash(token), created_at=at)
    _record(session, link, "link_handed_out", actor=actor, clock=lambda: at)
    return token


def address_of(public_address: str, token: str) -> str:
    """The address that a person opens: https://svtracker.council.example/links/…"""
    return f"{public_address.rstrip('/')}{PATH}{token}"


def link_text(public_address: str, *, clock: Clock = system_clock) -> Callable[[Session, int], str]:
    """What puts the address of a personal link into a message at the moment when it is sent."""

    def make(session: Session, link_id: int) -> str:
        return address_of(public_address, new_token(session, link_id, clock=clock))

    return make


def link_of_token(session: Session, token: str, *, clock: Clock = system_clock) -> Link | None:
    """The link that a text opens, with what has become of it; none where nothing is known of it."""
    return store.get_link_of_token(session, token_hash(token), now=clock())


def list_links(session: Session, *, organisation_id: int, clock: Clock = system_clock) -> tuple[Link, ...]:
    """The links of an organisation, the newest first."""
    return store.list_links(session, organisation_id=organisation_id, now=clock())


def links_to(
    session: Session, task: Task, task_ids: Sequence[int], *, organisation_id: int, clock: Clock = system_clock
) -> dict[int, tuple[Link, ...]]:
    """The links to tasks of one kind by the number of the task, for each the newest first."""
    found = store.list_task_links(
        session,
        organisation_id=organisation_id,
        task_kind=task.value,
        task_ids=[str(number) for number in task_ids],
        now=clock(),
    )
    return {number: tuple(one for one in found if one.task_id == str(number)) for number in task_ids}


def link_to(
    session: Session,
    task: Task,
    task_id: int,
    *,
    person_id: int,
    organisation_id: int,
    due: date | None,
    actor: Actor,
    clock: Clock = system_clock,
) -> Link:
    """The open link of a person to a task, its last day put off where the task is due later now; else a new one."""
    at = clock()
    known = links_to(session, task, [task_id], organisation_id=organisation_id, clock=lambda: at)[task_id]
    is_open = [one for one in known if one.state is LinkState.OPEN and one.person_id == person_id]
    if not is_open:
        return make_link(
            session,
            organisation_id=organisation_id,
            person_id=person_id,
            purpose=Purpose.TASK,
            task_kind=task.value,
            task_id=str(task_id),
            due=due,
            actor=actor,
            clock=lambda: at,
        )
    link = is_open[0]
    later = expires_at(Purpose.TASK, due=due, created_at=at)
    if later <= link.expires_at:
        return link
    store.change_link(session, link.id, expires_at=later)
    changes = {"expires_at": Change(old=link.expires_at, new=later)}
    _record(session, link, "link_put_off", actor=actor, clock=lambda: at, changes=changes)
    return get_link(session, link.id, organisation_id=organisation_id, clock=lambda: at)


def require_open(session: Session, link_id: int, *, organisation_id: int, clock: Clock = system_clock) -> Link:
    """The link by which somebody does something, where it is still open; asked in the unit of work that does it."""
    link = get_link(session, link_id, organisation_id=organisation_id, clock=clock)
    _require_open(session, link)
    return link


def get_link(session: Session, link_id: int, *, organisation_id: int, clock: Clock = system_clock) -> Link:
    """One link; that of another organisation is not found."""
    found = store.get_link(session, link_id, now=clock())
    if found is None or found.organisation_id != organisation_id:
        raise NotFoundError(what="link", name=str(link_id), do="Look for it in the list of links.")
    return found


def revoke_link(
    session: Session,
    link_id: int,
    *,
    organisation_id: int,
    actor: Actor,
    reason: str = "",
    clock: Clock = system_clock,
) -> Link:
    """Makes a link useless and ends the sessions that were opened by it; one that is revoked stays as it is."""
    link = get_link(session, link_id, organisation_id=organisation_id, clock=clock)
    if link.state is LinkState.REVOKED:
        return link
    _revoke(session, link, actor=actor, reason=reason, clock=clock)
    return get_link(session, link_id, organisation_id=organisation_id, clock=clock)


def submit_link(
    session: Session, link_id: int, *, organisation_id: int, actor: Actor, clock: Clock = system_clock
) -> Link:
    """Says of a link that its task was submitted: it opens nothing any more.

    A session that it opened goes on within its limits, so that the person can read what they have sent; whoever
    takes in the task asks the state of the link first.
    """
    at = clock()
    link = get_link(session, link_id, organisation_id=organisation_id, clock=lambda: at)
    if link.purpose is not Purpose.TASK:
        raise ValueError("Only a task can be submitted.")
    _require_open(session, link)
    store.change_link(session, link_id, submitted_at=at)
    _record(session, link, "link_submitted", actor=actor, clock=lambda: at)
    return get_link(session, link_id, organisation_id=organisation_id, clock=lambda: at)


def enter_by_link(
    session: Session, token: str, *, user_agent: str, replaces: str | None = None, clock: Clock = system_clock
) -> OpenedSession:
    """Opens a session for the task of a link; the same link can be used again until the task is submitted."""
    at = clock()
    link = link_of_token(session, token, clock=lambda: at)
    if link is None or link.purpose is not Purpose.TASK:
        raise LinkUnusableError(state=_UNKNOWN)
    _require_open(session, link)
    if link.used_at is None:
        store.change_link(session, link.id, used_at=at)
    return open_session(
        session,
        person_id=link.person_id,
        organisation_id=link.organisation_id,
        how=How.LINK,
        user_agent=user_agent,
        actor=person_acting(link.person_id, role=_BY_LINK),
        task_link_id=link.id,
        replaces=replaces,
        clock=lambda: at,
    )


def use_set_password(database: Database, token: str, password: str, *, clock: Clock = system_clock) -> int:
    """Sets the password of the person whom a link is for, ends all their sessions, and answers their number.

    It opens its own units of work, because hashing takes as long as a hundred pages and must not happen while
    everybody who writes waits. Tries that failed before are forgotten: whoever was slowed down can sign in at once.
    """
    with database.reading() as session:
        link, name, email = _password_link(session, token, clock=clock)
    faults = faults_of_password(password, name=name, email=email)
    if faults:
        raise PasswordRefusedError(faults=faults)
    made = hashing.make_hash(password)
    at = clock()
    with database.writing() as session:
        link, _, _ = _password_link(session, token, clock=lambda: at)
        account = _require_active(session, link.person_id)
        actor = person_acting(link.person_id, role=_BY_LINK)
        store.change_link(session, link.id, used_at=at)
        store.change_account(session, link.person_id, password_hash=made, password_set_at=at)
        if account.email_key is not None:
            store.forget_attempts(session, account_key=account.email_key)
            store.forget_requests(session, account_key=account.email_key)
        record(
            session,
            "password_set",
            organisation_id=account.organisation_id,
            kind=ACCOUNT,
            number=link.person_id,
            actor=actor,
            at=at,
            changes={"link": Change(new=link.id)},
        )
        end_sessions(session, person_id=link.person_id, because="a new password", actor=actor, at=at)
    return link.person_id


def send_password_link(
    session: Session, *, person_id: int, organisation_id: int, actor: Actor, clock: Clock = system_clock
) -> Link:
    """Sends a person a link with which they set their password; those sent before are ended."""
    link = make_link(
        session,
        organisation_id=organisation_id,
        person_id=person_id,
        purpose=Purpose.SET_PASSWORD,
        actor=actor,
        clock=clock,
    )
    messages.queue(
        session,
        organisation_id=organisation_id,
        to_person_id=person_id,
        subject="Set your password for svtracker",
        body=_SET_PASSWORD,
        link_id=link.id,
        actor=actor,
        clock=clock,
    )
    return link


def request_new_link(session: Session, token: str, *, clock: Clock = system_clock) -> None:
    """Sends a new link to the address on file, and says nothing about whether there is one.

    A link that is open gets another mail; for one that is over a new one is made. One that was used, submitted or
    revoked stays closed. At most one message goes out in ten minutes.
    """
    at = clock()
    link = link_of_token(session, token, clock=lambda: at)
    if link is None or link.state not in {LinkState.OPEN, LinkState.OVER} or not _can_be_reached(session, link):
        return
    if link.state is LinkState.OVER:
        link = _open_twin(session, link, clock=lambda: at) or make_link(
            session,
            organisation_id=link.organisation_id,
            person_id=link.person_id,
            purpose=link.purpose,
            task_kind=link.task_kind,
            task_id=link.task_id,
            actor=SYSTEM,
            clock=lambda: at,
        )
    if messages.has_message_since(session, link_id=link.id, since=at - QUIET):
        return
    messages.queue(
        session,
        organisation_id=link.organisation_id,
        to_person_id=link.person_id,
        subject="Your new link to svtracker",
        body=_NEW_LINK,
        link_id=link.id,
        actor=SYSTEM,
        clock=lambda: at,
    )


def revoke_links_of(session: Session, person_id: int, *, actor: Actor, reason: str, clock: Clock) -> int:
    """Revokes every open link of a person; says how many that were."""
    opened = [one for one in store.list_links(session, person_id=person_id, now=clock()) if one.state is LinkState.OPEN]
    for one in opened:
        _revoke(session, one, actor=actor, reason=reason, clock=clock)
    return len(opened)


def end_password_links(session: Session, person_id: int, *, actor: Actor, reason: str, at: datetime) -> None:
    """Revokes the open links with which a person could set a password."""
    for one in store.list_links(session, person_id=person_id, now=at):
        if one.purpose is Purpose.SET_PASSWORD and one.state is LinkState.OPEN:
            _revoke(session, one, actor=actor, reason=reason, clock=lambda: at)


def _open_twin(session: Session, link: Link, *, clock: Clock) -> Link | None:
    """A link of the same person for the same that is open."""
    same = (link.organisation_id, link.purpose, link.task_kind, link.task_id)
    for one in store.list_links(session, person_id=link.person_id, now=clock()):
        if one.state is LinkState.OPEN and (one.organisation_id, one.purpose, one.task_kind, one.task_id) == same:
            return one
    return None


def _can_be_reached(session: Session, link: Link) -> bool:
    person = people.get_person(session, link.person_id)
    account = store.get_account(session, link.person_id)
    active = account.state is AccountState.ACTIVE if account is not None else link.purpose is Purpose.TASK
    return person is not None and person.email is not None and active


def _password_link(session: Session, token: str, *, clock: Clock) -> tuple[Link, str, str]:
    link = link_of_token(session, token, clock=clock)
    if link is None or link.purpose is not Purpose.SET_PASSWORD:
        raise LinkUnusableError(state=_UNKNOWN)
    _require_open(session, link)
    _require_active(session, link.person_id)
    person = people.get_person(session, link.person_id)
    return link, (person.name or "" if person else ""), (person.email or "" if person else "")


def _require_open(session: Session, link: Link) -> None:
    if link.state is not LinkState.OPEN:
        raise LinkUnusableError(state=link.state.value)
    account = store.get_account(session, link.person_id)
    if account is not None and account.state is not AccountState.ACTIVE:
        raise LinkUnusableError(state=LinkState.REVOKED.value)


def _require_active(session: Session, person_id: int) -> store.Account:
    account = store.get_account(session, person_id)
    if account is None or account.state is not AccountState.ACTIVE:
        raise LinkUnusableError(state=LinkState.REVOKED.value)
    return account


def _revoke(session: Session, link: Link, *, actor: Actor, reason: str, clock: Clock) -> None:
    at = clock()
    store.change_link(session, link.id, revoked_at=at)
    _record(session, link, "link_revoked", actor=actor, clock=lambda: at, reason=reason)
    end_sessions(session, task_link_id=link.id, because="its link was revoked", actor=actor, at=at)


def _record(
    session: Session,
    link: Link,
    what: str,
    *,
    actor: Actor,
    clock: Clock,
    changes: dict[str, Change] | None = None,
    reason: str = "",
) -> None:
    record(
        session,
        what,
        organisation_id=link.organisation_id,
        kind=LINK,
        number=link.id,
        actor=actor,
        at=clock(),
        changes=changes,
        reason=reason,
    )
