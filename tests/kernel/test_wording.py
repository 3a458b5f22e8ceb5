"""Figures in sentences."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from svtracker.kernel import wording
from svtracker.kernel.units import WORDS, Unit


@pytest.mark.parametrize(
    ("value", "places", "wanted"),
    [
        (Decimal("157442.07"), 2, "£157,442.07"),
        (Decimal("157442.07"), 0, "£157,442"),
        (Decimal("53364.175"), 2, "£53,364.18"),
        (Fraction(1, 3), 2, "£0.33"),
        (Decimal("0.42"), 4, "£0.4200"),
        (0, 2, "£0.00"),
        (Decimal("-12.5"), 2, "−£12.50"),
        (Decimal("-0.001"), 2, "£0.00"),
        (Decimal("9" * 30), 0, "£" + ",".join(["999"] * 10)),
    ],
)
def test_pounds(value: Decimal | Fraction | int, places: int, wanted: str) -> None:
    assert wording.pounds(value, places=places) == wanted


def test_marks_and_shares() -> None:
    assert wording.marks(Decimal("84.32")) == "84.32"
    assert wording.marks(Decimal("1250.00")) == "1,250.00"
    assert wording.marks(Decimal("-1.19")) == "−1.19"
    assert wording.percent(Fraction(2099, 100)) == "20.99%"
    assert wording.percent(Decimal("50.000")) == "50%"
    assert wording.percent(Fraction(2, 3), places=1) == "0.7%"
    assert wording.percent(Decimal("-2.5")) == "−2.5%"
    assert wording.percent_fixed(Decimal(50)) == "50.00%"
    assert wording.percent_fixed(Decimal("-2.5"), places=1) == "−2.5%"


@pytest.mark.parametrize(
    ("value", "unit", "wanted"),
    [
        ("2.5", Unit.FTE_YEAR, "2.5 full-time years"),
        ("1", Unit.FTE_YEAR, "1 full-time year"),
        ("1.0", Unit.PERSON_WEEK, "1 week"),
        ("104", Unit.PERSON_WEEK, "104 weeks"),
        ("0", Unit.PERSON, "0 people"),
        ("1200", Unit.TCO2E, "1,200 tonnes of CO₂e"),
        ("40000", Unit.GBP_SPENT, "£40,000 spent"),
        ("12.5", Unit.GBP_INVESTED, "£12.50 invested"),
        ("0.0001", Unit.GBP_SPENT, "£0.0001 spent"),
        ("35", Unit.PERCENT, "35%"),
    ],
)
def test_quantities_carry_their_unit(value: str, unit: Unit, wanted: str) -> None:
    assert wording.quantity(Decimal(value), unit) == wanted


def test_no_quantity_is_nothing() -> None:
    assert wording.quantity(None, Unit.PERSON) == "nothing"
    assert all(wording.quantity(Decimal(2), unit) for unit in WORDS)


@pytest.mark.parametrize(
    ("value", "wanted"),
    [("40000", "40,000"), ("75.50", "75.5"), ("0", "0"), ("-0.5", "−0.5"), ("-1234.50", "−1,234.5")],
)
def test_grouped_digits(value: str, wanted: str) -> None:
    assert wording.grouped(Decimal(value)) == wanted


@pytest.mark.parametrize(
    ("name", "first", "inside"),
    [
        ("A", "Bid A", "bid A"),
        ("12", "Bid 12", "bid 12"),
        ("1000", "Bid 1000", "bid 1000"),
        ("Kerne Ltd", "Kerne Ltd", "Kerne Ltd"),
    ],
)
def test_a_bidder_in_a_sentence(name: str, first: str, inside: str) -> None:
    assert wording.bidder(name) == first
    assert wording.the_bidder(name) == inside


def test_days_lists_and_counts() -> None:
    assert wording.day(date(2026, 4, 1)) == "1 April 2026"
    assert wording.listed([]) == ""
    assert wording.listed(["A"]) == "A"
    assert wording.listed(["A", "B"]) == "A and B"
    assert wording.listed(["A", "B", "C"]) == "A, B and C"
    assert wording.counted(1, "bid") == "1 bid"
    assert wording.counted(0, "bid") == "0 bids"
    assert wording.counted(1200, "body", "bodies") == "1,200 bodies"
    assert [wording.a_or_an(word) for word in ("draft", "item")] == ["a draft", "an item"]


@pytest.mark.parametrize(
    ("number", "wanted"),
    [
        (1, "1st"),
        (2, "2nd"),
        (3, "3rd"),
        (4, "4th"),
        (11, "11th"),
        (12, "12th"),
        (13, "13th"),
        (21, "21st"),
        (112, "112th"),
    ],
)
def test_ordinals(number: int, wanted: str) -> None:
    assert wording.ordinal(number) == wanted


@pytest.mark.parametrize(
    ("seconds", "wanted"), [(1, "1 second"), (59, "59 seconds"), (60, "1 minute"), (61, "2 minutes")]
)
def test_waits(seconds: int, wanted: str) -> None:
    assert wording.wait(seconds) == wanted
