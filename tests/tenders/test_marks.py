"""Marks, ranks, the zero rule and how firm a result is (RULES 3.5, 4.2 to 4.6)."""

from typing import Any

import pytest

from tests.tenders.example import Json, answer, bid, bid_of, codes, of_bids, tender

# --- methods ------------------------------------------------------------------------------------------------------

BANDS = [["1", "2"], ["5", "4.5"], ["20", "10"]]


@pytest.mark.parametrize(
    ("value", "mark"),
    [
        ("0.01", "0.00"),
        ("999.9999", "0.00"),
        ("1000", "2.00"),
        ("4999.9999", "2.00"),
        ("5000", "4.50"),
        ("19999.9999", "4.50"),
        ("20000", "10.00"),
        ("900000", "10.00"),
    ],
)
def test_a_band_begins_at_its_lower_bound(value: str, mark: str) -> None:
    file = tender(bid("A", {"G1": value}), scoring={"method": "bands", "bands": BANDS})
    assert of_bids(answer(file), "marks", "quantitative") == [mark]


@pytest.mark.parametrize(
    ("value", "decimals", "mark"),
    [
        ("12250", 2, "6.13"),
        ("12249.99", 2, "6.12"),
        ("12250", 3, "6.125"),
        ("13000", 0, "7"),
        ("12999.99", 0, "6"),
        ("12500", 1, "6.3"),
        ("12250", 4, "6.1250"),
        ("20000", 2, "10.00"),
        ("20000.01", 2, "10.00"),
    ],
)
def test_a_mark_is_rounded_half_up_once(value: str, decimals: int, mark: str) -> None:
    file = tender(bid("A", {"G1": value}), scoring={"decimals": decimals})
    assert of_bids(answer(file), "marks", "quantitative") == [mark]


def test_a_total_is_never_rounded_again_and_given_marks_stay_as_given() -> None:
    given = bid("A", {"G1": "20000"}, other_marks={"quality": "30.65"})
    (found,) = answer(tender(given, scoring={"decimals": 1}, other_marks=["quality"]))["bids"]
    assert (found["marks"]["quantitative"], found["marks"]["quality"], found["total"]) == ("10.0", "30.65", "40.65")


@pytest.mark.parametrize("given", ["30", "30.0", "30.125", "0"])
def test_another_criterions_mark_keeps_its_number(given: str) -> None:
    file = tender(bid("A", other_marks={"quality": given}), scoring={"decimals": 0}, other_marks=["quality"])
    assert of_bids(answer(file), "marks", "quality") == [given]


def test_the_price_mark_is_the_lowest_price_of_assessed_bids_over_the_own() -> None:
    prices = {"A": "742000", "B": "698500", "C": "690000"}
    file = tender(*(bid(who, price=price) for who, price in prices.items()), price={"weight": "40"})
    assert of_bids(answer(file), "marks", "price") == ["37.20", "39.51", "40.00"]
    file["tender"]["scoring"]["decimals"] = 0
    assert of_bids(answer(file), "marks", "price") == ["37", "40", "40"]


def test_questions_are_rounded_one_by_one() -> None:
    questions = [{"id": "q1", "title": "How?", "weight": "3.3"}, {"id": "q2", "title": "Who?", "weight": "6.7"}]
    file = tender(bid("A", {"G1": "1"}, qualitative={"q1": "2.5", "q2": "2.5"}),
                  scoring={"qualitative": "10", "decimals": 0}, questions=questions)  # fmt: skip
    (found,) = answer(file)["bids"]
    # 1.65 and 3.35 are 5 together; rounded one by one they are 2 and 3.
    assert found["marks"] == {
        "quantitative": "0", "qualitative": "5", "social_value": "5", "questions": {"q1": "2", "q2": "3"},
    }  # fmt: skip
    file["bids"][0]["qualitative"] = {"q1": "3.79", "q2": "3.73"}
    assert answer(file)["bids"][0]["marks"]["questions"] == {"q1": "3", "q2": "5"}


def test_half_marks_and_two_decimals_on_the_scale() -> None:
    file = tender(bid("A", {"G1": "1"}, qualitative="3.5"), bid("B", {"G1": "1"}, qualitative="3.25"),
                  scoring={"qualitative": "10"}, qualitative_scale=4)  # fmt: skip
    assert of_bids(answer(file), "marks", "qualitative") == ["8.75", "8.13"]


