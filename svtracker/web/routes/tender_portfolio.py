"""The portfolio of tenders: the range of bids and the winner of each, as page, table, workbook and picture."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from svtracker.kernel.exceptions import NotFoundError
from svtracker.reports import charts
from svtracker.reports import portfolio as reports
from svtracker.tenders.rules.portfolio import Choice
from svtracker.tenders.rules.values import OutcomeStatus
from svtracker.tenders.service import standing
from svtracker.web.access import BID_READERS, PANEL
from svtracker.web.caching import Kept
from svtracker.web.dependencies import Reading, Signed
from svtracker.web.desk import ALL_TENDERS, has
from svtracker.web.downloads import CSV, PNG, SVG, XLSX, attachment
from svtracker.web.guard import Viewer
from svtracker.web.pages.frame import render
from svtracker.web.pages.tender_portfolio import chosen_words, part_of, portfolio_page

router = APIRouter()

# Who sees what bids promise before a decision: who may come to the bids of every tender.
SEES_OPEN = BID_READERS - PANEL

FirstYear = Annotated[str, Query(alias="from", pattern=r"^([12]\d{3})?$", description="The first year of opening")]
LastYear = Annotated[str, Query(alias="to", pattern=r"^([12]\d{3})?$", description="The last year of opening")]
Category = Annotated[str, Query(max_length=20, description="How the CPV code begins")]
Directorate = Annotated[str, Query(max_length=300)]
Status = Annotated[str, Query(pattern="^(open|awarded|abandoned)?$", description="open, awarded or abandoned")]
Part = Annotated[int, Query(ge=1, le=10_000)]


def choice_for(
    *,
    me: Signed,
    from_year: FirstYear = "",
    to_year: LastYear = "",
    category: Category = "",
    directorate: Directorate = "",
    status: Status = "",
) -> Choice:
    """Which tenders are wanted, as far as the reader may see them."""
    return Choice(
        first_year=int(from_year) if from_year else None,
        last_year=int(to_year) if to_year else None,
        category=category or None,
        directorate=directorate or None,
        status=OutcomeStatus(status) if status else None,
        decided_only=not sees_open(me),
    )


def sees_open(me: Viewer) -> bool:
    """Whether the reader sees tenders in evaluation too."""
    return has(me, SEES_OPEN)


Wanted = Annotated[Choice, Depends(choice_for)]


@router.get("/tenders/portfolio")
def portfolio(request: Request, session: Reading, me: Signed, choice: Wanted, part: Part = 1) -> Response:
    """What tenders draw, and who won."""
    own = me.organisation.id
    page = portfolio_page(
        standing.portfolio(session, choice, organisation_id=own),
        choice=choice,
        choices=standing.list_choices(session, decided_only=choice.decided_only, organisation_id=own),
        part=part,
        may_open=has(me, ALL_TENDERS),
    )
    return render(request, "tenders/portfolio.html", page)


@router.get("/tenders/portfolio/download.{kind}")
def portfolio_download(
    *, request: Request, session: Reading, me: Signed, choice: Wanted, kind: str, part: Part = 1
) -> Response:
    """The portfolio as a file: the whole table, or a picture of one page of it."""
    found = standing.portfolio(session, choice, organisation_id=me.organisation.id)
    chosen = chosen_words(choice)
    if kind in {CSV, XLSX}:
        sheets = reports.tender_sheets(found, about=[me.organisation.name, *([chosen] if chosen else [])])
        return attachment(sheets, kind=kind, name="tenders-portfolio", title=reports.TITLE)
    if kind not in {PNG, SVG}:
        raise NotFoundError(what="download", name=kind, do="Choose one of the files that the page offers.")
    drawn = reports.chart_of(part_of(found, part), of=len(found.rows), organisation=me.organisation.name, chosen=chosen)
    kept: Kept = request.app.state.kept
    key = ("chart", kind, reports.chart_hash(drawn))
    picture = kept.get(key, lambda: charts.range_chart(drawn, kind=kind))
    return attachment(picture, kind=kind, name="tenders-portfolio", title=reports.TITLE)
