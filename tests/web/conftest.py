"""The application of the demo, an empty installation, and one for any settings."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from svtracker.identity.rules.roles import Role
from svtracker.storage import migrations
from tests.identity.people import hash_quickly
from tests.web.council import Council, council_on
from tests.web.installation import application, client_of, fill
from tests.web.visitors import add_moderated, add_somebody, give_every_role, visitor

MakeClient = Callable[..., TestClient]


@pytest.fixture(scope="session")
def demo_url(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The address of a database with the measure sets and the demo council; nobody writes to it."""
    url = f"sqlite:///{tmp_path_factory.mktemp('demo') / 'demo.db'}"
    fill(url)
    return url


@pytest.fixture(scope="session")
def demo_url_on_postgresql(postgresql_server: psycopg.Connection) -> str:
    """The same on PostgreSQL."""
    name = f"demo_{uuid4().hex}"  # the journeys have a demo of their own on the same server
    postgresql_server.execute(f"CREATE DATABASE {name}")
    url = f"postgresql://{postgresql_server.info.user}@/{name}?host={postgresql_server.info.host}"
    fill(url)
    return url


@pytest.fixture(scope="session")
def demo(demo_url: str) -> FastAPI:
    return application(demo_url)


@pytest.fixture(scope="session")
def client(demo: FastAPI) -> Iterator[TestClient]:
    with client_of(demo) as opened:
        yield opened


@pytest.fixture(scope="session")
def client_on_postgresql(demo_url_on_postgresql: str) -> Iterator[TestClient]:
    with client_of(application(demo_url_on_postgresql)) as opened:
        yield opened


@pytest.fixture(params=["sqlite", "postgresql"])
def each_client(request: pytest.FixtureRequest) -> TestClient:
    """The demo on each database, one after the other."""
    name = {"sqlite": "client", "postgresql": "client_on_postgresql"}[request.param]
    return request.getfixturevalue(name)


@pytest.fixture(scope="session")
def inside_app(demo_url: str, tmp_path_factory: pytest.TempPathFactory) -> FastAPI:
    """The demo in a database of its own: its administrator has every role, has added a person and sent a link."""
    file = tmp_path_factory.mktemp("inside") / "inside.db"
    shutil.copyfile(demo_url.removeprefix("sqlite:///"), file)
    app = application(f"sqlite:///{file}")
    add_somebody(app.state.database)
    give_every_role(app.state.database)
    add_moderated(app.state.database)
    return app


@pytest.fixture(scope="session")
def inside(inside_app: FastAPI) -> Iterator[TestClient]:
    """The administrator of the demo, signed in."""
    with client_of(inside_app) as opened:
        yield visitor(inside_app, opened, Role.ADMINISTRATOR).client


@pytest.fixture
def council(database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Council]:
    """A council on each database, one after the other; its hashes cost little."""
    hash_quickly(monkeypatch)
    with council_on(database_url) as found:
        yield found


@pytest.fixture
def council_on_sqlite(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Council]:
    """A council where the database makes no difference."""
    hash_quickly(monkeypatch)
    with council_on(sqlite_url) as found:
        yield found


@pytest.fixture
def make_client(demo_url: str) -> Iterator[MakeClient]:
    """A client of an installation with other settings, on the demo's database unless another one is named."""
    with ExitStack() as stack:

        def make(url: str = demo_url, **changed: Any) -> TestClient:
            return stack.enter_context(client_of(application(url, **changed)))

        yield make


@pytest.fixture(scope="session")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """A client of an installation that has just been migrated: no measure set, no organisation, no demo."""
    url = f"sqlite:///{tmp_path_factory.mktemp('empty') / 'empty.db'}"
    migrations.upgrade(url)
    with client_of(application(url, demo=False)) as opened:
        yield opened
