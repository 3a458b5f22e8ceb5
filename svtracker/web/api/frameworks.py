"""Measure sets as JSON: the same read models as the pages, with the keys of a version's file (FORMATS 1 and 3)."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from svtracker.frameworks.answer import Answer, difference_answer, measure_answer, version_answer, versions_answer
from svtracker.frameworks.rules.history import history
from svtracker.frameworks.rules.selection import Selection, select
from svtracker.frameworks.rules.uprating import wanted_unit_value
from svtracker.frameworks.rules.values import (
    Category,
    DropReason,
    How,
    Kind,
    ListName,
    Locality,
    Series,
    Status,
    Weighting,
)
from svtracker.kernel import wording
from svtracker.kernel.exceptions import NotFoundError
from svtracker.kernel.units import Unit
from svtracker.web import errors
from svtracker.web.api.responses import NOT_FOUND, Error, Responses
from svtracker.web.library import Browsing
from svtracker.web.pages.frameworks_compare import proposed

router = APIRouter(prefix="/api/v1", tags=["measure sets"])

UNKNOWN_CHOICE: Responses = {422: {"model": Error, "description": "A choice in the address does not fit"}}


class _Body(BaseModel):
    """Decimals are texts, compared as numbers; dates are ISO; money is in pounds."""

    model_config = ConfigDict(extra="forbid")


class Valid(_Body):
    """The days on which a version is meant to be used; `to` is null where it has no end."""

    from_: str = Field(alias="from")
    to: str | None


class VersionSummary(_Body):
    """A version without its measures."""

    id: str
    version: str
    title: str
    status: Status
    valid: Valid
    supersedes: str | None
    price_year: int
    licence: str
    counts: dict[ListName, int]
    sha256: str
    loaded_at: str


class Versions(_Body):
    """All versions of all measure sets."""

    versions: list[VersionSummary]


class ContractValue(_Body):
    """The contract values for which a list is meant, in £; `below` is exclusive."""

    from_: str | None = Field(alias="from")
    below: str | None


class MeasureList(_Body):
    """A list of a version."""

    title: str
    contract_value: ContractValue


class Source(_Body):
    """Where figures come from, and on which terms."""

    title: str
    href: str | None
    licence: str
    retrieved: str | None


class ValueRange(_Body):
    """The lowest and highest figure of the source."""

    low: str
    high: str


class ValueBasis(_Body):
    """The source figure of a unit value, where it stands, and the index that brings it to the version's prices."""

    source: str
    at: str
    figure: str
    price_year: int | None
    year: Series
    index: str
    forecast: bool
    range: ValueRange | None


class Replacement(_Body):
    """An earlier measure that a measure takes the place of."""

    version: str
    ref: str
    how: How
    reason: str


class Measure(_Body):
    """What is counted, in which unit, and what one of it is worth in £ (`value`)."""

    ref: str
    title: str
    counts: str
    unit: Unit
    lists: list[ListName]
    category: Category
    locality: Locality
    evidence: str
    kind: Kind
    value: str | None
    value_basis: ValueBasis | None
    replaces: list[Replacement]
    changed: str
    aliases: list[str]
    first_year_only: bool
    also_counts_in: list[str]
    never_with: list[str]
    weighting: Weighting


class Outcome(_Body):
    """What the measures below it are meant to bring about."""

    id: str
    title: str
    measures: list[Measure]


class Theme(_Body):
    """The top of the tree."""

    id: str
    title: str
    outcomes: list[Outcome]


class Dropped(_Body):
    """A measure of the version before that has no successor."""

    version: str
    ref: str
    reason: DropReason
    note: str


class VersionTree(_Body):
    """A version with the keys of its file; `sha256` is of the file's bytes."""

    id: str
    version: str
    title: str
    status: Status
    valid: Valid
    supersedes: str | None
    price_year: int
    licence: str
    about: str
    sha256: str
    counts: dict[ListName, int]
    lists: dict[ListName, MeasureList]
    sources: dict[str, Source]
    themes: list[Theme]
    dropped: list[Dropped]


class Framework(_Body):
    """Which version this is of."""

    id: str
    version: str
    sha256: str


class Heading(_Body):
    """A theme or outcome by its name."""

    id: str
    title: str


class IndexFigure(_Body):
    """What the price index stands at in a year, exactly."""

    year: str
    value: str
    forecast: bool


class Working(_Body):
    """figure x index_to / index_from, rounded once, is the value; both are null where no index is used."""

    figure: str
    index_to: IndexFigure | None
    index_from: IndexFigure | None
    value: str
    forecast: bool
    text: str


class Stage(_Body):
    """The measure in one version; `change_percent` is against the unit value before, where they can be compared."""

    version: str
    ref: str
    title: str
    unit: Unit
    price_year: int
    value: str | None
    how: How | None
    reason: str
    changed: str
    change_percent: str | None


class WhereDropped(_Body):
    """The version in which the measure has no successor, and why."""

    in_: str = Field(alias="in")
    reason: DropReason
    note: str


