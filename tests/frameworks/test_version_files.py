"""What is read from a valid file, its defaults, and how the files of a folder are found and set beside one another."""

import hashlib
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from svtracker.frameworks.loader import load_folder, load_paths, load_version
from svtracker.frameworks.rules.values import (
    Category,
    Dropped,
    DropReason,
    How,
    Kind,
    ListName,
    Locality,
    Replacement,
    Series,
    Status,
    ValueBasis,
    ValueRange,
    Weighting,
)
from svtracker.kernel.units import Unit
from tests.frameworks.sample_set import EARLIER, INDICES, LATER, changed, read


class TestWhatIsRead:
    def test_the_version(self) -> None:
        version = read(LATER)
        assert version.name == "sample@2021.1"
        assert (version.status, version.price_year, version.licence) == (Status.RELEASED, 2021, "CC-BY-4.0")
        assert (version.valid_from, version.valid_to) == (date(2021, 4, 1), date(2026, 3, 31))
        assert (version.supersedes, version.about) == ("2018.1", "A set for the tests.")
        assert [(listed.name, listed.contract_value_from, listed.contract_value_below) for listed in version.lists] == [
            (ListName.MAIN, Decimal(100000), None),
            (ListName.LITE, None, Decimal(100000)),
            (ListName.RECORD_ONLY, None, None),
        ]
        assert [(source.key, source.href, source.retrieved) for source in version.sources] == [
            ("study", "https://example.org/study", date(2026, 11, 21)),
            ("price-list", None, None),
        ]
        assert version.dropped == (
            Dropped(version="2018.1", ref="A6", reason=DropReason.NEVER_USED, note="in no tender"),
        )
        assert list(version.measures) == ["B1", "B2", "B3", "B4", "B5", "B6", "R1", "R2"]
        assert version.sha256 == hashlib.sha256(LATER.encode()).hexdigest()

    def test_a_measure_with_everything(self) -> None:
        measure = read(LATER).measures["B1"]
        assert (measure.unit, measure.lists) == (Unit.FTE_YEAR, (ListName.MAIN, ListName.LITE))
        assert (measure.category, measure.locality) == (Category.LOCAL_ECONOMIC, Locality.LOCAL)
        assert (measure.kind, measure.unit_value) == (Kind.VALUED, Decimal("11579.41"))
        assert measure.value_basis == ValueBasis(
            source="study",
            at="row 1",
            figure=Decimal(9800),
            price_year=2012,
            year=Series.FINANCIAL,
            index="deflator",
            forecast=False,
            range=ValueRange(low=Decimal(9000), high=Decimal(10000)),
        )
        assert measure.replaces == (Replacement(version="2018.1", ref="A1", how=How.SAME, reason="kept"),)
        assert (measure.aliases, measure.first_year_only, measure.also_counts_in) == (("NT1",), True, ("B2",))

    def test_the_defaults_of_a_measure(self) -> None:
        measure = read(EARLIER).measures["A2"]
        assert (measure.unit_value, measure.value_basis, measure.replaces, measure.changed) == (None, None, (), "")
        assert (measure.aliases, measure.also_counts_in, measure.never_with) == ((), (), ())
        assert (measure.first_year_only, measure.weighting) == (False, Weighting.OPTIONAL)

    def test_the_defaults_of_a_version(self) -> None:
        version = read(changed(EARLIER, "supersedes: null\n", ""))
        assert (version.supersedes, version.dropped, version.about) == (None, (), "")

    @pytest.mark.parametrize(
        ("ref", "kind"),
        [("B1", Kind.VALUED), ("B3", Kind.RECORDED), ("R1", Kind.RECORDED), ("R2", Kind.NARRATIVE)],
    )
    def test_the_kind_follows_where_it_is_not_written_out(self, ref: str, kind: Kind) -> None:
        assert read(LATER).measures[ref].kind is kind

    @pytest.mark.parametrize("percent_on", ["[main]", "[record_only]"])
    def test_a_percentage_is_recorded_on_any_list(self, percent_on: str) -> None:
        text = changed(
            LATER, "unit: percent\n            lists: [record_only]", f"unit: percent\n            lists: {percent_on}"
        )
        text = text if percent_on == "[record_only]" else changed(text, "  record_only: {title: Record only}\n", "")
        assert read(text).measures["R1"].kind is Kind.RECORDED

    def test_an_index_of_none_keeps_any_decimals(self) -> None:
        assert read(LATER).measures["B2"].unit_value == Decimal("0.445")

    def test_a_forecast_is_marked(self) -> None:
        text = changed(LATER, "price_year: 2021\n", "price_year: 2025\n")
        text = changed(text, 'value: "11579.41"', 'value: "13800.37"')
        text = changed(text, "index: deflator\n", "index: deflator\n              forecast: true\n")
        assert read(text).measures["B1"].unit_value == Decimal("13800.37")

    def test_a_forecast_that_is_not_marked_is_a_fault(self) -> None:
        text = changed(LATER, "price_year: 2021\n", "price_year: 2025\n")
        text = changed(text, 'value: "11579.41"', 'value: "13800.37"')
        version, problems = load_version(name="f.yaml", data=text.encode(), indices=INDICES)
        assert version is None
        assert [(problem.path, problem.seen, problem.wanted) for problem in problems] == [
            (
                "themes[1].outcomes[1].measures[1].value_basis.forecast",
                "false",
                "true, since a year lies after the last outturn of the index",
            )
        ]

    def test_a_draft_and_a_withdrawn_version_are_read_too(self) -> None:
        for status in ("draft", "withdrawn"):
            assert read(changed(LATER, "status: released", f"status: {status}")).status == status


