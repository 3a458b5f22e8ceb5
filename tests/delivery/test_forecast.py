"""Where a commitment will end, and the questions before a claim is submitted (RULES 6.7, 6.8)."""

from datetime import date
from fractions import Fraction

import pytest

from svtracker.delivery.rules import plausibility
from svtracker.delivery.rules.claims import latest
from svtracker.delivery.rules.forecast import Forecast, forecasts, together
from svtracker.delivery.rules.plausibility import Doubt
from svtracker.delivery.rules.records import ClaimState, Contract, VariationKind
from svtracker.delivery.rules.targets import plans
from svtracker.kernel import numbers
from tests.delivery.made import Claims, commitment, contract, d, variation

ENDS = [date(2026, 6, 30), date(2026, 9, 30), date(2026, 12, 31), date(2027, 3, 31), date(2027, 6, 30)]


def after(made: Contract, *verified: str | None, place: int = 0) -> Forecast | None:
    """The forecast at the end of the last period named, each with what was verified in it."""
    claims = Claims()
    for period, quantity in enumerate(verified, start=1):
        if quantity is not None:
            claims.verified(period, quantity)
    at = ENDS[len(verified) - 1] if verified else date(2026, 5, 1)
    return forecasts(made, claims.rows, at=at)[place]


WEEKS = contract(commitment("X3", "104"))


@pytest.mark.parametrize(
    ("verified", "rate", "expected", "low", "high", "taken", "empty"),
    [
        (("12", "10", None, "14"), 9, 72, 36, 92, (1, 2, 3, 4), (3,)),
        (("13",), 13, 104, 104, 104, (1,), ()),
        ((None,), 0, 0, 0, 0, (1,), (1,)),
        (("1", "2"), Fraction(3, 2), 12, 9, 15, (1, 2), ()),
        # Only the last four count for the rate, all for what is verified.
        (("100", "4", "4", "4", "4"), 4, 128, 128, 128, (2, 3, 4, 5), ()),
        # A claim of 0 that was verified is no gap.
        (("0", "1"), Fraction(1, 2), 4, 1, 7, (1, 2), ()),
    ],
)
def test_the_last_four_ended_periods_go_on(
    verified: tuple[str | None, ...],
    rate: Fraction,
    expected: int,
    low: int,
    high: int,
    taken: tuple[int, ...],
    empty: tuple[int, ...],
) -> None:
    found = after(WEEKS, *verified)
    assert found is not None
    assert (found.rate, found.expected, found.low, found.high) == (rate, expected, low, high)
    assert (found.taken, found.empty) == (taken, empty)
    assert found.periods_left == 8 - len(verified)


def test_no_forecast_before_a_period_has_ended() -> None:
    assert after(WEEKS) is None


def test_a_third_stays_exact() -> None:
    found = after(WEEKS, "1", "0", "0")
    assert found is not None
    assert found.expected == 1 + Fraction(5, 3)


def test_the_shortfall_in_quantity_and_pounds() -> None:
    found = after(WEEKS, "12", "10", None, "14")
    assert found is not None
    assert (found.shortfall, numbers.round_half_up(found.shortfall_value or 0, 2)) == (32, d("5067.84"))
    more = after(WEEKS, "20")
    assert more is not None
    assert (more.shortfall, more.shortfall_value) == (0, 0)


def test_what_is_only_submitted_counts_0_and_is_marked() -> None:
    claims = Claims()
    claims.verified(1, "12")
    claims.submitted(2, "10")
    found = forecasts(WEEKS, claims.rows, at=ENDS[1])[0]
    assert found is not None
    assert (found.rate, found.empty) == (6, (2,))


def test_a_line_without_value_has_a_shortfall_in_quantity_alone() -> None:
    found = after(contract(commitment("X7", "80")), "5")
    assert found is not None
    assert (found.shortfall, found.shortfall_value) == (40, None)


def test_a_line_that_a_variation_made_goes_by_its_own_periods() -> None:
    change = variation(VariationKind.SUBSTITUTION, date(2027, 1, 1), commitment_id=9, quantity=d(0), made_id=1)
    made = contract(
        commitment("X4", "80", id=9),
        commitment("X3", "40", in_force_from=date(2027, 1, 1), replaces=9),
        variations=(change,),
    )
    found = after(made, None, None, None, "6", place=1)
    assert found is not None
    assert (found.taken, found.periods_left, found.expected) == ((4,), 4, 30)
    assert after(made, None, None, None, place=1) is None


def test_a_surplus_never_lessens_a_shortfall() -> None:
    made = contract(commitment("X5", "80"), commitment("X5", "80", id=2), commitment("X7", "8", id=3))
    claims = Claims()
    claims.verified(1, "100")
    claims.verified(1, "4", commitment=2)
    found = together(forecasts(made, claims.rows, at=ENDS[0]))
    assert (found.expected, found.low, found.high) == (832, 832, 832)
    assert (found.shortfall, found.without) == (48, 0)
    assert together(forecasts(made, [], at=date(2026, 4, 2))).without == 3


class TestQuestions:
    @pytest.mark.parametrize(
        ("before", "quantity", "doubts"),
        [
            ("11", "113", [Doubt.TEN_TIMES_BEFORE, Doubt.ABOVE_REMAINING]),
            ("11", "110", [Doubt.TEN_TIMES_BEFORE, Doubt.ABOVE_REMAINING]),
            ("9", "90", [Doubt.TEN_TIMES_BEFORE]),
            ("9", "89.9999", []),
            ("11", "93", []),
            ("11", "93.0001", [Doubt.ABOVE_REMAINING]),
            ("0", "50", []),
            (None, "50", []),
            (None, "104", []),
            (None, "104.5", [Doubt.ABOVE_REMAINING]),
        ],
    )
    def test_when_one_is_asked(self, before: str | None, quantity: str, doubts: list[Doubt]) -> None:
        claims = Claims()
        if before is not None:
            claims.submitted(1, before)
        found = plausibility.questions(d(quantity), plan=plans(WEEKS)[0], period=2, counting=latest(claims.rows))
        assert [one.doubt for one in found] == doubts

    def test_words(self) -> None:
        claims = Claims()
        claims.submitted(1, "10")
        found = plausibility.questions(d(1000), plan=plans(WEEKS)[0], period=2, counting=latest(claims.rows))
        assert [one.message for one in found] == [
            "1,000 weeks is at least 10 times the previous period, 10 weeks. If it is right, say why.",
            "1,000 weeks is more than the 94 weeks that remain of this commitment. If it is right, say why.",
        ]

    def test_what_remains_is_what_no_other_period_has_used(self) -> None:
        claims = Claims()
        claims.verified(1, "16", "12", reason="No evidence.")
        claims.submitted(3, "13")
        claims.submitted(2, "50")
        claims.submitted(1, "99", commitment=2)
        assert plausibility.remaining(plans(WEEKS)[0], period=2, counting=latest(claims.rows)) == 79
        claims.verified(0, "200")
        assert plausibility.remaining(plans(WEEKS)[0], period=2, counting=latest(claims.rows)) == 0

    def test_the_first_period_is_not_compared_with_what_was_before_this_system(self) -> None:
        claims = Claims()
        claims.verified(0, "1")
        assert plausibility.questions(d(20), plan=plans(WEEKS)[0], period=1, counting=latest(claims.rows)) == ()

    def test_a_returned_claim_is_no_previous_figure(self) -> None:
        claims = Claims()
        claims.add(ClaimState.RETURNED, 1, "1", reason="No evidence.")
        assert plausibility.questions(d(20), plan=plans(WEEKS)[0], period=2, counting=latest(claims.rows)) == ()
