"""Every warning of RULES 3.8: it fires at its limit and not below, says who, how much, of what, and moves nothing."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from svtracker.frameworks.rules.values import Status, Version
from svtracker.tenders.rules.warnings import Code, Limits
from tests.tenders.example import LIMITS, RICH, VERSIONS, Json, answer, bid, bid_of, tender, with_status

COUNTED = Limits(full_time_wage=Decimal(17000))


def said(
    code: Code,
    *bids: Json,
    who: str = "A",
    limits: Limits = COUNTED,
    versions: Mapping[str, Version] = VERSIONS,
    **more: Any,
) -> list[str]:
    """The messages of one kind about one bid."""
    found = bid_of(answer(tender(*bids, **more), limits=limits, versions=versions), who)
    return [warning["message"] for warning in found["warnings"] if warning["code"] == code]


def said_of_tender(code: Code, *bids: Json, versions: Mapping[str, Version] = VERSIONS, **more: Any) -> list[str]:
    found = answer(tender(*bids, **more), versions=versions)
    return [warning["message"] for warning in found["warnings"] if warning["code"] == code]


# --- high_percent -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "more", "wanted"),
    [
        ("50000", {}, []),
        (
            "50000.0001",
            {},
            ["Bid A promises £50,000.00 of social value, 50% of the contract value and just above 50%."],
        ),
        ("62500", {}, ["Bid A promises £62,500.00 of social value, 62.5% of the contract value and above 50%."]),
        ("45000", {"denominator": "bid_price"}, []),
        (
            "45001",
            {"denominator": "bid_price"},
            ["Bid A promises £45,001.00 of social value, 50% of its own price and just above 50%."],
        ),
    ],
)
def test_a_share_above_half(value: str, more: Json, wanted: list[str]) -> None:
    assert said(Code.HIGH_PERCENT, bid("A", {"G1": value}, price="90000"), **more) == wanted


def test_a_share_above_half_is_unweighted() -> None:
    weighted = {"measure_weights": {"G1": "2"}, "weights_applied": True}
    assert said(Code.HIGH_PERCENT, bid("A", {"G1": "30000"}), **weighted) == []
    halved = {"measure_weights": {"G1": "0.5"}, "weights_applied": True}
    assert len(said(Code.HIGH_PERCENT, bid("A", {"G1": "60000"}), **halved)) == 1


# --- concentration ------------------------------------------------------------------------------------------------


def test_one_line_above_half_of_the_value() -> None:
    assert said(Code.CONCENTRATION, bid("A", {"G1": "500", "P1": "1"})) == []
    assert said(Code.CONCENTRATION, bid("A", {"G1": "500.01", "P1": "1"})) == [
        "Bid A: one line, G1, is £500.01 of £1,000.01, 50% of the bid’s value."
    ]
    assert said(Code.CONCENTRATION, bid("A", {"P1": "3", "G1": "500"})) == [
        "Bid A: one line, P1, is £1,500.00 of £2,000.00, 75% of the bid’s value."
    ]
    assert said(Code.CONCENTRATION, bid("A")) == []


# --- fte_beyond_value ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("years", "wanted"),
    [
        (("1", "1.9411"), []),
        (
            ("1", "1.9412"),
            [
                "Bid A: 2.9412 full-time years at the minimum wage (£17,000.00 each) would cost £50,000.40, more than "
                "50% of £100,000.00."
            ],
        ),
        (("0", "0"), []),
    ],
)
def test_more_full_time_years_than_half_the_contract_value_could_pay(years: tuple[str, str], wanted: list[str]) -> None:
    offered = dict(zip(("J1", "J2"), years, strict=True))
    assert said(Code.FTE_BEYOND_VALUE, bid("A", offered)) == wanted


def test_full_time_years_that_were_not_accepted_do_not_count() -> None:
    rejected = {"J1": {"offered": "9", "accepted": "1", "reason": "No evidence."}}
    assert said(Code.FTE_BEYOND_VALUE, bid("A", rejected)) == []


def test_full_time_years_are_held_against_the_own_price_where_that_is_the_denominator() -> None:
    one = bid("A", {"J1": "2"}, price="67999")
    assert len(said(Code.FTE_BEYOND_VALUE, one, denominator="bid_price")) == 1
    assert said(Code.FTE_BEYOND_VALUE, {**one, "price": "68000"}, denominator="bid_price") == []


def test_without_a_known_wage_nothing_is_said_about_it() -> None:
    assert said(Code.FTE_BEYOND_VALUE, bid("A", {"J1": "40"}), limits=Limits()) == []


# --- ten_times_median ---------------------------------------------------------------------------------------------


def others(*quantities: str, status: str = "assessed") -> list[Json]:
    return [bid(f"Other {place}", {"P1": quantity}, status=status) for place, quantity in enumerate(quantities)]


@pytest.mark.parametrize(
    ("own", "quantities", "wanted"),
    [
        ("20", ("1", "2", "3"), ["20 people", "3", "2 people"]),
        ("19", ("1", "2", "3"), []),
        ("20", ("2", "3"), []),
        ("20", ("2", "3", "0"), []),
        ("15", ("1", "1", "2", "2"), ["15 people", "4", "1.5 people"]),
        ("14", ("1", "1", "2", "2"), []),
        ("10", ("1", "1", "1"), ["10 people", "3", "1 person"]),
        ("2000", ("1", "1", "300"), ["2,000 people", "3", "1 person"]),
        ("30", ("3", "3", "3", "900", "900"), ["30 people", "5", "3 people"]),
    ],
)
def test_ten_times_what_others_offer(own: str, quantities: tuple[str, ...], wanted: list[str]) -> None:
    found = said(Code.TEN_TIMES_MEDIAN, bid("A", {"P1": own}), *others(*quantities))
    if not wanted:
        assert found == []
        return
    offered, number, median = wanted
    assert found == [
        f"Bid A, P1: {offered} is at least 10 times the median of the {number} other bids that offer it, {median}."
    ]


def test_bids_out_of_the_running_are_no_yardstick_but_are_measured() -> None:
    assert said(Code.TEN_TIMES_MEDIAN, bid("A", {"P1": "20"}), *others("1", "2", "3", status="excluded")) == []
    assert len(said(Code.TEN_TIMES_MEDIAN, bid("A", {"P1": "20"}, status="withdrawn"), *others("1", "2", "3"))) == 1


def test_the_yardstick_is_what_was_accepted() -> None:
    accepted = bid("A", {"P1": {"offered": "20", "accepted": "19", "reason": "One is a manager."}})
    assert said(Code.TEN_TIMES_MEDIAN, accepted, *others("1", "2", "3")) == []


# --- out_of_area, overlap, statement_missing, mandatory_missing ---------------------------------------------------


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ({"offered": "5", "outside_area": "2"}, [
            "Bid A, J1: 2 full-time years of 5 offered is outside the area, and 5 is accepted. This measure counts "
            "only inside it."
        ]),
        ({"offered": "5", "accepted": "3.0001", "reason": "x", "outside_area": "2"}, [
            "Bid A, J1: 2 full-time years of 5 offered is outside the area, and 3.0001 is accepted. This measure "
            "counts only inside it."
        ]),
        ({"offered": "5", "accepted": "3", "reason": "x", "outside_area": "2"}, []),
        ({"offered": "5", "outside_area": "0"}, []),
        ({"offered": "5"}, []),
    ],
)  # fmt: skip
def test_more_accepted_than_lies_inside_the_area(line: Json, wanted: list[str]) -> None:
    assert said(Code.OUT_OF_AREA, bid("A", {"J1": line})) == wanted


def test_a_measure_that_counts_anywhere_has_no_outside() -> None:
    assert said(Code.OUT_OF_AREA, bid("A", {"E1": {"offered": "5", "outside_area": "2"}})) == []


@pytest.mark.parametrize("order", [("S1", "S2"), ("S2", "S1")])
def test_two_measures_that_may_not_count_the_same_thing(order: tuple[str, str]) -> None:
    """S1 names S2; nothing has to be said on the other side."""
    quantities = {"S1": "40000", "S2": "2500.5"}
    assert said(Code.OVERLAP, bid("A", {ref: quantities[ref] for ref in order})) == [
        "Bid A offers both S1 and S2. The same thing may not be counted in both: check £40,000 spent against "
        "£2,500.50 spent."
    ]


@pytest.mark.parametrize(
    "offered", [{"S1": "1"}, {"S1": "1", "S2": "0"}, {"S1": "1", "S2": None}, {"J1": "1", "J2": "1"}]
)
def test_measures_that_may_stand_side_by_side(offered: Json) -> None:
    assert said(Code.OVERLAP, bid("A", offered)) == []


def test_a_line_without_a_method_statement() -> None:
    lines = {
        "J1": {"offered": "1"},
        "P1": {"offered": "2", "statement": "With the college."},
        "V1": {"offered": "3"},
        "G1": "4",
        "I1": {"offered": "0"},
        "E1": {"offered": "n/a"},
    }
    assert said(Code.STATEMENT_MISSING, bid("A", lines)) == ["Bid A does not say how it will deliver J1 and V1."]
    del lines["J1"], lines["V1"]
    assert said(Code.STATEMENT_MISSING, bid("A", lines)) == []


ASKED = {"mandatory": ["J1", "P1", "N1"]}


@pytest.mark.parametrize(
    ("lines", "wanted"),
    [
        ({"J1": "0.0001", "P1": "1", "N1": {"text": "We listen."}}, []),
        ({"J1": "0", "P1": "1", "N1": {"text": "We listen."}}, ["offers nothing on J1"]),
        ({"J1": None, "P1": "n/a", "N1": {"text": "We listen."}}, ["offers nothing on J1 and P1"]),
        ({}, ["offers nothing on J1, P1 and N1"]),
        (
            {"J1": {"offered": "2", "accepted": "0", "reason": "No evidence."}, "P1": "1", "N1": {"text": "Yes."}},
            ["has nothing accepted on J1"],
        ),
        (
            {"J1": {"offered": "2", "accepted": "0", "reason": "No evidence."}, "N1": {"text": "Yes."}},
            ["offers nothing on P1 and has nothing accepted on J1"],
        ),
    ],
)
def test_what_the_tender_asks_of_every_bid(lines: Json, wanted: list[str]) -> None:
    found = said(Code.MANDATORY_MISSING, bid("A", lines), **ASKED)
    assert found == [f"Bid A {words}, which this tender asks of every bid." for words in wanted]


# --- disregarded, part_of_a_unit ----------------------------------------------------------------------------------

DISREGARD = {"zero": "disregard", "qualitative": "10"}
BY_THE_RULE = (
    "By the published zero rule both social value marks are 0 and the bid sets no highest value; its other marks stand."
)


@pytest.mark.parametrize(
    ("one", "wanted"),
    [
        (bid("A", {"G1": "1"}, qualitative="0"), []),
        (bid("A", {"G1": "1"}), ["Bid A: an answer is missing."]),
        (bid("A", {"Q1": "9"}, qualitative="5"), ["Bid A: no accepted quantity has a value."]),
        (bid("A", {}), ["Bid A: no accepted quantity has a value."]),
        (bid("A", {}, status="withdrawn"), []),
    ],
)
def test_a_bid_that_the_zero_rule_disregards(one: Json, wanted: list[str]) -> None:
    found = said(Code.DISREGARDED, one, bid("B", {"G1": "1"}, qualitative="1"), scoring=DISREGARD)
    assert found == [f"{words} {BY_THE_RULE}" for words in wanted]


@pytest.mark.parametrize(
    ("ref", "quantity", "wanted"),
    [
        ("P1", "2.5", ["2.5 people is not a whole number. A part of a person cannot be delivered."]),
        ("P1", "0.5", ["0.5 people is not a whole number. A part of a person cannot be delivered."]),
        ("V1", "1.0001", ["1.0001 visits is not a whole number. A part of a visit cannot be delivered."]),
        ("I1", "7.5", ["7.5 items is not a whole number. A part of an item cannot be delivered."]),
        ("P1", "2.0", []),
        ("P1", "2", []),
        ("J1", "2.5", []),
        ("G1", "2.5", []),
    ],
)
def test_part_of_a_person_item_or_visit(ref: str, quantity: str, wanted: list[str]) -> None:
    found = said(Code.PART_OF_A_UNIT, bid("A", {ref: quantity}))
    assert found == [f"Bid A, {ref}: {message}" for message in wanted]


@pytest.mark.parametrize(("offered", "accepted", "number"), [("2.5", "2", 0), ("3", "2.5", 1)])
def test_what_is_accepted_must_be_whole(offered: str, accepted: str, number: int) -> None:
    line = {"offered": offered, "accepted": accepted, "reason": "One is a manager."}
    assert len(said(Code.PART_OF_A_UNIT, bid("A", {"P1": line}))) == number


# --- of the tender ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("top", "wanted"),
    [("10", []), ("10.0", []), ("9.99", ["The highest band gives 9.99 of 10 marks, so no bid can earn all of them."])],
)
def test_a_top_band_below_the_full_weight(top: str, wanted: list[str]) -> None:
    scoring = {"method": "bands", "bands": [["0", "0"], ["20", top]]}
    assert said_of_tender(Code.BANDS_TOP, bid("A"), scoring=scoring) == wanted


def test_the_relative_method_is_warned_of_with_the_reason() -> None:
    assert said_of_tender(Code.RELATIVE_METHOD, bid("A"), scoring={"method": "relative"}) == [
        "Marks are relative to the highest value, so one bid’s value moves everybody’s marks: a bid that cannot win "
        "may decide who does. A published target rate does not have this effect."
    ]
    assert said_of_tender(Code.RELATIVE_METHOD, bid("A")) == []


@pytest.mark.parametrize(
    ("more", "wanted"),
    [
        ({}, []),
        ({"scoring": {"cap": False}}, []),
        (
            {"scoring": {"method": "relative", "target_percent": "25", "cap": True}},
            [
                "The setting scoring.target_percent was not used: it belongs to the method target, and this tender "
                "uses relative.",
                "The setting scoring.cap was not used: it belongs to the method target, and this tender uses relative.",
            ],
        ),
        (
            {"scoring": {"bands": [["0", "0"]]}},
            ["The setting scoring.bands was not used: it belongs to the method bands, and this tender uses target."],
        ),
        ({"scoring": {"method": "relative", "target_percent": None, "bands": None}}, []),
        (
            {"measure_weights": {"N1": "2", "Q1": "2", "P1": "2"}},
            [
                "The setting measure_weights.N1 was not used: N1 has no unit value, so there is nothing to weight.",
                "The setting measure_weights.Q1 was not used: Q1 has no unit value, so there is nothing to weight.",
            ],
        ),
        ({"weights_applied": True}, ["The setting weights_applied was not used: no measure has a weight."]),
        ({"weights_applied": True, "measure_weights": {"P1": "2"}}, []),
    ],
)
def test_settings_that_are_not_used(more: Json, wanted: list[str]) -> None:
    assert said_of_tender(Code.SETTING_IGNORED, bid("A"), **more) == wanted


def test_a_setting_of_another_method_changes_no_figure() -> None:
    bids = bid("A", {"G1": "9000"}), bid("B", {"G1": "8000"})
    plain = answer(tender(*bids, scoring={"method": "relative"}))
    ignored = {"method": "relative", "target_percent": "0", "cap": False, "bands": [["9", "9"], ["1", "1"]]}
    assert answer(tender(*bids, scoring=ignored))["bids"] == plain["bids"]


@pytest.mark.parametrize(
    ("opened", "ends", "wanted"),
    [
        ("2021-04-01", None, []),
        (
            "2021-03-31",
            None,
            [
                "rich@2021.1 is meant for tenders from 1 April 2021; bids were opened on 31 March 2021. They are "
                "scored all the same."
            ],
        ),
        ("2023-03-31", date(2023, 3, 31), []),
        (
            "2023-04-01",
            date(2023, 3, 31),
            [
                "rich@2021.1 is meant for tenders from 1 April 2021 to 31 March 2023; bids were opened on 1 April "
                "2023. They are scored all the same."
            ],
        ),
        (None, date(2023, 3, 31), []),
    ],
)
def test_a_version_that_is_not_meant_for_the_day(opened: str | None, ends: date | None, wanted: list[str]) -> None:
    versions = {"rich@2021.1": replace(RICH, valid_to=ends)}
    assert said_of_tender(Code.VERSION_NOT_VALID, bid("A"), versions=versions, opened=opened) == wanted


@pytest.mark.parametrize(
    ("status", "wanted"),
    [
        (Status.RELEASED, []),
        (
            Status.WITHDRAWN,
            ["rich@2021.1 is a withdrawn version, not a released one. The bids are scored all the same."],
        ),
        (Status.DRAFT, ["rich@2021.1 is a draft version, not a released one. The bids are scored all the same."]),
    ],
)
def test_a_version_that_is_not_released_is_scored_with_a_warning(status: Status, wanted: list[str]) -> None:
    versions = {"rich@2021.1": with_status(RICH, status)}
    assert said_of_tender(Code.VERSION_NOT_VALID, bid("A", {"G1": "1"}), versions=versions) == wanted
    assert answer(tender(bid("A", {"G1": "20000"})), versions=versions)["bids"][0]["total"] == "10.00"


# --- of all -------------------------------------------------------------------------------------------------------

EVERYTHING = tender(
    bid("A", {"S1": "90000", "S2": "1", "P1": {"offered": "30.5"},
              "J1": {"offered": "6", "outside_area": "1", "statement": "x"}}, qualitative="1"),
    bid("B", {"P1": "1", "J2": "1"}, qualitative="2"),
    bid("C", {"P1": "1", "J2": "1"}, qualitative="3"),
    bid("D", {"P1": "1", "J2": "1"}, qualitative="4"),
    bid("E", {}, qualitative="4"),
    scoring={"method": "bands", "bands": [["0", "1"], ["5", "9"]], "target_percent": "20", "qualitative": "10",
             "zero": "disregard"},
    mandatory=["J1"], opened="2020-01-01",
)  # fmt: skip


def test_a_warning_never_changes_a_figure() -> None:
    """The same tender under limits that never warn and under limits that always do."""
    never = Limits(high_percent=Decimal(10**9), concentration_percent=Decimal(100), median_times=Decimal(10**9))
    always = Limits(
        high_percent=Decimal(0), concentration_percent=Decimal(0), fte_percent=Decimal(0), median_times=Decimal(0),
        median_of_at_least=1, full_time_wage=Decimal(1),
    )  # fmt: skip
    answers = [answer(EVERYTHING, limits=limits) for limits in (never, LIMITS, always)]
    numbers_of_warnings = [sum(len(each["warnings"]) for each in found["bids"]) for found in answers]
    assert sorted(set(numbers_of_warnings)) == numbers_of_warnings
    for found in answers:
        for each in found["bids"]:
            del each["warnings"]
    assert answers[0] == answers[1] == answers[2]


def test_every_kind_of_warning_can_be_seen_and_is_in_the_order_of_the_rules() -> None:
    found = answer(EVERYTHING)
    about_a = [warning["code"] for warning in bid_of(found, "A")["warnings"]]
    assert about_a == [
        "high_percent", "concentration", "fte_beyond_value", "ten_times_median", "out_of_area", "overlap",
        "statement_missing", "part_of_a_unit",
    ]  # fmt: skip
    assert [warning["code"] for warning in bid_of(found, "E")["warnings"]] == ["mandatory_missing", "disregarded"]
    about_tender = [warning["code"] for warning in found["warnings"]]
    assert about_tender == ["bands_top", "setting_ignored", "version_not_valid"]
    seen = {*about_a, "mandatory_missing", "disregarded", *about_tender, "relative_method"}
    assert seen == {code.value for code in Code}


def test_a_firm_is_named_as_it_is() -> None:
    (message,) = said(Code.HIGH_PERCENT, bid("Northgate Grounds Ltd", {"G1": "60000"}), who="Northgate Grounds Ltd")
    assert message.startswith("Northgate Grounds Ltd promises £60,000.00 of social value")
