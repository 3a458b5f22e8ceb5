"""What a bidder does by their link: save a draft, send a bid, send it corrected, take it back, read what they sent.

All of it is sealed. A draft leaves no event; the events of a bid name no bidder; the receipt waits in the outbox
unseen. Whoever has a link comes by it to one invitation and to nothing else.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from sqlalchemy.orm import Session

from svtracker.audit import store as people
from svtracker.audit.rules.events import SYSTEM
from svtracker.identity.service import links
from svtracker.kernel import uk_time, wording
from svtracker.kernel.clock import Clock, system_clock
from svtracker.kernel.exceptions import ChangedMeanwhileError, NotFoundError, RefusedError
from svtracker.messages import service as messages
from svtracker.messages.rules.outbox import LONGEST_BODY
from svtracker.tenders.rules.records import Draft, Invitation, OwnBid, Source, StoredBid, StoredTender
from svtracker.tenders.rules.stages import Step, may
from svtracker.tenders.rules.valuing import Valuation
from svtracker.tenders.service import bids
from svtracker.tenders.service.bids import BidIn, Receipt
from svtracker.tenders.service.common import tender_of
from svtracker.tenders.service.invitations import bare
from svtracker.tenders.store import bids as bid_store
from svtracker.tenders.store import invitations as store

SUBJECT = "Your bid was received"
BODY = """Your bid for “{title}” ({reference}) was received on {at}{late}.

SHA-256 of what you sent, with a random text that keeps it sealed:
{sha256}

Open the link that you were invited by to read all that you sent and to take it along as the file behind this number. \
{until}

{summary}
"""
TAKEN_BACK = "Your bid was taken back"
TAKEN_BACK_BODY = """Your bid for “{title}” ({reference}) was taken back on {at}. Nobody reads what it holds.

SHA-256 of the bid: {sha256}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bidding:
    """Where a bidder stands: the tender, what they have typed, the bids that they sent (the last one first)."""

    invitation: Invitation
    tender: StoredTender
    draft: Draft | None
    own: tuple[OwnBid, ...]

    @property
    def may_send(self) -> bool:
        """Whether a bid is taken in, in time or late."""
        return may(Step.RECEIVE, self.tender.stage)

    @property
    def standing(self) -> OwnBid | None:
        """The bid that stands."""
        return next((one for one in self.own if one.replaced_at is None), None)


def bidding_of(session: Session, invitation_id: int, *, organisation_id: int) -> Bidding:
    """What the bidder of an invitation sees."""
    invitation = store.get_invitation(session, invitation_id, organisation_id=organisation_id)
    if invitation is None:
        raise NotFoundError(what="invitation", name=str(invitation_id), do="Ask who invited you for a new link.")
    return Bidding(
        invitation=invitation,
        tender=tender_of(session, invitation.tender_id, organisation_id=organisation_id),
        draft=store.get_draft(session, invitation_id, organisation_id=organisation_id),
        own=bid_store.list_own(session, invitation_id, organisation_id=organisation_id),
    )


def save_draft(
    session: Session,
    invitation_id: int,
    content: Mapping[str, str],
    *,
    link_id: int,
    version: int,
    mark: str = "",
    file_name: str = "",
    file_sha256: str | None = None,
    organisation_id: int,
    clock: Clock = system_clock,
) -> None:
    """Keeps what a bidder has typed, right or wrong; `version` is that of the draft they began from, 0 for none.

    Where the draft was saved since, it must have been from the same page: `mark` is the entry of the content that says
    from which. Nothing is written where nothing differs. It is no event: nobody learns that somebody is typing.
    """
    bidding = _open(session, invitation_id, link_id=link_id, organisation_id=organisation_id, clock=clock)
    draft = bidding.draft
    values = store.draft_values(content, file_name=file_name, file_sha256=file_sha256, at=clock())
    if draft is None:
        store.add_draft(session, invitation_id, values, organisation_id=organisation_id)
        return
    from_same_page = bool(mark) and draft.content.get(mark) == content.get(mark)
    if version != draft.version and not from_same_page:
        raise ChangedMeanwhileError(what="draft")
    typed = {key: text for key, text in content.items() if key != mark}
    if typed == {key: text for key, text in draft.content.items() if key != mark} and file_sha256 is None:
        return
    store.change_draft(session, invitation_id, values, version=draft.version, organisation_id=organisation_id)


def as_bid(bidding: Bidding, bid: BidIn) -> BidIn:
    """A bid as it stands when it comes by this link: under the name that was invited, whatever else was sent."""
    draft = bidding.draft
    return replace(
        bid,
        bidder=bidding.invitation.bidder,
        source=Source.LINK,
        contact_id=bidding.invitation.person_id,
        invitation_id=bidding.invitation.id,
        file_name="" if draft is None else draft.file_name,
        file_sha256=None if draft is None else draft.file_sha256,
    )


