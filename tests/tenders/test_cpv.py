"""CPV codes in words."""

import re

import pytest

from svtracker.tenders.rules.cpv import DIVISIONS, division_of, with_division


def test_there_are_45_divisions_in_order_of_their_codes() -> None:
    assert len(DIVISIONS) == 45
    assert list(DIVISIONS) == sorted(DIVISIONS)
    assert all(re.fullmatch(r"[0-9]{2}", code) for code in DIVISIONS)
    assert len(set(DIVISIONS.values())) == 45


@pytest.mark.parametrize(
    ("code", "division"),
    [
        ("45233222", "Construction work"),
        ("45233222-1", "Construction work"),
        (" 77300000 ", "Agricultural, forestry, horticultural, aquacultural and apicultural services"),
        ("85", "Health and social work services"),
        ("03", "Agricultural, farming, fishing, forestry and related products"),
        ("99000000", None),
        ("4", None),
        ("452332221", None),
        ("45233222-12", None),
        ("roads", None),
        ("４５", None),
        ("", None),
        (None, None),
    ],
)
def test_a_code_has_the_division_that_it_begins_with(code: str | None, division: str | None) -> None:
    assert division_of(code) == division


def test_what_is_no_code_stays_as_it_is() -> None:
    assert with_division("45000000") == "45000000 (Construction work)"
    assert with_division("roads") == "roads"
