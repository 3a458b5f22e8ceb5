"""Targets: how a commitment falls due, at every edge, before and after variations (RULES 6.1, 5.3, 5.4)."""

from datetime import date, timedelta
from typing import Any

import pytest

from svtracker.delivery.rules import targets
from svtracker.delivery.rules.opening import opening_row, taken_over
from svtracker.delivery.rules.records import Contract, PeriodKind, Spend, Spread, VariationKind
from tests.delivery.made import MORNING, commitment, contract, d, spend, variation

YEAR = {"starts_on": date(2026, 4, 1), "ends_on": date(2027, 3, 31)}


def each(made: Contract, place: int = 0) -> list[str]:
    return [f"{one.quantity.normalize():f}" for one in targets.plans(made)[place].targets]


@pytest.mark.parametrize(
    ("quantity", "spread", "more", "wanted"),
    [
        ("104", Spread.EVEN, {}, ["13"] * 8),
        # Quarters from the 1st of a month are equal, whatever their days.
        ("1", Spread.EVEN, YEAR, ["0.25"] * 4),
        ("10", Spread.EVEN, {**YEAR, "ends_on": date(2026, 12, 31)}, ["3.3333", "3.3334", "3.3333"]),
        ("0.0001", Spread.EVEN, YEAR, ["0", "0.0001", "0", "0"]),
        ("60", Spread.FRONT, {**YEAR, "ends_on": date(2026, 12, 31)}, ["30", "20", "10"]),
        ("60", Spread.BACK, {**YEAR, "ends_on": date(2026, 12, 31)}, ["10", "20", "30"]),
        # Calendar quarters by days: 92 and 31 of 123.
        (
            "46",
            Spread.EVEN,
            {
                "starts_on": date(2026, 7, 1),
                "ends_on": date(2026, 10, 31),
                "periods": PeriodKind.CALENDAR_QUARTER,
            },
            ["34.4065", "11.5935"],
        ),
        # From the middle of a month by days: 29 (with 29 February), 31 and 30 of 90.
        (
            "9",
            Spread.EVEN,
            {"starts_on": date(2028, 2, 10), "ends_on": date(2028, 5, 9), "periods": PeriodKind.MONTH},
            ["2.9", "3.1", "3"],
        ),
        # The same days a year earlier: 28, 31 and 30 of 89.
        (
            "8.9",
            Spread.EVEN,
            {"starts_on": date(2027, 2, 10), "ends_on": date(2027, 5, 9), "periods": PeriodKind.MONTH},
            ["2.8", "3.1", "3"],
        ),
        # The term ends within a period: 91 and 41 of 132.
        ("13.2", Spread.EVEN, {**YEAR, "ends_on": date(2026, 8, 10)}, ["9.1", "4.1"]),
        # Unequal and front-loaded: 2 x 91 and 1 x 41 of 223.
        ("22.3", Spread.FRONT, {**YEAR, "ends_on": date(2026, 8, 10)}, ["18.2", "4.1"]),
    ],
)
def test_spreads(quantity: str, spread: Spread, more: dict[str, Any], wanted: list[str]) -> None:
    made = contract(commitment("X3", quantity, spread=spread), **more)
    assert each(made) == wanted
    assert sum(one.quantity for one in targets.plans(made)[0].targets) == d(quantity)


def test_an_own_profile_stands_as_given() -> None:
    assert each(contract(commitment("X2", "1", profile=["1", "0", "0", "0"]), **YEAR)) == ["1", "0", "0", "0"]


QUANTITY, PROFILE = VariationKind.QUANTITY, VariationKind.PROFILE


@pytest.mark.parametrize(
    ("effective", "wanted"),
    [
        # The day on which it takes effect is in the third quarter: two have ended before.
        ("2026-10-01", ["13", "13", *["19"] * 6]),
        ("2026-12-31", ["13", "13", *["19"] * 6]),
        # On the last day of the second quarter that quarter has not ended before.
        ("2026-09-30", ["13", *["18.1429", "18.1428", "18.1429", "18.1428", "18.1429", "18.1428", "18.1429"]]),
        ("2026-04-01", ["17.5"] * 8),
        ("2028-03-31", [*["13"] * 7, "49"]),
    ],
)
def test_what_remains_is_spread_evenly_after_a_variation(effective: str, wanted: list[str]) -> None:
    raised = variation(QUANTITY, date.fromisoformat(effective), commitment_id=1, quantity=d(140))
    made = contract(commitment("X3", "104"), commitment("X4", "80", id=2), variations=(raised,))
    assert each(made) == wanted
    assert each(made, 1) == ["10"] * 8
    assert targets.plans(made)[0].quantity == 140


