"""Bidders who were invited by a personal link: who they are, what became of their links, the form for another one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from svtracker.identity.rules.roles import Role
from svtracker.kernel import uk_time, wording
from svtracker.tenders.rules.records import StoredTender
from svtracker.tenders.service.invitations import InvitationState, Invited
from svtracker.web.pages.desk import TenderPage, frame_of
from svtracker.web.pages.frame import FormError

STATE_WORDS = {
    InvitationState.INVITED: "invited, link not used yet",
    InvitationState.USED: "link used",
    InvitationState.REVOKED: "link revoked",
    InvitationState.OVER: "link over",
    InvitationState.RECEIVED: "bid received",
    InvitationState.WITHDRAWN: "bid withdrawn",
}
ERASED = "erased"


@dataclass(frozen=True, slots=True, kw_only=True)
class InvitedLine:
    """An invited bidder in the list."""

    number: int
    bidder: str
    contact: str
    email: str
    state: str
    when: str
    may_send: bool
    may_revoke: bool


@dataclass(frozen=True, kw_only=True)
class InvitationsPage(TenderPage):
    """The invited bidders of a tender."""

    base: str
    lines: tuple[InvitedLine, ...]
    may_invite: bool
    why_not: str
    typed: Mapping[str, str]
    faults: Mapping[str, str]
    sealed: bool


def invitations_page(
    tender: StoredTender,
    invited: Sequence[Invited],
    *,
    roles: frozenset[Role],
    is_officer: bool,
    is_closed: bool,
    typed: Mapping[str, str] | None = None,
    faults: Mapping[str, str] | None = None,
) -> InvitationsPage:
    """Who was invited, what is known of it, and the form for another one where the tender still takes bids."""
    found = faults or {}
    coming_in = tender.published_at is not None and tender.opened_at is None and tender.decided_at is None
    may_invite = is_officer and coming_in and not is_closed
    used = sum(1 for one in invited if one.used_at is not None)
    answer = "Nobody is invited yet."
    if invited:
        answer = f"{wording.counted(len(invited), 'bidder')} invited, {used} of them have used their link."
    why_not = ""
    if is_officer and not may_invite:
        why_not = "The closing time is over: amend it first." if coming_in else "Bids are taken in no more."
        if tender.published_at is None:
            why_not = "Bidders can be invited once the tender is published."
    return InvitationsPage(
        **frame_of(tender, roles=roles, here="/bids", title="Invited bidders"),  # type: ignore[arg-type]
        answer=answer,
        head_title=f"Invited bidders: {tender.title}",
        errors=tuple(FormError(text=text, href=f"#{name}") for name, text in found.items()),
        base=f"/tenders/{tender.id}/invitations",
        lines=tuple(_line(one, may_invite=may_invite, is_officer=is_officer) for one in invited),
        may_invite=may_invite,
        why_not=why_not,
        typed=typed or {},
        faults=found,
        sealed=tender.opened_at is None,
    )


def _line(one: Invited, *, may_invite: bool, is_officer: bool) -> InvitedLine:
    when = f"invited {uk_time.said(one.invited_at)}"
    if one.used_at is not None:
        when += f", first used {uk_time.said(one.used_at)}"
    is_open = one.state in {InvitationState.INVITED, InvitationState.USED}
    return InvitedLine(
        number=one.number,
        bidder=one.bidder,
        contact=one.name or ERASED,
        email=one.email or ERASED,
        state=STATE_WORDS[one.state],
        when=when,
        may_send=may_invite and one.email is not None,
        may_revoke=is_officer and is_open,
    )
