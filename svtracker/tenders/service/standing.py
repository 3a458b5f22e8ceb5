"""What the bids of tenders promise: kept up to date with every line that changes, and read for the portfolio."""

from sqlalchemy.orm import Session

from svtracker.tenders.loader import load_content
from svtracker.tenders.rules.assembling import assemble
from svtracker.tenders.rules.portfolio import Choice, Choices, Portfolio, portfolio_of, standing_of
from svtracker.tenders.rules.records import StoredTender
from svtracker.tenders.rules.scoring import status_of
from svtracker.tenders.rules.valuing import valuation
from svtracker.tenders.service.common import versions_in
from svtracker.tenders.store import bids as bid_store
from svtracker.tenders.store import portfolio as store


def note_standing(session: Session, tender: StoredTender) -> None:
    """Writes what the bids of an opened tender promise now; only values are worked out, no marks and no tests.

    Where the tender cannot be read as a whole, nothing stands there, and the portfolio leaves it out.
    """
    organisation_id = tender.organisation_id
    bids = bid_store.list_bids(session, tender.id, organisation_id=organisation_id)
    # Marks do not enter what bids promise, so none are asked for.
    content = assemble(tender, bids, ()).content
    find, known = versions_in(session, organisation_id)
    found = load_content(content, find_version=find, known_versions=known)[0]
    if found is None:
        store.drop_standing(session, tender_id=tender.id, organisation_id=organisation_id)
        return
    read, version = found
    valued = [valuation(bid, tender=read, version=version) for bid in read.bids]
    standing = standing_of(read, [(one, status_of(one, tender=read)) for one in valued])
    store.put_standing(session, standing, tender_id=tender.id, organisation_id=organisation_id)


def portfolio(session: Session, choice: Choice, *, organisation_id: int) -> Portfolio:
    """The tenders of a choice with the range of their bids; tenders for training are never among them."""
    return portfolio_of(store.list_portfolio(session, choice, organisation_id=organisation_id))


def list_choices(session: Session, *, decided_only: bool, organisation_id: int) -> Choices:
    """What the portfolio can be chosen by."""
    return store.list_choices(session, decided_only=decided_only, organisation_id=organisation_id)
