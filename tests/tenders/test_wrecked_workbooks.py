"""Every wrecked workbook gives a message at the cell or a refusal: never a crash, never a silent change."""

import pytest

from svtracker.kernel.problems import Problem
from tests.tenders.workbooks import bid_of, filled, read
from tests.tenders.wrecks import WRECKS, Said, Wreck


def same(problems: tuple[Problem, ...], said: tuple[Said, ...]) -> bool:
    """Whether these are the problems, all of them, in this order."""
    return len(problems) == len(said) and all(
        problem.path == path and seen in problem.seen and wanted in problem.wanted
        for problem, (path, seen, wanted) in zip(problems, said, strict=True)
    )


@pytest.mark.parametrize("wreck", WRECKS, ids=lambda wreck: wreck.name)
def test_a_wrecked_workbook_says_what_is_wrong_and_where(wreck: Wreck) -> None:
    bid, problems = read(wreck.make())
    assert same(problems, wreck.problems), "\n".join(map(str, problems))
    assert (bid is None) == bool(wreck.problems)
    if bid is not None:
        assert same(bid.warnings, wreck.warnings), "\n".join(map(str, bid.warnings))


def test_what_is_read_with_a_warning_is_read_in_full() -> None:
    for wreck in WRECKS:
        if wreck.warnings:
            assert bid_of(wreck.make()).content == filled()


def test_there_are_many_and_each_is_another() -> None:
    assert len({wreck.name for wreck in WRECKS}) == len(WRECKS) >= 60


def test_all_problems_are_said_at_once() -> None:
    from tests.tenders.workbooks import at, good, number, put, text

    data = put(good(), at("quantity", "J1"), text("12,5"))
    data = put(data, at("helper", "H1", "0", "people"), number("-1"))
    data = put(data, at("price"), text("£700k"))
    data = put(data, ("Questions", "B4"), text("Another question"))
    bid, problems = read(data)
    assert bid is None
    assert {problem.path.partition(",")[0] for problem in problems} == {
        "Commitments",
        "Helpers",
        "Price and declaration",
        "Questions",
    }
    assert len(problems) == 4
