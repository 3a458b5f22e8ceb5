"""What lines, bids and shares come to (RULES 2.2, 2.6, 3.1 to 3.6)."""

from typing import Any

import pytest

from tests.tenders.example import Json, answer, bid, bid_of, codes, of_bids, tender

REASON = "No evidence was given."


def only_bid(file: Json) -> Json:
    (found,) = answer(file)["bids"]
    assert isinstance(found, dict)
    return found


def line(commitment: Any, *, ref: str = "J1", **more: Any) -> Json:
    (found,) = only_bid(tender(bid("A", {ref: commitment}), **more))["lines"]
    assert isinstance(found, dict)
    return found


# --- lines --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("commitment", "offered", "accepted", "value"),
    [
        ("2.5", "2.5", "2.5", "50000"),
        ({"offered": "2.5"}, "2.5", "2.5", "50000"),
        ({"offered": "2.5", "accepted": None}, "2.5", "2.5", "50000"),
        ({"offered": "2.5", "accepted": "2.50"}, "2.5", "2.50", "50000"),
        ({"offered": "2.5", "accepted": "1", "reason": REASON}, "2.5", "1", "20000"),
        ({"offered": "2.5", "accepted": "0", "reason": REASON}, "2.5", "0", "0"),
        ("0", "0", "0", "0"),
        (None, None, None, "0"),
        ({}, None, None, "0"),
        ("n/a", "n/a", "n/a", "0"),
        ({"offered": "n/a"}, "n/a", "n/a", "0"),
        ("0.0001", "0.0001", "0.0001", "2"),
        ("499999.9999", "499999.9999", "499999.9999", "9999999998"),
    ],
)
def test_a_line_is_accepted_quantity_times_unit_value(
    commitment: Any, offered: str | None, accepted: str | None, value: str
) -> None:
    found = line(commitment)
    assert (found["offered"], found["accepted"], found["value"]) == (offered, accepted, value)


def test_the_answer_of_a_line_has_the_keys_of_the_format() -> None:
    assert line("2.0") == {
        "measure": "J1", "kind": "valued", "unit": "fte_year", "offered": "2.0", "accepted": "2.0",
        "unit_value": "20000", "weight": "1", "value": "40000", "weighted_value": "40000", "reason": None,
    }  # fmt: skip


def test_a_line_is_exact_to_the_last_digit() -> None:
    assert line("0.3333", ref="V1")["value"] == "10.11008889"


def test_a_text_has_no_quantity() -> None:
    found = line({"text": "We listen."}, ref="N1")
    assert (found["kind"], found["offered"], found["accepted"], found["unit_value"]) == ("narrative", None, None, None)
    assert (found["text"], found["value"]) == ("We listen.", "0")
    assert "text" not in line("1")


@pytest.mark.parametrize(("ref", "more"), [("Q1", {}), ("R1", {"record_only": True}), ("R2", {"record_only": True})])
def test_a_recorded_measure_moves_no_figure(ref: str, more: Json) -> None:
    file = tender(bid("A", {"J1": "1", ref: "40"}), bid("B", {"J1": "1"}), scoring={"method": "relative"}, **more)
    one, other = answer(file)["bids"]
    recorded = one["lines"][1]
    assert (recorded["kind"], recorded["unit_value"], recorded["value"]) == ("recorded", None, "0")
    for key in ("value", "percent", "by_category", "largest_line", "marks", "total", "rank"):
        assert one[key] == other[key]


def test_a_bid_that_offers_recorded_measures_only_offers_nothing() -> None:
    scoring = {"method": "bands", "bands": [["0", "3"], ["10", "10"]]}
    file = tender(bid("A", {"Q1": "40", "N1": {"text": "We listen."}}), bid("B", {"G1": "1"}), scoring=scoring)
    assert of_bids(answer(file), "marks", "quantitative") == ["0.00", "3.00"]


# --- weights ------------------------------------------------------------------------------------------------------

WEIGHTS = {"J1": "1.5", "G1": "0.25"}
TWO_LINES = {"J1": "1", "G1": "4000"}


