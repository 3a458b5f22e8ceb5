"""A whole installation for tests: a migrated database with the measure sets loaded, the application, a real server."""

import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import uvicorn
from fastapi import FastAPI
from starlette.testclient import TestClient

from svtracker.audit.rules.events import SERVE
from svtracker.delivery.service.demo import load_demo
from svtracker.frameworks import service as frameworks
from svtracker.registers import service as registers
from svtracker.settings import PREFIX, Settings
from svtracker.storage import migrations
from svtracker.storage.engines import Database
from svtracker.web.app import create_app

ROOT = Path(__file__).parents[2]
WORKED = (ROOT / "data" / "demo" / "worked.yaml").read_text(encoding="utf-8")
SITE = "Social value"
ADDRESS = "http://localhost"
DEMO_COUNCIL = "Borough of Calderbrook"


def settings_for(url: str, **changed: Any) -> Settings:
    """Settings that nothing in the environment of the person who runs the tests can change."""
    kept = {name: value for name, value in os.environ.items() if name.upper().startswith(PREFIX)}
    for name in kept:
        del os.environ[name]
    try:
        return Settings(database_url=url, **{"demo": True, **changed})
    finally:
        os.environ.update(kept)


def fill(url: str) -> None:
    """Migrates a database and loads what `svtracker serve --demo` loads."""
    settings = settings_for(url)
    migrations.upgrade(url)
    reference = registers.reference_figures(settings.reference_dir)
    database = Database(url)
    with database.writing() as session:
        frameworks.load_folder(session, settings.frameworks_dir, indices=reference.indices, actor=SERVE)
        load_demo(session, settings.demo_dir, minimum_wage=reference.minimum_wage, actor=SERVE)
    database.dispose()


def application(url: str, **changed: Any) -> FastAPI:
    """The application on that database, as the demo unless settings say otherwise."""
    return create_app(settings_for(url, **changed))


@contextmanager
def client_of(app: FastAPI) -> Iterator[TestClient]:
    """A client that sees a fault as status 500, as a browser does."""
    with TestClient(app, base_url=ADDRESS, raise_server_exceptions=False, follow_redirects=False) as client:
        yield client


@contextmanager
def serving(app: FastAPI) -> Iterator[str]:
    """The application behind a real server on a free port of this machine; gives its address."""
    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_level="error", ws="none", timeout_graceful_shutdown=1))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()
        listening.close()
