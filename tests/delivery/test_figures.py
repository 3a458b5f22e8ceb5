"""The four figures at their edges: nothing due, over-delivery, no value, unknown spend, years, groups."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from svtracker.delivery.answer import progress_answer
from svtracker.delivery.rules.figures import (
    By,
    Figures,
    Position,
    Status,
    figures,
    grouped,
    positions,
    status_of,
    timeline,
    together,
    years_of,
)
from svtracker.delivery.rules.forecast import forecasts
from svtracker.delivery.rules.records import Claim, ClaimState, Commitment, Contract, Spread, VariationKind
from svtracker.kernel import numbers
from svtracker.registers.rules.policy import Policy
from tests.delivery.made import Claims, commitment, contract, d, spend, variation

JUNE, SEPTEMBER, MARCH = date(2026, 6, 30), date(2026, 9, 30), date(2027, 3, 31)


def one(made: Contract, claims: list[Claim], at: date, **more: Any) -> Position:
    return positions(made, claims, at=at, **more)[0]


def test_before_anything_is_due() -> None:
    made = contract(commitment("X3", "104"))
    found = figures(positions(made, [], at=date(2026, 6, 29)))
    assert (found.due, found.of_due.capped, found.of_due.uncapped) == (0, None, None)
    assert found.status() is Status.NOT_STARTED
    assert found.of_committed.uncapped == 0


def test_zero_due_with_something_delivered_early() -> None:
    made, claims = contract(commitment("X2", "1", profile=["0"] * 7 + ["1"])), Claims()
    claims.verified(1, "1")
    found = figures(positions(made, claims.rows, at=JUNE))
    assert (found.due, found.verified) == (0, d("13579.24"))
    assert found.of_due.capped is None
    assert found.of_committed.uncapped == 100


def test_over_delivery_never_hides_a_shortfall() -> None:
    made, claims = contract(commitment("X3", "104"), commitment("X4", "80", id=2)), Claims()
    claims.verified(1, "1000", commitment=2)
    found = figures(positions(made, claims.rows, at=JUNE))
    due = 13 * d("158.37") + 10 * d("17.05")
    assert found.of_due.capped == numbers.percent(10 * d("17.05"), due)
    assert found.of_due.uncapped == numbers.percent(1000 * d("17.05"), due)
    committed = 104 * d("158.37") + 80 * d("17.05")
    assert found.of_committed.capped == numbers.percent(80 * d("17.05"), committed)
    assert found.of_committed.uncapped == numbers.percent(1000 * d("17.05"), committed)


@pytest.mark.parametrize(
    ("verified", "committed", "percent"),
    [
        ("210819", "21631485", "0.97"),
        ("184677.89", "1445640.23", "12.77"),
        ("12300000", "32000000", "38.44"),
    ],
)
def test_published_portfolio_percentages(verified: str, committed: str, percent: str) -> None:
    # £ invested are worth £1 each: the published totals are entered as they stand, in two contracts.
    half = numbers.round_half_up(numbers.ratio(d(committed), 2), 4)
    claims = Claims()
    claims.verified(1, verified, commitment=1)
    both = [
        contract(commitment("X5", str(half))),
        contract(commitment("X5", str(d(committed) - half), id=2), id=2, supplier_id=2),
    ]
    found = figures([each for made in both for each in positions(made, claims.rows, at=JUNE)])
    assert found.committed == d(committed)
    assert numbers.round_half_up(found.of_committed.uncapped or 0, 2) == d(percent)


class TestWithoutValue:
    def test_they_enter_a_contract_as_so_many_of_so_many_met(self) -> None:
        made, claims = (
            contract(
                commitment("X7", "80", id=1),
                commitment("X7", "8", id=2),
                commitment("X7", "8", id=3, profile=["0"] * 7 + ["8"]),
                commitment("X9", None, id=4),
                commitment("X3", "104", id=5),
            ),
            Claims(),
        )
        claims.verified(1, "10", commitment=1)
        claims.verified(1, "0.9999", commitment=2)
        claims.verified(1, "13", commitment=5)
        found = figures(positions(made, claims.rows, at=JUNE))
        assert (found.met, found.to_meet) == (1, 2)
        assert found.of_due.capped == 100
        assert found.committed == 104 * d("158.37")

    def test_each_has_its_own_ratio(self) -> None:
        claims = Claims()
        claims.verified(1, "9", commitment=1)
        found = one(contract(commitment("X7", "80")), claims.rows, JUNE)
        assert (found.of_due.capped, found.status()) == (90, Status.SLIGHTLY_BEHIND)
        assert (found.is_valued, found.value(found.committed)) == (False, 0)

    @pytest.mark.parametrize(("delivered", "status"), [("10", Status.ON_TRACK), ("9", Status.FAR_BEHIND)])
    def test_a_contract_of_them_alone_stands_by_the_share_that_is_met(self, delivered: str, status: Status) -> None:
        claims = Claims()
        claims.verified(1, delivered)
        found = figures(positions(contract(commitment("X7", "80")), claims.rows, at=JUNE))
        assert (found.of_due.capped, found.status()) == (None, status)


@pytest.mark.parametrize(
    ("ratio", "status"),
    [
        (None, Status.NOT_STARTED),
        (Fraction(100), Status.ON_TRACK),
        (Fraction(99999, 1000), Status.SLIGHTLY_BEHIND),
        (Fraction(80), Status.SLIGHTLY_BEHIND),
        (Fraction(79999, 1000), Status.BEHIND),
        (Fraction(50), Status.BEHIND),
        (Fraction(49999, 1000), Status.FAR_BEHIND),
        (Fraction(0), Status.FAR_BEHIND),
    ],
)
def test_bands(ratio: Fraction | None, status: Status) -> None:
    assert status_of(ratio) is status


def test_bands_are_the_organisations_own() -> None:
    own = Policy(on_track_percent=d(90), slightly_behind_percent=d(70), behind_percent=d("0.5"))
    assert [status_of(Fraction(at), own) for at in (90, 89, 70, 69, 1, 0)] == [
        Status.ON_TRACK,
        Status.SLIGHTLY_BEHIND,
        Status.SLIGHTLY_BEHIND,
        Status.BEHIND,
        Status.BEHIND,
        Status.FAR_BEHIND,
    ]


PER_POUND: dict[str, Any] = {"spread": Spread.PER_POUND, "rate": d("0.001"), "estimated_spend": d("100000")}


class TestPerPound:
    def made(self, *entered: str | None) -> Contract:
        return contract(commitment("X3", None, **PER_POUND), commitment("X4", "80", id=2), spend=spend(*entered))

    def test_due_follows_the_spend(self) -> None:
        found = one(self.made("20000", "30500"), [], SEPTEMBER)
        assert (found.committed, found.due) == (100, d("50.5"))

    def test_no_spend_entered_is_due_unknown_and_listed(self) -> None:
        claims = Claims()
        claims.verified(1, "50", commitment=1)
        claims.verified(1, "5", commitment=2)
        made = self.made()
        some = positions(made, claims.rows, at=JUNE)
        found = figures(some)
        assert some[0].due is None
        assert some[0].status() is None
        assert found.due_unknown == (1,)
        assert found.due == 10 * d("17.05")
        assert found.of_due.uncapped == 50
        assert together([found]) == replace(found, quantities=None)
        assert found.verified == 50 * d("158.37") + 5 * d("17.05")
        line = progress_answer(made, some, at=JUNE)["commitments"][0]
        assert (line["due"], line["status"]) == ({"quantity": None, "value": None}, None)
        assert line["committed"] == {"quantity": "100", "value": "15837.00"}

    def test_what_is_running_has_no_spend_yet(self) -> None:
        assert one(self.made("20000"), [], date(2026, 8, 15), elapsed=True).due == 20

    def test_in_year(self) -> None:
        made = self.made("1000", "1000", "1000", "1000", "7000")
        found = one(made, [], date(2027, 6, 30), year=2027)
        assert (found.committed, found.due) == (50, 7)
        assert one(self.made("1000", None, "1", "1", "7000"), [], date(2027, 6, 30), year=2026).due is None


class TestYears:
    def test_a_years_committed_is_the_sum_of_the_targets_of_its_periods(self) -> None:
        made, claims = contract(commitment("X3", "104")), Claims()
        for period, quantity in ((1, "10"), (4, "20"), (5, "5")):
            claims.verified(period, quantity)
        first = one(made, claims.rows, date(2027, 6, 30), year=2026)
        second = one(made, claims.rows, date(2027, 6, 30), year=2027)
        whole = one(made, claims.rows, date(2027, 6, 30))
        assert years_of(made) == (2026, 2027)
        assert (first.committed, first.due, first.verified) == (52, 52, 30)
        assert (second.committed, second.due, second.verified) == (52, 13, 5)
        assert (whole.committed, whole.due, whole.verified) == (104, 65, 35)

    def test_a_period_over_the_year_end_counts_where_it_ends(self) -> None:
        made = contract(commitment("X3", "104"), starts_on=date(2026, 2, 15), ends_on=date(2028, 2, 14))
        claims = Claims()
        claims.verified(1, "13")
        assert years_of(made) == (2026, 2027)
        assert one(made, claims.rows, MARCH, year=2026).verified == 13
        assert one(made, claims.rows, MARCH, year=2025).committed == 0

    def test_a_downward_correction_after_the_year_end_lowers_that_year(self) -> None:
        made, claims = contract(commitment("X3", "104")), Claims()
        claims.verified(4, "20")
        assert one(made, claims.rows, MARCH, year=2026).verified == 20
        claims.add(ClaimState.REOPENED, 4, "20", reason="Counted twice.")
        claims.verified(4, "8", reason="Counted again.")
        assert one(made, claims.rows, date(2027, 12, 31), year=2026).verified == 8
        assert one(made, claims.rows, date(2027, 12, 31), year=2027).verified == 0

    def test_what_was_before_this_system_is_in_no_year(self) -> None:
        line = commitment("X3", "104", opening_due=d(52))
        made, claims = contract(line, taken_over_on=date(2027, 4, 1)), Claims()
        claims.verified(0, "52")
        claims.verified(1, "10")
        whole = one(made, claims.rows, date(2027, 6, 30))
        assert (whole.committed, whole.due, whole.claimed, whole.verified) == (104, 65, 62, 62)
        year = one(made, claims.rows, date(2027, 6, 30), year=2027)
        assert (year.committed, year.due, year.verified) == (52, 13, 10)


def test_claims_of_periods_that_have_not_ended_wait() -> None:
    claims = Claims()
    claims.verified(1, "10")
    claims.submitted(2, "7")
    made = contract(commitment("X3", "104"))
    assert one(made, claims.rows, date(2026, 9, 29)).claimed == 10
    assert one(made, claims.rows, SEPTEMBER).claimed == 17


def test_periods_without_a_claim_are_named() -> None:
    claims = Claims()
    claims.submitted(1, "0")
    claims.add(ClaimState.DRAFT, 2, "5")
    assert one(contract(commitment("X3", "104")), claims.rows, date(2026, 12, 31)).missing == (2, 3)


def test_a_substitution_counts_once() -> None:
    change = variation(VariationKind.SUBSTITUTION, date(2027, 4, 1), commitment_id=1, quantity=d(40), made_id=2)
    made = contract(
        commitment("X4", "80"),
        commitment("X3", "4.3064", id=2, in_force_from=date(2027, 4, 1), replaces=1),
        variations=(change,),
    )
    some = positions(made, [], at=date(2028, 3, 31))
    assert [each.committed for each in some] == [40, d("4.3064")]
    assert [each.missing for each in some] == [(1, 2, 3, 4, 5, 6, 7, 8), (5, 6, 7, 8)]
    # 40 x 17.05 + 4.3064 x 158.37: what was committed before, to less than a ten-thousandth of a week.
    assert numbers.round_half_up(figures(some).committed, 2) == d("1364.00")


def test_another_contract_value_changes_no_figure() -> None:
    line = commitment("X3", "104")
    change = variation(VariationKind.VALUE, date(2026, 7, 1), value=d("900000"))
    before, after = (figures(positions(contract(line, variations=some), [], at=MARCH)) for some in ((), (change,)))
    assert before == after


class TestQuantities:
    def of(self, *lines: Commitment) -> Figures:
        return figures(positions(contract(*lines), [], at=JUNE))

    def test_the_same_unit_is_added(self) -> None:
        found = self.of(commitment("X1", "8"), commitment("X2", "16", id=2)).quantities
        assert found is not None
        assert (found.committed, found.due) == (24, 3)

    def test_different_units_percentages_and_words_are_not(self) -> None:
        assert self.of(commitment("X3", "8"), commitment("X4", "16", id=2)).quantities is None
        assert self.of(commitment("X8", "8"), commitment("X8", "16", id=2)).quantities is None
        assert self.of(commitment("X9", None)).quantities is None
        alone = self.of(commitment("X8", "8")).quantities
        assert alone is not None
        assert alone.committed == 8


def test_groups() -> None:
    own = contract(commitment("X3", "104"), commitment("X1", "8", id=2))
    other = contract(commitment("X3", "8", id=3), id=2, supplier_id=2, directorate=None, framework="other@1")
    some = [*positions(own, [], at=JUNE), *positions(other, [], at=JUNE)]

    def committed(by: By) -> dict[Any, Decimal]:
        return {key: sums.quantities.committed for key, sums in grouped(some, by=by).items() if sums.quantities}

    # A reference means nothing outside its version.
    assert committed(By.MEASURE) == {
        ("example@2021.1", "X3"): 104,
        ("example@2021.1", "X1"): 8,
        ("other@1", "X3"): 8,
    }
    assert set(grouped(some, by=By.THEME)) == {("example", "T3"), ("example", "T1"), ("other", "T3")}
    assert set(grouped(some, by=By.OUTCOME)) == {("example", "O3"), ("example", "O1"), ("other", "O3")}
    assert set(grouped(some, by=By.SUPPLIER)) == {1, 2}
    assert set(grouped(some, by=By.DIRECTORATE)) == {"Place", None}
    assert set(grouped(some, by=By.CONTRACT)) == {1, 2}
    assert set(grouped(some, by=By.AREA)) == {None}


def test_contracts_together_have_the_shares_of_their_sums() -> None:
    claims = Claims()
    claims.verified(1, "50")
    some = [
        figures(positions(contract(commitment("X5", "800")), claims.rows, at=JUNE)),
        figures(positions(contract(commitment("X5", "2400", id=2)), [], at=JUNE)),
    ]
    found = together(some)
    assert [one.of_due.capped for one in (*some, found)] == [50, 0, Fraction(25, 2)]
    assert (found.committed, found.due, found.verified) == (3200, 400, 50)
    assert together([]) == figures(())


def test_the_timeline_adds_up_period_by_period() -> None:
    made, claims = contract(commitment("X5", "80"), commitment("X7", "5", id=2)), Claims()
    claims.verified(1, "9", "7", reason="No evidence.")
    claims.submitted(2, "11")
    found = timeline(made, claims.rows, at=SEPTEMBER)
    assert [each.due for each in found] == [10, 20, 30, 40, 50, 60, 70, 80]
    assert [each.claimed for each in found] == [9, 20, *[None] * 6]
    assert [each.verified for each in found] == [7, 7, *[None] * 6]


def test_the_timeline_of_a_commitment_per_pound_stays_after_a_gap() -> None:
    made = contract(
        commitment("X5", None, spread=Spread.PER_POUND, rate=d("0.1"), estimated_spend=d(8000)),
        spend=spend("1000", "500", None, "900"),
    )
    assert [each.due for each in timeline(made, [], at=SEPTEMBER)] == [100, 150, *[150] * 6]


def test_a_contract_without_commitments() -> None:
    found = figures(positions(contract(), [], at=MARCH))
    assert found == figures(())
    assert (found.committed, found.of_committed.capped, found.status()) == (0, None, Status.NOT_STARTED)


class TestLevels:
    """A commitment in % is held in every period; it is not shared out among them."""

    LEVEL = contract(commitment("X8", "100"))

    def test_due_is_the_level_itself(self) -> None:
        before, after = (one(self.LEVEL, [], day) for day in (date(2026, 6, 29), JUNE))
        assert (before.committed, before.due, before.of_due.capped) == (100, 0, None)
        assert (after.committed, after.due, after.missing) == (100, 100, (1,))

    def test_verified_is_the_mean_of_the_periods(self) -> None:
        claims = Claims()
        claims.verified(1, "96")
        claims.verified(2, "100")
        now = one(self.LEVEL, claims.rows, SEPTEMBER)
        assert (now.claimed, now.verified, now.is_met, now.of_due.capped) == (98, 98, False, 98)
        later = one(self.LEVEL, claims.rows, date(2026, 12, 31))
        assert (later.verified, later.missing) == (Decimal("65.3333"), (3,))
        assert one(self.LEVEL, claims.rows, MARCH, year=2026).committed == 100

    def test_it_goes_on_as_it_was_lately(self) -> None:
        claims = Claims()
        claims.verified(1, "96")
        claims.verified(2, "100")
        (found,) = forecasts(self.LEVEL, claims.rows, at=SEPTEMBER)
        assert found is not None
        assert (found.expected, found.low, found.high, found.shortfall) == (98, 96, 100, 2)
