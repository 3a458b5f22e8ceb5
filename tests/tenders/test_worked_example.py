"""RULES 4.7 to the digit: both tables, every method, every edge named under them, and the whole answer as a file."""

import json
from typing import Any

import pytest

from svtracker.frameworks.rules.values import Category
from svtracker.kernel.units import Unit
from tests.tenders.example import ROOT, WORKED, Json, answer, bid, bid_of, measure, of_bids, tender, version, worked

GOLDEN = ROOT / "tests" / "tenders" / "golden" / "worked.json"

METHOD = "    method: relative\n"
TARGET_25 = (METHOD, '    method: target\n    target_percent: "25"\n')
TARGET_10 = (METHOD, '    method: target\n    target_percent: "10"\n')
BANDS = (METHOD, '    method: bands\n    bands: [["0","0"],["1","2"],["5","4"],["10","6"],["15","8"],["20","10"]]\n')
OF_PRICE = ("denominator: contract_value", "denominator: bid_price")

A_LINES = '{X1: "5", X2: "1", X3: "104", X4: "80", X5: "2500", X6: "40000", X7: "35"}'
B_LINES = '{X1: "2.5", X3: "52", X4: "240", X5: "10000", X6: "150000", X7: "60"}'
REJECT_X6_OF_B = ('X6: "150000"', 'X6: {offered: "150000", accepted: "0", reason: "spent outside the area"}')
REJECT_X1_OF_A = ('X1: "5"', 'X1: {offered: "5", accepted: "0", reason: "the jobs exist already"}')

COLUMNS: list[tuple[str, tuple[tuple[str, str], ...], tuple[str, ...], list[str]]] = [
    ("value", (), ("value",), ["157442.07", "138691.42", "1787.28", "0.00"]),
    ("local_economic", (), ("by_category", "local_economic"), ["123528.35", "116364.18", "0.00", "0.00"]),
    ("social", (), ("by_category", "social"), ["33913.72", "22327.24", "1787.28", "0.00"]),
    ("environmental", (), ("by_category", "environmental"), ["0.00", "0.00", "0.00", "0.00"]),
    ("% of contract", (), ("percent",), ["20.99", "18.49", "0.24", "0.00"]),
    ("% of price", (OF_PRICE,), ("percent",), ["21.22", "19.86", "0.24", "0.00"]),
    ("relative", (), ("marks", "quantitative"), ["10.00", "8.81", "0.11", "0.00"]),
    ("relative on £ under bid_price", (OF_PRICE,), ("marks", "quantitative"), ["10.00", "8.81", "0.11", "0.00"]),
    ("target 25 %", (TARGET_25,), ("marks", "quantitative"), ["8.40", "7.40", "0.10", "0.00"]),
    ("target 10 % capped", (TARGET_10,), ("marks", "quantitative"), ["10.00", "10.00", "0.24", "0.00"]),
    ("bands", (BANDS,), ("marks", "quantitative"), ["10.00", "8.00", "0.00", "0.00"]),
    ("answer", (), ("marks", "qualitative"), ["6.00", "8.00", "10.00", "0.00"]),
    ("social value", (), ("marks", "social_value"), ["16.00", "16.81", "10.11", "0.00"]),
    ("price mark", (), ("marks", "price"), ["37.20", "39.51", "37.81", "40.00"]),
    ("quality as given", (), ("marks", "quality"), ["30", "28", "32", "34"]),
    ("total", (), ("total",), ["83.20", "84.32", "79.92", "74.00"]),
    ("largest line", (), ("largest_line",), [
        {"measure": "X1", "percent": "67.79"}, {"measure": "X6", "percent": "45.42"},
        {"measure": "X4", "percent": "72.02"}, None,
    ]),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "path", "wanted"), [row[1:] for row in COLUMNS], ids=[row[0] for row in COLUMNS])
def test_every_column_of_the_table(changes: tuple[tuple[str, str], ...], path: tuple[str, ...], wanted: Any) -> None:
    assert of_bids(answer(worked(*changes)), *path) == wanted


def test_rank_winner_and_range() -> None:
    found = answer(WORKED)
    assert of_bids(found, "rank") == [2, 1, 3, 4]
    assert (found["winner"], found["tied"]) == ("B", [])
    assert found["range"] == {"lowest": "0.00", "highest": "20.99", "winner": "18.49"}


