"""What our measure sets promise: sizes, lists, topics, wording, succession, and a story that agrees with them."""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

from svtracker.frameworks.loader import VersionFile, load_folder
from svtracker.frameworks.rules.values import (
    DropReason,
    How,
    Kind,
    ListName,
    Locality,
    Measure,
    Replacement,
    Status,
    ValueBasis,
    Version,
    Weighting,
)
from svtracker.kernel.units import Unit
from svtracker.registers.loader import load_reference

PROJECT = Path(__file__).parents[2]
FOLDER = PROJECT / "frameworks" / "open-toms"
NAMES = ("2018.1", "2021.1", "2026.1")
STEPS = (("2018.1", "2021.1"), ("2021.1", "2026.1"))


@cache
def files() -> dict[str, VersionFile]:
    reference = load_reference(PROJECT / "data" / "reference")
    assert reference.problems == ()
    return {file.version_name: file for file in load_folder(FOLDER, indices=reference.indices)}


def own(name: str) -> Version:
    version = files()[name].version
    assert version is not None, "\n".join(map(str, files()[name].problems))
    return version


def on(version: Version, name: ListName) -> set[str]:
    return {ref for ref, measure in version.measures.items() if name in measure.lists}


def one_line(text: str) -> str:
    return " ".join(text.split())


class Step(NamedTuple):
    """A measure with one that it replaces."""

    old: Measure
    new: Measure
    replacement: Replacement


def steps(old: str, new: str) -> list[Step]:
    before, after = own(old), own(new)
    return [
        Step(old=before.measures[replacement.ref], new=measure, replacement=replacement)
        for measure in after.measures.values()
        for replacement in measure.replaces
    ]


# --- the files --------------------------------------------------------------------------------------------------------


def test_the_files_pass_every_check_of_the_project() -> None:
    assert {name: file.problems for name, file in files().items()} == dict.fromkeys(NAMES, ())


@pytest.mark.parametrize("name", NAMES)
def test_a_released_version_under_an_open_licence(name: str) -> None:
    version = own(name)
    assert (version.set_id, version.status, version.licence) == ("open-toms", Status.RELEASED, "CC-BY-4.0")
    assert version.price_year == int(name[:4]) == version.valid_from.year


def test_one_version_follows_the_other_without_a_gap() -> None:
    assert [own(name).supersedes for name in NAMES] == [None, "2018.1", "2021.1"]
    for old, new in STEPS:
        ended = own(old).valid_to
        assert ended is not None
        assert (own(new).valid_from - ended).days == 1
    assert own("2026.1").valid_to is None


# --- sizes and lists --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "main", "lite", "record_only"), [("2018.1", 46, 22, 9), ("2021.1", 34, 16, 3), ("2026.1", 34, 16, 3)]
)
def test_sizes(name: str, main: int, lite: int, record_only: int) -> None:
    version = own(name)
    on_main, on_lite, on_record = (on(version, listed) for listed in ListName)
    assert (len(on_main), len(on_lite), len(on_record)) == (main, lite, record_only)
    assert on_lite < on_main
    assert not on_main & on_record
    assert on_main | on_record == set(version.measures)
    assert len(version.measures) == main + record_only


@pytest.mark.parametrize("name", NAMES)
def test_five_themes_and_two_measures_or_more_in_each_outcome(name: str) -> None:
    themes = own(name).themes
    assert [theme.title for theme in themes] == [
        "Jobs and skills",
        "Local and responsible business",
        "Stronger communities",
        "Environment",
        "Innovation",
    ]
    for theme in themes:
        assert theme.outcomes
        for outcome in theme.outcomes:
            assert len(outcome.measures) >= 2, outcome.id


@pytest.mark.parametrize("name", NAMES)
def test_main_and_lite_cover_every_contract_value_once(name: str) -> None:
    bounds = {listed.name: (listed.contract_value_from, listed.contract_value_below) for listed in own(name).lists}
    assert bounds == {
        ListName.MAIN: (Decimal(100_000), None),
        ListName.LITE: (None, Decimal(100_000)),
        ListName.RECORD_ONLY: (None, None),
    }


