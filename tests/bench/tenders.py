"""What a tender with 60 bids over 55 measures costs: its page, its workbooks, one changed quantity, its firmness."""

import asyncio
import sqlite3
from contextlib import suppress
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Route

from svtracker.audit.rules.events import SYSTEM
from svtracker.files.workbook_reader import read_workbook
from svtracker.frameworks import service as frameworks
from svtracker.identity import service as identity
from svtracker.identity.rules.roles import Role
from svtracker.identity.rules.sessions import How
from svtracker.registers import service as registers
from svtracker.registers.loader import load_reference
from svtracker.settings import Settings
from svtracker.storage import migrations
from svtracker.storage.engines import Database
from svtracker.tenders.rules.result import Result
from svtracker.tenders.rules.scoring import Entry
from svtracker.tenders.rules.stability import SAMPLES, stability
from svtracker.tenders.rules.valuing import Valuation
from svtracker.tenders.service import bids, evaluation, results, setup, workbooks
from svtracker.tenders.workbook.layout import layout_of
from svtracker.tenders.workbook.values import BidContent, Bidder, WorkbookBrief
from svtracker.tenders.workbook.writing import bid_workbook
from svtracker.web.app import create_app
from svtracker.web.cookies import PLAIN
from svtracker.web.pages.frame import Page, Renderer
from tests.bench.large import before_closing, commitment_of, large_tender, published
from tests.bench.measure import Requests, Say, in_turn, page_bench

BIDS = 60


class _NothingKeptError(Exception):
    """Ends a transaction of which nothing is kept, so that every go does the same."""


def run(settings: Settings, folder: Path, say: Say) -> None:
    """One line for each."""
    file = folder / "tenders.db"
    url = f"sqlite:///{file}"
    migrations.upgrade(url)
    database = Database(url)
    council, person, token = _council(database, settings)
    with database.writing() as session:
        number = large_tender(session, council, person, count=BIDS)
    settings = settings.model_copy(update={"database_url": url, "demo": False})
    asyncio.run(_page(settings, f"/tenders/{number}/evaluation", f"{PLAIN}={token}", say))
    _changed_quantity(database, file, council, number, say)
    _firmness(database, council, number, say)
    _workbooks(database, council, say)
    database.dispose()


def _council(database: Database, settings: Settings) -> tuple[int, int, str]:
    with database.writing() as session:
        indices = load_reference(settings.reference_dir).indices
        frameworks.load_folder(session, settings.frameworks_dir, indices=indices, actor=SYSTEM)
        council = registers.add_organisation(
            session, slug="large", name="Large", short_name="Large", is_demo=False, actor=SYSTEM
        )
        person = identity.add_user(
            session,
            organisation_id=council.id,
            name="Wren Alder",
            email="wren.alder@large.example",
            roles=[Role.PROCUREMENT_OFFICER],
            actor=SYSTEM,
        )
        opened = identity.open_session(
            session, person_id=person.person_id, organisation_id=council.id, how=How.PASSWORD, user_agent=""
        )
    return council.id, person.person_id, opened.token


async def _page(settings: Settings, path: str, cookie: str, say: Say) -> None:
    app = create_app(settings)
    kept: list[tuple[str, Page]] = []
    plain = Renderer.page

    def keeping(self: Renderer, request: Request, template: str, page: Page, **options: int) -> HTMLResponse:
        kept.append((template, page))
        return plain(self, request, template, page, **options)

    Renderer.page = keeping  # type: ignore[method-assign]
    asked = Requests(app, path, cookie=cookie)
    await asked.once()
    Renderer.page = plain  # type: ignore[method-assign]
    template, page = kept[-1]

    async def ready(request: Request) -> HTMLResponse:
        made: HTMLResponse = app.state.renderer.page(request, template, page)
        return made

    floor = Requests(Starlette(routes=[Route("/ready", ready)]), "/ready")
    say(f"compare page {BIDS} x 55 (same template, ready data)", await page_bench(asked, floor, times=1), "")
    app.state.database.dispose()


def _scored(database: Database, council: int, number: int) -> Result:
    with database.reading() as session:
        return results.score_tender(session, number, organisation_id=council, minimum_wage=None).result


