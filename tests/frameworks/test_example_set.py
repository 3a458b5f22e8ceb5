"""The measure set of the worked example is the one of RULES 4.7, and says that it is invented."""

from decimal import Decimal
from pathlib import Path

from svtracker.frameworks.loader import load_paths
from svtracker.frameworks.rules.values import Category, Kind, ListName, Version
from svtracker.kernel.units import Unit

FILE = Path(__file__).parents[2] / "frameworks" / "example" / "2021.1.yaml"


def example() -> Version:
    (found,) = load_paths([FILE], indices={})
    assert found.version is not None, "\n".join(map(str, found.problems))
    return found.version


def test_units_and_values_are_those_of_the_worked_example() -> None:
    assert {ref: (measure.unit, measure.unit_value) for ref, measure in example().measures.items()} == {
        "X1": (Unit.FTE_YEAR, Decimal("21345.67")),
        "X2": (Unit.FTE_YEAR, Decimal("13579.24")),
        "X3": (Unit.PERSON_WEEK, Decimal("158.37")),
        "X4": (Unit.STAFF_HOUR, Decimal("17.05")),
        "X5": (Unit.GBP_INVESTED, Decimal("1.00")),
        "X6": (Unit.GBP_SPENT, Decimal("0.42")),
        "X7": (Unit.PERCENT, None),
    }


def test_categories_kinds_and_lists() -> None:
    measures = example().measures
    local = {ref for ref, measure in measures.items() if measure.category is Category.LOCAL_ECONOMIC}
    assert local == {"X1", "X6"}
    assert {measure.category for ref, measure in measures.items() if ref not in local} == {Category.SOCIAL}
    assert measures["X7"].kind is Kind.RECORDED
    assert measures["X7"].lists == (ListName.RECORD_ONLY,)
    assert all(ListName.MAIN in measure.lists for ref, measure in measures.items() if ref != "X7")
    assert [ref for ref, measure in measures.items() if measure.first_year_only] == ["X2"]


def test_it_says_that_it_is_invented_and_not_for_a_tender() -> None:
    version = example()
    assert "invented" in version.about
    assert "not for use in a tender" in " ".join(version.about.split())
    assert [source.title.startswith("Invented for the worked example") for source in version.sources] == [True]
