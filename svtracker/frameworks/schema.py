"""The shape of a measure-set file (FORMATS 1): keys, types and defaults; what they mean together is in the rules."""

import re
from typing import Annotated

from pydantic import AfterValidator, Field

from svtracker.files.shapes import Choice, IsoDate, Link, NonEmptyText, QuotedDecimal, Rows, Shape, wanted
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

LONGEST_REFERENCE = 40


def _reference(text: str) -> str:
    if not re.fullmatch(rf"[A-Za-z0-9][A-Za-z0-9._-]{{0,{LONGEST_REFERENCE - 1}}}", text):
        raise wanted(f"letters, digits, points, - and _ without blanks, at most {LONGEST_REFERENCE}, as in J1")
    return text


Reference = Annotated[str, AfterValidator(_reference)]
Year = Annotated[int, Field(ge=1900, le=2200)]


class ValidShape(Shape):
    """From when to when a version is meant to be used; both days count."""

    from_day: IsoDate = Field(alias="from")
    to_day: IsoDate | None = Field(default=None, alias="to")


class ContractValueShape(Shape):
    """The contract values in £ that a list is meant for."""

    from_value: QuotedDecimal | None = Field(default=None, alias="from")
    below: QuotedDecimal | None = None


class ListShape(Shape):
    """One list of a version."""

    title: NonEmptyText
    contract_value: ContractValueShape | None = None


class ListsShape(Shape):
    """The lists of a version by name."""

    main: ListShape | None = None
    lite: ListShape | None = None
    record_only: ListShape | None = None


class SourceShape(Shape):
    """Where figures come from."""

    title: NonEmptyText
    href: Link | None = None
    licence: NonEmptyText
    retrieved: IsoDate | None = None


class RangeShape(Shape):
    """The low and high figure that the source gives."""

    low: QuotedDecimal
    high: QuotedDecimal


class ValueBasisShape(Shape):
    """How a unit value came about (RULES 2.7)."""

    source: NonEmptyText
    at: NonEmptyText
    figure: QuotedDecimal
    price_year: Year | None = None
    year: Choice[Series] = Series.FINANCIAL
    index: NonEmptyText
    forecast: bool = False
    range: RangeShape | None = None


class ReplacementShape(Shape):
    """One earlier measure that a measure takes the place of."""

    version: Reference
    ref: Reference
    how: Choice[How]
    reason: str = ""


class DroppedShape(Shape):
    """A measure of the superseded version without a successor."""

    version: Reference
    ref: Reference
    reason: Choice[DropReason]
    note: str = ""


class MeasureShape(Shape):
    """What is counted."""

    ref: Reference
    title: NonEmptyText
    counts: NonEmptyText
    unit: Choice[Unit]
    lists: Rows[Choice[ListName]]
    category: Choice[Category]
    locality: Choice[Locality]
    evidence: NonEmptyText
    kind: Choice[Kind] | None = None
    value: QuotedDecimal | None = None
    value_basis: ValueBasisShape | None = None
    replaces: Rows[ReplacementShape] = ()
    changed: str = ""
    aliases: Rows[Reference] = ()
    first_year_only: bool = False
    also_counts_in: Rows[Reference] = ()
    never_with: Rows[Reference] = ()
    weighting: Choice[Weighting] = Weighting.OPTIONAL


class OutcomeShape(Shape):
    """The measures that are to bring one thing about."""

    id: Reference
    title: NonEmptyText
    measures: Annotated[Rows[MeasureShape], Field(min_length=1)]


class ThemeShape(Shape):
    """The top of the tree."""

    id: Reference
    title: NonEmptyText
    outcomes: Annotated[Rows[OutcomeShape], Field(min_length=1)]


class VersionShape(Shape):
    """A whole file."""

    id: Reference
    version: Reference
    title: NonEmptyText
    status: Choice[Status]
    valid: ValidShape
    supersedes: Reference | None = None
    price_year: Year
    licence: NonEmptyText
    about: str = ""
    lists: ListsShape
    sources: dict[str, SourceShape]
    themes: Annotated[Rows[ThemeShape], Field(min_length=1)]
    dropped: Rows[DroppedShape] = ()
