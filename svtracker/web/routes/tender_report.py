"""The evaluation report of a tender: as a page, a workbook, a PDF and JSON, in full or anonymised."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from sqlalchemy.orm import Session
from starlette.responses import Response

from svtracker.kernel.exceptions import NotFoundError
from svtracker.reports import evaluation as reports
from svtracker.tenders.rules.records import StoredTender
from svtracker.web.dependencies import Reading, Signed
from svtracker.web.desk import TenderNumber, tender_for
from svtracker.web.downloads import JSON, PDF, XLSX, attachment
from svtracker.web.guard import Viewer
from svtracker.web.pages.frame import downloads, render
from svtracker.web.pages.tender_report import report_page
from svtracker.web.pages.tender_words import settings_facts
from svtracker.web.routes.tender_decision import scoring

router = APIRouter()

Anonymous = Annotated[str, Query(max_length=10)]
FILES = [("Workbook (XLSX)", XLSX), ("PDF", PDF), ("JSON", JSON)]


def report_for(
    request: Request, session: Session, me: Viewer, number: int, *, is_anonymous: bool
) -> tuple[StoredTender, reports.EvaluationReport]:
    """A tender of the reader with its report; sealed before the bids are opened."""
    tender = tender_for(session, me, number)
    report = reports.report_of(
        session,
        number,
        settings_words=lambda settled: [(fact.label, fact.text) for fact in settings_facts(settled)],
        is_anonymous=is_anonymous,
        **scoring(request, me),
    )
    return tender, report


@router.get("/tenders/{tender:int}/report")
def report(request: Request, session: Reading, me: Signed, tender: TenderNumber, anonymous: Anonymous = "") -> Response:
    """The report to read and to print."""
    found, made = report_for(request, session, me, tender, is_anonymous=anonymous == "yes")
    query = "anonymous=yes" if made.is_anonymous else ""
    files = downloads(f"/tenders/{tender}/report/download", FILES, query=query)
    return render(request, "tenders/report.html", report_page(found, made, roles=me.session.roles, files=files))


@router.get("/tenders/{tender:int}/report/download.{kind}")
def report_download(
    *, request: Request, session: Reading, me: Signed, tender: TenderNumber, kind: str, anonymous: Anonymous = ""
) -> Response:
    """The report as a file."""
    writers = {XLSX: reports.report_xlsx, PDF: reports.report_pdf, JSON: reports.report_json}
    found, made = report_for(request, session, me, tender, is_anonymous=anonymous == "yes")
    if kind not in writers:
        raise NotFoundError(what="download", name=kind, do="Choose one of the files that the page offers.")
    name = f"evaluation-{found.reference}{'-anonymised' if made.is_anonymous else ''}"
    return attachment(writers[kind](made), kind=kind, name=name, title=made.title)
