"""What the portfolio of 10,000 tenders costs, against its bare SQL."""

import json
import sqlite3
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from sqlalchemy import insert
from sqlalchemy.dialects import sqlite

from svtracker.audit.rules.events import SYSTEM
from svtracker.registers import service as registers
from svtracker.storage import migrations
from svtracker.storage.engines import Database
from svtracker.tenders.rules.portfolio import Choice
from svtracker.tenders.rules.stages import Stage
from svtracker.tenders.rules.values import OutcomeStatus
from svtracker.tenders.service import standing
from svtracker.tenders.store.portfolio import statement
from svtracker.tenders.tables import StandingRow, TenderRow
from tests.bench.measure import Say, in_turn

TENDERS = 10_000
BEGUN = datetime(2016, 1, 4, 12, tzinfo=UTC)


def run(folder: Path, say: Say) -> None:
    """One line: the portfolio as the page gets it, and the same statement by the database's own driver."""
    file = folder / "portfolio.db"
    migrations.upgrade(f"sqlite:///{file}")
    database = Database(f"sqlite:///{file}")
    number = fill(database)
    choice = Choice(decided_only=False)
    bare = statement(choice, organisation_id=number).compile(
        dialect=sqlite.dialect(), compile_kwargs={"literal_binds": True}
    )
    connection = sqlite3.connect(file)

    def ours() -> object:
        with database.reading() as session:
            return standing.portfolio(session, choice, organisation_id=number)

    def floor() -> object:
        return connection.execute(str(bare)).fetchall()

    if len(connection.execute(str(bare)).fetchall()) != TENDERS:
        raise RuntimeError("the statement does not find every tender")
    say(f"portfolio of {TENDERS:,} tenders (bare SQL)", in_turn(ours, floor, times=1), "")
    connection.close()
    database.dispose()


def fill(database: Database) -> int:
    """An organisation with that many tenders, each opened, nearly all decided."""
    with database.writing() as session:
        council = registers.add_organisation(
            session, slug="many", name="Many", short_name="Many", is_demo=False, actor=SYSTEM
        )
        tenders = [_tender(place, council.id) for place in range(TENDERS)]
        session.execute(insert(TenderRow), tenders)
        session.execute(insert(StandingRow), [_standing(one) for one in tenders])
    return council.id


def _tender(place: int, organisation_id: int) -> dict[str, object]:
    outcome = (OutcomeStatus.OPEN, OutcomeStatus.ABANDONED, *[OutcomeStatus.AWARDED] * 18)[place % 20]
    opened = BEGUN + timedelta(hours=place * 9)
    return {
        "id": place + 1,
        "organisation_id": organisation_id,
        "reference": f"T-{place:05}",
        "title": f"Works and services number {place}",
        "stage": Stage.OPENED if outcome is OutcomeStatus.OPEN else Stage.DECIDED,
        "outcome": outcome,
        "parent_id": None,
        "lot": None,
        "is_training": False,
        "is_invented": True,
        "ocid": None,
        "category": f"{45 + place % 20}000000",
        "directorate": f"Directorate {place % 7}",
        "framework": "open-toms@2021.1",
        "measure_list": "main",
        "contract_value": Decimal(100_000 + place * 137),
        "settings": json.dumps({"tender": {"title": "x" * 2_000}}),
        "note": "{}",
        "closes_at": opened,
        "created_at": opened,
        "published_at": opened,
        "opened_at": opened,
        "decided_at": None if outcome is OutcomeStatus.OPEN else opened + timedelta(days=60),
        "version": 1,
    }


def _standing(tender: dict[str, object]) -> dict[str, object]:
    number = int(str(tender["id"]))
    won = tender["outcome"] is OutcomeStatus.AWARDED
    percent = Decimal(number % 400) / 10
    return {
        "tender_id": number,
        "organisation_id": tender["organisation_id"],
        "method": "target",
        "denominator": "contract_value",
        "bids": 2 + number % 5,
        "lowest": percent / 4,
        "highest": percent + 3,
        "winners": f"{percent:f} Bidder {number}" if won else "",
        "winner_value": Decimal(number * 100) if won else None,
    }
