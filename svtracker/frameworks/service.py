"""What a person does with measure sets: load files, look at versions, compare them, export files."""

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from sqlalchemy.orm import Session

from svtracker.audit import service as audit
from svtracker.audit.rules.events import Actor, Change, Event
from svtracker.frameworks import loader, store
from svtracker.frameworks.loader import VersionFile
from svtracker.frameworks.rules.diff import Difference, changes_between_files, difference
from svtracker.frameworks.rules.values import Status, Version
from svtracker.frameworks.store import StoredFile, StoredVersion
from svtracker.kernel.clock import Clock, system_clock
from svtracker.kernel.exceptions import NotFoundError, RefusedError, ReleasedVersionChangedError
from svtracker.kernel.problems import Problem
from svtracker.registers.rules.figures import PriceIndex


class LoadOutcome(StrEnum):
    """What loading a file did."""

    NEW = "new"
    REPLACED = "replaced"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """A version whose file was loaded, and what that did."""

    name: str
    file: str
    outcome: LoadOutcome


def load_folder(
    session: Session,
    folder: Path,
    *,
    indices: Mapping[str, PriceIndex],
    actor: Actor,
    reason: str = "",
    clock: Clock = system_clock,
) -> tuple[Loaded, ...]:
    """Loads every version below a folder of measure sets, or none of them where one has a problem."""
    return load_paths(session, [folder], indices=indices, actor=actor, reason=reason, clock=clock)


def load_paths(
    session: Session,
    paths: Sequence[Path],
    *,
    indices: Mapping[str, PriceIndex],
    actor: Actor,
    reason: str = "",
    clock: Clock = system_clock,
) -> tuple[Loaded, ...]:
    """Loads the versions at some paths (files, folders of a set, folders of sets), or none where one has a problem.

    A second run says `unchanged`. A draft that changed is replaced; a released or withdrawn version whose file
    changed is refused, naming what changed (RULES 2.9).
    """
    files = loader.load_paths(paths, indices=indices)
    problems = [problem for file in files for problem in (*_released_before(session, file), *file.problems)]
    if problems:
        raise RefusedError(problems)
    return tuple(load_version_file(session, file, actor=actor, reason=reason, clock=clock) for file in files)


def load_version_file(
    session: Session, file: VersionFile, *, actor: Actor, reason: str = "", clock: Clock = system_clock
) -> Loaded:
    """Loads one file that has been read; one that has a problem is refused with everything that is wrong.

    What it does is an event of the record, saved with it: `version_loaded`, or `draft_replaced` with what was there.
    """
    version = file.version
    if version is None:
        raise RefusedError(file.problems)
    standing = store.get_standing(session, set_id=version.set_id, version=version.version)
    if standing is None:
        outcome, save = LoadOutcome.NEW, store.add_version
    else:
        status, sha256 = standing
        if sha256 == version.sha256:
            return Loaded(name=version.name, file=file.name, outcome=LoadOutcome.UNCHANGED)
        if _is_frozen(status):
            stored = get_version(session, version.name)
            raise ReleasedVersionChangedError(
                version=version.name, file=file.name, changes=changes_between_files(stored, version)
            )
        outcome, save = LoadOutcome.REPLACED, store.replace_version
    at = clock()
    save(session, version=version, file_name=Path(file.name).name, data=file.data, loaded_at=at)
    old_status, old_sha256 = (None, None) if standing is None else standing
    event = Event(
        organisation_id=None,
        at=at,
        actor=actor,
        what="version_loaded" if outcome is LoadOutcome.NEW else "draft_replaced",
        object_kind="version",
        object_id=version.name,
        changes={
            "sha256": Change(old=old_sha256, new=version.sha256),
            "status": Change(old=old_status, new=version.status),
        },
        reason=reason,
    )
    audit.record(session, event)
    return Loaded(name=version.name, file=file.name, outcome=outcome)


def list_versions(session: Session) -> tuple[StoredVersion, ...]:
    """All versions that are loaded, by set and by the day from which they are valid."""
    return store.list_versions(session)


def list_hashes(session: Session) -> frozenset[str]:
    """The SHA-256 of every version that is loaded: as long as these stay, so does whatever was made of them."""
    return store.list_hashes(session)


def get_version(session: Session, name: str) -> Version:
    """The version of that name (`open-toms@2021.1`); released ones are made from their rows once per process."""
    set_id, version = split_name(name)
    standing = store.get_standing(session, set_id=set_id, version=version)
    if standing is None:
        raise _not_loaded(session, name)
    status, sha256 = standing
    return _made(session, set_id=set_id, version=version, status=status, sha256=sha256)


