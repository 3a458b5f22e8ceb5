"""What the bids of tenders promise, to chart by: one row a tender, so that ten thousand are read in one statement."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Select, delete, exists, extract, func, insert, select
from sqlalchemy.orm import Session, aliased
from sqlmodel import col

from svtracker.tenders.rules.portfolio import Choice, Choices, PortfolioRow, Standing, Winner
from svtracker.tenders.rules.stages import Stage
from svtracker.tenders.rules.values import Denominator, Method, OutcomeStatus
from svtracker.tenders.tables import StandingRow, TenderRow


def put_standing(session: Session, standing: Standing, *, tender_id: int, organisation_id: int) -> None:
    """Writes what the bids of a tender promise now, in place of what stood there."""
    drop_standing(session, tender_id=tender_id, organisation_id=organisation_id)
    session.execute(
        insert(StandingRow).values(
            tender_id=tender_id,
            organisation_id=organisation_id,
            method=standing.method,
            denominator=standing.denominator,
            bids=standing.bids,
            lowest=standing.lowest,
            highest=standing.highest,
            # A bidder's name has no line break: blanks are made single when a bid comes in.
            winners="\n".join(f"{one.percent:f} {one.bidder}" for one in standing.winners),
            winner_value=standing.winner_value,
        )
    )


def drop_standing(session: Session, *, tender_id: int, organisation_id: int) -> None:
    """Takes out what stood there."""
    session.execute(
        delete(StandingRow).where(
            col(StandingRow.organisation_id) == organisation_id, col(StandingRow.tender_id) == tender_id
        )
    )


def get_standing(session: Session, tender_id: int, *, organisation_id: int) -> Standing | None:
    """What the bids of one tender promise, as it was last written."""
    row = session.execute(
        select(*_STANDING).where(
            col(StandingRow.organisation_id) == organisation_id, col(StandingRow.tender_id) == tender_id
        )
    ).one_or_none()
    return None if row is None else _standing(row)


def list_portfolio(session: Session, choice: Choice, *, organisation_id: int) -> list[PortfolioRow]:
    """The tenders of an organisation whose bids were opened, tenders for training left out, in one statement."""
    rows = session.execute(statement(choice, organisation_id=organisation_id))
    return [
        PortfolioRow(
            tender_id=tender_id,
            reference=reference,
            title=title,
            lot=lot,
            has_lots=bool(has_lots),
            is_invented=is_invented,
            category=category,
            directorate=directorate,
            framework=framework,
            contract_value=contract_value,
            status=_OUTCOMES[outcome],
            opened_at=opened_at,
            decided_at=decided_at,
            standing=_standing(standing),
        )
        for (
            tender_id,
            reference,
            title,
            lot,
            has_lots,
            is_invented,
            category,
            directorate,
            framework,
            contract_value,
            outcome,
            opened_at,
            decided_at,
            *standing,
        ) in rows
    ]


def statement(choice: Choice, *, organisation_id: int) -> Select[*tuple[Any, ...]]:
    """The one statement; the bench runs it without anything around it."""
    lot = aliased(TenderRow)
    has_lots = exists().where(col(lot.organisation_id) == organisation_id, col(lot.parent_id) == col(TenderRow.id))
    return (
        select(
            col(TenderRow.id),
            col(TenderRow.reference),
            col(TenderRow.title),
            col(TenderRow.lot),
            has_lots.label("has_lots"),
            col(TenderRow.is_invented),
            col(TenderRow.category),
            col(TenderRow.directorate),
            col(TenderRow.framework),
            col(TenderRow.contract_value),
            col(TenderRow.outcome),
            col(TenderRow.opened_at),
            col(TenderRow.decided_at),
            *_STANDING,
        )
        .join(StandingRow, col(StandingRow.tender_id) == col(TenderRow.id))
        .where(*_wanted(choice, organisation_id=organisation_id))
    )


def list_choices(session: Session, *, decided_only: bool, organisation_id: int) -> Choices:
    """The years, categories and directorates that tenders of the portfolio have."""
    year = extract("year", col(TenderRow.opened_at))
    everything = Choice(decided_only=decided_only)
    rows = session.execute(
        select(col(TenderRow.category), col(TenderRow.directorate), year)
        .join(StandingRow, col(StandingRow.tender_id) == col(TenderRow.id))
        .where(*_wanted(everything, organisation_id=organisation_id))
        .distinct()
    ).all()
    return Choices(
        years=tuple(sorted({int(row[2]) for row in rows})),
        categories=tuple(sorted({row[0][:2] for row in rows if row[0]})),
        directorates=tuple(sorted({row[1] for row in rows if row[1]}, key=str.casefold)),
    )


_STANDING = (
    col(StandingRow.method),
    col(StandingRow.denominator),
    col(StandingRow.bids),
    col(StandingRow.lowest),
    col(StandingRow.highest),
    col(StandingRow.winners),
    col(StandingRow.winner_value),
)


def _wanted(choice: Choice, *, organisation_id: int) -> list[ColumnElement[bool]]:
    year = extract("year", col(TenderRow.opened_at))
    wanted = [
        col(StandingRow.organisation_id) == organisation_id,
        col(TenderRow.organisation_id) == organisation_id,
        col(TenderRow.is_training).is_(False),
        col(TenderRow.opened_at).is_not(None),
        col(TenderRow.contract_value).is_not(None),
    ]
    if choice.decided_only:
        wanted.append(col(TenderRow.stage) == Stage.DECIDED)
    if choice.status is not None:
        wanted.append(col(TenderRow.outcome) == choice.status)
    if choice.first_year is not None:
        wanted.append(year >= choice.first_year)
    if choice.last_year is not None:
        wanted.append(year <= choice.last_year)
    if choice.category is not None:
        wanted.append(func.substr(col(TenderRow.category), 1, len(choice.category)) == choice.category)
    if choice.directorate is not None:
        wanted.append(col(TenderRow.directorate) == choice.directorate)
    return wanted


def _standing(row: Sequence[Any]) -> Standing:
    method, denominator, bids, lowest, highest, winners, winner_value = row
    return Standing(
        method=_METHODS[method],
        denominator=_DENOMINATORS[denominator],
        bids=bids,
        lowest=lowest,
        highest=highest,
        winners=tuple(_winner(line) for line in winners.split("\n")) if winners else (),
        winner_value=winner_value,
    )


def _winner(line: str) -> Winner:
    percent, _, bidder = line.partition(" ")
    return Winner(bidder=bidder, percent=Decimal(percent))


# Ten thousand rows are read at once: looked up, a word costs a tenth of what the enumeration takes to find it.
_METHODS = {one.value: one for one in Method}
_DENOMINATORS = {one.value: one for one in Denominator}
_OUTCOMES = {one.value: one for one in OutcomeStatus}
