"""Tasks of people without an account: for each kind the page where it begins, in one table.

A new kind of task is a word in `svtracker.identity.rules.links.Task`, an entry here, and its routes in the access
table; the link, the guard and the menu do the rest.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from sqlalchemy.orm import Session

from svtracker.identity.rules.links import LinkState, Task
from svtracker.identity.store import Link
from svtracker.kernel.exceptions import NotFoundError
from svtracker.tenders.service import bidding

HOME = "/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a kind of task is done: its first page, what it is called in the menu, and what one of them is about."""

    first: str
    label: str
    about: Callable[[Session, int, int], str]


def _bid(session: Session, organisation_id: int, number: int) -> str:
    return f"Bid for {bidding.bidding_of(session, number, organisation_id=organisation_id).tender.title}"


PLACES: Mapping[str, Place] = MappingProxyType({Task.BID: Place(first="/bid", label="Your task", about=_bid)})


def place_of(link: Link | None) -> Place | None:
    """Where the task of a link is done; nothing where there is no page for it."""
    return None if link is None or link.task_kind is None else PLACES.get(link.task_kind)


def first_page(link: Link | None) -> str:
    """Where somebody begins who has pressed the button of a link."""
    place = place_of(link)
    return HOME if place is None else place.first


def number_of(link: Link) -> int:
    """The number of what the task of a link is about."""
    return int(link.task_id) if link.task_id is not None and link.task_id.isdecimal() else 0


def what_for(session: Session, link: Link | None) -> str:
    """What an open link is for, in few words, before anybody presses its button."""
    place = place_of(link)
    if link is None or place is None or link.state is not LinkState.OPEN:
        return ""
    try:
        return place.about(session, link.organisation_id, number_of(link))
    except NotFoundError:
        return ""
