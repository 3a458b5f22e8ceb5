"""The end of a contract: what is still open, and what came of it (RULES 5.3, 6.11)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from svtracker.delivery.rules import periods as calendar
from svtracker.delivery.rules.claims import latest
from svtracker.delivery.rules.figures import Figures, Position, figures, positions
from svtracker.delivery.rules.kpis import clock
from svtracker.delivery.rules.records import Claim, ClaimState, Contract, Kpi, KpiRating
from svtracker.kernel import numbers, wording
from svtracker.kernel.problems import Finding

_OPEN = {
    ClaimState.DRAFT: "is a draft: submit it, or leave it out",
    ClaimState.SUBMITTED: "waits to be verified",
    ClaimState.RETURNED: "was returned and not submitted again",
    ClaimState.REOPENED: "was reopened and waits to be verified",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosingLine:
    """What came of one commitment: the missing quantity and its value in £ (nothing where not valued)."""

    position: Position
    missing: Decimal
    missing_value: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Closing:
    """The closing report of a contract: every line at its last day, the sums, and what is still open."""

    on: date
    lines: tuple[ClosingLine, ...]
    figures: Figures
    still_open: tuple[Finding, ...]


def closing(
    contract: Contract,
    claims: Iterable[Claim],
    *,
    at: date,
    kpis: Sequence[Kpi] = (),
    ratings: Sequence[KpiRating] = (),
) -> Closing:
    """What a contract came to, at its last day. Of 104 weeks of which 90 are verified, 14 are missing.

    Still open are a term that has not ended, claims that nobody has decided on, periods without a claim, and ratings
    that are due.
    """
    rows, ends = tuple(claims), calendar.last_day(contract)
    at_end = positions(contract, rows, at=ends)
    return Closing(
        on=ends,
        lines=tuple(_line(one) for one in at_end),
        figures=figures(at_end),
        still_open=(
            *_of_term(ends, at),
            *_of_claims(contract, rows),
            *_of_periods(at_end),
            *_of_ratings(contract, kpis, ratings, at=at),
        ),
    )


def _line(one: Position) -> ClosingLine:
    missing = max(numbers.ZERO, numbers.minus(one.committed, one.verified)) if one.is_counted else numbers.ZERO
    unit_value = one.commitment.unit_value
    return ClosingLine(
        position=one,
        missing=missing,
        missing_value=None if unit_value is None else numbers.times(missing, unit_value),
    )


def _of_term(ends: date, at: date) -> tuple[Finding, ...]:
    if ends <= at:
        return ()
    seen = f"a contract that runs until {wording.day(ends)}"
    return (Finding(path=("ends_on",), seen=seen, wanted=f"a term that has ended by {wording.day(at)}"),)


def _of_claims(contract: Contract, claims: Sequence[Claim]) -> Iterable[Finding]:
    names = {one.id: one.measure for one in contract.commitments}
    for (commitment, period), row in sorted(latest(claims).items()):
        if commitment in names and row.state in _OPEN:
            seen = f"the claim for {names[commitment]} in period {period} {_OPEN[row.state]}"
            yield Finding(path=("claims", commitment, period), seen=seen, wanted="every claim verified")


def _of_periods(at_end: Sequence[Position]) -> Iterable[Finding]:
    for one in at_end:
        if one.missing:
            numbered = wording.listed([str(number) for number in one.missing])
            seen = f"no claim for {one.commitment.measure} in {'periods' if one.missing[1:] else 'period'} {numbered}"
            yield Finding(path=("claims", one.commitment.id), seen=seen, wanted="a claim for every period, or 0")


def _of_ratings(
    contract: Contract, kpis: Sequence[Kpi], ratings: Sequence[KpiRating], *, at: date
) -> Iterable[Finding]:
    for due in clock(contract, kpis, ratings, at=at):
        seen = f"no rating of “{due.kpi.title}” for the end of the contract"
        yield Finding(path=("kpis", due.kpi.id), seen=seen, wanted="one of the five words, with its day")