def test_without_the_cap_a_bid_earns_more_than_the_weight() -> None:
    found = answer(worked(TARGET_10, ("    decimals: 2", "    cap: false\n    decimals: 2")))
    assert of_bids(found, "marks", "quantitative") == ["20.99", "18.49", "0.24", "0.00"]


def test_no_removal_changes_the_winner() -> None:
    found = answer(WORKED)["robustness"]["removals"]
    assert found == [{"removed": who, "winner": "B", "reversal": False} for who in "ACD"]


def test_the_flip_thresholds() -> None:
    assert answer(WORKED)["robustness"]["flip_thresholds"] == [
        {"ahead": "C", "behind": "A", "highest_value_above": "235483.80", "now": False},
        {"ahead": "C", "behind": "B", "highest_value_above": "318381.72", "now": False},
        {"ahead": "D", "behind": "A", "highest_value_above": "1968025.88", "now": False},
    ]


@pytest.mark.parametrize(
    ("changes", "low", "high"),
    [((), "5.90", "13.50"), ((TARGET_25,), "6.78", "14.36"), ((TARGET_10,), "5.36", "20.00")],
    ids=["relative", "target 25 %", "target 10 % capped"],
)
def test_the_weight_ranges(changes: tuple[tuple[str, str], ...], low: str, high: str) -> None:
    firm = answer(worked(*changes))["robustness"]
    assert firm["quantitative_weight_range"] == {"winner": "B", "from": low, "to": high}


@pytest.mark.parametrize("changes", [(TARGET_25,), (TARGET_10,), (BANDS,)], ids=["25 %", "10 %", "bands"])
def test_only_the_relative_method_has_flip_thresholds_and_its_warning(changes: tuple[tuple[str, str], ...]) -> None:
    found = answer(worked(*changes))
    assert found["robustness"]["flip_thresholds"] == []
    assert found["warnings"] == []
    assert [warning["code"] for warning in answer(WORKED)["warnings"]] == ["relative_method"]


# --- the edges under the table ------------------------------------------------------------------------------------


def test_where_all_offer_nothing_every_mark_is_0() -> None:
    nothing = tender(*(bid(who) for who in "ABC"), scoring={"method": "relative"})
    assert of_bids(answer(nothing), "marks", "quantitative") == ["0.00", "0.00", "0.00"]


def test_a_tie_for_the_highest_value_gives_both_the_full_marks() -> None:
    found = answer(worked((B_LINES, A_LINES)))
    assert of_bids(found, "marks", "quantitative") == ["10.00", "10.00", "0.11", "0.00"]


def test_lines_are_summed_before_they_are_rounded() -> None:
    """53,364.175 and 1,287.275 are 54,651.45; rounded first they would be 54,651.46."""
    found = answer(worked((B_LINES, '{X1: "2.5", X4: "75.5"}')))
    lines = bid_of(found, "B")["lines"]
    assert [line["value"] for line in lines] == ["53364.175", "1287.275"]
    assert bid_of(found, "B")["value"] == "54651.45"


def test_rejecting_the_local_spend_of_b_moves_b_alone() -> None:
    before, after = answer(WORKED), answer(worked(REJECT_X6_OF_B))
    assert bid_of(after, "B")["value"] == "75691.42"
    assert of_bids(after, "marks", "quantitative") == ["10.00", "4.81", "0.11", "0.00"]
    for who in "ACD":
        assert bid_of(after, who)["value"] == bid_of(before, who)["value"]
        assert bid_of(after, who)["marks"] == bid_of(before, who)["marks"]
    assert bid_of(after, "B")["lines"][4] == {
        "measure": "X6", "kind": "valued", "unit": "gbp_spent", "offered": "150000", "accepted": "0",
        "unit_value": "0.42", "weight": "1", "value": "0", "weighted_value": "0", "reason": "spent outside the area",
    }  # fmt: skip


def test_rejecting_the_jobs_of_a_moves_every_relative_mark_but_that_of_d() -> None:
    found = answer(worked(REJECT_X1_OF_A))
    assert of_bids(found, "marks", "quantitative") == ["3.66", "10.00", "0.13", "0.00"]


