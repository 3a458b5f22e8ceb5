"""What is said about somebody's file, and what is raised on purpose."""

from datetime import UTC, date

import pytest

from svtracker.kernel import clock, exceptions
from svtracker.kernel.problems import Problem, shown


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        (None, "nothing"),
        (True, "true"),
        (False, "false"),
        (0, "0"),
        (1, "1"),
        (10.5, "10.5"),
        ("parks", "“parks”"),
        ("", "an empty text"),
        (" \t", "blank characters"),
        (" 5", "“5” with blanks around it"),
        ("two\nlines\x00", "“two lines”"),
        ("x" * 81, "“" + "x" * 80 + "…”"),
        ("x" * 80, "“" + "x" * 80 + "”"),
        ({}, "an empty mapping"),
        ({"a": 1}, "a mapping"),
        ([], "an empty list"),
        ((1, 2), "a list of 2"),
        (date(2021, 4, 1), "2021-04-01"),
    ],
)
def test_what_was_seen_stands_on_one_line(value: object, wanted: str) -> None:
    assert shown(value) == wanted


def test_a_problem_says_file_place_seen_and_wanted() -> None:
    problem = Problem(file="t.yaml", path="bids[2].price", seen="0", wanted="a price in £ above 0", line=31)
    assert str(problem) == "t.yaml, line 31: bids[2].price: saw 0; wanted a price in £ above 0"
    assert str(Problem(file="t.yaml", path="", seen="an empty file", wanted="a file")) == (
        "t.yaml: saw an empty file; wanted a file"
    )


FAULT = Problem(file="t.yaml", path="a", seen="1", wanted="2")


@pytest.mark.parametrize(
    ("error", "wanted"),
    [
        (exceptions.RefusedError([FAULT, FAULT]), "t.yaml: a: saw 1; wanted 2\nt.yaml: a: saw 1; wanted 2"),
        (
            exceptions.NotFoundError(what="version", name="open-toms@2030.1", do="See the list."),
            "There is no version “open-toms@2030.1”. See the list.",
        ),
        (
            exceptions.UnitValueMissingError(version="x@1", measure="J1", date="1 May 2026", why="no index"),
            "Measure J1 of x@1 has no unit value on 1 May 2026: no index.",
        ),
    ],
)
def test_an_error_is_written_for_the_person_who_can_act(error: exceptions.SvtrackerError, wanted: str) -> None:
    assert str(error) == wanted


def test_a_released_version_that_changed_is_told_apart_from_one_in_which_no_figure_differs() -> None:
    changed = exceptions.ReleasedVersionChangedError(version="x@1", file="x/1.yaml", changes=["J1 was 5, is 6"])
    assert "loaded before: J1 was 5, is 6. A released version never changes." in str(changed)
    same = exceptions.ReleasedVersionChangedError(version="x@1", file="x/1.yaml", changes=[])
    assert "no figure differs" in str(same)


def test_the_clock_tells_the_time_in_utc() -> None:
    assert clock.system_clock().tzinfo is UTC
