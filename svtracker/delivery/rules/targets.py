"""How a commitment falls due over the periods of its contract, also after variations (RULES 6.1, 5.3, 5.4).

A cumulative target is the quantity x the weight of the periods so far / the weight of all, half-up to 4 decimals; a
period's own target is the difference to the one before. So the targets of all periods, with what was due before this
system, always add up to the commitment.

Weights: `even` gives each of n periods 1; `front` n, n - 1, ... 1; `back` 1, 2, ... n. Where the periods are unequal,
each weight is multiplied by the days of its period.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import accumulate

from svtracker.delivery.rules import periods as calendar
from svtracker.delivery.rules.records import Commitment, Contract, Period, Spend, Spread, Variation, VariationKind
from svtracker.kernel import numbers
from svtracker.kernel.units import DECIMALS

_NEW_QUANTITY = frozenset({VariationKind.QUANTITY, VariationKind.SUBSTITUTION})
_NEW_TARGETS = _NEW_QUANTITY | {VariationKind.PROFILE, VariationKind.RATE}


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """The quantity of a commitment that falls due in one period."""

    period: Period
    quantity: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """So many units for each £ spent, in the periods that have not ended before the day."""

    effective_on: date
    per_pound: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A commitment after every approved variation: its quantity over the whole term and when it falls due.

    `opening_due` was due before this system. Of a commitment per £ of spend the targets are only what was estimated;
    what is due follows the spend (RULES 5.3).
    """

    commitment: Commitment
    quantity: Decimal
    targets: tuple[Target, ...]
    rates: tuple[Rate, ...] = ()

    @property
    def opening_due(self) -> Decimal:
        """What was due before this system (RULES 5.4)."""
        return self.commitment.opening_due


def per_pound_quantity(*, rate: Decimal, spend: Decimal) -> Decimal:
    """Units that a spend brings with it: rate x spend, half-up to 4 decimals (RULES 5.3).

    0.0004 hours for each £ of £125,000 are 50 hours.
    """
    return numbers.round_half_up(numbers.times(rate, spend), DECIMALS)


def spread_over(
    quantity: Decimal,
    periods: Sequence[Period],
    *,
    spread: Spread = Spread.EVEN,
    profile: Sequence[Decimal] = (),
    contract: Contract,
) -> tuple[Decimal, ...]:
    """The targets of the periods, which add up to the quantity.

    104 over 8 equal quarters are 13 in each; 10 over 3 are 3.3333, 3.3334 and 3.3333. Front-loaded, 60 over 3 equal
    periods are 30, 20 and 10; back-loaded 10, 20 and 30. An own profile stands as given. 46 over July to September
    and 1 to 31 October of calendar quarters, 92 and 31 days, are 34.4065 and 11.5935.
    """
    if spread is Spread.OWN:
        return tuple(profile)
    return _parts(quantity, _shares(periods, spread, contract=contract))


def plan(commitment: Commitment, *, contract: Contract) -> Plan:
    """A commitment after every approved variation of its contract, in the order of approval (RULES 5.3).

    What fell due in periods ended before a variation takes effect stays; the rest is spread evenly over the others,
    unless the variation brings its own spread. 104 over 8 quarters, raised to 140 from the third on: 13, 13, and 19 in
    each of the six that remain.
    """
    return _plan(commitment, _Course(contract))


def plans(contract: Contract) -> tuple[Plan, ...]:
    """The plan of every commitment of a contract."""
    course = _Course(contract)
    return tuple(_plan(commitment, course) for commitment in contract.commitments)


def _plan(commitment: Commitment, course: "_Course") -> Plan:
    state = _first(commitment, course)
    for change in course.changes:
        state = _changed(state, change, course)
    return Plan(
        commitment=commitment,
        quantity=state.quantity,
        targets=tuple(
            Target(period=period, quantity=target) for period, target in zip(state.periods, state.targets, strict=True)
        ),
        rates=state.rates,
    )


