"""Which bids stand in which column of a comparison: by rank where they are many, one pinned beside the measures."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from svtracker.kernel import wording
from svtracker.kernel.exceptions import NotFoundError
from svtracker.tenders.rules.result import BidResult, Result

# So many bids stand on a screen beside the panels; more take the whole width and scroll in themselves.
BESIDE = 5

# So many columns an A3 sheet takes.
ON_A_SHEET = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """How a comparison is looked at: its address, the short name of each bidder in it, who is pinned, on sheets or not.

    Without `names` nobody can be pinned.
    """

    path: str = ""
    names: Mapping[str, str] = field(default_factory=dict)
    pinned: str = ""
    on_sheets: bool = False

    @property
    def bidder(self) -> str | None:
        """Who is pinned; a name that no bid has is not found."""
        if not self.pinned:
            return None
        for bidder, name in self.names.items():
            if name == self.pinned:
                return bidder
        raise NotFoundError(what="bid", name=self.pinned, do="Pin one of the bids of the comparison.")

    def pin_href(self, bidder: str) -> str | None:
        """The address at which this bidder is pinned; for the one who is, at which nobody is."""
        name = self.names.get(bidder)
        if name is None or len(self.names) < 2:
            return None
        query = [] if name == self.pinned else [f"pin={name}"]
        return f"{self.path}{self._tail(query)}"

    @property
    def sheets_href(self) -> str | None:
        """The address with one table for each sheet of A3, where one sheet does not take all bids; or back from it."""
        if len(self.names) <= ON_A_SHEET:
            return None
        query = [f"pin={self.pinned}"] if self.pinned else []
        return f"{self.path}{self._tail(query, on_sheets=not self.on_sheets)}"

    def _tail(self, query: list[str], *, on_sheets: bool | None = None) -> str:
        parts = [*query, *(["sheets=yes"] if (self.on_sheets if on_sheets is None else on_sheets) else [])]
        return f"{'?' if parts else ''}{'&'.join(parts)}#bids"


def in_order(result: Result, *, pinned: str | None) -> Result:
    """The same result with its bids as they stand on the page: the pinned one first, many of them by rank."""
    bids = list(result.bids)
    if len(bids) > BESIDE:
        bids.sort(key=lambda bid: (bid.rank is None, bid.rank or 0))
    return replace(result, bids=tuple(sorted(bids, key=lambda bid: bid.bidder != pinned)))


def sheets(result: Result, *, pinned: str | None) -> Iterator[tuple[str, Result]]:
    """The bids in even parts of at most twenty, the pinned one first on each, with what each part holds in words."""
    rest: list[BidResult] = [bid for bid in result.bids if bid.bidder != pinned]
    first = tuple(bid for bid in result.bids if bid.bidder == pinned)
    room = ON_A_SHEET - len(first)
    parts = -(-len(rest) // room)
    size = -(-len(rest) // parts)
    for begin in range(0, len(rest), size):
        part = rest[begin : begin + size]
        beside = f", beside {wording.bidder(pinned)}" if pinned is not None else ""
        words = f"Bids {begin + 1} to {begin + len(part)} of {len(rest)} by rank{beside}"
        yield words, replace(result, bids=(*first, *part))