def versions_of_set(session: Session, set_id: str) -> dict[str, Version]:
    """All versions of a measure set by their version name, by the day from which they are valid."""
    return {
        version: _made(session, set_id=set_id, version=version, status=status, sha256=sha256)
        for version, status, sha256 in store.list_standings(session, set_id=set_id)
    }


def _made(session: Session, *, set_id: str, version: str, status: Status, sha256: str) -> Version:
    found = _released.get(sha256) or store.get_version(session, set_id=set_id, version=version)
    if found is None:
        raise _not_loaded(session, f"{set_id}@{version}")
    if _is_frozen(status):
        _released.keep(sha256, found)
    return found


def compare_versions(session: Session, old: str, new: str) -> Difference:
    """What differs between two loaded versions, followed through the versions between them (RULES 7.2)."""
    first, second = get_version(session, old), get_version(session, new)
    between = versions_of_set(session, second.set_id) if first.set_id == second.set_id else {}
    return difference(first, second, between=tuple(between.values()))


def export_version(session: Session, name: str) -> StoredFile:
    """The file of a loaded version, byte for byte as it was loaded."""
    set_id, version = split_name(name)
    found = store.get_file(session, set_id=set_id, version=version)
    if found is None:
        raise _not_loaded(session, name)
    return found


def check_stored_versions(session: Session, *, indices: Mapping[str, PriceIndex]) -> tuple[Problem, ...]:
    """What is wrong with the versions in the database: each file must have its SHA-256 and say what the rows say.

    So every stored version can be made again from the bytes that were released. None is the right answer.
    """
    return tuple(problem for one in store.list_versions(session) for problem in _check_stored(session, one, indices))


def split_name(name: str) -> tuple[str, str]:
    """The measure set and the version of a name: `open-toms@2021.1`."""
    set_id, _, version = name.partition("@")
    if not set_id or not version or "@" in version:
        raise NotFoundError(what="version", name=name, do="Write it as SET@VERSION, as in open-toms@2021.1.")
    return set_id, version


def _check_stored(session: Session, one: StoredVersion, indices: Mapping[str, PriceIndex]) -> Iterator[Problem]:
    place = f"{one.name} in the database"
    file = store.get_file(session, set_id=one.set_id, version=one.version)
    rows = store.get_version(session, set_id=one.set_id, version=one.version)
    if file is None or rows is None:
        yield Problem(file=place, path="", seen="nothing", wanted="its rows and its file")
        return
    found = hashlib.sha256(file.data).hexdigest()
    if found != one.sha256:
        yield Problem(file=place, path="sha256", seen=f"a file with {found}", wanted=f"the file with {one.sha256}")
        return
    again, problems = loader.load_version(
        name=place, data=file.data, indices=indices, expected_id=one.set_id, expected_version=one.version
    )
    yield from problems
    if again is not None and again != rows:
        changes = changes_between_files(again, rows) or ("something else than a figure or word",)
        for change in changes:
            yield Problem(file=place, path="rows", seen=change, wanted="what the file says")


def _is_frozen(status: Status) -> bool:
    return status is not Status.DRAFT


def _released_before(session: Session, file: VersionFile) -> Iterator[Problem]:
    """A released file that was changed into one with problems: said first, since putting it back settles the rest."""
    if not file.problems or not file.data:
        return
    name = f"{file.set_id}@{file.version_name}"
    standing = store.get_standing(session, set_id=file.set_id, version=file.version_name)
    if standing is None or not _is_frozen(standing[0]) or hashlib.sha256(file.data).hexdigest() == standing[1]:
        return
    seen = f"another file than the one released as {name} and loaded before"
    if file.as_written is not None:
        seen = f"{seen}: {'; '.join(changes_between_files(get_version(session, name), file.as_written))}"
    wanted = "the file as it was, or a new version: a released version never changes"
    yield Problem(file=file.name, path="", seen=seen, wanted=wanted)


def _not_loaded(session: Session, name: str) -> NotFoundError:
    loaded = ", ".join(one.name for one in store.list_versions(session))
    do = f"Loaded are {loaded}." if loaded else "None is loaded yet: run “svtracker frameworks load” first."
    return NotFoundError(what="version", name=name, do=do)


class _Recent:
    """The versions used last, by the SHA-256 of their file: what never changes needs no second look."""

    def __init__(self, size: int) -> None:
        self._size, self._kept = size, OrderedDict[str, Version]()
        self._lock = threading.Lock()

    def get(self, sha256: str) -> Version | None:
        with self._lock:
            if sha256 in self._kept:
                self._kept.move_to_end(sha256)
            return self._kept.get(sha256)

    def keep(self, sha256: str, version: Version) -> None:
        with self._lock:
            self._kept[sha256] = version
            if len(self._kept) > self._size:
                self._kept.popitem(last=False)


_released = _Recent(64)
