"""What the tests of identity stand on: a clock that is set by hand, a council, and people of it."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from svtracker.audit import service as audit
from svtracker.audit.rules.events import COMMAND_LINE
from svtracker.audit.store import WHOLE_INSTALLATION, Filters
from svtracker.identity import hashing, service
from svtracker.identity.rules.links import Purpose
from svtracker.identity.rules.roles import Role
from svtracker.registers import service as registers
from svtracker.storage.engines import Database

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
PASSWORD = "four quiet herons wade"
EMAIL = "wren.alder@north-vale.example"
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:150.0) Gecko/20100101 Firefox/150.0"


@dataclass
class HandClock:
    """A clock that goes only when it is told to, also backwards."""

    now: datetime = field(default=NOON)

    def __call__(self) -> datetime:
        return self.now

    def on(self, **time: float) -> None:
        self.now += timedelta(**time)


def hash_quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lets password hashes cost little, because tests make many."""
    quick = PasswordHash((Argon2Hasher(time_cost=1, memory_cost=8, parallelism=1),))
    monkeypatch.setattr(hashing, "_HASHES", quick)
    monkeypatch.setattr(hashing, "DUMMY", quick.hash("a password that nobody has"))


def add_council(database: Database, slug: str = "north-vale") -> int:
    with database.writing() as session:
        return registers.add_organisation(
            session,
            slug=slug,
            name=f"{slug} Council",
            short_name=slug,
            is_demo=False,
            actor=COMMAND_LINE,
            clock=lambda: NOON,
        ).id


def add_user(
    database: Database, organisation_id: int, *roles: Role, name: str = "Wren Alder", email: str = EMAIL
) -> service.User:
    with database.writing() as session:
        return service.add_user(
            session,
            organisation_id=organisation_id,
            name=name,
            email=email,
            roles=roles,
            actor=COMMAND_LINE,
            clock=lambda: NOON,
        )


def hand_out(database: Database, user: service.User, clock: HandClock, **about: str) -> str:
    """The token of a new link for somebody: to set a password, or to a task where one is named."""
    with database.writing() as session:
        link = service.make_link(
            session,
            organisation_id=user.organisation_id,
            person_id=user.person_id,
            purpose=Purpose.TASK if about else Purpose.SET_PASSWORD,
            actor=COMMAND_LINE,
            clock=clock,
            **about,
        )
        return service.new_token(session, link.id, actor=COMMAND_LINE, clock=clock)


def set_password(database: Database, user: service.User, clock: HandClock, password: str = PASSWORD) -> None:
    service.use_set_password(database, hand_out(database, user, clock), password, clock=clock)


def told(database: Database, kind: str) -> list[str]:
    """What happened to things of a kind, in order."""
    with database.reading() as session:
        return [one.what for one in audit.log(session, scope=WHOLE_INSTALLATION, filters=Filters(object_kind=kind))]


def check(database: Database) -> list[str]:
    with database.reading() as session:
        return [str(problem) for problem in audit.check_chains(session)]
