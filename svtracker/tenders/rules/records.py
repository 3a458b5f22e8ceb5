"""What is kept of a tender, as frozen values: the tender, its bids and lines, its evaluators and their marks."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from svtracker.tenders.rules.stages import Stage
from svtracker.tenders.rules.values import BidStatus, OutcomeStatus


class Source(StrEnum):
    """How a bid came in."""

    WORKBOOK = "workbook"
    TYPED = "typed"
    LINK = "link"
    FILE = "file"


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredTender:
    """A tender, or one lot of it. `settings` has the keys of FORMATS 2; in a draft any of them may be missing."""

    id: int
    organisation_id: int
    reference: str
    title: str
    stage: Stage
    outcome: OutcomeStatus
    parent_id: int | None
    lot: str | None
    is_training: bool
    is_invented: bool
    ocid: str | None
    category: str | None
    directorate: str | None
    framework: str | None
    measure_list: str | None
    contract_value: Decimal | None
    settings: Mapping[str, object]
    note: Mapping[str, object]
    closes_at: datetime | None
    created_at: datetime
    published_at: datetime | None
    opened_at: datetime | None
    decided_at: datetime | None
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """What was published at one time, with its SHA-256; the reason is empty for the first publication."""

    number: int
    settings: Mapping[str, object]
    sha256: str
    published_at: datetime
    person_id: int | None
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredLine:
    """One line of a bid: what was offered, and what counts of it with the reason where the two differ.

    `statement` is empty where the bidder left it out, and none where it was not asked for, as in the short form of a
    tender file.
    """

    id: int
    measure: str
    offered: Decimal | None
    not_applicable: bool
    text: str
    statement: str | None
    outside_area: Decimal | None
    worked: Mapping[str, object]
    accepted: Decimal | None
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredBid:
    """One supplier's answer, opened. `is_admitted` is none where a late bid waits for its decision."""

    id: int
    tender_id: int
    number: int
    bidder: str
    supplier_id: int | None
    contact_id: int | None
    details: Mapping[str, str]
    source: Source
    received_at: datetime
    is_late: bool
    is_admitted: bool | None
    admitted_because: str
    replaced_at: datetime | None
    status: BidStatus
    status_because: str
    price: Decimal | None
    other_marks: Mapping[str, Decimal]
    answers: Mapping[str, str]
    file_name: str
    file_sha256: str | None
    nonce: str
    sha256: str
    version: int
    lines: tuple[StoredLine, ...]

    @property
    def counts(self) -> bool:
        """Whether the bid is in the evaluation: the last of its bidder, in time or admitted all the same."""
        return self.replaced_at is None and self.is_admitted is True


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedBid:
    """All that is known of a bid before the opening: that it came, when, and whether it was late."""

    id: int
    number: int
    received_at: datetime
    is_late: bool
    is_admitted: bool | None
    replaced_at: datetime | None
    withdrawn_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnBid:
    """What a bidder knows of a bid of their own: when it came, what became of it, and what proves it."""

    id: int
    tender_id: int
    received_at: datetime
    is_late: bool
    is_admitted: bool | None
    replaced_at: datetime | None
    withdrawn_at: datetime | None
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """A bidder who was asked to bid by a personal link, and the person whom it was sent to."""

    id: int
    tender_id: int
    bidder: str
    person_id: int
    invited_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What a bidder has typed so far, by the names of the fields; `file_sha256` where a workbook brought all of it."""

    content: Mapping[str, str]
    file_name: str
    file_sha256: str | None
    saved_at: datetime
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Clarification:
    """A question to a bidder and its answer, about a line or about the whole bid."""

    id: int
    bid_id: int
    measure: str | None
    question: str
    asked_by: int | None
    asked_at: datetime
    answer: str | None
    answered_by: int | None
    answered_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluator:
    """Somebody who marks the bids of a tender, and how far they are."""

    person_id: int
    is_lead: bool
    added_at: datetime
    declared_at: datetime | None
    has_conflict: bool | None
    conflict: str
    submitted_at: datetime | None
    removed_at: datetime | None
    removed_because: str

    @property
    def marks(self) -> bool:
        """Whether this person's marks are waited for: still there, and without a conflict of interest."""
        return self.removed_at is None and self.has_conflict is not True


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredMark:
    """One evaluator's mark for one answer on the scale of the tender, with the reason."""

    bid_id: int
    question: str
    person_id: int
    mark: Decimal
    reason: str
    feedback: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreedMark:
    """What moderation agreed for one answer, with the reason."""

    bid_id: int
    question: str
    mark: Decimal
    reason: str
    feedback: str
    person_id: int | None
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """How a tender ended. `document` and `answer` are the scored tender file and its result as they stood, as JSON."""

    outcome: OutcomeStatus
    bidders: tuple[str, ...]
    on: date
    reason: str
    person_id: int | None
    at: datetime
    document: str | None
    answer: str | None
    sha256: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class BidResult:
    """What the last scoring gave one bid: value in £, share of the denominator in %, sum of marks, rank."""

    bid_id: int
    status: BidStatus
    value: Decimal
    percent: Decimal | None
    total: Decimal | None
    rank: int | None
    is_winner: bool
