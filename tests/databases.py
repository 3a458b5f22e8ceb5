"""Databases on the PostgreSQL server of a test run."""

import itertools
from collections.abc import Iterator

import psycopg

# No name is used twice, because a file of tests may keep a database of its own while others come and go.
_numbers = itertools.count(1)

EMPTY = "template0"


def create_database(server: psycopg.Connection, name: str = "", *, template: str = EMPTY) -> str:
    """Makes a database, a copy of another one that nobody has open; gives its name, which is a new one unless said."""
    name = name or f"test_{next(_numbers)}"
    server.execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")
    return name


def address_of(server: psycopg.Connection, name: str) -> str:
    """The address of a database of that server."""
    return f"postgresql://{server.info.user}@/{name}?host={server.info.host}"


def lent_database(server: psycopg.Connection, *, template: str = EMPTY) -> Iterator[str]:
    """The address of a new database, which is dropped afterwards: for a fixture to yield from."""
    name = create_database(server, template=template)
    yield address_of(server, name)
    drop_database(server, name)


def drop_database(server: psycopg.Connection, name: str) -> None:
    """Takes a database away, where it is there, whoever has it open."""
    server.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
