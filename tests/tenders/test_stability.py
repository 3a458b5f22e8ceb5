"""How often the first bid stays first when the weights of the measures vary (RULES 4.6)."""

import math
from collections import Counter
from fractions import Fraction
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from svtracker.tenders.rules import stability as drawing
from svtracker.tenders.rules.stability import Stability, wilson
from tests.tenders.chance import MEASURES
from tests.tenders.example import WORKED, Json, answer, bid, result_of, tender, worked
from tests.tenders.oracle import Oracle

APPLIED = ("  scoring:\n", '  weights_applied: true\n  measure_weights: {X4: "1.5"}\n  scoring:\n')


def drawn(file: Json | str) -> Stability:
    found = result_of(file).firmness.stability
    assert found is not None
    return found


# --- the interval -------------------------------------------------------------------------------------------------


def slow_wilson(successes: float, samples: int) -> tuple[float, float]:
    """The two shares p at which (share - p)² = z² p (1 - p) / samples, found by halving."""
    share, square = successes / samples, 1.959963984540054**2

    def root(inside: float, outside: float) -> float:
        for _ in range(200):
            middle = (inside + outside) / 2
            if (share - middle) ** 2 <= square * middle * (1 - middle) / samples:
                inside = middle
            else:
                outside = middle
        return (inside + outside) / 2

    return root(share, 0.0), root(share, 1.0)


@settings(max_examples=100, deadline=None, derandomize=True, database=None)
@given(st.integers(2, 20_000).flatmap(lambda n: st.tuples(st.floats(0.5, n - 0.5), st.just(n))))
def test_the_interval_is_the_one_that_wilson_defined(drawn_and_samples: tuple[float, int]) -> None:
    successes, samples = drawn_and_samples
    assert wilson(successes, samples) == pytest.approx(slow_wilson(successes, samples), abs=1e-9)


def test_the_interval_at_both_ends_and_where_it_is_known() -> None:
    assert [f"{edge:.4f}" for edge in wilson(9_996, 10_000)] == ["0.9990", "0.9998"]
    assert [f"{edge:.4f}" for edge in wilson(10_000, 10_000)] == ["0.9996", "1.0000"]
    assert [f"{edge:.4f}" for edge in wilson(0, 10_000)] == ["0.0000", "0.0004"]
    assert [f"{edge:.4f}" for edge in wilson(5_000, 10_000)] == ["0.4902", "0.5098"]


# --- when it is asked, and that it repeats ------------------------------------------------------------------------


def test_only_where_weights_are_applied() -> None:
    assert answer(WORKED)["robustness"]["stability"] is None
    shown = worked(("  scoring:\n", '  measure_weights: {X4: "1.5"}\n  scoring:\n'))
    assert answer(shown)["robustness"]["stability"] is None
    assert answer(worked(APPLIED))["robustness"]["stability"] is not None


def test_what_the_answer_says() -> None:
    found = answer(worked(APPLIED))["robustness"]["stability"]
    assert (found["spread_percent"], found["samples"], len(found["seed"])) == ("20", 10_000, 64)
    assert found["first"] == [
        {"bidder": "A", "share": "0.0000", "from": "0.0000", "to": "0.0004"},
        {"bidder": "B", "share": "1.0000", "from": "0.9996", "to": "1.0000"},
        {"bidder": "C", "share": "0.0000", "from": "0.0000", "to": "0.0004"},
        {"bidder": "D", "share": "0.0000", "from": "0.0000", "to": "0.0004"},
    ]


def close(**more: Any) -> Json:
    bids = bid("A", {"G1": "5000"}), bid("B", {"P1": "11"})
    return tender(*bids, weights_applied=True, measure_weights={"P1": "1"}, **more)


def test_the_same_tender_gives_the_same_draws_whatever_its_layout() -> None:
    first = drawn(worked(APPLIED))
    assert drawn(worked(APPLIED)) == first
    again = worked(APPLIED, ("{vat: excluded, extensions: excluded}", "{extensions: excluded, vat: excluded}  # note"))
    assert drawn(again) == first
    assert drawn(worked(APPLIED, ('"742000"', '"742000.00"'))).seed == first.seed
    turned = close()
    turned["bids"].reverse()
    assert drawn(turned).seed == drawn(close()).seed
    assert {f.bidder: f for f in drawn(turned).first} == {f.bidder: f for f in drawn(close()).first}


@pytest.mark.parametrize(
    "change", [('"742000"', '"742001"'), ("title: Worked", "title: Another"), ('X4: "1.5"', 'X4: "1.6"')]
)
def test_another_tender_has_another_seed(change: tuple[str, str]) -> None:
    assert drawn(worked(APPLIED).replace(*change)).seed != drawn(worked(APPLIED)).seed