# --- the zero rule ------------------------------------------------------------------------------------------------

QUESTIONS = [{"id": "q1", "title": "How?", "weight": "4"}, {"id": "q2", "title": "Who?", "weight": "6"}]


def zero_rule(rule: str, *bids: Json, **more: Any) -> Json:
    scoring = {"method": "relative", "qualitative": "10", "zero": rule, **more.pop("scoring", {})}
    return answer(tender(*bids, scoring=scoring, questions=QUESTIONS, **more))


def marks_of(answered: Json, bidder: str) -> tuple[str, str, str]:
    marks = bid_of(answered, bidder)["marks"]
    return marks["quantitative"], marks["questions"]["q1"], marks["questions"]["q2"]


FULL = bid("Full", {"G1": "10000"}, qualitative={"q1": "5", "q2": "5"}, price="50000")
NO_QUANTITY = bid("None", {"G1": "0", "Q1": "50"}, qualitative={"q1": "5", "q2": "5"}, price="25000")
NO_ANSWER = bid("Silent", {"G1": "40000"}, qualitative={"q2": "5"}, price="25000")
MARKED_0 = bid("Nought", {"G1": "40000"}, qualitative={"q1": "0", "q2": "5"}, price="50000")


def test_score_zero_takes_the_mark_concerned_and_leaves_the_others() -> None:
    found = zero_rule("score_zero", FULL, NO_QUANTITY, NO_ANSWER)
    assert marks_of(found, "None") == ("0.00", "4.00", "6.00")
    assert marks_of(found, "Silent") == ("10.00", "0.00", "6.00")
    assert marks_of(found, "Full") == ("2.50", "4.00", "6.00")
    assert not [bid for bid in found["bids"] if "disregarded" in codes(bid["warnings"])]


def test_disregard_takes_both_social_value_marks_and_the_bid_sets_no_highest_value() -> None:
    found = zero_rule("disregard", FULL, NO_QUANTITY, NO_ANSWER)
    assert marks_of(found, "None") == marks_of(found, "Silent") == ("0.00", "0.00", "0.00")
    assert marks_of(found, "Full") == ("10.00", "4.00", "6.00")
    assert of_bids(found, "status") == ["assessed"] * 3
    assert [bid["bidder"] for bid in found["bids"] if "disregarded" in codes(bid["warnings"])] == ["None", "Silent"]
    assert bid_of(found, "Silent")["value"] == "40000.00"
    assert found["range"]["highest"] == "40.00"


def test_a_disregarded_bid_keeps_its_price_mark_and_may_hold_the_lowest_price() -> None:
    found = zero_rule("disregard", FULL, NO_ANSWER, price={"weight": "40"})
    assert of_bids(found, "marks", "price") == ["20.00", "40.00"]


@pytest.mark.parametrize("rule", ["score_zero", "disregard"])
def test_a_mark_of_0_is_an_answer(rule: str) -> None:
    found = zero_rule(rule, FULL, MARKED_0)
    assert marks_of(found, "Nought") == ("10.00", "0.00", "6.00")


@pytest.mark.parametrize("rule", ["score_zero", "disregard"])
def test_no_quantity_earns_0_also_where_the_lowest_band_carries_marks(rule: str) -> None:
    scoring = {"method": "bands", "bands": [["0", "3"], ["20", "10"]]}
    found = zero_rule(rule, NO_QUANTITY, bid("Little", {"G1": "0.01"}, qualitative={"q1": "1", "q2": "1"}),
                      scoring=scoring)  # fmt: skip
    assert of_bids(found, "marks", "quantitative") == ["0.00", "3.00"]


def test_without_qualitative_weight_a_missing_answer_is_no_fault() -> None:
    file = tender(bid("A", {"G1": "20000"}), scoring={"zero": "disregard"})
    assert of_bids(answer(file), "marks", "quantitative") == ["10.00"]


