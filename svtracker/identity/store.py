"""Accounts, grants, sessions, links and tries to sign in, in and out of the database."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, bindparam, delete, func, insert, not_, or_, select, update
from sqlalchemy.orm import Session
from sqlmodel import col

from svtracker.identity.rules.accounts import AccountState
from svtracker.identity.rules.links import LinkState, Purpose, Times, state_of
from svtracker.identity.rules.roles import Grant, Role
from svtracker.identity.rules.sessions import How
from svtracker.identity.tables import (
    AccountRow,
    AttemptRow,
    FlowRow,
    GrantRow,
    LinkRow,
    RequestRow,
    SessionRow,
    TokenRow,
)
from svtracker.storage.walls import across

# Why a statement means the rows of all organisations.
_BY_NUMBER = "a number is one row's alone; whoever asks compares the organisation"
_COMING_IN = "whoever comes in by address, cookie or link does not say of which organisation they are"
_OF_A_PERSON = "a person may have a home in one organisation and roles in others"
_UPKEEP = "what has ended is ended and deleted for the whole installation"
_WHOLE = "the command line and the check of accounts read the whole installation"


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """How a person signs in; the hash of the password is never shown."""

    person_id: int
    organisation_id: int
    email_key: str | None = field(repr=False)
    password_hash: str | None = field(repr=False)
    federated_key: str | None = field(repr=False)
    state: AccountState
    locked_because: str | None
    created_at: datetime
    password_set_at: datetime | None
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredSession:
    """A session as it stands in the database."""

    id: int
    person_id: int
    organisation_id: int
    csrf: str = field(repr=False)
    created_at: datetime
    last_seen_at: datetime
    ended_at: datetime | None
    ended_because: str | None
    how: How
    browser: str
    task_link_id: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A session with the state of its account; none where a person without one came in by a link."""

    session: StoredSession
    account: AccountState | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A personal link and what has become of it; the texts that open it are not known."""

    id: int
    organisation_id: int
    person_id: int
    purpose: Purpose
    task_kind: str | None
    task_id: str | None
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None
    submitted_at: datetime | None
    revoked_at: datetime | None
    state: LinkState


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """A sign-in that was begun at the identity provider; what proves it is never shown."""

    state: str = field(repr=False)
    nonce: str = field(repr=False)
    verifier: str = field(repr=False)
    goes_to: str
    created_at: datetime


_ACCOUNT = (
    col(AccountRow.person_id),
    col(AccountRow.organisation_id),
    col(AccountRow.email_key),
    col(AccountRow.password_hash),
    col(AccountRow.federated_key),
    col(AccountRow.state),
    col(AccountRow.locked_because),
    col(AccountRow.created_at),
    col(AccountRow.password_set_at),
    col(AccountRow.version),
)
_GRANT = (
    col(GrantRow.person_id),
    col(GrantRow.organisation_id),
    col(GrantRow.role),
    col(GrantRow.object_kind),
    col(GrantRow.object_id),
    col(GrantRow.from_day),
    col(GrantRow.to_day),
)
_SESSION = (
    col(SessionRow.id),
    col(SessionRow.person_id),
    col(SessionRow.organisation_id),
    col(SessionRow.csrf),
    col(SessionRow.created_at),
    col(SessionRow.last_seen_at),
    col(SessionRow.ended_at),
    col(SessionRow.ended_because),
    col(SessionRow.how),
    col(SessionRow.browser),
    col(SessionRow.task_link_id),
)
_FLOW = (
    col(FlowRow.state),
    col(FlowRow.nonce),
    col(FlowRow.verifier),
    col(FlowRow.goes_to),
    col(FlowRow.created_at),
)
_LINK = (
    col(LinkRow.id),
    col(LinkRow.organisation_id),
    col(LinkRow.person_id),
    col(LinkRow.purpose),
    col(LinkRow.task_kind),
    col(LinkRow.task_id),
    col(LinkRow.created_at),
    col(LinkRow.expires_at),
    col(LinkRow.used_at),
    col(LinkRow.submitted_at),
    col(LinkRow.revoked_at),
)

# Every page asks these, so they are made once, and asked of the connection: past the part of SQLAlchemy that keeps
# objects, which would cost as much again.
_SESSION_OF_TOKEN = across(
    select(*_SESSION).where(col(SessionRow.token_sha256) == bindparam("token_sha256")), _COMING_IN
)
_ENTRY_OF_TOKEN = across(
    select(*_SESSION, col(AccountRow.state).label("account"))
    .outerjoin(AccountRow, col(AccountRow.person_id) == col(SessionRow.person_id))
    .where(col(SessionRow.token_sha256) == bindparam("token_sha256")),
    _COMING_IN,
)
_ACCOUNT_OF_PERSON = across(select(*_ACCOUNT).where(col(AccountRow.person_id) == bindparam("person_id")), _BY_NUMBER)
_GRANTS_OF_PERSON = across(
    select(*_GRANT)
    .where(col(GrantRow.person_id) == bindparam("person_id"), col(GrantRow.ended_at).is_(None))
    .order_by(col(GrantRow.id)),
    _OF_A_PERSON,
)


def add_account(
    session: Session, *, person_id: int, organisation_id: int, email_key: str, created_at: datetime
) -> None:
    """Writes a new account without a password."""
    values = {
        "person_id": person_id,
        "organisation_id": organisation_id,
        "email_key": email_key,
        "state": AccountState.ACTIVE.value,
        "created_at": created_at,
        "version": 1,
    }
    session.execute(insert(AccountRow).values(values))


def get_account(session: Session, person_id: int) -> Account | None:
    """The account of a person."""
    return _account(session.execute(_ACCOUNT_OF_PERSON, {"person_id": person_id}).one_or_none())


def get_account_by_email_key(session: Session, email_key: str) -> Account | None:
    """The account with the address that the key was made of."""
    asked = across(select(*_ACCOUNT).where(col(AccountRow.email_key) == email_key), _COMING_IN)
    return _account(session.execute(asked).one_or_none())


def get_account_by_federated_key(session: Session, federated_key: str) -> Account | None:
    """The account that an identity provider means."""
    asked = across(select(*_ACCOUNT).where(col(AccountRow.federated_key) == federated_key), _COMING_IN)
    return _account(session.execute(asked).one_or_none())


def list_accounts(session: Session, *, organisation_id: int | None) -> tuple[Account, ...]:
    """The accounts of an organisation and those with a role in it, or all, in the order in which they were added."""
    asked = select(*_ACCOUNT).order_by(col(AccountRow.person_id))
    if organisation_id is None:
        asked = across(asked, _WHOLE)
    else:
        with_a_role = select(col(GrantRow.person_id)).where(
            col(GrantRow.organisation_id) == organisation_id, col(GrantRow.ended_at).is_(None)
        )
        asked = asked.where(
            or_(col(AccountRow.organisation_id) == organisation_id, col(AccountRow.person_id).in_(with_a_role))
        )
    return tuple(account for row in session.execute(asked) if (account := _account(row)) is not None)


def change_account(session: Session, person_id: int, **values: Any) -> None:
    """Writes some columns of an account and counts its version up."""
    changing = across(update(AccountRow).where(col(AccountRow.person_id) == person_id), _BY_NUMBER)
    session.execute(changing.values({**values, "version": col(AccountRow.version) + 1}))


def replace_hash(session: Session, person_id: int, *, old: str, new: str) -> None:
    """Puts the hash of the same password in the place of an older one, unless that is gone already."""
    where = (col(AccountRow.person_id) == person_id, col(AccountRow.password_hash) == old)
    session.execute(across(update(AccountRow).where(*where), _BY_NUMBER).values({"password_hash": new}))


def add_grant(session: Session, grant: Grant, *, created_at: datetime, by_provider: bool = False) -> None:
    """Writes a role that was given, by a person or by what the identity provider says."""
    values = {
        "person_id": grant.person_id,
        "organisation_id": grant.organisation_id,
        "role": grant.role.value,
        "object_kind": grant.object_kind,
        "object_id": grant.object_id,
        "from_day": grant.from_day,
        "to_day": grant.to_day,
        "created_at": created_at,
        "by_provider": by_provider,
    }
    session.execute(insert(GrantRow).values(values))


def end_grants(session: Session, grant: Grant, *, ended_at: datetime) -> None:
    """Ends a role of a person for the same object, whatever its days."""
    where = (
        col(GrantRow.person_id) == grant.person_id,
        col(GrantRow.organisation_id) == grant.organisation_id,
        col(GrantRow.role) == grant.role.value,
        col(GrantRow.object_kind).is_not_distinct_from(grant.object_kind),
        col(GrantRow.object_id).is_not_distinct_from(grant.object_id),
        col(GrantRow.ended_at).is_(None),
    )
    session.execute(update(GrantRow).where(*where).values({"ended_at": ended_at}))


def list_provider_roles(session: Session, person_id: int, *, organisation_id: int) -> frozenset[Role]:
    """The roles that a person has in an organisation because the identity provider says so."""
    asked = select(col(GrantRow.role)).where(*_by_provider(person_id, organisation_id))
    return frozenset(Role(role) for role in session.execute(asked).scalars())


def end_provider_grant(
    session: Session, person_id: int, role: Role, *, organisation_id: int, ended_at: datetime
) -> None:
    """Ends a role that the identity provider gave; the same role given by a person stays."""
    where = (*_by_provider(person_id, organisation_id), col(GrantRow.role) == role.value)
    session.execute(update(GrantRow).where(*where).values({"ended_at": ended_at}))


def _by_provider(person_id: int, organisation_id: int) -> tuple[ColumnElement[bool], ...]:
    return (
        col(GrantRow.person_id) == person_id,
        col(GrantRow.organisation_id) == organisation_id,
        col(GrantRow.by_provider).is_(True),
        col(GrantRow.ended_at).is_(None),
    )


def list_grants(session: Session, person_id: int) -> tuple[Grant, ...]:
    """The grants of a person that were not ended, in the order in which they were given."""
    found = session.connection().execute(_GRANTS_OF_PERSON, {"person_id": person_id})
    return tuple(_grant(row) for row in found)


def list_grants_of(session: Session, person_ids: Iterable[int]) -> Mapping[int, tuple[Grant, ...]]:
    """The grants of several people that were not ended."""
    wanted = set(person_ids)
    asked = across(select(*_GRANT).where(col(GrantRow.ended_at).is_(None)).order_by(col(GrantRow.id)), _OF_A_PERSON)
    found: dict[int, list[Grant]] = defaultdict(list)
    for row in session.execute(asked):
        if row.person_id in wanted:
            found[row.person_id].append(_grant(row))
    return {person_id: tuple(grants) for person_id, grants in found.items()}


def list_administrators(session: Session, *, organisation_id: int, day: date) -> frozenset[int]:
    """Who can sign in and is administrator of all of an organisation on a day."""
    asked = (
        select(*_GRANT)
        .join(AccountRow, col(AccountRow.person_id) == col(GrantRow.person_id))
        .where(
            # Who is at home elsewhere may be administrator here.
            col(AccountRow.state) == AccountState.ACTIVE.value,
            col(GrantRow.organisation_id) == organisation_id,
            col(GrantRow.role) == Role.ADMINISTRATOR.value,
            col(GrantRow.object_kind).is_(None),
            col(GrantRow.ended_at).is_(None),
        )
    )
    found = session.execute(across(asked, _OF_A_PERSON))
    return frozenset(row.person_id for row in found if _grant(row).holds_on(day))


def add_session(session: Session, *, token_sha256: str, **values: Any) -> StoredSession:
    """Writes a new session."""
    added = insert(SessionRow).values({"token_sha256": token_sha256, **values}).returning(*_SESSION)
    return _session(session.execute(added).one())


def get_session_of_token(session: Session, token_sha256: str) -> StoredSession | None:
    """The session whose token has that SHA-256, ended or not."""
    row = session.execute(_SESSION_OF_TOKEN, {"token_sha256": token_sha256}).one_or_none()
    return None if row is None else _session(row)


def get_entry(session: Session, token_sha256: str) -> Entry | None:
    """The session whose token has that SHA-256, with the state of its account."""
    row = session.connection().execute(_ENTRY_OF_TOKEN, {"token_sha256": token_sha256}).one_or_none()
    if row is None:
        return None
    values = row._asdict()
    state = values.pop("account")
    return Entry(
        session=StoredSession(**{**values, "how": How(values["how"])}),
        account=None if state is None else AccountState(state),
    )


def get_session(session: Session, session_id: int) -> StoredSession | None:
    """The session of that number, ended or not."""
    asked = across(select(*_SESSION).where(col(SessionRow.id) == session_id), _BY_NUMBER)
    row = session.execute(asked).one_or_none()
    return None if row is None else _session(row)


def list_open_sessions(
    session: Session, *, person_id: int | None = None, task_link_id: int | None = None
) -> tuple[StoredSession, ...]:
    """The sessions of a person, or of a link, or all, that were not ended; the one used last comes first."""
    asked = across(select(*_SESSION).where(col(SessionRow.ended_at).is_(None)), _OF_A_PERSON)
    if person_id is not None:
        asked = asked.where(col(SessionRow.person_id) == person_id)
    if task_link_id is not None:
        asked = asked.where(col(SessionRow.task_link_id) == task_link_id)
    asked = asked.order_by(col(SessionRow.last_seen_at).desc(), col(SessionRow.id).desc())
    return tuple(_session(row) for row in session.execute(asked))


def list_lapsed_sessions(
    session: Session, *, used_before: datetime, begun_before: datetime
) -> tuple[StoredSession, ...]:
    """The sessions that were not ended though nobody used them since a moment, or that began before another."""
    asked = (
        select(*_SESSION)
        .where(
            col(SessionRow.ended_at).is_(None),
            or_(col(SessionRow.last_seen_at) <= used_before, col(SessionRow.created_at) <= begun_before),
        )
        .order_by(col(SessionRow.id))
    )
    return tuple(_session(row) for row in session.execute(across(asked, _UPKEEP)))


def end_session(session: Session, session_id: int, *, ended_at: datetime, because: str) -> bool:
    """Ends a session that was not ended; says whether it did."""
    where = (col(SessionRow.id) == session_id, col(SessionRow.ended_at).is_(None))
    ended = {"ended_at": ended_at, "ended_because": because}
    ending = across(update(SessionRow).where(*where), _BY_NUMBER).values(ended).returning(col(SessionRow.id))
    return session.execute(ending).one_or_none() is not None


def see_session(session: Session, session_id: int, *, at: datetime) -> bool:
    """Writes when a session was last used, unless it was ended or used later; says whether it did."""
    where = (
        col(SessionRow.id) == session_id,
        col(SessionRow.ended_at).is_(None),
        col(SessionRow.last_seen_at) < at,
    )
    seeing = across(update(SessionRow).where(*where), _BY_NUMBER).values({"last_seen_at": at})
    return session.execute(seeing.returning(col(SessionRow.id))).one_or_none() is not None


def last_seen(session: Session, person_ids: Iterable[int]) -> Mapping[int, datetime]:
    """When each of some people last used any session."""
    asked = select(col(SessionRow.person_id), func.max(col(SessionRow.last_seen_at))).group_by(
        col(SessionRow.person_id)
    )
    wanted = set(person_ids)
    if len(wanted) == 1:
        asked = asked.where(col(SessionRow.person_id).in_(wanted))
    found = session.execute(across(asked, _OF_A_PERSON))
    return {person_id: at for person_id, at in found if person_id in wanted}


def add_attempt(session: Session, *, account_key: str, address_key: str, at: datetime) -> int:
    """Writes a try to sign in that has not succeeded yet, and answers its number."""
    values = {"account_key": account_key, "address_key": address_key, "at": at, "succeeded": False}
    return session.execute(insert(AttemptRow).values(values).returning(col(AttemptRow.id))).scalar_one() or 0


def mark_succeeded(session: Session, attempt_id: int) -> None:
    """Says of a try that it succeeded."""
    session.execute(update(AttemptRow).where(col(AttemptRow.id) == attempt_id).values({"succeeded": True}))


def list_account_failures(session: Session, *, account_key: str, since: datetime) -> tuple[datetime, ...]:
    """When tries at an account failed since a moment and after the last that succeeded."""
    asked = (
        select(col(AttemptRow.at), col(AttemptRow.succeeded))
        .where(col(AttemptRow.account_key) == account_key, col(AttemptRow.at) >= since)
        .order_by(col(AttemptRow.id).desc())
    )
    failures: list[datetime] = []
    for at, succeeded in session.execute(asked):
        if succeeded:
            break
        failures.append(at)
    return tuple(failures)


def list_address_failures(session: Session, *, address_key: str, since: datetime) -> tuple[datetime, ...]:
    """When tries from an address failed since a moment; one that succeeded does not wipe out those before it."""
    asked = select(col(AttemptRow.at)).where(
        col(AttemptRow.address_key) == address_key,
        col(AttemptRow.at) >= since,
        col(AttemptRow.succeeded).is_(False),
    )
    return tuple(session.execute(asked).scalars())


def count_attempts(session: Session, *, before: datetime) -> int:
    """How many tries are older than a moment."""
    return _count(session, AttemptRow, col(AttemptRow.at) < before)


def forget_attempts(session: Session, *, before: datetime | None = None, account_key: str | None = None) -> None:
    """Deletes tries that are older than a moment, or all at one account."""
    if before is not None:
        session.execute(delete(AttemptRow).where(col(AttemptRow.at) < before))
    if account_key is not None:
        session.execute(delete(AttemptRow).where(col(AttemptRow.account_key) == account_key))


def add_request(session: Session, *, account_key: str, address_key: str, at: datetime) -> None:
    """Writes that somebody forgot their password."""
    session.execute(insert(RequestRow).values({"account_key": account_key, "address_key": address_key, "at": at}))


def list_requests(
    session: Session, *, account_key: str | None = None, address_key: str | None = None, since: datetime
) -> tuple[datetime, ...]:
    """When a new password was asked for since a moment: for an account, or from an address of the network."""
    asked = select(col(RequestRow.at)).where(col(RequestRow.at) >= since)
    if account_key is not None:
        asked = asked.where(col(RequestRow.account_key) == account_key)
    if address_key is not None:
        asked = asked.where(col(RequestRow.address_key) == address_key)
    return tuple(session.execute(asked).scalars())


def next_request(session: Session) -> tuple[int, str] | None:
    """The oldest request that nobody answered yet: its number, and the key of the account that it is for."""
    asked = select(col(RequestRow.id), col(RequestRow.account_key)).where(col(RequestRow.answered_at).is_(None))
    row = session.execute(asked.order_by(col(RequestRow.id)).limit(1)).one_or_none()
    return None if row is None else (row[0] or 0, row[1])


def mark_answered(session: Session, request_id: int, *, at: datetime) -> None:
    """Says of a request that it was answered, by a message or by silence."""
    session.execute(update(RequestRow).where(col(RequestRow.id) == request_id).values({"answered_at": at}))


def count_requests(session: Session, *, before: datetime) -> int:
    """How many requests are older than a moment."""
    return _count(session, RequestRow, col(RequestRow.at) < before)


def forget_requests(session: Session, *, before: datetime | None = None, account_key: str | None = None) -> None:
    """Deletes requests that are older than a moment, or all for one account."""
    if before is not None:
        session.execute(delete(RequestRow).where(col(RequestRow.at) < before))
    if account_key is not None:
        session.execute(delete(RequestRow).where(col(RequestRow.account_key) == account_key))


def add_flow(session: Session, *, cookie_sha256: str, **values: Any) -> None:
    """Writes a sign-in that begins."""
    session.execute(insert(FlowRow).values({"cookie_sha256": cookie_sha256, **values}))


def take_flow(session: Session, cookie_sha256: str) -> Flow | None:
    """Takes a sign-in that was begun out of the table, so that nobody comes in by it twice."""
    taken = delete(FlowRow).where(col(FlowRow.cookie_sha256) == cookie_sha256).returning(*_FLOW)
    row = session.execute(taken).one_or_none()
    return None if row is None else Flow(**row._asdict())


def list_flows(session: Session, *, address_key: str, since: datetime) -> tuple[datetime, ...]:
    """When sign-ins were begun from an address since a moment that nobody has finished."""
    asked = select(col(FlowRow.created_at)).where(
        col(FlowRow.address_key) == address_key, col(FlowRow.created_at) >= since
    )
    return tuple(session.execute(asked).scalars())


def forget_flows(session: Session, *, before: datetime) -> None:
    """Deletes sign-ins that were begun before a moment and never finished."""
    session.execute(delete(FlowRow).where(col(FlowRow.created_at) < before))


def count_flows(session: Session, *, before: datetime) -> int:
    """How many sign-ins were begun before a moment and never finished."""
    return _count(session, FlowRow, col(FlowRow.created_at) < before)


def count_ended_sessions(session: Session, *, before: datetime) -> int:
    """How many sessions ended before a moment and are not the last of an account."""
    return _count(session, SessionRow, *_ended(before))


def forget_ended_sessions(session: Session, *, before: datetime) -> None:
    """Deletes sessions that ended before a moment, but the last of each account: it says when the person was here."""
    session.execute(across(delete(SessionRow).where(*_ended(before)), _UPKEEP))


def list_closed_links(session: Session, *, before: datetime, sessions_before: datetime) -> tuple[int, ...]:
    """The links that were closed before a moment and that no session holds but those that ended before another."""
    held = select(col(SessionRow.task_link_id)).where(
        col(SessionRow.task_link_id).is_not(None), not_(and_(*_ended(sessions_before)))
    )
    asked = (
        select(col(LinkRow.id))
        .where(
            or_(
                col(LinkRow.expires_at) < before,
                col(LinkRow.revoked_at) < before,
                col(LinkRow.submitted_at) < before,
                and_(col(LinkRow.used_at) < before, col(LinkRow.purpose) == Purpose.SET_PASSWORD.value),
            ),
            col(LinkRow.id).not_in(held),
        )
        .order_by(col(LinkRow.id))
    )
    found = session.execute(across(asked, _UPKEEP)).scalars()
    return tuple(number for number in found if number is not None)


def forget_links(session: Session, numbers: Sequence[int]) -> None:
    """Deletes links with the texts that opened them."""
    session.execute(delete(TokenRow).where(col(TokenRow.link_id).in_(numbers)))
    session.execute(across(delete(LinkRow).where(col(LinkRow.id).in_(numbers)), _UPKEEP))


def _ended(before: datetime) -> tuple[ColumnElement[bool], ...]:
    last = select(func.max(col(SessionRow.id))).where(col(SessionRow.how) != How.LINK.value)
    return (
        col(SessionRow.ended_at).is_not(None),
        col(SessionRow.ended_at) < before,
        col(SessionRow.id).not_in(last.group_by(col(SessionRow.person_id))),
    )


def _count(session: Session, table: type[Any], *where: ColumnElement[bool]) -> int:
    asked = across(select(func.count()).select_from(table).where(*where), _UPKEEP)
    return session.execute(asked).scalar_one()


def add_link(session: Session, *, now: datetime, **values: Any) -> Link:
    """Writes a new link."""
    return _link(session.execute(insert(LinkRow).values(values).returning(*_LINK)).one(), now=now)


def get_link(session: Session, link_id: int, *, now: datetime) -> Link | None:
    """The link of that number, with its state at a moment."""
    asked = across(select(*_LINK).where(col(LinkRow.id) == link_id), _BY_NUMBER)
    row = session.execute(asked).one_or_none()
    return None if row is None else _link(row, now=now)


def get_link_of_token(session: Session, sha256: str, *, now: datetime) -> Link | None:
    """The link that a token with that SHA-256 opens, with its state at a moment."""
    asked = (
        select(*_LINK).join(TokenRow, col(TokenRow.link_id) == col(LinkRow.id)).where(col(TokenRow.sha256) == sha256)
    )
    row = session.execute(across(asked, _COMING_IN)).one_or_none()
    return None if row is None else _link(row, now=now)


def list_links(
    session: Session, *, organisation_id: int | None = None, person_id: int | None = None, now: datetime
) -> tuple[Link, ...]:
    """The links of an organisation, or of a person, the newest first, each with its state at a moment."""
    if organisation_id is None and person_id is None:
        raise ValueError("Links are asked for by organisation or by person.")
    asked = select(*_LINK).order_by(col(LinkRow.id).desc())
    if organisation_id is None:
        asked = across(asked, _OF_A_PERSON)
    else:
        asked = asked.where(col(LinkRow.organisation_id) == organisation_id)
    if person_id is not None:
        asked = asked.where(col(LinkRow.person_id) == person_id)
    return tuple(_link(row, now=now) for row in session.execute(asked))


def list_task_links(
    session: Session, *, organisation_id: int, task_kind: str, task_ids: Sequence[str], now: datetime
) -> tuple[Link, ...]:
    """The links to certain tasks of an organisation, the newest first, each with its state at a moment."""
    asked = (
        select(*_LINK)
        .where(
            col(LinkRow.organisation_id) == organisation_id,
            col(LinkRow.task_kind) == task_kind,
            col(LinkRow.task_id).in_(task_ids),
        )
        .order_by(col(LinkRow.id).desc())
    )
    return tuple(_link(row, now=now) for row in session.execute(asked))


def change_link(session: Session, link_id: int, **values: Any) -> None:
    """Writes some columns of a link."""
    session.execute(across(update(LinkRow).where(col(LinkRow.id) == link_id), _BY_NUMBER).values(values))


def add_token(session: Session, *, link_id: int, sha256: str, created_at: datetime) -> None:
    """Writes the SHA-256 of a text that opens a link."""
    session.execute(insert(TokenRow).values({"link_id": link_id, "sha256": sha256, "created_at": created_at}))


def _account(row: Row[*tuple[Any, ...]] | None) -> Account | None:
    if row is None:
        return None
    values = row._asdict()
    return Account(**{**values, "state": AccountState(values["state"])})


def _grant(row: Row[*tuple[Any, ...]]) -> Grant:
    values = row._asdict()
    return Grant(**{**values, "role": Role(values["role"])})


def _session(row: Row[*tuple[Any, ...]]) -> StoredSession:
    values = row._asdict()
    return StoredSession(**{**values, "how": How(values["how"])})


def _link(row: Row[*tuple[Any, ...]], *, now: datetime) -> Link:
    values = row._asdict()
    purpose = Purpose(values["purpose"])
    times = Times(**{name: values[name] for name in ("expires_at", "used_at", "submitted_at", "revoked_at")})
    return Link(**{**values, "purpose": purpose, "state": state_of(purpose, times, now=now)})
