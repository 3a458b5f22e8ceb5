"""The four figures (committed, due, claimed, verified) and what they say together (RULES 6.4, 6.5, 6.6, 6.9).

A position is one commitment on one day, in its own unit. Figures are positions summed in £ at the contract's frozen
unit values, of any group of them: an outcome, a theme, a contract, a supplier, everything. All are exact; shares are
nothing where there is nothing to be a share of.
"""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from itertools import accumulate

from svtracker.delivery.rules import periods as calendar
from svtracker.delivery.rules.claims import COUNTS_AS_CLAIMED, Key, claimed_of, latest, verified_of
from svtracker.delivery.rules.records import BEFORE_THIS_SYSTEM, Claim, Commitment, Contract, Period, Spread
from svtracker.delivery.rules.targets import Plan, due_per_pound, plans, targets_per_pound
from svtracker.frameworks.rules.values import Category, Kind
from svtracker.kernel import numbers
from svtracker.kernel.units import DECIMALS, Unit
from svtracker.registers.rules.policy import DEFAULT, Policy

Amount = Decimal | Fraction
"""Exact; a fraction only where a part of a period has elapsed."""

# Shares of different wholes, and words, cannot be added.
NEVER_ADDED = frozenset({Unit.PERCENT, Unit.TEXT})