@pytest.mark.parametrize(
    ("commitments", "mark"),
    [
        ({"G1": {"offered": "20000", "accepted": "0", "reason": "No evidence."}}, "0.00"),
        ({"G1": None}, "0.00"),
        ({"G1": "n/a"}, "0.00"),
        ({"N1": {"text": "We listen."}}, "0.00"),
        ({"G1": "0.0001"}, "3.00"),
    ],
)
def test_only_an_accepted_quantity_above_0_on_a_valued_line_counts(commitments: Json, mark: str) -> None:
    scoring = {"method": "bands", "bands": [["0", "3"], ["20", "10"]]}
    assert of_bids(answer(tender(bid("A", commitments), scoring=scoring)), "marks", "quantitative") == [mark]


# --- ranks --------------------------------------------------------------------------------------------------------


def race(*bids: tuple[str, str, str], tie: str) -> Json:
    """Bids of value, price and quality; the quantity carries no marks, so quality alone makes the sums."""
    entered = [
        bid(who, {"G1": value}, price=price, other_marks={"quality": quality})
        for who, (value, price, quality) in zip("ABCDE", bids, strict=False)
    ]
    return answer(tender(*entered, scoring={"quantitative": "0", "tie": tie}, other_marks=["quality"]))


@pytest.mark.parametrize(
    ("tie", "bids", "ranks", "winner", "tied"),
    [
        ("shared", [("1", "9", "90"), ("2", "8", "90"), ("3", "7", "80")], [1, 1, 3], None, ["A", "B"]),
        ("shared", [("1", "9", "90"), ("2", "8", "80"), ("3", "7", "80")], [1, 2, 2], "A", []),
        ("shared", [("1", "9", "90"), ("1", "9", "90.0"), ("1", "9", "90")], [1, 1, 1], None, ["A", "B", "C"]),
        ("higher_value", [("1", "9", "90"), ("2", "8", "90"), ("3", "7", "80")], [2, 1, 3], "B", []),
        ("higher_value", [("1", "9", "90"), ("2", "8", "80"), ("3", "7", "80")], [1, 3, 2], "A", []),
        ("higher_value", [("1", "9", "90"), ("1.0001", "9", "90")], [2, 1], "B", []),
        ("higher_value", [("1", "9", "90"), ("1.0", "8", "90"), ("0", "7", "90")], [1, 1, 3], None, ["A", "B"]),
        ("lower_price", [("1", "9", "90"), ("2", "8", "90"), ("3", "7", "80")], [2, 1, 3], "B", []),
        ("lower_price", [("1", "9", "90"), ("2", "9.00", "90"), ("3", "9", "80")], [1, 1, 3], None, ["A", "B"]),
        ("lower_price", [("1", "9", "90"), ("2", "8", "80"), ("3", "7", "80")], [1, 3, 2], "A", []),
    ],
)
def test_ranks_and_tie_rules(
    tie: str, bids: list[tuple[str, str, str]], ranks: list[int], winner: str | None, tied: list[str]
) -> None:
    found = race(*bids, tie=tie)
    assert of_bids(found, "rank") == ranks
    assert (found["winner"], found["tied"]) == (winner, tied)


def test_a_sum_is_compared_rounded_part_by_part_and_not_exact() -> None:
    """12,249.99 and 12,246 earn 6.12 alike, though their exact marks differ (RULES 3.1)."""
    found = answer(tender(bid("A", {"G1": "12249.99"}), bid("B", {"G1": "12246"})))
    assert (of_bids(found, "rank"), found["tied"]) == ([1, 1], ["A", "B"])


def test_the_tie_rule_uses_the_weighted_value_where_weights_are_applied() -> None:
    bids = bid("A", {"G1": "3000"}), bid("B", {"P1": "4"})
    more = {"scoring": {"quantitative": "0", "tie": "higher_value"}, "measure_weights": {"P1": "2"}}
    assert answer(tender(*bids, **more))["winner"] == "A"
    assert answer(tender(*bids, weights_applied=True, **more))["winner"] == "B"


