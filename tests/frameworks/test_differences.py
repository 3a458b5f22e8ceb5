"""What differs between two versions, also at a distance, and between a released version and a changed file."""

from dataclasses import fields, replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from svtracker.frameworks.rules.diff import (
    Added,
    LocalityChanged,
    Moved,
    Regrouped,
    Removed,
    Renamed,
    Revalued,
    UnitChanged,
    changes_between_files,
    difference,
    percent_change,
)
from svtracker.frameworks.rules.values import (
    Category,
    Dropped,
    DropReason,
    How,
    Kind,
    ListName,
    Locality,
    Measure,
    Replacement,
    Version,
)
from svtracker.kernel.units import Unit
from tests.frameworks.sample_set import EARLIER, LATER, changed, read

OLD = read(EARLIER)
NEW = read(LATER)


def following(version: Version, *, name: str, **measures: str) -> Version:
    """A version that keeps the measures named, under new references (`old="new"`)."""
    kept = [
        replace(
            version.measures[old],
            ref=new,
            replaces=(Replacement(version=version.version, ref=old, how=How.SAME, reason=""),),
            also_counts_in=(),
            never_with=(),
        )
        for old, new in measures.items()
    ]
    return with_measures(
        replace(
            version,
            version=name,
            supersedes=version.version,
            dropped=tuple(
                Dropped(version=version.version, ref=ref, reason=DropReason.DUPLICATE, note=f"left with {name}")
                for ref in version.measures
                if ref not in measures
            ),
        ),
        kept,
    )


def with_measures(version: Version, measures: list[Measure]) -> Version:
    theme = version.themes[0]
    outcome = replace(theme.outcomes[0], measures=tuple(measures))
    return replace(version, themes=(replace(theme, outcomes=(outcome,)),))


class TestTwoVersions:
    found = difference(OLD, NEW)

    def test_counts(self) -> None:
        assert self.found.counts == {ListName.MAIN: (6, 7), ListName.LITE: (0, 1), ListName.RECORD_ONLY: (0, 1)}
        assert (self.found.from_version, self.found.to_version) == ("sample@2018.1", "sample@2021.1")

    def test_matched_through_replaces(self) -> None:
        assert self.found.same == (("A1", "B1"), ("A5", "B3"))

    def test_added_and_removed(self) -> None:
        assert self.found.added == (
            Added(ref="B2", title="Spend with local suppliers"),
            Added(ref="R1", title="Share of local staff"),
            Added(ref="R2", title="How staff are treated"),
        )
        assert self.found.removed == (
            Removed(ref="A6", title="Work placements", reason=DropReason.NEVER_USED, note="in no tender"),
        )

    def test_renamed(self) -> None:
        assert self.found.renamed == (
            Renamed(ref="B1", old_ref="A1", from_title="Local jobs", to_title="Local people employed"),
            Renamed(ref="B3", old_ref="A5", from_title="Trees planted", to_title="Trees looked after"),
        )

    def test_revalued(self) -> None:
        assert self.found.revalued == (
            Revalued(
                ref="B1",
                old_ref="A1",
                from_value=Decimal("10798.47"),
                to_value=Decimal("11579.41"),
                percent=Decimal("7.23"),
            ),
        )

    def test_moved_and_locality(self) -> None:
        assert self.found.moved == (
            Moved(ref="B1", old_ref="A1", from_lists=(ListName.MAIN,), to_lists=(ListName.MAIN, ListName.LITE)),
        )
        assert self.found.locality_changed == (
            LocalityChanged(ref="B3", old_ref="A5", from_locality=Locality.LOCAL, to_locality=Locality.ANYWHERE),
        )
        assert self.found.unit_changed == ()

    def test_split_and_merged_are_listed_and_not_compared(self) -> None:
        assert self.found.regrouped == (
            Regrouped(how=How.SPLIT, old_refs=("A2",), refs=("B5", "B6")),
            Regrouped(how=How.MERGE, old_refs=("A3", "A4"), refs=("B4",)),
        )

    def test_another_unit_and_a_value_that_appears_or_goes(self) -> None:
        kept = following(OLD, name="2019.1", A1="A1", A2="A2")
        jobs, weeks = kept.measures.values()
        later = with_measures(
            kept,
            [
                replace(jobs, unit_value=None, kind=Kind.RECORDED),
                replace(weeks, unit_value=Decimal("5.00"), unit=Unit.PERSON_HOUR),
            ],
        )
        found = difference(OLD, later)
        assert found.revalued == (
            Revalued(ref="A1", old_ref="A1", from_value=Decimal("10798.47"), to_value=None, percent=None),
            Revalued(ref="A2", old_ref="A2", from_value=None, to_value=Decimal("5.00"), percent=None),
        )
        assert found.unit_changed == (
            UnitChanged(ref="A2", old_ref="A2", from_unit=Unit.PERSON_WEEK, to_unit=Unit.PERSON_HOUR),
        )

    def test_the_same_lists_in_another_order_are_no_move(self) -> None:
        kept = following(NEW, name="2022.1", B1="B1")
        turned = with_measures(kept, [replace(kept.measures["B1"], lists=(ListName.LITE, ListName.MAIN))])
        assert difference(NEW, turned).moved == ()

    def test_backwards(self) -> None:
        found = difference(NEW, OLD)
        assert found.same == (("B1", "A1"), ("B3", "A5"))
        assert [removed.ref for removed in found.removed] == ["B2", "R1", "R2"]
        assert {removed.reason for removed in found.removed} == {None}
        assert [added.ref for added in found.added] == ["A6"]
        assert found.regrouped == (
            Regrouped(how=How.SPLIT, old_refs=("B4",), refs=("A3", "A4")),
            Regrouped(how=How.MERGE, old_refs=("B5", "B6"), refs=("A2",)),
        )


