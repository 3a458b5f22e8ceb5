"""A contract begins here: from an award, or taken over while it runs (RULES 5.1, 5.4)."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal

from svtracker.delivery.rules import periods as calendar
from svtracker.delivery.rules.records import (
    BEFORE_THIS_SYSTEM,
    Claim,
    ClaimState,
    Commitment,
    Contract,
    Spread,
)
from svtracker.frameworks.rules.values import Kind
from svtracker.kernel import numbers, wording
from svtracker.kernel.problems import Finding, shown
from svtracker.kernel.units import DECIMALS, LARGEST_QUANTITY

LONGEST_TERM_YEARS = 100
FIRST_DAY, LAST_DAY = date(1950, 1, 1), date(2199, 12, 31)


def taken_over(commitment: Commitment, *, verified: Decimal, due: Decimal | None = None) -> Commitment:
    """The commitment of a running contract, of which something was delivered before this system.

    What was due by then is what a person says, else as much as was verified (at most the commitment): the targets from
    the day on then add up to the rest. Of 104 weeks with 52 verified before, 52 fall due from the day on.
    """
    quantity = commitment.quantity or numbers.ZERO
    return replace(commitment, opening_due=min(verified, quantity) if due is None else due)


def opening_row(
    commitment: Commitment, *, verified: Decimal, id_: int, at: datetime, person_id: int | None, reason: str
) -> Claim:
    """The one verified row of a commitment “before this system” (RULES 5.4)."""
    return Claim(
        id=id_,
        commitment_id=commitment.id,
        period=BEFORE_THIS_SYSTEM,
        state=ClaimState.VERIFIED,
        claimed=verified,
        accepted=verified,
        reason=reason,
        person_id=person_id,
        at=at,
    )


def faults_of_contract(contract: Contract) -> tuple[Finding, ...]:
    """Everything that stops a contract from being begun: its manager, its dates, and the targets of its commitments."""
    term = tuple(_term(contract))
    found = [*_names(contract), *term]
    if not term:
        number = len(calendar.first_schedule(contract))
        for place, one in enumerate(contract.commitments):
            found += _commitment(one, at=("commitments", place), periods=number)
    return tuple(found)


def _names(contract: Contract) -> Iterator[Finding]:
    if contract.manager_id is None:
        yield Finding(path=("manager",), seen="nobody", wanted="a named contract manager")
    if not contract.title.strip():
        yield Finding(path=("title",), seen=shown(contract.title), wanted="a title")


def _term(contract: Contract) -> Iterator[Finding]:
    starts, ends, taken = contract.starts_on, contract.ends_on, contract.taken_over_on
    for name, day in (("starts_on", starts), ("ends_on", ends)):
        if not FIRST_DAY <= day <= LAST_DAY:
            wanted = f"a day from {FIRST_DAY.year} to {LAST_DAY.year}"
            yield Finding(path=(name,), seen=wording.day(day), wanted=wanted)
    if ends < starts:
        wanted = f"{wording.day(starts)}, the first day, or later"
        yield Finding(path=("ends_on",), seen=wording.day(ends), wanted=wanted)
    elif ends.year - starts.year > LONGEST_TERM_YEARS:
        wanted = f"a term of at most {LONGEST_TERM_YEARS} years"
        yield Finding(path=("ends_on",), seen=wording.day(ends), wanted=wanted)
    if taken is not None and not starts <= taken <= ends:
        wanted = f"a day of the term, {wording.day(starts)} to {wording.day(ends)}"
        yield Finding(path=("taken_over_on",), seen=wording.day(taken), wanted=wanted)


def _commitment(one: Commitment, *, at: tuple[str | int, ...], periods: int) -> Iterator[Finding]:
    if one.kind is Kind.NARRATIVE:
        return
    if one.spread is Spread.PER_POUND:
        for name, figure in (("rate", one.rate), ("estimated_spend", one.estimated_spend)):
            if figure is None or figure <= 0:
                seen = "nothing" if figure is None else wording.grouped(figure)
                yield Finding(path=(*at, name), seen=seen, wanted="a figure above 0, for targets per £ of spend")
        return
    if one.quantity is None or not 0 < one.quantity <= LARGEST_QUANTITY:
        seen = "nothing" if one.quantity is None else wording.grouped(one.quantity)
        yield Finding(path=(*at, "quantity"), seen=seen, wanted="a quantity above 0")
    elif not 0 <= one.opening_due <= one.quantity:
        wanted = f"0 to {wording.grouped(one.quantity)}, the whole commitment"
        yield Finding(path=(*at, "opening_due"), seen=wording.grouped(one.opening_due), wanted=wanted)
    elif one.spread is Spread.OWN:
        rest = numbers.minus(one.quantity, one.opening_due)
        yield from faults_of_profile(one.profile, rest=rest, periods=periods, path=(*at, "profile"))


def faults_of_profile(
    profile: tuple[Decimal, ...], *, rest: Decimal, periods: int, path: tuple[str | int, ...] = ("profile",)
) -> Iterator[Finding]:
    """Why an own profile cannot stand: another number of periods, a quantity too fine or negative, another sum."""
    if len(profile) != periods:
        wanted = f"{wording.counted(periods, 'quantity', 'quantities')}, one for each period"
        yield Finding(path=path, seen=wording.counted(len(profile), "quantity", "quantities"), wanted=wanted)
        return
    for place, target in enumerate(profile):
        if target < 0 or numbers.decimal_places(target) > DECIMALS:
            wanted = f"a quantity of 0 or more, with at most {DECIMALS} decimals"
            yield Finding(path=(*path, place), seen=wording.grouped(target), wanted=wanted)
    whole = numbers.total(profile)
    if whole != rest:
        wanted = f"targets that add up to {wording.grouped(rest)}, what is to be spread"
        yield Finding(path=path, seen=f"a sum of {wording.grouped(whole)}", wanted=wanted)
