"""What the pages about measure sets say in states that the shipped sets do not have: drafts, gaps, odd names."""

from dataclasses import replace
from datetime import date

import pytest

from svtracker.frameworks.rules.diff import difference
from svtracker.frameworks.rules.history import history
from svtracker.frameworks.rules.selection import Selection
from svtracker.frameworks.rules.values import Kind, ListName, Status, Version
from svtracker.kernel.units import Unit
from svtracker.web.pages.frameworks import (
    chosen_words,
    measure_href,
    newest,
    newest_first,
    query_of,
    sets_page,
    version_page,
)
from svtracker.web.pages.frameworks_compare import choose_page, compare_page, proposed
from svtracker.web.pages.frameworks_measure import ONE_OF, MeasurePage, measure_page
from tests.frameworks.sample_set import EARLIER, INDICES, LATER, changed, read

OLD, NEW = read(EARLIER), read(LATER)
DRAFT = replace(NEW, version="2026.1", status=Status.DRAFT, supersedes="2021.1", valid_from=date(2026, 4, 1))
ALL = {version.version: version for version in (OLD, NEW, DRAFT)}


def notice(version: Version, on: date) -> str | None:
    return version_page(version, selection=Selection(), others=ALL, on=on).notice


def page_of(version: Version, ref: str, **options: object) -> MeasurePage:
    told = history(version=version, ref=ref, versions={version.version: version})
    return measure_page(version, version.measures[ref], **{"indices": INDICES, "told": told, **options})


class TestWhichVersion:
    def test_the_newest_is_the_newest_released(self) -> None:
        assert newest([OLD, DRAFT, NEW]) is NEW
        assert newest([DRAFT]) is DRAFT

    def test_order_is_by_first_day_not_by_name(self) -> None:
        later = replace(OLD, version="1", valid_from=date(2030, 1, 1))
        assert newest_first([OLD, later, NEW]) == [later, NEW, OLD]

    def test_a_set_with_the_newest_version_comes_first(self) -> None:
        other = replace(OLD, set_id="another", title="Another", valid_from=date(2025, 1, 1))
        page = sets_page([OLD, NEW, other])
        assert [one.set_id for one in page.sets] == ["another", "sample"]
        assert [row.version for row in page.sets[1].rows] == ["2021.1", "2018.1"]

    def test_comparing_is_offered_only_with_what_is_loaded(self) -> None:
        (only,) = sets_page([NEW]).sets
        assert [row.compare_href for row in only.rows] == [None]
        assert version_page(NEW, selection=Selection(), others={"2021.1": NEW}, on=None).compare_href is None

    def test_no_set_at_all(self) -> None:
        page = sets_page([])
        assert (page.sets, page.downloads) == ((), ())
        assert page.answer == "No measure set is loaded yet."


class TestNotice:
    def test_a_draft_may_change(self) -> None:
        assert "it may still change" in (notice(DRAFT, date(2026, 5, 1)) or "")

    def test_a_withdrawn_version(self) -> None:
        assert "was withdrawn" in (notice(replace(NEW, status=Status.WITHDRAWN), date(2022, 1, 1)) or "")

    @pytest.mark.parametrize(("on", "said"), [(date(2021, 3, 31), False), (date(2021, 4, 1), True)])
    def test_the_last_day_still_counts(self, on: date, said: bool) -> None:
        assert (notice(OLD, on) is not None) == said

    def test_no_version_is_named_where_none_is_in_use(self) -> None:
        assert notice(NEW, date(2026, 5, 1)) == "This version was for tenders opened until 31 March 2026."
        assert (notice(OLD, date(2022, 1, 1)) or "").endswith("New tenders use 2021.1.")


class TestSelection:
    CHOICE = Selection(list=ListName.MAIN, theme="JOBS", kind=Kind.VALUED, text=" £ & trees ")

    def test_words_and_address(self) -> None:
        assert chosen_words(NEW, self.CHOICE) == "main list, Jobs, valued, “£ & trees”"
        assert query_of(self.CHOICE) == {"list": "main", "theme": "JOBS", "kind": "valued", "find": "£ & trees"}

    def test_an_address_is_written_so_that_it_comes_back(self) -> None:
        page = version_page(NEW, selection=self.CHOICE, others=ALL, on=None)
        assert page.all_href == "/frameworks/sample/2021.1"
        kinds = {choice.label: choice.href for choice in page.filters[2].choices}
        assert kinds["All kinds"].endswith("?list=main&theme=JOBS&find=%C2%A3+%26+trees")

    def test_only_kinds_and_lists_that_are_there_are_offered(self) -> None:
        page = version_page(OLD, selection=Selection(), others=ALL, on=None)
        assert [choice.label for choice in page.filters[0].choices] == ["All measures", "Main"]
        assert [choice.label for choice in page.filters[2].choices] == ["All kinds", "Valued", "Recorded, no value"]

    def test_a_way_out_is_offered_only_where_it_leads_somewhere(self) -> None:
        selection = Selection(list=ListName.RECORD_ONLY, kind=Kind.VALUED, text="zzz")
        page = version_page(NEW, selection=selection, others=ALL, on=None)
        assert (page.found, page.ways) == ("None of 8 measures", ())
        page = version_page(NEW, selection=Selection(list=ListName.LITE, text="trees"), others=ALL, on=None)
        assert [(way.label, way.count) for way in page.ways] == [
            ("Without “trees”", 1),
            ("Not only on the lite list", 1),
        ]