# --- values -----------------------------------------------------------------------------------------------------------


def test_values_of_the_first_version_come_from_many_rows() -> None:
    version = own("2018.1")
    measures = [version.measures[ref] for ref in on(version, ListName.MAIN)]
    cited = [m.value_basis for m in measures if m.value_basis is not None and m.unit_value != 1]
    assert len(cited) == 28  # at least 20
    assert len({(basis.source, basis.at) for basis in cited}) == 18  # at least 6
    assert len({basis.source for basis in cited}) == 6  # at least 4
    assert sum(m.unit in {Unit.GBP_SPENT, Unit.GBP_INVESTED} for m in measures) == 7  # at most 12


@pytest.mark.parametrize("name", NAMES)
def test_kinds_follow_list_and_unit(name: str) -> None:
    for ref, measure in own(name).measures.items():
        never_valued = ListName.RECORD_ONLY in measure.lists or measure.unit in {Unit.PERCENT, Unit.TEXT}
        if never_valued:
            assert measure.kind is not Kind.VALUED, ref
        assert (measure.kind is Kind.VALUED) == (measure.unit_value is not None), ref
        assert (measure.kind is Kind.NARRATIVE) == (measure.unit is Unit.TEXT), ref


def test_forecasts_are_marked() -> None:
    forecast = {
        name: {ref for ref, m in own(name).measures.items() if m.value_basis is not None and m.value_basis.forecast}
        for name in NAMES
    }
    assert forecast["2018.1"] == forecast["2021.1"] == {"J1", "J2"}  # pay of 2024-25, a year of the forecast
    measures = own("2026.1").measures
    assert forecast["2026.1"] == {
        ref for ref, m in measures.items() if m.value_basis is not None and m.value_basis.index != "none"
    }
    assert len(forecast["2026.1"]) == 16


@pytest.mark.parametrize(
    ("name", "refs"), [("2018.1", []), ("2021.1", ["J2", "B2", "B3"]), ("2026.1", ["J2", "B2", "B3"])]
)
def test_a_few_measures_count_only_where_a_tender_weights_them(name: str, refs: list[str]) -> None:
    measures = own(name).measures
    assert [ref for ref, measure in measures.items() if measure.weighting is Weighting.REQUIRED] == refs
    assert all(measures[ref].kind is Kind.VALUED for ref in refs)


# --- wording ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("text_of", [lambda m: m.title, lambda m: m.counts, lambda m: m.evidence])
def test_no_two_measures_share_a_text(name: str, text_of: Callable[[Measure], str]) -> None:
    texts = Counter(one_line(text_of(measure)).casefold().rstrip(".") for measure in own(name).measures.values())
    assert [text for text, times in texts.items() if times > 1] == []
    assert all(texts)


@pytest.mark.parametrize("name", NAMES)
def test_counts_says_what_counts_and_what_does_not(name: str) -> None:
    for ref, measure in own(name).measures.items():
        sentences = re.split(r"(?<=[.])\s+(?=[A-Z])", one_line(measure.counts))
        assert 2 <= len(sentences) <= 3, ref
        assert re.match(r"(Count|Give|Describe) ", sentences[0]), ref
        assert re.match(r"Do not count\b.{12}", sentences[-1]), ref
        assert all(sentence.endswith(".") for sentence in sentences), ref


@pytest.mark.parametrize("name", NAMES)
def test_a_measure_limited_to_the_local_area_says_so_and_no_other_does(name: str) -> None:
    for ref, measure in own(name).measures.items():
        says_local = re.search(r"\blocal\b|neighbourhood", one_line(measure.counts)) is not None
        assert says_local == (measure.locality is Locality.LOCAL), ref


@pytest.mark.parametrize("name", NAMES)
def test_nothing_counts_for_where_a_firm_is_based(name: str) -> None:
    for ref, measure in own(name).measures.items():
        assert "local supplier" not in f"{measure.title} {one_line(measure.counts)}".casefold(), ref
        if measure.unit is Unit.GBP_SPENT:
            assert re.search(r"(work|grown|made)\b.*\blocal area", one_line(measure.counts)), ref


