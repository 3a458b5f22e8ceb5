"""What a result means, in whole sentences as a person reads them (RULES 4.6)."""

from decimal import Decimal
from typing import Any

import pytest

from svtracker.tenders.rules import findings
from svtracker.tenders.rules.findings import Sign
from svtracker.tenders.rules.result import Result
from tests.tenders.example import WORKED, Json, bid, result_of, tender, worked
from tests.tenders.test_worked_example import POUNDS, TARGET_10, TARGET_25, reversal


def points(result: Result) -> dict[str, tuple[Sign, str]]:
    return {point.test: (point.sign, point.sentence) for point in findings.firm_points(result)}


def outcome(**outcome: Any) -> str:
    return findings.outcome_sentence(result_of(tender(bid("A"), bid("Kerne Ltd"), outcome=outcome)).tender)


# --- the worked example -------------------------------------------------------------------------------------------


def test_the_worked_example() -> None:
    result = result_of(WORKED)
    assert findings.answer(result) == (
        "Bid B is first with 84.32 marks, 1.12 ahead of bid A. It gains 2.31 on price and 2.00 on the social value "
        "answer, and loses 2.00 on quality and 1.19 on the social value quantity."
    )
    assert findings.firm_summary(result) == "It holds in 2 of 3 tests. Look at “Another highest value”."
    assert points(result) == {
        "removal": (
            Sign.HOLDS,
            "Bid B stays first whichever of the 3 other assessed bids is removed, by 1.12 marks at the least.",
        ),
        "flip": (
            Sign.CHANGES,
            "A bid with more than £318,381.72 of social value would put bid C ahead of bid B. The highest value here "
            "is £157,442.07, in bid A.",
        ),
        "weight": (
            Sign.HOLDS,
            "No bid has more marks than bid B while the quantity counts for 5.90 to 13.50 of the 20 social value "
            "marks. With less, bid C has more. With more, bid A has more. Published: 10.",
        ),
        "concentration": (
            Sign.INFORMS,
            "X6 alone is 45.42% of the value of bid B. Bid A offers the most social value, £157,442.07, and still the "
            "most without local jobs and spend, £33,913.72.",
        ),
    }


def test_why_the_first_leads_the_second_part_by_part() -> None:
    compared = findings.comparison(result_of(WORKED))
    assert compared is not None
    assert (compared.first, compared.second, compared.lead) == ("B", "A", Decimal("1.12"))
    assert [(part.name, str(part.lead)) for part in compared.parts] == [
        ("Price", "2.31"),
        ("Social value: answer", "2.00"),
        ("Social value: quantity", "-1.19"),
        ("Quality", "-2.00"),
    ]
    assert sum(part.lead for part in compared.parts) == compared.lead


def test_the_worked_example_under_a_target_rate() -> None:
    result = result_of(worked(TARGET_25))
    assert findings.firm_summary(result) == "It holds in both tests."
    assert set(points(result)) == {"removal", "weight", "concentration"}
    assert points(result_of(worked(TARGET_10)))["weight"] == (
        Sign.HOLDS,
        "No bid has more marks than bid B while the quantity counts for 5.36 to 20.00 of the 20 social value marks. "
        "With less, bid C has more. Published: 10.",
    )


# --- the reversal -------------------------------------------------------------------------------------------------


def scored_reversal(scoring: Json) -> Result:
    return result_of(reversal(scoring), versions={"pounds@2021.1": POUNDS})


def test_the_reversal() -> None:
    result = scored_reversal({"method": "relative"})
    assert findings.answer(result) == (
        "Bid A is first with 73.33 marks, 1.33 ahead of bid B. It gains 4.00 on rest, and loses 2.67 on the social "
        "value quantity."
    )
    assert findings.firm_summary(result) == (
        "It holds in none of the 2 tests. Look at “Remove any losing bid” and “Another highest value”."
    )
    assert points(result)["removal"] == (Sign.CHANGES, "Without bid C, bid B would win by 4.89 marks.")
    assert points(result)["flip"] == (
        Sign.CHANGES,
        "Bid A stands ahead of bid B only while the highest value is above £400,000.00; it is £600,000.00, in bid C.",
    )


def test_the_same_tender_under_a_target_rate() -> None:
    result = scored_reversal({"method": "target", "target_percent": "20"})
    assert findings.answer(result) == (
        "Bid B is first with 84.00 marks, 4.00 ahead of bid A. It gains 8.00 on the social value quantity, and loses "
        "4.00 on rest."
    )
    assert findings.firm_summary(result) == "It holds in the one test."
    assert points(result)["removal"] == (
        Sign.HOLDS,
        "Bid B stays first whichever of the 2 other assessed bids is removed, by 4.00 marks at the least.",
    )


