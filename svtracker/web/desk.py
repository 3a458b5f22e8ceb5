"""What the routes of stored tenders share: who acts in which role, the tender of an address, who may come to it."""

from typing import Annotated

from fastapi import Path
from sqlalchemy.orm import Session

from svtracker.audit.rules.events import Actor
from svtracker.identity.rules.roles import Role
from svtracker.identity.service.common import person_acting
from svtracker.kernel.exceptions import NotFoundError
from svtracker.tenders.rules.records import StoredTender
from svtracker.tenders.service import evaluation, results, setup
from svtracker.web.access import OFFICER, PANEL, RULES, TENDER_READERS
from svtracker.web.dependencies import LARGEST
from svtracker.web.guard import Viewer
from svtracker.web.pages.desk import OwnTendersPage, own_tenders_page

# The number of a tender in an address.
TenderNumber = Annotated[int, Path(ge=1, le=LARGEST)]

# Who comes to every tender of the organisation; an evaluator comes to those that they were named for.
ALL_TENDERS = TENDER_READERS - PANEL


def acting(me: Viewer, roles: frozenset[Role]) -> Actor:
    """The person who is signed in, in the first of these roles that they have; for the record of events."""
    role = next((role for role in Role if role in roles and role in me.session.roles), None)
    return person_acting(me.session.person_id, role="" if role is None else role.value)


def has(me: Viewer, roles: frozenset[Role]) -> bool:
    """Whether who is signed in has one of these roles."""
    return not roles.isdisjoint(me.session.roles)


def tender_for(session: Session, me: Viewer, number: int) -> StoredTender:
    """A tender of the organisation that the reader may come to; any other is not found."""
    tender = setup.get_tender(session, number, organisation_id=me.organisation.id)
    if has(me, ALL_TENDERS) or is_named(session, me, tender):
        return tender
    raise NotFoundError(what="tender", name=str(number), do="You see the tenders for which you were named evaluator.")


def tenders_for(session: Session, me: Viewer) -> tuple[StoredTender, ...]:
    """The tenders that the reader may come to, the newest first."""
    everything = setup.list_tenders(session, organisation_id=me.organisation.id)
    if has(me, ALL_TENDERS):
        return everything
    named = evaluation.tenders_to_mark(session, me.session.person_id, organisation_id=me.organisation.id)
    return tuple(one for one in everything if one.id in named and named[one.id].removed_at is None)


def own_tenders(session: Session, me: Viewer) -> OwnTendersPage:
    """The list of tenders for who is signed in."""
    return own_tenders_page(
        tenders_for(session, me),
        organisation=me.organisation.name,
        bids=results.count_bids(session, organisation_id=me.organisation.id),
        results=results.list_results(session, organisation_id=me.organisation.id),
        may_add=has(me, OFFICER),
    )


def comes_to_tenders(me: Viewer) -> bool:
    """Whether the reader comes to tenders at all: by a role for all of them, or for one."""
    here = me.organisation.id
    for_one = {one.role for one in me.session.grants if one.organisation_id == here and one.object_kind == "tender"}
    return RULES["GET", "/tenders/{tender:int}"].lets_in(me.session.roles | for_one)


def is_named(session: Session, me: Viewer, tender: StoredTender) -> bool:
    """Whether the reader is an evaluator of a tender, and has not dropped out."""
    named = evaluation.tenders_to_mark(session, me.session.person_id, organisation_id=me.organisation.id)
    found = named.get(tender.id)
    return found is not None and found.removed_at is None
