"""The worked table of RULES 6.12, to the digit, by rules and as JSON."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from svtracker.delivery.answer import progress_answer
from svtracker.delivery.rules.figures import By, Figures, Status, by_category, figures, grouped, positions
from svtracker.delivery.rules.records import Claim
from svtracker.frameworks.rules.values import Category
from svtracker.kernel import numbers
from tests.delivery.made import Claims, commitment, contract, d

SEPTEMBER, AUGUST = date(2026, 9, 30), date(2026, 8, 15)

CONTRACT = contract(
    commitment("X3", "104", id=3),
    commitment("X4", "80", id=4),
    commitment("X2", "1", id=2, profile=["1", *["0"] * 7]),
)


def claims() -> list[Claim]:
    found = Claims()
    for line in (3, 4):
        found.submitted(1, {3: "10", 4: "25"}[line], commitment=line)
        found.verified(1, {3: "10", 4: "25"}[line], commitment=line)
    found.submitted(2, "16", commitment=3)
    found.verified(2, "16", "12", commitment=3, reason="Four weeks have no evidence.")
    found.submitted(2, "8", commitment=4)
    return found.rows


def at(day: date, *, elapsed: bool = False) -> Figures:
    return figures(positions(CONTRACT, claims(), at=day, elapsed=elapsed))


def two(value: Decimal | Fraction | None) -> str | None:
    return None if value is None else str(numbers.round_half_up(value, 2))


def test_at_30_september() -> None:
    found = at(SEPTEMBER)
    assert [two(one) for one in (found.committed, found.due, found.claimed, found.verified)] == [
        "31413.72",
        "18037.86",
        "4680.27",
        "3910.39",
    ]
    assert (two(found.of_due.uncapped), two(found.of_due.capped)) == ("21.68", "21.21")
    assert (two(found.of_committed.uncapped), two(found.of_committed.capped)) == ("12.45", "12.45")
    assert found.status() is Status.FAR_BEHIND
    assert isinstance(found.due, Decimal)


def test_over_delivery_counts_up_to_what_is_due() -> None:
    hours = next(one for one in positions(CONTRACT, claims(), at=SEPTEMBER) if one.commitment.measure == "X4")
    assert (hours.verified, hours.due) == (25, 20)
    assert (hours.of_due.capped, hours.of_due.uncapped) == (100, 125)
    assert hours.status() is Status.ON_TRACK


@pytest.mark.parametrize(("elapsed", "due"), [(False, "15808.55"), (True, "16923.21")])
def test_at_15_august(elapsed: bool, due: str) -> None:
    found = at(AUGUST, elapsed=elapsed)
    assert two(found.due) == due
    # What is claimed and verified is that of the first quarter, whatever is known of the second today.
    assert (two(found.claimed), two(found.verified)) == ("2009.95", "2009.95")


def test_on_30_september_nothing_is_elapsed_beside_the_ended_periods() -> None:
    assert at(SEPTEMBER, elapsed=True) == at(SEPTEMBER)


def test_as_json() -> None:
    answer = progress_answer(CONTRACT, positions(CONTRACT, claims(), at=SEPTEMBER), at=SEPTEMBER)
    assert answer["at"] == "2026-09-30"
    assert {key: answer[key] for key in ("committed", "due", "claimed", "verified", "status")} == {
        "committed": "31413.72",
        "due": "18037.86",
        "claimed": "4680.27",
        "verified": "3910.39",
        "status": "far_behind",
    }
    assert [answer[f"achievement_percent{end}"] for end in ("", "_uncapped")] == ["21.21", "21.68"]
    assert answer["verified_of_committed_percent"] == "12.45"
    assert answer["commitments"][0] == {
        "measure": "X3",
        "unit": "person_week",
        "committed": {"quantity": "104", "value": "16470.48"},
        "due": {"quantity": "26", "value": "4117.62"},
        "claimed": {"quantity": "26", "value": "4117.62"},
        "verified": {"quantity": "22", "value": "3484.14"},
        "achievement_percent": "84.62",
        "achievement_percent_uncapped": "84.62",
        "status": "slightly_behind",
        "periods_without_claim": [],
    }
    assert answer["commitments"][2]["periods_without_claim"] == [1, 2]


def test_as_json_with_a_part_of_a_period() -> None:
    answer = progress_answer(CONTRACT, positions(CONTRACT, claims(), at=AUGUST, elapsed=True), at=AUGUST, elapsed=True)
    assert (answer["due"], answer["elapsed"]) == ("16923.21", True)
    assert [one["due"]["quantity"] for one in answer["commitments"]] == ["19.5", "15", "1"]


def test_groups_add_up() -> None:
    some = positions(CONTRACT, claims(), at=SEPTEMBER)
    whole = figures(some)
    for by in By:
        parts = grouped(some, by=by).values()
        assert sum(one.committed for one in parts) == whole.committed
        assert sum(one.verified for one in parts) == whole.verified
    assert by_category(some)[Category.SOCIAL].due == whole.due
    assert by_category(some)[Category.ENVIRONMENTAL].due == d(0)
    assert by_category(some)[Category.ENVIRONMENTAL].of_due.capped is None
