"""Files that are no OCDS package, and releases that cannot be used: told, never raised, never stopping the others."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from svtracker.tenders.ocds import LARGEST_PACKAGE, load_packages
from tests.tenders.published import ALDER, OCID, award, awarded, package, release

GOOD = release(9)


def refusal(one: Any) -> str:
    """Why a release is refused that stands beside a good one; its place is taken off."""
    found, problems = load_packages([("package.json", package(one, GOOD))])
    assert found is not None, problems
    assert [good.ocid for good in found.releases] == [OCID.format(9)]
    assert found.count == 2
    (refused,) = found.refused
    start = "package.json, releases[1]: "
    assert refused.reason.startswith(start)
    return refused.reason.removeprefix(start)


def without(key: str) -> dict[str, Any]:
    return {name: value for name, value in release().items() if name != key}


def with_award(**more: Any) -> dict[str, Any]:
    return release(awards=[{**award(OCID.format(1), 5, ALDER), **more}], parties=[ALDER])


@pytest.mark.parametrize(
    ("one", "reason"),
    [
        (without("ocid"), "ocid: saw nothing, wanted the key “ocid”, which is required here"),
        (without("initiationType"), "initiationType: saw nothing, wanted the key “initiationType”"),
        ({**release(), "ocid": " "}, "ocid: saw blank characters, wanted a text that is not empty"),
        ({**release(), "ocid": 5}, "ocid: saw 5, wanted a text"),
        ({**release(), "tag": []}, "tag: saw an empty list, wanted a list that is not empty"),
        ({**release(), "tag": ["gold"]}, "tag[1]: saw “gold”, wanted one of: planning"),
        ({**release(), "date": "yesterday"}, "date: saw “yesterday”, wanted a day and time with its zone"),
        ({**release(), "date": "2026-03-11"}, "date: saw “2026-03-11”, wanted a day and time with its zone"),
        ({**release(), "date": "2026-02-30T00:00:00Z"}, "date: saw “2026-02-30T00:00:00Z”, wanted a day and time"),
        ({**release(), "date": "0001-01-01T00:00:00+01:00"}, "date: saw “0001-01-01T00:00:00+01:00”, wanted the day"),
        (
            with_award(value={"amount": -5, "currency": "GBP"}),
            "awards[1].value.amount: saw -5, wanted an amount of £0 or",
        ),
        (
            with_award(value={"amount": "5", "currency": "GBP"}),
            "awards[1].value.amount: saw “5”, wanted a number without",
        ),
        (with_award(value={"amount": True, "currency": "GBP"}), "awards[1].value.amount: saw true, wanted a number"),
        (
            with_award(value={"amount": 5.00001, "currency": "GBP"}),
            "awards[1].value.amount: saw 5.00001, wanted an amount",
        ),
        (
            with_award(value={"amount": 10**11, "currency": "GBP"}),
            "awards[1].value.amount: saw 100000000000, wanted an am",
        ),
        (
            with_award(value={"amount": 1e300, "currency": "GBP"}),
            "awards[1].value.amount: saw 1E+300, wanted an amount",
        ),
        (
            with_award(value={"amount": 5, "currency": "EUR"}),
            "awards[1].value.currency: saw “EUR”, wanted the currency GBP",
        ),
        (with_award(value={"amount": 5}), "awards[1].value: saw nothing, wanted the currency GBP"),
        (with_award(value=5), "awards[1].value: saw 5, wanted a mapping"),
        (with_award(status="lost"), "awards[1].status: saw “lost”, wanted one of: "),
        (with_award(id=None), "awards[1].id: saw nothing, wanted a text"),
        (with_award(suppliers={"id": "x"}), "awards[1].suppliers: saw a mapping, wanted a list"),
        (with_award(date="2026-03-11T09:40:02"), "awards[1].date: saw “2026-03-11T09:40:02”, wanted a day and time"),
        (
            release(tender={"value": {"amount": 5, "currency": "USD"}}),
            "tender.value.currency: saw “USD”, wanted the currency GBP",
        ),
        (release(tender={"status": "Complete"}), "tender.status: saw “Complete”, wanted one of: "),
        (release(tender={"id": ...}), "tender.id: saw nothing, wanted the key “id”, which is required here"),
        ({**release(), "tender": []}, "tender: saw an empty list, wanted a mapping"),
        ("release", "saw “release”; wanted a release"),
        (None, "saw nothing; wanted a release"),
    ],
)
def test_a_release_that_cannot_be_used(one: Any, reason: str) -> None:
    assert refusal(one).startswith(reason)


def test_all_faults_of_a_release_are_told_at_once_up_to_five() -> None:
    assert refusal({"tender": {"id": "1", "value": {"amount": -1, "currency": "GBP"}}, "awards": 1}).endswith(
        "; and 2 more"
    )


def test_what_is_not_used_is_not_looked_at() -> None:
    odd = {**release(), "contracts": 5, "buyer": [], "language": 7, "x": {"y": None}}
    odd["tender"]["minValue"] = {"amount": -1, "currency": "EUR"}
    found, _ = load_packages([("package.json", package(odd))])
    assert found is not None
    assert (len(found.releases), found.refused) == (1, ())


@pytest.mark.parametrize(
    ("spoilt", "reason"),
    [
        (b'"amount": NaN', "tender.value.amount: saw NaN, wanted a plain number"),
        (b'"amount": -Infinity', "tender.value.amount: saw -Infinity, wanted a plain number"),
        (b'"amount": 1, "amount": 2', "tender.value.amount: saw the key “amount” a second time"),
        (b'"amount": ' + b"1" * 50, "tender.value.amount: saw a number of 50 characters"),
        (b'"amount": 1, "x": "\\u0000"', "tender.value.x: saw the control character 0x00"),
    ],
)
def test_a_fault_of_reading_inside_one_release_stops_no_other(spoilt: bytes, reason: str) -> None:
    data = package(release(), GOOD).replace(b'"amount": 100000', spoilt, 1)
    found, problems = load_packages([("package.json", data)])
    assert found is not None, problems
    assert len(found.releases) == 1
    assert found.refused[0].reason.startswith(f"package.json, releases[1]: {reason}")


UTF_16 = package(release()).decode().encode("utf-16")


@pytest.mark.parametrize(
    ("data", "seen"),
    [
        (b"", "an empty file"),
        (b"<!doctype html><html><body>Sign in</body></html>", "“<!doctype html>"),
        (UTF_16, "text in UTF-16"),
        (package(release()).replace(b"Invented", b"Inv\xe9nted"), "the byte 0xE9, which is not UTF-8"),
        (b"PK\x03\x04rest", "a spreadsheet, document or zip archive"),
        (b'{"releases": [', "“{"),
        (b"[]", "an empty list"),
        (b"5", "5"),
        (b"{}", "an empty mapping"),
        (b"null", "nothing"),
        (b'{"releases": {}}', "an object with the key “releases”"),
        (b'{"results": [], "total": 5}', "an object with the keys “results, total”"),
        (b'{"releases": [], "records": []}', "an object with the keys"),
        (b'{"uri": 1, "uri": 2, "releases": []}', "the key “uri” a second time"),
        (b"[" * 100 + b"]" * 100, "more than 50 levels"),
        (b" " * (10 * 1024 * 1024), "a file of 10,485,760 bytes"),
    ],
)
def test_a_file_that_is_no_package(data: bytes, seen: str) -> None:
    found, problems = load_packages([("good.json", package(GOOD)), ("bad.json", data)])
    assert found is None
    assert problems[0].file == "bad.json"
    assert problems[0].seen.startswith(seen)
    assert all(problem.wanted for problem in problems)


def test_a_single_release_is_told_apart_from_a_package() -> None:
    data = package(release())
    start = data.index(b"[") + 1
    found, (problem,) = load_packages([("one.json", data[start : data.rindex(b"]")])])
    assert found is None
    assert problem.seen == "a single release without its package"


def test_a_byte_order_mark_and_another_ending_do_not_matter() -> None:
    found, problems = load_packages([("package.txt", b"\xef\xbb\xbf" + package(GOOD))])
    assert problems == ()
    assert found is not None
    assert len(found.releases) == 1


def test_the_problems_of_all_files_are_told_at_once() -> None:
    _, problems = load_packages([("a.json", b"x"), ("b.json", b"{}")])
    assert [problem.file for problem in problems] == ["a.json", "b.json"]


def test_a_package_of_more_than_a_mebibyte_is_read() -> None:
    several = [release(number, description="x" * 10_000) for number in range(1, 120)]
    data = package(*several)
    assert 1024 * 1024 < len(data) < LARGEST_PACKAGE
    found, _ = load_packages([("package.json", data)])
    assert found is not None
    assert len(found.releases) == 119


def test_the_same_release_twice_is_taken_once() -> None:
    found, _ = load_packages([("a.json", package(GOOD, GOOD)), ("b.json", package(GOOD))])
    assert found is not None
    assert (found.count, len(found.releases)) == (3, 1)


def test_an_empty_package_is_a_package() -> None:
    found, problems = load_packages([("a.json", package())])
    assert (found is not None and found.count, problems) == (0, ())


_json = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 10**12) | st.sampled_from([0.5, 1e30]) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["id", "value", "amount", "currency", "suppliers", "date", "tag", "lots", "name", "address"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(
    st.dictionaries(
        st.sampled_from(["ocid", "id", "date", "tag", "tender", "awards", "parties", "title", "initiationType"]), _json
    )
)
def test_no_release_makes_it_raise(laid_over: dict[str, Any]) -> None:
    found, problems = load_packages([("package.json", package({**awarded(1, 5, ALDER), **laid_over}, GOOD))])
    assert found is not None or problems
    if found is not None:
        assert len(found.releases) + len(found.refused) == 2
        assert all(refused.reason for refused in found.refused)
