"""What routes ask for: a database session, the versions that are loaded, the reference figures.

All of it is put together in the server's one loop, which waits for nothing: the server would hand each piece that is
no coroutine to a thread, and a page needs that once, for its route.
"""

import asyncio
from collections.abc import AsyncIterator
from functools import cached_property
from typing import Annotated

from fastapi import Depends, Path, Query, Request
from sqlalchemy.orm import Session

from svtracker.frameworks import service as frameworks
from svtracker.frameworks.rules.owners import SHARED, Whose
from svtracker.frameworks.rules.values import Version
from svtracker.frameworks.store import StoredVersion
from svtracker.kernel.exceptions import NotFoundError
from svtracker.settings import Settings
from svtracker.tenders.rules.result import Result
from svtracker.tenders.rules.warnings import Limits
from svtracker.tenders.service import files as tenders
from svtracker.web.guard import SignInNeededError, Viewer, viewer_of
from svtracker.web.house import House, limits_of

# The worked example is an example of a file, not a tender of the demo.
EXAMPLE = "worked"


async def reading(request: Request) -> AsyncIterator[Session]:
    """A session that reads one state of the database and cannot write.

    It is closed in a thread, because that asks the database; in one that no route can have taken, because routes wait
    for the connection that is given back here.
    """
    session: Session = request.app.state.database.reader()
    try:
        yield session
    finally:
        if session.in_transaction():
            await asyncio.shield(asyncio.to_thread(session.close))


async def settings_of(request: Request) -> Settings:
    """The settings of the running application."""
    settings: Settings = request.app.state.settings
    return settings


# The number of a thing in an address. What is beyond the largest that a database counts to is nothing's number.
LARGEST = 2**63 - 1
Number = Annotated[int, Path(ge=1, le=LARGEST)]

# How a comparison is looked at: which bid is pinned, and whether it stands in parts for paper.
Pin = Annotated[str, Query(max_length=20)]
Sheets = Annotated[str, Query(max_length=10)]

Reading = Annotated[Session, Depends(reading)]
OwnSettings = Annotated[Settings, Depends(settings_of)]


async def signed(request: Request) -> Viewer:
    """Who is signed in, for a route that the access table opens to nobody else."""
    viewer = viewer_of(request)
    if viewer is None:
        raise SignInNeededError
    return viewer


Signed = Annotated[Viewer, Depends(signed)]


def whose_of(request: Request) -> Whose:
    """The measure sets that whoever asks may see: those that all share, and those of the organisation they work for."""
    viewer = viewer_of(request)
    return SHARED if viewer is None else Whose(organisation_id=viewer.organisation.id)


class Scorer:
    """Scores tender files against the versions that are loaded."""

    def __init__(self, request: Request, session: Session) -> None:
        self.request, self.session, self.whose = request, session, whose_of(request)

    @cached_property
    def loaded(self) -> tuple[StoredVersion, ...]:
        """What is loaded, by set and age, without the measures."""
        return frameworks.list_versions(self.session, whose=self.whose)

    @property
    def names(self) -> list[str]:
        """The names of what is loaded, newest first within a set."""
        return [one.name for one in reversed(self.loaded)]

    def versions(self) -> tuple[Version, ...]:
        """All versions that are loaded, newest first within a set."""
        return tuple(frameworks.get_version(self.session, one.name, whose=self.whose) for one in reversed(self.loaded))

    @property
    def limits(self) -> Limits:
        """From where on a figure is doubted: by the policy of whoever is signed in, else of this installation."""
        viewer = viewer_of(self.request)
        house: House = self.request.app.state.renderer.house
        return limits_of(house.policy if viewer is None else viewer.policy)

    def score(self, *, name: str, data: bytes) -> Result:
        """The scored tender, or `RefusedError` with every problem of the file."""
        return tenders.score_file(
            name=name,
            data=data,
            find_version=self._find,
            known_versions=lambda: self.names,
            minimum_wage=self.request.app.state.reference.minimum_wage,
            limits=self.limits,
        )

    def _find(self, set_id: str, version: str) -> Version | None:
        name = f"{set_id}@{version}"
        return frameworks.get_version(self.session, name, whose=self.whose) if name in self.names else None


async def scorer_of(request: Request, session: Reading) -> Scorer:
    """What scores for one request."""
    return Scorer(request, session)


Scoring = Annotated[Scorer, Depends(scorer_of)]


class Shelf:
    """The demo's tenders: files that come with svtracker, scored when they are first asked for and kept."""

    def __init__(self, settings: Settings, scorer: Scorer) -> None:
        self.settings, self.scorer = settings, scorer

    def all(self) -> list[tuple[str, Result]]:
        """Every tender of the demo with its key; none where this is not the demo."""
        return [(key, self._scored(key)) for key in self._keys()]

    def get(self, key: str) -> Result:
        """One tender of the demo."""
        if key not in self._keys():
            raise NotFoundError(what="tender", name=key, do="Choose one from the list of tenders.")
        return self._scored(key)

    def example(self) -> Result:
        """The worked example, which there is in every installation."""
        return self._scored(EXAMPLE)

    def _keys(self) -> list[str]:
        stems = [path.stem for path in tenders.tender_files(self.settings.demo_dir)] if self.settings.demo else []
        return [stem for stem in stems if stem != EXAMPLE]

    def _scored(self, key: str) -> Result:
        path = self.settings.demo_dir / f"{key}.yaml"
        data = path.read_bytes()
        kept: dict[tuple[bytes, frozenset[str], Limits, Whose], Result] = self.scorer.request.app.state.scored
        place = (data, frameworks.list_hashes(self.scorer.session), self.scorer.limits, self.scorer.whose)
        if place not in kept:
            kept[place] = self.scorer.score(name=path.name, data=data)
        return kept[place]


async def shelf_of(settings: OwnSettings, scorer: Scoring) -> Shelf:
    """The demo's tenders for one request."""
    return Shelf(settings, scorer)


Shelved = Annotated[Shelf, Depends(shelf_of)]
