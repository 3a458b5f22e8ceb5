"""An independent witness of our measure sets: every unit value once more, from figures typed by hand (RULES 2.7).

The tables in `witness/` were typed from the sources, not from the measure sets or the reference files:
`figures.csv` the source figures with their row or cell, `deflators.csv` the growth of prices with all its digits,
`sources.csv` the links and terms, `measures.csv` the figure that each valued measure must rest on.
The way is another one too: prices are chained year by year from growth, where the program divides index figures.
"""

import csv
from collections import Counter
from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from svtracker.frameworks.loader import load_folder
from svtracker.frameworks.rules.values import Kind, Measure, Outcome, Theme, ValueBasis, Version
from svtracker.registers.loader import load_reference

TABLES = Path(__file__).parent / "witness"
PROJECT = Path(__file__).parents[2]
INDEX = "hmt-gdp-deflator-2024-10-30"
LAST_OUTTURN = 2023
FIRST_CARBON_YEAR = 2020


def table(name: str) -> list[dict[str, str]]:
    with (TABLES / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


FIGURES = {(row["source"], row["at"]): row for row in table("figures")}
GROWTH = {(row["series"], int(row["year"])): row for row in table("deflators")}
SOURCES = {row["key"]: row for row in table("sources")}
MEASURES = {(row["version"], row["ref"]): row["key"] for row in table("measures")}

VALUED = {"2018.1": 31, "2021.1": 25, "2026.1": 25}
INDEXED = {"2018.1": 19, "2021.1": 16, "2026.1": 16}
AS_IT_STANDS = {"2018.1": 12, "2021.1": 9, "2026.1": 9}
OTHER_THAN_A_POUND = {"2018.1": 28, "2021.1": 23, "2026.1": 23}


@cache
def own_versions() -> dict[str, Version]:
    reference = load_reference(PROJECT / "data" / "reference")
    files = load_folder(PROJECT / "frameworks" / "open-toms", indices=reference.indices)
    # as_written: the witness compares values by itself, so that the program's own check cannot hide behind it
    return {file.version_name: file.as_written for file in files if file.as_written is not None}


# --- the other way of calculating -------------------------------------------------------------------------------------


def six_digits(percent: str) -> Fraction:
    """A growth rate rounded half-up to its first six digits that are not leading zeros."""
    exact, power = Fraction(percent), 0
    assert exact > 0
    while exact * 10**power < 100_000:
        power += 1
    return Fraction(int(exact * 10**power + Fraction(1, 2)), 10**power)


def growth(series: str, year: int) -> Fraction:
    """How many times as high prices were as in the year before: outturn as published, forecast at six digits."""
    row = GROWTH[series, year]
    is_forecast = row["kind"] == "forecast"
    assert is_forecast == (year > LAST_OUTTURN)
    return 1 + (six_digits(row["growth_percent"]) if is_forecast else Fraction(row["growth_percent"])) / 100


def years_between(from_year: int, to_year: int) -> range:
    low, high = sorted((from_year, to_year))
    return range(low + 1, high + 1)


def carried(figure: Fraction, *, series: str, from_year: int, to_year: int) -> Fraction:
    """A figure carried from one year's prices to another's, one year after the other."""
    for year in years_between(from_year, to_year):
        step = growth(series, year)
        figure = figure * step if to_year > from_year else figure / step
    return figure


def nearest(exact: Fraction) -> Fraction:
    """Half-up to the penny from £1 on, to four decimals below."""
    parts = 100 if exact >= 1 else 10_000
    whole, rest = divmod(exact * parts, 1)
    return Fraction(int(whole) + (1 if rest >= Fraction(1, 2) else 0), parts)


def year_and_series(price_year: str) -> tuple[int, str]:
    """2012/13 is the financial year 2012, and 2012 the calendar year."""
    year, slash, _ = price_year.partition("/")
    return int(year), "financial" if slash else "calendar"


# --- one version looked at --------------------------------------------------------------------------------------------


@dataclass
class Witness:
    """What was checked in a version, what was used for it, and everything that disagrees."""

    indexed: int = 0
    as_it_stands: int = 0
    other_than_a_pound: int = 0
    keys: Counter[str] = field(default_factory=Counter)
    years: set[tuple[str, int]] = field(default_factory=set)
    disagreements: list[str] = field(default_factory=list)

    def expect(self, what: str, seen: object, wanted: object) -> None:
        if seen != wanted:
            self.disagreements.append(f"{what}: {seen}, where the witness has {wanted}")


def look_at(version: Version) -> Witness:
    found = Witness()
    for ref, measure in version.measures.items():
        if measure.kind is Kind.VALUED or measure.unit_value is not None or measure.value_basis is not None:
            look_at_measure(found, measure, version=version)
        elif (version.version, ref) in MEASURES:
            found.disagreements.append(f"{ref}: no value, where the witness has one")
    return found


def look_at_measure(found: Witness, measure: Measure, *, version: Version) -> None:
    name, basis, value = f"{version.version} {measure.ref}", measure.value_basis, measure.unit_value
    row = None if basis is None else FIGURES.get((basis.source, basis.at))
    if basis is None or value is None or row is None:
        found.disagreements.append(f"{name}: no typed figure for {basis and (basis.source, basis.at)}")
        return
    found.expect(f"{name} rests on", row["key"], MEASURES.get((version.version, measure.ref)))
    found.expect(f"{name} unit", measure.unit.value, row["units"])
    found.expect(f"{name} figure", Fraction(basis.figure), Fraction(row["figure"]))
    seen_range = None if basis.range is None else (basis.range.low, basis.range.high)
    found.expect(f"{name} range", seen_range, (Decimal(row["low"]), Decimal(row["high"])) if row["low"] else None)
    found.expect(f"{name} index", basis.index, INDEX if row["index"] == "gdp" else "none")
    if row["year"]:
        first = FIRST_CARBON_YEAR if row["source"] == "carbon-2023" else 0
        found.expect(f"{name} is of the year", int(row["year"]), max(version.price_year, first))
    if row["index"] == "gdp":
        look_at_uprating(found, name, basis=basis, value=value, row=row, version=version)
        found.indexed += 1
    else:
        if row["price_year"]:
            own = row["price_year"] == "of the version"
            year = version.price_year if own else year_and_series(row["price_year"])[0]
            found.expect(f"{name} price year", basis.price_year, year)
        found.expect(f"{name} value", Fraction(value), Fraction(row["figure"]))
        found.expect(f"{name} forecast", basis.forecast, False)
        found.as_it_stands += 1
    found.keys[row["key"]] += 1
    found.other_than_a_pound += value != 1


def look_at_uprating(
    found: Witness, name: str, *, basis: ValueBasis, value: Decimal, row: dict[str, str], version: Version
) -> None:
    year, series = year_and_series(row["price_year"])
    found.expect(f"{name} price year", (basis.price_year, basis.year.value), (year, series))
    exact = carried(Fraction(row["figure"]), series=series, from_year=year, to_year=version.price_year)
    found.expect(f"{name} value", Fraction(value), nearest(exact))
    found.expect(f"{name} decimals", -int(value.as_tuple().exponent), 2 if exact >= 1 else 4)
    found.expect(f"{name} forecast", basis.forecast, max(year, version.price_year) > LAST_OUTTURN)
    found.years |= {(series, passed) for passed in years_between(year, version.price_year)}
    # growth is published to 16 digits, so a result this close to a half penny could not be told from the other side
    assert abs(exact * 100 % 1 - Fraction(1, 2)) > Fraction(1, 10**6)


# --- the tests --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", VALUED)
def test_every_value_of_a_version(name: str) -> None:
    found = look_at(own_versions()[name])
    assert found.disagreements == []
    assert (found.indexed, found.as_it_stands) == (INDEXED[name], AS_IT_STANDS[name])
    assert found.indexed + found.as_it_stands == found.keys.total() == VALUED[name]
    assert found.other_than_a_pound == OTHER_THAN_A_POUND[name]
    assert sum(measure.kind is Kind.VALUED for measure in own_versions()[name].measures.values()) == VALUED[name]
    assert Counter(key for (version, _), key in MEASURES.items() if version == name) == found.keys


def test_every_version_is_looked_at() -> None:
    assert set(own_versions()) == set(VALUED) == {version for version, _ in MEASURES}


def test_no_typed_row_is_stale() -> None:
    seen = [look_at(version) for version in own_versions().values()]
    assert {row["key"] for row in FIGURES.values()} == {key for found in seen for key in found.keys}
    assert set(GROWTH) == {year for found in seen for year in found.years}
    assert set(SOURCES) == {row["source"] for row in FIGURES.values()}
    assert (len(FIGURES), len(GROWTH), len(SOURCES), len(MEASURES)) == (24, 26, 9, 81)
    assert [len(table(name)) for name in ("figures", "deflators", "sources", "measures")] == [24, 26, 9, 81]


@pytest.mark.parametrize("name", VALUED)
def test_sources_are_the_publications_with_their_links_and_terms(name: str) -> None:
    version = own_versions()[name]
    for source in version.sources:
        typed = SOURCES[source.key]
        assert typed["named"] in " ".join(source.title.split())
        assert (source.href, source.licence) == (typed["href"], typed["licence"])
    cited = {measure.value_basis.source for measure in version.measures.values() if measure.value_basis}
    assert {source.key for source in version.sources} == cited


def test_the_published_witness() -> None:
    exact = carried(Fraction(9800), series="financial", from_year=2012, to_year=2021)
    assert nearest(exact) == Fraction("11579.41")
    assert abs(exact - Fraction(9800) * Fraction("87.9486") / Fraction("74.4335")) < Fraction(1, 10**8)
    assert six_digits("2.3746660769686345") == Fraction("2.37467")
    assert six_digits("1.9724002950053388") == Fraction("1.97240")


def test_the_net_share_of_local_spend_is_as_printed_and_its_parts_multiply_to_a_little_more() -> None:
    (row,) = (row for row in FIGURES.values() if row["key"] == "local growth")
    deadweight, displacement, leakage = Fraction("0.275"), Fraction("0.375"), Fraction("0.175")
    product = (1 - deadweight) * (1 - displacement) * (1 - leakage)
    assert nearest(product) == Fraction("0.3738")
    assert row["figure"] == "0.373"
    assert "(its parts multiply to 0.3738)" in row["at"]


@pytest.mark.parametrize("series", ["financial", "calendar"])
def test_the_reference_file_has_the_same_growth(series: str) -> None:
    index = load_reference(PROJECT / "data" / "reference").indices[INDEX].series[series]
    assert index.last_outturn == LAST_OUTTURN
    typed = [year for of_series, year in GROWTH if of_series == series]
    for year in typed:
        if year > LAST_OUTTURN:
            assert Fraction(index.growth_percent[year]) == six_digits(GROWTH[series, year]["growth_percent"])
        else:
            step = Fraction(index.index[year]) / Fraction(index.index[year - 1])
            assert abs(step - growth(series, year)) < Fraction(1, 10**12)
    assert len(typed) == {"financial": 18, "calendar": 8}[series]


def test_the_unit_cost_database_confirms_figures_and_price_years() -> None:
    """Its own uprated column is never used, but it tells a slip in a figure or a price year.

    All rows of one price year were uprated by one factor and rounded to the pound: the factors that each row allows
    must overlap within a price year, and differ between price years.
    """
    allowed: dict[str, tuple[Fraction, Fraction]] = {}
    rows = [row for row in FIGURES.values() if row["uprated_by_source"]]
    for row in rows:
        uprated, figure = Fraction(row["uprated_by_source"]), Fraction(row["figure"])
        low, high = (uprated - Fraction(1, 2)) / figure, (uprated + Fraction(1, 2)) / figure
        so_far = allowed.get(row["price_year"], (low, high))
        allowed[row["price_year"]] = (max(low, so_far[0]), min(high, so_far[1]))
    assert len(rows) == 14
    assert set(allowed) == {"2008/09", "2010/11", "2012/13"}
    assert all(low < high for low, high in allowed.values())
    earliest, middle, latest = (allowed[year] for year in sorted(allowed))
    assert latest[1] < middle[0] < middle[1] < earliest[0]


def with_measure(version: Version, ref: str, measure: Measure) -> Version:
    def swapped(outcome: Outcome) -> Outcome:
        return replace(outcome, measures=tuple(measure if old.ref == ref else old for old in outcome.measures))

    themes: tuple[Theme, ...] = tuple(
        replace(theme, outcomes=tuple(swapped(outcome) for outcome in theme.outcomes)) for theme in version.themes
    )
    return replace(version, themes=themes)


@pytest.mark.parametrize("name", VALUED)
def test_it_sees_a_penny_in_every_value(name: str) -> None:
    version = own_versions()[name]
    for ref in [ref for of_version, ref in MEASURES if of_version == name]:
        measure = version.measures[ref]
        assert measure.unit_value is not None
        off = replace(measure, unit_value=measure.unit_value + Decimal("0.01"))
        found = look_at(with_measure(version, ref, off)).disagreements
        assert [text.partition(":")[0] for text in found] == [f"{name} {ref} value"]


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"figure": Decimal(10025)}, "figure"),
        ({"price_year": 2013}, "price year"),
        ({"forecast": True}, "forecast"),
        ({"index": "none"}, "index"),
    ],
)
def test_it_sees_a_slip_in_the_basis(change: dict[str, Any], what: str) -> None:
    version = own_versions()["2021.1"]
    measure = version.measures["J3"]
    assert measure.value_basis is not None
    slipped = replace(measure, value_basis=replace(measure.value_basis, **change))
    found = look_at(with_measure(version, "J3", slipped)).disagreements
    assert [text.partition(":")[0] for text in found] == [f"2021.1 J3 {what}"]


def test_it_sees_another_row_and_a_row_that_is_not_typed() -> None:
    version = own_versions()["2021.1"]
    measure, other = version.measures["J3"], version.measures["J5"]
    assert measure.value_basis is not None
    swapped = replace(measure, value_basis=other.value_basis, unit_value=other.unit_value)
    assert look_at(with_measure(version, "J3", swapped)).disagreements == [
        "2021.1 J3 rests on: esa, where the witness has jsa"
    ]
    unknown = replace(measure, value_basis=replace(measure.value_basis, at="E&E1.1"))
    assert look_at(with_measure(version, "J3", unknown)).disagreements == [
        "2021.1 J3: no typed figure for ('ucd-1.2', 'E&E1.1')"
    ]