def send(
    session: Session,
    invitation_id: int,
    bid: BidIn,
    *,
    link_id: int,
    version: int,
    organisation_id: int,
    clock: Clock = system_clock,
) -> Receipt:
    """Takes the bid in that the draft of this version makes, and sends its bidder a receipt; the link stays open.

    Until the bids are opened another bid by the same link replaces this one; both are kept.
    """
    at = clock()
    by = {"organisation_id": organisation_id}
    bidding = _open(session, invitation_id, link_id=link_id, **by, clock=lambda: at)
    if bidding.draft is None or bidding.draft.version != version:
        raise ChangedMeanwhileError(what="draft")
    made = as_bid(bidding, bid)
    weighed, problems = bids.weigh(session, bidding.tender, made)
    if weighed is None:
        raise RefusedError(problems)
    receipt = bids.receive(session, bidding.tender.id, made, **by, actor=SYSTEM, clock=lambda: at)
    body = BODY.format(
        title=bare(bidding.tender.title),
        reference=bare(bidding.tender.reference),
        at=uk_time.said(receipt.received_at),
        late=". It came after the closing time: whether it may take part is decided" if receipt.is_late else "",
        sha256=receipt.sha256,
        until=_until(bidding.tender, is_late=receipt.is_late),
        summary=bare(_summary(weighed[0])),
    )
    _tell(session, bidding, bid_id=receipt.id, subject=SUBJECT, body=body, clock=lambda: at)
    return receipt


def withdraw(
    session: Session, invitation_id: int, *, link_id: int, organisation_id: int, clock: Clock = system_clock
) -> None:
    """Takes the bid back that stands, before the closing time; the draft stays."""
    at = clock()
    bidding = _open(session, invitation_id, link_id=link_id, organisation_id=organisation_id, clock=lambda: at)
    taken = bids.withdraw(
        session,
        bidding.tender.id,
        invitation_id=invitation_id,
        organisation_id=organisation_id,
        actor=SYSTEM,
        clock=lambda: at,
    )
    body = TAKEN_BACK_BODY.format(
        title=bare(bidding.tender.title),
        reference=bare(bidding.tender.reference),
        at=uk_time.said(at),
        sha256=taken.sha256,
    )
    _tell(session, bidding, bid_id=taken.id, subject=TAKEN_BACK, body=body, clock=lambda: at)


def own_bid(session: Session, bidding: Bidding) -> StoredBid | None:
    """What the bid holds that stands, for the bidder who sent it; also while it is sealed from everybody else."""
    standing = bidding.standing
    if standing is None:
        return None
    found = bid_store.list_bids(session, bidding.tender.id, organisation_id=bidding.tender.organisation_id)
    return next(bid for bid in found if bid.id == standing.id)


def _open(session: Session, invitation_id: int, *, link_id: int, organisation_id: int, clock: Clock) -> Bidding:
    links.require_open(session, link_id, organisation_id=organisation_id, clock=clock)
    bidding = bidding_of(session, invitation_id, organisation_id=organisation_id)
    tender_of(session, bidding.tender.id, organisation_id=organisation_id, step=Step.RECEIVE)
    return bidding


def _tell(session: Session, bidding: Bidding, *, bid_id: int, subject: str, body: str, clock: Clock) -> None:
    """Puts a message to the bidder into the outbox, sealed; a bid is received also where nobody can be told."""
    person = people.get_person(session, bidding.invitation.person_id)
    if person is None or person.email is None:
        return
    messages.queue(
        session,
        organisation_id=bidding.tender.organisation_id,
        to_person_id=person.id,
        subject=subject,
        body=body,
        sealed_bid_id=bid_id,
        actor=SYSTEM,
        clock=clock,
    )


def _until(tender: StoredTender, *, is_late: bool) -> str:
    if is_late or tender.closes_at is None:
        return "Another bid by the same link is kept beside it."
    return f"Until {uk_time.said(tender.closes_at)} you can send it corrected, or take it back, by the same link."


def _summary(valuation: Valuation) -> str:
    """What was promised, a line for each measure, as far as a mail holds it."""
    said = [f"Social value: {wording.pounds(valuation.value)}"]
    if valuation.percent is not None:
        said[0] += f", {wording.percent(valuation.percent)} of {wording.pounds(valuation.denominator or 0)}"
    if valuation.bid.price is not None:
        said.append(f"Price: {wording.pounds(valuation.bid.price)}")
    for line in valuation.lines:
        if line.commitment.not_applicable:
            said.append(f"{line.measure} {line.of.title}: does not apply")
        elif line.commitment.text:
            said.append(f"{line.measure} {line.of.title}: answered in words")
        elif line.offered is not None:
            said.append(f"{line.measure} {line.of.title}: {wording.quantity(line.offered, line.unit)}")
    text = ""
    for line_text in said:
        if len(text) + len(line_text) > LONGEST_BODY // 2:
            return f"{text}… and more, which you find behind your link."
        text += f"{line_text}\n"
    return text.strip()