def test_people_out_of_work_for_a_year_are_on_the_benefit_that_the_value_is_of() -> None:
    for name, ref in (("2018.1", "J4"), ("2021.1", "J3"), ("2026.1", "J3")):
        measure = own(name).measures[ref]
        assert measure.value_basis is not None
        assert measure.value_basis.at == "E&E1.0"
        assert "unemployment benefit (jobseeker's allowance, or" in one_line(measure.counts)
    for name in ("2021.1", "2026.1"):
        excluded = one_line(own(name).measures["J3"].counts).partition("Do not count")[2]
        assert "employment and support allowance" in excluded


TOPICS = {
    "living wage": "real living wage",
    "prompt payment": r"subcontractors.*paid within 30 days|paid within 30 days.*subcontractors",
    "subcontract opportunities advertised locally": r"subcontract opportunities advertised locally",
    "equality": r"equality at work.*under-represented",
    "care leavers": "care leavers taken on",
    "veterans": "veterans taken on",
    "apprenticeships at level 2": r"apprenticeships completed at level 2\b",
    "apprenticeships at level 3": r"apprenticeships completed at level 3\b",
    "work placements": "work placements",
    "schools": r"school.*careers talks",
    "volunteering": r"volunteering in the community",
    "community space": r"community space",
    "carbon": r"tonnes of carbon dioxide equivalent",
    "waste": r"recycling or composting|recycled or composted",
    "travel": r"walk, cycle",
    "fleet": r"\bfleet\b",
    "biodiversity": "biodiversity",
    "innovation": "innovation",
}


@pytest.mark.parametrize("name", NAMES)
def test_the_topics_that_belong_in_it(name: str) -> None:
    texts = [one_line(f"{m.title}: {m.counts}").casefold() for m in own(name).measures.values()]
    assert [topic for topic, words in TOPICS.items() if not any(re.search(words, text) for text in texts)] == []


def test_apprenticeships_have_their_level_in_the_title() -> None:
    titles = {
        name: [m.title for m in own(name).measures.values() if "pprenticeships" in m.title]
        for name in ("2018.1", "2021.1")
    }
    assert [re.findall(r"level \d", title) for title in titles["2018.1"]] == [["level 2"], ["level 3"]]
    assert [re.findall(r"level \d", title) for title in titles["2021.1"]] == [["level 2"], ["level 3"], ["level 4"]]


# --- overlaps ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
def test_what_never_counts_with_another_says_so_on_both_sides(name: str) -> None:
    measures = own(name).measures
    pairs = {(ref, other) for ref, measure in measures.items() for other in measure.never_with}
    assert pairs == {(other, ref) for ref, other in pairs}
    assert pairs


@pytest.mark.parametrize("name", NAMES)
def test_a_hire_counts_as_a_local_job_too_and_under_one_heading_only(name: str) -> None:
    measures = own(name).measures
    hires = {ref for ref, measure in measures.items() if measure.first_year_only}
    assert len(hires) == {"2018.1": 7, "2021.1": 6, "2026.1": 6}[name]
    for ref in hires:
        assert measures[ref].unit is Unit.FTE_YEAR
        assert measures[ref].also_counts_in == ("J1",)
        assert set(measures[ref].never_with) == hires - {ref}


@pytest.mark.parametrize("name", NAMES)
def test_wages_in_the_supply_chain_are_not_counted_as_local_spend_too(name: str) -> None:
    measures = own(name).measures
    spend = {ref for ref, measure in measures.items() if measure.unit is Unit.GBP_SPENT}
    assert len(spend) == {"2018.1": 4, "2021.1": 3, "2026.1": 3}[name]
    for ref in spend:
        assert set(measures[ref].never_with) == {*spend, "J2"} - {ref}
    assert set(measures["J2"].never_with) == {*spend, "J1"}


