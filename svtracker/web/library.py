"""Measure sets for routes: what is asked for by its address, or the error that says what there is instead."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import Depends, Request

from svtracker.frameworks import service
from svtracker.frameworks.rules.diff import Difference
from svtracker.frameworks.rules.owners import Whose
from svtracker.frameworks.rules.values import Measure, Version
from svtracker.frameworks.store import StoredFile, StoredVersion
from svtracker.kernel import wording
from svtracker.kernel.exceptions import NotFoundError
from svtracker.storage.engines import Database
from svtracker.web.dependencies import whose_of


class Library:
    """The measure sets that are loaded, for one request.

    Each question is a unit of work of its own, over before its answer is made into a page: a session that lasts as
    long as the request is closed in a second thread, which costs as much as the question.
    """

    def __init__(self, database: Database, whose: Whose) -> None:
        self.database, self.whose = database, whose

    def loaded(self) -> tuple[StoredVersion, ...]:
        """What is loaded, without the measures."""
        with self.database.reading() as session:
            return service.list_versions(session, whose=self.whose)

    def versions(self) -> tuple[Version, ...]:
        """All versions of all measure sets."""
        with self.database.reading() as session:
            return tuple(
                service.get_version(session, one.name, whose=self.whose)
                for one in service.list_versions(session, whose=self.whose)
            )

    @property
    def own(self) -> frozenset[str]:
        """The measure sets that are the organisation's own."""
        return frozenset(one.set_id for one in self.loaded() if one.organisation_id is not None)

    def of_set(self, set_id: str) -> Mapping[str, Version]:
        """All versions of a measure set by their version name."""
        with self.database.reading() as session:
            versions = service.versions_of_set(session, set_id, whose=self.whose)
        if not versions:
            known = wording.listed(sorted({one.set_id for one in self.loaded()}))
            do = f"Choose from the list of measure sets: {known}." if known else "None is loaded yet."
            raise NotFoundError(what="measure set", name=set_id, do=do)
        return versions

    def version(self, set_id: str, version: str) -> tuple[Version, Mapping[str, Version]]:
        """One version, and all versions of its set by their version name."""
        versions = self.of_set(set_id)
        if version not in versions:
            known = wording.listed(sorted(versions))
            raise NotFoundError(what="version", name=f"{set_id} {version}", do=f"There are {known}.")
        return versions[version], versions

    def measure(self, set_id: str, version: str, ref: str) -> tuple[Version, Measure, Mapping[str, Version]]:
        """One measure with its version, and all versions of its set."""
        found, versions = self.version(set_id, version)
        if ref not in found.measures:
            raise NotFoundError(
                what="measure", name=ref, do=f"Look for it among the measures of {found.title} {found.version}."
            )
        return found, found.measures[ref], versions

    def difference(self, old: Version, new: Version) -> Difference:
        """What differs between two versions."""
        with self.database.reading() as session:
            return service.compare_versions(session, old.name, new.name, whose=self.whose)

    def file(self, version: Version) -> StoredFile:
        """The file of a version, byte for byte."""
        with self.database.reading() as session:
            return service.export_version(session, version.name, whose=self.whose)


async def library_of(request: Request) -> Library:
    """The measure sets for one request."""
    return Library(request.app.state.database, whose_of(request))


Browsing = Annotated[Library, Depends(library_of)]
