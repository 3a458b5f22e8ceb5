"""A workbook that somebody fills in, as frozen values: what stands where, what may be typed, how it looks.

One description serves both ways: `workbook_writer` makes the file of it, and who reads the file back holds every
locked cell against it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum


class Look(StrEnum):
    """How a cell is shown; it changes no figure."""

    TITLE = "title"
    ANSWER = "answer"
    GROUP = "group"
    SUBGROUP = "subgroup"
    HEAD = "head"
    HEAD_NUMBER = "head_number"
    LABEL = "label"
    TEXT = "text"
    MUTED = "muted"
    STRONG = "strong"
    CHECK = "check"
    KEY = "key"
    NUMBER = "number"
    MONEY = "money"
    FACT_MONEY = "fact_money"
    UNIT_VALUE = "unit_value"
    PERCENT = "percent"
    KEY_NUMBER = "key_number"
    KEY_MONEY = "key_money"
    KEY_PERCENT = "key_percent"
    TYPED_TEXT = "typed_text"
    TYPED_CODE = "typed_code"
    TYPED_CHOICE = "typed_choice"
    TYPED_NUMBER = "typed_number"
    TYPED_MONEY = "typed_money"
    ALERT = "alert"
    HINT = "hint"
    SHUT = "shut"
    SAMPLE = "sample"


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberRule:
    """A number between two, both included."""

    lowest: Decimal
    highest: Decimal
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChoiceRule:
    """One of a few words, or nothing."""

    options: tuple[str, ...]
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TextRule:
    """A text of at most so many characters."""

    longest: int
    message: str


Rule = NumberRule | ChoiceRule | TextRule


@dataclass(frozen=True, slots=True, kw_only=True)
class FormCell:
    """A cell: locked, unless it has a rule for what may be typed in it.

    `value` is what stands there; beside a formula, what the formula gives.
    """

    look: Look
    value: str | Decimal | None = None
    formula: str | None = None
    rule: Rule | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Highlight:
    """A range that looks different while a formula, written for its first cell, is true."""

    range: str
    formula: str
    look: Look


@dataclass(frozen=True, slots=True, kw_only=True)
class FormSheet:
    """One sheet: cells by coordinate, widths of its columns in characters, heights of rows in points.

    `frozen` is the first cell that scrolls; `repeated` are the rows that head every printed page. Printed it is as wide
    as the paper: A4, or A3 where it is `large`; across where it is `wide`.
    """

    name: str
    widths: tuple[float, ...]
    cells: Mapping[str, FormCell]
    heights: Mapping[int, float] = field(default_factory=dict)
    frozen: str | None = None
    highlights: tuple[Highlight, ...] = ()
    repeated: tuple[int, int] | None = None
    wide: bool = True
    large: bool = False
    hidden: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """The whole workbook."""

    title: str
    sheets: tuple[FormSheet, ...]
