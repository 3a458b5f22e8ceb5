"""What every table is built on: one metadata with named constraints, constraints for closed lists, and marks that say
what of a table never leaves with its organisation.
"""

from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint
from sqlmodel import SQLModel

# Set before any table exists (every table starts from `Row`), because a migration can only change a constraint that
# has a name, and SQLite gives none of its own.
SQLModel.metadata.naming_convention = {
    "pk": "pk_%(table_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
}


class Row(SQLModel):
    """The base of every table class."""


def one_of(column: str, words: type[StrEnum]) -> CheckConstraint:
    """A constraint that keeps a text column to the words of a closed list; an empty column stays allowed."""
    listed = ", ".join(f"'{word.value}'" for word in words)
    return CheckConstraint(f"{column} IN ({listed})", name=column)


# Under which word a mark stands in the `info` of a table or a column.
LEFT_OUT, SECRET, WALL = "left_out", "secret", "wall"


def left_out(reason: str) -> dict[str, Any]:
    """The last of the arguments of a table of which nothing is exported with an organisation, with the reason."""
    return {"info": {LEFT_OUT: reason}}


def secret(reason: str, **more: Any) -> dict[str, Any]:
    """The keywords of a column that is never exported, with the reason."""
    return {"info": {SECRET: reason}, **more}


def walled_by(column: str) -> dict[str, Any]:
    """The last of the arguments of a table in which another column stands for the organisation."""
    return {"info": {WALL: column}}
