"""Exact decimals in the database: scaled whole numbers, so that SQL itself sums them without losing a digit.

A quantity or unit value is kept as a whole number of ten-thousandths: 2.5 is stored as 25000. A product of the two
counts in hundred-millionths, and `func.sum(quantity * unit_value)` comes back as a `Decimal` with 8 decimals.
Such a sum is right up to £92,233,720,368.54 and an error beyond, on every database (DESIGN section 2).
"""

import operator
from decimal import Decimal
from typing import Any

from sqlalchemy import BigInteger, Dialect, Text, TypeDecorator, type_coerce
from sqlalchemy.sql import ColumnElement
from sqlalchemy.sql.operators import OperatorType

from svtracker.kernel import numbers
from svtracker.kernel.exceptions import QuantityTooLargeError, TotalTooLargeError
from svtracker.kernel.units import DECIMALS, LARGEST_QUANTITY, LARGEST_UNIT_VALUE

# What the largest 64-bit whole number means at the 8 decimals of a product.
_LARGEST_WHOLE = 2**63 - 1
LARGEST_TOTAL = Decimal(_LARGEST_WHOLE).scaleb(-2 * DECIMALS)

_INEXACT = frozenset({operator.truediv, operator.floordiv, operator.mod})


class _ScaledComparator(TypeDecorator.Comparator[Decimal], BigInteger.Comparator[Decimal]):
    """What may be calculated with scaled columns inside SQL: products of two, sums and differences of alike."""

    def operate(self, op: OperatorType, *other: Any, **kwargs: Any) -> ColumnElement[Any]:
        return self._typed(op, super().operate(op, *other, **kwargs), other)

    def reverse_operate(self, op: OperatorType, other: Any, **kwargs: Any) -> ColumnElement[Any]:
        return self._typed(op, super().reverse_operate(op, other, **kwargs), (other,))

    def _typed(self, op: OperatorType, result: ColumnElement[Any], other: tuple[Any, ...]) -> ColumnElement[Any]:
        mine = self.type
        assert isinstance(mine, Scaled)  # noqa: S101 - this comparator belongs to that type only
        if op in _INEXACT:
            raise TypeError("A scaled column is never divided in SQL: fetch the figures and divide them in Python.")
        theirs = [getattr(one, "type", None) for one in other]
        scaled = [one.places for one in theirs if isinstance(one, Scaled)]
        if op is operator.mul:
            if mine.places != DECIMALS or any(places != DECIMALS for places in scaled):
                raise TypeError("Only a quantity and a unit value can be multiplied in SQL, once.")
            return type_coerce(result, Total())
        if any(places != mine.places for places in scaled):
            raise TypeError("Figures of different scale cannot be added or compared in SQL.")
        return type_coerce(result, mine) if op in {operator.add, operator.sub} else result


class Scaled(TypeDecorator[Decimal]):
    """A decimal kept as a whole number of its smallest part; what does not fit is refused, never rounded."""

    impl = BigInteger
    cache_ok = True
    comparator_factory = _ScaledComparator

    def __init__(self, *, places: int, largest: Decimal) -> None:
        super().__init__()
        self.places, self.largest = places, largest

    def process_bind_param(self, value: Decimal | int | None, _: Dialect) -> int | None:
        """The whole number for the database: 2.5 is 25000 at 4 decimals."""
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, Decimal | int):
            raise TypeError(f"A scaled column takes a Decimal, not {type(value).__name__}.")
        exact = Decimal(value)
        if not exact.is_finite() or abs(exact) > self.largest or numbers.decimal_places(exact) > self.places:
            raise QuantityTooLargeError(value=str(value), largest=numbers.trimmed(self.largest))
        return int(exact.scaleb(self.places, numbers.EXACT))

    def process_result_value(self, value: Any, _: Dialect) -> Decimal | None:
        """The decimal for Python, with all decimals of the scale: 25000 is 2.5000.

        SQLite turns a product that overflows into a floating number without a word, and a sum with it; PostgreSQL
        sums into a wider type. Both are seen here, by the type and by the size.
        """
        if value is None:
            return None
        if isinstance(value, float) or int(value) != value or abs(value) > _LARGEST_WHOLE:
            raise TotalTooLargeError(largest=f"{numbers.round_down(LARGEST_TOTAL, 2):,}")
        return Decimal(int(value)).scaleb(-self.places, numbers.EXACT)


class Quantity(Scaled):
    """A quantity: up to 999,999,999.9999, with at most 4 decimals whatever the unit."""

    cache_ok = True

    def __init__(self) -> None:
        super().__init__(places=DECIMALS, largest=LARGEST_QUANTITY)


class UnitValue(Scaled):
    """A unit value in £: up to 9,999,999.9999, with at most 4 decimals."""

    cache_ok = True

    def __init__(self) -> None:
        super().__init__(places=DECIMALS, largest=LARGEST_UNIT_VALUE)


class Total(Scaled):
    """A product of quantity and unit value, or a sum of such products, in £ with 8 decimals."""

    cache_ok = True

    def __init__(self) -> None:
        super().__init__(places=2 * DECIMALS, largest=LARGEST_TOTAL)


class DecimalText(TypeDecorator[Decimal]):
    """A decimal kept digit for digit as it was written: for figures that are shown and never summed in SQL."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, _: Dialect) -> str | None:
        """The digits, never with an exponent: 0.42 stays “0.42”, 9800.00 stays “9800.00”."""
        if value is None:
            return None
        if not isinstance(value, Decimal) or not value.is_finite():
            raise TypeError(f"A decimal text column takes a finite Decimal, not {value!r}.")
        return numbers.plain(value)

    def process_result_value(self, value: str | None, _: Dialect) -> Decimal | None:
        """The decimal with the digits that were written."""
        return None if value is None else Decimal(value)
