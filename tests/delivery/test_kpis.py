"""Key performance indicators: who needs them, the proposed word, and what is due when (RULES 6.11)."""

from datetime import date
from typing import Any

import pytest

from svtracker.delivery.rules import kpis as rules
from svtracker.delivery.rules.figures import positions
from svtracker.delivery.rules.kpis import Need, Why
from svtracker.delivery.rules.records import Kpi, KpiException, KpiRating, Rating, VariationKind
from svtracker.registers.rules.policy import Policy
from tests.delivery.made import Claims, commitment, contract, d, variation

KPI = Kpi(id=1, title="Apprenticeships", commitment_ids=(1,))


def rating(on: date, word: Rating = Rating.GOOD, *, proposed: Rating = Rating.GOOD, reason: str = "") -> KpiRating:
    return KpiRating(id=1, kpi_id=1, rated_on=on, rating=word, proposed=proposed, reason=reason, person_id=1)


@pytest.mark.parametrize(
    ("more", "need"),
    [
        ({}, Need.UNKNOWN),
        ({"estimated_value": d("5000000")}, Need.BELOW_THRESHOLD),
        ({"estimated_value": d("5000000.01")}, Need.REQUIRED),
        ({"estimated_value": d("9000000"), "kpi_exception": KpiException.LIGHT_TOUCH}, Need.EXCEPTED),
    ],
)
def test_who_needs_kpis(more: dict[str, Any], need: Need) -> None:
    assert rules.need_of(contract(**more)) is need


@pytest.mark.parametrize(
    ("more", "number", "faults"),
    [
        ({"estimated_value": d("5000001")}, 3, []),
        ({"estimated_value": d("5000001")}, 2, ["kpis"]),
        ({"estimated_value": d("5000000")}, 0, []),
        ({"estimated_value": d("6000000"), "kpi_exception": KpiException.CONCESSION}, 0, ["kpi_exception_reason"]),
        (
            {
                "estimated_value": d("6000000"),
                "kpi_exception": KpiException.NOT_APPROPRIATE,
                "kpi_exception_reason": "One delivery.",
            },
            0,
            [],
        ),
    ],
)
def test_three_or_a_reason(more: dict[str, Any], number: int, faults: list[str]) -> None:
    some = [Kpi(id=place, title="K") for place in range(number)]
    assert [one.path[0] for one in rules.faults_of_kpis(contract(**more), some)] == faults


@pytest.mark.parametrize(
    ("verified", "word"),
    [
        ("13", Rating.GOOD),
        ("10.4", Rating.APPROACHING_TARGET),
        ("10.3999", Rating.REQUIRES_IMPROVEMENT),
        ("6.5", Rating.REQUIRES_IMPROVEMENT),
        ("6.4", Rating.INADEQUATE),
    ],
)
def test_the_bands_propose_a_word(verified: str, word: Rating) -> None:
    claims = Claims()
    claims.verified(1, verified)
    claims.verified(1, "1000", commitment=2)
    made = contract(commitment("X3", "104"), commitment("X4", "80", id=2))
    assert rules.proposed(KPI, positions(made, claims.rows, at=date(2026, 6, 30))) is word


def test_other_bands_propose_other_words() -> None:
    claims = Claims()
    claims.verified(1, "6.5")
    some = positions(contract(commitment("X3", "104")), claims.rows, at=date(2026, 6, 30))
    own = Policy(on_track_percent=d(50), slightly_behind_percent=d(40), behind_percent=d(10))
    assert rules.proposed(KPI, some, policy=own) is Rating.GOOD


def test_nothing_due_or_nothing_to_go_by_is_other() -> None:
    some = positions(contract(commitment("X3", "104")), [], at=date(2026, 5, 1))
    assert rules.proposed(KPI, some) is Rating.OTHER
    assert rules.proposed(Kpi(id=2, title="Satisfaction"), some) is Rating.OTHER


def test_the_five_words_of_the_act() -> None:
    assert [word.value for word in Rating] == [
        "Good",
        "Approaching target",
        "Requires improvement",
        "Inadequate",
        "Other",
    ]


def test_another_word_than_proposed_needs_a_reason() -> None:
    on = date(2027, 4, 1)
    assert rules.faults_of_rating(rating(on)) == ()
    (fault,) = rules.faults_of_rating(rating(on, Rating.INADEQUATE))
    assert (fault.path, fault.wanted) == (("reason",), "a reason why it is not “Good”, as proposed")
    assert rules.faults_of_rating(rating(on, Rating.INADEQUATE, reason="The depot closed.")) == ()
    (fault,) = rules.faults_of_rating(rating(on), before=rating(date(2027, 4, 2)))
    assert fault.wanted == "2 April 2027, the day of the rating before it, or later"


class TestClock:
    @pytest.mark.parametrize(
        ("rated", "at", "by", "why", "is_overdue"),
        [
            ([], "2026-05-01", "2027-04-01", Why.TWELVE_MONTHS, False),
            ([], "2027-04-01", "2027-04-01", Why.TWELVE_MONTHS, False),
            ([], "2027-04-02", "2027-04-01", Why.TWELVE_MONTHS, True),
            # An early rating brings the next one forward.
            (["2026-12-31"], "2027-01-01", "2027-12-31", Why.TWELVE_MONTHS, False),
            (["2027-04-01"], "2027-05-01", "2028-03-31", Why.TERMINATION, False),
            (["2026-12-31", "2027-11-30"], "2028-04-01", "2028-03-31", Why.TERMINATION, True),
            (["2028-03-30"], "2028-04-01", "2028-03-31", Why.TERMINATION, True),
        ],
    )
    def test_what_is_due_when(self, rated: list[str], at: str, by: str, why: Why, is_overdue: bool) -> None:
        ratings = [rating(date.fromisoformat(day)) for day in rated]
        (due,) = rules.clock(contract(), [KPI], ratings, at=date.fromisoformat(at))
        assert (due.by.isoformat(), due.why, due.is_overdue) == (by, why, is_overdue)

    def test_nothing_after_the_last_rating(self) -> None:
        assert rules.clock(contract(), [KPI], [rating(date(2028, 3, 31))], at=date(2029, 1, 1)) == ()

    def test_termination_brings_it_forward(self) -> None:
        over = variation(VariationKind.TERMINATION, date(2026, 8, 1), ends_on=date(2026, 8, 15))
        made = contract(variations=(over,))
        (due,) = rules.clock(made, [KPI], [], at=date(2026, 8, 16))
        assert (due.by, due.why, due.is_overdue) == (date(2026, 8, 15), Why.TERMINATION, True)
        assert rules.was_terminated(made)
        assert not rules.was_terminated(contract())

    def test_from_29_february(self) -> None:
        made = contract(starts_on=date(2028, 2, 29), ends_on=date(2030, 2, 27))
        (due,) = rules.clock(made, [KPI], [], at=date(2028, 3, 1))
        assert due.by == date(2029, 2, 28)

    def test_in_the_order_of_the_days(self) -> None:
        some = [Kpi(id=2, title="Carbon"), KPI]
        found = rules.clock(contract(), some, [rating(date(2026, 6, 30))], at=date(2026, 7, 1))
        assert [(due.kpi.id, due.by.isoformat()) for due in found] == [(2, "2027-04-01"), (1, "2027-06-30")]
