"""Measure sets for routes: what is asked for by its address, or the error that says what there is instead."""

from collections.abc import Mapping
from functools import cached_property
from typing import Annotated

from fastapi import Depends, Request
from sqlalchemy.orm import Session

from svtracker.frameworks import service
from svtracker.frameworks.rules.diff import Difference
from svtracker.frameworks.rules.values import Measure, Version
from svtracker.frameworks.store import StoredFile, StoredVersion
from svtracker.kernel import wording
from svtracker.kernel.exceptions import NotFoundError
from svtracker.web.dependencies import Reading, whose_of


class Library:
    """The measure sets that are loaded, for one request."""

    def __init__(self, request: Request, session: Session) -> None:
        self.session, self.whose = session, whose_of(request)

    @cached_property
    def loaded(self) -> tuple[StoredVersion, ...]:
        """What is loaded, without the measures."""
        return service.list_versions(self.session, whose=self.whose)

    def versions(self) -> tuple[Version, ...]:
        """All versions of all measure sets."""
        return tuple(service.get_version(self.session, one.name, whose=self.whose) for one in self.loaded)

    @property
    def own(self) -> frozenset[str]:
        """The measure sets that are the organisation's own."""
        return frozenset(one.set_id for one in self.loaded if one.organisation_id is not None)

    def of_set(self, set_id: str) -> Mapping[str, Version]:
        """All versions of a measure set by their version name."""
        versions = service.versions_of_set(self.session, set_id, whose=self.whose)
        if not versions:
            known = wording.listed(sorted({one.set_id for one in self.loaded}))
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
        return service.compare_versions(self.session, old.name, new.name, whose=self.whose)

    def file(self, version: Version) -> StoredFile:
        """The file of a version, byte for byte."""
        return service.export_version(self.session, version.name, whose=self.whose)


async def library_of(request: Request, session: Reading) -> Library:
    """The measure sets for one request."""
    return Library(request, session)


Browsing = Annotated[Library, Depends(library_of)]
