"""How pages about contracts say what they show: figures with their units, bars, status."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from svtracker.delivery.rules.figures import Amount, Figures, Position, Ratio, Status
from svtracker.delivery.rules.records import ClaimState, Period, PeriodKind
from svtracker.kernel import numbers, wording
from svtracker.kernel.units import WORDS, Unit

STATUS_WORDS = {
    Status.NOT_STARTED: "Nothing due yet",
    Status.ON_TRACK: "On track",
    Status.SLIGHTLY_BEHIND: "Slightly behind",
    Status.BEHIND: "Behind",
    Status.FAR_BEHIND: "Far behind",
}
STATUS_TAGS = {
    Status.NOT_STARTED: "govuk-tag--grey",
    Status.ON_TRACK: "govuk-tag--green",
    Status.SLIGHTLY_BEHIND: "govuk-tag--yellow",
    Status.BEHIND: "govuk-tag--orange",
    Status.FAR_BEHIND: "govuk-tag--red",
}
CLAIM_WORDS = {
    ClaimState.DRAFT: "Draft",
    ClaimState.SUBMITTED: "To verify",
    ClaimState.VERIFIED: "Verified",
    ClaimState.RETURNED: "Returned",
    ClaimState.REOPENED: "Reopened",
}
PERIODS_WORDS = {
    PeriodKind.MONTH: "Months",
    PeriodKind.QUARTER: "Quarters",
    PeriodKind.YEAR: "Years",
    PeriodKind.CALENDAR_QUARTER: "Calendar quarters",
}
_PLACES = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Tag:
    """A status in a word, and the colour of its tag."""

    text: str
    colour: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """The four figures as one bar: where each ends, in % of its width; `due` is none where it is unknown."""

    committed: str
    claimed: str
    verified: str
    due: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Four:
    """The four figures in words, with their bar, verified of due, and the status."""

    committed: str
    due: str | None
    claimed: str
    verified: str
    of_due: str | None
    of_due_note: str
    tag: Tag | None
    bar: Bar | None


def tag_of(status: Status | None) -> Tag:
    """The tag of a status; where what is due is unknown it says so."""
    if status is None:
        return Tag(text="Due unknown", colour="govuk-tag--grey")
    return Tag(text=STATUS_WORDS[status], colour=STATUS_TAGS[status])


def pounds(value: Amount) -> str:
    """Whole pounds, as a table of many figures has them."""
    return wording.pounds(value, places=0)


def of_due_words(ratio: Ratio) -> tuple[str | None, str]:
    """Verified as % of due, and what it would be if over-delivery counted, where that is something else."""
    if ratio.capped is None:
        return None, ""
    capped = wording.percent(ratio.capped, places=0)
    if ratio.uncapped is None or numbers.round_half_up(ratio.uncapped, 0) == numbers.round_half_up(ratio.capped, 0):
        return capped, ""
    return capped, f"{wording.percent(ratio.uncapped, places=0)} with what was delivered beyond"


def four_of_sums(found: Figures, status: Status) -> Four:
    """The four figures of a group of commitments in £."""
    of_due, note = of_due_words(found.of_due)
    return Four(
        committed=pounds(found.committed),
        due=pounds(found.due),
        claimed=pounds(found.claimed),
        verified=pounds(found.verified),
        of_due=of_due,
        of_due_note=note,
        tag=tag_of(status),
        bar=bar_of(found.committed, found.due, found.claimed, found.verified),
    )


def four_of_position(one: Position, status: Status | None) -> Four:
    """The four figures of a commitment in its own unit."""
    of_due, note = of_due_words(one.of_due)
    unit = one.commitment.unit
    return Four(
        committed=quantity(one.committed, unit),
        due=None if one.due is None else quantity(one.due, unit),
        claimed=quantity(one.claimed, unit),
        verified=quantity(one.verified, unit),
        of_due=of_due,
        of_due_note=note,
        tag=tag_of(status),
        bar=bar_of(one.committed, one.due, one.claimed, one.verified),
    )


def quantity(value: Amount, unit: Unit) -> str:
    """A quantity in a column of its unit: with as many decimals as it has, at most four."""
    rounded = value if isinstance(value, Decimal) else numbers.round_half_up(value, _PLACES)
    text = wording.grouped(Decimal(numbers.trimmed(rounded)))
    return f"{text}%" if unit is Unit.PERCENT else text


def unit_words(unit: Unit, unit_value: Decimal | None) -> str:
    """The unit in words, with the £ of one where it is valued."""
    many = WORDS[unit][1]
    return many if unit_value is None else f"{many} at {wording.pounds(unit_value)}"


def bar_of(committed: Amount, due: Amount | None, claimed: Amount, verified: Amount) -> Bar | None:
    """The bar; its whole width is the largest of the figures. Nothing where all are 0."""
    widest = max(Fraction(one) for one in (committed, due or 0, claimed, verified))
    if widest <= 0:
        return None
    return Bar(
        committed=at(committed, widest),
        claimed=at(claimed, widest),
        verified=at(verified, widest),
        due=None if due is None else at(due, widest),
    )


def at(value: Amount, widest: Fraction) -> str:
    """Where a figure stands on a scale that ends at `widest`, as % with two decimals."""
    return f"{numbers.trimmed(numbers.round_half_up(numbers.percent(Fraction(value), widest), 2))}%"


def term_words(starts_on: date, ends_on: date) -> str:
    """April 2024 to March 2027."""
    return f"{starts_on:%B %Y} to {ends_on:%B %Y}"


def period_words(period: Period) -> str:
    """1 April 2026 to 30 June 2026, where the years are the same 1 April to 30 June 2026."""
    first, last = period.first_day, period.last_day
    begins = f"{first.day} {first:%B}" if first.year == last.year else wording.day(first)
    return f"{begins} to {wording.day(last)}"


def state_words(states: Sequence[ClaimState]) -> str:
    """What of the claims of a period waits, in a word."""
    for state in (ClaimState.REOPENED, ClaimState.SUBMITTED, ClaimState.RETURNED, ClaimState.DRAFT):
        if state in states:
            return CLAIM_WORDS[state]
    return "Verified" if states else "No claim"