def test_a_tie_at_the_top_has_no_winner_and_no_weight_range() -> None:
    found = answer(tender(bid("A", {"G1": "5000"}, qualitative="3"), bid("B", {"G1": "5000"}, qualitative="3"),
                          bid("C", {"G1": "5000"}, qualitative="1"), scoring={"qualitative": "10"}))  # fmt: skip
    assert (found["winner"], found["tied"], found["range"]["winner"]) == (None, ["A", "B"], None)
    assert found["robustness"]["quantitative_weight_range"] is None
    assert found["robustness"]["removals"] == [{"removed": "C", "winner": None, "reversal": False}]


# --- how firm -----------------------------------------------------------------------------------------------------


def test_removing_the_bid_with_the_lowest_price_may_reverse_a_result() -> None:
    """With Z the price marks are A 20, B 25, Z 40; without it A 32, B 40: then quality no longer decides."""
    bids = [("A", "100000", "30"), ("B", "80000", "24"), ("Z", "50000", "0")]
    file = tender(*(bid(who, price=price, other_marks={"quality": quality}) for who, price, quality in bids),
                  scoring={"quantitative": "0"}, price={"weight": "40"}, other_marks=["quality"])  # fmt: skip
    found = answer(file)
    assert of_bids(found, "total") == ["50.00", "49.00", "40.00"]
    assert found["robustness"]["removals"] == [
        {"removed": "B", "winner": "A", "reversal": False},
        {"removed": "Z", "winner": "B", "reversal": True},
    ]


def test_a_removal_that_leaves_a_tie_is_a_reversal_to_nobody() -> None:
    """With C, A has 2.5 + 6 marks and B 1.25 + 11; without it A has 10 + 6 and B 5 + 11."""
    bids = [("A", "20000", "6"), ("B", "10000", "11"), ("C", "80000", "0")]
    file = tender(*(bid(who, {"G1": value}, other_marks={"quality": quality}) for who, value, quality in bids),
                  scoring={"method": "relative"}, other_marks=["quality"])  # fmt: skip
    found = answer(file)
    assert of_bids(found, "total") == ["8.50", "12.25", "10.00"]
    assert {removal["removed"]: removal["winner"] for removal in found["robustness"]["removals"]} == {
        "A": "B", "C": None,
    }  # fmt: skip
    assert [removal["reversal"] for removal in found["robustness"]["removals"]] == [False, True]


def test_a_disregarded_bid_enters_the_flip_thresholds_with_nothing() -> None:
    """Its value would be the highest; disregarded it counts as 0: s* = 10 x 10,000 / 5 = £20,000."""
    silent = bid("Silent", {"G1": "40000"}, other_marks={"quality": "25"})
    told = bid("Told", {"G1": "10000"}, qualitative="5", other_marks={"quality": "10"})
    found = answer(tender(silent, told, scoring={"method": "relative", "qualitative": "10", "zero": "disregard"},
                          other_marks=["quality"]))  # fmt: skip
    assert found["robustness"]["flip_thresholds"] == [
        {"ahead": "Silent", "behind": "Told", "highest_value_above": "20000.00", "now": False}
    ]


def firm(*bids: Json, scoring: Json, **more: Any) -> Json:
    found = answer(tender(*bids, scoring={"qualitative": "10", **scoring}, **more))["robustness"]
    assert isinstance(found, dict)
    return found


ONE = bid("A", {"G1": "15000"}, qualitative="5")
OTHER = bid("B", {"G1": "10000"}, qualitative="1")


def test_a_bid_alone_wins_at_every_weight() -> None:
    found = firm(ONE, scoring={})
    assert found["quantitative_weight_range"] == {"winner": "A", "from": "0.00", "to": "20.00"}
    assert found["removals"] == []


@pytest.mark.parametrize(
    "scoring",
    [{"qualitative": "0"}, {"method": "bands", "bands": [["0", "0"]], "quantitative": "0"}],
    ids=["no qualitative weight", "bands without quantitative weight"],
)
def test_where_the_weight_range_is_null(scoring: Json) -> None:
    assert firm(ONE, OTHER, scoring=scoring)["quantitative_weight_range"] is None


def test_without_quantitative_weight_the_other_methods_have_a_range_all_the_same() -> None:
    found = firm(ONE, OTHER, scoring={"quantitative": "0", "qualitative": "12"})
    assert found["quantitative_weight_range"] == {"winner": "A", "from": "0.00", "to": "12.00"}


