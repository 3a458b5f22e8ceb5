"""How suppliers are told apart: numbers, postcodes, names, and which two are one."""

from datetime import UTC, datetime
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from svtracker.registers.rules.suppliers import (
    Action,
    Details,
    How,
    Sighting,
    Supplier,
    charity_number,
    company_number,
    match,
    name_key,
    postcode,
    postcode_within,
)

AT = datetime(2026, 3, 11, tzinfo=UTC)
LATER = datetime(2026, 3, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("00123456", "00123456"),
        ("123456", "00123456"),
        ("7654321", "07654321"),
        (" 0012 3456 ", "00123456"),
        ("11111111.0", "11111111"),
        ("sc12345", "SC012345"),
        ("SC012345", "SC012345"),
        ("OC 300001", "OC300001"),
        ("R0000123", "R0000123"),
        ("IP12345R", "IP12345R"),
        ("0", None),
        ("00000000", None),
        ("SC000000", None),
        ("123", None),
        ("12345", None),
        ("123456789", None),
        ("N/A", None),
        ("", None),
        ("GB123456789", None),
        ("٣٣٣٣٣٣٣٣", None),
    ],
)
def test_company_numbers(text: str, number: str | None) -> None:
    assert company_number(text) == number
    assert number is None or company_number(number) == number


@pytest.mark.parametrize(
    ("text", "number"),
    [("1123456", "1123456"), (" sc 012345", "SC012345"), ("1123456-1", "1123456-1"), ("none", None), ("12", None)],
)
def test_charity_numbers(text: str, number: str | None) -> None:
    assert charity_number(text) == number


@pytest.mark.parametrize(
    ("text", "code"),
    [("nv1 1aa", "NV1 1AA"), ("NV11AA", "NV1 1AA"), ("E1W 1AW", "E1W 1AW"), ("NV1", None), ("NV1 1AA, UK", None)],
)
def test_whole_postcodes(text: str, code: str | None) -> None:
    assert postcode(text) == code


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("1 Elm Road, Northvale, NV1 1AA", "NV1 1AA"),
        ("1 Elm Road, Northvale NV1 1AA, UK", "NV1 1AA"),
        ("Second FloornElm HousenNorthvalenE1W 1AW", "E1W 1AW"),
        ("Elm House,rnNorthvalernEssex,rnRM11 3UB", "RM11 3UB"),
        ("6 Digital Parkn        Northvalen        M50 1DR", "M50 1DR"),
        ("170 elm close, United Kingdom, Cv34dz", "CV3 4DZ"),
        ("170 elm close, NV1 1AA, invoices to NV2 2BB", "NV2 2BB"),
        ("LS1 4ER", "LS1 4ER"),
        ("Geneva 23n        CH-0000", None),
        ("SKYLINE", None),
        ("", None),
    ],
)
def test_a_postcode_at_the_end_of_an_address(address: str, code: str | None) -> None:
    assert postcode_within(address) == code


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("ALDER Works Ltd.", "Alder Works Limited", True),
        ("Alder & Sons", "Alder and Sons", True),
        ("Alder's Yard", "Alders Yard", True),
        ("Alder  Works", "Alder-Works", True),
        ("The Alder Group", "Alder Group", False),
        ("Alder Works (Northvale)", "Alder Works", False),
        ("Alder Works plc", "Alder Works Limited", False),
        ("???", "!!!", False),
    ],
)
def test_names_are_compared_by_their_words(one: str, other: str, same: bool) -> None:
    assert (name_key(one) == name_key(other)) is same


def seen(name: str = "Alder Works Ltd", *, at: datetime = AT, **more: object) -> Sighting:
    return Sighting(details=Details(name=name, **more), at=at)  # type: ignore[arg-type]


def known(number: int, name: str = "Alder Works Limited", **more: object) -> Supplier:
    return Supplier(id=number, details=Details(name=name, **more))  # type: ignore[arg-type]


ONE, TWO, HERE, THERE = "00123456", "00999999", "NV1 1AA", "NV2 2BB"


