"""Reads measure sets from their files: one version, or all versions of a folder with everything that is wrong."""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from svtracker.files.shapes import fit, path_text
from svtracker.files.yaml_reader import Document, bytes_of, capped, read_document
from svtracker.frameworks.rules.checks import check_succession, check_version
from svtracker.frameworks.rules.values import (
    Dropped,
    Kind,
    ListName,
    Measure,
    MeasureList,
    Outcome,
    Replacement,
    Source,
    Theme,
    ValueBasis,
    ValueRange,
    Version,
)
from svtracker.frameworks.schema import (
    ListsShape,
    MeasureShape,
    SourceShape,
    ThemeShape,
    ValueBasisShape,
    VersionShape,
)
from svtracker.kernel.problems import Finding, Problem, shown
from svtracker.kernel.units import Unit
from svtracker.registers.rules.figures import PriceIndex


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionFile:
    """One file of a measure set as it was found: its bytes, and the version or what is wrong with it.

    `as_written` is the version that the file describes, also where it has problems.
    """

    name: str
    set_id: str
    version_name: str
    data: bytes
    version: Version | None
    problems: tuple[Problem, ...]
    as_written: Version | None = None


def load_version(
    *,
    name: str,
    data: bytes,
    indices: Mapping[str, PriceIndex],
    expected_id: str | None = None,
    expected_version: str | None = None,
) -> tuple[Version | None, tuple[Problem, ...]]:
    """One version looked at alone, or nothing and everything that is wrong with its file.

    `expected_id` is the name of its folder and `expected_version` the name of its file, where it stands in one.
    What it says about the version that it supersedes is checked where both are at hand: `load_folder`.
    """
    read = _read(name=name, data=data, indices=indices, expected_id=expected_id, expected_version=expected_version)
    return (None if read.problems else read.version), read.problems


def load_folder(folder: Path, *, indices: Mapping[str, PriceIndex]) -> tuple[VersionFile, ...]:
    """All versions of all measure sets: the files `<set>/<version>.yaml` below a folder such as `frameworks/`."""
    return load_paths([folder], indices=indices)


def load_paths(paths: Iterable[Path], *, indices: Mapping[str, PriceIndex]) -> tuple[VersionFile, ...]:
    """The versions at some paths: files, folders of one measure set, or folders of measure sets.

    A version is checked against the one that it supersedes, which is looked for beside it also where only the
    version itself was asked for. The order is that of the names.
    """
    asked: dict[Path, None] = {}
    for path in paths:
        asked.update(dict.fromkeys(_files_at(path)))
    beside = {file for path in asked if path.is_file() for file in path.parent.glob("*.yaml")}
    read = {path: _read_file(path, indices=indices) for path in sorted({*asked, *beside})}
    return tuple(_with_succession(path, read=read) for path in sorted(asked))


def read_upload(
    *,
    name: str,
    data: bytes,
    indices: Mapping[str, PriceIndex],
    versions_of: Callable[[str], Mapping[str, Version]],
) -> VersionFile:
    """One version that stands in no folder, checked against those of its set that are there already."""
    read = _read(name=name, data=data, indices=indices, expected_id=None, expected_version=None)
    version, problems = read.version, read.problems
    if version is not None:
        versions = versions_of(version.set_id)
        findings = (*_circle_of(version, versions), *check_succession(version, previous=_previous(version, versions)))
        more = _as_problems(read.document, findings)
        problems = capped(sorted([*problems, *more], key=_line))
    return VersionFile(
        name=name,
        set_id="" if version is None else version.set_id,
        version_name="" if version is None else version.version,
        data=data,
        version=None if problems else version,
        problems=problems,
        as_written=version,
    )


def _previous(version: Version, versions: Mapping[str, Version]) -> Version | None:
    return None if version.supersedes is None else versions.get(version.supersedes)


