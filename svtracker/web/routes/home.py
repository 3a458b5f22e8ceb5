"""The first page, and the health of the service."""

import logging
from http import HTTPStatus

from fastapi import APIRouter, Request
from sqlalchemy.exc import SQLAlchemyError
from starlette.responses import HTMLResponse, JSONResponse

from svtracker import __version__
from svtracker.frameworks import service as frameworks
from svtracker.kernel.exceptions import (
    DatabaseBusyError,
    DatabaseNotReadyError,
    DatabaseUnavailableError,
    SvtrackerError,
)
from svtracker.web.dependencies import Reading, Scoring, Shelved
from svtracker.web.first_pages import today_of
from svtracker.web.guard import viewer_of
from svtracker.web.pages.frame import render
from svtracker.web.pages.home import home_page

log = logging.getLogger(__name__)

router = APIRouter()


@router.get("/")
def home(request: Request, session: Reading, scorer: Scoring, shelf: Shelved) -> HTMLResponse:
    """What can be done here, and what needs whoever is signed in today."""
    tenders = shelf.all()
    today = today_of(viewer_of(request), session, tenders=len(tenders), day=request.app.state.clock().date())
    return render(request, "home/index.html", home_page(scorer.versions(), tenders, today=today))


@router.get("/health")
def health(request: Request) -> JSONResponse:
    """Whether the service answers and its database can be read; for the one who runs it."""
    answer: dict[str, object] = {"status": "ok", "version": __version__}
    try:
        with request.app.state.database.reading() as session:
            answer["measure_set_versions"] = len(frameworks.list_versions(session))
    except (SvtrackerError, SQLAlchemyError) as error:
        log.exception("the database cannot be read")
        answer.update(status="unavailable", why=_why(error))
        return JSONResponse(answer, status_code=HTTPStatus.SERVICE_UNAVAILABLE)
    return JSONResponse(answer)


def _why(error: Exception) -> str:
    # Everybody may ask, so where the database is stays out of the answer.
    match error:
        case DatabaseNotReadyError():
            return "The database does not exist or lacks a table. Run “svtracker db upgrade”."
        case DatabaseUnavailableError():
            return "The database cannot be opened or reached. Check that it runs, and SVTRACKER_DATABASE_URL."
        case DatabaseBusyError():
            return "The database did not answer in time."
        case _:
            return "The database answered with an error. Run “svtracker db check”."
