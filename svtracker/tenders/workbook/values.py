"""What a bidder's workbook is made of, and what is read from it, as frozen values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from types import MappingProxyType

from svtracker.frameworks.rules.values import Version
from svtracker.kernel.problems import Problem
from svtracker.tenders.rules.values import Commitment, Tender
from svtracker.tenders.rules.valuing import Valuation

# Raised whenever a cell moves; a workbook of another layout is refused rather than read by guess.
LAYOUT = "1"


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkbookBrief:
    """What the workbook of one tender says: the tender as published, and which edition of it.

    `key` names the tender in the database; `digest` is the hash of the published edition. The tender has no bids.
    """

    key: str
    title: str
    organisation: str
    closing: str
    edition: int
    digest: str
    tender: Tender
    version: Version


@dataclass(frozen=True, slots=True, kw_only=True)
class Bidder:
    """Who bids, as typed; what was left empty is an empty text."""

    name: str = ""
    company_number: str = ""
    postcode: str = ""
    contact: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class HelperLine:
    """One line of a quantity helper: what it is about, and what was typed, by the name of the input (RULES 2.3)."""

    about: str
    inputs: Mapping[str, Decimal]


@dataclass(frozen=True, slots=True, kw_only=True)
class BidContent:
    """What a bidder fills in. Every measure that the tender offers has a commitment, also where it was left blank.

    `answers` has the words to each question that was answered; `helpers` the lines behind a quantity that was worked
    out on the sheet of helpers.
    """

    bidder: Bidder
    price: Decimal | None
    confirmed: bool
    answers: Mapping[str, str]
    commitments: tuple[Commitment, ...]
    helpers: Mapping[str, tuple[HelperLine, ...]] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkbookBid:
    """A workbook that was read: what the bidder filled in, what it is worth, and what a person should look at.

    `warnings` stop nothing: hidden rows, notes beside cells, totals of the workbook that differ from ours.
    """

    file: str
    sha256: str
    content: BidContent
    valuation: Valuation
    warnings: tuple[Problem, ...]