def test_weighted_and_unweighted_figures_stand_side_by_side_and_marks_use_the_plain_ones() -> None:
    found = only_bid(tender(bid("A", TWO_LINES), measure_weights=WEIGHTS))
    assert [one["weight"] for one in found["lines"]] == ["1.5", "0.25"]
    assert [one["weighted_value"] for one in found["lines"]] == ["30000", "1000"]
    assert (found["value"], found["weighted_value"]) == ("24000.00", "31000.00")
    assert (found["percent"], found["weighted_percent"]) == ("24.00", "31.00")
    assert found["marks"]["quantitative"] == "10.00"
    low = only_bid(tender(bid("A", TWO_LINES), measure_weights=WEIGHTS, scoring={"target_percent": "48"}))
    assert low["marks"]["quantitative"] == "5.00"


def test_where_weights_are_applied_the_marks_use_the_weighted_figures() -> None:
    file = tender(bid("A", TWO_LINES), measure_weights=WEIGHTS, weights_applied=True, scoring={"target_percent": "62"})
    found = answer(file)
    assert found["weights_applied"] is True
    (only,) = found["bids"]
    assert only["marks"]["quantitative"] == "5.00"
    # What a reader compares with other tenders stays unweighted (FORMATS 2).
    assert found["range"] == {"lowest": "24.00", "highest": "24.00", "winner": "24.00"}
    assert only["largest_line"] == {"measure": "J1", "percent": "83.33"}
    assert only["by_category"] == {"local_economic": "20000.00", "social": "4000.00", "environmental": "0.00"}


@pytest.mark.parametrize("applied", [False, True])
def test_the_minimum_is_weighted_only_where_weights_are_applied(applied: bool) -> None:
    file = tender(
        bid("A", {"G1": "20000"}), measure_weights={"G1": "0.5"}, weights_applied=applied,
        scoring={"minimum_percent": "15"},
    )  # fmt: skip
    assert only_bid(file)["status"] == ("below_minimum" if applied else "assessed")


@pytest.mark.parametrize("applied", [False, True])
def test_a_measure_that_needs_a_weight_counts_where_the_tender_weights_it(applied: bool) -> None:
    file = tender(bid("A", {"W1": "100"}), measure_weights={"W1": "2"}, weights_applied=applied)
    found = only_bid(file)
    assert found["lines"][0]["kind"] == "valued"
    assert found["lines"][0]["unit_value"] == "17.05"
    assert (found["value"], found["weighted_value"]) == ("1705.00", "3410.00")
    assert found["marks"]["quantitative"] == ("1.71" if applied else "0.85")


def test_a_measure_that_needs_a_weight_is_recorded_without_one() -> None:
    scoring = {"method": "bands", "bands": [["0", "10"]]}
    found = only_bid(tender(bid("A", {"W1": "100"}), measure_weights={"J1": "2"}, scoring=scoring))
    assert found["lines"][0]["kind"] == "recorded"
    assert found["lines"][0]["unit_value"] is None
    assert found["lines"][0]["value"] == "0"
    assert (found["value"], found["largest_line"], found["marks"]["quantitative"]) == ("0.00", None, "0.00")


# --- the denominator ----------------------------------------------------------------------------------------------


def test_a_share_of_the_bids_own_price() -> None:
    file = tender(bid("A", {"G1": "9000"}, price="90000"), bid("B", {"G1": "9000"}, price="60000"),
                  denominator="bid_price")  # fmt: skip
    found = answer(file)
    assert found["denominator"] == {"basis": "bid_price", "amount": None}
    assert of_bids(found, "denominator") == ["90000.00", "60000.00"]
    assert of_bids(found, "percent") == ["10.00", "15.00"]
    assert of_bids(found, "marks", "quantitative") == ["5.00", "7.50"]


def test_a_share_of_the_contract_value_does_not_ask_for_prices() -> None:
    found = answer(tender(bid("A", {"G1": "9000"}), bid("B", {"G1": "9000"}, price="60000")))
    assert found["denominator"] == {"basis": "contract_value", "amount": "100000.00"}
    assert of_bids(found, "percent") == ["9.00", "9.00"]


@pytest.mark.parametrize("status", ["excluded", "withdrawn"])
def test_what_a_bid_out_of_the_running_lacks_is_null(status: str) -> None:
    out = bid("A", {"G1": "9000"}, status=status)
    file = tender(out, bid("B", {"G1": "8000"}, price="80000", other_marks={"quality": "1"}, qualitative="2"),
                  denominator="bid_price", price={"weight": "40"}, other_marks=["quality"],
                  scoring={"method": "relative", "qualitative": "10"})  # fmt: skip
    found = answer(file)
    gone = bid_of(found, "A")
    for key in ("denominator", "percent", "weighted_percent", "marks", "total", "rank"):
        assert gone[key] is None
    assert (gone["status"], gone["value"], gone["largest_line"]) == (
        status, "9000.00", {"measure": "G1", "percent": "100.00"},
    )  # fmt: skip
    assert bid_of(found, "B")["marks"]["quantitative"] == "10.00"
    assert found["robustness"]["removals"] == []
    assert found["range"] == {"lowest": "10.00", "highest": "10.00", "winner": "10.00"}


