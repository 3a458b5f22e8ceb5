"""The tables of measure sets: one row per thing that a version's file says, in the order of the file.

A measure is known by its version and its reference (RULES 2.1), so that is the key of its row too. The bytes of the
file stand beside the rows: they are what was released, and `svtracker db check` reads them again.
"""

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, UniqueConstraint
from sqlmodel import Field

from svtracker.frameworks.rules.values import (
    Category,
    DropReason,
    How,
    Kind,
    ListName,
    Locality,
    Series,
    Status,
    Weighting,
)
from svtracker.kernel.units import Unit
from svtracker.storage.base import Row, one_of
from svtracker.storage.columns import DecimalText, UnitValue


def _of_measure(column: str = "ref") -> ForeignKeyConstraint:
    return ForeignKeyConstraint(["version_id", column], ["measure.version_id", "measure.ref"])


class MeasureSetRow(Row, table=True):
    """A family of versions, as `open-toms`; without an organisation it is shared by all."""

    __tablename__ = "measure_set"

    id: int | None = Field(default=None, primary_key=True)
    slug: str = Field(unique=True)
    organisation_id: int | None = Field(foreign_key="organisation.id")


class VersionRow(Row, table=True):
    """A dated edition of a measure set, with the bytes of its file."""

    __tablename__ = "version"
    __table_args__ = (UniqueConstraint("measure_set_id", "version"), one_of("status", Status))

    id: int | None = Field(default=None, primary_key=True)
    measure_set_id: int = Field(foreign_key="measure_set.id")
    version: str
    title: str
    status: str
    valid_from: date
    valid_to: date | None
    supersedes: str | None
    price_year: int
    licence: str
    about: str
    file_name: str
    file: bytes
    sha256: str
    loaded_at: datetime


class VersionListRow(Row, table=True):
    """A list of a version, with the contract values in £ for which it is meant."""

    __tablename__ = "version_list"
    __table_args__ = (one_of("name", ListName),)

    version_id: int = Field(primary_key=True, foreign_key="version.id")
    name: str = Field(primary_key=True)
    position: int
    title: str
    contract_value_from: Decimal | None = Field(sa_type=DecimalText)
    contract_value_below: Decimal | None = Field(sa_type=DecimalText)


class SourceRow(Row, table=True):
    """Where figures of a version come from."""

    __tablename__ = "source"

    version_id: int = Field(primary_key=True, foreign_key="version.id")
    key: str = Field(primary_key=True)
    position: int
    title: str
    href: str | None
    licence: str
    retrieved: date | None


class ThemeRow(Row, table=True):
    """The top of a version's tree."""

    __tablename__ = "theme"

    version_id: int = Field(primary_key=True, foreign_key="version.id")
    code: str = Field(primary_key=True)
    position: int
    title: str


class OutcomeRow(Row, table=True):
    """An outcome below a theme; `position` runs through the whole file."""

    __tablename__ = "outcome"
    __table_args__ = (ForeignKeyConstraint(["version_id", "theme"], ["theme.version_id", "theme.code"]),)

    version_id: int = Field(primary_key=True)
    code: str = Field(primary_key=True)
    theme: str
    position: int
    title: str


class MeasureRow(Row, table=True):
    """A measure below an outcome, with its unit value and how that came about; `position` runs through the file.

    The figures of the source keep the digits that the source prints, so they are text; the unit value is exact
    and can be summed. `unit_value_decimals` says how many decimals the file writes: 1.00 has two.
    """

    __tablename__ = "measure"
    __table_args__ = (
        ForeignKeyConstraint(["version_id", "outcome"], ["outcome.version_id", "outcome.code"]),
        ForeignKeyConstraint(["version_id", "basis_source"], ["source.version_id", "source.key"]),
        one_of("unit", Unit),
        one_of("category", Category),
        one_of("locality", Locality),
        one_of("kind", Kind),
        one_of("weighting", Weighting),
        one_of("basis_series", Series),
        CheckConstraint("(kind = 'valued') = (unit_value IS NOT NULL)", name="valued_has_a_unit_value"),
        CheckConstraint("(unit_value IS NULL) = (basis_source IS NULL)", name="unit_value_has_a_source"),
    )

    version_id: int = Field(primary_key=True)
    ref: str = Field(primary_key=True)
    outcome: str
    position: int
    title: str
    counts: str
    unit: str
    category: str
    locality: str
    evidence: str
    kind: str
    unit_value: Decimal | None = Field(sa_type=UnitValue)
    unit_value_decimals: int | None
    basis_source: str | None
    basis_at: str | None
    basis_figure: Decimal | None = Field(sa_type=DecimalText)
    basis_price_year: int | None
    basis_series: str | None
    basis_index: str | None
    basis_forecast: bool | None
    basis_low: Decimal | None = Field(sa_type=DecimalText)
    basis_high: Decimal | None = Field(sa_type=DecimalText)
    changed: str
    first_year_only: bool
    weighting: str


class MeasureOnListRow(Row, table=True):
    """A measure stands on a list."""

    __tablename__ = "measure_on_list"
    __table_args__ = (
        _of_measure(),
        ForeignKeyConstraint(["version_id", "list"], ["version_list.version_id", "version_list.name"]),
    )

    version_id: int = Field(primary_key=True)
    ref: str = Field(primary_key=True)
    list: str = Field(primary_key=True)
    position: int


class AliasRow(Row, table=True):
    """Another name under which a measure is known."""

    __tablename__ = "measure_alias"
    __table_args__ = (_of_measure(),)

    version_id: int = Field(primary_key=True)
    ref: str = Field(primary_key=True)
    position: int = Field(primary_key=True)
    alias: str


class RelationRow(Row, table=True):
    """Overlap as data (RULES 2.5): a measure that also counts in another, or never together with it."""

    __tablename__ = "measure_relation"
    __table_args__ = (
        _of_measure(),
        _of_measure("other"),
        CheckConstraint("kind IN ('also_counts_in', 'never_with')", name="kind"),
    )

    version_id: int = Field(primary_key=True)
    ref: str = Field(primary_key=True)
    kind: str = Field(primary_key=True)
    position: int = Field(primary_key=True)
    other: str


class ReplacementRow(Row, table=True):
    """A measure takes the place of one of an earlier version (RULES 2.1)."""

    __tablename__ = "measure_replacement"
    __table_args__ = (_of_measure(), one_of("how", How))

    version_id: int = Field(primary_key=True)
    ref: str = Field(primary_key=True)
    position: int = Field(primary_key=True)
    old_version: str
    old_ref: str
    how: str
    reason: str


class DroppedRow(Row, table=True):
    """A measure of the superseded version without a successor, and why (RULES 2.10)."""

    __tablename__ = "dropped_measure"
    __table_args__ = (one_of("reason", DropReason),)

    version_id: int = Field(primary_key=True, foreign_key="version.id")
    position: int = Field(primary_key=True)
    old_version: str
    old_ref: str
    reason: str
    note: str