def test_a_lowered_commitment_takes_back_what_was_to_come() -> None:
    lowered = variation(QUANTITY, date(2027, 10, 1), commitment_id=1, quantity=d(70))
    assert each(contract(commitment("X3", "104"), variations=(lowered,))) == [*["13"] * 6, "-4", "-4"]


@pytest.mark.parametrize(
    ("spread", "profile", "wanted"),
    [
        (Spread.BACK, (), ["13", "13", "13", "13", "5.2", "10.4", "15.6", "20.8"]),
        (Spread.OWN, ("0", "0", "50", "2"), ["13", "13", "13", "13", "0", "0", "50", "2"]),
    ],
)
def test_re_profiling_keeps_the_quantity(spread: Spread, profile: tuple[str, ...], wanted: list[str]) -> None:
    change = variation(
        PROFILE, date(2027, 4, 1), commitment_id=1, spread=spread, profile=tuple(d(one) for one in profile)
    )
    assert each(contract(commitment("X3", "104"), variations=(change,))) == wanted


def test_variations_follow_one_another_in_the_order_of_approval() -> None:
    later = MORNING + timedelta(days=1)
    # The one that was proposed first is approved last.
    last = variation(QUANTITY, date(2027, 4, 1), commitment_id=1, quantity=d(104), approved_at=later)
    first = variation(QUANTITY, date(2026, 10, 1), commitment_id=1, quantity=d(140))
    made = contract(commitment("X3", "104"), variations=(last, first))
    assert each(made) == ["13", "13", "19", "19", "10", "10", "10", "10"]


def test_an_extension_spreads_the_rest_over_more_periods() -> None:
    longer = variation(VariationKind.EXTENSION, date(2027, 4, 1), ends_on=date(2029, 3, 31))
    made = contract(commitment("X3", "104"), variations=(longer,))
    assert each(made) == [*["13"] * 4, *["6.5"] * 8]


def test_a_termination_within_a_period() -> None:
    over = variation(VariationKind.TERMINATION, date(2026, 8, 1), ends_on=date(2026, 8, 15))
    made = contract(commitment("X3", "104"), variations=(over,))
    # Until somebody lowers the commitment, all of it is owed.
    assert each(made) == ["13", "91"]
    before = targets.plan(made.commitments[0], contract=contract(*made.commitments))
    wanted = targets.quantity_at_termination(before, ends_on=date(2026, 8, 15))
    assert wanted == d("19.5")
    lowered = variation(QUANTITY, date(2026, 8, 1), commitment_id=1, quantity=wanted)
    assert each(contract(commitment("X3", "104"), variations=(over, lowered))) == ["13", "6.5"]


def test_an_extension_within_a_short_period_counts_by_days() -> None:
    longer = variation(VariationKind.EXTENSION, date(2026, 8, 11), ends_on=date(2026, 9, 30))
    made = contract(commitment("X3", "18.3"), **{**YEAR, "ends_on": date(2026, 8, 10)}, variations=(longer,))
    # 91 and 41 of 132 days; what remains after the two that have ended is 0.
    assert each(made) == ["12.6159", "5.6841", "0"]
    raised = variation(QUANTITY, date(2026, 8, 11), commitment_id=1, quantity=d("23.4"))
    again = contract(made.commitments[0], **{**YEAR, "ends_on": date(2026, 8, 10)}, variations=(longer, raised))
    assert each(again) == ["12.6159", "5.6841", "5.1"]


def test_a_substitution_keeps_the_value() -> None:
    assert targets.substituted_quantity(quantity=d(40), unit_value=d("17.05"), new_unit_value=d("158.37")) == d(
        "4.3064"
    )
    made = commitment("X3", "4.3064", id=2, in_force_from=date(2027, 4, 1), replaces=1)
    change = variation(VariationKind.SUBSTITUTION, date(2027, 4, 1), commitment_id=1, quantity=d(40), made_id=2)
    both = contract(commitment("X4", "80"), made, variations=(change,))
    assert each(both) == [*["10"] * 4, *["0"] * 4]
    assert each(both, 1) == [*["0"] * 4, *["1.0766"] * 4]
    # Before it is approved the second row stands for nothing.
    proposed = contract(commitment("X4", "80"), made)
    assert targets.plans(proposed)[1].quantity == 0
    assert each(proposed) == ["10"] * 8


