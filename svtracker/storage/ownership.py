"""Whose a row is: of the organisation that it names, or of the one that the rows name on which it hangs.

It is read from the tables themselves, so that a table that is added tomorrow belongs to somebody at once.
"""

from typing import Any

import sqlalchemy as sa

OWNER = "organisation_id"
ORGANISATIONS = "organisation"

Path = tuple[sa.ForeignKeyConstraint, ...]


def path_to_owner(table: sa.Table) -> Path | None:
    """By which references a table hangs on one that names its organisation; none where on no such table.

    A table that names its organisation itself has an empty path: `personal_link`. The texts that open links,
    `link_token`, hang on it by one reference. Of several ways the surest counts: one on which nothing may be empty,
    then the shortest.
    """
    found = sorted(_paths(table, seen=frozenset()), key=_worth)
    return found[0] if found else None


def rows_of(table: sa.Table, organisation_id: int, *columns: sa.ColumnElement[Any]) -> sa.Select[Any]:
    """The rows of a table that are an organisation's own, or some columns of them, in the order of their keys."""
    path = path_to_owner(table)
    if path is None:
        raise ValueError(f"The rows of {table.name} belong to no organisation.")
    order = list(table.primary_key.columns) or list(table.columns)
    return sa.select(*(columns or table.columns)).where(_belongs(table, path, organisation_id)).order_by(*order)


def _belongs(table: sa.Table, path: Path, organisation_id: int) -> sa.ColumnElement[bool]:
    if table.name == ORGANISATIONS:
        return table.c.id == organisation_id
    if not path:
        return table.c[OWNER] == organisation_id
    reference, parent = path[0], path[0].referred_table
    same = [element.parent == element.column for element in reference.elements]
    inner = sa.select(sa.literal(1)).select_from(parent).where(*same, _belongs(parent, path[1:], organisation_id))
    return inner.correlate(table).exists()


def _paths(table: sa.Table, *, seen: frozenset[str]) -> list[Path]:
    if OWNER in table.c or table.name == ORGANISATIONS:
        return [()]
    return [
        (reference, *rest)
        for reference in table.foreign_key_constraints
        # To name an organisation by another word, as a partner, is not to belong to it.
        if reference.referred_table.name not in {*seen, table.name, ORGANISATIONS}
        for rest in _paths(reference.referred_table, seen=seen | {table.name})
    ]


def _worth(path: Path) -> tuple[bool, int, tuple[str, ...]]:
    last = path[-1].referred_table if path else None
    columns = [column for reference in path for column in reference.columns]
    columns += [last.c[OWNER]] if last is not None and OWNER in last.c else []
    return any(column.nullable for column in columns), len(path), tuple(str(one.name) for one in path)
