"""Changes of a running contract: what may be changed, and by whom (RULES 5.3)."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal

from svtracker.delivery.rules import periods as calendar
from svtracker.delivery.rules.claims import COUNTS_AS_CLAIMED, latest, verified_of
from svtracker.delivery.rules.opening import LAST_DAY, LONGEST_TERM_YEARS, faults_of_profile
from svtracker.delivery.rules.records import (
    BEFORE_THIS_SYSTEM,
    Claim,
    Commitment,
    Contract,
    Spread,
    Variation,
    VariationKind,
)
from svtracker.delivery.rules.targets import Plan, per_pound_quantity, plan, substituted_quantity
from svtracker.frameworks.rules.values import Measure
from svtracker.kernel import numbers, wording
from svtracker.kernel.problems import Finding, shown
from svtracker.kernel.units import DECIMALS, LARGEST_QUANTITY

_OF_A_COMMITMENT = frozenset(
    {VariationKind.QUANTITY, VariationKind.PROFILE, VariationKind.RATE, VariationKind.SUBSTITUTION}
)


def verified_in_all(commitment_id: int, claims: Iterable[Claim]) -> Decimal:
    """What of a commitment is verified, over all periods and before this system: it cannot go below that."""
    rows = (row for (commitment, _), row in latest(claims).items() if commitment == commitment_id)
    return numbers.total(verified_of(row) for row in rows)


def standing_in(
    commitment: Commitment, *, measure: Measure, quantity: Decimal, id_: int, theme: str, outcome: str, on: date
) -> Commitment:
    """The second row of a substitution: what stands for a quantity of a commitment from a day on (RULES 5.3).

    Its unit value is that of the contract's frozen version, its quantity q1 x v1 / v2: 40 staff hours at £17.05
    become 4.3064 weeks at £158.37. Both must be valued.
    """
    if commitment.unit_value is None or measure.unit_value is None:
        raise ValueError(measure.ref)
    new_quantity = substituted_quantity(
        quantity=quantity, unit_value=commitment.unit_value, new_unit_value=measure.unit_value
    )
    return Commitment(
        id=id_,
        measure=measure.ref,
        theme=theme,
        outcome=outcome,
        category=measure.category,
        kind=measure.kind,
        unit=measure.unit,
        unit_value=measure.unit_value,
        quantity=new_quantity,
        in_force_from=on,
        replaces=commitment.id,
    )


def faults_of_variation(change: Variation, *, contract: Contract, claims: Iterable[Claim]) -> tuple[Finding, ...]:
    """Why a variation cannot be proposed or approved; nothing where it can.

    Refused are a missing reason, approval by the proposer, a day outside the term, a commitment below what is verified,
    an extension that does not extend, a termination that cuts off periods in which something is claimed, targets that
    do not add up, and a substitution between lines that are not both valued. `contract` holds what was approved before.
    """
    rows = tuple(claims)
    found = [*_people(change), *_day(change, contract)]
    if change.kind in calendar.TERM_CHANGES:
        found += _term(change, contract, rows)
    elif change.kind is VariationKind.VALUE:
        found += _above_zero("value", change.value, "a contract value in £ above 0")
    elif change.kind in _OF_A_COMMITMENT:
        line = next((one for one in contract.commitments if one.id == change.commitment_id), None)
        if line is None:
            seen = f"commitment {change.commitment_id}"
            found.append(Finding(path=("commitment_id",), seen=seen, wanted="a commitment of this contract"))
        elif not found:
            found += _commitment(change, plan(line, contract=contract), contract, rows)
    return tuple(found)


def as_known(contract: Contract, claims: Iterable[Claim], *, moment: datetime) -> tuple[Contract, tuple[Claim, ...]]:
    """A contract and its claims as they were known at a moment: history beside today's figures."""
    then = tuple(one for one in contract.variations if one.approved_at is not None and one.approved_at <= moment)
    spend = tuple(row for row in contract.spend if row.at <= moment)
    return replace(contract, variations=then, spend=spend), tuple(row for row in claims if row.at <= moment)


def value_now(contract: Contract) -> Decimal | None:
    """The contract's value in £ after every approved variation of it; the first stays on record."""
    values = [one.value for one in contract.approved if one.kind is VariationKind.VALUE]
    return values[-1] if values else contract.value


def _people(change: Variation) -> Iterator[Finding]:
    if not change.reason.strip():
        yield Finding(path=("reason",), seen=shown(change.reason), wanted="a reason for the variation")
    if change.approved_by is not None and change.approved_by == change.proposed_by:
        seen = "approval by the person who proposed it"
        yield Finding(path=("approved_by",), seen=seen, wanted="a second person's approval")


def _day(change: Variation, contract: Contract) -> Iterator[Finding]:
    first, ends = calendar.schedule(contract)[0].first_day, calendar.last_day(contract)
    # An extension may take effect when the contract has already run out; everything else needs a day of the term.
    if change.effective_on < first or (change.effective_on > ends and change.kind is not VariationKind.EXTENSION):
        wanted = f"a day of the term, {wording.day(first)} to {wording.day(ends)}"
        yield Finding(path=("effective_on",), seen=wording.day(change.effective_on), wanted=wanted)