def test_rejecting_the_jobs_of_a_moves_a_alone_under_a_target() -> None:
    before, after = answer(worked(TARGET_25)), answer(worked(TARGET_25, REJECT_X1_OF_A))
    assert of_bids(after, "marks", "quantitative") == ["2.70", "7.40", "0.10", "0.00"]
    assert [bid_of(after, who)["total"] for who in "BCD"] == [bid_of(before, who)["total"] for who in "BCD"]


# --- the reversal -------------------------------------------------------------------------------------------------

POUNDS = version("pounds", measure("G1", Unit.GBP_INVESTED, "1", Category.SOCIAL))


def reversal(scoring: Json) -> Json:
    """Values £100,000, £180,000 and £600,000 beside other marks of 70, 66 and 40."""
    bids = [
        bid(who, {"G1": value}, other_marks={"rest": rest})
        for who, value, rest in (("A", "100000", "70"), ("B", "180000", "66"), ("C", "600000", "40"))
    ]
    file = tender(*bids, scoring={"quantitative": "20", **scoring}, framework="pounds@2021.1", other_marks=["rest"])
    file["tender"]["contract_value"] = "1000000"
    return file


def scored_reversal(scoring: Json, *, without: str = "") -> Json:
    file = reversal(scoring)
    file["bids"] = [each for each in file["bids"] if each["bidder"] != without]
    return answer(file, versions={"pounds@2021.1": POUNDS})


def test_the_reversal() -> None:
    found = scored_reversal({"method": "relative"})
    assert of_bids(found, "total") == ["73.33", "72.00", "60.00"]
    assert found["winner"] == "A"
    assert found["robustness"]["removals"] == [
        {"removed": "B", "winner": "A", "reversal": False},
        {"removed": "C", "winner": "B", "reversal": True},
    ]
    assert found["robustness"]["flip_thresholds"] == [
        {"ahead": "A", "behind": "B", "highest_value_above": "400000.00", "now": True}
    ]
    assert found["robustness"]["quantitative_weight_range"] is None
    without = scored_reversal({"method": "relative"}, without="C")
    assert of_bids(without, "total") == ["81.11", "86.00"]
    assert without["winner"] == "B"


@pytest.mark.parametrize(("highest", "now"), [("400000", False), ("400000.01", True)])
def test_a_flip_threshold_holds_only_above_it(highest: str, now: bool) -> None:
    file = reversal({"method": "relative"})
    file["bids"][2]["commitments"]["G1"] = highest
    (flip,) = answer(file, versions={"pounds@2021.1": POUNDS})["robustness"]["flip_thresholds"]
    assert (flip["highest_value_above"], flip["now"]) == ("400000.00", now)


@pytest.mark.parametrize("without", ["", "C"])
def test_a_target_rate_knows_no_reversal(without: str) -> None:
    found = scored_reversal({"method": "target", "target_percent": "20"}, without=without)
    assert of_bids(found, "total") == ["80.00", "84.00", "60.00"][: len(found["bids"])]
    assert found["winner"] == "B"
    assert not any(removal["reversal"] for removal in found["robustness"]["removals"])


# --- the whole answer ---------------------------------------------------------------------------------------------


def test_the_whole_answer_is_the_golden_file() -> None:
    text = GOLDEN.read_text(encoding="utf-8")
    found = answer(WORKED)
    assert found == json.loads(text)
    assert json.dumps(found, indent=2, ensure_ascii=False) + "\n" == text


def test_no_figure_of_the_answer_is_a_float_and_none_has_an_exponent() -> None:
    def leaves(value: Any) -> list[Any]:
        if isinstance(value, dict):
            return [leaf for inner in value.values() for leaf in leaves(inner)]
        return [leaf for inner in value for leaf in leaves(inner)] if isinstance(value, list) else [value]

    found = leaves(
        answer(worked(("  scoring:", '  weights_applied: true\n  measure_weights: {X4: "1.5"}\n  scoring:')))
    )
    assert not [leaf for leaf in found if isinstance(leaf, float)]
    assert not [leaf for leaf in found if isinstance(leaf, str) and ("E+" in leaf or "E-" in leaf)]
