"""Bidders invited by a personal link: invited, asked again, revoked, told of amendments, listed.

Before the opening nobody reads here more than what the council did itself and whether the link was used: whether a
draft or a bid came by it stays sealed with the bids.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy.orm import Session

from svtracker.audit import service as audit
from svtracker.audit import store as people
from svtracker.audit.rules.events import Actor, Change
from svtracker.identity.rules.accounts import is_email, is_name
from svtracker.identity.rules.links import LinkState, Task
from svtracker.identity.service import links
from svtracker.identity.store import Link
from svtracker.kernel import uk_time
from svtracker.kernel.clock import Clock, system_clock
from svtracker.kernel.exceptions import NotFoundError, NotYetError, RefusedError
from svtracker.kernel.problems import Problem, shown
from svtracker.messages import service as messages
from svtracker.registers import service as registers
from svtracker.tenders.rules.records import Invitation, StoredTender
from svtracker.tenders.rules.stages import Step
from svtracker.tenders.service.common import record, tender_of
from svtracker.tenders.store import bids as bid_store
from svtracker.tenders.store import invitations as store

LONGEST_BIDDER = 200
_LONGEST_SUBJECT = 200

INVITED = """{organisation} invites you to bid for “{title}” ({reference}).

Open this link and press Begin. You find there how social value will be evaluated, a workbook to fill in, and a \
form in which you can type your bid instead. What you type is saved as a draft that nobody but you can read.

{{link}}

{closing}Whoever has this link can bid for you, so do not pass it on. If it does not work any more, open it all the \
same and ask for a new one: it goes to the address to which this mail went.
"""
AMENDED = """What was published of “{title}” ({reference}) was amended.

Why: {reason}

Open this link to see what holds now. {closing}What you have typed is still there. A bid that you have sent stands \
as it is until you send another.

{{link}}

