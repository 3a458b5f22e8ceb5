"""What of a contract needs somebody, and in which order."""

from dataclasses import replace
from datetime import date

from svtracker.delivery.rules.attention import Attention, Concern, attention, is_at_risk
from svtracker.delivery.rules.records import ClaimState, Contract, Kpi, Spread
from svtracker.registers.rules.policy import Policy
from tests.delivery.made import Claims, commitment, contract, d

JUNE, SEPTEMBER = date(2026, 6, 30), date(2026, 9, 30)


def said(found: tuple[Attention, ...]) -> list[tuple[Concern, str]]:
    return [(one.concern, one.message) for one in found]


def kept_up(made: Contract, periods: int) -> Claims:
    found = Claims()
    for line in made.commitments:
        for period in range(1, periods + 1):
            found.verified(period, "13", commitment=line.id)
    return found


def test_nothing_where_all_is_well() -> None:
    made = contract(commitment("X3", "104"))
    assert attention(made, kept_up(made, 1).rows, at=JUNE) == ()
    assert attention(made, [], at=date(2026, 5, 1)) == ()


def test_everything_at_once_in_its_order() -> None:
    made = contract(
        commitment("X3", "104"),
        commitment("X4", None, id=2, spread=Spread.PER_POUND, rate=d("0.001"), estimated_spend=d(80000)),
        manager_id=None,
        starts_on=date(2025, 4, 1),
        ends_on=date(2027, 3, 31),
    )
    claims = Claims()
    claims.verified(1, "13")
    claims.submitted(2, "2")
    claims.add(ClaimState.RETURNED, 3, "4", reason="No evidence.")
    claims.submitted(4, "0", commitment=2)
    claims.add(ClaimState.DRAFT, 5, "1")
    found = attention(made, claims.rows, at=JUNE, kpis=[Kpi(id=1, title="Weeks")])
    assert said(found) == [
        (Concern.NO_MANAGER, "Nobody manages this contract: name a contract manager."),
        (Concern.RATING_OVERDUE, "Rate “Weeks”: the rating was due by 1 April 2026."),
        (Concern.NO_CLAIM, "Claims are missing for periods 1, 2, 3, 4 and 5."),
        (Concern.TO_VERIFY, "Verify 2 claims."),
        (Concern.RETURNED, "1 claim was returned to the supplier and not submitted again."),
        (Concern.NO_SPEND, "Enter what was spent: what is due of X4 is unknown without it."),
        (Concern.BEHIND, "The contract is far behind: 20% of what is due is verified."),
        # 13 of 104 weeks and 0 of 80 hours: 91 x 158.37 + 80 x 17.05.
        (
            Concern.SHORTFALL,
            "If it goes on like this, £15,775.67 of what is committed will be missing.",
        ),
    ]
    assert is_at_risk(found)
    assert not is_at_risk(found[:6])


def test_the_bands_are_the_organisations_own() -> None:
    made, claims = contract(commitment("X3", "104", profile=["20", *["12"] * 7])), Claims()
    claims.verified(1, "13")
    assert [one.concern for one in attention(made, claims.rows, at=JUNE)] == [Concern.BEHIND]
    own = Policy(on_track_percent=d(60), slightly_behind_percent=d(50), behind_percent=d(40))
    assert attention(made, claims.rows, at=JUNE, policy=own) == ()


def test_a_contract_that_has_ended_is_to_be_closed_and_has_no_forecast() -> None:
    made = contract(commitment("X3", "26"), ends_on=SEPTEMBER)
    found = attention(made, kept_up(made, 2).rows, at=SEPTEMBER)
    assert said(found) == [(Concern.ENDED, "The contract ended on 30 September 2026: close it with its report.")]
    assert not is_at_risk(found)


def test_claims_of_another_contract_are_none_of_its() -> None:
    made = contract(commitment("X3", "104"))
    rows = [*kept_up(made, 1).rows]
    other = [replace(row, commitment_id=99, state=ClaimState.SUBMITTED) for row in rows]
    assert attention(made, [*rows, *other], at=JUNE) == ()