@pytest.mark.parametrize("name", NAMES)
def test_an_hour_of_volunteering_is_counted_under_one_heading(name: str) -> None:
    measures = own(name).measures
    (volunteering,) = (ref for ref, measure in measures.items() if "volunteering" in measure.title)
    hours = {ref for ref, measure in measures.items() if measure.unit is Unit.STAFF_HOUR} - {volunteering}
    assert hours < set(measures[volunteering].never_with)


# --- succession -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("old", "new", "dropped"), [("2018.1", "2021.1", 15), ("2021.1", "2026.1", 0)])
def test_every_measure_is_replaced_or_dropped_once(old: str, new: str, dropped: int) -> None:
    after = own(new)
    ways: dict[str, list[How]] = {ref: [] for ref in own(old).measures}
    for measure in after.measures.values():
        for replacement in measure.replaces:
            assert replacement.version == old
            ways[replacement.ref].append(replacement.how)
    gone = [entry.ref for entry in after.dropped]
    assert len(gone) == len(set(gone)) == dropped
    for ref, hows in ways.items():
        if ref in gone:
            assert hows == []
        elif len(hows) > 1:
            assert set(hows) == {How.SPLIT}
        else:
            assert hows in ([How.SAME], [How.MERGE])
    for entry in after.dropped:
        assert entry.version == old
        assert entry.reason in DropReason
        assert entry.note
    assert all(measure.replaces for measure in after.measures.values())


def test_each_reason_for_dropping_is_used() -> None:
    assert {entry.reason for entry in own("2021.1").dropped} == set(DropReason)


def test_some_measures_are_no_longer_limited_to_the_local_area() -> None:
    opened = [(s.old.ref, s.new.ref) for s in steps("2018.1", "2021.1") if s.old.locality is not s.new.locality]
    assert all(own("2021.1").measures[new].locality is Locality.ANYWHERE for _, new in opened)
    assert opened == [
        ("J7", "J6"),
        ("J8", "J7"),
        ("E1", "E1"),
        ("E1", "E2"),
        ("E3", "E3"),
        ("E5", "E4"),
        ("E6", "E4"),
        ("I1", "I1"),
    ]


def said_to_be_as_it_was(measure: Measure) -> tuple[object, ...]:
    """Everything of a measure that a reader would call a change."""
    return (
        measure.title,
        one_line(measure.counts),
        one_line(measure.evidence),
        measure.unit,
        measure.lists,
        measure.category,
        measure.locality,
        measure.kind,
        measure.unit_value,
        measure.first_year_only,
        measure.weighting,
    )


@pytest.mark.parametrize(("old", "new"), STEPS)
def test_what_changed_is_said_and_what_is_said_has_changed(old: str, new: str) -> None:
    for step in steps(old, new):
        same = said_to_be_as_it_was(step.old) == said_to_be_as_it_was(step.new)
        assert same == (step.new.changed == ""), f"{new} {step.new.ref}"
        assert same == (step.replacement.reason == "Kept as it was."), f"{new} {step.new.ref}"


@pytest.mark.parametrize("kind", ["also_counts_in", "never_with"])
@pytest.mark.parametrize(("old", "new"), STEPS)
def test_an_overlap_that_is_new_or_gone_is_told(old: str, new: str, kind: str) -> None:
    before, after = own(old).measures, own(new).measures
    became: dict[str, set[str]] = {}
    for step in steps(old, new):
        became.setdefault(step.old.ref, set()).add(step.new.ref)
    for ref, measure in after.items():
        carried_on = {
            successor
            for replacement in measure.replaces
            for other in getattr(before[replacement.ref], kind)
            for successor in became.get(other, ())
        }
        different = (carried_on - {ref}) ^ set(getattr(measure, kind))
        assert different <= set(re.findall(r"\b[A-Z]\d+\b", measure.changed)), f"{new} {ref} {kind}"


