"""Measure sets through the application: pages, JSON and downloads give the same figures, on both databases."""

import csv
import io
import json
from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise
from typing import Any
from xml.etree.ElementTree import Element

import pytest
import yaml
from openpyxl import load_workbook
from starlette.testclient import TestClient
from typer.testing import CliRunner

from svtracker.audit.rules.events import SERVE
from svtracker.cli import app as command
from svtracker.frameworks import service
from svtracker.registers import service as registers
from svtracker.settings import PREFIX
from svtracker.storage import migrations
from svtracker.storage.engines import Database
from tests.frameworks.sample_set import DEFLATOR, EARLIER, LATER
from tests.guards.html_rules import ParsedPage, parse, words
from tests.web.installation import ROOT, application, client_of, settings_for

SETS = "/frameworks"
OPEN = f"{SETS}/open-toms"
VERSIONS = ("2018.1", "2021.1", "2026.1")
FILES = {version: ROOT / "frameworks" / "open-toms" / f"{version}.yaml" for version in VERSIONS}
PARTIAL = {"HX-Request-Type": "partial"}
SAMPLE = f"{SETS}/sample"
INDEX = "hmt-gdp-deflator-2024-10-30"


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """A small set of two versions, made to hold every kind of change, on the price index that is shipped."""
    folder = tmp_path_factory.mktemp("sample")
    files = folder / "frameworks" / "sample"
    files.mkdir(parents=True)
    for version, text in (("2018.1", EARLIER), ("2021.1", LATER)):
        (files / f"{version}.yaml").write_text(text.replace(f"index: {DEFLATOR.id}", f"index: {INDEX}"), "utf-8")
    url = f"sqlite:///{folder / 'sample.db'}"
    migrations.upgrade(url)
    indices = registers.reference_figures(settings_for(url).reference_dir).indices
    database = Database(url)
    with database.writing() as session:
        service.load_folder(session, files.parent, indices=indices, actor=SERVE)
    database.dispose()
    with client_of(application(url, demo=False)) as opened:
        yield opened


def get(client: TestClient, path: str, *, status: int = 200, **options: Any) -> ParsedPage:
    answer = client.get(path, **options)
    assert answer.status_code == status, path
    return parse(answer.text)


def section(page: ParsedPage, name: str) -> Element:
    return next(one for one in page.all("section") if one.attrib.get("aria-labelledby") == name)


def of_class(page: ParsedPage, name: str) -> list[Element]:
    return [one for one in page.tree.iter() if name in one.attrib.get("class", "").split()]


def refs(page: ParsedPage) -> list[str]:
    """The references of the measures in the tree."""
    rows = [row for tree in of_class(page, "sv-tree__table") for row in tree.iter("tr")]
    return [words(ref) for row in rows for ref in row.iter("span") if ref.attrib.get("class") == "sv-ref"]


def found(page: ParsedPage) -> str:
    return words(next(one for one in page.tree.iter() if one.attrib.get("role") == "status"))


def file_of(version: str) -> dict[str, Any]:
    return yaml.safe_load(FILES[version].read_text(encoding="utf-8"))


