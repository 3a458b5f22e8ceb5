"""The first page, and the health of the service."""

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, JSONResponse

from svtracker import __version__
from svtracker.web.dependencies import Scoring, Shelved
from svtracker.web.pages.frame import render
from svtracker.web.pages.home import home_page

router = APIRouter()


@router.get("/")
def home(request: Request, scorer: Scoring, shelf: Shelved) -> HTMLResponse:
    """What can be done here."""
    return render(request, "home/index.html", home_page(scorer.versions(), shelf.all()))


@router.get("/health")
def health(scorer: Scoring) -> JSONResponse:
    """Whether the service answers and its database can be read; for the one who runs it."""
    return JSONResponse({"status": "ok", "version": __version__, "measure_set_versions": len(scorer.loaded)})
