"""The tables of organisations and of what each sets for itself."""

from datetime import datetime
from decimal import Decimal

from sqlalchemy import UniqueConstraint
from sqlmodel import Field

from svtracker.storage.base import Row
from svtracker.storage.columns import DecimalText


class OrganisationRow(Row, table=True):
    """A council or partner body that works with this installation."""

    __tablename__ = "organisation"

    id: int | None = Field(default=None, primary_key=True)
    slug: str = Field(unique=True)
    name: str
    short_name: str
    is_demo: bool
    created_at: datetime


class PolicyRow(Row, table=True):
    """What an organisation sets for itself; without a row it has the defaults."""

    __tablename__ = "organisation_policy"

    organisation_id: int = Field(
        primary_key=True, foreign_key="organisation.id", sa_column_kwargs={"autoincrement": False}
    )
    brand_colour: str
    high_percent: Decimal = Field(sa_type=DecimalText)
    concentration_percent: Decimal = Field(sa_type=DecimalText)
    fte_percent: Decimal = Field(sa_type=DecimalText)
    median_times: Decimal = Field(sa_type=DecimalText)
    on_track_percent: Decimal = Field(sa_type=DecimalText)
    slightly_behind_percent: Decimal = Field(sa_type=DecimalText)
    behind_percent: Decimal = Field(sa_type=DecimalText)
    version: int


class SupplierRow(Row, table=True):
    """A firm or body that bids or is paid, as one organisation knows it."""

    __tablename__ = "supplier"
    __table_args__ = (UniqueConstraint("organisation_id", "company_number"),)

    id: int | None = Field(default=None, primary_key=True)
    organisation_id: int = Field(foreign_key="organisation.id")
    name: str
    company_number: str | None
    charity_number: str | None
    postcode: str | None
    is_sme: bool | None
    is_vcse: bool | None
    created_at: datetime
    version: int