def _term(change: Variation, contract: Contract, claims: tuple[Claim, ...]) -> Iterator[Finding]:
    ends = calendar.last_day(contract)
    if change.ends_on is None:
        yield Finding(path=("ends_on",), seen="nothing", wanted="the new last day")
        return
    seen = wording.day(change.ends_on)
    if change.kind is VariationKind.EXTENSION:
        if change.ends_on <= ends:
            yield Finding(path=("ends_on",), seen=seen, wanted=f"a day after {wording.day(ends)}, the last day now")
        elif change.ends_on > LAST_DAY or change.ends_on.year - contract.starts_on.year > LONGEST_TERM_YEARS:
            wanted = f"a term of at most {LONGEST_TERM_YEARS} years that ends by {LAST_DAY.year}"
            yield Finding(path=("ends_on",), seen=seen, wanted=wanted)
        elif change.ends_on < change.effective_on:
            wanted = f"{wording.day(change.effective_on)}, the day on which it takes effect, or later"
            yield Finding(path=("ends_on",), seen=seen, wanted=wanted)
        return
    if not change.effective_on <= change.ends_on < ends:
        wanted = f"a day from {wording.day(change.effective_on)}, when it takes effect, and before {wording.day(ends)}"
        yield Finding(path=("ends_on",), seen=seen, wanted=wanted)
        return
    before = calendar.schedule(contract)
    after = calendar.changed_schedule(
        before, contract=contract, effective_on=change.effective_on, ends_on=change.ends_on
    )
    claimed = {number for (_, number), row in latest(claims).items() if row.state in COUNTS_AS_CLAIMED}
    cut_off = sorted(claimed - {BEFORE_THIS_SYSTEM} - {period.number for period in after})
    if cut_off:
        places = wording.listed([str(number) for number in cut_off])
        wanted = f"a last day after what is claimed: there are claims for {'periods' if cut_off[1:] else 'period'} "
        yield Finding(path=("ends_on",), seen=seen, wanted=wanted + places)


def _commitment(change: Variation, now: Plan, contract: Contract, claims: tuple[Claim, ...]) -> Iterator[Finding]:
    quantity: Decimal | None = now.quantity
    match change.kind:
        case VariationKind.RATE:
            faults = (
                *_above_zero("rate", change.rate, "a rate per £ above 0"),
                *_above_zero("estimated_spend", change.estimated_spend, "an estimated spend in £ above 0"),
            )
            if now.commitment.spread is not Spread.PER_POUND:
                wanted = "a commitment per £ of spend"
                faults = (*faults, Finding(path=("commitment_id",), seen=now.commitment.measure, wanted=wanted))
            yield from faults
            if faults or change.rate is None or change.estimated_spend is None:
                return
            quantity = per_pound_quantity(rate=change.rate, spend=change.estimated_spend)
        case VariationKind.QUANTITY | VariationKind.SUBSTITUTION:
            quantity = change.quantity
            if quantity is None or not 0 <= quantity <= LARGEST_QUANTITY or numbers.decimal_places(quantity) > DECIMALS:
                seen = "nothing" if quantity is None else wording.grouped(quantity)
                wanted = f"a quantity of 0 or more, with at most {DECIMALS} decimals"
                yield Finding(path=("quantity",), seen=seen, wanted=wanted)
                return
    if quantity is None:
        return
    verified = verified_in_all(now.commitment.id, claims)
    if quantity < verified:
        wanted = f"at least {wording.grouped(verified)}, which is verified already"
        yield Finding(path=("quantity",), seen=wording.grouped(quantity), wanted=wanted)
    if change.kind is VariationKind.SUBSTITUTION:
        yield from _substitution(change, now, contract, quantity)
    if change.spread is Spread.OWN:
        left = [one for one in now.targets if one.period.last_day >= change.effective_on]
        kept = [one.quantity for one in now.targets if one.period.last_day < change.effective_on]
        rest = numbers.minus(quantity, numbers.total([now.opening_due, *kept]))
        yield from faults_of_profile(change.profile, rest=rest, periods=len(left))


def _substitution(change: Variation, now: Plan, contract: Contract, quantity: Decimal) -> Iterator[Finding]:
    made = next((one for one in contract.commitments if one.id == change.made_id), None)
    if made is None or made.replaces != now.commitment.id or made.in_force_from != change.effective_on:
        wanted = "the commitment that stands in for it, from the same day"
        yield Finding(path=("made_id",), seen=f"commitment {change.made_id}", wanted=wanted)
        return
    if now.commitment.unit_value is None or made.unit_value is None:
        seen = now.commitment.measure if now.commitment.unit_value is None else made.measure
        yield Finding(path=("made_id",), seen=f"{seen} without a unit value", wanted="two commitments with unit values")
        return
    taken = numbers.minus(now.quantity, quantity)
    if taken <= 0:
        wanted = f"less than {wording.grouped(now.quantity)}, of which a part is substituted"
        yield Finding(path=("quantity",), seen=wording.grouped(quantity), wanted=wanted)
        return
    wanted_quantity = substituted_quantity(
        quantity=taken, unit_value=now.commitment.unit_value, new_unit_value=made.unit_value
    )
    if made.quantity != wanted_quantity:
        seen = "nothing" if made.quantity is None else wording.grouped(made.quantity)
        wanted = f"{wording.grouped(wanted_quantity)}, of the same value as what it stands in for"
        yield Finding(path=("made_id",), seen=seen, wanted=wanted)


def _above_zero(name: str, figure: Decimal | None, wanted: str) -> tuple[Finding, ...]:
    if figure is not None and figure > 0:
        return ()
    return (Finding(path=(name,), seen="nothing" if figure is None else wording.grouped(figure), wanted=wanted),)