class TestAtADistance:
    middle = following(OLD, name="2019.1", A1="M1", A2="M2", A3="M3")
    last = following(middle, name="2020.1", M1="L1", M2="L2")

    def test_through_the_versions_between(self) -> None:
        found = difference(OLD, self.last, between=[NEW, self.middle])
        assert found.same == (("A1", "L1"), ("A2", "L2"))
        assert [(removed.ref, removed.note) for removed in found.removed] == [
            ("A3", "left with 2020.1"),
            ("A4", "left with 2019.1"),
            ("A5", "left with 2019.1"),
            ("A6", "left with 2019.1"),
        ]

    def test_a_split_stays_a_split_at_a_distance(self) -> None:
        last = following(NEW, name="2022.1", B1="C1", B5="C5", B6="C6", B4="C4")
        assert difference(OLD, last, between=[NEW]).regrouped == (
            Regrouped(how=How.SPLIT, old_refs=("A2",), refs=("C5", "C6")),
            Regrouped(how=How.MERGE, old_refs=("A3", "A4"), refs=("C4",)),
        )

    def test_without_them_equal_references_are_matched(self) -> None:
        renumbered = replace(self.last, supersedes="2019.9")
        assert difference(OLD, renumbered).same == ()
        kept = replace(following(OLD, name="2020.1", A1="A1", A2="A2"), supersedes="2019.9")
        found = difference(OLD, kept)
        assert found.same == (("A1", "A1"), ("A2", "A2"))
        assert {removed.reason for removed in found.removed} == {None}

    def test_versions_of_two_sets_share_nothing(self) -> None:
        found = difference(OLD, replace(OLD, set_id="other"))
        assert (len(found.added), len(found.removed), found.same) == (6, 6, ())

    def test_versions_in_a_circle_come_to_an_end(self) -> None:
        first = replace(OLD, supersedes="2019.1")
        assert difference(OLD, replace(NEW, supersedes="2017.1"), between=[first, self.middle]).same == ()


class TestPercentChange:
    @pytest.mark.parametrize(
        ("before", "after", "percent"),
        [
            ("9800", "10094", "3.00"),
            ("10094", "9800", "-2.91"),
            ("1.00", "1.00", "0.00"),
            ("3", "2", "-33.33"),
            ("80000", "80004", "0.01"),
            ("80000", "79996", "-0.01"),
        ],
    )
    def test_half_up_to_two_decimals(self, before: str, after: str, percent: str) -> None:
        assert str(percent_change(before=Decimal(before), after=Decimal(after))) == percent