@pytest.mark.parametrize(("old", "new", "told"), [("2018.1", "2021.1", 19), ("2021.1", "2026.1", 20)])
def test_the_values_told_in_a_change_are_those_of_the_files(old: str, new: str, told: int) -> None:
    found = 0
    for measure in own(new).measures.values():
        for before, after in re.findall(r"£([\d,.]*\d) to £([\d,.]*\d)", one_line(measure.changed)):
            first = own(old).measures[measure.replaces[0].ref]
            assert (amount(before), amount(after)) == (first.unit_value, measure.unit_value), measure.ref
            found += 1
    assert found == told


def test_2026_changes_values_and_nothing_else() -> None:
    before, after = own("2021.1"), own("2026.1")
    assert list(before.measures) == list(after.measures)
    assert before.dropped
    assert after.dropped == ()

    def without_values(version: Version) -> list[object]:
        return [
            (
                theme.id,
                theme.title,
                outcome.id,
                outcome.title,
                replace(measure, unit_value=None, value_basis=None, replaces=(), changed=""),
            )
            for theme in version.themes
            for outcome in theme.outcomes
            for measure in outcome.measures
        ]

    assert without_values(before) == without_values(after)
    for ref, measure in after.measures.items():
        (replacement,) = measure.replaces
        assert (replacement.version, replacement.ref, replacement.how) == ("2021.1", ref, How.SAME)


# --- the story told in CHANGES.md -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A table of the story, with the heading and the words above it."""

    heading: str
    columns: tuple[str, ...]
    rows: list[tuple[str, ...]]


@cache
def story() -> str:
    return (PROJECT / "frameworks" / "CHANGES.md").read_text(encoding="utf-8")


def tables() -> Iterator[Told]:
    heading, block = "", list[tuple[str, ...]]()
    for line in [*story().splitlines(), ""]:
        if line.startswith("#"):
            heading = line.lstrip("# ")
        if line.startswith("|"):
            block.append(tuple(cell.strip() for cell in line.strip("|").split("|")))
        elif block:
            yield Told(heading=heading, columns=block[0], rows=block[2:])
            block = []


def told(heading: str, *, nth: int = 0) -> Told:
    return [table for table in tables() if table.heading.startswith(heading)][nth]


def amount(text: str) -> Decimal:
    return Decimal(text.replace(",", ""))


def titled(measure: Measure) -> str:
    return f"{measure.ref} {measure.title}"


def lists_in_words(measure: Measure) -> str:
    return ", ".join(name.value.replace("_", " ") for name in measure.lists)


def growth_in_words(old: Decimal, new: Decimal) -> str:
    """By how many per cent, half-up to two decimals, with its sign."""
    hundredths = (Fraction(new) / Fraction(old) - 1) * 10_000
    whole = int(abs(hundredths) + Fraction(1, 2))
    return f"{'-' if hundredths < 0 else '+'}{whole // 100}.{whole % 100:02d}"


def revalued(old: str, new: str) -> dict[tuple[str, str], tuple[Decimal, Decimal]]:
    return {
        (step.old.ref, step.new.ref): (step.old.unit_value, step.new.unit_value)
        for step in steps(old, new)
        if step.old.unit_value is not None
        and step.new.unit_value is not None
        and step.old.unit_value != step.new.unit_value
    }


