"""Templates and the values that they show: what a template reads is there, and what is there is read."""

import dataclasses
import re
import types
import typing
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jinja2 import Environment, nodes
from starlette.testclient import TestClient

from svtracker.web.caching import Kept
from svtracker.web.pages.frame import Page, Renderer, Site
from tests.guards.test_pages import states
from tests.web.conftest import MakeClient
from tests.web.identity_provider import provider, settings_of
from tests.web.installation import ROOT, WORKED
from tests.web.visitors import password_token

TEMPLATES = ROOT / "templates"
# What every page has; the frame reads it, not each template.
FRAME = {field.name for field in dataclasses.fields(Page)}

# Fields that a page carries and its template does not read, each with its reason.
UNREAD = {
    ("UsersPlan", "done"): "a plan that was carried out leads on to the list of people",
    ("Rule", "who"): "read as `who_words`, which is made of it",
    ("Problem", "file"): "the form names the file once, above its problems; the JSON and the command repeat it",
}


@cache
def environment() -> Environment:
    return Environment(autoescape=True)


@cache
def tree(name: str) -> nodes.Template:
    return environment().parse((TEMPLATES / name).read_text(encoding="utf-8"))


def names() -> list[str]:
    return sorted(path.relative_to(TEMPLATES).as_posix() for path in TEMPLATES.rglob("*.html"))


def related(name: str) -> set[str]:
    """The template itself, what it extends and what it takes macros from, all the way up."""
    found = {name}
    for kind in (nodes.Extends, nodes.FromImport, nodes.Import, nodes.Include):
        for node in tree(name).find_all(kind):
            assert isinstance(node.template, nodes.Const), f"{name} computes the name of a template"
            found |= related(node.template.value)
    return found


def read_of(name: str, variable: str) -> set[str]:
    """The attributes of a variable that a template, or what it builds on, reads."""
    return {
        node.attr
        for one in related(name)
        for node in tree(one).find_all(nodes.Getattr)
        if isinstance(node.node, nodes.Name) and node.node.name == variable
    }


def attributes_of(name: str) -> set[str]:
    """Every attribute that a template, or what it builds on, reads of anything, also by the name in a filter."""
    read = {node.attr for one in related(name) for node in tree(one).find_all(nodes.Getattr)}
    for one in related(name):
        for node in tree(one).find_all(nodes.Filter):
            read |= {arg.value for arg in node.args if isinstance(arg, nodes.Const) and isinstance(arg.value, str)}
    return read


def parts(kind: Any, seen: set[type]) -> Iterator[type]:
    """The dataclasses that a page's values are made of, all the way down."""
    for inner in typing.get_args(kind):
        yield from parts(inner, seen)
    origin = typing.get_origin(kind) or kind
    if origin is types.UnionType or not dataclasses.is_dataclass(origin) or origin in seen:
        return
    seen.add(origin)
    yield origin
    hints = typing.get_type_hints(origin)
    for field in dataclasses.fields(origin):
        yield from parts(hints[field.name], seen)


@pytest.fixture
def rendered(
    client: TestClient,
    inside: TestClient,
    bidding: TestClient,
    empty: TestClient,
    make_client: MakeClient,
    sqlite_url: str,
    monkeypatch: pytest.MonkeyPatch,
) -> dict[str, set[type]]:
    """Every template with the contexts that the application really gives it."""
    seen: dict[str, set[type]] = {}
    page, block = Renderer.page, Renderer.block

    def noting_page(self: Renderer, request: Any, template: str, context: Page, **more: Any) -> Any:
        seen.setdefault(template, set()).add(type(context))
        return page(self, request, template, context, **more)

    def noting_block(self: Renderer, request: Any, template: str, name: str, context: Page) -> Any:
        seen.setdefault(template, set()).add(type(context))
        return block(self, request, template, name, context)

    client.app.state.kept = Kept()  # pages that were made before are made again
    monkeypatch.setattr(Renderer, "page", noting_page)
    monkeypatch.setattr(Renderer, "block", noting_block)
    for _ in states(client, inside, empty, make_client(max_upload_bytes=2048)):
        pass
    for path in (
        "/",
        "/frameworks",
        "/frameworks/open-toms/2021.1",
        "/frameworks/open-toms/2021.1/measures/J1",
        "/frameworks/open-toms/compare",
        "/tenders",
        "/tenders/new-market",
        "/score",
        "/help",
        "/help/glossary",
        "/help/scoring",
        "/help/measures",
        "/help/data",
        "/accessibility",
        "/privacy",
        "/access",
        "/api/docs",
        "/sign-in/forgotten",
    ):
        assert client.get(path).status_code == 200
    for path in (
        "/account",
        "/account/password",
        "/audit",
        "/audit/sample",
        "/audit/version/open-toms@2021.1",
        "/organisation",
        "/tenders",
        "/tenders/1",
        "/tenders/1/report",
        "/tenders/portfolio",
        "/contracts",
        "/contracts/1",
        "/contracts/add?tender=7&bid=26",
        "/contracts/1/commitments/1",
        "/tenders/add",
        "/tenders/1/evaluators",
        "/tenders/1/marks",
        "/tenders/1/moderation",
        "/tenders/8/marks",
        "/tenders/11/moderation",
        "/tenders/8/bids",
        "/tenders/9/bids/add",
        "/tenders/9/invitations",
        "/tenders/8/evaluation",
        "/tenders/1/bids/1",
        "/tenders/1/bids/1/lines/J1",
        "/tenders/10/setup",
        "/tenders/9/setup",
        "/tenders/9/amend",
        "/tenders/10/publish",
        "/tenders/10/waivers",
        "/policy",
        "/policy/rules/1",
        "/policy/waivers",
        "/frameworks/upload",
        "/tenders/9/how",
        "/tenders/9/lots/add",
        "/tenders/9/copy",
        "/tenders/9/note",
        "/tenders/9/note?edit=yes",
        "/people",
        "/people/1",
        "/people/add",
        "/people/import",
        "/tenders/import",
        "/contracts/import",
        "/personal-links",
        "/messages",
        "/messages/1",
    ):
        assert inside.get(path).status_code == 200
    for path in ("/bid", "/bid/how", "/bid/form", "/bid/check", "/bid/receipt", "/bid/withdraw"):
        assert bidding.get(path).status_code == 200
    for part in ("/tenders/8/marks", "/tenders/11/moderation"):
        assert inside.get(f"{part}/{_first_bid(inside, part)}/answer").status_code == 200
    decision = inside.get("/tenders/1/decision")
    token = re.search('name="form_token" value="([^"]+)"', decision.text)
    assert token is not None
    sent = {"form_token": token.group(1), "bid": "1", "reason": "To look at the page."}
    assert inside.post("/tenders/1/decision/award", data=sent).status_code == 200
    assert client.get("/sign-in").status_code == 200
    with provider() as there:
        assert make_client(sqlite_url, **settings_of(there)).post("/sign-in/provider").status_code == 200
    assert client.get("/links/nothing-is-known-of-this").status_code == 410
    assert client.post("/links/nothing-is-known-of-this/new").status_code == 200
    assert client.get(f"/links/{password_token(inside)}").status_code == 410
    assert inside.get(f"/links/{password_token(inside)}").status_code == 200
    assert client.get("/frameworks/open-toms/2021.1", headers={"hx-request-type": "partial"}).status_code == 200
    assert client.post("/score", data={"text": WORKED}).status_code == 200
    return seen


