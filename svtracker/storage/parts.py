"""Queries that name many values, asked a part at a time."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

# SQLite takes some tens of thousands of values in one query.
AT_ONCE = 500

_T = TypeVar("_T")


def parts(values: Iterable[_T]) -> Iterator[list[_T]]:
    """The values in lists that are short enough to stand in one query."""
    rest = iter(values)
    while part := list(islice(rest, AT_ONCE)):
        yield part