class Status(StrEnum):
    """How a ratio of verified to due is called (RULES 6.6)."""

    NOT_STARTED = "not_started"
    ON_TRACK = "on_track"
    SLIGHTLY_BEHIND = "slightly_behind"
    BEHIND = "behind"
    FAR_BEHIND = "far_behind"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ratio:
    """Verified as % of something: `capped` counts of each commitment at most that something, `uncapped` all of it."""

    capped: Fraction | None
    uncapped: Fraction | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """One commitment on one day, in its own unit.

    `due` is nothing where it is unknown: a commitment per £ of spend without the spend of an ended period. `missing`
    are the ended periods without a claim that counts.
    """

    contract: Contract
    commitment: Commitment
    committed: Decimal
    due: Amount | None
    claimed: Decimal
    verified: Decimal
    missing: tuple[int, ...] = ()

    @property
    def is_counted(self) -> bool:
        """Whether it has a quantity at all: a commitment in words has none."""
        return self.commitment.kind is not Kind.NARRATIVE

    @property
    def is_valued(self) -> bool:
        """Whether it has a unit value, and so counts in £."""
        return self.commitment.unit_value is not None

    @property
    def of_due(self) -> Ratio:
        """Verified as % of due by quantity, nothing where nothing is due yet: 25 of 20 are 100 %, 125 uncapped."""
        return _ratio(self.verified, self.due)

    @property
    def of_committed(self) -> Ratio:
        """Verified as % of the whole commitment by quantity."""
        return _ratio(self.verified, self.committed)

    @property
    def is_met(self) -> bool | None:
        """Whether as much is verified as is due; nothing where nothing is due yet, or it is unknown."""
        return None if not self.due or self.due < 0 else self.verified >= self.due

    def status(self, policy: Policy = DEFAULT) -> Status | None:
        """Its band; nothing where what is due is unknown."""
        return None if self.due is None else status_of(self.of_due.capped, policy)

    def value(self, quantity: Amount) -> Amount:
        """£ of a quantity at the frozen unit value, 0 where the line is not valued."""
        unit_value = self.commitment.unit_value
        return numbers.ZERO if unit_value is None else _times(quantity, unit_value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantities:
    """The four figures in one unit; `due` is nothing where that of a commitment is unknown."""

    unit: Unit
    committed: Decimal
    due: Amount | None
    claimed: Decimal
    verified: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """The four figures of a group of commitments in £, and what is needed for their shares.

    `due` and the shares of it leave out the commitments `due_unknown` (their numbers). `verified_of_known` is verified
    without those, `counted_of_due` and `counted_of_committed` are verified, of each commitment at most what is due or
    committed. Of the commitments without £ that have something due, `to_meet` in number, `met` are met.
    """

    committed: Amount
    due: Amount
    claimed: Amount
    verified: Amount
    verified_of_known: Amount
    counted_of_due: Amount
    counted_of_committed: Amount
    met: int = 0
    to_meet: int = 0
    due_unknown: tuple[int, ...] = ()
    quantities: Quantities | None = None

    @property
    def of_due(self) -> Ratio:
        """Achievement: verified as % of due (RULES 6.5); nothing where nothing is due yet.

        Of £18,037.86 due £3,910.39 are verified: 21.68 % uncapped; 21.21 % where over-delivery does not count.
        """
        return Ratio(
            capped=_percent(self.counted_of_due, self.due), uncapped=_percent(self.verified_of_known, self.due)
        )

    @property
    def of_committed(self) -> Ratio:
        """Verified as % of committed: £210,819 of £21,631,485 are 0.97 %."""
        return Ratio(
            capped=_percent(self.counted_of_committed, self.committed),
            uncapped=_percent(self.verified, self.committed),
        )

    def status(self, policy: Policy = DEFAULT) -> Status:
        """The band of the capped ratio. Where only commitments without £ are due, that of the share that is met."""
        ratio = self.of_due.capped
        if ratio is None and self.to_meet:
            ratio = numbers.percent(self.met, self.to_meet)
        return status_of(ratio, policy)


class By(StrEnum):
    """What positions are grouped by."""

    MEASURE = "measure"
    OUTCOME = "outcome"
    THEME = "theme"
    CATEGORY = "category"
    CONTRACT = "contract"
    SUPPLIER = "supplier"
    DIRECTORATE = "directorate"
    AREA = "area"
    PROCUREMENT = "procurement"


# A reference means nothing outside its version, and a theme nothing outside its set (RULES 2.1).
_KEYS: Mapping[By, Callable[[Position], Hashable]] = {
    By.MEASURE: lambda one: (one.contract.framework, one.commitment.measure),
    By.OUTCOME: lambda one: (_measure_set(one.contract), one.commitment.outcome),
    By.THEME: lambda one: (_measure_set(one.contract), one.commitment.theme),
    By.CATEGORY: lambda one: one.commitment.category,
    By.CONTRACT: lambda one: one.contract.id,
    By.SUPPLIER: lambda one: one.contract.supplier_id,
    By.DIRECTORATE: lambda one: one.contract.directorate,
    By.AREA: lambda one: one.contract.area,
    By.PROCUREMENT: lambda one: one.contract.category,
}


def status_of(ratio: Fraction | None, policy: Policy = DEFAULT) -> Status:
    """The band of a ratio in %, by the organisation's own setting; `not_started` where there is none (RULES 6.6)."""
    if ratio is None:
        return Status.NOT_STARTED
    if ratio >= policy.on_track_percent:
        return Status.ON_TRACK
    if ratio >= policy.slightly_behind_percent:
        return Status.SLIGHTLY_BEHIND
    return Status.BEHIND if ratio >= policy.behind_percent else Status.FAR_BEHIND


def positions(
    contract: Contract, claims: Iterable[Claim], *, at: date, elapsed: bool = False, year: int | None = None
) -> tuple[Position, ...]:
    """Every commitment of a contract at a day, with what is known today of the periods ended by then (RULES 6.4).

    With `elapsed` the part of the running period that has passed is due as well: on 15 August 46 of 92 days. With a
    financial `year` only the periods that end in it count, and what was before this system does not; committed is then
    what falls due in them (RULES 6.9).
    """
    counting = latest(claims)
    return tuple(
        position(one, contract=contract, counting=counting, at=at, elapsed=elapsed, year=year)
        for one in plans(contract)
    )


def position(
    plan: Plan,
    *,
    contract: Contract,
    counting: Mapping[Key, Claim],
    at: date,
    elapsed: bool = False,
    year: int | None = None,
) -> Position:
    """One commitment at a day; `counting` holds the row that counts for each commitment and period."""
    if plan.commitment.unit is Unit.PERCENT:
        return _level(plan, contract=contract, counting=counting, at=at, year=year)
    line = plan.commitment
    taken = [one for one in plan.targets if year is None or calendar.financial_year(one.period.last_day) == year]
    ended = [one for one in taken if one.period.last_day <= at]
    opening_due = plan.opening_due if year is None else numbers.ZERO
    committed = plan.quantity if year is None else numbers.total(one.quantity for one in taken)
    due: Amount | None = numbers.plus(opening_due, numbers.total(one.quantity for one in ended))
    if line.spread is Spread.PER_POUND:
        due = _plus(opening_due, _due_by_spend(plan, contract, at=at, year=year))
    elif elapsed:
        running = next((one for one in taken if one.period.first_day <= at < one.period.last_day), None)
        if running is not None:
            due = _plus(due, Fraction(running.quantity) * calendar.elapsed_share(running.period, at=at))
    numbered = [one.period.number for one in ended]
    rows = [counting.get((line.id, number)) for number in ([BEFORE_THIS_SYSTEM] if year is None else []) + numbered]
    return Position(
        contract=contract,
        commitment=line,
        committed=committed,
        due=due,
        claimed=numbers.total(claimed_of(row) for row in rows),
        verified=numbers.total(verified_of(row) for row in rows),
        missing=tuple(
            one.period.number
            for one in ended
            if _is_owed(line, one.period) and not _has_claim(counting.get((line.id, one.period.number)))
        ),
    )


def _level(plan: Plan, *, contract: Contract, counting: Mapping[Key, Claim], at: date, year: int | None) -> Position:
    """A commitment in % is a level to be held in every period, not a quantity to be shared out among them.

    Due is the level itself from the end of the first period on; claimed and verified are the means over the periods
    that have ended, one without a claim counting 0. 100 % promised, 96 % and 100 % verified in two quarters: 98 of 100.
    """
    line = plan.commitment
    taken = [one.period for one in plan.targets if year is None or calendar.financial_year(one.period.last_day) == year]
    ended = [one for one in taken if one.last_day <= at and _is_owed(line, one)]
    rows = [counting.get((line.id, one.number)) for one in ended]
    return Position(
        contract=contract,
        commitment=line,
        committed=plan.quantity if taken else numbers.ZERO,
        due=plan.quantity if ended else numbers.ZERO,
        claimed=_mean([claimed_of(row) for row in rows]),
        verified=_mean([verified_of(row) for row in rows]),
        missing=tuple(one.number for one, row in zip(ended, rows, strict=True) if not _has_claim(row)),
    )


def _mean(values: Sequence[Decimal]) -> Decimal:
    if not values:
        return numbers.ZERO
    return numbers.round_half_up(numbers.ratio(numbers.total(values), Decimal(len(values))), DECIMALS)


def figures(some: Iterable[Position]) -> Figures:
    """The four figures of these commitments together, each once, whatever they are grouped by (RULES 6.4, 6.5)."""
    found = tuple(some)
    valued = [one for one in found if one.is_valued]
    known = [(one, one.due) for one in valued if one.due is not None]
    others = [one.is_met for one in found if one.is_counted and not one.is_valued]
    return Figures(
        committed=added(one.value(one.committed) for one in valued),
        due=added(one.value(due) for one, due in known),
        claimed=added(one.value(one.claimed) for one in valued),
        verified=added(one.value(one.verified) for one in valued),
        verified_of_known=added(one.value(one.verified) for one, _ in known),
        counted_of_due=added(one.value(min(one.verified, due)) for one, due in known),
        counted_of_committed=added(one.value(min(one.verified, one.committed)) for one in valued),
        met=sum(is_met is True for is_met in others),
        to_meet=sum(is_met is not None for is_met in others),
        due_unknown=tuple(one.commitment.id for one in found if one.due is None),
        quantities=_quantities(found),
    )


def grouped(some: Iterable[Position], *, by: By) -> dict[Hashable, Figures]:
    """The figures of each group; every commitment stands in one of them, so the groups add up to the whole."""
    groups: dict[Hashable, list[Position]] = defaultdict(list)
    for one in some:
        groups[_KEYS[by](one)].append(one)
    return {key: figures(group) for key, group in groups.items()}


def together(some: Iterable[Figures]) -> Figures:
    """Figures of several groups that share no commitment, as one: contracts summed to a portfolio.

    Shares are those of the sums: £50 of £100 and £0 of £300 are 12.5 %, not 25 %. Quantities are left to the groups.
    """
    found = tuple(some)
    return Figures(
        committed=added(one.committed for one in found),
        due=added(one.due for one in found),
        claimed=added(one.claimed for one in found),
        verified=added(one.verified for one in found),
        verified_of_known=added(one.verified_of_known for one in found),
        counted_of_due=added(one.counted_of_due for one in found),
        counted_of_committed=added(one.counted_of_committed for one in found),
        met=sum(one.met for one in found),
        to_meet=sum(one.to_meet for one in found),
        due_unknown=tuple(number for one in found for number in one.due_unknown),
    )


def by_category(some: Iterable[Position]) -> dict[Category, Figures]:
    """The figures of every category, also of one without commitments (RULES 2.8)."""
    found = grouped(some, by=By.CATEGORY)
    return {category: found.get(category) or figures(()) for category in Category}


def years_of(contract: Contract) -> tuple[int, ...]:
    """The financial years in which the periods of a contract count."""
    return tuple(sorted({calendar.financial_year(one.last_day) for one in calendar.schedule(contract)}))


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """The end of a period in £, cumulative: `claimed` and `verified` are nothing where it has not ended yet."""

    period: Period
    due: Decimal
    claimed: Decimal | None
    verified: Decimal | None


def timeline(contract: Contract, claims: Iterable[Claim], *, at: date) -> tuple[Point, ...]:
    """Due, claimed and verified of a contract over its periods, each with all before it; what the chart draws.

    What is due per £ of spend enters as far as the spend of every period is known, and stays there after a gap.
    """
    counting = latest(claims)
    periods = calendar.schedule(contract)
    due, claimed, verified = ([numbers.ZERO] * len(periods) for _ in range(3))
    for one in plans(contract):
        unit_value = one.commitment.unit_value
        if unit_value is None:
            continue
        before = counting.get((one.commitment.id, BEFORE_THIS_SYSTEM))
        rows = [counting.get((one.commitment.id, period.number)) for period in periods]
        for sums, first, each in (
            (due, one.opening_due, _targets_so_far(one, contract)),
            (claimed, claimed_of(before), [claimed_of(row) for row in rows]),
            (verified, verified_of(before), [verified_of(row) for row in rows]),
        ):
            for place, quantity in enumerate(accumulate(each, numbers.plus, initial=first)):
                if place:
                    sums[place - 1] = numbers.plus(sums[place - 1], numbers.times(quantity, unit_value))
    return tuple(
        Point(
            period=period,
            due=due[place],
            claimed=claimed[place] if period.last_day <= at else None,
            verified=verified[place] if period.last_day <= at else None,
        )
        for place, period in enumerate(periods)
    )


def _targets_so_far(plan: Plan, contract: Contract) -> list[Decimal]:
    """The targets of the periods; of a commitment per £ those that its spend made due, up to the first gap."""
    if plan.commitment.spread is not Spread.PER_POUND:
        return [one.quantity for one in plan.targets]
    owed = [one.period for one in plan.targets if _is_owed(plan.commitment, one.period)]
    known = [due or numbers.ZERO for due in targets_per_pound(plan.rates, owed, contract.spend)]
    return [*[numbers.ZERO] * (len(plan.targets) - len(owed)), *known]


def _due_by_spend(plan: Plan, contract: Contract, *, at: date, year: int | None) -> Decimal | None:
    ended = calendar.ended([one.period for one in plan.targets if _is_owed(plan.commitment, one.period)], at=at)
    if year is None:
        return due_per_pound(plan.rates, ended, contract.spend)
    each = zip(ended, targets_per_pound(plan.rates, ended, contract.spend), strict=True)
    of_year = [due for period, due in each if calendar.financial_year(period.last_day) == year]
    known = [due for due in of_year if due is not None]
    return numbers.total(known) if len(known) == len(of_year) else None


def _is_owed(line: Commitment, period: Period) -> bool:
    """Whether a commitment was in force in a period: one that a variation made is so from its day on."""
    return line.in_force_from is None or line.in_force_from <= period.last_day


def _has_claim(row: Claim | None) -> bool:
    return row is not None and row.state in COUNTS_AS_CLAIMED


def _quantities(found: Sequence[Position]) -> Quantities | None:
    units = {one.commitment.unit for one in found}
    if len(units) != 1 or (len(found) > 1 and units & NEVER_ADDED) or units == {Unit.TEXT}:
        return None
    known = [one.due for one in found if one.due is not None]
    return Quantities(
        unit=found[0].commitment.unit,
        committed=numbers.total(one.committed for one in found),
        due=added(known) if len(known) == len(found) else None,
        claimed=numbers.total(one.claimed for one in found),
        verified=numbers.total(one.verified for one in found),
    )


def _ratio(verified: Amount, whole: Amount | None) -> Ratio:
    if whole is None:
        return Ratio(capped=None, uncapped=None)
    return Ratio(capped=_percent(min(verified, whole), whole), uncapped=_percent(verified, whole))


def _percent(part: Amount, whole: Amount) -> Fraction | None:
    return numbers.percent(part, whole) if whole > 0 else None


def _measure_set(contract: Contract) -> str | None:
    return None if contract.framework is None else contract.framework.partition("@")[0]


def _times(quantity: Amount, unit_value: Decimal) -> Amount:
    if isinstance(quantity, Decimal):
        return numbers.times(quantity, unit_value)
    return quantity * Fraction(unit_value)


def _plus(first: Amount | None, second: Amount | None) -> Amount | None:
    if first is None or second is None:
        return None
    if isinstance(first, Decimal) and isinstance(second, Decimal):
        return numbers.plus(first, second)
    return Fraction(first) + Fraction(second)


def added(amounts: Iterable[Amount]) -> Amount:
    """The exact sum; a fraction only where one of the amounts is."""
    found = tuple(amounts)
    decimals = numbers.total(one for one in found if isinstance(one, Decimal))
    fractions = [one for one in found if isinstance(one, Fraction)]
    return Fraction(decimals) + sum(fractions) if fractions else decimals
