"""The web application, put together."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import Depends, FastAPI, Request
from starlette.middleware import Middleware
from starlette.responses import HTMLResponse
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from svtracker import __version__
from svtracker.identity.provider import ProviderClient
from svtracker.kernel.clock import Clock, system_clock
from svtracker.registers.loader import load_reference
from svtracker.settings import Settings
from svtracker.storage.engines import Database
from svtracker.web import errors
from svtracker.web.api import audit as audit_api
from svtracker.web.api import contracts as contracts_api
from svtracker.web.api import frameworks as frameworks_api
from svtracker.web.api import identity as identity_api
from svtracker.web.api import invitations as invitations_api
from svtracker.web.api import policy_rules as policy_rules_api
from svtracker.web.api import tender_decision as tender_decision_api
from svtracker.web.api import tender_marks as tender_marks_api
from svtracker.web.api import tender_portfolio as tender_portfolio_api
from svtracker.web.api import tender_report as tender_report_api
from svtracker.web.api import tender_setup as tender_setup_api
from svtracker.web.api import tenders as tenders_api
from svtracker.web.caching import Kept
from svtracker.web.chores import Chores
from svtracker.web.guard import guard
from svtracker.web.house import house_of
from svtracker.web.logs import RequestLog
from svtracker.web.pages.api import api_page
from svtracker.web.pages.frame import Renderer, render
from svtracker.web.routes import audit as audit_pages
from svtracker.web.routes import bidding as bidding_pages
from svtracker.web.routes import (
    contracts,
    desk,
    frameworks_upload,
    home,
    organisation,
    passwords,
    people,
    policy_rules,
    sign_in,
    tender_bids,
    tender_decision,
    tender_note,
    tender_portfolio,
    tender_report,
    tender_setup,
)
from svtracker.web.routes import contracts_import as contracts_import_pages
from svtracker.web.routes import frameworks as frameworks_pages
from svtracker.web.routes import help as help_pages
from svtracker.web.routes import invitations as invitation_pages
from svtracker.web.routes import provider as provider_pages
from svtracker.web.routes import tender_marks as tender_marks_pages
from svtracker.web.routes import tenders as tenders_pages
from svtracker.web.routes import tenders_import as import_pages
from svtracker.web.security import BodyLimit, HeadAsGet, OwnOriginOnly, SecurityHeaders

A_YEAR = 365 * 24 * 3600
# A form carries the file and its names; what is above the file's own limit is for those.
FORM_ROOM = 64 * 1024


class VersionedFiles(StaticFiles):
    """Static files; their address changes with their content, so browsers keep them for a year."""

    async def get_response(self, path: str, scope: Scope) -> Any:
        """The file, kept by the browser where its address names its content."""
        response = await super().get_response(path, scope)
        kept = f"public, max-age={A_YEAR}, immutable" if b"v=" in scope["query_string"] else "public, max-age=300"
        response.headers["Cache-Control"] = kept
        return response


def create_app(settings: Settings, *, clock: Clock = system_clock) -> FastAPI:
    """The application for these settings; the database must be migrated and the measure sets loaded."""

    @asynccontextmanager
    async def lifespan(running: FastAPI) -> AsyncIterator[None]:
        chores = Chores(settings, running.state.database, clock=clock)
        chores.start()
        yield
        chores.stop()
        running.state.database.dispose()

    provider = settings.provider
    app = FastAPI(
        title="svtracker",
        version=__version__,
        summary="Measure sets and scored tenders as open data.",
        openapi_url="/api/openapi.json",
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
        dependencies=[Depends(guard)],
        middleware=[
            Middleware(RequestLog),
            Middleware(SecurityHeaders),
            Middleware(OwnOriginOnly),
            Middleware(
                BodyLimit,
                limit_of=lambda path: errors.largest_body(settings, path) + FORM_ROOM,
                refusal=errors.too_large,
            ),
            Middleware(HeadAsGet),
        ],
    )
    database = Database(settings.database_url)
    with database.reading() as session:
        house = house_of(session, settings)
    app.state.settings = settings
    app.state.clock = clock
    app.state.provider = ProviderClient(provider) if provider else None
    app.state.database = database
    app.state.reference = load_reference(settings.reference_dir)
    app.state.scored = {}
    app.state.kept = Kept()
    app.state.renderer = Renderer(settings, house=house)
    errors.install(app)
    for pages in (
        home,
        frameworks_upload,  # before the pages of sets, whose names stand in the same place
        frameworks_pages,
        contracts,
        desk,
        tender_marks_pages,
        tender_bids,
        contracts_import_pages,
        import_pages,  # before the tenders, one of which could be called “import”
        tender_setup,
        tender_decision,
        tender_note,
        policy_rules,
        tender_report,
        tender_portfolio,
        tenders_pages,
        help_pages,
        sign_in,
        passwords,
        provider_pages,
        people,
        organisation,
        audit_pages,
        bidding_pages,
        invitation_pages,
    ):
        app.include_router(pages.router, include_in_schema=False)
    for twins in (
        frameworks_api,
        contracts_api,
        tender_decision_api,
        identity_api,
        audit_api,
        policy_rules_api,
        tender_setup_api,
        tender_marks_api,
        tender_report_api,
        tender_portfolio_api,
        invitations_api,
        tenders_api,
    ):
        app.include_router(twins.router)

    @app.get("/api/docs", include_in_schema=False)
    def api_docs(request: Request) -> HTMLResponse:
        """What other programs can ask for, as a page without scripts."""
        return render(request, "help/api.html", api_page(app.openapi()))

    app.mount("/static", VersionedFiles(directory=settings.static_dir), name="static")
    return app
