"""The application of the demo, an empty installation, and one for any settings."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import psycopg
import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from svtracker.identity.rules.roles import Role
from svtracker.storage import migrations
from tests.databases import address_of, create_database, drop_database
from tests.identity.people import hash_quickly
from tests.web.council import Council, Lender, fill_council
from tests.web.installation import ADDRESS, application, client_of
from tests.web.visitors import add_moderated, add_somebody, bidder, give_every_role, take_contract_back, visitor

MakeClient = Callable[..., TestClient]


@pytest.fixture(scope="session")
def demo(demo_url: str) -> FastAPI:
    return application(demo_url)


# The clients that all tests share and nobody signs in: a cookie in one of them would spoil every test after it.
SHARED: list[TestClient] = []


@pytest.fixture(autouse=True)
def nobody_signs_a_shared_client_in() -> Iterator[None]:
    yield
    signed_in = [client for client in SHARED if "svtracker" in client.cookies]
    for client in signed_in:
        client.cookies.clear()
    assert signed_in == [], "take a client of your own: this one belongs to all tests"


@pytest.fixture(scope="session")
def client(demo: FastAPI) -> Iterator[TestClient]:
    with client_of(demo) as opened:
        SHARED.append(opened)
        yield opened


@pytest.fixture(scope="session")
def client_on_postgresql(demo_url_on_postgresql: str) -> Iterator[TestClient]:
    with client_of(application(demo_url_on_postgresql)) as opened:
        SHARED.append(opened)
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
    take_contract_back(app.state.database)
    return app


@pytest.fixture(scope="session")
def inside(inside_app: FastAPI) -> Iterator[TestClient]:
    """The administrator of the demo, signed in."""
    with client_of(inside_app) as opened:
        yield visitor(inside_app, opened, Role.ADMINISTRATOR).client


@pytest.fixture(scope="session")
def bidding(inside_app: FastAPI, inside: TestClient) -> TestClient:
    """A bidder of the same demo, in by their link, who has sent a bid to the tender that is open."""
    assert inside.app is inside_app
    client = TestClient(inside_app, base_url=ADDRESS, raise_server_exceptions=False, follow_redirects=False)
    own = bidder(inside_app, client).own_form
    line = {"quantity-X1": "2.5", "statement-X1": "By our own people.", "price": "742000", "version": "0"}
    assert client.post("/bid/form", data=line, headers=own).status_code == 303
    assert client.post("/bid/send", data={"version": "1", "declared": "yes"}, headers=own).status_code == 303
    return client


@pytest.fixture(scope="session")
def council_file(migrated_sqlite_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite database with the council, of which tests have copies."""
    file = shutil.copyfile(migrated_sqlite_file, tmp_path_factory.mktemp("council") / "first.db")
    fill_council(f"sqlite:///{file}")
    return file


@pytest.fixture(scope="session")
def lender_on_sqlite(council_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Lender:
    folder = tmp_path_factory.mktemp("lent")

    def put_in() -> None:
        for left in folder.iterdir():
            left.unlink()
        shutil.copyfile(council_file, folder / "council.db")

    return Lender(f"sqlite:///{folder / 'council.db'}", put_in)


@pytest.fixture(scope="session")
def lender_on_postgresql(postgresql_server: psycopg.Connection, migrated_postgresql_name: str) -> Lender:
    first = create_database(postgresql_server, template=migrated_postgresql_name)
    fill_council(address_of(postgresql_server, first))

    def put_in() -> None:
        drop_database(postgresql_server, "council")
        create_database(postgresql_server, "council", template=first)

    return Lender(address_of(postgresql_server, "council"), put_in)


@pytest.fixture(params=["sqlite", "postgresql"])
def council(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Council]:
    """A council on each database, one after the other; its hashes cost little."""
    hash_quickly(monkeypatch)
    lender: Lender = request.getfixturevalue(f"lender_on_{request.param}")
    with lender.lend() as lent:
        yield lent


@pytest.fixture
def council_on_sqlite(lender_on_sqlite: Lender, monkeypatch: pytest.MonkeyPatch) -> Iterator[Council]:
    """A council where the database makes no difference."""
    hash_quickly(monkeypatch)
    with lender_on_sqlite.lend() as lent:
        yield lent


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
