"""Help, and the pages that the law asks for."""

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse

from svtracker.web.pages.frame import render
from svtracker.web.pages.help import HELP_PAGES, access_page, glossary_page

router = APIRouter()


@router.get("/help/glossary")
def glossary(request: Request) -> HTMLResponse:
    """The words of this service."""
    return render(request, "help/glossary.html", glossary_page())


@router.get("/access")
def access(request: Request) -> HTMLResponse:
    """Who may use which page."""
    return render(request, "help/access.html", access_page())


@router.get("/help")
@router.get("/help/scoring")
@router.get("/help/measures")
@router.get("/help/data")
@router.get("/accessibility")
@router.get("/privacy")
def page(request: Request) -> HTMLResponse:
    """A page of help."""
    template, context = HELP_PAGES[request.url.path]
    return render(request, template, context)
