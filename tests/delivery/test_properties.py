"""What holds for every contract (hypothesis): nothing counts twice, and all parts add up."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import count, pairwise
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from svtracker.delivery.rules import periods as calendar
from svtracker.delivery.rules.claims import faults_of_row, latest
from svtracker.delivery.rules.figures import By, figures, grouped, positions, timeline, together, years_of
from svtracker.delivery.rules.forecast import forecasts
from svtracker.delivery.rules.records import (
    Claim,
    ClaimState,
    Contract,
    PeriodKind,
    Spread,
    Variation,
    VariationKind,
)
from svtracker.delivery.rules.targets import plans
from svtracker.delivery.rules.variations import faults_of_variation
from svtracker.kernel import numbers
from tests.delivery.made import MEASURES, MORNING, commitment, contract, d

QUANTITIES = st.sampled_from(("0.0001", "1", "3", "10", "33.3333", "104", "999.9999", "12345.6789"))
# A contract by chance takes long to make.
FEWER = settings(max_examples=30)

FIRST = st.dates(date(2026, 1, 1), date(2028, 12, 31))


@st.composite
def changes(draw: st.DrawFn, made: Contract) -> Contract:
    """The contract after up to four variations that the rules accept."""
    numbered = count(1)
    for _ in range(draw(st.integers(0, 4))):
        last = calendar.last_day(made)
        day = draw(st.dates(calendar.schedule(made)[0].first_day, last))
        kind = draw(
            st.sampled_from(
                (VariationKind.QUANTITY, VariationKind.EXTENSION, VariationKind.TERMINATION, VariationKind.PROFILE)
            )
        )
        more: dict[str, Any] = {}
        if kind in {VariationKind.QUANTITY, VariationKind.PROFILE}:
            more["commitment_id"] = draw(st.sampled_from([one.id for one in made.commitments]))
            more["spread"] = draw(st.sampled_from((Spread.EVEN, Spread.FRONT, Spread.BACK)))
        if kind is VariationKind.QUANTITY:
            more["quantity"] = d(draw(QUANTITIES))
        if kind is VariationKind.EXTENSION:
            more["ends_on"] = last + timedelta(days=draw(st.integers(1, 500)))
        if kind is VariationKind.TERMINATION:
            more["ends_on"] = draw(st.dates(day, last))
        change = Variation(
            id=next(numbered),
            kind=kind,
            effective_on=day,
            reason="Agreed.",
            proposed_by=1,
            approved_by=2,
            approved_at=MORNING,
            **more,
        )
        if not faults_of_variation(change, contract=made, claims=()):
            made = replace(made, variations=(*made.variations, change))
    return made


@st.composite
def contracts(draw: st.DrawFn) -> Contract:
    starts = draw(FIRST)
    ends = starts + timedelta(days=draw(st.integers(0, 1100)))
    lines = [
        commitment(
            draw(st.sampled_from(("X1", "X3", "X4", "X6", "X7"))),
            draw(QUANTITIES),
            id=number,
            spread=draw(st.sampled_from((Spread.EVEN, Spread.FRONT, Spread.BACK))),
        )
        for number in range(1, draw(st.integers(1, 4)) + 1)
    ]
    taken = draw(st.one_of(st.none(), st.dates(starts, ends)))
    if taken is not None:
        lines = [replace(one, opening_due=min(one.quantity, d(draw(QUANTITIES)))) for one in lines]
    made = contract(
        *lines,
        starts_on=starts,
        ends_on=ends,
        taken_over_on=taken,
        periods=draw(st.sampled_from(list(PeriodKind))),
    )
    return draw(changes(made))


@st.composite
def lived(draw: st.DrawFn) -> tuple[Contract, list[Claim]]:
    """A contract with rows of claims, each of which the rules accept."""
    made = draw(contracts())
    rows: list[Claim] = []
    number = len(calendar.schedule(made))
    for place in range(draw(st.integers(0, 15))):
        claimed = d(draw(QUANTITIES))
        row = Claim(
            id=place + 1,
            commitment_id=draw(st.sampled_from([one.id for one in made.commitments])),
            period=draw(st.integers(1, min(number, 4))),
            state=draw(st.sampled_from(ClaimState)),
            claimed=claimed,
            at=MORNING + timedelta(minutes=place),
            reason="Said why.",
        )
        before = latest(rows).get((row.commitment_id, row.period))
        if before is not None and row.state not in {ClaimState.DRAFT, ClaimState.SUBMITTED}:
            row = replace(row, claimed=before.claimed)
        if row.state is ClaimState.VERIFIED and row.claimed is not None:
            share = draw(st.sampled_from(("0", "0.5", "1")))
            row = replace(row, accepted=numbers.round_down(numbers.times(row.claimed, d(share)), 4))
        if not faults_of_row(row, before=before):
            rows.append(row)
    return made, rows


DAYS = st.dates(date(2025, 12, 1), date(2033, 1, 1))


@FEWER
@given(contracts())
def test_periods_add_up_to_the_contract(made: Contract) -> None:
    found = calendar.schedule(made)
    assert found[0].first_day == (made.taken_over_on or made.starts_on)
    assert found[-1].last_day == calendar.last_day(made)
    assert all(after.first_day - before.last_day == timedelta(days=1) for before, after in pairwise(found))
    assert all(one.days >= 1 for one in found)
    assert [one.number for one in found] == list(range(1, len(found) + 1))
    assert sum(one.days for one in found) == (found[-1].last_day - found[0].first_day).days + 1


@FEWER
@given(contracts())
def test_targets_add_up_to_the_commitment(made: Contract) -> None:
    for plan in plans(made):
        targets = [one.quantity for one in plan.targets]
        assert numbers.total([plan.opening_due, *targets]) == plan.quantity
        assert all(numbers.decimal_places(one) <= 4 for one in targets)
        assert [one.period for one in plan.targets] == list(calendar.schedule(made))


@FEWER
@given(contracts())
def test_targets_of_periods_ended_before_a_variation_stay(made: Contract) -> None:
    for place in range(len(made.variations)):
        day = made.variations[place].effective_on
        before, after = (plans(replace(made, variations=made.variations[:number])) for number in (place, place + 1))
        for one, other in zip(before, after, strict=True):
            kept = [target for target in one.targets if target.period.last_day < day]
            assert [target for target in other.targets if target.period.last_day < day] == kept


@FEWER
@given(lived(), DAYS, st.booleans())
def test_verified_is_never_above_claimed_and_capped_never_above_100(
    found: tuple[Contract, list[Claim]], at: date, elapsed: bool
) -> None:
    made, rows = found
    some = positions(made, rows, at=at, elapsed=elapsed)
    sums = figures(some)
    for one in some:
        assert 0 <= one.verified <= one.claimed
        assert one.of_due.capped is None or 0 <= one.of_due.capped <= 100
        assert one.due is not None
        assert one.due >= 0
    for ratio in (sums.of_due, sums.of_committed):
        assert ratio.capped is None or 0 <= ratio.capped <= min(100, ratio.uncapped)
    assert sums.verified <= sums.claimed
    assert 0 <= sums.met <= sums.to_meet


@FEWER
@given(lived(), DAYS)
def test_nothing_counts_twice(found: tuple[Contract, list[Claim]], at: date) -> None:
    made, rows = found
    some = positions(made, rows, at=at)
    whole = figures(some)
    # Each claimed quantity is that of one row for each commitment and period.
    ended = {one.number for one in calendar.ended(calendar.schedule(made), at=at)}
    once = {(row.commitment_id, row.period): row for row in rows if row.period in ended}
    counting = [row for row in once.values() if row.state.value in {"submitted", "verified", "reopened"}]
    values = {one.id: MEASURES[one.measure][1] for one in made.commitments}
    claimed = sum((row.claimed or 0) * Decimal(values[row.commitment_id] or 0) for row in counting)
    assert whole.claimed == claimed
    # Whatever the commitments are grouped by, the groups add up to the whole.
    for by in By:
        parts = list(grouped(some, by=by).values())
        for name in ("committed", "due", "claimed", "verified", "counted_of_due", "counted_of_committed", "met"):
            assert sum(getattr(part, name) for part in parts) == getattr(whole, name)
        assert together(parts).of_due == whole.of_due
    # The same row once more changes nothing.
    assert figures(positions(made, [*rows, *rows], at=at)) == whole


@FEWER
@given(lived())
def test_years_and_what_was_before_add_up_to_the_whole(found: tuple[Contract, list[Claim]]) -> None:
    made, rows = found
    at = calendar.last_day(made)
    whole = positions(made, rows, at=at)
    years = [positions(made, rows, at=at, year=year) for year in years_of(made)]
    for place, one in enumerate(whole):
        opening = one.commitment.opening_due
        assert one.committed == opening + sum(year[place].committed for year in years)
        assert one.due == opening + sum(year[place].due for year in years)
        assert one.verified == sum(year[place].verified for year in years)
        assert one.due == one.committed


@FEWER
@given(lived())
def test_the_timeline_has_the_figures_at_the_end_of_each_period(found: tuple[Contract, list[Claim]]) -> None:
    made, rows = found
    at = calendar.last_day(made)
    points = timeline(made, rows, at=at)
    for point in points:
        whole = figures(positions(made, rows, at=point.period.last_day))
        assert (point.due, point.claimed, point.verified) == (whole.due, whole.claimed, whole.verified)
    verified = [one.verified for one in points if one.verified is not None]
    assert verified == sorted(verified)


@FEWER
@given(lived(), DAYS)
def test_a_forecast_lies_between_its_low_and_high(found: tuple[Contract, list[Claim]], at: date) -> None:
    made, rows = found
    for one in forecasts(made, rows, at=at):
        if one is not None:
            assert one.position.verified <= one.low <= one.expected <= one.high
            assert one.shortfall >= 0


@FEWER
@given(lived(), DAYS)
def test_elapsed_lies_between_what_was_due_and_will_be(found: tuple[Contract, list[Claim]], at: date) -> None:
    made, rows = found
    running = calendar.current(calendar.schedule(made), at=at)
    if running is None:
        assert positions(made, rows, at=at, elapsed=True) == positions(made, rows, at=at)
        return
    before, part, after = (
        positions(made, rows, at=at),
        positions(made, rows, at=at, elapsed=True),
        positions(made, rows, at=running.last_day),
    )
    for one, now, later in zip(before, part, after, strict=True):
        assert min(one.due, later.due) <= now.due <= max(one.due, later.due)