class TestChangesBetweenFiles:
    @pytest.mark.parametrize(
        ("old", "new", "change"),
        [
            ('range: {low: "9000"', 'range: {low: "9001"', "B1 value basis range low: was 9000, is now 9001"),
            (
                "title: Local people employed\n",
                "title: Locals\n",
                "B1 title: was “Local people employed”, is now “Locals”",
            ),
            ("lists: [main, lite]", "lists: [lite, main]", "B1 lists: was [main, lite], is now [lite, main]"),
            ("aliases: [NT1]", "aliases: []", "B1 aliases: was [NT1], is now []"),
            ("first_year_only: true", "first_year_only: false", "B1 first year only: was true, is now false"),
            ("2026-03-31}", "2026-03-30}", "valid to: was 2026-03-31, is now 2026-03-30"),
            ("status: released", "status: withdrawn", "status: was “released”, is now “withdrawn”"),
            ("note: in no tender", "note: other", "dropped A6 note: was “in no tender”, is now “other”"),
            ("title: Jobs\n", "title: Work\n", "theme JOBS title: was “Jobs”, is now “Work”"),
            ("title: Learning\n", "title: School\n", "outcome JOBS2 title: was “Learning”, is now “School”"),
            (
                "A price list, licence: no statement",
                "A price list, licence: OGL",
                "sources price-list licence: was “no statement”, is now “OGL”",
            ),
            (
                'main: {title: Main list, contract_value: {from: "100000"}}',
                "main: {title: Main list}",
                "lists main contract value from: was 100000, is now nothing",
            ),
            (
                "ref: A5, how: same, reason: kept",
                "ref: A5, how: same, reason: ''",
                "B3 replaces A5 reason: was “kept”, is now an empty text",
            ),
        ],
    )
    def test_one_change_is_one_sentence(self, old: str, new: str, change: str) -> None:
        assert changes_between_files(NEW, read(changed(LATER, old, new))) == (change,)

    def test_a_figure(self) -> None:
        measure = replace(NEW.measures["B1"], unit_value=Decimal("11579.42"))
        outcome = replace(NEW.themes[0].outcomes[0], measures=(measure, *NEW.themes[0].outcomes[0].measures[1:]))
        theme = replace(NEW.themes[0], outcomes=(outcome, *NEW.themes[0].outcomes[1:]))
        assert changes_between_files(NEW, replace(NEW, themes=(theme, *NEW.themes[1:]))) == (
            "B1 unit value: was 11579.41, is now 11579.42",
        )

    @pytest.mark.parametrize(
        ("old", "new"),
        [
            ("id: sample\n", "# a comment\nid: sample\n"),
            ("aliases: [NT1]", 'aliases: ["NT1"]'),
            ('value: "11579.41"', 'value: "11579.410"'),
        ],
    )
    def test_other_bytes_and_no_other_figure(self, old: str, new: str) -> None:
        other = read(changed(LATER, old, new))
        assert other.sha256 != NEW.sha256
        assert changes_between_files(NEW, other) == ()

    def test_a_measure_that_came_or_went(self) -> None:
        without = read(changed(EARLIER, EARLIER[EARLIER.index("          - ref: A6") :], ""))
        gone = changes_between_files(OLD, without)
        assert gone[0] == ("outcome JOBS1 measures: was [A1, A2, A3, A4, A5, A6], is now [A1, A2, A3, A4, A5]")
        assert "A6 title: was “Work placements”, is gone" in gone
        assert "A6 title: is new, “Work placements”" in changes_between_files(without, OLD)

    def test_two_entries_of_one_name_are_told_apart(self) -> None:
        def twice(how: How) -> Version:
            replaced = [Replacement(version="1", ref="Z", how=each, reason="") for each in (how, How.SAME)]
            return with_measures(OLD, [replace(OLD.measures["A1"], replaces=tuple(replaced))])

        assert changes_between_files(twice(How.SPLIT), twice(How.MERGE)) == (
            "A1 replaces Z how: was “split”, is now “merge”",
        )

    def test_two_measures_that_changed_places(self) -> None:
        first, second, *others = OLD.themes[0].outcomes[0].measures
        assert changes_between_files(OLD, with_measures(OLD, [second, first, *others])) == (
            "outcome JOBS1 measures: was [A1, A2, A3, A4, A5, A6], is now [A2, A1, A3, A4, A5, A6]",
        )

    @pytest.mark.parametrize("name", [field.name for field in fields(Measure) if field.name != "ref"])
    def test_no_field_of_a_measure_is_forgotten(self, name: str) -> None:
        other = {
            "unit": Unit.TONNE,
            "lists": (),
            "category": Category.ENVIRONMENTAL,
            "locality": Locality.ANYWHERE,
            "kind": Kind.NARRATIVE,
            "unit_value": Decimal(7),
            "value_basis": None,
            "replaces": (Replacement(version="1", ref="Z", how=How.MERGE, reason=""),),
            "aliases": ("Z",),
            "first_year_only": True,
            "also_counts_in": ("Z",),
            "never_with": ("Z",),
            "weighting": "required",
        }.get(name, "other words")
        first, *others = OLD.themes[0].outcomes[0].measures
        changes = changes_between_files(OLD, with_measures(OLD, [replace(first, **{name: other}), *others]))
        assert changes
        assert all(change.startswith(f"A1 {name.replace('_', ' ')}") for change in changes)

    @pytest.mark.parametrize(
        "name", [field.name for field in fields(Version) if field.name not in {"themes", "sha256"}]
    )
    def test_no_field_of_a_version_is_forgotten(self, name: str) -> None:
        assert changes_between_files(NEW, replace(NEW, **{name: ()}))


