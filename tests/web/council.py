"""A real council, not the demo: its administrator and others sign in with passwords; the clock is set by hand."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from html import unescape
from typing import Any

import pytest
from fastapi import FastAPI
from httpx2 import Response
from starlette.testclient import TestClient

from svtracker.audit.rules.events import COMMAND_LINE
from svtracker.identity import service
from svtracker.identity.rules.roles import Role
from svtracker.identity.service import User
from svtracker.storage.engines import Database
from svtracker.web.app import create_app
from svtracker.web.caching import Kept
from svtracker.web.house import house_of
from tests.identity import people
from tests.identity.people import FIREFOX, PASSWORD, HandClock
from tests.web.installation import ADDRESS, settings_for

_TOKEN = re.compile('name="form_token" value="([^"]+)"')


@dataclass(frozen=True, kw_only=True)
class Council:
    """An installation with one organisation."""

    app: FastAPI
    clock: HandClock
    organisation_id: int
    wren: User

    @property
    def database(self) -> Database:
        database: Database = self.app.state.database
        return database

    @property
    def url(self) -> str:
        """The address of the database, as a setting gives it."""
        url = self.database.url
        return url.set(drivername=url.get_backend_name()).render_as_string(hide_password=False)

    def add(self, name: str, *roles: Role, email: str | None = None, password: str | None = PASSWORD) -> User:
        """Another person, with a password unless told otherwise."""
        address = email or f"{name.casefold().replace(' ', '.')}@north-vale.example"
        user = people.add_user(self.database, self.organisation_id, *roles, name=name, email=address)
        if password is not None:
            people.set_password(self.database, user, self.clock, password)
        return user

    def role(self, user: User, role: Role, **limits: Any) -> None:
        """Gives somebody a role past the forms."""
        with self.database.writing() as session:
            service.grant_role(
                session,
                user.person_id,
                role,
                organisation_id=self.organisation_id,
                actor=COMMAND_LINE,
                clock=self.clock,
                **limits,
            )

    def let_into_everything(self, user: User) -> None:
        """Gives somebody every role for which there is a page."""
        held = {Role.PROCUREMENT_OFFICER, Role.LEAD_EVALUATOR, Role.EVALUATOR, Role.POLICY_LEAD, Role.APPROVER}
        held |= {Role.CONTRACT_MANAGER}
        for role in sorted(held):
            self.role(user, role)

    def browser(self, base_url: str = ADDRESS, *, address: str = "192.0.2.1") -> "Browser":
        """A browser that nobody has used yet."""
        return Browser(client=client_at(self.app, base_url=base_url, address=address))

    def signed_in(self, user: User | None = None, **where: Any) -> "Browser":
        """A browser in which somebody, else the administrator, has signed in by the form."""
        browser = self.browser(**where)
        assert browser.sign_in((user or self.wren).email or "").status_code == 303
        return browser


@dataclass(frozen=True, kw_only=True)
class Browser:
    """A client that sends forms as their pages make them: with the mark that stands in the page."""

    client: TestClient

    def get(self, path: str, **more: Any) -> Response:
        return self.client.get(path, **more)

    def sign_in(self, email: str, password: str = PASSWORD, **more: Any) -> Response:
        return self.send("/sign-in", on="/sign-in", email=email, password=password, **more)

    def form_token(self, on: str = "/accessibility") -> str:
        """The mark in a page, any page; nothing where nobody is signed in."""
        found = _TOKEN.search(self.get(on).text)
        return unescape(found.group(1)) if found else ""

    def send(self, path: str, *, on: str = "/accessibility", **fields: Any) -> Response:
        """Sends a form that stands on a page."""
        token = self.form_token(on)
        return self.client.post(path, data={**({"form_token": token} if token else {}), **fields})

    @property
    def cookies(self) -> dict[str, str]:
        return dict(self.client.cookies)

    @property
    def is_signed_in(self) -> bool:
        return self.get("/account").status_code == 200


def client_at(app: FastAPI, *, base_url: str = ADDRESS, address: str = "192.0.2.1") -> TestClient:
    """A client that sees a fault as status 500 and follows no redirect, at an address of the network."""
    return TestClient(
        app,
        base_url=base_url,
        raise_server_exceptions=False,
        follow_redirects=False,
        client=(address, 50_000),
        headers={"user-agent": FIREFOX},
    )


def fill_council(url: str) -> None:
    """Puts the council into a migrated, empty database; Wren Alder is its administrator."""
    database = Database(url)
    wren = people.add_user(database, people.add_council(database), Role.ADMINISTRATOR)
    with pytest.MonkeyPatch.context() as monkeypatch:
        people.hash_quickly(monkeypatch)
        people.set_password(database, wren, HandClock())
    database.dispose()


class Lender:
    """One application for many tests, one after the other, because most of what a test costs is putting one together.

    Each finds the council as it was first put in, a new clock, and nothing that another left in the application.
    """

    def __init__(self, url: str, put_in: Callable[[], None]) -> None:
        put_in()
        self._put_in, self._app = put_in, create_app(settings_for(url, demo=False))
        self._app.state.database.dispose()

    @contextmanager
    def lend(self) -> Iterator[Council]:
        """The council, for one test."""
        self._put_in()
        app, state = self._app, self._app.state
        state.clock, state.scored, state.kept = HandClock(), {}, Kept()
        with state.database.reading() as session:
            state.renderer.house = house_of(session, state.settings)
            wren = service.find_user(session, people.EMAIL)
        assert wren is not None
        yield Council(app=app, clock=state.clock, organisation_id=wren.organisation_id, wren=wren)
        state.database.dispose()


def cookie_of(answer: Response) -> dict[str, str]:
    """The one cookie that an answer sets: its name and value, and what it is bound to, in small letters."""
    (header,) = answer.headers.get_list("set-cookie")
    (name, _, value), *bounds = (part.strip().partition("=") for part in header.split(";"))
    return {"name": name, "value": value, **{bound.casefold(): text.casefold() for bound, _, text in bounds}}


def words(answer: Response) -> str:
    """What a page says, without its markup and with single blanks."""
    return " ".join(unescape(re.sub("<[^>]+>", " ", answer.text)).split())


def at_field(answer: Response, field: str) -> str:
    """What stands at a field of a form as its error; nothing where it has none."""
    found = re.search(f'<p id="{re.escape(field)}-error"[^>]*>(.*?)</p>', answer.text, flags=re.DOTALL)
    return " ".join(unescape(re.sub("<[^>]+>", " ", found.group(1))).split()).removeprefix("Error: ") if found else ""
