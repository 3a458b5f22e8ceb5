"""How long sessions and links last; what a browser is called."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from svtracker.identity.rules.links import LinkState, Purpose, Times, expires_at, expiry, state_of
from svtracker.identity.rules.sessions import LIMITS, browser_of, is_over, is_touch_due
from tests.identity.people import NOON

days = st.dates(date(2020, 1, 1), date(2099, 1, 1))
moments = st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


@dataclass(frozen=True)
class Begun:
    created_at: datetime = NOON
    last_seen_at: datetime = NOON
    ended_at: datetime | None = None


class TestSessions:
    @pytest.mark.parametrize(("minutes", "over"), [(0, False), (59.99, False), (60, True), (61, True), (-600, False)])
    def test_an_hour_without_use(self, minutes: float, over: bool) -> None:
        assert is_over(Begun(), now=NOON + timedelta(minutes=minutes)) is over

    @pytest.mark.parametrize(("hours", "over"), [(11.99, False), (12, True), (-12, True)])
    def test_twelve_hours_in_any_case(self, hours: float, over: bool) -> None:
        now = NOON + timedelta(hours=hours)
        assert is_over(Begun(last_seen_at=now), now=now) is over

    @given(moments, moments, moments, moments)
    def test_what_was_ended_stays_ended_whatever_the_clock_says(
        self, created: datetime, seen: datetime, ended: datetime, now: datetime
    ) -> None:
        assert is_over(Begun(created, seen, ended), now=now)

    @given(moments, moments, st.timedeltas(timedelta(0), timedelta(days=2)))
    def test_what_is_over_stays_over_while_the_clock_goes_on(
        self, created: datetime, seen: datetime, later: timedelta
    ) -> None:
        begun = Begun(created, seen)
        if is_over(begun, now=seen + LIMITS.idle):
            assert is_over(begun, now=seen + LIMITS.idle + later)

    @pytest.mark.parametrize(("seconds", "due"), [(0, False), (59, False), (60, True), (-90, False)])
    def test_use_is_written_once_a_minute(self, seconds: int, due: bool) -> None:
        assert is_touch_due(Begun(), now=NOON + timedelta(seconds=seconds)) is due


class TestBrowsers:
    @pytest.mark.parametrize(
        ("agent", "name"),
        [
            ("Mozilla/5.0 (X11; Linux x86_64; rv:150.0) Gecko/20100101 Firefox/150.0", "Firefox on Linux"),
            (
                "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/156.0 Safari/537.36 Edg/156.0",
                "Edge on Windows",
            ),
            (
                "Mozilla/5.0 (Linux; Android 16) AppleWebKit/537.36 Chrome/156.0 Mobile Safari/537.36",
                "Chrome on Android",
            ),
            ("Mozilla/5.0 (iPhone; CPU iPhone OS 20_0 like Mac OS X) Version/20.0 Safari/604.1", "Safari on iPhone"),
            ("curl/8.0", "another browser"),
            ("", "another browser"),
        ],
    )
    def test_a_name_in_few_words(self, agent: str, name: str) -> None:
        assert browser_of(agent) == name

    @given(st.text(max_size=300))
    def test_nothing_of_what_was_sent_is_kept(self, agent: str) -> None:
        assert browser_of(f"{agent} Firefox/1 {agent}") in {
            f"{browser}{system}"
            for browser in ("Firefox", "Edge", "Opera", "Samsung Internet")
            for system in (
                "",
                *(f" on {one}" for one in ("Windows", "Android", "iPhone", "iPad", "Mac", "Chromebook", "Linux")),
            )
        }


class TestLinks:
    @given(st.none() | days, days, st.integers(-30, 400))
    def test_never_less_than_14_days(self, due: date | None, created: date, more: int) -> None:
        assert expiry(due, created=created, days=more) >= created + timedelta(days=14)

    @given(days, days)
    def test_14_days_after_it_is_due(self, due: date, created: date) -> None:
        assert expiry(due, created=created) == max(due, created) + timedelta(days=14)

    def test_the_last_day_counts_to_its_end(self) -> None:
        until = expires_at(Purpose.TASK, due=date(2026, 12, 1), created_at=NOON)
        assert until == datetime(2026, 12, 16, tzinfo=UTC)

    def test_a_password_is_set_within_72_hours(self) -> None:
        assert expires_at(Purpose.SET_PASSWORD, due=None, created_at=NOON) == NOON + timedelta(hours=72)

    @pytest.mark.parametrize(
        ("purpose", "happened", "state"),
        [
            (Purpose.TASK, {}, LinkState.OPEN),
            (Purpose.TASK, {"used_at": NOON}, LinkState.OPEN),
            (Purpose.SET_PASSWORD, {"used_at": NOON}, LinkState.USED),
            (Purpose.TASK, {"used_at": NOON, "submitted_at": NOON}, LinkState.SUBMITTED),
            (Purpose.TASK, {"submitted_at": NOON, "revoked_at": NOON}, LinkState.REVOKED),
            (Purpose.TASK, {"expires_at": NOON}, LinkState.OVER),
            (Purpose.TASK, {"expires_at": NOON, "submitted_at": NOON}, LinkState.SUBMITTED),
        ],
    )
    def test_what_has_become_of_it(self, purpose: Purpose, happened: dict[str, datetime], state: LinkState) -> None:
        times = {"expires_at": NOON + timedelta(1), "used_at": None, "submitted_at": None, "revoked_at": None}
        assert state_of(purpose, Times(**{**times, **happened}), now=NOON) is state
