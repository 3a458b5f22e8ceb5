"""What bids promise: kept with every step, a tender and its lots never added, training left out (RULES 3.9)."""

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import event, text

from svtracker.storage.engines import Database
from svtracker.tenders.rules.portfolio import Choice, Counts, PortfolioRow, Standing, Winner, portfolio_of
from svtracker.tenders.rules.values import BidStatus, Denominator, Method, OutcomeStatus
from svtracker.tenders.service import evaluation, results, setup, standing
from tests.tenders import stored
from tests.tenders.stored import Council

EVERYTHING = Choice(decided_only=False)


@pytest.fixture
def here(database: Database) -> Council:
    return stored.council(database)


@pytest.fixture
def here_on_sqlite(sqlite_url: str) -> Iterator[Council]:
    database = Database(sqlite_url)
    yield stored.council(database)
    database.dispose()


def row(number: int, *, value: str, won: str = "", **changes: Any) -> PortfolioRow:
    """A tender of that value in £ with a winner of that %."""
    percent = Decimal(won) if won else None
    values: dict[str, Any] = {
        "tender_id": number,
        "reference": f"R-{number}",
        "title": f"Tender {number}",
        "lot": None,
        "has_lots": False,
        "is_invented": False,
        "category": None,
        "directorate": None,
        "framework": None,
        "contract_value": Decimal(value),
        "status": OutcomeStatus.AWARDED if won else OutcomeStatus.ABANDONED,
        "opened_at": datetime(2021, 3, number, tzinfo=UTC),
        "decided_at": None,
        "standing": Standing(
            method=Method.TARGET,
            denominator=Denominator.CONTRACT_VALUE,
            bids=2,
            lowest=Decimal(1),
            highest=Decimal(30),
            winners=() if percent is None else (Winner(bidder="A", percent=percent),),
            winner_value=None if percent is None else Decimal(value) * percent / 100,
        ),
    }
    return PortfolioRow(**{**values, **changes})


def award(here: Council, number: int, *bidders: str, reason: str = "") -> None:
    with here.database.writing() as session:
        results.award(
            session,
            number,
            bidders=bidders,
            reason=reason,
            minimum_wage=None,
            version=here.tender(number).version,
            **here.by("officer"),
        )


def found(here: Council, choice: Choice = EVERYTHING) -> tuple[PortfolioRow, ...]:
    with here.database.reading() as session:
        return standing.portfolio(session, choice, organisation_id=here.id).rows


def test_all_awards_in_one_figure_are_weighted_by_contract_value_and_in_the_mean() -> None:
    made = portfolio_of([row(1, value="1000000", won="20"), row(2, value="100000", won="10"), row(3, value="500000")])
    assert (made.awards, made.abandoned, made.in_evaluation, made.more_offered) == (2, 1, 0, 2)
    assert round(float(made.weighted or 0), 2) == 19.09
    assert (made.mean, made.middle) == (15, 15)
    assert [one.tender_id for one in made.rows] == [1, 2, 3]


def test_a_tender_and_its_lots_are_never_added() -> None:
    whole = row(1, value="1000000", won="50", has_lots=True)
    lots = [row(2, value="600000", won="10", lot="1"), row(3, value="400000", won="20", lot="2")]
    made = portfolio_of([whole, *lots])
    assert (made.awards, made.contract_value, made.winner_value) == (2, 1_000_000, 140_000)
    assert whole.counts is Counts.HAS_LOTS
    assert len(made.rows) == 3


def test_a_tender_without_an_award_enters_no_figure() -> None:
    made = portfolio_of([row(1, value="1000000")])
    assert (made.weighted, made.mean, made.middle, made.lowest, made.awards) == (None, None, None, None, 0)


def test_the_worked_example_stands_with_its_range_and_its_winner(here: Council) -> None:
    tender = stored.evaluated(here)
    (before,) = found(here)
    assert (before.status, before.standing.bids, before.standing.winners) == (OutcomeStatus.OPEN, 4, ())
    assert [round(one, 2) for one in (before.standing.lowest, before.standing.highest) if one is not None] == [
        Decimal("0.00"),
        Decimal("20.99"),
    ]
    assert found(here, Choice()) == ()
    award(here, tender.id, "B")
    (after,) = found(here, Choice())
    assert after.winner_percent is not None
    assert round(after.winner_percent, 2) == Decimal("18.49")
    assert after.standing.winner_value == Decimal("138691.415")
    assert after.more_was_offered
    with here.database.reading() as session:
        assert results.check_tenders(session, organisation_id=here.id) == ()


