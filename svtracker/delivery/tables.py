"""The tables of delivery. What was promised and what was claimed is only ever added to: the latest row counts."""

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field

from svtracker.delivery.rules.records import (
    ClaimState,
    KpiException,
    PeriodKind,
    Spread,
    VariationKind,
)
from svtracker.delivery.rules.stored import Source
from svtracker.storage.base import Row, one_of
from svtracker.storage.columns import DecimalText, Quantity, Total, UnitValue


class ContractRow(Row, table=True):
    """A contract as it stood at the beginning; what changed since is in its variations (RULES 5.3).

    Contracts of a register may share a reference, or have none. `imported_version` is the version that the last import
    left: at another one a person has worked on it since.
    """

    __tablename__ = "contract"
    __table_args__ = (
        one_of("source", Source),
        one_of("periods", PeriodKind),
        one_of("kpi_exception", KpiException),
        CheckConstraint("ends_on >= starts_on", name="ends_on"),
        CheckConstraint("bid_id IS NULL OR tender_id IS NOT NULL", name="tender_id"),
        UniqueConstraint("bid_id"),
        Index(None, "organisation_id", "reference"),
        Index(None, "organisation_id", "ends_on"),
    )

    id: int | None = Field(default=None, primary_key=True)
    organisation_id: int = Field(foreign_key="organisation.id")
    reference: str
    title: str
    source: str
    tender_id: int | None = Field(foreign_key="tender.id", index=True)
    bid_id: int | None = Field(foreign_key="bid.id")
    supplier_id: int | None = Field(foreign_key="supplier.id", index=True)
    supplier: str
    directorate: str | None
    area: str | None
    category: str | None
    framework: str | None
    framework_sha256: str | None
    starts_on: date
    ends_on: date
    taken_over_on: date | None
    periods: str
    due_days: int
    value: Decimal | None = Field(sa_type=Total)
    estimated_value: Decimal | None = Field(sa_type=Total)
    annual_value: Decimal | None = Field(sa_type=Total)
    extension_months: int | None
    process: str
    kpi_exception: str | None
    kpi_exception_reason: str
    is_invented: bool
    created_at: datetime
    version: int
    imported_version: int | None


class PromiseRow(Row, table=True):
    """One commitment of a contract, with its unit value frozen at award: never overwritten (RULES 5.1)."""

    __tablename__ = "contract_commitment"
    __table_args__ = (
        one_of("spread", Spread),
        CheckConstraint("(spread = 'per_pound') = (rate IS NOT NULL)", name="rate"),
        Index(None, "contract_id", "measure"),
        Index(None, "organisation_id", "measure"),
    )

    id: int | None = Field(default=None, primary_key=True)
    organisation_id: int = Field(foreign_key="organisation.id")
    contract_id: int = Field(foreign_key="contract.id")
    measure: str
    title: str
    theme: str
    outcome: str
    category: str
    kind: str
    unit: str
    unit_value: Decimal | None = Field(sa_type=UnitValue)
    quantity: Decimal | None = Field(sa_type=Quantity)
    text: str
    statement: str
    spread: str
    profile: str
    rate: Decimal | None = Field(sa_type=DecimalText)
    estimated_spend: Decimal | None = Field(sa_type=Total)
    in_force_from: date | None
    replaces: int | None = Field(foreign_key="contract_commitment.id")
    opening_due: Decimal = Field(sa_type=Quantity)


class VariationRow(Row, table=True):
    """A change of a contract from a day on: proposed by one person, decided by another (RULES 5.3)."""

    __tablename__ = "contract_variation"
    __table_args__ = (
        one_of("kind", VariationKind),
        one_of("spread", Spread),
        CheckConstraint("approved_at IS NULL OR refused_at IS NULL", name="refused_at"),
        CheckConstraint("decided_by IS NULL OR decided_by <> proposed_by", name="decided_by"),
    )

    id: int | None = Field(default=None, primary_key=True)
    organisation_id: int = Field(foreign_key="organisation.id", index=True)
    contract_id: int = Field(foreign_key="contract.id", index=True)
    kind: str
    effective_on: date
    reason: str
    commitment_id: int | None = Field(foreign_key="contract_commitment.id")
    value: Decimal | None = Field(sa_type=Total)
    ends_on: date | None
    quantity: Decimal | None = Field(sa_type=Quantity)
    spread: str
    profile: str
    rate: Decimal | None = Field(sa_type=DecimalText)
    estimated_spend: Decimal | None = Field(sa_type=Total)
    made_id: int | None = Field(foreign_key="contract_commitment.id")
    proposed_by: int | None = Field(foreign_key="audit_person.id")
    proposed_at: datetime
    decided_by: int | None = Field(foreign_key="audit_person.id")
    approved_at: datetime | None
    refused_at: datetime | None
    decided_because: str


class SpendRow(Row, table=True):
    """What was spent under a contract in a period, in £; the latest row of a period counts."""

    __tablename__ = "contract_spend"
    __table_args__ = (Index(None, "contract_id", "period"),)

    id: int | None = Field(default=None, primary_key=True)
    organisation_id: int = Field(foreign_key="organisation.id", index=True)
    contract_id: int = Field(foreign_key="contract.id")
    period: int
    amount: Decimal = Field(sa_type=Total)
    person_id: int | None = Field(foreign_key="audit_person.id")
    at: datetime


class ClaimRow(Row, table=True):
    """One row about a commitment in a period; the latest counts, alone (RULES 6.3).

    `is_latest` is a copy to search by: writing a row takes it from the one before.
    """

    __tablename__ = "claim"
    __table_args__ = (
        one_of("state", ClaimState),
        CheckConstraint("accepted IS NULL OR state = 'verified'", name="accepted"),
        CheckConstraint("claimed >= 0", name="claimed"),
        CheckConstraint("accepted >= 0 AND accepted <= claimed", name="accepted_of_claimed"),
        Index(None, "contract_id", "is_latest"),
        Index(None, "commitment_id", "period"),
        Index(None, "organisation_id", "state", "is_latest"),
    )

    id: int | None = Field(default=None, primary_key=True)
    organisation_id: int = Field(foreign_key="organisation.id")
    contract_id: int = Field(foreign_key="contract.id")
    commitment_id: int = Field(foreign_key="contract_commitment.id")
    period: int
    state: str
    claimed: Decimal | None = Field(sa_type=Quantity)
    accepted: Decimal | None = Field(sa_type=Quantity)
    statement: str
    reason: str
    person_id: int | None = Field(foreign_key="audit_person.id")
    at: datetime
    is_latest: bool