@pytest.mark.parametrize(
    ("before", "sighting", "who", "how"),
    [
        # 1: the number decides, whatever the name and postcode
        ([known(1, company_number=ONE)], seen(company_number=ONE), 1, How.NUMBER),
        (
            [known(1, "Old name", company_number=ONE, postcode=THERE)],
            seen(company_number=ONE, postcode=HERE),
            1,
            How.NUMBER,
        ),
        ([known(1, company_number=ONE, postcode=HERE)], seen(company_number=TWO, postcode=HERE), None, How.NOT_ALIKE),
        # 2: name and postcode, where no number differs
        ([known(1, postcode=HERE)], seen(postcode=HERE), 1, How.NAME_AND_POSTCODE),
        ([known(1, postcode=HERE)], seen(postcode=HERE, company_number=ONE), 1, How.NAME_AND_POSTCODE),
        ([known(1, postcode=HERE, company_number=ONE)], seen(postcode=HERE), 1, How.NAME_AND_POSTCODE),
        ([known(1, postcode=HERE)], seen(postcode=THERE), None, How.NOT_ALIKE),
        ([known(1, postcode=HERE)], seen("Beech Ltd", postcode=HERE), None, How.UNSEEN),
        (
            [known(1, postcode=HERE, charity_number="1111111")],
            seen(postcode=HERE, charity_number="2222222"),
            None,
            How.NOT_ALIKE,
        ),
        # two who would fit alike: none of them; one who fits to the word: that one
        (
            [known(1, postcode=HERE, company_number=ONE), known(2, postcode=HERE, company_number=TWO)],
            seen(postcode=HERE),
            None,
            How.NOT_ALIKE,
        ),
        (
            [known(1, postcode=HERE, company_number=ONE), known(2, postcode=HERE)],
            seen(postcode=HERE),
            2,
            How.NAME_AND_POSTCODE,
        ),
        # 3: the name alone, where neither says more
        ([known(1)], seen(), 1, How.NAME),
        ([known(1, postcode=HERE)], seen(), None, How.NOT_ALIKE),
        ([known(1, company_number=ONE)], seen(), None, How.NOT_ALIKE),
        ([known(1)], seen(postcode=HERE), None, How.NOT_ALIKE),
        ([known(1)], seen(company_number=ONE), None, How.NOT_ALIKE),
        ([known(1, charity_number="1111111")], seen(charity_number="2222222"), None, How.NOT_ALIKE),
        ([], seen(), None, How.UNSEEN),
    ],
)
def test_who_a_sighting_is(before: list[Supplier], sighting: Sighting, who: int | None, how: How) -> None:
    (entry,) = match(before, [sighting]).entries
    assert (None if entry.before is None else entry.before.id, entry.how) == (who, how)
    assert (entry.action is Action.NEW) is (who is None)


def test_contradictory_numbers_are_two_suppliers() -> None:
    found = match([], [seen(company_number=ONE, postcode=HERE), seen(company_number=TWO, postcode=HERE)])
    assert [entry.after.company_number for entry in found.entries] == [ONE, TWO]


def test_two_numbers_that_lay_claim_to_one_supplier_leave_it_alone() -> None:
    before = [known(1, postcode=HERE)]
    found = match(before, [seen(company_number=ONE, postcode=HERE), seen(company_number=TWO, postcode=HERE)])
    assert [(entry.before, entry.after.company_number) for entry in found.entries] == [(None, ONE), (None, TWO)]


def test_of_a_known_supplier_only_blanks_are_filled() -> None:
    before = [known(1, company_number=ONE, postcode=HERE)]
    (entry,) = match(before, [seen("Alder Group", company_number=ONE, postcode=THERE, is_sme=True)]).entries
    assert entry.after == Details(name="Alder Works Limited", company_number=ONE, postcode=HERE, is_sme=True)
    assert entry.action is Action.CHANGED


def test_the_latest_sighting_names_a_new_supplier() -> None:
    older, newer = seen("Alder", company_number=ONE, postcode=HERE), seen("Alder Group", company_number=ONE, at=LATER)
    found = match([], [newer, older])
    assert [entry.after for entry in found.entries] == [Details(name="Alder Group", company_number=ONE, postcode=HERE)]
    assert found.places == {older: 0, newer: 0}


_details = st.builds(
    Details,
    name=st.sampled_from(["Alder Ltd", "Alder Limited", "Beech", "Cedar"]),
    company_number=st.sampled_from([None, ONE, TWO]),
    charity_number=st.sampled_from([None, None, "1111111", "2222222"]),
    postcode=st.sampled_from([None, HERE, THERE]),
    is_sme=st.sampled_from([None, True, False]),
)
_sightings = st.lists(st.builds(Sighting, details=_details, at=st.sampled_from([AT, LATER])), max_size=8)


def stored(found: tuple[Supplier, ...], sightings: list[Sighting]) -> tuple[Supplier, ...]:
    """The register after an import: who was there, completed, and who is new."""
    entries = match(found, sightings).entries
    touched = {entry.before.id: entry.after for entry in entries if entry.before is not None}
    kept = [Supplier(id=one.id, details=touched.get(one.id, one.details)) for one in found]
    new = [entry.after for entry in entries if entry.before is None]
    return (*kept, *(Supplier(id=len(kept) + place, details=details) for place, details in enumerate(new, start=1)))


@given(_sightings, _sightings, st.randoms(use_true_random=False))
def test_the_order_says_nothing_and_a_second_time_changes_nothing(
    first: list[Sighting], second: list[Sighting], chance: Random
) -> None:
    before = stored((), first)
    mixed = [*second, *second[:1]]
    chance.shuffle(mixed)
    after = stored(before, second)
    assert stored(before, mixed) == after
    again = match(after, second)
    assert {entry.action for entry in again.entries} <= {Action.UNCHANGED}
    numbers = [one.details.company_number for one in after if one.details.company_number]
    assert len(numbers) == len(set(numbers))


@given(_sightings)
def test_nobody_is_put_together_against_the_evidence(sightings: list[Sighting]) -> None:
    found = match([], sightings)
    for place, entry in enumerate(found.entries):
        mine = [sighting.details for sighting, at in found.places.items() if at == place]
        for name in ("company_number", "charity_number"):
            said = {getattr(one, name) for one in mine} - {None}
            assert len(said) <= 1 or (name == "charity_number" and entry.after.company_number)
        without_number = [one for one in mine if one.company_number is None]
        assert all(name_key(one.name) == name_key(entry.after.name) for one in without_number)
        assert all(one.postcode == entry.after.postcode for one in without_number)
    assert len(found.places) == len(set(sightings))
