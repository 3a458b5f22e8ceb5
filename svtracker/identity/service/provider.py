"""Signing in by the council's identity provider: the way there, kept for ten minutes, and who is let in afterwards.

Between the two somebody asks the provider (`svtracker.identity.provider`), outside every unit of work.
"""

import hmac
import secrets
from dataclasses import dataclass, field
from enum import StrEnum

from sqlalchemy.orm import Session

from svtracker.identity import store
from svtracker.identity.rules.accounts import AccountState, address_key, email_key, federated_key, token_hash
from svtracker.identity.rules.provider import FLOW_LASTS, Said, is_lapsed
from svtracker.identity.rules.sessions import How
from svtracker.identity.rules.throttling import FLOWS_PER_ADDRESS, wait_seconds
from svtracker.identity.service.accounts import join_identity_provider
from svtracker.identity.service.common import person_acting
from svtracker.identity.service.roles import follow_provider
from svtracker.identity.service.sessions import OpenedSession, open_session
from svtracker.identity.store import Account, Flow
from svtracker.kernel.clock import Clock, system_clock

TOKEN_BYTES = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class BegunFlow:
    """A sign-in that was just begun: `cookie` goes into the browser and is kept nowhere, the rest to the provider."""

    cookie: str = field(repr=False)
    state: str = field(repr=False)
    nonce: str = field(repr=False)
    verifier: str = field(repr=False)


class NotLetIn(StrEnum):
    """Why somebody whom the provider knows is not let in.

    Unknown, locked, disabled and at home in another organisation are one, so that nobody learns who has an account.
    """

    UNKNOWN = "unknown"
    ADDRESS_NOT_VERIFIED = "address not verified"


def wait_for_flow(session: Session, *, address: str, clock: Clock = system_clock) -> int:
    """How many seconds to wait because too many who began from an address never came back; 0 where none."""
    now = clock()
    begun = store.list_flows(session, address_key=address_key(address), since=now - FLOW_LASTS)
    return wait_seconds(begun, now=now, limit=FLOWS_PER_ADDRESS)


def begin_flow(session: Session, *, goes_to: str, address: str, clock: Clock = system_clock) -> BegunFlow:
    """Keeps what the return from the provider is proven by; what was begun too long ago is forgotten."""
    now = clock()
    store.forget_flows(session, before=now - FLOW_LASTS)
    begun = BegunFlow(
        cookie=secrets.token_urlsafe(TOKEN_BYTES),
        state=secrets.token_urlsafe(TOKEN_BYTES),
        nonce=secrets.token_urlsafe(TOKEN_BYTES),
        verifier=secrets.token_urlsafe(TOKEN_BYTES),
    )
    store.add_flow(
        session,
        cookie_sha256=token_hash(begun.cookie),
        state=begun.state,
        nonce=begun.nonce,
        verifier=begun.verifier,
        goes_to=goes_to,
        created_at=now,
        address_key=address_key(address),
    )
    return begun


def take_flow(session: Session, *, cookie: str, state: str, clock: Clock = system_clock) -> Flow | None:
    """What the return is proven by, once; none where it is unknown, over, used, or another browser's.

    A wrong state uses it up too, so that nobody tries several.
    """
    found = store.take_flow(session, token_hash(cookie))
    if found is None or is_lapsed(found, now=clock()):
        return None
    same = hmac.compare_digest(found.state.encode(), state.encode("utf-8", "surrogatepass"))
    return found if same else None


def enter_by_provider(
    session: Session,
    said: Said,
    *,
    organisation_id: int,
    user_agent: str,
    replaces: str | None = None,
    clock: Clock = system_clock,
) -> OpenedSession | NotLetIn:
    """Opens a session for the person whom the provider means, or says why not; no account is made by itself.

    Somebody who comes this way for the first time is known by a verified address, and by the provider's own number
    from then on, also after the address changed. What is said must have been proven before.
    """
    account = _account(session, said)
    if isinstance(account, NotLetIn):
        return account
    if account is None or account.state is not AccountState.ACTIVE or account.organisation_id != organisation_id:
        return NotLetIn.UNKNOWN
    at = clock()
    if account.federated_key is None:
        join_identity_provider(
            session,
            account.person_id,
            organisation_id=organisation_id,
            issuer=said.issuer,
            subject=said.subject,
            actor=person_acting(account.person_id),
            clock=lambda: at,
        )
    if said.roles is not None:
        follow_provider(session, account.person_id, said.roles, organisation_id=organisation_id, at=at)
    return open_session(
        session,
        person_id=account.person_id,
        organisation_id=organisation_id,
        how=How.IDENTITY_PROVIDER,
        user_agent=user_agent,
        replaces=replaces,
        clock=lambda: at,
    )


def _account(session: Session, said: Said) -> Account | NotLetIn | None:
    known = store.get_account_by_federated_key(session, federated_key(issuer=said.issuer, subject=said.subject))
    if known is not None:
        return known
    if said.email is None or not said.email_verified:
        return NotLetIn.ADDRESS_NOT_VERIFIED
    found = store.get_account_by_email_key(session, email_key(said.email))
    # One who is joined already is known by another number: the address may have passed to somebody else.
    return None if found is None or found.federated_key is not None else found
