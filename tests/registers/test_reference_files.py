"""The files of reference figures: what is read from them, and what each fault says."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from svtracker.registers.loader import load_reference, read_reference
from svtracker.registers.rules.figures import MinimumWage, PriceIndex

INDEX = """\
id: deflator
title: A deflator
publisher: A ministry
href: "https://example.org/deflator"
licence: OGL-UK-3.0
retrieved: 2026-11-21
series:
  financial:
    base: "2023-24 = 100"
    last_outturn: 2023
    index:
      2022: "94.2175"
      2023: "100"
    growth_percent:
      2024: "2.37467"
  calendar:
    base: "2023 = 100"
    last_outturn: 2022
    index: {2022: "93.191"}
"""

WAGE = """\
id: wage
title: Minimum wage
publisher: The law
href: "https://example.org/wage"
licence: OGL-UK-3.0
retrieved: 2026-11-21
note: Adult rate.
hours_per_year: "1950"
rates:
  - {from: 2020-04-01, gbp_per_hour: "8.72", legislation: S.I. 1, href: "https://example.org/1"}
  - {from: 2021-04-01, gbp_per_hour: "8.91", legislation: S.I. 2, href: "https://example.org/2", band: 23 and over}
"""


def test_an_index_file() -> None:
    index, problems = read_reference(name="deflator.yaml", data=INDEX.encode(), expected_id="deflator")
    assert problems == ()
    assert isinstance(index, PriceIndex)
    assert (index.id, index.licence, index.retrieved) == ("deflator", "OGL-UK-3.0", date(2026, 11, 21))
    assert index.series["financial"].index == {2022: Decimal("94.2175"), 2023: Decimal(100)}
    assert index.series["financial"].growth_percent == {2024: Decimal("2.37467")}
    assert index.series["calendar"].last_outturn == 2022
    assert index.series["calendar"].growth_percent == {}


def test_a_file_of_rates() -> None:
    wage, problems = read_reference(name="wage.yaml", data=WAGE.encode(), expected_id="wage")
    assert problems == ()
    assert isinstance(wage, MinimumWage)
    assert wage.hours_per_year == 1950
    assert [(rate.from_day, rate.gbp_per_hour, rate.band) for rate in wage.rates] == [
        (date(2020, 4, 1), Decimal("8.72"), ""),
        (date(2021, 4, 1), Decimal("8.91"), "23 and over"),
    ]


@pytest.mark.parametrize(
    ("text", "old", "new", "path", "line", "seen", "wanted"),
    [
        (INDEX, "id: deflator", "id: other", "id", 1, "“other”", "“deflator”, the name of the file"),
        (INDEX, "publisher: A ministry\n", "", "publisher", 1, "nothing", "the key “publisher”"),
        (INDEX, '"https://example.org/deflator"', "see website", "href", 4, "“see website”", "a link that starts with"),
        (INDEX, "2026-11-21", "21.11.2026", "retrieved", 6, "“21.11.2026”", "a date"),
        (INDEX, '"94.2175"', "94.2175", "series.financial.index.2022", 12, "94.2175", "a number in quotes"),
        (INDEX, '"94.2175"', '"0"', "series.financial.index.2022", 12, "“0”", "a number above 0"),
        (
            INDEX,
            "      2022:",
            "      2022-23:",
            "series.financial.index.2022-23",
            12,
            "“2022-23”",
            "a year of four digits",
        ),
        (
            INDEX,
            "last_outturn: 2023",
            "last_outturn: 2024",
            "series.financial",
            8,
            "a mapping",
            "an index figure for 2024",
        ),
        (
            INDEX,
            "last_outturn: 2023",
            'last_outturn: "2023"',
            "series.financial.last_outturn",
            10,
            "“2023”",
            "whole number",
        ),
        (INDEX, '"2.37467"', '"-100"', "series.financial.growth_percent.2024", 15, "“-100”", "a number above -100"),
        (INDEX, "  calendar:", "  lunar:", "series.lunar", 16, "the key “lunar”", "known here: calendar, financial"),
        (WAGE, '"1950"', "1950", "hours_per_year", 8, "1950", "a number in quotes"),
        (WAGE, '"8.91"', '"-1"', "rates[2].gbp_per_hour", 11, "“-1”", "a number above 0"),
        (WAGE, "legislation: S.I. 1, ", "", "rates[1].legislation", 10, "nothing", "the key “legislation”"),
    ],
)
def test_one_fault_is_named_with_place_and_wish(
    text: str, old: str, new: str, path: str, line: int, seen: str, wanted: str
) -> None:
    assert text.count(old) >= 1
    expected_id = "deflator" if text is INDEX else "wage"
    figures, problems = read_reference(name="f.yaml", data=text.replace(old, new, 1).encode(), expected_id=expected_id)
    assert figures is None
    found = {(problem.path, problem.line, problem.seen) for problem in problems}
    assert (path, line, seen) in found
    assert any(wanted in problem.wanted for problem in problems if problem.path == path)


class TestFolder:
    def test_all_files_of_a_folder(self, tmp_path: Path) -> None:
        (tmp_path / "deflator.yaml").write_text(INDEX)
        (tmp_path / "wage.yaml").write_text(WAGE)
        (tmp_path / "README.md").write_text("not read")
        reference = load_reference(tmp_path)
        assert reference.problems == ()
        assert list(reference.indices) == ["deflator"]
        assert reference.minimum_wage is not None
        assert reference.minimum_wage.full_time_year(date(2021, 5, 1)) == Decimal("17374.50")

    def test_a_faulty_file_gives_its_problems_and_leaves_the_others(self, tmp_path: Path) -> None:
        (tmp_path / "deflator.yaml").write_text(INDEX)
        (tmp_path / "wage.yaml").write_text("rates: []\n")
        reference = load_reference(tmp_path)
        assert list(reference.indices) == ["deflator"]
        assert reference.minimum_wage is None
        assert {problem.file for problem in reference.problems} == {str(tmp_path / "wage.yaml")}

    def test_two_files_of_rates(self, tmp_path: Path) -> None:
        (tmp_path / "wage.yaml").write_text(WAGE)
        (tmp_path / "zwage.yaml").write_text(WAGE.replace("id: wage", "id: zwage"))
        assert [problem.seen for problem in load_reference(tmp_path).problems] == ["a second file of rates"]

    def test_a_folder_with_the_name_of_a_file_is_a_problem(self, tmp_path: Path) -> None:
        (tmp_path / "deflator.yaml").mkdir()
        assert [problem.seen for problem in load_reference(tmp_path).problems] == ["a folder"]

    def test_an_empty_or_missing_folder_has_no_figures(self, tmp_path: Path) -> None:
        reference = load_reference(tmp_path / "missing")
        assert (reference.indices, reference.minimum_wage, reference.problems) == ({}, None, ())


@given(st.binary(max_size=200) | st.text(max_size=80).map(lambda text: f"rates: {text}".encode()))
def test_no_bytes_raise(data: bytes) -> None:
    figures, problems = read_reference(name="f.yaml", data=data)
    assert (figures is None) == bool(problems)