def test_a_share_that_can_be_worked_out_by_hand() -> None:
    """£5,500 x v is above £5,000 x u in 1 - 0.2909… of the square of all u and v between 0.8 and 1.2."""
    file = close(scoring={"decimals": 4, "target_percent": "12", "cap": False})
    shares = {first.bidder: first.share for first in drawn(file).first}
    standard_error = math.sqrt(0.2909 * 0.7091 / 10_000)
    assert shares["B"] == pytest.approx(1 - 0.290909, abs=5 * standard_error)
    assert shares["A"] + shares["B"] == pytest.approx(1)


def shares_of(file: Json) -> dict[str, float]:
    return {first.bidder: first.share for first in drawn(file).first}


def test_another_seed_draws_other_weights() -> None:
    assert shares_of(close(scoring={"decimals": 4})) != shares_of(close(scoring={"decimals": 4}, id="T2"))


@pytest.mark.parametrize(
    ("rule", "wanted"), [("shared", [0.5, 0.5]), ("higher_value", [1.0, 0.0]), ("lower_price", [0.0, 1.0])]
)
def test_a_tie_in_every_draw_is_decided_by_the_rule(rule: str, wanted: list[float]) -> None:
    """Both bids are far beyond the target rate, so both have the full marks whatever the weights."""
    bids = bid("A", {"G1": "90000"}, price="90000"), bid("B", {"P1": "80"}, price="80000")
    file = tender(*bids, weights_applied=True, measure_weights={"P1": "1"}, scoring={"tie": rule})
    assert list(shares_of(file).values()) == wanted


def test_a_bid_that_falls_below_the_minimum_in_half_of_the_draws_wins_only_in_the_other_half() -> None:
    better = bid("A", {"G1": "10000"}, other_marks={"quality": "30"})
    sure = bid("B", {"P1": "30"}, other_marks={"quality": "10"})
    file = tender(better, sure, weights_applied=True, measure_weights={"P1": "1"}, other_marks=["quality"],
                  scoring={"minimum_percent": "10"})  # fmt: skip
    shares = shares_of(file)
    assert shares["A"] == pytest.approx(0.5, abs=5 * math.sqrt(0.25 / 10_000))
    assert sum(shares.values()) == pytest.approx(1)


def test_a_bid_that_another_weight_lifts_over_the_minimum_comes_in() -> None:
    """It is below the published minimum, by a twentieth: a weight above 1.0526 lifts it in 0.3684 of the draws."""
    better = bid("A", {"G1": "9500"}, other_marks={"quality": "30"})
    sure = bid("B", {"P1": "30"}, other_marks={"quality": "10"})
    file = tender(better, sure, weights_applied=True, measure_weights={"P1": "1"}, other_marks=["quality"],
                  scoring={"minimum_percent": "10"})  # fmt: skip
    assert answer(file)["winner"] == "B"
    assert shares_of(file)["A"] == pytest.approx((1.2 - 1 / 0.95) / 0.4, abs=5 * math.sqrt(0.25 / 10_000))


def test_bids_of_the_same_lines_share_every_draw() -> None:
    """No noise of a float decides between equal bids, whatever the tie rule."""
    alike = {"G1": "1234.5678", "P1": "3", "V1": "7", "S1": "99999.9", "J2": "0.1234", "E1": "17.3"}
    for rule in ("shared", "higher_value", "lower_price"):
        bids = [bid(f"Firm {place}", alike, price="90000") for place in range(7)]
        file = tender(*bids, weights_applied=True, measure_weights={"P1": "1.3"}, scoring={"tie": rule})
        assert [first.share for first in drawn(file).first] == pytest.approx([1 / 7] * 7)


def test_draws_that_are_judged_in_parts_are_all_judged(monkeypatch: pytest.MonkeyPatch) -> None:
    at_once = {first.bidder: first.share for first in drawn(close()).first}
    monkeypatch.setattr(drawing, "FIGURES_AT_ONCE", 999)
    in_parts = {first.bidder: first.share for first in drawn(close()).first}
    assert sum(in_parts.values()) == pytest.approx(1)
    assert in_parts == pytest.approx(at_once, abs=5 * math.sqrt(0.25 / 10_000 * 2))