def _circle_of(version: Version, versions: Mapping[str, Version]) -> Iterable[Finding]:
    passed = [version.version]
    here = _previous(version, versions)
    while here is not None and here.version not in passed:
        passed.append(here.version)
        here = _previous(here, versions)
    if here is not None and here.version == version.version and len(passed) > 1:
        names = " -> ".join([*passed, version.version])
        yield Finding(path=("supersedes",), seen=f"a circle: {names}", wanted="an earlier version, or null")


def _files_at(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    return sorted(path.glob("*.yaml")) or sorted(path.glob("*/*.yaml"))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Read:
    """A file with the version that it describes, also where that version has faults."""

    data: bytes
    document: Document
    version: Version | None
    problems: tuple[Problem, ...]


def _read_file(path: Path, *, indices: Mapping[str, PriceIndex]) -> _Read:
    data = bytes_of(path)
    if isinstance(data, Problem):
        return _Read(data=b"", document=Document(name=str(path), value=None), version=None, problems=(data,))
    folder = path.absolute().parent.name
    return _read(name=str(path), data=data, indices=indices, expected_id=folder, expected_version=path.stem)


def _read(
    *,
    name: str,
    data: bytes,
    indices: Mapping[str, PriceIndex],
    expected_id: str | None,
    expected_version: str | None,
) -> _Read:
    document = read_document(name=name, data=data)
    shape, problems = fit(document, VersionShape)
    if shape is None:
        return _Read(data=data, document=document, version=None, problems=problems)
    version = _version(shape, sha256=hashlib.sha256(data).hexdigest())
    findings = (
        *_misnamed("id", shape.id, expected=expected_id, what="the name of the folder"),
        *_misnamed("version", shape.version, expected=expected_version, what="the name of the file"),
        *check_version(version, indices=indices),
    )
    return _Read(data=data, document=document, version=version, problems=_as_problems(document, findings))


def _misnamed(key: str, seen: str, *, expected: str | None, what: str) -> Iterable[Finding]:
    if expected is not None and seen != expected:
        yield Finding(path=(key,), seen=shown(seen), wanted=f"“{expected}”, {what}")


def _as_problems(document: Document, findings: Iterable[Finding]) -> tuple[Problem, ...]:
    """Findings as problems of their file, in the order of its lines."""
    problems = [
        Problem(
            file=document.name,
            path=path_text(finding.path),
            seen=finding.seen,
            wanted=finding.wanted,
            line=document.line_of(finding.path),
        )
        for finding in findings
    ]
    return capped(sorted(problems, key=_line))


def _line(problem: Problem) -> int:
    return problem.line or 0


def _with_succession(path: Path, *, read: Mapping[Path, _Read]) -> VersionFile:
    item = read[path]
    problems = item.problems
    if item.version is not None:
        more = _as_problems(item.document, _succession(path, item.version, read=read))
        problems = capped(sorted([*problems, *more], key=_line))
    return VersionFile(
        name=str(path),
        set_id=path.absolute().parent.name,
        version_name=path.stem,
        data=item.data,
        version=None if problems else item.version,
        problems=problems,
        as_written=item.version,
    )


def _succession(path: Path, version: Version, *, read: Mapping[Path, _Read]) -> Iterable[Finding]:
    before = _superseded(path, version)
    previous = read.get(before) if before is not None else None
    if previous is not None and previous.version is None and before != path:
        seen, wanted = f"{shown(version.supersedes)}, whose file cannot be read", f"{before} put right first"
        return (Finding(path=("supersedes",), seen=seen, wanted=wanted),)
    circle = _circle(path, version, read=read)
    found = check_succession(version, previous=None if previous is None else previous.version)
    return (*circle, *found)


def _superseded(path: Path, version: Version) -> Path | None:
    return None if version.supersedes is None else path.with_name(f"{version.supersedes}.yaml")


def _circle(path: Path, version: Version, *, read: Mapping[Path, _Read]) -> Iterable[Finding]:
    passed: list[Path] = [path]
    here = _superseded(path, version)
    while here is not None and here not in passed:
        passed.append(here)
        item = read.get(here)
        here = _superseded(here, item.version) if item is not None and item.version is not None else None
    if here == path and len(passed) > 1:
        names = " -> ".join(step.stem for step in [*passed, path])
        yield Finding(path=("supersedes",), seen=f"a circle: {names}", wanted="an earlier version, or null")


# --- from the shape of the file to the values of the rules ------------------------------------------------------------


def _version(shape: VersionShape, *, sha256: str) -> Version:
    return Version(
        set_id=shape.id,
        version=shape.version,
        title=shape.title,
        status=shape.status,
        valid_from=shape.valid.from_day,
        valid_to=shape.valid.to_day,
        supersedes=shape.supersedes,
        price_year=shape.price_year,
        licence=shape.licence,
        about=shape.about.strip(),
        lists=_lists(shape.lists),
        sources=tuple(_source(key, source) for key, source in shape.sources.items()),
        themes=tuple(_theme(theme) for theme in shape.themes),
        dropped=tuple(
            Dropped(version=entry.version, ref=entry.ref, reason=entry.reason, note=entry.note.strip())
            for entry in shape.dropped
        ),
        sha256=sha256,
    )


def _lists(shape: ListsShape) -> tuple[MeasureList, ...]:
    named = ((ListName.MAIN, shape.main), (ListName.LITE, shape.lite), (ListName.RECORD_ONLY, shape.record_only))
    return tuple(
        MeasureList(
            name=name,
            title=listed.title,
            contract_value_from=listed.contract_value.from_value if listed.contract_value else None,
            contract_value_below=listed.contract_value.below if listed.contract_value else None,
        )
        for name, listed in named
        if listed is not None
    )


def _source(key: str, shape: SourceShape) -> Source:
    return Source(key=key, title=shape.title, href=shape.href, licence=shape.licence, retrieved=shape.retrieved)


def _theme(shape: ThemeShape) -> Theme:
    outcomes = tuple(
        Outcome(id=outcome.id, title=outcome.title, measures=tuple(_measure(measure) for measure in outcome.measures))
        for outcome in shape.outcomes
    )
    return Theme(id=shape.id, title=shape.title, outcomes=outcomes)


def _measure(shape: MeasureShape) -> Measure:
    return Measure(
        ref=shape.ref,
        title=shape.title,
        counts=shape.counts,
        unit=shape.unit,
        lists=shape.lists,
        category=shape.category,
        locality=shape.locality,
        evidence=shape.evidence,
        kind=shape.kind or _kind(shape),
        unit_value=shape.value,
        value_basis=_basis(shape.value_basis),
        replaces=tuple(
            Replacement(version=entry.version, ref=entry.ref, how=entry.how, reason=entry.reason.strip())
            for entry in shape.replaces
        ),
        changed=shape.changed.strip(),
        aliases=shape.aliases,
        first_year_only=shape.first_year_only,
        also_counts_in=shape.also_counts_in,
        never_with=shape.never_with,
        weighting=shape.weighting,
    )


def _kind(shape: MeasureShape) -> Kind:
    """The kind where the file does not write it out (FORMATS 1).

    A main or lite measure without a value counts as valued here, so that a forgotten value is a fault and never a
    silent `recorded` (RULES 2.2).
    """
    if shape.unit is Unit.TEXT:
        return Kind.NARRATIVE
    is_recorded = shape.value is None and (ListName.RECORD_ONLY in shape.lists or shape.unit is Unit.PERCENT)
    return Kind.RECORDED if is_recorded else Kind.VALUED


def _basis(shape: ValueBasisShape | None) -> ValueBasis | None:
    if shape is None:
        return None
    return ValueBasis(
        source=shape.source,
        at=shape.at,
        figure=shape.figure,
        price_year=shape.price_year,
        year=shape.year,
        index=shape.index,
        forecast=shape.forecast,
        range=None if shape.range is None else ValueRange(low=shape.range.low, high=shape.range.high),
    )