PER_POUND = {"spread": Spread.PER_POUND, "rate": d("0.001"), "estimated_spend": d("100000")}


class TestPerPound:
    def test_committed_is_the_rate_times_the_estimate(self) -> None:
        found = targets.plans(contract(commitment("X3", None, **PER_POUND), **YEAR))[0]
        assert found.quantity == 100
        assert targets.per_pound_quantity(rate=d("0.0004"), spend=d("125000")) == 50
        assert targets.per_pound_quantity(rate=d("0.00005"), spend=d("1")) == d("0.0001")

    @pytest.mark.parametrize(
        ("entered", "number", "due"),
        [
            ((), 0, "0"),
            (("20000", "30500"), 2, "50.5"),
            (("20000", None, "1"), 1, "20"),
            (("20000", None, "1"), 2, None),
            (("20000", None, "1"), 3, None),
            (("0", "0"), 2, "0"),
            # Rounded once, not by period: 0.00005 + 0.00005.
            (("0.05", "0.05"), 2, "0.0001"),
            (("0.05", "0.05"), 1, "0.0001"),
        ],
    )
    def test_due_is_the_rate_times_the_spend_of_ended_periods(
        self, entered: tuple[str | None, ...], number: int, due: str | None
    ) -> None:
        made = contract(commitment("X3", None, **PER_POUND), **YEAR, spend=spend(*entered))
        plan = targets.plans(made)[0]
        ended = [one.period for one in plan.targets[:number]]
        assert targets.due_per_pound(plan.rates, ended, made.spend) == (None if due is None else d(due))

    def test_the_latest_row_of_a_period_counts(self) -> None:
        plan = targets.plans(contract(commitment("X3", None, **PER_POUND), **YEAR))[0]
        corrected = Spend(id=9, period=1, amount=d(5000), at=MORNING)
        ended = [plan.targets[0].period]
        assert targets.due_per_pound(plan.rates, ended, (corrected, *spend("20000"))) == 5

    def test_another_rate_leaves_ended_periods_alone(self) -> None:
        change = variation(
            VariationKind.RATE, date(2026, 10, 1), commitment_id=1, rate=d("0.002"), estimated_spend=d("120000")
        )
        made = contract(
            commitment("X3", None, **PER_POUND), **YEAR, variations=(change,), spend=spend("1000", "1000", "1000")
        )
        plan = targets.plans(made)[0]
        assert plan.quantity == 240
        ended = [one.period for one in plan.targets[:3]]
        assert targets.due_per_pound(plan.rates, ended, made.spend) == 4
        assert targets.targets_per_pound(plan.rates, ended, made.spend) == (1, 1, 2)

    def test_a_gap_makes_everything_after_it_unknown(self) -> None:
        made = contract(commitment("X3", None, **PER_POUND), **YEAR, spend=spend("1000", None, "1000"))
        plan = targets.plans(made)[0]
        ended = [one.period for one in plan.targets[:3]]
        assert targets.targets_per_pound(plan.rates, ended, made.spend) == (1, None, None)


class TestOpening:
    def test_targets_from_the_day_on_add_up_to_the_rest(self) -> None:
        line = taken_over(commitment("X3", "104"), verified=d(52))
        made = contract(line, taken_over_on=date(2027, 4, 1))
        assert each(made) == ["13"] * 4
        assert targets.plans(made)[0].opening_due == 52

    def test_a_person_may_say_what_was_due(self) -> None:
        line = taken_over(commitment("X3", "104"), verified=d(40), due=d(60))
        assert each(contract(line, taken_over_on=date(2027, 4, 1))) == ["11"] * 4

    def test_more_than_the_commitment_leaves_nothing(self) -> None:
        line = taken_over(commitment("X3", "104"), verified=d(110))
        assert each(contract(line, taken_over_on=date(2027, 4, 1))) == ["0"] * 4

    def test_one_verified_row_per_commitment(self) -> None:
        row = opening_row(
            commitment("X3", "104"), verified=d(52), id_=7, at=MORNING, person_id=1, reason="Workbook of 2026."
        )
        assert (row.period, row.state.value, row.claimed, row.accepted) == (0, "verified", 52, 52)