Whoever has this link can bid for you, so do not pass it on.
"""


class InvitationState(StrEnum):
    """What has become of an invitation; that a bid came by it is said once the bids are open."""

    INVITED = "invited"
    USED = "link used"
    REVOKED = "revoked"
    OVER = "link over"
    RECEIVED = "bid received"
    WITHDRAWN = "bid withdrawn"


@dataclass(frozen=True, slots=True, kw_only=True)
class Invited:
    """An invited bidder as who runs the tender sees it; name and address are none once they were erased."""

    number: int
    bidder: str
    name: str | None
    email: str | None
    state: InvitationState
    invited_at: datetime
    used_at: datetime | None
    until: datetime | None


def invite(
    session: Session,
    number: int,
    *,
    bidder: str,
    name: str,
    email: str,
    organisation_id: int,
    actor: Actor,
    clock: Clock = system_clock,
) -> Invitation:
    """Invites a bidder to a published tender: a personal link goes to their contact, good to 14 days after closing.

    Refused with everything that is wrong. One name bids once: a bid that comes by a link can replace no other's.
    """
    tender = tender_of(session, number, organisation_id=organisation_id, step=Step.RECEIVE)
    at = clock()
    _require_time(tender, at=at)
    firm, contact, address = " ".join(bidder.split()), " ".join(name.split()), email.strip()
    known = store.list_invitations(session, number, organisation_id=organisation_id)
    faults = []
    if not 0 < len(firm) <= LONGEST_BIDDER or not firm.isprintable():
        faults.append(("bidder", firm, f"the name of the firm, on one line of at most {LONGEST_BIDDER} characters"))
    elif any(one.bidder.casefold() == firm.casefold() for one in known):
        faults.append(("bidder", firm, "a bidder who is not invited yet: send the link again in the list"))
    if not is_name(contact):
        faults.append(("name", contact, "the name of the person whom the link is for"))
    if not is_email(address):
        faults.append(("email", address, "an email address, as in name@firm.example"))
    if faults:
        raise RefusedError(
            [Problem(file="invitation", path=path, seen=shown(seen), wanted=w) for path, seen, w in faults]
        )
    person = audit.add_person(
        session, organisation_id=organisation_id, name=contact, email=address, actor=actor, clock=lambda: at
    )
    values = {"tender_id": number, "bidder": firm, "person_id": person.id, "invited_at": at}
    invitation = Invitation(id=store.add_invitation(session, values, organisation_id=organisation_id), **values)  # type: ignore[arg-type]  # the columns by name
    changes = {"invitation": Change(new=invitation.id), "bidder": Change(new=firm), "person": Change(new=person.id)}
    record(session, "bidder_invited", tender, actor=actor, at=at, changes=changes)
    _send(session, tender, invitation, body=INVITED, actor=actor, clock=lambda: at)
    return invitation


def send_again(
    session: Session,
    number: int,
    invitation_id: int,
    *,
    organisation_id: int,
    actor: Actor,
    clock: Clock = system_clock,
) -> None:
    """Sends the link of an invited bidder once more, or a new one where theirs was revoked or is over."""
    tender = tender_of(session, number, organisation_id=organisation_id, step=Step.RECEIVE)
    at = clock()
    _require_time(tender, at=at)
    _send(session, tender, _one(session, tender, invitation_id), body=INVITED, actor=actor, clock=lambda: at)


def revoke(
    session: Session,
    number: int,
    invitation_id: int,
    *,
    organisation_id: int,
    actor: Actor,
    clock: Clock = system_clock,
) -> None:
    """Makes the links of an invited bidder useless and ends the visits by them; a bid that came in stays."""
    tender = tender_of(session, number, organisation_id=organisation_id)
    invitation = _one(session, tender, invitation_id)
    known = links.links_to(session, Task.BID, [invitation.id], organisation_id=organisation_id, clock=clock)
    for link in known[invitation.id]:
        if link.state in {LinkState.OPEN, LinkState.OVER}:
            links.revoke_link(session, link.id, organisation_id=organisation_id, actor=actor, clock=clock)


def list_invited(
    session: Session, number: int, *, organisation_id: int, clock: Clock = system_clock
) -> tuple[Invited, ...]:
    """The invited bidders of a tender, by name."""
    tender = tender_of(session, number, organisation_id=organisation_id)
    found = store.list_invitations(session, number, organisation_id=organisation_id)
    by_task = links.links_to(session, Task.BID, [one.id for one in found], organisation_id=organisation_id, clock=clock)
    answered: dict[int, bool] = {}
    if tender.opened_at is not None:
        answered = bid_store.list_answered(session, number, organisation_id=organisation_id)
    invited = [_invited(session, one, by_task[one.id], answered=answered.get(one.id)) for one in found]
    return tuple(sorted(invited, key=lambda one: one.bidder.casefold()))


def tell_invited(
    session: Session, tender: StoredTender, *, reason: str, actor: Actor, clock: Clock = system_clock
) -> int:
    """Tells every invited bidder whose link is open that the tender was amended; says how many that were."""
    at = clock()
    by = {"organisation_id": tender.organisation_id}
    found = store.list_invitations(session, tender.id, **by)
    by_task = links.links_to(session, Task.BID, [one.id for one in found], **by, clock=lambda: at)
    told = 0
    for invitation in found:
        newest = by_task[invitation.id][:1]
        if newest and newest[0].state in {LinkState.OPEN, LinkState.OVER} and _reached(session, invitation):
            _send(session, tender, invitation, body=AMENDED, reason=reason, actor=actor, clock=lambda: at)
            told += 1
    return told


def bare(text: str) -> str:
    """A text for a message without braces, which would look like the place of a personal link."""
    return text.replace("{", "(").replace("}", ")")


def _require_time(tender: StoredTender, *, at: datetime) -> None:
    if tender.closes_at is not None and at > tender.closes_at:
        why = f"the closing time was {uk_time.said(tender.closes_at)}. Amend the tender first."
        raise NotYetError(step="invite a bidder", why=why)


def _one(session: Session, tender: StoredTender, number: int) -> Invitation:
    found = store.get_invitation(session, number, organisation_id=tender.organisation_id)
    if found is None or found.tender_id != tender.id:
        raise NotFoundError(what="invited bidder", name=str(number), do="Choose one from the list of the tender.")
    return found


def _reached(session: Session, invitation: Invitation) -> bool:
    person = people.get_person(session, invitation.person_id)
    return person is not None and person.email is not None


def _send(
    session: Session,
    tender: StoredTender,
    invitation: Invitation,
    *,
    body: str,
    reason: str = "",
    actor: Actor,
    clock: Clock,
) -> None:
    link = links.link_to(
        session,
        Task.BID,
        invitation.id,
        person_id=invitation.person_id,
        organisation_id=tender.organisation_id,
        due=None if tender.closes_at is None else uk_time.local(tender.closes_at).date(),
        actor=actor,
        clock=clock,
    )
    closing = "" if tender.closes_at is None else f"Bids may come in until {uk_time.said(tender.closes_at)}. "
    text = body.format(
        organisation=bare(registers.get_organisation(session, tender.organisation_id).name),
        title=bare(tender.title),
        reference=bare(tender.reference),
        closing=closing,
        reason=bare(reason.strip()),
    )
    what = "Invitation to bid" if body is INVITED else "Amended"
    messages.queue(
        session,
        organisation_id=tender.organisation_id,
        to_person_id=invitation.person_id,
        subject=f"{what}: {tender.title}"[:_LONGEST_SUBJECT].strip(),
        body=text,
        link_id=link.id,
        actor=actor,
        clock=clock,
    )


def _invited(session: Session, invitation: Invitation, found: tuple[Link, ...], *, answered: bool | None) -> Invited:
    person = people.get_person(session, invitation.person_id)
    newest = found[0] if found else None
    return Invited(
        number=invitation.id,
        bidder=invitation.bidder,
        name=None if person is None else person.name,
        email=None if person is None else person.email,
        state=_state(newest, answered=answered),
        invited_at=invitation.invited_at,
        used_at=max((one.used_at for one in found if one.used_at is not None), default=None),
        until=None if newest is None else newest.expires_at,
    )


def _state(link: Link | None, *, answered: bool | None) -> InvitationState:
    if answered is not None:
        return InvitationState.RECEIVED if answered else InvitationState.WITHDRAWN
    if link is None or link.state is LinkState.OVER:
        return InvitationState.OVER
    if link.state is LinkState.REVOKED:
        return InvitationState.REVOKED
    return InvitationState.INVITED if link.used_at is None else InvitationState.USED
