"""A tender's workbook as bytes, to be sent to bidders."""

from svtracker.files.workbook_writer import as_workbook
from svtracker.tenders.workbook.layout import layout_of
from svtracker.tenders.workbook.values import BidContent, WorkbookBrief


def bid_workbook(brief: WorkbookBrief, *, filled: BidContent | None = None) -> bytes:
    """The workbook of a tender, empty or with what a bidder has already said; the same brief gives the same bytes."""
    return as_workbook(layout_of(brief, filled).form)