def due_per_pound(rates: Sequence[Rate], ended: Sequence[Period], spend: Sequence[Spend]) -> Decimal | None:
    """What spend made due by the end of these periods, nothing (unknown) where one of them has none entered.

    Each period at the rate that held when it ended; the sum half-up to 4 decimals (RULES 5.3). At 0.001 a £, £20,000
    and £30,500 make 50.5 due.
    """
    entered = {row.period: row.amount for row in sorted(spend, key=lambda row: row.id)}
    if any(period.number not in entered for period in ended):
        return None
    exact = numbers.total(numbers.times(_rate_of(rates, period), entered[period.number]) for period in ended)
    return numbers.round_half_up(exact, DECIMALS)


def targets_per_pound(
    rates: Sequence[Rate], ended: Sequence[Period], spend: Sequence[Spend]
) -> tuple[Decimal | None, ...]:
    """What spend made due in each period: the difference of the cumulative figures, unknown from the first gap on."""
    cumulative = [due_per_pound(rates, ended[: place + 1], spend) for place in range(len(ended))]
    return tuple(
        None if now is None or before is None else numbers.minus(now, before)
        for now, before in zip(cumulative, [numbers.ZERO, *cumulative], strict=False)
    )


def substituted_quantity(*, quantity: Decimal, unit_value: Decimal, new_unit_value: Decimal) -> Decimal:
    """What stands in for a quantity: q2 = q1 x v1 / v2, half-up to 4 decimals (RULES 5.3).

    40 staff hours at £17.05 are 4.3064 weeks at £158.37. Both unit values come from the contract's frozen version.
    """
    return numbers.round_half_up(numbers.ratio(numbers.times(quantity, unit_value), new_unit_value), DECIMALS)


def quantity_at_termination(plan_now: Plan, *, ends_on: date) -> Decimal:
    """A proposal for the commitment of a contract that ends early: what falls due by that day.

    The targets of the periods ended by then and, of the one that is cut, the days / its days. 13 a quarter from
    1 April, terminated on 15 August: 13 + 13 x 46 / 92 = 19.5.
    """
    whole = [target.quantity for target in plan_now.targets if target.period.last_day <= ends_on]
    running = calendar.current([target.period for target in plan_now.targets], at=ends_on)
    part = numbers.ZERO
    if running is not None:
        of_running = next(target.quantity for target in plan_now.targets if target.period is running)
        part = numbers.part_rounded(of_running, calendar.elapsed_share(running, at=ends_on), DECIMALS)
    return numbers.total([plan_now.opening_due, *whole, part])


class _Course:
    """What the commitments of one contract share: its schedules one after the other, and the shares of their periods.

    Both are worked out once for all of them.
    """

    def __init__(self, contract: Contract) -> None:
        self.contract = contract
        self.changes = contract.approved
        self.first = calendar.first_schedule(contract)
        self._after: dict[tuple[int, int], tuple[Period, ...]] = {}
        self._shares: dict[tuple[int, int, Spread], tuple[Fraction, ...]] = {}

    def after(self, periods: tuple[Period, ...], change: Variation, ends_on: date) -> tuple[Period, ...]:
        """The periods after a change of the term."""
        key = id(periods), change.id
        if key not in self._after:
            self._after[key] = calendar.changed_schedule(
                periods, contract=self.contract, effective_on=change.effective_on, ends_on=ends_on
            )
        return self._after[key]

    def parts(self, quantity: Decimal, periods: tuple[Period, ...], kept: int, spread: Spread) -> tuple[Decimal, ...]:
        """A quantity over the periods from one on. The periods are told by their identity and live as long as this."""
        key = id(periods), kept, spread
        if key not in self._shares:
            self._shares[key] = _shares(periods[kept:], spread, contract=self.contract)
        return _parts(quantity, self._shares[key])


@dataclass(frozen=True, slots=True, kw_only=True)
class _State:
    """A commitment on its way through the variations."""

    commitment: Commitment
    quantity: Decimal
    periods: tuple[Period, ...]
    targets: tuple[Decimal, ...]
    rates: tuple[Rate, ...]
    estimated_spend: Decimal