def _changed_quantity(database: Database, file: Path, council: int, number: int, say: Say) -> None:
    """Another quantity is accepted and every mark worked out anew; the floor reads and multiplies the same lines."""
    with database.reading() as session:
        bid = bids.list_bids(session, number, organisation_id=council)[0]
    line = next(one for one in bid.lines if one.offered)
    own: dict[str, Any] = {"organisation_id": council, "actor": SYSTEM}
    unit_values = {ref: one.unit_value for ref, one in _scored(database, council, number).version.measures.items()}
    connection = sqlite3.connect(file)

    def ours() -> None:
        with suppress(_NothingKeptError), database.writing() as session:
            evaluation.accept_line(
                session, number, bid_id=bid.id, measure=line.measure, accepted="0.5", reason="Less.", **own
            )
            results.score_tender(session, number, organisation_id=council, minimum_wage=None)
            raise _NothingKeptError

    def floor() -> dict[int, Decimal]:
        sums: dict[int, Decimal] = {}
        rows = connection.execute(
            "SELECT bid_id, measure, offered FROM commitment WHERE bid_id IN (SELECT id FROM bid WHERE tender_id = ?)",
            (number,),
        )
        for bid_id, measure, offered in rows:
            sums[bid_id] = sums.get(bid_id, Decimal(0)) + (unit_values[measure] or 0) * Decimal(offered or 0) / 10_000
        return sums

    say("marks after one changed quantity (bare SQL, sums)", in_turn(ours, floor, times=1), "")
    connection.close()


def _firmness(database: Database, council: int, number: int, say: Say) -> None:
    """10,000 draws of the measures' weights; the floor draws as many and multiplies them with the same values."""
    result = _scored(database, council, number)
    entries = {entry.bidder: entry for entry in result.standing.entries}
    judged: list[tuple[Valuation, Entry]] = [(bid.valuation, entries[bid.bidder]) for bid in result.bids]
    measures = sorted({line.measure for valuation, _ in judged for line in valuation.lines if line.value})
    values = np.array(
        [
            [float(next((one.value for one in v.lines if one.measure == measure), 0)) for measure in measures]
            for v, _ in judged
        ]
    )

    def floor() -> object:
        return (values @ np.random.default_rng(1).random((len(measures), SAMPLES))).max(axis=0)

    timed = in_turn(lambda: stability(judged, tender=result.tender), floor, times=3)
    say(f"stability of {BIDS} bids, {SAMPLES:,} draws (bare product)", timed, "")


def _workbooks(database: Database, council: int, say: Say) -> None:
    """A set of workbooks checked and taken in; the floor reads the same files, in its own process as ours do."""
    with database.writing() as session:
        number = published(session, reference="BOOKS", title="Workbooks", organisation_id=council, actor=SYSTEM)
        tender = setup.get_tender(session, number, organisation_id=council)
        brief = workbooks.brief_of(session, tender, organisation="Large")
    files = [(f"bid-{place}.xlsx", bid_workbook(brief, filled=_filled(brief, place))) for place in range(BIDS)]

    def ours() -> None:
        with suppress(_NothingKeptError), database.writing() as session:
            own = {"organisation_id": council}
            found, problems, _ = workbooks.check_files(session, number, files, organisation="Large", **own)
            if problems or len(found) != BIDS:
                raise RuntimeError(f"a workbook was refused: {problems[:1]}")
            workbooks.take_in(session, number, found, actor=SYSTEM, clock=before_closing, **own)
            raise _NothingKeptError

    def floor() -> None:
        for name, data in files:
            if read_workbook(name=name, data=data)[0] is None:
                raise RuntimeError(f"{name} cannot be read")

    say(f"{BIDS} workbooks taken in (bare reader)", in_turn(ours, floor, times=1, rounds=3), "")


def _filled(brief: WorkbookBrief, place: int) -> BidContent:
    commitments = [
        commitment_of(line.measure.ref, line.measure.kind, (place * 31 + at * 17) % 97)
        for at, line in enumerate(layout_of(brief).lines)
    ]
    firm = Bidder(
        name=f"Firm {place}", postcode="HD1 2TT", contact="Contracts desk", email=f"bids@firm-{place}.example"
    )
    return BidContent(
        bidder=firm,
        price=Decimal(16_500_000 + place),
        confirmed=True,
        answers={"answer": "We name a lead, recruit nearby and report each quarter."},
        commitments=tuple(replace(one, statement="By our own people.", detailed=True) for one in commitments),
    )
