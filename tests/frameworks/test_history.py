"""A measure over the versions of its set: kept, merged, split, dropped (RULES 2.1, 2.10)."""

from fractions import Fraction

from svtracker.frameworks.rules.history import History, history
from svtracker.frameworks.rules.values import How
from tests.frameworks.sample_set import EARLIER, LATER, read

OLD, NEW = read(EARLIER), read(LATER)
BOTH = {"2018.1": OLD, "2021.1": NEW}


def told(version: str, ref: str) -> History:
    return history(version=BOTH[version], ref=ref, versions=BOTH)


def stages(version: str, ref: str) -> list[tuple[str, str, How | None]]:
    return [(one.version.version, one.measure.ref, one.how) for one in told(version, ref).stages]


def test_a_measure_that_was_kept_reads_the_same_from_both_ends() -> None:
    expected = [("2021.1", "B1", How.SAME), ("2018.1", "A1", None)]
    assert stages("2021.1", "B1") == expected
    assert stages("2018.1", "A1") == expected


def test_the_change_is_of_the_value_before() -> None:
    newest, first = told("2021.1", "B1").stages
    assert newest.change_percent == (Fraction("11579.41") - Fraction("10798.47")) / Fraction("10798.47") * 100
    assert first.change_percent is None
    assert (newest.reason, first.reason) == ("kept", "")


def test_a_merge_has_several_stages_before_and_no_change() -> None:
    assert stages("2021.1", "B4") == [("2021.1", "B4", How.MERGE), ("2018.1", "A3", None), ("2018.1", "A4", None)]
    assert told("2021.1", "B4").stages[0].change_percent is None


def test_a_split_has_several_stages_after() -> None:
    expected = [("2021.1", "B5", How.SPLIT), ("2021.1", "B6", How.SPLIT), ("2018.1", "A2", None)]
    assert stages("2018.1", "A2") == expected


def test_a_dropped_measure_says_where_and_why() -> None:
    found = told("2018.1", "A6")
    assert [one.measure.ref for one in found.stages] == ["A6"]
    assert found.dropped is not None
    assert found.dropped_in is NEW
    assert found.dropped.note == "in no tender"


def test_a_new_measure_has_one_stage() -> None:
    found = told("2021.1", "B2")
    assert [(one.measure.ref, one.how) for one in found.stages] == [("B2", None)]
    assert found.dropped is None


def test_a_version_that_is_not_loaded_is_left_out() -> None:
    alone = history(version=NEW, ref="B1", versions={"2021.1": NEW})
    assert [one.measure.ref for one in alone.stages] == ["B1"]