def test_a_removal_after_which_nobody_has_won() -> None:
    bids = [("A", "20000", "6"), ("B", "10000", "11"), ("C", "80000", "0")]
    file = tender(*(bid(who, {"G1": value}, other_marks={"quality": quality}) for who, value, quality in bids),
                  scoring={"method": "relative"}, other_marks=["quality"])  # fmt: skip
    assert points(result_of(file))["removal"] == (Sign.CHANGES, "Without bid C, nobody would be first alone.")


def test_a_removal_that_only_the_tie_rule_survives() -> None:
    bids = [("A", "20000", "6"), ("B", "10000", "11"), ("C", "80000", "0")]
    file = tender(*(bid(who, {"G1": value}, other_marks={"quality": quality}, price=price)
                    for (who, value, quality), price in zip(bids, ("9", "8", "7"), strict=True)),
                  scoring={"method": "relative", "tie": "lower_price"}, other_marks=["quality"])  # fmt: skip
    assert points(result_of(file))["removal"] == (
        Sign.HOLDS,
        "Bid B stays first whichever of the 2 other assessed bids is removed, by the tie rule alone at the least.",
    )


# --- ties, one bid, none ------------------------------------------------------------------------------------------

TIED = (
    bid("A", {"G1": "5000"}, qualitative="3", price="90000"),
    bid("Northgate Ltd", {"G1": "5000.0"}, qualitative="3", price="80000"),
    bid("C", {"J1": "0.1"}, qualitative="1", price="70000"),
)


def test_a_shared_first_rank() -> None:
    result = result_of(tender(*TIED, scoring={"qualitative": "10"}))
    assert findings.answer(result) == (
        "Bid A and Northgate Ltd share the first rank with 8.50 marks each: nobody has won. An award needs a reason."
    )
    assert findings.firm_summary(result) == "Nobody is first alone, so there is no result to test."
    assert set(points(result)) == {"concentration"}


def test_three_bids_share_the_first_rank() -> None:
    bids = [bid(who, {"G1": "5000"}) for who in ("A", "B", "C")]
    assert findings.answer(result_of(tender(*bids))).startswith("Bid A, bid B and bid C share the first rank with 2.50")


@pytest.mark.parametrize(
    ("rule", "bids", "wanted"),
    [
        (
            "lower_price",
            TIED,
            "Northgate Ltd and bid A both have 8.50 marks; Northgate Ltd is first by its lower price, as published.",
        ),
        (
            "higher_value",
            (bid("A", {"G1": "5000"}, qualitative="3"), bid("B", {"G1": "5000.01"}, qualitative="3")),
            "Bid B and bid A both have 8.50 marks; bid B is first by its higher social value, as published.",
        ),
    ],
)
def test_a_first_rank_that_the_tie_rule_decides(rule: str, bids: tuple[Json, ...], wanted: str) -> None:
    result = result_of(tender(*bids, scoring={"qualitative": "10", "tie": rule}))
    assert findings.answer(result) == wanted


def test_one_assessed_bid() -> None:
    one, out = bid("A", {"G1": "5000"}, qualitative="3"), bid("B", {"G1": "9000"}, status="excluded")
    result = result_of(tender(one, out, scoring={"qualitative": "10", "method": "relative"}))
    assert findings.answer(result) == "Bid A is the only assessed bid, with 16.00 marks."
    assert findings.comparison(result) is None
    assert findings.firm_summary(result) == "There is nothing to test: no other bid was assessed."
    assert points(result) == {"concentration": (Sign.INFORMS, "G1 alone is 100% of the value of bid A.")}


def test_no_assessed_bid() -> None:
    result = result_of(tender(bid("A", {"G1": "5000"}, status="withdrawn"), scoring={"method": "relative"}))
    assert findings.answer(result) == "No bid could be assessed, so nobody is first."
    assert findings.firm_summary(result) == "Nobody is first alone, so there is no result to test."
    assert findings.firm_points(result) == ()


def test_a_bid_that_loses_in_nothing() -> None:
    bids = bid("A", {"G1": "5000"}), bid("B", {"G1": "9000"})
    result = result_of(tender(*bids))
    assert findings.answer(result) == (
        "Bid B is first with 4.50 marks, 2.00 ahead of bid A. It gains 2.00 on the social value quantity, and loses "
        "nothing."
    )
    assert points(result)["removal"] == (Sign.HOLDS, "Bid B stays first if the other assessed bid is removed.")


# --- single points ------------------------------------------------------------------------------------------------


