"""Roles and grants: which hold on a day, for what, and which make no sense."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from svtracker.identity.rules.roles import (
    OBJECT_OF_ROLE,
    ROLE_WORDS,
    Grant,
    Role,
    fault_of_grant,
    has_role_for,
    roles_on,
)

DAY = date(2026, 11, 22)
days = st.dates(date(2026, 1, 1), date(2027, 12, 31))
grants = st.builds(
    Grant,
    person_id=st.just(1),
    organisation_id=st.integers(1, 2),
    role=st.sampled_from(Role),
    object_kind=st.sampled_from([None, "tender", "contract"]),
    object_id=st.sampled_from(["7", "8"]),
    from_day=st.none() | days,
    to_day=st.none() | days,
)


def grant(role: Role, **about: object) -> Grant:
    return Grant(person_id=1, organisation_id=1, role=role, **about)


def test_each_role_says_what_it_may_do_in_one_sentence() -> None:
    assert set(ROLE_WORDS) == set(Role)
    assert all(words.endswith(".") and words.count(".") == 1 for words in ROLE_WORDS.values())
    assert len(set(ROLE_WORDS.values())) == len(Role) == 12


@pytest.mark.parametrize(("day", "holds"), [(21, False), (22, True), (23, True), (24, True), (25, False)])
def test_the_first_and_the_last_day_count(day: int, holds: bool) -> None:
    given_role = grant(Role.VIEWER, from_day=DAY, to_day=DAY + timedelta(days=2))
    assert roles_on([given_role], organisation_id=1, day=date(2026, 11, day)) == ({Role.VIEWER} if holds else set())


def test_a_role_for_one_tender_is_none_for_the_organisation_and_none_for_another_tender() -> None:
    one = grant(Role.EVALUATOR, object_kind="tender", object_id="7")
    about = {"organisation_id": 1, "object_kind": "tender", "day": DAY}
    assert roles_on([one], organisation_id=1, day=DAY) == frozenset()
    assert has_role_for([one], Role.EVALUATOR, object_id="7", **about)
    assert not has_role_for([one], Role.EVALUATOR, object_id="70", **about)
    assert not has_role_for([one], Role.LEAD_EVALUATOR, object_id="7", **about)
    assert not has_role_for([one], Role.EVALUATOR, object_id="7", **{**about, "object_kind": "contract"})
    assert not has_role_for([one], Role.EVALUATOR, object_id="7", **{**about, "organisation_id": 2})
    assert has_role_for([grant(Role.EVALUATOR)], Role.EVALUATOR, object_id="70", **about)


@given(st.lists(grants, max_size=6), st.integers(1, 2), days)
def test_roles_come_from_the_grants_of_the_organisation_alone(found: list[Grant], organisation: int, day: date) -> None:
    roles = roles_on(found, organisation_id=organisation, day=day)
    mine = [one for one in found if one.organisation_id == organisation]
    assert roles == roles_on(mine, organisation_id=organisation, day=day)
    for role in Role:
        for_one = has_role_for(found, role, organisation_id=organisation, object_kind="tender", object_id="7", day=day)
        assert for_one or role not in roles  # what holds for all holds for each
        assert not for_one or any(one.role is role and one.holds_on(day) for one in mine)


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        (
            grant(Role.VIEWER, object_kind="tender", object_id="7"),
            "is given for a whole organisation, not for a tender",
        ),
        (grant(Role.EVALUATOR, object_kind="contract", object_id="7"), "for a tender or a whole organisation"),
        (grant(Role.EVALUATOR, object_kind="tender"), "an object without a kind, or for a kind without an object"),
        (grant(Role.EVALUATOR, object_id="7"), "an object without a kind"),
        (grant(Role.VIEWER, from_day=DAY, to_day=DAY - timedelta(days=1)), "would end before it begins"),
    ],
)
def test_a_grant_that_makes_no_sense_says_why(wrong: Grant, why: str) -> None:
    assert why in (fault_of_grant(wrong) or "")


def test_grants_that_make_sense() -> None:
    assert fault_of_grant(grant(Role.VIEWER, from_day=DAY, to_day=DAY)) is None
    for role, kind in OBJECT_OF_ROLE.items():
        assert fault_of_grant(grant(role, object_kind=kind, object_id="7")) is None
        assert fault_of_grant(grant(role)) is None