def test_a_bid_out_of_the_running_keeps_what_can_be_computed() -> None:
    out = bid("A", {"G1": "90000"}, status="excluded", price="30000")
    file = tender(out, bid("B", {"G1": "8000"}, price="80000"), denominator="bid_price", price={"weight": "40"})
    found = answer(file)
    assert bid_of(found, "A")["percent"] == "300.00"
    assert bid_of(found, "B")["marks"]["price"] == "40.00"


def test_where_nobody_is_assessed_nobody_is_first() -> None:
    found = answer(tender(bid("A", {"G1": "1"}, status="excluded"), scoring={"method": "relative"}))
    assert (found["winner"], found["tied"]) == (None, [])
    assert found["range"] == {"lowest": None, "highest": None, "winner": None}
    assert found["robustness"] == {
        "removals": [], "flip_thresholds": [], "quantitative_weight_range": None, "stability": None,
    }  # fmt: skip


# --- the minimum --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "status"),
    [("20000", "assessed"), ("20000.01", "assessed"), ("19999.9999", "below_minimum"), ("0", "below_minimum")],
)
def test_equal_passes_the_minimum_and_the_exact_share_decides(value: str, status: str) -> None:
    found = only_bid(tender(bid("A", {"G1": value}), scoring={"minimum_percent": "20"}))
    assert found["status"] == status
    if value == "19999.9999":
        assert found["percent"] == "20.00"


def test_a_third_is_compared_as_a_third() -> None:
    """A third of £300 is 33.33… %: above a minimum of 33.3333333333 and below one of 33.3333333334."""
    for minimum, status in (("33.3333333333", "assessed"), ("33.3333333334", "below_minimum")):
        file = tender(bid("A", {"G1": "100"}), contract_value="300", scoring={"minimum_percent": minimum})
        assert only_bid(file)["status"] == status


def test_a_minimum_of_0_asks_nothing() -> None:
    assert only_bid(tender(bid("A"), scoring={"minimum_percent": "0"}))["status"] == "assessed"


def test_a_bid_below_the_minimum_enters_nothing_but_stays_on_record() -> None:
    low = bid("Low", {"G1": "30000"}, price="10000")
    file = tender(low, bid("A", {"G1": "40000"}, price="40000"), bid("B", {"G1": "36000"}, price="80000"),
                  price={"weight": "40"}, scoring={"method": "relative", "minimum_percent": "35"})  # fmt: skip
    found = answer(file)
    below = bid_of(found, "Low")
    assert (below["status"], below["marks"], below["total"], below["rank"]) == ("below_minimum", None, None, None)
    assert (below["value"], below["percent"]) == ("30000.00", "30.00")
    assert bid_of(found, "A")["marks"]["price"] == "40.00"
    assert found["range"]["lowest"] == "36.00"
    assert [removal["removed"] for removal in found["robustness"]["removals"]] == ["B"]


def test_a_bid_below_the_minimum_sets_no_highest_value() -> None:
    file = tender(bid("Rich", {"G1": "30000"}, price="100000"), bid("B", {"G1": "20000"}, price="40000"),
                  denominator="bid_price", scoring={"method": "relative", "minimum_percent": "40"})  # fmt: skip
    found = answer(file)
    assert bid_of(found, "Rich")["status"] == "below_minimum"
    assert bid_of(found, "B")["marks"]["quantitative"] == "10.00"


def test_a_bid_below_the_minimum_is_not_called_disregarded() -> None:
    """Only an assessed bid has marks that the zero rule could take (RULES 3.5, 3.6)."""
    scoring = {"zero": "disregard", "minimum_percent": "5"}
    found = answer(tender(bid("A"), bid("B", {"G1": "9000"}), scoring=scoring))
    assert bid_of(found, "A")["status"] == "below_minimum"
    assert codes(bid_of(found, "A")["warnings"]) == []
