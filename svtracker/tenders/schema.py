"""The shape of a tender file: which keys there are, which are required, what may stand behind each (FORMATS 2)."""

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from svtracker.files.shapes import Choice, IsoDate, NonEmptyText, QuotedDecimal, Rows, Shape, wanted
from svtracker.frameworks.rules.values import ListName
from svtracker.tenders.rules.values import Denominator, Method, OutcomeStatus, TieRule, ZeroRule

NOT_APPLICABLE = "n/a"

_FRAMEWORK = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*@[0-9A-Za-z][0-9A-Za-z.-]*", re.ASCII)
_A_QUANTITY = 'a quantity in quotes, as in "2.5", or "n/a" where the measure does not apply'


def _quantity(value: object) -> object:
    if value == NOT_APPLICABLE:
        return value
    if isinstance(value, (int, float)) or value is None:
        raise wanted(_A_QUANTITY)
    return value


def _framework(value: str) -> str:
    if not _FRAMEWORK.fullmatch(value):
        raise wanted('a version of a measure set, as in "open-toms@2026.1"')
    return value


def _scored_list(value: ListName) -> ListName:
    if value is ListName.RECORD_ONLY:
        raise wanted("one of: main, lite (record_only: true offers the record-only list beside it)")
    return value


Quantity = Annotated[QuotedDecimal | Literal["n/a"], BeforeValidator(_quantity)]


class ValueBasisShape(Shape):
    """What the contract value takes in; stated, never calculated with (RULES 3.3)."""

    vat: Literal["included", "excluded"] | None = None
    extensions: Literal["included", "excluded"] | None = None


class OutcomeShape(Shape):
    """How the tender ended."""

    status: Choice[OutcomeStatus] = OutcomeStatus.OPEN
    bidder: NonEmptyText | None = None
    on: IsoDate | None = None
    reason: NonEmptyText | None = None


class ScoringShape(Shape):
    """The published settings; what belongs to another method is taken and not used (RULES 4.1)."""

    method: Choice[Method]
    quantitative: QuotedDecimal
    qualitative: QuotedDecimal
    target_percent: QuotedDecimal | None = None
    cap: bool | None = None
    bands: Rows[Annotated[Rows[QuotedDecimal], Field(min_length=2, max_length=2)]] | None = None
    decimals: Annotated[int, Field(ge=0, le=4)] = 2
    zero: Choice[ZeroRule] = ZeroRule.SCORE_ZERO
    minimum_percent: QuotedDecimal | None = None
    tie: Choice[TieRule] = TieRule.SHARED


class QuestionShape(Shape):
    """A qualitative question."""

    id: NonEmptyText
    title: NonEmptyText
    weight: QuotedDecimal


class PriceShape(Shape):
    """How price earns marks (RULES 4.4)."""

    weight: QuotedDecimal
    method: Literal["lowest_over_own"] = "lowest_over_own"


class TenderShape(Shape):
    """Everything that was published about a tender."""

    id: NonEmptyText
    title: NonEmptyText
    framework: Annotated[NonEmptyText, AfterValidator(_framework)]
    list: Annotated[Choice[ListName], AfterValidator(_scored_list)]
    record_only: bool = False
    contract_value: QuotedDecimal
    value_basis: ValueBasisShape = ValueBasisShape()
    denominator: Choice[Denominator] = Denominator.CONTRACT_VALUE
    duration_months: Annotated[int, Field(gt=0, le=1200)] | None = None
    category: NonEmptyText | None = None
    area: NonEmptyText | None = None
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
    other_marks: Rows[NonEmptyText] = ()
    qualitative_scale: Annotated[int, Field(gt=0, le=100)] = 5


class CommitmentShape(Shape):
    """The long form of a commitment. `outside_area` is the part of the offer that falls outside the area."""

    offered: Quantity | None = None
    accepted: Quantity | None = None
    reason: NonEmptyText | None = None
    statement: NonEmptyText | None = None
    outside_area: QuotedDecimal | None = None
    text: NonEmptyText | None = None

    @model_validator(mode="after")
    def _not_applicable_is_whole(self) -> "CommitmentShape":
        if self.accepted == NOT_APPLICABLE != self.offered or (
            self.offered == NOT_APPLICABLE and self.accepted not in {None, NOT_APPLICABLE}
        ):
            raise wanted('"n/a" in both, or a quantity in both: a measure applies or it does not')
        return self


class BidShape(Shape):
    """One supplier's answer."""

    bidder: NonEmptyText
    price: QuotedDecimal | None = None
    status: Literal["assessed", "excluded", "withdrawn"] = "assessed"
    qualitative: QuotedDecimal | dict[str, QuotedDecimal | None] | None = None
    other_marks: dict[str, QuotedDecimal | None] = Field(default_factory=dict)
    commitments: dict[str, CommitmentShape | Quantity | None] = Field(default_factory=dict)


class TenderFileShape(Shape):
    """The whole file."""

    tender: TenderShape
    bids: Annotated[Rows[BidShape], Field(min_length=1)]
