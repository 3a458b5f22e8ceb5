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
from svtracker.frameworks.rules.owners import SHARED, WHOLE_INSTALLATION, Whose, fault_of_name
from svtracker.frameworks.rules.values import Status, Version
from svtracker.frameworks.store import StoredFile, StoredVersion
from svtracker.kernel.clock import Clock, system_clock
from svtracker.kernel.exceptions import NotFoundError, RefusedError, ReleasedVersionChangedError
from svtracker.kernel.problems import Problem, shown
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
    organisation_id: int | None = None,
    clock: Clock = system_clock,
) -> tuple[Loaded, ...]:
    """Loads the versions at some paths (files, folders of a set, folders of sets), or none where one has a problem.

    A second run says `unchanged`. A draft that changed is replaced; a released or withdrawn version whose file
    changed is refused, naming what changed (RULES 2.9). They are an organisation's own, or shared by all.
    """
    files = loader.load_paths(paths, indices=indices)
    problems = [
        problem
        for file in files
        for problem in (*_not_its_own(session, file, organisation_id), *_released_before(session, file), *file.problems)
    ]
    if problems:
        raise RefusedError(problems)
    return tuple(
        load_version_file(session, file, actor=actor, reason=reason, organisation_id=organisation_id, clock=clock)
        for file in files
    )


def read_upload(
    session: Session, *, name: str, data: bytes, indices: Mapping[str, PriceIndex], organisation_id: int
) -> tuple[VersionFile, LoadOutcome]:
    """What loading one file for an organisation would do; refused with everything that is wrong with it (RULES 7.1).

    A version is checked against the one that it supersedes among those that the organisation sees.
    """
    own = Whose(organisation_id=organisation_id)
    file = loader.read_upload(
        name=name,
        data=data,
        indices=indices,
        versions_of=lambda set_id: versions_of_set(session, set_id, whose=own),
    )
    problems = [*_not_its_own(session, file, organisation_id), *file.problems]
    if problems or file.version is None:
        raise RefusedError(problems)
    standing = store.get_standing(session, set_id=file.set_id, version=file.version_name, whose=own)
    if standing is None:
        return file, LoadOutcome.NEW
    status, sha256 = standing
    if sha256 == file.version.sha256:
        return file, LoadOutcome.UNCHANGED
    if _is_frozen(status):
        changes = changes_between_files(get_version(session, file.version.name, whose=own), file.version)
        seen = f"another file than the one {status.value} as {file.version.name}: {'; '.join(changes)}"
        wanted = "the file as it was, or a new version: a released version never changes"
        raise RefusedError([Problem(file=file.name, path="version", seen=seen, wanted=wanted)])
    return file, LoadOutcome.REPLACED


