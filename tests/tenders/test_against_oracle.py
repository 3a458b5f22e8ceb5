"""The program against a second, slow scorer, and what must hold for any tender at all (RULES 3 and 4)."""

from copy import deepcopy
from fractions import Fraction
from random import Random
from typing import Any

import yaml
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from tests.tenders.chance import MEASURES, close_races, commitments, tenders
from tests.tenders.example import Json, answer, bid_of, result_of
from tests.tenders.oracle import Oracle

CHECKS = settings(
    max_examples=100, deadline=None, derandomize=True, database=None, suppress_health_check=[HealthCheck.too_slow]
)
FEWER = settings(CHECKS, max_examples=40)

any_tender = tenders() | close_races()


def comparable(answered: Json) -> Json:
    """An answer without warnings, version and draws, with its firmness laid out as the second scorer does."""
    found = deepcopy(answered)
    firm = found.pop("robustness")
    del found["framework"], found["warnings"]
    for bid in found["bids"]:
        del bid["warnings"]
    return found | {
        "removals": firm["removals"],
        "flip_thresholds": sorted(
            (flip["ahead"], flip["behind"], flip["highest_value_above"], flip["now"])
            for flip in firm["flip_thresholds"]
        ),
        "quantitative_weight_range": firm["quantitative_weight_range"],
    }


@CHECKS
@given(tenders())
def test_every_figure_is_the_one_of_the_second_scorer(file: Json) -> None:
    assert comparable(answer(file)) == Oracle(file, MEASURES).answer()


@CHECKS
@given(close_races())
def test_a_close_race_is_the_one_of_the_second_scorer(file: Json) -> None:
    assert comparable(answer(file)) == Oracle(file, MEASURES).answer()


def by_bidder(answered: Json) -> Json:
    """An answer in which no order is left."""
    firm = answered["robustness"]
    drawn = firm["stability"]
    return answered | {
        "bids": {bid["bidder"]: bid for bid in answered["bids"]},
        "tied": sorted(answered["tied"]),
        "robustness": firm
        | {
            "removals": {removal["removed"]: removal for removal in firm["removals"]},
            "flip_thresholds": sorted(firm["flip_thresholds"], key=str),
            "stability": drawn and drawn | {"first": {first["bidder"]: first for first in drawn["first"]}},
        },
    }


@FEWER
@given(any_tender, st.integers(0, 1000))
def test_the_order_of_the_bids_in_the_file_changes_nothing(file: Json, seed: int) -> None:
    turned = {**file, "bids": Random(seed).sample(file["bids"], len(file["bids"]))}
    assert by_bidder(answer(turned)) == by_bidder(answer(file))


@FEWER
@given(any_tender, commitments(), st.sampled_from(("excluded", "withdrawn")), st.sampled_from((None, "1")))
def test_a_bid_that_is_out_of_the_running_changes_nothing(
    file: Json, offered: Json, status: str, price: str | None
) -> None:
    file["tender"]["record_only"] = True
    before = answer(file)
    another = {"bidder": "Out Ltd", "status": status, "commitments": offered, "price": price}
    after = answer({**file, "bids": [another, *file["bids"]]})
    kept = after["bids"].pop(0)
    assert (kept["status"], kept["marks"], kept["total"], kept["rank"]) == (status, None, None, None)
    assert after["bids"] == before["bids"]
    for changed in (before, after):
        del changed["robustness"]["stability"]  # another file has another seed
    assert after == before


@FEWER
@given(any_tender, commitments(), st.integers(0, 1000))
def test_under_a_target_or_bands_one_bid_moves_no_other_quantitative_mark(
    file: Json, offered: Json, place: int
) -> None:
    if file["tender"]["scoring"]["method"] == "relative":
        file["tender"]["scoring"] |= {"method": "target", "target_percent": "20"}
    file["tender"]["record_only"] = True
    place %= len(file["bids"])
    before = answer(file)
    file["bids"][place]["commitments"] = offered
    after = answer(file)
    for number, (one, other) in enumerate(zip(before["bids"], after["bids"], strict=True)):
        if number != place:
            assert (one["marks"] or {}).get("quantitative") == (other["marks"] or {}).get("quantitative")
            assert (one["status"], one["value"]) == (other["status"], other["value"])


@FEWER
@given(any_tender)
def test_categories_and_lines_sum_to_the_value_to_the_last_digit(file: Json) -> None:
    for bid in result_of(file).bids:
        assert sum(bid.valuation.by_category.values()) == bid.valuation.value
        assert sum(line.value for line in bid.valuation.lines) == bid.valuation.value
        assert sum(line.weighted_value for line in bid.valuation.lines) == bid.valuation.weighted_value


