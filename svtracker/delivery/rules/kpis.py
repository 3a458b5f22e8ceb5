"""Key performance indicators of the Procurement Act 2023: who needs them, and which rating is due when (RULES 6.11)."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from svtracker.delivery.rules import periods as calendar
from svtracker.delivery.rules.figures import Position, Status, figures
from svtracker.delivery.rules.records import Contract, Kpi, KpiRating, Rating, VariationKind
from svtracker.kernel import wording
from svtracker.kernel.problems import Finding, shown
from svtracker.registers.rules.policy import DEFAULT, Policy

THRESHOLD = Decimal(5_000_000)
LEAST_KPIS = 3
MONTHS_BETWEEN = 12

PROPOSED = {
    Status.ON_TRACK: Rating.GOOD,
    Status.SLIGHTLY_BEHIND: Rating.APPROACHING_TARGET,
    Status.BEHIND: Rating.REQUIRES_IMPROVEMENT,
    Status.FAR_BEHIND: Rating.INADEQUATE,
    Status.NOT_STARTED: Rating.OTHER,
}


class Need(StrEnum):
    """Whether a contract carries KPIs by law."""

    REQUIRED = "required"
    EXCEPTED = "excepted"
    BELOW_THRESHOLD = "below_threshold"
    UNKNOWN = "unknown"


class Why(StrEnum):
    """For what a rating is due."""

    TWELVE_MONTHS = "twelve_months"
    TERMINATION = "termination"


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A rating that is due: of which KPI, by which day and why; `is_overdue` once that day has passed."""

    kpi: Kpi
    by: date
    why: Why
    is_overdue: bool


def need_of(contract: Contract) -> Need:
    """Above £5m estimated value, VAT and options in, at least three KPIs are law, unless an exception stands.

    £5,000,000.00 is not above; without an estimated value nothing can be said.
    """
    if contract.estimated_value is None:
        return Need.UNKNOWN
    if contract.estimated_value <= THRESHOLD:
        return Need.BELOW_THRESHOLD
    return Need.REQUIRED if contract.kpi_exception is None else Need.EXCEPTED


def faults_of_kpis(contract: Contract, kpis: Sequence[Kpi]) -> tuple[Finding, ...]:
    """What the law misses of a contract: too few KPIs, or an exception without its reason."""
    found = []
    if contract.kpi_exception is not None and not contract.kpi_exception_reason.strip():
        seen = shown(contract.kpi_exception_reason)
        found.append(Finding(path=("kpi_exception_reason",), seen=seen, wanted="a reason for the exception, kept"))
    if need_of(contract) is Need.REQUIRED and len(kpis) < LEAST_KPIS:
        wanted = f"at least {LEAST_KPIS} KPIs, or an exception with its reason: the estimated value is above £5m"
        found.append(Finding(path=("kpis",), seen=wording.counted(len(kpis), "KPI"), wanted=wanted))
    return tuple(found)


def proposed(kpi: Kpi, some: Iterable[Position], *, policy: Policy = DEFAULT) -> Rating:
    """The rating that the organisation's bands give the commitments of a KPI; a person confirms it.

    On track is Good, slightly behind Approaching target, behind Requires improvement, far behind Inadequate; where
    nothing is due yet, or no commitment belongs to it, Other.
    """
    own = [one for one in some if one.commitment.id in kpi.commitment_ids]
    return PROPOSED[figures(own).status(policy)]


def faults_of_rating(rating: KpiRating, *, before: KpiRating | None = None) -> tuple[Finding, ...]:
    """Why a rating cannot be kept: another word than proposed without a reason, or a day before the last rating."""
    found = []
    if rating.rating is not rating.proposed and not rating.reason.strip():
        wanted = f"a reason why it is not “{rating.proposed.value}”, as proposed"
        found.append(Finding(path=("reason",), seen=shown(rating.reason), wanted=wanted))
    if before is not None and rating.rated_on < before.rated_on:
        wanted = f"{wording.day(before.rated_on)}, the day of the rating before it, or later"
        found.append(Finding(path=("rated_on",), seen=wording.day(rating.rated_on), wanted=wanted))
    return tuple(found)


def clock(contract: Contract, kpis: Sequence[Kpi], ratings: Sequence[KpiRating], *, at: date) -> tuple[Due, ...]:
    """The next rating of every KPI by day: 12 months after the last one or the start, and where a contract has ended.

    A contract from 29 February 2028 is rated by 28 February 2029 at the latest. One that was terminated on 15 August
    is rated for that, on or after the day; a rating from before does not do.
    """
    found = [due for kpi in kpis if (due := _due(contract, kpi, ratings, at=at)) is not None]
    return tuple(sorted(found, key=lambda due: (due.by, due.kpi.id)))


def _due(contract: Contract, kpi: Kpi, ratings: Sequence[KpiRating], *, at: date) -> Due | None:
    ends = calendar.last_day(contract)
    last = max((one.rated_on for one in ratings if one.kpi_id == kpi.id), default=None)
    if last is not None and last >= ends:
        return None
    by = calendar.months_later(last or contract.starts_on, MONTHS_BETWEEN)
    why = Why.TWELVE_MONTHS
    if ends <= by:
        by, why = ends, Why.TERMINATION
    return Due(kpi=kpi, by=by, why=why, is_overdue=by < at)


def was_terminated(contract: Contract) -> bool:
    """Whether the last change of the term ended the contract early."""
    return next(_term_changes(contract), None) is VariationKind.TERMINATION


def _term_changes(contract: Contract) -> Iterator[VariationKind]:
    return (one.kind for one in reversed(contract.approved) if one.kind in calendar.TERM_CHANGES)
