"""What stands in the cells of a contracts register: nothing, a day, an amount in £, a number of months, yes or no."""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from svtracker.kernel import numbers
from svtracker.kernel.units import LARGEST_LINE
from svtracker.registers.rules.suppliers import charity_number, company_number

NOTHING = frozenset(
    {"", "n/a", "na", "n.a.", "n.a", "#n/a", "not applicable", "none", "null", "nil", "tbc", "tba", "to be confirmed",
     "to be advised", "unknown", "not known", "not available", "not stated", "?", "."}
)  # fmt: skip
SEVERAL = re.compile(r"(?:various|multiple|several|mixed)(?: .*)?", re.ASCII)
WITHHELD = re.compile(r"(?:redacted|withheld|confidential|personal data|individual)(?: .*)?", re.ASCII)
MOST_MONTHS = 1200

_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—−", "-"))
_MONTHS = {
    name: number
    for number, names in enumerate(
        ("jan january", "feb february", "mar march", "apr april", "may", "jun june", "jul july", "aug august",
         "sep sept september", "oct october", "nov november", "dec december"),
        start=1,
    )
    for name in names.split()
}  # fmt: skip
_ISO = re.compile(r"([0-9]{4})[-/.]([0-9]{1,2})[-/.]([0-9]{1,2})(?:[ t].*)?", re.ASCII)
_BRITISH = re.compile(r"([0-9]{1,2})[-/. ]([0-9]{1,2})[-/. ]([0-9]{4}|[0-9]{2})(?: [0-9]{1,2}:[0-9:.]+)?", re.ASCII)
_IN_WORDS = re.compile(r"([0-9]{1,2})(?:st|nd|rd|th)?[- /.]*([a-z]{3,9})\.?[- /.,]*([0-9]{4}|[0-9]{2})", re.ASCII)
_SERIAL = re.compile(r"[1-9][0-9]{4}(?:\.0+)?", re.ASCII)
# Day 1 of a spreadsheet is 1 January 1900, and it takes 1900 for a leap year.
_BEFORE_SERIALS = date(1899, 12, 30)
_YOUNGEST_SHORT_YEAR = 79

_AMOUNT = re.compile(r"([0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(\.[0-9]+)?(m|million|k)?", re.ASCII)
_TIMES = {None: Decimal(1), "k": Decimal(1000), "m": Decimal(1_000_000), "million": Decimal(1_000_000)}
_MONTHS_SAID = re.compile(r"([0-9]{1,4}(?:\.[0-9]+)?)(?: ?(months?|mths?|m|years?|yrs?|y))?", re.ASCII)

_CHARITY_WORDS = re.compile(
    r"(?:registered )?(?:charity|charities)(?: reg(?:istration|istered)?)?(?: number| no\.?)?[: ]*(.+)", re.ASCII
)
# Charity numbers are 200000 to 1219999 so far; a company number without its leading zeros can look the same.
_LIKE_A_CHARITY = range(200_000, 1_220_000)


class Unreadable:
    """What stands for a cell that holds something that is not what its column is for."""


UNREADABLE = Unreadable()


def said(text: str) -> str:
    """A cell on one line, or nothing where it holds a dash, “N/A”, “TBC” or the like."""
    line = " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())
    plain = line.casefold().translate(_DASHES)
    return "" if plain in NOTHING or not plain.strip("-_ ") else line


def day_of(text: str) -> date | Unreadable | None:
    """The day in a cell: 2026-04-01, 01/04/2026, 1.4.26, 1 April 2026, 01-Apr-26, or 46113, a spreadsheet's number.

    Days come before months, as they are written here: 04/13/2026 is no day, and neither is April 2026. Years with two
    digits are 1980 to 2079.
    """
    line = said(text).casefold()
    if not line:
        return None
    if _SERIAL.fullmatch(line):
        return _BEFORE_SERIALS + timedelta(days=int(line.partition(".")[0]))
    if found := _ISO.fullmatch(line):
        return _day(int(found[1]), int(found[2]), int(found[3]))
    if found := _BRITISH.fullmatch(line):
        return _day(_year(found[3]), int(found[2]), int(found[1]))
    if (found := _IN_WORDS.fullmatch(line)) and found[2] in _MONTHS:
        return _day(_year(found[3]), _MONTHS[found[2]], int(found[1]))
    return UNREADABLE


