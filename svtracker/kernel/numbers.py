"""Exact decimals, and the one place where a figure is rounded (RULES 3.1).

Sums and products are made in a context that raises when a digit would be lost, so a figure is either exact or an
error. Quotients are `Fraction`s until they are rounded once, half-up, for print or as a mark.
"""

import re
from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Context, Decimal, Inexact, InvalidOperation, Overflow, Rounded
from fractions import Fraction
from functools import reduce

ZERO = Decimal(0)

# 200 digits hold any product of quantity, unit value and weight; a trap turns a lost digit into an error.
EXACT = Context(prec=200, rounding=ROUND_HALF_UP, traps=[Inexact, Rounded, InvalidOperation, Overflow])
_WIDE = Context(prec=400, rounding=ROUND_HALF_UP, traps=[InvalidOperation, Overflow])

_DECIMAL = re.compile(r"-?(?:0|[1-9][0-9]{0,29})(?:\.[0-9]{1,30})?", re.ASCII)

Exact = Decimal | Fraction | int


def parse_decimal(text: str) -> Decimal | None:
    """The decimal that a text holds, or nothing where it is no plain number.

    Plain means digits with at most one point and a leading minus: no exponent, no thousands separator, no sign of
    infinity, no leading zeros or blanks. `"750000"` is 750000; `"1e5"`, `"NaN"`, `"1,000"` and `" 5"` are refused.
    A zero has no sign: `"-0"` is 0.
    """
    if not _DECIMAL.fullmatch(text):
        return None
    value = Decimal(text)
    return value or value.copy_abs()


def decimal_places(value: Decimal) -> int:
    """How many digits stand behind the point: 2 for 21345.67, 0 for 5, 1 for 2.50 (trailing zeros do not count)."""
    exponent = value.normalize(_WIDE).as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def times(first: Decimal, second: Decimal) -> Decimal:
    """The exact product: 2.5 x 21,345.67 = 53,364.175 (RULES 3.1)."""
    return EXACT.multiply(first, second)


def plus(first: Decimal, second: Decimal) -> Decimal:
    """The exact sum of two."""
    return EXACT.add(first, second)


def total(values: Iterable[Decimal]) -> Decimal:
    """The exact sum; of nothing it is 0."""
    return reduce(EXACT.add, values, ZERO)


def minus(first: Decimal, second: Decimal) -> Decimal:
    """The exact difference."""
    return EXACT.subtract(first, second)


def ratio(part: Exact, whole: Exact) -> Fraction:
    """The exact quotient, never rounded; the whole must not be 0."""
    part_above, part_below = part.as_integer_ratio()
    whole_above, whole_below = whole.as_integer_ratio()
    return Fraction(part_above * whole_below, part_below * whole_above)


def percent(part: Exact, whole: Exact) -> Fraction:
    """The exact share in %, never rounded: 1 of 4 is 25. The whole must not be 0."""
    part_above, part_below = part.as_integer_ratio()
    whole_above, whole_below = whole.as_integer_ratio()
    return Fraction(100 * part_above * whole_below, part_below * whole_above)


def round_half_up(value: Exact, places: int) -> Decimal:
    """The figure rounded once, half away from zero: 8.809 becomes 8.81, 2.345 becomes 2.35 at two places."""
    return _rounded_half_up(*value.as_integer_ratio(), places)


def part_rounded(whole: Exact, share: Fraction, places: int) -> Decimal:
    """A share of a whole, rounded once half-up: 345/371 of 40 is 37.20 at two places."""
    above, below = whole.as_integer_ratio()
    return _rounded_half_up(above * share.numerator, below * share.denominator, places)


def round_up(value: Exact, places: int) -> Decimal:
    """The smallest figure with so many places that is not below the value (towards plus infinity)."""
    scaled = Fraction(value) * 10**places
    return _scaled(-(-scaled.numerator // scaled.denominator), places)


def round_down(value: Exact, places: int) -> Decimal:
    """The largest figure with so many places that is not above the value (towards minus infinity)."""
    scaled = Fraction(value) * 10**places
    return _scaled(scaled.numerator // scaled.denominator, places)


def significant(value: Decimal, digits: int) -> Decimal:
    """The figure kept to so many significant digits, half-up: 2.3746660769 is 2.37467 at six."""
    return Context(prec=digits, rounding=ROUND_HALF_UP).plus(value)


def plain(value: Decimal) -> str:
    """The digits as given, never with an exponent: for quantities, weights, unit values (FORMATS, head)."""
    return format(value, "f")


def trimmed(value: Decimal) -> str:
    """The digits without trailing zeros behind the point: 53364.175, 2500, 0."""
    text = format(value, "f")
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in {"-0", ""} else text


def at_least(value: Decimal, places: int) -> Decimal:
    """The same figure with so many decimals or more: 2 is 2.00 at two places, 40.655 stays."""
    return EXACT.add(value, _scaled(0, places))


def _rounded_half_up(above: int, below: int, places: int) -> Decimal:
    whole = (2 * abs(above) * 10**places + below) // (2 * below)
    return _scaled(-whole if above < 0 else whole, places)


def _scaled(whole: int, places: int) -> Decimal:
    return _WIDE.scaleb(Decimal(whole), -places)
