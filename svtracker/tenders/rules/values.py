"""A tender and its bids as frozen values: what a file says before anything is calculated (FORMATS 2)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from svtracker.frameworks.rules.values import ListName


class Method(StrEnum):
    """How social value becomes the quantitative mark (RULES 4.2)."""

    TARGET = "target"
    RELATIVE = "relative"
    BANDS = "bands"


# Settings that one method alone uses; another method ignores them with a warning (FORMATS 2).
METHOD_OF_SETTING = {"target_percent": Method.TARGET, "cap": Method.TARGET, "bands": Method.BANDS}


class Denominator(StrEnum):
    """What social value is a share of (RULES 3.3)."""

    CONTRACT_VALUE = "contract_value"
    BID_PRICE = "bid_price"


class ZeroRule(StrEnum):
    """What happens to a bid that offers nothing, or leaves an answer out (RULES 3.5)."""

    SCORE_ZERO = "score_zero"
    DISREGARD = "disregard"


class TieRule(StrEnum):
    """What decides between equal sums of marks (RULES 4.5)."""

    SHARED = "shared"
    HIGHER_VALUE = "higher_value"
    LOWER_PRICE = "lower_price"


class BidStatus(StrEnum):
    """Where a bid stands; `below_minimum` is set by the rule, never by hand (RULES 3.6)."""

    ASSESSED = "assessed"
    BELOW_MINIMUM = "below_minimum"
    EXCLUDED = "excluded"
    WITHDRAWN = "withdrawn"


OUT_OF_THE_RUNNING = frozenset({BidStatus.EXCLUDED, BidStatus.WITHDRAWN})


class OutcomeStatus(StrEnum):
    """How a tender ended, or that it has not."""

    OPEN = "open"
    AWARDED = "awarded"
    ABANDONED = "abandoned"


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """From this share of the denominator (%, inclusive) on, these marks."""

    lower_percent: Decimal
    marks: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Scoring:
    """The published settings that turn value into marks (RULES 4.1).

    `ignored` names settings of another method that the file gives all the same.
    """

    method: Method
    quantitative: Decimal
    qualitative: Decimal
    target_percent: Decimal | None = None
    cap: bool = True
    bands: tuple[Band, ...] = ()
    decimals: int = 2
    zero: ZeroRule = ZeroRule.SCORE_ZERO
    minimum_percent: Decimal | None = None
    tie: TieRule = TieRule.SHARED
    ignored: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One qualitative question and its share of the qualitative weight."""

    id: str
    title: str
    weight: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How the tender ended (RULES 5.1, 5.2)."""

    status: OutcomeStatus = OutcomeStatus.OPEN
    bidder: str | None = None
    also: tuple[str, ...] = ()
    on: date | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Commitment:
    """One line of a bid. Blank is no quantity, zero is 0, and not applicable says so (RULES 3.4).

    `detailed` is set where the file gives the long form, in which a method statement belongs.
    """

    measure: str
    offered: Decimal | None = None
    accepted: Decimal | None = None
    not_applicable: bool = False
    text: str | None = None
    reason: str | None = None
    statement: str | None = None
    outside_area: Decimal | None = None
    detailed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Bid:
    """One supplier's answer; `qualitative` holds the agreed mark per question, absent where not answered."""

    bidder: str
    status: BidStatus
    price: Decimal | None
    qualitative: Mapping[str, Decimal]
    other_marks: Mapping[str, Decimal]
    commitments: tuple[Commitment, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tender:
    """One procurement exercise with everything that was published about how it is scored.

    `questions` always has at least one entry where the qualitative weight is above 0: a tender without named
    questions has one called `answer`. `digest` is a SHA-256 over the tender's content, whatever its layout.
    """

    id: str
    title: str
    framework: str
    list: ListName
    record_only: bool
    contract_value: Decimal
    value_basis: Mapping[str, str]
    denominator: Denominator
    duration_months: int | None
    category: str | None
    area: str | None
    opened: date | None
    outcome: Outcome
    invented: bool
    leave_out: tuple[str, ...]
    mandatory: tuple[str, ...]
    measure_weights: Mapping[str, Decimal]
    weights_applied: bool
    scoring: Scoring
    questions: tuple[Question, ...]
    questions_named: bool
    qualitative_scale: int
    price_weight: Decimal | None
    other_marks: tuple[str, ...]
    bids: tuple[Bid, ...]
    digest: str
