"""Finding measures: what a selection keeps, and the counts beside every choice."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from svtracker.frameworks.rules.selection import Selection, select, tally
from svtracker.frameworks.rules.values import Kind, ListName, Version
from tests.frameworks.sample_set import LATER, read

SAMPLE = read(LATER)
selections = st.builds(
    Selection,
    list=st.one_of(st.none(), st.sampled_from(ListName)),
    theme=st.one_of(st.none(), st.sampled_from(["JOBS", "REPORT", "NOWHERE"])),
    kind=st.one_of(st.none(), st.sampled_from(Kind)),
    text=st.sampled_from(["", " ", "local", "LEVEL 2", "college letter", "B4", "nt1", "reporting", "qqq"]),
)


def kept(version: Version, selection: Selection) -> list[str]:
    return [measure.ref for theme in select(version, selection) for measure in theme.measures]


@pytest.mark.parametrize(
    ("selection", "refs"),
    [
        (Selection(), ["B1", "B2", "B3", "B4", "B5", "B6", "R1", "R2"]),
        (Selection(list=ListName.LITE), ["B1"]),
        (Selection(list=ListName.RECORD_ONLY), ["R1"]),
        (Selection(theme="REPORT"), ["R1", "R2"]),
        (Selection(kind=Kind.VALUED), ["B1", "B2"]),
        (Selection(kind=Kind.NARRATIVE), ["R2"]),
        (Selection(text="college"), ["B5", "B6"]),
        (Selection(text="Level 2 college"), ["B5"]),
        (Selection(text="b4"), ["B4"]),
        (Selection(text="nt1"), ["B1"]),
        (Selection(text="learning"), ["B4", "B5", "B6"]),
        (Selection(text="reporting", list=ListName.MAIN), ["R2"]),
        (Selection(text="qqq"), []),
    ],
)
def test_what_a_selection_keeps(selection: Selection, refs: list[str]) -> None:
    assert kept(SAMPLE, selection) == refs


def test_empty_outcomes_and_themes_fall_away() -> None:
    (theme,) = select(SAMPLE, Selection(text="college"))
    assert (theme.id, [outcome.id for outcome in theme.outcomes]) == ("JOBS", ["JOBS2"])


@given(selections)
def test_the_count_beside_a_choice_is_what_the_choice_finds(selection: Selection) -> None:
    counted = tally(SAMPLE, selection)
    assert counted.found == len(kept(SAMPLE, selection))
    for name, number in counted.lists.items():
        assert number == len(kept(SAMPLE, replace(selection, list=name)))
    for theme, number in counted.themes.items():
        assert number == len(kept(SAMPLE, replace(selection, theme=theme)))
    for kind, number in counted.kinds.items():
        assert number == len(kept(SAMPLE, replace(selection, kind=kind)))


def test_every_choice_has_a_count() -> None:
    counted = tally(SAMPLE, Selection(theme="NOWHERE"))
    assert set(counted.lists) == {None, *ListName}
    assert set(counted.themes) == {None, "JOBS", "REPORT"}
    assert set(counted.kinds) == {None, *Kind}
