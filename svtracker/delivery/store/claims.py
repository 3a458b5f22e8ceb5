"""Claims: rows are added, never changed; of each commitment and period the latest is marked to be found at once."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session
from sqlmodel import col

from svtracker.delivery.rules.records import Claim, ClaimState
from svtracker.delivery.tables import ClaimRow
from svtracker.storage.parts import parts

_CLAIM = tuple(getattr(ClaimRow, name) for name in Claim.__dataclass_fields__)


def add_claim(session: Session, values: Mapping[str, Any], *, organisation_id: int) -> Claim:
    """Writes a row about a commitment in a period; the one before stays and counts no more."""
    session.execute(
        update(ClaimRow)
        .where(
            col(ClaimRow.organisation_id) == organisation_id,
            col(ClaimRow.commitment_id) == values["commitment_id"],
            col(ClaimRow.period) == values["period"],
            col(ClaimRow.is_latest),
        )
        .values(is_latest=False)
    )
    row = session.execute(
        insert(ClaimRow).values(organisation_id=organisation_id, is_latest=True, **values).returning(*_CLAIM)
    ).one()
    return _claim(row._asdict())


def list_claims(
    session: Session, contracts: Iterable[int], *, organisation_id: int, only_latest: bool = True
) -> dict[int, tuple[Claim, ...]]:
    """The claims of contracts, by contract, in the order in which they were written."""
    found: dict[int, list[Claim]] = defaultdict(list)
    for part in parts(contracts):
        asked = (
            select(col(ClaimRow.contract_id), *_CLAIM)
            .where(col(ClaimRow.organisation_id) == organisation_id, col(ClaimRow.contract_id).in_(part))
            .order_by(col(ClaimRow.id))
        )
        for row in session.execute(asked.where(col(ClaimRow.is_latest)) if only_latest else asked):
            values = row._asdict()
            found[values.pop("contract_id")].append(_claim(values))
    return {number: tuple(rows) for number, rows in found.items()}


def count_latest(session: Session, states: Iterable[ClaimState], *, organisation_id: int) -> int:
    """How many claims of an organisation stand at one of these states."""
    found = select(func.count()).where(
        col(ClaimRow.organisation_id) == organisation_id,
        col(ClaimRow.state).in_(list(states)),
        col(ClaimRow.is_latest),
    )
    return int(session.execute(found).scalar_one())


def _claim(values: dict[str, Any]) -> Claim:
    values["state"] = ClaimState(values["state"])
    return Claim(**values)