def _first_bid(inside: TestClient, part: str) -> int:
    answers = inside.get(f"/api/v1{part}").json()["answers"]
    return int(answers[0]["bid"])


def test_every_template_compiles_and_is_shown_somewhere(rendered: dict[str, set[type]], client: TestClient) -> None:
    renderer: Renderer = client.app.state.renderer
    for name in names():
        renderer.environment.get_template(name)
    used = {one for name in rendered for one in related(name)}
    assert set(names()) == used
    assert len(rendered) >= 15


def test_what_a_template_reads_of_its_page_is_there(rendered: dict[str, set[type]]) -> None:
    missing = [
        f"{name} reads page.{field}, which {context.__name__} does not have"
        for name, contexts in rendered.items()
        for context in contexts
        for field in sorted(read_of(name, "page") - {one.name for one in dataclasses.fields(context)})
    ]
    assert missing == []


def test_what_a_page_has_is_read(rendered: dict[str, set[type]]) -> None:
    """Of the page itself as `page.x`; of the values inside it by name, wherever the template reads that name."""
    unread = set()
    checked = 0
    for name, contexts in rendered.items():
        own, anywhere = read_of(name, "page"), attributes_of(name)
        for context in contexts:
            for kind in parts(context, set()):
                for field in dataclasses.fields(kind):
                    checked += 1
                    is_frame = kind is context and field.name in FRAME
                    if not is_frame and field.name not in (own if kind is context else anywhere):
                        unread.add((kind.__name__, field.name))
    assert unread == set(UNREAD), "a field that no template reads is taken out, or listed in UNREAD with its reason"
    assert checked >= 200


def test_what_the_frame_reads_is_there() -> None:
    read = {one.name: read_of(one.name, "site") for one in (Path(name) for name in ("base.html",))}["base.html"]
    everywhere = {field for name in names() for field in read_of(name, "site")}
    fields = {field.name for field in dataclasses.fields(Site)}
    assert everywhere == fields
    assert "nav" in read
    assert read_of("base.html", "page") == FRAME


def test_templates_take_their_values_from_site_and_page_alone() -> None:
    """No template reaches for the request, a session or a setting."""
    odd = {}
    for name in names():
        free = set()
        for node in tree(name).find_all(nodes.Name):
            free.add(node.name)
        own = {node.name for node in tree(name).find_all(nodes.Name) if node.ctx in {"store", "param"}}
        own |= {node.name for node in tree(name).find_all(nodes.Macro)}
        for imported in tree(name).find_all(nodes.FromImport):
            own |= {one if isinstance(one, str) else one[1] for one in imported.names}
        if rest := free - own - {"site", "page", "loop"}:
            odd[name] = rest
    assert odd == {}


def test_no_template_marks_text_as_safe() -> None:
    for name in names():
        assert [node for node in tree(name).find_all(nodes.Filter) if node.name in {"safe", "tojson", "xmlattr"}] == []
        assert list(tree(name).find_all(nodes.ScopedEvalContextModifier)) == [], f"{name} turns escaping off"