def _first(commitment: Commitment, course: _Course) -> _State:
    empty = _State(
        commitment=commitment,
        quantity=commitment.opening_due,
        periods=course.first,
        targets=(numbers.ZERO,) * len(course.first),
        rates=(),
        estimated_spend=commitment.estimated_spend or numbers.ZERO,
    )
    return empty if commitment.in_force_from is not None else _begun(empty, course.first[0].first_day, course)


def _begun(state: _State, day: date, course: _Course) -> _State:
    """The commitment as it was made: from the award, or from the variation that made it."""
    made = state.commitment
    rates, quantity = tuple[Rate, ...](), made.quantity or numbers.ZERO
    if made.spread is Spread.PER_POUND and made.rate is not None:
        rates = (Rate(effective_on=day, per_pound=made.rate),)
        quantity = per_pound_quantity(rate=made.rate, spend=state.estimated_spend)
    begun = replace(state, quantity=quantity, rates=rates)
    return _respread(begun, course, from_day=day, spread=made.spread, profile=made.profile)


def _changed(state: _State, change: Variation, course: _Course) -> _State:
    day = change.effective_on
    if change.kind in calendar.TERM_CHANGES and change.ends_on is not None:
        periods = course.after(state.periods, change, change.ends_on)
        kept = sum(period.last_day < day for period in state.periods)
        empty = (numbers.ZERO,) * (len(periods) - kept)
        cut = replace(state, periods=periods, targets=(*state.targets[:kept], *empty))
        return _respread(cut, course, from_day=day, spread=Spread.EVEN, profile=())
    if change.made_id == state.commitment.id:
        return _begun(state, day, course)
    if change.commitment_id != state.commitment.id or change.kind not in _NEW_TARGETS:
        return state
    if change.kind in _NEW_QUANTITY and change.quantity is not None:
        state = replace(state, quantity=change.quantity)
    if change.kind is VariationKind.RATE and change.rate is not None:
        spend = state.estimated_spend if change.estimated_spend is None else change.estimated_spend
        state = replace(
            state,
            quantity=per_pound_quantity(rate=change.rate, spend=spend),
            rates=(*state.rates, Rate(effective_on=day, per_pound=change.rate)),
            estimated_spend=spend,
        )
    return _respread(state, course, from_day=day, spread=change.spread, profile=change.profile)


def _respread(
    state: _State, course: _Course, *, from_day: date, spread: Spread, profile: tuple[Decimal, ...]
) -> _State:
    kept = sum(period.last_day < from_day for period in state.periods)
    rest = numbers.minus(state.quantity, numbers.total([state.commitment.opening_due, *state.targets[:kept]]))
    again = profile if spread is Spread.OWN else course.parts(rest, state.periods, kept, spread)
    return replace(state, targets=(*state.targets[:kept], *again))


def _parts(quantity: Decimal, shares: Sequence[Fraction]) -> tuple[Decimal, ...]:
    """The differences of the cumulative figures, each rounded once."""
    cumulative = [numbers.part_rounded(quantity, share, DECIMALS) for share in shares]
    return tuple(
        numbers.minus(now, before) for now, before in zip(cumulative, [numbers.ZERO, *cumulative], strict=False)
    )


def _shares(periods: Sequence[Period], spread: Spread, *, contract: Contract) -> tuple[Fraction, ...]:
    """The share of the whole that is due by the end of each period; 1 by the last."""
    weights = _weights(periods, spread, are_equal=calendar.are_equal(periods, contract=contract))
    whole = sum(weights)
    return tuple(numbers.ratio(part, whole) for part in accumulate(weights))


def _weights(periods: Sequence[Period], spread: Spread, *, are_equal: bool) -> list[int]:
    number = len(periods)
    match spread:
        case Spread.FRONT:
            order = list(range(number, 0, -1))
        case Spread.BACK:
            order = list(range(1, number + 1))
        case _:
            order = [1] * number
    return order if are_equal else [weight * period.days for weight, period in zip(order, periods, strict=True)]


def _rate_of(rates: Sequence[Rate], period: Period) -> Decimal:
    """The rate that holds for a period: the last one approved that took effect by its end."""
    return next((one.per_pound for one in reversed(rates) if one.effective_on <= period.last_day), numbers.ZERO)