def test_every_line_and_status_that_changes_moves_it(here: Council) -> None:
    tender = stored.opened(here)
    ids = stored.bid_ids(here, tender)

    def highest() -> Decimal:
        (one,) = found(here)
        assert one.standing.highest is not None
        return round(one.standing.highest, 2)

    assert highest() == Decimal("20.99")
    with here.database.writing() as session:
        evaluation.accept_line(
            session, tender.id, bid_id=ids["A"], measure="X1", accepted="0", reason="No plan.", **here.by("lead")
        )
    assert highest() == Decimal("18.49")
    with here.database.writing() as session:
        excluded = BidStatus.EXCLUDED
        evaluation.change_status(
            session, tender.id, bid_id=ids["B"], status=excluded, reason="Late accounts.", **here.by("lead")
        )
    assert highest() == Decimal("6.76")


def test_an_award_to_several_counts_with_their_mean(here: Council) -> None:
    tender = stored.evaluated(here)
    award(here, tender.id, "B", "A", reason="Both.")
    (one,) = found(here)
    assert [winner.bidder for winner in one.standing.winners] == ["B", "A"]
    assert one.winner_percent is not None
    assert round(one.winner_percent, 2) == Decimal("19.74")
    assert not one.more_was_offered


def test_training_is_left_out_and_a_lot_is_found_by_its_tender(here: Council) -> None:
    whole = stored.opened(here)
    with here.database.writing() as session:
        common = {"title": "Lot of it", "settings": stored.worked_settings(), "closes_at": stored.CLOSES}
        setup.create_tender(session, reference="LOT-1", parent=whole, lot="1", **common, **here.by("officer"))
    (one,) = found(here)
    assert one.has_lots
    with here.database.writing() as session:
        session.execute(text("UPDATE tender SET is_training = :yes"), {"yes": True})
    assert found(here) == ()


@pytest.mark.parametrize(
    ("choice", "fits"),
    [
        ({"first_year": 2026}, True),
        ({"first_year": 2027}, False),
        ({"last_year": 2025}, False),
        ({"first_year": 2026, "last_year": 2026}, True),
        ({"category": "45"}, True),
        ({"category": "45000000"}, True),
        ({"category": "4_"}, False),
        ({"directorate": "Places"}, True),
        ({"directorate": "places"}, False),
        ({"status": OutcomeStatus.OPEN}, True),
        ({"status": OutcomeStatus.AWARDED}, False),
        ({"decided_only": True}, False),
    ],
)
def test_each_condition_is_kept(here: Council, choice: dict[str, Any], fits: bool) -> None:
    stored.opened(here, category="45000000")
    with here.database.writing() as session:
        session.execute(text("UPDATE tender SET directorate = 'Places'"))
    assert bool(found(here, Choice(**{"decided_only": False, **choice}))) is fits


def test_another_organisation_sees_nothing_of_it(here: Council) -> None:
    stored.opened(here)
    other = stored.council(here.database, slug="south-vale")
    assert found(other) == ()
    with here.database.reading() as session:
        own = standing.list_choices(session, decided_only=False, organisation_id=here.id)
        foreign = standing.list_choices(session, decided_only=False, organisation_id=other.id)
    assert own.years == (2026,)
    assert (foreign.years, foreign.categories, foreign.directorates) == ((), (), ())


def test_a_row_that_was_changed_behind_the_record_is_named(here_on_sqlite: Council) -> None:
    here = here_on_sqlite
    award(here, stored.evaluated(here).id, "B")
    with here.database.writing() as session:
        session.execute(text("UPDATE tender_standing SET highest = '99'"))
    with here.database.reading() as session:
        (problem,) = results.check_tenders(session, organisation_id=here.id)
    assert "a row of the portfolio" in str(problem)


def test_it_is_read_in_one_statement(here_on_sqlite: Council) -> None:
    stored.opened(here_on_sqlite)
    asked: list[str] = []
    with here_on_sqlite.database.reading() as session:
        engine = session.get_bind()
        event.listen(engine, "before_cursor_execute", lambda *of: asked.append(of[2]))
        standing.portfolio(session, EVERYTHING, organisation_id=here_on_sqlite.id)
    assert len([one for one in asked if one.startswith("SELECT")]) == 1
    assert "settings" not in asked[0]