class MeasureInFull(_Body):
    """A measure with the working of its unit value and its history, newest first."""

    framework: Framework
    theme: Heading
    outcome: Heading
    measure: Measure
    source: Source | None
    working: Working | None
    history: list[Stage]
    dropped: WhereDropped | None


class AddedMeasure(_Body):
    """A measure without a forerunner."""

    ref: str
    title: str


class RemovedMeasure(_Body):
    """A measure without a successor."""

    ref: str
    title: str
    reason: DropReason | None
    note: str


class TextChange(_Body):
    """What was and what is, as words or a closed list's value."""

    ref: str
    old_ref: str
    from_: str = Field(alias="from")
    to: str


class ValueChange(_Body):
    """A unit value before and after; null where there is none."""

    ref: str
    old_ref: str
    from_: str | None = Field(alias="from")
    to: str | None
    percent: str | None


class ListChange(_Body):
    """The lists of a measure before and after."""

    ref: str
    old_ref: str
    from_: list[ListName] = Field(alias="from")
    to: list[ListName]


class Regrouped(_Body):
    """Measures that were split or merged."""

    how: How
    old_refs: list[str]
    refs: list[str]


class Comparison(_Body):
    """What differs between two versions, as `svtracker frameworks diff --json` prints it."""

    from_: str = Field(alias="from")
    to: str
    counts: dict[ListName, tuple[int, int]]
    added: list[AddedMeasure]
    removed: list[RemovedMeasure]
    renamed: list[TextChange]
    revalued: list[ValueChange]
    moved: list[ListChange]
    unit_changed: list[TextChange]
    locality_changed: list[TextChange]
    regrouped: list[Regrouped]


@router.get("/frameworks", response_model=Versions, summary="All measure sets and their versions")
def frameworks(library: Browsing) -> Answer:
    """Identity, standing, counts per list and SHA-256 of every version, by set and by the first day of use."""
    return versions_answer(library.loaded())


@router.get(
    "/frameworks/{set_id}/compare",
    response_model=Comparison,
    responses={**NOT_FOUND, **UNKNOWN_CHOICE},
    summary="Two versions compared",
)
def compare(
    request: Request,
    library: Browsing,
    set_id: str,
    old: Annotated[str, Query(alias="from", description="The version to start from, as in 2018.1")] = "",
    new: Annotated[str, Query(alias="to", description="The version to compare it with, as in 2021.1")] = "",
) -> Answer | Response:
    """The same object as `svtracker frameworks diff --json`; without a choice the newest version and the one before."""
    old, new = proposed(library.of_set(set_id), old=old, new=new)
    if not old:
        raise NotFoundError(what="second version", name=set_id, do="There is only one version, so nothing differs.")
    before, after = library.version(set_id, old)[0], library.version(set_id, new)[0]
    if before.version == after.version:
        return errors.answer(
            request,
            status=422,
            title="Nothing to compare",
            what=f"Both versions are {new}.",
            why="A version is compared with another one.",
            do="Choose two versions that differ.",
        )
    return difference_answer(library.difference(before, after))


@router.get(
    "/frameworks/{set_id}/{version}",
    response_model=VersionTree,
    responses={**NOT_FOUND, **UNKNOWN_CHOICE},
    summary="A version with all its measures",
)
def version_tree(
    *,
    library: Browsing,
    set_id: str,
    version: str,
    list_name: Annotated[ListName | None, Query(alias="list", description="Only measures on this list")] = None,
    theme: Annotated[str | None, Query(description="Only measures of the theme with this id")] = None,
    kind: Annotated[Kind | None, Query(description="Only measures of this kind")] = None,
    find: Annotated[str, Query(max_length=200, description="Only measures that say all of these words")] = "",
) -> Answer:
    """The tree of themes, outcomes and measures; of the tree only what was asked for, where something was."""
    found, _ = library.version(set_id, version)
    themes = [one.id for one in found.themes]
    if theme and theme not in themes:
        raise NotFoundError(what="theme", name=theme, do=f"Choose {wording.listed(themes)}.")
    selection = Selection(list=list_name, theme=theme or None, kind=kind, text=find)
    return version_answer(found, themes=None if selection.is_all else select(found, selection))


@router.get(
    "/frameworks/{set_id}/{version}/measures/{ref}",
    response_model=MeasureInFull,
    responses=NOT_FOUND,
    summary="A measure with its working and history",
)
def measure(request: Request, library: Browsing, set_id: str, version: str, ref: str) -> Answer:
    """What is counted, the unit value with every figure behind it, and what became of the measure over the versions."""
    found, one, versions = library.measure(set_id, version, ref)
    basis = one.value_basis
    index = request.app.state.reference.indices.get(basis.index) if basis else None
    worked = wanted_unit_value(basis=basis, price_year=found.price_year, index=index) if basis else None
    told = history(version=found, ref=ref, versions=versions)
    return measure_answer(found, one, worked=worked, told=told)
