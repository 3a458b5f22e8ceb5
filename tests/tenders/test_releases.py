"""How the releases of one process become one, and what a tender takes from it."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from svtracker.tenders.ocds import load_packages
from svtracker.tenders.rules.releases import Published, in_order, merge, published
from svtracker.tenders.rules.stages import Stage
from svtracker.tenders.rules.values import OutcomeStatus
from tests.tenders.published import (
    ALDER,
    BEECH,
    CEDAR,
    OCID,
    ROWANS,
    UNNAMED,
    award,
    awarded,
    lot,
    package,
    party,
    record_package,
    release,
)


def said(*releases: dict[str, Any]) -> Published:
    """What these releases of one process say together."""
    found, problems = load_packages([("package.json", package(*releases))])
    assert found is not None, problems
    assert found.refused == ()
    return published(in_order((), found.releases))


@pytest.mark.parametrize(
    ("before", "after", "merged"),
    [
        ({"a": 1}, {"b": 2}, {"a": 1, "b": 2}),
        ({"a": 1}, {"a": 2}, {"a": 2}),
        ({"a": 1}, {"a": None}, {}),
        ({"a": {"b": 1, "c": 2}}, {"a": {"c": 3}}, {"a": {"b": 1, "c": 3}}),
        ({"a": 1}, {"a": {"b": None, "c": 1}}, {"a": {"c": 1}}),
        ({"a": [{"id": "1", "b": 1}]}, {"a": [{"id": "1", "c": 2}]}, {"a": [{"id": "1", "b": 1, "c": 2}]}),
        ({"a": [{"id": "1"}]}, {"a": [{"id": "2"}]}, {"a": [{"id": "1"}, {"id": "2"}]}),
        ({"a": [{"b": 1}]}, {"a": [{"c": 2}]}, {"a": [{"c": 2}]}),
        ({"a": [1, 2]}, {"a": [3]}, {"a": [3]}),
        ({"a": [{"id": "1"}]}, {"a": []}, {"a": []}),
        ({"a": [{"id": "1"}]}, {"a": None}, {}),
    ],
)
def test_a_later_release_is_laid_over_an_earlier_one(
    before: dict[str, Any], after: dict[str, Any], merged: dict[str, Any]
) -> None:
    kept = json.dumps(before)
    if after == {"a": []}:
        merged = before  # things with an id are told apart by it: an empty list says nothing of those that were
    assert merge(before, after) == merged
    assert json.dumps(before) == kept


def test_a_plain_notice() -> None:
    found = said(release())
    assert found.settings == {
        "contract_value": "100000",
        "duration_months": 24,
        "category": "45000000",
    }
    assert (found.reference, found.title) == ("NV-001", "Invented tender 1")
    assert (found.stage, found.outcome, found.decided_at) == (Stage.DRAFT, OutcomeStatus.OPEN, None)
    assert found.closes_at == datetime(2026, 4, 15, 11, 0, tzinfo=UTC)
    assert found.awards == ()


def test_nothing_of_people_is_kept() -> None:
    found, _ = load_packages([("package.json", package(awarded(1, 5, CEDAR)))])
    assert found is not None
    text = found.releases[0].text
    assert "Wren" not in text
    assert "example" not in text
    assert "Ash Street" not in text
    assert "NV3 3DD" in text


def test_an_award_with_its_supplier() -> None:
    found = said(awarded(1, 104988.02, BEECH))
    (one,) = found.awards
    assert (found.stage, found.outcome, found.decided_on) == (Stage.DECIDED, OutcomeStatus.AWARDED, date(2026, 3, 2))
    assert (one.value, one.status, one.on, one.unnamed) == (Decimal("104988.02"), "active", date(2026, 3, 2), 0)
    ((key, sighting),) = one.suppliers
    assert (key, sighting.details.name) == ("GB-CFS-12", "Beech & Sons Ltd")
    assert (sighting.details.company_number, sighting.details.postcode) == ("07654321", "NV2 2BB")
    assert found.bidders == ("Beech & Sons Ltd",)


def test_the_day_of_an_award_is_the_day_that_is_written() -> None:
    one = awarded(1, 5, ALDER)
    one["awards"][0]["date"] = "2026-05-15T00:00:00+01:00"
    found = said(one)
    assert (found.decided_on, found.awards[0].on) == (date(2026, 5, 15), date(2026, 5, 15))
    assert found.decided_at == datetime(2026, 5, 15, tzinfo=UTC)
    one["awards"][0]["date"] = None
    found = said(one)
    assert (found.decided_on, found.decided_at) == (date(2026, 3, 11), datetime(2026, 3, 11, 9, 40, 2, tzinfo=UTC))


def test_several_suppliers_and_one_without_a_name() -> None:
    assert len(said(awarded(1, 0, *ROWANS)).awards[0].suppliers) == 17
    found = said(awarded(1, 5, ALDER, UNNAMED))
    assert (len(found.awards[0].suppliers), found.awards[0].unnamed) == (1, 1)
    assert found.bidders == ("Alder Works Limited",)


@pytest.mark.parametrize(
    ("one", "company", "charity", "is_sme", "is_vcse"),
    [
        (party(1, "X", company="11111111.0"), "11111111", None, None, None),
        (party(1, "X", company="N/A"), None, None, None, None),
        ({**party(1, "X"), "id": "GB-COH-00123456"}, "00123456", None, None, None),
        (party(1, "X", additionalIdentifiers=[{"scheme": "gb-coh", "id": 7654321}]), "07654321", None, None, None),
        (party(1, "X", identifier={"scheme": "GB-CHC", "id": "1123456"}), None, "1123456", None, None),
        (party(1, "X", identifier={"scheme": "GB-SC", "id": "012345"}), None, "SC012345", None, None),
        (party(1, "X", identifier={"scheme": "GB-VAT", "id": "00123456"}), None, None, None, None),
        (party(1, "X", identifier=None), None, None, None, None),
        (party(1, "X", details={"scale": "sme", "vcse": True}), None, None, True, True),
        (party(1, "X", details={"scale": "large"}), None, None, False, None),
    ],
)
def test_numbers_and_size_of_a_supplier(
    one: dict[str, Any], company: str | None, charity: str | None, is_sme: bool | None, is_vcse: bool | None
) -> None:
    ((_, sighting),) = said(awarded(1, 5, one)).awards[0].suppliers
    details = sighting.details
    assert (details.company_number, details.charity_number) == (company, charity)
    assert (details.is_sme, details.is_vcse) == (is_sme, is_vcse)


def test_a_supplier_that_stands_in_the_award_alone() -> None:
    named = {"id": "X-1", "name": "Alder Works", "identifier": {"scheme": "GB-COH", "id": "00123456"}}
    one = release(1, awards=[{**award(OCID.format(1), 5), "suppliers": [named]}])
    ((key, sighting),) = said(one).awards[0].suppliers
    assert (key, sighting.details.company_number) == ("X-1", "00123456")


@pytest.mark.parametrize(
    ("start", "end", "months"),
    [
        ("2025-04-01T00:00:00+01:00", "2028-03-31T23:59:59+01:00", 36),
        ("2024-12-12T00:00:00Z", "2025-08-31T23:59:59+01:00", 9),
        ("2025-03-03T00:00:00Z", "2025-04-11T23:59:59+01:00", 1),
        ("2025-03-03T00:00:00Z", "2025-04-17T23:59:59+01:00", 2),
        ("2025-01-31T00:00:00Z", "2025-02-27T23:59:59Z", 1),
        ("2025-01-31T00:00:00Z", "2025-02-28T23:59:59Z", 1),
        ("2025-12-31T00:00:00Z", "2026-12-30T23:59:59Z", 12),
        ("2025-07-04T00:00:00Z", "2025-07-04T23:59:59Z", 1),
        ("2025-07-04T00:00:00Z", "2025-07-01T00:00:00Z", None),
        ("0001-01-01T00:00:00Z", "2025-07-01T00:00:00Z", None),
        ("2025-07-04T00:00:00Z", "9999-12-31T23:59:59-05:00", None),
        ("2025-07-04T00:00:00Z", "2999-12-31T23:59:59Z", None),
        ("2025-07-04T00:00:00Z", None, None),
    ],
)
def test_the_term_in_months(start: str, end: str | None, months: int | None) -> None:
    found = said(release(tender={"contractPeriod": {"startDate": start, "endDate": end}}))
    assert found.duration_months == months


@pytest.mark.parametrize(("days", "months"), [(365, 12), (730, 24), (10, 1), (0, None)])
def test_a_term_of_days(days: int, months: int | None) -> None:
    assert said(release(tender={"contractPeriod": {"durationInDays": days}})).duration_months == months


@pytest.mark.parametrize(
    ("tender", "value", "basis"),
    [
        ({"value": {"amount": 140, "currency": "GBP"}}, "140", {}),
        ({"value": {"amount": 1500000.0, "currency": "GBP"}}, "1500000", {}),
        ({"value": {"amount": 100, "amountGross": 120, "currency": "GBP"}}, "100", {"vat": "excluded"}),
        ({"value": {"amountGross": 120, "currency": "GBP"}}, "120", {"vat": "included"}),
        ({"value": {"amount": 0, "currency": "GBP"}}, None, {}),
        ({"value": {"amount": None, "currency": "EUR"}}, None, {}),
        ({"value": None, "minValue": {"amount": 5, "currency": "GBP"}}, None, {}),
        ({"value": ..., "lots": [lot("1", 30000), lot("2", 20000.5)]}, "50000.5", {}),
        ({"value": ..., "lots": [lot("1", 30000), {"id": "2"}]}, None, {}),
        ({"lots": [lot("1", 30000)]}, "100000", {}),
    ],
)
def test_the_contract_value(tender: dict[str, Any], value: str | None, basis: dict[str, str]) -> None:
    settings = said(release(tender=tender)).settings
    assert (settings.get("contract_value"), settings.get("value_basis", {})) == (value, basis)


@pytest.mark.parametrize(
    ("tender", "category"),
    [
        ({"classification": {"scheme": "CPV", "id": "45000000-7"}}, "45000000"),
        ({"classification": {"scheme": "CPV", "id": 45000000}}, "45000000"),
        ({"classification": {"scheme": "CPV", "id": "45233130.0"}}, "45233130"),
        ({"classification": {"scheme": "UNSPSC", "id": "45000000"}}, None),
        ({"classification": {"scheme": "CPV", "id": "450"}}, None),
        ({"classification": ..., "items": [{"id": 1, "classification": {"scheme": "CPV", "id": "45"}}]}, None),
        (
            {"classification": ..., "items": [{"id": "1", "classification": {"scheme": "CPV", "id": "45000000"}}]},
            "45000000",
        ),
    ],
)
def test_the_category(tender: dict[str, Any], category: str | None) -> None:
    assert said(release(tender=tender)).category == category


@pytest.mark.parametrize(
    ("addresses", "area"),
    [
        ([{"region": "North West"}, {"countryName": "United Kingdom"}], "North West"),
        ([{"region": "North West"}, {"region": " North  West"}], "North West"),
        ([{"region": "North West"}, {"region": "London"}], None),
        ([{"postalCode": "NV1 1AA"}], None),
        (None, None),
    ],
)
def test_the_area(addresses: list[dict[str, str]] | None, area: str | None) -> None:
    assert said(release(tender={"items": [{"id": "1", "deliveryAddresses": addresses}]})).area == area


@pytest.mark.parametrize(
    ("tender", "more", "reference", "title"),
    [
        ({"id": 3}, {}, "3", "Invented tender 1"),
        ({"id": " NV \n 1 "}, {}, "NV 1", "Invented tender 1"),
        ({"id": "N" * 61}, {}, OCID.format(1), "Invented tender 1"),
        ({"title": None}, {"title": "Early  engagement"}, "NV-001", "Early engagement"),
        ({"title": ...}, {}, "NV-001", f"Tender {OCID.format(1)}"),
        ({"title": "x" * 301}, {}, "NV-001", "x" * 299 + "…"),
        ({"title": "safe\u202etext"}, {}, "NV-001", "safe text"),
    ],
)
def test_names(tender: dict[str, Any], more: dict[str, Any], reference: str, title: str) -> None:
    found = said(release(tender=tender, **more))
    assert (found.reference, found.title) == (reference, title)


@pytest.mark.parametrize("status", ["cancelled", "unsuccessful", "withdrawn"])
def test_a_tender_that_came_to_nothing(status: str) -> None:
    found = said(release(), release(tag="tenderUpdate", date="2026-05-01T08:00:00Z", tender={"status": status}))
    assert (found.outcome, found.reason) == (OutcomeStatus.ABANDONED, f"The tender was published as “{status}”.")
    assert (found.decided_at, found.decided_on) == (datetime(2026, 5, 1, 8, 0, tzinfo=UTC), date(2026, 5, 1))
    later = release(tag="tenderUpdate", date="2026-06-01T08:00:00Z", tender={"status": status, "title": "Ended"})
    again = said(release(), release(tag="tenderUpdate", date="2026-05-01T08:00:00Z", tender={"status": status}), later)
    assert (again.title, again.decided_on) == ("Ended", date(2026, 5, 1))


def test_awards_that_came_to_nothing() -> None:
    ocid = OCID.format(1)
    lost = release(awards=[award(ocid, 5, ALDER, status="cancelled"), award(ocid, 6, number=2, status="unsuccessful")])
    found = said(lost)
    assert (found.outcome, found.reason) == (
        OutcomeStatus.ABANDONED,
        "Its awards were published as “cancelled” and “unsuccessful”.",
    )
    one_stands = release(awards=[award(ocid, 5, ALDER, status="cancelled"), award(ocid, 6, BEECH, number=2)])
    found = said({**one_stands, "parties": [*one_stands["parties"], ALDER, BEECH]})
    assert (found.outcome, found.bidders) == (OutcomeStatus.AWARDED, ("Beech & Sons Ltd",))


def test_an_award_that_stands_says_more_than_the_status_of_the_tender() -> None:
    found = said(awarded(1, 5, ALDER, tender={"status": "cancelled"}))
    assert found.outcome is OutcomeStatus.AWARDED


def test_stages_of_one_process_come_together() -> None:
    """The later ones leave the tender out, as those of a contract do."""
    notice = release(date="2026-01-01T00:00:00Z")
    decided = release(
        tag="award", date="2026-03-01T00:00:00Z", tender={"title": ...}, awards=[award(OCID.format(1), 5)]
    )
    decided["tender"] = {"id": "NV-001", "status": "complete"}
    contract = release(tag="contract", date="2026-04-01T00:00:00Z", parties=[ALDER])
    del contract["tender"]
    contract["awards"] = [
        {"id": f"{OCID.format(1)}-1", "suppliers": [{"id": ALDER["id"]}], "value": {"amount": 6, "currency": "GBP"}}
    ]
    found = said(contract, notice, decided)
    assert (found.title, found.contract_value) == ("Invented tender 1", Decimal(100_000))
    assert (found.awards[0].value, found.awards[0].on, found.bidders) == (
        Decimal(6),
        date(2026, 3, 2),
        ("Alder Works Limited",),
    )


def test_of_one_moment_the_release_that_came_in_later_holds() -> None:
    first, second = release(), release(tender={"title": "Mended"})
    found, _ = load_packages([("package.json", package(first))])
    mended, _ = load_packages([("package.json", package(second))])
    assert found is not None
    assert mended is not None
    assert published(in_order(found.releases, mended.releases)).title == "Mended"
    assert published(in_order(mended.releases, found.releases)).title == "Invented tender 1"


@given(st.randoms(use_true_random=False))
def test_the_order_of_releases_in_files_says_nothing(chance: Random) -> None:
    several = [
        release(date="2026-01-01T00:00:00Z"),
        release(date="2026-01-01T00:00:00Z", tender={"title": "Other words at the same time"}),
        release(date="2026-02-01T00:00:00+01:00", tender={"value": None}),
        awarded(1, 5, ALDER, BEECH, date="2026-03-01T00:00:00Z"),
        awarded(1, 7.5, CEDAR, date="2026-03-01T00:00:01Z"),
    ]
    expected = said(*several)
    chance.shuffle(several)
    assert said(*several) == expected


def test_records_hold_releases_or_a_compiled_one() -> None:
    whole = {"ocid": OCID.format(1), "releases": [release(), awarded(1, 5, ALDER, date="2026-05-01T00:00:00Z")]}
    linked = {
        "ocid": OCID.format(2),
        "releases": [{"url": "https://northvale.example/1", "date": "2026-01-01T00:00:00Z", "tag": ["tender"]}],
        "compiledRelease": release(2, tag="compiled"),
    }
    links_only = {key: value for key, value in linked.items() if key != "compiledRelease"}
    found, problems = load_packages([("records.json", record_package(whole, linked, links_only, 5))])
    assert problems == ()
    assert found is not None
    assert [one.ocid for one in found.releases] == [OCID.format(1), OCID.format(1), OCID.format(2)]
    assert found.count == 5
    assert [(one.release, one.reason) for one in found.refused] == [
        (OCID.format(2), "records.json, records[3]: the record holds no release, only links or nothing"),
        ("records[4]", "records.json, records[4]: the record holds no release, only links or nothing"),
    ]