def measures_of(version: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {
        measure["ref"]: measure
        for theme in version["themes"]
        for outcome in theme["outcomes"]
        for measure in outcome["measures"]
    }


class TestSets:
    def test_every_version_with_its_counts_newest_first(self, each_client: TestClient) -> None:
        page = get(each_client, SETS)
        rows = [[words(cell) for cell in row] for row in section(page, "set-open-toms").iter("tr")][1:]
        assert [row[0] for row in rows] == ["Open TOMs 2026.1", "Open TOMs 2021.1", "Open TOMs 2018.1"]
        assert [row[3:7] for row in rows] == [
            ["2026", "34", "16", "3"],
            ["2021", "34", "16", "3"],
            ["2018", "46", "22", "9"],
        ]
        assert f"{OPEN}/compare?from=2021.1&to=2026.1" in page.links

    def test_a_set_leads_to_its_newest_released_version(self, each_client: TestClient) -> None:
        answer = each_client.get(OPEN)
        assert (answer.status_code, answer.headers["location"]) == (307, f"{OPEN}/2026.1")

    def test_an_empty_installation_says_what_to_do(self, empty: TestClient) -> None:
        page = get(empty, SETS)
        assert "svtracker frameworks load" in words(page.all("main")[0])
        assert not any("download" in link for link in page.links)
        assert empty.get(OPEN).status_code == 404

    def test_the_list_as_files(self, client: TestClient) -> None:
        rows = list(csv.DictReader(io.StringIO(client.get(f"{SETS}/download.csv").content.decode("utf-8-sig"))))
        assert [(row["Id"], row["Version"], row["All measures"]) for row in rows] == [
            ("open-toms", "2026.1", "37"),
            ("example", "2021.1", "7"),
            ("open-toms", "2021.1", "37"),
            ("open-toms", "2018.1", "55"),
        ]
        book = load_workbook(io.BytesIO(client.get(f"{SETS}/download.xlsx").content))
        assert book["Measure sets"]["A5"].value == "Open TOMs"


class TestTree:
    @pytest.mark.parametrize("version", VERSIONS)
    def test_every_measure_of_the_file_in_its_order(self, each_client: TestClient, version: str) -> None:
        page = get(each_client, f"{OPEN}/{version}")
        assert refs(page) == list(measures_of(file_of(version)))

    @pytest.mark.parametrize(
        ("version", "totals"),
        [("2018.1", ["46", "22", "9"]), ("2021.1", ["34", "16", "3"]), ("2026.1", ["34", "16", "3"])],
    )
    def test_counts_per_list_for_each_theme_and_all(self, client: TestClient, version: str, totals: list[str]) -> None:
        page = get(client, f"{OPEN}/{version}")

        def counts(element: Element) -> list[str]:
            return [words(one).split()[-1] for one in element.iter() if one.attrib.get("class") == "sv-tree__n"]

        themes = [counts(summary) for summary in page.all("summary")]
        assert counts(of_class(page, "sv-tree__foot")[0]) == totals
        for place, total in enumerate(totals):
            assert sum(int(theme[place].replace("–", "0")) for theme in themes) == int(total)

    def test_filters_narrow_one_another(self, each_client: TestClient) -> None:
        measures = measures_of(file_of("2021.1"))
        lite = [ref for ref, one in measures.items() if "lite" in one["lists"]]
        assert refs(get(each_client, f"{OPEN}/2021.1?list=lite")) == lite
        jobs = [ref for ref in lite if ref.startswith("J")]
        assert refs(get(each_client, f"{OPEN}/2021.1?list=lite&theme=JOBS")) == jobs
        valued = [ref for ref in jobs if "value" in measures[ref]]
        assert refs(get(each_client, f"{OPEN}/2021.1?list=lite&theme=JOBS&kind=valued")) == valued
        title = measures[valued[-1]]["title"].upper()
        shown = refs(get(each_client, f"{OPEN}/2021.1", params={"list": "lite", "theme": "JOBS", "find": title}))
        assert shown == [valued[-1]]

    def test_text_is_looked_for_in_all_that_a_measure_says(self, sample: TestClient) -> None:
        for text, expected in {"nt1": ["B1"], "college 3": ["B6"], "reporting": ["R1", "R2"], " ": 8}.items():
            shown = refs(get(sample, f"{SAMPLE}/2021.1", params={"find": text}))
            assert shown == expected or len(shown) == expected

    def test_the_count_beside_a_choice_is_what_it_shows(self, client: TestClient) -> None:
        page = get(client, f"{OPEN}/2026.1?list=main&find=staff")
        choices = [link for box in of_class(page, "sv-filter") for link in box.iter("a")]
        assert len(choices) == 4 + 6 + 4
        for link in choices:
            shown = refs(get(client, link.attrib["href"]))
            assert words(link).split()[-1] == str(len(shown)), link.attrib["href"]

    def test_the_form_keeps_the_other_choices(self, client: TestClient) -> None:
        page = get(client, f"{OPEN}/2026.1?list=lite&theme=JOBS&find=level")
        form = next(form for form in page.all("form"))
        fields = {one.attrib["name"]: one.attrib.get("value") for one in form.iter("input")}
        assert (form.attrib["method"], form.attrib["action"]) == ("get", f"{OPEN}/2026.1")
        assert fields == {"list": "lite", "theme": "JOBS", "find": "level"}

    def test_nothing_found_says_what_to_do(self, client: TestClient) -> None:
        page = get(client, f"{OPEN}/2026.1?list=record_only&find=carbon")
        assert found(page) == "None of 37 measures: record only list, “carbon”."
        ways = {words(one): one for one in of_class(page, "sv-empty")[0].iter("li")}
        assert [said.split(":")[0] for said in ways] == [
            "Without “carbon”",
            "Not only on the record only list",
            "Show all measures",
        ]
        for said, way in ways.items():
            shown = refs(get(client, next(way.iter("a")).attrib["href"]))
            assert str(len(shown)) == (said.split()[-2] if "measures" in said.split()[-1:] and ":" in said else "37")

    def test_a_forecast_is_said_beside_its_value(self, client: TestClient) -> None:
        for version in VERSIONS:
            measures = measures_of(file_of(version))
            expected = {ref for ref, one in measures.items() if one.get("value_basis", {}).get("forecast")}
            rows = [
                row for tree in of_class(get(client, f"{OPEN}/{version}"), "sv-tree__table") for row in tree.iter("tr")
            ]
            marked = {words(row[0]).split()[0] for row in rows if len(row) > 2 and "forecast" in words(row[2])}
            assert marked == expected
            assert expected

    def test_what_counts_only_with_a_weight_is_said(self, client: TestClient) -> None:
        rows = of_class(get(client, f"{OPEN}/2026.1"), "sv-hang")
        marked = [
            words(row).split()[0] for row in rows if "counts only in a tender that gives it a weight" in words(row)
        ]
        assert marked == [
            ref for ref, one in measures_of(file_of("2026.1")).items() if one.get("weighting") == "required"
        ]

    def test_sources_with_their_terms_and_dropped_with_their_reasons(self, each_client: TestClient) -> None:
        page, file = get(each_client, f"{OPEN}/2021.1"), file_of("2021.1")
        sources = [[words(cell) for cell in row] for row in section(page, "sources").iter("tr")][1:]
        used = [one["value_basis"]["source"] for one in measures_of(file).values() if "value_basis" in one]
        assert [row[0] for row in sources] == [" ".join(one["title"].split()) for one in file["sources"].values()]
        assert [int(row[3]) for row in sources] == [used.count(key) for key in file["sources"]]
        assert all(row[1] and row[1] not in {"OGL-UK-3.0", "no statement"} for row in sources)
        dropped = [[words(cell) for cell in row] for row in section(page, "dropped").iter("tr")][1:]
        assert [row[0].split()[0] for row in dropped] == [one["ref"] for one in file["dropped"]]
        assert all(" ".join(one["note"].split()) in row[1] for row, one in zip(dropped, file["dropped"], strict=True))

    def test_an_old_version_says_which_one_to_use_now(self, client: TestClient) -> None:
        assert "New tenders use 2026.1" in words(of_class(get(client, f"{OPEN}/2018.1"), "sv-notice")[0])
        assert of_class(get(client, f"{OPEN}/2026.1"), "sv-notice") == []


class TestHtmx:
    def test_the_same_address_gives_the_tree_alone(self, each_client: TestClient) -> None:
        path = f"{OPEN}/2026.1?list=lite"
        part, whole = each_client.get(path, headers=PARTIAL), each_client.get(path)
        assert part.status_code == 200
        assert "<html" not in part.text
        assert "<h1" not in part.text
        assert part.text.strip() in whole.text
        assert part.headers["vary"] == whole.headers["vary"] == "HX-Request-Type"
        assert part.headers["etag"] != whole.headers["etag"]

    def test_an_error_is_a_whole_page(self, client: TestClient) -> None:
        answer = client.get(f"{OPEN}/2026.1?list=gold", headers=PARTIAL)
        assert answer.status_code == 404
        assert "<h1" in answer.text


class TestMeasure:
    def working(self, page: ParsedPage) -> list[tuple[str, str, str]]:
        terms = [one for box in of_class(page, "sv-working") for one in box]
        return [(one.attrib.get("data-sign", ""), words(one[0]), words(one[1])) for one in terms]

    def test_the_witness_of_the_rules(self, sample: TestClient) -> None:
        """RULES 2.7: 9,800 of 2012-13 in 2021-22 prices = 9,800 x 87.9486 / 74.4335 = 11,579.41."""
        page = get(sample, f"{SAMPLE}/2021.1/measures/B1")
        hyphen = "\N{NON-BREAKING HYPHEN}"
        assert self.working(page) == [
            ("", f"Source figure, in prices of 2012{hyphen}13", "£9,800"),
            ("×", f"Price index, 2021{hyphen}22", "87.9486"),
            ("÷", f"Price index, 2012{hyphen}13", "74.4335"),
            ("=", "Unit value, to the penny", "£11,579.41"),
        ]

    @pytest.mark.parametrize("version", VERSIONS)
    def test_every_working_leads_to_its_value(self, client: TestClient, version: str) -> None:
        counted = 0
        measures = measures_of(file_of(version))
        for ref, measure in measures.items():
            page = get(client, f"{OPEN}/{version}/measures/{ref}")
            terms = self.working(page)
            if "value" not in measure:
                assert terms == []
                continue
            counted += 1
            figures = [Decimal(term[2].replace("£", "").replace(",", "")) for term in terms]
            value, basis = Decimal(measure["value"]), measure["value_basis"]
            assert figures[0] == Decimal(basis["figure"])
            assert figures[-1] == value
            if basis["index"] == "none":
                assert [term[0] for term in terms] == ["", "="]
                assert terms[-1][1] == "Unit value, as the source gives it"
                continue
            assert [term[0] for term in terms] == ["", "×", "÷", "="]
            # A forecast index is printed to four decimals, so its printed sum may miss by as much as that hides.
            miss = abs(figures[0] * figures[1] / figures[2] - value)
            assert miss <= Decimal("0.005") + (value * Decimal("0.000001") if basis["forecast"] else 0)
            assert any("(forecast)" in term[1] for term in terms) == basis["forecast"]
            assert ("forecast" in words(of_class(page, "sv-answer")[0])) == basis["forecast"]
        assert counted == sum("value" in measure for measure in measures.values())
        assert counted >= 20

    def facts(self, page: ParsedPage, name: str) -> dict[str, list[str]]:
        return {words(one[0]): [words(value) for value in one[1:]] for box in of_class(page, name) for one in box}

    def test_the_source_with_place_terms_range_and_link(self, sample: TestClient) -> None:
        page = get(sample, f"{SAMPLE}/2021.1/measures/B1")
        facts = self.facts(page, "sv-facts--wide")
        assert facts["Source"] == ["A study"]
        assert "https://example.org/study" in page.links
        assert facts["Where it stands"] == ["row 1"]
        assert facts["Terms of the source"] == ["Open Government Licence 3.0; read on 21 November 2026"]
        assert facts["Range in the source"] == ["£9,000 to £10,000, in prices of 2012-13"]
        assert facts["Price index"][0].endswith("HM Treasury; financial years, from April to March")
        assert facts["Rounding"] == ["Once, at the end, half up, to the penny"]

    def test_a_value_as_the_source_gives_it(self, sample: TestClient) -> None:
        page = get(sample, f"{SAMPLE}/2021.1/measures/B2")
        assert self.working(page) == [
            ("", "Source figure", "£0.445"),
            ("=", "Unit value, as the source gives it", "£0.4450"),
        ]
        facts = self.facts(page, "sv-facts--wide")
        assert facts["Terms of the source"] == ["The source states no terms"]
        assert facts["Price index"] == ["None: the figure is used as the source gives it"]

    def test_how_a_forecast_was_made(self, each_client: TestClient) -> None:
        forecast = [
            ref for ref, one in measures_of(file_of("2026.1")).items() if one.get("value_basis", {}).get("forecast")
        ]
        for ref in forecast:
            facts = self.facts(get(each_client, f"{OPEN}/2026.1/measures/{ref}"), "sv-facts--wide")
            made = [said[0] for label, said in facts.items() if label.startswith("Index of 2026")]
            assert len(made) == 1
            assert "a forecast: 100 in 2023" in made[0]
            assert "used with all of them" in facts["Rounding"][0]

    @pytest.mark.parametrize("version", VERSIONS)
    def test_what_counts_and_what_does_not(self, client: TestClient, version: str) -> None:
        for ref, measure in measures_of(file_of(version)).items():
            counted, not_counted = of_class(get(client, f"{OPEN}/{version}/measures/{ref}"), "sv-pair")[0]
            start, mark, end = " ".join(measure["counts"].split()).partition("Do not count")
            assert (words(counted[1]), words(not_counted[1])) == (start.strip(), f"{mark}{end}")

    @pytest.mark.parametrize(
        ("ref", "why"),
        [
            ("R2", "A description has no quantity"),
            ("R1", "Measures on the record-only list"),
            ("B3", "No open source carries a value"),
        ],
    )
    def test_why_there_is_no_value(self, sample: TestClient, ref: str, why: str) -> None:
        page = get(sample, f"{SAMPLE}/2021.1/measures/{ref}")
        assert why in words(section(page, "working"))
        assert of_class(page, "sv-example") == []

    def test_a_share_is_never_valued(self, client: TestClient) -> None:
        shares = [
            ref
            for ref, one in measures_of(file_of("2021.1")).items()
            if one["unit"] == "percent" and "main" in one["lists"]
        ]
        said = words(section(get(client, f"{OPEN}/2021.1/measures/{shares[0]}"), "working"))
        assert "A share of 100 does not say how much" in said

    def test_an_example_is_worked_through(self, sample: TestClient) -> None:
        said = words(of_class(get(sample, f"{SAMPLE}/2021.1/measures/B1"), "sv-example")[0])
        assert said == (
            "Example. 2 full-time people and 1 half-time person for 2 years: "
            "(2 + 0.5) × 1 year, the first of each person = 2.5 full-time years 2.5 × £11,579.41 = £28,948.53"
        )

    def test_overlaps_are_named_from_both_ends(self, sample: TestClient) -> None:
        def overlaps(ref: str) -> dict[str, list[str]]:
            boxes = of_class(get(sample, f"{SAMPLE}/2021.1/measures/{ref}"), "sv-links")
            return {words(box[0]): [words(one) for one in box[1:]] for box in boxes}

        assert overlaps("B1") == {"What counts here may also count in": ["B2 Spend with local suppliers"]}
        assert overlaps("B2") == {
            "These may also count here": ["B1 Local people employed"],
            "The same thing never counts again in": ["B3 Trees looked after"],
        }
        assert overlaps("B3") == {"The same thing never counts again in": ["B2 Spend with local suppliers"]}
        assert overlaps("B4") == {}

    def history(self, page: ParsedPage) -> list[list[str]]:
        return [[words(cell) for cell in row] for row in section(page, "history").iter("tr")][1:]

    def test_history_of_a_measure_that_was_kept(self, sample: TestClient) -> None:
        rows = self.history(get(sample, f"{SAMPLE}/2021.1/measures/B1"))
        assert rows == [
            ["2021.1, B1 this page", "kept", "2021", "£11,579.41", "+7.23%"],
            ["2018.1, A1 Local jobs", "In the first version", "2018", "£10,798.47", "first value"],
        ]

    @pytest.mark.parametrize("version", VERSIONS)
    def test_the_change_is_of_the_printed_values(self, each_client: TestClient, version: str) -> None:
        counted = 0
        for ref in measures_of(file_of(version)):
            rows = self.history(get(each_client, f"{OPEN}/{version}/measures/{ref}"))
            if len({row[0].split(",")[0] for row in rows}) < len(rows):
                continue  # split or merged: several rows of one version
            for newer, older in pairwise(rows):
                if newer[4].endswith("%"):
                    now, was = (Decimal(row[3].split()[0].replace(",", "")[1:]) for row in (newer, older))
                    change = ((now - was) / was * 100).quantize(Decimal("0.01"), ROUND_HALF_UP)
                    assert newer[4].replace("−", "-").replace("+", "") == f"{change}%", ref
                    counted += 1
        assert counted >= 15

    def test_history_of_merged_split_and_new_measures(self, sample: TestClient) -> None:
        def told(version: str, ref: str) -> list[tuple[str, str, str]]:
            rows = self.history(get(sample, f"{SAMPLE}/{version}/measures/{ref}"))
            return [(row[0].split(" ")[1], row[1], row[4]) for row in rows]

        merged = "Merged. one measure is enough one measure is enough"
        assert told("2021.1", "B4") == [
            ("B4", merged, "–"),
            ("A3", "In the first version", "–"),
            ("A4", "In the first version", "–"),
        ]
        assert told("2018.1", "A2") == [
            ("B5", "Split. by level", "–"),
            ("B6", "Split. by level", "–"),
            ("A2", "In the first version", "–"),
        ]
        assert told("2021.1", "B2") == [("B2", "New", "first value")]

    def test_a_dropped_measure_says_so(self, sample: TestClient) -> None:
        page = get(sample, f"{SAMPLE}/2018.1/measures/A6")
        assert words(of_class(page, "sv-notice")[0]) == "Dropped in 2021.1: never used. in no tender"

    def test_next_and_previous_lead_through_the_whole_version(self, client: TestClient) -> None:
        path: str | None = f"{OPEN}/2026.1/measures/J1"
        seen: list[str] = []
        before = None
        while path is not None:
            page = get(client, path)
            around = {link.attrib["rel"]: link.attrib["href"] for link in page.all("a") if "rel" in link.attrib}
            assert around.get("prev") == before
            seen.append(path.rsplit("/", 1)[1])
            before, path = path, around.get("next")
        assert seen == list(measures_of(file_of("2026.1")))

    @pytest.mark.parametrize("path", ["J99", "j1", "%20"])
    def test_a_measure_that_there_is_not(self, client: TestClient, path: str) -> None:
        page = get(client, f"{OPEN}/2026.1/measures/{path}", status=404)
        assert "Look for it among the measures of Open TOMs 2026.1" in words(page.all("main")[0])


class TestCompare:
    PATH = f"{OPEN}/compare?from=2018.1&to=2021.1"

    def rows(self, page: ParsedPage, name: str) -> list[list[str]]:
        return [[words(cell) for cell in row] for row in section(page, name).iter("tr")][1:]

    def test_page_and_json_say_the_same(self, each_client: TestClient) -> None:
        page, said = get(each_client, self.PATH), each_client.get(f"/api/v1{self.PATH}").json()
        assert self.rows(page, "counts") == [
            ["Main", "46", "34", "−12"],
            ["Lite, part of main", "22", "16", "−6"],
            ["Record only", "9", "3", "−6"],
        ]
        assert said["counts"] == {"main": [46, 34], "lite": [22, 16], "record_only": [9, 3]}
        for name, key in {
            "removed": "removed",
            "revalued": "revalued",
            "moved": "moved",
            "renamed": "renamed",
            "unit": "unit_changed",
            "locality": "locality_changed",
        }.items():
            shown = [row[0].split(" ")[0] for row in self.rows(page, name)]
            assert sorted(shown) == sorted(one["ref"] for one in said[key]), name
            assert shown
        assert len(self.rows(page, "regrouped")) == len(said["regrouped"])
        assert all(one["reason"] for one in said["removed"])

    def test_the_largest_change_of_value_comes_first(self, client: TestClient) -> None:
        page, said = get(client, self.PATH), client.get(f"/api/v1{self.PATH}").json()
        changes = [row[3] for row in self.rows(page, "revalued")]
        percents = [Decimal(change.replace("−", "-").strip("+%")) for change in changes if change.endswith("%")]
        assert [abs(one) for one in percents] == sorted((abs(one) for one in percents), reverse=True)
        other_unit = {one["ref"] for one in said["unit_changed"]}
        expected = [one["percent"] for one in said["revalued"] if one["percent"] and one["ref"] not in other_unit]
        assert sorted(map(str, percents)) == sorted(expected)

    def test_without_a_choice_the_newest_and_the_one_before(self, each_client: TestClient) -> None:
        page = get(each_client, f"{OPEN}/compare")
        chosen = [words(one) for one in page.all("option") if "selected" in one.attrib]
        assert chosen == ["Open TOMs 2021.1", "Open TOMs 2026.1"]
        assert each_client.get(f"/api/v1{OPEN}/compare").json()["from"] == "open-toms@2021.1"

    def test_backwards_says_so_and_offers_the_other_way(self, client: TestClient) -> None:
        page = get(client, f"{OPEN}/compare?from=2021.1&to=2018.1")
        assert "2021.1 is the later version" in words(of_class(page, "sv-notice")[0])
        assert self.PATH in page.links

    @pytest.mark.parametrize(
        ("query", "status", "field", "said"),
        [
            ("from=2021.1&to=2021.1", 422, "to", "Choose two versions that differ: both are 2021.1"),
            ("from=1066.1&to=2021.1", 404, "from", "There is no version “1066.1” of Open TOMs."),
            ("from=2018.1&to=1066.1", 404, "to", "There is no version “1066.1” of Open TOMs."),
        ],
    )
    def test_a_choice_that_does_not_fit_is_said_on_top_and_at_the_field(
        self, client: TestClient, query: str, status: int, field: str, said: str
    ) -> None:
        page = get(client, f"{OPEN}/compare?{query}", status=status)
        top = of_class(page, "govuk-error-summary")[0]
        assert said in words(top)
        assert [link.attrib["href"] for link in top.iter("a")] == [f"#{field}"]
        at_field = next(one for one in page.tree.iter() if one.attrib.get("id") == f"{field}-error")
        assert said in words(at_field)
        assert client.get(f"/api/v1{OPEN}/compare?{query}").status_code == status

    def test_one_version_has_nothing_to_be_compared_with(self, client: TestClient) -> None:
        page = get(client, f"{SETS}/example/compare")
        assert "There is only one version" in words(page.all("main")[0])
        assert page.all("form") == []
        assert client.get(f"/api/v1{SETS}/example/compare").status_code == 404

    def test_the_differences_as_files(self, client: TestClient) -> None:
        said = client.get(f"/api/v1{self.PATH}").json()
        path = f"{OPEN}/compare/download"
        answer = client.get(f"{path}.csv?from=2018.1&to=2021.1")
        assert answer.headers["content-disposition"] == 'attachment; filename="open-toms-2018.1-to-2021.1.csv"'
        rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
        assert len(rows) == sum(len(one) for one in said.values() if isinstance(one, list))
        book = load_workbook(io.BytesIO(client.get(f"{path}.xlsx?from=2018.1&to=2021.1").content))
        assert book.sheetnames == ["Differences", "Measures per list"]
        assert client.get(f"{path}.csv?from=2018.1&to=1066.1").status_code == 404


class TestJson:
    def test_the_list(self, each_client: TestClient) -> None:
        versions = each_client.get(f"/api/v1{SETS}").json()["versions"]
        assert [(one["id"], one["version"]) for one in versions] == [
            ("example", "2021.1"),
            *(("open-toms", version) for version in VERSIONS),
        ]
        assert versions[-1]["counts"] == {"main": 34, "lite": 16, "record_only": 3}

    @pytest.mark.parametrize("version", VERSIONS)
    def test_a_version_says_what_its_file_says(self, each_client: TestClient, version: str) -> None:
        said, file = each_client.get(f"/api/v1{OPEN}/{version}").json(), file_of(version)
        for key in ("id", "version", "title", "status", "supersedes", "price_year", "licence"):
            assert said[key] == file[key]
        assert said["about"] == file["about"].strip()
        assert said["valid"]["from"] == file["valid"]["from"].isoformat()
        assert list(said["sources"]) == list(file["sources"])
        assert [(one["id"], one["title"]) for one in said["themes"]] == [
            (one["id"], one["title"]) for one in file["themes"]
        ]
        own, theirs = measures_of(said), measures_of(file)
        assert list(own) == list(theirs)
        for ref, measure in theirs.items():
            for key, value in measure.items():
                shown = own[ref][key]
                if key == "value_basis":
                    assert {name: shown[name] for name in value} == value, (ref, key)
                elif key == "replaces":
                    assert [{**one} for one in shown] == [{"reason": "", **one} for one in value], (ref, key)
                else:
                    assert shown == (value.strip() if isinstance(value, str) else value), (ref, key)
        assert len(said["dropped"]) == len(file.get("dropped", []))

    def test_a_part_of_the_tree(self, client: TestClient) -> None:
        said = client.get(f"/api/v1{OPEN}/2026.1?list=lite&theme=JOBS&find=level").json()
        assert list(measures_of(said)) == refs(get(client, f"{OPEN}/2026.1?list=lite&theme=JOBS&find=level"))
        assert said["counts"]["main"] == 34

    def test_a_measure_with_its_working_and_history(self, sample: TestClient) -> None:
        said = sample.get(f"/api/v1{SAMPLE}/2021.1/measures/B1").json()
        assert said["measure"]["value"] == "11579.41"
        assert said["working"] == {
            "figure": "9800",
            "index_to": {"year": "2021-22", "value": "87.9486", "forecast": False},
            "index_from": {"year": "2012-13", "value": "74.4335", "forecast": False},
            "value": "11579.41",
            "forecast": False,
            "text": said["working"]["text"],
        }
        assert [(one["version"], one["ref"], one["how"], one["change_percent"]) for one in said["history"]] == [
            ("2021.1", "B1", "same", "7.23"),
            ("2018.1", "A1", None, None),
        ]
        assert said["source"] == {
            "title": "A study",
            "href": "https://example.org/study",
            "licence": "OGL-UK-3.0",
            "retrieved": "2026-11-21",
        }
        assert (said["theme"]["id"], said["outcome"]["id"]) == ("JOBS", "JOBS1")

    def test_no_index_no_value_and_dropped(self, sample: TestClient) -> None:
        asked = sample.get(f"/api/v1{SAMPLE}/2021.1/measures/B2").json()
        assert (asked["working"]["value"], asked["working"]["index_to"]) == ("0.445", None)
        said = sample.get(f"/api/v1{SAMPLE}/2018.1/measures/A6").json()
        assert (said["measure"]["value"], said["working"], said["source"]) == (None, None, None)
        assert said["dropped"] == {"in": "2021.1", "reason": "never_used", "note": "in no tender"}

    def test_a_forecast_index_is_exact(self, client: TestClient) -> None:
        working = client.get(f"/api/v1{OPEN}/2026.1/measures/J1").json()["working"]
        assert working["index_to"] == {
            "year": "2026-27",
            "value": f"{(100 * Decimal('1.0237467') * Decimal('1.0238597') * Decimal('1.0197088')).normalize():f}",
            "forecast": True,
        }

    def test_the_comparison_is_that_of_the_command(
        self, client: TestClient, demo_url: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv(f"{PREFIX}DATABASE_URL", demo_url)
        printed = CliRunner().invoke(command, ["frameworks", "diff", "open-toms@2018.1", "open-toms@2021.1", "--json"])
        assert printed.exit_code == 0
        assert json.loads(printed.stdout) == client.get(f"/api/v1{OPEN}/compare?from=2018.1&to=2021.1").json()

    def test_no_figure_is_a_json_number(self, client: TestClient) -> None:
        """Decimals travel as texts; only years, counts and flags are numbers (FORMATS)."""

        def floats(value: Any) -> list[float]:
            if isinstance(value, dict):
                return [one for inner in value.values() for one in floats(inner)]
            if isinstance(value, list):
                return [one for inner in value for one in floats(inner)]
            return [value] if isinstance(value, float) else []

        for path in (f"{OPEN}/2026.1", f"{OPEN}/2026.1/measures/J1", f"{OPEN}/compare"):
            assert floats(client.get(f"/api/v1{path}").json()) == []

    def test_every_operation_names_its_answers(self, client: TestClient) -> None:
        document = client.get("/api/openapi.json").json()
        own = {path: one["get"] for path, one in document["paths"].items() if path.startswith("/api/v1/frameworks")}
        assert len(own) == 4
        for path, operation in own.items():
            expected = {"200"} if "{" not in path else {"200", "404"}
            assert expected <= set(operation["responses"]), path
            schema = operation["responses"]["200"]["content"]["application/json"]["schema"]
            assert "$ref" in schema, path
        assert "422" in own["/api/v1/frameworks/{set_id}/compare"]["responses"]


class TestDownloads:
    @pytest.mark.parametrize("version", VERSIONS)
    def test_the_file_itself_byte_for_byte(self, each_client: TestClient, version: str) -> None:
        answer = each_client.get(f"{OPEN}/{version}/download.yaml")
        assert answer.content == FILES[version].read_bytes()
        assert answer.headers["content-type"].startswith("application/yaml")
        assert answer.headers["content-disposition"] == f'attachment; filename="open-toms-{version}.yaml"'

    def test_the_table_holds_the_digits_of_the_file(self, each_client: TestClient) -> None:
        answer = each_client.get(f"{OPEN}/2026.1/download.csv")
        rows = {row["Reference"]: row for row in csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")))}
        measures = measures_of(file_of("2026.1"))
        assert list(rows) == list(measures)
        for ref, measure in measures.items():
            assert rows[ref]["Unit value"] == measure.get("value", "")
            assert rows[ref]["Source figure"] == measure.get("value_basis", {}).get("figure", "")

    def test_the_workbook(self, client: TestClient) -> None:
        answer = client.get(f"{OPEN}/2021.1/download.xlsx")
        assert answer.headers["content-disposition"] == 'attachment; filename="open-toms-2021.1.xlsx"'
        book = load_workbook(io.BytesIO(answer.content))
        assert book.sheetnames == ["About", "Measures", "Sources", "Dropped"]

    def test_what_is_shown_can_be_taken_along(self, client: TestClient) -> None:
        page = get(client, f"{OPEN}/2026.1?list=lite&find=staff")
        links = [link for link in page.links if "download.csv?" in link]
        assert links == [f"{OPEN}/2026.1/download.csv?list=lite&find=staff"]
        answer = client.get(links[0])
        assert 'filename="open-toms-2026.1-part.csv"' in answer.headers["content-disposition"]
        rows = csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")))
        assert [row["Reference"] for row in rows] == refs(page)

    @pytest.mark.parametrize(
        "path",
        [
            f"{SETS}/download.pdf",
            f"{SETS}/download.yaml",
            f"{OPEN}/2026.1/download.pdf",
            f"{OPEN}/2026.1/download.json",
            f"{OPEN}/compare/download.yaml?from=2018.1&to=2021.1",
            f"{OPEN}/1066.1/download.csv",
            f"{SETS}/nowhere/2021.1/download.csv",
        ],
    )
    def test_what_there_is_not_is_a_page_that_helps(self, client: TestClient, path: str) -> None:
        page = get(client, path, status=404)
        assert "What you can do" in words(page.all("main")[0])


class TestKept:
    @pytest.mark.parametrize(
        "path",
        [
            SETS,
            f"{OPEN}/2026.1",
            f"{OPEN}/2026.1/measures/J1",
            f"{OPEN}/compare",
            f"{OPEN}/2026.1/download.yaml",
            f"{OPEN}/2026.1/download.xlsx",
        ],
    )
    def test_a_browser_that_has_the_answer_gets_nothing_again(self, client: TestClient, path: str) -> None:
        first = client.get(path)
        again = client.get(path, headers={"If-None-Match": first.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == first.headers["etag"]
        changed = client.get(path, headers={"If-None-Match": '"other"'})
        assert (changed.status_code, changed.content) == (200, first.content)

    def test_an_error_is_not_kept(self, client: TestClient) -> None:
        assert "etag" not in client.get(f"{OPEN}/compare?from=2021.1&to=2021.1").headers