def amount_of(text: str) -> Decimal | Unreadable | None:
    """The amount in £ in a cell, to the penny: “£1,234,567.89”, “1234567.89 GBP”, “£1.2m”, “(250.00)” and “250.00-”
    below zero.

    Unreadable are other currencies, thousands that are not grouped in threes, and whatever else is beside a figure.
    """
    line = said(text).casefold().translate(_DASHES).replace("â£", "£").replace(" ", "")
    if not line:
        return None
    is_negative = line.startswith("(") and line.endswith(")")
    line = line[1:-1] if is_negative else line
    for sign in ("-£", "£-", "-"):
        if line.startswith(sign):
            line, is_negative = line.removeprefix(sign), True
    if line.endswith("-"):
        line, is_negative = line.removesuffix("-"), True
    found = _AMOUNT.fullmatch(line.removeprefix("£").removeprefix("gbp").removesuffix("gbp"))
    if found is None or len(line) > 40:
        return UNREADABLE
    value = numbers.times(Decimal(found[1].replace(",", "") + (found[2] or "")), _TIMES[found[3]])
    pence = numbers.round_half_up(value, 2)
    if pence > LARGEST_LINE:
        return UNREADABLE
    return -pence if is_negative and pence else pence


def months_of(text: str, *, in_years: bool = False) -> int | Unreadable | None:
    """A whole number of months in a cell: “36”, “36 months”, “3 years”, “3” in a column of years; at most 1,200."""
    line = said(text).casefold()
    if not line:
        return None
    found = _MONTHS_SAID.fullmatch(line)
    if found is None:
        return UNREADABLE
    years = found[2].startswith("y") if found[2] else in_years
    months = numbers.times(Decimal(found[1]), Decimal(12 if years else 1))
    if numbers.decimal_places(months) or months > MOST_MONTHS:
        return UNREADABLE
    return int(months)


def yes_or_no(text: str) -> bool | Unreadable | None:
    """Yes or no in a cell: “Yes”, “Y”, “TRUE”, “1”, “SME” and their opposites."""
    line = said(text).casefold()
    if not line:
        return None
    if line in {"yes", "y", "true", "1", "sme", "vcse", "vcs"}:
        return True
    return False if line in {"no", "n", "false", "0", "large", "non-sme", "non sme", "not sme"} else UNREADABLE


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbers:
    """What the company number column says: one of the two numbers, or neither and why."""

    company: str | None = None
    charity: str | None = None
    note: str = ""


def numbers_of(text: str, *, is_charitable: bool) -> Numbers:
    """The number in a company number column, which often holds that of a charity.

    “07689604” and “SC012345” are company numbers, “7689604” is one that lost its zero. 1105851 may be one too, or a
    charity's: it is a charity number where the cell or the supplier says so, and else left out, because a wrong
    number would make one supplier of two.
    """
    line = said(text)
    if not line:
        return Numbers()
    if found := _CHARITY_WORDS.fullmatch(line.casefold()):
        charity = charity_number(found[1])
        return Numbers(charity=charity) if charity else Numbers(note="no charity number")
    word = "".join(line.split()).removesuffix(".0")
    if word.isascii() and word.isdigit() and len(word) < 8 and int(word) in _LIKE_A_CHARITY:
        if is_charitable:
            return Numbers(charity=charity_number(word))
        return Numbers(note="a charity number, or a company number that lost its zeros")
    company = company_number(line)
    return Numbers(company=company) if company else Numbers(note="no company number")


def _year(text: str) -> int:
    if len(text) == 4:
        return int(text)
    return int(text) + (2000 if int(text) <= _YOUNGEST_SHORT_YEAR else 1900)


def _day(year: int, month: int, day: int) -> date | Unreadable:
    try:
        return date(year, month, day)
    except ValueError:
        return UNREADABLE
