"""Versions that stand as files in a folder of measure sets, for what works without a database."""

from collections.abc import Mapping
from pathlib import Path

from svtracker.files.yaml_reader import bytes_of
from svtracker.frameworks import loader
from svtracker.frameworks.rules.values import Version
from svtracker.kernel.exceptions import RefusedError
from svtracker.kernel.problems import Problem
from svtracker.registers.rules.figures import PriceIndex


def names_in_folder(folder: Path) -> list[str]:
    """The names of all versions that stand as files in a folder of measure sets."""
    return sorted(f"{path.parent.name}@{path.stem}" for path in folder.glob("*/*.yaml"))


def file_in_folder(folder: Path, *, set_id: str, version: str) -> Path | None:
    """The file of a version in a folder of measure sets, or none.

    Only names that the folder lists are found, so that no name leads out of it.
    """
    is_there = f"{set_id}@{version}" in names_in_folder(folder)
    return folder / set_id / f"{version}.yaml" if is_there else None


def find_in_folder(folder: Path, *, set_id: str, version: str, indices: Mapping[str, PriceIndex]) -> Version | None:
    """The version that stands as a file in a folder of measure sets, or none where it is not there.

    A file with problems is refused with all of them: nothing is scored with half a version. What it supersedes need
    not be there: an earlier version changes no value.
    """
    path = file_in_folder(folder, set_id=set_id, version=version)
    if path is None:
        return None
    data = bytes_of(path)
    if isinstance(data, Problem):
        raise RefusedError([data])
    found, problems = loader.load_version(
        name=str(path), data=data, indices=indices, expected_id=set_id, expected_version=version
    )
    if found is None:
        raise RefusedError(problems)
    return found
