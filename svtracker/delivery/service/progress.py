"""The four figures of contracts at a day: committed, due, claimed and verified (RULES 6.4)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from svtracker.delivery.answer import progress_answer
from svtracker.delivery.rules.attention import TO_VERIFY
from svtracker.delivery.rules.figures import Figures, Position, figures, positions
from svtracker.delivery.rules.records import Claim
from svtracker.delivery.rules.stored import StoredContract
from svtracker.delivery.service.contracts import find_contract, list_contracts
from svtracker.delivery.store import claims as store
from svtracker.registers import service as registers


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A contract at a day: the rows that count, each commitment's position, and all of them together in £."""

    stored: StoredContract
    claims: tuple[Claim, ...]
    positions: tuple[Position, ...]
    figures: Figures


def standing_of(
    session: Session, stored: StoredContract, *, at: date, elapsed: bool = False, year: int | None = None
) -> Standing:
    """One contract at a day; with a financial `year` only what counts in it (RULES 6.9)."""
    (found,) = standings_of(session, [stored], at=at, elapsed=elapsed, year=year)
    return found


def standings_of(
    session: Session, some: Sequence[StoredContract], *, at: date, elapsed: bool = False, year: int | None = None
) -> tuple[Standing, ...]:
    """Contracts of one organisation at a day, in the order given."""
    if not some:
        return ()
    claims = store.list_claims(session, [one.id for one in some], organisation_id=some[0].organisation_id)
    return tuple(_standing(one, claims.get(one.id, ()), at=at, elapsed=elapsed, year=year) for one in some)


def to_verify(session: Session, *, organisation_id: int) -> int:
    """How many claims of an organisation wait to be verified."""
    return store.count_latest(session, TO_VERIFY, organisation_id=organisation_id)


def progress_of(
    session: Session, name: str, *, organisation_id: int, at: date, elapsed: bool = False
) -> dict[str, Any]:
    """The answer of `contracts progress CONTRACT --json`."""
    stored = find_contract(session, name, organisation_id=organisation_id)
    found = standing_of(session, stored, at=at, elapsed=elapsed)
    policy = registers.get_policy(session, organisation_id).policy
    return progress_answer(stored.contract, found.positions, at=at, elapsed=elapsed, policy=policy)


def progress_of_all(session: Session, *, organisation_id: int, at: date, elapsed: bool = False) -> list[dict[str, Any]]:
    """The answer of `contracts progress --json`: one for each contract, the one that ends first at the top."""
    every = list_contracts(session, organisation_id=organisation_id)
    policy = registers.get_policy(session, organisation_id).policy
    return [
        progress_answer(one.stored.contract, one.positions, at=at, elapsed=elapsed, policy=policy)
        for one in standings_of(session, every, at=at, elapsed=elapsed)
    ]


def _standing(
    stored: StoredContract, claims: tuple[Claim, ...], *, at: date, elapsed: bool, year: int | None
) -> Standing:
    found = positions(stored.contract, claims, at=at, elapsed=elapsed, year=year)
    return Standing(stored=stored, claims=claims, positions=found, figures=figures(found))