def load_version_file(
    session: Session,
    file: VersionFile,
    *,
    actor: Actor,
    reason: str = "",
    organisation_id: int | None = None,
    clock: Clock = system_clock,
) -> Loaded:
    """Loads one file that has been read; one that has a problem is refused with everything that is wrong.

    What it does is an event of the record, saved with it: `version_loaded`, or `draft_replaced` with what was there. It
    stands in the chain of the organisation whose own the measure set is, or in that of what all share.
    """
    version = file.version
    if version is None:
        raise RefusedError(file.problems)
    if taken := tuple(_not_its_own(session, file, organisation_id)):
        raise RefusedError(taken)
    whose = Whose(organisation_id=organisation_id)
    standing = store.get_standing(session, set_id=version.set_id, version=version.version, whose=whose)
    if standing is None:
        outcome = LoadOutcome.NEW
    else:
        status, sha256 = standing
        if sha256 == version.sha256:
            return Loaded(name=version.name, file=file.name, outcome=LoadOutcome.UNCHANGED)
        if _is_frozen(status):
            stored = get_version(session, version.name, whose=whose)
            raise ReleasedVersionChangedError(
                version=version.name, file=file.name, changes=changes_between_files(stored, version)
            )
        outcome = LoadOutcome.REPLACED
    at = clock()
    file_name = Path(file.name).name
    if outcome is LoadOutcome.NEW:
        store.add_version(
            session,
            version=version,
            file_name=file_name,
            data=file.data,
            loaded_at=at,
            organisation_id=organisation_id,
        )
    else:
        store.replace_version(session, version=version, file_name=file_name, data=file.data, loaded_at=at)
    old_status, old_sha256 = (None, None) if standing is None else standing
    event = Event(
        organisation_id=organisation_id,
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


def list_versions(session: Session, *, whose: Whose = SHARED) -> tuple[StoredVersion, ...]:
    """The versions that may be seen, by set and by the day from which they are valid; those shared, unless said."""
    return store.list_versions(session, whose=whose)


def list_hashes(session: Session) -> frozenset[str]:
    """The SHA-256 of every version that is loaded: as long as these stay, so does whatever was made of them."""
    return store.list_hashes(session)


def get_version(session: Session, name: str, *, whose: Whose = SHARED) -> Version:
    """The version of that name (`open-toms@2021.1`); released ones are made from their rows once per process.

    One of another organisation is not found.
    """
    set_id, version = split_name(name)
    standing = store.get_standing(session, set_id=set_id, version=version, whose=whose)
    if standing is None:
        raise _not_loaded(session, name, whose)
    status, sha256 = standing
    return _made(session, set_id=set_id, version=version, status=status, sha256=sha256, whose=whose)


def versions_of_set(session: Session, set_id: str, *, whose: Whose = SHARED) -> dict[str, Version]:
    """All versions of a measure set by their version name, by the day from which they are valid."""
    return {
        version: _made(session, set_id=set_id, version=version, status=status, sha256=sha256, whose=whose)
        for version, status, sha256 in store.list_standings(session, set_id=set_id, whose=whose)
    }


def _made(session: Session, *, set_id: str, version: str, status: Status, sha256: str, whose: Whose) -> Version:
    found = _released.get(sha256) or store.get_version(session, set_id=set_id, version=version, whose=whose)
    if found is None:
        raise _not_loaded(session, f"{set_id}@{version}", whose)
    if _is_frozen(status):
        _released.keep(sha256, found)
    return found


def compare_versions(session: Session, old: str, new: str, *, whose: Whose = SHARED) -> Difference:
    """What differs between two loaded versions, followed through the versions between them (RULES 7.2)."""
    first, second = get_version(session, old, whose=whose), get_version(session, new, whose=whose)
    between = versions_of_set(session, second.set_id, whose=whose) if first.set_id == second.set_id else {}
    return difference(first, second, between=tuple(between.values()))


def export_version(session: Session, name: str, *, whose: Whose = SHARED) -> StoredFile:
    """The file of a loaded version, byte for byte as it was loaded."""
    set_id, version = split_name(name)
    found = store.get_file(session, set_id=set_id, version=version, whose=whose)
    if found is None:
        raise _not_loaded(session, name, whose)
    return found


def check_stored_versions(session: Session, *, indices: Mapping[str, PriceIndex]) -> tuple[Problem, ...]:
    """What is wrong with the versions in the database: each file must have its SHA-256 and say what the rows say.

    So every stored version can be made again from the bytes that were released. None is the right answer.
    """
    stored = store.list_versions(session, whose=WHOLE_INSTALLATION)
    return tuple(problem for one in stored for problem in _check_stored(session, one, indices))


def split_name(name: str) -> tuple[str, str]:
    """The measure set and the version of a name: `open-toms@2021.1`."""
    set_id, _, version = name.partition("@")
    if not set_id or not version or "@" in version:
        raise NotFoundError(what="version", name=name, do="Write it as SET@VERSION, as in open-toms@2021.1.")
    return set_id, version


def _check_stored(session: Session, one: StoredVersion, indices: Mapping[str, PriceIndex]) -> Iterator[Problem]:
    place = f"{one.name} in the database"
    file = store.get_file(session, set_id=one.set_id, version=one.version, whose=WHOLE_INSTALLATION)
    rows = store.get_version(session, set_id=one.set_id, version=one.version, whose=WHOLE_INSTALLATION)
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


def _not_its_own(session: Session, file: VersionFile, organisation_id: int | None) -> Iterator[Problem]:
    """A file for a measure set whose name is taken by somebody else."""
    if file.as_written is None:
        return
    set_id = file.as_written.set_id
    wanted = fault_of_name(set_id, wanted_by=organisation_id, owner=store.get_owner(session, set_id=set_id))
    if wanted is not None:
        yield Problem(file=file.name, path="id", seen=shown(set_id), wanted=wanted)


def _released_before(session: Session, file: VersionFile) -> Iterator[Problem]:
    """A released file that was changed into one with problems: said first, since putting it back settles the rest."""
    if not file.problems or not file.data:
        return
    name = f"{file.set_id}@{file.version_name}"
    standing = store.get_standing(session, set_id=file.set_id, version=file.version_name, whose=WHOLE_INSTALLATION)
    if standing is None or not _is_frozen(standing[0]) or hashlib.sha256(file.data).hexdigest() == standing[1]:
        return
    seen = f"another file than the one released as {name} and loaded before"
    if file.as_written is not None:
        stored = get_version(session, name, whose=WHOLE_INSTALLATION)
        seen = f"{seen}: {'; '.join(changes_between_files(stored, file.as_written))}"
    wanted = "the file as it was, or a new version: a released version never changes"
    yield Problem(file=file.name, path="", seen=seen, wanted=wanted)


def _not_loaded(session: Session, name: str, whose: Whose) -> NotFoundError:
    loaded = ", ".join(one.name for one in store.list_versions(session, whose=whose))
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
