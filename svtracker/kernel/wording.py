"""Figures in sentences: the same words for pounds, shares, quantities and days in every message and page."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal

from svtracker.kernel import numbers
from svtracker.kernel.units import WORDS, Unit

MINUS = "−"

_MONEY = {Unit.GBP_SPENT: "spent", Unit.GBP_INVESTED: "invested"}


def pounds(value: numbers.Exact, *, places: int = 2) -> str:
    """£ with thousands separators, rounded once: £157,442.07, or £157,442 at 0 places; −£12.50 below zero."""
    return _signed(value, places, before="£")


def pounds_short(value: Decimal) -> str:
    """£6.0m, £750,000: a contract value as it stands behind a tender's title."""
    if value >= 1_000_000:
        return f"£{numbers.round_half_up(numbers.ratio(value, 1_000_000), 1):,f}m"
    return pounds(value, places=0)


def marks(value: Decimal) -> str:
    """Marks as they are: 84.32, 1,250.00, with a true minus."""
    return f"{value:,f}".replace("-", MINUS)


def percent(value: numbers.Exact, *, places: int = 2) -> str:
    """A share in %, rounded once, without zeros that say nothing: 20.99%, 50%, 0.24%."""
    rounded = numbers.round_half_up(value, places)
    return f"{numbers.trimmed(rounded)}%".replace("-", MINUS)


def percent_fixed(value: numbers.Exact, *, places: int = 2) -> str:
    """A share in % with a fixed number of decimals, for columns: 20.99%, 50.00%."""
    return _signed(value, places, after="%")


def quantity(value: Decimal | None, unit: Unit) -> str:
    """A quantity with its unit: 2.5 full-time years, 1 week, £40,000 spent, £12.50 invested, 35%."""
    if value is None:
        return "nothing"
    text = grouped(value)
    if unit in _MONEY:
        pence = "0" if numbers.decimal_places(value) == 1 else ""
        return f"£{text}{pence} {_MONEY[unit]}"
    if unit is Unit.PERCENT:
        return f"{text}%"
    words = WORDS[unit]
    return f"{text} {words.one if value == 1 else words.many}"


def grouped(value: Decimal) -> str:
    """The digits with thousands separators and without trailing zeros: 40,000, 75.5."""
    text = f"{value:,f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text.replace("-", MINUS)


def bidder(name: str) -> str:
    """A bidder as a sentence begins: “Bid A” for a letter or number, else the firm's own name."""
    return f"Bid {name}" if _is_label(name) else name


def the_bidder(name: str) -> str:
    """A bidder inside a sentence: “bid A” for a letter or number, else the firm's own name."""
    return f"bid {name}" if _is_label(name) else name


def _is_label(name: str) -> bool:
    return len(name) <= 2 or name.isdigit()


def day(value: date) -> str:
    """A date as it is said: 1 April 2026."""
    return f"{value.day} {value:%B %Y}"


def moment(value: datetime) -> str:
    """A moment as it is said, to the minute and in UTC: 1 April 2026, 09:30 UTC."""
    utc = value.astimezone(UTC)
    return f"{day(utc.date())}, {utc:%H:%M} UTC"


def listed(words: Sequence[str]) -> str:
    """Several words in a sentence: A, B and C."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} and {words[-1]}"


def counted(number: int, one: str, many: str | None = None) -> str:
    """A number with its word: 1 bid, 4 bids, 0 bids."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def wait(seconds: int) -> str:
    """How long to wait, in seconds below a minute and else in whole minutes: 1 second, 45 seconds, 2 minutes for 61."""
    return counted(seconds, "second") if seconds < 60 else counted(-(-seconds // 60), "minute")


def a_or_an(word: str) -> str:
    """The word with its article: a draft, an item."""
    return f"an {word}" if word[:1] in "aeiou" else f"a {word}"


def ordinal(number: int) -> str:
    """1st, 2nd, 3rd, 4th, 11th."""
    if 10 <= number % 100 <= 20:
        return f"{number}th"
    return f"{number}{ {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th') }"


def _signed(value: numbers.Exact, places: int, *, before: str = "", after: str = "") -> str:
    rounded = numbers.round_half_up(value, places)
    return f"{MINUS if rounded < 0 else ''}{before}{rounded.copy_abs():,f}{after}"