class TestMeasure:
    @pytest.mark.parametrize("unit", [unit for unit in Unit if unit not in {Unit.PERCENT, Unit.TEXT}])
    def test_every_unit_that_can_have_a_value_can_be_said(self, unit: Unit) -> None:
        assert ONE_OF[unit].startswith("One")

    def test_a_missing_index_hides_the_sum_and_says_why(self) -> None:
        page = page_of(NEW, "B1", indices={})
        assert page.terms == ()
        assert page.why_no_working == "there is no index deflator"
        assert page.source is not None
        assert page.index is None

    def test_a_measure_that_needs_a_weight(self) -> None:
        page = page_of(NEW, "B2")
        assert page.answer == "One pound spent counts as £0.4450. It counts only in a tender that gives it a weight."
        assert any(fact.label == "Weighting" for fact in page.facts)

    def test_aliases_and_the_first_year(self) -> None:
        facts = {fact.label: fact.text for fact in page_of(NEW, "B1").facts}
        assert facts["Also known as"] == "NT1"
        assert facts["How long"] == "At most the first 12 months of each person"

    def test_a_text_without_what_does_not_count(self) -> None:
        page = page_of(NEW, "B3")
        assert (page.counted, page.not_counted) == ("Trees that stand after two years.", "")

    def test_a_new_value_in_another_unit_is_not_compared(self) -> None:
        text = changed(LATER, "unit: fte_year", "unit: person").replace("            first_year_only: true\n", "")
        new = read(text)
        versions = {"2018.1": OLD, "2021.1": new}
        told = history(version=new, ref="B1", versions=versions)
        page = measure_page(new, new.measures["B1"], indices=INDICES, told=told)
        assert [stage.change for stage in page.stages] == ["not compared", "first value"]

    def test_names_are_written_into_addresses_safely(self) -> None:
        odd = replace(NEW, set_id="a b", version="1/2?")
        assert measure_href(odd, "J#1") == "/frameworks/a%20b/1%2F2%3F/measures/J%231"


class TestCompare:
    @pytest.mark.parametrize(
        ("asked", "expected"),
        [
            (("", ""), ("2021.1", "2026.1")),
            (("2018.1", ""), ("2018.1", "2026.1")),
            (("2026.1", ""), ("2026.1", "2021.1")),
            (("", "2018.1"), ("2026.1", "2018.1")),
            (("1066.1", "2018.1"), ("1066.1", "2018.1")),
            (("", "1066.1"), ("", "1066.1")),
        ],
    )
    def test_what_is_compared_without_a_whole_choice(self, asked: tuple[str, str], expected: tuple[str, str]) -> None:
        assert proposed(ALL, old=asked[0], new=asked[1]) == expected

    def test_one_version_alone(self) -> None:
        assert proposed({"2018.1": OLD}, old="", new="") == ("", "2018.1")
        page = choose_page({"2018.1": OLD}, old="", new="2018.1")
        assert (page.errors, page.answer) == (
            (),
            "There is only one version, so there is nothing to compare it with yet.",
        )

    def test_nothing_differs(self) -> None:
        again = replace(
            NEW, version="2022.1", supersedes=None, themes=NEW.themes, dropped=(), valid_from=date(2022, 4, 1)
        )
        page = compare_page(NEW, again, difference(NEW, again), versions=ALL)
        assert page.answer == "8 measures in both. Nothing that is valued, listed or counted differs."
        assert page.result is not None
        assert (page.result.sections, page.result.unchanged) == ((), 8)

    def test_what_changed_is_counted_once(self) -> None:
        page = compare_page(OLD, NEW, difference(OLD, NEW), versions=ALL)
        assert page.answer == (
            "6 measures become 8. 3 new, 1 dropped, 2 groups split or merged, 1 with another unit value "
            "and 1 on other lists."
        )
        assert page.result is not None
        assert page.result.unchanged == 0
        assert page.result.none == ("Counted in another unit",)
        assert [(row.label, row.change) for row in page.result.counts] == [
            ("Main", "+1"),
            ("Lite, part of main", "+1"),
            ("Record only", "+1"),
        ]

    def test_a_reference_that_moved_is_shown_with_the_old_one(self) -> None:
        page = compare_page(OLD, NEW, difference(OLD, NEW), versions=ALL)
        assert page.result is not None
        renamed = next(section for section in page.result.sections if section.id == "renamed")
        assert [(row.measure.ref, row.was) for row in renamed.rows] == [("B1", "A1 in 2018.1"), ("B3", "A5 in 2018.1")]
