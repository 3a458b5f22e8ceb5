"""The shape of a tender file: which keys there are, which are required, what may stand behind each (FORMATS 2)."""

import re
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, PlainValidator
from pydantic_core import PydanticCustomError

from svtracker.files.shapes import Choice, IsoDate, NonEmptyText, QuotedDecimal, Rows, Shape, wanted
from svtracker.frameworks.rules.values import ListName
from svtracker.kernel import numbers
from svtracker.tenders.rules.values import Denominator, Method, OutcomeStatus, TieRule, ZeroRule

NOT_APPLICABLE = "n/a"
# Every pair of bids is compared (RULES 4.6), so work and answer grow with the square of their number.
MOST_BIDS = 1000
LONGEST_NAME = 300

_FRAMEWORK = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*@[0-9A-Za-z][0-9A-Za-z.-]*", re.ASCII)
_A_QUANTITY = 'a quantity in quotes, as in "2.5", or "n/a" where the measure does not apply'


def _quantity(value: object) -> object:
    number = numbers.parse_decimal(value) if isinstance(value, str) else None
    if number is None and value != NOT_APPLICABLE:
        # A mapping may be meant for the long form; what is wrong inside it is said there.
        raise PydanticCustomError("quantity_type", "{words}", {"words": _A_QUANTITY})
    return value if number is None else number


def _framework(value: str) -> str:
    if not _FRAMEWORK.fullmatch(value):
        raise wanted('a version of a measure set, as in "open-toms@2026.1"')
    return value


def _scored_list(value: object) -> object:
    if value not in (ListName.MAIN, ListName.LITE):
        raise wanted("one of: main, lite (record_only: true offers the record-only list beside it)")
    return value


def _band(value: tuple[Decimal, ...]) -> tuple[Decimal, Decimal]:
    if len(value) != 2:
        raise wanted('two numbers, a lower bound in % and the marks, as in ["5", "4"]')
    return value[0], value[1]


def _name(value: str) -> str:
    if len(value) > LONGEST_NAME:
        raise wanted(f"at most {LONGEST_NAME} characters")
    return " ".join(value.split())


# What stands in a heading or in the middle of a sentence is short and on one line.
Name = Annotated[NonEmptyText, AfterValidator(_name)]
Quantity = Annotated[Decimal | str, PlainValidator(_quantity)]


class ValueBasisShape(Shape):
    """What the contract value takes in; stated, never calculated with (RULES 3.3)."""

    vat: Literal["included", "excluded"] | None = None
    extensions: Literal["included", "excluded"] | None = None


class OutcomeShape(Shape):
    """How the tender ended; `also` names further bidders, where more than one was awarded (RULES 5.1)."""

    status: Choice[OutcomeStatus] = OutcomeStatus.OPEN
    bidder: Name | None = None
    also: Rows[Name] = ()
    on: IsoDate | None = None
    reason: NonEmptyText | None = None


class ScoringShape(Shape):
    """The published settings; what belongs to another method is taken and not used (RULES 4.1)."""

    method: Choice[Method]
    quantitative: QuotedDecimal
    qualitative: QuotedDecimal
    target_percent: QuotedDecimal | None = None
    cap: bool | None = None
    bands: Rows[Annotated[Rows[QuotedDecimal], AfterValidator(_band)]] | None = None
    decimals: Annotated[int, Field(ge=0, le=4)] = 2
    zero: Choice[ZeroRule] = ZeroRule.SCORE_ZERO
    minimum_percent: QuotedDecimal | None = None
    tie: Choice[TieRule] = TieRule.SHARED


class QuestionShape(Shape):
    """A qualitative question."""

    id: Name
    title: Name
    weight: QuotedDecimal


class PriceShape(Shape):
    """How price earns marks (RULES 4.4)."""

    weight: QuotedDecimal
    method: Literal["lowest_over_own"] = "lowest_over_own"


class TenderShape(Shape):
    """Everything that was published about a tender."""

    id: Name
    title: Name
    framework: Annotated[NonEmptyText, AfterValidator(_framework)]
    list: Annotated[Choice[ListName], BeforeValidator(_scored_list)]
    record_only: bool = False
    contract_value: QuotedDecimal
    value_basis: ValueBasisShape = ValueBasisShape()
    denominator: Choice[Denominator] = Denominator.CONTRACT_VALUE
    duration_months: Annotated[int, Field(gt=0, le=1200)] | None = None
    category: Name | None = None
    area: Name | None = None
    opened: IsoDate | None = None
    outcome: OutcomeShape = OutcomeShape()
    invented: bool = False
    leave_out: Rows[NonEmptyText] = ()
    mandatory: Rows[NonEmptyText] = ()
    measure_weights: dict[str, QuotedDecimal] = Field(default_factory=dict)
    weights_applied: bool = False
    scoring: ScoringShape
    questions: Annotated[Rows[QuestionShape], Field(min_length=1)] | None = None
    price: PriceShape | None = None
    other_marks: Rows[Name] = ()
    qualitative_scale: Annotated[int, Field(gt=0, le=100)] = 5


class CommitmentShape(Shape):
    """The long form of a commitment. `outside_area` is the part of the offer that falls outside the area."""

    offered: Quantity | None = None
    accepted: Quantity | None = None
    reason: NonEmptyText | None = None
    statement: NonEmptyText | None = None
    outside_area: QuotedDecimal | None = None
    text: NonEmptyText | None = None


class BidShape(Shape):
    """One supplier's answer."""

    bidder: Name
    price: QuotedDecimal | None = None
    status: Literal["assessed", "excluded", "withdrawn"] = "assessed"
    qualitative: QuotedDecimal | dict[Name, QuotedDecimal | None] | None = None
    other_marks: dict[Name, QuotedDecimal | None] = Field(default_factory=dict)
    commitments: dict[str, Quantity | CommitmentShape | None] = Field(default_factory=dict)


class TenderFileShape(Shape):
    """The whole file."""

    tender: TenderShape
    bids: Annotated[Rows[BidShape], Field(min_length=1, max_length=MOST_BIDS)]