def test_no_highest_value_would_change_a_result() -> None:
    bids = [bid("A", {"G1": "9000"}, qualitative="4"), bid("B", {"G1": "8000"}, qualitative="3")]
    result = result_of(tender(*bids, scoring={"method": "relative", "qualitative": "10"}))
    assert points(result)["flip"] == (
        Sign.HOLDS,
        "However much another bid offered, no bid with less social value would pass the first bid.",
    )
    assert findings.firm_summary(result) == "It holds in all 3 tests."
    assert points(result)["weight"] == (
        Sign.HOLDS,
        "No bid has more marks than bid A, whatever part of the 20 social value marks the quantity counts for. "
        "Published: 10.",
    )


def test_a_published_weight_outside_the_range_is_said_to_change_the_result() -> None:
    file = tender(
        bid("A", {"G1": "9999"}, qualitative="5", other_marks={"quality": "1.0001"}),
        bid("B", {"G1": "10000"}, qualitative="5", other_marks={"quality": "1"}),
        scoring={"qualitative": "0.01"}, other_marks=["quality"],
    )  # fmt: skip
    assert points(result_of(file))["weight"] == (
        Sign.CHANGES,
        "No bid has more marks than bid A while the quantity counts for 0.00 to 2.00 of the 10.01 social value marks. "
        "With more, bid B has more. Published: 10.",
    )


def test_weights_drawn_by_chance() -> None:
    bids = bid("A", {"G1": "5000"}, qualitative="3"), bid("B", {"P1": "20"}, qualitative="3")
    weights = {"measure_weights": {"P1": "1"}, "weights_applied": True}
    sign, sentence = points(result_of(tender(*bids, scoring={"qualitative": "10"}, **weights)))["stability"]
    assert (sign, sentence) == (
        Sign.HOLDS,
        "Bid B is first in 10,000 of 10,000 draws (95% interval 99.96% to 100.00%).",
    )


def test_weights_that_decide() -> None:
    """A has £5,000 x u and B £5,500 x v, with u and v between 0.8 and 1.2: either may be the larger."""
    bids = bid("A", {"G1": "5000"}, qualitative="3"), bid("B", {"P1": "11"}, qualitative="3")
    weights = {"measure_weights": {"P1": "1"}, "weights_applied": True}
    result = result_of(tender(*bids, scoring={"qualitative": "10"}, **weights))
    sign, sentence = points(result)["stability"]
    assert sign is Sign.CHANGES
    shares = (
        {first.bidder: first.share for first in result.firmness.stability.first} if result.firmness.stability else {}
    )
    assert sum(shares.values()) == pytest.approx(1)
    draws = {who: f"{share * 10_000:,.1f}".removesuffix(".0") for who, share in shares.items()}
    assert sentence.startswith(f"Bid B is first in {draws['B']} of 10,000 draws (95% interval ")
    assert sentence.endswith(f"%). Bid A: {draws['A']}.")


def test_local_jobs_and_spend_may_hide_the_rest() -> None:
    bids = bid("A", {"J1": "1", "G1": "10"}), bid("B", {"G1": "500", "P1": "1"})
    assert points(result_of(tender(*bids)))["concentration"] == (
        Sign.INFORMS,
        "J1 alone is 99.95% of the value of bid A. Bid A offers the most social value, £20,010.00; without local jobs "
        "and spend bid B does, £1,000.00.",
    )


def test_questions_are_named_by_their_titles() -> None:
    questions = [
        {"id": "q1", "title": "How will you recruit", "weight": "4"},
        {"id": "q2", "title": "NHS", "weight": "6"},
    ]
    bids = (
        bid("A", {"G1": "1"}, qualitative={"q1": "5", "q2": "3"}),
        bid("B", {"G1": "1"}, qualitative={"q1": "3", "q2": "4"}),
    )
    file = tender(*bids, scoring={"qualitative": "10"}, questions=questions)
    assert findings.answer(result_of(file)) == (
        "Bid A is first with 7.60 marks, 0.40 ahead of bid B. It gains 1.60 on “How will you recruit”, and loses 1.20 "
        "on NHS."
    )


# --- how a tender ended -------------------------------------------------------------------------------------------


def test_how_a_tender_ended() -> None:
    assert outcome() == "Not yet awarded."
    assert outcome(status="awarded", bidder="A", on="2021-06-01") == "Awarded to bid A on 1 June 2021."
    assert outcome(status="awarded", bidder="Kerne Ltd", reason="Both bids had equal marks.") == (
        "Awarded to Kerne Ltd. Both bids had equal marks."
    )
    assert outcome(status="abandoned", on="2021-06-30", reason="No bid met the requirements.") == (
        "Abandoned on 30 June 2021. No bid met the requirements."
    )
