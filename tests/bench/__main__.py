"""Speed as ratios to stated floors, measured side by side in one run.

A floor is the least work that any program would have to do for the same job. Medians of several rounds, the two in
turn, so that a machine that gets slower does so for both.
"""

import asyncio
import sys
import tempfile
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType

import yaml
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Route

from svtracker.audit.rules.events import SYSTEM
from svtracker.frameworks import service as frameworks
from svtracker.frameworks.folder import find_in_folder
from svtracker.frameworks.loader import load_version
from svtracker.frameworks.rules.values import Kind, ListName, Version
from svtracker.registers.loader import load_reference
from svtracker.settings import Settings
from svtracker.storage import migrations
from svtracker.storage.engines import Database
from svtracker.tenders.rules import result as rules
from svtracker.tenders.rules.values import (
    Bid,
    BidStatus,
    Commitment,
    Denominator,
    Method,
    Outcome,
    Question,
    Scoring,
    Tender,
)
from svtracker.tenders.rules.warnings import Limits
from svtracker.web.app import create_app
from svtracker.web.pages.frame import Page, Renderer
from tests.bench import portfolio, tenders, walls
from tests.bench.measure import Requests, Timed, in_turn, page_bench, say


def tender_of(version: Version, *, bids: int) -> Tender:
    """A tender with weights applied over the main list's 34 measures, relative: every test of RULES 4.6 applies."""
    main = [m for m in version.measures.values() if ListName.MAIN in m.lists and m.kind is not Kind.NARRATIVE]
    refs = [measure.ref for measure in main]
    return Tender(
        id="BENCH",
        title="Bench",
        framework=version.name,
        list=ListName.MAIN,
        record_only=False,
        contract_value=Decimal(5_000_000),
        value_basis=MappingProxyType({}),
        denominator=Denominator.CONTRACT_VALUE,
        duration_months=36,
        category=None,
        area=None,
        opened=date(2026, 6, 1),
        outcome=Outcome(),
        invented=True,
        leave_out=(),
        mandatory=(),
        measure_weights=MappingProxyType({ref: Decimal("1.25") for ref in refs[:10]}),
        weights_applied=True,
        scoring=Scoring(method=Method.RELATIVE, quantitative=Decimal(10), qualitative=Decimal(10)),
        questions=(Question(id="answer", title="Answer", weight=Decimal(10)),),
        questions_named=False,
        qualitative_scale=5,
        price_weight=Decimal(40),
        other_marks=("quality",),
        bids=tuple(
            Bid(
                bidder=f"Bidder {number}",
                status=BidStatus.ASSESSED,
                price=Decimal(4_500_000 + number * 1_009 % 700_001),
                qualitative=MappingProxyType({"answer": Decimal(number % 6)}),
                other_marks=MappingProxyType({"quality": Decimal(20 + number * 7 % 20)}),
                commitments=tuple(
                    Commitment(measure=ref, offered=quantity, accepted=quantity)
                    for place, ref in enumerate(refs)
                    for quantity in [Decimal(100 + (number * 31 + place * 17) % 97)]
                ),
            )
            for number in range(bids)
        ),
        digest="b" * 64,
    )


def bare_sums(tender: Tender, version: Version) -> list[Decimal]:
    """The floor of a score: every line multiplied, every bid summed, nothing else."""
    values = {ref: measure.unit_value or Decimal(0) for ref, measure in version.measures.items()}
    return [
        sum((values[line.measure] * (line.accepted or Decimal(0)) for line in bid.commitments), Decimal(0))
        for bid in tender.bids
    ]


def score_bench(version: Version, *, bids: int, times: int) -> Timed:
    """A whole score against the bare sums of the same bids."""
    tender = tender_of(version, bids=bids)
    limits = Limits(full_time_wage=Decimal(24_000))
    return in_turn(
        lambda: rules.score(tender, version=version, limits=limits), lambda: bare_sums(tender, version), times=times
    )


def ready_app(renderer: Renderer, template: str, page: Page) -> Starlette:
    """The floor of a page: its template with data that is there already."""

    async def ready(request: Request) -> HTMLResponse:
        return renderer.page(request, template, page)

    return Starlette(routes=[Route("/ready", ready)])


def main(argv: Sequence[str]) -> int:
    """Run everything and print one line each."""
    settings = Settings()
    reference = load_reference(settings.reference_dir)
    file = settings.frameworks_dir / "open-toms" / "2026.1.yaml"
    version = find_in_folder(settings.frameworks_dir, set_id="open-toms", version="2026.1", indices=reference.indices)
    if version is None:
        print(f"There is no {file}.")
        return 2
    print("what                                             ours ms   floor ms   ratio   goal")
    say("score 8 bids x 34 lines, all tests (bare sums)", score_bench(version, bids=8, times=40), "under 5 ms")
    say("score 1,000 bids x 34 lines (bare sums)", score_bench(version, bids=1_000, times=1), "")
    data = file.read_bytes()
    loading = in_turn(
        lambda: load_version(name=file.name, data=data, indices=reference.indices),
        lambda: yaml.load(data, Loader=yaml.CSafeLoader),
        times=5,
    )
    say("load and check a version (parse its YAML)", loading, "")
    with tempfile.TemporaryDirectory() as folder:
        _pages(settings, Path(folder))
        tenders.run(settings, Path(folder), say)
        portfolio.run(Path(folder), say)
        walls.run(settings, Path(folder), say)
    return 0


def _pages(settings: Settings, folder: Path) -> None:
    settings = settings.model_copy(update={"database_url": f"sqlite:///{folder / 'bench.db'}", "demo": True})
    migrations.upgrade(settings.database_url)
    database = Database(settings.database_url)
    with database.writing() as session:
        indices = load_reference(settings.reference_dir).indices
        frameworks.load_folder(session, settings.frameworks_dir, indices=indices, actor=SYSTEM)
    database.dispose()
    app = create_app(settings)
    kept: list[tuple[str, Page]] = []
    plain = Renderer.page

    def keeping(self: Renderer, request: Request, template: str, page: Page, **options: int) -> HTMLResponse:
        kept.append((template, page))
        return plain(self, request, template, page, **options)

    async def run() -> None:
        for name, path in (
            ("version page", "/frameworks/open-toms/2026.1"),
            ("measure page", "/frameworks/open-toms/2026.1/measures/J1"),
            ("evaluation page", "/score/example"),
        ):
            Renderer.page = keeping  # type: ignore[method-assign]
            await Requests(app, path).once()
            Renderer.page = plain  # type: ignore[method-assign]
            template, page = kept[-1]
            floor = Requests(ready_app(app.state.renderer, template, page), "/ready")
            timed = await page_bench(Requests(app, path), floor, times=40)
            say(f"{name} (same template, ready data)", timed, "at most 2.0")

    asyncio.run(run())
    app.state.database.dispose()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
