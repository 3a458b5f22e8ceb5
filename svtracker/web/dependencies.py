"""What routes ask for: a database session, the versions that are loaded, the reference figures."""

from collections.abc import Iterator
from functools import cached_property
from typing import Annotated

from fastapi import Depends, Path, Request
from sqlalchemy.orm import Session

from svtracker.frameworks import service as frameworks
from svtracker.frameworks.rules.owners import SHARED, Whose
from svtracker.frameworks.rules.values import Version
from svtracker.frameworks.store import StoredVersion
from svtracker.kernel.exceptions import NotFoundError
from svtracker.settings import Settings
from svtracker.tenders import service as tenders
from svtracker.tenders.rules.result import Result
from svtracker.tenders.rules.warnings import Limits
from svtracker.web.guard import SignInNeededError, Viewer, viewer_of
from svtracker.web.house import House, limits_of

# The worked example is an example of a file, not a tender of the demo.
EXAMPLE = "worked"


def reading(request: Request) -> Iterator[Session]:
    """A session that reads one state of the database and cannot write."""
    with request.app.state.database.reading() as session:
        yield session


def settings_of(request: Request) -> Settings:
    """The settings of the running application."""
    settings: Settings = request.app.state.settings
    return settings


# The number of a thing in an address. What is beyond the largest that a database counts to is nothing's number.
LARGEST = 2**63 - 1
Number = Annotated[int, Path(ge=1, le=LARGEST)]

Reading = Annotated[Session, Depends(reading)]
OwnSettings = Annotated[Settings, Depends(settings_of)]


def signed(request: Request) -> Viewer:
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

    def __init__(self, request: Request, session: Reading) -> None:
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


Scoring = Annotated[Scorer, Depends()]


class Shelf:
    """The demo's tenders: files that come with svtracker, scored when they are first asked for and kept."""

    def __init__(self, settings: OwnSettings, scorer: Scoring) -> None:
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


Shelved = Annotated[Shelf, Depends()]
