"""Claims: how one goes from draft to verified, which row counts, and what a later row changed (RULES 6.2, 6.3)."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from types import MappingProxyType

from svtracker.delivery.rules.records import Claim, ClaimState, Part, Period
from svtracker.kernel import numbers, wording
from svtracker.kernel.problems import Finding, shown
from svtracker.kernel.units import DECIMALS, LARGEST_QUANTITY

Key = tuple[int, int]
"""A commitment and a period."""

COUNTS_AS_CLAIMED = frozenset({ClaimState.SUBMITTED, ClaimState.VERIFIED, ClaimState.REOPENED})

# A correction of what waits to be verified is a replacing row, which is submitted again (RULES 6.3).
NEXT: Mapping[ClaimState | None, frozenset[ClaimState]] = MappingProxyType(
    {
        None: frozenset({ClaimState.DRAFT, ClaimState.SUBMITTED}),
        ClaimState.DRAFT: frozenset({ClaimState.DRAFT, ClaimState.SUBMITTED}),
        ClaimState.SUBMITTED: frozenset({ClaimState.SUBMITTED, ClaimState.VERIFIED, ClaimState.RETURNED}),
        ClaimState.RETURNED: frozenset({ClaimState.DRAFT, ClaimState.SUBMITTED}),
        ClaimState.VERIFIED: frozenset({ClaimState.REOPENED}),
        ClaimState.REOPENED: frozenset({ClaimState.SUBMITTED, ClaimState.VERIFIED}),
    }
)

_WORDS = {
    None: "no claim yet",
    ClaimState.DRAFT: "a draft",
    ClaimState.SUBMITTED: "a claim that is submitted",
    ClaimState.VERIFIED: "a claim that is verified",
    ClaimState.RETURNED: "a claim that was returned",
    ClaimState.REOPENED: "a claim that was reopened",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Restatement:
    """A figure that was published and has changed since, by a later row: quantities claimed and verified."""

    commitment_id: int
    period: int
    claimed_before: Decimal
    claimed_now: Decimal
    verified_before: Decimal
    verified_now: Decimal


def latest(claims: Iterable[Claim]) -> dict[Key, Claim]:
    """The row that counts for each commitment and period: the latest, alone (RULES 6.3)."""
    found: dict[Key, Claim] = {}
    for claim in sorted(claims, key=lambda one: one.id):
        found[claim.commitment_id, claim.period] = claim
    return found


def claimed_of(claim: Claim | None) -> Decimal:
    """What a row counts as claimed: its quantity where it is submitted, verified or reopened, else 0."""
    if claim is None or claim.state not in COUNTS_AS_CLAIMED or claim.claimed is None:
        return numbers.ZERO
    return claim.claimed


def verified_of(claim: Claim | None) -> Decimal:
    """What a row counts as verified: what was accepted of it where it is verified, else 0.

    16 weeks claimed of which 12 are accepted count as 12; the other 4 do not carry over.
    """
    if claim is None or claim.state is not ClaimState.VERIFIED or claim.accepted is None:
        return numbers.ZERO
    return claim.accepted


def added_together(parts: Iterable[Part]) -> Decimal:
    """Several people's parts of one claim in one quantity; of each contributor the latest part counts.

    The supplier's 10 weeks and a subcontractor's 3, which were 2 before, are 13.
    """
    last = {part.contributor: part.quantity for part in sorted(parts, key=lambda one: one.id)}
    return numbers.total(last.values())


def faults_of_row(
    row: Claim, *, before: Claim | None, in_words: bool = False, confirmed: bool = True
) -> tuple[Finding, ...]:
    """Why a row cannot follow the one before it; nothing where it can (RULES 6.2, 6.3).

    Refused are a step that the states do not have, a quantity that is missing, negative or too fine, more accepted than
    claimed, and a missing reason where one is due. A commitment `in_words` has no quantity. `confirmed` says that the
    person has confirmed that these are the figures of this contract and this period.
    """
    state = None if before is None else before.state
    if row.state not in NEXT[state]:
        then = [f"“{one.value}”" for one in ClaimState if one in NEXT[state]]
        seen = f"“{row.state.value}” after {_WORDS[state]}"
        return (Finding(path=("state",), seen=seen, wanted=f"{' or '.join(then)} as the next step"),)
    if in_words:
        found = [*_no_quantity(row)]
    else:
        found = [*_quantity("claimed", row.claimed, is_wanted=row.state is not ClaimState.DRAFT)]
    match row.state:
        case ClaimState.SUBMITTED if not confirmed:
            wanted = "the confirmation that these are the figures of this contract and this period"
            found.append(Finding(path=("confirmed",), seen="no confirmation", wanted=wanted))
        case ClaimState.VERIFIED if not in_words:
            found += _verification(row, before)
        case ClaimState.RETURNED | ClaimState.REOPENED:
            found += _as_before(row, before)
            found += _reason(row, f"a reason why the claim is {row.state.value}")
    if row.state is not ClaimState.VERIFIED and row.accepted is not None:
        seen = f"{numbers.trimmed(row.accepted)} accepted"
        found.append(Finding(path=("accepted",), seen=seen, wanted="nothing accepted before the claim is verified"))
    return tuple(found)


def faults_of_period(number: int, *, periods: Sequence[Period], at: date) -> tuple[Finding, ...]:
    """Why nothing can be claimed for a period on a day: not one of the contract's, or not begun (RULES 6.2)."""
    period = next((one for one in periods if one.number == number), None)
    if period is None:
        last = f"a period of this contract, 1 to {len(periods)}"
        return (Finding(path=("period",), seen=f"period {number}", wanted=last),)
    if period.first_day > at:
        seen = f"a period that begins on {wording.day(period.first_day)}"
        return (Finding(path=("period",), seen=seen, wanted=f"one that has begun by {wording.day(at)}"),)
    return ()


