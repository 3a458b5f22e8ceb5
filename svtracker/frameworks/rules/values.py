"""A version of a measure set as frozen values: what a file says, and what every later room reads (RULES 2)."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import cached_property

from svtracker.kernel.units import Unit


class Status(StrEnum):
    """Where a version stands: only a released one is frozen; none of them ever stops a score (RULES 2.9, 3.8)."""

    DRAFT = "draft"
    RELEASED = "released"
    WITHDRAWN = "withdrawn"


class ListName(StrEnum):
    """The lists that a measure may stand on; lite is part of main (RULES 1)."""

    MAIN = "main"
    LITE = "lite"
    RECORD_ONLY = "record_only"


class Kind(StrEnum):
    """Valued measures move totals, marks and ranks; recorded and narrative ones never do (RULES 2.2)."""

    VALUED = "valued"
    RECORDED = "recorded"
    NARRATIVE = "narrative"


class Category(StrEnum):
    """How every £ total can be split (RULES 2.8)."""

    LOCAL_ECONOMIC = "local_economic"
    SOCIAL = "social"
    ENVIRONMENTAL = "environmental"


class Locality(StrEnum):
    """Whether a measure counts only inside the tender's area, or anywhere."""

    LOCAL = "local"
    ANYWHERE = "anywhere"


class Weighting(StrEnum):
    """`required`: no added value unless the tender weights the measure (RULES 2.6)."""

    OPTIONAL = "optional"
    REQUIRED = "required"


class How(StrEnum):
    """How a measure replaces one of an earlier version (RULES 2.1)."""

    SAME = "same"
    SPLIT = "split"
    MERGE = "merge"


class DropReason(StrEnum):
    """Why a measure of the superseded version has no successor (RULES 2.10)."""

    NOT_DELIVERABLE = "not_deliverable"
    NO_ADDED_VALUE_WITHOUT_WEIGHTING = "no_added_value_without_weighting"
    DUPLICATE = "duplicate"
    NOT_LIMITED_TO_LOCAL = "not_limited_to_local"
    NEVER_USED = "never_used"
    MERGED = "merged"


class Series(StrEnum):
    """Which years a price index counts in: 2012 is April 2012 to March 2013, or January to December 2012."""

    FINANCIAL = "financial"
    CALENDAR = "calendar"


NO_INDEX = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where figures come from, with link, terms and the day it was read."""

    key: str
    title: str
    href: str | None
    licence: str
    retrieved: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueRange:
    """The low and high figure that the source gives beside the one used, in £ of the source's price year."""

    low: Decimal
    high: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueBasis:
    """How a unit value came about: source figure, where it stands, its price year and the index (RULES 2.7)."""

    source: str
    at: str
    figure: Decimal
    price_year: int | None
    year: Series
    index: str
    forecast: bool
    range: ValueRange | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Replacement:
    """One earlier measure that a measure takes the place of."""

    version: str
    ref: str
    how: How
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Dropped:
    """A measure of the superseded version that has no successor, and why."""

    version: str
    ref: str
    reason: DropReason
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """What is counted, in which unit, and what one of it is worth in £ (`unit_value`, none where not valued)."""

    ref: str
    title: str
    counts: str
    unit: Unit
    lists: tuple[ListName, ...]
    category: Category
    locality: Locality
    evidence: str
    kind: Kind
    unit_value: Decimal | None
    value_basis: ValueBasis | None
    replaces: tuple[Replacement, ...] = ()
    changed: str = ""
    aliases: tuple[str, ...] = ()
    first_year_only: bool = False
    also_counts_in: tuple[str, ...] = ()
    never_with: tuple[str, ...] = ()
    weighting: Weighting = Weighting.OPTIONAL


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What the measures below it are meant to bring about."""

    id: str
    title: str
    measures: tuple[Measure, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Theme:
    """The top of the tree."""

    id: str
    title: str
    outcomes: tuple[Outcome, ...]

    @property
    def measures(self) -> tuple[Measure, ...]:
        """All measures of the theme, in the order of the file."""
        return tuple(measure for outcome in self.outcomes for measure in outcome.measures)


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasureList:
    """A list of a version, and the contract values in £ for which it is meant (`below` is exclusive)."""

    name: ListName
    title: str
    contract_value_from: Decimal | None
    contract_value_below: Decimal | None


@dataclass(frozen=True, kw_only=True)
class Version:
    """One dated edition of a measure set; `sha256` is of the bytes of its file (RULES 2.9)."""

    set_id: str
    version: str
    title: str
    status: Status
    valid_from: date
    valid_to: date | None
    supersedes: str | None
    price_year: int
    licence: str
    about: str
    lists: tuple[MeasureList, ...]
    sources: tuple[Source, ...]
    themes: tuple[Theme, ...]
    dropped: tuple[Dropped, ...]
    sha256: str = field(default="")

    @property
    def name(self) -> str:
        """The identity in files and commands: `open-toms@2021.1`."""
        return f"{self.set_id}@{self.version}"

    @cached_property
    def measures(self) -> dict[str, Measure]:
        """All measures by reference, in the order of the file."""
        return {measure.ref: measure for theme in self.themes for measure in theme.measures}

    def count(self, name: ListName) -> int:
        """How many measures stand on a list."""
        return sum(name in measure.lists for measure in self.measures.values())

    def is_valid_on(self, day: date) -> bool:
        """Whether the version is meant to be used on that day; both ends count as inside."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)
