"""What every page shares: the frame around it, and how a template becomes an answer."""

import hashlib
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse

from svtracker import __version__
from svtracker.identity.rules.roles import Role
from svtracker.kernel import wording
from svtracker.registers.rules.policy import DEFAULT, Policy
from svtracker.settings import Settings
from svtracker.web.access import RULES, Audience
from svtracker.web.caching import Kept
from svtracker.web.guard import Viewer, roles_in, viewer_of
from svtracker.web.house import House
from svtracker.web.tasks import place_of

SERVICE = "Social value"
CONTRACTS = "/contracts"


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A link in the navigation."""

    label: str
    href: str
    current: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Me:
    """Who reads the page: name, and the mark that every form of theirs carries."""

    name: str
    organisation: str
    form_token: str = field(repr=False)
    by_link: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """The frame: whose installation this is, who reads, and the way through it."""

    council: str
    brand: str | None
    service: str
    demo: bool
    support_address: str | None
    nav: tuple[Link, ...]
    me: Me | None
    version: str
    source_href: str | None
    asset: Callable[[str], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class FormError:
    """An error as it stands on top of a page and at its field."""

    text: str
    href: str


@dataclass(frozen=True, kw_only=True)
class Page:
    """What every page has: its name, what it is, the answer to its question, the way back, errors of its form."""

    title: str
    caption: str | None = None
    answer: str | None = None
    crumbs: tuple[tuple[str, str], ...] = ()
    errors: tuple[FormError, ...] = ()
    head_title: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Download:
    """A way to take a page's figures along."""

    label: str
    href: str


SECTIONS = (
    ("Home", "/"),
    ("Tenders", "/tenders"),
    ("Portfolio", "/tenders/portfolio"),
    ("Contracts", CONTRACTS),
    ("Measures", "/frameworks"),
    ("Score a tender file", "/score"),
    ("Policy", "/policy"),
    ("People", "/people"),
    ("Organisation", "/organisation"),
    ("Record", "/audit"),
    ("Help", "/help"),
)


class Renderer:
    """Templates with their frame."""

    def __init__(self, settings: Settings, *, house: House) -> None:
        self.settings = settings
        self.house = house
        self.environment = _environment(settings.templates_dir)
        self._asset = _asset_maker(settings.static_dir)

    def page(self, request: Request, template: str, page: Page, *, status: int = 200) -> HTMLResponse:
        """The whole page in its frame."""
        text = self.environment.get_template(template).render(site=self._site(request), page=page)
        # Half a character that an odd encoding of a form left is shown as a question mark.
        return HTMLResponse(text.encode("utf-8", errors="replace"), status_code=status)

    def block(self, request: Request, template: str, block: str, page: Page) -> HTMLResponse:
        """One named block of the same template, for htmx."""
        compiled = self.environment.get_template(template)
        context = compiled.new_context({"site": self._site(request), "page": page})
        return HTMLResponse("".join(compiled.blocks[block](context)))

    def _site(self, request: Request) -> Site:
        path, viewer = request.url.path, viewer_of(request)
        roles = frozenset() if viewer is None else roles_in(viewer, request.app.state.clock().date())
        return Site(
            council=self.house.name if viewer is None else viewer.organisation.name,
            brand=_brand(self.house.policy if viewer is None else viewer.policy),
            service=SERVICE,
            demo=self.settings.demo,
            support_address=self.settings.support_address,
            nav=(
                *_own_task(viewer, path),
                *(
                    Link(label=label, href=href, current=_is_current(href, path))
                    for label, href in SECTIONS
                    if _is_open(href, viewer, roles)
                ),
            ),
            me=None if viewer is None else _me(viewer),
            version=__version__,
            source_href=self.settings.source_href,
            asset=self._asset,
        )


@cache
def _environment(folder: Path) -> Environment:
    """The templates of a folder, each compiled once in a process."""
    environment = Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.filters.update(pounds=wording.pounds, grouped=wording.grouped, day=wording.day, counted=wording.counted)
    return environment


def wants_block(request: Request) -> bool:
    """Whether htmx asks for a part of the page only."""
    return request.headers.get("hx-request-type") == "partial"


def _own_task(viewer: Viewer | None, path: str) -> tuple[Link, ...]:
    """The way back to the task of who came by a personal link."""
    place = place_of(None if viewer is None else viewer.session.link)
    if place is None:
        return ()
    is_here = path == place.first or path.startswith(f"{place.first}/")
    return (Link(label=place.label, href=place.first, current=is_here),)


def _is_open(href: str, viewer: Viewer | None, roles: frozenset[Role]) -> bool:
    """Whether a section is shown: one that the reader may not open is left out; `roles` are those for one contract."""
    rule = RULES["GET", href]
    if rule.who is Audience.EVERYBODY:
        return True
    if viewer is None or viewer.session.link is not None:
        return False
    return rule.lets_in(viewer.session.roles | roles if href == CONTRACTS else viewer.session.roles)


def _brand(policy: Policy) -> str | None:
    """The address of the style sheet with the colour of an organisation; none where it is that of everybody."""
    return None if policy.brand_colour == DEFAULT.brand_colour else f"/brand/{policy.brand_colour[1:]}.css"


def _me(viewer: Viewer) -> Me:
    return Me(
        name=viewer.session.name,
        organisation=viewer.organisation.short_name,
        form_token=viewer.session.csrf,
        by_link=viewer.session.link is not None,
    )


def _is_current(href: str, path: str) -> bool:
    """Whether a page belongs to a section: to the one with the longest address that it begins with."""
    fitting = [one for _, one in SECTIONS if path == one or (one != "/" and path.startswith(f"{one}/"))]
    return href == max(fitting, key=len, default=None)


def _asset_maker(folder: Path) -> Callable[[str], str]:
    @lru_cache(maxsize=256)
    def asset(name: str) -> str:
        """The address of a static file with a mark of its content, so that browsers may keep it for ever."""
        digest = hashlib.sha256((folder / name).read_bytes()).hexdigest()[:12]
        return f"/static/{name}?v={digest}"

    return asset


def render(request: Request, template: str, page: Page, *, status: int = 200) -> HTMLResponse:
    """The page, by the renderer of the running application."""
    renderer: Renderer = request.app.state.renderer
    return renderer.page(request, template, page, status=status)


def render_kept(request: Request, template: str, *, key: Hashable, make: Callable[[], Page]) -> HTMLResponse:
    """A page that is the same for everybody who is not signed in: made once for its key, which names what it is of.

    The key holds the hash of each file behind the page, and the address stands beside it, because the frame shows
    where the reader is.
    """
    if viewer_of(request) is not None:
        return render(request, template, make())
    kept: Kept = request.app.state.kept
    path = request.url.path
    house = request.app.state.renderer.house
    return HTMLResponse(kept.get((template, path, house, key), lambda: bytes(render(request, template, make()).body)))


def downloads(base: str, kinds: Sequence[tuple[str, str]], *, query: str = "") -> tuple[Download, ...]:
    """Links to the same figures as files: label and ending."""
    tail = f"?{query}" if query else ""
    return tuple(Download(label=label, href=f"{base}.{ending}{tail}") for label, ending in kinds)
