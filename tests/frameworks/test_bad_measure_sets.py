"""Measure-set files with one fault each against a valid one: what is said, where, and that nothing is loaded."""

from pathlib import Path
from typing import NamedTuple

import pytest
import yaml

from svtracker.frameworks.loader import load_folder
from tests.frameworks.sample_set import EARLIER, FOLDER, INDICES, LATER, changed


class Fault(NamedTuple):
    """A change to the later version, where its problem stands, and what the problem says."""

    fault: str
    old: str
    new: str
    path: str
    at: str
    seen: str
    wanted: str
    also: tuple[str, ...] = ()


FAULTS = [Fault(**row) for row in yaml.safe_load((FOLDER / "faults-of-2021.1.yaml").read_text(encoding="utf-8"))]


def write_folder(tmp_path: Path, later: str) -> Path:
    folder = tmp_path / "sample"
    folder.mkdir()
    (folder / "2018.1.yaml").write_text(EARLIER, encoding="utf-8")
    (folder / "2021.1.yaml").write_text(later, encoding="utf-8")
    return tmp_path


def test_the_files_that_the_faults_are_put_into_are_valid(tmp_path: Path) -> None:
    files = load_folder(write_folder(tmp_path, LATER), indices=INDICES)
    assert [file.problems for file in files] == [(), ()]
    assert [file.version and file.version.name for file in files] == ["sample@2018.1", "sample@2021.1"]


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.fault)
def test_one_fault(tmp_path: Path, fault: Fault) -> None:
    text = changed(LATER, fault.old, fault.new)
    earlier, found = load_folder(write_folder(tmp_path, text), indices=INDICES)
    assert earlier.version is not None
    assert found.version is None
    problems = {problem.path: problem for problem in found.problems}
    assert sorted(problems) == sorted([fault.path, *fault.also])
    assert len(problems) == len(found.problems)
    problem = problems[fault.path]
    assert problem.file == str(tmp_path / "sample" / "2021.1.yaml")
    assert problem.seen.startswith(fault.seen)
    assert fault.wanted in problem.wanted
    assert problem.line == text[: text.index(fault.at) + len(fault.at.rstrip())].count("\n") + 1


def test_the_table_holds_every_fault_once() -> None:
    names = [fault.fault for fault in FAULTS]
    assert len(names) >= 80
    assert len(set(names)) == len(names)


def test_all_faults_of_a_file_come_at_once(tmp_path: Path) -> None:
    text = LATER
    chosen = ["a value that is a penny off", "an overlap with itself", "a measure forgotten", "on a list twice"]
    for fault in FAULTS:
        if fault.fault in chosen:
            text = changed(text, fault.old, fault.new)
    _, found = load_folder(write_folder(tmp_path, text), indices=INDICES)
    assert [(problem.path, problem.line) for problem in found.problems] == [
        ("themes[1].outcomes[1].measures[1].lists", 28),
        ("themes[1].outcomes[1].measures[1].value", 32),
        ("themes[1].outcomes[1].measures[2].never_with[2]", 55),
        ("dropped", 127),
    ]
