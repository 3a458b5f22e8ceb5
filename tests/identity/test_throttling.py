"""How long a guesser waits, whatever they try."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from svtracker.identity.rules.accounts import address_key
from svtracker.identity.rules.throttling import PER_ACCOUNT, PER_ADDRESS, Limit, wait_seconds
from tests.identity.people import NOON

seconds = st.integers(-3600, 3600)
limits = st.sampled_from([PER_ACCOUNT, PER_ADDRESS])


def ago(*values: float) -> list[datetime]:
    return [NOON - timedelta(seconds=one) for one in values]


@pytest.mark.parametrize(
    ("failures", "wait"),
    [(0, 0), (1, 0), (5, 0), (6, 30), (7, 60), (8, 120), (9, 240), (10, 480), (11, 900), (12, 900), (500, 900)],
)
def test_five_are_free_and_then_the_wait_doubles(failures: int, wait: int) -> None:
    assert wait_seconds(ago(*[0] * failures), now=NOON) == wait


@pytest.mark.parametrize(("failures", "wait"), [(50, 0), (51, 30), (52, 60)])
def test_an_address_has_fifty(failures: int, wait: int) -> None:
    assert wait_seconds(ago(*[0] * failures), now=NOON, limit=PER_ADDRESS) == wait


def test_the_wait_is_counted_from_the_last_failure_and_ends() -> None:
    failures = ago(20, 300, 301, 302, 303, 304)
    assert wait_seconds(failures, now=NOON) == 10
    assert wait_seconds(failures, now=NOON + timedelta(seconds=9, milliseconds=1)) == 1
    assert wait_seconds(failures, now=NOON + timedelta(seconds=10)) == 0


def test_failures_are_forgotten_after_a_quarter_of_an_hour() -> None:
    assert wait_seconds(ago(*[899] * 6, 0), now=NOON) == 60
    assert wait_seconds(ago(*[900] * 6, 0), now=NOON) == 0


class TestAClockThatWentBack:
    def test_what_is_ahead_counts_as_now(self) -> None:
        assert wait_seconds(ago(*[-600] * 6), now=NOON) == 30

    def test_what_a_wrong_clock_wrote_locks_nobody_out(self) -> None:
        assert wait_seconds(ago(*[-86400] * 100), now=NOON) == 0


@given(st.lists(seconds, max_size=80), limits)
def test_nobody_waits_longer_than_a_quarter_of_an_hour(found: list[int], limit: Limit) -> None:
    wait = wait_seconds(ago(*found), now=NOON, limit=limit)
    assert 0 <= wait <= 900
    assert wait == wait_seconds(ago(*reversed(found)), now=NOON, limit=limit)
    if len(found) <= limit.free:
        assert wait == 0


@given(st.lists(st.integers(0, 3600), max_size=80), limits)
def test_one_more_failure_never_makes_it_shorter(found: list[int], limit: Limit) -> None:
    before = wait_seconds(ago(*found), now=NOON, limit=limit)
    assert wait_seconds(ago(0, *found), now=NOON, limit=limit) >= before


@given(st.lists(st.integers(0, 3600), max_size=80), limits)
def test_after_the_wait_the_next_try_may_be_made(found: list[int], limit: Limit) -> None:
    wait = wait_seconds(ago(*found), now=NOON, limit=limit)
    assert wait_seconds(ago(*found), now=NOON + timedelta(seconds=wait), limit=limit) == 0


@given(st.lists(st.integers(0, 60), min_size=200, max_size=400))
def test_a_guesser_who_never_sleeps_gets_few_tries(gaps: list[int]) -> None:
    """Whatever their rhythm: at most 11 tries in any quarter of an hour."""
    now, failures = NOON, []
    for gap in gaps:
        now += timedelta(seconds=gap)
        now += timedelta(seconds=wait_seconds(failures, now=now))
        failures.append(now)
    for first in range(len(failures) - 11):
        assert failures[first + 11] - failures[first] >= PER_ACCOUNT.within - timedelta(seconds=1)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("192.0.2.1", "192.0.2.2", False),
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff:ffff:ffff:ffff", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("::ffff:192.0.2.1", "192.0.2.1", True),
        ("::ffff:192.0.2.1", "::ffff:192.0.2.2", False),
        ("testclient", "", False),
        ("\ud800", "\0", False),
    ],
)
def test_whoever_has_half_of_an_ipv6_address_has_one_address(one: str, other: str, same: bool) -> None:
    assert (address_key(one) == address_key(other)) is same
