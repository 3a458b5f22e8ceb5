"""Pages about measure sets, readable without signing in: sets, versions, measures, two versions side by side."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, TypeVar

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import RedirectResponse, Response

from svtracker.frameworks.rules.history import history
from svtracker.frameworks.rules.selection import Selection, select
from svtracker.frameworks.rules.values import Kind, ListName, Version
from svtracker.kernel import wording
from svtracker.kernel.exceptions import NotFoundError
from svtracker.reports import frameworks as reports
from svtracker.web.caching import validated
from svtracker.web.downloads import CSV, YAML, attachment
from svtracker.web.guard import may_use
from svtracker.web.library import Browsing
from svtracker.web.pages import frameworks as pages
from svtracker.web.pages.frame import Renderer, render, render_kept, wants_block
from svtracker.web.pages.frameworks_compare import choose_page, compare_page, proposed
from svtracker.web.pages.frameworks_measure import MeasurePage, measure_page
from svtracker.web.routes.audit import sees_record

router = APIRouter()

Known = TypeVar("Known")


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks of a version's measures; a list, theme or kind that there is not is not found."""

    list_name: str
    theme: str
    measure_kind: str
    find: str

    def of(self, version: Version) -> Selection:
        """The same as a selection of that version's measures."""
        themes = {theme.id: theme.id for theme in version.themes}
        return Selection(
            list=_one_of({name.value: name for name in ListName}, self.list_name, what="list"),
            theme=_one_of(themes, self.theme, what="theme"),
            kind=_one_of({kind.value: kind for kind in Kind}, self.measure_kind, what="kind"),
            text=self.find,
        )


async def asked_of(
    list_name: Annotated[str, Query(alias="list")] = "",
    theme: Annotated[str, Query()] = "",
    measure_kind: Annotated[str, Query(alias="kind")] = "",
    find: Annotated[str, Query(max_length=200)] = "",
) -> Asked:
    """The query of the address."""
    return Asked(list_name=list_name, theme=theme, measure_kind=measure_kind, find=find)


Asking = Annotated[Asked, Depends(asked_of)]


@router.get("/frameworks")
def sets(request: Request, library: Browsing) -> Response:
    """Every measure set with its versions."""
    page = pages.sets_page(library.versions(), own=library.own, may_load=may_use(request, "GET", "/frameworks/upload"))
    return validated(request, render(request, "frameworks/index.html", page))


@router.get("/frameworks/download.{kind}")
def sets_download(request: Request, library: Browsing, kind: str) -> Response:
    """The list of versions as a file."""
    sheet = reports.versions_sheet(pages.newest_first(library.versions()))
    return validated(request, attachment([sheet], kind=kind, name="measure-sets", title="Measure sets"))


@router.get("/frameworks/{set_id}")
def newest(library: Browsing, set_id: str) -> RedirectResponse:
    """The newest released version of a measure set."""
    latest = pages.newest(list(library.of_set(set_id).values()))
    return RedirectResponse(pages.version_href(latest), status_code=307)


@router.get("/frameworks/{set_id}/compare")
def compare(
    request: Request,
    library: Browsing,
    set_id: str,
    old: Annotated[str, Query(alias="from", max_length=100)] = "",
    new: Annotated[str, Query(alias="to", max_length=100)] = "",
) -> Response:
    """Two versions side by side; without a choice the newest and the one before it."""
    versions = library.of_set(set_id)
    old, new = proposed(versions, old=old, new=new)
    if old not in versions or new not in versions or old == new:
        page = choose_page(versions, old=old, new=new)
        status = 404 if {old, new} - {"", *versions} else 422 if page.errors else 200
        return render(request, "frameworks/compare.html", page, status=status)
    found = library.difference(versions[old], versions[new])
    page = compare_page(versions[old], versions[new], found, versions=versions)
    return validated(request, render(request, "frameworks/compare.html", page))


@router.get("/frameworks/{set_id}/compare/download.{kind}")
def compare_download(
    *,
    request: Request,
    library: Browsing,
    set_id: str,
    kind: str,
    old: Annotated[str, Query(alias="from")],
    new: Annotated[str, Query(alias="to")],
) -> Response:
    """What differs between two versions as a file."""
    before, after = library.version(set_id, old)[0], library.version(set_id, new)[0]
    sheets = reports.difference_sheets(before, after, library.difference(before, after))
    title = f"{pages.version_title(before)} and {after.version}"
    return validated(request, attachment(sheets, kind=kind, name=f"{set_id}-{old}-to-{new}", title=title))


@router.get("/frameworks/{set_id}/{version}")
def version_tree(
    request: Request,
    library: Browsing,
    set_id: str,
    version: str,
    asked: Asking,
) -> Response:
    """A version as a tree, filtered where the address says so; htmx gets the tree alone."""
    found, versions = library.version(set_id, version)
    selection = asked.of(found)
    today = request.app.state.clock().date()

    may_see = sees_record(request)

    def page() -> pages.VersionPage:
        return pages.version_page(found, selection=selection, others=versions, on=today, sees_record=may_see)

    if wants_block(request):
        renderer: Renderer = request.app.state.renderer
        response = renderer.block(request, "frameworks/version.html", "tree", page())
    else:
        key = (_hashes(versions), selection, today, may_see)
        response = render_kept(request, "frameworks/version.html", key=key, make=page)
    return validated(request, response, vary="HX-Request-Type")


@router.get("/frameworks/{set_id}/{version}/download.{kind}")
def version_download(
    *,
    request: Request,
    library: Browsing,
    set_id: str,
    version: str,
    kind: str,
    asked: Asking,
) -> Response:
    """A version as a file: its own bytes, or tables of the measures that were chosen."""
    found, versions = library.version(set_id, version)
    title = pages.version_title(found)
    name = f"{set_id}-{version}"
    if kind == YAML:
        return validated(request, attachment(library.file(found).data, kind=kind, name=name, title=title))
    selection = asked.of(found)
    themes, chosen = select(found, selection), pages.chosen_words(found, selection)
    sheets = (
        [reports.measures_sheet(found, themes=themes, chosen=chosen)]
        if kind == CSV
        else reports.version_sheets(found, themes=themes, chosen=chosen, others=versions)
    )
    part = "" if selection.is_all else "-part"
    return validated(request, attachment(sheets, kind=kind, name=f"{name}{part}", title=title))


@router.get("/frameworks/{set_id}/{version}/measures/{ref}")
def measure(request: Request, library: Browsing, set_id: str, version: str, ref: str) -> Response:
    """A measure: what counts, what one is worth and why, its history."""
    found, one, versions = library.measure(set_id, version, ref)

    def page() -> MeasurePage:
        told = history(version=found, ref=ref, versions=versions)
        return measure_page(found, one, indices=request.app.state.reference.indices, told=told)

    return validated(request, render_kept(request, "frameworks/measure.html", key=_hashes(versions), make=page))


def _hashes(versions: Mapping[str, Version]) -> tuple[str, ...]:
    return tuple(version.sha256 for version in versions.values())


def _one_of(known: Mapping[str, Known], name: str, *, what: str) -> Known | None:
    if not name:
        return None
    if name not in known:
        raise NotFoundError(what=what, name=name, do=f"Choose {wording.listed(sorted(known))}.")
    return known[name]