def test_marks_of_many_digits_are_no_stumbling_block() -> None:
    """Weights and given marks may have as many digits as a decimal may; an estimate needs no more than a float."""
    given = {"quality": "12345678901234567890.123456789012345678901234567890"}
    bids = [bid(who, {"G1": "1"}, other_marks=given) for who in ("A", "B")]
    huge = "9" * 30
    file = tender(*bids, weights_applied=True, measure_weights={"G1": "2"}, other_marks=["quality"],
                  contract_value="0.01", scoring={"quantitative": huge, "cap": False})  # fmt: skip
    assert [first.share for first in drawn(file).first] == pytest.approx([0.5, 0.5])


# --- against a loop that anybody can follow ------------------------------------------------------------------------

LOOPS = 500
# Five standard errors of the difference of two shares at their widest: 10,000 draws against 500.
REACH = 5 * math.sqrt(0.25 / 10_000 + 0.25 / LOOPS)


def by_loop(file: Json) -> dict[str, float]:
    """Weights drawn one by one and the tender scored anew each time, exactly and by the second scorer."""
    random = Random(20260101)
    held: Counter[str] = Counter()
    for _ in range(LOOPS):
        weights = dict.fromkeys((ref for each in file["bids"] for ref in each["commitments"]), Fraction(1))
        weights |= {ref: Fraction(weight) for ref, weight in file["tender"].get("measure_weights", {}).items()}
        moved = {ref: str(weight * Fraction(random.uniform(0.8, 1.2))) for ref, weight in weights.items()}
        first = Oracle({**file, "tender": {**file["tender"], "measure_weights": moved}}, MEASURES).first
        for bidder in first:
            held[bidder] += Fraction(1, len(first))
    return {bidder: float(times) / LOOPS for bidder, times in held.items()}


RELATIVE = {"method": "relative", "quantitative": "20"}
THREE = (
    bid("A", {"G1": "9000", "V1": "40"}, price="90000", other_marks={"quality": "10"}),
    bid("B", {"P1": "20", "V1": "10"}, price="80000", other_marks={"quality": "9.5"}),
    bid("C", {"J1": "0.5", "S1": "500"}, price="85000", other_marks={"quality": "9"}),
)
FOUR_BANDS = {"method": "bands", "bands": [["0", "0"], ["9", "4"], ["10", "7"], ["11", "10"]]}
EVEN = tuple({key: each[key] for key in ("bidder", "commitments", "price")} for each in THREE)
WHOLE = {"decimals": 0, "quantitative": "3", "target_percent": "12"}
RACES: dict[str, Json] = {
    "relative": tender(*THREE, scoring=RELATIVE, other_marks=["quality"]),
    "target": tender(*THREE, scoring={"target_percent": "12"}, other_marks=["quality"]),
    "target without cap": tender(*THREE, scoring={"target_percent": "12", "cap": False}, other_marks=["quality"]),
    "bands": tender(*THREE, scoring=FOUR_BANDS, other_marks=["quality"]),
    "a price mark": tender(*THREE, scoring=RELATIVE, other_marks=["quality"], price={"weight": "5"}),
    "shares of the own price": tender(
        *THREE, scoring={"target_percent": "14"}, other_marks=["quality"], denominator="bid_price"
    ),
    "a minimum": tender(
        *THREE, scoring={**RELATIVE, "minimum_percent": "10"}, other_marks=["quality"], price={"weight": "5"}
    ),
    "whole marks, shared": tender(*THREE, scoring={**RELATIVE, "decimals": 0}, other_marks=["quality"]),
    "whole marks, higher value": tender(*EVEN, scoring={**WHOLE, "tie": "higher_value"}),
    "whole marks, lower price": tender(*EVEN, scoring={**WHOLE, "tie": "lower_price"}),
    "a disregarded bid": tender(
        *({**each, "qualitative": "3"} for each in THREE),
        bid("D", {"G1": "30000"}, price="70000", other_marks={"quality": "15"}),
        scoring={**RELATIVE, "qualitative": "10", "zero": "disregard"},
        other_marks=["quality"],
    ),
    "weights of its own": tender(
        *THREE, scoring=RELATIVE, other_marks=["quality"], measure_weights={"P1": "0.9", "V1": "2"}
    ),
}
for _race in RACES.values():
    _race["tender"]["weights_applied"] = True


@pytest.mark.parametrize("name", RACES)
def test_the_shares_are_those_of_a_plain_loop_within_chance(name: str) -> None:
    file = RACES[name]
    found = {first.bidder: first.share for first in drawn(file).first}
    slow = by_loop(file)
    assert set(slow) <= set(found)
    for bidder, share in found.items():
        assert share == pytest.approx(slow.get(bidder, 0.0), abs=REACH)
