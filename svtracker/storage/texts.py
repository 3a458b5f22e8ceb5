"""Texts compared alike by every database."""

from typing import Any

from sqlalchemy import String
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement


class small_letters(FunctionElement[str]):  # noqa: N801 - it reads as a function of SQL
    """A text with A to Z as small letters and all else as it is: what SQLite does, and PostgreSQL in the C collation.

    Without it the two would disagree about É, and two PostgreSQL servers among themselves.
    """

    name = "small_letters"
    type = String()
    inherit_cache = True


@compiles(small_letters)
def _plain(element: small_letters, compiler: SQLCompiler, **kwargs: Any) -> str:
    return f"lower({compiler.process(element.clauses, **kwargs)})"


@compiles(small_letters, "postgresql")
def _in_c(element: small_letters, compiler: SQLCompiler, **kwargs: Any) -> str:
    return f'lower(({compiler.process(element.clauses, **kwargs)}) COLLATE "C")'
