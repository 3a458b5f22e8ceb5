"""Days as people type them."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from svtracker.kernel.clock import parse_day


@given(st.dates())
def test_a_day_is_read_as_it_is_written(day: date) -> None:
    assert parse_day(day.isoformat()) == day


@pytest.mark.parametrize(
    "text",
    ["", " 2026-11-22", "2026-11-22 ", "20261122", "2026-W47-7", "22/11/2026", "2026-2-3", "2026-02-30", "٢٠٢٦-11-22"],
)
def test_what_is_no_day(text: str) -> None:
    assert parse_day(text) is None
