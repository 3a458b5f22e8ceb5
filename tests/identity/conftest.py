"""A council with an administrator and a clock set by hand; hashes that cost little, because many are made."""

import pytest

from svtracker.identity import hashing
from svtracker.identity.rules.roles import Role
from svtracker.identity.service import User
from svtracker.storage.engines import Database
from tests.identity import people

_REAL = {name: getattr(hashing, name) for name in ("_HASHES", "DUMMY")}


@pytest.fixture(autouse=True)
def _quick_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    people.hash_quickly(monkeypatch)


@pytest.fixture
def real_hashes(_quick_hashes: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """The hashes as they are in service."""
    for name, value in _REAL.items():
        monkeypatch.setattr(hashing, name, value)


@pytest.fixture
def clock() -> people.HandClock:
    return people.HandClock()


@pytest.fixture
def council(database: Database) -> int:
    return people.add_council(database)


@pytest.fixture
def wren(database: Database, council: int) -> User:
    """The administrator, without a password."""
    return people.add_user(database, council, Role.ADMINISTRATOR)


@pytest.fixture
def robin(database: Database, council: int) -> User:
    """An evaluator, without a password."""
    return people.add_user(database, council, Role.EVALUATOR, name="Robin Ash", email="robin.ash@north-vale.example")