def test_a_range_without_a_hundredth_in_it_is_null() -> None:
    """The winner holds from 5.004 to 5.006 of 10 only, and no weight of two decimals lies between."""
    bids = [("W", "10000", "5", "10"), ("L", "8000", "6", "10.0008"), ("H", "12000", "4", "9.9988")]
    entered = [
        bid(who, {"G1": value}, qualitative=mark, other_marks={"quality": quality})
        for who, value, mark, quality in bids
    ]
    scoring = {"quantitative": "5.005", "qualitative": "4.995", "decimals": 4}
    found = answer(tender(*entered, scoring=scoring, other_marks=["quality"], qualitative_scale=10))
    assert (found["winner"], of_bids(found, "total")) == ("W", ["15.0000", "14.9998", "14.9998"])
    assert found["robustness"]["quantitative_weight_range"] is None
    wider = [*entered[:2], {**entered[2], "other_marks": {"quality": "9.9980"}}]
    found = answer(tender(*wider, scoring=scoring, other_marks=["quality"], qualitative_scale=10))
    assert found["robustness"]["quantitative_weight_range"] == {"winner": "W", "from": "5.01", "to": "5.01"}


def test_a_winner_by_rounding_alone_has_no_weight_range() -> None:
    """A earns 0.0001 less of both weights, which rounding hides, and has 0.001 more quality: 0.001 less in all."""
    file = tender(
        bid("A", {"G1": "9998"}, qualitative="49.99", other_marks={"quality": "0.001"}),
        bid("B", {"G1": "10000"}, qualitative="50", other_marks={"quality": "0"}),
        scoring={"qualitative": "10", "decimals": 0}, other_marks=["quality"], qualitative_scale=100,
    )  # fmt: skip
    found = answer(file)
    assert (found["winner"], of_bids(found, "total")) == ("A", ["10.001", "10"])
    assert found["robustness"]["quantitative_weight_range"] is None


def test_the_published_weight_may_lie_outside_the_range() -> None:
    """Rounded, A has 0.0001 more; before rounding B has more from a weight of 2 on: 2 x 0.00005 are 0.0001."""
    file = tender(
        bid("A", {"G1": "9999"}, qualitative="5", other_marks={"quality": "1.0001"}),
        bid("B", {"G1": "10000"}, qualitative="5", other_marks={"quality": "1"}),
        scoring={"qualitative": "0.01"}, other_marks=["quality"],
    )  # fmt: skip
    found = answer(file)
    assert (found["winner"], of_bids(found, "total")) == ("A", ["6.0101", "6.01"])
    assert found["robustness"]["quantitative_weight_range"] == {"winner": "A", "from": "0.00", "to": "2.00"}


def test_the_questions_count_as_their_weighted_mean() -> None:
    questions = [{"id": "q1", "title": "How?", "weight": "2"}, {"id": "q2", "title": "Who?", "weight": "8"}]
    one = bid("A", {"G1": "20000"}, qualitative={"q1": "5", "q2": "0"})
    other = bid("B", {"G1": "10000"}, qualitative={"q1": "0", "q2": "5"})
    # A: w + (20 - w) x 0.2; B: w x 0.5 + (20 - w) x 0.8: equal where 1.1 w = 12, at 10.909….
    found = firm(one, other, scoring={}, questions=questions)["quantitative_weight_range"]
    assert found == {"winner": "B", "from": "0.00", "to": "10.90"}


def test_the_weight_range_uses_the_zero_rule() -> None:
    silent = bid("Silent", {"G1": "20000"})
    told = bid("Told", {"G1": "4000"}, qualitative="4")
    # Silent: w; Told: w x 0.2 + (20 - w) x 0.8: equal where 1.6 w = 16.
    assert firm(silent, told, scoring={})["quantitative_weight_range"] is None  # at 10 they tie
    found = firm(silent, told, scoring={"quantitative": "11", "qualitative": "9"})["quantitative_weight_range"]
    assert found == {"winner": "Silent", "from": "10.00", "to": "20.00"}
    found = firm(silent, told, scoring={"zero": "disregard"})["quantitative_weight_range"]
    assert found == {"winner": "Told", "from": "0.00", "to": "20.00"}
