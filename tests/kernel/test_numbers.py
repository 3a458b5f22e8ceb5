"""Exact decimals and the one place where a figure is rounded (RULES 3.1)."""

import itertools
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Context, Decimal, Inexact, Rounded
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from svtracker.kernel import numbers

CHECKS = settings(max_examples=200, deadline=None, derandomize=True, database=None)
WIDE = Context(prec=100)

# Many ties: figures that end in 5 one place behind the one that is kept.
wholes = st.integers(-(10**15), 10**15)
decimals = st.builds(lambda whole, places: Decimal(whole).scaleb(-places), wholes, st.integers(0, 8)) | st.builds(
    lambda whole: Decimal(whole * 10 + 5).scaleb(-3), st.integers(-(10**9), 10**9)
)
quotients = st.builds(Fraction, wholes, st.integers(1, 10**9))


# --- reading ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("0", "0"),
        ("750000", "750000"),
        ("0.42", "0.42"),
        ("-1.50", "-1.50"),
        ("21345.67", "21345.67"),
        ("0.000", "0.000"),
        ("-0", "0"),
        ("-0.00", "0.00"),
        ("9" * 30 + "." + "9" * 30, "9" * 30 + "." + "9" * 30),
    ],
)
def test_a_plain_number_is_read_as_it_stands(text: str, wanted: str) -> None:
    found = numbers.parse_decimal(text)
    assert found is not None
    assert numbers.plain(found) == wanted


@pytest.mark.parametrize(
    "text",
    [
        "", " ", "5 ", " 5", "5\n", "+5", "--5", "05", "00", "5.", ".5", "1,000", "1 000", "1_000", "£5", "5%", "1e5",
        "1E5", "1e-5", "NaN", "nan", "sNaN", "Infinity", "-Infinity", "inf", "0x10", "1/2", "five", "٥", "５", "²",
        "1.2.3",        "9" * 31, "1." + "9" * 31,
    ],
)  # fmt: skip
def test_anything_else_is_no_number(text: str) -> None:
    assert numbers.parse_decimal(text) is None


@CHECKS
@given(decimals)
def test_what_is_written_is_read_again(value: Decimal) -> None:
    text = numbers.plain(value)
    assert "E" not in text
    read = numbers.parse_decimal(text)
    assert read == value
    trimmed = numbers.parse_decimal(numbers.trimmed(value))
    assert trimmed == value


@pytest.mark.parametrize(
    ("value", "places"),
    [("21345.67", 2), ("5", 0), ("2.50", 1), ("0", 0), ("0.0000", 0), ("1E+3", 0), ("0.00010", 4), ("-1.25", 2)],
)
def test_trailing_zeros_are_no_decimals(value: str, places: int) -> None:
    assert numbers.decimal_places(Decimal(value)) == places


@pytest.mark.parametrize(
    ("value", "plain", "trimmed"),
    [
        ("53364.1750", "53364.1750", "53364.175"),
        ("2500.00", "2500.00", "2500"),
        ("100", "100", "100"),
        ("0.00", "0.00", "0"),
        ("-0.0", "-0.0", "0"),
        ("1E+3", "1000", "1000"),
        ("1E-7", "0.0000001", "0.0000001"),
        ("-2.50", "-2.50", "-2.5"),
    ],
)
def test_digits_are_written_without_an_exponent(value: str, plain: str, trimmed: str) -> None:
    assert numbers.plain(Decimal(value)) == plain
    assert numbers.trimmed(Decimal(value)) == trimmed


# --- exact sums and products --------------------------------------------------------------------------------------


def test_a_line_keeps_every_digit() -> None:
    assert numbers.times(Decimal("2.5"), Decimal("21345.67")) == Decimal("53364.175")
    assert numbers.total([Decimal("53364.175"), Decimal("1287.275")]) == Decimal("54651.450")


@CHECKS
@given(st.lists(decimals, max_size=6))
def test_sums_and_products_are_those_of_fractions(values: list[Decimal]) -> None:
    assert Fraction(numbers.total(values)) == sum(map(Fraction, values))
    for first, second in itertools.pairwise(values):
        assert Fraction(numbers.times(first, second)) == Fraction(first) * Fraction(second)
        assert Fraction(numbers.plus(first, second)) == Fraction(first) + Fraction(second)
        assert Fraction(numbers.minus(first, second)) == Fraction(first) - Fraction(second)