@FEWER
@given(any_tender, st.integers(0, 1000), st.sampled_from(("0", "0.5")))
def test_rejecting_a_line_never_raises_the_bids_own_value(file: Json, place: int, accepted: str) -> None:
    bid = file["bids"][place % len(file["bids"])]
    plain = [ref for ref, given in bid["commitments"].items() if isinstance(given, str) and given not in {"n/a", "0"}]
    assume(plain)
    before = result_of(file).bid(bid["bidder"]).valuation
    offered = bid["commitments"][plain[0]]
    left = min(accepted, offered, key=Fraction)
    bid["commitments"][plain[0]] = {"offered": offered, "accepted": left, "reason": "Outside the area."}
    after = result_of(file).bid(bid["bidder"]).valuation
    assert after.value <= before.value
    assert after.weighted_value <= before.weighted_value
    assert all(after.by_category[category] <= before.by_category[category] for category in after.by_category)


@FEWER
@given(any_tender)
def test_nobody_has_more_than_the_winner_inside_the_weight_range_and_somebody_just_outside(file: Json) -> None:
    found = answer(file)["robustness"]["quantitative_weight_range"]
    assume(found is not None)
    oracle = Oracle(file, MEASURES)
    whole = oracle.quantitative + oracle.qualitative

    def holds(weight: Fraction) -> bool:
        marks = {bid["bidder"]: oracle.mark_at(bid, weight) for bid in oracle.assessed}
        return max(marks.values()) <= marks[found["winner"]]

    low, high, cent = Fraction(found["from"]), Fraction(found["to"]), Fraction(1, 100)
    assert 0 <= low <= high <= whole
    assert holds(low)
    assert holds(high)
    assert holds((low + high) / 2)
    assert low == 0 or not holds(low - cent)
    assert high + cent > whole or not holds(high + cent)


@FEWER
@given(close_races())
def test_flip_thresholds_are_where_two_bids_change_places_when_the_highest_value_moves(file: Json) -> None:
    """Every pair is tried just below and above its threshold, before the quantitative mark is rounded."""
    listed = {(flip.ahead, flip.behind): flip for flip in result_of(file).firmness.flip_thresholds}
    oracle = Oracle(file, MEASURES)
    little = Fraction(1, 10**6)

    def lead(one: Json, other: Json, highest: Fraction) -> Fraction:
        gap = oracle.value(one, weighted=False) - oracle.value(other, weighted=False)
        return oracle.other_than_quantity(one) - oracle.other_than_quantity(other) + oracle.quantitative * gap / highest

    for one in oracle.assessed:
        for other in oracle.assessed:
            least = oracle.value(other, weighted=False)
            better_elsewhere = oracle.other_than_quantity(one) > oracle.other_than_quantity(other)
            if not better_elsewhere or oracle.value(one, weighted=False) >= least:
                assert (one["bidder"], other["bidder"]) not in listed
                continue
            flip = listed.get((one["bidder"], other["bidder"]))
            if flip is None:  # no highest value that the file allows puts `other` in front
                assert lead(one, other, least) >= 0
            else:
                at = flip.highest_value_above
                assert at > least
                assert lead(one, other, at) == 0
                assert lead(one, other, at + little) > 0 > lead(one, other, at - little)
                assert flip.now is (lead(one, other, oracle.highest) > 0)


@FEWER
@given(any_tender)
def test_a_removal_says_what_scoring_the_file_without_that_bid_says(file: Json) -> None:
    before = answer(file)
    leads = {removal.removed: removal.lead for removal in result_of(file).firmness.removals}
    for removal in before["robustness"]["removals"]:
        rest = [bid for bid in file["bids"] if bid["bidder"] != removal["removed"]]
        after = answer({**file, "bids": rest})
        totals = sorted(Fraction(bid["total"]) for bid in after["bids"] if bid["total"] is not None)
        has_lead = after["winner"] is not None and len(totals) > 1
        assert leads[removal["removed"]] == (totals[-1] - totals[-2] if has_lead else None)
        assert removal["winner"] == after["winner"]
        assert removal["reversal"] is (before["winner"] is not None and after["winner"] != before["winner"])
    removed = {removal["removed"] for removal in before["robustness"]["removals"]}
    assert removed == {bid["bidder"] for bid in before["bids"] if bid["rank"] is not None and bid["rank"] > 1}


@FEWER
@given(any_tender)
def test_the_same_keys_in_yaml_give_the_same_answer(file: Json) -> None:
    assert answer(yaml.safe_dump(file, sort_keys=False, allow_unicode=True)) == answer(file)


@FEWER
@given(any_tender)
def test_blank_zero_and_not_applicable_stay_apart_and_add_nothing(file: Json) -> None:
    nothings: list[Any] = [None, "0", "n/a"]
    name = file["bids"][0]["bidder"]
    answers = []
    for nothing in nothings:
        file["bids"][0]["commitments"] = {"J1": nothing}
        answers.append(bid_of(answer(file), name))
    assert [found["lines"][0]["offered"] for found in answers] == nothings
    assert [found["lines"][0]["accepted"] for found in answers] == nothings
    assert {found["value"] for found in answers} == {"0.00"}
    assert len({str((found["marks"], found["rank"])) for found in answers}) == 1
