"""The words for the values of a measure set, and the example of every unit (RULES 2.3, 2.4, 2.7)."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest

from svtracker.frameworks.rules import wording as words
from svtracker.frameworks.rules.examples import example
from svtracker.frameworks.rules.values import DropReason, How, Kind, ListName, Locality, Status, Weighting
from svtracker.kernel.units import Unit
from tests.frameworks.sample_set import EARLIER, LATER, changed, read

B1, B2, B3 = (read(LATER).measures[ref] for ref in ("B1", "B2", "B3"))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("31569.64", "£31,569.64"),
        ("1", "£1.00"),
        ("12.5", "£12.50"),
        ("7.1234", "£7.1234"),
        ("0.373", "£0.3730"),
        ("0.42", "£0.4200"),
        ("0.9999", "£0.9999"),
    ],
)
def test_a_unit_value_has_pence_or_below_a_pound_four_decimals(value: str, text: str) -> None:
    assert words.unit_value(Decimal(value)) == text


def test_no_unit_value_has_no_words() -> None:
    assert words.unit_value(None) is None


@pytest.mark.parametrize(
    ("figure", "text"),
    [("9800", "£9,800"), ("257.05", "£257.05"), ("126.6", "£126.60"), ("0.373", "£0.373"), ("13000.00", "£13,000")],
)
def test_a_figure_stays_as_its_source_gives_it(figure: str, text: str) -> None:
    assert words.figure(Decimal(figure)) == text


@pytest.mark.parametrize(
    ("percent", "text"),
    [(Fraction(723, 100), "+7.23%"), (Fraction(-3), "−3.00%"), (Fraction(1, 1000), "0.00%"), (Fraction(0), "0.00%")],
)
def test_a_change_has_its_sign(percent: Fraction, text: str) -> None:
    assert words.change(percent) == text


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("Count a. Count b. Do not count c, or d.", ("Count a. Count b.", "Do not count c, or d.")),
        ("Count a.", ("Count a.", "")),
        ("Do not count c.", ("", "Do not count c.")),
        ("Count\n  a. Do not count b. Do not count c.", ("Count a.", "Do not count b. Do not count c.")),
    ],
)
def test_what_counts_and_what_does_not(text: str, parts: tuple[str, str]) -> None:
    assert words.counts(replace(B1, counts=text)) == parts


def test_when_a_version_is_meant_to_be_used() -> None:
    assert words.valid(read(EARLIER)) == "1 April 2018 to 31 March 2021"
    open_ended = changed(LATER, ", to: 2026-03-31", "")
    assert words.valid(read(open_ended)) == "from 1 April 2021"


def test_every_value_has_its_words() -> None:
    for table, kinds in (
        (words.LISTS, ListName),
        (words.KINDS, Kind),
        (words.LOCALITIES, Locality),
        (words.STATUSES, Status),
        (words.HOWS, How),
        (words.WEIGHTINGS, Weighting),
        (words.DROP_REASONS, DropReason),
    ):
        assert set(table) == set(kinds)


class TestExample:
    def test_full_time_years_are_people_by_time(self) -> None:
        worked = example(replace(B1, unit_value=Decimal("21345.67"), first_year_only=False))
        assert worked is not None
        assert (worked.quantity, worked.value) == (Decimal(5), Decimal("106728.35"))
        assert worked.working == "(2 + 0.5) × 2 years"

    def test_the_first_year_only_halves_two_years(self) -> None:
        worked = example(replace(B1, unit_value=Decimal("21345.67"), first_year_only=True))
        assert worked is not None
        assert (worked.quantity, worked.value) == (Decimal("2.5"), Decimal("53364.175"))

    @pytest.mark.parametrize("unit", [unit for unit in Unit if unit not in {Unit.PERCENT, Unit.TEXT}])
    def test_every_unit_that_can_have_a_value_has_one(self, unit: Unit) -> None:
        worked = example(replace(B2, unit=unit, unit_value=Decimal("0.445")))
        assert worked is not None
        assert worked.value == worked.quantity * Decimal("0.445")
        assert worked.quantity > 0
        assert worked.case[:1].isupper() or worked.case[:1].isdigit()

    def test_none_without_a_value(self) -> None:
        assert example(B3) is None
