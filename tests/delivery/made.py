"""Invented contracts, commitments and claims for the tests: short to write, everything else filled in."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

from svtracker.delivery.rules.records import (
    Claim,
    ClaimState,
    Commitment,
    Contract,
    PeriodKind,
    Spend,
    Spread,
    Variation,
    VariationKind,
)
from svtracker.frameworks.rules.values import Category, Kind
from svtracker.kernel.units import Unit

MORNING = datetime(2026, 4, 1, 9, tzinfo=UTC)

# The units of RULES 4.7.
MEASURES: dict[str, tuple[Unit, str | None, Category]] = {
    "X1": (Unit.FTE_YEAR, "21345.67", Category.LOCAL_ECONOMIC),
    "X2": (Unit.FTE_YEAR, "13579.24", Category.SOCIAL),
    "X3": (Unit.PERSON_WEEK, "158.37", Category.SOCIAL),
    "X4": (Unit.STAFF_HOUR, "17.05", Category.SOCIAL),
    "X5": (Unit.GBP_INVESTED, "1.00", Category.SOCIAL),
    "X6": (Unit.GBP_SPENT, "0.42", Category.LOCAL_ECONOMIC),
    "X7": (Unit.ITEM, None, Category.ENVIRONMENTAL),
    "X8": (Unit.PERCENT, None, Category.SOCIAL),
    "X9": (Unit.TEXT, None, Category.SOCIAL),
}


def d(text: str | int) -> Decimal:
    return Decimal(text)


def commitment(measure: str, quantity: str | None = None, **more: Any) -> Commitment:
    unit, value, category = MEASURES[measure]
    kind = Kind.NARRATIVE if unit is Unit.TEXT else Kind.VALUED if value else Kind.RECORDED
    profile = tuple(d(one) for one in more.pop("profile", ()))
    fields = {
        "id": 1,
        "measure": measure,
        "theme": "T" + measure[1],
        "outcome": "O" + measure[1],
        "category": category,
        "kind": kind,
        "unit": unit,
        "unit_value": None if value is None else d(value),
        "quantity": None if quantity is None else d(quantity),
        "spread": Spread.OWN if profile else Spread.EVEN,
        "profile": profile,
    }
    return Commitment(**{**fields, **more})


def contract(
    *commitments: Commitment,
    starts_on: date = date(2026, 4, 1),
    ends_on: date = date(2028, 3, 31),
    periods: PeriodKind = PeriodKind.QUARTER,
    **more: Any,
) -> Contract:
    number = more.pop("id", 1)
    fields = {
        "id": number,
        "reference": f"C-{number}",
        "title": "Grounds maintenance",
        "supplier_id": 1,
        "manager_id": 1,
        "directorate": "Place",
        "area": None,
        "category": None,
        "framework": "example@2021.1",
        "starts_on": starts_on,
        "ends_on": ends_on,
        "periods": periods,
        "value": d("750000"),
        "commitments": commitments,
    }
    return Contract(**{**fields, **more})


class Claims:
    """Rows of claims as they come in, each a minute after the one before."""

    def __init__(self) -> None:
        self.rows: list[Claim] = []
        self._ids = count(1)

    def add(
        self,
        state: ClaimState,
        period: int,
        claimed: str | None,
        accepted: str | None = None,
        *,
        commitment: int = 1,
        reason: str = "",
        at: datetime | None = None,
    ) -> Claim:
        number = next(self._ids)
        row = Claim(
            id=number,
            commitment_id=commitment,
            period=period,
            state=state,
            claimed=None if claimed is None else d(claimed),
            accepted=None if accepted is None else d(accepted),
            reason=reason,
            at=at or MORNING + timedelta(minutes=number),
        )
        self.rows.append(row)
        return row

    def submitted(self, period: int, claimed: str, **more: Any) -> Claim:
        return self.add(ClaimState.SUBMITTED, period, claimed, **more)

    def verified(self, period: int, claimed: str, accepted: str | None = None, **more: Any) -> Claim:
        return self.add(ClaimState.VERIFIED, period, claimed, claimed if accepted is None else accepted, **more)


_variations = count(1)


def variation(kind: VariationKind, effective_on: date, **more: Any) -> Variation:
    fields = {
        "id": next(_variations),
        "kind": kind,
        "effective_on": effective_on,
        "reason": "Agreed with the supplier.",
        "proposed_by": 1,
        "approved_by": 2,
        "approved_at": MORNING,
    }
    return Variation(**{**fields, **more})


def spend(*amounts: str | None) -> tuple[Spend, ...]:
    """What was spent in the periods from 1 on; nothing where none is entered."""
    return tuple(
        Spend(id=place, period=place, amount=d(amount), at=MORNING)
        for place, amount in enumerate(amounts, start=1)
        if amount is not None
    )