class TestStory:
    def test_at_a_glance(self) -> None:
        rows = {row[0]: row[1:] for row in told("At a glance").rows}

        def each(count: Callable[[Version], object]) -> tuple[str, ...]:
            return tuple(str(count(own(name))) for name in NAMES)

        def main(version: Version) -> list[Measure]:
            return [version.measures[ref] for ref in on(version, ListName.MAIN)]

        assert rows["Main list"] == each(lambda v: v.count(ListName.MAIN))
        assert rows["of which also on the lite list"] == each(lambda v: v.count(ListName.LITE))
        assert rows["Record only"] == each(lambda v: v.count(ListName.RECORD_ONLY))
        assert rows["All measures"] == each(lambda v: len(v.measures))
        valued = rows["Main measures with a value"]
        assert valued == each(lambda v: sum(m.unit_value is not None for m in main(v)))
        assert rows["of which other than £1"] == each(lambda v: sum(m.unit_value not in {None, 1} for m in main(v)))
        without = rows["Main measures recorded or described, without a value"]
        assert without == each(lambda v: sum(m.unit_value is None for m in main(v)))
        assert rows["Prices of"] == each(lambda v: f"{v.price_year}-{(v.price_year + 1) % 100}")
        assert rows["Valid"] == each(
            lambda v: (
                f"{v.valid_from:%B %Y} to {v.valid_to:%B %Y}"
                if v.valid_to is not None
                else f"from {v.valid_from:%B %Y}"
            )
        )
        assert len(rows) == 9

    def test_numbers_in_headings_and_sentences(self) -> None:
        outcomes = sum(len(theme.outcomes) for theme in own("2018.1").themes)
        assert f"Fifty-five measures in {outcomes} outcomes" in story()
        assert len(own("2018.1").measures) == 55
        assert f"### Dropped: {len(own('2021.1').dropped)}\n" in story()
        assert "46 become 34" in story()

    def test_the_faults_of_the_first_list_are_counted(self) -> None:
        measures = own("2018.1").measures.values()
        assert sum(m.unit is Unit.GBP_SPENT for m in measures) == 4
        assert "four ways to count the same local pound" in one_line(story())
        hours = [m.unit_value for m in measures if m.unit is Unit.STAFF_HOUR]
        assert (len(hours), len(set(hours))) == (5, 1)
        assert "five measures of staff hours at one value per hour" in one_line(story())

    def test_full_time_years_are_called_by_their_one_name(self) -> None:
        texts = [story(), *(file.read_text(encoding="utf-8") for file in sorted(FOLDER.glob("*.yaml")))]
        assert all("full-time year" in text and "full-time equivalent" not in text for text in texts)

    def test_what_has_no_value_for_a_reason_is_told(self) -> None:
        measure = own("2018.1").measures["C7"]
        assert (measure.kind, measure.unit_value) == (Kind.RECORDED, None)
        assert "(C7 of 2018.1) is recorded" in one_line(story())

    def test_dropped(self) -> None:
        words = {reason: reason.value.replace("_", " ") for reason in DropReason}
        words[DropReason.NOT_LIMITED_TO_LOCAL] = "local limit not needed"
        wanted = {
            (titled(measure), lists_in_words(measure).split(",")[0], words[entry.reason], one_line(entry.note))
            for entry in own("2021.1").dropped
            for measure in [own("2018.1").measures[entry.ref]]
        }
        rows = told("Dropped").rows
        assert set(rows) == wanted
        assert len(rows) == 15

    def test_split_and_merged(self) -> None:
        wanted = [
            (titled(s.old), s.replacement.how.value, titled(s.new), one_line(s.replacement.reason))
            for s in steps("2018.1", "2021.1")
            if s.replacement.how is not How.SAME
        ]
        assert Counter(told("Split and merged").rows) == Counter(wanted)
        assert len(wanted) == 14

    def test_moved_between_lists(self) -> None:
        wanted = [
            (titled(s.old), lists_in_words(s.old), titled(s.new), lists_in_words(s.new))
            for s in steps("2018.1", "2021.1")
            if s.old.lists != s.new.lists
        ]
        assert Counter(told("Moved between lists").rows) == Counter(wanted)
        assert len(wanted) == 15

    def test_from_local_to_anywhere(self) -> None:
        wanted = [(titled(s.old), titled(s.new)) for s in steps("2018.1", "2021.1") if s.old.locality != s.new.locality]
        assert Counter(told("From local to anywhere").rows) == Counter(wanted)

    def test_only_where_a_tender_weights_it(self) -> None:
        wanted = {titled(m) for m in own("2021.1").measures.values() if m.weighting is Weighting.REQUIRED}
        assert {row[0] for row in told("Only where a tender weights it").rows} == wanted

    def test_unit_changed(self) -> None:
        wanted = {(titled(s.old), titled(s.new)) for s in steps("2018.1", "2021.1") if s.old.unit != s.new.unit}
        assert {(row[0], row[2]) for row in told("Unit changed").rows} == wanted

    def test_renamed(self) -> None:
        wanted = {
            (titled(s.old), titled(s.new))
            for s in steps("2018.1", "2021.1")
            if s.replacement.how is How.SAME and s.old.title != s.new.title
        }
        assert set(told("Renamed").rows) == wanted

    def test_changed_value(self) -> None:
        rows = {(row[0], row[1].split()[0]): row[1:] for row in told("Changed value").rows}
        wanted = revalued("2018.1", "2021.1")
        assert set(rows) == set(wanted)
        for (old_ref, ref), (title, _, before, after, percent) in rows.items():
            old, new = wanted[old_ref, ref]
            assert title == titled(own("2021.1").measures[ref])
            assert (before, after, percent) == (f"{old:,}", f"{new:,}", growth_in_words(old, new)), ref
        assert len(rows) == len(told("Changed value").rows) == 21

    def test_new_values_of_2026(self) -> None:
        rows = {row[0].split()[0]: row for row in told("2021.1 to 2026.1").rows}
        wanted = {new: values for (_, new), values in revalued("2021.1", "2026.1").items()}
        assert set(rows) == set(wanted)
        for ref, (title, _, before, after, percent, forecast) in rows.items():
            old, new = wanted[ref]
            measure = own("2026.1").measures[ref]
            assert measure.value_basis is not None
            assert title == titled(measure)
            assert (before, after, percent) == (f"{old:,}", f"{new:,}", growth_in_words(old, new)), ref
            assert forecast == ("yes" if measure.value_basis.forecast else "no"), ref
        assert len(rows) == len(told("2021.1 to 2026.1").rows) == 20

    def test_unchanged_values_of_2026(self) -> None:
        unchanged = [
            f"{titled(s.new)} (£{s.new.unit_value})"
            for s in steps("2021.1", "2026.1")
            if s.new.unit_value is not None and s.new.unit_value == s.old.unit_value
        ]
        assert f"Unchanged: {'; '.join(unchanged)}." in one_line(story())
        assert len(unchanged) == 5

    def test_where_the_values_come_from(self) -> None:
        rows = told("Where the values come from").rows
        assert len(rows) == 14
        for at, _, figure, prices, *refs in rows:
            cited = uses(source="ucd-1.2", at=at)
            assert {basis.figure for basis, _ in cited} == {amount(figure)}, at
            years = {f"{basis.price_year}-{(basis.price_year or 0) % 100 + 1:02d}" for basis, _ in cited}
            assert years == {prices}, at
            assert refs == by_version(cited), at
        named = {row[0] for row in rows}
        assert named == {
            m.value_basis.at for m in every_valued() if m.value_basis and m.value_basis.source == "ucd-1.2"
        }

    def test_the_other_sources(self) -> None:
        rows = told("Where the values come from", nth=1).rows
        sources = ["ashe-2025", "nmw-", "carbon-2023", "wellbeing-2021", "econstack-additionality", "green-book"]
        assert len(rows) == len(sources)
        for (_, figures, _, *refs), source in zip(rows, sources, strict=True):
            cited = uses(source=source)
            in_order = dict.fromkeys(basis.figure for basis, _ in cited)
            assert [amount(figure) for figure in figures.split(";")] == list(in_order), source
            assert refs == by_version(cited), source


def every_valued() -> Iterator[Measure]:
    for name in NAMES:
        yield from (measure for measure in own(name).measures.values() if measure.value_basis is not None)


def uses(*, source: str, at: str | None = None) -> list[tuple[ValueBasis, tuple[str, str]]]:
    return [
        (measure.value_basis, (name, ref))
        for name in NAMES
        for ref, measure in own(name).measures.items()
        if measure.value_basis is not None
        and measure.value_basis.source.startswith(source)
        and at in {None, measure.value_basis.at}
    ]


def by_version(cited: list[tuple[ValueBasis, tuple[str, str]]]) -> list[str]:
    return [", ".join(ref for _, (version, ref) in cited if version == name) or "not used" for name in NAMES]