def test_a_digit_that_would_be_lost_is_an_error() -> None:
    with pytest.raises(Inexact):
        numbers.times(Decimal("1." + "1" * 150), Decimal("1." + "1" * 150))
    with pytest.raises(Rounded):
        numbers.total([Decimal("1E+300"), Decimal(1)])


def test_a_quotient_is_never_rounded() -> None:
    assert numbers.ratio(Decimal("0.1"), 3) == Fraction(1, 30)
    assert numbers.ratio(1, Fraction(2, 3)) == Fraction(3, 2)
    with pytest.raises(ZeroDivisionError):
        numbers.ratio(1, 0)


# --- rounding -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "places", "wanted"),
    [
        ("8.809", 2, "8.81"),
        ("2.345", 2, "2.35"),
        ("2.355", 2, "2.36"),
        ("2.3449999999", 2, "2.34"),
        ("-2.345", 2, "-2.35"),
        ("-2.344", 2, "-2.34"),
        ("0.5", 0, "1"),
        ("1.5", 0, "2"),
        ("2.5", 0, "3"),
        ("0.4999", 0, "0"),
        ("1", 4, "1.0000"),
        ("0", 2, "0.00"),
        ("1787.275", 2, "1787.28"),
        ("53364.175", 2, "53364.18"),
    ],
)
def test_half_goes_up(value: str, places: int, wanted: str) -> None:
    assert numbers.plain(numbers.round_half_up(Decimal(value), places)) == wanted


def test_a_third_is_rounded_as_a_third() -> None:
    assert str(numbers.round_half_up(Fraction(2, 3), 2)) == "0.67"
    assert str(numbers.round_up(Fraction(1, 3), 2)) == "0.34"
    assert str(numbers.round_down(Fraction(2, 3), 2)) == "0.66"
    assert str(numbers.round_up(Fraction(-1, 3), 2)) == "-0.33"
    assert str(numbers.round_down(Fraction(-1, 3), 2)) == "-0.34"


@CHECKS
@given(decimals, st.integers(0, 6))
def test_rounding_a_decimal_is_that_of_the_standard_library(value: Decimal, places: int) -> None:
    unit = Decimal(1).scaleb(-places)
    for rounded, mode in (
        (numbers.round_half_up(value, places), ROUND_HALF_UP),
        (numbers.round_up(value, places), ROUND_CEILING),
        (numbers.round_down(value, places), ROUND_FLOOR),
    ):
        assert rounded == value.quantize(unit, rounding=mode, context=WIDE)
        assert -rounded.as_tuple().exponent == places  # type: ignore[operator]


@CHECKS
@given(decimals, quotients, st.integers(0, 6))
def test_a_part_is_the_whole_times_its_share_and_rounded_once(whole: Decimal, share: Fraction, places: int) -> None:
    assert numbers.part_rounded(whole, share, places) == numbers.round_half_up(Fraction(whole) * share, places)


@CHECKS
@given(decimals | quotients, (decimals | quotients).filter(bool))
def test_a_share_in_per_cent_is_a_hundred_times_the_ratio(part: Decimal | Fraction, whole: Decimal | Fraction) -> None:
    assert numbers.percent(part, whole) == 100 * numbers.ratio(part, whole)


@CHECKS
@given(quotients, st.integers(0, 6))
def test_a_rounded_quotient_is_the_nearest_and_the_bounds_enclose_it(value: Fraction, places: int) -> None:
    half = Fraction(1, 2 * 10**places)
    assert abs(Fraction(numbers.round_half_up(value, places)) - value) <= half
    low, high = numbers.round_down(value, places), numbers.round_up(value, places)
    assert low <= value <= high
    assert high - low in {Decimal(0), Decimal(1).scaleb(-places)}


@pytest.mark.parametrize(
    ("value", "digits", "wanted"),
    [
        ("2.3746660769", 6, "2.37467"),
        ("0.00012345678", 3, "0.000123"),
        ("1.2345", 4, "1.235"),
        ("87.9486", 6, "87.9486"),
    ],
)
def test_significant_digits(value: str, digits: int, wanted: str) -> None:
    assert numbers.plain(numbers.significant(Decimal(value), digits)) == wanted


@pytest.mark.parametrize(
    ("value", "places", "wanted"), [("2", 2, "2.00"), ("40.655", 2, "40.655"), ("-1.5", 1, "-1.5"), ("0", 0, "0")]
)
def test_so_many_decimals_or_more(value: str, places: int, wanted: str) -> None:
    assert numbers.plain(numbers.at_least(Decimal(value), places)) == wanted
