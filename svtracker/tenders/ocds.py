"""OCDS release packages and record packages become releases; what cannot be used is told with its reason."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from svtracker.files.shapes import fit, path_text
from svtracker.files.yaml_reader import Document, read_json_exactly
from svtracker.kernel.problems import Problem, shown
from svtracker.registers.rules.suppliers import postcode, postcode_within
from svtracker.tenders.ocds_schema import ReleaseShape, used_part
from svtracker.tenders.rules.importing import Refusal
from svtracker.tenders.rules.releases import Release, release_of

LARGEST_PACKAGE = 4 * 1024 * 1024

_A_PACKAGE = "an OCDS release package or record package: a JSON object with a list of “releases” or “records”"
_PLACE = re.compile(r"(releases|records)\[([0-9]+)\]", re.ASCII)
MOST_REASONS = 5
LONGEST_NAME = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """What stands in the files together: the releases, those that cannot be used, and how many there were."""

    releases: tuple[Release, ...]
    refused: tuple[Refusal, ...]
    count: int


def load_packages(files: Sequence[tuple[str, bytes]]) -> tuple[Package | None, tuple[Problem, ...]]:
    """The releases of several files, or nothing and the problems of all files that are no packages.

    A release with a fault is among those refused and never stops the others; the same release twice counts twice and
    is taken once.
    """
    problems: list[Problem] = []
    releases: dict[str, Release] = {}
    refused: list[Refusal] = []
    count = 0
    for name, data in files:
        document = read_json_exactly(name=name, data=data, largest=LARGEST_PACKAGE)
        faults = _faults_of_package(document)
        if faults:
            problems += faults
            continue
        spoilt = _spoilt(document.problems)
        for place, value, why in _releases(document.value):
            count += 1
            found = _release(value, reasons=why or spoilt.get(_PLACE.match(place).group(), ()))  # type: ignore[union-attr]
            if isinstance(found, Release):
                releases.setdefault(found.sha256, found)
            else:
                refused.append(Refusal(release=_named(value, place), reason=f"{name}, {place}: {found}"))
    if problems:
        return None, tuple(problems)
    ordered = sorted(releases.values(), key=lambda release: (release.ocid, release.at, release.text))
    return Package(
        releases=tuple(ordered),
        refused=tuple(sorted(refused, key=lambda one: (one.release, one.reason))),
        count=count,
    ), ()


def _faults_of_package(document: Document) -> tuple[Problem, ...]:
    """Why a file is no package; a fault inside one release is not among them."""
    outside = [problem for problem in document.problems if not _PLACE.match(problem.path)]
    value = document.value
    if outside or (value is None and document.problems):
        return tuple(outside)
    lists = [key for key in ("releases", "records") if isinstance(value, dict) and isinstance(value.get(key), list)]
    if len(lists) == 1:
        return ()
    is_release = isinstance(value, dict) and "ocid" in value
    seen = "a single release without its package" if is_release else _seen(value)
    return (Problem(file=document.name, path="", seen=seen, wanted=_A_PACKAGE),)


def _seen(value: object) -> str:
    if not isinstance(value, dict) or not value:
        return shown(value)
    keys = ", ".join(list(value)[:5])
    return f"an object with the {'key' if len(value) == 1 else 'keys'} {shown(keys)}"


def _spoilt(problems: Sequence[Problem]) -> dict[str, tuple[str, ...]]:
    """The faults of reading by the release in which they stand."""
    found: dict[str, tuple[str, ...]] = {}
    for problem in problems:
        place = _PLACE.match(problem.path)
        if place is not None:
            inside = problem.path[place.end() :].lstrip(".")
            found[place.group()] = (*found.get(place.group(), ()), _reason(inside, problem))
    return found


def _releases(package: Any) -> Iterator[tuple[str, object, tuple[str, ...]]]:
    """Each release with its place, and why it cannot be read where a record holds only links.

    Of a record its own releases are taken; the compiled one where they are only linked.
    """
    if isinstance(package.get("releases"), list):
        for number, release in enumerate(package["releases"]):
            yield path_text(("releases", number)), release, ()
        return
    for number, record in enumerate(package["records"]):
        place = path_text(("records", number))
        inside = record.get("releases") if isinstance(record, Mapping) else None
        whole = (
            [one for one in inside if isinstance(one, Mapping) and "url" not in one] if isinstance(inside, list) else []
        )
        compiled = record.get("compiledRelease") if isinstance(record, Mapping) else None
        if isinstance(inside, list) and inside and len(whole) == len(inside):
            for index, release in enumerate(inside):
                yield f"{place}.{path_text(('releases', index))}", release, ()
        elif compiled is not None:
            yield f"{place}.compiledRelease", compiled, ()
        else:
            yield place, record, ("the record holds no release, only links or nothing",)


def _release(value: object, *, reasons: Sequence[str]) -> Release | str:
    """The release, or why it cannot be used."""
    if reasons:
        return _joined(reasons)
    if not isinstance(value, dict):
        return f"saw {shown(value)}; wanted a release"
    fitted, problems = fit(Document(name="", value=value), ReleaseShape)
    if fitted is None:
        return _joined([_reason(problem.path, problem) for problem in problems])
    content = dict(used_part(fitted))
    for key in ("parties", "awards"):
        if content.get(key) is not None:
            content[key] = [_without_address(one) for one in content[key]]
    return release_of(content)


def _joined(reasons: Sequence[str]) -> str:
    more = len(reasons) - MOST_REASONS
    return "; ".join(reasons[:MOST_REASONS]) + (f"; and {more} more" if more > 0 else "")


def _reason(path: str, problem: Problem) -> str:
    where = f"{path}: " if path else ""
    return f"{where}saw {problem.seen}, wanted {problem.wanted}"


def _without_address(value: Mapping[str, Any]) -> dict[str, Any]:
    """A party, or an award with its suppliers, of whose address only the postcode is left."""
    found = dict(value)
    if found.get("suppliers") is not None:
        found["suppliers"] = [_without_address(one) for one in found["suppliers"]]
    address = found.pop("address", None)
    if address is not None:
        code = postcode(address.get("postalCode") or "") or postcode_within(address.get("streetAddress") or "")
        if code is not None:
            found["address"] = {"postalCode": code}
    return found


def _named(value: object, place: str) -> str:
    """The name under which a refused release is listed: its ocid, else its id, else its place."""
    said = [value.get(key) for key in ("ocid", "id")] if isinstance(value, Mapping) else []
    lines = (
        " ".join("".join(letter if letter.isprintable() else " " for letter in one).split())
        for one in said
        if isinstance(one, str)
    )
    return next((line[:LONGEST_NAME] for line in lines if line), place)