class TestAFolder:
    def write(self, root: Path, **texts: str) -> Path:
        for name, text in texts.items():
            file = root / name.replace("__", "/").replace("_", ".")
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
        return root

    def test_every_version_of_every_set_in_the_order_of_names(self, tmp_path: Path) -> None:
        other = changed(EARLIER, "id: sample", "id: other")
        self.write(tmp_path, sample__2021_1_yaml=LATER, sample__2018_1_yaml=EARLIER, other__2018_1_yaml=other)
        (tmp_path / "CHANGES.md").write_text("not a version")
        files = load_folder(tmp_path, indices=INDICES)
        assert [(file.set_id, file.version_name) for file in files] == [
            ("other", "2018.1"),
            ("sample", "2018.1"),
            ("sample", "2021.1"),
        ]
        assert all(file.version is not None for file in files)
        assert files[2].data == LATER.encode()

    def test_one_file_is_checked_against_the_one_beside_it(self, tmp_path: Path) -> None:
        later = changed(LATER, "ref: A6, reason", "ref: A9, reason")
        self.write(tmp_path, sample__2021_1_yaml=later, sample__2018_1_yaml=EARLIER)
        (found,) = load_paths([tmp_path / "sample" / "2021.1.yaml"], indices=INDICES)
        assert {problem.path for problem in found.problems} == {"dropped", "dropped[1].ref"}

    def test_a_folder_of_one_set(self, tmp_path: Path) -> None:
        self.write(tmp_path, sample__2021_1_yaml=LATER, sample__2018_1_yaml=EARLIER)
        assert len(load_paths([tmp_path / "sample"], indices=INDICES)) == 2

    def test_paths_that_meet_are_read_once(self, tmp_path: Path) -> None:
        self.write(tmp_path, sample__2018_1_yaml=EARLIER)
        paths = [tmp_path, tmp_path / "sample", tmp_path / "sample" / "2018.1.yaml"]
        assert len(load_paths(paths, indices=INDICES)) == 1

    def test_a_file_that_is_not_there(self, tmp_path: Path) -> None:
        (found,) = load_paths([tmp_path / "nothing.yaml"], indices=INDICES)
        assert found.version is None
        assert [problem.seen for problem in found.problems] == ["no such file"]

    def test_a_fault_in_the_superseded_version_leaves_the_later_one_usable(self, tmp_path: Path) -> None:
        self.write(
            tmp_path,
            sample__2021_1_yaml=LATER,
            sample__2018_1_yaml=changed(EARLIER, 'value: "10798.47"', 'value: "10798.48"'),
        )
        earlier, later = load_folder(tmp_path, indices=INDICES)
        assert earlier.version is None
        assert later.version is not None

    def test_an_unreadable_superseded_version_is_named(self, tmp_path: Path) -> None:
        self.write(tmp_path, sample__2021_1_yaml=LATER, sample__2018_1_yaml="id: [")
        later = load_folder(tmp_path, indices=INDICES)[1]
        assert later.version is None
        assert [(problem.path, problem.seen) for problem in later.problems] == [
            ("supersedes", "“2018.1”, whose file cannot be read")
        ]

    def test_versions_in_a_circle(self, tmp_path: Path) -> None:
        earlier = changed(EARLIER, "supersedes: null", 'supersedes: "2021.1"')
        self.write(tmp_path, sample__2021_1_yaml=LATER, sample__2018_1_yaml=earlier)
        for file in load_folder(tmp_path, indices=INDICES):
            assert any(problem.seen.startswith("a circle: ") for problem in file.problems)

    def test_measures_that_replace_something_where_nothing_is_superseded(self, tmp_path: Path) -> None:
        self.write(tmp_path, sample__2021_1_yaml=changed(LATER, 'supersedes: "2018.1"', "supersedes: null"))
        (found,) = load_folder(tmp_path, indices=INDICES)
        assert len(found.problems) == 7
        assert {problem.wanted for problem in found.problems} == {"nothing, since the version supersedes none"}


class TestProperties:
    @given(st.binary(max_size=300))
    def test_no_bytes_raise(self, data: bytes) -> None:
        version, problems = load_version(name="f.yaml", data=data, indices=INDICES)
        assert version is None
        assert problems

    @given(st.data())
    def test_a_file_with_a_line_taken_away_or_cut_never_raises(self, data: st.DataObject) -> None:
        lines = LATER.splitlines(keepends=True)
        where = data.draw(st.integers(min_value=0, max_value=len(lines) - 1))
        length = data.draw(st.integers(min_value=0, max_value=len(lines[where])))
        text = "".join([*lines[:where], lines[where][:length], *lines[where + 1 :]])
        version, problems = load_version(name="f.yaml", data=text.encode(), indices=INDICES)
        assert (version is None) == bool(problems)