def restated(claims: Sequence[Claim], *, published_at: datetime) -> tuple[Restatement, ...]:
    """The figures that were published at a moment and are different now (RULES 6.3).

    A claim that was waiting then and is verified since is none; another claimed quantity, or another verified one
    where something was verified already, is.
    """
    then = latest(claim for claim in claims if claim.at <= published_at)
    now = latest(claims)
    return tuple(
        restatement
        for key, before in sorted(then.items())
        if before.state in COUNTS_AS_CLAIMED and (restatement := _restatement(before, now[key])) is not None
    )


def _restatement(before: Claim, now: Claim) -> Restatement | None:
    is_same = claimed_of(before) == claimed_of(now)
    if before.state is ClaimState.VERIFIED:
        is_same = is_same and verified_of(before) == verified_of(now)
    if is_same:
        return None
    return Restatement(
        commitment_id=before.commitment_id,
        period=before.period,
        claimed_before=claimed_of(before),
        claimed_now=claimed_of(now),
        verified_before=verified_of(before),
        verified_now=verified_of(now),
    )


def _verification(row: Claim, before: Claim | None) -> Iterator[Finding]:
    faults = tuple(_quantity("accepted", row.accepted, is_wanted=True))
    yield from faults
    if faults or row.accepted is None or row.claimed is None:
        return
    if row.accepted > row.claimed:
        seen = f"{numbers.trimmed(row.accepted)} accepted of {numbers.trimmed(row.claimed)} claimed"
        yield Finding(path=("accepted",), seen=seen, wanted="at most what is claimed")
    elif row.accepted < row.claimed:
        yield from _reason(row, "a reason why only a part is accepted")
    if before is not None and before.state is ClaimState.SUBMITTED:
        yield from _as_before(row, before)
    elif before is not None and row.claimed != before.claimed:
        yield from _reason(row, "a reason why the claimed quantity is corrected")


def _as_before(row: Claim, before: Claim | None) -> Iterator[Finding]:
    if before is not None and row.claimed != before.claimed:
        seen, wanted = (
            "nothing" if one.claimed is None else f"{numbers.trimmed(one.claimed)} claimed" for one in (row, before)
        )
        yield Finding(path=("claimed",), seen=seen, wanted=f"{wanted}, as it was submitted")


def _reason(row: Claim, wanted: str) -> Iterator[Finding]:
    if not row.reason.strip():
        yield Finding(path=("reason",), seen=shown(row.reason), wanted=wanted)


def _no_quantity(row: Claim) -> Iterator[Finding]:
    for name in ("claimed", "accepted"):
        quantity: Decimal | None = getattr(row, name)
        if quantity is not None:
            yield Finding(path=(name,), seen=f"{quantity}", wanted="no quantity for a commitment in words")


def _quantity(name: str, quantity: Decimal | None, *, is_wanted: bool) -> Iterator[Finding]:
    wanted = f"a quantity of 0 or more, with at most {DECIMALS} decimals"
    if quantity is None:
        if is_wanted:
            yield Finding(path=(name,), seen="nothing", wanted=wanted)
    elif not quantity.is_finite():
        yield Finding(path=(name,), seen=shown(str(quantity)), wanted=wanted)
    elif quantity < 0 or quantity > LARGEST_QUANTITY or numbers.decimal_places(quantity) > DECIMALS:
        most = f" and at most {wording.grouped(LARGEST_QUANTITY)}" if quantity > LARGEST_QUANTITY else ""
        yield Finding(path=(name,), seen=wording.grouped(quantity), wanted=wanted + most)
