"""What is kept of a contract, as frozen values: its term, commitments, variations, spend, claims, KPIs and ratings.

Nothing here is calculated. A row that was written stays as it is: what changes is a new row (RULES 5.3, 6.3).
"""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from svtracker.frameworks.rules.values import Category, Kind
from svtracker.kernel import numbers
from svtracker.kernel.units import Unit

BEFORE_THIS_SYSTEM = 0
"""The number of the period that holds an opening balance; the periods of a contract are counted from 1 (RULES 5.4)."""


class PeriodKind(StrEnum):
    """How often a contract reports: from its own start, or by calendar quarters (RULES 6.1)."""

    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"
    CALENDAR_QUARTER = "calendar_quarter"


class Spread(StrEnum):
    """How a commitment falls due over the periods (RULES 6.1, 5.3).

    `even`: the same in equal periods, by days where they are unequal. `front`: the first of n periods weighs n, the
    second n - 1, the last 1. `back`: the first weighs 1, the last n. `own`: a quantity for each period.
    `per_pound`: a rate for each £ that was spent under the contract.
    """

    EVEN = "even"
    FRONT = "front"
    BACK = "back"
    OWN = "own"
    PER_POUND = "per_pound"


class VariationKind(StrEnum):
    """What a variation changes (RULES 5.3)."""

    VALUE = "value"
    EXTENSION = "extension"
    TERMINATION = "termination"
    QUANTITY = "quantity"
    PROFILE = "profile"
    RATE = "rate"
    SUBSTITUTION = "substitution"


class ClaimState(StrEnum):
    """Where a claim stands (RULES 6.3)."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    VERIFIED = "verified"
    RETURNED = "returned"
    REOPENED = "reopened"


class Rating(StrEnum):
    """The five words of the Procurement Act 2023 (RULES 6.11)."""

    GOOD = "Good"
    APPROACHING_TARGET = "Approaching target"
    REQUIRES_IMPROVEMENT = "Requires improvement"
    INADEQUATE = "Inadequate"
    OTHER = "Other"


class KpiException(StrEnum):
    """Why a contract above the threshold carries no KPIs (RULES 6.11)."""

    LIGHT_TOUCH = "light_touch"
    FRAMEWORK = "framework"
    CONCESSION = "concession"
    NOT_APPROPRIATE = "not_appropriate"


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """One reporting period, first and last day included; numbered from 1."""

    number: int
    first_day: date
    last_day: date

    @property
    def days(self) -> int:
        """Its days, both ends and a 29 February counted: April to June has 91."""
        return (self.last_day - self.first_day).days + 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Commitment:
    """One line that is owed, with its unit value frozen at award (RULES 5.1); always as it first stood.

    `quantity` is in `unit`s over the whole term, nothing for a narrative; `unit_value` in £, nothing where the line is
    not valued. `profile` holds a quantity per period where `spread` is `own`. `rate` is in units per £ and
    `estimated_spend` in £ where it is `per_pound`; the quantity is then rate x estimated
    spend.
    `in_force_from` is the day of the variation that made the line, nothing for those of the award; `replaces` the line
    whose part it takes. `opening_due` was due before this system; what was verified then is a claim of the period
    `BEFORE_THIS_SYSTEM` (RULES 5.4).
    """

    id: int
    measure: str
    theme: str
    outcome: str
    category: Category
    kind: Kind
    unit: Unit
    unit_value: Decimal | None
    quantity: Decimal | None
    spread: Spread = Spread.EVEN
    profile: tuple[Decimal, ...] = ()
    rate: Decimal | None = None
    estimated_spend: Decimal | None = None
    in_force_from: date | None = None
    replaces: int | None = None
    opening_due: Decimal = numbers.ZERO


@dataclass(frozen=True, slots=True, kw_only=True)
class Variation:
    """One change of a contract from a day on, with its reason, who proposed and who approved it.

    Variations follow one another in the order of their approval.

    Of the fields that hold what is new, those of its kind are filled: `value` £ of the contract; `ends_on` the new last
    day; `quantity` of the commitment over the whole term, with `spread` and `profile` of what remains where it is not
    even; the new `rate` per £ with the new `estimated_spend` of the whole term. A substitution lowers the `quantity` of
    `commitment_id`; the commitment `made_id`, in force from the same day, stands for what was taken away.
    """

    id: int
    kind: VariationKind
    effective_on: date
    reason: str
    proposed_by: int
    approved_by: int | None
    approved_at: datetime | None
    commitment_id: int | None = None
    value: Decimal | None = None
    ends_on: date | None = None
    quantity: Decimal | None = None
    spread: Spread = Spread.EVEN
    profile: tuple[Decimal, ...] = ()
    rate: Decimal | None = None
    estimated_spend: Decimal | None = None
    made_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Spend:
    """What was spent under a contract in one period, in £; the latest row of a period counts."""

    id: int
    period: int
    amount: Decimal
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What one person or firm adds to a claim, in units; the latest row of a contributor counts."""

    id: int
    contributor: str
    quantity: Decimal
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """One row about a commitment in a period; of several the latest counts, alone (RULES 6.3).

    `claimed` is the quantity of that period only, nothing for a narrative or a draft that is still empty; `accepted`
    what was verified of it, filled only where the row is `verified`. `id` grows with every row.
    """

    id: int
    commitment_id: int
    period: int
    state: ClaimState
    claimed: Decimal | None
    accepted: Decimal | None = None
    reason: str = ""
    person_id: int | None = None
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Contract:
    """An awarded bid, or a contract that was taken over or imported, as it stood at the beginning (RULES 5).

    `starts_on` and `ends_on` are both days of the term; `taken_over_on` is the first day in this system of a contract
    that ran before. `framework` is the frozen version of its measures, as in `open-toms@2021.1`; nothing where it has
    none yet. `value` is £ as awarded; `estimated_value` has VAT and options in (RULES 6.11).
    """

    id: int
    reference: str
    title: str
    supplier_id: int | None
    manager_id: int | None
    directorate: str | None
    area: str | None
    category: str | None
    framework: str | None
    starts_on: date
    ends_on: date
    taken_over_on: date | None = None
    periods: PeriodKind
    value: Decimal | None
    estimated_value: Decimal | None = None
    kpi_exception: KpiException | None = None
    kpi_exception_reason: str = ""
    commitments: tuple[Commitment, ...] = ()
    variations: tuple[Variation, ...] = ()
    spend: tuple[Spend, ...] = ()

    @property
    def approved(self) -> tuple[Variation, ...]:
        """The variations that were approved, in that order; the others change nothing (RULES 5.3)."""
        found = [(one.approved_at, one.id, one) for one in self.variations if one.approved_at is not None]
        return tuple(one for *_, one in sorted(found, key=lambda item: item[:2]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Kpi:
    """One key performance indicator; `commitment_ids` are the lines that its proposed rating is taken from."""

    id: int
    title: str
    commitment_ids: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class KpiRating:
    """What a person confirmed for a KPI over a stretch of time, beside what was proposed (RULES 6.11)."""

    id: int
    kpi_id: int
    rated_on: date
    rating: Rating
    proposed: Rating
    reason: str
    person_id: int | None
