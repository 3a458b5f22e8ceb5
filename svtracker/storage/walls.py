"""The wall between organisations: a statement about rows of organisations says of which, or that it means all.

Every engine that svtracker works with is watched, so this holds for the ORM and for plain statements, in the service,
in commands and in tests. A statement that reads, changes or deletes rows of a table with a column `organisation_id`
must compare that column with something, or with that of a table for which it does; else it is refused before it runs.
Whoever means the rows of all organisations, or finds a row by a key of its own, says so and why with `across`.

It guards against forgetting, not against malice: it does not ask whether the organisation is the right one, and it does
not read statements that are written as text.
"""

import operator
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine.interfaces import Compiled
from sqlalchemy.sql import operators, visitors
from sqlalchemy.sql.elements import BinaryExpression, ColumnClause

from svtracker.storage.base import WALL
from svtracker.storage.ownership import OWNER

ACROSS = "across_organisations"

_COMPARES = frozenset({operator.eq, operators.in_op, operators.is_, operators.is_not_distinct_from})
_GUARDED = (sa.Select, sa.CompoundSelect, sa.Update, sa.Delete)

_Statement = TypeVar("_Statement", bound=sa.Executable)

# A compiled statement is kept by SQLAlchemy and used again; what was found of it is kept as long.
_open: "WeakKeyDictionary[Compiled, tuple[str, ...]]" = WeakKeyDictionary()


class StatementWithoutOrganisationError(RuntimeError):
    """A statement would have reached the rows of all organisations, and does not say that it means to."""

    def __init__(self, *, tables: tuple[str, ...]) -> None:
        self.tables = tables
        super().__init__(
            f"This statement asks for rows of {', '.join(tables)} of all organisations: compare {OWNER}, or say "
            "with svtracker.storage.walls.across why it means all of them."
        )


def across(statement: _Statement, why: str) -> _Statement:
    """The same statement, which may reach the rows of all organisations, for a reason."""
    return statement.execution_options(**{ACROSS: why})


def watch(engine: sa.Engine) -> None:
    """Refuses every statement on this engine that forgets its organisation."""
    event.listen(engine, "before_cursor_execute", _require_organisation)


def open_tables(statement: Any) -> tuple[str, ...]:
    """The tables of organisations from which a statement takes rows without saying whose they are to be."""
    if not isinstance(statement, _GUARDED):
        return ()
    tables: set[str] = set()
    said: set[str] = set()
    together: list[set[str]] = []
    for element in visitors.iterate(statement):
        if isinstance(element, BinaryExpression) and element.operator in _COMPARES:
            left, right = _walls(element.left), _walls(element.right)
            if left and right:
                together.append(left | right)
            else:
                said |= left | right
        tables |= _table_of(element)
    if isinstance(statement, sa.Update | sa.Delete):
        tables |= _table_of(statement.table)
    for _ in together:
        for pair in together:
            if pair & said:
                said |= pair
    return tuple(sorted(tables - said))


def _require_organisation(*event_of: Any) -> None:
    context = event_of[4]  # connection, cursor, statement, parameters, context, executemany
    compiled = None if context is None else context.compiled
    if compiled is None:
        return
    found = _open.get(compiled)
    if found is None:
        found = _open[compiled] = open_tables(compiled.statement)
    if found and ACROSS not in context.execution_options:
        raise StatementWithoutOrganisationError(tables=found)


def _walls(element: Any) -> set[str]:
    """The tables whose wall a side of a comparison names."""
    columns = [one for one in visitors.iterate(element) if isinstance(one, ColumnClause)]
    tables = [(one, table) for one in columns if (table := _plain(one.table)) is not None]
    return {table.name for one, table in tables if one.name in {OWNER, table.info.get(WALL)}}


def _table_of(element: Any) -> set[str]:
    """The table that an element of a statement is, or is a column of, where its rows belong to organisations."""
    table = _plain(element.table if isinstance(element, ColumnClause) else element)
    return {table.name} if table is not None and OWNER in table.c else set()


def _plain(element: Any) -> sa.Table | None:
    while isinstance(element, sa.Alias):
        element = element.element
    return element if isinstance(element, sa.Table) else None