REFERENCES = ["P", "Q", "R", "S", "T"]
MEASURES = st.builds(
    Measure,
    ref=st.just(""),
    title=st.sampled_from(["one", "two"]),
    counts=st.just("c"),
    unit=st.sampled_from([Unit.ITEM, Unit.MILE]),
    lists=st.sampled_from([(ListName.MAIN,), (ListName.MAIN, ListName.LITE), (ListName.RECORD_ONLY,)]),
    category=st.sampled_from(Category),
    locality=st.sampled_from(Locality),
    evidence=st.just("e"),
    kind=st.just(Kind.VALUED),
    unit_value=st.none() | st.decimals(min_value="0.01", max_value="99", places=2),
    value_basis=st.none(),
    replaces=st.lists(
        st.builds(
            Replacement,
            version=st.just("2018.1"),
            ref=st.sampled_from(REFERENCES),
            how=st.sampled_from(How),
            reason=st.just(""),
        ),
        max_size=3,
    ).map(tuple),
)


@st.composite
def versions(draw: st.DrawFn, name: str, supersedes: str | None) -> Version:
    refs = draw(st.lists(st.sampled_from(REFERENCES), unique=True, min_size=1))
    measures = [replace(draw(MEASURES), ref=ref) for ref in refs]
    return with_measures(replace(OLD, version=name, supersedes=supersedes, dropped=()), measures)


class TestProperties:
    @given(versions("2018.1", None))
    def test_a_version_does_not_differ_from_itself(self, version: Version) -> None:
        found = difference(version, version)
        assert found.same == tuple((ref, ref) for ref in version.measures)
        lists = (found.added, found.removed, found.renamed, found.revalued, found.moved, found.regrouped)
        assert lists == ((),) * 6
        assert (found.unit_changed, found.locality_changed) == ((), ())
        assert all(before == after for before, after in found.counts.values())
        assert changes_between_files(version, replace(version, sha256="other")) == ()

    @given(versions("2018.1", None), versions("2021.1", "2018.1"))
    def test_every_measure_of_both_stands_somewhere(self, old: Version, new: Version) -> None:
        found = difference(old, new)
        matched_old = {before for before, _ in found.same} | {
            ref for group in found.regrouped for ref in group.old_refs
        }
        matched_new = {after for _, after in found.same} | {ref for group in found.regrouped for ref in group.refs}
        assert matched_old | {removed.ref for removed in found.removed} == set(old.measures)
        assert matched_new | {added.ref for added in found.added} == set(new.measures)
        assert not matched_old & {removed.ref for removed in found.removed}
        assert not matched_new & {added.ref for added in found.added}
        for name, (before, after) in found.counts.items():
            assert (before, after) == (old.count(name), new.count(name))

    @given(versions("2018.1", None), versions("2021.1", "2018.1"))
    def test_backwards_is_the_mirror_image(self, old: Version, new: Version) -> None:
        there, back = difference(old, new), difference(new, old)
        assert {(after, before) for before, after in there.same} == set(back.same)
        assert [added.ref for added in there.added] == [removed.ref for removed in back.removed]

    @given(versions("2018.1", None), versions("2018.1", None))
    def test_no_change_is_said_exactly_where_nothing_differs(self, old: Version, new: Version) -> None:
        assert (changes_between_files(old, new) == ()) == (old == new)
