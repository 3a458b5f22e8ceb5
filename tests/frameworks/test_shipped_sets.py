"""Every measure set and every reference figure that comes with the program is without a fault."""

from pathlib import Path

import pytest

from svtracker.frameworks.loader import VersionFile, load_folder
from svtracker.registers.loader import load_reference

ROOT = Path(__file__).parents[2]
REFERENCE = load_reference(ROOT / "data" / "reference")
FILES = load_folder(ROOT / "frameworks", indices=REFERENCE.indices)


def test_the_reference_figures_are_without_a_fault() -> None:
    assert REFERENCE.problems == ()
    assert REFERENCE.minimum_wage is not None


def test_all_versions_are_found() -> None:
    assert {(file.set_id, file.version_name) for file in FILES} >= {
        ("example", "2021.1"),
        ("open-toms", "2018.1"),
        ("open-toms", "2021.1"),
        ("open-toms", "2026.1"),
    }


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.set_id}@{file.version_name}")
def test_a_version_is_without_a_fault(file: VersionFile) -> None:
    assert "\n".join(map(str, file.problems)) == ""
