"""Each tender of the demo tells its story: scored as a person would, with the measure sets that come with svtracker."""

import re
import statistics
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache
from itertools import chain
from pathlib import Path

import pytest

from svtracker.files.yaml_reader import read_document
from svtracker.frameworks.folder import find_in_folder, names_in_folder
from svtracker.frameworks.rules.values import Category, Kind, ListName, Version
from svtracker.registers.loader import Reference, load_reference
from svtracker.tenders.rules.findings import outcome_sentence
from svtracker.tenders.rules.result import BidResult, Result, score
from svtracker.tenders.rules.values import (
    BidStatus,
    Commitment,
    Denominator,
    Method,
    OutcomeStatus,
    Tender,
    TieRule,
    ZeroRule,
)
from svtracker.tenders.rules.valuing import Line
from svtracker.tenders.rules.warnings import Code, Limits
from svtracker.tenders.service.files import score_file, tender_files

ROOT = Path(__file__).parents[2]
DEMO, FRAMEWORKS, REFERENCE = ROOT / "data" / "demo", ROOT / "frameworks", ROOT / "data" / "reference"
EXAMPLE = "worked"

FOOD, HEALTH, ROAD = "chilled-frozen-food", "integrated-sexual-health", "road-corridor"
SMART, MARKET, DEVICES = "smart-corridor", "new-market", "multi-functional-devices"
ROUGH = "accommodation-rough-sleepers"


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What is known of a tender at a glance; a bidder behind `first` won alone."""

    title: str
    value: str
    version: str
    method: Method
    outcome: OutcomeStatus
    first: str | None


SEVEN = {
    FOOD: Told(
        title="Chilled & frozen food",
        value="6000000",
        version="open-toms@2018.1",
        method=Method.BANDS,
        outcome=OutcomeStatus.AWARDED,
        first="Ashlingdale Catering Supplies",
    ),
    MARKET: Told(
        title="New market",
        value="1000000",
        version="open-toms@2021.1",
        method=Method.TARGET,
        outcome=OutcomeStatus.AWARDED,
        first="Velmarsh Builders",
    ),
    DEVICES: Told(
        title="Multi-functional devices",
        value="1300000",
        version="open-toms@2021.1",
        method=Method.TARGET,
        outcome=OutcomeStatus.AWARDED,
        first="Quillmere Print Services",
    ),
    HEALTH: Told(
        title="Integrated sexual health",
        value="18300000",
        version="open-toms@2018.1",
        method=Method.TARGET,
        outcome=OutcomeStatus.AWARDED,
        first="Wendlemere Clinics CIC",
    ),
    SMART: Told(
        title="Smart corridor",
        value="7500000",
        version="open-toms@2021.1",
        method=Method.RELATIVE,
        outcome=OutcomeStatus.AWARDED,
        first="Harrowmere Traffic Systems",
    ),
    ROAD: Told(
        title="Road corridor",
        value="2000000",
        version="open-toms@2018.1",
        method=Method.RELATIVE,
        outcome=OutcomeStatus.ABANDONED,
        first="Oxmarsh Highways",
    ),
    ROUGH: Told(
        title="Accommodation for rough sleepers",
        value="1300000",
        version="open-toms@2021.1",
        method=Method.TARGET,
        outcome=OutcomeStatus.OPEN,
        first=None,
    ),
}


@cache
def _reference() -> Reference:
    return load_reference(REFERENCE)


@cache
def _version(set_id: str, version: str) -> Version | None:
    return find_in_folder(FRAMEWORKS, set_id=set_id, version=version, indices=_reference().indices)


@cache
def result(key: str) -> Result:
    file = DEMO / f"{key}.yaml"
    return score_file(
        name=file.name,
        data=file.read_bytes(),
        find_version=_version,
        known_versions=lambda: names_in_folder(FRAMEWORKS),
        minimum_wage=_reference().minimum_wage,
    )


def again(key: str, change: Callable[[Tender], Tender]) -> Result:
    """The tender scored once more with something changed."""
    one = result(key)
    return score(change(one.tender), version=one.version, limits=Limits())


def text_of(key: str) -> str:
    return (DEMO / f"{key}.yaml").read_text(encoding="utf-8")


def opening_remark(key: str) -> str:
    """The remark at the top of the file, in one line."""
    lines = text_of(key).partition("\ntender:")[0].splitlines()
    assert all(line.startswith("#") for line in lines)
    return " ".join(" ".join(line.lstrip("#").strip() for line in lines).split())


def codes(bid: BidResult) -> set[Code]:
    return {warning.code for warning in bid.warnings}


def said(bid: BidResult, measure: str) -> Commitment:
    return next(one for one in bid.valuation.bid.commitments if one.measure == measure)


def line(bid: BidResult, measure: str) -> Line:
    return next(one for one in bid.valuation.lines if one.measure == measure)


def all_bids() -> Iterator[BidResult]:
    return chain.from_iterable(result(key).bids for key in SEVEN)


def ranked_totals(one: Result) -> list[tuple[str, str]]:
    return [(bid.bidder, str(bid.marks.total)) for bid in one.ranked if bid.marks is not None]


# --- all seven ------------------------------------------------------------------------------------------------------


def test_the_demo_is_the_seven_tenders_and_the_worked_example() -> None:
    assert {path.stem for path in tender_files(DEMO)} == {*SEVEN, EXAMPLE}


@pytest.mark.parametrize("key", SEVEN)
def test_a_tender_is_what_it_is_told_to_be(key: str) -> None:
    one, told = result(key), SEVEN[key]
    tender = one.tender
    assert (tender.title, tender.contract_value) == (told.title, Decimal(told.value))
    assert (one.version.name, tender.list) == (told.version, ListName.MAIN)
    assert (tender.scoring.method, tender.outcome.status) == (told.method, told.outcome)
    assert one.winner == told.first
    if told.outcome is OutcomeStatus.AWARDED:
        assert tender.outcome.bidder == told.first
        assert tender.outcome.on is not None
        assert tender.opened is not None
        assert tender.outcome.on > tender.opened


def test_between_them_they_show_every_method_and_every_outcome() -> None:
    assert Counter(one.outcome for one in SEVEN.values()) == {
        OutcomeStatus.AWARDED: 5,
        OutcomeStatus.ABANDONED: 1,
        OutcomeStatus.OPEN: 1,
    }
    assert {one.method for one in SEVEN.values()} == set(Method)
    assert {one.version for one in SEVEN.values()} == {"open-toms@2018.1", "open-toms@2021.1"}
    assert {result(key).tender.record_only for key in SEVEN} == {True, False}


def test_between_them_bids_have_every_status() -> None:
    assert {bid.status for bid in all_bids()} == set(BidStatus)


@pytest.mark.parametrize("key", SEVEN)
def test_bids_are_invented_and_the_file_says_so_first(key: str) -> None:
    assert result(key).tender.invented is True
    remark = opening_remark(key)
    assert "The title and the value are as a council presented them in 2021. The bids are invented" in remark
    assert f"svtracker score data/demo/{key}.yaml" in remark


def test_every_bidder_bids_once() -> None:
    names = Counter(bid.bidder for bid in all_bids())
    assert len(names) == 29
    assert set(names.values()) == {1}


@pytest.mark.parametrize("key", [*SEVEN, EXAMPLE])
def test_published_weights_sum_to_100(key: str) -> None:
    tender = result(key).tender
    remark = opening_remark(key)
    found = re.search(r"Published weights: (.+?)\. Together 100\.", remark)
    assert found is not None
    weights = {part.split()[0]: Decimal(sum(map(int, re.findall(r"\d+", part)))) for part in found[1].split(", ")}
    assert sum(weights.values()) == 100
    assert weights.pop("quantity") == tender.scoring.quantitative
    assert weights.pop("answers" if tender.questions_named else "answer") == tender.scoring.qualitative
    assert weights.pop("price", None) == tender.price_weight
    assert list(weights) == list(tender.other_marks)
    for bid in tender.bids:
        assert all(0 <= mark <= weights[name] for name, mark in bid.other_marks.items())


@pytest.mark.parametrize("key", SEVEN)
def test_the_version_was_valid_when_bids_were_opened(key: str) -> None:
    one = result(key)
    assert one.tender.opened is not None
    assert 2019 <= one.tender.opened.year <= 2022
    assert {warning.code for warning in one.warnings} <= {Code.RELATIVE_METHOD}


@pytest.mark.parametrize("key", SEVEN)
def test_shares_are_of_the_kind_seen_in_practice(key: str) -> None:
    one = result(key)
    assert 3 <= len(one.bids) <= 6
    assert one.percent_range.lowest is not None
    assert one.percent_range.highest is not None
    assert 0 <= one.percent_range.lowest < 9
    assert 7 < one.percent_range.highest <= 45
    if one.winner is not None:
        assert one.percent_range.winner is not None
        assert 3 < one.percent_range.winner <= 40


def test_the_weakest_offers_almost_nothing_and_the_strongest_close_to_40_percent() -> None:
    ranges = [result(key).percent_range for key in SEVEN]
    assert min(one.lowest for one in ranges if one.lowest is not None) < 1
    assert 35 < max(one.highest for one in ranges if one.highest is not None) < 40


def test_local_jobs_and_spend_are_most_of_the_value() -> None:
    shares = [
        bid.valuation.by_category[Category.LOCAL_ECONOMIC] / bid.valuation.value
        for bid in all_bids()
        if bid.valuation.percent is not None and bid.valuation.percent > 3
    ]
    assert len(shares) > 20
    assert statistics.median(shares) > Decimal("0.8")


def test_warnings_stand_out_because_most_bids_have_none() -> None:
    bids = list(all_bids())
    warned = [bid for bid in bids if bid.warnings]
    assert 7 <= len(warned) < len(bids) / 2
    kinds = set().union(*(codes(bid) for bid in bids))
    assert kinds == {
        Code.HIGH_PERCENT,
        Code.CONCENTRATION,
        Code.FTE_BEYOND_VALUE,
        Code.TEN_TIMES_MEDIAN,
        Code.OUT_OF_AREA,
        Code.OVERLAP,
        Code.STATEMENT_MISSING,
        Code.MANDATORY_MISSING,
        Code.DISREGARDED,
        Code.PART_OF_A_UNIT,
    }


def test_no_assessed_bid_promises_more_people_than_the_contract_could_pay() -> None:
    beyond = {bid.bidder: bid.status for bid in all_bids() if codes(bid) & {Code.FTE_BEYOND_VALUE, Code.HIGH_PERCENT}}
    assert beyond == {"Grindlewick Managed Print": BidStatus.EXCLUDED}


def test_blank_zero_and_not_applicable_stand_in_one_bid() -> None:
    dunmarrow = result(FOOD).bid("Dunmarrow Cold Chain")
    assert said(dunmarrow, "J1").offered == 0
    assert said(dunmarrow, "J4").offered is None
    assert not said(dunmarrow, "J4").not_applicable
    assert said(dunmarrow, "B1").not_applicable


@pytest.mark.parametrize("key", SEVEN)
def test_each_tender_has_statements_recorded_quantities_and_a_description(key: str) -> None:
    one = result(key)
    commitments = [commitment for bid in one.tender.bids for commitment in bid.commitments]
    assert sum(bool(commitment.statement) for commitment in commitments) >= 5
    assert any(commitment.text for commitment in commitments)
    kinds = {entry.kind for bid in one.bids for entry in bid.valuation.lines if entry.accepted}
    assert kinds == {Kind.VALUED, Kind.RECORDED}


@pytest.mark.parametrize("key", SEVEN)
def test_where_the_record_only_list_is_offered_somebody_uses_it(key: str) -> None:
    one = result(key)
    used = {entry.measure for bid in one.bids for entry in bid.valuation.lines if entry.accepted}
    listed = {ref for ref in used if ListName.RECORD_ONLY in one.version.measures[ref].lists}
    assert bool(listed) == one.tender.record_only


# --- one by one -----------------------------------------------------------------------------------------------------


def _all_accepted(tender: Tender) -> Tender:
    def whole(commitment: Commitment) -> Commitment:
        return replace(commitment, accepted=commitment.offered)

    bids = tuple(replace(bid, commitments=tuple(map(whole, bid.commitments))) for bid in tender.bids)
    return replace(tender, bids=bids)


def test_chilled_food_two_lines_are_not_accepted_and_that_decides() -> None:
    one = result(FOOD)
    fallowsby = one.bid("Fallowsby Foodservice")
    spend, grown = said(fallowsby, "B1"), said(fallowsby, "B4")
    assert (spend.offered, spend.accepted) == (2650000, 950000)
    assert (grown.offered, grown.accepted) == (600000, 0)
    assert spend.reason
    assert grown.reason
    assert ranked_totals(one)[:2] == [("Ashlingdale Catering Supplies", "87.40"), ("Fallowsby Foodservice", "87.15")]

    accepted = again(FOOD, _all_accepted)
    assert accepted.winner == "Fallowsby Foodservice"
    assert accepted.bid("Fallowsby Foodservice").valuation.percent > 25


def test_chilled_food_the_second_is_just_below_a_band() -> None:
    one = result(FOOD)
    fallowsby, edge = one.bid("Fallowsby Foodservice"), Decimal(12)
    assert edge in [band.lower_percent for band in one.tender.scoring.bands]
    assert fallowsby.valuation.percent is not None
    assert Decimal("11.8") < fallowsby.valuation.percent < edge
    marks = [bid.marks.quantitative for bid in one.ranked if bid.marks is not None]
    assert sorted(marks) == [0, 2, 4, 6, 6]


def test_sexual_health_a_capped_target_earns_two_bids_the_same() -> None:
    one = result(HEALTH)
    first, most = one.bid("Wendlemere Clinics CIC"), one.bid("Pellbrook Health Partners")
    assert first.marks is not None
    assert most.marks is not None
    assert first.marks.quantitative == most.marks.quantitative == 5
    assert most.valuation.value > first.valuation.value * Decimal("1.4")
    assert (said(most, "J1").offered, said(most, "J1").accepted) == (150, 110)
    assert (first.rank, most.rank) == (1, 3)


def test_sexual_health_asks_two_questions_leaves_a_measure_out_and_asks_two_of_every_bid() -> None:
    one = result(HEALTH)
    assert [question.id for question in one.tender.questions] == ["recruitment", "delivery"]
    assert one.tender.leave_out == ("C3",)
    assert one.tender.mandatory == ("J1", "B9")
    assert codes(one.bid("Tarnwick Healthcare")) == {Code.STATEMENT_MISSING, Code.MANDATORY_MISSING}


def test_road_corridor_is_abandoned_with_day_and_reason() -> None:
    one = result(ROAD)
    assert outcome_sentence(one.tender).startswith("Abandoned on 11 January 2021. All bids were above the budget")
    prices = [bid.valuation.bid.price for bid in one.ranked]
    assert all(price is not None and price > one.tender.contract_value for price in prices)


def test_road_corridor_one_bid_was_withdrawn_and_keeps_its_value() -> None:
    withdrawn = result(ROAD).bid("Withermoss Roadworks")
    assert withdrawn.status is BidStatus.WITHDRAWN
    assert (withdrawn.rank, withdrawn.marks) == (None, None)
    assert withdrawn.valuation.value > 0


def test_road_corridor_warns_of_people_outside_the_area() -> None:
    assert Code.OUT_OF_AREA in codes(result(ROAD).bid("Oxmarsh Highways"))


def test_smart_corridor_a_losing_bid_decides_who_wins() -> None:
    one = result(SMART)
    assert one.bid("Gannetry Engineering").rank == 3
    assert one.percent_range.highest == one.bid("Gannetry Engineering").valuation.percent
    assert one.percent_range.highest is not None
    assert 33 < one.percent_range.highest < 34
    reversals = [(found.removed, found.winner) for found in one.firmness.removals if found.reversal]
    assert reversals == [("Gannetry Engineering", "Tollerwick Signals")]
    now = [(flip.ahead, flip.behind) for flip in one.firmness.flip_thresholds if flip.now]
    assert ("Harrowmere Traffic Systems", "Tollerwick Signals") in now
    assert Code.TEN_TIMES_MEDIAN in codes(one.bid("Gannetry Engineering"))


@pytest.mark.parametrize("target", ["15", "20", "25", "30"])
def test_smart_corridor_with_a_target_rate_no_bid_decides_between_two_others(target: str) -> None:
    def with_target(tender: Tender) -> Tender:
        return replace(
            tender, scoring=replace(tender.scoring, method=Method.TARGET, target_percent=Decimal(target), cap=True)
        )

    assert not [found for found in again(SMART, with_target).firmness.removals if found.reversal]


def test_no_other_tender_has_a_reversal() -> None:
    found = {key for key in SEVEN if any(removal.reversal for removal in result(key).firmness.removals)}
    assert found == {SMART}


def test_new_market_weights_decide() -> None:
    one = result(MARKET)
    assert one.tender.weights_applied
    assert all(str(one.version.measures[ref].weighting) == "required" for ref in ("B2", "B3"))
    unweighted = again(MARKET, lambda tender: replace(tender, weights_applied=False))
    assert (one.winner, unweighted.winner) == ("Velmarsh Builders", "Brambleholt Construction")
    velmarsh = one.bid("Velmarsh Builders").valuation
    assert velmarsh.weighted_value > velmarsh.value > velmarsh.by_category[Category.SOCIAL] > 0
    assert one.bid("Brambleholt Construction").valuation.value > velmarsh.value


def test_new_market_without_any_weight_money_for_small_firms_is_only_recorded() -> None:
    bare = again(MARKET, lambda tender: replace(tender, measure_weights={}, weights_applied=False))
    spent = line(bare.bid("Velmarsh Builders"), "B2")
    assert (spent.kind, spent.value) == (Kind.RECORDED, 0)


def test_new_market_draws_the_weights_and_the_winner_stays_first_in_most() -> None:
    stability = result(MARKET).firmness.stability
    assert stability is not None
    shares = {first.bidder: first.share for first in stability.first}
    assert 0.75 < shares["Velmarsh Builders"] < 0.95
    assert shares["Brambleholt Construction"] > 0.05


def test_new_market_people_outside_the_area_were_taken_off_so_nothing_is_warned() -> None:
    brambleholt = result(MARKET).bid("Brambleholt Construction")
    jobs = said(brambleholt, "J1")
    assert (jobs.offered, jobs.accepted) == (Decimal("7.5"), Decimal("5.5"))
    assert jobs.reason
    assert codes(brambleholt) == set()
    assert codes(result(MARKET).bid("Velmarsh Builders")) == {Code.OVERLAP}


def test_devices_are_shares_of_each_bids_own_price() -> None:
    one = result(DEVICES)
    assert one.tender.denominator is Denominator.BID_PRICE
    assert all(bid.valuation.denominator == bid.valuation.bid.price for bid in one.bids)
    assert one.tender.scoring.tie is TieRule.LOWER_PRICE


def test_devices_one_bid_is_below_the_published_minimum() -> None:
    one = result(DEVICES)
    orrinby, pennarrow = one.bid("Orrinby Imaging"), one.bid("Pennarrow Office Systems")
    assert orrinby.status is BidStatus.BELOW_MINIMUM
    assert orrinby.valuation.percent is not None
    assert one.tender.scoring.minimum_percent is not None
    assert 0 < orrinby.valuation.percent < one.tender.scoring.minimum_percent
    prices = {bid.bidder: bid.valuation.bid.price for bid in one.bids}
    assert min(prices, key=lambda name: prices[name] or 0) == "Orrinby Imaging"
    assert pennarrow.marks is not None
    assert pennarrow.marks.price == one.tender.price_weight


def test_devices_a_promise_beyond_belief_is_excluded_and_stays_on_record() -> None:
    one = result(DEVICES)
    grindlewick = one.bid("Grindlewick Managed Print")
    assert grindlewick.status is BidStatus.EXCLUDED
    assert codes(grindlewick) == {
        Code.HIGH_PERCENT,
        Code.CONCENTRATION,
        Code.FTE_BEYOND_VALUE,
        Code.TEN_TIMES_MEDIAN,
    }
    assert grindlewick.valuation.percent is not None
    assert grindlewick.valuation.percent > 90
    assert one.percent_range.highest is not None
    assert one.percent_range.highest < 10


def test_rough_sleepers_two_bids_share_the_first_rank_and_nobody_has_won() -> None:
    one = result(ROUGH)
    assert one.tender.scoring.tie is TieRule.SHARED
    assert one.winner is None
    assert one.tied == ("Wetherholt Homes CIC", "Underhaw Housing Trust")
    assert [bid.rank for bid in one.ranked] == [1, 1, 3, 4]
    assert outcome_sentence(one.tender) == "Not yet awarded."


def test_rough_sleepers_with_two_decimals_there_is_no_tie() -> None:
    finer = again(ROUGH, lambda tender: replace(tender, scoring=replace(tender.scoring, decimals=2)))
    assert ranked_totals(finer)[:2] == [("Underhaw Housing Trust", "82.03"), ("Wetherholt Homes CIC", "82.00")]


def test_rough_sleepers_a_bid_without_an_answer_is_disregarded() -> None:
    one = result(ROUGH)
    fernacre = one.bid("Fernacre Supported Living")
    assert one.tender.scoring.zero is ZeroRule.DISREGARD
    assert codes(fernacre) == {Code.DISREGARDED}
    assert fernacre.marks is not None
    assert (fernacre.marks.social_value, fernacre.rank) == (0, 3)
    assert fernacre.valuation.value > 0


# --- the worked example ---------------------------------------------------------------------------------------------


def test_the_worked_example_is_no_tender_of_the_seven() -> None:
    assert result(EXAMPLE).version.set_id == "example"
    assert result(EXAMPLE).tender.invented


def test_the_worked_example_explains_each_of_its_settings() -> None:
    """Each key has a remark above it, or follows directly on one that has."""
    lines = text_of(EXAMPLE).partition("\nbids:")[0].partition("\ntender:\n")[2].splitlines()
    apart = [number for number, one in enumerate(lines) if one.lstrip().startswith("#")]
    gaps = [later - earlier - 1 for earlier, later in zip(apart, [*apart[1:], len(lines)], strict=True)]
    assert apart[0] == 0
    assert max(gaps) <= 4


def test_settings_that_the_worked_example_does_not_use_are_used_beside_it() -> None:
    def keys(key: str) -> set[str]:
        document = read_document(name=f"{key}.yaml", data=(DEMO / f"{key}.yaml").read_bytes())
        assert not document.problems
        return {str(step) for path in document.lines for step in path[-1:] if isinstance(step, str)}

    used = set().union(*(keys(key) for key in SEVEN))
    assert used >= {
        "outcome", "leave_out", "mandatory", "measure_weights", "weights_applied", "questions", "target_percent",
        "cap", "bands", "minimum_percent", "status", "offered", "accepted", "reason", "statement", "outside_area",
        "text",
    }  # fmt: skip
